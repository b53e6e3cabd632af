//! The operations before which goroutines stand: which can be done, and what comes of them.

use crate::blocked::machine::{Machine, Step};
use crate::blocked::state::{
    After, Call, ChanRef, EventKind, Fires, ObjectId, Once, Op, State, Sync, Target, ThreadId,
};
use crate::blocked::value::{Place, TermKind, Value, key};
use gossa_ssa::Inst;
use std::rc::Rc;

/// How often code that is not seen answers at one place in one activation.
const ANSWERS: u32 = 2;

/// Something that a goroutine can do next.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) thread: ThreadId,
    pub(crate) kind: MoveKind,
}

#[derive(Clone, Debug)]
pub(crate) enum MoveKind {
    /// What it stands before, with nothing to choose.
    Go,
    /// A channel operation, of this arm of a select.
    Channel(Option<usize>, ChannelMove),
    Default,
}

#[derive(Clone, Debug)]
pub(crate) enum ChannelMove {
    /// Into the buffer, or out of it.
    Buffer(ObjectId),
    /// As before, taken that there is room, or that there is none.
    Room(ObjectId, bool),
    /// Finds it closed.
    Closed,
    /// To a goroutine that receives, in this arm.
    Partner(ThreadId, Option<usize>),
    /// What time, or code that is not seen, does to it.
    Outside(ChanRef),
}

