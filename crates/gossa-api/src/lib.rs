//! The stable face of gossa for checkers.
//!
//! A checker is one file: what it reports, declared with [`declare_check!`], and a type that
//! implements [`Checker`]. It sees the program as functions in SSA form ([`Func`], [`Inst`],
//! [`Op`], [`Value`]), asks its questions of handles, and reports through a guard:
//!
//! ```
//! use gossa_api::prelude::*;
//!
//! declare_check! {
//!     /// ## What it does
//!     /// Reports calls of `print` and `println`, which write to standard error.
//!     /// ## Why
//!     /// They are for bootstrapping and may leave the language.
//!     /// ## Bad
//!     /// ```go
//!     /// func f() { println("here") } // want `builtin-print`
//!     /// ```
//!     /// ## Good
//!     /// ```go
//!     /// func f() { fmt.Println("here") }
//!     /// ```
//!     /// ## What it does not catch
//!     /// `print` as a deferred call.
//!     pub static BUILTIN_PRINT = "builtin-print": "style", Note,
//!         "the built-in print functions are used";
//! }
//!
//! struct BuiltinPrint;
//!
//! impl Checker for BuiltinPrint {
//!     fn checks(&self) -> Vec<&'static Check> {
//!         vec![&BUILTIN_PRINT]
//!     }
//!
//!     fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
//!         for inst in func.insts() {
//!             if let Op::Builtin { op: Builtin::Print | Builtin::Println, .. } = inst.op() {
//!                 let Some(mut report) = pass.report(&BUILTIN_PRINT, inst) else { continue };
//!                 report.message("a built-in print function is called");
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! No type of an inner crate appears in a signature here, but for what is handed on under a name of
//! this crate. Read in this order: [`checker`], [`program`], [`func`], [`op`], [`pass`], [`whole`].
//! What is hidden (`run`, `ProgramData`) is for the command line and the test harness.

pub mod alias;
pub mod blocked;
pub mod checker;
pub mod concurrency;
pub mod detector;
pub mod escape;
pub mod exits;
pub mod fix;
pub mod flow;
pub mod func;
pub mod lock_balance;
pub mod locks;
pub mod memory;
pub mod op;
pub mod options;
pub mod outcome;
pub mod panic_ways;
pub mod parallel;
pub mod pass;
pub mod prelude;
pub mod program;
#[doc(hidden)]
pub mod run;
pub mod source;
pub mod structure;
pub mod syntax;
pub mod taint;
pub mod targets;
pub mod types;
pub mod typestate;
pub mod whole;

pub use alias::Alias;
pub use blocked::Blocked;
pub use checker::{Check, Checker, Ground, Registry, Selection, SelectionError};
pub use concurrency::{Accessor, Conflict, Place, PlaceKind};
pub use detector::{Blind, RaceDetector};
pub use escape::{Escape, EscapesTo, ParameterEscape};
pub use exits::{Exit, Exits};
pub use fix::{Edit, FixError};
pub use flow::{Arrival, Flow, Hop, HopKind, Reach, Tracker, Use, Verdict};
pub use func::{Block, Func, Inst, Value};
pub use gossa_conc::blocked::Wait;
pub use gossa_report::{Confidence, Finding, Severity};
pub use gossa_ssa::flow::panics::PanicKinds;
pub use gossa_ssa::{AllocKind, BinaryOp, ConvertKind, Fact, UnaryOp, UnsafeOp};
pub use gossa_types::Builtin;
pub use lock_balance::{Imbalance, LockBalance, LockFault};
pub use locks::{Acquisition, Lock, LockMode, Locks};
pub use memory::{Access, Meeting, Memory, Part, Where};
pub use op::{Call, Callee, Method, Op, SelectArm};
pub use options::{AnyOption, CheckOption, OptionValue};
pub use outcome::{Deferred, Ending, Endings, Recovery};
pub use panic_ways::{PanicSource, PanicWay, PanicWays};
pub use parallel::Parallel;
pub use pass::{Pass, Report};
#[doc(hidden)]
pub use program::ProgramData;
pub use program::{Global, Program, Type};
#[doc(hidden)]
pub use run::{Outcome, run};
pub use source::{Comment, Position, SourceRange};
pub use structure::{Guard, Loop, Structure};
pub use syntax::{Syntax, SyntaxKind};
pub use taint::{Arguments, Leak, Propagator, Sink, Source, Taint, TaintChecker};
pub use targets::{Reached, Targets};
pub use types::{Basic, Field, Kind, MethodOf};
pub use whole::{CallGraph, Edge, Maker, Object, Pointees, PointsTo, ProgramPass};
