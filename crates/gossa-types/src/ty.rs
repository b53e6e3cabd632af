//! Types: hash-consed, so that equal structure is one id.
//!
//! A [`TypeId`] is 4 bytes and stands for a [`TypeKind`] in a process-wide table. Structure that
//! does not matter for identity (alias names, parameter names, `byte` against `uint8`) is kept for
//! printing; each type knows its *canonical* type, which lacks it. Two types are identical (Go
//! spec, "Type identity") when their canonical ids are equal, except for interfaces that embed
//! others and for generic signatures, which need a look at the declarations:
//! `identical` decides all cases.
//!
//! What a named type's underlying type or a type parameter's constraint is, is not stored here:
//! ids are pure keys, and a [`TypeEnv`](crate::TypeEnv) answers.

use crate::ids::{DeclId, PackageId, TypeParamId};
use gossa_base::{Interner, Name};
use gossa_syntax::ChanDir;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::LazyLock;

/// The basic types, the untyped ones, and the invalid type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum BasicKind {
    /// A hole: what an error left. Silences all follow-up errors.
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
    /// Prints as `byte`, identical to `Uint8`.
    Byte,
    /// Prints as `rune`, identical to `Int32`.
    Rune,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
}

impl BasicKind {
    /// All kinds, in the order of their [`TypeId`]s.
    pub const ALL: [Self; 28] = {
        use BasicKind::*;
        [
            Invalid,
            Bool,
            Int,
            Int8,
            Int16,
            Int32,
            Int64,
            Uint,
            Uint8,
            Uint16,
            Uint32,
            Uint64,
            Uintptr,
            Float32,
            Float64,
            Complex64,
            Complex128,
            String,
            UnsafePointer,
            Byte,
            Rune,
            UntypedBool,
            UntypedInt,
            UntypedRune,
            UntypedFloat,
            UntypedComplex,
            UntypedString,
            UntypedNil,
        ]
    };

    /// The name as `go/types` prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid type",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Uintptr => "uintptr",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Complex64 => "complex64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::UnsafePointer => "unsafe.Pointer",
            Self::Byte => "byte",
            Self::Rune => "rune",
            Self::UntypedBool => "untyped bool",
            Self::UntypedInt => "untyped int",
            Self::UntypedRune => "untyped rune",
            Self::UntypedFloat => "untyped float",
            Self::UntypedComplex => "untyped complex",
            Self::UntypedString => "untyped string",
            Self::UntypedNil => "untyped nil",
        }
    }

    /// `Uint8` for `Byte`, `Int32` for `Rune`, else itself.
    #[must_use]
    pub const fn canonical(self) -> Self {
        match self {
            Self::Byte => Self::Uint8,
            Self::Rune => Self::Int32,
            other => other,
        }
    }

    /// Integer kinds, untyped rune and integer included.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(
            self,
            Self::Int
                | Self::Int8
                | Self::Int16
                | Self::Int32
                | Self::Int64
                | Self::Rune
                | Self::UntypedInt
                | Self::UntypedRune
        ) || self.is_unsigned()
    }

    /// Unsigned integer kinds.
    #[must_use]
    pub const fn is_unsigned(self) -> bool {
        matches!(
            self,
            Self::Uint
                | Self::Uint8
                | Self::Uint16
                | Self::Uint32
                | Self::Uint64
                | Self::Uintptr
                | Self::Byte
        )
    }

    /// Floating-point kinds.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64 | Self::UntypedFloat)
    }

    /// Complex kinds.
    #[must_use]
    pub const fn is_complex(self) -> bool {
        matches!(self, Self::Complex64 | Self::Complex128 | Self::UntypedComplex)
    }

    /// Integer, floating-point and complex kinds.
    #[must_use]
    pub const fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || self.is_complex()
    }

    /// String kinds.
    #[must_use]
    pub const fn is_string(self) -> bool {
        matches!(self, Self::String | Self::UntypedString)
    }

    /// Boolean kinds.
    #[must_use]
    pub const fn is_boolean(self) -> bool {
        matches!(self, Self::Bool | Self::UntypedBool)
    }

    /// Untyped kinds.
    #[must_use]
    pub const fn is_untyped(self) -> bool {
        self as u8 >= Self::UntypedBool as u8
    }

    /// Kinds that can be constants: boolean, numeric, string.
    #[must_use]
    pub const fn is_constant_type(self) -> bool {
        self.is_boolean() || self.is_numeric() || self.is_string()
    }

    /// Kinds that `<` orders: integers, floats, strings.
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        self.is_integer() || self.is_float() || self.is_string()
    }
}

