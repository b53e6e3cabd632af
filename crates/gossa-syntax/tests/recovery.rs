//! What is read in spite of errors: the declarations after a broken one, the statements after a
//! broken one, the parts that the header-only parse is for.

use gossa_syntax::{DeclKeyword, DirectiveKind, File, Spec, Stmt, TreeRoot, parse, parse_imports};

/// The names of a file's declarations.
fn names(file: &File) -> Vec<&'static str> {
    let mut names = Vec::new();
    for decl in &file.decls {
        let tree = &decl.header.tree;
        match tree.root {
            TreeRoot::Func { name, .. } => names.extend(tree.name(name)),
            TreeRoot::Gen { specs, .. } => {
                for spec in &tree[specs] {
                    match *spec {
                        Spec::Value { names: list, .. } => {
                            names.extend(tree[list].iter().filter_map(|&name| tree.name(name)));
                        }
                        Spec::Type { name, .. } => names.extend(tree.name(name)),
                        Spec::Import { .. } => {}
                    }
                }
            }
            TreeRoot::Body(_) | TreeRoot::Bad => {}
        }
    }
    names.into_iter().map(gossa_base::Name::as_str).collect()
}

#[test]
fn a_broken_declaration_spoils_no_other() {
    let broken = [
        "func a() {\n\tif x {\n\t\ty()\n",
        "func a() {\n\tf(1, 2\n",
        "func a() {\n\tx := []int{1,\n\n",
        "func a() {\n\tx := 1 +\n}\n",
        "func a() {\n\tswitch x {\n\tcase 1\n",
        "func a() {\n\tselect {\n\tx:\n",
        "func a() {\n\tfor i := range 10\n}\n",
        "func a() {\n\treturn func() {\n",
        "func a( {\n}\n",
        "func a() (int, {\n}\n",
        "func a()) {\n}\n",
        "func a() {\n)\n}\n",
        "func a() {}}\n",
        "type a struct {\n\tx int\n",
        "type a interface {\n\tM(\n",
        "type a [P any\n",
        "var a = []int{1, 2\n",
        "var a = f(\n",
        "var a = )\n",
        "const a = (1 + 2\n",
        "const (\n\ta = 1\n",
        "func (r *a\n",
    ];
    for text in broken {
        let text = format!("package p\n\n{text}\nfunc b() {{}}\n\nfunc (t T) c() {{}}\n");
        let file = parse(text.as_bytes());
        assert!(!file.errors.is_empty(), "{text}");
        let names = names(&file);
        assert!(names.ends_with(&["b", "c"]), "{names:?} in\n{text}\n{:?}", file.errors);
        let first = &file.decls[0];
        assert!(usize::from(first.range.end()) <= text.find("func b").expect("it is there"));
    }
}

#[test]
fn function_literals_at_the_start_of_a_line_are_no_declarations() {
    let text = "package p\nfunc a() {\nfunc() {}()\nfunc(x int) error {\nreturn nil\n}(1)\nx :=\n\
                func(T) (f int) { return 1 }\n_ = x\n}\nfunc b() {}\n";
    let file = parse(text.as_bytes());
    assert!(file.errors.is_empty(), "{:?}", file.errors);
    assert_eq!(names(&file), ["a", "b"]);
}

#[test]
fn statements_after_a_broken_one_are_read() {
    let text = "package p\nfunc f() {\n\tx := )\n\ta b\n\tvar y ]\n\tz()\n\treturn\n}\n";
    let file = parse(text.as_bytes());
    assert_eq!(file.errors.len(), 3, "{:?}", file.errors);
    let body = file.decls[0].body.as_ref().expect("a body");
    let TreeRoot::Body(block) = body.tree.root else { panic!("not a body") };
    let Stmt::Block(list) = body.tree[block] else { panic!("not a block") };
    let kinds: Vec<_> = body.tree[list].iter().map(|&stmt| body.tree[stmt]).collect();
    assert!(
        matches!(kinds[..], [Stmt::Assign { .. }, Stmt::Expr(_), Stmt::Decl { .. }, ..]),
        "{kinds:?}"
    );
    assert!(matches!(kinds.last(), Some(Stmt::Return(_))), "{kinds:?}");
}

#[test]
fn header_parse_stops_at_the_first_declaration() {
    let text = "//go:build linux\n\n// Package p.\npackage p\n\nimport \"a\"\nimport (\n\tb \"c\"\n)\n\n\
                // doc\nvar x = (\n";
    let file = parse_imports(text.as_bytes());
    assert!(file.errors.is_empty(), "{:?}", file.errors);
    assert_eq!(file.package.map(gossa_base::Name::as_str), Some("p"));
    let whole = parse(text.as_bytes());
    assert_eq!(whole.errors.len(), 1);
    assert_eq!(file.decls[..], whole.decls[..2]);
    assert!(matches!(file.directives[0].kind, DirectiveKind::Build { .. }));
    let is_import = |tree: &gossa_syntax::Tree| {
        matches!(tree.root, TreeRoot::Gen { keyword: DeclKeyword::Import, .. })
    };
    assert!(file.decls.iter().all(|decl| is_import(&decl.header.tree)));
}

#[test]
fn comments_are_found_by_position() {
    let text = "package p\n\n/*\n#include <a.h>\n*/\n// int b;\nimport \"C\"\n\nimport (\n\t// static\n\
                \t\"C\" // why\n)\n\ntype T struct {\n\tx int // count\n\n\t// doc\n\ty int\n}\n";
    let file = parse(text.as_bytes());
    let bytes = text.as_bytes();
    let at = |needle: &str| (text.find(needle).expect("it is there") as u32).into();
    let preamble = &file.comments[file.decls[0].doc.range()];
    assert_eq!(File::comment_text(bytes, preamble), "\n#include <a.h>\n\n int b;\n");
    let second = file.doc_at(bytes, at("\"C\" // why"));
    assert_eq!(File::comment_text(bytes, second), " static\n");
    let after = file.comment_after(bytes, at(" // count")).expect("a comment");
    assert_eq!(&text[std::ops::Range::<usize>::from(after.range)], "// count");
    assert_eq!(File::comment_text(bytes, file.doc_at(bytes, at("y int"))), " doc\n");
    assert!(file.doc_at(bytes, at("x int")).is_empty());
    assert_eq!(file.comments_in(file.decls[2].range).len(), 2);
}
