//! Linked lists of edges and rules, one list for each node, in one array for all.

use crate::points::link::Node;

/// The end of a list in [`Lists`].
pub(in crate::points) const END: u32 = u32::MAX;

/// Linked lists of items, one per node.
pub(in crate::points) struct Lists<T> {
    pub(in crate::points) heads: Vec<u32>,
    pub(super) items: Vec<(T, u32)>,
    /// Items that are not used any more, as a list.
    unused: u32,
}

impl<T: Copy> Lists<T> {
    pub(in crate::points) const fn new() -> Self {
        Self { heads: Vec::new(), items: Vec::new(), unused: END }
    }

    pub(in crate::points) fn grow(&mut self, nodes: usize) {
        self.heads.resize(nodes, END);
    }

    pub(in crate::points) fn push(&mut self, node: Node, item: T) {
        let head = &mut self.heads[node as usize];
        let at = self.unused;
        if at == END {
            self.items.push((item, *head));
            *head = (self.items.len() - 1) as u32;
        } else {
            let slot = &mut self.items[at as usize];
            self.unused = std::mem::replace(slot, (item, *head)).1;
            *head = at;
        }
    }

    /// An item that is on no list any more can be used again.
    pub(in crate::points) fn free(&mut self, at: u32) {
        self.items[at as usize].1 = std::mem::replace(&mut self.unused, at);
    }

    /// The position of a node's first item, for [`Lists::next`].
    pub(in crate::points) fn first(&self, node: Node) -> u32 {
        self.heads[node as usize]
    }

    pub(in crate::points) fn next(&self, at: u32) -> Option<(T, u32)> {
        (at != END).then(|| self.items[at as usize])
    }

    /// A node's items, the last first.
    pub(in crate::points) fn iter(&self, node: Node) -> impl Iterator<Item = T> + '_ {
        let mut at = self.first(node);
        std::iter::from_fn(move || {
            let (item, next) = self.next(at)?;
            at = next;
            Some(item)
        })
    }

    /// Takes one such item off a node's list, if it is on it.
    pub(super) fn remove(&mut self, node: Node, item: T)
    where
        T: PartialEq,
    {
        self.take_off(node, item, false);
    }

    /// Takes all such items off a node's list.
    pub(super) fn remove_all(&mut self, node: Node, item: T)
    where
        T: PartialEq,
    {
        self.take_off(node, item, true);
    }

    fn take_off(&mut self, node: Node, item: T, all: bool)
    where
        T: PartialEq,
    {
        let mut before = END;
        let mut at = self.heads[node as usize];
        while let Some((other, next)) = self.next(at) {
            if other == item {
                match before {
                    END => self.heads[node as usize] = next,
                    _ => self.items[before as usize].1 = next,
                }
                self.free(at);
                if !all {
                    return;
                }
            } else {
                before = at;
            }
            at = next;
        }
    }

    /// Puts the list of `from` in front of that of `to`.
    pub(super) fn append(&mut self, from: Node, to: Node) {
        let head = std::mem::replace(&mut self.heads[from as usize], END);
        let mut last = head;
        while let Some((_, next)) = self.next(last) {
            if next == END {
                self.items[last as usize].1 = self.heads[to as usize];
                self.heads[to as usize] = head;
                return;
            }
            last = next;
        }
    }
}
