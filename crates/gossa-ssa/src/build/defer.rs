//! `go`, `defer`, `return`.

use super::call::{CallKind, Prepared};
use super::expr::Values;
use super::function::{BodyKind, FarExit, Function};
use crate::ids::ValueId;
use crate::inst::{CallData, Callee, Inst};
use gossa_syntax::{Expr, ExprId, ExprList, NodeId};
use gossa_types::TypeId;
use smallvec::SmallVec;

impl Function<'_, '_> {
    pub(super) fn go(&mut self, at: NodeId, call: ExprId) {
        let Some(call) = self.deferred_call(call) else {
            self.emit_none(at, Inst::Hole);
            return;
        };
        let id = self.add_call(call);
        self.emit_none(at, Inst::Go(id));
    }

    pub(super) fn defer(&mut self, at: NodeId, call: ExprId) {
        let Some(call) = self.deferred_call(call) else {
            self.emit_none(at, Inst::Hole);
            return;
        };
        let stack = match (self.kind, self.defer_stack) {
            (BodyKind::RangeBody, Some(var)) => Some(self.read(var)),
            _ => None,
        };
        let call = self.add_call(call);
        self.emit_none(at, Inst::Defer { call, stack });
    }

    /// Callee and arguments of a call that is made later.
    fn deferred_call(&mut self, call: ExprId) -> Option<CallData> {
        let tree = self.unit.tree;
        let call = tree.unparen(call);
        let Expr::Call { fun, args, .. } = tree[call] else { return None };
        match self.call_kind(fun) {
            CallKind::Conversion(_) => {
                self.discard(call);
                None
            }
            CallKind::Builtin(builtin) => {
                let args = self.builtin_args(builtin, &tree[args]);
                let args = self.list(&args);
                Some(CallData { callee: Callee::Builtin(builtin), args })
            }
            CallKind::Function => {
                let Prepared { callee, args, .. } = self.prepare(call);
                let args = self.list(&args);
                Some(CallData { callee: callee?, args })
            }
        }
    }

    /// `return`, with or without values.
    pub(super) fn return_statement(&mut self, at: NodeId, values: ExprList) {
        let exprs = &self.unit.tree[values];
        if exprs.is_empty() {
            self.return_stored(at);
            return;
        }
        let types: SmallVec<[TypeId; 4]> = self.results.iter().map(|result| result.ty).collect();
        let mut values = Values::new();
        if let ([only], true) = (exprs, types.len() != 1) {
            for (index, value) in self.values(*only).into_iter().enumerate() {
                let ty = types.get(index).copied().unwrap_or(TypeId::INVALID);
                values.push(self.assigned(at, value, ty));
            }
        } else {
            for (index, &expr) in exprs.iter().enumerate() {
                let ty = types.get(index).copied().unwrap_or(TypeId::INVALID);
                values.push(self.value_as(expr, ty));
            }
        }
        // The wrong number of values is an error.
        values.truncate(types.len());
        for &ty in &types[values.len()..] {
            values.push(self.hole(at, ty));
        }
        self.return_values(at, &values);
    }

    fn return_values(&mut self, at: NodeId, values: &[ValueId]) {
        let results = self.results.clone();
        let in_memory = self.defers || self.kind == BodyKind::RangeBody;
        for (result, &value) in results.iter().zip(values) {
            if result.cell {
                let ptr = self.read(result.var);
                self.emit_none(at, Inst::Store { ptr, value });
            }
        }
        if in_memory {
            self.return_stored(at);
        } else {
            let list = self.list(values);
            self.terminate(at, Inst::Return(list));
        }
    }

    /// Returns what the results' variables hold, after the deferred calls.
    pub(super) fn return_stored(&mut self, at: NodeId) {
        if self.kind == BodyKind::RangeBody {
            self.far_exit(at, FarExit::Return);
            return;
        }
        if self.defers {
            self.emit_none(at, Inst::RunDefers);
            self.split_after_call(at);
        }
        let results = self.results.clone();
        let values: SmallVec<[ValueId; 4]> = results
            .iter()
            .map(|result| {
                let value = self.read(result.var);
                if result.cell { self.emit(at, Inst::Load(value), result.ty) } else { value }
            })
            .collect();
        let list = self.list(&values);
        self.terminate(at, Inst::Return(list));
    }
}
