//! `if`, `for`, labels, and the jumps to them.

use super::function::{Exit, FarExit, Function, Scope};
use super::unit::Var;
use crate::ids::BlockId;
use crate::inst::{AllocKind, Inst};
use gossa_base::Name;
use gossa_syntax::{AssignOp, ExprId, NodeId, Stmt, StmtId};
use gossa_types::LocalId;
use smallvec::SmallVec;

impl Function<'_, '_> {
    /// `if init; cond { } else if ... else { }`, the chain of `else if` without recursion.
    pub(super) fn if_statement(&mut self, stmt: StmtId) {
        let tree = self.unit.tree;
        let at = NodeId::from(stmt);
        let done = self.new_block();
        let mut next = Some(stmt);
        while let Some(stmt) = next {
            let Stmt::If { init, cond, then, otherwise } = tree[stmt] else {
                self.stmt(stmt);
                break;
            };
            if let Some(init) = init {
                self.stmt(init);
            }
            let then_block = self.new_block();
            let else_block = match otherwise {
                Some(_) => self.new_block(),
                None => done,
            };
            self.condition(cond, then_block, else_block);
            self.start_if_reached(then_block);
            if self.current.is_some() {
                self.stmt(then);
                self.jump(at, done);
            }
            next = otherwise;
            if otherwise.is_some() {
                self.start_if_reached(else_block);
                if self.current.is_none() {
                    break;
                }
            }
        }
        self.jump(at, done);
        self.start_if_reached(done);
    }

    pub(super) fn for_loop(
        &mut self,
        at: NodeId,
        label: Option<Name>,
        init: Option<StmtId>,
        cond: Option<ExprId>,
        post: Option<StmtId>,
        body: StmtId,
    ) {
        if let Some(init) = init {
            self.stmt(init);
        }
        let cells = self.iteration_cells(init);
        let header = self.new_block();
        let body_block = self.new_block();
        let done = self.new_block();
        self.jump(at, header);
        self.start_block(header);
        match cond {
            Some(cond) => self.condition(cond, body_block, done),
            None => self.jump(at, body_block),
        }
        let needs_step = post.is_some() || !cells.is_empty();
        let step = if needs_step { self.new_block() } else { header };
        self.start_if_reached(body_block);
        if self.current.is_some() {
            self.in_scope(label, Exit::Block(done), Some(Exit::Block(step)), |function| {
                function.stmt(body);
            });
            self.jump(at, step);
        }
        if needs_step {
            self.start_if_reached(step);
            if self.current.is_some() {
                for &local in &cells {
                    self.renew_cell(at, local);
                }
                if let Some(post) = post {
                    self.stmt(post);
                }
                self.jump(at, header);
            }
        }
        self.seal(header);
        self.start_if_reached(done);
    }

    /// The loop's own variables that live in memory and are new in each iteration.
    fn iteration_cells(&mut self, init: Option<StmtId>) -> SmallVec<[LocalId; 2]> {
        let mut cells = SmallVec::new();
        let tree = self.unit.tree;
        let Some(init) = init else { return cells };
        if let Stmt::Assign { op: AssignOp::Define, lhs, .. } = tree[init]
            && self.unit.per_iteration
        {
            for &target in &tree[lhs] {
                if let Some(local) = self.new_local(target)
                    && self.unit.is_cell(local)
                {
                    cells.push(local);
                }
            }
        }
        cells
    }

    /// A fresh copy of a variable for the next iteration.
    fn renew_cell(&mut self, at: NodeId, local: LocalId) {
        let value = self.read_local(at, local);
        let ty = self.unit.local_type(local);
        let ptr = self.alloc(at, AllocKind::Variable, ty, Some(local));
        self.emit_none(at, Inst::Store { ptr, value });
        self.write(Var::from(local), ptr);
    }

    /// Runs `body` inside a statement that `break` (and `continue`) can refer to.
    pub(super) fn in_scope(
        &mut self,
        label: Option<Name>,
        on_break: Exit,
        on_continue: Option<Exit>,
        body: impl FnOnce(&mut Self),
    ) {
        self.scopes.push(Scope { label, on_break, on_continue });
        body(self);
        self.scopes.pop();
    }

    pub(super) fn break_to(&mut self, at: NodeId, label: Option<Name>) {
        let scope = match label {
            None => self.scopes.last(),
            Some(_) => self.scopes.iter().rev().find(|scope| scope.label == label),
        };
        match (scope.map(|scope| scope.on_break), label) {
            (Some(exit), _) => self.exit_to(at, exit),
            (None, Some(label)) => self.far_exit(at, FarExit::Break(label)),
            (None, None) => self.unreachable(at),
        }
    }

    pub(super) fn continue_to(&mut self, at: NodeId, label: Option<Name>) {
        let scope =
            self.scopes.iter().rev().find(|scope| {
                scope.on_continue.is_some() && (label.is_none() || scope.label == label)
            });
        match (scope.and_then(|scope| scope.on_continue), label) {
            (Some(exit), _) => self.exit_to(at, exit),
            (None, Some(label)) => self.far_exit(at, FarExit::Continue(label)),
            (None, None) => self.unreachable(at),
        }
    }

    /// Ends the block where an erroneous jump leads nowhere.
    fn unreachable(&mut self, at: NodeId) {
        if self.current.is_some() {
            self.terminate(at, Inst::Unreachable);
        }
    }

    fn exit_to(&mut self, at: NodeId, exit: Exit) {
        match exit {
            Exit::Block(block) => self.jump(at, block),
            Exit::NextElement => self.next_element(at),
            Exit::LeaveLoop => self.leave_loop(at),
        }
    }

    pub(super) fn goto(&mut self, at: NodeId, label: Name) {
        // A label of this body has a block once it is met; which body a label ahead belongs to
        // only its declaration tells.
        if self.range.is_some() && !self.declares_label(label) {
            self.far_exit(at, FarExit::Goto(label));
            return;
        }
        let block = self.label_block(label);
        self.jump(at, block);
    }

    pub(super) fn label_block(&mut self, label: Name) -> BlockId {
        if let Some(&block) = self.labels.get(&label) {
            return block;
        }
        let block = self.new_block();
        self.labels.insert(label, block);
        block
    }

    /// Whether a label is declared in the statements of this body.
    fn declares_label(&self, label: Name) -> bool {
        self.own_labels.contains(&label)
    }

    /// `label: stmt`
    pub(super) fn labeled(&mut self, at: NodeId, label: ExprId, stmt: StmtId) {
        let Some(name) = self.unit.tree.name(label) else {
            self.stmt(stmt);
            return;
        };
        if self.unit.facts.is_goto_target(name) {
            let block = self.label_block(name);
            if !self.is_filled(block) {
                self.jump(at, block);
                self.start_block(block);
            }
        }
        if self.current.is_some() {
            self.pending_label = Some(name);
            self.stmt(stmt);
            self.pending_label = None;
        }
    }
}
