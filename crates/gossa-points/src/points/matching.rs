//! What an edit has added to the facts of a function, and what it has taken away.
//!
//! Facts number variables and cells in the order in which instructions need them, so a statement
//! more shifts all numbers behind it. [`additions`] finds the numbers of the old facts in the new
//! ones: those before the place of the edit are what they were, those behind it have moved. It is
//! right only if all old constraints are among the new ones then, which is looked at. Where an edit
//! has taken something away there is no such place, and [`changes`] takes the one where least
//! differs. Any would do: what differs is taken out and added.

use super::facts::{CallFact, CallTarget, Extern, Facts, NodePlace, NodeRef, Rule};
use crate::callgraph::CallMode;
use crate::program::{FuncIndex, MethodName};
use gossa_base::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// How much is tried, in variables times constraints.
const BUDGET: usize = 20_000_000;

/// The facts of a function before and after an edit that takes nothing away.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Additions {
    /// By variable of the new facts: its number in the old ones.
    pub(super) variables: Box<[Option<u32>]>,
    /// By object: likewise.
    pub(super) objects: Box<[Option<u32>]>,
    /// By call: likewise.
    pub(super) calls: Box<[Option<u32>]>,
    /// Which members are new.
    pub(super) members: Vec<u32>,
    /// Which copies are.
    pub(super) copies: Vec<u32>,
    /// Which rules are.
    pub(super) rules: Vec<u32>,
    /// What is not there any more.
    pub(super) lost: Lost,
}

/// Constraints of old facts that the new ones have not, as indices in the old facts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Lost {
    pub(super) members: Vec<u32>,
    pub(super) copies: Vec<u32>,
    pub(super) rules: Vec<u32>,
    pub(super) calls: Vec<u32>,
}

impl Lost {
    pub(super) fn is_empty(&self) -> bool {
        let Self { members, copies, rules, calls } = self;
        [members, copies, rules, calls].into_iter().all(Vec::is_empty)
    }
}

/// A node by its old number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Place {
    Variable(u32),
    Cell(u32),
    Extern(Extern),
    Nil,
}

/// A constraint by old numbers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Item {
    Member(Place, Place, bool),
    Copy(Place, Place),
    Rule(Place, Rule<Place>),
}

/// Whom a call calls, by old numbers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Target {
    Static(FuncIndex),
    Value(Place),
    Invoke(Place, MethodName),
}

/// A call by old numbers.
type Call = (CallMode, Target, Vec<Place>, Option<u32>, u32);

/// Numbers before and after: those from `at` on have moved by `by`.
#[derive(Clone, Copy)]
struct Shift {
    at: u32,
    by: u32,
}

impl Shift {
    const NONE: Self = Self { at: 0, by: 0 };

    /// The old number of a new one; `None` for those that are new.
    fn old(self, number: u32) -> Option<u32> {
        match number {
            _ if number < self.at => Some(number),
            _ if number < self.at + self.by => None,
            _ => Some(number - self.by),
        }
    }
}

/// Facts as their old numbers say.
struct View<'f> {
    facts: &'f Facts,
    variables: Shift,
    cells: Shift,
}

