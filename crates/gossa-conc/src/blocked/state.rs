//! A point of an execution: goroutines with their stacks, memory, channels and locks.
//!
//! States are cheap to copy, since what they are made of is shared until it is changed, and two
//! that differ only in what nobody looks at any more have one fingerprint.

use crate::blocked::value::{Facts, Place, Reached, Term, Terms, Value, key};
use gossa_base::{FxHashMap, FxHashSet, FxHasher};
use gossa_points::FuncIndex;
use gossa_ssa::{InstId, ValueId};
use gossa_types::{Builtin, DeclId};
use smallvec::SmallVec;
use std::cell::OnceCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// An object: a number that says where it was made, the same in all executions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ObjectId(u64);

/// A goroutine, named in the same way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ThreadId(u64);

impl ThreadId {
    /// The goroutine that runs the function looked at.
    pub(crate) const FIRST: Self = Self(0);
}

/// An instruction.
pub(crate) type Site = (FuncIndex, InstId);

/// What has been found of something that many states share, as long as it is not changed.
#[derive(Clone, Default, Debug)]
pub(crate) struct Memo(OnceCell<Rc<Extract>>);

/// A number for all of it, and what it leads to.
#[derive(Debug)]
pub(crate) struct Extract {
    print: u64,
    reached: Vec<Reached>,
}

impl Memo {
    fn get(&self, make: impl FnOnce() -> Extract) -> &Extract {
        self.0.get_or_init(|| Rc::new(make()))
    }
}

/// It says nothing more of what it is in.
impl PartialEq for Memo {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Memo {}
impl Hash for Memo {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// Something in memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Object {
    pub(crate) content: Content,
    /// Whether it is a package-level variable.
    pub(crate) is_global: bool,
    /// Whether code that is not seen has it, too.
    pub(crate) is_shared: bool,
    /// What made it; `None`: it was there before, or is a package-level variable.
    pub(crate) made: Option<Site>,
    memo: Memo,
}

impl Object {
    fn extract(&self) -> &Extract {
        self.memo.get(|| {
            let mut reached = Vec::new();
            for_each_in(&self.content, &mut |found| reached.push(found));
            Extract { print: key(self), reached }
        })
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Content {
    Memory(Value),
    Chan(Channel),
    /// Entries in the order of their making, and whether there may be others.
    Map {
        entries: Vec<(Value, Value)>,
        is_open: bool,
    },
    /// The rest of a loop over a map or a string; `None`: of what is not known.
    Iterator(Option<Vec<(Value, Value)>>),
    /// The rest of a loop over a map of which nothing is known but that it has a length, and how
    /// many entries have been taken: there are as many as `len` says elsewhere.
    Counted {
        map: Value,
        taken: i64,
    },
    /// `None`: it is never done.
    Context {
        done: Option<ObjectId>,
        parent: Option<ObjectId>,
    },
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Channel {
    pub(crate) room: Value,
    pub(crate) buffer: Vec<Value>,
    pub(crate) is_closed: bool,
    pub(crate) fires: Fires,
}

impl Channel {
    pub(crate) fn new(room: Value, fires: Fires) -> Self {
        Self { room, buffer: Vec::new(), is_closed: false, fires }
    }
}

/// What timers and deadlines do to a channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Fires {
    Never,
    Once,
    Closes,
    Repeatedly,
}

/// A lock, a wait group, a condition or a once, by its place.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Sync {
    Lock(Lock),
    /// How many are waited for; `None`: not known.
    Group(Option<i64>),
    /// Those that wait for a signal.
    Cond(Vec<ThreadId>),
    Once(Once),
}

#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Lock {
    pub(crate) writer: Option<(ThreadId, Site)>,
    pub(crate) readers: SmallVec<[(ThreadId, Site); 1]>,
    /// The writer that waits for the readers, and lets no others in.
    pub(crate) pending: Option<ThreadId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Once {
    RunBy(ThreadId),
    Done,
}

/// A channel of an operation.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum ChanRef {
    Nil,
    Known(ObjectId),
    /// Somebody else's.
    Unknown,
}

/// An operation before which a goroutine stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Op {
    /// It has not begun.
    Start,
    /// Others may go first.
    Yield,
    Send(ChanRef, Value),
    Receive(ChanRef),
    /// Arms with the value that they send; whether there is a default.
    Select(Vec<(ChanRef, Option<Value>)>, bool),
    Lock(Place),
    /// Waits for the readers of a lock to leave.
    LockPending(Place),
    ReadLock(Place),
    GroupWait(Place),
    /// Waits for a signal, with the lock that it takes again.
    CondSleep(Place, Value),
    Once(Place, Value),
    /// A goroutine that is one call of something without a body.
    Perform(Call),
}

