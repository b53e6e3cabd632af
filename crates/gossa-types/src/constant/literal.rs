//! Values of literals.

use dashu_int::ops::BitTest;
use dashu_int::{IBig, Sign, UBig};
use dashu_ratio::RBig;

use super::float::{Float, Rounded, power_of_five};
use super::{MAX_FRACTION_BITS, Value, is_moderate_float};

/// The largest length in bytes of a number literal. Longer ones mean nothing,
/// and would take long to convert.
pub const MAX_LITERAL_LENGTH: usize = 10_000;

/// The kind of a literal, as the scanner finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiteralKind {
    /// `12`, `0x1f`, `0b1`, `0o17`, `017`
    Int,
    /// `1.5`, `1e3`, `0x1p-2`
    Float,
    /// Any of these followed by `i`
    Imaginary,
    /// `'x'`
    Rune,
    /// `"x"` or `` `x` ``
    String,
}

/// Why a literal has no value, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct LiteralError {
    /// What is wrong.
    pub kind: LiteralErrorKind,
    /// The offset in bytes from the beginning of the literal.
    pub offset: usize,
}

/// What is wrong with a literal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiteralErrorKind {
    /// A number literal above [`MAX_LITERAL_LENGTH`].
    #[error("excessively long constant ({0} chars)")]
    TooLong(usize),
    /// The exponent is out of range, or the number too large.
    #[error("number is not representable")]
    NotRepresentable,
    /// A digit that the base does not have.
    #[error("invalid digit {digit:?} in {base} literal")]
    InvalidDigit {
        /// The digit.
        digit: char,
        /// The name of the base.
        base: &'static str,
    },
    /// A character that cannot be part of the literal.
    #[error("unexpected character {0:?} in number literal")]
    UnexpectedCharacter(char),
    /// A number without digits.
    #[error("{0} literal has no digits")]
    NoDigits(&'static str),
    /// An exponent without digits.
    #[error("exponent has no digits")]
    NoExponentDigits,
    /// A radix point where the base allows none.
    #[error("invalid radix point in {0} literal")]
    InvalidRadixPoint(&'static str),
    /// A `p` exponent after a mantissa that is not hexadecimal.
    #[error("'p' exponent requires hexadecimal mantissa")]
    BinaryExponent,
    /// A hexadecimal mantissa with a radix point, but without exponent.
    #[error("hexadecimal mantissa requires a 'p' exponent")]
    MissingExponent,
    /// An underscore that is not between digits.
    #[error("'_' must separate successive digits")]
    MisplacedUnderscore,
    /// The quote at the beginning or at the end is missing.
    #[error("literal not terminated")]
    NotTerminated,
    /// A line break or a bare quote inside quotes.
    #[error("unexpected character inside quotes")]
    UnexpectedInQuotes,
    /// A rune literal that is not exactly one character.
    #[error("illegal rune literal")]
    IllegalRune,
    /// A backslash followed by something that is no escape.
    #[error("unknown escape")]
    UnknownEscape,
    /// An octal escape above 255.
    #[error("octal escape value {0} > 255")]
    OctalEscapeTooLarge(u32),
    /// An escape that is no code point.
    #[error("escape is invalid Unicode code point U+{0:04X}")]
    InvalidCodePoint(u32),
}

fn error(kind: LiteralErrorKind, offset: usize) -> LiteralError {
    LiteralError { kind, offset }
}

impl Value {
    /// The value of a literal, given as it stands in the source.
    pub fn from_literal(kind: LiteralKind, text: impl AsRef<[u8]>) -> Result<Value, LiteralError> {
        let text = text.as_ref();
        match kind {
            LiteralKind::Int => integer_literal(text),
            LiteralKind::Float => float_literal(text),
            LiteralKind::Imaginary => {
                let Some((b'i', number)) = text.split_last() else {
                    return Err(error(LiteralErrorKind::NotTerminated, text.len()));
                };
                let imaginary = float_literal(number)?;
                Ok(Value::from_parts(Value::from_i64(0), imaginary))
            }
            LiteralKind::Rune => rune_literal(text),
            LiteralKind::String => string_literal(text),
        }
    }
}

// ---------------------------------------------------------------------------
// Numbers

/// The parts of a number literal that has been found to be well-formed.
struct Number {
    base: u32,
    /// The digits of the mantissa without underscores and radix point.
    digits: Vec<u8>,
    /// How many of them stand behind the radix point.
    fraction_digits: i64,
    /// The exponent, of two if `binary_exponent`, else of ten.
    exponent: i64,
    binary_exponent: bool,
}

const fn base_name(base: u32) -> &'static str {
    match base {
        2 => "binary",
        8 => "octal",
        16 => "hexadecimal",
        _ => "decimal",
    }
}

