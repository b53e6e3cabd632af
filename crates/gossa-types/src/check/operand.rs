//! Operands: what evaluating an expression yields.

use crate::constant::Value;
use crate::info::Mode;
use crate::object::Builtin;
use crate::ty::{BasicKind, TypeId};
use gossa_syntax::ExprId;

/// What an expression may be used for as a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ExprKind {
    /// A conversion: no statement.
    Conversion,
    /// A value: no statement.
    Expression,
    /// A call or receive: may stand as a statement.
    Statement,
}

/// Operands that no expression of their own stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Synthetic {
    /// It has one.
    No,
    /// The result of a call with this index.
    Result(u32),
    /// One of several results of a call that is all arguments of another; it has the call's text.
    Argument,
    /// The second value of a comma-ok expression.
    Ok,
    /// The second value of a call of a C function.
    Err,
    /// The `1` of `x++`.
    One,
    /// The `true` of a `switch` without a tag.
    True,
    /// An iteration variable's value.
    Iteration,
}

/// The outcome of evaluating an expression.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    /// The value of a constant.
    pub(crate) value: Value,
    /// The expression.
    pub(crate) expr: ExprId,
    /// The type; invalid for no value and for built-ins.
    pub(crate) ty: TypeId,
    /// What it is.
    pub(crate) mode: Mode,
    /// How it may be used.
    pub(crate) kind: ExprKind,
    /// Whether `expr` is only where it is reported.
    pub(crate) synthetic: Synthetic,
    /// Which built-in function it is.
    pub(crate) builtin: Option<Builtin>,
}

impl Operand {
    /// An erroneous operand.
    pub(crate) fn invalid(expr: ExprId) -> Self {
        Self::new(expr, Mode::Invalid, TypeId::INVALID)
    }

    /// An operand that is not constant.
    pub(crate) fn new(expr: ExprId, mode: Mode, ty: TypeId) -> Self {
        Self {
            value: Value::UNKNOWN,
            expr,
            ty,
            mode,
            kind: ExprKind::Expression,
            synthetic: Synthetic::No,
            builtin: None,
        }
    }

    /// A constant.
    pub(crate) fn constant(expr: ExprId, ty: TypeId, value: Value) -> Self {
        Self { value, ..Self::new(expr, Mode::Constant, ty) }
    }

    /// Whether it is no error.
    #[inline]
    pub(crate) fn is_valid(&self) -> bool {
        self.mode != Mode::Invalid
    }

    /// Makes it an error.
    pub(crate) fn invalidate(&mut self) {
        self.mode = Mode::Invalid;
        self.ty = TypeId::INVALID;
    }

    /// Whether it is a constant.
    #[inline]
    pub(crate) fn is_constant(&self) -> bool {
        self.mode == Mode::Constant
    }

    /// Whether it is `nil`.
    #[inline]
    pub(crate) fn is_nil(&self) -> bool {
        self.ty == TypeId::basic(BasicKind::UntypedNil)
    }

    /// Whether it is untyped.
    #[inline]
    pub(crate) fn is_untyped(&self) -> bool {
        is_untyped(self.ty)
    }
}

/// Whether a type is untyped; untyped types have no aliases.
#[inline]
pub(crate) fn is_untyped(ty: TypeId) -> bool {
    let raw = ty.to_raw();
    let first = TypeId::basic(BasicKind::UntypedBool).to_raw();
    let last = TypeId::basic(BasicKind::UntypedNil).to_raw();
    (first..=last).contains(&raw)
}
