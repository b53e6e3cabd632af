//! One SSA instruction to operations.

use super::{Compiler, Places};
use crate::code::{Arith, CodeKey, Compare, NO_PC, NO_SLOT, Op, Slot, Target};
use crate::trap::Trap;
use crate::types::{Num, Shape, Ty};
use gossa_ssa::{
    BinaryOp, Body, CallData, Callee, ConvertKind, Inst, InstId, MethodTarget, SelectId, UnaryOp,
    ValueId,
};
use gossa_types::{TypeId, TypeKind};

impl Compiler<'_, '_> {
    pub(super) fn inst(&mut self, places: &Places<'_>, inst: InstId) -> Result<(), Trap> {
        let body = places.body;
        let mut results = body.results_of(inst);
        let first = results.next();
        let dst = first.map_or(NO_SLOT, |value| places.slot(value));
        let ok = results.next().map_or(NO_SLOT, |value| places.slot(value));
        let result = first.map_or(TypeId::INVALID, |value| places.ty(value));
        let size = self.size(result);
        let slot = |value: ValueId| places.slot(value);
        match body[inst] {
            Inst::Const(id) => {
                let bytes = self.machine.constant(&body[id], self.ty(result))?;
                self.constant(dst, &bytes);
            }
            Inst::Zero => self.zero(dst, size),
            Inst::Func(func) => {
                let code = self.machine.code_of(CodeKey::Func(func));
                let value = self.machine.func_value(code)?;
                self.word(dst, value);
            }
            Inst::Global(decl) => {
                let addr = self.machine.global(decl)?;
                self.word(dst, addr);
            }
            Inst::Table(id) => {
                let table = self.machine.add_table(&body[id]);
                self.emit(Op::Table { dst, table });
            }
            Inst::Alloc(_) => {
                let size = self.pointee(result).map_or(0, |elem| self.size(elem));
                self.emit(Op::Alloc { dst, size });
            }
            Inst::Load(ptr) => {
                let ptr = slot(ptr);
                self.load(dst, ptr, size);
            }
            Inst::Store { ptr, value } => {
                let ty = self.ty(places.ty(value));
                let size = self.machine.types.info(ty).size;
                self.store(slot(ptr), slot(value), size);
                self.tell_links(slot(ptr), slot(value), ty, false);
            }
            Inst::FieldAddr { ptr, field } => {
                let elem = self.pointee(places.ty(ptr)).unwrap_or(TypeId::INVALID);
                let offset = self.offset(elem, field);
                self.emit(Op::FieldAddr { dst, ptr: slot(ptr), offset });
            }
            Inst::IndexAddr { base, index } => {
                let (base, index, num) = (base, slot(index), self.num(places.ty(index)));
                let elem = self.pointee(result).map_or(0, |elem| self.size(elem));
                let size = elem as u32;
                let pointed = self.pointee(places.ty(base));
                let base = slot(base);
                match pointed.map(|array| self.shape(array).clone()) {
                    Some(Shape::Array { len, .. }) => {
                        self.emit(Op::IndexArrayAddr { dst, ptr: base, index, num, len, size });
                    }
                    _ => {
                        self.emit(Op::IndexSlice { dst, slice: base, index, num, size });
                    }
                }
            }
            Inst::Field { base, field } => {
                let offset = self.offset(places.ty(base), field) as Slot;
                self.copy(dst, slot(base) + offset, size);
            }
            Inst::Index { base, index } => {
                let (array, index, num) = (base, slot(index), self.num(places.ty(index)));
                match *self.shape(places.ty(array)) {
                    Shape::Array { len, .. } => self.emit(Op::IndexArray {
                        dst,
                        array: slot(array),
                        index,
                        num,
                        len: len as u32,
                        size: size as u32,
                    }),
                    _ => self.emit(Op::IndexString { dst, string: slot(array), index, num }),
                };
            }
            Inst::Struct(values) => {
                self.zero(dst, size);
                for (field, &value) in body[values].iter().enumerate() {
                    let offset = self.offset(result, field as u32) as Slot;
                    let size = self.size(places.ty(value));
                    self.copy(dst + offset, slot(value), size);
                }
            }
            Inst::Array(values) => {
                let mut at = dst;
                for &value in &body[values] {
                    let size = self.size(places.ty(value));
                    self.copy(at, slot(value), size);
                    at += size as Slot;
                }
            }
            Inst::WithField { base, field, value } => {
                let offset = self.offset(result, field) as Slot;
                self.copy(dst, slot(base), size);
                let part = self.size(places.ty(value));
                self.copy(dst + offset, slot(value), part);
            }
            Inst::WithIndex { base, index, value } => {
                self.copy(dst, slot(base), size);
                let len = match *self.shape(result) {
                    Shape::Array { len, .. } => len as u32,
                    _ => 0,
                };
                let (size, num) = (self.size(places.ty(value)), self.num(places.ty(index)));
                self.emit(Op::WithIndex {
                    array: dst,
                    index: slot(index),
                    value: slot(value),
                    num,
                    len,
                    size: size as u32,
                });
            }
            Inst::Unary { op, x } => {
                let (num, x) = (self.num(result), slot(x));
                self.emit(match op {
                    UnaryOp::Neg => Op::Neg { dst, x, num },
                    UnaryOp::Not => Op::Not { dst, x },
                    UnaryOp::Complement => Op::Complement { dst, x, num },
                });
            }
            Inst::Binary { op, x, y } => self.binary(places, op, dst, x, y),
            Inst::Convert { kind, x } => self.convert(places, kind, dst, result, x),
            Inst::Narrow { x, .. } => self.copy(dst, slot(x), size),
            Inst::Unsafe { op, x, y } => {
                let pointed = match self.under(result).kind() {
                    TypeKind::Slice(elem) | TypeKind::Pointer(elem) => self.size(*elem),
                    _ => 1,
                };
                let num = y.map_or(Num::I64, |y| self.num(places.ty(y)));
                let y = y.map_or(NO_SLOT, slot);
                self.emit(Op::Unsafe { op, dst, x: slot(x), y, num, size: pointed as u32 });
            }
            Inst::MakeInterface(x) => {
                let (ty, interface) = (self.ty(places.ty(x)), self.ty(result));
                self.emit(Op::MakeInterface { dst, x: slot(x), ty, interface });
                if !self.machine.types.info(ty).direct {
                    self.tell_links(dst + 8, slot(x), ty, false);
                }
            }
            Inst::ChangeInterface(x) => {
                let (from, to) = (self.ty(places.ty(x)), self.ty(result));
                self.emit(Op::ChangeInterface { dst, x: slot(x), from, to });
            }
            Inst::TypeAssert { x, ty, .. } => {
                let (from, to) = (self.ty(places.ty(x)), self.ty(ty));
                let x = slot(x);
                match *self.shape(ty) {
                    Shape::Interface { .. } => {
                        self.emit(Op::AssertInterface { dst, x, from, to, ok })
                    }
                    _ => self.emit(Op::AssertType { dst, x, from, to, ok }),
                };
            }
            Inst::Closure { func, captures } => {
                let code = self.machine.code_of(CodeKey::Func(func));
                let parts: Vec<(Slot, Ty)> = body[captures]
                    .iter()
                    .map(|&value| (slot(value), self.ty(places.ty(value))))
                    .collect();
                let captures = self.sized(&parts);
                self.emit(Op::Closure { dst, code, captures });
                for (slot, ty) in parts {
                    self.tell_links(dst, slot, ty, true);
                }
            }
            Inst::MethodValue { method, x } => {
                let method = &body[method];
                let size = self.size(places.ty(x));
                let code = self.machine.code_of(CodeKey::MethodValue(method.clone()));
                if let MethodTarget::Interface(_) = method.target {
                    self.emit(Op::CheckInterface { x: slot(x) });
                }
                self.emit(Op::MethodValue { dst, code, x: slot(x), size: size as u32 });
                let receiver = self.ty(places.ty(x));
                self.tell_links(dst, slot(x), receiver, true);
            }
            Inst::MethodExpr(method) => {
                let key = CodeKey::MethodExpr(body[method].clone());
                let code = self.machine.code_of(key);
                let value = self.machine.func_value(code)?;
                self.word(dst, value);
            }
            Inst::Call(id) => {
                let (target, args) = self.call(places, body[id]);
                self.emit(Op::Call { target, args, dst });
            }
            Inst::Go(id) => {
                let (target, args) = self.call(places, body[id]);
                self.emit(Op::Go { target, args });
            }
            Inst::Defer { call, stack } => {
                let (target, args) = self.call(places, body[call]);
                let stack = stack.map_or(NO_SLOT, slot);
                self.emit(Op::Defer { target, args, stack });
            }
            Inst::DeferStack => {
                self.emit(Op::DeferStack { dst });
            }
            Inst::RunDefers => {
                self.emit(Op::RunDefers);
            }
            Inst::Recover => {
                self.emit(Op::Recover { dst });
            }
            Inst::MakeSlice { len, cap } => {
                let elem = match self.under(result).kind() {
                    TypeKind::Slice(elem) => self.ty(*elem),
                    _ => self.ty(TypeId::INVALID),
                };
                let cap = cap.unwrap_or(len);
                self.emit(Op::MakeSlice {
                    dst,
                    elem,
                    len: slot(len),
                    cap: slot(cap),
                    len_num: self.num(places.ty(len)),
                    cap_num: self.num(places.ty(cap)),
                });
            }
            Inst::MakeMap(_) => {
                let ty = self.ty(result);
                self.emit(Op::MakeMap { dst, ty });
            }
            Inst::MakeChan(count) => {
                let elem = self.chan_elem(result);
                let num = count.map_or(Num::I64, |count| self.num(places.ty(count)));
                let size = count.map_or(NO_SLOT, slot);
                self.emit(Op::MakeChan { dst, elem, size, num });
            }
            Inst::Slice { x, bounds } => {
                let data = body.bounds[bounds as usize];
                let mut parts = Vec::with_capacity(6);
                for bound in [data.lo, data.hi, data.max] {
                    parts.push(bound.map_or(NO_SLOT, slot));
                    parts.push(bound.map_or(0, |bound| self.num(places.ty(bound)) as u32));
                }
                let bounds = self.list(parts).start;
                let ty = places.ty(x);
                let x = slot(x);
                let array = self.pointee(ty).map(|array| self.shape(array).clone());
                match (self.shape(ty).clone(), array) {
                    (_, Some(Shape::Array { elem, len })) => {
                        let size = self.machine.types.info(elem).size as u32;
                        self.emit(Op::SliceArray { dst, x, bounds, size, len });
                    }
                    (Shape::Slice(elem), _) => {
                        let size = self.size(elem) as u32;
                        self.emit(Op::SliceSlice { dst, x, bounds, size });
                    }
                    _ => {
                        self.emit(Op::SliceString { dst, x, bounds });
                    }
                }
            }
            Inst::MapLookup { map, key, .. } => {
                let ty = self.ty(places.ty(map));
                let updated = is_updated(places.body, inst, map, key);
                self.emit(Op::MapLookup { dst, map: slot(map), key: slot(key), ty, ok, updated });
            }
            Inst::MapUpdate { map, key, value } => {
                let ty = self.ty(places.ty(map));
                let of_types = [key, value].map(|part| (slot(part), self.ty(places.ty(part))));
                let (map, key, value) = (slot(map), slot(key), slot(value));
                self.emit(Op::MapUpdate { map, key, value, ty });
                for (slot, ty) in of_types {
                    self.tell_links(map, slot, ty, true);
                }
            }
            Inst::Range(x) => {
                self.emit(match self.shape(places.ty(x)) {
                    Shape::Map { .. } => Op::RangeMap { dst, map: slot(x) },
                    _ => Op::RangeString { dst, string: slot(x) },
                });
            }
            Inst::Next(x) => {
                let places_of: Vec<Slot> =
                    body.results_of(inst).map(|value| places.slot(value)).collect();
                let [ok, key, value] = places_of[..] else { return Ok(()) };
                let (ty, iterator) = (self.ty(places.ty(x)), slot(x));
                self.emit(match self.machine.types.info(ty).shape {
                    Shape::Map { .. } => Op::NextMap { iterator, ty, ok, key, value },
                    _ => Op::NextString { iterator, ok, key, value },
                });
            }
            Inst::Builtin { op, args } => {
                let args: Vec<(Slot, TypeId)> =
                    body[args].iter().map(|&value| (slot(value), places.ty(value))).collect();
                self.builtin(op, &args, dst, result)?;
            }
            Inst::Send { chan, value } => {
                self.emit(Op::Send { chan: slot(chan), value: slot(value) });
                let ty = self.ty(places.ty(value));
                self.tell_links(slot(chan), slot(value), ty, true);
            }
            Inst::Receive { chan, .. } => {
                self.emit(Op::Receive { dst, chan: slot(chan), ok });
            }
            Inst::Hole => {
                self.emit(Op::Hole);
            }
            Inst::Jump(target) => self.jump(places, target.block, &body[target.args])?,
            Inst::Branch { cond, then, otherwise } => {
                self.emit(Op::Branch {
                    cond: slot(cond),
                    then: then.index() as u32,
                    otherwise: otherwise.index() as u32,
                });
            }
            Inst::Return(values) => {
                let parts: Vec<(Slot, Ty)> = body[values]
                    .iter()
                    .map(|&value| (slot(value), self.ty(places.ty(value))))
                    .collect();
                let results = self.sized(&parts);
                self.emit(Op::Return { results });
            }
            Inst::Panic(x) => {
                let (x, ty) = (slot(x), self.ty(places.ty(x)));
                self.emit(Op::Panic { x, ty });
            }
            Inst::Select(id) => self.select(places, id),
            Inst::Unwind { recovered } => {
                self.emit(Op::Unwind { recovered: recovered.index() as u32 });
            }
            Inst::Unreachable => {
                self.emit(Op::Unreachable);
            }
        }
        Ok(())
    }

