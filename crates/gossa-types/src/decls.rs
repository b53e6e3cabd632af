//! What a package declares: the result of checking all its declarations but no function body.

use crate::cgo::{CName, CgoDecls};
use crate::constant::Value;
use crate::ids::{DeclId, PackageId, TypeParamId};
use crate::info::{Bound, LocalDecls, TreeTypes, TypeDecl};
use crate::object::Object;
use crate::ty::{TypeId, TypeList};
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{
    DeclKeyword, Expr, ExprId, Node, NodeId, Span, SpecId, StmtId, Tree, TreeRoot, TreeWithSpans,
};
use std::sync::Arc;

/// A top-level declaration of a package by place: file, then declaration in the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DeclSource {
    /// Index of the file in the package's (sorted) list of Go files.
    pub file: u32,
    /// Index in [`gossa_syntax::File::decls`].
    pub decl: u32,
}

/// A type error. Positions follow from the tree's spans.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeError {
    /// The declaration.
    pub source: DeclSource,
    /// Whether `node` is of the body's tree rather than the header's.
    pub in_body: bool,
    /// The node.
    pub node: NodeId,
    /// Which part of the node.
    pub part: Part,
    /// What is wrong, as the compiler says it.
    pub message: String,
    /// Whether the program is still valid (unused variable or import, ...): gossa goes on as if
    /// nothing were wrong.
    pub soft: bool,
    /// Other places that the message speaks of, in the order in which they are shown.
    pub notes: Box<[Note]>,
}

/// The part of a node that an error points to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// From its own token on: the operator, the parenthesis of a call, ...; see
    /// [`gossa_syntax::Span::anchor`].
    Token,
    /// Its last byte: the brace that closes a literal.
    End,
}

/// A part of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct At {
    pub(crate) node: NodeId,
    pub(crate) part: Part,
}

impl At {
    /// A node from its own token on.
    pub(crate) fn token(node: impl Into<NodeId>) -> Self {
        Self { node: node.into(), part: Part::Token }
    }

    /// The end of a node.
    pub(crate) fn end(node: impl Into<NodeId>) -> Self {
        Self { node: node.into(), part: Part::End }
    }
}

impl From<NodeId> for At {
    fn from(node: NodeId) -> Self {
        Self { node, part: Part::Whole }
    }
}

impl From<ExprId> for At {
    fn from(expr: ExprId) -> Self {
        NodeId::from(expr).into()
    }
}

impl From<StmtId> for At {
    fn from(stmt: StmtId) -> Self {
        NodeId::from(stmt).into()
    }
}

/// A place that an error mentions besides its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The package; `None`: the error's own.
    pub package: Option<PackageId>,
    /// The declaration.
    pub source: DeclSource,
    /// Whether `node` is of the body's tree rather than the header's.
    pub in_body: bool,
    /// The node.
    pub node: NodeId,
    /// What there is to see.
    pub kind: NoteKind,
}

/// How a [`Note`] is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoteKind {
    /// A line of its own: `file.go:1:2: other declaration of x`.
    Text(String),
    /// Ends the message: `... at line 3`.
    Line,
    /// Ends the message: `... at file.go:1:2`.
    Position,
    /// The same, and closes a parenthesis.
    InParentheses,
}

/// Where a node is, as messages show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShownPlace {
    /// File name.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl TypeError {
    /// Where the error is, relative to the declaration, given the tree of its node; `None` for
    /// the declaration as a whole.
    #[must_use]
    pub fn span(&self, tree: &TreeWithSpans) -> Option<Span> {
        node_span(tree, self.node, self.part)
    }

    /// The message with its notes, as the compiler writes it; `place` finds nodes.
    #[must_use]
    pub fn text(&self, place: &dyn Fn(&Note) -> Option<ShownPlace>) -> String {
        use std::fmt::Write;
        let mut text = self.message.clone();
        for note in &self.notes {
            let Some(ShownPlace { file, line, column }) = place(note) else {
                if note.kind == NoteKind::InParentheses {
                    text.push(')');
                }
                continue;
            };
            // Writing to a string does not fail.
            let _ = match &note.kind {
                NoteKind::Text(what) => write!(text, "\n\t{file}:{line}:{column}: {what}"),
                NoteKind::Line => write!(text, " at line {line}"),
                NoteKind::Position => write!(text, " at {file}:{line}:{column}"),
                NoteKind::InParentheses => write!(text, " at {file}:{line}:{column})"),
            };
        }
        text
    }
}

