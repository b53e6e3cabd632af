//! Expressions: their types, and their values where they are constant.

use crate::condition::integer_literal;
use crate::layout::int_size;
use crate::lower::{Lower, MAX_DEPTH};
use crate::parse::{children, node_text};
use crate::token::unquote;
use crate::types::{Float, Int, Length, Type, Value};
use std::cmp::Ordering;
use std::rc::Rc;
use tree_sitter::Node;

/// What an expression is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Typed {
    pub ty: Type,
    /// Its value, where it is known before the program runs.
    pub value: Option<Value>,
    /// Whether the value may stand where C asks for an integer constant expression.
    pub strict: bool,
}

impl Typed {
    fn int(ty: Int, value: i128) -> Self {
        Self { ty: Type::Int(ty), value: Some(Value::Int(value)), strict: true }
    }

    fn of(ty: Type) -> Self {
        Self { ty, value: None, strict: false }
    }
}

impl<'p> Lower<'_, 'p> {
    /// The type and value of an expression; `None` where a part of it is not known.
    pub(crate) fn evaluate(&mut self, node: Node<'p>) -> Option<Typed> {
        self.depth += 1;
        let found = if self.depth > MAX_DEPTH { None } else { self.expression(node) };
        self.depth -= 1;
        found
    }

    fn spelled(&self, node: Node<'_>) -> &'p str {
        node_text(&self.parsed.text, node)
    }

    fn expression(&mut self, node: Node<'p>) -> Option<Typed> {
        match node.kind() {
            "number_literal" => self.number(self.spelled(node)),
            "char_literal" => {
                let text = self.spelled(node);
                let byte = *unquote(text)?.first()?;
                let value = if self.model.char_unsigned {
                    i128::from(byte)
                } else {
                    i128::from(byte as i8)
                };
                Some(Typed::int(Int::Int, value))
            }
            "string_literal" | "concatenated_string" => {
                let bytes = self.string(node)?;
                let length = Length::Known(bytes.len() as u64 + 1);
                let ty = Type::Array(Rc::new(Type::Int(Int::Char)), length);
                Some(Typed { ty, value: Some(Value::String(bytes)), strict: false })
            }
            "true" => self.name_or(self.spelled(node), 1),
            "false" => self.name_or(self.spelled(node), 0),
            "null" => Some(Typed::of(Type::Pointer(Rc::new(Type::Void)))),
            "identifier" => self.identifier(self.spelled(node)),
            "parenthesized_expression" => self.evaluate(node.named_child(0)?),
            "comma_expression" => {
                let right = self.evaluate(node.child_by_field_name("right")?)?;
                Some(Typed::of(right.ty))
            }
            "unary_expression" => {
                let operator = self.spelled(node.child_by_field_name("operator")?);
                let operand = self.evaluate(node.child_by_field_name("argument")?)?;
                self.unary(operator, operand)
            }
            "pointer_expression" => {
                let operator = self.spelled(node.child_by_field_name("operator")?);
                let operand = self.evaluate(node.child_by_field_name("argument")?)?;
                match operator {
                    "&" => Some(Typed::of(Type::Pointer(Rc::new(operand.ty)))),
                    _ => self.pointee(&operand.ty).map(Typed::of),
                }
            }
            "binary_expression" => self.binary_expression(node),
            "conditional_expression" => {
                let condition = self.evaluate(node.child_by_field_name("condition")?)?;
                let yes = self.evaluate(node.child_by_field_name("consequence")?);
                let no = self.evaluate(node.child_by_field_name("alternative")?)?;
                let yes = yes?;
                let ty = match (self.arithmetic(&yes.ty), self.arithmetic(&no.ty)) {
                    (Some(left), Some(right)) => self.usual(left, right),
                    _ => yes.ty.clone(),
                };
                let chosen = match condition.value? {
                    Value::Int(0) => no,
                    Value::Float(0.0) => no,
                    _ => yes,
                };
                let strict = chosen.strict && condition.strict;
                Some(Typed { strict, ..self.convert(chosen, ty) })
            }
            "cast_expression" => {
                let ty = self.type_descriptor(node.child_by_field_name("type")?);
                let value = self.evaluate(node.child_by_field_name("value")?);
                self.cast(ty, value)
            }
            "sizeof_expression" => {
                let ty = match (node.child_by_field_name("type"), node.child_by_field_name("value"))
                {
                    (Some(ty), _) => self.type_descriptor(ty),
                    (_, Some(value)) => self.type_or_expression(value)?,
                    _ => return None,
                };
                let (size, _) = self.unit.layout(self.model, &ty)?;
                Some(Typed::int(self.size_type(), i128::from(size)))
            }
            "alignof_expression" => {
                let ty = self.type_descriptor(node.child_by_field_name("type")?);
                let (_, align) = self.unit.layout(self.model, &ty)?;
                Some(Typed::int(self.size_type(), i128::from(align)))
            }
            "offsetof_expression" => {
                let ty = self.type_descriptor(node.child_by_field_name("type")?);
                let member = self.spelled(node.child_by_field_name("member")?);
                let (_, offset) = self.member(&ty, member)?;
                Some(Typed::int(self.size_type(), i128::from(offset?)))
            }
            "subscript_expression" => {
                let argument = self.evaluate(node.child_by_field_name("argument")?)?;
                self.pointee(&argument.ty).map(Typed::of)
            }
            "field_expression" => {
                let argument = self.evaluate(node.child_by_field_name("argument")?)?;
                let name = self.spelled(node.child_by_field_name("field")?);
                let record = match self.spelled(node.child_by_field_name("operator")?) {
                    "->" => self.pointee(&argument.ty)?,
                    _ => argument.ty,
                };
                self.member(&record, name).map(|(ty, _)| Typed::of(ty))
            }
            "call_expression" => self.call(node),
            "compound_literal_expression" => {
                let ty = self.type_descriptor(node.child_by_field_name("type")?);
                Some(Typed::of(ty))
            }
            "assignment_expression" => {
                let left = self.evaluate(node.child_by_field_name("left")?)?;
                Some(Typed::of(left.ty))
            }
            _ => None,
        }
    }

    fn size_type(&self) -> Int {
        match (self.model.pointer, self.model.long) {
            (8, 8) => Int::ULong,
            (8, _) => Int::ULongLong,
            _ => Int::UInt,
        }
    }

    fn string(&mut self, node: Node<'p>) -> Option<Vec<u8>> {
        if node.kind() == "string_literal" {
            return unquote(self.spelled(node));
        }
        let mut bytes = Vec::new();
        for part in children(node) {
            match part.kind() {
                "string_literal" => bytes.extend(unquote(self.spelled(part))?),
                _ => return None,
            }
        }
        Some(bytes)
    }

    fn number(&self, text: &str) -> Option<Typed> {
        let lower = text.to_ascii_lowercase();
        let hexadecimal = lower.starts_with("0x");
        let is_float = lower.contains('.')
            || !hexadecimal && lower.contains('e') && !lower.starts_with("0b")
            || hexadecimal && lower.contains('p');
        if is_float {
            let (digits, ty) = match lower.strip_suffix('f') {
                Some(digits) => (digits, Float::Float),
                None => match lower.strip_suffix('l') {
                    Some(digits) => (digits, Float::LongDouble),
                    None => (&*lower, Float::Double),
                },
            };
            let value =
                if hexadecimal { hexadecimal_float(digits)? } else { digits.parse().ok()? };
            let value = if ty == Float::Float { f64::from(value as f32) } else { value };
            return Some(Typed {
                ty: Type::Float(ty),
                value: Some(Value::Float(value)),
                strict: true,
            });
        }
        let (value, suffix) = integer_literal(text)?;
        let unsigned = suffix.contains('u');
        let longs = suffix.matches('l').count();
        let decimal = !lower.starts_with('0');
        let candidates = [Int::Int, Int::Long, Int::LongLong];
        for int in candidates.into_iter().skip(longs) {
            let bits = int_size(self.model, int) * 8;
            let fits_unsigned = bits == 64 || value >> bits == 0;
            let fits_signed = value >> (bits - 1) == 0;
            if !unsigned && fits_signed {
                return Some(Typed::int(int, i128::from(value)));
            }
            if fits_unsigned && (unsigned || !decimal) {
                return Some(Typed::int(int.unsigned(), i128::from(value)));
            }
        }
        Some(Typed::int(Int::ULongLong, i128::from(value)))
    }

    /// A word that the grammar takes for a constant, but that the text may declare.
    fn name_or(&mut self, name: &str, value: i128) -> Option<Typed> {
        match self.identifier(name) {
            Some(found) => Some(found),
            None if name.starts_with(['t', 'f']) => Some(Typed::int(Int::Int, value)),
            None => None,
        }
    }

    fn identifier(&mut self, name: &str) -> Option<Typed> {
        if self.unit.unclear.contains(name) {
            return None;
        }
        if let Some(value) = self.unit.enumerator(name) {
            let value = value.value;
            let int = match i32::try_from(value) {
                Ok(_) => Int::Int,
                Err(_) if u32::try_from(value).is_ok() => Int::UInt,
                Err(_) if value < 0 => Int::LongLong,
                Err(_) => Int::ULongLong,
            };
            return Some(Typed::int(int, value));
        }
        if let Some(found) = self.unit.function(name) {
            return Some(Typed::of(Type::Function(Rc::clone(&found.value))));
        }
        if let Some(found) = self.unit.variable(name) {
            return Some(Typed::of(found.value.ty.clone()));
        }
        None
    }

    /// What is under a name in parentheses or in `sizeof`: a type or an expression.
    fn type_or_expression(&mut self, node: Node<'p>) -> Option<Type> {
        if let Some(ty) = self.type_in_parentheses(node) {
            return Some(ty);
        }
        self.evaluate(node).map(|typed| typed.ty)
    }

    fn type_in_parentheses(&self, node: Node<'p>) -> Option<Type> {
        let inner = match node.kind() {
            "parenthesized_expression" => node.named_child(0)?,
            _ => node,
        };
        if inner.kind() != "identifier" {
            return None;
        }
        let name = self.spelled(inner);
        let is_type = self.unit.typedef(name).is_some()
            && self.unit.variable(name).is_none()
            && self.unit.function(name).is_none();
        is_type.then(|| Type::Typedef(name.into()))
    }

    fn call(&mut self, node: Node<'p>) -> Option<Typed> {
        let function = node.child_by_field_name("function")?;
        let arguments = node.child_by_field_name("arguments")?;
        // `(type)(value)` looks like a call.
        if function.kind() == "parenthesized_expression"
            && let Some(ty) = self.type_in_parentheses(function)
        {
            let value = arguments.named_child(0).and_then(|value| self.evaluate(value));
            return self.cast(ty, value);
        }
        if function.kind() == "identifier" && self.spelled(function).starts_with("__builtin_") {
            return self.builtin(self.spelled(function), arguments);
        }
        let callee = self.evaluate(function)?.ty;
        let callee = match self.unit.resolve(&callee)? {
            Type::Pointer(to) => self.unit.resolve(to)?.clone(),
            ty => ty.clone(),
        };
        match callee {
            Type::Function(function) => Some(Typed::of(function.result.clone())),
            _ => None,
        }
    }

    fn builtin(&mut self, name: &str, arguments: Node<'p>) -> Option<Typed> {
        let float = |value: f64, float: Float| Typed {
            ty: Type::Float(float),
            value: Some(Value::Float(value)),
            strict: true,
        };
        Some(match name {
            "__builtin_huge_val" | "__builtin_inf" => float(f64::INFINITY, Float::Double),
            "__builtin_inff" | "__builtin_huge_valf" => float(f64::INFINITY, Float::Float),
            "__builtin_nan" => float(f64::NAN, Float::Double),
            "__builtin_nanf" => float(f64::NAN, Float::Float),
            "__builtin_expect" => self.evaluate(arguments.named_child(0)?)?,
            _ => return None,
        })
    }

    fn binary_expression(&mut self, node: Node<'p>) -> Option<Typed> {
        let left = node.child_by_field_name("left")?;
        let right = node.child_by_field_name("right")?;
        let operator = self.spelled(node.child_by_field_name("operator")?);
        // `(type) - value` looks like a difference.
        if matches!(operator, "-" | "+" | "&" | "*")
            && left.kind() == "parenthesized_expression"
            && let Some(ty) = self.type_in_parentheses(left)
        {
            let value = self.evaluate(right);
            let value = match operator {
                "&" | "*" => value.map(|value| Typed::of(value.ty)),
                _ => value.and_then(|value| self.unary(operator, value)),
            };
            return self.cast(ty, value);
        }
        let left = self.evaluate(left)?;
        let right = self.evaluate(right)?;
        self.binary(operator, left, right)
    }

    /// The member of a record: its type, and its offset where it has one.
    fn member(&self, record: &Type, name: &str) -> Option<(Type, Option<u64>)> {
        let Type::Record(key) = self.unit.resolve(record)? else { return None };
        let found = &self.unit.record(key)?.value;
        let layout = self.unit.record_layout(self.model, key);
        for (index, field) in found.fields.iter().enumerate() {
            let offset = layout.as_ref().and_then(|layout| *layout.offsets.get(index)?);
            if field.name.as_deref() == Some(name) {
                return Some((field.ty.clone(), offset));
            }
            if field.name.is_none()
                && let Some((ty, inner)) = self.member(&field.ty, name)
            {
                return Some((ty, offset.zip(inner).map(|(outer, inner)| outer + inner)));
            }
        }
        None
    }

    fn pointee(&self, ty: &Type) -> Option<Type> {
        match self.unit.resolve(ty)? {
            Type::Pointer(to) => Some((**to).clone()),
            Type::Array(elem, _) => Some((**elem).clone()),
            Type::Function(function) => Some(Type::Function(Rc::clone(function))),
            _ => None,
        }
    }

    /// An arithmetic type after promotion.
    fn arithmetic(&self, ty: &Type) -> Option<Type> {
        Some(match self.unit.resolve(ty)? {
            Type::Bool => Type::Int(Int::Int),
            Type::Enum(tag) => {
                let found = &self.unit.enumeration(tag)?.value;
                Type::Int(match (found.size, found.signed) {
                    (8, true) => Int::LongLong,
                    (8, false) => Int::ULongLong,
                    (4, false) => Int::UInt,
                    _ => Int::Int,
                })
            }
            Type::Int(int) if int.rank() < Int::Int.rank() => Type::Int(Int::Int),
            ty @ (Type::Int(_) | Type::Float(_)) => ty.clone(),
            _ => return None,
        })
    }

    fn usual(&self, left: Type, right: Type) -> Type {
        match (&left, &right) {
            (Type::Float(a), Type::Float(b)) => {
                let rank = |float: &Float| match float {
                    Float::Float => 0,
                    Float::Double => 1,
                    Float::LongDouble => 2,
                };
                if rank(a) >= rank(b) { left } else { right }
            }
            (Type::Float(_), _) => left,
            (_, Type::Float(_)) => right,
            (Type::Int(a), Type::Int(b)) => {
                let (high, low) = if a.rank() >= b.rank() { (*a, *b) } else { (*b, *a) };
                let wider = int_size(self.model, high) > int_size(self.model, low);
                let unsigned = high.is_unsigned() || low.is_unsigned() && !wider;
                Type::Int(if unsigned { high.unsigned() } else { high })
            }
            _ => left,
        }
    }

    /// A value as one of another type.
    fn convert(&self, from: Typed, ty: Type) -> Typed {
        let to = self.unit.resolve(&ty);
        let value = match (from.value, to) {
            (Some(Value::Int(value)), Some(Type::Int(_) | Type::Enum(_))) => {
                self.unit.layout(self.model, &ty).map(|(size, _)| {
                    Value::Int(wrap(value, size * 8, self.unit.is_signed(self.model, &ty)))
                })
            }
            (Some(Value::Int(value)), Some(Type::Bool)) => Some(Value::Int(i128::from(value != 0))),
            (Some(Value::Float(value)), Some(Type::Bool)) => {
                Some(Value::Int(i128::from(value != 0.0)))
            }
            (Some(Value::Int(value)), Some(Type::Float(float))) => {
                Some(Value::Float(round(value as f64, *float)))
            }
            (Some(Value::Float(value)), Some(Type::Float(float))) => {
                Some(Value::Float(round(value, *float)))
            }
            (Some(Value::Float(value)), Some(Type::Int(_) | Type::Enum(_))) => {
                let truncated = value.trunc();
                (truncated.abs() < 1e30).then_some(Value::Int(truncated as i128))
            }
            _ => None,
        };
        Typed { ty, strict: from.strict && value.is_some(), value }
    }

    fn cast(&self, ty: Type, value: Option<Typed>) -> Option<Typed> {
        match value {
            Some(value) => Some(self.convert(value, ty)),
            // Whatever is cast, the type is known.
            None => Some(Typed::of(ty)),
        }
    }

    fn unary(&mut self, operator: &str, operand: Typed) -> Option<Typed> {
        if operator == "!" {
            let value = match operand.value {
                Some(Value::Int(value)) => Some(Value::Int(i128::from(value == 0))),
                Some(Value::Float(value)) => Some(Value::Int(i128::from(value == 0.0))),
                _ => None,
            };
            return Some(Typed { ty: Type::Int(Int::Int), strict: operand.strict, value });
        }
        let ty = self.arithmetic(&operand.ty)?;
        let promoted = self.convert(operand, ty.clone());
        let value = match (promoted.value, operator) {
            (Some(Value::Int(value)), "-") => Some(Value::Int(value.checked_neg()?)),
            (Some(Value::Int(value)), "~") => Some(Value::Int(!value)),
            (Some(Value::Float(value)), "-") => Some(Value::Float(-value)),
            (value, "+") => value,
            _ => None,
        };
        Some(self.convert(Typed { ty: ty.clone(), value, strict: promoted.strict }, ty))
    }

    fn binary(&mut self, operator: &str, left: Typed, right: Typed) -> Option<Typed> {
        let strict = left.strict && right.strict;
        let truth = |typed: &Typed| match typed.value {
            Some(Value::Int(value)) => Some(value != 0),
            Some(Value::Float(value)) => Some(value != 0.0),
            _ => None,
        };
        if matches!(operator, "&&" | "||") {
            let value = truth(&left).zip(truth(&right)).map(|(left, right)| {
                let holds = if operator == "&&" { left && right } else { left || right };
                Value::Int(i128::from(holds))
            });
            return Some(Typed { ty: Type::Int(Int::Int), value, strict });
        }
        let types = (self.arithmetic(&left.ty), self.arithmetic(&right.ty));
        let (Some(left_ty), Some(right_ty)) = types else {
            // Pointers: comparisons are integers, sums are pointers.
            let is_comparison = comparison(operator, None).is_some();
            return Some(Typed::of(match self.unit.resolve(&left.ty)? {
                _ if is_comparison => Type::Int(Int::Int),
                Type::Array(elem, _) => Type::Pointer(Rc::clone(elem)),
                Type::Pointer(_) => left.ty,
                _ => right.ty,
            }));
        };
        let shift = matches!(operator, "<<" | ">>");
        let ty = if shift { left_ty } else { self.usual(left_ty, right_ty) };
        let left = self.convert(left, ty.clone());
        let right = if shift { right } else { self.convert(right, ty.clone()) };
        let compare = |order: Option<Ordering>| {
            let holds = comparison(operator, order)?;
            Some((Type::Int(Int::Int), Value::Int(i128::from(holds))))
        };
        let result = match (left.value, right.value) {
            (Some(Value::Int(a)), Some(Value::Int(b))) => {
                let bits = u32::try_from(b).ok().filter(|bits| *bits < 64);
                Some(match operator {
                    "+" => (ty, Value::Int(a.checked_add(b)?)),
                    "-" => (ty, Value::Int(a.checked_sub(b)?)),
                    "*" => (ty, Value::Int(a.checked_mul(b)?)),
                    "/" => (ty, Value::Int(a.checked_div(b)?)),
                    "%" => (ty, Value::Int(a.checked_rem(b)?)),
                    "&" => (ty, Value::Int(a & b)),
                    "|" => (ty, Value::Int(a | b)),
                    "^" => (ty, Value::Int(a ^ b)),
                    "<<" => (ty, Value::Int(a.checked_mul(1_i128 << bits?)?)),
                    ">>" => (ty, Value::Int(a >> bits?)),
                    _ => compare(a.partial_cmp(&b))?,
                })
            }
            (Some(Value::Float(a)), Some(Value::Float(b))) => Some(match operator {
                "+" => (ty, Value::Float(a + b)),
                "-" => (ty, Value::Float(a - b)),
                "*" => (ty, Value::Float(a * b)),
                "/" => (ty, Value::Float(a / b)),
                _ => compare(a.partial_cmp(&b))?,
            }),
            _ => {
                let is_comparison = comparison(operator, None).is_some();
                return Some(Typed::of(if is_comparison { Type::Int(Int::Int) } else { ty }));
            }
        };
        let (ty, value) = result?;
        Some(self.convert(Typed { ty: ty.clone(), value: Some(value), strict }, ty))
    }
}

/// Whether a comparison holds of operands in this order; `order`: `None` for what is not ordered,
/// a NaN. `None` where the operator compares nothing.
fn comparison(operator: &str, order: Option<Ordering>) -> Option<bool> {
    Some(match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order.is_some_and(Ordering::is_lt),
        ">" => order.is_some_and(Ordering::is_gt),
        "<=" => order.is_some_and(Ordering::is_le),
        ">=" => order.is_some_and(Ordering::is_ge),
        _ => return None,
    })
}

fn wrap(value: i128, bits: u64, signed: bool) -> i128 {
    if bits >= 127 || bits == 0 {
        return value;
    }
    let modulus = 1_i128 << bits;
    let low = value.rem_euclid(modulus);
    if signed && low >= modulus / 2 { low - modulus } else { low }
}

fn round(value: f64, float: Float) -> f64 {
    if float == Float::Float { f64::from(value as f32) } else { value }
}

/// `0x1.8p3`
fn hexadecimal_float(text: &str) -> Option<f64> {
    let (digits, exponent) = text.strip_prefix("0x")?.split_once('p')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut value = 0.0;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let exponent: i32 = exponent.parse().ok()?;
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    Some(value * 2_f64.powi(shift))
}
