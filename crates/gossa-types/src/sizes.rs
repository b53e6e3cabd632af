//! Sizes, alignments and offsets, as the gc compiler lays types out.
//!
//! Constants such as `unsafe.Sizeof(x)` depend on them, and so do checkers that look at layout.

use crate::env::Target;
use crate::resolver::Resolver;
use crate::ty::{BasicKind, FieldType, TypeId, TypeKind};
use crate::underlying::{is_type_param, underlying};

/// Lays types out for a resolver's target.
pub struct Sizes<'r> {
    r: &'r dyn Resolver,
    target: Target,
}

/// Deepest nesting of arrays and structs: only types that expand without end get there.
const MAX_DEPTH: u32 = 500;

impl<'r> Sizes<'r> {
    /// Layouts for `r`'s own target.
    #[must_use]
    pub fn new(r: &'r dyn Resolver) -> Self {
        Self { r, target: r.target() }
    }

    /// Layouts for another target.
    #[must_use]
    pub fn for_target(r: &'r dyn Resolver, target: Target) -> Self {
        Self { r, target }
    }

    /// Size in bytes; `None` for a type that is too large, invalid, or depends on a type
    /// parameter.
    #[must_use]
    pub fn size(&self, ty: TypeId) -> Option<i64> {
        self.size_at(ty, 0)
    }

    /// Alignment in bytes, at least 1; `None` as for [`Sizes::size`], but a type that is only too
    /// large has one.
    #[must_use]
    pub fn align(&self, ty: TypeId) -> Option<i64> {
        self.alignment(ty, 0)
    }

    /// Offsets of a struct's fields; `None` where a field before is too large.
    #[must_use]
    pub fn offsets(&self, fields: &[FieldType]) -> Vec<Option<i64>> {
        let mut next = Some(0);
        fields
            .iter()
            .map(|field| {
                let at = next.and_then(|end| round_up(end, self.alignment(field.ty, 0)?));
                next = at.and_then(|at: i64| at.checked_add(self.size(field.ty)?));
                at
            })
            .collect()
    }

    /// The offset of the field at `path` from a value of type `ty`; no pointer may be on the way.
    #[must_use]
    pub fn offset_of_path(&self, ty: TypeId, path: &[u32]) -> Option<i64> {
        let mut ty = ty;
        let mut offset: i64 = 0;
        for &index in path {
            let TypeKind::Struct(fields) = underlying(self.r, ty).kind() else { return None };
            let field = fields.get(index as usize)?;
            let offsets = self.offsets(&fields[..=index as usize]);
            offset = offset.checked_add(offsets.last().copied().flatten()?)?;
            ty = field.ty;
        }
        Some(offset)
    }

    fn alignment(&self, ty: TypeId, depth: u32) -> Option<i64> {
        if depth > MAX_DEPTH || is_type_param(ty) {
            return None;
        }
        let word = i64::from(self.target.word_size);
        match underlying(self.r, ty).kind() {
            TypeKind::Array { elem, .. } => self.alignment(*elem, depth + 1),
            TypeKind::Struct(fields) if fields.is_empty() && is_atomic_align64(ty) => Some(8),
            TypeKind::Struct(fields) => fields
                .iter()
                .try_fold(1, |max, field| Some(max.max(self.alignment(field.ty, depth + 1)?))),
            TypeKind::Slice(_) | TypeKind::Interface(_) => Some(word),
            TypeKind::Basic(BasicKind::String | BasicKind::UntypedString) => Some(word),
            TypeKind::Basic(kind) => {
                let size = self.basic_size(*kind)?;
                let size = if kind.is_complex() { size / 2 } else { size };
                Some(size.clamp(1, i64::from(self.target.max_align)))
            }
            _ => Some(word),
        }
    }

    fn basic_size(&self, kind: BasicKind) -> Option<i64> {
        let word = i64::from(self.target.word_size);
        Some(match kind {
            BasicKind::Bool | BasicKind::UntypedBool => 1,
            BasicKind::Int8 | BasicKind::Uint8 | BasicKind::Byte => 1,
            BasicKind::Int16 | BasicKind::Uint16 => 2,
            BasicKind::Int32 | BasicKind::Uint32 | BasicKind::Rune => 4,
            BasicKind::UntypedRune | BasicKind::Float32 => 4,
            BasicKind::Int64 | BasicKind::Uint64 | BasicKind::Float64 => 8,
            BasicKind::UntypedFloat | BasicKind::Complex64 => 8,
            BasicKind::Complex128 | BasicKind::UntypedComplex => 16,
            BasicKind::String | BasicKind::UntypedString => 2 * word,
            BasicKind::Int | BasicKind::Uint | BasicKind::Uintptr => word,
            BasicKind::UntypedInt | BasicKind::UnsafePointer | BasicKind::UntypedNil => word,
            BasicKind::Invalid => return None,
        })
    }

    fn size_at(&self, ty: TypeId, depth: u32) -> Option<i64> {
        if depth > MAX_DEPTH || is_type_param(ty) {
            return None;
        }
        let word = i64::from(self.target.word_size);
        let size = match underlying(self.r, ty).kind() {
            TypeKind::Basic(kind) => self.basic_size(*kind)?,
            TypeKind::Array { len, .. } if *len <= 0 => 0,
            TypeKind::Array { elem, len } => self.size_at(*elem, depth + 1)?.checked_mul(*len)?,
            TypeKind::Struct(fields) => self.struct_size(fields, depth)?,
            TypeKind::Slice(_) => 3 * word,
            TypeKind::Interface(_) => 2 * word,
            _ => word,
        };
        Some(size)
    }

    fn struct_size(&self, fields: &[FieldType], depth: u32) -> Option<i64> {
        let mut end: i64 = 0;
        let mut last_offset = 0;
        let mut last_size = 0;
        let mut align = 1;
        for field in fields {
            let field_align = self.alignment(field.ty, depth + 1)?;
            align = align.max(field_align);
            last_offset = round_up(end, field_align)?;
            last_size = self.size_at(field.ty, depth + 1)?;
            end = last_offset.checked_add(last_size)?;
        }
        // A pointer to a last field without size must not point past the struct.
        if last_offset > 0 && last_size == 0 {
            end = end.checked_add(1)?;
        }
        round_up(end, align)
    }
}

fn round_up(offset: i64, align: i64) -> Option<i64> {
    Some(offset.checked_add(align - 1)? / align * align)
}

/// `sync/atomic.align64`, which the compiler knows by name.
fn is_atomic_align64(ty: TypeId) -> bool {
    let TypeKind::Named { decl, .. } = ty.unalias().kind() else { return false };
    decl.name().as_str() == "align64"
        && matches!(decl.package().path(), "sync/atomic" | "internal/runtime/atomic")
}
