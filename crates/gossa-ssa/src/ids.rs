//! Identity of functions, and the ids inside one body.

use gossa_base::{Interner, Name, entity};
use gossa_types::{DeclId, PackageId, TypeId, TypeList};
use std::fmt;
use std::num::NonZeroU32;
use std::sync::LazyLock;

entity! {
    /// An SSA value of one body; dense, numbered in the order of the textual form.
    pub struct ValueId = "v";
}
entity! {
    /// A basic block of one body; dense, `b0` is the entry.
    pub struct BlockId = "b";
}
entity! {
    /// An instruction of one body; dense, in the order of the textual form, terminators included.
    pub struct InstId = "i";
}
entity! {
    /// A call of one body (its callee and arguments); dense.
    pub struct CallId = "call";
}
entity! {
    /// A constant of one body; dense.
    pub struct ConstId = "c";
}
entity! {
    /// A constant table of one body; dense.
    pub struct TableId = "table";
}
entity! {
    /// A reference to a method of a body (method value, method expression, interface call); dense.
    pub struct MethodRefId = "m";
}
entity! {
    /// The arms of a select of one body; dense.
    pub struct SelectId = "select";
}

/// What a [`FuncId`] is interned from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FuncKey {
    /// A declared function or method, instantiated with `args` (the receiver's type arguments
    /// first); `args` is empty for one that is not generic.
    Decl {
        /// The declaration.
        decl: DeclId,
        /// Type arguments, without type parameters in them.
        args: TypeList,
    },
    /// The initialiser of package-level variables, by the first of them.
    VarInit(DeclId),
    /// The package's initialisation: the imports' first, then the variables in their order, then
    /// the `init` functions.
    PackageInit(PackageId),
    /// A function literal, or the body of a range-over-func statement.
    Closure {
        /// The declared function or initialiser around it, never itself a closure.
        root: FuncId,
        /// Position in [`Lowered::bodies`](crate::Lowered::bodies), from 1.
        index: u32,
    },
}

static FUNCS: LazyLock<Interner<FuncKey>> = LazyLock::new(Interner::new);

/// A function that has, or could have, an SSA body.
///
/// ## Identity
/// Package path, receiver, name, type arguments, closure path; unaffected by edits to other
/// functions. Process-wide, equality only; sort by its `Display` form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FuncId(NonZeroU32);

impl FuncId {
    /// The function with this key.
    #[must_use]
    pub fn new(key: FuncKey) -> Self {
        Self(NonZeroU32::new(FUNCS.intern(key) + 1).expect("more than 2^32 functions"))
    }

    /// A declared function that is not generic.
    #[must_use]
    pub fn declared(decl: DeclId) -> Self {
        Self::new(FuncKey::Decl { decl, args: TypeList::EMPTY })
    }

    /// The key.
    #[must_use]
    pub fn key(self) -> &'static FuncKey {
        let funcs: &'static Interner<FuncKey> = &FUNCS;
        funcs.get(self.0.get() - 1)
    }

    /// The declared function or initialiser around a closure; itself for anything else.
    #[must_use]
    pub fn root(self) -> Self {
        match *self.key() {
            FuncKey::Closure { root, .. } => root,
            _ => self,
        }
    }

    /// The package that holds the source.
    #[must_use]
    pub fn package(self) -> PackageId {
        match *self.key() {
            FuncKey::Decl { decl, .. } | FuncKey::VarInit(decl) => decl.package(),
            FuncKey::PackageInit(package) => package,
            FuncKey::Closure { root, .. } => root.package(),
        }
    }

    /// The id as a number, for compact tables; equality only.
    #[must_use]
    pub fn to_raw(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Debug for FuncId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key().fmt(f)
    }
}

/// A method that is called through an interface, or turned into a value, with the way from the
/// receiver to it. Wrappers are not made: whoever follows the reference adjusts the receiver.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MethodRef {
    /// Static type of the receiver operand (of the first parameter, for method expressions).
    pub receiver: TypeId,
    /// Embedded fields from the receiver to the method's own receiver; pointers on the way are
    /// followed.
    pub path: Box<[u32]>,
    /// The method.
    pub target: MethodTarget,
}

/// Which method a [`MethodRef`] leads to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MethodTarget {
    /// A declared method, instantiated.
    Declared(FuncId),
    /// A method of the interface that the path leads to, looked up in the dynamic type.
    Interface(Name),
}
