//! Which identifiers of a tree declare something: the others denote what is declared elsewhere.

use gossa_syntax::{
    AssignOp, DeclKeyword, Expr, ExprId, Field, FieldList, RangeBinding, Spec, SpecId, Stmt,
    StmtId, Tree, TreeRoot,
};

/// What an identifier, or a field without a name, declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Declares {
    /// A name for a package in a file.
    Import,
    Const,
    /// A variable of a `var` declaration or of a range clause.
    Var,
    /// A variable on the left of `:=`, unless it is one that is assigned to.
    VarOrUse,
    Type,
    TypeParam,
    /// A type parameter of a receiver, which the same identifier denotes too.
    ReceiverTypeParam,
    Func,
    Receiver,
    Param,
    Result,
    Field,
    /// A field, by the identifier that denotes its type.
    Embedded,
    /// A method of an interface.
    Method,
    Label,
    /// The symbol of a type switch: its clauses declare the variables.
    Symbol,
}

/// A place that declares something.
#[derive(Clone, Copy, Debug)]
pub(super) enum Definition {
    /// An identifier; for receivers, parameters, results, fields and methods with the type.
    Named { ident: ExprId, declares: Declares, ty: Option<ExprId> },
    /// A receiver, parameter or result without a name.
    Unnamed { declares: Declares, ty: ExprId },
    /// An import without a name.
    Import { spec: SpecId },
    /// A clause of a type switch with a symbol.
    Clause { case: StmtId, symbol: ExprId },
}

/// Calls `found` for everything that the tree declares, in no particular order.
pub(super) fn definitions(tree: &Tree, found: &mut dyn FnMut(Definition)) {
    let mut walk = Walk { tree, found };
    if let TreeRoot::Func { name, receiver, .. } = tree.root {
        walk.named(name, Declares::Func);
        walk.fields(receiver, Declares::Receiver);
        for field in &tree[receiver] {
            walk.receiver_params(field.ty);
        }
    }
    for signature in &tree.signatures {
        walk.fields(signature.type_params, Declares::TypeParam);
        walk.fields(signature.params, Declares::Param);
        walk.fields(signature.results, Declares::Result);
    }
    if let TreeRoot::Gen { keyword, specs, .. } = tree.root {
        walk.specs(keyword, &mut tree.spec_ids(specs));
    }
    for stmt in &tree.stmts {
        walk.stmt(*stmt);
    }
    for expr in &tree.exprs {
        match *expr {
            Expr::StructType(fields) => walk.struct_fields(fields),
            Expr::InterfaceType(fields) => {
                for field in &tree[fields] {
                    walk.field(field, Declares::Method);
                }
            }
            _ => {}
        }
    }
}

struct Walk<'t, 'f> {
    tree: &'t Tree,
    found: &'f mut dyn FnMut(Definition),
}

impl Walk<'_, '_> {
    fn named(&mut self, ident: ExprId, declares: Declares) {
        if self.tree.name(ident).is_some() {
            (self.found)(Definition::Named { ident, declares, ty: None });
        }
    }

    fn field(&mut self, field: &Field, declares: Declares) {
        for &ident in &self.tree[field.names] {
            if self.tree.name(ident).is_some() {
                (self.found)(Definition::Named { ident, declares, ty: Some(field.ty) });
            }
        }
    }

    fn fields(&mut self, list: FieldList, declares: Declares) {
        for field in &self.tree[list] {
            if self.tree[field.names].is_empty() && declares != Declares::TypeParam {
                (self.found)(Definition::Unnamed { declares, ty: field.ty });
            }
            self.field(field, declares);
        }
    }

    /// `func (r T[P, Q])` declares P and Q.
    fn receiver_params(&mut self, mut ty: ExprId) {
        loop {
            match self.tree[ty] {
                Expr::Star(inner) | Expr::Paren(inner) => ty = inner,
                Expr::Index { indices, .. } => {
                    for &ident in &self.tree[indices] {
                        self.named(ident, Declares::ReceiverTypeParam);
                    }
                    return;
                }
                _ => return,
            }
        }
    }

    fn struct_fields(&mut self, list: FieldList) {
        for field in &self.tree[list] {
            self.field(field, Declares::Field);
            if self.tree[field.names].is_empty()
                && let Some(ident) = self.embedded_ident(field.ty)
            {
                let declares = Declares::Embedded;
                (self.found)(Definition::Named { ident, declares, ty: Some(field.ty) });
            }
        }
    }

    fn embedded_ident(&self, mut ty: ExprId) -> Option<ExprId> {
        loop {
            match self.tree[ty] {
                Expr::Ident(_) => return Some(ty),
                Expr::Star(inner) | Expr::Paren(inner) | Expr::Index { x: inner, .. } => ty = inner,
                Expr::Selector { sel, .. } => return Some(sel),
                _ => return None,
            }
        }
    }

    fn specs(&mut self, keyword: DeclKeyword, specs: &mut dyn Iterator<Item = SpecId>) {
        for id in specs {
            match self.tree.specs[id.index()] {
                Spec::Import { name: Some(name), .. } => self.named(name, Declares::Import),
                Spec::Import { name: None, .. } => (self.found)(Definition::Import { spec: id }),
                Spec::Value { names, .. } => {
                    let declares = match keyword {
                        DeclKeyword::Const => Declares::Const,
                        _ => Declares::Var,
                    };
                    for &name in &self.tree[names] {
                        self.named(name, declares);
                    }
                }
                Spec::Type { name, type_params, .. } => {
                    self.named(name, Declares::Type);
                    self.fields(type_params, Declares::TypeParam);
                }
            }
        }
    }

    fn stmt(&mut self, stmt: Stmt) {
        match stmt {
            Stmt::Assign { op: AssignOp::Define, lhs, .. } => {
                for &ident in &self.tree[lhs] {
                    self.named(ident, Declares::VarOrUse);
                }
            }
            Stmt::Range { key, value, binding: RangeBinding::Define, .. } => {
                for ident in [key, value].into_iter().flatten() {
                    self.named(ident, Declares::Var);
                }
            }
            Stmt::Labeled { label, .. } => self.named(label, Declares::Label),
            Stmt::Decl { keyword, specs } => {
                self.specs(keyword, &mut self.tree.spec_ids(specs));
            }
            Stmt::TypeSwitch { guard, cases, .. } => {
                let Stmt::Assign { op: AssignOp::Define, lhs, .. } = self.tree[guard] else {
                    return;
                };
                let Some(&symbol) = self.tree[lhs].first() else { return };
                self.named(symbol, Declares::Symbol);
                for &case in &self.tree[cases] {
                    (self.found)(Definition::Clause { case, symbol });
                }
            }
            _ => {}
        }
    }
}
