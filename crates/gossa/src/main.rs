//! The `gossa` binary: the built-in checkers and nothing else.

use std::process::ExitCode;

/// Many threads allocate many small things; the system's allocator is slow at that.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    gossa::main(gossa::builtin())
}
