//! Conversions `T(x)`.

use super::{Checker, Operand};
use crate::assignable::{Cause, convertible};
use crate::constant::Value;
use crate::info::Mode;
use crate::predicates::{is_bytes_or_runes, representation};
use crate::ty::{BasicKind, TypeId, TypeKind};
use crate::underlying::{is_type_param, under_is};

impl Checker<'_> {
    /// The constant `x` converted to the constant type `ty`, if that can be.
    fn convert_constant(&self, x: &Operand, ty: TypeId) -> Option<Value> {
        let TypeKind::Basic(kind) = self.under_kind(ty) else { return None };
        let represented = representation(self.cx, *kind).and_then(|range| x.value.represent(range));
        if represented.is_some() {
            return represented;
        }
        let from_integer = self.is_basic(x.ty, BasicKind::is_integer) && kind.is_string();
        from_integer.then(|| Value::from_code_point(&x.value.to_int()))
    }

    /// Converts `x` to `ty`.
    pub(super) fn conversion(&mut self, x: &mut Operand, ty: TypeId) {
        if self.is_open_type(ty) || Self::is_invalid(self.under(ty)) {
            x.invalidate();
            return;
        }
        let constant = x.is_constant();
        let to_constant = constant && self.is_basic(ty, BasicKind::is_constant_type);
        let mut cause = String::new();
        let converted = if to_constant {
            match self.convert_constant(x, ty) {
                Some(value) => {
                    x.value = value;
                    true
                }
                None if self.is_basic(x.ty, BasicKind::is_integer)
                    && self.is_basic(ty, BasicKind::is_integer) =>
                {
                    let name = self.type_text(ty);
                    self.error(x.expr, format!("constant {} overflows {name}", x.value));
                    x.invalidate();
                    return;
                }
                None => false,
            }
        } else if constant && is_type_param(ty) {
            let fits = self.constant_to_type_param(x, ty, &mut cause);
            x.mode = Mode::Value;
            fits
        } else {
            let value = constant.then(|| x.value.clone());
            match convertible(self.cx, x.ty, value.as_ref(), ty) {
                Ok(needed) => {
                    if let Some(minor) = needed
                        && !self.allows(minor)
                    {
                        let what = if matches!(self.under_kind(ty), TypeKind::Array { .. }) {
                            "conversion of slice to array"
                        } else {
                            "conversion of slice to array pointer"
                        };
                        cause = format!("{what} {}", self.requires(minor));
                        false
                    } else {
                        x.mode = Mode::Value;
                        true
                    }
                }
                Err(found) => {
                    cause = match found {
                        Cause::Mismatch => String::new(),
                        other => self.with_printer(|printer| other.message(self.cx, printer)),
                    };
                    false
                }
            }
        };
        if !converted && (x.ty.has_invalid() || ty.has_invalid()) {
            x.invalidate();
            return;
        }
        if !converted {
            let (what, name) = (self.operand_text(x), self.type_text(ty));
            let mut message = format!("cannot convert {what} to type {name}");
            if !cause.is_empty() {
                message.push_str(": ");
                message.push_str(&cause);
            }
            self.error(x.expr, message);
            x.invalidate();
            return;
        }
        if x.is_untyped() {
            let is_interface = self.is_interface_value(ty);
            let last = if is_interface || constant && !to_constant || x.is_nil() {
                Self::default_type(x.ty)
            } else if x.is_constant()
                && self.is_basic(x.ty, BasicKind::is_integer)
                && self.all_string(ty)
            {
                x.ty
            } else {
                ty
            };
            self.update_operand(x, last, true);
        }
        x.ty = ty;
    }

    fn constant_to_type_param(&self, x: &Operand, ty: TypeId, cause: &mut String) -> bool {
        let is_string = self.is_basic(x.ty, BasicKind::is_string);
        let mut seen = false;
        under_is(self.cx, ty, &mut |under| {
            let Some(under) = under else {
                *cause = format!("{} does not contain specific types", self.type_text(ty));
                return false;
            };
            seen = true;
            if is_string && is_bytes_or_runes(self.cx, under) {
                return true;
            }
            if self.convert_constant(x, under).is_some() {
                return true;
            }
            let (to, of) = (self.type_text(under), self.type_text(ty));
            let integers = self.is_basic(x.ty, BasicKind::is_integer)
                && self.is_basic(under, BasicKind::is_integer);
            *cause = if integers {
                format!("constant {} overflows {to} (in {of})", x.value)
            } else {
                format!("cannot convert {} to type {to} (in {of})", self.operand_text(x))
            };
            false
        }) && seen
    }
}
