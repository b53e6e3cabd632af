//! Relations between types end on programs whose types expand without end or share parts so
//! that they are exponentially large. Such programs are invalid or absurd, but they are input.

use gossa_base::{FxHashMap, Name};
use gossa_types::assignable::{assignable, convertible};
use gossa_types::check::{PackageInput, check_package, item_tree};
use gossa_types::identical::identical;
use gossa_types::implements::implements;
use gossa_types::infer::{InferArg, infer_call};
use gossa_types::lookup::{LookupResult, lookup_field_or_method, method_set};
use gossa_types::predicates::comparable;
use gossa_types::print::type_string;
use gossa_types::sizes::Sizes;
use gossa_types::underlying::type_set;
use gossa_types::{
    DeclId, EnvResolver, LocalDecls, PackageDecls, PackageId, Resolver, Target, TypeEnv, TypeId,
    TypeKind,
};
use std::fmt::Write as _;
use std::sync::Arc;

struct OnePackage(Option<PackageDecls>);

impl TypeEnv for OnePackage {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        self.0.as_ref().filter(|package| package.id == id)
    }
    fn local_decls(&self, _: DeclId) -> Option<&LocalDecls> {
        None
    }
    fn target(&self) -> Target {
        Target::for_arch("amd64")
    }
}

fn check(text: &str) -> OnePackage {
    let file = gossa_syntax::parse(text.as_bytes());
    assert!(file.errors.is_empty(), "{:?}", file.errors);
    let files = [Arc::new(item_tree(&file, text.as_bytes()))];
    let input = PackageInput {
        id: PackageId::new("p"),
        name: Name::new("p"),
        files: &files,
        imports: &FxHashMap::default(),
        go_version: (1, 27),
        standard: false,
        cgo: None,
    };
    OnePackage(Some(check_package(&input, &OnePackage(None))))
}

fn variable(env: &OnePackage, name: &str) -> TypeId {
    let package = env.0.as_ref().expect("checked");
    package.vars[&DeclId::top_level(package.id, Name::new(name))].ty
}

/// Asks everything of two types.
fn relate(r: &dyn Resolver, a: TypeId, b: TypeId) {
    let _ = identical(r, a, b);
    let _ = assignable(r, a, None, b);
    let _ = convertible(r, a, None, b);
    let _ = implements(r, a, b);
    let _ = comparable(r, a);
    let _ = type_set(r, a);
    let _ = Sizes::new(r).size(a);
    let _ = method_set(r, a);
    for name in ["x", "M"] {
        let _ = lookup_field_or_method(r, a, true, PackageId::new("p"), Name::new(name));
    }
    assert!(type_string(r, a).len() < 1 << 20);
}

#[test]
fn types_that_expand_without_end() {
    let env = check(
        "package p
        type T[P any] struct { *T[*P] }
        type U[P any] struct { *U[[1]P]; *U[[2]P] }
        type V[P any] struct { a V[[1]P]; b V[[2]P] }
        type I[P any] interface { M(I[*P]) I[[]P] }
        type J[P any] interface { J[[1]P]; J[[2]P] }
        var t T[int]; var u U[int]; var v V[int]; var i I[int]; var j J[int]
        var i2 interface{ M(I[*int]) I[[]int] }
        var t2 T[string]; var u2 U[string]; var v2 V[string]; var j2 J[string]",
    );
    let r = EnvResolver::new(&env, None);
    let names = ["t", "u", "v", "i", "j", "i2", "t2", "u2", "v2", "j2"];
    for a in names {
        for b in names {
            relate(&r, variable(&env, a), variable(&env, b));
        }
    }
}

#[test]
fn types_that_share_parts_are_not_unfolded() {
    // Each level has two of the level before: 2^40 leaves.
    let mut text = "package p\ntype E interface{ e() }\ntype F interface{ f() }\n".to_owned();
    for (kind, leaf) in [("A", "interface{ E; F }"), ("B", "interface{ F; E }")] {
        let _ = writeln!(text, "type {kind}0 = struct{{ x {leaf} }}");
        for level in 1..40 {
            let before = level - 1;
            let _ = writeln!(text, "type {kind}{level} = struct{{ x, y {kind}{before} }}");
        }
        let _ = writeln!(text, "var {kind} {kind}39");
    }
    let env = check(&text);
    let r = EnvResolver::new(&env, None);
    let (a, b) = (variable(&env, "A"), variable(&env, "B"));
    assert!(identical(&r, a, b), "they differ in the order of embedded interfaces only");
    assert_eq!(Sizes::new(&r).size(a), Some(16 << 39));
    let field = lookup_field_or_method(&r, a, false, PackageId::new("p"), Name::new("x"));
    assert!(matches!(field, LookupResult::Found(_)));
    assert!(comparable(&r, a));
    assert!(type_string(&r, a.canonical()).len() < 1 << 20);
}

#[test]
fn inference_of_a_type_by_itself_fails() {
    let env = check(
        "package p
        type List[T any] struct { next *List[T] }
        func f[P any, Q any](P, []P, Q) {}
        func g[P interface{ *Q }, Q interface{ []P }](P, Q) {}
        func h[P any](func(P) P, P) {}
        var list List[List[int]]",
    );
    let r = EnvResolver::new(&env, None);
    let package = env.0.as_ref().expect("checked");
    let list = InferArg::new(variable(&env, "list"));
    for name in ["f", "g", "h"] {
        let func = &package.funcs[&DeclId::top_level(package.id, Name::new(name))];
        let TypeKind::Signature(signature) = func.signature.kind() else { panic!("{name}") };
        let params: Vec<TypeId> = signature.params.iter().map(|param| param.ty).collect();
        let args = vec![list; params.len()];
        assert!(infer_call(&r, &func.type_params, &[], &params, &args, true).is_err(), "{name}");
        // Its own parameters as arguments: the recursive call `f(x, y, z)` in its own body.
        let own: Vec<InferArg<'_>> = params.iter().map(|&ty| InferArg::new(ty)).collect();
        let inferred = infer_call(&r, &func.type_params, &[], &params, &own, true);
        let itself: Vec<TypeId> =
            func.type_params.iter().map(|&param| TypeId::type_param(param)).collect();
        assert_eq!(inferred.map(|found| found.callee.into_vec()), Ok(itself), "{name}");
    }
}
