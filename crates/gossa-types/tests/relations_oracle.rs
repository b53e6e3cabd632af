//! Compares the relations between types with `go/types`: identity, assignability, convertibility,
//! implementation, lookup, method sets, layouts and printed forms of all types of a fixture, and
//! of all pairs of them.
//!
//! Needs Go 1.27 or newer, found through `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search
//! path.
#![allow(clippy::disallowed_methods, reason = "the oracle is another process")]

mod support;

use gossa_base::{FxHashMap, Name};
use gossa_types::check::{PackageInput, check_package, item_tree};
use gossa_types::lookup::{Found, LookupResult, lookup_field_or_method, method_set};
use gossa_types::print::{Printer, path_qualifier, relative_to, type_string};
use gossa_types::sizes::Sizes;
use gossa_types::underlying::underlying;
use gossa_types::{
    DeclId, EnvResolver, LocalDecls, Object, PackageDecls, PackageId, Resolver, Selected, Target,
    TypeEnv, TypeId, TypeKind, TypeList, assignable, identical, implements, predicates,
};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const NAMES: [&str; 15] =
    ["A", "B", "C", "x", "y", "Error", "String", "M", "N", "m", "P", "Do", "Get", "Embedded", "_"];
const ARCHITECTURES: [&str; 7] = ["386", "amd64", "arm", "arm64", "mips", "riscv64", "wasm"];

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/types/relations/relations.go")
}

fn oracle() -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle_relations");
    let output = support::go(&support::goroot())
        .args(["run", "."])
        .arg(fixture().canonicalize().expect("the fixture exists"))
        .current_dir(source)
        .output()
        .expect("go run starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the oracle writes UTF-8")
}

/// One package and nothing else.
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

