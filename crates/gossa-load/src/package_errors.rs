//! The one error that the go command gives for a package.
//!
//! Diagnostics list everything that is wrong, each time with its place. The
//! go command keeps one error per package, the first that it meets on its
//! walk through the imports, and with it the shortest chain of imports that
//! leads there. A path that names no package has an error, too, placed where
//! the walk met it first.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::assemble::Graph;
use crate::closure::{Node, NodeImport, NodeTests};
use crate::graph::{Edges, cut_cycles};
use crate::package_dir::Problem;
use crate::program::{DiagnosticKind, MissingPackage, PackageError, Variant};
use crate::report::{import_problem, no_go_files, stray_c_files};
use crate::resolve::{Resolver, is_local};

/// The errors of nodes and units, and what cannot be found.
#[derive(Debug, Default)]
pub(crate) struct PackageErrors {
    /// By node and unit.
    pub(crate) errors: Vec<Option<PackageError>>,
    /// Sorted by path.
    pub(crate) missing: Vec<MissingPackage>,
}

/// Finds the error of each package that has a problem.
pub(crate) fn package_errors(
    resolver: &Resolver<'_>,
    graph: &Graph<'_>,
    roots: &[u32],
    problems: &[bool],
) -> PackageErrors {
    if !problems.contains(&true) {
        return PackageErrors { errors: vec![None; problems.len()], missing: Vec::new() };
    }
    let finder = Finder::new(resolver, graph, roots);
    let mut errors: Vec<Option<PackageError>> = Vec::with_capacity(problems.len());
    for (at, _) in graph.nodes.iter().enumerate() {
        errors.push(if problems[at] { finder.of_node(at as u32) } else { None });
    }
    for unit in &graph.units {
        let node = unit.node as usize;
        let tests = graph.nodes[node].tests.as_ref();
        let path = &graph.nodes[node].location.import_path;
        errors.push(match unit.variant {
            Variant::Plain | Variant::ForTest => errors[node].clone(),
            Variant::WithTests => {
                let cycle = graph
                    .test_cycles
                    .iter()
                    .find(|c| graph.units[c.unit as usize - graph.nodes.len()].node == unit.node);
                let cycle = cycle.map(|cycle| PackageError {
                    message: "import cycle not allowed in test".to_owned(),
                    import_stack: cycle.chain.iter().map(|&n| finder.path(n).to_owned()).collect(),
                    ..PackageError::default()
                });
                // What is wrong with embedded files hides what is wrong with imports.
                let tests = |tests: &NodeTests| {
                    let stack = vec![format!("{path} (test)")];
                    let embed = tests.problem.as_ref().map(|p| placed(p, stack.clone()));
                    embed.or_else(|| finder.forbidden(unit.node, &tests.imports, &stack))
                };
                cycle
                    .or_else(|| errors[node].clone())
                    .or_else(|| graph.nodes[node].tests.as_ref().and_then(tests))
            }
            Variant::ExternalTests => tests.and_then(|tests| {
                let stack = vec![format!("{path}_test")];
                let embed = tests.xproblem.as_ref().map(|p| placed(p, stack.clone()));
                finder.forbidden(unit.node, &tests.ximports, &stack).or(embed)
            }),
            Variant::TestMain => None,
        });
    }
    PackageErrors { errors, missing: finder.missing() }
}

struct Finder<'a> {
    resolver: &'a Resolver<'a>,
    graph: &'a Graph<'a>,
    /// Paths that name no package; the first has the number of nodes.
    absent: Vec<(&'a str, &'a NodeImport)>,
    /// What imports what, packages that are missing included.
    edges: Edges,
    /// The imports that led to each package first; it is the last.
    first: Vec<Vec<String>>,
    /// The shortest imports that lead to each package otherwise.
    shortest: Vec<Option<Vec<String>>>,
}

