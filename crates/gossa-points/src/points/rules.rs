//! What a rule makes of one element: the meaning of the constraints.
//!
//! Both solvers work by these; they differ in when they ask.

use super::facts::{CallTarget, Filter, Reflect, Rule};
use super::layout::{Cell, Holds, chan_object, map_object};
use super::link::{
    Action, Element, FUNC, InstanceId, Linker, NIL, Node, OPAQUE, PART, Site, UNIVERSE,
};
use super::models;
use super::reasons::Why;
use crate::program::MethodName;
use gossa_types::{BasicKind, TypeId, TypeKind};
use smallvec::SmallVec;

impl Linker<'_, '_, '_> {
    /// The dynamic type that an element of an interface value stands for.
    #[must_use]
    pub fn dynamic_type(&self, element: Element) -> TypeId {
        let ty = self.types[(element / 2) as usize];
        if element % 2 == 1 { ty } else { TypeId::pointer(ty) }
    }

    /// Adds to the actions what a rule makes of an element of the node that has it.
    pub fn apply(&mut self, rule: Rule<Node>, element: Element) {
        let (cell, boxed) = (element / 2, element % 2 == 1);
        match rule {
            Rule::Load { dst, delta, base } => {
                if !boxed {
                    self.load(cell, delta, base, dst);
                }
            }
            Rule::Store { src, delta, base } => {
                if !boxed {
                    self.store(cell, delta, base, src);
                }
            }
            Rule::Offset { dst, delta, base } => {
                if let Some(element) = self.offset(element, delta, base) {
                    self.actions.push(Action::Member(dst, element));
                }
            }
            Rule::Unbox { dst, delta, ty } => {
                if let Some(universe) = self.universe_at(element) {
                    self.noting(Some((rule, element)), |this| {
                        this.unbox_reflected(universe, ty, delta, dst);
                    });
                } else if boxed && self.types[cell as usize] == ty {
                    self.actions.push(Action::Edge(cell + delta, dst));
                }
            }
            Rule::Apply { dst, filter } => {
                let mut made = Vec::new();
                self.filter(filter, element, &mut made);
                self.actions.extend(made.into_iter().map(|made| Action::Member(dst, made)));
            }
            Rule::Call(site) => {
                if self.flags[cell as usize] & FUNC != 0
                    && !(self.is_stub(cell)
                        && self.noting(Some((rule, element)), |this| this.call_stub(site, cell)))
                {
                    let Some(instance) = self.instance_of_code(cell) else { return };
                    let captures = self.instances[instance.0 as usize].facts.captures;
                    self.connect(site, instance, captures);
                    self.call(instance);
                    self.activate_called();
                }
            }
            Rule::Invoke(site) => match self.universe_at(element) {
                Some(universe) => {
                    self.noting(Some((rule, element)), |this| {
                        this.invoke_reflected(universe, site, element);
                    });
                }
                None => self.invoke(site, element),
            },
            // It depends on nothing that was done before.
            Rule::Reflect { op: op @ Reflect::DataWord, to, with } if self.reasons.is_some() => {
                self.reflect(op, to, with, element);
            }
            Rule::Reflect { op, to, with } => {
                self.noting(Some((rule, element)), |this| this.reflect(op, to, with, element));
            }
        }
    }

    /// The method that a call on an interface calls.
    pub(super) fn invoked_method(&self, site: u32) -> Option<MethodName> {
        let Site { instance, call, .. } = self.sites[site as usize];
        match self.instances[instance.0 as usize].facts.calls[call as usize].target {
            CallTarget::Invoke(_, method) => Some(method),
            _ => None,
        }
    }

    /// Whether an element is not a value with a dynamic type of its own.
    #[must_use]
    pub fn is_special(&self, element: Element) -> bool {
        self.flags[(element / 2) as usize] & (FUNC | UNIVERSE) != 0
    }

    /// The function that a method call on an element runs.
    pub(super) fn invoked(&mut self, site: u32, element: Element) -> Option<InstanceId> {
        if self.flags[(element / 2) as usize] & FUNC != 0 {
            return None;
        }
        let method = self.invoked_method(site)?;
        let func = self.program.dispatch(self.dynamic_type(element), method)?;
        Some(self.instance_for_invoke(site, func))
    }

    /// Whether a node holds what a filter makes of another's elements, and nothing else.
    pub(super) fn is_part(&self, node: Node) -> bool {
        self.flags[node as usize] & PART != 0
    }

    /// Whether a cell is no memory that is laid out as its type says.
    pub(super) fn is_apart(&self, cell: Node) -> bool {
        self.flags[cell as usize] & (NIL | FUNC | OPAQUE) != 0
    }

    /// How many leaves the receiver of a method has.
    pub(super) fn receiver_leaf_count(&self, method: InstanceId) -> u32 {
        let (params, _) = models::signature(self.layouts, self.instances[method.0 as usize].func);
        params.first().map_or(0, |&ty| self.layouts.leaf_count(ty) as u32)
    }

    fn invoke(&mut self, site: u32, element: Element) {
        let Some(callee) = self.invoked(site, element) else { return };
        let skip = self.pass_receiver(callee, element);
        self.connect(site, callee, skip);
        self.call(callee);
        self.activate_called();
    }

    /// The receiver of a method call flows to the method's first parameter; gives how many leaves
    /// that has.
    pub(super) fn pass_receiver(&mut self, callee: InstanceId, element: Element) -> u32 {
        let target = &self.instances[callee.0 as usize];
        let (first, params) = (target.first, target.facts.params);
        if element & 1 == 0 {
            if params > 0 {
                self.actions.push(Action::Member(first, element));
            }
            return 1;
        }
        let cell = element / 2;
        let layout = self.layouts.layout(self.types[cell as usize]);
        for (at, &leaf) in layout.leaves.iter().enumerate() {
            if (at as u32) < params {
                self.actions.push(Action::Edge(cell + leaf, first + at as u32));
            }
        }
        layout.leaves.len() as u32
    }

    /// Whether a pointer to this cell leads nowhere.
    pub(super) fn leads_nowhere(&self, cell: Node) -> bool {
        self.flags[cell as usize] & (NIL | FUNC) != 0
    }

    /// Whether a cell is memory of the runtime or of `reflect`, which is as it is declared for all
    /// that matters.
    fn is_opaque(&self, cell: Node) -> bool {
        self.flags[cell as usize] & OPAQUE != 0
    }

    fn load(&mut self, cell: Node, delta: u32, base: TypeId, dst: Node) {
        if self.leads_nowhere(cell) {
            return;
        }
        if self.is_as_declared(cell, base) {
            return self.access_as(cell, delta, base, dst, true);
        }
        if self.is_opaque(cell) {
            return;
        }
        for (leaf, held, wanted) in self.overlapping(cell, delta, base) {
            let action = match (held, wanted.holds) {
                (Holds::String, _) => Action::Edge(self.strings, dst),
                (Holds::Interface, Holds::Pointer) => {
                    Action::Rule(leaf, Rule::Reflect { op: Reflect::DataWord, to: dst, with: dst })
                }
                (Holds::Pointer, Holds::Interface) => {
                    Action::Edge(self.part(leaf, Filter::AsDataWord), dst)
                }
                (Holds::Pointer, Holds::Pointer) => {
                    self.access(leaf, wanted.ty, dst, true);
                    continue;
                }
                _ => Action::Edge(leaf, dst),
            };
            self.actions.push(action);
        }
    }

    fn store(&mut self, cell: Node, delta: u32, base: TypeId, src: Node) {
        if self.leads_nowhere(cell) {
            return;
        }
        if self.is_as_declared(cell, base) {
            return self.access_as(cell, delta, base, src, false);
        }
        if self.is_opaque(cell) {
            return;
        }
        for (leaf, held, wanted) in self.overlapping(cell, delta, base) {
            let action = match (held, wanted.holds) {
                (Holds::String, _) => Action::Edge(src, self.to_strings),
                (Holds::Interface, Holds::Pointer) => {
                    Action::Edge(self.part(src, Filter::AsDataWord), leaf)
                }
                (Holds::Pointer, Holds::Interface) => {
                    Action::Rule(src, Rule::Reflect { op: Reflect::DataWord, to: leaf, with: leaf })
                }
                (Holds::Pointer, Holds::Pointer) => {
                    self.access(leaf, wanted.ty, src, false);
                    continue;
                }
                _ => Action::Edge(src, leaf),
            };
            self.actions.push(action);
        }
    }

    /// Whether what is at a cell is laid out as the pointer's type says.
    pub(super) fn is_as_declared(&self, cell: Node, base: TypeId) -> bool {
        let ty = self.types[cell as usize];
        ty == base
            || ty != TypeId::INVALID
                && base != TypeId::INVALID
                && self.layouts.layout(ty).shape == self.layouts.layout(base).shape
    }

    /// A load or store of a cell's part, where a pointer to `base` says that it is a `delta`-th cell.
    fn access_as(&mut self, cell: Node, delta: u32, base: TypeId, other: Node, loads: bool) {
        let leaf = cell + delta;
        let wanted = match self.types[cell as usize] == base {
            true => self.types[leaf as usize],
            false => self.layouts.layout(base).cells[delta as usize].ty,
        };
        self.access(leaf, wanted, other, loads);
    }

    /// A load to `other` or a store of it, where memory that holds a pointer is taken for memory of
    /// type `wanted`. Memory that is used for pointers to one type now and to another then (a pool of
    /// slices of pointers, say, that serves several types) keeps them apart: a pointer that is
    /// loaded is one that was stored as such. Memory that is used as of no type takes and gives what
    /// its type allows.
    fn access(&mut self, leaf: Node, wanted: TypeId, other: Node, loads: bool) {
        let edge = |node| match loads {
            true => Action::Edge(node, other),
            false => Action::Edge(other, node),
        };
        let held = self.types[leaf as usize];
        if held == wanted || held == TypeId::INVALID || wanted == TypeId::INVALID {
            return self.actions.push(edge(leaf));
        }
        let passes_all = match (self.program.under(held).kind(), self.program.under(wanted).kind())
        {
            (TypeKind::Pointer(held), TypeKind::Pointer(wanted)) => {
                if self.layouts.is_prefix(*held, *wanted) {
                    return self.actions.push(edge(leaf));
                }
                let (is_view, is_viewed) =
                    (self.layouts.is_bytes(*wanted), self.layouts.is_bytes(*held));
                let wanted = self.program.normal(*wanted);
                let slot = match self.slots.get(&(leaf, wanted)) {
                    Some(&known) => known,
                    None => {
                        let node = self.variables(1);
                        self.slots.insert((leaf, wanted), node);
                        node
                    }
                };
                self.actions.push(edge(slot));
                if !is_view && !is_viewed {
                    return;
                }
                false
            }
            (TypeKind::Basic(_), _) => !loads,
            (_, TypeKind::Basic(_)) => loads,
            (held, wanted) => std::mem::discriminant(held) == std::mem::discriminant(wanted),
        };
        let (from, to, of) = if loads { (leaf, other, wanted) } else { (other, leaf, held) };
        let from = if passes_all { from } else { self.part(from, Filter::Held(of)) };
        self.actions.push(Action::Edge(from, to));
    }

    /// A node of what a filter makes of a node's elements: one for all that ask.
    fn part(&mut self, node: Node, filter: Filter) -> Node {
        if let Some(&known) = self.parts.get(&(node, filter)) {
            return known;
        }
        let part = self.variables(1);
        self.parts.insert((node, filter), part);
        self.filtered.insert(part, (node, filter));
        self.flags[part as usize] |= PART;
        self.because(Why::Always, |this| {
            this.actions.push(Action::Rule(node, Rule::Apply { dst: part, filter }));
        });
        part
    }

    /// The nodes of what memory holds as pointers to other types than it is declared with; in order.
    #[must_use]
    pub fn slot_nodes(&self) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.slots.values().copied().collect();
        nodes.sort_unstable();
        nodes
    }

    /// The leaves of an object that are where a pointer to `base` has its leaf `delta`, each with
    /// what it holds and what the pointer's type says.
    fn overlapping(&self, cell: Node, delta: u32, base: TypeId) -> Vec<(Node, Holds, Cell)> {
        let object = *self.object_of(cell);
        let layouts = self.layouts;
        let layout = layouts.get(object.layout);
        let view = layouts.layout(base);
        let mut found: Vec<(Node, Holds, Cell)> = Vec::new();
        let (Some(start), Some(wanted)) =
            (layout.cells.get((cell - object.first) as usize), view.cells.get(delta as usize))
        else {
            return found;
        };
        let Some(offset) = start.offset.checked_add(wanted.offset).filter(|&at| at < u64::MAX / 2)
        else {
            return found;
        };
        let word = u64::from(self.program.env().target().word_size);
        let words = if wanted.holds == Holds::Interface { 2 } else { 1 };
        for at in 0..words {
            let chain = layout.at_offset(offset + at * word);
            let Some(&(leaf, _)) = chain.last() else { continue };
            let held = layout.cells[leaf as usize].holds;
            if held == Holds::Nothing {
                continue;
            }
            let node = object.first + leaf;
            if !found.iter().any(|&(other, ..)| other == node) {
                found.push((node, held, *wanted));
            }
        }
        found
    }

    /// The element `delta` cells behind, where a pointer to `base` says that there is one.
    pub(super) fn offset(&self, element: Element, delta: u32, base: TypeId) -> Option<Element> {
        let (cell, boxed) = (element / 2, element % 2 == 1);
        if boxed || self.leads_nowhere(cell) {
            return None;
        }
        if self.is_as_declared(cell, base) {
            return Some(2 * (cell + delta));
        }
        if self.is_opaque(cell) {
            return None;
        }
        let object = *self.object_of(cell);
        let layout = self.layouts.get(object.layout);
        let start = layout.cells.get((cell - object.first) as usize)?;
        let wanted = self.layouts.layout(base).cells.get(delta as usize).copied()?;
        let offset = start.offset.checked_add(wanted.offset).filter(|&at| at < u64::MAX / 2)?;
        self.cell_at(cell, offset, wanted.ty)
    }

    /// A pointer into the object of `cell`, `offset` bytes from its start: to the part of type `ty`
    /// there, or to the innermost.
    fn cell_at(&self, cell: Node, offset: u64, ty: TypeId) -> Option<Element> {
        let object = *self.object_of(cell);
        let layout = self.layouts.get(object.layout);
        let chain = layout.at_offset(offset);
        let here = |&&(at, begins): &&(u32, bool)| begins && layout.cells[at as usize].ty == ty;
        let found = chain.iter().find(here).or(chain.last())?;
        Some(2 * (object.first + found.0))
    }

    /// A pointer to a cell as one to a type that `unsafe` says it is, if there may be a variable of
    /// that type.
    fn retyped(&self, cell: Node, ty: TypeId) -> Option<Element> {
        let object = *self.object_of(cell);
        let layout = self.layouts.get(object.layout);
        let offset = layout.cells.get((cell - object.first) as usize)?.offset;
        if offset >= u64::MAX / 2 {
            // Of a map or a channel: nothing is known of what is around it.
            let here = self.layouts.of(self.types[cell as usize]);
            return self.layouts.fits(here, 0, ty).then_some(2 * cell);
        }
        let chain = layout.at_offset(offset);
        let same = |&&(at, begins): &&(u32, bool)| begins && layout.cells[at as usize].ty == ty;
        match chain.iter().find(same) {
            Some(&(at, _)) => Some(2 * (object.first + at)),
            None => self.layouts.fits(object.layout, offset, ty).then_some(2 * cell),
        }
    }

    /// The cells that begin where a cell does, from the outermost to the innermost.
    pub(super) fn beginning_with(&self, cell: Node) -> SmallVec<[Node; 8]> {
        let object = *self.object_of(cell);
        let layout = self.layouts.get(object.layout);
        match layout.cells.get((cell - object.first) as usize) {
            Some(here) if here.offset < u64::MAX / 2 => {
                let chain = layout.at_offset(here.offset);
                let begins = chain.into_iter().filter(|&(_, begins)| begins);
                begins.map(|(at, _)| object.first + at).collect()
            }
            // Of a map or a channel: nothing is known of what is around it.
            _ => [cell].into_iter().collect(),
        }
    }

    /// The type of the memory that pointers of a type point to.
    pub(super) fn memory_of(&self, pointer: TypeId) -> Option<TypeId> {
        match *self.program.under(pointer).kind() {
            TypeKind::Pointer(elem) | TypeKind::Slice(elem) => Some(self.program.normal(elem)),
            TypeKind::Map { .. } => Some(map_object(self.program, pointer)),
            TypeKind::Chan { .. } => Some(chan_object(self.program, pointer)),
            _ => None,
        }
    }

    /// A pointer to a cell as what memory of a type may hold: memory laid out as the type says.
    fn held(&self, of: TypeId, cell: Node) -> Option<Element> {
        let (ty, flags) = (self.types[cell as usize], self.flags[cell as usize]);
        let Some(memory) = self.memory_of(of) else {
            let may_be = match self.program.under(of).kind() {
                TypeKind::Signature(_) => flags & FUNC != 0,
                TypeKind::Basic(_) => true,
                _ => false,
            };
            return may_be.then_some(2 * cell);
        };
        let is_bytes = self.layouts.is_bytes(memory);
        if ty == memory || flags & OPAQUE != 0 {
            return Some(2 * cell);
        }
        if flags & (NIL | FUNC) != 0 {
            return (flags & NIL == 0 && is_bytes).then_some(2 * cell);
        }
        let cells = self.beginning_with(cell);
        if let Some(&same) = cells.iter().find(|&&other| self.types[other as usize] == memory) {
            return Some(2 * same);
        }
        let layout = self.layouts.of(memory);
        let may_be = match self.layouts.shape_of(memory) {
            Some(shape) => {
                let shape_of = |&other: &Node| self.layouts.shape_of(self.types[other as usize]);
                cells.iter().any(|other| shape_of(other) == Some(shape))
            }
            None => {
                is_bytes
                    || self.layouts.is_bytes(ty) && !self.layouts.has_pointers(layout)
                    || self.layouts.is_address(ty) && self.layouts.has_pointers(layout)
                    || self.layouts.is_address(memory)
            }
        };
        may_be.then_some(2 * cell)
    }

    /// Whether interfaces hold values of a type as they are, not in memory of their own.
    pub(super) fn is_word(&self, ty: TypeId) -> bool {
        matches!(
            self.program.under(ty).kind(),
            TypeKind::Pointer(_)
                | TypeKind::Map { .. }
                | TypeKind::Chan { .. }
                | TypeKind::Signature(_)
                | TypeKind::Basic(BasicKind::UnsafePointer)
        )
    }

    /// What a filter makes of an element.
    pub(super) fn filter(&mut self, filter: Filter, element: Element, made: &mut Vec<Element>) {
        let (cell, boxed) = (element / 2, element % 2 == 1);
        let flags = self.flags[cell as usize];
        match filter {
            Filter::Implements(interface) => {
                if flags & UNIVERSE != 0 {
                    made.push(self.noting(None, |this| this.reflected_as(element, interface)));
                } else if self.program.implements(self.dynamic_type(element), interface) {
                    made.push(element);
                }
            }
            Filter::PointersTo(ty) => {
                if !boxed && self.types[cell as usize] == ty {
                    made.push(element);
                }
            }
            Filter::BoxPointers(ty) => {
                if boxed || flags & NIL != 0 {
                    return;
                }
                if self.types[cell as usize] == ty && flags & FUNC == 0 {
                    made.push(element);
                } else {
                    let holder = self.box_of(TypeId::pointer(ty));
                    self.actions.push(Action::Member(holder, element));
                    made.push(2 * holder + 1);
                }
            }
            Filter::Retype(ty) => {
                if boxed || flags & (FUNC | OPAQUE) != 0 || self.types[cell as usize] == ty {
                    made.push(element);
                } else if flags & NIL == 0 {
                    made.extend(self.retyped(cell, ty));
                }
            }
            Filter::Held(of) => {
                if !boxed {
                    made.extend(self.held(of, cell));
                }
            }
            Filter::Bytes(bytes) => {
                if boxed || flags & (NIL | FUNC | OPAQUE) != 0 {
                    return;
                }
                let object = *self.object_of(cell);
                let layout = self.layouts.get(object.layout);
                let Some(here) = layout.cells.get((cell - object.first) as usize) else { return };
                let moved = here.offset.checked_add_signed(i64::from(bytes));
                let chain = moved.filter(|&at| at < u64::MAX / 2).map(|at| layout.at_offset(at));
                let outermost = chain.as_ref().and_then(|chain| {
                    chain.iter().find(|(_, begins)| *begins).or(chain.last()).copied()
                });
                made.push(outermost.map_or(element, |(at, _)| 2 * (object.first + at)));
            }
            Filter::Anywhere => {
                if boxed || flags & (NIL | FUNC | OPAQUE) != 0 {
                    return;
                }
                let object = *self.object_of(cell);
                let count = self.layouts.get(object.layout).cells.len() as u32;
                made.extend((object.first..object.first + count).map(|cell| 2 * cell));
            }
            Filter::ArrayAround => {
                if boxed || flags & (NIL | FUNC | OPAQUE) != 0 {
                    return;
                }
                let object = *self.object_of(cell);
                let at = cell - object.first;
                let cells = &self.layouts.get(object.layout).cells;
                let around = at.checked_sub(1).filter(|&before| cells[before as usize].array);
                made.push(2 * around.map_or(cell, |before| object.first + before));
            }
            Filter::Typed(of) => {
                if self.may_hold(of, element) {
                    made.push(element);
                }
            }
            Filter::AsDataWord => {
                if !boxed && flags & FUNC == 0 {
                    made.push(2 * cell);
                    if flags & NIL == 0 && !self.is_word(self.types[cell as usize]) {
                        made.push(2 * cell + 1);
                    }
                }
            }
        }
    }
}
