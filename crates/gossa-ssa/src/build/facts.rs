//! What must be known of a declaration before it is lowered: which variables are shared with
//! closures or have their address taken, which bodies defer, which literals are constant.
//!
//! One pass over the flat arrays of the tree answers for most functions. Only where there are
//! function literals or range-over-func statements, the tree is walked, to find out which body
//! declares a variable and which ones use and assign it. A captured variable that is never
//! assigned after its declaration is captured by value; any other captured variable is a cell.

use super::unit::Unit;
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_syntax::{
    AssignOp, BranchKind, Expr, ExprId, ExprList, NodeId, RangeBinding, Spec, Stmt, StmtId,
    StmtList, Tree, TreeRoot, UnaryOp,
};
use gossa_types::{LocalId, LocalKind, Mode, Object, Selected, SelectionKind, TypeKind};
use smallvec::SmallVec;
use std::ops::Range;

/// Flags of a local variable.
const ADDRESS_TAKEN: u8 = 1;
const CAPTURED: u8 = 2;
/// Assigned after its declaration.
const ASSIGNED: u8 = 4;
/// Assigned by the post statement of the loop that declares it.
const STEPPED: u8 = 8;
/// Captured in the condition or post statement of the loop that declares it.
const CAPTURED_BY_HEADER: u8 = 16;
/// Whether it is a cell has been decided ...
const DECIDED: u8 = 32;
/// ... and that it is.
const CELL: u8 = 64;

/// What is known of a body.
#[derive(Clone, Copy, Default)]
pub(super) struct BodyFacts {
    /// It has a `defer` of its own, or in a range-over-func body.
    pub(super) defers: bool,
    /// A range-over-func body in it defers.
    pub(super) range_defers: bool,
    /// A range-over-func body in it returns from it.
    pub(super) range_returns: bool,
}

/// Facts about one declaration.
#[derive(Default)]
pub(super) struct Facts {
    flags: Vec<u8>,
    /// Bodies of function literals; [`NodeId::ROOT`] for the declaration itself.
    bodies: FxHashMap<NodeId, BodyFacts>,
    /// Receiver, parameters and results by function literal.
    signatures: FxHashMap<Option<ExprId>, (u32, u32)>,
    /// By expression, from `first_expr`: composite literals all of whose leaves are constants.
    constant_literals: Vec<bool>,
    first_expr: usize,
    /// Labels that a `goto` names.
    goto_labels: FxHashSet<Name>,
}

impl Facts {
    pub(super) fn clear(&mut self) {
        self.flags.clear();
        self.bodies.clear();
        self.signatures.clear();
        self.constant_literals.clear();
        self.goto_labels.clear();
    }

    /// Whether something but plain reads and writes needs the variable in memory.
    pub(super) fn is_shared(&self, local: LocalId) -> bool {
        let flags = self.flags.get(local.index()).copied().unwrap_or(0);
        let has = |flag: u8| flags & flag != 0;
        has(ADDRESS_TAKEN)
            || has(CAPTURED) && has(ASSIGNED)
            || has(CAPTURED_BY_HEADER) && has(STEPPED)
    }

    /// Whether the variable is a cell, once decided.
    #[inline]
    pub(super) fn known_cell(&self, local: LocalId) -> Option<bool> {
        let flags = *self.flags.get(local.index())?;
        (flags & DECIDED != 0).then_some(flags & CELL != 0)
    }

    pub(super) fn set_cell(&mut self, local: LocalId, cell: bool) {
        if let Some(flags) = self.flags.get_mut(local.index()) {
            *flags = *flags & !CELL | DECIDED | if cell { CELL } else { 0 };
        }
    }

    /// What is known of a body; `None` for the declaration itself.
    pub(super) fn body(&self, literal: Option<NodeId>) -> BodyFacts {
        self.bodies.get(&literal.unwrap_or(NodeId::ROOT)).copied().unwrap_or_default()
    }

    /// Indices of a function's receiver, parameters and results among the locals.
    pub(super) fn signature_locals(&self, literal: Option<ExprId>) -> Range<usize> {
        let (start, end) = self.signatures.get(&literal).copied().unwrap_or((0, 0));
        start as usize..end as usize
    }

    /// Whether a composite literal has only constants for leaves.
    pub(super) fn is_constant_literal(&self, literal: ExprId) -> bool {
        let at = literal.index().checked_sub(self.first_expr);
        at.and_then(|at| self.constant_literals.get(at)).copied().unwrap_or(false)
    }

    pub(super) fn is_goto_target(&self, label: Name) -> bool {
        self.goto_labels.contains(&label)
    }

