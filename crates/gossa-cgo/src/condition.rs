//! Conditions of `#if`.

use crate::expand::{Expansion, Macro};
use crate::token::{Kind, Token, unquote};
use gossa_base::FxHashMap;
use std::cell::Cell;
use std::rc::Rc;

/// Deepest nesting of an expression.
const MAX_DEPTH: u32 = 200;

/// Whether a condition holds, and whether that is sure: a name that is not defined counts as 0,
/// but might be defined by a header that was not read.
pub(crate) fn holds(
    tokens: &[Token],
    macros: &FxHashMap<Rc<str>, Macro>,
    is_defined: &dyn Fn(&str) -> bool,
    is_unsure: &dyn Fn(&str) -> bool,
) -> (bool, bool) {
    // `defined x` and `__has_include(x)` are decided before macros are expanded.
    let mut prepared = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        if token.is("defined") {
            let parenthesized = tokens.get(at).is_some_and(|next| next.is("("));
            let Some(name) = tokens.get(at + usize::from(parenthesized)) else { break };
            at += if parenthesized { 3 } else { 1 };
            let text = match (is_defined(&name.text), is_unsure(&name.text)) {
                (true, _) => "1",
                (false, false) => "0",
                (false, true) => UNSURE,
            };
            prepared.push(Token::new(Kind::Number, text));
        } else if token.text.starts_with("__has_") && tokens.get(at).is_some_and(|n| n.is("(")) {
            let mut depth = 0_u32;
            while let Some(inner) = tokens.get(at) {
                at += 1;
                depth += u32::from(inner.is("("));
                depth -= u32::from(inner.is(")") && depth > 0);
                if depth == 0 {
                    break;
                }
            }
            let text = if token.is("__has_include") { UNSURE } else { "0" };
            prepared.push(Token::new(Kind::Number, text));
        } else {
            prepared.push(token.clone());
        }
    }
    let expanded = Expansion::new(macros).expand(&prepared);
    let mut parser = Parser {
        tokens: &expanded,
        at: 0,
        depth: 0,
        is_unsure,
        skipping: 0,
        sure: Cell::new(true),
    };
    let value = parser.conditional();
    let holds = value.is_some_and(|value| value != 0);
    (holds, parser.sure.get() && value.is_some())
}

/// A 0 that might be otherwise.
const UNSURE: &str = "0?";

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: u32,
    is_unsure: &'t dyn Fn(&str) -> bool,
    /// Operands that do not count: behind a decided `&&`, `||` or `?`.
    skipping: u32,
    sure: Cell<bool>,
}

impl Parser<'_> {
    fn accept(&mut self, text: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|token| token.is(text));
        self.at += usize::from(found);
        found
    }

    fn skipped<T>(&mut self, skip: bool, parse: impl FnOnce(&mut Self) -> T) -> T {
        self.skipping += u32::from(skip);
        let result = parse(self);
        self.skipping -= u32::from(skip);
        result
    }

    fn conditional(&mut self) -> Option<i64> {
        let condition = self.binary(0)?;
        if !self.accept("?") {
            return Some(condition);
        }
        let yes = self.skipped(condition == 0, Self::unary_conditional)?;
        if !self.accept(":") {
            return None;
        }
        let no = self.skipped(condition != 0, Self::unary_conditional)?;
        Some(if condition != 0 { yes } else { no })
    }

    fn unary_conditional(&mut self) -> Option<i64> {
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH { None } else { self.conditional() };
        self.depth -= 1;
        value
    }

    fn binary(&mut self, lowest: u8) -> Option<i64> {
        let mut left = self.unary()?;
        while let Some(token) = self.tokens.get(self.at) {
            let Some(precedence) = precedence(&token.text) else { break };
            if token.kind != Kind::Punct || precedence <= lowest {
                break;
            }
            self.at += 1;
            let operator = &*token.text;
            let decided = operator == "&&" && left == 0 || operator == "||" && left != 0;
            let right = self.skipped(decided, |parser| parser.binary(precedence))?;
            left = apply(operator, left, right)?;
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<i64> {
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH { None } else { self.operand() };
        self.depth -= 1;
        value
    }

    fn operand(&mut self) -> Option<i64> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match token.kind {
            Kind::Number if &*token.text == UNSURE => {
                self.doubt();
                Some(0)
            }
            Kind::Number => integer_literal(&token.text).map(|(value, _)| value as i64),
            Kind::Char => unquote(&token.text)?.first().map(|&byte| i64::from(byte)),
            Kind::Ident => {
                if self.accept("(") {
                    // A function-like macro that is not known.
                    let mut depth = 1_u32;
                    while depth > 0 {
                        let inner = self.tokens.get(self.at)?;
                        self.at += 1;
                        depth += u32::from(inner.is("("));
                        depth -= u32::from(inner.is(")"));
                    }
                    self.doubt();
                } else if (self.is_unsure)(&token.text) {
                    self.doubt();
                }
                Some(i64::from(&*token.text == "true"))
            }
            _ => match &*token.text {
                "-" => Some(self.unary()?.wrapping_neg()),
                "+" => self.unary(),
                "~" => Some(!self.unary()?),
                "!" => Some(i64::from(self.unary()? == 0)),
                "(" => {
                    let value = self.unary_conditional()?;
                    self.accept(")").then_some(value)
                }
                _ => None,
            },
        }
    }

    fn doubt(&self) {
        if self.skipping == 0 {
            self.sure.set(false);
        }
    }
}

/// How tightly a binary operator binds.
pub(crate) fn precedence(operator: &str) -> Option<u8> {
    Some(match operator {
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
        _ => return None,
    })
}

fn apply(operator: &str, left: i64, right: i64) -> Option<i64> {
    Some(match operator {
        "||" => i64::from(left != 0 || right != 0),
        "&&" => i64::from(left != 0 && right != 0),
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => i64::from(left == right),
        "!=" => i64::from(left != right),
        "<" => i64::from(left < right),
        ">" => i64::from(left > right),
        "<=" => i64::from(left <= right),
        ">=" => i64::from(left >= right),
        "<<" => left.wrapping_shl(u32::try_from(right).unwrap_or(0)),
        ">>" => left.wrapping_shr(u32::try_from(right).unwrap_or(0)),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        "/" => left.checked_div(right)?,
        _ => left.checked_rem(right)?,
    })
}

/// The value of an integer literal, and its suffix in lower case.
pub(crate) fn integer_literal(text: &str) -> Option<(u64, String)> {
    let lower = text.to_ascii_lowercase().replace('\'', "");
    let digits = lower.trim_end_matches(['u', 'l']);
    let suffix = lower[digits.len()..].to_owned();
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x', ..] => (&digits[2..], 16),
        [b'0', b'b', ..] => (&digits[2..], 2),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    Some((u64::from_str_radix(digits, radix).ok()?, suffix))
}
