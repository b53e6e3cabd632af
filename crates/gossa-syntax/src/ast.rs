//! Syntax trees: what the parser builds and every later stage reads.
//!
//! A file is a list of top-level declarations, and each declaration owns its nodes: a function
//! has one [`Tree`] for its header (receiver, type parameters, signature) and one for its body; a
//! `const`, `var`, `type` or `import` declaration has one. Nodes live in flat arrays and refer to
//! each other by 4-byte ids that are dense *within their tree*. A tree holds no offsets: the
//! [`Spans`] beside it do, relative to the declaration's first byte. So a comment above a
//! function, or an edit of the function before it, leaves tree and spans equal, and an edit of
//! white space inside it leaves the tree equal. Later stages depend on trees and ask for spans
//! only to report.
//!
//! Trees can be deep, though no deeper than a few times [`crate::MAX_DEPTH`]: `1+1+...` leans to
//! the left and `else if` to the right. Nodes come after their children, so a loop over an arena
//! often does; [`Tree::each_child`] serves walks with a stack of their own.
//!
//! The shape follows `go/ast` where Go programmers know it: types are expressions, names are
//! identifier expressions (so that each has a span and can carry an object).

use gossa_base::{ListRange, Name, TextRange, TextSize, entity};
use std::sync::Arc;

entity! {
    /// An expression (or type) of a [`Tree`]; dense from 0.
    pub struct ExprId = "e";
}
entity! {
    /// A statement of a [`Tree`]; dense from 0.
    pub struct StmtId = "s";
}
entity! {
    /// A specification (`const`, `var`, `type`, `import`) of a [`Tree`]; dense from 0.
    pub struct SpecId = "p";
}
entity! {
    /// A signature (type parameters, parameters, results) of a [`Tree`]; dense from 0.
    pub struct SignatureId = "g";
}

/// A run in [`Tree::expr_lists`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ExprList(pub ListRange);
/// A run in [`Tree::stmt_lists`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct StmtList(pub ListRange);
/// A run in [`Tree::fields`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct FieldList(pub ListRange);
/// A run of specs: ids `start .. start + len` of [`Tree::specs`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SpecList(pub ListRange);

/// A run of bytes in [`Tree::text`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TextSlice(pub ListRange);

/// Kind of a basic literal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LiteralKind {
    /// `12`, `0x_ff`, `0b1`
    Int,
    /// `1.5`, `0x1p-2`
    Float,
    /// `2i`
    Imaginary,
    /// `'x'`
    Rune,
    /// `"a\n"` or a raw string in back quotes
    String,
}

/// Unary operators; `*x` is [`Expr::Star`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `+x`
    Plus,
    /// `-x`
    Neg,
    /// `!x`
    Not,
    /// `^x`
    Xor,
    /// `&x`
    Address,
    /// `<-x`
    Receive,
    /// `~T`, in constraints
    Tilde,
}

/// Binary operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&^`
    AndNot,
    /// `&&`
    LogicalAnd,
    /// `||`
    LogicalOr,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// Direction of a channel type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChanDir {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Receive,
}

