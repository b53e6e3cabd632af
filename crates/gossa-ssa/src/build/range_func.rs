//! `for range` over iterator functions.
//!
//! The body becomes a closure that the iterator calls. Two variables connect it with the loop:
//! *state* says how far the loop is, so that an iterator that goes on when it must not is found
//! out; *next* says how to go on after the loop when the body left it by more than a plain
//! `break`: by `return`, or by a jump to an outer statement. The function around tests both after
//! the call of the iterator. Where that function is itself such a body, going on may mean leaving
//! it the same way.

use super::function::{BodyKind, Exit, FarExit, Function, RangeState};
use super::range::RangeClause;
use super::types::{BOOL, INT};
use super::unit::Var;
use crate::ids::ValueId;
use crate::inst::{AllocKind, BinaryOp, CallData, Callee, Inst};
use crate::table::{Table, TableNode};
use gossa_base::Name;
use gossa_syntax::{NodeId, Stmt, StmtId};
use gossa_types::constant::Value;
use gossa_types::universe::universe;
use gossa_types::{BasicKind, DeclId, PackageId, SignatureType, TypeId, TypeKind, TypeList};
use smallvec::SmallVec;

/// The body may be called.
const READY: i64 = 0;
/// The body is running, or has panicked.
const RUNNING: i64 = 1;
/// The body has said that it wants no more elements.
const DONE: i64 = 2;
/// The iterator has returned.
const EXHAUSTED: i64 = 3;

/// What the runtime says when the body is called in a state in which it must not be.
const CALLED_AGAIN: [(i64, &str); 3] = [
    (RUNNING, "range function continued iteration after loop body panic"),
    (DONE, "range function continued iteration after function for loop body returned false"),
    (EXHAUSTED, "range function continued iteration after whole loop exit"),
];

const SWALLOWED_PANIC: &str =
    "range function recovered a loop body panic and did not resume panicking";

impl Function<'_, '_> {
    pub(super) fn range_func(&mut self, clause: &RangeClause, signature: &'static SignatureType) {
        let at = clause.at;
        let yield_type = signature.params.first().map_or(TypeId::INVALID, |param| param.ty);
        let fits = |body: &&SignatureType| {
            signature.params.len() == 1
                && signature.results.is_empty()
                && matches!(&*body.results, [more] if self.unit.basic(more.ty) == Some(BasicKind::Bool))
        };
        let Some(yield_signature) = self.unit.signature(yield_type).filter(fits) else {
            self.range_hole(clause);
            return;
        };
        let callee = self.iterator(clause);

        let int_pointer = TypeId::pointer(INT);
        let state = self.unit.new_var(int_pointer);
        let next = self.unit.new_var(int_pointer);
        let state_ptr = self.alloc(at, AllocKind::Temporary, INT, None);
        self.write(state, state_ptr);

        let results = self.results.clone();
        let defer_stack = self.defer_stack;
        let mut exits = Vec::new();
        let (func, captures) = self.nested(at, BodyKind::RangeBody, |body| {
            body.results = results;
            body.defer_stack = defer_stack;
            body.range = Some(RangeState { state, next, exits: Vec::new() });
            body.build_range_body(clause, yield_signature);
            exits = body.range.take().map_or_else(Vec::new, |range| range.exits);
        });
        let next_ptr = if exits.is_empty() {
            None
        } else {
            let ptr = self.alloc(at, AllocKind::Temporary, INT, None);
            self.write(next, ptr);
            Some(ptr)
        };
        let body = self.make_closure(at, func, &captures, yield_type);
        let (callee, receiver) = callee;
        let mut args: SmallVec<[ValueId; 2]> = receiver.into_iter().collect();
        args.push(body);
        let args = self.list(&args);
        let results: SmallVec<[TypeId; 1]> = signature.results.iter().map(|r| r.ty).collect();
        self.emit_call(at, CallData { callee, args }, &results);

        let state_ptr = self.read(state);
        let current = self.emit(at, Inst::Load(state_ptr), INT);
        self.check_state(at, current, BinaryOp::Equal, RUNNING, |this| {
            this.constant(at, Value::from(SWALLOWED_PANIC), this.error_string())
        });
        self.set_int(at, state_ptr, EXHAUSTED);
        if let Some(ptr) = next_ptr {
            self.go_on(at, ptr, &exits);
        }
    }

