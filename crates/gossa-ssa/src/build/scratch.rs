//! Memory that lowering reuses from one function to the next.

use super::facts::Facts;
use super::function::Code;
use super::order::Order;
use super::unit::Slot;
use gossa_types::{TypeId, TypeKind};
use std::cell::Cell;

/// What is kept between calls of [`lower`](super::lower), per thread.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) facts: Facts,
    pub(super) var_types: Vec<Option<TypeId>>,
    /// By variable: its value in the block that is being filled.
    pub(super) slots: Vec<Slot>,
    /// The last epoch of [`Scratch::slots`].
    pub(super) epoch: u32,
    /// Buffers of finished functions; one per level of nested closures.
    pub(super) codes: Vec<Code>,
    pub(super) order: Order,
    pub(super) underlying: UnderlyingCache,
}

/// Structures of underlying types asked for lately, by the type's number. Valid for one unit.
pub(super) struct UnderlyingCache([Cell<(u32, &'static TypeKind)>; CACHED]);

const CACHED: usize = 64;

impl Default for UnderlyingCache {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Cell::new((0, TypeId::INVALID.kind()))))
    }
}

impl UnderlyingCache {
    /// The structure, found by `find` unless it is known.
    #[inline]
    pub(super) fn get(
        &self,
        ty: TypeId,
        find: impl FnOnce() -> &'static TypeKind,
    ) -> &'static TypeKind {
        let raw = ty.to_raw();
        let slot = &self.0[raw as usize % CACHED];
        let (known, kind) = slot.get();
        // No type has the number 0.
        if known == raw {
            return kind;
        }
        let kind = find();
        slot.set((raw, kind));
        kind
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        for slot in &self.0 {
            slot.set((0, slot.get().1));
        }
    }
}

thread_local! {
    static POOL: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// More than this many instructions' worth of buffers is not kept: one table initialiser must not
/// hold memory for ever.
const MAX_KEPT: usize = 1 << 18;

impl Scratch {
    /// The thread's buffers, or new ones (when lowering is entered again, or after a panic).
    pub(super) fn take() -> Self {
        POOL.take().map_or_else(Self::default, |scratch| *scratch)
    }

    /// Keeps the buffers for the next function.
    pub(super) fn give_back(mut self) {
        self.codes.retain(|code| code.insts.capacity() <= MAX_KEPT);
        if self.epoch > u32::MAX / 2 {
            self.slots.clear();
            self.epoch = 0;
        }
        POOL.set(Some(Box::new(self)));
    }

    /// Buffers for a function.
    pub(super) fn code(&mut self) -> Code {
        self.codes.pop().unwrap_or_default()
    }
}
