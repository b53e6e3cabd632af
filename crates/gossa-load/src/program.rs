//! What loading produces: the package graph as plain data.
//!
//! A [`Program`] owns everything; packages, modules and files refer to each
//! other by dense indices. Later stages key their own tables by
//! [`PackageIndex`], which is also a topological order: a package's
//! dependencies have smaller indices than the package itself.

use std::fmt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::config::{BuildContext, LangVersion};

/// A package of a [`Program`]; dependencies have smaller indices.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageIndex(pub u32);

/// A module of a [`Program`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleIndex(pub u32);

/// A Go file of a [`Package`]: an index into [`Package::files`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIndex(pub u32);

macro_rules! index_impls {
    ($name:ident, $prefix:literal) => {
        impl $name {
            /// The index as a position in a slice.
            #[must_use]
            pub fn as_usize(self) -> usize {
                self.0 as usize
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}
index_impls!(PackageIndex, "package");
index_impls!(ModuleIndex, "module");
index_impls!(FileIndex, "file");

/// Everything that was loaded for some patterns.
#[derive(Debug)]
pub struct Program {
    /// Every package, dependencies first; packages that could stand in either
    /// order are sorted by import path.
    pub packages: Vec<Package>,
    /// The packages that the patterns matched, each once, in the order in
    /// which the patterns name them.
    pub roots: Vec<PackageIndex>,
    /// The modules that own the packages, sorted by path.
    pub modules: Vec<Module>,
    /// The main module, unless loading happened outside any module.
    pub main_module: Option<ModuleIndex>,
    /// The paths that are imported and name no package, sorted.
    pub missing: Vec<MissingPackage>,
    /// What is wrong, sorted by file, line, column and message.
    pub diagnostics: Vec<LoadDiagnostic>,
    /// The directory that the patterns are relative to.
    pub dir: Utf8PathBuf,
    /// The root of the Go installation that supplies the standard library.
    pub goroot: Utf8PathBuf,
    /// The version of that installation, as in `go1.27.3`.
    pub go_version: String,
    /// Where downloaded modules are kept; need not exist.
    pub module_cache: Option<Utf8PathBuf>,
    /// The build that files were selected for.
    pub context: BuildContext,
}

impl Program {
    /// The package with this index.
    #[must_use]
    pub fn package(&self, index: PackageIndex) -> &Package {
        &self.packages[index.as_usize()]
    }

    /// All indices, dependencies first.
    pub fn indices(&self) -> impl ExactSizeIterator<Item = PackageIndex> + use<> {
        (0..self.packages.len() as u32).map(PackageIndex)
    }

    /// The package with this (resolved) import path. Linear; for tools and tests.
    #[must_use]
    pub fn find(&self, import_path: &str) -> Option<PackageIndex> {
        self.indices().find(|&i| self.package(i).import_path == import_path)
    }

    /// The module that a package belongs to; none for the standard library.
    #[must_use]
    pub fn module_of(&self, package: &Package) -> Option<&Module> {
        package.module.map(|m| &self.modules[m.as_usize()])
    }

    /// Every package that `index` depends on, directly or not, in index order.
    #[must_use]
    pub fn transitive_dependencies(&self, index: PackageIndex) -> Vec<PackageIndex> {
        let mut seen = vec![false; index.as_usize() + 1];
        let mut deps = Vec::new();
        // Dependencies have smaller indices, so one descending sweep closes the set.
        seen[index.as_usize()] = true;
        for i in (0..=index.0).rev().map(PackageIndex) {
            if !seen[i.as_usize()] {
                continue;
            }
            if i != index {
                deps.push(i);
            }
            for &d in &self.package(i).dependencies {
                seen[d.as_usize()] = true;
            }
        }
        deps.reverse();
        deps
    }

    /// Whether any diagnostic is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }
}

/// Which of a directory's packages a [`Package`] is. The import paths in the
/// comments are those for the tests of a package `p`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// The package as others import it: `p`.
    #[default]
    Plain,
    /// The package with its own `_test.go` files: `p [p.test]`.
    WithTests,
    /// The external tests: `p_test [p.test]`.
    ExternalTests,
    /// The generated main package of the test program: `p.test`.
    TestMain,
    /// Another package, compiled once more because it imports `p` and the
    /// tests import it: `q [p.test]`.
    ForTest,
}

/// A Go package: one directory's files that belong together in this build.
#[derive(Debug, Default, Clone)]
pub struct Package {
    /// The path under which the package is known to the linker; for std's
    /// vendored packages it begins with `vendor/`. Where one path is compiled
    /// several times because of tests, ` [p.test]` follows, so that no two
    /// packages of a program have the same.
    pub import_path: String,
    /// Which of the directory's packages it is.
    pub variant: Variant,
    /// The path of the package whose tests this one is compiled for; none for
    /// plain packages and for the main packages of tests.
    pub for_test: Option<String>,
    /// The plain package that this one is another variant of, or whose tests
    /// it holds; its own index in a plain package. None if nothing needs the
    /// plain package.
    pub plain: Option<PackageIndex>,
    /// The directory that holds the files; empty if none was found.
    pub dir: Utf8PathBuf,
    /// The name in the package clauses; empty if no file could be read.
    pub name: String,
    /// Part of the Go distribution.
    pub standard: bool,
    /// Only loaded because another package needs it.
    pub dep_only: bool,
    /// Made from Go files named on the command line.
    pub command_line_files: bool,
    /// The patterns that matched this package.
    pub matched: Vec<String>,
    /// The module that owns the package.
    pub module: Option<ModuleIndex>,
    /// The version of the language that the package is written in: its
    /// module's go line, or the toolchain's version for std.
    pub lang_version: LangVersion,
    /// The Go files of the build (plain and cgo), sorted by name; after them,
    /// in variants with tests, the `_test.go` files.
    pub files: Vec<SourceFile>,
    /// Go files that this build leaves out, sorted by name.
    pub ignored_go_files: Vec<IgnoredFile>,
    /// Go files that could not be read, or do not fit the package.
    pub invalid_go_files: Vec<String>,
    /// `_test.go` files in the package itself.
    pub test_go_files: Vec<String>,
    /// `_test.go` files in the external test package.
    pub xtest_go_files: Vec<String>,
    /// Files in other languages.
    pub other_files: OtherFiles,
    /// What the `#cgo` lines of the Go files say.
    pub cgo_flags: CgoFlags,
    /// `//go:embed` patterns of the Go files, sorted.
    pub embed_patterns: Vec<EmbedPattern>,
    /// The files that are embedded, relative to the directory, sorted; in
    /// variants with tests, those of the tests follow.
    pub embed_files: Vec<String>,
    /// `//go:embed` patterns of the files in `test_go_files`, sorted.
    pub test_embed_patterns: Vec<EmbedPattern>,
    /// The files that these name, if the package's tests are loaded.
    pub test_embed_files: Vec<String>,
    /// `//go:embed` patterns of the files in `xtest_go_files`, sorted.
    pub xtest_embed_patterns: Vec<EmbedPattern>,
    /// The files that these name, if the package's tests are loaded.
    pub xtest_embed_files: Vec<String>,
    /// The imports of all files as written, each once, sorted, with what each
    /// means here. Includes `unsafe`; `C` is not a package and not listed.
    pub imports: Vec<ResolvedImport>,
    /// Packages that the build needs although no file names them (what cgo
    /// and the linker add).
    pub implicit_imports: Vec<String>,
    /// The packages directly imported (explicitly or implicitly), sorted by index.
    pub dependencies: Vec<PackageIndex>,
    /// Imports of the files in `test_go_files`, as written, sorted.
    pub test_imports: Vec<String>,
    /// Imports of the files in `xtest_go_files`, as written, sorted.
    pub xtest_imports: Vec<String>,
    /// The package itself has an error diagnostic.
    pub has_error: bool,
    /// The error that the go command gives for the package. Other variants
    /// have the error of the plain package, unless they have their own.
    pub error: Option<PackageError>,
    /// The package or one of its dependencies has an error.
    pub incomplete: bool,
}

impl Package {
    /// What the import of `path` in a file of this package means: none if the
    /// package is missing, if importing it would close a cycle, or for `C`.
    #[must_use]
    pub fn resolve_import(&self, path: &str) -> Option<PackageIndex> {
        let at = self.imports.binary_search_by(|i| i.path.as_str().cmp(path)).ok()?;
        self.imports[at].target
    }

    /// The path of a file of this package, given its name.
    #[must_use]
    pub fn file_path(&self, name: &str) -> Utf8PathBuf {
        self.dir.join(name)
    }

    /// The import path without the variant: what importers write.
    #[must_use]
    pub fn path(&self) -> &str {
        self.import_path.split_once(" [").map_or(&*self.import_path, |(path, _)| path)
    }

    /// Whether any Go file imports `C`.
    #[must_use]
    pub fn uses_cgo(&self) -> bool {
        self.files.iter().any(|f| f.kind == SourceKind::Cgo)
    }

    /// The names of the files of one kind.
    pub fn file_names(&self, kind: SourceKind) -> impl Iterator<Item = &str> {
        self.files.iter().filter(move |f| f.kind == kind).map(|f| f.name.as_str())
    }
}

/// What the go command says of a package that it cannot build: of several
/// things that are wrong, the one that it meets first.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageError {
    /// The import paths that lead from a root to where the error is.
    pub import_stack: Vec<String>,
    /// The file, if the error has a place.
    pub file: Option<Utf8PathBuf>,
    /// Line from 1.
    pub line: u32,
    /// Byte column from 1; 0 if not known.
    pub column: u32,
    /// One sentence.
    pub message: String,
}

/// An import path that names no package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPackage {
    /// The path as imported.
    pub path: String,
    /// Why it cannot be found, and where it is imported first.
    pub error: PackageError,
}