    /// Whom to call for the elements: a static callee where the operand names a function.
    fn iterator(&mut self, clause: &RangeClause) -> (Callee, Option<ValueId>) {
        let types = self.unit.types;
        if let Some((selector, x, sel)) = self.callee_selector(clause.x)
            && let Some(selection) = types.selection(selector)
            && selection.kind == gossa_types::SelectionKind::Method
        {
            match self.method(clause.at, x, sel, selection) {
                Some(super::call::Method::Static { func, receiver }) => {
                    return (Callee::Static(func), Some(receiver));
                }
                Some(super::call::Method::Interface { name, receiver }) => {
                    let method = self.interface_method(receiver, name);
                    return (Callee::Interface { receiver, method }, None);
                }
                None => {
                    let ty = self.unit.ty(clause.x);
                    let value = self.hole(clause.at, ty);
                    return (Callee::Value(value), None);
                }
            }
        }
        let tree = self.unit.tree;
        let inner = tree.unparen(clause.x);
        let named = match tree[inner] {
            gossa_syntax::Expr::Index { x, .. } => x,
            _ => inner,
        };
        if let Some((ident, decl)) = self.instantiated(named)
            && let Some(func) = self.declared_function(ident, decl)
        {
            return (Callee::Static(func), None);
        }
        (Callee::Value(self.value(clause.x)), None)
    }

    /// The closure that is called for each element.
    fn build_range_body(&mut self, clause: &RangeClause, signature: &'static SignatureType) {
        let at = clause.at;
        let params: SmallVec<[ValueId; 2]> = signature
            .params
            .iter()
            .map(|param| self.new_value(param.ty, super::function::Def::Param(crate::Body::ENTRY)))
            .collect();
        self.code.blocks[crate::Body::ENTRY.index()].params = params.clone();
        self.result_types = SmallVec::from_slice(&[BOOL]);
        self.collect_labels(clause.body);

        let Some((state, _)) = self.range_vars() else { return };
        let state_ptr = self.read(state);
        // Set before the test: a call too many counts as a panic of the body, too.
        let current = self.emit(at, Inst::Load(state_ptr), INT);
        self.set_int(at, state_ptr, RUNNING);
        self.check_state(at, current, BinaryOp::NotEqual, READY, |this| {
            let texts = this.called_again_texts(at);
            this.emit(at, Inst::Index { base: texts, index: current }, this.error_string())
        });
        self.bind_range(clause, params.first().copied(), params.get(1).copied());
        self.in_scope(clause.label, Exit::LeaveLoop, Some(Exit::NextElement), |body| {
            body.block_body(clause.body);
        });
        self.fall_off_end(NodeId::end_of(clause.body));
    }

    fn range_vars(&self) -> Option<(Var, Var)> {
        self.range.as_ref().map(|range| (range.state, range.next))
    }

    /// Labels that a range-over-func body declares, as far as a `goto` may name them.
    fn collect_labels(&mut self, body: StmtId) {
        if !self.unit.facts.has_gotos() {
            return;
        }
        let tree = self.unit.tree;
        let mut work = vec![body];
        while let Some(stmt) = work.pop() {
            match tree[stmt] {
                Stmt::Labeled { label, stmt } => {
                    self.own_labels.extend(tree.name(label));
                    work.push(stmt);
                }
                Stmt::Block(list)
                | Stmt::Switch { cases: list, .. }
                | Stmt::TypeSwitch { cases: list, .. }
                | Stmt::Select { cases: list }
                | Stmt::Case { body: list, .. }
                | Stmt::Comm { body: list, .. } => work.extend_from_slice(&tree[list]),
                Stmt::If { then, otherwise, .. } => {
                    work.push(then);
                    work.extend(otherwise);
                }
                Stmt::For { body, .. } | Stmt::Range { body, .. } => work.push(body),
                _ => {}
            }
        }
    }

    // Ways out of the body.

    /// Ends the call of the body: the loop goes on.
    pub(super) fn next_element(&mut self, at: NodeId) {
        self.leave_body(at, READY, true);
    }

