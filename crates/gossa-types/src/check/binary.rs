//! Binary operators and comparisons.

use super::update::{is_comparison, is_shift};
use super::{Checker, ExprKind, Operand, Synthetic};
use crate::assignable::assignable;
use crate::constant::Value;
use crate::info::Mode;
use crate::predicates::why_incomparable;
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::is_type_param;
use gossa_syntax::{BinaryOp, Expr, ExprId};
use smallvec::SmallVec;

impl Checker<'_> {
    /// A binary expression; chains such as `a + b + c` are a loop, not a recursion.
    pub(super) fn binary_chain(&mut self, expr: ExprId) -> Operand {
        let mut chain: SmallVec<[(ExprId, BinaryOp, ExprId); 4]> = SmallVec::new();
        let mut left = expr;
        while let Expr::Binary { op, x, y } = self.tree()[left] {
            chain.push((left, op, y));
            left = x;
        }
        let mut x = self.expr(None, left);
        while let Some((at, op, right)) = chain.pop() {
            let y = self.expr(None, right);
            x = self.binary(at, op, x, y);
            x.expr = at;
            x.kind = ExprKind::Expression;
            if !chain.is_empty() {
                self.record(&x);
            }
        }
        x
    }

    /// `x op y`.
    pub(super) fn binary(
        &mut self,
        expr: ExprId,
        op: BinaryOp,
        mut x: Operand,
        mut y: Operand,
    ) -> Operand {
        if !x.is_valid() || !y.is_valid() || self.has_hole(&x) || self.has_hole(&y) {
            return Operand::invalid(expr);
        }
        if is_shift(op) {
            self.shift(op, &mut x, y, expr);
            return x;
        }
        self.match_types(&mut x, &mut y);
        if !x.is_valid() {
            return x;
        }
        if is_comparison(op) {
            self.compare(op, &mut x, &y, expr, false);
            return x;
        }
        let is_nil_of = |x: &Operand, y: &Operand| x.is_nil() && self.has_nil(y.ty);
        if !self.identical(x.ty, y.ty) && !is_nil_of(&x, &y) && !is_nil_of(&y, &x) {
            if !Self::is_invalid(x.ty) && !Self::is_invalid(y.ty) {
                let text = match self.tree()[expr] {
                    Expr::Binary { .. } => self.expr_text(expr),
                    _ => format!(
                        "{} {}= {}",
                        self.expr_text(x.expr),
                        op.as_str(),
                        self.expr_text(y.expr)
                    ),
                };
                let (a, b) = (self.type_text(x.ty), self.type_text(y.ty));
                let message = format!("invalid operation: {text} (mismatched types {a} and {b})");
                self.error(expr, message);
            }
            return Operand::invalid(expr);
        }
        let predicate: fn(BasicKind) -> bool = match op {
            BinaryOp::Add => |kind| kind.is_numeric() || kind.is_string(),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => BasicKind::is_numeric,
            BinaryOp::LogicalAnd | BinaryOp::LogicalOr => BasicKind::is_boolean,
            _ => BasicKind::is_integer,
        };
        if !self.all_basic(x.ty, predicate) {
            let bound = match x.ty.unalias().kind() {
                TypeKind::TypeParam(param) => crate::subst::bound(self.cx, *param),
                _ => x.ty,
            };
            if !Self::is_invalid(self.under(bound)) {
                let what = self.operand_text(&x);
                let op = op.as_str();
                let message = format!("invalid operation: operator {op} not defined on {what}");
                self.error(x.expr, message);
            }
            return Operand::invalid(expr);
        }
        if matches!(op, BinaryOp::Div | BinaryOp::Rem) && self.divides_by_zero(&x, &y) {
            self.error(y.expr, "invalid operation: division by zero");
            return Operand::invalid(expr);
        }
        if x.is_constant() && y.is_constant() {
            self.constant_binary(op, &mut x, &y, expr);
        } else {
            x.mode = Mode::Value;
        }
        x
    }

    fn divides_by_zero(&self, x: &Operand, y: &Operand) -> bool {
        if !y.is_constant() || y.value.is_unknown() {
            return false;
        }
        if (x.is_constant() || self.all_integer(x.ty)) && y.value.is_zero() {
            return true;
        }
        // The square of a complex divisor may underflow to zero.
        x.is_constant() && self.is_basic(x.ty, BasicKind::is_complex) && {
            let is_zero_square = |part: Value| {
                part.binary(crate::constant::BinaryOperator::Mul, &part)
                    .is_ok_and(|square| square.is_zero())
            };
            is_zero_square(y.value.real()) && is_zero_square(y.value.imaginary())
        }
    }

    /// Gives untyped operands the type of the other one, where that may be.
    pub(super) fn match_types(&mut self, x: &mut Operand, y: &mut Operand) {
        if !x.is_untyped() && !y.is_untyped() || !self.may_convert(x, y) {
            return;
        }
        self.convert_untyped(x, y.ty);
        if !x.is_valid() {
            return;
        }
        self.convert_untyped(y, x.ty);
        if !y.is_valid() {
            x.invalidate();
        }
    }

    fn may_convert(&self, x: &Operand, y: &Operand) -> bool {
        if self.all_numeric(x.ty) != self.all_numeric(y.ty) {
            return false;
        }
        if self.is_interface_value(x.ty) || self.is_interface_value(y.ty) {
            return true;
        }
        if self.all_boolean(x.ty) != self.all_boolean(y.ty)
            || self.all_string(x.ty) != self.all_string(y.ty)
        {
            return false;
        }
        if x.is_nil() {
            return self.has_nil(y.ty);
        }
        if y.is_nil() {
            return self.has_nil(x.ty);
        }
        let is_pointer = |ty| matches!(self.under_kind(ty), TypeKind::Pointer(_));
        !is_pointer(x.ty) && !is_pointer(y.ty)
    }

    /// `x op y` for a comparison operator; `expr` is where it stands. In a switch, `x` is the
    /// case and `y` the tag.
    pub(super) fn compare(
        &mut self,
        op: BinaryOp,
        x: &mut Operand,
        y: &Operand,
        expr: ExprId,
        in_switch: bool,
    ) {
        if Self::is_invalid(x.ty) || Self::is_invalid(y.ty) {
            x.invalidate();
            return;
        }
        if let Err((of_y, cause)) = self.can_compare(op, x, y) {
            self.report_comparison(op, x, y, expr, in_switch, of_y, cause);
            x.invalidate();
            return;
        }
        if x.is_constant() && y.is_constant() {
            let comparison = super::constant_expr::comparison(op);
            x.value = match x.value.compare(comparison, &y.value) {
                Ok(value) if !x.value.is_unknown() && !y.value.is_unknown() => {
                    Value::from_bool(value)
                }
                Ok(value) => Value::from_bool(value),
                Err(_) => Value::UNKNOWN,
            };
        } else {
            x.mode = Mode::Value;
            x.value = Value::UNKNOWN;
            self.update_operand(x, Self::default_type(x.ty), true);
            self.update_operand(y, Self::default_type(y.ty), true);
        }
        x.ty = TypeId::basic(BasicKind::UntypedBool);
    }

    /// Whether operands can be compared; if not, whether `y` is to blame, and why.
    fn can_compare(&self, op: BinaryOp, x: &Operand, y: &Operand) -> Result<(), (bool, String)> {
        let value = |x: &Operand| x.is_constant().then(|| x.value.clone());
        let matching = self.identical(x.ty, y.ty)
            || assignable(self.cx, x.ty, value(x).as_ref(), y.ty).is_ok()
            || assignable(self.cx, y.ty, value(y).as_ref(), x.ty).is_ok();
        if !matching {
            let (a, b) = (self.type_text(x.ty), self.type_text(y.ty));
            return Err((true, format!("mismatched types {a} and {b}")));
        }
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            if x.is_nil() || y.is_nil() {
                let ty = if x.is_nil() { y.ty } else { x.ty };
                let nil = TypeId::basic(BasicKind::UntypedNil);
                if ty == nil || !self.has_nil(ty) {
                    return Err((true, String::new()));
                }
                return Ok(());
            }
            for (operand, of_y) in [(x, false), (y, true)] {
                if let TypeKind::Basic(_) | TypeKind::Pointer(_) = operand.ty.kind() {
                    continue;
                }
                if let Some(cause) = why_incomparable(self.cx, operand.ty) {
                    let kind = self.under_kind(operand.ty);
                    let only_nil = matches!(
                        kind,
                        TypeKind::Slice(_) | TypeKind::Signature(_) | TypeKind::Map { .. }
                    );
                    if only_nil {
                        let what = self.composite_kind(operand.ty);
                        return Err((of_y, format!("{what} can only be compared to nil")));
                    }
                    return Err((of_y, cause.message(&|ty| self.type_text(ty))));
                }
            }
            return Ok(());
        }
        for (operand, of_y) in [(x, false), (y, true)] {
            if !self.all_basic(operand.ty, BasicKind::is_ordered) {
                return Err((of_y, String::new()));
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is in the message")]
    fn report_comparison(
        &self,
        op: BinaryOp,
        x: &Operand,
        y: &Operand,
        expr: ExprId,
        in_switch: bool,
        of_y: bool,
        mut cause: String,
    ) {
        let op = (if in_switch { BinaryOp::Equal } else { op }).as_str();
        let mut blamed = if of_y { y } else { x };
        if cause.is_empty() {
            if is_type_param(x.ty) || is_type_param(y.ty) {
                if !is_type_param(x.ty) {
                    blamed = y;
                }
                let ty = self.type_text(blamed.ty);
                cause = format!("type parameter {ty} cannot use operator {op}");
            } else {
                let kind = self.composite_kind(blamed.ty);
                let what =
                    if kind.is_empty() { self.type_text(blamed.ty) } else { kind.to_owned() };
                cause = format!("operator {op} not defined on {what}");
            }
        }
        let text = |x: &Operand| match x.synthetic {
            Synthetic::True => "true".to_owned(),
            _ => self.expr_text(x.expr),
        };
        if in_switch {
            let message = format!("invalid case {} in switch on {} ({cause})", text(x), text(y));
            self.error(x.expr, message);
        } else {
            let message = format!("invalid operation: {} {op} {} ({cause})", text(x), text(y));
            let at = if x.expr == blamed.expr { expr } else { blamed.expr };
            self.error(at, message);
        }
    }
}
