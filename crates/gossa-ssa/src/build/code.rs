//! Looking at code under construction: successors, operands, what a parameter always is.

use super::function::{Code, Def};
use crate::ids::{BlockId, ValueId};
use crate::inst::{Inst, OperandPools};
use smallvec::SmallVec;

impl Code {
    pub(super) fn insts_of(&self, block: BlockId) -> &[Inst] {
        let info = &self.blocks[block.index()];
        &self.insts[info.start as usize..info.end as usize]
    }

    pub(super) fn terminator(&self, block: BlockId) -> &Inst {
        &self.insts[self.blocks[block.index()].end as usize - 1]
    }

    pub(super) fn ends_with_call(&self, block: BlockId) -> bool {
        let insts = self.insts_of(block);
        let last = insts.len().checked_sub(2).and_then(|at| insts.get(at));
        matches!(last, Some(Inst::Call(_) | Inst::RunDefers))
    }

    pub(super) fn successor(&self, block: BlockId) -> Option<BlockId> {
        let mut found = None;
        self.for_each_successor(block, |next| found = Some(next));
        found
    }

    pub(super) fn for_each_successor(&self, block: BlockId, visit: impl FnMut(BlockId)) {
        self.terminator(block).for_each_successor(&self.selects, visit);
    }

    /// What a `narrow` is another name of.
    pub(super) fn narrowed(&self, value: ValueId) -> Option<ValueId> {
        match self.values[value.index()].def {
            Def::Result(inst) => match self.insts[inst as usize] {
                Inst::Narrow { x, .. } => Some(self.resolve(x)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value that a parameter always has, if there is one: all operands from predecessors
    /// that count are that value, or the parameter itself, or narrowed forms of either.
    pub(super) fn trivial(&self, phi: usize, counts: impl Fn(usize) -> bool) -> Option<ValueId> {
        let me = self.phis[phi].value;
        let mut common: Option<ValueId> = None;
        let operands = &self.phi_operands[self.phis[phi].operands.range()];
        for (at, &operand) in operands.iter().enumerate() {
            if !counts(at) {
                continue;
            }
            let operand = self.resolve(operand);
            if common == Some(operand) || self.is_form_of(operand, me) {
                continue;
            }
            common = Some(match common {
                None => operand,
                Some(other) => self.common_form(other, operand)?,
            });
        }
        common
    }

    pub(super) fn is_form_of(&self, value: ValueId, base: ValueId) -> bool {
        let mut value = value;
        loop {
            if value == base {
                return true;
            }
            match self.narrowed(value) {
                Some(next) => value = next,
                None => return false,
            }
        }
    }

    /// The last common name of two names of a value.
    pub(super) fn common_form(&self, a: ValueId, b: ValueId) -> Option<ValueId> {
        let mut names: SmallVec<[ValueId; 8]> = SmallVec::new();
        let mut next = Some(a);
        while let Some(value) = next {
            names.push(value);
            next = self.narrowed(value);
        }
        let mut next = Some(b);
        while let Some(value) = next {
            if names.contains(&value) {
                return Some(value);
            }
            next = self.narrowed(value);
        }
        None
    }

    pub(super) fn replace_phi(&mut self, phi: usize, by: ValueId) {
        let value = self.phis[phi].value;
        self.phis[phi].removed = true;
        self.values[value.index()].def = Def::Forward(by);
    }

    /// Operands of an instruction under construction. The arguments of jumps are not there yet:
    /// φ-functions hold them.
    pub(super) fn for_each_operand(&self, inst: &Inst, visit: impl FnMut(ValueId)) {
        if matches!(inst, Inst::Jump(_)) {
            return;
        }
        let pools = OperandPools {
            operands: &self.operands,
            calls: &self.calls,
            selects: &self.selects,
            bounds: &self.bounds,
        };
        inst.for_each_operand(pools, visit);
    }
}
