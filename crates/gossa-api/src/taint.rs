//! From sources to sinks: where values that come from some places get to others, said as rules.
//!
//! For checkers that need no analysis of their own: [`Taint`] says what is a source, a sink, a
//! sanitizer, and what unseen functions pass on; [`ProgramPass::leaks`] finds the flows, and
//! [`TaintChecker`] reports them.
//!
//! ```
//! use gossa_api::prelude::*;
//!
//! declare_check! {
//!     /// ## What it does
//!     /// Reports words of the command line that become commands of a shell.
//!     pub static SHELL_WORD = "shell-word": "security", Warning,
//!         "an argument of the program is run as a command";
//! }
//!
//! fn checker() -> impl Checker {
//!     let rules = Taint::new()
//!         .source(Source::field("net/http.Request", "Form"))
//!         .source(Source::result("os.Getenv"))
//!         .sink(Sink::argument("os/exec.Command", ..))
//!         .sanitizer("strconv.Quote");
//!     TaintChecker::new(&SHELL_WORD, rules)
//! }
//! ```
//!
//! Functions are named as [`Func::declared_name`](crate::Func::declared_name) says: `os.Getenv`,
//! `net/http.Header.Get`, a method of an interface by the interface's name,
//! `net/http.ResponseWriter.Write`. A `*` in a pattern stands for any text.
//!
//! Values are followed through names, structs, slices, maps, channels, interfaces, closures,
//! package-level variables, and into and out of calls, each call kept apart from others; of a
//! struct or what a pointer leads to only the part that is tainted, a few fields deep. What a
//! comparison gives is not tainted, nor lengths. In text-processing packages of the standard library
//! (`fmt`, `strings`, `bytes`, `strconv`, `path`, ...) results are as tainted as arguments;
//! functions without a body do the same. Sources and sinks in the standard library's own
//! code do not count, unless it is what the user asked about.

mod engine;
mod library;
mod transfer;

use crate::checker::{Check, Checker};
use crate::func::Inst;
use crate::whole::ProgramPass;
use gossa_report::Confidence;
use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive};

/// A pattern of names: literal text, with `*` for any text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Pattern(String);

impl Pattern {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let mut any = false;
        let mut last = "";
        for part in parts {
            any = true;
            last = part;
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        // The last part stands at the end, wherever it was found first.
        if any { name.ends_with(last) } else { rest.is_empty() }
    }
}

/// Which arguments, or parameters, are meant: a number, or a range of numbers (`1..`, `..`). A
/// method's receiver is the first, 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arguments {
    first: usize,
    end: usize,
}

impl Arguments {
    pub(crate) fn has(&self, at: usize) -> bool {
        (self.first..self.end).contains(&at)
    }
}

impl From<usize> for Arguments {
    fn from(at: usize) -> Self {
        Self { first: at, end: at + 1 }
    }
}

impl From<Range<usize>> for Arguments {
    fn from(range: Range<usize>) -> Self {
        Self { first: range.start, end: range.end }
    }
}

impl From<RangeInclusive<usize>> for Arguments {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self { first: *range.start(), end: range.end().saturating_add(1) }
    }
}

impl From<RangeFrom<usize>> for Arguments {
    fn from(range: RangeFrom<usize>) -> Self {
        Self { first: range.start, end: usize::MAX }
    }
}

impl From<RangeFull> for Arguments {
    fn from(_: RangeFull) -> Self {
        Self { first: 0, end: usize::MAX }
    }
}

/// Where tainted values come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source(pub(crate) SourceKind);

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum SourceKind {
    Result(Pattern),
    Parameter(Pattern, Arguments),
    Field(Pattern, Pattern),
    Type(Pattern),
}

impl Source {
    /// What functions return.
    #[must_use]
    pub fn result(function: &str) -> Self {
        Self(SourceKind::Result(Pattern::new(function)))
    }

    /// What functions get as these parameters; a method's receiver is parameter 0.
    #[must_use]
    pub fn parameter(function: &str, parameters: impl Into<Arguments>) -> Self {
        Self(SourceKind::Parameter(Pattern::new(function), parameters.into()))
    }

    /// What is read from a field of a struct type, which is named with its package:
    /// `net/http.Request`.
    #[must_use]
    pub fn field(ty: &str, field: &str) -> Self {
        Self(SourceKind::Field(Pattern::new(ty), Pattern::new(field)))
    }

    /// All values of a defined type, wherever they are made.
    #[must_use]
    pub fn of_type(ty: &str) -> Self {
        Self(SourceKind::Type(Pattern::new(ty)))
    }
}

/// Where tainted values must not get to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sink(pub(crate) SinkKind);

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum SinkKind {
    Argument(Pattern, Arguments),
    Field(Pattern, Pattern),
    Returned(Pattern),
}

impl Sink {
    /// Arguments of functions; a method's receiver is argument 0, whether it is called by name or
    /// through an interface.
    #[must_use]
    pub fn argument(function: &str, arguments: impl Into<Arguments>) -> Self {
        Self(SinkKind::Argument(Pattern::new(function), arguments.into()))
    }

    /// What is stored in a field of a struct type.
    #[must_use]
    pub fn field(ty: &str, field: &str) -> Self {
        Self(SinkKind::Field(Pattern::new(ty), Pattern::new(field)))
    }

    /// What functions return.
    #[must_use]
    pub fn returned_by(function: &str) -> Self {
        Self(SinkKind::Returned(Pattern::new(function)))
    }
}

