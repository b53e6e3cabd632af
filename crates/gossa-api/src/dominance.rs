//! What has happened on every way to an instruction, within its function.

use crate::func::{Func, Inst, Value};
use crate::op::Op;
use gossa_ssa::dom::Dominators;
use gossa_ssa::graph::Cfg;

/// The dominators of a function's blocks.
pub struct Dominance<'p> {
    func: Func<'p>,
    cfg: Cfg,
    dominators: Dominators,
}

/// A branch that decides whether an instruction is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Guard<'p> {
    /// The condition.
    pub cond: Value<'p>,
    /// What it is on every way to the instruction.
    pub holds: bool,
}

impl<'p> Dominance<'p> {
    /// The dominators of a function. Nearly linear in the number of blocks.
    #[must_use]
    pub fn of(func: Func<'p>) -> Self {
        let cfg = Cfg::new(func.body());
        let dominators = Dominators::new(&cfg);
        Self { func, cfg, dominators }
    }

    /// Whether `first` has begun on every way to `second`, both of this function. An instruction
    /// dominates itself.
    #[must_use]
    pub fn dominates(&self, first: Inst<'p>, second: Inst<'p>) -> bool {
        if first.func != self.func || second.func != self.func {
            return false;
        }
        let (a, b) = (first.block(), second.block());
        if a == b {
            return first.index() <= second.index();
        }
        self.dominators.dominates(a.id, b.id)
    }

    /// The branches whose condition has one value on every way to an instruction, the nearest
    /// first.
    #[must_use]
    pub fn guards(&self, inst: Inst<'p>) -> Vec<Guard<'p>> {
        let mut found = Vec::new();
        if inst.func != self.func {
            return found;
        }
        let target = inst.block();
        let mut at = target.id;
        while let Some(up) = self.dominators.immediate(at) {
            let body = self.func.body();
            let terminator = Inst { func: self.func, id: body.terminator(up) };
            if let Op::Branch { cond, then, otherwise } = terminator.op()
                && then != otherwise
            {
                let side = |block: gossa_ssa::BlockId| {
                    self.cfg.predecessors(block).len() == 1
                        && self.dominators.dominates(block, target.id)
                };
                match (side(then.id), side(otherwise.id)) {
                    (true, false) => found.push(Guard { cond, holds: true }),
                    (false, true) => found.push(Guard { cond, holds: false }),
                    _ => {}
                }
            }
            at = up;
        }
        found
    }
}