/// Where a part of a node is, relative to the declaration; `None` for the declaration as a whole.
#[must_use]
pub fn node_span(tree: &TreeWithSpans, node: NodeId, part: Part) -> Option<Span> {
    let spans = &tree.spans;
    let mut span = match node.node() {
        // The declared name stands for a whole function.
        Node::Root => match tree.tree.root {
            TreeRoot::Func { name, .. } => spans[name],
            _ => return None,
        },
        Node::Expr(id) => Span { start: first_byte(tree, id), ..*spans.exprs.get(id.index())? },
        Node::Stmt(id) => *spans.stmts.get(id.index())?,
        Node::End(id) => {
            let end = spans.stmts.get(id.index())?.end;
            Span { start: end.saturating_sub(1), end, anchor: end }
        }
    };
    match part {
        Part::Whole => {}
        Part::Token => span.start = span.anchor,
        Part::End => span.start = span.end.saturating_sub(1),
    }
    span.end = span.end.max(span.start);
    Some(span)
}

/// Where an expression starts in the compiler's eyes: function types at their parameters, slice
/// expressions at their bracket.
fn first_byte(tree: &TreeWithSpans, mut expr: ExprId) -> u32 {
    loop {
        let Some(span) = tree.spans.exprs.get(expr.index()) else { return 0 };
        expr = match tree.tree[expr] {
            Expr::Selector { x, .. }
            | Expr::Index { x, .. }
            | Expr::TypeAssert { x, .. }
            | Expr::Call { fun: x, .. }
            | Expr::Binary { x, .. }
            | Expr::KeyValue { key: x, .. } => x,
            Expr::CompositeLit { ty: Some(ty), .. } => ty,
            Expr::FuncType(_) | Expr::Slice { .. } => return span.anchor,
            _ => return span.start,
        };
    }
}

/// A package-level constant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConstDecl {
    /// Its type, perhaps untyped.
    pub ty: TypeId,
    /// Its value.
    pub value: Value,
    /// The identifier that declares it.
    pub ident: ExprId,
    /// Where it is declared.
    pub source: DeclSource,
}

/// A package-level variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VarDecl {
    /// Its type.
    pub ty: TypeId,
    /// Where it is declared.
    pub source: DeclSource,
    /// The identifier that declares it.
    pub ident: ExprId,
    /// Its specification.
    pub spec: SpecId,
    /// Its position in the specification's names.
    pub index: u32,
}

/// The receiver of a method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receiver {
    /// The named type.
    pub base: DeclId,
    /// Whether the receiver is `*T`.
    pub pointer: bool,
    /// How many of the method's type parameters are the receiver's.
    pub type_params: u32,
    /// The receiver's name, which method expressions show.
    pub name: Option<Name>,
    /// The receiver's type in terms of the method's type parameters.
    pub ty: TypeId,
}

/// A function or method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FuncDecl {
    /// Its signature type, without receiver; `type_params` in it are the method's own only.
    pub signature: TypeId,
    /// All type parameters, the receiver's first.
    pub type_params: Arc<[TypeParamId]>,
    /// The identifiers that declare them, in the declaration's header tree.
    pub type_param_idents: Box<[ExprId]>,
    /// Its receiver.
    pub receiver: Option<Receiver>,
    /// Whether it has a body.
    pub has_body: bool,
    /// Where it is declared.
    pub source: DeclSource,
}

/// One initialiser of package-level variables: `lhs = rhs`, where `lhs` is one variable, or
/// several for a call. `var _ = x` has a variable too, named `_`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Initializer {
    /// The variables.
    pub lhs: Box<[DeclId]>,
    /// The declaration that holds the expression.
    pub source: DeclSource,
    /// The expression, in the declaration's header tree.
    pub rhs: ExprId,
    /// Package-level variables, constants and functions that the expression mentions.
    pub references: Box<[DeclId]>,
}

/// An instance of one of the package's generic declarations by types that mention type
/// parameters: what instantiation cycles are made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instantiation {
    /// The declaration that holds the instance.
    pub source: DeclSource,
    /// Whether it is in the body's tree rather than the header's.
    pub in_body: bool,
    /// For each parameter its type argument, or the instance where that is inferred.
    pub at: Box<[ExprId]>,
    /// The type parameters.
    pub params: Box<[TypeParamId]>,
    /// What they stand for.
    pub args: TypeList,
}

/// A package-level variable without an initial value, or a constant that mentions something.
/// Nothing is executed for it, but the variable has its turn in the order of initialisation, and
/// either can be part of a cycle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaticDecl {
    /// The constant or variable.
    pub decl: DeclId,
    /// Whether it is a constant.
    pub constant: bool,
    /// The declaration that holds it.
    pub source: DeclSource,
    /// Its identifier, in the declaration's header tree.
    pub ident: ExprId,
    /// Package-level variables, constants and functions that it mentions.
    pub references: Box<[DeclId]>,
}