/// What a function passes on, whatever its body does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Propagator {
    pub(crate) function: Pattern,
    pub(crate) from: Arguments,
    pub(crate) to: Arguments,
    pub(crate) results: bool,
}

impl Propagator {
    /// From all arguments to all results.
    #[must_use]
    pub fn new(function: &str) -> Self {
        Self {
            function: Pattern::new(function),
            from: (..).into(),
            to: (0..0).into(),
            results: true,
        }
    }

    /// From these arguments only; a method's receiver is argument 0.
    #[must_use]
    pub fn from_arguments(self, arguments: impl Into<Arguments>) -> Self {
        Self { from: arguments.into(), ..self }
    }

    /// To what these arguments point to, too.
    #[must_use]
    pub fn to_arguments(self, arguments: impl Into<Arguments>) -> Self {
        Self { to: arguments.into(), ..self }
    }

    /// Not to results.
    #[must_use]
    pub fn without_results(self) -> Self {
        Self { results: false, ..self }
    }
}

/// Rules: sources, sinks, and what happens on the way.
#[derive(Clone, Debug, Default)]
pub struct Taint {
    pub(crate) sources: Vec<Source>,
    pub(crate) sinks: Vec<Sink>,
    pub(crate) sanitizers: Vec<Pattern>,
    pub(crate) propagators: Vec<Propagator>,
}

impl Taint {
    /// No rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source.
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.sources.push(source);
        self
    }

    /// Adds a sink.
    #[must_use]
    pub fn sink(mut self, sink: Sink) -> Self {
        self.sinks.push(sink);
        self
    }

    /// Adds functions whose results are clean, whatever they get.
    #[must_use]
    pub fn sanitizer(mut self, function: &str) -> Self {
        self.sanitizers.push(Pattern::new(function));
        self
    }

    /// Adds what functions pass on. Without one a function passes on what its body does.
    #[must_use]
    pub fn propagator(mut self, propagator: Propagator) -> Self {
        self.propagators.push(propagator);
        self
    }
}

/// A flow from a source to a sink.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Leak<'p> {
    /// The instruction that gives the tainted value; of a parameter the first of its function.
    pub source: Inst<'p>,
    /// What it is, in words: `the result of os.Getenv`.
    pub what: String,
    /// The instruction where the value must not get to.
    pub sink: Inst<'p>,
    /// What it gets to, in words: `argument 1 of os/exec.Command`.
    pub reaches: String,
    /// The way from source to sink, both left out: instructions, and what happens there.
    pub steps: Vec<(Inst<'p>, String)>,
}

impl<'p> ProgramPass<'p> {
    /// Where tainted values get to sinks: one way to each sink's argument, the first that is found
    /// of the shortest, in the order of the program. Costs a pass over the program to find sources,
    /// and then what the values reach, with a bound of some hundred thousand places; needs no
    /// points-to solution.
    #[must_use]
    pub fn leaks(&self, rules: &Taint) -> Vec<Leak<'p>> {
        engine::run(self, rules)
    }
}

/// Reports all flows that rules forbid: at the sink if that is in a package that the user asked
/// about, else at the last place on the way that is.
pub struct TaintChecker {
    check: &'static Check,
    rules: Taint,
    confidence: Confidence,
}

impl TaintChecker {
    /// A checker by rules.
    #[must_use]
    pub fn new(check: &'static Check, rules: Taint) -> Self {
        Self { check, rules, confidence: Confidence::Medium }
    }

    /// Says how sure its findings are; medium when not said.
    #[must_use]
    pub fn with_confidence(self, confidence: Confidence) -> Self {
        Self { confidence, ..self }
    }
}

impl fmt::Debug for TaintChecker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaintChecker({})", self.check.id)
    }
}

impl Checker for TaintChecker {
    fn checks(&self) -> Vec<&'static Check> {
        vec![self.check]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        for leak in pass.leaks(&self.rules) {
            let last_own = leak
                .steps
                .iter()
                .rev()
                .map(|(at, _)| *at)
                .find(|at| at.func().is_requested())
                .or(Some(leak.source).filter(|at| at.func().is_requested()));
            let at = if leak.sink.func().is_requested() { Some(leak.sink) } else { last_own };
            let Some(mut report) = at.and_then(|at| pass.report(self.check, at)) else { continue };
            report.message(format_args!("{} gets to {}", leak.what, leak.reaches));
            report.confidence(self.confidence);
            report.step(leak.source, format_args!("{} comes from here", leak.what));
            for (at, what) in &leak.steps {
                report.step(*at, what);
            }
            report.step(leak.sink, format_args!("it gets to {}", leak.reaches));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let matches = |pattern: &str, name: &str| Pattern::new(pattern).matches(name);
        assert!(matches("os.Getenv", "os.Getenv"));
        assert!(!matches("os.Getenv", "os.GetenvX"));
        assert!(!matches("os.Getenv", "xos.Getenv"));
        assert!(matches("os.*", "os.Getenv"));
        assert!(matches("*.Query*", "database/sql.DB.QueryRow"));
        assert!(matches("a*b", "aab"));
        assert!(matches("a*ba", "abcba"));
        assert!(!matches("a*bc", "abcb"));
        assert!(!matches("ab*b", "ab"));
    }

    #[test]
    fn ranges_of_arguments() {
        assert!(Arguments::from(..).has(7));
        assert!(Arguments::from(1..).has(1) && !Arguments::from(1..).has(0));
        assert!(Arguments::from(0..=1).has(1) && !Arguments::from(0..=1).has(2));
        assert!(!Arguments::from(0..0).has(0));
    }
}
