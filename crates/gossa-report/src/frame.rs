//! The excerpt of source that a code frame shows.
//!
//! The renderer wants valid UTF-8 and spans on character boundaries, and lays out all it is given.
//! Source files give none of these guarantees: here a location becomes a few short, printable lines
//! and a span within them, whatever the file holds and wherever the location points. Long lines
//! are cut around the span, long spans to their first line.

use std::ops::Range;

use crate::Location;
use crate::escape::push_source_char;
use crate::source::SourceText;

/// Spans of more lines are shown by their first line.
const MAX_SPAN_LINES: u32 = 6;
/// Longer lines, in bytes, are cut.
const MAX_LINE: usize = 200;
/// How much of a cut line stands before the span.
const LEAD: usize = 60;

/// A few lines of printable source with a span in them.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Excerpt {
    /// The lines, joined by newlines.
    pub(crate) text: String,
    /// The number of the first line.
    pub(crate) first_line: u32,
    /// The marked range, on character boundaries of `text`.
    pub(crate) span: Range<usize>,
}

/// The excerpt for a location, or `None` if the file has no such line.
pub(crate) fn excerpt(source: &SourceText<'_>, location: &Location) -> Option<Excerpt> {
    let first = source.line(location.line)?;
    let start = byte_index(location.column);
    let span_lines = location.end_line.saturating_sub(location.line);
    let last_line = if span_lines >= MAX_SPAN_LINES { location.line } else { location.end_line };

    let mut excerpt = Excerpt { text: String::new(), first_line: location.line, span: 0..0 };
    if last_line <= location.line {
        let end = if location.end_line == location.line {
            byte_index(location.end_column)
        } else if location.end_line > location.line {
            first.len()
        } else {
            start
        };
        excerpt.span = push_line(&mut excerpt.text, first, start..end.max(start + 1));
        return Some(excerpt);
    }

    excerpt.span.start = push_line(&mut excerpt.text, first, start..first.len()).start;
    excerpt.span.end = excerpt.text.len();
    for number in location.line + 1..=last_line {
        let Some(line) = source.line(number) else {
            break;
        };
        excerpt.text.push('\n');
        let end = if number == last_line { byte_index(location.end_column) } else { line.len() };
        // The mark ends on this line; it starts on another.
        let marked = push_line(&mut excerpt.text, line, 0..end);
        excerpt.span.end = marked.end;
    }
    Some(excerpt)
}

/// A printable line, with what is marked in it.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct ShownLine {
    /// Its number.
    pub(crate) number: u32,
    /// Its text.
    pub(crate) text: String,
    /// The marked range, on character boundaries of `text`.
    pub(crate) mark: Option<Range<usize>>,
}

/// The lines of a location, as an excerpt has them, with some above and below; `None` if the file
/// has no such line.
pub(crate) fn surroundings(
    source: &SourceText<'_>,
    location: &Location,
    around: u32,
) -> Option<Vec<ShownLine>> {
    let excerpt = excerpt(source, location)?;
    let context = |number: u32| {
        let mut text = String::new();
        push_line(&mut text, source.line(number)?, 0..0);
        // What follows the last newline is no line.
        if text.is_empty() && source.line(number + 1).is_none() {
            return None;
        }
        Some(ShownLine { number, text, mark: None })
    };
    let first = location.line.saturating_sub(around).max(1);
    let mut lines: Vec<ShownLine> = (first..location.line).filter_map(context).collect();
    let mut start = 0;
    for (number, line) in (excerpt.first_line..).zip(excerpt.text.split('\n')) {
        let end = start + line.len();
        // Of several lines each has its part of the mark.
        let clamp = |at: usize| at.clamp(start, end) - start;
        let mark = clamp(excerpt.span.start)..clamp(excerpt.span.end);
        lines.push(ShownLine { number, text: line.to_owned(), mark: Some(mark) });
        start = end + 1;
    }
    let last = lines.last().map_or(location.line, |line| line.number);
    lines.extend((last + 1..=last.saturating_add(around)).map_while(context));
    Some(lines)
}

fn byte_index(column: u32) -> usize {
    column.saturating_sub(1) as usize
}

