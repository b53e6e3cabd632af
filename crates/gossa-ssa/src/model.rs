//! The language in which users say what functions do whose bodies cannot be seen.
//!
//! Functions in assembly, functions of C, and functions that are linked in have no body to lower.
//! A [`Model`] says in a few statements what such a function does, and
//! [`lower_model`](crate::build::lower_model) makes a body of it, so that every analysis sees the
//! function as if it were written in Go:
//!
//! ```text
//! read a[]                all elements of a slice, array, map or string; `*p`, `p.f` other memory
//! write *p
//! p.head = q              assignments
//! return p.buf, nil       results; without it, any argument of the result's type, or anything new
//! call fn(p)              calls of functions and methods, `x.Close()`
//! go fn(p)                in a goroutine
//! keep p                  somebody may use it at any time from here on
//! lock l   unlock l       whatever memory the lock consists of; `rlock` and `runlock` for readers
//! send c, x   receive c   close c
//! panic   exit   goexit   how it ends, if it does not return
//! maybe STATEMENT         or not
//! repeat STATEMENT        any number of times
//! ```
//!
//! A *place* is a parameter by its name or number (the receiver is 0 where there is one), or a
//! package-level variable of the function's package, with `.field` and `[]` for parts and `*` in
//! front for what a pointer points to. Pointers are followed as in Go. A *value* is a place, `new`
//! (memory of its own), `nil`, `unknown`, or a call.

mod parse;

use gossa_base::Name;
use std::ops::Range;

/// What a function does.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Model {
    /// In the order in which it does it.
    pub statements: Box<[Statement]>,
}

/// A part of what a function does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// Whether it always does that.
    pub often: Often,
    /// What it does.
    pub effect: Effect,
}

/// How often something is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Often {
    /// Once.
    Once,
    /// Once or not at all.
    Maybe,
    /// Any number of times.
    Repeat,
}

/// What is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Memory is read.
    Read(Place),
    /// Memory is written; with what is not known.
    Write(Place),
    /// A value is stored in a place.
    Assign(Place, Source),
    /// The function returns.
    Return(Box<[Source]>),
    /// A function is called.
    Call(CallOf),
    /// A function is called in a goroutine.
    Go(CallOf),
    /// Code that is not seen keeps a value.
    Keep(Source),
    /// Something happens to a lock.
    Lock(LockOp, Place),
    /// Sends on a channel.
    Send(Place, Source),
    /// Receives from a channel.
    Receive(Place),
    /// Closes a channel.
    Close(Place),
    /// Panics.
    Panic,
    /// Ends the program.
    Exit,
    /// Ends the goroutine.
    Goexit,
}

/// What is done to a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the methods of sync.RWMutex")]
pub enum LockOp {
    Lock,
    Unlock,
    RLock,
    RUnlock,
}

/// A value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// What a place holds.
    Place(Place),
    /// A pointer, slice, map, channel or struct of its own.
    New,
    /// The zero value.
    Nil,
    /// Anything of its type.
    Unknown,
    /// The first result of a call.
    Call(CallOf),
}

/// A call of what a place holds, or of a method of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallOf {
    /// The function, or the receiver with the method as its last step.
    pub target: Place,
    /// The first arguments; what the others are is not known.
    pub args: Box<[Source]>,
}

/// A parameter, a part of it, or what it leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// How many pointers are followed in the end: the `*` in front.
    pub derefs: u32,
    /// What it begins at.
    pub root: Root,
    /// The parts.
    pub steps: Box<[Step]>,
    /// Where it stands in the statement, in bytes.
    pub at: Range<usize>,
}

/// What a place begins at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Root {
    /// A parameter by its number.
    Param(u32),
    /// A parameter or a package-level variable by its name.
    Name(Name),
}

/// A step to a part of a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A field, or a method at the end of what is called.
    Field(Name),
    /// Any element.
    Elements,
}

/// What is wrong with a statement.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// Where it stands in the statement, in bytes.
    pub at: Range<usize>,
    /// What it is, in one sentence.
    pub message: String,
}

impl ModelError {
    pub(crate) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

impl Statement {
    /// Reads a statement.
    ///
    /// # Errors
    /// Where it is none, with the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        parse::statement(text)
    }
}

impl Effect {
    /// Whether the function does nothing behind it.
    #[must_use]
    pub fn ends(&self) -> bool {
        matches!(self, Self::Return(_) | Self::Panic | Self::Exit | Self::Goexit)
    }
}
