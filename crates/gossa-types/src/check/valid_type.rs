//! Types that would have infinite size: a struct or array that contains itself.
//!
//! Also what is checked of all types once they are known: fields and methods of one name.

use super::Checker;
use super::context::Context;
use crate::ids::{DeclId, PackageId};
use crate::resolver::Resolver;
use crate::subst::substitute;
use crate::ty::{TypeId, TypeKind, UnionTerm};
use crate::underlying::underlying;
use gossa_base::{FxHashMap, FxHashSet};

/// Deepest nesting of types that is looked at: instances may expand without end.
const MAX_DEPTH: usize = 300;

/// A search for types that contain themselves.
struct Search<'a, 'e> {
    cx: &'a Context<'e>,
    /// Defined types that are finite.
    valid: FxHashSet<TypeId>,
    /// The types around the one at hand.
    path: Vec<TypeId>,
    cycle: Option<Vec<DeclId>>,
}

impl Search<'_, '_> {
    /// Whether a type is finite.
    fn visit(&mut self, ty: TypeId) -> bool {
        let ty = ty.unalias();
        match ty.kind() {
            TypeKind::Array { elem, .. } => self.visit(*elem),
            TypeKind::Struct(fields) => fields.iter().all(|field| self.visit(field.ty)),
            TypeKind::Union(terms) => terms.iter().all(|term: &UnionTerm| self.visit(term.ty)),
            TypeKind::Interface(interface) => {
                interface.embeds.iter().all(|&embed| self.visit(embed))
            }
            TypeKind::Named { decl, args } => {
                // Other packages were checked; only their arguments can lead back here.
                let foreign = decl.package() != self.cx.package;
                if decl.package() == PackageId::universe() || foreign && args.is_empty() {
                    return true;
                }
                if self.valid.contains(&ty) {
                    return true;
                }
                let same = |other: &TypeId| {
                    *other == ty
                        || matches!(
                            (other.kind(), ty.kind()),
                            (TypeKind::Named { decl: d, .. }, TypeKind::Named { decl: e, .. })
                                if d == e && !foreign
                        ) && self.path.len() > MAX_DEPTH
                };
                if let Some(start) = self.path.iter().position(same) {
                    let decls = self.path[start..].iter().filter_map(|ty| match ty.kind() {
                        TypeKind::Named { decl, .. } => Some(*decl),
                        _ => None,
                    });
                    self.cycle = Some(decls.collect());
                    return false;
                }
                if self.path.len() > MAX_DEPTH + 10 {
                    return true;
                }
                self.path.push(ty);
                let under = self.written(*decl, args, ty);
                let finite = super::with_stack(|| self.visit(under));
                self.path.pop();
                if finite {
                    self.valid.insert(ty);
                }
                finite
            }
            _ => true,
        }
    }

    fn written(&self, decl: DeclId, args: &[TypeId], ty: TypeId) -> TypeId {
        let entry = self.cx.state().and_then(|state| state.types.get(&decl));
        let generic = match entry {
            Some(entry) if entry.found.get() != TypeId::INVALID => entry.written.get(),
            _ => self.cx.underlying_of(decl),
        };
        if args.is_empty() {
            return generic;
        }
        let params = self.cx.type_params_of(decl);
        if params.len() == args.len() {
            return substitute(generic, &params, args);
        }
        underlying(self.cx, ty)
    }
}

impl Context<'_> {
    /// Checks all package-level types together.
    pub(super) fn check_types(&self) {
        let Some(state) = self.state() else { return };
        let mut search =
            Search { cx: self, valid: FxHashSet::default(), path: Vec::new(), cycle: None };
        let mut reported: FxHashSet<DeclId> = FxHashSet::default();
        for &decl in &state.type_order {
            let Some(entry) = state.types.get(&decl) else { continue };
            if entry.alias || reported.contains(&decl) {
                continue;
            }
            let ty = TypeId::named(decl, crate::TypeList::EMPTY);
            if !search.visit(ty)
                && let Some(cycle) = search.cycle.take()
            {
                let Some(&first) = cycle.first().filter(|first| reported.insert(**first)) else {
                    continue;
                };
                let known: Vec<DeclId> =
                    cycle.into_iter().filter(|decl| state.types.contains_key(decl)).collect();
                self.report_cycle_from(&known, 0);
                // One invalid type breaks the cycle.
                if let Some(entry) = state.types.get(&first) {
                    entry.found.set(TypeId::INVALID);
                }
            }
        }
        for &decl in &state.type_order {
            self.check_field_uniqueness(decl);
        }
    }

    /// A struct type's fields and methods have different names.
    fn check_field_uniqueness(&self, decl: DeclId) {
        let Some(state) = self.state() else { return };
        let Some(entry) = state.types.get(&decl) else { return };
        let Some(methods) = state.methods.get(&decl) else { return };
        let TypeKind::Struct(fields) = entry.found.get().kind() else { return };
        let names: FxHashMap<_, _> = methods.iter().copied().collect();
        for field in fields {
            let Some(method) = names.get(&field.name) else { continue };
            let Some((tree, ident)) = self.place_of(*method) else { continue };
            let message = format!("field and method with the same name {}", field.name);
            let source = state.trees[tree as usize].source;
            self.error(source, false, ident.into(), message, false);
        }
    }
}

impl Checker<'_> {
    /// Checks that a local type does not contain itself.
    pub(super) fn check_valid_local_type(&self, decl: DeclId) {
        let mut search =
            Search { cx: self.cx, valid: FxHashSet::default(), path: Vec::new(), cycle: None };
        let params = self.cx.type_params_of(decl);
        let args: Vec<TypeId> = params.iter().map(|&param| TypeId::type_param(param)).collect();
        let ty = TypeId::named(decl, crate::TypeList::new(&args));
        if search.visit(ty) {
            return;
        }
        let name = decl.name();
        let ident = self.tree().exprs.iter().enumerate().find_map(|(index, _)| {
            let ident = gossa_syntax::ExprId::from_usize(index);
            (self.records().object(ident) == Some(crate::Object::TypeName(decl))).then_some(ident)
        });
        if let Some(ident) = ident {
            self.error(ident, format!("invalid recursive type: {name} refers to itself"));
        }
        if let Some(entry) = self.cx.locals.borrow_mut().types.get_mut(&decl) {
            entry.underlying = TypeId::INVALID;
        }
    }
}
