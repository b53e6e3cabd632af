//! A run over a program: load, then drive the queries in parallel, dependencies first.

use crate::c_sources::{CSources, c_sources};
use crate::declare::package_decls;
use crate::diagnostics::package_diagnostics;
use crate::inputs::{Db as _, PackageInput, Program, RootDb, SourceFile};
use crate::models::ModelLeaks;
use crate::parsing::SharedTrees;
use crate::schedule::{self, PackageShape, PackageWork};
use camino::Utf8PathBuf;
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_load::{BuildConfig, System};
use gossa_report::{Diagnostic, LedgerEntry, Location, Severity, Stage};
use gossa_types::cgo::{CModel, InferredBy};
use gossa_types::{PackageId, Target};
use salsa::Setter as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What to analyse and how.
pub struct Options {
    /// The door to the disk.
    pub system: Arc<dyn System>,
    /// The build that files are selected for.
    pub config: BuildConfig,
    /// Directory that patterns are relative to.
    pub dir: Utf8PathBuf,
    /// Package patterns.
    pub patterns: Vec<String>,
    /// Number of threads; 0: one per processor.
    pub jobs: usize,
    /// Whether inputs are frozen and intermediate results dropped when used.
    pub one_shot: bool,
}

/// Told how far a run has come. Called from all threads.
pub trait Progress: Sync {
    /// A stage begins; it has `total` steps.
    fn stage(&self, name: &str, total: usize);
    /// One step is done; `item` names it.
    fn step(&self, item: &str);
}

/// Says nothing.
pub struct SilentProgress;

impl Progress for SilentProgress {
    fn stage(&self, _: &str, _: usize) {}
    fn step(&self, _: &str) {}
}

/// Why nothing can be analysed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Loading failed.
    #[error(transparent)]
    Load(#[from] gossa_load::LoadError),
    /// The threads could not be started.
    #[error("cannot start {jobs} threads: {reason}")]
    Threads {
        /// How many were asked for.
        jobs: usize,
        /// What the system said.
        reason: String,
    },
}

/// Seconds spent in each stage: wall time for loading; for the others, which run interleaved, the
/// threads' time divided by their number.
#[derive(Clone, Copy, Default, Debug)]
pub struct StageSeconds {
    /// Loading.
    pub load: f64,
    /// Lexing and parsing.
    pub parse: f64,
    /// Checking declarations and bodies.
    pub types: f64,
    /// Lowering.
    pub ssa: f64,
}

/// Nanoseconds of all threads together.
#[derive(Default)]
pub(crate) struct StageTimes {
    pub(crate) parse: AtomicU64,
    pub(crate) types: AtomicU64,
    pub(crate) ssa: AtomicU64,
}

impl StageTimes {
    pub(crate) fn measure<T>(counter: &AtomicU64, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        counter.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
        result
    }
}

/// A loaded program in a database.
///
/// The database is `Send` but not `Sync`: each thread works on a clone.
pub struct Session {
    db: parking_lot::Mutex<RootDb>,
    pub(crate) pool: Arc<rayon::ThreadPool>,
    pub(crate) packages: Box<[PackageInput]>,
    program: gossa_load::Program,
    /// The files that were edited, in order.
    edits: Vec<SourceFile>,
    load_time: Duration,
    pub(crate) times: StageTimes,
    /// What models say of functions without a body.
    pub(crate) models: std::sync::OnceLock<ModelLeaks>,
    /// Units of work that panicked: a message each.
    pub(crate) internal_errors: parking_lot::Mutex<Vec<String>>,
}

/// Stack of a worker: checking and lowering recurse with the nesting of the source.
pub(crate) const STACK_SIZE: usize = 256 << 20;

impl Session {
    /// Loads what the patterns name.
    ///
    /// # Errors
    /// When loading fails altogether (no GOROOT, no go.mod that can be read, ...); errors in
    /// single packages are [`Session::diagnostics`].
    pub fn load(options: &Options) -> Result<Self, SessionError> {
        let mut sessions = Self::load_all(options, std::slice::from_ref(&options.config))?;
        Ok(sessions.remove(0))
    }

