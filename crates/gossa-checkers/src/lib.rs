//! The built-in checkers.
