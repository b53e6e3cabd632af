//! `for range` over integers, arrays, slices, strings, maps, channels.

use super::function::{Exit, Function};
use super::types::{BOOL, INT};
use super::unit::Var;
use crate::ids::{BlockId, ValueId};
use crate::inst::{BinaryOp, Inst};
use gossa_base::Name;
use gossa_syntax::{ExprId, NodeId, RangeBinding, Stmt, StmtId};
use gossa_types::constant::Value;
use gossa_types::{BasicKind, Builtin, Mode, TypeId, TypeKind};
use smallvec::SmallVec;

/// A range statement taken apart.
#[derive(Clone, Copy)]
pub(super) struct RangeClause {
    pub(super) at: NodeId,
    pub(super) label: Option<Name>,
    pub(super) key: Option<ExprId>,
    pub(super) value: Option<ExprId>,
    pub(super) x: ExprId,
    pub(super) body: StmtId,
    pub(super) binding: RangeBinding,
}

/// Blocks of a counting loop, and its index in the body.
struct Counting {
    header: BlockId,
    step: BlockId,
    done: BlockId,
    counter: Var,
    index: ValueId,
}

impl Function<'_, '_> {
    pub(super) fn range(&mut self, stmt: StmtId, label: Option<Name>) {
        let tree = self.unit.tree;
        let Stmt::Range { key, value, x, body, binding } = tree[stmt] else { return };
        // `for _, v := range x`: the blank ones are as if they were left out.
        let used = |target: Option<ExprId>| {
            target.filter(|&target| tree.name(target).is_none_or(|name| !name.is_blank()))
        };
        let clause = RangeClause {
            at: stmt.into(),
            label,
            key: used(key),
            value: used(value),
            x,
            body,
            binding,
        };
        let clause = self.share_variables(clause);
        let ty = self.unit.ty(x);
        match self.unit.under(ty) {
            TypeKind::Basic(kind) if kind.is_string() => self.range_iterator(&clause, ty),
            TypeKind::Basic(kind) if kind.is_integer() => self.range_integer(&clause),
            TypeKind::Map { .. } => self.range_iterator(&clause, ty),
            TypeKind::Array { elem, len } => self.range_array(&clause, *elem, *len),
            TypeKind::Slice(elem) => self.range_slice(&clause, *elem),
            TypeKind::Pointer(array) => match self.unit.under(*array) {
                TypeKind::Array { elem, len } => self.range_array_pointer(&clause, *elem, *len),
                _ => self.range_hole(&clause),
            },
            TypeKind::Chan { elem, .. } => self.range_channel(&clause, *elem),
            TypeKind::Signature(signature) => self.range_func(&clause, signature),
            _ => self.range_hole(&clause),
        }
    }

    /// Before Go 1.22 all iterations have the same variables: they are declared before the loop,
    /// and only assigned in it.
    fn share_variables(&mut self, clause: RangeClause) -> RangeClause {
        if self.unit.per_iteration || clause.binding != RangeBinding::Define {
            return clause;
        }
        for target in clause.key.into_iter().chain(clause.value) {
            if let Some(local) = self.new_local(target) {
                self.declare(NodeId::from(target), local, None);
            }
        }
        RangeClause { binding: RangeBinding::Assign, ..clause }
    }

    /// A range over something erroneous: the body may run any number of times.
    pub(super) fn range_hole(&mut self, clause: &RangeClause) {
        let at = clause.at;
        self.discard(clause.x);
        let header = self.new_block();
        let body = self.new_block();
        let done = self.new_block();
        self.jump(at, header);
        self.start_block(header);
        let more = self.hole(at, BOOL);
        self.branch(at, more, body, done);
        self.start_if_reached(body);
        let mut targets: SmallVec<[(ExprId, ValueId); 2]> = SmallVec::new();
        for target in clause.key.into_iter().chain(clause.value) {
            targets.push((target, self.hole(at, self.unit.ty(target))));
        }
        self.bind(&targets, clause.binding == RangeBinding::Define);
        self.range_body(clause, header, done);
        self.seal(header);
        self.start_if_reached(done);
    }

    /// The statements of the body, then a jump to `step`.
    fn range_body(&mut self, clause: &RangeClause, step: BlockId, done: BlockId) {
        let body = clause.body;
        self.in_scope(clause.label, Exit::Block(done), Some(Exit::Block(step)), |function| {
            function.stmt(body);
        });
        self.jump(clause.at, step);
    }

    /// Assigns the iteration values to the variables that are there.
    pub(super) fn bind_range(
        &mut self,
        clause: &RangeClause,
        key: Option<ValueId>,
        value: Option<ValueId>,
    ) {
        let targets: SmallVec<[(ExprId, ValueId); 2]> =
            clause.key.zip(key).into_iter().chain(clause.value.zip(value)).collect();
        self.bind(&targets, clause.binding == RangeBinding::Define);
    }

    /// Opens a loop that counts from 0 to `limit`; the current block is then the body's.
    fn counting(&mut self, at: NodeId, limit: ValueId, ty: TypeId) -> Counting {
        let counter = self.unit.new_var(ty);
        let zero = self.constant(at, Value::from_i64(0), ty);
        self.write(counter, zero);
        let header = self.new_block();
        let body = self.new_block();
        let step = self.new_block();
        let done = self.new_block();
        self.jump(at, header);
        self.start_block(header);
        let index = self.read(counter);
        let more = self.emit(at, Inst::Binary { op: BinaryOp::Less, x: index, y: limit }, BOOL);
        self.branch(at, more, body, done);
        self.start_if_reached(body);
        Counting { header, step, done, counter, index }
    }

