//! Constant expressions of C: values of macros, enumerators, array lengths, conditionals.

use super::scan::Token;
use crate::constant::Value;

/// Deepest nesting of expressions and of names in names.
const MAX_DEPTH: u32 = 60;

/// The value of an integer constant expression; `lookup` gives those of names. `None` where it
/// is not one, or more than is understood.
pub(super) fn integer(tokens: &[Token], lookup: &dyn Fn(&str) -> Option<i64>) -> Option<i64> {
    let mut parser = Parser { tokens, at: 0, lookup, depth: 0 };
    let value = parser.conditional()?;
    (parser.at == tokens.len()).then_some(value)
}

/// The value of a number literal.
pub(super) fn number(text: &str) -> Option<Number> {
    let lower = text.to_ascii_lowercase();
    let hexadecimal = lower.starts_with("0x");
    let is_float = lower.contains('.')
        || !hexadecimal && lower.contains('e') && !lower.starts_with("0b")
        || hexadecimal && lower.contains('p');
    if is_float {
        let digits = lower.trim_end_matches(['l', 'f']);
        // A hexadecimal number's f is a digit unless an exponent stands before it.
        return if hexadecimal { None } else { digits.parse().ok().map(Number::Float) };
    }
    let digits = lower.trim_end_matches(['u', 'l']);
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x', ..] => (&digits[2..], 16),
        [b'0', b'b', ..] => (&digits[2..], 2),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    u64::from_str_radix(digits, radix).ok().map(Number::Integer)
}

/// A number literal.
pub(super) enum Number {
    Integer(u64),
    Float(f64),
}

/// What a macro's replacement is worth as a constant: an integer, a float, a string.
pub(super) fn constant(tokens: &[Token], lookup: &dyn Fn(&str) -> Option<i64>) -> Option<Value> {
    let unwrapped = strip_parentheses(tokens);
    match unwrapped {
        [Token::String(_), ..] => {
            let mut bytes = Vec::new();
            for token in unwrapped {
                let Token::String(part) = token else { return None };
                bytes.extend_from_slice(part);
            }
            return Some(Value::from_bytes(&bytes));
        }
        [sign @ .., Token::Number(text)] if sign.len() <= 1 => match number(text)? {
            Number::Float(value) => {
                return match sign {
                    [] => Some(Value::from_f64(value)),
                    [sign] if sign.is("-") => Some(Value::from_f64(-value)),
                    _ => None,
                };
            }
            Number::Integer(value) if sign.is_empty() => return Some(Value::from_u64(value)),
            Number::Integer(_) => {}
        },
        [] => return None,
        _ => {}
    }
    integer(unwrapped, lookup).map(Value::from_i64)
}

fn strip_parentheses(tokens: &[Token]) -> &[Token] {
    let mut tokens = tokens;
    while let [first, inner @ .., last] = tokens {
        if !first.is("(") || !last.is(")") {
            break;
        }
        let mut depth = 0_i32;
        let balanced = inner.iter().all(|token| {
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            depth >= 0
        });
        if !balanced {
            break;
        }
        tokens = inner;
    }
    tokens
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    lookup: &'t dyn Fn(&str) -> Option<i64>,
    depth: u32,
}

impl Parser<'_> {
    fn accept(&mut self, punct: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|token| token.is(punct));
        self.at += usize::from(found);
        found
    }

    fn conditional(&mut self) -> Option<i64> {
        let condition = self.binary(0)?;
        if !self.accept("?") {
            return Some(condition);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let yes = self.conditional()?;
        if !self.accept(":") {
            return None;
        }
        let no = self.conditional()?;
        self.depth -= 1;
        Some(if condition != 0 { yes } else { no })
    }

    fn binary(&mut self, lowest: u8) -> Option<i64> {
        let mut left = self.unary()?;
        while let Some(Token::Punct(operator)) = self.tokens.get(self.at) {
            let precedence = match *operator {
                "||" => 1,
                "&&" => 2,
                "|" => 3,
                "^" => 4,
                "&" => 5,
                "==" | "!=" => 6,
                "<" | ">" | "<=" | ">=" => 7,
                "<<" | ">>" => 8,
                "+" | "-" => 9,
                "*" | "/" | "%" => 10,
                _ => break,
            };
            if precedence <= lowest {
                break;
            }
            self.at += 1;
            let right = self.binary(precedence)?;
            let truth = i64::from;
            left = match *operator {
                "||" => truth(left != 0 || right != 0),
                "&&" => truth(left != 0 && right != 0),
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "==" => truth(left == right),
                "!=" => truth(left != right),
                "<" => truth(left < right),
                ">" => truth(left > right),
                "<=" => truth(left <= right),
                ">=" => truth(left >= right),
                "<<" => left.checked_shl(u32::try_from(right).ok()?)?,
                ">>" => left.checked_shr(u32::try_from(right).ok()?)?,
                "+" => left.checked_add(right)?,
                "-" => left.checked_sub(right)?,
                "*" => left.checked_mul(right)?,
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = self.operand();
        self.depth -= 1;
        value
    }

    /// Skips the rest of a cast to an integer type, behind its parenthesis.
    fn skip_cast(&mut self) -> bool {
        let rest = &self.tokens[self.at..];
        let is_type = |name: &str| {
            name.ends_with("_t")
                || matches!(
                    name,
                    "unsigned" | "signed" | "int" | "long" | "short" | "char" | "const"
                )
        };
        let words = rest.iter().take_while(|t| t.ident().is_some_and(is_type)).count();
        let found = words > 0 && rest.get(words).is_some_and(|token| token.is(")"));
        if found {
            self.at += words + 1;
        }
        found
    }

    fn operand(&mut self) -> Option<i64> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match token {
            Token::Number(text) => match number(text)? {
                Number::Integer(value) => i64::try_from(value).ok(),
                Number::Float(_) => None,
            },
            Token::Char(value) => Some(*value),
            Token::Ident(name) => (self.lookup)(name),
            Token::Punct("-") => self.unary()?.checked_neg(),
            Token::Punct("+") => self.unary(),
            Token::Punct("~") => Some(!self.unary()?),
            Token::Punct("!") => Some(i64::from(self.unary()? == 0)),
            Token::Punct("(") if self.skip_cast() => {
                // A negative number becomes a large one in an unsigned type: not worth a guess.
                self.unary().filter(|value| *value >= 0)
            }
            Token::Punct("(") => {
                let value = self.conditional()?;
                self.accept(")").then_some(value)
            }
            _ => None,
        }
    }
}
