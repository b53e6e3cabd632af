//! Walking trees without recursion: the children of any node, in source order.

use crate::ast::*;

/// A node of a [`Tree`], of any sort.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AnyNode {
    /// An expression.
    Expr(ExprId),
    /// A statement.
    Stmt(StmtId),
    /// A field: an index into [`Tree::fields`].
    Field(u32),
    /// A signature.
    Signature(SignatureId),
    /// A spec.
    Spec(SpecId),
}

impl From<ExprId> for AnyNode {
    fn from(id: ExprId) -> Self {
        Self::Expr(id)
    }
}

impl From<StmtId> for AnyNode {
    fn from(id: StmtId) -> Self {
        Self::Stmt(id)
    }
}

impl From<SignatureId> for AnyNode {
    fn from(id: SignatureId) -> Self {
        Self::Signature(id)
    }
}

/// Calls its function with each child of a node and the part it plays in it.
struct Visit<'t, F> {
    tree: &'t Tree,
    each: F,
}

impl<F: FnMut(&'static str, AnyNode)> Visit<'_, F> {
    fn one(&mut self, role: &'static str, node: impl Into<AnyNode>) {
        (self.each)(role, node.into());
    }

    fn maybe(&mut self, role: &'static str, node: Option<impl Into<AnyNode>>) {
        if let Some(node) = node {
            self.one(role, node);
        }
    }

    fn exprs(&mut self, role: &'static str, list: ExprList) {
        for &id in &self.tree[list] {
            (self.each)(role, id.into());
        }
    }

    fn stmts(&mut self, role: &'static str, list: StmtList) {
        for &id in &self.tree[list] {
            (self.each)(role, id.into());
        }
    }

    fn fields(&mut self, role: &'static str, list: FieldList) {
        for index in list.0.range() {
            (self.each)(role, AnyNode::Field(index as u32));
        }
    }

    fn specs(&mut self, list: SpecList) {
        for id in self.tree.spec_ids(list) {
            (self.each)("spec", AnyNode::Spec(id));
        }
    }

    fn root(&mut self) {
        match self.tree.root {
            TreeRoot::Func { name, receiver, signature, .. } => {
                self.fields("receiver", receiver);
                self.one("name", name);
                self.one("signature", signature);
            }
            TreeRoot::Body(body) => self.one("body", body),
            TreeRoot::Gen { specs, .. } => self.specs(specs),
            TreeRoot::Bad => {}
        }
    }

    fn expr(&mut self, id: ExprId) {
        match self.tree[id] {
            Expr::Bad | Expr::Ident(_) | Expr::BasicLit { .. } | Expr::Ellipsis(None) => {}
            Expr::FuncLit { signature, body } => {
                self.one("signature", signature);
                self.one("body", body);
            }
            Expr::CompositeLit { ty, elements } => {
                self.maybe("type", ty);
                self.exprs("element", elements);
            }
            Expr::Paren(x) | Expr::Star(x) | Expr::Unary { x, .. } => self.one("x", x),
            Expr::Selector { x, sel } => {
                self.one("x", x);
                self.one("sel", sel);
            }
            Expr::Index { x, indices } => {
                self.one("x", x);
                self.exprs("index", indices);
            }
            Expr::Slice { x, bounds } => {
                self.one("x", x);
                let bounds = self.tree.slices[bounds as usize];
                self.maybe("low", bounds.lo);
                self.maybe("high", bounds.hi);
                self.maybe("max", bounds.max);
            }
            Expr::TypeAssert { x, ty } => {
                self.one("x", x);
                self.maybe("type", ty);
            }
            Expr::Call { fun, args, .. } => {
                self.one("fun", fun);
                self.exprs("arg", args);
            }
            Expr::Binary { x, y, .. } => {
                self.one("x", x);
                self.one("y", y);
            }
            Expr::KeyValue { key, value } | Expr::MapType { key, value } => {
                self.one("key", key);
                self.one("value", value);
            }
            Expr::ArrayType { len, elem } => {
                self.maybe("len", len);
                self.one("elem", elem);
            }
            Expr::Ellipsis(Some(elem)) | Expr::ChanType { elem, .. } => self.one("elem", elem),
            Expr::StructType(fields) | Expr::InterfaceType(fields) => self.fields("field", fields),
            Expr::FuncType(signature) => self.one("signature", signature),
        }
    }

    fn stmt(&mut self, id: StmtId) {
        match self.tree[id] {
            Stmt::Bad | Stmt::Empty { .. } => {}
            Stmt::Expr(x) | Stmt::IncDec { x, .. } => self.one("x", x),
            Stmt::Go(call) | Stmt::Defer(call) => self.one("call", call),
            Stmt::Send { chan, value } => {
                self.one("chan", chan);
                self.one("value", value);
            }
            Stmt::Assign { lhs, rhs, .. } => {
                self.exprs("lhs", lhs);
                self.exprs("rhs", rhs);
            }
            Stmt::Return(results) => self.exprs("result", results),
            Stmt::Branch { label, .. } => self.maybe("label", label),
            Stmt::Block(list) => self.stmts("stmt", list),
            Stmt::If { init, cond, then, otherwise } => {
                self.maybe("init", init);
                self.one("cond", cond);
                self.one("then", then);
                self.maybe("else", otherwise);
            }
            Stmt::Switch { init, tag, cases } => {
                self.maybe("init", init);
                self.maybe("tag", tag);
                self.stmts("case", cases);
            }
            Stmt::TypeSwitch { init, guard, cases } => {
                self.maybe("init", init);
                self.one("guard", guard);
                self.stmts("case", cases);
            }
            Stmt::Case { exprs, body, .. } => {
                self.exprs("expr", exprs);
                self.stmts("stmt", body);
            }
            Stmt::Select { cases } => self.stmts("case", cases),
            Stmt::Comm { comm, body } => {
                self.maybe("comm", comm);
                self.stmts("stmt", body);
            }
            Stmt::For { init, cond, post, body } => {
                self.maybe("init", init);
                self.maybe("cond", cond);
                self.maybe("post", post);
                self.one("body", body);
            }
            Stmt::Range { key, value, x, body, .. } => {
                self.maybe("key", key);
                self.maybe("value", value);
                self.one("x", x);
                self.one("body", body);
            }
            Stmt::Labeled { label, stmt } => {
                self.one("label", label);
                self.one("stmt", stmt);
            }
            Stmt::Decl { specs, .. } => self.specs(specs),
        }
    }

    fn field(&mut self, index: u32) {
        let Field { names, ty, tag } = self.tree.fields[index as usize];
        self.exprs("name", names);
        self.one("type", ty);
        self.maybe("tag", tag);
    }

    fn signature(&mut self, id: SignatureId) {
        let Signature { type_params, params, results } = self.tree[id];
        self.fields("type_param", type_params);
        self.fields("param", params);
        self.fields("result", results);
    }

    fn spec(&mut self, id: SpecId) {
        match self.tree.specs[id.index()] {
            Spec::Import { name, path } => {
                self.maybe("name", name);
                self.one("path", path);
            }
            Spec::Value { names, ty, values, .. } => {
                self.exprs("name", names);
                self.maybe("type", ty);
                self.exprs("value", values);
            }
            Spec::Type { name, type_params, ty, .. } => {
                self.one("name", name);
                self.fields("type_param", type_params);
                self.one("type", ty);
            }
        }
    }
}

impl Tree {
    /// Calls `each` with the topmost nodes and the part that each plays, in source order.
    pub fn each_root(&self, each: impl FnMut(&'static str, AnyNode)) {
        Visit { tree: self, each }.root();
    }

    /// Calls `each` with the children of a node and the part that each plays in it, in source
    /// order.
    pub fn each_child(&self, node: AnyNode, each: impl FnMut(&'static str, AnyNode)) {
        let mut visit = Visit { tree: self, each };
        match node {
            AnyNode::Expr(id) => visit.expr(id),
            AnyNode::Stmt(id) => visit.stmt(id),
            AnyNode::Field(index) => visit.field(index),
            AnyNode::Signature(id) => visit.signature(id),
            AnyNode::Spec(id) => visit.spec(id),
        }
    }
}

impl Spans {
    /// The span of a node; `None` for fields, which have none of their own.
    #[must_use]
    pub fn span(&self, node: AnyNode) -> Option<Span> {
        match node {
            AnyNode::Expr(id) => self.exprs.get(id.index()).copied(),
            AnyNode::Stmt(id) => self.stmts.get(id.index()).copied(),
            AnyNode::Signature(id) => self.signatures.get(id.index()).copied(),
            AnyNode::Spec(id) => self.specs.get(id.index()).copied(),
            AnyNode::Field(_) => None,
        }
    }

    pub(crate) fn span_mut(&mut self, node: AnyNode) -> Option<&mut Span> {
        match node {
            AnyNode::Expr(id) => self.exprs.get_mut(id.index()),
            AnyNode::Stmt(id) => self.stmts.get_mut(id.index()),
            AnyNode::Signature(id) => self.signatures.get_mut(id.index()),
            AnyNode::Spec(id) => self.specs.get_mut(id.index()),
            AnyNode::Field(_) => None,
        }
    }

    /// The end of whatever reaches furthest.
    pub(crate) fn last_end(&self) -> u32 {
        let all = [&self.exprs, &self.stmts, &self.specs, &self.signatures];
        all.into_iter().flatten().map(|span| span.end).max().unwrap_or(0)
    }
}
