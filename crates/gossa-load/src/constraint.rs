//! Build constraints: which files belong to a build.
//!
//! Three sources decide: the file's name (`_GOOS`, `_GOARCH`), a
//! `//go:build` line, and, only where there is no such line, the older
//! `// +build` lines. A `//go:build` line may also set the language version
//! of its file.

use crate::config::{BuildContext, LangVersion};
use crate::platform;

/// A boolean expression over build tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expr {
    Tag(String),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
}

/// Larger expressions are refused, as the go command does; this also bounds
/// the recursion over expressions.
const MAX_OPERANDS: usize = 1000;

/// Larger `// +build` lines are refused.
const MAX_OLD_OPERANDS: usize = 100;

impl Expr {
    /// The value of the expression when `holds` says which tags hold.
    pub(crate) fn eval(&self, holds: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Expr::Tag(tag) => holds(tag),
            Expr::Not(x) => !x.eval(holds),
            Expr::And(x, y) => x.eval(holds) && y.eval(holds),
            Expr::Or(x, y) => x.eval(holds) || y.eval(holds),
        }
    }

    /// The oldest Go version that the expression implies, if it implies any.
    pub(crate) fn min_go_version(&self) -> Option<LangVersion> {
        self.min_minor(true).map(LangVersion::go1)
    }

    /// As N of `go1.N`. `positive` is false under an odd number of negations,
    /// where a tag implies nothing and the operators trade places.
    fn min_minor(&self, positive: bool) -> Option<u16> {
        match self {
            Expr::Tag(tag) => {
                if !positive {
                    None
                } else if tag == "go1" {
                    Some(0)
                } else {
                    tag.strip_prefix("go1.")?.parse().ok()
                }
            }
            Expr::Not(x) => x.min_minor(!positive),
            Expr::And(x, y) | Expr::Or(x, y) => {
                let (x, y) = (x.min_minor(positive), y.min_minor(positive));
                // Of two that both hold the newer counts; of two of which one
                // holds, the older. None is older than any version.
                if matches!(self, Expr::And(..)) == positive { x.max(y) } else { x.min(y) }
            }
        }
    }
}

/// Parses what follows `//go:build`.
pub(crate) fn parse_go_build(text: &str) -> Result<Expr, String> {
    let mut parser = Parser { rest: text, token: Token::End, operands: 0 };
    parser.advance()?;
    let expr = parser.or_expr()?;
    match parser.token {
        Token::End => Ok(expr),
        token => Err(format!("unexpected token {token}")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    End,
    Open,
    Close,
    Not,
    And,
    Or,
    Tag(&'a str),
}

impl std::fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Token::End => "end of expression",
            Token::Open => "(",
            Token::Close => ")",
            Token::Not => "!",
            Token::And => "&&",
            Token::Or => "||",
            Token::Tag(tag) => tag,
        })
    }
}

struct Parser<'a> {
    rest: &'a str,
    token: Token<'a>,
    operands: usize,
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<(), String> {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        let Some(first) = self.rest.chars().next() else {
            self.token = Token::End;
            return Ok(());
        };
        let (token, len) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '!' => (Token::Not, 1),
            '&' if self.rest.starts_with("&&") => (Token::And, 2),
            '|' if self.rest.starts_with("||") => (Token::Or, 2),
            _ => {
                let end = self.rest.find(|c| !is_tag_char(c)).unwrap_or(self.rest.len());
                if end == 0 {
                    return Err(format!("invalid syntax at {first}"));
                }
                (Token::Tag(&self.rest[..end]), end)
            }
        };
        self.token = token;
        self.rest = &self.rest[len..];
        Ok(())
    }

    fn or_expr(&mut self) -> Result<Expr, String> {
        let mut expr = self.and_expr()?;
        while self.token == Token::Or {
            self.advance()?;
            expr = Expr::Or(Box::new(expr), Box::new(self.and_expr()?));
        }
        Ok(expr)
    }

    fn and_expr(&mut self) -> Result<Expr, String> {
        let mut expr = self.not_expr()?;
        while self.token == Token::And {
            self.advance()?;
            expr = Expr::And(Box::new(expr), Box::new(self.not_expr()?));
        }
        Ok(expr)
    }

    fn not_expr(&mut self) -> Result<Expr, String> {
        self.operands += 1;
        if self.operands > MAX_OPERANDS {
            return Err("build expression too large".to_owned());
        }
        if self.token != Token::Not {
            return self.atom();
        }
        self.advance()?;
        if self.token == Token::Not {
            return Err("double negation not allowed".to_owned());
        }
        Ok(Expr::Not(Box::new(self.atom()?)))
    }

    fn atom(&mut self) -> Result<Expr, String> {
        match self.token {
            Token::Tag(tag) => {
                let tag = tag.to_owned();
                self.advance()?;
                Ok(Expr::Tag(tag))
            }
            Token::Open => {
                self.advance()?;
                let expr = match self.token {
                    Token::End => return Err("missing close paren".to_owned()),
                    _ => self.or_expr()?,
                };
                if self.token != Token::Close {
                    return Err("missing close paren".to_owned());
                }
                self.advance()?;
                Ok(expr)
            }
            Token::End => Err("unexpected end of expression".to_owned()),
            token => Err(format!("unexpected token {token}")),
        }
    }
}

