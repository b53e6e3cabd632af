//! Compares constants with Go's own packages: random literals, operations and
//! conversions are put to a small Go program and to this crate.
//!
//! Needs Go 1.27 or newer, found through `GOSSA_TEST_GOROOT`, `GOROOT`, or the
//! `go` on the search path.
#![allow(clippy::disallowed_methods, reason = "the oracle is another process")]

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use gossa_types::constant::{
    BinaryOperator, Comparison, Kind, LiteralKind, OperationError, Representation, ShiftDirection,
    UnaryOperator, Value, quote,
};

// ---------------------------------------------------------------------------
// The oracle

/// Builds the oracle once for all tests of this file.
fn oracle() -> &'static Path {
    static ORACLE: OnceLock<PathBuf> = OnceLock::new();
    ORACLE.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle_constant");
        let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle_constant");
        let output = support::go(&support::goroot())
            .arg("build")
            .arg("-o")
            .arg(&binary)
            .arg(".")
            .current_dir(source)
            .output()
            .expect("go build starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        binary
    })
}

fn ask_oracle(commands: &str) -> Vec<String> {
    let mut child = Command::new(oracle())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle starts");
    let mut stdin = child.stdin.take().expect("piped");
    let commands = commands.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(commands.as_bytes()));
    let output = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("no panic").expect("the oracle reads all commands");
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).expect("quoted output is UTF-8");
    answers.lines().map(str::to_owned).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A session with the oracle: commands and what this crate answers.
#[derive(Default)]
struct Session {
    commands: String,
    expected: Vec<Expected>,
    values: Vec<Value>,
}

struct Expected {
    /// The command, readable.
    what: String,
    answer: Answer,
}

enum Answer {
    Line(String),
    /// The operation failed here; the oracle gives one of these.
    Failure(&'static [&'static str]),
}

const UNKNOWN: &str = "Unknown\tunknown\tunknown";

fn describe(value: &Value) -> String {
    format!("{:?}\t{value}\t{}", value.kind(), value.exact_string())
}

impl Session {
    fn push(&mut self, command: String, what: String, answer: Answer) {
        self.commands.push_str(&command);
        self.commands.push('\n');
        self.expected.push(Expected { what, answer });
    }

