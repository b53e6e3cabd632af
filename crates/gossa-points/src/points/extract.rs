//! From a body to its [`Facts`].
//!
//! One pass over the instructions. A value is a list of nodes, one per leaf of its type, and most
//! values need no node of their own: a field of a struct value is a part of its list, a conversion
//! the same list. Addresses stay symbolic (a node or a cell that is known, and a distance) until
//! somebody needs them as values, so that loads and stores of fields are one constraint, and those
//! of variables that are known are copies.

mod inst;
mod names;
mod table;

use super::facts::{
    CallFact, CellRef, Extern, Facts, Filter, NodeRef, ObjectFact, ObjectKind, Rule,
};
use super::layout::Layouts;
use gossa_base::{FxHashMap, ListRange};
use gossa_ssa::{Body, Inst, InstId, ValueDef, ValueId};
use gossa_types::TypeId;
use smallvec::SmallVec;

/// Nodes of the leaves of a value.
pub(super) type Leaves = SmallVec<[NodeRef; 4]>;

/// How a value is represented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Repr {
    /// Not defined yet.
    Unset,
    /// A list in the pool.
    Leaves(ListRange),
    /// A pointer to a cell, or a value in an interface: one leaf that has one element.
    Known(CellRef, Option<NodeRef>),
    /// A pointer `delta` cells behind what `node` points to, which is of type `base`.
    Address { node: NodeRef, delta: u32, base: TypeId, value: Option<NodeRef> },
}

/// Makes the facts of one body.
pub(super) struct Extractor<'x, 'p, 'e> {
    pub(super) layouts: &'x Layouts<'p, 'e>,
    pub(super) body: &'x Body,
    reprs: Vec<Repr>,
    /// For a block's parameter that always has the same value, that value.
    aliases: Vec<Option<ValueId>>,
    defs: Box<[ValueDef]>,
    pool: Vec<NodeRef>,
    variables: u32,
    cells: u32,
    objects: Vec<ObjectFact>,
    externs: Vec<Extern>,
    extern_ids: FxHashMap<Extern, u32>,
    members: Vec<(NodeRef, CellRef)>,
    copies: Vec<(NodeRef, NodeRef)>,
    rules: Vec<(NodeRef, Rule<NodeRef>)>,
    calls: Vec<CallFact>,
    args: Vec<NodeRef>,
    /// The instruction that is looked at.
    current: InstId,
    makers: Makers,
}

/// The instructions that constraints come from, beside the lists of [`Facts`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Makers {
    /// Of [`Facts::members`].
    pub members: Vec<InstId>,
    /// Of [`Facts::copies`].
    pub copies: Vec<InstId>,
    /// Of [`Facts::rules`].
    pub rules: Vec<InstId>,
}

/// What a body contributes, and the nodes of its values.
pub struct Extracted {
    /// The constraints.
    pub facts: Facts,
    /// Where they come from.
    pub makers: Makers,
    reprs: Vec<Repr>,
    aliases: Vec<Option<ValueId>>,
    pool: Vec<NodeRef>,
}

/// What a leaf of a value is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeafSource {
    /// What a node points to.
    Node(NodeRef),
    /// One cell.
    Cell(CellRef),
    /// Some cells behind what a node points to, which is of this type.
    Offset(NodeRef, u32, TypeId),
}

impl Extracted {
    /// The value that a block's parameter always is, or the value itself.
    #[must_use]
    pub fn origin(&self, value: ValueId) -> ValueId {
        resolve(&self.aliases, value)
    }

    /// What the leaves of a value are made of.
    #[must_use]
    pub fn leaves(&self, value: ValueId) -> Vec<LeafSource> {
        match self.reprs[resolve(&self.aliases, value).index()] {
            Repr::Unset => Vec::new(),
            Repr::Leaves(list) => {
                self.pool[list.range()].iter().map(|&node| LeafSource::Node(node)).collect()
            }
            Repr::Known(cell, _) => vec![LeafSource::Cell(cell)],
            Repr::Address { node, delta, base, .. } => vec![LeafSource::Offset(node, delta, base)],
        }
    }
}

