//! Puts packages in order: finds and cuts import cycles, then sorts so that
//! dependencies come first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Edges from each package to those it imports, by position.
pub(crate) type Edges = Vec<Vec<u32>>;

/// What a depth-first walk from the roots found.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The package through which each package was first reached.
    pub(crate) parent: Vec<Option<u32>>,
    /// Each edge that closes a cycle, with the packages of the cycle in
    /// import order, the first repeated at the end.
    pub(crate) cycles: Vec<Cycle>,
    /// In the order in which the walk reached them.
    pub(crate) reached: Vec<u32>,
}

/// An import cycle, cut at its last import.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) chain: Vec<u32>,
}

/// Walks the graph depth first, roots in order and imports in order, and
/// removes the edges that close cycles.
pub(crate) fn cut_cycles(edges: &mut Edges, roots: &[u32]) -> Walk {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let count = edges.len();
    let mut walk = Walk { parent: vec![None; count], ..Default::default() };
    let mut state = vec![State::New; count];
    for &root in roots {
        if state[root as usize] != State::New {
            continue;
        }
        // The path from the root, each with its next edge; imports may nest
        // deeper than the stack of a thread allows.
        let mut path: Vec<(u32, usize)> = vec![(root, 0)];
        state[root as usize] = State::Open;
        walk.reached.push(root);
        while let Some(top) = path.last_mut() {
            let (from, next) = *top;
            top.1 += 1;
            let Some(&to) = edges[from as usize].get(next) else {
                state[from as usize] = State::Done;
                path.pop();
                continue;
            };
            match state[to as usize] {
                State::Done => {}
                State::New => {
                    state[to as usize] = State::Open;
                    walk.parent[to as usize] = Some(from);
                    walk.reached.push(to);
                    path.push((to, 0));
                }
                State::Open => {
                    let start = path.iter().position(|&(p, _)| p == to).unwrap_or(0);
                    let mut chain: Vec<u32> = path[start..].iter().map(|&(p, _)| p).collect();
                    chain.push(to);
                    walk.cycles.push(Cycle { from, to, chain });
                }
            }
        }
    }
    for cycle in &walk.cycles {
        edges[cycle.from as usize].retain(|&to| to != cycle.to);
    }
    walk
}

/// Sorts a graph without cycles so that imports come before importers; of
/// those that could come next, the one with the smallest rank does.
pub(crate) fn dependency_order(edges: &Edges, rank: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut importers: Vec<Vec<u32>> = vec![Vec::new(); edges.len()];
    let mut missing: Vec<usize> = vec![0; edges.len()];
    for (from, imports) in edges.iter().enumerate() {
        let mut imports = imports.clone();
        imports.sort_unstable();
        imports.dedup();
        missing[from] = imports.len();
        for to in imports {
            importers[to as usize].push(from as u32);
        }
    }
    let entry = |i: u32| Reverse((rank(i), i));
    let mut ready: BinaryHeap<Reverse<(u32, u32)>> =
        (0..edges.len() as u32).filter(|&i| missing[i as usize] == 0).map(entry).collect();
    let mut order = Vec::with_capacity(edges.len());
    while let Some(Reverse((_, next))) = ready.pop() {
        order.push(next);
        for &importer in &importers[next as usize] {
            missing[importer as usize] -= 1;
            if missing[importer as usize] == 0 {
                ready.push(entry(importer));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_come_first_and_ties_by_rank() {
        let edges = vec![vec![3, 2], vec![], vec![3], vec![], vec![0, 0]];
        assert_eq!(dependency_order(&edges, |i| i), [1, 3, 2, 0, 4]);
        assert_eq!(dependency_order(&edges, |i| 9 - i), [3, 2, 1, 0, 4]);
    }

    #[test]
    fn cycles_are_cut_where_they_close() {
        let mut edges = vec![vec![1], vec![2, 3], vec![0, 3], vec![3]];
        let walk = cut_cycles(&mut edges, &[0, 3]);
        assert_eq!(
            walk.cycles,
            [
                Cycle { from: 2, to: 0, chain: vec![0, 1, 2, 0] },
                Cycle { from: 3, to: 3, chain: vec![3, 3] }
            ]
        );
        assert_eq!(walk.parent, [None, Some(0), Some(1), Some(2)]);
        assert_eq!(dependency_order(&edges, |i| i), [3, 2, 1, 0]);
    }

    #[test]
    fn deep_graphs_need_no_stack() {
        let count = 200_000;
        let mut edges: Edges =
            (0..count).map(|i| if i + 1 < count { vec![i + 1] } else { vec![] }).collect();
        assert!(cut_cycles(&mut edges, &[0]).cycles.is_empty());
        assert_eq!(dependency_order(&edges, |i| i).first(), Some(&(count - 1)));
    }
}
