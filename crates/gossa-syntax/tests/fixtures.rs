//! Snapshots of trees and errors: one for each file below `testdata/syntax`.

#![allow(clippy::disallowed_methods, reason = "tests read their fixtures")]

use gossa_base::LineIndex;
use gossa_syntax::File;
use std::fmt::Write;
use std::fs;

/// Each error under the line that it is in.
fn errors(file: &File, text: &[u8]) -> String {
    let lines = LineIndex::new(text);
    let mut out = String::new();
    for error in &file.errors {
        let place = lines.line_column(error.range.start());
        let start = lines.line_start(place.line).expect("the line exists");
        let line = text[usize::from(start)..].split(|&byte| byte == b'\n').next();
        let line = String::from_utf8_lossy(line.unwrap_or_default()).replace('\t', " ");
        let number = place.line.to_string();
        writeln!(out, "{number} | {}", line.escape_debug().to_string().replace("\\\"", "\""))
            .expect("a string grows");
        let indent = " ".repeat(number.len() + 3 + place.column as usize - 1);
        let carets = "^".repeat(usize::from(error.range.len()).max(1));
        writeln!(out, "{indent}{carets} {error}").expect("a string grows");
    }
    out
}

#[test]
fn trees_of_valid_files() {
    insta::glob!("../../../testdata/syntax/ok", "*.go", |path| {
        let text = fs::read(path).expect("the fixture is readable");
        let file = gossa_syntax::parse(&text);
        assert_eq!(errors(&file, &text), "", "{}", path.display());
        let mut tree = String::new();
        gossa_syntax::dump::write(&file, &mut tree).expect("a string grows");
        for directive in &file.directives {
            writeln!(tree, "directive {:?} {:?}", directive.range, directive.kind)
                .expect("a string grows");
        }
        insta::assert_snapshot!(tree);
    });
}

#[test]
fn errors_of_broken_files() {
    insta::glob!("../../../testdata/syntax/err", "*.go", |path| {
        let text = fs::read(path).expect("the fixture is readable");
        insta::assert_snapshot!(errors(&gossa_syntax::parse(&text), &text));
    });
}
