//! Places in memory, and values, by how a function gets at them.
//!
//! A [`Path`] begins at something that a function has in its hands (a parameter, a package-level
//! variable, what an instruction makes) and follows fields, elements and pointers from there. Two
//! accesses by one path are of the same memory as long as the pointers on the way stay the same;
//! that is what makes paths better than sets of objects for telling apart what two goroutines
//! have of their own.

use gossa_points::FuncIndex;
use gossa_ssa::ValueId;
use gossa_types::{DeclId, TypeId};
use smallvec::SmallVec;

/// Where a path begins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Root {
    /// A parameter of the function, captured variables first.
    Param(u32),
    /// The address of a package-level variable.
    Global(DeclId),
    /// A result of the function: only in what its callers are told.
    Result(u32),
    /// A value of the function that is known by nothing else.
    Value(ValueId),
    /// A value of a function that was called: only of locks, which nobody else can take.
    Hidden(FuncIndex, ValueId),
    /// No memory: stands for two instructions of which somebody asks whether they may run at the
    /// same time.
    Mark(u32),
}

/// Which element.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Index {
    /// All of them.
    All,
    /// Some.
    Unknown,
    /// The one with this index, or a hash of this key.
    Const(i64),
    /// The one that a parameter says.
    Param(u32),
    /// The one that a value says.
    Value(ValueId),
    /// Those from one index up to, and without, another.
    Range(i32, i32),
    /// The one behind the last, which `append` writes where there is room.
    End,
}

impl Index {
    /// Those from one index up to, and without, another; some, where the numbers are too large.
    #[must_use]
    pub(crate) fn range(from: i64, to: i64) -> Self {
        match (from.try_into(), to.try_into()) {
            (Ok(from), Ok(to)) => Self::Range(from, to),
            _ => Self::Unknown,
        }
    }
}

/// A step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// From a struct, or its address, to a field of it.
    Field(u32),
    /// From the address of a variable to what it holds.
    Deref,
    /// From an array's address, a slice, or a map, to an element's address.
    Element(Index),
    /// From a slice to a part of it that begins there.
    From(Index),
    /// From a map or a channel to what it is made of, all together.
    Contents,
    /// From a context to the channel that its `Done` gives.
    Done,
    /// From an interface value to what it holds, if that is of this type.
    Dynamic(TypeId),
}

/// How two places lie to each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Overlap {
    /// They have something in common if they are different elements' places, which is not known.
    Possible,
    /// They have something in common.
    Certain,
}

/// A place or a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// The steps from there.
    pub steps: SmallVec<[Step; 3]>,
}

/// Longer paths are not followed.
const LONGEST: usize = 8;

impl Path {
    /// The path without steps.
    #[must_use]
    pub fn of(root: Root) -> Self {
        Self { root, steps: SmallVec::new() }
    }

    /// The path with one more step; `None`: too long.
    #[must_use]
    pub fn then(&self, step: Step) -> Option<Self> {
        let mut steps = self.steps.clone();
        match (steps.last().copied(), step) {
            // A field of what was loaded as a whole is what would be loaded from the field.
            (Some(Step::Deref), Step::Field(_)) => {}
            (Some(Step::From(start)), Step::Element(index)) => {
                steps.pop();
                steps.push(Step::Element(plus(start, index)));
                return Some(Self { root: self.root, steps });
            }
            (Some(Step::From(start)), Step::From(more)) => {
                steps.pop();
                steps.push(Step::From(plus(start, more)));
                return Some(Self { root: self.root, steps });
            }
            _ => {}
        }
        if steps.len() >= LONGEST {
            // Some part of the variable.
            let inside = matches!(step, Step::Field(_) | Step::Element(_));
            steps.pop();
            steps.push(Step::Element(Index::Unknown));
            return inside.then_some(Self { root: self.root, steps });
        }
        steps.push(step);
        Some(Self { root: self.root, steps })
    }

    /// The field of a struct value: loaded from the field's place where the struct was loaded.
    #[must_use]
    pub fn field_of_value(&self, step: Step) -> Option<Self> {
        match self.steps.last() {
            Some(Step::Deref) => {
                let mut place = self.clone();
                place.steps.pop();
                place.then(step)?.then(Step::Deref)
            }
            _ => self.then(step),
        }
    }

    /// The path that follows the steps of another from the end of this one.
    #[must_use]
    pub fn join(&self, steps: &[Step]) -> Option<Self> {
        let mut joined = self.clone();
        for &step in steps {
            joined = match (joined.steps.last(), step) {
                (Some(Step::From(_)), _) => joined.then(step)?,
                _ if joined.steps.len() >= LONGEST => joined.then(step)?,
                _ => {
                    joined.steps.push(step);
                    joined
                }
            };
        }
        Some(joined)
    }

    /// Whether the places have memory in common. `varies` says of an index that it may differ
    /// between the two accesses although it is one value.
    #[must_use]
    pub fn overlap(&self, other: &Self, varies: impl Fn(ValueId) -> bool) -> Option<Overlap> {
        if self.root != other.root {
            return None;
        }
        let mut found = Overlap::Certain;
        for (a, b) in self.steps.iter().zip(&other.steps) {
            match (a, b) {
                (Step::Element(a), Step::Element(b)) | (Step::From(a), Step::From(b)) => {
                    found = found.min(meet(*a, *b, &varies)?);
                }
                // A part of a slice, and elements of it.
                (Step::From(_), Step::Element(_)) | (Step::Element(_), Step::From(_)) => {
                    return None;
                }
                _ if a == b => {}
                _ => return None,
            }
        }
        let common = self.steps.len().min(other.steps.len());
        let rest = if self.steps.len() > common { &self.steps } else { &other.steps };
        // One is a part of the other.
        for step in &rest[common..] {
            match step {
                Step::Element(Index::Unknown) => found = Overlap::Possible,
                Step::Field(_) | Step::Element(_) => {}
                _ => return None,
            }
        }
        Some(found)
    }
}

