//! `gossa run`: programs of `testdata/run` do what the Go toolchain's do, as `record` there wrote
//! it down.

use crate::support::{gossa, module};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn programs_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/run")
}

/// Standard output, why the program ended, and the exit status, as `record` has them.
fn outcome(dir: &str, arguments: &[&str]) -> String {
    let arguments = arguments.iter().copied();
    let ended = gossa(programs_dir()).args(["run", "-q"]).args(arguments).args([dir]).run();
    let mut text = ended.stdout.clone();
    for line in ended.stderr.lines() {
        let start = line.trim_start();
        if start.starts_with("panic: ") || line.starts_with("fatal error: ") {
            let _ = writeln!(text, "{line}");
        }
    }
    let _ = writeln!(text, "exit status {}", ended.exit.unwrap_or(-1));
    text
}

fn programs() -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(programs_dir()).expect("testdata/run") {
        let entry = entry.expect("an entry of testdata/run");
        if entry.path().join("main.go").is_file() {
            names.push(entry.file_name().into_string().expect("a name in UTF-8"));
        }
    }
    names.sort();
    assert!(names.len() > 5, "{names:?}");
    names
}

#[test]
fn programs_do_what_the_toolchain_recorded() {
    for name in programs() {
        let expected = programs_dir().join(&name).join("expected.txt");
        let expected = std::fs::read_to_string(&expected).expect("run testdata/run/record");
        assert_eq!(outcome(&format!("{name}/main.go"), &[]), expected, "{name}");
    }
}

#[test]
fn traces_are_those_of_the_toolchain() {
    let dir = programs_dir().join("traces");
    let root = format!("{}/", programs_dir().canonicalize().expect("testdata/run").display());
    for way in ["nil", "deferred", "repanic", "go", "deadlock", "index"] {
        let run = gossa(programs_dir()).args(["run", "-q", "traces/main.go", "--", way]).run();
        let ended = run.exits(2);
        let mut got = String::new();
        for line in ended.stderr.lines() {
            let line = line.replace(&root, "");
            // Of goroutines only the first has the number that it has there.
            let mut words: Vec<&str> = line.split(' ').collect();
            for at in 1..words.len() {
                if words[at - 1] == "goroutine" && words[at] != "1" {
                    words[at] = "N";
                }
            }
            let _ = writeln!(got, "{}", words.join(" "));
        }
        let expected = std::fs::read_to_string(dir.join(format!("{way}.txt")));
        assert_eq!(got, expected.expect("run testdata/run/record"), "{way}");
    }
}

/// Tests of a module, with parts, a failure, a skip and something that cannot be run.
const TESTS: [(&str, &str); 3] = [
    ("go.mod", "module example.com/m\n\ngo 1.27\n"),
    ("m.go", "package m\n\nfunc Twice(x int) int { return 2 * x }\n"),
    (
        "m_test.go",
        "package m\n\nimport (\n\t\"fmt\"\n\t\"net\"\n\t\"testing\"\n)\n\n\
         func TestTwice(t *testing.T) {\n\tfor _, x := range []int{1, 2} {\n\
         \t\tt.Run(fmt.Sprint(x), func(t *testing.T) {\n\
         \t\t\tif Twice(x) != x+x {\n\t\t\t\tt.Fatal(x)\n\t\t\t}\n\t\t})\n\t}\n}\n\n\
         func TestWrong(t *testing.T) {\n\tt.Errorf(\"%d is wrong\", Twice(1))\n}\n\n\
         func TestPanics(t *testing.T) {\n\tvar p *int\n\t*p = 1\n}\n\n\
         func TestSkipped(t *testing.T) {\n\tif testing.Short() {\n\t\tt.Skip(\"later\")\n\t}\n}\n\n\
         func TestNet(t *testing.T) {\n\tnet.Dial(\"tcp\", \"127.0.0.1:1\")\n}\n\n\
         func FuzzTwice(f *testing.F) {\n\tf.Add(1)\n\tf.Fuzz(func(t *testing.T, x int) { Twice(x) })\n}\n\n\
         func ExampleTwice() {\n\tfmt.Println(Twice(4))\n\t// Output: 8\n}\n",
    ),
];

