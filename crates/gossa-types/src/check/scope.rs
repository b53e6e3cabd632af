//! Local scopes of one declaration: a single vector of bindings with an undo log.
//!
//! The innermost binding of a name is found by one hash look-up; closing a block pops its
//! bindings and restores what they shadowed.

use crate::ids::{DeclId, TypeParamId};
use crate::object::LocalId;
use gossa_base::{FxHashMap, Name};
use gossa_syntax::ExprId;

/// What a local name denotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entity {
    /// A variable.
    Local(LocalId),
    /// A constant: index into the checker's local constants.
    Const(u32),
    /// A local type.
    Type(DeclId),
    /// A type parameter.
    TypeParam(TypeParamId),
}

struct Binding {
    name: Name,
    entity: Entity,
    /// Index of the binding that this one hides, `u32::MAX` for none.
    hidden: u32,
    ident: Option<ExprId>,
}

const NONE: u32 = u32::MAX;

/// The local scopes, innermost last.
#[derive(Default)]
pub(crate) struct Scopes {
    bindings: Vec<Binding>,
    latest: FxHashMap<Name, u32>,
    blocks: Vec<u32>,
}

impl Scopes {
    /// Opens a block.
    pub(crate) fn open(&mut self) {
        self.blocks.push(self.bindings.len() as u32);
    }

    /// Closes the innermost block.
    pub(crate) fn close(&mut self) {
        let start = self.blocks.pop().unwrap_or(0) as usize;
        while self.bindings.len() > start {
            let Some(binding) = self.bindings.pop() else { return };
            if binding.hidden == NONE {
                self.latest.remove(&binding.name);
            } else {
                self.latest.insert(binding.name, binding.hidden);
            }
        }
    }

    /// Forgets everything, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.bindings.clear();
        self.latest.clear();
        self.blocks.clear();
    }

    /// Whether there are no bindings.
    pub(crate) fn is_empty(&self) -> bool {
        self.bindings.is_empty()
    }

    /// What a name denotes here.
    #[inline]
    pub(crate) fn lookup(&self, name: Name) -> Option<Entity> {
        self.latest.get(&name).map(|&at| self.bindings[at as usize].entity)
    }

    /// The identifier that declares what a name denotes here.
    pub(crate) fn declared_at(&self, name: Name) -> Option<ExprId> {
        let &at = self.latest.get(&name)?;
        self.bindings[at as usize].ident
    }

    /// What a name denotes in the innermost block, and the identifier that declared it.
    pub(crate) fn lookup_innermost(&self, name: Name) -> Option<(Entity, Option<ExprId>)> {
        let &at = self.latest.get(&name)?;
        let start = self.blocks.last().copied().unwrap_or(0);
        let binding = &self.bindings[at as usize];
        (at >= start).then_some((binding.entity, binding.ident))
    }

    /// Binds a name in the innermost block. Says no, and does nothing, where the block has the
    /// name already.
    #[must_use]
    pub(crate) fn declare(&mut self, name: Name, entity: Entity, ident: Option<ExprId>) -> bool {
        if self.lookup_innermost(name).is_some() {
            return false;
        }
        let at = self.bindings.len() as u32;
        let hidden = self.latest.insert(name, at).unwrap_or(NONE);
        self.bindings.push(Binding { name, entity, hidden, ident });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_a_block_uncovers_what_it_hid() {
        let (x, y) = (Name::new("x"), Name::new("y"));
        let mut scopes = Scopes::default();
        scopes.open();
        assert!(scopes.declare(x, Entity::Const(0), None));
        assert!(!scopes.declare(x, Entity::Const(1), None));
        scopes.open();
        assert!(scopes.lookup_innermost(x).is_none());
        assert!(scopes.declare(x, Entity::Const(2), None));
        assert!(scopes.declare(y, Entity::Const(3), None));
        assert_eq!(scopes.lookup(x), Some(Entity::Const(2)));
        scopes.close();
        assert_eq!(scopes.lookup(x), Some(Entity::Const(0)));
        assert_eq!(scopes.lookup(y), None);
        scopes.close();
        assert!(scopes.is_empty());
    }
}
