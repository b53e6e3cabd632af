//! Dense 4-byte ids whose `Display` is the prefix of the textual forms (`v3`, `b0`).

/// Declares a dense id: `entity! { /// doc  pub struct ValueId = "v"; }`.
///
/// The id wraps a `NonZeroU32` (index plus one), so `Option` of it is 4 bytes too. Ids are
/// allocated from zero by whoever owns the vector; `new(index)` and `index()` convert, and
/// `Display`/`Debug` print the prefix and the index as the textual form reads them.
#[macro_export]
macro_rules! entity {
    ($(#[$meta:meta])* $vis:vis struct $name:ident = $prefix:literal;) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(::core::num::NonZeroU32);

        impl $name {
            /// The id of the item at `index` (less than `u32::MAX`).
            #[inline]
            #[must_use]
            $vis const fn new(index: u32) -> Self {
                match ::core::num::NonZeroU32::new(index.wrapping_add(1)) {
                    Some(raw) => Self(raw),
                    None => panic!("entity index overflows u32"),
                }
            }

            /// The id of the item at `index`.
            #[inline]
            #[must_use]
            $vis fn from_usize(index: usize) -> Self {
                Self::new(u32::try_from(index).expect("entity index overflows u32"))
            }

            /// The index that this id stands for.
            #[inline]
            #[must_use]
            $vis const fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.index())
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.index())
            }
        }
    };
}

/// A run of consecutive items in one of its owner's pools: `start .. start + len`.
///
/// Lists of children (arguments, statements, operands) are such runs, so that a node is a few
/// words and a whole tree is a handful of allocations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ListRange {
    /// Index of the first item in the pool.
    pub start: u32,
    /// Number of items.
    pub len: u32,
}

impl ListRange {
    /// The run with no items.
    pub const EMPTY: Self = Self { start: 0, len: 0 };

    /// The run as a range of indices into the pool.
    #[inline]
    #[must_use]
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }

    /// Whether the run has no items.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}