/// An interned list of types: 4 bytes, compared by id.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeList(NonZeroU32);

static LISTS: LazyLock<Interner<Box<[TypeId]>>> = LazyLock::new(|| {
    let lists: Interner<Box<[TypeId]>> = Interner::new();
    lists.intern(Box::default());
    lists
});

impl TypeList {
    /// The empty list.
    pub const EMPTY: Self = Self(NonZeroU32::MIN);

    /// The list of these types.
    #[must_use]
    pub fn new(types: &[TypeId]) -> Self {
        if types.is_empty() {
            return Self::EMPTY;
        }
        let id = LISTS.intern_with(types, || Box::from(types));
        Self(NonZeroU32::new(id + 1).expect("more than 2^32 type lists"))
    }

    /// The types.
    #[must_use]
    pub fn as_slice(self) -> &'static [TypeId] {
        let lists: &'static Interner<Box<[TypeId]>> = &LISTS;
        lists.get(self.0.get() - 1)
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }
}

impl std::ops::Deref for TypeList {
    type Target = [TypeId];
    fn deref(&self) -> &[TypeId] {
        self.as_slice()
    }
}

impl fmt::Debug for TypeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

/// A parameter or result of a signature.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Param {
    /// Its name; `None` when it has none and in canonical types.
    pub name: Option<Name>,
    /// Its type; `[]T` for a variadic `...T`.
    pub ty: TypeId,
}

/// A function type. Receivers are not part of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SignatureType {
    /// Type parameters of a generic function or method that has not been instantiated.
    pub type_params: Box<[TypeParamId]>,
    /// Parameters.
    pub params: Box<[Param]>,
    /// Results.
    pub results: Box<[Param]>,
    /// Whether the last parameter is `...T`.
    pub variadic: bool,
}

/// A struct field.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FieldType {
    /// Its name (an embedded field's is its type's).
    pub name: Name,
    /// Declaring package of an unexported name, `None` for an exported one: exactly what matters
    /// for identity.
    pub package: Option<PackageId>,
    /// Its type.
    pub ty: TypeId,
    /// Whether it is embedded.
    pub embedded: bool,
    /// Its tag, unquoted; `None` when empty or absent.
    pub tag: Option<Name>,
}

/// A method of an interface.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct InterfaceMethod {
    /// Its name.
    pub name: Name,
    /// Declaring package of an unexported name, `None` for an exported one.
    pub package: Option<PackageId>,
    /// Its signature type.
    pub signature: TypeId,
}

/// An interface type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InterfaceType {
    /// Explicitly declared methods, sorted by name text (then package path).
    pub methods: Box<[InterfaceMethod]>,
    /// Embedded elements in source order: interfaces, unions, other types.
    pub embeds: Box<[TypeId]>,
    /// Whether it wraps a bare constraint such as `[P ~int]`; printing leaves the `interface` out.
    pub implicit: bool,
}

/// A term `T` or `~T` of a union.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct UnionTerm {
    /// Whether it is `~T`.
    pub tilde: bool,
    /// The type.
    pub ty: TypeId,
}

/// The structure of a type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TypeKind {
    /// A basic type.
    Basic(BasicKind),
    /// A defined type, instantiated with `args` where it is generic. A local type of a generic
    /// function has the function's type arguments in front. `args` is empty for the generic type
    /// itself, uninstantiated.
    Named {
        /// The declaration.
        decl: DeclId,
        /// Type arguments.
        args: TypeList,
    },
    /// An alias, kept for printing.
    Alias {
        /// The declaration.
        decl: DeclId,
        /// Type arguments of a generic alias.
        args: TypeList,
        /// The type that it stands for.
        actual: TypeId,
    },
    /// A type parameter.
    TypeParam(TypeParamId),
    /// `*T`
    Pointer(TypeId),
    /// `[]T`
    Slice(TypeId),
    /// `[len]T`; a negative length is unknown (an error).
    Array {
        /// Element type.
        elem: TypeId,
        /// Length.
        len: i64,
    },
    /// `map[K]V`
    Map {
        /// Key type.
        key: TypeId,
        /// Element type.
        value: TypeId,
    },
    /// `chan T`
    Chan {
        /// Direction.
        dir: ChanDir,
        /// Element type.
        elem: TypeId,
    },
    /// `struct{...}`
    Struct(Box<[FieldType]>),
    /// Several values, as a call returns them; the empty tuple is no value.
    Tuple(TypeList),
    /// A function type.
    Signature(SignatureType),
    /// An interface.
    Interface(InterfaceType),
    /// A union of constraint terms, only embedded in interfaces.
    Union(Box<[UnionTerm]>),
}

