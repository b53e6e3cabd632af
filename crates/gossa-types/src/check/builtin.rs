//! Calls of built-in functions; those of package `unsafe` are in `unsafe_builtin`.

use super::call::{Arguments, Operands};
use super::{Checker, ExprKind, Operand};
use crate::assignable::assignable;
use crate::constant::{self, Value};
use crate::info::Mode;
use crate::object::Builtin;
use crate::predicates::default_type;
use crate::ty::{BasicKind, Param, SignatureType, TypeId, TypeKind};
use crate::underlying::{all_types, is_type_param, under_is};
use gossa_syntax::{BinaryOp, ChanDir, Expr, ExprId, ExprList};

/// How many arguments a built-in takes at least, and whether it takes more.
fn arity(builtin: Builtin) -> (usize, bool) {
    match builtin {
        Builtin::Append | Builtin::Make | Builtin::Max | Builtin::Min => (1, true),
        Builtin::Print | Builtin::Println => (0, true),
        Builtin::Recover => (0, false),
        Builtin::Complex
        | Builtin::Copy
        | Builtin::Delete
        | Builtin::UnsafeAdd
        | Builtin::UnsafeSlice
        | Builtin::UnsafeString => (2, false),
        _ => (1, false),
    }
}

/// Whether a call of the built-in may stand as a statement.
fn kind(builtin: Builtin) -> ExprKind {
    match builtin {
        Builtin::Clear
        | Builtin::Close
        | Builtin::Copy
        | Builtin::Delete
        | Builtin::Panic
        | Builtin::Print
        | Builtin::Println
        | Builtin::Recover => ExprKind::Statement,
        _ => ExprKind::Expression,
    }
}

/// The call of a built-in.
#[derive(Clone, Copy)]
pub(super) struct BuiltinCall {
    pub(super) expr: ExprId,
    pub(super) fun: ExprId,
    pub(super) builtin: Builtin,
    pub(super) args: ExprList,
    pub(super) spread: bool,
}

