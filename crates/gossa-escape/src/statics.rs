//! Variables that have one value all their life.

use crate::ir::{AssignKind, Code, Definition, FuncIndex, Id, Kind, VarId, VarKind};
use crate::types::Types;
use gossa_types::TypeKind;

/// What is assigned to the variables of a [`Code`].
pub(crate) struct Statics {
    /// By variable: whether nothing is assigned to it but by its definition.
    single: Vec<bool>,
    /// By variable of function type: all that is assigned to it, if that is known.
    functions: Vec<Option<Vec<Id>>>,
}

impl Statics {
    pub(crate) fn new(code: &Code, types: &Types<'_>) -> Self {
        let local = |var: VarId| {
            let var = &code[var];
            matches!(var.kind, VarKind::Local | VarKind::Temporary) && !var.address_taken
        };
        let all = || (0..code.vars.len()).map(VarId::from_usize);
        let single =
            all().map(|var| local(var) && code[var].definition != Definition::None).collect();
        let functions = all()
            .map(|var| {
                let plain = match code[var].definition {
                    Definition::None => true,
                    Definition::Stmt(stmt) => matches!(code[stmt].kind, Kind::Assign(..)),
                    Definition::TypeSwitch => false,
                };
                let is_func = matches!(types.under(code[var].ty), TypeKind::Signature(_));
                (local(var) && plain && is_func).then(Vec::new)
            })
            .collect();
        let mut statics = Self { single, functions };
        for index in 0..code.funcs.len() {
            code.walk(FuncIndex::from_usize(index), &mut |id| {
                statics.look_at(code, types, id);
                true
            });
        }
        statics
    }

    fn look_at(&mut self, code: &Code, types: &Types<'_>, id: Id) {
        match code[id].kind {
            Kind::Assign(x, y) => self.assigned(code, types, x, id, Some(y)),
            Kind::AssignList(_, lhs, _) => {
                for &x in code.list(lhs) {
                    self.assigned(code, types, x, id, None);
                }
            }
            Kind::AssignOp(_, x, _) => self.assigned(code, types, x, id, None),
            Kind::Range { key, value, .. } => {
                for x in [key, value].into_iter().flatten() {
                    self.assigned(code, types, x, id, None);
                }
            }
            _ => {}
        }
    }

    /// `plain`: the value of a plain assignment.
    fn assigned(
        &mut self,
        code: &Code,
        types: &Types<'_>,
        target: Id,
        stmt: Id,
        plain: Option<Option<Id>>,
    ) {
        let outer = code.outer_value(target, &|ty| types.is_array(ty));
        let Kind::Var(var) = code[outer].kind else { return };
        if code[var].definition != Definition::Stmt(stmt) {
            self.single[var.index()] = false;
        }
        let Some(values) = &mut self.functions[var.index()] else { return };
        match plain {
            None => self.functions[var.index()] = None,
            Some(value) => {
                let mut value = value;
                while let Some(id) = value
                    && let Kind::Retype(x) = code[id].kind
                {
                    value = Some(x);
                }
                if let Some(id) = value
                    && code[id].kind != Kind::Nil
                {
                    values.push(id);
                }
            }
        }
    }

    /// The expression that a value always comes from, as far as that can be told.
    pub(crate) fn value(&self, code: &Code, id: Id) -> Id {
        let mut id = id;
        loop {
            id = match code[id].kind {
                Kind::Retype(x) => x,
                Kind::Var(var) => match self.definition(code, var) {
                    Some(value) => value,
                    None => return id,
                },
                _ => return id,
            };
        }
    }

    fn definition(&self, code: &Code, var: VarId) -> Option<Id> {
        let Definition::Stmt(stmt) = code[var].definition else { return None };
        if !self.single[var.index()] {
            return None;
        }
        match code[stmt].kind {
            Kind::Assign(_, value) => value,
            Kind::AssignList(AssignKind::Parallel, lhs, rhs) => {
                let at = code.list(lhs).iter().position(|&x| code[x].kind == Kind::Var(var))?;
                code.list(rhs).get(at).copied()
            }
            _ => None,
        }
    }

    /// Everything that is assigned to a variable of function type; `None`: not known.
    pub(crate) fn functions(&self, var: VarId) -> Option<&[Id]> {
        self.functions.get(var.index())?.as_deref()
    }
}
