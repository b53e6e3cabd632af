//! Constant expressions: literals, operators on constants, and overflow.

use super::{Checker, Operand};
use crate::constant::{self, LiteralErrorKind, Value};
use crate::decls::At;
use crate::predicates::representation;
use crate::ty::{BasicKind, TypeId, TypeKind};
use gossa_syntax::{BinaryOp, Expr, ExprId, LiteralKind, TextSlice, UnaryOp};

/// The operator of a comparison.
pub(super) fn comparison(op: BinaryOp) -> constant::Comparison {
    match op {
        BinaryOp::NotEqual => constant::Comparison::NotEqual,
        BinaryOp::Less => constant::Comparison::Less,
        BinaryOp::LessEqual => constant::Comparison::LessOrEqual,
        BinaryOp::Greater => constant::Comparison::Greater,
        BinaryOp::GreaterEqual => constant::Comparison::GreaterOrEqual,
        _ => constant::Comparison::Equal,
    }
}

/// The operator on constants for one that neither shifts nor compares.
fn arithmetic(op: BinaryOp, integer: bool) -> Option<constant::BinaryOperator> {
    use constant::BinaryOperator as Operator;
    Some(match op {
        BinaryOp::Add => Operator::Add,
        BinaryOp::Sub => Operator::Sub,
        BinaryOp::Mul => Operator::Mul,
        BinaryOp::Div if integer => Operator::IntegerQuo,
        BinaryOp::Div => Operator::Quo,
        BinaryOp::Rem => Operator::Rem,
        BinaryOp::And => Operator::And,
        BinaryOp::Or => Operator::Or,
        BinaryOp::Xor => Operator::Xor,
        BinaryOp::AndNot => Operator::AndNot,
        BinaryOp::LogicalAnd => Operator::LogicalAnd,
        BinaryOp::LogicalOr => Operator::LogicalOr,
        _ => return None,
    })
}

