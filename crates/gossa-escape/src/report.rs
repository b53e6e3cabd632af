//! What the analysis finds out, as data and as the compiler's messages.

use crate::ir::At;
use crate::summary::{Leaks, Sink, TRACKED_RESULTS};
use gossa_base::Name;
use gossa_types::{DeclId, DeclSource, PackageId, TypeList};

/// Where an allocation may be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// In the function's frame.
    Frame,
    /// In the heap only.
    Heap,
}

/// Conversions that copy.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Conversion {
    /// To an interface type.
    Interface,
    /// Between strings and slices, or of a code point.
    Text,
    /// Of a string to bytes that nobody changes: they need no copy.
    SharedText,
}

/// What allocates.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AllocationKind {
    /// A variable.
    Variable,
    /// `new(T)`
    New,
    /// `make` of a slice or a map.
    Make,
    /// A slice or map literal.
    Literal,
    /// `&T{...}`
    AddressOfLiteral,
    /// The slice of variadic arguments.
    VariadicArguments,
    /// A function literal.
    FunctionLiteral,
    /// `x.m` as a value.
    MethodValue,
    /// A conversion.
    Conversion(Conversion),
    /// `a + b` of strings.
    Concatenation,
    /// `append`
    Append,
}

/// An allocation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allocation {
    /// Where.
    pub at: At,
    /// What.
    pub kind: AllocationKind,
    /// Where it may be.
    pub verdict: Verdict,
    /// The variable's name or the expression, as messages show it.
    pub text: Box<str>,
    /// Made by the compiler for a `go` or `defer` statement or the like; messages leave it out.
    pub generated: bool,
    /// Made in the function that a `go` or `defer` statement calls, not by the statement.
    pub deferred: bool,
    /// What its address gets to; only known if the whole program was looked at.
    pub sinks: Box<[Sink]>,
    /// Whether its function may run, as far as that is known.
    pub reachable: bool,
}

/// A parameter, of a declared function or of a function literal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Where it is declared.
    pub at: At,
    /// Its name; `None`: none, or the blank one.
    pub name: Option<Name>,
    /// Where its value flows.
    pub leaks: Leaks,
    /// Names of the function's results.
    pub results: Box<[Name]>,
    /// What messages say about it.
    pub said: Said,
    /// Whether its function may run, as far as that is known.
    pub reachable: bool,
}

/// What messages say about a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Said {
    /// Nothing: it holds no pointers, has no name, is in the heap itself, or is of a function
    /// that the compiler makes.
    Nothing,
    /// Where it leaks.
    Leaks,
    /// That it is a `uintptr` of a function without body, which may be a pointer.
    AssumedPointer,
    /// That it is a `uintptr` whose target is kept in the heap.
    Marked,
    /// That it is a list of those.
    MarkedList,
}

/// An assignment of a part of a variable to a part of it, which adds no flow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SelfAssignment {
    /// Where.
    pub at: At,
    /// The function, as messages show it.
    pub function: Box<str>,
    /// The statement, as messages show it.
    pub text: Box<str>,
}

/// What is known about a function and the literals in it, or about an initialiser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionEscapes {
    /// The declaration; `None` for an initialiser.
    pub decl: Option<DeclId>,
    /// Shapes of type arguments, for an instance of a generic function.
    pub args: TypeList,
    /// The package that the places are in.
    pub package: PackageId,
    /// The declaration that the places are in.
    pub source: DeclSource,
    /// Its parameters, then those of literals in it.
    pub parameters: Box<[Parameter]>,
    /// What it allocates.
    pub allocations: Box<[Allocation]>,
    /// Assignments that were left out.
    pub self_assignments: Box<[SelfAssignment]>,
}

/// What is known about a package's functions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PackageEscapes {
    /// The package's functions and initialisers in source order, then the instances that they
    /// need.
    pub functions: Box<[FunctionEscapes]>,
    /// Parameters' leaks by function, for callers in other packages.
    pub summaries: gossa_base::FxHashMap<DeclId, crate::Summary>,
}

/// A message of the compiler.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Message {
    /// Where.
    pub at: At,
    /// What.
    pub text: String,
}

impl Parameter {
    fn messages(&self, out: &mut Vec<Message>) {
        let Some(name) = self.name else { return };
        let mut say = |text: String| out.push(Message { at: self.at, text });
        match self.said {
            Said::Nothing => {}
            Said::AssumedPointer => say(format!("assuming {name} is unsafe uintptr")),
            Said::Marked => say(format!("marking {name} as escaping uintptr")),
            Said::MarkedList => say(format!("marking {name} as escaping ...uintptr")),
            Said::Leaks => {
                let mut leaks = false;
                match self.leaks.heap() {
                    Some(0) => say(format!("leaking param: {name}")),
                    Some(_) => say(format!("leaking param content: {name}")),
                    None => {}
                }
                leaks |= self.leaks.heap().is_some();
                for (index, result) in self.results.iter().enumerate().take(TRACKED_RESULTS) {
                    if let Some(level) = self.leaks.result(index) {
                        say(format!("leaking param: {name} to result {result} level={level}"));
                        leaks = true;
                    }
                }
                if !leaks {
                    say(format!("{name} does not escape"));
                }
            }
        }
    }
}

impl Allocation {
    fn messages(&self, out: &mut Vec<Message>) {
        if self.generated {
            return;
        }
        let text = &self.text;
        let said = match (self.kind, self.verdict) {
            (AllocationKind::Variable, Verdict::Heap) => Some(format!("moved to heap: {text}")),
            (AllocationKind::Variable, Verdict::Frame) => None,
            (_, Verdict::Heap) => Some(format!("{text} escapes to heap")),
            (_, Verdict::Frame) => Some(format!("{text} does not escape")),
        };
        out.extend(said.map(|text| Message { at: self.at, text }));
        if self.kind == AllocationKind::Conversion(Conversion::SharedText) {
            let text = "zero-copy string->[]byte conversion".to_owned();
            out.push(Message { at: self.at, text });
        }
    }
}

impl FunctionEscapes {
    /// The compiler's messages about it.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        let mut out = Vec::new();
        for found in &self.self_assignments {
            let text = format!("{} ignoring self-assignment in {}", found.function, found.text);
            out.push(Message { at: found.at, text });
        }
        self.parameters.iter().for_each(|parameter| parameter.messages(&mut out));
        self.allocations.iter().for_each(|allocation| allocation.messages(&mut out));
        out
    }
}
