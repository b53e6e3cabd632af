//! Ways that are never gone, because of what branches on them say together.
//!
//! ```go
//! if !s.mapped() {
//!     s.write() // does something else if s.mapped()
//! }
//! ```
//!
//! On the way down the calls to an access each branch that lies on it says something of a value: of
//! a variable, of a length, of what a function of memory returns. An access does not happen if two
//! of these contradict each other, and nothing in between changes what they are about; nor if a
//! goroutine would have to find a variable zero that was set for good before it was started. Two
//! accesses do not happen in one activation if one of them needs what the other excludes, and nothing
//! there changes it; nor if one is the frame's own and only comes where a variable, or a result of
//! the call that would have started the other, says that this has not been started.
//!
//! What changes it may itself be behind such a contradiction. It is left out then: for the first
//! time to happen, it would have to have happened before.

use crate::analysis::Analysis;
use crate::before::{Threads, outermost, starts_many};
use crate::chain::{Chain, Site};
use crate::event::{Access, Held, Locks, Paths, Trace};
use crate::function::facts::{Local, holder, is_outside};
use crate::function::{Builder, Frame};
use crate::known::Mode;
use crate::lift::{Mapping, nested};
use crate::locks::exclude;
use crate::outcome::{Condition, Sure};
use crate::path::{Index, Path, Root, Step};
use gossa_base::FxHashMap;
use gossa_points::FuncIndex;
use gossa_ssa::{Body, Inst, InstId, ValueId};
use std::cell::RefCell;
use std::rc::Rc;

/// What something is said of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Term {
    /// The value at a path.
    Value(Path),
    /// The length of the value at a path.
    Length(Path),
    /// A result of a function of memory, with what it is given.
    Call(FuncIndex, Vec<Arg>, u32),
}

/// What a function of memory is given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Arg {
    Path(Path),
    Constant(i64),
}

impl Term {
    fn paths(&self) -> impl Iterator<Item = &Path> {
        let (one, args) = match self {
            Self::Value(path) | Self::Length(path) => (Some(path), &[][..]),
            Self::Call(_, args, _) => (None, &args[..]),
        };
        one.into_iter().chain(args.iter().filter_map(|arg| match arg {
            Arg::Path(path) => Some(path),
            Arg::Constant(_) => None,
        }))
    }

    /// The values of the function that it is about.
    pub(crate) fn values(&self) -> impl Iterator<Item = ValueId> + '_ {
        self.paths().flat_map(|path| {
            let root = if let Root::Value(value) = path.root { Some(value) } else { None };
            root.into_iter().chain(path.steps.iter().filter_map(|step| match step {
                Step::Element(Index::Value(value)) | Step::From(Index::Value(value)) => {
                    Some(*value)
                }
                _ => None,
            }))
        })
    }

    /// Whether callers know all that it is about.
    pub(crate) fn is_outside(&self) -> bool {
        self.paths().all(is_outside) && self.values().next().is_none() && !self.is_vague()
    }

    /// Whether it is not known which element it is about.
    fn is_vague(&self) -> bool {
        let vague = |step: &Step| {
            matches!(
                step,
                Step::Element(Index::Unknown | Index::All | Index::End)
                    | Step::From(Index::Unknown)
            )
        };
        self.paths().any(|path| path.steps.iter().any(vague))
    }

    /// What it is to the caller.
    pub(crate) fn lift(&self, mapping: &Mapping) -> Option<Self> {
        let lifted = match self {
            Self::Value(path) => Self::Value(mapping.path(path)?),
            Self::Length(path) => Self::Length(mapping.path(path)?),
            Self::Call(func, args, at) => {
                let lift = |arg: &Arg| match arg {
                    Arg::Path(path) => match (path.root, &path.steps[..]) {
                        (Root::Param(at), []) => match mapping.indices.get(at as usize) {
                            Some(Index::Const(value)) => Some(Arg::Constant(*value)),
                            _ => mapping.path(path).map(Arg::Path),
                        },
                        _ => mapping.path(path).map(Arg::Path),
                    },
                    Arg::Constant(value) => Some(Arg::Constant(*value)),
                };
                Self::Call(*func, args.iter().map(lift).collect::<Option<_>>()?, *at)
            }
        };
        (!lifted.is_vague()).then_some(lifted)
    }
}

