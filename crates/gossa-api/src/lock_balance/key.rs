//! By what a function gets at a lock, in its own words and in those of its callers.

use crate::func::{Func, Inst, Value};
use crate::op::{Call, Callee, Op};
use crate::program::Global;
use std::rc::Rc;

/// How a function gets at a lock.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Key<'p> {
    pub(super) root: Root<'p>,
    pub(super) steps: Vec<Step<'p>>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Root<'p> {
    /// A parameter, captures first.
    Param(usize),
    Global(Global),
    Value(Value<'p>),
    /// What a function gives that only reads: the same for the same arguments.
    Read(Func<'p>, Rc<[Key<'p>]>),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Step<'p> {
    Field(u32, &'static str),
    Deref,
    Element(Index<'p>),
}

/// Which element is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Index<'p> {
    /// The same number wherever it is written.
    Constant(i64),
    Value(Value<'p>),
}

impl<'p> Index<'p> {
    fn of(mut value: Value<'p>) -> Self {
        loop {
            match value.definition().map(Inst::op) {
                Some(Op::Narrow { x, .. } | Op::Convert { x, .. }) => value = x,
                Some(Op::Const(constant)) => {
                    return constant.as_i64().map_or(Self::Value(value), Self::Constant);
                }
                Some(Op::Zero) => return Self::Constant(0),
                _ => return Self::Value(value),
            }
        }
    }
}

/// A lock is not followed under more names than this.
const NAMES: usize = 16;

/// How a function gets at what a value points to.
pub(super) fn key_of(value: Value<'_>) -> Key<'_> {
    let mut steps = Vec::new();
    let mut at = value;
    let root = loop {
        let Some(definition) = at.definition() else {
            let func = at.func();
            let mut params = func.captures().chain(func.params());
            break params.position(|param| param == at).map_or(Root::Value(at), Root::Param);
        };
        match definition.op() {
            Op::Narrow { x, .. } | Op::Convert { x, .. } | Op::MakeInterface(x) => at = x,
            Op::FieldAddr { ptr, field } => {
                let name = ptr.ty().pointee().and_then(|holder| holder.field_name(field));
                steps.push(Step::Field(field, name.unwrap_or("?")));
                at = ptr;
            }
            Op::Field { base, field } => {
                let name = base.ty().field_name(field);
                steps.push(Step::Field(field, name.unwrap_or("?")));
                at = base;
            }
            Op::IndexAddr { base, index } => {
                steps.push(Step::Element(Index::of(index)));
                at = base;
            }
            Op::Load(address) => {
                steps.push(Step::Deref);
                at = address;
            }
            Op::Global(global) => break Root::Global(global),
            Op::Call(call) => break given(call).unwrap_or(Root::Value(at)),
            _ => break Root::Value(at),
        }
    };
    steps.reverse();
    Key { root, steps }
}

/// What a call gives, if its function only reads.
fn given(call: Call<'_>) -> Option<Root<'_>> {
    let callee = call.static_callee()?;
    if call.inst().results().count() != 1 || !only_reads(callee, 0) {
        return None;
    }
    Some(Root::Read(callee, call.args().map(key_of).collect()))
}

/// Whether all that a function does is to read, without locks, and at most to wait before: what it
/// gives is there already.
fn only_reads(func: Func<'_>, depth: usize) -> bool {
    depth < 3
        && func.insts().all(|inst| match inst.op() {
            Op::Const(_)
            | Op::Zero
            | Op::Global(_)
            | Op::Load(_)
            | Op::FieldAddr { .. }
            | Op::Field { .. }
            | Op::Narrow { .. }
            | Op::Convert { .. }
            | Op::TypeAssert { .. }
            | Op::Binary { .. }
            | Op::Unary { .. }
            | Op::Jump { .. }
            | Op::Branch { .. }
            | Op::Return(_) => true,
            Op::Receive { .. } => inst.results().all(|result| result.uses().next().is_none()),
            Op::Call(call) => match call.callee() {
                Callee::Static { name, .. } if name.starts_with("sync/atomic.") => {
                    name.rsplit('.').next().is_some_and(|last| last.starts_with("Load"))
                }
                _ => call.static_callee().is_some_and(|callee| only_reads(callee, depth + 1)),
            },
            _ => false,
        })
}

impl<'p> Key<'p> {
    /// The same in the words of a caller.
    pub(super) fn in_caller(&self, args: &[Value<'p>]) -> Option<Self> {
        match &self.root {
            Root::Global(_) => Some(self.clone()),
            Root::Param(at) => Some(self.behind(*args.get(*at)?)),
            Root::Value(_) => None,
            Root::Read(func, given) => {
                let given: Option<Rc<[Self]>> =
                    given.iter().map(|key| key.in_caller(args)).collect();
                Some(Self { root: Root::Read(*func, given?), steps: self.steps.clone() })
            }
        }
    }

    /// Whether a caller can name it.
    pub(super) fn is_known_outside(&self) -> bool {
        let root = match &self.root {
            Root::Value(_) => false,
            Root::Read(_, given) => given.iter().all(Self::is_known_outside),
            Root::Param(_) | Root::Global(_) => true,
        };
        root && !self.steps.iter().any(|step| matches!(step, Step::Element(Index::Value(_))))
    }

    /// The values on which it depends which lock it is.
    pub(super) fn values(&self) -> impl Iterator<Item = Value<'p>> + '_ {
        let root = match &self.root {
            Root::Value(value) => vec![*value],
            Root::Read(_, given) => {
                given.iter().flat_map(|key| key.values().collect::<Vec<_>>()).collect()
            }
            _ => Vec::new(),
        };
        root.into_iter().chain(self.steps.iter().filter_map(|step| match step {
            Step::Element(Index::Value(index)) => Some(*index),
            _ => None,
        }))
    }

    /// The same steps from another value on.
    pub(super) fn behind(&self, value: Value<'p>) -> Self {
        let mut key = key_of(value);
        key.steps.extend(self.steps.iter().copied());
        key
    }

    /// The names by which the same lock may be known in a function where variables go from lock to
    /// lock: this one first, then those that variables which are this one on some way give it, and
    /// those that such variables get it from.
    pub(super) fn names(&self, used: &[Self]) -> Vec<Self> {
        let mut names = vec![self.clone()];
        let is_variable = |key: &Self| key.variable().is_some();
        if !used.iter().any(is_variable) {
            return names;
        }
        // What variables are on the ways to where they begin.
        let mut pairs: Vec<(Self, Self)> = Vec::new();
        let mut pending: Vec<Self> = used.iter().filter(|key| is_variable(key)).cloned().collect();
        let mut seen = pending.clone();
        while let Some(key) = pending.pop() {
            for value in key.variable().into_iter().flat_map(Value::incoming) {
                let from = key.behind(value);
                if is_variable(&from) && !seen.contains(&from) && seen.len() < NAMES {
                    seen.push(from.clone());
                    pending.push(from.clone());
                }
                pairs.push((key.clone(), from));
            }
        }
        let mut at = 0;
        while at < names.len() && names.len() < NAMES {
            for (a, b) in &pairs {
                for (one, other) in [(a, b), (b, a)] {
                    if *one == names[at] && !names.contains(other) && names.len() < NAMES {
                        names.push(other.clone());
                    }
                }
            }
            at += 1;
        }
        names
    }

    /// The parameter of a block that it begins at: a variable that is assigned to.
    fn variable(&self) -> Option<Value<'p>> {
        match self.root {
            Root::Value(value) => value.param_of().map(|_| value),
            _ => None,
        }
    }

    pub(super) fn text(&self, around: Func<'p>) -> String {
        let named = |value: Value<'p>| value.name().unwrap_or("the lock").to_owned();
        let mut text = match &self.root {
            Root::Param(at) => {
                around.captures().chain(around.params()).nth(*at).map_or_else(String::new, named)
            }
            Root::Global(global) => {
                let name = global.qualified_name();
                name.rsplit('.').next().unwrap_or_default().to_owned()
            }
            Root::Value(value) => named(*value),
            Root::Read(func, given) => {
                let name = func.name();
                let name = name.rsplit('.').next().unwrap_or_default().to_owned();
                match &given[..] {
                    [receiver] => format!("{}.{name}()", receiver.text(around)),
                    _ => format!("{name}(…)"),
                }
            }
        };
        for step in &self.steps {
            match step {
                Step::Field(_, name) => text = format!("{text}.{name}"),
                Step::Element(Index::Constant(at)) => text = format!("{text}[{at}]"),
                Step::Element(Index::Value(index)) => {
                    text = format!("{text}[{}]", index.name().unwrap_or("…"));
                }
                Step::Deref => {}
            }
        }
        text
    }
}
