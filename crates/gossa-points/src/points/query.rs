//! Questions to a solved program: what a value points to, whether two pointers may or must be to
//! the same memory, and ([`why`]) by which steps an object came to a pointer.
//!
//! A value of a function is one value in each copy of the function that the solver made; questions
//! about values are about all copies together.

mod alias;
mod constraints;
mod describe;
pub mod why;

pub use describe::{Pointee, PointeeKind};

use super::bounds::Detail;
use super::extract::{Extracted, LeafSource, extract};
use super::facts::{Extern, NodeRef};
use super::layout::Layouts;
use super::link::{Element, InstanceId, Linker, Node};
use super::solver::Solver;
use crate::callgraph::Roots;
use crate::program::FuncIndex;
use gossa_base::FxHashMap;
use gossa_ssa::{Callee, Inst, InstId, ValueId};
use std::cell::RefCell;
use std::rc::Rc;

/// A value of a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FuncValue {
    /// The function.
    pub func: FuncIndex,
    /// The value.
    pub value: ValueId,
}

/// Where what a leaf of a value points to comes from, in one copy of its function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Source {
    /// A node's set.
    Node(Node),
    /// The set of a node, moved.
    Offset(Node, u32, gossa_types::TypeId),
    /// One element.
    Element(Element),
}

/// Answers questions about a solved program.
pub struct Queries<'x, 'p, 'e> {
    solver: Solver<'x, 'p, 'e>,
    layouts: &'x Layouts<'p, 'e>,
    extracted: RefCell<FxHashMap<FuncIndex, Option<Rc<Extracted>>>>,
    /// By function: its active copies that have the constraints of its body.
    copies: Vec<Vec<InstanceId>>,
    constraints: Option<constraints::Constraints>,
}

impl<'x, 'p, 'e> Queries<'x, 'p, 'e> {
    /// Solves the program that begins at `roots`, and keeps what [`Queries::why`] needs.
    #[must_use]
    pub fn solve(layouts: &'x Layouts<'p, 'e>, roots: &Roots, detail: Detail) -> Self {
        let mut linker = Linker::new(layouts).with_detail(detail);
        linker.keep_journal();
        linker.add_roots(roots);
        Self::new(Solver::solve(linker), layouts)
    }

    /// Questions about what a solver found. Chains through reflection are only found if the linker
    /// kept a journal.
    #[must_use]
    pub fn new(mut solver: Solver<'x, 'p, 'e>, layouts: &'x Layouts<'p, 'e>) -> Self {
        let mut copies = vec![Vec::new(); layouts.program().len()];
        for (at, instance) in (0..).zip(solver.linker().instances()) {
            if instance.active && !instance.modelled {
                copies[instance.func.index()].push(InstanceId(at));
            }
        }
        // Variables to which no pointer is passed on have no nodes yet.
        let linker = solver.linker_mut();
        for &copy in copies.iter().flatten() {
            let facts = linker.instances()[copy.0 as usize].facts.clone();
            for (at, place) in (0..).zip(&facts.externs) {
                if !matches!(place, Extern::Param(..)) {
                    linker.node(copy, NodeRef::external(at));
                }
            }
        }
        let extracted = RefCell::default();
        Self { solver, layouts, extracted, copies, constraints: None }
    }