/// Something certain on a way.
#[derive(Clone, Debug)]
struct Fact {
    term: Term,
    is: Sure,
    /// Where it was looked at.
    looked: Chain,
}

impl Fact {
    fn contradicts(&self, other: &Self) -> bool {
        self.is != other.is && self.term == other.term
    }
}

/// What has been found already.
#[derive(Default)]
pub(crate) struct Facts {
    before: RefCell<FxHashMap<(FuncIndex, InstId), Locals>>,
    of_results: RefCell<FxHashMap<Returned, Vec<(Term, Sure)>>>,
    along: RefCell<FxHashMap<Chain, Rc<Along>>>,
    never: RefCell<FxHashMap<Chain, bool>>,
    traces: RefCell<FxHashMap<FuncIndex, Option<Rc<Trace>>>>,
    functions: RefCell<FxHashMap<FuncIndex, bool>>,
    given: RefCell<FxHashMap<(Site, FuncIndex), Rc<Given>>>,
}

/// What parameters are to the caller, and what is certain of them.
type Given = (Mapping, Vec<Option<Sure>>);

/// A result of a function as asked for, and how deep predicates are followed.
type Returned = (FuncIndex, Condition, u32);

/// What is certain before an instruction.
type Locals = Rc<Vec<Local>>;

/// What is certain on a way.
#[derive(Default)]
struct Along {
    /// What the outermost function's own branches say.
    own: Vec<Fact>,
    /// What those further down say, in its words.
    below: Vec<Fact>,
    /// Whether constants that are passed contradict what is looked at further down.
    never: bool,
}

impl Along {
    fn all(&self) -> impl Iterator<Item = &Fact> {
        self.own.iter().chain(&self.below)
    }
}

impl Analysis<'_, '_> {
    /// Whether a function is always the same function of memory.
    pub(crate) fn is_function_of_memory(&self, func: FuncIndex) -> bool {
        if let Some(&known) = self.facts.functions.borrow().get(&func) {
            return known;
        }
        self.facts.functions.borrow_mut().insert(func, false);
        let is = self.summary(func).is_some_and(|summary| {
            let trace = &summary.trace;
            let quiet = trace.syncs.is_empty() && trace.spawns.is_empty() && trace.calls.is_empty();
            quiet && !trace.partial && !trace.accesses.iter().any(|access| access.kind.writes())
        }) && self
            .body_to_read(func)
            .is_some_and(|body| Builder::new(self, func, body).is_function_of_memory());
        self.facts.functions.borrow_mut().insert(func, is);
        is
    }

    /// What is certain where a function returns a result as asked for.
    pub(crate) fn facts_of_result(
        &self,
        func: FuncIndex,
        wanted: Condition,
        depth: u32,
    ) -> Vec<(Term, Sure)> {
        if let Some(known) = self.facts.of_results.borrow().get(&(func, wanted, depth)) {
            return known.clone();
        }
        let Some(body) = self.body_to_read(func) else { return Vec::new() };
        let found = Builder::new(self, func, body).facts_of_result(wanted, depth);
        self.facts.of_results.borrow_mut().insert((func, wanted, depth), found.clone());
        found
    }

    fn facts_before(&self, func: FuncIndex, inst: InstId) -> Locals {
        if let Some(known) = self.facts.before.borrow().get(&(func, inst)) {
            return known.clone();
        }
        let body = self.body_to_read(func);
        let found = body.map(|body| Builder::new(self, func, body).facts_before(inst));
        let found = Rc::new(found.unwrap_or_default());
        self.facts.before.borrow_mut().insert((func, inst), found.clone());
        found
    }

    /// The beginning of the function of a site.
    fn beginning(&self, site: Site) -> Site {
        let first = self.program.body(site.func).map(|body| body[Body::ENTRY].first_inst);
        Site { inst: first.map_or(site.inst, InstId::new), turn: 0, defer: None, ..site }
    }

