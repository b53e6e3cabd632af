//! Dominators, postdominators, loops and data flow against naive versions of themselves, on
//! arbitrary control-flow graphs; and petgraph on ours.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use gossa_ssa::dom::{Dominators, PostDominators};
use gossa_ssa::flow::lattice::{BitSet, Lattice};
use gossa_ssa::flow::monotone::{Analysis, Direction, Liveness, solve};
use gossa_ssa::graph::{Cfg, EdgeKind, dot};
use gossa_ssa::loops::Loops;
use gossa_ssa::{BlockId, Body, Callee, Inst, InstId, read};
use petgraph::visit::{EdgeRef, IntoEdgeReferences, Reversed};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A body whose blocks end as the numbers say, with a call in each block that may unwind.
fn body_of(blocks: &[(u8, u8, u8, u8)]) -> Body {
    let count = blocks.len() as u8;
    let mut text = "func m.f(v0: bool) {\n".to_owned();
    for (index, &(kind, first, second, unwind)) in blocks.iter().enumerate() {
        let (first, second) = (first % count, second % count);
        write!(text, "b{index}:").unwrap();
        if unwind < 60 {
            write!(text, " unwind b{}", unwind % count).unwrap();
        }
        write!(text, "\n  call m.f{index}(v0)\n").unwrap();
        match kind % 8 {
            0 => writeln!(text, "  return"),
            1 | 2 => writeln!(text, "  jump b{first}"),
            3 => writeln!(text, "  unwind b{first}"),
            4 => writeln!(text, "  unreachable"),
            _ => writeln!(text, "  branch v0, b{first}, b{second}"),
        }
        .unwrap();
    }
    text.push_str("}\n");
    read(&text).unwrap().remove(0)
}

fn reachable(cfg: &Cfg, from: BlockId, without: Option<BlockId>) -> BTreeSet<BlockId> {
    let mut seen = BTreeSet::new();
    let mut pending = vec![from];
    while let Some(block) = pending.pop() {
        if Some(block) != without && seen.insert(block) {
            pending.extend(cfg.successors(block).iter().map(|edge| edge.block));
        }
    }
    seen
}

/// Whether a way leads from a block out of the function without another block.
fn gets_out(cfg: &Cfg, from: BlockId, without: Option<BlockId>) -> bool {
    reachable(cfg, from, without).iter().any(|&block| cfg.leaves(block))
}

/// Blocks in the loops with this header; `None` when it is no header.
fn naive_loop(cfg: &Cfg, dominators: &Dominators, header: BlockId) -> Option<BTreeSet<BlockId>> {
    let back: Vec<BlockId> = cfg
        .predecessors(header)
        .iter()
        .map(|edge| edge.block)
        .filter(|&from| dominators.is_reachable(from) && dominators.dominates(header, from))
        .collect();
    if back.is_empty() {
        return None;
    }
    let mut blocks = BTreeSet::from([header]);
    let mut pending = back;
    while let Some(block) = pending.pop() {
        if dominators.is_reachable(block) && blocks.insert(block) {
            pending.extend(cfg.predecessors(block).iter().map(|edge| edge.block));
        }
    }
    Some(blocks)
}

/// The calls that may have returned, by block index: a forward problem whose facts differ at
/// unwind edges.
struct Returned;

impl Analysis for Returned {
    type State = Option<BitSet>;

    const DIRECTION: Direction = Direction::Forward;

    fn bottom(&self, _body: &Body) -> Self::State {
        None
    }

    fn boundary(&self, _body: &Body) -> Self::State {
        Some(BitSet::default())
    }

    fn transfer(&self, body: &Body, inst: InstId, state: &mut Self::State) {
        if let (Inst::Call(_), Some(state)) = (body[inst], state) {
            state.insert(body.block_of(inst).index());
        }
    }
}

fn naive_returned(body: &Body, cfg: &Cfg) -> Vec<Option<BitSet>> {
    let mut at_start = vec![None; body.blocks.len()];
    at_start[0] = Some(BitSet::default());
    loop {
        let mut changed = false;
        for block in body.block_ids() {
            let Some(before) = at_start[block.index()].clone() else { continue };
            let mut after = before.clone();
            after.insert(block.index());
            for edge in cfg.successors(block) {
                let state = if edge.kind == EdgeKind::Unwind { &before } else { &after };
                changed |= at_start[edge.block.index()].join(&Some(state.clone()));
            }
        }
        if !changed {
            return at_start;
        }
    }
}

