//! Test harness for checkers: want comments, small standard library.
