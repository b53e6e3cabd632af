//! Function bodies as the analysis sees them: with every implicit step of the language spelled
//! out.
//!
//! The typed tree is what the programmer wrote; what flows where also depends on what was left
//! out: conversions to interface types, addresses taken for method calls, slices made of variadic
//! arguments, temporaries for several results, the functions that bodies of range-over-func loops
//! are. Here each has a node. A [`Code`] is one declared function (or one instance of a generic
//! one, or a package's initialisation) with the function literals in it; nodes know the tree
//! node that they come from.

use gossa_base::{ListRange, Name, entity};
use gossa_syntax::{BinaryOp, NodeId, UnaryOp};
use gossa_types::constant::Value;
use gossa_types::{Builtin, DeclId, DeclSource, TypeId, TypeList};

entity! {
    /// A node of a [`Code`].
    pub(crate) struct Id = "x";
}
entity! {
    /// A variable of a [`Code`], temporaries included.
    pub(crate) struct VarId = "v";
}
entity! {
    /// A function of a [`Code`]: the declared one is the first, function literals follow.
    pub(crate) struct FuncIndex = "f";
}

/// A run in [`Code::lists`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct List(pub(crate) ListRange);

/// Which part of a tree's node a position is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Point {
    /// Its own token: the operator, the parenthesis of a call, ...
    Token,
    /// Its first byte.
    Start,
    /// Its last byte.
    End,
}

/// A place in one of the trees of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct At {
    /// The node.
    pub node: NodeId,
    /// Whether it is of the body's tree rather than the header's.
    pub in_body: bool,
    /// Which part of it.
    pub point: Point,
}

/// A function that is mentioned by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct FuncRef {
    /// The declaration.
    pub(crate) decl: DeclId,
    /// Shapes of the type arguments.
    pub(crate) args: TypeList,
}

/// Conversions between strings and slices or code points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StringConversion {
    BytesToString,
    RunesToString,
    StringToBytes,
    StringToRunes,
    RuneToString,
}

/// Kinds of composite literals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LiteralKind {
    Array,
    Slice,
    Struct,
    /// Keys and values take turns in its list.
    Map,
}

/// Kinds of assignments of several values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AssignKind {
    /// `a, b = x, y`
    Parallel,
    /// `a, b = f()`
    Call,
    /// `v, ok = x.(T)`
    Assert,
    /// `v, ok = m[k]`
    Map,
    /// `v, ok = <-c`
    Receive,
}