fn is_tag_char(c: char) -> bool {
    c.is_alphabetic() || c.is_numeric() || c == '_' || c == '.'
}

/// Parses what follows `// +build`: an OR of the words, each an AND of the
/// literals between commas.
pub(crate) fn parse_plus_build(text: &str) -> Result<Expr, String> {
    let mut operands = 0;
    let mut any: Option<Expr> = None;
    for clause in text.split_whitespace() {
        let mut all: Option<Expr> = None;
        for literal in clause.split(',') {
            operands += 1;
            if operands > MAX_OLD_OPERANDS {
                return Err("build expression too complex for // +build lines".to_owned());
            }
            let expr = plus_build_literal(literal);
            all = Some(match all {
                None => expr,
                Some(x) => Expr::And(Box::new(x), Box::new(expr)),
            });
        }
        let all = all.unwrap_or_else(|| Expr::Tag("ignore".to_owned()));
        any = Some(match any {
            None => all,
            Some(x) => Expr::Or(Box::new(x), Box::new(all)),
        });
    }
    // A line without words never holds.
    Ok(any.unwrap_or_else(|| Expr::Tag("ignore".to_owned())))
}

fn plus_build_literal(literal: &str) -> Expr {
    let (negated, tag) = match literal.strip_prefix('!') {
        Some(tag) => (true, tag),
        None => (false, literal),
    };
    // A malformed literal is read as a tag that never holds.
    if tag.is_empty() || !tag.chars().all(is_tag_char) {
        return Expr::Tag("ignore".to_owned());
    }
    let tag = Expr::Tag(tag.to_owned());
    if negated { Expr::Not(Box::new(tag)) } else { tag }
}

/// The constraint comments at the top of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Constraints<'a> {
    /// What follows `//go:build`.
    pub(crate) go_build: Option<&'a str>,
    /// Line of the `//go:build` comment.
    pub(crate) go_build_line: u32,
    /// What follows each `// +build`.
    pub(crate) plus_build: Vec<&'a str>,
    /// Line of a second `//go:build` comment, which is an error.
    pub(crate) second_go_build_line: Option<u32>,
    /// The text goes on after its leading comments: nothing was missed.
    pub(crate) complete: bool,
}

/// Finds the constraint comments before the first text that is no comment.
///
/// A `//go:build` line counts anywhere there; `// +build` lines only in the
/// leading run of `//` comments, and only above its last blank line (below
/// it they are documentation).
pub(crate) fn find_constraints(text: &[u8]) -> Constraints<'_> {
    let mut found = Constraints::default();
    // +build lines since the last blank line: not yet known to count.
    let mut pending: Vec<&str> = Vec::new();
    let mut only_line_comments = true;
    let mut in_block_comment = false;
    let mut line_number = 0;
    'lines: for raw in text.split(|&b| b == b'\n') {
        line_number += 1;
        let mut line = raw.trim_ascii();
        if line.is_empty() && only_line_comments {
            found.plus_build.append(&mut pending);
            continue;
        }
        if !line.starts_with(b"//") {
            only_line_comments = false;
        }
        if !in_block_comment && line.starts_with(b"//") {
            if let Some(expr) = after_word(line, b"//go:build") {
                if found.go_build.is_some() {
                    found.second_go_build_line = Some(line_number);
                    found.complete = true;
                    break;
                }
                found.go_build = Some(expr);
                found.go_build_line = line_number;
            } else if only_line_comments {
                let comment = line[2..].trim_ascii_start();
                pending.extend(after_word(comment, b"+build"));
            }
        }
        while !line.is_empty() {
            if in_block_comment {
                let Some(end) = memchr::memmem::find(line, b"*/") else { continue 'lines };
                in_block_comment = false;
                line = line[end + 2..].trim_ascii_start();
            } else if line.starts_with(b"//") {
                continue 'lines;
            } else if line.starts_with(b"/*") {
                in_block_comment = true;
                line = &line[2..];
            } else {
                found.complete = true;
                break 'lines;
            }
        }
    }
    found
}

