//! The constraints of a solved system, by what they give something to: what [`super::why`] searches.

use super::Queries;
use super::why::Fact;
use crate::points::facts::{CallTarget, Filter, Rule};
use crate::points::link::{Action, Cause, Element, InstanceId, Node};
use gossa_base::FxHashMap;
use gossa_types::TypeId;

/// A constraint of the system.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum What {
    /// `dst ∋ element`.
    Member(Element),
    /// `dst ⊇ from`.
    Edge(Node),
    /// An element of a node that a rule passes on to another as it is, or as another part of the
    /// same object: a receiver, a value that reflection takes in.
    Pass(Fact, Element),
    /// A rule on a node that gives the node something.
    Rule(Node, Rule<Node>),
}

/// Which constraint of its function it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum From {
    Member(u32),
    Copy(u32),
    Rule(u32),
    Argument(u32),
    Receiver(u32),
    Result(u32),
    Body,
    Reflection,
    Runtime,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Constraint {
    pub(super) dst: Node,
    pub(super) what: What,
    pub(super) from: From,
    pub(super) instance: InstanceId,
    /// The element of a call's function or receiver that makes it apply.
    pub(super) premise: Option<Fact>,
}

/// No instance.
pub(super) const NOWHERE: InstanceId = InstanceId(u32::MAX);

/// The constraints of a solved system, by what they give something to.
pub(super) struct Constraints {
    /// By destination.
    all: Vec<Constraint>,
    /// Stores: the pointer's node, the rule, and where it is from; by node.
    pub(super) stores: Vec<(Node, Rule<Node>, From, InstanceId)>,
    /// Pointers that are put into interfaces: as stores.
    pub(super) boxings: Vec<(Node, Rule<Node>, From, InstanceId)>,
    /// By node of what memory holds as pointers to other types than it is declared with: the cell.
    pub(super) slots: FxHashMap<Node, Node>,
}

impl Queries<'_, '_, '_> {
    /// Reads off the system what is in it.
    pub(super) fn collect(&mut self) -> Constraints {
        let mut found = Constraints {
            all: Vec::new(),
            stores: Vec::new(),
            boxings: Vec::new(),
            slots: FxHashMap::default(),
        };
        let count = self.solver.linker().instances().len() as u32;
        let journal = self.solver.linker_mut().journal.take();
        self.solver.linker_mut().actions.clear();
        for id in (0..count).map(InstanceId) {
            if self.solver.linker().instances()[id.0 as usize].active {
                self.collect_facts(id, &mut found);
                self.collect_calls(id, &mut found);
            }
        }
        let linker = self.solver.linker();
        let strings = Rule::Apply {
            dst: linker.strings,
            filter: Filter::Typed(TypeId::pointer(TypeId::basic(gossa_types::BasicKind::Uint8))),
        };
        found.rule(linker.to_strings, strings, From::Runtime, NOWHERE);
        // Which nodes have the rules that reflection did something for.
        let mut holders: FxHashMap<Rule<Node>, Vec<Node>> = FxHashMap::default();
        for constraint in &found.all {
            if let What::Rule(node, rule) = constraint.what {
                holders.entry(rule).or_default().push(node);
            }
        }
        let journal = journal.unwrap_or_default();
        for &(action, _) in &journal {
            if let Action::Rule(node, rule) = action {
                found.rule(node, rule, From::Reflection, NOWHERE);
                holders.entry(rule).or_default().push(node);
            }
        }
        for &(action, cause) in &journal {
            self.collect_noted(action, cause, &holders, &mut found);
        }
        self.solver.linker_mut().journal = Some(journal);
        found.all.sort_by_key(|constraint| constraint.dst);
        found.stores.sort_by_key(|store| store.0);
        let slots = self.solver.linker().slots.iter();
        found.slots = slots.map(|(&(leaf, _), &node)| (node, leaf)).collect();
        found
    }

    fn collect_facts(&mut self, id: InstanceId, found: &mut Constraints) {
        let linker = self.solver.linker_mut();
        let instance = linker.instances()[id.0 as usize].clone();
        let facts = &instance.facts;
        for (at, &(node, cell)) in (0..).zip(&facts.members) {
            let dst = linker.node(id, node);
            let what = What::Member(linker.element(id, cell));
            found.add(dst, what, From::Member(at), id, None);
        }
        for (at, &(from, to)) in (0..).zip(&facts.copies) {
            let what = What::Edge(linker.node(id, from));
            let dst = linker.node(id, to);
            found.add(dst, what, From::Copy(at), id, None);
        }
        for (at, &(node, rule)) in (0..).zip(&facts.rules) {
            let node = linker.node(id, node);
            let rule = linker.relocated(id, rule);
            found.rule(node, rule, From::Rule(at), id);
        }
        if instance.modelled {
            linker.connect_body(id);
            for action in std::mem::take(&mut linker.actions) {
                if let Action::Edge(from, to) = action {
                    found.add(to, What::Edge(from), From::Body, id, None);
                }
            }
        }
    }

    fn collect_calls(&mut self, id: InstanceId, found: &mut Constraints) {
        let instance = self.solver.linker().instances()[id.0 as usize].clone();
        for (at, call) in (0..).zip(&instance.facts.calls) {
            let site = instance.site(at);
            // The results of a call are beside each other.
            let results = match call.result_count {
                0 => 0,
                _ => instance.variable(call.results),
            };
            let results = results..results + call.result_count;
            let mut add = |action: Action, premise: Option<Fact>| match action {
                Action::Edge(from, to) if results.contains(&to) => {
                    found.add(to, What::Edge(from), From::Result(at), id, premise);
                }
                Action::Edge(from, to) => {
                    found.add(to, What::Edge(from), From::Argument(at), id, premise);
                }
                Action::Member(to, element) => {
                    if let Some(premise) = premise {
                        let what = What::Pass(premise, element);
                        found.add(to, what, From::Receiver(at), id, Some(premise));
                    }
                }
                Action::Rule(..) => {}
            };
            let (node, rule) = match call.target {
                CallTarget::Static(_) => {
                    let linker = self.solver.linker_mut();
                    if let Some(callee) = linker.sites[site as usize].callee {
                        linker.connect(site, callee, 0);
                        for action in std::mem::take(&mut linker.actions) {
                            add(action, None);
                        }
                    }
                    continue;
                }
                CallTarget::Value(node) => (node, Rule::Call(site)),
                CallTarget::Invoke(node, _) => (node, Rule::Invoke(site)),
            };
            let Some(node) = self.solver.linker().node_of(id, node) else { continue };
            for element in self.solver.points_to(node) {
                let linker = self.solver.linker_mut();
                // What reflection does is in the journal.
                let is_plain = match rule {
                    Rule::Call(_) => linker.func_of(element / 2).is_some(),
                    _ => linker.universe_at(element).is_none(),
                };
                if is_plain {
                    linker.apply(rule, element);
                    for action in std::mem::take(&mut linker.actions) {
                        add(action, Some(Fact { node, element }));
                    }
                }
            }
            found.rule(node, rule, From::Argument(at), id);
        }
    }

    fn collect_noted(
        &self,
        action: Action,
        cause: Cause,
        holders: &FxHashMap<Rule<Node>, Vec<Node>>,
        found: &mut Constraints,
    ) {
        let from = if cause.is_none() { From::Runtime } else { From::Reflection };
        match action {
            Action::Edge(source, to) => found.add(to, What::Edge(source), from, NOWHERE, None),
            Action::Member(to, element) => {
                let passed =
                    cause.filter(|&(_, before)| self.object_range(before).contains(&element));
                let nodes = passed.and_then(|(rule, before)| Some((holders.get(&rule)?, before)));
                let mut is_passed = false;
                for &node in nodes.iter().flat_map(|(nodes, _)| nodes.iter()) {
                    let before = Fact { node, element: nodes.map_or(0, |(_, before)| before) };
                    if self.solver.contains(node, before.element) {
                        is_passed = true;
                        found.add(to, What::Pass(before, element), from, NOWHERE, Some(before));
                    }
                }
                if !is_passed {
                    found.add(to, What::Member(element), from, NOWHERE, None);
                }
            }
            Action::Rule(..) => {}
        }
    }
}

