//! Points-to analysis: which objects each pointer of a program may point to.
//!
//! Inclusion-based (Andersen), field-sensitive, with the callees of dynamic calls found on the way,
//! and calls of small functions by name kept apart. [`layout`] says what objects consist of,
//! [`extract`] turns each function into constraints ([`facts`]), [`link`] joins those of the
//! functions that are called into one system, and [`solver`] finds its least solution; [`naive`] is
//! the solver's oracle. What a rule makes of an element is in `rules`, what functions do whose
//! bodies do not show it in `models`.
//! [`query`] answers questions about a solution, [`pointees`] those of checkers, who have to know what
//! it does not show; [`memory`] lends a solution to the value-flow analysis of `gossa-ssa`.
//!
//! Functions of `reflect`, of the runtime and of containers that keep values in words have models
//! (`models`), and what `reflect` does with values is told in `reflection`. `docs/points-to.md`
//! says what is not followed.

pub mod bounds;
pub mod digest;
pub mod extract;
pub mod facts;
mod graph;
pub mod layout;
pub mod link;
pub mod local;
mod matching;
pub mod memory;
mod models;
pub mod naive;
pub mod pointees;
pub mod query;
mod reasons;
mod reflection;
mod rules;
pub mod sets;
pub mod solver;
#[cfg(test)]
mod tests;

pub use models::unused_models;

use crate::callgraph::Roots;
use bounds::Detail;
use layout::Layouts;
use link::Linker;
use local::FactSource;
use solver::Solver;

/// Solves the program that begins at `roots`.
#[must_use]
pub fn solve<'x, 'p, 'e>(layouts: &'x Layouts<'p, 'e>, roots: &Roots) -> Solver<'x, 'p, 'e> {
    solve_in_detail(layouts, roots, Detail::Automatic)
}

/// The same, with so much of reflection and `unsafe` followed.
#[must_use]
pub fn solve_in_detail<'x, 'p, 'e>(
    layouts: &'x Layouts<'p, 'e>,
    roots: &Roots,
    detail: Detail,
) -> Solver<'x, 'p, 'e> {
    let mut linker = Linker::new(layouts).with_detail(detail);
    linker.add_roots(roots);
    Solver::solve(linker)
}

/// The same, with facts that are known already, and kept reasons, so that it can follow edits.
#[must_use]
pub fn solve_with_facts<'x, 'p, 'e>(
    layouts: &'x Layouts<'p, 'e>,
    roots: &Roots,
    source: &'x dyn FactSource,
) -> Solver<'x, 'p, 'e> {
    let mut linker = Linker::new(layouts).with_facts(source).with_reasons();
    linker.add_roots(roots);
    Solver::solve(linker)
}
