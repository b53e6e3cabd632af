//! Places in source files, and comments.

use gossa_base::TextRange;
use gossa_db::{DeclContext, SourcePlace};
use std::fmt;

/// A range of bytes of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceRange {
    path: String,
    start: (u32, Position),
    end: (u32, Position),
}

/// A line and a column, both from 1; the column counts bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column in bytes.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl SourceRange {
    pub(crate) fn of_place(place: &SourcePlace) -> Self {
        let position = |at: gossa_base::LineColumn| Position { line: at.line, column: at.column };
        Self {
            path: place.path.clone(),
            start: (place.range.start().into(), position(place.start)),
            end: (place.range.end().into(), position(place.end)),
        }
    }

    pub(crate) fn within(context: &DeclContext, range: TextRange) -> Self {
        let at = |offset: gossa_base::TextSize| {
            let found = context.lines.line_column(offset);
            (offset.into(), Position { line: found.line, column: found.column })
        };
        Self { path: context.path.clone(), start: at(range.start()), end: at(range.end()) }
    }

    /// Full path of the file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Offset of the first byte.
    #[must_use]
    pub fn start(&self) -> u32 {
        self.start.0
    }

    /// Offset just behind the last byte.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.end.0
    }

    /// Line and column of the first byte.
    #[must_use]
    pub fn start_position(&self) -> Position {
        self.start.1
    }

    /// Line and column just behind the last byte.
    #[must_use]
    pub fn end_position(&self) -> Position {
        self.end.1
    }

    /// The empty range at its beginning, to insert there.
    #[must_use]
    pub fn before(&self) -> Self {
        Self { end: self.start, ..self.clone() }
    }

    /// The empty range at its end, to insert there.
    #[must_use]
    pub fn after(&self) -> Self {
        Self { start: self.end, ..self.clone() }
    }

    /// Whether another range lies in this one; false for other files.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.path == other.path && self.start.0 <= other.start.0 && other.end.0 <= self.end.0
    }
}

/// A comment.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Comment {
    /// Its text, delimiters included.
    pub text: String,
    /// Where it is.
    pub range: SourceRange,
}

impl Comment {
    pub(crate) fn of(context: &DeclContext, range: TextRange) -> Self {
        Self { text: context.text_of(range), range: SourceRange::within(context, range) }
    }

    /// The name and the arguments of a directive such as `//go:noinline` or `//gossa:ignore a b`,
    /// that is a line comment without a space in front of `name:`.
    #[must_use]
    pub fn directive(&self) -> Option<(&str, &str)> {
        let rest = self.text.strip_prefix("//")?;
        let (tool, _) = rest.split_once(':')?;
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if tool.is_empty() || !tool.chars().all(is_name) {
            return None;
        }
        Some(match rest.split_once(char::is_whitespace) {
            Some((name, arguments)) => (name, arguments.trim()),
            None => (rest, ""),
        })
    }
}

/// The text of documentation comments: without delimiters, directives left out.
pub(crate) fn documentation(comments: &[Comment]) -> Option<String> {
    if comments.is_empty() {
        return None;
    }
    let mut lines: Vec<String> = Vec::new();
    for comment in comments.iter().filter(|comment| comment.directive().is_none()) {
        match comment.text.strip_prefix("//") {
            Some(line) => lines.push(line.strip_prefix(' ').unwrap_or(line).to_owned()),
            None => {
                let inner = comment.text.trim_start_matches("/*").trim_end_matches("*/");
                lines.extend(inner.lines().map(|line| line.trim().to_owned()));
            }
        }
    }
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}
