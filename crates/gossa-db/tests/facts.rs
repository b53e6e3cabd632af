//! A function's contribution to points-to analysis: what leaves it equal, and that it makes the
//! same of a program as the bodies do.
//!
//! Needs Go: `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search path.

mod support;

use gossa_db::{
    DbFacts, LowerKey, LoweredFunc, Options, RootDb, Session, SilentProgress, SolvedFacts,
    SourceFile, WholeEnv, function_facts,
};
use gossa_points::points::digest::digest;
use gossa_points::points::extract::extract;
use gossa_points::points::layout::Layouts;
use gossa_points::points::local::FactSource as _;
use gossa_points::points::{solve, solve_with_facts};
use gossa_points::{Program, callgraph::Roots};
use gossa_ssa::FuncId;
use gossa_types::PackageId;
use std::sync::Arc;

const MAIN: &str = "\
package main

type Node struct {
	next *Node
	name string
}

type Shape interface{ Area() int }

type Square struct{ side int }

func (s *Square) Area() int { return s.side * s.side }

type Named struct {
	*Square
	name string
}

var list *Node

func push(name string) *Node {
	n := &Node{list, name}
	list = n
	return n
}

func total(shapes []Shape) int {
	sum := 0
	for _, shape := range shapes {
		sum += shape.Area()
	}
	return sum
}

func each(f func(*Node)) {
	for n := list; n != nil; n = n.next {
		f(n)
	}
}

func main() {
	square := &Square{3}
	area := square.Area
	each(func(n *Node) { n.name = \"seen\" })
	println(total([]Shape{square, &Named{square, \"a\"}}), area(), push(\"x\").name)
}
";

fn session_of(options: Options) -> Session {
    Session::load(&Options { one_shot: false, ..options }).expect("the program loads")
}

fn small() -> (Session, Vec<FuncId>) {
    let session = session_of(support::in_memory(MAIN));
    let functions = names(&session.lower(&SilentProgress));
    (session, functions)
}

fn names(lowered: &[LoweredFunc]) -> Vec<FuncId> {
    lowered.iter().map(|(func, _)| *func).collect()
}

fn main_file(session: &Session, db: &RootDb) -> SourceFile {
    let mut files = session.packages().iter().flat_map(|package| package.files(db).to_vec());
    files.find(|file| file.path(db).ends_with("main.go")).expect("main.go is loaded")
}

/// What of the program has other facts after an edit.
fn changed_by(edits: &[(&str, &str)]) -> Vec<String> {
    let (mut session, functions) = small();
    let mut solved = SolvedFacts::default();
    assert_eq!(solved.update(&session.db(), &functions).len(), functions.len());
    assert_eq!(solved.update(&session.db(), &functions), []);
    let mut text = MAIN.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "`{from}` is in the file");
        text = text.replacen(from, to, 1);
    }
    let file = main_file(&session, &session.db());
    session.edit(file, Arc::from(text.as_bytes()));
    let errors = session.diagnostics();
    assert!(errors.is_empty(), "{errors:?}");
    let changed = solved.update(&session.db(), &functions);
    changed.iter().map(ToString::to_string).collect()
}

#[test]
fn constants_arithmetic_and_branches_leave_facts_equal() {
    for (from, to) in [
        ("\"seen\"", "\"looked at\""),
        ("sum := 0", "sum := 17"),
        ("sum := 0", "sum := 0\n\tfor i := 0; i < 10; i++ {\n\t\tsum += i * i\n\t}"),
        ("s.side * s.side", "s.side + s.side"),
        ("n := &Node", "if len(name) > 3 {\n\t\tprintln(\"long\", len(name))\n\t}\n\tn := &Node"),
        ("list = n", "// The list grows.\n\tlist = n"),
    ] {
        assert_eq!(changed_by(&[(from, to)]), Vec::<String>::new(), "{from} to {to}");
    }
}

#[test]
fn what_a_body_does_to_pointers_changes_its_facts_alone() {
    for (from, to, func) in [
        ("\tlist = n\n", "", "push"),
        ("\tlist = n\n", "\tn.next = n\n\tlist = n\n", "push"),
        ("return sum", "push(\"y\")\n\treturn sum", "total"),
        ("f(n)", "f(new(Node))", "each"),
    ] {
        let changed = changed_by(&[(from, to)]);
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert!(changed[0].ends_with(&format!("m.{func}")), "{changed:?}");
    }
}

/// Facts from the database are those that bodies give in the program, and so is the solution.
fn hold_equal(session: &Session) {
    let lowered = session.lower(&SilentProgress);
    let functions = names(&lowered);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let roots = |program: &Program<'_>| -> Roots {
        let mains: Vec<PackageId> =
            session.packages().iter().map(|package| package.id(&db)).collect();
        env.main_roots(program, &mains).expect("there is a main package")
    };
    let program = Program::new(&env, &lowered);
    let layouts = Layouts::new(&program);
    let facts = DbFacts::new(&db, &program, &functions);
    let mut seen = 0;
    for func in program.lowered_functions() {
        let body = program.body(func).expect("it is lowered");
        let given = facts.facts(func).expect("it has facts");
        assert_eq!(given, extract(&layouts, body).facts, "{}", program.function(func));
        seen += 1;
    }
    assert!(seen >= functions.len(), "{seen} of {}", functions.len());
    // The one that is kept takes no cycles together, so its nodes have other numbers.
    let plain = digest(&solve(&layouts, &roots(&program)));
    let given = digest(&solve_with_facts(&layouts, &roots(&program), &facts));
    assert!(plain == given, "the solutions differ");
}

#[test]
fn facts_of_the_database_are_those_of_bodies() {
    hold_equal(&small().0);
}

#[test]
fn facts_of_the_database_are_those_of_bodies_with_the_standard_library() {
    let dir = support::goroot().join("src/cmd/asm");
    hold_equal(&session_of(support::on_disk(dir, &["."])));
}

#[test]
fn a_function_without_a_body_has_no_facts() {
    let (session, _) = small();
    let db = session.db();
    let nowhere = FuncId::declared(gossa_types::DeclId::top_level(
        PackageId::new("example.com/m"),
        gossa_base::Name::new("nowhere"),
    ));
    assert!(function_facts(&db, LowerKey::new(&db, nowhere)).is_none());
}
