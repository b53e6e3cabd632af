//! What a checker's file needs: `use gossa_api::prelude::*;`.

pub use crate::alias::Alias;
pub use crate::checker::{Check, Checker};
pub use crate::concurrency::{Accessor, Conflict, Place, PlaceKind};
pub use crate::declare_check;
pub use crate::detector::{Blind, RaceDetector};
pub use crate::escape::{Escape, EscapesTo, ParameterEscape};
pub use crate::fix::{Edit, FixError};
pub use crate::flow::{Arrival, Flow, Hop, HopKind, Reach, Tracker, Use, Verdict};
pub use crate::func::{Block, Func, Inst, Value};
pub use crate::locks::{Acquisition, Lock, LockMode, Locks};
pub use crate::memory::{Access, Meeting, Memory, Part, Where};
pub use crate::op::{Call, Callee, Op};
pub use crate::parallel::Parallel;
pub use crate::pass::{Pass, Report};
pub use crate::program::{Global, Program, Type};
pub use crate::source::{Comment, SourceRange};
pub use crate::structure::{Loop, Structure};
pub use crate::syntax::{Syntax, SyntaxKind};
pub use crate::taint::{Leak, Propagator, Sink, Source, Taint, TaintChecker};
pub use crate::types::{Basic, Field, Kind};
pub use crate::whole::{CallGraph, Edge, Maker, Object, Pointees, PointsTo, ProgramPass};
pub use gossa_report::{Confidence, Severity};
pub use gossa_ssa::{AllocKind, BinaryOp, ConvertKind, UnsafeOp};
pub use gossa_types::Builtin;
