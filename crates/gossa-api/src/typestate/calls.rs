//! What calls do to the followed value: calls, deferred calls where they run, and goroutines.

use super::conditions::{Conditions, known_of};
use super::state::{Holder, Key, Path, Sel, State, leads_to_value};
use super::walk::{Engine, Entry, Exit, Given, Left, Next, Walk};
use super::{Event, Protocol, StepKind};
use crate::func::{Block, Func, Inst, Value};
use crate::op::{Call, Callee, Op};
use gossa_ssa::InstId;

/// How many callees a dynamic call may have.
const CALLEES: usize = 8;

impl<'p> Engine<'_, 'p> {
    /// A panic has come to the end of the function.
    pub(super) fn unwinds(
        &mut self,
        walk: &mut Walk<'p>,
        inst: Inst<'p>,
        recovered: Block<'p>,
        mut state: State,
        node: usize,
    ) {
        state.panicking = true;
        let recovers = state.pending.iter().any(|entry| walk.recovers(entry.0));
        for next in self.deferred(walk, state, node) {
            let (mut state, node) = match next {
                Next::On(state, node) | Next::Panics(state, node) => (state, node),
            };
            if recovers {
                state.panicking = false;
                state.recovered = true;
                let node = walk.step(node, inst, StepKind::Recovered);
                walk.enter(recovered, state, node);
            } else {
                walk.panicked(self.protocol, inst, state, node);
            }
        }
    }

    /// Runs the deferred calls.
    pub(super) fn deferred(
        &mut self,
        walk: &mut Walk<'p>,
        mut state: State,
        node: usize,
    ) -> Vec<Next> {
        let pending = std::mem::take(&mut state.pending);
        let mut lanes = vec![(state, node, false)];
        for (id, holders) in pending.into_iter().rev() {
            let inst = Inst { func: walk.func, id };
            let Op::Defer(call) = inst.op() else { continue };
            let mut next = Vec::new();
            for (mut state, node, panics) in lanes {
                for holder in &holders {
                    state.hold(holder.value, holder.path.clone());
                }
                for step in self.call(walk, inst, call, state, node, Event::Call) {
                    next.push(match step {
                        Next::On(state, node) => (state, node, panics),
                        Next::Panics(state, node) => (state, node, true),
                    });
                }
            }
            lanes = next;
            lanes.truncate(16);
        }
        lanes
            .into_iter()
            .map(|(state, node, panics)| match panics {
                true => Next::Panics(state, node),
                false => Next::On(state, node),
            })
            .collect()
    }

    /// What a call does to the value.
    pub(super) fn call(
        &mut self,
        walk: &mut Walk<'p>,
        inst: Inst<'p>,
        call: Call<'p>,
        mut state: State,
        node: usize,
        how: Event,
    ) -> Vec<Next> {
        let callee = call.callee();
        if how == Event::Call && !self.never.returns(&callee) {
            return Vec::new();
        }
        let event = walk.event(self.protocol, &callee, call, &state);
        if let Some(event) = event {
            return match walk.happens(self.protocol, inst, event, &mut state, node) {
                Some(node) => vec![Next::On(state, node)],
                None => Vec::new(),
            };
        }
        let mut targets: Vec<(Func<'p>, usize)> = Vec::new();
        match &callee {
            Callee::Static { func, .. } => targets.extend(func.map(|func| (func, 0))),
            Callee::Value(value) => {
                let mut value = *value;
                while let Some(Op::Narrow { x, .. } | Op::Convert { x, .. }) =
                    value.definition().map(Inst::op)
                {
                    value = x;
                }
                let program = walk.func.program();
                match value.definition().map(Inst::op) {
                    Some(Op::Closure { func: Some(func), .. } | Op::Func(Some(func))) => {
                        targets.push((func, 0));
                    }
                    _ => {
                        for path in walk.held(&state, value) {
                            if let Some(Sel::Capture(func, _)) = path.first() {
                                let func = Func { program, index: *func };
                                if !targets.contains(&(func, 0)) {
                                    targets.push((func, 0));
                                }
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        let holds =
            walk.given(call).any(|value| walk.arguments(&state, value).iter().any(leads_to_value));
        if !holds {
            walk.asks_context(&mut state, inst, &callee, call);
            return vec![Next::On(state, node)];
        }
        if targets.is_empty() {
            let edges = self.pass.call_graph().callees(inst);
            if edges.is_empty() || edges.len() > CALLEES {
                walk.left = true;
                walk.exit(Exit::Handed);
                return Vec::new();
            }
            targets.extend(edges.into_iter().map(|edge| (edge.callee, edge.first)));
        }
        let several = targets.len() > 1;
        let mut exits = Vec::new();
        for (func, first) in targets {
            let given = walk.gives_to(&state, call, func, first, &self.shape(func).conditions);
            if !given.0.iter().any(|(_, path)| leads_to_value(path)) {
                exits.push(Exit::Left(Left {
                    panics: false,
                    state: state.clone(),
                    returned: Vec::new(),
                    known: Vec::new(),
                }));
                continue;
            }
            let entry = Entry { func: func.index, state: state.state, given };
            exits.extend(self.summary(func, entry, walk.depth + 1).iter().cloned());
        }
        walk.after(self.protocol, inst, (state, node), &exits, several, how)
    }
}

impl<'p> Walk<'p> {
    /// What a call gets: its arguments, and its callee or receiver.
    pub(super) fn given(&self, call: Call<'p>) -> impl Iterator<Item = Value<'p>> + use<'p> {
        let through = match call.callee() {
            Callee::Value(value) => Some(value),
            Callee::Interface { receiver, .. } => Some(receiver),
            _ => None,
        };
        call.args().chain(through).collect::<Vec<_>>().into_iter()
    }

    /// Whether a deferred call may matter: it holds the value, captures a variable that may, or
    /// recovers.
    pub(super) fn matters(&self, state: &State, call: Call<'p>) -> bool {
        self.given(call).any(|value| {
            self.holds(state, value)
                || matches!(value.definition().map(Inst::op),
                    Some(Op::Closure { captures, .. })
                        if captures.iter().any(|x| self.shape.private.get(&x.id) == Some(&true)))
        }) || self.recovers(call.inst().id)
    }

    pub(super) fn recovers(&self, deferred: InstId) -> bool {
        let inst = Inst { func: self.func, id: deferred };
        let callee = inst.call().and_then(Call::static_callee);
        callee.is_some_and(|func| func.insts().any(|inst| matches!(inst.op(), Op::Recover)))
    }

    /// The deferred calls that are pending when an instruction is reached, as far as they matter.
    pub(super) fn deferred_before(&self, at: Inst<'p>) -> Vec<(InstId, Vec<Holder>)> {
        let empty = State::new(super::StateId(0));
        self.func
            .insts()
            .filter(|inst| matches!(inst.op(), Op::Defer(call) if self.matters(&empty, call)))
            .filter(|inst| inst.reaches(at))
            .map(|inst| (inst.id, Vec::new()))
            .collect()
    }

    /// What of a deferred call holds the value now and will do so when it runs, whatever is made
    /// anew until then.
    pub(super) fn snapshot(&self, state: &State, call: Call<'p>) -> Vec<Holder> {
        let mut found = Vec::new();
        let mut work: Vec<Value<'p>> = self.given(call).collect();
        while let Some(value) = work.pop() {
            let held = state.held_by(value.id).filter(|path| path.first() != Some(&Sel::Deref));
            found.extend(held.map(|path| Holder { value: value.id, path: path.clone() }));
            if let Some(Op::Closure { captures, .. }) = value.definition().map(Inst::op) {
                work.extend(captures);
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Notes the results of a call that asks the context whether it is done.
    pub(super) fn asks_context(
        &self,
        state: &mut State,
        inst: Inst<'p>,
        callee: &Callee<'p>,
        call: Call<'p>,
    ) {
        let Some(result) = inst.results().next() else { return };
        let (asked, what) = match callee {
            Callee::Interface { receiver, method } => match method.name {
                "Done" => (Some(*receiver), Sel::Done),
                "Err" => (Some(*receiver), Sel::Failed),
                _ => return,
            },
            Callee::Static { name, .. } if name == "context.Cause" => {
                (call.args().next(), Sel::Failed)
            }
            _ => return,
        };
        if asked.is_some_and(|asked| state.is_at(asked.id, Sel::Context)) {
            state.hold(result.id, vec![what]);
        }
    }

    /// The event that a call is, by the rules of the protocol or as a method that none names.
    pub(super) fn event(
        &self,
        protocol: &Protocol,
        callee: &Callee<'p>,
        call: Call<'p>,
        state: &State,
    ) -> Option<Event> {
        let known = |event: Event| protocol.knows(event).then_some(event);
        match callee {
            Callee::Value(value) => {
                if state.is(value.id) {
                    return known(Event::Call);
                }
                state.held_by(value.id).find_map(|path| match path[..] {
                    [Sel::Bound(name)] => known(Event::Method(name)),
                    _ => None,
                })
            }
            Callee::Static { name, .. } => {
                for rule in &protocol.rules {
                    if let Event::Argument(function, at) = rule.1
                        && function == name
                        && call.args().nth(at).is_some_and(|arg| state.is(arg.id))
                    {
                        return Some(rule.1);
                    }
                }
                let method = name.rsplit('.').next()?;
                let receiver = call.args().next()?;
                if !state.is(receiver.id) {
                    return None;
                }
                protocol
                    .rules
                    .iter()
                    .map(|rule| rule.1)
                    .find(|event| matches!(event, Event::Method(name) if *name == method))
            }
            Callee::Interface { receiver, method } => {
                let event = protocol
                    .rules
                    .iter()
                    .map(|rule| rule.1)
                    .find(|event| matches!(event, Event::Method(name) if *name == method.name));
                event.filter(|_| state.is(receiver.id))
            }
            Callee::Builtin(_) => None,
        }
    }

    /// How a call gives the value to a function.
    pub(super) fn gives_to(
        &self,
        state: &State,
        call: Call<'p>,
        func: Func<'p>,
        first: usize,
        conditions: &Conditions,
    ) -> Given {
        let captures = func.captures().count();
        let params: Vec<Value<'p>> = func.captures().chain(func.params()).collect();
        let mut given: Vec<(usize, Value<'p>)> =
            call.args().enumerate().map(|(at, arg)| (captures + first + at, arg)).collect();
        let mut paths: Vec<(usize, Path)> = Vec::new();
        match call.callee() {
            Callee::Value(value) => {
                if let Some(Op::Closure { captures, .. }) = value.definition().map(Inst::op) {
                    given.extend(captures.into_iter().enumerate());
                }
                for path in self.held(state, value) {
                    match path.split_first() {
                        Some((Sel::Capture(of, at), rest)) if *of == func.index => {
                            paths.push((*at as usize, rest.to_vec()));
                        }
                        Some((Sel::Receiver(of), rest)) if *of == func.index => {
                            paths.push((captures, rest.to_vec()));
                        }
                        _ => {}
                    }
                }
            }
            Callee::Interface { receiver, .. } if first == 1 => {
                given.push((captures, receiver));
            }
            _ => {}
        }
        let mut known = Vec::new();
        for (at, value) in given {
            paths.extend(self.arguments(state, value).into_iter().map(|path| (at, path)));
            let Some(param) = params.get(at) else { continue };
            if let Some(fact) = state.known(Key::Cell(value.id)) {
                known.push((at, true, fact));
            } else if conditions.is_tested(param.id)
                && let Some(fact) = known_of(self.func, value.id, state)
            {
                known.push((at, false, fact));
            }
        }
        paths.sort();
        paths.dedup();
        known.sort();
        (paths, known)
    }

    /// Goes on behind a call of functions that end in these ways.
    pub(super) fn after(
        &mut self,
        protocol: &Protocol,
        inst: Inst<'p>,
        (state, node): (State, usize),
        exits: &[Exit],
        several: bool,
        how: Event,
    ) -> Vec<Next> {
        let mut next = Vec::new();
        let outcome = |exit: &Exit| match exit {
            Exit::Handed => None,
            Exit::Left(left) => Some((left.state.state, left.returned.clone())),
        };
        let normal = |exit: &&Exit| !matches!(exit, Exit::Left(left) if left.panics);
        let mut all: Vec<_> = exits.iter().filter(normal).map(outcome).collect();
        all.dedup();
        // What a goroutine does depends on nothing that the caller decides later.
        let partial = how != Event::Go && (several || all.len() > 1);
        for exit in exits {
            let Exit::Left(left) = exit else {
                self.left = true;
                self.exit(Exit::Handed);
                continue;
            };
            let mut state = state.clone();
            if left.state.state != state.state {
                self.left = true;
            }
            state.state = left.state.state;
            state.certain &= left.state.certain && !partial;
            if protocol.is_settled(state.state) && self.created.is_some() {
                continue;
            }
            let node = self.step(node, inst, StepKind::Passed);
            if left.panics {
                if how == Event::Call {
                    next.push(Next::Panics(state, node));
                }
                continue;
            }
            if matches!(inst.op(), Op::Call(_)) {
                let results: Vec<Value<'p>> = inst.results().collect();
                for (at, path) in &left.returned {
                    if let Some(result) = results.get(*at) {
                        state.hold(result.id, path.clone());
                    }
                }
                for (at, known) in &left.known {
                    if let Some(result) = results.get(*at)
                        && self.shape.conditions.is_tested(result.id)
                    {
                        state.know(Key::Value(result.id), Some(*known));
                    }
                }
            }
            next.push(Next::On(state, node));
        }
        next
    }
}