    /// What the parameters of a function are that runs because of what happens at a site, and what
    /// is certain of them.
    fn given_at(&self, site: Site, callee: FuncIndex) -> Option<Rc<Given>> {
        let body = self.body_to_read(site.func)?;
        if let Some(known) = self.facts.given.borrow().get(&(site, callee)) {
            return Some(known.clone());
        }
        let found = Rc::new(Builder::new(self, site.func, body).at_site(site, callee));
        self.facts.given.borrow_mut().insert((site, callee), found.clone());
        Some(found)
    }

    /// What is certain on a way.
    fn along(&self, chain: &Chain) -> Rc<Along> {
        if let Some(known) = self.facts.along.borrow().get(chain) {
            return known.clone();
        }
        let site = chain.site();
        let mut found = Along::default();
        for inst in std::iter::once(site.inst).chain(site.defer) {
            for (term, is, looked) in self.facts_before(site.func, inst).iter() {
                let looked = match looked {
                    Some(inst) => Site { inst: *inst, turn: 1, defer: None, ..site },
                    None => self.beginning(site),
                };
                let looked = Chain::at(looked);
                found.own.push(Fact { term: term.clone(), is: *is, looked });
            }
        }
        if let Some(inner) = chain.inner() {
            let below = self.along(inner);
            found.never = below.never;
            if below.all().next().is_some()
                && let Some(given) = self.given_at(site, inner.site().func)
            {
                let (mapping, sure) = &*given;
                for fact in below.all() {
                    if let Term::Value(path) = &fact.term
                        && let (Root::Param(at), []) = (path.root, &path.steps[..])
                    {
                        let sure = sure.get(at as usize).copied().flatten();
                        found.never |= sure.is_some_and(|sure| sure != fact.is);
                    }
                    if let Some(term) = fact.term.lift(mapping) {
                        let looked = fact.looked.called_from(site);
                        found.below.push(Fact { term, is: fact.is, looked });
                    }
                }
            }
        }
        let found = Rc::new(found);
        self.facts.along.borrow_mut().insert(chain.clone(), found.clone());
        found
    }

    /// Whether a way is never gone.
    fn is_never_gone(&self, chain: &Chain) -> bool {
        if let Some(&known) = self.facts.never.borrow().get(chain) {
            return known;
        }
        let along = self.along(chain);
        let never = along.never
            || along.own.iter().any(|fact| {
                along.below.iter().any(|other| {
                    fact.contradicts(other) && self.holds_until(chain.site().func, fact, other)
                })
            })
            || self.was_set(chain.site().func, chain, &along)
            || chain.inner().is_some_and(|inner| self.is_never_gone(inner));
        self.facts.never.borrow_mut().insert(chain.clone(), never);
        never
    }

    /// Whether nothing changes what is certain before it is looked at again, in one activation.
    fn holds_until(&self, func: FuncIndex, fact: &Fact, other: &Fact) -> bool {
        let Some(trace) = self.whole_trace(func) else { return false };
        let Some(read) = self.read_by(&fact.term) else { return false };
        let again = other.looked.site();
        let between = |access: &Access| {
            is_shared(access)
                || access.chain.site().inst == again.inst
                || (!self.order.never_after(&access.chain, &fact.looked, None)
                    && !self.order.never_after(&other.looked, &access.chain, None))
        };
        // What is behind the same contradiction, looked for later, cannot be the first.
        let is_guarded = |chain: &Chain| {
            self.along(chain).all().any(|known| {
                known.contradicts(fact)
                    && !self.order.never_after(&known.looked, &fact.looked, None)
            })
        };
        let changes = |access: &Access, chain: &Chain| {
            read.iter().any(|place| touches(&access.place, place))
                && (is_shared(access) || (access.kind.writes() && !is_guarded(chain)))
        };
        !trace.accesses.iter().any(|access| between(access) && changes(access, &access.chain))
            && !any_started(&trace, None, &mut |access, chain| changes(access, chain))
    }

    /// All that a function does.
    fn whole_trace(&self, func: FuncIndex) -> Option<Rc<Trace>> {
        if let Some(known) = self.facts.traces.borrow().get(&func) {
            return known.clone();
        }
        let body = self.body_to_read(func);
        let trace = body.map(|body| Rc::new(Builder::new(self, func, body).build().trace));
        self.facts.traces.borrow_mut().insert(func, trace.clone());
        trace
    }

