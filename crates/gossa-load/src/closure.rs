//! Reads packages and everything that they import, in parallel.
//!
//! The result does not depend on the order in which threads get to work:
//! each package is read once, and what an import means depends only on the
//! path and on who imports it.

use std::sync::{Mutex, PoisonError};

use camino::Utf8Path;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::BuildContext;
use crate::embed::{self, EmbedError};
use crate::package_dir::{PackageScan, Problem, ScannedImport};
use crate::platform;
use crate::program::{DiagnosticKind, EmbedPattern, SourceKind};
use crate::resolve::{Importer, Location, ResolveError, Resolver};
use crate::scans::Scans;

/// A package and what its imports name.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) location: Location,
    pub(crate) scan: PackageScan,
    pub(crate) embed_files: Vec<String>,
    /// In the order of `scan.imports`, without `C`.
    pub(crate) imports: Vec<NodeImport>,
    /// What the build needs besides.
    pub(crate) implicit: Vec<Location>,
    /// The imports of the tests and of the external tests, by the paths that
    /// they are known by.
    pub(crate) test_imports: Vec<String>,
    pub(crate) xtest_imports: Vec<String>,
    /// What the tests need, if they are to be loaded.
    pub(crate) tests: Option<NodeTests>,
}

/// What the imports of a package's tests name.
#[derive(Debug)]
pub(crate) struct NodeTests {
    pub(crate) imports: Vec<NodeImport>,
    pub(crate) implicit: Vec<Location>,
    pub(crate) ximports: Vec<NodeImport>,
    pub(crate) ximplicit: Vec<Location>,
    pub(crate) embed_files: Vec<String>,
    pub(crate) xembed_files: Vec<String>,
    /// What is wrong with what the tests embed.
    pub(crate) problem: Option<Problem>,
    pub(crate) xproblem: Option<Problem>,
    /// What the main package of the tests imports.
    pub(crate) main: Vec<Location>,
    /// What the linker adds to that.
    pub(crate) linked: Vec<Location>,
}

/// What every generated test main imports.
pub(crate) const TEST_MAIN_IMPORTS: [&str; 4] =
    ["os", "reflect", "testing", "testing/internal/testdeps"];

#[derive(Debug)]
pub(crate) struct NodeImport {
    pub(crate) import: ScannedImport,
    /// The path of the package.
    pub(crate) target: Result<String, ResolveError>,
}

/// A package to begin with.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    pub(crate) location: Location,
    /// The files that make it up, if the user named them.
    pub(crate) files: Option<Vec<String>>,
    /// Read what its tests import as well.
    pub(crate) with_tests: bool,
}

struct Work<'a> {
    resolver: &'a Resolver<'a>,
    scans: &'a Scans<'a>,
    seen: Mutex<FxHashSet<String>>,
    done: Mutex<Vec<Node>>,
}

/// Reads the closure of some packages; the result is sorted by import path.
pub(crate) fn read_closure(
    resolver: &Resolver<'_>,
    scans: &Scans<'_>,
    roots: &[Root],
) -> Vec<Node> {
    let work = Work::new(resolver, scans);
    // Of two roots with one path, the one with more to read.
    let mut by_path: FxHashMap<&str, &Root> = FxHashMap::default();
    for root in roots {
        let kept = by_path.entry(root.location.import_path.as_str()).or_insert(root);
        if root.with_tests {
            *kept = root;
        }
    }
    // All roots before anything that they import, which might be a root, too.
    let mut claimed = Vec::new();
    for root in roots {
        if work.claim(&root.location.import_path) {
            claimed.push(by_path[root.location.import_path.as_str()]);
        }
    }
    rayon::scope(|scope| {
        for root in claimed {
            let work = &work;
            scope.spawn(move |scope| work.read(scope, root.clone()));
        }
    });
    work.finish()
}

