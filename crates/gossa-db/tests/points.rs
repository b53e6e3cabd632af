//! What pointers point to: fixtures in `testdata/points` say it of the arguments of `reveal`, and
//! the fast solver and the naive one must both say the same.
//!
//! `reveal(x) // points to new:12 variable:7+2` names the objects that the argument may be a
//! pointer to, by what makes them and the line, with a `+` and the cell for parts of objects.
//! Several objects of one line are named as often as there are; `nothing` says that there are none.

mod support;

use camino::Utf8PathBuf;
use gossa_db::{Options, Place, RootDb, Session, WholeEnv};
use gossa_points::Program;
use gossa_points::callgraph::Roots;
use gossa_points::points::bounds::{Detail, FEW_UNTYPED};
use gossa_points::points::facts::CallTarget;
use gossa_points::points::layout::Layouts;
use gossa_points::points::link::{InstanceId, Linker, Node, Origin};
use gossa_points::points::naive::Naive;
use gossa_points::points::query::{FuncValue, Queries};
use gossa_points::points::solver::Solver;
use gossa_ssa::{Callee, FuncId, Inst, InstId};
use gossa_types::PackageId;
use std::collections::BTreeMap;
use support::{goroot, in_memory, on_disk};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/points");

#[expect(clippy::disallowed_methods, reason = "fixtures")]
fn read(name: &str) -> String {
    std::fs::read_to_string(format!("{FIXTURES}/{name}")).expect("the fixture is there")
}

/// By line, what the fixture says.
fn expected(text: &str) -> BTreeMap<u32, Vec<String>> {
    let lines = (1..).zip(text.lines());
    lines
        .filter_map(|(line, text)| {
            let (_, objects) = text.split_once("// points to ")?;
            let mut objects: Vec<String> = objects.split(' ').map(str::to_owned).collect();
            objects.retain(|object| object != "nothing");
            objects.sort();
            Some((line, objects))
        })
        .collect()
}

fn line(db: &RootDb, program: &Program<'_>, func: FuncId, inst: InstId) -> u32 {
    let index = program.index_of(func);
    let Some(map) = program.function(index).source_map() else { return 0 };
    let place = Place::of_function(db, func, map.node(inst));
    place.and_then(|place| place.resolve(db)).map_or(0, |place| place.start.line)
}

/// By line, what the arguments of `reveal` point to.
fn revealed(
    db: &RootDb,
    program: &Program<'_>,

    linker: &Linker<'_, '_, '_>,
    points_to: &dyn Fn(Node) -> Vec<u32>,
) -> BTreeMap<u32, Vec<String>> {
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (at, instance) in linker.instances().iter().enumerate() {
        let caller = program.function(instance.func).id;
        for call in instance.facts.calls.iter().filter(|_| instance.active) {
            let CallTarget::Static(callee) = call.target else { continue };
            if !program.function(callee).id.to_string().ends_with(".reveal") {
                continue;
            }
            let argument = instance.facts.args[call.args.range()][0];
            let node = linker.node_of(InstanceId(at as u32), argument);
            let objects = found.entry(line(db, program, caller, call.inst)).or_default();
            for element in node.map(points_to).unwrap_or_default() {
                let object = linker.object_of(element / 2);
                let part = element / 2 - object.first;
                let mut text = match object.origin {
                    Origin::Site(instance, inst, kind) => {
                        let maker = linker.instances()[instance.0 as usize].func;
                        let line = line(db, program, program.function(maker).id, inst);
                        format!("{kind:?}:{line}").to_lowercase()
                    }
                    Origin::Global(decl) => decl.name().to_string(),
                    Origin::Func(func) => program.function(func).to_string(),
                    Origin::Nil => continue,
                    Origin::Outside => {
                        let ty = linker.cell_type(element / 2);
                        let ty = gossa_types::print::type_string(program.resolver(), ty);
                        let ty = ty.replace("example.com/m.", "").replace("invalid type", "any");
                        objects.push(format!("outside:{ty}"));
                        continue;
                    }
                    other => format!("{other:?}").to_lowercase(),
                };
                if part > 0 {
                    text.push_str(&format!("+{part}"));
                }
                objects.push(text);
            }
            objects.sort();
        }
    }
    found
}

fn check(name: &str) {
    let text = read(name);
    hold(name, &text, &in_memory(&text), Detail::Full, true);
}

