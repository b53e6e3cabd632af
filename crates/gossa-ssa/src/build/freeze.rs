//! Instructions with their final ids, in pools of their own.

use super::function::Code;
use super::order::Order;
use crate::body::{Body, ValueData};
use crate::consts::ConstPool;
use crate::ids::{
    BlockId, CallId, MethodRef, MethodRefId, MethodTarget, SelectId, TableId, ValueId,
};
use crate::inst::{CallData, Callee, Inst, SelectArm, SelectData, SliceBounds, Target, ValueList};
use crate::table::Table;
use gossa_base::{ListRange, Name};
use gossa_syntax::NodeId;
use gossa_types::TypeId;
use std::sync::LazyLock;

/// The frozen pools in the making.
pub(super) struct Freezer<'c> {
    pub(super) code: &'c mut Code,
    pub(super) order: &'c Order,
    pub(super) insts: Vec<Inst>,
    pub(super) first_results: Vec<u32>,
    pub(super) nodes: Vec<NodeId>,
    pub(super) values: Vec<ValueData>,
    pub(super) operands: Vec<ValueId>,
    pub(super) calls: Vec<CallData>,
    pub(super) consts: ConstPool,
    pub(super) tables: Vec<Table>,
    pub(super) methods: Vec<MethodRef>,
    pub(super) selects: Vec<SelectData>,
    pub(super) bounds: Vec<SliceBounds>,
}

/// Stands where a method reference was taken from.
static BLANK: LazyLock<Name> = LazyLock::new(|| Name::new("_"));

