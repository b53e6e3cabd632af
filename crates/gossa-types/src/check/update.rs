//! Untyped operands: what type their context gives them, and bringing that to the recorded types
//! of the expressions that they are made of.

use super::operand::is_untyped;
use super::{Checker, Operand, Synthetic};
use crate::constant::Value;
use crate::info::Mode;
use crate::predicates::{larger_untyped, representation};
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::{is_type_param, type_set, under_is};
use gossa_syntax::{BinaryOp, Expr, ExprId};

/// Why an untyped operand has no place in its context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Misfit {
    /// A fraction where an integer is wanted.
    Truncated,
    /// A number that is too large.
    Overflow,
    /// Something else.
    Kind,
}

/// Whether an operator compares.
pub(super) fn is_comparison(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
    )
}

/// Whether an operator shifts.
pub(super) fn is_shift(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Shl | BinaryOp::Shr)
}

impl Checker<'_> {
    /// A constant as one of a basic kind, rounded where need be.
    pub(super) fn represent(&self, x: &Operand, kind: BasicKind) -> Result<Value, Misfit> {
        let found = representation(self.cx, kind).and_then(|range| x.value.represent(range));
        found.ok_or_else(|| {
            let numeric = self.is_basic(x.ty, BasicKind::is_numeric) && kind.is_numeric();
            if !numeric {
                Misfit::Kind
            } else if !self.is_basic(x.ty, BasicKind::is_integer) && kind.is_integer() {
                Misfit::Truncated
            } else {
                Misfit::Overflow
            }
        })
    }

    /// The type that an untyped operand has where `target` is wanted, and its value as a constant
    /// of that type.
    pub(super) fn implicit_type(
        &self,
        x: &Operand,
        target: TypeId,
    ) -> Result<(TypeId, Option<Value>), Misfit> {
        if !x.is_valid() || !x.is_untyped() || Self::is_invalid(target) {
            return Ok((x.ty, None));
        }
        if is_untyped(target) {
            return larger_untyped(x.ty, target).map(|ty| (ty, None)).ok_or(Misfit::Kind);
        }
        let nil = TypeId::basic(BasicKind::UntypedNil);
        if is_type_param(target) {
            let fits = under_is(self.cx, target, &mut |under| {
                under.is_some_and(|under| self.implicit_type(x, under).is_ok())
            });
            if !fits {
                return Err(Misfit::Kind);
            }
            return Ok((if x.is_nil() { nil } else { target }, None));
        }
        let under = self.under(target);
        match under.kind() {
            TypeKind::Basic(BasicKind::Invalid) => Ok((x.ty, None)),
            TypeKind::Basic(kind) => {
                if x.is_constant() {
                    return self.represent(x, *kind).map(|value| (target, Some(value)));
                }
                let TypeKind::Basic(from) = x.ty.kind() else { return Err(Misfit::Kind) };
                let fits = match from {
                    BasicKind::UntypedBool => kind.is_boolean(),
                    BasicKind::UntypedString => kind.is_string(),
                    BasicKind::UntypedNil => {
                        return if *kind == BasicKind::UnsafePointer {
                            Ok((nil, None))
                        } else {
                            Err(Misfit::Kind)
                        };
                    }
                    _ => kind.is_numeric(),
                };
                if fits { Ok((target, None)) } else { Err(Misfit::Kind) }
            }
            TypeKind::Interface(interface) => {
                if x.is_nil() {
                    return Ok((nil, None));
                }
                let is_empty = interface.methods.is_empty()
                    && (interface.embeds.is_empty() || type_set(self.cx, under).is_all());
                if is_empty { Ok((Self::default_type(x.ty), None)) } else { Err(Misfit::Kind) }
            }
            TypeKind::Pointer(_)
            | TypeKind::Signature(_)
            | TypeKind::Slice(_)
            | TypeKind::Map { .. }
            | TypeKind::Chan { .. }
                if x.is_nil() =>
            {
                Ok((nil, None))
            }
            _ => Err(Misfit::Kind),
        }
    }

    /// Gives an untyped operand the type that `target` asks for; reports where that cannot be.
    pub(super) fn convert_untyped(&mut self, x: &mut Operand, target: TypeId) {
        match self.implicit_type(x, target) {
            Ok((ty, value)) => self.set_type(x, ty, value),
            Err(misfit) => {
                let shown = if is_type_param(target) { target } else { self.under(target) };
                self.invalid_conversion(misfit, x, shown);
                x.invalidate();
            }
        }
    }

    /// Gives an untyped operand the type and value that [`Checker::implicit_type`] found.
    pub(super) fn set_type(&mut self, x: &mut Operand, ty: TypeId, value: Option<Value>) {
        if let Some(value) = value {
            self.update_value(x, &value);
            x.value = value;
        }
        if ty != x.ty {
            x.ty = ty;
            self.update_operand(x, ty, false);
        }
    }

    /// Reports that an operand cannot become a `target`.
    pub(super) fn invalid_conversion(&self, misfit: Misfit, x: &Operand, target: TypeId) {
        let (what, target) = (self.operand_text(x), self.type_text(target));
        let message = match misfit {
            Misfit::Truncated => format!("{what} truncated to {target}"),
            Misfit::Overflow => format!("{what} overflows {target}"),
            Misfit::Kind => format!("cannot convert {what} to type {target}"),
        };
        self.error(x.expr, message);
    }

    /// Records the value of a constant that is still untyped.
    fn update_value(&self, x: &Operand, value: &Value) {
        if x.synthetic == Synthetic::No
            && self.records().expr(x.expr).ty.is_some_and(is_untyped)
            && x.is_constant()
        {
            self.records().set_constant(x.expr, value.clone());
        }
    }

    /// Brings a new type to the expressions that an operand is made of.
    pub(super) fn update_operand(&mut self, x: &Operand, ty: TypeId, last: bool) {
        if x.synthetic == Synthetic::No {
            self.update(x.expr, ty, last);
        }
    }

    /// Changes the recorded type of an untyped expression to `ty`, and those of its operands
    /// that have the same type. With `last` set, the type is final though it may be untyped.
    pub(super) fn update(&mut self, expr: ExprId, ty: TypeId, last: bool) {
        let is_final = last || !is_untyped(ty);
        let mut next = Some(expr);
        // Operands on the left are a loop: chains of operators are long on that side.
        while let Some(expr) = next.take() {
            let known = self.records().expr(expr);
            let Some(old) = known.ty.filter(|&ty| is_untyped(ty)) else { return };
            let constant = known.mode == Mode::Constant;
            match self.tree()[expr] {
                Expr::Paren(inner) => next = Some(inner),
                Expr::Unary { x, .. } if !constant => next = Some(x),
                Expr::Binary { op, x, y } if !constant && !is_comparison(op) => {
                    next = Some(x);
                    if !is_shift(op) {
                        super::with_stack(|| self.update(y, ty, last));
                    }
                }
                _ => {}
            }
            if !is_final {
                self.records().set_expr(expr, known.mode, ty);
                continue;
            }
            if self.records().is_shifted(expr) && !self.all_integer(ty) {
                let (text, ty) = (self.expr_text(expr), self.type_text(ty));
                let message = format!(
                    "invalid operation: shifted operand {text} (type {ty}) must be integer"
                );
                self.error(expr, message);
                self.records().set_expr(expr, known.mode, TypeId::INVALID);
                continue;
            }
            if constant {
                let value = self.records().constant(expr).unwrap_or_default();
                let x = Operand::constant(expr, old, value);
                if let Err(misfit) = self.implicit_type(&x, ty) {
                    let shown = if is_type_param(ty) { ty } else { self.under(ty) };
                    self.invalid_conversion(misfit, &x, shown);
                    continue;
                }
            }
            self.records().set_expr(expr, known.mode, ty);
        }
    }
}
