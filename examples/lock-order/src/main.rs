//! gossa with the lock-order checker added.

use std::process::ExitCode;

fn main() -> ExitCode {
    gossa::main(gossa::builtin().with(lock_order::LockOrder))
}