/// Facts about a type's structure, computed once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TypeFlags(u8);

impl TypeFlags {
    /// Mentions a type parameter.
    pub const TYPE_PARAM: Self = Self(1);
    /// Mentions the invalid type.
    pub const INVALID: Self = Self(2);
    /// Mentions an interface with embedded elements, a generic signature, or an array of unknown
    /// length: equal canonical ids still mean identical, but unequal ones do not mean different.
    pub const COMPLEX: Self = Self(4);

    /// Whether all of `other`'s flags are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

struct TypeData {
    kind: TypeKind,
    /// `None`: the type is its own canonical type.
    canonical: Option<TypeId>,
    flags: TypeFlags,
}

impl PartialEq for TypeData {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}
impl Eq for TypeData {}
impl std::hash::Hash for TypeData {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
    }
}
impl std::borrow::Borrow<TypeKind> for TypeData {
    fn borrow(&self) -> &TypeKind {
        &self.kind
    }
}

static TYPES: LazyLock<Interner<TypeData>> = LazyLock::new(|| {
    let types: Interner<TypeData> = Interner::new();
    for kind in BasicKind::ALL {
        let canonical = (kind.canonical() != kind).then(|| TypeId::basic(kind.canonical()));
        let flags =
            if kind == BasicKind::Invalid { TypeFlags::INVALID } else { TypeFlags::default() };
        types.intern(TypeData { kind: TypeKind::Basic(kind), canonical, flags });
    }
    types
});

/// A type: 4 bytes; equal ids mean equal structure, names of aliases and parameters included.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeId(NonZeroU32);

impl TypeId {
    /// The invalid type.
    pub const INVALID: Self = Self::basic(BasicKind::Invalid);

    /// A basic type.
    #[must_use]
    pub const fn basic(kind: BasicKind) -> Self {
        match NonZeroU32::new(kind as u32 + 1) {
            Some(raw) => Self(raw),
            None => unreachable!(),
        }
    }

    /// The type with this structure.
    #[must_use]
    pub fn new(kind: TypeKind) -> Self {
        if let TypeKind::Basic(basic) = kind {
            return Self::basic(basic);
        }
        let id = types().find(&kind).unwrap_or_else(|| {
            let canonical = canonical_kind(&kind).map(Self::new);
            let flags = flags_of(&kind);
            types().intern(TypeData { kind, canonical, flags })
        });
        Self(NonZeroU32::new(id + 1).expect("more than 2^32 types"))
    }

    /// `*elem`
    #[must_use]
    pub fn pointer(elem: Self) -> Self {
        Self::new(TypeKind::Pointer(elem))
    }

    /// `[]elem`
    #[must_use]
    pub fn slice(elem: Self) -> Self {
        Self::new(TypeKind::Slice(elem))
    }

    /// A tuple of several values, or of none.
    #[must_use]
    pub fn tuple(types: &[Self]) -> Self {
        Self::new(TypeKind::Tuple(TypeList::new(types)))
    }

    /// A defined type.
    #[must_use]
    pub fn named(decl: DeclId, args: TypeList) -> Self {
        Self::new(TypeKind::Named { decl, args })
    }

    /// A type parameter.
    #[must_use]
    pub fn type_param(param: TypeParamId) -> Self {
        Self::new(TypeKind::TypeParam(param))
    }

    /// The interface with no elements.
    #[must_use]
    pub fn empty_interface() -> Self {
        Self::new(TypeKind::Interface(InterfaceType {
            methods: Box::default(),
            embeds: Box::default(),
            implicit: false,
        }))
    }

