//! Whether two pointers are to the same memory.

use crate::func::Value;
use crate::op::Op;
use crate::program::Global;
use crate::whole::PointsTo;
use gossa_ssa::{ConvertKind, Fact};

/// How two pointers lie to each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Alias {
    /// They do not point to the same memory: two values of one function in one activation of it,
    /// others in any.
    Never,
    /// They may, as far as is known.
    May,
    /// If neither is nil, they point to the same variable: two values of one function, in one
    /// activation of it and one turn of each loop, or addresses of one package-level variable.
    Must,
}

/// How an address is computed.
struct Address<'p> {
    base: Base<'p>,
    /// From the last step to the first.
    steps: Vec<Step<'p>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base<'p> {
    Global(Global),
    Value(Value<'p>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step<'p> {
    Field(u32),
    Constant(i64),
    Index(Value<'p>),
}

impl<'p> PointsTo<'p> {
    /// Whether two pointers (slices, maps, channels, interfaces that hold pointers) lead to the
    /// same memory.
    ///
    /// `Must` is read off how the addresses are computed: the same fields, constant indices and
    /// values as indices, from one value or package-level variable. `Never` needs the points-to
    /// solution, and is said only where everything that both may point to is known and nothing is
    /// in common, or where they are different parts of one variable. Values that are loaded at two
    /// times from one place are two values: of these nothing is known to be the same.
    #[must_use]
    pub fn alias(self, p: Value<'p>, q: Value<'p>) -> Alias {
        let (a, b) = (address(p), address(q));
        if a.base == b.base {
            let by_value = a.steps.iter().any(|step| matches!(step, Step::Index(_)));
            let lasting = matches!(a.base, Base::Global(_)) && !by_value;
            if a.steps == b.steps && (p.func() == q.func() || lasting) {
                return Alias::Must;
            }
            if (p.func() == q.func() || matches!(a.base, Base::Global(_)))
                && apart(&a.steps, &b.steps)
            {
                return Alias::Never;
            }
        }
        let (x, y) = (self.pointees(p), self.pointees(q));
        if x.objects.iter().any(|object| y.objects.binary_search(object).is_ok()) {
            return Alias::May;
        }
        // What is made in the function and what comes from outside are not told apart by that.
        if x.others || y.others { Alias::May } else { Alias::Never }
    }
}

/// Whether two ways from one variable part at different fields or elements.
fn apart(a: &[Step<'_>], b: &[Step<'_>]) -> bool {
    for (a, b) in a.iter().rev().zip(b.iter().rev()) {
        match (a, b) {
            (Step::Field(a), Step::Field(b)) if a != b => return true,
            (Step::Constant(a), Step::Constant(b)) if a != b => return true,
            _ if a == b => {}
            _ => return false,
        }
    }
    false
}

fn address(value: Value<'_>) -> Address<'_> {
    let mut at = value;
    let mut steps = Vec::new();
    while let Some(definition) = at.definition() {
        at = match definition.op() {
            Op::FieldAddr { ptr, field } => {
                steps.push(Step::Field(field));
                ptr
            }
            Op::IndexAddr { base, index } => {
                let index = same_value(index);
                let constant = index.definition().and_then(|inst| match inst.op() {
                    Op::Const(constant) => constant.as_i64(),
                    _ => None,
                });
                steps.push(constant.map_or(Step::Index(index), Step::Constant));
                base
            }
            Op::Global(global) => return Address { base: Base::Global(global), steps },
            _ => match unwrapped(at) {
                Some(inner) => inner,
                None => break,
            },
        };
    }
    Address { base: Base::Value(at), steps }
}

/// What a value is another name of.
fn same_value(mut value: Value<'_>) -> Value<'_> {
    while let Some(inner) = unwrapped(value) {
        value = inner;
    }
    value
}

fn unwrapped(value: Value<'_>) -> Option<Value<'_>> {
    match value.definition()?.op() {
        Op::Narrow { fact: Fact::NotNil | Fact::Ok, x }
        | Op::Convert { kind: ConvertKind::ChangeType, x } => Some(x),
        _ => None,
    }
}

impl Value<'_> {
    /// Whether two values are certainly the same in one activation, as far as their definitions
    /// tell: one is the other under another type, or where a branch has told something of it.
    #[must_use]
    pub fn is_same_as(self, other: Self) -> bool {
        same_value(self) == same_value(other)
    }
}
