//! Taking constraints out of a solution.
//!
//! Records die (see [`Reasons`]): those of constraints that are taken out, and those that rest on
//! what is lost. What a dead record gave to a node is a candidate: it stays if another record gives
//! it that was made before it came, from something that was there before. Else it is lost, and what
//! rests on it is looked at in turn. What is left when nothing is to be looked at any more has a
//! reason that does not rest on itself. Some of what was lost has later reasons among what is left:
//! those are looked for last, and flow like anything new.
//!
//! So more is lost at first than has to be, as in "delete and rederive" (Gupta, Mumick &
//! Subrahmanian, SIGMOD 1993), but only what has no reason that is older than itself. Most of what
//! a program's functions get has many such: their callers came before what they do.
//!
//! What reflection knows is never forgotten; where it might have to be, this says so.

use super::parts::Part;
use super::{Dying, Solver, flows_to};
use crate::points::bounds::{Detail, FEW_UNTYPED};
use crate::points::facts::{Filter, Reflect, Rule};
use crate::points::link::{Element, FUNC, InstanceId, NIL, Node, OPAQUE, Origin, UNIVERSE, Unlike};
use crate::points::reasons::{
    AtomId, AtomKind, NEVER, Reasons, RecordId, ShowId, Time, WHOLE, What, Why,
};
use crate::points::sets::SetId;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_types::TypeId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How many records may be looked at before solving again is taken to be cheaper.
const BUDGET: usize = 30_000_000;

/// What reflection goes by when it looks at an element: the type of its cell, what the cell is, and
/// whether the element is in an interface.
type Kind = (TypeId, u8, bool);

/// Sets of up to this many elements are taken one by one.
const SMALL: usize = 48;

/// What is being taken out.
#[derive(Default)]
pub(super) struct Removal {
    /// Records that are to die.
    pub(super) dying: Vec<RecordId>,
    /// By node: what may be lost.
    candidates: FxHashMap<Node, SetId>,
    queue: BinaryHeap<Reverse<(u64, Node)>>,
    /// Atoms that may be lost.
    atoms: Vec<AtomId>,
    /// By node: what was lost.
    lost: FxHashMap<Node, SetId>,
    lost_atoms: Vec<AtomId>,
    /// Nodes that something may flow to that was made meanwhile.
    pub(super) touched: FxHashSet<Node>,
    /// Rules that are to be shown again all that their nodes have.
    again: Vec<(Node, Rule<Node>)>,
    steps: usize,
}

