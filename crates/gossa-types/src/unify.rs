//! Unification of types: the engine of type inference (Go spec, "Type unification").
//!
//! Two types unify if there are types for the *bound* type parameters, those that are being
//! solved for, that make them identical, or, inexactly, alike enough for an assignment.

use crate::identical::identical;
use crate::ids::{PackageId, TypeParamId};
use crate::lookup::find_method;
use crate::resolver::Resolver;
use crate::ty::{FieldType, Param, SignatureType, TypeId, TypeKind};
use crate::underlying::{
    common_underlying, is_interface_value, is_named, is_type_param, type_set, underlying,
};
use gossa_syntax::ChanDir;

/// How alike two types must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnifyMode {
    /// The types are those of an assignment: alike at the top, elements exactly.
    assign: bool,
    /// Identical; otherwise a defined type matches a type literal by its underlying type,
    /// channel directions are ignored, and an interface matches what implements it.
    exact: bool,
}

impl UnifyMode {
    /// As in an assignment.
    pub const ASSIGN: Self = Self { assign: true, exact: false };
    /// Identical.
    pub const EXACT: Self = Self { assign: false, exact: true };
    /// Alike at all depths.
    pub const INEXACT: Self = Self { assign: false, exact: false };

    fn for_elements(self) -> Self {
        Self { exact: self.exact || self.assign, ..self }
    }
}

/// Deepest nesting of types that are unified, and how many pairs are looked at; only types that
/// expand without end get there.
const MAX_DEPTH: u32 = 100;
const MAX_PAIRS: u32 = 1_000_000;

/// Type parameters and what is known of their arguments so far.
pub struct Unifier<'r> {
    r: &'r dyn Resolver,
    params: Box<[TypeParamId]>,
    /// For each parameter the slot of its type; unified parameters share one.
    slots: Box<[usize]>,
    types: Box<[Option<TypeId>]>,
    /// Whether interfaces match types that have their methods (since Go 1.21).
    interface_inference: bool,
    depth: u32,
    work: u32,
    /// Interfaces being unified, which may mention themselves.
    pairs: Vec<(TypeId, TypeId)>,
}

impl<'r> Unifier<'r> {
    /// Solves for `params`, some of which may be known.
    #[must_use]
    pub fn new(
        r: &'r dyn Resolver,
        params: &[TypeParamId],
        known: &[Option<TypeId>],
        interface_inference: bool,
    ) -> Self {
        let types = (0..params.len()).map(|i| known.get(i).copied().flatten()).collect();
        Self {
            r,
            params: params.into(),
            slots: (0..params.len()).collect(),
            types,
            interface_inference,
            depth: 0,
            work: 0,
            pairs: Vec::new(),
        }
    }

    /// The parameters.
    #[must_use]
    pub fn params(&self) -> &[TypeParamId] {
        &self.params
    }