    /// The solution.
    #[must_use]
    pub fn solver(&self) -> &Solver<'x, 'p, 'e> {
        &self.solver
    }

    /// Whether the program may run a function, as far as its body is looked at.
    #[must_use]
    pub fn is_reached(&self, func: FuncIndex) -> bool {
        !self.copies_of(func).is_empty()
    }

    fn copies_of(&self, func: FuncIndex) -> &[InstanceId] {
        self.copies.get(func.index()).map_or(&[], |copies| copies)
    }

    fn extracted(&self, func: FuncIndex) -> Option<Rc<Extracted>> {
        if let Some(known) = self.extracted.borrow().get(&func) {
            return known.clone();
        }
        let body = self.layouts.program().body(func);
        let made = body.map(|body| Rc::new(extract(self.layouts, body)));
        self.extracted.borrow_mut().insert(func, made.clone());
        made
    }

    /// What the leaves of a value are made of, copy by copy: the leaf's position, then its source.
    fn sources(&self, of: FuncValue) -> Vec<(u32, Source)> {
        let mut found = Vec::new();
        let Some(extracted) = self.extracted(of.func) else { return found };
        let leaves = extracted.leaves(of.value);
        let linker = self.solver.linker();
        for &copy in self.copies_of(of.func) {
            for (at, &leaf) in (0..).zip(&leaves) {
                let source = match leaf {
                    LeafSource::Node(node) => linker.node_of(copy, node).map(Source::Node),
                    LeafSource::Offset(node, delta, base) => {
                        linker.node_of(copy, node).map(|node| Source::Offset(node, delta, base))
                    }
                    LeafSource::Cell(cell) => linker
                        .node_of(copy, cell.node)
                        .map(|node| Source::Element(2 * node + u32::from(cell.boxed))),
                };
                found.extend(source.map(|source| (at, source)));
            }
        }
        found
    }

    /// The elements of a value's leaves: leaf by leaf, sorted. Values without pointers have none,
    /// nor has `nil`; what nil pointers of a type would point to is an element where the type
    /// matters, in interfaces.
    #[must_use]
    pub fn points_to(&self, of: FuncValue) -> Vec<(u32, Element)> {
        let mut found = Vec::new();
        for (leaf, source) in self.sources(of) {
            match source {
                Source::Element(element) => found.push((leaf, element)),
                Source::Node(node) => {
                    found.extend(self.solver.points_to(node).into_iter().map(|e| (leaf, e)));
                }
                Source::Offset(node, delta, base) => {
                    let elements = self.solver.points_to(node).into_iter();
                    let moved =
                        elements.filter_map(|e| self.solver.linker().offset(e, delta, base));
                    found.extend(moved.map(|element| (leaf, element)));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether the unsafe conversions of a function are not followed, as models say what it does.
    #[must_use]
    pub fn is_opaque(&self, func: FuncIndex) -> bool {
        crate::callgraph::is_opaque(self.layouts.program().function(func).id.package())
    }

    /// Whether the analysis knows a function by a model, and its body only as far as that decides
    /// what it calls.
    #[must_use]
    pub fn is_modelled(&self, func: FuncIndex) -> bool {
        let instances = self.solver.linker().instances();
        instances.iter().any(|instance| instance.func == func && instance.modelled)
    }

    /// The value by which a dynamic call finds what it calls, and those of its elements that lead to
    /// a function. Empty for other calls.
    #[must_use]
    pub fn elements_that_call(
        &self,
        caller: FuncIndex,
        site: InstId,
        callee: FuncIndex,
    ) -> Option<(FuncValue, Vec<Element>)> {
        let program = self.layouts.program();
        let body = program.body(caller)?;
        let call = match body[site] {
            Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. } => call,
            _ => return None,
        };
        let (value, method) = match body[call].callee {
            Callee::Value(value) => (value, None),
            Callee::Interface { receiver, method } => {
                (receiver, Some(program.method_name(&body[method])))
            }
            Callee::Static(_) | Callee::Builtin(_) => return None,
        };
        let of = FuncValue { func: caller, value };
        let linker = self.solver.linker();
        let leads_there = |&element: &Element| match method {
            None => linker.func_of(element / 2) == Some(callee),
            Some(_) if linker.is_special(element) => false,
            Some(name) => program.dispatch(linker.dynamic_type(element), name) == Some(callee),
        };
        let mut found: Vec<Element> = self
            .points_to(of)
            .into_iter()
            .map(|(_, element)| element)
            .filter(leads_there)
            .collect();
        found.dedup();
        Some((of, found))
    }
}
