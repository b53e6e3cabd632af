//! Index and slice expressions.

use super::{Checker, Operand};
use crate::decls::At;
use crate::info::Mode;
use crate::predicates::representation;
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::{all_types, is_type_param, under_is};
use gossa_syntax::{ExprId, ExprList};

/// What indexing a type yields.
struct Indexed {
    mode: Mode,
    elem: TypeId,
    /// Key type of maps.
    key: Option<TypeId>,
    /// Length, where it is known.
    length: Option<i64>,
}

impl Checker<'_> {
    /// `x[indices]`, unrecorded. The flag says that `x` is a generic function, and that the
    /// indices are type arguments that have not been looked at.
    pub(super) fn index_expr(
        &mut self,
        expr: ExprId,
        operand: ExprId,
        indices: ExprList,
    ) -> (Operand, bool) {
        let mut x = self.expr_or_type(operand, true);
        let failed = (Operand::invalid(expr), false);
        match x.mode {
            Mode::Invalid => {
                self.use_args(indices);
                return failed;
            }
            Mode::Builtin => {
                let what = self.operand_text(&x);
                self.error(At::token(expr), format!("cannot index {what}"));
                self.use_args(indices);
                return failed;
            }
            Mode::Type => {
                let ty = self.typ(expr);
                self.valid_var_type(expr, ty);
                if Self::is_invalid(ty) {
                    return failed;
                }
                return (Operand::new(expr, Mode::Type, ty), false);
            }
            Mode::Value => {
                if let TypeKind::Signature(signature) = x.ty.kind()
                    && !signature.type_params.is_empty()
                {
                    return (x, true);
                }
            }
            _ => {}
        }
        self.non_generic(None, &mut x);
        if !x.is_valid() {
            self.use_args(indices);
            return failed;
        }
        let Some(found) = self.indexed(&x) else {
            if !self.leads_to_invalid(x.ty) {
                let what = self.operand_text(&x);
                self.error(At::token(expr), format!("cannot index {what}"));
            }
            self.use_args(indices);
            return failed;
        };
        let list = &self.tree()[indices];
        let Some(&index) = list.first() else { return failed };
        if let Some(&second) = list.get(1) {
            self.error(second, "invalid operation: more than one index");
        }
        if let Some(key) = found.key {
            let mut key_operand = self.generic_expr(index, None);
            self.assign(&mut key_operand, Some(key), "map index");
        } else {
            self.index_value(index, found.length);
        }
        if Self::is_invalid(found.elem) {
            return failed;
        }
        (Operand::new(expr, found.mode, found.elem), false)
    }

    fn indexed(&self, x: &Operand) -> Option<Indexed> {
        let variable = x.mode == Mode::Variable;
        let under = self.under(x.ty);
        if let TypeKind::Interface(_) = under.kind() {
            return is_type_param(x.ty).then(|| self.indexed_type_param(x))?;
        }
        let mut found = self.indexed_type(under, variable)?;
        if let TypeKind::Basic(_) = under.kind()
            && x.is_constant()
        {
            found.length = x.value.string_length().map(|length| length as i64);
        }
        Some(found)
    }

    fn indexed_type(&self, under: TypeId, variable: bool) -> Option<Indexed> {
        let indexed = |mode, elem, length| Some(Indexed { mode, elem, key: None, length });
        let length = |len: i64| (len >= 0).then_some(len);
        match under.kind() {
            TypeKind::Basic(kind) if kind.is_string() => {
                indexed(Mode::Value, TypeId::basic(BasicKind::Byte), None)
            }
            TypeKind::Array { elem, len } => {
                let mode = if variable { Mode::Variable } else { Mode::Value };
                indexed(mode, *elem, length(*len))
            }
            TypeKind::Pointer(base) => match self.under_kind(*base) {
                TypeKind::Array { elem, len } => indexed(Mode::Variable, *elem, length(*len)),
                _ => None,
            },
            TypeKind::Slice(elem) => indexed(Mode::Variable, *elem, None),
            TypeKind::Map { key, value } => {
                Some(Indexed { mode: Mode::MapIndex, elem: *value, key: Some(*key), length: None })
            }
            _ => None,
        }
    }

    fn indexed_type_param(&self, x: &Operand) -> Option<Indexed> {
        let variable = x.mode == Mode::Variable;
        let mut common: Option<Indexed> = None;
        let all = under_is(self.cx, x.ty, &mut |under| {
            let Some(found) = under.and_then(|under| self.indexed_type(under, variable)) else {
                return false;
            };
            let Some(before) = &mut common else {
                common = Some(found);
                return true;
            };
            let same_key = match (before.key, found.key) {
                (None, None) => true,
                (Some(a), Some(b)) => self.identical(a, b),
                _ => false,
            };
            if !same_key || !self.identical(before.elem, found.elem) {
                return false;
            }
            if found.mode == Mode::Value {
                before.mode = Mode::Value;
            }
            before.length = match (before.length, found.length) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            true
        });
        common.filter(|_| all)
    }

    /// Evaluates an index that must be below `limit`: its type (invalid after an error), and its
    /// value when it is constant.
    pub(super) fn index_value(
        &mut self,
        expr: ExprId,
        limit: Option<i64>,
    ) -> (TypeId, Option<i64>) {
        let mut x = self.expr(None, expr);
        if !self.is_valid_index(&mut x, "index", false) {
            return (TypeId::INVALID, None);
        }
        if !x.is_constant() {
            return (x.ty, None);
        }
        let Some(value) = x.value.to_int().as_i64() else { return (TypeId::INVALID, None) };
        if let Some(limit) = limit
            && value >= limit
        {
            let message = format!("invalid argument: index {} out of bounds [0:{limit}]", x.value);
            self.error(expr, message);
            return (TypeId::INVALID, None);
        }
        (x.ty, Some(value))
    }

    /// Checks that an operand is an index; untyped ones become `int`.
    pub(super) fn is_valid_index(
        &mut self,
        x: &mut Operand,
        what: &str,
        allow_negative: bool,
    ) -> bool {
        if !x.is_valid() {
            return false;
        }
        if x.is_untyped() {
            self.convert_untyped(x, TypeId::basic(BasicKind::Int));
            if !x.is_valid() {
                return false;
            }
        }
        if !self.all_integer(x.ty) {
            if !Self::is_invalid(self.under(x.ty)) {
                let text = self.operand_text(x);
                self.error(x.expr, format!("invalid argument: {what} {text} must be integer"));
            }
            return false;
        }
        if !x.is_constant() || x.value.is_unknown() {
            return true;
        }
        if !allow_negative && x.value.sign() == Some(-1) {
            let text = self.operand_text(x);
            let message = format!("invalid argument: {what} {text} must not be negative");
            self.error(x.expr, message);
            return false;
        }
        let fits = representation(self.cx, BasicKind::Int)
            .is_some_and(|range| x.value.represent(range).is_some());
        if !fits {
            let text = self.operand_text(x);
            self.error(x.expr, format!("invalid argument: {what} {text} overflows int"));
        }
        fits
    }

    /// `x[lo:hi:max]`
    pub(super) fn slice_expr(&mut self, expr: ExprId, operand: ExprId, bounds: u32) -> Operand {
        let bounds = self.tree().slices[bounds as usize];
        let list = [bounds.lo, bounds.hi, bounds.max];
        let x = self.expr(None, operand);
        if !x.is_valid() {
            list.into_iter().flatten().for_each(|bound| {
                self.use_expr(bound);
            });
            return Operand::invalid(expr);
        }
        let Some((ty, length)) = self.sliced(&x, expr, bounds) else {
            list.into_iter().flatten().for_each(|bound| {
                self.use_expr(bound);
            });
            return Operand::invalid(expr);
        };
        if bounds.three && (bounds.hi.is_none() || bounds.max.is_none()) {
            // The parser reports it.
            return Operand::invalid(expr);
        }
        let mut values = [None; 3];
        for (position, bound) in list.into_iter().enumerate() {
            values[position] = match bound {
                Some(bound) => self.index_value(bound, length.map(|length| length + 1)).1,
                None if position == 0 => Some(0),
                None => length,
            };
        }
        'report: for low in 0..2 {
            for high in low + 1..3 {
                if let (Some(a), Some(b)) = (values[low], values[high])
                    && a > 0
                    && b < a
                {
                    let at = list[high].unwrap_or(expr);
                    self.error(at, format!("invalid slice indices: {b} < {a}"));
                    break 'report;
                }
            }
        }
        Operand::new(expr, Mode::Value, ty)
    }

    /// The type of a slice of `x`, and the length of `x` where it is known.
    fn sliced(
        &self,
        x: &Operand,
        expr: ExprId,
        gossa_syntax::SliceBounds { max, three, .. }: gossa_syntax::SliceBounds,
    ) -> Option<(TypeId, Option<i64>)> {
        let (common, has_string) = self.slice_base(x)?;
        let cannot = |why: &str| {
            let what = self.operand_text(x);
            self.error(x.expr, format!("cannot slice {why}{what}"));
            None
        };
        let length = |len: i64| (len >= 0).then_some(len);
        match common.kind() {
            _ if has_string => {
                if three {
                    let message = "invalid operation: 3-index slice of string";
                    match max {
                        Some(max) => self.error(max, message),
                        None => self.error(At::end(expr), message),
                    }
                    return None;
                }
                let known = if x.is_constant() {
                    x.value.string_length().map(|length| length as i64)
                } else {
                    None
                };
                let ty = if x.is_untyped() { TypeId::basic(BasicKind::String) } else { x.ty };
                Some((ty, known))
            }
            TypeKind::Array { elem, len } => {
                if x.mode != Mode::Variable {
                    return cannot("unaddressable value ");
                }
                Some((TypeId::slice(*elem), length(*len)))
            }
            TypeKind::Pointer(base) => match self.under_kind(*base) {
                TypeKind::Array { elem, len } => Some((TypeId::slice(*elem), length(*len))),
                TypeKind::Basic(BasicKind::Invalid) => None,
                _ => cannot(""),
            },
            TypeKind::Slice(_) => Some((x.ty, None)),
            TypeKind::Basic(BasicKind::Invalid) => None,
            _ => cannot(""),
        }
    }

    /// The underlying type common to the type set of `x`, strings counting as byte slices, and
    /// whether there are strings.
    fn slice_base(&self, x: &Operand) -> Option<(TypeId, bool)> {
        let mut common: Option<(TypeId, TypeId)> = None;
        let mut has_string = false;
        let mut message = None;
        all_types(self.cx, x.ty, &mut |pair| {
            let Some((ty, mut under)) = pair else {
                let name = self.type_text(x.ty);
                message = Some(format!("no specific type in {name}"));
                return false;
            };
            if matches!(under.kind(), TypeKind::Basic(kind) if kind.is_string()) {
                under = TypeId::slice(TypeId::basic(BasicKind::Byte));
                has_string = true;
            }
            let Some((first, before)) = common else {
                common = Some((ty, under));
                return true;
            };
            if !self.identical(before, under) {
                let (a, b) = (self.type_text(first), self.type_text(ty));
                message = Some(format!("{a} and {b} have different underlying types"));
                return false;
            }
            true
        });
        if let Some(message) = message {
            let what = self.operand_text(x);
            self.error(x.expr, format!("cannot slice {what}: {message}"));
            return None;
        }
        common.map(|(_, under)| (under, has_string))
    }
}
