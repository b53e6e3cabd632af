//! Assignability and convertibility (Go spec, "Assignability", "Conversions").

use crate::cgo::is_opaque;
use crate::constant::Value;
use crate::identical::{identical, identical_ignore_tags};
use crate::implements::{NotImplemented, implements};
use crate::lookup::is_interface_pointer;
use crate::predicates::{
    implicit_type, is_bytes_or_runes, is_complex, is_integer, is_integer_or_float, is_kind,
    is_string,
};
use crate::print::Printer;
use crate::resolver::Resolver;
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::{has_name, has_wrong_length, is_type_param, specific_terms, underlying};
use gossa_syntax::ChanDir;

/// Why a value cannot be assigned or converted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The types do not fit; there is no more to say.
    Mismatch,
    /// An interface is not implemented.
    Implements(Box<NotImplemented>),
    /// The other way round it would do: a type assertion is missing.
    NeedTypeAssertion,
    /// A type of a type parameter's type set does not do.
    Term {
        /// `assign` or `convert`.
        convert: bool,
        /// From this type, ...
        from: TypeId,
        /// ... of this type parameter's type set, ...
        from_param: Option<TypeId>,
        /// ... to this one, ...
        to: TypeId,
        /// ... of this type parameter's type set.
        to_param: Option<TypeId>,
        /// Why not.
        inner: Box<Cause>,
    },
}

impl Cause {
    /// What the compiler says; empty when nothing.
    #[must_use]
    pub fn message(&self, r: &dyn Resolver, printer: &Printer<'_>) -> String {
        match self {
            Self::Mismatch => String::new(),
            Self::Implements(cause) => cause.message(r, printer),
            Self::NeedTypeAssertion => "need type assertion".to_owned(),
            Self::Term { convert, from, from_param, to, to_param, inner } => {
                let of = |param: &Option<TypeId>| {
                    param.map_or(String::new(), |ty| format!(" (in {})", printer.print(ty)))
                };
                let mut text = format!(
                    "cannot {} {}{} to {}{}{}",
                    if *convert { "convert" } else { "assign" },
                    printer.print(*from),
                    of(from_param),
                    if *convert { "type " } else { "" },
                    printer.print(*to),
                    of(to_param),
                );
                let inner = inner.message(r, printer);
                if !inner.is_empty() {
                    text.push_str("\n\t");
                    text.push_str(&inner);
                }
                text
            }
        }
    }
}

/// Whether a value of type `from` can be assigned to a variable of type `to`; `value` is its
/// value where it is a constant, and untyped nil is the type of `nil`.
pub fn assignable(
    r: &dyn Resolver,
    from: TypeId,
    value: Option<&Value>,
    to: TypeId,
) -> Result<(), Cause> {
    if from == to || identical(r, from, to) {
        return Ok(());
    }
    let from_under = underlying(r, from);
    let to_under = underlying(r, to);
    // What an error hides fits; an instance with too few or too many type arguments is reported,
    // but it is a type that no other is.
    let hidden = |ty, under| under == TypeId::INVALID && !has_wrong_length(r, ty);
    if hidden(from, from_under) || hidden(to, to_under) {
        return Ok(());
    }
    let (from_param, to_param) = (is_type_param(from), is_type_param(to));
    let ok_or_mismatch = |ok: bool| if ok { Ok(()) } else { Err(Cause::Mismatch) };

    if from.is_untyped() {
        if !to_param {
            return ok_or_mismatch(implicit_type(r, from, value, to).is_some());
        }
        let terms = specific_terms(r, to);
        let fits = |ty| implicit_type(r, from, value, ty).is_some();
        return ok_or_mismatch(!terms.is_empty() && terms.iter().all(|term| fits(term.ty)));
    }

    if !from_param
        && !to_param
        && (!has_name(from) || !has_name(to))
        && identical(r, from_under, to_under)
    {
        return Ok(());
    }

    if matches!(to_under.kind(), TypeKind::Interface(_)) && !to_param || is_interface_pointer(r, to)
    {
        match implements(r, from, to) {
            Ok(()) => return Ok(()),
            Err(cause) if !from_param => return Err(Cause::Implements(cause)),
            Err(_) => {}
        }
    }

    if matches!(from_under.kind(), TypeKind::Interface(_))
        && !from_param
        && implements(r, to, from).is_ok()
    {
        return Err(Cause::NeedTypeAssertion);
    }

    if let (TypeKind::Chan { dir: ChanDir::Both, elem: x }, TypeKind::Chan { elem: y, .. }) =
        (from_under.kind(), to_under.kind())
        && identical(r, *x, *y)
    {
        return ok_or_mismatch(!has_name(from) || !has_name(to));
    }

    if to_param && !has_name(from) {
        return for_terms(r, to, |ty| {
            assignable(r, from, value, ty).map_err(|inner| Cause::Term {
                convert: false,
                from,
                from_param: None,
                to: ty,
                to_param: Some(to),
                inner: Box::new(inner),
            })
        });
    }
    if from_param && !has_name(to) {
        return for_terms(r, from, |ty| {
            assignable(r, ty, value, to).map_err(|inner| Cause::Term {
                convert: false,
                from: ty,
                from_param: Some(from),
                to,
                to_param: None,
                inner: Box::new(inner),
            })
        });
    }
    ok_or_mismatch(may_agree(r, from_under, to_under, 0))
}

