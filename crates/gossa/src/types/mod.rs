//! `gossa types`: type errors, or all that the checker found out ([`dump`]).

mod definitions;
mod dump;
mod json;
mod objects;
mod places;

use crate::args::TypesArgs;
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_report::{NoSources, Report};
use std::io::Write as _;

/// Runs the subcommand.
pub(crate) fn run(context: &Context, args: &TypesArgs) -> Result<Exit, CommandError> {
    if args.dump.is_some() {
        return run_dump(context, args);
    }
    let sessions = context.sessions(&args.build, &args.configs)?;
    let mut report = Report::new();
    report.configs = args.configs.iter().map(|spec| spec.name.clone()).collect();
    let mut packages = 0;
    let mut has_code = false;
    let last = sessions.len();
    for (index, (config, session)) in sessions.into_iter().enumerate() {
        let progress = context.progress();
        session.check_types(&progress);
        drop(progress);
        let paths = context.paths(session.program());
        report.diagnostics.extend(context::diagnostics(&session, &paths).into_iter().map(
            |mut found| {
                found.configs.extend(config.clone());
                found
            },
        ));
        packages += session.program().packages.len();
        has_code |= context::has_code(session.program());
        if index + 1 == last {
            // The process ends here: giving memory back piece by piece would only take time.
            std::mem::forget(session);
        }
    }
    report.finish(&NoSources);
    let errors = context::count_errors(&report.diagnostics);
    let mut out = output::stdout();
    output::write_diagnostics(&mut out, &report)?;
    out.flush()?;
    note(context, packages, errors);
    Ok(context::exit_status(has_code, 0, errors))
}

/// Prints the dump, and what is wrong to standard error.
fn run_dump(context: &Context, args: &TypesArgs) -> Result<Exit, CommandError> {
    // A dump goes over every tree and side table once more after all has been checked.
    let session = context.session(&args.build, false)?;
    let progress = context.progress();
    session.check_types(&progress);
    drop(progress);

    let paths = context.paths(session.program());
    let mut report = Report::new();
    report.diagnostics = context::diagnostics(&session, &paths);
    report.finish(&NoSources);
    let errors = context::count_errors(&report.diagnostics);
    let mut out = output::stdout();
    dump::dump(&session, &paths, &mut out)?;
    output::write_diagnostics(&mut std::io::stderr(), &report)?;
    out.flush()?;
    note(context, session.program().packages.len(), errors);
    let exit = context::exit_status(context::has_code(session.program()), 0, errors);
    std::mem::forget(session);
    Ok(exit)
}

fn note(context: &Context, packages: usize, errors: u64) {
    if !context.quiet {
        output::note(&format!(
            "{}, {}",
            output::counted(packages as u64, "package"),
            output::counted(errors, "error")
        ));
    }
}
