//! Assignments and definitions.

use super::expr::{Values, binary_op};
use super::function::Function;
use super::place::Place;
use super::unit::Var;
use crate::ids::ValueId;
use crate::inst::BinaryOp;
use gossa_syntax::{AssignOp, Expr, ExprId, ExprList, NodeId};
use gossa_types::{LocalId, Mode, TypeId};
use smallvec::SmallVec;

impl Function<'_, '_> {
    pub(super) fn assign(&mut self, at: NodeId, op: AssignOp, lhs: ExprList, rhs: ExprList) {
        let tree = self.unit.tree;
        let (lhs, rhs) = (&tree[lhs], &tree[rhs]);
        match op {
            AssignOp::Define => self.define(at, lhs, rhs),
            AssignOp::Assign => self.assign_all(at, lhs, rhs),
            AssignOp::Compound(op) => {
                let (Some(&x), Some(&y)) = (lhs.first(), rhs.first()) else { return };
                let Some(op) = binary_op(op) else { return };
                let place = self.place(x);
                let place = self.settled(at, place);
                let y = self.right_operand(op, y);
                self.update(at, &place, op, y);
            }
        }
    }

    /// `x op= y`
    fn update(&mut self, at: NodeId, place: &Place, op: BinaryOp, y: ValueId) {
        let Some(ty) = place.ty() else { return };
        let x = self.load_from(at, place);
        let value = self.arithmetic(at, op, x, y, ty);
        self.store_to(at, place, value);
    }

    pub(super) fn inc_dec(&mut self, at: NodeId, x: ExprId, increment: bool) {
        let place = self.place(x);
        let place = self.settled(at, place);
        let one = self.one(at, place.ty().unwrap_or(TypeId::INVALID));
        let op = if increment { BinaryOp::Add } else { BinaryOp::Sub };
        self.update(at, &place, op, one);
    }

    /// `a, b = x, y`
    fn assign_all(&mut self, at: NodeId, lhs: &[ExprId], rhs: &[ExprId]) {
        if let ([target], [source]) = (lhs, rhs) {
            let place = self.place(*target);
            self.assign_one(at, &place, *source);
            return;
        }
        let places: SmallVec<[Place; 4]> = lhs.iter().map(|&target| self.place(target)).collect();
        let values = self.sources(at, &places, rhs);
        for (place, value) in places.iter().zip(&values) {
            self.store_to(at, place, *value);
        }
        if let [source] = rhs {
            self.tie_comma_ok(lhs, *source, &values);
        }
    }

    fn assign_one(&mut self, at: NodeId, place: &Place, source: ExprId) {
        match place.ty() {
            Some(ty) => {
                let value = self.value_as(source, ty);
                self.store_to(at, place, value);
            }
            None => self.evaluate(source),
        }
    }

    /// Evaluates what is assigned to the blank identifier.
    fn evaluate(&mut self, source: ExprId) {
        if !matches!(self.unit.mode(source), Mode::Constant | Mode::Nil) {
            self.value(source);
        }
    }

    /// The values of the right-hand sides, each converted to its target's type.
    fn sources(&mut self, at: NodeId, places: &[Place], rhs: &[ExprId]) -> Values {
        if let ([source], true) = (rhs, places.len() > 1) {
            let mut values = self.values(*source);
            self.fill(at, &mut values, places.len());
            return values;
        }
        let mut values = Values::new();
        for (index, &source) in rhs.iter().enumerate() {
            let value = match places.get(index).and_then(Place::ty) {
                Some(ty) => self.value_as(source, ty),
                None => self.value(source),
            };
            values.push(value);
        }
        self.fill(at, &mut values, places.len());
        values
    }

    /// Makes up for values that are missing because of an error.
    fn fill(&mut self, at: NodeId, values: &mut Values, len: usize) {
        while values.len() < len {
            values.push(self.hole(at, TypeId::INVALID));
        }
    }

    /// `a, b := x, y` and `var a, b T = x, y`: variables that are new here are declared, others
    /// assigned.
    pub(super) fn define(&mut self, at: NodeId, lhs: &[ExprId], rhs: &[ExprId]) {
        if let ([target], [source]) = (lhs, rhs) {
            match self.new_local(*target) {
                Some(local) => {
                    let ty = self.unit.local_type(local);
                    let value = self.value_as(*source, ty);
                    self.declare(NodeId::from(*target), local, Some(value));
                }
                None => {
                    let place = self.place(*target);
                    self.assign_one(at, &place, *source);
                }
            }
            return;
        }
        let news: SmallVec<[Option<LocalId>; 4]> =
            lhs.iter().map(|&target| self.new_local(target)).collect();
        let places: SmallVec<[Place; 4]> = lhs
            .iter()
            .zip(&news)
            .map(|(&target, new)| match new {
                Some(local) => Place::Hole(self.unit.local_type(*local)),
                None => self.place(target),
            })
            .collect();
        let values = self.sources(at, &places, rhs);
        for (index, value) in values.iter().enumerate() {
            let Some(place) = places.get(index) else { break };
            match news[index] {
                Some(local) => {
                    let value = self.assigned(at, *value, self.unit.local_type(local));
                    self.declare(NodeId::from(lhs[index]), local, Some(value));
                }
                None => self.store_to(at, place, *value),
            }
        }
        if let [source] = rhs {
            self.tie_comma_ok(lhs, *source, &values);
        }
    }

    /// The variable that an identifier on the left of `:=` declares.
    pub(super) fn new_local(&self, target: ExprId) -> Option<LocalId> {
        let name = self.unit.tree.name(target)?;
        if name.is_blank() {
            return None;
        }
        let local = self.local_of(target)?;
        let declared_at = self.unit.types.locals.get(local.index())?.declared_at;
        (declared_at == Some(NodeId::from(target))).then_some(local)
    }

    /// After `v, ok = ...`, remembers that `ok` tells of `v`.
    pub(super) fn tie_comma_ok(&mut self, lhs: &[ExprId], source: ExprId, values: &[ValueId]) {
        let tree = self.unit.tree;
        if lhs.len() != 2 || matches!(tree[tree.unparen(source)], Expr::Call { .. }) {
            return;
        }
        let Some(&value) = values.first() else { return };
        if tree.name(lhs[0]).is_some_and(|name| !name.is_blank())
            && let Some(var) = self.register_of(lhs[0])
            && self.holds(var, value)
        {
            self.remember_comma_ok(value, var);
        }
    }

    fn holds(&mut self, var: Var, value: ValueId) -> bool {
        let current = self.read(var);
        self.code.resolve(value) == current
    }

    /// Assigns values that are at hand to operands or new variables: iteration variables, what is
    /// received.
    pub(super) fn bind(&mut self, targets: &[(ExprId, ValueId)], define: bool) {
        // Where each goes is settled before any is assigned, as in every assignment.
        let news: SmallVec<[Option<LocalId>; 2]> = targets
            .iter()
            .map(|&(target, _)| if define { self.new_local(target) } else { None })
            .collect();
        let places: SmallVec<[Place; 2]> = targets
            .iter()
            .zip(&news)
            .map(|(&(target, _), new)| match new {
                Some(_) => Place::Blank,
                None => self.place(target),
            })
            .collect();
        for ((&(target, value), new), place) in targets.iter().zip(news).zip(places) {
            let at = NodeId::from(target);
            match new {
                Some(local) => {
                    let value = self.assigned(at, value, self.unit.local_type(local));
                    self.declare(at, local, Some(value));
                }
                None => self.store_to(at, &place, value),
            }
        }
    }
}
