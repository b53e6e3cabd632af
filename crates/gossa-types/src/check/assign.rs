//! Assignments and initialisations, those of call arguments and results included.

use super::call::Operands;
use super::expr::Resolved;
use super::messages::measure;
use super::scope::Entity;
use super::update::Misfit;
use super::{Checker, Operand, Synthetic, Target};
use crate::assignable::{Cause, assignable};
use crate::decls::At;
use crate::info::Mode;
use crate::object::LocalId;
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::universe::universe;
use gossa_base::Name;
use gossa_syntax::{Expr, ExprId, ExprList, NodeId};
use smallvec::SmallVec;

/// Why an operand cannot be assigned.
pub(super) enum AssignError {
    /// It was reported already.
    Reported,
    /// It is no value.
    NoValue,
    /// `nil` without a type.
    Nil,
    /// An untyped value that the type has no room for.
    Untyped(Misfit, TypeId),
    /// A value of another type.
    Typed(Cause),
}

impl Checker<'_> {
    /// Assigns `x` to a variable of type `ty` (`None`: a blank); makes it invalid and reports
    /// where that cannot be. `context` says what for.
    pub(super) fn assign(&mut self, x: &mut Operand, ty: Option<TypeId>, context: &str) {
        if let Err(error) = self.try_assign(x, ty) {
            self.report_assign(error, x, ty, context);
            x.invalidate();
        }
    }

    /// Like [`Checker::assign`] with a context that is made when it is needed.
    pub(super) fn assign_with(
        &mut self,
        x: &mut Operand,
        ty: Option<TypeId>,
        context: impl FnOnce() -> String,
    ) {
        if let Err(error) = self.try_assign(x, ty) {
            let context = context();
            self.report_assign(error, x, ty, &context);
            x.invalidate();
        }
    }

    /// Assigns, and leaves it to the caller to report.
    pub(super) fn try_assign(
        &mut self,
        x: &mut Operand,
        ty: Option<TypeId>,
    ) -> Result<(), AssignError> {
        self.single_value(x);
        match x.mode {
            Mode::Invalid => return Ok(()),
            Mode::Constant
            | Mode::Variable
            | Mode::MapIndex
            | Mode::Value
            | Mode::Nil
            | Mode::CommaOk
            | Mode::CommaErr => {}
            _ => return Err(AssignError::NoValue),
        }
        if x.is_untyped() {
            let mut target = ty.unwrap_or(TypeId::INVALID);
            if ty.is_none() || self.is_interface_value(target) {
                if ty.is_none() && x.is_nil() {
                    return Err(AssignError::Nil);
                }
                if !x.is_nil() {
                    target = Self::default_type(x.ty);
                }
            }
            match self.implicit_type(x, target) {
                Ok((found, value)) => self.set_type(x, found, value),
                Err(misfit) => return Err(AssignError::Untyped(misfit, target)),
            }
        }
        if let TypeKind::Signature(signature) = x.ty.kind()
            && !signature.type_params.is_empty()
        {
            let target = ty.and_then(|ty| self.function_target(ty));
            self.non_generic(target, x);
            if !x.is_valid() {
                return Err(AssignError::Reported);
            }
            if x.synthetic == Synthetic::No {
                self.record(x);
            }
        }
        let Some(ty) = ty else { return Ok(()) };
        if x.ty == ty || Self::is_invalid(ty) || Self::is_invalid(x.ty) {
            return Ok(());
        }
        let value = x.is_constant().then(|| x.value.clone());
        assignable(self.cx, x.ty, value.as_ref(), ty).map_err(|cause| {
            let hole = x.ty.has_invalid() || ty.has_invalid() || is_hole_in(self.cx, &cause);
            if hole { AssignError::Reported } else { AssignError::Typed(cause) }
        })
    }

    /// Reports why an assignment cannot be.
    pub(super) fn report_assign(
        &self,
        error: AssignError,
        x: &Operand,
        ty: Option<TypeId>,
        context: &str,
    ) {
        let what = || self.operand_text(x);
        let message = match error {
            AssignError::Reported => return,
            AssignError::NoValue => {
                let ty = ty.map_or_else(|| "_".to_owned(), |ty| self.type_text(ty));
                format!("cannot assign {} to {ty} in {context}", what())
            }
            AssignError::Nil => format!("use of untyped nil in {context}"),
            AssignError::Untyped(misfit, target) => {
                let suffix = match misfit {
                    Misfit::Truncated => " (truncated)",
                    Misfit::Overflow => " (overflows)",
                    Misfit::Kind => "",
                };
                let ty = self.type_text(target);
                format!("cannot use {} as {ty} value in {context}{suffix}", what())
            }
            AssignError::Typed(cause) => {
                let ty = ty.map_or_else(String::new, |ty| self.type_text(ty));
                let cause = match cause {
                    Cause::Mismatch => String::new(),
                    other => self.with_printer(|printer| other.message(self.cx, printer)),
                };
                let colon = if cause.is_empty() { "" } else { ": " };
                format!("cannot use {} as {ty} value in {context}{colon}{cause}", what())
            }
        };
        self.error(x.expr, message);
    }

    /// Initialises a variable of type `declared` (`None`: that of the value); returns its type.
    pub(super) fn init_var(
        &mut self,
        declared: Option<TypeId>,
        x: &mut Operand,
        context: &str,
    ) -> TypeId {
        if Self::is_hole(x) || declared.is_some_and(Self::is_invalid) {
            x.invalidate();
            return declared.unwrap_or(TypeId::INVALID);
        }
        let ty = match declared {
            Some(ty) => ty,
            None => {
                if x.is_nil() {
                    self.error(x.expr, format!("use of untyped nil in {context}"));
                    x.invalidate();
                    return TypeId::INVALID;
                }
                Self::default_type(x.ty)
            }
        };
        self.assign(x, Some(ty), context);
        ty
    }

    /// Evaluates an expression that may yield several values. With `comma_ok` set, one that may
    /// yield a second value does, and the flag is set.
    pub(super) fn multi_expr(&mut self, expr: ExprId, comma_ok: bool) -> (Operands, bool) {
        let mut x = self.raw_expr(None, expr, None, false);
        self.exclude_non_values(&mut x);
        let mut list = Operands::new();
        if x.is_valid()
            && let TypeKind::Tuple(types) = x.ty.kind()
        {
            for (index, &ty) in types.iter().enumerate() {
                let mut value = Operand::new(expr, Mode::Value, ty);
                value.synthetic = Synthetic::Result(index as u32);
                list.push(value);
            }
            return (list, false);
        }
        let second = match x.mode {
            Mode::MapIndex | Mode::CommaOk => Some(Synthetic::Ok),
            Mode::CommaErr => Some(Synthetic::Err),
            _ => None,
        };
        list.push(x);
        let Some(second) = second.filter(|_| comma_ok) else { return (list, false) };
        let ty = if second == Synthetic::Err {
            universe().error_type
        } else {
            TypeId::basic(BasicKind::UntypedBool)
        };
        let mut ok = Operand::new(expr, Mode::Value, ty);
        ok.synthetic = second;
        list.push(ok);
        (list, true)
    }

    /// Records that a comma-ok expression yields two values.
    fn record_comma_ok(&self, mut expr: ExprId, first: TypeId, second: TypeId) {
        let tuple = TypeId::tuple(&[first, second]);
        loop {
            let mode = self.records().expr(expr).mode;
            self.records().set_expr(expr, mode, tuple);
            match self.tree()[expr] {
                Expr::Paren(inner) => expr = inner,
                _ => return,
            }
        }
    }

    fn is_call(&self, expr: ExprId) -> bool {
        matches!(self.tree()[self.tree().unparen(expr)], Expr::Call { .. })
    }

    /// Initialises variables of the given types (`None`: those of the values) and returns their
    /// types. `statement` is the return statement whose results these are.
    pub(super) fn init_vars(
        &mut self,
        declared: &[Option<TypeId>],
        values: &[ExprId],
        statement: Option<NodeId>,
    ) -> Vec<TypeId> {
        let context = match statement {
            Some(_) => "return statement",
            None if declared.len() > 1 => "multiple assignment",
            None => "assignment",
        };
        if declared.len() == values.len() && !(values.len() == 1 && self.is_call(values[0])) {
            return declared
                .iter()
                .zip(values)
                .enumerate()
                .map(|(index, (&ty, &value))| {
                    let target = ty.and_then(|ty| self.function_target(ty));
                    self.target = match statement {
                        Some(_) => self.result_target(index),
                        None => Target::Unnamed,
                    };
                    let mut x = self.expr(target, value);
                    self.init_var(ty, &mut x, context)
                })
                .collect();
        }
        let unknown =
            || declared.iter().map(|ty| ty.unwrap_or(TypeId::INVALID)).collect::<Vec<_>>();
        let &[value] = values else {
            let mut valid = true;
            let mut types = Vec::with_capacity(values.len());
            for &value in values {
                let x = self.raw_expr(None, value, None, true);
                valid &= x.is_valid();
                types.push(x.ty);
            }
            if valid {
                match statement {
                    Some(at) => {
                        let at = values
                            .get(declared.len())
                            .or(values.last())
                            .map_or(at, |&value| value.into());
                        self.report_results(at, declared, &types);
                    }
                    None => self.report_counts(values, declared.len(), values.len()),
                }
            }
            return unknown();
        };
        let (mut list, comma_ok) =
            self.multi_expr(value, declared.len() == 2 && statement.is_none());
        if list.len() == declared.len() {
            let types: Vec<TypeId> = declared
                .iter()
                .zip(&mut list)
                .map(|(&ty, x)| self.init_var(ty, x, context))
                .collect();
            if comma_ok && list.iter().all(Operand::is_valid) {
                self.record_comma_ok(value, list[0].ty, list[1].ty);
            }
            return types;
        }
        if list.first().is_none_or(Operand::is_valid) {
            match statement {
                Some(_) => {
                    let types: Vec<TypeId> = list.iter().map(|x| x.ty).collect();
                    self.report_results(value.into(), declared, &types);
                }
                None => self.report_counts(values, declared.len(), list.len()),
            }
        }
        unknown()
    }

    fn result_target(&self, index: usize) -> Target {
        let results = self.function.signature.map(|signature| &signature.results);
        let name = results.and_then(|results| results.get(index)?.name);
        name.map_or(Target::Result, Target::Variable)
    }

    fn report_results(&self, at: NodeId, declared: &[Option<TypeId>], types: &[TypeId]) {
        let quantity = if types.len() > declared.len() { "too many" } else { "not enough" };
        let want: Vec<TypeId> = declared.iter().map(|ty| ty.unwrap_or(TypeId::INVALID)).collect();
        let message = format!(
            "{quantity} return values\n\thave {}\n\twant {}",
            self.types_summary(types, false, false),
            self.types_summary(&want, false, false)
        );
        self.error(at, message);
    }

    fn report_counts(&self, values: &[ExprId], left: usize, right: usize) {
        let Some(&first) = values.first() else { return };
        let (variables, count) = (measure(left, "variable"), measure(right, "value"));
        let message = match self.tree()[self.tree().unparen(first)] {
            Expr::Call { fun, .. } if values.len() == 1 => format!(
                "assignment mismatch: {variables} but {} returns {count}",
                self.expr_text(fun)
            ),
            _ => format!("assignment mismatch: {variables} but {count}"),
        };
        self.error(first, message);
    }

    /// The type of the left side of an assignment: `Ok(None)` for a blank, `Err` after an error.
    pub(super) fn lhs(&mut self, expr: ExprId) -> Result<Option<TypeId>, ()> {
        let inner = self.tree().unparen(expr);
        let mut variable = None;
        if let Expr::Ident(name) = self.tree()[inner] {
            if name.is_blank() {
                return Ok(None);
            }
            if let Some(Resolved::Local(Entity::Local(local))) = self.lookup(name) {
                variable = Some((local, self.is_used(local)));
            }
        }
        let x = self.expr(None, expr);
        if let Some((local, used)) = variable {
            // Being assigned to is no use.
            self.scratch.used[local.index()] = used;
        }
        if Self::is_hole(&x) {
            return Err(());
        }
        if matches!(x.mode, Mode::Variable | Mode::MapIndex) {
            return Ok(Some(x.ty));
        }
        if let Expr::Selector { x: operand, .. } = self.tree()[inner]
            && self.records().expr(operand).mode == Mode::MapIndex
        {
            let text = self.expr_text(expr);
            self.error(expr, format!("cannot assign to struct field {text} in map"));
            return Err(());
        }
        let text = self.expr_text(expr);
        let message =
            format!("cannot assign to {text} (neither addressable nor a map index expression)");
        self.error(expr, message);
        Err(())
    }

    /// `lhs = x`
    pub(super) fn assign_operand(&mut self, lhs: ExprId, x: &mut Operand, context: &str) {
        let Ok(ty) = self.lhs(lhs) else {
            x.invalidate();
            return;
        };
        self.assign_to(ty, x, context);
    }

    fn assign_to(&mut self, ty: Option<TypeId>, x: &mut Operand, context: &str) {
        let context = if ty.is_none() && context == "assignment" {
            "assignment to _ identifier"
        } else {
            context
        };
        self.assign(x, ty, context);
    }

    /// `lhs = rhs`
    fn assign_expr(&mut self, lhs: ExprId, rhs: ExprId, context: &str) {
        let Ok(ty) = self.lhs(lhs) else {
            self.use_expr(rhs);
            return;
        };
        let target = ty.and_then(|ty| self.function_target(ty));
        self.target = Target::Expr(lhs);
        let mut x = self.expr(target, rhs);
        self.assign_to(ty, &mut x, context);
    }

    /// An assignment statement `lhs = rhs`.
    pub(super) fn assign_stmt(&mut self, lhs: ExprList, rhs: ExprList) {
        let tree = self.tree();
        let (lhs, rhs) = (&tree[lhs], &tree[rhs]);
        let context = if lhs.len() > 1 { "multiple assignment" } else { "assignment" };
        if lhs.len() == rhs.len() && !(rhs.len() == 1 && self.is_call(rhs[0])) {
            for (&left, &right) in lhs.iter().zip(rhs) {
                self.assign_expr(left, right, context);
            }
            return;
        }
        let &[value] = rhs else {
            let mut valid = true;
            for &left in lhs {
                valid &= self.use_lhs(left);
            }
            for &right in rhs {
                valid &= self.use_expr(right);
            }
            if valid {
                self.report_counts(rhs, lhs.len(), rhs.len());
            }
            return;
        };
        let (mut list, comma_ok) = self.multi_expr(value, lhs.len() == 2);
        if list.len() == lhs.len() {
            for (&left, x) in lhs.iter().zip(&mut list) {
                self.assign_operand(left, x, context);
            }
            if comma_ok && list.iter().all(Operand::is_valid) {
                self.record_comma_ok(value, list[0].ty, list[1].ty);
            }
            return;
        }
        if list.first().is_none_or(Operand::is_valid) {
            self.report_counts(rhs, lhs.len(), list.len());
        }
        for &left in lhs {
            self.use_lhs(left);
        }
    }

    /// A short variable declaration `lhs := rhs`.
    pub(super) fn define_stmt(&mut self, at: NodeId, lhs: ExprList, rhs: ExprList) {
        enum Left {
            New(ExprId, LocalId),
            Old,
            Dummy,
        }
        let tree = self.tree();
        let (lhs, rhs) = (&tree[lhs], &tree[rhs]);
        let mut lefts: SmallVec<[Left; 4]> = SmallVec::new();
        let mut types: SmallVec<[Option<TypeId>; 4]> = SmallVec::new();
        let mut seen: SmallVec<[Name; 4]> = SmallVec::new();
        let mut has_error = false;
        let mut has_new = false;
        for &left in lhs {
            let mut dummy = || {
                has_error = true;
                lefts.push(Left::Dummy);
                types.push(None);
            };
            let Some(name) = tree.name(left) else {
                dummy();
                self.use_lhs(left);
                let text = self.expr_text(left);
                self.error(left, format!("non-name {text} on left side of :="));
                continue;
            };
            if !name.is_blank() {
                if seen.contains(&name) {
                    dummy();
                    self.error(left, format!("{name} repeated on left side of :="));
                    continue;
                }
                seen.push(name);
                if let Some((entity, _)) = self.scratch.scopes.lookup_innermost(name) {
                    self.record_object(left, self.entity_object(entity));
                    if let Entity::Local(local) = entity {
                        let ty = self.records().local(local).ty;
                        self.records().set_expr(left, Mode::Variable, ty);
                        lefts.push(Left::Old);
                        types.push(Some(ty));
                    } else {
                        dummy();
                        self.error(left, format!("cannot assign to {name}"));
                    }
                    continue;
                }
                has_new = true;
            }
            let local = self.new_var(left, TypeId::INVALID);
            self.scratch.used[local.index()] = false;
            lefts.push(Left::New(left, local));
            types.push(None);
        }
        let found = self.init_vars(&types, rhs, None);
        if !has_new && !has_error {
            self.soft_error(At::token(at), "no new variables on left side of :=");
        }
        for (left, ty) in lefts.iter().zip(found) {
            if let Left::New(ident, local) = *left {
                self.set_var_type(ident, local, ty);
                self.declare(ident, Entity::Local(local));
            }
        }
    }
}

/// Whether what is missing is so only because of an error elsewhere.
fn is_hole_in(r: &dyn crate::Resolver, cause: &Cause) -> bool {
    match cause {
        Cause::Implements(cause) => super::delayed::is_hole_in(r, cause),
        Cause::Term { inner, .. } => is_hole_in(r, inner),
        _ => false,
    }
}
