//! Contexts as the checkers of them see them: what makes one, and where one comes from.

use gossa_api::prelude::*;

/// The functions of `context` whose first result is a context and whose second ends it.
pub(crate) const MAKERS: [&str; 6] = [
    "context.WithCancel",
    "context.WithCancelCause",
    "context.WithTimeout",
    "context.WithTimeoutCause",
    "context.WithDeadline",
    "context.WithDeadlineCause",
];

/// The function that gives a context, those that only add values left out; `None` where that is
/// not a call by name.
pub(crate) fn origin(context: Option<Value<'_>>) -> Option<String> {
    let mut context = context;
    while let Some(value) = context {
        context = match value.definition()?.op() {
            Op::Narrow { x, .. } | Op::ChangeInterface(x) | Op::MakeInterface(x) => Some(x),
            Op::Call(call) => match call.callee() {
                Callee::Static { name, .. } if name == "context.WithValue" => call.args().next(),
                Callee::Static { name, .. } => return Some(name),
                _ => return None,
            },
            _ => return None,
        };
    }
    None
}

/// Whether it is the `main` of a program, which nobody calls.
pub(crate) fn is_main(func: Func<'_>) -> bool {
    func.declared_name().is_some_and(|name| name.ends_with(".main"))
        && func.static_callers().next().is_none()
}