/// What a node is. Expressions first, then statements.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Kind {
    /// `_` on the left of an assignment.
    Blank,
    /// A constant, by index in [`Code::consts`].
    Const(u32),
    Nil,
    /// A type where an expression stands: the operand of `new`.
    Type,
    Var(VarId),
    Global(DeclId),
    Func(FuncRef),
    /// `T.m` for a declared method.
    MethodExpr(FuncRef),
    /// What only exists at run time for type arguments, by index in [`Code::texts`].
    Dictionary(u32),
    Unary(UnaryOp, Id),
    Binary(BinaryOp, Id, Id),
    Address(Id),
    /// `&T{...}`
    AddressOfLiteral(Id),
    Deref(Id),
    /// `x.f`
    Field(Id, Name),
    /// `p.f`
    PointerField(Id, Name),
    /// `i.m` as a callee.
    InterfaceMethod(Id, Name),
    /// `x.m` as a value.
    MethodValue {
        x: Id,
        name: Name,
        /// The method, if it is known.
        func: Option<(DeclId, TypeList)>,
    },
    Assert(Id),
    Index(Id, Id),
    MapIndex(Id, Id),
    /// `x[a:b]`; the bounds are a list of three, [`Kind::Blank`] where there is none.
    Slice {
        x: Id,
        bounds: List,
        three: bool,
        of_array: bool,
    },
    Convert(Id),
    /// A conversion that changes nothing but the type.
    Retype(Id),
    ToInterface(Id),
    StringConvert(StringConversion, Id),
    SliceToArray(Id),
    SliceToArrayPointer(Id),
    Receive(Id),
    Call {
        fun: Id,
        args: List,
    },
    /// The callee is a [`Kind::InterfaceMethod`].
    InterfaceCall {
        fun: Id,
        args: List,
    },
    Builtin(Builtin, List),
    New(Id),
    MakeSlice(Id, Option<Id>),
    MakeMap(Option<Id>),
    MakeChan(Option<Id>),
    Literal(LiteralKind, List),
    Closure(FuncIndex),
    Concat(List),

    Declare(VarId),
    /// `x = y`; without `y`: the zero value.
    Assign(Id, Option<Id>),
    AssignOp(BinaryOp, Id, Id),
    AssignList(AssignKind, List, List),
    /// `break`, `continue`, `fallthrough`.
    Jump,
    Goto(Name),
    Label(Name),
    If {
        cond: Id,
        then: List,
        otherwise: List,
    },
    For {
        cond: Option<Id>,
        post: Option<Id>,
        body: List,
    },
    Range {
        key: Option<Id>,
        value: Option<Id>,
        x: Id,
        body: List,
    },
    Switch {
        tag: Option<Id>,
        cases: List,
    },
    /// `switch x.(type)`
    TypeSwitch {
        x: Id,
        cases: List,
    },
    Case {
        exprs: List,
        body: List,
        /// The symbol of a type switch.
        var: Option<VarId>,
    },
    Select(List),
    Comm {
        comm: Option<Id>,
        body: List,
    },
    Send(Id, Id),
    Go(Id),
    Defer(Id),
    Return(List),
    CheckNil(Id),
}

/// A node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) ty: TypeId,
    pub(crate) at: At,
    /// Statements that run before it.
    pub(crate) init: List,
    /// Not written in the source.
    pub(crate) implicit: bool,
    /// `f(x...)`; for a statement: it declares what it assigns; for a loop: its variables are per
    /// iteration; for `defer`: it defers to a function around it.
    pub(crate) flag: bool,
}

/// What a variable is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VarKind {
    Param,
    /// A result, by index.
    Result(u32),
    Local,
    Temporary,
}

/// What defines a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Definition {
    /// Nothing: `var x T`, a parameter.
    None,
    /// The statement that declares it and assigns to it.
    Stmt(Id),
    /// A type switch.
    TypeSwitch,
}

/// A variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Var {
    /// `None` for a parameter without a name.
    pub(crate) name: Option<Name>,
    pub(crate) ty: TypeId,
    pub(crate) func: FuncIndex,
    pub(crate) kind: VarKind,
    pub(crate) at: At,
    pub(crate) definition: Definition,
    /// Whether its address is taken somewhere.
    pub(crate) address_taken: bool,
}

/// A function: the declared one or a literal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Func {
    pub(crate) parent: Option<FuncIndex>,
    pub(crate) body: List,
    pub(crate) has_body: bool,
    /// Parameters, the receiver first.
    pub(crate) params: Vec<VarId>,
    pub(crate) results: Vec<VarId>,
    pub(crate) has_receiver: bool,
    pub(crate) variadic: bool,
    /// Variables of functions around it that it uses.
    pub(crate) captures: Vec<VarId>,
    /// Whether it captures the dictionary of an instance, too.
    pub(crate) captures_dictionary: bool,
    /// Made for a `go` or `defer` statement or a method value of an instance.
    pub(crate) wrapper: bool,
    /// The `go` or `defer` statement that it was made for.
    pub(crate) site: Option<NodeId>,
    /// Whether it is the body of a range-over-func loop.
    pub(crate) is_range_body: bool,
    /// Variables so far: names of temporaries are made of it.
    pub(crate) declared: u32,
}

impl Func {
    /// Whether it is a function literal that captures something.
    pub(crate) fn is_closure(&self) -> bool {
        self.parent.is_some() && (self.captures_dictionary || !self.captures.is_empty())
    }
}

