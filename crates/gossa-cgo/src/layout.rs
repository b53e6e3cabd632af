//! Sizes, alignments and offsets, as the platform's C compiler lays data out.

use crate::model::{CModel, System};
use crate::types::{Field, Float, Int, Length, Record, Type};
use crate::unit::Unit;
use std::rc::Rc;

/// Where a struct or union puts its members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordLayout {
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Offset of each member, in order; `None` for bit fields.
    pub offsets: Vec<Option<u64>>,
}

/// Deepest nesting of types.
const MAX_DEPTH: u32 = 100;

impl Unit {
    /// Size and alignment of a type; `None` where it has none or is not known.
    pub(crate) fn layout(&self, model: CModel, ty: &Type) -> Option<(u64, u64)> {
        self.layout_at(model, ty, 0)
    }

    pub(crate) fn is_signed(&self, model: CModel, ty: &Type) -> bool {
        match self.resolve(ty) {
            Some(Type::Int(Int::Char)) => !model.char_unsigned,
            Some(Type::Int(int)) => !int.is_unsigned(),
            Some(Type::Enum(tag)) => self.enumeration(tag).is_some_and(|found| found.value.signed),
            Some(Type::Float(_)) => true,
            _ => false,
        }
    }

    fn layout_at(&self, model: CModel, ty: &Type, depth: u32) -> Option<(u64, u64)> {
        if depth > MAX_DEPTH {
            return None;
        }
        if let Some(align) = self.typedef_align(ty) {
            let (size, _) = self.layout_at(model, self.resolve(ty)?, depth + 1)?;
            return Some((size, align));
        }
        let pointer = u64::from(model.pointer);
        let align8 = u64::from(model.align8);
        Some(match self.resolve(ty)? {
            Type::Void | Type::Bool | Type::Function(_) => (1, 1),
            Type::Int(int) => match int_size(model, *int) {
                8 => (8, align8),
                size => (size, size),
            },
            Type::Float(float) | Type::Complex(float) => {
                let (size, align) = match float {
                    Float::Float => (4, 4),
                    Float::Double => (8, align8),
                    Float::LongDouble => model.long_double(),
                };
                let parts = if matches!(self.resolve(ty), Some(Type::Complex(_))) { 2 } else { 1 };
                (size * parts, align)
            }
            Type::Pointer(_) => (pointer, pointer),
            Type::Array(elem, length) => {
                let (size, align) = self.layout_at(model, elem, depth + 1)?;
                match length {
                    Length::Known(count) => (size.checked_mul(*count)?, align),
                    Length::Open => (0, align),
                    Length::Unknown => return None,
                }
            }
            Type::Enum(tag) => {
                let size = u64::from(self.enumeration(tag)?.value.size);
                (size, if size == 8 { align8 } else { size })
            }
            Type::Record(key) => {
                let found = self.record_layout_at(model, key, depth + 1)?;
                (found.size, found.align)
            }
            Type::Typedef(_) | Type::Unknown => return None,
        })
    }

    /// The layout of a struct or union.
    pub(crate) fn record_layout(&self, model: CModel, key: &str) -> Option<Rc<RecordLayout>> {
        self.record_layout_at(model, key, 0)
    }

    fn record_layout_at(&self, model: CModel, key: &str, depth: u32) -> Option<Rc<RecordLayout>> {
        if let Some(known) = self.layouts.borrow().get(key) {
            return known.clone();
        }
        let record = Rc::clone(&self.record(key)?.value);
        // A struct that contains itself has no layout.
        self.layouts.borrow_mut().insert(key.into(), None);
        let found = self.lay_out(model, &record, depth).map(Rc::new);
        self.layouts.borrow_mut().insert(key.into(), found.clone());
        found
    }

    fn lay_out(&self, model: CModel, record: &Record, depth: u32) -> Option<RecordLayout> {
        let mut placing = Placing { pack: record.pack, ..Placing::new(model) };
        let mut offsets = Vec::with_capacity(record.fields.len());
        for field in &record.fields {
            let (size, align) = self.layout_at(model, &field.ty, depth)?;
            if record.is_union {
                placing.restart();
            }
            offsets.push(placing.place(field, size, align));
        }
        placing.close_bits();
        let align = placing.align.max(record.align.unwrap_or(1)).max(1);
        let end = placing.longest.max(placing.end);
        Some(RecordLayout { size: round_up(end, align), align, offsets })
    }
}

/// Size of an integer type.
pub(crate) fn int_size(model: CModel, int: Int) -> u64 {
    match int {
        Int::Char | Int::SChar | Int::UChar => 1,
        Int::Short | Int::UShort => 2,
        Int::Int | Int::UInt => 4,
        Int::Long | Int::ULong => u64::from(model.long),
        Int::LongLong | Int::ULongLong => 8,
        Int::Int128 | Int::UInt128 => 16,
    }
}

struct Placing {
    model: CModel,
    pack: Option<u64>,
    /// Whole bytes used, and bits used in the byte behind them.
    end: u64,
    bits: u64,
    /// The longest member of a union.
    longest: u64,
    align: u64,
    /// The unit of bit fields at hand, where units do not mix: its size and the bits left in it.
    unit: Option<(u64, u64)>,
}

impl Placing {
    fn new(model: CModel) -> Self {
        Self { model, pack: None, end: 0, bits: 0, longest: 0, align: 1, unit: None }
    }

    fn restart(&mut self) {
        self.close_bits();
        self.longest = self.longest.max(self.end);
        self.end = 0;
    }

    fn close_bits(&mut self) {
        if self.bits > 0 {
            self.end += 1;
            self.bits = 0;
        }
        self.unit = None;
    }

    /// Puts a member behind the others; its offset, unless it is a bit field.
    fn place(&mut self, field: &Field, size: u64, align: u64) -> Option<u64> {
        let natural = if field.packed { 1 } else { align };
        let mut align = natural.max(field.align.unwrap_or(1));
        if let Some(pack) = self.pack {
            align = align.min(pack.max(field.align.filter(|_| pack == 1).unwrap_or(1)));
        }
        let align = align.max(1);
        let Some(bits) = field.bits else {
            self.close_bits();
            let offset = round_up(self.end, align);
            self.end = offset.saturating_add(size);
            self.align = self.align.max(align);
            return Some(offset);
        };
        if self.model.system == System::Windows {
            self.place_in_units(bits, size, align);
            return None;
        }
        let at = self.end * 8 + self.bits;
        let packed = field.packed || self.pack == Some(1);
        let unit = size * 8;
        let crosses = unit > 0 && bits > 0 && at / unit != (at + bits - 1) / unit;
        let start = if bits == 0 {
            round_up(at, unit.max(8))
        } else if crosses && !packed {
            round_up(at, (align * 8).max(8))
        } else {
            at
        };
        self.end = (start + bits) / 8;
        self.bits = (start + bits) % 8;
        if field.name.is_some() {
            self.align = self.align.max(align);
        }
        None
    }

    /// As compilers for Windows do: fields of types of one size share a unit of that size.
    fn place_in_units(&mut self, bits: u64, size: u64, align: u64) {
        match &mut self.unit {
            Some((unit, left)) if *unit == size && bits > 0 && bits <= *left => *left -= bits,
            _ => {
                self.close_bits();
                if bits > 0 {
                    self.end = round_up(self.end, align) + size;
                    self.align = self.align.max(align);
                    self.unit = Some((size, size * 8 - bits.min(size * 8)));
                }
            }
        }
    }
}

pub(crate) fn round_up(value: u64, to: u64) -> u64 {
    let to = to.max(1);
    value.saturating_add(to - 1) / to * to
}