/// Holds the solution of a program against what its text says.
fn hold(name: &str, text: &str, options: &Options, detail: Detail, with_naive: bool) {
    let session = Session::load(options).expect("the fixture loads");
    let [root] = session.program().roots[..] else { panic!("{name} is not one package") };
    let package = PackageId::new(&session.program().package(root).import_path);
    let lowered = session.lower(&gossa_db::SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let main = env.main_roots(&program, &[package]);
    let roots: Roots = main.unwrap_or_else(|| env.exported_roots(&program, &[package]));
    let expected = expected(text);

    let layouts = Layouts::new(&program);
    let mut linker = Linker::new(&layouts).with_detail(detail);
    linker.add_roots(&roots);
    let fast = Solver::solve(linker);
    let of = |node| fast.points_to(node).to_vec();
    assert_eq!(revealed(&db, &program, fast.linker(), &of), expected, "{name}, fast");
    // Of the library's nodes some.
    let every = if with_naive { 1 } else { 97 };
    let mut linker = Linker::new(&layouts).with_detail(detail);
    linker.keep_journal();
    linker.add_roots(&roots);
    let queries = Queries::new(Solver::solve(linker), &layouts);
    assert_eq!(aliases_of(&db, &program, &queries), expected_aliases(text), "{name}");
    explain(name, queries, every);
    if !with_naive {
        return;
    }

    let mut linker = Linker::new(&layouts).with_detail(detail);
    linker.add_roots(&roots);
    let naive = Naive::solve(linker);
    let of = |node| naive.points_to(node);
    assert_eq!(revealed(&db, &program, naive.linker(), &of), expected, "{name}, naive");
}

/// By line, what comments say of the two arguments of `compare`: `may`, `must` or `never`.
fn expected_aliases(text: &str) -> BTreeMap<u32, String> {
    let lines = (1..).zip(text.lines());
    let said = lines.filter_map(|(line, text)| Some((line, text.split_once("// aliases: ")?.1)));
    said.map(|(line, text)| (line, text.to_owned())).collect()
}

/// By line, whether the two arguments of `compare` alias.
fn aliases_of(
    db: &RootDb,
    program: &Program<'_>,
    queries: &Queries<'_, '_, '_>,
) -> BTreeMap<u32, String> {
    let mut found = BTreeMap::new();
    for func in program.lowered_functions() {
        let Some(body) = program.body(func) else { continue };
        for inst in body.inst_ids() {
            let Inst::Call(call) = body[inst] else { continue };
            let Callee::Static(callee) = &body[call].callee else { continue };
            if !callee.to_string().ends_with("m.compare") {
                continue;
            }
            let [p, q] = body[body[call].args] else { panic!("two arguments") };
            let (p, q) = (FuncValue { func, value: p }, FuncValue { func, value: q });
            let (may, must) = (queries.may_alias(p, q), queries.must_alias(p, q));
            assert_eq!((may, must), (queries.may_alias(q, p), queries.must_alias(q, p)));
            let said = match (may, must) {
                (_, true) => "must",
                (true, false) => "may",
                (false, false) => "never",
            };
            assert!(may || !must, "what must be may be");
            found.insert(line(db, program, program.function(func).id, inst), said.to_owned());
        }
    }
    found
}

/// For each element of some nodes there must be a chain of inferences.
fn explain(name: &str, mut queries: Queries<'_, '_, '_>, every: usize) {
    let mut nodes: Vec<Node> = queries.nodes().into_iter().collect();
    nodes.sort_unstable();
    let mut count = 0;
    for node in nodes.into_iter().step_by(every) {
        let elements = queries.solver().points_to(node);
        let step = elements.len().div_ceil(3).max(1);
        for element in elements.into_iter().step_by(if every == 1 { 1 } else { step }) {
            let chain = queries.why(node, element);
            let chain = chain.unwrap_or_else(|| {
                panic!("{name}: nothing leads {:?} to {node}", queries.describe(element))
            });
            assert!(queries.is_derivation(&chain), "{name}: {chain:#?}");
            count += 1;
        }
    }
    assert!(count > 30, "{name}: {count}");
}

/// A fixture that uses the standard library, which is read from the Go distribution.
fn check_library(name: &str, detail: Detail) {
    let text = read(&format!("library/{name}/main.go"));
    let dir = Utf8PathBuf::from(FIXTURES).join("library").join(name);
    let options = on_disk(dir, &["."]);
    hold(name, &text, &options, detail, false);
}

/// Models that are not used are holes: functions would be analysed by bodies that do not show what
/// they do.
#[test]
fn models_fit_the_library() {
    let dir = goroot().join("src");
    // These depend on all packages that have models, and instantiate those that are generic.
    let options = on_disk(dir, &["net/http", "encoding/json", "compress/flate", "weak"]);
    let session = Session::load(&options).expect("the library loads");
    let lowered = session.lower(&gossa_db::SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let layouts = Layouts::new(&program);
    // Functions behind `go:linkname` have a model for each of their names; here they are called by
    // that of the body.
    let unused: Vec<&str> = gossa_points::points::unused_models(&layouts);
    let other_names = [
        "internal/godebug.registerMetric",
        "internal/godebug.setNewIncNonDefault",
        "internal/godebug.setUpdate",
        "iter.newcoro",
        "maps.clone",
        "sync.runtime_registerPoolCleanup",
        "time.newTimer",
        "weak.runtime_makeStrongFromWeak",
        "weak.runtime_registerWeakPointer",
    ];
    assert_eq!(unused, other_names);
}

#[test]
fn reflection_within_bounds() {
    check_library("bounded", Detail::Bounded);
}

/// Functions that take very much for something else than it is declared to be see, within bounds, little
/// of it: all their copies together.
#[test]
fn untyped_loads_within_bounds() {
    const COUNT: usize = 50;
    const { assert!(COUNT < FEW_UNTYPED && FEW_UNTYPED < 2 * COUNT) };
    let holders = |name: &str| -> (String, String) {
        let declared = (0..COUNT).map(|at| format!("var {name}{at} struct{{ p *int }}\n"));
        let stores = (0..COUNT).map(|at| {
            format!("\t{name}{at}.p = new(int)\n\t{name} = unsafe.Pointer(&{name}{at})\n")
        });
        (declared.collect(), stores.collect())
    };
    let ((a_declared, a_stores), (b_declared, b_stores)) = (holders("a"), holders("b"));
    let text = format!(
        "package main\n\nimport \"unsafe\"\n\nfunc reveal(any) {{}}\n\nvar a, b unsafe.Pointer\n\
         {a_declared}{b_declared}\n\
         func load(p unsafe.Pointer) unsafe.Pointer {{ return *(*unsafe.Pointer)(p) }}\n\n\
         type longer struct {{ p *int; n int }}\n\n\
         func field(p unsafe.Pointer) *int {{ return (*longer)(p).p }}\n\n\
         func main() {{\n{a_stores}{b_stores}\
         \treveal((*int)(load(a)))\n\treveal((*int)(load(b)))\n\
         \treveal(field(a))\n\treveal(field(b))\n}}\n"
    );
    let options = in_memory(&text);
    let session = Session::load(&options).expect("the program loads");
    let lowered = session.lower(&gossa_db::SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let main = PackageId::new("example.com/m");
    let roots: Roots = env.main_roots(&program, &[main]).expect("a main package");
    let layouts = Layouts::new(&program);
    for (detail, seen) in [(Detail::Full, 2 * COUNT), (Detail::Bounded, FEW_UNTYPED)] {
        let mut linker = Linker::new(&layouts).with_detail(detail);
        linker.add_roots(&roots);
        let solver = Solver::solve(linker);
        let of = |node| solver.points_to(node).to_vec();
        let found = revealed(&db, &program, solver.linker(), &of);
        let counts: Vec<usize> = found.values().map(Vec::len).collect();
        let sums: Vec<usize> = counts.chunks(2).map(|of_one| of_one.iter().sum()).collect();
        assert_eq!(sums, [seen; 2], "{detail:?}: {counts:?}");
        assert!(counts.iter().all(|&count| count <= COUNT), "{detail:?}: {counts:?}");
    }
}

#[test]
fn reflection() {
    check_library("reflection", Detail::Full);
}

#[test]
fn values_that_are_known_later() {
    check_library("absorbed", Detail::Full);
}

#[test]
fn containers() {
    check_library("containers", Detail::Full);
}

#[test]
fn methods_found_by_name() {
    check_library("named", Detail::Full);
}

#[test]
fn variables_made_by_reflection() {
    check_library("newvalues", Detail::Full);
}

#[test]
fn runtime() {
    check_library("runtime", Detail::Full);
}

#[test]
fn fields_and_elements() {
    check("fields.go");
}

#[test]
fn calls_and_closures() {
    check("calls.go");
}

#[test]
fn unsafe_conversions() {
    check("unsafe.go");
}

#[test]
fn callers_that_are_not_seen() {
    check("outside.go");
}

#[test]
fn memory_of_several_types() {
    check("reuse.go");
}

#[test]
fn aliases() {
    check("alias.go");
}

#[test]
fn loops_and_recursion() {
    check("cycles.go");
}

#[test]
fn generic_types_and_functions() {
    check("generics.go");
}

#[test]
fn methods_as_values_and_expressions() {
    check("methods.go");
}

#[test]
fn loops_over_functions() {
    check("rangefunc.go");
}

#[test]
fn views_of_memory() {
    check("views.go");
}

#[test]
fn what_reflection_makes() {
    check_library("made", Detail::Full);
}

#[test]
fn iterators_of_the_library() {
    check_library("coroutines", Detail::Full);
}

#[test]
fn symbols_with_two_names() {
    check("linkname.go");
}
