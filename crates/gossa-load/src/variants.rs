//! The packages that tests are compiled as.
//!
//! A package `p` with tests stands for up to four: `p` as others import it;
//! `p [p.test]`, which has the `_test.go` files of the same package as well;
//! `p_test [p.test]`, the external tests; and `p.test`, the generated main
//! package. What the tests import may itself import `p`, and must then be
//! compiled once more against `p [p.test]`: such packages become
//! `q [p.test]`.
//!
//! Works on positions among the nodes that [`closure`](crate::closure) has
//! read, and numbers the new packages after them.

use rustc_hash::FxHashMap;

use crate::closure::{Node, NodeImport, TEST_MAIN_IMPORTS};
use crate::graph::{Edges, dependency_order};
use crate::program::Variant;

/// What each import path of a package means, sorted by path; none where the
/// package is missing or the import would close a cycle.
pub(crate) type Targets = Vec<(String, Option<u32>)>;

/// A package that is not what others import.
#[derive(Debug)]
pub(crate) struct Unit {
    /// Whose files it has.
    pub(crate) node: u32,
    pub(crate) variant: Variant,
    /// Whose tests it is compiled for.
    pub(crate) tested: u32,
    pub(crate) import_path: String,
    pub(crate) imports: Targets,
}

/// Tests of a package that import what imports the package.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TestCycle {
    /// The package with its tests.
    pub(crate) unit: u32,
    /// From the package back to it.
    pub(crate) chain: Vec<u32>,
    /// What its tests import.
    pub(crate) import: String,
}

/// Adds the packages that the tests of `tested` are compiled as: their edges
/// to `edges`, which has no cycles before and after.
pub(crate) fn add_variants(
    nodes: &[Node],
    position: &FxHashMap<&str, u32>,
    plain: &[Targets],
    edges: &mut Edges,
    tested: &[u32],
) -> (Vec<Unit>, Vec<TestCycle>) {
    let mut rank = vec![0; nodes.len()];
    for (at, &node) in dependency_order(edges, |node| node).iter().enumerate() {
        rank[node as usize] = at as u32;
    }
    let mut adder = Adder {
        nodes,
        position,
        plain,
        edges,
        rank,
        seen: vec![u32::MAX; nodes.len()],
        units: Vec::new(),
        cycles: Vec::new(),
    };
    for &node in tested {
        adder.add(node);
    }
    (adder.units, adder.cycles)
}

struct Adder<'a> {
    nodes: &'a [Node],
    position: &'a FxHashMap<&'a str, u32>,
    plain: &'a [Targets],
    edges: &'a mut Edges,
    /// The place of each node in dependency order.
    rank: Vec<u32>,
    /// The tested node by whose tests each node was reached last.
    seen: Vec<u32>,
    units: Vec<Unit>,
    cycles: Vec<TestCycle>,
}

