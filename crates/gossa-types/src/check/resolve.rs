//! Resolving package-level declarations on demand, and finding cycles among them.

use super::context::{Context, Early, EarlyUse, FuncEntry, PackageState, State};
use super::{Checker, Place, Scratch, with_stack};
use crate::decls::{Note, NoteKind, Part, TypeError};
use crate::ids::DeclId;
use crate::info::Bound;
use crate::object::Object;
use crate::ty::{SignatureType, TypeId, TypeKind};
use gossa_syntax::{Expr, ExprId, Spec, TreeRoot};

impl Context<'_> {
    /// A checker of one header tree.
    pub(super) fn header_checker(&self, header: u32, scratch: Scratch) -> Checker<'_> {
        let Some(state) = self.state() else {
            unreachable!("header trees are checked in the first step only")
        };
        let tree = &state.trees[header as usize];
        let place = Place {
            tree: tree.tree,
            records: &tree.records,
            source: tree.source,
            in_body: false,
            header: Some(header),
            version: tree.version,
        };
        let mut checker = Checker::new(self, place, scratch);
        // Locals of other initialisers of the tree count as used: theirs was the say.
        checker.scratch.used.resize(tree.records.local_count(), true);
        checker
    }

    /// Runs `resolve` unless it has run; whoever comes while it runs has found a cycle, which
    /// `on_cycle` may report.
    fn once(
        &self,
        decl: DeclId,
        cell: &std::cell::Cell<State>,
        on_cycle: impl FnOnce(),
        resolve: impl FnOnce(),
    ) {
        match cell.get() {
            State::Done => {}
            State::InProgress => on_cycle(),
            State::Untouched => {
                let Some(state) = self.state() else { return };
                cell.set(State::InProgress);
                state.path.borrow_mut().push(decl, state.kind_of(decl));
                with_stack(resolve);
                state.path.borrow_mut().pop();
                cell.set(State::Done);
            }
        }
    }

    /// Resolves a constant.
    pub(super) fn resolve_const(&self, decl: DeclId) {
        let Some(entry) = self.state().and_then(|state| state.consts.get(&decl)) else { return };
        self.once(
            decl,
            &entry.state,
            || self.report_cycle_unless_of_values(decl),
            || {
                let mut checker = self.header_checker(entry.tree, Scratch::default());
                checker.owner = Some(decl);
                checker.package_const(entry);
                checker.add_initializer_references();
                checker.leave();
            },
        );
    }

    /// Resolves a variable. One whose type is written has a type while it is in progress.
    pub(super) fn resolve_var(&self, decl: DeclId) {
        let Some(entry) = self.state().and_then(|state| state.vars.get(&decl)) else { return };
        if entry.found.get().is_some() {
            return;
        }
        let on_cycle = || self.report_cycle_unless_of_values(decl);
        self.once(decl, &entry.state, on_cycle, || {
            let mut checker = self.header_checker(entry.tree, Scratch::default());
            checker.owner = Some(entry.group.as_ref().map_or(decl, |group| group[0]));
            checker.package_var(decl, entry);
            checker.add_initializer_references();
            checker.leave();
        });
    }

    /// Resolves what a type name stands for.
    pub(super) fn resolve_type(&self, decl: DeclId) {
        let Some(entry) = self.state().and_then(|state| state.types.get(&decl)) else { return };
        self.once(
            decl,
            &entry.state,
            || self.report_cycle(decl),
            || {
                let mut checker = self.header_checker(entry.tree, Scratch::default());
                checker.owner = Some(decl);
                checker.package_type(decl, entry);
                checker.leave();
            },
        );
    }

    /// Notes that a type expression names a type of the package; says whether it may.
    ///
    /// A type need not be resolved to be named, but resolving it now finds the cycles where the
    /// compiler does. What is not known while an alias is open, or constraints are, is resolved
    /// later; so is a type that takes over the underlying type of another, which may be open.
    pub(super) fn name_type(&self, decl: DeclId) -> bool {
        let Some(state) = self.state() else { return true };
        let Some(entry) = state.types.get(&decl).filter(|entry| !entry.alias) else { return true };
        match entry.state.get() {
            State::Done => true,
            State::Untouched => {
                let now = !state.path.borrow().has_alias() && !state.in_bounds.get();
                if now && state.is_type_literal(entry) {
                    self.resolve_bounds(decl);
                    self.resolve_type(decl);
                } else if !now && entry.mentioned_in.borrow().is_empty() {
                    *entry.mentioned_in.borrow_mut() = state.path.borrow().since_alias();
                }
                true
            }
            State::InProgress => {
                // Types may name each other; a type may not depend on a value that has it.
                let mixed = state.path.borrow().is_mixed_since(decl);
                if mixed {
                    self.report_cycle(decl);
                    entry.broken.set(true);
                }
                !mixed
            }
        }
    }

    /// Whether a type of which there is to be a value is, by name, none that is being resolved;
    /// that would be a cycle, which is reported.
    pub(super) fn is_complete(&self, ty: TypeId) -> bool {
        let Some(state) = self.state() else { return true };
        // By which aliases the type is named.
        let mut names = Vec::new();
        let mut ty = ty;
        while let TypeKind::Alias { decl, actual, .. } = ty.kind() {
            names.push(*decl);
            ty = *actual;
        }
        let TypeKind::Named { decl, .. } = ty.kind() else { return true };
        let mut decl = *decl;
        // No chain of names is longer than there are types.
        for _ in 0..=state.types.len() {
            let Some(entry) = state.types.get(&decl) else { return true };
            match entry.state.get() {
                State::Done => return true,
                State::InProgress => {
                    let mut cycle = self.cycle(decl);
                    // As if it had been resolved when it was first mentioned.
                    let outer = entry.mentioned_in.borrow();
                    let named = names.iter().find_map(|name| outer.iter().position(|o| o == name));
                    if let Some(start) = named {
                        cycle.splice(0..0, outer[start..].iter().copied());
                    }
                    self.report_cycle_of(&cycle);
                    return false;
                }
                State::Untouched => {
                    let tree = state.trees[entry.tree as usize].tree;
                    let Spec::Type { ty, .. } = tree.specs[entry.spec.index()] else { return true };
                    let name = tree.name(tree.unparen(ty));
                    match name.and_then(|name| state.scope.get(&name)) {
                        Some(&Object::TypeName(next)) => decl = next,
                        _ => return true,
                    }
                }
            }
        }
        true
    }

    /// Resolves the constraints of a declaration's type parameters. While they are being
    /// resolved they are unknown, which is no error.
    pub(super) fn resolve_bounds(&self, owner: DeclId) {
        let Some(state) = self.state() else { return };
        let (tree, bounds) = if let Some(entry) = state.types.get(&owner) {
            if entry.type_params.is_empty() {
                return;
            }
            (entry.tree, &entry.bounds)
        } else if let Some(entry) = state.funcs.get(&owner) {
            if entry.type_params.is_empty() {
                return;
            }
            (entry.tree, &entry.bounds)
        } else {
            return;
        };
        if bounds.get() != State::Untouched {
            return;
        }
        bounds.set(State::InProgress);
        let outer = state.in_bounds.replace(true);
        with_stack(|| {
            let mut checker = self.header_checker(tree, Scratch::default());
            checker.owner = Some(owner);
            checker.package_bounds(owner);
            checker.leave();
        });
        state.in_bounds.set(outer);
        bounds.set(State::Done);
    }

    /// Resolves a function's signature.
    pub(super) fn resolve_func(&self, decl: DeclId) {
        let Some(entry) = self.state().and_then(|state| state.funcs.get(&decl)) else { return };
        self.resolve_bounds(decl);
        // While it is in progress, a function has a placeholder for a type, which is no error
        // (`func f() [unsafe.Sizeof(f)]int`).
        let is_first = entry.state.get() == State::Untouched;
        if is_first {
            let own = entry.receiver.map_or(0, |receiver| receiver.params as usize);
            let placeholder = SignatureType {
                type_params: entry.type_params.get(own..).unwrap_or_default().into(),
                params: Box::default(),
                results: Box::default(),
                variadic: false,
            };
            entry.signature.set(TypeId::new(TypeKind::Signature(placeholder)));
        }
        self.once(
            decl,
            &entry.state,
            || {},
            || {
                let mut checker = self.header_checker(entry.tree, Scratch::default());
                checker.owner = Some(decl);
                checker.owner_params = entry.type_params.clone();
                checker.package_func(entry);
                checker.leave();
            },
        );
        if is_first {
            self.settle_early(decl, entry.signature.get());
        }
    }

    /// Gives a function's signature to what was found to have it before it was known.
    fn settle_early(&self, func: DeclId, signature: TypeId) {
        let Some(state) = self.state() else { return };
        let set = |tree: u32, expr: ExprId| {
            let records = &state.trees[tree as usize].records;
            let found = records.expr(expr);
            if found.ty.is_some() {
                records.set_expr(expr, found.mode, signature);
            }
        };
        state.early.borrow_mut().retain(|early| {
            if early.func != func {
                return true;
            }
            match early.what {
                EarlyUse::Expr(tree, expr) => set(tree, expr),
                EarlyUse::Var(var) => {
                    if let Some(entry) = state.vars.get(&var) {
                        entry.found.set(Some(signature));
                        set(entry.tree, entry.ident);
                    }
                }
            }
            false
        });
    }

    /// The declarations of the cycle that mentioning `decl` closes.
    fn cycle(&self, decl: DeclId) -> Vec<DeclId> {
        let Some(state) = self.state() else { return Vec::new() };
        state.path.borrow().since(decl)
    }

    /// A cycle of variables and constants is an initialisation cycle, which is found from the
    /// references.
    fn report_cycle_unless_of_values(&self, decl: DeclId) {
        let Some(state) = self.state() else { return };
        let of_values = self
            .cycle(decl)
            .iter()
            .all(|decl| state.vars.contains_key(decl) || state.consts.contains_key(decl));
        if !of_values {
            self.report_cycle(decl);
        }
    }

    /// Reports a method that is selected in its own signature, unless by way of a defined type.
    /// (A function may be mentioned in its own.)
    pub(super) fn check_method_cycle(&self, method: DeclId) {
        let Some(state) = self.state() else { return };
        let in_progress = |entry: &FuncEntry| entry.state.get() == State::InProgress;
        if !state.funcs.get(&method).is_some_and(in_progress) {
            return;
        }
        let cycle = self.cycle(method);
        let is_value =
            |decl: &DeclId| state.vars.contains_key(decl) || state.consts.contains_key(decl);
        let is_defined = |decl: &DeclId| state.types.get(decl).is_some_and(|entry| !entry.alias);
        if cycle.iter().any(is_value) || !cycle.iter().any(is_defined) {
            self.report_cycle_of(&cycle);
        }
    }

    /// Where a declaration's name is.
    pub(super) fn place_of(&self, decl: DeclId) -> Option<(u32, ExprId)> {
        let state = self.state()?;
        let entry = state.consts.get(&decl).map(|e| (e.tree, e.ident));
        entry
            .or_else(|| state.vars.get(&decl).map(|e| (e.tree, e.ident)))
            .or_else(|| state.types.get(&decl).map(|e| (e.tree, e.ident)))
            .or_else(|| state.funcs.get(&decl).map(|e| (e.tree, e.ident)))
    }

    /// Reports the cycle that mentioning `decl` closes.
    fn report_cycle(&self, decl: DeclId) {
        let cycle = self.cycle(decl);
        self.report_cycle_of(&cycle);
    }

    /// Reports declarations that each mention the next, and the last the first, at the one that
    /// comes first in the source.
    pub(super) fn report_cycle_of(&self, cycle: &[DeclId]) {
        if let Some(mentions) = self.generic_mentions(cycle) {
            return self.report_mentions(&mentions);
        }
        let first = cycle.iter().enumerate().min_by_key(|(_, decl)| {
            self.place_of(**decl).map_or((u32::MAX, None), |(tree, ident)| (tree, Some(ident)))
        });
        if let Some((start, _)) = first {
            self.report_cycle_from(cycle, start);
        }
    }

    /// Of generic types that each are another, by name, and the last the first: instances where
    /// they are mentioned, and other types where they are declared.
    fn generic_mentions(&self, cycle: &[DeclId]) -> Option<Vec<(u32, ExprId, String)>> {
        let state = self.state()?;
        let entry = |at: usize| {
            let decl = cycle[at % cycle.len()];
            state.types.get(&decl).filter(|entry| !entry.alias).map(|entry| (decl, entry))
        };
        if !(0..cycle.len()).any(|at| entry(at).is_some_and(|(_, e)| !e.type_params.is_empty())) {
            return None;
        }
        let mention = |at: usize| {
            let (_, from) = entry(at)?;
            let (decl, to) = entry(at + 1)?;
            let tree = state.trees[from.tree as usize].tree;
            let Spec::Type { ty, .. } = tree.specs[from.spec.index()] else { return None };
            let ty = tree.unparen(ty);
            match tree[ty] {
                Expr::Index { .. } => Some((from.tree, ty, super::messages::expr_text(tree, ty))),
                Expr::Ident(_) => Some((to.tree, to.ident, decl.name().to_string())),
                _ => None,
            }
        };
        (0..cycle.len()).map(mention).collect()
    }

    /// Reports a cycle of types, each with a place and a text, at the first in the source.
    fn report_mentions(&self, mentions: &[(u32, ExprId, String)]) {
        let Some(state) = self.state() else { return };
        let mut mentions: Vec<&(u32, ExprId, String)> = mentions.iter().collect();
        let first = mentions.iter().enumerate().min_by_key(|(_, mention)| (mention.0, mention.1));
        if let Some(start) = first.map(|(start, _)| start) {
            mentions.rotate_left(start);
        }
        let [first, rest @ ..] = &mentions[..] else { return };
        let next = rest.iter().chain(std::iter::once(first));
        let source = |tree: u32| state.trees[tree as usize].source;
        let notes = mentions.iter().zip(next).map(|(&(tree, expr, name), (.., next))| Note {
            package: None,
            source: source(*tree),
            in_body: false,
            node: (*expr).into(),
            kind: NoteKind::Text(format!("{name} refers to {next}")),
        });
        let (message, notes) = if rest.is_empty() {
            (format!("invalid recursive type: {} refers to itself", first.2), Vec::new())
        } else {
            (format!("invalid recursive type {}", first.2), notes.collect())
        };
        self.add_error(TypeError {
            source: source(first.0),
            in_body: false,
            node: first.1.into(),
            part: Part::Whole,
            message,
            soft: false,
            notes: notes.into(),
        });
    }

    /// Reports a cycle at the declaration at index `start`.
    pub(super) fn report_cycle_from(&self, cycle: &[DeclId], start: usize) {
        let Some(state) = self.state() else { return };
        let Some((tree, ident)) = cycle.get(start).and_then(|&decl| self.place_of(decl)) else {
            return;
        };
        let name = |at: usize| cycle[(start + at) % cycle.len()].name();
        let first = cycle[start];
        let is_type = state.types.contains_key(&first);
        let values = cycle
            .iter()
            .all(|decl| state.vars.contains_key(decl) || state.consts.contains_key(decl));
        let message = match (is_type, cycle.len()) {
            (true, 1) => format!("invalid recursive type: {} refers to itself", name(0)),
            (true, _) => format!("invalid recursive type {}", name(0)),
            (false, 1) if values => format!("initialization cycle: {} refers to itself", name(0)),
            (false, _) if values => format!("initialization cycle for {}", name(0)),
            (false, 1) => format!("invalid cycle in declaration: {} refers to itself", name(0)),
            (false, _) => format!("invalid cycle in declaration of {}", name(0)),
        };
        let mut notes = Vec::new();
        if cycle.len() > 1 {
            for at in 0..cycle.len() {
                let decl = cycle[(start + at) % cycle.len()];
                let Some((tree, ident)) = self.place_of(decl) else { continue };
                notes.push(Note {
                    package: None,
                    source: state.trees[tree as usize].source,
                    in_body: false,
                    node: ident.into(),
                    kind: NoteKind::Text(format!("{} refers to {}", name(at), name(at + 1))),
                });
            }
        }
        let source = state.trees[tree as usize].source;
        let (node, notes) = (ident.into(), notes.into());
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
}

