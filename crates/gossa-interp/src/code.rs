//! A function as the machine runs it: SSA values have become places in a frame, types sizes.
//!
//! Made by `compile` once per function, run by `exec`.

use crate::memory::Addr;
use crate::types::{Num, Ty};
use gossa_ssa::{FuncId, InstId, MethodRef, UnsafeOp, ValueId};
use gossa_types::{Builtin, PackageId};

/// A place in the frame: bytes from its start.
pub type Slot = u32;
/// An operation of a function, by position.
pub type Pc = u32;

/// A function of the machine; dense.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CodeId(pub u32);

/// What a function is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum CodeKey {
    /// A function with a body, or known to the machine by name.
    Func(FuncId),
    /// A method called with the data word of an interface that holds `holder` by value.
    InterfaceMethod {
        /// The dynamic type.
        holder: Ty,
        /// The method.
        method: MethodRef,
    },
    /// A method whose receiver is the function's first parameter.
    MethodExpr(MethodRef),
    /// A method bound to its receiver, which the closure holds.
    MethodValue(MethodRef),
    /// A built-in function that is deferred or started as a goroutine, with its operands' types.
    Builtin(Builtin, Box<[Ty]>),
    /// What `reflect.MakeFunc` made, of a function type.
    MakeFunc(Ty),
    /// A method value that `reflect` made, of a function type.
    ReflectMethod(Ty),
    /// Equality of a type, as type descriptors hold it.
    TypeEqual(Ty),
    /// The hash of a type, as map types hold it.
    TypeHash(Ty),
    /// A nil function that was deferred.
    NilFunction,
    /// The initialisation of a package and of all that it depends on.
    Start(PackageId),
}

/// A function ready to run.
#[derive(Debug)]
pub struct Code {
    /// What it is.
    pub key: CodeKey,
    /// Bytes of a frame: captures, parameters, then the other values.
    pub frame: u32,
    /// Sizes of captures, in front of the parameters.
    pub captures: Box<[u64]>,
    /// Bytes of the captures in the frame.
    pub capture_bytes: u32,
    /// Bytes of receiver and parameters in the frame, behind the captures.
    pub param_bytes: u32,
    /// Bytes of the results, each in whole words.
    pub result_bytes: u32,
    /// Types of receiver and parameters.
    pub params: Box<[Ty]>,
    /// Types of results.
    pub results: Box<[Ty]>,
    /// Where each parameter is, in bytes behind the captures.
    pub param_at: Box<[u32]>,
    /// Where each result is, in bytes behind the parameters, if it is an intrinsic.
    pub result_at: Box<[u32]>,
    /// By SSA value: its place and size; empty where there is no SSA form.
    pub values: Box<[(Slot, u32)]>,
    /// What it does.
    pub ops: Box<[Op]>,
    /// By operation: the instruction that it comes from.
    pub insts: Box<[InstId]>,
    /// Where control goes when an operation panics: ranges of operations in order, that have one.
    pub unwinds: Box<[(Pc, Pc, Pc)]>,
    /// Whether it only hands a call on, and is not seen by `recover` or in traces.
    pub wrapper: bool,
    /// Places that more than two operands need.
    pub lists: Box<[Slot]>,
    /// Bytes of constants.
    pub data: Box<[u8]>,
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "Go's operators")]
pub enum Compare {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Arithmetic on numbers of one type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "Go's operators")]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    AndNot,
}

/// A run in [`Code::lists`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct List {
    /// Where it starts.
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// Whom a call calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A function known now.
    Code(CodeId),
    /// A function value at a place.
    Value(Slot),
    /// A method of the interface value at a place; see [`Machine::methods`](crate::Machine).
    Method(Slot, u32),
}

