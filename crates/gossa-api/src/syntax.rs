//! The source behind instructions: expressions and statements, with their text and comments.
//!
//! Checkers decide by SSA; syntax is for what SSA has no trace of (how something is written, what
//! a comment says) and for [fixes](crate::pass::Report::fix).

use crate::func::{Func, Inst};
use crate::source::{Comment, SourceRange, documentation};
use gossa_base::{FxHashMap, TextRange, TextSize};
use gossa_db::{DeclContext, Place};
use gossa_syntax::walk::AnyNode;
use gossa_syntax::{AssignOp, BranchKind, Expr, Node, NodeId, Stmt};
use std::fmt;
use std::sync::Arc;

/// What an expression or a statement is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are those of the Go specification")]
pub enum SyntaxKind {
    Identifier,
    Literal,
    FunctionLiteral,
    CompositeLiteral,
    Parenthesized,
    Selector,
    /// `x[i]`, or an instantiation.
    Index,
    Slice,
    TypeAssertion,
    /// A call, or a conversion.
    Call,
    /// `*x`
    Star,
    Unary,
    Binary,
    KeyValue,
    /// A type that is written out.
    Type,
    ExpressionStatement,
    Send,
    /// `x++`, `x--`
    IncDec,
    /// `=`
    Assignment,
    /// `:=`
    Definition,
    /// `op=`
    CompoundAssignment,
    Go,
    Defer,
    Return,
    Break,
    Continue,
    Goto,
    Fallthrough,
    Block,
    If,
    Switch,
    TypeSwitch,
    /// A clause of a switch or a select.
    Case,
    Select,
    For,
    Range,
    Labeled,
    /// A declaration inside a function.
    Declaration,
    /// The declaration that everything else is in.
    Root,
    /// Parameters and results of a function.
    Signature,
    /// Anything else: a specification, a field, what a syntax error left.
    Other,
}

/// An expression or a statement. Cheap to clone.
#[derive(Clone)]
pub struct Syntax {
    around: Arc<Around>,
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    Node(AnyNode),
    Root,
}

/// The declaration that a node is in.
struct Around {
    context: DeclContext,
    /// By node: what it is a part of, and which.
    parents: FxHashMap<AnyNode, (At, &'static str)>,
}

impl<'p> Inst<'p> {
    /// Where it comes from: the range of its expression or statement.
    #[must_use]
    pub fn range(self) -> Option<SourceRange> {
        self.source_place().map(|place| SourceRange::of_place(&place))
    }

    /// The expression or statement that it comes from. Linear in the function's source; parses the
    /// file again if its tree was dropped.
    #[must_use]
    pub fn syntax(self) -> Option<Syntax> {
        let data = self.func.program.data();
        let node = data.source_map(self.func.index).node(self.id);
        let place = Place::of_function(&data.db(), self.func.body().func, node)?;
        let context = place.context(&data.db())?;
        Some(Syntax { at: at_of(node), around: Arc::new(Around::new(context)) })
    }
}

impl Func<'_> {
    /// The text of the doc comment of a declared function, directives left out; `None` for
    /// literals. Parses the file again if its tree was dropped.
    #[must_use]
    pub fn doc(self) -> Option<String> {
        documentation(&self.doc_comments())
    }

    /// The comments above a declared function, directives included.
    #[must_use]
    pub fn doc_comments(self) -> Vec<Comment> {
        let gossa_ssa::FuncKey::Decl { decl, .. } = *self.body().func.key() else {
            return Vec::new();
        };
        let Some(context) = gossa_db::decl_context(&self.program.data().db(), decl) else {
            return Vec::new();
        };
        let above = context.comments_above(context.range.start());
        above.iter().map(|&range| Comment::of(&context, range)).collect()
    }
}

impl Around {
    fn new(context: DeclContext) -> Self {
        let mut parents = FxHashMap::default();
        let tree = context.tree.tree.clone();
        let mut work: Vec<AnyNode> = Vec::new();
        tree.each_root(|role, node| {
            parents.insert(node, (At::Root, role));
            work.push(node);
        });
        while let Some(parent) = work.pop() {
            tree.each_child(parent, |role, node| {
                parents.insert(node, (At::Node(parent), role));
                work.push(node);
            });
        }
        Self { context, parents }
    }
}

