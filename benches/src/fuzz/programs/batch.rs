//! A batch of programs: one module, built once by the go command, run once by both sides.

use super::generate::program;
use crate::corpus::command;
use crate::error::BenchError;
use crate::peer::go_environment;
use camino::{Utf8Path, Utf8PathBuf};
use gossa_db::{Options as SessionOptions, RunEnv, Session};
use gossa_interp::{Options, Outcome, Output, run_main};
use gossa_load::{BuildConfig, DiskSystem};
use gossa_types::PackageId;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

/// What programs print with.
const TRACE: &str = include_str!("trace.go");

/// How many programs share a package: packages cost time, large ones are compiled by one thread.
const PER_PACKAGE: u64 = 50;

/// Steps that a batch may take in the interpreter.
const STEPS: u64 = 4_000_000_000;

/// The output of a program, or how it ended instead.
pub(super) type Traces = BTreeMap<u64, Vec<u8>>;

/// Writes a file below a directory.
pub(super) fn save(directory: &Utf8Path, path: &str, text: &str) -> Result<(), BenchError> {
    let path = directory.join(path);
    let parent = path.parent().unwrap_or(directory);
    std::fs::create_dir_all(parent).map_err(BenchError::io(parent))?;
    std::fs::write(&path, text).map_err(BenchError::io(&path))
}

/// Builds the module in a directory with the go command.
pub(super) fn build(directory: &Utf8Path, goroot: &Utf8Path) -> Result<Utf8PathBuf, BenchError> {
    let binary = directory.join("main.bin");
    let go = goroot.join("bin").join("go");
    let mut build = command(go.as_str());
    // Time is worth more than the memory of a few short processes.
    build.env("GOGC", "800");
    build.args(["build", "-gcflags=-e", "-o", binary.as_str(), "."]).current_dir(directory);
    go_environment(&mut build, goroot);
    let built = build.output().map_err(BenchError::io(&go))?;
    if built.status.success() {
        return Ok(binary);
    }
    let reason = String::from_utf8_lossy(&built.stderr).into_owned();
    Err(BenchError::Child { program: format!("go build in {directory}"), reason })
}

/// Writes the module of some programs into a directory.
pub(super) fn write(
    directory: &Utf8Path,
    seed: u64,
    programs: Range<u64>,
) -> Result<(), BenchError> {
    let save = |path: &str, text: &str| save(directory, path, text);
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(BenchError::io(directory)(error));
        }
        _ => {}
    }
    save("go.mod", "module programs\n\ngo 1.27\n")?;
    save("trace/trace.go", TRACE)?;
    let (mut imports, mut calls) = (String::new(), String::new());
    let mut first = programs.start;
    while first < programs.end {
        let package = format!("p{first}");
        let mut text = format!(
            "package {package}\n\nimport (\n\t\"fmt\"\n\t\"math\"\n\t\"programs/trace\"\n)\n\n\
             var (\n\t_ = fmt.Sprint\n\t_ = math.Pi\n)\n\n"
        );
        let _ = writeln!(imports, "\t\"programs/{package}\"");
        let last = programs.end.min(first + PER_PACKAGE);
        for id in first..last {
            text.push_str(&program(seed, id));
            let _ = writeln!(calls, "\tcase {id}:\n\t\t{package}.Run{id}()");
        }
        save(&format!("{package}/{package}.go"), &text)?;
        first = last;
    }
    let Range { start, end } = programs;
    save(
        "main.go",
        &format!(
            "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"strconv\"\n{imports})\n\n\
             func main() {{\n\tfirst := {start}\n\tif len(os.Args) > 1 {{\n\
             \t\tfirst, _ = strconv.Atoi(os.Args[1])\n\t}}\n\
             \tfor id := first; id < {end}; id++ {{\n\
             \t\tfmt.Println(\"== program\", id)\n\t\trun(id)\n\t}}\n}}\n\n\
             func run(id int) {{\n\tswitch id {{\n{calls}\t}}\n}}\n"
        ),
    )
}

/// The traces of programs that ran in turn.
fn split(output: &[u8], traces: &mut Traces) {
    const HEAD: &str = "== program ";
    let mut current = None;
    for line in output.split_inclusive(|&byte| byte == b'\n') {
        let head = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix(HEAD));
        match (head.and_then(|id| id.trim().parse::<u64>().ok()), current) {
            (Some(id), _) => {
                current = Some(id);
                traces.insert(id, Vec::new());
            }
            (None, Some(id)) => traces.entry(id).or_default().extend_from_slice(line),
            (None, None) => {}
        }
    }
}