/// Whom a call calls, arguments included.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Target {
    Func(FuncIndex),
    Cancel(ObjectId),
    Builtin(Builtin),
    /// It gives a value.
    Gives(Value),
    /// It does nothing that matters, and gives what is not known.
    Nothing,
    /// A nil function.
    Nil,
    /// Nobody knows.
    Unknown,
}

/// A call that has been resolved.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Call {
    pub(crate) target: Target,
    pub(crate) args: Vec<Value>,
    pub(crate) site: InstId,
}

/// What runs when a function has returned.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum After {
    /// The caller goes on with the results.
    Results,
    /// The caller runs its next deferred call.
    Deferred,
    /// A once has been done.
    Once(Place),
}

/// An activation of a function.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Frame {
    pub(crate) func: FuncIndex,
    /// Names it: how it was called.
    pub(crate) key: u64,
    /// The instruction that comes next.
    pub(crate) at: InstId,
    pub(crate) values: Vec<Value>,
    pub(crate) deferred: Vec<Call>,
    /// How often branches were taken either way, or the outside has answered.
    pub(crate) counts: SmallVec<[(InstId, u32); 4]>,
    pub(crate) after: After,
    pub(crate) memo: Memo,
}

impl Frame {
    pub(crate) fn value(&self, id: ValueId) -> &Value {
        &self.values[id.index()]
    }

    fn extract(&self) -> &Extract {
        self.memo.get(|| {
            let mut reached = Vec::new();
            let mut visit = |found| reached.push(found);
            self.values.iter().for_each(|value| value.for_each(&mut visit));
            for call in &self.deferred {
                call.args.iter().for_each(|value| value.for_each(&mut visit));
                if let Target::Cancel(id) = call.target {
                    visit(Reached::Object(id));
                }
            }
            if let After::Once(place) = &self.after {
                visit(Reached::Object(place.object));
            }
            Extract { print: key(self), reached }
        })
    }

    pub(crate) fn count(&self, inst: InstId) -> u32 {
        self.counts.iter().find(|(at, _)| *at == inst).map_or(0, |(_, count)| *count)
    }

    pub(crate) fn bump(&mut self, inst: InstId) {
        match self.counts.iter_mut().find(|(at, _)| *at == inst) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((inst, 1)),
        }
    }
}

/// A goroutine.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Thread {
    pub(crate) id: ThreadId,
    /// Outermost first.
    pub(crate) frames: Vec<Rc<Frame>>,
    /// What it is about to do, where others may come first; `None`: it runs.
    pub(crate) op: Option<Op>,
    /// The function it runs.
    pub(crate) root: FuncIndex,
    /// The calls that led to where it was started, in those that started it, too: outermost first.
    pub(crate) started: Rc<Vec<Vec<Site>>>,
}

impl Thread {
    pub(crate) fn stack(&self) -> Vec<Site> {
        self.frames.iter().map(|frame| (frame.func, frame.at)).collect()
    }
}

/// Something that has happened, and what before.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) site: Site,
    pub(crate) kind: EventKind,
    pub(crate) before: Option<Rc<Event>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EventKind {
    /// The function looked at returns.
    Returned,
    /// An arm of a select was taken.
    Selected,
    /// A branch was taken, this way, of which it is not known that it can be.
    Branched(bool),
}

