//! Byte offsets to lines and columns.

use text_size::TextSize;

/// A place in a file as the go command prints it: both count from 1, columns in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
}

/// Start offsets of a file's lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineIndex {
    starts: Box<[u32]>,
}

impl LineIndex {
    /// Indexes `text`. Linear.
    #[must_use]
    pub fn new(text: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.iter()
                .enumerate()
                .filter(|&(_, &byte)| byte == b'\n')
                .map(|(at, _)| at as u32 + 1),
        );
        Self { starts: starts.into_boxed_slice() }
    }

    /// Number of lines; a file that ends in a newline has an empty last line.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The line and column of a byte offset; offsets past the end count on the last line.
    #[must_use]
    pub fn line_column(&self, offset: TextSize) -> LineColumn {
        let offset = u32::from(offset);
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts[line - 1];
        LineColumn { line: line as u32, column: offset - start + 1 }
    }

    /// The offset of the first byte of `line` (from 1), if the file has that line.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<TextSize> {
        let index = (line as usize).checked_sub(1)?;
        self.starts.get(index).map(|&start| TextSize::from(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns() {
        let index = LineIndex::new(b"ab\n\ncd");
        let at = |offset: u32| {
            let place = index.line_column(TextSize::from(offset));
            (place.line, place.column)
        };
        assert_eq!([at(0), at(2), at(3), at(4), at(6)], [(1, 1), (1, 3), (2, 1), (3, 1), (3, 3)]);
        assert_eq!(index.line_start(3), Some(TextSize::from(4)));
        assert_eq!(index.line_start(4), None);
    }
}
