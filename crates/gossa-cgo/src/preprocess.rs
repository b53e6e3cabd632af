//! The preprocessor: includes, conditionals, macro definitions. What comes out are tokens, each
//! run of them marked with where it comes from.

use crate::condition;
use crate::expand::{Expansion, Macro};
use crate::library;
use crate::token::{Kind, Line, Token, lines};
use gossa_base::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Where a declaration comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// From the preamble or a header in reach.
    Own,
    /// From such a text, but under a condition that depends on a header that was not read.
    Conditional,
    /// From this crate's table of the C library.
    Library,
}

/// Texts that preambles may include, and what the command line would say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// Texts by path relative to the package's directory, `..` at the front where they are above.
    pub files: &'a [(&'a str, &'a str)],
    /// Arguments of `#cgo CFLAGS` and `CPPFLAGS`: `-D`, `-U` and `-I` count.
    pub flags: &'a [&'a str],
}

/// A text, and its lines once they are asked for.
type Source<'a> = (&'a str, Option<Rc<[Line]>>);

/// Files and tables that the preambles of a package share.
pub(crate) struct Files<'a> {
    texts: FxHashMap<String, Source<'a>>,
    library: FxHashMap<&'static str, Rc<[Line]>>,
    dirs: Vec<String>,
    start: Vec<Line>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(sources: Sources<'a>, predefined: &str) -> Self {
        let texts =
            sources.files.iter().map(|(path, text)| (normalize(path), (*text, None))).collect();
        let dirs = include_dirs(sources.flags);
        let mut start = predefined.to_owned();
        let mut flags = sources.flags.iter().copied();
        while let Some(flag) = flags.next() {
            let mut argument = |prefix: &str| {
                let rest = flag.strip_prefix(prefix)?;
                if rest.is_empty() { flags.next() } else { Some(rest) }
            };
            if let Some(define) = argument("-D") {
                let (name, value) = define.split_once('=').unwrap_or((define, "1"));
                start.push_str(&format!("#define {name} {value}\n"));
            } else if let Some(name) = argument("-U") {
                start.push_str(&format!("#undef {name}\n"));
            }
        }
        Self { texts, library: FxHashMap::default(), dirs, start: lines(&start) }
    }

    /// The path of what an include names, and its lines.
    fn find(&mut self, from: &str, name: &str, quoted: bool) -> Option<(String, Rc<[Line]>)> {
        let own = from.rsplit_once('/').map_or("", |(dir, _)| dir);
        let mut candidates = Vec::new();
        if quoted {
            candidates.push(normalize(&format!("{own}/{name}")));
        }
        candidates.extend(self.dirs.iter().map(|dir| normalize(&format!("{dir}/{name}"))));
        // cgo has the compiler look there last.
        candidates.push(normalize(name));
        let path = candidates.into_iter().find(|path| self.texts.contains_key(path))?;
        let (text, read) = self.texts.get_mut(&path)?;
        let found = read.get_or_insert_with(|| lines(text).into());
        Some((path, Rc::clone(found)))
    }
}

/// The directories of `-I` and its like, relative to the package's; those elsewhere are left out.
#[must_use]
pub fn include_dirs(flags: &[&str]) -> Vec<String> {
    let mut dirs = Vec::new();
    let mut flags = flags.iter().copied();
    while let Some(flag) = flags.next() {
        let found = ["-iquote", "-isystem", "-I"].iter().find_map(|name| flag.strip_prefix(name));
        let Some(dir) =
            found.and_then(|rest| if rest.is_empty() { flags.next() } else { Some(rest) })
        else {
            continue;
        };
        match dir.strip_prefix("${SRCDIR}") {
            Some(below) => dirs.push(normalize(below)),
            None if dir.starts_with(['/', '$']) => {}
            None => dirs.push(normalize(dir)),
        }
    }
    dirs
}

