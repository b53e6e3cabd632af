//! Underlying types, type sets and what follows from them.
//!
//! The second look at a type: [`TypeId`]s say what was written, this says what it is. Type
//! parameters are seen through the type set of their constraint.

use crate::identical::identical;
use crate::predicates::strictly_comparable;
use crate::resolver::Resolver;
use crate::subst::{bound, substitute};
use crate::ty::{BasicKind, InterfaceMethod, InterfaceType, TypeId, TypeKind, UnionTerm};
use crate::universe::universe;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_syntax::ChanDir;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a resolver remembers of types seen so far; valid for one resolver only.
#[derive(Default)]
pub struct RelationCache {
    underlying: RefCell<FxHashMap<TypeId, TypeId>>,
    type_sets: RefCell<FxHashMap<TypeId, Rc<TypeSet>>>,
    /// Types with wide interfaces that they were found to implement.
    pub(crate) implementations: RefCell<FxHashSet<(TypeId, TypeId)>>,
    /// What can be selected from wide structs.
    pub(crate) selectors: crate::lookup::SelectorCache,
    /// Nesting of type-set computations, and how many there were in the outermost: cyclic
    /// constraints end here.
    depth: Cell<u32>,
    work: Cell<u32>,
}

/// Deepest nesting of interfaces that embed interfaces, and how many are looked at for one;
/// valid programs stay far below.
const MAX_EMBEDDING: u32 = 200;
const MAX_INTERFACES: u32 = 20_000;

/// The underlying type: through aliases, and through defined types and their instances. That of
/// a type parameter is its constraint interface.
#[must_use]
pub fn underlying(r: &dyn Resolver, ty: TypeId) -> TypeId {
    let ty = ty.unalias();
    match ty.kind() {
        TypeKind::Named { decl, args } if args.is_empty() => r.underlying_of(*decl).unalias(),
        TypeKind::Named { decl, args } => {
            if let Some(&known) = r.cache().underlying.borrow().get(&ty) {
                return known;
            }
            let generic = r.underlying_of(*decl).unalias();
            let params = r.type_params_of(*decl);
            if params.len() != args.len() || generic == TypeId::INVALID {
                return TypeId::INVALID;
            }
            let found = substitute(generic, &params, args);
            r.cache().underlying.borrow_mut().insert(ty, found);
            found
        }
        TypeKind::TypeParam(param) => {
            let mut constraint = bound(r, *param).unalias();
            // A constraint that is a type parameter is an error; follow no chain of them.
            if is_type_param(constraint) {
                return TypeId::empty_interface();
            }
            let found = underlying(r, constraint);
            match found.kind() {
                TypeKind::Interface(_) => found,
                TypeKind::Basic(BasicKind::Invalid) => TypeId::empty_interface(),
                _ => {
                    if found == TypeId::INVALID {
                        constraint = found;
                    }
                    TypeId::new(TypeKind::Interface(InterfaceType {
                        methods: Box::default(),
                        embeds: Box::new([constraint]),
                        implicit: true,
                    }))
                }
            }
        }
        _ => ty,
    }
}

/// Whether this is an instance that has not as many type arguments as its type has parameters, an
/// error; its underlying type is invalid.
#[must_use]
pub fn has_wrong_length(r: &dyn Resolver, ty: TypeId) -> bool {
    match ty.unalias().kind() {
        TypeKind::Named { decl, args } => {
            !args.is_empty() && r.type_params_of(*decl).len() != args.len()
        }
        _ => false,
    }
}

/// The kind of a type whose underlying type is basic.
#[must_use]
pub fn underlying_basic(r: &dyn Resolver, ty: TypeId) -> Option<BasicKind> {
    match underlying(r, ty).kind() {
        TypeKind::Basic(kind) => Some(*kind),
        _ => None,
    }
}

/// Whether the type is a type parameter (through aliases).
#[must_use]
pub fn is_type_param(ty: TypeId) -> bool {
    matches!(ty.unalias().kind(), TypeKind::TypeParam(_))
}

