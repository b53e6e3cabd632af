//! Lexer, parser and syntax trees for Go: any bytes give a tree plus errors.
//!
//! Second in the pipeline, on `gossa-base`; it knows neither types nor files nor salsa. Read
//! [`ast`] first, then `parser`.

pub mod ast;
mod builder;
mod comments;
pub mod directive;
pub mod dump;
mod errors;
mod lexer;
mod literal;
mod names;
mod parser;
mod spelling;
mod swar;
mod token;
mod tokens;
mod unicode;
mod unicode_tables;
mod unquote;
pub mod walk;

pub use ast::*;
pub use directive::{Directive, DirectiveKind};
pub use parser::{MAX_DEPTH, MAX_FILE_LEN, Recovery, parse, parse_imports, parse_str, parse_with};
pub use tokens::lex;
pub use unquote::unquote;
