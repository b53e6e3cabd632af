//! The C text in Go files that import `C`: the comments above the import.

use camino::Utf8Path;

use crate::header::{CommentGroup, Header};
use crate::package_dir::Problem;
use crate::program::{CgoPreamble, DiagnosticKind};

/// The preamble of each `import "C"` in a file.
pub(crate) fn preambles(
    text: &[u8],
    header: &Header,
    path: &Utf8Path,
    problems: &mut Vec<Problem>,
) -> Box<[CgoPreamble]> {
    let docs = header.imports.iter().filter(|i| i.path == "C").filter_map(|i| i.doc.as_ref());
    docs.map(|group| preamble(text, group, path, problems)).collect()
}

/// Blanks out the comment markers, so that what is left is C and every byte
/// of it stands where it stands in the Go file.
fn preamble(
    text: &[u8],
    group: &CommentGroup,
    path: &Utf8Path,
    problems: &mut Vec<Problem>,
) -> CgoPreamble {
    let start = group.comments.first().map_or(0, |c| c.start);
    let end = group.comments.last().map_or(start, |c| c.end);
    let mut c_text = text[start..end].to_vec();
    for comment in &group.comments {
        let range = comment.start - start..comment.end - start;
        c_text[range.start..range.start + 2].fill(b' ');
        if text[comment.clone()].starts_with(b"/*") && range.len() >= 4 {
            c_text[range.end - 2..range.end].fill(b' ');
        }
    }
    // Comments are checked to be UTF-8 when the header is read; should that
    // ever change, a replacement of the same length keeps places true.
    if std::str::from_utf8(&c_text).is_err() {
        c_text.iter_mut().filter(|b| !b.is_ascii()).for_each(|b| *b = b'?');
    }
    let mut directives = Vec::new();
    let mut line_start = 0;
    for (number, line) in text[start..end].split(|&b| b == b'\n').enumerate() {
        let range = line_start..line_start + line.len();
        line_start = range.end + 1;
        let c_line = c_text[range.clone()].trim_ascii();
        let Some(rest) = c_line.strip_prefix(b"#cgo") else { continue };
        if !rest.starts_with(b" ") && !rest.starts_with(b"\t") {
            continue;
        }
        let directive = String::from_utf8_lossy(c_line).into_owned();
        if !is_well_formed(&directive) {
            problems.push(Problem {
                kind: DiagnosticKind::Cgo,
                message: format!("invalid #cgo line: {directive}"),
                file: Some(path.to_owned()),
                line: group.line + number as u32,
                column: 0,
            });
        }
        directives.push(directive.into_boxed_str());
        c_text[range].fill(b' ');
    }
    CgoPreamble {
        text: String::from_utf8_lossy(&c_text).into(),
        line: group.line,
        offset: u32::try_from(start).unwrap_or(u32::MAX),
        directives: directives.into(),
    }
}

/// `#cgo [condition…] VERB: arguments`, or a promise about a C function.
fn is_well_formed(directive: &str) -> bool {
    let rest = directive.trim_start_matches("#cgo");
    let words: Vec<&str> = rest.split_whitespace().collect();
    if let ["nocallback" | "noescape", _] = words.as_slice() {
        return true;
    }
    let Some((left, _)) = rest.split_once(':') else { return false };
    let verb = left.split_whitespace().next_back();
    matches!(verb, Some("CFLAGS" | "CPPFLAGS" | "CXXFLAGS" | "FFLAGS" | "LDFLAGS" | "pkg-config"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::read_header;

    fn read(text: &str) -> (Vec<CgoPreamble>, Vec<Problem>) {
        let mut problems = Vec::new();
        let found = preambles(
            text.as_bytes(),
            &read_header(text.as_bytes()),
            Utf8Path::new("a.go"),
            &mut problems,
        );
        (found.into_vec(), problems)
    }

    #[test]
    fn text_stays_in_place() {
        let text = "package p\n\n/*\n#cgo LDFLAGS: -lm\n#include <math.h>\nint x; */\n// int y;\nimport \"C\"\n";
        let (found, problems) = read(text);
        assert!(problems.is_empty());
        let preamble = &found[0];
        assert_eq!(preamble.line, 3);
        assert_eq!(&*preamble.directives, [Box::from("#cgo LDFLAGS: -lm")]);
        let lines: Vec<_> = preamble.text.lines().map(str::trim_end).collect();
        assert_eq!(lines, ["", "", "#include <math.h>", "int x;", "   int y;"]);
        let at = preamble.text.find("int y").unwrap();
        assert!(text[preamble.offset as usize + at..].starts_with("int y"));
    }

    #[test]
    fn several_imports_and_none() {
        let (found, _) = read(
            "package p\n// int a;\nimport \"C\"\n// int b;\nimport (\n\"C\"\n)\nimport \"C\"\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(&*found[1].text, "   int b;");
    }

    #[test]
    fn directives_are_checked() {
        let (found, problems) = read(
            "package p\n// #cgo noescape f\n// #cgo linux,!arm CFLAGS: -g\n// #cgo BAD: x\n// #cgo\n// #cgox\nimport \"C\"\n",
        );
        assert_eq!(found[0].directives.len(), 3);
        let problems: Vec<_> = problems.iter().map(|p| (p.line, p.message.as_str())).collect();
        assert_eq!(problems, [(4, "invalid #cgo line: #cgo BAD: x")]);
    }
}