    /// Loads what the patterns name once for each configuration, instead of for that of the
    /// options. In a one-shot run the sessions share the trees of files that they have in common
    /// for as long as one of them still needs them; so run them one after the other, and drop
    /// each before the next.
    ///
    /// # Errors
    /// When loading fails altogether for one of the configurations; see [`Session::load`].
    pub fn load_all(options: &Options, configs: &[BuildConfig]) -> Result<Vec<Self>, SessionError> {
        let jobs = options.jobs;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .stack_size(STACK_SIZE)
            .thread_name(|index| format!("gossa-{index}"))
            .build()
            .map_err(|error| SessionError::Threads { jobs, reason: error.to_string() })?;
        let pool = Arc::new(pool);
        let mut texts = Texts::default();
        let mut loaded = Vec::with_capacity(configs.len());
        for config in configs {
            let start = Instant::now();
            let mut config = config.clone();
            config.keep_text = true;
            config.dir = Some(options.dir.clone());
            let mut program =
                pool.install(|| gossa_load::load(&*options.system, &config, &options.patterns))?;
            texts.share(&mut program);
            loaded.push((program, start.elapsed()));
        }
        let shared = Arc::new(texts.trees());
        let session = |(mut program, load_time): (gossa_load::Program, Duration)| {
            let start = Instant::now();
            let db = if options.one_shot {
                RootDb::one_shot_sharing(shared.clone())
            } else {
                RootDb::default()
            };
            let packages = inputs(&db, &*options.system, &mut program);
            Self {
                db: parking_lot::Mutex::new(db),
                pool: pool.clone(),
                packages,
                program,
                edits: Vec::new(),
                load_time: load_time + start.elapsed(),
                times: StageTimes::default(),
                models: std::sync::OnceLock::new(),
                internal_errors: parking_lot::Mutex::default(),
            }
        };
        Ok(loaded.into_iter().map(session).collect())
    }

    /// The package graph.
    #[must_use]
    pub fn program(&self) -> &gossa_load::Program {
        &self.program
    }

    /// The packages that the patterns name; in the order of the package graph's roots.
    #[must_use]
    pub fn root_packages(&self) -> Vec<PackageId> {
        let path = |&root| PackageId::new(&self.program.package(root).import_path);
        self.program.roots.iter().map(path).collect()
    }

    /// A handle of the database, for one thread.
    #[must_use]
    pub fn db(&self) -> RootDb {
        self.db.lock().clone()
    }

    /// Gives a file another text. In a session that is not one-shot; waits until no thread holds a
    /// handle of the database.
    pub fn edit(&mut self, file: SourceFile, text: Arc<[u8]>) {
        file.set_text(self.db.get_mut()).to(text);
        self.edits.push(file);
    }

    /// The files that were edited, one for each edit, in order.
    #[must_use]
    pub fn edits(&self) -> &[SourceFile] {
        &self.edits
    }

    /// The packages as inputs, by [`gossa_load::PackageIndex`].
    #[must_use]
    pub fn packages(&self) -> &[PackageInput] {
        &self.packages
    }

    /// The thread pool that a session's work runs on.
    #[must_use]
    pub fn pool(&self) -> &rayon::ThreadPool {
        &self.pool
    }

    /// Seconds spent so far.
    #[must_use]
    pub fn seconds(&self) -> StageSeconds {
        let threads = self.pool.current_num_threads() as f64;
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64 / 1e9 / threads;
        StageSeconds {
            load: self.load_time.as_secs_f64(),
            parse: of(&self.times.parse),
            types: of(&self.times.types),
            ssa: of(&self.times.ssa),
        }
    }

    /// Does `work` for every package; see [`schedule`].
    pub(crate) fn for_each_package(&self, work: &dyn PackageWork) {
        let db = self.db();
        let shape = |(input, package): (&PackageInput, &gossa_load::Package)| {
            let files = input.files(&db);
            PackageShape {
                dependencies: package.dependencies.iter().map(|found| found.as_usize()).collect(),
                files: files.len(),
                bytes: files.iter().map(|file| file.text(&db).len()).sum(),
            }
        };
        let shapes: Vec<PackageShape> =
            self.packages.iter().zip(&self.program.packages).map(shape).collect();
        schedule::run(&self.pool, &db, &shapes, work);
    }

