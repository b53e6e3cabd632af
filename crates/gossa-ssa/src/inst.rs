//! The instructions.
//!
//! | group | instructions |
//! | --- | --- |
//! | constants | `const zero func global table` |
//! | memory | `alloc load store fieldaddr indexaddr` |
//! | aggregates | `field index struct array withfield withindex` |
//! | arithmetic | `unary binary convert narrow` |
//! | unsafe | `convert` of the unsafe kinds, `unsafe` |
//! | interfaces | `makeinterface changeinterface typeassert` |
//! | functions | `closure methodvalue methodexpr call go defer rundefers deferstack recover` |
//! | collections | `makeslice makemap makechan slice maplookup mapupdate range next builtin` |
//! | channels | `send receive` |
//! | holes | `hole` |
//! | terminators | `jump branch return panic select unwind unreachable` |
//!
//! Blocks have parameters instead of φ-functions, instructions any number of results. Every
//! block ends with exactly one terminator. A block may name an *unwind* block: where control goes
//! when an instruction in it panics, or when the goroutine exits; without one it leaves the
//! function. Only functions that defer have unwind blocks, and in those a call is the last
//! instruction before its block's terminator, so that the state at the unwind edge is that of the
//! call.

use crate::ids::{BlockId, CallId, ConstId, FuncId, MethodRefId, SelectId, TableId, ValueId};
use gossa_base::ListRange;
use gossa_types::{Builtin, DeclId, TypeId};

/// A run in [`Body::operands`](crate::Body::operands).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ValueList(pub ListRange);

/// Unary operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// Arithmetic negation.
    Neg,
    /// Boolean negation.
    Not,
    /// Bitwise complement.
    Complement,
}

/// Binary operators, on operands of one type; shifts have any unsigned or signed integer as
/// second operand; comparisons give the result's boolean type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "Go's operators")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    AndNot,
    Shl,
    Shr,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Conversions that may change the representation, and the unsafe ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ConvertKind {
    /// Same underlying type, channel direction, or another change of the type alone.
    ChangeType,
    /// Between numeric types, constants aside.
    Numeric,
    /// Integer to string: UTF-8 of one rune.
    IntToString,
    /// `[]byte` to string: copies.
    BytesToString,
    /// `[]rune` to string.
    RunesToString,
    /// String to `[]byte`: copies.
    StringToBytes,
    /// String to `[]rune`.
    StringToRunes,
    /// Slice to array: copies, panics when too short.
    SliceToArray,
    /// Slice to array pointer: shares, panics when too short.
    SliceToArrayPointer,
    /// `*T` to `unsafe.Pointer`.
    PointerToUnsafe,
    /// `unsafe.Pointer` to `*T`.
    UnsafeToPointer,
    /// `unsafe.Pointer` to `uintptr` (or a type with that underlying type): keeps nothing alive.
    UnsafeToUintptr,
    /// `uintptr` to `unsafe.Pointer`.
    UintptrToUnsafe,
}

/// Operations of package `unsafe` that are not conversions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnsafeOp {
    /// `unsafe.Add(ptr, len)`
    Add,
    /// `unsafe.Slice(ptr, len)`
    Slice,
    /// `unsafe.SliceData(slice)`
    SliceData,
    /// `unsafe.String(ptr, len)`
    String,
    /// `unsafe.StringData(str)`
    StringData,
}

/// What a [`Inst::Narrow`] knows of its value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fact {
    /// It is `nil`.
    Nil,
    /// It is not `nil`.
    NotNil,
    /// The `ok` that came with it was true.
    Ok,
    /// The `ok` that came with it was false: it is the zero value.
    NotOk,
}

/// Where an allocated variable lives, as far as lowering can tell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AllocKind {
    /// A declared variable whose address is taken or that is captured by reference.
    Variable,
    /// `new(T)`, `&T{...}`.
    New,
    /// A temporary that the source does not name.
    Temporary,
}

/// An edge to a block with the arguments for its parameters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Target {
    /// The block.
    pub block: BlockId,
    /// One value per parameter.
    pub args: ValueList,
}

