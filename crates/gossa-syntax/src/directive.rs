//! Directives: comments that the toolchain obeys. The lexer reads them as it meets the comments.

use crate::errors::Errors;
use gossa_base::{TextRange, TextSize};

/// A comment that tells the toolchain something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    /// Where the comment is in the file.
    pub range: TextRange,
    /// What it says.
    pub kind: DirectiveKind,
}

/// What a directive says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DirectiveKind {
    /// `//go:build EXPR`
    Build {
        /// The expression's text.
        constraint: Box<str>,
    },
    /// `//go:linkname local target`
    Linkname {
        /// Local name.
        local: Box<str>,
        /// `import/path.name`; `None` in the one-argument form.
        target: Option<Box<str>>,
    },
    /// `//go:embed patterns`
    Embed {
        /// The patterns, unquoted; none where one of them is malformed.
        patterns: Box<[Box<str>]>,
    },
    /// `//export name`
    Export {
        /// The exported C name.
        name: Box<str>,
    },
    /// `//line file:line:col`, `/*line file:line:col*/`
    Line {
        /// File name; `None`: unchanged.
        file: Option<Box<str>>,
        /// Line of what follows.
        line: u32,
        /// Column of what follows.
        column: Option<u32>,
    },
    /// Any other `//go:name arguments` (`norace`, `noescape`, `nosplit`, `uintptrescapes`, ...).
    Go {
        /// The word after `go:`.
        name: Box<str>,
        /// The rest of the line, trimmed.
        arguments: Box<str>,
    },
}

/// The longest line and column numbers that a `//line` directive may set, as the compiler has it.
const MAX_LINE: u32 = 1 << 30;

fn text(bytes: &[u8]) -> Box<str> {
    String::from_utf8_lossy(bytes).into()
}

/// Reads a `//` comment that starts at `offset`; `line_start` tells whether a line starts there.
pub(crate) fn line_comment(
    comment: &[u8],
    offset: usize,
    line_start: bool,
    directives: &mut Vec<Directive>,
    errors: &mut Errors<'_>,
) {
    // Nearly all comments have a space here.
    let kind = match comment.get(2) {
        Some(b'g') => comment.strip_prefix(b"//go:").and_then(go),
        Some(b'e') if line_start => comment.strip_prefix(b"//export ").and_then(export),
        Some(b'l') if line_start => comment
            .strip_prefix(b"//line ")
            .and_then(|rest| line(rest, offset + b"//line ".len(), errors)),
        _ => None,
    };
    push(kind, comment, offset, directives);
}

/// Reads a `/*` comment that starts at `offset`.
pub(crate) fn block_comment(
    comment: &[u8],
    offset: usize,
    directives: &mut Vec<Directive>,
    errors: &mut Errors<'_>,
) {
    if comment.get(2) != Some(&b'l') {
        return;
    }
    let kind = comment
        .strip_prefix(b"/*line ")
        .and_then(|rest| rest.strip_suffix(b"*/"))
        .and_then(|rest| line(rest, offset + b"/*line ".len(), errors));
    push(kind, comment, offset, directives);
}

fn push(
    kind: Option<DirectiveKind>,
    comment: &[u8],
    offset: usize,
    directives: &mut Vec<Directive>,
) {
    if let Some(kind) = kind {
        let start = TextSize::from(offset as u32);
        let range = TextRange::at(start, TextSize::from(comment.len() as u32));
        directives.push(Directive { range, kind });
    }
}

/// What follows `//go:`.
fn go(rest: &[u8]) -> Option<DirectiveKind> {
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    let (name, arguments) = rest.split_at(end);
    let arguments = arguments.trim_ascii();
    if name.is_empty() {
        return None;
    }
    let kind = match name {
        b"build" => DirectiveKind::Build { constraint: text(arguments) },
        b"embed" => DirectiveKind::Embed { patterns: embed_patterns(arguments) },
        b"linkname" => {
            let mut words =
                arguments.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            let local = text(words.next()?);
            DirectiveKind::Linkname { local, target: words.next().map(text) }
        }
        _ => DirectiveKind::Go { name: text(name), arguments: text(arguments) },
    };
    Some(kind)
}

fn export(rest: &[u8]) -> Option<DirectiveKind> {
    let name = rest.split(u8::is_ascii_whitespace).find(|word| !word.is_empty())?;
    Some(DirectiveKind::Export { name: text(name) })
}

/// An argument of `//go:embed`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmbedArgument {
    /// Where it begins in the arguments, in bytes.
    pub offset: usize,
    /// The pattern, unquoted.
    pub pattern: Box<str>,
}

/// The arguments of a `//go:embed`: words, each bare or a Go string literal.
///
/// # Errors
/// Where a literal is malformed: the text from it on, or from what stands right behind it.
pub fn embed_arguments(arguments: &str) -> Result<Vec<EmbedArgument>, &str> {
    let mut found = Vec::new();
    let mut rest = arguments.trim_start();
    while let Some(first) = rest.chars().next() {
        let quoted = matches!(first, '`' | '"');
        let end = match first {
            '`' => rest[1..].find('`').map(|at| at + 2),
            '"' => string_end(rest.as_bytes()),
            _ => rest.find(char::is_whitespace).or(Some(rest.len())),
        };
        let (word, after) = end.and_then(|end| rest.split_at_checked(end)).ok_or(rest)?;
        let pattern =
            if quoted { crate::unquote(word.as_bytes()).ok_or(word)? } else { word.into() };
        if after.starts_with(|c: char| !c.is_whitespace()) {
            return Err(after);
        }
        let offset = arguments.len() - rest.len();
        found.push(EmbedArgument { offset, pattern: pattern.into() });
        rest = after.trim_start();
    }
    Ok(found)
}

