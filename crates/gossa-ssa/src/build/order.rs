//! What is left of a body when it is finished, and in which order.
//!
//! Finds the blocks that control can get to, in reverse postorder; replaces parameters that became
//! superfluous; finds out what is used; lets edges skip blocks that only jump, and joins straight
//! lines of blocks; numbers blocks and values.

use super::function::{Code, Def};
use crate::body::Body;
use crate::ids::{BlockId, ValueId};
use crate::inst::{Inst, Target};
use smallvec::SmallVec;

/// Buffers for finishing bodies, reused.
#[derive(Default)]
pub(super) struct Order {
    /// Blocks in reverse postorder.
    pub(super) blocks: Vec<BlockId>,
    pub(super) stack: Vec<(BlockId, bool)>,
    pub(super) live: Vec<bool>,
    /// By block: where a jump to it goes in the end.
    pub(super) forward: Vec<BlockId>,
    /// By block: how many edges lead to it.
    pub(super) pred_counts: Vec<u32>,
    /// By block: whether it continues the block before it.
    pub(super) joined: Vec<bool>,
    /// By block: whether a panic in it runs deferred calls.
    pub(super) unwinds: Vec<bool>,
    /// By block: its place among the predecessors of its first and second successor.
    pub(super) places: Vec<[u32; 2]>,
    /// By value: whether it is used.
    pub(super) used: Vec<bool>,
    pub(super) work: Vec<ValueId>,
    /// By value: its final id.
    pub(super) values: Vec<Option<ValueId>>,
    /// By block: its final id.
    pub(super) ids: Vec<Option<BlockId>>,
    /// Final blocks.
    pub(super) placed: Vec<Placed>,
    pub(super) undefined: Vec<ValueId>,
}

/// A final block.
#[derive(Clone, Copy)]
pub(super) enum Placed {
    /// A block and those that continue it.
    Block(BlockId),
    /// On the edge from a branch to a block with parameters: `second` successor or first.
    Edge { from: BlockId, to: BlockId, second: bool },
}

impl Order {
    pub(super) fn reset(&mut self, code: &Code) {
        let blocks = code.blocks.len();
        let values = code.values.len();
        self.blocks.clear();
        self.stack.clear();
        self.live.clear();
        self.live.resize(blocks, false);
        self.forward.clear();
        self.forward.extend((0..blocks).map(BlockId::from_usize));
        self.pred_counts.clear();
        self.pred_counts.resize(blocks, 0);
        self.joined.clear();
        self.joined.resize(blocks, false);
        self.unwinds.clear();
        self.unwinds.resize(blocks, false);
        self.places.clear();
        self.places.resize(blocks, [0; 2]);
        self.used.clear();
        self.used.resize(values, false);
        self.work.clear();
        self.values.clear();
        self.values.resize(values, None);
        self.ids.clear();
        self.ids.resize(blocks, None);
        self.placed.clear();
        self.undefined.clear();
    }

    /// Reverse postorder of what can be reached; a branch's first successor comes first.
    pub(super) fn find_blocks(&mut self, code: &Code) {
        self.stack.push((Body::ENTRY, false));
        while let Some((block, leave)) = self.stack.pop() {
            if leave {
                self.blocks.push(block);
                continue;
            }
            if std::mem::replace(&mut self.live[block.index()], true) {
                continue;
            }
            self.stack.push((block, true));
            code.for_each_successor(block, |next| self.stack.push((next, false)));
        }
        self.blocks.reverse();
    }

    /// Marks the blocks from which a panic runs deferred calls: those where some call may have
    /// been deferred before.
    pub(super) fn find_unwinds(&mut self, code: &Code, unwind: BlockId) {
        for &block in &self.blocks {
            let defers = code
                .insts_of(block)
                .iter()
                .any(|inst| matches!(inst, Inst::Defer { .. } | Inst::DeferStack));
            if defers {
                self.stack.push((block, false));
            }
        }
        while let Some((block, _)) = self.stack.pop() {
            let marked = std::mem::replace(&mut self.unwinds[block.index()], true);
            if !marked {
                code.for_each_successor(block, |next| self.stack.push((next, false)));
            }
        }
        if !self.unwinds.contains(&true) {
            return;
        }
        // The entry block only makes the results' cells and names the defer stack.
        self.unwinds[Body::ENTRY.index()] = false;
        for block in std::iter::once(unwind).chain(code.successor(unwind)) {
            self.live[block.index()] = true;
            self.blocks.push(block);
        }
    }