impl Constraints {
    fn add(
        &mut self,
        dst: Node,
        what: What,
        from: From,
        instance: InstanceId,
        premise: Option<Fact>,
    ) {
        self.all.push(Constraint { dst, what, from, instance, premise });
    }

    fn rule(&mut self, node: Node, rule: Rule<Node>, from: From, instance: InstanceId) {
        match rule {
            Rule::Store { .. } => self.stores.push((node, rule, from, instance)),
            Rule::Load { dst, .. } | Rule::Offset { dst, .. } | Rule::Unbox { dst, .. } => {
                self.add(dst, What::Rule(node, rule), from, instance, None);
            }
            Rule::Apply { dst, filter } => {
                if let Filter::BoxPointers(_) = filter {
                    self.boxings.push((node, rule, from, instance));
                }
                self.add(dst, What::Rule(node, rule), from, instance, None);
            }
            Rule::Reflect { to, .. } => {
                self.add(to, What::Rule(node, rule), from, instance, None);
            }
            // What they make is in the system as edges; the rule is kept for those who look for the
            // node that has it.
            Rule::Call(_) | Rule::Invoke(_) => {
                self.add(node, What::Rule(node, rule), from, instance, None);
            }
        }
    }

    /// The constraints that give a node something, but stores.
    pub(super) fn of(&self, dst: Node) -> &[Constraint] {
        let start = self.all.partition_point(|constraint| constraint.dst < dst);
        let end = self.all.partition_point(|constraint| constraint.dst <= dst);
        &self.all[start..end]
    }

    /// All rules.
    pub(super) fn rules(&self) -> impl Iterator<Item = (Node, Rule<Node>)> + '_ {
        let rules = self.all.iter().filter_map(|constraint| match constraint.what {
            What::Rule(node, rule) => Some((node, rule)),
            _ => None,
        });
        rules.chain(self.stores.iter().map(|&(node, rule, ..)| (node, rule)))
    }
}
