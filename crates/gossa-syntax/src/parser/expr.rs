//! Expressions.

use super::Parser;
use crate::ast::*;
use crate::token::{TokenKind as T, TokenSet};
use std::mem::take;

const CLOSING: TokenSet = TokenSet::new(&[T::RightParen, T::RightBracket, T::RightBrace]);

impl Parser<'_> {
    /// An expression.
    #[inline]
    pub(super) fn expr(&mut self) -> ExprId {
        self.operand_of(0)
    }

    /// The operand of a binary operator: an expression of operators that bind tighter.
    fn operand_of(&mut self, precedence: u8) -> ExprId {
        let outer = take(&mut self.chain);
        let mut x = self.unary();
        if self.tok().precedence() > precedence {
            x = self.binary(x, precedence);
        }
        self.chain = self.chain.max(outer);
        x
    }

    /// The rest of an expression that starts with the name `x`.
    pub(super) fn expr_from(&mut self, x: ExprId) -> ExprId {
        let outer = take(&mut self.chain);
        let x = self.primary(x);
        let x = self.binary(x, 0);
        self.chain = self.chain.max(outer);
        x
    }

    /// The operators after `x` that bind tighter than `precedence`, and their operands.
    fn binary(&mut self, mut x: ExprId, precedence: u8) -> ExprId {
        loop {
            let kind = self.tok();
            let tighter = kind.precedence();
            let Some(op) = kind.binary_op().filter(|_| tighter > precedence) else { return x };
            let at = self.pos();
            self.next();
            let y = self.operand_of(tighter);
            let builder = self.builder();
            let (start, end) = (builder.start(x), builder.end(y));
            x = builder.expr(Expr::Binary { op, x, y }, start, end, at);
            self.chained();
        }
    }

    /// Expressions separated by commas.
    pub(super) fn expr_list(&mut self) -> ExprList {
        let first = self.expr();
        if self.tok() != T::Comma {
            return self.builder().one_expr(first);
        }
        self.expr_list_from(first)
    }

    /// The rest of a list of expressions after its first.
    pub(super) fn expr_list_from(&mut self, first: ExprId) -> ExprList {
        let mark = self.builder().expr_stack.len();
        self.builder().expr_stack.push(first);
        while self.got(T::Comma) {
            let x = self.expr();
            self.builder().expr_stack.push(x);
        }
        self.builder().take_exprs(mark)
    }

    #[inline]
    fn unary(&mut self) -> ExprId {
        match self.tok() {
            // Nothing nests in these but what nests through further calls.
            T::Ident => {
                let x = self.ident_here();
                self.primary(x)
            }
            T::Int | T::Float | T::Imaginary | T::Rune | T::String => {
                let x = self.literal_here();
                self.primary(x)
            }
            _ => self.nested(Self::unary_nested),
        }
    }

    fn unary_nested(&mut self) -> ExprId {
        let start = self.pos();
        let op = match self.tok() {
            T::Star => {
                self.next();
                let x = self.unary();
                let end = self.builder().end(x);
                return self.builder().expr(Expr::Star(x), start, end, start);
            }
            T::Arrow => {
                self.next();
                let x = self.unary();
                if matches!(self.builder().get(x), Expr::ChanType { .. }) {
                    self.make_receive_only(start, x);
                    return x;
                }
                let end = self.builder().end(x);
                let receive = Expr::Unary { op: UnaryOp::Receive, x };
                return self.builder().expr(receive, start, end, start);
            }
            T::Plus => UnaryOp::Plus,
            T::Minus => UnaryOp::Neg,
            T::Not => UnaryOp::Not,
            T::Xor => UnaryOp::Xor,
            T::And => UnaryOp::Address,
            T::Tilde => UnaryOp::Tilde,
            _ => {
                let x = self.operand();
                return self.primary(x);
            }
        };
        self.next();
        let x = self.unary();
        let end = self.builder().end(x);
        self.builder().expr(Expr::Unary { op, x }, start, end, start)
    }

    /// Makes the channel type `x` that follows an arrow at `arrow` a receive-only one. The arrow
    /// of a send-only type then belongs to its element: `<-(chan<- chan T)` is
    /// `<-chan (<-chan T)`.
    fn make_receive_only(&mut self, arrow: u32, x: ExprId) {
        let (mut arrow, mut x) = (arrow, x);
        loop {
            let builder = self.builder();
            let Expr::ChanType { dir, elem } = builder.get(x) else {
                let (start, end) = (builder.start(x), builder.end(x));
                let text = self.text(start, end);
                self.syntax_error(format_args!("unexpected {text}, expected chan"));
                return;
            };
            if dir == ChanDir::Receive {
                self.syntax_error("unexpected <-, expected chan");
            }
            let builder = self.builder();
            *builder.get_mut(x) = Expr::ChanType { dir: ChanDir::Receive, elem };
            let inner_arrow = builder.anchor(x);
            builder.set_start(x, arrow);
            builder.set_anchor(x, arrow);
            if dir != ChanDir::Send {
                return;
            }
            (arrow, x) = (inner_arrow, elem);
        }
    }

    /// A literal expression for the current token, which is consumed.
    pub(super) fn literal_here(&mut self) -> ExprId {
        let (start, end) = (self.lex.start, self.lex.end);
        let kind = match self.tok() {
            T::Int => LiteralKind::Int,
            T::Float => LiteralKind::Float,
            T::Imaginary => LiteralKind::Imaginary,
            T::Rune => LiteralKind::Rune,
            _ => LiteralKind::String,
        };
        let text = self.text(start, end);
        let builder = self.builder();
        let text = builder.literal(&text);
        let x = builder.expr(Expr::BasicLit { kind, text }, start, end, start);
        self.next();
        x
    }

    /// An operand.
    fn operand(&mut self) -> ExprId {
        let start = self.pos();
        match self.tok() {
            T::Ident => self.ident_here(),
            T::Int | T::Float | T::Imaginary | T::Rune | T::String => self.literal_here(),
            T::LeftParen => {
                self.next();
                self.level += 1;
                let x = self.expr();
                self.level -= 1;
                self.want(T::RightParen);
                let end = self.previous_end();
                self.builder().expr(Expr::Paren(x), start, end, start)
            }
            T::Func => {
                if self.interrupted_by_function() {
                    return self.bad_expr();
                }
                self.next();
                let paren = self.pos();
                let signature = self.signature(start, "function type");
                if self.tok() != T::LeftBrace {
                    return self.func_type(start, signature, paren);
                }
                self.level += 1;
                let body = self.func_body();
                self.level -= 1;
                let end = self.builder().stmt_end(body);
                self.builder().expr(Expr::FuncLit { signature, body }, start, end, start)
            }
            T::LeftBracket | T::Chan | T::Map | T::Struct | T::Interface => self.type_literal(),
            _ => {
                let bad = self.bad_expr();
                self.syntax_error("expected expression");
                self.advance(CLOSING);
                bad
            }
        }
    }

    /// An operand and its suffixes, for statements that need a call.
    pub(super) fn primary_expr(&mut self) -> ExprId {
        self.nested(|p| {
            let outer = take(&mut p.chain);
            let x = p.operand();
            let x = p.primary(x);
            p.chain = p.chain.max(outer);
            x
        })
    }

    /// The suffixes of an operand: selectors, indices, calls, the braces of a composite literal.
    #[inline]
    fn primary(&mut self, x: ExprId) -> ExprId {
        match self.tok() {
            T::Dot | T::LeftBracket | T::LeftParen | T::LeftBrace => self.suffixes(x),
            _ => x,
        }
    }

    fn suffixes(&mut self, mut x: ExprId) -> ExprId {
        let outer = self.chain;
        loop {
            let at = self.pos();
            match self.tok() {
                T::Dot => {
                    self.next();
                    x = self.selector(x, at);
                }
                T::LeftBracket => x = self.nested(|p| p.index_or_slice(x)),
                T::LeftParen => x = self.nested(|p| p.call(x)),
                T::LeftBrace => {
                    if !self.may_be_literal_type(x) {
                        break;
                    }
                    if matches!(self.builder().get(x), Expr::Paren(_)) {
                        self.syntax_error("cannot parenthesize type in composite literal");
                    }
                    x = self.composite_literal(Some(x));
                }
                _ => break,
            }
            self.chained();
        }
        self.chain = self.chain.max(outer);
        x
    }

    /// What follows the dot at `dot`.
    #[inline]
    fn selector(&mut self, x: ExprId, dot: u32) -> ExprId {
        let start = self.builder().start(x);
        match self.tok() {
            T::Ident => {
                let sel = self.ident_here();
                let end = self.builder().end(sel);
                self.builder().expr(Expr::Selector { x, sel }, start, end, dot)
            }
            T::LeftParen => {
                self.next();
                let ty = if self.got(T::Type) { None } else { Some(self.type_()) };
                self.want(T::RightParen);
                let end = self.previous_end();
                self.builder().expr(Expr::TypeAssert { x, ty }, start, end, dot)
            }
            _ => {
                self.syntax_error("expected name or (");
                let sel = self.bad_expr();
                self.advance(TokenSet::new(&[T::Semicolon, T::RightParen]));
                let end = self.builder().end(sel);
                self.builder().expr(Expr::Selector { x, sel }, start, end, dot)
            }
        }
    }

    /// `x[i]`, `x[T, U]` or `x[lo:hi:max]` from its bracket on.
    fn index_or_slice(&mut self, x: ExprId) -> ExprId {
        let bracket = self.pos();
        self.next();
        let mark = self.builder().expr_stack.len();
        let mut lo = None;
        if self.tok() != T::Colon {
            let comma = if self.tok() == T::RightBracket {
                self.syntax_error("expected operand");
                let bad = self.bad_expr();
                self.builder().expr_stack.push(bad);
                false
            } else {
                self.level += 1;
                let first = self.expr();
                self.level -= 1;
                self.type_arguments(first)
            };
            if comma || self.tok() == T::RightBracket {
                self.want(T::RightBracket);
                return self.index(x, bracket, mark);
            }
            lo = self.builder().expr_stack.pop();
        }
        if !self.got(T::Colon) {
            self.syntax_error("expected comma, : or ]");
            self.advance(TokenSet::new(&[T::Comma, T::Colon, T::RightBracket]));
        }
        self.level += 1;
        let (mut hi, mut max, mut three) = (None, None, false);
        if !matches!(self.tok(), T::Colon | T::RightBracket) {
            hi = Some(self.expr());
        }
        if self.tok() == T::Colon {
            three = true;
            if hi.is_none() {
                self.error("middle index required in 3-index slice");
                hi = Some(self.bad_expr());
            }
            self.next();
            max = Some(if self.tok() == T::RightBracket {
                self.error("final index required in 3-index slice");
                self.bad_expr()
            } else {
                self.expr()
            });
        }
        self.level -= 1;
        self.want(T::RightBracket);
        let end = self.previous_end();
        let builder = self.builder();
        let bounds = builder.slice_bounds(SliceBounds { lo, hi, max, three });
        let start = builder.start(x);
        builder.expr(Expr::Slice { x, bounds }, start, end, bracket)
    }

    /// A call from its parenthesis on.
    fn call(&mut self, fun: ExprId) -> ExprId {
        let paren = self.pos();
        self.next();
        let mark = self.builder().expr_stack.len();
        let mut spread = false;
        self.level += 1;
        self.list("argument list", T::Comma, T::RightParen, |p| {
            let arg = p.expr();
            p.builder().expr_stack.push(arg);
            spread = p.got(T::Ellipsis);
            spread
        });
        self.level -= 1;
        let end = self.previous_end();
        let builder = self.builder();
        let args = builder.take_exprs(mark);
        let start = builder.start(fun);
        builder.expr(Expr::Call { fun, args, spread }, start, end, paren)
    }

    /// Whether a brace after `x` starts a composite literal rather than a block.
    fn may_be_literal_type(&mut self, x: ExprId) -> bool {
        let in_header = self.level < 0;
        let builder = self.builder();
        let mut x = x;
        while let Expr::Paren(inner) = builder.get(x) {
            x = inner;
        }
        match builder.get(x) {
            Expr::Ident(_) | Expr::Selector { .. } => !in_header,
            Expr::Index { .. } => !in_header && !self.is_value(x),
            Expr::ArrayType { .. } | Expr::StructType(_) | Expr::MapType { .. } => true,
            _ => false,
        }
    }

    /// Whether an index expression can only be a value, not an instantiated type.
    fn is_value(&mut self, x: ExprId) -> bool {
        let builder = self.builder();
        let mut rest = vec![x];
        while let Some(x) = rest.pop() {
            match builder.get(x) {
                Expr::BasicLit { .. }
                | Expr::CompositeLit { .. }
                | Expr::FuncLit { .. }
                | Expr::Slice { .. }
                | Expr::TypeAssert { .. }
                | Expr::Call { .. }
                | Expr::Unary { .. }
                | Expr::Binary { .. } => return true,
                Expr::Paren(inner) => rest.push(inner),
                Expr::Index { x, indices } => {
                    rest.push(x);
                    // Several indices are type arguments.
                    if let [index] = builder.list(indices) {
                        rest.push(*index);
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// A composite literal from its brace on.
    fn composite_literal(&mut self, ty: Option<ExprId>) -> ExprId {
        self.nested(|p| {
            let brace = p.pos();
            let start = ty.map_or(brace, |ty| p.builder().start(ty));
            p.level += 1;
            p.want(T::LeftBrace);
            let mark = p.builder().expr_stack.len();
            p.list("composite literal", T::Comma, T::RightBrace, |p| {
                let mut element = p.element();
                let colon = p.pos();
                if p.got(T::Colon) {
                    let value = p.element();
                    let builder = p.builder();
                    let (start, end) = (builder.start(element), builder.end(value));
                    let pair = Expr::KeyValue { key: element, value };
                    element = builder.expr(pair, start, end, colon);
                }
                p.builder().expr_stack.push(element);
                false
            });
            p.level -= 1;
            let end = p.previous_end();
            let builder = p.builder();
            let elements = builder.take_exprs(mark);
            builder.expr(Expr::CompositeLit { ty, elements }, start, end, brace)
        })
    }

    /// A key or value of a composite literal; a literal's type may be left out.
    #[inline]
    fn element(&mut self) -> ExprId {
        if self.tok() == T::LeftBrace { self.composite_literal(None) } else { self.expr() }
    }
}
