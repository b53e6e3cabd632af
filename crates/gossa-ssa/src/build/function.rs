//! One body while it is built: blocks, instructions, values, edges.
//!
//! Ids are provisional (values and instructions in the order in which they are made, blocks in
//! the order in which they are asked for); `finish` renumbers. A block is filled in one go, so
//! that its instructions are consecutive.

use super::types::{BOOL, INT};
use super::unit::{Unit, Var};
use crate::ids::{
    BlockId, CallId, ConstId, FuncId, MethodRef, MethodRefId, SelectId, TableId, ValueId,
};
use crate::inst::{AllocKind, CallData, Inst, SelectData, SliceBounds, Target, ValueList};
use crate::table::Table;
use gossa_base::{FxHashMap, ListRange, Name};
use gossa_syntax::NodeId;
use gossa_types::constant::Value;
use gossa_types::{BasicKind, FuncDecl, Local, LocalId, LocalKind, SignatureType, TypeId};
use smallvec::SmallVec;

/// What defines a provisional value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Def {
    /// An instruction, by index.
    Result(u32),
    /// A parameter that SSA construction made, by index in [`Code::phis`].
    Phi(u32),
    /// A parameter that a block has by itself: of the function, or of a receiving arm.
    Param(BlockId),
    /// Replaced by another value.
    Forward(ValueId),
    /// Read where nothing was assigned: only in erroneous code.
    Undefined,
}

/// A provisional value.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueInfo {
    pub(super) ty: TypeId,
    pub(super) def: Def,
}

/// A block while it is built.
#[derive(Default)]
pub(super) struct Block {
    /// Its instructions; `start > end` until it is filled.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where control comes from, one entry an edge.
    pub(super) preds: SmallVec<[BlockId; 2]>,
    /// Parameters that the block has by itself.
    pub(super) params: SmallVec<[ValueId; 2]>,
    /// One more than the index of the last parameter that SSA construction made.
    pub(super) last_phi: u32,
    /// Whether all predecessors are known.
    pub(super) sealed: bool,
}

/// A parameter that SSA construction made.
#[derive(Clone, Copy)]
pub(super) struct Phi {
    pub(super) block: BlockId,
    pub(super) var: Var,
    pub(super) value: ValueId,
    /// One operand per predecessor, in [`Code::phi_operands`]; none while incomplete.
    pub(super) operands: ListRange,
    /// One more than the index of the block's parameter before.
    pub(super) previous: u32,
    /// Whether it has been replaced.
    pub(super) removed: bool,
}

/// Everything that grows while a body is built; reused from one body to the next.
#[derive(Default)]
pub(super) struct Code {
    pub(super) blocks: Vec<Block>,
    pub(super) insts: Vec<Inst>,
    pub(super) nodes: Vec<NodeId>,
    /// By instruction: first result and how many.
    pub(super) results: Vec<(u32, u32)>,
    pub(super) values: Vec<ValueInfo>,
    pub(super) operands: Vec<ValueId>,
    pub(super) calls: Vec<CallData>,
    pub(super) consts: Vec<Value>,
    pub(super) tables: Vec<Table>,
    pub(super) methods: Vec<MethodRef>,
    pub(super) selects: Vec<SelectData>,
    pub(super) bounds: Vec<SliceBounds>,
    pub(super) phis: Vec<Phi>,
    pub(super) phi_operands: Vec<ValueId>,
    /// Values of variables at the ends of blocks that have been filled, by block and variable.
    pub(super) defs: FxHashMap<(u32, u32), ValueId>,
    /// Variables with a value in the current block.
    pub(super) dirty: Vec<Var>,
    /// Values that a variable holds.
    pub(super) names: Vec<(ValueId, LocalId)>,
    /// Allocations of variables, by instruction.
    pub(super) variables: Vec<(u32, LocalId)>,
}

impl Code {
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.insts.clear();
        self.nodes.clear();
        self.results.clear();
        self.values.clear();
        self.operands.clear();
        self.calls.clear();
        self.consts.clear();
        self.tables.clear();
        self.methods.clear();
        self.selects.clear();
        self.bounds.clear();
        self.phis.clear();
        self.phi_operands.clear();
        self.defs.clear();
        self.dirty.clear();
        self.names.clear();
        self.variables.clear();
    }

    /// The value that stands for `value` now.
    #[inline]
    pub(super) fn resolve(&self, mut value: ValueId) -> ValueId {
        while let Def::Forward(next) = self.values[value.index()].def {
            value = next;
        }
        value
    }
}

