//! A library with callers that are not seen, beside a program that is one of its callers: what
//! values of the library point to in the program they must point to where only the library is seen.
//!
//! The program is `gofmt`, the library what it has of `go/...`: parser, printer and the rest.
//! Both solutions are of the same functions, and differ in where they begin.

mod support;

use gossa_base::FxHashMap;
use gossa_db::{Session, WholeEnv};
use gossa_points::points::facts::ObjectKind;
use gossa_points::points::layout::Layouts;
use gossa_points::points::link::{Linker, Origin};
use gossa_points::points::solve;
use gossa_points::points::solver::Solver;
use gossa_points::{FuncIndex, Program};
use gossa_ssa::InstId;
use gossa_types::{DeclId, PackageId};
use std::collections::{BTreeMap, BTreeSet};

/// An object that has the same name in both solutions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Named {
    Site(FuncIndex, InstId, ObjectKind),
    Global(u32),
    Func(FuncIndex),
}

/// What a variable of a function points to, all copies of the function together.
#[derive(Default)]
struct Pointees {
    /// Objects, parts of them, and whether an interface holds them.
    named: BTreeSet<(Named, u32, bool)>,
    /// Whether callers that are not seen made some.
    from_outside: bool,
    /// Whether it may be any value that such callers have.
    any: bool,
}

/// By function and variable.
type Solution = FxHashMap<(FuncIndex, u32), Pointees>;

fn named(linker: &Linker<'_, '_, '_>, origin: Origin) -> Option<Named> {
    let number = |decl: DeclId| Named::Global(decl.to_raw());
    match origin {
        Origin::Site(id, inst, kind) => {
            Some(Named::Site(linker.instances()[id.0 as usize].func, inst, kind))
        }
        Origin::Global(decl) => Some(number(decl)),
        Origin::Func(func) => Some(Named::Func(func)),
        _ => None,
    }
}

/// What variables of the functions of some packages point to.
fn solution(solver: &Solver<'_, '_, '_>, packages: &BTreeSet<&str>) -> Solution {
    let linker = solver.linker();
    let mut found = Solution::default();
    for instance in linker.instances() {
        let package = linker.program().function(instance.func).id.package();
        if !instance.active || instance.modelled || !packages.contains(package.path()) {
            continue;
        }
        for variable in 0..instance.facts.variables {
            let pointees = found.entry((instance.func, variable)).or_default();
            for element in solver.points_to(instance.first + variable) {
                let object = linker.object_of(element / 2);
                let (part, boxed) = (element / 2 - object.first, element % 2 == 1);
                pointees.from_outside |= object.origin == Origin::Outside;
                pointees.any |= object.origin == Origin::Outside && linker.is_special(element);
                let name = named(linker, object.origin);
                pointees.named.extend(name.map(|name| (name, part, boxed)));
            }
        }
    }
    found
}

#[test]
fn what_a_caller_makes_happen_is_foreseen() {
    let options = support::on_disk(support::goroot().join("src/cmd/gofmt"), &["."]);
    let session = Session::load(&options).expect("gofmt loads");
    let lowered = session.lower(&gossa_db::SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let all: BTreeSet<&str> = program
        .lowered_functions()
        .map(|func| program.function(func).id.package().path())
        .collect();
    let library: BTreeSet<&str> =
        all.iter().copied().filter(|path| path.starts_with("go/")).collect();
    assert!(library.contains("go/parser") && library.contains("go/printer"), "{library:?}");
    let main = env.main_roots(&program, &[PackageId::new("cmd/gofmt")]).expect("it has a main");
    let packages: Vec<PackageId> = library.iter().map(|path| PackageId::new(path)).collect();
    let open = env.exported_roots(&program, &packages);
    let layouts = Layouts::new(&program);

    let (closed, open) = (solve(&layouts, &main), solve(&layouts, &open));
    let is_own = |origin: Named| match origin {
        Named::Site(func, ..) | Named::Func(func) => {
            library.contains(program.function(func).id.package().path())
        }
        Named::Global(_) => false,
    };
    let foreseen = solution(&open, &library);
    let (mut count, mut missed) = (0, BTreeMap::new());
    #[expect(clippy::iter_over_hash_type, reason = "what is counted has no order")]
    for (place, pointees) in solution(&closed, &library) {
        let open = foreseen.get(&place);
        for &object in &pointees.named {
            count += 1;
            let is_foreseen = open.is_some_and(|open| {
                // What is not the library's own may be made by callers as well as by it.
                open.named.contains(&object) || open.any || !is_own(object.0) && open.from_outside
            });
            if !is_foreseen {
                let function = program.function(place.0).to_string();
                missed.entry(function).or_insert_with(Vec::new).push((place.1, object));
            }
        }
    }
    assert!(count > 10_000, "{count}");
    let total: usize = missed.values().map(Vec::len).sum();
    let first: Vec<String> = missed
        .iter()
        .take(40)
        .map(|(function, places)| {
            let (variable, (name, ..)) = places[0];
            let name = match name {
                Named::Site(func, inst, kind) => {
                    format!("{kind:?} {inst} of {}", program.function(func))
                }
                Named::Func(func) => program.function(func).to_string(),
                Named::Global(_) => "variable".to_owned(),
            };
            format!("{function}: {} missed, {variable}: {name}", places.len())
        })
        .collect();
    assert!(missed.is_empty(), "{total} of {count} missed: {first:#?}");
}