    /// Runs the body and closes the loop.
    fn counted(&mut self, clause: &RangeClause, counting: &Counting) {
        let at = clause.at;
        self.range_body(clause, counting.step, counting.done);
        self.start_if_reached(counting.step);
        if self.current.is_some() {
            let index = self.read(counting.counter);
            let ty = self.type_of(index);
            let one = self.one(at, ty);
            let next = self.emit(at, Inst::Binary { op: BinaryOp::Add, x: index, y: one }, ty);
            self.write(counting.counter, next);
            self.jump(at, counting.header);
        }
        self.seal(counting.header);
        self.start_if_reached(counting.done);
    }

    fn range_integer(&mut self, clause: &RangeClause) {
        let at = clause.at;
        // An untyped constant has the type of the iteration variable.
        let mut limit = self.value(clause.x);
        if let Some(key) = clause.key
            && self.unit.mode(clause.x) == Mode::Constant
        {
            let ty = match self.new_local(key) {
                Some(local) => self.unit.local_type(local),
                None => self.unit.ty(key),
            };
            if ty != TypeId::INVALID && self.type_of(limit) != ty {
                limit = self.converted(at, limit, ty);
            }
        }
        let ty = self.type_of(limit);
        let counting = self.counting(at, limit, ty);
        self.bind_range(clause, Some(counting.index), None);
        self.counted(clause, &counting);
    }

    fn range_slice(&mut self, clause: &RangeClause, elem: TypeId) {
        let at = clause.at;
        let slice = self.value(clause.x);
        let args = self.list(&[slice]);
        let len = self.emit(at, Inst::Builtin { op: Builtin::Len, args }, INT);
        let counting = self.counting(at, len, INT);
        let value = clause.value.map(|_| self.element_at(at, slice, counting.index, elem));
        self.bind_range(clause, Some(counting.index), value);
        self.counted(clause, &counting);
    }

    fn element_at(&mut self, at: NodeId, base: ValueId, index: ValueId, elem: TypeId) -> ValueId {
        let ptr = self.emit(at, Inst::IndexAddr { base, index }, TypeId::pointer(elem));
        self.emit(at, Inst::Load(ptr), elem)
    }

    fn range_array(&mut self, clause: &RangeClause, elem: TypeId, len: i64) {
        let at = clause.at;
        // Without the elements the array is not evaluated, but for what it does.
        let array = if clause.value.is_some() {
            Some(self.value(clause.x))
        } else {
            if self.has_effects(clause.x) {
                self.discard(clause.x);
            }
            None
        };
        let limit = self.int(at, len);
        let counting = self.counting(at, limit, INT);
        let value =
            array.map(|base| self.emit(at, Inst::Index { base, index: counting.index }, elem));
        self.bind_range(clause, Some(counting.index), value);
        self.counted(clause, &counting);
    }

    fn range_array_pointer(&mut self, clause: &RangeClause, elem: TypeId, len: i64) {
        let at = clause.at;
        let array = if clause.value.is_some() || self.has_effects(clause.x) {
            Some(self.value(clause.x))
        } else {
            None
        };
        let limit = self.int(at, len);
        let counting = self.counting(at, limit, INT);
        let value = match (array, clause.value) {
            (Some(base), Some(_)) => Some(self.element_at(at, base, counting.index, elem)),
            _ => None,
        };
        self.bind_range(clause, Some(counting.index), value);
        self.counted(clause, &counting);
    }

    /// Whether an expression that is not needed must be evaluated all the same: it calls or
    /// receives.
    fn has_effects(&self, expr: ExprId) -> bool {
        use gossa_syntax::{Expr, UnaryOp};
        let tree = self.unit.tree;
        let mut expr = expr;
        loop {
            match tree[expr] {
                Expr::Ident(_) => return false,
                Expr::Paren(x) | Expr::Selector { x, .. } | Expr::Star(x) => expr = x,
                Expr::Unary { op: UnaryOp::Address, x } => expr = x,
                _ => return true,
            }
        }
    }

    fn range_iterator(&mut self, clause: &RangeClause, ty: TypeId) {
        let at = clause.at;
        let (key_type, value_type) = match self.unit.under(ty) {
            TypeKind::Map { key, value } => (*key, *value),
            _ => (INT, TypeId::basic(BasicKind::Rune)),
        };
        let x = self.value(clause.x);
        let iterator = self.emit(at, Inst::Range(x), ty);
        let header = self.new_block();
        let body = self.new_block();
        let done = self.new_block();
        self.jump(at, header);
        self.start_block(header);
        let next = self.emit_many(at, Inst::Next(iterator), &[BOOL, key_type, value_type]);
        let &[more, key, value] = &next[..] else { return };
        self.branch(at, more, body, done);
        self.start_if_reached(body);
        self.bind_range(clause, Some(key), Some(value));
        self.range_body(clause, header, done);
        self.seal(header);
        self.start_if_reached(done);
    }

    fn range_channel(&mut self, clause: &RangeClause, elem: TypeId) {
        let at = clause.at;
        let chan = self.value(clause.x);
        let header = self.new_block();
        let body = self.new_block();
        let done = self.new_block();
        self.jump(at, header);
        self.start_block(header);
        let (value, more) = self.emit_pair(at, Inst::Receive { chan, comma_ok: true }, elem, BOOL);
        self.branch(at, more, body, done);
        self.start_if_reached(body);
        self.bind_range(clause, Some(value), None);
        self.range_body(clause, header, done);
        self.seal(header);
        self.start_if_reached(done);
    }
}