fn blocks() -> impl Strategy<Value = Vec<(u8, u8, u8, u8)>> {
    prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn dominators_are_what_cuts_blocks_off(blocks in blocks()) {
        let body = body_of(&blocks);
        let cfg = body.cfg();
        let (dominators, post) = (Dominators::new(&cfg), PostDominators::new(&cfg));
        let all = reachable(&cfg, Body::ENTRY, None);
        let theirs = petgraph::algo::dominators::simple_fast(&cfg, Body::ENTRY);
        for a in body.block_ids() {
            prop_assert_eq!(dominators.is_reachable(a), all.contains(&a));
            prop_assert_eq!(dominators.immediate(a), theirs.immediate_dominator(a));
            prop_assert_eq!(post.reaches_exit(a), gets_out(&cfg, a, None));
            let without = reachable(&cfg, Body::ENTRY, Some(a));
            for b in body.block_ids() {
                if all.contains(&a) && all.contains(&b) {
                    prop_assert_eq!(dominators.dominates(a, b), a == b || !without.contains(&b));
                }
                if gets_out(&cfg, a, None) && gets_out(&cfg, b, None) {
                    let expected = a == b || !gets_out(&cfg, b, Some(a));
                    prop_assert_eq!(post.dominates(a, b), expected, "{} over {}", a, b);
                }
            }
        }
        let tree: BTreeSet<BlockId> = dominators.subtree(Body::ENTRY).into_iter().collect();
        prop_assert_eq!(tree, all);
    }

    #[test]
    fn loops_are_what_goes_back(blocks in blocks()) {
        let body = body_of(&blocks);
        let cfg = body.cfg();
        let dominators = Dominators::new(&cfg);
        let loops = Loops::new(&cfg, &dominators);
        let mut depths = vec![0; body.blocks.len()];
        let mut count = 0;
        for header in body.block_ids().filter(|&block| dominators.is_reachable(block)) {
            let Some(members) = naive_loop(&cfg, &dominators, header) else { continue };
            count += 1;
            let id = (0..loops.loops.len())
                .map(|index| gossa_ssa::loops::LoopId::new(index as u32))
                .find(|&id| loops[id].header == header);
            prop_assert!(id.is_some());
            for block in body.block_ids() {
                prop_assert_eq!(loops.contains(id.unwrap(), block), members.contains(&block));
            }
            members.iter().for_each(|block| depths[block.index()] += 1);
        }
        prop_assert_eq!(loops.loops.len(), count);
        for block in body.block_ids() {
            prop_assert_eq!(loops.depth(block), depths[block.index()]);
        }
        // A graph without irreducible edges has a loop in each of its cycles.
        if loops.irreducible.is_empty() {
            for component in petgraph::algo::tarjan_scc(&cfg) {
                let in_cycle = component.len() > 1 && dominators.is_reachable(component[0]);
                prop_assert!(!in_cycle || loops.innermost(component[0]).is_some());
            }
        }
    }

    #[test]
    fn flow_is_the_naive_fixpoint(blocks in blocks()) {
        let body = body_of(&blocks);
        let cfg = body.cfg();
        let solution = solve(&Returned, &body, &cfg);
        let expected = naive_returned(&body, &cfg);
        for block in body.block_ids() {
            let found = solution.at_start[block.index()].as_ref().map(|s| s.iter().collect::<Vec<_>>());
            let expected = expected[block.index()].as_ref().map(|s| s.iter().collect::<Vec<_>>());
            prop_assert_eq!(found, expected);
            // What is replayed ends in what was solved.
            let mut last = None;
            solution.for_each_inst(&Returned, &body, block, |_, state| last = Some(state.clone()));
            prop_assert!(solution.at_start[block.index()].is_none() || last.flatten().is_some());
        }
        // The parameter is live wherever a call or branch is still to come: in each block.
        let live = solve(&Liveness, &body, &cfg);
        for block in reachable(&cfg, Body::ENTRY, None) {
            prop_assert!(block == Body::ENTRY || live.at_start[block.index()].contains(0));
        }
    }

    #[test]
    fn petgraph_sees_the_same_edges(blocks in blocks()) {
        let body = body_of(&blocks);
        let cfg = body.cfg();
        let mut theirs: Vec<_> =
            (&cfg).edge_references().map(|edge| (edge.source(), edge.target())).collect();
        let mut ours: Vec<_> = body
            .block_ids()
            .flat_map(|from| cfg.successors(from).iter().map(move |edge| (from, edge.block)))
            .collect();
        prop_assert_eq!(&theirs, &ours);
        let mut backward: Vec<_> = body
            .block_ids()
            .flat_map(|to| cfg.predecessors(to).iter().map(move |edge| (edge.block, to)))
            .collect();
        backward.sort();
        ours.sort();
        prop_assert_eq!(&backward, &ours);
        theirs.sort();
        let mut reversed: Vec<_> = Reversed(&cfg)
            .edge_references()
            .map(|edge| (edge.target(), edge.source()))
            .collect();
        reversed.sort();
        prop_assert_eq!(reversed, theirs);
        let order = cfg.reverse_postorder();
        prop_assert_eq!(order.len(), reachable(&cfg, Body::ENTRY, None).len());
    }
}

#[test]
fn calls_are_found_by_the_example() {
    // `Returned` looks at static calls; this is what `body_of` makes.
    let body = body_of(&[(0, 0, 0, 255)]);
    let Inst::Call(call) = body.insts[0] else { panic!("{:?}", body.insts) };
    assert!(matches!(body[call].callee, Callee::Static(_)));
}

#[test]
fn drawings_are_quoted() {
    let text = "func m.f(v0: bool) {\nb0: unwind b1\n  v1 = const \"a\\\"\\n\" : string\n  \
                branch v0, b1, b1\nb1:\n  return\n}\n";
    let body = read(text).unwrap().remove(0);
    let expected = r#"digraph "m.f" {
  node [shape=box, fontname=monospace];
  b0 [label="b0: unwind b1\lv1 = const \"a\\\"\\n\" : string\lbranch v0, b1, b1\l"];
  b1 [label="b1:\lreturn\l"];
  b0 -> b1;
  b0 -> b1;
  b0 -> b1 [style=dashed];
}
"#;
    assert_eq!(dot(&body), expected);
}
