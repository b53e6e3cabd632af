//! What one function contributes to a points-to analysis: constraints over its own nodes.
//!
//! Facts name nodes by local numbers, and what lies outside the function symbolically, so they
//! depend on the function's body alone. `extract` makes them, `link` gives them global numbers.

use crate::callgraph::CallMode;
use crate::program::{FuncIndex, MethodName};
use gossa_base::{ListRange, Name};
use gossa_ssa::InstId;
use gossa_types::{DeclId, PackageId, TypeId};

/// A node from a function's point of view.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NodeRef(pub u32);

const CELL: u32 = 1 << 30;
const EXTERN: u32 = 2 << 30;
const INDEX: u32 = CELL - 1;

/// A [`NodeRef`] taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NodePlace {
    /// A variable of the function.
    Variable(u32),
    /// What a cell of one of its objects holds, counted through all its objects.
    Cell(u32),
    /// Outside: an index in [`Facts::externs`].
    Extern(u32),
    /// Nothing: nil.
    Nil,
}

impl NodeRef {
    /// A value that points to nothing.
    pub const NIL: Self = Self(u32::MAX);

    /// The variable with this number.
    #[must_use]
    pub const fn variable(index: u32) -> Self {
        Self(index)
    }

    /// The contents of the cell with this number.
    #[must_use]
    pub const fn cell(index: u32) -> Self {
        Self(CELL | index)
    }

    /// The external node with this number.
    #[must_use]
    pub const fn external(index: u32) -> Self {
        Self(EXTERN | index)
    }

    /// What it stands for.
    #[must_use]
    pub const fn place(self) -> NodePlace {
        match self.0 >> 30 {
            0 => NodePlace::Variable(self.0),
            1 => NodePlace::Cell(self.0 & INDEX),
            2 => NodePlace::Extern(self.0 & INDEX),
            _ => NodePlace::Nil,
        }
    }

    /// Whether it points to nothing.
    #[must_use]
    pub const fn is_nil(self) -> bool {
        self.0 == u32::MAX
    }
}

/// Something outside of a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Extern {
    /// A cell of a package-level variable.
    Global(DeclId, u32),
    /// A leaf of a function's parameters, captures first.
    Param(FuncIndex, u32),
    /// A function's code.
    Func(FuncIndex),
    /// The value of any type without pointers when it is in an interface: one for all.
    Plain(TypeId),
    /// What a nil pointer to a type would point to.
    NilOf(TypeId),
    /// What `panic` was called with.
    Panic,
    /// What the bytes of strings lie in.
    Strings,
    /// What of the pointers that come here points to bytes goes to `Strings`.
    ToStrings,
    /// A variable of this type somewhere in memory that only the runtime and `reflect` look into.
    Opaque(TypeId),
    /// What models share under this number.
    Bag(u32),
}

/// A place that a pointer can point to, from a function's point of view.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CellRef {
    /// The cell.
    pub node: NodeRef,
    /// Whether an interface holds the cell's value rather than a pointer to it.
    pub boxed: bool,
}

/// What happens with each element of a node's set. Nodes are of type `N`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rule<N> {
    /// `dst ⊇ *(p + delta)`, where `p` points to a `base`.
    Load {
        /// Where to.
        dst: N,
        /// Cells behind that of the pointer.
        delta: u32,
        /// What the pointer points to.
        base: TypeId,
    },
    /// `*(p + delta) ⊇ src`, where `p` points to a `base`.
    Store {
        /// What.
        src: N,
        /// Cells behind that of the pointer.
        delta: u32,
        /// What the pointer points to.
        base: TypeId,
    },
    /// `dst ⊇ p + delta`, where `p` points to a `base`.
    Offset {
        /// Where to.
        dst: N,
        /// Cells behind that of the pointer.
        delta: u32,
        /// What the pointer points to.
        base: TypeId,
    },
    /// `dst ⊇` a leaf of the values of type `ty` in an interface.
    Unbox {
        /// Where to.
        dst: N,
        /// The leaf's cell.
        delta: u32,
        /// The dynamic type.
        ty: TypeId,
    },
    /// `dst ⊇ filter(p)`.
    Apply {
        /// Where to.
        dst: N,
        /// What is made of each element.
        filter: Filter,
    },
    /// A call of a function value.
    Call(u32),
    /// A call of a method of an interface value.
    Invoke(u32),
    /// What a function of `reflect` does with a value.
    Reflect {
        /// What it does.
        op: Reflect,
        /// Where to, of operations that have a result.
        to: N,
        /// Its second operand; `to` where it has none.
        with: N,
    },
}

