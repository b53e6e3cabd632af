//! Operations on memory: copies, addresses, slices, allocation, composite values.

use crate::code::{Code, NO_SLOT, Op, Slot};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::{BoundsCode, RuntimePanic, Trap};
use crate::types::{Num, Shape, Ty};
use gossa_ssa::{TableNode, UnsafeOp};
use std::sync::Arc;

/// Largest object that Go allocates.
const MAX_ALLOC: u64 = 1 << 47;

impl Machine<'_> {
    /// An operation that neither calls nor waits.
    pub(super) fn compute(&mut self, code: &Code, base: Addr, op: Op) -> Result<(), Trap> {
        let at = |slot: Slot| base + u64::from(slot);
        match op {
            Op::Data { dst, at: from, size } => {
                let bytes = &code.data[from as usize..(from + size) as usize];
                self.memory.slice_mut(at(dst), u64::from(size))?.copy_from_slice(bytes);
            }
            Op::Zero { dst, size } => self.memory.clear(at(dst), u64::from(size))?,
            Op::Move { dst, src, size } => {
                self.memory.copy(at(dst), at(src), u64::from(size))?;
            }
            Op::Table { dst, table } => {
                let table = Arc::clone(&self.tables[table as usize]);
                let ty = self.types.of(table.0);
                let size = self.types.info(ty).size;
                self.memory.clear(at(dst), size)?;
                self.fill(at(dst), ty, &table.1)?;
            }
            Op::Alloc { dst, size } => {
                let addr = self.new_object(size)?;
                self.memory.set_word(at(dst), addr)?;
            }
            Op::Load { dst, ptr, size } => {
                let from = self.memory.word(at(ptr))?;
                if size == 0 && from == 0 {
                    return Err(Trap::NilDereference(0));
                }
                self.memory.copy(at(dst), from, u64::from(size))?;
            }
            Op::Store { ptr, src, size } => {
                let to = self.memory.word(at(ptr))?;
                if size == 0 && to == 0 {
                    return Err(Trap::NilDereference(0));
                }
                self.memory.copy(to, at(src), u64::from(size))?;
            }
            Op::FieldAddr { dst, ptr, offset } => {
                let ptr = self.memory.word(at(ptr))?;
                if ptr == 0 {
                    return Err(Trap::NilDereference(offset));
                }
                self.memory.set_word(at(dst), ptr.wrapping_add(offset))?;
            }
            Op::IndexSlice { dst, slice, index, num, size } => {
                let data = self.memory.word(at(slice))?;
                let len = self.memory.word(at(slice) + 8)?;
                let index = self.index(at(index), num, len)?;
                let addr = data.wrapping_add(index.wrapping_mul(u64::from(size)));
                self.memory.set_word(at(dst), addr)?;
            }
            Op::IndexArrayAddr { dst, ptr, index, num, len, size } => {
                let data = self.memory.word(at(ptr))?;
                let index = self.index(at(index), num, len)?;
                if data == 0 {
                    return Err(Trap::NilDereference(0));
                }
                let addr = data.wrapping_add(index.wrapping_mul(u64::from(size)));
                self.memory.set_word(at(dst), addr)?;
            }
            Op::IndexArray { dst, array, index, num, len, size } => {
                let index = self.index(at(index), num, u64::from(len))?;
                let size = u64::from(size);
                self.memory.copy(at(dst), at(array) + index * size, size)?;
            }
            Op::IndexString { dst, string, index, num } => {
                let data = self.memory.word(at(string))?;
                let len = self.memory.word(at(string) + 8)?;
                let index = self.index(at(index), num, len)?;
                let byte = self.memory.read(data + index, 1)?;
                self.memory.write(at(dst), 1, byte)?;
            }
            Op::WithIndex { array, index, value, num, len, size } => {
                let index = self.index(at(index), num, u64::from(len))?;
                let size = u64::from(size);
                self.memory.copy(at(array) + index * size, at(value), size)?;
            }
            Op::SliceToArrayPointer { dst, x, len } => {
                let data = self.slice_for_array(at(x), len)?;
                self.memory.set_word(at(dst), data)?;
            }
            Op::SliceToArray { dst, x, len, size } => {
                let data = self.slice_for_array(at(x), len)?;
                self.memory.copy(at(dst), data, u64::from(size))?;
            }
            Op::Unsafe { op, dst, x, y, num, size } => {
                self.unsafe_op(op, at(dst), at(x), y, base, num, u64::from(size))?;
            }
            Op::Closure { dst, code: id, captures } => {
                let list = code.list(captures);
                let bytes: u64 = list.chunks_exact(2).map(|part| slot(part[1])).sum();
                let closure = self.memory.alloc(8 + bytes)?;
                self.memory.set_word(closure, id.addr())?;
                let mut to = closure + 8;
                for part in list.chunks_exact(2) {
                    self.memory.copy(to, at(part[0]), u64::from(part[1]))?;
                    to += slot(part[1]);
                }
                self.memory.set_word(at(dst), closure)?;
            }
            Op::MethodValue { dst, code: id, x, size } => {
                let closure = self.memory.alloc(8 + u64::from(size))?;
                self.memory.set_word(closure, id.addr())?;
                self.memory.copy(closure + 8, at(x), u64::from(size))?;
                self.memory.set_word(at(dst), closure)?;
            }
            Op::MakeSlice { dst, elem, len, cap, len_num, cap_num } => {
                let len = self.number(at(len), len_num)?;
                let cap = self.number(at(cap), cap_num)?;
                self.make_slice(at(dst), elem, (len, len_num), (cap, cap_num))?;
            }
            Op::SliceString { dst, x, bounds } => {
                let data = self.memory.word(at(x))?;
                let len = self.memory.word(at(x) + 8)?;
                let (lo, hi, _) = self.bounds(code, base, bounds, len, None)?;
                let data = if lo == hi { 0 } else { data + lo };
                self.memory.set_word(at(dst), data)?;
                self.memory.set_word(at(dst) + 8, hi - lo)?;
            }
            Op::SliceSlice { dst, x, bounds, size } => {
                let data = self.memory.word(at(x))?;
                let len = self.memory.word(at(x) + 8)?;
                let cap = self.memory.word(at(x) + 16)?;
                let (lo, hi, max) = self.bounds(code, base, bounds, len, Some((cap, true)))?;
                self.set_slice(at(dst), data, lo, hi, max, u64::from(size))?;
            }
            Op::SliceArray { dst, x, bounds, size, len } => {
                let data = self.memory.word(at(x))?;
                if data == 0 {
                    return Err(Trap::NilDereference(0));
                }
                let (lo, hi, max) = self.bounds(code, base, bounds, len, Some((len, false)))?;
                self.set_slice(at(dst), data, lo, hi, max, u64::from(size))?;
            }
            Op::Append { dst, slice, more, elem } => {
                let count = self.memory.word(at(more) + 8)?;
                let from = self.memory.word(at(more))?;
                self.append(at(dst), at(slice), elem, from, count)?;
            }
            Op::Copy { dst, to, from, size, .. } => {
                let count = self.memory.word(at(to) + 8)?.min(self.memory.word(at(from) + 8)?);
                let (to, from) = (self.memory.word(at(to))?, self.memory.word(at(from))?);
                self.memory.copy(to, from, count * u64::from(size))?;
                self.memory.set_word(at(dst), count)?;
            }
            Op::SliceClear { slice, size } => {
                let data = self.memory.word(at(slice))?;
                let len = self.memory.word(at(slice) + 8)?;
                self.memory.clear(data, len * u64::from(size))?;
            }
            Op::Hole => return Err(Trap::Hole),
            Op::Unreachable => {
                return Err(Trap::Unsupported("code that cannot be reached".into()));
            }
            other => self.compute_values(code, base, other)?,
        }
        Ok(())
    }

    /// A new zeroed variable.
    pub(crate) fn new_object(&mut self, size: u64) -> Result<Addr, Trap> {
        if size == 0 { Ok(self.zero_base()) } else { self.memory.alloc(size) }
    }

    /// Zeroed room for elements of a type.
    pub(crate) fn new_elements(&mut self, count: u64, elem: Ty) -> Result<Addr, Trap> {
        let info = self.types.info(elem);
        match count * info.size {
            0 => Ok(self.zero_base()),
            bytes if info.pointers => self.memory.alloc(bytes),
            bytes => self.memory.alloc_plain(bytes),
        }
    }

    /// An integer as 64 bits, signed types extended.
    #[inline]
    pub(crate) fn number(&self, addr: Addr, num: Num) -> Result<u64, Trap> {
        Ok(match num {
            Num::I64 | Num::U64 => self.memory.word(addr)?,
            Num::I8 => self.memory.read(addr, 1)? as i8 as u64,
            Num::I16 => self.memory.read(addr, 2)? as i16 as u64,
            Num::I32 => self.memory.read(addr, 4)? as i32 as u64,
            _ => self.memory.read(addr, num.size().min(8))?,
        })
    }

    #[inline]
    fn index(&self, addr: Addr, num: Num, len: u64) -> Result<u64, Trap> {
        let index = self.number(addr, num)?;
        if index < len {
            return Ok(index);
        }
        Err(bounds(index, len, num.is_signed(), BoundsCode::Index))
    }

    fn slice_for_array(&self, slice: Addr, len: u64) -> Result<Addr, Trap> {
        let have = self.memory.word(slice + 8)?;
        if have < len {
            return Err(bounds(len, have, true, BoundsCode::Convert));
        }
        self.memory.word(slice)
    }

    /// The bounds of a slice expression, checked; `cap` with whether it is a slice's.
    fn bounds(
        &self,
        code: &Code,
        base: Addr,
        list: u32,
        len: u64,
        cap: Option<(u64, bool)>,
    ) -> Result<(u64, u64, u64), Trap> {
        let parts = &code.lists[list as usize..list as usize + 6];
        let bound = |i: usize| -> Result<Option<(u64, bool)>, Trap> {
            let slot = parts[2 * i];
            if slot == NO_SLOT {
                return Ok(None);
            }
            let num = NUMS[parts[2 * i + 1] as usize];
            Ok(Some((self.number(base + u64::from(slot), num)?, num.is_signed())))
        };
        let (lo, lo_signed) = bound(0)?.unwrap_or((0, true));
        let limit = cap.map_or(len, |(cap, _)| cap);
        let is_slice = cap.is_some_and(|(_, is_slice)| is_slice);
        if let Some((max, signed)) = bound(2)? {
            let (hi, hi_signed) = bound(1)?.unwrap_or((len, true));
            if max > limit {
                let which = if is_slice { BoundsCode::Slice3Acap } else { BoundsCode::Slice3Alen };
                return Err(bounds(max, limit, signed, which));
            }
            if hi > max {
                return Err(bounds(hi, max, hi_signed, BoundsCode::Slice3B));
            }
            if lo > hi {
                return Err(bounds(lo, hi, lo_signed, BoundsCode::Slice3C));
            }
            return Ok((lo, hi, max));
        }
        let (hi, hi_signed) = bound(1)?.unwrap_or((len, true));
        if hi > limit {
            let which = if is_slice { BoundsCode::SliceAcap } else { BoundsCode::SliceAlen };
            return Err(bounds(hi, limit, hi_signed, which));
        }
        if lo > hi {
            return Err(bounds(lo, hi, lo_signed, BoundsCode::SliceB));
        }
        Ok((lo, hi, limit))
    }

    fn set_slice(
        &mut self,
        dst: Addr,
        data: Addr,
        lo: u64,
        hi: u64,
        max: u64,
        size: u64,
    ) -> Result<(), Trap> {
        // A slice without room must not point behind its object.
        let start = if max == lo { data } else { data.wrapping_add(lo.wrapping_mul(size)) };
        self.memory.set_word(dst, start)?;
        self.memory.set_word(dst + 8, hi - lo)?;
        self.memory.set_word(dst + 16, max - lo)
    }

    fn make_slice(
        &mut self,
        dst: Addr,
        elem: Ty,
        (len, len_num): (u64, Num),
        (cap, cap_num): (u64, Num),
    ) -> Result<(), Trap> {
        let size = self.types.info(elem).size;
        let fits = |count: u64, num: Num| {
            let negative = num.is_signed() && (count as i64) < 0;
            let bytes = count.checked_mul(size);
            !negative && bytes.is_some_and(|bytes| bytes <= MAX_ALLOC) && count <= i64::MAX as u64
        };
        if !fits(len, len_num) {
            return Err(Trap::error("makeslice: len out of range"));
        }
        if !fits(cap, cap_num) || cap < len {
            return Err(Trap::error("makeslice: cap out of range"));
        }
        let data = self.new_elements(cap, elem)?;
        self.memory.set_word(dst, data)?;
        self.memory.set_word(dst + 8, len)?;
        self.memory.set_word(dst + 16, cap)
    }

    /// `append`: grows as Go's runtime does, so that capacities are the same.
    pub(crate) fn append(
        &mut self,
        dst: Addr,
        slice: Addr,
        elem: Ty,
        from: Addr,
        count: u64,
    ) -> Result<(), Trap> {
        let info = self.types.info(elem);
        let (size, pointers) = (info.size, info.pointers);
        let mut data = self.memory.word(slice)?;
        let len = self.memory.word(slice + 8)?;
        let mut cap = self.memory.word(slice + 16)?;
        let new_len = len
            .checked_add(count)
            .filter(|&new| new <= i64::MAX as u64)
            .ok_or_else(|| Trap::error("growslice: len out of range"))?;
        if new_len > cap {
            let grown = crate::growth::grown_capacity(cap, new_len, size, pointers)
                .filter(|grown| grown.saturating_mul(size) <= MAX_ALLOC)
                .ok_or_else(|| Trap::error("growslice: len out of range"))?;
            let fresh = self.new_elements(grown, elem)?;
            self.memory.copy(fresh, data, len * size)?;
            (data, cap) = (fresh, grown);
        }
        self.memory.copy(data.wrapping_add(len * size), from, count * size)?;
        self.memory.set_word(dst, data)?;
        self.memory.set_word(dst + 8, new_len)?;
        self.memory.set_word(dst + 16, cap)
    }

    #[expect(clippy::too_many_arguments, reason = "the operation's parts")]
    fn unsafe_op(
        &mut self,
        op: UnsafeOp,
        dst: Addr,
        x: Addr,
        y: Slot,
        base: Addr,
        num: Num,
        size: u64,
    ) -> Result<(), Trap> {
        let ptr = self.memory.word(x)?;
        let count = if y == NO_SLOT { 0 } else { self.number(base + u64::from(y), num)? };
        let negative = num.is_signed() && (count as i64) < 0;
        match op {
            UnsafeOp::Add => self.memory.set_word(dst, ptr.wrapping_add(count)),
            UnsafeOp::Slice | UnsafeOp::String => {
                let name = if op == UnsafeOp::Slice { "Slice" } else { "String" };
                let bytes = count.checked_mul(size.max(1));
                if negative || bytes.is_none_or(|bytes| bytes > MAX_ALLOC) {
                    return Err(Trap::error(format!("unsafe.{name}: len out of range")));
                }
                if ptr == 0 && count > 0 {
                    let text = format!("unsafe.{name}: ptr is nil and len is not zero");
                    return Err(Trap::error(text));
                }
                self.memory.set_word(dst, ptr)?;
                self.memory.set_word(dst + 8, count)?;
                if op == UnsafeOp::Slice {
                    self.memory.set_word(dst + 16, count)?;
                }
                Ok(())
            }
            UnsafeOp::SliceData | UnsafeOp::StringData => self.memory.set_word(dst, ptr),
        }
    }

    /// Writes a constant table to memory that is zero.
    pub(crate) fn fill(&mut self, to: Addr, ty: Ty, node: &TableNode) -> Result<(), Trap> {
        match node {
            TableNode::Const(value) => {
                let bytes = self.constant(value, ty)?;
                self.memory.slice_mut(to, bytes.len() as u64)?.copy_from_slice(&bytes);
            }
            TableNode::Indexed(parts, len) => match self.types.info(ty).shape.clone() {
                Shape::Struct(fields) => {
                    for (index, part) in parts {
                        let Some(field) = fields.get(*index as usize) else { continue };
                        self.fill(to + field.offset, field.ty, part)?;
                    }
                }
                Shape::Array { elem, .. } => {
                    let size = self.types.info(elem).size;
                    for (index, part) in parts {
                        self.fill(to + index * size, elem, part)?;
                    }
                }
                Shape::Slice(elem) => {
                    let elem = self.types.of(elem);
                    let size = self.types.info(elem).size;
                    let data = self.new_object(len * size)?;
                    for (index, part) in parts {
                        self.fill(data + index * size, elem, part)?;
                    }
                    self.memory.set_word(to, data)?;
                    self.memory.set_word(to + 8, *len)?;
                    self.memory.set_word(to + 16, *len)?;
                }
                _ => {}
            },
            TableNode::Map(entries) => {
                let Shape::Map { key, value } = self.types.info(ty).shape else { return Ok(()) };
                let (key_type, value_type) = (self.types.of(key), self.types.of(value));
                let map = self.make_map(ty)?;
                let key_at = self.new_object(self.types.info(key_type).size)?;
                let value_size = self.types.info(value_type).size;
                let key_size = self.types.info(key_type).size;
                for (key, value) in entries {
                    self.memory.clear(key_at, key_size)?;
                    self.fill(key_at, key_type, key)?;
                    let value_at = self.map_assign(ty, map, key_at)?;
                    self.memory.clear(value_at, value_size)?;
                    self.fill(value_at, value_type, value)?;
                }
                self.memory.set_word(to, map)?;
            }
            TableNode::Pointer(inner) => {
                let elem = match gossa_types::underlying::underlying(
                    self.types.resolver(),
                    self.types.info(ty).id,
                )
                .kind()
                {
                    gossa_types::TypeKind::Pointer(elem) => self.types.of(*elem),
                    _ => return Ok(()),
                };
                let size = self.types.info(elem).size;
                let variable = self.new_object(size)?;
                self.fill(variable, elem, inner)?;
                self.memory.set_word(to, variable)?;
            }
            TableNode::Interface(dynamic, inner) => {
                let dynamic = self.types.of(*dynamic);
                let size = self.types.info(dynamic).size;
                let value = self.new_object(size)?;
                self.fill(value, dynamic, inner)?;
                self.make_interface(to, value, dynamic, ty)?;
            }
        }
        Ok(())
    }
}

const NUMS: [Num; 12] = [
    Num::I8,
    Num::I16,
    Num::I32,
    Num::I64,
    Num::U8,
    Num::U16,
    Num::U32,
    Num::U64,
    Num::F32,
    Num::F64,
    Num::C64,
    Num::C128,
];

fn slot(size: u32) -> u64 {
    crate::types::slot_size(u64::from(size))
}

fn bounds(x: u64, y: u64, signed: bool, code: BoundsCode) -> Trap {
    Trap::Panic(RuntimePanic::Bounds { x: x as i64, y: y as i64, signed, code })
}
