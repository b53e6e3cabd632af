//! `select`: one terminator with an edge per arm.

use super::function::{Def, Exit, Function};
use super::types::BOOL;
use crate::ids::{BlockId, ValueId};
use crate::inst::{Inst, SelectArm, SelectData};
use gossa_base::Name;
use gossa_syntax::{AssignOp, Expr, ExprId, NodeId, Stmt, StmtId, StmtList, UnaryOp};
use gossa_types::TypeId;
use smallvec::SmallVec;

/// What an arm does with what it receives.
struct Received<'t> {
    targets: &'t [ExprId],
    define: bool,
    element: ValueId,
    ok: ValueId,
}

impl<'e> Function<'_, 'e> {
    pub(super) fn select(&mut self, at: NodeId, label: Option<Name>, cases: StmtList) {
        let tree = self.unit.tree;
        let clauses = &tree[cases];
        let done = self.new_block();
        let mut arms: Vec<SelectArm> = Vec::with_capacity(clauses.len());
        let mut default = None;
        let mut bodies: SmallVec<[(BlockId, Option<Received<'e>>, StmtList); 4]> = SmallVec::new();
        // Channels and values of all arms are evaluated, in source order, before any is taken.
        for &clause in clauses {
            let Stmt::Comm { comm, body } = tree[clause] else { continue };
            let block = self.new_block();
            let received = match comm {
                None => {
                    default = Some(block);
                    None
                }
                Some(comm) => self.arm(comm, block, &mut arms),
            };
            bodies.push((block, received, body));
        }
        if let Some(from) = self.current {
            for (block, ..) in &bodies {
                self.add_edge(from, *block);
            }
        }
        let select = self.add_select(SelectData { arms: arms.into_boxed_slice(), default });
        self.terminate(at, Inst::Select(select));
        for (block, received, body) in bodies {
            self.start_if_reached(block);
            if let Some(received) = received {
                self.bind_received(&received);
            }
            self.in_scope(label, Exit::Block(done), None, |function| function.stmts(body));
            self.jump(at, done);
        }
        self.start_if_reached(done);
    }

    /// Evaluates an arm's operands.
    fn arm(
        &mut self,
        comm: StmtId,
        block: BlockId,
        arms: &mut Vec<SelectArm>,
    ) -> Option<Received<'e>> {
        let tree = self.unit.tree;
        let (targets, source, define) = match tree[comm] {
            Stmt::Send { chan, value } => {
                let chan = self.channel_operand(chan);
                let elem = self.chan_element(self.type_of(chan));
                let value = self.value_as(value, elem);
                arms.push(SelectArm { chan, value: Some(value), block });
                return None;
            }
            Stmt::Expr(x) => (&[][..], x, false),
            Stmt::Assign { op, lhs, rhs } => {
                let source = tree[rhs].first().copied()?;
                (&tree[lhs], source, op == AssignOp::Define)
            }
            _ => return None,
        };
        let inner = tree.unparen(source);
        let Expr::Unary { op: UnaryOp::Receive, x } = tree[inner] else {
            // An error: as if it received from nowhere.
            let chan = self.hole(NodeId::from(source), TypeId::INVALID);
            return Some(self.receive_arm(chan, block, arms, targets, define));
        };
        let chan = self.channel_operand(x);
        Some(self.receive_arm(chan, block, arms, targets, define))
    }

    fn receive_arm(
        &mut self,
        chan: ValueId,
        block: BlockId,
        arms: &mut Vec<SelectArm>,
        targets: &'e [ExprId],
        define: bool,
    ) -> Received<'e> {
        arms.push(SelectArm { chan, value: None, block });
        let elem = self.chan_element(self.type_of(chan));
        let element = self.new_value(elem, Def::Param(block));
        let ok = self.new_value(BOOL, Def::Param(block));
        self.code.blocks[block.index()].params = SmallVec::from_buf([element, ok]);
        Received { targets, define, element, ok }
    }

    fn bind_received(&mut self, received: &Received<'_>) {
        let values = [received.element, received.ok];
        let targets: SmallVec<[(ExprId, ValueId); 2]> = received
            .targets
            .iter()
            .copied()
            .zip(values)
            .filter(|&(target, _)| !self.unit.tree.name(target).is_some_and(Name::is_blank))
            .collect();
        self.bind(&targets, received.define);
    }
}