impl<'a> Finder<'a> {
    fn new(resolver: &'a Resolver<'a>, graph: &'a Graph<'a>, roots: &[u32]) -> Self {
        let nodes = graph.nodes;
        let mut finder = Finder {
            resolver,
            graph,
            absent: Vec::new(),
            edges: Vec::with_capacity(nodes.len()),
            first: Vec::new(),
            shortest: Vec::new(),
        };
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let mut number =
            |import: &'a NodeImport, absent: &mut Vec<(&'a str, &'a NodeImport)>| match &import
                .target
            {
                Ok(target) => graph.position.get(target.as_str()).copied(),
                Err(_) => {
                    let path = import.import.path.as_str();
                    let next = (nodes.len() + absent.len()) as u32;
                    Some(*numbers.entry(path).or_insert_with(|| {
                        absent.push((path, import));
                        next
                    }))
                }
            };
        for node in nodes {
            let imports = node.imports.iter().filter_map(|i| number(i, &mut finder.absent));
            let mut to: Vec<u32> = imports.collect();
            let implicit = node.implicit.iter().map(|l| l.import_path.as_str());
            to.extend(implicit.filter_map(|path| graph.position.get(path).copied()));
            finder.edges.push(to);
        }
        // First the roots, then what their tests import.
        let mut starts: Vec<(Option<String>, u32)> = roots.iter().map(|&r| (None, r)).collect();
        for &root in roots {
            let node = &nodes[root as usize];
            let Some(tests) = &node.tests else { continue };
            let path = &node.location.import_path;
            for (imports, name) in [
                (&tests.imports, format!("{path} (test)")),
                (&tests.ximports, format!("{path}_test")),
            ] {
                let to = imports.iter().filter_map(|i| number(i, &mut finder.absent));
                starts.extend(to.map(|to| (Some(name.clone()), to)));
            }
        }
        finder.edges.resize(nodes.len() + finder.absent.len(), Vec::new());
        finder.walk(&starts);
        finder
    }