impl View<'_> {
    fn place(&self, node: NodeRef) -> Option<Place> {
        Some(match node.place() {
            NodePlace::Variable(at) => Place::Variable(self.variables.old(at)?),
            NodePlace::Cell(at) => Place::Cell(self.cells.old(at)?),
            NodePlace::Extern(at) => Place::Extern(self.facts.externs[at as usize]),
            NodePlace::Nil => Place::Nil,
        })
    }

    fn member(&self, at: usize) -> Option<Item> {
        let (node, cell) = self.facts.members[at];
        Some(Item::Member(self.place(node)?, self.place(cell.node)?, cell.boxed))
    }

    fn copy(&self, at: usize) -> Option<Item> {
        let (from, to) = self.facts.copies[at];
        Some(Item::Copy(self.place(from)?, self.place(to)?))
    }

    fn rule(&self, at: usize) -> Option<Item> {
        let (node, rule) = self.facts.rules[at];
        let mut is_old = true;
        let rule = rule.map(|node| {
            self.place(node).unwrap_or_else(|| {
                is_old = false;
                Place::Nil
            })
        });
        is_old.then_some(Item::Rule(self.place(node)?, rule))
    }

    fn call(&self, call: &CallFact) -> Option<Call> {
        let target = match call.target {
            CallTarget::Static(func) => Target::Static(func),
            CallTarget::Value(node) => Target::Value(self.place(node)?),
            CallTarget::Invoke(node, method) => Target::Invoke(self.place(node)?, method),
        };
        let args = self.facts.args[call.args.range()].iter().map(|&arg| self.place(arg));
        let results = match call.result_count {
            0 => None,
            _ => Some(self.variables.old(call.results)?),
        };
        Some((call.mode, target, args.collect::<Option<_>>()?, results, call.result_count))
    }

    /// Whether the results of each call are beside each other in the old numbers, too.
    fn keeps_results_together(&self) -> bool {
        let Shift { at, by } = self.variables;
        self.facts.calls.iter().all(|call| {
            let (start, end) = (call.results, call.results + call.result_count);
            let is_apart = |border: u32| by > 0 && start < border && border < end;
            !is_apart(at) && !is_apart(at + by)
        })
    }
}

/// What the new facts have that the old ones have not; `None` if something of the old is not there
/// any more, as far as this can tell.
pub(super) fn additions(old: &Facts, new: &Facts) -> Option<Additions> {
    let is_same_function =
        (old.params, old.captures, old.results) == (new.params, new.captures, new.results);
    let has_names = || old.names.iter().all(|name| new.names.contains(name));
    let more = new.variables.checked_sub(old.variables)?;
    if !is_same_function || !has_names() {
        return None;
    }
    let before = View { facts: old, variables: Shift::NONE, cells: Shift::NONE };
    let mut items: FxHashSet<Item> = FxHashSet::default();
    items.extend((0..old.members.len()).filter_map(|at| before.member(at)));
    items.extend((0..old.copies.len()).filter_map(|at| before.copy(at)));
    items.extend((0..old.rules.len()).filter_map(|at| before.rule(at)));
    let mut calls: FxHashMap<Call, Vec<u32>> = FxHashMap::default();
    for (at, call) in old.calls.iter().enumerate().rev() {
        calls.entry(before.call(call)?).or_default().push(at as u32);
    }
    let size = new.size() + 1;
    let own = old.params + old.results;
    let mut tried = 0;
    for cells in object_shifts(old, new) {
        // Where nothing was added any place will do.
        let last = if more == 0 { own } else { old.variables };
        for at in own..=last {
            tried += size;
            if tried > BUDGET {
                return None;
            }
            let variables = Shift { at, by: more };
            let view = View { facts: new, variables, cells: cells.1 };
            if let Some(found) = compare(&view, &items, &calls, cells.0) {
                return Some(found);
            }
        }
    }
    None
}

/// The places where new objects may be, and what that means for cells.
fn object_shifts(old: &Facts, new: &Facts) -> Vec<(Shift, Shift)> {
    let (Some(more), Some(by)) =
        (new.objects.len().checked_sub(old.objects.len()), new.cells.checked_sub(old.cells))
    else {
        return Vec::new();
    };
    let same = |a: usize, b: usize| {
        let (a, b) = (&old.objects[a], &new.objects[b]);
        (a.ty, a.kind) == (b.ty, b.kind)
    };
    let count = old.objects.len();
    let last = if more == 0 { 0 } else { count };
    let places = (0..=last)
        .filter(|&at| (0..at).all(|i| same(i, i)) && (at..count).all(|i| same(i, i + more)));
    let shifts = places.map(|at| {
        let first_cell = old.objects.get(at).map_or(old.cells, |object| object.first_cell);
        (Shift { at: at as u32, by: more as u32 }, Shift { at: first_cell, by })
    });
    shifts.collect()
}

