//! Collects what is wrong with the packages that were read, each problem with
//! its place and with the imports that led to the package.

use rustc_hash::FxHashMap;

use crate::assemble::Graph;
use crate::closure::{Node, NodeImport};
use crate::package_dir::Problem;
use crate::patterns::COMMAND_LINE;
use crate::program::{DiagnosticKind, LoadDiagnostic, Severity, SourceKind, Variant};
use crate::resolve::{Location, Resolver};
use crate::rules::{Edge, forbidden};

/// Writes diagnostics, and notes which packages have errors.
pub(crate) struct Report<'a> {
    pub(crate) resolver: &'a Resolver<'a>,
    pub(crate) graph: &'a Graph<'a>,
    pub(crate) roots: &'a [u32],
    pub(crate) diagnostics: &'a mut Vec<LoadDiagnostic>,
    /// By node and unit.
    pub(crate) problems: &'a mut [bool],
}

impl Report<'_> {
    pub(crate) fn collect(mut self) {
        let test_importers = self.test_importers();
        let nodes = self.graph.nodes;
        let stacks: Vec<Vec<String>> =
            (0..nodes.len() as u32).map(|node| self.stack(node, &test_importers)).collect();
        for (at, node) in nodes.iter().enumerate() {
            let at = at as u32;
            let stack = &stacks[at as usize];
            for problem in &node.scan.problems {
                self.problem(at, node, stack, problem);
            }
            let importer = self.graph.walk.parent[at as usize].map(|p| &nodes[p as usize]);
            let path = Ok(node.location.import_path.as_str());
            let import =
                importer.and_then(|i| i.imports.iter().find(|i| i.target.as_deref() == path));
            if let Some(diagnostic) = no_go_files(node, import) {
                self.push(at, stack, diagnostic);
            }
            if let Some(message) = stray_c_files(node) {
                let diagnostic = LoadDiagnostic::new(Severity::Error, DiagnosticKind::Cgo, message)
                    .at(&node.scan.dir, 0, 0);
                self.push(at, stack, diagnostic);
            }
            self.imports(at, node, stack, &node.imports);
        }
        for cycle in &self.graph.walk.cycles {
            let chain: Vec<&str> = cycle.chain.iter().map(|&n| self.path_of(n)).collect();
            let message = format!("import cycle not allowed: {}", chain.join(" imports "));
            let target = self.path_of(cycle.to);
            let from = &nodes[cycle.from as usize];
            let diagnostic = cycle_at(message, &from.imports, target);
            let mut stack = stacks[cycle.from as usize].clone();
            stack.push(target.to_owned());
            self.push(cycle.to, &stack, diagnostic);
        }
        self.tests();
    }

    /// What is wrong with what tests import.
    fn tests(&mut self) {
        let nodes = self.graph.nodes;
        for &root in self.roots {
            let node = &nodes[root as usize];
            let Some(tests) = &node.tests else { continue };
            let path = &node.location.import_path;
            for (imports, problem, variant, name) in [
                (&tests.imports, &tests.problem, Variant::WithTests, format!("{path} (test)")),
                (&tests.ximports, &tests.xproblem, Variant::ExternalTests, format!("{path}_test")),
            ] {
                let at = self.graph.unit_of(root, variant);
                if let Some(problem) = problem {
                    self.problem(at, node, std::slice::from_ref(&name), problem);
                }
                self.imports(at, node, &[name], imports);
            }
        }
        for cycle in &self.graph.test_cycles {
            let stack: Vec<String> =
                cycle.chain.iter().map(|&n| self.path_of(n).to_owned()).collect();
            let message = format!("import cycle not allowed in test: {}", stack.join(" imports "));
            let root = self.graph.units[cycle.unit as usize - nodes.len()].node;
            let imports = nodes[root as usize].tests.as_ref().map_or(&[][..], |t| &t.imports);
            let written = imports.iter().find(|i| i.import.path == cycle.import);
            let diagnostic = cycle_at(message, written.map_or(&[], std::slice::from_ref), {
                written.and_then(|i| i.target.as_deref().ok()).unwrap_or_default()
            });
            self.push(cycle.unit, &stack, diagnostic);
        }
    }

    /// Something wrong in a directory.
    fn problem(&mut self, at: u32, node: &Node, stack: &[String], problem: &Problem) {
        let file = problem.file.as_deref().unwrap_or(&node.scan.dir);
        let diagnostic = LoadDiagnostic::new(
            Severity::Error,
            problem.kind,
            problem.message.clone(),
        )
        .at(file, problem.line, problem.column);
        self.push(at, stack, diagnostic);
    }

    /// Imports of a node or unit that name nothing, or nothing that it may use.
    fn imports(&mut self, at: u32, node: &Node, stack: &[String], imports: &[NodeImport]) {
        for import in imports {
            let place = &import.import;
            if let Err(message) = &import.target {
                let mut diagnostic = LoadDiagnostic::new(
                    Severity::Error,
                    DiagnosticKind::MissingPackage,
                    message.clone(),
                )
                .at(&place.file, place.line, place.column);
                diagnostic.missing = Some(place.path.clone());
                self.push(at, stack, diagnostic);
                continue;
            }
            let node = self.graph.position[node.location.import_path.as_str()];
            if let Some((target, message)) = import_problem(self.resolver, self.graph, node, import)
            {
                let diagnostic =
                    LoadDiagnostic::new(Severity::Error, DiagnosticKind::ForbiddenImport, message)
                        .at(&place.file, place.line, place.column);
                let mut stack = stack.to_vec();
                stack.push(self.path_of(target).to_owned());
                self.push(at, &stack, diagnostic);
            }
        }
    }

    fn push(&mut self, at: u32, stack: &[String], mut diagnostic: LoadDiagnostic) {
        diagnostic.package = self.graph.package_of(at);
        diagnostic.import_stack = stack.to_vec();
        if diagnostic.severity == Severity::Error {
            self.problems[at as usize] = true;
        }
        self.diagnostics.push(diagnostic);
    }

    fn path_of(&self, node: u32) -> &str {
        &self.graph.nodes[node as usize].location.import_path
    }

    /// How the walk from a root came to a node.
    fn stack(&self, node: u32, test_importers: &FxHashMap<u32, String>) -> Vec<String> {
        let mut stack = Vec::new();
        let mut at = Some(node);
        let mut first = node;
        while let Some(node) = at {
            stack.push(self.path_of(node).to_owned());
            first = node;
            at = self.graph.walk.parent[node as usize];
        }
        stack.extend(test_importers.get(&first).cloned());
        stack.reverse();
        stack
    }

    /// For packages that only tests led to, the tests that did.
    fn test_importers(&self) -> FxHashMap<u32, String> {
        let mut importers = FxHashMap::default();
        for &root in self.roots {
            let node = &self.graph.nodes[root as usize];
            let Some(tests) = &node.tests else { continue };
            let path = &node.location.import_path;
            for (imports, name) in [
                (&tests.imports, format!("{path} (test)")),
                (&tests.ximports, format!("{path}_test")),
            ] {
                for target in imports.iter().filter_map(|i| i.target.as_deref().ok()) {
                    if let Some(&to) = self.graph.position.get(target) {
                        importers.entry(to).or_insert_with(|| name.clone());
                    }
                }
            }
        }
        for root in self.roots {
            importers.remove(root);
        }
        importers
    }
}

