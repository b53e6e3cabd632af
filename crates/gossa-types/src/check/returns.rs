//! Terminating statements: whether control can leave a function at its end.

use super::Checker;
use crate::object::Builtin;
use gossa_base::Name;
use gossa_syntax::{BranchKind, Expr, Stmt, StmtId, StmtList};

impl Checker<'_> {
    /// Whether a list of statements ends in a terminating one.
    pub(super) fn is_terminating_list(&self, list: StmtList) -> bool {
        let tree = self.tree();
        tree[list]
            .iter()
            .rev()
            .find(|&&stmt| !matches!(tree[stmt], Stmt::Empty { .. }))
            .is_some_and(|&stmt| self.is_terminating(stmt, None))
    }

    fn is_terminating(&self, stmt: StmtId, label: Option<Name>) -> bool {
        super::with_stack(|| self.is_terminating_inner(stmt, label))
    }

    fn is_terminating_inner(&self, stmt: StmtId, label: Option<Name>) -> bool {
        let tree = self.tree();
        match tree[stmt] {
            // What follows a syntax error is not known.
            Stmt::Bad => true,
            Stmt::Return(_)
            | Stmt::Branch { kind: BranchKind::Goto | BranchKind::Fallthrough, .. } => true,
            Stmt::Expr(expr) => match tree[tree.unparen(expr)] {
                Expr::Call { fun, .. } => self.recorded_builtin(fun) == Some(Builtin::Panic),
                _ => false,
            },
            Stmt::Block(list) => self.is_terminating_list(list),
            Stmt::If { then, otherwise: Some(otherwise), .. } => {
                self.is_terminating(then, None) && self.is_terminating(otherwise, None)
            }
            Stmt::Labeled { label, stmt } => self.is_terminating(stmt, tree.name(label)),
            Stmt::Switch { cases, .. } | Stmt::TypeSwitch { cases, .. } => {
                let has_default = tree[cases]
                    .iter()
                    .any(|&case| matches!(tree[case], Stmt::Case { default: true, .. }));
                has_default && self.all_cases_terminate(cases, label)
            }
            Stmt::Select { cases } => self.all_cases_terminate(cases, label),
            Stmt::For { cond: None, body, .. } => !self.has_break(body, label, true),
            _ => false,
        }
    }

    fn all_cases_terminate(&self, cases: StmtList, label: Option<Name>) -> bool {
        let tree = self.tree();
        tree[cases].iter().all(|&case| match tree[case] {
            Stmt::Case { body, .. } | Stmt::Comm { body, .. } => {
                self.is_terminating_list(body)
                    && !tree[body].iter().any(|&stmt| self.has_break(stmt, label, true))
            }
            _ => true,
        })
    }

    /// Whether a statement breaks out of the one around it: with the label, or, where `implicit`
    /// is set, without.
    fn has_break(&self, stmt: StmtId, label: Option<Name>, implicit: bool) -> bool {
        let tree = self.tree();
        let any = |list: StmtList, implicit: bool| {
            tree[list]
                .iter()
                .any(|&stmt| super::with_stack(|| self.has_break(stmt, label, implicit)))
        };
        match tree[stmt] {
            Stmt::Branch { kind: BranchKind::Break, label: target } => match target {
                None => implicit,
                Some(target) => label.is_some() && tree.name(target) == label,
            },
            Stmt::Block(list) => any(list, implicit),
            Stmt::Labeled { stmt, .. } => {
                super::with_stack(|| self.has_break(stmt, label, implicit))
            }
            Stmt::If { .. } => {
                let mut next = Some(stmt);
                while let Some(stmt) = next.take() {
                    let Stmt::If { then, otherwise, .. } = tree[stmt] else {
                        return self.has_break(stmt, label, implicit);
                    };
                    if self.has_break(then, label, implicit) {
                        return true;
                    }
                    next = otherwise;
                }
                false
            }
            Stmt::Case { body, .. } | Stmt::Comm { body, .. } => any(body, implicit),
            // Their own unlabelled breaks are not ours.
            Stmt::Switch { cases, .. }
            | Stmt::TypeSwitch { cases, .. }
            | Stmt::Select { cases } => label.is_some() && any(cases, false),
            Stmt::For { body, .. } | Stmt::Range { body, .. } => {
                label.is_some() && super::with_stack(|| self.has_break(body, label, false))
            }
            _ => false,
        }
    }
}
