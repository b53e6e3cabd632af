//! Type identity (Go spec, "Type identity").
//!
//! Nearly always a comparison of two canonical ids. Interfaces that embed others are compared by
//! type set, generic signatures up to the names of their type parameters.

use crate::resolver::Resolver;
use crate::subst::{Substitution, bound};
use crate::ty::{FieldType, InterfaceMethod, Param, SignatureType, TypeFlags, TypeId, TypeKind};
use crate::underlying::type_set;
use gossa_base::FxHashSet;

/// Whether two types are identical.
#[inline]
#[must_use]
pub fn identical(r: &dyn Resolver, a: TypeId, b: TypeId) -> bool {
    if a == b {
        return true;
    }
    let (a, b) = (a.canonical(), b.canonical());
    a == b || (may_differ_in_form(a, b) && Comparer::new(r, false).equal(a, b))
}

/// Whether two types are identical, struct tags aside.
#[must_use]
pub fn identical_ignore_tags(r: &dyn Resolver, a: TypeId, b: TypeId) -> bool {
    identical(r, a, b) || Comparer::new(r, true).equal(a.canonical(), b.canonical())
}

/// Whether different canonical ids may still be identical types.
fn may_differ_in_form(a: TypeId, b: TypeId) -> bool {
    a.flags().contains(TypeFlags::COMPLEX) || b.flags().contains(TypeFlags::COMPLEX)
}

struct Comparer<'r> {
    r: &'r dyn Resolver,
    ignore_tags: bool,
    /// Interfaces being compared: an interface may mention itself through the parameter of a
    /// method, and is then equal if nothing else differs.
    pairs: Vec<(TypeId, TypeId)>,
    /// Pairs found equal: types share parts, and the first difference ends everything.
    equal: FxHashSet<(TypeId, TypeId)>,
    depth: u32,
}

/// Deepest nesting that is looked into: only types that expand without end get there.
const MAX_DEPTH: u32 = 400;

impl<'r> Comparer<'r> {
    fn new(r: &'r dyn Resolver, ignore_tags: bool) -> Self {
        Self { r, ignore_tags, pairs: Vec::new(), equal: FxHashSet::default(), depth: 0 }
    }

    fn equal(&mut self, a: TypeId, b: TypeId) -> bool {
        let (a, b) = (a.canonical(), b.canonical());
        if a == b {
            return true;
        }
        if !self.ignore_tags && !may_differ_in_form(a, b) || self.depth > MAX_DEPTH {
            return false;
        }
        if self.equal.contains(&(a, b)) {
            return true;
        }
        self.depth += 1;
        let equal = self.structures(a, b);
        self.depth -= 1;
        // What was assumed of interfaces further out may still turn out wrong, but then that
        // comparison fails as a whole.
        if equal {
            self.equal.insert((a, b));
        }
        equal
    }

    fn structures(&mut self, a: TypeId, b: TypeId) -> bool {
        match (a.kind(), b.kind()) {
            (TypeKind::Pointer(x), TypeKind::Pointer(y))
            | (TypeKind::Slice(x), TypeKind::Slice(y)) => self.equal(*x, *y),
            (TypeKind::Array { elem: x, len: m }, TypeKind::Array { elem: y, len: n }) => {
                // An unknown length is an error that was reported.
                (m == n || *m < 0 || *n < 0) && self.equal(*x, *y)
            }
            (TypeKind::Map { key: k, value: x }, TypeKind::Map { key: l, value: y }) => {
                self.equal(*k, *l) && self.equal(*x, *y)
            }
            (TypeKind::Chan { dir: d, elem: x }, TypeKind::Chan { dir: e, elem: y }) => {
                d == e && self.equal(*x, *y)
            }
            (TypeKind::Tuple(x), TypeKind::Tuple(y)) => self.lists(x, y),
            (TypeKind::Named { decl: d, args: x }, TypeKind::Named { decl: e, args: y }) => {
                // Tags inside type arguments always count.
                let ignore_tags = std::mem::replace(&mut self.ignore_tags, false);
                let equal = d == e && self.lists(x, y);
                self.ignore_tags = ignore_tags;
                equal
            }
            (TypeKind::Struct(x), TypeKind::Struct(y)) => {
                x.len() == y.len() && x.iter().zip(y).all(|(f, g)| self.fields(f, g))
            }
            (TypeKind::Signature(x), TypeKind::Signature(y)) => self.signatures(x, y),
            (TypeKind::Interface(_), TypeKind::Interface(_)) => self.interfaces(a, b),
            (TypeKind::Union(_), TypeKind::Union(_)) => {
                type_set(self.r, a).terms.equal(self.r, &type_set(self.r, b).terms)
            }
            _ => false,
        }
    }

    fn lists(&mut self, a: &[TypeId], b: &[TypeId]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(&x, &y)| self.equal(x, y))
    }

    fn fields(&mut self, f: &FieldType, g: &FieldType) -> bool {
        f.embedded == g.embedded
            && f.name == g.name
            && f.package == g.package
            && (self.ignore_tags || f.tag == g.tag)
            && self.equal(f.ty, g.ty)
    }

    fn params(&mut self, a: &[Param], b: &[Param], renamed: &dyn Fn(TypeId) -> TypeId) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(x, y)| self.equal(x.ty, renamed(y.ty)))
    }

    fn signatures(&mut self, a: &SignatureType, b: &SignatureType) -> bool {
        if a.variadic != b.variadic || a.type_params.len() != b.type_params.len() {
            return false;
        }
        let own: Vec<TypeId> = a.type_params.iter().map(|&p| TypeId::type_param(p)).collect();
        let renaming = Substitution::new(&b.type_params, &own);
        let renamed = |ty: TypeId| renaming.apply(ty);
        for (&p, &q) in a.type_params.iter().zip(&b.type_params) {
            let (x, y) = (bound(self.r, p), bound(self.r, q));
            if p != q && !self.equal(x, renamed(y)) {
                return false;
            }
        }
        self.params(&a.params, &b.params, &renamed) && self.params(&a.results, &b.results, &renamed)
    }

    fn interfaces(&mut self, a: TypeId, b: TypeId) -> bool {
        if self.pairs.iter().any(|&pair| pair == (a, b) || pair == (b, a)) {
            return true;
        }
        let (x, y) = (type_set(self.r, a), type_set(self.r, b));
        if x.comparable != y.comparable
            || x.methods.len() != y.methods.len()
            || !x.terms.equal(self.r, &y.terms)
        {
            return false;
        }
        self.pairs.push((a, b));
        let same_name =
            |m: &InterfaceMethod, n: &InterfaceMethod| m.name == n.name && m.package == n.package;
        let equal = x
            .methods
            .iter()
            .zip(&y.methods)
            .all(|(m, n)| same_name(m, n) && self.equal(m.signature, n.signature));
        self.pairs.pop();
        equal
    }
}
