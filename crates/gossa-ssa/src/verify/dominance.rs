//! V9: every use is dominated by its definition.

use super::{Check, Place};
use crate::body::{Body, ValueDef};
use crate::dom::{Dominators, Tree};
use crate::graph::{Cfg, EdgeKind};
use crate::ids::{BlockId, InstId, ValueId};

impl Check<'_> {
    pub(super) fn dominance(&mut self) {
        let body = self.body;
        if body.blocks.len() == 1 {
            self.uses(|_, _| true);
        } else if body.blocks.iter().any(|block| block.unwind.is_some()) {
            let tree = split_tree(body);
            self.uses(|def, at| tree.dominates(def, at));
        } else {
            let dominators = Dominators::new(&Cfg::new(body));
            self.uses(|def, at| dominators.dominates(BlockId::new(def / 2), BlockId::new(at / 2)));
        }
    }

    /// Checks all uses. `dominates` is about halves of blocks: `2 * block` is the start, where
    /// parameters are defined, `2 * block + 1` the rest.
    fn uses(&mut self, dominates: impl Fn(u32, u32) -> bool) {
        let body = self.body;
        let defs = body.defs();
        let mut value_blocks = vec![0u32; body.values.len()];
        for block in body.block_ids() {
            for inst in body.insts_of(block) {
                for value in body.results_of(inst) {
                    value_blocks[value.index()] = block.index() as u32;
                }
            }
        }
        let mut wrong: Vec<(InstId, ValueId)> = Vec::new();
        for block in body.block_ids() {
            let at = 2 * block.index() as u32 + 1;
            for inst in body.insts_of(block) {
                body.for_each_operand(inst, |value| {
                    let defined = match defs[value.index()] {
                        ValueDef::Param(def) => {
                            def == block || dominates(2 * def.index() as u32, at)
                        }
                        ValueDef::Result(def) => {
                            let def_block = value_blocks[value.index()];
                            if def_block == block.index() as u32 {
                                def < inst
                            } else {
                                dominates(2 * def_block + 1, at)
                            }
                        }
                    };
                    if !defined {
                        wrong.push((inst, value));
                    }
                });
            }
        }
        for (inst, value) in wrong {
            self.report(9, Place::Inst(inst), || {
                format!("{value} is not defined on every way here")
            });
        }
    }
}

/// The dominator tree of the halves of blocks: unwind edges leave from the start of a block.
fn split_tree(body: &Body) -> Tree {
    let cfg = Cfg::new(body);
    let block = |node: u32| BlockId::new(node / 2);
    Tree::new(
        2 * body.blocks.len(),
        0,
        |node, visit| {
            let is_start = node % 2 == 0;
            if is_start {
                visit(node + 1);
            }
            for edge in cfg.successors(block(node)) {
                if (edge.kind == EdgeKind::Unwind) == is_start {
                    visit(2 * edge.block.index() as u32);
                }
            }
        },
        |node, visit| {
            if node % 2 == 1 {
                visit(node - 1);
                return;
            }
            for edge in cfg.predecessors(block(node)) {
                let from = 2 * edge.block.index() as u32;
                visit(from + u32::from(edge.kind == EdgeKind::Normal));
            }
        },
    )
}