/// What is new if these are the old numbers; `None` if something is missing then.
fn compare(
    view: &View<'_>,
    items: &FxHashSet<Item>,
    calls: &FxHashMap<Call, Vec<u32>>,
    objects: Shift,
) -> Option<Additions> {
    if !view.keeps_results_together() {
        return None;
    }
    let facts = view.facts;
    let count = facts.members.len() + facts.copies.len() + facts.rules.len();
    // Some constraints may be there twice.
    let mut spare = count.checked_sub(items.len())?;
    let mut seen: FxHashSet<Item> = FxHashSet::default();
    let mut found = Additions::default();
    let mut look = |item: Option<Item>, at: usize, added: &mut Vec<u32>| {
        let known = item.filter(|item| items.contains(item));
        let is_known = known.is_some();
        if !known.is_some_and(|item| seen.insert(item)) {
            spare = spare.checked_sub(1)?;
        }
        if !is_known {
            added.push(at as u32);
        }
        Some(())
    };
    for at in 0..facts.rules.len() {
        look(view.rule(at), at, &mut found.rules)?;
    }
    for at in 0..facts.copies.len() {
        look(view.copy(at), at, &mut found.copies)?;
    }
    for at in 0..facts.members.len() {
        look(view.member(at), at, &mut found.members)?;
    }
    let mut left = calls.clone();
    let of_call = |call: &CallFact| left.get_mut(&view.call(call)?)?.pop();
    found.calls = facts.calls.iter().map(of_call).collect();
    if left.values().any(|calls| !calls.is_empty()) {
        return None;
    }
    found.variables = (0..facts.variables).map(|at| view.variables.old(at)).collect();
    found.objects = (0..facts.objects.len() as u32).map(|at| objects.old(at)).collect();
    Some(found)
}

/// The facts of a function whose old constraints nobody has asked for: parameters and results are
/// what they were, all else is new.
pub(super) fn replacement(new: &Facts) -> Additions {
    let own = new.params + new.results;
    Additions {
        variables: (0..new.variables).map(|at| (at < own).then_some(at)).collect(),
        objects: new.objects.iter().map(|_| None).collect(),
        calls: new.calls.iter().map(|_| None).collect(),
        members: Vec::new(),
        copies: Vec::new(),
        rules: Vec::new(),
        lost: Lost::default(),
    }
}

/// Old numbers of new ones.
struct Numbers {
    variables: Vec<Option<u32>>,
    cells: Vec<Option<u32>>,
    objects: Vec<Option<u32>>,
}

impl Numbers {
    fn place(&self, facts: &Facts, node: NodeRef) -> Option<Place> {
        Some(match node.place() {
            NodePlace::Variable(at) => Place::Variable(self.variables[at as usize]?),
            NodePlace::Cell(at) => Place::Cell(self.cells[at as usize]?),
            NodePlace::Extern(at) => Place::Extern(facts.externs[at as usize]),
            NodePlace::Nil => Place::Nil,
        })
    }

    fn member(&self, facts: &Facts, at: usize) -> Option<Item> {
        let (node, cell) = facts.members[at];
        Some(Item::Member(self.place(facts, node)?, self.place(facts, cell.node)?, cell.boxed))
    }

    fn copy(&self, facts: &Facts, at: usize) -> Option<Item> {
        let (from, to) = facts.copies[at];
        Some(Item::Copy(self.place(facts, from)?, self.place(facts, to)?))
    }

    fn rule(&self, facts: &Facts, at: usize) -> Option<Item> {
        let (node, rule) = facts.rules[at];
        let mut is_old = true;
        let rule = rule.map(|node| {
            self.place(facts, node).unwrap_or_else(|| {
                is_old = false;
                Place::Nil
            })
        });
        is_old.then_some(Item::Rule(self.place(facts, node)?, rule))
    }

    fn call(&self, facts: &Facts, call: &CallFact) -> Option<Call> {
        let target = match call.target {
            CallTarget::Static(func) => Target::Static(func),
            CallTarget::Value(node) => Target::Value(self.place(facts, node)?),
            CallTarget::Invoke(node, method) => Target::Invoke(self.place(facts, node)?, method),
        };
        let args = facts.args[call.args.range()].iter().map(|&arg| self.place(facts, arg));
        let results = match call.result_count {
            0 => None,
            _ => Some(self.variables[call.results as usize]?),
        };
        Some((call.mode, target, args.collect::<Option<_>>()?, results, call.result_count))
    }

