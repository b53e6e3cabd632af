//! Local variables: what their addresses are, and which of them nobody else knows.

use super::state::{Path, Sel};
use crate::func::{Func, Inst, Value};
use crate::op::Op;
use gossa_base::FxHashMap;
use gossa_ssa::ValueId;

/// A place in memory: from a pointer, through fields.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Place {
    /// The pointer that it begins at.
    pub(super) root: ValueId,
    /// From there: begins with [`Sel::Deref`].
    pub(super) path: Path,
}

impl Place {
    /// Whether one lies in the other.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let shared = self.path.len().min(other.path.len());
        self.root == other.root && self.path[..shared] == other.path[..shared]
    }
}

/// The place that a pointer points to.
pub(super) fn location(pointer: Value<'_>) -> Place {
    let mut steps = Vec::new();
    let mut value = pointer;
    while let Some(definition) = value.definition() {
        match definition.op() {
            Op::Narrow { x, .. } => value = x,
            Op::FieldAddr { ptr, field } => {
                steps.push(Sel::Field(field));
                value = ptr;
            }
            Op::IndexAddr { base, .. } if base.ty().pointee().is_some() => {
                steps.push(Sel::Element);
                value = base;
            }
            _ => break,
        }
    }
    steps.push(Sel::Deref);
    steps.reverse();
    Place { root: value.id, path: steps }
}

/// The uses of values of a function.
#[derive(Debug, Default)]
pub(super) struct Uses<'p> {
    of: FxHashMap<ValueId, Vec<Inst<'p>>>,
}

impl<'p> Uses<'p> {
    pub(super) fn new(func: Func<'p>) -> Self {
        let mut of: FxHashMap<ValueId, Vec<Inst<'p>>> = FxHashMap::default();
        for inst in func.insts() {
            func.body().for_each_operand(inst.id, |id| {
                let list = of.entry(id).or_default();
                if list.last() != Some(&inst) {
                    list.push(inst);
                }
            });
        }
        Self { of }
    }

    pub(super) fn of(&self, value: ValueId) -> &[Inst<'p>] {
        self.of.get(&value).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a variable is only accessed by its own address, in the function and by closures
    /// that capture it.
    pub(super) fn is_private(&self, address: ValueId) -> bool {
        self.of(address).iter().all(|inst| match inst.op() {
            Op::Load(_) => true,
            Op::Store { value, .. } => value.id != address,
            Op::FieldAddr { .. } | Op::Narrow { .. } => {
                inst.results().all(|result| self.is_private(result.id))
            }
            Op::Closure { func: Some(func), captures } => {
                let at = captures.iter().position(|capture| capture.id == address);
                let capture = at.and_then(|at| func.captures().nth(at));
                capture.is_some_and(|capture| Uses::new(func).is_private(capture.id))
            }
            _ => false,
        })
    }

    /// The closures that capture something.
    pub(super) fn closures_of(&self, address: ValueId) -> impl Iterator<Item = Inst<'p>> {
        let closures = self.of(address).iter().copied();
        closures.filter(|inst| matches!(inst.op(), Op::Closure { .. }))
    }
}
