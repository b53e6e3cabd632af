//! The control-flow graph of a body, as flat adjacency lists.
//!
//! [`Cfg`] answers who follows whom in constant time, unwind edges included. A reference to it
//! implements petgraph's `visit` traits, so petgraph's algorithms run on it as it is; [`dot`]
//! draws it.

use crate::body::Body;
use crate::ids::BlockId;
use crate::inst::Inst;
use crate::print::Printer;
use petgraph::visit::{
    Data, EdgeRef, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges, IntoEdgesDirected,
    IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, NodeCompactIndexable, NodeCount,
    NodeIndexable, VisitMap, Visitable,
};
use petgraph::{Directed, Direction};
use std::fmt::Write as _;

/// What an edge of a control-flow graph stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EdgeKind {
    /// A terminator names the target.
    Normal,
    /// An instruction of the block may panic, and the block has an unwind block.
    Unwind,
}

/// An edge, seen from one of its ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Edge {
    /// The block at the other end.
    pub block: BlockId,
    /// What it stands for.
    pub kind: EdgeKind,
}

/// Adjacency lists, one after the other: list `i` is `items[starts[i]..starts[i + 1]]`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Lists {
    starts: Box<[u32]>,
    items: Box<[Edge]>,
}

impl Lists {
    #[inline]
    fn get(&self, index: usize) -> &[Edge] {
        &self.items[self.starts[index] as usize..self.starts[index + 1] as usize]
    }
}

/// The control-flow graph of a body.
///
/// A block's successors are those that its terminator names, in order and with repetitions, then
/// its unwind block. Block ids of the body must be in range.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cfg {
    successors: Lists,
    predecessors: Lists,
    leaves: Box<[bool]>,
}

impl Cfg {
    /// The graph of a body.
    #[must_use]
    pub fn new(body: &Body) -> Self {
        let count = body.blocks.len();
        let mut starts = Vec::with_capacity(count + 1);
        let mut items = Vec::with_capacity(2 * count);
        let mut incoming = vec![0u32; count + 1];
        let mut leaves = Vec::with_capacity(count);
        for block in body.block_ids() {
            starts.push(items.len() as u32);
            let mut push = |block: BlockId, kind| {
                items.push(Edge { block, kind });
                incoming[block.index()] += 1;
            };
            if body[block].inst_count > 0 {
                body.for_each_successor(block, |block| push(block, EdgeKind::Normal));
            }
            if let Some(unwind) = body[block].unwind {
                push(unwind, EdgeKind::Unwind);
            }
            leaves.push(leaves_at_end(body, block));
        }
        starts.push(items.len() as u32);
        // Predecessors: counting sort of the edges by target.
        let mut next = 0;
        let ends: Vec<u32> = incoming
            .iter()
            .map(|&n| {
                let start = next;
                next += n;
                start
            })
            .collect();
        let mut fill = ends.clone();
        let placeholder = Edge { block: Body::ENTRY, kind: EdgeKind::Normal };
        let mut backward = vec![placeholder; items.len()];
        for block in body.block_ids() {
            let range = starts[block.index()] as usize..starts[block.index() + 1] as usize;
            for edge in &items[range] {
                let at = &mut fill[edge.block.index()];
                backward[*at as usize] = Edge { block, kind: edge.kind };
                *at += 1;
            }
        }
        Self {
            successors: Lists { starts: starts.into(), items: items.into() },
            predecessors: Lists { starts: ends.into(), items: backward.into() },
            leaves: leaves.into(),
        }
    }

    /// Whether control may leave the function at the block's terminator, by returning, panicking,
    /// or never going on. (It may leave at any instruction that panics, where the block has no
    /// unwind block.)
    #[must_use]
    pub fn leaves(&self, block: BlockId) -> bool {
        self.leaves[block.index()]
    }

    /// Number of blocks.
    #[must_use]
    pub fn block_count(&self) -> usize {
        self.successors.starts.len().saturating_sub(1)
    }

    /// Edges out of a block.
    #[inline]
    #[must_use]
    pub fn successors(&self, block: BlockId) -> &[Edge] {
        self.successors.get(block.index())
    }

    /// Edges into a block; [`Edge::block`] is where they come from.
    #[inline]
    #[must_use]
    pub fn predecessors(&self, block: BlockId) -> &[Edge] {
        self.predecessors.get(block.index())
    }

