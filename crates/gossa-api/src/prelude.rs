//! What a checker's file needs: `use gossa_api::prelude::*;`.

pub use crate::checker::{Check, Checker};
pub use crate::concurrency::{Accessor, Conflict, Place, PlaceKind};
pub use crate::declare_check;
pub use crate::flow::{Arrival, Flow, Hop, HopKind, Reach, Tracker, Use, Verdict};
pub use crate::func::{Block, Func, Inst, Value};
pub use crate::memory::{Access, Meeting, Memory, Part, Where};
pub use crate::op::{Call, Callee, Op};
pub use crate::pass::{Pass, Report};
pub use crate::program::{Program, Type};
pub use crate::whole::{CallGraph, Edge, Maker, Object, Pointees, PointsTo, ProgramPass};
pub use gossa_report::{Confidence, Severity};
pub use gossa_ssa::{AllocKind, BinaryOp, ConvertKind, UnsafeOp};
pub use gossa_types::Builtin;
