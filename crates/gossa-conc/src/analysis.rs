//! The functions of a program, callees first, and the accesses of each that may race.

use crate::before::{Point, Threads, is_twin, outermost, starts_many};
use crate::chain::Chain;
use crate::event::{Access, AccessKind, Held, Locks, Spawn, Summary, SyncKind, Trace, Unseen};
use crate::facts::Facts;
use crate::function::{Builder, Frame};
use crate::join::has_condition;
use crate::known::{Known, Mode, known};
use crate::locks::exclude;
use crate::marks::Marks;
use crate::order::Order;
use crate::path::{Index, Overlap, Path, Root, Step};
use crate::taken::told;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_points::callgraph::by_type::ByType;
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{Body, FuncId, FuncKey, Inst, InstId, ValueDef, ValueId};
use std::cell::RefCell;
use std::rc::Rc;

/// Larger functions are not looked into: they are tables.
const LARGEST: usize = 20_000;

/// How many accesses callers are told of at most, how many of these to package-level variables.
const ACCESSES: usize = 128;
const GLOBALS: usize = 24;
/// How many operations that order; calls of given functions, and goroutines.
const SYNCS: usize = 48;
const CALLS: usize = 16;
/// Of as many accesses are looked at that do the same to one place.
const SAME: u32 = 6;

/// Two accesses to the same memory by different goroutines, one of them a write, that nothing
/// orders and no lock excludes.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The function whose activation has both in hands.
    pub frame: FuncIndex,
    /// A write.
    pub write: Accessor,
    /// The other access; if that writes, too, the one that comes later in the source.
    pub other: Accessor,
    /// Whether the places are certain to be the same.
    pub overlap: Overlap,
    /// A lock, channel, ... that orders the two in some executions: one goroutine may release it
    /// behind its access, the other acquire it before.
    pub by_chance: Option<Path>,
    /// Locks that the other goroutine holds: if callers of the frame hold one of them while it
    /// runs, there is no conflict.
    pub(crate) unless: Locks,
}

/// An access with the goroutine that performs it.
#[derive(Clone, Debug)]
pub struct Accessor {
    /// The access; its place as the frame sees it.
    pub access: Access,
    /// Where the goroutine was started, and those that started it, outermost first. Empty: it is
    /// the one that runs the frame.
    pub started: Vec<Chain>,
}

/// The analysis of a program.
pub struct Analysis<'p, 'e> {
    pub(crate) program: &'p Program<'e>,
    pub(crate) calls: &'p ByType<'p, 'e>,
    pub(crate) order: Order<'p, 'e>,
    summaries: RefCell<FxHashMap<FuncIndex, Option<Rc<Summary>>>>,
    conflicts: RefCell<Vec<Conflict>>,
    is_foreign: &'p dyn Fn(&str) -> bool,
    /// If there are any, nothing else is looked for.
    pub(crate) marks: Marks,
    pub(crate) facts: Facts,
}

impl<'p, 'e> Analysis<'p, 'e> {
    /// An analysis with what dynamic calls may reach. `is_foreign` says of a package that nothing
    /// is to be found in it, and that its variables are its own business.
    #[must_use]
    pub fn new(
        program: &'p Program<'e>,
        calls: &'p ByType<'p, 'e>,
        is_foreign: &'p dyn Fn(&str) -> bool,
    ) -> Self {
        Self {
            program,
            calls,
            order: Order::new(program),
            summaries: RefCell::default(),
            conflicts: RefCell::default(),
            is_foreign,
            marks: Marks::default(),
            facts: Facts::default(),
        }
    }

    /// The same, for what is marked alone.
    pub(crate) fn with_marks(self, marks: Marks) -> Self {
        Self { marks, ..self }
    }

    /// The conflicts in these functions and in all that they call, in no particular order.
    pub fn conflicts(&self, functions: impl IntoIterator<Item = FuncIndex>) -> Vec<Conflict> {
        for func in functions {
            self.visit(func);
        }
        let found = self.conflicts.take();
        crate::callers::without_those_excluded(self, found)
    }

    /// The functions that have been looked at, in no particular order.
    pub(crate) fn visited(&self) -> Vec<FuncIndex> {
        self.summaries.borrow().keys().copied().collect()
    }