    /// Reachable blocks such that each comes after its predecessors, loops aside.
    #[must_use]
    pub fn reverse_postorder(&self) -> Vec<BlockId> {
        let mut order = Vec::with_capacity(self.block_count());
        if self.block_count() == 0 {
            return order;
        }
        let mut seen = vec![false; self.block_count()];
        let mut stack = vec![(Body::ENTRY, 0usize)];
        seen[Body::ENTRY.index()] = true;
        while let Some((block, next)) = stack.last_mut() {
            match self.successors(*block).get(*next) {
                Some(edge) => {
                    *next += 1;
                    let target = edge.block;
                    if !std::mem::replace(&mut seen[target.index()], true) {
                        stack.push((target, 0));
                    }
                }
                None => {
                    order.push(*block);
                    stack.pop();
                }
            }
        }
        order.reverse();
        order
    }
}

fn leaves_at_end(body: &Body, block: BlockId) -> bool {
    if body[block].inst_count == 0 {
        return true;
    }
    match body[body.terminator(block)] {
        // Still panicking after the deferred calls.
        Inst::Return(_) | Inst::Unwind { .. } => true,
        Inst::Select(id) => body[id].arms.is_empty() && body[id].default.is_none(),
        Inst::Panic(_) | Inst::Unreachable => body[block].unwind.is_none(),
        _ => false,
    }
}

/// The control-flow graph in the language of Graphviz, the instructions in the nodes.
#[must_use]
pub fn dot(body: &Body) -> String {
    let cfg = Cfg::new(body);
    let mut out = String::new();
    let mut printer = Printer::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "digraph {} {{", quoted(&body.func.to_string()));
    out.push_str("  node [shape=box, fontname=monospace];\n");
    for block in body.block_ids() {
        printer.clear();
        printer.block_header(body, block);
        let mut label = escaped(printer.as_str());
        label.push_str("\\l");
        for inst in body.insts_of(block) {
            printer.clear();
            printer.inst(body, inst);
            label.push_str(&escaped(printer.as_str()));
            label.push_str("\\l");
        }
        let _ = writeln!(out, "  {block} [label=\"{label}\"];");
    }
    for block in body.block_ids() {
        for edge in cfg.successors(block) {
            let style = match edge.kind {
                EdgeKind::Normal => "",
                EdgeKind::Unwind => " [style=dashed]",
            };
            let _ = writeln!(out, "  {block} -> {}{style};", edge.block);
        }
    }
    out.push_str("}\n");
    out
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

// --- petgraph -------------------------------------------------------------------------------

/// Blocks that a traversal has seen.
#[derive(Clone, Debug, Default)]
pub struct VisitedBlocks(Vec<bool>);

impl VisitMap<BlockId> for VisitedBlocks {
    fn visit(&mut self, block: BlockId) -> bool {
        self.0.get_mut(block.index()).is_some_and(|seen| !std::mem::replace(seen, true))
    }

    fn is_visited(&self, block: &BlockId) -> bool {
        self.0.get(block.index()).copied().unwrap_or(false)
    }

    fn unvisit(&mut self, block: BlockId) -> bool {
        self.0.get_mut(block.index()).is_some_and(|seen| std::mem::replace(seen, false))
    }
}

/// An edge with both ends, for petgraph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EdgeReference<'a> {
    source: BlockId,
    target: BlockId,
    kind: &'a EdgeKind,
}

impl<'a> EdgeRef for EdgeReference<'a> {
    type NodeId = BlockId;
    type EdgeId = (BlockId, BlockId, bool);
    type Weight = EdgeKind;

    fn source(&self) -> BlockId {
        self.source
    }

    fn target(&self) -> BlockId {
        self.target
    }

    fn weight(&self) -> &'a EdgeKind {
        self.kind
    }

    fn id(&self) -> Self::EdgeId {
        (self.source, self.target, *self.kind == EdgeKind::Unwind)
    }
}

impl GraphBase for Cfg {
    type NodeId = BlockId;
    type EdgeId = (BlockId, BlockId, bool);
}

impl Data for Cfg {
    type NodeWeight = BlockId;
    type EdgeWeight = EdgeKind;
}

impl GraphProp for Cfg {
    type EdgeType = Directed;
}

impl Visitable for Cfg {
    type Map = VisitedBlocks;

    fn visit_map(&self) -> VisitedBlocks {
        VisitedBlocks(vec![false; self.block_count()])
    }

