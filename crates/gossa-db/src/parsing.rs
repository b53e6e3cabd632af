//! File text to trees.

use crate::inputs::{Db, SourceFile};
use arc_swap::ArcSwapOption;
use gossa_syntax::{File, SyntaxError};
use std::sync::Arc;

/// A parsed file whose trees may have been dropped; they come back by parsing again.
pub struct ParsedFile {
    slot: ArcSwapOption<File>,
    errors: Box<[SyntaxError]>,
    lines: u32,
}

impl ParsedFile {
    /// The file, parsed again if its trees were dropped.
    #[must_use]
    pub fn load(&self, db: &dyn Db, file: SourceFile) -> Arc<File> {
        if let Some(parsed) = self.slot.load_full() {
            return parsed;
        }
        let parsed = Arc::new(gossa_syntax::parse(file.text(db)));
        self.slot.store(Some(parsed.clone()));
        parsed
    }

    /// Drops the trees; for one-shot runs.
    pub fn clear(&self) {
        self.slot.store(None);
    }

    /// What is wrong with the file's syntax.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Number of lines.
    #[must_use]
    pub fn lines(&self) -> u32 {
        self.lines
    }
}

/// Parses a file. Positions change with every edit, so results are not compared; the projections
/// [`item_tree`](crate::item_tree) and [`body_tree`](crate::body_tree) are.
#[salsa::tracked(no_eq)]
pub fn parse(db: &dyn Db, file: SourceFile) -> ParsedFile {
    let text = file.text(db);
    let parsed = gossa_syntax::parse(text);
    let errors = parsed.errors.clone();
    let lines = text.iter().filter(|&&byte| byte == b'\n').count() as u32;
    ParsedFile { slot: ArcSwapOption::from(Some(Arc::new(parsed))), errors, lines }
}
