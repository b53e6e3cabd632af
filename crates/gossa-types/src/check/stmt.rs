//! Statements.

use super::scope::Entity;
use super::{Checker, ExprKind, Operand, Synthetic, with_stack};
use crate::constant::Value;
use crate::decls::{At, Note, NoteKind};
use crate::info::{LocalKind, Mode};
use crate::ty::{BasicKind, TypeId};
use gossa_base::Name;
use gossa_syntax::{
    AssignOp, BinaryOp, BranchKind, Expr, ExprId, ExprList, RangeBinding, Stmt, StmtId, StmtList,
    UnaryOp,
};

/// Which unlabelled branches a statement may contain.
#[derive(Clone, Copy, Default)]
pub(super) struct Flow {
    pub(super) break_ok: bool,
    pub(super) continue_ok: bool,
    /// `fallthrough` may be the last statement.
    pub(super) fallthrough_ok: bool,
    pub(super) final_case: bool,
    pub(super) in_type_switch: bool,
}

impl Flow {
    /// What holds inside a nested statement.
    fn inner(self) -> Self {
        Self { fallthrough_ok: false, final_case: false, in_type_switch: false, ..self }
    }
}

impl Checker<'_> {
    /// Statements in a row.
    pub(super) fn stmt_list(&mut self, flow: Flow, list: &[StmtId]) {
        let tree = self.tree();
        // Empty statements at the end do not come between `fallthrough` and the end.
        let last = list.iter().rposition(|&stmt| !matches!(tree[stmt], Stmt::Empty { .. }));
        for (index, &stmt) in list.iter().enumerate() {
            let fallthrough_ok = flow.fallthrough_ok && Some(index) == last;
            self.stmt(Flow { fallthrough_ok, ..flow }, stmt);
        }
    }

    fn simple_stmt(&mut self, stmt: Option<StmtId>) {
        if let Some(stmt) = stmt {
            self.stmt(Flow::default(), stmt);
        }
    }

    /// A statement.
    pub(super) fn stmt(&mut self, flow: Flow, stmt: StmtId) {
        match self.tree()[stmt] {
            Stmt::Bad | Stmt::Empty { .. } => {}
            Stmt::Expr(expr) => self.expr_stmt(expr),
            Stmt::Send { chan, value } => {
                let chan = self.expr(None, chan);
                let mut value = self.generic_expr(value, None);
                if chan.is_valid()
                    && value.is_valid()
                    && let Some(elem) = self.chan_elem(stmt, &chan, false)
                {
                    self.assign(&mut value, Some(elem), "send");
                }
            }
            Stmt::IncDec { x, increment } => self.inc_dec(x, increment),
            Stmt::Assign { op, lhs, rhs } => self.assignment(stmt, op, lhs, rhs),
            Stmt::Go(call) => self.suspended_call("go", call),
            Stmt::Defer(call) => self.suspended_call("defer", call),
            Stmt::Return(results) => self.return_stmt(stmt, results),
            Stmt::Branch { kind, label } => {
                if label.is_some() {
                    self.has_label = true;
                } else {
                    self.branch(flow, stmt, kind);
                }
            }
            Stmt::Labeled { stmt: inner, .. } => {
                self.has_label = true;
                with_stack(|| self.stmt(flow, inner));
            }
            Stmt::Decl { keyword, specs } => self.decl_stmt(keyword, specs),
            _ => with_stack(|| self.block_stmt(flow, stmt)),
        }
    }

    /// A statement with statements in it.
    fn block_stmt(&mut self, flow: Flow, stmt: StmtId) {
        let tree = self.tree();
        let inner = flow.inner();
        self.scratch.scopes.open();
        match tree[stmt] {
            Stmt::Block(list) => self.stmt_list(inner, &tree[list]),
            Stmt::If { .. } => {
                // `else if` chains are a loop; their scopes nest.
                let mut opened = 0;
                let mut next = Some(stmt);
                while let Some(stmt) = next.take() {
                    let Stmt::If { init, cond, then, otherwise } = tree[stmt] else {
                        self.stmt(inner, stmt);
                        break;
                    };
                    self.scratch.scopes.open();
                    opened += 1;
                    self.simple_stmt(init);
                    self.condition(cond, "if");
                    self.stmt(inner, then);
                    next = otherwise;
                }
                for _ in 0..opened {
                    self.scratch.scopes.close();
                }
            }
            Stmt::Switch { init, tag, cases } => {
                self.simple_stmt(init);
                self.switch_stmt(inner, tag, cases);
            }
            Stmt::TypeSwitch { init, guard, cases } => {
                self.simple_stmt(init);
                self.type_switch_stmt(inner, guard, cases);
            }
            Stmt::Select { cases } => self.select_stmt(inner, cases),
            Stmt::For { init, cond, post, body } => {
                let inner = Flow { break_ok: true, continue_ok: true, ..inner };
                self.simple_stmt(init);
                if let Some(cond) = cond {
                    self.condition(cond, "for");
                }
                self.simple_stmt(post);
                if let Some(post) = post
                    && let Stmt::Assign { op: AssignOp::Define, lhs, .. } = tree[post]
                {
                    // The parser reports the declaration.
                    for &lhs in &tree[lhs] {
                        self.use_expr(lhs);
                    }
                }
                self.stmt(inner, body);
            }
            Stmt::Range { key, value, x, body, binding } => {
                let define = binding == RangeBinding::Define;
                self.range_stmt(stmt, key, value, x, define);
                let inner = Flow { break_ok: true, continue_ok: true, ..inner };
                self.stmt(inner, body);
            }
            // Clauses outside of their statement: a syntax error left them.
            Stmt::Case { body, .. } | Stmt::Comm { body, .. } => {
                self.stmt_list(inner, &tree[body]);
            }
            _ => {}
        }
        self.scratch.scopes.close();
    }

    fn condition(&mut self, cond: ExprId, what: &str) {
        let x = self.expr(None, cond);
        if x.is_valid() && !self.all_boolean(x.ty) && !Self::is_invalid(self.under(x.ty)) {
            self.error(cond, format!("non-boolean condition in {what} statement"));
        }
    }

    fn expr_stmt(&mut self, expr: ExprId) {
        let x = self.raw_expr(None, expr, None, false);
        let message = match x.mode {
            Mode::Invalid => return,
            Mode::Builtin => "must be called",
            Mode::Type => "is not an expression",
            _ if x.kind == ExprKind::Statement => return,
            _ => "is not used",
        };
        let what = self.operand_text(&x);
        self.error(expr, format!("{what} {message}"));
    }

    fn inc_dec(&mut self, expr: ExprId, increment: bool) {
        let x = self.expr(None, expr);
        if !x.is_valid() {
            return;
        }
        let op = if increment { "++" } else { "--" };
        if !self.all_numeric(x.ty) {
            if !Self::is_invalid(self.under(x.ty)) {
                let (text, ty) = (self.expr_text(expr), self.type_text(x.ty));
                let message = format!("invalid operation: {text}{op} (non-numeric type {ty})");
                self.error(expr, message);
            }
            return;
        }
        let untyped = TypeId::basic(BasicKind::UntypedInt);
        let mut one = Operand::constant(expr, untyped, Value::from_i64(1));
        one.synthetic = Synthetic::One;
        let op = if increment { BinaryOp::Add } else { BinaryOp::Sub };
        let mut result = self.binary(expr, op, x, one);
        if result.is_valid() {
            result.synthetic = Synthetic::One;
            result.expr = expr;
            self.assign_operand(expr, &mut result, "assignment");
        }
    }

    fn assignment(&mut self, stmt: StmtId, op: AssignOp, lhs: ExprList, rhs: ExprList) {
        match op {
            AssignOp::Assign => self.assign_stmt(lhs, rhs),
            AssignOp::Define => self.define_stmt(stmt.into(), lhs, rhs),
            AssignOp::Compound(op) => {
                let tree = self.tree();
                let (&[left], &[right]) = (&tree[lhs], &tree[rhs]) else {
                    let op = op.as_str();
                    let message =
                        format!("assignment operation {op}= requires single-valued expressions");
                    self.error(stmt, message);
                    return;
                };
                let x = self.expr(None, left);
                let y = self.expr(None, right);
                let mut result = self.binary(left, op, x, y);
                if result.is_valid() {
                    result.expr = left;
                    if result.synthetic == Synthetic::No && result.is_constant() {
                        result.synthetic = Synthetic::One;
                    }
                    self.assign_operand(left, &mut result, "assignment operation");
                } else {
                    // The left side may still be what is wrong.
                }
            }
        }
    }

    /// `go call` and `defer call`.
    fn suspended_call(&mut self, keyword: &str, call: ExprId) {
        let x = self.raw_expr(None, call, None, false);
        if !matches!(self.tree()[self.tree().unparen(call)], Expr::Call { .. }) {
            if x.is_valid() {
                self.error(call, format!("expression in {keyword} must be function call"));
            }
            return;
        }
        if !x.is_valid() {
            return;
        }
        let message = match x.kind {
            ExprKind::Statement => return,
            ExprKind::Conversion => "requires function call, not conversion",
            ExprKind::Expression => "discards result of",
        };
        let what = self.operand_text(&x);
        self.error(call, format!("{keyword} {message} {what}"));
    }

    fn return_stmt(&mut self, stmt: StmtId, results: ExprList) {
        let tree = self.tree();
        let values = &tree[results];
        let Some(signature) = self.function.signature else { return };
        if signature.results.is_empty() {
            if !values.is_empty() {
                self.init_vars(&[], values, Some(stmt.into()));
            }
            return;
        }
        let named = signature.results[0].name.is_some();
        if values.is_empty() && named {
            self.check_shadowed_results(stmt, signature.results.len());
            return;
        }
        let declared: smallvec::SmallVec<[Option<TypeId>; 4]> =
            signature.results.iter().map(|result| Some(result.ty)).collect();
        if values.is_empty() {
            let want: Vec<TypeId> = declared.iter().flatten().copied().collect();
            let message = format!(
                "not enough return values\n\thave ()\n\twant {}",
                self.types_summary(&want, false, false)
            );
            self.error(stmt, message);
            return;
        }
        self.init_vars(&declared, values, Some(stmt.into()));
    }

    /// A `return` without values needs the named results in scope.
    fn check_shadowed_results(&self, stmt: StmtId, count: usize) {
        let first = self.function.first_result as usize;
        for index in first..first + count {
            let id = crate::LocalId::from_usize(index);
            if index >= self.records().local_count() && self.place.in_body {
                return;
            }
            let local = self.records().local(id);
            debug_assert_eq!(local.kind, LocalKind::Result);
            let Some(name) = local.name.filter(|name| !name.is_blank()) else { continue };
            match self.scratch.scopes.lookup(name) {
                Some(Entity::Local(found)) if found == id => {}
                None => {}
                Some(inner) => {
                    let message = format!("result parameter {name} not in scope at return");
                    let note = self.inner_declaration(name, inner, local.ty);
                    self.error_with(stmt, message, false, note.into_iter().collect());
                }
            }
        }
    }

    /// Where a name that hides a result of type `ty` is declared. As in the compiler, what is
    /// shown is the result.
    fn inner_declaration(&self, name: Name, entity: Entity, ty: TypeId) -> Option<Note> {
        let kind = format!("inner declaration of var {name} {}", self.type_text(ty));
        let kind = NoteKind::Text(kind);
        if let Some(at) = self.scratch.scopes.declared_at(name) {
            return Some(self.note(at, kind));
        }
        // A parameter or another result.
        let Entity::Local(local) = entity else { return None };
        let node = self.records().local(local).declared_at?;
        let source = self.place.source;
        Some(Note { package: None, source, in_body: false, node, kind })
    }

    fn branch(&mut self, flow: Flow, stmt: StmtId, kind: BranchKind) {
        let message = match kind {
            BranchKind::Break if !flow.break_ok => "break is not in a loop, switch, or select",
            BranchKind::Continue if !flow.continue_ok => "continue is not in a loop",
            BranchKind::Fallthrough if !flow.fallthrough_ok => {
                if flow.final_case {
                    "cannot fallthrough final case in switch"
                } else if flow.in_type_switch {
                    "cannot fallthrough in type switch"
                } else {
                    "fallthrough statement out of place"
                }
            }
            _ => return,
        };
        self.error(stmt, message);
    }

    fn select_stmt(&mut self, inner: Flow, cases: StmtList) {
        let tree = self.tree();
        let inner = Flow { break_ok: true, ..inner };
        self.check_defaults(&tree[cases]);
        for &case in &tree[cases] {
            let Stmt::Comm { comm, body } = tree[case] else { continue };
            if let Some(comm) = comm
                && !self.is_communication(comm)
            {
                let message = "select case must be send or receive (possibly with assignment)";
                match tree[comm] {
                    Stmt::Expr(expr) => self.error(At::token(expr), message),
                    _ => self.error(comm, message),
                }
                continue;
            }
            self.scratch.scopes.open();
            if let Some(comm) = comm {
                self.stmt(inner, comm);
            }
            self.stmt_list(inner, &tree[body]);
            self.scratch.scopes.close();
        }
    }

    fn is_communication(&self, stmt: StmtId) -> bool {
        let tree = self.tree();
        let received = match tree[stmt] {
            Stmt::Send { .. } => return true,
            Stmt::Expr(expr) => Some(expr),
            Stmt::Assign { op: AssignOp::Assign | AssignOp::Define, rhs, .. } => match &tree[rhs] {
                &[only] => Some(only),
                _ => None,
            },
            _ => None,
        };
        received.is_some_and(|expr| {
            matches!(tree[tree.unparen(expr)], Expr::Unary { op: UnaryOp::Receive, .. })
        })
    }

    /// Reports a second `default`.
    pub(super) fn check_defaults(&self, cases: &[StmtId]) {
        let mut seen: Option<StmtId> = None;
        for &case in cases {
            let default = match self.tree()[case] {
                Stmt::Case { default, .. } => default,
                Stmt::Comm { comm, .. } => comm.is_none(),
                _ => false,
            };
            if !default {
                continue;
            }
            match seen {
                Some(first) => {
                    let first = self.note(first, NoteKind::InParentheses);
                    self.error_with(case, "multiple defaults (first", false, vec![first]);
                }
                None => seen = Some(case),
            }
        }
    }
}