/// Whether two types may be identical, as what they differ in is a type of C that is not known:
/// it may be another name for whatever the other type has there.
fn may_agree(r: &dyn Resolver, x: TypeId, y: TypeId, depth: u32) -> bool {
    let (a, b) = match (x.unalias().kind(), y.unalias().kind()) {
        (TypeKind::Pointer(a), TypeKind::Pointer(b)) | (TypeKind::Slice(a), TypeKind::Slice(b)) => {
            (*a, *b)
        }
        (TypeKind::Array { elem: a, len: n }, TypeKind::Array { elem: b, len: m }) if n == m => {
            (*a, *b)
        }
        _ => return false,
    };
    is_opaque(r, a) || is_opaque(r, b) || depth < 20 && may_agree(r, a, b, depth + 1)
}

fn for_terms<T: Default>(
    r: &dyn Resolver,
    param: TypeId,
    mut test: impl FnMut(TypeId) -> Result<T, Cause>,
) -> Result<T, Cause> {
    let terms = specific_terms(r, param);
    let mut last = Err(Cause::Mismatch);
    for term in &terms {
        last = Ok(test(term.ty)?);
    }
    last
}

/// The minor Go version (1.N) that a conversion needs, where it is not as old as the language.
pub type MinimumVersion = Option<u32>;

/// Whether a non-constant value of type `from` can be converted to `to`. For constants, ask
/// [`represent`](crate::predicates::represent) first; `value` is only looked at for untyped ones.
pub fn convertible(
    r: &dyn Resolver,
    from: TypeId,
    value: Option<&Value>,
    to: TypeId,
) -> Result<MinimumVersion, Cause> {
    let cause = match assignable(r, from, value, to) {
        Ok(()) => return Ok(None),
        Err(cause) => cause,
    };
    let (from_param, to_param) = (is_type_param(from), is_type_param(to));
    let from_under = underlying(r, from);
    let to_under = underlying(r, to);
    if !from_param && !to_param {
        if identical_ignore_tags(r, from_under, to_under) {
            return Ok(None);
        }
        if let (TypeKind::Pointer(x), TypeKind::Pointer(y)) =
            (from.unalias().kind(), to.unalias().kind())
            && !is_type_param(*x)
            && !is_type_param(*y)
            && identical_ignore_tags(r, underlying(r, *x), underlying(r, *y))
        {
            return Ok(None);
        }
        if basic_conversion(r, from_under, to_under) {
            return Ok(None);
        }
        return slice_conversion(r, from_under, to_under).ok_or(cause);
    }
    let term = |from: TypeId, from_param, to: TypeId, to_param| {
        convertible(r, from, value, to).map_err(|inner| Cause::Term {
            convert: true,
            from,
            from_param,
            to,
            to_param,
            inner: Box::new(inner),
        })
    };
    let newest = |a: MinimumVersion, b: MinimumVersion| a.max(b);
    let mut needs = None;
    let result = match (from_param, to_param) {
        (true, true) => for_terms(r, from, |x| {
            for_terms(r, to, |y| {
                needs = newest(needs, term(x, Some(from), y, Some(to))?);
                Ok(())
            })
        }),
        (true, false) => for_terms(r, from, |x| {
            needs = newest(needs, term(x, Some(from), to, None)?);
            Ok(())
        }),
        _ => for_terms(r, to, |y| {
            needs = newest(needs, term(from, None, y, Some(to))?);
            Ok(())
        }),
    };
    match result {
        Ok(()) => Ok(needs),
        Err(Cause::Mismatch) => Err(cause),
        Err(other) => Err(other),
    }
}

/// Conversions between numbers, strings, and unsafe pointers, on underlying types.
fn basic_conversion(r: &dyn Resolver, from: TypeId, to: TypeId) -> bool {
    let is_pointer_or_uintptr = |ty: TypeId| {
        matches!(ty.kind(), TypeKind::Pointer(_))
            || is_kind(r, ty, |kind| kind == BasicKind::Uintptr)
    };
    let is_unsafe = |ty| is_kind(r, ty, |kind| kind == BasicKind::UnsafePointer);
    is_integer_or_float(r, from) && is_integer_or_float(r, to)
        || is_complex(r, from) && is_complex(r, to)
        || (is_integer(r, from) || is_bytes_or_runes(r, from)) && is_string(r, to)
        || is_string(r, from) && is_bytes_or_runes(r, to)
        || is_pointer_or_uintptr(from) && is_unsafe(to)
        || is_unsafe(from) && is_pointer_or_uintptr(to)
}

/// Slices to arrays and to pointers to arrays, on underlying types.
fn slice_conversion(r: &dyn Resolver, from: TypeId, to: TypeId) -> Option<MinimumVersion> {
    let TypeKind::Slice(elem) = from.kind() else { return None };
    match to.kind() {
        TypeKind::Array { elem: to_elem, .. } if identical(r, *elem, *to_elem) => Some(Some(20)),
        TypeKind::Pointer(base) => match underlying(r, *base).kind() {
            TypeKind::Array { elem: to_elem, .. } if identical(r, *elem, *to_elem) => {
                Some(Some(17))
            }
            _ => None,
        },
        _ => None,
    }
}
