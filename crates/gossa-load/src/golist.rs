//! Packages as `go list -json` prints them: the same field names, and
//! nothing where the go command prints nothing.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde::Serialize;

use crate::program::{
    DiagnosticKind, LoadDiagnostic, Module, Package, PackageIndex, Program, Severity, SourceFile,
    SourceKind, Variant,
};

/// A package in the form of `go list -json`.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the fields are those of `go help list`")]
pub struct ListedPackage<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    pub dir: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub import_path: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub root: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_test: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<ListedModule<'a>>,
    #[serde(rename = "Match", skip_serializing_if = "<[_]>::is_empty")]
    pub matched: &'a [String],
    #[serde(skip_serializing_if = "is_false")]
    pub goroot: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub standard: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub dep_only: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub incomplete: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub go_files: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cgo_files: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored_go_files: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub invalid_go_files: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub ignored_other_files: &'a [String],
    #[serde(rename = "CFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub c_files: &'a [String],
    #[serde(rename = "CXXFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub cxx_files: &'a [String],
    #[serde(rename = "MFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub m_files: &'a [String],
    #[serde(rename = "HFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub h_files: &'a [String],
    #[serde(rename = "FFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub f_files: &'a [String],
    #[serde(rename = "SFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub s_files: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub swig_files: &'a [String],
    #[serde(rename = "SwigCXXFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub swig_cxx_files: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub syso_files: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub embed_patterns: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub import_map: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deps: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ListedError<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deps_errors: Vec<ListedError<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub test_go_files: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub test_imports: &'a [String],
    #[serde(rename = "XTestGoFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub xtest_go_files: &'a [String],
    #[serde(rename = "XTestImports", skip_serializing_if = "<[_]>::is_empty")]
    pub xtest_imports: &'a [String],
}

/// A module in the form of `go list -json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the fields are those of `go help list`")]
pub struct ListedModule<'a> {
    pub path: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace: Option<Box<ListedModule<'a>>>,
    #[serde(skip_serializing_if = "is_false")]
    pub main: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub indirect: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dir: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_mod: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_version: Option<&'a str>,
}

/// An error in the form of `go list -json`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the fields are those of `go help list`")]
pub struct ListedError<'a> {
    pub import_stack: &'a [String],
    pub pos: String,
    pub err: &'a str,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// The packages of a program in its order: all of them as with `-deps`, or
/// only those that the patterns matched. What could not be found has an entry
/// that holds nothing but the error, as with `-e`.
#[must_use]
pub fn list(program: &Program, with_dependencies: bool) -> Vec<ListedPackage<'_>> {
    let lister = Lister::new(program);
    let mut listed = Vec::new();
    if with_dependencies {
        listed.extend(lister.missing.iter().map(|(path, diagnostic)| ListedPackage {
            import_path: path,
            dep_only: true,
            incomplete: true,
            error: Some(listed_error(diagnostic)),
            ..ListedPackage::default()
        }));
        listed.extend(program.indices().map(|i| lister.package(i)));
    } else {
        listed.extend(program.roots.iter().map(|&i| lister.package(i)));
    }
    for diagnostic in program.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        if let Some(pattern) = &diagnostic.pattern {
            listed.push(ListedPackage {
                dir: diagnostic.file.as_deref().map_or("", Utf8Path::as_str),
                import_path: pattern,
                matched: std::slice::from_ref(pattern),
                incomplete: true,
                error: Some(listed_error(diagnostic)),
                ..ListedPackage::default()
            });
        }
    }
    listed
}

struct Lister<'a> {
    program: &'a Program,
    /// The first error of each package.
    errors: Vec<Option<&'a LoadDiagnostic>>,
    /// What is imported and does not exist; of several diagnostics about the
    /// same path, the one nearest to a root.
    missing: BTreeMap<&'a str, &'a LoadDiagnostic>,
}

