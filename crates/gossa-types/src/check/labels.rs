//! Labels and the branches to them: a second pass over bodies that have any.
//!
//! Jumps, labels, variable declarations and blocks are numbered as they come, so that it takes a
//! comparison to say what lies between two of them, and time linear in the body for all.

use super::Checker;
use crate::decls::NoteKind;
use crate::object::Object;
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{AssignOp, BranchKind, DeclKeyword, ExprId, NodeId, Stmt, StmtId, StmtList};

/// A block that encloses the statement at hand.
struct Block {
    /// The label of the statement that the block belongs to.
    labelled: Option<Name>,
    /// Labels that are declared in the block itself.
    labels: Vec<Name>,
    /// The number of its beginning.
    start: u32,
    /// The last variable that was declared in the block itself, and the number of that.
    last_declaration: Option<(u32, NodeId)>,
}

/// A `goto` to a label that has not been seen yet.
struct Jump {
    label: ExprId,
    number: u32,
}

/// A label that is declared.
struct Label {
    ident: ExprId,
    used: bool,
    /// Whether the block that declares it encloses the statement at hand.
    visible: bool,
}

struct Labels<'l, 'c> {
    checker: &'l Checker<'c>,
    /// All labels of the function.
    all: FxHashMap<Name, Label>,
    order: Vec<Name>,
    blocks: Vec<Block>,
    /// The labelled statements that enclose the statement at hand, innermost last.
    enclosing: FxHashMap<Name, Vec<StmtId>>,
    /// Jumps whose labels have not been seen.
    pending: FxHashMap<Name, Vec<Jump>>,
    count: u32,
}

impl Checker<'_> {
    /// Checks the labels of a function with this body.
    pub(super) fn check_labels(&self, list: StmtList) {
        let mut labels = Labels {
            checker: self,
            all: FxHashMap::default(),
            order: Vec::new(),
            blocks: Vec::new(),
            enclosing: FxHashMap::default(),
            pending: FxHashMap::default(),
            count: 0,
        };
        labels.block(None, list);
        let mut jumps: Vec<(Name, Jump)> = labels
            .pending
            .drain()
            .flat_map(|(name, jumps)| jumps.into_iter().map(move |jump| (name, jump)))
            .collect();
        jumps.sort_by_key(|(_, jump)| jump.number);
        for (name, jump) in jumps {
            match labels.all.get_mut(&name) {
                Some(known) => {
                    known.used = true;
                    self.error(jump.label, format!("goto {name} jumps into block"));
                }
                None => self.error(jump.label, format!("label {name} not declared")),
            }
        }
        for name in &labels.order {
            if let Some(&Label { ident, used: false, .. }) = labels.all.get(name) {
                self.soft_error(ident, format!("label {name} declared and not used"));
            }
        }
    }
}

