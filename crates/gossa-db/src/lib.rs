//! The salsa database: queries from file text to SSA. The only crate that knows salsa.
//!
//! ```text
//! SourceFile.text ── parse ─┬─ item_tree ──── package_decls ──┬─ init_order ─┐
//!   (input)        (no_eq)  │  (no bodies,    (per package;   │              │
//!                           │   no positions)  asks imports)  ├─ body_types ─┼─ lowered
//!                           └─ body_tree ─────────────────────┘  (per func)  │ (per func
//!                              (per func, no positions) ─────────────────────┘  instance)
//! ```
//!
//! `item_tree` and `body_tree` are the firewalls. An edit inside one body re-runs `parse`, both
//! projections of that file (cheap), and then `body_types` and `lowered` of that one function; a
//! comment above it leaves every projection equal and nothing past them runs. `local_facts` is the
//! firewall in front of points-to analysis: an edit that leaves alone what a body does to pointers
//! leaves it equal. Bodies and their
//! side tables are plain arenas inside query results, never salsa structs.
//!
//! The same queries serve a one-shot run ([`RootDb::one_shot`]): inputs are frozen, so that no
//! dependency edges are kept, checked bodies live in a plain table, trees and side tables are dropped once their package is lowered
//! (and come back by parsing again when asked for), and [`Session`] drives packages and functions
//! in parallel, dependencies first.
//!
//! Invariant: no salsa type appears in the signature of anything that `gossa-api` hands on.

#[allow(missing_docs, reason = "salsa's macros make functions without documentation")]
mod bodies;
mod c_sources;
mod call_table;
mod declare;
mod diagnostics;
mod directives;
mod embeds;
mod env;
mod escape;
#[allow(missing_docs, reason = "salsa's macros make functions without documentation")]
mod facts;
#[allow(missing_docs, reason = "salsa's macros make functions without documentation")]
mod inputs;
mod kept;
#[allow(missing_docs, reason = "salsa's macros make functions without documentation")]
mod line_directives;
mod linknames;
mod models;
mod one_shot;
mod parsing;
mod run_env;
mod schedule;
mod session;
mod source;
#[allow(missing_docs, reason = "salsa's macros make functions without documentation")]
mod ssa;
mod symbols;
pub mod testing;
mod whole;

pub use bodies::{CheckedBody, body_tree, body_types};
pub use c_sources::CSources;
pub use call_table::{call_table, program_calls};
pub use declare::{init_order, item_tree, package_decls};
pub use diagnostics::{Place, SourcePlace, directives_of, function_name, header_tree_of};
pub use env::DbEnv;
pub use escape::{PlacedMessage, SessionEscapes, escape_messages, escape_places, program_escapes};
pub use facts::{DbFacts, FunctionFacts, SolvedFacts, function_facts, local_facts};
pub use inputs::{Db, PackageInput, Program, RootDb, SourceFile};
pub use kept::{KeptError, KeptSolution, Reason, Update};
pub use linknames::{LinkedSymbol, Linknames};
pub use models::{ModelProblem, NamedModel};
pub use one_shot::LoweredFunc;
pub use parsing::{ParsedFile, parse};
pub use run_env::{FileAccess, RunEnv};
pub use session::{Options, Progress, Session, SessionError, SilentProgress, StageSeconds};
pub use source::{DeclContext, decl_context, decl_place, type_context};
pub use ssa::{LowerKey, lowered};
pub use whole::WholeEnv;