/// What is wrong with an import of a package that exists: the package, and
/// why it may not be imported.
pub(crate) fn import_problem(
    resolver: &Resolver<'_>,
    graph: &Graph<'_>,
    node: u32,
    import: &NodeImport,
) -> Option<(u32, String)> {
    let node = &graph.nodes[node as usize];
    let to = *graph.position.get(import.target.as_deref().ok()?)?;
    let target = &graph.nodes[to as usize];
    let edge = Edge {
        importer: &node.location,
        target: &target.location,
        written: &import.import.path,
        target_name: &target.scan.name,
        importer_path: &importer_path(resolver, &node.location),
    };
    Some((to, forbidden(&edge, resolver.listings)?))
}

/// The path that decides what internal packages an importer may use.
fn importer_path(resolver: &Resolver<'_>, location: &Location) -> String {
    if location.import_path != COMMAND_LINE || location.standard {
        return location.import_path.clone();
    }
    for module in &resolver.modules.mains {
        if let Ok(rest) = location.dir.strip_prefix(&module.dir) {
            return format!("{}/{rest}", module.prefix).trim_end_matches('/').to_owned();
        }
    }
    ".".to_owned()
}

/// A cycle that is closed by the import of `target`.
fn cycle_at(message: String, imports: &[NodeImport], target: &str) -> LoadDiagnostic {
    let diagnostic = LoadDiagnostic::new(Severity::Error, DiagnosticKind::ImportCycle, message);
    match imports.iter().find(|i| i.target.as_deref() == Ok(target)) {
        Some(NodeImport { import, .. }) => diagnostic.at(&import.file, import.line, import.column),
        None => diagnostic,
    }
}

/// A package without any file for this build, and where it is imported.
pub(crate) fn no_go_files(node: &Node, import: Option<&NodeImport>) -> Option<LoadDiagnostic> {
    let scan = &node.scan;
    let only_tests = !scan.tests.is_empty() || !scan.xtests.is_empty();
    let wrong = scan.problems.iter().any(|p| p.kind != DiagnosticKind::Embed);
    if !scan.files.is_empty() || wrong || only_tests && import.is_none() {
        return None;
    }
    let diagnostic =
        LoadDiagnostic::new(Severity::Error, DiagnosticKind::NoGoFiles, scan.no_go_files_message());
    // What needs it is a better place than the directory.
    Some(match import {
        Some(NodeImport { import, .. }) => diagnostic.at(&import.file, import.line, import.column),
        None => diagnostic.at(&scan.dir, 0, 0),
    })
}

/// Files in other languages that only cgo could compile.
pub(crate) fn stray_c_files(node: &Node) -> Option<String> {
    let other = &node.scan.other_files;
    let uses_cgo = node.scan.files.iter().any(|f| f.kind == SourceKind::Cgo);
    if uses_cgo || !other.swig.is_empty() || !other.swig_cxx.is_empty() {
        return None;
    }
    let languages =
        [("C", &other.c), ("C++", &other.cxx), ("Objective-C", &other.m), ("Fortran", &other.f)];
    let (language, files) = languages.into_iter().find(|(_, files)| !files.is_empty())?;
    Some(format!(
        "{language} source files not allowed when not using cgo or SWIG: {}",
        files.join(" ")
    ))
}
