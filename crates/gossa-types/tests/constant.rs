//! Constants by hand: what the specification and the type checker rely on.
//! Needs no Go.

use gossa_types::constant::{
    BinaryOperator, Comparison, DuplicateKey, Kind, LiteralError, LiteralErrorKind, LiteralKind,
    MAX_LITERAL_LENGTH, MAX_SHIFT, MAX_STRING_LENGTH, OperationError, Representation,
    ShiftDirection, UnaryOperator, Value,
};

use BinaryOperator::{Add, IntegerQuo, Mul, Quo, Rem, Sub};
use LiteralKind::{Float, Imaginary, Int, Rune};

fn literal(kind: LiteralKind, text: &str) -> Value {
    match Value::from_literal(kind, text) {
        Ok(value) => value,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn int(text: &str) -> Value {
    literal(Int, text)
}

fn float(text: &str) -> Value {
    literal(Float, text)
}

fn string(text: &[u8]) -> Vec<u8> {
    let value = Value::from_literal(LiteralKind::String, text).expect("a literal");
    value.as_bytes().expect("a string").to_vec()
}

fn failure(kind: LiteralKind, text: impl AsRef<[u8]>) -> LiteralError {
    Value::from_literal(kind, text).expect_err("not a literal")
}

fn apply(left: &Value, operator: BinaryOperator, right: &Value) -> Value {
    left.binary(operator, right).expect("defined")
}

fn negative(value: &Value) -> Value {
    value.unary(UnaryOperator::Minus, None).expect("a number")
}

#[test]
fn integer_literals() {
    for (text, expected) in [
        ("0", "0"),
        ("00", "0"),
        ("017", "15"),
        ("0_17", "15"),
        ("0o17", "15"),
        ("0O1_7", "15"),
        ("0b1011", "11"),
        ("0B_1", "1"),
        ("0xBadFace", "195951310"),
        ("0x_67_7a", "26490"),
        ("42_000", "42000"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"),
        ("170141183460469231731687303715884105727", "170141183460469231731687303715884105727"),
    ] {
        assert_eq!(int(text).exact_string(), expected, "{text}");
    }
}

#[test]
fn float_and_imaginary_literals() {
    for (text, exact, short) in [
        ("0.", "0", "0"),
        ("072.40", "362/5", "72.4"),
        ("1.e+0", "1", "1"),
        ("6.67428e-11", "166857/2500000000000000", "6.67428e-11"),
        ("1E6", "1000000", "1e+06"),
        (".25", "1/4", "0.25"),
        ("1_5.0_1", "1501/100", "15.01"),
        ("0x1p-2", "1/4", "0.25"),
        ("0x2.p10", "2048", "2048"),
        ("0X1.8p+1", "3", "3"),
        ("0x.8p-0", "1/2", "0.5"),
    ] {
        let value = float(text);
        assert_eq!((value.exact_string(), value.to_string()), (exact.to_owned(), short.to_owned()));
    }
    for (text, expected) in [
        ("0i", "(0 + 0i)"),
        ("0123i", "(0 + 123i)"),
        ("0o123i", "(0 + 83i)"),
        ("0xabci", "(0 + 2748i)"),
        ("0b11i", "(0 + 3i)"),
        ("1.5e1i", "(0 + 15i)"),
        ("0x1p-2i", "(0 + 1/4i)"),
    ] {
        assert_eq!(literal(Imaginary, text).exact_string(), expected, "{text}");
    }
}

#[test]
fn rune_literals() {
    for (text, expected) in [
        ("'a'", 97),
        ("'ä'", 0xe4),
        (r"'\t'", 9),
        (r"'\''", 39),
        ("'\"'", 34),
        (r"'\000'", 0),
        (r"'\377'", 255),
        (r"'\xff'", 255),
        (r"'\u12e4'", 0x12e4),
        (r"'\U00101234'", 0x10_1234),
    ] {
        assert_eq!(literal(Rune, text), Value::from_i64(expected), "{text}");
    }
}

#[test]
fn string_literals() {
    assert_eq!(string(b"``"), b"");
    assert_eq!(string(b"`a\\n\r\n\"`"), b"a\\n\n\"");
    assert_eq!(string(br#""\a\b\f\n\r\t\v\\\"'""#), b"\x07\x08\x0c\n\r\t\x0b\\\"'");
    assert_eq!(string(br#""\xff\377\u00e4\U0001F600""#), b"\xff\xff\xc3\xa4\xf0\x9f\x98\x80");
    // Bytes that are not UTF-8 survive only between back quotes.
    assert_eq!(string(b"`\xff`"), b"\xff");
    assert_eq!(string(b"\"\xff\""), "\u{fffd}".as_bytes());
}

#[test]
fn errors_say_where() {
    use LiteralErrorKind as E;
    let invalid = |digit, base| E::InvalidDigit { digit, base };
    for (kind, text, expected, offset) in [
        (Int, "0128", invalid('8', "octal"), 3),
        (Int, "0b12", invalid('2', "binary"), 3),
        (Int, "0x", E::NoDigits("hexadecimal"), 2),
        (Int, "1__0", E::MisplacedUnderscore, 2),
        (Int, "10_", E::MisplacedUnderscore, 2),
        (Int, "12a", E::UnexpectedCharacter('a'), 2),
        (Int, "1.5", E::UnexpectedCharacter('.'), 1),
        (Int, "", E::NoDigits("decimal"), 0),
        (Float, "1e", E::NoExponentDigits, 2),
        (Float, "1e+", E::NoExponentDigits, 3),
        (Float, "1p3", E::BinaryExponent, 1),
        (Float, "0x1.8", E::MissingExponent, 0),
        (Float, "0b1.1", E::InvalidRadixPoint("binary"), 3),
        (Float, "1e99999999999999999999", E::NotRepresentable, 2),
        (Imaginary, "1", E::NotTerminated, 1),
        (Rune, "''", E::IllegalRune, 0),
        (Rune, "'ab'", E::IllegalRune, 0),
        (Rune, "'a", E::NotTerminated, 2),
        (Rune, r"'\q'", E::UnknownEscape, 1),
        (Rune, r"'\400'", E::OctalEscapeTooLarge(256), 1),
        (Rune, r"'\ud800'", E::InvalidCodePoint(0xd800), 1),
        (LiteralKind::String, r#""ab\x1""#, E::NotTerminated, 6),
        (LiteralKind::String, r#""\'""#, E::UnknownEscape, 1),
        (LiteralKind::String, "\"a\nb\"", E::UnexpectedInQuotes, 2),
        (LiteralKind::String, "\"a", E::NotTerminated, 2),
        (LiteralKind::String, "`a", E::NotTerminated, 2),
    ] {
        assert_eq!(failure(kind, text), LiteralError { kind: expected, offset }, "{text}");
    }
    assert_eq!(
        failure(Rune, r"'\UFFFFFFFF'").to_string(),
        "escape is invalid Unicode code point U+FFFFFFFF"
    );
}

#[test]
fn huge_literals_are_refused_quickly() {
    for text in ["1e1000000000", "1e9223372036854775807", "0x1p4000000000", "1e-3000000000"] {
        assert_eq!(failure(Float, text).kind, LiteralErrorKind::NotRepresentable, "{text}");
    }
    // The exponent is in range, the number is not distinguishable from zero.
    assert!(float("1e-1000000000").is_zero());
    assert!(float("0e1000000000").is_zero());
    let long = "1".repeat(MAX_LITERAL_LENGTH + 1);
    assert_eq!(failure(Int, &long).kind, LiteralErrorKind::TooLong(long.len()));
    assert!(int(&long[1..]).exceeds_untyped_precision());
    // The largest and the smallest that have a value.
    assert_eq!(float("1e646456992").to_string(), "1e+646456992");
    assert_eq!(float("1e-323228497").kind(), Kind::Float);
}

#[test]
fn small_integers_grow() {
    let (max, one) = (Value::from_i64(i64::MAX), Value::from_i64(1));
    let min = Value::from_i64(i64::MIN);
    let beyond = apply(&max, Add, &one);
    assert_eq!(beyond, int("9223372036854775808"));
    assert_eq!(beyond.as_u64(), Some(1 << 63));
    assert_eq!(apply(&beyond, Sub, &one), max);
    assert_eq!(negative(&min), beyond);
    assert_eq!(negative(&beyond), min);
    assert_eq!(apply(&max, Mul, &max).exact_string(), "85070591730234615847396907784232501249");
    // The one result that wraps around in every Go tool.
    assert_eq!(apply(&min, IntegerQuo, &Value::from_i64(-1)), min);
}

#[test]
fn division() {
    let (seven, two) = (Value::from_i64(-7), Value::from_i64(2));
    assert_eq!(apply(&seven, IntegerQuo, &two), Value::from_i64(-3));
    assert_eq!(apply(&seven, Rem, &two), Value::from_i64(-1));
    assert_eq!(apply(&seven, Quo, &two).exact_string(), "-7/2");
    let zero = Value::from_i64(0);
    for operator in [IntegerQuo, Rem, Quo] {
        assert_eq!(seven.binary(operator, &zero), Err(OperationError::DivisionByZero));
    }
    let (zero, complex) = (float("0.0"), literal(Imaginary, "0i"));
    assert_eq!(float("1.5").binary(Quo, &zero), Err(OperationError::DivisionByZero));
    assert_eq!(float("1.5").binary(Quo, &complex), Err(OperationError::DivisionByZero));
    assert_eq!(float("1.5").binary(Rem, &two), Err(OperationError::InvalidOperands));
}

#[test]
fn complements_stay_in_unsigned_types() {
    let complement = |value: &Value, bits| value.unary(UnaryOperator::Complement, bits).unwrap();
    let five = Value::from_i64(5);
    assert_eq!(complement(&five, None), Value::from_i64(-6));
    assert_eq!(complement(&five, Some(8)), Value::from_i64(250));
    assert_eq!(complement(&five, Some(64)), Value::from_u64(u64::MAX - 5));
    assert_eq!(complement(&Value::from_u64(u64::MAX), Some(64)), Value::from_i64(0));
}

#[test]
fn shifts_are_bounded() {
    let shift = |value: i64, direction, count| Value::from_i64(value).shift(direction, count);
    use ShiftDirection::{Left, Right};
    assert_eq!(shift(1, Left, 62), Ok(Value::from_i64(1 << 62)));
    assert_eq!(shift(1, Left, 63), Ok(Value::from_u64(1 << 63)));
    assert_eq!(shift(-1, Left, 63), Ok(Value::from_i64(i64::MIN)));
    assert_eq!(shift(-5, Right, 1), Ok(Value::from_i64(-3)));
    assert_eq!(shift(-5, Right, 1000), Ok(Value::from_i64(-1)));
    assert_eq!(shift(1, Left, MAX_SHIFT).unwrap().bit_length(), 1075);
    assert_eq!(shift(1, Left, MAX_SHIFT + 1), Err(OperationError::ShiftCount(1075)));
    assert!(!shift(1, Left, 511).unwrap().exceeds_untyped_precision());
    assert!(shift(1, Left, 512).unwrap().exceeds_untyped_precision());
    assert_eq!(float("1.0").shift(Left, 1), Err(OperationError::InvalidOperands));
}

#[test]
fn kinds_are_matched() {
    let sum = apply(&int("1"), Add, &float("0.5"));
    assert_eq!((sum.kind(), sum.exact_string()), (Kind::Float, "3/2".to_owned()));
    let sum = apply(&sum, Add, &literal(Imaginary, "2i"));
    assert_eq!(sum.exact_string(), "(3/2 + 2i)");
    assert!(int("1").compare(Comparison::Equal, &float("1.0")).unwrap());
    assert!(
        float("1.0")
            .compare(Comparison::Equal, &literal(Imaginary, "0i"))
            .is_ok_and(|equal| !equal)
    );
    assert_eq!(
        literal(Imaginary, "1i").compare(Comparison::Less, &int("1")),
        Err(OperationError::InvalidOperands)
    );
    let text = Value::from("a");
    assert_eq!(text.binary(Add, &int("1")), Err(OperationError::InvalidOperands));
    assert_eq!(text.binary(Add, &Value::UNKNOWN), Ok(Value::UNKNOWN));
}

#[test]
fn large_fractions_become_floats_and_stay_so() {
    let power = float("1e1300");
    assert_eq!(power.exact_string().get(..3), Some("0x."));
    let one = apply(&power, Quo, &power);
    assert_eq!((one.exact_string(), one.to_string()), ("0x.8p+1".to_owned(), "1".to_owned()));
    assert_eq!(one.to_int(), Value::from_i64(1));
    assert_eq!(power.to_string(), "1e+1300");
    assert_eq!(power.represent(Representation::Float64), None);
    // The smaller literal is still a fraction.
    assert_eq!(float("1e1200").exact_string().len(), 1201);
}

#[test]
fn a_float_near_an_integer_counts_as_one() {
    // (10^1300 + something) / 10^1300 × 3 rounds somewhere in the last bits.
    let power = float("1.1e1300");
    let third = apply(&apply(&power, Quo, &int("3")), Mul, &int("3"));
    let ratio = apply(&third, Quo, &power);
    assert_eq!(ratio.to_int(), Value::from_i64(1));
    assert_eq!(apply(&ratio, Add, &float("0.5")).to_int(), Value::UNKNOWN);
}

#[test]
fn machine_floats() {
    let f32_of = |text: &str| float(text).to_f32().unwrap().0;
    let f64_of = |text: &str| float(text).to_f64().unwrap().0;
    assert_eq!(f32_of("0.1"), 0.1);
    assert_eq!(f32_of("1e-45"), f32::from_bits(1));
    assert_eq!(f32_of("0x1p-150"), 0.0);
    assert_eq!(f32_of("0x1.0000001p-150"), f32::from_bits(1));
    assert_eq!(f32_of("340282356779733661637539395458142568448."), f32::INFINITY);
    assert_eq!(f32_of("340282356779733661637539395458142568447."), f32::MAX);
    assert_eq!(f64_of("5e-324"), f64::from_bits(1));
    assert_eq!(f64_of("0x1p-1075"), 0.0);
    assert_eq!(f64_of("0x1.8p-1074"), f64::from_bits(2));
    assert_eq!(f64_of("2.2250738585072011e-308"), f64::from_bits((1 << 52) - 1));
    assert_eq!(f64_of("1.797693134862315708145274237317043567981e+308"), f64::MAX);
    assert_eq!(f64_of("1.797693134862315808e+308"), f64::INFINITY);
    // One rounding only: through an f64 this would be a tie, rounded down.
    assert_eq!(f32_of("0x1.000001000000001p0"), 1.0 + f32::EPSILON);
    assert_eq!(int("16777217").to_f32(), Some((16_777_216.0, false)));
    assert_eq!(Value::from_f64(-0.0).exact_string(), "0");
    assert_eq!(Value::from_f64(f64::NAN), Value::UNKNOWN);
}

#[test]
fn representability() {
    let integer = |bits, signed| Representation::Integer { bits, signed };
    let fits = |value: &Value, target| value.represent(target).is_some();
    for (bits, max, min) in [
        (8, "127", "128"),
        (16, "32767", "32768"),
        (32, "2147483647", "2147483648"),
        (64, "9223372036854775807", "9223372036854775808"),
    ] {
        assert!(fits(&int(max), integer(bits, true)));
        assert!(!fits(&int(min), integer(bits, true)));
        assert!(fits(&negative(&int(min)), integer(bits, true)));
        assert!(!fits(&apply(&negative(&int(min)), Sub, &int("1")), integer(bits, true)));
        let unsigned_max = apply(&apply(&int(max), Mul, &int("2")), Add, &int("1"));
        assert!(fits(&unsigned_max, integer(bits, false)));
        assert!(!fits(&apply(&unsigned_max, Add, &int("1")), integer(bits, false)));
        assert!(!fits(&int("1").unary(UnaryOperator::Minus, None).unwrap(), integer(bits, false)));
    }
    assert_eq!(float("2.0").represent(integer(8, true)), Some(int("2")));
    assert_eq!(float("2.5").represent(integer(8, true)), None);
    assert_eq!(literal(Imaginary, "0i").represent(integer(8, true)), Some(int("0")));
    assert_eq!(literal(Imaginary, "1i").represent(Representation::Float64), None);
    let third = apply(&int("1"), Quo, &int("3"));
    assert_eq!(
        third.represent(Representation::Float32).unwrap().exact_string(),
        "11184811/33554432"
    );
    assert_eq!(
        third.represent(Representation::Complex64).unwrap().exact_string(),
        "(11184811/33554432 + 0i)"
    );
    assert_eq!(third.represent(Representation::UntypedFloat), Some(third.clone()));
    assert_eq!(int("1").represent(Representation::String), None);
    assert_eq!(Value::UNKNOWN.represent(Representation::Bool), Some(Value::UNKNOWN));
}

#[test]
fn duplicate_keys_ignore_the_kind() {
    let key = Some(DuplicateKey::Signed(1));
    let complex = Value::from_real_and_imaginary(&int("1"), &float("0.0")).unwrap();
    assert_eq!(
        [int("1").map_key(), float("1.0").map_key(), complex.map_key()],
        [key.clone(), key.clone(), key]
    );
    assert_eq!(float("0.5").map_key(), Some(DuplicateKey::Float(0.5f64.to_bits())));
    assert_eq!(int("18446744073709551615").map_key(), Some(DuplicateKey::Unsigned(u64::MAX)));
    assert_eq!(int("18446744073709551616").map_key(), None);
    assert_eq!(Value::from_bool(true).case_key(), None);
    assert_eq!(float("1.0").case_key(), Some(DuplicateKey::Float(1f64.to_bits())));
    assert_eq!(Value::from("x").case_key(), Value::from("x").map_key());
}

#[test]
fn strings_are_shortened_for_messages() {
    let value = Value::from("ä".repeat(71).as_str());
    assert_eq!(value.to_string(), format!("\"{}...", "ä".repeat(68)));
    assert_eq!(value.exact_string(), format!("\"{}\"", "ä".repeat(71)));
    let value = Value::from("a".repeat(70).as_str());
    assert_eq!(value.to_string(), value.exact_string());
}

#[test]
fn code_points_become_strings() {
    let text = |value: &Value| Value::from_code_point(value).as_bytes().map(<[u8]>::to_vec);
    assert_eq!(text(&int("0x4e16")), Some("世".into()));
    assert_eq!(text(&int("0xd800")), Some("\u{fffd}".into()));
    assert_eq!(text(&int("18446744073709551616")), Some("\u{fffd}".into()));
    assert_eq!(text(&Value::UNKNOWN), None);
}

/// Quadratic copying would take minutes and gigabytes here, recursion would
/// overflow the stack.
#[test]
fn long_concatenations_are_cheap() {
    const PIECES: usize = 200_000;
    let piece = Value::from("0123456789");
    let mut sums = Vec::with_capacity(PIECES);
    let mut sum = piece.clone();
    for _ in 1..PIECES {
        sum = apply(&sum, Add, &piece);
        // The type checker keeps the value of every subexpression.
        sums.push(sum.clone());
    }
    assert_eq!(sum.string_length(), Some(10 * PIECES));
    assert!(sums.iter().rev().take(100).all(|sum| sum.to_string().len() == 72));
    assert_eq!(sum.as_bytes().unwrap(), "0123456789".repeat(PIECES).as_bytes());
    drop(sums);
    // Nested to the right, and dropped without being joined.
    let mut sum = piece.clone();
    for _ in 1..PIECES {
        sum = apply(&piece, Add, &sum);
    }
    drop(sum);
}

#[test]
fn strings_do_not_grow_without_limit() {
    let mut text = Value::from("0123456789");
    let mut error = None;
    for _ in 0..40 {
        match text.binary(Add, &text) {
            Ok(sum) => text = sum,
            Err(reason) => {
                error = Some(reason);
                break;
            }
        }
    }
    assert!(
        matches!(error, Some(OperationError::StringTooLong(length)) if length > MAX_STRING_LENGTH)
    );
    assert_eq!(text.to_string().len(), 72);
}

#[test]
fn strings_compare_by_bytes() {
    let (a, b) = (Value::from_bytes(b"a\xff"), Value::from("b"));
    assert!(a.compare(Comparison::Less, &b).unwrap());
    assert!(!a.compare(Comparison::Equal, &b).unwrap());
    let halves = ["x".repeat(50), "y".repeat(50)];
    let sum = apply(&Value::from(halves[0].as_str()), Add, &Value::from(halves[1].as_str()));
    assert!(sum.compare(Comparison::Equal, &Value::from(halves.concat().as_str())).unwrap());
    assert_eq!(sum, Value::from(halves.concat().as_str()));
}
