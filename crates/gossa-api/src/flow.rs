//! Follows values forward through the program.
//!
//! A [`Tracker`] says what counts; the [`Flow`] follows a value, or a part of one, through
//! variables and structs, into callees and back to callers, into closures, and through memory. A
//! call by name keeps its callers apart (what goes into a callee comes back to that call); what
//! goes through memory, or out of the function where it began, goes on wherever it may be read or
//! returned to.
//!
//! Callees are entered by summaries, one for each parameter, made when they are first needed.

use crate::func::{Func, Inst, Value};
use crate::memory::{Access, DEPTH, ELEMENT, Meeting, Part, Where};
use crate::op::{Call, Op};
use crate::whole::{Edge, PointsTo, ProgramPass};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::ConvertKind;
use std::rc::Rc;

/// A use of a value that is followed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Use<'u, 'p> {
    /// The instruction that uses it.
    pub inst: Inst<'p>,
    /// The operand.
    pub value: Value<'p>,
    /// Which part of the operand is followed.
    pub part: &'u Part,
    /// Where the value was made, if that is in the same function and it was in no variable, call
    /// or memory since.
    pub in_place: Option<Inst<'p>>,
}

/// What a use does to a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// What such an instruction does to any value: copies, stores, calls and returns are followed,
    /// operations that compute something new are not.
    Usual,
    /// The first result is followed too.
    Result,
    /// This is where what is looked for happens; the value is not followed further here.
    End,
    /// It is not followed further here.
    Drop,
}

/// What a [`Flow`] asks about the values that it follows.
pub trait Tracker<'p> {
    /// What a use does.
    fn verdict(&self, used: &Use<'_, 'p>) -> Verdict;

    /// Whether what `write` leaves in memory is followed to `read`.
    fn follows(&self, write: &Access<'p>, read: &Access<'p>, meeting: Meeting) -> bool {
        let _ = (write, read);
        meeting != Meeting::Never
    }

    /// Parameters of functions that a call may hand the value to although no instruction of the
    /// program calls them: callbacks of code that is not seen.
    fn called_back(&self, used: &Use<'_, 'p>) -> Vec<(Func<'p>, Value<'p>)> {
        let _ = used;
        Vec::new()
    }

    /// Whether what a function returns is followed to its callers.
    fn returns(&self, func: Func<'p>) -> bool {
        let _ = func;
        true
    }
}

/// How far values are followed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Reach {
    /// Through local variables and calls by name. Asks no question about the whole program.
    Static,
    /// Through calls of function values and interfaces too, and through memory as types tell it
    /// apart: no way is missed, but some do not exist.
    Types,
    /// The same, through memory as objects tell it apart. Needs a points-to solution where a way
    /// goes through memory.
    Objects,
}

/// What happens on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum HopKind<'p> {
    /// A source variable holds it now.
    Named(&'static str),
    /// It is stored in a local variable.
    Stored(Option<&'static str>),
    /// It is written to memory.
    Written(Where),
    /// It is read from memory.
    Read(Where),
    /// It is passed to a function.
    Passed(Func<'p>),
    /// A function has returned it.
    Returned(Func<'p>),
    /// A closure captures it.
    Captured(Func<'p>),
    /// Code that is not seen gets it, and may call a function with it.
    CalledBack(Func<'p>),
}

/// One hop of a way.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Hop<'p> {
    /// The instruction.
    pub at: Inst<'p>,
    /// What happens there.
    pub kind: HopKind<'p>,
}

/// The hops so far, last first, sharing their tails.
type Trace<'p> = Option<Rc<Link<'p>>>;

#[derive(Debug)]
struct Link<'p> {
    hop: Hop<'p>,
    before: Trace<'p>,
    length: u32,
}

/// Longer ways are not followed: each hop is something that a reader has to understand.
const LONGEST: u32 = 32;
/// How many uses one question may look at that no question has looked at before.
const EFFORT: usize = 20_000;
/// In how many places one value is looked for before the search is cut.
const SEARCH_LIMIT: usize = 512;
/// How many callers up a value that has only been returned is followed.
const CALLER_LIMIT: usize = 8;
/// How many callees of one call, and callers of one function, are looked at.
const FAN_LIMIT: usize = 64;
/// How many summaries may be under way at once.
const SUMMARY_DEPTH: usize = 128;

fn hop<'p>(before: &Trace<'p>, at: Inst<'p>, kind: HopKind<'p>) -> Trace<'p> {
    let length = before.as_ref().map_or(0, |link| link.length) + 1;
    Some(Rc::new(Link { hop: Hop { at, kind }, before: before.clone(), length }))
}

fn too_long(trace: &Trace<'_>) -> bool {
    trace.as_ref().is_some_and(|link| link.length >= LONGEST)
}

fn hops<'p>(trace: &Trace<'p>) -> Vec<Hop<'p>> {
    let mut found = Vec::new();
    let mut next = trace.as_ref();
    while let Some(link) = next {
        found.push(link.hop.clone());
        next = link.before.as_ref();
    }
    found.reverse();
    found
}

