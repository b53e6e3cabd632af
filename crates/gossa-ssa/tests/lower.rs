//! Lowered Go, as text: every fixture of `testdata/ssa` is checked, lowered, verified, read back,
//! and compared with the snapshot beside it.

#![allow(clippy::disallowed_methods)]

#[path = "../examples/lower_all/world.rs"]
mod world;

use gossa_base::FxHashSet;
use gossa_ssa::build::{for_each_callee, for_each_converted_method, lower};
use gossa_ssa::{Body, FuncId, FuncKey, Inst, Lowered, print, read, verify_lowered};
use gossa_types::{DeclId, EnvResolver, PackageId, TypeEnv, TypeList};
use std::path::Path;
use world::{Source, World};

fn check(texts: &[&str]) -> World {
    let texts: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let mut world = World::default();
    let errors = world.add(&Source {
        path: "p",
        name: "p",
        texts: &texts,
        imports: Default::default(),
        version: (1, 27),
        standard: false,
    });
    assert!(errors.is_empty(), "{errors:#?}");
    world
}

/// All functions of the package in source order, then the instances that they need by name.
fn lower_package(world: &World) -> Vec<Lowered> {
    let package = PackageId::new("p");
    let decls = world.package(package).expect("the package");
    let mut functions: Vec<FuncId> = decls
        .func_order
        .iter()
        .filter(|func| decls.funcs[func].has_body && decls.funcs[func].type_params.is_empty())
        .map(|&func| FuncId::declared(func))
        .collect();
    let initializers = decls.initializers.iter().filter_map(|init| init.lhs.first());
    functions.extend(initializers.map(|&var| FuncId::new(FuncKey::VarInit(var))));
    if !decls.initializers.is_empty() {
        functions.push(FuncId::new(FuncKey::PackageInit(package)));
    }
    let mut known: FxHashSet<FuncId> = functions.iter().copied().collect();
    let mut all = Vec::new();
    while !functions.is_empty() {
        let lowered: Vec<Lowered> =
            functions.iter().filter_map(|&func| lower(world, func)).collect();
        let mut wanted = Vec::new();
        for lowered in &lowered {
            let mut want = |func: FuncId| {
                let generic = matches!(func.key(), FuncKey::Decl { args, .. } if !args.is_empty());
                if generic && known.insert(func) {
                    wanted.push(func);
                }
            };
            for_each_callee(lowered, &mut want);
            for_each_converted_method(world, lowered, &mut want);
        }
        wanted.sort_by_cached_key(ToString::to_string);
        all.extend(lowered);
        functions = wanted;
    }
    all
}

fn verified(world: &World, lowered: &Lowered) {
    let resolver = EnvResolver::new(world, None);
    let text = print(&lowered.bodies);
    let violations = verify_lowered(&lowered.bodies, Some(&resolver));
    assert!(violations.is_empty(), "{violations:#?}\n{text}");
    match read(&text) {
        Ok(again) => assert!(again[..] == lowered.bodies[..], "reads back differently:\n{text}"),
        Err(error) => panic!("{error}\n{text}"),
    }
}

#[test]
fn fixtures_are_lowered_as_their_snapshots_say() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/ssa");
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
        snapshot_path => &directory,
    }, {
        insta::glob!(&directory, "*.go", |path| {
            let text = std::fs::read_to_string(path).expect("a fixture");
            let world = check(&[&text]);
            let mut out = String::new();
            for lowered in lower_package(&world) {
                verified(&world, &lowered);
                out.push_str(&print(&lowered.bodies));
            }
            insta::assert_snapshot!(out);
        });
    });
}

fn lowered(text: &str, name: &str) -> Vec<Body> {
    let world = check(&[text]);
    let decl = DeclId::top_level(PackageId::new("p"), gossa_base::Name::new(name));
    let lowered = lower(&world, FuncId::declared(decl)).expect("a body");
    verified(&world, &lowered);
    lowered.bodies.to_vec()
}

fn count(body: &Body, is: impl Fn(&Inst) -> bool) -> usize {
    body.insts.iter().filter(|inst| is(inst)).count()
}

#[test]
fn a_constant_table_is_one_instruction_whatever_its_size() {
    let rows: String = (0..100_000).map(|n| format!("{{{n}, \"r{n}\"}},\n")).collect();
    let text = format!(
        "package p\ntype row struct{{ n int; s string }}\nfunc f() []row {{ return []row{{\n{rows}}} }}"
    );
    let bodies = lowered(&text, "f");
    assert_eq!(bodies[0].insts.len(), 2);
}

#[test]
fn deep_nesting_and_long_chains_do_not_overflow_the_stack() {
    let depth = 4_000;
    let parens = format!("{}n{}", "f(".repeat(depth), ")".repeat(depth));
    let sum = vec!["n"; depth].join(" + ");
    let ands = vec!["n > 0"; depth].join(" && ");
    let mut ifs = String::new();
    for _ in 0..depth {
        ifs.push_str("if n > 1 { n-- }\n");
    }
    let text = format!(
        "package p\nfunc f(n int) int\nfunc g(n int) int {{\n{ifs}\nif {ands} {{ return {sum} }}\n\
         return {parens} }}"
    );
    let bodies = lowered(&text, "g");
    assert_eq!(count(&bodies[0], |inst| matches!(inst, Inst::Call(_))), depth);
}

