//! Which records of a solution the constraints of an edit have made.

use super::lists::Lists;
use super::{Solver, flows_to, has_operands, operand_key};
use crate::points::link::{Action, InstanceId, Node, Unlike};
use crate::points::reasons::{AtomKind, RecordId, What, Why};
use gossa_base::FxHashSet;

/// Records that are to die.
#[derive(Default)]
pub(in crate::points) struct Dying {
    pub(super) records: Vec<RecordId>,
    has: FxHashSet<RecordId>,
}

impl Dying {
    fn take(&mut self, id: RecordId) {
        if self.has.insert(id) {
            self.records.push(id);
        }
    }

    fn has(&self, id: RecordId) -> bool {
        self.has.contains(&id)
    }
}

impl Solver<'_, '_, '_> {
    /// The records with these actions for a reason are to die: one for each.
    pub(in crate::points) fn records_of(
        &self,
        actions: &[Action],
        why: Why,
        dying: &mut Dying,
    ) -> Result<(), Unlike> {
        for &action in actions {
            for (list, of, what) in self.places_of(action).into_iter().flatten() {
                let mut found = self.matching(list, of, what, why);
                dying.take(found.find(|id| !dying.has(*id)).ok_or(Unlike::Removed)?);
            }
        }
        Ok(())
    }

    /// The records that say that instances are called for a reason: one for each.
    pub(in crate::points) fn calls_of(
        &self,
        calls: &[InstanceId],
        why: Why,
        dying: &mut Dying,
    ) -> Result<(), Unlike> {
        let reasons = self.reasons();
        for &callee in calls {
            let atom = reasons.known_atom(AtomKind::Instance(callee)).ok_or(Unlike::Removed)?;
            let mut found = self.matching(&reasons.supports, atom, What::Support, why);
            dying.take(found.find(|id| !dying.has(*id)).ok_or(Unlike::Removed)?);
        }
        Ok(())
    }

    /// All records with these actions for a reason, but for so many of each.
    pub(in crate::points) fn all_records_of(
        &self,
        actions: &[(Action, usize)],
        why: Why,
        dying: &mut Dying,
    ) {
        for &(action, keep) in actions {
            for (list, of, what) in self.places_of(action).into_iter().flatten() {
                let found = self.matching(list, of, what, why).filter(|id| !dying.has(*id));
                for id in found.skip(keep).collect::<Vec<_>>() {
                    dying.take(id);
                }
            }
        }
    }

    /// Where the records of an action are, and what they say.
    fn places_of(&self, action: Action) -> [Option<(&Lists<RecordId>, Node, What)>; 2] {
        let reasons = self.reasons();
        match action {
            Action::Edge(from, to) if from == to => [None, None],
            Action::Edge(from, to) => [Some((&reasons.incoming, to, What::Edge(from))), None],
            Action::Member(node, element) => {
                [Some((&reasons.incoming, node, What::Member(element))), None]
            }
            Action::Rule(node, rule) if has_operands(rule) => {
                let operands = reasons.operands.get(&operand_key(rule));
                [operands.map(|&of| (&reasons.incoming, of, What::Edge(node))), None]
            }
            Action::Rule(node, rule) => {
                let flow = flows_to(rule);
                [
                    Some((&reasons.rules, node, What::Rule(rule))),
                    flow.map(|dst| (&reasons.incoming, dst, What::Flow(node, rule))),
                ]
            }
        }
    }

    fn matching<'s>(
        &'s self,
        list: &'s Lists<RecordId>,
        of: Node,
        what: What,
        why: Why,
    ) -> impl Iterator<Item = RecordId> + 's {
        let reasons = self.reasons();
        reasons.alive(list, of).into_iter().filter(move |id| {
            let record = reasons.records[*id as usize];
            record.what == what && record.why == why
        })
    }
}