/// A path without `.` and inner `..`.
#[must_use]
pub fn normalize(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Deepest nesting of includes, most tokens and lines of a preamble with all that it includes.
const MAX_INCLUDES: usize = 64;
const MAX_TOKENS: usize = 6_000_000;

/// What the preprocessor made of a preamble.
#[derive(Default)]
pub(crate) struct Preprocessed {
    pub runs: Vec<(Origin, Vec<Token>)>,
    pub macros: FxHashMap<Rc<str>, Macro>,
    /// Headers that are neither in reach nor in the table.
    pub unread: Vec<Box<str>>,
    /// Whether any header of the system was included: its names are not all known.
    pub incomplete: bool,
}

/// Runs over the preamble of a file.
pub(crate) fn preprocess(files: &mut Files<'_>, preamble: &str) -> Preprocessed {
    let mut preprocessor = Preprocessor {
        out: Preprocessed::default(),
        pending: Vec::new(),
        origin: Origin::Library,
        conditions: Vec::new(),
        once: FxHashSet::default(),
        depth: 0,
        count: 0,
        gave_up: false,
    };
    let start = std::mem::take(&mut files.start);
    preprocessor.lines(files, "", &start);
    files.start = start;
    preprocessor.origin = Origin::Own;
    preprocessor.lines(files, "", &lines(preamble));
    if preprocessor.gave_up {
        preprocessor.out.runs.clear();
    }
    preprocessor.out
}

/// An `#if` with its branches.
struct Condition {
    /// Whether the branch at hand is compiled.
    active: bool,
    /// Whether some branch was.
    taken: bool,
    /// Whether the text around is compiled.
    outer: bool,
    /// Whether the choice depends on headers that were not read.
    unsure: bool,
}

struct Preprocessor {
    out: Preprocessed,
    pending: Vec<Token>,
    origin: Origin,
    conditions: Vec<Condition>,
    once: FxHashSet<String>,
    depth: usize,
    count: usize,
    gave_up: bool,
}

impl Preprocessor {
    fn lines(&mut self, files: &mut Files<'_>, path: &str, lines: &[Line]) {
        let outer = self.conditions.len();
        let guard = include_guard(lines);
        for line in lines {
            if self.gave_up || self.count > MAX_TOKENS {
                break;
            }
            self.count += 1;
            if line.directive {
                self.directive(files, path, &line.tokens, guard);
            } else if self.is_active() {
                self.count += line.tokens.len();
                self.pending.extend(line.tokens.iter().cloned());
            }
        }
        self.flush();
        self.conditions.truncate(outer);
    }

    fn is_active(&self) -> bool {
        self.conditions.last().is_none_or(|condition| condition.active)
    }

    fn current_origin(&self) -> Origin {
        let unsure = self.conditions.iter().any(|condition| condition.unsure);
        if unsure && self.origin == Origin::Own { Origin::Conditional } else { self.origin }
    }

    /// Expands the text since the last directive.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let tokens = std::mem::take(&mut self.pending);
        let expanded = Expansion::new(&self.out.macros).expand(&tokens);
        self.count += expanded.len();
        let origin = self.current_origin();
        match self.out.runs.last_mut() {
            Some((last, run)) if *last == origin => run.extend(expanded),
            _ => self.out.runs.push((origin, expanded)),
        }
    }

    fn directive(
        &mut self,
        files: &mut Files<'_>,
        path: &str,
        tokens: &[Token],
        guard: Option<&str>,
    ) {
        let Some((name, rest)) = tokens.split_first() else { return };
        match &*name.text {
            "if" | "ifdef" | "ifndef" => {
                self.flush();
                let outer = self.is_active();
                let (holds, sure) =
                    if outer { self.test(name, rest, guard) } else { (false, true) };
                self.conditions.push(Condition {
                    active: outer && holds,
                    taken: holds,
                    outer,
                    unsure: !sure,
                });
            }
            "elif" | "elifdef" | "elifndef" | "else" => {
                self.flush();
                let Some(condition) = self.conditions.last() else { return };
                let (outer, taken) = (condition.outer, condition.taken);
                let (holds, sure) = match &*name.text {
                    _ if !outer || taken => (false, true),
                    "else" => (true, true),
                    _ => {
                        let plain = name.text.strip_prefix("el").unwrap_or(&name.text);
                        self.test(&Token::new(Kind::Ident, plain), rest, None)
                    }
                };
                if let Some(condition) = self.conditions.last_mut() {
                    condition.active = holds;
                    condition.taken |= holds;
                    condition.unsure |= !sure;
                }
            }
            "endif" => {
                self.flush();
                self.conditions.pop();
            }
            _ if !self.is_active() => {}
            "define" => {
                self.flush();
                if let Some((name, mut found)) = Macro::parse(rest) {
                    found.origin = self.current_origin();
                    self.out.macros.insert(name, found);
                }
            }
            "undef" => {
                self.flush();
                if let Some(name) = rest.first() {
                    self.out.macros.remove(&name.text);
                }
            }
            "include" | "import" | "include_next" => {
                self.flush();
                self.include(files, path, rest, &*name.text == "import");
            }
            "pragma" if rest.first().is_some_and(|word| word.is("once")) => {
                self.once.insert(path.to_owned());
            }
            "pragma" if rest.first().is_some_and(|word| word.is("pack")) => {
                self.flush();
                // The declarations that follow see it as a token of their own.
                let mut text = String::from(crate::split::PACK);
                for token in &rest[1..] {
                    text.push_str(&token.text);
                }
                let origin = self.current_origin();
                self.out.runs.push((origin, vec![Token::new(Kind::Other, &text)]));
            }
            _ => {}
        }
    }

    /// Whether a condition holds, and whether that is sure.
    fn test(&self, name: &Token, rest: &[Token], guard: Option<&str>) -> (bool, bool) {
        let is_defined = |word: &str| self.out.macros.contains_key(word) || is_builtin(word);
        let is_unsure = |word: &str| {
            self.out.incomplete && !is_defined(word) && guard != Some(word) && !is_foreign(word)
        };
        let first = rest.first().map_or("", |token| &*token.text);
        match &*name.text {
            "ifdef" => (is_defined(first), !is_unsure(first)),
            "ifndef" => (!is_defined(first), !is_unsure(first)),
            _ => condition::holds(rest, &self.out.macros, &is_defined, &is_unsure),
        }
    }

    fn include(&mut self, files: &mut Files<'_>, path: &str, rest: &[Token], once: bool) {
        let expanded;
        let rest = match rest.first() {
            Some(first) if first.is_ident() => {
                expanded = Expansion::new(&self.out.macros).expand(rest);
                &expanded[..]
            }
            _ => rest,
        };
        let (name, quoted) = match rest {
            [first, ..] if first.kind == Kind::String => {
                (first.text.trim_matches('"').to_owned(), true)
            }
            [first, inner @ ..] if first.is("<") => {
                let words = inner.iter().take_while(|token| !token.is(">"));
                (words.map(|token| &*token.text).collect::<String>(), false)
            }
            _ => {
                self.out.incomplete = true;
                return;
            }
        };
        if let Some((found, lines)) = files.find(path, &name, quoted) {
            if once {
                self.once.insert(found.clone());
                // An import is an include that happens once.
            }
            if self.depth >= MAX_INCLUDES {
                // A header that includes itself without end, perhaps twice each time. Compilers
                // give up as well.
                self.gave_up = true;
                self.out.incomplete = true;
            } else if once || !self.once.contains(&found) {
                self.depth += 1;
                self.lines(files, &found, &lines);
                self.depth -= 1;
            }
            return;
        }
        if name == "_cgo_export.h" {
            // What cgo writes for exported functions: from Go's side these are Go's.
            return;
        }
        self.out.incomplete = true;
        let Some((key, text)) = library::header(&name) else {
            if !self.out.unread.iter().any(|known| **known == *name) {
                self.out.unread.push(name.into());
            }
            return;
        };
        if self.once.insert(format!("<{name}>")) && self.depth < MAX_INCLUDES {
            let read = files.library.entry(key).or_insert_with(|| lines(text).into());
            let lines = Rc::clone(read);
            let origin = std::mem::replace(&mut self.origin, Origin::Library);
            self.depth += 1;
            self.lines(files, "", &lines);
            self.depth -= 1;
            self.origin = origin;
        }
    }
}

