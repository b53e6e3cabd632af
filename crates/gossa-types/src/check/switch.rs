//! Switches on values and on types.

use super::scope::Entity;
use super::stmt::Flow;
use super::{Checker, Operand, Synthetic};
use crate::constant::{DuplicateKey, Value};
use crate::decls::NoteKind;
use crate::info::LocalKind;
use crate::predicates::comparable;
use crate::ty::{BasicKind, TypeFlags, TypeId};
use crate::underlying::is_type_param;
use gossa_base::FxHashMap;
use gossa_syntax::{AssignOp, BinaryOp, Expr, ExprId, Stmt, StmtId, StmtList};

/// The types in the cases of a type switch so far, `None` for nil, and where they are.
#[derive(Default)]
struct SeenTypes {
    /// By canonical type.
    known: FxHashMap<Option<TypeId>, ExprId>,
    /// Those that may be identical to types of another form, and all.
    loose: Vec<(TypeId, ExprId)>,
    all: Vec<(TypeId, ExprId)>,
}

impl SeenTypes {
    /// Adds a type; where it is known already, says where it is.
    fn insert(&mut self, checker: &Checker<'_>, ty: Option<TypeId>, at: ExprId) -> Option<ExprId> {
        let known = self.known.get(&ty.map(TypeId::canonical)).copied();
        let previous = known.or_else(|| {
            let ty = ty?;
            let others = if is_loose(ty) { &self.all } else { &self.loose };
            others.iter().find(|(other, _)| checker.identical(*other, ty)).map(|&(_, at)| at)
        });
        if previous.is_none() {
            self.known.insert(ty.map(TypeId::canonical), at);
            if let Some(ty) = ty {
                self.all.push((ty, at));
                if is_loose(ty) {
                    self.loose.push((ty, at));
                }
            }
        }
        previous
    }
}

/// Whether a type may be identical to one with another canonical type.
fn is_loose(ty: TypeId) -> bool {
    ty.canonical().flags().contains(TypeFlags::COMPLEX)
}

