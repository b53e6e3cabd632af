//! `for range` over iterator functions: the body is a function that the iterator calls.
//!
//! Variables connect it with the loop: `#stateN` says how far the loop is, `#next` where to go on
//! after it. `return` assigns to the results of the function around, which get names for that.
//! What matters here is which variables there are and which functions use them; how they are
//! tested does not.

use super::{BOOL, Builder, INT};
use crate::ir::{At, FuncIndex, Id, Kind, Point, VarId, VarKind};
use gossa_base::Name;
use gossa_syntax::{BranchKind, ExprId, NodeId, RangeBinding, StmtId};
use gossa_types::constant::Value;
use gossa_types::underlying::core_type;
use gossa_types::{SignatureType, TypeId, TypeKind};

/// A range-over-func body that is being built.
pub(crate) struct RangeFunc {
    /// The function around the outermost loop.
    pub(super) around: FuncIndex,
    /// `#stateN`
    state: VarId,
    /// The loop's label.
    label: Option<Name>,
    /// Statements inside the body that `break` and, if they are loops, `continue` can refer to:
    /// their labels, and whether they are loops.
    inner: Vec<(Option<Name>, bool)>,
    /// `#next`, shared by nested loops.
    next: Option<VarId>,
}

impl Builder<'_> {
    #[expect(clippy::too_many_arguments, reason = "the parts of the statement")]
    pub(super) fn range_func(
        &mut self,
        stmt: StmtId,
        signature: &'static SignatureType,
        vars: [Option<ExprId>; 2],
        x: ExprId,
        body: StmtId,
        binding: RangeBinding,
        label: Option<Name>,
        out: &mut Vec<Id>,
    ) {
        let at = At { point: Point::Start, ..self.at_stmt(stmt) };
        let end = At { node: NodeId::end_of(body), point: Point::Start, ..at };
        let yields = signature.params.first().map(|param| param.ty);
        let yields = yields.and_then(|ty| core_type(&self.types.resolver, ty));
        let Some(yields) = yields else { return };
        let TypeKind::Signature(element) = self.subst(yields).kind() else { return };
        let around = self.range_funcs.first().map_or(self.current, |outer| outer.around);
        let outermost = self.range_funcs.is_empty();
        let number = self.range_state_count(around);
        let state =
            self.new_var(Some(Name::new(&format!("#state{number}"))), INT, VarKind::Local, at);
        let mut block = Vec::new();
        let ready = self.int(0, at);
        let target = self.use_var(state, at);
        let assign = self.statement(Kind::Assign(target, Some(ready)), at);
        self.defines(assign, &[state]);
        block.push(assign);

        let next = self.range_funcs.last().and_then(|outer| outer.next);
        self.range_funcs.push(RangeFunc { around, state, label, inner: Vec::new(), next });
        let closure = self.range_body(at, end, element, vars, body, binding);
        let finished = self.range_funcs.pop();
        let next = finished.and_then(|finished| finished.next);
        if let Some(outer) = self.range_funcs.last_mut() {
            outer.next = outer.next.or(next);
        }
        let yield_name = Name::new(&format!("#yield{number}"));
        let yield_ty = self.code[closure].ty;
        let yield_var = self.new_var(Some(yield_name), yield_ty, VarKind::Local, at);
        let target = self.use_var(yield_var, at);
        let assign = self.statement(Kind::Assign(target, Some(closure)), at);
        self.defines(assign, &[yield_var]);
        block.push(assign);
        let mut args = Vec::new();
        let inner = self.tree.unparen(x);
        let callee = self.callee(inner, &mut args);
        args.push(self.use_var(yield_var, at));
        let call = self.finish_call(callee, args, false, false, TypeId::tuple(&[]), at);
        block.push(call);
        let exhausted = self.set_int(state, 3, end);
        block.push(exhausted);
        if outermost && let Some(next) = next {
            let declare = self.statement(Kind::Declare(next), at);
            let target = self.use_var(next, at);
            let assign = self.statement(Kind::Assign(target, None), at);
            self.add_init(assign, &[declare]);
            block.insert(0, assign);
        }
        out.extend(block);
    }

    /// A number for the next loop of a function.
    fn range_state_count(&self, around: FuncIndex) -> usize {
        1 + self
            .code
            .vars
            .iter()
            .filter(|var| {
                var.name.is_some_and(|name| name.as_str().starts_with("#state"))
                    && self.outermost_of(var.func) == self.outermost_of(around)
            })
            .count()
    }

    /// The function literal or declaration that a range-over-func body is in.
    fn outermost_of(&self, func: FuncIndex) -> FuncIndex {
        let mut func = func;
        while self.code[func].is_range_body
            && let Some(parent) = self.code[func].parent
        {
            func = parent;
        }
        func
    }

    fn range_body(
        &mut self,
        at: At,
        end: At,
        element: &'static SignatureType,
        vars: [Option<ExprId>; 2],
        body: StmtId,
        binding: RangeBinding,
    ) -> Id {
        let parent = self.enter_function();
        let index = self.current;
        self.code[index].has_body = true;
        self.code[index].is_range_body = true;
        self.code[index].captures_dictionary = self.is_instance;
        let mut list = Vec::new();
        for (position, param) in element.params.iter().enumerate() {
            let target = vars.get(position).copied().flatten();
            if binding == RangeBinding::Define
                && let Some(target) = target
            {
                let var = match self.declared_here(target) {
                    Some(local) => self.declare_local(local, VarKind::Param),
                    None => {
                        let at = self.at_expr(target);
                        self.new_var(None, param.ty, VarKind::Param, at)
                    }
                };
                self.code[index].params.push(var);
                continue;
            }
            let name = Name::new(&format!("#p{}", position + 1));
            let var = self.new_var(Some(name), param.ty, VarKind::Param, at);
            self.code[index].params.push(var);
            if let Some(target) = target {
                let place = self.at_expr(target);
                let (targets, _) = self.targets(&[target]);
                let value = self.use_var(var, place);
                let wanted = self.target_type(target);
                let value = match wanted.map(|wanted| self.subst(wanted)) {
                    Some(to) if to.canonical() != param.ty.canonical() => {
                        self.conversion(value, to, place, true)
                    }
                    _ => value,
                };
                if let Some(&target) = targets.first() {
                    list.push(self.statement(Kind::Assign(target, Some(value)), place));
                }
            }
        }
        let result = self.new_var(Some(Name::new("#r")), BOOL, VarKind::Result(0), at);
        self.code[index].results.push(result);
        let state = self.range_funcs.last().map(|range| range.state);
        if let Some(state) = state {
            let used = self.use_var(state, at);
            let temp = self.new_var(Some(Name::new("#tmpState")), INT, VarKind::Local, at);
            let target = self.use_var(temp, at);
            let assign = self.statement(Kind::Assign(target, Some(used)), at);
            self.defines(assign, &[temp]);
            list.push(assign);
            // Tested afterwards.
            let tested = self.use_var(temp, at);
            let blank = self.blank(at);
            let running = self.set_int(state, -1, at);
            list.push(running);
            let zero = self.int(0, at);
            let test =
                self.add(Kind::Binary(gossa_syntax::BinaryOp::NotEqual, tested, zero), BOOL, at);
            list.push(self.statement(Kind::Assign(blank, Some(test)), at));
        }
        let statements = self.block(body);
        list.extend(self.code.list(statements).to_vec());
        if let Some(state) = state {
            let ready = self.set_int(state, 0, end);
            list.push(ready);
        }
        list.push(self.return_bool(true, end));
        let body = self.code.add_list(&list);
        self.code[index].body = body;
        let signature = TypeId::new(TypeKind::Signature(element.clone()));
        self.leave_function(parent, at, signature)
    }

    fn return_bool(&mut self, value: bool, at: At) -> Id {
        let value = self.constant(Value::from_bool(value), BOOL, at);
        let list = self.code.add_list(&[value]);
        self.statement(Kind::Return(list), at)
    }

    fn set_int(&mut self, var: VarId, value: i64, at: At) -> Id {
        let value = self.int(value, at);
        let target = self.use_var(var, at);
        self.statement(Kind::Assign(target, Some(value)), at)
    }

    /// Assigns to `#next`, which is declared in front of the outermost loop.
    fn set_next(&mut self, value: i64, at: At) -> Option<Id> {
        let around = self.range_funcs.first()?.around;
        let start = self.code[self.range_funcs.first()?.state].at;
        let next = match self.range_funcs.last()?.next {
            Some(next) => next,
            None => {
                let current = std::mem::replace(&mut self.current, around);
                let next = self.new_var(Some(Name::new("#next")), INT, VarKind::Local, start);
                self.current = current;
                for range in &mut self.range_funcs {
                    range.next = Some(next);
                }
                next
            }
        };
        // The loops on the way test it.
        Some(self.set_int(next, value, at))
    }

    /// `return` out of range-over-func bodies; whether it is one.
    pub(super) fn return_from_range_func(
        &mut self,
        results: &[ExprId],
        at: At,
        out: &mut Vec<Id>,
    ) -> bool {
        let Some(range) = self.range_funcs.last() else { return false };
        let (around, state) = (range.around, range.state);
        if !results.is_empty() {
            let vars = self.code[around].results.clone();
            for (index, &var) in vars.iter().enumerate() {
                let generated =
                    self.code[var].name.is_none_or(|name| name.as_str().starts_with('~'));
                if generated {
                    self.code[var].name = Some(Name::new(&format!("#rv{}", index + 1)));
                }
            }
            let declared = self.result_types();
            let wanted = |_: &Self, index: usize| declared.get(index).copied();
            let values = self.values(results, &wanted, at);
            let targets: Vec<Id> = vars.iter().map(|&var| self.use_var(var, at)).collect();
            let kind = match (&targets[..], &values[..]) {
                (&[target], &[value]) => Kind::Assign(target, Some(value)),
                _ => {
                    let lhs = self.code.add_list(&targets);
                    let rhs = self.code.add_list(&values);
                    Kind::AssignList(crate::ir::AssignKind::Parallel, lhs, rhs)
                }
            };
            out.push(self.statement(kind, at));
        }
        out.extend(self.set_next(-1, at));
        let done = self.set_int(state, 1, at);
        out.push(done);
        let leave = self.return_bool(false, at);
        out.push(leave);
        true
    }

    /// How many range-over-func bodies a `break` or `continue` leaves; `None` if none.
    fn left_bodies(&self, kind: BranchKind, label: Option<Name>) -> Option<usize> {
        for (depth, range) in self.range_funcs.iter().rev().enumerate() {
            let Some(label) = label else {
                let within =
                    range.inner.iter().any(|&(_, is_loop)| is_loop || kind == BranchKind::Break);
                return (!within).then_some(depth + 1);
            };
            if range.inner.iter().any(|&(inner, _)| inner == Some(label)) {
                return (depth > 0).then_some(depth);
            }
            if range.label == Some(label) {
                return Some(depth + 1);
            }
        }
        if self.range_funcs.is_empty() { None } else { Some(self.range_funcs.len()) }
    }

    /// Whether a `break` or `continue` ends the function that a range-over-func body is.
    pub(super) fn leaves_range_func(&self, kind: BranchKind, label: Option<Name>) -> bool {
        self.left_bodies(kind, label).is_some()
    }

    /// `break`, `continue`, `goto` out of a range-over-func body; whether it is one.
    pub(super) fn branch_in_range_func(
        &mut self,
        kind: BranchKind,
        label: Option<Name>,
        at: At,
        out: &mut Vec<Id>,
    ) -> bool {
        if kind == BranchKind::Goto {
            // A label of the same body.
            return false;
        }
        let Some(left) = self.left_bodies(kind, label) else { return false };
        let Some(state) = self.range_funcs.last().map(|range| range.state) else { return false };
        let own = left == 1
            && self.range_funcs.last().is_some_and(|range| label.is_none() || range.label == label);
        let goes_on = own && kind == BranchKind::Continue;
        if !own {
            out.extend(self.set_next(2, at));
        }
        let set = self.set_int(state, i64::from(!goes_on), at);
        out.push(set);
        let leave = self.return_bool(goes_on, at);
        out.push(leave);
        true
    }

    /// Builds a part of a statement that `break` and, if it is a loop, `continue` can refer to.
    pub(super) fn breakable<T>(
        &mut self,
        label: Option<Name>,
        is_loop: bool,
        build: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if let Some(range) = self.range_funcs.last_mut() {
            range.inner.push((label, is_loop));
        }
        let built = build(self);
        if let Some(range) = self.range_funcs.last_mut() {
            range.inner.pop();
        }
        built
    }
}
