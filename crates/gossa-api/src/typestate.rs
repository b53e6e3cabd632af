//! Typestate: what must, and must not, happen to a value, said as an automaton.
//!
//! A [`Protocol`] says which calls make the values that are followed, in which states these can
//! be, which [events](Event) lead from one to another, and which states are errors: when an event
//! happens, or when the value is lost, that is, when control leaves its scope and nobody has it
//! any more. [`ProgramPass::typestate`] follows each value along all paths, and returns what goes
//! wrong with the path to it:
//!
//! ```
//! use gossa_api::prelude::*;
//! use gossa_api::typestate::{Creation, Event, Protocol};
//!
//! declare_check! {
//!     /// ## What it does
//!     /// Reports files that are opened and closed on some paths only, or used when closed.
//!     pub static OPEN_FILE = "open-file": "resources", Warning, "a file stays open";
//! }
//!
//! struct OpenFile;
//!
//! impl Checker for OpenFile {
//!     fn checks(&self) -> Vec<&'static Check> {
//!         vec![&OPEN_FILE]
//!     }
//!
//!     fn check_program(&self, pass: &ProgramPass<'_>) {
//!         let mut files = Protocol::new();
//!         let open = files.state("open");
//!         let closed = files.state("closed");
//!         files.created_by(Creation::result("os.Open", 0).unless_error(1));
//!         files.on(open, Event::Method("Close"), closed);
//!         files.error_on(closed, Event::Method("Read"));
//!         files.error_when_lost(open);
//!         for violation in pass.typestate(&files) {
//!             let Some(mut report) = pass.report(&OPEN_FILE, violation.created) else { continue };
//!             report.message(format_args!("the file is {} when it {}", violation.state,
//!                 violation.kind));
//!             for step in &violation.steps {
//!                 report.step(step.at, step.kind);
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! A value is followed through variables, closures that capture it, callees (by summaries: what a
//! callee does to what it is given, on each of its paths), deferred calls, new goroutines, and, when
//! it is returned, callers: a function that returns what it has made makes values itself.
//! What is stored in a field, a package-level variable, a container or a channel is handed over
//! to whoever reads it there; a field or a variable of which nobody in the program uses what it
//! holds is no such place. Conditions that say the same twice go the same way, as far as values
//! of the path tell: comparisons with nil, constants, flags in local variables.
//!
//! Not followed: values in local arrays and slices, and those that a dynamic call with many
//! possible callees gets; these count as handed over.

mod calls;
mod conditions;
mod handed;
mod holders;
mod never;
mod places;
mod sites;
mod state;
mod walk;

use crate::func::Inst;
use crate::whole::ProgramPass;
use std::fmt;

/// A state of a [`Protocol`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StateId(pub(crate) u8);

/// Which calls make values.
#[derive(Clone, Debug)]
pub struct Creation {
    pub(crate) function: &'static str,
    pub(crate) result: usize,
    pub(crate) error: Option<usize>,
    pub(crate) context: Option<usize>,
}

impl Creation {
    /// A result of a function or method, by its qualified name: `context.WithCancel`,
    /// `net/http.Client.Do`. It is never nil, unless [`Creation::unless_error`] says when.
    #[must_use]
    pub const fn result(function: &'static str, result: usize) -> Self {
        Self { function, result, error: None, context: None }
    }

    /// There is a value only where this result, an error, is nil.
    #[must_use]
    pub const fn unless_error(self, error: usize) -> Self {
        Self { error: Some(error), ..self }
    }

    /// This result is a context; that it is done is an event ([`Event::ContextDone`]) for the
    /// value.
    #[must_use]
    pub const fn with_context(self, context: usize) -> Self {
        Self { context: Some(context), ..self }
    }
}

/// What happens to a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Event {
    /// It is called; deferred calls count where they run.
    Call,
    /// A method with this name is called on it. Methods that no rule names change nothing.
    Method(&'static str),
    /// It is passed to a function by its qualified name, as the argument with this number; a
    /// receiver is the first.
    Argument(&'static str, usize),
    /// It is stored where others may read it: a field, a package-level variable, a container.
    /// Without a rule it is handed over with that.
    Store,
    /// It is sent on a channel. Without a rule it is handed over with that.
    Send,
    /// The function that has made it returns it. Without a rule its callers have it then.
    Return,
    /// A new goroutine gets it. Without a rule what the goroutine does to it counts.
    Go,
    /// The context that was made with it is found to be done: `<-ctx.Done()`, or an error from it.
    ContextDone,
}

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ViolationKind {
    /// An event happens that must not happen in this state.
    Event(Event),
    /// The function returns, and nobody has the value any more.
    Returned,
    /// The function panics, and nobody has the value any more.
    Panicked,
    /// What holds it is overwritten, or made anew.
    Replaced,
}

impl fmt::Display for ViolationKind {
    /// Completes "the value ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(Event::Call) => f.write_str("is called"),
            Self::Event(Event::Method(name)) => write!(f, "gets a call of {name}"),
            Self::Event(Event::Argument(function, _)) => write!(f, "is passed to {function}"),
            Self::Event(Event::Store) => f.write_str("is stored"),
            Self::Event(Event::Send) => f.write_str("is sent on a channel"),
            Self::Event(Event::Return) => f.write_str("is returned"),
            Self::Event(Event::Go) => f.write_str("is given to a new goroutine"),
            Self::Event(Event::ContextDone) => f.write_str("has come to the end of its context"),
            Self::Returned => f.write_str("is lost when the function returns"),
            Self::Panicked => f.write_str("is lost when the function panics"),
            Self::Replaced => f.write_str("is replaced"),
        }
    }
}

