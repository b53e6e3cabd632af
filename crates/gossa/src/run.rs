//! `gossa run`: a main package, or the examples or tests of packages, in the interpreter.

mod examples;
mod tests;

use crate::args::RunArgs;
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::output;
use camino::Utf8Path;
use gossa_db::{FileAccess, PackageInput, RootDb, RunEnv, Session};
use gossa_interp::{Options, Outcome, Output, Prepared, Schedule};
use gossa_load::System;
use gossa_load::program::Variant;
use gossa_load::test_main::TestFunctions;
use gossa_report::{NoSources, Report, Severity};
use gossa_types::PackageId;
use std::cell::RefCell;
use std::io::Write as _;
use std::process::ExitCode;
use std::rc::Rc;

/// The run's output, on this process's own.
struct Terminal;

impl Output for Terminal {
    fn write(&mut self, stream: u32, bytes: &[u8]) {
        // Who closed the other end has had enough of it.
        let _ = match stream {
            1 => std::io::stdout().write_all(bytes),
            _ => std::io::stderr().write_all(bytes),
        };
    }
}

/// The run's output, kept.
#[derive(Default)]
struct Streams(Rc<RefCell<Written>>);

/// What a run has written.
#[derive(Clone, Default)]
struct Written {
    output: Vec<u8>,
    errors: Vec<u8>,
}

impl Streams {
    /// A handle that stays when the run is over.
    fn written(&self) -> Rc<RefCell<Written>> {
        Rc::clone(&self.0)
    }
}

impl Output for Streams {
    fn write(&mut self, stream: u32, bytes: &[u8]) {
        let mut written = self.0.borrow_mut();
        let to = if stream == 1 { &mut written.output } else { &mut written.errors };
        to.extend_from_slice(bytes);
    }
}

/// Runs the subcommand: the exit status is the program's, or 2 where it could not go on.
pub(crate) fn run(context: &Context, args: &RunArgs) -> Result<ExitCode, CommandError> {
    if args.examples {
        return examples::run(context, args).map(ExitCode::from);
    }
    if args.build.tests {
        return tests::run(context, args).map(ExitCode::from);
    }
    let session = session(context, args, false)?;
    let program = session.program();
    let [root] = program.roots[..] else {
        return Err(CommandError::Usage("gossa run takes exactly one package".to_owned()));
    };
    let package = program.package(root);
    if package.name != "main" {
        let path = &package.import_path;
        return Err(CommandError::Usage(format!("package {path} is not a main package")));
    }
    let id = PackageId::new(&package.import_path);
    let mut options = options(args);
    options.dir = context.dir.to_string();
    options.args.extend(args.arguments.iter().cloned());
    let files = if args.files { FileAccess::All } else { FileAccess::Nothing };
    let (db, system) = (session.db(), context.system.clone());
    // On a thread of the pool: lowering needs its large stack.
    let record = args.schedule_out.is_some();
    if let Some(file) = &args.replay {
        let path = context.dir.join(file);
        let bytes = context.system.read(&path);
        let bytes =
            bytes.map_err(|reason| CommandError::Read { path: file.to_string(), reason })?;
        let text = String::from_utf8_lossy(&bytes);
        let schedule = text.parse().map_err(|why| CommandError::Usage(format!("{file}: {why}")))?;
        options.replay = Some(schedule);
    }
    let (outcome, schedule) = session.pool().install(move || {
        let env = RunEnv::new(&db, &*system).with_files(files);
        if record {
            gossa_interp::run_main_recorded(&env, id, options, Box::new(Terminal))
        } else {
            let outcome = gossa_interp::run_main(&env, id, options, Box::new(Terminal));
            (outcome, Schedule::default())
        }
    });
    if let Some(file) = &args.schedule_out {
        let path = context.dir.join(file);
        write_schedule(&path, &schedule)
            .map_err(|reason| CommandError::Usage(format!("cannot write {file}: {reason}")))?;
    }
    match outcome {
        Outcome::Exit(status) => Ok(ExitCode::from(status as u8)),
        Outcome::Refused { what, trace, in_error } => {
            output::error(&refusal(&what, &trace));
            if in_error || !session.program().diagnostics.is_empty() {
                tell_errors(context, &session)?;
            }
            Ok(Exit::Failed.into())
        }
    }
}

/// What is wrong with the program.
fn tell_errors(context: &Context, session: &Session) -> Result<(), CommandError> {
    let paths = context.paths(session.program());
    let mut report = Report::new();
    report.diagnostics = context::diagnostics(session, &paths);
    report.diagnostics.retain(|found| found.severity == Severity::Error);
    report.finish(&NoSources);
    Ok(output::write_diagnostics(&mut std::io::stderr(), &report)?)
}

/// The one file that gossa ever writes, and only where it is asked to.
fn write_schedule(path: &Utf8Path, schedule: &Schedule) -> std::io::Result<()> {
    std::fs::write(path, schedule.to_string())
}

