//! Sizes, alignments and offsets, as the gc compiler lays types out.
//!
//! Constants such as `unsafe.Sizeof(x)` depend on them, and so do checkers that look at layout.

use crate::env::Target;
use crate::resolver::Resolver;
use crate::ty::{BasicKind, FieldType, TypeId, TypeKind};
use crate::underlying::{is_type_param, underlying};
use gossa_base::FxHashMap;
use std::cell::RefCell;

/// Why a type has no size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoSize {
    /// It is too large.
    TooLarge,
    /// It is invalid, contains itself, or depends on a type parameter.
    Unknown,
}

/// Lays types out for a resolver's target.
pub struct Sizes<'r> {
    r: &'r dyn Resolver,
    target: Target,
    /// Layouts of structs, arrays and defined types; unknown while they are being found out.
    known: RefCell<FxHashMap<TypeId, Layout>>,
}

#[derive(Clone, Copy)]
struct Layout {
    size: Result<i64, NoSize>,
    align: Option<i64>,
}

impl Layout {
    const UNKNOWN: Self = Self { size: Err(NoSize::Unknown), align: None };
}

/// Deepest nesting of arrays and structs, and how many are looked at: only types that expand
/// without end get there.
const MAX_DEPTH: u32 = 500;
const MAX_TYPES: usize = 100_000;

impl<'r> Sizes<'r> {
    /// Layouts for `r`'s own target.
    #[must_use]
    pub fn new(r: &'r dyn Resolver) -> Self {
        Self::for_target(r, r.target())
    }

    /// Layouts for another target.
    #[must_use]
    pub fn for_target(r: &'r dyn Resolver, target: Target) -> Self {
        Self { r, target, known: RefCell::default() }
    }

    /// Size in bytes; `None` for a type that has none (see [`Sizes::try_size`]).
    #[must_use]
    pub fn size(&self, ty: TypeId) -> Option<i64> {
        self.layout(ty, 0).size.ok()
    }

    /// Size in bytes, or why there is none.
    pub fn try_size(&self, ty: TypeId) -> Result<i64, NoSize> {
        self.layout(ty, 0).size
    }

    /// Alignment in bytes, at least 1; a type that is only too large has one.
    #[must_use]
    pub fn align(&self, ty: TypeId) -> Option<i64> {
        self.layout(ty, 0).align
    }

    /// Offsets of a struct's fields; `None` where a field before is too large.
    #[must_use]
    pub fn offsets(&self, fields: &[FieldType]) -> Vec<Option<i64>> {
        let mut next = Some(0);
        fields
            .iter()
            .map(|field| {
                let layout = self.layout(field.ty, 0);
                let at = next.and_then(|end| round_up(end, layout.align?));
                next = at.and_then(|at: i64| at.checked_add(layout.size.ok()?));
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

    fn layout(&self, ty: TypeId, depth: u32) -> Layout {
        if is_type_param(ty) {
            return Layout::UNKNOWN;
        }
        let word = i64::from(self.target.word_size);
        let words = |count: i64| Layout { size: Ok(count * word), align: Some(word) };
        match underlying(self.r, ty).kind() {
            TypeKind::Basic(kind) => self.basic(*kind),
            TypeKind::Slice(_) => words(3),
            TypeKind::Interface(_) => words(2),
            TypeKind::Struct(fields) if fields.is_empty() && is_atomic_align64(ty) => {
                Layout { size: Ok(0), align: Some(8) }
            }
            kind @ (TypeKind::Array { .. } | TypeKind::Struct(_)) => {
                let full = self.known.borrow().len() > MAX_TYPES;
                if depth > MAX_DEPTH || full {
                    return Layout::UNKNOWN;
                }
                if let Some(&known) = self.known.borrow().get(&ty) {
                    return known;
                }
                self.known.borrow_mut().insert(ty, Layout::UNKNOWN);
                let layout = match kind {
                    TypeKind::Struct(fields) => self.record(fields, depth),
                    TypeKind::Array { elem, len } => self.array(*elem, *len, depth),
                    _ => Layout::UNKNOWN,
                };
                self.known.borrow_mut().insert(ty, layout);
                layout
            }
            _ => words(1),
        }
    }

    fn basic(&self, kind: BasicKind) -> Layout {
        let word = i64::from(self.target.word_size);
        let size = match kind {
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
            BasicKind::Invalid => return Layout::UNKNOWN,
        };
        // Strings are two words; complex numbers are aligned like arrays of their halves.
        let unit = if kind.is_complex() || kind.is_string() { size / 2 } else { size };
        Layout { size: Ok(size), align: Some(unit.clamp(1, i64::from(self.target.max_align))) }
    }

    fn array(&self, elem: TypeId, len: i64, depth: u32) -> Layout {
        let elem = self.layout(elem, depth + 1);
        let size = match elem.size {
            _ if len <= 0 && elem.align.is_some() => Ok(0),
            Ok(size) => size.checked_mul(len).ok_or(NoSize::TooLarge),
            Err(reason) => Err(reason),
        };
        Layout { size, align: elem.align }
    }

    fn record(&self, fields: &[FieldType], depth: u32) -> Layout {
        let mut align = Some(1);
        let mut end: Result<i64, NoSize> = Ok(0);
        let mut last_offset = 0;
        let mut last_size = 0;
        for field in fields {
            let layout = self.layout(field.ty, depth + 1);
            align = align.and_then(|align: i64| Some(align.max(layout.align?)));
            end = match (end, layout.size, layout.align) {
                (Ok(end), Ok(size), Some(align)) => {
                    let placed = round_up(end, align).and_then(|at| {
                        (last_offset, last_size) = (at, size);
                        at.checked_add(size)
                    });
                    placed.ok_or(NoSize::TooLarge)
                }
                (Err(reason), Ok(_), Some(_)) | (Ok(_), Err(reason), _) => Err(reason),
                (Err(NoSize::TooLarge), Err(NoSize::TooLarge), _) => Err(NoSize::TooLarge),
                _ => Err(NoSize::Unknown),
            };
        }
        // A pointer to a last field without size must not point past the struct.
        let padding = i64::from(last_offset > 0 && last_size == 0);
        let size = end.and_then(|end| {
            let align = align.ok_or(NoSize::Unknown)?;
            end.checked_add(padding).and_then(|end| round_up(end, align)).ok_or(NoSize::TooLarge)
        });
        Layout { size, align }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_large_is_not_unknown() {
        let env = crate::resolver::tests::Nothing::default();
        let sizes = Sizes::for_target(&env, Target::for_arch("amd64"));
        let array = |elem, len| TypeId::new(TypeKind::Array { elem, len });
        let int = TypeId::basic(BasicKind::Int);
        let large = array(array(int, 1 << 40), 1 << 40);
        assert_eq!(sizes.try_size(large), Err(NoSize::TooLarge));
        assert_eq!(sizes.align(large), Some(8));
        assert_eq!(sizes.try_size(array(large, 0)), Ok(0));
        assert_eq!(sizes.try_size(array(TypeId::INVALID, 2)), Err(NoSize::Unknown));
    }
}