impl<N> Rule<N> {
    /// The same rule on other nodes.
    pub fn map<M>(self, mut node: impl FnMut(N) -> M) -> Rule<M> {
        match self {
            Self::Load { dst, delta, base } => Rule::Load { dst: node(dst), delta, base },
            Self::Store { src, delta, base } => Rule::Store { src: node(src), delta, base },
            Self::Offset { dst, delta, base } => Rule::Offset { dst: node(dst), delta, base },
            Self::Unbox { dst, delta, ty } => Rule::Unbox { dst: node(dst), delta, ty },
            Self::Apply { dst, filter } => Rule::Apply { dst: node(dst), filter },
            Self::Call(site) => Rule::Call(site),
            Self::Invoke(site) => Rule::Invoke(site),
            Self::Reflect { op, to, with } => Rule::Reflect { op, to: node(to), with: node(with) },
        }
    }
}

/// What functions of `reflect` do with values and types: see `reflection`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reflect {
    /// What an interface holds, as a value. The package is the one that does it.
    Value(PackageId),
    /// The dynamic type.
    TypeOf {
        /// Who asks.
        package: PackageId,
        /// Whether as a type of `internal/reflectlite`.
        lite: bool,
    },
    /// The types that a value that came from reflection may have, likewise.
    TypesOf {
        /// Whether as types of `internal/reflectlite`.
        lite: bool,
    },
    /// The data word of an interface, read as a pointer.
    DataWord,
    /// Maps with the same entries.
    CloneMap,
    /// The code of a function may be called.
    CallCode {
        /// With what this universe has.
        universe: u32,
        /// Whether the last parameter is `...T`.
        variadic: bool,
    },
    /// What pointers, slices, maps and channels lead to is known to a universe.
    AbsorbVariable(u32),
    /// What interfaces hold is known to a universe.
    AbsorbValue(u32),
    /// There are values of the type of these variables in a universe.
    Exists(u32),
    /// There are pointers of this type in a universe.
    PointerExists(u32),
    /// Parts of values, and what they lead to.
    Derive,
    /// Pointers to variables, as values.
    Address,
    /// Pointers to variables.
    UnsafeAddress,
    /// Slices of arrays.
    Slice,
    /// Slices with other arrays.
    Grow,
    /// Results of calls.
    Call,
    /// Bound methods.
    Methods,
    /// Bound methods whose names the program's strings have.
    NamedMethods,
    /// Converted values.
    Converted,
    /// Pointers to new variables.
    New,
    /// Zero values.
    Zero,
    /// New slices, maps, channels.
    Make,
    /// New functions, that call another with the slice that is the second operand.
    MakeFunc,
    /// The second operand as a pointer.
    At,
    /// The second operand as a pointer to the elements of a slice.
    SliceAt,
    /// Variables are assigned what is given to the second operand.
    Assign,
    /// Functions are called with what is given to the second operand.
    CallWith,
    /// Given to the second operand.
    Given,
    /// What pointers in an interface point to is assigned what of the second operand, another
    /// interface, has its type.
    Put,
    /// The pointers of which values consist.
    Word,
    /// Pointers to bytes.
    Bytes,
    /// Slices of bytes are assigned the second operand.
    PutBytes,
    /// Unsafe pointers are assigned the second operand.
    PutPointers,
    /// Pointer types.
    Pointers,
    /// Slice types.
    Slices,
    /// Array types.
    Arrays,
    /// Channel types.
    Chans,
    /// Map types.
    Maps,
    /// Types of methods.
    MethodTypes,
}

