//! Erroneous code to well-formed bodies.
//!
//! Lowering trusts what checking found out, and where checking found errors it may build an
//! instruction whose operands do not fit. Such an instruction becomes a `hole` with the same
//! results, so that whoever reads bodies can rely on their rules, errors or not.

use crate::body::Body;
use crate::inst::Inst;
use crate::layout::canonical;
use crate::verify::{Place, verify};
use gossa_types::Resolver;

/// The rules that operands and results fit their instruction, in number and in type.
const FITTING: [u8; 2] = [11, 12];

/// Replaces the instructions of a body that do not fit their operands.
pub(super) fn repaired(mut body: Body, resolver: &dyn Resolver) -> Body {
    let mut changed = false;
    for violation in verify(&body, Some(resolver)) {
        if FITTING.contains(&violation.rule)
            && let Place::Inst(inst) = violation.place
            && let Some(slot) = body.insts.get_mut(inst.index())
            && !slot.is_terminator()
        {
            *slot = Inst::Hole;
            changed = true;
        }
    }
    if changed { canonical(body) } else { body }
}