/// The platform whose system calls the interpreter knows.
const PLATFORM: (&str, &str) = ("linux", "amd64");

/// Loads what the command line names, as it is built to be run: for one platform, with Go in the
/// place of assembly and C.
fn session(context: &Context, args: &RunArgs, tests: bool) -> Result<Session, CommandError> {
    let mut options = context.options(&args.build, false);
    let config = &mut options.config;
    let (os, arch) = PLATFORM;
    let other = |asked: &Option<String>, ours: &str| asked.as_ref().is_some_and(|a| a != ours);
    if other(&config.goos, os) || other(&config.goarch, arch) {
        return Err(CommandError::Usage(format!("gossa run runs programs for {os}/{arch} only")));
    }
    config.goos = Some(os.to_owned());
    config.goarch = Some(arch.to_owned());
    config.cgo = config.cgo.or(Some(false));
    config.pure_go = true;
    config.tests |= tests;
    Ok(Session::load(&options)?)
}

/// The machine's limits as the command line has them.
fn options(args: &RunArgs) -> Options {
    let memory = args.memory.saturating_mul(1 << 20);
    Options { seed: args.seed, steps: args.steps, memory, ..Options::default() }
}

/// What runs see of the machine that they are on.
struct Surroundings<'s> {
    system: &'s dyn System,
    files: bool,
    /// Whether the files of the package that runs are seen in any case.
    own_files: bool,
    options: Options,
}

impl<'s> Surroundings<'s> {
    fn new(context: &'s Context, args: &RunArgs) -> Self {
        Self {
            system: &*context.system,
            files: args.files,
            own_files: args.build.tests,
            options: options(args),
        }
    }
}

/// Runs of functions of one package, each from a copy of the initialised program.
struct RunFrom<'e> {
    prepared: Result<Prepared<'e>, (Outcome, Rc<RefCell<Written>>)>,
}

impl RunFrom<'_> {
    /// Initialises a package, in the directory of another: that is where tests run.
    fn package<T>(
        db: &RootDb,
        package: PackageInput,
        tested: PackageInput,
        surroundings: &Surroundings<'_>,
        work: impl FnOnce(&RunFrom<'_>) -> T,
    ) -> T {
        let dir = tested.files(db).first().and_then(|file| Utf8Path::new(file.path(db)).parent());
        let files = match dir {
            _ if surroundings.files => FileAccess::All,
            Some(dir) if surroundings.own_files => FileAccess::Below(dir.to_owned()),
            _ => FileAccess::Nothing,
        };
        let env = RunEnv::new(db, surroundings.system).with_files(files);
        let mut options = surroundings.options.clone();
        options.dir = dir.map_or_else(String::new, ToString::to_string);
        let streams = Streams::default();
        let written = streams.written();
        let prepared = Prepared::new(&env, package.id(db), options, Box::new(streams));
        work(&RunFrom { prepared: prepared.map_err(|outcome| (outcome, written)) })
    }

    /// Runs a function with these arguments: how that ended, and what was written.
    fn run(&self, function: &str, arguments: &[String]) -> (Outcome, Written) {
        match &self.prepared {
            Ok(prepared) => {
                let streams = Streams::default();
                let written = streams.written();
                let outcome = prepared.run(function, arguments, Box::new(streams));
                (outcome, written.take())
            }
            Err((outcome, written)) => (outcome.clone(), written.borrow().clone()),
        }
    }
}

/// Why a run could not go on, in words.
fn refusal(what: &str, trace: &[String]) -> String {
    let mut message = format!("the interpreter cannot run {what}");
    for function in trace {
        message.push_str("\n\tcalled by ");
        message.push_str(function);
    }
    message
}

/// A package's path, and those of its variants that have tests, with what is in their files.
type TestPackage = (&'static str, Vec<(PackageInput, TestFunctions)>);

/// The packages that the patterns name, with their tests.
fn test_packages(session: &Session) -> Vec<TestPackage> {
    let (program, db) = (session.program(), session.db());
    let mut packages: Vec<TestPackage> = Vec::new();
    for &root in &program.roots {
        let package = program.package(root);
        let tested = match package.variant {
            Variant::Plain => package.import_path.as_str(),
            Variant::WithTests | Variant::ExternalTests => {
                package.for_test.as_deref().unwrap_or_default()
            }
            Variant::TestMain | Variant::ForTest => continue,
        };
        let path = PackageId::new(tested).as_str();
        if packages.iter().all(|(known, _)| *known != path) {
            packages.push((path, Vec::new()));
        }
        if package.variant == Variant::Plain {
            continue;
        }
        let input = session.packages()[root.as_usize()];
        let mut functions = TestFunctions::default();
        for file in input.files(&db) {
            if file.path(&db).ends_with("_test.go") {
                functions.scan(file.text(&db));
            }
        }
        if let Some((_, parts)) = packages.iter_mut().find(|(known, _)| *known == path) {
            parts.push((input, functions));
        }
    }
    packages
}
