//! Runs a goroutine until others may come first, or until something has to be decided.

use crate::blocked::bodies::{Bodies, first_of, is_error};
use crate::blocked::operators::constant_value;
use crate::blocked::state::{
    After, Call, ChanRef, Channel, Content, EventKind, Fires, Frame, Memo, Op, Site, State, Target,
    Thread, ThreadId,
};
use crate::blocked::value::{Closure, Parts, Place, Term, TermKind, Terms, Value, Way, key};
use crate::known::is_of_context;
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{
    BlockId, Body, CallData, Callee, ConvertKind, Inst, InstId, MethodRef, Target as Edge, ValueId,
    ValueList,
};
use gossa_types::TypeKind;
use std::rc::Rc;

/// A goroutine that takes more steps than this without waiting is not followed.
const LONGEST: usize = 20_000;
/// How often a branch of which nothing is known goes either way in one activation.
const ROUNDS: u32 = 2;
/// More goroutines than this at a time are not followed.
const MOST_THREADS: usize = 9;
/// Larger arrays are not known.
const MOST_ELEMENTS: u32 = 64;

/// What has become of a goroutine that was run.
pub(crate) enum Ran {
    /// It is over, or stands before an operation.
    Stopped(State),
    /// Nobody knows which way it goes.
    Forked(Vec<State>),
    /// The program has ended, or would take too long.
    Dead,
}

/// What an instruction does to control.
pub(crate) enum Step {
    /// The next one, with results.
    Next(Vec<Value>),
    Goto(BlockId, Vec<Value>),
    /// As it stands: another function, or the same instruction again.
    Stay,
    Wait(Op),
    Fork(Term, BlockId, BlockId),
    Over,
    Dead,
}

/// Tags of terms.
pub(crate) mod tag {
    pub(crate) const ASSERTED: u32 = 100;
    pub(crate) const IS_ASSERTED: u32 = 101;
    pub(crate) const SLICE: u32 = 102;
    pub(crate) const ELEMENT: u32 = 103;
    pub(crate) const CONVERTED: u32 = 104;
    pub(crate) const UNARY: u32 = 105;
}

/// Runs functions.
pub(crate) struct Machine<'m, 'p, 'e> {
    pub(crate) bodies: &'m Bodies<'p, 'e>,
    pub(crate) terms: Terms,
    /// How many instructions have been run, objects copied and so on.
    pub(crate) work: usize,
}

impl<'m, 'p, 'e> Machine<'m, 'p, 'e> {
    pub(crate) fn new(bodies: &'m Bodies<'p, 'e>) -> Self {
        Self { bodies, terms: Terms::default(), work: 0 }
    }

    pub(crate) fn program(&self) -> &'p Program<'e> {
        self.bodies.program
    }

    /// The state in which a function begins, with arguments that nobody knows.
    pub(crate) fn begin(&mut self, func: FuncIndex) -> Option<State> {
        let body = self.bodies.body(func)?;
        let count = body.params(Body::ENTRY).len();
        let args = (0..count).map(|at| self.terms.fresh(key(("parameter", at)))).collect();
        let mut state = State::new();
        let frame = self.frame(func, args, 0, After::Results)?;
        state.threads.push(Rc::new(Thread {
            id: ThreadId::FIRST,
            frames: vec![Rc::new(frame)],
            op: None,
            root: func,
            started: Rc::default(),
        }));
        state.running.push(ThreadId::FIRST);
        Some(state)
    }

    pub(crate) fn frame(
        &mut self,
        func: FuncIndex,
        args: Vec<Value>,
        key_of: u64,
        after: After,
    ) -> Option<Frame> {
        let body = self.bodies.body(func)?;
        let mut values = vec![Value::Zero; body.values.len()];
        let mut args = args.into_iter();
        for (at, param) in body.params(Body::ENTRY).enumerate() {
            values[param.index()] =
                args.next().unwrap_or_else(|| self.terms.fresh(key((key_of, "missing", at))));
        }
        Some(Frame {
            func,
            key: key_of,
            at: first_of(body, Body::ENTRY),
            values,
            deferred: Vec::new(),
            counts: smallvec::SmallVec::new(),
            memo: Memo::default(),
            after,
        })
    }

