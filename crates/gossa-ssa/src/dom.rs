//! Dominators and postdominators.
//!
//! A block dominates another when every way from the entry to the other goes through it. Semi-NCA
//! (Georgiadis, Tarjan, Werneck, "Finding Dominators in Practice", JGAA 2006) on dense arrays:
//! iterative throughout, and linear in practice. The simpler iterative algorithm of Cooper, Harvey
//! and Kennedy takes quadratic time where thousands of branches meet in one block, as in the
//! dispatch functions that generators write.

use crate::body::Body;
use crate::graph::Cfg;
use crate::ids::BlockId;

const NONE: u32 = u32::MAX;

/// A dominator tree over nodes `0..n`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tree {
    /// Immediate dominator; the root's is itself, an unreachable node's is [`NONE`].
    idom: Box<[u32]>,
    /// When a walk over the tree enters a node.
    enter: Box<[u32]>,
    /// The last `enter` in the node's subtree.
    last: Box<[u32]>,
    /// Nodes in the order of entering.
    preorder: Box<[u32]>,
}

impl Tree {
    /// The tree of a graph with `count` nodes. `successors(node, visit)` and
    /// `predecessors(node, visit)` call `visit` for each neighbour.
    pub(crate) fn new(
        count: usize,
        root: u32,
        successors: impl Fn(u32, &mut dyn FnMut(u32)),
        predecessors: impl Fn(u32, &mut dyn FnMut(u32)),
    ) -> Self {
        // Depth-first numbering. `order[number]` is the node, `parent` is by number.
        let mut number = vec![NONE; count];
        let mut order: Vec<u32> = Vec::with_capacity(count);
        let mut parent: Vec<u32> = Vec::with_capacity(count);
        // Successors of the nodes on the way are kept on one stack, each behind its parent.
        let mut pending: Vec<(u32, u32)> = Vec::new();
        if (root as usize) < count {
            pending.push((root, NONE));
        }
        while let Some((node, from)) = pending.pop() {
            if number[node as usize] != NONE {
                continue;
            }
            let id = order.len() as u32;
            number[node as usize] = id;
            order.push(node);
            parent.push(from);
            let start = pending.len();
            successors(node, &mut |to| {
                if number[to as usize] == NONE {
                    pending.push((to, id));
                }
            });
            pending[start..].reverse();
        }

        // Semidominators, by number. `ancestor` is the forest with compressed paths.
        let reached = order.len();
        let mut semi: Vec<u32> = (0..reached as u32).collect();
        let mut label: Vec<u32> = (0..reached as u32).collect();
        let mut ancestor = vec![NONE; reached];
        let mut path: Vec<u32> = Vec::new();
        for id in (1..reached as u32).rev() {
            let mut best = parent[id as usize];
            predecessors(order[id as usize], &mut |from| {
                let from = number[from as usize];
                if from == NONE {
                    return;
                }
                let candidate = if from <= id {
                    from
                } else {
                    semi[eval(from, &mut ancestor, &mut label, &semi, &mut path) as usize]
                };
                best = best.min(candidate);
            });
            semi[id as usize] = best;
            ancestor[id as usize] = parent[id as usize];
        }

        // Immediate dominators: the nearest ancestor in the tree so far that is not below the
        // semidominator.
        let mut by_number = vec![0u32; reached];
        for id in 1..reached {
            let mut candidate = parent[id];
            while candidate > semi[id] {
                candidate = by_number[candidate as usize];
            }
            by_number[id] = candidate;
        }

        let mut idom = vec![NONE; count];
        for (id, &node) in order.iter().enumerate() {
            idom[node as usize] = order[by_number[id] as usize];
        }
        Self::with_intervals(idom, &order, &by_number)
    }

