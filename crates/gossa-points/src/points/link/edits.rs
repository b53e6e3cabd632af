//! Edits of functions whose constraints are in the system already.
//!
//! An edit that only adds to the facts of a function is a delta: its instances get nodes for what
//! is new, and the constraints that are new become actions. Their nodes are not beside each other
//! then, so such an instance has a table of them ([`Moved`]).

use super::{Action, CLONE_FACTOR, CLONE_LIMIT, CloneSize, Instance, InstanceId, Linker, Node};
use super::{Origin, Site};
use crate::points::facts::{CallTarget, Extern, Facts};
use crate::points::matching::{Additions, additions, replacement};
use crate::program::FuncIndex;
use gossa_base::FxHashMap;
use std::fmt;
use std::rc::Rc;

/// Where the nodes of an instance are, if they are not beside each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Moved {
    variables: Box<[Node]>,
    cells: Box<[Node]>,
    sites: Box<[u32]>,
}

impl Instance {
    /// The node of a variable.
    #[must_use]
    pub fn variable(&self, at: u32) -> Node {
        match &self.moved {
            None => self.first + at,
            Some(moved) => moved.variables[at as usize],
        }
    }

    /// The node of a cell of its objects.
    #[must_use]
    pub fn cell(&self, at: u32) -> Node {
        match &self.moved {
            None => self.first + self.facts.variables + at,
            Some(moved) => moved.cells[at as usize],
        }
    }

    /// The number of a call among all calls of all instances.
    #[must_use]
    pub fn site(&self, call: u32) -> u32 {
        match &self.moved {
            None => self.first_site + call,
            Some(moved) => moved.sites[call as usize],
        }
    }

    /// The nodes of its variables and of the cells of its objects, in this order.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        let variables = (0..self.facts.variables).map(|at| self.variable(at));
        variables.chain((0..self.facts.cells).map(|at| self.cell(at)))
    }
}

/// Why a solution cannot be made that of an edited program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unlike {
    /// A function has lost some of its constraints.
    Removed,
    /// Calls may get other copies of functions.
    Copies,
    /// Packages make types by reflection, and which ones depends on the order in which the types of
    /// the program are found.
    Types,
    /// There are bounds to what is followed, and which elements are within them depends on the
    /// order in which they are found.
    Bounds,
}

impl fmt::Display for Unlike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Removed => "constraints were removed",
            Self::Copies => "calls have other copies",
            Self::Types => "reflection makes types",
            Self::Bounds => "bounds were met",
        })
    }
}

/// An edited function: its facts, and what they have more than before.
pub(in crate::points) struct Edit {
    func: FuncIndex,
    facts: Rc<Facts>,
    instances: Vec<(InstanceId, Rc<Additions>)>,
}

