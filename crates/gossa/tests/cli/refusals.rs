//! `gossa run` refuses what it cannot run, and says what that is and how the program got there.

use crate::support::{gossa, module};

const GO_MOD: (&str, &str) = ("go.mod", "module example.com/m\n\ngo 1.27\n");

/// Runs a module that ends with a refusal: standard output, and the lines of standard error.
fn refused<const N: usize>(arguments: &[&str], files: [(&str, &str); N]) -> (String, Vec<String>) {
    let dir = module(std::iter::once(GO_MOD).chain(files));
    let root = dir.path().canonicalize().expect("a temporary directory");
    let root = format!("{}/", root.display());
    let run = gossa(dir.path()).args(["run"]).args(arguments.iter().copied()).args(["."]).run();
    let ended = run.exits(2);
    let lines = ended.stderr.lines().filter(|line| !line.contains("warning: "));
    (ended.stdout.clone(), lines.map(|line| line.replace(&root, "").trim().to_owned()).collect())
}

/// The lines are among those of standard error, in this order.
fn has(errors: &[String], wanted: &[&str]) {
    let mut rest = errors.iter();
    for line in wanted {
        assert!(rest.any(|found| found == line), "{line:?} is not there, or not here: {errors:#?}");
    }
}

#[test]
fn a_function_without_a_body_is_refused() {
    let main = "package main\n\nfunc fast(x int) int\n\ntype adder struct{ n int }\n\n\
                func (a adder) sum(x int) int { return fast(x) + a.n }\n\n\
                func main() {\n\tprintln(\"before\")\n\tf := adder{1}.sum\n\
                \tdefer func() { println(\"recovered\", recover() != nil) }()\n\tprintln(f(1))\n}\n";
    let (_, errors) = refused(&[], [("main.go", main), ("fast.s", "")]);
    let expected = [
        "before",
        "error: the interpreter cannot run example.com/m.fast, a function without a body that is \
         not modelled",
        "called by main.adder.sum",
        "called by main.main",
    ];
    assert_eq!(errors, expected);
}

/// A package that calls C, and a program that uses it.
const C: [(&str, &str); 2] = [
    (
        "main.go",
        "package main\n\nimport \"example.com/m/c\"\n\nfunc main() {\n\tprintln(c.Twice(2))\n}\n",
    ),
    (
        "c/c.go",
        "package c\n\n// int twice(int x) { return 2 * x; }\nimport \"C\"\n\n\
         func Twice(x int) int { return int(C.twice(C.int(x))) }\n",
    ),
];

#[test]
fn calls_of_c_are_refused() {
    let (_, errors) = refused(&["--cgo", "on"], C);
    has(
        &errors,
        &[
            "error: the interpreter cannot run C.twice, a function of C",
            "called by example.com/m/c.Twice",
            "called by main.main",
        ],
    );
    // Without C the package has no files.
    let (_, errors) = refused(&[], C);
    has(
        &errors,
        &[
            "error: the interpreter cannot run c.Twice(2) at main.go:6, which is in error or cannot \
             be seen",
            "called by main.main",
            "main.go:6:12: undefined: c.Twice",
        ],
    );
    let only_c = ("main.go", "package main\n\nimport \"C\"\n\nfunc main() { C.abort() }\n");
    let (_, errors) = refused(&[], [only_c]);
    has(&errors, &["error: the interpreter cannot run example.com/m.main, which is not declared"]);
    assert!(errors.iter().any(|line| line.contains("build constraints exclude all Go files")));
}

#[test]
fn system_calls_are_refused() {
    let main = "package main\n\nimport \"syscall\"\n\ntype kernel struct{}\n\n\
                func (kernel) ask() {\n\tsyscall.Syscall(syscall.SYS_PTRACE, 0, 0, 0)\n}\n\n\
                func main() {\n\tvar k interface{ ask() } = kernel{}\n\
                \tdefer func() { recover() }()\n\tk.ask()\n\tprintln(\"not reached\")\n}\n";
    let (_, errors) = refused(&[], [("main.go", main)]);
    has(
        &errors,
        &[
            "error: the interpreter cannot run the system call 101",
            "called by syscall.Syscall",
            "called by main.kernel.ask",
            "called by main.main",
        ],
    );
    assert!(!errors.iter().any(|line| line == "not reached"));
}