/// The rest of a line that begins with `word` and then a space or nothing.
/// Text that is not UTF-8 can satisfy no constraint and reads as malformed.
fn after_word<'a>(line: &'a [u8], word: &[u8]) -> Option<&'a str> {
    let rest = line.strip_prefix(word)?;
    let trimmed = rest.trim_ascii();
    if !rest.is_empty() && trimmed.len() == rest.len() {
        return None;
    }
    Some(std::str::from_utf8(trimmed).unwrap_or("\u{fffd}"))
}

/// What a file's constraints say for one build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The constraint that excludes the file, as written.
    pub(crate) excluded_by: Option<String>,
    /// The language version that `//go:build` sets.
    pub(crate) lang_version: Option<LangVersion>,
}

/// An error in a constraint: message and line.
pub(crate) type ConstraintError = (String, u32);

impl Constraints<'_> {
    /// Decides about the file.
    pub(crate) fn judge(&self, holds: &dyn Fn(&str) -> bool) -> Result<Verdict, ConstraintError> {
        if let Some(line) = self.second_go_build_line {
            return Err(("multiple //go:build comments".to_owned(), line));
        }
        if let Some(text) = self.go_build {
            let expr = parse_go_build(text)
                .map_err(|e| (format!("parsing //go:build line: {e}"), self.go_build_line))?;
            let excluded_by = (!expr.eval(holds)).then(|| format!("//go:build {text}"));
            return Ok(Verdict { excluded_by, lang_version: expr.min_go_version() });
        }
        let excluding = self.plus_build.iter().find(|text| {
            // A line that cannot be understood is no constraint.
            parse_plus_build(text).is_ok_and(|expr| !expr.eval(holds))
        });
        Ok(Verdict {
            excluded_by: excluding.map(|text| format!("// +build {text}")),
            lang_version: None,
        })
    }
}

impl BuildContext {
    /// Whether a build tag holds in this build.
    #[must_use]
    pub fn tag_holds(&self, tag: &str) -> bool {
        if tag == "cgo" && self.cgo {
            return true;
        }
        if tag == self.goos || tag == self.goarch || tag == "gc" {
            return true;
        }
        match (self.goos.as_str(), tag) {
            ("android", "linux") | ("illumos", "solaris") | ("ios", "darwin") => return true,
            (goos, "unix") if platform::is_unix(goos) => return true,
            _ => {}
        }
        if let Some(minor) = tag.strip_prefix("go1.") {
            let canonical = !minor.starts_with(['0', '+']);
            if canonical && minor.parse::<u32>().is_ok_and(|n| n <= self.release_minor) {
                return true;
            }
        }
        // The old name of an experiment.
        let tag = if tag == "boringcrypto" { "goexperiment.boringcrypto" } else { tag };
        let among = |list: &[String]| list.iter().any(|t| t == tag);
        among(&self.tags) || among(&self.tool_tags)
    }