impl Linker<'_, '_, '_> {
    /// Compares the new facts of functions with those in the system. Changes nothing.
    pub(in crate::points) fn compare(
        &mut self,
        edited: Vec<(FuncIndex, Facts)>,
    ) -> Result<Vec<Edit>, Unlike> {
        let mut edits = Vec::with_capacity(edited.len());
        for (func, facts) in edited {
            let facts = Rc::new(facts);
            let mut known: Option<(Rc<Facts>, bool, Rc<Additions>)> = None;
            let mut instances = Vec::new();
            for (at, instance) in (0..).zip(&self.instances) {
                // Models are what they were.
                if instance.func != func || instance.modelled {
                    continue;
                }
                let additions = match &known {
                    Some((old, is_active, known))
                        if Rc::ptr_eq(old, &instance.facts) && *is_active == instance.active =>
                    {
                        known.clone()
                    }
                    _ => {
                        let found = match additions(&instance.facts, &facts) {
                            None if !instance.active && has_same_shape(&instance.facts, &facts) => {
                                Some(replacement(&facts))
                            }
                            found => found,
                        };
                        let found = Rc::new(found.ok_or(Unlike::Removed)?);
                        known = Some((instance.facts.clone(), instance.active, found.clone()));
                        found
                    }
                };
                instances.push((InstanceId(at), additions));
            }
            edits.push(Edit { func, facts, instances });
        }
        Ok(edits)
    }

    /// Makes the facts of functions what they are after edits. If this fails the system is of no
    /// use any more.
    pub(in crate::points) fn edit(&mut self, edits: Vec<Edit>) -> Result<(), Unlike> {
        for Edit { func, facts, .. } in &edits {
            self.keep_copies(*func, facts)?;
        }
        for Edit { facts, instances, .. } in edits {
            for (id, additions) in instances {
                self.extend(id, facts.clone(), &additions);
            }
        }
        self.activate_called();
        Ok(())
    }

    /// Whether copies of functions are made as far as small functions are called, and not as far as
    /// there is room.
    pub(in crate::points) fn has_room_for_copies(&self) -> bool {
        self.instances.len() < CLONE_FACTOR * self.program.len()
    }

    /// A function gets other facts. Whether its calls still have the copies that they would have if
    /// it had been like that from the beginning.
    fn keep_copies(&mut self, func: FuncIndex, facts: &Rc<Facts>) -> Result<(), Unlike> {
        let Some(Some((old, modelled))) = self.facts.get(func.index()).cloned() else {
            return Ok(());
        };
        if modelled {
            return Ok(());
        }
        let made_errors = self.makes_errors(func);
        self.facts[func.index()] = Some((facts.clone(), false));
        if self.makes_errors(func) != made_errors || old.captures != facts.captures {
            return Err(Unlike::Copies);
        }
        // Those whose size may be another now, and what it was.
        let mut before: Vec<(FuncIndex, u32)> = Vec::new();
        let mut waiting = vec![func];
        let mut users: Option<FxHashMap<FuncIndex, Vec<FuncIndex>>> = None;
        while let Some(func) = waiting.pop() {
            let Some(size) = self.clone_sizes.get_mut(func.index()) else { continue };
            let CloneSize::Known(known) = *size else { continue };
            *size = CloneSize::Unknown;
            before.push((func, known));
            // Most functions that are edited are large, and what they cost is nobody's concern.
            let is_large =
                before.len() == 1 && is_shared(known as usize) && is_shared(facts.size());
            if !is_large {
                let users = users.get_or_insert_with(|| self.counting());
                waiting.extend(users.get(&func).into_iter().flatten());
            }
        }
        for (func, before) in before {
            let after = self.clone_size(func);
            if (before as usize <= CLONE_LIMIT) != (after <= CLONE_LIMIT) {
                return Err(Unlike::Copies);
            }
        }
        Ok(())
    }

    /// By function: those for whose size that of the function counts.
    fn counting(&self) -> FxHashMap<FuncIndex, Vec<FuncIndex>> {
        let mut users: FxHashMap<FuncIndex, Vec<FuncIndex>> = FxHashMap::default();
        for (at, (size, facts)) in self.clone_sizes.iter().zip(&self.facts).enumerate() {
            let (CloneSize::Known(_), Some((facts, _))) = (size, facts) else { continue };
            if facts.size() > CLONE_LIMIT {
                continue;
            }
            let user = FuncIndex::from_usize(at);
            for call in &facts.calls {
                if let CallTarget::Static(callee) = call.target {
                    users.entry(callee).or_default().push(user);
                }
            }
            for outside in facts.externs.iter() {
                if let Extern::Func(closure) = *outside {
                    users.entry(closure).or_default().push(user);
                }
            }
        }
        users
    }

    /// Gives an instance other facts, which are the ones that it has and more.
    fn extend(&mut self, id: InstanceId, facts: Rc<Facts>, additions: &Additions) {
        let old = self.instances[id.0 as usize].clone();
        let variable = |known: &Option<u32>| known.map(|at| old.variable(at));
        let known: Vec<Option<Node>> = additions.variables.iter().map(variable).collect();
        let fresh = known.iter().filter(|known| known.is_none()).count();
        let nodes = self.nodes;
        let mut next = self.variables(fresh as u32);
        let mut variables = Vec::with_capacity(known.len());
        for known in known {
            variables.push(known.unwrap_or(next));
            next += u32::from(known.is_none());
        }
        let mut cells = Vec::with_capacity(facts.cells as usize);
        for (object, known) in facts.objects.iter().zip(&additions.objects) {
            let origin = Origin::Site(id, object.inst, object.kind);
            let first = match *known {
                Some(known) => {
                    let first = old.cell(old.facts.objects[known as usize].first_cell);
                    let at = self.objects.partition_point(|object| object.first < first);
                    if let Some(object) = self.objects.get_mut(at) {
                        object.origin = origin;
                    }
                    first
                }
                None => self.object(object.ty, origin),
            };
            let count = self.layouts.layout(object.ty).cells.len() as u32;
            cells.extend(first..first + count);
        }
        if nodes < self.nodes {
            self.extensions.push((nodes..self.nodes, id));
        }
        let mut sites = Vec::with_capacity(facts.calls.len());
        for (call, known) in (0..).zip(&additions.calls) {
            match *known {
                Some(known) => {
                    let site = old.site(known);
                    self.sites[site as usize].call = call;
                    sites.push(site);
                }
                None => {
                    sites.push(self.sites.len() as u32);
                    self.sites.push(Site { instance: id, call, callee: None });
                }
            }
        }
        let moved = Moved { variables: variables.into(), cells: cells.into(), sites: sites.into() };
        let instance = &mut self.instances[id.0 as usize];
        instance.facts = facts.clone();
        instance.moved = Some(Rc::new(moved));
        if !instance.active {
            return;
        }
        for &at in &additions.members {
            let (node, cell) = facts.members[at as usize];
            let node = self.node(id, node);
            let element = self.element(id, cell);
            self.actions.push(Action::Member(node, element));
        }
        for &at in &additions.copies {
            let (from, to) = facts.copies[at as usize];
            let (from, to) = (self.node(id, from), self.node(id, to));
            self.actions.push(Action::Edge(from, to));
        }
        for &at in &additions.rules {
            let (node, rule) = facts.rules[at as usize];
            let node = self.node(id, node);
            let rule = self.relocated(id, rule);
            self.actions.push(Action::Rule(node, rule));
        }
        self.noting(None, |this| this.name_methods(&facts.names));
        for (call, _) in (0..).zip(&additions.calls).filter(|(_, known)| known.is_none()) {
            self.activate_call(id, call);
        }
    }

    /// The instance that a node was given to by an edit.
    pub(super) fn extended_at(&self, node: Node) -> Option<InstanceId> {
        let at = self.extensions.partition_point(|(nodes, _)| nodes.start <= node);
        let (nodes, instance) = self.extensions.get(at.checked_sub(1)?)?;
        nodes.contains(&node).then_some(*instance)
    }

    /// The facts of functions are the same, but their instructions have other numbers.
    pub(in crate::points) fn renumber(&mut self, func: FuncIndex, facts: Facts) {
        let facts = Rc::new(facts);
        if let Some(Some(known)) = self.facts.get_mut(func.index())
            && !known.1
        {
            known.0 = facts.clone();
        }
        for at in 0..self.instances.len() {
            if self.instances[at].func != func || self.instances[at].modelled {
                continue;
            }
            self.instances[at].facts = facts.clone();
            for object in &facts.objects {
                let first = self.instances[at].cell(object.first_cell);
                let origin = Origin::Site(InstanceId(at as u32), object.inst, object.kind);
                let place = self.objects.partition_point(|object| object.first < first);
                if let Some(object) = self.objects.get_mut(place) {
                    object.origin = origin;
                }
            }
        }
    }
}

/// Whether a function of this size is shared by its callers, and adds nothing to their sizes.
fn is_shared(size: usize) -> bool {
    size > CLONE_LIMIT && size < Linker::ENDLESS
}

/// Whether calls of a function look the same.
fn has_same_shape(old: &Facts, new: &Facts) -> bool {
    (old.params, old.captures, old.results) == (new.params, new.captures, new.results)
}