/// An operation. `dst` is where the result goes; every operand is a place in the frame.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(missing_docs, reason = "operands are named after their part")]
pub enum Op {
    /// A word that is known.
    Word {
        dst: Slot,
        low: u32,
        high: u32,
    },
    /// Bytes of [`Code::data`].
    Data {
        dst: Slot,
        at: u32,
        size: u32,
    },
    /// A table of constants, by number; see [`Machine::tables`](crate::Machine).
    Table {
        dst: Slot,
        table: u32,
    },
    Zero {
        dst: Slot,
        size: u32,
    },
    Move {
        dst: Slot,
        src: Slot,
        size: u32,
    },
    Move8 {
        dst: Slot,
        src: Slot,
    },
    Alloc {
        dst: Slot,
        size: u64,
    },
    Load {
        dst: Slot,
        ptr: Slot,
        size: u32,
    },
    Load8 {
        dst: Slot,
        ptr: Slot,
    },
    Store {
        ptr: Slot,
        src: Slot,
        size: u32,
    },
    Store8 {
        ptr: Slot,
        src: Slot,
    },
    /// The pointer plus an offset; nil is caught.
    FieldAddr {
        dst: Slot,
        ptr: Slot,
        offset: u64,
    },
    IndexSlice {
        dst: Slot,
        slice: Slot,
        index: Slot,
        num: Num,
        size: u32,
    },
    IndexArrayAddr {
        dst: Slot,
        ptr: Slot,
        index: Slot,
        num: Num,
        len: u64,
        size: u32,
    },
    IndexArray {
        dst: Slot,
        array: Slot,
        index: Slot,
        num: Num,
        len: u32,
        size: u32,
    },
    IndexString {
        dst: Slot,
        string: Slot,
        index: Slot,
        num: Num,
    },
    WithIndex {
        array: Slot,
        index: Slot,
        value: Slot,
        num: Num,
        len: u32,
        size: u32,
    },
    Neg {
        dst: Slot,
        x: Slot,
        num: Num,
    },
    Not {
        dst: Slot,
        x: Slot,
    },
    Complement {
        dst: Slot,
        x: Slot,
        num: Num,
    },
    Arith {
        op: Arith,
        num: Num,
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    AddWord {
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    SubWord {
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    Shift {
        left: bool,
        num: Num,
        count: Num,
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    Compare {
        op: Compare,
        num: Num,
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    CompareStrings {
        op: Compare,
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    /// Equality of any comparable type.
    Equal {
        negate: bool,
        ty: Ty,
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    /// The same of what two pointers point to.
    EqualAt {
        ty: Ty,
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    /// The hash of what a pointer points to, with a seed.
    HashAt {
        ty: Ty,
        dst: Slot,
        x: Slot,
        seed: Slot,
    },
    ConcatStrings {
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    Numeric {
        from: Num,
        to: Num,
        dst: Slot,
        x: Slot,
    },
    IntToString {
        num: Num,
        dst: Slot,
        x: Slot,
    },
    BytesToString {
        dst: Slot,
        x: Slot,
    },
    RunesToString {
        dst: Slot,
        x: Slot,
    },
    StringToBytes {
        dst: Slot,
        x: Slot,
    },
    StringToRunes {
        dst: Slot,
        x: Slot,
    },
    SliceToArrayPointer {
        dst: Slot,
        x: Slot,
        len: u64,
    },
    SliceToArray {
        dst: Slot,
        x: Slot,
        len: u64,
        size: u32,
    },
    Unsafe {
        op: UnsafeOp,
        dst: Slot,
        x: Slot,
        y: Slot,
        num: Num,
        size: u32,
    },
    MakeInterface {
        dst: Slot,
        x: Slot,
        ty: Ty,
        interface: Ty,
    },
    ChangeInterface {
        dst: Slot,
        x: Slot,
        from: Ty,
        to: Ty,
    },
    /// To a concrete type.
    AssertType {
        dst: Slot,
        x: Slot,
        from: Ty,
        to: Ty,
        ok: Slot,
    },
    /// To an interface type.
    AssertInterface {
        dst: Slot,
        x: Slot,
        from: Ty,
        to: Ty,
        ok: Slot,
    },
    Closure {
        dst: Slot,
        code: CodeId,
        captures: List,
    },
    /// A method bound to its receiver, which is `size` bytes.
    MethodValue {
        dst: Slot,
        code: CodeId,
        x: Slot,
        size: u32,
    },
    Call {
        target: Target,
        args: List,
        dst: Slot,
    },
    /// A call in place of this activation.
    TailCall {
        target: Target,
        args: List,
    },
    Go {
        target: Target,
        args: List,
    },
    /// `stack`: the place of the stack's id, [`NO_SLOT`] for this activation's.
    Defer {
        target: Target,
        args: List,
        stack: Slot,
    },
    DeferStack {
        dst: Slot,
    },
    RunDefers,
    Recover {
        dst: Slot,
    },
    MakeSlice {
        dst: Slot,
        elem: Ty,
        len: Slot,
        cap: Slot,
        len_num: Num,
        cap_num: Num,
    },
    MakeMap {
        dst: Slot,
        ty: Ty,
    },
    MakeChan {
        dst: Slot,
        elem: Ty,
        size: Slot,
        num: Num,
    },
    SliceString {
        dst: Slot,
        x: Slot,
        bounds: u32,
    },
    SliceSlice {
        dst: Slot,
        x: Slot,
        bounds: u32,
        size: u32,
    },
    SliceArray {
        dst: Slot,
        x: Slot,
        bounds: u32,
        size: u32,
        len: u64,
    },
    MapLookup {
        dst: Slot,
        map: Slot,
        key: Slot,
        ty: Ty,
        ok: Slot,
        /// Whether an update of the element follows.
        updated: bool,
    },
    MapUpdate {
        map: Slot,
        key: Slot,
        value: Slot,
        ty: Ty,
    },
    RangeMap {
        dst: Slot,
        map: Slot,
    },
    RangeString {
        dst: Slot,
        string: Slot,
    },
    NextMap {
        iterator: Slot,
        ty: Ty,
        ok: Slot,
        key: Slot,
        value: Slot,
    },
    NextString {
        iterator: Slot,
        ok: Slot,
        key: Slot,
        value: Slot,
    },
    Append {
        dst: Slot,
        slice: Slot,
        more: Slot,
        elem: Ty,
    },
    Copy {
        dst: Slot,
        to: Slot,
        from: Slot,
        size: u32,
    },
    MapLen {
        dst: Slot,
        map: Slot,
    },
    MapDelete {
        map: Slot,
        key: Slot,
        ty: Ty,
    },
    MapClear {
        map: Slot,
        ty: Ty,
    },
    SliceClear {
        slice: Slot,
        size: u32,
    },
    ChanLen {
        dst: Slot,
        chan: Slot,
    },
    ChanCap {
        dst: Slot,
        chan: Slot,
    },
    ChanClose {
        chan: Slot,
    },
    MinMax {
        max: bool,
        num: Num,
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    MinMaxStrings {
        max: bool,
        dst: Slot,
        x: Slot,
        y: Slot,
    },
    /// Prints a value; `ty` says how.
    Print {
        x: Slot,
        ty: Ty,
    },
    /// Prints text of [`Code::data`].
    PrintText {
        at: u32,
        size: u32,
    },
    Send {
        chan: Slot,
        value: Slot,
    },
    Receive {
        dst: Slot,
        chan: Slot,
        ok: Slot,
    },
    /// Arms in [`Code::lists`], [`ARM`] numbers each: 1 to send, channel, value (or where it goes),
    /// ok, element type, target. Without a default `default` is [`NO_PC`].
    Select {
        arms: List,
        default: Pc,
    },
    Jump {
        to: Pc,
    },
    Branch {
        cond: Slot,
        then: Pc,
        otherwise: Pc,
    },
    /// Results, each with its size in [`Code::lists`].
    Return {
        results: List,
    },
    /// With an interface value of this type.
    Panic {
        x: Slot,
        ty: Ty,
    },
    Unwind {
        recovered: Pc,
    },
    /// Tells the observer what the next operation is about to do.
    TellBefore,
    /// Tells the observer what the operation in front has done.
    TellAfter,
    /// Tells the observer that the activation begins.
    TellEnter,
    /// Tells the observer what a value points to; where in it pointers are.
    TellValue {
        value: ValueId,
        slot: Slot,
        words: List,
    },
    /// Tells the observer of pointers in a value that were stored behind the pointer `holder`;
    /// `whole`: in the map or channel that it is.
    TellLinks {
        holder: Slot,
        value: Slot,
        words: List,
        whole: bool,
    },
    /// Tells the observer of elements of a slice that were written: those behind the slice `old`,
    /// if there is one; `count` of them, or all.
    TellElements {
        slice: Slot,
        old: Slot,
        count: Slot,
        elem: Ty,
    },
    Unreachable,
    Hole,
    /// Returns at once where the flag at this address is set, and sets it.
    InitOnce {
        flag: Addr,
    },
    /// What the machine does for a function that it knows by name.
    Intrinsic {
        index: u32,
    },
    /// The closure that this activation runs.
    Context {
        dst: Slot,
    },
    /// Panics when the interface value is nil.
    CheckInterface {
        x: Slot,
    },
    /// A panic when a method of `T` is called through a nil `*T`.
    CheckWrapper {
        ptr: Slot,
        code: CodeId,
    },
}

/// Numbers that describe an arm of a select.
pub const ARM: usize = 6;
/// No place: the operand is absent.
pub const NO_SLOT: Slot = u32::MAX;
/// No target.
pub const NO_PC: Pc = u32::MAX;

impl Code {
    /// The places of a list.
    #[must_use]
    pub fn list(&self, list: List) -> &[Slot] {
        &self.lists[list.start as usize..(list.start + list.len) as usize]
    }

    /// Where control goes when the operation panics.
    #[must_use]
    pub fn unwind(&self, pc: Pc) -> Option<Pc> {
        let at = self.unwinds.partition_point(|&(_, end, _)| end <= pc);
        self.unwinds.get(at).filter(|&&(start, _, _)| start <= pc).map(|&(_, _, to)| to)
    }
}

/// Code addresses: where functions seem to lie, far from all memory.
pub const CODE_BASE: Addr = 1 << 46;
/// Distance between functions: each operation has an address of its own.
const CODE_STRIDE: u64 = 1 << 20;

impl CodeId {
    /// The address that stands for the function in closures and type descriptors.
    #[must_use]
    pub fn addr(self) -> Addr {
        CODE_BASE + u64::from(self.0) * CODE_STRIDE
    }

    /// The function that an address is in.
    #[must_use]
    pub fn at(addr: Addr) -> Option<Self> {
        let index = addr.checked_sub(CODE_BASE)? / CODE_STRIDE;
        u32::try_from(index).ok().map(Self)
    }
}