    /// Whether nothing is to be found in a function.
    pub(crate) fn is_foreign(&self, func: FuncIndex) -> bool {
        (self.is_foreign)(self.program.function(func).id.package().path())
    }

    /// What a function does. `None`: its body is not seen, or it calls itself.
    pub(crate) fn summary(&self, func: FuncIndex) -> Option<Rc<Summary>> {
        self.summaries.borrow().get(&func).cloned().flatten()
    }

    /// Makes the summaries of a function and of all that it needs, callees first.
    pub(crate) fn visit(&self, root: FuncIndex) {
        let mut stack: Vec<(FuncIndex, Vec<FuncIndex>)> = Vec::new();
        let enter = |func: FuncIndex, stack: &mut Vec<(FuncIndex, Vec<FuncIndex>)>| {
            if self.summaries.borrow().contains_key(&func) {
                return;
            }
            self.summaries.borrow_mut().insert(func, None);
            stack.push((func, self.needed(func)));
        };
        enter(root, &mut stack);
        while let Some((func, needed)) = stack.last_mut() {
            let func = *func;
            match needed.pop() {
                Some(next) => enter(next, &mut stack),
                None => {
                    stack.pop();
                    let summary = self.summarise(func);
                    self.summaries.borrow_mut().insert(func, summary.map(Rc::new));
                }
            }
        }
    }