    /// Runs a goroutine on.
    pub(crate) fn run(&mut self, mut state: State, id: ThreadId) -> Ran {
        for _ in 0..LONGEST {
            let Some(thread) = state.thread(id) else { return Ran::Stopped(state) };
            if thread.op.is_some() {
                return Ran::Stopped(state);
            }
            let Some(frame) = thread.frames.last() else { return Ran::Dead };
            let (func, at) = (frame.func, frame.at);
            let Some(body) = self.bodies.body(func) else { return Ran::Dead };
            let step = self.step(&mut state, id, (func, at), body);
            self.work += 1 + std::mem::take(&mut state.looked_through);
            match step {
                Step::Next(results) => self.advance(&mut state, id, body, results),
                Step::Goto(block, args) => self.goto(&mut state, id, body, block, args),
                Step::Stay => {}
                Step::Wait(op) => {
                    if let Some(thread) = state.thread_mut(id) {
                        thread.op = Some(op);
                    }
                    return Ran::Stopped(state);
                }
                Step::Fork(term, then, otherwise) => {
                    let mut next = Vec::new();
                    for (value, block) in self.ways(&state, id, at, body, then, otherwise) {
                        let mut state = state.clone();
                        self.work += state.objects.len();
                        state.facts.assume(&self.terms, term, value);
                        state.note((func, at), EventKind::Branched(value));
                        if let Some(frame) = state.frame_mut(id) {
                            frame.bump(at);
                        }
                        self.goto(&mut state, id, body, block, Vec::new());
                        next.push(state);
                    }
                    return Ran::Forked(next);
                }
                Step::Over => return Ran::Stopped(state),
                Step::Dead => return Ran::Dead,
            }
        }
        Ran::Dead
    }

    /// The ways that a branch may go of which nothing is known: loops are left after some rounds.
    fn ways(
        &self,
        state: &State,
        id: ThreadId,
        at: InstId,
        body: &Body,
        then: BlockId,
        otherwise: BlockId,
    ) -> Vec<(bool, BlockId)> {
        let rounds = state
            .thread(id)
            .and_then(|thread| thread.frames.last())
            .map_or(0, |frame| frame.count(at));
        let mut ways = vec![(true, then), (false, otherwise)];
        if rounds >= ROUNDS {
            let block = body.block_of(at);
            ways.retain(|(_, next)| !self.bodies.reaches(body, *next, block));
            if ways.is_empty() && rounds < 2 * ROUNDS {
                ways = vec![(true, then), (false, otherwise)];
            }
        }
        ways
    }

    pub(crate) fn advance(
        &self,
        state: &mut State,
        id: ThreadId,
        body: &Body,
        results: Vec<Value>,
    ) {
        let Some(frame) = state.frame_mut(id) else { return };
        for (result, value) in body.results_of(frame.at).zip(results) {
            frame.values[result.index()] = value;
        }
        frame.at = InstId::from_usize(frame.at.index() + 1);
    }

    pub(crate) fn goto(
        &self,
        state: &mut State,
        id: ThreadId,
        body: &Body,
        block: BlockId,
        args: Vec<Value>,
    ) {
        let Some(frame) = state.frame_mut(id) else { return };
        let live = self.bodies.liveness(frame.func, body);
        for value in live.dead(block) {
            frame.values[value.index()] = Value::Zero;
        }
        for (param, value) in body.params(block).zip(args) {
            frame.values[param.index()] = value;
        }
        frame.at = first_of(body, block);
    }

    fn value(state: &State, id: ThreadId, value: ValueId) -> Value {
        state
            .thread(id)
            .and_then(|thread| thread.frames.last())
            .map_or(Value::Zero, |frame| frame.value(value).clone())
    }

    fn values(state: &State, id: ThreadId, body: &Body, list: ValueList) -> Vec<Value> {
        body[list].iter().map(|&value| Self::value(state, id, value)).collect()
    }

    pub(crate) fn frame_key(state: &State, id: ThreadId) -> u64 {
        state.thread(id).and_then(|thread| thread.frames.last()).map_or(0, |frame| frame.key)
    }

