//! Where the lexer and the parser put their errors: in source order, and without those that follow
//! from others.

use crate::ast::SyntaxError;
use gossa_base::{LineIndex, TextRange};
use std::fmt::Display;
use std::ops::Range;

/// How many errors of one line are kept.
const MAX_PER_LINE: usize = 10;

/// Collects errors. Once a line has an error that says `syntax error`, its further ones of that
/// sort are dropped, as the compiler does: they are nearly always consequences of the first.
pub(crate) struct Errors<'a> {
    text: &'a [u8],
    list: Vec<SyntaxError>,
    /// The line of the latest error, so that a flood on one long line costs no searching.
    line: Range<usize>,
    /// How many errors that line has.
    in_line: usize,
    /// Whether one of them says `syntax error`.
    has_syntax_error: bool,
    count: usize,
    /// While set, errors are dropped: what gave rise to them is reported already.
    pub(crate) muted: bool,
}

impl<'a> Errors<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            list: Vec::new(),
            line: 0..0,
            in_line: 0,
            has_syntax_error: false,
            count: 0,
            muted: false,
        }
    }

    /// Whether there are no errors so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many errors there were so far, those that were dropped included.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Counts an error that is not worth reporting.
    pub(crate) fn drop_one(&mut self) {
        self.count += 1;
    }

    /// Reports an error at a range of bytes.
    pub(crate) fn report(&mut self, start: usize, end: usize, message: impl Display) {
        let start = start.min(self.text.len());
        self.count += 1;
        if self.muted {
            return;
        }
        if !self.line.contains(&start) {
            let (before, after) = self.text.split_at(start);
            let first = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
            let last = memchr::memchr(b'\n', after);
            let last = last.map_or(self.text.len() + 1, |at| start + at + 1);
            (self.line, self.in_line, self.has_syntax_error) = (first..last, 0, false);
        } else if self.in_line >= MAX_PER_LINE {
            return;
        }
        let message = message.to_string();
        if is_syntax_error(&message) {
            if self.has_syntax_error {
                return;
            }
            self.has_syntax_error = true;
        }
        self.in_line += 1;
        let end = end.clamp(start, self.text.len());
        let range = TextRange::new((start as u32).into(), (end as u32).into());
        self.list.push(SyntaxError { range, message });
    }

    /// The errors in source order; of several syntax errors on one line, the one that was reported
    /// first.
    pub(crate) fn finish(self) -> Box<[SyntaxError]> {
        let mut list = self.list;
        if list.len() > 1 {
            let lines = LineIndex::new(self.text);
            let line = |error: &SyntaxError| lines.line_column(error.range.start()).line;
            // Stable: errors of one line stay in the order of reporting.
            list.sort_by_key(line);
            let mut last = None;
            list.retain(|error| {
                let this = Some(line(error));
                !is_syntax_error(&error.message) || std::mem::replace(&mut last, this) != this
            });
            list.sort_by_key(|error| error.range.start());
            list.dedup_by(|a, b| a.range.start() == b.range.start() && a.message == b.message);
        }
        list.into_boxed_slice()
    }
}

/// Whether an error is one of grammar, in the compiler's words.
fn is_syntax_error(message: &str) -> bool {
    message.starts_with("syntax error")
}