    /// Numbers the tree, so that dominance is containment of intervals.
    fn with_intervals(idom: Vec<u32>, order: &[u32], by_number: &[u32]) -> Self {
        let count = idom.len();
        // A dominator has a smaller number: sizes add up from behind, places follow from the front.
        let mut size = vec![1u32; order.len()];
        for id in (1..order.len()).rev() {
            size[by_number[id] as usize] += size[id];
        }
        let mut place = vec![0u32; order.len()];
        let mut next = vec![1u32; order.len()];
        for id in 1..order.len() {
            let above = by_number[id] as usize;
            place[id] = next[above];
            next[above] += size[id];
            next[id] = place[id] + 1;
        }
        let mut enter = vec![NONE; count];
        let mut last = vec![0; count];
        let mut preorder = vec![0; order.len()];
        for (id, &node) in order.iter().enumerate() {
            enter[node as usize] = place[id];
            last[node as usize] = place[id] + size[id] - 1;
            preorder[place[id] as usize] = node;
        }
        Self {
            idom: idom.into(),
            enter: enter.into(),
            last: last.into(),
            preorder: preorder.into(),
        }
    }

    pub(crate) fn is_reachable(&self, node: u32) -> bool {
        self.enter[node as usize] != NONE
    }

    /// Whether `a` dominates `b`. Whatever is not reachable is dominated by everything.
    #[inline]
    pub(crate) fn dominates(&self, a: u32, b: u32) -> bool {
        let at = self.enter[b as usize];
        at == NONE || (self.enter[a as usize] <= at && at <= self.last[a as usize])
    }

    fn idom(&self, node: u32) -> Option<u32> {
        let idom = self.idom[node as usize];
        (idom != NONE && idom != node).then_some(idom)
    }
}

/// The node with the least semidominator on the compressed way from `node` up.
fn eval(
    node: u32,
    ancestor: &mut [u32],
    label: &mut [u32],
    semi: &[u32],
    path: &mut Vec<u32>,
) -> u32 {
    // Collect the way up to the root of the forest's tree, then compress it from above.
    path.clear();
    let mut at = node;
    while ancestor[at as usize] != NONE && ancestor[ancestor[at as usize] as usize] != NONE {
        path.push(at);
        at = ancestor[at as usize];
    }
    while let Some(below) = path.pop() {
        let above = ancestor[below as usize];
        if semi[label[above as usize] as usize] < semi[label[below as usize] as usize] {
            label[below as usize] = label[above as usize];
        }
        ancestor[below as usize] = ancestor[above as usize];
    }
    label[node as usize]
}

/// The dominator tree of a body's blocks, unwind edges included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dominators(Tree);

impl Dominators {
    /// The tree of a graph.
    #[must_use]
    pub fn new(cfg: &Cfg) -> Self {
        Self(Tree::new(
            cfg.block_count(),
            0,
            |node, visit| {
                for edge in cfg.successors(BlockId::new(node)) {
                    visit(edge.block.index() as u32);
                }
            },
            |node, visit| {
                for edge in cfg.predecessors(BlockId::new(node)) {
                    visit(edge.block.index() as u32);
                }
            },
        ))
    }

    /// The nearest other block that dominates a block; `None` for the entry and for blocks that
    /// cannot be reached.
    #[must_use]
    pub fn immediate(&self, block: BlockId) -> Option<BlockId> {
        self.0.idom(block.index() as u32).map(BlockId::new)
    }

    /// Whether `a` dominates `b`; every block dominates itself. What cannot be reached is
    /// dominated by everything. Constant time.
    #[inline]
    #[must_use]
    pub fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        self.0.dominates(a.index() as u32, b.index() as u32)
    }

    /// Whether a block can be reached from the entry.
    #[must_use]
    pub fn is_reachable(&self, block: BlockId) -> bool {
        self.0.is_reachable(block.index() as u32)
    }

    /// Reachable blocks, each after its immediate dominator, subtrees together.
    pub fn preorder(&self) -> impl DoubleEndedIterator<Item = BlockId> + ExactSizeIterator {
        self.0.preorder.iter().map(|&node| BlockId::new(node))
    }

    /// The blocks that `block` dominates, itself first.
    #[must_use]
    pub fn subtree(&self, block: BlockId) -> Vec<BlockId> {
        let tree = &self.0;
        if !self.is_reachable(block) {
            return Vec::new();
        }
        let range = tree.enter[block.index()] as usize..=tree.last[block.index()] as usize;
        tree.preorder[range].iter().map(|&node| BlockId::new(node)).collect()
    }
}

