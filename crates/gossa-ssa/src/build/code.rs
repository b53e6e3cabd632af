//! Looking at code under construction: successors, operands, what a parameter always is.

use super::function::{Code, Def};
use crate::ids::{BlockId, CallId, ValueId};
use crate::inst::{Callee, Inst, ValueList};
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

    pub(super) fn for_each_successor(&self, block: BlockId, mut visit: impl FnMut(BlockId)) {
        match self.terminator(block) {
            Inst::Jump(target) => visit(target.block),
            Inst::Branch { then, otherwise, .. } => {
                visit(*then);
                visit(*otherwise);
            }
            Inst::Select(id) => {
                let select = &self.selects[id.index()];
                select.arms.iter().for_each(|arm| visit(arm.block));
                select.default.into_iter().for_each(visit);
            }
            Inst::Unwind { recovered } => visit(*recovered),
            _ => {}
        }
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

    /// Operands of an instruction under construction.
    pub(super) fn for_each_operand(&self, inst: &Inst, mut visit: impl FnMut(ValueId)) {
        let list = |list: ValueList, visit: &mut dyn FnMut(ValueId)| {
            self.operands[list.0.range()].iter().for_each(|&value| visit(value));
        };
        let call = |id: CallId, visit: &mut dyn FnMut(ValueId)| {
            let data = &self.calls[id.index()];
            match data.callee {
                Callee::Value(value) => visit(value),
                Callee::Interface { receiver, .. } => visit(receiver),
                Callee::Static(_) | Callee::Builtin(_) => {}
            }
            list(data.args, visit);
        };
        match *inst {
            Inst::Const(_)
            | Inst::Zero
            | Inst::Func(_)
            | Inst::Global(_)
            | Inst::Table(_)
            | Inst::Alloc(_)
            | Inst::MethodExpr(_)
            | Inst::DeferStack
            | Inst::RunDefers
            | Inst::Recover
            | Inst::Hole
            | Inst::Unwind { .. }
            | Inst::Unreachable
            | Inst::Jump(_) => {}
            Inst::Load(x)
            | Inst::FieldAddr { ptr: x, .. }
            | Inst::Field { base: x, .. }
            | Inst::Unary { x, .. }
            | Inst::Convert { x, .. }
            | Inst::Narrow { x, .. }
            | Inst::MakeInterface(x)
            | Inst::ChangeInterface(x)
            | Inst::TypeAssert { x, .. }
            | Inst::MethodValue { x, .. }
            | Inst::Range(x)
            | Inst::Next(x)
            | Inst::Receive { chan: x, .. }
            | Inst::Branch { cond: x, .. }
            | Inst::Panic(x) => visit(x),
            Inst::Store { ptr: x, value: y }
            | Inst::IndexAddr { base: x, index: y }
            | Inst::Index { base: x, index: y }
            | Inst::WithField { base: x, value: y, .. }
            | Inst::Binary { x, y, .. }
            | Inst::MapLookup { map: x, key: y, .. }
            | Inst::Send { chan: x, value: y } => {
                visit(x);
                visit(y);
            }
            Inst::WithIndex { base: x, index: y, value: z }
            | Inst::MapUpdate { map: x, key: y, value: z } => {
                visit(x);
                visit(y);
                visit(z);
            }
            Inst::Unsafe { x, y, .. } | Inst::MakeSlice { len: x, cap: y } => {
                visit(x);
                y.into_iter().for_each(visit);
            }
            Inst::MakeMap(x) | Inst::MakeChan(x) => x.into_iter().for_each(visit),
            Inst::Slice { x, bounds } => {
                visit(x);
                let bounds = self.bounds[bounds as usize];
                [bounds.lo, bounds.hi, bounds.max].into_iter().flatten().for_each(visit);
            }
            Inst::Struct(values)
            | Inst::Array(values)
            | Inst::Closure { captures: values, .. }
            | Inst::Builtin { args: values, .. }
            | Inst::Return(values) => list(values, &mut visit),
            Inst::Call(id) | Inst::Go(id) => call(id, &mut visit),
            Inst::Defer { call: id, stack } => {
                stack.into_iter().for_each(&mut visit);
                call(id, &mut visit);
            }
            Inst::Select(id) => {
                for arm in &self.selects[id.index()].arms {
                    visit(arm.chan);
                    arm.value.into_iter().for_each(&mut visit);
                }
            }
        }
    }
}
