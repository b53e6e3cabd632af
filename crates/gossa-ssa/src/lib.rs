//! The SSA form of Go functions: build, verify, print, read.