    /// Whether the results of each call are beside each other in the old numbers, too.
    fn keeps_results_together(&self, facts: &Facts) -> bool {
        facts.calls.iter().all(|call| {
            let start = call.results as usize;
            let results = &self.variables[start..start + call.result_count as usize];
            let follows = |pair: &[Option<u32>]| match (pair[0], pair[1]) {
                (Some(a), Some(b)) => a + 1 == b,
                (None, None) => true,
                _ => false,
            };
            call.result_count < 2 || results.windows(2).all(follows)
        })
    }
}

/// Takes what is in several lists apart into what both have and the rest.
struct Counted<K> {
    left: FxHashMap<K, VecDeque<u32>>,
}

impl<K: Eq + std::hash::Hash> Counted<K> {
    fn new(items: impl Iterator<Item = Option<K>>) -> Self {
        let mut left: FxHashMap<K, VecDeque<u32>> = FxHashMap::default();
        for (at, item) in (0..).zip(items) {
            if let Some(item) = item {
                left.entry(item).or_default().push_back(at);
            }
        }
        Self { left }
    }

    fn take(&mut self, item: Option<K>) -> Option<u32> {
        self.left.get_mut(&item?)?.pop_front()
    }

    fn rest(self) -> Vec<u32> {
        let mut rest: Vec<u32> = self.left.into_values().flatten().collect();
        rest.sort_unstable();
        rest
    }
}

/// How much is tried where something is taken away.
const LOSS_BUDGET: usize = 2_000_000;
/// How many places for the edit are tried in functions that are too large for all.
const NEAR: u32 = 6;

/// What the new facts have that the old ones have not, and the other way round, by numbers that say
/// as little of both as can be found; `None` if they are not of the same function, or too large.
pub(super) fn changes(old: &Facts, new: &Facts) -> Option<Additions> {
    let is_same_function =
        (old.params, old.captures, old.results) == (new.params, new.captures, new.results);
    if !is_same_function {
        return None;
    }
    let own = old.params + old.results;
    let last = old.variables.min(new.variables);
    let size = old.size() + new.size() + 1;
    let all = own..=last;
    let objects = object_places(old, new);
    let tries = (last - own + 1) as usize * size * objects.len();
    let places: Vec<u32> = if tries <= LOSS_BUDGET {
        all.collect()
    } else {
        let near = first_difference(old, new).clamp(own, last);
        (near.saturating_sub(NEAR).max(own)..=near.saturating_add(NEAR).min(last)).collect()
    };
    let mut best: Option<(usize, Additions)> = None;
    for &at_object in &objects {
        for &at in &places {
            let mut numbers = numbers(old, new, at, at_object);
            if !numbers.keeps_results_together(new) {
                continue;
            }
            let mut found = differences(old, new, &numbers);
            // New results that are beside each other need not be where old variables are.
            let mut is_apart = false;
            for (call, _) in new.calls.iter().zip(&found.calls).filter(|(_, old)| old.is_none()) {
                if call.result_count > 1 {
                    let start = call.results as usize;
                    numbers.variables[start..start + call.result_count as usize].fill(None);
                    is_apart = true;
                }
            }
            if is_apart {
                found = differences(old, new, &numbers);
            }
            let Lost { members, copies, rules, calls } = &found.lost;
            let fresh = found.calls.iter().filter(|call| call.is_none()).count();
            let cost = [members, copies, rules, &found.members, &found.copies, &found.rules];
            let cost = cost.into_iter().map(Vec::len).sum::<usize>() + 4 * (calls.len() + fresh);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, found));
            }
        }
    }
    best.map(|(_, found)| found)
}

/// The smallest number of a variable where the facts begin to differ.
fn first_difference(old: &Facts, new: &Facts) -> u32 {
    let variable = |node: NodeRef| match node.place() {
        NodePlace::Variable(at) => at,
        _ => u32::MAX,
    };
    let copies = old.copies.iter().zip(&new.copies).find(|(old, new)| old != new);
    let copies = copies.map(|(old, _)| variable(old.0).min(variable(old.1)));
    let members = old.members.iter().zip(&new.members).find(|(old, new)| old != new);
    let members = members.map(|(old, _)| variable(old.0));
    let rules = old.rules.iter().zip(&new.rules).find(|(old, new)| old != new);
    let rules = rules.map(|(old, _)| variable(old.0));
    let calls = old.calls.iter().zip(&new.calls).find(|(old, new)| {
        (old.target, old.results, old.result_count) != (new.target, new.results, new.result_count)
    });
    let calls = calls.map(|(old, _)| old.results);
    [copies, members, rules, calls].into_iter().flatten().min().unwrap_or(u32::MAX)
}