impl Checker<'_> {
    /// A literal.
    pub(super) fn basic_lit(
        &mut self,
        expr: ExprId,
        kind: LiteralKind,
        text: TextSlice,
    ) -> Operand {
        let text = self.tree().text(text);
        let (kind, basic) = match kind {
            LiteralKind::Int => (constant::LiteralKind::Int, BasicKind::UntypedInt),
            LiteralKind::Float => (constant::LiteralKind::Float, BasicKind::UntypedFloat),
            LiteralKind::Imaginary => (constant::LiteralKind::Imaginary, BasicKind::UntypedComplex),
            LiteralKind::Rune => (constant::LiteralKind::Rune, BasicKind::UntypedRune),
            LiteralKind::String => (constant::LiteralKind::String, BasicKind::UntypedString),
        };
        if !self.allows(13) {
            self.check_literal_version(expr, text);
        }
        match Value::from_literal(kind, text) {
            Ok(value) => {
                let mut x = Operand::constant(expr, TypeId::basic(basic), value);
                self.check_overflow(&mut x);
                x
            }
            Err(error) => {
                // Others are syntax errors, which the parser reported.
                if matches!(error.kind, LiteralErrorKind::NotRepresentable) {
                    self.error(expr, format!("malformed constant: {text}"));
                } else if matches!(error.kind, LiteralErrorKind::TooLong(_)) {
                    let start: String = text.chars().take(10).collect();
                    let message = format!(
                        "excessively long constant: {start}... ({} chars)",
                        text.chars().count()
                    );
                    self.error(expr, message);
                }
                Operand::invalid(expr)
            }
        }
    }

    /// Forms of literals that came with Go 1.13.
    fn check_literal_version(&self, expr: ExprId, text: &str) {
        let lower = text.to_ascii_lowercase();
        if text.starts_with(['"', '`', '\'']) {
            return;
        }
        let form = if lower.contains('_') {
            "underscore in numeric literal"
        } else if lower.starts_with("0b") {
            "binary literal"
        } else if lower.starts_with("0o") {
            "0o/0O-style octal literal"
        } else if lower.starts_with("0x") && lower.contains(['.', 'p', 'i']) {
            "hexadecimal floating-point literal"
        } else {
            return;
        };
        self.require_version(13, expr, |_| form.to_owned());
    }

    /// Size in bits of an unsigned integer type.
    fn unsigned_bits(&self, ty: TypeId) -> Option<u32> {
        let TypeKind::Basic(kind) = self.under_kind(ty) else { return None };
        match representation(self.cx, *kind)? {
            constant::Representation::Integer { bits, signed: false } => Some(bits),
            _ => None,
        }
    }

    /// A unary operator on a constant.
    pub(super) fn constant_unary(&mut self, op: UnaryOp, x: &mut Operand, expr: ExprId) {
        if x.value.is_unknown() {
            return;
        }
        let operator = match op {
            UnaryOp::Plus => constant::UnaryOperator::Plus,
            UnaryOp::Neg => constant::UnaryOperator::Minus,
            UnaryOp::Not => constant::UnaryOperator::Not,
            _ => constant::UnaryOperator::Complement,
        };
        let bits = self.unsigned_bits(x.ty);
        match x.value.unary(operator, bits) {
            Ok(value) => {
                x.value = value;
                x.expr = expr;
                self.check_overflow(x);
            }
            Err(_) => x.value = Value::UNKNOWN,
        }
    }

    /// An operator, neither shift nor comparison, on two constants of one type.
    pub(super) fn constant_binary(
        &mut self,
        op: BinaryOp,
        x: &mut Operand,
        y: &Operand,
        expr: ExprId,
    ) {
        if x.value.is_unknown() || y.value.is_unknown() {
            x.value = Value::UNKNOWN;
            return;
        }
        let integer = self.is_basic(x.ty, BasicKind::is_integer);
        let Some(operator) = arithmetic(op, integer) else { return };
        match x.value.binary(operator, &y.value) {
            Ok(value) => {
                x.value = value;
                x.expr = expr;
                self.check_overflow(x);
            }
            Err(constant::OperationError::StringTooLong(_)) => {
                self.error(expr, "constant string too long");
                x.value = Value::UNKNOWN;
            }
            Err(_) => x.value = Value::UNKNOWN,
        }
    }

    /// Checks that the value of a constant fits its type, or the precision of untyped ones.
    pub(super) fn check_overflow(&mut self, x: &mut Operand) {
        if x.value.is_unknown() {
            self.error(x.expr, "constant result is not representable");
            return;
        }
        if !x.is_untyped() {
            let TypeKind::Basic(kind) = self.under_kind(x.ty) else { return };
            match self.represent(x, *kind) {
                Ok(value) => x.value = value,
                Err(misfit) => {
                    let arithmetic =
                        matches!(self.tree()[x.expr], Expr::Binary { .. } | Expr::Unary { .. });
                    if arithmetic && self.is_basic(x.ty, BasicKind::is_integer) {
                        let text = self.expr_text(x.expr);
                        let ty = self.type_text(x.ty);
                        let message =
                            format!("{text} (constant {} of type {ty}) overflows {ty}", x.value);
                        self.error(x.expr, message);
                    } else {
                        self.invalid_conversion(misfit, x, x.ty);
                    }
                    x.invalidate();
                }
            }
            return;
        }
        if x.value.exceeds_untyped_precision() {
            let operation = match self.tree()[x.expr] {
                Expr::Binary { op: BinaryOp::Add, .. } => "addition ",
                Expr::Binary { op: BinaryOp::Sub, .. } => "subtraction ",
                Expr::Binary { op: BinaryOp::Xor, .. } => "bitwise XOR ",
                Expr::Binary { op: BinaryOp::Mul, .. } => "multiplication ",
                Expr::Binary { op: BinaryOp::Shl, .. } => "shift ",
                Expr::Unary { op: UnaryOp::Xor, .. } => "bitwise complement ",
                _ => "",
            };
            let message = format!("constant {operation}overflow");
            match self.tree()[x.expr] {
                Expr::Binary { .. } => self.error(At::token(x.expr), message),
                _ => self.error(x.expr, message),
            }
            x.value = Value::UNKNOWN;
        }
    }
}
