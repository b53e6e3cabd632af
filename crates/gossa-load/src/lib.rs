//! Go modules, packages and files, read from disk as data.
