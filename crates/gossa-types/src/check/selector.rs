//! Selectors: qualified identifiers, fields, methods, method expressions.

use super::expr::Resolved;
use super::{Checker, Operand};
use crate::cgo::{CgoEntity, CgoUse, is_special};
use crate::ids::PackageId;
use crate::implements::pointer_message;
use crate::info::{Mode, Selected, Selection, SelectionKind};
use crate::lookup::{
    Found, LookupResult, is_exported, is_interface_pointer, lookup_field_or_method,
    lookup_ignoring_case, struct_fields,
};
use crate::object::{Builtin, Object};
use crate::resolver::Resolver;
use crate::ty::{BasicKind, Param, SignatureType, TypeId, TypeKind};
use gossa_base::Name;
use gossa_syntax::{Expr, ExprId};

impl Checker<'_> {
    /// `x.sel`; with `want_type` set, only a type will do.
    pub(super) fn selector(
        &mut self,
        expr: ExprId,
        operand: ExprId,
        sel: ExprId,
        want_type: bool,
    ) -> Operand {
        let Some(name) = self.tree().name(sel) else { return Operand::invalid(expr) };
        if let Expr::Ident(qualifier) = self.tree()[operand]
            && let Some(Resolved::Object(object @ Object::Package(package), _)) =
                self.lookup(qualifier)
        {
            self.record_object(operand, object);
            self.use_import(qualifier);
            return self.qualified(expr, sel, name, qualifier, package, want_type);
        }
        let x = self.expr_or_type(operand, false);
        if !x.is_valid() {
            return Operand::invalid(expr);
        }
        if x.mode == Mode::Builtin {
            let what = self.operand_text(&x);
            self.error(sel, format!("invalid use of {what} in selector expression"));
            return Operand::invalid(expr);
        }
        if name.is_blank() {
            let (text, ty) = (self.expr_text(expr), self.type_text(x.ty));
            self.error(sel, format!("{text} undefined (type {ty} has no field or method _)"));
            return Operand::invalid(expr);
        }
        if want_type {
            // A declaration that selects from itself.
            let instance = matches!(
                x.ty.unalias().kind(),
                TypeKind::Named { decl, args } if !args.is_empty() && decl.parent().is_none()
            );
            if self.is_open_type(x.ty) || !instance && self.leads_to_invalid(x.ty) {
                return Operand::invalid(expr);
            }
            let text = self.expr_text(expr);
            self.error(sel, format!("{text} is not a type"));
            return Operand::invalid(expr);
        }
        let addressable = x.mode == Mode::Variable;
        let result = lookup_field_or_method(self.cx, x.ty, addressable, self.cx.package, name);
        match result {
            LookupResult::Found(found) if found.is_method() => {
                self.selected_method(expr, sel, &x, found)
            }
            LookupResult::Found(found) => self.selected_field(expr, sel, &x, name, found),
            other => {
                self.report_selector(sel, &x, name, &other);
                Operand::invalid(expr)
            }
        }
    }

    fn selected_field(
        &mut self,
        expr: ExprId,
        sel: ExprId,
        x: &Operand,
        name: Name,
        found: Found,
    ) -> Operand {
        if x.mode == Mode::Type {
            let ty = self.type_text(x.ty);
            let message = format!("operand for field selector {name} must be value of type {ty}");
            self.error(x.expr, message);
            return Operand::invalid(expr);
        }
        self.record_object(sel, Object::Field);
        let mode =
            if x.mode == Mode::Variable || found.indirect { Mode::Variable } else { Mode::Value };
        let ty = found.ty;
        self.records().add_selection(
            expr,
            Selection {
                kind: SelectionKind::Field,
                receiver: x.ty,
                path: found.path.as_slice().into(),
                selected: found.selected,
                indirect: found.indirect,
                ty,
            },
        );
        if Self::is_invalid(ty) {
            return Operand::invalid(expr);
        }
        Operand::new(expr, mode, ty)
    }

    fn selected_method(&mut self, expr: ExprId, sel: ExprId, x: &Operand, found: Found) -> Operand {
        match found.selected {
            Selected::Method { decl } => {
                // The compiler orders initializations as if methods of instances mentioned nothing.
                let of_instance =
                    || self.cx.method_info(decl).is_some_and(|info| info.receiver_params > 0);
                if decl.package() == self.cx.package && !of_instance() {
                    self.add_reference(decl);
                }
                self.cx.check_method_cycle(decl);
                self.record_object(sel, Object::Func(decl));
            }
            _ => self.record_object(sel, Object::InterfaceMethod),
        }
        let is_type = x.mode == Mode::Type;
        let signature = found.ty;
        self.records().add_selection(
            expr,
            Selection {
                kind: if is_type { SelectionKind::MethodExpr } else { SelectionKind::Method },
                receiver: x.ty,
                path: found.path.as_slice().into(),
                selected: found.selected,
                indirect: found.indirect,
                ty: signature,
            },
        );
        let TypeKind::Signature(method) = signature.unalias().kind() else {
            return Operand::invalid(expr);
        };
        if !is_type {
            return Operand::new(expr, Mode::Value, signature);
        }
        // The receiver becomes the first parameter.
        let named = method.params.first().is_some_and(|param| param.name.is_some());
        let name = match found.selected {
            Selected::Method { decl } => self.cx.receiver_name(decl),
            _ => None,
        };
        let name = named.then(|| name.unwrap_or_else(|| Name::new("_")));
        let receiver = Param { name, ty: x.ty };
        let params = std::iter::once(receiver).chain(method.params.iter().copied()).collect();
        let ty = TypeId::new(TypeKind::Signature(SignatureType { params, ..method.clone() }));
        Operand::new(expr, Mode::Value, ty)
    }

    fn report_selector(&self, sel: ExprId, x: &Operand, name: Name, result: &LookupResult) {
        if Self::is_invalid(self.under(x.ty)) {
            return;
        }
        if let TypeKind::Pointer(base) = self.under_kind(x.ty)
            && Self::is_invalid(self.under(*base))
        {
            return;
        }
        let text = self.expr_text(x.expr);
        let message = match result {
            LookupResult::Ambiguous(_) => format!("ambiguous selector {text}.{name}"),
            LookupResult::NeedsPointerReceiver(_) => {
                let ty = self.type_text(x.ty);
                if x.mode == Mode::Type {
                    format!(
                        "invalid method expression {ty}.{name} (needs pointer receiver \
                         (*{ty}).{name})"
                    )
                } else {
                    format!("cannot call pointer method {name} on {ty}")
                }
            }
            _ => {
                let why = if is_interface_pointer(self.cx, x.ty) {
                    self.with_printer(|printer| pointer_message(self.cx, x.ty, printer))
                } else {
                    let addressable = x.mode == Mode::Variable;
                    let similar =
                        lookup_ignoring_case(self.cx, x.ty, addressable, self.cx.package, name)
                            .found();
                    let described = similar.as_ref().map(|found| self.found_name(found));
                    let similar = similar
                        .as_ref()
                        .zip(described)
                        .map(|(found, (name, package))| (found, name, package));
                    self.lookup_error(x.ty, name, similar, false)
                };
                format!("{text}.{name} undefined ({why})")
            }
        };
        self.error(sel, message);
    }

    /// Name and declaring package of what a look-up found; no package: this one.
    pub(super) fn found_name(&self, found: &Found) -> (Name, Option<PackageId>) {
        let own = Some(self.cx.package);
        match found.selected {
            Selected::Method { decl } => (decl.name(), Some(decl.package())),
            Selected::InterfaceMethod { name } => (name, own),
            Selected::Field { index } => {
                let field = struct_fields(self.cx, found.holder)
                    .and_then(|fields| fields.get(index as usize));
                match field {
                    Some(field) => {
                        let holder = match found.holder.unalias().kind() {
                            TypeKind::Named { decl, .. } => Some(decl.package()),
                            _ => None,
                        };
                        (field.name, field.package.or(holder).or(own))
                    }
                    None => (Name::new("_"), own),
                }
            }
        }
    }

    /// `package.name`
    fn qualified(
        &mut self,
        expr: ExprId,
        sel: ExprId,
        name: Name,
        qualifier: Name,
        package: PackageId,
        want_type: bool,
    ) -> Operand {
        if package == PackageId::unsafe_package() {
            return self.unsafe_name(expr, sel, name, qualifier);
        }
        if package.as_str() == "C" {
            return self.cgo_name(expr, sel, name, want_type);
        }
        let Some(decls) = self.cx.decls(package) else {
            // The loader reported it.
            return Operand::invalid(expr);
        };
        let Some(&object) = decls.scope.get(&name) else {
            if !name.is_blank() {
                let similar = decls
                    .scope
                    .keys()
                    .filter(|other| {
                        is_exported(**other) && other.as_str().eq_ignore_ascii_case(name.as_str())
                    })
                    .min_by_key(|other| other.as_str());
                let message = match similar {
                    Some(other) => format!("undefined: {qualifier}.{name} (but have {other})"),
                    None => format!("undefined: {qualifier}.{name}"),
                };
                self.error(sel, message);
            }
            return Operand::invalid(expr);
        };
        if !is_exported(name) {
            self.error(sel, format!("name {name} not exported by package {}", decls.name));
        }
        self.object_operand(expr, sel, object)
    }

    fn unsafe_name(&mut self, expr: ExprId, sel: ExprId, name: Name, qualifier: Name) -> Operand {
        let object = if name.as_str() == "Pointer" {
            Object::BasicType(BasicKind::UnsafePointer)
        } else {
            let found = Builtin::ALL
                .iter()
                .find(|(builtin, text)| builtin.is_unsafe() && *text == name.as_str());
            let Some(&(builtin, _)) = found else {
                self.error(sel, format!("undefined: {qualifier}.{name}"));
                return Operand::invalid(expr);
            };
            Object::Builtin(builtin)
        };
        self.object_operand(expr, sel, object)
    }

    /// `C.name`
    fn cgo_name(&mut self, expr: ExprId, sel: ExprId, name: Name, want_type: bool) -> Operand {
        self.record_object(sel, Object::C);
        let used = if want_type {
            CgoUse::Type
        } else if self.callee == Some(expr) {
            CgoUse::Call
        } else {
            CgoUse::Value
        };
        let Some(cgo) = self.cx.cgo() else { return Operand::invalid(expr) };
        let file = self.place.source.file as usize;
        if let Some(message) = cgo.refusal(file, name) {
            self.error(expr, message.to_owned());
        }
        match cgo.resolve(file, name, used) {
            CgoEntity::Type(ty) => Operand::new(expr, Mode::Type, ty),
            // These two are not as cgo declares them: allocation cannot fail, and names of cgo
            // itself are Go functions.
            CgoEntity::Func(ty) if is_special(name.as_str()) => Operand::new(expr, Mode::Value, ty),
            CgoEntity::Func(ty) => Operand::new(expr, Mode::CgoFunc, ty),
            CgoEntity::Var(ty) => Operand::new(expr, Mode::Variable, ty),
            CgoEntity::Constant(ty, value) => Operand::constant(expr, ty, value),
            CgoEntity::Value(ty) => Operand::new(expr, Mode::Value, ty),
            CgoEntity::Unknown => Operand::invalid(expr),
            CgoEntity::Undeclared => {
                self.error(expr, format!("could not determine what C.{name} refers to"));
                Operand::invalid(expr)
            }
        }
    }
}
