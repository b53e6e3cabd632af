//! By which calls a panic that somebody has written leaves a function.
//!
//! Not every index and nil pointer, as [`Endings::of`] has it, but what
//! a reader expects to panic: `panic` itself, type assertions without a second result, and calls of
//! functions that somebody else has given, in the packages that the user asked about. What a
//! deferred call may recover does not leave a function, nor does what the arguments of the calls on
//! the way rule out: `panic` behind `p == nil` where `p` is `&pool`, the `default` of a switch over
//! types where the others are all that is passed.

mod facts;

use crate::func::{Block, Func, Inst, Value};
use crate::op::{Callee, Op};
use crate::outcome::{Endings, Recovery};
use crate::targets::Targets;
use crate::whole::ProgramPass;
use facts::{Arguments, Branches};
use gossa_base::FxHashMap;
use gossa_ssa::BinaryOp;
use std::cell::{Cell, RefCell};

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
    branches: Branches<'p>,
    /// By function and what is known of its arguments, if that is asked for.
    known: RefCell<Found<'p>>,
    /// How many more functions are looked at with what is known of their arguments.
    effort: Cell<usize>,
}

type Found<'p> = FxHashMap<(Func<'p>, Option<Arguments<'p>>), Option<PanicWay<'p>>>;

/// Calls are not followed deeper than this.
const DEPTH: usize = 8;
/// More functions than this are not looked at with their arguments.
const EFFORT: usize = 20_000;

impl<'p> ProgramPass<'p> {
    /// How panics that somebody has written leave functions. Costs what is asked about, and what
    /// that calls.
    #[must_use]
    pub fn panic_ways(&self) -> PanicWays<'p> {
        PanicWays {
            targets: self.targets(),
            endings: self.endings(),
            branches: Branches::new(self.program()),
            known: RefCell::default(),
            effort: Cell::new(EFFORT),
        }
    }
}

impl<'p> PanicWays<'p> {
    /// A way on which a panic leaves a function: the surest source, and of these the first. `None`:
    /// there is none, as far as is seen.
    #[must_use]
    pub fn out_of(&self, func: Func<'p>) -> Option<PanicWay<'p>> {
        self.find(func, None, 0)?;
        let unknown = vec![None; func.captures().chain(func.params()).count()];
        self.find(func, Some(unknown.into()), 0)
    }

    /// A way on which a panic leaves a function that is called, started or deferred somewhere, with
    /// what is known of the arguments there.
    #[must_use]
    pub fn out_of_call(&self, site: Inst<'p>, func: Func<'p>) -> Option<PanicWay<'p>> {
        self.find(func, None, 0)?;
        self.find(func, Some(self.passed(site, func, &[])), 0)
    }

    /// The deferred call of the function that may recover a panic that begins at an instruction; not
    /// one that goes on panicking, or asks only where a package-level variable is set that nobody
    /// sets.
    #[must_use]
    pub fn recovered_at(&self, inst: Inst<'p>) -> Option<Inst<'p>> {
        let asks = |func: &Func<'p>| {
            func.insts().any(|inst| {
                matches!(inst.op(), Op::Recover)
                    && !panics_on(inst)
                    && !self.branches.excludes(inst, &[])
            })
        };
        let mut calls = self.endings.pending(inst).into_iter().flat_map(|group| group.calls);
        calls.find(|&call| {
            self.targets.recovery(call) > Recovery::Never
                && self.targets.of_call(call).funcs.iter().any(asks)
        })
    }

