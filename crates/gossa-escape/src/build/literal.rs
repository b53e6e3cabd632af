//! Composite literals.

use super::Builder;
use crate::ir::{Id, Kind, LiteralKind};
use gossa_syntax::{Expr, ExprId};
use gossa_types::underlying::core_type;
use gossa_types::{TypeId, TypeKind};

impl Builder<'_> {
    pub(super) fn composite(&mut self, expr: ExprId, elements: &[ExprId]) -> Id {
        let tree = self.tree;
        let at = self.at_expr(expr);
        let checked = self.checked_ty(expr);
        let resolver = &self.types.resolver;
        let core = core_type(resolver, checked).unwrap_or(checked);
        // `{...}` in a literal whose elements are pointers.
        let (literal, pointer) = match core.kind() {
            TypeKind::Pointer(elem) => (*elem, true),
            _ => (checked, false),
        };
        let ty = self.subst(literal);
        let structure = core_type(resolver, literal)
            .map_or(&TypeKind::Basic(gossa_types::BasicKind::Invalid), TypeId::kind);
        let (kind, list) = match structure {
            TypeKind::Struct(fields) => {
                let mut list = Vec::with_capacity(elements.len());
                for (index, &element) in elements.iter().enumerate() {
                    let (wanted, value) = match tree[element] {
                        Expr::KeyValue { key, value } => {
                            let name = tree.name(key);
                            let field = fields.iter().find(|field| Some(field.name) == name);
                            (field.map(|field| field.ty), value)
                        }
                        _ => (fields.get(index).map(|field| field.ty), element),
                    };
                    list.push(self.converted(wanted, value));
                }
                (LiteralKind::Struct, list)
            }
            TypeKind::Map { key, value } => {
                let mut list = Vec::with_capacity(2 * elements.len());
                for &element in elements {
                    if let Expr::KeyValue { key: k, value: v } = tree[element] {
                        list.push(self.converted(Some(*key), k));
                        list.push(self.converted(Some(*value), v));
                    }
                }
                (LiteralKind::Map, list)
            }
            TypeKind::Array { elem, .. } | TypeKind::Slice(elem) => {
                let mut list = Vec::with_capacity(elements.len());
                for &element in elements {
                    let value = match tree[element] {
                        Expr::KeyValue { value, .. } => value,
                        _ => element,
                    };
                    list.push(self.converted(Some(*elem), value));
                }
                let kind = match structure {
                    TypeKind::Slice(_) => LiteralKind::Slice,
                    _ => LiteralKind::Array,
                };
                (kind, list)
            }
            _ => return self.nil(ty, at),
        };
        let list = self.code.add_list(&list);
        let literal = self.add(Kind::Literal(kind, list), ty, at);
        if pointer { self.address(literal, at) } else { literal }
    }
}