    /// What an instruction gives of which nothing is known, new each time.
    pub(crate) fn unknown(
        &mut self,
        state: &mut State,
        id: ThreadId,
        at: InstId,
        number: u32,
    ) -> Value {
        let frame = Self::frame_key(state, id);
        let term = self.terms.number(TermKind::Fresh(key((frame, at, number))));
        state.facts.forget(&self.terms, term);
        Value::Unknown(term)
    }

    fn unknowns(&mut self, state: &mut State, id: ThreadId, at: InstId, body: &Body) -> Vec<Value> {
        let count = body.results_of(at).count() as u32;
        (0..count).map(|number| self.unknown(state, id, at, number)).collect()
    }

    /// Where a pointer points to; `None`: nowhere.
    pub(crate) fn pointee(&mut self, state: &mut State, pointer: &Value) -> Option<Place> {
        match pointer {
            Value::Ref(place) => Some(place.clone()),
            Value::Unknown(term) => {
                let nil = self.terms.number(TermKind::Equal(Value::Zero, pointer.clone()));
                if state.facts.decide(&self.terms, nil) == Some(true) {
                    return None;
                }
                state.facts.assume(&self.terms, nil, false);
                Some(Place::of(state.behind(*term, &mut self.terms)))
            }
            Value::Zero => None,
            other => {
                let object =
                    self.terms.number(TermKind::Other(tag::ELEMENT, other.clone(), Value::Zero));
                Some(Place::of(state.behind(object, &mut self.terms)))
            }
        }
    }

    pub(crate) fn chan_of(value: &Value) -> ChanRef {
        match value {
            Value::Zero => ChanRef::Nil,
            Value::Chan(id) => ChanRef::Known(*id),
            _ => ChanRef::Unknown,
        }
    }

