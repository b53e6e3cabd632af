//! Which accesses of a Go program may happen at the same time.
//!
//! Each function is read once, callees first, and becomes a *trace*: the memory that it accesses,
//! with the locks it holds, the operations by which it waits for others or lets them go on, and
//! the goroutines it starts, each a trace again. Places are [`path`]s from what the function has in
//! its hands, so a callee's trace means the same in its caller's words, and functions that a
//! caller passes down are filled in where they are known. In every function that has goroutines
//! below it, accesses of different goroutines to one place are a [`Conflict`] unless a lock
//! excludes them or the memory model orders them.
//!
//! Locks, and the order of things, are relative to the same hands: what two goroutines of one
//! activation share is told apart from what each has of its own without asking what may alias
//! what (relative locksets: Voung, Jhala, Lerner, "RELAY", FSE 2007; ownership by construction:
//! Blackshear et al., "RacerD", OOPSLA 2018).
//!
//! | step | file |
//! | --- | --- |
//! | values to paths | [`path`], `places` |
//! | instructions and calls to a trace | `function`, `locks`, `loops`, `known` |
//! | a callee's trace to its caller's | `lift` |
//! | program order | `order`, [`chain`], `live` |
//! | how calls end | `outcome` |
//! | happens-before among goroutines | `before` |
//! | ways that branches rule out | `facts` |
//! | what is over when a function returns | `join` |
//! | goroutines of which there is one at most | `token` |
//! | conflicts | `analysis` |
//! | which locks are taken and held | `taken` |
//! | what may run at the same time | [`marks`] |
//!
//! [`blocked`] is an analysis of its own: which goroutines may stay blocked for ever.

mod analysis;
mod before;
pub mod blocked;
mod callers;
pub mod chain;
pub mod event;
mod facts;
mod function;
mod join;
mod known;
mod lift;
mod live;
mod locks;
mod loops;
pub mod marks;
mod order;
mod outcome;
pub mod path;
mod places;
mod taken;
mod token;

pub use analysis::{Accessor, Analysis, Conflict};
pub use chain::{Chain, Site};
pub use event::{Access, AccessKind};
pub use known::Mode;
pub use outcome::{Condition, Sure};
pub use path::{Overlap, Path, Root, Step};
pub use taken::FunctionLocks;
