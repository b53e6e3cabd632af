//! The calls of functions by name: what every call graph contains.

use super::scan::{self, Target};
use super::{CallGraph, Dispatch, Edge, Roots, reach};
use crate::program::Program;

/// Static calls of all functions.
pub(super) fn build(program: &Program<'_>, roots: &Roots) -> CallGraph {
    let mut edges = Vec::new();
    // Wrappers get their numbers while the calls are read.
    let mut next = 0;
    while next < program.len() {
        let caller = crate::FuncIndex::from_usize(next);
        next += 1;
        let Some(body) = program.body(caller) else { continue };
        for (site, target) in scan::targets(program, body) {
            if let Target::Static(callee) = target {
                let (inst, mode) = (site.inst, site.mode);
                edges.push(Edge { caller, site: inst, callee, dispatch: Dispatch::Static, mode });
            }
        }
    }
    reach(program, roots, edges)
}
