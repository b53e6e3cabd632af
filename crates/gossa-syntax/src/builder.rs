//! The arenas that a declaration's tree grows in.
//!
//! One builder serves all declarations of all files that a thread parses: its vectors keep their
//! capacity, and a finished tree is copied out of them into slices of exactly its size.

use crate::ast::*;
use crate::walk::AnyNode;
use gossa_base::ListRange;
use std::sync::Arc;

/// A parameter (or receiver, result, type parameter) before names are told from types: never
/// without both.
#[derive(Clone, Copy)]
pub(crate) struct Param {
    pub(crate) name: Option<ExprId>,
    pub(crate) ty: Option<ExprId>,
}

#[derive(Default)]
pub(crate) struct Builder {
    /// The file offset that positions are relative to.
    base: u32,
    exprs: Vec<Expr>,
    expr_spans: Vec<Span>,
    stmts: Vec<Stmt>,
    stmt_spans: Vec<Span>,
    expr_lists: Vec<ExprId>,
    stmt_lists: Vec<StmtId>,
    fields: Vec<Field>,
    signatures: Vec<Signature>,
    signature_spans: Vec<Span>,
    specs: Vec<Spec>,
    spec_spans: Vec<Span>,
    slices: Vec<SliceBounds>,
    text: String,
    // Lists under construction; nested ones lie on top of each other.
    pub(crate) expr_stack: Vec<ExprId>,
    pub(crate) stmt_stack: Vec<StmtId>,
    pub(crate) field_stack: Vec<Field>,
    pub(crate) param_stack: Vec<Param>,
    spec_stack: Vec<(Spec, Span)>,
}

fn run(start: usize, end: usize) -> ListRange {
    // Empty lists are all alike, so that equal trees compare equal.
    if start == end {
        ListRange::EMPTY
    } else {
        ListRange { start: start as u32, len: (end - start) as u32 }
    }
}

fn take<T: Copy>(items: &mut Vec<T>) -> Box<[T]> {
    let exact = Box::from(items.as_slice());
    items.clear();
    exact
}

/// Widens the spans of parents to those of their children, and moves anchors into them.
#[cold]
fn enclose(tree: &Tree, spans: &mut Spans) {
    let mut order = Vec::new();
    tree.each_root(|_, node| order.push((node, None)));
    let mut next = 0;
    while let Some(&(node, parent)) = order.get(next) {
        next += 1;
        // Fields have no span: what is in them counts for what they are in.
        let owner = if matches!(node, AnyNode::Field(_)) { parent } else { Some(node) };
        tree.each_child(node, |_, child| order.push((child, owner)));
    }
    // Children come after their parents in `order`, so in reverse they are final.
    for &(node, parent) in order.iter().rev() {
        let Some(span) = spans.span_mut(node) else { continue };
        // Of a token that is missing, the anchor says only where it was missed.
        span.anchor = span.anchor.clamp(span.start, span.end);
        let span = *span;
        let Some(parent) = parent else { continue };
        if let Some(outer) = spans.span_mut(parent) {
            outer.start = outer.start.min(span.start);
            outer.end = outer.end.max(span.end);
        }
    }
}

impl Builder {
    /// Starts a tree whose positions count from the file offset `base`.
    pub(crate) fn begin(&mut self, base: u32) {
        self.base = base;
    }

    /// Drops what was built since [`Self::begin`], lists under construction too.
    pub(crate) fn abandon(&mut self) {
        self.exprs.clear();
        self.expr_spans.clear();
        self.stmts.clear();
        self.stmt_spans.clear();
        self.expr_lists.clear();
        self.stmt_lists.clear();
        self.fields.clear();
        self.signatures.clear();
        self.signature_spans.clear();
        self.specs.clear();
        self.spec_spans.clear();
        self.slices.clear();
        self.text.clear();
        self.expr_stack.clear();
        self.stmt_stack.clear();
        self.field_stack.clear();
        self.param_stack.clear();
        self.spec_stack.clear();
    }

    /// The tree that was built since [`Self::begin`]. After errors it needs `repair`: a node that
    /// stands for a missing one may lie outside its parent.
    pub(crate) fn finish(&mut self, root: TreeRoot, repair: bool) -> TreeWithSpans {
        let tree = Tree {
            root,
            exprs: take(&mut self.exprs),
            stmts: take(&mut self.stmts),
            expr_lists: take(&mut self.expr_lists),
            stmt_lists: take(&mut self.stmt_lists),
            fields: take(&mut self.fields),
            signatures: take(&mut self.signatures),
            specs: take(&mut self.specs),
            slices: take(&mut self.slices),
            text: Box::from(self.text.as_str()),
        };
        self.text.clear();
        let mut spans = Spans {
            exprs: take(&mut self.expr_spans),
            stmts: take(&mut self.stmt_spans),
            specs: take(&mut self.spec_spans),
            signatures: take(&mut self.signature_spans),
        };
        if repair {
            enclose(&tree, &mut spans);
        }
        TreeWithSpans { tree: Arc::new(tree), spans: Arc::new(spans) }
    }

    #[inline]
    fn span(&self, start: u32, end: u32, anchor: u32) -> Span {
        let base = self.base;
        Span { start: start - base, end: end.max(start) - base, anchor: anchor - base }
    }

    /// Adds an expression; positions are file offsets.
    #[inline]
    pub(crate) fn expr(&mut self, expr: Expr, start: u32, end: u32, anchor: u32) -> ExprId {
        let id = ExprId::new(self.exprs.len() as u32);
        self.exprs.push(expr);
        self.expr_spans.push(self.span(start, end, anchor));
        id
    }