/// An instruction; 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inst {
    /// A constant: `v1 = const 12 : int`.
    Const(ConstId),
    /// The zero value of the result's type, `nil` included.
    Zero,
    /// A function as a value.
    Func(FuncId),
    /// The address of a package-level variable.
    Global(DeclId),
    /// A composite literal of constants, as one value.
    Table(TableId),

    /// The address of a new zeroed variable; the result is a pointer to its type.
    Alloc(AllocKind),
    /// Reads what a pointer points to; panics when nil.
    Load(ValueId),
    /// Writes what a pointer points to; panics when nil.
    Store {
        /// The address.
        ptr: ValueId,
        /// The value.
        value: ValueId,
    },
    /// The address of a field; panics when nil.
    FieldAddr {
        /// A pointer to a struct.
        ptr: ValueId,
        /// Index of the field.
        field: u32,
    },
    /// The address of an element of a slice or of the array behind a pointer; checks bounds.
    IndexAddr {
        /// A slice, or a pointer to an array.
        base: ValueId,
        /// The index, of any integer type.
        index: ValueId,
    },

    /// A field of a struct value.
    Field {
        /// A struct.
        base: ValueId,
        /// Index of the field.
        field: u32,
    },
    /// An element of an array value or a byte of a string; checks bounds.
    Index {
        /// An array or a string.
        base: ValueId,
        /// The index, of any integer type.
        index: ValueId,
    },
    /// A struct value from all its fields.
    Struct(ValueList),
    /// An array value from all its elements.
    Array(ValueList),
    /// A copy of a struct value with one field replaced.
    WithField {
        /// A struct.
        base: ValueId,
        /// Index of the field.
        field: u32,
        /// The field's new value.
        value: ValueId,
    },
    /// A copy of an array value with one element replaced; checks bounds.
    WithIndex {
        /// An array.
        base: ValueId,
        /// The index.
        index: ValueId,
        /// The element's new value.
        value: ValueId,
    },

    /// A unary operation.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        x: ValueId,
    },
    /// A binary operation; integer division by zero, negative shift counts and comparison of
    /// incomparable dynamic types panic.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left operand.
        x: ValueId,
        /// Right operand.
        y: ValueId,
    },
    /// A conversion to the result's type.
    Convert {
        /// Which.
        kind: ConvertKind,
        /// The operand.
        x: ValueId,
    },
    /// The same value under another name, where a branch has told something of it.
    Narrow {
        /// What is known.
        fact: Fact,
        /// The value.
        x: ValueId,
    },
    /// An operation of package `unsafe`.
    Unsafe {
        /// Which.
        op: UnsafeOp,
        /// First operand.
        x: ValueId,
        /// Second operand, where it has one.
        y: Option<ValueId>,
    },

    /// A concrete value as an interface value.
    MakeInterface(ValueId),
    /// An interface value as a value of another interface type that it statically implements.
    ChangeInterface(ValueId),
    /// `x.(T)`; with `comma_ok` a second, boolean result instead of a panic. An interface `T`
    /// asks for its methods, and never matches nil.
    TypeAssert {
        /// An interface value.
        x: ValueId,
        /// The asserted type.
        ty: TypeId,
        /// Whether it has two results.
        comma_ok: bool,
    },

    /// A function literal with its captured variables: values for those that are never
    /// reassigned, addresses for the others.
    Closure {
        /// The literal's body.
        func: FuncId,
        /// In the order of the body's first parameters.
        captures: ValueList,
    },
    /// `x.f` as a value: the receiver is evaluated (and copied) now; panics when an interface or
    /// a pointer that must be followed is nil.
    MethodValue {
        /// The method.
        method: MethodRefId,
        /// The receiver.
        x: ValueId,
    },
    /// `T.f` as a value.
    MethodExpr(MethodRefId),
    /// Calls; as many results as the callee.
    Call(CallId),
    /// Calls in a new goroutine. Callee and arguments are evaluated now.
    Go(CallId),
    /// Pushes a call on the defer stack of this activation, or of the enclosing function's.
    Defer {
        /// The call. Callee and arguments are evaluated now.
        call: CallId,
        /// The enclosing function's stack, in the body of a range-over-func statement.
        stack: Option<ValueId>,
    },
    /// This activation's defer stack, for the bodies of range-over-func statements.
    DeferStack,
    /// Pops and calls all deferred calls, last first, at a normal return.
    RunDefers,
    /// `recover()`
    Recover,

    /// `make([]T, len, cap)`
    MakeSlice {
        /// Length.
        len: ValueId,
        /// Capacity, `None`: the length.
        cap: Option<ValueId>,
    },
    /// `make(map[K]V, size)`
    MakeMap(Option<ValueId>),
    /// `make(chan T, size)`
    MakeChan(Option<ValueId>),
    /// `x[lo:hi:max]` of a string, a slice, or the array behind a pointer.
    Slice {
        /// What is sliced.
        x: ValueId,
        /// Three bounds: low, high, max; in [`Body::bounds`](crate::Body::bounds).
        bounds: u32,
    },
    /// `m[k]`; with `comma_ok` a second, boolean result.
    MapLookup {
        /// The map.
        map: ValueId,
        /// The key.
        key: ValueId,
        /// Whether it has two results.
        comma_ok: bool,
    },
    /// `m[k] = v`; panics when the map is nil.
    MapUpdate {
        /// The map.
        map: ValueId,
        /// The key.
        key: ValueId,
        /// The element.
        value: ValueId,
    },
    /// An iterator over a map or a string, for `next`; its type is the collection's.
    Range(ValueId),
    /// Three results: whether there is another, the key or byte index, the element or rune.
    Next(ValueId),
    /// A built-in function that no other instruction stands for: `append cap clear close complex
    /// copy delete imag len max min print println real`.
    Builtin {
        /// Which.
        op: Builtin,
        /// The arguments; `append`'s second is the slice (or string) of what is appended.
        args: ValueList,
    },

    /// Sends; panics when the channel is closed.
    Send {
        /// The channel.
        chan: ValueId,
        /// The value.
        value: ValueId,
    },
    /// Receives; with `comma_ok` a second, boolean result.
    Receive {
        /// The channel.
        chan: ValueId,
        /// Whether it has two results.
        comma_ok: bool,
    },

    /// What could not be lowered, because it is in error or cannot be seen; any results.
    Hole,

    /// Goes to a block.
    Jump(Target),
    /// Goes to one of two blocks.
    Branch {
        /// A boolean.
        cond: ValueId,
        /// Where it is true.
        then: BlockId,
        /// Where it is false.
        otherwise: BlockId,
    },
    /// Returns; one value per result.
    Return(ValueList),
    /// Panics with an interface value.
    Panic(ValueId),
    /// Waits for one of several channel operations. The block of a receiving arm has two
    /// parameters, the element and the `ok`, and no other predecessor.
    Select(SelectId),
    /// The exceptional exit of a function that defers: runs the deferred calls while panicking
    /// (or exiting the goroutine); goes on at `recovered` when one of them recovers, else leaves
    /// the function still panicking.
    Unwind {
        /// Loads the results and returns.
        recovered: BlockId,
    },
    /// Cannot be reached: follows a call that never returns.
    Unreachable,
}

