//! The salsa database: queries from file text to SSA.