    /// Replaces parameters that turn out to be superfluous now that dead edges do not count.
    pub(super) fn simplify(&mut self, code: &mut Code) {
        let mut removed_any = false;
        for phi in 0..code.phis.len() {
            if self.is_live_phi(code, phi) {
                removed_any |= self.try_remove(code, phi);
            }
        }
        if !removed_any {
            return;
        }
        // Removing one may make those that use it superfluous.
        let mut users: Vec<(u32, u32)> = Vec::new();
        let mut work: Vec<u32> = Vec::new();
        for phi in 0..code.phis.len() {
            if !self.is_live_phi(code, phi) {
                continue;
            }
            work.push(phi as u32);
            for &operand in &code.phi_operands[code.phis[phi].operands.range()] {
                if let Def::Phi(other) = code.values[code.resolve(operand).index()].def {
                    users.push((other, phi as u32));
                }
            }
        }
        users.sort_unstable();
        while let Some(phi) = work.pop() {
            if self.is_live_phi(code, phi as usize) && self.try_remove(code, phi as usize) {
                let from = users.partition_point(|&(used, _)| used < phi);
                work.extend(
                    users[from..].iter().take_while(|&&(used, _)| used == phi).map(|&(_, u)| u),
                );
            }
        }
    }

    pub(super) fn is_live_phi(&self, code: &Code, phi: usize) -> bool {
        let phi = &code.phis[phi];
        !phi.removed && self.live[phi.block.index()]
    }

    pub(super) fn try_remove(&self, code: &mut Code, phi: usize) -> bool {
        let preds = &code.blocks[code.phis[phi].block.index()].preds;
        let found = code.trivial(phi, |at| preds.get(at).is_some_and(|p| self.live[p.index()]));
        match found {
            Some(value) => {
                code.replace_phi(phi, value);
                true
            }
            None => false,
        }
    }

    /// Marks values that something uses, and finds undefined ones.
    pub(super) fn find_uses(&mut self, code: &Code) {
        for at in 0..self.blocks.len() {
            for inst in code.insts_of(self.blocks[at]) {
                if !matches!(inst, Inst::Narrow { .. }) {
                    code.for_each_operand(inst, |value| self.use_value(code, value));
                }
            }
        }
        while let Some(value) = self.work.pop() {
            match code.values[value.index()].def {
                Def::Phi(phi) => {
                    let phi = &code.phis[phi as usize];
                    let preds = &code.blocks[phi.block.index()].preds;
                    for (pred, &operand) in
                        preds.iter().zip(&code.phi_operands[phi.operands.range()])
                    {
                        if self.live[pred.index()] {
                            self.use_value(code, operand);
                        }
                    }
                }
                Def::Result(inst) => {
                    code.for_each_operand(&code.insts[inst as usize], |value| {
                        self.use_value(code, value);
                    });
                }
                _ => {}
            }
        }
    }

    pub(super) fn use_value(&mut self, code: &Code, value: ValueId) {
        let value = code.resolve(value);
        let follow = match code.values[value.index()].def {
            Def::Phi(_) => true,
            Def::Result(inst) => match code.insts[inst as usize] {
                Inst::Narrow { .. } => true,
                _ => {
                    self.used[value.index()] = true;
                    return;
                }
            },
            Def::Undefined => {
                if !std::mem::replace(&mut self.used[value.index()], true) {
                    self.undefined.push(value);
                }
                return;
            }
            Def::Param(_) | Def::Forward(_) => return,
        };
        if follow && !std::mem::replace(&mut self.used[value.index()], true) {
            self.work.push(value);
        }
    }

    /// Whether an instruction of a block stays.
    pub(super) fn keeps(&self, code: &Code, block: BlockId, index: u32) -> bool {
        match code.insts[index as usize] {
            // Where nothing can have been deferred yet.
            Inst::RunDefers => self.unwinds[block.index()],
            Inst::Narrow { .. } | Inst::Const(_) | Inst::Zero => {
                self.used[code.results[index as usize].0 as usize]
            }
            _ => true,
        }
    }

    /// Parameters of a block that SSA construction made and something uses, in order.
    pub(super) fn phis(&self, code: &Code, block: BlockId) -> SmallVec<[u32; 8]> {
        let mut found: SmallVec<[u32; 8]> = SmallVec::new();
        let mut next = code.blocks[block.index()].last_phi;
        while next != 0 {
            let phi = &code.phis[next as usize - 1];
            if !phi.removed && self.used[phi.value.index()] {
                found.push(next - 1);
            }
            next = phi.previous;
        }
        found.reverse();
        found
    }

    pub(super) fn has_phis(&self, code: &Code, block: BlockId) -> bool {
        let mut next = code.blocks[block.index()].last_phi;
        while next != 0 {
            let phi = &code.phis[next as usize - 1];
            if !phi.removed && self.used[phi.value.index()] {
                return true;
            }
            next = phi.previous;
        }
        false
    }

