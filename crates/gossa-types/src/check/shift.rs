//! Shifts. An untyped constant that is shifted by a variable count gets the type that it would
//! have without the shift: it is marked, and checked when that type is known.

use super::{Checker, Operand};
use crate::constant::{MAX_SHIFT, ShiftDirection, Value};
use crate::info::Mode;
use crate::ty::{BasicKind, TypeId};
use gossa_syntax::{BinaryOp, ExprId};

impl Checker<'_> {
    /// `x << y` or `x >> y`; the result replaces `x`.
    pub(super) fn shift(&mut self, op: BinaryOp, x: &mut Operand, mut y: Operand, expr: ExprId) {
        let integer_value = x.is_constant().then(|| x.value.to_int());
        let can_be_integer = self.all_integer(x.ty)
            || x.is_untyped() && integer_value.as_ref().is_some_and(|value| !value.is_unknown());
        if !can_be_integer {
            if !(x.is_constant() && x.value.is_unknown()) {
                self.not_integer(x);
            }
            x.invalidate();
            return;
        }
        if !self.shift_count(&mut y) {
            x.invalidate();
            return;
        }
        if x.is_constant() {
            if y.is_constant() {
                self.constant_shift(op, x, &y, integer_value.unwrap_or_default(), expr);
                return;
            }
            if x.is_untyped() {
                if x.synthetic == super::Synthetic::No {
                    self.records().mark_shifted(x.expr);
                }
                x.mode = Mode::Value;
                return;
            }
        }
        if !self.all_integer(x.ty) {
            self.not_integer(x);
            x.invalidate();
            return;
        }
        x.mode = Mode::Value;
    }

    fn not_integer(&self, x: &Operand) {
        let what = self.operand_text(x);
        self.error(x.expr, format!("invalid operation: shifted operand {what} must be integer"));
    }

    /// Checks a shift count.
    fn shift_count(&mut self, y: &mut Operand) -> bool {
        if y.is_constant() {
            let count = y.value.to_int();
            if !count.is_unknown() && count.sign() == Some(-1) {
                let what = self.operand_text(y);
                let message = format!("invalid operation: negative shift count {what}");
                self.error(y.expr, message);
                return false;
            }
            if y.is_untyped() {
                // Representable, but not converted: its type stays open.
                return match self.represent(y, BasicKind::Uint) {
                    Ok(value) => {
                        y.value = value;
                        true
                    }
                    Err(misfit) => {
                        self.invalid_conversion(misfit, y, TypeId::basic(BasicKind::Uint));
                        false
                    }
                };
            }
            if self.all_integer(y.ty) || !count.is_unknown() {
                return true;
            }
        } else if self.all_integer(y.ty) && !y.is_untyped() {
            if self.all_basic(y.ty, BasicKind::is_unsigned) {
                return true;
            }
            let what = |checker: &Self| {
                format!("invalid operation: signed shift count {}", checker.operand_text(y))
            };
            return self.require_version(13, y.expr, what);
        } else if y.is_untyped() {
            self.convert_untyped(y, TypeId::basic(BasicKind::Uint));
            return y.is_valid();
        }
        let what = self.operand_text(y);
        self.error(y.expr, format!("invalid operation: shift count {what} must be integer"));
        false
    }

    fn constant_shift(
        &mut self,
        op: BinaryOp,
        x: &mut Operand,
        y: &Operand,
        value: Value,
        expr: ExprId,
    ) {
        let make_integer = |checker: &Self, x: &mut Operand| {
            if !checker.is_basic(x.ty, BasicKind::is_integer) {
                x.ty = TypeId::basic(BasicKind::UntypedInt);
            }
        };
        if x.value.is_unknown() || y.value.is_unknown() {
            x.value = Value::UNKNOWN;
            make_integer(self, x);
            return;
        }
        let count = y.value.to_int().as_u64().filter(|&count| count <= MAX_SHIFT);
        let direction =
            if op == BinaryOp::Shl { ShiftDirection::Left } else { ShiftDirection::Right };
        let Some(shifted) = count.and_then(|count| value.shift(direction, count).ok()) else {
            let what = self.operand_text(y);
            self.error(y.expr, format!("invalid operation: invalid shift count {what}"));
            x.invalidate();
            return;
        };
        make_integer(self, x);
        x.value = shifted;
        x.expr = expr;
        self.check_overflow(x);
    }
}
