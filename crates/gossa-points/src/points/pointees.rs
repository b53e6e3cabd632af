//! What single values of a solved program point to, and whether the solution shows all of it: a part
//! of a program may be solved, and what comes from outside of it has no objects.
//!
//! An answer names objects rather than cells: whoever asks knows by their types which part is
//! meant. All instances of a function answer together. Facts of bodies are extracted again when
//! they are first asked about, since a solution keeps nodes, not values.

use super::extract::{Extracted, LeafSource, extract};
use super::facts::NodePlace;
use super::layout::Layouts;
use super::link::{Element, InstanceId, Node, Origin};
use super::solver::Solver;
use crate::program::FuncIndex;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{InstId, ValueId};
use gossa_types::DeclId;
use std::cell::RefCell;
use std::rc::Rc;

/// What makes an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MadeBy {
    /// An instruction of a function.
    Inst(FuncIndex, InstId),
    /// The declaration of a package-level variable.
    Global(DeclId),
    /// It is a function.
    Func(FuncIndex),
    /// Nothing that the program shows: memory of the runtime, what reflection makes, values
    /// without pointers in interfaces.
    Other,
}

/// What a value may point to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pointees {
    /// Objects by their first nodes, sorted.
    pub objects: Vec<Node>,
    /// Whether it may point to something else: an argument of a caller that is not seen, memory
    /// of the runtime, what is in code that never runs.
    pub others: bool,
}

/// Answers questions about single values.
pub struct Query<'s, 'x, 'p, 'e> {
    solver: &'s Solver<'x, 'p, 'e>,
    layouts: &'s Layouts<'p, 'e>,
    /// By function: its active instances.
    instances: Vec<Vec<InstanceId>>,
    open: FxHashSet<FuncIndex>,
    extracted: RefCell<FxHashMap<FuncIndex, Rc<Extracted>>>,
}

impl<'s, 'x, 'p, 'e> Query<'s, 'x, 'p, 'e> {
    /// Questions to a solution. `open` are the roots that code that is not seen calls: what they
    /// get as arguments the solution does not say.
    #[must_use]
    pub fn new(
        solver: &'s Solver<'x, 'p, 'e>,
        layouts: &'s Layouts<'p, 'e>,
        open: &[FuncIndex],
    ) -> Self {
        let mut instances = vec![Vec::new(); layouts.program().len()];
        for (at, instance) in (0..).zip(solver.linker().instances()) {
            if instance.active {
                instances[instance.func.index()].push(InstanceId(at));
            }
        }
        Self {
            solver,
            layouts,
            instances,
            open: open.iter().copied().collect(),
            extracted: RefCell::default(),
        }
    }

    /// What a value of a function may point to.
    #[must_use]
    pub fn pointees(&self, func: FuncIndex, value: ValueId) -> Pointees {
        let mut found = Pointees::default();
        let instances = self.instances.get(func.index()).map_or(&[][..], |all| all);
        let (false, Some(body)) = (instances.is_empty(), self.layouts.program().body(func)) else {
            found.others = true;
            return found;
        };
        let known = self.extracted.borrow().get(&func).cloned();
        let extracted = known.unwrap_or_else(|| {
            let made = Rc::new(extract(self.layouts, body));
            self.extracted.borrow_mut().insert(func, made.clone());
            made
        });
        let sources = extracted.leaves(value);
        found.others = sources.is_empty();
        let linker = self.solver.linker();
        for &id in instances {
            if linker.instances()[id.0 as usize].modelled {
                found.others = true;
                continue;
            }
            for &source in &sources {
                let (node, moved) = match source {
                    LeafSource::Node(node) => (node, None),
                    LeafSource::Offset(node, delta, base) => (node, Some((delta, base))),
                    LeafSource::Cell(cell) => {
                        match (linker.node_of(id, cell.node), cell.node.place()) {
                            (Some(node), _) => self.add(2 * node, &mut found),
                            (None, NodePlace::Nil) => {}
                            (None, _) => found.others = true,
                        }
                        continue;
                    }
                };
                let Some(node) = linker.node_of(id, node) else { continue };
                let elements = self.solver.points_to(node);
                found.others |= elements.is_empty();
                for element in elements {
                    match moved {
                        None => self.add(element, &mut found),
                        Some((delta, base)) => {
                            if let Some(element) = linker.offset(element, delta, base) {
                                self.add(element, &mut found);
                            }
                        }
                    }
                }
            }
        }
        // Other callers bring objects of their own.
        if self.open.contains(&func) && body.params(gossa_ssa::Body::ENTRY).any(|p| p == value) {
            found.others = true;
        }
        found.objects.sort_unstable();
        found.objects.dedup();
        found
    }

    fn add(&self, element: Element, found: &mut Pointees) {
        let object = self.solver.linker().object_of(element / 2);
        match object.origin {
            Origin::Nil => {}
            // Values without pointers in interfaces are one object for each type.
            Origin::Site(..) | Origin::Global(_) | Origin::Func(_) | Origin::Plain => {
                found.objects.push(object.first);
            }
            _ => found.others = true,
        }
    }

    /// What makes an object that [`Query::pointees`] names.
    #[must_use]
    pub fn made_by(&self, object: Node) -> MadeBy {
        let linker = self.solver.linker();
        match linker.object_of(object).origin {
            Origin::Site(id, inst, _) => MadeBy::Inst(linker.instances()[id.0 as usize].func, inst),
            Origin::Global(decl) => MadeBy::Global(decl),
            Origin::Func(func) => MadeBy::Func(func),
            _ => MadeBy::Other,
        }
    }
}