/// A declared function with the literals in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Code {
    /// What it is the code of; `None` for an initialiser.
    pub(crate) root: Option<FuncRef>,
    /// In an initialisation: the declaration of the initialised variables.
    pub(crate) source: Option<DeclSource>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) lists: Vec<Id>,
    pub(crate) consts: Vec<Value>,
    pub(crate) texts: Vec<String>,
    pub(crate) vars: Vec<Var>,
    pub(crate) funcs: Vec<Func>,
}

impl Code {
    pub(crate) const ROOT: FuncIndex = FuncIndex::new(0);

    pub(crate) fn list(&self, list: List) -> &[Id] {
        &self.lists[list.0.range()]
    }

    pub(crate) fn add_list(&mut self, items: &[Id]) -> List {
        let start = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        self.lists.extend_from_slice(items);
        List(ListRange { start, len: u32::try_from(items.len()).unwrap_or(u32::MAX) })
    }

    pub(crate) fn add(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        Id::from_usize(self.nodes.len() - 1)
    }

    /// The variable or other thing that a part of is meant by `x.f`, `x[i]` with an array `x`,
    /// and so on.
    pub(crate) fn outer_value(&self, mut id: Id, is_array: &dyn Fn(TypeId) -> bool) -> Id {
        loop {
            id = match self[id].kind {
                Kind::Field(x, _) | Kind::Retype(x) => x,
                Kind::Index(x, _) if is_array(self[x].ty) => x,
                _ => return id,
            }
        }
    }

    /// What a node consists of, what runs before it first; bodies of function literals are not
    /// part of it.
    pub(crate) fn each_child(&self, id: Id, f: &mut dyn FnMut(Id)) {
        let node = &self[id];
        for &id in self.list(node.init) {
            f(id);
        }
        let mut all = |ids: &[Id]| ids.iter().for_each(|&id| f(id));
        match node.kind {
            Kind::Blank
            | Kind::Const(_)
            | Kind::Nil
            | Kind::Type
            | Kind::Var(_)
            | Kind::Global(_)
            | Kind::Func(_)
            | Kind::MethodExpr(_)
            | Kind::Dictionary(_)
            | Kind::Closure(_)
            | Kind::Declare(_)
            | Kind::Jump
            | Kind::Goto(_)
            | Kind::Label(_) => {}
            Kind::Unary(_, x)
            | Kind::Address(x)
            | Kind::AddressOfLiteral(x)
            | Kind::Deref(x)
            | Kind::Field(x, _)
            | Kind::PointerField(x, _)
            | Kind::InterfaceMethod(x, _)
            | Kind::MethodValue { x, .. }
            | Kind::Assert(x)
            | Kind::Convert(x)
            | Kind::Retype(x)
            | Kind::ToInterface(x)
            | Kind::StringConvert(_, x)
            | Kind::SliceToArray(x)
            | Kind::SliceToArrayPointer(x)
            | Kind::Receive(x)
            | Kind::New(x)
            | Kind::Go(x)
            | Kind::Defer(x)
            | Kind::CheckNil(x) => all(&[x]),
            Kind::Binary(_, x, y)
            | Kind::Index(x, y)
            | Kind::MapIndex(x, y)
            | Kind::AssignOp(_, x, y)
            | Kind::Send(x, y) => all(&[x, y]),
            Kind::Slice { x, bounds, .. } => {
                all(&[x]);
                all(self.list(bounds));
            }
            Kind::Call { fun, args } | Kind::InterfaceCall { fun, args } => {
                all(&[fun]);
                all(self.list(args));
            }
            Kind::Builtin(_, list)
            | Kind::Literal(_, list)
            | Kind::Concat(list)
            | Kind::Select(list)
            | Kind::Return(list) => all(self.list(list)),
            Kind::MakeSlice(len, cap) => {
                all(&[len]);
                all(cap.as_slice());
            }
            Kind::MakeMap(len) | Kind::MakeChan(len) => all(len.as_slice()),
            Kind::Assign(x, y) => {
                all(&[x]);
                all(y.as_slice());
            }
            Kind::AssignList(_, lhs, rhs) => {
                all(self.list(lhs));
                all(self.list(rhs));
            }
            Kind::If { cond, then, otherwise } => {
                all(&[cond]);
                all(self.list(then));
                all(self.list(otherwise));
            }
            Kind::For { cond, post, body } => {
                all(cond.as_slice());
                all(post.as_slice());
                all(self.list(body));
            }
            Kind::Range { key, value, x, body } => {
                all(&[x]);
                all(key.as_slice());
                all(value.as_slice());
                all(self.list(body));
            }
            Kind::Switch { tag, cases } => {
                all(tag.as_slice());
                all(self.list(cases));
            }
            Kind::TypeSwitch { x, cases } => {
                all(&[x]);
                all(self.list(cases));
            }
            Kind::Case { exprs, body, .. } => {
                all(self.list(exprs));
                all(self.list(body));
            }
            Kind::Comm { comm, body } => {
                all(comm.as_slice());
                all(self.list(body));
            }
        }
    }

