//! Expressions as values.

use super::function::Function;
use super::types::{BOOL, INT};
use super::unit::Var;
use crate::ids::ValueId;
use crate::inst::{AllocKind, BinaryOp, Inst, UnaryOp};
use gossa_syntax::{self as syntax, Expr, ExprId, NodeId};
use gossa_types::constant::{Kind, Value};
use gossa_types::predicates::represent;
use gossa_types::{BasicKind, LocalId, Mode, Object, SelectionKind, TypeId, TypeKind};
use smallvec::SmallVec;

/// Stack that must be left before another expression is entered.
pub(super) const RED_ZONE: usize = 128 << 10;
/// Size of a new stack segment.
pub(super) const STACK_SEGMENT: usize = 2 << 20;

/// Values of an expression in a context that takes several.
pub(super) type Values = SmallVec<[ValueId; 4]>;

impl<'e> Function<'_, 'e> {
    /// The value of an expression that has exactly one.
    pub(super) fn value(&mut self, expr: ExprId) -> ValueId {
        match self.unit.mode(expr) {
            Mode::Constant => return self.constant_expr(expr),
            Mode::Nil => {
                let ty = self.unit.ty(expr);
                return self.emit(expr.into(), Inst::Zero, ty);
            }
            Mode::Invalid => return self.hole(expr.into(), TypeId::INVALID),
            _ => {}
        }
        match self.unit.tree[expr] {
            // The commonest leaf, without a look at the stack.
            Expr::Ident(_) => self.ident(expr),
            _ => stacker::maybe_grow(RED_ZONE, STACK_SEGMENT, || self.value_inner(expr)),
        }
    }

    /// The value of an expression, converted to the type of what it is assigned to.
    pub(super) fn value_as(&mut self, expr: ExprId, ty: TypeId) -> ValueId {
        if self.unit.mode(expr) == Mode::Nil {
            return self.emit(expr.into(), Inst::Zero, ty);
        }
        let value = self.value(expr);
        self.assigned(expr.into(), value, ty)
    }

    fn constant_expr(&mut self, expr: ExprId) -> ValueId {
        let ty = self.unit.ty(expr);
        let Some(value) = self.unit.types.constant(expr) else {
            return self.hole(expr.into(), ty);
        };
        if value.is_unknown() {
            return self.hole(expr.into(), ty);
        }
        let value = self.fitted(value, ty);
        self.constant(expr.into(), value, ty)
    }

    /// A constant in the representation that its type asks for: the checker records `1` for a
    /// constant of a floating-point type, and does not know the type in a generic function.
    pub(super) fn fitted(&self, value: &Value, ty: TypeId) -> Value {
        let Some(basic) = self.unit.basic(ty) else { return value.clone() };
        let fits = match value.kind() {
            Kind::Int => basic.is_integer(),
            Kind::Float => basic.is_float() && self.unit.substitution.is_none(),
            Kind::Complex => basic.is_complex() && self.unit.substitution.is_none(),
            Kind::Unknown | Kind::Bool | Kind::String => true,
        };
        if fits {
            return value.clone();
        }
        represent(&self.unit.resolver, value, ty).map_or_else(
            || value.clone(),
            |value| match basic {
                _ if basic.is_float() => value.to_float(),
                _ if basic.is_complex() => value.to_complex(),
                _ if basic.is_integer() => value.to_int(),
                _ => value,
            },
        )
    }

    fn ident(&mut self, expr: ExprId) -> ValueId {
        let at = NodeId::from(expr);
        match self.unit.types.object(expr) {
            Some(Object::Local(local)) => self.read_local(at, local),
            Some(Object::Var(decl)) => {
                let ty = self.unit.ty(expr);
                let ptr = self.emit(at, Inst::Global(decl), TypeId::pointer(ty));
                self.emit(at, Inst::Load(ptr), ty)
            }
            Some(Object::Func(decl)) => self.function_value(expr, expr, decl),
            _ => {
                let ty = self.unit.ty(expr);
                self.hole(at, ty)
            }
        }
    }

    fn value_inner(&mut self, expr: ExprId) -> ValueId {
        let at = NodeId::from(expr);
        match self.unit.tree[expr] {
            Expr::Paren(x) => self.value(x),
            Expr::Ident(_) => self.ident(expr),
            Expr::FuncLit { signature: _, body } => self.function_literal(expr, body),
            Expr::CompositeLit { .. } => self.composite(expr),
            Expr::Selector { x, sel } => self.selector(expr, x, sel),
            Expr::Index { .. } => self.index(expr),
            Expr::Slice { x, bounds } => self.slice(expr, x, bounds),
            Expr::TypeAssert { x, ty: Some(asserted) } => {
                let operand = self.interface_operand(x);
                let ty = self.unit.ty(asserted);
                self.emit(at, Inst::TypeAssert { x: operand, ty, comma_ok: false }, ty)
            }
            Expr::Call { .. } => {
                let values = self.call_values(expr);
                match values.first() {
                    Some(&value) => value,
                    None => {
                        let ty = self.unit.ty(expr);
                        self.hole(at, ty)
                    }
                }
            }
            Expr::Star(x) => {
                let ptr = self.value(x);
                let ty = self.unit.pointee(self.type_of(ptr)).unwrap_or(TypeId::INVALID);
                if ty == TypeId::INVALID {
                    return self.hole(at, self.unit.ty(expr));
                }
                self.emit(at, Inst::Load(ptr), ty)
            }
            Expr::Unary { op, x } => self.unary(expr, op, x),
            Expr::Binary { .. } => self.binary(expr),
            Expr::Bad
            | Expr::BasicLit { .. }
            | Expr::KeyValue { .. }
            | Expr::TypeAssert { ty: None, .. }
            | Expr::ArrayType { .. }
            | Expr::Ellipsis(_)
            | Expr::StructType(_)
            | Expr::FuncType(_)
            | Expr::InterfaceType(_)
            | Expr::MapType { .. }
            | Expr::ChanType { .. } => self.hole(at, self.unit.ty(expr)),
        }
    }

    /// All values of an expression: of a call, or with a comma-ok second one where checking
    /// recorded two.
    pub(super) fn values(&mut self, expr: ExprId) -> Values {
        let inner = self.unit.tree.unparen(expr);
        if let Expr::Call { .. } = self.unit.tree[inner]
            && self.unit.mode(inner) != Mode::Constant
        {
            return self.call_values(inner);
        }
        if let TypeKind::Tuple(types) = self.unit.subst(self.unit.types.ty(expr)).kind()
            && types.len() == 2
        {
            let (value, ok) = self.comma_ok(inner);
            return SmallVec::from_slice(&[value, ok]);
        }
        SmallVec::from_slice(&[self.value(expr)])
    }

    /// Both values of a comma-ok expression.
    pub(super) fn comma_ok(&mut self, expr: ExprId) -> (ValueId, ValueId) {
        let tree = self.unit.tree;
        let expr = tree.unparen(expr);
        let at = NodeId::from(expr);
        match tree[expr] {
            Expr::TypeAssert { x, ty: Some(asserted) } => {
                let operand = self.interface_operand(x);
                let ty = self.unit.ty(asserted);
                self.emit_pair(at, Inst::TypeAssert { x: operand, ty, comma_ok: true }, ty, BOOL)
            }
            Expr::Unary { op: syntax::UnaryOp::Receive, x } => {
                let chan = self.channel_operand(x);
                let elem = self.chan_element(self.type_of(chan));
                self.emit_pair(at, Inst::Receive { chan, comma_ok: true }, elem, BOOL)
            }
            Expr::Index { x, indices } => {
                let index = tree[indices].first().copied();
                if let TypeKind::Map { key, value } = self.unit.under(self.unit.ty(x))
                    && let Some(index) = index
                {
                    let map = self.value(x);
                    let key = self.value_as(index, *key);
                    let inst = Inst::MapLookup { map, key, comma_ok: true };
                    return self.emit_pair(at, inst, *value, BOOL);
                }
                self.hole_pair(at)
            }
            _ => self.hole_pair(at),
        }
    }

    fn hole_pair(&mut self, at: NodeId) -> (ValueId, ValueId) {
        self.emit_pair(at, Inst::Hole, TypeId::INVALID, BOOL)
    }

    /// The value of an operand that must be an interface, or a hole.
    pub(super) fn interface_operand(&mut self, x: ExprId) -> ValueId {
        let value = self.value(x);
        if self.unit.is_interface(self.type_of(value)) {
            return value;
        }
        self.hole(x.into(), TypeId::INVALID)
    }

    /// The value of an operand that must be a channel, or a hole.
    pub(super) fn channel_operand(&mut self, x: ExprId) -> ValueId {
        let value = self.value(x);
        match self.unit.under(self.type_of(value)) {
            TypeKind::Chan { .. } => value,
            _ => self.hole(x.into(), TypeId::INVALID),
        }
    }

    /// Element type of a channel.
    pub(super) fn chan_element(&self, ty: TypeId) -> TypeId {
        match self.unit.under(ty) {
            TypeKind::Chan { elem, .. } => *elem,
            _ => TypeId::INVALID,
        }
    }

    fn unary(&mut self, expr: ExprId, op: syntax::UnaryOp, x: ExprId) -> ValueId {
        let at = NodeId::from(expr);
        let op = match op {
            syntax::UnaryOp::Plus => return self.value(x),
            syntax::UnaryOp::Address => {
                let inner = self.unit.tree.unparen(x);
                return match self.unit.tree[inner] {
                    Expr::CompositeLit { .. } => self.new_composite(at, inner),
                    _ => self.address(x),
                };
            }
            syntax::UnaryOp::Receive => {
                let chan = self.channel_operand(x);
                let elem = self.chan_element(self.type_of(chan));
                return self.emit(at, Inst::Receive { chan, comma_ok: false }, elem);
            }
            syntax::UnaryOp::Neg => UnaryOp::Neg,
            syntax::UnaryOp::Not => UnaryOp::Not,
            syntax::UnaryOp::Xor => UnaryOp::Complement,
            syntax::UnaryOp::Tilde => return self.hole(at, self.unit.ty(expr)),
        };
        let x = self.value(x);
        let ty = self.unit.ty(expr);
        self.emit(at, Inst::Unary { op, x }, ty)
    }

    /// A binary expression. Chains (`a + b + c`) lean to the left and may be long.
    fn binary(&mut self, expr: ExprId) -> ValueId {
        let tree = self.unit.tree;
        let mut chain: SmallVec<[ExprId; 8]> = SmallVec::new();
        let mut left = expr;
        loop {
            let inner = tree.unparen(left);
            match tree[inner] {
                Expr::Binary { op, x, .. }
                    if self.unit.mode(left) != Mode::Constant
                        && !matches!(
                            op,
                            syntax::BinaryOp::LogicalAnd | syntax::BinaryOp::LogicalOr
                        ) =>
                {
                    chain.push(inner);
                    left = x;
                }
                _ => break,
            }
        }
        let Some(&innermost) = chain.last() else { return self.logical(expr) };
        let mut value = None;
        if self.unit.mode(left) != Mode::Nil || !self.is_comparison(innermost) {
            value = Some(self.value(left));
        }
        while let Some(expr) = chain.pop() {
            value = Some(self.operation(expr, value));
        }
        value.unwrap_or_else(|| self.hole(expr.into(), BOOL))
    }

    fn is_comparison(&self, expr: ExprId) -> bool {
        match self.unit.tree[expr] {
            Expr::Binary { op, .. } => binary_op(op).is_some_and(is_comparison),
            _ => false,
        }
    }

    /// One operation of a chain, its left operand evaluated unless it is `nil`.
    fn operation(&mut self, expr: ExprId, left: Option<ValueId>) -> ValueId {
        let at = NodeId::from(expr);
        let Expr::Binary { op, y, .. } = self.unit.tree[expr] else {
            return self.hole(at, self.unit.ty(expr));
        };
        let Some(op) = binary_op(op) else { return self.hole(at, self.unit.ty(expr)) };
        let ty = self.unit.ty(expr);
        if is_comparison(op) {
            let right = if self.unit.mode(y) == Mode::Nil { None } else { Some(self.value(y)) };
            return self.comparison(at, op, left, right, ty);
        }
        let Some(left) = left else { return self.hole(at, ty) };
        let right = self.right_operand(op, y);
        self.arithmetic(at, op, left, right, ty)
    }

    /// The right operand of an operation. A shift count may be an untyped constant that is no
    /// integer constant, as `2.0`: then it is a `uint` (Go spec, "Operators").
    pub(super) fn right_operand(&mut self, op: BinaryOp, y: ExprId) -> ValueId {
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr)
            && self.unit.mode(y) == Mode::Constant
            && let Some(value) = self.unit.types.constant(y)
            && self.unit.basic(self.unit.ty(y)).is_some_and(|basic| !basic.is_integer())
        {
            let count = value.to_int();
            return self.constant(y.into(), count, TypeId::basic(BasicKind::Uint));
        }
        self.value(y)
    }

    /// An operation on values; the operands of all but shifts get the result's type.
    pub(super) fn arithmetic(
        &mut self,
        at: NodeId,
        op: BinaryOp,
        x: ValueId,
        y: ValueId,
        ty: TypeId,
    ) -> ValueId {
        if ty == TypeId::INVALID {
            return self.hole(at, ty);
        }
        let x = self.assigned(at, x, ty);
        let y = match op {
            BinaryOp::Shl | BinaryOp::Shr => y,
            _ => self.assigned(at, y, ty),
        };
        self.emit(at, Inst::Binary { op, x, y }, ty)
    }

    /// A comparison; `None` stands for `nil`.
    pub(super) fn comparison(
        &mut self,
        at: NodeId,
        op: BinaryOp,
        x: Option<ValueId>,
        y: Option<ValueId>,
        ty: TypeId,
    ) -> ValueId {
        let (x, y) = match (x, y) {
            (Some(x), Some(y)) => self.unified(at, x, y),
            (Some(x), None) => {
                let zero = self.emit(at, Inst::Zero, self.type_of(x));
                (x, zero)
            }
            (None, Some(y)) => {
                let zero = self.emit(at, Inst::Zero, self.type_of(y));
                (zero, y)
            }
            (None, None) => return self.hole(at, ty),
        };
        let ty = if ty == TypeId::INVALID { BOOL } else { ty };
        self.emit(at, Inst::Binary { op, x, y }, ty)
    }

    /// The operands of a comparison as values of one type: that of an interface operand if there
    /// is one.
    fn unified(&mut self, at: NodeId, x: ValueId, y: ValueId) -> (ValueId, ValueId) {
        let (tx, ty) = (self.type_of(x), self.type_of(y));
        if tx == ty || tx.canonical() == ty.canonical() {
            return (x, y);
        }
        match (self.unit.under(tx), self.unit.under(ty)) {
            (TypeKind::Interface(_), TypeKind::Interface(_)) => {
                // One of them has all methods of the other.
                let resolver = &self.unit.resolver;
                let methods = |ty| gossa_types::underlying::interface_methods(resolver, ty).len();
                if methods(tx) <= methods(ty) {
                    (x, self.assigned(at, y, tx))
                } else {
                    (self.assigned(at, x, ty), y)
                }
            }
            (_, TypeKind::Interface(_)) => (self.assigned(at, x, ty), y),
            _ => (x, self.assigned(at, y, tx)),
        }
    }

    /// `x && y` or `x || y` as a value.
    fn logical(&mut self, expr: ExprId) -> ValueId {
        let at = NodeId::from(expr);
        let ty = self.unit.ty(expr);
        let inner = self.unit.tree.unparen(expr);
        let Expr::Binary { op, x, y } = self.unit.tree[inner] else { return self.hole(at, ty) };
        let is_and = op == syntax::BinaryOp::LogicalAnd;
        let var = self.unit.new_var(ty);
        let right = self.new_block();
        let short = self.new_block();
        let done = self.new_block();
        if is_and {
            self.condition(x, right, short);
        } else {
            self.condition(x, short, right);
        }
        self.start_if_reached(right);
        if self.current.is_some() {
            let value = self.value(y);
            let value = self.assigned(at, value, ty);
            self.write(var, value);
            self.jump(at, done);
        }
        self.start_if_reached(short);
        if self.current.is_some() {
            let value = self.constant(at, Value::from_bool(!is_and), ty);
            self.write(var, value);
            self.jump(at, done);
        }
        self.start_if_reached(done);
        self.read(var)
    }

    fn index(&mut self, expr: ExprId) -> ValueId {
        let tree = self.unit.tree;
        let Expr::Index { x, indices } = tree[expr] else {
            return self.hole(expr.into(), self.unit.ty(expr));
        };
        let at = NodeId::from(expr);
        // An instantiated function.
        if let Some((ident, decl)) = self.instantiated(x) {
            return self.function_value(expr, ident, decl);
        }
        // An instantiated method.
        let inner = tree.unparen(x);
        let types = self.unit.types;
        if let Expr::Selector { x, sel } = tree[inner]
            && let Some(selection) = types.selection(inner)
            && selection.kind != SelectionKind::Field
        {
            return self.method_as_value(expr, x, sel, selection);
        }
        let Some(&index) = tree[indices].first() else {
            return self.hole(at, self.unit.ty(expr));
        };
        if let TypeKind::Map { key, value } = self.unit.under(self.unit.ty(x)) {
            let map = self.value(x);
            let key = self.value_as(index, *key);
            return self.emit(at, Inst::MapLookup { map, key, comma_ok: false }, *value);
        }
        let operand = self.operand(expr);
        self.load(at, operand)
    }

    /// The generic function that `x` in `x[T]` names, with the identifier.
    pub(super) fn instantiated(&self, x: ExprId) -> Option<(ExprId, gossa_types::DeclId)> {
        let tree = self.unit.tree;
        let x = tree.unparen(x);
        let ident = match tree[x] {
            Expr::Ident(_) => x,
            Expr::Selector { sel, .. } if self.unit.types.selection(x).is_none() => sel,
            _ => return None,
        };
        match self.unit.types.object(ident)? {
            Object::Func(decl) => Some((ident, decl)),
            _ => None,
        }
    }

    fn slice(&mut self, expr: ExprId, x: ExprId, bounds: u32) -> ValueId {
        let at = NodeId::from(expr);
        let bounds = self.unit.tree.slices[bounds as usize];
        let operand_type = self.unit.ty(x);
        let operand = match self.unit.under(operand_type) {
            TypeKind::Array { .. } => self.address(x),
            _ => self.value(x),
        };
        let bound =
            |function: &mut Self, bound: Option<ExprId>| bound.map(|bound| function.value(bound));
        let lo = bound(self, bounds.lo);
        let hi = bound(self, bounds.hi);
        let max = bound(self, bounds.max);
        let ty = self.unit.ty(expr);
        let bounds = self.add_bounds(crate::inst::SliceBounds { lo, hi, max });
        self.emit(at, Inst::Slice { x: operand, bounds }, ty)
    }

    /// Evaluates an expression for what it does.
    pub(super) fn discard(&mut self, expr: ExprId) {
        let tree = self.unit.tree;
        let inner = tree.unparen(expr);
        match (tree[inner], self.unit.mode(inner)) {
            (Expr::Call { .. }, mode) if mode != Mode::Constant => self.call_statement(inner),
            (_, Mode::Value | Mode::Variable | Mode::MapIndex | Mode::CommaOk) => {
                self.value(inner);
            }
            _ => {}
        }
    }

    /// A new variable with a value: `new(expr)`, or what a closure shares.
    pub(super) fn new_variable(&mut self, at: NodeId, ty: TypeId, value: ValueId) -> ValueId {
        let ptr = self.alloc(at, AllocKind::New, ty, None);
        self.emit_none(at, Inst::Store { ptr, value });
        ptr
    }

    /// The variable that an identifier declares or names, if it is a local one.
    pub(super) fn local_of(&self, ident: ExprId) -> Option<LocalId> {
        match self.unit.types.object(ident) {
            Some(Object::Local(local)) => Some(local),
            _ => None,
        }
    }

    /// The register variable that an expression names.
    pub(super) fn register_of(&mut self, expr: ExprId) -> Option<Var> {
        let local = self.local_of(self.unit.tree.unparen(expr))?;
        (!self.unit.is_cell(local)).then(|| Var::from(local))
    }

    /// The number one of a numeric type.
    pub(super) fn one(&mut self, at: NodeId, ty: TypeId) -> ValueId {
        let value = Value::from_i64(1);
        let ty = if ty == TypeId::INVALID { INT } else { ty };
        let value = match self.unit.basic(ty) {
            Some(BasicKind::Float32 | BasicKind::Float64) => value.to_float(),
            Some(BasicKind::Complex64 | BasicKind::Complex128) => value.to_complex(),
            _ => value,
        };
        self.constant(at, value, ty)
    }
}

