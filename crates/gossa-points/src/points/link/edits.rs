//! Edits of functions whose constraints are in the system already.
//!
//! The instances of an edited function keep their nodes, and get others for what is new; the
//! constraints that are new become actions, and those that are not there any more are told to the
//! solver. Their nodes are not beside each other then, so such an instance has a table of them
//! ([`Moved`]).

use super::{Action, CLONE_FACTOR, CLONE_LIMIT, CloneSize, Instance, InstanceId, Linker, Node};
use super::{Origin, Site};
use crate::points::facts::{CallTarget, Extern, Facts, Rule};
use crate::points::matching::{Additions, additions, changes, replacement};
use crate::points::reasons::{AtomKind, NEVER, Time, Why};
use crate::program::FuncIndex;
use gossa_base::{FxHashMap, FxHashSet};
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
    /// A function has lost some of its constraints, and something that cannot be taken back was made
    /// of them.
    Removed,
    /// So much rests on what was removed that solving again is cheaper.
    TooMuch,
    /// Reflection knows something only by what was removed.
    Reflection,
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
            Self::TooMuch => "too much rests on what was removed",
            Self::Reflection => "reflection would have to forget",
            Self::Copies => "calls have other copies",
            Self::Types => "reflection makes types",
            Self::Bounds => "bounds were met",
        })
    }
}

/// An instance that loses some of its constraints.
pub(in crate::points) struct Losing {
    id: InstanceId,
    /// What everything rests on that it asks for.
    pub(in crate::points) why: Why,
    asked: FxHashSet<Action>,
    pub(in crate::points) gone: Withdrawn,
}

/// A call by name of a function that is not called as before.
pub(in crate::points) struct Relinked {
    id: InstanceId,
    call: u32,
    since: Time,
    pub(in crate::points) why: Why,
    /// What it asked for.
    pub(in crate::points) asked: Vec<Action>,
    pub(in crate::points) callee: InstanceId,
}