/// A `//go:linkname local target` directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Linkname {
    /// The local name.
    pub local: Name,
    /// `import/path.name`; `None` in the one-argument form.
    pub target: Option<Name>,
}

/// The positions-free skeleton of a file: everything but function bodies.
///
/// Equal skeletons mean that no declaration changed: the firewall behind which an edit of a body
/// or of a comment stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemTree {
    /// The package name.
    pub package: Option<Name>,
    /// The header tree of each declaration, in source order ([`gossa_syntax::File::decls`]).
    pub items: Box<[Arc<Tree>]>,
    /// Language version that the file asks for by `//go:build go1.N`, as (1, N).
    pub go_version: Option<(u32, u32)>,
    /// The C preamble of `import "C"`, where the file has one.
    pub cgo_preamble: Option<Box<str>>,
    /// The names of C that it uses, in bodies too; empty without `import "C"`.
    pub c_names: Box<[CName]>,
    /// `//go:linkname` directives, in source order.
    pub linknames: Box<[Linkname]>,
}

/// What a package declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageDecls {
    /// The package.
    pub id: PackageId,
    /// Its name.
    pub name: Name,
    /// Packages imported by its files, by import path as written, sorted by path.
    pub imports: Box<[(Name, PackageId)]>,
    /// Package-level names.
    pub scope: FxHashMap<Name, Object>,
    /// For each file the names that its imports bind, dot imports resolved.
    pub file_scopes: Box<[FxHashMap<Name, Object>]>,
    /// For each file the names of its scope that declarations, bodies aside, use; sorted by text.
    pub used_imports: Box<[Box<[Name]>]>,
    /// Language version of the package, (1, N).
    pub go_version: (u32, u32),
    /// For each file its language version, (1, N).
    pub file_versions: Box<[(u32, u32)]>,
    /// Constants.
    pub consts: FxHashMap<DeclId, ConstDecl>,
    /// Variables.
    pub vars: FxHashMap<DeclId, VarDecl>,
    /// Functions and methods.
    pub funcs: FxHashMap<DeclId, FuncDecl>,
    /// All functions and methods in source order, `init` and blank ones included.
    pub func_order: Box<[DeclId]>,
    /// Package-level types (local ones of initialisers are in `locals`), aliases included.
    pub types: FxHashMap<DeclId, TypeDecl>,
    /// Constraints of all type parameters declared at package level.
    pub bounds: FxHashMap<TypeParamId, Bound>,
    /// Types declared inside initialisers' function literals.
    pub locals: LocalDecls,
    /// What the C preambles declare; its types are among `types` too.
    pub cgo: Option<Arc<CgoDecls>>,
    /// Initialisers in source order (not yet in order of execution).
    pub initializers: Box<[Initializer]>,
    /// Variables without an initial value, and constants that mention something, in source order.
    pub statics: Box<[StaticDecl]>,
    /// What checking each declaration's header tree found out, sorted by place.
    pub trees: Box<[(DeclSource, TreeTypes)]>,
    /// Instances in declarations; see [`BodyTypes::instantiations`].
    pub instantiations: Box<[Instantiation]>,
    /// Errors, by declaration.
    pub errors: Box<[TypeError]>,
}

impl PackageDecls {
    /// What checking the header tree at `source` found out. Logarithmic.
    #[must_use]
    pub fn tree(&self, source: DeclSource) -> Option<&TreeTypes> {
        let at = self.trees.binary_search_by(|(place, _)| place.cmp(&source)).ok()?;
        Some(&self.trees[at].1)
    }
}

/// What checking one function body finds out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BodyTypes {
    /// Side tables over the body's tree.
    pub types: TreeTypes,
    /// Types declared in the body.
    pub locals: LocalDecls,
    /// Package-level objects of the same package that the body mentions, methods included:
    /// what package initialisation order needs. No duplicates; in order of first mention.
    pub references: Box<[DeclId]>,
    /// Names of the file scope (imports) that the body uses; sorted by text.
    pub used_imports: Box<[Name]>,
    /// Instances that mention type parameters, for
    /// [`instantiation_cycles`](crate::check::instantiation_cycles).
    pub instantiations: Box<[Instantiation]>,
    /// Errors, in the order in which they were found.
    pub errors: Box<[TypeError]>,
}

/// A keyword and specs of a `Gen` tree, for walks over item trees.
#[must_use]
pub fn gen_specs(tree: &Tree) -> Option<(DeclKeyword, impl Iterator<Item = SpecId> + use<>)> {
    match tree.root {
        gossa_syntax::TreeRoot::Gen { keyword, specs, .. } => Some((keyword, tree.spec_ids(specs))),
        _ => None,
    }
}