    /// The places that a term depends on.
    fn read_by(&self, term: &Term) -> Option<Vec<Path>> {
        let mut found: Vec<Path> = term.paths().flat_map(places_on).collect();
        if let Term::Call(func, args, _) = term {
            let summary = self.summary(*func)?;
            let params = args
                .iter()
                .map(|arg| match arg {
                    Arg::Path(path) => [path.clone()].into_iter().collect(),
                    Arg::Constant(_) => Paths::new(),
                })
                .collect();
            let indices = vec![Index::Unknown; args.len()];
            let mapping = Mapping { params, indices, results: Vec::new() };
            for access in &summary.trace.accesses {
                for place in mapping.paths(&access.place) {
                    found.extend(places_on(&place));
                    found.push(place);
                }
            }
        }
        Some(found)
    }

    /// Whether two accesses never happen in one activation, because of what is certain on the ways
    /// there.
    pub(crate) fn is_ruled_out(
        &self,
        func: FuncIndex,
        frame: &Frame<'_>,
        threads: &Threads<'_, '_, '_>,
        [(s, a), (t, b)]: [(usize, &Access); 2],
    ) -> bool {
        let way = |thread: usize, access: &Access| way(threads, thread, &access.chain);
        let (x, y) = (way(s, a), way(t, b));
        if self.is_never_gone(&x) || self.is_never_gone(&y) {
            return true;
        }
        let (along_x, along_y) = (self.along(&x), self.along(&y));
        let undone = |(thread, way, along): (usize, &Chain, &Along), other: usize| {
            thread == 0
                && outermost(&threads.all, other)
                    .is_some_and(|(_, spawn)| self.is_undone(threads, (way, along), &spawn.chain))
        };
        if undone((s, &x, &along_x), t) || undone((t, &y, &along_y), s) {
            return true;
        }
        let stays =
            |term: &Term| !term.values().any(|value| self.varies(func, &frame.places.defs, value));
        along_x.all().any(|fact| {
            along_y.all().any(|other| {
                fact.contradicts(other)
                    && stays(&fact.term)
                    && self.is_never_changed(threads, &fact.term)
            })
        })
    }

    /// Whether something in the frame's own goroutine, behind the start of another, is only done
    /// where a variable is what it is not any more then: a deferred call that cleans up unless the
    /// goroutine has been started, or only where an error is returned.
    fn is_undone(
        &self,
        threads: &Threads<'_, '_, '_>,
        (way, along): (&Chain, &Along),
        start: &Chain,
    ) -> bool {
        along.below.iter().any(|fact| {
            let Term::Value(path) = &fact.term else { return false };
            let Some(place) = holder(path).filter(|_| fact.looked.site() == way.site()) else {
                return false;
            };
            let on_the_way: Vec<Path> = places_on(&place).collect();
            let mut sets: Vec<Chain> = Vec::new();
            let mut others: Vec<Chain> = Vec::new();
            let is_spoilt = any(threads, &mut |of, access| {
                let touches = touches(&access.place, &place);
                let writes = access.kind.writes();
                if (touches && is_shared(access))
                    || (writes && on_the_way.iter().any(|on| self::touches(&access.place, on)))
                {
                    return true;
                }
                if !touches || !writes || of != 0 {
                    return touches && writes;
                }
                let is_other = match fact.is {
                    Sure::Zero => self.sets(access, &place),
                    Sure::NonZero => access.clears && access.place == place,
                };
                let list =
                    if is_other && access.chain.len() == 1 { &mut sets } else { &mut others };
                list.push(access.chain.clone());
                false
            });
            if is_spoilt {
                return false;
            }
            // What changes it back does so before, or not at all.
            let is_last =
                |set: &&Chain| others.iter().all(|other| self.order.never_after(other, set, None));
            let sets: Vec<&Chain> = sets.iter().filter(is_last).collect();
            let to = Chain::at(way.site());
            sets.iter().any(|set| {
                self.order.passes(set, None, start) || self.order.passes(set, Some(start), &to)
            }) || (sets.len() > 1
                && (self.order.passes_one_of(&sets, None, start)
                    || self.order.passes_one_of(&sets, Some(start), &to)))
        })
    }