/// Calls that are not there any more.
#[derive(Default)]
pub(in crate::points) struct Withdrawn {
    /// What each asked for.
    pub(in crate::points) once: Vec<Action>,
    /// The instances that they called by name.
    pub(in crate::points) calls: Vec<InstanceId>,
    sites: Vec<u32>,
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
            for at in 0..self.instances.len() {
                let instance = &self.instances[at];
                // Models are what they were.
                if instance.func != func || instance.modelled {
                    continue;
                }
                let (old, is_active) = (instance.facts.clone(), instance.active);
                let additions = match &known {
                    Some((compared, was_active, known))
                        if Rc::ptr_eq(compared, &old) && *was_active == is_active =>
                    {
                        known.clone()
                    }
                    _ => {
                        let found = match additions(&old, &facts) {
                            None if !is_active && has_same_shape(&old, &facts) => {
                                Some(replacement(&facts))
                            }
                            None if self.reasons.is_some() && self.keeps_names(&old, &facts) => {
                                changes(&old, &facts)
                            }
                            found => found,
                        };
                        let found = Rc::new(found.ok_or(Unlike::Removed)?);
                        known = Some((old, is_active, found.clone()));
                        found
                    }
                };
                instances.push((InstanceId(at as u32), additions));
            }
            edits.push(Edit { func, facts, instances });
        }
        Ok(edits)
    }

    /// Functions get other facts. Whether their calls still have the copies that they would have if
    /// they had been like that from the beginning.
    ///
    /// Gives the functions that are not called as before.
    pub(in crate::points) fn keep_copies(
        &mut self,
        edits: &[Edit],
    ) -> Result<Vec<FuncIndex>, Unlike> {
        let mut changed = Vec::new();
        for Edit { func, facts, .. } in edits {
            self.keep_copies_of(*func, facts, &mut changed)?;
        }
        changed.sort_unstable();
        changed.dedup();
        // Without reasons nothing can be taken back; and what closures capture is not passed by calls.
        let is_closure = |linker: &mut Self, func: &FuncIndex| linker.facts(*func).0.captures > 0;
        let has_closures = changed.iter().any(|func| is_closure(self, func));
        if !changed.is_empty() && (self.reasons.is_none() || has_closures) {
            return Err(Unlike::Copies);
        }
        Ok(changed)
    }

    /// The calls by name of functions that are not called as before, and what they ask for; after
    /// [`Self::renew`].
    pub(in crate::points) fn calls_to(&mut self, changed: &[FuncIndex]) -> Vec<Relinked> {
        let mut found = Vec::new();
        if changed.is_empty() {
            return found;
        }
        for at in 0..self.instances.len() {
            let instance = &self.instances[at];
            if !instance.active {
                continue;
            }
            let facts = instance.facts.clone();
            for (call, fact) in (0..).zip(&facts.calls) {
                let CallTarget::Static(func) = fact.target else { continue };
                if changed.binary_search(&func).is_err() {
                    continue;
                }
                let site = self.instances[at].site(call);
                let Some(callee) = self.sites[site as usize].callee else { continue };
                let id = InstanceId(at as u32);
                let since = self.runs_since(id);
                let Some(reasons) = &mut self.reasons else { continue };
                let why = Why::Atom(reasons.atom(AtomKind::Instance(id)));
                let asked = self.passed(site, callee);
                found.push(Relinked { id, call, since, why, asked, callee });
            }
        }
        found
    }

    /// Calls functions that are not called as before, as they are called now.
    pub(in crate::points) fn call_again(&mut self, relinked: &[Relinked]) {
        for &Relinked { id, call, since, why, .. } in relinked {
            // Instances that have begun to run again call them anyway.
            if self.instances[id.0 as usize].active && self.runs_since(id) == since {
                self.because(why, |this| this.activate_call(id, call));
            }
        }
        self.activate_called();
    }

    /// What edits may take away: what the constraints of instances that lose some ask for, and the
    /// calls that are not there any more. To be asked before [`Self::renew`].
    pub(in crate::points) fn losing(&mut self, edits: &[Edit]) -> Vec<Losing> {
        let mut losing = Vec::new();
        for Edit { instances, .. } in edits {
            for (id, additions) in instances {
                let Some(reasons) = &mut self.reasons else { continue };
                let why = Why::Atom(reasons.atom(AtomKind::Instance(*id)));
                if self.instances[id.0 as usize].active && !additions.lost.is_empty() {
                    let asked = self.asked_by(*id);
                    let mut of = Losing { id: *id, why, asked, gone: Withdrawn::default() };
                    self.withdraw_calls(*id, &additions.lost.calls, &mut of.gone);
                    losing.push(of);
                }
            }
        }
        losing
    }

    /// What the constraints of an instance ask for, calls aside.
    fn asked_by(&mut self, id: InstanceId) -> FxHashSet<Action> {
        let facts = self.instances[id.0 as usize].facts.clone();
        let mut asked = FxHashSet::default();
        for &(node, cell) in &facts.members {
            asked.insert(Action::Member(self.node(id, node), self.element(id, cell)));
        }
        for &(from, to) in &facts.copies {
            asked.insert(Action::Edge(self.node(id, from), self.node(id, to)));
        }
        for &(node, rule) in &facts.rules {
            asked.insert(Action::Rule(self.node(id, node), self.relocated(id, rule)));
        }
        asked
    }

    fn withdraw_calls(&mut self, id: InstanceId, lost: &[u32], gone: &mut Withdrawn) {
        let facts = self.instances[id.0 as usize].facts.clone();
        for &at in lost {
            let site = self.instances[id.0 as usize].site(at);
            match facts.calls[at as usize].target {
                CallTarget::Static(_) => {
                    let Some(callee) = self.sites[site as usize].callee else { continue };
                    gone.once.extend(self.passed(site, callee));
                    gone.calls.push(callee);
                }
                CallTarget::Value(node) if !node.is_nil() => {
                    gone.once.push(Action::Rule(self.node(id, node), Rule::Call(site)));
                }
                CallTarget::Invoke(node, _) if !node.is_nil() => {
                    gone.once.push(Action::Rule(self.node(id, node), Rule::Invoke(site)));
                }
                CallTarget::Value(_) | CallTarget::Invoke(..) => {}
            }
            gone.sites.push(site);
        }
    }

    /// What a call by name asks for. Nothing else waits while a solution is edited.
    fn passed(&mut self, site: u32, callee: InstanceId) -> Vec<Action> {
        let waiting = self.actions.len();
        self.connect(site, callee, 0);
        self.actions.split_off(waiting)
    }

    /// What the instance does not ask for any more, now that it has other constraints: all of it, and
    /// how often its calls still ask for the same.
    pub(in crate::points) fn lost(
        &mut self,
        losing: &Losing,
        changed: &[FuncIndex],
    ) -> Vec<(Action, usize)> {
        let now = self.asked_by(losing.id);
        let lost = losing.asked.iter().filter(|action| !now.contains(action));
        let mut lost: Vec<(Action, usize)> = lost.map(|&action| (action, 0)).collect();
        // The order in which they go decides nothing but the numbers of nodes.
        lost.sort_unstable_by_key(|(action, _)| match *action {
            Action::Edge(from, to) => (0, to, from),
            Action::Member(node, element) => (1, node, element),
            Action::Rule(node, _) => (2, node, 0),
        });
        if lost.iter().any(|(action, _)| matches!(action, Action::Edge(..))) {
            let instance = self.instances[losing.id.0 as usize].clone();
            for (at, call) in (0..).zip(&instance.facts.calls) {
                let site = instance.site(at);
                let callee = self.sites[site as usize].callee;
                let (CallTarget::Static(func), Some(callee)) = (call.target, callee) else {
                    continue;
                };
                if changed.binary_search(&func).is_ok() {
                    continue;
                }
                for passed in self.passed(site, callee) {
                    for (_, count) in lost.iter_mut().filter(|(action, _)| *action == passed) {
                        *count += 1;
                    }
                }
            }
        }
        lost
    }

    /// Makes the facts of functions what they are after edits. What is new in them is not added yet;
    /// gives since when the edited instances run.
    pub(in crate::points) fn renew(&mut self, edits: &[Edit], losing: &[Losing]) -> Vec<Time> {
        let mut since = Vec::new();
        for Edit { facts, instances, .. } in edits {
            for (id, additions) in instances {
                since.push(self.runs_since(*id));
                self.extend(*id, facts.clone(), additions);
            }
        }
        for &site in losing.iter().flat_map(|losing| &losing.gone.sites) {
            self.sites[site as usize].call = u32::MAX;
        }
        since
    }

    fn runs_since(&self, id: InstanceId) -> Time {
        let Some(reasons) = &self.reasons else { return 0 };
        let atom = reasons.known_atom(AtomKind::Instance(id));
        atom.map_or(NEVER, |atom| reasons.atoms[atom as usize].since)
    }

    /// Adds what edits have added. Instances that have begun to run again meanwhile get all of their
    /// constraints then.
    pub(in crate::points) fn add_new(&mut self, edits: &[Edit], since: &[Time]) {
        let mut since = since.iter();
        for Edit { instances, .. } in edits {
            for (id, additions) in instances {
                let before = since.next().copied().unwrap_or(NEVER);
                if !self.instances[id.0 as usize].active || self.runs_since(*id) != before {
                    continue;
                }
                let atom = match &mut self.reasons {
                    Some(reasons) => reasons.atom(AtomKind::Instance(*id)),
                    None => 0,
                };
                self.because(Why::Atom(atom), |this| this.add_constraints_of(*id, additions));
            }
        }
        self.activate_called();
    }

    /// Whether it does not matter, or is the same, which methods the strings of a function name.
    fn keeps_names(&mut self, old: &Facts, new: &Facts) -> bool {
        let has_all = old.names.iter().all(|name| new.names.contains(name));
        self.has_lost_names |= !has_all;
        has_all || !self.follows_names()
    }

    /// Whether copies of functions are made as far as small functions are called, and not as far as
    /// there is room.
    pub(in crate::points) fn has_room_for_copies(&self) -> bool {
        self.instances.len() < CLONE_FACTOR * self.program.len()
    }

    fn keep_copies_of(
        &mut self,
        func: FuncIndex,
        facts: &Rc<Facts>,
        changed: &mut Vec<FuncIndex>,
    ) -> Result<(), Unlike> {
        let Some(Some((old, modelled))) = self.facts.get(func.index()).cloned() else {
            return Ok(());
        };
        if modelled {
            return Ok(());
        }
        let made_errors = self.makes_errors(func);
        self.facts[func.index()] = Some((facts.clone(), false));
        if old.captures != facts.captures {
            return Err(Unlike::Copies);
        }
        if self.makes_errors(func) != made_errors {
            changed.push(func);
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
                changed.push(func);
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
    }

    fn add_constraints_of(&mut self, id: InstanceId, additions: &Additions) {
        let facts = self.instances[id.0 as usize].facts.clone();
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
        self.name_methods_of(&facts);
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
