//! Puts a body together while its text is read.
//!
//! Canonical text numbers values and blocks in order, so that written numbers are ids. Only where
//! a text does not are written numbers kept in the instructions until the end, and replaced then.

use super::parser::{Failure, Parsed};
use super::{ReadBody, ReadErrorKind};
use crate::body::{BlockData, Body, ValueData};
use crate::consts::ConstPool;
use crate::ids::{
    BlockId, CallId, ConstId, FuncId, MethodRef, MethodRefId, SelectId, TableId, ValueId,
};
use crate::inst::{CallData, Callee, Inst, SelectData, SliceBounds, ValueList};
use crate::table::Table;
use gossa_base::{FxHashMap, ListRange};
use gossa_types::TypeId;
use gossa_types::constant::Value;

/// Written numbers of one kind of id.
#[derive(Default)]
struct Numbers {
    /// How many are defined.
    count: u32,
    /// Ids by written number, once a number is out of order.
    renamed: Option<FxHashMap<u32, u32>>,
    /// Used before they were defined, with the place.
    early: Vec<(u32, usize)>,
}

impl Numbers {
    fn get(&self, number: u32) -> Option<u32> {
        match &self.renamed {
            None => (number < self.count).then_some(number),
            Some(ids) => ids.get(&number).copied(),
        }
    }

    /// Defines a number; false when it was defined before.
    fn define(&mut self, number: u32) -> bool {
        let id = self.count;
        if self.renamed.is_none() && number != id {
            self.renamed = Some((0..id).map(|id| (id, id)).collect());
        }
        self.count += 1;
        match &mut self.renamed {
            None => true,
            Some(ids) => ids.insert(number, id).is_none(),
        }
    }

    #[inline]
    fn note_use(&mut self, number: u32, at: usize) {
        if self.get(number).is_none() {
            self.early.push((number, at));
        }
    }

    /// The first use of a number that was never defined.
    fn undefined(&self) -> Option<(u32, usize)> {
        self.early.iter().copied().find(|&(number, _)| self.get(number).is_none())
    }
}

/// A body that is being read.
pub(super) struct Assembly {
    pub(super) body: Unfrozen,
    value_numbers: Numbers,
    block_numbers: Numbers,
    pub(super) line: u32,
    block_lines: Vec<u32>,
    inst_lines: Vec<u32>,
}

/// The parts of a [`Body`] that grow.
#[derive(Default)]
pub(super) struct Unfrozen {
    pub(super) capture_count: u32,
    pub(super) results: Vec<TypeId>,
    blocks: Vec<BlockData>,
    insts: Vec<Inst>,
    first_results: Vec<u32>,
    values: Vec<ValueData>,
    operands: Vec<ValueId>,
    calls: Vec<CallData>,
    consts: ConstPool,
    tables: Vec<Table>,
    methods: Vec<MethodRef>,
    selects: Vec<SelectData>,
    bounds: Vec<SliceBounds>,
    pub(super) range_body: bool,
}

fn failure<T>(at: usize, kind: ReadErrorKind) -> Parsed<T> {
    Err(Failure { at, kind: Box::new(kind) })
}

/// A pool's length as the index of its next item.
fn next_index<T>(pool: &[T], at: usize) -> Parsed<u32> {
    match u32::try_from(pool.len()) {
        // Ids hold the index plus one.
        Ok(index) if index < u32::MAX / 2 => Ok(index),
        _ => failure(at, ReadErrorKind::TooLarge),
    }
}

impl Assembly {
    pub(super) fn new(line: u32) -> Self {
        Self {
            body: Unfrozen::default(),
            value_numbers: Numbers::default(),
            block_numbers: Numbers::default(),
            line,
            block_lines: Vec::new(),
            inst_lines: Vec::new(),
        }
    }

    pub(super) fn block_count(&self) -> usize {
        self.body.blocks.len()
    }

    /// Whether the last instruction is no terminator.
    pub(super) fn is_open(&self) -> bool {
        self.body.insts.last().is_some_and(|inst| !inst.is_terminator())
    }

    /// Starts a block; its parameters follow.
    pub(super) fn start_block(&mut self, number: u32, at: usize, line: u32) -> Parsed<()> {
        if !self.block_numbers.define(number) {
            return failure(at, ReadErrorKind::RedefinedBlock(number));
        }
        let block = BlockData {
            first_param: next_index(&self.body.values, at)?,
            param_count: 0,
            first_inst: next_index(&self.body.insts, at)?,
            inst_count: 0,
            unwind: None,
        };
        self.body.blocks.push(block);
        self.block_lines.push(line);
        Ok(())
    }