/// Adds what ended a run to the trace of its last program, and returns the program after it.
fn ended(traces: &mut Traces, why: &str) -> Option<u64> {
    let (&id, trace) = traces.iter_mut().next_back()?;
    trace.extend_from_slice(why.as_bytes());
    Some(id + 1)
}

/// Builds and runs the programs with the go command.
pub(super) fn run_go(
    directory: &Utf8Path,
    goroot: &Utf8Path,
    programs: Range<u64>,
) -> Result<Traces, BenchError> {
    let binary = build(directory, goroot)?;
    let mut traces = Traces::new();
    let mut first = programs.start;
    while first < programs.end {
        let mut run = command(binary.as_str());
        run.arg(first.to_string()).stdin(Stdio::null());
        let result = run.output().map_err(BenchError::io(&binary))?;
        split(&result.stdout, &mut traces);
        if result.status.success() {
            break;
        }
        let errors = String::from_utf8_lossy(&result.stderr);
        let why = errors.lines().next().unwrap_or_default();
        let Some(next) = ended(&mut traces, &format!("died: {why}\n")) else { break };
        first = next;
    }
    Ok(traces)
}

/// Standard output, and the first bytes of standard error.
#[derive(Default)]
struct Streams(Arc<Mutex<(Vec<u8>, Vec<u8>)>>);

impl Output for Streams {
    fn write(&mut self, stream: u32, bytes: &[u8]) {
        if let Ok(mut both) = self.0.lock() {
            let to = if stream == 1 { &mut both.0 } else { &mut both.1 };
            to.extend_from_slice(bytes);
        }
    }
}

/// A module's main package in the interpreter.
pub(super) struct Interpreted {
    session: Session,
    main: PackageId,
}

impl Interpreted {
    pub(super) fn load(directory: &Utf8Path, goroot: &Utf8Path) -> Result<Self, BenchError> {
        let config = BuildConfig {
            goroot: Some(goroot.to_owned()),
            goos: Some("linux".to_owned()),
            goarch: Some("amd64".to_owned()),
            cgo: Some(false),
            pure_go: true,
            ..BuildConfig::default()
        };
        let session = Session::load(&SessionOptions {
            system: Arc::new(DiskSystem),
            config,
            dir: Utf8PathBuf::from(directory),
            patterns: vec![".".to_owned()],
            jobs: 1,
            one_shot: true,
        })?;
        let program = session.program();
        let main = match program.roots[..] {
            [root] => PackageId::new(&program.package(root).import_path),
            _ => {
                let reason = "is not one package".to_owned();
                return Err(BenchError::Child { program: directory.to_string(), reason });
            }
        };
        Ok(Self { session, main })
    }

    /// Runs the program once: standard output, standard error, and how it ended.
    pub(super) fn run(&self, seed: u64, args: &[String]) -> (Vec<u8>, Vec<u8>, Outcome) {
        let streams = Streams::default();
        let written = Arc::clone(&streams.0);
        let mut options = Options { seed, steps: Some(STEPS), ..Options::default() };
        options.args.extend_from_slice(args);
        let (db, main) = (self.session.db(), self.main);
        // On a thread of the pool: lowering needs its large stack.
        let outcome = self.session.pool().install(move || {
            let env = RunEnv::new(&db, &DiskSystem);
            run_main(&env, main, options, Box::new(streams))
        });
        let both = written.lock().map(|mut both| std::mem::take(&mut *both)).unwrap_or_default();
        (both.0, both.1, outcome)
    }
}

/// Runs the programs in the interpreter.
pub(super) fn run_gossa(
    directory: &Utf8Path,
    goroot: &Utf8Path,
    programs: Range<u64>,
) -> Result<Traces, BenchError> {
    let interpreted = Interpreted::load(directory, goroot)?;
    let mut traces = Traces::new();
    let mut first = programs.start;
    while first < programs.end {
        let (output, errors, outcome) = interpreted.run(1, &[first.to_string()]);
        split(&output, &mut traces);
        let why = match outcome {
            Outcome::Exit(0) => break,
            Outcome::Exit(_) => {
                let errors = String::from_utf8_lossy(&errors);
                format!("died: {}\n", errors.lines().next().unwrap_or_default())
            }
            Outcome::Refused { what, trace, .. } => {
                format!("refused: {what} in {}\n", trace.join(", "))
            }
        };
        let Some(next) = ended(&mut traces, &why) else { break };
        first = next;
    }
    Ok(traces)
}