    /// The structure as written; may be an alias.
    #[inline]
    #[must_use]
    pub fn kind(self) -> &'static TypeKind {
        &types().get(self.0.get() - 1).kind
    }

    /// The canonical type: the same type without alias names, parameter names, `byte`, `rune`.
    #[inline]
    #[must_use]
    pub fn canonical(self) -> Self {
        types().get(self.0.get() - 1).canonical.unwrap_or(self)
    }

    /// What the type's structure mentions.
    #[inline]
    #[must_use]
    pub fn flags(self) -> TypeFlags {
        types().get(self.0.get() - 1).flags
    }

    /// The type with aliases at its top resolved; inner names are kept.
    #[inline]
    #[must_use]
    pub fn unalias(self) -> Self {
        let mut ty = self;
        while let TypeKind::Alias { actual, .. } = ty.kind() {
            ty = *actual;
        }
        ty
    }

    /// Whether this is the invalid type, or mentions it.
    #[must_use]
    pub fn has_invalid(self) -> bool {
        self.flags().contains(TypeFlags::INVALID)
    }

    /// Whether the type mentions a type parameter.
    #[must_use]
    pub fn has_type_param(self) -> bool {
        self.flags().contains(TypeFlags::TYPE_PARAM)
    }

    /// The kind of a basic type (through aliases, not through definitions).
    #[must_use]
    pub fn as_basic(self) -> Option<BasicKind> {
        match self.unalias().kind() {
            TypeKind::Basic(kind) => Some(*kind),
            _ => None,
        }
    }

    /// Whether the type is untyped.
    #[must_use]
    pub fn is_untyped(self) -> bool {
        self.as_basic().is_some_and(BasicKind::is_untyped)
    }

    /// The id as a number, for compact tables; equality only.
    #[must_use]
    pub fn to_raw(self) -> u32 {
        self.0.get()
    }

    /// The inverse of [`TypeId::to_raw`] for numbers that came from it.
    #[must_use]
    pub fn from_raw(raw: u32) -> Self {
        Self(NonZeroU32::new(raw).unwrap_or(NonZeroU32::MIN))
    }
}

impl fmt::Debug for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

fn types() -> &'static Interner<TypeData> {
    &TYPES
}

/// The structure with every part canonical, or `None` when it is so already.
fn canonical_kind(kind: &TypeKind) -> Option<TypeKind> {
    let changed = |ty: &TypeId| ty.canonical() != *ty;
    let list = |list: TypeList| {
        let types: Vec<TypeId> = list.iter().map(|ty| ty.canonical()).collect();
        TypeList::new(&types)
    };
    let params = |params: &[Param]| -> Box<[Param]> {
        params.iter().map(|p| Param { name: None, ty: p.ty.canonical() }).collect()
    };
    match kind {
        TypeKind::Basic(_) | TypeKind::TypeParam(_) => None,
        TypeKind::Alias { actual, .. } => Some(actual.canonical().kind().clone()),
        TypeKind::Named { decl, args } => {
            args.iter().any(changed).then(|| TypeKind::Named { decl: *decl, args: list(*args) })
        }
        TypeKind::Pointer(elem) => changed(elem).then(|| TypeKind::Pointer(elem.canonical())),
        TypeKind::Slice(elem) => changed(elem).then(|| TypeKind::Slice(elem.canonical())),
        TypeKind::Array { elem, len } => {
            changed(elem).then(|| TypeKind::Array { elem: elem.canonical(), len: *len })
        }
        TypeKind::Map { key, value } => (changed(key) || changed(value))
            .then(|| TypeKind::Map { key: key.canonical(), value: value.canonical() }),
        TypeKind::Chan { dir, elem } => {
            changed(elem).then(|| TypeKind::Chan { dir: *dir, elem: elem.canonical() })
        }
        TypeKind::Struct(fields) => fields.iter().any(|f| changed(&f.ty)).then(|| {
            TypeKind::Struct(
                fields.iter().map(|f| FieldType { ty: f.ty.canonical(), ..*f }).collect(),
            )
        }),
        TypeKind::Tuple(types) => types.iter().any(changed).then(|| TypeKind::Tuple(list(*types))),
        TypeKind::Signature(signature) => {
            let has_names = |p: &Param| p.name.is_some() || changed(&p.ty);
            (signature.params.iter().any(has_names) || signature.results.iter().any(has_names))
                .then(|| {
                    TypeKind::Signature(SignatureType {
                        type_params: signature.type_params.clone(),
                        params: params(&signature.params),
                        results: params(&signature.results),
                        variadic: signature.variadic,
                    })
                })
        }
        TypeKind::Interface(interface) => (interface.implicit
            || interface.methods.iter().any(|m| changed(&m.signature))
            || interface.embeds.iter().any(changed))
        .then(|| {
            TypeKind::Interface(InterfaceType {
                methods: interface
                    .methods
                    .iter()
                    .map(|m| InterfaceMethod { signature: m.signature.canonical(), ..*m })
                    .collect(),
                embeds: interface.embeds.iter().map(|ty| ty.canonical()).collect(),
                implicit: false,
            })
        }),
        TypeKind::Union(terms) => terms.iter().any(|t| changed(&t.ty)).then(|| {
            TypeKind::Union(
                terms.iter().map(|t| UnionTerm { ty: t.ty.canonical(), ..*t }).collect(),
            )
        }),
    }
}

