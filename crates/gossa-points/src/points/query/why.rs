//! Why a pointer may point to an object: a shortest chain of constraints that brings the object's
//! element from where its address is taken to the pointer.
//!
//! The chain is searched backwards over the solved system, from the pointer. What functions
//! contribute is read off their facts once more, with the instructions that it comes from, and what
//! calls contribute is asked of the linker. What loads, stores and filters make of elements is found
//! out for those sets only that the search comes to. Only what reflection asked for depends on what
//! it did before, so it is read from the linker's journal.
//!
//! Each step is an inference that the solver may make: its constraint is in the system, and the
//! element that it starts from is in the set of the node that it starts from. Where a constraint is
//! a load or a store, or passes arguments, a second element decides that it applies (the object that
//! the load's pointer points to, the function that is called): the step names it, and `why` may be
//! asked about it in turn.

use super::Queries;
use super::constraints::{Constraint, Constraints, From, NOWHERE, What};
use crate::points::facts::{Filter, Rule};
use crate::points::link::{Action, Element, Node, Origin};
use crate::program::FuncIndex;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{Inst, InstId};
use std::collections::VecDeque;

/// That a node's set has an element.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fact {
    /// The node.
    pub node: Node,
    /// The element.
    pub element: Element,
}

/// What brings an element into a set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// The address is taken here: the chain begins.
    Address,
    /// An assignment from variable to variable, or a conversion.
    Assign,
    /// A load through a pointer.
    Load,
    /// A store through a pointer.
    Store,
    /// The address of a part.
    Part,
    /// A value is taken out of an interface.
    Unbox,
    /// A pointer is put into an interface.
    Box,
    /// A pointer passes a type assertion, or `unsafe` makes something else of it.
    Filter,
    /// An argument of a call.
    Argument,
    /// The receiver of a method call through an interface.
    Receiver,
    /// A result of a call.
    Result,
    /// A closure or method value captures it.
    Capture,
    /// It is panicked with.
    Panic,
    /// A function returns it.
    Return,
    /// What the model of a function says.
    Model,
    /// Reflection.
    Reflection,
    /// The runtime does it.
    Runtime,
}

impl Reason {
    /// In a few words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Address => "address taken",
            Self::Assign => "assign",
            Self::Load => "load through pointer",
            Self::Store => "store through pointer",
            Self::Part => "address of part",
            Self::Unbox => "value in interface",
            Self::Box => "put into interface",
            Self::Filter => "type assertion or conversion",
            Self::Argument => "call argument",
            Self::Receiver => "receiver",
            Self::Result => "call result",
            Self::Capture => "captured",
            Self::Panic => "panic",
            Self::Return => "return",
            Self::Model => "model",
            Self::Reflection => "reflection",
            Self::Runtime => "runtime",
        }
    }
}

/// A step of a chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// What was there before; `None` for the first step.
    pub before: Option<Fact>,
    /// What it leads to.
    pub after: Fact,
    /// How.
    pub reason: Reason,
    /// The instruction, in its function; `None` for what none does.
    pub at: Option<(FuncIndex, InstId)>,
    /// The function that does it, if any.
    pub func: Option<FuncIndex>,
    /// The element that makes the constraint apply: of loads and stores what the pointer points to,
    /// of dynamic calls what is called.
    pub premise: Option<Fact>,
    constraint: Constraint,
}