impl<'a> Lister<'a> {
    fn new(program: &'a Program) -> Self {
        let mut errors = vec![None; program.packages.len()];
        let mut missing: BTreeMap<&str, &LoadDiagnostic> = BTreeMap::new();
        for diagnostic in program.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
            if let Some(path) = &diagnostic.missing {
                let nearest = missing.entry(path).or_insert(diagnostic);
                if diagnostic.import_stack.len() < nearest.import_stack.len() {
                    *nearest = diagnostic;
                }
            } else if let Some(package) = diagnostic.package {
                errors[package.as_usize()].get_or_insert(diagnostic);
            }
        }
        Lister { program, errors, missing }
    }

    /// A variant has the errors of the plain package, too.
    fn error_of(&self, index: PackageIndex) -> Option<&'a LoadDiagnostic> {
        let package = self.program.package(index);
        let own = self.errors[index.as_usize()];
        match package.variant {
            Variant::WithTests | Variant::ForTest => {
                package.plain.and_then(|plain| self.errors[plain.as_usize()]).or(own)
            }
            Variant::Plain | Variant::ExternalTests | Variant::TestMain => own,
        }
    }

    fn package(&self, index: PackageIndex) -> ListedPackage<'a> {
        let program = self.program;
        let package = program.package(index);
        let other = &package.other_files;
        let module = program.module_of(package);
        let mut listed = ListedPackage {
            dir: package.dir.as_str(),
            import_path: &package.import_path,
            name: &package.name,
            root: if package.standard {
                program.goroot.as_str()
            } else {
                module.and_then(|m| m.dir.as_deref()).map_or("", Utf8Path::as_str)
            },
            for_test: package.for_test.as_deref(),
            module: module.map(listed_module),
            matched: &package.matched,
            goroot: package.standard && package.variant != Variant::TestMain,
            standard: package.standard
                && !matches!(package.variant, Variant::TestMain | Variant::ExternalTests),
            dep_only: package.dep_only,
            incomplete: package.incomplete,
            go_files: package.file_names(SourceKind::Go).collect(),
            cgo_files: package.file_names(SourceKind::Cgo).collect(),
            ignored_go_files: package.ignored_go_files.iter().map(|f| f.name.as_str()).collect(),
            invalid_go_files: &package.invalid_go_files,
            ignored_other_files: &other.ignored,
            c_files: &other.c,
            cxx_files: &other.cxx,
            m_files: &other.m,
            h_files: &other.h,
            f_files: &other.f,
            s_files: &other.s,
            swig_files: &other.swig,
            swig_cxx_files: &other.swig_cxx,
            syso_files: &other.syso,
            embed_patterns: package.embed_patterns.iter().map(|e| e.pattern.as_str()).collect(),
            test_go_files: &package.test_go_files,
            test_imports: &package.test_imports,
            xtest_go_files: &package.xtest_go_files,
            xtest_imports: &package.xtest_imports,
            error: self.error_of(index).map(listed_error),
            ..ListedPackage::default()
        };
        listed.embed_patterns.dedup();
        self.add_imports(package, &mut listed);
        self.add_dependencies(index, &mut listed);
        listed
    }

    fn add_imports(&self, package: &'a Package, listed: &mut ListedPackage<'a>) {
        let known = |path: &'a str| match package.resolve_import(path) {
            Some(target) => self.program.package(target).import_path.as_str(),
            None => path,
        };
        let mut imports: Vec<(&str, &str)>;
        if package.variant == Variant::WithTests {
            // The go command puts the imports of the tests before the others.
            let is_test = |file: &&SourceFile| file.name.ends_with("_test.go");
            let (tests, others): (Vec<_>, Vec<_>) = package.files.iter().partition(is_test);
            imports = Vec::new();
            for files in [tests, others] {
                let specs = files.iter().flat_map(|file| &*file.imports);
                let mut paths: Vec<&str> = specs.map(|spec| &*spec.path).collect();
                paths.sort_unstable();
                paths.dedup();
                imports.extend(paths.into_iter().map(|path| (path, known(path))));
            }
        } else {
            imports = package.imports.iter().map(|i| (i.path.as_str(), known(&i.path))).collect();
            if package.uses_cgo() {
                imports.push(("C", "C"));
            }
            // The go command sorts what is written, then names what it means.
            imports.sort_unstable();
        }
        listed.import_map =
            imports.iter().filter(|(written, known)| written != known).copied().collect();
        listed.imports = imports.into_iter().map(|(_, known)| known).collect();
    }

    fn add_dependencies(&self, index: PackageIndex, listed: &mut ListedPackage<'a>) {
        let program = self.program;
        let dependencies = program.transitive_dependencies(index);
        let unresolved =
            |package: &'a Package| package.imports.iter().filter(|i| i.target.is_none());
        let mut deps: Vec<&str> =
            dependencies.iter().map(|&d| program.package(d).import_path.as_str()).collect();
        for &d in dependencies.iter().chain([&index]) {
            deps.extend(unresolved(program.package(d)).map(|i| i.path.as_str()));
        }
        deps.sort_unstable();
        deps.dedup();
        let missing = deps.iter().filter_map(|path| self.missing.get(path).copied());
        let found = dependencies.iter().filter_map(|&d| self.error_of(d));
        let mut errors: Vec<ListedError<'_>> = missing.chain(found).map(listed_error).collect();
        errors.sort_unstable();
        listed.deps = deps;
        listed.deps_errors = errors;
    }
}

fn listed_module(module: &Module) -> ListedModule<'_> {
    ListedModule {
        path: &module.path,
        version: &module.version,
        replace: module.replace.as_deref().map(listed_module).map(Box::new),
        main: module.main,
        indirect: module.indirect,
        dir: module.dir.as_deref().map(Utf8Path::as_str),
        go_mod: module.go_mod.as_deref().map(Utf8Path::as_str),
        go_version: module.go_version.as_deref(),
    }
}

fn listed_error(diagnostic: &LoadDiagnostic) -> ListedError<'_> {
    // The go command gives no place where a package as a whole is at fault.
    let placed =
        !matches!(diagnostic.kind, DiagnosticKind::ImportCycle | DiagnosticKind::NoGoFiles);
    let pos = match &diagnostic.file {
        Some(file) if placed && diagnostic.line > 0 && diagnostic.column > 0 => {
            format!("{file}:{}:{}", diagnostic.line, diagnostic.column)
        }
        Some(file) if placed && diagnostic.line > 0 => format!("{file}:{}", diagnostic.line),
        _ => String::new(),
    };
    let err = match diagnostic.kind {
        // The stack names the cycle.
        DiagnosticKind::ImportCycle => {
            diagnostic.message.split(':').next().unwrap_or(&diagnostic.message)
        }
        _ => &diagnostic.message,
    };
    ListedError { import_stack: &diagnostic.import_stack, pos, err }
}
