//! Labels and the branches to them: a second pass over bodies that have any.

use super::Checker;
use crate::decls::NoteKind;
use crate::object::Object;
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{AssignOp, BranchKind, DeclKeyword, ExprId, NodeId, Stmt, StmtId, StmtList};

/// A block that encloses the statement at hand.
struct Block {
    /// The label of the statement that the block belongs to, and the statement.
    labelled: Option<(Name, StmtId)>,
    /// Labels that are declared in the block itself, in the order of declaration.
    labels: Vec<Name>,
}

/// A `goto` to a label that has not been seen yet.
struct Jump {
    label: ExprId,
    name: Name,
    /// The last variable that was declared since, in a block around both.
    over_declaration: Option<NodeId>,
}

/// A label that is declared.
struct Label {
    ident: ExprId,
    used: bool,
}

struct Labels<'l, 'c> {
    checker: &'l Checker<'c>,
    /// All labels of the function.
    all: FxHashMap<Name, Label>,
    order: Vec<Name>,
    blocks: Vec<Block>,
}

impl Checker<'_> {
    /// Checks the labels of a function with this body.
    pub(super) fn check_labels(&self, list: StmtList) {
        let mut labels = Labels {
            checker: self,
            all: FxHashMap::default(),
            order: Vec::new(),
            blocks: Vec::new(),
        };
        let jumps = labels.block(None, list);
        for jump in jumps {
            let name = jump.name;
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
    /// Returns the jumps that find no label in the block.
    fn block(&mut self, labelled: Option<(Name, StmtId)>, list: StmtList) -> Vec<Jump> {
        self.blocks.push(Block { labelled, labels: Vec::new() });
        let mut jumps = Vec::new();
        let tree = self.checker.tree();
        for &stmt in &tree[list] {
            super::with_stack(|| self.stmt(None, stmt, &mut jumps));
        }
        self.blocks.pop();
        jumps
    }

    fn stmt(&mut self, labelled: Option<(Name, StmtId)>, stmt: StmtId, jumps: &mut Vec<Jump>) {
        let tree = self.checker.tree();
        match tree[stmt] {
            Stmt::Decl { keyword: DeclKeyword::Var, .. }
            | Stmt::Assign { op: AssignOp::Define, .. } => {
                for jump in jumps {
                    jump.over_declaration = Some(stmt.into());
                }
            }
            Stmt::Labeled { label, stmt: inner } => {
                let Some(name) = tree.name(label) else { return };
                let mut own = None;
                if !name.is_blank() {
                    self.declare(label, name, jumps);
                    own = Some((name, inner));
                }
                super::with_stack(|| self.stmt(own, inner, jumps));
            }
            Stmt::Branch { kind, label: Some(label) } => self.branch(kind, label, jumps),
            Stmt::Block(list) => self.nested(labelled, list, jumps),
            Stmt::If { then, otherwise, .. } => {
                let mut next = Some((then, otherwise));
                while let Some((then, otherwise)) = next.take() {
                    self.stmt(labelled, then, jumps);
                    match otherwise.map(|stmt| (stmt, tree[stmt])) {
                        Some((_, Stmt::If { then, otherwise, .. })) => {
                            next = Some((then, otherwise));
                        }
                        Some((stmt, _)) => self.stmt(labelled, stmt, jumps),
                        None => {}
                    }
                }
            }
            Stmt::Switch { cases, .. }
            | Stmt::TypeSwitch { cases, .. }
            | Stmt::Select { cases } => {
                self.blocks.push(Block { labelled, labels: Vec::new() });
                for &case in &tree[cases] {
                    match tree[case] {
                        Stmt::Case { body, .. } | Stmt::Comm { body, .. } => {
                            self.nested(None, body, jumps);
                        }
                        _ => {}
                    }
                }
                self.blocks.pop();
            }
            Stmt::For { body, .. } | Stmt::Range { body, .. } => {
                super::with_stack(|| self.stmt(labelled, body, jumps));
            }
            _ => {}
        }
    }

    fn nested(&mut self, labelled: Option<(Name, StmtId)>, list: StmtList, jumps: &mut Vec<Jump>) {
        let inner = super::with_stack(|| self.block(labelled, list));
        // A declaration inside the block is out of the way once the block is left.
        jumps.extend(inner.into_iter().map(|jump| Jump { over_declaration: None, ..jump }));
    }

    fn declare(&mut self, label: ExprId, name: Name, jumps: &mut Vec<Jump>) {
        if let Some(known) = self.all.get(&name) {
            let kind = NoteKind::Text(format!("other declaration of {name}"));
            let other = self.checker.note(known.ident, kind);
            let message = format!("label {name} already declared");
            self.checker.error_with(label, message, true, vec![other]);
            return;
        }
        self.all.insert(name, Label { ident: label, used: false });
        self.order.push(name);
        if let Some(block) = self.blocks.last_mut() {
            block.labels.push(name);
        }
        self.checker.record_object(label, Object::Label(label));
        jumps.retain(|jump| {
            if jump.name != name {
                return true;
            }
            self.use_label(jump.label, name);
            if let Some(declaration) = jump.over_declaration {
                let message = format!("goto {name} jumps over variable declaration");
                let line = self.checker.note(declaration, NoteKind::Line);
                self.checker.error_with(jump.label, message, true, vec![line]);
            }
            false
        });
    }

    fn use_label(&mut self, at: ExprId, name: Name) {
        if let Some(known) = self.all.get_mut(&name) {
            known.used = true;
            self.checker.record_object(at, Object::Label(known.ident));
        }
    }

    fn branch(&mut self, kind: BranchKind, label: ExprId, jumps: &mut Vec<Jump>) {
        let tree = self.checker.tree();
        let Some(name) = tree.name(label) else { return };
        let enclosing = self
            .blocks
            .iter()
            .rev()
            .filter_map(|block| block.labelled)
            .find(|(other, _)| *other == name)
            .map(|(_, stmt)| tree[stmt]);
        let valid = match kind {
            BranchKind::Goto => {
                let seen = self.blocks.iter().any(|block| block.labels.contains(&name));
                if !seen {
                    jumps.push(Jump { label, name, over_declaration: None });
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
