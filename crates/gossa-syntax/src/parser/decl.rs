//! Files, declarations and specs.

use super::{DECL_STARTS, Extent, Interruption, Parser};
use crate::ast::*;
use crate::comments::doc_comments;
use crate::names::pack;
use crate::token::{TokenKind as T, TokenSet};
use gossa_base::{Name, TextRange};

/// What may follow a spec.
const AFTER_SPEC: TokenSet = TokenSet::new(&[T::Semicolon, T::RightParen]);

impl Parser<'_> {
    /// A whole file: its package name, where that is, and its declarations.
    pub(super) fn file(&mut self, extent: Extent) -> (Option<Name>, TextRange, Vec<Decl>) {
        self.builder().begin(0);
        let encoding_errors = self.lex.errors.count();
        self.next();
        let mut decls = Vec::new();
        let start = self.pos();
        let mut range = TextRange::empty(start.into());
        if !self.got(T::Package) {
            self.syntax_error("package statement must be first");
            return (None, range, decls);
        }
        if self.tok() == T::Ident {
            range = TextRange::new(self.pos().into(), self.lex.end.into());
        }
        let name = self.ident();
        let name = match self.builder().get(name) {
            Expr::Ident(name) if !range.is_empty() => Some(name),
            _ => None,
        };
        self.builder().abandon();
        self.want(T::Semicolon);
        let clause_errors = self.lex.errors.count();
        if name.is_some_and(Name::is_blank) {
            self.error_at(range.start().into(), "invalid package name _");
        }
        // As in the compiler: what has no package clause is hardly Go.
        if clause_errors > encoding_errors {
            return (name, range, decls);
        }
        let mut previous = T::Import;
        while self.tok() != T::Eof {
            let keyword = self.tok();
            if keyword == T::Import && previous != T::Import {
                self.syntax_error("imports must appear before other declarations");
            }
            if extent == Extent::Imports && keyword != T::Import {
                break;
            }
            if !DECL_STARTS.contains(keyword) {
                let bodiless = keyword == T::LeftBrace
                    && decls.last().is_some_and(|decl: &Decl| {
                        matches!(decl.header.tree.root, TreeRoot::Func { has_body: false, .. })
                    });
                self.syntax_error(if bodiless {
                    "unexpected semicolon or newline before {"
                } else {
                    "non-declaration statement outside function body"
                });
                self.advance(DECL_STARTS);
                previous = keyword;
                continue;
            }
            previous = keyword;
            decls.push(self.decl(keyword));
            if self.recovered() {
                continue;
            }
            if self.tok() != T::Eof && !self.got(T::Semicolon) {
                self.syntax_error("after top level declaration");
                self.advance(DECL_STARTS);
            }
        }
        (name, range, decls)
    }

    /// A top-level declaration, whose keyword is the current token.
    fn decl(&mut self, keyword: T) -> Decl {
        let start = self.pos();
        let doc = doc_comments(self.lex.text(), &self.lex.comments, start);
        self.chain = 0;
        self.errors_before = self.lex.errors.count();
        self.builder().begin(start);
        self.next();
        let (header, body) = if keyword == T::Func {
            self.func_decl(start)
        } else {
            let keyword = decl_keyword(keyword);
            let (specs, parenthesized) = self.specs(keyword);
            (self.finish(TreeRoot::Gen { keyword, specs, parenthesized }), None)
        };
        let mut end = self.previous_end().max(start);
        if self.lex.errors.count() > self.errors_before {
            let parts = std::iter::once(&header).chain(&body);
            let last = parts.map(|part| part.spans.last_end()).max();
            end = end.max(start + last.unwrap_or(0));
        }
        Decl { range: TextRange::new(start.into(), end.into()), header, body, doc }
    }

    /// The tree that is being built, or an empty one if it had to be given up.
    fn finish(&mut self, root: TreeRoot) -> TreeWithSpans {
        if self.interrupted == Some(Interruption::TooDeep) {
            self.builder().abandon();
            return self.builder().finish(TreeRoot::Bad, false);
        }
        let repair = self.lex.errors.count() > self.errors_before;
        self.builder().finish(root, repair)
    }

    /// A function or method declaration after `func`.
    fn func_decl(&mut self, start: u32) -> (TreeWithSpans, Option<TreeWithSpans>) {
        let mut receiver = FieldList::default();
        let is_method = self.got(T::LeftParen);
        if is_method {
            receiver = self.params(None, T::RightParen, false, false);
            match self.field_count(receiver) {
                0 => self.error("method has no receiver"),
                1 => {}
                _ => self.error("method has multiple receivers"),
            }
        }
        let (name, signature);
        if self.tok() == T::Ident {
            name = self.ident_here();
            signature = self.signature(start, "");
        } else {
            name = self.blank_ident();
            self.syntax_error(if is_method { "expected name" } else { "expected name or (" });
            self.advance(TokenSet::new(&[T::LeftBrace, T::Semicolon]));
            let end = self.previous_end();
            signature = self.builder().signature(Signature::default(), start, end);
        }
        let has_body = self.tok() == T::LeftBrace;
        let header = self.finish(TreeRoot::Func { name, receiver, signature, has_body });
        if !has_body || self.interrupted.is_some() {
            return (header, None);
        }
        self.chain = 0;
        let body = self.func_body();
        (header, Some(self.finish(TreeRoot::Body(body))))
    }

    /// How many names or, without names, types a list of fields has.
    fn field_count(&mut self, list: FieldList) -> usize {
        let fields = self.builder().fields(list);
        fields.iter().map(|field| field.names.0.len.max(1) as usize).sum()
    }

    /// The body of a function, whose brace is the current token.
    pub(super) fn func_body(&mut self) -> StmtId {
        self.functions += 1;
        let body = self.block("");
        self.functions -= 1;
        body
    }

    /// The specs of a declaration after its keyword, and whether they are in parentheses.
    pub(super) fn specs(&mut self, keyword: DeclKeyword) -> (SpecList, bool) {
        let mark = self.builder().spec_mark();
        let parenthesized = self.got(T::LeftParen);
        if parenthesized {
            let mut iota = 0;
            self.list("grouped declaration", T::Semicolon, T::RightParen, |p| {
                p.spec(keyword, iota);
                iota += 1;
                false
            });
        } else {
            self.spec(keyword, 0);
        }
        (self.builder().take_specs(mark), parenthesized)
    }

    fn spec(&mut self, keyword: DeclKeyword, iota: u32) {
        match keyword {
            DeclKeyword::Import => self.import_spec(),
            DeclKeyword::Const | DeclKeyword::Var => self.value_spec(keyword, iota),
            DeclKeyword::Type => self.type_spec(),
        }
    }

    fn import_spec(&mut self) {
        let start = self.pos();
        let name = match self.tok() {
            T::Ident => Some(self.ident_here()),
            T::Dot => {
                let end = self.lex.end;
                let dot = self.scratch.names.get(".", pack(b"."));
                self.next();
                Some(self.builder().expr(Expr::Ident(dot), start, end, start))
            }
            _ => None,
        };
        let path = match self.tok() {
            T::String => self.literal_here(),
            kind if kind.is_literal() => {
                self.syntax_error_at(self.pos(), "import path must be a string");
                self.literal_here()
            }
            _ => {
                let bad = self.bad_expr();
                self.syntax_error("missing import path");
                self.advance(AFTER_SPEC);
                bad
            }
        };
        let end = self.builder().end(path);
        self.builder().spec(Spec::Import { name, path }, start, end, start);
    }

    /// A constant or variable spec.
    fn value_spec(&mut self, keyword: DeclKeyword, iota: u32) {
        let start = self.pos();
        let names = self.ident_list();
        let (mut ty, mut values) = (None, ExprList::default());
        let mut anchor = start;
        let bare = keyword == DeclKeyword::Const
            && matches!(self.tok(), T::Eof | T::Semicolon | T::RightParen);
        if !bare {
            if !matches!(self.tok(), T::Assign | T::Define) {
                ty = match keyword {
                    DeclKeyword::Const => self.type_or_none(),
                    _ => Some(self.type_()),
                };
            }
            let at = self.pos();
            if self.got_assign() {
                anchor = at;
                values = self.expr_list();
            }
        }
        let builder = self.builder();
        let last = builder.list(values).last().copied().or(ty);
        let last = last.or_else(|| builder.list(names).last().copied());
        let end = last.map_or(start, |last| builder.end(last));
        builder.spec(Spec::Value { names, ty, values, iota }, start, end, anchor);
    }

    /// `a, b, c`
    fn ident_list(&mut self) -> ExprList {
        let mark = self.builder().expr_stack.len();
        loop {
            let name = self.ident();
            self.builder().expr_stack.push(name);
            if !self.got(T::Comma) {
                return self.builder().take_exprs(mark);
            }
        }
    }

    fn type_spec(&mut self) {
        let start = self.pos();
        let name = self.ident();
        let mut type_params = FieldList::default();
        let mut alias = None;
        let ty = if self.tok() == T::LeftBracket {
            let bracket = self.pos();
            self.next();
            match self.tok() {
                T::Ident => match self.type_params_or_length() {
                    Ok(list) => {
                        type_params = list;
                        alias = self.alias_sign();
                        self.type_or_none()
                    }
                    Err(length) => Some(self.array_type(bracket, Some(length))),
                },
                T::RightBracket => {
                    self.next();
                    Some(self.slice_type(bracket))
                }
                _ => Some(self.array_type(bracket, None)),
            }
        } else {
            alias = self.alias_sign();
            self.type_or_none()
        };
        let ty = ty.unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("in type declaration");
            self.advance(AFTER_SPEC);
            bad
        });
        let end = self.builder().end(ty);
        let spec = Spec::Type { name, type_params, alias: alias.is_some(), ty };
        self.builder().spec(spec, start, end, alias.unwrap_or(start));
    }

    /// The `=` of an alias declaration, if there is one.
    fn alias_sign(&mut self) -> Option<u32> {
        let at = self.pos();
        self.got_assign().then_some(at)
    }

    /// What follows `type T [`, when that is a name: either type parameters or the length of an
    /// array type. `type T[P any]` and `type T [N]int` differ soon, but `P *C` is a
    /// multiplication too and `P (C)` a call, so the beginning is parsed as an expression, and
    /// reread as a parameter if it looks like one.
    fn type_params_or_length(&mut self) -> Result<FieldList, ExprId> {
        let mut x = self.ident_here();
        // An index expression cannot be a constant: `P [` starts a constraint.
        if self.tok() != T::LeftBracket {
            self.level += 1;
            x = self.expr_from(x);
            self.level -= 1;
        }
        let is_list = self.tok() == T::Comma;
        match self.split_type_param(x, is_list) {
            Some((name, constraint)) if constraint.is_some() || self.tok() != T::RightBracket => {
                Ok(self.params(Some((name, constraint)), T::RightBracket, true, false))
            }
            _ => Err(x),
        }
    }

    /// Rereads `P *C | D` or `P (C)`, parsed as an expression, as a parameter and its constraint,
    /// where the constraint can only be a type or `force` is set. A name alone has none.
    fn split_type_param(&mut self, x: ExprId, force: bool) -> Option<(ExprId, Option<ExprId>)> {
        let mut union = Vec::new();
        let mut force = force;
        let mut first = x;
        while let Expr::Binary { op: BinaryOp::Or, x: left, y } = self.builder().get(first) {
            force = force || self.is_type_element(y);
            union.push(first);
            first = left;
        }
        let builder = self.builder();
        let is_name =
            |builder: &crate::builder::Builder, x| matches!(builder.get(x), Expr::Ident(_));
        let (name, constraint) = match builder.get(first) {
            Expr::Ident(_) => return union.is_empty().then_some((first, None)),
            Expr::Binary { op: BinaryOp::Mul, x, y } if is_name(builder, x) => (x, Ok(y)),
            Expr::Call { fun, args, spread: false } if is_name(builder, fun) => {
                match *builder.list(args) {
                    [arg] => (fun, Err(arg)),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let inner = match constraint {
            Ok(inner) | Err(inner) => inner,
        };
        if !force && !self.is_type_element(inner) {
            return None;
        }
        // The node of the operator becomes that of the constraint, so that none is left over.
        let builder = self.builder();
        *builder.get_mut(first) = match constraint {
            Ok(elem) => Expr::Star(elem),
            Err(inner) => Expr::Paren(inner),
        };
        let start = builder.anchor(first);
        builder.set_start(first, start);
        for or in union {
            builder.set_start(or, start);
        }
        Some((name, Some(x)))
    }

    /// Whether an expression can only be a type: it has a type literal or a `~` in it.
    fn is_type_element(&mut self, x: ExprId) -> bool {
        let builder = self.builder();
        let mut rest = vec![x];
        while let Some(x) = rest.pop() {
            match builder.get(x) {
                Expr::ArrayType { .. }
                | Expr::StructType(_)
                | Expr::FuncType(_)
                | Expr::InterfaceType(_)
                | Expr::MapType { .. }
                | Expr::ChanType { .. }
                | Expr::Unary { op: UnaryOp::Tilde, .. } => return true,
                Expr::Binary { x, y, .. } => rest.extend([x, y]),
                Expr::Unary { x, .. } | Expr::Star(x) | Expr::Paren(x) => rest.push(x),
                _ => {}
            }
        }
        false
    }
}

/// The keyword of a declaration that is not a function's.
pub(super) fn decl_keyword(kind: T) -> DeclKeyword {
    match kind {
        T::Import => DeclKeyword::Import,
        T::Const => DeclKeyword::Const,
        T::Var => DeclKeyword::Var,
        _ => DeclKeyword::Type,
    }
}