/// A function from elements to sets of elements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Filter {
    /// Values in an interface whose dynamic type implements this one.
    Implements(TypeId),
    /// Pointers to this type in an interface.
    PointersTo(TypeId),
    /// Pointers to this type, put into an interface.
    BoxPointers(TypeId),
    /// Pointers that `unsafe` makes pointers to this type.
    Retype(TypeId),
    /// What memory of this type may hold of what `unsafe` made memory hold.
    Held(TypeId),
    /// Some bytes further on.
    Bytes(i32),
    /// Anywhere in the object.
    Anywhere,
    /// From the element to the array around it.
    ArrayAround,
    /// A pointer, written to the data word of an interface.
    AsDataWord,
    /// What variables of a type hold if `unsafe` has no part in it.
    Typed(TypeId),
}

/// What sort of instruction makes an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ObjectKind {
    /// A declared variable that lives in memory.
    Variable,
    /// `new`, `&T{...}`.
    New,
    /// A temporary.
    Temporary,
    /// The array of a slice, a map, a channel: `make`.
    Make,
    /// The array that `append` makes when it has to.
    Append,
    /// A value that does not fit into an interface's data word.
    Interface,
    /// The array of a conversion from a string.
    Conversion,
    /// A part of a table of constants.
    Table,
}

/// An object that an instruction makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ObjectFact {
    /// Its type: what its cells are.
    pub ty: TypeId,
    /// Its first cell, counted through all objects of the function.
    pub first_cell: u32,
    /// The instruction.
    pub inst: InstId,
    /// What sort.
    pub kind: ObjectKind,
}

/// Whom a call calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallTarget {
    /// A function known by name.
    Static(FuncIndex),
    /// What a node points to.
    Value(NodeRef),
    /// A method of what a node points to.
    Invoke(NodeRef, MethodName),
}

/// A call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallFact {
    /// The instruction.
    pub inst: InstId,
    /// When it runs.
    pub mode: CallMode,
    /// Whom it calls.
    pub target: CallTarget,
    /// Leaves of the arguments, in [`Facts::args`]; for methods of interfaces without the receiver.
    pub args: ListRange,
    /// The first of the variables that take the leaves of the results.
    pub results: u32,
    /// How many they are.
    pub result_count: u32,
}

/// The constraints of a function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// How many leaves the parameters have, captures first: the first variables.
    pub params: u32,
    /// How many of them are captures'.
    pub captures: u32,
    /// How many leaves the results have: the variables behind the parameters.
    pub results: u32,
    /// How many variables there are.
    pub variables: u32,
    /// How many cells all objects have.
    pub cells: u32,
    /// The objects that it makes.
    pub objects: Box<[ObjectFact]>,
    /// What is outside.
    pub externs: Box<[Extern]>,
    /// `node ∋ cell`.
    pub members: Box<[(NodeRef, CellRef)]>,
    /// `to ⊇ from`, as (from, to).
    pub copies: Box<[(NodeRef, NodeRef)]>,
    /// What happens with elements of a node.
    pub rules: Box<[(NodeRef, Rule<NodeRef>)]>,
    /// Calls, in order.
    pub calls: Box<[CallFact]>,
    /// Pool of the calls' arguments.
    pub args: Box<[NodeRef]>,
    /// Methods that its strings name, sorted: see `extract::names`.
    pub names: Box<[Name]>,
}

impl Facts {
    /// How many constraints there are: what cloning the function costs.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.len() + self.copies.len() + self.rules.len() + 2 * self.calls.len()
    }

    /// Bytes of its lists, for reports.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        size_of_val(&*self.objects)
            + size_of_val(&*self.externs)
            + size_of_val(&*self.members)
            + size_of_val(&*self.copies)
            + size_of_val(&*self.rules)
            + size_of_val(&*self.calls)
            + size_of_val(&*self.args)
            + size_of_val(&*self.names)
    }
}
