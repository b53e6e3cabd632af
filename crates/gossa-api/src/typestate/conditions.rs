//! What branches of a function test, so that tests of the same go the same way.

use super::places::{Place, location};
use super::state::{Key, Known, State};
use crate::func::{Func, Inst};
use crate::op::Op;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{BinaryOp, Fact, InstId, UnaryOp, ValueId};
use gossa_types::Builtin;

/// What a condition tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Test {
    /// A value is nil.
    Nil(ValueId),
    /// A value is true.
    True(ValueId),
    /// A comparison, by its number.
    Compared(u32),
    /// Nothing that is followed.
    Other,
}

/// A comparison in normal form: operands by what they are.
type Comparison = (u8, Term, Term);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Term {
    Value(ValueId),
    Const(String),
    Length(Box<Term>),
    Field(Box<Term>, u32),
    /// What is read from a place that the function does not write.
    Read(Place),
}

/// The tests of a function's branches.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// By branch: what is tested, and whether the condition is that it is so.
    tests: FxHashMap<InstId, (Test, bool)>,
    /// How often values are tested; those that are returned are here too.
    tested: FxHashMap<ValueId, u32>,
    /// Comparisons that occur more than once.
    repeated: FxHashSet<u32>,
    /// The comparisons that a value is an operand of.
    operands: FxHashMap<ValueId, Vec<u32>>,
}

impl Conditions {
    pub(super) fn new(func: Func<'_>) -> Self {
        let mut this = Self::default();
        let mut numbers: FxHashMap<Comparison, u32> = FxHashMap::default();
        let mut times: FxHashMap<u32, u32> = FxHashMap::default();
        let mut written: Option<FxHashSet<Place>> = None;
        for block in func.blocks() {
            let Some(last) = block.insts().next_back() else { continue };
            if let Op::Return(results) = last.op() {
                for result in results {
                    this.tested.entry(result.id).or_default();
                }
            }
            let Op::Branch { cond, .. } = last.op() else { continue };
            let (mut value, mut holds) = (cond, true);
            while let Some(definition) = value.definition() {
                match definition.op() {
                    Op::Unary { op: UnaryOp::Not, x } => (value, holds) = (x, !holds),
                    Op::Narrow { x, .. } => value = x,
                    _ => break,
                }
            }
            let test = match value.definition().map(Inst::op) {
                Some(Op::Binary { op, x, y }) => {
                    let equal = match op {
                        BinaryOp::Equal => Some(true),
                        BinaryOp::NotEqual => Some(false),
                        _ => None,
                    };
                    let nil = [(x, y), (y, x)].into_iter().find(|(_, nil)| {
                        nil.definition().is_some_and(|nil| matches!(nil.op(), Op::Zero))
                    });
                    match (equal, nil) {
                        (Some(equal), Some((tested, _))) => {
                            holds = holds == equal;
                            Test::Nil(root(tested).id)
                        }
                        _ => {
                            let written = written.get_or_insert_with(|| written_in(func));
                            match comparison(op, x, y, written) {
                                Some((comparison, positive)) => {
                                    holds = holds == positive;
                                    let next = numbers.len() as u32;
                                    let mut values = Vec::new();
                                    operands(&comparison.1, &mut values);
                                    operands(&comparison.2, &mut values);
                                    let number = *numbers.entry(comparison).or_insert(next);
                                    for value in values {
                                        this.operands.entry(value).or_default().push(number);
                                    }
                                    *times.entry(number).or_default() += 1;
                                    Test::Compared(number)
                                }
                                None => Test::Other,
                            }
                        }
                    }
                }
                Some(Op::Load(pointer)) => {
                    let written = written.get_or_insert_with(|| written_in(func));
                    match read(pointer, written) {
                        Some(place) => {
                            let term = Term::Read(place);
                            let next = numbers.len() as u32;
                            let key = (u8::MAX, term, Term::Const(String::new()));
                            let number = *numbers.entry(key).or_insert(next);
                            *times.entry(number).or_default() += 1;
                            Test::Compared(number)
                        }
                        None => Test::True(value.id),
                    }
                }
                _ => Test::True(value.id),
            };
            if let Test::Nil(value) | Test::True(value) = test {
                *this.tested.entry(value).or_default() += 1;
            }
            this.tests.insert(last.id, (test, holds));
        }
        this.repeated.extend(times.iter().filter(|(_, times)| **times > 1).map(|(at, _)| *at));
        this
    }

