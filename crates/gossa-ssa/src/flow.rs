//! Data-flow analysis over bodies.
//!
//! [`lattice`] says what facts are and how they are joined, [`monotone`] propagates them over a
//! body until nothing changes.

pub mod lattice;
pub mod monotone;
