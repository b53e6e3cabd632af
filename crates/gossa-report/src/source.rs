//! Where rendering gets source text from.
//!
//! Reports name files by display path. Whoever writes a report hands over a [`SourceProvider`],
//! which knows the files behind the paths (see [`PathDisplay::resolve`](crate::PathDisplay)).

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::{Edit, Location};
use gossa_base::{FxHashMap, LineIndex};

/// Gives the text of a file by its display path.
pub trait SourceProvider {
    /// The file's bytes, or `None` if there is no such text; it need not be UTF-8.
    fn source(&self, file: &str) -> Option<Cow<'_, [u8]>>;
}

/// No source text: text output names places without showing code.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSources;

impl SourceProvider for NoSources {
    fn source(&self, _file: &str) -> Option<Cow<'_, [u8]>> {
        None
    }
}

/// Source text held in memory.
#[derive(Clone, Debug, Default)]
pub struct MemorySources {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemorySources {
    /// Sources from pairs of display path and text.
    pub fn new<P: Into<String>, T: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        Self { files: files.into_iter().map(|(path, text)| (path.into(), text.into())).collect() }
    }
}

impl MemorySources {
    /// Copies the text of a file from another provider, unless it is known already.
    pub fn add_from(&mut self, file: &str, provider: &dyn SourceProvider) {
        if !self.files.contains_key(file)
            && let Some(text) = provider.source(file)
        {
            self.files.insert(file.to_owned(), text.into_owned());
        }
    }
}

impl SourceProvider for MemorySources {
    fn source(&self, file: &str) -> Option<Cow<'_, [u8]>> {
        self.files.get(file).map(|text| Cow::Borrowed(text.as_slice()))
    }
}

/// A file's text with its lines found.
pub(crate) struct SourceText<'a> {
    text: Cow<'a, [u8]>,
    lines: LineIndex,
}

impl SourceText<'_> {
    /// The line's bytes, without its newline and the carriage return before that.
    pub(crate) fn line(&self, line: u32) -> Option<&[u8]> {
        let start = usize::from(self.lines.line_start(line)?);
        let end = match line.checked_add(1).and_then(|next| self.lines.line_start(next)) {
            Some(next) => usize::from(next).saturating_sub(1),
            None => self.text.len(),
        };
        let line = self.text.get(start..end)?;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// The place of what an edit replaces.
    pub(crate) fn location_of(&self, edit: &Edit) -> Option<Location> {
        let (line, line_start) = self.line_at(edit.start)?;
        let (end_line, end_line_start) = self.line_at(edit.end)?;
        let column = |offset: u32, start: usize| (offset as usize - start) as u32 + 1;
        let (start, end) = (column(edit.start, line_start), column(edit.end, end_line_start));
        Some(Location::new(edit.file.clone(), line, start, end_line, end))
    }

    /// The line in which byte `offset` stands, and the line's first byte.
    pub(crate) fn line_at(&self, offset: u32) -> Option<(u32, usize)> {
        if offset as usize > self.text.len() {
            return None;
        }
        let line = self.lines.line_column(offset.into()).line;
        Some((line, usize::from(self.lines.line_start(line)?)))
    }
}

/// Reads each file once. Reports are sorted by file, but traces cross files, so texts are kept;
/// those that are borrowed from the provider cost nothing but their line index.
pub(crate) struct SourceCache<'a> {
    provider: &'a dyn SourceProvider,
    files: FxHashMap<String, Option<SourceText<'a>>>,
    /// Bytes of owned texts in `files`.
    owned: usize,
}

/// Owned texts above this total are forgotten, so that a report over many files stays small.
const MAX_OWNED: usize = 64 << 20;

impl<'a> SourceCache<'a> {
    pub(crate) fn new(provider: &'a dyn SourceProvider) -> Self {
        Self { provider, files: FxHashMap::default(), owned: 0 }
    }

    pub(crate) fn file(&mut self, file: &str) -> Option<&SourceText<'a>> {
        if !self.files.contains_key(file) {
            if self.owned > MAX_OWNED {
                self.files.clear();
                self.owned = 0;
            }
            let text = self.provider.source(file).map(|text| {
                if let Cow::Owned(text) = &text {
                    self.owned += text.len();
                }
                SourceText { lines: LineIndex::new(&text), text }
            });
            self.files.insert(file.to_owned(), text);
        }
        self.files.get(file)?.as_ref()
    }

    pub(crate) fn line(&mut self, file: &str, line: u32) -> Option<&[u8]> {
        self.file(file)?.line(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_their_newline() {
        let sources = MemorySources::new([("a.go", "one\r\ntwo\n\nlast")]);
        let mut cache = SourceCache::new(&sources);
        let mut line = |line| cache.line("a.go", line).map(<[u8]>::to_vec);
        assert_eq!(line(1).as_deref(), Some(b"one".as_slice()));
        assert_eq!(line(2).as_deref(), Some(b"two".as_slice()));
        assert_eq!(line(3).as_deref(), Some(b"".as_slice()));
        assert_eq!(line(4).as_deref(), Some(b"last".as_slice()));
        assert_eq!(line(0), None);
        assert_eq!(line(5), None);
        assert_eq!(line(u32::MAX), None);
        assert_eq!(cache.line("b.go", 1), None);
    }
}