    /// With what is known of the arguments, or whatever they are.
    fn find(
        &self,
        func: Func<'p>,
        arguments: Option<Arguments<'p>>,
        depth: usize,
    ) -> Option<PanicWay<'p>> {
        let key = (func, arguments);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        if depth > DEPTH || !(func.is_requested() || func.is_model()) {
            return None;
        }
        // What a function does by calling itself it does without that.
        self.known.borrow_mut().insert(key.clone(), None);
        let arguments = key.1.as_ref();
        let mut best: Option<PanicWay<'p>> = None;
        for inst in func.insts() {
            let Some(mut found) = self.at(inst, arguments, depth) else { continue };
            if best.as_ref().is_some_and(|best| best.source <= found.source)
                || self.recovered_at(inst).is_some()
                || arguments.is_some_and(|arguments| self.branches.excludes(inst, arguments))
            {
                continue;
            }
            found.way.insert(0, inst);
            best = Some(found);
        }
        self.known.borrow_mut().insert(key, best.clone());
        best
    }

    /// What panics at an instruction, below it.
    fn at(
        &self,
        inst: Inst<'p>,
        arguments: Option<&Arguments<'p>>,
        depth: usize,
    ) -> Option<PanicWay<'p>> {
        let here = |source| Some(PanicWay { way: Vec::new(), source });
        match inst.op() {
            Op::Panic(_) if !is_impossible(inst) => here(PanicSource::Explicit),
            Op::TypeAssert { comma_ok: false, .. } => {
                if arguments.is_some_and(|arguments| self.branches.asserts(inst, arguments)) {
                    return None;
                }
                here(PanicSource::Assertion)
            }
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
                    let known = arguments
                        .and_then(|arguments| self.branches.function(inst, value, arguments));
                    if let Some(func) = known {
                        return self.below(inst, func, arguments, depth + 1);
                    }
                    // Where all that is ever given is seen, it says itself what it does.
                    let reached = self.targets.of_call(inst);
                    if !reached.is_exact || reached.funcs.is_empty() {
                        return here(PanicSource::Callback);
                    }
                }
                let reached = self.targets.of_call(inst);
                let few = reached.is_exact || reached.funcs.len() <= 2;
                let callees = reached.funcs.iter().filter(|_| few);
                callees
                    .filter_map(|&callee| self.below(inst, callee, arguments, depth + 1))
                    .min_by_key(|way| way.source)
            }
            _ => None,
        }
    }

    /// What panics in a function that a call reaches.
    fn below(
        &self,
        site: Inst<'p>,
        callee: Func<'p>,
        arguments: Option<&Arguments<'p>>,
        depth: usize,
    ) -> Option<PanicWay<'p>> {
        // Where nothing panics whatever the arguments are, they do not matter.
        let found = self.find(callee, None, depth)?;
        let Some(arguments) = arguments else { return Some(found) };
        let Some(left) = self.effort.get().checked_sub(1) else { return Some(found) };
        self.effort.set(left);
        self.find(callee, Some(self.passed(site, callee, arguments)), depth)
    }

    /// What is known of the captures and parameters of a function that is called somewhere.
    fn passed(
        &self,
        site: Inst<'p>,
        callee: Func<'p>,
        arguments: &[Option<facts::Known<'p>>],
    ) -> Arguments<'p> {
        let count = callee.captures().chain(callee.params()).count();
        let unknown = || vec![None; count];
        let values = |values: Vec<Value<'p>>| self.branches.passed(site, &values, arguments);
        let mut known = unknown();
        if let Some(call) = site.call() {
            // A method that is called through an interface has the receiver besides.
            let args = values(call.args().collect());
            if let Some(first) = callee.params().count().checked_sub(args.len()) {
                let first = callee.captures().count() + first;
                for (at, arg) in args.iter().enumerate() {
                    known[first + at].clone_from(arg);
                }
            }
        }
        if let [creation] = callee.creations()[..]
            && creation.func() == site.func()
            && let Op::Closure { captures, .. } = creation.op()
        {
            for (at, capture) in values(captures).iter().enumerate().take(count) {
                known[at].clone_from(capture);
            }
        }
        known.into()
    }
}

/// Whether a function that has recovered something panics again on every way.
fn panics_on(recover: Inst<'_>) -> bool {
    let Some(recovered) = recover.results().next() else { return false };
    let func = recover.func();
    func.blocks().any(|block| {
        let Some(Op::Branch { cond, then, otherwise }) = block.insts().last().map(Inst::op) else {
            return false;
        };
        let Some(Op::Binary { op, x, y }) = cond.definition().map(Inst::op) else { return false };
        let is_nil =
            |value: Value<'_>| value.definition().is_some_and(|inst| matches!(inst.op(), Op::Zero));
        let side = match op {
            BinaryOp::NotEqual => then,
            BinaryOp::Equal => otherwise,
            _ => return false,
        };
        ((x == recovered && is_nil(y)) || (y == recovered && is_nil(x))) && !returns(side)
    })
}

/// Whether control can come from the beginning of a block to the end of the function, other than by
/// panicking.
fn returns(from: Block<'_>) -> bool {
    let mut seen = vec![from];
    let mut at = 0;
    while let Some(&block) = seen.get(at) {
        at += 1;
        if block.insts().last().is_some_and(|last| matches!(last.op(), Op::Return(_))) {
            return true;
        }
        for next in block.successors() {
            if !seen.contains(&next) {
                seen.push(next);
            }
        }
    }
    false
}

/// Whether a panic only says that something cannot be: `panic("unreachable")`.
fn is_impossible(inst: Inst<'_>) -> bool {
    let Op::Panic(value) = inst.op() else { return false };
    let mut value = value;
    loop {
        // What the language has range-over-func statements check.
        if value.ty().defined_name() == Some(("runtime", "errorString")) {
            return true;
        }
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
