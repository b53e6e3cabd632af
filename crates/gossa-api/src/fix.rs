//! Fixes: edits of the source that repair what a finding is about.

use crate::pass::Report;
use crate::source::SourceRange;
use std::fmt;

/// A replacement of a range of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    range: SourceRange,
    text: String,
}

impl Edit {
    /// Puts `text` where `range` is.
    #[must_use]
    pub fn replace(range: &SourceRange, text: impl Into<String>) -> Self {
        Self { range: range.clone(), text: text.into() }
    }

    /// Puts `text` in front of `range`.
    #[must_use]
    pub fn insert_before(range: &SourceRange, text: impl Into<String>) -> Self {
        Self { range: range.before(), text: text.into() }
    }

    /// Puts `text` behind `range`.
    #[must_use]
    pub fn insert_after(range: &SourceRange, text: impl Into<String>) -> Self {
        Self { range: range.after(), text: text.into() }
    }

    /// Takes `range` away.
    #[must_use]
    pub fn delete(range: &SourceRange) -> Self {
        Self { range: range.clone(), text: String::new() }
    }
}

/// Why a fix was not added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum FixError {
    /// It has no edits.
    Empty,
    /// Two of its edits touch the same bytes, or insert at the same place.
    Overlap,
}

impl fmt::Display for FixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "a fix needs an edit",
            Self::Overlap => "two edits of a fix overlap",
        })
    }
}

impl std::error::Error for FixError {}

impl Report<'_> {
    /// Adds a way to repair the code: edits that are made together, in any files and any order. A
    /// finding may have several fixes, of which one is applied. Propose only what keeps the code
    /// compiling, and its meaning but for the defect.
    ///
    /// # Errors
    /// When there are no edits, or two of them overlap; the finding is reported without the fix.
    pub fn fix(
        &mut self,
        message: impl fmt::Display,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Result<(), FixError> {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        if edits.is_empty() {
            return Err(FixError::Empty);
        }
        let key =
            |edit: &Edit| (edit.range.path().to_owned(), edit.range.start(), edit.range.end());
        edits.sort_by_key(key);
        let overlap = edits.windows(2).any(|pair| {
            let (a, b) = (&pair[0].range, &pair[1].range);
            a.path() == b.path() && (b.start() < a.end() || b.start() == a.start())
        });
        if overlap {
            return Err(FixError::Overlap);
        }
        let edits = edits
            .into_iter()
            .map(|edit| gossa_report::Edit {
                file: edit.range.path().to_owned(),
                start: edit.range.start(),
                end: edit.range.end(),
                new_text: edit.text,
            })
            .collect();
        let message = message.to_string();
        self.finding().fixes.push(gossa_report::Fix { message, edits });
        Ok(())
    }
}