fn joined<'p>(before: &Trace<'p>, after: &[Hop<'p>]) -> Trace<'p> {
    after.iter().fold(before.clone(), |trace, step| hop(&trace, step.at, step.kind.clone()))
}

/// Where a value has come to an end that its tracker looks for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arrival<'p> {
    /// The instruction.
    pub at: Inst<'p>,
    /// The way there.
    pub hops: Vec<Hop<'p>>,
}

impl Arrival<'_> {
    /// Whether the way leads over calls that are not by name.
    #[must_use]
    pub fn through_dynamic_calls(&self) -> bool {
        self.hops.iter().any(|hop| match hop.kind {
            HopKind::Passed(func) | HopKind::Returned(func) => {
                hop.at.call().and_then(Call::static_callee) != Some(func)
            }
            _ => false,
        })
    }

    /// Whether the way leads through memory that is no local variable.
    #[must_use]
    pub fn through_memory(&self) -> bool {
        self.hops.iter().any(|hop| matches!(hop.kind, HopKind::Read(_)))
    }
}

/// A value that holds what is followed, and in which part.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Holder<'p> {
    value: Value<'p>,
    part: Part,
}

/// What following a value through one function (and its closures) finds.
#[derive(Default)]
struct Effects<'p> {
    ends: Vec<(Inst<'p>, Vec<Hop<'p>>)>,
    /// Results of functions through which it leaves.
    returns: Vec<(Func<'p>, usize, Part, Vec<Hop<'p>>)>,
    /// Where it is written to memory.
    writes: Vec<(Access<'p>, Vec<Hop<'p>>)>,
}

/// What is looked at next, for one start.
struct Search<'p> {
    origin: Option<Inst<'p>>,
    reach: Reach,
    seen: FxHashSet<Holder<'p>>,
    work: Vec<(Holder<'p>, Trace<'p>)>,
    effects: Effects<'p>,
    /// What is in the effects: one way to each thing is enough.
    ends: FxHashSet<Inst<'p>>,
    returns: FxHashSet<(Func<'p>, usize, Part)>,
    writes: FxHashSet<WriteKey<'p>>,
}

/// What tells writes apart: the instruction, its pointer, and the part of the value.
type WriteKey<'p> = (Inst<'p>, Value<'p>, Part);

fn key_of<'p>(write: &Access<'p>) -> WriteKey<'p> {
    (write.inst(), write.pointer(), write.part_of_value().clone())
}

