//! File text to trees.

use crate::directives::Directives;
use crate::inputs::{Db, SourceFile};
use arc_swap::ArcSwapOption;
use gossa_base::FxHashMap;
use gossa_syntax::{File, SyntaxError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A parsed file whose trees may have been dropped; they come back by parsing again.
pub struct ParsedFile {
    trees: Arc<Trees>,
    errors: Box<[SyntaxError]>,
    lines: u32,
    directives: Box<Directives>,
}

/// The trees of one text, and how many packages still have to work on them.
///
/// A package and its test variant, and the packages of several configurations, are made of the
/// same files.
pub(crate) struct Trees {
    slot: ArcSwapOption<File>,
    users: AtomicU32,
}

impl Trees {
    fn new(users: u32) -> Self {
        Self { slot: ArcSwapOption::empty(), users: AtomicU32::new(users) }
    }

    fn load(&self, text: &[u8]) -> Arc<File> {
        if let Some(parsed) = self.slot.load_full() {
            return parsed;
        }
        let parsed = Arc::new(gossa_syntax::parse(text));
        self.slot.store(Some(parsed.clone()));
        parsed
    }
}

/// The trees of files that several packages of a one-shot run are made of, by path. All databases
/// of the run hold it, so each text is parsed once.
#[derive(Default)]
pub(crate) struct SharedTrees(FxHashMap<Box<str>, Arc<Trees>>);

impl SharedTrees {
    /// For files with the number of packages that each is in; those that are in one only need not
    /// be named.
    pub(crate) fn new<'a>(uses: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        let shared = uses.into_iter().filter(|(_, users)| *users > 1);
        Self(shared.map(|(path, users)| (path.into(), Arc::new(Trees::new(users)))).collect())
    }

    fn get(&self, path: &str) -> Option<Arc<Trees>> {
        self.0.get(path).cloned()
    }
}

impl ParsedFile {
    /// The file, parsed again if its trees were dropped.
    #[must_use]
    pub fn load(&self, db: &dyn Db, file: SourceFile) -> Arc<File> {
        self.trees.load(file.text(db))
    }

    /// One package is done with the trees; when the last is, they are dropped. For one-shot runs.
    pub fn release(&self) {
        if self.trees.users.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.trees.slot.store(None);
        }
    }

    /// What is wrong with the file's syntax.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// What its directives come to.
    pub(crate) fn directives(&self) -> &Directives {
        &self.directives
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
    let shared = db.one_shot().and_then(|run| run.trees.get(file.path(db)));
    let trees = shared.unwrap_or_else(|| Arc::new(Trees::new(1)));
    let parsed = trees.load(text);
    let errors = parsed.errors.clone();
    let lines = count_lines(text);
    let directives = Box::new(crate::directives::check(&parsed, text));
    ParsedFile { trees, errors, lines, directives }
}

/// Line feeds in a text, counted in runs short enough for a byte: compilers make that wide.
fn count_lines(text: &[u8]) -> u32 {
    let of_run = |run: &[u8]| run.iter().map(|&byte| u8::from(byte == b'\n')).sum::<u8>();
    text.chunks(usize::from(u8::MAX)).map(|run| u32::from(of_run(run))).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn lines_are_counted_in_runs_of_any_length() {
        for length in [0, 1, 254, 255, 256, 1000] {
            let text: Vec<u8> = (0..length).map(|at| [b'\n', b'a'][at % 2]).collect();
            assert_eq!(super::count_lines(&text) as usize, length.div_ceil(2), "{length}");
            assert_eq!(super::count_lines(&vec![b'\n'; length]) as usize, length);
        }
    }
}
