//! The layout of a body's pools, so that equal functions are equal bodies.
//!
//! A pool holds one entry for each place that names one, in the order of the instructions, and
//! nothing else: the third call instruction has the third call. Only a constant that several
//! instructions load is there once, where the first of them has it. Inside an instruction the order is that of its parts in the textual form.
//! An empty list of values is [`ValueList::default`].
//!
//! The reader lays bodies out so, and lowering has to: a body of another layout would not be equal
//! to what reading its text gives.

use crate::body::Body;
use crate::consts::ConstPool;
use crate::ids::{CallId, MethodRefId, SelectId, TableId};
use crate::inst::{CallData, Callee, Inst, ValueList};
use gossa_types::constant::Value;

/// How much of each pool the instructions so far have used up.
#[derive(Default)]
struct Cursor {
    operands: u32,
    calls: usize,
    consts: usize,
    tables: usize,
    methods: usize,
    selects: usize,
    bounds: u32,
}

impl Cursor {
    fn list(&mut self, list: ValueList) -> bool {
        if list.0.is_empty() {
            return list == ValueList::default();
        }
        let fits = list.0.start == self.operands;
        self.operands = self.operands.wrapping_add(list.0.len);
        fits
    }

    fn step(next: &mut usize, index: usize) -> bool {
        let fits = index == *next;
        *next += 1;
        fits
    }

    fn method(&mut self, method: MethodRefId) -> bool {
        Self::step(&mut self.methods, method.index())
    }

    /// Whether the ids of an instruction are the next ones. Ids must be in range.
    fn inst(&mut self, body: &Body, inst: &Inst) -> bool {
        match *inst {
            Inst::Const(id) => id.index() < self.consts || Self::step(&mut self.consts, id.index()),
            Inst::Table(id) => Self::step(&mut self.tables, id.index()),
            Inst::Select(id) => Self::step(&mut self.selects, id.index()),
            Inst::MethodValue { method, .. } | Inst::MethodExpr(method) => self.method(method),
            Inst::Struct(list)
            | Inst::Array(list)
            | Inst::Return(list)
            | Inst::Closure { captures: list, .. }
            | Inst::Builtin { args: list, .. } => self.list(list),
            Inst::Jump(target) => self.list(target.args),
            Inst::Slice { bounds, .. } => {
                let fits = bounds == self.bounds;
                self.bounds += 1;
                fits
            }
            Inst::Call(id) | Inst::Go(id) | Inst::Defer { call: id, .. } => {
                let CallData { callee, args } = body[id];
                let callee_fits = match callee {
                    Callee::Interface { method, .. } => self.method(method),
                    _ => true,
                };
                Self::step(&mut self.calls, id.index()) & callee_fits & self.list(args)
            }
            _ => true,
        }
    }
}

/// Whether the pools of a body whose ids are all in range are laid out as this module says.
#[must_use]
pub fn is_canonical(body: &Body) -> bool {
    let mut cursor = Cursor::default();
    body.insts.iter().all(|inst| cursor.inst(body, inst))
        && cursor.operands as usize == body.operands.len()
        && cursor.calls == body.calls.len()
        && cursor.consts == body.consts.len()
        && are_distinct(&body.consts)
        && cursor.tables == body.tables.len()
        && cursor.methods == body.methods.len()
        && cursor.selects == body.selects.len()
        && cursor.bounds as usize == body.bounds.len()
}

fn are_distinct(consts: &[Value]) -> bool {
    let mut pool = ConstPool::default();
    consts.iter().enumerate().all(|(at, value)| pool.intern(value.clone()).index() == at)
}

/// Lays the pools of a body out as this module says. Ids must be in range.
#[must_use]
pub fn canonical(body: Body) -> Body {
    if is_canonical(&body) {
        return body;
    }
    let mut operands = Vec::with_capacity(body.operands.len());
    let mut calls = Vec::with_capacity(body.calls.len());
    let mut consts = ConstPool::default();
    let mut tables = Vec::with_capacity(body.tables.len());
    let mut methods = Vec::with_capacity(body.methods.len());
    let mut selects = Vec::with_capacity(body.selects.len());
    let mut bounds = Vec::with_capacity(body.bounds.len());
    let mut insts = body.insts.clone();
    for inst in &mut insts {
        let list = |list: &mut ValueList, operands: &mut Vec<_>| {
            let values = &body[*list];
            *list = if values.is_empty() {
                ValueList::default()
            } else {
                ValueList(gossa_base::ListRange {
                    start: operands.len() as u32,
                    len: values.len() as u32,
                })
            };
            operands.extend_from_slice(values);
        };
        let method = |id: &mut MethodRefId, methods: &mut Vec<_>| {
            methods.push(body[*id].clone());
            *id = MethodRefId::from_usize(methods.len() - 1);
        };
        match inst {
            Inst::Const(id) => *id = consts.intern(body[*id].clone()),
            Inst::Table(id) => {
                tables.push(body[*id].clone());
                *id = TableId::from_usize(tables.len() - 1);
            }
            Inst::Select(id) => {
                selects.push(body[*id].clone());
                *id = SelectId::from_usize(selects.len() - 1);
            }
            Inst::MethodValue { method: id, .. } | Inst::MethodExpr(id) => {
                method(id, &mut methods);
            }
            Inst::Struct(values)
            | Inst::Array(values)
            | Inst::Return(values)
            | Inst::Closure { captures: values, .. }
            | Inst::Builtin { args: values, .. } => list(values, &mut operands),
            Inst::Jump(target) => list(&mut target.args, &mut operands),
            Inst::Slice { bounds: id, .. } => {
                bounds.push(body.bounds[*id as usize]);
                *id = bounds.len() as u32 - 1;
            }
            Inst::Call(id) | Inst::Go(id) | Inst::Defer { call: id, .. } => {
                let mut call = body[*id];
                if let Callee::Interface { method: id, .. } = &mut call.callee {
                    method(id, &mut methods);
                }
                list(&mut call.args, &mut operands);
                calls.push(call);
                *id = CallId::from_usize(calls.len() - 1);
            }
            _ => {}
        }
    }
    Body {
        insts,
        operands: operands.into(),
        calls: calls.into(),
        consts: consts.finish(),
        tables: tables.into(),
        methods: methods.into(),
        selects: selects.into(),
        bounds: bounds.into(),
        ..body
    }
}