    /// Whether anything tests a value, or callers may.
    pub(super) fn is_tested(&self, value: ValueId) -> bool {
        self.tested.contains_key(&value)
    }

    /// Forgets what is known of a value that is made anew.
    pub(super) fn forget(&self, state: &mut State, value: ValueId) {
        if state.known.is_empty() {
            return;
        }
        state.know(Key::Value(value), None);
        for &number in self.operands.get(&value).into_iter().flatten() {
            state.know(Key::Test(number), None);
        }
    }

    /// Which way a branch goes, if that is known.
    pub(super) fn decide(&self, func: Func<'_>, branch: InstId, state: &State) -> Option<bool> {
        let &(test, holds) = self.tests.get(&branch)?;
        let so = match test {
            Test::Nil(value) => known_of(func, value, state)?.is_nil()?,
            Test::True(value) => known_of(func, value, state)?.as_bool()?,
            Test::Compared(number) => state.known(Key::Test(number))?.as_bool()?,
            Test::Other => return None,
        };
        Some(so == holds)
    }

    /// The value that is known not to be nil where a branch goes one way.
    pub(super) fn not_nil(&self, branch: InstId, taken: bool) -> Option<ValueId> {
        match self.tests.get(&branch)? {
            (Test::Nil(value), holds) if taken != *holds => Some(*value),
            _ => None,
        }
    }

    /// Whether a branch goes the way of a function that says `true` of something that is nil: of
    /// an error, as a rule, it says nothing then.
    pub(super) fn is_doubtful(
        &self,
        func: Func<'_>,
        branch: InstId,
        taken: bool,
        state: &State,
    ) -> bool {
        let Some(&(Test::True(value), holds)) = self.tests.get(&branch) else { return false };
        let value = crate::func::Value { func, id: value };
        let Some(call) = value.definition().and_then(Inst::call) else { return false };
        taken == holds && call.args().any(|arg| known_of(func, arg.id, state) == Some(Known::Nil))
    }

    /// Notes that a branch goes one way, where something else tests the same.
    pub(super) fn assume(&self, state: &mut State, branch: InstId, taken: bool) {
        let Some(&(test, holds)) = self.tests.get(&branch) else { return };
        let so = taken == holds;
        let often = |value| self.tested.get(&value).is_some_and(|times| *times > 1);
        match test {
            Test::Nil(value) if often(value) => {
                state.know(Key::Value(value), Some(Known::nil(so)));
            }
            Test::True(value) if often(value) => {
                state.know(Key::Value(value), Some(Known::bool(so)));
            }
            Test::Compared(number) if self.repeated.contains(&number) => {
                state.know(Key::Test(number), Some(Known::bool(so)));
            }
            _ => {}
        }
    }
}