    fn call(&mut self, places: &Places<'_>, call: CallData) -> (Target, crate::code::List) {
        let args: Vec<(Slot, Ty)> = places.body[call.args]
            .iter()
            .map(|&value| (places.slot(value), self.ty(places.ty(value))))
            .collect();
        let target = self.target(places, call.callee).unwrap_or_else(|| {
            let Callee::Builtin(builtin) = call.callee else { unreachable!() };
            let types = args.iter().map(|&(_, ty)| ty).collect();
            Target::Code(self.machine.code_of(CodeKey::Builtin(builtin, types)))
        });
        (target, self.sized(&args))
    }

    fn select(&mut self, places: &Places<'_>, id: SelectId) {
        let select = &places.body[id];
        let mut parts = Vec::new();
        for arm in &select.arms {
            let elem = self.chan_elem(places.ty(arm.chan));
            let mut params = places.body.params(arm.block).map(|param| places.slot(param));
            let (value, ok) = match arm.value {
                Some(value) => (places.slot(value), NO_SLOT),
                None => (params.next().unwrap_or(NO_SLOT), params.next().unwrap_or(NO_SLOT)),
            };
            let sends = u32::from(arm.value.is_some());
            let block = arm.block.index() as u32;
            parts.extend([sends, places.slot(arm.chan), value, ok, elem.0, block]);
        }
        let arms = self.list(parts);
        let default = select.default.map_or(NO_PC, |block| block.index() as u32);
        self.emit(Op::Select { arms, default });
    }

