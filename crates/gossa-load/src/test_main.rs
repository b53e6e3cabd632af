//! The main package of a test program, as text that exists on no disk.
//!
//! `go test` writes such a file for every package that it tests: a table of
//! the package's tests, benchmarks, fuzz targets and examples, and a `main`
//! that hands it to package testing. With it, analyses see where tests are
//! called from. Finding the functions needs no parser: declarations at the
//! top level of a file are told apart by their brackets.

use std::fmt::Write as _;

use memchr::memmem;

/// What one package contributes to a test program.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TestFunctions {
    /// Functions `TestX(*testing.T)`.
    pub tests: Vec<String>,
    /// Functions `BenchmarkX(*testing.B)`.
    pub benchmarks: Vec<String>,
    /// Functions `FuzzX(*testing.F)`.
    pub fuzz_targets: Vec<String>,
    /// Examples that are run because a comment says what they print.
    pub examples: Vec<Example>,
    /// Examples that are compiled only.
    pub silent_examples: Vec<String>,
    /// It declares `TestMain`.
    pub has_main: bool,
}

/// An example that is run because a comment says what it prints.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// The function.
    pub name: String,
    /// What it prints, without white space around it.
    pub output: String,
    /// The order of the lines does not count.
    pub unordered: bool,
}

impl Example {
    /// Whether it passes if it prints this, as `go test` has it.
    #[must_use]
    pub fn is_output(&self, printed: &str) -> bool {
        let (got, want) = (printed.trim(), self.output.trim());
        if !self.unordered {
            return got == want;
        }
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        sorted(got) == sorted(want)
    }
}

impl TestFunctions {
    /// Adds the functions of a file.
    pub fn scan(&mut self, text: &[u8]) {
        let mut scanner = Scanner { text, at: 0 };
        while let Some(function) = scanner.next_function() {
            self.add(text, &function);
        }
    }

    fn add(&mut self, text: &[u8], function: &Function<'_>) {
        let name = function.name;
        let takes = |kind: &str| takes_pointer_to(&function.parameters, kind);
        if name == "TestMain" && !takes("T") {
            self.has_main |= takes("M");
        } else if is_test_name(name, "Test") && takes("T") {
            self.tests.push(name.to_owned());
        } else if is_test_name(name, "Benchmark") && takes("B") {
            self.benchmarks.push(name.to_owned());
        } else if is_test_name(name, "Fuzz") && takes("F") {
            self.fuzz_targets.push(name.to_owned());
        } else if is_test_name(name, "Example") && function.parameters.is_empty() {
            let body = &text[function.body.clone()];
            match expected_output(body) {
                Some((output, unordered)) => {
                    self.examples.push(Example { name: name.to_owned(), output, unordered });
                }
                None => self.silent_examples.push(name.to_owned()),
            }
        }
    }

    /// Whether the main package refers to any function.
    fn is_used(&self) -> bool {
        self.has_main
            || [&self.tests, &self.benchmarks, &self.fuzz_targets].iter().any(|l| !l.is_empty())
            || !self.examples.is_empty()
    }
}

/// The packages whose tests a program runs.
pub(crate) struct TestMain<'a> {
    /// The tested package; none if it has no files but external tests.
    pub(crate) package: Option<(&'a str, &'a TestFunctions)>,
    /// The external tests.
    pub(crate) external: Option<(&'a str, &'a TestFunctions)>,
    /// N of the installation's release `go1.N`.
    pub(crate) release_minor: u32,
}

