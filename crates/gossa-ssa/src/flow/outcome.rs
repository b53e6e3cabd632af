//! How functions end: whether they return, with what they may panic, whether they end their
//! goroutine or the program.
//!
//! [`Outcomes`] is the least solution over a call graph: a function returns if some way through it
//! meets only calls that may return, so one that calls itself on every way never does. Deferred
//! calls run in their order where a function returns or panics; one that is certain to run and to
//! recover stops what is panicking, one that may recover lets it pass, too. `runtime.Goexit` runs
//! deferred calls and is not recovered from; `os.Exit` runs none.
//!
//! A call that never returns cuts the way behind it: [`Outcomes`] implements
//! [`Cuts`] for the graph of the program.
//!
//! Each function is looked at in the order of the call graph, callees first, and again when what
//! it calls has turned out to end in more ways: linear, but for cycles of calls, where the number of
//! ways (some fifteen) is a bound on how often.

use super::calls::{CallTime, Func, Functions, call_time};
use super::defers::{DeferSite, Group, Plans, recovered_at};
use super::panics::{PanicKinds, PanicSites, not_nil};
use super::program::Cuts;
use crate::body::Body;
use crate::graph::Cfg;
use crate::ids::{BlockId, FuncId, FuncKey, InstId};
use crate::inst::{Callee, Inst};
use gossa_types::Builtin;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;

/// The ways in which a function may end. None at all: it never does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Outcome {
    /// It may return.
    pub returns: bool,
    /// It may end panicking, for these reasons.
    pub panics: PanicKinds,
    /// It may end its goroutine: `runtime.Goexit`.
    pub ends_goroutine: bool,
    /// It may end the program: `os.Exit`.
    pub ends_program: bool,
}

impl Outcome {
    /// It returns, and does nothing else.
    pub const RETURNS: Self = Self {
        returns: true,
        panics: PanicKinds::NONE,
        ends_goroutine: false,
        ends_program: false,
    };

    /// It may do anything.
    pub const ANY: Self = Self {
        returns: true,
        panics: PanicKinds::UNKNOWN,
        ends_goroutine: true,
        ends_program: true,
    };

    /// It may end in each of the ways of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            returns: self.returns || other.returns,
            panics: self.panics.union(other.panics),
            ends_goroutine: self.ends_goroutine || other.ends_goroutine,
            ends_program: self.ends_program || other.ends_program,
        }
    }

    /// Whether it may leave its caller's frame other than by returning.
    #[must_use]
    pub const fn unwinds(self) -> bool {
        !self.panics.is_empty() || self.ends_goroutine
    }

    /// What is known of a function whatever its body says: those of the standard library that end
    /// the goroutine or the program.
    #[must_use]
    pub fn known(func: FuncId) -> Option<Self> {
        let FuncKey::Decl { decl, .. } = *func.key() else { return None };
        if decl.parent().is_some() {
            return None;
        }
        let ends_program = Self { ends_program: true, ..Self::default() };
        Some(match (decl.package().path(), decl.name().as_str()) {
            ("runtime", "Goexit") => Self { ends_goroutine: true, ..Self::default() },
            (
                "runtime",
                "exit" | "throw" | "fatal" | "fatalthrow" | "fatalpanic" | "abort" | "crash",
            )
            | ("os" | "syscall", "Exit")
            | ("sync" | "internal/sync" | "internal/runtime/maps", "throw" | "fatal") => {
                ends_program
            }
            // Goes on elsewhere.
            ("runtime", "gogo" | "goexit0" | "goexit1" | "goexit") => Self::default(),
            _ => return None,
        })
    }
}

impl fmt::Display for Outcome {
    /// `returns, panics (nil bounds), ends goroutine, ends program`; `never ends` for none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.returns {
            parts.push("returns".to_owned());
        }
        if !self.panics.is_empty() {
            parts.push(format!("panics ({})", self.panics));
        }
        if self.ends_goroutine {
            parts.push("ends goroutine".to_owned());
        }
        if self.ends_program {
            parts.push("ends program".to_owned());
        }
        match parts.is_empty() {
            true => f.write_str("never ends"),
            false => f.write_str(&parts.join(", ")),
        }
    }
}