/// The macro that keeps a header from being read twice.
fn include_guard(lines: &[Line]) -> Option<&str> {
    let mut directives = lines.iter().take(2);
    let first = directives.next().filter(|line| line.directive)?;
    let second = directives.next().filter(|line| line.directive)?;
    let guard = match &*first.tokens {
        [word, name] if word.is("ifndef") => name,
        [word, not, defined, name] if word.is("if") && not.is("!") && defined.is("defined") => name,
        [word, not, defined, open, name, close]
            if word.is("if")
                && not.is("!")
                && defined.is("defined")
                && open.is("(")
                && close.is(")") =>
        {
            name
        }
        _ => return None,
    };
    match &*second.tokens {
        [word, name, ..] if word.is("define") && name.text == guard.text => Some(&guard.text),
        _ => None,
    }
}

/// Operators of the preprocessor that count as defined.
fn is_builtin(word: &str) -> bool {
    matches!(word, "__has_include" | "__has_attribute" | "__has_builtin" | "__has_feature")
}

/// Whether a name is that of another compiler or platform, or one that only builds define: no
/// header defines it.
fn is_foreign(word: &str) -> bool {
    const NAMES: [&str; 56] = [
        "__cplusplus",
        "c_plusplus",
        "__OBJC__",
        "__ASSEMBLER__",
        "_MSC_VER",
        "__clang__",
        "__INTEL_COMPILER",
        "__TINYC__",
        "__WATCOMC__",
        "__BORLANDC__",
        "__MINGW32__",
        "__MINGW64__",
        "__CYGWIN__",
        "_WIN32",
        "_WIN64",
        "WIN32",
        "WIN64",
        "_WIN32_WCE",
        "__WIN32__",
        "__WINDOWS__",
        "WINVER",
        "_WIN32_WINNT",
        "__APPLE__",
        "__MACH__",
        "__linux__",
        "__linux",
        "linux",
        "__unix__",
        "__unix",
        "unix",
        "__FreeBSD__",
        "__NetBSD__",
        "__OpenBSD__",
        "__DragonFly__",
        "__ANDROID__",
        "ANDROID",
        "__sun",
        "__sun__",
        "sun",
        "_AIX",
        "__hpux",
        "__EMSCRIPTEN__",
        "__wasm__",
        "__wasm32__",
        "__x86_64__",
        "__i386__",
        "__aarch64__",
        "__arm__",
        "_M_IX86",
        "_M_X64",
        "_M_AMD64",
        "_M_ARM64",
        "NDEBUG",
        "DEBUG",
        "_DEBUG",
        "SWIG",
    ];
    NAMES.contains(&word) || word.starts_with("__SANITIZE_") || word.starts_with("GO_CGO_")
}

/// The names that a text includes, with whether they stand in quotes; conditions are not looked
/// at. For finding the files that a preamble may need.
#[must_use]
pub fn includes(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for line in text.lines() {
        let Some(rest) = line.trim_start().strip_prefix('#') else { continue };
        let rest = rest.trim_start();
        let word = ["include_next", "include", "import"];
        let Some(rest) = word.iter().find_map(|word| rest.strip_prefix(word)) else { continue };
        let rest = rest.trim_start();
        let end = match rest.as_bytes().first() {
            Some(b'"') => '"',
            Some(b'<') => '>',
            _ => continue,
        };
        if let Some((name, _)) = rest[1..].split_once(end) {
            found.push((name.trim().to_owned(), end == '"'));
        }
    }
    found
}
