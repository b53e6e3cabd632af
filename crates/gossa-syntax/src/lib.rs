//! Lexer, parser and syntax trees for Go: any bytes give a tree plus errors.
//!
//! Second in the pipeline, on `gossa-base`; it knows neither types nor files nor salsa. Read
//! [`ast`] first.

pub mod ast;
pub mod directive;

pub use ast::*;
