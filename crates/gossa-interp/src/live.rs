//! Which places of an activation are still to be read: the collector looks at no others, so that
//! what a function once pointed to does not outlive its last use, as with gc.
//!
//! Known from the SSA form, where an operation begins the instruction that it belongs to; in the
//! midst of one, and in functions that the machine makes itself, all places count.

use crate::code::{Code, CodeKey, Op, Pc, Slot};
use crate::machine::Machine;
use gossa_base::FxHashMap;
use gossa_ssa::flow::monotone::{Liveness, solve};
use gossa_ssa::graph::Cfg;
use gossa_ssa::{Body, FuncId, FuncKey};
use std::rc::Rc;

/// Places with their sizes.
pub(crate) type LivePlaces = Rc<[(Slot, u32)]>;

/// What has been asked so far: by function, operation, and whether the activation waits for the
/// call there.
pub(crate) type KnownLive = FxHashMap<(FuncId, Pc, bool), Option<LivePlaces>>;

impl Machine<'_> {
    /// The places that are read from an operation on; `calling`: it is a call whose callee runs.
    /// `None`: all of them may be.
    pub(crate) fn live_places(&self, code: &Code, pc: Pc, calling: bool) -> Option<LivePlaces> {
        let CodeKey::Func(func) = code.key else { return None };
        if code.values.is_empty() {
            return None;
        }
        let key = (func, pc, calling);
        if let Some(known) = self.known_live.borrow().get(&key) {
            return known.clone();
        }
        let places = self.find_live_places(func, code, pc, calling);
        self.known_live.borrow_mut().insert(key, places.clone());
        places
    }

    fn find_live_places(
        &self,
        func: FuncId,
        code: &Code,
        pc: Pc,
        calling: bool,
    ) -> Option<LivePlaces> {
        let body = self.known_body(func)?;
        let at = pc as usize;
        let inst = *code.insts.get(at)?;
        let returns = calling && matches!(code.ops[at], Op::Call { .. });
        let same = |other: usize| code.insts.get(other) == Some(&inst);
        // Between the operations of an instruction values may be in places of their own.
        if (!returns && at > 0 && same(at - 1)) || (returns && same(at + 1)) {
            return None;
        }
        let cfg = Cfg::new(body);
        let solution = solve(&Liveness, body, &cfg);
        let block = body.block_of(inst);
        let mut live = None;
        solution.for_each_inst(&Liveness, body, block, |found, after| {
            if found == inst {
                live = Some(after.clone());
            }
        });
        let mut live = live?;
        for result in body.results_of(inst) {
            live.remove(result.index());
        }
        if !returns {
            body.for_each_operand(inst, |value| {
                live.insert(value.index());
            });
        }
        if let Some(unwind) = body[block].unwind {
            for value in solution.at_start[unwind.index()].iter() {
                live.insert(value);
            }
        }
        Some(live.iter().filter_map(|value| code.values.get(value).copied()).collect())
    }

    /// The SSA form of a function that has been compiled.
    fn known_body(&self, func: FuncId) -> Option<&Body> {
        let index = match func.key() {
            FuncKey::Closure { index, .. } => *index as usize,
            _ => 0,
        };
        self.known_lowered(func.root())?.bodies.get(index)
    }
}