/// Whether `byte` continues a number if it does not belong to the base, so
/// that the complaint is about a digit.
fn digit_value(byte: u8, base: u32) -> Option<u32> {
    char::from(byte).to_digit(if base == 16 { 16 } else { 10 })
}

/// The character at `offset`, for a message.
fn character_at(text: &[u8], offset: usize) -> char {
    let rest = text.get(offset..).unwrap_or(&[]);
    let valid = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    valid.unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Reads digits and underscores. Appends the digits; `separable` says whether
/// an underscore may come first. Returns the offset behind.
fn scan_digits(
    text: &[u8],
    mut offset: usize,
    base: u32,
    mut separable: bool,
    digits: &mut Vec<u8>,
) -> Result<usize, LiteralError> {
    let mut underscore = false;
    while let Some(&byte) = text.get(offset) {
        if byte == b'_' {
            if !separable {
                return Err(error(LiteralErrorKind::MisplacedUnderscore, offset));
            }
            separable = false;
            underscore = true;
        } else if let Some(value) = digit_value(byte, base) {
            if value >= base {
                let digit = char::from(byte);
                let kind = LiteralErrorKind::InvalidDigit { digit, base: base_name(base) };
                return Err(error(kind, offset));
            }
            digits.push(byte);
            separable = true;
            underscore = false;
        } else {
            break;
        }
        offset += 1;
    }
    if underscore {
        return Err(error(LiteralErrorKind::MisplacedUnderscore, offset - 1));
    }
    Ok(offset)
}

/// Splits a number. `legacy_octal` says whether a leading zero makes an
/// integer octal.
fn scan_number(text: &[u8], legacy_octal: bool) -> Result<Number, LiteralError> {
    if text.len() > MAX_LITERAL_LENGTH {
        return Err(error(LiteralErrorKind::TooLong(text.len()), 0));
    }
    let (base, prefix) = match text {
        [b'0', b'x' | b'X', ..] => (16, 2),
        [b'0', b'o' | b'O', ..] => (8, 2),
        [b'0', b'b' | b'B', ..] => (2, 2),
        // The zero is one of the digits.
        [b'0', _, ..] if legacy_octal => (8, 0),
        _ => (10, 0),
    };
    let mut digits = Vec::with_capacity(text.len());
    let mut offset = scan_digits(text, prefix, base, prefix > 0, &mut digits)?;
    let mut fraction_digits = 0;
    let point = text.get(offset) == Some(&b'.');
    if point {
        if base != 10 && base != 16 {
            return Err(error(LiteralErrorKind::InvalidRadixPoint(base_name(base)), offset));
        }
        let integer_digits = digits.len();
        offset = scan_digits(text, offset + 1, base, false, &mut digits)?;
        fraction_digits = (digits.len() - integer_digits) as i64;
    }
    if digits.is_empty() {
        return Err(error(LiteralErrorKind::NoDigits(base_name(base)), prefix));
    }
    let mut exponent = 0;
    let marker = text.get(offset).map(u8::to_ascii_lowercase);
    let binary_exponent = marker == Some(b'p');
    match marker {
        Some(b'p') if base != 16 => {
            return Err(error(LiteralErrorKind::BinaryExponent, offset));
        }
        Some(b'p') | Some(b'e') if base == 16 || base == 10 => {
            offset += 1;
            let negative = text.get(offset) == Some(&b'-');
            if matches!(text.get(offset), Some(b'+' | b'-')) {
                offset += 1;
            }
            let mut exponent_digits = Vec::new();
            let end = scan_digits(text, offset, 10, false, &mut exponent_digits)?;
            if exponent_digits.is_empty() {
                return Err(error(LiteralErrorKind::NoExponentDigits, offset));
            }
            let magnitude = exponent_digits.iter().try_fold(0i64, |sum, digit| {
                sum.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
            });
            let magnitude =
                magnitude.ok_or_else(|| error(LiteralErrorKind::NotRepresentable, offset))?;
            exponent = if negative { -magnitude } else { magnitude };
            offset = end;
        }
        _ if point && base == 16 => {
            return Err(error(LiteralErrorKind::MissingExponent, 0));
        }
        _ => {}
    }
    if offset < text.len() {
        let character = character_at(text, offset);
        return Err(error(LiteralErrorKind::UnexpectedCharacter(character), offset));
    }
    Ok(Number { base, digits, fraction_digits, exponent, binary_exponent })
}

/// The integer that digits stand for; all are digits of the base.
fn parse_digits(digits: &[u8], base: u32) -> UBig {
    let small = digits.iter().try_fold(0u64, |sum, &digit| {
        let value = char::from(digit).to_digit(base).unwrap_or(0);
        sum.checked_mul(base.into())?.checked_add(value.into())
    });
    match small {
        Some(small) => UBig::from(small),
        None => std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| UBig::from_str_radix(digits, base).ok())
            .unwrap_or(UBig::ZERO),
    }
}