impl TestMain<'_> {
    /// The file's text.
    pub(crate) fn text(&self) -> String {
        let parts: Vec<(&str, &str, &TestFunctions)> =
            [("_test", self.package), ("_xtest", self.external)]
                .into_iter()
                .filter_map(|(alias, part)| part.map(|(path, functions)| (alias, path, functions)))
                .collect();
        let main = parts.iter().find(|part| part.2.has_main).map(|part| part.0);
        let mut out = String::from(
            "// The tests of this directory as a program.\n\npackage main\n\nimport (\n\t\"os\"\n",
        );
        if main.is_some() {
            out.push_str("\t\"reflect\"\n");
        }
        out.push_str("\t\"testing\"\n\t\"testing/internal/testdeps\"\n");
        for (alias, path, functions) in &parts {
            let alias = if functions.is_used() { alias } else { "_" };
            let _ = writeln!(out, "\t{alias} {path:?}");
        }
        out.push_str(")\n");
        type List = fn(&TestFunctions) -> &[String];
        let mut tables: Vec<(&str, &str, List)> = vec![
            ("tests", "InternalTest", |f| &f.tests),
            ("benchmarks", "InternalBenchmark", |f| &f.benchmarks),
        ];
        // Fuzz targets came with this release.
        if self.release_minor >= 18 {
            tables.push(("fuzzTargets", "InternalFuzzTarget", |f| &f.fuzz_targets));
        }
        for (variable, ty, list) in &tables {
            let _ = writeln!(out, "\nvar {variable} = []testing.{ty}{{");
            for (alias, _, functions) in &parts {
                for name in list(functions) {
                    let _ = writeln!(out, "\t{{\"{name}\", {alias}.{name}}},");
                }
            }
            out.push_str("}\n");
        }
        out.push_str("\nvar examples = []testing.InternalExample{\n");
        for (alias, _, functions) in &parts {
            for Example { name, output, unordered } in &functions.examples {
                let output = quoted(output);
                let _ = writeln!(out, "\t{{\"{name}\", {alias}.{name}, {output}, {unordered}}},");
            }
        }
        out.push_str("}\n\nfunc main() {\n\tm := testing.MainStart(testdeps.TestDeps{}, ");
        for (variable, ..) in &tables {
            let _ = write!(out, "{variable}, ");
        }
        out.push_str("examples)\n");
        match main {
            Some(alias) => {
                let _ = writeln!(out, "\t{alias}.TestMain(m)");
                out.push_str(
                    "\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName(\"exitCode\").Int()))\n",
                );
            }
            None => out.push_str("\tos.Exit(m.Run())\n"),
        }
        out.push_str("}\n");
        out
    }
}

/// A Go string literal.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `Test`, `TestX`, `Test_x`, but not `Testing`.
fn is_test_name(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|rest| !rest.chars().next().is_some_and(char::is_lowercase))
}

/// Whether the parameters are one pointer to a type of this name, of whatever
/// package: `t *testing.T`.
fn takes_pointer_to(parameters: &[&str], kind: &str) -> bool {
    let ty = match parameters {
        ["*", ty @ ..] | [_, "*", ty @ ..] => ty,
        _ => return false,
    };
    let ty = ty.strip_suffix(&[","]).unwrap_or(ty);
    matches!(ty, [name] | [_, ".", name] if *name == kind)
}

/// What the last comment of an example says that it prints.
fn expected_output(body: &[u8]) -> Option<(String, bool)> {
    let mut scanner = Scanner { text: body, at: 0 };
    // Comments with nothing but white space and at most a line end between
    // them belong together.
    let mut group: Vec<std::ops::Range<usize>> = Vec::new();
    while let Some((token, range)) = scanner.next_token() {
        if token == Token::Comment {
            let between = group.last().map_or(&[][..], |last| &body[last.end..range.start]);
            let apart = between.iter().filter(|&&b| b == b'\n').count() > 1
                || !between.iter().all(u8::is_ascii_whitespace);
            if apart {
                group.clear();
            }
            group.push(range);
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for range in group {
        let comment = String::from_utf8_lossy(&body[range]);
        match comment.strip_prefix("//") {
            Some(line) if is_directive(line) => {}
            Some(line) => lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()),
            None => {
                let inner = comment.strip_prefix("/*").unwrap_or(&comment);
                let inner = inner.strip_suffix("*/").unwrap_or(inner);
                lines.extend(inner.split('\n').map(|line| line.trim_end().to_owned()));
            }
        }
    }
    // Of several empty lines one is left.
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    let text = lines.join("\n");
    let text = text.trim_start();
    let strip = |text: &str, word: &str| {
        let head = text.get(..word.len())?;
        head.eq_ignore_ascii_case(word).then(|| text[word.len()..].to_owned())
    };
    let (rest, unordered) = match strip(text, "unordered ") {
        Some(rest) => (rest, true),
        None => (text.to_owned(), false),
    };
    let output = strip(&rest, "output:")?;
    Some((output.trim().to_owned(), unordered))
}

/// Whether the text behind `//` is a directive, which is no part of a comment's text:
/// `line ...`, `extern ...`, `export ...`, or `word:word...`.
fn is_directive(line: &str) -> bool {
    let lower = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    ["line ", "extern ", "export "].iter().any(|word| line.starts_with(word))
        || line.split_once(':').is_some_and(|(before, after)| {
            !before.is_empty()
                && before.bytes().all(|b| lower(&b))
                && after.as_bytes().first().is_some_and(lower)
        })
}

/// A function declared without receiver, type parameters and results.
struct Function<'t> {
    name: &'t str,
    /// The tokens between the parentheses.
    parameters: Vec<&'t str>,
    body: std::ops::Range<usize>,
}

