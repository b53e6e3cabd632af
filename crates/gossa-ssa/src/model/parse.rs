//! Reading statements of models.

use super::{CallOf, Effect, LockOp, ModelError, Often, Place, Root, Source, Statement, Step};
use gossa_base::{Name, nearest};
use std::ops::Range;

/// The words that statements begin with.
const WORDS: [&str; 16] = [
    "read", "write", "return", "call", "go", "keep", "lock", "unlock", "rlock", "runlock", "send",
    "receive", "close", "panic", "exit", "goexit",
];

pub(super) fn statement(text: &str) -> Result<Statement, ModelError> {
    let mut parser = Parser { text, at: 0 };
    let often = match parser.keyword() {
        Some("maybe") => Often::Maybe,
        Some("repeat") => Often::Repeat,
        _ => Often::Once,
    };
    if often != Often::Once {
        parser.word();
    }
    let start = parser.blanks();
    let effect = parser.effect()?;
    if parser.blanks() < text.len() {
        return Err(parser.expected("the end of the statement"));
    }
    if often == Often::Repeat && effect.ends() {
        let message = "this ends the function, so it is not repeated; `maybe` says that it may";
        return Err(ModelError::new(start..text.len(), message));
    }
    Ok(Statement { often, effect })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    /// Passes blanks, and returns where the next token begins.
    fn blanks(&mut self) -> usize {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.at
    }

    fn peek_word(&mut self) -> &'t str {
        let start = self.blanks();
        let rest = &self.text[start..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    }

    fn word(&mut self) -> &'t str {
        let word = self.peek_word();
        self.at += word.len();
        word
    }

    /// The next word, unless it is the name of a place that something is assigned to.
    fn keyword(&mut self) -> Option<&'t str> {
        let word = self.peek_word();
        let behind = self.text[self.at + word.len()..].trim_start();
        let is_place = behind.starts_with(['=', '.', '[']);
        (!word.is_empty() && !is_place).then_some(word)
    }

    fn eat(&mut self, token: &str) -> bool {
        let start = self.blanks();
        let found = self.text[start..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expected(&mut self, what: &str) -> ModelError {
        let start = self.blanks();
        let end = start + self.text[start..].chars().next().map_or(0, char::len_utf8);
        let found = match self.peek_word() {
            "" if start == self.text.len() => "the end".to_owned(),
            "" => format!("`{}`", &self.text[start..end]),
            word => format!("`{word}`"),
        };
        ModelError::new(start..end.max(start), format!("expected {what}, found {found}"))
    }

    fn effect(&mut self) -> Result<Effect, ModelError> {
        let start = self.blanks();
        let Some(word) = self.keyword().filter(|word| WORDS.contains(word)) else {
            return self.assignment();
        };
        self.at += word.len();
        Ok(match word {
            "read" => Effect::Read(self.place()?),
            "write" => Effect::Write(self.place()?),
            "return" => {
                let mut values = Vec::new();
                if self.blanks() < self.text.len() {
                    values.push(self.source()?);
                    while self.eat(",") {
                        values.push(self.source()?);
                    }
                }
                Effect::Return(values.into())
            }
            "call" => Effect::Call(self.call()?),
            "go" => Effect::Go(self.call()?),
            "keep" => Effect::Keep(self.source()?),
            "lock" => Effect::Lock(LockOp::Lock, self.place()?),
            "unlock" => Effect::Lock(LockOp::Unlock, self.place()?),
            "rlock" => Effect::Lock(LockOp::RLock, self.place()?),
            "runlock" => Effect::Lock(LockOp::RUnlock, self.place()?),
            "send" => {
                let channel = self.place()?;
                let value = if self.eat(",") { self.source()? } else { Source::Unknown };
                Effect::Send(channel, value)
            }
            "receive" => Effect::Receive(self.place()?),
            "close" => Effect::Close(self.place()?),
            "panic" => Effect::Panic,
            "exit" => Effect::Exit,
            "goexit" => Effect::Goexit,
            _ => return Err(ModelError::new(start..self.at, "not a statement")),
        })
    }

    fn assignment(&mut self) -> Result<Effect, ModelError> {
        let start = self.blanks();
        let word = self.peek_word();
        let to = self.place()?;
        if !self.eat("=") {
            // It is no assignment: perhaps a word that is not quite one.
            if to.steps.is_empty() && to.derefs == 0 && !word.is_empty() {
                let at = start..start + word.len();
                let known = WORDS.iter().chain(&["maybe", "repeat"]).copied();
                let hint = nearest(word, known).map(|near| format!("; did you mean `{near}`?"));
                let message = format!("there is no statement `{word}`{}", hint.unwrap_or_default());
                return Err(ModelError::new(at, message));
            }
            return Err(self.expected("`=`"));
        }
        let value = self.source()?;
        Ok(Effect::Assign(to, value))
    }

    fn source(&mut self) -> Result<Source, ModelError> {
        Ok(match self.keyword() {
            Some("new") => {
                self.word();
                Source::New
            }
            Some("nil") => {
                self.word();
                Source::Nil
            }
            Some("unknown") => {
                self.word();
                Source::Unknown
            }
            Some("call") => {
                self.word();
                Source::Call(self.call()?)
            }
            _ => Source::Place(self.place()?),
        })
    }

    fn call(&mut self) -> Result<CallOf, ModelError> {
        let target = self.place()?;
        let mut args = Vec::new();
        if self.eat("(") && !self.eat(")") {
            args.push(self.source()?);
            while self.eat(",") {
                args.push(self.source()?);
            }
            if !self.eat(")") {
                return Err(self.expected("`,` or `)`"));
            }
        }
        Ok(CallOf { target, args: args.into() })
    }

    fn place(&mut self) -> Result<Place, ModelError> {
        let start = self.blanks();
        let mut derefs = 0;
        while self.eat("*") {
            derefs += 1;
        }
        let root = self.peek_word();
        let root = match root.as_bytes().first() {
            None => return Err(self.expected("a parameter or a package-level variable")),
            Some(byte) if byte.is_ascii_digit() => match root.parse() {
                Ok(number) => Root::Param(number),
                Err(_) => return Err(self.expected("the number of a parameter")),
            },
            Some(_) => Root::Name(Name::new(root)),
        };
        self.word();
        let mut steps = Vec::new();
        let mut end = self.at;
        loop {
            if self.eat(".") {
                let field = self.word();
                if field.is_empty() {
                    return Err(self.expected("the name of a field"));
                }
                steps.push(Step::Field(Name::new(field)));
            } else if self.eat("[") {
                if !self.eat("]") {
                    return Err(self.expected("`]`: `[]` stands for any element"));
                }
                steps.push(Step::Elements);
            } else {
                break;
            }
            end = self.at;
        }
        self.at = end;
        Ok(Place { derefs, root, steps: steps.into(), at: Range { start, end } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let error = statement(text).expect_err("wrong");
        format!("{}..{}: {error}", error.at.start, error.at.end)
    }

    #[test]
    fn statements_are_read_to_their_end() {
        let parsed = statement("repeat call h.on[].fire( *p.x , new)").expect("a statement");
        assert_eq!(parsed.often, Often::Repeat);
        let Effect::Call(call) = parsed.effect else { panic!("{parsed:?}") };
        assert_eq!(call.target.at, 12..23);
        assert_eq!(call.target.steps.len(), 3);
        let [Source::Place(place), Source::New] = &*call.args else { panic!("{call:?}") };
        assert_eq!((place.derefs, &place.steps[..]), (1, &[Step::Field(Name::new("x"))][..]));
    }

    #[test]
    fn a_parameter_may_be_called_like_a_statement() {
        let parsed = statement("read.next = keep").expect("a statement");
        assert!(matches!(parsed.effect, Effect::Assign(..)), "{parsed:?}");
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        assert_eq!(wrong("raed a[]"), "0..4: there is no statement `raed`; did you mean `read`?");
        assert_eq!(
            wrong("read a["),
            "7..7: expected `]`: `[]` stands for any element, found the end"
        );
        assert_eq!(
            wrong("read a[1]"),
            "7..8: expected `]`: `[]` stands for any element, found `1`"
        );
        assert_eq!(wrong("call f(a"), "8..8: expected `,` or `)`, found the end");
        assert_eq!(wrong("lock l m"), "7..8: expected the end of the statement, found `m`");
        assert_eq!(
            wrong("repeat return p"),
            "7..15: this ends the function, so it is not repeated; `maybe` says that it may"
        );
        assert_eq!(
            wrong("write"),
            "5..5: expected a parameter or a package-level variable, found the end"
        );
    }
}