    /// Everything that is wrong with the loaded packages: load, syntax and type errors, and units
    /// of work that failed inside gossa. Paths are full paths; not sorted.
    ///
    /// Errors of dependencies outside the main module count like any other: their analysis is
    /// incomplete too.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        use rayon::prelude::*;
        // What is wrong with a file's text the parser and the type checker say too, and of the
        // whole file.
        let by_parser = |found: &&gossa_load::LoadDiagnostic| {
            use gossa_load::DiagnosticKind::{Encoding, ImportPath, Syntax};
            matches!(found.kind, Encoding | ImportPath | Syntax) && self.is_parsed(found)
        };
        let mut diagnostics: Vec<Diagnostic> = self
            .program
            .diagnostics
            .iter()
            .filter(|found| !by_parser(found))
            .map(load_diagnostic)
            .collect();
        let packages: Vec<PackageInput> = self.packages.to_vec();
        let db = self.db();
        let found: Vec<Vec<Diagnostic>> = self.pool.install(|| {
            packages
                .par_iter()
                .with_min_len(8)
                .map_with(db, |db, &package| {
                    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        package_diagnostics(db, package)
                    }))
                    .unwrap_or_default()
                })
                .collect()
        });
        diagnostics.extend(found.into_iter().flatten());
        let mut internal = self.internal_errors.lock().clone();
        internal.sort();
        internal.dedup();
        diagnostics.extend(
            internal.into_iter().map(|m| Diagnostic::new(Severity::Error, Stage::Analysis, m)),
        );
        diagnostics
    }

    /// The soundness ledger: what the results rest on that was not read off the code, sorted.
    #[must_use]
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        let db = &self.db();
        let mut entries = Vec::new();
        for (&package, loaded) in self.packages.iter().zip(&self.program.packages) {
            if !loaded.uses_cgo() {
                continue;
            }
            // A package whose check failed was reported with the diagnostics.
            let decls = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                package_decls(db, package)
            }));
            let Ok(Some(cgo)) = decls.map(|decls| decls.cgo.as_ref()) else { continue };
            entries.extend(cgo.ledger().iter().map(|inferred| {
                LedgerEntry {
                    package: package.id(db).path().to_owned(),
                    name: format!("C.{}", inferred.name),
                    kind: inferred.kind.to_owned(),
                    how: match inferred.how {
                        InferredBy::Table => "table",
                        InferredBy::Condition => "condition",
                        InferredBy::Use => "use",
                    }
                    .to_owned(),
                }
            }));
        }
        entries.sort_unstable();
        entries
    }
}

impl Session {
    fn is_parsed(&self, found: &gossa_load::LoadDiagnostic) -> bool {
        let Some(path) = &found.file else { return false };
        self.program
            .packages
            .iter()
            .any(|package| package.files.iter().any(|file| file.path == *path))
    }
}

/// The texts of all programs of a run: each held once, with the number of packages it is in.
#[derive(Default)]
struct Texts(FxHashMap<Utf8PathBuf, (Arc<[u8]>, u32)>);

impl Texts {
    /// Replaces the program's texts by those of the programs before it where they are the same.
    fn share(&mut self, program: &mut gossa_load::Program) {
        let files = program.packages.iter_mut().flat_map(|package| &mut package.files);
        for file in files {
            let Some(text) = &mut file.text else { continue };
            match self.0.get_mut(&file.path) {
                Some((known, users)) if known == text => {
                    *text = known.clone();
                    *users += 1;
                }
                // Changed on disk between two reads: not shared.
                Some((_, users)) => *users = 0,
                None => {
                    self.0.insert(file.path.clone(), (text.clone(), 1));
                }
            }
        }
    }

