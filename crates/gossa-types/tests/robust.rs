//! Whatever the input: no panic, no endless loop. Mutated standard-library files, and programs
//! that are nested or chained beyond anything a person writes.
//!
//! Needs Go 1.27 or newer, found through `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search
//! path. `GOSSA_TEST_MUTATIONS` says how many mutants are checked, `GOSSA_TEST_PACKAGES` of which
//! packages' files.
#![allow(clippy::disallowed_methods, reason = "reads Go's own files")]

mod support;

use gossa_base::FxHashMap;
use gossa_types::testing::{SimpleEnv, check_texts};

/// A small generator of pseudo-random numbers: the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// The text with some of its words dropped, doubled, swapped, or replaced by others of its words.
fn mutate(text: &str, random: &mut Random) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if is_word(first) {
            rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    for _ in 0..1 + random.below(6) {
        let at = random.below(words.len());
        let other = random.below(words.len());
        match random.below(4) {
            0 => {
                words.remove(at);
            }
            1 => words.insert(at, words[at]),
            2 => words.swap(at, other),
            _ => words[at] = words[other],
        }
    }
    words.concat()
}

#[test]
fn mutants_are_checked_to_the_end() {
    let root = support::goroot();
    let mutations: usize = std::env::var("GOSSA_TEST_MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(300);
    let packages = std::env::var("GOSSA_TEST_PACKAGES")
        .unwrap_or_else(|_| "slices,maps,strconv,sort,container/list,iter,text/scanner".to_owned());
    let packages: Vec<&str> = packages.split(',').collect();
    let mut env = SimpleEnv::default();
    // The files of each package: one is mutated, the others stay.
    let mut sources: Vec<Vec<(String, String)>> = Vec::new();
    support::check_listing(&mut env, &support::list(&root, &packages), |_, checked| {
        if packages.contains(&checked.path.as_str()) {
            let files = checked.names.iter().zip(&checked.texts).map(|(name, text)| {
                let text = String::from_utf8_lossy(text).into_owned();
                (format!("{}/{name}", checked.path), text)
            });
            sources.push(files.collect());
        }
    });
    let imports = env
        .packages
        .keys()
        .map(|&id| (gossa_base::Name::new(id.path()), id))
        .collect::<FxHashMap<_, _>>();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for number in 0..mutations {
        let package = &sources[random.below(sources.len())];
        let chosen = random.below(package.len());
        let mutant = mutate(&package[chosen].1, &mut random);
        let files = package.iter().enumerate().map(|(index, (name, text))| {
            let text = if index == chosen { &mutant } else { text };
            (name.clone(), text.clone().into_bytes())
        });
        let start = std::time::Instant::now();
        let checked = support::check(&mut env, "mutant", files.collect(), &imports, (1, 27), false);
        let _ = checked.report();
        env.packages.remove(&gossa_types::PackageId::new("mutant"));
        let seconds = start.elapsed().as_secs();
        let name = &package[chosen].0;
        assert!(seconds < 20, "mutant {number} of {name} took {seconds} s:\n{mutant}");
    }
}

fn error_count(text: &str) -> usize {
    let env = SimpleEnv::default();
    let checked = check_texts(&env, "p", &[text]);
    let bodies: usize = checked.bodies.iter().map(|(_, body)| body.errors.len()).sum();
    checked.decls.errors.len() + bodies
}

/// Runs `check` on a small stack, as worker threads have.
fn on_small_stack(check: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(check)
        .expect("a thread")
        .join()
        .expect("no overflow");
}

#[test]
fn long_chains_end() {
    on_small_stack(|| {
        // The parser ends expressions that nest 10,000 deep, chains included, as Go does.
        let sum = vec!["x"; 9_000].join(" + ");
        assert_eq!(error_count(&format!("package p\nfunc f(x int) int {{ return {sum} }}")), 0);
        let text = vec!["\"x\""; 9_000].join(" + ");
        assert_eq!(error_count(&format!("package p\nconst c = {text}\nvar _ = c")), 0);
        let untyped = vec!["1"; 4_000].join(" << s + ");
        assert_eq!(error_count(&format!("package p\nvar s uint\nvar v int64 = {untyped}")), 0);
        let cases: String = (0..5_000).map(|i| format!("if x == {i} {{}} else ")).collect();
        let text = format!("package p\nfunc f(x int) {{ {cases} {{}} }}");
        assert_eq!(error_count(&text), 0);
        let aliases: String = (0..20_000).map(|i| format!("type t{i} = t{}\n", i + 1)).collect();
        assert_eq!(error_count(&format!("package p\n{aliases}type t20000 int")), 0);
        let consts: String = (0..20_000).map(|i| format!("const c{i} = c{}\n", i + 1)).collect();
        assert_eq!(error_count(&format!("package p\n{consts}const c20000 = 1")), 0);
    });
}

#[test]
fn deep_nesting_ends() {
    on_small_stack(|| {
        let nested = |open: &str, middle: &str, close: &str, depth: usize| {
            format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
        };
        let depth = 3_000;
        for expr in [
            nested("(", "x", ")", depth),
            nested("-(", "x", ")", depth),
            nested("f(", "x", ")", depth),
            nested("[]any{", "x", "}", depth),
            nested("func() any { return ", "x", "}()", depth),
            nested("struct{ f any }{", "x", "}", depth),
        ] {
            let text =
                format!("package p\nfunc f(x any) any {{ _ = {expr}; return x }}\nvar x = 1");
            let _ = error_count(&text);
        }
        for ty in [
            nested("[]", "int", "", depth),
            nested("*", "int", "", depth),
            nested("map[string]", "int", "", depth),
            nested("func(", "int", ")", depth),
            nested("struct{ f ", "int", " }", depth),
            nested("interface{ m(", "int", ") }", depth),
        ] {
            let _ = error_count(&format!("package p\nvar v {ty}\nvar w = v\nvar _ = v == w"));
        }
        for body in [
            nested("{", "", "}", depth),
            nested("for {", "", "}", depth),
            nested("if true {", "", "}", depth),
            nested("switch { case true: ", "", "}", depth),
            nested("func() {", "", "}()", depth),
        ] {
            let _ = error_count(&format!("package p\nfunc f() {{ {body} }}"));
        }
    });
}

#[test]
fn types_that_expand_without_end_are_left() {
    for text in [
        "package p\ntype T[P any] struct { f *T[*P] }\nvar v T[int]\nvar _ = v.f.f.f",
        "package p\ntype T[P any] struct { f T[*P] }\nvar v T[int]\nvar _ = v == v",
        "package p\ntype T[P any] struct { T[[]P] }\nvar v T[int]\nvar _ = v.x",
        "package p\ntype A [2]B\ntype B struct { a A }\nvar v A\nvar _ = v == v",
        "package p\ntype I interface { J; m() }\ntype J interface { I; n() }\nvar v I\nvar _ J = v",
        "package p\nfunc f[P any](n int) { f[*P](n - 1) }\nfunc g() { f[int](1) }",
        "package p\ntype T[P T[P]] struct{}\ntype U[P interface{ *U[P] }] struct{}",
        "package p\ntype A = []A\ntype B = map[string]*B\ntype C[P any] = *C[P]",
        "package p\nvar x = y\nvar y = z()\nfunc z() int { return x }\nvar v [len(v)]int",
        "package p\nimport \"unsafe\"\ntype T struct { a [unsafe.Sizeof(T{})]int }\nvar _ = T{}.a",
    ] {
        let _ = error_count(text);
    }
}