    /// Whether the `_GOOS` and `_GOARCH` parts of a file name fit this build.
    #[must_use]
    pub fn file_name_fits(&self, name: &str) -> bool {
        let stem = name.split('.').next().unwrap_or_default();
        // What stands before the first underscore is the name proper, even if
        // it spells a platform: `linux.go` is for everyone.
        let Some(underscore) = stem.find('_') else { return true };
        let stem = &stem[underscore..];
        let stem = stem.strip_suffix("_test").unwrap_or(stem);
        let mut parts = stem.rsplit('_');
        let last = parts.next().unwrap_or_default();
        let before = parts.next().unwrap_or_default();
        if platform::is_known_os(before) && platform::is_known_arch(last) {
            self.tag_holds(last) && self.tag_holds(before)
        } else if platform::is_known_os(last) || platform::is_known_arch(last) {
            self.tag_holds(last)
        } else {
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(goos: &str, goarch: &str) -> BuildContext {
        BuildContext {
            goos: goos.into(),
            goarch: goarch.into(),
            cgo: true,
            tags: vec!["integration".into()],
            tool_tags: vec!["amd64.v1".into()],
            release_minor: 27,
        }
    }

    fn holds(expr: &str, goos: &str, goarch: &str) -> bool {
        let context = context(goos, goarch);
        parse_go_build(expr).unwrap().eval(&|tag| context.tag_holds(tag))
    }

    #[test]
    fn expressions_follow_precedence() {
        for (expr, expected) in [
            ("linux", true),
            ("!linux", false),
            ("linux && arm64", false),
            ("windows || linux && amd64", true),
            ("(windows || linux) && arm64", false),
            ("!(windows || darwin)", true),
            ("unix && !cgo", false),
            ("gc && go1.1 && go1.27 && !go1.28", true),
            ("go1.01", false),
            ("amd64.v1 && !amd64.v2", true),
            ("integration && !ignore", true),
        ] {
            assert_eq!(holds(expr, "linux", "amd64"), expected, "{expr}");
        }
        assert!(holds("linux && unix && android", "android", "arm64"));
        assert!(holds("darwin", "ios", "arm64"));
        assert!(holds("solaris", "illumos", "amd64"));
        assert!(!holds("unix", "plan9", "386"));
    }

    #[test]
    fn malformed_expressions_are_errors() {
        for (expr, message) in [
            ("", "unexpected end of expression"),
            ("linux &&", "unexpected end of expression"),
            ("(linux", "missing close paren"),
            ("(", "missing close paren"),
            ("linux)", "unexpected token )"),
            ("linux windows", "unexpected token windows"),
            ("!!linux", "double negation not allowed"),
            ("linux & windows", "invalid syntax at &"),
            ("a-b", "invalid syntax at -"),
        ] {
            assert_eq!(parse_go_build(expr).unwrap_err(), message, "{expr}");
        }
        let deep = format!("{}x{}", "(".repeat(5000), ")".repeat(5000));
        assert_eq!(parse_go_build(&deep).unwrap_err(), "build expression too large");
    }

    #[test]
    fn old_lines_are_or_of_and() {
        let eval = |text: &str| {
            let context = context("linux", "amd64");
            parse_plus_build(text).unwrap().eval(&|tag| context.tag_holds(tag))
        };
        assert!(eval("windows linux,amd64"));
        assert!(!eval("windows linux,!amd64"));
        assert!(!eval(""));
        assert!(!eval("!!linux"));
    }

    #[test]
    fn versions_are_implied_by_expressions() {
        let version = |text| parse_go_build(text).unwrap().min_go_version().map(|v| v.minor);
        assert_eq!(version("go1.21"), Some(21));
        assert_eq!(version("go1"), Some(0));
        assert_eq!(version("linux && go1.22"), Some(22));
        assert_eq!(version("linux || go1.22"), None);
        assert_eq!(version("go1.20 || go1.22"), Some(20));
        assert_eq!(version("go1.20 && go1.22"), Some(22));
        assert_eq!(version("!go1.22"), None);
        assert_eq!(version("!(!go1.22)"), Some(22));
        assert_eq!(version("!(!go1.20 || !go1.22)"), Some(22));
    }

    #[test]
    fn constraints_stand_above_the_package_clause() {
        let text = b"// Copyright\n\n//go:build linux\n// +build darwin\n\n// Doc.\n// +build windows\npackage p\n//go:build no\n";
        let found = find_constraints(text);
        assert_eq!(found.go_build, Some("linux"));
        assert_eq!(found.go_build_line, 3);
        assert_eq!(found.plus_build, ["darwin"]);

        let found = find_constraints(
            b"/* a\n//go:build no\n*/ //go:build no\n/* b */\n//go:build yes\npackage p\n",
        );
        assert_eq!(found.go_build, Some("yes"));

        let found = find_constraints(b"//go:build a\r\n\r\n//go:build b\r\npackage p\r\n");
        assert_eq!(found.second_go_build_line, Some(3));
        assert_eq!(find_constraints(b"//go:buildx a\n\npackage p").go_build, None);
    }

    #[test]
    fn file_names_select_platforms() {
        let context = context("linux", "amd64");
        for (name, fits) in [
            ("a.go", true),
            ("linux.go", true),
            ("windows.go", true),
            ("a_linux.go", true),
            ("a_windows.go", false),
            ("a_windows_test.go", false),
            ("a_linux_amd64.go", true),
            ("a_linux_arm64.go", false),
            ("a_windows_amd64.go", false),
            ("a_arm64.s", false),
            ("a_test.go", true),
            ("a_unix.go", true),
            ("a_windows_x.go", true),
            ("_windows.go", false),
            ("a_linux.x.go", true),
            ("a_js.x_linux.go", false),
        ] {
            assert_eq!(context.file_name_fits(name), fits, "{name}");
        }
    }
}
