//! Types that would have infinite size: a struct or array that contains itself.
//!
//! Also what is checked of all types once they are known: fields and methods of one name.

use super::Checker;
use super::context::{Context, TypeEntry};
use crate::decls::{Note, NoteKind, Part, TypeError};
use crate::ids::{DeclId, PackageId};
use crate::print::Printer;
use crate::resolver::Resolver;
use crate::subst::substitute;
use crate::ty::{TypeId, TypeKind, UnionTerm};
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_syntax::{Expr, ExprId, NodeId, Spec};

/// A defined type whose right side is being looked at.
#[derive(Clone, Copy)]
struct Frame {
    decl: DeclId,
    /// As it is written, in terms of the type parameters of the frame around it.
    written: TypeId,
    /// With the arguments of all frames around it put in.
    closed: TypeId,
}

/// A search for types that contain themselves.
///
/// Right sides are looked at as they are written: a type parameter leads to the argument of the
/// frame around it. So types that expand without end (`type T[P any] struct { f *T[*P] }`) are
/// looked at once.
struct Search<'a, 'e> {
    cx: &'a Context<'e>,
    /// Defined types that are finite.
    valid: FxHashSet<TypeId>,
    /// The types whose memory the type at hand is part of.
    nest: Vec<Frame>,
    /// The same as a set: how often a type is in `nest`.
    nested: FxHashMap<TypeId, u32>,
    /// All types on the way to the type at hand.
    path: Vec<TypeId>,
    /// Types that each contain the next, the last the first.
    cycle: Option<Vec<TypeId>>,
}

impl<'a, 'e> Search<'a, 'e> {
    fn new(cx: &'a Context<'e>) -> Self {
        Self {
            cx,
            valid: FxHashSet::default(),
            nest: Vec::new(),
            nested: FxHashMap::default(),
            path: Vec::new(),
            cycle: None,
        }
    }

    fn push(&mut self, frame: Frame) {
        self.nest.push(frame);
        *self.nested.entry(frame.written.canonical()).or_default() += 1;
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.nest.pop()?;
        if let Some(count) = self.nested.get_mut(&frame.written.canonical()) {
            *count -= 1;
        }
        Some(frame)
    }

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
                super::with_stack(|| self.visit_named(ty, *decl, args))
            }
            TypeKind::TypeParam(param) => {
                // What it stands for is part of what is around the type it is a parameter of.
                let Some(frame) = self.pop() else { return true };
                let arg = match frame.written.kind() {
                    TypeKind::Named { args, .. } => {
                        let params = self.cx.type_params_of(frame.decl);
                        let at = params.iter().position(|other| other == param);
                        at.and_then(|at| args.get(at).copied())
                    }
                    _ => None,
                };
                let finite = arg.is_none_or(|arg| super::with_stack(|| self.visit(arg)));
                self.push(frame);
                finite
            }
            _ => true,
        }
    }

    fn visit_named(&mut self, ty: TypeId, decl: DeclId, args: &[TypeId]) -> bool {
        // Other packages were checked; only their arguments can lead back here.
        let foreign = decl.package() != self.cx.package;
        if decl.package() == PackageId::universe() || foreign && args.is_empty() {
            return true;
        }
        let closed = self.close(ty);
        if self.valid.contains(&closed) {
            return true;
        }
        if self.nested.get(&ty.canonical()).is_some_and(|&count| count > 0) {
            let same = |other: &TypeId| other.canonical() == ty.canonical();
            let start = self.path.iter().position(same).unwrap_or(0);
            self.cycle = Some(self.path[start..].to_vec());
            return false;
        }
        self.push(Frame { decl, written: ty, closed });
        self.path.push(ty);
        let finite = self.visit(self.written(decl));
        self.path.pop();
        self.pop();
        if finite {
            self.valid.insert(closed);
        }
        finite
    }

    /// A type with the arguments of the frame around it put in.
    fn close(&self, ty: TypeId) -> TypeId {
        let Some(frame) = self.nest.last().filter(|_| ty.has_type_param()) else { return ty };
        let TypeKind::Named { args, .. } = frame.closed.kind() else { return ty };
        let params = self.cx.type_params_of(frame.decl);
        if params.len() == args.len() { substitute(ty, &params, args) } else { ty }
    }

    /// The right side of a type declaration.
    fn written(&self, decl: DeclId) -> TypeId {
        let entry = self.cx.state().and_then(|state| state.types.get(&decl));
        match entry {
            Some(entry) if entry.found.get() != TypeId::INVALID => entry.written.get(),
            _ => self.cx.underlying_of(decl),
        }
    }
}

