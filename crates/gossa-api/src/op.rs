//! What instructions do, with operands as handles.

use crate::func::{Block, Func, Inst, Value, declared_name};
use crate::program::{Global, Type};
use gossa_ssa::{
    AllocKind, BinaryOp, CallId, ConvertKind, Fact, MethodRefId, MethodTarget, UnaryOp, UnsafeOp,
    ValueId, ValueList,
};
use gossa_types::Builtin;

/// What an instruction does. The table of instructions with their Go sources and effects is in
/// `docs/ssa.md`.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are the operands that docs/ssa.md names")]
pub enum Op<'p> {
    /// A constant.
    Const(Constant<'p>),
    /// The zero value.
    Zero,
    /// A function as a value; `None` where it has no body in the program.
    Func(Option<Func<'p>>),
    /// The address of a package-level variable.
    Global(Global),
    /// A composite literal of constants.
    Table,
    /// The address of a new variable.
    Alloc(AllocKind),
    /// Reads through a pointer.
    Load(Value<'p>),
    /// Writes through a pointer.
    Store { ptr: Value<'p>, value: Value<'p> },
    /// The address of a field.
    FieldAddr { ptr: Value<'p>, field: u32 },
    /// The address of an element.
    IndexAddr { base: Value<'p>, index: Value<'p> },
    /// A field of a struct value.
    Field { base: Value<'p>, field: u32 },
    /// An element of an array value, or a byte of a string.
    Index { base: Value<'p>, index: Value<'p> },
    /// A struct value from all its fields.
    Struct(Vec<Value<'p>>),
    /// An array value from all its elements.
    Array(Vec<Value<'p>>),
    /// A struct value with one field replaced.
    WithField { base: Value<'p>, field: u32, value: Value<'p> },
    /// An array value with one element replaced.
    WithIndex { base: Value<'p>, index: Value<'p>, value: Value<'p> },
    /// A unary operation.
    Unary { op: UnaryOp, x: Value<'p> },
    /// A binary operation.
    Binary { op: BinaryOp, x: Value<'p>, y: Value<'p> },
    /// A conversion.
    Convert { kind: ConvertKind, x: Value<'p> },
    /// The same value, where a branch has told something of it.
    Narrow { fact: Fact, x: Value<'p> },
    /// An operation of package `unsafe`.
    Unsafe { op: UnsafeOp, x: Value<'p>, y: Option<Value<'p>> },
    /// A concrete value as an interface value.
    MakeInterface(Value<'p>),
    /// An interface value as one of another interface type.
    ChangeInterface(Value<'p>),
    /// `x.(T)`
    TypeAssert { x: Value<'p>, ty: Type<'p>, comma_ok: bool },
    /// A function literal with its captures.
    Closure { func: Option<Func<'p>>, captures: Vec<Value<'p>> },
    /// `x.f` as a value.
    MethodValue { method: Method<'p>, x: Value<'p> },
    /// `T.f` as a value.
    MethodExpr(Method<'p>),
    /// A call.
    Call(Call<'p>),
    /// A `go` statement.
    Go(Call<'p>),
    /// A `defer` statement.
    Defer(Call<'p>),
    /// This activation's defer stack.
    DeferStack,
    /// Runs the deferred calls at a normal return.
    RunDefers,
    /// `recover()`
    Recover,
    /// `make([]T, len, cap)`
    MakeSlice { len: Value<'p>, cap: Option<Value<'p>> },
    /// `make(map[K]V, size)`
    MakeMap(Option<Value<'p>>),
    /// `make(chan T, size)`
    MakeChan(Option<Value<'p>>),
    /// `x[lo:hi:max]`
    Slice { x: Value<'p>, lo: Option<Value<'p>>, hi: Option<Value<'p>>, max: Option<Value<'p>> },
    /// `m[k]`
    MapLookup { map: Value<'p>, key: Value<'p>, comma_ok: bool },
    /// `m[k] = v`
    MapUpdate { map: Value<'p>, key: Value<'p>, value: Value<'p> },
    /// An iterator over a map or a string.
    Range(Value<'p>),
    /// The next of an iterator.
    Next(Value<'p>),
    /// A built-in function.
    Builtin { op: Builtin, args: Vec<Value<'p>> },
    /// Sends on a channel.
    Send { chan: Value<'p>, value: Value<'p> },
    /// Receives from a channel.
    Receive { chan: Value<'p>, comma_ok: bool },
    /// What could not be lowered.
    Hole,
    /// Goes to a block, with arguments for its parameters.
    Jump { block: Block<'p>, args: Vec<Value<'p>> },
    /// Goes to one of two blocks.
    Branch { cond: Value<'p>, then: Block<'p>, otherwise: Block<'p> },
    /// Returns.
    Return(Vec<Value<'p>>),
    /// Panics.
    Panic(Value<'p>),
    /// Waits for one of several channel operations.
    Select { arms: Vec<SelectArm<'p>>, default: Option<Block<'p>> },
    /// Runs the deferred calls while panicking.
    Unwind { recovered: Block<'p> },
    /// Cannot be reached.
    Unreachable,
}

/// A constant.
#[derive(Clone, Copy, Debug)]
pub struct Constant<'p> {
    inst: Inst<'p>,
}

impl Constant<'_> {
    fn value(&self) -> Option<&gossa_types::constant::Value> {
        let body = self.inst.func.body();
        match body[self.inst.id] {
            gossa_ssa::Inst::Const(id) => Some(&body[id]),
            _ => None,
        }
    }

    /// The value as `go/constant` prints it exactly.
    #[must_use]
    pub fn exact_string(&self) -> String {
        self.value().map(gossa_types::constant::Value::exact_string).unwrap_or_default()
    }

    /// The value of an integer constant that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.value()?.as_i64()
    }
}

/// An arm of a select.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SelectArm<'p> {
    /// The channel.
    pub chan: Value<'p>,
    /// What is sent; `None`: the arm receives, and its block's two parameters are the element and
    /// the `ok`.
    pub value: Option<Value<'p>>,
    /// Where control goes when the arm is taken.
    pub block: Block<'p>,
}

/// A method that is called through an interface or used as a value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Method<'p> {
    /// Static type of the receiver.
    pub receiver: Type<'p>,
    /// The method's name.
    pub name: &'static str,
    /// The declared method with its body, when it is known statically.
    pub func: Option<Func<'p>>,
}

/// A call, `go` or `defer`.
#[derive(Clone, Copy, Debug)]
pub struct Call<'p> {
    inst: Inst<'p>,
    id: CallId,
}

/// Whom a call calls.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Callee<'p> {
    /// A function or method known statically.
    Static {
        /// Its qualified declared name (see [`Func::declared_name`]); empty for literals.
        name: String,
        /// The function, when its body is in the program.
        func: Option<Func<'p>>,
    },
    /// A function value.
    Value(Value<'p>),
    /// A method of an interface value.
    Interface {
        /// The interface value.
        receiver: Value<'p>,
        /// The method.
        method: Method<'p>,
    },
    /// A built-in function, in `go` and `defer` statements.
    Builtin(Builtin),
}

impl<'p> Call<'p> {
    /// The instruction.
    #[must_use]
    pub fn inst(self) -> Inst<'p> {
        self.inst
    }

    /// Whom it calls.
    #[must_use]
    pub fn callee(self) -> Callee<'p> {
        let func = self.inst.func;
        match func.body()[self.id].callee {
            gossa_ssa::Callee::Static(id) => {
                Callee::Static { name: declared_name(id).unwrap_or_default(), func: find(func, id) }
            }
            gossa_ssa::Callee::Value(id) => Callee::Value(Value { func, id }),
            gossa_ssa::Callee::Interface { receiver, method } => Callee::Interface {
                receiver: Value { func, id: receiver },
                method: Method::of(func, method),
            },
            gossa_ssa::Callee::Builtin(builtin) => Callee::Builtin(builtin),
        }
    }

    /// The function that it calls, when that is known statically and has a body: a declared
    /// function, or a literal that is called where it stands.
    #[must_use]
    pub fn static_callee(self) -> Option<Func<'p>> {
        let func = self.inst.func;
        match func.body()[self.id].callee {
            gossa_ssa::Callee::Static(id) => find(func, id),
            gossa_ssa::Callee::Value(id) => match func.body().def(id) {
                gossa_ssa::ValueDef::Result(inst) => match func.body()[inst] {
                    gossa_ssa::Inst::Closure { func: id, .. } | gossa_ssa::Inst::Func(id) => {
                        find(func, id)
                    }
                    _ => None,
                },
                gossa_ssa::ValueDef::Param(_) => None,
            },
            _ => None,
        }
    }

    /// The arguments; a statically known method's receiver is the first.
    pub fn args(self) -> impl DoubleEndedIterator<Item = Value<'p>> + ExactSizeIterator {
        let func = self.inst.func;
        let body = func.body();
        body[body[self.id].args].iter().map(move |&id| Value { func, id })
    }
}

fn find<'p>(near: Func<'p>, id: gossa_ssa::FuncId) -> Option<Func<'p>> {
    let program = near.program;
    program.data().find(id).map(|index| Func { program, index })
}

impl<'p> Method<'p> {
    fn of(func: Func<'p>, id: MethodRefId) -> Self {
        let method = &func.body()[id];
        let receiver = Type { program: func.program, id: method.receiver };
        match method.target {
            MethodTarget::Declared(id) => Self {
                receiver,
                name: match id.key() {
                    gossa_ssa::FuncKey::Decl { decl, .. } => decl.name().as_str(),
                    _ => "",
                },
                func: find(func, id),
            },
            MethodTarget::Interface(name) => Self { receiver, name: name.as_str(), func: None },
        }
    }
}

impl<'p> Op<'p> {
    pub(crate) fn of(inst: Inst<'p>) -> Self {
        use gossa_ssa::Inst as I;
        let func = inst.func;
        let body = func.body();
        let value = |id: ValueId| Value { func, id };
        let option = |id: Option<ValueId>| id.map(value);
        let list = |list: ValueList| body[list].iter().map(|&id| value(id)).collect::<Vec<_>>();
        let block = |id| Block { func, id };
        let call = |id| Call { inst, id };
        let ty = |id| Type { program: func.program, id };
        match body[inst.id] {
            I::Const(_) => Op::Const(Constant { inst }),
            I::Zero => Op::Zero,
            I::Func(id) => Op::Func(find(func, id)),
            I::Global(decl) => Op::Global(Global { decl }),
            I::Table(_) => Op::Table,
            I::Alloc(kind) => Op::Alloc(kind),
            I::Load(x) => Op::Load(value(x)),
            I::Store { ptr, value: x } => Op::Store { ptr: value(ptr), value: value(x) },
            I::FieldAddr { ptr, field } => Op::FieldAddr { ptr: value(ptr), field },
            I::IndexAddr { base, index } => {
                Op::IndexAddr { base: value(base), index: value(index) }
            }
            I::Field { base, field } => Op::Field { base: value(base), field },
            I::Index { base, index } => Op::Index { base: value(base), index: value(index) },
            I::Struct(fields) => Op::Struct(list(fields)),
            I::Array(elements) => Op::Array(list(elements)),
            I::WithField { base, field, value: x } => {
                Op::WithField { base: value(base), field, value: value(x) }
            }
            I::WithIndex { base, index, value: x } => {
                Op::WithIndex { base: value(base), index: value(index), value: value(x) }
            }
            I::Unary { op, x } => Op::Unary { op, x: value(x) },
            I::Binary { op, x, y } => Op::Binary { op, x: value(x), y: value(y) },
            I::Convert { kind, x } => Op::Convert { kind, x: value(x) },
            I::Narrow { fact, x } => Op::Narrow { fact, x: value(x) },
            I::Unsafe { op, x, y } => Op::Unsafe { op, x: value(x), y: option(y) },
            I::MakeInterface(x) => Op::MakeInterface(value(x)),
            I::ChangeInterface(x) => Op::ChangeInterface(value(x)),
            I::TypeAssert { x, ty: id, comma_ok } => {
                Op::TypeAssert { x: value(x), ty: ty(id), comma_ok }
            }
            I::Closure { func: id, captures } => {
                Op::Closure { func: find(func, id), captures: list(captures) }
            }
            I::MethodValue { method, x } => {
                Op::MethodValue { method: Method::of(func, method), x: value(x) }
            }
            I::MethodExpr(method) => Op::MethodExpr(Method::of(func, method)),
            I::Call(id) => Op::Call(call(id)),
            I::Go(id) => Op::Go(call(id)),
            I::Defer { call: id, .. } => Op::Defer(call(id)),
            I::DeferStack => Op::DeferStack,
            I::RunDefers => Op::RunDefers,
            I::Recover => Op::Recover,
            I::MakeSlice { len, cap } => Op::MakeSlice { len: value(len), cap: option(cap) },
            I::MakeMap(size) => Op::MakeMap(option(size)),
            I::MakeChan(size) => Op::MakeChan(option(size)),
            I::Slice { x, bounds } => {
                let bounds = body.bounds[bounds as usize];
                Op::Slice {
                    x: value(x),
                    lo: option(bounds.lo),
                    hi: option(bounds.hi),
                    max: option(bounds.max),
                }
            }
            I::MapLookup { map, key, comma_ok } => {
                Op::MapLookup { map: value(map), key: value(key), comma_ok }
            }
            I::MapUpdate { map, key, value: x } => {
                Op::MapUpdate { map: value(map), key: value(key), value: value(x) }
            }
            I::Range(x) => Op::Range(value(x)),
            I::Next(x) => Op::Next(value(x)),
            I::Builtin { op, args } => Op::Builtin { op, args: list(args) },
            I::Send { chan, value: x } => Op::Send { chan: value(chan), value: value(x) },
            I::Receive { chan, comma_ok } => Op::Receive { chan: value(chan), comma_ok },
            I::Hole => Op::Hole,
            I::Jump(target) => Op::Jump { block: block(target.block), args: list(target.args) },
            I::Branch { cond, then, otherwise } => {
                Op::Branch { cond: value(cond), then: block(then), otherwise: block(otherwise) }
            }
            I::Return(results) => Op::Return(list(results)),
            I::Panic(x) => Op::Panic(value(x)),
            I::Select(id) => {
                let select = &body[id];
                Op::Select {
                    arms: select
                        .arms
                        .iter()
                        .map(|arm| SelectArm {
                            chan: value(arm.chan),
                            value: option(arm.value),
                            block: block(arm.block),
                        })
                        .collect(),
                    default: select.default.map(block),
                }
            }
            I::Unwind { recovered } => Op::Unwind { recovered: block(recovered) },
            I::Unreachable => Op::Unreachable,
        }
    }
}