/// An expression or type; 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Expr {
    /// What a syntax error left.
    Bad,
    /// An identifier.
    Ident(Name),
    /// A literal; its source text is kept as written.
    BasicLit {
        /// Kind of literal.
        kind: LiteralKind,
        /// Source text, quotes included.
        text: TextSlice,
    },
    /// `func(...) ... { body }`
    FuncLit {
        /// Its signature.
        signature: SignatureId,
        /// Its body, a [`Stmt::Block`].
        body: StmtId,
    },
    /// `T{...}`; `ty` is `None` for an elided inner literal type.
    CompositeLit {
        /// The literal's type.
        ty: Option<ExprId>,
        /// Elements, [`Expr::KeyValue`] where keyed.
        elements: ExprList,
    },
    /// `(x)`
    Paren(ExprId),
    /// `x.sel`; `sel` is an identifier.
    Selector {
        /// The operand.
        x: ExprId,
        /// The selected identifier.
        sel: ExprId,
    },
    /// `x[i]`, or an instantiation `x[T, U]`.
    Index {
        /// The operand.
        x: ExprId,
        /// One index, or one or more type arguments.
        indices: ExprList,
    },
    /// `x[lo:hi]` or `x[lo:hi:max]`; the bounds are in [`Tree::slices`].
    Slice {
        /// The operand.
        x: ExprId,
        /// Index into [`Tree::slices`].
        bounds: u32,
    },
    /// `x.(T)`; `ty` is `None` for `x.(type)`.
    TypeAssert {
        /// The operand.
        x: ExprId,
        /// The asserted type.
        ty: Option<ExprId>,
    },
    /// `fun(args)` or `fun(args...)`; conversions too.
    Call {
        /// The callee.
        fun: ExprId,
        /// The arguments.
        args: ExprList,
        /// Whether the last argument is followed by `...`.
        spread: bool,
    },
    /// `*x`: dereference or pointer type.
    Star(ExprId),
    /// `op x`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        x: ExprId,
    },
    /// `x op y`
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left operand.
        x: ExprId,
        /// Right operand.
        y: ExprId,
    },
    /// `key: value` in a composite literal.
    KeyValue {
        /// The key.
        key: ExprId,
        /// The value.
        value: ExprId,
    },
    /// `[len]T`, `[...]T` (`len` is an [`Expr::Ellipsis`]) or `[]T` (`len` is `None`).
    ArrayType {
        /// The length.
        len: Option<ExprId>,
        /// The element type.
        elem: ExprId,
    },
    /// `...T` as the type of a last parameter, or the `...` of `[...]T` (`None`).
    Ellipsis(Option<ExprId>),
    /// `struct{...}`
    StructType(FieldList),
    /// `func(...) ...` as a type.
    FuncType(SignatureId),
    /// `interface{...}`: methods are fields with one name and an [`Expr::FuncType`]; embedded
    /// elements (types, unions of [`Expr::Binary`] `|`, `~T`) are fields without names.
    InterfaceType(FieldList),
    /// `map[K]V`
    MapType {
        /// Key type.
        key: ExprId,
        /// Element type.
        value: ExprId,
    },
    /// `chan T`, `chan<- T`, `<-chan T`
    ChanType {
        /// Direction.
        dir: ChanDir,
        /// Element type.
        elem: ExprId,
    },
}

/// The bounds of a slice expression.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SliceBounds {
    /// Low bound.
    pub lo: Option<ExprId>,
    /// High bound.
    pub hi: Option<ExprId>,
    /// Capacity bound.
    pub max: Option<ExprId>,
    /// Whether it has two colons.
    pub three: bool,
}

/// Fields of a struct, parameters, results, type parameters, or elements of an interface that
/// share one type: `a, b T`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    /// Identifiers; empty when anonymous or embedded.
    pub names: ExprList,
    /// The type (the constraint, for type parameters).
    pub ty: ExprId,
    /// A struct field's tag, an [`Expr::BasicLit`].
    pub tag: Option<ExprId>,
}

/// A signature.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Signature {
    /// Type parameters (functions and methods only).
    pub type_params: FieldList,
    /// Parameters; a variadic one has an [`Expr::Ellipsis`] type.
    pub params: FieldList,
    /// Results.
    pub results: FieldList,
}

/// Keyword of a branch statement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BranchKind {
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `goto`
    Goto,
    /// `fallthrough`
    Fallthrough,
}

/// Kind of an assignment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AssignOp {
    /// `=`
    Assign,
    /// `:=`
    Define,
    /// `op=`
    Compound(BinaryOp),
}

/// How a range clause binds its variables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RangeBinding {
    /// `for range x`
    None,
    /// `for k, v = range x`
    Assign,
    /// `for k, v := range x`
    Define,
}

