//! Constant strings: immutable bytes built by concatenation.
//!
//! A chain `a + b + c + …` over thousands of pieces (generated tables do this)
//! would cost quadratic time and memory if every partial sum were copied. A
//! long sum therefore only remembers its two halves; the bytes are joined the
//! first time somebody asks for them.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Sums up to this length are copied at once: a copy is cheaper than a node.
const EAGER_LENGTH: usize = 64;

/// The bytes of a Go string constant.
pub(super) struct Text {
    length: usize,
    /// The joined bytes, once known.
    bytes: OnceLock<Box<[u8]>>,
    /// The two halves of a sum that has not been joined; emptied by joining,
    /// after `bytes` is set.
    halves: Mutex<Option<(Arc<Text>, Arc<Text>)>>,
}

impl Text {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self::from_box(bytes.into())
    }

    pub(super) fn from_box(bytes: Box<[u8]>) -> Self {
        Self { length: bytes.len(), bytes: OnceLock::from(bytes), halves: Mutex::new(None) }
    }

    pub(super) fn concat(left: &Arc<Text>, right: &Arc<Text>) -> Arc<Text> {
        if right.length == 0 {
            return left.clone();
        }
        if left.length == 0 {
            return right.clone();
        }
        let length = left.length.saturating_add(right.length);
        if length <= EAGER_LENGTH {
            return Arc::new(Self::from_box(
                [left.bytes(), right.bytes()].concat().into_boxed_slice(),
            ));
        }
        Arc::new(Self {
            length,
            bytes: OnceLock::new(),
            halves: Mutex::new(Some((left.clone(), right.clone()))),
        })
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// All bytes, joined on the first call.
    pub(super) fn bytes(&self) -> &[u8] {
        if let Some(bytes) = self.bytes.get() {
            return bytes;
        }
        let bytes = self.bytes.get_or_init(|| {
            let mut joined = Vec::with_capacity(self.length);
            self.for_each_chunk(&mut |chunk| {
                joined.extend_from_slice(chunk);
                true
            });
            joined.into_boxed_slice()
        });
        // Taken out under the lock, dropped after it.
        let released = self.halves.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(released);
        bytes
    }

    /// At most the first `limit` bytes, without joining the whole.
    pub(super) fn prefix(&self, limit: usize) -> Vec<u8> {
        let mut prefix = Vec::with_capacity(limit.min(self.length));
        self.for_each_chunk(&mut |chunk| {
            let room = limit - prefix.len();
            prefix.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
            prefix.len() < limit
        });
        prefix
    }

    fn parts(&self) -> Option<(Arc<Text>, Arc<Text>)> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Visits the pieces from left to right until `visit` returns false. Uses
    /// its own stack, since a chain may be as deep as a source file is long.
    fn for_each_chunk(&self, visit: &mut dyn FnMut(&[u8]) -> bool) {
        if let Some(bytes) = self.bytes.get() {
            visit(bytes);
            return;
        }
        let mut pending = Vec::new();
        match self.parts() {
            Some((left, right)) => {
                pending.push(right);
                pending.push(left);
            }
            // Another thread has joined the bytes since the check above.
            None => {
                visit(self.bytes.get().map_or(&[], |bytes| bytes));
                return;
            }
        }
        while let Some(text) = pending.pop() {
            if text.bytes.get().is_none()
                && let Some((left, right)) = text.parts()
            {
                pending.push(right);
                pending.push(left);
                continue;
            }
            if !visit(text.bytes.get().map_or(&[], |bytes| bytes)) {
                return;
            }
        }
    }
}

impl Drop for Text {
    /// Unlinks a long chain iteratively: the derived drop would recurse once
    /// per piece and overflow the stack.
    fn drop(&mut self) {
        let mut pending = Vec::new();
        let take = |text: &mut Text, pending: &mut Vec<Arc<Text>>| {
            if let Some((left, right)) =
                text.halves.get_mut().unwrap_or_else(PoisonError::into_inner).take()
            {
                pending.push(left);
                pending.push(right);
            }
        };
        take(self, &mut pending);
        while let Some(text) = pending.pop() {
            if let Some(mut text) = Arc::into_inner(text) {
                take(&mut text, &mut pending);
            }
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.length == other.length && self.bytes() == other.bytes()
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes().hash(state);
    }
}
