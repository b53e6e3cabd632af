//! `gossa escape`: which variables and allocations escape to the heap, and where parameters leak,
//! in the words of the Go compiler.

use crate::args::{EscapeArgs, EscapeForm};
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_db::escape_messages;
use gossa_report::{NoSources, Report, escape_line};
use rayon::prelude::*;
use std::io::Write as _;

/// Runs the subcommand.
pub(crate) fn run(context: &Context, args: &EscapeArgs) -> Result<Exit, CommandError> {
    if args.whole_program {
        return crate::escape_program::run(context, args);
    }
    if !matches!(args.format, None | Some(EscapeForm::Gc)) {
        let message = "--format: text and json are for --whole-program";
        return Err(CommandError::Usage(message.to_owned()));
    }
    let session = context.session(&args.build, true)?;
    let progress = context.progress();
    let escapes = session.escapes(&progress);
    drop(progress);
    let program = session.program();
    let wanted: Vec<usize> = if args.deps {
        (0..program.packages.len()).collect()
    } else {
        program.roots.iter().map(|root| root.as_usize()).collect()
    };
    let paths = context.paths(program);
    let db = session.db();
    let escapes = &escapes;
    let texts: Vec<String> = session.pool().install(|| {
        wanted
            .par_iter()
            .map_with(db, |db, &index| {
                let mut lines: Vec<(String, u32, u32, String)> = Vec::new();
                let functions = escapes.package(index).map_or(&[][..], |found| &found.functions);
                for function in functions {
                    for message in escape_messages(db, function) {
                        let place = message.place;
                        let (file, line, column) = match &place.origin {
                            Some(origin) => {
                                (origin.file.to_string(), origin.line, place.start.column)
                            }
                            None => (place.path, place.start.line, place.start.column),
                        };
                        lines.push((file, line, column, message.text));
                    }
                }
                lines.sort();
                lines.dedup();
                let mut text = String::new();
                for (file, line, column, said) in lines {
                    let file = paths.display(&file);
                    // The compiler has no larger columns.
                    let place = if column > 255 {
                        format!("{file}:{line}")
                    } else {
                        format!("{file}:{line}:{column}")
                    };
                    text.push_str(&escape_line(&format!("{place}: {said}")));
                    text.push('\n');
                }
                text
            })
            .collect()
    });
    let mut out = output::stdout();
    for text in texts {
        out.write_all(text.as_bytes())?;
    }
    out.flush()?;

    let mut report = Report::new();
    report.diagnostics = context::diagnostics(&session, &paths);
    report.finish(&NoSources);
    output::write_diagnostics(&mut std::io::stderr(), &report)?;
    let errors = context::count_errors(&report.diagnostics);
    let exit = context::exit_status(context::has_code(session.program()), 0, errors);
    std::mem::forget(session);
    Ok(exit)
}
