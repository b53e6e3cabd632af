//! Functions as they are reached, for algorithms that look at those only.

use crate::program::FuncIndex;

/// The functions reached so far, each once.
#[derive(Debug, Default)]
pub(super) struct Reached {
    is_reached: Vec<bool>,
    order: Vec<FuncIndex>,
    pending: Vec<FuncIndex>,
}

impl Reached {
    /// A function is reached, if it was not before.
    pub(super) fn add(&mut self, func: FuncIndex) {
        let at = func.index();
        if self.is_reached.len() <= at {
            self.is_reached.resize(at + 1, false);
        }
        if !std::mem::replace(&mut self.is_reached[at], true) {
            self.order.push(func);
            self.pending.push(func);
        }
    }

    /// Whether a function has been reached.
    pub(super) fn contains(&self, func: FuncIndex) -> bool {
        self.is_reached.get(func.index()).copied().unwrap_or(false)
    }

    /// A function that has not been looked at: each comes out once, the latest first.
    pub(super) fn next(&mut self) -> Option<FuncIndex> {
        self.pending.pop()
    }

    /// Whether all have been looked at.
    pub(super) fn is_done(&self) -> bool {
        self.pending.is_empty()
    }

    /// All of them, in the order in which they were reached.
    pub(super) fn all(&self) -> &[FuncIndex] {
        &self.order
    }
}