    pub(super) fn has_gotos(&self) -> bool {
        !self.goto_labels.is_empty()
    }

    fn mark(&mut self, local: LocalId, flag: u8) {
        if let Some(flags) = self.flags.get_mut(local.index()) {
            *flags |= flag;
        }
    }
}

impl<'e> Unit<'e> {
    /// Collects the facts of a function body's tree.
    pub(super) fn collect_facts(&mut self) {
        let mut has_closures = false;
        self.scan_expressions(0..self.tree.exprs.len(), &mut has_closures);
        self.scan_statements(&mut has_closures);
        self.walk_closures(has_closures, None);
    }

    /// Collects the facts of an initialiser. Its expressions are those from `first` to `rhs`: a
    /// declaration may hold thousands of initialisers, and each is lowered by itself.
    pub(super) fn collect_initializer_facts(&mut self, first: ExprId, rhs: ExprId) {
        let mut has_closures = false;
        self.scan_expressions(first.index()..rhs.index() + 1, &mut has_closures);
        if has_closures {
            self.scan_statements(&mut has_closures);
        }
        self.walk_closures(has_closures, Some(rhs));
    }

    fn walk_closures(&mut self, has_closures: bool, initializer: Option<ExprId>) {
        self.facts.flags.resize(self.types.locals.len(), 0);
        self.collect_signatures();
        if has_closures {
            self.facts.bodies.clear();
            let mut walk = Walk {
                tree: self.tree,
                unit: self,
                owners: Vec::new(),
                bodies: vec![WalkedBody { node: NodeId::ROOT, range: false }],
                header: SmallVec::new(),
                in_post: false,
            };
            walk.owners.resize(walk.unit.types.locals.len(), None);
            walk.root(initializer);
        }
    }

    fn collect_signatures(&mut self) {
        let locals = &self.types.locals;
        let mut at = 0;
        while at < locals.len() {
            let start = at;
            let function = locals[at].function;
            while at < locals.len()
                && locals[at].kind != LocalKind::Var
                && locals[at].function == function
            {
                at += 1;
            }
            if at > start {
                self.facts.signatures.entry(function).or_insert((start as u32, at as u32));
            } else {
                at += 1;
            }
        }
    }

    fn scan_expressions(&mut self, range: Range<usize>, has_closures: &mut bool) {
        let tree = self.tree;
        self.facts.flags.resize(self.types.locals.len(), 0);
        self.facts.first_expr = range.start;
        let count = range.len();
        let first = ExprId::from_usize(range.start);
        let last = ExprId::from_usize(range.end.saturating_sub(1));
        for (at, expr) in tree.exprs.get(range.clone()).unwrap_or(&[]).iter().enumerate() {
            match *expr {
                Expr::Unary { op: UnaryOp::Address, x } => self.take_address(x),
                Expr::Slice { x, .. } if self.types.mode(x) == Mode::Variable => {
                    if let TypeKind::Array { .. } = self.under(self.ty(x)) {
                        self.take_address(x);
                    }
                }
                Expr::FuncLit { .. } => *has_closures = true,
                Expr::CompositeLit { elements, .. } => {
                    if self.facts.constant_literals.is_empty() {
                        self.facts.constant_literals.resize(count, false);
                    }
                    let literal = ExprId::from_usize(range.start + at);
                    self.facts.constant_literals[at] =
                        self.has_constant_elements(literal, elements);
                }
                _ => {}
            }
        }
        self.scan_selections(first, last);
    }

    /// Whether all leaves are constants. Inner literals come first in the tree.
    fn has_constant_elements(&self, literal: ExprId, elements: ExprList) -> bool {
        let tree = self.tree;
        let ty = self.ty(literal);
        let kind = match self.under(ty) {
            TypeKind::Pointer(elem) => self.under(*elem),
            kind => kind,
        };
        let is_map = match kind {
            TypeKind::Map { .. } => true,
            TypeKind::Struct(_) | TypeKind::Array { .. } | TypeKind::Slice(_) => false,
            _ => return false,
        };
        tree[elements].iter().all(|&element| match tree[element] {
            // In a map nothing can be left out, so there is no way to write `nil`.
            Expr::KeyValue { key, value } if is_map => [key, value]
                .iter()
                .all(|&x| self.types.mode(x) != Mode::Nil && self.is_constant_leaf(x)),
            Expr::KeyValue { value, .. } => self.is_constant_leaf(value),
            _ => self.is_constant_leaf(element),
        })
    }