impl Labels<'_, '_> {
    fn number(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    fn open(&mut self, labelled: Option<(Name, StmtId)>) {
        if let Some((name, stmt)) = labelled {
            self.enclosing.entry(name).or_default().push(stmt);
        }
        let labelled = labelled.map(|(name, _)| name);
        let start = self.number();
        self.blocks.push(Block { labelled, labels: Vec::new(), start, last_declaration: None });
    }

    fn close(&mut self) {
        let Some(block) = self.blocks.pop() else { return };
        if let Some(stmts) = block.labelled.and_then(|name| self.enclosing.get_mut(&name)) {
            stmts.pop();
        }
        for name in block.labels {
            if let Some(known) = self.all.get_mut(&name) {
                known.visible = false;
            }
        }
    }

    fn block(&mut self, labelled: Option<(Name, StmtId)>, list: StmtList) {
        self.open(labelled);
        let tree = self.checker.tree();
        for &stmt in &tree[list] {
            super::with_stack(|| self.stmt(None, stmt));
        }
        self.close();
    }

    fn stmt(&mut self, labelled: Option<(Name, StmtId)>, stmt: StmtId) {
        let tree = self.checker.tree();
        match tree[stmt] {
            Stmt::Decl { keyword: DeclKeyword::Var, .. }
            | Stmt::Assign { op: AssignOp::Define, .. } => {
                let number = self.number();
                if let Some(block) = self.blocks.last_mut() {
                    block.last_declaration = Some((number, stmt.into()));
                }
            }
            Stmt::Labeled { label, stmt: inner } => {
                let Some(name) = tree.name(label) else { return };
                let mut own = None;
                if !name.is_blank() {
                    self.declare(label, name);
                    own = Some((name, inner));
                }
                super::with_stack(|| self.stmt(own, inner));
            }
            Stmt::Branch { kind, label: Some(label) } => self.branch(kind, label),
            Stmt::Block(list) => super::with_stack(|| self.block(labelled, list)),
            Stmt::If { then, otherwise, .. } => {
                let mut next = Some((then, otherwise));
                while let Some((then, otherwise)) = next.take() {
                    self.stmt(labelled, then);
                    match otherwise.map(|stmt| (stmt, tree[stmt])) {
                        Some((_, Stmt::If { then, otherwise, .. })) => {
                            next = Some((then, otherwise));
                        }
                        Some((stmt, _)) => self.stmt(labelled, stmt),
                        None => {}
                    }
                }
            }
            Stmt::Switch { cases, .. }
            | Stmt::TypeSwitch { cases, .. }
            | Stmt::Select { cases } => {
                self.open(labelled);
                for &case in &tree[cases] {
                    match tree[case] {
                        Stmt::Case { body, .. } | Stmt::Comm { body, .. } => {
                            super::with_stack(|| self.block(None, body));
                        }
                        _ => {}
                    }
                }
                self.close();
            }
            Stmt::For { body, .. } | Stmt::Range { body, .. } => {
                super::with_stack(|| self.stmt(labelled, body));
            }
            _ => {}
        }
    }

    fn declare(&mut self, label: ExprId, name: Name) {
        if let Some(known) = self.all.get(&name) {
            let kind = NoteKind::Text(format!("other declaration of {name}"));
            let other = self.checker.note(known.ident, kind);
            let message = format!("label {name} already declared");
            self.checker.error_with(label, message, true, vec![other]);
            return;
        }
        self.all.insert(name, Label { ident: label, used: false, visible: true });
        self.order.push(name);
        self.checker.record_object(label, Object::Label(label));
        let Some(block) = self.blocks.last_mut() else { return };
        block.labels.push(name);
        let (start, last_declaration) = (block.start, block.last_declaration);
        // Jumps from outside of the block stay.
        let jumps = self.pending.remove(&name).unwrap_or_default();
        let (inside, outside) = jumps.into_iter().partition(|jump| jump.number > start);
        if !Vec::is_empty(&outside) {
            self.pending.insert(name, outside);
        }
        let inside: Vec<Jump> = inside;
        for jump in inside {
            self.use_label(jump.label, name);
            if let Some((number, declaration)) = last_declaration
                && number > jump.number
            {
                let message = format!("goto {name} jumps over variable declaration");
                let line = self.checker.note(declaration, NoteKind::Line);
                self.checker.error_with(jump.label, message, true, vec![line]);
            }
        }
    }

    fn use_label(&mut self, at: ExprId, name: Name) {
        if let Some(known) = self.all.get_mut(&name) {
            known.used = true;
            self.checker.record_object(at, Object::Label(known.ident));
        }
    }

    fn branch(&mut self, kind: BranchKind, label: ExprId) {
        let tree = self.checker.tree();
        let Some(name) = tree.name(label) else { return };
        let enclosing = self.enclosing.get(&name).and_then(|stmts| stmts.last());
        let enclosing = enclosing.map(|&stmt| tree[stmt]);
        let valid = match kind {
            BranchKind::Goto => {
                if !self.all.get(&name).is_some_and(|known| known.visible) {
                    let number = self.number();
                    self.pending.entry(name).or_default().push(Jump { label, number });
                    return;
                }
                true
            }
            BranchKind::Break => matches!(
                enclosing,
                Some(
                    Stmt::Switch { .. }
                        | Stmt::TypeSwitch { .. }
                        | Stmt::Select { .. }
                        | Stmt::For { .. }
                        | Stmt::Range { .. }
                )
            ),
            BranchKind::Continue => {
                matches!(enclosing, Some(Stmt::For { .. } | Stmt::Range { .. }))
            }
            BranchKind::Fallthrough => {
                self.checker.error(label, "fallthrough takes no label");
                return;
            }
        };
        if valid {
            self.use_label(label, name);
            return;
        }
        let word = if kind == BranchKind::Break { "break" } else { "continue" };
        self.checker.error(label, format!("invalid {word} label {name}"));
    }
}