impl Freezer<'_> {
    pub(super) fn value(&self, value: ValueId) -> ValueId {
        let value = self.code.resolve(value);
        // Every used value is numbered: it is a parameter, undefined, or the result of an
        // instruction that dominates the use.
        self.order.values[value.index()].unwrap_or(ValueId::new(0))
    }

    pub(super) fn optional(&self, value: Option<ValueId>) -> Option<ValueId> {
        value.map(|value| self.value(value))
    }

    pub(super) fn list(&mut self, list: ValueList) -> ValueList {
        if list.0.is_empty() {
            return ValueList::default();
        }
        let start = self.operands.len() as u32;
        for at in list.0.range() {
            let value = self.value(self.code.operands[at]);
            self.operands.push(value);
        }
        ValueList(ListRange { start, len: list.0.len })
    }

    pub(super) fn block(&self, block: BlockId) -> BlockId {
        let block = self.order.forward[block.index()];
        self.order.ids[block.index()].unwrap_or(Body::ENTRY)
    }

    pub(super) fn call(&mut self, id: CallId) -> CallId {
        let CallData { callee, args } = self.code.calls[id.index()];
        let callee = match callee {
            Callee::Static(_) | Callee::Builtin(_) => callee,
            Callee::Value(value) => Callee::Value(self.value(value)),
            Callee::Interface { receiver, method } => {
                Callee::Interface { receiver: self.value(receiver), method: self.method(method) }
            }
        };
        let args = self.list(args);
        self.calls.push(CallData { callee, args });
        CallId::from_usize(self.calls.len() - 1)
    }

    pub(super) fn method(&mut self, id: MethodRefId) -> MethodRefId {
        let empty = MethodRef {
            receiver: TypeId::INVALID,
            path: Box::default(),
            target: MethodTarget::Interface(*BLANK),
        };
        self.methods.push(std::mem::replace(&mut self.code.methods[id.index()], empty));
        MethodRefId::from_usize(self.methods.len() - 1)
    }

    /// The target of an edge with its arguments.
    pub(super) fn target(&mut self, from: BlockId, to: BlockId, second: bool) -> Target {
        let to = self.order.forward[to.index()];
        let place = self.order.places[from.index()][usize::from(second)] as usize;
        let start = self.operands.len() as u32;
        let phis = self.order.phis(self.code, to);
        for &phi in &phis {
            let operands = self.code.phis[phi as usize].operands;
            let operand = self.code.phi_operands[operands.start as usize + place];
            let value = self.value(operand);
            self.operands.push(value);
        }
        let args = if phis.is_empty() {
            ValueList::default()
        } else {
            ValueList(ListRange { start, len: phis.len() as u32 })
        };
        Target { block: self.block(to), args }
    }

    pub(super) fn define(&mut self, value: ValueId) {
        let ty = self.code.values[value.index()].ty;
        self.values.push(ValueData { ty });
    }

    pub(super) fn push(&mut self, inst: Inst, at: NodeId) {
        self.first_results.push(self.values.len() as u32);
        self.insts.push(inst);
        self.nodes.push(at);
    }

    pub(super) fn terminator(&mut self, block: BlockId, edges: &mut u32) -> Inst {
        match *self.code.terminator(block) {
            Inst::Jump(target) => {
                let second = false;
                Inst::Jump(self.target(block, target.block, second))
            }
            Inst::Branch { cond, then, otherwise } => {
                if let Some(target) = self.order.jump_target(self.code, block) {
                    return Inst::Jump(Target {
                        block: self.block(target),
                        args: ValueList::default(),
                    });
                }
                let mut side = |freezer: &Self, to: BlockId| -> BlockId {
                    if freezer.order.has_phis(freezer.code, freezer.order.forward[to.index()]) {
                        *edges += 1;
                        BlockId::new(*edges)
                    } else {
                        freezer.block(to)
                    }
                };
                let then = side(self, then);
                let otherwise = side(self, otherwise);
                Inst::Branch { cond: self.value(cond), then, otherwise }
            }
            other => self.inst(other),
        }
    }

    pub(super) fn inst(&mut self, inst: Inst) -> Inst {
        match inst {
            Inst::Const(id) => {
                let value = std::mem::take(&mut self.code.consts[id.index()]);
                Inst::Const(self.consts.intern(value))
            }
            Inst::Table(id) => {
                let table = &mut self.code.tables[id.index()];
                self.tables.push(std::mem::replace(table, Table::taken()));
                Inst::Table(TableId::from_usize(self.tables.len() - 1))
            }
            Inst::Zero
            | Inst::Func(_)
            | Inst::Global(_)
            | Inst::Alloc(_)
            | Inst::DeferStack
            | Inst::RunDefers
            | Inst::Recover
            | Inst::Hole
            | Inst::Jump(_)
            | Inst::Branch { .. }
            | Inst::Unreachable => inst,
            Inst::MethodExpr(id) => Inst::MethodExpr(self.method(id)),
            Inst::Load(x) => Inst::Load(self.value(x)),
            Inst::Store { ptr, value } => {
                Inst::Store { ptr: self.value(ptr), value: self.value(value) }
            }
            Inst::FieldAddr { ptr, field } => Inst::FieldAddr { ptr: self.value(ptr), field },
            Inst::IndexAddr { base, index } => {
                Inst::IndexAddr { base: self.value(base), index: self.value(index) }
            }
            Inst::Field { base, field } => Inst::Field { base: self.value(base), field },
            Inst::Index { base, index } => {
                Inst::Index { base: self.value(base), index: self.value(index) }
            }
            Inst::Struct(values) => Inst::Struct(self.list(values)),
            Inst::Array(values) => Inst::Array(self.list(values)),
            Inst::WithField { base, field, value } => {
                Inst::WithField { base: self.value(base), field, value: self.value(value) }
            }
            Inst::WithIndex { base, index, value } => Inst::WithIndex {
                base: self.value(base),
                index: self.value(index),
                value: self.value(value),
            },
            Inst::Unary { op, x } => Inst::Unary { op, x: self.value(x) },
            Inst::Binary { op, x, y } => Inst::Binary { op, x: self.value(x), y: self.value(y) },
            Inst::Convert { kind, x } => Inst::Convert { kind, x: self.value(x) },
            Inst::Narrow { fact, x } => Inst::Narrow { fact, x: self.value(x) },
            Inst::Unsafe { op, x, y } => Inst::Unsafe { op, x: self.value(x), y: self.optional(y) },
            Inst::MakeInterface(x) => Inst::MakeInterface(self.value(x)),
            Inst::ChangeInterface(x) => Inst::ChangeInterface(self.value(x)),
            Inst::TypeAssert { x, ty, comma_ok } => {
                Inst::TypeAssert { x: self.value(x), ty, comma_ok }
            }
            Inst::Closure { func, captures } => {
                Inst::Closure { func, captures: self.list(captures) }
            }
            Inst::MethodValue { method, x } => {
                Inst::MethodValue { x: self.value(x), method: self.method(method) }
            }
            Inst::Call(id) => Inst::Call(self.call(id)),
            Inst::Go(id) => Inst::Go(self.call(id)),
            Inst::Defer { call, stack } => {
                Inst::Defer { stack: self.optional(stack), call: self.call(call) }
            }
            Inst::MakeSlice { len, cap } => {
                Inst::MakeSlice { len: self.value(len), cap: self.optional(cap) }
            }
            Inst::MakeMap(size) => Inst::MakeMap(self.optional(size)),
            Inst::MakeChan(size) => Inst::MakeChan(self.optional(size)),
            Inst::Slice { x, bounds } => {
                let SliceBounds { lo, hi, max } = self.code.bounds[bounds as usize];
                let bounds = SliceBounds {
                    lo: self.optional(lo),
                    hi: self.optional(hi),
                    max: self.optional(max),
                };
                self.bounds.push(bounds);
                Inst::Slice { x: self.value(x), bounds: (self.bounds.len() - 1) as u32 }
            }
            Inst::MapLookup { map, key, comma_ok } => {
                Inst::MapLookup { map: self.value(map), key: self.value(key), comma_ok }
            }
            Inst::MapUpdate { map, key, value } => Inst::MapUpdate {
                map: self.value(map),
                key: self.value(key),
                value: self.value(value),
            },
            Inst::Range(x) => Inst::Range(self.value(x)),
            Inst::Next(x) => Inst::Next(self.value(x)),
            Inst::Builtin { op, args } => Inst::Builtin { op, args: self.list(args) },
            Inst::Send { chan, value } => {
                Inst::Send { chan: self.value(chan), value: self.value(value) }
            }
            Inst::Receive { chan, comma_ok } => Inst::Receive { chan: self.value(chan), comma_ok },
            Inst::Return(values) => Inst::Return(self.list(values)),
            Inst::Panic(x) => Inst::Panic(self.value(x)),
            Inst::Select(id) => {
                let old = std::mem::replace(
                    &mut self.code.selects[id.index()],
                    SelectData { arms: Box::default(), default: None },
                );
                let arms = old
                    .arms
                    .iter()
                    .map(|arm| SelectArm {
                        chan: self.value(arm.chan),
                        value: self.optional(arm.value),
                        block: self.block(arm.block),
                    })
                    .collect();
                let default = old.default.map(|block| self.block(block));
                self.selects.push(SelectData { arms, default });
                Inst::Select(SelectId::from_usize(self.selects.len() - 1))
            }
            Inst::Unwind { recovered } => Inst::Unwind { recovered: self.block(recovered) },
        }
    }
}