    fn trees(&self) -> SharedTrees {
        SharedTrees::new(self.0.iter().map(|(path, (_, users))| (path.as_str(), *users)))
    }
}

/// Whether a package consists of Go alone. In the distribution functions may be declared by the
/// runtime.
fn is_complete(package: &gossa_load::Package) -> bool {
    let others = &package.other_files;
    let foreign = [
        &others.c,
        &others.cxx,
        &others.m,
        &others.f,
        &others.s,
        &others.swig,
        &others.swig_cxx,
        &others.syso,
    ];
    !package.standard && !package.uses_cgo() && foreign.iter().all(|files| files.is_empty())
}

/// The modules whose files are expected to change while a session lives: those of the packages that
/// were asked for.
fn edited_modules(program: &gossa_load::Program) -> FxHashSet<Option<gossa_load::ModuleIndex>> {
    program.roots.iter().map(|&root| program.package(root).module).collect()
}

fn inputs(
    db: &RootDb,
    system: &dyn System,
    program: &mut gossa_load::Program,
) -> Box<[PackageInput]> {
    let ids: Vec<PackageId> =
        program.packages.iter().map(|package| PackageId::new(&package.import_path)).collect();
    let edited = edited_modules(program);
    // What an edit cannot have touched is not even asked about: an edit of any other file is as
    // right, but costs a look at everything.
    let durability = if db.is_one_shot() { db.durability() } else { salsa::Durability::HIGH };
    let mut files_by_path: FxHashMap<Utf8PathBuf, SourceFile> = FxHashMap::default();
    let c_sources: Vec<CSources> =
        program.packages.iter().map(|package| c_sources(system, program, package)).collect();
    let packages: Box<[PackageInput]> = program
        .packages
        .iter_mut()
        .zip(&ids)
        .zip(c_sources)
        .map(|((package, &id), c_sources)| {
            let of_files =
                if edited.contains(&package.module) { db.durability() } else { durability };
            let files: Box<[SourceFile]> = package
                .files
                .iter_mut()
                .map(|file| {
                    let text = file.text.take().unwrap_or_else(|| Arc::from([]));
                    // A package and its test variant have files in common.
                    if let Some(&known) = files_by_path.get(&file.path)
                        && *known.text(db) == text
                    {
                        return known;
                    }
                    let input = SourceFile::builder(Box::from(file.path.as_str()), text)
                        .durability(of_files)
                        .new(db);
                    files_by_path.insert(file.path.clone(), input);
                    input
                })
                .collect();
            let imports: FxHashMap<Name, PackageId> = package
                .imports
                .iter()
                .filter_map(|import| {
                    Some((Name::new(&import.path), ids[import.target?.as_usize()]))
                })
                .collect();
            let version = package.lang_version;
            PackageInput::builder(
                id,
                Name::new(&package.name),
                files,
                imports,
                (version.major.into(), version.minor.into()),
                package.standard,
                is_complete(package),
                c_sources,
            )
            .durability(durability)
            .new(db)
        })
        .collect();
    let by_id = ids.iter().copied().zip(packages.iter().copied()).collect();
    let target = Target::for_arch(&program.context.goarch);
    let c_model = CModel::for_platform(&program.context.goos, &program.context.goarch);
    let toolchain = gossa_load::LangVersion::parse(&program.go_version);
    // A distribution that does not say its version reads everything.
    let toolchain = toolchain.map_or((u32::MAX, 0), |v| (v.major.into(), v.minor.into()));
    let _ = Program::builder(by_id, target, c_model, toolchain).durability(durability).new(db);
    packages
}

fn load_diagnostic(found: &gossa_load::LoadDiagnostic) -> Diagnostic {
    let severity = match found.severity {
        gossa_load::Severity::Error => Severity::Error,
        gossa_load::Severity::Warning => Severity::Warning,
    };
    let diagnostic = Diagnostic::new(severity, Stage::Load, found.message.clone());
    match &found.file {
        Some(file) => {
            diagnostic.at(Location::point(file.as_str(), found.line.max(1), found.column.max(1)))
        }
        None => diagnostic,
    }
}
