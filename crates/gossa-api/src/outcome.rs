//! How functions end, and what runs when they do: returns, panics, the end of the goroutine or of
//! the program; deferred calls in their order; what recovers.
//!
//! The answers stand on a call graph in which dynamic calls reach what flows to them, in the
//! program as it is: code that is not seen passes no functions of its own. The graph is made when
//! the first question is asked, what functions do to end when the first of them needs it.

use crate::func::{Func, Inst};
use crate::program::{Program, ProgramData};
use crate::targets::Targets;
use crate::whole::{ProgramPass, number_of};
use gossa_base::FxHashMap;
use gossa_points::FuncIndex;
use gossa_points::callgraph::{CallGraph, Dispatch};
use gossa_points::flow::GraphFunctions;
use gossa_ssa::InstId;
use gossa_ssa::flow::calls::Functions;
use gossa_ssa::flow::defers::{DeferSite, Plans};
use gossa_ssa::flow::outcome::{Outcome, Outcomes};
use gossa_ssa::flow::panics::PanicKinds;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

type RawInst = gossa_ssa::Inst;
type PointsProgram<'e> = gossa_points::Program<'e>;

/// The ways in which a function, or a call, may end. None at all: it never does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Ending {
    /// It may return.
    pub returns: bool,
    /// It may end panicking, for these reasons.
    pub panics: PanicKinds,
    /// It may end its goroutine: `runtime.Goexit`.
    pub ends_goroutine: bool,
    /// It may end the program: `os.Exit`, and fatal errors of the runtime such as unlocking what is
    /// not locked. [`exits`](ProgramPass::exits) says more.
    pub ends_program: bool,
}

impl Ending {
    fn of(outcome: Outcome) -> Self {
        Self {
            returns: outcome.returns,
            panics: outcome.panics,
            ends_goroutine: outcome.ends_goroutine,
            ends_program: outcome.ends_program,
        }
    }

    /// Whether it may leave its caller's frame other than by returning.
    #[must_use]
    pub const fn unwinds(self) -> bool {
        !self.panics.is_empty() || self.ends_goroutine
    }
}

impl fmt::Display for Ending {
    /// `returns, panics (nil bounds), ends goroutine, ends program`; `never ends` for none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { returns, panics, ends_goroutine, ends_program } = *self;
        Outcome { returns, panics, ends_goroutine, ends_program }.fmt(f)
    }
}

/// Deferred calls that run at the same time, or in no known order.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Deferred<'p> {
    /// The `defer` instructions: of the function, or of bodies of its range-over-func statements.
    pub calls: Vec<Inst<'p>>,
    /// Whether they run any number of times, in any order, rather than one of them at most once.
    pub repeats: bool,
    /// Whether it runs on every way to the place.
    pub always: bool,
}

/// Whether a deferred call stops a panic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Recovery {
    /// It does not.
    Never,
    /// It may, depending on what it finds; or it is not known what is called.
    Possible,
    /// It recovers whenever it returns.
    Certain,
}

/// How functions end, and what they defer: see [`ProgramPass::endings`].
#[derive(Clone, Copy)]
pub struct Endings<'p> {
    program: Program<'p>,
    ways: &'p dyn Ways,
}

impl<'p> ProgramPass<'p> {
    /// How functions end and what they defer, in the whole program. [`Endings::pending`] looks at
    /// one function; all else costs a call graph, and how functions end a pass over the program:
    /// seconds on a large one. [`ProgramPass::targets`] resolves single calls without a graph.
    #[must_use]
    pub fn endings(&self) -> Endings<'p> {
        Endings { program: self.pass.program, ways: self.answers.ways() }
    }
}

