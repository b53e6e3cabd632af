//! Checks that are put off until the types they ask about are known.

use super::Checker;
use super::type_expr::{MAX_UNION_TERMS, too_many_terms};
use crate::decls::{At, NoteKind};
use crate::ids::{DeclId, TypeParamId};
use crate::implements::{MissingKind, NotImplemented, Reason};
use crate::infer::for_each_part;
use crate::predicates::why_incomparable;
use crate::resolver::Resolver;
use crate::subst::substitute;
use crate::ty::{BasicKind, InterfaceMethod, TypeId, TypeKind, TypeList, UnionTerm};
use crate::underlying::{Terms, has_wrong_length, is_type_param, type_set};
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_syntax::{ExprId, ExprList, SignatureId, StmtId};

/// A check that is put off.
pub(super) enum Delayed {
    /// A variable may have the type.
    VarType { at: ExprId, ty: TypeId },
    /// Map keys are comparable.
    MapKey { at: ExprId, ty: TypeId },
    /// A type may be embedded in a struct.
    Embedded { at: ExprId, ty: TypeId },
    /// The methods of embedded interfaces agree.
    Interface { ty: TypeId, embeds: Box<[ExprId]>, idents: FxHashMap<Name, ExprId> },
    /// The terms of a union may stand together.
    Union { operands: Box<[ExprId]>, terms: Box<[UnionTerm]> },
    /// Type arguments satisfy their constraints.
    Instance { at: At, indices: Option<ExprList>, params: Box<[TypeParamId]>, args: TypeList },
    /// Methods may be declared on a type, whose base is at `at`; `whole` is all of it but a star.
    Receiver { at: ExprId, whole: ExprId, ty: TypeId },
    /// A type does not contain itself.
    ValidType { decl: DeclId },
    /// A function literal in a package-level declaration.
    FuncLit { expr: ExprId, signature: SignatureId, body: StmtId, iota: Option<u32> },
}