/// A statement; 24 bytes at most.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stmt {
    /// What a syntax error left.
    Bad,
    /// `;`
    Empty {
        /// Whether the semicolon was left out, as before `}`.
        implicit: bool,
    },
    /// An expression statement.
    Expr(ExprId),
    /// `chan <- value`
    Send {
        /// The channel.
        chan: ExprId,
        /// The value sent.
        value: ExprId,
    },
    /// `x++`, `x--`
    IncDec {
        /// The operand.
        x: ExprId,
        /// Whether it is `++`.
        increment: bool,
    },
    /// `lhs = rhs`, `lhs := rhs`, `lhs op= rhs`
    Assign {
        /// Which.
        op: AssignOp,
        /// Left-hand sides.
        lhs: ExprList,
        /// Right-hand sides.
        rhs: ExprList,
    },
    /// `go call`
    Go(ExprId),
    /// `defer call`
    Defer(ExprId),
    /// `return results`
    Return(ExprList),
    /// `break`, `continue`, `goto`, `fallthrough`
    Branch {
        /// Which.
        kind: BranchKind,
        /// Its label, an identifier.
        label: Option<ExprId>,
    },
    /// `{ ... }`
    Block(StmtList),
    /// `if init; cond { then } else ...`
    If {
        /// Simple statement before the condition.
        init: Option<StmtId>,
        /// The condition.
        cond: ExprId,
        /// A [`Stmt::Block`].
        then: StmtId,
        /// A [`Stmt::Block`] or [`Stmt::If`].
        otherwise: Option<StmtId>,
    },
    /// `switch init; tag { cases }`; the cases are [`Stmt::Case`].
    Switch {
        /// Simple statement before the tag.
        init: Option<StmtId>,
        /// The tag.
        tag: Option<ExprId>,
        /// The cases.
        cases: StmtList,
    },
    /// `switch init; x := y.(type) { cases }`
    TypeSwitch {
        /// Simple statement before the guard.
        init: Option<StmtId>,
        /// The guard: `x := y.(type)` as a define-[`Stmt::Assign`], or a [`Stmt::Expr`].
        guard: StmtId,
        /// The cases.
        cases: StmtList,
    },
    /// `case a, b:` or `default:` (no expressions and `default` set).
    Case {
        /// Expressions or types.
        exprs: ExprList,
        /// The body.
        body: StmtList,
        /// Whether it is `default:`.
        default: bool,
    },
    /// `select { cases }`; the cases are [`Stmt::Comm`].
    Select {
        /// The cases.
        cases: StmtList,
    },
    /// `case comm:` or `default:` (`None`) of a select.
    Comm {
        /// A [`Stmt::Send`], [`Stmt::Expr`] or [`Stmt::Assign`].
        comm: Option<StmtId>,
        /// The body.
        body: StmtList,
    },
    /// `for init; cond; post { body }`
    For {
        /// Before the loop.
        init: Option<StmtId>,
        /// The condition.
        cond: Option<ExprId>,
        /// After each iteration.
        post: Option<StmtId>,
        /// A [`Stmt::Block`].
        body: StmtId,
    },
    /// `for key, value := range x { body }`
    Range {
        /// First iteration variable or operand.
        key: Option<ExprId>,
        /// Second iteration variable or operand; an [`Expr::KeyValue`] of it and the third where
        /// there are more than two, which is an error.
        value: Option<ExprId>,
        /// What is ranged over.
        x: ExprId,
        /// A [`Stmt::Block`].
        body: StmtId,
        /// How the variables are bound.
        binding: RangeBinding,
    },
    /// `label: stmt`
    Labeled {
        /// An identifier.
        label: ExprId,
        /// The statement.
        stmt: StmtId,
    },
    /// A declaration statement.
    Decl {
        /// Its keyword.
        keyword: DeclKeyword,
        /// Its specs.
        specs: SpecList,
    },
}

/// Keyword of a generic declaration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeclKeyword {
    /// `import`
    Import,
    /// `const`
    Const,
    /// `var`
    Var,
    /// `type`
    Type,
}

/// One specification of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Spec {
    /// `name "path"`
    Import {
        /// An identifier (`.` and `_` included).
        name: Option<ExprId>,
        /// The path, an [`Expr::BasicLit`].
        path: ExprId,
    },
    /// A constant or variable specification.
    Value {
        /// Identifiers.
        names: ExprList,
        /// The type.
        ty: Option<ExprId>,
        /// Initial values; for an empty constant spec the checker repeats the previous one's.
        values: ExprList,
        /// Index of the spec in its group.
        iota: u32,
    },
    /// `name[type_params] = ty`
    Type {
        /// An identifier.
        name: ExprId,
        /// Type parameters.
        type_params: FieldList,
        /// Whether it is an alias declaration.
        alias: bool,
        /// The type.
        ty: ExprId,
    },
}

/// What a tree is the tree of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TreeRoot {
    /// Header of a function or method declaration.
    Func {
        /// An identifier.
        name: ExprId,
        /// The receiver (zero fields: a function).
        receiver: FieldList,
        /// The signature.
        signature: SignatureId,
        /// Whether a body follows.
        has_body: bool,
    },
    /// Body of a function declaration: a [`Stmt::Block`].
    Body(StmtId),
    /// A `const`, `var`, `type` or `import` declaration.
    Gen {
        /// Its keyword.
        keyword: DeclKeyword,
        /// Its specs.
        specs: SpecList,
        /// Whether the specs are in parentheses.
        parenthesized: bool,
    },
    /// What a syntax error left of a declaration.
    Bad,
}