    fn binary(&mut self, places: &Places<'_>, op: BinaryOp, dst: Slot, x: ValueId, y: ValueId) {
        let ty = places.ty(x);
        let count = self.num(places.ty(y));
        let (x, y) = (places.slot(x), places.slot(y));
        let arith = match op {
            BinaryOp::Add => Arith::Add,
            BinaryOp::Sub => Arith::Sub,
            BinaryOp::Mul => Arith::Mul,
            BinaryOp::Div => Arith::Div,
            BinaryOp::Rem => Arith::Rem,
            BinaryOp::And => Arith::And,
            BinaryOp::Or => Arith::Or,
            BinaryOp::Xor => Arith::Xor,
            BinaryOp::AndNot => Arith::AndNot,
            BinaryOp::Shl | BinaryOp::Shr => {
                let (left, num) = (op == BinaryOp::Shl, self.num(ty));
                self.emit(Op::Shift { left, num, count, dst, x, y });
                return;
            }
            BinaryOp::Equal => return self.compare(Compare::Equal, ty, dst, x, y),
            BinaryOp::NotEqual => return self.compare(Compare::NotEqual, ty, dst, x, y),
            BinaryOp::Less => return self.compare(Compare::Less, ty, dst, x, y),
            BinaryOp::LessEqual => return self.compare(Compare::LessEqual, ty, dst, x, y),
            BinaryOp::Greater => return self.compare(Compare::Greater, ty, dst, x, y),
            BinaryOp::GreaterEqual => return self.compare(Compare::GreaterEqual, ty, dst, x, y),
        };
        let op = match (self.shape(ty), arith) {
            (Shape::String, _) => Op::ConcatStrings { dst, x, y },
            (Shape::Num(Num::I64 | Num::U64), Arith::Add) => Op::AddWord { dst, x, y },
            (Shape::Num(Num::I64 | Num::U64), Arith::Sub) => Op::SubWord { dst, x, y },
            _ => Op::Arith { op: arith, num: self.num(ty), dst, x, y },
        };
        self.emit(op);
    }

