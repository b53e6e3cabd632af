//! Algebraic laws of constants.

use gossa_types::constant::{
    BinaryOperator, Comparison, LiteralKind, ShiftDirection, UnaryOperator, Value,
};
use proptest::prelude::*;

use BinaryOperator::{Add, And, AndNot, IntegerQuo, Mul, Or, Quo, Rem, Sub, Xor};

fn apply(left: &Value, operator: BinaryOperator, right: &Value) -> Value {
    left.binary(operator, right).expect("defined on these operands")
}

/// Integers of all sizes, as Go writes them.
fn integer() -> impl Strategy<Value = Value> {
    let digits = prop_oneof![
        4 => any::<i64>().prop_map(|value| value.to_string()),
        2 => (-100i64..100).prop_map(|value| value.to_string()),
        2 => "-?[1-9][0-9]{18,120}",
    ];
    digits.prop_map(|text| {
        let magnitude =
            Value::from_literal(LiteralKind::Int, text.trim_start_matches('-')).expect("a literal");
        if text.starts_with('-') {
            magnitude.unary(UnaryOperator::Minus, None).expect("a number")
        } else {
            magnitude
        }
    })
}

/// Fractions of moderate size.
fn ratio() -> impl Strategy<Value = Value> {
    (any::<i64>(), 1..i64::MAX).prop_map(|(numerator, denominator)| {
        apply(&Value::from_i64(numerator), Quo, &Value::from_i64(denominator))
    })
}

proptest! {
    #[test]
    fn integers_are_a_ring(a in integer(), b in integer(), c in integer()) {
        prop_assert_eq!(apply(&a, Add, &b), apply(&b, Add, &a));
        prop_assert_eq!(apply(&a, Mul, &b), apply(&b, Mul, &a));
        prop_assert_eq!(apply(&apply(&a, Add, &b), Add, &c), apply(&a, Add, &apply(&b, Add, &c)));
        prop_assert_eq!(apply(&apply(&a, Mul, &b), Mul, &c), apply(&a, Mul, &apply(&b, Mul, &c)));
        prop_assert_eq!(
            apply(&a, Mul, &apply(&b, Add, &c)),
            apply(&apply(&a, Mul, &b), Add, &apply(&a, Mul, &c))
        );
        prop_assert_eq!(apply(&apply(&a, Sub, &b), Add, &b), a);
    }

    #[test]
    fn fractions_are_a_field(a in ratio(), b in ratio(), c in ratio()) {
        prop_assert_eq!(
            apply(&a, Mul, &apply(&b, Add, &c)),
            apply(&apply(&a, Mul, &b), Add, &apply(&a, Mul, &c))
        );
        if !b.is_zero() {
            prop_assert_eq!(apply(&apply(&a, Quo, &b), Mul, &b), a);
        }
    }

    #[test]
    fn division_truncates(a in integer(), b in integer()) {
        prop_assume!(!b.is_zero());
        // The one exception wraps around.
        prop_assume!(!(a.as_i64() == Some(i64::MIN) && b.as_i64() == Some(-1)));
        let (quotient, remainder) = (apply(&a, IntegerQuo, &b), apply(&a, Rem, &b));
        prop_assert_eq!(apply(&apply(&quotient, Mul, &b), Add, &remainder), a.clone());
        prop_assert!(remainder.is_zero() || remainder.sign() == a.sign());
        prop_assert!(remainder.bit_length() <= b.bit_length());
    }

    #[test]
    fn bits_follow_de_morgan(a in integer(), b in integer()) {
        let not = |value: &Value| value.unary(UnaryOperator::Complement, None).expect("integer");
        prop_assert_eq!(not(&apply(&a, And, &b)), apply(&not(&a), Or, &not(&b)));
        prop_assert_eq!(apply(&a, AndNot, &b), apply(&a, And, &not(&b)));
        prop_assert_eq!(
            apply(&a, Xor, &b),
            apply(&apply(&a, Or, &b), Sub, &apply(&a, And, &b))
        );
        prop_assert_eq!(not(&not(&a)), a);
    }

    #[test]
    fn shifts_are_powers_of_two(a in integer(), count in 0u64..=1074) {
        let left = a.shift(ShiftDirection::Left, count).expect("in bounds");
        prop_assert_eq!(left.shift(ShiftDirection::Right, count).expect("in bounds"), a.clone());
        let power = Value::from_i64(1).shift(ShiftDirection::Left, count).expect("in bounds");
        prop_assert_eq!(left, apply(&a, Mul, &power));
    }

    #[test]
    fn order_agrees_with_subtraction(a in ratio(), b in ratio()) {
        let less = a.compare(Comparison::Less, &b).expect("numbers");
        prop_assert_eq!(less, apply(&a, Sub, &b).sign() == Some(-1));
        prop_assert_eq!(b.compare(Comparison::Greater, &a).expect("numbers"), less);
        prop_assert_eq!(a.compare(Comparison::GreaterOrEqual, &b).expect("numbers"), !less);
    }

    #[test]
    fn machine_numbers_survive(bits in any::<u64>()) {
        let float = f64::from_bits(bits);
        prop_assume!(float.is_finite());
        let value = Value::from_f64(float);
        // Adding zero makes a negative zero positive.
        prop_assert_eq!(value.to_f64(), Some((float + 0.0, true)));
        let exact = format!("{float:e}");
        let (sign, digits) = match exact.strip_prefix('-') {
            Some(digits) => (UnaryOperator::Minus, digits.to_owned()),
            None => (UnaryOperator::Plus, exact),
        };
        let literal = Value::from_literal(LiteralKind::Float, digits).expect("a literal");
        let parsed = literal.unary(sign, None).expect("a number").to_f64();
        prop_assert_eq!(parsed.map(|(parsed, _)| parsed), Some(float + 0.0));
        let single = float as f32;
        prop_assert_eq!(value.to_f32().map(|(rounded, _)| rounded), Some(single + 0.0));
    }

    #[test]
    fn any_text_is_a_literal_or_an_error(text in any::<Vec<u8>>(), kind in 0usize..5) {
        let kinds = [
            LiteralKind::Int,
            LiteralKind::Float,
            LiteralKind::Imaginary,
            LiteralKind::Rune,
            LiteralKind::String,
        ];
        if let Err(error) = Value::from_literal(kinds[kind], &text) {
            prop_assert!(error.offset <= text.len());
        }
    }

    #[test]
    fn number_like_text_is_a_literal_or_an_error(
        text in "[0-9a-fxXoObBeEpPi_.+-]{0,24}",
        kind in 0usize..3,
    ) {
        let kinds = [LiteralKind::Int, LiteralKind::Float, LiteralKind::Imaginary];
        match Value::from_literal(kinds[kind], &text) {
            Ok(value) => prop_assert!(value.is_numeric() || value.is_unknown()),
            Err(error) => prop_assert!(error.offset <= text.len()),
        }
    }

    #[test]
    fn concatenation_is_associative(pieces in prop::collection::vec(any::<Vec<u8>>(), 1..12)) {
        let values: Vec<Value> = pieces.iter().map(|piece| Value::from_bytes(piece)).collect();
        let left = values.iter().skip(1).fold(values[0].clone(), |sum, piece| apply(&sum, Add, piece));
        let right = values.iter().rev().skip(1).fold(values[values.len() - 1].clone(), |sum, piece| apply(piece, Add, &sum));
        prop_assert_eq!(left.to_string(), right.to_string());
        let joined = pieces.concat();
        prop_assert_eq!(left.as_bytes(), Some(joined.as_slice()));
        prop_assert_eq!(left, right);
    }
}
