//! Points-to analysis: which objects each pointer of a program may point to.
//!
//! Inclusion-based (Andersen), field-sensitive, with the callees of dynamic calls found on the way,
//! and calls of small functions by name kept apart. [`layout`] says what objects consist of,
//! [`extract`] turns each function into constraints ([`facts`]), [`link`] joins those of the
//! functions that are called into one system, and [`solver`] finds its least solution; [`naive`] is
//! the solver's oracle. What a rule makes of an element is in `rules`, what functions do whose
//! bodies do not show it in `models`.
//! [`memory`] lends a solution to the value-flow analysis of `gossa-ssa`.
//!
//! Sound for code that reflection does not reach: what `reflect` and the runtime do to memory is not
//! followed into their unsafe conversions, and there are no models of it yet. So the solution is
//! not yet one of the call graphs that [`build`](crate::callgraph::build) offers.

pub mod extract;
pub mod facts;
mod graph;
pub mod layout;
pub mod link;
pub mod memory;
mod models;
pub mod naive;
mod rules;
pub mod sets;
pub mod solver;
#[cfg(test)]
mod tests;

use crate::callgraph::Roots;
use layout::Layouts;
use link::Linker;
use solver::Solver;

/// Solves the program that begins at `roots`.
#[must_use]
pub fn solve<'x, 'p, 'e>(layouts: &'x Layouts<'p, 'e>, roots: &Roots) -> Solver<'x, 'p, 'e> {
    let mut linker = Linker::new(layouts);
    linker.add_roots(roots);
    Solver::solve(linker)
}