impl<'p> Endings<'p> {
    fn func(self, index: u32) -> Func<'p> {
        Func { program: self.program, index }
    }

    fn inst(self, site: (u32, InstId)) -> Inst<'p> {
        Inst { func: self.func(site.0), id: site.1 }
    }

    /// The program.
    #[must_use]
    pub fn program(self) -> Program<'p> {
        self.program
    }

    /// How a function may end.
    #[must_use]
    pub fn of(self, func: Func<'_>) -> Ending {
        Ending::of(self.ways.of(func.index))
    }

    /// How a call, or the call that a `defer` defers, may end.
    #[must_use]
    pub fn of_call(self, site: Inst<'_>) -> Ending {
        Ending::of(self.ways.of_call(site.func.index, site.id))
    }

    /// Why an instruction may panic by itself: what the functions do that it calls is not in it.
    #[must_use]
    pub fn panics_at(self, inst: Inst<'_>) -> PanicKinds {
        self.ways.panics_at(inst.func.index, inst.id)
    }

    /// The functions with a body that a call, `go` or `defer` may reach by what flows to it, in the
    /// order of the program. Promoted methods and method values do not show: what they call does.
    #[must_use]
    pub fn callees(self, site: Inst<'_>) -> Vec<Func<'p>> {
        let found = self.ways.callees(site.func.index, site.id);
        found.into_iter().map(|index| self.func(index)).collect()
    }

    /// The calls that may reach a function by what flows to them, in the order of the program.
    #[must_use]
    pub fn callers(self, callee: Func<'_>) -> Vec<Inst<'p>> {
        self.ways.callers(callee.index).iter().map(|&site| self.inst(site)).collect()
    }

    /// Whether a call may reach functions that are not seen: nothing is known to flow to it.
    #[must_use]
    pub fn is_open(self, site: Inst<'_>) -> bool {
        self.ways.is_open(site.func.index, site.id)
    }

    /// The deferred calls that have not run where an instruction is, in the order in which they run
    /// if the function ends there. At `rundefers` and `unwind` these are the calls that it runs. In
    /// the body of a range-over-func statement those of the function around it are among them.
    #[must_use]
    pub fn pending(self, inst: Inst<'p>) -> Vec<Deferred<'p>> {
        let plans = self.ways.pending(inst.func.index);
        let mut found = Vec::new();
        if let Some(plan) = plans.at(inst.id) {
            found.extend(plan.groups.iter().filter_map(|group| {
                let mut calls: Vec<Inst<'p>> = group
                    .sites
                    .iter()
                    .filter_map(|&site| Some(self.inst(self.ways.place(site)?)))
                    .collect();
                // Of functions whose range-over-func bodies defer, everything is in one group.
                calls.retain(|&call| call.func != inst.func || call.reaches(inst));
                let (repeats, always) = (group.repeats, group.always);
                (!calls.is_empty()).then_some(Deferred { calls, repeats, always })
            }));
        }
        if inst.func.is_range_body() {
            let own = |site: &Inst<'p>| matches!(site.op(), crate::op::Op::Defer(_));
            let calls: Vec<Inst<'p>> = inst.func.insts().filter(own).collect();
            if !calls.is_empty() && found.is_empty() {
                found.push(Deferred { calls, repeats: true, always: false });
            }
            if let [creation] = inst.func.creations()[..] {
                found.extend(self.pending(creation));
            }
        }
        found
    }
}

/// The deferred call that may recover a panic that begins at an instruction.
pub(crate) fn recovering<'p>(
    endings: &Endings<'p>,
    targets: &Targets<'p>,
    inst: Inst<'p>,
) -> Option<Inst<'p>> {
    let mut calls = endings.pending(inst).into_iter().flat_map(|group| group.calls);
    calls.find(|&call| targets.recovery(call) > Recovery::Never)
}