/// Whether the type is a defined type, an instance of one included, or `error`.
#[must_use]
pub fn is_named(ty: TypeId) -> bool {
    matches!(ty.unalias().kind(), TypeKind::Named { .. })
}

/// Whether the type has a name: basic types, defined types, type parameters.
#[must_use]
pub fn has_name(ty: TypeId) -> bool {
    matches!(
        ty.unalias().kind(),
        TypeKind::Basic(_) | TypeKind::Named { .. } | TypeKind::TypeParam(_)
    )
}

/// Whether the underlying type is an interface; type parameters included.
#[must_use]
pub fn is_interface(r: &dyn Resolver, ty: TypeId) -> bool {
    matches!(underlying(r, ty).kind(), TypeKind::Interface(_))
}

/// Whether the type is an interface and no type parameter.
#[must_use]
pub fn is_interface_value(r: &dyn Resolver, ty: TypeId) -> bool {
    !is_type_param(ty) && is_interface(r, ty)
}

/// The base type of an unnamed pointer type (through aliases).
#[must_use]
pub fn pointer_base(ty: TypeId) -> Option<TypeId> {
    match ty.unalias().kind() {
        TypeKind::Pointer(base) => Some(*base),
        _ => None,
    }
}

/// Which types a constraint lets in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Terms {
    /// All types.
    All,
    /// The types of these terms; none when empty. No term includes another.
    Only(Box<[UnionTerm]>),
}

impl Terms {
    /// Whether no type is let in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Only(terms) if terms.is_empty())
    }

    /// The specific terms; none where all types are let in, or no type is.
    #[must_use]
    pub fn specific(&self) -> &[UnionTerm] {
        match self {
            Self::All => &[],
            Self::Only(terms) => terms,
        }
    }

    /// Whether a type that is no interface is let in.
    #[must_use]
    pub fn includes(&self, r: &dyn Resolver, ty: TypeId) -> bool {
        match self {
            Self::All => true,
            Self::Only(terms) => terms.iter().any(|term| term_includes(r, *term, ty)),
        }
    }

    /// Whether every type of `self` is one of `other`.
    #[must_use]
    pub fn subset_of(&self, r: &dyn Resolver, other: &Self) -> bool {
        match (self, other) {
            (_, Self::All) => true,
            (Self::All, Self::Only(_)) => false,
            (Self::Only(own), Self::Only(others)) => {
                own.iter().all(|term| others.iter().any(|wide| term_within(r, *term, *wide)))
            }
        }
    }

    /// Whether both let in the same types.
    #[must_use]
    pub fn equal(&self, r: &dyn Resolver, other: &Self) -> bool {
        self.subset_of(r, other) && other.subset_of(r, self)
    }

    fn intersect(&self, r: &dyn Resolver, other: &Self) -> Self {
        match (self, other) {
            (Self::All, terms) | (terms, Self::All) => terms.clone(),
            (Self::Only(own), Self::Only(others)) => {
                let mut met = Vec::new();
                for &a in own {
                    for &b in others {
                        if terms_disjoint(r, a, b) {
                            continue;
                        }
                        // One includes the other: the narrower one is the intersection.
                        add_term(r, &mut met, if a.tilde && !b.tilde { b } else { a });
                    }
                }
                Self::Only(met.into())
            }
        }
    }
}

/// Whether a type that is no interface is of a term.
#[must_use]
pub fn term_includes(r: &dyn Resolver, term: UnionTerm, ty: TypeId) -> bool {
    let ty = if term.tilde { underlying(r, ty) } else { ty };
    identical(r, term.ty, ty)
}

fn term_within(r: &dyn Resolver, term: UnionTerm, wide: UnionTerm) -> bool {
    !terms_disjoint(r, term, wide) && (wide.tilde || !term.tilde)
}

fn terms_disjoint(r: &dyn Resolver, a: UnionTerm, b: UnionTerm) -> bool {
    let x = if b.tilde { underlying(r, a.ty) } else { a.ty };
    let y = if a.tilde { underlying(r, b.ty) } else { b.ty };
    !identical(r, x, y)
}