impl Checker<'_> {
    /// The tag and the cases of a switch.
    pub(super) fn switch_stmt(&mut self, inner: Flow, tag: Option<ExprId>, cases: StmtList) {
        let tree = self.tree();
        let inner = Flow { break_ok: true, ..inner };
        let tag = match tag {
            Some(tag) => {
                let mut x = self.expr(None, tag);
                self.assign(&mut x, None, "switch expression");
                if x.is_valid() && !comparable(self.cx, x.ty) && !self.has_nil(x.ty) {
                    let (what, ty) = (self.operand_text(&x), self.type_text(x.ty));
                    let message = format!("cannot switch on {what} ({ty} is not comparable)");
                    self.error(tag, message);
                    x.invalidate();
                }
                Some(x)
            }
            None => None,
        };
        self.check_defaults(&tree[cases]);
        #[expect(clippy::mutable_key_type, reason = "equal keys stay equal")]
        let mut seen: FxHashMap<DuplicateKey, Vec<(TypeId, ExprId)>> = FxHashMap::default();
        let list = &tree[cases];
        for (index, &case) in list.iter().enumerate() {
            let Stmt::Case { exprs, body, .. } = tree[case] else { continue };
            for &expr in &tree[exprs] {
                self.case_value(tag.as_ref(), expr, &mut seen);
            }
            self.scratch.scopes.open();
            let last = index + 1 == list.len();
            let flow = Flow { fallthrough_ok: !last, final_case: last, ..inner };
            self.stmt_list(flow, &tree[body]);
            self.scratch.scopes.close();
        }
    }

    #[expect(clippy::mutable_key_type, reason = "equal keys stay equal")]
    fn case_value(
        &mut self,
        tag: Option<&Operand>,
        expr: ExprId,
        seen: &mut FxHashMap<DuplicateKey, Vec<(TypeId, ExprId)>>,
    ) {
        let mut value = self.expr(None, expr);
        let implicit;
        let tag = match tag {
            Some(tag) => tag,
            None => {
                let mut x =
                    Operand::constant(expr, TypeId::basic(BasicKind::Bool), Value::from_bool(true));
                x.synthetic = Synthetic::True;
                implicit = x;
                &implicit
            }
        };
        if !tag.is_valid() || !value.is_valid() {
            return;
        }
        self.convert_untyped(&mut value, tag.ty);
        if !value.is_valid() {
            return;
        }
        let mut result = value.clone();
        self.compare(BinaryOp::Equal, &mut result, tag, expr, true);
        if !result.is_valid() || !value.is_constant() {
            return;
        }
        let Some(key) = value.value.case_key() else { return };
        let types = seen.entry(key).or_default();
        if let Some(&(_, previous)) = types.iter().find(|(ty, _)| self.identical(*ty, value.ty)) {
            let what = self.operand_text(&value);
            let message = format!("duplicate case {what} in expression switch");
            let note = self.note(previous, NoteKind::Text("previous case".to_owned()));
            self.error_with(expr, message, false, vec![note]);
            return;
        }
        types.push((value.ty, expr));
    }

    /// The guard and the cases of a type switch.
    pub(super) fn type_switch_stmt(&mut self, inner: Flow, guard: StmtId, cases: StmtList) {
        let tree = self.tree();
        let inner = Flow { break_ok: true, in_type_switch: true, ..inner };
        let (symbol, expr) = match tree[guard] {
            Stmt::Expr(expr) => (None, expr),
            Stmt::Assign { op: AssignOp::Define, lhs, rhs } => match (&tree[lhs], &tree[rhs]) {
                (&[lhs], &[rhs]) => (Some(lhs), rhs),
                _ => return,
            },
            _ => return,
        };
        let Expr::TypeAssert { x: operand, ty: None } = tree[tree.unparen(expr)] else { return };
        let mut symbol = symbol;
        if let Some(ident) = symbol
            && tree.name(ident).is_some_and(gossa_base::Name::is_blank)
        {
            self.soft_error(ident, "no new variable on left side of :=");
            symbol = None;
        }
        let x = self.expr(None, operand);
        let x = self.switched_interface(x);
        self.check_defaults(&tree[cases]);
        let mut seen = SeenTypes::default();
        let mut symbols = Vec::new();
        for &case in &tree[cases] {
            let Stmt::Case { exprs, body, .. } = tree[case] else { continue };
            let ty = self.case_types(x.as_ref(), &tree[exprs], &mut seen);
            self.scratch.scopes.open();
            if let Some(ident) = symbol {
                let name = tree.name(ident);
                let local = self.add_local(name, Some(case.into()), LocalKind::Var);
                self.records().set_local_type(local, ty);
                if let Some(name) = name {
                    // The block is new: the name is free.
                    let _ = self.scratch.scopes.declare(name, Entity::Local(local), Some(ident));
                }
                self.records().add_implicit(case, local);
                symbols.push(local);
            }
            self.stmt_list(inner, &tree[body]);
            self.scratch.scopes.close();
        }
        if let Some(ident) = symbol {
            let used = symbols.iter().any(|&local| self.is_used(local));
            for &local in &symbols {
                self.mark_used(local);
            }
            if !used && let Some(name) = tree.name(ident) {
                self.soft_error(ident, format!("{name} declared and not used"));
            }
        }
    }

    /// The operand of a type switch; `None` after an error.
    fn switched_interface(&self, x: Operand) -> Option<Operand> {
        if !x.is_valid() {
            return None;
        }
        if self.is_interface_value(x.ty) {
            return Some(x);
        }
        if Self::is_invalid(self.under(x.ty)) {
            return None;
        }
        let what = self.operand_text(&x);
        if is_type_param(x.ty) {
            let message = format!("cannot use type switch on type parameter value {what}");
            self.error(x.expr, message);
        } else {
            self.error(x.expr, format!("{what} is not an interface"));
        }
        None
    }

    /// Checks the types of a case; returns the type of the symbol in it.
    fn case_types(
        &mut self,
        x: Option<&Operand>,
        exprs: &[ExprId],
        seen: &mut SeenTypes,
    ) -> TypeId {
        let mut last = None;
        for &expr in exprs {
            let ty = if self.is_nil_expr(expr) {
                self.expr(None, expr);
                None
            } else {
                let ty = self.var_type(expr);
                if Self::is_invalid(ty) {
                    last = Some(ty);
                    continue;
                }
                Some(ty)
            };
            last = ty;
            if let Some(previous) = seen.insert(self, ty, expr) {
                let text = ty.map_or_else(|| "nil".to_owned(), |ty| self.type_text(ty));
                let message = format!("duplicate case {text} in type switch");
                let note = self.note(previous, NoteKind::Text("previous case".to_owned()));
                self.error_with(expr, message, false, vec![note]);
                continue;
            }
            if let (Some(x), Some(ty)) = (x, ty) {
                self.check_case_type(x, expr, ty);
            }
        }
        match (exprs, last) {
            ([_], Some(ty)) => ty,
            _ => x.map_or(TypeId::INVALID, |x| x.ty),
        }
    }

    fn check_case_type(&self, x: &Operand, expr: ExprId, ty: TypeId) {
        if let Err(missing) = crate::implements::assertable(self.cx, x.ty, ty) {
            let cause = self.with_printer(|printer| missing.message(self.cx, printer));
            let message = format!(
                "impossible type switch case: {}\n\t{} cannot have dynamic type {} {cause}",
                self.expr_text(expr),
                self.operand_text(x),
                self.type_text(ty)
            );
            self.error(expr, message);
        }
    }
}
