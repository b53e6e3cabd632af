//! Where the values of a function's parameters flow to: what callers need to know.

use std::sync::Arc;

/// Results that are told apart; flows to later ones count as flows to the heap.
pub const TRACKED_RESULTS: usize = 5;

const HEAP: usize = 0;
const MUTATOR: usize = 1;
const CALLEE: usize = 2;
const FIRST_RESULT: usize = 3;

/// For each destination the least number of dereferences on the way from a parameter's value.
///
/// `p` itself flows to the heap with 0 dereferences, what it points to with 1, and so on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Leaks([u8; FIRST_RESULT + TRACKED_RESULTS]);

impl Leaks {
    /// That of a parameter about which nothing is known: it flows to the heap.
    pub const UNKNOWN: Self = Self([1, 0, 0, 0, 0, 0, 0, 0]);

    fn get(self, at: usize) -> Option<u8> {
        self.0[at].checked_sub(1)
    }

    fn add(&mut self, at: usize, derefs: i32) {
        let derefs = u8::try_from(derefs).unwrap_or(u8::MAX).min(u8::MAX - 1);
        if self.get(at).is_none_or(|known| derefs < known) {
            self.0[at] = derefs + 1;
        }
    }

    /// Dereferences on the way to the heap, if there is one.
    #[must_use]
    pub fn heap(self) -> Option<u8> {
        self.get(HEAP)
    }

    /// Dereferences on the way to the pointer of an assignment through a pointer.
    #[must_use]
    pub fn mutator(self) -> Option<u8> {
        self.get(MUTATOR)
    }

    /// Dereferences on the way to the callee of a call whose results may go anywhere.
    #[must_use]
    pub fn callee(self) -> Option<u8> {
        self.get(CALLEE)
    }

    /// Dereferences on the way to a result, one of the first [`TRACKED_RESULTS`].
    #[must_use]
    pub fn result(self, index: usize) -> Option<u8> {
        if index < TRACKED_RESULTS { self.get(FIRST_RESULT + index) } else { None }
    }

    pub(crate) fn add_heap(&mut self, derefs: i32) {
        self.add(HEAP, derefs);
    }

    pub(crate) fn add_mutator(&mut self, derefs: i32) {
        self.add(MUTATOR, derefs);
    }

    pub(crate) fn add_callee(&mut self, derefs: i32) {
        self.add(CALLEE, derefs);
    }

    pub(crate) fn add_result(&mut self, index: usize, derefs: i32) {
        self.add(FIRST_RESULT + index, derefs);
    }

    /// Forgets ways that are no shorter than the one to the heap: they say nothing more.
    #[must_use]
    pub(crate) fn minimal(mut self) -> Self {
        if let Some(heap) = self.heap() {
            for at in MUTATOR..self.0.len() {
                if self.get(at).is_some_and(|derefs| derefs >= heap) {
                    self.0[at] = 0;
                }
            }
        }
        // What the heap knows, everyone knows.
        if self.heap() == Some(0) { Self::UNKNOWN } else { self }
    }
}

/// What callers know about a function: its parameters' leaks, the receiver first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// By parameter, the receiver first.
    pub params: Arc<[Leaks]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_way_than_that_to_the_heap_is_forgotten() {
        let mut leaks = Leaks::default();
        leaks.add_result(1, 0);
        leaks.add_result(0, 2);
        leaks.add_heap(3);
        leaks.add_heap(1);
        let minimal = leaks.minimal();
        assert_eq!(minimal.heap(), Some(1));
        assert_eq!(minimal.result(1), Some(0));
        assert_eq!(minimal.result(0), None);
        leaks.add_heap(0);
        assert_eq!(leaks.minimal(), Leaks::UNKNOWN);
        assert_eq!(leaks.result(TRACKED_RESULTS), None);
    }
}
