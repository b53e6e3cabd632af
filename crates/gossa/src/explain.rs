//! `gossa explain`: the documentation of checkers.

use crate::args::ExplainArgs;
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_api::{Confidence, Registry};
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
                let (severity, summary) = (check.severity.as_str(), check.summary);
                let off = if check.tier == Confidence::Low { " (off by default)" } else { "" };
                writeln!(out, "{:width$}  {severity:7}  {summary}{off}", check.id)?;
            }
        }
        Some(id) => {
            let Some(check) = registry.find(id) else {
                let error = registry.unknown(id.trim_start_matches('-'));
                let message = format!("{error}\n`gossa explain` lists them all");
                return Err(CommandError::Usage(message));
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
