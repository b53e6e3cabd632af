//! Which types implement an interface or satisfy a constraint, and if not, why not.

use crate::identical::identical;
use crate::ids::PackageId;
use crate::lookup::{
    Found, LookupResult, has_invalid_embedded_field, is_interface_pointer, lookup_field_or_method,
    lookup_ignoring_case, points_to_type_param,
};
use crate::predicates::{comparable, strictly_comparable, type_set_is_comparable};
use crate::print::{Printer, path_qualifier};
use crate::resolver::Resolver;
use crate::ty::{InterfaceMethod, TypeId, TypeKind, UnionTerm};
use crate::underlying::{
    find_interface_method, interface_methods, is_interface, term_includes, type_set, underlying,
};
use gossa_base::Name;

/// In what way a type lacks a method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MissingKind {
    /// There is none.
    NotFound,
    /// There is one whose name differs in letter case.
    WrongName(Name, TypeId),
    /// There is one of the same name in another package.
    Unexported,
    /// There is one with another signature.
    WrongSignature(TypeId),
    /// There are several at the same depth.
    Ambiguous,
    /// Its receiver is a pointer.
    PointerReceiver,
    /// There is a field of that name.
    Field,
}

/// A method of an interface that a type lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingMethod {
    /// The type.
    pub ty: TypeId,
    /// The interface.
    pub interface: TypeId,
    /// The method.
    pub method: InterfaceMethod,
    /// In what way.
    pub kind: MissingKind,
}

impl MissingMethod {
    /// Whether the method exists, but with the wrong type.
    #[must_use]
    pub fn is_wrong_type(&self) -> bool {
        matches!(self.kind, MissingKind::WrongSignature(_) | MissingKind::PointerReceiver)
    }

    /// What the compiler says, in parentheses.
    #[must_use]
    pub fn message(&self, r: &dyn Resolver, printer: &Printer<'_>) -> String {
        let name = self.method.name;
        let want = (name, self.method.signature);
        match &self.kind {
            MissingKind::NotFound => {
                let pointer =
                    [self.ty, self.interface].into_iter().find(|&ty| is_interface_pointer(r, ty));
                match pointer {
                    Some(ty) => format!("({})", pointer_message(r, ty, printer)),
                    None => format!("(missing method {name})"),
                }
            }
            MissingKind::WrongName(have, signature) => {
                let (have, want) = printer.print_methods((*have, *signature), want);
                format!("(missing method {name})\n\t\thave {have}\n\t\twant {want}")
            }
            MissingKind::Unexported => format!("(unexported method {name})"),
            MissingKind::WrongSignature(signature) => {
                let (have, want) = printer.print_methods((name, *signature), want);
                if have == want {
                    return format!("(wrong type for method {name})");
                }
                format!("(wrong type for method {name})\n\t\thave {have}\n\t\twant {want}")
            }
            MissingKind::Ambiguous => {
                format!("(ambiguous selector {}.{name})", printer.print(self.ty))
            }
            MissingKind::PointerReceiver => format!("(method {name} has pointer receiver)"),
            MissingKind::Field => {
                format!("({}.{name} is a field, not a method)", printer.print(self.ty))
            }
        }
    }
}

/// What the compiler says about a pointer to an interface or type parameter.
#[must_use]
pub fn pointer_message(r: &dyn Resolver, ty: TypeId, printer: &Printer<'_>) -> String {
    let ty_text = printer.print(ty);
    if points_to_type_param(underlying(r, ty)) {
        format!("type {ty_text} is pointer to type parameter, not type parameter")
    } else {
        format!("type {ty_text} is pointer to interface, not interface")
    }
}

/// Interfaces with so many methods are remembered with the types that have them: a file may
/// assign such a type a thousand times.
const WIDE_INTERFACE: usize = 8;

/// The first method of `interface` that `ty` lacks, in the order of names.
///
/// With `required` unset an interface type `ty` need not have the methods, but those that it has
/// must agree (for type assertions). `equivalent` compares the signatures found and wanted.
pub fn missing_method_with(
    r: &dyn Resolver,
    ty: TypeId,
    interface: TypeId,
    required: bool,
    equivalent: &mut dyn FnMut(TypeId, TypeId) -> bool,
) -> Option<MissingMethod> {
    let methods = interface_methods(r, interface);
    let missing = |method: &InterfaceMethod, kind: MissingKind| {
        Some(MissingMethod { ty, interface, method: *method, kind })
    };
    if methods.is_empty() {
        return None;
    }
    if is_interface(r, ty) {
        let own = interface_methods(r, ty);
        for method in methods.iter() {
            let package = method.package.unwrap_or_else(PackageId::universe);
            match find_interface_method(&own, method.name, package) {
                None if required => return missing(method, MissingKind::NotFound),
                None => {}
                Some(found) if !equivalent(found.signature, method.signature) => {
                    return missing(method, MissingKind::WrongSignature(found.signature));
                }
                Some(_) => {}
            }
        }
        return None;
    }
    for method in methods.iter() {
        let package = method.package.unwrap_or_else(PackageId::universe);
        let found = match lookup_field_or_method(r, ty, false, package, method.name) {
            LookupResult::Found(found) => found,
            LookupResult::Ambiguous(_) => return missing(method, MissingKind::Ambiguous),
            LookupResult::NeedsPointerReceiver(_) => {
                return missing(method, MissingKind::PointerReceiver);
            }
            LookupResult::NotFound => {
                let similar = lookup_ignoring_case(r, ty, false, package, method.name);
                return missing(method, similar_kind(similar.found(), method.name));
            }
        };
        if !found.is_method() {
            return missing(method, MissingKind::Field);
        }
        if !equivalent(found.ty, method.signature) {
            return missing(method, MissingKind::WrongSignature(found.ty));
        }
    }
    None
}