    fn step(&mut self, state: &mut State, id: ThreadId, site: Site, body: &'m Body) -> Step {
        let (func, at) = site;
        let get = |state: &State, value: ValueId| Self::value(state, id, value);
        let one = |value: Value| Step::Next(vec![value]);
        match body[at] {
            Inst::Const(constant) => one(constant_value(&body[constant])),
            Inst::Zero => one(Value::Zero),
            Inst::Func(callee) => {
                let func = self.program().index_of(callee);
                one(Value::Func(Rc::new(Closure { func, captures: Vec::new() })))
            }
            Inst::Global(decl) => one(Value::Ref(Place::of(state.global(decl, &mut self.terms)))),
            Inst::Table(table) => {
                let table = &body[table];
                one(self.table(state, id, site, table.ty, &table.root()))
            }
            Inst::Alloc(_) => {
                let content = Content::Memory(Value::Zero);
                let made = state.make(Self::frame_key(state, id), site, content);
                one(Value::Ref(Place::of(made)))
            }
            Inst::Load(ptr) => {
                let is_error = body.result(at).is_some_and(|result| is_error(body[result].ty));
                let ptr = get(state, ptr);
                match self.pointee(state, &ptr) {
                    // Errors in package-level variables are there to be told apart.
                    Some(place) if is_error && state.is_pristine_global(&place) => {
                        one(Value::Const(key(("error", place))))
                    }
                    Some(place) => one(state.load(&place, &mut self.terms)),
                    None => Step::Dead,
                }
            }
            Inst::Store { ptr, value } => {
                let (ptr, value) = (get(state, ptr), get(state, value));
                match self.pointee(state, &ptr) {
                    Some(place) => {
                        state.store(&place, value);
                        Step::Next(Vec::new())
                    }
                    None => Step::Dead,
                }
            }
            Inst::FieldAddr { ptr, field } => {
                let ptr = get(state, ptr);
                match self.pointee(state, &ptr) {
                    Some(place) => one(Value::Ref(place.then(field))),
                    None => Step::Dead,
                }
            }
            Inst::IndexAddr { base, index } => {
                let (base, index) = (get(state, base), get(state, index));
                self.element(state, &base, &index).map_or(Step::Dead, one)
            }
            Inst::Field { base, field } => {
                let base = get(state, base);
                one(base.part(&[field], &mut self.terms))
            }
            Inst::Index { base, index } => {
                let (base, index) = (get(state, base), get(state, index));
                match index.as_int().and_then(|at| u32::try_from(at).ok()) {
                    Some(at) if !matches!(base, Value::Const(_)) => {
                        one(base.part(&[at], &mut self.terms))
                    }
                    _ => one(self.terms.of(TermKind::Other(tag::ELEMENT, base, index))),
                }
            }
            Inst::Struct(parts) | Inst::Array(parts) => {
                let known = (0..)
                    .zip(Self::values(state, id, body, parts))
                    .filter(|(_, value)| *value != Value::Zero)
                    .map(|(at, value)| (Way::from_slice(&[at]), value))
                    .collect::<Vec<_>>();
                one(if known.is_empty() {
                    Value::Zero
                } else {
                    Value::Parts(Rc::new(Parts { rest: Value::Zero, known }))
                })
            }
            Inst::WithField { base, field, value } => {
                let (base, value) = (get(state, base), get(state, value));
                one(base.with(&[field], value))
            }
            Inst::WithIndex { base, index, value } => {
                let (base, index, value) = (get(state, base), get(state, index), get(state, value));
                match index.as_int().and_then(|at| u32::try_from(at).ok()) {
                    Some(at) => one(base.with(&[at], value)),
                    None => {
                        state.share(&value);
                        one(self.unknown(state, id, at, 0))
                    }
                }
            }
            Inst::Unary { op, x } => {
                let x = get(state, x);
                one(self.unary(op, x))
            }
            Inst::Binary { op, x, y } => {
                let (x, y) = (get(state, x), get(state, y));
                one(self.binary(op, x, y))
            }
            Inst::Convert { kind, x } => {
                let x = get(state, x);
                one(match kind {
                    ConvertKind::ChangeType
                    | ConvertKind::Numeric
                    | ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer => x,
                    _ if x == Value::Zero => x,
                    _ => self.terms.of(TermKind::Other(tag::CONVERTED, x, Value::Zero)),
                })
            }
            Inst::Narrow { x, .. } | Inst::ChangeInterface(x) => one(get(state, x)),
            Inst::Unsafe { x, .. } => {
                let x = get(state, x);
                state.share(&x);
                one(self.unknown(state, id, at, 0))
            }
            Inst::MakeInterface(x) => {
                let ty = self.program().normal(body[x].ty);
                one(Value::Interface(ty, Rc::new(get(state, x))))
            }
            Inst::TypeAssert { x, ty, comma_ok } => {
                let x = get(state, x);
                self.type_assert(x, ty, comma_ok)
            }
            Inst::Closure { func, captures } => {
                let func = self.program().index_of(func);
                let captures = Self::values(state, id, body, captures);
                one(Value::Func(Rc::new(Closure { func, captures })))
            }
            Inst::MethodValue { method, x } => {
                let x = get(state, x);
                one(self.method_value(&body[method], x))
            }
            Inst::MethodExpr(method) => {
                let func = self.program().method_expression(&body[method]);
                one(Value::Func(Rc::new(Closure { func, captures: Vec::new() })))
            }
            Inst::Call(call) => {
                let call = self.resolve(state, id, at, body, body[call]);
                match self.call(state, id, site, call, After::Results) {
                    Step::Next(mut results) => {
                        let count = body.results_of(at).count();
                        for number in results.len()..count {
                            let more = self.unknown(state, id, at, number as u32);
                            results.push(more);
                        }
                        Step::Next(results)
                    }
                    step => step,
                }
            }
            Inst::Go(call) => {
                let call = self.resolve(state, id, at, body, body[call]);
                self.start(state, id, site, call)
            }
            Inst::Defer { call, stack } => {
                if stack.is_some() {
                    return Step::Dead;
                }
                let call = self.resolve(state, id, at, body, body[call]);
                if let Some(frame) = state.frame_mut(id) {
                    frame.deferred.push(call);
                }
                Step::Next(Vec::new())
            }
            Inst::RunDefers => match state.frame_mut(id).and_then(|frame| frame.deferred.pop()) {
                Some(call) => match self.call(state, id, site, call, After::Deferred) {
                    Step::Next(_) => Step::Stay,
                    step => step,
                },
                None => Step::Next(Vec::new()),
            },
            Inst::Recover => one(Value::Zero),
            Inst::MakeSlice { len, .. } => {
                let len = get(state, len);
                match len.as_int().and_then(|len| u32::try_from(len).ok()) {
                    Some(len) if len <= MOST_ELEMENTS => {
                        let content = Content::Memory(Value::Zero);
                        let made = state.make(Self::frame_key(state, id), site, content);
                        one(Value::Slice { place: Place::of(made), start: 0, len })
                    }
                    _ => {
                        let own = self.unknown(state, id, at, 0);
                        one(self.terms.of(TermKind::Other(tag::SLICE, own, len)))
                    }
                }
            }
            Inst::MakeMap(_) => {
                let content = Content::Map { entries: Vec::new(), is_open: false };
                one(Value::Map(state.make(Self::frame_key(state, id), site, content)))
            }
            Inst::MakeChan(room) => {
                let room = room.map_or(Value::Zero, |room| get(state, room));
                let content = Content::Chan(Channel::new(room, Fires::Never));
                one(Value::Chan(state.make(Self::frame_key(state, id), site, content)))
            }
            Inst::Slice { x, bounds } => {
                let ty = body[x].ty;
                let whole = get(state, x);
                let bounds = body.bounds[bounds as usize];
                let (lo, hi) =
                    (bounds.lo.map(|lo| get(state, lo)), bounds.hi.map(|hi| get(state, hi)));
                match self.slice(whole, ty, lo, hi) {
                    Some(value) => one(value),
                    None => {
                        let whole = get(state, x);
                        state.share(&whole);
                        one(self.unknown(state, id, at, 0))
                    }
                }
            }
            Inst::MapLookup { map, key, .. } => {
                let (map, key) = (get(state, map), get(state, key));
                match self.lookup(state, &map, &key) {
                    Some((value, found)) => Step::Next(vec![value, Value::bool(found)]),
                    None => Step::Next(self.unknowns(state, id, at, body)),
                }
            }
            Inst::MapUpdate { map, key, value } => {
                let (map, key, value) = (get(state, map), get(state, key), get(state, value));
                if map == Value::Zero {
                    return Step::Dead;
                }
                self.update(state, &map, key, Some(value));
                Step::Next(Vec::new())
            }
            Inst::Range(x) => {
                let is_map =
                    matches!(self.program().under(body[x].ty).kind(), TypeKind::Map { .. });
                let content = match get(state, x) {
                    Value::Zero => Content::Iterator(Some(Vec::new())),
                    Value::Map(map) => match state.object(map).map(|object| &object.content) {
                        Some(Content::Map { entries, is_open: false }) => {
                            Content::Iterator(Some(entries.clone()))
                        }
                        _ => Content::Iterator(None),
                    },
                    map @ Value::Unknown(_) if is_map => Content::Counted { map, taken: 0 },
                    _ => Content::Iterator(None),
                };
                let made = state.make(Self::frame_key(state, id), site, content);
                one(Value::Ref(Place::of(made)))
            }
            Inst::Next(iterator) => {
                let iterator = get(state, iterator);
                let Value::Ref(place) = iterator else { return Step::Dead };
                let known = match state.object_mut(place.object).map(|object| &mut object.content) {
                    Some(Content::Iterator(Some(entries))) => {
                        if entries.is_empty() {
                            Some(vec![Value::Zero, Value::Zero, Value::Zero])
                        } else {
                            let (key, value) = entries.remove(0);
                            Some(vec![Value::bool(true), key, value])
                        }
                    }
                    Some(Content::Counted { map, taken }) => {
                        let nth = Value::int(*taken);
                        *taken += 1;
                        let len = self.terms.of(TermKind::Len(map.clone()));
                        let more = self.terms.of(TermKind::Less(nth, len));
                        let mut results = self.unknowns(state, id, at, body);
                        if let Some(first) = results.first_mut() {
                            *first = more;
                        }
                        Some(results)
                    }
                    _ => None,
                };
                Step::Next(known.unwrap_or_else(|| self.unknowns(state, id, at, body)))
            }
            Inst::Builtin { op, args } => {
                let args = Self::values(state, id, body, args);
                self.builtin(state, id, site, op, args)
            }
            Inst::Send { chan, value } => {
                let (chan, value) = (get(state, chan), get(state, value));
                Step::Wait(Op::Send(Self::chan_of(&chan), value))
            }
            Inst::Receive { chan, .. } => Step::Wait(Op::Receive(Self::chan_of(&get(state, chan)))),
            Inst::Select(select) => {
                let data = &body[select];
                let arms = data
                    .arms
                    .iter()
                    .map(|arm| {
                        let chan = Self::chan_of(&get(state, arm.chan));
                        (chan, arm.value.map(|value| get(state, value)))
                    })
                    .collect();
                Step::Wait(Op::Select(arms, data.default.is_some()))
            }
            Inst::Hole | Inst::DeferStack => Step::Next(self.unknowns(state, id, at, body)),
            Inst::Jump(Edge { block, args }) => {
                let args = Self::values(state, id, body, args);
                Step::Goto(block, args)
            }
            Inst::Branch { cond, then, otherwise } => {
                let cond = get(state, cond);
                let decided = match &cond {
                    Value::Unknown(term) => state.facts.decide(&self.terms, *term),
                    value => Some(*value != Value::Zero),
                };
                match (decided, cond) {
                    (Some(true), _) => Step::Goto(then, Vec::new()),
                    (Some(false), _) => Step::Goto(otherwise, Vec::new()),
                    (None, Value::Unknown(term)) => Step::Fork(term, then, otherwise),
                    (None, _) => Step::Dead,
                }
            }
            Inst::Return(results) => {
                let results = Self::values(state, id, body, results);
                self.leave(state, id, (func, at), results)
            }
            Inst::Panic(_) | Inst::Unwind { .. } | Inst::Unreachable => Step::Dead,
        }
    }