/// What kind of body it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BodyKind {
    /// A declared function or an initialiser.
    Declared,
    /// A function literal.
    Literal,
    /// The body of a range-over-func statement.
    RangeBody,
}

/// A result of the function, as a variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResultVar {
    pub(super) var: Var,
    /// Whether it lives in memory.
    pub(super) cell: bool,
    /// The result's type.
    pub(super) ty: TypeId,
}

/// Where `break` and `continue` go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exit {
    /// To a block of this body.
    Block(BlockId),
    /// Out of a range-over-func body that goes on with the next element.
    NextElement,
    /// Out of a range-over-func body, and out of the loop.
    LeaveLoop,
}

/// An enclosing statement that `break` or `continue` can refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub(super) label: Option<Name>,
    pub(super) on_break: Exit,
    pub(super) on_continue: Option<Exit>,
}

/// Ways out of a range-over-func body, past its loop; what the loop's function must go on with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FarExit {
    /// `return`, with the results already stored.
    Return,
    /// `break` of an outer statement.
    Break(Name),
    /// `continue` of an outer loop.
    Continue(Name),
    /// `goto` out of the body.
    Goto(Name),
}

/// A range-over-func body's own state.
pub(super) struct RangeState {
    /// Address of the variable that says how far the loop is.
    pub(super) state: Var,
    /// Address of the variable that says how to go on after the loop.
    pub(super) next: Var,
    /// Far exits taken so far; the code of each is its position plus one.
    pub(super) exits: Vec<FarExit>,
}

/// A body that is being built.
pub(super) struct Function<'u, 'e> {
    pub(super) unit: &'u mut Unit<'e>,
    pub(super) code: Code,
    pub(super) func: FuncId,
    pub(super) kind: BodyKind,
    /// The block that is being filled; `None` where control cannot get to.
    pub(super) current: Option<BlockId>,
    /// Epoch of the current block's slots.
    pub(super) epoch: u32,
    /// Whether a part of the current block's slots has been moved to [`Code::defs`].
    pub(super) spilled: bool,
    /// Captured variables in the order of the parameters for them.
    pub(super) captures: Vec<Var>,
    /// The entry block's parameters for the captured variables.
    pub(super) capture_params: Vec<ValueId>,
    pub(super) result_types: SmallVec<[TypeId; 4]>,
    /// The results, those of the function around a range-over-func body.
    pub(super) results: SmallVec<[ResultVar; 4]>,
    /// Whether the function itself defers, or a range-over-func body in it.
    pub(super) defers: bool,
    /// The defer stack as a value, for the range-over-func bodies in the function.
    pub(super) defer_stack: Option<Var>,
    pub(super) scopes: Vec<Scope>,
    pub(super) labels: FxHashMap<Name, BlockId>,
    pub(super) range: Option<RangeState>,
    /// Labels that the statements of a range-over-func body declare.
    pub(super) own_labels: Vec<Name>,
    /// Comma-ok results that a variable holds: the instruction and the variable.
    pub(super) comma_ok: Vec<(u32, Var)>,
    /// The label of the statement that comes next.
    pub(super) pending_label: Option<Name>,
    /// Where `fallthrough` goes.
    pub(super) fall_through: Option<BlockId>,
    /// The block that runs deferred calls when the function panics.
    pub(super) unwind_block: Option<BlockId>,
    /// Addresses of the results' cells in a function that defers.
    pub(super) result_cells: SmallVec<[ValueId; 4]>,
}

