//! What one function does: its instructions and calls as a trace.

mod branches;
mod calls;
pub(crate) mod facts;
mod given;
mod library;
mod returns;

use crate::analysis::Analysis;
use crate::chain::{Chain, Site};
use crate::event::{
    Access, AccessKind, Locks, Paths, Summary, Sync, SyncKind, Taken, Trace, Unseen,
};
use crate::known::Mode;
use crate::lift::Mapping;
use crate::locks::held_at_blocks;
use crate::loops::Repeats;
use crate::outcome::{Condition, Reader};
use crate::path::{Index, Path, Step};
use crate::places::Places;
use crate::taken::lift_taken;
use gossa_base::FxHashMap;
use gossa_points::FuncIndex;
use gossa_ssa::{BlockId, Body, CallData, Callee, ConvertKind, Inst, InstId, ValueDef, ValueId};
use gossa_types::{Builtin, TypeKind};

/// A dynamic call that may reach more functions than this says nothing.
pub(crate) const FAN: usize = 6;
/// How many calls of given functions are resolved in a row.
const ROUNDS: usize = 4;

/// When a call runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Now,
    InGoroutine,
}

/// A function value that is known.
enum Target {
    Function {
        func: FuncIndex,
        captures: Vec<Paths>,
    },
    /// What cancels a context.
    Cancel(Path),
}

pub(crate) struct Builder<'a, 'p, 'e> {
    analysis: &'a Analysis<'p, 'e>,
    func: FuncIndex,
    body: &'a Body,
    places: Places<'a>,
    repeats: Repeats<'a>,
    /// `defer` statements, in order.
    defers: Vec<InstId>,
    quiet: bool,
    trace: Trace,
    /// Calls of functions that calls have given.
    given_functions: Vec<(ValueId, Chain)>,
    /// The locks that are taken, and how deep in goroutines what is looked at runs.
    taken: Vec<Taken>,
    in_goroutines: u32,
    /// Who wants to know the locks held before each instruction.
    watcher: Option<&'a mut Vec<(InstId, Locks)>>,
}

/// What a function does, with everything in it that only itself knows.
pub(crate) struct Frame<'a> {
    pub(crate) trace: Trace,
    pub(crate) summary: Summary,
    pub(crate) places: Places<'a>,
    /// The channels that are made here, with their capacities where these are constant.
    pub(crate) capacities: FxHashMap<Path, Option<i64>>,
    /// Calls of functions that calls have given.
    pub(crate) given_functions: Vec<(ValueId, Chain)>,
    /// What is made here and returned, with the result that it is.
    pub(crate) returned: FxHashMap<ValueId, u32>,
}

impl<'a, 'p, 'e> Builder<'a, 'p, 'e> {
    pub(crate) fn new(analysis: &'a Analysis<'p, 'e>, func: FuncIndex, body: &'a Body) -> Self {
        let is_defer = |inst: &InstId| matches!(body[*inst], Inst::Defer { .. });
        Self {
            analysis,
            func,
            body,
            places: Places::new(body),
            repeats: Repeats::new(body),
            defers: body.inst_ids().filter(is_defer).collect(),
            quiet: true,
            trace: Trace::default(),
            given_functions: Vec::new(),
            taken: Vec::new(),
            in_goroutines: 0,
            watcher: None,
        }
    }

    /// Notes the locks held before each instruction.
    pub(crate) fn watching(mut self, watcher: &'a mut Vec<(InstId, Locks)>) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// Reads the body.
    pub(crate) fn build(mut self) -> Frame<'a> {
        self.find_results();
        // First only the locks, then everything under them.
        let body = self.body;
        let states = self.locks_at_blocks(&[]);
        self.quiet = false;
        let mut at_end: Option<Locks> = None;
        for block in body.block_ids() {
            let Some(mut locks) = states[block.index()].clone() else { continue };
            for inst in body.insts_of(block) {
                if let Some(watcher) = &mut self.watcher {
                    watcher.push((inst, locks.clone()));
                }
                self.mark(inst, &locks);
                self.inst(inst, &mut locks);
                if matches!(body[inst], Inst::Return(_)) {
                    match &mut at_end {
                        None => at_end = Some(locks.clone()),
                        Some(known) => known.retain(|held| locks.contains(held)),
                    }
                }
            }
        }
        self.resolve_calls();
        let capacities = self.capacities();
        let (released, acquires): (Locks, Locks) =
            at_end.unwrap_or_default().into_iter().partition(|held| held.mode == Mode::Released);
        let summary = Summary {
            results: self.results(),
            closures: self.closures(),
            acquires,
            releases: released.into_iter().map(|held| held.lock).collect(),
            taken: std::mem::take(&mut self.taken),
            ..Summary::default()
        };
        let returned = self.returned();
        let given_functions = std::mem::take(&mut self.given_functions);
        let (trace, places) = (self.trace, self.places);
        Frame { trace, summary, places, capacities, given_functions, returned }
    }