    fn compare(&mut self, op: Compare, ty: TypeId, dst: Slot, x: Slot, y: Slot) {
        let number = self.ty(ty);
        let op = match self.machine.types.info(number).shape {
            Shape::Num(num) => Op::Compare { op, num, dst, x, y },
            Shape::Bool => Op::Compare { op, num: Num::U8, dst, x, y },
            Shape::String => Op::CompareStrings { op, dst, x, y },
            // Slices, maps and functions are compared with nil alone: their first word tells.
            Shape::Pointer | Shape::Map { .. } | Shape::Chan(_) | Shape::Func | Shape::Slice(_) => {
                Op::Compare { op, num: Num::U64, dst, x, y }
            }
            _ => Op::Equal { negate: op == Compare::NotEqual, ty: number, dst, x, y },
        };
        self.emit(op);
    }

    fn convert(
        &mut self,
        places: &Places<'_>,
        kind: ConvertKind,
        dst: Slot,
        result: TypeId,
        x: ValueId,
    ) {
        let from = places.ty(x);
        let x = places.slot(x);
        let size = self.size(result);
        let op = match kind {
            ConvertKind::ChangeType
            | ConvertKind::PointerToUnsafe
            | ConvertKind::UnsafeToPointer
            | ConvertKind::UnsafeToUintptr
            | ConvertKind::UintptrToUnsafe => return self.copy(dst, x, size),
            ConvertKind::Numeric => {
                Op::Numeric { from: self.num(from), to: self.num(result), dst, x }
            }
            ConvertKind::IntToString => Op::IntToString { num: self.num(from), dst, x },
            ConvertKind::BytesToString => Op::BytesToString { dst, x },
            ConvertKind::RunesToString => Op::RunesToString { dst, x },
            ConvertKind::StringToBytes => Op::StringToBytes { dst, x },
            ConvertKind::StringToRunes => Op::StringToRunes { dst, x },
            ConvertKind::SliceToArray => {
                let len = match *self.shape(result) {
                    Shape::Array { len, .. } => len,
                    _ => 0,
                };
                Op::SliceToArray { dst, x, len, size: size as u32 }
            }
            ConvertKind::SliceToArrayPointer => {
                let array = self.pointee(result).unwrap_or(TypeId::INVALID);
                let len = match *self.shape(array) {
                    Shape::Array { len, .. } => len,
                    _ => 0,
                };
                Op::SliceToArrayPointer { dst, x, len }
            }
        };
        self.emit(op);
    }

