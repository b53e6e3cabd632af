//! What operators, type assertions and constants give: a number or a truth where the operands are
//! known, else a term that is the same wherever it is computed of the same.

use super::machine::{Machine, Step, tag};
use crate::blocked::value::{TermKind, Value, key};
use gossa_ssa::{BinaryOp, UnaryOp};

impl Machine<'_, '_, '_> {
    pub(crate) fn unary(&mut self, op: UnaryOp, x: Value) -> Value {
        match (op, x.as_int()) {
            (UnaryOp::Not, Some(x)) => Value::bool(x == 0),
            (UnaryOp::Neg, Some(x)) => Value::int(x.wrapping_neg()),
            (UnaryOp::Complement, Some(x)) => Value::int(!x),
            (UnaryOp::Not, None) => self.not(x),
            _ => self.terms.of(TermKind::Other(tag::UNARY + op as u32, x, Value::Zero)),
        }
    }

    fn not(&mut self, x: Value) -> Value {
        match x {
            Value::Unknown(term) => match *self.terms.kind(term) {
                TermKind::Not(inner) => Value::Unknown(inner),
                _ => self.terms.of(TermKind::Not(term)),
            },
            known => Value::bool(known == Value::Zero),
        }
    }

    pub(crate) fn binary(&mut self, op: BinaryOp, x: Value, y: Value) -> Value {
        use BinaryOp as B;
        let less = |this: &mut Self, x: Value, y: Value| {
            if x == y {
                return Value::Zero;
            }
            this.terms.of(TermKind::Less(x, y))
        };
        if let (Some(a), Some(b)) = (x.as_int(), y.as_int()) {
            let number = match op {
                B::Add => Some(a.wrapping_add(b)),
                B::Sub => Some(a.wrapping_sub(b)),
                B::Mul => Some(a.wrapping_mul(b)),
                B::Div => a.checked_div(b),
                B::Rem => a.checked_rem(b),
                B::And => Some(a & b),
                B::Or => Some(a | b),
                B::Xor => Some(a ^ b),
                B::AndNot => Some(a & !b),
                B::Shl => u32::try_from(b).ok().and_then(|b| a.checked_shl(b)),
                B::Shr => u32::try_from(b).ok().map(|b| a >> b.min(63)),
                B::Equal => return Value::bool(a == b),
                B::NotEqual => return Value::bool(a != b),
                B::Less => return Value::bool(a < b),
                B::LessEqual => return Value::bool(a <= b),
                B::Greater => return Value::bool(a > b),
                B::GreaterEqual => return Value::bool(a >= b),
            };
            if let Some(number) = number {
                return Value::int(number);
            }
        }
        match op {
            B::Equal | B::NotEqual => {
                let equal = match x.equals(&y) {
                    Some(equal) => Value::bool(equal),
                    None => {
                        // One name for both orders.
                        let (a, b) = if is_constant(&y) { (y, x) } else { (x, y) };
                        self.terms.of(TermKind::Equal(a, b))
                    }
                };
                if op == B::Equal { equal } else { self.not(equal) }
            }
            B::Less => less(self, x, y),
            B::Greater => less(self, y, x),
            B::LessEqual => {
                let greater = less(self, y, x);
                self.not(greater)
            }
            B::GreaterEqual => {
                let less = less(self, x, y);
                self.not(less)
            }
            _ => self.terms.of(TermKind::Other(op as u32, x, y)),
        }
    }

    pub(crate) fn type_assert(
        &mut self,
        x: Value,
        ty: gossa_types::TypeId,
        comma_ok: bool,
    ) -> Step {
        let asserted = self.program().normal(ty);
        let is_interface = self.program().is_interface(ty);
        let found = match &x {
            Value::Zero => Some(None),
            Value::Interface(dynamic, inner) => Some(if is_interface {
                self.program().implements(*dynamic, asserted).then(|| x.clone())
            } else {
                (*dynamic == asserted).then(|| (**inner).clone())
            }),
            Value::Context(_) if is_interface => Some(Some(x.clone())),
            _ => None,
        };
        match found {
            Some(Some(value)) => Step::Next(vec![value, Value::bool(true)]),
            Some(None) if comma_ok => Step::Next(vec![Value::Zero, Value::Zero]),
            Some(None) => Step::Dead,
            None => {
                let name = Value::Const(key(asserted.to_raw()));
                let is = self.terms.of(TermKind::Other(tag::IS_ASSERTED, x.clone(), name.clone()));
                let value = if is_interface {
                    x
                } else {
                    self.terms.of(TermKind::Other(tag::ASSERTED, x, name))
                };
                Step::Next(vec![value, is])
            }
        }
    }
}

fn is_constant(value: &Value) -> bool {
    matches!(value, Value::Zero | Value::Int(_) | Value::Const(_))
}

pub(crate) fn constant_value(constant: &gossa_types::constant::Value) -> Value {
    if let Some(truth) = constant.as_bool() {
        return Value::bool(truth);
    }
    if let Some(number) = constant.as_i64() {
        return Value::int(number);
    }
    match constant.as_bytes() {
        Some([]) => Value::Zero,
        Some(bytes) => Value::Const(key(bytes)),
        None => Value::Const(key(constant.exact_string())),
    }
}