impl Queries<'_, '_, '_> {
    /// A shortest chain of constraints from where the address of an element is taken to a node that
    /// has it; `None` if the node has not, or if the chain goes through reflection and the linker
    /// kept no journal.
    pub fn why(&mut self, node: Node, element: Element) -> Option<Vec<Step>> {
        let goal = Fact { node, element };
        if !self.solver.contains(node, element) {
            return None;
        }
        let constraints = self.constraints.take().unwrap_or_else(|| self.collect());
        let chain = self.search(&constraints, goal);
        self.constraints = Some(constraints);
        chain
    }

    /// The same of a value: of the first of its nodes for which there is a chain. An address that
    /// the value is by itself has a chain of one step.
    pub fn why_value(&mut self, of: super::FuncValue, element: Element) -> Option<Vec<Step>> {
        let mut starts: Vec<Fact> = Vec::new();
        for (_, source) in self.sources(of) {
            let (node, wanted) = match source {
                super::Source::Node(node) => (node, element),
                super::Source::Element(other) if other == element => {
                    return Some(vec![self.address_step(of, element)]);
                }
                super::Source::Element(_) => continue,
                super::Source::Offset(node, delta, base) => {
                    let range = self.object_range(element);
                    let before = self.solver.elements_within(node, range);
                    let linker = self.solver.linker();
                    let found = before
                        .into_iter()
                        .find(|&e| linker.offset(e, delta, base) == Some(element));
                    let Some(found) = found else { continue };
                    (node, found)
                }
            };
            if self.solver.contains(node, wanted) {
                starts.push(Fact { node, element: wanted });
            }
        }
        let chains = starts.into_iter().filter_map(|start| {
            let mut chain = self.why(start.node, start.element)?;
            if start.element != element {
                let mut step = self.address_step(of, element);
                step.before = Some(start);
                step.reason = Reason::Part;
                chain.push(step);
            }
            Some(chain)
        });
        chains.min_by_key(Vec::len)
    }

    /// The step that a value is by itself: an address.
    fn address_step(&self, of: super::FuncValue, element: Element) -> Step {
        let body = self.layouts.program().body(of.func);
        let at = body.and_then(|body| match body.def(of.value) {
            gossa_ssa::ValueDef::Result(inst) => Some((of.func, inst)),
            gossa_ssa::ValueDef::Param(_) => None,
        });
        let after = Fact { node: Node::MAX, element };
        let constraint = Constraint {
            dst: Node::MAX,
            what: What::Member(element),
            from: From::Runtime,
            instance: NOWHERE,
            premise: None,
        };
        let (before, premise, func) = (None, None, Some(of.func));
        Step { before, after, reason: Reason::Address, at, func, premise, constraint }
    }

    /// The elements of the object of an element.
    pub(super) fn object_range(&self, element: Element) -> std::ops::Range<Element> {
        let object = self.solver.linker().object_of(element / 2);
        let count = self.layouts.get(object.layout).cells.len() as u32;
        2 * object.first..2 * (object.first + count)
    }

    // --- The search -------------------------------------------------------------------------------

    fn search(&mut self, constraints: &Constraints, goal: Fact) -> Option<Vec<Step>> {
        // By fact: what comes after it, and how.
        let mut after: FxHashMap<Fact, Option<(Fact, Constraint, Option<Fact>)>> =
            FxHashMap::default();
        let mut queue = VecDeque::new();
        after.insert(goal, None);
        queue.push_back(goal);
        while let Some(fact) = queue.pop_front() {
            let mut begins = None;
            for (constraint, before, premise) in self.before(constraints, fact) {
                match before {
                    None => {
                        begins.get_or_insert(constraint);
                    }
                    Some(before) => {
                        after.entry(before).or_insert_with(|| {
                            queue.push_back(before);
                            Some((fact, constraint, premise))
                        });
                    }
                }
            }
            let Some(first) = begins else { continue };
            let mut chain = vec![self.step(None, fact, first, None)];
            let mut at = fact;
            while let Some(&Some((next, constraint, premise))) = after.get(&at) {
                chain.push(self.step(Some(at), next, constraint, premise));
                at = next;
            }
            return Some(chain);
        }
        None
    }

    /// The inferences that lead to a fact in one step: the constraint, the fact that it starts from
    /// (`None`: from nothing), and the fact that makes it apply.
    fn before(
        &mut self,
        constraints: &Constraints,
        fact: Fact,
    ) -> Vec<(Constraint, Option<Fact>, Option<Fact>)> {
        let mut found = Vec::new();
        let Fact { node: dst, element } = fact;
        for &constraint in constraints.of(dst) {
            match constraint.what {
                What::Member(member) if member == element => found.push((constraint, None, None)),
                What::Member(_) => {}
                What::Edge(from) if self.solver.contains(from, element) => {
                    found.push((
                        constraint,
                        Some(Fact { node: from, element }),
                        constraint.premise,
                    ));
                }
                What::Edge(_) => {}
                What::Pass(before, made) if made == element => {
                    found.push((constraint, Some(before), constraint.premise));
                }
                What::Pass(..) => {}
                What::Rule(node, rule) => {
                    for at in self.candidates(node, rule, element) {
                        self.made(constraint, Fact { node, element: at }, rule, fact, &mut found);
                    }
                }
            }
        }
        self.stored(constraints, fact, &mut found);
        found
    }

    /// The elements of a rule's node that it may make an element of; all that may, some that do not.
    fn candidates(&self, node: Node, rule: Rule<Node>, element: Element) -> Vec<Element> {
        let linker = self.solver.linker();
        let same = || -> Vec<Element> {
            self.solver.contains(node, element).then_some(element).into_iter().collect()
        };
        match rule {
            Rule::Offset { .. } => self.solver.elements_within(node, self.object_range(element)),
            Rule::Apply { filter, .. } => match filter {
                Filter::Implements(_) if linker.universe_at(element).is_some() => {
                    self.solver.points_to(node)
                }
                Filter::Implements(_) | Filter::PointersTo(_) | Filter::Typed(_) => same(),
                Filter::BoxPointers(_) if element.is_multiple_of(2) => same(),
                Filter::BoxPointers(_) => self.solver.points_to(node),
                Filter::Retype(_)
                | Filter::Held(_)
                | Filter::Bytes(_)
                | Filter::Anywhere
                | Filter::ArrayAround => {
                    self.solver.elements_within(node, self.object_range(element))
                }
                Filter::AsDataWord => {
                    let before = element / 2 * 2;
                    self.solver.contains(node, before).then_some(before).into_iter().collect()
                }
            },
            _ => self.solver.points_to(node),
        }
    }

    /// What a rule makes of an element, as far as it leads to a fact.
    fn made(
        &mut self,
        constraint: Constraint,
        at: Fact,
        rule: Rule<Node>,
        goal: Fact,
        found: &mut Vec<(Constraint, Option<Fact>, Option<Fact>)>,
    ) {
        let is_noted = match rule {
            Rule::Call(_) | Rule::Invoke(_) => true,
            Rule::Unbox { .. } => self.solver.linker().universe_at(at.element).is_some(),
            Rule::Reflect { op, .. } => op != crate::points::facts::Reflect::DataWord,
            _ => false,
        };
        if is_noted {
            return;
        }
        for action in self.asked(rule, at.element) {
            match action {
                Action::Member(to, made) if to == goal.node && made == goal.element => {
                    found.push((constraint, Some(at), None));
                }
                Action::Edge(from, to)
                    if to == goal.node && self.solver.contains(from, goal.element) =>
                {
                    let before = Fact { node: from, element: goal.element };
                    found.push((constraint, Some(before), Some(at)));
                }
                // Of a variable that is read as another type: one more rule, on what it holds.
                Action::Rule(node, next) => {
                    for element in self.candidates(node, next, goal.element) {
                        let before = Fact { node, element };
                        let mut inner = Vec::new();
                        for action in self.asked(next, element) {
                            match action {
                                Action::Member(to, made)
                                    if to == goal.node && made == goal.element =>
                                {
                                    inner.push((constraint, Some(before), Some(at)));
                                }
                                Action::Edge(from, to)
                                    if to == goal.node
                                        && self.solver.contains(from, goal.element) =>
                                {
                                    let before = Fact { node: from, element: goal.element };
                                    inner.push((constraint, Some(before), Some(at)));
                                }
                                _ => {}
                            }
                        }
                        found.append(&mut inner);
                    }
                }
                _ => {}
            }
        }
    }

    /// What a rule asks for, of an element. Asking again changes nothing.
    fn asked(&mut self, rule: Rule<Node>, element: Element) -> Vec<Action> {
        let linker = self.solver.linker_mut();
        let journal = linker.journal.take();
        linker.apply(rule, element);
        linker.journal = journal;
        let mut actions = std::mem::take(&mut linker.actions);
        // What filters make of a node is in a node of its own, shared by all that ask: seen through.
        actions.retain(|action| match *action {
            Action::Rule(_, Rule::Apply { dst, .. }) => !linker.is_part(dst),
            _ => true,
        });
        for action in &mut actions {
            if let Action::Edge(from, to) = *action
                && let Some(&(node, filter)) = linker.filtered.get(&from)
            {
                *action = Action::Rule(node, Rule::Apply { dst: to, filter });
            }
        }
        actions
    }

    /// Stores that lead to a fact, and pointers that are put into interfaces.
    fn stored(
        &mut self,
        constraints: &Constraints,
        goal: Fact,
        found: &mut Vec<(Constraint, Option<Fact>, Option<Fact>)>,
    ) {
        let linker = self.solver.linker();
        let is_strings = goal.node == linker.to_strings;
        let is_cell = linker.is_cell(goal.node);
        if is_cell && linker.object_of(goal.node).origin == Origin::Boxes {
            for &(node, rule, from, instance) in &constraints.boxings {
                if self.solver.contains(node, goal.element) {
                    let what = What::Rule(node, rule);
                    let constraint =
                        Constraint { dst: goal.node, what, from, instance, premise: None };
                    let at = Fact { node, element: goal.element };
                    self.made(constraint, at, rule, goal, found);
                }
            }
        }
        let place = match is_cell {
            true => Some(goal.node),
            false => constraints.slots.get(&goal.node).copied(),
        };
        let range = match place {
            _ if is_strings => 0..u32::MAX,
            Some(cell) => self.object_range(2 * cell),
            None => return,
        };
        // Many stores are through pointers with one set.
        let mut reached: FxHashMap<crate::points::sets::SetId, Vec<Element>> = FxHashMap::default();
        for &(node, rule, from, instance) in &constraints.stores {
            let Rule::Store { src, .. } = rule else { continue };
            let set = self.solver.set_of(node);
            if set.is_empty() || self.solver.set_of(src).is_empty() {
                continue;
            }
            let elements = reached
                .entry(set)
                .or_insert_with(|| self.solver.elements_within(node, range.clone()))
                .clone();
            for element in elements {
                let what = What::Rule(node, rule);
                let constraint = Constraint { dst: goal.node, what, from, instance, premise: None };
                self.made(constraint, Fact { node, element }, rule, goal, found);
            }
        }
    }

    /// Where and why.
    fn step(
        &self,
        before: Option<Fact>,
        after: Fact,
        constraint: Constraint,
        premise: Option<Fact>,
    ) -> Step {
        let linker = self.solver.linker();
        let instance = linker.instances().get(constraint.instance.0 as usize);
        let func = instance.map(|instance| instance.func);
        let modelled = instance.is_some_and(|instance| instance.modelled);
        let is_unseen = func.is_some_and(|func| self.layouts.program().body(func).is_none());
        let extracted = func.filter(|_| !modelled).and_then(|func| self.extracted(func));
        let inst = extracted.as_ref().and_then(|extracted| {
            let calls = &extracted.facts.calls;
            match constraint.from {
                // Addresses become nodes where they are needed; where they are made says more.
                From::Member(at) => match linker.object_of(after.element / 2).origin {
                    Origin::Site(maker, inst, _) if maker == constraint.instance => Some(inst),
                    _ => extracted.makers.members.get(at as usize).copied(),
                },
                From::Copy(at) => extracted.makers.copies.get(at as usize).copied(),
                From::Rule(at) => extracted.makers.rules.get(at as usize).copied(),
                From::Argument(at) | From::Receiver(at) | From::Result(at) => {
                    calls.get(at as usize).map(|call| call.inst)
                }
                From::Body | From::Reflection | From::Runtime => None,
            }
        });
        let at = func.zip(inst);
        let inst = at.and_then(|(func, inst)| Some(&self.layouts.program().body(func)?[inst]));
        let reason = match (constraint.from, constraint.what) {
            (From::Reflection, _) => Reason::Reflection,
            (From::Runtime, _) => Reason::Runtime,
            _ if modelled || is_unseen => Reason::Model,
            (_, What::Member(_)) => Reason::Address,
            (From::Argument(_), _) => Reason::Argument,
            (From::Receiver(_), _) => Reason::Receiver,
            (From::Result(_), _) => Reason::Result,
            (_, What::Rule(_, rule)) => match rule {
                Rule::Load { .. } => Reason::Load,
                Rule::Store { .. } => Reason::Store,
                Rule::Offset { .. } => Reason::Part,
                Rule::Unbox { .. } => Reason::Unbox,
                Rule::Apply { filter: Filter::BoxPointers(_), .. } => Reason::Box,
                _ => Reason::Filter,
            },
            _ => match inst {
                Some(Inst::Return(_)) => Reason::Return,
                Some(Inst::Panic(_)) => Reason::Panic,
                Some(Inst::Closure { .. } | Inst::MethodValue { .. }) => Reason::Capture,
                _ => Reason::Assign,
            },
        };
        Step { before, after, reason, at, func, premise, constraint }
    }

    /// Whether each step of a chain is an inference: it begins with an address, each step starts
    /// where the one before has led to, each constraint is one of the system, and the linker, asked
    /// what the constraint makes of the elements, says that it makes this one.
    pub fn is_derivation(&mut self, chain: &[Step]) -> bool {
        let Some(first) = chain.first() else { return false };
        if first.before.is_some() || !matches!(first.constraint.what, What::Member(_)) {
            return false;
        }
        let constraints = self.constraints.take().unwrap_or_else(|| self.collect());
        let mut last: Option<Fact> = None;
        let mut valid = true;
        for step in chain {
            let Step { after, constraint, .. } = *step;
            let is_whole = after.node == Node::MAX;
            valid &= step.before == last;
            valid &= is_whole || self.solver.contains(after.node, after.element);
            valid &= step.premise.is_none_or(|at| self.solver.contains(at.node, at.element));
            let before = step.before.unwrap_or(after);
            valid &= is_whole
                || match constraint.what {
                    What::Member(element) => {
                        step.before.is_none()
                            && element == after.element
                            && constraints.of(after.node).contains(&constraint)
                    }
                    What::Edge(from) => {
                        before == Fact { node: from, element: after.element }
                            && constraints.of(after.node).contains(&constraint)
                    }
                    What::Pass(from, element) => {
                        before == from
                            && element == after.element
                            && constraints.of(after.node).contains(&constraint)
                    }
                    What::Rule(node, rule) => {
                        let known = constraints.rules().any(|known| known == (node, rule));
                        known && self.gives(node, rule, step.premise, before, after)
                    }
                };
            last = Some(after);
        }
        self.constraints = Some(constraints);
        valid
    }

    /// Whether a rule, asked about one element of its node, leads from a fact to another.
    fn gives(
        &mut self,
        node: Node,
        rule: Rule<Node>,
        premise: Option<Fact>,
        before: Fact,
        after: Fact,
    ) -> bool {
        let at = premise.unwrap_or(before);
        if at.node != node {
            return false;
        }
        let mut actions: Vec<(Action, Fact)> =
            self.asked(rule, at.element).into_iter().map(|action| (action, at)).collect();
        let mut next = 0;
        while let Some(&(action, from)) = actions.get(next) {
            next += 1;
            match action {
                Action::Member(to, element) => {
                    if after == (Fact { node: to, element }) && from == before {
                        return true;
                    }
                }
                Action::Edge(from, to) => {
                    let wanted = Fact { node: from, element: after.element };
                    if to == after.node && wanted == before {
                        return true;
                    }
                }
                Action::Rule(node, rule) if from == at => {
                    for element in self.solver.points_to(node) {
                        let fact = Fact { node, element };
                        let asked = self.asked(rule, element);
                        actions.extend(asked.into_iter().map(|action| (action, fact)));
                    }
                }
                Action::Rule(..) => {}
            }
        }
        false
    }

    /// All nodes of variables and cells of functions that the program runs, for tests.
    #[must_use]
    pub fn nodes(&self) -> FxHashSet<Node> {
        let linker = self.solver.linker();
        let active = linker.instances().iter().filter(|instance| instance.active);
        active.flat_map(crate::points::link::Instance::nodes).collect()
    }
}
