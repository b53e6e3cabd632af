//! Branches that tell something: that a channel is closed, that a lock was taken, that another
//! goroutine has written.

use super::{Builder, has_any};
use crate::event::{Held, Locks, SyncKind};
use crate::known::Known;
use crate::path::{Index, Path, Step};
use gossa_ssa::{BinaryOp, BlockId, CallData, Callee, ConvertKind, Inst, InstId, UnaryOp, ValueId};

impl Builder<'_, '_, '_> {
    /// A channel is found closed where the `ok` that came with an element is false.
    pub(super) fn closed(&mut self, chan: ValueId, ok: ValueId) {
        if self.quiet {
            return;
        }
        let body = self.body;
        for block in body.block_ids() {
            if let Inst::Branch { cond, then, otherwise } = body[body.terminator(block)] {
                let side = match self.not(cond) {
                    (value, false) if value == ok => otherwise,
                    (value, true) if value == ok => then,
                    _ => continue,
                };
                self.sync(self.beginning(side), SyncKind::ReceiveClosed, self.only(chan));
            }
        }
    }

    /// A value without negations, and whether there was an odd number of these.
    pub(super) fn not(&self, mut value: ValueId) -> (ValueId, bool) {
        let mut negated = false;
        while let Some(def) = self.places.def(value) {
            match self.body[def] {
                Inst::Unary { op: UnaryOp::Not, x } => {
                    value = x;
                    negated = !negated;
                }
                Inst::Convert { kind: ConvertKind::ChangeType, x } | Inst::Narrow { x, .. } => {
                    value = x;
                }
                _ => break,
            }
        }
        (value, negated)
    }

    /// The call that gives a value, if it is one of a known function.
    pub(super) fn known_call(&self, value: ValueId) -> Option<(Known, CallData)> {
        let Inst::Call(call) = self.body[self.places.def(value)?] else { return None };
        let Callee::Static(id) = self.body[call].callee else { return None };
        Some((self.analysis.known(id)?, self.body[call]))
    }

    /// A branch on what was loaded atomically, or under a lock: on one side it was what another
    /// goroutine wrote.
    pub(super) fn branch(&mut self, inst: InstId, cond: ValueId, locks: &Locks) {
        if self.quiet {
            return;
        }
        let Inst::Branch { then, otherwise, .. } = self.body[inst] else { return };
        let (value, negated) = self.not(cond);
        self.absent(value, if negated { [otherwise, then] } else { [then, otherwise] });
        let mut loaded = value;
        let mut written_if = true;
        let mut is_zero = false;
        let mut sum = Index::Unknown;
        let mut against_constant = true;
        let added = |this: &Self, data: CallData| match this.body[data.args].last() {
            Some(&added) => this.places.index(added),
            None => Index::Unknown,
        };
        if let Some(def) = self.places.def(value)
            && let Inst::Binary { op, x, y } = self.body[def]
        {
            let is_load = |value: ValueId| {
                let value = self.not(value).0;
                self.known_call(value).is_some()
                    || self
                        .places
                        .def(value)
                        .is_some_and(|def| matches!(self.body[def], Inst::Load(_) | Inst::Call(_)))
            };
            let x_loaded = is_load(x);
            let (load, constant) = if x_loaded { (x, y) } else { (y, x) };
            sum = self.places.index(constant);
            is_zero = sum == Index::Const(0);
            against_constant = matches!(sum, Index::Const(_));
            loaded = self.not(load).0;
            written_if = match op {
                BinaryOp::Equal => !is_zero,
                BinaryOp::NotEqual => is_zero,
                BinaryOp::Greater | BinaryOp::GreaterEqual => x_loaded,
                BinaryOp::Less | BinaryOp::LessEqual => !x_loaded,
                _ => return,
            };
        }
        let mut kind = SyncKind::Seen;
        let address = match self.known_call(loaded) {
            Some((Known::AtomicRead, data)) => self.body[data.args].first().copied(),
            // A swap that fails has seen another's, one that does not what another left.
            Some((Known::AtomicSwap, data)) => {
                let address = self.body[data.args].first().copied();
                let failed = if negated { then } else { otherwise };
                let object = address.and_then(|address| self.only(address));
                self.sync(self.beginning(failed), SyncKind::Seen, object);
                let expected = self.body[data.args].get(1).map(|&old| self.places.index(old));
                if expected == Some(Index::Const(0)) {
                    kind = SyncKind::Swapped;
                }
                address
            }
            // Where the sum is more than what is added here, others have added, or have counted
            // down to nothing.
            Some((Known::AtomicBoth, data)) if sum != added(self, data) => {
                if is_zero {
                    written_if = !written_if;
                }
                self.body[data.args].first().copied()
            }
            Some(_) => None,
            None => match self.places.def(loaded).map(|def| self.body[def]) {
                Some(Inst::Load(address)) if has_any(locks) && against_constant => Some(address),
                _ => None,
            },
        };
        let side = if written_if != negated { then } else { otherwise };
        let object = match address {
            Some(address) => self.only(address),
            // A state that is none of those it may begin with.
            None if matches!(sum, Index::Const(state) if state != 0) => {
                self.loaded_under_lock(loaded)
            }
            None => None,
        };
        self.sync(self.beginning(side), kind, object);
    }

    /// The variable that a function under a lock loads to return it.
    fn loaded_under_lock(&self, value: ValueId) -> Option<Path> {
        let Inst::Call(call) = self.body[self.places.def(value)?] else { return None };
        let Callee::Static(id) = self.body[call].callee else { return None };
        let summary = self.analysis.summary(self.analysis.program.index_of(id))?;
        let mut path = self.only(value).filter(|_| !summary.taken.is_empty())?;
        (path.steps.pop() == Some(Step::Deref)).then_some(path)
    }

    /// A channel that is waited for unless it is nil: `if c.done != nil { <-c.done }`. The sides are
    /// where the condition is true, and where it is not.
    fn absent(&mut self, cond: ValueId, [then, otherwise]: [BlockId; 2]) {
        let Some(def) = self.places.def(cond) else { return };
        let Inst::Binary { op, x, y } = self.body[def] else { return };
        let is_nil =
            |value: ValueId| self.places.def(value).is_some_and(|def| self.body[def] == Inst::Zero);
        let tested = if is_nil(y) { x } else { y };
        if !(is_nil(x) || is_nil(y)) || !self.is_channel(tested) {
            return;
        }
        let (nil, other) = match op {
            BinaryOp::Equal => (then, otherwise),
            BinaryOp::NotEqual => (otherwise, then),
            _ => return,
        };
        let Some(channel) = self.only(tested) else { return };
        let waits = self.body.insts_of(other).any(|inst| match self.body[inst] {
            Inst::Receive { chan, .. } => self.only(chan).as_ref() == Some(&channel),
            _ => false,
        });
        if waits {
            self.sync(self.beginning(nil), SyncKind::Absent, Some(channel));
        }
    }

    /// The lock that is held on one side of a branch on `TryLock`.
    pub(super) fn tried(&self, inst: InstId, next: BlockId) -> Option<Held> {
        let Inst::Branch { cond, then, .. } = self.body[inst] else { return None };
        let side = next == then;
        let (value, negated) = self.not(cond);
        let (Known::TryLock(mode), data) = self.known_call(value)? else { return None };
        let &lock = self.body[data.args].first()?;
        (side != negated).then(|| Some(Held { lock: self.only(lock)?, mode }))?
    }
}
