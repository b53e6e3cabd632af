//! Instantiation: of generic types, and of generic functions with explicit or inferred arguments.

use super::{Checker, Delayed, Operand, Target};
use crate::decls::{At, Note, NoteKind};
use crate::infer::{InferError, InferErrorKind, infer_assignment};
use crate::info::Mode;
use crate::subst::{instantiate_signature, substitute};
use crate::ty::{SignatureType, TypeId, TypeKind, TypeList};
use gossa_syntax::{ExprId, ExprList};
use smallvec::SmallVec;

/// Type arguments.
pub(super) type Types = SmallVec<[TypeId; 4]>;

impl Checker<'_> {
    /// `T[A, B]` as a type.
    pub(super) fn instantiated_type(
        &mut self,
        expr: ExprId,
        generic: ExprId,
        indices: ExprList,
    ) -> TypeId {
        let (base, is_generic) = self.type_internal(generic);
        self.records().set_expr(generic, Mode::Type, base);
        if Self::is_invalid(base) {
            self.type_list(indices);
            return TypeId::INVALID;
        }
        if !is_generic {
            let (text, ty) = (self.expr_text(expr), self.type_text(base));
            self.error(expr, format!("invalid operation: {text} ({ty} is not a generic type)"));
            return TypeId::INVALID;
        }
        let (TypeKind::Named { decl, .. } | TypeKind::Alias { decl, .. }) = base.kind() else {
            return TypeId::INVALID;
        };
        let Some(args) = self.type_list(indices) else { return TypeId::INVALID };
        let wanted = self.type_name(*decl).1 as usize;
        if args.len() != wanted {
            let quantity = if args.len() < wanted { "not enough" } else { "too many" };
            let name = decl.name();
            let message = format!(
                "{quantity} type arguments for type {name}: have {}, want {wanted}",
                args.len()
            );
            self.error(expr, message);
            // It is a type of its own all the same, whose underlying type is not known.
            return match base.kind() {
                TypeKind::Named { decl, args: outer } => {
                    let all: Types = outer.iter().chain(&args).copied().collect();
                    TypeId::named(*decl, TypeList::new(&all))
                }
                _ => TypeId::INVALID,
            };
        }
        let params = crate::Resolver::type_params_of(self.cx, *decl);
        let ident = self.name_ident(generic);
        let instance = match base.kind() {
            TypeKind::Named { decl, args: outer } => {
                let all: Types = outer.iter().chain(&args).copied().collect();
                TypeId::named(*decl, TypeList::new(&all))
            }
            TypeKind::Alias { decl, actual, .. } => {
                let own = &params[params.len() - wanted..];
                TypeId::new(TypeKind::Alias {
                    decl: *decl,
                    args: TypeList::new(&args),
                    actual: substitute(*actual, own, &args),
                })
            }
            _ => return TypeId::INVALID,
        };
        let args = TypeList::new(&args);
        self.records().add_instance(ident, args);
        let params: Box<[_]> = params[params.len() - wanted..].into();
        if let TypeKind::Named { .. } = base.kind() {
            self.note_instantiation(expr, &self.tree()[indices], &params, args);
        }
        let at = expr.into();
        self.defer(Delayed::Instance { at, indices: Some(indices), params, args });
        instance
    }

    /// Type arguments; `None` when one of them is invalid.
    pub(super) fn type_list(&mut self, list: ExprList) -> Option<Types> {
        let mut types = Types::new();
        let mut valid = true;
        for &expr in &self.tree()[list] {
            let ty = self.var_type(expr);
            valid &= !Self::is_invalid(ty);
            types.push(ty);
        }
        valid.then_some(types)
    }

    /// `f[A, B]` for a generic function `x`; missing arguments are inferred from `target` or
    /// from the constraints.
    pub(super) fn instantiate_function(
        &mut self,
        target: Option<TypeId>,
        x: &mut Operand,
        expr: ExprId,
        indices: ExprList,
    ) {
        x.expr = expr;
        self.require_version(18, expr, |_| "function instantiation".to_owned());
        let Some(args) = self.function_args(x, indices) else {
            x.invalidate();
            return;
        };
        if let TypeKind::Signature(signature) = x.ty.kind()
            && args.len() < signature.type_params.len()
        {
            self.instantiate_from_target_with(target, x, &args, Some(indices));
            return;
        }
        self.instantiate(x, &args, Some(indices));
    }

    /// The type arguments written after a generic function, at most as many as it has parameters.
    pub(super) fn function_args(&mut self, x: &Operand, indices: ExprList) -> Option<Types> {
        let args = self.type_list(indices)?;
        let TypeKind::Signature(signature) = x.ty.kind() else { return None };
        let wanted = signature.type_params.len();
        if args.len() > wanted {
            let at = self.tree()[indices][wanted];
            let message = format!("got {} type arguments but want {wanted}", args.len());
            self.error(at, message);
            return None;
        }
        Some(args)
    }

    /// Gives the generic function `x` its type arguments, all of them.
    pub(super) fn instantiate(
        &mut self,
        x: &mut Operand,
        args: &[TypeId],
        indices: Option<ExprList>,
    ) {
        let TypeKind::Signature(signature) = x.ty.kind() else { return };
        let at = Self::instantiated_at(x.expr, indices);
        x.ty = self.instantiated_signature(x.expr, at, x.ty, signature, args, indices);
        x.mode = Mode::Value;
    }

    /// Where errors about inferred type arguments of a function that is not called are.
    fn instantiated_at(expr: ExprId, indices: Option<ExprList>) -> At {
        if indices.is_some() { At::token(expr) } else { expr.into() }
    }

    /// The signature with its type arguments, which are recorded and will be verified; errors
    /// about inferred ones are at `at`.
    pub(super) fn instantiated_signature(
        &mut self,
        expr: ExprId,
        at: At,
        ty: TypeId,
        signature: &'static SignatureType,
        args: &[TypeId],
        indices: Option<ExprList>,
    ) -> TypeId {
        let instance = instantiate_signature(ty, &signature.type_params, args);
        let args = TypeList::new(args);
        self.records().add_instance(self.name_ident(expr), args);
        let params = signature.type_params.clone();
        let exprs = indices.map_or(&[][..], |list| &self.tree()[list]);
        self.note_instantiation(expr, exprs, &params, args);
        self.defer(Delayed::Instance { at, indices, params, args });
        instance
    }

    /// Infers the type arguments of the generic function `x` from what it is assigned to.
    pub(super) fn instantiate_from_target(
        &mut self,
        target: TypeId,
        x: &mut Operand,
        indices: Option<ExprList>,
    ) {
        self.instantiate_from_target_with(Some(target), x, &[], indices);
    }

    fn instantiate_from_target_with(
        &mut self,
        target: Option<TypeId>,
        x: &mut Operand,
        explicit: &[TypeId],
        indices: Option<ExprList>,
    ) {
        let allowed = self.allows(18)
            || indices.is_some()
            || self.require_version(18, x.expr, |_| "function instantiation".to_owned());
        if target.is_some() && allowed {
            self.require_version(21, x.expr, |_| {
                if indices.is_some() {
                    "partially instantiated function in assignment".to_owned()
                } else {
                    "implicitly instantiated function in assignment".to_owned()
                }
            });
        }
        match infer_assignment(self.cx, x.ty, explicit, target, self.allows(21)) {
            Ok(args) => self.instantiate(x, &args, indices),
            Err(error) => {
                let (message, notes) = self.infer_message(&error, &|_| self.target_text());
                if !message.is_empty() {
                    let at = Self::instantiated_at(x.expr, indices);
                    self.error_with(at, message, false, notes);
                }
                x.invalidate();
            }
        }
    }

    /// What a generic function is assigned to.
    fn target_text(&self) -> String {
        match self.target {
            Target::Unnamed => "variable in assignment".to_owned(),
            Target::Variable(name) => name.to_string(),
            Target::Expr(expr) => self.expr_text(expr),
            Target::Result => "result variable".to_owned(),
            Target::Conversion => "conversion".to_owned(),
        }
    }

    /// What an error of inference says.
    pub(super) fn infer_message(
        &self,
        error: &InferError,
        argument: &dyn Fn(usize) -> String,
    ) -> (String, Vec<Note>) {
        if let InferErrorKind::CannotInfer(param) = error.kind
            && let Some(note) = self.cx.type_param_note(param, NoteKind::InParentheses)
        {
            return (format!("cannot infer {} (declared", param.name()), vec![note]);
        }
        let message = self.with_printer(|printer| error.message(self.cx, printer, argument));
        (message, Vec::new())
    }
}