    /// Returns from a function.
    fn leave(&mut self, state: &mut State, id: ThreadId, site: Site, results: Vec<Value>) -> Step {
        let Some(thread) = state.thread_mut(id) else { return Step::Over };
        let Some(frame) = thread.frames.pop() else { return Step::Over };
        let caller = thread.frames.last().map(|frame| (frame.func, frame.at));
        if let After::Once(place) = &frame.after {
            state.set_sync(
                place,
                Some(crate::blocked::state::Sync::Once(crate::blocked::state::Once::Done)),
            );
        }
        let Some((func, at)) = caller else {
            if id == ThreadId::FIRST {
                state.note(site, EventKind::Returned);
                results.iter().for_each(|value| state.share(value));
            }
            self.end(state, id);
            return Step::Over;
        };
        let Some(body) = self.bodies.body(func) else { return Step::Dead };
        if matches!(body[at], Inst::RunDefers) {
            return Step::Stay;
        }
        let results = if frame.after == After::Results { results } else { Vec::new() };
        self.advance(state, id, body, results);
        Step::Stay
    }

    /// Ends a goroutine. Locks that it still holds and that others have, too, are theirs to unlock.
    pub(crate) fn end(&self, state: &mut State, id: ThreadId) {
        state.threads.retain(|thread| thread.id != id);
        let held: Vec<Place> = state
            .syncs
            .iter()
            .filter(|(place, sync)| match sync {
                crate::blocked::state::Sync::Lock(lock) => {
                    state.is_shared(place.object)
                        && (lock.writer.is_some_and(|(holder, _)| holder == id)
                            || lock.readers.iter().any(|(holder, _)| *holder == id))
                }
                _ => false,
            })
            .map(|(place, _)| place.clone())
            .collect();
        for place in held {
            let mut lock = state.lock(&place);
            if lock.writer.is_some_and(|(holder, _)| holder == id) {
                lock.writer = None;
            }
            lock.readers.retain(|(holder, _)| *holder != id);
            state.set_lock(&place, lock);
        }
    }