fn integer_literal(text: &[u8]) -> Result<Value, LiteralError> {
    // Most literals are a few decimal digits.
    if text.len() <= 18
        && (text.first() != Some(&b'0') || text.len() == 1)
        && !text.is_empty()
        && text.iter().all(u8::is_ascii_digit)
    {
        let value = text.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        return Ok(Value::from_i64(value));
    }
    // A point or an exponent ends the digits of an integer.
    let is_hexadecimal = matches!(text, [b'0', b'x' | b'X', ..]);
    let end = text.iter().position(|byte| match byte {
        b'.' | b'p' | b'P' => true,
        b'e' | b'E' => !is_hexadecimal,
        _ => false,
    });
    if let Some(end) = end {
        let character = character_at(text, end);
        return Err(error(LiteralErrorKind::UnexpectedCharacter(character), end));
    }
    let number = scan_number(text, true)?;
    Ok(Value::from_integer(IBig::from(parse_digits(&number.digits, number.base))))
}

fn float_literal(text: &[u8]) -> Result<Value, LiteralError> {
    let number = scan_number(text, false)?;
    let mantissa = parse_digits(&number.digits, number.base);
    if mantissa.is_zero() {
        return Ok(Value::from_rational_literal(RBig::ZERO));
    }
    let out_of_range = || error(LiteralErrorKind::NotRepresentable, 0);
    // The value is mantissa × 2^exponent2 × 5^exponent5.
    let (point2, point5) = match number.base {
        16 => (-4 * number.fraction_digits, 0),
        _ => (-number.fraction_digits, -number.fraction_digits),
    };
    let exponent2 = point2.checked_add(number.exponent).ok_or_else(out_of_range)?;
    let exponent5 = if number.binary_exponent {
        point5
    } else {
        point5.checked_add(number.exponent).ok_or_else(out_of_range)?
    };
    let float = match approximate_exponent(&mantissa, exponent2, exponent5) {
        // So clearly of moderate size that there is no need to compute it.
        exponent if exponent.abs() < (MAX_FRACTION_BITS - 100) as f64 => None,
        _ => Some(round_literal(&mantissa, exponent2, exponent5).ok_or_else(out_of_range)?),
    };
    match float {
        Some(float) if float.is_zero() => Ok(Value::from_rational_literal(RBig::ZERO)),
        Some(float) if !is_moderate_float(&float) => {
            Ok(Value::from_rounded(Rounded::Finite(float)))
        }
        _ => {
            let shift2 = exponent2.unsigned_abs() as usize;
            let power5 = UBig::from(5u8).pow(exponent5.unsigned_abs() as usize);
            let (mut numerator, mut denominator) = (mantissa, UBig::ONE);
            if exponent5 >= 0 {
                numerator *= power5;
            } else {
                denominator = power5;
            }
            if exponent2 >= 0 {
                numerator <<= shift2;
            } else {
                denominator <<= shift2;
            }
            let numerator = IBig::from_parts(Sign::Positive, numerator);
            Ok(Value::from_rational_literal(RBig::from_parts(numerator, denominator)))
        }
    }
}

