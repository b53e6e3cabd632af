//! Variables of loops, one per iteration (Go 1.22).
//!
//! Where nobody can tell, an iteration variable is one variable for the whole loop. Where a
//! function literal uses it or its address is taken, each iteration has its own: a copy of a
//! hidden one, which is copied back in the end.

use crate::ir::{At, Code, Definition, FuncIndex, Id, Kind, List, VarId};
use gossa_base::FxHashMap;
use gossa_types::TypeId;

/// Gives iterations their own variables where that can be told.
pub(crate) fn separate(code: &mut Code, is_array: &dyn Fn(TypeId) -> bool) {
    for index in 0..code.funcs.len() {
        let func = FuncIndex::from_usize(index);
        let mut pass =
            Pass { func, leaked: FxHashMap::default(), depth: 0, returning: 0, is_array };
        for id in code.list(code[func].body).to_vec() {
            pass.node(code, id);
        }
    }
}

struct Pass<'p> {
    func: FuncIndex,
    /// Iteration variables, and whether an iteration must have its own.
    leaked: FxHashMap<VarId, bool>,
    depth: u32,
    /// Depth of loops at the return statement around: what happens there happens once.
    returning: u32,
    is_array: &'p dyn Fn(TypeId) -> bool,
}

impl Pass<'_> {
    fn node(&mut self, code: &mut Code, id: Id) {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.node_inner(code, id));
    }

    fn children(&mut self, code: &mut Code, id: Id) {
        let mut children = Vec::new();
        code.each_child(id, &mut |child| children.push(child));
        for child in children {
            self.node(code, child);
        }
    }

    fn leaks(&mut self, var: VarId) {
        if let Some(leaked) = self.leaked.get_mut(&var) {
            *leaked = true;
        }
    }

    fn node_inner(&mut self, code: &mut Code, id: Id) {
        match code[id].kind {
            Kind::Closure(func) if self.returning < self.depth => {
                for var in code[func].captures.clone() {
                    self.leaks(var);
                }
            }
            Kind::Address(x) if self.returning < self.depth => {
                if let Kind::Var(var) = code[code.outer_value(x, self.is_array)].kind {
                    self.leaks(var);
                }
            }
            Kind::Return(_) => {
                let saved = std::mem::replace(&mut self.returning, self.depth);
                self.children(code, id);
                self.returning = saved;
                return;
            }
            Kind::Range { key, value, .. } if code[id].flag => {
                for target in [key, value].into_iter().flatten() {
                    if let Kind::Var(var) = code[target].kind {
                        self.leaked.insert(var, false);
                    }
                }
                self.depth += 1;
                self.children(code, id);
                self.depth -= 1;
                self.separate_range(code, id);
                return;
            }
            Kind::For { .. } if code[id].flag => {
                let vars = defined_in_init(code, id);
                for &(var, _) in &vars {
                    self.leaked.insert(var, false);
                }
                self.depth += 1;
                self.children(code, id);
                self.depth -= 1;
                let leaked: Vec<(VarId, Id)> = vars
                    .into_iter()
                    .filter(|(var, _)| self.leaked.get(var) == Some(&true))
                    .collect();
                if !leaked.is_empty() {
                    self.separate_for(code, id, &leaked);
                }
                return;
            }
            _ => {}
        }
        self.children(code, id);
    }

    fn separate_range(&mut self, code: &mut Code, id: Id) {
        let Kind::Range { key, value, x, body } = code[id].kind else { return };
        let mut statements = code.list(body).to_vec();
        for target in [key, value].into_iter().flatten() {
            let Kind::Var(var) = code[target].kind else { continue };
            if self.leaked.get(&var) != Some(&true) {
                continue;
            }
            let (at, ty) = (code[id].at, code[var].ty);
            let hidden = code.new_temporary(self.func, ty, at);
            let assign = self.copy(code, var, hidden, at);
            code[assign].flag = true;
            move_declaration(code, id, var, assign);
            code[target].kind = Kind::Var(hidden);
            statements.insert(0, assign);
        }
        let body = code.add_list(&statements);
        code[id].kind = Kind::Range { key, value, x, body };
    }

    /// `to = from`
    fn copy(&self, code: &mut Code, to: VarId, from: VarId, at: At) -> Id {
        let ty = code[to].ty;
        let target = code.made(Kind::Var(to), ty, at);
        let value = code.made(Kind::Var(from), ty, at);
        code.made(Kind::Assign(target, Some(value)), TypeId::INVALID, at)
    }

    fn separate_for(&mut self, code: &mut Code, id: Id, leaked: &[(VarId, Id)]) {
        let Kind::For { cond, post, body } = code[id].kind else { return };
        let at = code[id].at;
        let mut before = Vec::new();
        let mut after = Vec::new();
        for &(var, target) in leaked {
            let ty = code[var].ty;
            let hidden = code.new_temporary(self.func, ty, at);
            let assign = self.copy(code, var, hidden, at);
            code[assign].flag = true;
            code[var].definition = Definition::Stmt(assign);
            for stmt in code.list(code[id].init).to_vec() {
                move_declaration(code, stmt, var, assign);
            }
            code[target].kind = Kind::Var(hidden);
            before.push(assign);
            after.push(self.copy(code, hidden, var, at));
        }
        // The first iteration skips what comes after each.
        before.extend(post);
        before.extend(cond);
        before.extend_from_slice(code.list(body));
        before.extend(after);
        let body = code.add_list(&before);
        code[id].kind = Kind::For { cond: None, post: None, body };
    }
}

/// Variables that the statement in front of a loop declares, with where they are assigned to.
fn defined_in_init(code: &Code, id: Id) -> Vec<(VarId, Id)> {
    let mut vars = Vec::new();
    for &stmt in code.list(code[id].init) {
        if !code[stmt].flag {
            continue;
        }
        let targets: &[Id] = match &code[stmt].kind {
            Kind::Assign(x, _) => std::slice::from_ref(x),
            Kind::AssignList(_, lhs, _) => code.list(*lhs),
            _ => &[],
        };
        for &target in targets {
            if let Kind::Var(var) = code[target].kind {
                vars.push((var, target));
            }
        }
    }
    vars
}

/// Moves a variable's declaration from one statement to another.
fn move_declaration(code: &mut Code, from: Id, var: VarId, to: Id) {
    let init = code.list(code[from].init).to_vec();
    let (moved, kept): (Vec<Id>, Vec<Id>) =
        init.into_iter().partition(|&stmt| code[stmt].kind == Kind::Declare(var));
    if moved.is_empty() {
        return;
    }
    code[from].init = code.add_list(&kept);
    let mut init = moved;
    init.extend_from_slice(code.list(code[to].init));
    let list: List = code.add_list(&init);
    code[to].init = list;
}
