//! Solutions that are to be kept note why everything is in them: see [`Reasons`].
//!
//! [`Reasons`]: crate::points::reasons::Reasons

use super::{Solver, flows_to, has_operands, operand_key};
use crate::points::facts::{Reflect, Rule};
use crate::points::link::{Action, Element, InstanceId, Node, Origin};
use crate::points::reasons::{AtomId, AtomKind, ShowId, What, Why};
use crate::points::sets::SetId;

impl Solver<'_, '_, '_> {
    /// Asks for something for a reason.
    pub(super) fn ask(&mut self, why: Why, action: Action) {
        self.linker.because(why, |linker| linker.actions.push(action));
    }

    /// Notes what an action rests on; gives what is to be done.
    pub(super) fn note(&mut self, action: Action, why: Why) -> Action {
        let action = match action {
            Action::Rule(node, rule) if has_operands(rule) => {
                Action::Edge(node, self.operands(rule))
            }
            action => action,
        };
        let why = match (why, action) {
            (Why::Reflected(show, element), Action::Member(_, made))
                if self.is_of_element(show, element, made) =>
            {
                Why::Shown(show, element)
            }
            (Why::Reflected(..), _) => Why::Known,
            (why, _) => why,
        };
        self.grow();
        if let Some(removal) = &mut self.removal {
            // What is made meanwhile gets what it has to have when all is gone that has to go.
            match action {
                Action::Edge(_, node) | Action::Member(node, _) => removal.touched.insert(node),
                Action::Rule(_, rule) => {
                    flows_to(rule).is_some_and(|dst| removal.touched.insert(dst))
                }
            };
        }
        let Some(reasons) = &mut self.linker.reasons else { return action };
        match action {
            Action::Edge(from, to) if from == to => {}
            Action::Edge(from, to) => {
                reasons.record(to, What::Edge(from), why);
            }
            Action::Member(node, element) => {
                reasons.record(node, What::Member(element), why);
            }
            Action::Rule(node, rule) => {
                reasons.record(node, What::Rule(rule), why);
                if let Some(dst) = flows_to(rule) {
                    reasons.record(dst, What::Flow(node, rule), why);
                }
            }
        }
        action
    }

    /// Whether what an operation of reflection made of an element is the element itself, or a part of
    /// the same object.
    fn is_of_element(&self, show: ShowId, element: Element, made: Element) -> bool {
        let Some(reasons) = &self.linker.reasons else { return false };
        let object = self.linker.object_of(element / 2);
        if matches!(
            object.origin,
            Origin::Reflected | Origin::Outside | Origin::Universe(_) | Origin::Types
        ) {
            return false;
        }
        match reasons.shows[show as usize].rule {
            Rule::Reflect { op: Reflect::Value(_) | Reflect::AbsorbValue(_), .. } => {
                made / 2 == element / 2
            }
            Rule::Reflect { op: Reflect::AbsorbVariable(_), .. } => {
                self.linker.object_of(made / 2).first == object.first
            }
            _ => false,
        }
    }

    /// The node that holds all that an operation of reflection is done with, whoever has it.
    fn operands(&mut self, rule: Rule<Node>) -> Node {
        let key = operand_key(rule);
        let Some(reasons) = &self.linker.reasons else { return 0 };
        if let Some(&known) = reasons.operands.get(&key) {
            return known;
        }
        let node = self.linker.variables(1);
        self.grow();
        if let Some(reasons) = &mut self.linker.reasons {
            reasons.operands.insert(key, node);
            reasons.is_operands.insert(node);
            reasons.record(node, What::Rule(rule), Why::Always);
        }
        self.rules.push(node, rule);
        self.enliven(node);
        node
    }

    /// A method is called on some elements of an interface.
    pub(super) fn invoke_because(
        &mut self,
        node: Node,
        site: u32,
        callee: InstanceId,
        elements: SetId,
        show: ShowId,
    ) {
        let skip = self.linker.receiver_leaf_count(callee);
        let connected = AtomKind::Connected(site, node, callee);
        let method = self.linker.invoked_method(site);
        let Some(reasons) = &mut self.linker.reasons else { return };
        if let Some(method) = method {
            reasons.methods.insert(site, method);
        }
        let connected = reasons.atom(connected);
        if !reasons.is(connected) {
            self.connect(connected);
        }
        let mut pointers = self.sets.to_vec(elements);
        for &element in pointers.iter().filter(|&&element| element % 2 == 1) {
            let Some(reasons) = &mut self.linker.reasons else { return };
            let copied = reasons.atom(AtomKind::Copied(callee, element));
            reasons.record(copied, What::Support, Why::Shown(show, element));
            if reasons.begin(copied) {
                self.linker.because(Why::Atom(copied), |linker| {
                    linker.pass_receiver(callee, element);
                });
            }
        }
        pointers.retain(|element| element % 2 == 0);
        if skip > 0 && !pointers.is_empty() {
            let first = self.linker.instances[callee.0 as usize].first;
            let set = self.sets.from_unsorted(&mut pointers);
            self.add_to(first, set);
        }
    }

    /// A method call begins to call an instance.
    pub(super) fn connect(&mut self, id: AtomId) {
        let Some(reasons) = &mut self.linker.reasons else { return };
        let AtomKind::Connected(site, _, callee) = reasons.atoms[id as usize].kind else { return };
        reasons.begin(id);
        let skip = self.linker.receiver_leaf_count(callee);
        self.linker.because(Why::Atom(id), |linker| {
            linker.connect(site, callee, skip);
            linker.call(callee);
        });
        self.grow();
        let first = self.linker.instances[callee.0 as usize].first;
        if skip > 0
            && let Some(reasons) = &mut self.linker.reasons
        {
            reasons.record(first, What::Receive(id), Why::Atom(id));
        }
        self.linker.activate_called();
    }
}