    /// The functions whose summaries a function needs: those it calls and the closures it makes.
    fn needed(&self, func: FuncIndex) -> Vec<FuncIndex> {
        use gossa_ssa::Callee;
        let Some(body) = self.program.body(func) else { return Vec::new() };
        if body.insts.len() > LARGEST {
            return Vec::new();
        }
        let mut found = Vec::new();
        for inst in body.inst_ids() {
            match body[inst] {
                Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. } => {
                    match body[call].callee {
                        Callee::Static(id) if !is_package_init(id) && self.known(id).is_none() => {
                            found.push(self.program.index_of(id));
                        }
                        Callee::Value(_) | Callee::Interface { .. } => {
                            let callees = self.calls.callees(func, inst);
                            if callees.len() <= crate::function::FAN {
                                found.extend(callees.into_iter().map(|call| call.callee));
                            }
                        }
                        _ => {}
                    }
                }
                Inst::Closure { func, .. } | Inst::Func(func) => {
                    found.push(self.program.index_of(func));
                }
                Inst::MethodValue { method, .. } => {
                    found.push(self.program.bound_method(&body[method]));
                }
                _ => {}
            }
        }
        found.retain(|&func| !self.is_hidden(func));
        found.reverse();
        found
    }

    /// Whether what a function does is of no interest: it belongs to packages that keep order by
    /// themselves.
    fn is_hidden(&self, func: FuncIndex) -> bool {
        let function = self.program.function(func);
        !function.is_wrapper() && self.known(function.id.root()).is_some()
    }

    /// What a function is known to do whatever its body says. A function of C that has a model
    /// does what that says.
    pub(crate) fn known(&self, func: FuncId) -> Option<Known> {
        let known = known(func)?;
        let is_modelled = || self.program.body(self.program.index_of(func)).is_some();
        (known != Known::C || !is_modelled()).then_some(known)
    }

    /// Whether a function's body is made of a model: nobody sees what the function really does.
    fn is_model(&self, func: FuncIndex) -> bool {
        self.program.function(func).source_map().is_some_and(|map| map.is_model)
    }

    /// The body of a function that is not too large to be looked into.
    pub(crate) fn body_to_read(&self, func: FuncIndex) -> Option<&'p Body> {
        self.program.body(func).filter(|body| body.insts.len() <= LARGEST)
    }

    fn summarise(&self, func: FuncIndex) -> Option<Summary> {
        let body = self.body_to_read(func)?;
        let dynamic = |inst: InstId| {
            let callees = self.calls.callees(func, inst);
            callees.into_iter().map(|call| call.callee).collect()
        };
        self.order.outcomes.learn(func, body, &dynamic);
        let mut frame = Builder::new(self, func, body).build();
        if self.is_model(func) {
            let is_c = known(body.func) == Some(Known::C);
            let by = if is_c { Unseen::C } else { Unseen::Assembly };
            let accesses = frame.trace.accesses.iter_mut();
            let own = accesses.filter(|access| access.chain.len() == 1);
            own.for_each(|access| access.unseen = access.unseen.or(Some(by)));
        }
        crate::token::give(func, &mut frame, &self.order);
        let foreign = (self.is_foreign)(body.func.package().path());
        let mut out = Trace::default();
        {
            let fresh = |path: &Path| made_by(&frame.places.defs, path);
            let threads = Threads::new(&frame.trace, &self.order, &frame.capacities, &fresh);
            if !foreign && !frame.trace.spawns.is_empty() {
                self.find_conflicts(func, &frame, &threads);
            }
            let spawns = &frame.trace.spawns;
            if threads.waits_at_all()
                || spawns.iter().any(has_condition)
                || (!spawns.is_empty() && self.tells(func))
            {
                self.join(func, &frame.trace, &threads, &mut out);
            } else {
                out.spawns.clone_from(&frame.trace.spawns);
            }
        }
        Some(self.exported(func, frame, out, foreign))
    }

    /// What callers are told: what is at paths that they can follow. `out` has the goroutines, and
    /// what those have done by the end.
    fn exported(
        &self,
        func: FuncIndex,
        frame: Frame<'_>,
        mut out: Trace,
        foreign: bool,
    ) -> Summary {
        let Frame { trace, mut summary, returned, .. } = frame;
        out.accesses.splice(0..0, trace.accesses);
        out.syncs = trace.syncs;
        out.calls = trace.calls;
        out.partial = trace.partial;
        if !returned.is_empty() {
            rename(&mut out, &returned);
        }
        if !self.marks.is_empty() {
            only_marks(&mut out);
        }
        summary.trace = seen(func, out, foreign);
        summary.taken = told(func, std::mem::take(&mut summary.taken));
        summary
    }

    fn find_conflicts<'t>(
        &self,
        func: FuncIndex,
        frame: &'t Frame<'_>,
        threads: &Threads<'t, '_, '_>,
    ) {
        let fresh = |path: &Path| made_by(&frame.places.defs, path);
        let groups = by_place(threads, !self.marks.is_empty());
        let clears = threads.clears();
        let initialising = is_initialiser(self.program.function(func).id);
        let mut found: FxHashSet<[(FuncIndex, InstId); 2]> = FxHashSet::default();
        for group in groups {
            for (i, &(s, a)) in group.iter().enumerate() {
                for &(t, b) in &group[i + 1..] {
                    // What the frame's own goroutine has to do with one instance, it has with all.
                    if s == t
                        || (s == 0 && is_twin(&threads.all, t))
                        || (t == 0 && is_twin(&threads.all, s))
                        || !(a.kind.writes() || b.kind.writes())
                        || (a.kind.is_atomic() && b.kind.is_atomic())
                        || exclude(&a.locks, &b.locks)
                    {
                        continue;
                    }
                    let varies = |value: ValueId| self.varies(func, &frame.places.defs, value);
                    let Some(overlap) = a.place.overlap(&b.place, varies) else { continue };
                    if self.was_seen(func, threads, fresh(&a.place), (s, a), (t, b))
                        || self.are_apart(func, threads, fresh(&a.place), (s, a), (t, b))
                        || self.is_ordered(threads, (s, a), (t, b))
                        || threads.take_turns((s, a), (t, b))
                        || threads.have_one_token(&clears, (s, a), (t, b))
                    {
                        continue;
                    }
                    let (x, y) = if a.kind.writes() { ((s, a), (t, b)) } else { ((t, b), (s, a)) };
                    let key = [x.1.chain.innermost().shown(), y.1.chain.innermost().shown()];
                    if found.contains(&key)
                        || (initialising && waits_for_main(threads, s, t))
                        || self.is_one_never_behind(func, threads, [(s, a), (t, b)])
                        || self.exclude_as_called(threads, [(s, a), (t, b)])
                        || self.is_ruled_out(func, frame, threads, [(s, a), (t, b)])
                    {
                        continue;
                    }
                    found.insert(key);
                    let partial = |thread: usize| threads.is_partial[thread];
                    let overlap = if (writes_behind(&a.place) && !has_room(frame, &a.place))
                        || partial(s)
                        || partial(t)
                        || initialises(threads, fresh(&a.place), s, t)
                        || threads.may_have_received((s, a), (t, b))
                        || threads.may_have_received((t, b), (s, a))
                        || may_be_waited_for(frame, self, (threads, s), (t, b))
                        || may_be_waited_for(frame, self, (threads, t), (s, a))
                    {
                        Overlap::Possible
                    } else {
                        overlap
                    };
                    let accessor = |(thread, access): (usize, &Access)| Accessor {
                        access: access.clone(),
                        started: started(threads, thread),
                    };
                    self.conflicts.borrow_mut().push(Conflict {
                        frame: func,
                        write: accessor(x),
                        other: accessor(y),
                        overlap,
                        by_chance: threads.by_chance((s, a), (t, b)),
                        unless: if s == 0 {
                            could_exclude(a, b)
                        } else if t == 0 {
                            could_exclude(b, a)
                        } else {
                            Locks::new()
                        },
                    });
                }
            }
        }
    }

    /// Whether both happen in one call, or below one goroutine, whose function has been looked at
    /// already.
    fn was_seen(
        &self,
        func: FuncIndex,
        threads: &Threads<'_, '_, '_>,
        made_by: Option<InstId>,
        (s, a): (usize, &Access),
        (t, b): (usize, &Access),
    ) -> bool {
        let (x, y) = (threads.lineage(s), threads.lineage(t));
        let in_one_goroutine = x.len() > 1 && y.len() > 1 && x[1] == y[1];
        if in_one_goroutine && !a.is_new && !b.is_new {
            return true;
        }
        // Where the frame's goroutine is when it begins, if it is in a call.
        let begins = |thread: usize, access: &Access| {
            let chain = match outermost(&threads.all, thread) {
                Some((_, spawn)) => &spawn.chain,
                None => &access.chain,
            };
            chain.inner().map(|_| chain.site())
        };
        !a.is_new
            && !b.is_new
            && begins(s, a).is_some_and(|site| {
                begins(t, b) == Some(site) && !self.order.repeats(func, site.inst, made_by)
            })
    }

    /// Whether two goroutines are never of one activation, or not since it made what they would
    /// share: those that different turns of a loop start, or different branches.
    fn are_apart(
        &self,
        func: FuncIndex,
        threads: &Threads<'_, '_, '_>,
        made_by: Option<InstId>,
        (s, a): (usize, &Access),
        (t, b): (usize, &Access),
    ) -> bool {
        // What a call waits for is over when it returns; what happens in one call together, the
        // callee has looked at.
        let start = |thread: usize| outermost(&threads.all, thread).map(|(_, spawn)| spawn);
        let (x, y) = (start(s), start(t));
        let (x_chain, y_chain) =
            (x.map_or(&a.chain, |spawn| &spawn.chain), y.map_or(&b.chain, |spawn| &spawn.chain));
        if x.is_some_and(|spawn| spawn.is_over_outside(y_chain))
            || y.is_some_and(|spawn| spawn.is_over_outside(x_chain))
        {
            return true;
        }
        let is_joined = |spawn: Option<&Spawn>| spawn.is_some_and(|spawn| spawn.joined.is_some());
        let seen = |access: &Access, thread: usize| {
            !access.is_new && (thread != 0 || access.chain.inner().is_some())
        };
        if (is_joined(x) || is_joined(y)) && seen(a, s) && seen(b, t) {
            return true;
        }
        // An instance that has all of its own stands for itself alone.
        let alone = |thread: usize| {
            is_twin(&threads.all, thread)
                && !starts_many(&threads.all, thread)
                && outermost(&threads.all, thread).is_some_and(|(_, spawn)| {
                    !self.order.repeats(func, spawn.chain.site().inst, made_by)
                })
        };
        if made_by.is_some() && (alone(s) || alone(t)) {
            return true;
        }
        let (x, y) = (threads.lineage(s), threads.lineage(t));
        let Some(at) = (0..x.len().min(y.len())).find(|&at| x[at] != y[at]) else { return false };
        let (Some((parent, x)), Some((_, y))) =
            (threads.all[x[at]].start, threads.all[y[at]].start)
        else {
            return false;
        };
        let made_by = if parent == 0 { made_by } else { None };
        let starter = threads.all[parent].trace;
        if [x, y].into_iter().all(|start| self.is_made_with(starter, start, &a.place)) {
            return true;
        }
        if !std::ptr::eq(x, y) {
            return self.order.exclude(&x.chain, &y.chain, made_by);
        }
        // Instances of one.
        parent == 0
            && !starts_many(&threads.all, s)
            && !self.order.repeats(func, x.chain.site().inst, made_by)
    }

    /// Whether what starts a goroutine makes anew, each time, what a place of it is in, and hands it
    /// over: the place goes by the name of the variable that it is stored in, where that of the next
    /// one takes its place.
    fn is_made_with(&self, trace: &Trace, start: &Spawn, place: &Path) -> bool {
        let starter = start.chain.innermost();
        let Some(deref) = place.steps.iter().position(|step| *step == Step::Deref) else {
            return false;
        };
        let Some(body) = self.program.body(starter.func) else { return false };
        let is_kept = |value: ValueId| {
            body.inst_ids().any(|inst| match body[inst] {
                Inst::Store { ptr, value: stored } if stored == value => match body.def(ptr) {
                    ValueDef::Result(def) => match body[def] {
                        Inst::FieldAddr { field, .. } => {
                            place.steps[..deref].last() == Some(&Step::Field(field))
                        }
                        Inst::Global(_) => deref == 0,
                        _ => false,
                    },
                    ValueDef::Param(_) => false,
                },
                _ => false,
            })
        };
        let makes = |value: ValueId| match body.def(value) {
            ValueDef::Result(made) => {
                matches!(body[made], Inst::MakeChan(_) | Inst::MakeMap(_) | Inst::Alloc(_))
                    && !self.order.repeats(starter.func, starter.inst, Some(made))
                    && is_kept(value)
            }
            ValueDef::Param(_) => false,
        };
        let is_variable =
            |other: &Path| other.root == place.root && other.steps[..] == place.steps[..deref];
        // What is read from the variable later may be another's.
        handed_to(body, starter.inst).into_iter().any(makes)
            && !start.trace.accesses.iter().any(|access| is_variable(&access.place))
            && trace.accesses.iter().any(|access| {
                access.kind == AccessKind::Write
                    && is_variable(&access.place)
                    && access.chain.innermost().func == starter.func
            })
    }

    fn is_ordered(
        &self,
        threads: &Threads<'_, '_, '_>,
        (s, a): (usize, &Access),
        (t, b): (usize, &Access),
    ) -> bool {
        threads.before(s, a, Point { thread: t, chain: &b.chain })
            || threads.before(t, b, Point { thread: s, chain: &a.chain })
    }

    /// Whether a value is another in each turn of a loop.
    pub(crate) fn varies(&self, func: FuncIndex, defs: &[ValueDef], value: ValueId) -> bool {
        match defs[value.index()] {
            ValueDef::Result(inst) => self.order.repeats(func, inst, None),
            ValueDef::Param(block) => self.program.body(func).is_some_and(|body| {
                let first = InstId::new(body[block].first_inst);
                self.order.repeats(func, first, None)
            }),
        }
    }
}

