//! Finding comments: those of a declaration or spec, those in a range, a cgo preamble.

use crate::ast::{Comment, File};
use gossa_base::{ListRange, TextRange, TextSize};
use memchr::memrchr;
use std::ops::Range;

/// The comments that document what starts at offset `at`: a group without blank lines that ends
/// on the line above. `comments` need hold none after `at`.
///
/// A comment on the line of a token before it belongs to that token, and so do those that go on
/// from it on the same line.
pub(crate) fn doc_comments(text: &[u8], comments: &[Comment], at: u32) -> ListRange {
    let end = comments.partition_point(|comment| u32::from(comment.range.start()) < at);
    let mut next = at as usize;
    let mut wanted_lines = 1..=1;
    let mut first = end;
    // The earliest comment of the group that starts on a line of its own.
    for index in (0..end).rev() {
        let Range { start, end: stop } = bytes(comments[index].range);
        let Some(lines) = newlines_between(text, stop, next) else { break };
        if !wanted_lines.contains(&lines) {
            break;
        }
        wanted_lines = 0..=1;
        first = index;
        next = start;
    }
    // Comments of the group that follow a token on its line are no documentation.
    while first < end && follows_token(text, comments, first) {
        let mut stop = bytes(comments[first].range).end;
        first += 1;
        while first < end {
            let range = bytes(comments[first].range);
            if newlines_between(text, stop, range.start) != Some(0) {
                break;
            }
            stop = range.end;
            first += 1;
        }
    }
    if first == end {
        return ListRange::EMPTY;
    }
    ListRange { start: first as u32, len: (end - first) as u32 }
}

fn bytes(range: TextRange) -> Range<usize> {
    range.into()
}

/// How many newlines are between two offsets; `None` if there is anything but white space.
fn newlines_between(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let gap = text.get(start..end)?;
    let blank = gap.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    blank.then(|| gap.iter().filter(|&&byte| byte == b'\n').count())
}

/// Whether something other than white space precedes a comment on its line.
fn follows_token(text: &[u8], comments: &[Comment], index: usize) -> bool {
    let start = bytes(comments[index].range).start;
    let before = text.get(..start).unwrap_or_default();
    let line = memrchr(b'\n', before).map_or(0, |at| at + 1);
    let line = match index.checked_sub(1).map(|index| bytes(comments[index].range).end) {
        // A comment that ends on this line is not a token, nor is what it holds.
        Some(end) if end > line => end,
        _ => line,
    };
    !before[line..].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0xef | 0xbb | 0xbf))
}

impl File {
    /// The comments that document what starts at a file offset, such as a spec, a field or a
    /// statement: a run of [`File::comments`] without blank lines that ends on the line above.
    /// `text` is the file's.
    #[must_use]
    pub fn doc_at(&self, text: &[u8], at: TextSize) -> &[Comment] {
        &self.comments[doc_comments(text, &self.comments, at.into()).range()]
    }

    /// The comments that lie within a range of the file.
    #[must_use]
    pub fn comments_in(&self, range: TextRange) -> &[Comment] {
        let start = self.comments.partition_point(|comment| comment.range.start() < range.start());
        let end = self.comments.partition_point(|comment| comment.range.end() <= range.end());
        self.comments.get(start..end).unwrap_or_default()
    }

    /// The comment on the same line after a file offset, if there is one before the next token:
    /// `x int // like this`.
    #[must_use]
    pub fn comment_after(&self, text: &[u8], at: TextSize) -> Option<Comment> {
        let next = self.comments.partition_point(|comment| comment.range.start() < at);
        let comment = *self.comments.get(next)?;
        let gap = text.get(bytes(TextRange::new(at, comment.range.start())))?;
        let near = gap.iter().all(|byte| matches!(byte, b' ' | b'\t' | b',' | b';'));
        near.then_some(comment)
    }

    /// The text of comments without their delimiters, each with a newline after it; what cgo
    /// takes for the preamble when they document an `import "C"`.
    #[must_use]
    pub fn comment_text(text: &[u8], comments: &[Comment]) -> String {
        let mut out = String::new();
        for comment in comments {
            let raw = text.get(bytes(comment.range)).unwrap_or_default();
            let inner = match raw {
                [b'/', b'/', rest @ ..] => rest,
                [b'/', b'*', rest @ .., b'*', b'/'] => rest,
                other => other,
            };
            out.push_str(&String::from_utf8_lossy(inner));
            out.push('\n');
        }
        out
    }
}