fn resolve(aliases: &[Option<ValueId>], mut value: ValueId) -> ValueId {
    // A chain is no longer than there are values; one that goes around ends somewhere on it.
    for _ in 0..64 {
        match aliases[value.index()] {
            Some(other) => value = other,
            None => break,
        }
    }
    value
}

/// The facts of a body. Linear.
#[must_use]
pub fn extract(layouts: &Layouts<'_, '_>, body: &Body) -> Extracted {
    let mut extractor = Extractor {
        layouts,
        body,
        reprs: vec![Repr::Unset; body.values.len()],
        aliases: aliases(body),
        defs: body.defs(),
        pool: Vec::new(),
        variables: 0,
        cells: 0,
        objects: Vec::new(),
        externs: Vec::new(),
        extern_ids: FxHashMap::default(),
        members: Vec::new(),
        copies: Vec::new(),
        rules: Vec::new(),
        calls: Vec::new(),
        args: Vec::new(),
        current: InstId::new(0),
        makers: Makers::default(),
    };
    let mut captures = 0;
    for (at, param) in body.params(Body::ENTRY).enumerate() {
        if at == body.capture_count as usize {
            captures = extractor.variables;
        }
        let list = extractor.fresh_leaves(body[param].ty);
        extractor.define(param, &list);
    }
    let params = extractor.variables;
    if body.params(Body::ENTRY).len() == body.capture_count as usize {
        captures = params;
    }
    for &ty in &body.results {
        extractor.fresh_leaves(ty);
    }
    let results = extractor.variables - params;
    for block in body.block_ids() {
        for inst in body.insts_of(block) {
            extractor.current = inst;
            extractor.inst(inst);
        }
    }
    let facts = Facts {
        params,
        captures,
        results,
        variables: extractor.variables,
        cells: extractor.cells,
        objects: extractor.objects.into(),
        externs: extractor.externs.into(),
        members: extractor.members.into(),
        copies: extractor.copies.into(),
        rules: extractor.rules.into(),
        calls: extractor.calls.into(),
        args: extractor.args.into(),
        names: names::named_methods(body),
    };
    let Extractor { reprs, aliases, pool, makers, .. } = extractor;
    Extracted { facts, makers, reprs, aliases, pool }
}

/// The parameters of blocks that all jumps give one value, that value.
fn aliases(body: &Body) -> Vec<Option<ValueId>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Incoming {
        None,
        One(ValueId),
        Many,
    }
    let mut incoming = vec![Incoming::None; body.values.len()];
    for block in body.block_ids() {
        let Inst::Jump(target) = body[body.terminator(block)] else { continue };
        for (param, &arg) in body.params(target.block).zip(&body[target.args]) {
            let slot = &mut incoming[param.index()];
            *slot = match *slot {
                _ if arg == param => *slot,
                Incoming::None => Incoming::One(arg),
                Incoming::One(other) if other == arg => *slot,
                _ => Incoming::Many,
            };
        }
    }
    let of = |incoming: &Incoming| match *incoming {
        Incoming::One(value) => Some(value),
        _ => None,
    };
    incoming.iter().map(of).collect()
}