impl Adder<'_> {
    fn add(&mut self, node: u32) {
        let (nodes, plain) = (self.nodes, self.plain);
        let Node { location, scan, tests: Some(tests), .. } = &nodes[node as usize] else { return };
        let path = &location.import_path;
        let imports = self.targets(&tests.imports);
        let ximports = self.targets(&tests.ximports);
        let places = |locations: &[crate::resolve::Location]| -> Vec<u32> {
            let paths = locations.iter().map(|location| location.import_path.as_str());
            paths.filter_map(|path| self.position.get(path).copied()).collect()
        };
        let (implicit, ximplicit) = (places(&tests.implicit), places(&tests.ximplicit));
        let mut linked = places(&tests.linked);
        linked.extend(places(&tests.main));

        let mut copies: FxHashMap<u32, u32> = FxHashMap::default();
        let mut next = self.edges.len() as u32;
        let mut number = || {
            next += 1;
            next - 1
        };
        let named = |path: &str| format!("{path} [{}.test]", location.import_path);
        // A program cannot be imported, so its tests have a package of their own.
        let with_tests = (!scan.tests.is_empty() || scan.name == "main").then(&mut number);
        let external = (!scan.xtests.is_empty()).then(&mut number);
        let main = number();
        if let Some(unit) = with_tests {
            copies.insert(node, unit);
        }

        let direct = |targets: &Targets| targets.iter().filter_map(|t| t.1).collect::<Vec<u32>>();
        let starts = [direct(&imports), direct(&ximports), implicit.clone(), ximplicit.clone()];
        let starts = starts.into_iter().flatten().chain(linked.iter().copied()).chain([node]);
        let mut again = Vec::new();
        for reached in self.reachable(node, starts) {
            let depends = self.edges[reached as usize].iter().any(|to| copies.contains_key(to));
            // Two programs cannot be linked into one.
            let program = nodes[reached as usize].scan.name == "main";
            if reached != node && (depends || program) {
                copies.insert(reached, number());
                again.push(reached);
            }
        }
        let copied = |to: u32| copies.get(&to).copied().unwrap_or(to);
        let copied_targets = |targets: &Targets| -> Targets {
            targets.iter().map(|(path, to)| (path.clone(), to.map(copied))).collect()
        };

        if let Some(unit) = with_tests {
            let mut own = imports;
            for (path, target) in &mut own {
                let chain = target.and_then(|to| self.chain(node, to));
                if let Some(chain) = chain {
                    self.cycles.push(TestCycle { unit, chain, import: path.clone() });
                    *target = None;
                }
            }
            let mut to: Vec<u32> = direct(&own);
            to.extend(implicit);
            to.extend(&self.edges[node as usize]);
            own.extend(plain[node as usize].iter().cloned());
            own.sort();
            own.dedup_by(|next, kept| {
                if next.0 == kept.0 && kept.1.is_none() {
                    kept.1 = next.1;
                }
                next.0 == kept.0
            });
            self.push(
                Unit {
                    node,
                    variant: Variant::WithTests,
                    tested: node,
                    import_path: named(path),
                    imports: copied_targets(&own),
                },
                to.into_iter().map(copied),
            );
        }
        if external.is_some() {
            let to = direct(&ximports).into_iter().chain(ximplicit).map(copied);
            self.push(
                Unit {
                    node,
                    variant: Variant::ExternalTests,
                    tested: node,
                    import_path: named(&format!("{path}_test")),
                    imports: copied_targets(&ximports),
                },
                to,
            );
        }
        let mut imports: Targets = TEST_MAIN_IMPORTS
            .iter()
            .map(|&path| (path.to_owned(), self.position.get(path).copied().map(copied)))
            .collect();
        if !scan.tests.is_empty() || !scan.files.is_empty() {
            imports.push((path.clone(), Some(copied(node))));
        }
        if let Some(unit) = external {
            imports.push((format!("{path}_test"), Some(unit)));
        }
        imports.sort();
        imports.dedup();
        let to: Vec<u32> =
            direct(&imports).into_iter().chain(linked.into_iter().map(copied)).collect();
        self.push(
            Unit {
                node,
                variant: Variant::TestMain,
                tested: node,
                import_path: format!("{path}.test"),
                imports,
            },
            to.into_iter(),
        );
        debug_assert_eq!(self.edges.len() as u32, main + 1, "units are numbered in this order");
        for node_again in again {
            let to = self.edges[node_again as usize].clone();
            self.push(
                Unit {
                    node: node_again,
                    variant: Variant::ForTest,
                    tested: node,
                    import_path: named(&nodes[node_again as usize].location.import_path),
                    imports: copied_targets(&plain[node_again as usize]),
                },
                to.into_iter().map(copied),
            );
        }
    }

    fn push(&mut self, unit: Unit, edges: impl Iterator<Item = u32>) {
        let mut edges: Vec<u32> = edges.collect();
        edges.sort_unstable();
        edges.dedup();
        self.edges.push(edges);
        self.units.push(unit);
    }

    fn targets(&self, imports: &[NodeImport]) -> Targets {
        let target = |import: &NodeImport| {
            let path = import.target.as_deref().ok()?;
            self.position.get(path).copied()
        };
        imports.iter().map(|import| (import.import.path.clone(), target(import))).collect()
    }

    /// Everything reachable from some nodes, themselves included, dependencies first.
    fn reachable(&mut self, tested: u32, from: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut reached = Vec::new();
        let mut queue: Vec<u32> = from.collect();
        while let Some(node) = queue.pop() {
            if std::mem::replace(&mut self.seen[node as usize], tested) != tested {
                reached.push(node);
                queue.extend(&self.edges[node as usize]);
            }
        }
        reached.sort_unstable_by_key(|&node| self.rank[node as usize]);
        reached
    }

    /// A shortest chain from a node to another and from there back to it; none if
    /// the other does not depend on it.
    fn chain(&self, node: u32, other: u32) -> Option<Vec<u32>> {
        let mut from: FxHashMap<u32, u32> = FxHashMap::default();
        from.insert(other, node);
        let mut queue = std::collections::VecDeque::from([other]);
        while let Some(at) = queue.pop_front() {
            if at == node {
                let mut chain = vec![node];
                let mut back = node;
                loop {
                    back = from[&back];
                    chain.push(back);
                    if back == node {
                        break;
                    }
                }
                chain.reverse();
                return Some(chain);
            }
            // What comes before a package in dependency order cannot import it.
            if self.rank[at as usize] < self.rank[node as usize] {
                continue;
            }
            for &to in &self.edges[at as usize] {
                if let std::collections::hash_map::Entry::Vacant(entry) = from.entry(to) {
                    entry.insert(at);
                    queue.push_back(to);
                }
            }
        }
        None
    }
}