    /// What somebody asks of the instruction itself.
    fn mark(&mut self, inst: InstId, locks: &Locks) {
        if self.analysis.marks.is_empty() {
            return;
        }
        let chain = Chain::at(self.site(inst));
        for (place, kind) in self.analysis.marks.at((self.func, inst)) {
            let (chain, locks) = (chain.clone(), locks.clone());
            let access = Access {
                place,
                kind,
                chain,
                locks,
                clears: false,
                doubtful: false,
                unseen: None,
                is_new: true,
            };
            self.trace.accesses.push(access);
        }
    }

    /// Notes that a lock is taken.
    fn take(&mut self, site: Site, lock: &Path, mode: Mode, held: &Locks) {
        if !self.quiet {
            let (lock, held) = (lock.clone(), held.clone());
            self.taken.push(Taken { lock, mode, held, chain: Chain::at(site) });
        }
    }

    /// Notes what a callee takes.
    fn take_all(
        &mut self,
        func: FuncIndex,
        taken: &[Taken],
        mapping: &Mapping,
        at: (&Chain, &Locks),
    ) {
        if !self.quiet && self.in_goroutines == 0 {
            let callee = (func, self.analysis.program.body(func));
            lift_taken(callee, taken, mapping, at, &mut self.taken);
        }
    }

    /// The locks held where an instruction begins, and what the paths of a callee are there, if it
    /// is a call; `None`: control never comes there.
    pub(crate) fn at_call(mut self, inst: InstId) -> Option<(Locks, Mapping)> {
        self.find_results();
        let Inst::Call(call) = self.body[inst] else { return None };
        let data = self.body[call];
        let locks = self.locks_before(inst, &[])?;
        Some((locks, self.mapping(inst, self.args(data))))
    }

    /// The locks held where an instruction begins, in a call that is given this.
    pub(crate) fn locks_given(mut self, inst: InstId, given: &[Condition]) -> Option<Locks> {
        self.find_results();
        self.locks_before(inst, given)
    }

    fn locks_before(&mut self, inst: InstId, given: &[Condition]) -> Option<Locks> {
        let block = self.body.block_of(inst);
        let mut locks = self.locks_at_blocks(given)[block.index()].take()?;
        for before in self.body.insts_of(block).take_while(|&before| before != inst) {
            self.inst(before, &mut locks);
        }
        Some(locks)
    }

    fn locks_at_blocks(&mut self, given: &[Condition]) -> Vec<Option<Locks>> {
        let body = self.body;
        let reader = Reader::of(&self.analysis.order.outcomes, body);
        let this = std::cell::RefCell::new(self);
        held_at_blocks(
            body,
            &mut |inst, locks| this.borrow_mut().inst(inst, locks),
            &|inst, next| this.borrow().tried(inst, next),
            &|inst, next| !given.is_empty() && reader.excludes(inst, next, given),
        )
    }

    fn site(&self, inst: InstId) -> Site {
        Site { func: self.func, inst, turn: 1, defer: None }
    }

    /// What has happened when control comes to a block.
    fn beginning(&self, block: BlockId) -> Site {
        let inst = InstId::new(self.body[block].first_inst);
        Site { turn: 0, ..self.site(inst) }
    }

    fn args(&self, data: CallData) -> Vec<ValueId> {
        let mut args: Vec<ValueId> = Vec::new();
        if let Callee::Interface { receiver, .. } = data.callee {
            args.push(receiver);
        }
        args.extend(&self.body[data.args]);
        args
    }

    fn mapping(&self, inst: InstId, args: Vec<ValueId>) -> Mapping {
        Mapping {
            params: args.iter().map(|&arg| self.places.paths(arg)).collect(),
            indices: args.iter().map(|&arg| self.places.index(arg)).collect(),
            results: self.body.results_of(inst).map(|result| self.places.paths(result)).collect(),
        }
    }

    /// The only path of a value.
    fn only(&self, value: ValueId) -> Option<Path> {
        let mut paths = self.places.paths(value);
        if paths.len() == 1 { paths.pop() } else { None }
    }

    fn access(&mut self, site: Site, pointer: ValueId, kind: AccessKind, locks: &Locks) {
        self.access_at(site, &self.places.paths(pointer), None, kind, locks);
    }

