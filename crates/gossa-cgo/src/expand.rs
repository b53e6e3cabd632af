//! Macros and their expansion (C17, 6.10.3).

use crate::preprocess::Origin;
use crate::token::{Kind, Token, tokens};
use gossa_base::FxHashMap;
use std::rc::Rc;

/// A macro definition.
#[derive(Clone, Debug)]
pub(crate) struct Macro {
    /// Names of parameters; `None` for an object-like macro.
    pub params: Option<Vec<Rc<str>>>,
    /// Whether the last parameter takes the rest of the arguments.
    pub variadic: bool,
    pub body: Rc<[Token]>,
    pub origin: Origin,
}

impl Macro {
    /// What stands behind `#define`.
    pub(crate) fn parse(tokens: &[Token]) -> Option<(Rc<str>, Self)> {
        let (name, mut rest) = tokens.split_first()?;
        if !name.is_ident() {
            return None;
        }
        let mut params = None;
        let mut variadic = false;
        if rest.first().is_some_and(|token| token.is("(") && !token.space) {
            let close = rest.iter().position(|token| token.is(")"))?;
            let mut names: Vec<Rc<str>> = Vec::new();
            for token in &rest[1..close] {
                if token.is_ident() {
                    names.push(Rc::clone(&token.text));
                } else if token.is("...") {
                    variadic = true;
                    // `args...` names the rest; a bare `...` is __VA_ARGS__.
                    let named = rest[1..close].iter().rev().nth(1);
                    if !named.is_some_and(Token::is_ident) {
                        names.push("__VA_ARGS__".into());
                    }
                }
            }
            params = Some(names);
            rest = &rest[close + 1..];
        }
        let found = Self { params, variadic, body: rest.into(), origin: Origin::Own };
        Some((Rc::clone(&name.text), found))
    }

    pub(crate) fn is_object_like(&self) -> bool {
        self.params.is_none()
    }
}

/// Most tokens that one expansion may yield, and deepest nesting of arguments.
const MAX_TOKENS: usize = 400_000;
const MAX_DEPTH: usize = 40;

/// Tokens that wait to be read; while they do, the macro that they come from is not expanded.
struct Frame {
    tokens: Rc<[Token]>,
    at: usize,
    from: Option<Rc<str>>,
}

/// An expansion under way.
pub(crate) struct Expansion<'m> {
    macros: &'m FxHashMap<Rc<str>, Macro>,
    frames: Vec<Frame>,
    depth: usize,
    budget: usize,
}

impl<'m> Expansion<'m> {
    pub(crate) fn new(macros: &'m FxHashMap<Rc<str>, Macro>) -> Self {
        Self { macros, frames: Vec::new(), depth: 0, budget: MAX_TOKENS }
    }

    /// Expands all macros in tokens.
    pub(crate) fn expand(&mut self, tokens: &[Token]) -> Vec<Token> {
        self.budget += tokens.len().saturating_mul(4);
        self.run(tokens.into())
    }

    fn run(&mut self, tokens: Rc<[Token]>) -> Vec<Token> {
        let outer = std::mem::take(&mut self.frames);
        self.frames.push(Frame { tokens, at: 0, from: None });
        let mut out = Vec::new();
        while let Some(token) = self.next() {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            let found = if token.is_ident() && !token.painted {
                self.macros.get(&token.text)
            } else {
                None
            };
            let Some(found) = found else {
                out.push(token);
                continue;
            };
            let replaced = match &found.params {
                None => Some(self.substitute(found, &[], &[])),
                Some(params) => self.arguments(params.len(), found.variadic).map(|arguments| {
                    let expanded: Vec<Vec<Token>> = arguments
                        .iter()
                        .map(|argument| {
                            self.depth += 1;
                            let expanded = if self.depth > MAX_DEPTH {
                                argument.clone()
                            } else {
                                self.run(argument.as_slice().into())
                            };
                            self.depth -= 1;
                            expanded
                        })
                        .collect();
                    self.substitute(found, &arguments, &expanded)
                }),
            };
            match replaced {
                Some(mut tokens) => {
                    if let Some(first) = tokens.first_mut() {
                        first.space = token.space;
                    }
                    self.frames.push(Frame {
                        tokens: tokens.into(),
                        at: 0,
                        from: Some(Rc::clone(&token.text)),
                    });
                }
                None => out.push(token),
            }
        }
        self.frames = outer;
        out
    }

