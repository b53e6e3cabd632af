//! Runs the `gossa` binary as a user does: exit statuses, output, and input of every bad kind.

#![expect(clippy::disallowed_methods, reason = "tests start the binary and make files")]

mod arguments;
mod ast;
mod bad_input;
mod baseline;
mod bench;
mod check;
mod config_file;
mod configurations;
mod determinism;
mod formats;
mod line_directives;
mod list;
mod models;
mod refusals;
mod run;
mod ssa;
mod support;
mod suppressions;
mod types;