/// One import path as written in a package's files, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedImport {
    /// The path as written.
    pub path: String,
    /// The package; none if it is missing or would close an import cycle.
    pub target: Option<PackageIndex>,
}

/// Whether a Go file is compiled as it stands or goes through cgo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// A plain Go file.
    Go,
    /// A file that imports `C`.
    Cgo,
}

/// A Go file of the build.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The name in the package's directory, or the path as the user wrote it
    /// for files named on the command line.
    pub name: String,
    /// The full path. Nothing is there for the generated file of a test's
    /// main package, whose text is always given if texts are kept.
    pub path: Utf8PathBuf,
    /// Plain or cgo.
    pub kind: SourceKind,
    /// The name in its package clause: the package's name, unless two
    /// packages share the directory; empty if there is no package clause.
    pub package_name: Box<str>,
    /// The bytes, if the configuration asks to keep them; as read from disk,
    /// a byte order mark included.
    pub text: Option<Arc<[u8]>>,
    /// The language version of this file: the package's, unless a
    /// `//go:build go1.N` line changes it.
    pub lang_version: LangVersion,
    /// The import declarations in source order, `C` included.
    pub imports: Box<[ImportSpec]>,
    /// The C text of each `import "C"`, in source order.
    pub cgo_preambles: Box<[CgoPreamble]>,
}

