//! V12, V17 and the types of V8, V13, V14: what instructions ask of their operands' types.
//!
//! A type whose underlying type is not known (no resolver, or an error) fits everywhere.

use super::{Check, Place};
use crate::ids::{CallId, InstId, MethodRef, MethodTarget, ValueId};
use crate::inst::{BinaryOp, Callee, ConvertKind, Inst, UnaryOp, UnsafeOp};
use crate::print::type_text;
use gossa_types::identical::identical_ignore_tags;
use gossa_types::underlying::interface_methods;
use gossa_types::{BasicKind, Builtin, SignatureType, TypeId, TypeKind};

const INT: TypeId = TypeId::basic(BasicKind::Int);
const STRING: TypeId = TypeId::basic(BasicKind::String);
const UINT8: TypeId = TypeId::basic(BasicKind::Uint8);
const POINTER: TypeId = TypeId::basic(BasicKind::UnsafePointer);

/// What is asked of a type.
#[derive(Clone, Copy)]
enum Class {
    Integer,
    Numeric,
    Complex,
    Boolean,
    Ordered,
    Interface,
    NoInterface,
    Signature,
}

impl Class {
    const fn description(self) -> &'static str {
        match self {
            Self::Integer => "an integer type",
            Self::Numeric => "a numeric type",
            Self::Complex => "a complex type",
            Self::Boolean => "a boolean type",
            Self::Ordered => "an ordered type",
            Self::Interface => "an interface type",
            Self::NoInterface => "a type other than an interface",
            Self::Signature => "a function type",
        }
    }
}