/// Follows values. Summaries and lists of uses are remembered from one question to the next.
pub struct Flow<'f, 'p> {
    pass: &'f ProgramPass<'p>,
    tracker: &'f dyn Tracker<'p>,
    points_to: Option<PointsTo<'f>>,
    uses: FxHashMap<Func<'p>, Rc<Uses<'p>>>,
    summaries: FxHashMap<(Func<'p>, usize, Part, Reach), Rc<Effects<'p>>>,
    in_progress: FxHashSet<(Func<'p>, usize, Part, Reach)>,
    meetings: FxHashMap<(Value<'p>, Value<'p>), Meeting>,
    /// What becomes of values that begin elsewhere: read from memory, returned.
    followed: FxHashMap<(Holder<'p>, Reach), Rc<Effects<'p>>>,
    readers: FxHashMap<WriteKey<'p>, Rc<[Access<'p>]>>,
    callers: FxHashMap<(Func<'p>, Reach), Rc<[Inst<'p>]>>,
    callees: FxHashMap<(Inst<'p>, Reach), Callees<'p>>,
    /// How many uses may still be looked at.
    effort: usize,
}

/// Functions that are called, with the parameter that the first argument becomes.
type Callees<'p> = Rc<[(Func<'p>, usize)]>;

type Uses<'p> = FxHashMap<Value<'p>, Vec<Inst<'p>>>;

impl<'f, 'p> Flow<'f, 'p> {
    /// Follows what the tracker says.
    #[must_use]
    pub fn new(pass: &'f ProgramPass<'p>, tracker: &'f dyn Tracker<'p>) -> Self {
        Self {
            pass,
            tracker,
            points_to: None,
            uses: FxHashMap::default(),
            summaries: FxHashMap::default(),
            in_progress: FxHashSet::default(),
            meetings: FxHashMap::default(),
            followed: FxHashMap::default(),
            readers: FxHashMap::default(),
            callers: FxHashMap::default(),
            callees: FxHashMap::default(),
            effort: 0,
        }
    }

    /// The same, with these objects in place of those of the whole program.
    #[must_use]
    pub fn with_points_to(self, points_to: PointsTo<'f>) -> Self {
        Self { points_to: Some(points_to), ..self }
    }

    /// Where a value arrives that `origin` makes, one way to each place. A search that goes on for
    /// too long is cut.
    pub fn arrivals(
        &mut self,
        origin: Inst<'p>,
        value: Value<'p>,
        reach: Reach,
    ) -> Vec<Arrival<'p>> {
        self.effort = EFFORT;
        let mut found: Vec<Arrival<'p>> = Vec::new();
        let mut seen_ends = FxHashSet::default();
        let mut seen: FxHashSet<Holder<'p>> = FxHashSet::default();
        let mut seen_writes: FxHashSet<WriteKey<'p>> = FxHashSet::default();
        let mut seen_copies: FxHashSet<WriteKey<'p>> = FxHashSet::default();
        let start = Holder { value, part: Part::whole() };
        let mut work = std::collections::VecDeque::from([(start, None, 0)]);
        while let Some((start, before, callers)) = work.pop_front() {
            if !seen.insert(start.clone()) || seen.len() > SEARCH_LIMIT || too_long(&before) {
                continue;
            }
            let effects = match before {
                None => Rc::new(self.follow(start, Some(origin), reach)),
                Some(_) => self.followed(start, reach),
            };
            for (at, after) in &effects.ends {
                if seen_ends.insert(*at) {
                    found.push(Arrival { at: *at, hops: hops(&joined(&before, after)) });
                }
            }
            for (func, result, part, after) in &effects.returns {
                if callers == CALLER_LIMIT || !self.tracker.returns(*func) {
                    continue;
                }
                for &site in &*self.callers(*func, reach) {
                    if !matches!(site.op(), Op::Call(_)) {
                        continue;
                    }
                    let Some(value) = site.results().nth(*result) else { continue };
                    let trace = joined(&before, after);
                    let trace = hop(&trace, site, HopKind::Returned(*func));
                    work.push_back((Holder { value, part: part.clone() }, trace, callers + 1));
                }
            }
            let mut writes: Vec<(Access<'p>, Trace<'p>)> = Vec::new();
            for (write, after) in &effects.writes {
                if seen_writes.insert(key_of(write)) {
                    writes.push((write.clone(), joined(&before, after)));
                }
            }
            while let Some((write, trace)) = writes.pop() {
                if too_long(&trace) {
                    continue;
                }
                for read in &*self.readers(&write) {
                    if read.value().is_some_and(|(value, part)| {
                        seen.contains(&Holder { value, part: part.clone() })
                    }) {
                        continue;
                    }
                    let meeting = match reach {
                        Reach::Objects => self.meeting(&write, read),
                        _ => Meeting::Possible,
                    };
                    if !self.tracker.follows(&write, read, meeting) {
                        continue;
                    }
                    let trace = hop(&trace, read.inst(), HopKind::Read(read.place()));
                    match read.value() {
                        Some((value, part)) => {
                            work.push_back((Holder { value, part: part.clone() }, trace, 0));
                        }
                        // By types, a copy of elements is where they were.
                        None if reach == Reach::Objects => {
                            if let Some(copy) = self.pass.memory().copied(read)
                                && seen_copies.insert(key_of(&copy))
                            {
                                writes.push((copy, trace));
                            }
                        }
                        None => {}
                    }
                }
            }
        }
        found
    }

