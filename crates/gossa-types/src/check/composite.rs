//! Composite literals.

use super::{Checker, Operand};
use crate::constant::DuplicateKey;
use crate::decls::At;
use crate::info::{Mode, Selected};
use crate::lookup::{LookupResult, lookup_field_or_method, lookup_ignoring_case, path_names};
use crate::object::Object;
use crate::ty::{FieldType, TypeId, TypeKind};
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_syntax::{Expr, ExprId, ExprList};

impl Checker<'_> {
    /// `T{elements}`; `hint` is the type where it is left out.
    pub(super) fn composite_lit(
        &mut self,
        expr: ExprId,
        ty: Option<ExprId>,
        elements: ExprList,
        hint: Option<TypeId>,
    ) -> Operand {
        let tree = self.tree();
        let mut open_elem = None;
        let (ty, base) = match (ty, hint) {
            (Some(syntax), _) => {
                if let Expr::ArrayType { len: Some(len), elem } = tree[syntax]
                    && let Expr::Ellipsis(_) = tree[len]
                {
                    let elem = self.var_type(elem);
                    open_elem = Some((syntax, elem));
                    (TypeId::INVALID, TypeId::INVALID)
                } else {
                    let ty = self.typ(syntax);
                    (ty, ty)
                }
            }
            (None, Some(hint)) => {
                let under = self.common_under(hint);
                let base = match under.map(TypeId::kind) {
                    Some(TypeKind::Pointer(base)) => *base,
                    _ => hint,
                };
                (hint, base)
            }
            (None, None) => {
                self.error(expr, "missing type in composite literal");
                (TypeId::INVALID, TypeId::INVALID)
            }
        };
        let list = &tree[elements];
        if let Some((syntax, elem)) = open_elem {
            let len = self.indexed_elements(list, elem, None);
            let ty = TypeId::new(TypeKind::Array { elem, len });
            self.records().set_expr(syntax, Mode::Type, ty);
            return Operand::new(expr, Mode::Value, ty);
        }
        let open = self.is_open_type(base) || !self.cx.is_complete(base);
        let under = if open { Some(TypeId::INVALID) } else { self.common_under(base) };
        match under.map(TypeId::kind) {
            Some(TypeKind::Struct(fields)) => self.struct_elements(expr, list, base, fields),
            Some(TypeKind::Array { elem, len }) => {
                let length = usize::try_from(*len).ok().map(|_| *len);
                self.indexed_elements(list, *elem, length);
            }
            Some(TypeKind::Slice(elem)) => {
                self.indexed_elements(list, *elem, None);
            }
            Some(TypeKind::Map { key, value }) => self.map_elements(list, *key, *value),
            other => {
                for &element in list {
                    self.use_expr(element);
                }
                let invalid = matches!(other, Some(TypeKind::Basic(crate::BasicKind::Invalid)));
                if !invalid {
                    let element = if hint.is_some() { " element" } else { "" };
                    let cause = if other.is_none() { " (no common underlying type)" } else { "" };
                    let name = self.type_text(ty);
                    let message = format!("invalid composite literal{element} type {name}{cause}");
                    self.error(expr, message);
                }
                if !crate::underlying::has_wrong_length(self.cx, base) {
                    return Operand::invalid(expr);
                }
            }
        }
        Operand::new(expr, Mode::Value, ty)
    }

    fn struct_elements(
        &mut self,
        expr: ExprId,
        list: &[ExprId],
        base: TypeId,
        fields: &'static [FieldType],
    ) {
        let Some(&first) = list.first() else { return };
        if matches!(self.tree()[first], Expr::KeyValue { .. }) {
            self.keyed_fields(list, base);
            return;
        }
        for (index, &element) in list.iter().enumerate() {
            if matches!(self.tree()[element], Expr::KeyValue { .. }) {
                let message = "mixture of field:value and value elements in struct literal";
                self.error(element, message);
                continue;
            }
            let field = fields.get(index);
            let mut x = self.generic_expr(element, None);
            let Some(field) = field else {
                let name = self.type_text(base);
                let message = format!("too many values in struct literal of type {name}");
                self.error(element, message);
                for &rest in &list[index + 1..] {
                    self.use_expr(rest);
                }
                break;
            };
            if field.package.is_some_and(|package| package != self.cx.package) {
                let name = self.type_text(base);
                let message = format!(
                    "implicit assignment to unexported field {} in struct literal of type {name}",
                    field.name
                );
                self.error(element, message);
                continue;
            }
            self.assign(&mut x, Some(field.ty), "struct literal");
        }
        if list.len() < fields.len() {
            let hidden = fields
                .iter()
                .any(|field| field.package.is_some_and(|package| package != self.cx.package));
            let hint =
                if hidden { " (type has unexported fields - use key:value pairs)" } else { "" };
            let name = self.type_text(base);
            let message = format!("too few values in struct literal of type {name}{hint}");
            self.error(At::end(expr), message);
        }
    }

    fn keyed_fields(&mut self, list: &[ExprId], base: TypeId) {
        let tree = self.tree();
        let mut seen: FxHashMap<Box<[u32]>, Name> = FxHashMap::default();
        for &element in list {
            let Expr::KeyValue { key, value } = tree[element] else {
                let message = "mixture of field:value and value elements in struct literal";
                self.error(element, message);
                continue;
            };
            let mut x = self.generic_expr(value, None);
            let Some(name) = tree.name(key) else {
                let text = self.expr_text(key);
                let message = format!("invalid field name {text} in struct literal");
                self.error(element, message);
                continue;
            };
            let holder = self.common_under(base).unwrap_or(base);
            let found = match lookup_field_or_method(self.cx, holder, false, self.cx.package, name)
            {
                LookupResult::Found(found) => found,
                _ => {
                    self.unknown_field(key, name, base, holder);
                    continue;
                }
            };
            let Selected::Field { .. } = found.selected else {
                self.error(key, format!("{name} is not a field"));
                continue;
            };
            let path = found.full_path();
            if path.len() > 1
                && !self.require_version(27, key, |checker| {
                    format!(
                        "use of promoted field {} in struct literal of type {}",
                        path_names(checker.cx, holder, &path),
                        checker.type_text(base)
                    )
                })
            {
                continue;
            }
            if found.indirect {
                let message = format!("invalid implicit pointer indirection to reach {name}");
                self.error(key, message);
                continue;
            }
            self.record_object(key, Object::Field);
            self.assign(&mut x, Some(found.ty), "struct literal");
            self.check_duplicate_field(element, name, &path, &mut seen);
        }
    }

    fn unknown_field(&self, key: ExprId, name: Name, base: TypeId, holder: TypeId) {
        let similar = lookup_ignoring_case(self.cx, holder, false, self.cx.package, name).found();
        let described = similar.as_ref().map(|found| {
            let (name, package) = self.found_name(found);
            let declared = match base.unalias().kind() {
                TypeKind::Named { decl, .. } => Some(decl.package()),
                _ => package,
            };
            (name, declared)
        });
        let similar =
            similar.as_ref().zip(described).map(|(found, (name, package))| (found, name, package));
        let message = self.lookup_error(base, name, similar, true);
        self.error(key, message);
    }

    /// A field may be set once, and not both itself and a part of it.
    fn check_duplicate_field(
        &self,
        element: ExprId,
        name: Name,
        path: &[u32],
        seen: &mut FxHashMap<Box<[u32]>, Name>,
    ) {
        if seen.contains_key(path) {
            self.error(element, format!("duplicate field name {name} in struct literal"));
            return;
        }
        for length in 1..path.len() {
            if let Some(outer) = seen.get(&path[..length]) {
                let message = format!(
                    "cannot specify promoted field {name} and enclosing embedded field {outer}"
                );
                self.error(element, message);
                return;
            }
        }
        if path.len() == 1 {
            let inner = seen
                .iter()
                .filter(|(other, _)| other.len() > 1 && other.starts_with(path))
                .min_by_key(|(other, _)| (*other).clone())
                .map(|(_, name)| *name);
            if let Some(inner) = inner {
                let message = format!(
                    "cannot specify embedded field {name} and enclosed promoted field {inner}"
                );
                self.error(element, message);
                return;
            }
        }
        seen.insert(path.into(), name);
    }

    /// Elements of an array (of `length`, if known) or slice; returns the length of the literal.
    fn indexed_elements(&mut self, list: &[ExprId], elem: TypeId, length: Option<i64>) -> i64 {
        let tree = self.tree();
        let mut index: i64 = 0;
        let mut max: i64 = 0;
        // Only keys can repeat an index.
        let keyed = list.iter().any(|&element| matches!(tree[element], Expr::KeyValue { .. }));
        let mut seen: FxHashSet<i64> = FxHashSet::default();
        for &element in list {
            let mut value = element;
            let mut valid = false;
            if let Expr::KeyValue { key, value: keyed } = tree[element] {
                let (ty, found) = self.index_value(key, length);
                if let Some(found) = found {
                    index = found;
                    valid = true;
                } else if !Self::is_invalid(ty) {
                    let text = self.expr_text(key);
                    let message = format!("index {text} must be integer constant");
                    self.error(element, message);
                }
                value = keyed;
            } else if let Some(length) = length
                && index >= length
            {
                let message = format!("index {index} is out of bounds (>= {length})");
                self.error(element, message);
            } else {
                valid = true;
            }
            if keyed && valid && !seen.insert(index) {
                let message = format!("duplicate index {index} in array or slice literal");
                self.error(element, message);
            }
            index = index.saturating_add(1);
            max = max.max(index);
            let mut x = self.generic_expr(value, Some(elem));
            self.assign(&mut x, Some(elem), "array or slice literal");
        }
        max
    }

    fn map_elements(&mut self, list: &[ExprId], key_type: TypeId, elem: TypeId) {
        let tree = self.tree();
        let key_is_interface = self.is_interface_value(key_type);
        #[expect(clippy::mutable_key_type, reason = "equal keys stay equal")]
        let mut seen: FxHashMap<DuplicateKey, Vec<TypeId>> = FxHashMap::default();
        for &element in list {
            let Expr::KeyValue { key, value } = tree[element] else {
                self.error(element, "missing key in map literal");
                // A literal without a type has none to go by here.
                if !matches!(tree[element], Expr::CompositeLit { ty: None, .. }) {
                    self.use_expr(element);
                }
                continue;
            };
            let mut x = self.generic_expr(key, Some(key_type));
            self.assign(&mut x, Some(key_type), "map literal");
            if x.is_valid()
                && x.is_constant()
                && let Some(duplicate) = x.value.map_key()
            {
                let types = seen.entry(duplicate).or_default();
                let repeated = if key_is_interface {
                    types.iter().any(|&ty| self.identical(ty, x.ty))
                } else {
                    !types.is_empty()
                };
                if repeated {
                    self.error(key, format!("duplicate key {} in map literal", x.value));
                }
                types.push(x.ty);
            }
            let mut x = self.generic_expr(value, Some(elem));
            self.assign(&mut x, Some(elem), "map literal");
        }
    }
}