    fn path(&self, at: u32) -> &'a str {
        match self.graph.nodes.get(at as usize) {
            Some(node) => &node.location.import_path,
            None => self.absent[at as usize - self.graph.nodes.len()].0,
        }
    }

    fn walk(&mut self, starts: &[(Option<String>, u32)]) {
        let order: Vec<u32> = starts.iter().map(|&(_, to)| to).collect();
        let walk = cut_cycles(&mut self.edges.clone(), &order);
        let mut begun: FxHashMap<u32, &Option<String>> = FxHashMap::default();
        for (by, to) in starts {
            begun.entry(*to).or_insert(by);
        }
        let count = self.edges.len();
        self.first = vec![Vec::new(); count];
        self.shortest = vec![None; count];
        // Parents are reached before what they import.
        for &at in &walk.reached {
            let mut stack = match walk.parent[at as usize] {
                Some(parent) => self.first[parent as usize].clone(),
                None => begun.get(&at).and_then(|by| by.as_ref()).cloned().into_iter().collect(),
            };
            stack.push(self.path(at).to_owned());
            self.first[at as usize] = stack;
        }
        for &from in &walk.reached {
            for to in self.edges[from as usize].clone() {
                if walk.parent[to as usize] != Some(from) {
                    self.offer(to, self.first[from as usize].clone());
                }
            }
        }
        let mut once = vec![false; count];
        for (by, to) in starts {
            let first = !std::mem::replace(&mut once[*to as usize], true);
            if walk.parent[*to as usize].is_some() || !first {
                self.offer(*to, by.iter().cloned().collect());
            }
        }
    }

    /// Another way to a package.
    fn offer(&mut self, to: u32, mut stack: Vec<String>) {
        stack.push(self.path(to).to_owned());
        let shortest = &mut self.shortest[to as usize];
        if shortest.as_ref().is_none_or(|known| is_shorter(&stack, known)) {
            *shortest = Some(stack);
        }
    }

    /// The stack of an error that was given `stack` at first.
    fn nearest(&self, at: u32, stack: Vec<String>) -> Vec<String> {
        match &self.shortest[at as usize] {
            Some(other) if is_shorter(other, &stack) => other.clone(),
            _ => stack,
        }
    }

    /// The imports that led to a package first, without the package.
    fn importers(&self, at: u32) -> Vec<String> {
        let first = &self.first[at as usize];
        first[..first.len().saturating_sub(1)].to_vec()
    }

    /// Where the walk came to a package first.
    fn import_of(&self, at: u32) -> Option<&'a NodeImport> {
        let importers = self.importers(at);
        let importer = importers.last()?;
        let nodes = self.graph.nodes;
        let node = |path: &str| self.graph.position.get(path).map(|&n: &u32| &nodes[n as usize]);
        let leads_here = |import: &&NodeImport| match &import.target {
            Ok(target) => target == self.path(at),
            Err(_) => import.import.path == self.path(at),
        };
        if let Some(node) = node(importer) {
            return node.imports.iter().find(leads_here);
        }
        let tests = |node: &'a Node| node.tests.as_ref();
        if let Some(path) = importer.strip_suffix(" (test)") {
            return tests(node(path)?)?.imports.iter().find(leads_here);
        }
        tests(node(importer.strip_suffix("_test")?)?)?.ximports.iter().find(leads_here)
    }

    fn of_node(&self, at: u32) -> Option<PackageError> {
        let node = &self.graph.nodes[at as usize];
        let own = self.first[at as usize].clone();
        let nearest = |error: PackageError| PackageError {
            import_stack: self.nearest(at, error.import_stack),
            ..error
        };
        let (embed, scanned): (Vec<&Problem>, Vec<&Problem>) =
            node.scan.problems.iter().partition(|p| p.kind == DiagnosticKind::Embed);
        if let Some(problem) = scanned.first() {
            if problem.kind == DiagnosticKind::Syntax || problem.kind == DiagnosticKind::Encoding {
                return Some(nearest(placed(problem, own)));
            }
            // About the directory as a whole, and so about the import of it.
            return Some(nearest(self.at_import(at, whole(problem))));
        }
        if no_go_files(node, self.import_of(at)).is_some() {
            let message = node.scan.no_go_files_message();
            return Some(nearest(PackageError {
                message,
                import_stack: own,
                ..PackageError::default()
            }));
        }
        if let Some(problem) = embed.first() {
            return Some(nearest(placed(problem, own)));
        }
        if let Some(cycle) = self.graph.walk.cycles.iter().find(|cycle| cycle.to == at) {
            let mut stack = self.first[cycle.from as usize].clone();
            stack.push(self.path(at).to_owned());
            return Some(PackageError {
                message: "import cycle not allowed".to_owned(),
                import_stack: stack,
                ..PackageError::default()
            });
        }
        let forbidden = self.forbidden(at, &node.imports, &own);
        let stray = || {
            let message = stray_c_files(node)?;
            Some(PackageError { message, import_stack: own.clone(), ..PackageError::default() })
        };
        forbidden.or_else(stray).map(nearest)
    }

    /// An error that is placed at the first import of a package.
    fn at_import(&self, at: u32, message: String) -> PackageError {
        let import = self.import_of(at).map(|import| &import.import);
        PackageError {
            message,
            import_stack: self.importers(at),
            file: import.map(|i| i.file.clone()),
            line: import.map_or(0, |i| i.line),
            column: import.map_or(0, |i| i.column),
        }
    }

    /// The first import of a package's files that Go forbids.
    fn forbidden(
        &self,
        node: u32,
        imports: &[NodeImport],
        stack: &[String],
    ) -> Option<PackageError> {
        imports.iter().find_map(|import| {
            let path = &import.import.path;
            let message = if is_local(path) {
                format!("local import {path:?} in non-local package")
            } else {
                import_problem(self.resolver, self.graph, node, import)?.1
            };
            Some(PackageError {
                message,
                import_stack: stack.to_vec(),
                file: Some(import.import.file.clone()),
                line: import.import.line,
                column: import.import.column,
            })
        })
    }

    fn missing(&self) -> Vec<MissingPackage> {
        let first = self.graph.nodes.len() as u32;
        let mut missing: Vec<MissingPackage> = (first..)
            .zip(&self.absent)
            .filter(|(at, _)| !self.first[*at as usize].is_empty())
            .map(|(at, (path, import))| {
                let message = import.target.as_ref().err().cloned().unwrap_or_default();
                let error = self.at_import(at, message);
                let import_stack = self.nearest(at, error.import_stack);
                let error = PackageError { import_stack, ..error };
                MissingPackage { path: (*path).to_owned(), error }
            })
            .collect();
        missing.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        missing
    }
}

/// An error at the place of a problem.
fn placed(problem: &Problem, import_stack: Vec<String>) -> PackageError {
    PackageError {
        message: problem.message.clone(),
        import_stack,
        file: problem.file.clone(),
        line: problem.line,
        column: problem.column,
    }
}

/// A problem without its place, but with the file if that is what the go
/// command does.
fn whole(problem: &Problem) -> String {
    let Problem { kind, message, file: Some(file), line: 1.., .. } = problem else {
        return problem.message.clone();
    };
    match kind {
        DiagnosticKind::Cgo => format!("{file}: {message}"),
        DiagnosticKind::ImportPath => {
            format!("{file}:{}:{}: {message}", problem.line, problem.column)
        }
        DiagnosticKind::Constraint => {
            format!("{}: {message}", file.file_name().unwrap_or_default())
        }
        _ => message.clone(),
    }
}

/// The go command's order of import stacks.
fn is_shorter(a: &[String], b: &[String]) -> bool {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b)).is_lt()
}
