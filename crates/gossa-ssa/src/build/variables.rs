//! SSA construction on the fly.
//!
//! [`Function::write`] sets a variable in the current block, [`Function::read`] finds its value:
//! in the block itself, in the only predecessor, or as a new parameter of the block. A block whose
//! predecessors are not all known gets its parameters' operands when it is sealed. A parameter
//! whose operands are all one value (and itself) is replaced by that value.

use super::function::{Def, Function, Phi};
use super::unit::{Slot, Var};
use crate::ids::{BlockId, ValueId};
use crate::inst::{AllocKind, Inst};
use gossa_base::ListRange;
use gossa_syntax::NodeId;
use gossa_types::LocalId;
use smallvec::SmallVec;

/// Red zone and size of the stack segments for recursion along chains of blocks.
const RED_ZONE: usize = 64 << 10;
const STACK_SEGMENT: usize = 1 << 20;

impl Function<'_, '_> {
    /// Starts with no variable known in the current block.
    pub(super) fn begin_slots(&mut self) {
        self.unit.scratch.epoch += 1;
        self.epoch = self.unit.scratch.epoch;
        self.spilled = false;
        debug_assert!(self.code.dirty.is_empty());
    }

    /// Moves the current block's slots to the table of definitions.
    pub(super) fn spill_slots(&mut self) {
        let Some(block) = self.current else { return };
        let block = block.index() as u32;
        for var in self.code.dirty.drain(..) {
            let slot = self.unit.scratch.slots[var.0 as usize];
            self.code.defs.insert((block, var.0), slot.value);
        }
    }

    /// Lets another function use the slots.
    pub(super) fn suspend_slots(&mut self) {
        self.spill_slots();
    }

    /// Goes on after [`Function::suspend_slots`].
    pub(super) fn resume_slots(&mut self) {
        self.begin_slots();
        self.spilled = true;
    }

    /// Sets a variable in the current block.
    #[inline]
    pub(super) fn write(&mut self, var: Var, value: ValueId) {
        let at = var.0 as usize;
        let slots = &mut self.unit.scratch.slots;
        if at >= slots.len() {
            let len = (at + 1).max(self.unit.var_types.len());
            slots.resize(len, Slot { epoch: 0, value });
        }
        if slots[at].epoch != self.epoch {
            self.code.dirty.push(var);
        }
        slots[at] = Slot { epoch: self.epoch, value };
    }

    /// The value of a variable at the current place.
    #[inline]
    pub(super) fn read(&mut self, var: Var) -> ValueId {
        if let Some(slot) = self.unit.scratch.slots.get(var.0 as usize)
            && slot.epoch == self.epoch
        {
            return self.code.resolve(slot.value);
        }
        if self.current.is_none() {
            // In code that control cannot get to.
            let block = self.new_block();
            self.seal(block);
            self.start_block(block);
        }
        let Some(block) = self.current else { unreachable!("a block was just started") };
        let value = self.value_in(block, var);
        self.write(var, value);
        value
    }

    /// What is known of a variable in a block.
    fn known(&self, block: BlockId, var: Var) -> Option<ValueId> {
        if self.current == Some(block) {
            if let Some(slot) = self.unit.scratch.slots.get(var.0 as usize)
                && slot.epoch == self.epoch
            {
                return Some(slot.value);
            }
            if !self.spilled {
                return None;
            }
        }
        self.code.defs.get(&(block.index() as u32, var.0)).copied()
    }

    fn set_known(&mut self, block: BlockId, var: Var, value: ValueId) {
        if self.current == Some(block) {
            self.write(var, value);
        } else {
            self.code.defs.insert((block.index() as u32, var.0), value);
        }
    }

    /// The value of a variable at the end of a block (as far as it is filled).
    fn value_in(&mut self, block: BlockId, var: Var) -> ValueId {
        // Up the chain of only predecessors, then back down to remember what was found.
        let mut chain: SmallVec<[BlockId; 16]> = SmallVec::new();
        let mut at = block;
        let value = loop {
            if let Some(value) = self.known(at, var) {
                break self.code.resolve(value);
            }
            let info = &self.code.blocks[at.index()];
            if !info.sealed {
                let phi = self.new_phi(at, var);
                break self.code.phis[phi].value;
            }
            match info.preds.len() {
                0 => break self.initial(at, var),
                1 => {
                    chain.push(at);
                    at = info.preds[0];
                }
                _ => {
                    let phi = self.new_phi(at, var);
                    break stacker::maybe_grow(RED_ZONE, STACK_SEGMENT, || self.complete(phi));
                }
            }
        };
        for block in chain {
            self.set_known(block, var, value);
        }
        value
    }

