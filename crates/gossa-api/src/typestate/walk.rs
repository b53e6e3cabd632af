//! Follows values of a protocol along the paths of functions.
//!
//! A walk begins at a creation, or, for a summary, at the entry of a function that gets the value.
//! It goes through the instructions with a [`State`]: what holds the value, and what is known that
//! decides branches. States that were seen at a place are not walked from again. A summary says how
//! a function can end when it is given the value in some state: a walk over it is made once for each
//! way of giving it.

use super::conditions::{Conditions, known_of};
use super::handed::{self, Memory};
use super::never::Never;
use super::places::{Uses, location};
use super::state::{Key, Known, Path, Sel, State, leads_to_value};
use super::{Event, Protocol, Step, StepKind, ViolationKind};
use crate::func::{Block, Func, Inst, Value};
use crate::op::Op;
use crate::whole::ProgramPass;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{InstId, ValueId};
use std::collections::VecDeque;
use std::rc::Rc;

/// How many blocks one walk visits.
const VISITS: usize = 6000;
/// How deep calls are walked into.
const CALLS: usize = 10;
/// Paths with more steps are not made longer.
pub(super) const PATH: usize = 4;

/// What is known of the code of one function.
pub(super) struct Shape<'p> {
    pub(super) uses: Uses<'p>,
    pub(super) conditions: Conditions,
    /// Local variables by their addresses: whether nobody else knows them.
    pub(super) private: FxHashMap<ValueId, bool>,
    /// Variables that results are read from.
    pub(super) results: FxHashSet<ValueId>,
    /// Whether it has code that could not be lowered.
    pub(super) has_holes: bool,
}

/// How a function ends that was given a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Exit {
    /// The value is somebody else's.
    Handed,
    /// It returns, or panics.
    Left(Left),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Left {
    pub(super) panics: bool,
    pub(super) state: State,
    /// Results that hold the value.
    pub(super) returned: Vec<(usize, Path)>,
    /// What is known of results.
    pub(super) known: Vec<(usize, Known)>,
}

/// How a value is given to a function: which parameters hold it, and what is known of these.
pub(super) type Given = (Vec<(usize, Path)>, Vec<(usize, bool, Known)>);

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub(super) func: u32,
    pub(super) state: super::StateId,
    pub(super) given: Given,
}

/// Where a walk goes on.
pub(super) enum Next {
    On(State, usize),
    Panics(State, usize),
}

/// A step, and those before it.
pub(super) struct Node<'p> {
    pub(super) before: usize,
    pub(super) step: Option<Step<'p>>,
}