#[test]
fn a_block_with_many_predecessors_costs_time_in_proportion() {
    let cases: String = (0..20_000).map(|n| format!("case {n}: x = {n}\n")).collect();
    let text =
        format!("package p\nfunc f(n int) int {{ x := -1\nswitch n {{\n{cases}}}\nreturn x }}");
    let bodies = lowered(&text, "f");
    assert_eq!(count(&bodies[0], |inst| matches!(inst, Inst::Branch { .. })), 20_000);
}

#[test]
fn instances_that_grow_without_end_stop() {
    let text = "package p\ntype box[T any] struct{ v T }\n\
                func grow[T any](x T, n int) { if n > 0 { grow(box[T]{x}, n-1) } }\n\
                func start() { grow(1, 3) }";
    let mut world = World::default();
    let texts = [text.as_bytes().to_vec()];
    // The compiler rejects the cycle; what remains is lowered all the same.
    world.add(&Source {
        path: "p",
        name: "p",
        texts: &texts,
        imports: Default::default(),
        version: (1, 27),
        standard: false,
    });
    let all = lower_package(&world);
    assert!(all.len() < 40, "{} instances", all.len());
}

#[test]
fn erroneous_code_becomes_holes() {
    let texts = [
        "package p\nfunc f() int { return undefined(1) + missing.x }",
        "package p\nfunc f() { var x T; x.y = 1; x.z()\nfor a, b := range x { _ = a; _ = b } }",
        "package p\nfunc f() int { goto nowhere; break; continue; return 1, 2 }",
        "package p\nfunc f(x int) { switch y := x.(type) { case int: _ = y } ; x() ; x = nil }",
        "package p\nfunc f() (a, b int) { a, b, c := 1, 2; return }",
        "package p\nfunc f() { defer 1; go f; select { case 3: } ; }",
        "package p\nfunc f() { L: for { func() { break L; goto L }() } }",
        "package p\nfunc f() int { }",
    ];
    for text in texts {
        let bytes = [text.as_bytes().to_vec()];
        let mut world = World::default();
        let errors = world.add(&Source {
            path: "p",
            name: "p",
            texts: &bytes,
            imports: Default::default(),
            version: (1, 27),
            standard: false,
        });
        assert!(!errors.is_empty(), "{text}");
        let decl = DeclId::top_level(PackageId::new("p"), gossa_base::Name::new("f"));
        if let Some(lowered) = lower(&world, FuncId::declared(decl)) {
            verified(&world, &lowered);
        }
    }
}

#[test]
fn what_has_no_body_is_not_lowered() {
    let world = check(&["package p\nfunc f()\nfunc g[T any](x T) {}"]);
    let decl = |name: &str| DeclId::top_level(PackageId::new("p"), gossa_base::Name::new(name));
    assert!(lower(&world, FuncId::declared(decl("f"))).is_none());
    assert!(lower(&world, FuncId::declared(decl("g"))).is_none(), "without type arguments");
    assert!(lower(&world, FuncId::declared(decl("nothing"))).is_none());
    let int = TypeList::new(&[gossa_types::TypeId::basic(gossa_types::BasicKind::Int)]);
    let instance = FuncId::new(FuncKey::Decl { decl: decl("g"), args: int });
    assert!(lower(&world, instance).is_some());
}

#[test]
fn lowering_twice_gives_equal_bodies() {
    let text = "package p\nfunc f(s []int) func() int { n := 0\nfor _, v := range s { if v > 0 { n += v } }\n\
                return func() int { n++; return n } }";
    assert!(lowered(text, "f") == lowered(text, "f"));
}

/// A small generator of numbers, so that failures repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// The words and symbols of a text, white space between them kept apart.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let kind = (c.is_alphanumeric() || c == '_', c.is_whitespace());
        match pieces.last_mut() {
            Some(piece) if last == Some(kind) && (kind.0 || kind.1) => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = Some(kind);
    }
    pieces
}

fn mutated(text: &str, random: &mut Random) -> String {
    let mut pieces = pieces(text);
    for _ in 0..=random.below(3) {
        let at = random.below(pieces.len());
        let other = pieces[random.below(pieces.len())].clone();
        match random.below(4) {
            0 => pieces[at].clear(),
            1 => pieces[at] = other,
            2 => pieces.insert(at, other),
            _ => {
                let end = (at + random.below(6)).min(pieces.len());
                pieces.drain(at..end);
            }
        }
    }
    pieces.concat()
}

#[test]
fn broken_programs_are_lowered_to_well_formed_bodies() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/ssa");
    let mut fixtures: Vec<_> = std::fs::read_dir(directory)
        .expect("the fixtures")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "go"))
        .collect();
    fixtures.sort();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for path in fixtures {
        let text = std::fs::read_to_string(&path).expect("a fixture");
        for _ in 0..150 {
            let text = mutated(&text, &mut random);
            let mut world = World::default();
            world.add(&Source {
                path: "p",
                name: "p",
                texts: &[text.clone().into_bytes()],
                imports: Default::default(),
                version: (1, 27),
                standard: false,
            });
            for lowered in lower_package(&world) {
                let resolver = EnvResolver::new(&world, None);
                let violations = verify_lowered(&lowered.bodies, Some(&resolver));
                assert!(
                    violations.is_empty(),
                    "{violations:#?}\n{}\n{text}",
                    print(&lowered.bodies)
                );
            }
        }
    }
}