/// The postdominator tree: whose execution is certain once a block executes, if the function
/// comes to an end. All ways out at a terminator ([`Cfg::leaves`]) lead to one exit that is no
/// block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostDominators(Tree);

impl PostDominators {
    /// The tree of a graph.
    #[must_use]
    pub fn new(cfg: &Cfg) -> Self {
        let exit = cfg.block_count() as u32;
        let exits: Vec<u32> = (0..exit).filter(|&node| cfg.leaves(BlockId::new(node))).collect();
        Self(Tree::new(
            exit as usize + 1,
            exit,
            |node, visit| {
                if node == exit {
                    exits.iter().for_each(|&node| visit(node));
                } else {
                    for edge in cfg.predecessors(BlockId::new(node)) {
                        visit(edge.block.index() as u32);
                    }
                }
            },
            |node, visit| {
                if node == exit {
                    return;
                }
                if cfg.leaves(BlockId::new(node)) {
                    visit(exit);
                }
                for edge in cfg.successors(BlockId::new(node)) {
                    visit(edge.block.index() as u32);
                }
            },
        ))
    }

    /// The nearest other block that postdominates a block; `None` where only the exit does, or
    /// where the block never gets to the exit.
    #[must_use]
    pub fn immediate(&self, block: BlockId) -> Option<BlockId> {
        let exit = self.0.idom.len() as u32 - 1;
        self.0.idom(block.index() as u32).filter(|&node| node != exit).map(BlockId::new)
    }

    /// Whether `a` postdominates `b`. A block that never gets to the exit is postdominated by
    /// everything.
    #[must_use]
    pub fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        self.0.dominates(a.index() as u32, b.index() as u32)
    }

    /// Whether a way leads from a block to the exit.
    #[must_use]
    pub fn reaches_exit(&self, block: BlockId) -> bool {
        self.0.is_reachable(block.index() as u32)
    }
}

impl Body {
    /// The control-flow graph.
    #[must_use]
    pub fn cfg(&self) -> Cfg {
        Cfg::new(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tree(count: usize, edges: &[(u32, u32)], root: u32) -> Tree {
        Tree::new(
            count,
            root,
            |node, visit| edges.iter().filter(|e| e.0 == node).for_each(|e| visit(e.1)),
            |node, visit| edges.iter().filter(|e| e.1 == node).for_each(|e| visit(e.0)),
        )
    }

    proptest! {
        #[test]
        fn agrees_with_petgraph(count in 1usize..14, edges in prop::collection::vec((0u32..14, 0u32..14), 0..40)) {
            let edges: Vec<_> =
                edges.into_iter().map(|(a, b)| (a % count as u32, b % count as u32)).collect();
            let ours = tree(count, &edges, 0);
            let mut graph = petgraph::Graph::<(), ()>::new();
            let nodes: Vec<_> = (0..count).map(|_| graph.add_node(())).collect();
            for &(a, b) in &edges {
                graph.add_edge(nodes[a as usize], nodes[b as usize], ());
            }
            let theirs = petgraph::algo::dominators::simple_fast(&graph, nodes[0]);
            for node in 0..count {
                let expected = theirs.immediate_dominator(nodes[node]).map(|n| n.index() as u32);
                prop_assert_eq!(ours.idom(node as u32), expected);
                for other in 0..count {
                    if let Some(mut dominators) = theirs.dominators(nodes[node]) {
                        let expected = dominators.any(|n| n == nodes[other]);
                        prop_assert_eq!(ours.dominates(other as u32, node as u32), expected);
                    } else {
                        prop_assert!(!ours.is_reachable(node as u32));
                    }
                }
            }
        }
    }

    #[test]
    fn long_chains_and_ladders_are_linear() {
        // A ladder: each rung goes on or leaves for the common end.
        let count = 200_000u32;
        let end = count - 1;
        let tree = Tree::new(
            count as usize,
            0,
            |node, visit| {
                if node < end {
                    visit(node + 1);
                    visit(end);
                }
            },
            |node, visit| {
                if node == end {
                    (0..end).for_each(visit);
                } else if node > 0 {
                    visit(node - 1);
                }
            },
        );
        assert_eq!(tree.idom(end), Some(0));
        assert_eq!(tree.idom(end - 1), Some(end - 2));
    }
}