/// A walk over one function.
pub(super) struct Walk<'p> {
    pub(super) func: Func<'p>,
    pub(super) shape: Rc<Shape<'p>>,
    /// The instruction that makes the value; `None`: the function gets it.
    pub(super) created: Option<Inst<'p>>,
    /// The steps that lead to states, each with the one before.
    pub(super) nodes: Vec<Node<'p>>,
    pub(super) work: VecDeque<(Inst<'p>, State, usize)>,
    pub(super) seen: FxHashSet<(InstId, State)>,
    pub(super) exits: Vec<Exit>,
    pub(super) seen_exits: FxHashSet<Exit>,
    pub(super) found: Vec<(ViolationKind, Inst<'p>, State, usize)>,
    /// Whether anything has led out of a state.
    pub(super) left: bool,
    pub(super) depth: usize,
}

pub(super) struct Engine<'e, 'p> {
    pub(super) pass: &'e ProgramPass<'p>,
    pub(super) protocol: &'e Protocol,
    pub(super) shapes: FxHashMap<Func<'p>, Rc<Shape<'p>>>,
    pub(super) summaries: FxHashMap<Entry, Rc<Vec<Exit>>>,
    pub(super) in_progress: FxHashSet<Entry>,
    pub(super) never: Never<'p>,
    /// Where values were handed over to.
    pub(super) asked: FxHashSet<Memory>,
    pub(super) unused: FxHashSet<Memory>,
}

impl<'e, 'p> Engine<'e, 'p> {
    pub(super) fn shape(&mut self, func: Func<'p>) -> Rc<Shape<'p>> {
        let make = || {
            let uses = Uses::new(func);
            let allocs = func.insts().filter(|inst| matches!(inst.op(), Op::Alloc(_)));
            let private = allocs
                .flat_map(Inst::results)
                .map(|address| (address.id, uses.is_private(address.id)))
                .collect();
            let results = func
                .insts()
                .filter_map(|inst| match inst.op() {
                    Op::Return(results) => Some(results),
                    _ => None,
                })
                .flatten()
                .filter_map(variable_read)
                .collect();
            let has_holes = func.insts().any(|inst| matches!(inst.op(), Op::Hole));
            Rc::new(Shape { uses, conditions: Conditions::new(func), private, results, has_holes })
        };
        self.shapes.entry(func).or_insert_with(make).clone()
    }

    pub(super) fn walk(
        &mut self,
        func: Func<'p>,
        created: Option<Inst<'p>>,
        depth: usize,
    ) -> Walk<'p> {
        Walk {
            func,
            shape: self.shape(func),
            created,
            nodes: Vec::new(),
            work: VecDeque::new(),
            seen: FxHashSet::default(),
            exits: Vec::new(),
            seen_exits: FxHashSet::default(),
            found: Vec::new(),
            left: false,
            depth,
        }
    }

    /// How a function may end that gets the value. Empty: it does not.
    pub(super) fn summary(&mut self, func: Func<'p>, entry: Entry, depth: usize) -> Rc<Vec<Exit>> {
        if let Some(known) = self.summaries.get(&entry) {
            return known.clone();
        }
        let mut walk = self.walk(func, None, depth);
        let Some(first) = func.insts().next() else { return Rc::new(vec![Exit::Handed]) };
        if depth >= CALLS || walk.shape.has_holes || !self.in_progress.insert(entry.clone()) {
            return Rc::new(vec![Exit::Handed]);
        }
        let mut state = State::new(entry.state);
        let params: Vec<Value<'p>> = func.captures().chain(func.params()).collect();
        for (at, path) in &entry.given.0 {
            if let Some(param) = params.get(*at) {
                state.hold(param.id, path.clone());
            }
        }
        for &(at, cell, known) in &entry.given.1 {
            if let Some(param) = params.get(at) {
                let key = if cell { Key::Cell(param.id) } else { Key::Value(param.id) };
                state.know(key, Some(known));
            }
        }
        walk.nodes.push(Node { before: 0, step: None });
        walk.work.push_back((first, state, 0));
        self.run(&mut walk);
        self.in_progress.remove(&entry);
        let exits = Rc::new(walk.exits);
        self.summaries.insert(entry, exits.clone());
        exits
    }

    pub(super) fn run(&mut self, walk: &mut Walk<'p>) {
        let mut visits = 0;
        while let Some((from, state, node)) = walk.work.pop_front() {
            if !walk.seen.insert((from.id, state.clone())) {
                continue;
            }
            visits += 1;
            if visits > VISITS {
                walk.exit(Exit::Handed);
                return;
            }
            self.block(walk, from, state, node);
        }
    }

    /// Walks from an instruction to the end of its block.
    pub(super) fn block(
        &mut self,
        walk: &mut Walk<'p>,
        from: Inst<'p>,
        mut state: State,
        mut node: usize,
    ) {
        let block = from.block();
        for inst in block.insts().skip_while(|inst| inst.id < from.id) {
            if !walk.renew(self.protocol, &mut state, inst, inst.results(), node) {
                return;
            }
            match inst.op() {
                Op::Jump { block: to, args } => {
                    walk.jump(self.protocol, inst, state, (to, &args), node);
                    return;
                }
                Op::Branch { then, otherwise, .. } => {
                    walk.branch(self.protocol, inst, &state, (then, otherwise), node);
                    return;
                }
                Op::Return(results) => {
                    self.returns(walk, inst, &results, state, node);
                    return;
                }
                Op::Panic(_) => {
                    walk.panics(self.protocol, inst, state, node);
                    return;
                }
                Op::Unwind { recovered } => {
                    self.unwinds(walk, inst, recovered, state, node);
                    return;
                }
                Op::Unreachable => return,
                Op::Select { arms, default } => {
                    for arm in &arms {
                        let sent = arm.value.is_some_and(|value| walk.holds(&state, value));
                        let mut state = state.clone();
                        if sent && !self.gives(walk, inst, Event::Send, &mut state, node) {
                            continue;
                        }
                        let done = arm.value.is_none() && state.is_at(arm.chan.id, Sel::Done);
                        if done
                            && walk
                                .happens(self.protocol, inst, Event::ContextDone, &mut state, node)
                                .is_none()
                        {
                            continue;
                        }
                        let params = arm.block.params();
                        if walk.renew(self.protocol, &mut state, inst, params, node) {
                            walk.enter(arm.block, state, node);
                        }
                    }
                    if let Some(block) = default {
                        walk.enter(block, state, node);
                    }
                    return;
                }
                Op::Call(call) => {
                    let next = self.call(walk, inst, call, state, node, Event::Call);
                    self.go_on(walk, inst, next);
                    return;
                }
                Op::RunDefers => {
                    let next = self.deferred(walk, state, node);
                    self.go_on(walk, inst, next);
                    return;
                }
                Op::Go(call) => {
                    let holds = walk.given(call).any(|value| walk.holds(&state, value));
                    if holds && self.protocol.knows(Event::Go) {
                        if !self.gives(walk, inst, Event::Go, &mut state, node) {
                            return;
                        }
                        continue;
                    }
                    let next = self.call(walk, inst, call, state, node, Event::Go);
                    self.go_on(walk, inst, next);
                    return;
                }
                Op::Defer(call) => {
                    if walk.matters(&state, call) {
                        let entry = (inst.id, walk.snapshot(&state, call));
                        if !state.pending.contains(&entry) {
                            state.pending.push(entry);
                        }
                    }
                }
                Op::Store { ptr, value } => {
                    if !self.store(walk, inst, (ptr, value), &mut state, &mut node) {
                        return;
                    }
                }
                Op::Receive { chan, .. } if state.is_at(chan.id, Sel::Done) => {
                    let event = Event::ContextDone;
                    if walk.happens(self.protocol, inst, event, &mut state, node).is_none() {
                        return;
                    }
                }
                Op::Send { value, .. } if walk.holds(&state, value) => {
                    if !self.gives(walk, inst, Event::Send, &mut state, node) {
                        return;
                    }
                }
                Op::MapUpdate { value, key, .. }
                    if walk.holds(&state, value) || walk.holds(&state, key) =>
                {
                    if !self.gives(walk, inst, Event::Store, &mut state, node) {
                        return;
                    }
                }
                Op::Array(elements) if elements.iter().any(|x| walk.holds(&state, *x)) => {
                    if !self.gives(walk, inst, Event::Store, &mut state, node) {
                        return;
                    }
                }
                Op::Builtin { args, .. } if args.iter().any(|x| walk.holds(&state, *x)) => {
                    if !self.gives(walk, inst, Event::Store, &mut state, node) {
                        return;
                    }
                }
                op => walk.copies(&mut state, inst, &op),
            }
            if inst == block.insts().next_back().unwrap_or(inst) {
                for next in block.successors() {
                    walk.enter(next, state.clone(), node);
                }
            }
        }
    }

    /// Goes on behind an instruction that may end in several ways.
    pub(super) fn go_on(&mut self, walk: &mut Walk<'p>, inst: Inst<'p>, next: Vec<Next>) {
        for next in next {
            match next {
                Next::On(state, node) => {
                    if let Some(after) = following(inst) {
                        walk.work.push_back((after, state, node));
                    }
                }
                Next::Panics(state, node) => walk.panics(self.protocol, inst, state, node),
            }
        }
    }

    /// Hands the value over. `false`: it is somebody else's now.
    pub(super) fn gives(
        &mut self,
        walk: &mut Walk<'p>,
        at: Inst<'p>,
        event: Event,
        state: &mut State,
        node: usize,
    ) -> bool {
        match self.protocol.next(state.state, event) {
            Some(_) => walk.happens(self.protocol, at, event, state, node).is_some(),
            None => {
                walk.left = true;
                walk.exit(Exit::Handed);
                false
            }
        }
    }

    /// `false`: the value is somebody else's now.
    pub(super) fn store(
        &mut self,
        walk: &mut Walk<'p>,
        inst: Inst<'p>,
        (ptr, value): (Value<'p>, Value<'p>),
        state: &mut State,
        node: &mut usize,
    ) -> bool {
        let place = location(ptr);
        let held = walk.held(state, value);
        let private = walk.shape.private.get(&place.root).copied();
        let capture = walk.func.captures().any(|capture| capture.id == place.root);
        let own = match private {
            Some(private) => private && !walk.is_known_elsewhere(place.root, inst),
            None => capture && walk.created.is_none(),
        };
        if own && !place.path.contains(&Sel::Element) {
            state.holders.retain(|holder| {
                holder.value != place.root || !holder.path.starts_with(&place.path)
            });
            for path in held {
                let path: Path = place.path.iter().chain(&path).copied().collect();
                if path.len() > PATH {
                    walk.exit(Exit::Handed);
                    return false;
                }
                state.hold(place.root, path);
            }
            if place.path.len() == 1 {
                let known = known_of(walk.func, value.id, state);
                state.know(Key::Cell(place.root), known.filter(|_| walk.is_watched(place.root)));
            }
            return walk.is_held(self.protocol, state, inst, *node);
        }
        let (held, beside): (Vec<Path>, Vec<Path>) = held.into_iter().partition(leads_to_value);
        // The context is known again where it is read from there, whoever else has it.
        for path in beside {
            let path: Path = place.path.iter().chain(&path).copied().collect();
            if private.is_some() && path.len() <= PATH {
                state.hold(place.root, path);
            }
        }
        if held.is_empty() {
            return true;
        }
        if self.protocol.knows(Event::Store) {
            return self.gives(walk, inst, Event::Store, state, *node);
        }
        let root = Value { func: walk.func, id: place.root };
        for path in held {
            let path: Path = place.path.iter().chain(&path).copied().collect();
            if !self.forgotten(walk, root, &path) {
                walk.left = true;
                walk.exit(Exit::Handed);
                return false;
            }
        }
        *node = walk.step(*node, inst, StepKind::Forgotten);
        true
    }

    /// Whether the value is left where nobody uses it.
    pub(super) fn forgotten(&mut self, walk: &Walk<'p>, root: Value<'p>, path: &Path) -> bool {
        let named: Path = path
            .iter()
            .copied()
            .take_while(|step| matches!(step, Sel::Deref | Sel::Field(_) | Sel::Element))
            .collect();
        match handed::memory_at(walk.func.program(), root, &named) {
            Some(memory) => {
                self.asked.insert(memory);
                self.unused.contains(&memory)
            }
            None => false,
        }
    }

    pub(super) fn returns(
        &mut self,
        walk: &mut Walk<'p>,
        inst: Inst<'p>,
        results: &[Value<'p>],
        mut state: State,
        mut node: usize,
    ) {
        let mut returned = Vec::new();
        for (at, result) in results.iter().enumerate() {
            for path in walk.held(&state, *result) {
                if !leads_to_value(&path) {
                    returned.push((at, path));
                    continue;
                }
                if path.iter().any(|step| matches!(step, Sel::Field(_))) {
                    // Whoever reads the field has it.
                    if walk.created.is_some() && self.forgotten(walk, *result, &path) {
                        node = walk.step(node, inst, StepKind::Forgotten);
                        continue;
                    }
                    walk.left = true;
                    walk.exit(Exit::Handed);
                    return;
                }
                returned.push((at, path));
            }
        }
        let holds = holds_value(&returned);
        if holds
            && self.protocol.knows(Event::Return)
            && walk.happens(self.protocol, inst, Event::Return, &mut state, node).is_none()
        {
            return;
        }
        let known = results
            .iter()
            .enumerate()
            .filter_map(|(at, result)| {
                let known = match variable_read(*result) {
                    Some(variable) => state.known(Key::Cell(variable)),
                    None => known_of(walk.func, result.id, &state),
                };
                Some((at, known?))
            })
            .collect();
        if walk.created.is_some() && !holds {
            if is_main(walk.func) || walk.is_elsewhere(&state) {
                walk.left = true;
            } else {
                walk.lost(self.protocol, ViolationKind::Returned, inst, state, node);
            }
            return;
        }
        walk.left = true;
        walk.leave(false, state, returned, known);
    }
}

impl<'p> Walk<'p> {
    pub(super) fn step(&mut self, before: usize, at: Inst<'p>, kind: StepKind) -> usize {
        self.nodes.push(Node { before, step: Some(Step { at, kind }) });
        self.nodes.len() - 1
    }

    pub(super) fn exit(&mut self, exit: Exit) {
        if self.seen_exits.insert(exit.clone()) {
            self.exits.push(exit);
        }
    }

    pub(super) fn enter(&mut self, block: Block<'p>, state: State, node: usize) {
        if let Some(first) = block.insts().next() {
            self.work.push_back((first, state, node));
        }
    }

    /// Notes the conditions that hold wherever an instruction is reached.
    pub(super) fn assume_before(&self, state: &mut State, at: Inst<'p>) {
        let mut before: FxHashMap<usize, Vec<Block<'p>>> = FxHashMap::default();
        for block in self.func.blocks() {
            for next in block.successors() {
                before.entry(next.index()).or_default().push(block);
            }
        }
        let mut block = at.block();
        let mut seen = FxHashSet::default();
        while let Some([only]) = before.get(&block.index()).map(Vec::as_slice)
            && seen.insert(only.index())
        {
            if let Some(last) = only.insts().next_back()
                && let Op::Branch { then, otherwise, .. } = last.op()
                && then != otherwise
            {
                self.shape.conditions.assume(state, last.id, then == block);
            }
            block = *only;
        }
    }

    /// Forgets values that are made anew. `false`: the followed value was lost by that.
    pub(super) fn renew(
        &mut self,
        protocol: &Protocol,
        state: &mut State,
        inst: Inst<'p>,
        values: impl Iterator<Item = Value<'p>>,
        node: usize,
    ) -> bool {
        let before = state.holders.len();
        for value in values {
            state.holders.retain(|holder| holder.value != value.id);
            self.shape.conditions.forget(state, value.id);
            state.know(Key::Cell(value.id), None);
        }
        state.holders.len() == before || self.is_held(protocol, state, inst, node)
    }

    /// Whether anything still holds the value; else it is lost.
    pub(super) fn is_held(
        &mut self,
        protocol: &Protocol,
        state: &State,
        inst: Inst<'p>,
        node: usize,
    ) -> bool {
        // Deferred calls have their arguments still.
        if state.is_held() || !state.pending.is_empty() || self.created.is_none() {
            return true;
        }
        self.lost(protocol, ViolationKind::Replaced, inst, state.clone(), node);
        false
    }

    pub(super) fn jump(
        &mut self,
        protocol: &Protocol,
        inst: Inst<'p>,
        mut state: State,
        (to, args): (Block<'p>, &[Value<'p>]),
        node: usize,
    ) {
        let mut holders = Vec::new();
        let mut known = Vec::new();
        for (param, arg) in to.params().zip(args) {
            holders.extend(self.arguments(&state, *arg).into_iter().map(|path| (param.id, path)));
            if self.shape.conditions.is_tested(param.id) {
                known.push((param.id, known_of(self.func, arg.id, &state)));
            }
        }
        let before = state.holders.len();
        for param in to.params() {
            state.holders.retain(|holder| holder.value != param.id);
            self.shape.conditions.forget(&mut state, param.id);
        }
        for (param, path) in holders {
            state.hold(param, path);
        }
        for (param, known) in known {
            state.know(Key::Value(param), known.filter(|_| !state.is(param)));
        }
        if state.holders.len() >= before || self.is_held(protocol, &state, inst, node) {
            self.enter(to, state, node);
        }
    }

    pub(super) fn branch(
        &mut self,
        protocol: &Protocol,
        inst: Inst<'p>,
        state: &State,
        (then, otherwise): (Block<'p>, Block<'p>),
        node: usize,
    ) {
        let decided = self.shape.conditions.decide(self.func, inst.id, state);
        for (taken, block) in [(true, then), (false, otherwise)] {
            if decided.is_some_and(|decided| decided != taken) {
                continue;
            }
            let mut state = state.clone();
            if decided.is_none() {
                self.shape.conditions.assume(&mut state, inst.id, taken);
            }
            if self.shape.conditions.is_doubtful(self.func, inst.id, taken, &state) {
                state.certain = false;
            }
            // An error from the context tells that it is done.
            let failed = self.shape.conditions.not_nil(inst.id, taken);
            if failed.is_some_and(|value| state.is_at(value, Sel::Failed))
                && self.happens(protocol, inst, Event::ContextDone, &mut state, node).is_none()
            {
                continue;
            }
            let node = self.step(node, inst, StepKind::Branch(taken));
            self.enter(block, state, node);
        }
    }

    /// Goes where a panic at an instruction goes.
    pub(super) fn panics(
        &mut self,
        protocol: &Protocol,
        inst: Inst<'p>,
        mut state: State,
        node: usize,
    ) {
        state.panicking = true;
        match inst.block().unwind() {
            Some(block) => self.enter(block, state, node),
            None => self.panicked(protocol, inst, state, node),
        }
    }

    /// The function ends panicking.
    pub(super) fn panicked(
        &mut self,
        protocol: &Protocol,
        inst: Inst<'p>,
        state: State,
        node: usize,
    ) {
        if self.created.is_none() {
            self.leave(true, state, Vec::new(), Vec::new());
        } else if !self.is_elsewhere(&state) {
            self.lost(protocol, ViolationKind::Panicked, inst, state, node);
        }
    }

    /// Notes how the function ends, in terms of its parameters.
    pub(super) fn leave(
        &mut self,
        panics: bool,
        mut state: State,
        returned: Vec<(usize, Path)>,
        known: Vec<(usize, Known)>,
    ) {
        state.holders.clear();
        state.known.clear();
        state.pending.clear();
        state.panicking = false;
        state.recovered = false;
        self.exit(Exit::Left(Left { panics, state, returned, known }));
    }

    pub(super) fn lost(
        &mut self,
        protocol: &Protocol,
        kind: ViolationKind,
        at: Inst<'p>,
        state: State,
        node: usize,
    ) {
        if protocol.lost.contains(&state.state) {
            self.found.push((kind, at, state, node));
        }
    }

    /// An event happens. `None`: it is an error, or nothing more can go wrong.
    pub(super) fn happens(
        &mut self,
        protocol: &Protocol,
        at: Inst<'p>,
        event: Event,
        state: &mut State,
        node: usize,
    ) -> Option<usize> {
        match protocol.next(state.state, event) {
            Some(Some(next)) => {
                self.left = true;
                state.state = next;
                if protocol.is_settled(next) && self.created.is_some() {
                    return None;
                }
                Some(self.step(node, at, StepKind::Event(event)))
            }
            Some(None) => {
                let kind = ViolationKind::Event(event);
                self.found.push((kind, at, state.clone(), node));
                None
            }
            None => Some(node),
        }
    }
}

/// Whether one of these holds the followed value.
pub(super) fn holds_value(given: &[(usize, Path)]) -> bool {
    given.iter().any(|(_, path)| leads_to_value(path))
}

/// The variable that a value is read from by its own address.
pub(super) fn variable_read(value: Value<'_>) -> Option<ValueId> {
    match value.definition()?.op() {
        Op::Load(pointer) => Some(location(pointer).root).filter(|root| *root == pointer.id),
        _ => None,
    }
}

/// The instruction behind one in its block.
pub(super) fn following(inst: Inst<'_>) -> Option<Inst<'_>> {
    inst.block().insts().find(|next| next.id > inst.id)
}

/// Whether the process ends when a function returns.
pub(super) fn is_main(func: Func<'_>) -> bool {
    func.declared_name().is_some_and(|name| name.ends_with(".main"))
        && func.params().next().is_none()
        && func.static_callers().next().is_none()
}
