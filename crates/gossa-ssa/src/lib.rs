//! The SSA form of Go functions: build, verify, print, read.
//!
//! Fourth in the pipeline: checked trees in, one [`Lowered`] per declared function out, generic
//! functions instantiated. Knows neither salsa nor files. Read [`inst`] first (the table of
//! instructions), then [`body`], then [`ids`].
//!
//! - [`build`] makes bodies, [`verify()`] says whether they are well-formed: its list of
//!   invariants is the contract between whoever makes bodies and whoever reads them.
//! - [`print()`] and [`read()`] are the textual form, described in `docs/ssa.md`; [`testing`] runs
//!   tests that are written in it.
//! - [`graph`], [`dom`], [`loops`] and [`flow`] are what analyses of one body start from;
//!   [`effects`] says what instructions do besides computing; [`stats`] counts.

pub mod body;
pub mod build;
mod consts;
pub mod dom;
pub mod effects;
pub mod env;
pub mod flow;
pub mod graph;
pub mod ids;
pub mod inst;
pub mod layout;
pub mod loops;
pub mod model;
mod opcode;
mod print;
mod read;
pub mod stats;
mod table;
pub mod testing;
mod verify;
mod words;

pub use body::{BlockData, Body, Lowered, SourceMap, ValueData, ValueDef};
pub use env::LowerEnv;
pub use ids::{
    BlockId, CallId, ConstId, FuncId, FuncKey, InstId, MethodRef, MethodRefId, MethodTarget,
    SelectId, TableId, ValueId,
};
pub use inst::{
    AllocKind, BinaryOp, CallData, Callee, ConvertKind, Fact, Inst, SelectArm, SelectData,
    SliceBounds, Target, UnaryOp, UnsafeOp, ValueList,
};
pub use opcode::MNEMONICS;
pub use print::{Annotate, Plain, Printer, SourceNames, decl_text, print, type_text};
pub use read::{ReadBody, ReadError, ReadErrorKind, TextFile, read, read_file, read_type};
pub use table::{Table, TableNode};
pub use verify::{Place, Violation, verify, verify_calls, verify_lowered};
