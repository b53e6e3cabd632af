//! The textual form of a file's trees: a line per node, indented by depth, with the part that it
//! plays in its parent, its kind, its place in the file (`start..end`, and `@` its anchor where it
//! has one), and what else it holds.
//!
//! It is canonical: the Go program in `tests/oracle_parser` prints the same from what `go/parser`
//! reads, and the test suite compares the two over the Go tree. Comments are listed in front;
//! `doc=3+2` at a declaration means that the two comments from the fourth on document it.

use crate::ast::*;
use crate::walk::AnyNode;
use std::fmt::{self, Write};

/// Deeper nodes are not indented further, so that the form of a deep tree stays linear in it;
/// their depth is written out.
const MAX_INDENT: usize = 60;

/// Writes the textual form of `file`. `out` gets a whole line at a time.
pub fn write(file: &File, out: &mut impl Write) -> fmt::Result {
    let mut dump = Dump { line: String::new(), rest: Vec::new(), base: 0 };
    dump.file(file, out)
}

struct Dump {
    line: String,
    /// What is still to be written, last first.
    rest: Vec<(usize, &'static str, AnyNode)>,
    /// File offset of the current declaration.
    base: u32,
}

/// Appends a number in decimal; the formatting machinery would take most of the time here.
fn push_number(line: &mut String, mut number: u32) {
    let mut digits = [0; 10];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    line.extend(digits[at..].iter().map(|&digit| digit as char));
}

impl Dump {
    fn range(&mut self, start: u32, end: u32) {
        push_number(&mut self.line, start);
        self.line.push_str("..");
        push_number(&mut self.line, end);
    }

    fn end_line(&mut self, out: &mut impl Write) -> fmt::Result {
        self.line.push('\n');
        out.write_str(&self.line)?;
        self.line.clear();
        Ok(())
    }

    fn file(&mut self, file: &File, out: &mut impl Write) -> fmt::Result {
        self.line.push_str("package ");
        self.line.push_str(file.package.map_or("", |name| name.as_str()));
        self.line.push(' ');
        self.range(file.package_range.start().into(), file.package_range.end().into());
        self.end_line(out)?;
        for comment in &file.comments {
            self.line.push_str("comment ");
            self.range(comment.range.start().into(), comment.range.end().into());
            self.end_line(out)?;
        }
        for decl in &file.decls {
            self.decl(decl, out)?;
        }
        Ok(())
    }

    fn decl(&mut self, decl: &Decl, out: &mut impl Write) -> fmt::Result {
        let (keyword, parenthesized) = match decl.header.tree.root {
            TreeRoot::Func { .. } | TreeRoot::Body(_) => ("func", false),
            TreeRoot::Gen { keyword, parenthesized, .. } => (keyword.as_str(), parenthesized),
            TreeRoot::Bad => ("bad", false),
        };
        self.base = decl.range.start().into();
        self.line.push_str(keyword);
        self.line.push(' ');
        self.range(self.base, decl.range.end().into());
        if parenthesized {
            self.line.push_str(" parenthesized");
        }
        if !decl.doc.is_empty() {
            self.line.push_str(" doc=");
            push_number(&mut self.line, decl.doc.start);
            self.line.push('+');
            push_number(&mut self.line, decl.doc.len);
        }
        self.end_line(out)?;
        for part in std::iter::once(&decl.header).chain(&decl.body) {
            self.tree(part, out)?;
        }
        Ok(())
    }

    fn tree(&mut self, part: &TreeWithSpans, out: &mut impl Write) -> fmt::Result {
        let TreeWithSpans { tree, spans } = part;
        let rest = &mut self.rest;
        tree.each_root(|role, node| rest.push((1, role, node)));
        rest.reverse();
        while let Some((depth, role, node)) = self.rest.pop() {
            for _ in 0..depth.min(MAX_INDENT) {
                self.line.push_str("  ");
            }
            if depth > MAX_INDENT {
                push_number(&mut self.line, depth as u32);
                self.line.push(' ');
            }
            self.line.push_str(role);
            self.line.push_str(": ");
            self.node(tree, spans, node);
            self.end_line(out)?;
            let mark = self.rest.len();
            let rest = &mut self.rest;
            tree.each_child(node, |role, child| rest.push((depth + 1, role, child)));
            rest[mark..].reverse();
        }
        Ok(())
    }

    fn node(&mut self, tree: &Tree, spans: &Spans, node: AnyNode) {
        let (kind, anchored) = kind(tree, node);
        self.line.push_str(kind);
        if let Some(span) = spans.span(node) {
            self.line.push(' ');
            self.range(self.base + span.start, self.base + span.end);
            if anchored {
                self.line.push_str(" @");
                push_number(&mut self.line, self.base + span.anchor);
            }
        }
        match node {
            AnyNode::Expr(id) => self.expr_details(tree, id),
            AnyNode::Stmt(id) => self.stmt_details(tree, id),
            AnyNode::Spec(id) => match tree.specs[id.index()] {
                Spec::Type { alias: true, .. } => self.word("alias"),
                Spec::Value { iota, .. } => {
                    self.word("iota=");
                    push_number(&mut self.line, iota);
                }
                _ => {}
            },
            AnyNode::Field(_) | AnyNode::Signature(_) => {}
        }
    }

    fn word(&mut self, word: &str) {
        self.line.push(' ');
        self.line.push_str(word);
    }

