//! Expression switches and type switches: chains of tests.

use super::function::{Exit, Function};
use super::types::BOOL;
use super::unit::Var;
use crate::ids::{BlockId, ValueId};
use crate::inst::{BinaryOp, Fact, Inst};
use gossa_base::Name;
use gossa_syntax::{Expr, ExprId, NodeId, Stmt, StmtId, StmtList};
use gossa_types::constant::{Comparison, Value};
use gossa_types::{LocalId, Mode, TypeId};
use smallvec::SmallVec;

/// What the cases are compared with.
struct Tag {
    value: Option<ValueId>,
    constant: Option<Value>,
}

impl Function<'_, '_> {
    pub(super) fn switch(
        &mut self,
        at: NodeId,
        label: Option<Name>,
        init: Option<StmtId>,
        tag: Option<ExprId>,
        cases: StmtList,
    ) {
        if let Some(init) = init {
            self.stmt(init);
        }
        let tree = self.unit.tree;
        let tag = tag.map(|tag| Tag {
            constant: match self.unit.mode(tag) {
                Mode::Constant => self.unit.types.constant(tag).cloned(),
                _ => None,
            },
            value: (self.unit.mode(tag) != Mode::Nil).then(|| self.value(tag)),
        });
        let done = self.new_block();
        let clauses = &tree[cases];
        let bodies: SmallVec<[BlockId; 8]> = clauses.iter().map(|_| self.new_block()).collect();
        let mut default = done;
        for (&clause, &body) in clauses.iter().zip(&bodies) {
            let Stmt::Case { exprs, default: is_default, .. } = tree[clause] else { continue };
            if is_default {
                default = body;
            }
            for &expr in &tree[exprs] {
                if self.current.is_none() {
                    break;
                }
                self.case(&tag, expr, body);
            }
        }
        self.jump(at, default);
        for (index, (&clause, &body)) in clauses.iter().zip(&bodies).enumerate() {
            let Stmt::Case { body: stmts, .. } = tree[clause] else { continue };
            self.start_if_reached(body);
            if self.current.is_none() {
                continue;
            }
            let next = bodies.get(index + 1).copied();
            let outer = std::mem::replace(&mut self.fall_through, next);
            self.in_scope(label, Exit::Block(done), None, |function| function.stmts(stmts));
            self.fall_through = outer;
            self.jump(at, done);
        }
        self.start_if_reached(done);
    }

    /// Goes to `body` if a case matches, else on.
    fn case(&mut self, tag: &Option<Tag>, expr: ExprId, body: BlockId) {
        let at = NodeId::from(expr);
        let next = self.new_block();
        match tag {
            None => self.condition(expr, body, next),
            Some(tag) => match self.constant_case(tag, expr) {
                Some(true) => self.jump(at, body),
                Some(false) => self.jump(at, next),
                None => {
                    let value = match self.unit.mode(expr) {
                        Mode::Nil => None,
                        _ => Some(self.value(expr)),
                    };
                    let equal = self.comparison(at, BinaryOp::Equal, tag.value, value, BOOL);
                    self.branch(at, equal, body, next);
                }
            },
        }
        self.start_if_reached(next);
    }

    /// Whether a case with a constant matches a constant tag.
    fn constant_case(&self, tag: &Tag, expr: ExprId) -> Option<bool> {
        let tag = tag.constant.as_ref()?;
        if self.unit.mode(expr) != Mode::Constant {
            return None;
        }
        let case = self.unit.types.constant(expr)?;
        tag.compare(Comparison::Equal, case).ok()
    }

    pub(super) fn type_switch(
        &mut self,
        at: NodeId,
        label: Option<Name>,
        init: Option<StmtId>,
        guard: StmtId,
        cases: StmtList,
    ) {
        if let Some(init) = init {
            self.stmt(init);
        }
        let tree = self.unit.tree;
        let x = match tree[guard] {
            Stmt::Expr(x) => Some(x),
            Stmt::Assign { rhs, .. } => tree[rhs].first().copied(),
            _ => None,
        };
        let x = match x.map(|x| tree[tree.unparen(x)]) {
            Some(Expr::TypeAssert { x, .. }) => self.interface_operand(x),
            _ => self.hole(at, TypeId::INVALID),
        };
        let done = self.new_block();
        let clauses = &tree[cases];
        let mut bodies: SmallVec<[(BlockId, ValueId); 8]> = SmallVec::new();
        let mut default = done;
        for &clause in clauses {
            let body = self.new_block();
            let Stmt::Case { exprs, default: is_default, .. } = tree[clause] else { continue };
            if is_default {
                default = body;
            }
            let exprs = &tree[exprs];
            let mut symbol = x;
            for &expr in exprs {
                if self.current.is_none() {
                    break;
                }
                let value = self.type_case(expr, x, body);
                if exprs.len() == 1 {
                    symbol = value;
                }
            }
            bodies.push((body, symbol));
        }
        self.jump(at, default);
        for (&clause, &(body, symbol)) in clauses.iter().zip(&bodies) {
            let Stmt::Case { body: stmts, .. } = tree[clause] else { continue };
            self.start_if_reached(body);
            if self.current.is_none() {
                continue;
            }
            if let Some(local) = self.unit.types.implicit(clause) {
                self.bind_symbol(NodeId::from(clause), local, symbol, x);
            }
            self.in_scope(label, Exit::Block(done), None, |function| function.stmts(stmts));
            self.jump(at, done);
        }
        self.start_if_reached(done);
    }

    /// Goes to `body` if the dynamic type matches, else on; gives the value as of that type.
    fn type_case(&mut self, expr: ExprId, x: ValueId, body: BlockId) -> ValueId {
        let at = NodeId::from(expr);
        let next = self.new_block();
        let value = if self.unit.mode(expr) == Mode::Nil {
            let is_nil = self.comparison(at, BinaryOp::Equal, Some(x), None, BOOL);
            self.branch(at, is_nil, body, next);
            x
        } else {
            let ty = self.unit.ty(expr);
            let inst = Inst::TypeAssert { x, ty, comma_ok: true };
            let (value, ok) = self.emit_pair(at, inst, ty, BOOL);
            self.branch(at, ok, body, next);
            value
        };
        self.start_if_reached(next);
        value
    }

    /// The symbol of a type switch in one clause.
    fn bind_symbol(&mut self, at: NodeId, local: LocalId, symbol: ValueId, x: ValueId) {
        let ty = self.unit.local_type(local);
        let value = self.assigned(at, symbol, ty);
        self.declare(at, local, Some(value));
        if symbol != x && !self.unit.is_cell(local) {
            self.narrow(at, Var::from(local), value, Fact::Ok);
        }
    }
}
