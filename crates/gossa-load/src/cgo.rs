//! The C text in Go files that import `C`: the comments above the import.

use camino::Utf8Path;

use crate::config::BuildContext;
use crate::constraint::{parse_go_build, parse_plus_build};
use crate::header::{CommentGroup, Header};
use crate::package_dir::Problem;
use crate::program::{CgoFlags, CgoPreamble, DiagnosticKind};
use crate::system::lexically_clean;

/// The preamble of each `import "C"` in a file.
pub(crate) fn preambles(text: &[u8], header: &Header) -> Box<[CgoPreamble]> {
    let docs = header.imports.iter().filter(|i| i.path == "C").filter_map(|i| i.doc.as_ref());
    docs.map(|group| preamble(text, group)).collect()
}

/// What the `#cgo` lines of a file say. The first that is wrong ends it.
pub(crate) fn flags(
    preambles: &[CgoPreamble],
    context: &BuildContext,
    path: &Utf8Path,
    problems: &mut Vec<Problem>,
) -> CgoFlags {
    let dir = path.parent().unwrap_or(Utf8Path::new(""));
    let mut flags = CgoFlags::default();
    for preamble in preambles {
        for (directive, line) in preamble.directives.iter().zip(&preamble.directive_lines) {
            if let Err(message) = flags.add(directive, context, dir) {
                problems.push(Problem {
                    kind: DiagnosticKind::Cgo,
                    message,
                    file: Some(path.to_owned()),
                    line: *line,
                    column: 0,
                });
                return flags;
            }
        }
    }
    flags
}

/// Blanks out the comment markers, so that what is left is C and every byte
/// of it stands where it stands in the Go file.
fn preamble(text: &[u8], group: &CommentGroup) -> CgoPreamble {
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
    let mut directives: Vec<Box<str>> = Vec::new();
    let mut directive_lines = Vec::new();
    let mut line_start = 0;
    for (number, line) in text[start..end].split(|&b| b == b'\n').enumerate() {
        let range = line_start..line_start + line.len();
        line_start = range.end + 1;
        let c_line = c_text[range.clone()].trim_ascii();
        let Some(rest) = c_line.strip_prefix(b"#cgo") else { continue };
        if !rest.starts_with(b" ") && !rest.starts_with(b"\t") {
            continue;
        }
        directives.push(String::from_utf8_lossy(c_line).into());
        directive_lines.push(group.line + number as u32);
        c_text[range].fill(b' ');
    }
    CgoPreamble {
        text: String::from_utf8_lossy(&c_text).into(),
        line: group.line,
        offset: u32::try_from(start).unwrap_or(u32::MAX),
        directives: directives.into(),
        directive_lines: directive_lines.into(),
    }
}

impl CgoFlags {
    /// Adds what one directive says, if its condition holds.
    fn add(
        &mut self,
        directive: &str,
        context: &BuildContext,
        dir: &Utf8Path,
    ) -> Result<(), String> {
        let invalid = || format!("invalid #cgo line: {directive}");
        let rest = directive.trim_start_matches("#cgo").trim();
        if let ["nocallback" | "noescape", _] =
            rest.split_whitespace().collect::<Vec<_>>().as_slice()
        {
            return Ok(());
        }
        let (left, arguments) = rest.split_once(':').ok_or_else(invalid)?;
        let words: Vec<&str> = left.split_whitespace().collect();
        let Some((verb, conditions)) = words.split_last() else { return Err(invalid()) };
        if !conditions.is_empty() && !conditions.iter().any(|c| condition_holds(c, context)) {
            return Ok(());
        }
        let mut arguments = split_quoted(arguments).ok_or_else(invalid)?;
        for argument in &mut arguments {
            *argument = expand_source_dir(argument, dir)
                .ok_or_else(|| format!("malformed #cgo argument: {argument}"))?;
        }
        let list = match *verb {
            "CFLAGS" => &mut self.c_flags,
            "CPPFLAGS" => &mut self.cpp_flags,
            "CXXFLAGS" => &mut self.cxx_flags,
            "FFLAGS" => &mut self.f_flags,
            "LDFLAGS" => &mut self.ld_flags,
            "pkg-config" => {
                self.pkg_config.append(&mut arguments);
                return Ok(());
            }
            _ => return Err(format!("invalid #cgo verb: {directive}")),
        };
        make_absolute(&mut arguments, dir);
        list.append(&mut arguments);
        Ok(())
    }

    /// Appends the flags of another file.
    pub(crate) fn append(&mut self, other: &mut CgoFlags) {
        self.c_flags.append(&mut other.c_flags);
        self.cpp_flags.append(&mut other.cpp_flags);
        self.cxx_flags.append(&mut other.cxx_flags);
        self.f_flags.append(&mut other.f_flags);
        self.ld_flags.append(&mut other.ld_flags);
        self.pkg_config.append(&mut other.pkg_config);
    }
}

/// A condition is written as in `// +build` lines, or with operators as in
/// `//go:build` lines.
fn condition_holds(condition: &str, context: &BuildContext) -> bool {
    let parsed = if condition.contains(['&', '|', '(', ')']) {
        parse_go_build(condition)
    } else {
        parse_plus_build(condition)
    };
    parsed.is_ok_and(|expr| expr.eval(&|tag| context.tag_holds(tag)))
}