/// Just enough of Go's tokens to find declarations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Comment,
    /// A string or rune: nothing inside it counts.
    Literal,
    Word,
    Byte(u8),
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Scanner<'t> {
    fn next_token(&mut self) -> Option<(Token, std::ops::Range<usize>)> {
        let text = self.text;
        while text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        let start = self.at;
        let rest = &text[start..];
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80;
        let until = |found: Option<usize>, more: usize| found.map_or(rest.len(), |n| n + more);
        let (token, length) = match *rest.first()? {
            b'/' if rest.starts_with(b"//") => {
                (Token::Comment, until(memchr::memchr(b'\n', rest), 0))
            }
            b'/' if rest.starts_with(b"/*") => {
                (Token::Comment, until(memmem::find(&rest[2..], b"*/"), 4))
            }
            b'`' => (Token::Literal, until(memchr::memchr(b'`', &rest[1..]), 2)),
            quote @ (b'"' | b'\'') => (Token::Literal, quoted_length(rest, quote)),
            b if is_word(&b) => (Token::Word, until(rest.iter().position(|b| !is_word(b)), 0)),
            b => (Token::Byte(b), 1),
        };
        self.at = start + length;
        Some((token, start..self.at))
    }

    /// The next token that is no comment.
    fn next_code(&mut self) -> Option<(Token, std::ops::Range<usize>)> {
        loop {
            let (token, range) = self.next_token()?;
            if token != Token::Comment {
                return Some((token, range));
            }
        }
    }

    fn word(&self, range: std::ops::Range<usize>) -> &'t str {
        std::str::from_utf8(&self.text[range]).unwrap_or_default()
    }

    /// Skips to the bracket that closes the one just read.
    fn skip_brackets(&mut self) -> usize {
        let mut depth = 1;
        while let Some((token, range)) = self.next_code() {
            match token {
                Token::Byte(b'(' | b'[' | b'{') => depth += 1,
                Token::Byte(b')' | b']' | b'}') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return range.start;
            }
        }
        self.text.len()
    }

    /// The next function that could be a test.
    fn next_function(&mut self) -> Option<Function<'t>> {
        loop {
            match self.next_code()? {
                (Token::Byte(b'(' | b'[' | b'{'), _) => {
                    self.skip_brackets();
                }
                (Token::Word, range) if self.word(range.clone()) == "func" => {
                    if let Some(found) = self.function() {
                        return Some(found);
                    }
                }
                _ => {}
            }
        }
    }

    /// The rest of a function after its keyword; none for one that cannot be a
    /// test. Leaves off where the scan for declarations can go on.
    fn function(&mut self) -> Option<Function<'t>> {
        let before = self.at;
        let (Token::Word, name) = self.next_code()? else {
            // A receiver.
            self.at = before;
            return None;
        };
        let before = self.at;
        let (Token::Byte(b'('), _) = self.next_code()? else {
            self.at = before;
            return None;
        };
        let mut parameters = Vec::new();
        loop {
            match self.next_code()? {
                (Token::Byte(b')'), _) => break,
                (Token::Byte(b'(' | b'[' | b'{'), _) => {
                    self.skip_brackets();
                    parameters.push("");
                }
                (_, range) => parameters.push(self.word(range)),
            }
        }
        let before = self.at;
        let (Token::Byte(b'{'), open) = self.next_code()? else {
            self.at = before;
            return None;
        };
        let close = self.skip_brackets();
        Some(Function { name: self.word(name), parameters, body: open.end..close })
    }
}