    /// Ends the call of the body: the loop is over.
    pub(super) fn leave_loop(&mut self, at: NodeId) {
        self.leave_body(at, DONE, false);
    }

    fn leave_body(&mut self, at: NodeId, new_state: i64, more: bool) {
        let Some((state, _)) = self.range_vars() else { return };
        let state_ptr = self.read(state);
        self.set_int(at, state_ptr, new_state);
        let more = self.bool(at, more);
        let list = self.list(&[more]);
        self.terminate(at, Inst::Return(list));
    }

    /// Leaves the loop for something further out.
    pub(super) fn far_exit(&mut self, at: NodeId, exit: FarExit) {
        let Some(range) = &mut self.range else {
            // A label that is nowhere: an error.
            self.terminate(at, Inst::Unreachable);
            return;
        };
        let position = match range.exits.iter().position(|&known| known == exit) {
            Some(position) => position,
            None => {
                range.exits.push(exit);
                range.exits.len() - 1
            }
        };
        let next = range.next;
        let next_ptr = self.read(next);
        self.set_int(at, next_ptr, exit_code(position));
        self.leave_loop(at);
    }

    /// After the loop: what the body asked for.
    fn go_on(&mut self, at: NodeId, next_ptr: ValueId, exits: &[FarExit]) {
        let code = self.emit(at, Inst::Load(next_ptr), INT);
        for (position, &exit) in exits.iter().enumerate() {
            let wanted = self.int(at, exit_code(position));
            let is_wanted =
                self.emit(at, Inst::Binary { op: BinaryOp::Equal, x: code, y: wanted }, BOOL);
            let then = self.new_block();
            let otherwise = self.new_block();
            self.branch(at, is_wanted, then, otherwise);
            self.start_if_reached(then);
            match exit {
                FarExit::Return => self.return_stored(at),
                FarExit::Break(label) => self.break_to(at, Some(label)),
                FarExit::Continue(label) => self.continue_to(at, Some(label)),
                FarExit::Goto(label) => self.goto(at, label),
            }
            self.start_if_reached(otherwise);
        }
    }

    // State.

    fn set_int(&mut self, at: NodeId, ptr: ValueId, value: i64) {
        let value = self.int(at, value);
        self.emit_none(at, Inst::Store { ptr, value });
    }

    /// Panics with an error if the comparison holds.
    fn check_state(
        &mut self,
        at: NodeId,
        current: ValueId,
        op: BinaryOp,
        state: i64,
        error: impl FnOnce(&mut Self) -> ValueId,
    ) {
        let state = self.int(at, state);
        let wrong = self.emit(at, Inst::Binary { op, x: current, y: state }, BOOL);
        let bad = self.new_block();
        let good = self.new_block();
        self.branch(at, wrong, bad, good);
        self.start_if_reached(bad);
        let error = error(self);
        let error = self.emit(at, Inst::MakeInterface(error), universe().any_type);
        self.terminate(at, Inst::Panic(error));
        self.start_if_reached(good);
    }

    /// The texts of [`CALLED_AGAIN`], by state.
    fn called_again_texts(&mut self, at: NodeId) -> ValueId {
        let text = |&(state, text): &(i64, &str)| {
            (state.unsigned_abs(), TableNode::Const(Value::from(text)))
        };
        let texts = TableNode::Indexed(CALLED_AGAIN.iter().map(text).collect(), 0);
        let ty = TypeKind::Array { elem: self.error_string(), len: EXHAUSTED + 1 };
        self.table(at, Table::new(TypeId::new(ty), &texts))
    }

    /// The type of the runtime's errors; `string` for a program without that package.
    fn error_string(&self) -> TypeId {
        let runtime = PackageId::new("runtime");
        let decl = DeclId::top_level(runtime, Name::new("errorString"));
        let declared =
            self.unit.env.package(runtime).is_some_and(|package| package.types.contains_key(&decl));
        if declared {
            TypeId::named(decl, TypeList::EMPTY)
        } else {
            TypeId::basic(BasicKind::String)
        }
    }
}

/// What *next* holds for a far exit; 0 is none.
fn exit_code(position: usize) -> i64 {
    i64::try_from(position).map_or(i64::MAX, |position| position.saturating_add(1))
}
