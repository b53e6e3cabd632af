//! Types as lowering sees them: type arguments replaced, untyped kinds defaulted.

use super::unit::Unit;
use crate::ids::{FuncId, FuncKey};
use gossa_syntax::ExprId;
use gossa_types::underlying::underlying;
use gossa_types::{BasicKind, DeclId, FieldType, Mode, SignatureType, TypeId, TypeKind, TypeList};

/// Arrays longer than this live in memory.
const MAX_REGISTER_ARRAY: i64 = 4;

/// Type arguments nested deeper than this are taken for a recursion without end.
const MAX_TYPE_DEPTH: u32 = 24;

impl<'e> Unit<'e> {
    /// A type of the tree with the type arguments put in.
    #[inline]
    pub(super) fn subst(&self, ty: TypeId) -> TypeId {
        match &self.substitution {
            None => ty,
            Some(substitution) => substitution.apply(ty),
        }
    }

    /// The type of an expression. Untyped kinds but `nil` are defaulted.
    #[inline]
    pub(super) fn ty(&self, expr: ExprId) -> TypeId {
        default_type(self.subst(self.types.ty(expr)))
    }

    /// Structure of the underlying type.
    #[inline]
    pub(super) fn under(&self, ty: TypeId) -> &'static TypeKind {
        let kind = ty.kind();
        match kind {
            TypeKind::Named { .. } | TypeKind::Alias { .. } | TypeKind::TypeParam(_) => {
                self.scratch.underlying.get(ty, || underlying(&self.resolver, ty).kind())
            }
            _ => kind,
        }
    }

    /// Whether the type is an interface.
    #[inline]
    pub(super) fn is_interface(&self, ty: TypeId) -> bool {
        matches!(self.under(ty), TypeKind::Interface(_))
    }

    /// Kind of a type with a basic underlying type.
    #[inline]
    pub(super) fn basic(&self, ty: TypeId) -> Option<BasicKind> {
        match self.under(ty) {
            TypeKind::Basic(kind) => Some(*kind),
            _ => None,
        }
    }

    /// What a pointer points to; `None` for what is no pointer.
    #[inline]
    pub(super) fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        match self.under(ty) {
            TypeKind::Pointer(elem) => Some(*elem),
            _ => None,
        }
    }

    /// The fields of a struct type; none for anything else.
    #[inline]
    pub(super) fn fields(&self, ty: TypeId) -> &'static [FieldType] {
        match self.under(ty) {
            TypeKind::Struct(fields) => fields,
            _ => &[],
        }
    }

    /// The type of field `index` of a struct; invalid for what is none.
    pub(super) fn field_type(&self, ty: TypeId, index: u32) -> TypeId {
        self.fields(ty).get(index as usize).map_or(TypeId::INVALID, |field| field.ty)
    }

    /// Type of the elements of an array, a slice, a string, or an array behind a pointer.
    pub(super) fn element(&self, ty: TypeId) -> TypeId {
        match self.under(ty) {
            TypeKind::Array { elem, .. } | TypeKind::Slice(elem) => *elem,
            TypeKind::Pointer(array) => match self.under(*array) {
                TypeKind::Array { elem, .. } => *elem,
                _ => TypeId::INVALID,
            },
            TypeKind::Basic(kind) if kind.is_string() => TypeId::basic(BasicKind::Byte),
            _ => TypeId::INVALID,
        }
    }

    /// A signature, if the type has one underlying.
    pub(super) fn signature(&self, ty: TypeId) -> Option<&'static SignatureType> {
        match self.under(ty) {
            TypeKind::Signature(signature) => Some(signature),
            _ => None,
        }
    }

    /// Whether values of the type are kept in SSA form when nothing needs their address.
    pub(super) fn is_register_type(&mut self, ty: TypeId) -> bool {
        match self.under(ty) {
            TypeKind::Array { elem, len } => {
                *len <= MAX_REGISTER_ARRAY && self.is_register_type(*elem)
            }
            TypeKind::Struct(fields) => {
                if let Some(&known) = self.register_types.get(&ty) {
                    return known;
                }
                // Only an erroneous type contains itself; it ends here.
                self.register_types.insert(ty, true);
                let found = fields.iter().all(|field| self.is_register_type(field.ty));
                self.register_types.insert(ty, found);
                found
            }
            _ => true,
        }
    }

    /// Whether the value of an expression is used as such: it is no type, package or the like.
    #[inline]
    pub(super) fn mode(&self, expr: ExprId) -> Mode {
        self.types.mode(expr)
    }

    /// The function `decl` with these type arguments; `None` where they nest without end.
    pub(super) fn func(&mut self, decl: DeclId, args: TypeList) -> Option<FuncId> {
        if args.is_empty() {
            return Some(FuncId::declared(decl));
        }
        let mut deepest = 0;
        for &arg in args.as_slice() {
            if arg.has_type_param() {
                return None;
            }
            deepest = deepest.max(self.depth(arg));
        }
        (deepest <= MAX_TYPE_DEPTH).then(|| FuncId::new(FuncKey::Decl { decl, args }))
    }

    /// How deep a type nests.
    fn depth(&mut self, ty: TypeId) -> u32 {
        let of_list = |unit: &mut Self, types: &mut dyn Iterator<Item = TypeId>| -> u32 {
            let mut deepest = 0;
            for ty in types {
                deepest = deepest.max(unit.depth(ty));
            }
            deepest
        };
        let kind = ty.kind();
        if let TypeKind::Basic(_) | TypeKind::TypeParam(_) = kind {
            return 0;
        }
        if let Some(&known) = self.type_depths.get(&ty) {
            return known;
        }
        let inner = match kind {
            TypeKind::Basic(_) | TypeKind::TypeParam(_) => 0,
            TypeKind::Named { args, .. } => of_list(self, &mut args.iter().copied()),
            TypeKind::Alias { actual, .. } => self.depth(*actual),
            TypeKind::Pointer(elem)
            | TypeKind::Slice(elem)
            | TypeKind::Array { elem, .. }
            | TypeKind::Chan { elem, .. } => self.depth(*elem),
            TypeKind::Map { key, value } => self.depth(*key).max(self.depth(*value)),
            TypeKind::Struct(fields) => of_list(self, &mut fields.iter().map(|field| field.ty)),
            TypeKind::Tuple(types) => of_list(self, &mut types.iter().copied()),
            TypeKind::Signature(signature) => of_list(
                self,
                &mut signature.params.iter().chain(&*signature.results).map(|param| param.ty),
            ),
            TypeKind::Interface(interface) => of_list(
                self,
                &mut interface
                    .methods
                    .iter()
                    .map(|method| method.signature)
                    .chain(interface.embeds.iter().copied()),
            ),
            TypeKind::Union(terms) => of_list(self, &mut terms.iter().map(|term| term.ty)),
        };
        let depth = inner.saturating_add(1);
        self.type_depths.insert(ty, depth);
        depth
    }
}

/// The default type of an untyped kind but `nil`; the type itself otherwise.
#[inline]
pub(super) fn default_type(ty: TypeId) -> TypeId {
    // Basic types have the smallest numbers.
    if ty.to_raw() > BasicKind::ALL.len() as u32 {
        return ty;
    }
    let kind = match ty.as_basic() {
        Some(BasicKind::UntypedBool) => BasicKind::Bool,
        Some(BasicKind::UntypedInt) => BasicKind::Int,
        Some(BasicKind::UntypedRune) => BasicKind::Rune,
        Some(BasicKind::UntypedFloat) => BasicKind::Float64,
        Some(BasicKind::UntypedComplex) => BasicKind::Complex128,
        Some(BasicKind::UntypedString) => BasicKind::String,
        _ => return ty,
    };
    TypeId::basic(kind)
}

/// Type `int`.
pub(super) const INT: TypeId = TypeId::basic(BasicKind::Int);
/// Type `bool`.
pub(super) const BOOL: TypeId = TypeId::basic(BasicKind::Bool);