fn similar_kind(similar: Option<Found>, wanted: Name) -> MissingKind {
    use crate::info::Selected;
    let Some(found) = similar else { return MissingKind::NotFound };
    let name = match found.selected {
        Selected::Field { .. } => return MissingKind::NotFound,
        Selected::Method { decl } => decl.name(),
        Selected::InterfaceMethod { name } => name,
    };
    if name == wanted { MissingKind::Unexported } else { MissingKind::WrongName(name, found.ty) }
}

/// The first method of `interface` that `ty` lacks.
#[must_use]
pub fn missing_method(
    r: &dyn Resolver,
    ty: TypeId,
    interface: TypeId,
    required: bool,
) -> Option<MissingMethod> {
    let wide = required && interface_methods(r, interface).len() >= WIDE_INTERFACE;
    let known = &r.cache().implementations;
    if wide && known.borrow().contains(&(ty, interface)) {
        return None;
    }
    let missing = missing_method_with(r, ty, interface, required, &mut |a, b| identical(r, a, b));
    if wide && missing.is_none() {
        known.borrow_mut().insert((ty, interface));
    }
    missing
}

/// Like [`missing_method_with`], but nothing is missing where an error hides what there is.
pub fn lacks_method_with(
    r: &dyn Resolver,
    ty: TypeId,
    interface: TypeId,
    required: bool,
    equivalent: &mut dyn FnMut(TypeId, TypeId) -> bool,
) -> Option<MissingMethod> {
    if underlying(r, ty) == TypeId::INVALID {
        return None;
    }
    missing_method_with(r, ty, interface, required, equivalent)
        .filter(|_| !has_invalid_embedded_field(r, ty))
}

/// Like [`missing_method`], but nothing is missing where an error hides what there is.
fn lacks_method(
    r: &dyn Resolver,
    ty: TypeId,
    interface: TypeId,
    required: bool,
) -> Option<MissingMethod> {
    if underlying(r, ty) == TypeId::INVALID {
        return None;
    }
    missing_method(r, ty, interface, required).filter(|_| !has_invalid_embedded_field(r, ty))
}

/// Why a type does not implement an interface, or satisfy a constraint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotImplemented {
    /// The type.
    pub ty: TypeId,
    /// The interface.
    pub interface: TypeId,
    /// Whether it is a constraint.
    pub constraint: bool,
    /// The reason.
    pub reason: Reason,
}

/// The reason in a [`NotImplemented`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// It is no interface.
    NotInterface,
    /// No type is in its type set.
    EmptyTypeSet,
    /// A method is missing.
    Method(MissingMethod),
    /// The type is not comparable.
    NotComparable,
    /// The type set of the interface `ty` is no subset.
    NotSubset,
    /// The type is not of the type set; this term would have it if it had a `~`.
    MissingTilde(TypeId),
    /// The type is mentioned, but not of the type set.
    Mentioned,
    /// The type is none of these.
    NotInTerms(Box<[UnionTerm]>),
}

impl NotImplemented {
    /// What the compiler says.
    #[must_use]
    pub fn message(&self, r: &dyn Resolver, printer: &Printer<'_>) -> String {
        let verb = if self.constraint { "satisfy" } else { "implement" };
        let ty = printer.print(self.ty);
        let interface = printer.print(self.interface);
        let detail = match &self.reason {
            Reason::EmptyTypeSet => return format!("cannot {verb} {interface} (empty type set)"),
            Reason::NotComparable => return format!("{ty} does not {verb} comparable"),
            Reason::NotSubset => return format!("{ty} does not {verb} {interface}"),
            Reason::Method(missing) => {
                let detail = missing.message(r, printer);
                return format!("{ty} does not {verb} {interface} {detail}");
            }
            Reason::NotInterface if is_interface_pointer(r, self.interface) => {
                pointer_message(r, self.interface, printer)
            }
            Reason::NotInterface => format!("{interface} is not an interface"),
            Reason::MissingTilde(term) => {
                format!("possibly missing ~ for {} in {interface}", printer.print(*term))
            }
            Reason::Mentioned => {
                format!("{interface} mentions {ty}, but {ty} is not in the type set of {interface}")
            }
            Reason::NotInTerms(terms) => {
                // The compiler writes these, and only these, with import paths.
                let paths = Printer::new(r, &path_qualifier);
                let terms: Vec<String> = terms
                    .iter()
                    .map(|t| format!("{}{}", if t.tilde { "~" } else { "" }, paths.print(t.ty)))
                    .collect();
                format!("{ty} missing in {}", terms.join(" | "))
            }
        };
        format!("{ty} does not {verb} {interface} ({detail})")
    }
}