/// Reads what the tests of some packages import. `nodes` is sorted by import
/// path, before and after; `tested` are positions in it.
pub(crate) fn read_tests(
    resolver: &Resolver<'_>,
    scans: &Scans<'_>,
    mut nodes: Vec<Node>,
    tested: &[u32],
) -> Vec<Node> {
    let work = Work::new(resolver, scans);
    for node in &nodes {
        work.claim(&node.location.import_path);
    }
    let mut wanted = vec![false; nodes.len()];
    tested.iter().for_each(|&at| wanted[at as usize] = true);
    rayon::scope(|scope| {
        let (work, wanted) = (&work, &wanted);
        nodes.par_iter_mut().enumerate().for_each(|(at, node)| {
            if wanted[at] && !(node.scan.tests.is_empty() && node.scan.xtests.is_empty()) {
                node.tests = Some(work.tests_of(scope, node));
            }
        });
    });
    let mut fresh = work.finish();
    nodes.append(&mut fresh);
    nodes.sort_unstable_by(|a, b| a.location.import_path.cmp(&b.location.import_path));
    nodes
}

impl<'a> Work<'a> {
    fn new(resolver: &'a Resolver<'a>, scans: &'a Scans<'a>) -> Self {
        Work { resolver, scans, seen: Mutex::default(), done: Mutex::default() }
    }

    /// What has been read, sorted by import path.
    fn finish(self) -> Vec<Node> {
        let mut nodes = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        nodes.sort_unstable_by(|a, b| a.location.import_path.cmp(&b.location.import_path));
        nodes
    }

    /// Whether a package is yet to be read; the caller then must.
    fn claim(&self, path: &str) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        !seen.contains(path) && seen.insert(path.to_owned())
    }

    fn read<'scope>(&'scope self, scope: &rayon::Scope<'scope>, root: Root) {
        let Root { location, files, with_tests } = root;
        let mut scan = match &files {
            Some(names) => self.scans.take_files(&location.dir, names),
            None => self.scans.take(&location.dir),
        };
        let (embed_files, problem) = self.embedded(&location.dir, &scan.embed_patterns);
        scan.problems.extend(problem);
        let importer = Importer::of(&location);
        let imports = self.imports_of(scope, importer, &scan.imports);
        let mut implicit = Vec::new();
        for path in implicit_imports(&scan, &location, self.scans.context()) {
            if scan.imports.iter().any(|i| i.path == path) || path == location.import_path {
                continue;
            }
            implicit.extend(self.needed(scope, importer, path));
        }
        if with_tests {
            self.imports_of(scope, importer, &scan.tests.imports);
            self.imports_of(scope, importer, &scan.xtests.imports);
        }
        let known = |imports: &[ScannedImport]| {
            let mut known: Vec<String> = imports
                .iter()
                .map(|import| self.resolver.vendored_in_std(importer, &import.path))
                .collect();
            known.sort_unstable();
            known.dedup();
            known
        };
        let (test_imports, xtest_imports) =
            (known(&scan.tests.imports), known(&scan.xtests.imports));
        let node = Node {
            location,
            scan,
            embed_files,
            imports,
            implicit,
            test_imports,
            xtest_imports,
            tests: None,
        };
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(node);
    }

    /// Reads a package, unless that has been done.
    fn follow<'scope>(&'scope self, scope: &rayon::Scope<'scope>, location: &Location) {
        if self.claim(&location.import_path) {
            let root = Root { location: location.clone(), files: None, with_tests: false };
            scope.spawn(move |scope| self.read(scope, root));
        }
    }

    /// What imports name; `C` is left out.
    fn imports_of<'scope>(
        &'scope self,
        scope: &rayon::Scope<'scope>,
        importer: Importer,
        imports: &[ScannedImport],
    ) -> Vec<NodeImport> {
        let resolve = |import: &ScannedImport| {
            let target = match self.resolver.resolve(importer, &import.path).as_ref() {
                Ok(target) => {
                    self.follow(scope, target);
                    Ok(target.import_path.clone())
                }
                Err(message) => Err(message.clone()),
            };
            NodeImport { import: import.clone(), target }
        };
        imports.iter().filter(|import| import.path != "C").map(resolve).collect()
    }

    /// What the imports of tests name. They cannot use cgo.
    fn test_imports_of<'scope>(
        &'scope self,
        scope: &rayon::Scope<'scope>,
        importer: Importer,
        imports: &[ScannedImport],
    ) -> Vec<NodeImport> {
        let mut found = self.imports_of(scope, importer, imports);
        if let Some(import) = imports.iter().find(|import| import.path == "C") {
            let target = Err("cannot find package".to_owned());
            found.push(NodeImport { import: import.clone(), target });
            found.sort_by(|a, b| a.import.path.cmp(&b.import.path));
        }
        found
    }

    /// A package of the standard library that the build needs; a broken
    /// installation may lack it.
    fn needed<'scope>(
        &'scope self,
        scope: &rayon::Scope<'scope>,
        importer: Importer,
        path: &str,
    ) -> Option<Location> {
        let found = self.resolver.resolve(importer, path);
        let target = found.as_ref().as_ref().ok()?;
        self.follow(scope, target);
        Some(target.clone())
    }

    /// The files that patterns name, or what is wrong with the patterns.
    fn embedded(
        &self,
        dir: &Utf8Path,
        patterns: &[EmbedPattern],
    ) -> (Vec<String>, Option<Problem>) {
        match embed::resolve(self.resolver.listings, dir, patterns) {
            Ok(files) => (files, None),
            Err(EmbedError { pattern, message }) => {
                let problem = Problem {
                    kind: DiagnosticKind::Embed,
                    message,
                    file: Some(dir.join(&pattern.file)),
                    line: pattern.line,
                    column: pattern.column,
                };
                (Vec::new(), Some(problem))
            }
        }
    }

    fn tests_of<'scope>(&'scope self, scope: &rayon::Scope<'scope>, node: &Node) -> NodeTests {
        let importer = Importer::of(&node.location);
        let context = self.scans.context();
        let scan = &node.scan;
        let needed = |paths: &[&str]| -> Vec<Location> {
            paths.iter().filter_map(|path| self.needed(scope, Importer::Std, path)).collect()
        };
        let bridge = |imports: &[ScannedImport]| {
            if uses_simd(imports, context) { needed(&[SIMD_BRIDGE]) } else { Vec::new() }
        };
        let dir = &node.location.dir;
        let (embed_files, problem) = self.embedded(dir, &scan.tests.embed_patterns);
        let (xembed_files, xproblem) = self.embedded(dir, &scan.xtests.embed_patterns);
        NodeTests {
            embed_files,
            xembed_files,
            problem,
            xproblem,
            imports: self.test_imports_of(scope, importer, &scan.tests.imports),
            implicit: bridge(&scan.tests.imports),
            ximplicit: bridge(&scan.xtests.imports),
            ximports: self.test_imports_of(scope, importer, &scan.xtests.imports),
            main: needed(&TEST_MAIN_IMPORTS),
            linked: needed(&linker_imports(context)),
        }
    }
}

