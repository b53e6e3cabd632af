//! Conditions: short-circuit evaluation, and what a branch tells of a value.

use super::expr::is_comparison;
use super::function::Function;
use super::types::BOOL;
use super::unit::Var;
use crate::ids::{BlockId, ValueId};
use crate::inst::{BinaryOp, Fact, Inst};
use gossa_syntax::{self as syntax, Expr, ExprId, NodeId};
use gossa_types::constant::Value;
use gossa_types::{BasicKind, Mode};

/// What is known of a variable on each side of a branch.
#[derive(Clone, Copy)]
struct Told {
    var: Var,
    value: ValueId,
    when_true: Fact,
    when_false: Fact,
}

impl Function<'_, '_> {
    /// Goes to `then` if a boolean expression is true, else to `otherwise`.
    pub(super) fn condition(&mut self, expr: ExprId, then: BlockId, otherwise: BlockId) {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::STACK_SEGMENT, || {
            self.condition_inner(expr, then, otherwise);
        });
    }

    fn condition_inner(&mut self, expr: ExprId, then: BlockId, otherwise: BlockId) {
        let tree = self.unit.tree;
        let at = NodeId::from(expr);
        if self.unit.mode(expr) == Mode::Constant
            && let Some(value) = self.unit.types.constant(expr).and_then(Value::as_bool)
        {
            self.jump(at, if value { then } else { otherwise });
            return;
        }
        match tree[expr] {
            Expr::Paren(x) => self.condition(x, then, otherwise),
            Expr::Unary { op: syntax::UnaryOp::Not, x } => self.condition(x, otherwise, then),
            Expr::Binary { op: syntax::BinaryOp::LogicalAnd, x, y } => {
                let right = self.new_block();
                self.condition(x, right, otherwise);
                self.start_if_reached(right);
                if self.current.is_some() {
                    self.condition(y, then, otherwise);
                }
            }
            Expr::Binary { op: syntax::BinaryOp::LogicalOr, x, y } => {
                let right = self.new_block();
                self.condition(x, then, right);
                self.start_if_reached(right);
                if self.current.is_some() {
                    self.condition(y, then, otherwise);
                }
            }
            _ => {
                let mut cond = self.value(expr);
                if !self.unit.basic(self.type_of(cond)).is_some_and(BasicKind::is_boolean) {
                    cond = self.hole(at, BOOL);
                }
                match self.told(expr, cond) {
                    Some(told) => self.branch_told(at, cond, told, then, otherwise),
                    None => self.branch(at, cond, then, otherwise),
                }
            }
        }
    }

    /// What a condition tells of a variable: `x == nil`, or the `ok` of a comma-ok assignment.
    fn told(&mut self, expr: ExprId, cond: ValueId) -> Option<Told> {
        let tree = self.unit.tree;
        match tree[expr] {
            Expr::Binary { op, x, y } => {
                let op = super::expr::binary_op(op).filter(|&op| is_comparison(op))?;
                let (nil, not_nil) = (Fact::Nil, Fact::NotNil);
                let (when_true, when_false) = match op {
                    BinaryOp::Equal => (nil, not_nil),
                    BinaryOp::NotEqual => (not_nil, nil),
                    _ => return None,
                };
                let x = match (self.unit.mode(x), self.unit.mode(y)) {
                    (_, Mode::Nil) => x,
                    (Mode::Nil, _) => y,
                    _ => return None,
                };
                let var = self.register_of(x)?;
                let value = self.read(var);
                Some(Told { var, value, when_true, when_false })
            }
            Expr::Ident(_) => {
                let (inst, place) = self.definition(cond)?;
                let comma_ok = matches!(
                    self.code.insts[inst as usize],
                    Inst::TypeAssert { .. } | Inst::MapLookup { .. } | Inst::Receive { .. }
                );
                if place != 1 || !comma_ok {
                    return None;
                }
                let &(_, var) = self.comma_ok.iter().rev().find(|&&(of, _)| of == inst)?;
                let value = self.read(var);
                // Unless the variable has been assigned since.
                (self.definition(value) == Some((inst, 0))).then_some(Told {
                    var,
                    value,
                    when_true: Fact::Ok,
                    when_false: Fact::NotOk,
                })
            }
            _ => None,
        }
    }

    /// A branch with the variable under a new name on both sides.
    fn branch_told(
        &mut self,
        at: NodeId,
        cond: ValueId,
        told: Told,
        then: BlockId,
        otherwise: BlockId,
    ) {
        let sides = [self.new_block(), self.new_block()];
        self.branch(at, cond, sides[0], sides[1]);
        let facts = [told.when_true, told.when_false];
        for ((side, fact), target) in sides.into_iter().zip(facts).zip([then, otherwise]) {
            self.start_if_reached(side);
            if self.current.is_some() {
                self.narrow(at, told.var, told.value, fact);
                self.jump(at, target);
            }
        }
    }

    /// Gives a variable's value a new name that says what is known of it.
    pub(super) fn narrow(&mut self, at: NodeId, var: Var, value: ValueId, fact: Fact) {
        if let Some((inst, _)) = self.definition(value)
            && let Inst::Narrow { fact: known, .. } = self.code.insts[inst as usize]
            && known == fact
        {
            return;
        }
        let ty = self.type_of(value);
        let narrowed = self.emit(at, Inst::Narrow { fact, x: value }, ty);
        self.set_register(var, narrowed);
    }

    /// Remembers that a variable holds the first result of a comma-ok instruction.
    pub(super) fn remember_comma_ok(&mut self, value: ValueId, var: Var) {
        if let Some((inst, 0)) = self.definition(value) {
            self.comma_ok.push((inst, var));
        }
    }
}