/// Whether values of `ty` implement `interface`.
pub fn implements(
    r: &dyn Resolver,
    ty: TypeId,
    interface: TypeId,
) -> Result<(), Box<NotImplemented>> {
    check(r, ty, interface, false).map(|_| ())
}

/// Whether `ty` may be a type argument for a parameter with this constraint; `Ok(Some(20))`
/// says that it may since Go 1.20.
pub fn satisfies(
    r: &dyn Resolver,
    ty: TypeId,
    constraint: TypeId,
) -> Result<Option<u32>, Box<NotImplemented>> {
    check(r, ty, constraint, true)
}

fn check(
    r: &dyn Resolver,
    ty: TypeId,
    interface: TypeId,
    constraint: bool,
) -> Result<Option<u32>, Box<NotImplemented>> {
    let under = underlying(r, ty);
    let wanted = underlying(r, interface);
    if under == TypeId::INVALID || wanted == TypeId::INVALID {
        return Ok(None);
    }
    if let TypeKind::Pointer(base) = under.kind()
        && underlying(r, *base) == TypeId::INVALID
    {
        return Ok(None);
    }
    let fail = |reason| Err(Box::new(NotImplemented { ty, interface, constraint, reason }));
    let TypeKind::Interface(structure) = wanted.kind() else {
        return fail(Reason::NotInterface);
    };
    let missing = |required: bool| lacks_method(r, ty, interface, required);
    let is_interface = matches!(under.kind(), TypeKind::Interface(_));
    if structure.embeds.is_empty() && !is_interface {
        // The usual case: methods are all that is asked for.
        return match missing(true) {
            None => Ok(None),
            Some(missing) => fail(Reason::Method(missing)),
        };
    }
    let wanted_set = type_set(r, wanted);
    if wanted_set.is_all() {
        return Ok(None);
    }
    let own_set = is_interface.then(|| type_set(r, under));
    if own_set.as_ref().is_some_and(|set| set.is_empty()) {
        return Ok(None);
    }
    if wanted_set.is_empty() {
        return fail(Reason::EmptyTypeSet);
    }
    if let Some(missing) = missing(true) {
        return fail(Reason::Method(missing));
    }
    if wanted_set.has_terms() {
        if let Some(own_set) = own_set {
            if !own_set.terms.subset_of(r, &wanted_set.terms) {
                return fail(Reason::NotSubset);
            }
        } else if !wanted_set.terms.includes(r, ty) {
            let terms = wanted_set.terms.specific();
            return fail(not_in_terms(r, ty, wanted, terms));
        }
    }
    if !type_set_is_comparable(r, &wanted_set) || strictly_comparable(r, ty) {
        return Ok(None);
    }
    if constraint && comparable(r, ty) {
        return Ok(Some(20));
    }
    fail(Reason::NotComparable)
}

fn not_in_terms(r: &dyn Resolver, ty: TypeId, interface: TypeId, terms: &[UnionTerm]) -> Reason {
    let almost = terms.iter().find(|term| {
        !term.tilde
            && identical(r, term.ty, underlying(r, term.ty))
            && term_includes(r, UnionTerm { tilde: true, ..**term }, ty)
    });
    match almost {
        Some(term) => Reason::MissingTilde(term.ty),
        None if mentions(r, interface, ty) => Reason::Mentioned,
        None => Reason::NotInTerms(terms.into()),
    }
}

/// Whether a constraint's elements mention a type, in its type set or not.
fn mentions(r: &dyn Resolver, element: TypeId, ty: TypeId) -> bool {
    match element.kind() {
        TypeKind::Interface(interface) => {
            interface.embeds.iter().any(|&embed| mentions(r, embed, ty))
        }
        TypeKind::Union(terms) => terms.iter().any(|term| mentions(r, term.ty, ty)),
        _ => identical(r, element, ty),
    }
}

/// Whether a value of the interface type `interface` can be asserted to have type `ty`.
pub fn assertable(
    r: &dyn Resolver,
    interface: TypeId,
    ty: TypeId,
) -> Result<(), Box<MissingMethod>> {
    if is_interface(r, ty) {
        return Ok(());
    }
    match lacks_method_with(r, ty, interface, false, &mut |a, b| identical(r, a, b)) {
        None => Ok(()),
        Some(missing) => Err(Box::new(missing)),
    }
}
