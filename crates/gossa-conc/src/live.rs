//! Branches that always go one way, because constants say so.

use gossa_ssa::{BinaryOp, BlockId, Body, Inst, InstId, UnaryOp, ValueDef, ValueId};

/// Calls `visit` for each successor of a block that control can go to.
pub(crate) fn for_each_live_successor(body: &Body, block: BlockId, mut visit: impl FnMut(BlockId)) {
    if let Inst::Branch { cond, then, otherwise } = body[body.terminator(block)]
        && let Some(value) = boolean(body, cond, 8)
    {
        visit(if value { then } else { otherwise });
        return;
    }
    body.for_each_successor(block, visit);
}

/// The value of a boolean that is constant.
fn boolean(body: &Body, value: ValueId, depth: u32) -> Option<bool> {
    let ValueDef::Result(inst) = body.def(value) else { return None };
    let depth = depth.checked_sub(1)?;
    match body[inst] {
        Inst::Const(id) => body[id].as_bool(),
        Inst::Zero => Some(false),
        Inst::Unary { op: UnaryOp::Not, x } => Some(!boolean(body, x, depth)?),
        Inst::Binary { op, x, y } => {
            let (x, y) = (integer(body, x)?, integer(body, y)?);
            Some(match op {
                BinaryOp::Equal => x == y,
                BinaryOp::NotEqual => x != y,
                BinaryOp::Less => x < y,
                BinaryOp::LessEqual => x <= y,
                BinaryOp::Greater => x > y,
                BinaryOp::GreaterEqual => x >= y,
                _ => return None,
            })
        }
        _ => None,
    }
}

fn integer(body: &Body, value: ValueId) -> Option<i64> {
    let ValueDef::Result(inst) = body.def(value) else { return None };
    match body[inst] {
        Inst::Const(id) => body[id].as_i64(),
        Inst::Load(ptr) => {
            let ValueDef::Result(made) = body.def(ptr) else { return None };
            (matches!(body[made], Inst::Alloc(_)) && is_untouched(body, made, ptr, inst))
                .then_some(0)
        }
        _ => None,
    }
}

/// Whether nothing can have been written to a variable between where it is made and a load.
fn is_untouched(body: &Body, made: InstId, variable: ValueId, load: InstId) -> bool {
    body.inst_ids().all(|inst| {
        let mut uses = false;
        body.for_each_operand(inst, |operand| uses |= operand == variable);
        !uses || matches!(body[inst], Inst::Load(_)) || !comes_to(body, inst, load, made)
    })
}

/// Whether control can come from behind one instruction to another without passing a third.
fn comes_to(body: &Body, from: InstId, to: InstId, avoid: InstId) -> bool {
    let mut seen = vec![false; body.blocks.len()];
    let first = body.block_of(from);
    let mut work = vec![(first, from.index() + 1)];
    while let Some((block, start)) = work.pop() {
        let mut stopped = false;
        for inst in body.insts_of(block).filter(|inst| inst.index() >= start) {
            if inst == to {
                return true;
            }
            if inst == avoid {
                stopped = true;
                break;
            }
        }
        if !stopped {
            body.for_each_successor(block, |next| {
                if !std::mem::replace(&mut seen[next.index()], true) {
                    work.push((next, 0));
                }
            });
        }
    }
    false
}