    fn make(
        &mut self,
        command: String,
        what: String,
        result: Result<Value, &'static [&'static str]>,
    ) -> usize {
        let (value, answer) = match result {
            Ok(value) => {
                let line = describe(&value);
                (value, Answer::Line(line))
            }
            Err(answers) => (Value::UNKNOWN, Answer::Failure(answers)),
        };
        self.push(command, what, answer);
        self.values.push(value);
        self.values.len() - 1
    }

    fn reset(&mut self) {
        self.values.clear();
        self.push("reset".to_owned(), "reset".to_owned(), Answer::Line("ok".to_owned()));
    }

    fn literal(&mut self, kind: LiteralKind, text: &[u8]) -> usize {
        let result = Value::from_literal(kind, text).map_err(|_| &["invalid", UNKNOWN][..]);
        let what = format!("literal {kind:?} {:?}", String::from_utf8_lossy(text));
        self.make(format!("literal\t{}\t{}", kind_name(kind), hex(text)), what, result)
    }

    /// A literal that the scanner would reject for reasons that are no concern
    /// of its value.
    fn raw_literal(&mut self, kind: LiteralKind, text: &[u8]) -> usize {
        let result = Value::from_literal(kind, text).map_err(|_| &[UNKNOWN][..]);
        let what = format!("raw literal {kind:?} {:?}", String::from_utf8_lossy(text));
        self.make(format!("raw\t{}\t{}", kind_name(kind), hex(text)), what, result)
    }

    fn float64(&mut self, value: f64) -> usize {
        let bits = value.to_bits();
        self.make(
            format!("float64\t{bits:016x}"),
            format!("float64 {value:e}"),
            Ok(Value::from_f64(value)),
        )
    }

    /// Whether the type checker could let these operands meet: it has rejected
    /// the sum of a string and a number before the values matter.
    fn may_meet(&self, left: usize, right: usize) -> bool {
        let (left, right) = (&self.values[left], &self.values[right]);
        left.is_unknown()
            || right.is_unknown()
            || left.kind() == right.kind()
            || left.is_numeric() && right.is_numeric()
    }

    fn show(&self, index: usize) -> String {
        let mut text = self.values[index].exact_string();
        if text.len() > 3000 {
            text.truncate(3000);
            text.push('…');
        }
        text
    }

    fn unary(&mut self, operator: UnaryOperator, operand: usize, bits: Option<u32>) -> usize {
        let symbol = match operator {
            UnaryOperator::Plus => "+",
            UnaryOperator::Minus => "-",
            UnaryOperator::Complement => "^",
            UnaryOperator::Not => "!",
        };
        let result = self.values[operand].unary(operator, bits).map_err(|_| &["panic"][..]);
        self.make(
            format!("unary\t{symbol}\t{operand}\t{}", bits.unwrap_or(0)),
            format!("{symbol}{bits:?} {}", self.show(operand)),
            result,
        )
    }

    fn binary(&mut self, left: usize, operator: BinaryOperator, right: usize) -> usize {
        let symbol = binary_symbol(operator);
        let result = self.values[left].binary(operator, &self.values[right]);
        let result = result.map_err(|error| match error {
            // The reference gives an infinity, hence unknown, for a 512-bit
            // number divided by zero.
            OperationError::DivisionByZero => &["panic", UNKNOWN][..],
            _ => &["panic"][..],
        });
        self.make(
            format!("binary\t{left}\t{symbol}\t{right}"),
            format!("{} {symbol} {}", self.show(left), self.show(right)),
            result,
        )
    }

    fn shift(&mut self, operand: usize, direction: ShiftDirection, count: u64) -> usize {
        let symbol = if direction == ShiftDirection::Left { "<<" } else { ">>" };
        let result = self.values[operand].shift(direction, count).map_err(|_| &["panic"][..]);
        self.make(
            format!("shift\t{operand}\t{symbol}\t{count}"),
            format!("{} {symbol} {count}", self.show(operand)),
            result,
        )
    }

    fn convert(&mut self, name: &str, operand: usize) -> usize {
        let value = &self.values[operand];
        let applicable = value.is_numeric() || value.is_unknown();
        let (result, applicable) = match name {
            "toint" => (value.to_int(), true),
            "tofloat" => (value.to_float(), true),
            "tocomplex" => (value.to_complex(), true),
            "real" => (value.real(), applicable),
            "imag" => (value.imaginary(), applicable),
            _ => unreachable!("{name}"),
        };
        let result = if applicable { Ok(result) } else { Err(&["panic"][..]) };
        self.make(format!("{name}\t{operand}"), format!("{name} {}", self.show(operand)), result)
    }

    fn compare(&mut self, left: usize, comparison: Comparison, right: usize) {
        let symbol = match comparison {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        let answer = match self.values[left].compare(comparison, &self.values[right]) {
            Ok(result) => Answer::Line(result.to_string()),
            Err(_) => Answer::Failure(&["panic"]),
        };
        let what = format!("{} {symbol} {}", self.show(left), self.show(right));
        self.push(format!("compare\t{left}\t{symbol}\t{right}"), what, answer);
    }

    fn numbers(&mut self, operand: usize) {
        let value = &self.values[operand];
        let answer = match value.sign() {
            None => Answer::Failure(&["panic"]),
            Some(sign) => {
                let mut line = sign.to_string();
                if value.kind() == Kind::Int {
                    let (signed, unsigned) = (value.as_i64(), value.as_u64());
                    let _ = write!(
                        line,
                        " {} {} {} {} {}",
                        value.bit_length(),
                        signed.unwrap_or(0),
                        signed.is_some(),
                        unsigned.unwrap_or(0),
                        unsigned.is_some()
                    );
                }
                if let (Some((single, single_exact)), Some((double, double_exact))) =
                    (value.to_f32(), value.to_f64())
                {
                    let _ = write!(
                        line,
                        " {:08x} {single_exact} {:016x} {double_exact}",
                        single.to_bits(),
                        double.to_bits()
                    );
                }
                Answer::Line(line)
            }
        };
        let what = format!("numbers of {}", self.show(operand));
        self.push(format!("numbers\t{operand}"), what, answer);
    }

    fn evaluate(&mut self, expression: &str, expected: Option<Value>) {
        let answer = match expected {
            Some(value) => Answer::Line(describe(&value)),
            None => Answer::Failure(&["error"]),
        };
        self.push(format!("eval\t{}", hex(expression.as_bytes())), expression.to_owned(), answer);
    }

    /// Compares everything; returns the number of comparisons.
    fn check(self) -> usize {
        let answers = ask_oracle(&self.commands);
        assert_eq!(answers.len(), self.expected.len());
        let mut differences = Vec::new();
        for (expected, answer) in self.expected.iter().zip(&answers) {
            let (agrees, ours) = match &expected.answer {
                Answer::Line(line) => (line == answer, line.clone()),
                Answer::Failure(options) => {
                    (options.contains(&answer.as_str()), format!("one of {options:?}"))
                }
            };
            if !agrees {
                differences.push(format!("{}\n  gossa: {ours}\n  go:    {answer}", expected.what));
            }
        }
        assert!(
            differences.is_empty(),
            "{} of {} answers differ; the first:\n{}",
            differences.len(),
            answers.len(),
            differences.iter().take(8).cloned().collect::<Vec<_>>().join("\n")
        );
        answers.len()
    }
}