/// Adds a term to a union in normal form.
fn add_term(r: &dyn Resolver, terms: &mut Vec<UnionTerm>, term: UnionTerm) {
    if terms.iter().any(|&wide| term_within(r, term, wide)) {
        return;
    }
    terms.retain(|&narrow| !term_within(r, narrow, term));
    terms.push(term);
}

/// The type set of an interface.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeSet {
    /// All methods, embedded ones included, sorted by name text, then package path.
    pub methods: Box<[InterfaceMethod]>,
    /// Which types are let in, methods and comparability aside.
    pub terms: Terms,
    /// Whether only comparable types are let in; false where `terms` says so already.
    pub comparable: bool,
}

impl TypeSet {
    /// Whether the set is all types.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.methods.is_empty() && self.terms == Terms::All && !self.comparable
    }

    /// Whether there is no type in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether the interface is an ordinary one, of methods alone.
    #[must_use]
    pub fn is_method_set(&self) -> bool {
        self.terms == Terms::All && !self.comparable
    }

    /// Whether there are specific types.
    #[must_use]
    pub fn has_terms(&self) -> bool {
        !self.terms.specific().is_empty()
    }

    /// The method with this name; `package` is that of the selector, and matters for unexported
    /// names only.
    #[must_use]
    pub fn method(
        &self,
        name: gossa_base::Name,
        package: crate::PackageId,
    ) -> Option<InterfaceMethod> {
        find_interface_method(&self.methods, name, package)
    }
}

/// The method of a list with this name, seen from `package`.
#[must_use]
pub fn find_interface_method(
    methods: &[InterfaceMethod],
    name: gossa_base::Name,
    package: crate::PackageId,
) -> Option<InterfaceMethod> {
    methods
        .iter()
        .find(|m| m.name == name && m.package.is_none_or(|declared| declared == package))
        .copied()
}

/// The type set of an interface type, a type whose underlying type is one, or a type parameter.
/// Any other type has itself in its set.
#[must_use]
pub fn type_set(r: &dyn Resolver, ty: TypeId) -> Rc<TypeSet> {
    let ty = underlying(r, ty);
    if let Some(known) = r.cache().type_sets.borrow().get(&ty) {
        return known.clone();
    }
    let depth = r.cache().depth.get();
    let work = if depth == 0 { 0 } else { r.cache().work.get() + 1 };
    r.cache().work.set(work);
    if depth > MAX_EMBEDDING || work > MAX_INTERFACES {
        return Rc::new(TypeSet { methods: Box::default(), terms: Terms::All, comparable: false });
    }
    r.cache().depth.set(depth + 1);
    let mut complete = true;
    let set = Rc::new(compute_type_set(r, ty, &mut complete));
    r.cache().depth.set(depth);
    // Inside a computation that may have hit the limit, nothing is final.
    let limited = r.cache().work.get() > MAX_INTERFACES || depth > MAX_EMBEDDING / 2;
    if complete && !limited {
        r.cache().type_sets.borrow_mut().insert(ty, set.clone());
    }
    set
}

