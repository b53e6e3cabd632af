//! Assignments to variables that nobody reads.
//!
//! Their right-hand sides are not evaluated if that has no effect, so a function literal that is
//! only assigned to such a variable is never made.

use crate::ir::{AssignKind, Code, Definition, FuncIndex, Id, Kind, VarId, VarKind};
use gossa_base::FxHashMap;
use gossa_types::constant::Value;
use gossa_types::{BasicKind, TypeId};

/// Removes assignments whose values are never used.
pub(crate) fn remove(code: &mut Code) {
    for index in 0..code.funcs.len() {
        let func = FuncIndex::from_usize(index);
        if code[func].is_closure() {
            continue;
        }
        let mut pass = Pass { code, assigned: FxHashMap::default(), order: Vec::new() };
        let body = pass.code.list(pass.code[func].body).to_vec();
        pass.nodes(&body);
        let Pass { assigned, order, .. } = pass;
        for key in order {
            let Some(Some(assigns)) = assigned.get(&key) else { continue };
            for &assign in assigns {
                discard(code, assign);
            }
            if let (Key::Var(var), false) = (key, assigns.is_empty()) {
                code[var].definition = Definition::None;
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Var(VarId),
    Blank,
}

/// An assignment: a statement, and which of its values.
#[derive(Clone, Copy)]
struct Assignment {
    stmt: Id,
    index: usize,
}

struct Pass<'c> {
    code: &'c Code,
    /// Assignments to a variable as long as it is not used; `None` afterwards.
    assigned: FxHashMap<Key, Option<Vec<Assignment>>>,
    order: Vec<Key>,
}

impl Pass<'_> {
    fn nodes(&mut self, ids: &[Id]) {
        for &id in ids {
            self.node(id);
        }
    }

    fn node(&mut self, id: Id) {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.node_inner(id));
    }

    fn children(&mut self, id: Id) {
        let mut children = Vec::new();
        self.code.each_child(id, &mut |child| children.push(child));
        self.nodes(&children);
    }

    fn node_inner(&mut self, id: Id) {
        let code = self.code;
        match code[id].kind {
            Kind::Declare(_) => {}
            Kind::Var(var) => {
                self.nodes(code.list(code[id].init));
                self.used(var);
            }
            Kind::Closure(func) => {
                self.children(id);
                for &var in &code[func].captures {
                    self.used(var);
                }
                self.nodes(code.list(code[func].body));
            }
            Kind::Assign(x, y) => {
                self.nodes(code.list(code[id].init));
                self.assign(Assignment { stmt: id, index: 0 }, x, y, false);
            }
            Kind::AssignList(AssignKind::Parallel, lhs, rhs) => {
                self.nodes(code.list(code[id].init));
                let (lhs, rhs) = (code.list(lhs), code.list(rhs));
                let some = lhs.iter().any(|&x| code[x].kind != Kind::Blank);
                for (index, (&x, &y)) in lhs.iter().zip(rhs).enumerate() {
                    self.assign(Assignment { stmt: id, index }, x, Some(y), some);
                }
            }
            _ => self.children(id),
        }
    }

    fn used(&mut self, var: VarId) {
        if matches!(self.code[var].kind, VarKind::Result(_)) {
            return;
        }
        let key = Key::Var(var);
        if !self.assigned.contains_key(&key) {
            self.order.push(key);
        }
        if let Some(Some(assigns)) = self.assigned.insert(key, None) {
            for assign in assigns {
                if let Some(value) = value_of(self.code, assign) {
                    self.node(value);
                }
            }
        }
    }

    fn assign(&mut self, at: Assignment, x: Id, y: Option<Id>, blank_is_unused: bool) {
        let code = self.code;
        let key = match code[x].kind {
            Kind::Var(var) if matches!(code[var].kind, VarKind::Result(_)) => None,
            Kind::Var(var) => Some(Key::Var(var)),
            Kind::Blank => blank_is_unused.then_some(Key::Blank),
            _ => {
                self.node(x);
                self.nodes(y.as_slice());
                return;
            }
        };
        if let Some(key) = key
            && y.is_none_or(|y| has_no_effect(code, y))
        {
            match self.assigned.get_mut(&key) {
                Some(None) => {}
                Some(Some(assigns)) => {
                    assigns.push(at);
                    return;
                }
                None => {
                    self.order.push(key);
                    self.assigned.insert(key, Some(vec![at]));
                    return;
                }
            }
        }
        self.nodes(y.as_slice());
    }
}

fn has_no_effect(code: &Code, id: Id) -> bool {
    code.list(code[id].init).is_empty()
        && matches!(
            code[id].kind,
            Kind::Var(_)
                | Kind::Global(_)
                | Kind::Func(_)
                | Kind::Const(_)
                | Kind::Nil
                | Kind::Closure(_)
        )
}

fn value_of(code: &Code, assign: Assignment) -> Option<Id> {
    match code[assign.stmt].kind {
        Kind::Assign(_, y) => y,
        Kind::AssignList(_, _, rhs) => code.list(rhs).get(assign.index).copied(),
        _ => None,
    }
}

/// Makes an assignment one of zero to the blank identifier.
fn discard(code: &mut Code, assign: Assignment) {
    let at = code[assign.stmt].at;
    let blank = code.made(Kind::Blank, TypeId::INVALID, at);
    let index = u32::try_from(code.consts.len()).unwrap_or(u32::MAX);
    code.consts.push(Value::from_i64(0));
    let zero = code.made(Kind::Const(index), TypeId::basic(BasicKind::Int), at);
    match code[assign.stmt].kind {
        Kind::Assign(..) => code[assign.stmt].kind = Kind::Assign(blank, Some(zero)),
        Kind::AssignList(_, lhs, rhs) => {
            code.lists[lhs.0.start as usize + assign.index] = blank;
            code.lists[rhs.0.start as usize + assign.index] = zero;
        }
        _ => {}
    }
}
