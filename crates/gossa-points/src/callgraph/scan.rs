//! What a body contributes to a call graph where values are not followed: its calls, the functions
//! that it takes as values, the types that it converts to interfaces.

use super::{CallSite, call_sites};
use crate::program::{FuncIndex, MethodName, Program};
use gossa_ssa::{Body, Callee, Inst};
use gossa_types::TypeId;

/// Whom a call calls, as far as the call itself says. Types are normal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Target {
    /// A function.
    Static(FuncIndex),
    /// A function value of this function type.
    Value(TypeId),
    /// A method of a value of this interface type.
    Interface(TypeId, MethodName),
}

/// The target of a call; `None` for built-in functions.
pub(super) fn target(program: &Program<'_>, body: &Body, site: CallSite) -> Option<Target> {
    Some(match body[site.call].callee {
        Callee::Static(func) => Target::Static(program.index_of(func)),
        Callee::Value(value) => Target::Value(program.normal(program.under(body[value].ty))),
        Callee::Interface { receiver, method } => {
            let interface = program.normal(program.under(body[receiver].ty));
            Target::Interface(interface, program.method_name(&body[method]))
        }
        Callee::Builtin(_) => return None,
    })
}

/// The calls of a body with their targets, in order.
pub(super) fn targets<'b>(
    program: &'b Program<'_>,
    body: &'b Body,
) -> impl Iterator<Item = (CallSite, Target)> + 'b {
    call_sites(body).filter_map(move |site| Some((site, target(program, body, site)?)))
}

/// Calls `taken` for each function that the body takes as a value, with its (normal) function
/// type, and `boxed` for each (normal) type of which it converts values to interfaces.
pub(super) fn values(
    program: &Program<'_>,
    body: &Body,
    mut taken: impl FnMut(FuncIndex, TypeId),
    mut boxed: impl FnMut(TypeId),
) {
    for inst in body.inst_ids() {
        let func = match body[inst] {
            Inst::Func(func) | Inst::Closure { func, .. } => program.index_of(func),
            Inst::MethodValue { method, .. } => program.bound_method(&body[method]),
            Inst::MethodExpr(method) => program.method_expression(&body[method]),
            Inst::MakeInterface(x) => {
                boxed(program.normal(body[x].ty));
                continue;
            }
            Inst::Table(table) => {
                for &ty in body[table].dynamic_types() {
                    boxed(program.normal(ty));
                }
                continue;
            }
            _ => continue,
        };
        if let Some(result) = body.result(inst) {
            taken(func, program.normal(program.under(body[result].ty)));
        }
    }
}