/// The nodes of one declaration's header or of one function's body. No positions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tree {
    /// What this is the tree of.
    pub root: TreeRoot,
    /// Expressions; children come before their parents.
    pub exprs: Box<[Expr]>,
    /// Statements; children come before their parents.
    pub stmts: Box<[Stmt]>,
    /// Pool of [`ExprList`].
    pub expr_lists: Box<[ExprId]>,
    /// Pool of [`StmtList`].
    pub stmt_lists: Box<[StmtId]>,
    /// Pool of [`FieldList`].
    pub fields: Box<[Field]>,
    /// Signatures.
    pub signatures: Box<[Signature]>,
    /// Specifications.
    pub specs: Box<[Spec]>,
    /// Bounds of slice expressions.
    pub slices: Box<[SliceBounds]>,
    /// Pool of literal texts.
    pub text: Box<str>,
}

impl Tree {
    /// A tree without nodes.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            root: TreeRoot::Bad,
            exprs: Box::default(),
            stmts: Box::default(),
            expr_lists: Box::default(),
            stmt_lists: Box::default(),
            fields: Box::default(),
            signatures: Box::default(),
            specs: Box::default(),
            slices: Box::default(),
            text: Box::default(),
        }
    }
}

/// Where a node is: 12 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Span {
    /// First byte, relative to the declaration.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The node's own token where it is not the first: operator of binary expressions,
    /// assignments, sends and inc/dec; the dot of selectors and type assertions; `(` of calls and function types;
    /// `[` of index and slice expressions; `{` of composite literals, of struct and interface
    /// types, and of blocks' owners (`switch`, `select`); `:` of key-values, cases and labels;
    /// the `range` keyword; the arrow of directed channel types. Else equal to `start`.
    pub anchor: u32,
}

/// Positions of a [`Tree`]'s nodes, relative to the first byte of the declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spans {
    /// By [`ExprId`].
    pub exprs: Box<[Span]>,
    /// By [`StmtId`].
    pub stmts: Box<[Span]>,
    /// By [`SpecId`]; the anchor is the `=` where there is one.
    pub specs: Box<[Span]>,
    /// By [`SignatureId`]: from `func` (or the first parenthesis) to the end.
    pub signatures: Box<[Span]>,
}

/// A node of a tree, for side tables and source maps: 4 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// A [`NodeId`] taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// An expression.
    Expr(ExprId),
    /// A statement.
    Stmt(StmtId),
    /// The closing brace of a block statement: where a function falls off its end.
    End(StmtId),
    /// The declaration as a whole.
    Root,
}

impl NodeId {
    /// The declaration as a whole.
    pub const ROOT: Self = Self(u32::MAX);

    /// Takes the id apart.
    #[must_use]
    pub fn node(self) -> Node {
        match self.0 >> 30 {
            0 => Node::Expr(ExprId::new(self.0)),
            1 => Node::Stmt(StmtId::new(self.0 & 0x3fff_ffff)),
            2 => Node::End(StmtId::new(self.0 & 0x3fff_ffff)),
            _ => Node::Root,
        }
    }

    /// The end of a block statement.
    #[must_use]
    pub fn end_of(block: StmtId) -> Self {
        Self(block.index() as u32 | 2 << 30)
    }

    /// The id as it is stored in compact tables.
    #[must_use]
    pub fn to_raw(self) -> u32 {
        self.0
    }

    /// The inverse of [`NodeId::to_raw`].
    #[must_use]
    pub fn from_raw(raw: u32) -> Self {
        Self(raw)
    }
}

impl From<ExprId> for NodeId {
    fn from(expr: ExprId) -> Self {
        Self(expr.index() as u32)
    }
}

impl From<StmtId> for NodeId {
    fn from(stmt: StmtId) -> Self {
        Self(stmt.index() as u32 | 1 << 30)
    }
}

impl std::fmt::Debug for NodeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.node().fmt(f)
    }
}

/// A tree and its positions, each shared and comparable on its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeWithSpans {
    /// The nodes.
    pub tree: Arc<Tree>,
    /// Their positions.
    pub spans: Arc<Spans>,
}

/// A top-level declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decl {
    /// Where it is in the file, from its keyword to its last byte; trees are relative to the
    /// start.
    pub range: TextRange,
    /// The header, or the whole of a `const`, `var`, `type` or `import` declaration.
    pub header: TreeWithSpans,
    /// A function's body.
    pub body: Option<TreeWithSpans>,
    /// The run of [`File::comments`] that documents it: the comments that end on the line above,
    /// directives included.
    pub doc: ListRange,
}