    fn is_constant_leaf(&self, expr: ExprId) -> bool {
        match self.types.mode(expr) {
            Mode::Constant => {
                return self.types.constant(expr).is_some_and(|value| !value.is_unknown());
            }
            Mode::Nil => return true,
            _ => {}
        }
        let expr = self.tree.unparen(expr);
        match self.tree[expr] {
            Expr::CompositeLit { .. } => self.facts.is_constant_literal(expr),
            Expr::Unary { op: UnaryOp::Address, x } => {
                let x = self.tree.unparen(x);
                matches!(self.tree[x], Expr::CompositeLit { .. })
                    && self.facts.is_constant_literal(x)
            }
            _ => false,
        }
    }

    /// Method calls and values that take the receiver's address.
    fn scan_selections(&mut self, first: ExprId, last: ExprId) {
        let types = self.types;
        let start = types.selections.partition_point(|&(selector, _)| selector < first);
        for (selector, selection) in &types.selections[start..] {
            if *selector > last {
                break;
            }
            let Selected::Method { decl } = selection.selected else { continue };
            if selection.kind != SelectionKind::Method || selection.indirect {
                continue;
            }
            let pointer = self
                .resolver
                .func_decl(decl)
                .and_then(|func| func.receiver)
                .is_some_and(|receiver| receiver.pointer);
            if pointer && let Expr::Selector { x, .. } = self.tree[*selector] {
                self.take_address(x);
            }
        }
    }

    fn scan_statements(&mut self, has_closures: &mut bool) {
        let tree = self.tree;
        for stmt in &tree.stmts {
            match *stmt {
                Stmt::Defer(_) => {
                    self.facts.bodies.entry(NodeId::ROOT).or_default().defers = true;
                }
                Stmt::Branch { kind: BranchKind::Goto, label: Some(label) } => {
                    if let Some(name) = tree.name(label) {
                        self.facts.goto_labels.insert(name);
                    }
                }
                Stmt::Range { x, .. } if !*has_closures => {
                    *has_closures = self.ranges_over_func(x);
                }
                _ => {}
            }
        }
    }

    /// Whether an expression that is ranged over is an iterator function.
    pub(super) fn ranges_over_func(&self, x: ExprId) -> bool {
        matches!(self.under(self.ty(x)), TypeKind::Signature(_))
    }

    fn take_address(&mut self, x: ExprId) {
        if let Some(local) = self.root_local(x) {
            self.facts.mark(local, ADDRESS_TAKEN);
        }
    }

    /// The local variable that an operand is a part of, without a pointer on the way.
    fn root_local(&self, x: ExprId) -> Option<LocalId> {
        let mut x = x;
        loop {
            match self.tree[x] {
                Expr::Paren(inner) => x = inner,
                Expr::Ident(_) => {
                    return match self.types.object(x) {
                        Some(Object::Local(local)) => Some(local),
                        _ => None,
                    };
                }
                Expr::Selector { x: inner, .. } => {
                    let selection = self.types.selection(x)?;
                    if selection.kind != SelectionKind::Field || selection.indirect {
                        return None;
                    }
                    x = inner;
                }
                Expr::Index { x: inner, .. } => match self.under(self.ty(inner)) {
                    TypeKind::Array { .. } => x = inner,
                    _ => return None,
                },
                _ => return None,
            }
        }
    }
}

/// A body on the way down.
struct WalkedBody {
    node: NodeId,
    /// Whether it is that of a range-over-func statement.
    range: bool,
}

/// The walk over a tree with closures.
struct Walk<'w, 'e> {
    tree: &'e Tree,
    unit: &'w mut Unit<'e>,
    /// By local: the body that declares it, as a node.
    owners: Vec<Option<NodeId>>,
    bodies: Vec<WalkedBody>,
    /// Variables of the per-iteration loop whose condition or post statement is walked.
    header: SmallVec<[LocalId; 4]>,
    /// Whether it is the post statement, and not in a closure inside it.
    in_post: bool,
}

impl Walk<'_, '_> {
    fn root(&mut self, initializer: Option<ExprId>) {
        let types = self.unit.types;
        for (index, local) in types.locals.iter().enumerate() {
            if local.kind != LocalKind::Var {
                self.owners[index] = Some(local.function.map_or(NodeId::ROOT, NodeId::from));
            }
            if local.kind == LocalKind::Result {
                // By `return` statements.
                self.unit.facts.mark(LocalId::from_usize(index), ASSIGNED);
            }
        }
        if let Some(rhs) = initializer {
            self.expr(rhs);
        } else if let TreeRoot::Body(block) = self.tree.root {
            self.stmt(block);
        }
    }

