//! Executes the SSA form of Go programs.
//!
//! Beside the analyses, on top of `gossa-ssa`: what lowering gets wrong fails loudly here, and what
//! really happens in a run can be compared with what analyses claim. A run is deterministic: the
//! same program, seed and limits give the same output.
//!
//! The parts, from the bottom: [`memory`] is what programs point into, [`types`] how values lie in
//! it, [`code`] what functions become (`compile` makes it), [`goroutine`] and [`schedule`] who
//! runs, [`replay`] who ran, `exec` the loop, `unwind` panics, `collect` the garbage collector,
//! [`map`] and [`channel`] what their names say, [`descriptor`] what `reflect` reads, and
//! [`intrinsics`] what the standard library leaves to the runtime; [`observe`] says what others
//! are told of it, and `tell` tells them. [`machine`] holds it together.

pub mod channel;
pub mod code;
mod collect;
mod compile;
pub mod descriptor;
mod embed;
mod exec;
pub mod files;
pub mod goroutine;
pub mod growth;
pub mod intrinsics;
mod live;
pub mod machine;
pub mod map;
pub mod memory;
pub mod observe;
pub mod replay;
mod run;
pub mod schedule;
mod tell;
pub mod trap;
pub mod types;
mod unwind;

pub use machine::{EmbeddedFile, Machine, Options, Output, ProgramEnv};
pub use replay::Schedule;
pub use run::{Outcome, Prepared, run_main, run_main_observed, run_main_recorded, run_observed};