impl Check<'_> {
    pub(super) fn typing(&mut self) {
        let body = self.body;
        for block in body.block_ids() {
            for value in body.params(block) {
                self.no_type_params(Place::Block(block), value);
            }
            for inst in body.insts_of(block) {
                for value in body.results_of(inst) {
                    self.no_type_params(Place::Inst(inst), value);
                }
                self.inst_types(inst);
            }
        }
    }

    fn no_type_params(&mut self, place: Place, value: ValueId) {
        let ty = self.body[value].ty;
        if ty.has_type_param() {
            self.report(17, place, || format!("{value} is of type {}", type_text(ty)));
        }
    }

    fn ty(&self, value: ValueId) -> TypeId {
        self.body[value].ty
    }

    fn kind(&self, ty: TypeId) -> Option<&'static TypeKind> {
        self.underlying(ty).map(TypeId::kind)
    }

    fn wrong(&mut self, inst: InstId, message: impl FnOnce() -> String) {
        self.report(12, Place::Inst(inst), message);
    }

    /// Reports two types that should be identical.
    fn expect_same(&mut self, inst: InstId, what: &str, found: TypeId, expected: TypeId) {
        if !self.same(found, expected) {
            self.wrong(inst, || {
                format!("{what} is of type {}, not {}", type_text(found), type_text(expected))
            });
        }
    }

    fn expect(&mut self, inst: InstId, what: &str, ty: TypeId, class: Class) {
        let Some(kind) = self.kind(ty) else {
            return;
        };
        let basic = match kind {
            TypeKind::Basic(basic) => Some(*basic),
            _ => None,
        };
        let fits = match class {
            Class::Integer => basic.is_some_and(BasicKind::is_integer),
            Class::Numeric => basic.is_some_and(BasicKind::is_numeric),
            Class::Complex => basic.is_some_and(BasicKind::is_complex),
            Class::Boolean => basic.is_some_and(BasicKind::is_boolean),
            Class::Ordered => basic.is_some_and(BasicKind::is_ordered),
            Class::Interface => matches!(kind, TypeKind::Interface(_)),
            Class::NoInterface => !matches!(kind, TypeKind::Interface(_)),
            Class::Signature => matches!(kind, TypeKind::Signature(_)),
        };
        if !fits {
            self.wrong(inst, || {
                format!("{what} is of type {}, not {}", type_text(ty), class.description())
            });
        }
    }

    fn no(&mut self, inst: InstId, what: &str, ty: TypeId, expected: &str) {
        self.wrong(inst, || format!("{what} is of type {}, not {expected}", type_text(ty)));
    }

    /// The element type of a pointer; `None` when not known, or reported.
    fn pointer(&mut self, inst: InstId, what: &str, ty: TypeId) -> Option<TypeId> {
        match self.kind(ty)? {
            TypeKind::Pointer(elem) => Some(*elem),
            _ => {
                self.no(inst, what, ty, "a pointer type");
                None
            }
        }
    }

    fn map(&mut self, inst: InstId, ty: TypeId) -> Option<(TypeId, TypeId)> {
        match self.kind(ty)? {
            TypeKind::Map { key, value } => Some((*key, *value)),
            _ => {
                self.no(inst, "the map", ty, "a map type");
                None
            }
        }
    }

    fn chan(&mut self, inst: InstId, ty: TypeId) -> Option<TypeId> {
        match self.kind(ty)? {
            TypeKind::Chan { elem, .. } => Some(*elem),
            _ => {
                self.no(inst, "the channel", ty, "a channel type");
                None
            }
        }
    }

    /// The type of a struct's field.
    fn field(&mut self, inst: InstId, ty: TypeId, field: u32) -> Option<TypeId> {
        match self.kind(ty)? {
            TypeKind::Struct(fields) => {
                let found = fields.get(field as usize);
                if found.is_none() {
                    self.wrong(inst, || format!("{} has no field {field}", type_text(ty)));
                }
                found.map(|field| field.ty)
            }
            _ => {
                self.no(inst, "the operand", ty, "a struct type");
                None
            }
        }
    }

    fn array(&mut self, inst: InstId, ty: TypeId) -> Option<(TypeId, i64)> {
        match self.kind(ty)? {
            TypeKind::Array { elem, len } => Some((*elem, *len)),
            _ => {
                self.no(inst, "the operand", ty, "an array type");
                None
            }
        }
    }

    /// `comma_ok`'s second result.
    fn second_is_boolean(&mut self, inst: InstId) {
        if let Some(ok) = self.body.results_of(inst).nth(1) {
            self.expect(inst, "the second result", self.ty(ok), Class::Boolean);
        }
    }

    fn inst_types(&mut self, inst: InstId) {
        let body = self.body;
        let first = body.results_of(inst).next().map_or(TypeId::INVALID, |value| self.ty(value));
        match body[inst] {
            Inst::Zero | Inst::Hole | Inst::DeferStack | Inst::RunDefers | Inst::Unreachable => {}
            Inst::Const(constant) => {
                if !self.constant_fits(&body[constant], first) {
                    self.wrong(inst, || {
                        format!("the constant {} is no {}", body[constant], type_text(first))
                    });
                }
            }
            Inst::Func(_) => self.expect(inst, "the result", first, Class::Signature),
            Inst::Global(_) | Inst::Alloc(_) => {
                self.pointer(inst, "the result", first);
            }
            Inst::Table(table) => {
                self.expect_same(inst, "the result", first, body[table].ty);
                self.table(inst, &body[table]);
            }
            Inst::Load(ptr) => {
                if let Some(elem) = self.pointer(inst, "the operand", self.ty(ptr)) {
                    self.expect_same(inst, "the result", first, elem);
                }
            }
            Inst::Store { ptr, value } => {
                if let Some(elem) = self.pointer(inst, "the address", self.ty(ptr)) {
                    self.expect_same(inst, "the value", self.ty(value), elem);
                }
            }
            Inst::FieldAddr { ptr, field } => {
                if let Some(base) = self.pointer(inst, "the operand", self.ty(ptr))
                    && let Some(field) = self.field(inst, base, field)
                    && let Some(elem) = self.pointer(inst, "the result", first)
                {
                    self.expect_same(inst, "the field", elem, field);
                }
            }
            Inst::IndexAddr { base, index } => self.index_addr(inst, base, index, first),
            Inst::Field { base, field } => {
                if let Some(field) = self.field(inst, self.ty(base), field) {
                    self.expect_same(inst, "the result", first, field);
                }
            }
            Inst::Index { base, index } => {
                self.expect(inst, "the index", self.ty(index), Class::Integer);
                match self.kind(self.ty(base)) {
                    None => {}
                    Some(TypeKind::Array { elem, .. }) => {
                        self.expect_same(inst, "the result", first, *elem);
                    }
                    Some(TypeKind::Basic(kind)) if kind.is_string() => {
                        self.expect_same(inst, "the result", first, UINT8);
                    }
                    Some(_) => self.no(inst, "the operand", self.ty(base), "an array or string"),
                }
            }
            Inst::Struct(values) => match self.kind(first) {
                None => {}
                Some(TypeKind::Struct(fields)) => {
                    let found = body[values].iter().map(|&value| body[value].ty);
                    self.same_list(12, inst, "field", found, fields.iter().map(|f| f.ty));
                }
                Some(_) => self.no(inst, "the result", first, "a struct type"),
            },
            Inst::Array(values) => {
                if let Some((elem, len)) = self.array(inst, first) {
                    let count = body[values].len();
                    if i64::try_from(count) != Ok(len) {
                        self.wrong(inst, || format!("{count} elements of {len}"));
                    }
                    for &value in &body[values] {
                        self.expect_same(inst, "an element", self.ty(value), elem);
                    }
                }
            }
            Inst::WithField { base, field, value } => {
                self.expect_same(inst, "the result", first, self.ty(base));
                if let Some(field) = self.field(inst, first, field) {
                    self.expect_same(inst, "the field", self.ty(value), field);
                }
            }
            Inst::WithIndex { base, index, value } => {
                self.expect_same(inst, "the result", first, self.ty(base));
                self.expect(inst, "the index", self.ty(index), Class::Integer);
                if let Some((elem, _)) = self.array(inst, first) {
                    self.expect_same(inst, "the element", self.ty(value), elem);
                }
            }
            Inst::Unary { op, x } => {
                self.expect_same(inst, "the result", first, self.ty(x));
                let class = match op {
                    UnaryOp::Not => Class::Boolean,
                    UnaryOp::Neg => Class::Numeric,
                    UnaryOp::Complement => Class::Integer,
                };
                self.expect(inst, "the operand", first, class);
            }
            Inst::Binary { op, x, y } => self.binary(inst, op, self.ty(x), self.ty(y), first),
            Inst::Convert { kind, x } => self.convert(inst, kind, self.ty(x), first),
            Inst::Narrow { x, .. } => self.expect_same(inst, "the result", first, self.ty(x)),
            Inst::Unsafe { op, x, y } => self.unsafe_op(inst, op, x, y, first),
            Inst::MakeInterface(x) => {
                self.expect(inst, "the operand", self.ty(x), Class::NoInterface);
                self.expect(inst, "the result", first, Class::Interface);
            }
            Inst::ChangeInterface(x) => {
                self.expect(inst, "the operand", self.ty(x), Class::Interface);
                self.expect(inst, "the result", first, Class::Interface);
            }
            Inst::TypeAssert { x, ty, .. } => {
                self.expect(inst, "the operand", self.ty(x), Class::Interface);
                self.expect_same(inst, "the result", first, ty);
                self.second_is_boolean(inst);
            }
            Inst::Closure { .. } => self.expect(inst, "the result", first, Class::Signature),
            Inst::MethodValue { method, x } => {
                let method = &body[method];
                self.expect_same(inst, "the receiver", self.ty(x), method.receiver);
                self.expect(inst, "the result", first, Class::Signature);
                self.method_path(inst, method);
            }
            Inst::MethodExpr(method) => {
                let method = &body[method];
                if let Some(TypeKind::Signature(signature)) = self.kind(first) {
                    match signature.params.first() {
                        Some(param) => {
                            self.expect_same(inst, "the receiver", param.ty, method.receiver);
                        }
                        None => self.no(inst, "the result", first, "one with a receiver"),
                    }
                } else {
                    self.expect(inst, "the result", first, Class::Signature);
                }
                self.method_path(inst, method);
            }
            Inst::Call(call) => self.call(inst, call, true),
            Inst::Go(call) | Inst::Defer { call, .. } => self.call(inst, call, false),
            Inst::Recover => self.expect(inst, "the result", first, Class::Interface),
            Inst::MakeSlice { len, cap } => {
                for size in std::iter::once(len).chain(cap) {
                    self.expect(inst, "a size", self.ty(size), Class::Integer);
                }
                if !matches!(self.kind(first), None | Some(TypeKind::Slice(_))) {
                    self.no(inst, "the result", first, "a slice type");
                }
            }
            Inst::MakeMap(size) => {
                if let Some(size) = size {
                    self.expect(inst, "the size", self.ty(size), Class::Integer);
                }
                self.map(inst, first);
            }
            Inst::MakeChan(size) => {
                if let Some(size) = size {
                    self.expect(inst, "the size", self.ty(size), Class::Integer);
                }
                self.chan(inst, first);
            }
            Inst::Slice { x, bounds } => {
                let bounds = body.bounds[bounds as usize];
                for bound in [bounds.lo, bounds.hi, bounds.max].into_iter().flatten() {
                    self.expect(inst, "a bound", self.ty(bound), Class::Integer);
                }
                self.slice(inst, self.ty(x), first);
            }
            Inst::MapLookup { map, key, .. } => {
                if let Some((key_ty, elem)) = self.map(inst, self.ty(map)) {
                    self.expect_same(inst, "the key", self.ty(key), key_ty);
                    self.expect_same(inst, "the result", first, elem);
                }
                self.second_is_boolean(inst);
            }
            Inst::MapUpdate { map, key, value } => {
                if let Some((key_ty, elem)) = self.map(inst, self.ty(map)) {
                    self.expect_same(inst, "the key", self.ty(key), key_ty);
                    self.expect_same(inst, "the element", self.ty(value), elem);
                }
            }
            Inst::Range(x) => {
                self.expect_same(inst, "the result", first, self.ty(x));
                match self.kind(first) {
                    None | Some(TypeKind::Map { .. }) => {}
                    Some(TypeKind::Basic(kind)) if kind.is_string() => {}
                    Some(_) => self.no(inst, "the operand", first, "a map or string"),
                }
            }
            Inst::Next(iterator) => self.next(inst, iterator),
            Inst::Builtin { op, args } => self.builtin(inst, op, &body[args], first),
            Inst::Send { chan, value } => {
                if let Some(elem) = self.chan(inst, self.ty(chan)) {
                    self.expect_same(inst, "the value", self.ty(value), elem);
                }
            }
            Inst::Receive { chan, .. } => {
                if let Some(elem) = self.chan(inst, self.ty(chan)) {
                    self.expect_same(inst, "the result", first, elem);
                }
                self.second_is_boolean(inst);
            }
            Inst::Jump(target) => {
                let args = &body[target.args];
                // Another rule is about their number.
                for (value, param) in args.iter().zip(body.params(target.block)) {
                    let (found, expected) = (self.ty(*value), self.ty(param));
                    if !self.same(found, expected) {
                        self.report(8, Place::Inst(inst), || {
                            format!(
                                "{param} is of type {}, not {}",
                                type_text(expected),
                                type_text(found)
                            )
                        });
                    }
                }
            }
            Inst::Branch { cond, .. } => {
                self.expect(inst, "the condition", self.ty(cond), Class::Boolean);
            }
            Inst::Return(values) => {
                for (value, &expected) in body[values].iter().zip(&body.results) {
                    let found = self.ty(*value);
                    if !self.same(found, expected) {
                        self.report(13, Place::Inst(inst), || {
                            format!(
                                "{} returns {}, not {}",
                                body.func,
                                type_text(expected),
                                type_text(found)
                            )
                        });
                    }
                }
            }
            Inst::Panic(x) => self.expect(inst, "the operand", self.ty(x), Class::Interface),
            Inst::Select(select) => {
                for arm in &body[select].arms {
                    let Some(elem) = self.chan(inst, self.ty(arm.chan)) else {
                        continue;
                    };
                    match arm.value {
                        Some(value) => self.expect_same(inst, "a value", self.ty(value), elem),
                        None => self.received(inst, arm.block, elem),
                    }
                }
            }
            Inst::Unwind { .. } => {}
        }
    }

    /// V14's types.
    fn received(&mut self, inst: InstId, block: crate::BlockId, elem: TypeId) {
        let mut params = self.body.params(block);
        let types = (params.next().map(|v| self.ty(v)), params.next().map(|v| self.ty(v)));
        let (Some(value), Some(ok)) = types else {
            return;
        };
        let boolean = match self.kind(ok) {
            Some(TypeKind::Basic(kind)) => kind.is_boolean(),
            None => true,
            Some(_) => false,
        };
        if !self.same(value, elem) || !boolean {
            self.report(14, Place::Inst(inst), || {
                format!("the parameters of {block} are not {} and a boolean", type_text(elem))
            });
        }
    }

    fn index_addr(&mut self, inst: InstId, base: ValueId, index: ValueId, result: TypeId) {
        self.expect(inst, "the index", self.ty(index), Class::Integer);
        let elem = match self.kind(self.ty(base)) {
            None => return,
            Some(TypeKind::Slice(elem)) => *elem,
            Some(TypeKind::Pointer(array)) => match self.array(inst, *array) {
                Some((elem, _)) => elem,
                None => return,
            },
            Some(_) => {
                self.no(inst, "the operand", self.ty(base), "a slice or a pointer to an array");
                return;
            }
        };
        if let Some(pointed) = self.pointer(inst, "the result", result) {
            self.expect_same(inst, "the element", pointed, elem);
        }
    }

    fn binary(&mut self, inst: InstId, op: BinaryOp, x: TypeId, y: TypeId, result: TypeId) {
        match op {
            BinaryOp::Shl | BinaryOp::Shr => {
                self.expect_same(inst, "the result", result, x);
                self.expect(inst, "the left operand", x, Class::Integer);
                self.expect(inst, "the shift count", y, Class::Integer);
                return;
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                self.expect(inst, "the result", result, Class::Boolean);
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                self.expect(inst, "the result", result, Class::Boolean);
                self.expect(inst, "the left operand", x, Class::Ordered);
            }
            BinaryOp::Add => {
                self.expect_same(inst, "the result", result, x);
                let is_string = matches!(
                    self.kind(x),
                    Some(TypeKind::Basic(kind)) if kind.is_string()
                );
                if !is_string {
                    self.expect(inst, "the left operand", x, Class::Numeric);
                }
            }
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => {
                self.expect_same(inst, "the result", result, x);
                self.expect(inst, "the left operand", x, Class::Numeric);
            }
            BinaryOp::Rem | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::AndNot => {
                self.expect_same(inst, "the result", result, x);
                self.expect(inst, "the left operand", x, Class::Integer);
            }
        }
        self.expect_same(inst, "the right operand", y, x);
    }

    fn convert(&mut self, inst: InstId, kind: ConvertKind, from: TypeId, to: TypeId) {
        let (Some(from_under), Some(to_under)) = (self.underlying(from), self.underlying(to))
        else {
            return;
        };
        if from_under.has_invalid() || to_under.has_invalid() {
            return;
        }
        let basic = |ty: TypeId, test: fn(BasicKind) -> bool| matches!(ty.kind(), TypeKind::Basic(kind) if test(*kind));
        let is_string = |ty: TypeId| basic(ty, BasicKind::is_string);
        let is_integer = |ty: TypeId| basic(ty, BasicKind::is_integer);
        let is_unsafe = |ty: TypeId| basic(ty, |kind| kind == BasicKind::UnsafePointer);
        let is_uintptr = |ty: TypeId| basic(ty, |kind| kind == BasicKind::Uintptr);
        let is_pointer = |ty: TypeId| matches!(ty.kind(), TypeKind::Pointer(_));
        let elem_is = |ty: TypeId, kind: BasicKind| match ty.kind() {
            TypeKind::Slice(elem) => {
                self.underlying(*elem).is_none_or(|under| under.canonical() == TypeId::basic(kind))
            }
            _ => false,
        };
        let fits = match kind {
            ConvertKind::ChangeType => self.change_of_type_alone(from_under, to_under),
            ConvertKind::Numeric => {
                basic(from_under, BasicKind::is_numeric) && basic(to_under, BasicKind::is_numeric)
            }
            ConvertKind::IntToString => is_integer(from_under) && is_string(to_under),
            ConvertKind::BytesToString => {
                elem_is(from_under, BasicKind::Uint8) && is_string(to_under)
            }
            ConvertKind::RunesToString => {
                elem_is(from_under, BasicKind::Int32) && is_string(to_under)
            }
            ConvertKind::StringToBytes => {
                is_string(from_under) && elem_is(to_under, BasicKind::Uint8)
            }
            ConvertKind::StringToRunes => {
                is_string(from_under) && elem_is(to_under, BasicKind::Int32)
            }
            ConvertKind::SliceToArray => match (from_under.kind(), to_under.kind()) {
                (TypeKind::Slice(from), TypeKind::Array { elem, .. }) => self.same(*from, *elem),
                _ => false,
            },
            ConvertKind::SliceToArrayPointer => match (from_under.kind(), to_under.kind()) {
                (TypeKind::Slice(from), TypeKind::Pointer(array)) => match self.kind(*array) {
                    None => true,
                    Some(TypeKind::Array { elem, .. }) => self.same(*from, *elem),
                    Some(_) => false,
                },
                _ => false,
            },
            ConvertKind::PointerToUnsafe => is_pointer(from_under) && is_unsafe(to_under),
            ConvertKind::UnsafeToPointer => is_unsafe(from_under) && is_pointer(to_under),
            ConvertKind::UnsafeToUintptr => is_unsafe(from_under) && is_uintptr(to_under),
            ConvertKind::UintptrToUnsafe => is_uintptr(from_under) && is_unsafe(to_under),
        };
        if !fits {
            self.wrong(inst, || {
                format!(
                    "`convert {}` does not go from {} to {}",
                    kind.word(),
                    type_text(from),
                    type_text(to)
                )
            });
        }
    }

    /// Whether values of two underlying types are the same but for their types.
    fn change_of_type_alone(&self, from: TypeId, to: TypeId) -> bool {
        let same = |a: TypeId, b: TypeId| {
            self.same(a, b)
                || self.resolver.is_none_or(|resolver| identical_ignore_tags(resolver, a, b))
        };
        match (from.kind(), to.kind()) {
            (TypeKind::Chan { elem: from, .. }, TypeKind::Chan { elem: to, .. }) => {
                self.same(*from, *to)
            }
            (TypeKind::Pointer(a), TypeKind::Pointer(b)) => {
                match (self.underlying(*a), self.underlying(*b)) {
                    (Some(a), Some(b)) => same(a, b),
                    _ => true,
                }
            }
            _ => same(from, to),
        }
    }

    fn unsafe_op(
        &mut self,
        inst: InstId,
        op: UnsafeOp,
        x: ValueId,
        y: Option<ValueId>,
        result: TypeId,
    ) {
        if let Some(y) = y {
            self.expect(inst, "the second operand", self.ty(y), Class::Integer);
        }
        let x = self.ty(x);
        match op {
            UnsafeOp::Add => {
                if let Some(under) = self.underlying(x) {
                    self.expect_same(inst, "the operand", under, POINTER);
                }
                if let Some(under) = self.underlying(result) {
                    self.expect_same(inst, "the result", under, POINTER);
                }
            }
            UnsafeOp::Slice => {
                if let Some(elem) = self.pointer(inst, "the operand", x) {
                    self.expect_same(inst, "the result", result, TypeId::slice(elem));
                }
            }
            UnsafeOp::SliceData => match self.kind(x) {
                None => {}
                Some(TypeKind::Slice(elem)) => {
                    self.expect_same(inst, "the result", result, TypeId::pointer(*elem));
                }
                Some(_) => self.no(inst, "the operand", x, "a slice type"),
            },
            UnsafeOp::String => {
                self.expect_same(inst, "the operand", x, TypeId::pointer(UINT8));
                self.expect_same(inst, "the result", result, STRING);
            }
            UnsafeOp::StringData => {
                self.expect_same(inst, "the result", result, TypeId::pointer(UINT8));
            }
        }
    }

    fn slice(&mut self, inst: InstId, x: TypeId, result: TypeId) {
        match self.kind(x) {
            None => {}
            Some(TypeKind::Slice(_)) => self.expect_same(inst, "the result", result, x),
            Some(TypeKind::Basic(kind)) if kind.is_string() => {
                self.expect_same(inst, "the result", result, x);
            }
            Some(TypeKind::Pointer(array)) => {
                if let Some((elem, _)) = self.array(inst, *array) {
                    self.expect_same(inst, "the result", result, TypeId::slice(elem));
                }
            }
            Some(_) => self.no(inst, "the operand", x, "a string, slice or pointer to an array"),
        }
    }

    fn next(&mut self, inst: InstId, iterator: ValueId) {
        let mut results = self.body.results_of(inst).map(|value| self.body[value].ty);
        let (Some(more), Some(key), Some(elem)) = (results.next(), results.next(), results.next())
        else {
            return;
        };
        self.expect(inst, "the first result", more, Class::Boolean);
        match self.kind(self.ty(iterator)) {
            None => {}
            Some(TypeKind::Map { key: map_key, value }) => {
                self.expect_same(inst, "the key", key, *map_key);
                self.expect_same(inst, "the element", elem, *value);
            }
            Some(TypeKind::Basic(kind)) if kind.is_string() => {
                self.expect_same(inst, "the index", key, INT);
                self.expect_same(inst, "the rune", elem, TypeId::basic(BasicKind::Int32));
            }
            Some(_) => self.no(inst, "the operand", self.ty(iterator), "a map or string"),
        }
    }

    fn builtin(&mut self, inst: InstId, op: Builtin, args: &[ValueId], result: TypeId) {
        let Some(&x) = args.first() else {
            return;
        };
        let x = self.ty(x);
        match op {
            Builtin::Append => {
                self.expect_same(inst, "the result", result, x);
                if let (Some(TypeKind::Slice(elem)), Some(&more)) = (self.kind(x), args.get(1)) {
                    match self.kind(self.ty(more)) {
                        None => {}
                        Some(TypeKind::Slice(added)) => {
                            self.expect_same(inst, "an element", *added, *elem);
                        }
                        Some(TypeKind::Basic(kind)) if kind.is_string() => {}
                        Some(_) => {
                            self.no(inst, "the operand", self.ty(more), "a slice or string");
                        }
                    }
                } else if !matches!(self.kind(x), None | Some(TypeKind::Slice(_))) {
                    self.no(inst, "the operand", x, "a slice type");
                }
            }
            Builtin::Len | Builtin::Cap | Builtin::Copy => {
                self.expect_same(inst, "the result", result, INT);
            }
            Builtin::Delete => {
                if let (Some((key, _)), Some(&arg)) = (self.map(inst, x), args.get(1)) {
                    self.expect_same(inst, "the key", self.ty(arg), key);
                }
            }
            Builtin::Close => {
                self.chan(inst, x);
            }
            Builtin::Max | Builtin::Min => {
                self.expect(inst, "an operand", x, Class::Ordered);
                self.expect_same(inst, "the result", result, x);
                for &arg in args {
                    self.expect_same(inst, "an operand", self.ty(arg), x);
                }
            }
            Builtin::Complex => self.expect(inst, "the result", result, Class::Complex),
            Builtin::Real | Builtin::Imag => {
                self.expect(inst, "the operand", x, Class::Complex);
                self.expect(inst, "the result", result, Class::Numeric);
            }
            _ => {}
        }
    }

    fn call(&mut self, inst: InstId, call: CallId, with_results: bool) {
        let body = self.body;
        let data = body[call];
        match data.callee {
            // `verify_calls` looks at the callee.
            Callee::Static(_) => {}
            Callee::Value(value) => match self.kind(self.ty(value)) {
                None => {}
                Some(TypeKind::Signature(signature)) => {
                    self.signature(inst, call, signature, with_results);
                }
                Some(_) => self.no(inst, "the callee", self.ty(value), "a function type"),
            },
            Callee::Interface { receiver, method } => {
                let method = &body[method];
                self.expect_same(inst, "the receiver", self.ty(receiver), method.receiver);
                if let Some(signature) = self.method_path(inst, method) {
                    self.signature(inst, call, signature, with_results);
                }
            }
            Callee::Builtin(_) => {
                if with_results {
                    self.wrong(inst, || "a built-in function is no callee of a call".to_owned());
                }
            }
        }
    }

    fn signature(
        &mut self,
        inst: InstId,
        call: CallId,
        signature: &SignatureType,
        with_results: bool,
    ) {
        let body = self.body;
        let args = body[body[call].args].iter().map(|&value| body[value].ty);
        self.same_list(12, inst, "argument", args, signature.params.iter().map(|p| p.ty));
        if with_results {
            let results = body.results_of(inst).map(|value| body[value].ty);
            let expected = signature.results.iter().map(|p| p.ty);
            self.same_list(12, inst, "result", results, expected);
        }
    }

    /// Follows the way from a receiver to a method; gives the signature of an interface's.
    fn method_path(&mut self, inst: InstId, method: &MethodRef) -> Option<&'static SignatureType> {
        let mut ty = method.receiver;
        for &field in &method.path {
            if let TypeKind::Pointer(elem) = self.kind(ty)? {
                ty = *elem;
            }
            ty = self.field(inst, ty, field)?;
        }
        let MethodTarget::Interface(name) = method.target else {
            return None;
        };
        let resolver = self.resolver?;
        let under = self.underlying(ty)?;
        if !matches!(under.kind(), TypeKind::Interface(_)) {
            self.no(inst, "the receiver", ty, "an interface type");
            return None;
        }
        let methods = interface_methods(resolver, ty);
        let Some(found) = methods.iter().find(|method| method.name == name) else {
            self.wrong(inst, || format!("{} has no method {name}", type_text(ty)));
            return None;
        };
        match found.signature.unalias().kind() {
            TypeKind::Signature(signature) => Some(signature),
            _ => None,
        }
    }
}