/// The pools that instructions point into, of a body that is finished or under construction.
#[derive(Clone, Copy)]
pub(crate) struct OperandPools<'b> {
    pub(crate) operands: &'b [ValueId],
    pub(crate) calls: &'b [CallData],
    pub(crate) selects: &'b [SelectData],
    pub(crate) bounds: &'b [SliceBounds],
}

impl Inst {
    /// Calls `visit` for each block that a terminator names, in order.
    pub(crate) fn for_each_successor(
        &self,
        selects: &[SelectData],
        mut visit: impl FnMut(BlockId),
    ) {
        match *self {
            Self::Jump(target) => visit(target.block),
            Self::Branch { then, otherwise, .. } => {
                visit(then);
                visit(otherwise);
            }
            Self::Select(id) => {
                let select = &selects[id.index()];
                select.arms.iter().for_each(|arm| visit(arm.block));
                select.default.into_iter().for_each(visit);
            }
            Self::Unwind { recovered } => visit(recovered),
            _ => {}
        }
    }

    /// Calls `visit` for each operand, in order.
    pub(crate) fn for_each_operand(&self, pools: OperandPools<'_>, mut visit: impl FnMut(ValueId)) {
        let list = |list: ValueList, visit: &mut dyn FnMut(ValueId)| {
            pools.operands[list.0.range()].iter().for_each(|&value| visit(value));
        };
        let call = |call: CallId, visit: &mut dyn FnMut(ValueId)| {
            let data = &pools.calls[call.index()];
            match data.callee {
                Callee::Value(value) => visit(value),
                Callee::Interface { receiver, .. } => visit(receiver),
                Callee::Static(_) | Callee::Builtin(_) => {}
            }
            list(data.args, visit);
        };
        match *self {
            Self::Const(_)
            | Self::Zero
            | Self::Func(_)
            | Self::Global(_)
            | Self::Table(_)
            | Self::Alloc(_)
            | Self::MethodExpr(_)
            | Self::DeferStack
            | Self::RunDefers
            | Self::Recover
            | Self::Hole
            | Self::Unwind { .. }
            | Self::Unreachable => {}
            Self::Load(x)
            | Self::FieldAddr { ptr: x, .. }
            | Self::Field { base: x, .. }
            | Self::Unary { x, .. }
            | Self::Convert { x, .. }
            | Self::Narrow { x, .. }
            | Self::MakeInterface(x)
            | Self::ChangeInterface(x)
            | Self::TypeAssert { x, .. }
            | Self::MethodValue { x, .. }
            | Self::Range(x)
            | Self::Next(x)
            | Self::Receive { chan: x, .. }
            | Self::Branch { cond: x, .. }
            | Self::Panic(x) => visit(x),
            Self::Store { ptr: x, value: y }
            | Self::IndexAddr { base: x, index: y }
            | Self::Index { base: x, index: y }
            | Self::WithField { base: x, value: y, .. }
            | Self::Binary { x, y, .. }
            | Self::MapLookup { map: x, key: y, .. }
            | Self::Send { chan: x, value: y } => {
                visit(x);
                visit(y);
            }
            Self::WithIndex { base: x, index: y, value: z }
            | Self::MapUpdate { map: x, key: y, value: z } => {
                visit(x);
                visit(y);
                visit(z);
            }
            Self::Unsafe { x, y, .. } | Self::MakeSlice { len: x, cap: y } => {
                visit(x);
                y.into_iter().for_each(visit);
            }
            Self::MakeMap(x) | Self::MakeChan(x) => x.into_iter().for_each(visit),
            Self::Slice { x, bounds } => {
                visit(x);
                let bounds = pools.bounds[bounds as usize];
                [bounds.lo, bounds.hi, bounds.max].into_iter().flatten().for_each(visit);
            }
            Self::Struct(values)
            | Self::Array(values)
            | Self::Closure { captures: values, .. }
            | Self::Builtin { args: values, .. }
            | Self::Return(values)
            | Self::Jump(Target { args: values, .. }) => list(values, &mut visit),
            Self::Call(id) | Self::Go(id) => call(id, &mut visit),
            Self::Defer { call: id, stack } => {
                stack.into_iter().for_each(&mut visit);
                call(id, &mut visit);
            }
            Self::Select(id) => {
                for arm in &pools.selects[id.index()].arms {
                    visit(arm.chan);
                    arm.value.into_iter().for_each(&mut visit);
                }
            }
        }
    }

