//! gossa with the forbidden-flow checker added.

use std::process::ExitCode;

fn main() -> ExitCode {
    gossa::main(gossa::builtin().with(forbidden_flow::checker()))
}