    /// Adds a statement; positions are file offsets.
    #[inline]
    pub(crate) fn stmt(&mut self, stmt: Stmt, start: u32, end: u32, anchor: u32) -> StmtId {
        let id = StmtId::new(self.stmts.len() as u32);
        self.stmts.push(stmt);
        self.stmt_spans.push(self.span(start, end, anchor));
        id
    }

    /// Adds a signature; positions are file offsets.
    pub(crate) fn signature(&mut self, signature: Signature, start: u32, end: u32) -> SignatureId {
        let id = SignatureId::new(self.signatures.len() as u32);
        self.signatures.push(signature);
        self.signature_spans.push(self.span(start, end, start));
        id
    }

    /// Puts a spec on the stack of the declaration under construction.
    pub(crate) fn spec(&mut self, spec: Spec, start: u32, end: u32, anchor: u32) {
        let span = self.span(start, end, anchor);
        self.spec_stack.push((spec, span));
    }

    /// Adds the bounds of a slice expression.
    pub(crate) fn slice_bounds(&mut self, bounds: SliceBounds) -> u32 {
        self.slices.push(bounds);
        (self.slices.len() - 1) as u32
    }

    /// Adds a literal's text.
    #[inline]
    pub(crate) fn literal(&mut self, text: &str) -> TextSlice {
        let start = self.text.len();
        self.text.push_str(text);
        TextSlice(run(start, self.text.len()))
    }

    /// Moves the expressions from `mark` on from the stack to a list.
    #[inline]
    pub(crate) fn take_exprs(&mut self, mark: usize) -> ExprList {
        let start = self.expr_lists.len();
        self.expr_lists.extend_from_slice(&self.expr_stack[mark..]);
        self.expr_stack.truncate(mark);
        ExprList(run(start, self.expr_lists.len()))
    }

    /// A list of one.
    #[inline]
    pub(crate) fn one_expr(&mut self, x: ExprId) -> ExprList {
        let start = self.expr_lists.len();
        self.expr_lists.push(x);
        ExprList(run(start, start + 1))
    }

    /// Moves the statements from `mark` on from the stack to a list.
    #[inline]
    pub(crate) fn take_stmts(&mut self, mark: usize) -> StmtList {
        let start = self.stmt_lists.len();
        self.stmt_lists.extend_from_slice(&self.stmt_stack[mark..]);
        self.stmt_stack.truncate(mark);
        StmtList(run(start, self.stmt_lists.len()))
    }

    /// Moves the fields from `mark` on from the stack to a list.
    pub(crate) fn take_fields(&mut self, mark: usize) -> FieldList {
        let start = self.fields.len();
        self.fields.extend_from_slice(&self.field_stack[mark..]);
        self.field_stack.truncate(mark);
        FieldList(run(start, self.fields.len()))
    }

    /// How many specs are under construction: a mark for [`Self::take_specs`].
    pub(crate) fn spec_mark(&self) -> usize {
        self.spec_stack.len()
    }

    /// Moves the specs from `mark` on from the stack to the arena.
    pub(crate) fn take_specs(&mut self, mark: usize) -> SpecList {
        let start = self.specs.len();
        for (spec, span) in self.spec_stack.drain(mark..) {
            self.specs.push(spec);
            self.spec_spans.push(span);
        }
        SpecList(run(start, self.specs.len()))
    }

    #[inline]
    pub(crate) fn get(&self, x: ExprId) -> Expr {
        self.exprs[x.index()]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, x: ExprId) -> &mut Expr {
        &mut self.exprs[x.index()]
    }

    pub(crate) fn get_stmt(&self, s: StmtId) -> Stmt {
        self.stmts[s.index()]
    }

    pub(crate) fn list(&self, list: ExprList) -> &[ExprId] {
        &self.expr_lists[list.0.range()]
    }

    pub(crate) fn fields(&self, list: FieldList) -> &[Field] {
        &self.fields[list.0.range()]
    }

    /// File offset of a signature's end.
    pub(crate) fn signature_end(&self, signature: SignatureId) -> u32 {
        self.signature_spans[signature.index()].end + self.base
    }

    /// File offset of an expression's first byte.
    #[inline]
    pub(crate) fn start(&self, x: ExprId) -> u32 {
        self.expr_spans[x.index()].start + self.base
    }

    /// File offset of an expression's end.
    #[inline]
    pub(crate) fn end(&self, x: ExprId) -> u32 {
        self.expr_spans[x.index()].end + self.base
    }

    /// File offset of an expression's anchor.
    pub(crate) fn anchor(&self, x: ExprId) -> u32 {
        self.expr_spans[x.index()].anchor + self.base
    }

    pub(crate) fn set_start(&mut self, x: ExprId, start: u32) {
        self.expr_spans[x.index()].start = start - self.base;
    }

    pub(crate) fn set_anchor(&mut self, x: ExprId, anchor: u32) {
        self.expr_spans[x.index()].anchor = anchor - self.base;
    }

    /// File offset of a statement's first byte.
    pub(crate) fn stmt_start(&self, s: StmtId) -> u32 {
        self.stmt_spans[s.index()].start + self.base
    }

    /// File offset of a statement's end.
    #[inline]
    pub(crate) fn stmt_end(&self, s: StmtId) -> u32 {
        self.stmt_spans[s.index()].end + self.base
    }

    /// File offset of the end of a list's last statement.
    pub(crate) fn last_stmt_end(&self, list: StmtList) -> Option<u32> {
        self.stmt_lists[list.0.range()].last().map(|&stmt| self.stmt_end(stmt))
    }

    /// File offset of a statement's anchor.
    pub(crate) fn stmt_anchor(&self, s: StmtId) -> u32 {
        self.stmt_spans[s.index()].anchor + self.base
    }
}