/// About the binary exponent of `mantissa × 2^exponent2 × 5^exponent5`. The
/// error is below 2 unless the result is far out of range.
fn approximate_exponent(mantissa: &UBig, exponent2: i64, exponent5: i64) -> f64 {
    let log2_of_5 = 5f64.log2();
    mantissa.bit_len() as f64 + exponent2 as f64 + exponent5 as f64 * log2_of_5
}

/// The literal as a 512-bit number, rounded in the steps of the reference
/// implementation. `None` on overflow.
fn round_literal(mantissa: &UBig, exponent2: i64, exponent5: i64) -> Option<Float> {
    // The exponent of two alone has to be in range, too.
    let exponent = exponent2.checked_add(mantissa.bit_len() as i64)?;
    i32::try_from(exponent).ok()?;
    let finite = |rounded| match rounded {
        Rounded::Finite(float) => Some(float),
        Rounded::Infinite => None,
    };
    let exact = finite(Float::exact(mantissa.clone(), exponent2))?;
    if exponent5 == 0 {
        return finite(exact.rounded());
    }
    match (power_of_five(exponent5.unsigned_abs()), exponent5 > 0) {
        (Rounded::Finite(power), true) => finite(exact.mul(&power)),
        (Rounded::Finite(power), false) => finite(exact.div(&power)),
        (Rounded::Infinite, true) => None,
        (Rounded::Infinite, false) => Some(Float::ZERO),
    }
}

// ---------------------------------------------------------------------------
// Runes and strings

/// What stands at one place inside quotes.
enum Element {
    /// A character, or an escape for one.
    Character(char),
    /// An octal or hexadecimal escape: a single byte, in a string.
    Byte(u8),
}

/// Reads one character or escape inside `quote`s; returns the offset behind.
fn scan_element(text: &[u8], offset: usize, quote: u8) -> Result<(Element, usize), LiteralError> {
    let rest = text.get(offset..).unwrap_or(&[]);
    match rest {
        [] => Err(error(LiteralErrorKind::NotTerminated, offset)),
        [byte, ..] if *byte == quote || *byte == b'\n' => {
            Err(error(LiteralErrorKind::UnexpectedInQuotes, offset))
        }
        [b'\\', escape, ..] => scan_escape(text, offset, *escape, quote),
        [b'\\'] => Err(error(LiteralErrorKind::UnknownEscape, offset)),
        [byte, ..] if byte.is_ascii() => Ok((Element::Character(char::from(*byte)), offset + 1)),
        _ => {
            // Four bytes hold the longest character; one byte that is not
            // UTF-8 counts as one replacement character.
            let window = rest.get(..4).unwrap_or(rest);
            let first = window.utf8_chunks().next();
            let character = first.and_then(|chunk| chunk.valid().chars().next());
            let (character, length) = match character {
                Some(character) => (character, character.len_utf8()),
                None => (char::REPLACEMENT_CHARACTER, 1),
            };
            Ok((Element::Character(character), offset + length))
        }
    }
}

