//! Integers that become pointers although no Go address is known to be in them: hints of low
//! confidence, for those who look through all uses of `unsafe`.

use super::UNSAFE_UINTPTR;
use super::address::{End, end_of};
use super::origin::{described, is_foreign_allocator, is_runtime, reflect_address};
use gossa_api::prelude::*;
use std::collections::HashSet;

/// Reports conversions to pointers that no address was followed to.
pub(super) fn report<'p>(pass: &ProgramPass<'p>, followed: &HashSet<Inst<'p>>) {
    let conversions = pass.search(|func, found| {
        if func.is_requested() && !is_runtime(func.package()) {
            found.extend(func.insts().filter(|inst| end_of(*inst) == Some(End::Pointer)));
        }
    });
    for at in conversions.into_iter().filter(|at| !followed.contains(at)) {
        let Op::Convert { x, .. } = at.op() else { continue };
        let mut roots = Vec::new();
        if !is_open(x, &mut roots) {
            continue;
        }
        let Some(mut report) = pass.report(&UNSAFE_UINTPTR, at) else { continue };
        let what = described(x, "an integer");
        report.message(format_args!(
            "{what} becomes a pointer, and nothing shows which object it is the address of or what \
             keeps that alive"
        ));
        report.confidence(Confidence::Low);
    }
}

/// Whether an integer may be the address of anything: it is no constant but zero, was not computed
/// from a pointer here, and does not come from where memory is not Go's.
fn is_open<'p>(value: Value<'p>, seen: &mut Vec<Value<'p>>) -> bool {
    if seen.contains(&value) {
        return false;
    }
    seen.push(value);
    let Some(definition) = value.definition() else {
        let incoming = value.incoming();
        return incoming.is_empty() || incoming.into_iter().any(|value| is_open(value, seen));
    };
    match definition.op() {
        Op::Zero => true,
        Op::Const(constant) => constant.as_i64() == Some(0),
        Op::Convert { kind: ConvertKind::Numeric | ConvertKind::ChangeType, x }
        | Op::Narrow { x, .. } => is_open(x, seen),
        Op::Binary { x, y, .. } => {
            let known = |value: Value<'p>, seen: &mut Vec<Value<'p>>| {
                let is_offset = matches!(value.definition().map(Inst::op), Some(Op::Const(_)));
                is_offset || is_open(value, seen)
            };
            is_open(x, seen) && known(y, seen) || is_open(y, seen) && known(x, seen)
        }
        Op::Convert { .. } => false,
        Op::Call(call) => match call.callee() {
            Callee::Static { name, .. } => {
                !is_foreign_allocator(&name)
                    && reflect_address(&name).is_none()
                    && !name.rsplit('.').next().is_some_and(|last| last.contains("yscall"))
            }
            _ => true,
        },
        _ => true,
    }
}
