//! What checking a tree finds out: the input of lowering and of the dumps.
//!
//! Side tables over one [`Tree`](gossa_syntax::Tree), indexed by its expression ids. No positions.

use crate::constant::Value;
use crate::ids::{DeclId, TypeParamId};
use crate::object::{LocalId, Object};
use crate::ty::{TypeId, TypeList};
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{ExprId, NodeId, StmtId};
use std::sync::Arc;

/// What kind of thing an expression denotes (`go/types`' operand modes).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum Mode {
    /// Not an expression with a type of its own: a field name, a label, a package name, a key.
    #[default]
    None,
    /// An error stands here.
    Invalid,
    /// A call without results.
    NoValue,
    /// A built-in function.
    Builtin,
    /// A type.
    Type,
    /// A constant; see [`TreeTypes::constant`].
    Constant,
    /// An addressable variable.
    Variable,
    /// A map element: assignable, not addressable; comma-ok possible.
    MapIndex,
    /// A computed value.
    Value,
    /// `nil`
    Nil,
    /// A value that may be used in a comma-ok assignment: receive, type assertion.
    CommaOk,
    /// A comma-ok value whose second result comes as an error (`v, err := C.f()`).
    CommaErr,
    /// A function of package C.
    CgoFunc,
}

/// Type and mode of one expression: 8 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ExprType {
    /// The type; `None` where the mode is [`Mode::None`]. A comma-ok expression used with two
    /// values has the tuple type; an untyped constant has its final type.
    pub ty: Option<TypeId>,
    /// What it denotes.
    pub mode: Mode,
}

/// Kind of a selector expression `x.f`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SelectionKind {
    /// `x.f` is a struct field.
    Field,
    /// `x.f` is a method value (or the callee of a method call).
    Method,
    /// `T.f` is a method expression.
    MethodExpr,
}

/// What the last step of a selection picks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Selected {
    /// Field `index` of the struct that the path leads to.
    Field {
        /// Index in the struct.
        index: u32,
    },
    /// A declared method. Type arguments of its receiver are those of the named type that the
    /// path leads to.
    Method {
        /// Its declaration.
        decl: DeclId,
    },
    /// A method of an interface (or of a type parameter's constraint).
    InterfaceMethod {
        /// Its name.
        name: Name,
    },
}

/// How a selector `x.f` is resolved (not for qualified identifiers `pkg.F`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Selection {
    /// Which kind.
    pub kind: SelectionKind,
    /// Type of `x` (or `T`).
    pub receiver: TypeId,
    /// Indices of the embedded fields from `x` to the struct or type that has the field or
    /// method; the selected field itself is in `selected`. Each step goes through a pointer where
    /// the embedded field is one.
    pub path: Box<[u32]>,
    /// What is selected.
    pub selected: Selected,
    /// Whether a pointer was followed on the way from `x` (as `go/types` counts).
    pub indirect: bool,
    /// Type of the field, or signature of the method without its receiver (method expressions
    /// have the receiver as first parameter in the selector expression's own type).
    pub ty: TypeId,
}

/// What a local variable is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LocalKind {
    /// The receiver of the declared method.
    Receiver,
    /// A parameter.
    Param,
    /// A result, named or not.
    Result,
    /// A declared variable, an iteration variable, a type switch's symbol in one clause.
    Var,
}

/// A local variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Local {
    /// Its name; `_` or `None` for unnamed parameters and results.
    pub name: Option<Name>,
    /// Its type.
    pub ty: TypeId,
    /// What it is.
    pub kind: LocalKind,
    /// The function literal that declares it, `None` for the declaration itself.
    pub function: Option<ExprId>,
    /// The declaring identifier (in the header tree for the declared function's own receiver,
    /// parameters and results) or the statement that declares it implicitly.
    pub declared_at: Option<NodeId>,
}

/// A declared or local type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeDecl {
    /// Type parameters; those of an enclosing generic function come first for a local type.
    pub type_params: Arc<[TypeParamId]>,
    /// How many of `type_params` belong to the enclosing function.
    pub outer_params: u32,
    /// For a defined type its underlying type (never named, an alias, or a type parameter); for
    /// an alias the type that it stands for.
    pub underlying: TypeId,
    /// Whether it is an alias declaration.
    pub alias: bool,
    /// Declared methods, sorted by name text.
    pub methods: Arc<[(Name, DeclId)]>,
}

/// What checking one tree finds out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TreeTypes {
    /// By [`ExprId`]: type and mode.
    pub exprs: Box<[ExprType]>,
    /// By [`ExprId`]: what an identifier denotes, uses and definitions alike.
    pub objects: Box<[Option<Object>]>,
    /// Values of constant expressions, sorted by expression.
    pub constants: Box<[(ExprId, Value)]>,
    /// Selections, sorted by selector expression.
    pub selections: Box<[(ExprId, Selection)]>,
    /// Type arguments of instantiated functions and types, explicit or inferred, sorted by the
    /// identifier that names the generic thing.
    pub instances: Box<[(ExprId, TypeList)]>,
    /// The symbol of a type switch in each clause, sorted by clause.
    pub implicits: Box<[(StmtId, LocalId)]>,
    /// Local variables, by [`LocalId`].
    pub locals: Box<[Local]>,
}

impl TreeTypes {
    /// Type of an expression, the invalid type where it has none.
    #[inline]
    #[must_use]
    pub fn ty(&self, expr: ExprId) -> TypeId {
        self.exprs[expr.index()].ty.unwrap_or(TypeId::INVALID)
    }

    /// Mode of an expression.
    #[inline]
    #[must_use]
    pub fn mode(&self, expr: ExprId) -> Mode {
        self.exprs[expr.index()].mode
    }

    /// What an identifier denotes.
    #[inline]
    #[must_use]
    pub fn object(&self, ident: ExprId) -> Option<Object> {
        self.objects[ident.index()]
    }

    /// The value of a constant expression. Logarithmic.
    #[must_use]
    pub fn constant(&self, expr: ExprId) -> Option<&Value> {
        find(&self.constants, expr)
    }

    /// The selection of a selector expression; `None` for qualified identifiers. Logarithmic.
    #[must_use]
    pub fn selection(&self, selector: ExprId) -> Option<&Selection> {
        find(&self.selections, selector)
    }

    /// The type arguments at an identifier that names a generic function or type. Logarithmic.
    #[must_use]
    pub fn instance(&self, ident: ExprId) -> Option<TypeList> {
        find(&self.instances, ident).copied()
    }

    /// The symbol of a type switch in this clause. Logarithmic.
    #[must_use]
    pub fn implicit(&self, clause: StmtId) -> Option<LocalId> {
        find(&self.implicits, clause).copied()
    }
}

fn find<K: Ord, V>(table: &[(K, V)], key: K) -> Option<&V> {
    table.binary_search_by(|(k, _)| k.cmp(&key)).ok().map(|at| &table[at].1)
}

/// The constraint of a declared type parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    /// An interface type, or a type whose underlying type is one.
    pub ty: TypeId,
    /// Whether the parameter before it is declared by the same constraint: `P, Q C`.
    pub joint: bool,
}

impl Bound {
    /// That of a parameter that is not known.
    pub const INVALID: Self = Self { ty: TypeId::INVALID, joint: false };
}

/// Types declared inside a body or an initialiser, and bounds of their type parameters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LocalDecls {
    /// Local types.
    pub types: FxHashMap<DeclId, TypeDecl>,
    /// Constraints of type parameters declared here.
    pub bounds: FxHashMap<TypeParamId, Bound>,
}
