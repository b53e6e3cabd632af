//! Statements.

use super::function::{BodyKind, Function};
use crate::inst::Inst;
use gossa_syntax::{
    BranchKind, DeclKeyword, Expr, ExprId, ExprList, NodeId, Spec, Stmt, StmtId, StmtList,
};
use gossa_types::Mode;

impl Function<'_, '_> {
    /// The statements of a function's body.
    pub(super) fn block_body(&mut self, block: StmtId) {
        match self.unit.tree[block] {
            Stmt::Block(list) => self.stmts(list),
            _ => self.stmt(block),
        }
    }

    /// The end of a function's body, where control gets there.
    pub(super) fn fall_off_end(&mut self, at: NodeId) {
        if self.current.is_none() {
            return;
        }
        if self.kind == BodyKind::RangeBody {
            self.next_element(at);
        } else if self.result_types.is_empty() {
            self.return_stored(at);
        } else {
            // Only in erroneous code.
            self.terminate(at, Inst::Unreachable);
        }
    }

    /// Statements in order. What control cannot get to is left out, unless a `goto` can.
    pub(super) fn stmts(&mut self, list: StmtList) {
        let tree = self.unit.tree;
        for &stmt in &tree[list] {
            if self.current.is_some() || self.is_goto_target(stmt) {
                self.stmt(stmt);
            }
        }
    }

    fn is_goto_target(&self, stmt: StmtId) -> bool {
        let tree = self.unit.tree;
        let mut stmt = stmt;
        while let Stmt::Labeled { label, stmt: inner } = tree[stmt] {
            if tree.name(label).is_some_and(|name| self.unit.facts.is_goto_target(name)) {
                return true;
            }
            stmt = inner;
        }
        false
    }

    pub(super) fn stmt(&mut self, stmt: StmtId) {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::STACK_SEGMENT, || {
            self.stmt_inner(stmt);
        });
    }

    fn stmt_inner(&mut self, stmt: StmtId) {
        let at = NodeId::from(stmt);
        let label = self.pending_label.take();
        match self.unit.tree[stmt] {
            Stmt::Bad => self.emit_none(at, Inst::Hole),
            Stmt::Empty { .. } => {}
            Stmt::Expr(x) => self.expression_statement(x),
            Stmt::Send { chan, value } => {
                let chan_value = self.channel_operand(chan);
                let elem = self.chan_element(self.type_of(chan_value));
                let value = self.value_as(value, elem);
                self.emit_none(at, Inst::Send { chan: chan_value, value });
            }
            Stmt::IncDec { x, increment } => self.inc_dec(at, x, increment),
            Stmt::Assign { op, lhs, rhs } => self.assign(at, op, lhs, rhs),
            Stmt::Go(call) => self.go(at, call),
            Stmt::Defer(call) => self.defer(at, call),
            Stmt::Return(results) => self.return_statement(at, results),
            Stmt::Branch { kind, label } => self.branch_statement(at, kind, label),
            Stmt::Block(list) => self.stmts(list),
            Stmt::If { .. } => self.if_statement(stmt),
            Stmt::Switch { init, tag, cases } => self.switch(at, label, init, tag, cases),
            Stmt::TypeSwitch { init, guard, cases } => {
                self.type_switch(at, label, init, guard, cases);
            }
            Stmt::Select { cases } => self.select(at, label, cases),
            Stmt::For { init, cond, post, body } => {
                self.for_loop(at, label, init, cond, post, body);
            }
            Stmt::Range { .. } => self.range(stmt, label),
            Stmt::Labeled { label, stmt } => self.labeled(at, label, stmt),
            Stmt::Decl { keyword, specs } => {
                if keyword == DeclKeyword::Var {
                    let tree = self.unit.tree;
                    for spec in tree.spec_ids(specs) {
                        if let Spec::Value { names, values, .. } = tree.specs[spec.index()] {
                            self.variables(at, names, values);
                        }
                    }
                }
            }
            // Only inside their statements.
            Stmt::Case { .. } | Stmt::Comm { .. } => {}
        }
    }

    fn expression_statement(&mut self, x: ExprId) {
        let tree = self.unit.tree;
        let inner = tree.unparen(x);
        match tree[inner] {
            Expr::Call { .. } => self.call_statement(inner),
            _ if self.unit.mode(inner) == Mode::Constant => {}
            _ => {
                self.discard(inner);
            }
        }
    }

    /// `var a, b T = x, y`
    fn variables(&mut self, at: NodeId, names: ExprList, values: ExprList) {
        let tree = self.unit.tree;
        let names = &tree[names];
        let values = &tree[values];
        if values.is_empty() {
            for &name in names {
                if let Some(local) = self.local_of(name) {
                    self.declare(NodeId::from(name), local, None);
                }
            }
            return;
        }
        self.define(at, names, values);
    }

    fn branch_statement(&mut self, at: NodeId, kind: BranchKind, label: Option<ExprId>) {
        let label = label.and_then(|label| self.unit.tree.name(label));
        match kind {
            BranchKind::Break => self.break_to(at, label),
            BranchKind::Continue => self.continue_to(at, label),
            BranchKind::Goto => match label {
                Some(label) => self.goto(at, label),
                None => self.terminate(at, Inst::Unreachable),
            },
            BranchKind::Fallthrough => match self.fall_through {
                Some(next) => self.jump(at, next),
                None => self.terminate(at, Inst::Unreachable),
            },
        }
    }
}
