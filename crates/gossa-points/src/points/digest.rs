//! What a solution says, without the numbers by which it says it: to compare solutions of one
//! program that were found in different ways.

use super::link::{Element, Instance, Origin};
use super::solver::Solver;
use gossa_base::FxHasher;
use std::hash::{Hash as _, Hasher as _};

/// Something that a solution says: what it is about, and a hash of what is said.
pub type Line = (Box<str>, u64);

/// What a solution says of each copy of each function that the program runs, and of each call;
/// sorted. Elements are named by what makes their objects, so equal programs that were numbered
/// differently have equal digests.
#[must_use]
pub fn digest(solver: &Solver<'_, '_, '_>) -> Vec<Line> {
    let linker = solver.linker();
    let program = linker.program();
    let mut lines: Vec<Line> = Vec::new();
    for instance in linker.instances().iter().filter(|instance| instance.active) {
        let mut hasher = FxHasher::default();
        for node in instance.nodes() {
            let mut named: Vec<u64> =
                solver.points_to(node).into_iter().map(|element| name(solver, element)).collect();
            named.sort_unstable();
            named.hash(&mut hasher);
        }
        lines.push((program.function(instance.func).to_string().into(), hasher.finish()));
    }
    for edge in solver.call_graph().edges() {
        let mut hasher = FxHasher::default();
        edge.site.hash(&mut hasher);
        format!("{:?}{:?}", edge.dispatch, edge.mode).hash(&mut hasher);
        program.function(edge.callee).to_string().hash(&mut hasher);
        let caller = program.function(edge.caller);
        lines.push((format!("calls of {caller}").into(), hasher.finish()));
    }
    lines.push(("detail".into(), solver.detail() as u64));
    lines.sort_unstable();
    lines
}

/// A hash of what an element is.
fn name(solver: &Solver<'_, '_, '_>, element: Element) -> u64 {
    let linker = solver.linker();
    let program = linker.program();
    let cell = element / 2;
    let object = linker.object_of(cell);
    let mut hasher = FxHasher::default();
    match object.origin {
        Origin::Site(instance, inst, kind) => {
            let Instance { func, .. } = linker.instances()[instance.0 as usize];
            program.function(func).id.to_string().hash(&mut hasher);
            (inst, kind as u8).hash(&mut hasher);
        }
        Origin::Func(func) => program.function(func).to_string().hash(&mut hasher),
        other => format!("{other:?}").hash(&mut hasher),
    }
    (cell - object.first, element % 2).hash(&mut hasher);
    linker.cell_type(cell).hash(&mut hasher);
    hasher.finish()
}
