//! Signatures, parameters, function literals, and the frame of a function body.

use super::scope::Entity;
use super::{Checker, Delayed, Function, Operand};
use crate::decls::NoteKind;
use crate::ids::TypeParamId;
use crate::info::{LocalKind, Mode};
use crate::object::{LocalId, Object};
use crate::ty::{Param, SignatureType, TypeId, TypeKind};
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{Expr, ExprId, FieldList, NodeId, SignatureId, StmtId};

impl Checker<'_> {
    /// A function type as a type expression.
    pub(super) fn function_type(&mut self, signature: SignatureId) -> TypeId {
        let tree = self.tree();
        let syntax = tree[signature];
        if let Some(field) = tree[syntax.type_params].first() {
            self.error(field.ty, "function type must have no type parameters");
        }
        let (ty, _) = self.signature(signature, Box::default(), None);
        ty
    }

    /// The type of a signature, and whether it is variadic. With `declare` set, the parameters and
    /// results become locals, in order, with their names in the innermost block, after the name of
    /// the receiver in it.
    pub(super) fn signature(
        &mut self,
        signature: SignatureId,
        type_params: Box<[TypeParamId]>,
        declare: Option<Option<(ExprId, LocalId, TypeId)>>,
    ) -> (TypeId, bool) {
        let syntax = self.tree()[signature];
        let (params, variadic) = self.params(syntax.params, true);
        let (results, _) = self.params(syntax.results, false);
        if let Some(receiver) = declare {
            // The names are in scope in the body only.
            if let Some((ident, local, ty)) = receiver {
                self.record_object(ident, Object::Local(local));
                self.records().set_expr(ident, Mode::Variable, ty);
                self.declare(ident, Entity::Local(local));
            }
            self.declare_params(syntax.params, &params, LocalKind::Param);
            self.declare_params(syntax.results, &results, LocalKind::Result);
        } else {
            self.check_param_names(&[syntax.params, syntax.results]);
        }
        let ty = SignatureType { type_params, params, results, variadic };
        (TypeId::new(TypeKind::Signature(ty)), variadic)
    }

    fn params(&mut self, list: FieldList, are_params: bool) -> (Box<[Param]>, bool) {
        let tree = self.tree();
        let fields = &tree[list];
        let mut params = Vec::with_capacity(fields.len());
        let mut variadic = false;
        let mut named = 0;
        for (index, field) in fields.iter().enumerate() {
            let names = &tree[field.names];
            let ty = match tree[field.ty] {
                Expr::Ellipsis(elem) => {
                    variadic = are_params && index + 1 == fields.len() && names.len() <= 1;
                    if !variadic {
                        self.soft_error(field.ty, "invalid use of ...");
                    }
                    let elem = elem.map_or(TypeId::INVALID, |elem| self.var_type(elem));
                    let ty = if variadic { TypeId::slice(elem) } else { elem };
                    self.records().set_expr(field.ty, Mode::Type, ty);
                    ty
                }
                _ => self.var_type(field.ty),
            };
            if names.is_empty() {
                params.push(Param { name: None, ty });
            }
            for &ident in names {
                named += 1;
                params.push(Param { name: tree.name(ident), ty });
            }
        }
        if named > 0 && named < params.len() {
            // The parser reports lists with both named and unnamed parameters.
            for param in &mut params {
                param.name.get_or_insert_with(|| Name::new("_"));
            }
        }
        (params.into(), variadic)
    }

    /// Parameters and results of a function type have different names.
    fn check_param_names(&self, lists: &[FieldList]) {
        let tree = self.tree();
        let mut seen: FxHashMap<Name, ExprId> = FxHashMap::default();
        for &list in lists {
            for field in &tree[list] {
                for &ident in &tree[field.names] {
                    let Some(name) = tree.name(ident).filter(|name| !name.is_blank()) else {
                        continue;
                    };
                    if let Some(&other) = seen.get(&name) {
                        let message = format!("{name} redeclared in this block");
                        let kind = NoteKind::Text(format!("other declaration of {name}"));
                        self.error_with(ident, message, false, vec![self.note(other, kind)]);
                    } else {
                        seen.insert(name, ident);
                    }
                }
            }
        }
    }

    fn declare_params(&mut self, list: FieldList, params: &[Param], kind: LocalKind) {
        let tree = self.tree();
        let mut params = params.iter();
        for field in &tree[list] {
            let names = &tree[field.names];
            if names.is_empty()
                && let Some(param) = params.next()
            {
                self.declare_param(None, param.ty, kind, field.ty);
            }
            for &ident in names {
                let Some(param) = params.next() else { return };
                self.declare_param(Some(ident), param.ty, kind, ident);
            }
        }
    }

    /// Declares a receiver, parameter or result.
    pub(super) fn declare_param(
        &mut self,
        ident: Option<ExprId>,
        ty: TypeId,
        kind: LocalKind,
        at: ExprId,
    ) {
        let name = ident.and_then(|ident| self.tree().name(ident));
        let local = self.add_local(name, Some(NodeId::from(at)), kind);
        self.mark_used(local);
        self.records().set_local_type(local, ty);
        let Some(ident) = ident else { return };
        self.record_object(ident, Object::Local(local));
        self.records().set_expr(ident, Mode::Variable, ty);
        self.declare(ident, Entity::Local(local));
    }

    /// A function literal. Its body is checked at once, but for a literal in a package-level
    /// declaration, which may mention what is being declared.
    pub(super) fn func_lit(
        &mut self,
        expr: ExprId,
        signature: SignatureId,
        body: StmtId,
    ) -> Operand {
        if self.place.header.is_some() && self.scratch.scopes.is_empty() {
            let ty = self.literal_type(signature);
            self.delayed.push(Delayed::FuncLit { expr, signature, body, iota: self.iota });
            return Operand::new(expr, Mode::Value, ty);
        }
        let ty = self.check_func_lit(expr, signature, body, None);
        Operand::new(expr, Mode::Value, ty)
    }

    /// The type of a function literal; its parameters are declared with its body.
    fn literal_type(&mut self, signature: SignatureId) -> TypeId {
        let syntax = self.tree()[signature];
        let (params, variadic) = self.params(syntax.params, true);
        let (results, _) = self.params(syntax.results, false);
        let ty = SignatureType { type_params: Box::default(), params, results, variadic };
        TypeId::new(TypeKind::Signature(ty))
    }

    /// Checks a function literal and its body; `known` is its type where that was evaluated.
    pub(super) fn check_func_lit(
        &mut self,
        expr: ExprId,
        signature: SignatureId,
        body: StmtId,
        known: Option<TypeId>,
    ) -> TypeId {
        let outer = self.function;
        let outer_flags = (self.has_label, self.has_call);
        self.function.literal = Some(expr);
        self.scratch.scopes.open();
        let first = self.records().local_count();
        let ty = known.unwrap_or_else(|| self.literal_type(signature));
        if let TypeKind::Signature(found) = ty.kind() {
            let syntax = self.tree()[signature];
            self.declare_params(syntax.params, &found.params, LocalKind::Param);
            self.declare_params(syntax.results, &found.results, LocalKind::Result);
        }
        if let TypeKind::Signature(signature) = ty.kind() {
            let first_result = (first + signature.params.len()) as u32;
            self.function =
                Function { signature: Some(signature), first_result, literal: Some(expr) };
        }
        self.func_body(body);
        self.scratch.scopes.close();
        self.function = outer;
        (self.has_label, self.has_call) = outer_flags;
        ty
    }

    /// The statements of a function whose parameters are declared in the innermost block.
    pub(super) fn func_body(&mut self, body: StmtId) {
        let tree = self.tree();
        let gossa_syntax::Stmt::Block(list) = tree[body] else { return };
        self.has_label = false;
        self.stmt_list(super::stmt::Flow::default(), &tree[list]);
        if self.has_label {
            self.check_labels(list);
        }
        let has_results =
            self.function.signature.is_some_and(|signature| !signature.results.is_empty());
        if has_results && !self.is_terminating_list(list) {
            self.error(NodeId::end_of(body), "missing return");
        }
    }
}