    /// Whether a call is followed to or from a function.
    fn allowed(&self, edge: &Edge<'p>, reach: Reach) -> bool {
        let by_name = edge.site.call().is_some_and(|c| c.static_callee() == Some(edge.callee));
        by_name
            || match (reach, self.points_to) {
                (Reach::Objects, Some(objects)) => objects.calls(edge) != Meeting::Never,
                (Reach::Objects, None) => self.pass.points_to().calls(edge) != Meeting::Never,
                _ => true,
            }
    }

    fn meeting(&mut self, write: &Access<'p>, read: &Access<'p>) -> Meeting {
        let key = (write.pointer(), read.pointer());
        if let Some(&known) = self.meetings.get(&key) {
            return known;
        }
        let meeting = match self.points_to {
            Some(points_to) => self.pass.memory().meet(points_to, write, read),
            None => self.pass.memory().meet(self.pass.points_to(), write, read),
        };
        self.meetings.insert(key, meeting);
        meeting
    }

    fn followed(&mut self, start: Holder<'p>, reach: Reach) -> Rc<Effects<'p>> {
        let key = (start, reach);
        if let Some(known) = self.followed.get(&key) {
            return known.clone();
        }
        let effects = Rc::new(self.follow(key.0.clone(), None, reach));
        if self.effort > 0 {
            self.followed.insert(key, effects.clone());
        }
        effects
    }

    fn readers(&mut self, write: &Access<'p>) -> Rc<[Access<'p>]> {
        let memory = self.pass.memory();
        let known = self.readers.entry(key_of(write));
        known.or_insert_with(|| memory.readers(write).into()).clone()
    }

    /// Calls of a function; of a literal those of the value that it is.
    fn callers(&mut self, func: Func<'p>, reach: Reach) -> Rc<[Inst<'p>]> {
        if let Some(known) = self.callers.get(&(func, reach)) {
            return known.clone();
        }
        let mut sites: Vec<Inst<'p>> = match reach {
            Reach::Static => func.static_callers().collect(),
            _ => {
                let edges = self.pass.call_graph().callers(func);
                let edges = edges.into_iter().filter(|edge| self.allowed(edge, reach));
                edges.map(|edge| edge.site).take(FAN_LIMIT).collect()
            }
        };
        for creation in func.creations() {
            let Some(value) = creation.results().next() else { continue };
            sites.extend(
                self.uses_of(value).into_iter().filter(|inst| {
                    inst.call().is_some_and(|call| call.static_callee() == Some(func))
                }),
            );
        }
        let mut seen = FxHashSet::default();
        sites.retain(|&site| seen.insert(site));
        let sites: Rc<[Inst<'p>]> = sites.into();
        self.callers.insert((func, reach), sites.clone());
        sites
    }

    /// The instructions that use a value, in their order.
    pub fn uses_of(&mut self, value: Value<'p>) -> Vec<Inst<'p>> {
        let func = value.func();
        let uses = self.uses.entry(func).or_insert_with(|| {
            let mut of: Uses<'p> = FxHashMap::default();
            for inst in func.insts() {
                for operand in inst.operands() {
                    let list = of.entry(operand).or_default();
                    if list.last() != Some(&inst) {
                        list.push(inst);
                    }
                }
            }
            Rc::new(of)
        });
        uses.get(&value).cloned().unwrap_or_default()
    }

    /// What becomes of a part of the argument for a parameter of a function.
    fn summary(
        &mut self,
        func: Func<'p>,
        param: usize,
        part: &Part,
        reach: Reach,
    ) -> Rc<Effects<'p>> {
        let key = (func, param, part.clone(), reach);
        if let Some(known) = self.summaries.get(&key) {
            return known.clone();
        }
        let Some(value) = func.params().nth(param) else { return Rc::default() };
        // A recursive call adds nothing that the first activation does not already show.
        if self.in_progress.len() > SUMMARY_DEPTH || !self.in_progress.insert(key.clone()) {
            return Rc::default();
        }
        let effects = Rc::new(self.follow(Holder { value, part: part.clone() }, None, reach));
        self.in_progress.remove(&key);
        if self.effort > 0 {
            self.summaries.insert(key, effects.clone());
        }
        effects
    }

    /// Follows a value through its function and the closures in it. `origin` is the instruction
    /// that made it when it begins there.
    fn follow(&mut self, start: Holder<'p>, origin: Option<Inst<'p>>, reach: Reach) -> Effects<'p> {
        let mut search = Search {
            origin,
            reach,
            seen: FxHashSet::default(),
            work: vec![(start, None)],
            effects: Effects::default(),
            ends: FxHashSet::default(),
            returns: FxHashSet::default(),
            writes: FxHashSet::default(),
        };
        while let Some((holder, trace)) = search.work.pop() {
            if !search.seen.insert(holder.clone()) || too_long(&trace) {
                continue;
            }
            for inst in self.uses_of(holder.value) {
                if self.effort == 0 {
                    return search.effects;
                }
                self.effort -= 1;
                self.step(&mut search, &holder, inst, &trace);
            }
        }
        search.effects
    }