/// A state.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) threads: Vec<Rc<Thread>>,
    pub(crate) objects: FxHashMap<ObjectId, Rc<Object>>,
    /// Locks and the like that are not as they were made.
    pub(crate) syncs: Vec<(Place, Sync)>,
    pub(crate) facts: Facts,
    /// The goroutines that have to run on before others may.
    pub(crate) running: Vec<ThreadId>,
    /// The goroutine that ran last.
    pub(crate) last: ThreadId,
    /// How often another goroutine was preferred to one that could go on.
    pub(crate) switches: u32,
    pub(crate) trail: Option<Rc<Event>>,
    /// What has been looked through since [`Machine`](crate::blocked::machine::Machine) counted
    /// last: objects for a number that is free, parts of what is stored to.
    pub(crate) looked_through: usize,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            threads: Vec::new(),
            objects: FxHashMap::default(),
            syncs: Vec::new(),
            facts: Facts::default(),
            running: Vec::new(),
            last: ThreadId::FIRST,
            switches: 0,
            trail: None,
            looked_through: 0,
        }
    }

    pub(crate) fn thread(&self, id: ThreadId) -> Option<&Thread> {
        self.threads.iter().find(|thread| thread.id == id).map(|thread| &**thread)
    }

    /// A goroutine that is there.
    pub(crate) fn thread_mut(&mut self, id: ThreadId) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|thread| thread.id == id).map(Rc::make_mut)
    }

    pub(crate) fn frame_mut(&mut self, id: ThreadId) -> Option<&mut Frame> {
        let frame = Rc::make_mut(self.thread_mut(id)?.frames.last_mut()?);
        frame.memo = Memo::default();
        Some(frame)
    }

    pub(crate) fn note(&mut self, site: Site, kind: EventKind) {
        self.trail = Some(Rc::new(Event { site, kind, before: self.trail.take() }));
    }

    /// Makes an object; of those made by one instruction of one activation each has its number.
    pub(crate) fn make(&mut self, frame: u64, site: Site, content: Content) -> ObjectId {
        let (number, id) = (0u32..)
            .map(|number| (number, ObjectId(key((frame, site.1, number)))))
            .find(|(_, id)| !self.objects.contains_key(id))
            .unwrap_or((0, ObjectId(0)));
        self.looked_through += number as usize;
        let object = Object {
            content,
            is_global: false,
            is_shared: false,
            made: Some(site),
            memo: Memo::default(),
        };
        self.objects.insert(id, Rc::new(object));
        id
    }

    /// A name for a goroutine that is started.
    pub(crate) fn new_thread_id(&self, frame: u64, site: InstId) -> ThreadId {
        (0u32..)
            .map(|number| ThreadId(key((frame, site, number)) | 1))
            .find(|id| self.thread(*id).is_none())
            .unwrap_or(ThreadId(1))
    }

    /// What is shared by all: a package-level variable.
    pub(crate) fn global(&mut self, decl: DeclId, terms: &mut Terms) -> ObjectId {
        self.outside(key(("variable", decl)), true, terms)
    }

    /// What a pointer points to that is not known.
    pub(crate) fn behind(&mut self, term: Term, terms: &mut Terms) -> ObjectId {
        self.outside(key(("behind", term)), false, terms)
    }

    fn outside(&mut self, key_of: u64, is_global: bool, terms: &mut Terms) -> ObjectId {
        let id = ObjectId(key_of);
        self.objects.entry(id).or_insert_with(|| {
            let content = Content::Memory(terms.fresh(key(("content", id))));
            Rc::new(Object {
                content,
                is_global,
                is_shared: true,
                made: None,
                memo: Memo::default(),
            })
        });
        id
    }

    /// Whether nothing has been stored to a package-level variable.
    pub(crate) fn is_pristine_global(&self, place: &Place) -> bool {
        place.way.is_empty()
            && self.object(place.object).is_some_and(|object| {
                object.is_global && matches!(object.content, Content::Memory(Value::Unknown(_)))
            })
    }

    /// The channel of a context that is not known.
    pub(crate) fn done_of(&mut self, context: Term) -> ObjectId {
        let id = ObjectId(key(("done", context)));
        self.objects.entry(id).or_insert_with(|| {
            let content = Content::Chan(Channel::new(Value::Zero, Fires::Closes));
            Rc::new(Object {
                content,
                is_global: false,
                is_shared: true,
                made: None,
                memo: Memo::default(),
            })
        });
        id
    }

    /// Closes the channel of contexts that are done with one, and that one.
    pub(crate) fn close(&mut self, chan: ObjectId) {
        let mut work = vec![chan];
        while let Some(chan) = work.pop() {
            if let Some(channel) = self.channel_mut(chan) {
                channel.is_closed = true;
                channel.fires = Fires::Never;
            }
            let contexts = |test: &dyn Fn(Option<ObjectId>, Option<ObjectId>) -> bool| {
                self.objects
                    .iter()
                    .filter(|(_, object)| match object.content {
                        Content::Context { done, parent } => test(done, parent),
                        _ => false,
                    })
                    .map(|(id, _)| *id)
                    .collect::<Vec<ObjectId>>()
            };
            let own = contexts(&|done, _| done == Some(chan));
            let below = contexts(&|_, parent| parent.is_some_and(|id| own.contains(&id)));
            for id in below {
                if let Some(Object { content: Content::Context { done: Some(done), .. }, .. }) =
                    self.object(id)
                    && self.channel(*done).is_some_and(|channel| !channel.is_closed)
                {
                    work.push(*done);
                }
            }
        }
    }

    pub(crate) fn object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(&id).map(|object| &**object)
    }

    pub(crate) fn object_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        let object = Rc::make_mut(self.objects.get_mut(&id)?);
        object.memo = Memo::default();
        Some(object)
    }

    pub(crate) fn channel(&self, id: ObjectId) -> Option<&Channel> {
        match &self.object(id)?.content {
            Content::Chan(channel) => Some(channel),
            _ => None,
        }
    }

    pub(crate) fn channel_mut(&mut self, id: ObjectId) -> Option<&mut Channel> {
        match &mut self.object_mut(id)?.content {
            Content::Chan(channel) => Some(channel),
            _ => None,
        }
    }

    /// Whether code that is not seen has an object; so it is where nothing is known of it.
    pub(crate) fn is_shared(&self, id: ObjectId) -> bool {
        self.object(id).is_none_or(|object| object.is_shared)
    }

    pub(crate) fn load(&self, place: &Place, terms: &mut Terms) -> Value {
        match self.object(place.object) {
            Some(Object { content: Content::Memory(value), .. }) => value.part(&place.way, terms),
            _ => terms.fresh(key(("gone", place))),
        }
    }

    pub(crate) fn store(&mut self, place: &Place, value: Value) {
        if self.is_shared(place.object) {
            self.share(&value);
        }
        if let Some(object) = self.object_mut(place.object)
            && let Content::Memory(whole) = &mut object.content
        {
            *whole = whole.with(&place.way, value);
            let parts = if let Value::Parts(parts) = whole { parts.known.len() } else { 0 };
            self.looked_through += parts;
        }
    }

    /// Code that is not seen gets a value, and all that can be reached from it.
    pub(crate) fn share(&mut self, value: &Value) {
        let mut work: Vec<ObjectId> = Vec::new();
        let add = |work: &mut Vec<ObjectId>, value: &Value| {
            value.for_each(&mut |reached| {
                if let Reached::Object(id) = reached {
                    work.push(id);
                }
            });
        };
        add(&mut work, value);
        while let Some(id) = work.pop() {
            let Some(object) = self.objects.get_mut(&id) else { continue };
            if object.is_shared {
                continue;
            }
            let object = Rc::make_mut(object);
            object.is_shared = true;
            object.memo = Memo::default();
            for reached in &object.extract().reached {
                if let Reached::Object(id) = *reached {
                    work.push(id);
                }
            }
        }
    }

    pub(crate) fn sync(&self, place: &Place) -> Option<&Sync> {
        self.syncs.iter().find(|(at, _)| at == place).map(|(_, sync)| sync)
    }

    pub(crate) fn lock(&self, place: &Place) -> Lock {
        match self.sync(place) {
            Some(Sync::Lock(lock)) => lock.clone(),
            _ => Lock::default(),
        }
    }

    /// Sets what a lock or the like is; `None`: as it was made.
    pub(crate) fn set_sync(&mut self, place: &Place, sync: Option<Sync>) {
        self.syncs.retain(|(at, _)| at != place);
        if let Some(sync) = sync {
            self.syncs.push((place.clone(), sync));
        }
    }

    pub(crate) fn set_lock(&mut self, place: &Place, lock: Lock) {
        let sync = (lock != Lock::default()).then_some(Sync::Lock(lock));
        self.set_sync(place, sync);
    }

    /// The objects that goroutines can get at, and the terms in these.
    pub(crate) fn reachable<'t>(
        &self,
        threads: impl IntoIterator<Item = &'t Thread>,
    ) -> (FxHashSet<ObjectId>, FxHashSet<Term>) {
        let mut objects = FxHashSet::default();
        let mut terms = FxHashSet::default();
        let mut work: Vec<ObjectId> = Vec::new();
        let mut visit = |reached: Reached, work: &mut Vec<ObjectId>| match reached {
            Reached::Object(id) => {
                if objects.insert(id) {
                    work.push(id);
                }
            }
            Reached::Term(term) => {
                terms.insert(term);
            }
        };
        for thread in threads {
            let mut visit = |reached| visit(reached, &mut work);
            for frame in &thread.frames {
                frame.extract().reached.iter().copied().for_each(&mut visit);
            }
            if let Some(op) = &thread.op {
                op.for_each(&mut visit);
            }
        }
        while let Some(id) = work.pop() {
            if let Some(object) = self.object(id) {
                object.extract().reached.iter().for_each(|&reached| visit(reached, &mut work));
            }
        }
        (objects, terms)
    }

    /// Forgets what nobody can get at, and returns a number that two states have that are the same
    /// from here on.
    pub(crate) fn settle(&mut self, terms: &Terms) -> u64 {
        let (mut kept, live) = self.reachable(self.threads.iter().map(|thread| &**thread));
        // What was there before, and has been changed, may be got at again by its name.
        let changed = self.objects.iter().filter(|(_, object)| {
            object.made.is_none() && matches!(&object.content, Content::Memory(Value::Parts(_)))
        });
        let used = self.syncs.iter().map(|(place, _)| place.object);
        let mut work: Vec<ObjectId> = changed
            .map(|(id, _)| *id)
            .chain(used.filter(|id| self.object(*id).is_some_and(|object| object.made.is_none())))
            .collect();
        kept.extend(work.iter().copied());
        while let Some(id) = work.pop() {
            let Some(object) = self.object(id) else { continue };
            for reached in &object.extract().reached {
                if let Reached::Object(id) = *reached
                    && kept.insert(id)
                {
                    work.push(id);
                }
            }
        }
        self.objects.retain(|id, _| kept.contains(id));
        let objects = &self.objects;
        self.syncs.retain(|(place, _)| objects.contains_key(&place.object));
        self.facts.retain(terms, |term| live.contains(&term));
        let mut sum = 0u64;
        for thread in &self.threads {
            let frames: SmallVec<[u64; 8]> =
                thread.frames.iter().map(|frame| frame.extract().print).collect();
            sum = sum.wrapping_add(key((thread.id, frames, &thread.op)));
        }
        // Sums do not depend on the order.
        let objects: u64 = self
            .objects
            .iter()
            .map(|(id, object)| key((id, object.extract().print)))
            .fold(0, u64::wrapping_add);
        let syncs: u64 = self.syncs.iter().map(key).fold(0, u64::wrapping_add);
        let mut hasher = FxHasher::default();
        (sum, objects, syncs, &self.running, self.last).hash(&mut hasher);
        self.facts.hash_into(&mut hasher);
        hasher.finish()
    }
}

