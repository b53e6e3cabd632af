//! Escape analysis by the rules of the Go compiler: which variables and allocations may stay in a
//! function's frame, and where the values of parameters leak to.
//!
//! Works on typed trees, beside lowering to SSA, since its answers are those of a compiler that
//! looks at a function once, without regard to the order of execution. Knows neither salsa nor
//! files: [`analyze`] takes a package and asks an [`EscapeEnv`] for trees, and for [`Summary`]s of
//! the functions of packages that it imports, which must have been analysed before.
//!
//! ```text
//! typed tree ─ build ─ ir::Code ─ loop_vars, dead_vars ─ walk ─ graph::Graph ─ solve ─ PackageEscapes
//! ```
//!
//! Read [`mod@env`], [`summary`], [`report`], then `ir`, `graph`, `walk`, `solve`.

mod analysis;
mod build;
pub mod calls;
mod dead_vars;
pub mod env;
mod graph;
mod instances;
mod ir;
mod loop_vars;
mod order;
mod print;
mod record;
pub mod report;
mod resolved;
mod solve;
mod statics;
pub mod summary;
mod types;
mod walk;
mod walk_call;
mod walk_expr;
mod whole;

pub use analysis::analyze;
pub use env::{EscapeEnv, Pragmas};
pub use ir::{At, Point};
pub use report::{
    Allocation, AllocationKind, Conversion, FunctionEscapes, Message, PackageEscapes, Parameter,
    SelfAssignment, Verdict,
};
pub use summary::{Leaks, Sink, Summary, TRACKED_RESULTS};
pub use whole::analyze_program;
