//! Input that no one wrote for a compiler: broken encodings, enormous lines, extreme nesting,
//! sources broken at random. There is always a tree, in time and on an ordinary stack.

#![allow(clippy::disallowed_methods, reason = "tests read the Go distribution")]

#[path = "support/golang.rs"]
#[expect(dead_code, reason = "no oracle here")]
mod golang;
#[path = "support/invariants.rs"]
mod invariants;
#[path = "support/mutate.rs"]
mod mutate;

use gossa_syntax::{File, MAX_DEPTH, TreeRoot, parse, parse_str};
use std::fs;

/// Parses on a thread with the stack that threads have by default, and checks the tree.
fn parse_on_small_stack(text: String) -> File {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let file = parse(text.as_bytes());
        invariants::check(&file, text.as_bytes());
        file
    });
    thread.expect("a thread starts").join().expect("no panic")
}

fn messages(file: &File) -> Vec<&str> {
    file.errors.iter().map(|error| error.message.as_str()).collect()
}

/// `open` and `close` so many times around `inner`.
fn nest(open: &str, inner: &str, close: &str, times: usize) -> String {
    open.repeat(times) + inner + &close.repeat(times)
}

#[test]
fn extreme_nesting_is_one_error_at_its_place() {
    const TIMES: usize = 100_000;
    let cases = [
        format!("var x = {}", nest("(", "1", ")", TIMES)),
        format!("var x = {}", nest("- ", "1", "", TIMES)),
        format!("var x = {}", nest("!", "a", "", TIMES)),
        format!("var x = {}", nest("<-", "a", "", TIMES)),
        format!("var x = {}", nest("<-chan ", "a", "", TIMES)),
        format!("var x = {}", nest("f(", "1", ")", TIMES)),
        format!("var x = {}", nest("a[", "1", "]", TIMES)),
        format!("var x = {}", nest("T{", "1", "}", TIMES)),
        format!("var x = T{}", nest("{", "1", "}", TIMES)),
        format!("var x = {}", nest("func() { f(", "", ") }", TIMES)),
        format!("var x = {}", nest("1 + (", "1", ")", TIMES)),
        format!("var x = {}", nest("x.(func(a [", "1", "]int))", TIMES)),
        format!("type T {}", nest("[]", "int", "", TIMES)),
        format!("type T {}", nest("*", "int", "", TIMES)),
        format!("type T {}", nest("map[int]", "int", "", TIMES)),
        format!("type T {}", nest("chan ", "int", "", TIMES)),
        format!("type T {}", nest("func(", "int", ")", TIMES)),
        format!("type T {}", nest("struct { a ", "int", "}", TIMES)),
        format!("type T {}", nest("struct { a ", "int", "\n}", TIMES)),
        format!("type T {}", nest("interface { m(a ", "int", ") }", TIMES)),
        format!("type T {}", nest("a[", "int", "]", TIMES)),
        format!("type T[P {}] int", nest("interface {", "", "}", TIMES)),
        format!("type T[P * {}] int", nest("(", "C", ")", TIMES)),
        format!("func x() {}", nest("{", "", "}", TIMES)),
        format!("func x() {{ {} }}", nest("if a {", "", "}", TIMES)),
        format!("func x() {{ {} }}", nest("for {", "", "}", TIMES)),
        format!("func x() {{ {} }}", nest("switch { case a:", "", "}", TIMES)),
        format!("func x() {{ {} }}", nest("select { default:", "", "}", TIMES)),
        format!("func x() {{ {} }}", nest("a:", "", "", TIMES)),
        format!("func x({}) {{}}", nest("func(a ", "int", ")", TIMES)),
        format!("func x() {}", nest("func() (", "int", ")", TIMES)),
    ];
    for case in cases {
        let shown = case[..case.len().min(40)].to_owned();
        let text = format!("package p\n\nvar before int\n{case}\n\nfunc after() {{}}\n");
        let place = 26..26 + case.len();
        let file = parse_on_small_stack(text);
        assert_eq!(messages(&file), ["syntax error: exceeded max nesting depth"], "{shown}");
        assert!(place.contains(&usize::from(file.errors[0].range.start())), "{shown}");
        assert!(
            matches!(file.decls[1].header.tree.root, TreeRoot::Bad) || shown.contains("func x")
        );
        let last = file.decls.last().expect("declarations");
        assert!(
            matches!(last.header.tree.root, TreeRoot::Func { has_body: true, .. }),
            "{shown}: the next function is read"
        );
        assert_eq!(file.decls.len(), 3, "{shown}");
    }
}

#[test]
fn long_chains_are_one_error_at_their_place() {
    const TIMES: usize = 1_000_000;
    let cases = [
        format!("var x = 1{}", "+1".repeat(TIMES)),
        format!("var x = 1{}", "+1*2".repeat(TIMES)),
        format!("var x = a{}", ".b".repeat(TIMES)),
        format!("var x = a{}", "()".repeat(TIMES)),
        format!("var x = a{}", "[0]".repeat(TIMES)),
        format!("var x = a{}", "[:]".repeat(TIMES)),
        format!("var x = a{}", ".(T)".repeat(TIMES)),
        format!("type T[P A{}] int", "|A".repeat(TIMES)),
        format!("type T[P *A{}] int", "|A".repeat(TIMES)),
        format!("type T interface {{ A{} }}", "|A".repeat(TIMES)),
        format!("func x() {{ if a {{}}{} }}", " else if a {}".repeat(TIMES)),
        // Chains in chains, none of which is too long alone.
        format!("var x = {}", nest("(", "a", &(")".to_owned() + &".b".repeat(100)), 2000)),
        format!("var x = {}", nest("f(", "a", &(")".to_owned() + &"+1".repeat(100)), 2000)),
    ];
    for case in cases {
        let shown = case[..case.len().min(40)].to_owned();
        let text = format!("package p\n\nvar before int\n{case}\n\nfunc after() {{}}\n");
        let file = parse_on_small_stack(text);
        assert_eq!(messages(&file), ["syntax error: exceeded max nesting depth"], "{shown}");
        assert_eq!(file.decls.len(), 3, "{shown}");
    }
}