impl<'p> Targets<'p> {
    /// Whether a deferred call stops a panic: whether a function that it calls contains `recover`.
    #[must_use]
    pub fn recovery(&self, defer: Inst<'p>) -> Recovery {
        let reached = self.of_call(defer);
        let found = reached.funcs.iter().map(|func| func.recovery());
        let (least, most) = found.fold((None, Recovery::Never), |(least, most), recovery| {
            (
                Some(least.map_or(recovery, |least: Recovery| least.min(recovery))),
                most.max(recovery),
            )
        });
        match least {
            Some(least) if reached.is_exact => least.max(most.min(Recovery::Possible)),
            Some(_) => most.min(Recovery::Possible),
            None => Recovery::Never,
        }
    }
}

impl Func<'_> {
    /// Whether a panic ends in the function where a panicking one has deferred it.
    #[must_use]
    pub fn recovery(self) -> Recovery {
        let body = self.body();
        if body.range_body || !body.insts.contains(&RawInst::Recover) {
            Recovery::Never
        } else if gossa_ssa::flow::outcome::always_recovers(body) {
            Recovery::Certain
        } else {
            Recovery::Possible
        }
    }

    /// Whether it is the body of a range-over-func statement.
    #[must_use]
    pub fn is_range_body(self) -> bool {
        self.body().range_body
    }
}

/// The answers behind [`Endings`], by numbers of the program's functions.
pub(crate) trait Ways {
    fn of(&self, func: u32) -> Outcome;
    fn of_call(&self, func: u32, site: InstId) -> Outcome;
    fn panics_at(&self, func: u32, inst: InstId) -> PanicKinds;
    fn callees(&self, func: u32, site: InstId) -> Vec<u32>;
    fn callers(&self, callee: u32) -> Vec<(u32, InstId)>;
    fn is_open(&self, func: u32, site: InstId) -> bool;
    fn pending(&self, func: u32) -> Rc<Plans>;
    fn place(&self, site: DeferSite) -> Option<(u32, InstId)>;
}

/// What calls end in that the call graph leaves open: code that is not seen behaves.
const UNSEEN: Outcome = Outcome { panics: PanicKinds::UNKNOWN, ..Outcome::RETURNS };

/// The outcomes of a program's functions, with [`Ending`]s for open calls as checkers want them.
pub(crate) fn outcomes<'f>(functions: &'f dyn Functions) -> Outcomes<'f> {
    Outcomes::assuming(functions, UNSEEN)
}

/// The functions of a program without their calls.
struct Bodies<'a, 'e>(&'a PointsProgram<'e>);

impl Functions for Bodies<'_, '_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn body(&self, func: u32) -> Option<&gossa_ssa::Body> {
        self.0.body(FuncIndex::new(func))
    }

    fn id(&self, func: u32) -> Option<gossa_ssa::FuncId> {
        Some(self.0.function(FuncIndex::new(func)).id)
    }

    fn find(&self, id: gossa_ssa::FuncId) -> Option<u32> {
        self.0.known(id).map(|index| index.index() as u32)
    }

    fn callees(&self, _: u32, _: InstId, _: &mut dyn FnMut(u32)) {}

    fn resolver(&self) -> &dyn gossa_types::Resolver {
        self.0.resolver()
    }
}

type Callers = FxHashMap<u32, Vec<(u32, InstId)>>;

/// The stages, each made when it is first needed.
pub(crate) struct Staged<'s, 'f, 'e> {
    pub(crate) data: &'s ProgramData,
    pub(crate) program: &'s dyn Deref<Target = PointsProgram<'e>>,
    pub(crate) graph: &'s dyn Deref<Target = CallGraph>,
    pub(crate) outcomes: &'s dyn Deref<Target = Outcomes<'f>>,
    pub(crate) callers: OnceCell<Callers>,
    pub(crate) plans: RefCell<FxHashMap<u32, Rc<Plans>>>,
}

