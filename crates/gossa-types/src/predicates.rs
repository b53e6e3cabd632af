//! Predicates on types: kinds, comparability, nil, defaults of untyped types.
//!
//! `is_...` asks about the underlying type and says no for type parameters; `all_...` asks about
//! every type in a type parameter's type set.

use crate::constant::{Representation, Value};
use crate::resolver::Resolver;
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::{
    Terms, TypeSet, all_types, is_type_param, type_set, under_is, underlying, underlying_basic,
};
use gossa_base::FxHashSet;

/// Whether the underlying type is basic and its kind passes `test`.
#[inline]
pub fn is_kind(r: &dyn Resolver, ty: TypeId, test: impl Fn(BasicKind) -> bool) -> bool {
    underlying_basic(r, ty).is_some_and(test)
}

/// Like [`is_kind`] for all types in the type set of a type parameter; no for one without
/// specific types.
#[inline]
pub fn all_kind(r: &dyn Resolver, ty: TypeId, test: impl Fn(BasicKind) -> bool) -> bool {
    if !is_type_param(ty) {
        return is_kind(r, ty, test);
    }
    under_is(r, ty, &mut |under| under.and_then(TypeId::as_basic).is_some_and(&test))
}

macro_rules! kind_predicates {
    ($($(#[$doc:meta])* $name:ident = $test:expr;)*) => {
        $($(#[$doc])* #[must_use]
        pub fn $name(r: &dyn Resolver, ty: TypeId) -> bool {
            is_kind(r, ty, $test)
        })*
    };
}

macro_rules! all_predicates {
    ($($(#[$doc:meta])* $name:ident = $test:expr;)*) => {
        $($(#[$doc])* #[must_use]
        pub fn $name(r: &dyn Resolver, ty: TypeId) -> bool {
            all_kind(r, ty, $test)
        })*
    };
}

kind_predicates! {
    /// Whether the type is boolean.
    is_boolean = BasicKind::is_boolean;
    /// Whether the type is an integer type.
    is_integer = BasicKind::is_integer;
    /// Whether the type is an unsigned integer type.
    is_unsigned = BasicKind::is_unsigned;
    /// Whether the type is a floating-point type.
    is_float = BasicKind::is_float;
    /// Whether the type is a complex type.
    is_complex = BasicKind::is_complex;
    /// Whether the type is numeric.
    is_numeric = BasicKind::is_numeric;
    /// Whether the type is a string type.
    is_string = BasicKind::is_string;
    /// Whether the type is an integer or floating-point type.
    is_integer_or_float = |kind| kind.is_integer() || kind.is_float();
    /// Whether the type can be that of a constant.
    is_constant_type = BasicKind::is_constant_type;
}

all_predicates! {
    /// Whether all types of the type set are boolean.
    all_boolean = BasicKind::is_boolean;
    /// Whether all types of the type set are integer types.
    all_integer = BasicKind::is_integer;
    /// Whether all types of the type set are unsigned integer types.
    all_unsigned = BasicKind::is_unsigned;
    /// Whether all types of the type set are floating-point types.
    all_float = BasicKind::is_float;
    /// Whether all types of the type set are complex types.
    all_complex = BasicKind::is_complex;
    /// Whether all types of the type set are numeric.
    all_numeric = BasicKind::is_numeric;
    /// Whether all types of the type set are string types.
    all_string = BasicKind::is_string;
    /// Whether all types of the type set are ordered by `<`.
    all_ordered = BasicKind::is_ordered;
    /// Whether all types of the type set can be added by `+`.
    all_numeric_or_string = |kind| kind.is_numeric() || kind.is_string();
    /// Whether all types of the type set are booleans, numbers or strings.
    all_basic = BasicKind::is_constant_type;
}

/// Whether the type is untyped and numeric.
#[must_use]
pub fn is_untyped_numeric(ty: TypeId) -> bool {
    ty.as_basic().is_some_and(|kind| kind.is_untyped() && kind.is_numeric())
}

/// Whether the type is a slice of bytes or of runes.
#[must_use]
pub fn is_bytes_or_runes(r: &dyn Resolver, ty: TypeId) -> bool {
    match underlying(r, ty).kind() {
        TypeKind::Slice(elem) => is_kind(r, *elem, |kind| {
            matches!(kind.canonical(), BasicKind::Uint8 | BasicKind::Int32)
        }),
        _ => false,
    }
}

/// Whether the type is generic and not instantiated: it cannot be used without arguments.
#[must_use]
pub fn is_generic(r: &dyn Resolver, ty: TypeId) -> bool {
    match ty.kind() {
        TypeKind::Alias { decl, args, actual } => {
            if args.is_empty() && !r.type_params_of(*decl).is_empty() {
                return true;
            }
            !matches!(actual.kind(), TypeKind::Alias { .. }) && is_generic(r, *actual)
        }
        TypeKind::Named { decl, args } => args.is_empty() && !r.type_params_of(*decl).is_empty(),
        _ => false,
    }
}

/// Whether `nil` is a value of the type (of all types in a type parameter's set).
#[must_use]
pub fn has_nil(r: &dyn Resolver, ty: TypeId) -> bool {
    let nillable = |under: TypeId| match under.kind() {
        TypeKind::Basic(kind) => *kind == BasicKind::UnsafePointer,
        TypeKind::Slice(_)
        | TypeKind::Pointer(_)
        | TypeKind::Signature(_)
        | TypeKind::Map { .. }
        | TypeKind::Chan { .. }
        | TypeKind::Interface(_) => true,
        _ => false,
    };
    under_is(r, ty, &mut |under| under.is_some_and(nillable))
}

/// Why values of a type cannot be compared by `==`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Incomparable {
    /// Slices, maps, functions, nil.
    Kind,
    /// A struct has a field of this type.
    Field(TypeId),
    /// An array type.
    Array(TypeId),
    /// A type parameter or interface whose type set is empty.
    EmptyTypeSet,
    /// A type parameter or interface whose type set has types that cannot be compared.
    IncomparableTypes,
}

impl Incomparable {
    /// What the compiler adds to its message; empty when nothing.
    #[must_use]
    pub fn message(self, print: &dyn Fn(TypeId) -> String) -> String {
        match self {
            Self::Kind => String::new(),
            Self::Field(ty) => format!("struct containing {} cannot be compared", print(ty)),
            Self::Array(ty) => format!("{} cannot be compared", print(ty)),
            Self::EmptyTypeSet => "empty type set".to_owned(),
            Self::IncomparableTypes => "incomparable types in type set".to_owned(),
        }
    }
}

/// Whether values of the type can be compared by `==`; interfaces can, though comparing may
/// panic.
#[must_use]
pub fn comparable(r: &dyn Resolver, ty: TypeId) -> bool {
    why_incomparable(r, ty).is_none()
}

/// Whether values can be compared and comparing never panics.
#[must_use]
pub fn strictly_comparable(r: &dyn Resolver, ty: TypeId) -> bool {
    Comparability::new(r, false).check(ty).is_ok()
}

/// Why values of the type cannot be compared by `==`.
#[must_use]
pub fn why_incomparable(r: &dyn Resolver, ty: TypeId) -> Option<Incomparable> {
    Comparability::new(r, true).check(ty).err()
}

struct Comparability<'r> {
    r: &'r dyn Resolver,
    /// Whether ordinary interfaces count as comparable.
    dynamic: bool,
    depth: u32,
    /// Structs, arrays and interfaces seen, and how: a type that is being looked at is as
    /// comparable as the rest, and one that was not comparable has ended the search.
    seen: FxHashSet<(TypeId, bool)>,
}

/// How many types are looked at: only types that expand without end get there.
const MAX_TYPES: usize = 10_000;
const MAX_DEPTH: u32 = 500;

impl<'r> Comparability<'r> {
    fn new(r: &'r dyn Resolver, dynamic: bool) -> Self {
        Self { r, dynamic, depth: 0, seen: FxHashSet::default() }
    }

    fn check(&mut self, ty: TypeId) -> Result<(), Incomparable> {
        let under = underlying(self.r, ty);
        match under.kind() {
            TypeKind::Basic(BasicKind::UntypedNil) => return Err(Incomparable::Kind),
            TypeKind::Basic(_) | TypeKind::Pointer(_) | TypeKind::Chan { .. } => return Ok(()),
            TypeKind::Struct(_) | TypeKind::Array { .. } | TypeKind::Interface(_) => {}
            _ => return Err(Incomparable::Kind),
        }
        if self.depth > MAX_DEPTH
            || self.seen.len() > MAX_TYPES
            || !self.seen.insert((ty, self.dynamic))
        {
            return Ok(());
        }
        self.depth += 1;
        let result = self.check_parts(ty, under);
        self.depth -= 1;
        result
    }

    fn check_parts(&mut self, ty: TypeId, under: TypeId) -> Result<(), Incomparable> {
        match under.kind() {
            TypeKind::Struct(fields) => fields.iter().try_for_each(|field| {
                self.check(field.ty).map_err(|_| Incomparable::Field(field.ty))
            }),
            TypeKind::Array { elem, .. } => self.check(*elem).map_err(|_| Incomparable::Array(ty)),
            TypeKind::Interface(_) => {
                if self.dynamic && !is_type_param(ty) {
                    return Ok(());
                }
                let set = type_set(self.r, under);
                if self.type_set(&set) {
                    Ok(())
                } else if set.is_empty() {
                    Err(Incomparable::EmptyTypeSet)
                } else {
                    Err(Incomparable::IncomparableTypes)
                }
            }
            _ => Ok(()),
        }
    }

    fn type_set(&mut self, set: &TypeSet) -> bool {
        match &set.terms {
            Terms::All => set.comparable,
            Terms::Only(terms) => {
                let dynamic = std::mem::replace(&mut self.dynamic, false);
                let all = !terms.is_empty() && terms.iter().all(|t| self.check(t.ty).is_ok());
                self.dynamic = dynamic;
                all
            }
        }
    }
}

/// Whether all types of an interface's type set are strictly comparable.
#[must_use]
pub fn type_set_is_comparable(r: &dyn Resolver, set: &TypeSet) -> bool {
    Comparability::new(r, false).type_set(set)
}

/// The type that an untyped value gets when nothing else says: itself for typed ones and for
/// untyped nil.
#[must_use]
pub fn default_type(ty: TypeId) -> TypeId {
    let TypeKind::Basic(kind) = ty.kind() else { return ty };
    TypeId::basic(match kind {
        BasicKind::UntypedBool => BasicKind::Bool,
        BasicKind::UntypedInt => BasicKind::Int,
        BasicKind::UntypedRune => BasicKind::Rune,
        BasicKind::UntypedFloat => BasicKind::Float64,
        BasicKind::UntypedComplex => BasicKind::Complex128,
        BasicKind::UntypedString => BasicKind::String,
        _ => return ty,
    })
}

/// The larger of two untyped types (integer, rune, float, complex); `None` when they do not mix.
#[must_use]
pub fn larger_untyped(a: TypeId, b: TypeId) -> Option<TypeId> {
    if a == b {
        return Some(a);
    }
    if !is_untyped_numeric(a) || !is_untyped_numeric(b) {
        return None;
    }
    let (x, y) = (a.as_basic()?, b.as_basic()?);
    Some(if x > y { a } else { b })
}

/// The set of values that a basic kind stands for.
#[must_use]
pub fn representation(r: &dyn Resolver, kind: BasicKind) -> Option<Representation> {
    let word = u32::from(r.target().word_size) * 8;
    let integer = |bits, signed| Representation::Integer { bits, signed };
    Some(match kind {
        BasicKind::Bool | BasicKind::UntypedBool => Representation::Bool,
        BasicKind::Int => integer(word, true),
        BasicKind::Int8 => integer(8, true),
        BasicKind::Int16 => integer(16, true),
        BasicKind::Int32 | BasicKind::Rune => integer(32, true),
        BasicKind::Int64 => integer(64, true),
        BasicKind::Uint | BasicKind::Uintptr => integer(word, false),
        BasicKind::Uint8 | BasicKind::Byte => integer(8, false),
        BasicKind::Uint16 => integer(16, false),
        BasicKind::Uint32 => integer(32, false),
        BasicKind::Uint64 => integer(64, false),
        BasicKind::Float32 => Representation::Float32,
        BasicKind::Float64 => Representation::Float64,
        BasicKind::Complex64 => Representation::Complex64,
        BasicKind::Complex128 => Representation::Complex128,
        BasicKind::String | BasicKind::UntypedString => Representation::String,
        BasicKind::UntypedInt | BasicKind::UntypedRune => Representation::UntypedInteger,
        BasicKind::UntypedFloat => Representation::UntypedFloat,
        BasicKind::UntypedComplex => Representation::UntypedComplex,
        BasicKind::Invalid | BasicKind::UnsafePointer | BasicKind::UntypedNil => return None,
    })
}

/// A constant as one of a basic type: rounded and of the type's kind. `None` when the type
/// cannot represent it, or is not basic.
#[must_use]
pub fn represent(r: &dyn Resolver, value: &Value, ty: TypeId) -> Option<Value> {
    let kind = underlying_basic(r, ty)?;
    value.represent(representation(r, kind)?)
}

/// Whether the type set of a type parameter is empty; no for other types.
#[must_use]
pub fn has_empty_type_set(r: &dyn Resolver, ty: TypeId) -> bool {
    is_type_param(ty) && type_set(r, ty).is_empty()
}

/// The type that an untyped value gets where `target` is wanted: `target` itself, the default
/// type for an interface, the larger one for an untyped target. `None` when the value cannot
/// become one. `value` is its value if it is a constant.
#[must_use]
pub fn implicit_type(
    r: &dyn Resolver,
    untyped: TypeId,
    value: Option<&Value>,
    target: TypeId,
) -> Option<TypeId> {
    let Some(kind) = untyped.as_basic().filter(|kind| kind.is_untyped()) else {
        return Some(untyped);
    };
    if underlying(r, target) == TypeId::INVALID {
        return Some(untyped);
    }
    if target.is_untyped() {
        return larger_untyped(untyped, target);
    }
    if kind == BasicKind::UntypedNil {
        return has_nil(r, target).then_some(target);
    }
    if is_type_param(target) {
        let fits = all_types(r, target, &mut |pair| {
            pair.is_some_and(|(_, under)| implicit_type(r, untyped, value, under).is_some())
        });
        return fits.then_some(target);
    }
    let under = underlying(r, target);
    match under.kind() {
        TypeKind::Basic(to) => {
            let fits = match value {
                Some(value) => {
                    let range = representation(r, *to);
                    range.is_some_and(|range| value.represent(range).is_some())
                }
                None if kind == BasicKind::UntypedBool => to.is_boolean(),
                None if kind == BasicKind::UntypedString => to.is_string(),
                None => to.is_numeric(),
            };
            fits.then_some(target)
        }
        TypeKind::Interface(_) => type_set(r, under).is_all().then(|| default_type(untyped)),
        _ => None,
    }
}