/// The operator of an instruction; `None` for the short-circuit ones.
pub(super) fn binary_op(op: syntax::BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        syntax::BinaryOp::Add => BinaryOp::Add,
        syntax::BinaryOp::Sub => BinaryOp::Sub,
        syntax::BinaryOp::Mul => BinaryOp::Mul,
        syntax::BinaryOp::Div => BinaryOp::Div,
        syntax::BinaryOp::Rem => BinaryOp::Rem,
        syntax::BinaryOp::And => BinaryOp::And,
        syntax::BinaryOp::Or => BinaryOp::Or,
        syntax::BinaryOp::Xor => BinaryOp::Xor,
        syntax::BinaryOp::AndNot => BinaryOp::AndNot,
        syntax::BinaryOp::Shl => BinaryOp::Shl,
        syntax::BinaryOp::Shr => BinaryOp::Shr,
        syntax::BinaryOp::Equal => BinaryOp::Equal,
        syntax::BinaryOp::NotEqual => BinaryOp::NotEqual,
        syntax::BinaryOp::Less => BinaryOp::Less,
        syntax::BinaryOp::LessEqual => BinaryOp::LessEqual,
        syntax::BinaryOp::Greater => BinaryOp::Greater,
        syntax::BinaryOp::GreaterEqual => BinaryOp::GreaterEqual,
        syntax::BinaryOp::LogicalAnd | syntax::BinaryOp::LogicalOr => return None,
    })
}

/// Whether the result is a boolean.
pub(super) fn is_comparison(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
    )
}
