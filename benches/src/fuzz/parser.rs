//! Lexer and parser: any bytes give trees whose places are in the file, and the same ones again.

use super::mutate::{self, Seed};
use super::{FuzzTarget, Input};
use crate::corpus;
use crate::error::BenchError;
use camino::Utf8Path;
use gossa_base::{TextRange, TextSize};
use gossa_syntax::{File, Span, TreeWithSpans};
use std::time::Duration;

/// Files above this are left out: they slow the search and add nothing to it.
const MAX_SEED_LEN: usize = 128 << 10;

/// Fuzzes `gossa_syntax`.
pub(super) struct ParserTarget {
    seeds: Vec<Seed>,
}

impl ParserTarget {
    pub(super) fn new(goroot: &Utf8Path) -> Result<Self, BenchError> {
        let mut seeds = Vec::new();
        for path in corpus::go_files(&goroot.join("src"))? {
            let text = corpus::read(&path)?;
            if text.len() <= MAX_SEED_LEN {
                let name = path.strip_prefix(goroot).unwrap_or(&path).to_string();
                seeds.push(Seed { name, text });
            }
        }
        Ok(Self { seeds })
    }
}

impl FuzzTarget for ParserTarget {
    fn input(&self, seed: u64, number: u64) -> Input {
        mutate::input(&self.seeds, seed, number)
    }

    fn run(&self, input: &Input) -> Result<(), String> {
        let text = &input.text;
        check_tokens(text)?;
        let file = gossa_syntax::parse(text);
        check_file(&file, text)?;
        let imports = gossa_syntax::parse_imports(text);
        check_file(&imports, text)?;
        if gossa_syntax::parse(text) != file {
            return Err("the same bytes give another tree".to_owned());
        }
        Ok(())
    }

    /// Real code takes 10 ns a byte, for each of the four passes; errors take more, and so does a
    /// machine that is shared.
    fn budget(&self, len: usize) -> Duration {
        Duration::from_millis(250) + Duration::from_micros(2) * len as u32
    }
}

fn check_tokens(text: &[u8]) -> Result<(), String> {
    let mut end = TextSize::new(0);
    let mut wrong = None;
    gossa_syntax::lex(text, |range| {
        if range.start() < end || usize::from(range.end()) > text.len() {
            wrong = Some(format!("token at {range:?}, after one that ends at {end:?}"));
        }
        end = range.end();
    });
    wrong.map_or(Ok(()), Err)
}

/// Checks that everything is where it says.
fn check_file(file: &File, text: &[u8]) -> Result<(), String> {
    let whole = TextRange::up_to(TextSize::new(text.len() as u32));
    let inside = |what: &str, range: TextRange| {
        if whole.contains_range(range) {
            Ok(())
        } else {
            Err(format!("{what} at {range:?} in a file of {} bytes", text.len()))
        }
    };
    if file.len != whole.end() {
        return Err(format!("length {:?} of a file of {} bytes", file.len, text.len()));
    }
    inside("package name", file.package_range)?;
    let ascending = |what: &str, ranges: &mut dyn Iterator<Item = TextRange>| {
        let mut before = TextSize::new(0);
        for range in ranges {
            inside(what, range)?;
            if range.start() < before {
                return Err(format!("{what} at {range:?} after one at {before:?}"));
            }
            before = range.start();
        }
        Ok(())
    };
    ascending("comment", &mut file.comments.iter().map(|comment| comment.range))?;
    ascending("directive", &mut file.directives.iter().map(|directive| directive.range))?;
    ascending("error", &mut file.errors.iter().map(|error| error.range))?;
    ascending("declaration", &mut file.decls.iter().map(|decl| decl.range))?;
    for decl in &file.decls {
        if file.comments.get(decl.doc.range()).is_none() {
            return Err(format!("documentation {:?} of declaration at {:?}", decl.doc, decl.range));
        }
        for tree in std::iter::once(&decl.header).chain(&decl.body) {
            check_tree(tree, decl.range)?;
        }
    }
    Ok(())
}

/// Checks that every node has a place in its declaration, and that every node that is reached
/// from the root is there and comes after its children.
fn check_tree(tree: &TreeWithSpans, decl: TextRange) -> Result<(), String> {
    let len = u32::from(decl.len());
    let TreeWithSpans { tree, spans } = tree;
    let lists: [(&str, &[Span], usize); 4] = [
        ("expression", &spans.exprs, tree.exprs.len()),
        ("statement", &spans.stmts, tree.stmts.len()),
        ("specification", &spans.specs, tree.specs.len()),
        ("signature", &spans.signatures, tree.signatures.len()),
    ];
    for (what, list, nodes) in lists {
        if list.len() != nodes {
            return Err(format!("{nodes} nodes and {} places of kind {what}", list.len()));
        }
        let wrong = list.iter().find(|span| {
            span.start > span.end || span.end > len || span.anchor < span.start || span.anchor > len
        });
        if let Some(span) = wrong {
            return Err(format!("{what} {span:?} in a declaration of {len} bytes at {decl:?}"));
        }
    }
    let mut nodes = Vec::new();
    tree.each_root(|_, node| nodes.push(node));
    let mut reached = 0usize;
    // A node is reached once, so more visits than nodes and fields mean a cycle.
    let most = 4 * (tree.exprs.len() + tree.stmts.len() + tree.specs.len() + tree.fields.len())
        + 4 * (tree.signatures.len() + tree.expr_lists.len() + tree.stmt_lists.len())
        + 16;
    while let Some(node) = nodes.pop() {
        reached += 1;
        if reached > most {
            return Err(format!("a cycle in the tree of the declaration at {decl:?}"));
        }
        tree.each_child(node, |_, child| nodes.push(child));
    }
    Ok(())
}
