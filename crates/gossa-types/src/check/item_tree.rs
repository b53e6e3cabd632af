//! From a parsed file to its [`ItemTree`]: what the checker needs of a file, positions left out.

use crate::decls::{ItemTree, Linkname};
use gossa_base::{Name, TextRange};
use gossa_syntax::directive::DirectiveKind;
use gossa_syntax::{Decl, DeclKeyword, Expr, File, Spec, TreeRoot};
use std::sync::Arc;

/// The skeleton of a file; `text` is what it was parsed from.
#[must_use]
pub fn item_tree(file: &File, text: &[u8]) -> ItemTree {
    let mut go_version = None;
    let mut linknames = Vec::new();
    for directive in &file.directives {
        match &directive.kind {
            DirectiveKind::Build { constraint }
                if directive.range.start() < file.package_range.start() =>
            {
                go_version = minimum_version(constraint);
            }
            DirectiveKind::Linkname { local, target } => linknames.push(Linkname {
                local: Name::new(local),
                target: target.as_deref().map(Name::new),
            }),
            _ => {}
        }
    }
    let cgo_preamble = cgo_preamble(file, text);
    let c_names = match &cgo_preamble {
        Some(_) => crate::cgo::c_names(file),
        None => Box::default(),
    };
    ItemTree {
        package: file.package,
        items: file.decls.iter().map(|decl| Arc::clone(&decl.header.tree)).collect(),
        go_version,
        cgo_preamble,
        c_names,
        linknames: linknames.into(),
    }
}

/// The comments above all `import "C"` of a file; `None` without such an import.
fn cgo_preamble(file: &File, text: &[u8]) -> Option<Box<str>> {
    let mut preamble: Option<String> = None;
    for decl in &file.decls {
        let tree = &*decl.header.tree;
        let TreeRoot::Gen { keyword: DeclKeyword::Import, specs, parenthesized } = tree.root else {
            continue;
        };
        for spec in tree.spec_ids(specs) {
            let Spec::Import { path, .. } = tree.specs[spec.index()] else { continue };
            let Expr::BasicLit { text: literal, .. } = tree[path] else { continue };
            if !matches!(tree.text(literal), "\"C\"" | "`C`") {
                continue;
            }
            let preamble = preamble.get_or_insert_default();
            let doc = file.comments.get(decl.doc.range()).unwrap_or_default();
            for comment in doc {
                push_comment(preamble, text, comment.range);
            }
            if parenthesized {
                let start = decl.range.start()
                    + gossa_base::TextSize::from(decl.header.spans.specs[spec.index()].start);
                for comment in comments_above(file, decl, text, start.into()) {
                    push_comment(preamble, text, comment);
                }
            }
        }
    }
    preamble.map(String::into_boxed_str)
}

/// The comments inside a declaration that end right above the offset `start`.
fn comments_above(file: &File, decl: &Decl, text: &[u8], start: usize) -> Vec<TextRange> {
    let mut end = start;
    let mut found = Vec::new();
    for comment in file.comments.iter().rev() {
        let (from, to) = (usize::from(comment.range.start()), usize::from(comment.range.end()));
        if from >= end {
            continue;
        }
        let between = text.get(to..end).unwrap_or_default();
        let newlines = between.iter().filter(|&&byte| byte == b'\n').count();
        if from < usize::from(decl.range.start())
            || newlines > 1
            || !between.iter().all(u8::is_ascii_whitespace)
        {
            break;
        }
        found.push(comment.range);
        end = from;
    }
    found.reverse();
    found
}

/// Appends a comment's text without its delimiters.
fn push_comment(preamble: &mut String, text: &[u8], range: TextRange) {
    let bytes = text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default();
    let comment = String::from_utf8_lossy(bytes);
    let inner = match comment.strip_prefix("//") {
        Some(line) => line,
        None => {
            let block = comment.strip_prefix("/*").unwrap_or(&comment);
            block.strip_suffix("*/").unwrap_or(block)
        }
    };
    preamble.push_str(inner);
    preamble.push('\n');
}

/// The least language version that a build constraint asks for, as (1, N).
fn minimum_version(constraint: &str) -> Option<(u32, u32)> {
    let mut parser = Constraint { rest: constraint.trim(), depth: 0 };
    let (least, _) = parser.or();
    u32::try_from(least).ok().map(|minor| (1, minor))
}

/// A build constraint that is being evaluated. Each part yields two numbers: the least N such
/// that `go1.N` follows when the part holds, and when it does not; -1 for none.
struct Constraint<'t> {
    rest: &'t str,
    depth: u32,
}

impl Constraint<'_> {
    const NONE: i64 = -1;

    fn accept(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn or(&mut self) -> (i64, i64) {
        let mut value = self.and();
        while self.accept("||") {
            let other = self.and();
            value = (value.0.min(other.0), value.1.max(other.1));
        }
        value
    }

    fn and(&mut self) -> (i64, i64) {
        let mut value = self.not();
        while self.accept("&&") {
            let other = self.not();
            value = (value.0.max(other.0), value.1.min(other.1));
        }
        value
    }

    fn not(&mut self) -> (i64, i64) {
        // Deeper constraints do not exist, and say nothing about versions.
        if self.depth > 100 {
            self.rest = "";
            return (Self::NONE, Self::NONE);
        }
        self.depth += 1;
        let value = if self.accept("!") {
            let (holds, fails) = self.not();
            (fails, holds)
        } else if self.accept("(") {
            let inner = self.or();
            self.accept(")");
            inner
        } else {
            let end = self
                .rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
                .unwrap_or(self.rest.len());
            let (tag, rest) = self.rest.split_at(end);
            self.rest = rest;
            let minor = if tag == "go1" {
                Some(0)
            } else {
                tag.strip_prefix("go1.").and_then(|minor| minor.parse().ok())
            };
            (minor.unwrap_or(Self::NONE), Self::NONE)
        };
        self.depth -= 1;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::minimum_version;

    #[test]
    fn a_constraint_implies_a_version() {
        assert_eq!(minimum_version("go1.21"), Some((1, 21)));
        assert_eq!(minimum_version("linux && go1.21 && go1.22"), Some((1, 22)));
        assert_eq!(minimum_version("go1.21 || go1.18"), Some((1, 18)));
        assert_eq!(minimum_version("go1.21 || linux"), None);
        assert_eq!(minimum_version("!go1.21"), None);
        assert_eq!(minimum_version("!(linux || !go1.20)"), Some((1, 20)));
        assert_eq!(minimum_version(""), None);
        assert_eq!(minimum_version("((((("), None);
    }
}
