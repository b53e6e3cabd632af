//! The stable face for checkers: Checker, Pass, functions, values, reports.
