//! Paths and cycles of a call graph: why a function may run, and which functions call each other.

use super::{CallGraph, Edge, Roots};
use crate::program::FuncIndex;
use std::collections::VecDeque;

impl CallGraph {
    /// A shortest chain of calls from a root to a function; empty for a root. `None` where there
    /// is no such chain. Among chains of one length it is the first in the order of edges.
    #[must_use]
    pub fn why(&self, roots: &Roots, func: FuncIndex) -> Option<Vec<Edge>> {
        let count = self.function_count();
        // By function: the number of the edge that it was found by, plus one; 0 for roots.
        let mut found: Vec<Option<u32>> = vec![None; count];
        let mut queue = VecDeque::new();
        for root in roots.iter() {
            if let Some(found @ None) = found.get_mut(root.index()) {
                *found = Some(0);
                queue.push_back(root);
            }
        }
        while let Some(caller) = queue.pop_front() {
            if caller == func {
                break;
            }
            let first = self.starts[caller.index()];
            for (at, edge) in (first..).zip(self.calls(caller)) {
                let found = &mut found[edge.callee.index()];
                if found.is_none() {
                    *found = Some(at + 1);
                    queue.push_back(edge.callee);
                }
            }
        }
        let mut chain = Vec::new();
        let mut at = func;
        while let edge @ 1.. = (*found.get(at.index())?)? {
            let edge = self.edges[edge as usize - 1];
            chain.push(edge);
            at = edge.caller;
        }
        chain.reverse();
        Some(chain)
    }

    /// The strongly connected components: functions that may call each other, directly or not.
    #[must_use]
    pub fn components(&self) -> Components {
        let count = self.function_count();
        let mut component = vec![u32::MAX; count];
        let mut components = 0;
        // Tarjan's algorithm with an explicit stack of functions and the next edge of each.
        let mut number = vec![0u32; count];
        let mut low = vec![0u32; count];
        let mut next_number = 1;
        let mut open: Vec<u32> = Vec::new();
        let mut calls: Vec<(u32, u32)> = Vec::new();
        for start in 0..count as u32 {
            if number[start as usize] != 0 {
                continue;
            }
            calls.push((start, self.starts[start as usize]));
            number[start as usize] = next_number;
            low[start as usize] = next_number;
            next_number += 1;
            open.push(start);
            while let Some((func, edge)) = calls.last_mut() {
                let at = *func as usize;
                if *edge < self.starts[at + 1] {
                    let callee = self.edges[*edge as usize].callee.index();
                    *edge += 1;
                    if number[callee] == 0 {
                        number[callee] = next_number;
                        low[callee] = next_number;
                        next_number += 1;
                        open.push(callee as u32);
                        calls.push((callee as u32, self.starts[callee]));
                    } else if component[callee] == u32::MAX {
                        low[at] = low[at].min(number[callee]);
                    }
                    continue;
                }
                calls.pop();
                if let Some((caller, _)) = calls.last() {
                    let caller = *caller as usize;
                    low[caller] = low[caller].min(low[at]);
                }
                if low[at] == number[at] {
                    while let Some(member) = open.pop() {
                        component[member as usize] = components;
                        if member as usize == at {
                            break;
                        }
                    }
                    components += 1;
                }
            }
        }
        Components { of: component.into(), count: components }
    }
}

/// The strongly connected components of a call graph, callees before callers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Components {
    of: Box<[u32]>,
    count: u32,
}

impl Components {
    /// The number of a function's component. It is greater than those of the components that it
    /// calls into.
    #[must_use]
    pub fn of(&self, func: FuncIndex) -> u32 {
        self.of[func.index()]
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// The sizes of the components, by number.
    #[must_use]
    pub fn sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0; self.count()];
        for &component in &self.of {
            sizes[component as usize] += 1;
        }
        sizes
    }
}