fn embed_patterns(arguments: &[u8]) -> Box<[Box<str>]> {
    let arguments = String::from_utf8_lossy(arguments);
    let found = embed_arguments(&arguments).unwrap_or_default();
    found.into_iter().map(|argument| argument.pattern).collect()
}

/// The length of the interpreted string literal that `bytes` starts with.
fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The rest of a line directive: `file:line`, `file:line:column`, `:line`, `:line:column`. Text
/// without a colon is a comment like any other.
fn line(rest: &[u8], offset: usize, errors: &mut Errors<'_>) -> Option<DirectiveKind> {
    // A number after the last colon of `bytes`: its place, and its value if it is one.
    let last_number = |bytes: &[u8]| {
        let colon = memchr::memrchr(b':', bytes)?;
        let digits = std::str::from_utf8(&bytes[colon + 1..]).ok();
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        Some((colon, digits.and_then(|digits| digits.parse::<u32>().ok())))
    };
    let (mut colon, number) = last_number(rest)?;
    let mut column = None;
    let mut line = number;
    let mut line_end = rest.len();
    if number.is_some()
        && let Some((earlier, Some(number_before))) = last_number(&rest[..colon])
    {
        column = number;
        if number.is_none_or(|value| value == 0 || value > MAX_LINE) {
            let shown = String::from_utf8_lossy(&rest[colon + 1..]);
            let message = format_args!("invalid column number: {shown}");
            errors.report(offset + colon + 1, offset + rest.len(), message);
            return None;
        }
        line_end = colon;
        colon = earlier;
        line = Some(number_before);
    }
    let Some(line) = line.filter(|&value| value != 0 && value <= MAX_LINE) else {
        let shown = String::from_utf8_lossy(&rest[colon + 1..line_end]);
        let message = format_args!("invalid line number: {shown}");
        errors.report(offset + colon + 1, offset + line_end, message);
        return None;
    };
    let file = &rest[..colon];
    // `//line :10` has no file name; with a column an empty name means the current file.
    let file = (!file.is_empty() || column.is_none()).then(|| text(file));
    Some(DirectiveKind::Line { file, line, column })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(comment: &str) -> Option<DirectiveKind> {
        let mut directives = Vec::new();
        let mut errors = Errors::new(comment.as_bytes());
        if comment.starts_with("//") {
            line_comment(comment.as_bytes(), 0, true, &mut directives, &mut errors);
        } else {
            block_comment(comment.as_bytes(), 0, &mut directives, &mut errors);
        }
        directives.pop().map(|directive| directive.kind)
    }

    fn line_kind(file: Option<&str>, line: u32, column: Option<u32>) -> Option<DirectiveKind> {
        Some(DirectiveKind::Line { file: file.map(Box::from), line, column })
    }

    #[test]
    fn line_directives_in_all_forms() {
        assert_eq!(one("//line foo.y:10"), line_kind(Some("foo.y"), 10, None));
        assert_eq!(one("//line c:/foo.y:10:4"), line_kind(Some("c:/foo.y"), 10, Some(4)));
        assert_eq!(one("/*line :7:1*/"), line_kind(None, 7, Some(1)));
        assert_eq!(one("//line noise"), None);
        assert_eq!(one("//line foo.y:0"), None);
        assert_eq!(one("// line foo.y:1"), None);
    }

    #[test]
    fn arguments_of_embed_and_what_is_wrong_with_them() {
        let patterns = |text| {
            let found = embed_arguments(text)?;
            Ok(found.into_iter().map(|found| (found.offset, found.pattern.into())).collect())
        };
        let found = |list: &[(usize, &str)]| {
            Ok(list.iter().map(|&(at, text)| (at, text.to_owned())).collect::<Vec<_>>())
        };
        assert_eq!(patterns(""), found(&[]));
        assert_eq!(
            patterns(" a\t\"b \\u00e9\" `c d` "),
            found(&[(1, "a"), (3, "b é"), (14, "c d")])
        );
        assert_eq!(patterns("a\"b c"), found(&[(0, "a\"b"), (4, "c")]));
        for (text, rest) in [
            (" a \"b c", "\"b c"),
            ("`b", "`b"),
            ("\"", "\""),
            ("\"a\\\"", "\"a\\\""),
            ("\"\\q\" x", "\"\\q\""),
            ("\"a\"b c", "b c"),
            ("`a``b`", "`b`"),
        ] {
            assert_eq!(patterns(text), Err(rest), "{text}");
        }
    }

    #[test]
    fn go_directives_are_taken_apart() {
        let go = |name: &str, arguments: &str| {
            Some(DirectiveKind::Go { name: name.into(), arguments: arguments.into() })
        };
        assert_eq!(one("//go:noescape"), go("noescape", ""));
        assert_eq!(one("//go:cgo_unsafe_args  x y "), go("cgo_unsafe_args", "x y"));
        assert_eq!(
            one("//go:build linux && !cgo"),
            Some(DirectiveKind::Build { constraint: "linux && !cgo".into() })
        );
        assert_eq!(
            one("//go:linkname now time.now"),
            Some(DirectiveKind::Linkname { local: "now".into(), target: Some("time.now".into()) })
        );
        assert_eq!(
            one("//go:linkname now"),
            Some(DirectiveKind::Linkname { local: "now".into(), target: None })
        );
        assert_eq!(
            one(r#"//go:embed a.txt "b c.txt" `d e`"#),
            Some(DirectiveKind::Embed {
                patterns: ["a.txt", "b c.txt", "d e"].map(Box::from).into()
            })
        );
        assert_eq!(one("//export Name"), Some(DirectiveKind::Export { name: "Name".into() }));
        assert_eq!(one("// go:noescape"), None);
    }
}
