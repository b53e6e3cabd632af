//! Directives that the compiler refuses: in places where they mean nothing, or badly written.
//!
//! Found when a file is parsed, from its tree and its comments; what depends on the package, as
//! whether a name is declared, is decided when the package's errors are put together.

use gossa_base::{FxHashSet, Name, TextRange, TextSize};
use gossa_syntax::directive::embed_arguments;
use gossa_syntax::{
    Decl, DeclKeyword, Directive, DirectiveKind, Expr, ExprId, File, Spec, SpecId, Stmt, TreeRoot,
};

/// What the directives of a file come to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Directives {
    /// What is wrong, in source order.
    pub(crate) errors: Box<[DirectiveError]>,
    /// Names that `//go:linkname` gives another symbol: functions without a body, perhaps.
    pub(crate) linked: Box<[Name]>,
    /// Variables that files are embedded in: the declaration, and the identifier in it.
    pub(crate) embedded: Box<[(u32, ExprId)]>,
    /// Whether functions are imported from a WebAssembly host.
    pub(crate) has_host_functions: bool,
}

/// An error in a directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DirectiveError {
    pub(crate) range: TextRange,
    pub(crate) message: String,
    /// Whether the compiler looks only once all types are right.
    pub(crate) late: bool,
    /// Only an error if the package declares no variable or function of this name.
    pub(crate) unless_declared: Option<Name>,
}

/// Directives with a meaning for functions and for nothing else.
const OF_FUNCTIONS: [&str; 13] = [
    "noinline",
    "noescape",
    "norace",
    "nosplit",
    "nocheckptr",
    "systemstack",
    "nowritebarrier",
    "nowritebarrierrec",
    "yeswritebarrierrec",
    "cgo_unsafe_args",
    "uintptrkeepalive",
    "uintptrescapes",
    "registerparams",
];

/// Those among them that only the runtime may use.
const OF_RUNTIME: [&str; 4] =
    ["systemstack", "nowritebarrier", "nowritebarrierrec", "yeswritebarrierrec"];

const MISPLACED: &str = "misplaced compiler directive";
const MISPLACED_EMBED: &str = "misplaced go:embed directive";

/// What a directive is about.
enum Subject<'f> {
    /// The function declared next.
    Func(&'f Decl),
    /// What is declared next: one specification, of the declaration at this index.
    Spec(usize, SpecId),
    /// The local variables declared next.
    Local,
    /// Nothing.
    Nothing,
}

/// Looks at the directives of a file.
pub(crate) fn check(file: &File, text: &[u8]) -> Directives {
    let mut checker = Checker {
        file,
        text,
        errors: Vec::new(),
        linked: Vec::new(),
        embedded: Vec::new(),
        seen: FxHashSet::default(),
    };
    let mut has_host_functions = false;
    for directive in &file.directives {
        match &directive.kind {
            DirectiveKind::Embed { .. } => checker.embed(directive),
            DirectiveKind::Linkname { local, .. } => checker.linkname(directive, local),
            DirectiveKind::Go { name, arguments } => {
                has_host_functions |= &**name == "wasmimport";
                checker.other(directive, name, arguments);
            }
            _ => {}
        }
    }
    let Checker { errors, linked, mut embedded, .. } = checker;
    embedded.dedup();
    Directives {
        errors: errors.into(),
        linked: linked.into(),
        embedded: embedded.into(),
        has_host_functions,
    }
}

struct Checker<'f> {
    file: &'f File,
    text: &'f [u8],
    errors: Vec<DirectiveError>,
    linked: Vec<Name>,
    embedded: Vec<(u32, ExprId)>,
    /// Local names of `//go:linkname` so far.
    seen: FxHashSet<Name>,
}

