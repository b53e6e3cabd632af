//! The command line of gossa, and the facade for analysers with checkers of one's own.
//!
//! The end of the pipeline: arguments in, exit status out. A custom analyser is three lines, and
//! has every subcommand and option of `gossa` itself:
//!
//! ```no_run
//! # use gossa::api::{Check, Checker};
//! # struct MyChecker;
//! # impl Checker for MyChecker {
//! #     fn checks(&self) -> Vec<&'static Check> { Vec::new() }
//! # }
//! fn main() -> std::process::ExitCode {
//!     gossa::main(gossa::builtin().with(MyChecker))
//! }
//! ```
//!
//! [`api`] is what a checker is written against; [`analyse`] is for programs that have questions and
//! no findings. `docs/write-a-checker.md` is the way from nothing to a tested checker. Inside, `args` is the command line, `context`
//! what every subcommand needs, and each subcommand has a module of its name.

mod args;
mod ast;
mod baseline;
mod bench;
mod callgraph;
mod check;
mod config;
mod config_spec;
mod context;
pub mod embed;
mod escape;
mod escape_program;
mod exit;
mod explain;
mod list;
mod memory;
mod output;
mod panics;
mod pointsto;
mod progress;
mod rules;
mod run;
mod ssa;
mod suppress;
mod types;

pub use embed::{Analysed, Load, LoadError, analyse};
pub use gossa_api as api;

use args::{Command, CommandLine};
use clap::Parser as _;
use context::Context;
use exit::{CommandError, Exit};
use gossa_api::Registry;
use std::io;
use std::process::ExitCode;

/// The checkers that gossa brings.
#[must_use]
pub fn builtin() -> Registry {
    gossa_checkers::builtin()
}

/// Runs the command line of this process with these checkers.
///
/// The exit status is 0 if nothing was found, 1 if there are findings, 2 if nothing could be
/// analysed, 3 if some package had errors.
#[must_use]
pub fn main(registry: Registry) -> ExitCode {
    let registry = registry.with(suppress::Suppressions);
    panics::guarded(|| {
        let line = match CommandLine::try_parse() {
            Ok(line) => line,
            Err(error) => {
                // Help and version go to standard output and are no failure.
                let failed = error.use_stderr();
                return match error.print() {
                    Ok(()) if !failed => Exit::Clean.into(),
                    _ => Exit::Failed.into(),
                };
            }
        };
        run(&line, &registry).unwrap_or_else(|error| fail(&error).into())
    })
}

fn run(line: &CommandLine, registry: &Registry) -> Result<ExitCode, CommandError> {
    let mut context = Context::new(&line.global)?;
    if let Some(build) = line.command.build() {
        context.apply_overlay(build)?;
    }
    let exit = match &line.command {
        Command::Run(args) => return run::run(&context, args),
        Command::Check(args) => check::run(&context, args, registry),
        Command::List(args) => list::run(&context, args),
        Command::Ast(args) => ast::run(&context, args),
        Command::Types(args) => types::run(&context, args),
        Command::Escape(args) => escape::run(&context, args),
        Command::Ssa(args) => ssa::run(&context, args),
        Command::Callgraph(args) => callgraph::run(&context, args),
        Command::Pointsto(args) => pointsto::run(&context, args),
        Command::Bench(args) => bench::run(&context, args, registry),
        Command::Explain(args) => explain::run(args, registry),
    };
    exit.map(ExitCode::from)
}

fn fail(error: &CommandError) -> Exit {
    match error {
        // `gossa ast ... | head`: whoever read the output has had enough of it.
        CommandError::Output(reason) if reason.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        error => {
            output::error(&error.to_string());
            Exit::Failed
        }
    }
}
