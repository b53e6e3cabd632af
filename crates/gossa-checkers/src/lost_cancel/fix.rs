//! The repair of a lost cancel function: `defer cancel()` behind the statement that makes it.
//!
//! Proposed where that is all there is to do: the function keeps both the cancel function and the
//! context to itself, so that nobody is left with a context that is done, and it does not come by
//! again, so that deferred calls do not pile up.

use gossa_api::prelude::*;

/// How many values are followed, and how deep into callees.
const MOST: usize = 200;
const DEPTH: u32 = 2;

/// Adds the repair to a report about the call that makes a cancel function.
pub(super) fn propose(report: &mut Report<'_>, made: Inst<'_>) {
    if let Some(edits) = edits(made) {
        // Edits at different places never overlap.
        let _ = report.fix("call it when the function returns", edits);
    }
}

fn edits(made: Inst<'_>) -> Option<Vec<Edit>> {
    let Op::Call(call) = made.op() else { return None };
    let Callee::Static { name: maker, .. } = call.callee() else { return None };
    if made.func().structure().innermost_loop(made).is_some()
        || !is_own(made)
        || !stays(made.results().next()?, DEPTH)
    {
        return None;
    }
    let assignment = made.syntax()?.parent()?;
    let is_statement = matches!(assignment.kind(), SyntaxKind::Definition | SyntaxKind::Assignment)
        && assignment.role() == "stmt";
    if !is_statement || is_in_loop(&assignment) {
        return None;
    }
    let left: Vec<Syntax> =
        assignment.children().into_iter().filter(|part| part.role() == "lhs").collect();
    let [_, variable] = &left[..] else { return None };
    if variable.kind() != SyntaxKind::Identifier {
        return None;
    }
    let mut edits = Vec::new();
    let mut name = variable.text();
    if name == "_" {
        // Nothing of that name may be hidden, or be there already.
        let declaration = assignment.ancestors().last()?;
        name = "cancel".to_owned();
        if assignment.kind() != SyntaxKind::Definition || mentions(&declaration, &name) {
            return None;
        }
        edits.push(Edit::replace(&variable.range(), name.as_str()));
    }
    let (place, indent) = end_of_line(&assignment)?;
    let cause = if maker == "context.WithCancelCause" { "nil" } else { "" };
    edits.push(Edit::insert_after(&place, format!("\n{indent}defer {name}({cause})")));
    Some(edits)
}

/// Whether the function does nothing with the cancel function but call it.
fn is_own(made: Inst<'_>) -> bool {
    let Some(cancel) = made.results().nth(1) else { return false };
    cancel.uses().all(|inst| {
        let call = match inst.op() {
            Op::Call(call) | Op::Defer(call) => call,
            _ => return false,
        };
        matches!(call.callee(), Callee::Value(value) if value == cancel)
            && !call.args().any(|arg| arg == cancel)
    })
}

/// Whether a context, and what is made of it, is of no use to anybody once the function returns.
/// What callees do with it is looked at as far as they are the user's; of others those count that
/// give something back that may hold it.
fn stays(context: Value<'_>, depth: u32) -> bool {
    let mut held = vec![context];
    let mut at = 0;
    while let Some(&value) = held.get(at) {
        at += 1;
        if at > MOST {
            return false;
        }
        for inst in value.uses() {
            let made = match inst.op() {
                Op::Call(call) => {
                    if !callee_lets_go(call, value, depth) {
                        return false;
                    }
                    inst.results().filter(|result| may_hold(result.ty())).collect()
                }
                Op::Defer(_) | Op::Branch { .. } | Op::Binary { .. } => Vec::new(),
                Op::Narrow { .. }
                | Op::ChangeInterface(_)
                | Op::MakeInterface(_)
                | Op::TypeAssert { .. }
                | Op::Load(_)
                | Op::FieldAddr { .. }
                | Op::Field { .. } => inst.results().collect(),
                Op::Jump { block, args } => {
                    let params = block.params().zip(args);
                    params.filter(|(_, arg)| *arg == value).map(|(param, _)| param).collect()
                }
                Op::Receive { .. } | Op::Select { .. } => Vec::new(),
                _ => return false,
            };
            for value in made {
                if !held.contains(&value) {
                    held.push(value);
                }
            }
        }
    }
    true
}

/// Whether a call keeps nothing of a value, as far as that can be told.
fn callee_lets_go<'p>(call: Call<'p>, value: Value<'p>, depth: u32) -> bool {
    let Some(callee) = call.static_callee() else { return true };
    if !callee.is_requested() || depth == 0 {
        return true;
    }
    let given = callee.params().zip(call.args()).filter(|(_, arg)| *arg == value);
    given.into_iter().all(|(param, _)| returns_or_stays(param, depth - 1))
}

/// Whether a parameter goes nowhere but to callees and to the caller, who looks at results itself.
fn returns_or_stays(param: Value<'_>, depth: u32) -> bool {
    let only_returned = param.uses().all(|inst| matches!(inst.op(), Op::Return(_)));
    only_returned || stays(param, depth)
}

/// Whether a value of this type can lead to a context. Errors do not matter: nobody waits for one.
fn may_hold(ty: Type<'_>) -> bool {
    match ty.kind() {
        Kind::Basic(_) => false,
        Kind::Slice(elem) => may_hold(elem),
        Kind::Array { elem, .. } => may_hold(elem),
        _ => ty.to_string() != "error",
    }
}

/// Whether a statement is in a loop of its function: a deferred call would wait for its end. The
/// body of a loop over a function belongs to the function around it.
fn is_in_loop(statement: &Syntax) -> bool {
    statement
        .ancestors()
        .take_while(|around| around.kind() != SyntaxKind::FunctionLiteral)
        .any(|around| matches!(around.kind(), SyntaxKind::For | SyntaxKind::Range))
}

fn mentions(syntax: &Syntax, name: &str) -> bool {
    let mut work = vec![syntax.clone()];
    while let Some(part) = work.pop() {
        if part.kind() == SyntaxKind::Identifier && part.text() == name {
            return true;
        }
        work.extend(part.children());
    }
    false
}

/// Where the line of a statement ends, behind a comment if there is one, and how it is indented;
/// `None` if it shares its lines with others.
fn end_of_line(statement: &Syntax) -> Option<(SourceRange, String)> {
    let around = statement.parent()?;
    let (text, own) = (around.text(), statement.range());
    let start = own.start().checked_sub(around.range().start())? as usize;
    let end = own.end().checked_sub(around.range().start())? as usize;
    let before = text.get(..start)?;
    let indent = &before[before.rfind('\n')? + 1..];
    if !indent.chars().all(char::is_whitespace) {
        return None;
    }
    let behind = text.get(end..)?;
    let behind = behind.split('\n').next()?.trim();
    if behind.is_empty() {
        return Some((own, indent.to_owned()));
    }
    let comment = statement
        .comments()
        .into_iter()
        .find(|comment| comment.text.trim_end() == behind && comment.range.start() >= own.end())?;
    comment.text.starts_with("//").then(|| (comment.range, indent.to_owned()))
}