/// What a function tells of itself.
#[derive(Default)]
struct Local {
    panics: PanicSites,
    plans: Plans,
    /// Whether it contains `recover`.
    recovers: bool,
    /// Whether it has called `recover` whenever it returns.
    always_recovers: bool,
}

/// How all functions of a program end.
pub struct Outcomes<'f> {
    functions: &'f dyn Functions,
    locals: Vec<Local>,
    outcomes: Vec<Outcome>,
    /// What is known of functions that the program got later: wrappers that somebody asked for.
    unknown: Local,
    /// What calls do that the call graph leaves open.
    open: Outcome,
    steps: usize,
}

impl<'f> Outcomes<'f> {
    /// The functions.
    #[must_use]
    pub fn functions(&self) -> &'f dyn Functions {
        self.functions
    }

    /// The outcomes of the functions of a program.
    #[must_use]
    pub fn new(functions: &'f dyn Functions) -> Self {
        Self::assuming(functions, Outcome::ANY)
    }

    /// The outcomes of the functions of a program, where calls that the call graph leaves open end
    /// as `open` says: [`Outcome::ANY`] misses nothing, less says of less that it may happen.
    #[must_use]
    pub fn assuming(functions: &'f dyn Functions, open: Outcome) -> Self {
        let count = functions.count();
        let captured = captured_not_nil(functions);
        let local = |func: Func| {
            let Some(body) = functions.body(func) else { return Local::default() };
            let captured = captured[func as usize].as_deref().unwrap_or_default();
            let known = |at: usize| captured.get(at).copied().unwrap_or(false);
            let recovers = !body.range_body && body.insts.contains(&Inst::Recover);
            let panics = PanicSites::new(body, functions.resolver(), &known);
            Local {
                plans: Plans::new(functions, func, &panics),
                panics,
                recovers,
                always_recovers: recovers && always_recovers(body),
            }
        };
        let mut all = Self {
            functions,
            locals: (0..count as Func).map(local).collect(),
            unknown: Local::default(),
            open,
            outcomes: vec![Outcome::default(); count],
            steps: 0,
        };
        all.solve();
        all
    }

    fn solve(&mut self) {
        let count = self.outcomes.len();
        let mut callees: Vec<Vec<Func>> = Vec::with_capacity(count);
        for func in 0..count as Func {
            callees.push(self.waits_for(func));
        }
        let order = postorder(&callees);
        let mut callers: Vec<Vec<Func>> = vec![Vec::new(); count];
        for (func, callees) in (0..).zip(&callees) {
            callees.iter().for_each(|&callee| callers[callee as usize].push(func));
        }
        let mut place = vec![0u32; count];
        let mut queue = BinaryHeap::new();
        for (at, &func) in (0..).zip(&order) {
            place[func as usize] = at;
            queue.push(Reverse(at));
        }
        let mut queued = vec![true; count];
        while let Some(Reverse(at)) = queue.pop() {
            let func = order[at as usize];
            queued[func as usize] = false;
            self.steps += 1;
            let found = self.outcomes[func as usize].union(self.evaluate(func));
            if found != self.outcomes[func as usize] {
                self.outcomes[func as usize] = found;
                for &caller in &callers[func as usize] {
                    if !std::mem::replace(&mut queued[caller as usize], true) {
                        queue.push(Reverse(place[caller as usize]));
                    }
                }
            }
        }
    }

    /// The functions on whose outcomes that of a function depends.
    fn waits_for(&self, func: Func) -> Vec<Func> {
        let functions = self.functions;
        let mut callees = Vec::new();
        match functions.body(func) {
            None => functions.hidden_callees(func, &mut |callee| callees.push(callee)),
            Some(body) => {
                for inst in body.inst_ids() {
                    if call_time(body, inst) == Some(CallTime::Now) {
                        functions.callees(func, inst, &mut |callee| callees.push(callee));
                    }
                }
                for (_, plan) in self.locals[func as usize].plans.iter() {
                    for site in plan.sites() {
                        functions.callees(site.func, site.inst, &mut |callee| callees.push(callee));
                    }
                }
            }
        }
        callees.sort_unstable();
        callees.dedup();
        callees
    }

    fn local(&self, func: Func) -> &Local {
        self.locals.get(func as usize).unwrap_or(&self.unknown)
    }

    /// How a function may end.
    #[must_use]
    pub fn of(&self, func: Func) -> Outcome {
        self.outcomes.get(func as usize).copied().unwrap_or(Outcome::ANY)
    }

    /// How often functions were looked at.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The instructions of a function that may panic by themselves.
    #[must_use]
    pub fn panics(&self, func: Func) -> &PanicSites {
        &self.local(func).panics
    }

    /// The deferred calls of a function.
    #[must_use]
    pub fn plans(&self, func: Func) -> &Plans {
        &self.local(func).plans
    }

    /// How the call that an instruction makes, or defers, may end. What `go` calls does not matter
    /// to who calls it: it returns.
    #[must_use]
    pub fn of_call(&self, func: Func, site: InstId) -> Outcome {
        let functions = self.functions;
        let Some(body) = functions.body(func) else { return Outcome::RETURNS };
        let call = match body[site] {
            Inst::Call(call) | Inst::Defer { call, .. } => call,
            _ => return Outcome::RETURNS,
        };
        if let Callee::Builtin(op) = body[call].callee {
            return match op {
                Builtin::Panic => Outcome { panics: PanicKinds::EXPLICIT, ..Outcome::default() },
                Builtin::Close => Outcome { panics: PanicKinds::CHANNEL, ..Outcome::RETURNS },
                Builtin::Delete => Outcome { panics: PanicKinds::COMPARISON, ..Outcome::RETURNS },
                _ => Outcome::RETURNS,
            };
        }
        if functions.is_open(func, site) {
            return self.open;
        }
        let mut joined = Outcome::default();
        functions.callees(func, site, &mut |callee| joined = joined.union(self.of(callee)));
        joined.panics |= self.local(func).panics.deferred_at(site);
        joined
    }

    /// Whether control may leave the function, or go to its deferred calls, at an instruction.
    #[must_use]
    pub fn unwinds_at(&self, func: Func, inst: InstId) -> bool {
        let local = self.local(func);
        if !local.panics.at(inst).is_empty() {
            return true;
        }
        let Some(body) = self.functions.body(func) else { return false };
        match body[inst] {
            Inst::Call(_) => self.of_call(func, inst).unwinds(),
            Inst::RunDefers => {
                let plan = local.plans.at(inst);
                plan.is_some_and(|plan| {
                    plan.sites().any(|site| self.of_call(site.func, site.inst).unwinds())
                })
            }
            _ => false,
        }
    }

    fn evaluate(&self, func: Func) -> Outcome {
        if let Some(known) = self.functions.id(func).and_then(Outcome::known) {
            return known;
        }
        let Some(body) = self.functions.body(func).filter(|body| !body.blocks.is_empty()) else {
            // Code that is not seen comes back, and may call what it was given.
            let mut outcome = Outcome::RETURNS;
            self.functions.hidden_callees(func, &mut |callee| {
                outcome = outcome.union(self.of(callee));
            });
            return outcome;
        };
        let mut walk = Walk {
            all: self,
            func,
            body,
            reached: vec![false; body.blocks.len()],
            pending: Vec::new(),
            outcome: Outcome::default(),
            flight: Flight::default(),
            unwinds: Vec::new(),
        };
        walk.reach(Body::ENTRY);
        let mut seen = Flight::default();
        loop {
            while let Some(block) = walk.pending.pop() {
                walk.block(block);
            }
            if walk.flight == seen {
                return walk.outcome;
            }
            seen = walk.flight;
            for (inst, recovered) in walk.unwinds.clone() {
                let plan = self.locals[func as usize].plans.at(inst);
                let groups = plan.map_or(&[][..], |plan| &plan.groups);
                walk.unwind(groups, walk.flight, Some(recovered));
            }
        }
    }

    /// Whether a deferred call may recover, and whether it is certain to.
    fn recovers(&self, site: DeferSite) -> (bool, bool) {
        let functions = self.functions;
        let (mut may, mut must) = (functions.is_open(site.func, site.inst), true);
        let mut any = false;
        functions.callees(site.func, site.inst, &mut |callee| {
            any = true;
            if functions.is_wrapper(callee) {
                may |= super::program::recovers(functions, site);
                must = false;
            } else {
                let local = self.local(callee);
                may |= local.recovers;
                must &= local.always_recovers;
            }
        });
        (may, any && must && !functions.is_open(site.func, site.inst))
    }
}