/// Where objects may have come or gone.
fn object_places(old: &Facts, new: &Facts) -> Vec<usize> {
    let least = old.objects.len().min(new.objects.len());
    let is_same = |a: usize, b: usize| {
        let (a, b) = (&old.objects[a], &new.objects[b]);
        (a.ty, a.kind) == (b.ty, b.kind)
    };
    let front = (0..least).take_while(|&at| is_same(at, at)).count();
    let (ends, newer) = (old.objects.len(), new.objects.len());
    let back = (0..least).take_while(|&at| is_same(ends - 1 - at, newer - 1 - at)).count();
    // Where both ends meet, any place between will do; the outermost are tried.
    let mut places = vec![front];
    if front + back > least && old.objects.len() != new.objects.len() {
        places.push(least - back);
        places.push((front + least - back) / 2);
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Numbers that are the same up to a place, and as far from the end behind it.
fn numbers(old: &Facts, new: &Facts, at: u32, at_object: usize) -> Numbers {
    let shifted = |number: u32, at: u32, old: u32, new: u32| {
        if number < at {
            return Some(number);
        }
        let back = new - number;
        old.checked_sub(back).filter(|&before| before >= at)
    };
    let variables =
        (0..new.variables).map(|number| shifted(number, at, old.variables, new.variables));
    let (olds, news) = (old.objects.len() as u32, new.objects.len() as u32);
    let mut cells = vec![None; new.cells as usize];
    let mut objects = vec![None; new.objects.len()];
    for number in 0..news {
        let before = shifted(number, at_object as u32, olds, news);
        let Some(before) = before else { continue };
        let (a, b) = (&old.objects[before as usize], &new.objects[number as usize]);
        if (a.ty, a.kind) != (b.ty, b.kind) {
            continue;
        }
        objects[number as usize] = Some(before);
        let end = new.objects.get(number as usize + 1).map_or(new.cells, |next| next.first_cell);
        for cell in b.first_cell..end {
            cells[cell as usize] = Some(a.first_cell + (cell - b.first_cell));
        }
    }
    Numbers { variables: variables.collect(), cells, objects }
}

fn differences(old: &Facts, new: &Facts, numbers: &Numbers) -> Additions {
    let same = Numbers {
        variables: (0..old.variables).map(Some).collect(),
        cells: (0..old.cells).map(Some).collect(),
        objects: Vec::new(),
    };
    let mut members = Counted::new((0..old.members.len()).map(|at| same.member(old, at)));
    let mut copies = Counted::new((0..old.copies.len()).map(|at| same.copy(old, at)));
    let mut rules = Counted::new((0..old.rules.len()).map(|at| same.rule(old, at)));
    let mut calls = Counted::new(old.calls.iter().map(|call| same.call(old, call)));
    let fresh = |count: usize, is_known: &mut dyn FnMut(usize) -> bool| -> Vec<u32> {
        (0..count).filter(|&at| !is_known(at)).map(|at| at as u32).collect()
    };
    let take = &mut |at| members.take(numbers.member(new, at)).is_some();
    let new_members = fresh(new.members.len(), take);
    let take = &mut |at| copies.take(numbers.copy(new, at)).is_some();
    let new_copies = fresh(new.copies.len(), take);
    let take = &mut |at| rules.take(numbers.rule(new, at)).is_some();
    let new_rules = fresh(new.rules.len(), take);
    let kept: Box<[Option<u32>]> =
        new.calls.iter().map(|call| calls.take(numbers.call(new, call))).collect();
    Additions {
        variables: numbers.variables.iter().copied().collect(),
        objects: numbers.objects.iter().copied().collect(),
        calls: kept,
        members: new_members,
        copies: new_copies,
        rules: new_rules,
        lost: Lost {
            members: members.rest(),
            copies: copies.rest(),
            rules: rules.rest(),
            calls: calls.rest(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::facts::{CellRef, ObjectFact, ObjectKind};
    use gossa_base::ListRange;
    use gossa_ssa::InstId;
    use gossa_types::{BasicKind, TypeId};

    fn ty() -> TypeId {
        TypeId::basic(BasicKind::Int)
    }

    /// Makes a variable of a new object, lets it flow to another, and loads from that; once for each
    /// number, which is the distance of the load.
    fn facts(deltas: &[u32]) -> Facts {
        let (mut members, mut copies, mut rules, mut objects) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut calls = Vec::new();
        for (at, &delta) in (0u32..).zip(deltas) {
            let variable = |index: u32| NodeRef::variable(1 + 4 * at + index);
            let cell = CellRef { node: NodeRef::cell(2 * at), boxed: false };
            let kind = if delta > 9 { ObjectKind::Make } else { ObjectKind::New };
            objects.push(ObjectFact { ty: ty(), first_cell: 2 * at, inst: InstId::new(0), kind });
            members.push((variable(0), cell));
            copies.push((variable(0), variable(1)));
            rules.push((variable(1), Rule::Load { dst: variable(2), delta, base: ty() }));
            calls.push(CallFact {
                inst: InstId::new(0),
                mode: CallMode::Call,
                target: CallTarget::Static(FuncIndex::new(delta)),
                args: ListRange { start: at, len: 1 },
                results: 1 + 4 * at + 3,
                result_count: 1,
            });
        }
        let args: Vec<NodeRef> = (0..deltas.len() as u32).map(|_| NodeRef::variable(0)).collect();
        Facts {
            params: 1,
            variables: 1 + 4 * deltas.len() as u32,
            cells: 2 * deltas.len() as u32,
            objects: objects.into(),
            members: members.into(),
            copies: copies.into(),
            rules: rules.into(),
            calls: calls.into(),
            args: args.into(),
            ..Facts::default()
        }
    }

    #[test]
    fn a_statement_more_is_found_where_it_is() {
        for (old, new, at) in [
            (&[1, 2][..], &[1, 7, 2][..], 1),
            (&[1, 2], &[7, 1, 2], 0),
            (&[1, 2], &[1, 2, 7], 2),
            (&[1, 12], &[1, 17, 12], 1),
            (&[], &[3], 0),
        ] {
            let found = additions(&facts(old), &facts(new)).expect("nothing is missing");
            assert_eq!(found.members, [at], "{new:?}");
            assert_eq!(found.copies, [at], "{new:?}");
            assert_eq!(found.rules, [at], "{new:?}");
            assert_eq!(found.objects.iter().filter(|object| object.is_none()).count(), 1);
            let fresh: Vec<usize> =
                (0..new.len()).filter(|&call| found.calls[call].is_none()).collect();
            assert_eq!(fresh, [at as usize], "{new:?}");
            let fresh = (0u32..).zip(&found.variables).filter(|(_, old)| old.is_none());
            let fresh: Vec<u32> = fresh.map(|(variable, _)| variable).collect();
            assert_eq!(fresh, (1 + 4 * at..5 + 4 * at).collect::<Vec<_>>(), "{new:?}");
        }
    }

    #[test]
    fn equal_facts_differ_in_nothing() {
        let found = additions(&facts(&[1, 2, 12]), &facts(&[1, 2, 12])).expect("they are equal");
        assert!(found.members.is_empty() && found.copies.is_empty() && found.rules.is_empty());
        assert!(found.variables.iter().chain(&*found.calls).all(Option::is_some));
    }

    #[test]
    fn what_is_taken_away_is_missed() {
        for (old, new) in
            [(&[1, 2][..], &[1][..]), (&[1, 2], &[1, 3]), (&[1, 2], &[2, 7, 8]), (&[1], &[])]
        {
            assert_eq!(additions(&facts(old), &facts(new)), None, "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_name_less_is_missed() {
        let mut old = facts(&[1]);
        old.names = [gossa_base::Name::new("Close")].into();
        assert_eq!(additions(&old, &facts(&[1])), None);
        assert!(additions(&facts(&[1]), &old).is_some());
    }
}