    /// Lets edges skip blocks that only jump, and joins straight lines.
    pub(super) fn shorten(&mut self, code: &Code, has_unwind: bool) {
        for at in (0..self.blocks.len()).rev() {
            let block = self.blocks[at];
            let info = &code.blocks[block.index()];
            let Inst::Jump(Target { block: next, .. }) = code.insts[info.end as usize - 1] else {
                continue;
            };
            let empty = (info.start..info.end - 1).all(|inst| !self.keeps(code, block, inst));
            if empty
                && block != Body::ENTRY
                && info.params.is_empty()
                && !self.has_phis(code, block)
                && !self.has_phis(code, next)
            {
                // In reverse postorder's reverse, so `next` is done unless the edge goes back.
                let end = self.forward[next.index()];
                if end != block {
                    self.forward[block.index()] = end;
                }
            }
        }
        self.settle_forwards();
        for at in 0..self.blocks.len() {
            let block = self.blocks[at];
            if self.is_skipped(block) {
                continue;
            }
            match code.terminator(block) {
                Inst::Branch { then, otherwise, .. }
                    if self.forward[then.index()] == self.forward[otherwise.index()]
                        && !self.has_phis(code, self.forward[then.index()]) =>
                {
                    self.pred_counts[self.forward[then.index()].index()] += 1;
                }
                _ => code.for_each_successor(block, |next| {
                    self.pred_counts[self.forward[next.index()].index()] += 1;
                }),
            }
        }
        for at in 0..self.blocks.len() {
            let block = self.blocks[at];
            if self.is_skipped(block) {
                continue;
            }
            let Some(next) = self.jump_target(code, block) else { continue };
            let splits = has_unwind && self.unwinds[block.index()] && code.ends_with_call(block);
            if next != Body::ENTRY
                && next != block
                && self.pred_counts[next.index()] == 1
                && code.blocks[next.index()].params.is_empty()
                && !self.has_phis(code, next)
                && self.unwinds[block.index()] == self.unwinds[next.index()]
                && !splits
            {
                self.joined[next.index()] = true;
            }
        }
    }

    /// Follows chains of skipped blocks that an edge back made.
    pub(super) fn settle_forwards(&mut self) {
        for at in 0..self.blocks.len() {
            let block = self.blocks[at];
            let mut end = self.forward[block.index()];
            // Each step goes to a block that is skipped; a cycle of those goes on for ever, and
            // one of them has to stay.
            let mut steps = 0;
            while self.forward[end.index()] != end && steps <= self.blocks.len() {
                end = self.forward[end.index()];
                steps += 1;
            }
            if steps > self.blocks.len() {
                end = block;
            }
            self.forward[block.index()] = end;
        }
    }

    pub(super) fn is_skipped(&self, block: BlockId) -> bool {
        self.forward[block.index()] != block
    }

    /// Where a block goes that has one successor.
    pub(super) fn jump_target(&self, code: &Code, block: BlockId) -> Option<BlockId> {
        match code.terminator(block) {
            Inst::Jump(target) => Some(self.forward[target.block.index()]),
            Inst::Branch { then, otherwise, .. } => {
                let (then, otherwise) =
                    (self.forward[then.index()], self.forward[otherwise.index()]);
                (then == otherwise && !self.has_phis(code, then)).then_some(then)
            }
            _ => None,
        }
    }

    /// Numbers blocks and values.
    pub(super) fn number(&mut self, code: &Code, captures: &[ValueId]) -> (u32, u32) {
        let mut values = 0;
        let mut insts = 0;
        for at in 0..self.blocks.len() {
            let block = self.blocks[at];
            if self.is_skipped(block) || self.joined[block.index()] {
                continue;
            }
            self.ids[block.index()] = Some(BlockId::from_usize(self.placed.len()));
            self.placed.push(Placed::Block(block));
            if block == Body::ENTRY {
                for &param in captures {
                    self.number_value(param, &mut values);
                }
            }
            for at in 0..code.blocks[block.index()].params.len() {
                self.number_value(code.blocks[block.index()].params[at], &mut values);
            }
            for phi in self.phis(code, block) {
                self.number_value(code.phis[phi as usize].value, &mut values);
            }
            if block == Body::ENTRY {
                for at in 0..self.undefined.len() {
                    self.number_value(self.undefined[at], &mut values);
                    insts += 1;
                }
            }
            let mut part = block;
            loop {
                let info = &code.blocks[part.index()];
                for inst in info.start..info.end - 1 {
                    if self.keeps(code, part, inst) {
                        let (first, count) = code.results[inst as usize];
                        for value in first..first + count {
                            self.number_value(ValueId::new(value), &mut values);
                        }
                        insts += 1;
                    }
                }
                match self.jump_target(code, part) {
                    Some(next) if self.joined[next.index()] => part = next,
                    _ => break,
                }
            }
            insts += 1;
            if let Inst::Branch { then, otherwise, .. } = *code.terminator(part)
                && self.jump_target(code, part).is_none()
            {
                for (to, second) in [(then, false), (otherwise, true)] {
                    if self.has_phis(code, self.forward[to.index()]) {
                        self.placed.push(Placed::Edge { from: part, to, second });
                        insts += 1;
                    }
                }
            }
        }
        // Edges' places among the predecessors of their target.
        for at in 0..self.blocks.len() {
            let block = self.blocks[at];
            if !self.has_phis(code, block) {
                continue;
            }
            for (place, pred) in code.blocks[block.index()].preds.iter().enumerate() {
                let second = matches!(
                    code.terminator(*pred),
                    Inst::Branch { otherwise, .. } if *otherwise == block
                );
                self.places[pred.index()][usize::from(second)] = place as u32;
            }
        }
        (values, insts)
    }

    pub(super) fn number_value(&mut self, value: ValueId, next: &mut u32) {
        self.values[value.index()] = Some(ValueId::new(*next));
        *next += 1;
    }
}