/// Reads the escape whose backslash is at `offset`.
fn scan_escape(
    text: &[u8],
    offset: usize,
    escape: u8,
    quote: u8,
) -> Result<(Element, usize), LiteralError> {
    let simple = |character| Ok((Element::Character(character), offset + 2));
    let (digits_at, length, base) = match escape {
        b'a' => return simple('\x07'),
        b'b' => return simple('\x08'),
        b'f' => return simple('\x0c'),
        b'n' => return simple('\n'),
        b'r' => return simple('\r'),
        b't' => return simple('\t'),
        b'v' => return simple('\x0b'),
        b'\\' => return simple('\\'),
        _ if escape == quote => return simple(char::from(quote)),
        b'0'..=b'7' => (offset + 1, 3, 8),
        b'x' => (offset + 2, 2, 16),
        b'u' => (offset + 2, 4, 16),
        b'U' => (offset + 2, 8, 16),
        _ => return Err(error(LiteralErrorKind::UnknownEscape, offset)),
    };
    let mut value = 0u32;
    for position in digits_at..digits_at + length {
        let digit = text.get(position).and_then(|byte| char::from(*byte).to_digit(base));
        let Some(digit) = digit else {
            return Err(match text.get(position) {
                Some(_) => error(LiteralErrorKind::UnknownEscape, position),
                None => error(LiteralErrorKind::NotTerminated, position),
            });
        };
        // At most eight hexadecimal digits: exactly a word.
        value = value << if base == 8 { 3 } else { 4 } | digit;
    }
    let end = digits_at + length;
    if matches!(escape, b'u' | b'U') {
        let character = char::from_u32(value)
            .ok_or_else(|| error(LiteralErrorKind::InvalidCodePoint(value), offset))?;
        return Ok((Element::Character(character), end));
    }
    let byte = u8::try_from(value)
        .map_err(|_| error(LiteralErrorKind::OctalEscapeTooLarge(value), offset))?;
    Ok((Element::Byte(byte), end))
}

fn rune_literal(text: &[u8]) -> Result<Value, LiteralError> {
    if text.first() != Some(&b'\'') {
        return Err(error(LiteralErrorKind::NotTerminated, 0));
    }
    if text == b"''" {
        return Err(error(LiteralErrorKind::IllegalRune, 0));
    }
    let (element, end) = scan_element(text, 1, b'\'')?;
    match text.get(end..) {
        Some(b"'") => Ok(Value::from_i64(match element {
            Element::Character(character) => u32::from(character).into(),
            Element::Byte(byte) => byte.into(),
        })),
        Some([]) | None => Err(error(LiteralErrorKind::NotTerminated, end)),
        Some(_) => Err(error(LiteralErrorKind::IllegalRune, 0)),
    }
}

fn string_literal(text: &[u8]) -> Result<Value, LiteralError> {
    let (quote, body) = match text {
        [b'`', body @ .., b'`'] => {
            if let Some(position) = body.iter().position(|&byte| byte == b'`') {
                return Err(error(LiteralErrorKind::UnexpectedInQuotes, position + 1));
            }
            if !body.contains(&b'\r') {
                return Ok(Value::from_bytes(body));
            }
            let bytes: Vec<u8> = body.iter().copied().filter(|&byte| byte != b'\r').collect();
            return Ok(Value::from_bytes(&bytes));
        }
        [b'"', body @ .., b'"'] => (b'"', body),
        [b'"' | b'`', ..] => return Err(error(LiteralErrorKind::NotTerminated, text.len())),
        _ => return Err(error(LiteralErrorKind::NotTerminated, 0)),
    };
    let is_plain = !body.iter().any(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
    if is_plain && std::str::from_utf8(body).is_ok() {
        return Ok(Value::from_bytes(body));
    }
    let end = text.len() - 1;
    let inside = text.get(..end).unwrap_or(text);
    let mut bytes = Vec::with_capacity(body.len());
    let mut offset = 1;
    while offset < end {
        let (element, behind) = scan_element(inside, offset, quote)?;
        match element {
            Element::Byte(byte) => bytes.push(byte),
            Element::Character(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        offset = behind;
    }
    Ok(Value::from_bytes(&bytes))
}