#[test]
fn tests_run_through_package_testing() {
    let dir = module(TESTS);
    let ended = gossa(dir.path()).args(["run", "--tests", ".", "--", "-short"]).run().exits(1);
    let out = &ended.stdout;
    for line in [
        "FAIL  example.com/m  3 passed, 3 failed, 1 skipped\n",
        "=== FAIL: TestWrong\n",
        "m_test.go:20: 2 is wrong\n",
        "=== FAIL: TestPanics\n",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x0]\n",
        "=== SKIP: TestSkipped\n",
        "=== FAIL: TestNet\n",
        "the interpreter cannot run the system call socket\n",
        "6 tests: 3 passed, 3 failed; 1 skipped\n",
    ] {
        assert!(out.contains(line), "{line:?} is not in\n{out}");
    }

    let verbose = ["run", "--tests", ".", "--", "-v", "-run", "Twice/1|Skipped"];
    let ended = gossa(dir.path()).args(verbose).run().exits(0);
    let out = &ended.stdout;
    assert!(out.contains("--- PASS: TestTwice/1 "), "{out}");
    assert!(!out.contains("TestTwice/2"), "{out}");
    assert!(out.contains("3 tests: 3 passed, 0 failed; 0 skipped"), "{out}");
}

#[test]
fn every_seed_gives_an_allowed_run_and_always_the_same() {
    let expected = std::fs::read_to_string(programs_dir().join("channels/expected.txt"));
    let expected = expected.expect("run testdata/run/record");
    for seed in ["1", "2", "12345"] {
        for _ in 0..2 {
            assert_eq!(outcome("channels/main.go", &["--seed", seed]), expected, "seed {seed}");
        }
    }
}

/// Prints in an order that depends on the schedule.
const RACY: [(&str, &str); 2] = [
    ("go.mod", "module example.com/m\n\ngo 1.27\n"),
    (
        "main.go",
        "package main\n\nimport (\n\t\"fmt\"\n\t\"math/rand\"\n\t\"sync\"\n)\n\n\
         func main() {\n\tvar wg sync.WaitGroup\n\tc := make(chan int, 3)\n\
         \tfor i := range 8 {\n\t\twg.Go(func() {\n\t\t\tfmt.Println(\"start\", i, rand.Intn(100))\n\
         \t\t\tselect {\n\t\t\tcase c <- i:\n\t\t\tcase j := <-c:\n\t\t\t\tfmt.Println(j, \"to\", i)\n\
         \t\t\t}\n\t\t})\n\t}\n\twg.Wait()\n\tpanic(len(c))\n}\n",
    ),
];

#[test]
fn a_replayed_schedule_gives_the_same_run() {
    let dir = module(RACY);
    let run = |more: &[&str]| {
        let ended = gossa(dir.path()).args(["run"]).args(more.iter().copied()).args(["."]).run();
        let ended = ended.exits(2);
        (ended.stdout, ended.stderr)
    };
    let mut all = std::collections::BTreeSet::new();
    for seed in ["0", "1", "2", "3", "4", "5"] {
        let recorded = run(&["--seed", seed, "--schedule-out", "s"]);
        assert_eq!(run(&["--seed", seed]), recorded, "seed {seed}");
        assert_eq!(run(&["--replay", "s", "--schedule-out", "t"]), recorded, "seed {seed}");
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("written");
        assert!(read("s").starts_with("gossa schedule 1\nrun 1 "), "{}", read("s"));
        assert_eq!(read("s"), read("t"), "seed {seed}");
        all.insert(recorded.0);
    }
    assert!(all.len() > 2, "seeds make no difference: {all:?}");

    let write = |text: &str| std::fs::write(dir.path().join("s"), text).expect("a directory");
    write("gossa schedule 1\nrun 7 10\n");
    let (_, errors) = run(&["--replay", "s"]);
    assert!(errors.contains("choice 1: goroutine 7 cannot run here"), "{errors}");
    write("gossa schedule 1\nrun 1 x\n");
    let (_, errors) = run(&["--replay", "s"]);
    assert!(errors.contains("s: line 2: no choice"), "{errors}");
}

#[test]
fn memory_is_collected_and_bounded() {
    let expected = std::fs::read_to_string(programs_dir().join("collect/expected.txt"));
    let expected = expected.expect("run testdata/run/record");
    for seed in ["0", "7"] {
        let limited = outcome("collect/main.go", &["--memory", "64", "--seed", seed]);
        assert_eq!(limited, expected, "seed {seed}");
    }

    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        (
            "main.go",
            "package main\n\nvar all [][]int\n\nfunc main() {\n\tfor {\n\
             \t\tall = append(all, make([]int, 1000))\n\t}\n}\n",
        ),
    ]);
    let ended = gossa(dir.path()).args(["run", "--memory", "20", "."]).run().exits(2);
    let refused = "fatal error: out of memory: the budget is 20 MiB";
    assert!(ended.stderr.contains(refused), "{}", ended.stderr);
}