    /// What is known of the parameter at `index`.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<TypeId> {
        self.types[self.slots[index]]
    }

    /// Fixes the type of the parameter at `index`, and of those unified with it.
    pub fn set(&mut self, index: usize, ty: TypeId) {
        self.types[self.slots[index]] = Some(ty);
    }

    /// How many parameters have no type yet.
    #[must_use]
    pub fn unknowns(&self) -> usize {
        (0..self.params.len()).filter(|&i| self.at(i).is_none()).count()
    }

    /// What is known, in the order of the parameters.
    #[must_use]
    pub fn inferred(&self) -> Vec<Option<TypeId>> {
        (0..self.params.len()).map(|i| self.at(i)).collect()
    }

    /// The index of a type that is one of the parameters.
    fn bound_param(&self, ty: TypeId) -> Option<usize> {
        match ty.unalias().kind() {
            TypeKind::TypeParam(param) => self.params.iter().position(|p| p == param),
            _ => None,
        }
    }

    /// Makes two parameters one, unless both have types already.
    fn join(&mut self, x: usize, y: usize) -> bool {
        let (sx, sy) = (self.slots[x], self.slots[y]);
        if sx == sy {
            return true;
        }
        let (from, to) = match (self.types[sx], self.types[sy]) {
            (Some(_), Some(_)) => return false,
            (Some(_), None) => (sy, sx),
            _ => (sx, sy),
        };
        for slot in self.slots.iter_mut().filter(|slot| **slot == from) {
            *slot = to;
        }
        true
    }

    /// Unifies two types; says whether they do. Types of parameters may become known even if
    /// they do not.
    pub fn unify(&mut self, x: TypeId, y: TypeId, mode: UnifyMode) -> bool {
        if x == y || x.canonical() == y.canonical() {
            return true;
        }
        self.work += 1;
        if self.depth >= MAX_DEPTH || self.work >= MAX_PAIRS {
            return false;
        }
        self.depth += 1;
        let unified = self.unify_different(x, y, mode);
        self.depth -= 1;
        unified
    }

    fn unify_different(&mut self, x: TypeId, y: TypeId, mode: UnifyMode) -> bool {
        let r = self.r;
        // A bound parameter goes to the left, else a defined type to the right.
        let (x, mut y) = if is_named(x) || self.bound_param(y).is_some() { (y, x) } else { (x, y) };

        // A type literal matches the underlying type of a defined one.
        let is_literal = !is_named(x) && !is_type_param(x);
        if !mode.exact
            && is_named(y)
            && is_literal
            && !(self.interface_inference && is_interface_value(r, x))
        {
            y = underlying(r, y);
            if x.canonical() == y.canonical() {
                return true;
            }
        }

        match (self.bound_param(x), self.bound_param(y)) {
            (Some(p), Some(q)) => {
                return self.join(p, q)
                    || match (self.at(p), self.at(q)) {
                        (Some(a), Some(b)) => self.unify(a, b, mode),
                        _ => false,
                    };
            }
            (Some(p), None) => {
                return match self.at(p) {
                    None => {
                        self.set(p, y);
                        true
                    }
                    Some(known) => self.unify_known(p, known, y, mode),
                };
            }
            _ => {}
        }

        if self.interface_inference && !mode.exact {
            match (is_interface_value(r, x), is_interface_value(r, y)) {
                (true, true) => return self.unify_interfaces(x, y, true),
                (true, false) => return self.unify_implementation(x, y),
                (false, true) => return self.unify_implementation(y, x),
                (false, false) => {}
            }
        }

        // Type parameters that are left are not bound: what is common to their types decides.
        let (x, y) = if is_type_param(y) { (y, x) } else { (x, y) };
        if is_type_param(x) {
            return match common_underlying(r, x) {
                Ok(core) => self.unify(core, y, UnifyMode::ASSIGN),
                Err(_) => false,
            };
        }
        self.unify_structure(x.unalias(), y.unalias(), mode)
    }

    /// Unifies what is known of a parameter with another type for it, and keeps the better one:
    /// a defined type, or a channel type with a direction, so that the order does not matter.
    fn unify_known(&mut self, param: usize, known: TypeId, y: TypeId, mode: UnifyMode) -> bool {
        if !self.unify(known, y, mode) {
            return false;
        }
        let r = self.r;
        let (x_named, y_named) = (is_named(known), is_named(y));
        match (is_interface_value(r, known), is_interface_value(r, y)) {
            (true, true) => {
                if x_named && y_named {
                    return identical(r, known, y);
                }
                if type_set(r, known).methods.len() != type_set(r, y).methods.len() {
                    return false;
                }
            }
            // Either would do, so the order would matter.
            (true, false) | (false, true) => return false,
            (false, false) => {}
        }
        if !mode.exact && !x_named {
            let directed = matches!(
                underlying(r, y).kind(),
                TypeKind::Chan { dir: ChanDir::Send | ChanDir::Receive, .. }
            );
            if y_named || directed {
                self.set(param, y);
            }
        }
        true
    }

    /// Two interfaces unify if they let in the same types and common methods unify; unless
    /// `subset` is set, both must have the same methods.
    fn unify_interfaces(&mut self, x: TypeId, y: TypeId, subset: bool) -> bool {
        let r = self.r;
        let (x, y) = (underlying(r, x), underlying(r, y));
        if self.pairs.iter().any(|&pair| pair == (x, y) || pair == (y, x)) {
            return true;
        }
        let (a, b) = (type_set(r, x), type_set(r, y));
        if a.comparable != b.comparable
            || !subset && a.methods.len() != b.methods.len()
            || !a.terms.equal(r, &b.terms)
        {
            return false;
        }
        let (few, many) = if a.methods.len() <= b.methods.len() { (a, b) } else { (b, a) };
        self.pairs.push((x, y));
        let unified = few.methods.iter().all(|m| {
            let same = many.methods.iter().find(|n| n.name == m.name && n.package == m.package);
            same.is_some_and(|n| self.unify(m.signature, n.signature, UnifyMode::EXACT))
        });
        self.pairs.pop();
        unified
    }

    /// An interface unifies with a type that has its methods.
    fn unify_implementation(&mut self, interface: TypeId, ty: TypeId) -> bool {
        let r = self.r;
        let set = type_set(r, interface);
        set.methods.iter().all(|method| {
            let package = method.package.unwrap_or_else(PackageId::universe);
            find_method(r, ty, package, method.name).is_some_and(|found| {
                !is_generic_signature(found.ty)
                    && self.unify(method.signature, found.ty, UnifyMode::EXACT)
            })
        })
    }

    fn unify_structure(&mut self, x: TypeId, y: TypeId, mode: UnifyMode) -> bool {
        let elements = mode.for_elements();
        match (x.kind(), y.kind()) {
            (TypeKind::Basic(a), TypeKind::Basic(b)) => a.canonical() == b.canonical(),
            (TypeKind::Pointer(a), TypeKind::Pointer(b))
            | (TypeKind::Slice(a), TypeKind::Slice(b)) => self.unify(*a, *b, elements),
            (TypeKind::Array { elem: a, len: m }, TypeKind::Array { elem: b, len: n }) => {
                (m == n || *m < 0 || *n < 0) && self.unify(*a, *b, elements)
            }
            (TypeKind::Map { key: k, value: a }, TypeKind::Map { key: l, value: b }) => {
                self.unify(*k, *l, elements) && self.unify(*a, *b, elements)
            }
            (TypeKind::Chan { dir: d, elem: a }, TypeKind::Chan { dir: e, elem: b }) => {
                (!mode.exact || d == e) && self.unify(*a, *b, elements)
            }
            (TypeKind::Struct(a), TypeKind::Struct(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b)
                        .all(|(f, g)| same_field_name(f, g) && self.unify(f.ty, g.ty, elements))
            }
            (TypeKind::Tuple(a), TypeKind::Tuple(b)) => self.unify_lists(a, b, mode),
            (TypeKind::Signature(a), TypeKind::Signature(b)) => {
                self.unify_signatures(a, b, elements)
            }
            (TypeKind::Interface(_), TypeKind::Interface(_)) => self.unify_interfaces(x, y, false),
            (TypeKind::Named { decl: d, args: a }, TypeKind::Named { decl: e, args: b }) => {
                // Arguments first: what they say helps messages even if the types differ.
                self.unify_lists(a, b, mode) && d == e
            }
            (TypeKind::Union(_), TypeKind::Union(_)) => identical(self.r, x, y),
            _ => false,
        }
    }

    fn unify_lists(&mut self, x: &[TypeId], y: &[TypeId], mode: UnifyMode) -> bool {
        x.len() == y.len() && x.iter().zip(y).all(|(&a, &b)| self.unify(a, b, mode))
    }

    fn unify_params(&mut self, x: &[Param], y: &[Param], mode: UnifyMode) -> bool {
        x.len() == y.len() && x.iter().zip(y).all(|(a, b)| self.unify(a.ty, b.ty, mode))
    }

    fn unify_signatures(&mut self, x: &SignatureType, y: &SignatureType, mode: UnifyMode) -> bool {
        x.variadic == y.variadic
            && self.unify_params(&x.params, &y.params, mode)
            && self.unify_params(&x.results, &y.results, mode)
    }
}

fn same_field_name(f: &FieldType, g: &FieldType) -> bool {
    f.embedded == g.embedded && f.name == g.name && f.package == g.package && f.tag == g.tag
}

/// Whether a type is the signature of a generic function that is not instantiated.
#[must_use]
pub fn is_generic_signature(ty: TypeId) -> bool {
    matches!(ty.kind(), TypeKind::Signature(signature) if !signature.type_params.is_empty())
}