impl Syntax {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> SyntaxKind {
        use SyntaxKind as K;
        let tree = &self.around.context.tree.tree;
        match self.at {
            At::Root => K::Root,
            At::Node(AnyNode::Expr(id)) => match tree[id] {
                Expr::Ident(_) => K::Identifier,
                Expr::BasicLit { .. } => K::Literal,
                Expr::FuncLit { .. } => K::FunctionLiteral,
                Expr::CompositeLit { .. } => K::CompositeLiteral,
                Expr::Paren(_) => K::Parenthesized,
                Expr::Selector { .. } => K::Selector,
                Expr::Index { .. } => K::Index,
                Expr::Slice { .. } => K::Slice,
                Expr::TypeAssert { .. } => K::TypeAssertion,
                Expr::Call { .. } => K::Call,
                Expr::Star(_) => K::Star,
                Expr::Unary { .. } => K::Unary,
                Expr::Binary { .. } => K::Binary,
                Expr::KeyValue { .. } => K::KeyValue,
                Expr::ArrayType { .. }
                | Expr::StructType(_)
                | Expr::FuncType(_)
                | Expr::InterfaceType(_)
                | Expr::MapType { .. }
                | Expr::ChanType { .. } => K::Type,
                Expr::Bad | Expr::Ellipsis(_) => K::Other,
            },
            At::Node(AnyNode::Stmt(id)) => match tree[id] {
                Stmt::Expr(_) => K::ExpressionStatement,
                Stmt::Send { .. } => K::Send,
                Stmt::IncDec { .. } => K::IncDec,
                Stmt::Assign { op: AssignOp::Assign, .. } => K::Assignment,
                Stmt::Assign { op: AssignOp::Define, .. } => K::Definition,
                Stmt::Assign { op: AssignOp::Compound(_), .. } => K::CompoundAssignment,
                Stmt::Go(_) => K::Go,
                Stmt::Defer(_) => K::Defer,
                Stmt::Return(_) => K::Return,
                Stmt::Branch { kind: BranchKind::Break, .. } => K::Break,
                Stmt::Branch { kind: BranchKind::Continue, .. } => K::Continue,
                Stmt::Branch { kind: BranchKind::Goto, .. } => K::Goto,
                Stmt::Branch { kind: BranchKind::Fallthrough, .. } => K::Fallthrough,
                Stmt::Block(_) => K::Block,
                Stmt::If { .. } => K::If,
                Stmt::Switch { .. } => K::Switch,
                Stmt::TypeSwitch { .. } => K::TypeSwitch,
                Stmt::Case { .. } | Stmt::Comm { .. } => K::Case,
                Stmt::Select { .. } => K::Select,
                Stmt::For { .. } => K::For,
                Stmt::Range { .. } => K::Range,
                Stmt::Labeled { .. } => K::Labeled,
                Stmt::Decl { .. } => K::Declaration,
                Stmt::Bad | Stmt::Empty { .. } => K::Other,
            },
            At::Node(AnyNode::Signature(_)) => K::Signature,
            At::Node(_) => K::Other,
        }
    }

    /// Whether it is a statement, not an expression.
    #[must_use]
    pub fn is_statement(&self) -> bool {
        matches!(self.at, At::Node(AnyNode::Stmt(_)))
    }

    /// Where it is.
    #[must_use]
    pub fn range(&self) -> SourceRange {
        SourceRange::within(&self.around.context, self.bytes())
    }

    /// How it is written.
    #[must_use]
    pub fn text(&self) -> String {
        self.around.context.text_of(self.bytes())
    }

    /// What it is a part of; `None` for the declaration. Fields and specifications are skipped.
    #[must_use]
    pub fn parent(&self) -> Option<Syntax> {
        let mut at = self.at;
        loop {
            let At::Node(node) = at else { return None };
            at = self.around.parents.get(&node)?.0;
            if !matches!(at, At::Node(AnyNode::Field(_) | AnyNode::Spec(_))) {
                return Some(self.moved(at));
            }
        }
    }

    /// Itself and all that it is in, from the inside out.
    pub fn ancestors(&self) -> impl Iterator<Item = Syntax> {
        std::iter::successors(Some(self.clone()), Syntax::parent)
    }

    /// The innermost statement that it is, or is in.
    #[must_use]
    pub fn statement(&self) -> Option<Syntax> {
        self.ancestors().find(Syntax::is_statement)
    }

    /// The part that it plays in what it is directly in: `x` and `y` of a binary expression, `fun`
    /// and `arg` of a call, `cond`, `then` and `else` of an `if`, `body` of a loop, `stmt` of a
    /// block, `lhs` and `rhs` of an assignment, `result` of a `return`, ...
    #[must_use]
    pub fn role(&self) -> &'static str {
        match self.at {
            At::Root => "",
            At::Node(node) => self.around.parents.get(&node).map_or("", |found| found.1),
        }
    }

    /// Its direct parts in the order of the source.
    #[must_use]
    pub fn children(&self) -> Vec<Syntax> {
        let tree = &self.around.context.tree.tree;
        let mut found = Vec::new();
        let mut add = |_: &'static str, node: AnyNode| found.push(self.moved(At::Node(node)));
        match self.at {
            At::Root => tree.each_root(&mut add),
            At::Node(node) => tree.each_child(node, &mut add),
        }
        found
    }

    /// The comments on its lines, and those that end on the line above its statement.
    #[must_use]
    pub fn comments(&self) -> Vec<Comment> {
        let context = &self.around.context;
        let bytes = self.bytes();
        let line = |at: TextSize| context.lines.line_column(at).line;
        let lines = line(bytes.start())..=line(bytes.end());
        let start = self.statement().map_or(bytes.start(), |found| found.bytes().start());
        let above = context.comments_above(start).iter();
        let beside = context.comments.iter().filter(|comment| {
            lines.contains(&line(comment.start())) || lines.contains(&line(comment.end()))
        });
        let mut all: Vec<TextRange> = above.chain(beside).copied().collect();
        all.sort_by_key(|range| range.start());
        all.dedup();
        all.into_iter().map(|range| Comment::of(context, range)).collect()
    }

    fn moved(&self, at: At) -> Syntax {
        Syntax { around: self.around.clone(), at }
    }

    fn bytes(&self) -> TextRange {
        let context = &self.around.context;
        let span = match self.at {
            At::Root => None,
            At::Node(node) => context.tree.spans.span(node),
        };
        span.map_or(context.range, |span| {
            TextRange::new(span.start.into(), span.end.into()) + context.range.start()
        })
    }
}

fn at_of(node: NodeId) -> At {
    match node.node() {
        Node::Expr(id) => At::Node(AnyNode::Expr(id)),
        Node::Stmt(id) | Node::End(id) => At::Node(AnyNode::Stmt(id)),
        Node::Root => At::Root,
    }
}

impl PartialEq for Syntax {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && self.range() == other.range()
    }
}
impl Eq for Syntax {}

impl fmt::Debug for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} `{}`", self.kind(), self.text())
    }
}
