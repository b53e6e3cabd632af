//! Statements.

use super::{BOOL, Builder};
use crate::ir::{AssignKind, At, Definition, Id, Kind, List, Point, VarId, VarKind};
use gossa_syntax::{
    AssignOp, BinaryOp, BranchKind, DeclKeyword, Expr, ExprId, NodeId, RangeBinding, Spec, Stmt,
    StmtId,
};
use gossa_types::constant::Value;
use gossa_types::identical::identical;
use gossa_types::underlying::core_type;
use gossa_types::{LocalId, LocalKind, Mode, Object, TypeId, TypeKind};

impl Builder<'_> {
    /// The statements of a block.
    pub(super) fn block(&mut self, stmt: StmtId) -> List {
        let mut out = Vec::new();
        if let Stmt::Block(list) = self.tree[stmt] {
            let list = self.tree[list].to_vec();
            self.stmts(&list, &mut out);
        } else {
            self.stmt(stmt, &mut out);
        }
        self.code.add_list(&out)
    }

    /// Statements without those that are never reached.
    pub(super) fn stmts(&mut self, list: &[StmtId], out: &mut Vec<Id>) {
        let is_label = |stmt: StmtId| matches!(self.tree[stmt], Stmt::Labeled { .. });
        let last_label = list.iter().rposition(|&stmt| is_label(stmt));
        let labels: Vec<bool> = list.iter().map(|&stmt| is_label(stmt)).collect();
        let mut dead = false;
        for (index, &stmt) in list.iter().enumerate() {
            if dead && last_label.is_none_or(|last| index > last) && !labels[index] {
                continue;
            }
            self.stmt(stmt, out);
            dead = self.terminates(stmt);
        }
    }

    pub(super) fn stmt(&mut self, stmt: StmtId, out: &mut Vec<Id>) {
        stacker::maybe_grow(super::RED_ZONE, super::STACK_SEGMENT, || self.stmt_inner(stmt, out));
    }

    fn optional(&mut self, stmt: Option<StmtId>) -> List {
        let mut out = Vec::new();
        if let Some(stmt) = stmt {
            self.stmt(stmt, &mut out);
        }
        self.code.add_list(&out)
    }

    fn stmt_inner(&mut self, stmt: StmtId, out: &mut Vec<Id>) {
        let tree = self.tree;
        let at = self.at_stmt(stmt);
        let label = self.label.take();
        match tree[stmt] {
            Stmt::Bad | Stmt::Empty { .. } => {}
            Stmt::Expr(x) => {
                let x = self.expr(x);
                out.push(x);
            }
            Stmt::Send { chan, value } => {
                let elem = match core_type(&self.types.resolver, self.checked_ty(chan))
                    .map(TypeId::kind)
                {
                    Some(TypeKind::Chan { elem, .. }) => Some(*elem),
                    _ => None,
                };
                let chan = self.expr(chan);
                let value = self.converted(elem, value);
                out.push(self.statement(Kind::Send(chan, value), at));
            }
            Stmt::IncDec { x, increment } => {
                let x = self.expr(x);
                let ty = self.code[x].ty;
                let one = self.constant(Value::from_i64(1), ty, at);
                let op = if increment { BinaryOp::Add } else { BinaryOp::Sub };
                out.push(self.statement(Kind::AssignOp(op, x, one), at));
            }
            Stmt::Assign { op, lhs, rhs } => {
                let (lhs, rhs) = (tree[lhs].to_vec(), tree[rhs].to_vec());
                match op {
                    AssignOp::Compound(op) => {
                        let (&[x], &[y]) = (&lhs[..], &rhs[..]) else { return };
                        let to = match op {
                            BinaryOp::Shl | BinaryOp::Shr => None,
                            _ => Some(self.checked_ty(x)),
                        };
                        let x = self.expr(x);
                        let y = self.converted(to, y);
                        out.push(self.statement(Kind::AssignOp(op, x, y), at));
                    }
                    AssignOp::Assign | AssignOp::Define => {
                        let assign = self.assign(&lhs, &rhs, at);
                        out.push(assign);
                    }
                }
            }
            Stmt::Go(call) => self.go_or_defer(call, false, at, out),
            Stmt::Defer(call) => self.go_or_defer(call, true, at, out),
            Stmt::Return(results) => {
                let results = tree[results].to_vec();
                self.return_stmt(&results, at, out);
            }
            Stmt::Branch { kind, label } => self.branch(kind, label, at, out),
            Stmt::Block(list) => {
                let list = tree[list].to_vec();
                let mut inner = Vec::new();
                self.stmts(&list, &mut inner);
                // A block of its own has no depth of loops to give back: its statements are those
                // of the list around it.
                out.extend(inner);
            }
            Stmt::If { init, cond, then, otherwise } => {
                self.if_stmt(init, cond, then, otherwise, at, out);
            }
            Stmt::Switch { init, tag, cases } => {
                let cases = tree[cases].to_vec();
                self.breakable(label, false, |this| this.switch(init, tag, &cases, at, out));
            }
            Stmt::TypeSwitch { init, guard, cases } => {
                let cases = tree[cases].to_vec();
                self.breakable(label, false, |this| {
                    this.type_switch(init, guard, &cases, at, out);
                });
            }
            Stmt::Select { cases } => {
                let cases = tree[cases].to_vec();
                self.breakable(label, false, |this| this.select(&cases, at, out));
            }
            Stmt::For { init, cond, post, body } => {
                let init = self.optional(init);
                if cond.is_some_and(|cond| self.static_bool(cond) == Some(false)) {
                    out.extend(self.code.list(init).to_vec());
                    return;
                }
                let cond = cond.map(|cond| self.condition(cond));
                let post = post.and_then(|post| {
                    let list = self.optional(Some(post));
                    self.code.list(list).first().copied()
                });
                let body = self.breakable(label, true, |this| this.block(body));
                let id = self.statement(Kind::For { cond, post, body }, at);
                self.code[id].init = init;
                self.code[id].flag = self.per_iteration;
                out.push(id);
            }
            Stmt::Range { key, value, x, body, binding } => {
                let core = core_type(&self.types.resolver, self.checked_ty(x));
                if let Some(TypeKind::Signature(signature)) = core.map(TypeId::kind) {
                    self.range_func(stmt, signature, [key, value], x, body, binding, label, out);
                    return;
                }
                self.breakable(label, true, |this| {
                    this.range(stmt, [key, value], x, body, binding, out);
                });
            }
            Stmt::Labeled { label, stmt } => {
                if let Some(name) = tree.name(label) {
                    if !name.is_blank() {
                        out.push(self.statement(Kind::Label(name), at));
                    }
                    self.label = Some(name);
                }
                self.stmt(stmt, out);
                self.label = None;
            }
            Stmt::Decl { keyword: DeclKeyword::Var, specs } => {
                for spec in tree.spec_ids(specs) {
                    let Spec::Value { names, values, .. } = tree.specs[spec.index()] else {
                        continue;
                    };
                    let (names, values) = (tree[names].to_vec(), tree[values].to_vec());
                    self.var_spec(&names, &values, out);
                }
            }
            Stmt::Decl { .. } | Stmt::Case { .. } | Stmt::Comm { .. } => {}
        }
    }

    // Assignments.

    fn var_spec(&mut self, names: &[ExprId], values: &[ExprId], out: &mut Vec<Id>) {
        let Some(&first) = names.first() else { return };
        let at = self.at_expr(first);
        if !values.is_empty() {
            let assign = self.assign(names, values, at);
            out.push(assign);
            return;
        }
        for &name in names {
            let Some(local) = self.declared_here(name) else { continue };
            let var = self.declare_local(local, VarKind::Local);
            let declare = self.statement(Kind::Declare(var), at);
            let target = self.use_var(var, at);
            let assign = self.statement(Kind::Assign(target, None), at);
            self.add_init(assign, &[declare]);
            out.push(assign);
        }
    }

    /// The local that an identifier declares.
    pub(super) fn declared_here(&self, ident: ExprId) -> Option<LocalId> {
        let ident = self.tree.unparen(ident);
        if self.is_blank(ident) {
            return None;
        }
        let Some(Object::Local(local)) = self.checked.object(ident) else { return None };
        let found = self.checked.locals.get(local.index())?;
        // Receiver, parameters and results are declared in the header, whose nodes have numbers
        // of their own.
        let in_header = found.function.is_none()
            && matches!(found.kind, LocalKind::Receiver | LocalKind::Param | LocalKind::Result);
        (!in_header && found.declared_at == Some(NodeId::from(ident))).then_some(local)
    }

    /// Operands on the left of an assignment, and the variables that they declare.
    pub(super) fn targets(&mut self, lhs: &[ExprId]) -> (Vec<Id>, Vec<VarId>) {
        let mut declared = Vec::new();
        let mut targets = Vec::new();
        for &target in lhs {
            let at = self.at_expr(target);
            if self.is_blank(target) {
                targets.push(self.blank(at));
            } else if let Some(local) = self.declared_here(target) {
                let var = self.declare_local(local, VarKind::Local);
                declared.push(var);
                targets.push(self.use_var(var, at));
            } else {
                targets.push(self.expr(target));
            }
        }
        (targets, declared)
    }

    /// The type (as checked) that is assigned to an operand; `None` for the blank identifier.
    pub(super) fn target_type(&self, target: ExprId) -> Option<TypeId> {
        if self.is_blank(target) {
            return None;
        }
        let ident = self.tree.unparen(target);
        if let Some(Object::Local(local)) = self.checked.object(ident) {
            return self.checked.locals.get(local.index()).map(|local| local.ty);
        }
        Some(self.checked_ty(target))
    }

    /// `lhs = rhs`, `lhs := rhs`
    fn assign(&mut self, lhs: &[ExprId], rhs: &[ExprId], at: At) -> Id {
        let (targets, declared) = self.targets(lhs);
        let wanted =
            |this: &Self, index: usize| lhs.get(index).and_then(|&target| this.target_type(target));
        let values = self.values(rhs, &wanted, at);
        let kind = match (&targets[..], &values[..]) {
            (&[target], &[value]) => Kind::Assign(target, Some(value)),
            _ => {
                let lhs = self.code.add_list(&targets);
                let rhs = self.code.add_list(&values);
                Kind::AssignList(AssignKind::Parallel, lhs, rhs)
            }
        };
        let assign = self.statement(kind, at);
        self.defines(assign, &declared);
        assign
    }

    /// Makes a statement the definition of variables, and declare them.
    pub(super) fn defines(&mut self, stmt: Id, vars: &[VarId]) {
        if vars.is_empty() {
            return;
        }
        let declares: Vec<Id> = vars
            .iter()
            .map(|&var| {
                self.code[var].definition = Definition::Stmt(stmt);
                let at = self.code[var].at;
                self.statement(Kind::Declare(var), at)
            })
            .collect();
        self.add_init(stmt, &declares);
        self.code[stmt].flag = true;
    }

    fn return_stmt(&mut self, results: &[ExprId], at: At, out: &mut Vec<Id>) {
        if self.return_from_range_func(results, at, out) {
            return;
        }
        let declared = self.result_types();
        let wanted = |_: &Self, index: usize| declared.get(index).copied();
        let values = self.values(results, &wanted, at);
        let list = self.code.add_list(&values);
        out.push(self.statement(Kind::Return(list), at));
    }

    fn branch(&mut self, kind: BranchKind, label: Option<ExprId>, at: At, out: &mut Vec<Id>) {
        let label = label.and_then(|label| self.tree.name(label));
        if kind != BranchKind::Fallthrough && self.branch_in_range_func(kind, label, at, out) {
            return;
        }
        let kind = match (kind, label) {
            (BranchKind::Goto, Some(label)) => Kind::Goto(label),
            _ => Kind::Jump,
        };
        out.push(self.statement(kind, at));
    }

    // Conditions.

    /// A condition, without operands that cannot decide it.
    fn condition(&mut self, cond: ExprId) -> Id {
        let cond = self.reduced(cond);
        self.expr(cond)
    }

    fn if_stmt(
        &mut self,
        init: Option<StmtId>,
        cond: ExprId,
        then: StmtId,
        otherwise: Option<StmtId>,
        at: At,
        out: &mut Vec<Id>,
    ) {
        let init = self.optional(init);
        let known = self.static_bool(cond);
        let cond = self.condition(cond);
        let empty = List::default();
        let then = if known == Some(false) { empty } else { self.block(then) };
        let otherwise = match otherwise {
            Some(otherwise) if known != Some(true) => {
                let mut list = Vec::new();
                self.stmt(otherwise, &mut list);
                self.code.add_list(&list)
            }
            _ => empty,
        };
        if known.is_some() {
            out.extend(self.code.list(init).to_vec());
            if !matches!(self.code[cond].kind, Kind::Const(_)) {
                let blank = self.blank(at);
                out.push(self.statement(Kind::Assign(blank, Some(cond)), at));
            }
            out.extend(self.code.list(then).to_vec());
            out.extend(self.code.list(otherwise).to_vec());
            return;
        }
        let id = self.statement(Kind::If { cond, then, otherwise }, at);
        self.code[id].init = init;
        out.push(id);
    }

    fn switch(
        &mut self,
        init: Option<StmtId>,
        tag: Option<ExprId>,
        cases: &[StmtId],
        at: At,
        out: &mut Vec<Id>,
    ) {
        let tree = self.tree;
        let init = self.optional(init);
        let decided = self.decided_case(tag, cases);
        let (tag, cases) = match &decided {
            Some(target) => (None, target.as_slice()),
            None => (tag, cases),
        };
        let mut tag_type = match tag {
            Some(tag) => self.checked_ty(tag),
            None => BOOL,
        };
        let of_channel = matches!(self.types.under(tag_type), TypeKind::Chan { .. });
        if !of_channel && decided.is_none() {
            let r = &self.types.resolver;
            let mixed = cases.iter().any(|&case| {
                let Stmt::Case { exprs, .. } = tree[case] else { return false };
                tree[exprs].iter().any(|&expr| {
                    let ty = self.checked_ty(expr);
                    (self.types.is_interface(ty) || self.types.is_interface(tag_type))
                        && self.checked.mode(expr) != Mode::Nil
                        && gossa_types::assignable::assignable(r, ty, None, tag_type).is_err()
                })
            });
            if mixed {
                tag_type = TypeId::empty_interface();
            }
        }
        let tag = tag.map(|tag| self.converted(Some(tag_type), tag));
        let wanted = if of_channel { None } else { Some(tag_type) };
        let mut clauses = Vec::new();
        for &case in cases {
            let Stmt::Case { exprs, body, .. } = tree[case] else { continue };
            let at = self.at_stmt(case);
            let exprs = if decided.is_some() { Vec::new() } else { tree[exprs].to_vec() };
            let exprs: Vec<Id> = exprs.iter().map(|&expr| self.converted(wanted, expr)).collect();
            let exprs = self.code.add_list(&exprs);
            let list = tree[body].to_vec();
            let mut body = Vec::new();
            self.stmts(&list, &mut body);
            let body = self.code.add_list(&body);
            clauses.push(self.statement(Kind::Case { exprs, body, var: None }, at));
        }
        let cases = self.code.add_list(&clauses);
        let id = self.statement(Kind::Switch { tag, cases }, at);
        self.code[id].init = init;
        out.push(id);
    }

    fn type_switch(
        &mut self,
        init: Option<StmtId>,
        guard: StmtId,
        cases: &[StmtId],
        at: At,
        out: &mut Vec<Id>,
    ) {
        let tree = self.tree;
        let init = self.optional(init);
        let operand = match tree[guard] {
            Stmt::Assign { rhs, .. } => tree[rhs].first().copied(),
            Stmt::Expr(x) => Some(x),
            _ => None,
        };
        let operand = match operand.map(|operand| tree[tree.unparen(operand)]) {
            Some(Expr::TypeAssert { x, .. }) => x,
            _ => return,
        };
        let x = self.expr(operand);
        let mut clauses = Vec::new();
        for &case in cases {
            let Stmt::Case { exprs, body, .. } = tree[case] else { continue };
            let at = self.at_stmt(case);
            let var = self.checked.implicit(case).map(|local| {
                let var = self.declare_local(local, VarKind::Local);
                self.code[var].definition = Definition::TypeSwitch;
                self.code[var].at = match tree[exprs].last() {
                    Some(&last) => self.at_expr(self.last_type(last)),
                    None => at,
                };
                var
            });
            let list = tree[body].to_vec();
            let mut body = Vec::new();
            self.stmts(&list, &mut body);
            let body = self.code.add_list(&body);
            let exprs = self.code.add_list(&[]);
            clauses.push(self.statement(Kind::Case { exprs, body, var }, at));
        }
        let cases = self.code.add_list(&clauses);
        let id = self.statement(Kind::TypeSwitch { x, cases }, at);
        self.code[id].init = init;
        out.push(id);
    }

    /// The part of a type that its last name begins with: where the symbol of a type switch is.
    fn last_type(&self, mut expr: ExprId) -> ExprId {
        loop {
            expr = match self.tree[expr] {
                Expr::Paren(x) | Expr::Star(x) => x,
                Expr::Selector { x, .. } => return x,
                Expr::ArrayType { elem, .. } | Expr::ChanType { elem, .. } => elem,
                Expr::MapType { value, .. } => value,
                Expr::Index { indices, .. } => match self.tree[indices].last() {
                    Some(&last) => last,
                    None => return expr,
                },
                _ => return expr,
            };
        }
    }

    fn select(&mut self, cases: &[StmtId], at: At, out: &mut Vec<Id>) {
        let tree = self.tree;
        let mut clauses = Vec::new();
        for &case in cases {
            let Stmt::Comm { comm, body } = tree[case] else { continue };
            let at = self.at_stmt(case);
            let mut list = Vec::new();
            let comm = comm.and_then(|comm| self.comm(comm, at, &mut list));
            let body = tree[body].to_vec();
            self.stmts(&body, &mut list);
            let body = self.code.add_list(&list);
            clauses.push(self.statement(Kind::Comm { comm, body }, at));
        }
        let cases = self.code.add_list(&clauses);
        out.push(self.statement(Kind::Select(cases), at));
    }

    /// A communication; what is assigned with a conversion is assigned first thing in the body.
    fn comm(&mut self, comm: StmtId, clause: At, body: &mut Vec<Id>) -> Option<Id> {
        let tree = self.tree;
        let at = self.at_stmt(comm);
        let (lhs, rhs) = match tree[comm] {
            Stmt::Expr(x) => (Vec::new(), x),
            Stmt::Assign { lhs, rhs, .. } => (tree[lhs].to_vec(), *tree[rhs].first()?),
            _ => {
                let list = self.optional(Some(comm));
                return self.code.list(list).first().copied();
            }
        };
        if lhs.len() == 2 {
            let assign = self.assign(&lhs, &[rhs], at);
            let Kind::AssignList(_, _, values) = self.code[assign].kind else {
                return Some(assign);
            };
            let first = self.code.list(values).first().copied()?;
            let init = std::mem::take(&mut self.code[first].init);
            body.push(assign);
            return self.code.list(init).first().copied();
        }
        let receive = self.expr(rhs);
        let ty = self.code[receive].ty;
        let mut declared = Vec::new();
        let mut target = self.blank(at);
        if let &[only] = &lhs[..] {
            let wanted = self.target_type(only);
            let same = wanted
                .is_none_or(|wanted| identical(&self.types.resolver, wanted, self.checked_ty(rhs)));
            let (targets, vars) = self.targets(&lhs);
            let found = *targets.first()?;
            if same || !vars.is_empty() {
                (target, declared) = (found, vars);
            } else {
                let temp = self.temporary(ty, clause);
                let value = self.use_var(temp, clause);
                let to = self.subst(wanted.unwrap_or(ty));
                let value = self.conversion(value, to, at, true);
                body.push(self.statement(Kind::Assign(found, Some(value)), at));
                target = self.use_var(temp, clause);
                declared = vec![temp];
            }
        }
        let blank = self.blank(at);
        let lhs = self.code.add_list(&[target, blank]);
        let rhs = self.code.add_list(&[receive]);
        let receive = self.statement(Kind::AssignList(AssignKind::Receive, lhs, rhs), at);
        self.defines(receive, &declared);
        Some(receive)
    }

    fn range(
        &mut self,
        stmt: StmtId,
        vars: [Option<ExprId>; 2],
        x: ExprId,
        body: StmtId,
        binding: RangeBinding,
        out: &mut Vec<Id>,
    ) {
        let at = At { point: Point::Token, ..self.at_stmt(stmt) };
        let lhs: Vec<ExprId> = vars.into_iter().flatten().collect();
        let (targets, declared) = match binding {
            RangeBinding::None => (Vec::new(), Vec::new()),
            _ => self.targets(&lhs),
        };
        let (key, value) = (targets.first().copied(), targets.get(1).copied());
        let x = self.expr(x);
        let body = self.block(body);
        let id = self.statement(Kind::Range { key, value, x, body }, at);
        self.defines(id, &declared);
        self.code[id].flag = !declared.is_empty() && self.per_iteration;
        out.push(id);
    }
}
