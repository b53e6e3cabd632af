//! Types, constants and the type checker for Go.