impl Machine<'_, '_, '_> {
    /// What goroutines can do next, and those that wait for what is not seen.
    pub(crate) fn moves(&mut self, state: &State) -> (Vec<Move>, Vec<ThreadId>) {
        let mut moves = Vec::new();
        let mut waiting = Vec::new();
        for thread in &state.threads {
            let Some(op) = &thread.op else { continue };
            let id = thread.id;
            let mut go = |kind| moves.push(Move { thread: id, kind });
            match op {
                Op::Start | Op::Yield | Op::Perform(_) => go(MoveKind::Go),
                Op::Lock(place) => {
                    let lock = state.lock(place);
                    if lock.writer.is_none() && lock.pending.is_none() {
                        go(MoveKind::Go);
                    }
                }
                Op::LockPending(place) => {
                    if state.lock(place).readers.is_empty() {
                        go(MoveKind::Go);
                    }
                }
                Op::ReadLock(place) => {
                    let lock = state.lock(place);
                    if lock.writer.is_none() && lock.pending.is_none() {
                        go(MoveKind::Go);
                    }
                }
                Op::GroupWait(place) => {
                    let waits = matches!(state.sync(place), Some(Sync::Group(Some(_))));
                    if !waits || state.is_shared(place.object) {
                        go(MoveKind::Go);
                    }
                }
                Op::CondSleep(place, _) => {
                    if state.is_shared(place.object) {
                        if self.answers(state, id) {
                            go(MoveKind::Go);
                        } else {
                            waiting.push(id);
                        }
                    }
                }
                Op::Once(place, _) => {
                    if !matches!(state.sync(place), Some(Sync::Once(Once::RunBy(_)))) {
                        go(MoveKind::Go);
                    }
                }
                Op::Send(chan, value) => {
                    let outside =
                        self.channel_moves(state, id, chan, Some(value), None, &mut moves);
                    waiting.extend(outside.then_some(id));
                }
                Op::Receive(chan) => {
                    let outside = self.channel_moves(state, id, chan, None, None, &mut moves);
                    waiting.extend(outside.then_some(id));
                }
                Op::Select(arms, default) => {
                    let before = moves.len();
                    let mut outside = false;
                    for (at, (chan, value)) in arms.iter().enumerate() {
                        outside |= self.channel_moves(
                            state,
                            id,
                            chan,
                            value.as_ref(),
                            Some(at),
                            &mut moves,
                        );
                    }
                    waiting.extend(outside.then_some(id));
                    let sure = |m: &Move| {
                        !matches!(m.kind, MoveKind::Channel(_, ChannelMove::Outside(_)))
                            && m.thread == id
                    };
                    let received = moves[..before].iter().any(|m| {
                        matches!(m.kind, MoveKind::Channel(_, ChannelMove::Partner(to, _)) if to == id)
                    });
                    if *default && !received && !moves[before..].iter().any(sure) {
                        moves.push(Move { thread: id, kind: MoveKind::Default });
                    }
                }
            }
        }
        // A receiver whose sender comes later in the list takes no default.
        let met: Vec<ThreadId> = moves
            .iter()
            .filter_map(|m| match m.kind {
                MoveKind::Channel(_, ChannelMove::Partner(to, _)) => Some(to),
                _ => None,
            })
            .collect();
        moves.retain(|m| !(matches!(m.kind, MoveKind::Default) && met.contains(&m.thread)));
        (moves, waiting)
    }

    /// Whether the outside still answers where a goroutine stands.
    fn answers(&self, state: &State, id: ThreadId) -> bool {
        state
            .thread(id)
            .and_then(|thread| thread.frames.last())
            .is_some_and(|frame| frame.count(frame.at) < ANSWERS)
    }

    /// What can be done on a channel; true: it waits for the outside, which has answered enough.
    fn channel_moves(
        &mut self,
        state: &State,
        id: ThreadId,
        chan: &ChanRef,
        sent: Option<&Value>,
        arm: Option<usize>,
        moves: &mut Vec<Move>,
    ) -> bool {
        let mut go = |kind| {
            moves.push(Move { thread: id, kind: MoveKind::Channel(arm, kind) });
        };
        let answers = self.answers(state, id);
        let known = match chan {
            ChanRef::Nil => return false,
            ChanRef::Unknown => {
                if answers {
                    go(ChannelMove::Outside(ChanRef::Unknown));
                }
                return !answers;
            }
            ChanRef::Known(known) => *known,
        };
        let Some(channel) = state.channel(known) else { return true };
        if channel.is_closed && (sent.is_some() || channel.buffer.is_empty()) {
            go(ChannelMove::Closed);
            return false;
        }
        if sent.is_none() {
            if !channel.buffer.is_empty() {
                go(ChannelMove::Buffer(known));
                return false;
            }
        } else {
            let used = Value::int(channel.buffer.len() as i64);
            match (used.as_int(), channel.room.as_int()) {
                (Some(used), Some(room)) => {
                    if used < room {
                        go(ChannelMove::Buffer(known));
                        return false;
                    }
                }
                _ => {
                    let term = self.terms.number(TermKind::Less(used, channel.room.clone()));
                    match state.facts.decide(&self.terms, term) {
                        Some(true) => {
                            go(ChannelMove::Buffer(known));
                            return false;
                        }
                        Some(false) => {}
                        // Whoever asks for room has some.
                        None => {
                            go(ChannelMove::Room(known, true));
                            if !channel.buffer.is_empty() {
                                go(ChannelMove::Room(known, false));
                            }
                            return false;
                        }
                    }
                }
            }
            let on_same = |other: &ChanRef| *other == ChanRef::Known(known);
            for other in &state.threads {
                if other.id == id {
                    continue;
                }
                match &other.op {
                    Some(Op::Receive(on)) if on_same(on) => {
                        go(ChannelMove::Partner(other.id, None));
                    }
                    Some(Op::Select(arms, _)) => {
                        for (at, (on, value)) in arms.iter().enumerate() {
                            if value.is_none() && on_same(on) {
                                go(ChannelMove::Partner(other.id, Some(at)));
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        match channel.fires {
            Fires::Once | Fires::Closes => {
                go(ChannelMove::Outside(ChanRef::Known(known)));
                false
            }
            Fires::Repeatedly => {
                if answers {
                    go(ChannelMove::Outside(ChanRef::Known(known)));
                }
                !answers
            }
            Fires::Never if state.is_shared(known) => {
                if answers {
                    go(ChannelMove::Outside(ChanRef::Known(known)));
                }
                !answers
            }
            Fires::Never => false,
        }
    }

    /// Does it; `None`: that ends the program.
    pub(crate) fn perform(&mut self, mut state: State, next: &Move) -> Option<State> {
        let id = next.thread;
        let op = state.thread(id)?.op.clone()?;
        state.last = id;
        match &next.kind {
            MoveKind::Go => self.go(&mut state, id, op)?,
            MoveKind::Default => {
                self.finish_select(&mut state, id, None, Vec::new())?;
            }
            MoveKind::Channel(arm, kind) => {
                let sent = match (&op, arm) {
                    (Op::Send(_, value), _) => Some(value.clone()),
                    (Op::Select(arms, _), Some(arm)) => arms.get(*arm)?.1.clone(),
                    _ => None,
                };
                self.on_channel(&mut state, id, *arm, sent, kind)?;
            }
        }
        Some(state)
    }

    fn on_channel(
        &mut self,
        state: &mut State,
        id: ThreadId,
        arm: Option<usize>,
        sent: Option<Value>,
        kind: &ChannelMove,
    ) -> Option<()> {
        match kind {
            ChannelMove::Room(chan, there_is) => {
                let channel = state.channel(*chan)?;
                let used = Value::int(channel.buffer.len() as i64);
                let term = self.terms.number(TermKind::Less(used, channel.room.clone()));
                state.facts.assume(&self.terms, term, *there_is);
                Some(())
            }
            ChannelMove::Buffer(chan) => match sent {
                Some(value) => {
                    if state.is_shared(*chan) {
                        state.share(&value);
                    }
                    state.channel_mut(*chan)?.buffer.push(value);
                    self.finish(state, id, arm, None)
                }
                None => {
                    let value = state.channel_mut(*chan)?.buffer.remove(0);
                    self.finish(state, id, arm, Some((value, Value::bool(true))))
                }
            },
            ChannelMove::Closed => match sent {
                Some(_) => None,
                None => self.finish(state, id, arm, Some((Value::Zero, Value::Zero))),
            },
            ChannelMove::Partner(to, to_arm) => {
                let value = sent?;
                self.finish(state, *to, *to_arm, Some((value, Value::bool(true))))?;
                self.finish(state, id, arm, None)
            }
            ChannelMove::Outside(chan) => {
                let mut repeats = true;
                let mut is_time = false;
                if let ChanRef::Known(chan) = chan {
                    match state.channel(*chan)?.fires {
                        Fires::Closes => {
                            state.close(*chan);
                            return self.finish(state, id, arm, Some((Value::Zero, Value::Zero)));
                        }
                        Fires::Once => {
                            state.channel_mut(*chan)?.fires = Fires::Never;
                            repeats = false;
                            is_time = true;
                        }
                        Fires::Repeatedly => is_time = true,
                        Fires::Never => {}
                    }
                }
                if repeats {
                    let frame = state.frame_mut(id)?;
                    let at = frame.at;
                    frame.bump(at);
                }
                match sent {
                    Some(value) => {
                        state.share(&value);
                        self.finish(state, id, arm, None)
                    }
                    None => {
                        let at = state.thread(id)?.frames.last()?.at;
                        let value = self.unknown(state, id, at, 10);
                        let ok = if is_time {
                            Value::bool(true)
                        } else {
                            self.unknown(state, id, at, 11)
                        };
                        self.finish(state, id, arm, Some((value, ok)))
                    }
                }
            }
        }
    }

    /// A channel operation is over, with what it has received.
    fn finish(
        &mut self,
        state: &mut State,
        id: ThreadId,
        arm: Option<usize>,
        received: Option<(Value, Value)>,
    ) -> Option<()> {
        let results = received.map_or_else(Vec::new, |(value, ok)| vec![value, ok]);
        match arm {
            Some(arm) => self.finish_select(state, id, Some(arm), results),
            None => self.resume(state, id, results),
        }
    }

    fn finish_select(
        &mut self,
        state: &mut State,
        id: ThreadId,
        arm: Option<usize>,
        args: Vec<Value>,
    ) -> Option<()> {
        let frame = state.thread(id)?.frames.last()?;
        let (func, at) = (frame.func, frame.at);
        let body = self.bodies.body(func)?;
        let Inst::Select(select) = body[at] else { return None };
        let data = &body[select];
        let block = match arm {
            Some(arm) => data.arms.get(arm)?.block,
            None => data.default?,
        };
        if arm.is_some() {
            state.note((func, at), EventKind::Selected);
        }
        self.goto(state, id, body, block, args);
        self.resumed(state, id)
    }

    /// An operation is over: the goroutine goes on behind it.
    fn resume(&mut self, state: &mut State, id: ThreadId, results: Vec<Value>) -> Option<()> {
        let frame = state.thread(id)?.frames.last()?;
        let body = self.bodies.body(frame.func)?;
        // A deferred call is followed by the next.
        if !matches!(body[frame.at], Inst::RunDefers) {
            self.advance(state, id, body, results);
        }
        self.resumed(state, id)
    }

    fn resumed(&mut self, state: &mut State, id: ThreadId) -> Option<()> {
        state.thread_mut(id)?.op = None;
        state.running.push(id);
        Some(())
    }

    fn go(&mut self, state: &mut State, id: ThreadId, op: Op) -> Option<()> {
        let site = |state: &State| {
            let frame = state.thread(id)?.frames.last()?;
            Some((frame.func, frame.at))
        };
        match op {
            Op::Start => self.resumed(state, id),
            Op::Yield => self.resume(state, id, Vec::new()),
            Op::Perform(call) => self.perform_call(state, id, call),
            Op::Lock(place) => {
                let mut lock = state.lock(&place);
                if lock.readers.is_empty() {
                    lock.writer = Some((id, site(state)?));
                    state.set_lock(&place, lock);
                    self.resume(state, id, Vec::new())
                } else {
                    lock.pending = Some(id);
                    state.set_lock(&place, lock);
                    state.thread_mut(id)?.op = Some(Op::LockPending(place));
                    Some(())
                }
            }
            Op::LockPending(place) => {
                let mut lock = state.lock(&place);
                lock.pending = None;
                lock.writer = Some((id, site(state)?));
                state.set_lock(&place, lock);
                self.resume(state, id, Vec::new())
            }
            Op::ReadLock(place) => {
                let mut lock = state.lock(&place);
                lock.readers.push((id, site(state)?));
                state.set_lock(&place, lock);
                self.resume(state, id, Vec::new())
            }
            Op::GroupWait(_) => self.resume(state, id, Vec::new()),
            Op::CondSleep(place, _) => {
                let frame = state.frame_mut(id)?;
                let at = frame.at;
                frame.bump(at);
                if let Some(Sync::Cond(waiting)) = state.sync(&place) {
                    let mut waiting = waiting.clone();
                    waiting.retain(|waiter| *waiter != id);
                    let rest = (!waiting.is_empty()).then_some(Sync::Cond(waiting));
                    state.set_sync(&place, rest);
                }
                self.wake(state, id);
                Some(())
            }
            Op::Once(place, function) => self.run_once(state, id, place, &function),
            Op::Send(..) | Op::Receive(_) | Op::Select(..) => None,
        }
    }

    fn run_once(
        &mut self,
        state: &mut State,
        id: ThreadId,
        place: Place,
        function: &Value,
    ) -> Option<()> {
        if matches!(state.sync(&place), Some(Sync::Once(Once::Done))) {
            return self.resume(state, id, Vec::new());
        }
        let Value::Func(closure) = function else {
            state.set_sync(&place, Some(Sync::Once(Once::Done)));
            return self.resume(state, id, Vec::new());
        };
        if self.bodies.effect(closure.func).is_some() || self.bodies.body(closure.func).is_none() {
            closure.captures.iter().for_each(|value| state.share(value));
            state.set_sync(&place, Some(Sync::Once(Once::Done)));
            return self.resume(state, id, Vec::new());
        }
        state.set_sync(&place, Some(Sync::Once(Once::RunBy(id))));
        let frame_key = Self::frame_key(state, id);
        let own = key((frame_key, &place, closure.func));
        let frame = self.frame(closure.func, closure.captures.clone(), own, After::Once(place))?;
        let thread = state.thread_mut(id)?;
        thread.frames.push(Rc::new(frame));
        thread.op = None;
        state.running.push(id);
        Some(())
    }

    /// A goroutine that is one call.
    fn perform_call(&mut self, state: &mut State, id: ThreadId, call: Call) -> Option<()> {
        let site = state.thread(id)?.started.last()?.last().copied()?;
        let step = match call.target {
            Target::Func(func) => match self.bodies.effect(func) {
                Some(effect) => self.effect(state, id, site, effect, &call.args),
                None => {
                    call.args.iter().for_each(|value| state.share(value));
                    Step::Next(Vec::new())
                }
            },
            Target::Cancel(context) => {
                self.cancel(state, context);
                Step::Next(Vec::new())
            }
            Target::Builtin(op) => self.builtin(state, id, site, op, call.args),
            _ => Step::Next(Vec::new()),
        };
        match step {
            Step::Dead => None,
            // What it would wait for is of no interest: nothing comes behind it.
            _ => {
                self.end(state, id);
                Some(())
            }
        }
    }
}