/// The accesses of several goroutines, those to what one root leads to together, where
/// one writes. Of each goroutine some for each place, if it does the same there in many places.
fn by_place<'t>(threads: &Threads<'t, '_, '_>, only_marks: bool) -> Vec<Vec<(usize, &'t Access)>> {
    let mut numbers: FxHashMap<Root, usize> = FxHashMap::default();
    let mut groups: Vec<Vec<(usize, &Access)>> = Vec::new();
    let mut same: FxHashMap<(usize, &Path, AccessKind, &Locks), u32> = FxHashMap::default();
    for (at, thread) in threads.all.iter().enumerate() {
        for access in &thread.trace.accesses {
            if only_marks && !is_mark(access) {
                continue;
            }
            let count = same.entry((at, &access.place, access.kind, &access.locks)).or_default();
            *count += 1;
            if *count > SAME {
                continue;
            }
            let group = *numbers.entry(access.place.root).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[group].push((at, access));
        }
    }
    groups.retain(|group| {
        group.first().is_some_and(|(thread, _)| group.iter().any(|(other, _)| other != thread))
            && group.iter().any(|(_, access)| access.kind.writes())
    });
    groups
}

/// What a `go` statement gives to its goroutine.
fn handed_to(body: &Body, start: InstId) -> Vec<ValueId> {
    let Inst::Go(call) = body[start] else { return Vec::new() };
    let mut found = body[body[call].args].to_vec();
    if let gossa_ssa::Callee::Value(callee) = body[call].callee
        && let ValueDef::Result(def) = body.def(callee)
        && let Inst::Closure { captures, .. } = body[def]
    {
        found.extend(&body[captures]);
    }
    found
}