impl Checker<'_> {
    fn error(&mut self, at: &Directive, message: impl Into<String>, late: bool) {
        // The compiler counts from behind the slashes.
        let range = TextRange::new(at.range.start() + TextSize::from(2), at.range.end());
        let message = message.into();
        self.errors.push(DirectiveError { range, message, late, unless_declared: None });
    }

    fn words(&self, directive: &Directive) -> String {
        let range = usize::from(directive.range.start())..usize::from(directive.range.end());
        let text = self.text.get(range).unwrap_or_default();
        String::from_utf8_lossy(text).trim_end().to_owned()
    }

    fn imports(&self, path: &str) -> bool {
        self.file.decls.iter().any(|decl| {
            let tree = &decl.header.tree;
            let TreeRoot::Gen { keyword: DeclKeyword::Import, specs, .. } = tree.root else {
                return false;
            };
            tree.spec_ids(specs).any(|id| match tree.specs[id.index()] {
                Spec::Import { path: found, .. } => matches!(
                    tree[found],
                    Expr::BasicLit { text, .. }
                        if tree.text(text).trim_matches(['"', '`']) == path
                ),
                _ => false,
            })
        })
    }

    /// What a directive at this offset is about.
    fn subject(&self, at: TextSize) -> Subject<'_> {
        let decls = &self.file.decls;
        let index = decls.partition_point(|decl| decl.range.end() <= at);
        let Some(decl) = decls.get(index) else { return Subject::Nothing };
        let tree = &decl.header.tree;
        let before = at < decl.range.start();
        match tree.root {
            TreeRoot::Func { .. } if before => Subject::Func(decl),
            TreeRoot::Func { .. } => {
                let Some(body) = &decl.body else { return Subject::Nothing };
                let offset = u32::from(at - decl.range.start());
                let next = body
                    .tree
                    .stmts
                    .iter()
                    .zip(&body.spans.stmts)
                    .filter(|(_, span)| span.start > offset)
                    .min_by_key(|(_, span)| (span.start, std::cmp::Reverse(span.end)));
                match next {
                    Some((Stmt::Decl { keyword: DeclKeyword::Var, .. }, _)) => Subject::Local,
                    _ => Subject::Nothing,
                }
            }
            TreeRoot::Gen { specs, parenthesized, .. } if before != parenthesized => {
                let start = |id: SpecId| decl.header.spans.specs[id.index()].start;
                let offset = if before { 0 } else { u32::from(at - decl.range.start()) };
                let next = tree.spec_ids(specs).find(|&id| before || start(id) > offset);
                next.map_or(Subject::Nothing, |id| Subject::Spec(index, id))
            }
            _ => Subject::Nothing,
        }
    }

    fn embed(&mut self, directive: &Directive) {
        let words = self.words(directive);
        let arguments = words.trim_start_matches("//go:embed");
        let patterns = embed_arguments(arguments);
        let broken = patterns.is_err();
        if let Err(rest) = patterns {
            self.error(directive, format!("invalid quoted string in //go:embed: {rest}"), false);
        }
        if patterns.is_ok_and(|found| found.is_empty()) || broken {
            self.error(directive, "usage: //go:embed pattern...", false);
            return;
        }
        let (message, late) = match self.subject(directive.range.start()) {
            Subject::Nothing => (MISPLACED_EMBED, false),
            Subject::Func(_) => (MISPLACED_EMBED, true),
            Subject::Local if self.imports("embed") => {
                ("go:embed cannot apply to var inside func", true)
            }
            Subject::Local => (NO_EMBED, true),
            Subject::Spec(index, id) => {
                let tree = &self.file.decls[index].header.tree;
                match (tree.root, tree.specs[id.index()]) {
                    (
                        TreeRoot::Gen { keyword: DeclKeyword::Var, .. },
                        Spec::Value { names, ty, values, .. },
                    ) => {
                        if !self.imports("embed") {
                            (NO_EMBED, true)
                        } else if tree[names].len() > 1 {
                            ("go:embed cannot apply to multiple vars", true)
                        } else if !tree[values].is_empty() {
                            ("go:embed cannot apply to var with initializer", true)
                        } else if ty.is_none() {
                            ("go:embed cannot apply to var without type", true)
                        } else {
                            let ident = tree[names].first().copied();
                            self.embedded.extend(ident.map(|ident| (index as u32, ident)));
                            return;
                        }
                    }
                    _ => (MISPLACED_EMBED, true),
                }
            }
        };
        self.error(directive, message, late);
    }

    fn linkname(&mut self, directive: &Directive, local: &str) {
        if self.words(directive).split_ascii_whitespace().count() > 3 {
            self.error(directive, "usage: //go:linkname localname [linkname]", false);
            return;
        }
        if !self.imports("unsafe") {
            let message = "//go:linkname only allowed in Go files that import \"unsafe\"";
            self.error(directive, message, true);
            return;
        }
        let name = Name::new(local);
        if !self.seen.insert(name) {
            self.error(directive, format!("duplicate //go:linkname for {local}"), true);
            return;
        }
        self.linked.push(name);
        let message = "//go:linkname must refer to declared function or variable";
        self.error(directive, message, true);
        if let Some(error) = self.errors.last_mut() {
            error.unless_declared = Some(name);
        }
    }

    fn other(&mut self, directive: &Directive, name: &str, arguments: &str) {
        if name.starts_with("cgo_") && name != "cgo_unsafe_args" {
            let words = format!("//go:{name} {arguments}");
            let words = words.trim_end();
            let message = format!("{words} only allowed in cgo-generated code");
            self.error(directive, message, false);
            return;
        }
        if OF_RUNTIME.contains(&name) {
            self.error(directive, format!("//go:{name} only allowed in runtime"), false);
        }
        if !OF_FUNCTIONS.contains(&name) {
            return;
        }
        match self.subject(directive.range.start()) {
            Subject::Func(decl) => {
                if let TreeRoot::Func { name: ident, has_body: true, .. } = decl.header.tree.root
                    && name == "noescape"
                {
                    let span = decl.header.spans[ident];
                    let range = TextRange::new(span.start.into(), span.end.into());
                    let range = range + decl.range.start();
                    let message = "can only use //go:noescape with external func implementations";
                    let message = message.to_owned();
                    let late = true;
                    self.errors.push(DirectiveError {
                        range,
                        message,
                        late,
                        unless_declared: None,
                    });
                }
            }
            Subject::Spec(..) => self.error(directive, MISPLACED, true),
            Subject::Local | Subject::Nothing => self.error(directive, MISPLACED, false),
        }
    }
}

const NO_EMBED: &str =
    "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)";