    /// Whether locks exclude two accesses that are only held because of constants that are passed.
    pub(crate) fn exclude_as_called(
        &self,
        threads: &Threads<'_, '_, '_>,
        [(s, a), (t, b)]: [(usize, &Access); 2],
    ) -> bool {
        let held = |thread: usize, access: &Access| {
            let way = way(threads, thread, &access.chain);
            let outside = way.len() - access.chain.len();
            let mut locks = access.locks.clone();
            locks.extend(self.held_as_called(&way, outside));
            locks
        };
        exclude(&held(s, a), &held(t, b))
    }

    /// The locks held on a way because of constants that are passed; the first sites are of other
    /// goroutines.
    fn held_as_called(&self, chain: &Chain, outside: usize) -> Locks {
        let (Some(inner), site) = (chain.inner(), chain.site()) else { return Locks::new() };
        let mut found = self.held_as_called(inner, outside.saturating_sub(1));
        let (Some(passed), Some(callee)) =
            (self.given_at(site, inner.site().func), self.body_to_read(inner.site().func))
        else {
            return Locks::new();
        };
        let (mapping, sure) = &*passed;
        let given: Vec<Condition> =
            (0..).zip(sure).filter_map(|(at, is)| is.map(|is| Condition { at, is })).collect();
        let at = inner.site();
        // What runs at the end runs after other deferred calls, which may unlock.
        if outside <= 1 && !given.is_empty() && at.defer.is_none() {
            let held = |given: &[Condition]| {
                Builder::new(self, at.func, callee).locks_given(at.inst, given).unwrap_or_default()
            };
            let always = held(&[]);
            found.extend(
                held(&given).into_iter().filter(|held| excludes(held) && !always.contains(held)),
            );
        }
        let known = |held: &Held| Some(Held { lock: mapping.path(&held.lock)?, mode: held.mode });
        found.iter().filter_map(known).collect()
    }

    /// Whether nothing in one activation changes what a term is about.
    fn is_never_changed(&self, threads: &Threads<'_, '_, '_>, term: &Term) -> bool {
        let Some(read) = self.read_by(term) else { return false };
        !any(threads, &mut |thread, access| {
            read.iter().any(|place| touches(&access.place, place))
                && (is_shared(access)
                    || (access.kind.writes()
                        && !self.is_never_gone(&way(threads, thread, &access.chain))))
        })
    }

    /// Whether what is found zero further down on a way has been set for good before it leads there.
    fn was_set(&self, func: FuncIndex, chain: &Chain, along: &Along) -> bool {
        let mut zero = along.below.iter().filter(|fact| fact.is == Sure::Zero).peekable();
        if zero.peek().is_none() {
            return false;
        }
        let Some(trace) = self.whole_trace(func) else { return false };
        zero.any(|fact| {
            let Term::Value(path) = &fact.term else { return false };
            // It is looked at below the same call, or in the goroutine that is started here.
            fact.looked.site() == chain.site()
                && fact.looked.len() > 1
                && holder(path).is_some_and(|place| self.is_set_for_good(&trace, &place, chain))
        })
    }

    /// Whether two accesses are of goroutines of which only one is ever started, or one of the
    /// frame's own goroutine never comes behind the start of the other.
    pub(crate) fn is_one_never_behind(
        &self,
        func: FuncIndex,
        threads: &Threads<'_, '_, '_>,
        [(s, a), (t, b)]: [(usize, &Access); 2],
    ) -> bool {
        let start = |thread: usize| {
            let many = starts_many(&threads.all, thread);
            outermost(&threads.all, thread).map(|(_, spawn)| (&spawn.chain, many))
        };
        let behind = |to: &Chain, from: &Chain| self.is_never_behind(func, threads, to, from);
        match (start(s), start(t)) {
            (None, Some((start, _))) => behind(&a.chain, start),
            (Some((start, _)), None) => behind(&b.chain, start),
            (Some((x, false)), Some((y, false))) => behind(x, y) && behind(y, x),
            _ => false,
        }
    }