/// A step of the way to a violation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Step<'p> {
    /// Where.
    pub at: Inst<'p>,
    /// What happens there.
    pub kind: StepKind,
}

/// What happens at a [`Step`]. Displays as a sentence.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum StepKind {
    /// The value is made.
    Created,
    /// A function returns the value to its caller.
    Received,
    /// A condition holds or does not.
    Branch(bool),
    /// A call gets the value, and leaves it in a state.
    Passed,
    /// An event leads to another state.
    Event(Event),
    /// It is stored in a field or variable of which nobody uses what it holds.
    Forgotten,
    /// Something panics, and a deferred call recovers.
    Recovered,
    /// What [`Violation::kind`] says happens.
    End(ViolationKind),
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created => f.write_str("made here"),
            Self::Received => f.write_str("the caller gets it here"),
            Self::Branch(true) => f.write_str("this condition is true"),
            Self::Branch(false) => f.write_str("this condition is false"),
            Self::Passed => f.write_str("passed to a function that leaves it as it is"),
            Self::Event(event) => write!(f, "here it {}", ViolationKind::Event(*event)),
            Self::Forgotten => f.write_str("stored where nobody takes it from"),
            Self::Recovered => f.write_str("a panic is recovered from"),
            Self::End(kind) => write!(f, "here it {kind}"),
        }
    }
}

/// A path on which a value does not follow its protocol.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Violation<'p> {
    /// The call that makes the value, in a package that the user asked about. Where a function
    /// returns what it has made, and some of its callers go wrong, their calls.
    pub created: Inst<'p>,
    /// The state that it is in.
    pub state: &'static str,
    /// What goes wrong.
    pub kind: ViolationKind,
    /// Where.
    pub at: Inst<'p>,
    /// The way there, from the creation on.
    pub steps: Vec<Step<'p>>,
    /// Whether each step of the way is certain to be possible by itself: `false` where a callee
    /// does one thing or another, and it is not known what decides.
    pub certain: bool,
    /// Whether nothing in the function, its callees, or what its callers get can ever lead out
    /// of the state: the violation happens on every path that ends.
    pub always: bool,
}

/// What must, and must not, happen to values: an automaton. See the [module](self).
#[derive(Clone, Debug, Default)]
pub struct Protocol {
    pub(crate) creations: Vec<Creation>,
    pub(crate) states: Vec<&'static str>,
    pub(crate) rules: Vec<(StateId, Event, Option<StateId>)>,
    pub(crate) lost: Vec<StateId>,
}

impl Protocol {
    /// One without states and values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A new state. The first one is that in which values are made.
    ///
    /// # Panics
    /// With more than 256 states.
    pub fn state(&mut self, name: &'static str) -> StateId {
        let id = u8::try_from(self.states.len()).expect("at most 256 states");
        self.states.push(name);
        StateId(id)
    }

    /// Values are made by these calls.
    pub fn created_by(&mut self, creation: Creation) {
        self.creations.push(creation);
    }

    /// An event leads from one state to another.
    pub fn on(&mut self, from: StateId, event: Event, to: StateId) {
        self.rules.push((from, event, Some(to)));
    }

    /// An event is an error in this state.
    pub fn error_on(&mut self, state: StateId, event: Event) {
        self.rules.push((state, event, None));
    }

    /// A value must not be lost in this state.
    pub fn error_when_lost(&mut self, state: StateId) {
        self.lost.push(state);
    }

    /// What an event does in a state, if a rule says so; inside: `None` for an error.
    pub(crate) fn next(&self, state: StateId, event: Event) -> Option<Option<StateId>> {
        self.rules.iter().find(|rule| rule.0 == state && rule.1 == event).map(|rule| rule.2)
    }

    /// Whether nothing that happens to a value in this state can be an error any more.
    pub(crate) fn is_settled(&self, state: StateId) -> bool {
        !self.lost.contains(&state) && !self.rules.iter().any(|rule| rule.0 == state)
    }

    /// Whether a rule of any state speaks of an event.
    pub(crate) fn knows(&self, event: Event) -> bool {
        self.rules.iter().any(|rule| rule.1 == event)
    }
}

impl<'p> ProgramPass<'p> {
    /// Follows the values of a protocol that are made in packages that the user asked about, and
    /// returns where they do not do as it says: at most one violation of each kind and state for
    /// each creation, in the order of the program.
    #[must_use]
    pub fn typestate(&self, protocol: &Protocol) -> Vec<Violation<'p>> {
        if protocol.states.is_empty() {
            return Vec::new();
        }
        sites::run(self, protocol)
    }
}
