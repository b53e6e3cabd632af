//! Programs that are analysed and run side by side: loading one, running each of its beginnings in
//! the interpreter once, and having every check that is asked for watch that run.
//!
//! [`crate::soundness`] says which programs; `executed_calls`, `seen_points` and `seen_escapes` are
//! the checks.

use camino::{Utf8Path, Utf8PathBuf};
use gossa_base::Name;
use gossa_db::{
    FileAccess, Options, PackageInput, RootDb, RunEnv, Session, SilentProgress, WholeEnv,
};
use gossa_interp::observe::{
    Access, Activation, AllocationKind, CallKind, Definition, Object, Observer, Pointer, Site, Sync,
};
use gossa_interp::{Outcome, Output};
use gossa_load::test_main::Example;
use gossa_load::{BuildConfig, System};
use gossa_points::Program;
use gossa_points::callgraph::Roots;
use gossa_points::points::layout::Layouts;
use gossa_points::points::query::Queries;
use gossa_ssa::{FuncId, FuncKey};
use gossa_types::{DeclId, PackageId};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// A package, and the programs that it is.
pub(crate) struct Source {
    /// What the package is called in messages.
    pub(crate) name: String,
    /// Where its files are.
    pub(crate) system: Arc<dyn System>,
    /// Its directory.
    pub(crate) dir: Utf8PathBuf,
    /// The directory that its programs run in; they may read what is in it and below. They see no
    /// files if there is none.
    pub(crate) runs_in: Option<Utf8PathBuf>,
    /// Where programs begin.
    pub(crate) entries: Vec<Entry>,
}

/// A program: the initialisation of a package, and one of its functions in the place of `main`.
pub(crate) struct Entry {
    /// The function; it takes and returns nothing.
    pub(crate) function: String,
    /// What it is known to print.
    pub(crate) expected: Option<Example>,
}

impl Entry {
    /// A program as it is.
    pub(crate) fn main() -> Self {
        Self { function: "main".to_owned(), expected: None }
    }
}

/// A program with what analyses need.
pub(crate) struct Subject<'x, 'p, 'e> {
    pub(crate) db: &'x RootDb,
    pub(crate) whole: &'x WholeEnv<'e>,
    pub(crate) program: &'p Program<'e>,
    pub(crate) layouts: &'x Layouts<'p, 'e>,
    /// All packages of the program.
    pub(crate) packages: &'x [PackageInput],
    /// Where it begins.
    pub(crate) roots: Roots,
    queries: OnceCell<Queries<'x, 'p, 'e>>,
}

impl<'x, 'p, 'e> Subject<'x, 'p, 'e> {
    /// Points-to analysis of the program, made when it is first asked for.
    pub(crate) fn queries(&self) -> &Queries<'x, 'p, 'e> {
        self.queries.get_or_init(|| {
            let solver = gossa_points::points::solve(self.layouts, &self.roots);
            Queries::new(solver, self.layouts)
        })
    }
}

/// What a check does: it is made before the run, with what analyses say.
pub(crate) struct Check<'s> {
    /// Watches the run.
    pub(crate) observer: Box<dyn Observer>,
    /// Compares, when the run is over.
    pub(crate) compare: Box<dyn FnOnce() -> Findings + 's>,
}

/// How a check is made.
pub(crate) type MakeCheck = for<'s> fn(&'s Subject<'_, '_, '_>) -> Check<'s>;

/// What a run and an analysis have to do with each other.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What was seen: how much of what. All findings of a check have the same, in one order.
    pub(crate) counts: Vec<(&'static str, usize)>,
    /// By reason: what could not be compared.
    pub(crate) left_out: BTreeMap<&'static str, usize>,
    /// What was seen and the analysis does not have, in order.
    pub(crate) missed: Vec<String>,
}

impl Findings {
    /// Adds those of another run.
    pub(crate) fn add(&mut self, other: &Self) {
        if self.counts.is_empty() {
            self.counts = other.counts.iter().map(|&(what, _)| (what, 0)).collect();
        }
        for (sum, (_, count)) in self.counts.iter_mut().zip(&other.counts) {
            sum.1 += count;
        }
        for (why, count) in &other.left_out {
            *self.left_out.entry(why).or_default() += count;
        }
        self.missed.extend_from_slice(&other.missed);
    }