    pub(super) fn constant(&mut self, dst: Slot, bytes: &[u8]) {
        if let Ok(word) = <[u8; 8]>::try_from(bytes) {
            self.word(dst, u64::from_le_bytes(word));
        } else if !bytes.is_empty() {
            let at = self.bytes(bytes);
            self.emit(Op::Data { dst, at, size: bytes.len() as u32 });
        }
    }

    pub(super) fn zero(&mut self, dst: Slot, size: u64) {
        match size {
            0 => {}
            8 => self.word(dst, 0),
            _ => {
                self.emit(Op::Zero { dst, size: size as u32 });
            }
        }
    }

    pub(super) fn load(&mut self, dst: Slot, ptr: Slot, size: u64) {
        self.emit(match size {
            8 => Op::Load8 { dst, ptr },
            _ => Op::Load { dst, ptr, size: size as u32 },
        });
    }

    pub(super) fn store(&mut self, ptr: Slot, src: Slot, size: u64) {
        self.emit(match size {
            8 => Op::Store8 { ptr, src },
            _ => Op::Store { ptr, src, size: size as u32 },
        });
    }

    pub(super) fn under(&self, ty: TypeId) -> TypeId {
        gossa_types::underlying::underlying(self.machine.types.resolver(), ty)
    }

    /// What a pointer type points to.
    pub(super) fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        match self.under(ty).kind() {
            TypeKind::Pointer(elem) => Some(*elem),
            _ => None,
        }
    }

    fn chan_elem(&self, ty: TypeId) -> Ty {
        match *self.shape(ty) {
            Shape::Chan(elem) => self.ty(elem),
            _ => self.ty(TypeId::INVALID),
        }
    }

    /// Where a field of a struct begins.
    pub(super) fn offset(&self, ty: TypeId, field: u32) -> u64 {
        match self.shape(ty) {
            Shape::Struct(fields) => fields.get(field as usize).map_or(0, |field| field.offset),
            _ => 0,
        }
    }
}

/// How many instructions behind a lookup are searched for the update of an operation on the
/// element: only calls in its right operand come between.
const UPDATE_WITHIN: usize = 64;

/// Whether what is looked up is updated with the same key: `m[k] += x`.
fn is_updated(body: &Body, lookup: InstId, map: ValueId, key: ValueId) -> bool {
    let behind = body.insts.iter().skip(lookup.index() + 1).take(UPDATE_WITHIN);
    behind
        .into_iter()
        .any(|inst| matches!(*inst, Inst::MapUpdate { map: m, key: k, .. } if m == map && k == key))
}