    /// Whether something in the frame's own goroutine never comes behind the start of a goroutine: a
    /// variable that is looked at before says that it has been started, or a result of the call that
    /// started it.
    fn is_never_behind(
        &self,
        func: FuncIndex,
        threads: &Threads<'_, '_, '_>,
        to: &Chain,
        start: &Chain,
    ) -> bool {
        let (to, from) = (to.site(), start.site());
        if to.func != func || from.func != func || !self.order.repeats(func, from.inst, None) {
            return false;
        }
        let mut avoid: Vec<(InstId, u32)> = Vec::new();
        for (term, is, _) in self.facts_before(func, to.inst).iter() {
            let Term::Value(path) = term else { continue };
            let Some(place) = holder(path).filter(|_| *is == Sure::Zero) else { continue };
            let behind = |access: &Access| {
                self.order.reaches(func, Some(from.inst), Some(access.chain.site().inst), &[])
            };
            let on_the_way: Vec<Path> = places_on(&place).collect();
            let mut sets: Vec<(InstId, u32)> = Vec::new();
            let changes = any(threads, &mut |of, access| {
                let touches = touches(&access.place, &place);
                if touches && of == 0 && access.chain.len() == 1 && self.sets(access, &place) {
                    sets.push((access.chain.site().inst, 1));
                    return false;
                }
                (touches && is_shared(access))
                    || (access.kind.writes()
                        && (touches
                            || on_the_way.iter().any(|on| self::touches(&access.place, on)))
                        && (of != 0 || behind(access)))
            });
            if !changes {
                avoid.extend(sets);
            }
        }
        // What the call returns says nothing of earlier turns, unless those that started something
        // were the last.
        let sets = avoid.len();
        avoid.extend(self.not_where_started(start));
        if self.order.reaches(func, Some(from.inst), Some(from.inst), &avoid) {
            avoid.truncate(sets);
        }
        !avoid.is_empty() && !self.order.reaches(func, Some(from.inst), Some(to.inst), &avoid)
    }

    /// Where a function only comes to if the goroutine was not started by the call that leads to its
    /// start: that tells so by what it returns.
    fn not_where_started(&self, start: &Chain) -> Vec<(InstId, u32)> {
        let (site, Some(inner)) = (start.site(), start.inner()) else { return Vec::new() };
        let callee = inner.site().func;
        let Some(body) = self.body_to_read(callee) else { return Vec::new() };
        let outcomes = &self.order.outcomes;
        let mut found = Vec::new();
        for at in 0..body.results.len() as u32 {
            for is in [Sure::Zero, Sure::NonZero] {
                let other = Condition { at, is };
                if self.order.only_fails(inner, &outcomes.failing(callee, other)) {
                    found.extend(outcomes.decided((site.func, site.inst), other));
                }
            }
        }
        found
    }

    /// Whether an access sets a variable, or all of what that is in.
    fn sets(&self, access: &Access, place: &Path) -> bool {
        access.kind.writes()
            && part_of(place, &access.place).is_some_and(|part| {
                let at = access.chain.innermost();
                let body = self.body_to_read(at.func);
                let builder = body.map(|body| Builder::new(self, at.func, body));
                builder.is_some_and(|builder| builder.stores_something(at.inst, part))
            })
    }