    fn access_in(
        &mut self,
        site: Site,
        holder: ValueId,
        step: Step,
        kind: AccessKind,
        locks: &Locks,
    ) {
        // Elements of a part with constant bounds.
        if step == Step::Element(Index::All)
            && let Some(def) = self.places.def(holder)
            && let Inst::Slice { x, bounds } = self.body[def]
        {
            let bounds = self.body.bounds[bounds as usize];
            let lo = bounds.lo.map_or(Index::Const(0), |lo| self.places.index(lo));
            let hi = bounds.hi.map(|hi| self.places.index(hi));
            if let (Index::Const(lo), Some(Index::Const(hi))) = (lo, hi) {
                let part = Step::Element(Index::range(lo, hi));
                self.access_at(site, &self.places.paths(x), Some(part), kind, locks);
                return;
            }
        }
        self.access_at(site, &self.places.paths(holder), Some(step), kind, locks);
    }

    fn access_at(
        &mut self,
        site: Site,
        paths: &Paths,
        step: Option<Step>,
        kind: AccessKind,
        locks: &Locks,
    ) {
        if self.quiet {
            return;
        }
        for path in paths {
            let place = match step {
                Some(step) => path.then(step),
                None => Some(path.clone()),
            };
            let Some(place) = place else { continue };
            let doubtful = paths.len() > 1;
            let chain = Chain::at(site);
            let (locks, unseen, is_new) = (locks.clone(), None, true);
            let clears = false;
            let access = Access { place, kind, chain, locks, clears, doubtful, unseen, is_new };
            self.trace.accesses.push(access);
        }
    }

    /// Says of the accesses from one number on who makes them.
    fn hide(&mut self, first: usize, by: Unseen) {
        self.trace.accesses[first..].iter_mut().for_each(|access| access.unseen = Some(by));
    }

    fn sync(&mut self, site: Site, kind: SyncKind, object: Option<Path>) {
        let Some(object) = object.filter(|_| !self.quiet) else { return };
        let (count, end) = self.repeats.count(&self.places, site.inst);
        let passed =
            end.map(|inst| Chain::at(Site { func: self.func, inst, turn: 1, defer: None }));
        self.trace.syncs.push(Sync { kind, object, chain: Chain::at(site), passed, count });
    }

    fn inst(&mut self, inst: InstId, locks: &mut Locks) {
        use AccessKind::{Read, Write};
        let body = self.body;
        let site = self.site(inst);
        match body[inst] {
            Inst::Load(ptr) => {
                let site = self.read_for_return(inst).unwrap_or(site);
                self.access(site, ptr, Read, locks);
            }
            // `return x`, where `x` is the result itself.
            Inst::Store { ptr, value } if self.is_load_of(value, ptr) => {}
            Inst::Store { ptr, value } => {
                let first = self.trace.accesses.len();
                self.access(site, ptr, Write, locks);
                let clears = self.is_nothing(value);
                self.trace.accesses[first..].iter_mut().for_each(|access| access.clears = clears);
                if has_any(locks) {
                    self.sync(site, SyncKind::Written, self.only(ptr));
                }
            }
            Inst::MapLookup { map, .. } => {
                self.access_in(site, map, Step::Contents, Read, locks);
            }
            Inst::MapUpdate { map, .. } => {
                self.access_in(site, map, Step::Contents, Write, locks);
            }
            Inst::Next(iterator) => {
                if let ValueDef::Result(range) = self.places.defs[iterator.index()]
                    && let Inst::Range(collection) = body[range]
                    && self.is_map(collection)
                {
                    self.access_in(site, collection, Step::Contents, Read, locks);
                }
            }
            Inst::Convert {
                kind:
                    ConvertKind::BytesToString | ConvertKind::RunesToString | ConvertKind::SliceToArray,
                x,
            } => self.access_in(site, x, Step::Element(Index::All), Read, locks),
            Inst::Builtin { op, args } => self.builtin(site, op, &body[args], locks),
            Inst::MakeChan(_) => {
                let made = body.result(inst).and_then(|made| self.only(made));
                self.sync(site, SyncKind::Made, made);
            }
            Inst::Send { chan, .. } => {
                self.access_in(site, chan, Step::Contents, Read, locks);
                self.sync(site, SyncKind::Send, self.only(chan));
            }
            Inst::Receive { chan, comma_ok } => {
                self.sync(site, SyncKind::Receive, self.only(chan));
                if comma_ok && let Some(ok) = body.results_of(inst).nth(1) {
                    self.closed(chan, ok);
                }
            }
            Inst::Select(id) => {
                let select = &body[id];
                for arm in &select.arms {
                    let at = self.beginning(arm.block);
                    let chan = self.only(arm.chan);
                    if arm.value.is_some() {
                        self.access_in(site, arm.chan, Step::Contents, Read, locks);
                        self.sync(at, SyncKind::Send, chan);
                    } else {
                        self.sync(at, SyncKind::Receive, chan);
                        if let Some(ok) = body.params(arm.block).nth(1) {
                            self.closed(arm.chan, ok);
                        }
                    }
                }
            }
            Inst::Call(call) => {
                let data = body[call];
                self.call(site, data, When::Now, locks);
            }
            Inst::Go(call) => {
                let data = body[call];
                self.call(site, data, When::InGoroutine, locks);
            }
            Inst::RunDefers => {
                let mut turn = 0;
                for at in (0..self.defers.len()).rev() {
                    let defer = self.defers[at];
                    let Inst::Defer { call, .. } = body[defer] else { continue };
                    let order = &self.analysis.order;
                    if !order.reaches(self.func, Some(defer), Some(inst), &[]) {
                        continue;
                    }
                    turn += 1;
                    let site = Site { func: self.func, inst, turn, defer: Some(defer) };
                    let data = body[call];
                    self.call(site, data, When::Now, locks);
                }
            }
            Inst::Branch { cond, .. } => self.branch(inst, cond, locks),
            _ => {}
        }
    }