/// A comment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment {
    /// Where it is in the file, delimiters included, a trailing newline not.
    pub range: TextRange,
}

/// A parsed file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// The package name, `None` where the clause is missing or broken.
    pub package: Option<Name>,
    /// Where the package name is.
    pub package_range: TextRange,
    /// The declarations in source order, imports included.
    pub decls: Box<[Decl]>,
    /// The comments in source order: find those of a place by binary search.
    pub comments: Box<[Comment]>,
    /// The directives in source order.
    pub directives: Box<[crate::directive::Directive]>,
    /// What is wrong, in source order; at most one error a line.
    pub errors: Box<[SyntaxError]>,
    /// Length of the file in bytes.
    pub len: TextSize,
}

/// A syntax error.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where.
    pub range: TextRange,
    /// What, in the words that the Go compiler uses.
    pub message: String,
}

impl std::ops::Index<ExprId> for Tree {
    type Output = Expr;
    #[inline]
    fn index(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }
}

impl std::ops::Index<StmtId> for Tree {
    type Output = Stmt;
    #[inline]
    fn index(&self, id: StmtId) -> &Stmt {
        &self.stmts[id.index()]
    }
}

impl std::ops::Index<ExprList> for Tree {
    type Output = [ExprId];
    #[inline]
    fn index(&self, list: ExprList) -> &[ExprId] {
        &self.expr_lists[list.0.range()]
    }
}

impl std::ops::Index<StmtList> for Tree {
    type Output = [StmtId];
    #[inline]
    fn index(&self, list: StmtList) -> &[StmtId] {
        &self.stmt_lists[list.0.range()]
    }
}

impl std::ops::Index<FieldList> for Tree {
    type Output = [Field];
    #[inline]
    fn index(&self, list: FieldList) -> &[Field] {
        &self.fields[list.0.range()]
    }
}

impl std::ops::Index<SpecList> for Tree {
    type Output = [Spec];
    #[inline]
    fn index(&self, list: SpecList) -> &[Spec] {
        &self.specs[list.0.range()]
    }
}

impl std::ops::Index<SignatureId> for Tree {
    type Output = Signature;
    #[inline]
    fn index(&self, id: SignatureId) -> &Signature {
        &self.signatures[id.index()]
    }
}

impl Tree {
    /// The source text of a literal.
    #[must_use]
    pub fn text(&self, slice: TextSlice) -> &str {
        &self.text[slice.0.range()]
    }

    /// The name of an identifier expression, `None` for anything else.
    #[must_use]
    pub fn name(&self, ident: ExprId) -> Option<Name> {
        match self[ident] {
            Expr::Ident(name) => Some(name),
            _ => None,
        }
    }

    /// `x` without the parentheses around it.
    #[must_use]
    pub fn unparen(&self, mut x: ExprId) -> ExprId {
        while let Expr::Paren(inner) = self[x] {
            x = inner;
        }
        x
    }

    /// The ids of a run of specs.
    pub fn spec_ids(&self, list: SpecList) -> impl Iterator<Item = SpecId> + use<> {
        list.0.range().map(SpecId::from_usize)
    }
}

impl Spans {
    /// The range of a node relative to the declaration; `None` for [`Node::Root`].
    #[must_use]
    pub fn range(&self, node: NodeId) -> Option<TextRange> {
        let span = match node.node() {
            Node::Expr(id) => *self.exprs.get(id.index())?,
            Node::Stmt(id) => *self.stmts.get(id.index())?,
            Node::End(id) => {
                let end = self.stmts.get(id.index())?.end;
                return Some(TextRange::new(end.saturating_sub(1).into(), end.into()));
            }
            Node::Root => return None,
        };
        Some(TextRange::new(span.start.into(), span.end.into()))
    }
}

impl std::ops::Index<ExprId> for Spans {
    type Output = Span;
    #[inline]
    fn index(&self, id: ExprId) -> &Span {
        &self.exprs[id.index()]
    }
}

impl std::ops::Index<StmtId> for Spans {
    type Output = Span;
    #[inline]
    fn index(&self, id: StmtId) -> &Span {
        &self.stmts[id.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stay_small() {
        assert_eq!(size_of::<Expr>(), 16);
        assert!(size_of::<Stmt>() <= 24);
        assert_eq!(size_of::<Option<ExprId>>(), 4);
        assert_eq!(size_of::<Span>(), 12);
    }
}
