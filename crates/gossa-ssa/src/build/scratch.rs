//! Memory that lowering reuses from one function to the next.

use super::facts::Facts;
use super::finish::Order;
use super::function::Code;
use super::unit::Slot;
use gossa_types::TypeId;
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
