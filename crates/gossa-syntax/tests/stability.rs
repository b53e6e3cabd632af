//! What an edit leaves equal: the incremental stages compare trees and spans to stop where
//! nothing changed for them.

use gossa_syntax::{Decl, File, parse_str};

const BEFORE: &str = "package p\n\nfunc first() { x := 1 }\n\n// Doc.\nfunc (t *T) second(a, b int) \
                      (s string) {\n\treturn f(a, \"text\") + `raw`[b:]\n}\n\ntype third struct{ \
                      x int }\n";

fn last(file: &File, from_end: usize) -> &Decl {
    &file.decls[file.decls.len() - 1 - from_end]
}

#[test]
fn an_edit_above_leaves_trees_and_spans_equal() {
    let before = parse_str(BEFORE);
    let edits = [
        BEFORE.replace("// Doc.", "// Doc.\n// More of it."),
        BEFORE.replace("// Doc.\n", ""),
        BEFORE.replace("x := 1", "y, z := g(2), []int{3}; _ = y"),
        BEFORE.replace("package p\n", "// License.\n\npackage p\n\nimport \"fmt\"\n"),
        BEFORE.replace("func first", "var new = 1\n\nfunc first"),
        BEFORE.replace("x := 1", "x := 1 +"),
    ];
    for edit in edits {
        let after = parse_str(&edit);
        for from_end in 0..2 {
            let (old, new) = (last(&before, from_end), last(&after, from_end));
            assert_eq!(old.header, new.header, "{edit}");
            assert_eq!(old.body, new.body, "{edit}");
        }
    }
}

#[test]
fn white_space_inside_leaves_the_tree_equal() {
    let before = parse_str(BEFORE);
    let edit = BEFORE.replace("return f(a, ", "// why\n\treturn f( a,\n\t\t");
    let after = parse_str(&edit);
    let (old, new) = (last(&before, 1), last(&after, 1));
    assert_eq!(old.header, new.header);
    let (old, new) = (old.body.as_ref().expect("a body"), new.body.as_ref().expect("a body"));
    assert_eq!(old.tree, new.tree);
    assert_ne!(old.spans, new.spans);
}

#[test]
fn an_edit_of_the_body_leaves_the_header_equal() {
    let before = parse_str(BEFORE);
    let after = parse_str(&BEFORE.replace("[b:]", "[b:b+1]"));
    let (old, new) = (last(&before, 1), last(&after, 1));
    assert_eq!(old.header, new.header);
    assert_ne!(old.body, new.body);
}