    /// Whom a call calls, as far as that is known.
    fn resolve(
        &mut self,
        state: &mut State,
        id: ThreadId,
        at: InstId,
        body: &Body,
        data: CallData,
    ) -> Call {
        let args = Self::values(state, id, body, data.args);
        let call = |target, args| Call { target, args, site: at };
        match data.callee {
            Callee::Static(callee) => call(Target::Func(self.program().index_of(callee)), args),
            Callee::Builtin(op) => call(Target::Builtin(op), args),
            Callee::Value(value) => match Self::value(state, id, value) {
                Value::Func(closure) => {
                    let all = closure.captures.iter().cloned().chain(args).collect();
                    call(Target::Func(closure.func), all)
                }
                Value::Cancel(context) => call(Target::Cancel(context), args),
                Value::Zero => call(Target::Nil, args),
                _ => call(Target::Unknown, args),
            },
            Callee::Interface { receiver, method } => {
                let receiver = Self::value(state, id, receiver);
                let method = &body[method];
                self.method(state, receiver, method, args, at)
            }
        }
    }

    fn method(
        &mut self,
        state: &mut State,
        receiver: Value,
        method: &MethodRef,
        args: Vec<Value>,
        site: InstId,
    ) -> Call {
        let name = self.program().method_name(method);
        let call = |target, args| Call { target, args, site };
        let is_context = || is_of_context(self.program(), method);
        let is_done = name.name.as_str() == "Done";
        match receiver {
            Value::Interface(ty, inner) => match self.program().dispatch(ty, name) {
                Some(func) => {
                    let all = std::iter::once((*inner).clone()).chain(args).collect();
                    call(Target::Func(func), all)
                }
                None => call(Target::Unknown, args),
            },
            Value::Context(context) if is_done => {
                let done = match state.object(context).map(|object| &object.content) {
                    Some(Content::Context { done: Some(done), .. }) => Value::Chan(*done),
                    _ => Value::Zero,
                };
                call(Target::Gives(done), args)
            }
            Value::Unknown(term) if is_done && is_context() => {
                call(Target::Gives(Value::Chan(state.done_of(term))), args)
            }
            Value::Context(_) => call(Target::Nothing, args),
            Value::Const(_) => call(Target::Nothing, args),
            Value::Zero => call(Target::Nil, args),
            _ => call(Target::Unknown, std::iter::once(receiver).chain(args).collect()),
        }
    }

