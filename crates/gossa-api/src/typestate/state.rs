//! What is known of the followed value at one place of one path.

use super::StateId;
use gossa_ssa::{InstId, ValueId};

/// A step from what holds the followed value to the value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Sel {
    /// What a pointer points to.
    Deref,
    /// A field.
    Field(u32),
    /// An element of an array.
    Element,
    /// What a closure of a function has captured, by number.
    Capture(u32, u32),
    /// The receiver that a method value holds.
    Receiver(u32),
    /// A method value of the followed value itself.
    Bound(&'static str),
    /// It holds not the value, but the context that was made with it.
    Context,
    /// It holds the channel that is closed when that context is done.
    Done,
    /// It holds an error that is nil until that context is done.
    Failed,
}

impl Sel {
    /// Whether it leads to something beside the followed value.
    fn is_beside(self) -> bool {
        matches!(self, Self::Context | Self::Done | Self::Failed)
    }
}

/// Whether a path leads to the followed value, not to the context that was made with it.
pub(super) fn leads_to_value(path: &Path) -> bool {
    !path.last().is_some_and(|step| step.is_beside())
}

pub(super) type Path = Vec<Sel>;

/// Something that holds the followed value: by an empty path, it is the value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Holder {
    pub(super) value: ValueId,
    pub(super) path: Path,
}

/// What is known of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Known {
    True,
    False,
    Nil,
    NotNil,
}

impl Known {
    pub(super) fn bool(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    pub(super) fn nil(is_nil: bool) -> Self {
        if is_nil { Self::Nil } else { Self::NotNil }
    }

    pub(super) fn as_bool(self) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            _ => None,
        }
    }

    pub(super) fn is_nil(self) -> Option<bool> {
        match self {
            Self::Nil => Some(true),
            Self::NotNil => Some(false),
            _ => None,
        }
    }
}

/// What something is known of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Key {
    /// A value.
    Value(ValueId),
    /// What is in the local variable with this address.
    Cell(ValueId),
    /// A comparison, by its number in the function.
    Test(u32),
}

/// One place of one path.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct State {
    pub(super) state: StateId,
    /// Sorted.
    pub(super) holders: Vec<Holder>,
    /// Deferred calls that matter, in the order in which they were deferred, with what held the
    /// value then.
    pub(super) pending: Vec<(InstId, Vec<Holder>)>,
    /// Sorted.
    pub(super) known: Vec<(Key, Known)>,
    pub(super) panicking: bool,
    pub(super) recovered: bool,
    pub(super) certain: bool,
}

impl State {
    pub(super) fn new(state: StateId) -> Self {
        Self {
            state,
            holders: Vec::new(),
            pending: Vec::new(),
            known: Vec::new(),
            panicking: false,
            recovered: false,
            certain: true,
        }
    }

    pub(super) fn hold(&mut self, value: ValueId, path: Path) {
        let holder = Holder { value, path };
        if let Err(at) = self.holders.binary_search(&holder) {
            self.holders.insert(at, holder);
        }
    }

    /// The paths by which a value holds what is followed.
    pub(super) fn held_by(&self, value: ValueId) -> impl Iterator<Item = &Path> {
        self.holders.iter().filter(move |holder| holder.value == value).map(|holder| &holder.path)
    }

    pub(super) fn is(&self, value: ValueId) -> bool {
        self.held_by(value).any(Vec::is_empty)
    }

    /// Whether a value stands in this relation to the followed one.
    pub(super) fn is_at(&self, value: ValueId, step: Sel) -> bool {
        self.held_by(value).any(|path| **path == [step])
    }

    /// Whether anything holds the followed value.
    pub(super) fn is_held(&self) -> bool {
        self.holders.iter().any(|holder| leads_to_value(&holder.path))
    }

    pub(super) fn know(&mut self, key: Key, known: Option<Known>) {
        let at = self.known.binary_search_by_key(&key, |entry| entry.0);
        match (at, known) {
            (Ok(at), Some(known)) => self.known[at].1 = known,
            (Ok(at), None) => {
                self.known.remove(at);
            }
            (Err(at), Some(known)) => self.known.insert(at, (key, known)),
            (Err(_), None) => {}
        }
    }

    pub(super) fn known(&self, key: Key) -> Option<Known> {
        let at = self.known.binary_search_by_key(&key, |entry| entry.0).ok()?;
        Some(self.known[at].1)
    }
}