impl Context<'_> {
    /// Checks all package-level types together.
    pub(super) fn check_types(&self) {
        let Some(state) = self.state() else { return };
        let mut search = Search::new(self);
        for &decl in &state.type_order {
            let Some(entry) = state.types.get(&decl) else { continue };
            if entry.alias || entry.found.get() == TypeId::INVALID {
                continue;
            }
            let ty = TypeId::named(decl, crate::TypeList::EMPTY);
            if !search.visit(ty)
                && let Some(cycle) = search.cycle.take()
            {
                self.report_type_cycle(&cycle);
                // One invalid type breaks the cycle.
                let first = cycle.first().map(|ty| ty.kind());
                if let Some(TypeKind::Named { decl, .. }) = first
                    && let Some(entry) = state.types.get(decl)
                {
                    entry.found.set(TypeId::INVALID);
                }
            }
        }
        for &decl in &state.type_order {
            self.check_field_uniqueness(decl);
        }
    }

    /// Reports declarations that are being resolved, and types, whose sizes each depend on the
    /// next's, and the last's on the first's, at the one that comes first in the source.
    pub(super) fn report_size_cycle(&self, open: &[DeclId], types: &[TypeId]) {
        let named = |ty: &TypeId| match ty.kind() {
            TypeKind::Named { decl, args } if args.is_empty() => Some(*decl),
            _ => None,
        };
        if let Some(decls) = types.iter().map(named).collect::<Option<Vec<DeclId>>>() {
            return self.report_cycle_of(&[open, &decls].concat());
        }
        let is_type = |decl: &&DeclId| self.state().is_some_and(|s| s.types.contains_key(decl));
        let open = open.iter().filter(is_type);
        let open = open.map(|&decl| TypeId::named(decl, crate::TypeList::EMPTY));
        let mut cycle: Vec<TypeId> = open.chain(types.iter().copied()).collect();
        let place = |ty: &TypeId| {
            self.instance_place(*ty).map_or((u32::MAX, None), |(tree, expr)| (tree, Some(expr)))
        };
        let first = cycle.iter().enumerate().min_by_key(|(_, ty)| place(ty));
        if let Some(start) = first.map(|(start, _)| start) {
            cycle.rotate_left(start);
        }
        self.report_type_cycle(&cycle);
    }

    /// Reports types that each contain the next, and the last the first.
    fn report_type_cycle(&self, cycle: &[TypeId]) {
        let Some(state) = self.state() else { return };
        let place = |ty: TypeId| {
            let (tree, ident) = self.instance_place(ty)?;
            Some((state.trees[tree as usize].source, NodeId::from(ident)))
        };
        let Some((source, node)) = cycle.first().and_then(|&ty| place(ty)) else { return };
        let (message, lines) = self.cycle_texts(cycle);
        let notes = lines.into_iter().zip(cycle).filter_map(|(line, &ty)| {
            let (source, node) = place(ty)?;
            Some(Note { package: None, source, in_body: false, node, kind: NoteKind::Text(line) })
        });
        let notes = notes.collect();
        let in_body = false;
        self.add_error(TypeError {
            source,
            in_body,
            node,
            part: Part::Whole,
            message,
            soft: false,
            notes,
        });
    }

    /// The message for a cycle of types, and a line for each member but for a lone one.
    fn cycle_texts(&self, cycle: &[TypeId]) -> (String, Vec<String>) {
        let qualifier = |package| self.qualifier(package);
        let printer = Printer::new(self, &qualifier);
        let name = |ty: TypeId| match ty.kind() {
            TypeKind::Named { decl, args } if args.is_empty() || decl.parent().is_some() => {
                decl.name().to_string()
            }
            _ => printer.print(ty),
        };
        let [first, rest @ ..] = cycle else { return Default::default() };
        if rest.is_empty() {
            return (
                format!("invalid recursive type: {} refers to itself", name(*first)),
                Vec::new(),
            );
        }
        let next = rest.iter().chain(std::iter::once(first));
        let lines = cycle.iter().zip(next);
        let lines = lines.map(|(ty, next)| format!("{} refers to {}", name(*ty), name(*next)));
        (format!("invalid recursive type {}", name(*first)), lines.collect())
    }

    /// Where a type of the package is declared, or, for an instance, first mentioned.
    fn instance_place(&self, ty: TypeId) -> Option<(u32, ExprId)> {
        let TypeKind::Named { decl, args } = ty.kind() else { return None };
        let state = self.state()?;
        if !args.is_empty() {
            for (index, tree) in state.trees.iter().enumerate() {
                let found = (0..tree.tree.exprs.len()).map(ExprId::from_usize).find(|&expr| {
                    matches!(tree.tree[expr], Expr::Index { .. })
                        && tree.records.expr(expr).ty == Some(ty)
                });
                if let Some(expr) = found {
                    return Some((index as u32, expr));
                }
            }
        }
        self.place_of(*decl)
    }

    /// A struct type's fields and methods have different names.
    fn check_field_uniqueness(&self, decl: DeclId) {
        let Some(state) = self.state() else { return };
        let Some(entry) = state.types.get(&decl) else { return };
        let Some(methods) = state.methods.get(&decl) else { return };
        let TypeKind::Struct(fields) = entry.found.get().kind() else { return };
        let names: FxHashMap<_, _> = methods.iter().copied().collect();
        for field in fields {
            // Another package's unexported name is another name.
            if field.package.is_some_and(|package| package != decl.package()) {
                continue;
            }
            let Some(method) = names.get(&field.name) else { continue };
            let Some((tree, ident)) = self.place_of(*method) else { continue };
            let message = format!("field and method with the same name {}", field.name);
            let source = state.trees[tree as usize].source;
            let note = self.field_ident(entry, field.name).map(|node| Note {
                package: None,
                source: state.trees[entry.tree as usize].source,
                in_body: false,
                node: node.into(),
                kind: NoteKind::Text(format!("other declaration of {}", field.name)),
            });
            self.add_error(TypeError {
                source,
                in_body: false,
                node: ident.into(),
                part: Part::Whole,
                message,
                soft: false,
                notes: note.into_iter().collect(),
            });
        }
    }
}