    /// Whether it ends a block.
    #[must_use]
    pub const fn is_terminator(&self) -> bool {
        matches!(
            self,
            Self::Jump(_)
                | Self::Branch { .. }
                | Self::Return(_)
                | Self::Panic(_)
                | Self::Select(_)
                | Self::Unwind { .. }
                | Self::Unreachable
        )
    }
}

/// Whom a call calls.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Callee {
    /// A function or method known statically; a method's receiver is the first argument, adjusted
    /// to the method's own receiver type.
    Static(FuncId),
    /// A function value.
    Value(ValueId),
    /// A method of an interface value; the arguments are without the receiver.
    Interface {
        /// The interface value.
        receiver: ValueId,
        /// The method.
        method: MethodRefId,
    },
    /// A built-in function, in `go` and `defer` statements only.
    Builtin(Builtin),
}

/// A call, go or defer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallData {
    /// Whom it calls.
    pub callee: Callee,
    /// Arguments; variadic ones are packed into a slice.
    pub args: ValueList,
}

/// An arm of a select.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SelectArm {
    /// The channel.
    pub chan: ValueId,
    /// The value to send; `None`: the arm receives.
    pub value: Option<ValueId>,
    /// Where control goes when the arm is taken.
    pub block: BlockId,
}

/// The arms of a select.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SelectData {
    /// Arms in source order.
    pub arms: Box<[SelectArm]>,
    /// Where control goes when no arm is ready; `None`: it waits.
    pub default: Option<BlockId>,
}

/// Bounds of a slice instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SliceBounds {
    /// Low bound.
    pub lo: Option<ValueId>,
    /// High bound.
    pub hi: Option<ValueId>,
    /// Capacity bound.
    pub max: Option<ValueId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_stay_small() {
        assert_eq!(size_of::<Inst>(), 16);
        assert_eq!(size_of::<crate::ValueData>(), 4);
        assert!(size_of::<CallData>() <= 24);
    }
}
