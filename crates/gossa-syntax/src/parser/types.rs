//! Types, signatures and their fields.

use super::Parser;
use crate::ast::*;
use crate::builder::Param;
use crate::names::pack;
use crate::token::{OPERATORS, TokenKind as T, TokenSet};

impl Parser<'_> {
    /// A type, or an error.
    pub(super) fn type_(&mut self) -> ExprId {
        if let Some(ty) = self.type_or_none() {
            return ty;
        }
        let bad = self.bad_expr();
        self.syntax_error("expected type");
        self.advance(TokenSet::new(&[
            T::Comma,
            T::Colon,
            T::Semicolon,
            T::RightParen,
            T::RightBracket,
            T::RightBrace,
        ]));
        bad
    }

    /// A type, if the current token starts one.
    pub(super) fn type_or_none(&mut self) -> Option<ExprId> {
        match self.tok() {
            T::Ident => {
                let name = self.ident_here();
                Some(self.qualified_name(name))
            }
            T::Star
            | T::Arrow
            | T::Func
            | T::LeftBracket
            | T::Chan
            | T::Map
            | T::Struct
            | T::Interface
            | T::LeftParen => Some(self.nested(Self::type_literal)),
            _ => None,
        }
    }

    /// A type that does not start with a name, of which the current token is the first.
    pub(super) fn type_literal(&mut self) -> ExprId {
        let start = self.pos();
        match self.tok() {
            T::Star => {
                self.next();
                let elem = self.type_();
                self.star(start, elem)
            }
            T::Arrow => {
                self.next();
                self.want(T::Chan);
                self.chan_type(start, ChanDir::Receive, start)
            }
            T::Func => {
                if self.interrupted_by_function() {
                    return self.bad_expr();
                }
                self.next();
                let paren = self.pos();
                let signature = self.signature(start, "function type");
                self.func_type(start, signature, paren)
            }
            T::LeftBracket => {
                self.next();
                if self.got(T::RightBracket) {
                    self.slice_type(start)
                } else {
                    self.array_type(start, None)
                }
            }
            T::Chan => {
                self.next();
                let arrow = self.pos();
                if self.got(T::Arrow) {
                    self.chan_type(start, ChanDir::Send, arrow)
                } else {
                    self.chan_type(start, ChanDir::Both, start)
                }
            }
            T::Map => {
                self.next();
                self.want(T::LeftBracket);
                let key = self.type_();
                self.want(T::RightBracket);
                let value = self.type_();
                let end = self.builder().end(value);
                self.builder().expr(Expr::MapType { key, value }, start, end, start)
            }
            T::Struct => self.struct_type(),
            T::Interface => self.interface_type(),
            _ => {
                self.want(T::LeftParen);
                let inner = self.type_();
                self.want(T::RightParen);
                let end = self.previous_end();
                self.builder().expr(Expr::Paren(inner), start, end, start)
            }
        }
    }

    fn star(&mut self, start: u32, elem: ExprId) -> ExprId {
        let end = self.builder().end(elem);
        self.builder().expr(Expr::Star(elem), start, end, start)
    }

    /// A channel type from its element on; the anchor is its arrow.
    fn chan_type(&mut self, start: u32, dir: ChanDir, arrow: u32) -> ExprId {
        let elem = self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("missing channel element type");
            bad
        });
        let end = self.builder().end(elem);
        self.builder().expr(Expr::ChanType { dir, elem }, start, end, arrow)
    }

    pub(super) fn func_type(&mut self, start: u32, signature: SignatureId, paren: u32) -> ExprId {
        let end = self.builder().signature_end(signature);
        self.builder().expr(Expr::FuncType(signature), start, end, paren)
    }

    /// An array type after its `[`, and after its length if that was parsed already.
    pub(super) fn array_type(&mut self, start: u32, length: Option<ExprId>) -> ExprId {
        let length = length.unwrap_or_else(|| {
            let (at, end) = (self.pos(), self.lex.end);
            if self.got(T::Ellipsis) {
                return self.builder().expr(Expr::Ellipsis(None), at, end, at);
            }
            self.level += 1;
            let length = self.expr();
            self.level -= 1;
            length
        });
        if self.tok() == T::Comma {
            self.syntax_error("unexpected comma; expected ]");
            self.next();
        }
        self.want(T::RightBracket);
        let elem = self.type_();
        let end = self.builder().end(elem);
        self.builder().expr(Expr::ArrayType { len: Some(length), elem }, start, end, start)
    }

    /// A slice type after its `[]`.
    pub(super) fn slice_type(&mut self, start: u32) -> ExprId {
        let elem = self.type_();
        let end = self.builder().end(elem);
        self.builder().expr(Expr::ArrayType { len: None, elem }, start, end, start)
    }

    /// The rest of a type name after its first identifier: a selector, type arguments.
    fn qualified_name(&mut self, name: ExprId) -> ExprId {
        let mut x = name;
        if self.tok() == T::Dot {
            let dot = self.pos();
            self.next();
            let sel = self.ident();
            let builder = self.builder();
            let (start, end) = (builder.start(x), builder.end(sel));
            x = builder.expr(Expr::Selector { x, sel }, start, end, dot);
        }
        if self.tok() == T::LeftBracket {
            x = self.nested(|p| p.type_instance(x));
        }
        x
    }

    /// A type name where nothing else may stand, as in embedded fields.
    fn type_name(&mut self) -> ExprId {
        let name = if self.tok() == T::Ident {
            self.ident_here()
        } else {
            let blank = self.blank_ident();
            self.syntax_error("expected name");
            self.advance(TokenSet::new(&[T::Dot, T::Semicolon, T::RightBrace]));
            blank
        };
        self.qualified_name(name)
    }

    /// `x[T, U]`
    fn type_instance(&mut self, x: ExprId) -> ExprId {
        let bracket = self.pos();
        self.next();
        let mark = self.builder().expr_stack.len();
        if self.tok() == T::RightBracket {
            let bad = self.bad_expr();
            self.builder().expr_stack.push(bad);
            self.syntax_error("expected type argument list");
        } else {
            self.level += 1;
            let first = self.type_();
            self.level -= 1;
            self.type_arguments(first);
        }
        self.want(T::RightBracket);
        self.index(x, bracket, mark)
    }

    /// Pushes `first` and the types that follow it; a trailing comma is fine. Returns whether
    /// there was a comma.
    pub(super) fn type_arguments(&mut self, first: ExprId) -> bool {
        self.builder().expr_stack.push(first);
        let comma = self.tok() == T::Comma;
        self.level += 1;
        while self.got(T::Comma) {
            let Some(ty) = self.type_or_none() else { break };
            self.builder().expr_stack.push(ty);
        }
        self.level -= 1;
        comma
    }

    /// An index expression of the stacked indices, after its `]`.
    pub(super) fn index(&mut self, x: ExprId, bracket: u32, mark: usize) -> ExprId {
        let end = self.previous_end();
        let builder = self.builder();
        let indices = builder.take_exprs(mark);
        let start = builder.start(x);
        builder.expr(Expr::Index { x, indices }, start, end, bracket)
    }

    /// After a name and at `[`: either the array or slice type that the name has (`Ok`), or an
    /// instantiation of the name (`Err`).
    fn array_or_instance(&mut self, name: ExprId) -> Result<ExprId, ExprId> {
        self.nested(|p| {
            let bracket = p.pos();
            p.next();
            if p.got(T::RightBracket) {
                return Ok(p.slice_type(bracket));
            }
            let mark = p.builder().expr_stack.len();
            p.level += 1;
            let first = p.expr();
            p.level -= 1;
            let comma = p.type_arguments(first);
            p.want(T::RightBracket);
            let closed = p.previous_end();
            if !comma && let Some(elem) = p.type_or_none() {
                p.builder().expr_stack.truncate(mark);
                let end = p.builder().end(elem);
                let array = Expr::ArrayType { len: Some(first), elem };
                return Ok(p.builder().expr(array, bracket, end, bracket));
            }
            let builder = p.builder();
            let indices = builder.take_exprs(mark);
            let start = builder.start(name);
            Err(builder.expr(Expr::Index { x: name, indices }, start, closed, bracket))
        })
    }

    /// A signature that starts at `start`: its type parameters, parameters and results. Type
    /// parameters are an error if there is a `context`.
    pub(super) fn signature(&mut self, start: u32, context: &str) -> SignatureId {
        let mut signature = Signature::default();
        if self.tok() == T::LeftBracket {
            let at = self.pos();
            self.next();
            if !context.is_empty() {
                self.syntax_error_at(at, format_args!("{context} must have no type parameters"));
            }
            if self.tok() == T::RightBracket {
                self.syntax_error("empty type parameter list");
                self.next();
            } else {
                signature.type_params = self.params(None, T::RightBracket, true, false);
            }
        }
        self.want(T::LeftParen);
        signature.params = self.params(None, T::RightParen, false, true);
        let mut end = self.previous_end();
        if self.got(T::LeftParen) {
            signature.results = self.params(None, T::RightParen, false, false);
            end = self.previous_end();
        } else if let Some(ty) = self.type_or_none() {
            let builder = self.builder();
            let mark = builder.field_stack.len();
            builder.field_stack.push(Field { names: ExprList::default(), ty, tag: None });
            signature.results = builder.take_fields(mark);
            end = builder.end(ty);
        }
        self.builder().signature(signature, start, end)
    }

    fn struct_type(&mut self) -> ExprId {
        let start = self.pos();
        self.want(T::Struct);
        let brace = self.pos();
        self.want(T::LeftBrace);
        let mark = self.builder().field_stack.len();
        self.list("struct type", T::Semicolon, T::RightBrace, |p| {
            p.struct_field();
            false
        });
        let end = self.previous_end();
        let builder = self.builder();
        let fields = builder.take_fields(mark);
        builder.expr(Expr::StructType(fields), start, end, brace)
    }

    /// The line of a struct: fields that share a type, or an embedded field.
    fn struct_field(&mut self) {
        let start = self.pos();
        let mut names = ExprList::default();
        let ty = match self.tok() {
            T::Ident => {
                let first = self.ident_here();
                match self.tok() {
                    T::Dot | T::Semicolon | T::RightBrace => self.qualified_name(first),
                    kind if kind.is_literal() => first,
                    T::LeftBracket => match self.array_or_instance(first) {
                        Ok(ty) => {
                            names = self.builder().one_expr(first);
                            ty
                        }
                        Err(instance) => instance,
                    },
                    _ => {
                        let mark = self.builder().expr_stack.len();
                        self.builder().expr_stack.push(first);
                        while self.got(T::Comma) {
                            let name = self.ident();
                            self.builder().expr_stack.push(name);
                        }
                        names = self.builder().take_exprs(mark);
                        self.type_()
                    }
                }
            }
            T::Star => {
                self.next();
                let elem = self.embedded_name();
                self.star(start, elem)
            }
            T::LeftParen => self.embedded_name(),
            _ => {
                self.syntax_error("expected field name or embedded type");
                self.advance(TokenSet::new(&[T::Semicolon, T::RightBrace]));
                return;
            }
        };
        let tag = self.tok().is_literal().then(|| self.literal_here());
        self.builder().field_stack.push(Field { names, ty, tag });
    }

    /// The type name of an embedded field; parentheses around it are an error.
    fn embedded_name(&mut self) -> ExprId {
        if self.tok() != T::LeftParen {
            return self.type_name();
        }
        let start = self.pos();
        self.syntax_error("cannot parenthesize embedded type");
        self.next();
        let star = self.pos();
        let mut inner = if self.got(T::Star) {
            let elem = self.type_name();
            self.star(star, elem)
        } else {
            self.type_name()
        };
        if self.got(T::RightParen) {
            let end = self.previous_end();
            inner = self.builder().expr(Expr::Paren(inner), start, end, start);
        }
        inner
    }

    fn interface_type(&mut self) -> ExprId {
        let start = self.pos();
        self.want(T::Interface);
        let brace = self.pos();
        self.want(T::LeftBrace);
        let mark = self.builder().field_stack.len();
        self.list("interface type", T::Semicolon, T::RightBrace, |p| {
            let field = p.interface_element();
            p.builder().field_stack.push(field);
            false
        });
        let end = self.previous_end();
        let builder = self.builder();
        let fields = builder.take_fields(mark);
        builder.expr(Expr::InterfaceType(fields), start, end, brace)
    }

    /// A method or an embedded element.
    fn interface_element(&mut self) -> Field {
        let first = if self.tok() == T::Ident {
            let name = self.ident_here();
            match self.method_or_type(name) {
                Ok(signature) => {
                    let names = self.builder().one_expr(name);
                    return Field { names, ty: signature, tag: None };
                }
                Err(ty) => ty,
            }
        } else {
            self.union_term()
        };
        let ty = self.union(first);
        Field { names: ExprList::default(), ty, tag: None }
    }

    /// What follows a name in an interface: the signature of a method (`Ok`), or the rest of a
    /// type name (`Err`).
    fn method_or_type(&mut self, name: ExprId) -> Result<ExprId, ExprId> {
        const CONTEXT: &str = "interface method";
        let method = |p: &mut Self| {
            let start = p.pos();
            let signature = p.signature(start, CONTEXT);
            Ok(p.func_type(start, signature, start))
        };
        match self.tok() {
            T::LeftParen => method(self),
            T::LeftBracket => self.nested(|p| {
                // Either an instantiated type, or a generic method, which is an error: a
                // parameter list tells them apart.
                let bracket = p.pos();
                p.next();
                if p.tok() == T::RightBracket {
                    let at = p.pos();
                    p.next();
                    if p.tok() == T::LeftParen {
                        p.error_at(at, "empty type parameter list");
                        return method(p);
                    }
                    p.error_at(at, "empty type argument list");
                    return Err(name);
                }
                let mark = p.builder().param_stack.len();
                let end = p.stack_params(None, T::RightBracket);
                p.name_params(mark, end, false, false);
                let first = p.builder().param_stack.get(mark).copied();
                let Some(first) = first else {
                    return if p.tok() == T::LeftParen { method(p) } else { Err(name) };
                };
                if first.name.is_some() {
                    p.builder().param_stack.truncate(mark);
                    let result = method(p);
                    p.error_at(bracket, "interface method must have no type parameters");
                    return result;
                }
                let builder = p.builder();
                let arguments = builder.expr_stack.len();
                for index in mark..builder.param_stack.len() {
                    let ty = builder.param_stack[index].ty;
                    builder.expr_stack.extend(ty);
                }
                builder.param_stack.truncate(mark);
                Err(p.index(name, bracket, arguments))
            }),
            _ => Err(self.qualified_name(name)),
        }
    }

    /// The further terms of a union after its first.
    fn union(&mut self, first: ExprId) -> ExprId {
        if self.tok() != T::Or {
            return first;
        }
        let outer = std::mem::take(&mut self.chain);
        let mut x = first;
        while self.tok() == T::Or {
            let at = self.pos();
            self.next();
            let y = self.union_term();
            let builder = self.builder();
            let (start, end) = (builder.start(x), builder.end(y));
            x = builder.expr(Expr::Binary { op: BinaryOp::Or, x, y }, start, end, at);
            self.chained();
        }
        self.chain = self.chain.max(outer);
        x
    }

    /// `T` or `~T`
    fn union_term(&mut self) -> ExprId {
        let start = self.pos();
        if self.got(T::Tilde) {
            let x = self.type_();
            let end = self.builder().end(x);
            let tilde = Expr::Unary { op: UnaryOp::Tilde, x };
            return self.builder().expr(tilde, start, end, start);
        }
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("expected ~ term or type");
            self.advance(OPERATORS.union(TokenSet::new(&[
                T::Star,
                T::Semicolon,
                T::RightParen,
                T::RightBracket,
                T::RightBrace,
            ])));
            bad
        })
    }

    /// Parameters, results, receivers or type parameters, after the opening token and up to
    /// `close`. `first` has been parsed already: a name, and perhaps its type. Without
    /// `need_names` a list of names is one of types; `variadic` permits `...` in the last.
    pub(super) fn params(
        &mut self,
        first: Option<(ExprId, Option<ExprId>)>,
        close: T,
        need_names: bool,
        variadic: bool,
    ) -> FieldList {
        let mark = self.builder().param_stack.len();
        let end = self.stack_params(first, close);
        self.name_params(mark, end, need_names, variadic);
        // Names in a row that share a type make one field.
        let builder = self.builder();
        let fields = builder.field_stack.len();
        let mut at = mark;
        while let Some(&Param { name, ty }) = builder.param_stack.get(at) {
            let names = builder.expr_stack.len();
            if name.is_some() {
                while let Some(&Param { name: Some(name), ty: next }) = builder.param_stack.get(at)
                    && next == ty
                {
                    builder.expr_stack.push(name);
                    at += 1;
                }
            } else {
                at += 1;
            }
            let names = builder.take_exprs(names);
            if let Some(ty) = ty {
                builder.field_stack.push(Field { names, ty, tag: None });
            }
        }
        builder.param_stack.truncate(mark);
        builder.take_fields(fields)
    }

    /// Puts the parameters of a list on the stack; returns the offset of `close`.
    fn stack_params(&mut self, first: Option<(ExprId, Option<ExprId>)>, close: T) -> u32 {
        let mut first = first;
        if let Some((name, ty @ Some(_))) = first
            && self.tok() == close
        {
            let at = self.pos();
            self.next();
            self.builder().param_stack.push(Param { name: Some(name), ty });
            return at;
        }
        self.list("parameter list", T::Comma, close, |p| {
            let param = match first.take() {
                Some((name, ty @ Some(_))) => Some(Param { name: Some(name), ty }),
                Some((name, None)) => p.param(Some(name), close),
                None => p.param(None, close),
            };
            p.builder().param_stack.extend(param);
            false
        })
    }

    /// One parameter; its name may have been parsed already.
    fn param(&mut self, name: Option<ExprId>, close: T) -> Option<Param> {
        let unions = close == T::RightBracket;
        let union = |p: &mut Self, ty: ExprId| if unions { p.union(ty) } else { ty };
        let name = name.or_else(|| (self.tok() == T::Ident).then(|| self.ident_here()));
        if let Some(name) = name {
            match self.tok() {
                T::LeftBracket => {
                    return Some(match self.array_or_instance(name) {
                        Ok(ty) => Param { name: Some(name), ty: Some(union(self, ty)) },
                        Err(ty) => Param { name: None, ty: Some(union(self, ty)) },
                    });
                }
                T::Dot => {
                    let ty = self.qualified_name(name);
                    return Some(Param { name: None, ty: Some(union(self, ty)) });
                }
                T::Or if unions => {
                    return Some(Param { name: None, ty: Some(self.union(name)) });
                }
                _ => {}
            }
        }
        let start = self.pos();
        if self.got(T::Ellipsis) {
            let ty = match self.type_or_none() {
                Some(elem) => {
                    let end = self.builder().end(elem);
                    self.builder().expr(Expr::Ellipsis(Some(elem)), start, end, start)
                }
                None => {
                    self.syntax_error("... is missing type");
                    self.bad_expr()
                }
            };
            return Some(Param { name, ty: Some(ty) });
        }
        if unions && self.tok() == T::Tilde {
            let first = self.union_term();
            return Some(Param { name, ty: Some(self.union(first)) });
        }
        let ty = self.type_or_none().map(|ty| union(self, ty));
        if name.is_some() || ty.is_some() {
            return Some(Param { name, ty });
        }
        self.syntax_error(format_args!("expected {}", close.spelling()));
        self.advance(TokenSet::new(&[T::Comma, close]));
        None
    }

    /// Tells names from types in the stacked parameters from `mark` on, and gives each name its
    /// type: afterwards either all have a name or none has, and all have a type. `end` is the
    /// offset of the closing token.
    fn name_params(&mut self, mark: usize, end: u32, need_names: bool, variadic: bool) {
        let params = &self.builder().param_stack[mark..];
        let len = params.len();
        let both = |param: &&Param| param.name.is_some() && param.ty.is_some();
        let named = params.iter().filter(both).count();
        let typed = params.iter().filter(|param| param.ty.is_some()).count();
        if named == 0 && !need_names {
            for param in &mut self.builder().param_stack[mark..] {
                if let Some(name) = param.name.take() {
                    param.ty = Some(name);
                }
            }
        } else if named != len {
            self.complete_params(mark, end, need_names, named == typed);
        }
        self.check_variadic(mark, variadic);
    }

    /// Gives names without a type the type to their right, and reports the parameters for which
    /// there is none, or which have no name.
    fn complete_params(&mut self, mark: usize, end: u32, need_names: bool, types_miss: bool) {
        let len = self.builder().param_stack.len();
        let mut wrong = None;
        let mut right = None;
        for index in (mark..len).rev() {
            let mut param = self.builder().param_stack[index];
            match (param.name, param.ty) {
                (None, Some(ty)) => {
                    let at = self.builder().start(ty);
                    let blank = self.scratch.names.get("_", pack(b"_"));
                    param.name = Some(self.builder().expr(Expr::Ident(blank), at, at, at));
                    wrong = Some(at);
                    right = param.ty;
                }
                (_, Some(_)) => right = param.ty,
                (Some(name), None) if right.is_none() => {
                    let at = self.builder().start(name);
                    param.ty = Some(self.builder().expr(Expr::Bad, at, at, at));
                    wrong = Some(at);
                }
                (_, None) => param.ty = right,
            }
            self.builder().param_stack[index] = param;
        }
        let Some(wrong) = wrong else { return };
        // With a name for each type, what lacks types must be at the end of the list.
        let (at, message) = match (types_miss, need_names) {
            (true, true) => (end, "missing type constraint"),
            (true, false) => (end, "missing parameter type"),
            (false, true) if len - mark == 1 => {
                (wrong, "missing type parameter name or invalid array length")
            }
            (false, true) => (wrong, "missing type parameter name"),
            (false, false) => (wrong, "missing parameter name"),
        };
        self.syntax_error_at(at, message);
    }

    /// Reports the first `...` that is not allowed, and takes all of those for their element.
    fn check_variadic(&mut self, mark: usize, variadic: bool) {
        let len = self.builder().param_stack.len();
        let mut reported = false;
        for index in mark..len {
            let Some(ty) = self.builder().param_stack[index].ty else { continue };
            if variadic && index + 1 == len {
                continue;
            }
            if let Expr::Ellipsis(Some(elem)) = self.builder().get(ty) {
                if !reported {
                    let at = self.builder().start(ty);
                    self.error_at(
                        at,
                        if variadic {
                            "can only use ... with final parameter"
                        } else {
                            "invalid use of ..."
                        },
                    );
                    reported = true;
                }
                // Those that share the type go on sharing it.
                for param in &mut self.builder().param_stack[mark..] {
                    if param.ty == Some(ty) {
                        param.ty = Some(elem);
                    }
                }
            }
        }
    }
}
