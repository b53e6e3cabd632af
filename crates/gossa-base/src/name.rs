//! Interned identifiers and import paths.

use crate::Interner;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::LazyLock;

static NAMES: LazyLock<Interner<Box<str>>> = LazyLock::new(Interner::new);

/// An interned string: 4 bytes, compared and hashed by id.
///
/// The table is shared by the whole process and only grows: an id is a pure function of the
/// text within one process, carries no state, and stays valid for ever. `Name` has no `Ord` on
/// purpose: ids depend on thread timing. Sort by [`Name::as_str`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(NonZeroU32);

impl Name {
    /// The name with this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let id = NAMES.intern_with(text, || Box::from(text));
        Self(NonZeroU32::new(id + 1).expect("more than 2^32 names"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let names: &'static Interner<Box<str>> = &NAMES;
        names.get(self.0.get() - 1)
    }

    /// Whether this is the blank identifier `_`.
    #[must_use]
    pub fn is_blank(self) -> bool {
        self.as_str() == "_"
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
