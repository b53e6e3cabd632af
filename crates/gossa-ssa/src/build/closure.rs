//! Function literals and the bodies of range-over-func statements, as bodies of their own.

use super::function::{BodyKind, Function};
use super::unit::Var;
use crate::ids::{FuncId, FuncKey, ValueId};
use crate::inst::Inst;
use gossa_syntax::{ExprId, NodeId, StmtId};
use gossa_types::TypeId;
use smallvec::SmallVec;

impl Function<'_, '_> {
    /// `func(...) { ... }` as a value.
    pub(super) fn function_literal(&mut self, literal: ExprId, body: StmtId) -> ValueId {
        let at = NodeId::from(literal);
        let ty = self.unit.ty(literal);
        let signature = self.unit.signature(ty);
        let (func, captures) = self.nested(at, BodyKind::Literal, |inner| {
            inner.enter(at, Some(literal), None, signature);
            inner.block_body(body);
            inner.fall_off_end(NodeId::end_of(body));
        });
        self.make_closure(at, func, &captures, ty)
    }

    /// Builds a body inside this one; gives its function and the variables that it captures.
    pub(super) fn nested(
        &mut self,
        at: NodeId,
        kind: BodyKind,
        build: impl FnOnce(&mut Function<'_, '_>),
    ) -> (FuncId, Vec<Var>) {
        self.suspend_slots();
        let index = self.unit.reserve_body();
        let root = self.unit.root;
        let func =
            FuncId::new(FuncKey::Closure { root, index: u32::try_from(index).unwrap_or(u32::MAX) });
        let mut inner = Function::new(&mut *self.unit, func, kind);
        build(&mut inner);
        let (captures, finished) = inner.finish(Some(at));
        self.unit.set_body(index, finished);
        self.resume_slots();
        (func, captures)
    }

    /// A closure value over the current values (or cells) of captured variables.
    pub(super) fn make_closure(
        &mut self,
        at: NodeId,
        func: FuncId,
        captures: &[Var],
        ty: TypeId,
    ) -> ValueId {
        let values: SmallVec<[ValueId; 8]> = captures.iter().map(|&var| self.read(var)).collect();
        let captures = self.list(&values);
        self.emit(at, Inst::Closure { func, captures }, ty)
    }
}