/// One import declaration of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSpec {
    /// The path, unquoted.
    pub path: Box<str>,
    /// The local name: an identifier, `.` or `_`.
    pub name: Option<Box<str>>,
    /// Byte offset of the spec: its name if it has one, else its path literal.
    pub offset: u32,
    /// Line of the spec, from 1.
    pub line: u32,
    /// Byte column of the spec, from 1.
    pub column: u32,
}

/// The comment before `import "C"`: C source text for that file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CgoPreamble {
    /// The C text: comment markers are replaced so that each line of the
    /// text is a line of the Go file, in order. `#cgo` lines are blanked.
    pub text: Box<str>,
    /// The line of the Go file on which `text` begins, from 1.
    pub line: u32,
    /// Byte offset of the comment in the Go file.
    pub offset: u32,
    /// The `#cgo` directives as written, in order.
    pub directives: Box<[Box<str>]>,
    /// The line of each directive, from 1.
    pub directive_lines: Box<[u32]>,
}

/// What the `#cgo` lines of a package say to other tools, as far as their
/// conditions hold, in the order of the files. Relative paths are made
/// absolute.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CgoFlags {
    /// `CFLAGS`
    pub c_flags: Vec<String>,
    /// `CPPFLAGS`
    pub cpp_flags: Vec<String>,
    /// `CXXFLAGS`
    pub cxx_flags: Vec<String>,
    /// `FFLAGS`
    pub f_flags: Vec<String>,
    /// `LDFLAGS`
    pub ld_flags: Vec<String>,
    /// `pkg-config`
    pub pkg_config: Vec<String>,
}

/// A `//go:embed` pattern and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmbedPattern {
    /// The pattern, unquoted.
    pub pattern: String,
    /// The file, by name.
    pub file: String,
    /// Line from 1.
    pub line: u32,
    /// Byte column from 1.
    pub column: u32,
}

/// A Go file left out of the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredFile {
    /// The name in the package's directory.
    pub name: String,
    /// Why it is left out.
    pub reason: IgnoreReason,
}

/// Why a Go file is not part of the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IgnoreReason {
    /// The `_GOOS` or `_GOARCH` suffix of its name does not fit.
    FileName,
    /// Its build constraint is not satisfied; the constraint as written.
    Constraint(String),
    /// It imports `C` and cgo is off.
    CgoDisabled,
    /// Its package clause says `package documentation`.
    Documentation,
}

/// Files of a package that are not Go, by what compiles them; sorted by name.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OtherFiles {
    /// `.c`
    pub c: Vec<String>,
    /// `.cc`, `.cpp`, `.cxx`
    pub cxx: Vec<String>,
    /// `.m`
    pub m: Vec<String>,
    /// `.h`, `.hh`, `.hpp`, `.hxx`
    pub h: Vec<String>,
    /// `.f`, `.F`, `.for`, `.f90`
    pub f: Vec<String>,
    /// `.s`, and `.S` and `.sx` in cgo packages
    pub s: Vec<String>,
    /// `.swig`
    pub swig: Vec<String>,
    /// `.swigcxx`
    pub swig_cxx: Vec<String>,
    /// `.syso`
    pub syso: Vec<String>,
    /// Any of these that the build leaves out.
    pub ignored: Vec<String>,
}

