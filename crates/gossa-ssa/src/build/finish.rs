//! From a body that is built to a frozen one.
//!
//! Blocks that control cannot get to are dropped, parameters that became superfluous are replaced,
//! names that nothing uses (`narrow`) are removed, empty blocks are skipped, straight lines of
//! blocks are joined. Blocks come out in reverse postorder, so that every value but a parameter's
//! operand is defined before it is used; edges from a branch to a block with parameters get a
//! block of their own.

use super::Finished;
use super::function::{BodyKind, Code, Def, Function};
use super::unit::{Unit, Var};
use crate::body::{BlockData, Body, SourceMap, Table, TableNode, ValueData, ValueDef};
use crate::ids::{
    BlockId, CallId, ConstId, InstId, MethodRef, MethodRefId, MethodTarget, SelectId, TableId,
    ValueId,
};
use crate::inst::{CallData, Callee, Inst, SelectArm, SelectData, SliceBounds, Target, ValueList};
use gossa_base::{ListRange, Name};
use gossa_syntax::NodeId;
use gossa_types::TypeId;
use gossa_types::constant::Value;
use smallvec::SmallVec;
use std::sync::LazyLock;

/// Buffers for finishing bodies, reused.
#[derive(Default)]
pub(super) struct Order {
    /// Blocks in reverse postorder.
    blocks: Vec<BlockId>,
    stack: Vec<(BlockId, bool)>,
    live: Vec<bool>,
    /// By block: where a jump to it goes in the end.
    forward: Vec<BlockId>,
    /// By block: how many edges lead to it.
    pred_counts: Vec<u32>,
    /// By block: whether it continues the block before it.
    joined: Vec<bool>,
    /// By block: whether a panic in it runs deferred calls.
    unwinds: Vec<bool>,
    /// By block: its place among the predecessors of its first and second successor.
    places: Vec<[u32; 2]>,
    /// By value: whether it is used (parameters and `narrow` only).
    used: Vec<bool>,
    work: Vec<ValueId>,
    /// By value: its final id.
    values: Vec<Option<ValueId>>,
    /// By block: its final id.
    ids: Vec<Option<BlockId>>,
    /// Final blocks.
    placed: Vec<Placed>,
    undefined: Vec<ValueId>,
}

/// A final block.
#[derive(Clone, Copy)]
enum Placed {
    /// A block and those that continue it.
    Block(BlockId),
    /// On the edge from a branch to a block with parameters: `second` successor or first.
    Edge { from: BlockId, to: BlockId, second: bool },
}