impl Checker<'_> {
    /// `builtin(args)`
    pub(super) fn builtin_call(
        &mut self,
        expr: ExprId,
        fun: ExprId,
        builtin: Builtin,
        args: ExprList,
        spread: bool,
    ) -> Operand {
        let call = BuiltinCall { expr, fun, builtin, args, spread };
        let mut x = self.builtin(call).unwrap_or_else(|| Operand::invalid(expr));
        x.kind = kind(builtin);
        x.expr = expr;
        if x.is_valid() && !x.is_constant() {
            self.has_call = true;
        }
        x
    }

    fn builtin(&mut self, call: BuiltinCall) -> Option<Operand> {
        let BuiltinCall { expr, builtin, args, spread, .. } = call;
        let list = &self.tree()[args];
        if spread && builtin != Builtin::Append {
            let name = Self::builtin_text(builtin);
            let message = format!("invalid operation: invalid use of ... with built-in {name}");
            self.error(expr, message);
            self.use_args(args);
            return None;
        }
        let outer_has_call = self.has_call;
        let is_length = matches!(builtin, Builtin::Len | Builtin::Cap);
        if is_length {
            self.has_call = false;
        }
        let unevaluated = matches!(builtin, Builtin::Make | Builtin::New | Builtin::UnsafeOffsetof);
        let mut arguments = Arguments::default();
        let mut count = list.len();
        if !unevaluated {
            arguments.operands = self.values(args);
            count = arguments.operands.len();
            if arguments.operands.iter().any(|arg| !arg.is_valid()) {
                self.has_call |= is_length && outer_has_call;
                return None;
            }
        }
        let length_has_call = self.has_call;
        if is_length {
            self.has_call = outer_has_call;
        }
        self.check_arity(call, count)?;
        let operands = &mut arguments.operands;
        match builtin {
            Builtin::Append => self.append(call, &mut arguments),
            Builtin::Len | Builtin::Cap => self.length(call, operands, length_has_call),
            Builtin::Clear => self.clear(call, operands),
            Builtin::Close => self.close(call, operands),
            Builtin::Complex => self.complex(call, operands),
            Builtin::Copy => self.copy(call, operands),
            Builtin::Delete => self.delete(call, operands),
            Builtin::Imag | Builtin::Real => self.part(call, operands),
            Builtin::Make => self.make(call),
            Builtin::Max | Builtin::Min => self.extremum(call, operands),
            Builtin::New => self.new_value(call),
            Builtin::Panic => {
                let x = operands.first_mut()?;
                self.assign(x, Some(TypeId::empty_interface()), "argument to panic");
                if !x.is_valid() {
                    return None;
                }
                self.record_builtin(call, None, [TypeId::empty_interface()]);
                Some(Self::no_value(expr))
            }
            Builtin::Print | Builtin::Println => {
                for x in operands.iter_mut() {
                    let context = || format!("argument to built-in {}", builtin.name());
                    self.assign_with(x, None, context);
                    if !x.is_valid() {
                        return None;
                    }
                }
                self.record_builtin(call, None, operands.iter().map(|x| x.ty));
                Some(Self::no_value(expr))
            }
            Builtin::Recover => {
                let ty = TypeId::empty_interface();
                self.record_builtin(call, Some(ty), []);
                Some(Operand::new(expr, Mode::Value, ty))
            }
            _ => self.unsafe_builtin(call, operands),
        }
    }

    /// Records the type that a built-in has in a call: a signature made of its arguments. A call
    /// that is constant leaves it without one.
    pub(super) fn record_builtin(
        &self,
        call: BuiltinCall,
        result: Option<TypeId>,
        params: impl IntoIterator<Item = TypeId>,
    ) {
        let variadic = call.builtin == Builtin::Append;
        let param = |ty: TypeId| Param { name: None, ty: default_type(ty) };
        let ty = TypeId::new(TypeKind::Signature(SignatureType {
            type_params: Box::default(),
            params: params.into_iter().map(param).collect(),
            results: result.into_iter().map(|ty| Param { name: None, ty }).collect(),
            variadic,
        }));
        let mut fun = call.fun;
        loop {
            self.records().set_expr(fun, Mode::Builtin, ty);
            match self.tree()[fun] {
                Expr::Paren(inner) => fun = inner,
                _ => return,
            }
        }
    }

    fn no_value(expr: ExprId) -> Operand {
        Operand::new(expr, Mode::NoValue, TypeId::tuple(&[]))
    }

    /// Evaluates arguments that are no generic functions.
    fn values(&mut self, args: ExprList) -> Operands {
        let list = &self.tree()[args];
        if let &[only] = list {
            return self.multi_expr(only, false).0;
        }
        list.iter().map(|&arg| self.expr(None, arg)).collect()
    }

    fn check_arity(&mut self, call: BuiltinCall, count: usize) -> Option<()> {
        let (least, variadic) = arity(call.builtin);
        let quantity = if count < least {
            "not enough"
        } else if !variadic && count > least {
            "too many"
        } else {
            return Some(());
        };
        let text = self.expr_text(call.expr);
        let message = format!(
            "invalid operation: {quantity} arguments for {text} (expected {least}, found {count})"
        );
        self.error(call.expr, message);
        if matches!(call.builtin, Builtin::Make | Builtin::New | Builtin::UnsafeOffsetof) {
            for &arg in self.tree()[call.args].iter() {
                self.use_expr(arg);
            }
        }
        None
    }

    /// The element type of a slice, or of all slices in a type set.
    fn slice_elem(&self, x: &Operand) -> Result<TypeId, String> {
        if let TypeKind::Slice(elem) = self.under_kind(x.ty) {
            return Ok(*elem);
        }
        let mut elem: Option<TypeId> = None;
        let mut error = None;
        all_types(self.cx, x.ty, &mut |pair| {
            let Some(TypeKind::Slice(found)) = pair.map(|(_, under)| under.kind()) else {
                let what = if x.is_nil() { "untyped nil".to_owned() } else { self.operand_text(x) };
                error = Some(format!("argument must be a slice; have {what}"));
                return false;
            };
            if let Some(elem) = elem
                && !self.identical(elem, *found)
            {
                error = Some(format!(
                    "mismatched slice element types {} and {} in {}",
                    self.type_text(elem),
                    self.type_text(*found),
                    self.operand_text(x)
                ));
                return false;
            }
            elem = Some(*found);
            true
        });
        match (error, elem) {
            (None, Some(elem)) => Ok(elem),
            (error, _) => Err(error.unwrap_or_default()),
        }
    }

    /// Whether all types of a type set are byte slices or strings, and whether one is a string.
    fn bytes_or_string(&self, ty: TypeId) -> Option<bool> {
        let mut has_string = false;
        let all = all_types(self.cx, ty, &mut |pair| match pair.map(|(_, under)| under.kind()) {
            Some(TypeKind::Slice(elem)) => self.identical(*elem, TypeId::basic(BasicKind::Uint8)),
            Some(TypeKind::Basic(kind)) if kind.is_string() => {
                has_string = true;
                true
            }
            _ => false,
        });
        all.then_some(has_string)
    }

    fn append(&mut self, call: BuiltinCall, arguments: &mut Arguments) -> Option<Operand> {
        let x = arguments.operands.first()?.clone();
        let elem = match self.slice_elem(&x) {
            Ok(elem) => elem,
            Err(cause) => {
                if !Self::is_invalid(self.under(x.ty)) {
                    self.error(x.expr, format!("invalid append: {cause}"));
                }
                return None;
            }
        };
        let bytes = TypeId::slice(TypeId::basic(BasicKind::Byte));
        let takes_string = arguments.operands.len() == 2
            && call.spread
            && assignable(self.cx, x.ty, None, bytes).is_ok()
            && self.bytes_or_string(arguments.operands[1].ty) == Some(true);
        // A constant string stays untyped, as the reference implementation records it.
        let params = if takes_string {
            [x.ty, arguments.operands[1].ty]
        } else {
            [x.ty, TypeId::slice(elem)]
        };
        if !takes_string {
            let BuiltinCall { expr, fun, args, spread, .. } = call;
            self.check_builtin_arguments(expr, fun, args, spread, &params, arguments);
        }
        self.record_builtin(call, Some(x.ty), params);
        Some(Operand::new(call.expr, Mode::Value, x.ty))
    }

    fn length(
        &mut self,
        call: BuiltinCall,
        operands: &mut Operands,
        has_call: bool,
    ) -> Option<Operand> {
        let found = self.length_value(call, operands, has_call)?;
        if !found.is_constant() {
            self.record_builtin(call, Some(found.ty), operands.iter().map(|x| x.ty));
        }
        Some(found)
    }

    fn length_value(
        &mut self,
        call: BuiltinCall,
        operands: &Operands,
        has_call: bool,
    ) -> Option<Operand> {
        let x = operands.first()?;
        let is_len = call.builtin == Builtin::Len;
        let int = TypeId::basic(BasicKind::Int);
        let value = Some(Operand::new(call.expr, Mode::Value, int));
        let under = self.array_behind(self.under(x.ty));
        match under.kind() {
            TypeKind::Basic(kind) if kind.is_string() && is_len => {
                if x.is_constant() {
                    let length = x.value.string_length().unwrap_or(0) as i64;
                    return Some(Operand::constant(call.expr, int, Value::from_i64(length)));
                }
                return value;
            }
            TypeKind::Basic(BasicKind::Invalid) => return None,
            // An array's length may be what is being asked for.
            TypeKind::Pointer(base) if !self.cx.is_complete(*base) => return None,
            TypeKind::Array { len, .. } => {
                if has_call {
                    return value;
                }
                let length = if *len >= 0 { Value::from_i64(*len) } else { Value::UNKNOWN };
                return Some(Operand::constant(call.expr, int, length));
            }
            TypeKind::Slice(_) | TypeKind::Chan { .. } => return value,
            TypeKind::Map { .. } if is_len => return value,
            TypeKind::Interface(_) if is_type_param(x.ty) => {
                let all = under_is(self.cx, x.ty, &mut |under| {
                    let Some(under) = under else { return false };
                    match self.array_behind(under).kind() {
                        TypeKind::Basic(kind) => kind.is_string() && is_len,
                        TypeKind::Array { .. } | TypeKind::Slice(_) | TypeKind::Chan { .. } => true,
                        TypeKind::Map { .. } => is_len,
                        _ => false,
                    }
                });
                if all {
                    return value;
                }
            }
            _ => {}
        }
        let what = self.operand_text(x);
        let name = call.builtin.name();
        self.error(x.expr, format!("invalid argument: {what} for built-in {name}"));
        None
    }

    fn clear(&mut self, call: BuiltinCall, operands: &mut Operands) -> Option<Operand> {
        self.require_version(21, call.fun, |_| "clear".to_owned());
        let x = operands.first()?;
        let all = under_is(self.cx, x.ty, &mut |under| {
            matches!(under.map(TypeId::kind), Some(TypeKind::Map { .. } | TypeKind::Slice(_)))
        });
        if !all {
            if !Self::is_invalid(self.under(x.ty)) {
                let what = self.operand_text(x);
                let message = format!(
                    "invalid argument: cannot clear {what}: argument must be (or constrained \
                     by) map or slice"
                );
                self.error(x.expr, message);
            }
            return None;
        }
        self.record_builtin(call, None, [x.ty]);
        Some(Self::no_value(call.expr))
    }

    fn close(&mut self, call: BuiltinCall, operands: &mut Operands) -> Option<Operand> {
        let x = operands.first()?;
        let mut cause = None;
        under_is(self.cx, x.ty, &mut |under| match under.map(TypeId::kind) {
            Some(TypeKind::Chan { dir: ChanDir::Receive, .. }) => {
                cause = Some("receive-only channel");
                false
            }
            Some(TypeKind::Chan { .. } | TypeKind::Basic(BasicKind::Invalid)) => true,
            _ => {
                cause = Some("non-channel");
                false
            }
        });
        if let Some(cause) = cause {
            let what = self.operand_text(x);
            self.error(x.expr, format!("invalid operation: cannot close {cause} {what}"));
            return None;
        }
        self.record_builtin(call, None, [x.ty]);
        Some(Self::no_value(call.expr))
    }

    /// Applies a function on basic kinds to a type; type parameters are not supported, as in the
    /// compiler.
    fn map_basic(&self, ty: TypeId, map: fn(BasicKind) -> Option<BasicKind>) -> Option<TypeId> {
        match self.under_kind(ty) {
            TypeKind::Basic(kind) => map(*kind).map(TypeId::basic),
            _ => None,
        }
    }

    /// Reports an argument whose type is a type parameter with types that would do: those are
    /// not supported.
    fn unsupported_type_param(
        &self,
        call: BuiltinCall,
        x: &Operand,
        fits: fn(BasicKind) -> bool,
    ) -> bool {
        let unsupported = is_type_param(x.ty)
            && under_is(
                self.cx,
                x.ty,
                &mut |under| matches!(under.map(TypeId::kind), Some(TypeKind::Basic(kind)) if fits(*kind)),
            );
        if unsupported {
            let what = self.operand_text(x);
            let name = call.builtin.name();
            let message = format!(
                "{what} not supported as argument to built-in {name} for go1.18 (see \
                 go.dev/issue/50937)"
            );
            self.soft_error(x.expr, message);
        }
        unsupported
    }

    fn complex(&mut self, call: BuiltinCall, operands: &mut Operands) -> Option<Operand> {
        let [x, y] = operands.as_mut_slice() else { return None };
        match (x.is_untyped(), y.is_untyped()) {
            (false, false) => {}
            (true, false) => self.convert_untyped(x, y.ty),
            (false, true) => self.convert_untyped(y, x.ty),
            (true, true) if x.is_constant() && y.is_constant() => {
                for operand in [&mut *x, &mut *y] {
                    let real = operand.value.is_numeric() && operand.value.imaginary().is_zero();
                    if self.is_basic(operand.ty, BasicKind::is_numeric) && real {
                        operand.ty = TypeId::basic(BasicKind::UntypedFloat);
                    }
                }
            }
            (true, true) => {
                let float = TypeId::basic(BasicKind::Float64);
                self.convert_untyped(x, float);
                self.convert_untyped(y, float);
            }
        }
        if !x.is_valid() || !y.is_valid() {
            return None;
        }
        if !self.identical(x.ty, y.ty) {
            let text = self.expr_text(call.expr);
            let (a, b) = (self.type_text(x.ty), self.type_text(y.ty));
            let message = format!("invalid operation: {text} (mismatched types {a} and {b})");
            self.error(x.expr, message);
            return None;
        }
        let result = self.map_basic(x.ty, |kind| {
            Some(match kind {
                BasicKind::Float32 => BasicKind::Complex64,
                BasicKind::Float64 => BasicKind::Complex128,
                BasicKind::UntypedFloat => BasicKind::UntypedComplex,
                _ => return None,
            })
        });
        let is_float = |kind| matches!(kind, BasicKind::Float32 | BasicKind::Float64);
        if result.is_none() && self.unsupported_type_param(call, x, is_float) {
            return None;
        }
        let Some(result) = result else {
            let ty = self.type_text(x.ty);
            let message =
                format!("invalid argument: arguments have type {ty}, expected floating-point");
            self.error(x.expr, message);
            return None;
        };
        if x.is_constant() && y.is_constant() {
            let (re, im) = (x.value.to_float(), y.value.to_float());
            let value = Value::from_real_and_imaginary(&re, &im).unwrap_or_default();
            return Some(Operand::constant(call.expr, result, value));
        }
        self.record_builtin(call, Some(result), [x.ty, y.ty]);
        Some(Operand::new(call.expr, Mode::Value, result))
    }

    fn part(&mut self, call: BuiltinCall, operands: &mut Operands) -> Option<Operand> {
        let x = operands.first_mut()?;
        if x.is_untyped() {
            if x.is_constant() {
                if self.is_basic(x.ty, BasicKind::is_numeric) {
                    x.ty = TypeId::basic(BasicKind::UntypedComplex);
                }
            } else {
                self.convert_untyped(x, TypeId::basic(BasicKind::Complex128));
                if !x.is_valid() {
                    return None;
                }
            }
        }
        let result = self.map_basic(x.ty, |kind| {
            Some(match kind {
                BasicKind::Complex64 => BasicKind::Float32,
                BasicKind::Complex128 => BasicKind::Float64,
                BasicKind::UntypedComplex => BasicKind::UntypedFloat,
                _ => return None,
            })
        });
        let is_complex = |kind| matches!(kind, BasicKind::Complex64 | BasicKind::Complex128);
        if result.is_none() && self.unsupported_type_param(call, x, is_complex) {
            return None;
        }
        let Some(result) = result else {
            let ty = self.type_text(x.ty);
            let message =
                format!("invalid argument: argument has type {ty}, expected complex type");
            self.error(x.expr, message);
            return None;
        };
        if x.is_constant() {
            let value =
                if call.builtin == Builtin::Real { x.value.real() } else { x.value.imaginary() };
            return Some(Operand::constant(call.expr, result, value));
        }
        self.record_builtin(call, Some(result), [x.ty]);
        Some(Operand::new(call.expr, Mode::Value, result))
    }

    fn copy(&mut self, call: BuiltinCall, operands: &mut Operands) -> Option<Operand> {
        let [x, y] = operands.as_mut_slice() else { return None };
        let int = TypeId::basic(BasicKind::Int);
        let result = Some(Operand::new(call.expr, Mode::Value, int));
        let params = [x.ty, y.ty];
        let dst = match self.slice_elem(x) {
            Ok(elem) => elem,
            Err(cause) => {
                self.error(x.expr, format!("invalid copy: {cause}"));
                return None;
            }
        };
        let bytes = TypeId::slice(TypeId::basic(BasicKind::Byte));
        let from_string =
            assignable(self.cx, x.ty, None, bytes).is_ok() && self.bytes_or_string(y.ty).is_some();
        if from_string {
            self.record_builtin(call, Some(int), params);
            return result;
        }
        let src = match self.slice_elem(y) {
            Ok(elem) => elem,
            Err(_) if self.all_string(y.ty) => TypeId::basic(BasicKind::Byte),
            Err(cause) => {
                self.error(y.expr, format!("invalid copy: {cause}"));
                return None;
            }
        };
        if !self.identical(dst, src) {
            let (a, b) = (self.operand_text(x), self.operand_text(y));
            let (s, t) = (self.type_text(dst), self.type_text(src));
            let message = format!(
                "invalid copy: arguments {a} and {b} have different element types {s} and {t}"
            );
            self.error(x.expr, message);
            return None;
        }
        self.record_builtin(call, Some(int), params);
        result
    }

    fn delete(&mut self, call: BuiltinCall, operands: &mut Operands) -> Option<Operand> {
        let [map, index] = operands.as_mut_slice() else { return None };
        let mut key: Option<TypeId> = None;
        let mut cause = None;
        under_is(self.cx, map.ty, &mut |under| {
            let Some(TypeKind::Map { key: found, .. }) = under.map(TypeId::kind) else {
                cause = Some(false);
                return false;
            };
            if key.is_some_and(|key| !self.identical(key, *found)) {
                cause = Some(true);
                return false;
            }
            key = Some(*found);
            true
        });
        if let Some(different) = cause {
            let what = self.operand_text(map);
            let message = if different {
                format!("invalid argument: maps of {what} must have identical key types")
            } else {
                format!("invalid argument: {what} is not a map")
            };
            self.error(map.expr, message);
            return None;
        }
        self.assign(index, key, "argument to delete");
        if !index.is_valid() {
            return None;
        }
        self.record_builtin(call, None, [Some(map.ty), key].into_iter().flatten());
        Some(Self::no_value(call.expr))
    }

    fn make(&mut self, call: BuiltinCall) -> Option<Operand> {
        let (&first, sizes) = self.tree()[call.args].split_first()?;
        let ty = self.var_type(first);
        if Self::is_invalid(ty) {
            for &size in sizes {
                self.use_expr(size);
            }
            return None;
        }
        let makeable = under_is(self.cx, ty, &mut |under| {
            under.is_none_or(|under| {
                matches!(
                    under.kind(),
                    TypeKind::Slice(_)
                        | TypeKind::Map { .. }
                        | TypeKind::Chan { .. }
                        | TypeKind::Basic(BasicKind::Invalid)
                )
            })
        });
        let found = if makeable {
            crate::underlying::common_underlying(self.cx, ty)
        } else {
            Ok(TypeId::empty_interface())
        };
        let least = match found.map(TypeId::kind) {
            Ok(TypeKind::Slice(_)) => 2,
            Ok(TypeKind::Map { .. } | TypeKind::Chan { .. }) => 1,
            Ok(TypeKind::Basic(BasicKind::Invalid)) => return None,
            other => {
                let cause = match other {
                    Ok(_) => "type must be slice, map, or channel".to_owned(),
                    Err(cause) => cause.message(&|ty| self.type_text(ty)),
                };
                let text = self.expr_text(first);
                let message = format!("invalid argument: cannot make {text}: {cause}");
                self.error(first, message);
                for &size in sizes {
                    self.use_expr(size);
                }
                return None;
            }
        };
        let count = sizes.len() + 1;
        if count < least || least + 1 < count {
            let text = self.expr_text(call.expr);
            let message = format!(
                "invalid operation: {text} expects {least} or {} arguments; found {count}",
                least + 1
            );
            self.error(call.expr, message);
            for &size in sizes {
                self.use_expr(size);
            }
            return None;
        }
        let mut params = vec![ty];
        let mut values: Vec<i64> = Vec::new();
        for &size in sizes {
            let (size_type, value) = self.index_value(size, None);
            params.push(size_type);
            values.extend(value);
        }
        if let [length, capacity] = values[..]
            && length > capacity
        {
            self.error(sizes[0], "invalid argument: length and capacity swapped");
        }
        self.record_builtin(call, Some(ty), params);
        Some(Operand::new(call.expr, Mode::Value, ty))
    }

    fn extremum(&mut self, call: BuiltinCall, operands: &mut Operands) -> Option<Operand> {
        let name = call.builtin.name();
        self.require_version(21, call.fun, |_| format!("built-in {name}"));
        let op = if call.builtin == Builtin::Max { BinaryOp::Greater } else { BinaryOp::Less };
        let comparison: constant::Comparison = super::constant_expr::comparison(op);
        let mut x: Option<Operand> = None;
        for index in 0..operands.len() {
            let mut arg = operands[index].clone();
            if !self.all_basic(arg.ty, BasicKind::is_ordered) {
                if !Self::is_invalid(self.under(arg.ty)) {
                    let what = self.operand_text(&arg);
                    let message = format!("invalid argument: {what} cannot be ordered");
                    self.error(arg.expr, message);
                }
                return None;
            }
            let Some(least) = &mut x else {
                x = Some(arg);
                continue;
            };
            self.match_types(least, &mut arg);
            if !least.is_valid() {
                return None;
            }
            if !self.identical(least.ty, arg.ty) {
                let (a, b) = (self.type_text(least.ty), self.type_text(arg.ty));
                let text = self.expr_text(arg.expr);
                let message = format!(
                    "invalid argument: mismatched types {a} (previous argument) and {b} (type \
                     of {text})"
                );
                self.error(arg.expr, message);
                return None;
            }
            if least.is_constant() && arg.is_constant() {
                if arg.value.compare(comparison, &least.value) == Ok(true) {
                    *least = arg.clone();
                }
            } else {
                least.mode = Mode::Value;
            }
            operands[index] = arg;
        }
        let mut x = x?;
        if !x.is_constant() {
            x.mode = Mode::Value;
            let context = || format!("argument to built-in {name}");
            self.assign_with(&mut x, Some(TypeId::empty_interface()), context);
            if !x.is_valid() {
                return None;
            }
        }
        for arg in operands.iter() {
            self.update_operand(arg, x.ty, true);
        }
        if !x.is_constant() {
            self.record_builtin(call, Some(x.ty), operands.iter().map(|_| x.ty));
        }
        Some(x)
    }

    fn new_value(&mut self, call: BuiltinCall) -> Option<Operand> {
        let &arg = self.tree()[call.args].first()?;
        let mut x = self.expr_or_type(arg, false);
        match x.mode {
            Mode::Invalid => return None,
            Mode::Builtin | Mode::NoValue => {
                self.exclude_non_values(&mut x);
                return None;
            }
            Mode::Type => self.valid_var_type(arg, x.ty),
            _ => {
                if x.is_untyped() {
                    self.assign(&mut x, None, "argument to new");
                    if !x.is_valid() {
                        return None;
                    }
                }
                self.require_version(26, call.fun, |checker| {
                    format!("new({})", checker.expr_text(arg))
                });
            }
        }
        let pointer = TypeId::pointer(x.ty);
        self.record_builtin(call, Some(pointer), [x.ty]);
        Some(Operand::new(call.expr, Mode::Value, pointer))
    }
}