#[test]
fn files_are_refused_unless_they_are_allowed() {
    let main = "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() {\n\
                \tdone := make(chan bool)\n\tgo func() {\n\t\tread()\n\t\tclose(done)\n\t}()\n\
                \t<-done\n}\n\nfunc read() {\n\
                \tdata, err := os.ReadFile(\"data\")\n\tfmt.Println(string(data), err)\n}\n";
    let (output, errors) = refused(&[], [("main.go", main), ("data", "x")]);
    has(
        &errors,
        &[
            "error: the interpreter cannot run the system call openat of \"data\"",
            "called by os.ReadFile",
            "called by main.read",
            "called by main.main.func1",
            "called by main.main in a go statement of goroutine 1",
        ],
    );
    assert_eq!(output, "");
    let dir = module([GO_MOD, ("main.go", main), ("data", "x")]);
    let ended = gossa(dir.path()).args(["run", "--files", "."]).run().exits(0);
    assert_eq!(ended.stdout, "x <nil>\n");
}

#[test]
fn the_network_is_refused() {
    let main = "package main\n\nimport \"net\"\n\nfunc main() {\n\tdial()\n}\n\n\
                func dial() {\n\tnet.Dial(\"tcp\", \"127.0.0.1:1\")\n}\n";
    let (_, errors) = refused(&[], [("main.go", main)]);
    has(
        &errors,
        &[
            "error: the interpreter cannot run the system call socket",
            "called by net.Dial",
            "called by main.dial",
            "called by main.main",
        ],
    );
}

#[test]
fn a_package_that_is_not_there_is_refused_where_it_is_used() {
    let main = "package main\n\nimport \"example.com/m/nowhere\"\n\nfunc main() {\n\
                \tprintln(\"before\")\n\tuse(1)\n}\n\nfunc use(n int) {\n\tif n > 1 {\n\
                \t\tnowhere.Never()\n\t}\n\tnowhere.Run(\n\t\tn)\n}\n";
    let (_, errors) = refused(&[], [("main.go", main)]);
    let expected = [
        "before",
        "error: the interpreter cannot run nowhere.Run( at main.go:14, which is in error or cannot \
         be seen",
        "called by main.use",
        "called by main.main",
        "main.go:3:8: no required module provides package example.com/m/nowhere; to add it: \
         go get example.com/m/nowhere",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn code_in_error_is_refused_where_it_runs() {
    let main = "package main\n\nfunc main() {\n\tprintln(\"before\")\n\twrong()\n}\n\n\
                func wrong() {\n\tvar n int = undefined + 1\n\tprintln(n)\n}\n";
    let (_, errors) = refused(&[], [("main.go", main)]);
    has(&errors, &["before", "called by main.wrong", "called by main.main"]);
    has(&errors, &["main.go:9:14: undefined: undefined"]);
    assert!(errors[1].ends_with("main.go:9, which is in error or cannot be seen"), "{errors:#?}");
}

#[test]
fn budgets_and_packages_that_are_no_programs_are_refused() {
    let main = "package main\n\nfunc main() {\n\tfor {\n\t}\n}\n";
    let (_, errors) = refused(&["--steps", "1000000"], [("main.go", main)]);
    let expected = [
        "error: the interpreter cannot run more steps than the budget allows",
        "called by main.main",
    ];
    assert_eq!(errors, expected);
    let dir = module([GO_MOD, ("main.go", main)]);
    let ended = gossa(dir.path()).args(["run", "fmt"]).run().exits(2);
    assert!(ended.stderr.contains("package fmt is not a main package"), "{}", ended.stderr);
}