    fn expr_details(&mut self, tree: &Tree, id: ExprId) {
        match tree[id] {
            Expr::Ident(name) => self.word(name.as_str()),
            Expr::BasicLit { kind, text } => {
                self.word(match kind {
                    LiteralKind::Int => "int",
                    LiteralKind::Float => "float",
                    LiteralKind::Imaginary => "imaginary",
                    LiteralKind::Rune => "rune",
                    LiteralKind::String => "string",
                });
                self.line.push(' ');
                // One line, and without the carriage returns that raw strings do not hold.
                for c in tree.text(text).chars() {
                    match c {
                        '\n' => self.line.push_str("\\n"),
                        '\\' => self.line.push_str("\\\\"),
                        '\r' => {}
                        c => self.line.push(c),
                    }
                }
            }
            Expr::Slice { bounds, .. } if tree.slices[bounds as usize].three => self.word("three"),
            Expr::Call { spread: true, .. } => self.word("spread"),
            Expr::Unary { op, .. } => self.word(op.as_str()),
            Expr::Binary { op, .. } => self.word(op.as_str()),
            Expr::ChanType { dir, .. } => self.word(match dir {
                ChanDir::Both => "both",
                ChanDir::Send => "send",
                ChanDir::Receive => "receive",
            }),
            _ => {}
        }
    }

    fn stmt_details(&mut self, tree: &Tree, id: StmtId) {
        match tree[id] {
            Stmt::Empty { implicit: true } => self.word("implicit"),
            Stmt::IncDec { increment, .. } => self.word(if increment { "++" } else { "--" }),
            Stmt::Assign { op, .. } => match op {
                AssignOp::Assign => self.word("="),
                AssignOp::Define => self.word(":="),
                AssignOp::Compound(op) => {
                    self.word(op.as_str());
                    self.line.push('=');
                }
            },
            Stmt::Branch { kind, .. } => self.word(match kind {
                BranchKind::Break => "break",
                BranchKind::Continue => "continue",
                BranchKind::Goto => "goto",
                BranchKind::Fallthrough => "fallthrough",
            }),
            Stmt::Case { default: true, .. } | Stmt::Comm { comm: None, .. } => {
                self.word("default");
            }
            Stmt::Range { binding, .. } => self.word(match binding {
                RangeBinding::None => "none",
                RangeBinding::Assign => "=",
                RangeBinding::Define => ":=",
            }),
            Stmt::Decl { keyword, .. } => self.word(keyword.as_str()),
            _ => {}
        }
    }
}

/// The word for a node's kind, and whether its anchor says anything.
fn kind(tree: &Tree, node: AnyNode) -> (&'static str, bool) {
    match node {
        AnyNode::Expr(id) => match tree[id] {
            Expr::Bad => ("BadExpr", false),
            Expr::Ident(_) => ("Ident", false),
            Expr::BasicLit { .. } => ("BasicLit", false),
            Expr::FuncLit { .. } => ("FuncLit", false),
            Expr::CompositeLit { .. } => ("CompositeLit", true),
            Expr::Paren(_) => ("Paren", false),
            Expr::Selector { .. } => ("Selector", true),
            Expr::Index { .. } => ("Index", true),
            Expr::Slice { .. } => ("Slice", true),
            Expr::TypeAssert { .. } => ("TypeAssert", true),
            Expr::Call { .. } => ("Call", true),
            Expr::Star(_) => ("Star", false),
            Expr::Unary { .. } => ("Unary", false),
            Expr::Binary { .. } => ("Binary", true),
            Expr::KeyValue { .. } => ("KeyValue", true),
            Expr::ArrayType { .. } => ("ArrayType", false),
            Expr::Ellipsis(_) => ("Ellipsis", false),
            Expr::StructType(_) => ("StructType", true),
            Expr::FuncType(_) => ("FuncType", false),
            Expr::InterfaceType(_) => ("InterfaceType", true),
            Expr::MapType { .. } => ("MapType", false),
            Expr::ChanType { .. } => ("ChanType", true),
        },
        AnyNode::Stmt(id) => match tree[id] {
            Stmt::Bad => ("BadStmt", false),
            Stmt::Empty { .. } => ("Empty", false),
            Stmt::Expr(_) => ("ExprStmt", false),
            Stmt::Send { .. } => ("Send", true),
            Stmt::IncDec { .. } => ("IncDec", true),
            Stmt::Assign { .. } => ("Assign", true),
            Stmt::Go(_) => ("Go", false),
            Stmt::Defer(_) => ("Defer", false),
            Stmt::Return(_) => ("Return", false),
            Stmt::Branch { .. } => ("Branch", false),
            Stmt::Block(_) => ("Block", false),
            Stmt::If { .. } => ("If", false),
            Stmt::Switch { .. } => ("Switch", true),
            Stmt::TypeSwitch { .. } => ("TypeSwitch", true),
            Stmt::Case { .. } => ("Case", true),
            Stmt::Select { .. } => ("Select", true),
            Stmt::Comm { .. } => ("Comm", true),
            Stmt::For { .. } => ("For", false),
            Stmt::Range { .. } => ("Range", true),
            Stmt::Labeled { .. } => ("Labeled", true),
            Stmt::Decl { .. } => ("DeclStmt", false),
        },
        AnyNode::Field(_) => ("Field", false),
        AnyNode::Signature(_) => ("Signature", false),
        AnyNode::Spec(id) => match tree.specs[id.index()] {
            Spec::Import { .. } => ("ImportSpec", false),
            Spec::Value { .. } => ("ValueSpec", true),
            Spec::Type { .. } => ("TypeSpec", true),
        },
    }
}