impl Op {
    /// The objects that it is about, and what it hands on.
    pub(crate) fn for_each(&self, visit: &mut impl FnMut(Reached)) {
        let chan = |chan: &ChanRef, visit: &mut dyn FnMut(Reached)| {
            if let ChanRef::Known(id) = chan {
                visit(Reached::Object(*id));
            }
        };
        match self {
            Self::Start | Self::Yield => {}
            Self::Send(on, value) => {
                chan(on, visit);
                value.for_each(visit);
            }
            Self::Receive(on) => chan(on, visit),
            Self::Select(arms, _) => {
                for (on, value) in arms {
                    chan(on, visit);
                    value.iter().for_each(|value| value.for_each(visit));
                }
            }
            Self::Lock(place)
            | Self::LockPending(place)
            | Self::ReadLock(place)
            | Self::GroupWait(place) => visit(Reached::Object(place.object)),
            Self::Perform(call) => {
                call.args.iter().for_each(|value| value.for_each(visit));
                if let Target::Cancel(id) = call.target {
                    visit(Reached::Object(id));
                }
            }
            Self::CondSleep(place, value) | Self::Once(place, value) => {
                visit(Reached::Object(place.object));
                value.for_each(visit);
            }
        }
    }
}

fn for_each_in(content: &Content, visit: &mut impl FnMut(Reached)) {
    match content {
        Content::Memory(value) => value.for_each(visit),
        Content::Chan(channel) => {
            channel.room.for_each(visit);
            channel.buffer.iter().for_each(|value| value.for_each(visit));
        }
        Content::Map { entries, .. } | Content::Iterator(Some(entries)) => {
            for (key, value) in entries {
                key.for_each(visit);
                value.for_each(visit);
            }
        }
        Content::Iterator(None) => {}
        Content::Counted { map, .. } => map.for_each(visit),
        Content::Context { done, parent } => {
            for id in [done, parent].into_iter().flatten() {
                visit(Reached::Object(*id));
            }
        }
    }
}
