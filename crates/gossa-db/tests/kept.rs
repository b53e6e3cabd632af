//! A solution that follows edits is the one that solving again would give, and a program is solved
//! again only where an edit cannot be followed.
//!
//! Needs Go: `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search path.

use camino::Utf8PathBuf;
use gossa_db::{KeptError, KeptSolution, Options, Reason, Session, SourceFile, Update};
use gossa_load::{BuildConfig, DiskSystem, MemorySystem, System};
use gossa_points::points::digest::{Line, digest};
use gossa_points::points::link::Unlike;
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

type Round struct{ radius *int }

func (r Round) Area() int { return *r.radius }

var list, other *Node

var shapes []Shape

func push(name string) *Node {
	n := &Node{list, name}
	list = n
	return n
}

func total() int {
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

func pair[T any](x T) *[2]T {
	return &[2]T{x, x}
}

func unused() *Node {
	return push(\"never\")
}

func main() {
	square := &Square{3}
	shapes = append(shapes, square)
	each(func(n *Node) { n.name = \"seen\" })
	println(total(), push(\"x\").name, pair(square)[0].side)
}
";

fn session_of(system: impl System + 'static, config: BuildConfig, dir: &str) -> Session {
    let options = Options {
        system: Arc::new(system),
        config,
        dir: Utf8PathBuf::from(dir),
        patterns: vec![".".to_owned()],
        jobs: 1,
        one_shot: false,
    };
    Session::load(&options).expect("the program loads")
}

fn small(text: &str) -> Session {
    let mut system = MemorySystem::new();
    system
        .add_file("/go/VERSION", "go1.27.3\n")
        .add_file("/go/src/runtime/runtime.go", "package runtime\n")
        .add_file("/go/src/unsafe/unsafe.go", "package unsafe\n\ntype Pointer *int\n")
        .add_file("/m/go.mod", "module example.com/m\n\ngo 1.27\n")
        .add_file("/m/main.go", text);
    let config = BuildConfig {
        goroot: Some("/go".into()),
        goos: Some("linux".to_owned()),
        goarch: Some("amd64".to_owned()),
        ..BuildConfig::default()
    };
    session_of(system, config, "/m")
}

#[expect(clippy::disallowed_methods, reason = "the test needs a Go distribution")]
fn goroot() -> String {
    let known = ["GOSSA_TEST_GOROOT", "GOROOT"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|root| !root.is_empty()));
    known.unwrap_or_else(|| {
        let output = std::process::Command::new("go").args(["env", "GOROOT"]).output();
        let output = output.expect("this test needs Go: set GOSSA_TEST_GOROOT");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    })
}

/// A program that follows edits of one file.
struct Edited {
    session: Session,
    kept: KeptSolution,
    file: SourceFile,
    text: String,
}

impl Edited {
    fn new(session: Session, name: &str) -> Self {
        let kept = KeptSolution::new(&session).expect("there is a solution");
        let db = session.db();
        let mut files = session.packages().iter().flat_map(|package| package.files(&db).to_vec());
        let file = files.find(|file| file.path(&db).ends_with(name)).expect("it is loaded");
        let text = String::from_utf8_lossy(file.text(&db)).into_owned();
        drop(db);
        Self { session, kept, file, text }
    }

    fn digest(&self, kept: &KeptSolution) -> Vec<Line> {
        kept.ask(&self.session, digest).expect("it answers")
    }

    /// Replaces a part of the file by another; the solution is then what a new one is.
    fn edit(&mut self, from: &str, to: &str) -> Update {
        assert!(self.text.contains(from), "`{from}` is in the file");
        self.text = self.text.replacen(from, to, 1);
        self.session.edit(self.file, Arc::from(self.text.as_bytes()));
        let errors = self.session.diagnostics();
        assert!(errors.is_empty(), "{errors:?}");
        let update = self.kept.update(&self.session).expect("there is a solution");
        self.hold_equal(&format!("`{from}` to `{to}`: {update:?}"));
        update
    }

    fn hold_equal(&self, after: &str) {
        let cold = KeptSolution::new(&self.session).expect("there is a solution");
        let (kept, cold) = (self.digest(&self.kept), self.digest(&cold));
        assert!(cold.len() > 3, "{cold:?}");
        let unlike = |a: &[Line], b: &[Line]| -> Vec<Line> {
            a.iter().filter(|line| b.binary_search(line).is_err()).cloned().collect()
        };
        let (more, less) = (unlike(&kept, &cold), unlike(&cold, &kept));
        assert!(kept == cold, "after {after}: kept {more:?}, new {less:?}");
    }
}

#[test]
fn edits_that_leave_facts_alone_solve_nothing() {
    let mut edited = Edited::new(small(MAIN), "main.go");
    for (from, to) in [
        ("\"seen\"", "\"looked at\""),
        ("sum := 0", "sum := 17"),
        ("n := &Node{list, name}", "// A comment.\n\tn := &Node{list, name}"),
        ("sum := 17", "sum := 17\n\tfor i := 0; i < 10; i++ {\n\t\tsum += i * i\n\t}"),
        (
            "n := &Node{list, name}\n\tlist = n\n\treturn n",
            "m := &Node{list, name}\n\tlist = m\n\treturn m",
        ),
        ("m := &Node", "if len(name) > 3 {\n\t\tprintln(len(name))\n\t}\n\tm := &Node"),
    ] {
        assert_eq!(edited.edit(from, to), Update::Held, "{from} to {to}");
    }
    assert_eq!(edited.kept.update(&edited.session), Ok(Update::Held));
}

#[test]
fn what_edits_add_is_added() {
    let mut edited = Edited::new(small(MAIN), "main.go");
    for (from, to) in [
        // A store, an allocation that flows on, a call, a call by name of a small function.
        ("\tlist = n\n", "\tlist = n\n\tother = n\n"),
        ("\tlist = n\n", "\tlist = n\n\tn.next = new(Node)\n"),
        ("f(n)\n", "f(n)\n\t\tf(new(Node))\n"),
        ("sum := 0\n", "sum := 0\n\tpush(\"y\")\n"),
        // A type that method calls have not met, and a function that nothing has called.
        ("\teach(func", "\tshapes = append(shapes, Round{new(int)})\n\teach(func"),
        ("square := &Square{3}\n", "square := &Square{3}\n\tunused().next = other\n"),
        // In a function that is called twice over.
        ("return push(\"never\")", "n := push(\"never\")\n\tn.next = n\n\treturn n"),
        // A literal behind the others, and an instance that the program has not.
        ("\tprintln(total()", "\teach(func(n *Node) { other = n.next })\n\tprintln(total()"),
        ("square := &Square{3}\n", "square := &Square{3}\n\tpair(list)[0].next = other\n"),
    ] {
        let update = edited.edit(from, to);
        assert!(matches!(update, Update::Extended(_)), "{from} to {to}: {update:?}");
    }
}

#[test]
fn what_cannot_be_added_is_solved_again() {
    let mut edited = Edited::new(small(MAIN), "main.go");
    for (from, to, reason) in [
        ("radius *int }", "radius, other *int }", Reason::Declarations),
        ("var list, other", "var list, other, third", Reason::Declarations),
    ] {
        assert_eq!(edited.edit(from, to), Update::Solved(reason), "{from} to {to}");
    }
    // And then goes on.
    let update = edited.edit("return n", "other = n\n\treturn n");
    assert!(matches!(update, Update::Extended(_)), "{update:?}");
}

#[test]
fn a_function_that_nothing_calls_may_lose_something() {
    let mut edited = Edited::new(small(MAIN), "main.go");
    assert_eq!(edited.edit("return push(\"never\")", "return other"), Update::Extended(1));
    let update = edited.edit("return sum", "other = unused()\n\treturn sum");
    assert!(matches!(update, Update::Extended(_)), "{update:?}");
}

#[test]
fn small_functions_that_grow_have_other_copies() {
    let calls = "\nfunc id(n *Node) *Node { return n }\n\nfunc twice() {\n\tother = id(list)\n\tlist = id(new(Node))\n}\n";
    let text = MAIN.replace("\treturn sum\n", "\ttwice()\n\treturn sum\n") + calls;
    let mut edited = Edited::new(small(&text), "main.go");
    let update = edited.edit("{ return n }", "{\n\tother = n\n\treturn n\n}");
    assert!(matches!(update, Update::Extended(_)), "{update:?}");
    let stores = "\tn.next = n\n\tother.next = n\n\tlist.next = n\n".repeat(4);
    let update = edited.edit(
        "\tother = n\n\treturn n\n}\n\nfunc twice",
        &format!("\tother = n\n{stores}\treturn n\n}}\n\nfunc twice"),
    );
    assert!(matches!(update, Update::Extended(_)), "{update:?}");
    let update = edited.edit(&stores, "");
    assert!(matches!(update, Update::Extended(_)), "{update:?}");
}

#[test]
fn what_edits_take_away_is_taken_out() {
    let mut edited = Edited::new(small(MAIN), "main.go");
    for (from, to) in [
        // A store, in a function with copies, and back.
        ("\tlist = n\n", ""),
        ("\treturn n\n", "\tlist = n\n\treturn n\n"),
        // An argument of a call of a function value, and back.
        ("f(n)", "f(new(Node))"),
        ("f(new(Node))", "f(n)"),
        // The last value that a method is called on; another; none but that.
        ("\tshapes = append(shapes, square)\n", ""),
        ("\teach(func", "\tshapes = append(shapes, Round{new(int)})\n\teach(func"),
        ("\tshapes = append(shapes, Round{new(int)})\n", "\tshapes = append(shapes, square)\n"),
        // What a literal does, and the literal.
        ("n.name = \"seen\"", "other = n"),
        ("\teach(func(n *Node) { other = n })\n", ""),
        // Functions that nothing calls any more, and that come back.
        ("println(total(), push(\"x\").name, ", "println("),
        ("println(", "println(total(), push(\"x\").name, "),
        ("total(), ", ""),
        ("\tprintln(push", "\teach(func(n *Node) { other = n.next })\n\tprintln(total(), push"),
        // The last call of an instance of a generic function.
        (", pair(square)[0].side", ", square.side"),
        // A variable, an object and what is done with them, at once.
        (
            "\tsquare := &Square{3}\n",
            "\tsquare := &Square{3}\n\tn := &Node{other, \"y\"}\n\tp := &n\n\tlist = *p\n",
        ),
        ("\tn := &Node{other, \"y\"}\n\tp := &n\n\tlist = *p\n", ""),
    ] {
        let update = edited.edit(from, to);
        assert!(matches!(update, Update::Extended(_)), "{from} to {to}: {update:?}");
    }
}

const CYCLES: &str = "\
package main

type Node struct{ next, other *Node }

var kept, out *Node

func even(n *Node, depth int) *Node {
	kept = n
	if depth == 0 {
		return n
	}
	return odd(n, depth-1)
}

func odd(n *Node, depth int) *Node {
	if depth == 0 {
		return nil
	}
	return even(n.next, depth-1)
}

func walk(a, b *Node) {
	for a != nil {
		a, b = b, a.next
		b.next = a
	}
	out = b
}

func through(f func(func(*Node))) {
	f(func(n *Node) {
		out.other = n
	})
}

func main() {
	even(&Node{new(Node), nil}, 3)
	walk(new(Node), &Node{nil, new(Node)})
	through(func(g func(*Node)) {
		g(kept)
		g(new(Node))
	})
}
";

#[test]
fn what_goes_round_in_circles_does_not_hold_itself() {
    let mut edited = Edited::new(small(CYCLES), "main.go");
    for (from, to) in [
        // A call that closes a circle.
        ("\treturn odd(n, depth-1)\n", "\treturn n\n"),
        ("\t\treturn n\n\t}\n\treturn n\n", "\t\treturn n\n\t}\n\treturn odd(n, depth-1)\n"),
        // What flows around through memory.
        ("\t\tb.next = a\n", ""),
        ("\t\ta, b = b, a.next\n", "\t\ta, b = b, a.next\n\t\tb.next = a\n"),
        // What is around begins nowhere any more; functions that only call each other.
        ("\teven(&Node{new(Node), nil}, 3)\n", ""),
        ("func main() {\n", "func main() {\n\teven(&Node{new(Node), nil}, 3)\n"),
        ("a, b = b, a.next", "a = a.next"),
        ("a = a.next", "a, b = b, a.next"),
        // Function values that call each other.
        ("\t\tg(kept)\n", ""),
        ("\tf(func(n *Node) {\n\t\tout.other = n\n\t})\n", ""),
        (
            "func through(f func(func(*Node))) {\n",
            "func through(f func(func(*Node))) {\n\tf(func(n *Node) {\n\t\tkept.other = n\n\t})\n",
        ),
    ] {
        let update = edited.edit(from, to);
        assert!(matches!(update, Update::Extended(_)), "{from} to {to}: {update:?}");
    }
}

#[test]
fn a_program_without_main_has_no_solution() {
    let session = small("package lib\n\nfunc F() {}\n");
    assert_eq!(KeptSolution::new(&session).err(), Some(KeptError::NoMain));
}

fn with_library(dir: &str) -> Session {
    let config = BuildConfig {
        goroot: Some(goroot().into()),
        goos: Some("linux".to_owned()),
        goarch: Some("amd64".to_owned()),
        cgo: Some(false),
        ..BuildConfig::default()
    };
    session_of(DiskSystem, config, dir)
}

#[test]
fn edits_of_a_program_with_the_standard_library() {
    let dir = format!("{}/../../testdata/run/interfaces", env!("CARGO_MANIFEST_DIR"));
    let mut edited = Edited::new(with_library(&dir), "interfaces/main.go");
    let from = "func main() {\n";
    for more in [
        "\tfmt.Println(\"looking at\", io.EOF)\n",
        "\tfmt.Printf(\"%v\", errors.New(\"new\"))\n",
        "\tfor name := \"\"; name != \"\"; {\n\t\tfmt.Println(&name, struct{ name *string }{&name})\n\t}\n",
    ] {
        let update = edited.edit(from, &format!("{from}{more}"));
        assert!(matches!(update, Update::Extended(_)), "{more}: {update:?}");
    }
}

#[test]
fn a_program_that_makes_types_by_reflection_is_solved_again() {
    let mut edited =
        Edited::new(with_library(&format!("{}/src/cmd/gofmt", goroot())), "rewrite.go");
    let reason = Reason::Unlike(Unlike::Types);
    assert_eq!(edited.edit("\n\tx.Set(y)\n", "\n"), Update::Solved(reason));
    let from = "func set(x, y reflect.Value) {\n";
    assert_eq!(edited.edit(from, &format!("{from}\tprintln(1)\n")), Update::Held);
}