    /// How much there is of something.
    #[cfg(test)]
    pub(crate) fn count(&self, what: &str) -> usize {
        self.counts.iter().find(|(name, _)| *name == what).map_or(0, |&(_, count)| count)
    }
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Ended {
    /// The program printed what it is known to print.
    AsExpected,
    /// It ended with this status; nothing is known of what it prints.
    Exit(i32),
    /// It was to end well, and did not; the beginning of what it wrote to standard error.
    Failed(String),
    /// It printed this, and should have printed that.
    Differs(String, String),
    /// The interpreter could not go on.
    Refused(String),
}

/// A run of one program, and what each check found.
pub(crate) struct Ran {
    pub(crate) function: String,
    pub(crate) ended: Ended,
    pub(crate) findings: Vec<Findings>,
}

/// Runs all programs of a source, with these checks, and tells of each when it is over. `Err` says
/// why the source cannot be loaded.
pub(crate) fn run_all(
    source: &Source,
    goroot: &Utf8Path,
    limits: &gossa_interp::Options,
    checks: &[MakeCheck],
    tell: &mut (dyn FnMut(Ran) + Send),
) -> Result<(), String> {
    let session = load(source, goroot)?;
    let lowered = session.lower(&SilentProgress);
    let [root] = session.program().roots[..] else {
        return Err("not one package".to_owned());
    };
    let package = PackageId::new(&session.program().package(root).import_path);
    let (db, packages) = (session.db(), session.packages());
    // On a thread of the pool: lowering needs its large stack.
    session.pool().install(move || {
        let whole = WholeEnv::new(&db);
        let program = Program::new(&whole, &lowered);
        let layouts = Layouts::new(&program);
        for entry in &source.entries {
            let start = FuncId::declared(DeclId::top_level(package, Name::new(&entry.function)));
            let begin = FuncId::new(FuncKey::PackageInit(package));
            let [Some(begin), Some(start)] = [begin, start].map(|func| program.known(func)) else {
                let ended = Ended::Refused("a function that is not in the build".to_owned());
                tell(Ran { function: entry.function.clone(), ended, findings: Vec::new() });
                continue;
            };
            let subject = Subject {
                db: &db,
                whole: &whole,
                program: &program,
                layouts: &layouts,
                packages,
                roots: Roots { entries: vec![begin, start], open: Vec::new() },
                queries: OnceCell::new(),
            };
            let (observers, compare): (Vec<_>, Vec<_>) = checks
                .iter()
                .map(|make| make(&subject))
                .map(|check| (check.observer, check.compare))
                .unzip();
            let (mut limits, mut files) = (limits.clone(), FileAccess::Nothing);
            if let Some(dir) = &source.runs_in {
                limits.dir = dir.to_string();
                files = FileAccess::Below(dir.clone());
            }
            let env = RunEnv::new(&db, &*source.system).with_files(files);
            let printed = Rc::<RefCell<Printed>>::default();
            let outcome = gossa_interp::run_observed(
                &env,
                package,
                &entry.function,
                limits,
                Box::new(Keeps(Rc::clone(&printed))),
                Box::new(All(observers)),
            );
            let ended = ended(outcome, &printed.borrow(), entry.expected.as_ref());
            let findings = compare.into_iter().map(|compare| compare()).collect();
            tell(Ran { function: entry.function.clone(), ended, findings });
        }
        Ok(())
    })
}

/// Loads a package to be analysed and run.
fn load(source: &Source, goroot: &Utf8Path) -> Result<Session, String> {
    let options = Options {
        system: Arc::clone(&source.system),
        config: BuildConfig {
            dir: Some(source.dir.clone()),
            goroot: Some(goroot.to_owned()),
            goos: Some("linux".to_owned()),
            goarch: Some("amd64".to_owned()),
            cgo: Some(false),
            pure_go: true,
            ..BuildConfig::default()
        },
        dir: source.dir.clone(),
        patterns: vec![".".to_owned()],
        jobs: 1,
        one_shot: false,
    };
    Session::load(&options).map_err(|error| error.to_string())
}

/// What a program has written.
#[derive(Default)]
struct Printed {
    output: Vec<u8>,
    errors: Vec<u8>,
}

struct Keeps(Rc<RefCell<Printed>>);

impl Output for Keeps {
    fn write(&mut self, stream: u32, bytes: &[u8]) {
        let printed = &mut *self.0.borrow_mut();
        let to = if stream == 1 { &mut printed.output } else { &mut printed.errors };
        to.extend_from_slice(bytes);
    }
}

/// How a run ended, and whether that was to be.
fn ended(outcome: Outcome, printed: &Printed, expected: Option<&Example>) -> Ended {
    match (outcome, expected) {
        (Outcome::Refused { in_error: true, what, .. }, _) => {
            Ended::Refused(format!("code in error: {what}"))
        }
        (Outcome::Refused { what, .. }, _) => Ended::Refused(what),
        (Outcome::Exit(status), None) => Ended::Exit(status),
        (Outcome::Exit(0), Some(example)) => {
            let got = String::from_utf8_lossy(&printed.output);
            if example.is_output(&got) {
                Ended::AsExpected
            } else {
                Ended::Differs(got.trim().to_owned(), example.output.trim().to_owned())
            }
        }
        (Outcome::Exit(_), Some(_)) => {
            let errors = String::from_utf8_lossy(&printed.errors);
            Ended::Failed(errors.lines().next().unwrap_or_default().to_owned())
        }
    }
}

/// Tells all observers.
struct All(Vec<Box<dyn Observer>>);

impl Observer for All {
    fn call(&mut self, site: Option<Site>, callee: FuncId, kind: CallKind) {
        self.0.iter_mut().for_each(|to| to.call(site, callee, kind));
    }

    fn enter(&mut self, activation: Activation, func: FuncId) {
        self.0.iter_mut().for_each(|to| to.enter(activation, func));
    }

    fn leave(&mut self, activation: Activation) {
        self.0.iter_mut().for_each(|to| to.leave(activation));
    }

    fn allocation(&mut self, site: Site, object: Object, kind: AllocationKind) {
        self.0.iter_mut().for_each(|to| to.allocation(site, object, kind));
    }

    fn global(&mut self, variable: DeclId, object: Object) {
        self.0.iter_mut().for_each(|to| to.global(variable, object));
    }

    fn value(&mut self, definition: &Definition, target: Pointer) {
        self.0.iter_mut().for_each(|to| to.value(definition, target));
    }

    fn load(&mut self, access: &Access) {
        self.0.iter_mut().for_each(|to| to.load(access));
    }

    fn store(&mut self, access: &Access) {
        self.0.iter_mut().for_each(|to| to.store(access));
    }

    fn link(&mut self, site: Site, holder: Pointer, target: Pointer) {
        self.0.iter_mut().for_each(|to| to.link(site, holder, target));
    }

    fn sync(&mut self, site: Site, event: Sync) {
        self.0.iter_mut().for_each(|to| to.sync(site, event));
    }
}