fn kind_name(kind: LiteralKind) -> &'static str {
    match kind {
        LiteralKind::Int => "int",
        LiteralKind::Float => "float",
        LiteralKind::Imaginary => "imaginary",
        LiteralKind::Rune => "rune",
        LiteralKind::String => "string",
    }
}

fn binary_symbol(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Sub => "-",
        BinaryOperator::Mul => "*",
        BinaryOperator::Quo => "/",
        BinaryOperator::IntegerQuo => "//",
        BinaryOperator::Rem => "%",
        BinaryOperator::And => "&",
        BinaryOperator::Or => "|",
        BinaryOperator::Xor => "^",
        BinaryOperator::AndNot => "&^",
        BinaryOperator::LogicalAnd => "&&",
        BinaryOperator::LogicalOr => "||",
    }
}

// ---------------------------------------------------------------------------
// Random material

/// SplitMix64: the same sequence for the same seed everywhere.
struct Random(u64);

impl Random {
    /// `GOSSA_TEST_SEED` selects other material.
    fn new(test: u64) -> Self {
        let seed = std::env::var("GOSSA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        Self(test.wrapping_add(seed.unwrap_or(0u64) << 8))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn digits(&mut self, base: usize, length: usize) -> String {
        let alphabet = b"0123456789abcdefABCDEF";
        let mut text = String::new();
        for position in 0..length {
            let size = if base == 16 { alphabet.len() } else { base };
            text.push(char::from(alphabet[self.below(size)]));
            if position + 1 < length && self.chance(4) {
                text.push('_');
            }
        }
        text
    }

    fn length(&mut self) -> usize {
        match self.below(20) {
            0 => 1 + self.below(300),
            1..4 => 1 + self.below(60),
            _ => 1 + self.below(18),
        }
    }

    fn integer(&mut self) -> String {
        let length = self.length();
        match self.below(10) {
            0 => format!("0{}{}", self.pick(&["x", "X", "x_"]), self.digits(16, length)),
            1 => format!("0{}{}", self.pick(&["o", "O", "o_"]), self.digits(8, length)),
            2 => format!("0{}{}", self.pick(&["b", "B", "b_"]), self.digits(2, 3 * length)),
            3 => format!("0{}", self.digits(8, length)),
            4 => "0".to_owned(),
            5 => {
                // Around the limits of the machine types.
                let power = self.pick(&[7, 8, 15, 16, 31, 32, 53, 62, 63, 64, 65]);
                let offset = self.below(3) as i128 - 1;
                ((1i128 << power) + offset).to_string()
            }
            _ => format!("{}{}", 1 + self.below(9), self.digits(10, length)),
        }
    }

    fn exponent(&mut self) -> String {
        let magnitude = match self.below(30) {
            0 => self.below(5_000_000),
            1 => self.pick(&[1_000_000_000, 3_000_000_000, usize::MAX / 4]),
            2 => 1200 + self.below(100),
            3..6 => self.below(2500),
            6..12 => self.below(400),
            _ => self.below(30),
        };
        format!("{}{magnitude}", self.pick(&["", "+", "-", "-"]))
    }

    fn float(&mut self) -> String {
        let (integer, fraction) = (self.length(), self.length());
        if self.chance(25) {
            let mantissa = match self.below(3) {
                0 => self.digits(16, integer),
                1 => format!("{}.{}", self.digits(16, integer), self.digits(16, fraction)),
                _ => format!(".{}", self.digits(16, fraction)),
            };
            let exponent = match self.below(6) {
                0 => 4000 + self.below(200),
                1 => 900 + self.below(300),
                2 => 100 + self.below(80),
                _ => self.below(60),
            };
            let exponent = format!("{}{exponent}", self.pick(&["", "+", "-"]));
            return format!("0x{mantissa}{}{exponent}", self.pick(&["p", "P"]));
        }
        let exponent = self.exponent();
        match self.below(5) {
            0 => format!("{}e{exponent}", self.digits(10, integer)),
            1 => format!("{}.{}", self.digits(10, integer), self.digits(10, fraction)),
            2 => format!(".{}E{exponent}", self.digits(10, fraction)),
            3 => format!("{}.", self.digits(10, integer)),
            _ => format!("{}.{}e{exponent}", self.digits(10, integer), self.digits(10, fraction)),
        }
    }

    fn imaginary(&mut self) -> String {
        if self.chance(50) { format!("{}i", self.integer()) } else { format!("{}i", self.float()) }
    }

    fn element(&mut self, quote: char) -> String {
        match self.below(16) {
            0 => format!("\\{}", self.pick(&['a', 'b', 'f', 'n', 'r', 't', 'v', '\\', quote])),
            1 => format!("\\{:03o}", self.below(256)),
            2 => format!("\\x{:02x}", self.below(256)),
            3 => format!("\\u{:04X}", self.below(0xd800)),
            4 => format!("\\U{:08x}", 0xe000 + self.below(0x10_2000)),
            5 => {
                let code = self.below(0x11_0000) as u32;
                char::from_u32(code).filter(|&c| c != '\u{feff}').unwrap_or('x').to_string()
            }
            6 => self.pick(&["é", "世", "\u{a0}", "\u{200b}", "😀", "\u{301}", "\t"]).to_owned(),
            _ => {
                let character = char::from(b' ' + self.below(95) as u8);
                if character == quote || character == '\\' {
                    "-".to_owned()
                } else {
                    character.to_string()
                }
            }
        }
    }

    fn string(&mut self) -> String {
        let length = if self.chance(20) { 50 + self.below(60) } else { self.below(12) };
        if self.chance(20) {
            let body: String =
                (0..length).map(|_| self.pick(&["a", "\\", "\n", "\r", "\"", "世"])).collect();
            return format!("`{body}`");
        }
        let body: String = (0..length).map(|_| self.element('"')).collect();
        format!("\"{body}\"")
    }

    fn literal(&mut self) -> (LiteralKind, String) {
        match self.below(20) {
            0..7 => (LiteralKind::Int, self.integer()),
            7..14 => (LiteralKind::Float, self.float()),
            14..17 => (LiteralKind::Imaginary, self.imaginary()),
            17 => (LiteralKind::Rune, format!("'{}'", self.element('\''))),
            _ => (LiteralKind::String, self.string()),
        }
    }
}

const BINARY_OPERATORS: &[BinaryOperator] = &[
    BinaryOperator::Add,
    BinaryOperator::Sub,
    BinaryOperator::Mul,
    BinaryOperator::Quo,
    BinaryOperator::Add,
    BinaryOperator::Sub,
    BinaryOperator::Mul,
    BinaryOperator::Quo,
    BinaryOperator::IntegerQuo,
    BinaryOperator::Rem,
    BinaryOperator::And,
    BinaryOperator::Or,
    BinaryOperator::Xor,
    BinaryOperator::AndNot,
    BinaryOperator::LogicalAnd,
    BinaryOperator::LogicalOr,
];

const COMPARISONS: &[Comparison] = &[
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

// ---------------------------------------------------------------------------
// Tests

#[test]
fn literals_agree_with_go() {
    let mut random = Random::new(1);
    let mut session = Session::default();
    for _ in 0..300 {
        session.reset();
        for _ in 0..100 {
            let (kind, text) = random.literal();
            let index = session.literal(kind, text.as_bytes());
            session.numbers(index);
        }
    }
    assert!(session.check() > 60_000);
}

#[test]
fn broken_literals_are_rejected_as_go_rejects_them() {
    let mut random = Random::new(2);
    let mut session = Session::default();
    for _ in 0..30_000 {
        let (kind, text) = random.literal();
        let mut bytes = text.into_bytes();
        // Keep them short, so that the break matters.
        if bytes.len() > 30 {
            continue;
        }
        for _ in 0..1 + random.below(2) {
            let position = random.below(bytes.len() + 1);
            let byte = random.pick(b"0189_.xXobBepPi+-afF'\"\\nuU`");
            match random.below(3) {
                0 => bytes.insert(position, byte),
                1 if position < bytes.len() => bytes[position] = byte,
                _ if position < bytes.len() => drop(bytes.remove(position)),
                _ => bytes.push(byte),
            }
        }
        // The scanner calls a float without point and exponent an integer;
        // characters cut in half are another matter than the grammar.
        let has = |set: &[u8]| bytes.iter().any(|byte| set.contains(byte));
        let is_integer = !has(b".pP") && (has(b"xX") || !has(b"eE"));
        let is_skipped = kind == LiteralKind::Float && is_integer;
        if std::str::from_utf8(&bytes).is_ok() && !is_skipped {
            session.literal(kind, &bytes);
        }
    }
    session.check();
}

#[test]
fn strings_that_are_not_utf8_agree_with_go() {
    let mut random = Random::new(3);
    let mut session = Session::default();
    for _ in 0..5_000 {
        let quote = random.pick(b"\"`");
        let mut bytes = vec![quote];
        for _ in 0..random.below(90) {
            match random.next() as u8 {
                b'"' | b'`' | b'\\' | b'\n' => bytes.push(b'.'),
                byte => bytes.push(byte),
            }
        }
        bytes.push(quote);
        session.raw_literal(LiteralKind::String, &bytes);
    }
    session.check();
}

#[test]
fn operations_agree_with_go() {
    let mut random = Random::new(4);
    let mut session = Session::default();
    for round in 0..400 {
        session.reset();
        for _ in 0..14 {
            let (kind, text) = random.literal();
            session.literal(kind, text.as_bytes());
        }
        for _ in 0..4 {
            let bits = random.next();
            let value = f64::from_bits(bits);
            session.float64(if value.is_finite() { value } else { 0.0 });
        }
        for _ in 0..150 {
            let count = session.values.len();
            // Recent values more often, so that computations become deep.
            let mut choose = || {
                if random.chance(30) {
                    count - 1 - random.below(count.min(10))
                } else {
                    random.below(count)
                }
            };
            let (left, right) = (choose(), choose());
            if !session.may_meet(left, right) {
                continue;
            }
            match random.below(20) {
                0 => {
                    let operator = random.pick(&[
                        UnaryOperator::Plus,
                        UnaryOperator::Minus,
                        UnaryOperator::Complement,
                        UnaryOperator::Not,
                    ]);
                    let bits =
                        random.pick(&[None, None, Some(8), Some(16), Some(32), Some(64), Some(7)]);
                    session.unary(operator, left, bits);
                }
                1 | 2 => {
                    let direction = random.pick(&[ShiftDirection::Left, ShiftDirection::Right]);
                    let count =
                        if random.chance(10) { random.below(1075) } else { random.below(80) };
                    if session.values[left].bit_length() < 3000 {
                        session.shift(left, direction, count as u64);
                    }
                }
                3 | 4 => {
                    let name = random.pick(&["toint", "tofloat", "tocomplex", "real", "imag"]);
                    session.convert(name, left);
                }
                5 | 6 => {
                    let comparison = random.pick(COMPARISONS);
                    session.compare(left, comparison, right);
                }
                7 => session.numbers(left),
                _ => {
                    let operator = random.pick(BINARY_OPERATORS);
                    let size =
                        session.values[left].bit_length() + session.values[right].bit_length();
                    if size < 20_000 {
                        session.binary(left, operator, right);
                    }
                }
            }
        }
        // Everything once more through the conversions.
        if round % 4 == 0 {
            for index in 0..session.values.len() {
                session.numbers(index);
                session.convert("toint", index);
            }
        }
    }
    session.check();
}

/// Numbers that need all 512 bits, with exponents near each other: additions
/// that cancel, ties, and results just beyond the precision.
#[test]
fn large_floats_agree_with_go() {
    let mut random = Random::new(5);
    let mut session = Session::default();
    for _ in 0..1_500 {
        session.reset();
        for _ in 0..6 {
            let length = 1 + random.below(160);
            let ones = random.chance(30);
            let digits: String = if ones {
                "f".repeat(length)
            } else {
                (0..length).map(|_| random.pick(&['0', '0', '1', '8', 'f', '7'])).collect()
            };
            // Above the limit of fractions, and at very different magnitudes.
            let exponent = random.pick(&[5000, 5001, 5400, 5511, 5512, 5513, 6000, 50_000]);
            let sign = random.pick(&["", "-"]);
            session.literal(LiteralKind::Float, format!("0x1{digits}p{sign}{exponent}").as_bytes());
        }
        for _ in 0..24 {
            let count = session.values.len();
            let (left, right) = (random.below(count), random.below(count));
            if random.chance(10) {
                session.compare(left, random.pick(COMPARISONS), right);
            } else {
                session.binary(left, BINARY_OPERATORS[random.below(4)], right);
            }
        }
    }
    session.check();
}

/// Exponents near their limit of 32 bits.
#[test]
fn exponent_limits_agree_with_go() {
    let mut random = Random::new(9);
    let mut session = Session::default();
    for _ in 0..500 {
        session.reset();
        for _ in 0..4 {
            let magnitude = random.pick(&[1i64 << 30, 1 << 31, (1 << 31) - 1, (1 << 31) - 5]);
            let exponent = random.pick(&[magnitude, -magnitude]) + random.below(12) as i64 - 6;
            let mantissa = random.pick(&["1", "1.8", "f.f", "0.1", "0.0001", "10000"]);
            session.literal(LiteralKind::Float, format!("0x{mantissa}p{exponent}").as_bytes());
            let decimal = random.pick(&[646_456_993, 646_456_992, 323_228_497, 1_000_000_000]);
            let exponent = random.pick(&[decimal, -decimal]) + random.below(4) as i64 - 2;
            session.literal(LiteralKind::Float, format!("1.5e{exponent}").as_bytes());
        }
        for _ in 0..8 {
            let count = session.values.len();
            let (left, right) = (random.below(count), random.below(count));
            session.binary(left, random.pick(&[BinaryOperator::Mul, BinaryOperator::Quo]), right);
            session.compare(left, random.pick(COMPARISONS), right);
        }
    }
    session.check();
}

/// Floating-point constants close to integers, to halves between machine
/// numbers, and to the limits of the machine formats.
#[test]
fn rounding_agrees_with_go() {
    let mut random = Random::new(6);
    let mut session = Session::default();
    for round in 0..20_000 {
        if round % 100 == 0 {
            session.reset();
        }
        let (bits, limit) = random.pick(&[(24usize, 160usize), (53, 1090)]);
        let mut digits =
            format!("1{}", (0..bits - 1).map(|_| random.pick(&['0', '1'])).collect::<String>());
        if random.chance(20) {
            digits = "1".repeat(bits);
        }
        digits.push_str(random.pick(&["", "0", "1", "10", "01", "1000001", "0111111", "11"]));
        let mut value = u128::from_str_radix(&digits, 2).unwrap();
        value = if random.chance(20) { value >> random.below(20) } else { value };
        let sign = random.pick(&["", "-"]);
        let exponent = if random.chance(50) {
            // Ends near the smallest or the largest number.
            limit as i64 - bits as i64 + random.below(40) as i64 - 20
        } else {
            random.below(limit) as i64
        };
        let index =
            session.literal(LiteralKind::Float, format!("0x{value:x}p{sign}{exponent}").as_bytes());
        session.numbers(index);
    }
    session.check();
}

/// Values that computations miss by a few bits of the 512.
#[test]
fn conversion_to_integers_agrees_with_go() {
    let mut random = Random::new(7);
    let mut session = Session::default();
    for _ in 0..2_000 {
        session.reset();
        // A huge factor forces 512-bit numbers; dividing by it again leaves a
        // rounding error.
        let huge = session.literal(
            LiteralKind::Float,
            format!("1.{}e{}", random.digits(10, 30), 1300 + random.below(500)).as_bytes(),
        );
        let length = random.below(150);
        let number = format!("{}{}", 1 + random.below(9), random.digits(10, length));
        let number = session.literal(LiteralKind::Int, number.as_bytes());
        let product = session.binary(number, BinaryOperator::Mul, huge);
        let quotient = session.binary(product, BinaryOperator::Quo, huge);
        session.convert("toint", quotient);
        let one = session.literal(LiteralKind::Int, b"1");
        let inverse = session.binary(one, BinaryOperator::Quo, quotient);
        let again = session.binary(inverse, BinaryOperator::Mul, product);
        let third = session.binary(again, BinaryOperator::Quo, huge);
        session.convert("toint", third);
        session.numbers(third);
    }
    session.check();
}

#[test]
fn conversions_to_types_agree_with_the_type_checker() {
    let targets: &[(&str, Representation)] = &[
        ("int8", Representation::Integer { bits: 8, signed: true }),
        ("int16", Representation::Integer { bits: 16, signed: true }),
        ("int32", Representation::Integer { bits: 32, signed: true }),
        ("int64", Representation::Integer { bits: 64, signed: true }),
        ("uint8", Representation::Integer { bits: 8, signed: false }),
        ("uint16", Representation::Integer { bits: 16, signed: false }),
        ("uint32", Representation::Integer { bits: 32, signed: false }),
        ("uint64", Representation::Integer { bits: 64, signed: false }),
        ("float32", Representation::Float32),
        ("float64", Representation::Float64),
        ("complex64", Representation::Complex64),
        ("complex128", Representation::Complex128),
        ("bool", Representation::Bool),
    ];
    let mut random = Random::new(8);
    let mut session = Session::default();
    for _ in 0..30_000 {
        let (kind, mut text) = random.literal();
        let (name, target) = random.pick(targets);
        if let Representation::Integer { bits, .. } = target
            && kind == LiteralKind::Int
            && random.chance(50)
        {
            text = ((1u128 << (bits - random.below(2) as u32)) + random.below(3) as u128 - 1)
                .to_string();
        }
        let negative = random.chance(50) && kind != LiteralKind::String;
        let expression = format!("{name}({}{text})", if negative { "-" } else { "" });
        let value = Value::from_literal(kind, &text).ok().and_then(|value| {
            let value =
                if negative { value.unary(UnaryOperator::Minus, None).ok()? } else { value };
            let valid = !value.is_unknown() && !value.exceeds_untyped_precision();
            valid.then_some(value)?.represent(target)
        });
        session.evaluate(&expression, value);
    }
    session.check();
}

#[test]
fn printable_characters_are_those_of_go() {
    let answers = ask_oracle("printable\n");
    let expected: Vec<u32> =
        answers[0].split_whitespace().map(|code| u32::from_str_radix(code, 16).unwrap()).collect();
    let actual: Vec<u32> = (0x80..0x11_0000)
        .filter(|&code| {
            char::from_u32(code).is_some_and(|character| {
                let text = character.to_string();
                quote(text.as_bytes()) == format!("\"{text}\"")
            })
        })
        .collect();
    assert_eq!(actual, expected);
}
