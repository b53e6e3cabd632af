//! Packages as `go list -json` prints them: the same field names, and
//! nothing where the go command prints nothing.

use std::collections::BTreeMap;

use camino::Utf8Path;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::program::{
    EmbedPattern, Module, Package, PackageError, PackageIndex, Program, Severity, SourceFile,
    SourceKind, Variant,
};
use crate::system::short_path;

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
    #[serde(rename = "Match", skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<&'a str>,
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
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub embed_files: &'a [String],
    #[serde(rename = "CgoCFLAGS", skip_serializing_if = "<[_]>::is_empty")]
    pub cgo_c_flags: &'a [String],
    #[serde(rename = "CgoCPPFLAGS", skip_serializing_if = "<[_]>::is_empty")]
    pub cgo_cpp_flags: &'a [String],
    #[serde(rename = "CgoCXXFLAGS", skip_serializing_if = "<[_]>::is_empty")]
    pub cgo_cxx_flags: &'a [String],
    #[serde(rename = "CgoFFLAGS", skip_serializing_if = "<[_]>::is_empty")]
    pub cgo_f_flags: &'a [String],
    #[serde(rename = "CgoLDFLAGS", skip_serializing_if = "<[_]>::is_empty")]
    pub cgo_ld_flags: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub cgo_pkg_config: &'a [String],
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub test_embed_patterns: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub test_embed_files: &'a [String],
    #[serde(rename = "XTestGoFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub xtest_go_files: &'a [String],
    #[serde(rename = "XTestImports", skip_serializing_if = "<[_]>::is_empty")]
    pub xtest_imports: &'a [String],
    #[serde(rename = "XTestEmbedPatterns", skip_serializing_if = "Vec::is_empty")]
    pub xtest_embed_patterns: Vec<&'a str>,
    #[serde(rename = "XTestEmbedFiles", skip_serializing_if = "<[_]>::is_empty")]
    pub xtest_embed_files: &'a [String],
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_mod_sum: Option<&'a str>,
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
        listed.extend(program.missing.iter().map(|missing| ListedPackage {
            import_path: &missing.path,
            dep_only: true,
            incomplete: true,
            error: Some(lister.listed_error(&missing.error)),
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
                import_path: diagnostic.missing.as_ref().unwrap_or(pattern),
                matched: vec![pattern],
                incomplete: true,
                error: Some(ListedError {
                    import_stack: &diagnostic.import_stack,
                    pos: String::new(),
                    err: &diagnostic.message,
                }),
                ..ListedPackage::default()
            });
        }
    }
    listed
}

struct Lister<'a> {
    program: &'a Program,
    by_path: FxHashMap<&'a str, PackageIndex>,
}

impl<'a> Lister<'a> {
    fn new(program: &'a Program) -> Self {
        let by_path = program.indices().map(|i| (program.package(i).path(), i)).collect();
        Lister { program, by_path }
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
            root: if let Some(dir) = self.shadowed_root(package) {
                dir
            } else if package.standard {
                program.goroot.as_str()
            } else {
                module.and_then(|m| m.dir.as_deref()).map_or("", Utf8Path::as_str)
            },
            for_test: package.for_test.as_deref(),
            module: module.map(listed_module),
            matched: matched(&package.matched),
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
            embed_patterns: patterns(&package.embed_patterns),
            embed_files: &package.embed_files,
            cgo_c_flags: &package.cgo_flags.c_flags,
            cgo_cpp_flags: &package.cgo_flags.cpp_flags,
            cgo_cxx_flags: &package.cgo_flags.cxx_flags,
            cgo_f_flags: &package.cgo_flags.f_flags,
            cgo_ld_flags: &package.cgo_flags.ld_flags,
            cgo_pkg_config: &package.cgo_flags.pkg_config,
            test_embed_patterns: patterns(&package.test_embed_patterns),
            test_embed_files: &package.test_embed_files,
            xtest_embed_patterns: patterns(&package.xtest_embed_patterns),
            xtest_embed_files: &package.xtest_embed_files,
            test_go_files: &package.test_go_files,
            test_imports: &package.test_imports,
            xtest_go_files: &package.xtest_go_files,
            xtest_imports: &package.xtest_imports,
            error: package.error.as_ref().map(|e| self.listed_error(e)),
            ..ListedPackage::default()
        };
        self.add_imports(package, &mut listed);
        self.add_dependencies(index, &mut listed);
        listed
    }

    /// Of a package that the Go distribution has a copy of, the go command
    /// looks the root up by the path as written, and so finds the module's.
    fn shadowed_root(&self, package: &Package) -> Option<&'a str> {
        let path = package.path();
        let written = path.strip_prefix("cmd/vendor/").or_else(|| path.strip_prefix("vendor/"))?;
        let at = *self.by_path.get(written).filter(|_| package.standard)?;
        let module = self.program.module_of(self.program.package(at))?;
        module.dir.as_deref().map(Utf8Path::as_str)
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

    fn listed_error(&self, error: &'a PackageError) -> ListedError<'a> {
        let pos = match &error.file {
            Some(file) if error.line > 0 => {
                let file = short_path(&self.program.dir, file);
                match error.column {
                    0 => format!("{file}:{}", error.line),
                    column => format!("{file}:{}:{column}", error.line),
                }
            }
            _ => String::new(),
        };
        ListedError { import_stack: &error.import_stack, pos, err: &error.message }
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
        let mut errors: Vec<&PackageError> = Vec::new();
        errors.extend(dependencies.iter().filter_map(|&d| program.package(d).error.as_ref()));
        for import in
            dependencies.iter().chain([&index]).flat_map(|&d| unresolved(program.package(d)))
        {
            let missing = &program.missing;
            match missing.binary_search_by(|m| m.path.as_str().cmp(&import.path)) {
                Ok(at) => errors.push(&missing[at].error),
                // An import that would close a cycle; the cycle is the error.
                Err(_) => errors.extend(
                    self.by_path
                        .get(&*import.path)
                        .and_then(|&i| program.package(i).error.as_ref()),
                ),
            }
        }
        errors.sort_unstable();
        errors.dedup();
        let errors = errors.into_iter().map(|e| self.listed_error(e)).collect();
        listed.deps = deps;
        listed.deps_errors = errors;
    }
}

/// The patterns that match; `tool` counts twice for the go command.
fn matched(patterns: &[String]) -> Vec<&str> {
    let times = |pattern: &str| if pattern == "tool" { 2 } else { 1 };
    patterns.iter().flat_map(|p| std::iter::repeat_n(p.as_str(), times(p))).collect()
}

/// The patterns, each once.
fn patterns(embeds: &[EmbedPattern]) -> Vec<&str> {
    let mut patterns: Vec<&str> = embeds.iter().map(|e| e.pattern.as_str()).collect();
    patterns.dedup();
    patterns
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
        time: module.time.as_deref(),
        sum: module.sum.as_deref(),
        go_mod_sum: module.go_mod_sum.as_deref(),
    }
}
