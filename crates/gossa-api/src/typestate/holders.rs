//! What holds the followed value: how instructions copy it, and who else knows a variable.

use super::places::location;
use super::state::{Key, Path, Sel, State, leads_to_value};
use super::walk::{PATH, Walk};
use crate::func::{Inst, Value};
use crate::op::Op;
use gossa_ssa::{ConvertKind, ValueId};

impl<'p> Walk<'p> {
    /// The paths by which a value holds what is followed: what is noted, and what its closure
    /// captures.
    pub(super) fn held(&self, state: &State, value: Value<'p>) -> Vec<Path> {
        let mut found: Vec<Path> = state.held_by(value.id).cloned().collect();
        if let Some(Op::Closure { func: Some(func), captures }) = value.definition().map(Inst::op) {
            for (at, capture) in (0..).zip(captures) {
                for path in self.arguments(state, capture) {
                    let mut through = vec![Sel::Capture(func.index, at)];
                    through.extend(path);
                    if through.len() <= PATH && !found.contains(&through) {
                        found.push(through);
                    }
                }
            }
        }
        found
    }

    pub(super) fn holds(&self, state: &State, value: Value<'p>) -> bool {
        self.held(state, value).iter().any(leads_to_value)
    }

    /// The same, and what a pointer into a local variable leads to.
    pub(super) fn arguments(&self, state: &State, value: Value<'p>) -> Vec<Path> {
        let mut found = self.held(state, value);
        let place = location(value);
        if place.root != value.id {
            for path in state.held_by(place.root) {
                if let Some(rest) = path.strip_prefix(&*place.path) {
                    let path: Path =
                        std::iter::once(Sel::Deref).chain(rest.iter().copied()).collect();
                    if !found.contains(&path) {
                        found.push(path);
                    }
                }
            }
        }
        found
    }

    /// Whether a closure that captures a variable was given away before an instruction.
    pub(super) fn is_known_elsewhere(&self, address: ValueId, at: Inst<'p>) -> bool {
        self.shape.uses.closures_of(address).any(|closure| {
            closure.results().any(|result| {
                self.shape.uses.of(result.id).iter().any(|used| {
                    let kept = match used.op() {
                        Op::Defer(_) => false,
                        Op::Call(call) | Op::Go(call) => {
                            call.args().any(|arg| arg == result) || matches!(used.op(), Op::Go(_))
                        }
                        _ => true,
                    };
                    kept && used.reaches(at)
                })
            })
        })
    }

    /// Whether what is in a variable may decide a branch of a closure.
    pub(super) fn is_watched(&self, address: ValueId) -> bool {
        self.shape.uses.closures_of(address).next().is_some()
            || self.shape.results.contains(&address)
            || self.func.captures().any(|capture| capture.id == address)
    }

    /// Whether something outside of the function holds the value: a variable of the function
    /// around this closure.
    pub(super) fn is_elsewhere(&self, state: &State) -> bool {
        self.func.captures().any(|capture| state.held_by(capture.id).any(leads_to_value))
    }

    /// What an instruction without a rule of its own copies.
    pub(super) fn copies(&self, state: &mut State, inst: Inst<'p>, op: &Op<'p>) {
        let Some(result) = inst.results().next() else { return };
        match op {
            Op::Convert { kind: ConvertKind::ChangeType, x }
            | Op::Narrow { x, .. }
            | Op::MakeInterface(x)
            | Op::ChangeInterface(x)
            | Op::TypeAssert { x, .. } => {
                for path in self.held(state, *x) {
                    state.hold(result.id, path);
                }
            }
            Op::Load(pointer) => {
                let place = location(*pointer);
                let found: Vec<Path> = state
                    .held_by(place.root)
                    .filter_map(|path| path.strip_prefix(&*place.path))
                    .map(<[Sel]>::to_vec)
                    .collect();
                for path in found {
                    state.hold(result.id, path);
                }
                if place.path.len() == 1
                    && self.shape.conditions.is_tested(result.id)
                    && let Some(known) = state.known(Key::Cell(place.root))
                {
                    state.know(Key::Value(result.id), Some(known));
                }
            }
            Op::Struct(fields) => {
                for (at, field) in (0..).zip(fields) {
                    self.wrap(state, result, *field, Sel::Field(at));
                }
            }
            Op::WithField { base, field, value } => {
                let kept: Vec<Path> = self
                    .held(state, *base)
                    .into_iter()
                    .filter(|path| path.first() != Some(&Sel::Field(*field)))
                    .collect();
                for path in kept {
                    state.hold(result.id, path);
                }
                self.wrap(state, result, *value, Sel::Field(*field));
            }
            Op::Field { base, field } => {
                for path in self.held(state, *base) {
                    if let Some((Sel::Field(at), rest)) = path.split_first()
                        && at == field
                    {
                        state.hold(result.id, rest.to_vec());
                    }
                }
            }
            Op::MethodValue { method, x } => {
                for path in self.arguments(state, *x) {
                    if path.is_empty() {
                        state.hold(result.id, vec![Sel::Bound(method.name)]);
                    } else if let Some(func) = method.func
                        && path.len() < PATH
                    {
                        let mut through = vec![Sel::Receiver(func.index)];
                        through.extend(path);
                        state.hold(result.id, through);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn wrap(&self, state: &mut State, result: Value<'p>, value: Value<'p>, step: Sel) {
        for path in self.held(state, value) {
            if path.len() < PATH {
                let mut through = vec![step];
                through.extend(path);
                state.hold(result.id, through);
            }
        }
    }
}