    /// Takes the parameters of the function for those of the block just started.
    pub(super) fn adopt_params(&mut self, count: u32) {
        if let Some(block) = self.body.blocks.last_mut() {
            block.first_param = 0;
            block.param_count = count;
        }
    }

    pub(super) fn set_unwind(&mut self, unwind: BlockId) {
        if let Some(block) = self.body.blocks.last_mut() {
            block.unwind = Some(unwind);
        }
    }

    /// Defines a parameter of the block just started, or of the function before there is one.
    pub(super) fn param(&mut self, number: u32, at: usize, ty: TypeId) -> Parsed<()> {
        self.define(number, at, ty)?;
        if let Some(block) = self.body.blocks.last_mut() {
            block.param_count += 1;
        }
        Ok(())
    }

    /// Defines a result of the instruction that is pushed next.
    pub(super) fn result(&mut self, number: u32, at: usize, ty: TypeId) -> Parsed<()> {
        self.define(number, at, ty)
    }

    fn define(&mut self, number: u32, at: usize, ty: TypeId) -> Parsed<()> {
        next_index(&self.body.values, at)?;
        if !self.value_numbers.define(number) {
            return failure(at, ReadErrorKind::RedefinedValue(number));
        }
        self.body.values.push(ValueData { ty });
        Ok(())
    }

    pub(super) fn value_count(&self, at: usize) -> Parsed<u32> {
        next_index(&self.body.values, at)
    }

    /// Adds an instruction whose first result has this index.
    pub(super) fn inst(&mut self, inst: Inst, first_result: u32, line: u32) {
        self.body.insts.push(inst);
        self.body.first_results.push(first_result);
        self.inst_lines.push(line);
        if let Some(block) = self.body.blocks.last_mut() {
            block.inst_count += 1;
        }
    }

    #[inline]
    pub(super) fn use_value(&mut self, number: u32, at: usize) -> ValueId {
        self.value_numbers.note_use(number, at);
        ValueId::new(number)
    }

    pub(super) fn use_block(&mut self, number: u32, at: usize) -> BlockId {
        self.block_numbers.note_use(number, at);
        BlockId::new(number)
    }

    pub(super) fn list(&mut self, values: &[ValueId], at: usize) -> Parsed<ValueList> {
        if values.is_empty() {
            return Ok(ValueList::default());
        }
        let start = next_index(&self.body.operands, at)?;
        self.body.operands.extend_from_slice(values);
        let end = next_index(&self.body.operands, at)?;
        Ok(ValueList(ListRange { start, len: end - start }))
    }

    pub(super) fn call(&mut self, call: CallData, at: usize) -> Parsed<CallId> {
        let id = CallId::new(next_index(&self.body.calls, at)?);
        self.body.calls.push(call);
        Ok(id)
    }

    pub(super) fn constant(&mut self, value: Value, at: usize) -> Parsed<ConstId> {
        next_index(self.body.consts.values(), at)?;
        Ok(self.body.consts.intern(value))
    }

    pub(super) fn table(&mut self, table: Table, at: usize) -> Parsed<TableId> {
        let id = TableId::new(next_index(&self.body.tables, at)?);
        self.body.tables.push(table);
        Ok(id)
    }

    /// Gives the last table the type of its instruction's result.
    pub(super) fn set_table_type(&mut self, table: TableId, ty: TypeId) {
        if let Some(table) = self.body.tables.get_mut(table.index()) {
            table.ty = ty;
        }
    }

    pub(super) fn method(&mut self, method: MethodRef, at: usize) -> Parsed<MethodRefId> {
        let id = MethodRefId::new(next_index(&self.body.methods, at)?);
        self.body.methods.push(method);
        Ok(id)
    }

    pub(super) fn select(&mut self, select: SelectData, at: usize) -> Parsed<SelectId> {
        let id = SelectId::new(next_index(&self.body.selects, at)?);
        self.body.selects.push(select);
        Ok(id)
    }

    pub(super) fn bounds(&mut self, bounds: SliceBounds, at: usize) -> Parsed<u32> {
        let id = next_index(&self.body.bounds, at)?;
        self.body.bounds.push(bounds);
        Ok(id)
    }