impl<'u, 'e> Function<'u, 'e> {
    pub(super) fn new(unit: &'u mut Unit<'e>, func: FuncId, kind: BodyKind) -> Self {
        let code = unit.scratch.code();
        let mut function = Self {
            unit,
            code,
            func,
            kind,
            current: None,
            epoch: 0,
            spilled: false,
            captures: Vec::new(),
            capture_params: Vec::new(),
            result_types: SmallVec::new(),
            results: SmallVec::new(),
            defers: false,
            defer_stack: None,
            scopes: Vec::new(),
            labels: FxHashMap::default(),
            range: None,
            own_labels: Vec::new(),
            comma_ok: Vec::new(),
            pending_label: None,
            fall_through: None,
            unwind_block: None,
            result_cells: SmallVec::new(),
        };
        let entry = function.new_block();
        function.seal(entry);
        function.start_block(entry);
        function
    }

    /// A declared function: its receiver, parameters and results are the first locals.
    pub(super) fn declared(unit: &'u mut Unit<'e>, func: FuncId, decl: &FuncDecl) -> Self {
        let receiver = decl.receiver.map(|receiver| unit.subst(receiver.ty));
        let ty = unit.subst(decl.signature);
        let mut function = Self::new(unit, func, BodyKind::Declared);
        let signature = function.unit.signature(ty);
        function.enter(NodeId::ROOT, None, receiver, signature);
        function
    }

    /// Makes the parameters and results of the function, and what its results need.
    pub(super) fn enter(
        &mut self,
        at: NodeId,
        literal: Option<gossa_syntax::ExprId>,
        receiver: Option<TypeId>,
        signature: Option<&'static SignatureType>,
    ) {
        let facts = self.unit.facts.body(literal.map(NodeId::from));
        self.defers = facts.defers;
        let all: &'e [Local] = &self.unit.types.locals;
        let own = self.unit.facts.signature_locals(literal);
        let of_kind = |kind: LocalKind| -> SmallVec<[LocalId; 8]> {
            own.clone()
                .filter(|&at| all.get(at).is_some_and(|local| local.kind == kind))
                .map(LocalId::from_usize)
                .collect()
        };
        let (params, results) = signature.map_or((&[][..], &[][..]), |s| (&*s.params, &*s.results));

        let entry = crate::Body::ENTRY;
        let mut incoming: SmallVec<[(Option<LocalId>, ValueId); 8]> = SmallVec::new();
        if let Some(ty) = receiver {
            let local = of_kind(LocalKind::Receiver).first().copied();
            incoming.push((local, self.new_value(ty, Def::Param(entry))));
        }
        let locals = of_kind(LocalKind::Param);
        for (at, param) in params.iter().enumerate() {
            let value = self.new_value(param.ty, Def::Param(entry));
            incoming.push((locals.get(at).copied(), value));
        }
        self.code.blocks[entry.index()].params = incoming.iter().map(|&(_, value)| value).collect();

        self.result_types = results.iter().map(|result| result.ty).collect();
        let locals = of_kind(LocalKind::Result);
        let in_memory = facts.defers || facts.range_returns;
        for (index, result) in results.iter().enumerate() {
            let local = locals.get(index).copied();
            let (var, cell) = match local {
                Some(local) => {
                    let cell = in_memory || self.unit.is_cell(local);
                    self.unit.facts.set_cell(local, cell);
                    (Var::from(local), cell)
                }
                None => {
                    let ty = if in_memory { TypeId::pointer(result.ty) } else { result.ty };
                    (self.unit.new_var(ty), in_memory)
                }
            };
            self.results.push(ResultVar { var, cell, ty: result.ty });
            if cell {
                let ptr = self.alloc(at, AllocKind::Variable, result.ty, local);
                self.write(var, ptr);
                self.result_cells.push(ptr);
            } else if local.is_some_and(|local| all[local.index()].name.is_some()) {
                let zero = self.emit(at, Inst::Zero, result.ty);
                self.write(var, zero);
            }
        }
        for (local, value) in incoming {
            let Some(local) = local else { continue };
            if all[local.index()].name.is_none_or(Name::is_blank) {
                continue;
            }
            self.declare(at, local, Some(value));
        }
        if facts.range_defers {
            let ty = TypeId::basic(BasicKind::UnsafePointer);
            let var = self.unit.new_var(ty);
            let stack = self.emit(at, Inst::DeferStack, ty);
            self.write(var, stack);
            self.defer_stack = Some(var);
        }
        if self.defers {
            let unwind = self.new_block();
            self.seal(unwind);
            self.unwind_block = Some(unwind);
            // What is in the entry block is there whenever something panics later.
            let start = self.new_block();
            self.jump(at, start);
            self.seal(start);
            self.start_block(start);
        }
    }