fn check_fixture() -> OnePackage {
    let text = std::fs::read(fixture()).expect("the fixture can be read");
    let file = gossa_syntax::parse(&text);
    assert!(file.errors.is_empty(), "{:?}", file.errors);
    let files = [Arc::new(item_tree(&file, &text))];
    let mut imports = FxHashMap::default();
    imports.insert(Name::new("unsafe"), PackageId::unsafe_package());
    let input = PackageInput {
        id: PackageId::new("example.com/relations"),
        name: Name::new("relations"),
        files: &files,
        imports: &imports,
        go_version: (1, 27),
        standard: false,
        cgo: None,
    };
    let decls = check_package(&input, &OnePackage(None));
    let errors: Vec<&str> = decls.errors.iter().map(|e| e.message.as_str()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    OnePackage(Some(decls))
}

/// What gossa says, in the words of the oracle.
fn ours(env: &OnePackage) -> String {
    let package = env.0.as_ref().expect("checked");
    let r = &EnvResolver::new(env, None);
    let mut out = String::new();
    let mut list: Vec<TypeId> = Vec::new();
    let mut names: Vec<(&str, Object)> =
        package.scope.iter().map(|(name, object)| (name.as_str(), *object)).collect();
    names.sort_by_key(|(name, _)| *name);
    for (name, object) in names {
        let ty = match object {
            Object::Var(decl) => package.vars[&decl].ty,
            Object::Func(decl) => package.funcs[&decl].signature,
            Object::TypeName(decl) => declared(r, package, decl),
            other => panic!("{name} is {other:?}"),
        };
        let _ = writeln!(out, "object {name} {}", type_string(r, ty));
        match (object, ty.kind()) {
            (Object::Func(_), TypeKind::Signature(signature)) => {
                list.extend(signature.params.iter().map(|param| param.ty));
            }
            (Object::TypeName(_), _) if predicates::is_generic(r, ty) => {}
            _ => list.push(ty),
        }
    }
    for (index, &ty) in list.iter().enumerate() {
        describe(r, &mut out, package.id, index, ty);
    }
    for (index, &a) in list.iter().enumerate() {
        let line: String = list.iter().map(|&b| pair(r, a, b)).collect();
        let _ = writeln!(out, "pairs {index} {line}");
    }
    out
}

fn declared(r: &EnvResolver<'_>, package: &PackageDecls, decl: DeclId) -> TypeId {
    let found = &package.types[&decl];
    if found.alias {
        let (args, actual) = (TypeList::EMPTY, found.underlying);
        return TypeId::new(TypeKind::Alias { decl, args, actual });
    }
    assert!(r.type_decl(decl).is_some());
    TypeId::named(decl, TypeList::EMPTY)
}

fn describe(r: &dyn Resolver, out: &mut String, package: PackageId, index: usize, ty: TypeId) {
    let _ = writeln!(out, "type {index} {}", type_string(r, ty));
    let own = relative_to(package);
    let _ = writeln!(out, "  relative {}", Printer::new(r, &own).print(ty));
    let _ = writeln!(out, "  underlying {}", type_string(r, underlying(r, ty)));
    let _ = writeln!(out, "  comparable {}", predicates::comparable(r, ty));
    for method in &method_set(r, ty).methods {
        let found = &method.found;
        let signature = type_string(r, found.ty);
        let path = show_path(&found.path);
        let _ = writeln!(out, "  method {} {signature} {path}", method.name);
    }
    for name in NAMES {
        for addressable in [false, true] {
            let result = lookup_field_or_method(r, ty, addressable, package, Name::new(name));
            let shown = show_lookup(r, &result);
            let _ = writeln!(out, "  lookup {name} {addressable}: {shown}");
        }
    }
    if Sizes::new(r).align(ty).is_none() {
        return;
    }
    for arch in ARCHITECTURES {
        let sizes = Sizes::for_target(r, Target::for_arch(arch));
        let number = |size: Option<i64>| size.unwrap_or(-1);
        let (size, align) = (number(sizes.size(ty)), number(sizes.align(ty)));
        let _ = write!(out, "  sizes {arch} {size} {align}");
        if let TypeKind::Struct(fields) = underlying(r, ty).kind() {
            let offsets: Vec<String> =
                sizes.offsets(fields).into_iter().map(|o| number(o).to_string()).collect();
            let _ = write!(out, " [{}]", offsets.join(" "));
        }
        out.push('\n');
    }
}

fn show_path(path: &[u32]) -> String {
    let steps: Vec<String> = path.iter().map(u32::to_string).collect();
    format!("[{}]", steps.join(" "))
}

fn show_lookup(r: &dyn Resolver, result: &LookupResult) -> String {
    match result {
        LookupResult::Found(found) => show_found(r, found),
        LookupResult::Ambiguous(_) => "ambiguous".to_owned(),
        LookupResult::NeedsPointerReceiver(_) => "pointer receiver".to_owned(),
        LookupResult::NotFound => "none".to_owned(),
    }
}

fn show_found(r: &dyn Resolver, found: &Found) -> String {
    let kind = match found.selected {
        Selected::Field { .. } => "field",
        _ => "method",
    };
    let path = show_path(&found.full_path());
    format!("{kind} {path} {} {}", found.indirect, type_string(r, found.ty))
}

fn pair(r: &dyn Resolver, a: TypeId, b: TypeId) -> String {
    let is_interface = |ty| matches!(underlying(r, ty).kind(), TypeKind::Interface(_));
    let mut bits = 0;
    let mut set = |bit: u32, ok: bool| bits |= u32::from(ok) << bit;
    set(0, identical::identical(r, a, b));
    set(1, assignable::assignable(r, a, None, b).is_ok());
    set(2, assignable::convertible(r, a, None, b).is_ok());
    set(3, identical::identical_ignore_tags(r, a, b));
    if is_interface(b) {
        // go/types asks with the interface itself, not with the type parameter that it bounds.
        let interface = underlying(r, b);
        set(4, implements::implements(r, a, interface).is_ok());
        set(5, implements::satisfies(r, a, interface).is_ok());
        let missing = implements::missing_method(r, a, interface, true);
        set(7, missing.as_ref().is_some_and(implements::MissingMethod::is_wrong_type));
        set(6, missing.is_some());
    }
    if is_interface(a) {
        // The checker's own rule is laxer for constraints, which no value has as its type.
        let interface = underlying(r, a);
        set(6, is_interface(b) || implements::implements(r, b, interface).is_ok());
    }
    format!("{bits:02x}")
}

#[test]
fn relations_agree_with_go_types() {
    let env = check_fixture();
    let ours = ours(&env);
    let theirs = oracle();
    let mut differences = Vec::new();
    let mut context = "";
    for (own, their) in ours.lines().zip(theirs.lines()) {
        if their.starts_with("type ") {
            context = their;
        }
        if own == their {
            continue;
        }
        match (own.strip_prefix("pairs "), their.strip_prefix("pairs ")) {
            (Some(own), Some(their)) => differing_pairs(&theirs, own, their, &mut differences),
            _ => differences.push(format!("{context}\n  gossa    {own}\n  go/types {their}")),
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences[..differences.len().min(40)].join("\n")
    );
    assert_eq!(ours.lines().count(), theirs.lines().count());
}

fn differing_pairs(text: &str, own: &str, their: &str, differences: &mut Vec<String>) {
    let types: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("type ")).collect();
    let (Some((row, own)), Some((_, their))) = (own.split_once(' '), their.split_once(' ')) else {
        return;
    };
    let row: usize = row.parse().expect("an index");
    for (column, (x, y)) in own.as_bytes().chunks(2).zip(their.as_bytes().chunks(2)).enumerate() {
        if x != y {
            let (x, y) = (String::from_utf8_lossy(x), String::from_utf8_lossy(y));
            differences.push(format!(
                "{} -> {}\n  gossa    {x}\n  go/types {y}",
                types[row], types[column]
            ));
        }
    }
}
#[test]
fn printers_qualify_by_path() {
    let env = check_fixture();
    let r = EnvResolver::new(&env, None);
    let package = PackageId::new("example.com/relations");
    let list = TypeId::named(
        DeclId::top_level(package, Name::new("List")),
        TypeList::new(&[TypeId::basic(gossa_types::BasicKind::Byte)]),
    );
    assert_eq!(Printer::new(&r, &path_qualifier).print(list), "example.com/relations.List[byte]");
    assert_eq!(Printer::new(&r, &relative_to(package)).print(list), "List[byte]");
    let other = relative_to(PackageId::new("example.com/other"));
    assert_eq!(Printer::new(&r, &other).print(list), "relations.List[byte]");
}
