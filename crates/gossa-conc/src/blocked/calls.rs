//! Calls: functions are entered, or known to do something, or left aside.

use crate::blocked::library::Effect;
use crate::blocked::machine::{Machine, Step};
use crate::blocked::state::{
    After, Call, Channel, Content, Fires, ObjectId, Op, Site, State, Sync, Target, ThreadId,
};
use crate::blocked::value::{Parts, Place, Value, Way, key};
use gossa_base::Name;
use gossa_points::FuncIndex;
use gossa_points::program::MethodName;
use gossa_types::TypeKind;
use std::rc::Rc;

/// Calls deeper than this are left aside.
const DEEPEST: usize = 24;
/// A function that calls itself more often than this is left aside.
const SELF: usize = 3;

/// The field of a condition that holds its lock.
const COND_LOCK: u32 = 1;

impl Machine<'_, '_, '_> {
    pub(crate) fn call(
        &mut self,
        state: &mut State,
        id: ThreadId,
        site: Site,
        call: Call,
        after: After,
    ) -> Step {
        match call.target {
            Target::Func(func) => match self.bodies.effect(func) {
                Some(effect) => self.effect(state, id, site, effect, &call.args),
                None => self.enter(state, id, site, func, call.args, after),
            },
            Target::Cancel(context) => {
                self.cancel(state, context);
                Step::Next(Vec::new())
            }
            Target::Builtin(op) => self.builtin(state, id, site, op, call.args),
            Target::Gives(value) => Step::Next(vec![value]),
            Target::Nothing => Step::Next(Vec::new()),
            Target::Nil => Step::Dead,
            Target::Unknown => {
                call.args.iter().for_each(|value| state.share(value));
                Step::Next(Vec::new())
            }
        }
    }

    fn enter(
        &mut self,
        state: &mut State,
        id: ThreadId,
        site: Site,
        func: FuncIndex,
        args: Vec<Value>,
        after: After,
    ) -> Step {
        let traits = self.bodies.traits(func);
        let tracked = args.iter().any(Value::is_tracked);
        let matters =
            traits.syncs || traits.is_short || (tracked && (traits.is_open || traits.gives));
        let frames = state.thread(id).map_or(&[][..], |thread| &thread.frames);
        let allowed = frames.len() < DEEPEST
            && frames.iter().filter(|frame| frame.func == func).count() < SELF;
        if matters && allowed && self.bodies.body(func).is_some() {
            let own = key((Self::frame_key(state, id), site.1, func));
            if let Some(frame) = self.frame(func, args, own, after)
                && let Some(thread) = state.thread_mut(id)
            {
                thread.frames.push(Rc::new(frame));
                return Step::Stay;
            }
            return Step::Dead;
        }
        // Left aside: it may keep what it is given.
        if traits.keeps || (matters && !allowed) || self.bodies.body(func).is_none() {
            args.iter().for_each(|value| state.share(value));
        }
        Step::Next(Vec::new())
    }

    pub(crate) fn effect(
        &mut self,
        state: &mut State,
        id: ThreadId,
        site: Site,
        effect: Effect,
        args: &[Value],
    ) -> Step {
        let none = || Step::Next(Vec::new());
        let one = |value: Value| Step::Next(vec![value]);
        let first = args.first().cloned().unwrap_or(Value::Zero);
        let second = args.get(1).cloned().unwrap_or(Value::Zero);
        macro_rules! place {
            () => {
                match self.pointee(state, &first) {
                    Some(place) => place,
                    None => return Step::Dead,
                }
            };
        }
        match effect {
            Effect::Lock => Step::Wait(Op::Lock(place!())),
            Effect::ReadLock => Step::Wait(Op::ReadLock(place!())),
            Effect::Unlock => {
                let place = place!();
                if self.unlock(state, &place, false, id) { none() } else { Step::Dead }
            }
            Effect::ReadUnlock => {
                let place = place!();
                if self.unlock(state, &place, true, id) { none() } else { Step::Dead }
            }
            Effect::TryLock => {
                let place = place!();
                let mut lock = state.lock(&place);
                let free =
                    lock.writer.is_none() && lock.readers.is_empty() && lock.pending.is_none();
                if free {
                    lock.writer = Some((id, site));
                    state.set_lock(&place, lock);
                }
                one(Value::bool(free))
            }
            Effect::GroupAdd => {
                let place = place!();
                self.add_to_group(state, &place, second.as_int())
            }
            Effect::GroupDone => {
                let place = place!();
                self.add_to_group(state, &place, Some(-1))
            }
            Effect::GroupWait => Step::Wait(Op::GroupWait(place!())),
            Effect::Once => {
                let place = place!();
                Step::Wait(Op::Once(place, second))
            }
            Effect::CondWait => {
                let place = place!();
                let locker = state.load(&place.then(COND_LOCK), &mut self.terms);
                let Some((lock, is_read)) = self.locker(state, &locker) else {
                    return none();
                };
                if !self.unlock(state, &lock, is_read, id) {
                    return Step::Dead;
                }
                let mut waiting = match state.sync(&place) {
                    Some(Sync::Cond(waiting)) => waiting.clone(),
                    _ => Vec::new(),
                };
                waiting.push(id);
                state.set_sync(&place, Some(Sync::Cond(waiting)));
                Step::Wait(Op::CondSleep(place, locker))
            }
            Effect::Signal | Effect::Broadcast => {
                let place = place!();
                self.signal(state, &place, effect == Effect::Broadcast);
                none()
            }
            Effect::Load => {
                let place = place!();
                one(state.load(&place, &mut self.terms))
            }
            Effect::Store => {
                let place = place!();
                state.store(&place, second);
                none()
            }
            Effect::Add => {
                let place = place!();
                let old = state.load(&place, &mut self.terms);
                let sum = match (old.as_int(), second.as_int()) {
                    (Some(a), Some(b)) => Value::int(a.wrapping_add(b)),
                    _ => self.unknown(state, id, site.1, 0),
                };
                state.store(&place, sum.clone());
                one(sum)
            }
            Effect::Swap => {
                let place = place!();
                let old = state.load(&place, &mut self.terms);
                state.store(&place, second);
                one(old)
            }
            Effect::CompareAndSwap => {
                let place = place!();
                let old = state.load(&place, &mut self.terms);
                let new = args.get(2).cloned().unwrap_or(Value::Zero);
                match old.equals(&second) {
                    Some(true) => {
                        state.store(&place, new);
                        one(Value::bool(true))
                    }
                    Some(false) => one(Value::Zero),
                    None => {
                        state.share(&new);
                        let now = self.unknown(state, id, site.1, 1);
                        state.store(&place, now);
                        one(self.unknown(state, id, site.1, 0))
                    }
                }
            }
            Effect::Background => {
                let content = Content::Context { done: None, parent: None };
                one(Value::Context(state.make(Self::frame_key(state, id), site, content)))
            }
            Effect::WithValue => one(first),
            Effect::WithCancel { deadline } => {
                let context = self.derived_context(state, id, site, &first, deadline);
                Step::Next(vec![Value::Context(context), Value::Cancel(context)])
            }
            Effect::Tick { repeats } => {
                let made = Self::time_channel(state, id, site, repeats);
                one(Value::Chan(made))
            }
            Effect::Timer { repeats } => {
                let chan = Value::Chan(Self::time_channel(state, id, site, repeats));
                let known = vec![(Way::from_slice(&[0]), chan)];
                let whole = Value::Parts(Rc::new(Parts { rest: Value::Zero, known }));
                let content = Content::Memory(whole);
                one(Value::Ref(Place::of(state.make(Self::frame_key(state, id), site, content))))
            }
            Effect::Reset => {
                if let Some(place) = self.pointee(state, &first)
                    && let Value::Chan(chan) = state.load(&place.then(0), &mut self.terms)
                    && let Some(channel) = state.channel_mut(chan)
                {
                    channel.fires = Fires::Once;
                }
                none()
            }
            Effect::AfterFunc => {
                let (target, args) = match second {
                    Value::Func(closure) => (Target::Func(closure.func), closure.captures.clone()),
                    Value::Cancel(context) => (Target::Cancel(context), Vec::new()),
                    _ => (Target::Unknown, Vec::new()),
                };
                match self.start(state, id, site, Call { target, args, site: site.1 }) {
                    Step::Next(_) => none(),
                    step => step,
                }
            }
            Effect::Yield => Step::Wait(Op::Yield),
            Effect::Exits => Step::Dead,
            Effect::Error => one(Value::Const(key((Self::frame_key(state, id), site.1)))),
            Effect::Nothing => none(),
            Effect::Anything => {
                args.iter().for_each(|value| state.share(value));
                none()
            }
        }
    }

    fn derived_context(
        &mut self,
        state: &mut State,
        id: ThreadId,
        site: Site,
        parent: &Value,
        deadline: bool,
    ) -> ObjectId {
        let mut channel = Channel::new(Value::Zero, Fires::Never);
        let mut above = None;
        match parent {
            Value::Context(parent) => {
                above = Some(*parent);
                if let Some(Content::Context { done: Some(done), .. }) =
                    state.object(*parent).map(|object| &object.content)
                    && let Some(done) = state.channel(*done)
                {
                    channel.is_closed = done.is_closed;
                    channel.fires = done.fires;
                }
            }
            _ => channel.fires = Fires::Closes,
        }
        if deadline && !channel.is_closed {
            channel.fires = Fires::Closes;
        }
        let frame = Self::frame_key(state, id);
        let done = state.make(frame, site, Content::Chan(channel));
        state.make(frame, site, Content::Context { done: Some(done), parent: above })
    }

    pub(crate) fn cancel(&mut self, state: &mut State, context: ObjectId) {
        if let Some(Content::Context { done: Some(done), .. }) =
            state.object(context).map(|object| &object.content)
        {
            state.close(*done);
        }
    }

    fn time_channel(state: &mut State, id: ThreadId, site: Site, repeats: bool) -> ObjectId {
        let fires = if repeats { Fires::Repeatedly } else { Fires::Once };
        let content = Content::Chan(Channel::new(Value::Int(1), fires));
        state.make(Self::frame_key(state, id), site, content)
    }

    /// Unlocks; false: it was not locked, which ends the program.
    pub(crate) fn unlock(
        &mut self,
        state: &mut State,
        place: &Place,
        is_read: bool,
        id: ThreadId,
    ) -> bool {
        let mut lock = state.lock(place);
        let found = if is_read {
            let own = lock.readers.iter().position(|(reader, _)| *reader == id);
            match own.or(lock.readers.len().checked_sub(1)) {
                Some(at) => {
                    lock.readers.remove(at);
                    true
                }
                None => false,
            }
        } else {
            lock.writer.take().is_some()
        };
        state.set_lock(place, lock);
        // A caller may have locked it.
        found || state.is_shared(place.object)
    }

    fn add_to_group(&mut self, state: &mut State, place: &Place, by: Option<i64>) -> Step {
        let old = match state.sync(place) {
            Some(Sync::Group(count)) => *count,
            _ => Some(0),
        };
        let new = match (old, by) {
            (Some(old), Some(by)) => Some(old.saturating_add(by)),
            _ => None,
        };
        match new {
            Some(count) if count < 0 => {
                if !state.is_shared(place.object) {
                    return Step::Dead;
                }
                state.set_sync(place, None);
            }
            Some(0) => state.set_sync(place, None),
            count => state.set_sync(place, Some(Sync::Group(count))),
        }
        Step::Next(Vec::new())
    }

    /// Those that wait for a condition go on with taking its lock.
    fn signal(&mut self, state: &mut State, place: &Place, all: bool) {
        let Some(Sync::Cond(waiting)) = state.sync(place) else { return };
        let mut waiting = waiting.clone();
        let woken: Vec<ThreadId> =
            if all { std::mem::take(&mut waiting) } else { vec![waiting.remove(0)] };
        let rest = (!waiting.is_empty()).then_some(Sync::Cond(waiting));
        state.set_sync(place, rest);
        for id in woken {
            self.wake(state, id);
        }
    }

    pub(crate) fn wake(&mut self, state: &mut State, id: ThreadId) {
        let Some(Op::CondSleep(_, locker)) = state.thread(id).and_then(|t| t.op.clone()) else {
            return;
        };
        let Some((lock, is_read)) = self.locker(state, &locker) else { return };
        if let Some(thread) = state.thread_mut(id) {
            thread.op = Some(if is_read { Op::ReadLock(lock) } else { Op::Lock(lock) });
        }
    }

    /// The lock that a `sync.Locker` stands for, and whether it is for reading.
    fn locker(&mut self, state: &mut State, value: &Value) -> Option<(Place, bool)> {
        let Value::Interface(ty, pointer) = value else { return None };
        let holder = self.program().pointee(*ty)?;
        let TypeKind::Named { decl, .. } = holder.unalias().kind() else { return None };
        let pointer = (**pointer).clone();
        let place = self.pointee(state, &pointer)?;
        if decl.package().path() == "sync" {
            return Some((place, decl.name().as_str() == "rlocker"));
        }
        // A struct that embeds a lock.
        let method = MethodName { name: Name::new("Lock"), package: None };
        let func = self.program().dispatch(*ty, method)?;
        let function = self.program().function(func);
        let way = &function.method.as_ref()?.path;
        Some((
            Place {
                object: place.object,
                way: place.way.iter().chain(way.iter()).copied().collect(),
            },
            false,
        ))
    }
}