    fn peek(&mut self) -> Option<&Token> {
        while self.frames.last().is_some_and(|frame| frame.at >= frame.tokens.len()) {
            self.frames.pop();
        }
        let frame = self.frames.last()?;
        frame.tokens.get(frame.at)
    }

    fn next(&mut self) -> Option<Token> {
        let mut token = self.peek()?.clone();
        if let Some(frame) = self.frames.last_mut() {
            frame.at += 1;
        }
        if token.is_ident()
            && self.frames.iter().any(|frame| frame.from.as_deref() == Some(&*token.text))
        {
            token.painted = true;
        }
        Some(token)
    }

    /// The arguments of a call; `None`, with nothing consumed, where no parenthesis follows.
    fn arguments(&mut self, params: usize, variadic: bool) -> Option<Vec<Vec<Token>>> {
        if !self.peek().is_some_and(|token| token.is("(")) {
            return None;
        }
        self.next();
        let mut arguments = vec![Vec::new()];
        let mut depth = 0_u32;
        while let Some(token) = self.next() {
            if depth == 0 && token.is(")") {
                break;
            }
            depth += u32::from(token.is("("));
            depth -= u32::from(token.is(")"));
            let rest = variadic && arguments.len() >= params;
            if depth == 0 && token.is(",") && !rest {
                arguments.push(Vec::new());
            } else if let Some(last) = arguments.last_mut() {
                last.push(token);
            }
        }
        arguments.resize(params.max(1), Vec::new());
        Some(arguments)
    }

    fn substitute(
        &self,
        found: &Macro,
        arguments: &[Vec<Token>],
        expanded: &[Vec<Token>],
    ) -> Vec<Token> {
        let params = found.params.as_deref().unwrap_or_default();
        let param = |token: &Token| {
            if !token.is_ident() {
                return None;
            }
            params.iter().position(|name| *name == token.text)
        };
        let body = &found.body;
        let mut out: Vec<Token> = Vec::with_capacity(body.len());
        let mut at = 0;
        while let Some(token) = body.get(at) {
            if token.is("#")
                && found.params.is_some()
                && let Some(index) = body.get(at + 1).and_then(param)
            {
                out.push(stringify(&arguments[index]));
                at += 2;
            } else if token.is("##") && !out.is_empty() && at + 1 < body.len() {
                let next = &body[at + 1];
                let right: Vec<Token> = match param(next) {
                    Some(index) => arguments[index].clone(),
                    None => vec![next.clone()],
                };
                // `, ## __VA_ARGS__`: without arguments the comma goes, too.
                let comma = out.last().is_some_and(|last| last.is(","));
                let is_rest = found.variadic && param(next) == Some(params.len().wrapping_sub(1));
                if comma && is_rest {
                    if right.is_empty() {
                        out.pop();
                    }
                    out.extend(right);
                } else {
                    paste(&mut out, &right);
                }
                at += 2;
            } else if let Some(index) = param(token) {
                let raw = body.get(at + 1).is_some_and(|next| next.is("##"));
                let source = if raw { &arguments[index] } else { &expanded[index] };
                if raw && source.is_empty() {
                    // An empty left side: what follows stands alone.
                    out.push(Token::new(Kind::Other, ""));
                } else {
                    out.extend(source.iter().cloned());
                }
                at += 1;
            } else {
                out.push(token.clone());
                at += 1;
            }
        }
        out.retain(|token| !token.text.is_empty());
        out
    }
}

/// Joins the last token with the first of the right side.
fn paste(out: &mut Vec<Token>, right: &[Token]) {
    let Some((first, rest)) = right.split_first() else { return };
    if let Some(left) = out.pop() {
        let joined = format!("{}{}", left.text, first.text);
        out.extend(tokens(&joined).into_iter().enumerate().map(|(index, mut token)| {
            token.space = index == 0 && left.space;
            token
        }));
    }
    out.extend(rest.iter().cloned());
}

fn stringify(argument: &[Token]) -> Token {
    let mut text = String::from("\"");
    for (index, token) in argument.iter().enumerate() {
        if index > 0 && token.space {
            text.push(' ');
        }
        let quoted = matches!(token.kind, Kind::String | Kind::Char);
        for c in token.text.chars() {
            if quoted && matches!(c, '"' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
    }
    text.push('"');
    Token::new(Kind::String, &text)
}