    fn step(
        &mut self,
        search: &mut Search<'p>,
        holder: &Holder<'p>,
        inst: Inst<'p>,
        trace: &Trace<'p>,
    ) {
        let in_place = search.origin.filter(|_| trace.is_none());
        let used = Use { inst, value: holder.value, part: &holder.part, in_place };
        let first = inst.results().next();
        match self.tracker.verdict(&used) {
            Verdict::Drop => return,
            Verdict::End => {
                search.end(inst, trace, &[]);
                return;
            }
            Verdict::Result => {
                if let Some(value) = first {
                    search.push(value, Some(holder.part.clone()), named(trace, inst, value));
                }
                return;
            }
            Verdict::Usual => {}
        }
        let value = holder.value;
        let same = || Some(holder.part.clone());
        let mut result = |part: Option<Part>, trace: Trace<'p>| {
            if let Some(value) = first {
                search.push(value, part, trace);
            }
        };
        match inst.op() {
            Op::Convert { kind: ConvertKind::Numeric | ConvertKind::ChangeType, .. } => {
                let trace = first.map_or(trace.clone(), |value| named(trace, inst, value));
                result(same(), trace);
            }
            Op::Narrow { .. } => result(same(), trace.clone()),
            Op::Struct(fields) => {
                for (at, _) in (0..).zip(&fields).filter(|(_, field)| **field == value) {
                    result(holder.part.in_field(at), trace.clone());
                }
            }
            Op::Array(elements) if elements.contains(&value) => {
                result(holder.part.in_element(), trace.clone());
            }
            Op::WithField { base, field, value: new } => {
                if base == value && !holder.part.is_in_field(field) {
                    result(same(), trace.clone());
                }
                if new == value {
                    result(holder.part.in_field(field), trace.clone());
                }
            }
            Op::WithIndex { base, value: new, .. } => {
                if base == value {
                    result(same(), trace.clone());
                }
                if new == value {
                    result(holder.part.in_element(), trace.clone());
                }
            }
            Op::Field { field, .. } => result(holder.part.of_field(field), trace.clone()),
            Op::Index { base, .. } if base == value => {
                result(holder.part.of_element(), trace.clone());
            }
            Op::Jump { block, args } => {
                for (param, _) in block.params().zip(&args).filter(|(_, arg)| **arg == value) {
                    search.push(param, same(), trace.clone());
                }
            }
            Op::Store { ptr, value: stored }
                if stored == value && !self.stored(search, holder, inst, ptr, trace) =>
            {
                self.written(search, holder, inst, trace);
            }
            Op::Closure { func: Some(func), captures } => {
                for (param, _) in
                    func.captures().zip(&captures).filter(|(_, capture)| **capture == value)
                {
                    search.push(param, same(), hop(trace, inst, HopKind::Captured(func)));
                }
            }
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => {
                if search.reach != Reach::Static {
                    for (func, param) in self.tracker.called_back(&used) {
                        search.push(param, same(), hop(trace, inst, HopKind::CalledBack(func)));
                    }
                }
                self.called(search, holder, call, trace);
                self.written(search, holder, inst, trace);
            }
            Op::Return(results) => {
                for (at, _) in results.iter().enumerate().filter(|(_, x)| **x == value) {
                    let key = (inst.func(), at, holder.part.clone());
                    if search.returns.insert(key.clone()) {
                        search.effects.returns.push((key.0, key.1, key.2, hops(trace)));
                    }
                }
            }
            Op::MapUpdate { .. } | Op::Send { .. } | Op::Select { .. } | Op::MakeInterface(_) => {
                self.written(search, holder, inst, trace);
            }
            _ => {}
        }
    }

    /// Notes what an instruction writes to memory.
    fn written(
        &mut self,
        search: &mut Search<'p>,
        holder: &Holder<'p>,
        inst: Inst<'p>,
        trace: &Trace<'p>,
    ) {
        if search.reach == Reach::Static {
            return;
        }
        for write in self.pass.memory().writes(inst, holder.value, &holder.part) {
            search.write(&write, trace, &[Hop { at: inst, kind: HopKind::Written(write.place()) }]);
        }
    }

    /// Goes on at what may read a local variable after it was written. Whether nothing else can
    /// read it.
    fn stored(
        &mut self,
        search: &mut Search<'p>,
        holder: &Holder<'p>,
        store: Inst<'p>,
        ptr: Value<'p>,
        trace: &Trace<'p>,
    ) -> bool {
        let Some((variable, mut path)) = variable_of(ptr) else { return false };
        path.extend(&holder.part.0);
        if path.len() > DEPTH {
            return true;
        }
        let trace = hop(trace, store, HopKind::Stored(variable.name()));
        let (loads, private) = self.loads_of(variable);
        for (load, read) in loads {
            let Some(rest) = path.strip_prefix(&*read) else { continue };
            if load.func() == store.func() && !store.reaches(load) {
                continue;
            }
            if let Some(value) = load.results().next() {
                search.push(value, Some(Part(rest.to_vec())), trace.clone());
            }
        }
        private
    }

    /// All reads of a local variable by its own address, in its function and in the closures that
    /// capture it, with the part that they read; and whether there are no others.
    fn loads_of(&mut self, variable: Value<'p>) -> (Vec<(Inst<'p>, Vec<u32>)>, bool) {
        let mut found = Vec::new();
        let mut private = true;
        let mut seen = FxHashSet::default();
        let mut work = vec![(variable, Vec::new())];
        while let Some((address, path)) = work.pop() {
            if !seen.insert(address) {
                continue;
            }
            for inst in self.uses_of(address) {
                let mut further = |step: Option<u32>| {
                    let mut path = path.clone();
                    path.extend(step);
                    work.extend(inst.results().next().map(|value| (value, path)));
                };
                match inst.op() {
                    Op::Load(_) => found.push((inst, path.clone())),
                    Op::Store { ptr, value } if ptr == address && value != address => {}
                    Op::Narrow { .. } => further(None),
                    Op::FieldAddr { field, .. } if path.len() < DEPTH => further(Some(field)),
                    Op::IndexAddr { base, .. } if base == address && path.len() < DEPTH => {
                        further(Some(ELEMENT));
                    }
                    Op::Closure { func: Some(func), captures } => {
                        for (param, _) in
                            func.captures().zip(&captures).filter(|(_, c)| **c == address)
                        {
                            work.push((param, path.clone()));
                        }
                    }
                    _ => private = false,
                }
            }
        }
        found.sort_by_key(|(inst, _)| (inst.func().index, inst.index()));
        (found, private)
    }

    /// Applies the summaries of what a call may call.
    fn called(
        &mut self,
        search: &mut Search<'p>,
        holder: &Holder<'p>,
        call: Call<'p>,
        trace: &Trace<'p>,
    ) {
        let site = call.inst();
        let callees: Callees<'p> = match (call.static_callee(), search.reach) {
            (Some(callee), _) => [(callee, 0)].into(),
            (None, Reach::Static) => return,
            (None, reach) => match self.callees.get(&(site, reach)) {
                Some(known) => known.clone(),
                None => {
                    let edges = self.pass.call_graph().callees(site);
                    let edges = edges.into_iter().filter(|edge| self.allowed(edge, reach));
                    let found: Callees<'p> =
                        edges.map(|edge| (edge.callee, edge.first)).take(FAN_LIMIT).collect();
                    self.callees.insert((site, reach), found.clone());
                    found
                }
            },
        };
        for &(callee, first) in &*callees {
            for (at, _) in call.args().enumerate().filter(|(_, arg)| *arg == holder.value) {
                let summary = self.summary(callee, at + first, &holder.part, search.reach);
                let passed = hop(trace, site, HopKind::Passed(callee));
                for (inst, after) in &summary.ends {
                    search.end(*inst, &passed, after);
                }
                for (write, after) in &summary.writes {
                    search.write(write, &passed, after);
                }
                for (func, result, part, after) in &summary.returns {
                    if *func != callee {
                        continue;
                    }
                    let Some(value) = site.results().nth(*result) else { continue };
                    let back = hop(&joined(&passed, after), site, HopKind::Returned(callee));
                    search.push(value, Some(part.clone()), back);
                }
            }
        }
    }
}