    fn body(&self) -> NodeId {
        self.bodies.last().map_or(NodeId::ROOT, |body| body.node)
    }

    fn in_body(&mut self, node: NodeId, range: bool, walk: impl FnOnce(&mut Self)) {
        self.bodies.push(WalkedBody { node, range });
        let header = std::mem::take(&mut self.header);
        let in_post = std::mem::replace(&mut self.in_post, false);
        // A closure in a loop's header that captures the loop's variables sees them stepped.
        let outer_header = header.clone();
        self.header = header;
        walk(self);
        self.header = outer_header;
        self.in_post = in_post;
        self.bodies.pop();
    }

    /// Facts of the function around, past bodies of range-over-func statements.
    fn function(&mut self) -> (&mut BodyFacts, bool) {
        let at = self.bodies.iter().rposition(|body| !body.range).unwrap_or(0);
        let through_range = at + 1 < self.bodies.len();
        let node = self.bodies.get(at).map_or(NodeId::ROOT, |body| body.node);
        (self.unit.facts.bodies.entry(node).or_default(), through_range)
    }

    fn own(&mut self, local: LocalId) {
        let body = self.body();
        if let Some(owner) = self.owners.get_mut(local.index()) {
            owner.get_or_insert(body);
        }
    }

    fn use_ident(&mut self, ident: ExprId) {
        let Some(Object::Local(local)) = self.unit.types.object(ident) else { return };
        self.own(local);
        let owner = self.owners.get(local.index()).copied().flatten();
        if owner != Some(self.body()) {
            self.unit.facts.mark(local, CAPTURED);
            if self.header.contains(&local) {
                self.unit.facts.mark(local, CAPTURED_BY_HEADER);
            }
        }
    }

    /// An assignment to an operand that exists already.
    fn assign(&mut self, target: ExprId) {
        if let Some(local) = self.unit.root_local(target) {
            let stepped = self.in_post && self.header.contains(&local);
            self.unit.facts.mark(local, if stepped { STEPPED } else { ASSIGNED });
        }
    }

    /// The left-hand side of a definition: new variables are declared, others assigned.
    fn define(&mut self, target: ExprId) {
        let Some(Object::Local(local)) = self.unit.types.object(target) else { return };
        let declared_at = self.unit.types.locals.get(local.index()).and_then(|l| l.declared_at);
        if declared_at == Some(NodeId::from(target)) {
            self.own(local);
        } else {
            self.use_ident(target);
            self.assign(target);
        }
    }

    fn stmts(&mut self, list: StmtList) {
        let tree = self.tree;
        for &stmt in &tree[list] {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: StmtId) {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::STACK_SEGMENT, || {
            self.stmt_inner(stmt);
        });
    }

    fn optional(&mut self, stmt: Option<StmtId>) {
        if let Some(stmt) = stmt {
            self.stmt(stmt);
        }
    }

