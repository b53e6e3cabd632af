//! Where the values of a function's parameters flow to: what callers need to know.

use std::sync::Arc;

/// Results that the compiler tells apart; flows to later ones count as flows to the heap.
pub const TRACKED_RESULTS: usize = 5;

/// Where a value may get to that is not in the frames of the call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sink {
    /// Something that outlives the call: the heap. The compiler's rules know no other.
    Heap,
    /// A package-level variable.
    Global,
    /// Another goroutine: by a go statement or a channel.
    Goroutine,
    /// Code in C.
    Foreign,
    /// Something that is in the heap because of how the compiler lays out frames.
    Layout,
}

impl Sink {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Heap, Self::Global, Self::Goroutine, Self::Foreign, Self::Layout];
}

const MUTATOR: usize = 5;
const CALLEE: usize = 6;

/// For each destination the least number of dereferences on the way from a parameter's value.
///
/// `p` itself flows to the heap with 0 dereferences, what it points to with 1, and so on.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Leaks {
    /// By sink, then to assignments through pointers and to callees; one more than the number, 0
    /// for none.
    ways: [u8; CALLEE + 1],
    results: Vec<u8>,
}

fn known(way: u8) -> Option<u8> {
    way.checked_sub(1)
}

fn shorten(way: &mut u8, derefs: i32) {
    let derefs = u8::try_from(derefs).unwrap_or(u8::MAX).min(u8::MAX - 1);
    if known(*way).is_none_or(|old| derefs < old) {
        *way = derefs + 1;
    }
}

impl Leaks {
    /// That of a parameter about which nothing is known: it flows to the heap.
    pub const UNKNOWN: Self = Self { ways: [1, 0, 0, 0, 0, 0, 0], results: Vec::new() };

    /// Dereferences on the way to a sink, if there is one.
    #[must_use]
    pub fn sink(&self, sink: Sink) -> Option<u8> {
        known(self.ways[sink as usize])
    }

    /// Dereferences on the way to the heap, if there is one.
    #[must_use]
    pub fn heap(&self) -> Option<u8> {
        self.sink(Sink::Heap)
    }

    /// Dereferences on the way to the pointer of an assignment through a pointer.
    #[must_use]
    pub fn mutator(&self) -> Option<u8> {
        known(self.ways[MUTATOR])
    }

    /// Dereferences on the way to the callee of a call whose results may go anywhere.
    #[must_use]
    pub fn callee(&self) -> Option<u8> {
        known(self.ways[CALLEE])
    }

    /// Dereferences on the way to a result: one of the first [`TRACKED_RESULTS`], or any if the
    /// whole program was looked at.
    #[must_use]
    pub fn result(&self, index: usize) -> Option<u8> {
        self.results.get(index).copied().and_then(known)
    }

    /// How many results there may be ways to.
    pub(crate) fn results(&self) -> usize {
        self.results.len()
    }

    /// Adds a way to a sink.
    pub fn add_sink(&mut self, sink: Sink, derefs: i32) {
        shorten(&mut self.ways[sink as usize], derefs);
    }

    pub(crate) fn add_mutator(&mut self, derefs: i32) {
        shorten(&mut self.ways[MUTATOR], derefs);
    }

    /// Adds a way to the callee of a call whose results may go anywhere.
    pub fn add_callee(&mut self, derefs: i32) {
        shorten(&mut self.ways[CALLEE], derefs);
    }

    /// Adds a way to a result.
    pub fn add_result(&mut self, index: usize, derefs: i32) {
        if self.results.len() <= index {
            self.results.resize(index + 1, 0);
        }
        shorten(&mut self.results[index], derefs);
    }

    /// Adds the ways of another parameter that is reached with so many dereferences.
    pub(crate) fn join(&mut self, other: &Self, derefs: u8) {
        let add = |to: &mut u8, way: u8| {
            if let Some(more) = known(way) {
                shorten(to, i32::from(more) + i32::from(derefs));
            }
        };
        for (to, &way) in self.ways.iter_mut().zip(&other.ways) {
            add(to, way);
        }
        if self.results.len() < other.results.len() {
            self.results.resize(other.results.len(), 0);
        }
        for (to, &way) in self.results.iter_mut().zip(&other.results) {
            add(to, way);
        }
    }

    /// Forgets ways that are no shorter than one to the heap: they say nothing more.
    #[must_use]
    pub(crate) fn minimal(mut self) -> Self {
        let outlives = [Sink::Heap, Sink::Global, Sink::Goroutine, Sink::Foreign];
        if let Some(least) = outlives.into_iter().filter_map(|sink| self.sink(sink)).min() {
            let ways = self.ways[MUTATOR..].iter_mut().chain(&mut self.results);
            for way in ways {
                if known(*way).is_some_and(|derefs| derefs >= least) {
                    *way = 0;
                }
            }
        }
        while self.results.last() == Some(&0) {
            self.results.pop();
        }
        self
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
        leaks.add_sink(Sink::Heap, 3);
        leaks.add_sink(Sink::Heap, 1);
        let minimal = leaks.clone().minimal();
        assert_eq!(minimal.heap(), Some(1));
        assert_eq!(minimal.result(1), Some(0));
        assert_eq!(minimal.result(0), None);
        leaks.add_sink(Sink::Heap, 0);
        assert_eq!(leaks.result(TRACKED_RESULTS), None);
        assert_eq!(leaks.minimal(), Leaks::UNKNOWN);
    }
}