fn plus(start: Index, index: Index) -> Index {
    match (start, index) {
        (Index::Const(0), index) | (index, Index::Const(0)) => index,
        (Index::Const(a), Index::Const(b)) => a.checked_add(b).map_or(Index::Unknown, Index::Const),
        (Index::Const(_), Index::All) => Index::All,
        (Index::Const(by), Index::Range(from, to)) => {
            Index::range(by.saturating_add(from.into()), by.saturating_add(to.into()))
        }
        (_, Index::End) => Index::End,
        _ => Index::Unknown,
    }
}

fn meet(a: Index, b: Index, varies: &impl Fn(ValueId) -> bool) -> Option<Overlap> {
    match (a, b) {
        (Index::All, Index::All | Index::Const(_) | Index::Range(..))
        | (Index::Const(_) | Index::Range(..), Index::All)
        | (Index::End, Index::End) => Some(Overlap::Certain),
        // What is behind the last is not among those there are.
        (Index::End, Index::All | Index::Range(..))
        | (Index::All | Index::Range(..), Index::End) => None,
        (Index::Const(at), Index::Range(from, to)) | (Index::Range(from, to), Index::Const(at)) => {
            (i64::from(from)..i64::from(to)).contains(&at).then_some(Overlap::Certain)
        }
        (Index::Range(a, b), Index::Range(c, d)) => (a < d && c < b).then_some(Overlap::Certain),
        (Index::Const(a), Index::Const(b)) => (a == b).then_some(Overlap::Certain),
        (Index::Value(a), Index::Value(b)) if a == b => {
            if varies(a) {
                None
            } else {
                Some(Overlap::Certain)
            }
        }
        (Index::Param(a), Index::Param(b)) if a == b => Some(Overlap::Certain),
        // Loops that share their work have each another index at a time.
        (
            Index::Value(_) | Index::Param(_) | Index::Unknown,
            Index::Value(_) | Index::Param(_) | Index::Unknown,
        ) => None,
        _ => Some(Overlap::Possible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: &[Step]) -> Path {
        Path { root: Root::Param(0), steps: steps.into() }
    }

    fn meets(a: &[Step], b: &[Step]) -> Option<Overlap> {
        path(a).overlap(&path(b), |_| false)
    }

    #[test]
    fn a_variable_has_its_parts_in_common_but_not_what_it_points_to() {
        let (f, g) = (Step::Field(0), Step::Field(1));
        assert_eq!(meets(&[f], &[f]), Some(Overlap::Certain));
        assert_eq!(meets(&[f], &[g]), None);
        assert_eq!(meets(&[], &[f, g]), Some(Overlap::Certain));
        assert_eq!(meets(&[f], &[f, Step::Deref, g]), None);
    }

    #[test]
    fn elements_are_told_apart_by_their_indices() {
        let at = |index| [Step::Element(index)];
        assert_eq!(meets(&at(Index::Const(1)), &at(Index::Const(1))), Some(Overlap::Certain));
        assert_eq!(meets(&at(Index::Const(1)), &at(Index::Const(2))), None);
        assert_eq!(meets(&at(Index::All), &at(Index::Const(2))), Some(Overlap::Certain));
        assert_eq!(meets(&at(Index::Range(0, 2)), &at(Index::Const(2))), None);
        assert_eq!(meets(&at(Index::Range(0, 3)), &at(Index::Const(2))), Some(Overlap::Certain));
        assert_eq!(meets(&at(Index::Const(1)), &at(Index::Param(3))), Some(Overlap::Possible));
    }

    #[test]
    fn an_index_that_varies_is_another_in_the_other_access() {
        let index = Index::Value(ValueId::new(7));
        let element = path(&[Step::Element(index)]);
        assert_eq!(element.overlap(&element, |_| false), Some(Overlap::Certain));
        assert_eq!(element.overlap(&element, |_| true), None);
    }

    #[test]
    fn elements_of_a_part_are_elements_of_the_whole() {
        let part = path(&[])
            .then(Step::From(Index::Const(2)))
            .and_then(|part| part.then(Step::Element(Index::Const(3))));
        assert_eq!(part, Some(path(&[Step::Element(Index::Const(5))])));
    }

    #[test]
    fn a_field_of_a_loaded_struct_is_loaded_from_the_field() {
        let loaded = path(&[Step::Field(1), Step::Deref]);
        let field = loaded.field_of_value(Step::Field(2));
        assert_eq!(field, Some(path(&[Step::Field(1), Step::Field(2), Step::Deref])));
    }

    #[test]
    fn paths_do_not_grow_for_ever() {
        let mut long = path(&[]);
        for _ in 0..20 {
            long = long.then(Step::Field(0)).expect("a part of the variable");
        }
        assert_eq!(long.steps.len(), LONGEST);
        assert_eq!(long.then(Step::Deref), None);
    }
}