/// Packages that a build needs although no file imports them.
fn implicit_imports(
    scan: &PackageScan,
    location: &Location,
    context: &BuildContext,
) -> Vec<&'static str> {
    let mut paths = Vec::new();
    let path = if location.standard { location.import_path.as_str() } else { "" };
    if uses_simd(&scan.imports, context) {
        paths.push(SIMD_BRIDGE);
    }
    // What cgo writes refers to these.
    if scan.files.iter().any(|f| f.kind == SourceKind::Cgo) {
        paths.push("unsafe");
        if path != "runtime/cgo" {
            paths.push("runtime/cgo");
        }
        if !matches!(path, "runtime/cgo" | "runtime/race" | "runtime/msan" | "runtime/asan") {
            paths.push("syscall");
        }
    }
    if scan.has_swig {
        paths.extend(["unsafe", "runtime/cgo", "syscall", "sync"]);
    }
    if scan.name == "main" {
        paths.extend(linker_imports(context));
    }
    let mut once = Vec::new();
    for path in paths {
        if !once.contains(&path) {
            once.push(path);
        }
    }
    once
}

/// What the linker puts into every program.
fn linker_imports(context: &BuildContext) -> Vec<&'static str> {
    let mut paths = vec!["runtime"];
    if context.cgo && platform::needs_external_linker(&context.goos, &context.goarch) {
        paths.push("runtime/cgo");
    }
    if context.goarch == "arm" {
        paths.push("math");
    }
    paths
}

/// What code that uses `simd` is compiled with.
const SIMD_BRIDGE: &str = "simd/internal/bridge";

fn uses_simd(imports: &[ScannedImport], context: &BuildContext) -> bool {
    matches!(context.goarch.as_str(), "amd64" | "arm64" | "wasm")
        && imports.iter().any(|i| i.path == "simd")
}
