//! What variables hold while functions are run with inputs that nobody knows.
//!
//! Pointers, channels, functions and small numbers are known where the function made them itself;
//! everything else is a *term*: a name for what is not known, the same name for the same thing, so
//! that two branches on one error go the same way.

use crate::blocked::state::ObjectId;
use gossa_base::{FxHashMap, FxHasher};
use gossa_points::FuncIndex;
use gossa_types::TypeId;
use smallvec::SmallVec;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// Something that is not known, by its number in [`Terms`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Term(u32);

/// Fields, and elements by their indices.
pub(crate) type Way = SmallVec<[u32; 4]>;

/// A place in memory: an object and a way into it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Place {
    pub(crate) object: ObjectId,
    pub(crate) way: Way,
}

impl Place {
    pub(crate) fn of(object: ObjectId) -> Self {
        Self { object, way: Way::new() }
    }

    pub(crate) fn then(&self, step: u32) -> Self {
        let mut way = self.way.clone();
        way.push(step);
        Self { object: self.object, way }
    }
}

/// A value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Value {
    /// The zero value of any type: 0, false, nil, a struct of zeros.
    Zero,
    /// Not known.
    Unknown(Term),
    /// A number, not 0; true is 1.
    Int(i64),
    /// Another constant, or an error that was made here: not zero, by a number of its own.
    Const(u64),
    /// A pointer.
    Ref(Place),
    Chan(ObjectId),
    Map(ObjectId),
    /// Elements of an array from `start` on, with the number of them.
    Slice {
        place: Place,
        start: u32,
        len: u32,
    },
    Func(Rc<Closure>),
    Interface(TypeId, Rc<Value>),
    /// A struct or an array some of whose parts are known.
    Parts(Rc<Parts>),
    /// A context, as an interface value.
    Context(ObjectId),
    /// The function that cancels one.
    Cancel(ObjectId),
}

/// A function with what it has captured.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Closure {
    pub(crate) func: FuncIndex,
    pub(crate) captures: Vec<Value>,
}

/// What a struct is made of: what its parts are where nothing else is said, and what is said, by
/// ways that do not lead into each other.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Parts {
    pub(crate) rest: Value,
    pub(crate) known: Vec<(Way, Value)>,
}

impl Value {
    pub(crate) fn int(number: i64) -> Self {
        if number == 0 { Self::Zero } else { Self::Int(number) }
    }

    pub(crate) fn bool(value: bool) -> Self {
        Self::int(i64::from(value))
    }

    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Zero => Some(0),
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether it is zero, where that is known.
    pub(crate) fn is_zero(&self) -> Option<bool> {
        match self {
            Self::Zero => Some(true),
            Self::Unknown(_) | Self::Parts(_) => None,
            _ => Some(false),
        }
    }

    /// A part of a struct or an array.
    pub(crate) fn part(&self, way: &[u32], terms: &mut Terms) -> Self {
        if way.is_empty() {
            return self.clone();
        }
        match self {
            Self::Parts(parts) => {
                let mut inside = Vec::new();
                for (known, value) in &parts.known {
                    if let Some(rest) = way.strip_prefix(&known[..]) {
                        return value.part(rest, terms);
                    }
                    if let Some(rest) = known.strip_prefix(way) {
                        inside.push((Way::from_slice(rest), value.clone()));
                    }
                }
                let rest = parts.rest.part(way, terms);
                if inside.is_empty() {
                    rest
                } else {
                    Self::Parts(Rc::new(Parts { rest, known: inside }))
                }
            }
            Self::Unknown(term) => {
                let mut term = *term;
                for &step in way {
                    term = terms.number(TermKind::Part(term, step));
                }
                Self::Unknown(term)
            }
            _ => Self::Zero,
        }
    }

