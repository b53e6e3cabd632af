//! The `gossa` command.

fn main() {}
