//! What every subcommand needs: the door to the disk, where paths are relative to, and a session
//! over the packages that the command line names.

use crate::args::{BuildArgs, GlobalArgs};
use crate::config_spec::ConfigSpec;
use crate::exit::{CommandError, Exit};
use crate::progress::TerminalProgress;
use camino::{Utf8Path, Utf8PathBuf};
use gossa_base::FxHashMap;
use gossa_db::{Options, PackageInput, RootDb, Session, SessionError, SourceFile};
use gossa_load::{DiskSystem, OverlaySystem, Program, System};
use gossa_report::{Diagnostic, Location, PathDisplay, Severity, SourceProvider, Stage};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

/// The surroundings of a run.
pub(crate) struct Context {
    pub(crate) system: Arc<dyn System>,
    /// `-C DIR`, absolute.
    pub(crate) dir: Utf8PathBuf,
    pub(crate) quiet: bool,
    pub(crate) deterministic: bool,
}

impl Context {
    /// The surroundings as the command line and the environment say.
    pub(crate) fn new(args: &GlobalArgs) -> Result<Self, CommandError> {
        let system: Arc<dyn System> = Arc::new(DiskSystem);
        let current = system.current_dir().map_err(|reason| {
            CommandError::Usage(format!("cannot use the current directory: {reason}"))
        })?;
        let asked = args.dir.as_deref().unwrap_or(Utf8Path::new("."));
        let dir = gossa_load::system::lexically_clean(&current.join(asked));
        if !system.is_dir(&dir) {
            return Err(CommandError::Usage(format!("-C: there is no directory {dir}")));
        }
        Ok(Self { system, dir, quiet: args.quiet, deterministic: args.deterministic })
    }

    /// Puts files in the place of others, if that is asked for.
    pub(crate) fn apply_overlay(&mut self, build: &BuildArgs) -> Result<(), CommandError> {
        let system = Arc::clone(&self.system);
        self.system = OverlaySystem::apply(system, &self.dir, build.overlay.as_deref())
            .map_err(|error| CommandError::Usage(error.to_string()))?;
        Ok(())
    }

    /// Progress, if anybody is to see it.
    pub(crate) fn progress(&self) -> TerminalProgress {
        TerminalProgress::new(self.quiet)
    }

    /// What to load, and how.
    pub(crate) fn options(&self, build: &BuildArgs, one_shot: bool) -> Options {
        Options {
            system: self.system.clone(),
            config: build.config(&self.dir),
            dir: self.dir.clone(),
            patterns: build.patterns(),
            jobs: usize::from(build.jobs),
            one_shot,
        }
    }

    /// Loads what the command line names. `one_shot` drops trees and side tables as soon as they
    /// have been used.
    pub(crate) fn session(
        &self,
        build: &BuildArgs,
        one_shot: bool,
    ) -> Result<Session, SessionError> {
        Session::load(&self.options(build, one_shot))
    }

    /// Loads what the command line names for each of several builds; without any, for the one that
    /// the other options describe, which has no name.
    pub(crate) fn sessions(
        &self,
        build: &BuildArgs,
        specs: &[ConfigSpec],
    ) -> Result<Vec<(Option<String>, Session)>, CommandError> {
        let options = self.options(build, true);
        if specs.is_empty() {
            return Ok(vec![(None, Session::load(&options)?)]);
        }
        for (index, spec) in specs.iter().enumerate() {
            if specs[..index].iter().any(|earlier| earlier.name == spec.name) {
                return Err(CommandError::Usage(format!("--config {} is given twice", spec.name)));
            }
        }
        let configs: Vec<_> = specs.iter().map(|spec| spec.applied_to(&options.config)).collect();
        let sessions = Session::load_all(&options, &configs)?;
        Ok(specs.iter().map(|spec| Some(spec.name.clone())).zip(sessions).collect())
    }

    /// How files are named in the output.
    pub(crate) fn paths(&self, program: &Program) -> PathDisplay {
        PathDisplay::new(
            self.dir.as_str(),
            Some(program.goroot.as_str()),
            program.module_cache.as_ref().map(|cache| cache.as_str()),
        )
    }
}

/// Whether the patterns led to any code: if not, nothing can be said about it.
pub(crate) fn has_code(program: &Program) -> bool {
    program.roots.iter().any(|&root| {
        let package = program.package(root);
        // Where there are only tests there is nothing to analyse, and nothing wrong with that.
        let only_tests = !package.has_error
            && (!package.test_go_files.is_empty() || !package.xtest_go_files.is_empty());
        !package.files.is_empty() || only_tests
    })
}

/// The exit status of a run; `has_code`: of [`has_code`].
pub(crate) fn exit_status(has_code: bool, findings: usize, errors: u64) -> Exit {
    if has_code { Exit::of(findings, errors) } else { Exit::Failed }
}

/// How many of the diagnostics are errors.
pub(crate) fn count_errors(diagnostics: &[Diagnostic]) -> u64 {
    diagnostics.iter().filter(|found| found.severity == Severity::Error).count() as u64
}

/// The session's diagnostics with the paths of the output, not sorted; where the patterns match
/// nothing, one that says so.
pub(crate) fn diagnostics(session: &Session, paths: &PathDisplay) -> Vec<Diagnostic> {
    let program = session.program();
    let mut diagnostics = session.diagnostics();
    if program.roots.is_empty() && program.diagnostics.is_empty() {
        diagnostics.push(Diagnostic::new(
            Severity::Error,
            Stage::Load,
            "the patterns match no packages",
        ));
    }
    for found in &mut diagnostics {
        if let Some(location) = &mut found.location {
            display(location, paths);
        }
    }
    diagnostics
}

/// Replaces a full path by the one that the output shows.
pub(crate) fn display(location: &mut Location, paths: &PathDisplay) {
    location.file = paths.display(&location.file);
    if let Some(origin) = &mut location.origin
        && !origin.file.is_empty()
    {
        origin.file = paths.display(&origin.file);
    }
}

/// The session's files by the paths of the output. Files that are none of its Go files (go.mod
/// and the like) are read from disk.
pub(crate) struct SessionSources<'s> {
    db: RootDb,
    packages: &'s [PackageInput],
    system: &'s dyn System,
    paths: &'s PathDisplay,
    files: OnceCell<FxHashMap<String, SourceFile>>,
}

impl<'s> SessionSources<'s> {
    pub(crate) fn new(
        session: &'s Session,
        system: &'s dyn System,
        paths: &'s PathDisplay,
    ) -> Self {
        let packages = session.packages();
        Self { db: session.db(), packages, system, paths, files: OnceCell::new() }
    }

    fn files(&self) -> &FxHashMap<String, SourceFile> {
        self.files.get_or_init(|| {
            let db = &self.db;
            let files = self.packages.iter().flat_map(|package| package.files(db));
            files.map(|&file| (self.paths.display(file.path(db)), file)).collect()
        })
    }
}

impl SourceProvider for SessionSources<'_> {
    fn source(&self, file: &str) -> Option<Cow<'_, [u8]>> {
        if let Some(&file) = self.files().get(file) {
            return Some(Cow::Borrowed(file.text(&self.db)));
        }
        self.system.read(Utf8Path::new(&self.paths.resolve(file))).ok().map(Cow::Owned)
    }
}
