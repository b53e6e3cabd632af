//! Statements.

use super::Parser;
use super::decl::decl_keyword;
use crate::ast::*;
use crate::token::{TokenKind as T, TokenSet};
use smallvec::SmallVec;

/// What may follow a statement.
const AFTER_STMT: TokenSet = TokenSet::new(&[T::Semicolon, T::RightBrace, T::Case, T::Default]);

/// A simple statement. What turns out to be a header's expression or range clause makes no
/// statement of its own.
#[derive(Clone, Copy)]
enum Simple {
    Expr(ExprId),
    Stmt(StmtId),
    Range(RangeClause),
}

/// `key, value := range x`
#[derive(Clone, Copy)]
struct RangeClause {
    key: Option<ExprId>,
    value: Option<ExprId>,
    binding: RangeBinding,
    x: ExprId,
    /// Where `range` is.
    keyword: u32,
}

/// The parts between the keyword of a control statement and its block.
struct Header {
    init: Option<StmtId>,
    /// The condition, tag, type switch guard or range clause.
    main: Option<Simple>,
    post: Option<StmtId>,
}

/// An `if` whose `else` is still to come.
struct PendingIf {
    start: u32,
    init: Option<StmtId>,
    cond: ExprId,
    then: StmtId,
}

impl Parser<'_> {
    /// A block. `context` says what it belongs to if its brace may be missing.
    pub(super) fn block(&mut self, context: &str) -> StmtId {
        let start = self.pos();
        if !self.got(T::LeftBrace) {
            self.syntax_error(format_args!("expected {{ after {context}"));
            self.advance(TokenSet::new(&[T::Ident, T::RightBrace]));
            if self.got(T::RightBrace) {
                let end = self.previous_end();
                return self.builder().stmt(Stmt::Block(StmtList::default()), start, end, start);
            }
        }
        let list = self.stmt_list();
        self.want(T::RightBrace);
        let end = self.previous_end();
        self.builder().stmt(Stmt::Block(list), start, end, start)
    }

    /// Statements up to the end of a block or clause.
    fn stmt_list(&mut self) -> StmtList {
        let mark = self.builder().stmt_stack.len();
        while !matches!(self.tok(), T::Eof | T::RightBrace | T::Case | T::Default) {
            let Some(stmt) = self.stmt() else { break };
            self.builder().stmt_stack.push(stmt);
            if !self.got(T::Semicolon) && self.tok() != T::RightBrace {
                self.syntax_error("at end of statement");
                self.advance(AFTER_STMT);
                self.got(T::Semicolon);
            }
        }
        self.builder().take_stmts(mark)
    }

    /// A statement, if the current token starts one.
    fn stmt(&mut self) -> Option<StmtId> {
        let start = self.pos();
        match self.tok() {
            T::Ident => {
                let x = self.expr();
                if self.tok() == T::Colon && matches!(self.builder().get(x), Expr::Ident(_)) {
                    return self.nested(|p| p.labeled(x));
                }
                let simple = self.simple_stmt_from(x, false);
                Some(self.stmt_of(simple))
            }
            T::Int
            | T::Float
            | T::Imaginary
            | T::Rune
            | T::String
            | T::LeftParen
            | T::LeftBracket
            | T::Struct
            | T::Map
            | T::Chan
            | T::Interface
            | T::Arrow
            | T::Plus
            | T::Minus
            | T::Star
            | T::And
            | T::Xor
            | T::Not => {
                let simple = self.simple_stmt(false);
                Some(self.stmt_of(simple))
            }
            T::Func => {
                if self.functions > 0 && self.interrupted_by_function() {
                    return None;
                }
                let simple = self.simple_stmt(false);
                Some(self.stmt_of(simple))
            }
            T::Var | T::Const | T::Type => {
                let keyword = decl_keyword(self.tok());
                self.next();
                let (specs, _) = self.specs(keyword);
                let end = self.previous_end();
                Some(self.builder().stmt(Stmt::Decl { keyword, specs }, start, end, start))
            }
            T::LeftBrace => Some(self.nested(|p| p.block(""))),
            T::If => Some(self.nested(Self::if_stmt)),
            T::For => Some(self.nested(Self::for_stmt)),
            T::Switch => Some(self.nested(Self::switch_stmt)),
            T::Select => Some(self.nested(Self::select_stmt)),
            T::Return => {
                self.next();
                let results = if matches!(self.tok(), T::Semicolon | T::RightBrace) {
                    ExprList::default()
                } else {
                    self.expr_list()
                };
                let end = self.previous_end();
                Some(self.builder().stmt(Stmt::Return(results), start, end, start))
            }
            T::Break => Some(self.branch(BranchKind::Break)),
            T::Continue => Some(self.branch(BranchKind::Continue)),
            T::Goto => Some(self.branch(BranchKind::Goto)),
            T::Fallthrough => Some(self.branch(BranchKind::Fallthrough)),
            T::Go => Some(self.go_or_defer(Stmt::Go, "go")),
            T::Defer => Some(self.go_or_defer(Stmt::Defer, "defer")),
            T::Semicolon => {
                let explicit = self.lex.end > start && self.token_is(b";");
                let empty = Stmt::Empty { implicit: !explicit };
                let end = if explicit { start + 1 } else { start };
                Some(self.builder().stmt(empty, start, end, start))
            }
            _ => None,
        }
    }

    fn token_is(&self, text: &[u8]) -> bool {
        self.lex.token_bytes() == text
    }

    /// `label: stmt` after the label.
    fn labeled(&mut self, label: ExprId) -> Option<StmtId> {
        let colon = self.pos();
        self.next();
        let stmt = if self.tok() == T::RightBrace {
            let at = self.pos();
            Some(self.builder().stmt(Stmt::Empty { implicit: true }, at, at, at))
        } else {
            self.stmt()
        };
        let Some(stmt) = stmt else {
            self.syntax_error_at(colon, "missing statement after label");
            return None;
        };
        let builder = self.builder();
        let (start, end) = (builder.start(label), builder.stmt_end(stmt));
        Some(builder.stmt(Stmt::Labeled { label, stmt }, start, end, colon))
    }

    fn branch(&mut self, kind: BranchKind) -> StmtId {
        let start = self.pos();
        self.next();
        let label = match kind {
            BranchKind::Goto => Some(self.ident()),
            BranchKind::Break | BranchKind::Continue if self.tok() == T::Ident => {
                Some(self.ident_here())
            }
            _ => None,
        };
        let end = self.previous_end();
        self.builder().stmt(Stmt::Branch { kind, label }, start, end, start)
    }

    fn go_or_defer(&mut self, make: fn(ExprId) -> Stmt, keyword: &str) -> StmtId {
        let start = self.pos();
        self.next();
        let call = self.primary_expr();
        if matches!(self.builder().get(call), Expr::Paren(_)) {
            let at = self.builder().start(call);
            let message = format_args!("expression in {keyword} must not be parenthesized");
            self.error_at(at, message);
        }
        let end = self.builder().end(call);
        self.builder().stmt(make(call), start, end, start)
    }

    /// The statement that a simple statement is when it stands for itself.
    fn stmt_of(&mut self, simple: Simple) -> StmtId {
        match simple {
            // A range clause is only parsed in the header of a `for`, which takes it.
            Simple::Expr(x) | Simple::Range(RangeClause { x, .. }) => {
                let (start, end) = (self.builder().start(x), self.builder().end(x));
                self.builder().stmt(Stmt::Expr(x), start, end, start)
            }
            Simple::Stmt(stmt) => stmt,
        }
    }

    /// A simple statement; a range clause too if `in_for`.
    fn simple_stmt(&mut self, in_for: bool) -> Simple {
        if in_for && self.tok() == T::Range {
            return self.range_clause(None, None, RangeBinding::None);
        }
        let x = self.expr();
        self.simple_stmt_from(x, in_for)
    }

    /// The rest of a simple statement after its first expression.
    fn simple_stmt_from(&mut self, x: ExprId, in_for: bool) -> Simple {
        let at = self.pos();
        match self.tok() {
            T::Assign | T::Define => {
                let lhs = self.builder().one_expr(x);
                self.assignment(x, lhs, in_for)
            }
            T::Comma => {
                let lhs = self.expr_list_from(x);
                if matches!(self.tok(), T::Assign | T::Define) {
                    return self.assignment(x, lhs, in_for);
                }
                self.syntax_error("expected := or = or comma");
                self.advance(TokenSet::new(&[T::Semicolon, T::RightBrace]));
                Simple::Expr(x)
            }
            T::Increment | T::Decrement => {
                let increment = self.tok() == T::Increment;
                self.next();
                let end = self.previous_end();
                let start = self.builder().start(x);
                let stmt = Stmt::IncDec { x, increment };
                Simple::Stmt(self.builder().stmt(stmt, start, end, at))
            }
            T::Arrow => {
                self.next();
                let value = self.expr();
                let builder = self.builder();
                let (start, end) = (builder.start(x), builder.end(value));
                Simple::Stmt(builder.stmt(Stmt::Send { chan: x, value }, start, end, at))
            }
            kind if kind.is_compound_assign() => {
                self.next();
                let y = self.expr();
                let builder = self.builder();
                let (start, end) = (builder.start(x), builder.end(y));
                let op = kind.binary_op().map_or(AssignOp::Assign, AssignOp::Compound);
                let (lhs, rhs) = (builder.one_expr(x), builder.one_expr(y));
                Simple::Stmt(builder.stmt(Stmt::Assign { op, lhs, rhs }, start, end, at))
            }
            _ => Simple::Expr(x),
        }
    }

    /// The rest of an assignment or definition, or of a range clause, from its operator on.
    fn assignment(&mut self, first: ExprId, lhs: ExprList, in_for: bool) -> Simple {
        let at = self.pos();
        let define = self.tok() == T::Define;
        self.next();
        if in_for && self.tok() == T::Range {
            let binding = if define { RangeBinding::Define } else { RangeBinding::Assign };
            let list = self.builder().list(lhs);
            let (mut value, extra) = (list.get(1).copied(), list.get(2).copied());
            // Reported by the type checker: what is ranged over may permit fewer.
            if let (Some(second), Some(extra)) = (value, extra) {
                let builder = self.builder();
                let (start, end) = (builder.start(second), builder.end(extra));
                let pair = Expr::KeyValue { key: second, value: extra };
                value = Some(builder.expr(pair, start, end, start));
            }
            return self.range_clause(Some(first), value, binding);
        }
        let rhs = self.expr_list();
        let builder = self.builder();
        let start = builder.start(first);
        let end = builder.list(rhs).last().copied().map_or(at, |last| builder.end(last));
        let op = if define { AssignOp::Define } else { AssignOp::Assign };
        Simple::Stmt(builder.stmt(Stmt::Assign { op, lhs, rhs }, start, end, at))
    }

    fn range_clause(
        &mut self,
        key: Option<ExprId>,
        value: Option<ExprId>,
        binding: RangeBinding,
    ) -> Simple {
        let keyword = self.pos();
        self.next();
        let x = self.expr();
        Simple::Range(RangeClause { key, value, binding, x, keyword })
    }

    /// What stands between the keyword of an `if`, `for` or `switch`, which is the current token,
    /// and its brace.
    fn header(&mut self) -> Header {
        let keyword = self.tok();
        self.next();
        let mut header = Header { init: None, main: None, post: None };
        if self.tok() == T::LeftBrace {
            if keyword == T::If {
                self.syntax_error("missing condition in if statement");
                header.main = Some(Simple::Expr(self.bad_expr()));
            }
            return header;
        }
        let outer = std::mem::replace(&mut self.level, -1);
        self.header_parts(keyword, &mut header);
        self.level = outer;
        header
    }

    fn header_parts(&mut self, keyword: T, header: &mut Header) {
        let is_for = keyword == T::For;
        let mut first = None;
        if self.tok() != T::Semicolon {
            if self.got(T::Var) {
                let keyword = keyword.spelling();
                self.syntax_error(format_args!(
                    "var declaration not allowed in {keyword} initializer"
                ));
            }
            let simple = self.simple_stmt(is_for);
            if matches!(simple, Simple::Range(_)) {
                header.main = Some(simple);
                return;
            }
            first = Some(simple);
        }
        if self.tok() == T::LeftBrace {
            header.main = first;
            return self.check_main(keyword, None, header);
        }
        header.init = first.map(|first| self.stmt_of(first));
        let mut semicolon = None;
        if self.tok() == T::Semicolon {
            semicolon = Some(self.pos());
            self.next();
        } else {
            self.want(T::LeftBrace);
            if self.tok() != T::LeftBrace {
                self.advance(TokenSet::new(&[T::LeftBrace, T::RightBrace]));
            }
        }
        if !is_for {
            if self.tok() != T::LeftBrace {
                header.main = Some(self.simple_stmt(false));
            }
            return self.check_main(keyword, semicolon, header);
        }
        if self.tok() != T::Semicolon {
            if self.tok() == T::LeftBrace {
                self.syntax_error("expected for loop condition");
                return;
            }
            header.main = Some(self.simple_stmt(false));
        }
        self.want(T::Semicolon);
        if self.tok() != T::LeftBrace {
            let post = self.simple_stmt(false);
            let post = self.stmt_of(post);
            if let Stmt::Assign { op: AssignOp::Define, .. } = self.builder().get_stmt(post) {
                let at = self.builder().stmt_anchor(post);
                self.syntax_error_at(at, "cannot declare in post statement of for loop");
            }
            header.post = Some(post);
        }
        self.check_main(keyword, semicolon, header);
    }

    /// Checks that the main part of a header is one that its statement can have.
    fn check_main(&mut self, keyword: T, semicolon: Option<u32>, header: &mut Header) {
        let Some(main) = header.main else {
            if keyword == T::If
                && let Some(at) = semicolon
            {
                match self.semicolon_in_words(at) {
                    "semicolon" => self.syntax_error_at(at, "missing condition in if statement"),
                    found => {
                        let message =
                            format_args!("unexpected {found}, expected {{ after if clause");
                        self.syntax_error_at(at, message);
                    }
                }
                let bad = self.builder().expr(Expr::Bad, at, at, at);
                header.main = Some(Simple::Expr(bad));
            }
            return;
        };
        let Simple::Stmt(stmt) = main else { return };
        if keyword == T::Switch && self.is_guard(stmt) {
            return;
        }
        let (at, shown) = self.as_value(stmt);
        self.syntax_error_at(at, format_args!("cannot use {shown} as value"));
        header.main = (keyword != T::For).then(|| Simple::Expr(self.bad_expr()));
    }

    /// Whether a statement is `x := y.(type)`.
    fn is_guard(&mut self, stmt: StmtId) -> bool {
        let builder = self.builder();
        let Stmt::Assign { op: AssignOp::Define, lhs, rhs } = builder.get_stmt(stmt) else {
            return false;
        };
        let (&[lhs], &[rhs]) = (builder.list(lhs), builder.list(rhs)) else { return false };
        matches!(builder.get(lhs), Expr::Ident(_))
            && matches!(builder.get(rhs), Expr::TypeAssert { ty: None, .. })
    }

    /// Where a statement that stands for a value is, and what to call it.
    fn as_value(&mut self, stmt: StmtId) -> (u32, String) {
        let builder = self.builder();
        let (start, end) = (builder.stmt_start(stmt), builder.stmt_end(stmt));
        let at = match builder.get_stmt(stmt) {
            Stmt::Assign { .. } | Stmt::Send { .. } | Stmt::IncDec { .. } => {
                builder.stmt_anchor(stmt)
            }
            _ => start,
        };
        if let Stmt::Assign { op: AssignOp::Assign, lhs, rhs } = builder.get_stmt(stmt) {
            let (lhs, rhs) = (builder.list(lhs).to_vec(), builder.list(rhs).to_vec());
            let (lhs, rhs) = (self.emphasized(&lhs), self.emphasized(&rhs));
            return (at, format!("assignment {lhs} = {rhs}"));
        }
        (at, self.shown(start, end))
    }

    /// The source text of a range on one line, without comments.
    fn shown(&self, start: u32, end: u32) -> String {
        let (mut shown, mut last) = (String::new(), start);
        let comments = &self.lex.comments;
        let first = comments.partition_point(|comment| u32::from(comment.range.start()) < start);
        let gaps = comments[first..].iter().map(|comment| comment.range);
        let gaps = gaps.take_while(|range| u32::from(range.start()) < end);
        for (from, to) in
            gaps.map(|range| (range.start().into(), range.end().into())).chain([(end, end)])
        {
            for word in self.text(last, from).split_ascii_whitespace() {
                let separate = !shown.is_empty();
                shown.extend(separate.then_some(' '));
                shown.push_str(word);
            }
            last = to;
        }
        shown
    }

    /// The source text of a list of expressions, in parentheses if it is a binary expression.
    fn emphasized(&mut self, list: &[ExprId]) -> String {
        let builder = self.builder();
        let (Some(&first), Some(&last)) = (list.first(), list.last()) else {
            return String::new();
        };
        let binary = list.len() == 1 && matches!(builder.get(first), Expr::Binary { .. });
        let (start, end) = (builder.start(first), builder.end(last));
        let text = self.shown(start, end);
        if binary { format!("({text})") } else { text }
    }

    /// The expression of a header's main part.
    fn main_expr(&mut self, main: Option<Simple>) -> Option<ExprId> {
        match main? {
            Simple::Expr(x) => Some(x),
            Simple::Range(clause) => Some(clause.x),
            Simple::Stmt(_) => Some(self.bad_expr()),
        }
    }

    /// An `if` with all its `else if`s, which may be many: they are parsed in a loop, and nested
    /// from the last one outwards.
    fn if_stmt(&mut self) -> StmtId {
        let mut pending: SmallVec<[PendingIf; 4]> = SmallVec::new();
        let outer = std::mem::take(&mut self.chain);
        let mut otherwise = None;
        loop {
            let start = self.pos();
            let header = self.header();
            let cond = self.main_expr(header.main).unwrap_or_else(|| self.bad_expr());
            let then = self.block("if clause");
            pending.push(PendingIf { start, init: header.init, cond, then });
            self.chained();
            if !self.got(T::Else) {
                break;
            }
            match self.tok() {
                T::If => continue,
                T::LeftBrace => otherwise = Some(self.block("")),
                _ => {
                    self.syntax_error("else must be followed by if or statement block");
                    self.advance(TokenSet::new(&[T::Ident, T::RightBrace]));
                }
            }
            break;
        }
        self.chain = self.chain.max(outer);
        let mut outermost = otherwise;
        let builder = self.builder();
        while let Some(PendingIf { start, init, cond, then }) = pending.pop() {
            let end = builder.stmt_end(outermost.unwrap_or(then));
            let stmt = Stmt::If { init, cond, then, otherwise: outermost };
            outermost = Some(builder.stmt(stmt, start, end, start));
        }
        // The loop above ran at least once.
        outermost.unwrap_or_else(|| self.bad_stmt())
    }

    fn bad_stmt(&mut self) -> StmtId {
        let at = self.pos();
        self.builder().stmt(Stmt::Bad, at, at, at)
    }

    fn for_stmt(&mut self) -> StmtId {
        let start = self.pos();
        let Header { init, main, post } = self.header();
        let body = self.block("for clause");
        let end = self.builder().stmt_end(body);
        if let Some(Simple::Range(RangeClause { key, value, binding, x, keyword })) = main {
            let stmt = Stmt::Range { key, value, x, body, binding };
            return self.builder().stmt(stmt, start, end, keyword);
        }
        let cond = self.main_expr(main);
        self.builder().stmt(Stmt::For { init, cond, post, body }, start, end, start)
    }

    fn switch_stmt(&mut self) -> StmtId {
        let start = self.pos();
        let Header { init, main, .. } = self.header();
        let brace = self.pos();
        if !self.got(T::LeftBrace) {
            self.syntax_error("missing { after switch clause");
            self.advance(TokenSet::new(&[T::Case, T::Default, T::RightBrace]));
        }
        let guard = match main {
            Some(Simple::Stmt(guard)) => Some(guard),
            Some(Simple::Expr(x)) => {
                let is_guard = matches!(self.builder().get(x), Expr::TypeAssert { ty: None, .. });
                is_guard.then(|| self.stmt_of(Simple::Expr(x)))
            }
            _ => None,
        };
        let cases = self.clauses(Self::case_clause);
        let end = self.previous_end();
        let stmt = match guard {
            Some(guard) => Stmt::TypeSwitch { init, guard, cases },
            None => Stmt::Switch { init, tag: self.main_expr(main), cases },
        };
        self.builder().stmt(stmt, start, end, brace)
    }

    fn select_stmt(&mut self) -> StmtId {
        let start = self.pos();
        self.next();
        let brace = self.pos();
        if !self.got(T::LeftBrace) {
            self.syntax_error("missing { after select clause");
            self.advance(TokenSet::new(&[T::Case, T::Default, T::RightBrace]));
        }
        let cases = self.clauses(Self::comm_clause);
        let end = self.previous_end();
        self.builder().stmt(Stmt::Select { cases }, start, end, brace)
    }

    /// The clauses of a switch or select, up to and including the brace.
    fn clauses(&mut self, clause: fn(&mut Self) -> StmtId) -> StmtList {
        let mark = self.builder().stmt_stack.len();
        while !matches!(self.tok(), T::Eof | T::RightBrace) {
            let stmt = clause(self);
            self.builder().stmt_stack.push(stmt);
        }
        self.want(T::RightBrace);
        self.builder().take_stmts(mark)
    }

    fn case_clause(&mut self) -> StmtId {
        let start = self.pos();
        let (mut exprs, mut default) = (ExprList::default(), false);
        match self.tok() {
            T::Case => {
                self.next();
                exprs = self.expr_list();
            }
            T::Default => {
                self.next();
                default = true;
            }
            _ => self.no_clause(),
        }
        let (colon, body, end) = self.clause_body();
        self.builder().stmt(Stmt::Case { exprs, body, default }, start, end, colon)
    }

    fn comm_clause(&mut self) -> StmtId {
        let start = self.pos();
        let mut comm = None;
        match self.tok() {
            T::Case => {
                self.next();
                let simple = self.simple_stmt(false);
                comm = Some(self.stmt_of(simple));
            }
            T::Default => self.next(),
            _ => self.no_clause(),
        }
        let (colon, body, end) = self.clause_body();
        self.builder().stmt(Stmt::Comm { comm, body }, start, end, colon)
    }

    #[cold]
    fn no_clause(&mut self) {
        self.syntax_error("expected case or default or }");
        self.advance(TokenSet::new(&[T::Colon, T::Case, T::Default, T::RightBrace]));
    }

    /// The colon and the statements of a clause, and where it ends.
    fn clause_body(&mut self) -> (u32, StmtList, u32) {
        let colon = self.pos();
        self.want(T::Colon);
        let after_colon = self.previous_end();
        let body = self.stmt_list();
        let end = self.builder().last_stmt_end(body).unwrap_or(after_colon);
        (colon, body, end)
    }
}
