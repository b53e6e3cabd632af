//! The built-in functions of package `unsafe`.

use super::builtin::BuiltinCall;
use super::call::Operands;
use super::{Checker, Operand};
use crate::constant::Value;
use crate::info::{Mode, Selected, Selection, SelectionKind};
use crate::lookup::{LookupResult, lookup_field_or_method};
use crate::object::{Builtin, Object};
use crate::sizes::{NoSize, Sizes};
use crate::ty::{BasicKind, TypeId, TypeKind};
use gossa_base::FxHashSet;
use gossa_syntax::{Expr, ExprId};

impl Checker<'_> {
    pub(super) fn unsafe_builtin(
        &mut self,
        call: BuiltinCall,
        operands: &mut Operands,
    ) -> Option<Operand> {
        let expr = call.expr;
        let pointer = TypeId::basic(BasicKind::UnsafePointer);
        let byte_pointer = || TypeId::pointer(TypeId::basic(BasicKind::Byte));
        let name = Self::builtin_text(call.builtin);
        let version = match call.builtin {
            Builtin::UnsafeAdd | Builtin::UnsafeSlice => 17,
            Builtin::UnsafeSliceData | Builtin::UnsafeString | Builtin::UnsafeStringData => 20,
            _ => 0,
        };
        self.require_version(version, call.fun, |_| name.clone());
        let value = |ty| Some(Operand::new(expr, Mode::Value, ty));
        match call.builtin {
            Builtin::UnsafeAdd => {
                let [x, y] = operands.as_mut_slice() else { return None };
                self.assign(x, Some(pointer), "argument to unsafe.Add");
                if !x.is_valid() || !self.is_valid_index(y, "length", true) {
                    return None;
                }
                self.record_builtin(call, Some(pointer), [pointer, y.ty]);
                value(pointer)
            }
            Builtin::UnsafeAlignof | Builtin::UnsafeSizeof => {
                let x = operands.first_mut()?;
                self.assign_with(x, None, || format!("argument to {name}"));
                if !x.is_valid() {
                    return None;
                }
                let found = self.layout(expr, x, call.builtin)?;
                if !found.is_constant() {
                    self.record_builtin(call, Some(found.ty), [x.ty]);
                }
                Some(found)
            }
            Builtin::UnsafeOffsetof => self.offset_of(call),
            Builtin::UnsafeSlice => {
                let [x, y] = operands.as_mut_slice() else { return None };
                let under = self.common_under(x.ty);
                let Some((under, TypeKind::Pointer(base))) = under.map(|ty| (ty, ty.kind())) else {
                    let what = self.operand_text(x);
                    self.error(x.expr, format!("invalid argument: {what} is not a pointer"));
                    return None;
                };
                if !self.is_valid_index(y, "length", false) {
                    return None;
                }
                let slice = TypeId::slice(*base);
                self.record_builtin(call, Some(slice), [under, y.ty]);
                value(slice)
            }
            Builtin::UnsafeSliceData => {
                let x = operands.first_mut()?;
                let under = self.common_under(x.ty);
                let Some((under, TypeKind::Slice(elem))) = under.map(|ty| (ty, ty.kind())) else {
                    let what = self.operand_text(x);
                    self.error(x.expr, format!("invalid argument: {what} is not a slice"));
                    return None;
                };
                let pointer = TypeId::pointer(*elem);
                self.record_builtin(call, Some(pointer), [under]);
                value(pointer)
            }
            Builtin::UnsafeString => {
                let [x, y] = operands.as_mut_slice() else { return None };
                self.assign(x, Some(byte_pointer()), "argument to unsafe.String");
                if !x.is_valid() || !self.is_valid_index(y, "length", false) {
                    return None;
                }
                let string = TypeId::basic(BasicKind::String);
                self.record_builtin(call, Some(string), [byte_pointer(), y.ty]);
                value(string)
            }
            Builtin::UnsafeStringData => {
                let x = operands.first_mut()?;
                let string = TypeId::basic(BasicKind::String);
                self.assign(x, Some(string), "argument to unsafe.StringData");
                if !x.is_valid() {
                    return None;
                }
                self.record_builtin(call, Some(byte_pointer()), [string]);
                value(byte_pointer())
            }
            _ => None,
        }
    }

    /// Whether the size of a type depends on a type parameter.
    fn has_variable_size(&self, ty: TypeId) -> bool {
        fn visit(checker: &Checker<'_>, ty: TypeId, seen: &mut FxHashSet<TypeId>) -> bool {
            let ty = ty.unalias();
            match ty.kind() {
                TypeKind::TypeParam(_) => true,
                TypeKind::Array { elem, .. } => visit(checker, *elem, seen),
                TypeKind::Struct(fields) => {
                    fields.iter().any(|field| visit(checker, field.ty, seen))
                }
                TypeKind::Named { .. } => {
                    // A type that contains itself is an error of its own.
                    seen.len() < 10_000
                        && seen.insert(ty)
                        && visit(checker, checker.under(ty), seen)
                }
                _ => false,
            }
        }
        visit(self, ty, &mut FxHashSet::default())
    }

    fn layout(&self, expr: ExprId, x: &Operand, builtin: Builtin) -> Option<Operand> {
        let uintptr = TypeId::basic(BasicKind::Uintptr);
        if self.has_variable_size(x.ty) {
            return Some(Operand::new(expr, Mode::Value, uintptr));
        }
        let sizes = Sizes::new(self.cx);
        let found = if builtin == Builtin::UnsafeSizeof {
            sizes.try_size(x.ty)
        } else {
            sizes.align(x.ty).ok_or(NoSize::Unknown)
        };
        let found = match found {
            Ok(found) => found,
            Err(NoSize::Unknown) => return None,
            Err(NoSize::TooLarge) => {
                let what = self.operand_text(x);
                self.error(x.expr, format!("{what} is too large"));
                return None;
            }
        };
        Some(Operand::constant(expr, uintptr, Value::from_i64(found)))
    }

    fn offset_of(&mut self, call: BuiltinCall) -> Option<Operand> {
        let &arg = self.tree()[call.args].first()?;
        let selector = self.tree().unparen(arg);
        let Expr::Selector { x: operand, sel } = self.tree()[selector] else {
            let text = self.expr_text(arg);
            let message = format!("invalid argument: {text} is not a selector expression");
            self.error(arg, message);
            self.use_expr(arg);
            return None;
        };
        let name = self.tree().name(sel)?;
        let x = self.expr(None, operand);
        if !x.is_valid() {
            return None;
        }
        let base = match self.under_kind(x.ty) {
            TypeKind::Pointer(base) if matches!(self.under_kind(*base), TypeKind::Struct(_)) => {
                *base
            }
            _ => x.ty,
        };
        let base_text = |checker: &Self| checker.type_text(base);
        let found = match lookup_field_or_method(self.cx, base, false, self.cx.package, name) {
            LookupResult::Found(found) => found,
            _ => {
                if !Self::is_invalid(self.under(base)) {
                    let message =
                        format!("invalid argument: {} has no single field {name}", base_text(self));
                    self.error(x.expr, message);
                }
                return None;
            }
        };
        let Selected::Field { .. } = found.selected else {
            let text = self.expr_text(arg);
            self.error(arg, format!("invalid argument: {text} is a method value"));
            return None;
        };
        if found.indirect {
            let message = format!(
                "invalid argument: field {name} is embedded via a pointer in {}",
                base_text(self)
            );
            self.error(x.expr, message);
            return None;
        }
        self.record_object(sel, Object::Field);
        let mode = if x.mode == Mode::Variable { Mode::Variable } else { Mode::Value };
        self.records().set_expr(selector, mode, found.ty);
        self.records().add_selection(
            selector,
            Selection {
                kind: SelectionKind::Field,
                receiver: base,
                path: found.path.as_slice().into(),
                selected: found.selected,
                indirect: false,
                ty: found.ty,
            },
        );
        let uintptr = TypeId::basic(BasicKind::Uintptr);
        if self.has_variable_size(base) {
            self.record_builtin(call, Some(uintptr), [found.ty]);
            return Some(Operand::new(call.expr, Mode::Value, uintptr));
        }
        let path = found.full_path();
        let Some(offset) = Sizes::new(self.cx).offset_of_path(base, &path) else {
            if Sizes::new(self.cx).try_size(base) == Err(NoSize::TooLarge) {
                let what = self.operand_text(&x);
                self.error(x.expr, format!("{what} is too large"));
            }
            return None;
        };
        Some(Operand::constant(call.expr, uintptr, Value::from_i64(offset)))
    }
}
