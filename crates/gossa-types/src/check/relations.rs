//! Questions about types, with the checker's context filled in.

use super::{Checker, Operand};
use crate::identical::identical;
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::{self, is_type_param, under_is, underlying};

impl Checker<'_> {
    /// The underlying type; a type parameter's is its constraint interface.
    #[inline]
    pub(super) fn under(&self, ty: TypeId) -> TypeId {
        match ty.kind() {
            TypeKind::Named { .. } | TypeKind::Alias { .. } | TypeKind::TypeParam(_) => {
                underlying(self.cx, ty)
            }
            _ => ty,
        }
    }

    /// Structure of the underlying type.
    #[inline]
    pub(super) fn under_kind(&self, ty: TypeId) -> &'static TypeKind {
        self.under(ty).kind()
    }

    /// Whether two types are identical.
    #[inline]
    pub(super) fn identical(&self, a: TypeId, b: TypeId) -> bool {
        a == b || identical(self.cx, a, b)
    }

    /// Whether the underlying type is basic of a kind that `test` accepts; no for type
    /// parameters.
    #[inline]
    pub(super) fn is_basic(&self, ty: TypeId, test: fn(BasicKind) -> bool) -> bool {
        matches!(self.under_kind(ty), TypeKind::Basic(kind) if test(*kind))
    }

    /// Like [`Checker::is_basic`]; for a type parameter, whether it holds for all types of its
    /// type set.
    pub(super) fn all_basic(&self, ty: TypeId, test: fn(BasicKind) -> bool) -> bool {
        match ty.kind() {
            TypeKind::Basic(kind) => test(*kind),
            _ if is_type_param(ty) => under_is(self.cx, ty, &mut |under| {
                under.is_some_and(|under| matches!(under.kind(), TypeKind::Basic(k) if test(*k)))
            }),
            _ => self.is_basic(ty, test),
        }
    }

    /// Whether all types of the type set are of integer types.
    pub(super) fn all_integer(&self, ty: TypeId) -> bool {
        self.all_basic(ty, BasicKind::is_integer)
    }

    /// Whether all types of the type set are numeric.
    pub(super) fn all_numeric(&self, ty: TypeId) -> bool {
        self.all_basic(ty, BasicKind::is_numeric)
    }

    /// Whether all types of the type set are boolean.
    pub(super) fn all_boolean(&self, ty: TypeId) -> bool {
        self.all_basic(ty, BasicKind::is_boolean)
    }

    /// Whether all types of the type set are strings.
    pub(super) fn all_string(&self, ty: TypeId) -> bool {
        self.all_basic(ty, BasicKind::is_string)
    }

    /// Whether the type is an interface and no type parameter.
    pub(super) fn is_interface_value(&self, ty: TypeId) -> bool {
        matches!(self.under_kind(ty), TypeKind::Interface(_)) && !is_type_param(ty)
    }

    /// The one underlying type of all types in the type set, if there is one.
    pub(super) fn common_under(&self, ty: TypeId) -> Option<TypeId> {
        if is_type_param(ty) { underlying::core_type(self.cx, ty) } else { Some(self.under(ty)) }
    }

    /// Whether a type, or what it points to, is invalid.
    pub(super) fn leads_to_invalid(&self, ty: TypeId) -> bool {
        match self.under_kind(ty) {
            TypeKind::Pointer(base) => Self::is_invalid(self.under(*base)),
            TypeKind::Basic(BasicKind::Invalid) => true,
            _ => false,
        }
    }

    /// Whether `nil` is a value of the type.
    pub(super) fn has_nil(&self, ty: TypeId) -> bool {
        let nillable = |kind: &TypeKind| {
            matches!(
                kind,
                TypeKind::Basic(BasicKind::UnsafePointer | BasicKind::UntypedNil)
                    | TypeKind::Pointer(_)
                    | TypeKind::Slice(_)
                    | TypeKind::Map { .. }
                    | TypeKind::Chan { .. }
                    | TypeKind::Signature(_)
                    | TypeKind::Interface(_)
            )
        };
        if is_type_param(ty) {
            return under_is(self.cx, ty, &mut |under| under.is_some_and(|u| nillable(u.kind())));
        }
        nillable(self.under_kind(ty))
    }

    /// The element type of a pointer to an array, or the array itself.
    pub(super) fn array_behind(&self, under: TypeId) -> TypeId {
        if let TypeKind::Pointer(base) = under.kind() {
            let base = self.under(*base);
            if matches!(base.kind(), TypeKind::Array { .. }) {
                return base;
            }
        }
        under
    }

    /// The type that an untyped value has when nothing else is said; other types as they are.
    #[inline]
    pub(super) fn default_type(ty: TypeId) -> TypeId {
        let kind = match ty.kind() {
            TypeKind::Basic(BasicKind::UntypedBool) => BasicKind::Bool,
            TypeKind::Basic(BasicKind::UntypedInt) => BasicKind::Int,
            TypeKind::Basic(BasicKind::UntypedRune) => BasicKind::Rune,
            TypeKind::Basic(BasicKind::UntypedFloat) => BasicKind::Float64,
            TypeKind::Basic(BasicKind::UntypedComplex) => BasicKind::Complex128,
            TypeKind::Basic(BasicKind::UntypedString) => BasicKind::String,
            _ => return ty,
        };
        TypeId::basic(kind)
    }

    /// The function type that an assignment to `ty` asks for: what a generic function on the
    /// other side may be instantiated from.
    pub(super) fn function_target(&self, ty: TypeId) -> Option<TypeId> {
        match ty.kind() {
            TypeKind::Basic(_) | TypeKind::Pointer(_) | TypeKind::Slice(_) => return None,
            _ => {}
        }
        self.common_under(ty).filter(|under| matches!(under.kind(), TypeKind::Signature(_)))
    }

    /// Whether a type is the invalid type, through aliases.
    #[inline]
    pub(super) fn is_invalid(ty: TypeId) -> bool {
        ty == TypeId::INVALID || ty.unalias() == TypeId::INVALID
    }

    /// The kind of composite type, for messages.
    pub(super) fn composite_kind(&self, ty: TypeId) -> &'static str {
        match self.under_kind(ty) {
            TypeKind::Array { .. } => "array",
            TypeKind::Slice(_) => "slice",
            TypeKind::Struct(_) => "struct",
            TypeKind::Pointer(_) => "pointer",
            TypeKind::Signature(_) => "func",
            TypeKind::Interface(_) => "interface",
            TypeKind::Map { .. } => "map",
            TypeKind::Chan { .. } => "chan",
            TypeKind::Tuple(_) => "tuple",
            TypeKind::Union(_) => "union",
            _ => "",
        }
    }

    /// Whether what an operand's type is, is not known: an error, or a type of C.
    #[inline]
    pub(super) fn has_hole(&self, x: &Operand) -> bool {
        match x.ty.kind() {
            TypeKind::Named { .. } | TypeKind::Alias { .. } => Self::is_invalid(self.under(x.ty)),
            _ => false,
        }
    }

    /// Whether an operand has no type to speak of because of an error.
    pub(super) fn is_hole(x: &Operand) -> bool {
        !x.is_valid() || Self::is_invalid(x.ty)
    }
}
