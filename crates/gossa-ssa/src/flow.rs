//! Data-flow analysis over bodies and over whole programs.
//!
//! [`lattice`] says what facts are and how they are joined, [`monotone`] propagates them over a
//! body until nothing changes.
//!
//! Across functions: [`calls`] says what must be known of a program's functions and calls, and any
//! call graph can tell. [`supergraph`] is control flow with calls and returns; [`ide`] and [`ifds`]
//! propagate facts along it such that returns go back to where the call came from; [`program`] is
//! the supergraph of a Go program, with [`defers`] for the order of deferred calls and [`panics`]
//! for the instructions that may panic. [`outcome`] says how functions end: which calls come back.
//!
//! Through memory: a client says in [`memory`] which objects it asks about, [`versions`] numbers what
//! they hold at each place, and [`value_flow`] is the graph of where values come from.

pub mod calls;
pub mod defers;
pub mod ide;
pub mod ifds;
pub mod lattice;
pub mod memory;
pub mod monotone;
pub mod outcome;
pub mod panics;
pub mod program;
pub mod supergraph;
pub mod value_flow;
pub mod versions;