impl Staged<'_, '_, '_> {
    fn index(&self, func: u32) -> Option<FuncIndex> {
        self.program.known(self.data.body(func).func)
    }

    fn number(&self, func: FuncIndex) -> Option<u32> {
        number_of(self.data, self.program, func)
    }

    /// What a function calls for, wrappers passed over.
    fn behind(&self, func: FuncIndex, found: &mut Vec<u32>) {
        let mut pending = vec![func];
        let mut seen = vec![func];
        while let Some(func) = pending.pop() {
            if let Some(number) = self.number(func) {
                if self.program.body(func).is_some() {
                    found.push(number);
                }
            } else if self.program.function(func).is_wrapper() {
                for edge in self.graph.calls(func) {
                    if edge.dispatch != Dispatch::Runtime && !seen.contains(&edge.callee) {
                        seen.push(edge.callee);
                        pending.push(edge.callee);
                    }
                }
            }
        }
    }

    fn all_callers(&self) -> &Callers {
        self.callers.get_or_init(|| {
            let mut callers = Callers::default();
            for edge in self.graph.edges() {
                if edge.dispatch == Dispatch::Runtime {
                    continue;
                }
                let Some(caller) = self.number(edge.caller) else { continue };
                let mut found = Vec::new();
                self.behind(edge.callee, &mut found);
                for callee in found {
                    callers.entry(callee).or_default().push((caller, edge.site));
                }
            }
            callers
        })
    }
}

impl Ways for Staged<'_, '_, '_> {
    fn of(&self, func: u32) -> Outcome {
        self.index(func).map_or(UNSEEN, |func| self.outcomes.of(func.index() as u32))
    }

    fn of_call(&self, func: u32, site: InstId) -> Outcome {
        self.index(func).map_or(UNSEEN, |func| self.outcomes.of_call(func.index() as u32, site))
    }

    fn panics_at(&self, func: u32, inst: InstId) -> PanicKinds {
        match self.index(func) {
            Some(func) => self.outcomes.panics(func.index() as u32).at(inst),
            None => PanicKinds::UNKNOWN,
        }
    }

    fn callees(&self, func: u32, site: InstId) -> Vec<u32> {
        let Some(caller) = self.index(func) else { return Vec::new() };
        let mut found = Vec::new();
        let calls = self.graph.calls(caller);
        let start = calls.partition_point(|edge| edge.site < site);
        for edge in calls[start..].iter().take_while(|edge| edge.site == site) {
            if edge.dispatch != Dispatch::Runtime {
                self.behind(edge.callee, &mut found);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn callers(&self, callee: u32) -> Vec<(u32, InstId)> {
        let mut sites = self.all_callers().get(&callee).cloned().unwrap_or_default();
        sites.sort_unstable();
        sites.dedup();
        sites
    }

    fn is_open(&self, func: u32, site: InstId) -> bool {
        let functions = GraphFunctions::new(self.program, self.graph);
        self.index(func).is_none_or(|func| functions.is_open(func.index() as u32, site))
    }

    fn pending(&self, func: u32) -> Rc<Plans> {
        if let Some(known) = self.plans.borrow().get(&func) {
            return known.clone();
        }
        let wanted = |inst: &RawInst| {
            matches!(
                inst,
                RawInst::Call(_)
                    | RawInst::Go(_)
                    | RawInst::Panic(_)
                    | RawInst::Closure { .. }
                    | RawInst::RunDefers
                    | RawInst::Unwind { .. }
                    | RawInst::Return(_)
            ) || inst.may_panic()
        };
        let plans = match self.index(func) {
            Some(index) => {
                let functions = Bodies(self.program);
                let body = self.data.body(func);
                let panics = gossa_ssa::flow::panics::PanicSites::new(
                    body,
                    self.program.resolver(),
                    &|_| false,
                );
                Plans::pending(&functions, index.index() as u32, &panics, &wanted)
            }
            None => Plans::default(),
        };
        let plans = Rc::new(plans);
        self.plans.borrow_mut().insert(func, plans.clone());
        plans
    }

    fn place(&self, site: DeferSite) -> Option<(u32, InstId)> {
        Some((self.number(FuncIndex::new(site.func))?, site.inst))
    }
}