    fn stmt_inner(&mut self, stmt: StmtId) {
        let tree = self.tree;
        match tree[stmt] {
            Stmt::Bad | Stmt::Empty { .. } | Stmt::Branch { .. } => {}
            Stmt::Expr(x) | Stmt::Go(x) => self.expr(x),
            Stmt::Defer(x) => {
                let (facts, through_range) = self.function();
                facts.defers = true;
                facts.range_defers |= through_range;
                self.expr(x);
            }
            Stmt::Send { chan, value } => {
                self.expr(chan);
                self.expr(value);
            }
            Stmt::IncDec { x, .. } => {
                self.expr(x);
                self.assign(x);
            }
            Stmt::Assign { op, lhs, rhs } => {
                self.exprs(rhs);
                for &target in &tree[lhs] {
                    if op == AssignOp::Define {
                        self.define(target);
                    } else {
                        self.expr(target);
                        self.assign(target);
                    }
                }
            }
            Stmt::Return(results) => {
                let (facts, through_range) = self.function();
                facts.range_returns |= through_range;
                self.exprs(results);
            }
            Stmt::Block(list) => self.stmts(list),
            Stmt::If { init, cond, then, otherwise } => {
                self.optional(init);
                self.expr(cond);
                self.stmt(then);
                self.optional(otherwise);
            }
            Stmt::Switch { init, tag, cases } => {
                self.optional(init);
                if let Some(tag) = tag {
                    self.expr(tag);
                }
                self.stmts(cases);
            }
            Stmt::TypeSwitch { init, guard, cases } => {
                self.optional(init);
                match tree[guard] {
                    Stmt::Assign { rhs, .. } => self.exprs(rhs),
                    _ => self.stmt(guard),
                }
                for &case in &tree[cases] {
                    if let Some(local) = self.unit.types.implicit(case) {
                        self.own(local);
                    }
                    self.stmt(case);
                }
            }
            Stmt::Case { exprs, body, .. } => {
                self.exprs(exprs);
                self.stmts(body);
            }
            Stmt::Select { cases } => self.stmts(cases),
            Stmt::Comm { comm, body } => {
                self.optional(comm);
                self.stmts(body);
            }
            Stmt::For { init, cond, post, body } => {
                self.optional(init);
                let mut vars: SmallVec<[LocalId; 4]> = SmallVec::new();
                if let Some(init) = init
                    && let Stmt::Assign { op: AssignOp::Define, lhs, .. } = tree[init]
                    && self.unit.per_iteration
                {
                    let types = self.unit.types;
                    vars.extend(tree[lhs].iter().filter_map(|&name| match types.object(name) {
                        Some(Object::Local(local)) => Some(local),
                        _ => None,
                    }));
                }
                let outer = std::mem::replace(&mut self.header, vars);
                if let Some(cond) = cond {
                    let in_post = std::mem::replace(&mut self.in_post, false);
                    self.expr(cond);
                    self.in_post = in_post;
                }
                let in_post = std::mem::replace(&mut self.in_post, true);
                self.optional(post);
                self.in_post = in_post;
                self.header = outer;
                self.stmt(body);
            }
            Stmt::Range { key, value, x, body, binding } => {
                self.expr(x);
                let over_func = self.unit.ranges_over_func(x);
                let targets: SmallVec<[ExprId; 2]> = key.into_iter().chain(value).collect();
                if over_func {
                    self.in_body(NodeId::from(stmt), true, |walk| {
                        walk.range_targets(&targets, binding, false);
                        walk.stmt(body);
                    });
                } else {
                    let shared = !self.unit.per_iteration;
                    self.range_targets(&targets, binding, shared);
                    self.stmt(body);
                }
            }
            Stmt::Labeled { stmt, .. } => self.stmt(stmt),
            Stmt::Decl { specs, .. } => {
                for spec in tree.spec_ids(specs) {
                    self.spec(tree.specs[spec.index()]);
                }
            }
        }
    }

    fn range_targets(&mut self, targets: &[ExprId], binding: RangeBinding, shared: bool) {
        for &target in targets {
            if binding == RangeBinding::Define {
                self.define(target);
                if shared && let Some(Object::Local(local)) = self.unit.types.object(target) {
                    self.unit.facts.mark(local, ASSIGNED);
                }
            } else {
                self.expr(target);
                self.assign(target);
            }
        }
    }

    fn spec(&mut self, spec: Spec) {
        if let Spec::Value { names, values, .. } = spec {
            self.exprs(values);
            let tree = self.tree;
            for &name in &tree[names] {
                self.define(name);
            }
        }
    }

    fn exprs(&mut self, list: ExprList) {
        let tree = self.tree;
        for &expr in &tree[list] {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: ExprId) {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::STACK_SEGMENT, || {
            self.expr_inner(expr);
        });
    }

    fn expr_inner(&mut self, expr: ExprId) {
        let tree = self.tree;
        let mut expr = expr;
        loop {
            match tree[expr] {
                Expr::Ident(_) => {
                    self.use_ident(expr);
                    return;
                }
                Expr::FuncLit { body, .. } => {
                    self.in_body(NodeId::from(expr), false, |walk| walk.stmt(body));
                    return;
                }
                Expr::CompositeLit { elements, .. } => {
                    if !self.unit.facts.is_constant_literal(expr) {
                        self.exprs(elements);
                    }
                    return;
                }
                Expr::KeyValue { key, value } => {
                    self.expr(key);
                    expr = value;
                }
                Expr::Call { fun, args, .. } => {
                    self.exprs(args);
                    expr = fun;
                }
                Expr::Index { x, indices } => {
                    self.exprs(indices);
                    expr = x;
                }
                Expr::Slice { x, bounds } => {
                    let bounds = tree.slices[bounds as usize];
                    for bound in [bounds.lo, bounds.hi, bounds.max].into_iter().flatten() {
                        self.expr(bound);
                    }
                    expr = x;
                }
                Expr::Binary { x, y, .. } => {
                    self.expr(y);
                    expr = x;
                }
                Expr::Paren(x)
                | Expr::Selector { x, .. }
                | Expr::TypeAssert { x, .. }
                | Expr::Star(x)
                | Expr::Unary { x, .. } => expr = x,
                _ => return,
            }
        }
    }
}
