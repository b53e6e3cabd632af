//! How often instructions run in one activation of their function.

use crate::event::Count;
use crate::path::{Index, Path, Root, Step};
use crate::places::Places;
use gossa_ssa::dom::Dominators;
use gossa_ssa::graph::{Cfg, Edge, EdgeKind};
use gossa_ssa::loops::{LoopId, Loops};
use gossa_ssa::{BinaryOp, BlockId, Body, Inst, InstId, ValueDef, ValueId};
use gossa_types::Builtin;
use std::cell::OnceCell;

/// The loops of a body, found when they are first asked for.
pub(crate) struct Repeats<'b> {
    body: &'b Body,
    found: OnceCell<(Cfg, Dominators, Loops)>,
}

impl<'b> Repeats<'b> {
    pub(crate) fn new(body: &'b Body) -> Self {
        Self { body, found: OnceCell::new() }
    }

    fn found(&self) -> &(Cfg, Dominators, Loops) {
        self.found.get_or_init(|| {
            let cfg = Cfg::new(self.body);
            let dominators = Dominators::new(&cfg);
            let loops = Loops::new(&cfg, &dominators);
            (cfg, dominators, loops)
        })
    }

    /// How often an instruction runs, and, if that is known, the branch that ends the loop.
    pub(crate) fn count(&self, places: &Places<'_>, inst: InstId) -> (Count, Option<InstId>) {
        let (cfg, dominators, loops) = self.found();
        let block = self.body.block_of(inst);
        let Some(id) = loops.innermost(block) else {
            let known = loops.irreducible.is_empty();
            return (if known { Count::One } else { Count::Any }, None);
        };
        let header = loops[id].header;
        let last = self.body.terminator(header);
        // One loop, which ends at its header alone and runs the instruction each time.
        if loops.depth(block) != 1
            || !self.ends_at_header(cfg, loops, id, header)
            || !cfg
                .predecessors(header)
                .iter()
                .filter(|edge| loops.contains(id, edge.block))
                .all(|edge| dominators.dominates(block, edge.block))
        {
            return (Count::Any, None);
        }
        match self.bound(places, loops, id, header, last) {
            Some(count) => (count, Some(last)),
            None => (Count::Any, None),
        }
    }

    fn ends_at_header(&self, cfg: &Cfg, loops: &Loops, id: LoopId, header: BlockId) -> bool {
        self.body.block_ids().filter(|&block| block != header && loops.contains(id, block)).all(
            |block| {
                let normal = |edge: &&Edge| edge.kind == EdgeKind::Normal;
                cfg.successors(block)
                    .iter()
                    .filter(normal)
                    .all(|edge| loops.contains(id, edge.block))
            },
        )
    }

    /// The bound of `for i := 0; i < n; i++`.
    fn bound(
        &self,
        places: &Places<'_>,
        loops: &Loops,
        id: LoopId,
        header: BlockId,
        last: InstId,
    ) -> Option<Count> {
        let body = self.body;
        let Inst::Branch { cond, .. } = body[last] else { return None };
        let Inst::Binary { op, x, y } = body[places.def(cond)?] else { return None };
        let more = match op {
            BinaryOp::Less | BinaryOp::NotEqual => 0,
            BinaryOp::LessEqual => 1,
            _ => return None,
        };
        // The counter: a parameter of the header that starts from a constant and goes up by one.
        if places.defs[x.index()] != ValueDef::Param(header) {
            return None;
        }
        let at = x.index() - body[header].first_param as usize;
        let mut start = None;
        for block in body.block_ids() {
            let Inst::Jump(target) = body[body.terminator(block)] else { continue };
            if target.block != header {
                continue;
            }
            let &value = body[target.args].get(at)?;
            if loops.contains(id, block) {
                let Inst::Binary { op: BinaryOp::Add, x: counter, y: one } =
                    body[places.def(value)?]
                else {
                    return None;
                };
                if counter != x || places.index(one) != Index::Const(1) {
                    return None;
                }
            } else {
                let Index::Const(value) = places.index(value) else { return None };
                start = Some(value);
            }
        }
        let start = start?;
        match places.index(y) {
            Index::Const(end) => match end.checked_sub(start)?.checked_add(more)? {
                1 => Some(Count::One),
                times => Some(Count::Times(times)),
            },
            _ if start != 0 || more != 0 => None,
            _ => match capacity(places, y) {
                Some(capacity) => Some(Count::Times(capacity)),
                None => integer(places, y).map(|(path, length)| Count::Upto(path, length)),
            },
        }
    }
}

/// The capacity of a channel that is made here.
fn capacity(places: &Places<'_>, value: ValueId) -> Option<i64> {
    let Inst::Builtin { op: Builtin::Cap, args } = places.body[places.def(value)?] else {
        return None;
    };
    let &channel = places.body[args].first()?;
    let Inst::MakeChan(size) = places.body[places.def(channel)?] else { return None };
    match size.map_or(Index::Const(0), |size| places.index(size)) {
        Index::Const(capacity) => Some(capacity),
        _ => None,
    }
}

/// An integer by where it comes from: a path to it, or to what it is the length of.
fn integer(places: &Places<'_>, value: ValueId) -> Option<(Path, bool)> {
    let Some(def) = places.def(value) else {
        return match places.index(value) {
            Index::Param(at) => Some((Path::of(Root::Param(at)), false)),
            _ => Some((Path::of(Root::Value(value)), false)),
        };
    };
    match places.body[def] {
        Inst::Builtin { op: Builtin::Len, args } => {
            let &of = places.body[args].first()?;
            let mut paths = places.paths(of);
            if paths.len() == 1 { Some((paths.pop()?, true)) } else { None }
        }
        Inst::Load(ptr) => {
            let mut paths = places.paths(ptr);
            if paths.len() != 1 {
                return None;
            }
            Some((paths.pop()?.then(Step::Deref)?, false))
        }
        _ => Some((Path::of(Root::Value(value)), false)),
    }
}
