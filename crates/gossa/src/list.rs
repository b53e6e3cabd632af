//! `gossa list`: packages as JSON objects one after the other, as `go list -json` prints them.

use crate::args::ListArgs;
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_db::SessionError;
use gossa_load::{LoadDiagnostic, Severity, golist};
use gossa_report::{PathDisplay, escape_line};
use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use std::io::Write as _;

/// Runs the subcommand. Only package clauses, imports and build constraints are read.
pub(crate) fn run(context: &Context, args: &ListArgs) -> Result<Exit, CommandError> {
    let options = context.options(&args.build, true);
    let jobs = options.jobs;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .build()
        .map_err(|error| CommandError::Threads { jobs, reason: error.to_string() })?;
    let program = pool
        .install(|| gossa_load::load(&*options.system, &options.config, &options.patterns))
        .map_err(SessionError::from)?;

    let mut out = output::stdout();
    for package in golist::list(&program, args.deps) {
        let mut json = Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b"\t"));
        package.serialize(&mut json).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;

    let paths = context.paths(&program);
    for diagnostic in &program.diagnostics {
        output::note(&line(diagnostic, &paths));
    }
    if program.roots.is_empty() && program.diagnostics.is_empty() {
        output::error("the patterns match no packages");
    }
    let errors = program.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    Ok(context::exit_status(context::has_code(&program), 0, errors.count() as u64))
}

fn line(diagnostic: &LoadDiagnostic, paths: &PathDisplay) -> String {
    let place = match (&diagnostic.file, diagnostic.line, diagnostic.column) {
        (None, ..) => String::new(),
        (Some(file), 0, _) => format!("{}: ", paths.display(file.as_str())),
        (Some(file), line, 0) => format!("{}:{line}: ", paths.display(file.as_str())),
        (Some(file), line, column) => {
            format!("{}:{line}:{column}: ", paths.display(file.as_str()))
        }
    };
    let warning = if diagnostic.severity == Severity::Warning { "warning: " } else { "" };
    escape_line(&format!("{place}{warning}{}", diagnostic.message)).into_owned()
}