    /// Starts a goroutine.
    pub(crate) fn start(
        &mut self,
        state: &mut State,
        id: ThreadId,
        site: Site,
        call: Call,
    ) -> Step {
        let Some(thread) = state.thread(id) else { return Step::Dead };
        let mut started = (*thread.started).clone();
        started.push(thread.stack());
        let frame_key = Self::frame_key(state, id);
        let new = state.new_thread_id(frame_key, site.1);
        if state.threads.len() >= MOST_THREADS {
            return Step::Dead;
        }
        let mut thread = Thread {
            id: new,
            frames: Vec::new(),
            op: None,
            root: site.0,
            started: Rc::new(started),
        };
        match &call.target {
            Target::Func(func)
                if self.bodies.effect(*func).is_none() && self.bodies.body(*func).is_some() =>
            {
                let frame =
                    self.frame(*func, call.args, key((frame_key, site.1, new)), After::Results);
                let Some(frame) = frame else { return Step::Dead };
                thread.root = *func;
                thread.frames.push(Rc::new(frame));
                thread.op = Some(Op::Start);
            }
            Target::Unknown | Target::Nothing | Target::Gives(_) | Target::Nil => {
                call.args.iter().for_each(|value| state.share(value));
                return Step::Next(Vec::new());
            }
            Target::Func(_) | Target::Cancel(_) | Target::Builtin(_) => {
                thread.op = Some(Op::Perform(call));
            }
        }
        state.threads.push(Rc::new(thread));
        Step::Next(Vec::new())
    }

    fn method_value(&mut self, method: &MethodRef, x: Value) -> Value {
        // The method of what an interface holds.
        if let Value::Interface(ty, inner) = &x
            && let Some(func) =
                self.program().bound_method_of(*ty, self.program().method_name(method))
        {
            let captures = vec![(**inner).clone()];
            return Value::Func(Rc::new(Closure { func, captures }));
        }
        let func = self.program().bound_method(method);
        Value::Func(Rc::new(Closure { func, captures: vec![x] }))
    }
}