/// The length of a literal in single or double quotes; one that is not closed
/// ends with its line.
fn quoted_length(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(&b) = text.get(at) {
        match b {
            b'\n' => return at,
            b'\\' => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"package p

import "testing"

func TestA(t *testing.T) { _ = '{'; _ = "}" }
func TestB(*testing.T) {}
func Test_c(t *T,) {}
func Testing(t *testing.T) {}
func TestD(t testing.T) {}
func TestE(t, u *testing.T) {}
func TestF(t *testing.T) int { return 0 }
func TestG[T any](t *testing.T) {}
func (x X) TestH(t *testing.T) {}
func BenchmarkA(b *testing.B) { func() { func TestI(t *testing.T) {} }() }
func FuzzA(f *testing.F) {}
// func TestJ(t *testing.T) {}
var s = `
func TestK(t *testing.T) {}
`
func ExampleA() {
	f()
	// a

	// Output: "x"
	// y
}
func ExampleB() { /* Unordered output: z */ }
func ExampleC() {
	// Output: no
	f()
	// something else
}
func ExampleD(x int) {
	// Output: no
}
func ExampleE() {
	// Output:
	//go:note this is no text
	// a   
	//
	//
	//  b
}
"#;

    fn scan(text: &str) -> TestFunctions {
        let mut functions = TestFunctions::default();
        functions.scan(text.as_bytes());
        functions
    }

    #[test]
    fn functions_are_told_by_name_and_signature() {
        let found = scan(TEXT);
        assert_eq!(found.tests, ["TestA", "TestB", "Test_c"]);
        assert_eq!(found.benchmarks, ["BenchmarkA"]);
        assert_eq!(found.fuzz_targets, ["FuzzA"]);
        let examples: Vec<_> =
            found.examples.iter().map(|e| (&*e.name, &*e.output, e.unordered)).collect();
        assert_eq!(
            examples,
            [
                ("ExampleA", "\"x\"\ny", false),
                ("ExampleB", "z", true),
                ("ExampleE", "a\n\n b", false)
            ]
        );
        assert_eq!(found.silent_examples, ["ExampleC"]);
        assert!(!found.has_main);
        assert!(scan("package p\nfunc TestMain(m *testing.M) {}\n").has_main);
        assert_eq!(scan("package p\nfunc TestMain(t *testing.T) {}\n").tests, ["TestMain"]);
    }

    #[test]
    fn the_program_names_every_function() {
        let (own, external) = (scan(TEXT), scan("package p_test\nfunc ExampleX() {}\n"));
        let main = TestMain {
            package: Some(("m/p", &own)),
            external: Some(("m/p_test", &external)),
            release_minor: 27,
        };
        let text = main.text();
        for line in [
            "\t_test \"m/p\"\n",
            "\t_ \"m/p_test\"\n",
            "\t{\"TestA\", _test.TestA},\n",
            "\t{\"ExampleA\", _test.ExampleA, \"\\\"x\\\"\\ny\", false},\n",
            "\tos.Exit(m.Run())\n",
        ] {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
        assert!(!text.contains("reflect"));
        let own = scan("package p\nfunc TestMain(m *testing.M) {}\n");
        let main = TestMain { package: Some(("p", &own)), external: None, release_minor: 17 };
        let text = main.text();
        assert!(text.contains("_test.TestMain(m)") && text.contains("\"reflect\""), "{text}");
        assert!(!text.contains("fuzz"), "{text}");
    }

    #[test]
    fn arbitrary_bytes_do_not_panic() {
        for cut in 0..TEXT.len() {
            scan(&TEXT[cut..]);
            scan(&TEXT[..cut]);
        }
        TestFunctions::default().scan(b"func Test\xff(\"\\");
    }
}