impl Cuts for Outcomes<'_> {
    fn may_return(&self, func: Func, site: InstId) -> bool {
        self.of_call(func, site).returns
    }

    fn may_unwind(&self, func: Func, site: InstId) -> bool {
        self.of_call(func, site).unwinds()
    }
}

/// What is on its way through a function's deferred calls.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Flight {
    panics: PanicKinds,
    goexit: bool,
}

/// One look at a function.
struct Walk<'w> {
    all: &'w Outcomes<'w>,
    func: Func,
    body: &'w Body,
    reached: Vec<bool>,
    pending: Vec<BlockId>,
    outcome: Outcome,
    /// What gets to the deferred calls.
    flight: Flight,
    /// The `unwind`s that are reached, with where they go on when something recovers.
    unwinds: Vec<(InstId, BlockId)>,
}

impl From<Outcome> for Flight {
    fn from(outcome: Outcome) -> Self {
        Self { panics: outcome.panics, goexit: outcome.ends_goroutine }
    }
}

impl Walk<'_> {
    fn reach(&mut self, block: BlockId) {
        if !std::mem::replace(&mut self.reached[block.index()], true) {
            self.pending.push(block);
        }
    }

    /// Something leaves a block other than by its end.
    fn throw(&mut self, block: BlockId, panics: PanicKinds, goexit: bool) {
        if panics.is_empty() && !goexit {
            return;
        }
        match self.body[block].unwind {
            None => {
                self.outcome.panics |= panics;
                self.outcome.ends_goroutine |= goexit;
            }
            Some(unwind) => {
                self.flight.panics |= panics;
                self.flight.goexit |= goexit;
                self.reach(unwind);
            }
        }
    }

    fn block(&mut self, block: BlockId) {
        let local = &self.all.locals[self.func as usize];
        for inst in self.body.insts_of(block) {
            self.throw(block, local.panics.at(inst), false);
            match self.body[inst] {
                Inst::Call(_) => {
                    let call = self.all.of_call(self.func, inst);
                    self.outcome.ends_program |= call.ends_program;
                    self.throw(block, call.panics, call.ends_goroutine);
                    if !call.returns {
                        return;
                    }
                }
                Inst::RunDefers => {
                    let groups = local.plans.at(inst).map_or(&[][..], |plan| &plan.groups);
                    for (at, group) in groups.iter().enumerate() {
                        let call = self.group(group);
                        if call.unwinds() {
                            // The others run while it is on its way.
                            let rest =
                                if group.repeats { &groups[at..] } else { &groups[at + 1..] };
                            let recovered = recovered_at(self.body, block);
                            self.unwind(rest, call.into(), recovered);
                        }
                        if group.always && !group.repeats && !call.returns {
                            return;
                        }
                    }
                }
                Inst::Return(_) => self.outcome.returns = true,
                Inst::Unwind { recovered } => self.unwinds.push((inst, recovered)),
                _ => {}
            }
        }
        if !matches!(self.body[self.body.terminator(block)], Inst::Unwind { .. }) {
            let body = self.body;
            body.for_each_successor(block, |to| self.reach(to));
        }
    }

    /// How the calls of a group may end.
    fn group(&mut self, group: &Group) -> Outcome {
        let calls = group.sites.iter().map(|site| self.all.of_call(site.func, site.inst));
        let call = calls.fold(Outcome::default(), Outcome::union);
        self.outcome.ends_program |= call.ends_program;
        call
    }

    /// Deferred calls run while something is on its way.
    fn unwind(&mut self, groups: &[Group], mut flight: Flight, recovered: Option<BlockId>) {
        let mut calm = false;
        for group in groups {
            let call = self.group(group);
            let certain = group.always && !group.repeats;
            let found = group.sites.iter().map(|&site| self.all.recovers(site));
            let (may, must) = found.fold((false, true), |(may, must), (also_may, also_must)| {
                (may || also_may, must && also_must)
            });
            if certain && !call.returns {
                (flight, calm) = (Flight::default(), false);
            } else if may && call.returns && !flight.panics.is_empty() {
                calm = true;
                if certain && must {
                    flight.panics = PanicKinds::NONE;
                }
            }
            flight.panics |= call.panics;
            flight.goexit |= call.ends_goroutine;
        }
        self.outcome.panics |= flight.panics;
        self.outcome.ends_goroutine |= flight.goexit;
        if let (true, Some(recovered)) = (calm, recovered) {
            self.reach(recovered);
        }
    }
}