    // Values and instructions.

    pub(super) fn new_value(&mut self, ty: TypeId, def: Def) -> ValueId {
        self.code.values.push(ValueInfo { ty, def });
        ValueId::from_usize(self.code.values.len() - 1)
    }

    /// Type of a value.
    #[inline]
    pub(super) fn type_of(&self, value: ValueId) -> TypeId {
        self.code.values[value.index()].ty
    }

    fn push_inst(&mut self, at: NodeId, inst: Inst, results: (u32, u32)) -> u32 {
        if self.current.is_none() {
            // Only for code that control cannot get to: it is built, and dropped at the end.
            let block = self.new_block();
            self.seal(block);
            self.start_block(block);
        }
        self.unit.erroneous |= matches!(inst, Inst::Hole);
        self.code.insts.push(inst);
        self.code.nodes.push(at);
        self.code.results.push(results);
        (self.code.insts.len() - 1) as u32
    }

    /// Adds an instruction with one result.
    #[inline]
    pub(super) fn emit(&mut self, at: NodeId, inst: Inst, ty: TypeId) -> ValueId {
        let first = self.code.values.len() as u32;
        let index = self.push_inst(at, inst, (first, 1));
        self.new_value(ty, Def::Result(index))
    }

    /// Adds an instruction without results.
    #[inline]
    pub(super) fn emit_none(&mut self, at: NodeId, inst: Inst) {
        let first = self.code.values.len() as u32;
        self.push_inst(at, inst, (first, 0));
    }

    /// Adds an instruction with any number of results.
    pub(super) fn emit_many(
        &mut self,
        at: NodeId,
        inst: Inst,
        types: &[TypeId],
    ) -> SmallVec<[ValueId; 4]> {
        let first = self.code.values.len() as u32;
        let index = self.push_inst(at, inst, (first, types.len() as u32));
        types.iter().map(|&ty| self.new_value(ty, Def::Result(index))).collect()
    }

    /// Adds an instruction with two results.
    pub(super) fn emit_pair(
        &mut self,
        at: NodeId,
        inst: Inst,
        first: TypeId,
        second: TypeId,
    ) -> (ValueId, ValueId) {
        let start = self.code.values.len() as u32;
        let index = self.push_inst(at, inst, (start, 2));
        let first = self.new_value(first, Def::Result(index));
        (first, self.new_value(second, Def::Result(index)))
    }

    /// The instruction that defines a value, with the value's place among its results.
    pub(super) fn definition(&self, value: ValueId) -> Option<(u32, u32)> {
        let value = self.code.resolve(value);
        match self.code.values[value.index()].def {
            Def::Result(inst) => {
                Some((inst, value.index() as u32 - self.code.results[inst as usize].0))
            }
            _ => None,
        }
    }

    pub(super) fn list(&mut self, values: &[ValueId]) -> ValueList {
        let start = self.code.operands.len() as u32;
        self.code.operands.extend_from_slice(values);
        ValueList(ListRange { start, len: values.len() as u32 })
    }

    pub(super) fn constant(&mut self, at: NodeId, value: Value, ty: TypeId) -> ValueId {
        self.code.consts.push(value);
        let id = ConstId::from_usize(self.code.consts.len() - 1);
        self.emit(at, Inst::Const(id), ty)
    }

    pub(super) fn int(&mut self, at: NodeId, value: i64) -> ValueId {
        self.constant(at, Value::from_i64(value), INT)
    }

    pub(super) fn bool(&mut self, at: NodeId, value: bool) -> ValueId {
        self.constant(at, Value::from_bool(value), BOOL)
    }

    pub(super) fn hole(&mut self, at: NodeId, ty: TypeId) -> ValueId {
        self.emit(at, Inst::Hole, ty)
    }

    pub(super) fn table(&mut self, at: NodeId, table: Table) -> ValueId {
        let ty = table.ty;
        self.code.tables.push(table);
        let id = TableId::from_usize(self.code.tables.len() - 1);
        self.emit(at, Inst::Table(id), ty)
    }