/// The value that narrowing began at.
pub(super) fn root(mut value: crate::func::Value<'_>) -> crate::func::Value<'_> {
    while let Some(definition) = value.definition() {
        match definition.op() {
            Op::Narrow { x, .. } => value = x,
            _ => break,
        }
    }
    value
}

/// What is known of a value: by what it is, and on the path.
pub(super) fn known_of(func: Func<'_>, id: ValueId, state: &State) -> Option<Known> {
    let mut value = crate::func::Value { func, id };
    loop {
        if state.is(value.id) {
            return Some(Known::NotNil);
        }
        if let Some(known) = state.known(Key::Value(value.id)) {
            return Some(known);
        }
        let definition = value.definition()?;
        match definition.op() {
            Op::Narrow { fact: Fact::Nil, .. } => return Some(Known::Nil),
            Op::Narrow { fact: Fact::NotNil, .. } => return Some(Known::NotNil),
            Op::Narrow { x, .. } => value = x,
            Op::Const(constant) => {
                return match constant.exact_string().as_str() {
                    "true" => Some(Known::True),
                    "false" => Some(Known::False),
                    _ => None,
                };
            }
            Op::Zero => return Some(Known::Nil),
            Op::Alloc(_)
            | Op::Global(_)
            | Op::FieldAddr { .. }
            | Op::MakeInterface(_)
            | Op::Closure { .. }
            | Op::Func(_)
            | Op::MethodValue { .. }
            | Op::MakeChan(_)
            | Op::MakeMap(_)
            | Op::MakeSlice { .. } => return Some(Known::NotNil),
            Op::Call(call) => {
                let crate::op::Callee::Static { name, .. } = call.callee() else { return None };
                return matches!(name.as_str(), "errors.New" | "fmt.Errorf")
                    .then_some(Known::NotNil);
            }
            _ => return None,
        }
    }
}

fn operands(term: &Term, found: &mut Vec<ValueId>) {
    match term {
        Term::Value(value) => found.push(*value),
        Term::Length(of) | Term::Field(of, _) => operands(of, found),
        Term::Read(place) => found.push(place.root),
        Term::Const(_) => {}
    }
}

/// A comparison in normal form, and whether it is that or its contrary.
fn comparison<'p>(
    op: BinaryOp,
    x: crate::func::Value<'p>,
    y: crate::func::Value<'p>,
    written: &FxHashSet<Place>,
) -> Option<(Comparison, bool)> {
    let term = |value| term(value, written, 0);
    let (x, y) = (term(x)?, term(y)?);
    Some(match op {
        BinaryOp::Equal => ((0, x, y), true),
        BinaryOp::NotEqual => ((0, x, y), false),
        BinaryOp::Less => ((1, x, y), true),
        BinaryOp::GreaterEqual => ((1, x, y), false),
        BinaryOp::Greater => ((1, y, x), true),
        BinaryOp::LessEqual => ((1, y, x), false),
        _ => return None,
    })
}

fn term(value: crate::func::Value<'_>, written: &FxHashSet<Place>, depth: usize) -> Option<Term> {
    let value = root(value);
    let Some(definition) = value.definition().filter(|_| depth < 4) else {
        return Some(Term::Value(value.id));
    };
    Some(match definition.op() {
        Op::Const(constant) => Term::Const(constant.exact_string()),
        Op::Zero => Term::Const("zero".to_owned()),
        Op::Builtin { op: Builtin::Len, args } => {
            Term::Length(Box::new(term(*args.first()?, written, depth + 1)?))
        }
        Op::Field { base, field } => Term::Field(Box::new(term(base, written, depth + 1)?), field),
        Op::Load(pointer) => match read(pointer, written) {
            Some(place) => Term::Read(place),
            None => Term::Value(value.id),
        },
        _ => Term::Value(value.id),
    })
}

/// The place behind a pointer, if the function does not write there.
fn read(pointer: crate::func::Value<'_>, written: &FxHashSet<Place>) -> Option<Place> {
    let place = location(pointer);
    (!written.iter().any(|other| other.overlaps(&place))).then_some(place)
}

/// What a function writes.
fn written_in(func: Func<'_>) -> FxHashSet<Place> {
    let stores = func.insts().filter_map(|inst| match inst.op() {
        Op::Store { ptr, .. } => Some(location(ptr)),
        // What is captured may be written by the closure.
        Op::Closure { captures, .. } => {
            captures.into_iter().find(|x| x.ty().pointee().is_some()).map(location)
        }
        _ => None,
    });
    stores.collect()
}
