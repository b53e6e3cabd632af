//! Conversions, explicit and implicit.

use super::Builder;
use crate::ir::{At, Id, Kind, LiteralKind, StringConversion};
use gossa_syntax::ExprId;
use gossa_types::constant::Value;
use gossa_types::identical::identical;
use gossa_types::{BasicKind, Mode, TypeId, TypeKind};

impl Builder<'_> {
    /// An operand where a value of type `to` (as checked) is wanted; `None`: as it is.
    pub(super) fn converted(&mut self, to: Option<TypeId>, x: ExprId) -> Id {
        let Some(to) = to else { return self.expr(x) };
        if self.checked.mode(x) == Mode::Nil {
            let at = self.at_expr(x);
            let ty = self.subst(to);
            return self.nil(ty, at);
        }
        let from = self.checked_ty(x);
        if identical(&self.types.resolver, from, to) {
            return self.expr(x);
        }
        let value = self.expr(x);
        let (at, ty) = (self.at_expr(x), self.subst(to));
        self.conversion(value, ty, at, true)
    }

    /// `T(x)`
    pub(super) fn explicit_conversion(&mut self, to: TypeId, x: ExprId) -> Id {
        let at = self.at_expr(x);
        let ty = self.subst(to);
        if self.checked.mode(x) == Mode::Nil {
            let nil = self.nil(ty, at);
            return self.add(Kind::Retype(nil), ty, at);
        }
        let value = self.expr(x);
        self.conversion(value, ty, at, false)
    }

    /// A conversion of a value; `implicit`: the source does not show it.
    pub(super) fn conversion(&mut self, x: Id, to: TypeId, at: At, implicit: bool) -> Id {
        let types = self.types;
        let from = self.code[x].ty;
        let (source, target) = (types.under(from), types.under(to));
        let kind = match (source, target) {
            _ if types.is_interface(to) => {
                let same = from == to
                    || from.canonical() == to.canonical()
                    || (types.is_empty_interface(from) && types.is_empty_interface(to));
                if same { Kind::Retype(x) } else { Kind::ToInterface(x) }
            }
            (TypeKind::Basic(from), TypeKind::Slice(elem)) if from.is_string() => {
                match types.basic(*elem) {
                    Some(BasicKind::Int32 | BasicKind::Rune) => {
                        if let Kind::Const(index) = self.code[x].kind {
                            return self.runes(index, to, *elem, at);
                        }
                        Kind::StringConvert(StringConversion::StringToRunes, x)
                    }
                    _ => Kind::StringConvert(StringConversion::StringToBytes, x),
                }
            }
            (TypeKind::Slice(elem), TypeKind::Basic(to)) if to.is_string() => {
                match types.basic(*elem) {
                    Some(BasicKind::Int32 | BasicKind::Rune) => {
                        Kind::StringConvert(StringConversion::RunesToString, x)
                    }
                    _ => Kind::StringConvert(StringConversion::BytesToString, x),
                }
            }
            (TypeKind::Basic(from), TypeKind::Basic(to)) if to.is_string() && from.is_integer() => {
                Kind::StringConvert(StringConversion::RuneToString, x)
            }
            (TypeKind::Basic(from), TypeKind::Basic(to))
                if from.is_numeric()
                    && to.is_numeric()
                    && (from.canonical() != to.canonical() || !from.is_integer()) =>
            {
                Kind::Convert(x)
            }
            (TypeKind::Slice(_), TypeKind::Array { .. }) => Kind::SliceToArray(x),
            (TypeKind::Slice(_), TypeKind::Pointer(_)) => Kind::SliceToArrayPointer(x),
            _ => Kind::Retype(x),
        };
        let id = self.add(kind, to, at);
        if implicit { self.implicit(id) } else { id }
    }

    /// `[]rune("...")` of a constant is a slice literal.
    fn runes(&mut self, index: u32, to: TypeId, elem: TypeId, at: At) -> Id {
        let bytes = self.code.consts[index as usize].as_bytes().unwrap_or_default().to_vec();
        let runes: Vec<u32> = String::from_utf8_lossy(&bytes).chars().map(u32::from).collect();
        let elements: Vec<Id> = runes
            .into_iter()
            .map(|rune| self.constant(Value::from_i64(rune.into()), elem, at))
            .collect();
        let elements = self.code.add_list(&elements);
        self.add(Kind::Literal(LiteralKind::Slice, elements), to, at)
    }
}
