//! Reads bodies from their textual form (see [`print`](crate::print())).
//!
//! Total: any text gives bodies, or an error with its place. What is read is well-formed as far as
//! ids go (every value, block and pool entry that an instruction names exists); everything else
//! is for [`verify`](crate::verify()) to say.
//!
//! Values and blocks are renumbered in the order in which the text defines them, so a hand-written
//! text may leave numbers out. Pools are laid out as [`layout`](crate::layout) describes.
//!
//! Outside of functions a text may also hold `test WORDS` lines, which say what a file of tests is
//! for, and `type path.Name = T` lines, which give defined types their underlying types, so that
//! a text can be checked without the Go source.

mod assemble;
mod insts;
mod lexer;
mod names;
mod parser;

use crate::body::Body;
use gossa_types::{DeclId, TypeId};
pub(crate) use names::basic;
use parser::Parser;

/// Why a text could not be read, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{line}:{column}: {kind}")]
pub struct ReadError {
    /// The line, from 1.
    pub line: u32,
    /// The column in bytes, from 1.
    pub column: u32,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

/// What is wrong with a text.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadErrorKind {
    /// Something else should stand here.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What should.
        expected: &'static str,
        /// What does, shortened.
        found: String,
    },
    /// No instruction has this mnemonic.
    #[error("no instruction is called `{0}`")]
    UnknownInstruction(String),
    /// A variant of an instruction that does not exist.
    #[error("`{found}` is no {what}")]
    UnknownVariant {
        /// What it should be.
        what: &'static str,
        /// The word.
        found: String,
    },
    /// A value that no instruction or block defines.
    #[error("v{0} is not defined")]
    UndefinedValue(u32),
    /// A value that is defined twice.
    #[error("v{0} is defined twice")]
    RedefinedValue(u32),
    /// A block that does not exist.
    #[error("b{0} does not exist")]
    UndefinedBlock(u32),
    /// A block with the number of another.
    #[error("b{0} exists twice")]
    RedefinedBlock(u32),
    /// Numbers of results and types differ.
    #[error("{results} results with {types} types")]
    ResultTypes {
        /// Number of results.
        results: usize,
        /// Number of types.
        types: usize,
    },
    /// A number that is out of range or malformed.
    #[error("`{0}` is not a number that can stand here")]
    Number(String),
    /// A string with a wrong escape, or that must be UTF-8 and is not.
    #[error("malformed string")]
    String,
    /// A terminator with results: bodies have no place for them.
    #[error("a terminator has no results")]
    TerminatorResults,
    /// A block with parameters behind one that does not end: bodies could not tell the parameters
    /// from the last instruction's results.
    #[error("the block before this one has no terminator")]
    NoTerminator,
    /// Nesting beyond what is read.
    #[error("nested too deeply")]
    TooDeep,
    /// The first block has parameters of its own.
    #[error("the parameters of the entry block are the function's")]
    EntryParameters,
    /// A capture after another parameter.
    #[error("captured variables are the first parameters")]
    CaptureOrder,
    /// A function with parameters but without blocks.
    #[error("a function has at least one block")]
    NoBlocks,
    /// More than a body can hold.
    #[error("too large")]
    TooLarge,
}

/// A body with the lines (from 1) that its parts stand on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadBody {
    /// The body.
    pub body: Body,
    /// The header's line.
    pub line: u32,
    /// By block.
    pub block_lines: Box<[u32]>,
    /// By instruction.
    pub inst_lines: Box<[u32]>,
}

/// All that a text holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TextFile {
    /// The bodies, in order.
    pub bodies: Vec<ReadBody>,
    /// What the `test` lines say.
    pub tests: Vec<String>,
    /// What the `type` lines say: defined types with their underlying types.
    pub types: Vec<(DeclId, TypeId)>,
}

/// Reads bodies.
pub fn read(text: &str) -> Result<Vec<Body>, ReadError> {
    let file = read_file(text)?;
    Ok(file.bodies.into_iter().map(|read| read.body).collect())
}

/// Reads bodies, with all that stands around them.
pub fn read_file(text: &str) -> Result<TextFile, ReadError> {
    let mut parser = Parser::new(text);
    parser.file().map_err(|failure| {
        let before = &text.as_bytes()[..failure.at.min(text.len())];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let lines = before.iter().filter(|&&b| b == b'\n').count();
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        ReadError {
            line: count(lines),
            column: count(before.len() - line_start),
            kind: *failure.kind,
        }
    })
}

/// Reads a type.
pub fn read_type(text: &str) -> Result<TypeId, ReadError> {
    let mut parser = Parser::new(text);
    parser.only_type().map_err(|failure| ReadError {
        line: 1,
        column: u32::try_from(failure.at + 1).unwrap_or(u32::MAX),
        kind: *failure.kind,
    })
}
