//! Type expressions.

use super::scope::Entity;
use super::{Checker, Delayed, Operand, with_stack};
use crate::constant::{LiteralKind, Value};
use crate::decls::NoteKind;
use crate::ids::{DeclId, PackageId};
use crate::info::LocalKind;
use crate::info::Mode;
use crate::lookup::is_exported;
use crate::object::Object;
use crate::predicates::representation;
use crate::ty::{
    BasicKind, FieldType, InterfaceMethod, InterfaceType, TypeId, TypeKind, UnionTerm,
};
use crate::underlying::is_type_param;
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{BinaryOp, Expr, ExprId, FieldList, Tree, UnaryOp};
use std::collections::hash_map::Entry;

/// Unions with more terms are refused, as the compiler does.
pub(super) const MAX_UNION_TERMS: usize = 100;

impl Checker<'_> {
    /// A type that must not be generic without arguments.
    pub(super) fn typ(&mut self, expr: ExprId) -> TypeId {
        let (mut ty, generic) = self.type_internal(expr);
        if generic {
            let name = self.type_text(ty);
            self.error(expr, format!("cannot use generic type {name} without instantiation"));
            ty = TypeId::INVALID;
        }
        self.records().set_expr(expr, Mode::Type, ty);
        ty
    }

    /// A type that a variable may have: not a constraint.
    pub(super) fn var_type(&mut self, expr: ExprId) -> TypeId {
        let ty = self.typ(expr);
        self.valid_var_type(expr, ty);
        ty
    }

    /// Checks that a variable may have the type.
    pub(super) fn valid_var_type(&mut self, at: ExprId, ty: TypeId) {
        match ty.unalias().kind() {
            TypeKind::Named { .. } => {}
            TypeKind::Interface(interface) if !interface.embeds.is_empty() => {}
            _ => return,
        }
        self.defer(Delayed::VarType { at, ty });
    }

    /// What a type name denotes, and how many type arguments it needs.
    pub(super) fn type_name(&mut self, decl: DeclId) -> (TypeId, u32) {
        if let Some(&known) = self.scratch.type_names.get(&decl) {
            return known;
        }
        let found = self.cx.type_name(decl);
        if found.0 != TypeId::INVALID {
            self.scratch.type_names.insert(decl, found);
        }
        found
    }

    /// Whether a type is generic and has no arguments.
    pub(super) fn is_generic_type(&mut self, ty: TypeId) -> bool {
        match ty.kind() {
            TypeKind::Named { decl, .. } | TypeKind::Alias { decl, .. } => {
                let (plain, params) = self.type_name(*decl);
                params > 0 && plain == ty
            }
            _ => false,
        }
    }

    /// The type that an expression denotes, unrecorded, and whether it is generic without
    /// arguments.
    pub(super) fn type_internal(&mut self, expr: ExprId) -> (TypeId, bool) {
        match self.tree()[expr] {
            Expr::Ident(name) => {
                let x = self.type_ident(expr, name);
                self.type_operand(expr, &x)
            }
            Expr::Selector { x, sel } => {
                let x = self.selector(expr, x, sel, true);
                self.type_operand(expr, &x)
            }
            other => with_stack(|| (self.type_literal(expr, other), false)),
        }
    }

    /// Evaluates an identifier that must be a type.
    fn type_ident(&mut self, expr: ExprId, name: Name) -> Operand {
        let Some(found) = self.lookup(name) else {
            return self.ident(expr, name);
        };
        let is_type = matches!(
            found,
            super::expr::Resolved::Local(Entity::Type(_) | Entity::TypeParam(_))
                | super::expr::Resolved::Object(Object::TypeName(_) | Object::BasicType(_), _)
        );
        if is_type {
            if let super::expr::Resolved::Object(Object::TypeName(decl), _) = found
                && self.place.header.is_some()
                && decl.package() == self.cx.package
                && !self.cx.name_type(decl)
            {
                self.record_object(expr, Object::TypeName(decl));
                return Operand::invalid(expr);
            }
            return self.ident(expr, name);
        }
        let kind = match found {
            super::expr::Resolved::Local(Entity::Local(local)) => {
                self.mark_used(local);
                match self.records().local(local).kind {
                    LocalKind::Var => "local variable",
                    LocalKind::Result => "result variable",
                    LocalKind::Receiver => "receiver",
                    LocalKind::Param => "parameter",
                }
            }
            super::expr::Resolved::Local(_) => "constant",
            super::expr::Resolved::Object(object, _) => match object {
                Object::Const(_) => "constant",
                Object::Var(_) => "package-level variable",
                Object::Func(_) => "function",
                Object::Builtin(_) => "built-in function",
                Object::Nil => "untyped nil",
                Object::Package(_) => "package name",
                _ => "name",
            },
        };
        self.error(expr, format!("{name} ({kind}) is not a type"));
        Operand::invalid(expr)
    }

    fn type_operand(&mut self, expr: ExprId, x: &Operand) -> (TypeId, bool) {
        match x.mode {
            Mode::Type => (x.ty, self.is_generic_type(x.ty)),
            Mode::Invalid => (TypeId::INVALID, false),
            Mode::NoValue => {
                let what = self.operand_text(x);
                self.error(expr, format!("{what} used as type"));
                (TypeId::INVALID, false)
            }
            _ => {
                let what = self.operand_text(x);
                self.error(expr, format!("{what} is not a type"));
                (TypeId::INVALID, false)
            }
        }
    }

    fn type_literal(&mut self, expr: ExprId, syntax: Expr) -> TypeId {
        match syntax {
            Expr::Bad => TypeId::INVALID,
            Expr::Paren(inner) => self.typ(inner),
            Expr::Index { x, indices } => {
                self.require_version(18, expr, |_| "type instantiation".to_owned());
                self.instantiated_type(expr, x, indices)
            }
            Expr::Star(base) => {
                let base = self.var_type(base);
                if Self::is_invalid(base) { TypeId::INVALID } else { TypeId::pointer(base) }
            }
            Expr::ArrayType { len: None, elem } => {
                let elem = self.var_type(elem);
                TypeId::slice(elem)
            }
            Expr::ArrayType { len: Some(len), elem } => {
                let len = match self.tree()[len] {
                    Expr::Ellipsis(_) => {
                        let message = "invalid use of [...] array (outside a composite literal)";
                        self.error(expr, message);
                        None
                    }
                    _ => self.array_length(len),
                };
                let elem = self.var_type(elem);
                match len {
                    Some(len) => TypeId::new(TypeKind::Array { elem, len }),
                    None => TypeId::INVALID,
                }
            }
            Expr::MapType { key, value } => {
                let key_type = self.var_type(key);
                let value = self.var_type(value);
                self.defer(Delayed::MapKey { at: key, ty: key_type });
                TypeId::new(TypeKind::Map { key: key_type, value })
            }
            Expr::ChanType { dir, elem } => {
                let elem = self.var_type(elem);
                TypeId::new(TypeKind::Chan { dir, elem })
            }
            Expr::FuncType(signature) => self.function_type(signature),
            Expr::StructType(fields) => self.struct_type(fields),
            Expr::InterfaceType(fields) => self.interface_type(fields),
            Expr::Ellipsis(_) => {
                self.error(expr, "invalid use of ...");
                TypeId::INVALID
            }
            _ => {
                let text = self.expr_text(expr);
                self.error(expr, format!("{text} is not a type"));
                self.use_expr(expr);
                TypeId::INVALID
            }
        }
    }

    /// The length of an array type; `None` after an error.
    fn array_length(&mut self, expr: ExprId) -> Option<i64> {
        if let Expr::Ident(name) = self.tree()[expr] {
            match self.lookup(name) {
                None => {
                    let message =
                        format!("undefined array length {name} or missing type constraint");
                    self.error(expr, message);
                    return None;
                }
                Some(
                    super::expr::Resolved::Local(Entity::Const(_))
                    | super::expr::Resolved::Object(Object::Const(_), _),
                ) => {}
                Some(super::expr::Resolved::Local(Entity::Local(local))) => {
                    self.mark_used(local);
                    self.error(expr, format!("invalid array length {name}"));
                    return None;
                }
                Some(_) => {
                    self.error(expr, format!("invalid array length {name}"));
                    return None;
                }
            }
        }
        let x = self.expr(None, expr);
        if !x.is_valid() {
            return None;
        }
        if !x.is_constant() {
            let what = self.operand_text(&x);
            self.error(expr, format!("array length {what} must be constant"));
            return None;
        }
        let is_integer = self.is_basic(x.ty, BasicKind::is_integer);
        if x.is_untyped() || is_integer {
            let value = x.value.to_int();
            if value.is_unknown() && x.value.is_unknown() {
                return None;
            }
            let fits = representation(self.cx, BasicKind::Int)
                .is_some_and(|range| value.represent(range).is_some());
            if let Some(length) = value.as_i64()
                && fits
                && length >= 0
            {
                return Some(length);
            }
        }
        let what = self.operand_text(&x);
        let message = if is_integer {
            format!("invalid array length {what}")
        } else {
            format!("array length {what} must be integer")
        };
        self.error(expr, message);
        None
    }

    fn struct_type(&mut self, list: FieldList) -> TypeId {
        let tree = self.tree();
        let mut fields: Vec<FieldType> = Vec::with_capacity(tree[list].len());
        let mut idents: Vec<ExprId> = Vec::with_capacity(tree[list].len());
        for field in &tree[list] {
            let ty = self.var_type(field.ty);
            let tag = field.tag.and_then(|tag| self.tag(tag));
            let names = &tree[field.names];
            let embedded = names.is_empty();
            if embedded {
                match embedded_ident(tree, field.ty) {
                    Some(ident) => {
                        if let Some(name) = tree.name(ident) {
                            let package = self.package_of(name);
                            fields.push(FieldType { name, package, ty, embedded, tag });
                            idents.push(ident);
                        }
                    }
                    None => {
                        let text = self.expr_text(field.ty);
                        self.error(field.ty, format!("embedded field type {text} has no name"));
                    }
                }
                self.defer(Delayed::Embedded { at: field.ty, ty });
                continue;
            }
            for &ident in names {
                let Some(name) = tree.name(ident) else { continue };
                let package = self.package_of(name);
                fields.push(FieldType { name, package, ty, embedded, tag });
                idents.push(ident);
                self.record_object(ident, Object::Field);
            }
        }
        self.drop_duplicate_fields(&mut fields, &idents);
        TypeId::new(TypeKind::Struct(fields.into()))
    }

    fn drop_duplicate_fields(&self, fields: &mut Vec<FieldType>, idents: &[ExprId]) {
        let mut seen: FxHashMap<Name, ExprId> = FxHashMap::default();
        let mut at = 0;
        fields.retain(|field| {
            let ident = idents[at];
            at += 1;
            if field.name.is_blank() {
                return true;
            }
            match seen.entry(field.name) {
                Entry::Vacant(entry) => {
                    entry.insert(ident);
                    true
                }
                Entry::Occupied(other) => {
                    let message = format!("{} redeclared", field.name);
                    let kind = NoteKind::Text(format!("other declaration of {}", field.name));
                    self.error_with(ident, message, false, vec![self.note(*other.get(), kind)]);
                    false
                }
            }
        });
    }

    /// The package that an unexported name belongs to.
    pub(super) fn package_of(&self, name: Name) -> Option<PackageId> {
        (!is_exported(name)).then_some(self.cx.package)
    }

    fn tag(&self, tag: ExprId) -> Option<Name> {
        let Expr::BasicLit { text, .. } = self.tree()[tag] else { return None };
        let value = Value::from_literal(LiteralKind::String, self.tree().text(text)).ok()?;
        let text = String::from_utf8_lossy(value.as_bytes()?).into_owned();
        (!text.is_empty()).then(|| Name::new(&text))
    }

    fn interface_type(&mut self, list: FieldList) -> TypeId {
        let tree = self.tree();
        let mut methods: Vec<InterfaceMethod> = Vec::new();
        let mut embeds = Vec::new();
        let mut embed_exprs = Vec::new();
        let mut seen: FxHashMap<Name, ExprId> = FxHashMap::default();
        for field in &tree[list] {
            let Some(&ident) = tree[field.names].first() else {
                embeds.push(self.union(field.ty));
                embed_exprs.push(field.ty);
                continue;
            };
            let Some(name) = tree.name(ident) else { continue };
            if name.is_blank() {
                self.error(ident, "methods must have a unique non-blank name");
                continue;
            }
            let signature = self.typ(field.ty);
            self.record_object(ident, Object::InterfaceMethod);
            if let Expr::FuncType(syntax) = tree[field.ty]
                && !tree[tree[syntax].type_params].is_empty()
            {
                self.error(field.ty, "interface methods cannot have type parameters");
            }
            if !matches!(signature.kind(), TypeKind::Signature(_)) {
                continue;
            }
            if let Some(&other) = seen.get(&name) {
                let message = format!("duplicate method {name}");
                let kind = NoteKind::Text(format!("other declaration of method {name}"));
                self.error_with(ident, message, false, vec![self.note(other, kind)]);
                continue;
            }
            seen.insert(name, ident);
            methods.push(InterfaceMethod { name, package: self.package_of(name), signature });
        }
        methods.sort_by_key(|method| method.name.as_str());
        let has_embeds = !embeds.is_empty();
        let ty = TypeId::new(TypeKind::Interface(InterfaceType {
            methods: methods.into(),
            embeds: embeds.into(),
            implicit: false,
        }));
        if has_embeds {
            self.defer(Delayed::Interface { ty, embeds: embed_exprs.into(), idents: seen });
        }
        ty
    }

    /// An embedded element of an interface: a type, `~T`, or a union of such.
    pub(super) fn union(&mut self, expr: ExprId) -> TypeId {
        let tree = self.tree();
        let mut chain = Vec::new();
        let mut operands = Vec::new();
        let mut left = expr;
        while let Expr::Binary { op: BinaryOp::Or, x, y } = tree[left] {
            chain.push(left);
            operands.push(y);
            left = x;
        }
        operands.push(left);
        operands.reverse();
        let single = operands.len() == 1;
        let mut terms = Vec::with_capacity(operands.len());
        let mut valid = true;
        for &operand in &operands {
            let (tilde, ty) = self.union_term(operand);
            if single && !tilde {
                return ty;
            }
            if Self::is_invalid(ty) {
                valid = false;
            }
            terms.push(UnionTerm { tilde, ty });
        }
        if terms.len() > MAX_UNION_TERMS {
            self.error(operands[MAX_UNION_TERMS], too_many_terms());
            return TypeId::INVALID;
        }
        if !valid {
            return TypeId::INVALID;
        }
        let union = TypeId::new(TypeKind::Union(terms.as_slice().into()));
        for (length, &at) in (2..).zip(chain.iter().rev()) {
            let prefix = TypeKind::Union(terms[..length].into());
            self.records().set_expr(at, Mode::Type, TypeId::new(prefix));
        }
        self.defer(Delayed::Union { operands: operands.into(), terms: terms.into() });
        union
    }

    fn union_term(&mut self, expr: ExprId) -> (bool, TypeId) {
        let (tilde, operand) = match self.tree()[expr] {
            Expr::Unary { op: UnaryOp::Tilde, x } => (true, x),
            _ => (false, expr),
        };
        let mut ty = self.typ(operand);
        if is_type_param(ty) {
            let message = if tilde {
                format!("type in term {} cannot be a type parameter", self.expr_text(expr))
            } else {
                "term cannot be a type parameter".to_owned()
            };
            // A single type parameter is refused where the interface is used as a constraint.
            self.error(operand, message);
            ty = TypeId::INVALID;
        }
        if tilde && !Self::is_invalid(ty) {
            let union = TypeKind::Union(Box::new([UnionTerm { tilde, ty }]));
            self.records().set_expr(expr, Mode::Type, TypeId::new(union));
        }
        (tilde, ty)
    }
}

/// The identifier that names an embedded field.
pub(super) fn embedded_ident(tree: &Tree, mut ty: ExprId) -> Option<ExprId> {
    loop {
        ty = match tree[ty] {
            Expr::Ident(_) => return Some(ty),
            Expr::Star(base) if !matches!(tree[base], Expr::Star(_)) => base,
            Expr::Selector { sel, .. } => return Some(sel),
            Expr::Index { x, .. } => x,
            // The parser reports the parentheses.
            Expr::Paren(inner) => inner,
            _ => return None,
        };
    }
}

pub(super) fn too_many_terms() -> String {
    format!("cannot handle more than {MAX_UNION_TERMS} union terms (implementation limitation)")
}