    /// The struct or array with another part.
    pub(crate) fn with(&self, way: &[u32], value: Self) -> Self {
        if way.is_empty() {
            return value;
        }
        let mut parts = match self {
            Self::Parts(parts) => (**parts).clone(),
            other => Parts { rest: other.clone(), known: Vec::new() },
        };
        for (known, whole) in &mut parts.known {
            if let Some(rest) = way.strip_prefix(&known[..]) {
                *whole = whole.with(rest, value);
                return Self::Parts(Rc::new(parts));
            }
        }
        parts.known.retain(|(known, _)| !known.starts_with(way));
        parts.known.push((Way::from_slice(way), value));
        parts.known.sort_by(|a, b| a.0.cmp(&b.0));
        Self::Parts(Rc::new(parts))
    }

    /// Calls `visit` for the objects that it leads to directly, and for terms in it.
    pub(crate) fn for_each(&self, visit: &mut impl FnMut(Reached)) {
        match self {
            Self::Zero | Self::Int(_) | Self::Const(_) => {}
            Self::Unknown(term) => visit(Reached::Term(*term)),
            Self::Ref(place) | Self::Slice { place, .. } => visit(Reached::Object(place.object)),
            Self::Chan(object)
            | Self::Map(object)
            | Self::Context(object)
            | Self::Cancel(object) => visit(Reached::Object(*object)),
            Self::Func(closure) => closure.captures.iter().for_each(|value| value.for_each(visit)),
            Self::Interface(_, value) => value.for_each(visit),
            Self::Parts(parts) => {
                parts.rest.for_each(visit);
                parts.known.iter().for_each(|(_, value)| value.for_each(visit));
            }
        }
    }

    /// Whether something of it is an object or a function that is known.
    pub(crate) fn is_tracked(&self) -> bool {
        match self {
            Self::Func(_) => true,
            _ => {
                let mut found = false;
                self.for_each(&mut |reached| found |= matches!(reached, Reached::Object(_)));
                found
            }
        }
    }

    /// Whether something in it is not known.
    fn is_vague(&self) -> bool {
        let mut found = false;
        self.for_each(&mut |reached| found |= matches!(reached, Reached::Term(_)));
        found
    }

    /// Whether two values are equal, where that is known.
    pub(crate) fn equals(&self, other: &Self) -> Option<bool> {
        if self == other {
            return Some(true);
        }
        match (self, other) {
            (Self::Zero, value) | (value, Self::Zero) => value.is_zero(),
            (a, b) if a.is_vague() || b.is_vague() => None,
            (Self::Parts(_), _) | (_, Self::Parts(_)) => None,
            _ => Some(false),
        }
    }
}

/// What a value leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reached {
    Object(ObjectId),
    Term(Term),
}

/// How a term came about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum TermKind {
    /// What an instruction gives, or what is in memory, by a key of its own.
    Fresh(u64),
    Part(Term, u32),
    Not(Term),
    Less(Value, Value),
    Equal(Value, Value),
    Len(Value),
    /// Any other function of two values.
    Other(u32, Value, Value),
}

/// The terms of a search, each once.
#[derive(Default)]
pub(crate) struct Terms {
    kinds: Vec<TermKind>,
    numbers: FxHashMap<TermKind, Term>,
}

impl Terms {
    pub(crate) fn number(&mut self, kind: TermKind) -> Term {
        if let Some(&known) = self.numbers.get(&kind) {
            return known;
        }
        let term = Term(self.kinds.len() as u32);
        self.kinds.push(kind.clone());
        self.numbers.insert(kind, term);
        term
    }

    pub(crate) fn kind(&self, term: Term) -> &TermKind {
        &self.kinds[term.0 as usize]
    }

    pub(crate) fn fresh(&mut self, key: u64) -> Value {
        Value::Unknown(self.number(TermKind::Fresh(key)))
    }

    pub(crate) fn of(&mut self, kind: TermKind) -> Value {
        Value::Unknown(self.number(kind))
    }