impl Order {
    fn reset(&mut self, code: &Code) {
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
    fn find_blocks(&mut self, code: &Code) {
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
    fn find_unwinds(&mut self, code: &Code, unwind: BlockId) {
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
    fn simplify(&mut self, code: &mut Code) {
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

    fn is_live_phi(&self, code: &Code, phi: usize) -> bool {
        let phi = &code.phis[phi];
        !phi.removed && self.live[phi.block.index()]
    }

    fn try_remove(&self, code: &mut Code, phi: usize) -> bool {
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

    /// Marks parameters and `narrow`s that something uses, and finds undefined values.
    fn find_uses(&mut self, code: &Code) {
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

    fn use_value(&mut self, code: &Code, value: ValueId) {
        let value = code.resolve(value);
        let follow = match code.values[value.index()].def {
            Def::Phi(_) => true,
            Def::Result(inst) => matches!(code.insts[inst as usize], Inst::Narrow { .. }),
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
    fn keeps(&self, code: &Code, block: BlockId, index: u32) -> bool {
        match code.insts[index as usize] {
            // Where nothing can have been deferred yet.
            Inst::RunDefers => self.unwinds[block.index()],
            Inst::Narrow { .. } => self.used[code.results[index as usize].0 as usize],
            _ => true,
        }
    }

    /// Parameters of a block that SSA construction made and something uses, in order.
    fn phis(&self, code: &Code, block: BlockId) -> SmallVec<[u32; 8]> {
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

    fn has_phis(&self, code: &Code, block: BlockId) -> bool {
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
    fn shorten(&mut self, code: &Code, has_unwind: bool) {
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
    fn settle_forwards(&mut self) {
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

    fn is_skipped(&self, block: BlockId) -> bool {
        self.forward[block.index()] != block
    }

    /// Where a block goes that has one successor.
    fn jump_target(&self, code: &Code, block: BlockId) -> Option<BlockId> {
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
    fn number(&mut self, code: &Code, captures: &[ValueId]) -> (u32, u32) {
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

    fn number_value(&mut self, value: ValueId, next: &mut u32) {
        self.values[value.index()] = Some(ValueId::new(*next));
        *next += 1;
    }
}

impl Code {
    pub(super) fn insts_of(&self, block: BlockId) -> &[Inst] {
        let info = &self.blocks[block.index()];
        &self.insts[info.start as usize..info.end as usize]
    }

    fn terminator(&self, block: BlockId) -> &Inst {
        &self.insts[self.blocks[block.index()].end as usize - 1]
    }

    fn ends_with_call(&self, block: BlockId) -> bool {
        let insts = self.insts_of(block);
        let last = insts.len().checked_sub(2).and_then(|at| insts.get(at));
        matches!(last, Some(Inst::Call(_) | Inst::RunDefers))
    }

    fn successor(&self, block: BlockId) -> Option<BlockId> {
        let mut found = None;
        self.for_each_successor(block, |next| found = Some(next));
        found
    }

    fn for_each_successor(&self, block: BlockId, mut visit: impl FnMut(BlockId)) {
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
    fn narrowed(&self, value: ValueId) -> Option<ValueId> {
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

    fn is_form_of(&self, value: ValueId, base: ValueId) -> bool {
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
    fn common_form(&self, a: ValueId, b: ValueId) -> Option<ValueId> {
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
    fn for_each_operand(&self, inst: &Inst, mut visit: impl FnMut(ValueId)) {
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

/// The frozen pools in the making.
struct Freezer<'c> {
    code: &'c mut Code,
    order: &'c Order,
    insts: Vec<Inst>,
    first_results: Vec<u32>,
    nodes: Vec<NodeId>,
    values: Vec<ValueData>,
    operands: Vec<ValueId>,
    calls: Vec<CallData>,
    consts: Vec<Value>,
    tables: Vec<Table>,
    methods: Vec<MethodRef>,
    selects: Vec<SelectData>,
    bounds: Vec<SliceBounds>,
}

/// Stands where a method reference was taken from.
static BLANK: LazyLock<Name> = LazyLock::new(|| Name::new("_"));

impl Freezer<'_> {
    fn value(&self, value: ValueId) -> ValueId {
        let value = self.code.resolve(value);
        // Every used value is numbered: it is a parameter, undefined, or the result of an
        // instruction that dominates the use.
        self.order.values[value.index()].unwrap_or(ValueId::new(0))
    }

    fn optional(&self, value: Option<ValueId>) -> Option<ValueId> {
        value.map(|value| self.value(value))
    }

    fn list(&mut self, list: ValueList) -> ValueList {
        if list.0.is_empty() {
            return ValueList::default();
        }
        let start = self.operands.len() as u32;
        for at in list.0.range() {
            let value = self.value(self.code.operands[at]);
            self.operands.push(value);
        }
        ValueList(ListRange { start, len: list.0.len })
    }

    fn block(&self, block: BlockId) -> BlockId {
        let block = self.order.forward[block.index()];
        self.order.ids[block.index()].unwrap_or(Body::ENTRY)
    }

    fn call(&mut self, id: CallId) -> CallId {
        let CallData { callee, args } = self.code.calls[id.index()];
        let callee = match callee {
            Callee::Static(_) | Callee::Builtin(_) => callee,
            Callee::Value(value) => Callee::Value(self.value(value)),
            Callee::Interface { receiver, method } => {
                Callee::Interface { receiver: self.value(receiver), method: self.method(method) }
            }
        };
        let args = self.list(args);
        self.calls.push(CallData { callee, args });
        CallId::from_usize(self.calls.len() - 1)
    }

    fn method(&mut self, id: MethodRefId) -> MethodRefId {
        let empty = MethodRef {
            receiver: TypeId::INVALID,
            path: Box::default(),
            target: MethodTarget::Interface(*BLANK),
        };
        self.methods.push(std::mem::replace(&mut self.code.methods[id.index()], empty));
        MethodRefId::from_usize(self.methods.len() - 1)
    }

    /// The target of an edge with its arguments.
    fn target(&mut self, from: BlockId, to: BlockId, second: bool) -> Target {
        let to = self.order.forward[to.index()];
        let place = self.order.places[from.index()][usize::from(second)] as usize;
        let start = self.operands.len() as u32;
        let phis = self.order.phis(self.code, to);
        for &phi in &phis {
            let operands = self.code.phis[phi as usize].operands;
            let operand = self.code.phi_operands[operands.start as usize + place];
            let value = self.value(operand);
            self.operands.push(value);
        }
        let args = if phis.is_empty() {
            ValueList::default()
        } else {
            ValueList(ListRange { start, len: phis.len() as u32 })
        };
        Target { block: self.block(to), args }
    }

    fn define(&mut self, value: ValueId, def: ValueDef) {
        let ty = self.code.values[value.index()].ty;
        self.values.push(ValueData { ty, def });
    }

    fn push(&mut self, inst: Inst, at: NodeId) {
        self.first_results.push(self.values.len() as u32);
        self.insts.push(inst);
        self.nodes.push(at);
    }

    fn terminator(&mut self, block: BlockId, edges: &mut u32) -> Inst {
        match *self.code.terminator(block) {
            Inst::Jump(target) => {
                let second = false;
                Inst::Jump(self.target(block, target.block, second))
            }
            Inst::Branch { cond, then, otherwise } => {
                if let Some(target) = self.order.jump_target(self.code, block) {
                    return Inst::Jump(Target {
                        block: self.block(target),
                        args: ValueList::default(),
                    });
                }
                let mut side = |freezer: &Self, to: BlockId| -> BlockId {
                    if freezer.order.has_phis(freezer.code, freezer.order.forward[to.index()]) {
                        *edges += 1;
                        BlockId::new(*edges)
                    } else {
                        freezer.block(to)
                    }
                };
                let then = side(self, then);
                let otherwise = side(self, otherwise);
                Inst::Branch { cond: self.value(cond), then, otherwise }
            }
            other => self.inst(other),
        }
    }

    fn inst(&mut self, inst: Inst) -> Inst {
        match inst {
            Inst::Const(id) => {
                self.consts.push(std::mem::take(&mut self.code.consts[id.index()]));
                Inst::Const(ConstId::from_usize(self.consts.len() - 1))
            }
            Inst::Table(id) => {
                let empty = Table { ty: TypeId::INVALID, root: TableNode::Map(Box::default()) };
                self.tables.push(std::mem::replace(&mut self.code.tables[id.index()], empty));
                Inst::Table(TableId::from_usize(self.tables.len() - 1))
            }
            Inst::Zero
            | Inst::Func(_)
            | Inst::Global(_)
            | Inst::Alloc(_)
            | Inst::DeferStack
            | Inst::RunDefers
            | Inst::Recover
            | Inst::Hole
            | Inst::Jump(_)
            | Inst::Branch { .. }
            | Inst::Unreachable => inst,
            Inst::MethodExpr(id) => Inst::MethodExpr(self.method(id)),
            Inst::Load(x) => Inst::Load(self.value(x)),
            Inst::Store { ptr, value } => {
                Inst::Store { ptr: self.value(ptr), value: self.value(value) }
            }
            Inst::FieldAddr { ptr, field } => Inst::FieldAddr { ptr: self.value(ptr), field },
            Inst::IndexAddr { base, index } => {
                Inst::IndexAddr { base: self.value(base), index: self.value(index) }
            }
            Inst::Field { base, field } => Inst::Field { base: self.value(base), field },
            Inst::Index { base, index } => {
                Inst::Index { base: self.value(base), index: self.value(index) }
            }
            Inst::Struct(values) => Inst::Struct(self.list(values)),
            Inst::Array(values) => Inst::Array(self.list(values)),
            Inst::WithField { base, field, value } => {
                Inst::WithField { base: self.value(base), field, value: self.value(value) }
            }
            Inst::WithIndex { base, index, value } => Inst::WithIndex {
                base: self.value(base),
                index: self.value(index),
                value: self.value(value),
            },
            Inst::Unary { op, x } => Inst::Unary { op, x: self.value(x) },
            Inst::Binary { op, x, y } => Inst::Binary { op, x: self.value(x), y: self.value(y) },
            Inst::Convert { kind, x } => Inst::Convert { kind, x: self.value(x) },
            Inst::Narrow { fact, x } => Inst::Narrow { fact, x: self.value(x) },
            Inst::Unsafe { op, x, y } => Inst::Unsafe { op, x: self.value(x), y: self.optional(y) },
            Inst::MakeInterface(x) => Inst::MakeInterface(self.value(x)),
            Inst::ChangeInterface(x) => Inst::ChangeInterface(self.value(x)),
            Inst::TypeAssert { x, ty, comma_ok } => {
                Inst::TypeAssert { x: self.value(x), ty, comma_ok }
            }
            Inst::Closure { func, captures } => {
                Inst::Closure { func, captures: self.list(captures) }
            }
            Inst::MethodValue { method, x } => {
                Inst::MethodValue { x: self.value(x), method: self.method(method) }
            }
            Inst::Call(id) => Inst::Call(self.call(id)),
            Inst::Go(id) => Inst::Go(self.call(id)),
            Inst::Defer { call, stack } => {
                Inst::Defer { stack: self.optional(stack), call: self.call(call) }
            }
            Inst::MakeSlice { len, cap } => {
                Inst::MakeSlice { len: self.value(len), cap: self.optional(cap) }
            }
            Inst::MakeMap(size) => Inst::MakeMap(self.optional(size)),
            Inst::MakeChan(size) => Inst::MakeChan(self.optional(size)),
            Inst::Slice { x, bounds } => {
                let SliceBounds { lo, hi, max } = self.code.bounds[bounds as usize];
                let bounds = SliceBounds {
                    lo: self.optional(lo),
                    hi: self.optional(hi),
                    max: self.optional(max),
                };
                self.bounds.push(bounds);
                Inst::Slice { x: self.value(x), bounds: (self.bounds.len() - 1) as u32 }
            }
            Inst::MapLookup { map, key, comma_ok } => {
                Inst::MapLookup { map: self.value(map), key: self.value(key), comma_ok }
            }
            Inst::MapUpdate { map, key, value } => Inst::MapUpdate {
                map: self.value(map),
                key: self.value(key),
                value: self.value(value),
            },
            Inst::Range(x) => Inst::Range(self.value(x)),
            Inst::Next(x) => Inst::Next(self.value(x)),
            Inst::Builtin { op, args } => Inst::Builtin { op, args: self.list(args) },
            Inst::Send { chan, value } => {
                Inst::Send { chan: self.value(chan), value: self.value(value) }
            }
            Inst::Receive { chan, comma_ok } => Inst::Receive { chan: self.value(chan), comma_ok },
            Inst::Return(values) => Inst::Return(self.list(values)),
            Inst::Panic(x) => Inst::Panic(self.value(x)),
            Inst::Select(id) => {
                let old = std::mem::replace(
                    &mut self.code.selects[id.index()],
                    SelectData { arms: Box::default(), default: None },
                );
                let arms = old
                    .arms
                    .iter()
                    .map(|arm| SelectArm {
                        chan: self.value(arm.chan),
                        value: self.optional(arm.value),
                        block: self.block(arm.block),
                    })
                    .collect();
                let default = old.default.map(|block| self.block(block));
                self.selects.push(SelectData { arms, default });
                Inst::Select(SelectId::from_usize(self.selects.len() - 1))
            }
            Inst::Unwind { recovered } => Inst::Unwind { recovered: self.block(recovered) },
        }
    }
}

impl Function<'_, '_> {
    /// Freezes the body; gives it after the variables that it captures. `literal` is the function
    /// literal or range statement that it is of.
    pub(super) fn finish(mut self, literal: Option<NodeId>) -> (Vec<Var>, Finished) {
        self.close();
        let mut order = std::mem::take(&mut self.unit.scratch.order);
        order.reset(&self.code);
        order.find_blocks(&self.code);
        let unwind = self.unwind_block;
        if let Some(unwind) = unwind {
            order.find_unwinds(&self.code, unwind);
        }
        order.simplify(&mut self.code);
        order.find_uses(&self.code);
        order.shorten(&self.code, unwind.is_some());
        let (value_count, inst_count) = order.number(&self.code, &self.capture_params);
        self.name_params(&order);

        let mut code = std::mem::take(&mut self.code);
        let mut freezer = Freezer {
            code: &mut code,
            order: &order,
            insts: Vec::with_capacity(inst_count as usize),
            first_results: Vec::with_capacity(inst_count as usize + 1),
            nodes: Vec::with_capacity(inst_count as usize),
            values: Vec::with_capacity(value_count as usize),
            operands: Vec::new(),
            calls: Vec::new(),
            consts: Vec::new(),
            tables: Vec::new(),
            methods: Vec::new(),
            selects: Vec::new(),
            bounds: Vec::new(),
        };
        let mut variables = Vec::new();
        let mut blocks = Vec::with_capacity(order.placed.len());
        for (index, &placed) in order.placed.iter().enumerate() {
            let block_id = BlockId::from_usize(index);
            let first_param = freezer.values.len() as u32;
            let first_inst = freezer.insts.len() as u32;
            let mut param_count = 0;
            let unwinds;
            match placed {
                Placed::Edge { from, to, second } => {
                    unwinds = order.unwinds[from.index()];
                    let target = freezer.target(from, to, second);
                    let at = freezer.code.nodes[freezer.code.blocks[from.index()].end as usize - 1];
                    freezer.push(Inst::Jump(target), at);
                }
                Placed::Block(block) => {
                    unwinds = order.unwinds[block.index()];
                    let mut params: SmallVec<[ValueId; 8]> = SmallVec::new();
                    if block == Body::ENTRY {
                        params.extend_from_slice(&self.capture_params);
                    }
                    params.extend_from_slice(&freezer.code.blocks[block.index()].params);
                    for phi in order.phis(freezer.code, block) {
                        params.push(freezer.code.phis[phi as usize].value);
                    }
                    for &param in &params {
                        freezer.define(param, ValueDef::Param(block_id));
                    }
                    param_count = params.len() as u32;
                    if block == Body::ENTRY {
                        for &value in &order.undefined {
                            let inst = InstId::from_usize(freezer.insts.len());
                            freezer.push(Inst::Hole, NodeId::ROOT);
                            freezer.define(value, ValueDef::Result(inst));
                        }
                    }
                    let mut part = block;
                    loop {
                        let (start, end) = {
                            let info = &freezer.code.blocks[part.index()];
                            (info.start, info.end)
                        };
                        for old in start..end - 1 {
                            if !order.keeps(freezer.code, part, old) {
                                continue;
                            }
                            let inst = freezer.inst(freezer.code.insts[old as usize]);
                            let id = InstId::from_usize(freezer.insts.len());
                            if let Inst::Alloc(_) = inst
                                && let Ok(at) = freezer
                                    .code
                                    .variables
                                    .binary_search_by_key(&old, |&(inst, _)| inst)
                            {
                                variables.push((id, freezer.code.variables[at].1));
                            }
                            freezer.push(inst, freezer.code.nodes[old as usize]);
                            let (first, count) = freezer.code.results[old as usize];
                            for value in first..first + count {
                                freezer.define(ValueId::new(value), ValueDef::Result(id));
                            }
                        }
                        match order.jump_target(freezer.code, part) {
                            Some(next) if order.joined[next.index()] => part = next,
                            _ => {
                                let mut edges = index as u32;
                                let inst = freezer.terminator(part, &mut edges);
                                freezer.push(inst, freezer.code.nodes[end as usize - 1]);
                                break;
                            }
                        }
                    }
                }
            }
            let unwind = if unwinds { unwind.and_then(|b| order.ids[b.index()]) } else { None };
            blocks.push(BlockData {
                first_param,
                param_count,
                first_inst,
                inst_count: freezer.insts.len() as u32 - first_inst,
                unwind,
            });
        }
        freezer.first_results.push(freezer.values.len() as u32);
        let body = Body {
            func: self.func,
            capture_count: self.captures.len() as u32,
            results: self.result_types.iter().copied().collect(),
            blocks: blocks.into_boxed_slice(),
            insts: freezer.insts.into_boxed_slice(),
            first_results: freezer.first_results.into_boxed_slice(),
            values: freezer.values.into_boxed_slice(),
            operands: freezer.operands.into_boxed_slice(),
            calls: freezer.calls.into_boxed_slice(),
            consts: freezer.consts.into_boxed_slice(),
            tables: freezer.tables.into_boxed_slice(),
            methods: freezer.methods.into_boxed_slice(),
            selects: freezer.selects.into_boxed_slice(),
            bounds: freezer.bounds.into_boxed_slice(),
            range_body: self.kind == BodyKind::RangeBody,
        };
        let source_map = SourceMap {
            insts: freezer.nodes.into_boxed_slice(),
            names: names(&code, &order, self.unit),
            variables: variables.into_boxed_slice(),
            literal,
        };
        code.clear();
        self.unit.scratch.codes.push(code);
        self.unit.scratch.order = order;
        (self.captures, (body, source_map))
    }

    /// Fills what is still open: code that control cannot get to, labels that are nowhere, the
    /// exceptional exit.
    fn close(&mut self) {
        let at = NodeId::ROOT;
        if self.current.is_some() {
            self.terminate(at, Inst::Unreachable);
        }
        // Labels that are declared nowhere.
        for block in 0..self.code.blocks.len() {
            let block = BlockId::from_usize(block);
            if !self.is_filled(block) && !self.code.blocks[block.index()].preds.is_empty() {
                self.start_block(block);
                self.terminate(at, Inst::Unreachable);
            }
        }
        if let Some(unwind) = self.unwind_block.take() {
            let recovered = self.new_block();
            self.start_block(unwind);
            self.add_edge(unwind, recovered);
            self.terminate(at, Inst::Unwind { recovered });
            self.seal(recovered);
            self.start_block(recovered);
            let cells = self.result_cells.clone();
            let types = self.result_types.clone();
            let values: SmallVec<[ValueId; 4]> = cells
                .iter()
                .zip(types)
                .map(|(&ptr, ty)| self.emit(at, Inst::Load(ptr), ty))
                .collect();
            let values = self.list(&values);
            self.terminate(at, Inst::Return(values));
            self.unwind_block = Some(unwind);
        }
        for block in 0..self.code.blocks.len() {
            self.seal(BlockId::from_usize(block));
        }
        debug_assert!(
            self.unwind_block.is_none() || self.result_cells.len() == self.result_types.len()
        );
    }

    /// Names the parameters that SSA construction made.
    fn name_params(&mut self, order: &Order) {
        for phi in 0..self.code.phis.len() {
            let phi = self.code.phis[phi];
            if !phi.removed && order.used[phi.value.index()] {
                self.name(phi.value, phi.var);
            }
        }
    }
}

/// The names of the values that are left.
fn names(code: &Code, order: &Order, unit: &Unit<'_>) -> Box<[(ValueId, Name)]> {
    let mut names: Vec<(ValueId, Name)> = Vec::with_capacity(code.names.len());
    for &(value, local) in &code.names {
        let value = code.resolve(value);
        let Some(id) = order.values[value.index()] else { continue };
        if unit.facts.known_cell(local) == Some(true) {
            continue;
        }
        if let Some(name) = unit.types.locals[local.index()].name {
            names.push((id, name));
        }
    }
    // Stable: of several variables the first that held the value names it.
    names.sort_by_key(|&(value, _)| value);
    names.dedup_by_key(|(value, _)| *value);
    names.into_boxed_slice()
}