    /// Freezes the body, with written numbers replaced by ids.
    pub(super) fn finish(mut self, func: FuncId) -> Parsed<ReadBody> {
        if let Some((number, at)) = self.value_numbers.undefined() {
            return failure(at, ReadErrorKind::UndefinedValue(number));
        }
        if let Some((number, at)) = self.block_numbers.undefined() {
            return failure(at, ReadErrorKind::UndefinedBlock(number));
        }
        self.renumber();
        let body = self.body;
        let mut first_results = body.first_results;
        first_results.push(body.values.len() as u32);
        Ok(ReadBody {
            body: Body {
                func,
                capture_count: body.capture_count,
                results: body.results.into(),
                blocks: body.blocks.into(),
                insts: body.insts.into(),
                first_results: first_results.into(),
                values: body.values.into(),
                operands: body.operands.into(),
                calls: body.calls.into(),
                consts: body.consts.finish(),
                tables: body.tables.into(),
                methods: body.methods.into(),
                selects: body.selects.into(),
                bounds: body.bounds.into(),
                range_body: body.range_body,
            },
            line: self.line,
            block_lines: self.block_lines.into(),
            inst_lines: self.inst_lines.into(),
        })
    }

    fn renumber(&mut self) {
        if self.value_numbers.renamed.is_none() && self.block_numbers.renamed.is_none() {
            return;
        }
        // Every number is defined by now; those that are not renamed stay.
        let values = &self.value_numbers;
        let blocks = &self.block_numbers;
        let mut value = |id: &mut ValueId| {
            *id = ValueId::new(values.get(id.index() as u32).unwrap_or(0));
        };
        let mut block = |id: &mut BlockId| {
            *id = BlockId::new(blocks.get(id.index() as u32).unwrap_or(0));
        };
        let body = &mut self.body;
        for data in &mut body.blocks {
            data.unwind.iter_mut().for_each(&mut block);
        }
        body.operands.iter_mut().for_each(&mut value);
        for call in &mut body.calls {
            match &mut call.callee {
                Callee::Value(x) | Callee::Interface { receiver: x, .. } => value(x),
                Callee::Static(_) | Callee::Builtin(_) => {}
            }
        }
        for select in &mut body.selects {
            for arm in &mut select.arms {
                value(&mut arm.chan);
                arm.value.iter_mut().for_each(&mut value);
                block(&mut arm.block);
            }
            select.default.iter_mut().for_each(&mut block);
        }
        for bounds in &mut body.bounds {
            for bound in [&mut bounds.lo, &mut bounds.hi, &mut bounds.max] {
                bound.iter_mut().for_each(&mut value);
            }
        }
        for inst in &mut body.insts {
            renumber_inst(inst, &mut value, &mut block);
        }
    }
}

/// Applies the functions to the ids inside an instruction; those in pools are not touched.
fn renumber_inst(
    inst: &mut Inst,
    value: &mut impl FnMut(&mut ValueId),
    block: &mut impl FnMut(&mut BlockId),
) {
    match inst {
        Inst::Const(_)
        | Inst::Zero
        | Inst::Func(_)
        | Inst::Global(_)
        | Inst::Table(_)
        | Inst::Alloc(_)
        | Inst::Struct(_)
        | Inst::Array(_)
        | Inst::Closure { .. }
        | Inst::MethodExpr(_)
        | Inst::Call(_)
        | Inst::Go(_)
        | Inst::DeferStack
        | Inst::RunDefers
        | Inst::Recover
        | Inst::Builtin { .. }
        | Inst::Hole
        | Inst::Return(_)
        | Inst::Select(_)
        | Inst::Unreachable => {}
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
        | Inst::Slice { x, .. }
        | Inst::Range(x)
        | Inst::Next(x)
        | Inst::Receive { chan: x, .. }
        | Inst::Panic(x) => value(x),
        Inst::Store { ptr: x, value: y }
        | Inst::IndexAddr { base: x, index: y }
        | Inst::Index { base: x, index: y }
        | Inst::WithField { base: x, value: y, .. }
        | Inst::Binary { x, y, .. }
        | Inst::MapLookup { map: x, key: y, .. }
        | Inst::Send { chan: x, value: y } => {
            value(x);
            value(y);
        }
        Inst::WithIndex { base: x, index: y, value: z }
        | Inst::MapUpdate { map: x, key: y, value: z } => {
            value(x);
            value(y);
            value(z);
        }
        Inst::Unsafe { x, y, .. } | Inst::MakeSlice { len: x, cap: y } => {
            value(x);
            y.iter_mut().for_each(value);
        }
        Inst::MakeMap(size) | Inst::MakeChan(size) => size.iter_mut().for_each(value),
        Inst::Defer { stack, .. } => stack.iter_mut().for_each(value),
        Inst::Jump(target) => block(&mut target.block),
        Inst::Branch { cond, then, otherwise } => {
            value(cond);
            block(then);
            block(otherwise);
        }
        Inst::Unwind { recovered } => block(recovered),
    }
}
