//! By which calls a panic that somebody has written leaves a function.
//!
//! Not every index and nil pointer, as [`Endings::of`] has it, but what
//! a reader expects to panic: `panic` itself, type assertions without a second result, and calls of
//! functions that somebody else has given, in the packages that the user asked about. What a
//! deferred call may recover does not leave a function.

use crate::func::{Func, Inst, Value};
use crate::op::{Callee, Op};
use crate::outcome::{Endings, recovering};
use crate::targets::Targets;
use crate::whole::ProgramPass;
use gossa_base::FxHashMap;
use std::cell::RefCell;

/// What panics.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum PanicSource {
    /// `panic`, or a function of the standard library that panics: `log.Panic`.
    Explicit,
    /// A function that somebody else has given.
    Callback,
    /// A type assertion.
    Assertion,
}

/// A way on which a panic leaves a function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PanicWay<'p> {
    /// The calls that lead to what panics, and that, last.
    pub way: Vec<Inst<'p>>,
    /// What panics.
    pub source: PanicSource,
}

/// Answers how panics leave functions: see [`ProgramPass::panic_ways`].
pub struct PanicWays<'p> {
    targets: Targets<'p>,
    endings: Endings<'p>,
    known: RefCell<FxHashMap<Func<'p>, Option<PanicWay<'p>>>>,
}

/// Calls are not followed deeper than this.
const DEPTH: usize = 8;

impl<'p> ProgramPass<'p> {
    /// How panics that somebody has written leave functions. Costs what is asked about, and what
    /// that calls.
    #[must_use]
    pub fn panic_ways(&self) -> PanicWays<'p> {
        PanicWays { targets: self.targets(), endings: self.endings(), known: RefCell::default() }
    }
}

impl<'p> PanicWays<'p> {
    /// A way on which a panic leaves a function: the surest source, and of these the first. `None`:
    /// there is none, as far as is seen.
    #[must_use]
    pub fn out_of(&self, func: Func<'p>) -> Option<PanicWay<'p>> {
        self.find(func, 0)
    }

    /// Whether a deferred call of the function may recover a panic that begins at an instruction.
    #[must_use]
    pub fn recovered_at(&self, inst: Inst<'p>) -> Option<Inst<'p>> {
        recovering(&self.endings, &self.targets, inst)
    }

    fn find(&self, func: Func<'p>, depth: usize) -> Option<PanicWay<'p>> {
        if let Some(known) = self.known.borrow().get(&func) {
            return known.clone();
        }
        if depth > DEPTH || !(func.is_requested() || func.is_model()) {
            return None;
        }
        // What a function does by calling itself it does without that.
        self.known.borrow_mut().insert(func, None);
        let mut best: Option<PanicWay<'p>> = None;
        for inst in func.insts() {
            let Some(mut found) = self.at(inst, depth) else { continue };
            if best.as_ref().is_some_and(|best| best.source <= found.source)
                || self.recovered_at(inst).is_some()
            {
                continue;
            }
            found.way.insert(0, inst);
            best = Some(found);
        }
        self.known.borrow_mut().insert(func, best.clone());
        best
    }

    /// What panics at an instruction, below it.
    fn at(&self, inst: Inst<'p>, depth: usize) -> Option<PanicWay<'p>> {
        let here = |source| Some(PanicWay { way: Vec::new(), source });
        match inst.op() {
            Op::Panic(_) if !is_impossible(inst) => here(PanicSource::Explicit),
            Op::TypeAssert { comma_ok: false, .. } => here(PanicSource::Assertion),
            Op::Call(call) => {
                if let Callee::Static { name, .. } = call.callee()
                    && (name.starts_with("log.Panic") || name.starts_with("log.Logger.Panic"))
                {
                    return here(PanicSource::Explicit);
                }
                if let Callee::Value(value) = call.callee()
                    && call.static_callee().is_none()
                    && is_given(value)
                {
                    return here(PanicSource::Callback);
                }
                let reached = self.targets.of_call(inst);
                let few = reached.is_exact || reached.funcs.len() <= 2;
                let callees = reached.funcs.iter().filter(|_| few);
                callees
                    .filter_map(|&callee| self.find(callee, depth + 1))
                    .min_by_key(|way| way.source)
            }
            _ => None,
        }
    }
}

/// Whether a panic only says that something cannot be: `panic("unreachable")`.
fn is_impossible(inst: Inst<'_>) -> bool {
    let Op::Panic(value) = inst.op() else { return false };
    let mut value = value;
    loop {
        match value.definition().map(Inst::op) {
            Some(Op::MakeInterface(x) | Op::Narrow { x, .. } | Op::Convert { x, .. }) => value = x,
            Some(Op::Const(constant)) => {
                let text = constant.exact_string().to_lowercase();
                return ["unreachable", "not reached", "impossible", "bug", "should not"]
                    .iter()
                    .any(|word| text.contains(word));
            }
            _ => return false,
        }
    }
}

/// Whether a function value comes from who calls the function, or who made what it has.
fn is_given(mut value: Value<'_>) -> bool {
    for _ in 0..16 {
        let Some(definition) = value.definition() else {
            let func = value.func();
            if func.params().any(|param| param == value) {
                return true;
            }
            // A captured one is what the function around the literal has.
            let Some(at) = func.captures().position(|capture| capture == value) else {
                return false;
            };
            let [creation] = func.creations()[..] else { return false };
            let Op::Closure { captures, .. } = creation.op() else { return false };
            let Some(&captured) = captures.get(at) else { return false };
            value = captured;
            continue;
        };
        match definition.op() {
            Op::Narrow { x, .. } | Op::Convert { x, .. } => value = x,
            Op::Load(address) => value = address,
            Op::Alloc(_) => {
                // A variable that is a parameter which somebody assigns to, or captures.
                let stored = value.func().insts().find_map(|inst| match inst.op() {
                    Op::Store { ptr, value: stored } if ptr == value => Some(stored),
                    _ => None,
                });
                let Some(stored) = stored else { return false };
                value = stored;
            }
            Op::FieldAddr { .. } | Op::Field { .. } | Op::MapLookup { .. } => return true,
            _ => return false,
        }
    }
    false
}