/// A Go module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The module path as imported.
    pub path: String,
    /// The selected version; empty for a main module.
    pub version: String,
    /// The main module (or one of a workspace's).
    pub main: bool,
    /// Required only by other modules, says the go.mod file.
    pub indirect: bool,
    /// The directory that holds its packages; none if it is not on this machine.
    pub dir: Option<Utf8PathBuf>,
    /// Its go.mod file, if there is one.
    pub go_mod: Option<Utf8PathBuf>,
    /// The version on its go line; none if there is no such line.
    pub go_version: Option<String>,
    /// When the version was made, as the module cache has it (RFC 3339).
    pub time: Option<String>,
    /// The hash of its files that go.sum demands.
    pub sum: Option<String>,
    /// The hash of its go.mod file that go.sum demands.
    pub go_mod_sum: Option<String>,
    /// What stands in for it.
    pub replace: Option<Box<Module>>,
}

/// How bad a [`LoadDiagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something is missing or wrong; results may be incomplete.
    Error,
    /// Worth telling; nothing is missing.
    Warning,
}

/// What a [`LoadDiagnostic`] is about, for those who treat some differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiagnosticKind {
    /// A pattern that matches nothing, or cannot be used.
    Pattern,
    /// A file or directory that cannot be read.
    Io,
    /// A file whose bytes are not Go text: NUL bytes, not UTF-8.
    Encoding,
    /// A syntax error before the end of the imports.
    Syntax,
    /// A build constraint that cannot be understood.
    Constraint,
    /// A package that cannot be found.
    MissingPackage,
    /// A directory without Go files for this build.
    NoGoFiles,
    /// Two packages in one directory.
    MultiplePackages,
    /// Packages that import each other in a circle.
    ImportCycle,
    /// An import that Go forbids (internal, vendor, a main package).
    ForbiddenImport,
    /// An import path that no package can have.
    ImportPath,
    /// A go.mod, go.work or modules.txt file with an error.
    Module,
    /// Something wrong about cgo.
    Cgo,
    /// A `//go:embed` pattern that names nothing, or nothing that can be embedded.
    Embed,
}

/// Something wrong that was found while loading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadDiagnostic {
    /// The file, if it has a place in one.
    pub file: Option<Utf8PathBuf>,
    /// Line from 1; 0 if the place is the file as a whole.
    pub line: u32,
    /// Byte column from 1; 0 if not known.
    pub column: u32,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub kind: DiagnosticKind,
    /// One sentence, worded as the go command words it where it has a word for it.
    pub message: String,
    /// The package that it concerns.
    pub package: Option<PackageIndex>,
    /// How the package came to be loaded: import paths from a root to the
    /// package, and for a forbidden or cyclic import the path imported.
    pub import_stack: Vec<String>,
    /// The pattern that could not be used.
    pub pattern: Option<String>,
    /// The import path that names no package.
    pub missing: Option<String>,
}

/// Why nothing could be loaded at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// No Go installation was found; each place that was tried, and why it would not do.
    #[error("no Go installation found; tried:{}\npass --goroot DIR or set GOROOT", bullet_list(.tried))]
    NoGoroot {
        /// One line a place.
        tried: Vec<String>,
    },
    /// A directory that should exist does not.
    #[error("cannot use directory {path}: {message}")]
    Directory {
        /// The directory.
        path: Utf8PathBuf,
        /// What the system says.
        message: String,
    },
    /// A part of the configuration makes no sense.
    #[error("{0}")]
    Config(String),
}

fn bullet_list(lines: &[String]) -> String {
    lines.iter().flat_map(|l| ["\n  ", l.as_str()]).collect()
}

impl LoadDiagnostic {
    /// A diagnostic without a place.
    #[must_use]
    pub fn new(severity: Severity, kind: DiagnosticKind, message: impl Into<String>) -> Self {
        LoadDiagnostic {
            file: None,
            line: 0,
            column: 0,
            severity,
            kind,
            message: message.into(),
            package: None,
            import_stack: Vec::new(),
            pattern: None,
            missing: None,
        }
    }

    /// The same diagnostic with a place.
    #[must_use]
    pub fn at(mut self, file: &Utf8Path, line: u32, column: u32) -> Self {
        self.file = Some(file.to_owned());
        self.line = line;
        self.column = column;
        self
    }
}
