//! Declarations: package-level ones when they are resolved, and those of declaration statements.

use super::context::{ConstEntry, FuncEntry, ReceiverEntry, TypeEntry, VarEntry};
use super::scope::Entity;
use super::{Checker, Delayed, LocalConst, OpenType, Operand, Target};
use crate::constant::Value;
use crate::decls::NoteKind;
use crate::ids::{DeclId, DeclKey, TypeParamId};
use crate::info::{Bound, LocalKind, Mode, TypeDecl};
use crate::object::{LocalId, Object};
use crate::subst::substitute;
use crate::ty::{BasicKind, TypeId, TypeKind, TypeList};
use crate::underlying::is_type_param;
use gossa_base::Name;
use gossa_syntax::{
    DeclKeyword, Expr, ExprId, ExprList, FieldList, Spec, SpecId, SpecList, Tree, UnaryOp,
};
use std::sync::Arc;

impl Checker<'_> {
    /// Resolves a package-level constant.
    pub(super) fn package_const(&mut self, entry: &ConstEntry) {
        self.iota = Some(entry.iota);
        let inherited = entry.inherited.then_some(entry.ident);
        let found = self.const_decl(entry.ty, entry.init, inherited);
        self.records().set_expr(entry.ident, Mode::Constant, found.0);
        if !found.1.is_unknown() {
            self.records().set_constant(entry.ident, found.1.clone());
        }
        *entry.found.borrow_mut() = found;
    }

    /// Type and value of a constant; the invalid type after an error.
    fn const_decl(
        &mut self,
        ty: Option<ExprId>,
        init: Option<ExprId>,
        inherited: Option<ExprId>,
    ) -> (TypeId, Value) {
        let failed = (TypeId::INVALID, Value::UNKNOWN);
        let mut declared = None;
        if let Some(ty) = ty {
            let found = self.typ(ty);
            if !self.is_basic(found, BasicKind::is_constant_type) {
                if !Self::is_invalid(self.under(found)) {
                    let name = self.type_text(found);
                    self.error(ty, format!("invalid constant type {name}"));
                }
                return failed;
            }
            declared = Some(found);
        }
        let Some(init) = init else { return failed };
        let outer = std::mem::replace(&mut self.inherited_at, inherited);
        let mut x = self.expr(None, init);
        let found = self.init_const(declared, &mut x);
        self.inherited_at = outer;
        found.unwrap_or(failed)
    }

    fn init_const(&mut self, declared: Option<TypeId>, x: &mut Operand) -> Option<(TypeId, Value)> {
        if Self::is_hole(x) {
            return None;
        }
        if !x.is_constant() {
            let what = self.operand_text(x);
            self.error(x.expr, format!("{what} is not constant"));
            return None;
        }
        let ty = declared.unwrap_or(x.ty);
        if declared.is_some() {
            self.assign(x, Some(ty), "constant declaration");
        }
        // After an error the value is not known, but a declared type is.
        let value = if x.is_valid() { x.value.clone() } else { Value::UNKNOWN };
        (x.is_valid() || declared.is_some()).then_some((ty, value))
    }

    /// Resolves a package-level variable, and all of its group.
    pub(super) fn package_var(&mut self, decl: DeclId, entry: &VarEntry) {
        let Some(state) = self.cx.state() else { return };
        let group: Vec<DeclId> =
            entry.group.as_ref().map_or_else(|| vec![decl], |group| group.to_vec());
        if let Some(ty) = entry.ty {
            let ty = self.var_type(ty);
            for member in &group {
                if let Some(member) = state.vars.get(member) {
                    member.found.set(Some(ty));
                }
            }
        }
        let declared = entry.found.get();
        if let Some(init) = entry.init {
            if group.len() == 1 {
                let target = declared.and_then(|ty| self.function_target(ty));
                self.target = Target::Variable(decl.name());
                let mut x = self.expr(target, init);
                let ty = self.init_var(declared, &mut x, "variable declaration");
                entry.found.set(Some(ty));
                if declared.is_none() {
                    self.note_early_initializer(decl, init);
                }
            } else {
                let types = vec![declared; group.len()];
                let found = self.init_vars(&types, &[init], None);
                for (member, ty) in group.iter().zip(found) {
                    if let Some(member) = state.vars.get(member) {
                        member.found.set(Some(ty));
                    }
                }
            }
        } else if declared.is_none() {
            entry.found.set(Some(TypeId::INVALID));
        }
        for member in &group {
            if let Some(member) = state.vars.get(member) {
                let ty = member.found.get().unwrap_or(TypeId::INVALID);
                self.records().set_expr(member.ident, Mode::Variable, ty);
            }
        }
    }

    /// Resolves a package-level type.
    pub(super) fn package_type(&mut self, decl: DeclId, entry: &TypeEntry) {
        let Spec::Type { type_params, ty, .. } = self.tree().specs[entry.spec.index()] else {
            return;
        };
        self.type_version(entry.alias, type_params, entry.ident);
        self.scratch.scopes.open();
        self.declare_type_params(type_params, &entry.type_params);
        let (written, found) = self.type_decl_rhs(entry.alias, ty, &entry.type_params);
        self.scratch.scopes.close();
        if !entry.broken.get() {
            entry.written.set(written);
            entry.found.set(found);
        }
        let named = if entry.alias { found } else { TypeId::named(decl, TypeList::EMPTY) };
        self.records().set_expr(entry.ident, Mode::Type, named);
        self.delayed.push(Delayed::ValidType { decl });
    }

    fn type_version(&self, alias: bool, type_params: FieldList, at: ExprId) {
        match (alias, first_type_param(self.tree(), type_params)) {
            (true, Some(at)) => {
                self.require_version(23, at, |_| "generic type alias".to_owned());
            }
            (true, None) => {
                self.require_version(9, at, |_| "type alias".to_owned());
            }
            (false, Some(at)) => {
                self.require_version(18, at, |_| "type parameter".to_owned());
            }
            (false, None) => {}
        }
    }

    /// The right side of a type declaration, and what it makes of the name: the underlying type,
    /// or what an alias stands for.
    fn type_decl_rhs(
        &mut self,
        alias: bool,
        ty: ExprId,
        params: &[TypeParamId],
    ) -> (TypeId, TypeId) {
        let rhs = self.typ(ty);
        if alias {
            if let TypeKind::TypeParam(param) = rhs.kind()
                && params.contains(param)
            {
                let message = "cannot use type parameter declared in alias declaration as RHS";
                self.error(ty, message);
                return (rhs, TypeId::INVALID);
            }
            return (rhs, rhs);
        }
        if is_type_param(rhs) {
            self.error(ty, "cannot use a type parameter as RHS in type declaration");
            return (rhs, TypeId::INVALID);
        }
        (rhs, self.under(rhs))
    }

    /// Binds the names of type parameters, which are `params`.
    pub(super) fn declare_type_params(&mut self, list: FieldList, params: &[TypeParamId]) {
        let tree = self.tree();
        let mut params = params.iter();
        for field in &tree[list] {
            for &ident in &tree[field.names] {
                if tree.name(ident).is_none() {
                    continue;
                }
                let Some(&param) = params.next() else { return };
                self.record_object(ident, Object::TypeParam(param));
                self.records().set_expr(ident, Mode::Type, TypeId::type_param(param));
                self.declare(ident, Entity::TypeParam(param));
            }
        }
    }

    /// Evaluates the constraints of type parameters.
    pub(super) fn check_bounds(&mut self, list: FieldList, params: &[TypeParamId]) {
        let tree = self.tree();
        let mut params = params.iter();
        for field in &tree[list] {
            let mut bound = self.bound(field.ty);
            if is_type_param(bound) {
                self.error(field.ty, "cannot use a type parameter as constraint");
                bound = TypeId::INVALID;
            }
            let mut joint = false;
            for &ident in &tree[field.names] {
                if tree.name(ident).is_none() {
                    continue;
                }
                let Some(&param) = params.next() else { return };
                self.set_bound(param, Bound { ty: bound, joint });
                joint = true;
            }
        }
    }

    /// A constraint: `~int` and unions stand for the interfaces that embed them.
    fn bound(&mut self, expr: ExprId) -> TypeId {
        let is_union = matches!(
            self.tree()[expr],
            Expr::Unary { op: UnaryOp::Tilde, .. }
                | Expr::Binary { op: gossa_syntax::BinaryOp::Or, .. }
        );
        let element = if is_union { self.union(expr) } else { self.typ(expr) };
        match element.kind() {
            TypeKind::Basic(BasicKind::Invalid)
            | TypeKind::Named { .. }
            | TypeKind::Alias { .. }
            | TypeKind::TypeParam(_)
            | TypeKind::Interface(_) => element,
            _ => Self::constraint_of(element),
        }
    }

    /// The constraint that lets in `element`: an interface that embeds it.
    pub(super) fn constraint_of(element: TypeId) -> TypeId {
        TypeId::new(TypeKind::Interface(crate::ty::InterfaceType {
            methods: Box::default(),
            embeds: Box::new([element]),
            implicit: true,
        }))
    }

    /// Binds a function's type parameters, the receiver's first; returns how many those are.
    pub(super) fn declare_function_params(
        &mut self,
        params: &[TypeParamId],
        receiver: Option<ReceiverEntry>,
    ) -> usize {
        let Some((receivers, signature)) = self.function_root() else { return 0 };
        let tree = self.tree();
        let own = receiver.map_or(0, |receiver| receiver.params as usize).min(params.len());
        if let Some(field) = tree[receivers].first() {
            let syntax = super::collect::receiver_syntax(tree, field.ty);
            let idents = syntax.params.map_or(&[][..], |list: ExprList| &tree[list]);
            for (&ident, &param) in idents.iter().zip(&params[..own]) {
                self.record_object(ident, Object::TypeParam(param));
                self.records().set_expr(ident, Mode::Type, TypeId::type_param(param));
                self.declare(ident, Entity::TypeParam(param));
            }
        }
        self.declare_type_params(tree[signature].type_params, &params[own..]);
        own
    }

    /// Constraints of a receiver's type parameters: those of the base type's.
    pub(super) fn receiver_bounds(
        &mut self,
        params: &[TypeParamId],
        receiver: Option<ReceiverEntry>,
    ) {
        let Some(receiver) = receiver else { return };
        let own = &params[..(receiver.params as usize).min(params.len())];
        let base = crate::Resolver::type_params_of(self.cx, receiver.base);
        let args: Vec<TypeId> = own.iter().map(|&param| TypeId::type_param(param)).collect();
        for (index, &param) in own.iter().enumerate() {
            let bound = match base.get(index) {
                Some(&base_param) if base.len() == own.len() => {
                    let bound = crate::Resolver::bound_of(self.cx, base_param).ty;
                    substitute(bound, &base, &args)
                }
                _ => TypeId::INVALID,
            };
            self.set_bound(param, Bound { ty: bound, joint: false });
        }
    }

    /// Resolves the signature of a function or method.
    pub(super) fn package_func(&mut self, entry: &FuncEntry) {
        let Some((receivers, signature)) = self.function_root() else { return };
        let tree = self.tree();
        // The base type's name is not hidden by the receiver's type parameters.
        let base = tree[receivers].first().and_then(|field| {
            let syntax = super::collect::receiver_syntax(tree, field.ty);
            syntax.params.map(|_| self.type_internal(syntax.base).0)
        });
        self.scratch.scopes.open();
        let own = self.declare_function_params(&entry.type_params, entry.receiver);
        let first_param = first_type_param(tree, tree[signature].type_params);
        let generic = first_param.is_some();
        if let Some(at) = first_param {
            if entry.receiver.is_some() {
                self.require_version(27, at, |_| "generic method".to_owned());
            } else if !self.must_be_plain(tree.name(entry.ident)) {
                self.require_version(18, at, |_| "type parameter".to_owned());
            }
        }
        let mut receiver_local = None;
        if let Some(field) = tree[receivers].first() {
            let ty = self.receiver_type(entry, field.ty, base);
            entry.receiver_type.set(ty);
            let ident = tree[field.names].first().copied();
            // A named receiver is in scope in the body only: its name is bound after the types.
            let name = ident.and_then(|ident| tree.name(ident));
            let at = ident.unwrap_or(field.ty);
            let local = self.add_local(name, Some(at.into()), LocalKind::Receiver);
            self.records().set_local_type(local, ty);
            receiver_local = ident.map(|ident| (ident, local, ty));
        }
        let type_params = entry.type_params[own..].into();
        let (ty, _) = self.signature(signature, type_params, Some(receiver_local));
        self.scratch.scopes.close();
        entry.signature.set(ty);
        self.records().set_expr(entry.ident, Mode::Value, ty);
        if generic && !entry.has_body {
            self.soft_error(entry.ident, "generic function is missing function body");
        }
    }

    /// Whether functions of this name have no type parameters, which was reported already.
    fn must_be_plain(&self, name: Option<Name>) -> bool {
        let package = self.cx.state().map(|state| state.input.name);
        match name.map(Name::as_str) {
            Some("init") => true,
            Some("main") => package.is_some_and(|package| package.as_str() == "main"),
            _ => false,
        }
    }

    /// The type of a method's receiver in terms of the method's type parameters. `base` is the
    /// base type where the receiver declares type parameters.
    fn receiver_type(&mut self, entry: &FuncEntry, ty: ExprId, base: Option<TypeId>) -> TypeId {
        let tree = self.tree();
        let Some(receiver) = entry.receiver else { return TypeId::INVALID };
        let syntax = super::collect::receiver_syntax(tree, ty);
        let (Some(base), Some(params)) = (base, syntax.params) else {
            let found = self.var_type(ty);
            if let Some(instance) = self.aliased_instance(found) {
                let name = self.type_text(instance);
                let message = format!("cannot define new methods on instantiated type {name}");
                self.error(syntax.base, message);
                return TypeId::INVALID;
            }
            let whole = match tree[tree.unparen(ty)] {
                Expr::Star(inner) => inner,
                _ => syntax.base,
            };
            self.delayed.push(Delayed::Receiver { at: syntax.base, whole, ty: found });
            return found;
        };
        for &param in &tree[params] {
            if tree.name(param).is_none() && !matches!(tree[param], Expr::Bad) {
                let text = self.expr_text(param);
                let message = format!("receiver type parameter {text} must be an identifier");
                self.error(param, message);
            }
        }
        self.records().set_expr(syntax.base, Mode::Type, base);
        self.require_version(18, syntax.base, |_| "type instantiation".to_owned());
        if Self::is_invalid(base) {
            return TypeId::INVALID;
        }
        if matches!(base.kind(), TypeKind::Alias { .. }) && self.is_generic_type(base) {
            let name = self.type_text(base);
            let message = format!("cannot define new methods on generic alias type {name}");
            self.error(syntax.base, message);
            return TypeId::INVALID;
        }
        let TypeKind::Named { decl, .. } = base.unalias().kind() else {
            let name = self.type_text(base);
            self.error(syntax.base, format!("{name} is not a generic type"));
            return TypeId::INVALID;
        };
        let wanted = crate::Resolver::type_params_of(self.cx, *decl).len();
        let params = &entry.type_params[..receiver.params as usize];
        if wanted == 0 {
            let name = self.type_text(base);
            self.error(syntax.base, format!("{name} is not a generic type"));
            return TypeId::INVALID;
        }
        if params.len() != wanted {
            let plural = if params.len() == 1 { "" } else { "s" };
            let message = format!(
                "receiver declares {} type parameter{plural}, but receiver base type declares \
                 {wanted}",
                params.len()
            );
            self.error(syntax.base, message);
            return TypeId::INVALID;
        }
        let args: Vec<TypeId> = params.iter().map(|&param| TypeId::type_param(param)).collect();
        let args = TypeList::new(&args);
        self.records().add_instance(self.name_ident(syntax.base), args);
        let named = TypeId::named(*decl, args);
        let found = if syntax.pointer { TypeId::pointer(named) } else { named };
        // The nodes around the base: parentheses, the star, the index expression.
        let mut at = ty;
        let mut shown = found;
        while at != syntax.base {
            self.records().set_expr(at, Mode::Type, shown);
            at = match tree[at] {
                Expr::Paren(inner) => inner,
                Expr::Star(inner) => {
                    shown = named;
                    inner
                }
                _ => break,
            };
        }
        let whole = match tree[tree.unparen(ty)] {
            Expr::Star(inner) => inner,
            _ => syntax.base,
        };
        self.delayed.push(Delayed::Receiver { at: syntax.base, whole, ty: found });
        found
    }

    /// The instance that a receiver's type stands for through aliases.
    fn aliased_instance(&self, ty: TypeId) -> Option<TypeId> {
        let mut ty = ty;
        let mut aliased = false;
        loop {
            match ty.kind() {
                TypeKind::Pointer(base) => ty = *base,
                TypeKind::Named { args, .. } | TypeKind::Alias { args, .. }
                    if aliased && !args.is_empty() =>
                {
                    return Some(ty);
                }
                TypeKind::Alias { actual, .. } => {
                    aliased = true;
                    ty = *actual;
                }
                _ => return None,
            }
        }
    }

    /// The identifier that names what `expr`, perhaps qualified, denotes.
    pub(super) fn name_ident(&self, expr: ExprId) -> ExprId {
        let tree = self.tree();
        match tree[tree.unparen(expr)] {
            Expr::Selector { sel, .. } => sel,
            Expr::Index { x, .. } => self.name_ident(x),
            _ => tree.unparen(expr),
        }
    }

    /// A declaration statement.
    pub(super) fn decl_stmt(&mut self, keyword: DeclKeyword, specs: SpecList) {
        match keyword {
            DeclKeyword::Import => {}
            DeclKeyword::Const => self.local_consts(specs),
            DeclKeyword::Var => {
                for spec in self.tree().spec_ids(specs) {
                    self.local_vars(spec);
                }
            }
            DeclKeyword::Type => {
                for spec in self.tree().spec_ids(specs) {
                    self.local_type(spec);
                }
            }
        }
    }

    fn local_consts(&mut self, specs: SpecList) {
        let tree = self.tree();
        let outer_iota = self.iota;
        let mut last: Option<(Option<ExprId>, ExprList)> = None;
        for id in tree.spec_ids(specs) {
            let Spec::Value { names, ty, values, iota } = tree.specs[id.index()] else { continue };
            let inherited = ty.is_none() && tree[values].is_empty() && last.is_some();
            if !inherited {
                last = Some((ty, values));
            }
            let (ty, inits) = last.unwrap_or((None, values));
            let (idents, inits) = (&tree[names], &tree[inits]);
            if idents.len() < inits.len() {
                if let Some(&extra) = tree[values].get(idents.len()) {
                    let text = self.expr_text(extra);
                    self.error(extra, format!("extra init expr {text}"));
                } else if let Some(&at) = idents.first() {
                    let extra = self.note(inits[idents.len()], NoteKind::Position);
                    self.error_with(at, "extra init expr", false, vec![extra]);
                }
            }
            let mut found = Vec::with_capacity(idents.len());
            for (position, &ident) in idents.iter().enumerate() {
                let init = inits.get(position).copied();
                if init.is_none()
                    && let Some(name) = tree.name(ident)
                {
                    self.error(ident, format!("missing init expr for {name}"));
                }
                self.iota = Some(iota);
                found.push(self.const_decl(ty, init, inherited.then_some(ident)));
                self.iota = outer_iota;
            }
            for (&ident, (ty, value)) in idents.iter().zip(found) {
                self.records().set_expr(ident, Mode::Constant, ty);
                self.record_object(ident, Object::LocalConst(ident));
                if !value.is_unknown() {
                    self.records().set_constant(ident, value.clone());
                }
                let index = self.scratch.local_consts.len() as u32;
                self.scratch.local_consts.push(LocalConst { ident, ty, value });
                self.declare(ident, Entity::Const(index));
            }
        }
    }

    fn local_vars(&mut self, spec: SpecId) {
        let tree = self.tree();
        let Spec::Value { names, ty, values, .. } = tree.specs[spec.index()] else { return };
        let (idents, values) = (&tree[names], &tree[values]);
        let declared = ty.map(|ty| self.var_type(ty));
        let types = vec![declared; idents.len()];
        let found = if values.is_empty() {
            if declared.is_none()
                && let Some(&at) = idents.first()
            {
                self.error(at, "missing type or init expr");
            }
            types.into_iter().map(|ty| ty.unwrap_or(TypeId::INVALID)).collect()
        } else if idents.len() == values.len() && idents.len() > 1 {
            idents
                .iter()
                .zip(values)
                .map(|(&ident, &value)| {
                    let target = declared.and_then(|ty| self.function_target(ty));
                    self.target = self.named_target(ident);
                    let mut x = self.expr(target, value);
                    self.init_var(declared, &mut x, "variable declaration")
                })
                .collect()
        } else if idents.len() != values.len() && values.len() != 1 {
            for &value in values {
                self.use_expr(value);
            }
            if idents.len() < values.len() {
                let extra = values[idents.len()];
                let text = self.expr_text(extra);
                self.error(extra, format!("extra init expr {text}"));
            } else {
                let name = tree.name(idents[values.len()]).unwrap_or_else(|| Name::new("_"));
                self.error(idents[values.len()], format!("missing init expr for {name}"));
            }
            types.into_iter().map(|ty| ty.unwrap_or(TypeId::INVALID)).collect()
        } else if idents.len() == 1 {
            let target = declared.and_then(|ty| self.function_target(ty));
            self.target = self.named_target(idents[0]);
            let mut x = self.expr(target, values[0]);
            vec![self.init_var(declared, &mut x, "variable declaration")]
        } else {
            self.init_vars(&types, values, None)
        };
        for (&ident, ty) in idents.iter().zip(found) {
            self.declare_var(ident, ty);
        }
    }

    fn named_target(&self, ident: ExprId) -> Target {
        self.tree().name(ident).map_or(Target::Unnamed, Target::Variable)
    }

    /// Reports that the declaration of a local type asks what the type itself is; says whether it
    /// does.
    pub(super) fn is_open_type(&self, ty: TypeId) -> bool {
        let ty = crate::underlying::pointer_base(ty).unwrap_or(ty);
        let TypeKind::Named { decl, .. } = ty.unalias().kind() else { return false };
        let Some(open) = self.open_types.iter().find(|open| open.decl == *decl) else {
            return false;
        };
        let name = decl.name();
        self.error(open.ident, format!("invalid recursive type: {name} refers to itself"));
        true
    }

    /// Declares a local variable, with its name in the innermost block.
    pub(super) fn declare_var(&mut self, ident: ExprId, ty: TypeId) -> LocalId {
        let local = self.new_var(ident, ty);
        self.declare(ident, Entity::Local(local));
        local
    }

    /// A local variable whose name is not bound yet.
    pub(super) fn new_var(&mut self, ident: ExprId, ty: TypeId) -> LocalId {
        let name = self.tree().name(ident);
        let local = self.add_local(name, Some(ident.into()), LocalKind::Var);
        self.set_var_type(ident, local, ty);
        local
    }

    /// Gives a variable its type.
    pub(super) fn set_var_type(&mut self, ident: ExprId, local: LocalId, ty: TypeId) {
        self.records().set_local_type(local, ty);
        self.record_object(ident, Object::Local(local));
        self.records().set_expr(ident, Mode::Variable, ty);
    }

    fn local_type(&mut self, spec: SpecId) {
        let tree = self.tree();
        let Spec::Type { name: ident, type_params, alias, ty } = tree.specs[spec.index()] else {
            return;
        };
        let Some(name) = tree.name(ident) else { return };
        let Some(owner) = self.owner else { return };
        let ordinal = self.local_ordinal(owner, name);
        let decl =
            DeclId::new(DeclKey { package: self.cx.package, parent: Some(owner), name, ordinal });
        self.record_object(ident, Object::TypeName(decl));
        self.declare(ident, Entity::Type(decl));
        self.type_version(alias, type_params, ident);
        let outer = self.owner_params.len() as u32;
        let mut params: Vec<TypeParamId> = self.owner_params.to_vec();
        let first = params.len();
        super::collect::push_type_params(tree, type_params, decl, &mut params);
        let own: Vec<TypeParamId> = params[first..].to_vec();
        let mut entry = TypeDecl {
            type_params: Arc::from(params),
            outer_params: outer,
            underlying: TypeId::INVALID,
            alias,
            methods: Arc::from([]),
        };
        self.cx.locals.borrow_mut().types.insert(decl, entry.clone());
        self.scratch.type_names.remove(&decl);
        self.open_types.push(OpenType { decl, ident, alias });
        self.scratch.scopes.open();
        self.declare_type_params(type_params, &own);
        self.check_bounds(type_params, &own);
        let (rhs, found) = self.type_decl_rhs(alias, ty, &own);
        entry.underlying = found;
        self.scratch.scopes.close();
        self.open_types.pop();
        if !alias && rhs != TypeId::INVALID && found == TypeId::INVALID && names_decl(rhs, decl) {
            self.error(ident, format!("invalid recursive type: {name} refers to itself"));
        }
        let named = if alias {
            entry.underlying
        } else {
            let args: Vec<TypeId> =
                self.owner_params.iter().map(|&param| TypeId::type_param(param)).collect();
            TypeId::named(decl, TypeList::new(&args))
        };
        self.scratch.type_names.remove(&decl);
        self.cx.locals.borrow_mut().types.insert(decl, entry);
        self.records().set_expr(ident, Mode::Type, named);
        self.delayed.push(Delayed::ValidType { decl });
        self.flush_delayed();
    }

    /// Tells types of one name in one function apart.
    fn local_ordinal(&mut self, owner: DeclId, name: Name) -> u32 {
        let next = |count: &mut u32| {
            let ordinal = *count;
            *count += 1;
            ordinal
        };
        match self.cx.state() {
            Some(state) => {
                next(state.local_ordinals.borrow_mut().entry((owner, name)).or_default())
            }
            None => next(self.scratch.local_ordinals.entry(name).or_default()),
        }
    }
}

/// Whether a type is the one that `decl` declares.
fn names_decl(ty: TypeId, decl: DeclId) -> bool {
    matches!(ty.unalias().kind(), TypeKind::Named { decl: other, .. } if *other == decl)
}

/// The first identifier of a type parameter list.
pub(super) fn first_type_param(tree: &Tree, list: FieldList) -> Option<ExprId> {
    let field = tree[list].first()?;
    Some(tree[field.names].first().copied().unwrap_or(field.ty))
}