/// Appends a line in printable form, cut if it is long, and gives the place of `mark` in the text.
fn push_line(text: &mut String, line: &[u8], mark: Range<usize>) -> Range<usize> {
    let start = mark.start.min(line.len());
    let end = mark.end.clamp(start, line.len());
    // A cut line shows the mark's start, or its end if it started on an earlier line.
    let focus = if mark.start == 0 && end > MAX_LINE { end } else { start };
    let window = window(line, focus);
    let (start, end) = (start.max(window.start), end.clamp(window.start, window.end));

    if window.start > 0 {
        text.push('…');
    }
    let mut printed = text.len()..text.len();
    let mut at = window.start;
    let mut started = false;
    for chunk in line[window.clone()].utf8_chunks() {
        let invalid = (!chunk.invalid().is_empty()).then_some(('\u{fffd}', chunk.invalid().len()));
        let valid = chunk.valid().chars().map(|char| (char, char.len_utf8()));
        for (char, bytes) in valid.chain(invalid) {
            let before = text.len();
            push_source_char(text, char);
            at += bytes;
            if !started && at > start {
                printed = before..before;
                started = true;
            }
            if started && at - bytes < end {
                printed.end = text.len();
            }
        }
    }
    if !started {
        // The mark is at the end of the line or behind it.
        printed = text.len()..text.len();
    }
    if window.end < line.len() {
        text.push('…');
    }
    printed
}

/// The part of a line to show, on character boundaries where the line is UTF-8.
fn window(line: &[u8], focus: usize) -> Range<usize> {
    if line.len() <= MAX_LINE {
        return 0..line.len();
    }
    let is_continuation = |at: usize| line.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    // At most three bytes of a character follow its first.
    let snap = |at: usize| (at..line.len().min(at + 3)).find(|&at| !is_continuation(at));
    let latest = line.len() - MAX_LINE;
    let start = focus.saturating_sub(LEAD).min(latest);
    let start = if start == 0 { 0 } else { snap(start).unwrap_or(start) };
    let end = line.len().min(start + MAX_LINE);
    let end = if end == line.len() { end } else { snap(end).unwrap_or(end) };
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemorySources;
    use crate::source::SourceCache;

    fn shown(text: &[u8], place: (u32, u32, u32, u32)) -> Option<(String, String)> {
        let sources = MemorySources::new([("a.go", text)]);
        let mut cache = SourceCache::new(&sources);
        let location = Location::new("a.go", place.0, place.1, place.2, place.3);
        let excerpt = excerpt(cache.file("a.go")?, &location)?;
        let marked = excerpt.text[excerpt.span.clone()].to_owned();
        Some((excerpt.text, marked))
    }

    fn marked(text: &str, place: (u32, u32, u32, u32)) -> String {
        shown(text.as_bytes(), place).map(|(_, marked)| marked).unwrap_or_default()
    }

    #[test]
    fn the_span_is_marked() {
        assert_eq!(marked("a := b\n", (1, 6, 1, 7)), "b");
        assert_eq!(marked("größe := 世界\n", (1, 1, 1, 8)), "größe");
        assert_eq!(marked("f(\n\tx,\n)\ny\n", (1, 1, 3, 2)), "f(\n\tx,\n)");
    }

    #[test]
    fn wrong_spans_are_mended() {
        assert_eq!(marked("abc\n", (1, 2, 1, 2)), "b");
        assert_eq!(marked("abc\n", (1, 3, 1, 1)), "c");
        assert_eq!(marked("abc\n", (1, 2, 1, 99)), "bc");
        assert_eq!(marked("abc\n", (1, 99, 1, 100)), "");
        assert_eq!(marked("abc\n", (1, 0, 0, 0)), "a");
        assert_eq!(marked("é\n", (1, 2, 1, 3)), "é");
        assert_eq!(marked("ab\ncd\n", (1, 2, 5, 9)), "b\ncd\n");
        assert_eq!(shown(b"abc", (2, 1, 2, 2)), None);
    }

    #[test]
    fn hostile_bytes_become_visible_and_keep_the_span_right() {
        let (text, marked) = shown(b"\x1b[2J\xff\xfe x\n", (1, 8, 1, 9)).unwrap();
        assert_eq!((text.as_str(), marked.as_str()), ("␛[2J\u{fffd}\u{fffd} x", "x"));
    }

    #[test]
    fn long_lines_are_cut_around_the_span() {
        let line = format!("{}needle{}", "é".repeat(5_000_000), "世".repeat(1000));
        let (text, marked) = shown(line.as_bytes(), (1, 10_000_001, 1, 10_000_007)).unwrap();
        assert_eq!(marked, "needle");
        assert!(text.len() < 300 && text.starts_with("…é") && text.ends_with("世…"), "{text}");
    }

    #[test]
    fn long_spans_show_their_first_line() {
        let text = "f(\n".repeat(100);
        assert_eq!(marked(&text, (2, 1, 90, 1)), "f(");
    }
}