fn is_mark(access: &Access) -> bool {
    matches!(access.place.root, Root::Mark(_))
}

/// Forgets accesses of memory.
fn only_marks(trace: &mut Trace) {
    trace.accesses.retain(is_mark);
    for spawn in &mut trace.spawns {
        only_marks(Rc::make_mut(&mut spawn.trace));
    }
}

/// The locks of another goroutine's access that a caller would have to hold around one of the
/// function's own to keep them apart.
fn could_exclude(own: &Access, other: &Access) -> Locks {
    let shown = |held: &&Held| {
        matches!(held.mode, Mode::Exclusive | Mode::Shared)
            && matches!(held.lock.root, Root::Param(_) | Root::Global(_))
            && !own.locks.iter().any(|own| own.lock == held.lock)
    };
    other.locks.iter().filter(shown).cloned().collect()
}

/// Whether it is the initialisation of a package: imports initialise theirs before, once, whoever
/// calls.
pub(crate) fn is_package_init(func: FuncId) -> bool {
    matches!(func.key(), FuncKey::PackageInit(_))
}

/// Whether a function runs before `main` alone: the initialisation of a package, or a part of it.
fn is_initialiser(func: FuncId) -> bool {
    match *func.key() {
        FuncKey::PackageInit(_) => true,
        FuncKey::Decl { decl, .. } => decl.parent().is_none() && decl.name().as_str() == "init",
        _ => false,
    }
}

