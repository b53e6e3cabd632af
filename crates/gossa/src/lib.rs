//! Whole-program static analysis for Go: the command line and the facade crate.
