//! `gossa explain`: the documentation of checkers.

use crate::args::ExplainArgs;
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_api::{Confidence, Registry, Selection};
use std::io::Write as _;

/// What is said of checks whose findings are all of low confidence.
const TIER: &str = "\
Too few of its findings in real programs were worth a change. It runs where `--checkers` names it,
and with `--min-confidence low`.";

/// Runs the subcommand.
pub(crate) fn run(args: &ExplainArgs, registry: &Registry) -> Result<Exit, CommandError> {
    let mut out = output::stdout();
    match &args.checker {
        None => {
            let checks = registry.checks();
            let width = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
            for check in checks {
                writeln!(
                    out,
                    "{:width$}  {:7}  {}",
                    check.id,
                    check.severity.as_str(),
                    check.summary
                )?;
            }
        }
        Some(id) => {
            let Some(check) = registry.find(id) else {
                return Err(unknown(registry, id));
            };
            writeln!(out, "# {}\n", check.id)?;
            writeln!(out, "{} ({}): {}\n", check.severity.as_str(), check.category, check.summary)?;
            writeln!(out, "{}", check.text())?;
            if check.tier == Confidence::Low {
                writeln!(out, "\n## Off by default\n\n{TIER}")?;
            }
            let options = registry.options();
            let options: Vec<_> = (options.iter().map(|option| option.describe()))
                .filter(|option| option.check == check.id)
                .collect();
            if !options.is_empty() {
                writeln!(out, "\n## Options\n\n[checkers.{}] of gossa.toml:\n", check.id)?;
            }
            for option in options {
                writeln!(out, "- `{} = {}`: {}", option.name, option.default, option.doc)?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// The error for an id that does not exist, with the nearest one that does.
fn unknown(registry: &Registry, id: &str) -> CommandError {
    let id = id.trim_start_matches('-');
    let message = match Selection::parse(registry, id) {
        Err(error) => error.to_string(),
        Ok(_) => format!("there is no checker `{id}`"),
    };
    CommandError::Usage(format!("{message}\n`gossa explain` lists them all"))
}