    /// Whether a variable is set on every way to a call or a start of a goroutine, and nothing makes
    /// it zero.
    fn is_set_for_good(&self, trace: &Trace, place: &Path, to: &Chain) -> bool {
        let on_the_way: Vec<Path> = places_on(place).collect();
        let is_there = trace.accesses.iter().any(|access| part_of(place, &access.place).is_some());
        let mut spoils = |access: &Access, _: &Chain| {
            (touches(&access.place, place)
                && (is_shared(access) || (access.kind.writes() && !self.sets(access, place))))
                || (access.kind.writes() && on_the_way.iter().any(|on| touches(&access.place, on)))
        };
        if !is_there
            || trace.accesses.iter().any(|access| spoils(access, &access.chain))
            || any_started(trace, None, &mut spoils)
        {
            return false;
        }
        let mut set: Vec<Chain> = Vec::new();
        // What happens in that call itself may come too late.
        let before = |access: &&Access| {
            part_of(place, &access.place).is_some() && access.chain.site().inst != to.site().inst
        };
        for access in trace.accesses.iter().filter(before) {
            let at = access.chain.innermost();
            if access.kind.writes() {
                set.push(access.chain.clone());
            } else if access.place == *place
                && let Some(body) = self.body_to_read(at.func)
                && matches!(body[at.inst], Inst::Load(_))
            {
                // Where it was found to be set.
                let sides = Builder::new(self, at.func, body).sides_where(at.inst, Sure::NonZero);
                set.extend(sides.into_iter().map(|side| access.chain.with_innermost(side)));
            }
        }
        let all: Vec<&Chain> = set.iter().collect();
        let to = Chain::at(to.site());
        all.iter().any(|chain| self.order.passes(chain, None, &to))
            || self.order.passes_one_of(&all, None, &to)
    }
}

/// The way to something that a goroutine does, from the function that starts it, or what starts it.
fn way(threads: &Threads<'_, '_, '_>, mut thread: usize, chain: &Chain) -> Chain {
    let mut way = chain.clone();
    while let Some((parent, spawn)) = threads.all[thread].start {
        way = nested(&spawn.chain, &way);
        thread = parent;
    }
    way
}

/// Whether some access of an activation is as said.
fn any(threads: &Threads<'_, '_, '_>, is: &mut dyn FnMut(usize, &Access) -> bool) -> bool {
    threads
        .all
        .iter()
        .enumerate()
        .any(|(at, thread)| thread.trace.accesses.iter().any(|access| is(at, access)))
}

/// Whether some access of the goroutines that a trace starts is as said, which gets the way there.
fn any_started(
    trace: &Trace,
    outer: Option<&Chain>,
    is: &mut dyn FnMut(&Access, &Chain) -> bool,
) -> bool {
    trace.spawns.iter().any(|spawn| {
        let start = match outer {
            Some(outer) => nested(outer, &spawn.chain),
            None => spawn.chain.clone(),
        };
        spawn.trace.accesses.iter().any(|access| is(access, &nested(&start, &access.chain)))
            || any_started(&spawn.trace, Some(&start), is)
    })
}

/// Whether an access shows that others may change the place at any time: it is made under a lock,
/// or atomically.
fn is_shared(access: &Access) -> bool {
    access.kind.is_atomic() || access.locks.iter().any(excludes)
}

fn excludes(held: &Held) -> bool {
    matches!(held.mode, Mode::Exclusive | Mode::Shared)
}

/// The places that are read on the way along a path.
fn places_on(path: &Path) -> impl Iterator<Item = Path> + '_ {
    let derefs = path.steps.iter().enumerate().filter(|(_, step)| **step == Step::Deref);
    derefs.map(|(at, _)| Path { root: path.root, steps: path.steps[..at].into() })
}

/// The fields that lead from a struct to a place in it.
fn part_of<'p>(place: &'p Path, whole: &Path) -> Option<&'p [Step]> {
    let rest = place.steps.strip_prefix(&whole.steps[..])?;
    let is_field = |step: &Step| matches!(step, Step::Field(_));
    (place.root == whole.root && rest.iter().all(is_field)).then_some(rest)
}

/// Whether a write to one place may change another.
fn touches(written: &Path, read: &Path) -> bool {
    let is_element = |step: &Step| matches!(step, Step::Element(_) | Step::From(_));
    if written.root != read.root {
        return false;
    }
    let same = |a: &Step, b: &Step| match (a, b) {
        (Step::Element(Index::Const(a)), Step::Element(Index::Const(b))) => a == b,
        _ => a == b || (is_element(a) && is_element(b)),
    };
    if !written.steps.iter().zip(&read.steps).all(|(a, b)| same(a, b)) {
        return false;
    }
    let common = written.steps.len().min(read.steps.len());
    let rest = if written.steps.len() > common { &written.steps } else { &read.steps };
    rest[common..].iter().all(|step| matches!(step, Step::Field(_)) || is_element(step))
}
