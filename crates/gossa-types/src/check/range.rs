//! `for ... range`: over integers, strings, arrays, slices, maps, channels, and functions.

use super::scope::Entity;
use super::{Checker, Operand, Synthetic};
use crate::info::Mode;
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::{common_underlying, under_is};
use gossa_syntax::{ChanDir, Expr, ExprId, StmtId};

/// Types of the iteration variables: `None` where there is none.
type KeyValue = (Option<TypeId>, Option<TypeId>);

impl Checker<'_> {
    /// The head of a range statement, in a block of its own.
    pub(super) fn range_stmt(
        &mut self,
        stmt: StmtId,
        key: Option<ExprId>,
        value: Option<ExprId>,
        expr: ExprId,
        define: bool,
    ) {
        let (value, extra) = match value.map(|value| (value, self.tree()[value])) {
            Some((_, Expr::KeyValue { key, value })) => (Some(key), Some(value)),
            _ => (value, None),
        };
        let mut x = self.expr(None, expr);
        let mut types: KeyValue = (None, None);
        let mut failed = !x.is_valid();
        if x.is_valid() {
            match self.range_types(x.ty) {
                Ok(found) => {
                    types = found;
                    let what = || self.operand_text(&x);
                    match (found, key, value) {
                        ((None, _), Some(key), _) => {
                            let message =
                                format!("range over {} permits no iteration variables", what());
                            self.soft_error(key, message);
                        }
                        ((_, None), _, Some(value)) => {
                            let message = format!(
                                "range over {} permits only one iteration variable",
                                what()
                            );
                            self.soft_error(value, message);
                        }
                        _ => {
                            if let Some(extra) = extra {
                                let message =
                                    "range clause permits at most two iteration variables";
                                self.soft_error(extra, message);
                            }
                        }
                    }
                }
                Err(cause) => {
                    failed = true;
                    if !Self::is_invalid(self.under(x.ty)) {
                        let what = self.operand_text(&x);
                        let cause = if cause.is_empty() { cause } else { format!(": {cause}") };
                        self.soft_error(expr, format!("cannot range over {what}{cause}"));
                    }
                }
            }
        }
        let over_integer = !failed && self.is_basic(x.ty, BasicKind::is_integer);
        let sides = [(key, types.0), (value, types.1)];
        if define {
            self.define_iteration(stmt, sides, &mut x, over_integer);
        } else if key.is_some() {
            for (lhs, ty) in sides {
                let Some(lhs) = lhs else { continue };
                let Some(ty) = ty else {
                    self.use_lhs(lhs);
                    continue;
                };
                if over_integer {
                    self.assign_operand(lhs, &mut x, "range clause");
                    if x.is_valid() && !self.is_basic(x.ty, BasicKind::is_integer) {
                        let ty = self.type_text(x.ty);
                        let message = format!("cannot use iteration variable of type {ty}");
                        self.soft_error(lhs, message);
                    }
                } else {
                    let mut y = Operand::new(lhs, Mode::Value, ty);
                    y.synthetic = Synthetic::Iteration;
                    self.assign_operand(lhs, &mut y, "assignment");
                }
            }
        } else if over_integer {
            self.assign(&mut x, None, "range clause");
        }
    }

    fn define_iteration(
        &mut self,
        stmt: StmtId,
        sides: [(Option<ExprId>, Option<TypeId>); 2],
        x: &mut Operand,
        over_integer: bool,
    ) {
        let mut declared = Vec::with_capacity(2);
        let mut has_new = false;
        for (lhs, ty) in sides {
            let Some(lhs) = lhs else { continue };
            let Some(name) = self.tree().name(lhs) else {
                let text = self.expr_text(lhs);
                self.error(lhs, format!("cannot declare {text}"));
                continue;
            };
            let local = self.new_var(lhs, TypeId::INVALID);
            // Unless there is something to iterate over.
            self.mark_used(local);
            has_new |= !name.is_blank();
            declared.push((lhs, local));
            let Some(ty) = ty else { continue };
            let found = if over_integer {
                self.init_var(None, x, "range clause")
            } else {
                let mut y = Operand::new(lhs, Mode::Value, ty);
                y.synthetic = Synthetic::Iteration;
                self.init_var(None, &mut y, "assignment")
            };
            if !Self::is_invalid(found) {
                self.scratch.used[local.index()] = false;
            }
            self.set_var_type(lhs, local, found);
        }
        if !has_new {
            self.soft_error(stmt, "no new variables on left side of :=");
        }
        for (ident, local) in declared {
            self.declare(ident, Entity::Local(local));
        }
    }

    /// Types of the iteration variables for ranging over a `ty`; or why one cannot.
    fn range_types(&self, ty: TypeId) -> Result<KeyValue, String> {
        let mut send_only = None;
        under_is(self.cx, ty, &mut |under| {
            if let Some(TypeKind::Chan { dir: ChanDir::Send, .. }) = under.map(TypeId::kind) {
                send_only = Some(format!("receive from send-only channel {}", self.type_text(ty)));
            }
            send_only.is_none()
        });
        if let Some(cause) = send_only {
            return Err(cause);
        }
        let common = common_underlying(self.cx, ty)
            .map_err(|cause| cause.message(&|ty| self.type_text(ty)))?;
        let int = Some(TypeId::basic(BasicKind::Int));
        match self.array_behind(common).kind() {
            TypeKind::Basic(kind) if kind.is_string() => {
                Ok((int, Some(TypeId::basic(BasicKind::Rune))))
            }
            TypeKind::Basic(kind) if kind.is_integer() => {
                if !self.allows(22) {
                    return Err(self.requires(22));
                }
                Ok((Some(ty), None))
            }
            TypeKind::Basic(kind) if kind.is_numeric() && kind.is_untyped() => Err(String::new()),
            TypeKind::Array { elem, .. } | TypeKind::Slice(elem) => Ok((int, Some(*elem))),
            TypeKind::Map { key, value } => Ok((Some(*key), Some(*value))),
            TypeKind::Chan { elem, .. } => Ok((Some(*elem), None)),
            TypeKind::Signature(signature) => {
                if !self.allows(23) {
                    return Err(self.requires(23));
                }
                self.range_function(&signature.params, signature.results.is_empty())
            }
            _ => Err(String::new()),
        }
    }

    fn range_function(
        &self,
        params: &[crate::ty::Param],
        no_results: bool,
    ) -> Result<KeyValue, String> {
        let bad = |what: &str| Err(format!("func must be func(yield func(...) bool): {what}"));
        let [yields] = params else { return bad("wrong argument count") };
        if !no_results {
            return bad("unexpected results");
        }
        let common = match common_underlying(self.cx, yields.ty) {
            Ok(common) => common,
            Err(cause) => {
                let cause = cause.message(&|ty| self.type_text(ty));
                return bad(&format!("in yield type, {cause}"));
            }
        };
        let TypeKind::Signature(signature) = common.kind() else {
            return bad("argument is not func");
        };
        if signature.params.len() > 2 {
            return bad("yield func has too many parameters");
        }
        let bool_type = TypeId::basic(BasicKind::Bool);
        match &*signature.results {
            [result] if self.identical(result.ty, bool_type) => {}
            [result] if self.is_basic(result.ty, BasicKind::is_boolean) => {
                return bad("yield func returns user-defined boolean, not bool");
            }
            _ => return bad("yield func does not return bool"),
        }
        if signature.variadic {
            let ty = self.type_text(common);
            return Err(format!("yield func of type {ty} cannot be variadic"));
        }
        let ty = |index: usize| signature.params.get(index).map(|param| param.ty);
        Ok((ty(0), ty(1)))
    }
}
