//! The built-in functions of package `unsafe`.

use super::builtin::BuiltinCall;
use super::call::Operands;
use super::context::State;
use super::{Checker, Operand};
use crate::constant::Value;
use crate::ids::DeclId;
use crate::info::{Mode, Selected, Selection, SelectionKind};
use crate::lookup::{LookupResult, lookup_field_or_method};
use crate::object::{Builtin, Object};
use crate::sizes::{NoSize, Sizes};
use crate::ty::{BasicKind, TypeId, TypeKind};
use gossa_base::FxHashSet;
use gossa_syntax::{Expr, ExprId};

/// How many types one question about a size looks at, and how deep they may contain each other.
const MAX_SIZED: usize = 10_000;
const MAX_SIZED_DEPTH: usize = 1_000;

/// A search for what makes a size vary.
struct SizeSearch {
    /// Defined types of the package that each contain the next.
    path: Vec<TypeId>,
    /// Other defined types that were looked at.
    seen: FxHashSet<TypeId>,
}

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

    /// Whether the size of a type depends on a type parameter; or on itself, which is reported.
    fn has_variable_size(&self, ty: TypeId) -> bool {
        let mut search = SizeSearch { path: Vec::new(), seen: FxHashSet::default() };
        super::with_stack(|| self.size_varies(ty, &mut search))
    }

    fn size_varies(&self, ty: TypeId, search: &mut SizeSearch) -> bool {
        let ty = ty.unalias();
        match ty.kind() {
            TypeKind::TypeParam(_) => true,
            TypeKind::Array { elem, .. } => self.size_varies(*elem, search),
            TypeKind::Struct(fields) => {
                fields.iter().any(|field| self.size_varies(field.ty, search))
            }
            TypeKind::Named { decl, .. }
                if decl.package() == self.cx.package && decl.parent().is_none() =>
            {
                super::with_stack(|| self.named_size_varies(ty, *decl, search))
            }
            TypeKind::Named { .. } => {
                search.seen.len() < MAX_SIZED
                    && search.seen.insert(ty)
                    && super::with_stack(|| self.size_varies(self.under(ty), search))
            }
            _ => false,
        }
    }

    /// [`Self::size_varies`] for a type that the package declares. In a function body its declaration
    /// was checked, so that no cycle is found there.
    fn named_size_varies(&self, ty: TypeId, decl: DeclId, search: &mut SizeSearch) -> bool {
        let known = self.cx.state().and_then(|state| state.sizes.borrow().get(&ty).copied());
        if let Some(known) = known {
            return known;
        }
        let Some(state) = self.cx.state() else {
            return search.seen.len() < MAX_SIZED
                && search.seen.insert(ty)
                && self.size_varies(self.under(ty), search);
        };
        if let Some(start) = search.path.iter().position(|&other| other == ty) {
            self.cx.report_size_cycle(&[], &search.path[start..]);
            return true;
        }
        if self.is_being_resolved(decl) {
            let outer = state.path.borrow().since(decl);
            self.cx.report_size_cycle(&outer, &search.path);
            return true;
        }
        // Types that expand without end are reported when all are known.
        if search.path.len() >= MAX_SIZED_DEPTH {
            return false;
        }
        search.path.push(ty);
        let varies = self.size_varies(self.under(ty), search);
        search.path.pop();
        state.sizes.borrow_mut().insert(ty, varies);
        varies
    }

    fn is_being_resolved(&self, decl: DeclId) -> bool {
        let entry = self.cx.state().and_then(|state| state.types.get(&decl));
        entry.is_some_and(|entry| entry.state.get() == State::InProgress)
    }

    fn layout(&self, expr: ExprId, x: &Operand, builtin: Builtin) -> Option<Operand> {
        let uintptr = TypeId::basic(BasicKind::Uintptr);
        if !self.cx.is_complete(x.ty) {
            return None;
        }
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
