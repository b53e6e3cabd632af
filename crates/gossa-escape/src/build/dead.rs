//! What is known of control flow without running anything: conditions that are constant,
//! statements that nothing comes after.

use super::Builder;
use gossa_syntax::{BinaryOp, BranchKind, Expr, ExprId, Stmt, StmtId, UnaryOp};
use gossa_types::Builtin;
use gossa_types::constant::{Comparison, Value};

impl Builder<'_> {
    /// The value of a condition, if its constant parts decide it.
    pub(super) fn static_bool(&self, cond: ExprId) -> Option<bool> {
        if let Some(value) = self.checked.constant(cond) {
            return value.as_bool();
        }
        match self.tree[cond] {
            // As it is evaluated: the operand's value, not its opposite.
            Expr::Unary { op: UnaryOp::Not, x } => self.static_bool(x),
            Expr::Binary { op: BinaryOp::LogicalAnd, x, y } => {
                let left = self.static_bool(x);
                if left == Some(false) {
                    return left;
                }
                let right = self.static_bool(y);
                if left == Some(true) || right == Some(false) { right } else { None }
            }
            Expr::Binary { op: BinaryOp::LogicalOr, x, y } => {
                let left = self.static_bool(x);
                if left == Some(true) {
                    return left;
                }
                let right = self.static_bool(y);
                if left == Some(false) || right == Some(true) { right } else { None }
            }
            _ => None,
        }
    }

    /// A condition without the operands that its constant parts make superfluous.
    pub(super) fn reduced(&self, cond: ExprId) -> ExprId {
        if self.checked.constant(cond).is_some() {
            return cond;
        }
        let Expr::Binary { op, x, y } = self.tree[cond] else { return cond };
        let decides = match op {
            BinaryOp::LogicalAnd => false,
            BinaryOp::LogicalOr => true,
            _ => return cond,
        };
        let left = self.static_bool(x);
        if left == Some(decides) {
            return self.reduced(x);
        }
        let right = self.static_bool(y);
        if (left == Some(!decides) || right == Some(decides)) && self.checked.constant(x).is_some()
        {
            return self.reduced(y);
        }
        cond
    }

    /// Whether nothing is reached after a statement, as far as the compiler looks.
    pub(super) fn terminates(&self, stmt: StmtId) -> bool {
        let tree = self.tree;
        match tree[stmt] {
            Stmt::Branch { kind: BranchKind::Goto, .. } | Stmt::Return(_) => true,
            // Those leave the function that a range-over-func body is.
            Stmt::Branch { kind: kind @ (BranchKind::Break | BranchKind::Continue), label } => {
                let label = label.and_then(|label| tree.name(label));
                self.leaves_range_func(kind, label)
            }
            Stmt::Expr(x) => self.is_call_of(x, Builtin::Panic),
            Stmt::If { cond, then, otherwise, .. } => {
                let cond = self.static_bool(cond);
                (cond == Some(false) || self.terminates(then))
                    && (cond == Some(true)
                        || otherwise.is_some_and(|otherwise| self.terminates(otherwise)))
            }
            Stmt::Block(list) => {
                let last = tree[list]
                    .iter()
                    .rev()
                    .find(|&&stmt| !matches!(tree[stmt], Stmt::Empty { .. }));
                last.is_some_and(|&last| self.terminates(last))
            }
            _ => false,
        }
    }

    /// The one clause of a switch with a constant tag that is ever entered; an empty list if none
    /// is; `None` if that is not known.
    pub(super) fn decided_case(
        &self,
        tag: Option<ExprId>,
        cases: &[StmtId],
    ) -> Option<Vec<StmtId>> {
        let tree = self.tree;
        let tag = match tag {
            Some(tag) => self.checked.constant(tag)?.clone(),
            None => Value::from_bool(true),
        };
        let mut target = None;
        'clauses: for &clause in cases {
            let Stmt::Case { exprs, default, .. } = tree[clause] else { continue };
            if default {
                target = Some(clause);
            }
            for &expr in &tree[exprs] {
                let value = self.checked.constant(expr)?;
                if tag.compare(Comparison::Equal, value) == Ok(true) {
                    target = Some(clause);
                    break 'clauses;
                }
            }
        }
        let Some(target) = target else { return Some(Vec::new()) };
        let Stmt::Case { body, .. } = tree[target] else { return None };
        let falls = tree[body].last().is_some_and(|&last| {
            matches!(tree[last], Stmt::Branch { kind: BranchKind::Fallthrough, .. })
        });
        (!falls).then(|| vec![target])
    }
}