impl<'p> Search<'p> {
    fn end(&mut self, at: Inst<'p>, before: &Trace<'p>, after: &[Hop<'p>]) {
        if self.ends.insert(at) {
            self.effects.ends.push((at, hops(&joined(before, after))));
        }
    }

    fn write(&mut self, write: &Access<'p>, before: &Trace<'p>, after: &[Hop<'p>]) {
        if self.writes.insert(key_of(write)) {
            self.effects.writes.push((write.clone(), hops(&joined(before, after))));
        }
    }

    fn push(&mut self, value: Value<'p>, part: Option<Part>, trace: Trace<'p>) {
        if let Some(part) = part {
            self.work.push((Holder { value, part }, trace));
        }
    }
}

/// Adds a hop where a source variable takes the value.
fn named<'p>(trace: &Trace<'p>, inst: Inst<'p>, value: Value<'p>) -> Trace<'p> {
    match value.name() {
        Some(name) => hop(trace, inst, HopKind::Named(name)),
        None => trace.clone(),
    }
}

/// The local variable that an address is of, through captures, and which part of it.
fn variable_of(mut address: Value<'_>) -> Option<(Value<'_>, Vec<u32>)> {
    let mut path = Vec::new();
    for _ in 0..4 * DEPTH {
        match address.definition() {
            Some(definition) => match definition.op() {
                Op::Alloc(_) => {
                    path.reverse();
                    return Some((address, path));
                }
                Op::Narrow { x, .. } => address = x,
                Op::FieldAddr { ptr, field } => {
                    path.push(field);
                    address = ptr;
                }
                // Of an array; a slice has its elements elsewhere.
                Op::IndexAddr { base, .. } if base.ty().pointee().is_some() => {
                    path.push(ELEMENT);
                    address = base;
                }
                _ => return None,
            },
            None => {
                let func = address.func();
                let at = func.captures().position(|capture| capture == address)?;
                let creation = func.creations().into_iter().next()?;
                match creation.op() {
                    Op::Closure { captures, .. } => address = *captures.get(at)?,
                    _ => return None,
                }
            }
        }
    }
    None
}
