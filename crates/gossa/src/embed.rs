//! Analysing programs from Rust code: a [`Load`] says which, and [`analyse`] hands the program on.
//!
//! For tools that look at programs without reporting findings. The answers are those that a
//! checker's `check_program` gets.

use camino::Utf8PathBuf;
use gossa_api::{ProgramData, ProgramPass};
use gossa_db::{ModelProblem, NamedModel, Options, Session, SilentProgress};
use gossa_load::{BuildConfig, DiskSystem, System};
use gossa_ssa::model::{Model, Statement};
use std::path::PathBuf;
use std::sync::Arc;

/// Which program is analysed, and how it is built. Made from a directory; the rest is as the go
/// command takes it by default.
#[derive(Clone, Debug)]
pub struct Load {
    dir: PathBuf,
    patterns: Vec<String>,
    tags: Vec<String>,
    goos: Option<String>,
    goarch: Option<String>,
    goroot: Option<PathBuf>,
    tests: bool,
    jobs: usize,
    models: Vec<(String, Vec<String>)>,
}

impl Load {
    /// All packages of the module in a directory: `./...`.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            patterns: Vec::new(),
            tags: Vec::new(),
            goos: None,
            goarch: None,
            goroot: None,
            tests: false,
            jobs: 0,
            models: Vec::new(),
        }
    }

    /// The packages that match a pattern instead; may be said several times.
    #[must_use]
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.patterns.push(pattern.into());
        self
    }

    /// A build tag; may be said several times.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// The platform, as GOOS and GOARCH name it.
    #[must_use]
    pub fn platform(self, goos: impl Into<String>, goarch: impl Into<String>) -> Self {
        Self { goos: Some(goos.into()), goarch: Some(goarch.into()), ..self }
    }

    /// The Go distribution that the standard library is read from.
    #[must_use]
    pub fn goroot(self, dir: impl Into<PathBuf>) -> Self {
        Self { goroot: Some(dir.into()), ..self }
    }

    /// Loads tests, too.
    #[must_use]
    pub fn with_tests(self) -> Self {
        Self { tests: true, ..self }
    }

    /// What a function does whose body cannot be seen, in the statements that `[models]` in
    /// `gossa.toml` has: `docs/models.md`. What is wrong with them is among the errors.
    #[must_use]
    pub fn model<'s>(
        mut self,
        function: impl Into<String>,
        statements: impl IntoIterator<Item = &'s str>,
    ) -> Self {
        let statements = statements.into_iter().map(str::to_owned).collect();
        self.models.push((function.into(), statements));
        self
    }

    /// How many threads work; as many as the machine has where not said.
    #[must_use]
    pub fn jobs(self, jobs: usize) -> Self {
        Self { jobs, ..self }
    }
}

/// What [`analyse`] gives.
#[derive(Debug)]
#[non_exhaustive]
pub struct Analysed<T> {
    /// What the caller's function returned.
    pub value: T,
    /// What is wrong with the program, a line each: it was analysed as far as it could be.
    pub errors: Vec<String>,
}

/// Nothing could be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(String);

/// Loads a program, and calls `work` with it on a thread with a large stack.
///
/// # Errors
/// When nothing can be loaded at all: no such directory, no Go distribution, no matching package.
pub fn analyse<T: Send>(
    load: &Load,
    work: impl FnOnce(&ProgramPass<'_>) -> T + Send,
) -> Result<Analysed<T>, LoadError> {
    let utf8 = |path: &PathBuf| {
        Utf8PathBuf::from_path_buf(path.clone())
            .map_err(|path| LoadError(format!("{} is not UTF-8", path.display())))
    };
    let dir = utf8(&load.dir)?;
    let dir =
        DiskSystem.canonicalize(&dir).map_err(|error| LoadError(format!("{dir}: {error}")))?;
    let config = BuildConfig {
        dir: Some(dir.clone()),
        goos: load.goos.clone(),
        goarch: load.goarch.clone(),
        tags: load.tags.clone(),
        goroot: load.goroot.as_ref().map(utf8).transpose()?,
        tests: load.tests,
        ..BuildConfig::default()
    };
    let all = || vec!["./...".to_owned()];
    let patterns = if load.patterns.is_empty() { all() } else { load.patterns.clone() };
    let options = Options {
        system: Arc::new(DiskSystem),
        config,
        dir,
        patterns,
        jobs: load.jobs,
        one_shot: true,
    };
    let session = Session::load(&options).map_err(|error| LoadError(error.to_string()))?;
    let mut lowered = session.lower(&SilentProgress);
    let about_models = add_models(&load.models, &session, &mut lowered);
    let data = ProgramData::new(&session, lowered);
    let value = gossa_api::run::with_program(&session, &data, work);
    let errors = session
        .diagnostics()
        .iter()
        .map(|found| match &found.location {
            Some(at) => format!("{}:{}:{}: {}", at.file, at.line, at.column, found.message),
            None => found.message.clone(),
        })
        .chain(about_models)
        .collect();
    Ok(Analysed { value, errors })
}

/// Adds the bodies that models make; returns what is wrong with them, a line each.
fn add_models(
    models: &[(String, Vec<String>)],
    session: &Session,
    lowered: &mut Vec<gossa_db::LoweredFunc>,
) -> Vec<String> {
    let mut errors = Vec::new();
    let mut named = Vec::new();
    for (function, texts) in models {
        let parsed: Result<Vec<Statement>, _> =
            texts.iter().map(|text| Statement::parse(text)).collect();
        match parsed {
            Ok(statements) => named.push(NamedModel {
                function: function.clone(),
                model: Model { statements: statements.into() },
            }),
            Err(error) => errors.push(format!("the model of {function}: {error}")),
        }
    }
    for (at, problem) in session.add_models(&named, lowered) {
        let reason = match problem {
            ModelProblem::NotLoaded => "its package is not part of the program".to_owned(),
            ModelProblem::Unused(reason) | ModelProblem::Missing(reason) => reason,
            ModelProblem::Misfit(_, error) => error.message,
        };
        errors.push(format!("the model of {} is not used: {reason}", named[at].function));
    }
    errors
}