    /// Where a variable is read that is returned together with what calls give: behind these,
    /// which the language does not say, but which compilers do.
    fn read_for_return(&self, load: InstId) -> Option<Site> {
        if self.quiet {
            return None;
        }
        let value = self.body.result(load)?;
        let block = self.body.block_of(load);
        let Inst::Return(values) = self.body[self.body.terminator(block)] else { return None };
        if !self.body[values].contains(&value) {
            return None;
        }
        let mut last = None;
        for inst in self.body.insts_of(block).filter(|&inst| inst > load) {
            let mut uses = false;
            self.body.for_each_operand(inst, |operand| uses |= operand == value);
            match self.body[inst] {
                Inst::Return(_) => break,
                _ if uses => return None,
                Inst::Call(_) => last = Some(inst),
                Inst::RunDefers => break,
                _ => {}
            }
        }
        Some(Site { turn: 2, ..self.site(last?) })
    }

    /// Whether a value is nil, false, or zero.
    fn is_nothing(&self, value: ValueId) -> bool {
        self.places.def(value).is_some_and(|def| match self.body[def] {
            Inst::Zero => true,
            Inst::Const(id) => {
                self.body[id].as_bool() == Some(false) || self.body[id].as_i64() == Some(0)
            }
            _ => false,
        })
    }

    fn is_load_of(&self, value: ValueId, variable: ValueId) -> bool {
        let def = self.places.def(value);
        def.is_some_and(|def| matches!(self.body[def], Inst::Load(ptr) if ptr == variable))
    }

    fn is_map(&self, value: ValueId) -> bool {
        let ty = self.body[value].ty;
        matches!(self.analysis.program.under(ty).kind(), TypeKind::Map { .. })
    }

    fn is_channel(&self, value: ValueId) -> bool {
        let ty = self.body[value].ty;
        matches!(self.analysis.program.under(ty).kind(), TypeKind::Chan { .. })
    }

    fn is_slice(&self, value: ValueId) -> bool {
        let ty = self.body[value].ty;
        matches!(self.analysis.program.under(ty).kind(), TypeKind::Slice(_))
    }

    fn builtin(&mut self, site: Site, op: Builtin, args: &[ValueId], locks: &Locks) {
        use AccessKind::{Read, Write};
        let all = Step::Element(Index::All);
        match (op, args) {
            (Builtin::Append, &[slice, more, ..]) => {
                self.access_in(site, slice, all, Read, locks);
                self.access_in(site, slice, Step::Element(Index::End), Write, locks);
                if self.is_slice(more) {
                    self.access_in(site, more, all, Read, locks);
                }
            }
            (Builtin::Copy, &[to, from]) => {
                self.access_in(site, to, all, Write, locks);
                if self.is_slice(from) {
                    self.access_in(site, from, all, Read, locks);
                }
            }
            (Builtin::Delete, &[map, ..]) => {
                self.access_in(site, map, Step::Contents, Write, locks);
            }
            (Builtin::Clear, &[x]) if self.is_map(x) => {
                self.access_in(site, x, Step::Contents, Write, locks);
            }
            (Builtin::Clear, &[x]) => {
                let first = self.trace.accesses.len();
                self.access_in(site, x, all, Write, locks);
                self.hide(first, Unseen::Runtime);
            }
            (Builtin::Len, &[x]) if self.is_map(x) => {
                self.access_in(site, x, Step::Contents, Read, locks);
            }
            (Builtin::Close, &[chan]) => {
                self.access_in(site, chan, Step::Contents, Write, locks);
                self.sync(site, SyncKind::Close, self.only(chan));
            }
            _ => {}
        }
    }
}

/// Whether any lock is held.
fn has_any(locks: &Locks) -> bool {
    locks.iter().any(|held| matches!(held.mode, Mode::Exclusive | Mode::Shared))
}
