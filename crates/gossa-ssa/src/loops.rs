//! Natural loops and their nesting.
//!
//! A loop is a block, its header, that dominates the source of an edge back to it, with all blocks
//! from which that edge can be reached without passing the header. Loops with one header are one
//! loop. Edges back to a block that does not dominate their source make an irreducible region;
//! they come from `goto` only and are listed apart.

use crate::dom::Dominators;
use crate::graph::Cfg;
use crate::ids::BlockId;
use gossa_base::entity;

entity! {
    /// A loop of one body; dense, an outer loop before the loops in it.
    pub struct LoopId = "loop";
}

/// A natural loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loop {
    /// Its header: the only block through which it is entered.
    pub header: BlockId,
    /// The loop around it.
    pub parent: Option<LoopId>,
    /// 1 for a loop in no other.
    pub depth: u32,
}

/// The loops of a body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loops {
    /// All loops.
    pub loops: Box<[Loop]>,
    /// By block: the innermost loop around it.
    innermost: Box<[Option<LoopId>]>,
    /// Edges back to a block that does not dominate their source.
    pub irreducible: Box<[(BlockId, BlockId)]>,
}

impl std::ops::Index<LoopId> for Loops {
    type Output = Loop;
    fn index(&self, id: LoopId) -> &Loop {
        &self.loops[id.index()]
    }
}

impl Loops {
    /// The loops of a graph.
    #[must_use]
    pub fn new(cfg: &Cfg, dominators: &Dominators) -> Self {
        let count = cfg.block_count();
        // Found from the inside out; `parents` by index of discovery.
        let mut headers: Vec<BlockId> = Vec::new();
        let mut parents: Vec<Option<u32>> = Vec::new();
        // Shortcuts towards the outermost loop found so far.
        let mut outer: Vec<u32> = Vec::new();
        let mut innermost: Vec<Option<u32>> = vec![None; count];
        let mut pending: Vec<BlockId> = Vec::new();
        for header in dominators.preorder().rev() {
            pending.extend(cfg.predecessors(header).iter().map(|edge| edge.block).filter(
                |&from| dominators.is_reachable(from) && dominators.dominates(header, from),
            ));
            if pending.is_empty() {
                continue;
            }
            let id = headers.len() as u32;
            headers.push(header);
            parents.push(None);
            outer.push(id);
            while let Some(block) = pending.pop() {
                let from = match innermost[block.index()] {
                    None => {
                        innermost[block.index()] = Some(id);
                        block
                    }
                    Some(inner) => {
                        let outermost = find(&mut outer, inner);
                        if outermost == id {
                            continue;
                        }
                        parents[outermost as usize] = Some(id);
                        outer[outermost as usize] = id;
                        headers[outermost as usize]
                    }
                };
                if from != header {
                    pending.extend(
                        cfg.predecessors(from)
                            .iter()
                            .map(|edge| edge.block)
                            .filter(|&block| dominators.is_reachable(block)),
                    );
                }
            }
        }

        // A loop is found after those in it: reversed, outer loops come first.
        let total = headers.len() as u32;
        let new_id = |id: u32| LoopId::new(total - 1 - id);
        let mut loops: Vec<Loop> = Vec::with_capacity(headers.len());
        for id in (0..total).rev() {
            let parent = parents[id as usize].map(new_id);
            let depth = parent.map_or(1, |parent| loops[parent.index()].depth + 1);
            loops.push(Loop { header: headers[id as usize], parent, depth });
        }
        Self {
            loops: loops.into(),
            innermost: innermost.into_iter().map(|id| id.map(new_id)).collect(),
            irreducible: irreducible(cfg, dominators),
        }
    }

    /// The innermost loop that a block is in.
    #[must_use]
    pub fn innermost(&self, block: BlockId) -> Option<LoopId> {
        self.innermost[block.index()]
    }

    /// How many loops a block is in.
    #[must_use]
    pub fn depth(&self, block: BlockId) -> u32 {
        self.innermost(block).map_or(0, |id| self[id].depth)
    }

    /// Whether a block is in a loop, loops in it included.
    #[must_use]
    pub fn contains(&self, id: LoopId, block: BlockId) -> bool {
        let mut at = self.innermost(block);
        while let Some(found) = at {
            if found == id {
                return true;
            }
            at = self[found].parent;
        }
        false
    }
}

/// The outermost loop so far around a loop; shortens the way there.
fn find(outer: &mut [u32], mut id: u32) -> u32 {
    let mut root = id;
    while outer[root as usize] != root {
        root = outer[root as usize];
    }
    while outer[id as usize] != root {
        id = std::mem::replace(&mut outer[id as usize], root);
    }
    root
}

/// Edges of a depth-first search to a block on the way there that does not dominate their source.
fn irreducible(cfg: &Cfg, dominators: &Dominators) -> Box<[(BlockId, BlockId)]> {
    let order = cfg.reverse_postorder();
    let mut place = vec![u32::MAX; cfg.block_count()];
    for (index, block) in order.iter().enumerate() {
        place[block.index()] = index as u32;
    }
    let mut edges = Vec::new();
    for &block in &order {
        for edge in cfg.successors(block) {
            let back = place[edge.block.index()] <= place[block.index()];
            if back && !dominators.dominates(edge.block, block) {
                edges.push((block, edge.block));
            }
        }
    }
    edges.into()
}