impl Checker<'_> {
    /// Runs a check now if all types are known, else later.
    pub(super) fn defer(&mut self, delayed: Delayed) {
        if self.place.header.is_none() && self.open_types.is_empty() {
            self.run_delayed(delayed);
        } else {
            self.delayed.push(delayed);
        }
    }

    /// Runs what was put off, where all types are known.
    pub(super) fn flush_delayed(&mut self) {
        if self.place.header.is_some() || !self.open_types.is_empty() {
            return;
        }
        while let Some(delayed) = self.delayed.pop() {
            self.run_delayed(delayed);
        }
    }

    /// Runs a check.
    pub(super) fn run_delayed(&mut self, delayed: Delayed) {
        match delayed {
            Delayed::VarType { at, ty } => self.check_var_type(at, ty),
            Delayed::MapKey { at, ty } => self.check_map_key(at, ty),
            Delayed::Embedded { at, ty } => self.check_embedded(at, ty),
            Delayed::Interface { ty, embeds, idents } => {
                self.check_interface(ty, &embeds, &idents);
            }
            Delayed::Union { operands, terms } => self.check_union(&operands, &terms),
            Delayed::Instance { at, indices, params, args } => {
                self.verify_instance(at, indices, &params, args);
            }
            Delayed::Receiver { at, whole, ty } => self.check_receiver(at, whole, ty),
            // Package-level types are looked at together when all are known.
            Delayed::ValidType { decl } => {
                if decl.parent().is_some() {
                    self.check_valid_local_type(decl);
                }
            }
            Delayed::FuncLit { expr, signature, body, iota } => {
                self.iota = iota;
                let known = self.records().expr(expr);
                let first = self.records().local_count();
                self.scratch.scopes.open();
                self.check_func_lit(expr, signature, body, known.ty);
                self.scratch.scopes.close();
                if let Some(ty) = known.ty {
                    self.records().set_expr(expr, known.mode, ty);
                }
                self.add_initializer_references();
                self.report_unused(first);
            }
        }
    }

    fn check_var_type(&self, at: ExprId, ty: TypeId) {
        let under = self.under(ty);
        let TypeKind::Interface(interface) = under.kind() else { return };
        if ty.unalias() == crate::universe::universe().comparable_type {
            let name = self.type_text(ty);
            let message = format!(
                "cannot use type {name} outside a type constraint: interface is (or embeds) \
                 comparable"
            );
            self.soft_error(at, message);
            return;
        }
        if interface.embeds.is_empty() {
            return;
        }
        let set = type_set(self.cx, under);
        if set.is_method_set() {
            return;
        }
        let why = if set.comparable {
            "interface is (or embeds) comparable"
        } else {
            "interface contains type constraints"
        };
        let name = self.type_text(ty);
        let message = format!("cannot use type {name} outside a type constraint: {why}");
        self.soft_error(at, message);
    }

    fn check_map_key(&self, at: ExprId, ty: TypeId) {
        if let TypeKind::Basic(_) | TypeKind::Pointer(_) = ty.kind() {
            return;
        }
        if Self::is_invalid(self.under(ty)) || why_incomparable(self.cx, ty).is_none() {
            return;
        }
        let why = if is_type_param(ty) { " (missing comparable constraint)" } else { "" };
        let name = self.type_text(ty);
        self.error(at, format!("invalid map key type {name}{why}"));
    }

    fn check_embedded(&self, at: ExprId, ty: TypeId) {
        let (base, pointer) = match ty.unalias().kind() {
            TypeKind::Pointer(base) => (*base, true),
            _ => (ty, false),
        };
        if is_type_param(base) {
            let message = "embedded field type cannot be a (pointer to a) type parameter";
            self.error(at, message);
            return;
        }
        match self.under_kind(base) {
            TypeKind::Basic(BasicKind::UnsafePointer) => {
                self.error(at, "embedded field type cannot be unsafe.Pointer");
            }
            TypeKind::Pointer(_) => self.error(at, "embedded field type cannot be a pointer"),
            TypeKind::Interface(_) if pointer => {
                self.error(at, "embedded field type cannot be a pointer to an interface");
            }
            _ => {}
        }
    }

    fn check_interface(&mut self, ty: TypeId, exprs: &[ExprId], idents: &FxHashMap<Name, ExprId>) {
        let TypeKind::Interface(interface) = ty.kind() else { return };
        // Each with the node that brings it in.
        let own = |method: &InterfaceMethod| (*method, idents.get(&method.name).copied());
        let mut methods: Vec<(InterfaceMethod, Option<ExprId>)> =
            interface.methods.iter().map(own).collect();
        for (&embed, &at) in interface.embeds.iter().zip(exprs) {
            if is_type_param(embed) {
                continue;
            }
            let under = self.under(embed);
            match under.kind() {
                TypeKind::Interface(_) => {}
                TypeKind::Basic(BasicKind::Invalid) => continue,
                _ => {
                    let what = if matches!(under.kind(), TypeKind::Union(_)) {
                        "interface element"
                    } else {
                        "non-interface type"
                    };
                    self.require_version(18, at, |checker| {
                        format!("embedding {what} {}", checker.type_text(embed))
                    });
                    self.check_term_count(at, under);
                    continue;
                }
            }
            let set = type_set(self.cx, under);
            if embed.unalias() != under
                && !set.is_method_set()
                && matches!(embed.unalias().kind(), TypeKind::Named { decl, .. } if decl.package() != self.cx.package)
            {
                self.require_version(18, at, |checker| {
                    format!("embedding constraint interface {}", checker.type_text(embed))
                });
            }
            for method in &set.methods {
                let known = methods
                    .iter()
                    .find(|(m, _)| m.name == method.name && m.package == method.package)
                    .copied();
                match known {
                    None => methods.push((*method, Some(at))),
                    Some((known, other))
                        if !self.identical(known.signature, method.signature)
                            && !known.signature.has_invalid()
                            && !method.signature.has_invalid()
                            || !self.allows(14) =>
                    {
                        let message = format!("duplicate method {}", method.name);
                        let what = format!("other declaration of method {}", method.name);
                        let note = |at| self.note(at, NoteKind::Text(what));
                        let notes = other.map(note).into_iter().collect();
                        self.error_with(at, message, false, notes);
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// The unions that a union's terms embed count too.
    fn check_term_count(&self, at: ExprId, union: TypeId) {
        let TypeKind::Union(terms) = union.kind() else { return };
        let embeds = |term: &UnionTerm| matches!(self.under_kind(term.ty), TypeKind::Interface(_));
        if !terms.iter().any(embeds) {
            return;
        }
        if let Terms::Only(terms) = &type_set(self.cx, Self::constraint_of(union)).terms
            && terms.len() > MAX_UNION_TERMS
        {
            self.error(at, too_many_terms());
        }
    }

    fn check_union(&self, operands: &[ExprId], terms: &[UnionTerm]) {
        for (index, (term, &at)) in terms.iter().zip(operands).enumerate() {
            if Self::is_invalid(term.ty) {
                continue;
            }
            let under = self.under(term.ty);
            let is_interface = matches!(under.kind(), TypeKind::Interface(_));
            let name = |checker: &Self| checker.type_text(term.ty);
            if term.tilde {
                if is_interface {
                    let message = format!("invalid use of ~ ({} is an interface)", name(self));
                    self.error(at, message);
                    continue;
                }
                if !self.identical(under, term.ty) {
                    let message = format!(
                        "invalid use of ~ (underlying type of {} is {})",
                        name(self),
                        self.type_text(under)
                    );
                    self.error(at, message);
                    continue;
                }
            }
            if is_interface {
                let set = type_set(self.cx, under);
                if term.ty.unalias() == crate::universe::universe().comparable_type {
                    self.error(at, "cannot use comparable in union");
                } else if !set.methods.is_empty() {
                    let name = self.term_text(term);
                    let message = format!("cannot use {name} in union ({name} contains methods)");
                    self.error(at, message);
                } else if set.comparable {
                    let name = self.term_text(term);
                    let message = format!("cannot use {name} in union ({name} embeds comparable)");
                    self.error(at, message);
                }
                continue;
            }
            let overlapping = terms[..index].iter().find(|other| {
                !matches!(self.under_kind(other.ty), TypeKind::Interface(_))
                    && self.terms_overlap(other, term)
            });
            if let Some(other) = overlapping {
                let message = format!(
                    "overlapping terms {} and {}",
                    self.term_text(term),
                    self.term_text(other)
                );
                self.soft_error(at, message);
            }
        }
    }

    fn terms_overlap(&self, a: &UnionTerm, b: &UnionTerm) -> bool {
        let x = if b.tilde { self.under(a.ty) } else { a.ty };
        let y = if a.tilde { self.under(b.ty) } else { b.ty };
        self.identical(x, y)
    }

    /// A term as the compiler shows it: its names are qualified by import paths.
    fn term_text(&self, term: &UnionTerm) -> String {
        let ty = crate::print::type_string(self.cx, term.ty);
        format!("{}{ty}", if term.tilde { "~" } else { "" })
    }

    /// Reports the first type argument that does not satisfy its constraint.
    fn verify_instance(
        &self,
        at: At,
        indices: Option<ExprList>,
        params: &[TypeParamId],
        args: TypeList,
    ) {
        for (index, (&param, &arg)) in params.iter().zip(args.as_slice()).enumerate() {
            let bound = crate::subst::bound(self.cx, param);
            let mut bound = substitute(bound, params, &args);
            if !matches!(
                self.under_kind(bound),
                TypeKind::Interface(_) | TypeKind::Basic(BasicKind::Invalid)
            ) {
                bound = Self::constraint_of(bound);
            }
            let place = || {
                let exprs = indices.map_or(&[][..], |list| &self.tree()[list]);
                exprs.get(index).map_or(at, |&expr| expr.into())
            };
            match crate::implements::satisfies(self.cx, arg, bound) {
                Ok(None) => {}
                Ok(Some(minor)) => {
                    if !self.allows(minor) {
                        let arg = self.type_text(arg);
                        let message =
                            format!("{arg} to satisfy comparable {}", self.requires(minor));
                        self.soft_error(place(), message);
                        return;
                    }
                }
                Err(cause) => {
                    if arg.has_invalid() || bound.has_invalid() || is_hole_in(self.cx, &cause) {
                        return;
                    }
                    let message = self.with_printer(|printer| cause.message(self.cx, printer));
                    self.soft_error(place(), message);
                    return;
                }
            }
        }
    }

    fn check_receiver(&self, at: ExprId, whole: ExprId, ty: TypeId) {
        let base = crate::underlying::pointer_base(ty).unwrap_or(ty);
        let name = || self.type_text(base);
        match base.unalias().kind() {
            TypeKind::Basic(BasicKind::Invalid) => {}
            TypeKind::Named { decl, .. } => {
                if decl.package() != self.cx.package {
                    let message = format!("cannot define new methods on non-local type {}", name());
                    self.error(at, message);
                    return;
                }
                let cause = match self.under_kind(base) {
                    TypeKind::Basic(BasicKind::UnsafePointer) => "unsafe.Pointer",
                    TypeKind::Pointer(_) | TypeKind::Interface(_) => "pointer or interface type",
                    _ => return,
                };
                self.error(at, format!("invalid receiver type {} ({cause})", name()));
            }
            TypeKind::Basic(_) => {
                let message = format!("cannot define new methods on non-local type {}", name());
                self.error(at, message);
            }
            _ => {
                let name = self.type_text(ty);
                self.error(whole, format!("invalid receiver type {name}"));
            }
        }
    }
}

/// Whether a method is missing only because of an error in a signature.
pub(super) fn is_hole_in(r: &dyn Resolver, cause: &NotImplemented) -> bool {
    match &cause.reason {
        Reason::Method(missing) => {
            has_error(r, missing.method.signature)
                || matches!(missing.kind, MissingKind::WrongSignature(ty) if has_error(r, ty))
        }
        _ => false,
    }
}

/// Whether a type mentions the invalid type, or an instance with a wrong number of arguments.
fn has_error(r: &dyn Resolver, ty: TypeId) -> bool {
    let mut seen = FxHashSet::default();
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        if ty.has_invalid() || has_wrong_length(r, ty) {
            return true;
        }
        if seen.insert(ty) {
            for_each_part(ty.kind(), |part| open.push(part));
        }
    }
    false
}
