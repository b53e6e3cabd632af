//! A solver that is plainly right: every rule sees every element of its node's set, every edge is
//! followed again, until nothing changes. The oracle of the fast one.

use super::facts::Rule;
use super::link::{Action, Element, Linker, Node};
use gossa_base::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// The least solution of a system, found the slow way.
pub struct Naive<'x, 'p, 'e> {
    linker: Linker<'x, 'p, 'e>,
    sets: FxHashMap<Node, BTreeSet<Element>>,
    edges: FxHashSet<(Node, Node)>,
    /// Rules, and what each has seen.
    rules: FxHashMap<(Node, Rule<Node>), FxHashSet<Element>>,
}

impl<'x, 'p, 'e> Naive<'x, 'p, 'e> {
    /// Solves what the linker has, and what it adds while functions are found to be called.
    #[must_use]
    pub fn solve(linker: Linker<'x, 'p, 'e>) -> Self {
        let mut solver = Self {
            linker,
            sets: FxHashMap::default(),
            edges: FxHashSet::default(),
            rules: FxHashMap::default(),
        };
        while solver.round() {}
        solver
    }

    /// The system.
    #[must_use]
    pub fn linker(&self) -> &Linker<'x, 'p, 'e> {
        &self.linker
    }

    /// The elements of a node's set, sorted.
    #[must_use]
    pub fn points_to(&self, node: Node) -> Vec<Element> {
        self.sets.get(&node).into_iter().flatten().copied().collect()
    }

    /// Does everything once; whether anything changed.
    fn round(&mut self) -> bool {
        let mut changed = self.act();
        let mut edges: Vec<(Node, Node)> = self.edges.iter().copied().collect();
        edges.sort_unstable();
        for (from, to) in edges {
            let elements = self.points_to(from);
            let set = self.sets.entry(to).or_default();
            for element in elements {
                changed |= set.insert(element);
            }
        }
        // Any order gives the same solution; one that is always the same gives the same numbers.
        let mut rules: Vec<(Node, Rule<Node>)> = self.rules.keys().copied().collect();
        rules.sort_unstable_by_key(|&(node, rule)| (node, format!("{rule:?}")));
        for (node, rule) in rules {
            for element in self.points_to(node) {
                if self.rules.entry((node, rule)).or_default().insert(element) {
                    self.linker.apply(rule, element);
                    changed |= self.act();
                }
            }
        }
        changed
    }

    fn act(&mut self) -> bool {
        self.linker.activate_called();
        let mut changed = false;
        for action in std::mem::take(&mut self.linker.actions) {
            changed |= match action {
                Action::Edge(from, to) => self.edges.insert((from, to)),
                Action::Member(node, element) => self.sets.entry(node).or_default().insert(element),
                Action::Rule(node, rule) => {
                    let known = self.rules.len();
                    self.rules.entry((node, rule)).or_default();
                    self.rules.len() > known
                }
            };
        }
        changed
    }
}
