//! Data-flow analysis over bodies and over whole programs.
//!
//! [`lattice`] says what facts are and how they are joined, [`monotone`] propagates them over a
//! body until nothing changes. [`supergraph`] is control flow across calls, [`ide`] and [`ifds`]
//! propagate facts along it such that returns go back to where the call came from.

pub mod ide;
pub mod ifds;
pub mod lattice;
pub mod monotone;
pub mod supergraph;