    pub(super) fn add_call(&mut self, call: CallData) -> CallId {
        self.code.calls.push(call);
        CallId::from_usize(self.code.calls.len() - 1)
    }

    pub(super) fn add_method(&mut self, method: MethodRef) -> MethodRefId {
        self.code.methods.push(method);
        MethodRefId::from_usize(self.code.methods.len() - 1)
    }

    pub(super) fn add_select(&mut self, select: SelectData) -> SelectId {
        self.code.selects.push(select);
        SelectId::from_usize(self.code.selects.len() - 1)
    }

    pub(super) fn add_bounds(&mut self, bounds: SliceBounds) -> u32 {
        self.code.bounds.push(bounds);
        (self.code.bounds.len() - 1) as u32
    }

    /// Adds an allocation; `local` is the variable that it is of.
    pub(super) fn alloc(
        &mut self,
        at: NodeId,
        kind: AllocKind,
        ty: TypeId,
        local: Option<LocalId>,
    ) -> ValueId {
        let ptr = self.emit(at, Inst::Alloc(kind), TypeId::pointer(ty));
        if let Some(local) = local {
            let inst = self.code.insts.len() as u32 - 1;
            self.code.variables.push((inst, local));
            self.name(ptr, Var::from(local));
        }
        ptr
    }

    // Blocks.

    pub(super) fn new_block(&mut self) -> BlockId {
        self.code.blocks.push(Block { start: 1, end: 0, ..Block::default() });
        BlockId::from_usize(self.code.blocks.len() - 1)
    }

    /// Begins to fill a block.
    pub(super) fn start_block(&mut self, block: BlockId) {
        debug_assert!(self.current.is_none());
        self.current = Some(block);
        self.code.blocks[block.index()].start = self.code.insts.len() as u32;
        self.begin_slots();
    }

    /// Begins to fill a block that is complete as far as its predecessors go, unless nothing gets
    /// there.
    pub(super) fn start_if_reached(&mut self, block: BlockId) {
        self.seal(block);
        if !self.code.blocks[block.index()].preds.is_empty() {
            self.start_block(block);
        }
    }

    /// Whether a block has instructions already.
    pub(super) fn is_filled(&self, block: BlockId) -> bool {
        let block = &self.code.blocks[block.index()];
        block.start < block.end
    }

    pub(super) fn add_edge(&mut self, from: BlockId, to: BlockId) {
        debug_assert!(!self.code.blocks[to.index()].sealed, "edge to a sealed block");
        self.code.blocks[to.index()].preds.push(from);
    }

    /// Ends the current block. Edges are added by the caller, before.
    pub(super) fn terminate(&mut self, at: NodeId, inst: Inst) {
        let first = self.code.values.len() as u32;
        self.push_inst(at, inst, (first, 0));
        self.spill_slots();
        if let Some(block) = self.current.take() {
            self.code.blocks[block.index()].end = self.code.insts.len() as u32;
        }
    }

    /// Ends the current block with a jump; nothing when there is none.
    pub(super) fn jump(&mut self, at: NodeId, to: BlockId) {
        let Some(from) = self.current else { return };
        self.add_edge(from, to);
        self.terminate(at, Inst::Jump(Target { block: to, args: ValueList::default() }));
    }

    /// Ends the current block with a branch; nothing when there is none.
    pub(super) fn branch(&mut self, at: NodeId, cond: ValueId, then: BlockId, otherwise: BlockId) {
        let Some(from) = self.current else { return };
        if then == otherwise {
            self.jump(at, then);
            return;
        }
        self.add_edge(from, then);
        self.add_edge(from, otherwise);
        self.terminate(at, Inst::Branch { cond, then, otherwise });
    }

    /// Adds a call. In a function that defers, its block ends behind it.
    pub(super) fn emit_call(
        &mut self,
        at: NodeId,
        call: CallData,
        results: &[TypeId],
    ) -> SmallVec<[ValueId; 4]> {
        let id = self.add_call(call);
        let values = self.emit_many(at, Inst::Call(id), results);
        self.split_after_call(at);
        values
    }

    pub(super) fn split_after_call(&mut self, at: NodeId) {
        if self.defers {
            let next = self.new_block();
            self.jump(at, next);
            self.seal(next);
            self.start_block(next);
        }
    }
}