/// A module whose examples pass, fail, print in any order, panic, and are not run.
const EXAMPLES: [(&str, &str); 4] = [
    ("go.mod", "module example.com/m\n\ngo 1.27\n"),
    (
        "m.go",
        "package m\n\nvar Started = start()\n\nfunc start() int { return 41 }\n\n\
         func Next() int { Started++; return Started }\n",
    ),
    (
        "m_test.go",
        "package m\n\nimport \"fmt\"\n\nfunc Example() {\n\tfmt.Println(\"  a \")\n\n\
         \t// Output:\n\t//   a\n}\n\nfunc ExampleNext() {\n\tfmt.Println(Next())\n\
         \t// Output: 42\n}\n",
    ),
    (
        "x_test.go",
        "package m_test\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"example.com/m\"\n)\n\n\
         func ExampleNext_again() {\n\tfmt.Println(m.Next())\n\t// Output: 42\n}\n\n\
         func Example_unordered() {\n\tfmt.Print(\"b\\na\\n\")\n\t// Unordered output:\n\t// a\n\t// b\n}\n\n\
         func Example_wrong() {\n\tfmt.Println(1)\n\t// output: 2\n}\n\n\
         func Example_panics() {\n\tpanic(\"oh\")\n\t// Output:\n}\n\n\
         func Example_file() {\n\tdata, err := os.ReadFile(\"data\")\n\tfmt.Println(string(data), err)\n\
         \tos.WriteFile(\"data\", []byte(\"y\"), 0o666)\n\tdata, _ = os.ReadFile(\"data\")\n\
         \tfmt.Println(string(data))\n\t// Output:\n\t// x <nil>\n\t// y\n}\n\n\
         func Example_silent() {\n\tpanic(0)\n}\n",
    ),
];

#[test]
fn examples_are_run_each_by_itself() {
    let dir = module(EXAMPLES);
    std::fs::write(dir.path().join("data"), "x").expect("a temporary directory");
    let ended = gossa(dir.path()).args(["run", "--examples", "./..."]).run().exits(1);
    let out = &ended.stdout;
    let lines = [
        "FAIL  example.com/m  4 passed, 3 failed, 1 without output",
        "--- FAIL: Example_wrong\ngot:\n1\nwant:\n2\n",
        "--- FAIL: Example_panics\nexit status 2\npanic: oh\n",
        "--- FAIL: Example_file\nthe interpreter cannot run the system call openat of \"data\"\n",
        "7 examples: 4 passed, 3 failed; 1 without output\n",
    ];
    for line in lines {
        assert!(out.contains(line), "{line:?} is not in\n{out}");
    }

    let ended = gossa(dir.path()).args(["run", "--examples", "--files"]).run().exits(1);
    assert!(ended.stdout.contains("5 passed, 2 failed"), "{}", ended.stdout);
    let data = std::fs::read_to_string(dir.path().join("data")).expect("written above");
    assert_eq!(data, "x", "what a program writes stays in memory");
}

#[test]
fn programs_have_arguments_and_embedded_files() {
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        (
            "main.go",
            "package main\n\nimport (\n\t\"embed\"\n\t\"fmt\"\n\t\"os\"\n)\n\n\
             //go:embed a.txt\nvar a string\n\n//go:embed a.txt sub\n// and more\nvar fs embed.FS\n\n\
             func main() {\n\tb, err := fs.ReadFile(\"sub/b.txt\")\n\
             \tfmt.Println(a, string(b), err, os.Args[1:])\n\
             \tentries, _ := fs.ReadDir(\".\")\n\tfmt.Println(len(entries))\n}\n",
        ),
        ("a.txt", "A"),
        ("sub/b.txt", "B"),
    ]);
    let ended = gossa(dir.path()).args(["run", ".", "--", "-x", "y"]).run().exits(0);
    assert_eq!(ended.stdout, "A B <nil> [-x y]\n2\n");
    let ended = gossa(dir.path()).args(["run", "--goos", "windows", "."]).run().exits(2);
    assert!(ended.stderr.contains("for linux/amd64 only"), "{}", ended.stderr);
}