/// Whether no way leads from a body's start to a `return` without a `recover`.
#[must_use]
pub fn always_recovers(body: &Body) -> bool {
    let cfg = Cfg::new(body);
    let mut seen = vec![false; body.blocks.len()];
    let mut pending = vec![Body::ENTRY];
    while let Some(block) = pending.pop() {
        if std::mem::replace(&mut seen[block.index()], true) {
            continue;
        }
        // A panic in front of it goes to the unwind block.
        pending.extend(body[block].unwind);
        if body.insts_of(block).any(|inst| body[inst] == Inst::Recover) {
            continue;
        }
        if matches!(body[body.terminator(block)], Inst::Return(_)) {
            return false;
        }
        pending.extend(cfg.successors(block).iter().map(|edge| edge.block));
    }
    true
}

/// By function, of closures: which captured variables are not nil wherever the closure is made.
fn captured_not_nil(functions: &dyn Functions) -> Vec<Option<Box<[bool]>>> {
    let mut captured: Vec<Option<Box<[bool]>>> = vec![None; functions.count()];
    // Functions come before the closures in them.
    for func in 0..functions.count() as Func {
        let Some(body) = functions.body(func) else { continue };
        if !body.insts.iter().any(|inst| matches!(inst, Inst::Closure { .. })) {
            continue;
        }
        let own = captured[func as usize].clone().unwrap_or_default();
        let known = not_nil(body, &|at| own.get(at).copied().unwrap_or(false));
        for inst in &body.insts {
            let Inst::Closure { func: made, captures } = *inst else { continue };
            let Some(made) = functions.find(made).filter(|&made| made > func) else { continue };
            let here = body[captures].iter().map(|value| known[value.index()]);
            match &mut captured[made as usize] {
                slot @ None => *slot = Some(here.collect()),
                Some(before) => {
                    before.iter_mut().zip(here).for_each(|(before, here)| *before &= here);
                }
            }
        }
    }
    captured
}

/// Functions such that each comes after those that it calls, cycles aside.
fn postorder(callees: &[Vec<Func>]) -> Vec<Func> {
    let mut order = Vec::with_capacity(callees.len());
    let mut seen = vec![false; callees.len()];
    let mut stack: Vec<(Func, usize)> = Vec::new();
    for root in 0..callees.len() as Func {
        if std::mem::replace(&mut seen[root as usize], true) {
            continue;
        }
        stack.push((root, 0));
        while let Some((func, next)) = stack.last_mut() {
            match callees[*func as usize].get(*next) {
                Some(&callee) => {
                    *next += 1;
                    if !std::mem::replace(&mut seen[callee as usize], true) {
                        stack.push((callee, 0));
                    }
                }
                None => {
                    order.push(*func);
                    stack.pop();
                }
            }
        }
    }
    order
}
