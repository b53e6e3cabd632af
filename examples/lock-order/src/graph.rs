//! Which classes of locks are taken while which others are held, and the cycles in that.

use gossa::api::prelude::*;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A lock of one class that is taken while one of another is held.
pub(crate) struct Edge<'p> {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) taken: Acquisition<'p>,
    /// Both are only read locks.
    is_shared: bool,
    /// All classes that are held.
    held: BTreeSet<String>,
}

/// A graph of classes.
#[derive(Default)]
pub(crate) struct Graph<'p> {
    /// By both ends: examples, each with other locks held.
    edges: BTreeMap<(String, String), Vec<Edge<'p>>>,
}

/// Of one edge no more examples are kept.
const EXAMPLES: usize = 8;
/// Longer cycles are not looked for.
const LONGEST: usize = 6;

impl<'p> Graph<'p> {
    /// Notes that a lock is taken while another is held.
    pub(crate) fn add(&mut self, held: &Lock<'p>, taken: &Acquisition<'p>) {
        let (Some(from), Some(to)) = (&held.class, &taken.lock.class) else { return };
        if from == to || held.mode == LockMode::Once {
            return;
        }
        let classes: BTreeSet<String> =
            taken.held.iter().filter_map(|held| held.class.clone()).collect();
        let is_shared = held.mode == LockMode::Shared && taken.lock.mode == LockMode::Shared;
        let known = self.edges.entry((from.clone(), to.clone())).or_default();
        // The shortest way says it best.
        let same =
            known.iter().position(|edge| edge.held == classes && edge.is_shared == is_shared);
        if let Some(at) = same {
            if taken.way.len() < known[at].taken.way.len() {
                known[at].taken = taken.clone();
            }
        } else if known.len() < EXAMPLES {
            known.push(Edge {
                from: from.clone(),
                to: to.clone(),
                taken: taken.clone(),
                is_shared,
                held: classes,
            });
        }
    }

    /// The shortest cycle through each edge, each cycle once.
    pub(crate) fn cycles(&self) -> Vec<Vec<&Edge<'p>>> {
        let mut known: BTreeSet<Vec<&str>> = BTreeSet::new();
        let mut found = Vec::new();
        for (from, to) in self.edges.keys() {
            let Some(mut classes) = self.way(to, from) else { continue };
            classes.pop();
            classes.insert(0, from);
            // It begins at its smallest class, wherever it was found from.
            let least = classes.iter().enumerate().min_by_key(|(_, class)| **class);
            let least = least.map_or(0, |(at, _)| at);
            classes.rotate_left(least);
            if known.insert(classes.clone())
                && let Some(edges) = self.examples(&classes)
            {
                found.push(edges);
            }
        }
        found
    }

    /// The shortest way between two classes, both ends included.
    fn way<'g>(&'g self, from: &'g str, to: &str) -> Option<Vec<&'g str>> {
        let mut before: BTreeMap<&str, Option<&str>> = BTreeMap::from([(from, None)]);
        let mut work = VecDeque::from([(from, 1)]);
        while let Some((at, length)) = work.pop_front() {
            if at == to {
                let mut way: Vec<&str> =
                    std::iter::successors(Some(at), |at| before.get(at).copied().flatten())
                        .collect();
                way.reverse();
                return Some(way);
            }
            let next = self.edges.keys().filter(|(from, _)| from == at && length < LONGEST);
            for (_, to) in next {
                if !before.contains_key(to.as_str()) {
                    before.insert(to, Some(at));
                    work.push_back((to, length + 1));
                }
            }
        }
        None
    }

    /// An example of each edge of a cycle, so that no lock but those of the cycle is held at all of
    /// them, and somebody waits.
    fn examples(&self, classes: &[&str]) -> Option<Vec<&Edge<'p>>> {
        let mut chosen: Vec<&Edge<'p>> = Vec::new();
        for (at, from) in classes.iter().enumerate() {
            let to = classes[(at + 1) % classes.len()];
            let edges = self.edges.get(&((*from).to_owned(), to.to_owned()))?;
            // Few locks exclude little.
            chosen.push(edges.iter().min_by_key(|edge| (edge.is_shared, edge.held.len()))?);
        }
        let mut common = chosen.first()?.held.clone();
        for edge in &chosen {
            common.retain(|class| edge.held.contains(class));
        }
        common.retain(|class| !classes.contains(&class.as_str()));
        let waits = chosen.iter().any(|edge| !edge.is_shared);
        (common.is_empty() && waits).then_some(chosen)
    }
}