impl Extractor<'_, '_, '_> {
    fn ty(&self, value: ValueId) -> TypeId {
        self.body[value].ty
    }

    fn leaf_count(&self, ty: TypeId) -> usize {
        self.layouts.leaf_count(ty)
    }

    fn variable(&mut self) -> NodeRef {
        self.variables += 1;
        NodeRef::variable(self.variables - 1)
    }

    /// New variables for the leaves of a type.
    fn fresh_leaves(&mut self, ty: TypeId) -> Leaves {
        (0..self.leaf_count(ty)).map(|_| self.variable()).collect()
    }

    fn external(&mut self, place: Extern) -> NodeRef {
        let fresh = self.externs.len() as u32;
        let id = *self.extern_ids.entry(place).or_insert(fresh);
        if id == fresh {
            self.externs.push(place);
        }
        NodeRef::external(id)
    }

    /// A new object that the instruction makes; gives its first cell.
    fn object(&mut self, ty: TypeId, inst: InstId, kind: ObjectKind) -> u32 {
        let first_cell = self.cells;
        self.cells += self.layouts.layout(ty).cells.len() as u32;
        self.objects.push(ObjectFact { ty, first_cell, inst, kind });
        first_cell
    }

    fn copy(&mut self, from: NodeRef, to: NodeRef) {
        if !from.is_nil() && !to.is_nil() && from != to {
            self.copies.push((from, to));
            self.makers.copies.push(self.current);
        }
    }

    fn member(&mut self, node: NodeRef, cell: CellRef) {
        self.members.push((node, cell));
        self.makers.members.push(self.current);
    }

    fn rule(&mut self, node: NodeRef, rule: Rule<NodeRef>) {
        if !node.is_nil() {
            self.rules.push((node, rule));
            self.makers.rules.push(self.current);
        }
    }

    /// What a filter makes of a node's elements.
    fn filtered(&mut self, node: NodeRef, filter: Filter) -> NodeRef {
        if node.is_nil() {
            return NodeRef::NIL;
        }
        let dst = self.variable();
        self.rule(node, Rule::Apply { dst, filter });
        dst
    }

    fn repr(&self, value: ValueId) -> Repr {
        self.reprs[resolve(&self.aliases, value).index()]
    }

    /// The nodes of a value's leaves.
    fn leaves(&mut self, value: ValueId) -> Leaves {
        let value = resolve(&self.aliases, value);
        match self.reprs[value.index()] {
            Repr::Leaves(list) => self.pool[list.range()].into(),
            Repr::Unset => {
                // Used before it is defined: its definition copies to these.
                let list = self.fresh_leaves(self.ty(value));
                self.set_leaves(value, &list);
                list
            }
            Repr::Known(_, Some(node)) => [node].into_iter().collect(),
            Repr::Known(cell, None) => {
                let node = self.variable();
                self.member(node, cell);
                self.reprs[value.index()] = Repr::Known(cell, Some(node));
                [node].into_iter().collect()
            }
            Repr::Address { value: Some(node), .. } => [node].into_iter().collect(),
            Repr::Address { node, delta: 0, value: None, .. } => [node].into_iter().collect(),
            Repr::Address { node, delta, base, value: None } => {
                let dst = self.variable();
                self.rule(node, Rule::Offset { dst, delta, base });
                self.reprs[value.index()] = Repr::Address { node, delta, base, value: Some(dst) };
                [dst].into_iter().collect()
            }
        }
    }

    /// The node of a value with one leaf; nil where it has none.
    fn leaf(&mut self, value: ValueId) -> NodeRef {
        self.leaves(value).first().copied().unwrap_or(NodeRef::NIL)
    }

    fn set_leaves(&mut self, value: ValueId, list: &[NodeRef]) {
        let start = self.pool.len() as u32;
        self.pool.extend_from_slice(list);
        self.reprs[value.index()] = Repr::Leaves(ListRange { start, len: list.len() as u32 });
    }

    /// Defines a value by its leaves.
    fn define(&mut self, value: ValueId, list: &[NodeRef]) {
        match self.reprs[value.index()] {
            Repr::Unset if self.aliases[value.index()].is_none() => self.set_leaves(value, list),
            Repr::Unset => {}
            _ => {
                let used = self.leaves(value);
                for (&from, &to) in list.iter().zip(&used) {
                    self.copy(from, to);
                }
            }
        }
    }

    fn define_repr(&mut self, value: ValueId, repr: Repr) {
        if self.reprs[value.index()] == Repr::Unset {
            self.reprs[value.index()] = repr;
            return;
        }
        let used = self.leaves(value);
        let Some(&to) = used.first() else { return };
        match repr {
            Repr::Known(cell, _) => self.member(to, cell),
            Repr::Address { node, delta: 0, .. } => self.copy(node, to),
            Repr::Address { node, delta, base, .. } => {
                self.rule(node, Rule::Offset { dst: to, delta, base });
            }
            Repr::Leaves(_) | Repr::Unset => {}
        }
    }

    /// The cell `delta` behind another of the same object.
    fn cell_behind(&mut self, cell: CellRef, delta: u32) -> CellRef {
        use super::facts::NodePlace;
        let node = match cell.node.place() {
            NodePlace::Cell(at) => NodeRef::cell(at + delta),
            NodePlace::Extern(at) => match self.externs[at as usize] {
                Extern::Global(decl, from) => self.external(Extern::Global(decl, from + delta)),
                _ => cell.node,
            },
            _ => cell.node,
        };
        CellRef { node, boxed: cell.boxed }
    }

    /// The address of a part of what a pointer points to, `delta` cells from its start. `base` is
    /// what the pointer's type says that it points to.
    fn part(&mut self, pointer: ValueId, delta: u32, base: TypeId) -> Repr {
        match self.repr(pointer) {
            Repr::Known(cell, _) if !cell.boxed => Repr::Known(self.cell_behind(cell, delta), None),
            Repr::Address { node, delta: before, base, .. } => {
                Repr::Address { node, delta: before + delta, base, value: None }
            }
            _ => {
                let node = self.leaf(pointer);
                let base = self.layouts.program().normal(base);
                Repr::Address { node, delta, base, value: None }
            }
        }
    }

    /// What a variable of type `ty` at an address holds.
    fn load(&mut self, address: Repr, ty: TypeId) -> Leaves {
        let layout = self.layouts.of(ty);
        let count = self.layouts.get(layout).leaves.len();
        (0..count)
            .map(|at| {
                let leaf = self.layouts.get(layout).leaves[at];
                match address {
                    Repr::Known(cell, _) => self.cell_behind(cell, leaf).node,
                    Repr::Address { node, .. } if node.is_nil() => NodeRef::NIL,
                    Repr::Address { node, delta, base, .. } => {
                        let dst = self.variable();
                        self.rule(node, Rule::Load { dst, delta: delta + leaf, base });
                        dst
                    }
                    _ => NodeRef::NIL,
                }
            })
            .collect()
    }

    /// Writes leaves to a variable of type `ty` at an address.
    fn store(&mut self, address: Repr, ty: TypeId, list: &[NodeRef]) {
        let layout = self.layouts.of(ty);
        for (at, &src) in list.iter().enumerate() {
            let Some(&leaf) = self.layouts.get(layout).leaves.get(at) else { return };
            if src.is_nil() {
                continue;
            }
            match address {
                Repr::Known(cell, _) => {
                    let to = self.cell_behind(cell, leaf).node;
                    self.copy(src, to);
                }
                Repr::Address { node, delta, base, .. } => {
                    self.rule(node, Rule::Store { src, delta: delta + leaf, base });
                }
                _ => {}
            }
        }
    }

    /// Nodes that hold what any of several lists holds.
    fn joined(&mut self, lists: &[Leaves], count: usize) -> Leaves {
        (0..count)
            .map(|at| {
                let mut nodes: SmallVec<[NodeRef; 8]> =
                    lists.iter().filter_map(|list| list.get(at).copied()).collect();
                nodes.retain(|node| !node.is_nil());
                nodes.dedup();
                match nodes[..] {
                    [] => NodeRef::NIL,
                    [one] => one,
                    _ => {
                        let to = self.variable();
                        nodes.into_iter().for_each(|from| self.copy(from, to));
                        to
                    }
                }
            })
            .collect()
    }
}