/// Whether one is what initialises, and the other a handler, for which nobody serves yet.
fn waits_for_main(threads: &Threads<'_, '_, '_>, s: usize, t: usize) -> bool {
    (s == 0 || t == 0)
        && outermost(&threads.all, s.max(t)).is_some_and(|(_, spawn)| spawn.start.is_handler)
}

/// Whether a goroutine makes something new, and the other is that of a timer that was started with
/// it: most of the time that has not fired when all is made.
fn initialises(threads: &Threads<'_, '_, '_>, made_by: Option<InstId>, s: usize, t: usize) -> bool {
    made_by.is_some()
        && (s == 0 || t == 0)
        && outermost(&threads.all, s.max(t)).is_some_and(|(_, spawn)| spawn.start.is_timer)
}

/// Whether what started a goroutine gave the function a function, and that has been called before
/// an access of its own: what it waits for is not known.
fn may_be_waited_for(
    frame: &Frame<'_>,
    analysis: &Analysis<'_, '_>,
    (threads, s): (&Threads<'_, '_, '_>, usize),
    (t, b): (usize, &Access),
) -> bool {
    let Some((_, spawn)) = outermost(&threads.all, s).filter(|_| t == 0) else { return false };
    let start = spawn.chain.site();
    frame.given_functions.iter().any(|(value, call)| {
        matches!(frame.places.defs[value.index()], ValueDef::Result(inst) if inst == start.inst)
            && !analysis.order.never_after(&b.chain, call, None)
    })
}

/// Whether it is what `append` writes.
fn writes_behind(path: &Path) -> bool {
    matches!(path.steps.last(), Some(Step::Element(Index::End)))
}

/// Whether a slice is made here with room for more.
fn has_room(frame: &Frame<'_>, path: &Path) -> bool {
    made_by(&frame.places.defs, path)
        .is_some_and(|inst| matches!(frame.places.body[inst], Inst::MakeSlice { cap: Some(_), .. }))
}

/// The instruction of the function that makes what a path begins at.
fn made_by(defs: &[ValueDef], path: &Path) -> Option<InstId> {
    let Root::Value(value) = path.root else { return None };
    match defs[value.index()] {
        ValueDef::Result(inst) => Some(inst),
        ValueDef::Param(_) => None,
    }
}

fn started(threads: &Threads<'_, '_, '_>, mut thread: usize) -> Vec<Chain> {
    let mut chains = Vec::new();
    while let Some((parent, spawn)) = threads.all[thread].start {
        chains.push(spawn.chain.clone());
        thread = parent;
    }
    chains.reverse();
    chains
}

/// Calls what is made in the function and returned by the name that callers know.
fn rename(trace: &mut Trace, returned: &FxHashMap<ValueId, u32>) {
    let rename_path = |path: &mut Path| {
        if let Root::Value(value) = path.root
            && let Some(&result) = returned.get(&value)
        {
            path.root = Root::Result(result);
        }
    };
    for access in &mut trace.accesses {
        rename_path(&mut access.place);
        access.locks.iter_mut().for_each(|held| rename_path(&mut held.lock));
    }
    trace.syncs.iter_mut().for_each(|sync| rename_path(&mut sync.object));
    for spawn in &mut trace.spawns {
        rename(Rc::make_mut(&mut spawn.trace), returned);
    }
}

/// What callers can follow of a trace; of a foreign package not its variables.
fn seen(func: FuncIndex, mut trace: Trace, foreign: bool) -> Trace {
    let shown = |path: &Path| match path.root {
        Root::Param(_) | Root::Result(_) => true,
        Root::Global(_) => !foreign,
        Root::Mark(_) => true,
        Root::Value(_) | Root::Hidden(..) => false,
    };
    trace.accesses.iter_mut().for_each(|access| access.is_new = false);
    // Locks of the function's own exclude still, under a name that nobody else has.
    let own = trace.accesses.iter_mut().flat_map(|access| &mut access.locks);
    for held in own.chain(trace.calls.iter_mut().flat_map(|call| &mut call.locks)) {
        if let Root::Value(value) = held.lock.root {
            held.lock.root = Root::Hidden(func, value);
        }
    }
    let mut known: FxHashSet<(Path, AccessKind, Locks, [bool; 2])> = FxHashSet::default();
    trace.accesses.retain(|access| {
        shown(&access.place)
            && known.insert((
                access.place.clone(),
                access.kind,
                access.locks.clone(),
                [access.doubtful, access.clears],
            ))
    });
    // What is nearest is best known; of package-level variables, which go all the way up, a few.
    trace.accesses.sort_by_key(|access| (!access.kind.writes(), access.chain.len()));
    let mut globals = 0;
    trace.accesses.retain(|access| {
        let is_global = matches!(access.place.root, Root::Global(_));
        globals += usize::from(is_global);
        !is_global || globals <= GLOBALS
    });
    trace.accesses.truncate(ACCESSES);
    let mut known: FxHashSet<(SyncKind, Path, InstId, u32)> = FxHashSet::default();
    trace.syncs.retain(|sync| {
        let site = sync.chain.site();
        // What locks that all share order beyond exclusion is not worth its way.
        let is_global = matches!(sync.object.root, Root::Global(_))
            && matches!(
                sync.kind,
                SyncKind::Lock | SyncKind::Unlock | SyncKind::Seen | SyncKind::Written
            );
        shown(&sync.object)
            && !is_global
            && known.insert((sync.kind, sync.object.clone(), site.inst, site.turn))
    });
    // What is done once orders all that comes behind it, from however far.
    trace.syncs.sort_by_key(|sync| (sync.kind != SyncKind::OnceDone, sync.chain.len()));
    trace.partial |= trace.syncs.len() > SYNCS;
    trace.syncs.truncate(SYNCS);
    trace.calls.retain(|call| matches!(call.target.root, Root::Param(_)));
    trace.calls.truncate(CALLS);
    for spawn in &mut trace.spawns {
        let inner = Rc::make_mut(&mut spawn.trace);
        *inner = seen(func, std::mem::take(inner), foreign);
    }
    trace.spawns.retain(|spawn| !spawn.trace.is_empty());
    trace.spawns.truncate(CALLS);
    trace
}