impl Context<'_> {
    /// The identifier of a field, where the type is declared as a struct.
    fn field_ident(&self, entry: &TypeEntry, name: Name) -> Option<ExprId> {
        let tree = self.state()?.trees[entry.tree as usize].tree;
        let Spec::Type { ty, .. } = tree.specs[entry.spec.index()] else { return None };
        let Expr::StructType(fields) = tree[tree.unparen(ty)] else { return None };
        tree[fields].iter().find_map(|field| {
            let mut names = tree[field.names].iter().copied();
            match tree[field.names].is_empty() {
                true => super::type_expr::embedded_ident(tree, field.ty)
                    .filter(|&ident| tree.name(ident) == Some(name)),
                false => names.find(|&ident| tree.name(ident) == Some(name)),
            }
        })
    }
}

impl Checker<'_> {
    /// Checks that a local type does not contain itself.
    pub(super) fn check_valid_local_type(&self, decl: DeclId) {
        let mut search = Search::new(self.cx);
        let params = self.cx.type_params_of(decl);
        let args: Vec<TypeId> = params.iter().map(|&param| TypeId::type_param(param)).collect();
        let ty = TypeId::named(decl, crate::TypeList::new(&args));
        if search.visit(ty) {
            return;
        }
        let cycle = search.cycle.take().unwrap_or_default();
        let place = |ty: TypeId| {
            let TypeKind::Named { decl, .. } = ty.kind() else { return None };
            let object = Some(crate::Object::TypeName(*decl));
            self.tree().specs.iter().find_map(|spec| match spec {
                Spec::Type { name, .. } if self.records().object(*name) == object => Some(*name),
                _ => None,
            })
        };
        if let Some(at) = place(cycle.first().copied().unwrap_or(ty)) {
            let (message, lines) = self.cx.cycle_texts(&cycle);
            let notes = lines
                .into_iter()
                .zip(&cycle)
                .filter_map(|(line, &ty)| Some(self.note(place(ty)?, NoteKind::Text(line))));
            self.error_with(at, message, false, notes.collect());
        }
        if let Some(entry) = self.cx.locals.borrow_mut().types.get_mut(&decl) {
            entry.underlying = TypeId::INVALID;
        }
    }
}