impl Checker<'_> {
    /// Hands over what was put off, when the tree is left.
    pub(super) fn leave(&mut self) {
        let (Some(state), Some(header)) = (self.cx.state(), self.place.header) else { return };
        let delayed = self.delayed.drain(..).map(|delayed| (header, self.owner, delayed));
        state.delayed.borrow_mut().extend(delayed);
    }

    /// Takes note of a mention of a function whose signature is being resolved.
    pub(super) fn note_early_function(&self, func: DeclId, expr: ExprId) {
        let (Some(state), Some(tree)) = (self.cx.state(), self.place.header) else { return };
        let in_progress = |entry: &FuncEntry| entry.state.get() == State::InProgress;
        if state.funcs.get(&func).is_some_and(in_progress) {
            state.early.borrow_mut().push(Early { func, what: EarlyUse::Expr(tree, expr) });
        }
    }

    /// Takes note of a mention of a variable that has such a function for its initial value.
    pub(super) fn note_early_variable(&self, var: DeclId, expr: ExprId) {
        let (Some(state), Some(tree)) = (self.cx.state(), self.place.header) else { return };
        self.note_same_type(state, EarlyUse::Var(var), EarlyUse::Expr(tree, expr));
    }

    /// Takes note of a variable whose initial value is such a function.
    pub(super) fn note_early_initializer(&self, var: DeclId, init: ExprId) {
        let (Some(state), Some(tree)) = (self.cx.state(), self.place.header) else { return };
        self.note_same_type(state, EarlyUse::Expr(tree, init), EarlyUse::Var(var));
    }

    fn note_same_type(&self, state: &PackageState<'_>, known: EarlyUse, what: EarlyUse) {
        let mut early = state.early.borrow_mut();
        if let Some(func) = early.iter().find(|early| early.what == known).map(|early| early.func) {
            early.push(Early { func, what });
        }
    }

    /// Adds what was mentioned to the references of the variable or constant at hand.
    pub(super) fn add_initializer_references(&mut self) {
        let Some(state) = self.cx.state() else { return };
        let Some(owner) = self.owner else { return };
        if let Some(entry) = state.vars.get(&owner) {
            self.add_references(entry.tree, entry.init.unwrap_or(entry.ident));
        } else if let Some(entry) = state.consts.get(&owner) {
            self.add_references(entry.tree, entry.ident);
        }
    }

    /// Adds what was mentioned to what an expression of a header tree mentions.
    fn add_references(&mut self, tree: u32, expr: ExprId) {
        let Some(state) = self.cx.state() else { return };
        if self.scratch.references.is_empty() {
            return;
        }
        let mut all = state.references.borrow_mut();
        let list = all.entry((tree, expr)).or_default();
        for decl in self.scratch.references.drain(..) {
            if !list.contains(&decl) {
                list.push(decl);
            }
        }
    }

    /// The signature and receiver of the function that the tree declares.
    pub(super) fn function_root(
        &self,
    ) -> Option<(gossa_syntax::FieldList, gossa_syntax::SignatureId)> {
        match self.tree().root {
            TreeRoot::Func { receiver, signature, .. } => Some((receiver, signature)),
            _ => None,
        }
    }

    /// The constraints of the type parameters of `owner`, which the tree declares.
    fn package_bounds(&mut self, owner: DeclId) {
        let Some(state) = self.cx.state() else { return };
        self.scratch.scopes.open();
        if let Some(entry) = state.types.get(&owner) {
            let Spec::Type { type_params, .. } = self.tree().specs[entry.spec.index()] else {
                return;
            };
            let params = entry.type_params.clone();
            self.declare_type_params(type_params, &params);
            self.check_bounds(type_params, &params);
        } else if let Some(entry) = state.funcs.get(&owner) {
            let Some((_, signature)) = self.function_root() else { return };
            let params = entry.type_params.clone();
            let own = self.declare_function_params(&params, entry.receiver);
            self.receiver_bounds(&params, entry.receiver);
            let list = self.tree()[signature].type_params;
            self.check_bounds(list, &params[own..]);
        }
        self.scratch.scopes.close();
    }

    /// Records the constraint of a type parameter.
    pub(super) fn set_bound(&self, param: crate::TypeParamId, bound: Bound) {
        match self.cx.state() {
            Some(state)
                if param.key().owner.parent().is_none()
                    || state.funcs.contains_key(&param.key().owner) =>
            {
                state.bounds.borrow_mut().insert(param, bound);
            }
            _ => {
                self.cx.locals.borrow_mut().bounds.insert(param, bound);
            }
        }
    }

    /// Records what the identifier of a declaration denotes.
    pub(super) fn record_object(&self, ident: ExprId, object: Object) {
        self.records().set_object(ident, object);
    }
}