fn compute_type_set(r: &dyn Resolver, ty: TypeId, complete: &mut bool) -> TypeSet {
    let interface = match ty.kind() {
        TypeKind::Interface(interface) => interface,
        TypeKind::Basic(BasicKind::Invalid) => {
            *complete = false;
            return TypeSet { methods: Box::default(), terms: Terms::All, comparable: false };
        }
        TypeKind::Union(terms) => {
            let terms = union_terms(r, terms, complete);
            return TypeSet { methods: Box::default(), terms, comparable: false };
        }
        _ => {
            let terms = Terms::Only(Box::new([UnionTerm { tilde: false, ty }]));
            return TypeSet { methods: Box::default(), terms, comparable: false };
        }
    };
    if interface.embeds.is_empty() {
        let methods = interface.methods.clone();
        return TypeSet { methods, terms: Terms::All, comparable: false };
    }
    let mut methods: Vec<InterfaceMethod> = interface.methods.to_vec();
    let mut terms = Terms::All;
    let mut comparable = false;
    for &embed in &interface.embeds {
        let embed_terms;
        let mut embed_comparable = false;
        if embed.unalias() == universe().comparable_type {
            embed_comparable = true;
            embed_terms = Terms::All;
        } else {
            let under = underlying(r, embed);
            match under.kind() {
                TypeKind::Interface(_) => {
                    let set = type_set(r, under);
                    embed_comparable = set.comparable;
                    for method in &set.methods {
                        let same = |m: &InterfaceMethod| {
                            m.name == method.name && m.package == method.package
                        };
                        if !methods.iter().any(same) {
                            methods.push(*method);
                        }
                    }
                    embed_terms = set.terms.clone();
                }
                TypeKind::Union(union) => embed_terms = union_terms(r, union, complete),
                TypeKind::Basic(BasicKind::Invalid) => {
                    *complete = false;
                    continue;
                }
                _ => {
                    embed_terms = Terms::Only(Box::new([UnionTerm { tilde: false, ty: embed }]));
                }
            }
        }
        terms = terms.intersect(r, &embed_terms);
        comparable |= embed_comparable;
        if let (true, Terms::Only(list)) = (comparable, &terms) {
            let kept = list.iter().filter(|t| strictly_comparable(r, t.ty)).copied().collect();
            terms = Terms::Only(kept);
            comparable = false;
        }
    }
    methods.sort_by(|a, b| {
        let path = |m: &InterfaceMethod| m.package.map_or("", crate::PackageId::as_str);
        a.name.as_str().cmp(b.name.as_str()).then_with(|| path(a).cmp(path(b)))
    });
    TypeSet { methods: methods.into(), terms, comparable }
}

fn union_terms(r: &dyn Resolver, union: &[UnionTerm], complete: &mut bool) -> Terms {
    let mut all = Vec::new();
    for &term in union {
        let under = underlying(r, term.ty);
        match under.kind() {
            TypeKind::Interface(_) => match &type_set(r, under).terms {
                Terms::All => return Terms::All,
                Terms::Only(terms) => {
                    terms.iter().for_each(|&t| add_term(r, &mut all, t));
                }
            },
            TypeKind::Basic(BasicKind::Invalid) => *complete = false,
            // No type has ~T's T as underlying type when T is not its own: no type is let in.
            _ if term.tilde && !identical(r, term.ty, under) => {}
            _ => add_term(r, &mut all, term),
        }
    }
    Terms::Only(all.into())
}

