//! What holds for the tree of any bytes.

use gossa_base::TextRange;
use gossa_syntax::walk::AnyNode;
use gossa_syntax::{File, Span, TreeWithSpans};

/// Panics unless `file`, parsed from `text`, keeps all promises that do not depend on what
/// `text` is.
pub(crate) fn check(file: &File, text: &[u8]) {
    let whole = TextRange::new(0.into(), (text.len() as u32).into());
    let mut last = 0.into();
    for decl in &file.decls {
        assert!(whole.contains_range(decl.range), "declaration {:?} in {whole:?}", decl.range);
        assert!(last <= decl.range.start(), "declarations in order at {:?}", decl.range);
        last = decl.range.end();
        assert!(decl.doc.range().end <= file.comments.len(), "doc comments exist");
        let len = decl.range.len().into();
        for part in std::iter::once(&decl.header).chain(&decl.body) {
            check_tree(part, len, file.errors.is_empty());
        }
    }
    let mut last = 0.into();
    for comment in &file.comments {
        assert!(whole.contains_range(comment.range), "comment {:?}", comment.range);
        assert!(last <= comment.range.start(), "comments in order at {:?}", comment.range);
        last = comment.range.end();
    }
    let mut last = None;
    let mut syntax_error = None;
    for error in &file.errors {
        assert!(whole.contains_range(error.range), "error {:?}", error.range);
        let before = &text[..usize::from(error.range.start())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count();
        let place = Some((error.range.start(), &error.message));
        assert!(last <= place, "errors in order: {error} at {:?}", error.range);
        last = place;
        if error.message.starts_with("syntax error") {
            assert!(syntax_error < Some(line), "one a line: {error} at {:?}", error.range);
            syntax_error = Some(line);
        }
    }
}

/// Each node is reached once from the root, after which it lies in the arena, and within its
/// place; nothing in the arenas is unreachable in a tree without errors.
fn check_tree(part: &TreeWithSpans, len: u32, valid: bool) {
    let TreeWithSpans { tree, spans } = part;
    assert_eq!(tree.exprs.len(), spans.exprs.len());
    assert_eq!(tree.stmts.len(), spans.stmts.len());
    assert_eq!(tree.specs.len(), spans.specs.len());
    assert_eq!(tree.signatures.len(), spans.signatures.len());
    let mut seen_exprs = vec![false; tree.exprs.len()];
    let mut seen_stmts = vec![false; tree.stmts.len()];
    let whole = Span { start: 0, end: len, anchor: 0 };
    let mut rest: Vec<(AnyNode, Span)> = Vec::new();
    tree.each_root(|_, node| rest.push((node, whole)));
    while let Some((node, parent)) = rest.pop() {
        let span = spans.span(node).unwrap_or(parent);
        assert!(
            parent.start <= span.start && span.start <= span.end && span.end <= parent.end,
            "{node:?} at {span:?} lies in {parent:?}",
        );
        assert!(span.anchor <= len, "the anchor of {node:?} at {span:?}");
        match node {
            AnyNode::Expr(id) => assert!(!std::mem::replace(&mut seen_exprs[id.index()], true)),
            AnyNode::Stmt(id) => assert!(!std::mem::replace(&mut seen_stmts[id.index()], true)),
            _ => {}
        }
        tree.each_child(node, |_, child| {
            assert!(precedes(child, node), "{child:?} before its parent {node:?}");
            rest.push((child, span));
        });
    }
    if valid {
        assert!(seen_exprs.iter().chain(&seen_stmts).all(|&seen| seen), "unreachable nodes");
    }
}

fn precedes(child: AnyNode, parent: AnyNode) -> bool {
    match (child, parent) {
        (AnyNode::Expr(child), AnyNode::Expr(parent)) => child < parent,
        (AnyNode::Stmt(child), AnyNode::Stmt(parent)) => child < parent,
        _ => true,
    }
}