fn flags_of(kind: &TypeKind) -> TypeFlags {
    let none = TypeFlags::default();
    let of = |types: &mut dyn Iterator<Item = TypeId>| {
        types.fold(none, |flags, ty| flags.union(ty.flags()))
    };
    match kind {
        TypeKind::Basic(_) => none,
        TypeKind::TypeParam(_) => TypeFlags::TYPE_PARAM,
        TypeKind::Named { args, .. } => of(&mut args.iter().copied()),
        TypeKind::Alias { args, actual, .. } => {
            of(&mut args.iter().copied().chain(std::iter::once(*actual)))
        }
        // An unknown length is identical to any.
        TypeKind::Array { elem, len } if *len < 0 => elem.flags().union(TypeFlags::COMPLEX),
        TypeKind::Pointer(elem)
        | TypeKind::Slice(elem)
        | TypeKind::Array { elem, .. }
        | TypeKind::Chan { elem, .. } => elem.flags(),
        TypeKind::Map { key, value } => key.flags().union(value.flags()),
        TypeKind::Struct(fields) => of(&mut fields.iter().map(|f| f.ty)),
        TypeKind::Tuple(types) => of(&mut types.iter().copied()),
        TypeKind::Signature(signature) => {
            let flags = of(&mut signature.params.iter().chain(&*signature.results).map(|p| p.ty));
            if signature.type_params.is_empty() { flags } else { flags.union(TypeFlags::COMPLEX) }
        }
        TypeKind::Interface(interface) => {
            let flags = of(&mut interface
                .methods
                .iter()
                .map(|m| m.signature)
                .chain(interface.embeds.iter().copied()));
            if interface.embeds.is_empty() { flags } else { flags.union(TypeFlags::COMPLEX) }
        }
        TypeKind::Union(terms) => of(&mut terms.iter().map(|t| t.ty)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_structure_is_one_id_and_names_are_not_identity() {
        let bytes = TypeId::slice(TypeId::basic(BasicKind::Byte));
        let uint8s = TypeId::slice(TypeId::basic(BasicKind::Uint8));
        assert_ne!(bytes, uint8s);
        assert_eq!(bytes.canonical(), uint8s);
        let signature = |name: Option<&str>| {
            TypeId::new(TypeKind::Signature(SignatureType {
                type_params: Box::default(),
                params: Box::new([Param { name: name.map(Name::new), ty: bytes }]),
                results: Box::default(),
                variadic: false,
            }))
        };
        assert_ne!(signature(Some("x")), signature(None));
        assert_eq!(signature(Some("x")).canonical(), signature(Some("y")).canonical());
        assert_eq!(signature(Some("x")), signature(Some("x")));
    }

    #[test]
    fn ids_are_small() {
        assert_eq!(size_of::<Option<TypeId>>(), 4);
        assert_eq!(size_of::<TypeList>(), 4);
        assert_eq!(TypeList::new(&[]), TypeList::EMPTY);
    }
}