/// Splits at white space as a shell does; none if a quote is not closed.
fn split_quoted(text: &str) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    let mut argument = String::new();
    let (mut quote, mut quoted, mut escaped) = (None, false, false);
    for c in text.chars() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
            continue;
        } else if quote.is_some() {
            if quote == Some(c) {
                quote = None;
                continue;
            }
        } else if c == '"' || c == '\'' {
            (quote, quoted) = (Some(c), true);
            continue;
        } else if c.is_whitespace() {
            if quoted || !argument.is_empty() {
                quoted = false;
                arguments.push(std::mem::take(&mut argument));
            }
            continue;
        }
        argument.push(c);
    }
    if quoted || !argument.is_empty() {
        arguments.push(argument);
    }
    (quote.is_none() && !escaped).then_some(arguments)
}

/// Puts the package's directory for `${SRCDIR}`; none if the result would be
/// empty or dangerous in a command line.
fn expand_source_dir(argument: &str, dir: &Utf8Path) -> Option<String> {
    const VARIABLE: &str = "${SRCDIR}";
    const SAFE: &str = "+-.,/=_:$@%! ~^";
    let is_safe = |text: &str| {
        let safe = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || SAFE.contains(c);
        text.chars().all(safe)
    };
    let dir = dir.as_str().replace('\\', "/");
    let safe =
        argument.split(VARIABLE).all(is_safe) && (!argument.contains(VARIABLE) || is_safe(&dir));
    let expanded = argument.replace(VARIABLE, &dir);
    (safe && !expanded.is_empty()).then_some(expanded)
}

/// Relative directories in `-I` and `-L` are relative to the package.
fn make_absolute(arguments: &mut [String], dir: &Utf8Path) {
    let absolute = |path: &str| {
        let path = Utf8Path::new(path);
        if path.is_absolute() { path.to_owned() } else { lexically_clean(&dir.join(path)) }
    };
    let mut is_path = false;
    for argument in arguments {
        if std::mem::take(&mut is_path) {
            *argument = absolute(argument).into_string();
        } else if let Some(path) = argument.strip_prefix("-I").or(argument.strip_prefix("-L")) {
            is_path = path.is_empty();
            if !is_path && !Utf8Path::new(path).is_absolute() {
                *argument = format!("{}{}", &argument[..2], absolute(path));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::read_header;

    fn read(text: &str) -> Vec<CgoPreamble> {
        preambles(text.as_bytes(), &read_header(text.as_bytes())).into_vec()
    }

    /// The flags of a file that has these lines, and what is wrong with them.
    fn flags_of(lines: &str) -> (CgoFlags, Vec<(u32, String)>) {
        let text: String = lines.lines().map(|line| format!("// {line}\n")).collect();
        let context = BuildContext {
            goos: "linux".into(),
            goarch: "amd64".into(),
            cgo: true,
            tags: vec!["extra".into()],
            tool_tags: Vec::new(),
            release_minor: 27,
        };
        let mut problems = Vec::new();
        let preambles = read(&format!("package p\n{text}import \"C\"\n"));
        let found = flags(&preambles, &context, "/m/p/a.go".into(), &mut problems);
        (found, problems.into_iter().map(|p| (p.line, p.message)).collect())
    }

    #[test]
    fn text_stays_in_place() {
        let text = "package p\n\n/*\n#cgo LDFLAGS: -lm\n#include <math.h>\nint x; */\n// int y;\nimport \"C\"\n";
        let found = read(text);
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
        let found = read(
            "package p\n// int a;\nimport \"C\"\n// int b;\nimport (\n\"C\"\n)\nimport \"C\"\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(&*found[1].text, "   int b;");
    }

    #[test]
    fn flags_depend_on_the_build() {
        let (flags, problems) = flags_of(
            "#cgo noescape f\n#cgo CFLAGS: -g -I. -I ../inc -I/usr/include\n#cgo linux,!arm CFLAGS: -DA='b c'\n#cgo windows extra LDFLAGS: -L${SRCDIR}/lib -lx\n#cgo (darwin||arm) LDFLAGS: -lno\n#cgo pkg-config: gtk+-3.0\n#cgox\n#cgo darwin BAD: x",
        );
        assert_eq!(problems, []);
        assert_eq!(flags.c_flags, ["-g", "-I/m/p", "-I", "/m/inc", "-I/usr/include", "-DA=b c"]);
        assert_eq!(flags.ld_flags, ["-L/m/p/lib", "-lx"]);
        assert_eq!(flags.pkg_config, ["gtk+-3.0"]);
    }

    #[test]
    fn the_first_wrong_directive_is_reported() {
        for (line, message) in [
            ("#cgo BAD: x", "invalid #cgo verb: #cgo BAD: x"),
            ("#cgo LDFLAGS -lm", "invalid #cgo line: #cgo LDFLAGS -lm"),
            ("#cgo : -lm", "invalid #cgo line: #cgo : -lm"),
            ("#cgo LDFLAGS: 'x", "invalid #cgo line: #cgo LDFLAGS: 'x"),
            ("#cgo LDFLAGS: a;b", "malformed #cgo argument: a;b"),
        ] {
            let (_, problems) = flags_of(&format!("int x;\n{line}\n#cgo X"));
            assert_eq!(problems, [(3, message.to_owned())], "{line}");
        }
    }
}