    /// Visits all nodes of a function's body, those before their parts; `f` says whether to look
    /// at the parts. Function literals are not entered.
    pub(crate) fn walk(&self, func: FuncIndex, f: &mut dyn FnMut(Id) -> bool) {
        let mut work: Vec<Id> = self.list(self[func].body).iter().rev().copied().collect();
        let mut children = Vec::new();
        while let Some(id) = work.pop() {
            if !f(id) {
                continue;
            }
            self.each_child(id, &mut |child| children.push(child));
            work.extend(children.drain(..).rev());
        }
    }

    /// A variable that the source does not have.
    pub(crate) fn new_temporary(&mut self, func: FuncIndex, ty: TypeId, at: At) -> VarId {
        let number = self[func].declared;
        self[func].declared += 1;
        self.vars.push(Var {
            name: Some(Name::new(&format!(".autotmp_{number}"))),
            ty,
            func,
            kind: VarKind::Temporary,
            at,
            definition: Definition::None,
            address_taken: false,
        });
        VarId::from_usize(self.vars.len() - 1)
    }

    /// A statement or expression that the source does not have.
    pub(crate) fn made(&mut self, kind: Kind, ty: TypeId, at: At) -> Id {
        self.add(Node { kind, ty, at, init: List::default(), implicit: false, flag: false })
    }

    /// Whether `inner` is a literal somewhere inside `outer`.
    pub(crate) fn contains(&self, outer: FuncIndex, inner: FuncIndex) -> bool {
        let mut parent = self[inner].parent;
        while let Some(func) = parent {
            if func == outer {
                return true;
            }
            parent = self[func].parent;
        }
        false
    }
}

impl std::ops::Index<Id> for Code {
    type Output = Node;
    fn index(&self, id: Id) -> &Node {
        &self.nodes[id.index()]
    }
}

impl std::ops::IndexMut<Id> for Code {
    fn index_mut(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id.index()]
    }
}

impl std::ops::Index<VarId> for Code {
    type Output = Var;
    fn index(&self, id: VarId) -> &Var {
        &self.vars[id.index()]
    }
}

impl std::ops::IndexMut<VarId> for Code {
    fn index_mut(&mut self, id: VarId) -> &mut Var {
        &mut self.vars[id.index()]
    }
}

impl std::ops::Index<FuncIndex> for Code {
    type Output = Func;
    fn index(&self, id: FuncIndex) -> &Func {
        &self.funcs[id.index()]
    }
}

impl std::ops::IndexMut<FuncIndex> for Code {
    fn index_mut(&mut self, id: FuncIndex) -> &mut Func {
        &mut self.funcs[id.index()]
    }
}
