//! Why an instruction does not simply go on.

use crate::goroutine::Deferred;
use crate::memory::Addr;
use crate::types::Ty;

/// What stops an instruction. Some become Go panics, which deferred calls may recover; the others
/// end the run.
#[derive(Debug)]
pub enum Trap {
    /// A pointer into the first pages was followed: a nil pointer, plus perhaps an offset.
    NilDereference(Addr),
    /// A pointer to nowhere was followed.
    BadAddress(Addr),
    /// The memory budget is used up.
    OutOfMemory,
    /// A run-time panic.
    Panic(RuntimePanic),
    /// A panic with an interface value: its two words.
    PanicValue(u64, u64),
    /// The goroutine has to wait; the instruction runs again when it is woken.
    Wait,
    /// The goroutine lets others run; the next instruction follows.
    Yield,
    /// An intrinsic calls a function, whose results go to an address; it runs again afterwards.
    Call(Box<Deferred>, Addr),
    /// The goroutine ends, deferred calls first.
    Goexit,
    /// A panic has left the goroutine: the program ends.
    Uncaught,
    /// The program ends with this status.
    Exit(i32),
    /// The program ends with `fatal error: ...`.
    Fatal(String),
    /// Code that is in error, or that cannot be seen, was to run.
    Hole,
    /// What the machine cannot do: a file, the network, C, a function without a body. Names it.
    Unsupported(String),
}

/// The run-time panics that instructions raise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RuntimePanic {
    /// `integer divide by zero`
    Divide,
    /// `negative shift amount`
    Shift,
    /// An index or slice bound out of range, or a slice too short for an array.
    Bounds {
        /// The offending value.
        x: i64,
        /// What it was compared with.
        y: i64,
        /// Whether `x` is of a signed type.
        signed: bool,
        /// Which bound.
        code: BoundsCode,
    },
    /// An interface holds another dynamic type than asserted.
    TypeAssertion {
        /// Type descriptor of the interface, 0 for any.
        interface: Addr,
        /// Type descriptor of the dynamic type, 0 for nil.
        concrete: Addr,
        /// Type descriptor asked for.
        asserted: Addr,
        /// The method that is missing, if that is the reason.
        missing: String,
    },
    /// A key of a map, or a part of one, is of a type that cannot be hashed.
    Unhashable {
        /// The type.
        ty: Ty,
        /// Whether the key was looked for in an empty map, which has an error of its own.
        in_empty: bool,
    },
    /// A `runtime.plainError`: the text is all of it.
    Plain(String),
    /// A `runtime.errorString`: `runtime error: ` and the text.
    Error(String),
}

/// Which bound was violated; the numbers are those of `internal/abi`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BoundsCode {
    /// `index out of range [x] with length y`
    Index = 0,
    /// `slice bounds out of range [:x] with length y`
    SliceAlen = 1,
    /// `slice bounds out of range [:x] with capacity y`
    SliceAcap = 2,
    /// `slice bounds out of range [x:y]`
    SliceB = 3,
    /// `slice bounds out of range [::x] with length y`
    Slice3Alen = 4,
    /// `slice bounds out of range [::x] with capacity y`
    Slice3Acap = 5,
    /// `slice bounds out of range [:x:y]`
    Slice3B = 6,
    /// `slice bounds out of range [x:y:]`
    Slice3C = 7,
    /// `cannot convert slice with length x to array or pointer to array with length y`
    Convert = 8,
}

impl Trap {
    /// An error of the kind `runtime error: text`.
    #[must_use]
    pub fn error(text: impl Into<String>) -> Self {
        Self::Panic(RuntimePanic::Error(text.into()))
    }

    /// A panic whose text stands alone.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Panic(RuntimePanic::Plain(text.into()))
    }
}