    fn reset_map(&self, map: &mut VisitedBlocks) {
        map.0.clear();
        map.0.resize(self.block_count(), false);
    }
}

impl NodeCount for Cfg {
    fn node_count(&self) -> usize {
        self.block_count()
    }
}

impl NodeIndexable for Cfg {
    fn node_bound(&self) -> usize {
        self.block_count()
    }

    fn to_index(&self, block: BlockId) -> usize {
        block.index()
    }

    fn from_index(&self, index: usize) -> BlockId {
        BlockId::from_usize(index)
    }
}

impl NodeCompactIndexable for Cfg {}

/// Blocks at the other ends of edges.
#[derive(Clone, Debug)]
pub struct Neighbors<'a>(std::slice::Iter<'a, Edge>);

impl Iterator for Neighbors<'_> {
    type Item = BlockId;

    fn next(&mut self) -> Option<BlockId> {
        self.0.next().map(|edge| edge.block)
    }
}

impl<'a> IntoNeighbors for &'a Cfg {
    type Neighbors = Neighbors<'a>;

    fn neighbors(self, block: BlockId) -> Neighbors<'a> {
        Neighbors(self.successors(block).iter())
    }
}

impl<'a> IntoNeighborsDirected for &'a Cfg {
    type NeighborsDirected = Neighbors<'a>;

    fn neighbors_directed(self, block: BlockId, direction: Direction) -> Neighbors<'a> {
        Neighbors(match direction {
            Direction::Outgoing => self.successors(block).iter(),
            Direction::Incoming => self.predecessors(block).iter(),
        })
    }
}

/// All blocks.
#[derive(Clone, Debug)]
pub struct Blocks(std::ops::Range<u32>);

impl Iterator for Blocks {
    type Item = BlockId;

    fn next(&mut self) -> Option<BlockId> {
        self.0.next().map(BlockId::new)
    }
}

impl IntoNodeIdentifiers for &Cfg {
    type NodeIdentifiers = Blocks;

    fn node_identifiers(self) -> Blocks {
        Blocks(0..self.block_count() as u32)
    }
}

/// Edges at a block.
#[derive(Clone, Debug)]
pub struct Edges<'a> {
    at: BlockId,
    direction: Direction,
    edges: std::slice::Iter<'a, Edge>,
}

impl<'a> Iterator for Edges<'a> {
    type Item = EdgeReference<'a>;

    fn next(&mut self) -> Option<EdgeReference<'a>> {
        let edge = self.edges.next()?;
        let (source, target) = match self.direction {
            Direction::Outgoing => (self.at, edge.block),
            Direction::Incoming => (edge.block, self.at),
        };
        Some(EdgeReference { source, target, kind: &edge.kind })
    }
}

/// All edges.
#[derive(Clone, Debug)]
pub struct AllEdges<'a> {
    cfg: &'a Cfg,
    next: u32,
    current: Option<Edges<'a>>,
}

impl<'a> Iterator for AllEdges<'a> {
    type Item = EdgeReference<'a>;

    fn next(&mut self) -> Option<EdgeReference<'a>> {
        loop {
            if let Some(edge) = self.current.as_mut().and_then(Iterator::next) {
                return Some(edge);
            }
            if self.next as usize >= self.cfg.block_count() {
                return None;
            }
            self.current = Some(self.cfg.edges(BlockId::new(self.next)));
            self.next += 1;
        }
    }
}

impl<'a> IntoEdgeReferences for &'a Cfg {
    type EdgeRef = EdgeReference<'a>;
    type EdgeReferences = AllEdges<'a>;

    fn edge_references(self) -> AllEdges<'a> {
        AllEdges { cfg: self, next: 0, current: None }
    }
}

impl<'a> IntoEdges for &'a Cfg {
    type Edges = Edges<'a>;

    fn edges(self, block: BlockId) -> Edges<'a> {
        self.edges_directed(block, Direction::Outgoing)
    }
}

impl<'a> IntoEdgesDirected for &'a Cfg {
    type EdgesDirected = Edges<'a>;

    fn edges_directed(self, block: BlockId, direction: Direction) -> Edges<'a> {
        let edges = match direction {
            Direction::Outgoing => self.successors(block).iter(),
            Direction::Incoming => self.predecessors(block).iter(),
        };
        Edges { at: block, direction, edges }
    }
}
