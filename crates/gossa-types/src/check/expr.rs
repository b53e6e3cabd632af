//! Expressions: the entry points, identifiers, unary operators, and recording.

use super::scope::Entity;
use super::{Checker, ExprKind, LocalConst, Operand, with_stack};
use crate::constant::Value;
use crate::decls::At;
use crate::ids::PackageId;
use crate::info::Mode;
use crate::object::{Builtin, Object};
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::{all_types, common_underlying, is_type_param, under_is};
use gossa_base::Name;
use gossa_syntax::{ChanDir, Expr, ExprId, UnaryOp};

/// What a name denotes.
#[derive(Clone, Copy)]
pub(super) enum Resolved {
    /// Something local.
    Local(Entity),
    /// Something of the package, the file's imports (then the flag is set) or the universe.
    Object(Object, bool),
}

impl Checker<'_> {
    /// What a name denotes here.
    #[inline]
    pub(super) fn lookup(&self, name: Name) -> Option<Resolved> {
        if let Some(entity) = self.scratch.scopes.lookup(name) {
            return Some(Resolved::Local(entity));
        }
        let (object, of_file) = self.cx.lookup(self.place.source.file, name)?;
        Some(Resolved::Object(object, of_file))
    }

    /// An identifier.
    pub(super) fn ident(&mut self, expr: ExprId, name: Name) -> Operand {
        match self.lookup(name) {
            Some(Resolved::Local(entity)) => self.local_ident(expr, entity),
            Some(Resolved::Object(object, of_file)) => {
                if of_file && !matches!(object, Object::Package(_)) {
                    self.use_import(name);
                }
                self.global_ident(expr, name, object)
            }
            None => {
                if name.is_blank() {
                    self.error(expr, "cannot use _ as value or type");
                } else {
                    self.error(expr, format!("undefined: {name}"));
                }
                Operand::invalid(expr)
            }
        }
    }

    fn local_ident(&mut self, expr: ExprId, entity: Entity) -> Operand {
        self.record_object(expr, self.entity_object(entity));
        match entity {
            Entity::Local(local) => {
                self.mark_used(local);
                let ty = self.records().local(local).ty;
                if Self::is_invalid(ty) {
                    return Operand::invalid(expr);
                }
                Operand::new(expr, Mode::Variable, ty)
            }
            Entity::Const(index) => {
                let LocalConst { ty, value, .. } = &self.scratch.local_consts[index as usize];
                if Self::is_invalid(*ty) {
                    return Operand::invalid(expr);
                }
                Operand::constant(expr, *ty, value.clone())
            }
            Entity::Type(decl) => {
                let same = |open: &&super::OpenType| open.alias && open.decl == decl;
                if let Some(open) = self.open_types.iter().find(same) {
                    let name = decl.name();
                    let message = format!("invalid recursive type: {name} refers to itself");
                    self.error(open.ident, message);
                    return Operand::invalid(expr);
                }
                let (ty, _) = self.type_name(decl);
                Operand::new(expr, Mode::Type, ty)
            }
            Entity::TypeParam(param) => Operand::new(expr, Mode::Type, TypeId::type_param(param)),
        }
    }

    fn global_ident(&mut self, expr: ExprId, name: Name, object: Object) -> Operand {
        if let Object::Package(_) = object {
            self.error(expr, format!("use of package {name} not in selector"));
            return Operand::invalid(expr);
        }
        if let Object::TypeName(decl) = object
            && decl.package() == PackageId::universe()
            && name.as_str() != "error"
            && !self.require_version(18, expr, |_| format!("predeclared {name}"))
        {
            return Operand::invalid(expr);
        }
        self.object_operand(expr, expr, object)
    }

    /// The operand that a package-level or predeclared object is. `ident` names it, `expr` is the
    /// whole expression.
    pub(super) fn object_operand(
        &mut self,
        expr: ExprId,
        ident: ExprId,
        object: Object,
    ) -> Operand {
        self.record_object(ident, object);
        match object {
            Object::Const(decl) => {
                if decl.package() == PackageId::universe() && decl.name().as_str() == "iota" {
                    let Some(iota) = self.iota else {
                        self.error(expr, "cannot use iota outside constant declaration");
                        return Operand::invalid(expr);
                    };
                    let ty = TypeId::basic(BasicKind::UntypedInt);
                    return Operand::constant(expr, ty, Value::from_i64(i64::from(iota)));
                }
                self.add_reference(decl);
                let (ty, value) = self.cx.constant(decl);
                if Self::is_invalid(ty) {
                    return Operand::invalid(expr);
                }
                Operand::constant(expr, ty, value)
            }
            Object::TypeName(decl) => {
                let (ty, _) = self.type_name(decl);
                if ty == TypeId::INVALID {
                    return Operand::invalid(expr);
                }
                Operand::new(expr, Mode::Type, ty)
            }
            Object::BasicType(kind) => Operand::new(expr, Mode::Type, TypeId::basic(kind)),
            Object::Var(decl) => {
                self.add_reference(decl);
                let ty = self.cx.variable(decl);
                self.note_early_variable(decl, expr);
                if Self::is_invalid(ty) {
                    return Operand::invalid(expr);
                }
                Operand::new(expr, Mode::Variable, ty)
            }
            Object::Func(decl) => {
                self.add_reference(decl);
                let ty = self.cx.function(decl);
                self.note_early_function(decl, expr);
                if Self::is_invalid(ty) {
                    return Operand::invalid(expr);
                }
                Operand::new(expr, Mode::Value, ty)
            }
            Object::Builtin(builtin) => {
                let mut x = Operand::new(expr, Mode::Builtin, TypeId::INVALID);
                x.builtin = Some(builtin);
                x
            }
            Object::Nil => Operand::new(expr, Mode::Nil, TypeId::basic(BasicKind::UntypedNil)),
            _ => Operand::invalid(expr),
        }
    }

    /// Evaluates an expression to a single value. `target` is the function type of what it is
    /// assigned to, from which a generic function may be instantiated.
    pub(super) fn expr(&mut self, target: Option<TypeId>, expr: ExprId) -> Operand {
        let mut x = self.raw_expr(target, expr, None, false);
        self.exclude_non_values(&mut x);
        self.single_value(&mut x);
        x
    }

    /// Like [`Checker::expr`]; the value may be a generic function. `hint` is the type of a
    /// composite literal whose type is left out.
    pub(super) fn generic_expr(&mut self, expr: ExprId, hint: Option<TypeId>) -> Operand {
        let mut x = self.raw_expr(None, expr, hint, true);
        self.exclude_non_values(&mut x);
        self.single_value(&mut x);
        x
    }

    /// Evaluates an expression to a value or a type.
    pub(super) fn expr_or_type(&mut self, expr: ExprId, allow_generic: bool) -> Operand {
        let mut x = self.raw_expr(None, expr, None, allow_generic);
        if x.mode == Mode::NoValue {
            let what = self.operand_text(&x);
            self.error(x.expr, format!("{what} used as value or type"));
            x.invalidate();
        }
        self.single_value(&mut x);
        x
    }

    /// Reports what is no value: a call without results, a type, a built-in.
    pub(super) fn exclude_non_values(&mut self, x: &mut Operand) {
        let message = match x.mode {
            Mode::NoValue => "used as value",
            Mode::Builtin => "must be called",
            Mode::Type => "is not an expression",
            _ => return,
        };
        let what = self.operand_text(x);
        self.error(x.expr, format!("{what} {message}"));
        x.invalidate();
    }

    /// Reports several values where one is wanted.
    pub(super) fn single_value(&mut self, x: &mut Operand) {
        if matches!(x.mode, Mode::Value | Mode::CommaErr)
            && matches!(x.ty.kind(), TypeKind::Tuple(_))
        {
            let what = self.operand_text(x);
            self.error(x.expr, format!("multiple-value {what} in single-value context"));
            x.invalidate();
        }
    }

    /// Evaluates an expression, whatever it is, and records it.
    pub(super) fn raw_expr(
        &mut self,
        target: Option<TypeId>,
        expr: ExprId,
        hint: Option<TypeId>,
        allow_generic: bool,
    ) -> Operand {
        let mut x = match self.tree()[expr] {
            Expr::Ident(name) => self.ident(expr, name),
            Expr::BasicLit { kind, text } => self.basic_lit(expr, kind, text),
            _ => with_stack(|| self.expr_internal(target, expr, hint)),
        };
        x.expr = expr;
        if !allow_generic {
            self.non_generic(target, &mut x);
        }
        self.record(&x);
        x
    }

    /// Records an operand under its expression.
    pub(super) fn record(&self, x: &Operand) {
        let records = self.records();
        records.set_expr(x.expr, x.mode, x.ty);
        if x.is_constant() && !x.value.is_unknown() {
            records.set_constant(x.expr, x.value.clone());
        }
    }

    /// Reports a generic type or function that has no type arguments; a function may get them
    /// from `target`.
    pub(super) fn non_generic(&mut self, target: Option<TypeId>, x: &mut Operand) {
        let what = match (x.mode, x.ty.kind()) {
            (Mode::Invalid | Mode::NoValue, _) => return,
            (_, TypeKind::Signature(signature)) if !signature.type_params.is_empty() => {
                if let Some(target) = target {
                    self.instantiate_from_target(target, x, None);
                    return;
                }
                "function"
            }
            (Mode::Type, TypeKind::Named { .. } | TypeKind::Alias { .. })
                if self.is_generic_type(x.ty) =>
            {
                "type"
            }
            _ => return,
        };
        let text = self.expr_text(x.expr);
        self.error(x.expr, format!("cannot use generic {what} {text} without instantiation"));
        x.invalidate();
    }

    fn expr_internal(
        &mut self,
        target: Option<TypeId>,
        expr: ExprId,
        hint: Option<TypeId>,
    ) -> Operand {
        match self.tree()[expr] {
            Expr::Bad => Operand::invalid(expr),
            Expr::Ident(name) => self.ident(expr, name),
            Expr::BasicLit { kind, text } => self.basic_lit(expr, kind, text),
            Expr::FuncLit { signature, body } => self.func_lit(expr, signature, body),
            Expr::CompositeLit { ty, elements } => self.composite_lit(expr, ty, elements, hint),
            Expr::Paren(inner) => self.raw_expr(None, inner, None, false),
            Expr::Selector { x, sel } => self.selector(expr, x, sel, false),
            Expr::Index { x, indices } => {
                let (mut x, is_function) = self.index_expr(expr, x, indices);
                if is_function {
                    self.instantiate_function(target, &mut x, expr, indices);
                }
                x
            }
            Expr::Slice { x, bounds } => self.slice_expr(expr, x, bounds),
            Expr::TypeAssert { x, ty } => self.type_assert(expr, x, ty),
            Expr::Call { fun, args, spread } => self.call_expr(expr, fun, args, spread),
            Expr::Star(x) => self.star(expr, x),
            Expr::Unary { op, x } => self.unary(expr, op, x),
            Expr::Binary { .. } => self.binary_chain(expr),
            Expr::KeyValue { .. } => {
                self.error(expr, "no key:value expected");
                Operand::invalid(expr)
            }
            Expr::Ellipsis(_) => {
                self.error(expr, "invalid use of ...");
                Operand::invalid(expr)
            }
            Expr::ArrayType { .. }
            | Expr::StructType(_)
            | Expr::FuncType(_)
            | Expr::InterfaceType(_)
            | Expr::MapType { .. }
            | Expr::ChanType { .. } => {
                let ty = self.typ(expr);
                if Self::is_invalid(ty) {
                    return Operand::invalid(expr);
                }
                Operand::new(expr, Mode::Type, ty)
            }
        }
    }

    fn star(&mut self, expr: ExprId, inner: ExprId) -> Operand {
        let x = self.expr_or_type(inner, false);
        match x.mode {
            Mode::Invalid => Operand::invalid(expr),
            Mode::Type => {
                self.valid_var_type(inner, x.ty);
                Operand::new(expr, Mode::Type, TypeId::pointer(x.ty))
            }
            _ => {
                let Some(base) = self.pointed_to(&x) else { return Operand::invalid(expr) };
                Operand::new(expr, Mode::Variable, base)
            }
        }
    }

    /// What the pointer `x` points to.
    fn pointed_to(&mut self, x: &Operand) -> Option<TypeId> {
        if x.mode == Mode::Builtin {
            let what = self.operand_text(x);
            self.error(x.expr, format!("invalid operation: cannot indirect {what}"));
            return None;
        }
        if let TypeKind::Pointer(base) = self.under_kind(x.ty) {
            return Some(*base);
        }
        let mut base: Option<TypeId> = None;
        let mut message = None;
        if is_type_param(x.ty) {
            let found = under_is(self.cx, x.ty, &mut |under| {
                let Some(TypeKind::Pointer(elem)) = under.map(TypeId::kind) else {
                    message = Some("cannot indirect");
                    return false;
                };
                if base.is_some_and(|base| !self.identical(base, *elem)) {
                    message = Some("pointers of");
                    return false;
                }
                base = Some(*elem);
                true
            });
            if found && base.is_some() {
                return base;
            }
        }
        if Self::is_invalid(self.under(x.ty)) {
            return None;
        }
        let what = self.operand_text(x);
        if message == Some("pointers of") {
            let message =
                format!("invalid operation: pointers of {what} must have identical base types");
            self.error(x.expr, message);
        } else {
            self.error(x.expr, format!("invalid operation: cannot indirect {what}"));
        }
        None
    }

    fn unary(&mut self, expr: ExprId, op: UnaryOp, operand: ExprId) -> Operand {
        let mut x = self.expr(None, operand);
        if !x.is_valid() {
            return Operand::invalid(expr);
        }
        let predicate: fn(BasicKind) -> bool = match op {
            UnaryOp::Address => {
                let literal =
                    matches!(self.tree()[self.tree().unparen(operand)], Expr::CompositeLit { .. });
                if !literal && x.mode != Mode::Variable {
                    x.expr = self.tree().unparen(operand);
                    let what = self.operand_text(&x);
                    let message = format!("invalid operation: cannot take address of {what}");
                    self.error(x.expr, message);
                    return Operand::invalid(expr);
                }
                return Operand::new(expr, Mode::Value, TypeId::pointer(x.ty));
            }
            UnaryOp::Receive => {
                let Some(elem) = self.chan_elem(x.expr, &x, true) else {
                    return Operand::invalid(expr);
                };
                self.has_call = true;
                let mut result = Operand::new(expr, Mode::CommaOk, elem);
                result.kind = ExprKind::Statement;
                return result;
            }
            UnaryOp::Tilde => {
                let hint =
                    if self.all_integer(x.ty) { " (use ^ for bitwise complement)" } else { "" };
                let message = format!("cannot use ~ outside of interface or type constraint{hint}");
                self.error(expr, message);
                return Operand::invalid(expr);
            }
            UnaryOp::Plus | UnaryOp::Neg => BasicKind::is_numeric,
            UnaryOp::Xor => BasicKind::is_integer,
            UnaryOp::Not => BasicKind::is_boolean,
        };
        if self.has_hole(&x) {
            return Operand::invalid(expr);
        }
        if !self.all_basic(x.ty, predicate) {
            let what = self.operand_text(&x);
            let op = op.as_str();
            let message = format!("invalid operation: operator {op} not defined on {what}");
            self.error(x.expr, message);
            return Operand::invalid(expr);
        }
        if x.is_constant() {
            self.constant_unary(op, &mut x, expr);
        } else {
            x.mode = Mode::Value;
        }
        x.kind = ExprKind::Expression;
        x
    }

    /// Element type of a channel that is received from or sent to.
    pub(super) fn chan_elem(
        &mut self,
        at: impl Into<At>,
        x: &Operand,
        receive: bool,
    ) -> Option<TypeId> {
        let wrong = if receive { ChanDir::Send } else { ChanDir::Receive };
        let generic = is_type_param(x.ty);
        let mut cause = None;
        all_types(self.cx, x.ty, &mut |pair| {
            let Some((ty, under)) = pair else {
                cause = Some("no specific channel type".to_owned());
                return false;
            };
            let what = match under.kind() {
                TypeKind::Chan { dir, .. } if *dir == wrong && receive => "send-only channel",
                TypeKind::Chan { dir, .. } if *dir == wrong => "receive-only channel",
                TypeKind::Chan { .. } => return true,
                TypeKind::Basic(BasicKind::Invalid) => {
                    cause = Some(String::new());
                    return false;
                }
                _ => "non-channel",
            };
            cause = Some(format!("{what} {}", self.type_text(ty)));
            false
        });
        if cause.is_none() {
            match common_underlying(self.cx, x.ty).map(TypeId::kind) {
                Ok(TypeKind::Chan { elem, .. }) => return Some(*elem),
                Ok(_) => cause = Some(String::new()),
                Err(why) => cause = Some(why.message(&|ty| self.type_text(ty))),
            }
        }
        let cause = cause.unwrap_or_default();
        if cause.is_empty() {
            return None;
        }
        let what = self.operand_text(x);
        let verb = if receive { "receive from" } else { "send to" };
        let message = if generic {
            format!("invalid operation: cannot {verb} {what}: {cause}")
        } else {
            format!("invalid operation: cannot {verb} {cause} {what}")
        };
        self.error(at, message);
        None
    }

    fn type_assert(&mut self, expr: ExprId, operand: ExprId, ty: Option<ExprId>) -> Operand {
        let x = self.expr(None, operand);
        let Some(ty) = ty else {
            if x.is_valid() {
                self.error(expr, "use of .(type) outside type switch");
            }
            return Operand::invalid(expr);
        };
        if !x.is_valid() {
            self.typ(ty);
            return Operand::invalid(expr);
        }
        if !self.is_interface_value(x.ty) {
            let what = self.operand_text(&x);
            if is_type_param(x.ty) {
                let message = format!(
                    "invalid operation: cannot use type assertion on type parameter value {what}"
                );
                self.error(x.expr, message);
            } else if !Self::is_invalid(self.under(x.ty)) {
                self.error(x.expr, format!("invalid operation: {what} is not an interface"));
            }
            self.typ(ty);
            return Operand::invalid(expr);
        }
        let asserted = self.var_type(ty);
        if Self::is_invalid(asserted) {
            return Operand::invalid(expr);
        }
        if let Err(missing) = crate::implements::assertable(self.cx, x.ty, asserted) {
            let cause = self.with_printer(|printer| missing.message(self.cx, printer));
            let message = format!(
                "impossible type assertion: {}\n\t{} does not implement {} {cause}",
                self.expr_text(expr),
                self.type_text(asserted),
                self.type_text(x.ty)
            );
            self.error(expr, message);
        }
        Operand::new(expr, Mode::CommaOk, asserted)
    }

    /// Evaluates an expression of an erroneous construct, so that what it mentions counts as
    /// used; says whether it is valid.
    pub(super) fn use_expr(&mut self, expr: ExprId) -> bool {
        match self.tree()[self.tree().unparen(expr)] {
            Expr::Ident(name) if name.is_blank() => true,
            Expr::KeyValue { value, .. } => self.use_expr(value),
            Expr::Ellipsis(_) => true,
            _ => self.raw_expr(None, expr, None, true).is_valid(),
        }
    }

    /// Like [`Checker::use_expr`] for the left side of an assignment: a variable there does not
    /// count as used.
    pub(super) fn use_lhs(&mut self, expr: ExprId) -> bool {
        let inner = self.tree().unparen(expr);
        if let Expr::Ident(name) = self.tree()[inner]
            && let Some(Resolved::Local(Entity::Local(local))) = self.lookup(name)
        {
            let used = self.is_used(local);
            let valid = self.use_expr(expr);
            self.scratch.used[local.index()] = used;
            return valid;
        }
        self.use_expr(expr)
    }

    /// Whether an expression is the predeclared `nil`.
    pub(super) fn is_nil_expr(&self, expr: ExprId) -> bool {
        match self.tree()[self.tree().unparen(expr)] {
            Expr::Ident(name) => {
                matches!(self.lookup(name), Some(Resolved::Object(Object::Nil, _)))
            }
            _ => false,
        }
    }

    /// The built-in function that an expression denotes, once it is recorded.
    pub(super) fn recorded_builtin(&self, expr: ExprId) -> Option<Builtin> {
        let ident = match self.tree()[self.tree().unparen(expr)] {
            Expr::Selector { sel, .. } => sel,
            _ => self.tree().unparen(expr),
        };
        match self.records().object(ident) {
            Some(Object::Builtin(builtin)) => Some(builtin),
            _ => None,
        }
    }
}
