use std::process::ExitCode;

fn main() -> ExitCode {
    gossa::main(my_checkers::all(gossa::builtin()))
}