impl Solver<'_, '_, '_> {
    pub(super) fn reasons(&self) -> &Reasons {
        self.linker.reasons.as_deref().expect("only solutions with reasons lose something")
    }

    pub(super) fn reasons_mut(&mut self) -> &mut Reasons {
        self.linker.reasons.as_deref_mut().expect("only solutions with reasons lose something")
    }

    /// Takes records out of a solution, and what rests on them. What has other reasons waits in
    /// inboxes then. If this fails the solution is of no use any more.
    pub(in crate::points) fn remove(&mut self, dying: Dying) -> Result<(), Unlike> {
        let dying = dying.records;
        if dying.is_empty() {
            return Ok(());
        }
        self.removal = Some(Box::new(Removal { dying, ..Removal::default() }));
        let result = self.lose_all();
        let Some(removal) = self.removal.take() else { return result };
        result?;
        self.bring_back(&removal);
        Ok(())
    }

    fn removal(&mut self) -> &mut Removal {
        self.removal.as_deref_mut().expect("something is being removed")
    }

    fn step(&mut self, count: usize) -> Result<(), Unlike> {
        let removal = self.removal();
        removal.steps += count;
        if removal.steps > BUDGET { Err(Unlike::TooMuch) } else { Ok(()) }
    }

    fn lose_all(&mut self) -> Result<(), Unlike> {
        loop {
            if let Some(record) = self.removal().dying.pop() {
                self.kill(record)?;
            } else if let Some(atom) = self.removal().atoms.pop() {
                self.look_at_atom(atom)?;
            } else if let Some(Reverse((_, node))) = self.removal().queue.pop() {
                if let Some(set) = self.removal().candidates.remove(&node) {
                    let lost = self.unsupported(node, set)?;
                    if !lost.is_empty() {
                        self.lose(node, lost)?;
                    }
                }
            } else {
                return Ok(());
            }
        }
    }

    fn candidate(&mut self, node: Node, set: SetId) {
        if set.is_empty() {
            return;
        }
        let order = self.order[node as usize];
        let removal = self.removal.as_deref_mut().expect("something is being removed");
        match removal.candidates.get_mut(&node) {
            Some(known) => *known = self.sets.union(*known, set),
            None => {
                removal.candidates.insert(node, set);
                removal.queue.push(Reverse((order, node)));
            }
        }
    }

    /// A record is not there any more.
    fn kill(&mut self, id: RecordId) -> Result<(), Unlike> {
        let reasons = self.reasons_mut();
        let record = reasons.records[id as usize];
        if !record.is_alive {
            return Ok(());
        }
        reasons.records[id as usize].is_alive = false;
        match record.what {
            What::Edge(from) => {
                let reasons = self.reasons();
                let mut count = 0;
                let has_other = reasons.incoming.iter(record.of).any(|other| {
                    let other = reasons.records[other as usize];
                    count += 1;
                    other.is_alive && other.what == What::Edge(from)
                });
                self.step(count)?;
                if !has_other {
                    self.edges.remove_all(from, record.of);
                }
                self.candidate(record.of, self.current[from as usize]);
            }
            What::Member(element) => {
                let set = self.sets.single(element);
                self.candidate(record.of, set);
            }
            What::Flow(from, rule) => {
                let set = self.flow(rule, self.current[from as usize])?;
                self.candidate(record.of, set);
            }
            What::Receive(atom) => {
                if let AtomKind::Connected(_, node, _) = self.reasons().atoms[atom as usize].kind {
                    let set = self.receivers(atom, self.current[node as usize]);
                    self.candidate(record.of, set);
                }
            }
            What::Rule(rule) => self.kill_rule(record.of, rule, record.made)?,
            What::Support => self.removal().atoms.push(record.of),
        }
        Ok(())
    }

    fn kill_rule(&mut self, node: Node, rule: Rule<Node>, made: Time) -> Result<(), Unlike> {
        if let Rule::Apply { filter: Filter::BoxPointers(_), .. } = rule {
            self.keep_boxes(rule, self.current[node as usize])?;
        }
        self.keep_bounds(rule, self.current[node as usize])?;
        self.rules.remove(node, rule);
        let reasons = self.reasons();
        let others = reasons.alive(&reasons.rules, node);
        let others: Vec<Time> = others
            .into_iter()
            .map(|id| reasons.records[id as usize])
            .filter(|other| other.what == What::Rule(rule))
            .map(|other| other.made)
            .collect();
        if others.iter().any(|&other| other <= made) || flows_to(rule).is_some() {
            return Ok(());
        }
        let shows = self.shows_of(node)?;
        for show in shows {
            let shown = self.reasons().shows[show as usize];
            if shown.rule == rule {
                // Of what is reflection's it cannot be told what was made.
                if shown.is_known && !shown.set.is_empty() {
                    return Err(Unlike::Reflection);
                }
                self.unshow(show, shown.set)?;
            }
        }
        if let Rule::Invoke(site) = rule {
            let connections = self.reasons().connections.get(&site).cloned().unwrap_or_default();
            self.removal().atoms.extend(connections);
        }
        if !others.is_empty() {
            self.removal().again.push((node, rule));
        }
        Ok(())
    }

    fn shows_of(&mut self, node: Node) -> Result<Vec<ShowId>, Unlike> {
        let reasons = self.reasons();
        let shows: Vec<ShowId> = reasons.shows_at.iter(node).collect();
        self.step(shows.len())?;
        Ok(shows)
    }

    /// What was shown to a rule is not there any more.
    fn unshow(&mut self, id: ShowId, lost: SetId) -> Result<(), Unlike> {
        let show = self.reasons().shows[id as usize];
        let left = self.sets.difference(show.set, lost);
        if left == show.set {
            return Ok(());
        }
        self.reasons_mut().shows[id as usize].set = left;
        let reasons = self.reasons();
        let records = reasons.alive(&reasons.by_show, id);
        self.step(records.len())?;
        let mut dying = Vec::new();
        for record in records {
            match self.reasons().records[record as usize].why {
                Why::Shown(_, WHOLE) => {
                    self.replace_part(record, show.rule, left)?;
                    dying.push(record);
                }
                Why::Shown(_, element) if !self.sets.contains(left, element) => dying.push(record),
                _ => {}
            }
        }
        self.removal().dying.extend(dying);
        Ok(())
    }

    /// A node for a part of all elements of a set gives way to one for the elements that are left. It
    /// has had what it would have had.
    fn replace_part(&mut self, id: RecordId, rule: Rule<Node>, left: SetId) -> Result<(), Unlike> {
        if left.is_empty() {
            return Ok(());
        }
        let part = match rule {
            Rule::Load { delta, base, .. } => Part::Loaded(delta, base),
            Rule::Store { delta, base, .. } => Part::Stored(delta, base),
            Rule::Unbox { delta, ty, .. } => Part::Unboxed(delta, ty),
            Rule::Reflect { op: Reflect::DataWord, .. } => Part::DataWord,
            _ => return Ok(()),
        };
        let record = self.reasons().records[id as usize];
        let What::Edge(from) = record.what else { return Ok(()) };
        let is_store = matches!(part, Part::Stored(..));
        let old = if is_store { record.of } else { from };
        let is_new = !self.parts.contains_key(&(left, part));
        self.step(self.sets.count(left))?;
        let new = self.shared(left, part);
        self.act();
        let (from, to) = if is_store { (from, new) } else { (new, record.of) };
        let reasons = self.reasons_mut();
        reasons.record_of_time(to, What::Edge(from), record.why, record.made);
        self.edges.push(from, to);
        if is_new {
            let came = self.reasons().came(old);
            let all = came.first().map_or(SetId::EMPTY, |&(_, set)| set);
            self.reasons_mut().set_came(new, &came);
            self.current[new as usize] = all;
            let without = self.unsupported(new, all)?;
            self.forget(new, without);
            // The rules that it has have seen nothing.
            self.unseen.push(new);
        }
        self.removal().touched.insert(new);
        Ok(())
    }

    // --- What has reasons -------------------------------------------------------------------------

    /// What of a set a node has without a reason that is older.
    fn unsupported(&mut self, node: Node, set: SetId) -> Result<SetId, Unlike> {
        let came = self.reasons().came(node);
        let mut open: Vec<(Time, SetId)> = Vec::new();
        let mut rest = set;
        for (at, &(time, has)) in came.iter().enumerate() {
            let older = came.get(at + 1).map_or(SetId::EMPTY, |&(_, set)| set);
            // What of it came then.
            let elder = self.intersection(rest, older);
            let now = self.sets.difference(rest, elder);
            let now = self.intersection(now, has);
            if !now.is_empty() {
                open.push((time, now));
            }
            rest = elder;
            if rest.is_empty() {
                break;
            }
        }
        if open.is_empty() {
            return Ok(SetId::EMPTY);
        }
        let mut steps = 0;
        let mut at = self.reasons().incoming.first(node);
        while let Some((id, next)) = self.reasons().incoming.next(at) {
            at = next;
            steps += 1;
            let record = self.reasons().records[id as usize];
            if !record.is_alive {
                continue;
            }
            let mut is_open = false;
            for (time, left) in &mut open {
                let time = *time;
                if left.is_empty() {
                    continue;
                }
                if record.made >= time {
                    is_open = true;
                    continue;
                }
                let gives = match record.what {
                    What::Edge(from) => self.reasons().before(from, time),
                    What::Member(element) => self.sets.single(element),
                    What::Flow(from, rule) => {
                        let had = self.reasons().before(from, time);
                        self.flow(rule, had)?
                    }
                    What::Receive(atom) => match self.reasons().atoms[atom as usize].kind {
                        AtomKind::Connected(_, from, _) => {
                            let had = self.reasons().before(from, time);
                            self.receivers(atom, had)
                        }
                        _ => SetId::EMPTY,
                    },
                    What::Rule(_) | What::Support => SetId::EMPTY,
                };
                *left = self.without(*left, gives);
                is_open |= !left.is_empty();
            }
            if !is_open {
                break;
            }
        }
        self.step(steps)?;
        let mut lost = SetId::EMPTY;
        for (_, left) in open {
            lost = self.sets.union(lost, left);
        }
        Ok(lost)
    }

    fn intersection(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b || a.is_empty() {
            return a;
        }
        if b.is_empty() {
            return b;
        }
        let other = self.without(a, b);
        if other.is_empty() {
            return a;
        }
        if other == a {
            return SetId::EMPTY;
        }
        self.sets.difference(a, other)
    }

    /// The elements of a set that another has not; small ones are looked up in it.
    fn without(&mut self, a: SetId, b: SetId) -> SetId {
        if b.is_empty() || a.is_empty() {
            return a;
        }
        if a == b {
            return SetId::EMPTY;
        }
        if self.sets.count(a) > SMALL {
            return self.sets.difference(a, b);
        }
        let mut left = self.sets.to_vec(a);
        let count = left.len();
        left.retain(|&element| !self.sets.contains(b, element));
        if left.len() == count { a } else { self.sets.intern(&left) }
    }

    /// What a rule that makes elements of elements makes of a set.
    fn flow(&mut self, rule: Rule<Node>, set: SetId) -> Result<SetId, Unlike> {
        if set.is_empty() {
            return Ok(set);
        }
        let mut set = set;
        if self.linker.detail != Detail::Full && self.linker.view(rule).is_some() {
            // Only some of it was seen.
            let by = self.linker.seen_by(rule);
            let seen = self.untyped.get(&by).map_or(SetId::EMPTY, |&(seen, _)| seen);
            set = self.intersection(set, seen);
        }
        Ok(match rule {
            Rule::Apply { filter, .. } => self.filter(filter, set),
            Rule::Offset { delta, base, .. } => self.offset(set, delta, base),
            _ => SetId::EMPTY,
        })
    }

    /// A function that has seen as much as it may see untyped, and does not see some of it any more,
    /// would see something else instead.
    fn keep_bounds(&mut self, rule: Rule<Node>, lost: SetId) -> Result<(), Unlike> {
        if self.linker.detail != Detail::Bounded || self.linker.view(rule).is_none() {
            return Ok(());
        }
        let by = self.linker.seen_by(rule);
        let (seen, count) = self.untyped.get(&by).copied().unwrap_or_default();
        if count < FEW_UNTYPED || self.intersection(lost, seen).is_empty() {
            return Ok(());
        }
        Err(Unlike::Bounds)
    }

    /// Pointers that are put into interfaces as something else than they are stay in the boxes that
    /// they are in.
    fn keep_boxes(&mut self, rule: Rule<Node>, set: SetId) -> Result<(), Unlike> {
        let made = self.flow(rule, set)?;
        if self.without(made, set).is_empty() { Ok(()) } else { Err(Unlike::Removed) }
    }

    /// The receivers among a set that a method call passes on as they are.
    fn receivers(&mut self, atom: AtomId, set: SetId) -> SetId {
        let group = self.group(atom, set);
        let mut pointers = self.sets.to_vec(group);
        pointers.retain(|element| element % 2 == 0);
        self.sets.intern(&pointers)
    }

    /// What of a set makes a method call call an instance.
    fn group(&mut self, atom: AtomId, set: SetId) -> SetId {
        let AtomKind::Connected(site, _, callee) = self.reasons().atoms[atom as usize].kind else {
            return SetId::EMPTY;
        };
        let method = self.reasons().methods.get(&site).copied();
        let Some(method) = method else { return SetId::EMPTY };
        if set.is_empty() {
            return set;
        }
        let func = self.linker.instances[callee.0 as usize].func;
        let groups = self.groups(set, method);
        let group = groups.iter().find(|(callee, _)| *callee == Some(func));
        group.map_or(SetId::EMPTY, |&(_, set)| set)
    }

    fn look_at_atom(&mut self, id: AtomId) -> Result<(), Unlike> {
        let atom = self.reasons().atoms[id as usize];
        if atom.since == NEVER || self.has_support(id, atom.since)? {
            return Ok(());
        }
        self.reasons_mut().atoms[id as usize].since = NEVER;
        if let AtomKind::Instance(InstanceId(at)) = atom.kind {
            let instance = &mut self.linker.instances[at as usize];
            instance.active = false;
            self.linker.has_lost_names |= !instance.facts.names.is_empty();
        }
        let reasons = self.reasons();
        let records = reasons.alive(&reasons.by_atom, id);
        self.step(records.len())?;
        let removal = self.removal();
        removal.lost_atoms.push(id);
        removal.dying.extend(records);
        Ok(())
    }

    /// Whether an atom has a reason from before a time.
    fn has_support(&mut self, id: AtomId, time: Time) -> Result<bool, Unlike> {
        let reasons = self.reasons();
        if let AtomKind::Connected(site, node, _) = reasons.atoms[id as usize].kind {
            let rule = What::Rule(Rule::Invoke(site));
            let rules = reasons.alive(&reasons.rules, node);
            let has_rule = rules.iter().any(|&id| {
                let record = reasons.records[id as usize];
                record.what == rule && record.made < time
            });
            let had = match time {
                NEVER => self.current[node as usize],
                _ => reasons.before(node, time),
            };
            let count = rules.len();
            self.step(count)?;
            return Ok(has_rule && !self.group(id, had).is_empty());
        }
        let mut count = 0;
        let found = reasons.supports.iter(id).any(|support| {
            let record = reasons.records[support as usize];
            count += 1;
            record.is_alive && record.made < time
        });
        self.step(count)?;
        Ok(found)
    }

    // --- What is lost -----------------------------------------------------------------------------

    /// A node has never had something.
    fn forget(&mut self, node: Node, lost: SetId) {
        if lost.is_empty() {
            return;
        }
        let mut came = self.reasons().came(node);
        for (_, set) in &mut came {
            *set = self.sets.difference(*set, lost);
        }
        came.reverse();
        came.dedup_by_key(|&mut (_, set)| set);
        came.retain(|&(_, set)| !set.is_empty());
        came.reverse();
        self.reasons_mut().set_came(node, &came);
        let current = &mut self.current[node as usize];
        *current = self.sets.difference(*current, lost);
        let seen = &mut self.seen[node as usize];
        *seen = self.sets.difference(*seen, lost);
    }

    fn lose(&mut self, node: Node, lost: SetId) -> Result<(), Unlike> {
        for element in self.sets.to_vec(lost) {
            let is_universe = self.linker.flags[(element / 2) as usize] & UNIVERSE != 0;
            if is_universe || self.linker.is_stub(element / 2) {
                return Err(Unlike::Reflection);
            }
        }
        if self.reasons().is_operands.contains(&node) {
            self.keep_kinds(node, lost)?;
        }
        self.forget(node, lost);
        let removal = self.removal.as_deref_mut().expect("something is being removed");
        let known = removal.lost.entry(node).or_default();
        *known = self.sets.union(*known, lost);
        let mut targets = Vec::new();
        let mut at = self.edges.first(node);
        while let Some((to, next)) = self.edges.next(at) {
            targets.push(to);
            at = next;
        }
        self.step(targets.len())?;
        for to in targets {
            self.candidate(to, lost);
        }
        let mut rules = Vec::new();
        let mut at = self.rules.first(node);
        while let Some((rule, next)) = self.rules.next(at) {
            rules.push(rule);
            at = next;
        }
        self.step(rules.len())?;
        for rule in rules {
            self.keep_bounds(rule, lost)?;
            if let Some(dst) = flows_to(rule) {
                if let Rule::Apply { filter: Filter::BoxPointers(_), .. } = rule {
                    self.keep_boxes(rule, lost)?;
                }
                let set = self.flow(rule, lost)?;
                self.candidate(dst, set);
            } else if let Rule::Invoke(site) = rule {
                self.lose_receivers(site, lost)?;
            }
        }
        for show in self.shows_of(node)? {
            self.unshow(show, lost)?;
        }
        Ok(())
    }

    fn lose_receivers(&mut self, site: u32, lost: SetId) -> Result<(), Unlike> {
        let connections = self.reasons().connections.get(&site).cloned().unwrap_or_default();
        self.step(connections.len())?;
        for atom in connections {
            if !self.reasons().is(atom) || self.group(atom, lost).is_empty() {
                continue;
            }
            self.removal().atoms.push(atom);
            if let AtomKind::Connected(_, _, callee) = self.reasons().atoms[atom as usize].kind {
                let first = self.linker.instances[callee.0 as usize].first;
                let set = self.receivers(atom, lost);
                if self.linker.receiver_leaf_count(callee) > 0 {
                    self.candidate(first, set);
                }
            }
        }
        Ok(())
    }

    /// What reflection knows of the kinds of elements that are lost it has to know of others that
    /// came no later.
    fn keep_kinds(&mut self, node: Node, lost: SetId) -> Result<(), Unlike> {
        let mut rules = Vec::new();
        let mut at = self.rules.first(node);
        while let Some((rule, next)) = self.rules.next(at) {
            rules.push(rule);
            at = next;
        }
        for rule in rules {
            let Rule::Reflect { op, .. } = rule else { continue };
            match op {
                Reflect::Value(_) | Reflect::AbsorbValue(_) | Reflect::TypeOf { .. } => {}
                Reflect::AbsorbVariable(_) | Reflect::Exists(_) | Reflect::PointerExists(_) => {}
                _ => return Err(Unlike::Reflection),
            }
        }
        let came = self.reasons().came(node);
        let mut kinds: Vec<(Kind, Time)> = Vec::new();
        for element in self.sets.to_vec(lost) {
            let time = came.iter().rev().find(|&&(_, set)| self.sets.contains(set, element));
            let Some(&(time, _)) = time else { continue };
            let object = self.linker.object_of(element / 2);
            if matches!(
                object.origin,
                Origin::Reflected | Origin::Outside | Origin::Universe(_) | Origin::Types
            ) {
                return Err(Unlike::Reflection);
            }
            kinds.push((self.kind_of(element), time));
        }
        kinds.sort_unstable_by_key(|&(_, time)| time);
        kinds.dedup();
        for (kind, time) in kinds {
            let had = self.reasons().before(node, time + 1);
            let had = self.sets.difference(had, lost);
            self.step(self.sets.count(had))?;
            let others = self.sets.to_vec(had);
            if !others.into_iter().any(|other| self.kind_of(other) == kind) {
                return Err(Unlike::Reflection);
            }
        }
        Ok(())
    }

    /// What reflection goes by when it looks at an element.
    fn kind_of(&self, element: Element) -> Kind {
        let cell = element / 2;
        let flags = self.linker.flags[cell as usize] & (FUNC | OPAQUE | NIL | UNIVERSE);
        (self.linker.cell_type(cell), flags, element % 2 == 1)
    }

    // --- What has later reasons -------------------------------------------------------------------

    fn bring_back(&mut self, removal: &Removal) {
        let mut nodes: Vec<(Node, Option<SetId>)> =
            removal.lost.iter().map(|(&node, &set)| (node, Some(set))).collect();
        nodes.extend(removal.touched.iter().map(|&node| (node, None)));
        nodes.sort_unstable();
        for (node, lost) in nodes {
            let mut at = self.reasons().incoming.first(node);
            while let Some((id, next)) = self.reasons().incoming.next(at) {
                at = next;
                let record = self.reasons().records[id as usize];
                if !record.is_alive {
                    continue;
                }
                let gives = match record.what {
                    What::Edge(from) => self.current[from as usize],
                    What::Member(element) => self.sets.single(element),
                    What::Flow(from, rule) if lost.is_none() => {
                        // Perhaps it has not been shown anything yet.
                        let set = self.current[from as usize];
                        self.see_rule(from, rule, set);
                        continue;
                    }
                    What::Flow(from, rule) => {
                        self.flow(rule, self.current[from as usize]).unwrap_or_default()
                    }
                    What::Receive(atom) => match self.reasons().atoms[atom as usize].kind {
                        AtomKind::Connected(_, from, _) => {
                            self.receivers(atom, self.current[from as usize])
                        }
                        _ => SetId::EMPTY,
                    },
                    What::Rule(_) | What::Support => SetId::EMPTY,
                };
                let back = match lost {
                    Some(lost) => self.intersection(lost, gives),
                    None => gives,
                };
                self.add(node, back);
            }
        }
        let mut atoms = removal.lost_atoms.clone();
        atoms.sort_unstable();
        atoms.dedup();
        for id in atoms {
            self.bring_back_atom(id);
        }
        for &(node, rule) in &removal.again {
            let has_rule = {
                let reasons = self.reasons();
                let rules = reasons.alive(&reasons.rules, node);
                rules.iter().any(|&id| reasons.records[id as usize].what == What::Rule(rule))
            };
            let seen = self.seen[node as usize];
            if has_rule && !seen.is_empty() {
                self.see_rule(node, rule, seen);
            }
        }
    }

    fn bring_back_atom(&mut self, id: AtomId) {
        if self.reasons().is(id) || !self.has_any_support(id) {
            return;
        }
        match self.reasons().atoms[id as usize].kind {
            AtomKind::Instance(instance) => self.linker.run(instance),
            AtomKind::Copied(callee, element) => {
                self.reasons_mut().begin(id);
                self.linker.because(Why::Atom(id), |linker| {
                    linker.pass_receiver(callee, element);
                });
            }
            AtomKind::Connected(_, node, callee) => {
                self.connect(id);
                if self.linker.receiver_leaf_count(callee) > 0 {
                    let set = self.receivers(id, self.current[node as usize]);
                    self.add_to(self.linker.instances[callee.0 as usize].first, set);
                }
            }
        }
    }

    fn has_any_support(&mut self, id: AtomId) -> bool {
        // Steps are not counted any more.
        self.removal = Some(Box::default());
        let found = self.has_support(id, NEVER).unwrap_or(false);
        self.removal = None;
        found
    }
}