    /// A variable's value at the start of a block without predecessors: in a closure's entry that
    /// of a captured variable.
    fn initial(&mut self, block: BlockId, var: Var) -> ValueId {
        let ty = self.unit.var_type(var);
        let captured =
            block == crate::Body::ENTRY && self.kind != super::function::BodyKind::Declared;
        let value = if captured {
            let value = self.new_value(ty, Def::Param(block));
            self.captures.push(var);
            self.capture_params.push(value);
            self.name(value, var);
            value
        } else {
            self.new_value(ty, Def::Undefined)
        };
        self.set_known(block, var, value);
        value
    }

    fn new_phi(&mut self, block: BlockId, var: Var) -> usize {
        let ty = self.unit.var_type(var);
        let index = self.code.phis.len();
        let value = self.new_value(ty, Def::Phi(index as u32));
        let info = &mut self.code.blocks[block.index()];
        let previous = std::mem::replace(&mut info.last_phi, index as u32 + 1);
        self.code.phis.push(Phi {
            block,
            var,
            value,
            operands: ListRange::EMPTY,
            previous,
            removed: false,
        });
        self.set_known(block, var, value);
        index
    }

    /// Finds a parameter's operands; gives the value that stands for it.
    fn complete(&mut self, phi: usize) -> ValueId {
        let Phi { block, var, value, .. } = self.code.phis[phi];
        let preds = self.code.blocks[block.index()].preds.clone();
        let mut operands: SmallVec<[ValueId; 8]> = SmallVec::new();
        for pred in preds {
            operands.push(self.value_in(pred, var));
        }
        let start = self.code.phi_operands.len() as u32;
        self.code.phi_operands.extend_from_slice(&operands);
        self.code.phis[phi].operands = ListRange { start, len: operands.len() as u32 };
        let replacement = match self.code.trivial(phi, |_| true) {
            Some(other) => other,
            None if operands.is_empty() => {
                let ty = self.type_of(value);
                self.new_value(ty, Def::Undefined)
            }
            None => return value,
        };
        self.code.replace_phi(phi, replacement);
        replacement
    }

    /// Declares that all predecessors of a block are known.
    pub(super) fn seal(&mut self, block: BlockId) {
        let info = &mut self.code.blocks[block.index()];
        if std::mem::replace(&mut info.sealed, true) {
            return;
        }
        // All that are there are incomplete; completing them makes none in this block.
        let mut incomplete: SmallVec<[usize; 16]> = SmallVec::new();
        let mut next = info.last_phi;
        while next != 0 {
            incomplete.push(next as usize - 1);
            next = self.code.phis[next as usize - 1].previous;
        }
        for phi in incomplete.into_iter().rev() {
            if self.code.phis[phi].operands.is_empty() && !self.code.phis[phi].removed {
                self.complete(phi);
            }
        }
    }

    // Local variables.

    /// Remembers which variable a value is of.
    pub(super) fn name(&mut self, value: ValueId, var: Var) {
        let locals = &self.unit.types.locals;
        let named = locals
            .get(var.0 as usize)
            .is_some_and(|local| local.name.is_some_and(|name| !name.is_blank()));
        if named {
            self.code.names.push((value, LocalId::new(var.0)));
        }
    }

    /// Makes a declared variable, with its initial value or zero.
    pub(super) fn declare(&mut self, at: NodeId, local: LocalId, value: Option<ValueId>) {
        let ty = self.unit.local_type(local);
        if self.unit.is_cell(local) {
            let ptr = self.alloc(at, AllocKind::Variable, ty, Some(local));
            if let Some(value) = value {
                self.emit_none(at, Inst::Store { ptr, value });
            }
            self.write(Var::from(local), ptr);
        } else {
            let value = match value {
                Some(value) => value,
                None => self.emit(at, Inst::Zero, ty),
            };
            self.set_register(Var::from(local), value);
        }
    }

    /// Gives a variable that is not in memory a value.
    pub(super) fn set_register(&mut self, var: Var, value: ValueId) {
        self.name(value, var);
        self.write(var, value);
    }

    /// The value of a local variable.
    pub(super) fn read_local(&mut self, at: NodeId, local: LocalId) -> ValueId {
        let value = self.read(Var::from(local));
        if self.unit.is_cell(local) {
            let ty = self.unit.local_type(local);
            self.emit(at, Inst::Load(value), ty)
        } else {
            value
        }
    }
}