#[test]
fn what_is_long_but_not_deep_is_no_error() {
    let half = MAX_DEPTH as usize / 2;
    let cases = [
        format!("var x = 1{}", "+1".repeat(half)),
        format!("var x = f({})", "a.b + c.d, ".repeat(100_000)),
        format!("var x = []T{{{}}}", "{1, -2, f(x.y)},\n".repeat(100_000)),
        format!("var x = 1{}", "+ a.b.c.d".repeat(half)),
        format!("func x() {{ {} }}", "a.b().c().d()\n".repeat(100_000)),
        format!("func x() {{ if a {{}}{} }}", " else if a.b.c {}".repeat(half)),
        format!("func x() {{ switch {{ {} }} }}", "case a.b: c()\n".repeat(100_000)),
        format!("var x = {}", nest("(", "1", ")", half)),
        format!("type T struct {{ {} }}", "a, b [1]map[int]*T\n".repeat(100_000)),
    ];
    for case in cases {
        let shown = case[..case.len().min(40)].to_owned();
        let file = parse_on_small_stack(format!("package p\n{case}\n"));
        assert_eq!(messages(&file), [""; 0], "{shown}");
    }
}

#[test]
fn lines_of_ten_megabytes() {
    const LEN: usize = 10 << 20;
    let valid = [
        format!("package p\n// {}\nvar x int\n", "x".repeat(LEN)),
        format!("package p\nvar x = \"{}\"\n", "x".repeat(LEN)),
        format!("package p\nvar x{} int\n", "y".repeat(LEN)),
        format!("package p\nvar x = 1{}\n", "0".repeat(LEN)),
        format!("package p\nvar x = []int{{{}}}\n", "1, ".repeat(LEN / 3)),
        format!("package p\nfunc f() {{ {} }}\n", "f(); ".repeat(LEN / 5)),
        format!("package p\n{}var x int\n", " ".repeat(LEN)),
        format!("package p\n{}\nvar x int\n", "/**/".repeat(LEN / 4)),
    ];
    for text in valid {
        assert_eq!(messages(&parse_str(&text)), [""; 0], "{}", &text[..40]);
    }
    // However many errors a line has, the first ones count, and one of grammar.
    let broken = [
        format!("package p\nfunc f() {{ {} }}\n", ") ".repeat(LEN / 2)),
        format!("package p\nvar x = [{}\n", "] ".repeat(LEN / 2)),
        format!("package p\nvar x = {}\n", "'' ".repeat(LEN / 3)),
        format!("package p\n{}\n", "# ".repeat(LEN / 2)),
        format!("package p\nvar x = {}\n", "0x ".repeat(LEN / 3)),
        format!("package p\nfunc f({}) {{}}\n", "a b, c, ... , ".repeat(LEN / 14)),
    ];
    for text in broken {
        let file = parse_str(&text);
        let messages = messages(&file);
        let of_grammar = messages.iter().filter(|message| message.starts_with("syntax error"));
        assert!(of_grammar.count() <= 1 && messages.len() <= 10, "{}: {messages:?}", &text[..40]);
        assert!(!messages.is_empty(), "{}", &text[..40]);
    }
}

#[test]
fn any_bytes_give_a_tree() {
    let cases: [&[u8]; 12] = [
        b"",
        b"\n",
        b"\xef\xbb\xbf",
        b"\0",
        b"\xff\xfe",
        b"package",
        b"package p",
        b"package p\nfunc",
        b"package p\nvar x = \"",
        b"package p\nvar x = '\\",
        b"package p /*",
        b"package p\nvar x = \"\\",
    ];
    for text in cases {
        let file = parse(text);
        invariants::check(&file, text);
        assert_eq!(file.errors.is_empty(), text == b"package p", "{text:?}: {:?}", file.errors);
    }
    let mut random = mutate::Random::new(1);
    for _ in 0..2000 {
        let len = random.below(200);
        let mut text = b"package p\n".to_vec();
        text.extend((0..len).map(|_| random.below(256) as u8));
        invariants::check(&parse(&text), &text);
    }
}

#[test]
fn broken_sources_keep_the_invariants() {
    let files = golang::go_files(&golang::goroot().join("src"));
    let mut random = mutate::Random::new(2);
    let mut variants = 0;
    while variants < 4000 {
        let text = fs::read(&files[random.below(files.len())]).expect("the file is readable");
        if text.len() > 50_000 {
            continue;
        }
        let variant = mutate::mutate(&text, &mut random, 5);
        let file = parse(&variant);
        invariants::check(&file, &variant);
        assert_eq!(file, parse(&variant), "parsing twice gives the same");
        variants += 1;
    }
}

#[test]
fn sound_sources_keep_the_invariants() {
    let files = golang::go_files(&golang::goroot().join("src"));
    for path in files.iter().step_by(5) {
        let text = fs::read(path).expect("the file is readable");
        let file = parse(&text);
        assert_eq!(messages(&file), [""; 0], "{}", path.display());
        invariants::check(&file, &text);
    }
}