    /// Whether a term is made of another.
    pub(crate) fn mentions(&self, term: Term, part: Term) -> bool {
        if term == part {
            return true;
        }
        // What a term is made of was there before it.
        if term < part {
            return false;
        }
        let in_value = |value: &Value| {
            let mut found = false;
            value.for_each(&mut |reached| {
                if let Reached::Term(inner) = reached {
                    found |= self.mentions(inner, part);
                }
            });
            found
        };
        match self.kind(term) {
            TermKind::Fresh(_) => false,
            TermKind::Part(inner, _) | TermKind::Not(inner) => self.mentions(*inner, part),
            TermKind::Len(value) => in_value(value),
            TermKind::Less(a, b) | TermKind::Equal(a, b) | TermKind::Other(_, a, b) => {
                in_value(a) || in_value(b)
            }
        }
    }
}

/// What has been taken for true of terms on the way to a state.
#[derive(Clone, Default, Debug)]
pub(crate) struct Facts {
    /// Of booleans, sorted.
    truth: Vec<(Term, bool)>,
    /// Least and greatest values of numbers, sorted.
    ranges: Vec<(Term, (i64, i64))>,
}

impl Facts {
    /// Whether a boolean term is true, where that follows.
    pub(crate) fn decide(&self, terms: &Terms, term: Term) -> Option<bool> {
        if let Ok(at) = self.truth.binary_search_by_key(&term, |(term, _)| *term) {
            return Some(self.truth[at].1);
        }
        match terms.kind(term) {
            TermKind::Not(inner) => self.decide(terms, *inner).map(|value| !value),
            TermKind::Less(a, b) => {
                let ((a_least, a_most), (b_least, b_most)) =
                    (self.range(terms, a), self.range(terms, b));
                if a_most < b_least {
                    Some(true)
                } else if a_least >= b_most {
                    Some(false)
                } else {
                    None
                }
            }
            TermKind::Equal(a, b) => {
                let ((a_least, a_most), (b_least, b_most)) =
                    (self.range(terms, a), self.range(terms, b));
                if a_least == a_most && a_least == b_least && b_least == b_most {
                    Some(true)
                } else if a_most < b_least || b_most < a_least {
                    Some(false)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    fn range(&self, terms: &Terms, value: &Value) -> (i64, i64) {
        match value {
            Value::Unknown(term) => {
                if let Ok(at) = self.ranges.binary_search_by_key(term, |(term, _)| *term) {
                    return self.ranges[at].1;
                }
                match terms.kind(*term) {
                    TermKind::Len(_) => (0, i64::MAX),
                    _ => (i64::MIN, i64::MAX),
                }
            }
            value => value.as_int().map_or((i64::MIN, i64::MAX), |number| (number, number)),
        }
    }

    /// Takes a boolean term to be true or false.
    pub(crate) fn assume(&mut self, terms: &Terms, term: Term, value: bool) {
        if let TermKind::Not(inner) = *terms.kind(term) {
            return self.assume(terms, inner, !value);
        }
        match self.truth.binary_search_by_key(&term, |(term, _)| *term) {
            Ok(at) => self.truth[at].1 = value,
            Err(at) => self.truth.insert(at, (term, value)),
        }
        match (terms.kind(term).clone(), value) {
            (TermKind::Less(a, b), true) => {
                let most = self.range(terms, &b).1.saturating_sub(1);
                let least = self.range(terms, &a).0.saturating_add(1);
                self.narrow(terms, &a, i64::MIN, most);
                self.narrow(terms, &b, least, i64::MAX);
            }
            (TermKind::Less(a, b), false) => {
                let (least, most) = (self.range(terms, &b).0, self.range(terms, &a).1);
                self.narrow(terms, &a, least, i64::MAX);
                self.narrow(terms, &b, i64::MIN, most);
            }
            (TermKind::Equal(a, b), true) => {
                let ((a_least, a_most), (b_least, b_most)) =
                    (self.range(terms, &a), self.range(terms, &b));
                self.narrow(terms, &a, b_least, b_most);
                self.narrow(terms, &b, a_least, a_most);
            }
            (TermKind::Equal(a, b), false) => {
                for (value, other) in [(&a, &b), (&b, &a)] {
                    let Some(number) = other.as_int() else { continue };
                    let (least, most) = self.range(terms, value);
                    if least == number {
                        self.narrow(terms, value, number.saturating_add(1), i64::MAX);
                    } else if most == number {
                        self.narrow(terms, value, i64::MIN, number.saturating_sub(1));
                    }
                }
            }
            _ => {}
        }
    }

    fn narrow(&mut self, terms: &Terms, value: &Value, least: i64, most: i64) {
        let Value::Unknown(term) = value else { return };
        let (old_least, old_most) = self.range(terms, value);
        let range = (old_least.max(least), old_most.min(most));
        match self.ranges.binary_search_by_key(term, |(term, _)| *term) {
            Ok(at) => self.ranges[at].1 = range,
            Err(at) => self.ranges.insert(at, (*term, range)),
        }
    }

    /// Forgets what is known of a term that becomes something new.
    pub(crate) fn forget(&mut self, terms: &Terms, part: Term) {
        self.truth.retain(|(term, _)| !terms.mentions(*term, part));
        self.ranges.retain(|(term, _)| !terms.mentions(*term, part));
    }

    /// Keeps only what is about things that are still asked for.
    pub(crate) fn retain(&mut self, terms: &Terms, mut live: impl FnMut(Term) -> bool) {
        self.truth.retain(|(term, _)| matter(terms, *term, &mut live));
        self.ranges.retain(|(term, _)| matter(terms, *term, &mut live));
    }

    pub(crate) fn hash_into(&self, hasher: &mut impl Hasher) {
        self.truth.hash(hasher);
        self.ranges.hash(hasher);
    }
}

/// Whether something in a term, or the term itself, is live.
fn matter(terms: &Terms, term: Term, live: &mut impl FnMut(Term) -> bool) -> bool {
    if live(term) {
        return true;
    }
    let mut inner = Vec::new();
    let mut visit = |value: &Value| {
        value.for_each(&mut |reached| {
            if let Reached::Term(term) = reached {
                inner.push(term);
            }
        });
    };
    match terms.kind(term) {
        TermKind::Fresh(_) => {}
        TermKind::Part(term, _) | TermKind::Not(term) => inner.push(*term),
        TermKind::Len(value) => visit(value),
        TermKind::Less(a, b) | TermKind::Equal(a, b) | TermKind::Other(_, a, b) => {
            visit(a);
            visit(b);
        }
    }
    inner.into_iter().any(|term| matter(terms, term, live))
}

/// A number for anything, the same in every run.
pub(crate) fn key(of: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_what_is_not_known_is_always_the_same() {
        let mut terms = Terms::default();
        let whole = terms.fresh(1);
        assert_eq!(whole.part(&[2], &mut terms), whole.part(&[2], &mut terms));
        assert_ne!(whole.part(&[2], &mut terms), whole.part(&[3], &mut terms));
    }

    #[test]
    fn parts_that_are_set_are_found_from_outside_and_from_inside() {
        let mut terms = Terms::default();
        let whole = Value::Zero.with(&[1, 0], Value::Int(7));
        assert_eq!(whole.part(&[1], &mut terms).part(&[0], &mut terms), Value::Int(7));
        assert_eq!(whole.part(&[1, 1], &mut terms), Value::Zero);
        let other = whole.with(&[1], Value::Zero);
        assert_eq!(other.part(&[1, 0], &mut terms), Value::Zero);
    }

    #[test]
    fn a_length_that_is_more_than_one_is_more_than_none() {
        let mut terms = Terms::default();
        let slice = terms.fresh(1);
        let len = terms.of(TermKind::Len(slice));
        let less =
            |terms: &mut Terms, at: i64| terms.number(TermKind::Less(Value::int(at), len.clone()));
        let (zero, one, two) = (less(&mut terms, 0), less(&mut terms, 1), less(&mut terms, 2));
        let mut facts = Facts::default();
        assert_eq!(facts.decide(&terms, zero), None);
        facts.assume(&terms, one, true);
        assert_eq!(facts.decide(&terms, zero), Some(true));
        assert_eq!(facts.decide(&terms, two), None);
        facts.assume(&terms, two, false);
        let same = terms.number(TermKind::Equal(len.clone(), Value::int(2)));
        assert_eq!(facts.decide(&terms, same), Some(true));
    }
}
