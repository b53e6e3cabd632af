//! Directives: comments that the toolchain obeys.

use gossa_base::TextRange;

/// A comment that tells the toolchain something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    /// Where the comment is in the file.
    pub range: TextRange,
    /// What it says.
    pub kind: DirectiveKind,
}

/// What a directive says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DirectiveKind {
    /// `//go:build EXPR`
    Build {
        /// The expression's text.
        constraint: Box<str>,
    },
    /// `//go:linkname local target`
    Linkname {
        /// Local name.
        local: Box<str>,
        /// `import/path.name`; `None` in the one-argument form.
        target: Option<Box<str>>,
    },
    /// `//go:embed patterns`
    Embed {
        /// The patterns, unquoted.
        patterns: Box<[Box<str>]>,
    },
    /// `//export name`
    Export {
        /// The exported C name.
        name: Box<str>,
    },
    /// `//line file:line:col`, `/*line file:line:col*/`
    Line {
        /// File name; `None`: unchanged.
        file: Option<Box<str>>,
        /// Line of what follows.
        line: u32,
        /// Column of what follows.
        column: Option<u32>,
    },
    /// Any other `//go:name arguments` (`norace`, `noescape`, `nosplit`, `uintptrescapes`, ...).
    Go {
        /// The word after `go:`.
        name: Box<str>,
        /// The rest of the line, trimmed.
        arguments: Box<str>,
    },
}
