//! Reads packages and everything that they import, in parallel.
//!
//! The result does not depend on the order in which threads get to work:
//! each package is read once, and what an import means depends only on the
//! path and on who imports it.

use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::BuildContext;
use crate::package_dir::{PackageScan, ScannedImport};
use crate::platform;
use crate::program::SourceKind;
use crate::resolve::{Importer, Location, ResolveError, Resolver};
use crate::scans::Scans;

/// A package and what its imports name.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) location: Location,
    pub(crate) scan: PackageScan,
    /// In the order of `scan.imports`, without `C`.
    pub(crate) imports: Vec<NodeImport>,
    /// What the build needs besides.
    pub(crate) implicit: Vec<Location>,
    /// `test_imports` and `xtest_imports` of the scan, by the paths that they
    /// are known by.
    pub(crate) test_imports: Vec<String>,
    pub(crate) xtest_imports: Vec<String>,
}

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
    let work = Work { resolver, scans, seen: Mutex::default(), done: Mutex::default() };
    // Of two roots with one path, the one with more to read.
    let mut by_path: FxHashMap<&str, &Root> = FxHashMap::default();
    for root in roots {
        let kept = by_path.entry(root.location.import_path.as_str()).or_insert(root);
        if root.with_tests {
            *kept = root;
        }
    }
    rayon::scope(|scope| {
        for root in roots {
            let root = by_path[root.location.import_path.as_str()];
            if work.claim(&root.location.import_path) {
                let work = &work;
                scope.spawn(move |scope| work.read(scope, root.clone()));
            }
        }
    });
    let mut nodes = work.done.into_inner().unwrap_or_else(PoisonError::into_inner);
    nodes.sort_unstable_by(|a, b| a.location.import_path.cmp(&b.location.import_path));
    nodes
}

impl Work<'_> {
    /// Whether a package is yet to be read; the caller then must.
    fn claim(&self, path: &str) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        !seen.contains(path) && seen.insert(path.to_owned())
    }

    fn read<'scope>(&'scope self, scope: &rayon::Scope<'scope>, root: Root) {
        let Root { location, files, with_tests } = root;
        let scan = match &files {
            Some(names) => self.scans.take_files(&location.dir, names),
            None => self.scans.take(&location.dir),
        };
        let importer = Importer::of(&location);
        let follow = |location: &Location| {
            if self.claim(&location.import_path) {
                let root = Root { location: location.clone(), files: None, with_tests: false };
                scope.spawn(move |scope| self.read(scope, root));
            }
        };
        let mut imports = Vec::with_capacity(scan.imports.len());
        for import in scan.imports.iter().filter(|i| i.path != "C") {
            let target = match self.resolver.resolve(importer, &import.path).as_ref() {
                Ok(target) => {
                    follow(target);
                    Ok(target.import_path.clone())
                }
                Err(message) => Err(message.clone()),
            };
            imports.push(NodeImport { import: import.clone(), target });
        }
        let mut implicit = Vec::new();
        for path in implicit_imports(&scan, &location, self.scans.context()) {
            if scan.imports.iter().any(|i| i.path == path) || path == location.import_path {
                continue;
            }
            // The standard library of a broken installation may lack it.
            if let Ok(target) = self.resolver.resolve(importer, path).as_ref() {
                follow(target);
                implicit.push(target.clone());
            }
        }
        if with_tests {
            for path in scan.test_imports.iter().chain(&scan.xtest_imports) {
                if let Ok(target) = self.resolver.resolve(importer, path).as_ref() {
                    follow(target);
                }
            }
        }
        let known = |paths: &[String]| {
            let mut known: Vec<String> =
                paths.iter().map(|p| self.resolver.vendored_in_std(importer, p)).collect();
            known.sort_unstable();
            known.dedup();
            known
        };
        let (test_imports, xtest_imports) = (known(&scan.test_imports), known(&scan.xtest_imports));
        let node = Node { location, scan, imports, implicit, test_imports, xtest_imports };
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(node);
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
    if matches!(context.goarch.as_str(), "amd64" | "arm64" | "wasm")
        && scan.imports.iter().any(|i| i.path == "simd")
    {
        paths.push("simd/internal/bridge");
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
    if !scan.other_files.swig.is_empty() || !scan.other_files.swig_cxx.is_empty() {
        paths.extend(["unsafe", "runtime/cgo", "syscall", "sync"]);
    }
    // What the linker puts into every program.
    if scan.name == "main" {
        paths.push("runtime");
        if context.cgo && platform::needs_external_linker(&context.goos, &context.goarch) {
            paths.push("runtime/cgo");
        }
        if context.goarch == "arm" {
            paths.push("math");
        }
    }
    let mut once = Vec::new();
    for path in paths {
        if !once.contains(&path) {
            once.push(path);
        }
    }
    once
}