/// Methods of an interface type without a copy where it embeds nothing.
pub enum InterfaceMethods {
    /// The declared methods are all.
    Declared(&'static [InterfaceMethod]),
    /// From the type set.
    Computed(Rc<TypeSet>),
}

impl std::ops::Deref for InterfaceMethods {
    type Target = [InterfaceMethod];
    fn deref(&self) -> &[InterfaceMethod] {
        match self {
            Self::Declared(methods) => methods,
            Self::Computed(set) => &set.methods,
        }
    }
}

/// All methods of a type whose underlying type is an interface, sorted by name text (a type
/// parameter's are those of its constraint); none for other types.
#[must_use]
pub fn interface_methods(r: &dyn Resolver, ty: TypeId) -> InterfaceMethods {
    let under = underlying(r, ty);
    match under.kind() {
        TypeKind::Interface(interface) if interface.embeds.is_empty() => {
            InterfaceMethods::Declared(&interface.methods)
        }
        TypeKind::Interface(_) => InterfaceMethods::Computed(type_set(r, under)),
        _ => InterfaceMethods::Declared(&[]),
    }
}

/// Calls `test` with each type of the type set of `ty` and its underlying type, until it says
/// no; says whether it never did.
///
/// A type that is no type parameter is its only one. A type parameter without specific types
/// calls `test(None)` once.
pub fn all_types(
    r: &dyn Resolver,
    ty: TypeId,
    test: &mut dyn FnMut(Option<(TypeId, TypeId)>) -> bool,
) -> bool {
    if !is_type_param(ty) {
        return test(Some((ty, underlying(r, ty))));
    }
    let set = type_set(r, ty);
    if !set.has_terms() {
        return test(None);
    }
    set.terms.specific().iter().all(|term| {
        let under = if term.tilde { term.ty.unalias() } else { underlying(r, term.ty) };
        test(Some((term.ty, under)))
    })
}

/// Whether `test` holds for the underlying type of `ty`, or of each type in its type set when
/// it is a type parameter; a type parameter without specific types gives `None` to `test`.
pub fn under_is(
    r: &dyn Resolver,
    ty: TypeId,
    test: &mut dyn FnMut(Option<TypeId>) -> bool,
) -> bool {
    all_types(r, ty, &mut |pair| test(pair.map(|(_, under)| under)))
}

/// The specific terms of a type parameter's constraint; empty for other types and for
/// constraints without specific types.
#[must_use]
pub fn specific_terms(r: &dyn Resolver, ty: TypeId) -> Box<[UnionTerm]> {
    if is_type_param(ty) { type_set(r, ty).terms.specific().into() } else { Box::default() }
}

/// Why there is no common underlying type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoCommonType {
    /// No specific types.
    NoSpecificType,
    /// Two channel types with different elements.
    ChannelElements(TypeId, TypeId),
    /// Two channel types of opposite directions.
    ChannelDirections(TypeId, TypeId),
    /// Two types with different underlying types.
    Different(TypeId, TypeId),
}

impl NoCommonType {
    /// What the compiler says.
    #[must_use]
    pub fn message(self, print: &dyn Fn(TypeId) -> String) -> String {
        match self {
            Self::NoSpecificType => "no specific type".to_owned(),
            Self::ChannelElements(a, b) => {
                format!("channels {} and {} have different element types", print(a), print(b))
            }
            Self::ChannelDirections(a, b) => {
                format!("channels {} and {} have conflicting directions", print(a), print(b))
            }
            Self::Different(a, b) => {
                format!("{} and {} have different underlying types", print(a), print(b))
            }
        }
    }
}

/// The underlying type common to all types in the type set: for a type that is no type parameter
/// its underlying type. Of channel types that differ in direction only, the restricted one.
pub fn common_underlying(r: &dyn Resolver, ty: TypeId) -> Result<TypeId, NoCommonType> {
    let mut found: Option<(TypeId, TypeId)> = None;
    let mut failure = None;
    all_types(r, ty, &mut |pair| {
        let Some((ty, under)) = pair else {
            failure = Some(NoCommonType::NoSpecificType);
            return false;
        };
        let Some((first, common)) = found else {
            found = Some((ty, under));
            return true;
        };
        if let (TypeKind::Chan { dir: a, elem: x }, TypeKind::Chan { dir: b, elem: y }) =
            (common.kind(), under.kind())
        {
            if !identical(r, *x, *y) {
                failure = Some(NoCommonType::ChannelElements(first, ty));
                return false;
            }
            if a != b {
                if *a == ChanDir::Both {
                    found = Some((ty, under));
                } else if *b != ChanDir::Both {
                    failure = Some(NoCommonType::ChannelDirections(first, ty));
                    return false;
                }
            }
            return true;
        }
        if !identical(r, common, under) {
            failure = Some(NoCommonType::Different(first, ty));
            return false;
        }
        true
    });
    match (failure, found) {
        (Some(failure), _) => Err(failure),
        (None, Some((_, common))) => Ok(common),
        (None, None) => Err(NoCommonType::NoSpecificType),
    }
}

/// The core type: [`common_underlying`] without the reason.
#[must_use]
pub fn core_type(r: &dyn Resolver, ty: TypeId) -> Option<TypeId> {
    common_underlying(r, ty).ok()
}
