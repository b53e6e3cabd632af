//! The shape of one function's control flow: what comes before what on every way, and loops.
//!
//! All of it counts unwind edges: where a function defers, control goes from a call that may panic
//! to the deferred calls, too.

use crate::func::{Block, Func, Inst, Value};
use crate::op::Op;
use gossa_ssa::BlockId;
use gossa_ssa::dom::{Dominators, PostDominators};
use gossa_ssa::graph::Cfg;
use gossa_ssa::loops::{LoopId, Loops};
use std::cell::OnceCell;
use std::fmt;

/// Dominators, postdominators and loops of a function.
///
/// Made by [`Func::structure`] in time linear in the function, postdominators and loops when they
/// are first asked for; each answer then takes constant time, but where it says otherwise. Keep it
/// while the same function is looked at.
pub struct Structure<'p> {
    func: Func<'p>,
    cfg: Cfg,
    dominators: Dominators,
    postdominators: OnceCell<PostDominators>,
    loops: OnceCell<Loops>,
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

/// A natural loop: a block, its header, through which alone it is entered, and the blocks from
/// which control comes back to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Loop<'p> {
    header: Block<'p>,
    id: LoopId,
    parent: Option<LoopId>,
    depth: u32,
}

impl<'p> Func<'p> {
    /// Dominators and loops. Linear in the function each time.
    #[must_use]
    pub fn structure(self) -> Structure<'p> {
        let cfg = Cfg::new(self.body());
        let dominators = Dominators::new(&cfg);
        Structure {
            func: self,
            cfg,
            dominators,
            postdominators: OnceCell::new(),
            loops: OnceCell::new(),
        }
    }
}

impl<'p> Structure<'p> {
    /// The function.
    #[must_use]
    pub fn func(&self) -> Func<'p> {
        self.func
    }

    /// Whether every way from the function's beginning to `b` comes through `a`; each instruction
    /// dominates itself. False for instructions of other functions; what control never comes to is
    /// dominated by everything.
    #[must_use]
    pub fn dominates(&self, a: Inst<'_>, b: Inst<'_>) -> bool {
        if !self.has(a) || !self.has(b) {
            return false;
        }
        let (x, y) = (a.block(), b.block());
        if x.id == y.id { a.index() <= b.index() } else { self.dominators.dominates(x.id, y.id) }
    }

    /// Whether every way from `b` to the function's end comes through `a`; each instruction
    /// postdominates itself. False for instructions of other functions; what never gets to an end
    /// (an endless loop) is postdominated by everything. Where an instruction of a block in a
    /// function that defers may panic, control leaves the block there.
    #[must_use]
    pub fn post_dominates(&self, a: Inst<'_>, b: Inst<'_>) -> bool {
        if !self.has(a) || !self.has(b) {
            return false;
        }
        let (x, y) = (a.block(), b.block());
        if x.id == y.id {
            a.index() >= b.index()
        } else {
            self.postdominators().dominates(x.id, y.id)
        }
    }

    /// The nearest other block that dominates a block; `None` for the entry and for blocks that
    /// control never comes to.
    #[must_use]
    pub fn immediate_dominator(&self, block: Block<'p>) -> Option<Block<'p>> {
        self.block(self.dominators.immediate(self.own(block)?)?)
    }

    /// The nearest other block that postdominates a block, if there is one.
    #[must_use]
    pub fn immediate_post_dominator(&self, block: Block<'p>) -> Option<Block<'p>> {
        self.block(self.postdominators().immediate(self.own(block)?)?)
    }

    /// The branches whose condition has one value on every way to an instruction, the nearest
    /// first. Linear in the depth of the dominator tree.
    #[must_use]
    pub fn guards(&self, inst: Inst<'p>) -> Vec<Guard<'p>> {
        let mut found = Vec::new();
        if !self.has(inst) {
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

    /// Whether control can come to an instruction at all.
    #[must_use]
    pub fn is_reachable(&self, inst: Inst<'_>) -> bool {
        self.has(inst) && self.dominators.is_reachable(inst.block().id)
    }

    /// All loops, an outer loop before the loops in it.
    pub fn loops(&self) -> impl DoubleEndedIterator<Item = Loop<'p>> {
        (0..self.loops_found().loops.len() as u32).map(|at| self.handle(LoopId::new(at)))
    }

    /// The innermost loop around an instruction.
    #[must_use]
    pub fn innermost_loop(&self, inst: Inst<'_>) -> Option<Loop<'p>> {
        if !self.has(inst) {
            return None;
        }
        self.loops_found().innermost(inst.block().id).map(|id| self.handle(id))
    }

    /// The loop around a loop.
    #[must_use]
    pub fn parent(&self, inner: Loop<'p>) -> Option<Loop<'p>> {
        inner.parent.map(|id| self.handle(id))
    }

    /// Whether an instruction is in a loop, loops in it included. Linear in the nesting.
    #[must_use]
    pub fn is_in(&self, around: Loop<'p>, inst: Inst<'_>) -> bool {
        self.has(inst)
            && around.header.func == self.func
            && self.loops_found().contains(around.id, inst.block().id)
    }

    /// Whether an instruction may run more than once in one activation: it is in a loop, or in a
    /// circle that only `goto` makes. Linear in the number of blocks.
    #[must_use]
    pub fn repeats(&self, inst: Inst<'p>) -> bool {
        self.innermost_loop(inst).is_some()
            || (!self.loops_found().irreducible.is_empty() && inst.reaches(inst))
    }

    fn postdominators(&self) -> &PostDominators {
        self.postdominators.get_or_init(|| PostDominators::new(&self.cfg))
    }

    fn loops_found(&self) -> &Loops {
        self.loops.get_or_init(|| Loops::new(&self.cfg, &self.dominators))
    }

    fn has(&self, inst: Inst<'_>) -> bool {
        inst.func() == self.func
    }

    fn own(&self, block: Block<'p>) -> Option<BlockId> {
        (block.func == self.func).then_some(block.id)
    }

    fn block(&self, id: BlockId) -> Option<Block<'p>> {
        Some(Block { func: self.func, id })
    }

    fn handle(&self, id: LoopId) -> Loop<'p> {
        let found = self.loops_found()[id];
        Loop {
            header: Block { func: self.func, id: found.header },
            id,
            parent: found.parent,
            depth: found.depth,
        }
    }
}

impl<'p> Loop<'p> {
    /// The block through which the loop is entered.
    #[must_use]
    pub fn header(self) -> Block<'p> {
        self.header
    }

    /// How many loops it is in, itself included: 1 for an outermost loop.
    #[must_use]
    pub fn depth(self) -> u32 {
        self.depth
    }
}

impl fmt::Debug for Loop<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loop at {:?}", self.header)
    }
}
