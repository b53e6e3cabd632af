//! Follows an integer forward: through a function and the closures in it, into statically known
//! callees by summaries, and back to static callers.

use super::fate::reaches;
use super::origin::{Origin, described, reflect_address, takes_addresses};
use gossa_api::prelude::*;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// One hop of the story.
#[derive(Clone)]
pub(super) struct Step<'p> {
    pub(super) at: Inst<'p>,
    pub(super) what: String,
}

/// The hops so far, last first, sharing their tails.
pub(super) type Trace<'p> = Option<Rc<Hop<'p>>>;

pub(super) struct Hop<'p> {
    pub(super) step: Step<'p>,
    pub(super) before: Trace<'p>,
}

pub(super) fn hop<'p>(before: &Trace<'p>, at: Inst<'p>, what: String) -> Trace<'p> {
    Some(Rc::new(Hop { step: Step { at, what }, before: before.clone() }))
}

pub(super) fn steps<'p>(trace: &Trace<'p>) -> Vec<Step<'p>> {
    let mut found = Vec::new();
    let mut next = trace.as_ref();
    while let Some(hop) = next {
        found.push(hop.step.clone());
        next = hop.before.as_ref();
    }
    found.reverse();
    found
}

/// What an integer becomes at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// `unsafe.Pointer(u)`
    Pointer,
    /// An argument that is used as an address.
    Address,
}

/// An integer that has become an address again.
pub(super) struct Arrival<'p> {
    pub(super) at: Inst<'p>,
    pub(super) end: End,
    pub(super) trace: Vec<Step<'p>>,
    /// Whether it went through a call, a return or a closure.
    pub(super) left_function: bool,
}

/// A value that holds the integer: as a whole, or in one of its fields.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Holder<'p> {
    pub(super) value: Value<'p>,
    pub(super) field: Option<u32>,
}

/// What following a value through one function (and its closures) finds.
pub(super) struct Effects<'p> {
    pub(super) ends: Vec<(Inst<'p>, End, Vec<Step<'p>>)>,
    /// Results of the function through which it leaves, with the story so far.
    pub(super) returns: Vec<(Func<'p>, usize, Vec<Step<'p>>)>,
}

/// The instructions that use each value of a function.
pub(super) struct Uses<'p> {
    pub(super) of: HashMap<Value<'p>, Vec<Inst<'p>>>,
}

/// Follows integers. Summaries and use lists are remembered.
#[derive(Default)]
pub(super) struct Flow<'p> {
    pub(super) uses: RefCell<HashMap<Func<'p>, Rc<Uses<'p>>>>,
    pub(super) summaries: HashMap<(Func<'p>, usize), Rc<Effects<'p>>>,
    pub(super) in_progress: HashSet<(Func<'p>, usize)>,
}

/// How many callers up a returned integer is followed.
pub(super) const CALLER_LIMIT: usize = 8;
/// How many functions one integer is followed into before the search is cut.
pub(super) const SEARCH_LIMIT: usize = 256;

impl<'p> Flow<'p> {
    pub(super) fn arrivals(&mut self, origin: &Origin<'p>) -> Vec<Arrival<'p>> {
        let mut found: Vec<Arrival<'p>> = Vec::new();
        let mut seen_ends = HashSet::new();
        let mut seen = HashSet::new();
        let mut work = vec![(origin.integer, Vec::new(), 0)];
        while let Some((start, before, depth)) = work.pop() {
            if !seen.insert(start) || seen.len() > SEARCH_LIMIT {
                continue;
            }
            let effects = self.follow(start, Some(origin.inst));
            for (at, end, after) in &effects.ends {
                if seen_ends.insert(*at) {
                    let mut trace: Vec<Step<'p>> = before.clone();
                    trace.extend(after.iter().cloned());
                    let left_function = at.func() != origin.inst.func()
                        || trace.iter().any(|s| s.at.call().is_some());
                    found.push(Arrival { at: *at, end: *end, trace, left_function });
                }
            }
            if depth == CALLER_LIMIT {
                continue;
            }
            for (func, result, after) in &effects.returns {
                // Their results are origins of their own, with rules of their own.
                if func.declared_name().is_some_and(|name| reflect_address(&name).is_some()) {
                    continue;
                }
                for site in self.sites_of(*func) {
                    if !matches!(site.op(), Op::Call(_)) {
                        continue;
                    }
                    let Some(value) = site.results().nth(*result) else { continue };
                    let mut trace = before.clone();
                    trace.extend(after.iter().cloned());
                    trace.push(Step {
                        at: site,
                        what: format!("returned by `{}` here, still an integer", func.name()),
                    });
                    work.push((value, trace, depth + 1));
                }
            }
        }
        found
    }

    /// Static calls of a function; for a literal, those of the value that it is.
    fn sites_of(&self, func: Func<'p>) -> Vec<Inst<'p>> {
        let mut sites: Vec<Inst<'p>> = func.static_callers().collect();
        for creation in func.creations() {
            let Some(value) = creation.results().next() else { continue };
            sites.extend(
                self.uses_of(value).into_iter().filter(|inst| {
                    inst.call().is_some_and(|call| call.static_callee() == Some(func))
                }),
            );
        }
        sites
    }

    pub(super) fn uses_of(&self, value: Value<'p>) -> Vec<Inst<'p>> {
        let func = value.func();
        let uses = self
            .uses
            .borrow_mut()
            .entry(func)
            .or_insert_with(|| {
                let mut of: HashMap<Value<'p>, Vec<Inst<'p>>> = HashMap::new();
                for inst in func.insts() {
                    for operand in inst.operands() {
                        let list = of.entry(operand).or_default();
                        if list.last() != Some(&inst) {
                            list.push(inst);
                        }
                    }
                }
                Rc::new(Uses { of })
            })
            .clone();
        uses.of.get(&value).cloned().unwrap_or_default()
    }

    /// What becomes of the argument for a parameter of a function.
    fn summary(&mut self, func: Func<'p>, param: usize) -> Rc<Effects<'p>> {
        let key = (func, param);
        if let Some(known) = self.summaries.get(&key) {
            return known.clone();
        }
        let nothing = || Rc::new(Effects { ends: Vec::new(), returns: Vec::new() });
        let Some(value) = func.params().nth(param) else { return nothing() };
        // A recursive call adds nothing that the first activation does not already show.
        if self.in_progress.len() > SEARCH_LIMIT || !self.in_progress.insert(key) {
            return nothing();
        }
        let effects = Rc::new(self.follow(value, None));
        self.in_progress.remove(&key);
        self.summaries.insert(key, effects.clone());
        effects
    }

    /// Follows a value through its function and the closures in it. `origin` is the conversion
    /// when it stands in the same function: ends in the same expression are as they should be.
    fn follow(&mut self, start: Value<'p>, origin: Option<Inst<'p>>) -> Effects<'p> {
        let mut effects = Effects { ends: Vec::new(), returns: Vec::new() };
        let mut seen: HashSet<Holder<'p>> = HashSet::new();
        let mut work: Vec<(Holder<'p>, Trace<'p>)> =
            vec![(Holder { value: start, field: None }, None)];
        while let Some((holder, trace)) = work.pop() {
            if !seen.insert(holder) {
                continue;
            }
            for inst in self.uses_of(holder.value) {
                self.step(holder, inst, &trace, origin, &mut work, &mut effects);
            }
        }
        effects
    }

    fn step(
        &mut self,
        holder: Holder<'p>,
        inst: Inst<'p>,
        trace: &Trace<'p>,
        origin: Option<Inst<'p>>,
        work: &mut Vec<(Holder<'p>, Trace<'p>)>,
        effects: &mut Effects<'p>,
    ) {
        let value = holder.value;
        let result = |field| inst.results().next().map(|value| Holder { value, field });
        // A value that went through a variable, a call or a return is not converted in place,
        // wherever that happened.
        let in_place = trace.is_none() && origin.is_some_and(|origin| inst.encloses(origin));
        match inst.op() {
            Op::Convert { kind: ConvertKind::UintptrToUnsafe, .. }
                if !in_place && holder.field.is_none() =>
            {
                effects.ends.push((inst, End::Pointer, steps(trace)));
            }
            Op::Convert { kind: ConvertKind::Numeric | ConvertKind::ChangeType, .. } => {
                let next = result(holder.field);
                if let Some(next) = next
                    && (holder.field.is_some() || next.value.ty().is_address_sized_integer())
                {
                    work.push((next, named(trace, inst, next.value)));
                }
            }
            Op::Binary { op, x, y } if holder.field.is_none() => {
                if keeps_address(op, value, x, y)
                    && let Some(next) = result(None)
                {
                    work.push((next, named(trace, inst, next.value)));
                }
            }
            Op::Narrow { .. } => {
                work.extend(result(holder.field).map(|next| (next, trace.clone())));
            }
            Op::Struct(fields) => {
                for (at, _) in fields.iter().enumerate().filter(|(_, field)| **field == value) {
                    if holder.field.is_none() {
                        work.extend(result(Some(at as u32)).map(|next| (next, trace.clone())));
                    }
                }
            }
            Op::WithField { base, field, value: new } => {
                let kept = base == value && holder.field.is_some_and(|held| held != field);
                if kept {
                    work.extend(result(holder.field).map(|next| (next, trace.clone())));
                }
                if new == value && holder.field.is_none() {
                    work.extend(result(Some(field)).map(|next| (next, trace.clone())));
                }
            }
            Op::Field { field, .. } if holder.field == Some(field) => {
                work.extend(result(None).map(|next| (next, trace.clone())));
            }
            Op::Jump { block, args } => {
                for (param, _) in block.params().zip(&args).filter(|(_, arg)| **arg == value) {
                    let next = Holder { value: param, field: holder.field };
                    work.push((next, trace.clone()));
                }
            }
            Op::Store { ptr, value: stored } if stored == value => {
                self.stored(holder, inst, ptr, trace, work);
            }
            Op::Closure { func: Some(func), captures } => {
                for (param, _) in
                    func.captures().zip(&captures).filter(|(_, capture)| **capture == value)
                {
                    let what = format!("captured by `{}`, still an integer", func.name());
                    let next = Holder { value: param, field: holder.field };
                    work.push((next, hop(trace, inst, what)));
                }
            }
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => {
                self.called(holder, call, in_place, trace, work, effects);
            }
            Op::Return(results) if holder.field.is_none() => {
                for (at, _) in results.iter().enumerate().filter(|(_, x)| **x == value) {
                    effects.returns.push((inst.func(), at, steps(trace)));
                }
            }
            _ => {}
        }
    }

    /// Goes on at what may read a variable after it was written.
    fn stored(
        &self,
        holder: Holder<'p>,
        store: Inst<'p>,
        ptr: Value<'p>,
        trace: &Trace<'p>,
        work: &mut Vec<(Holder<'p>, Trace<'p>)>,
    ) {
        let (base, field) = match ptr.definition().map(Inst::op) {
            Some(Op::FieldAddr { ptr, field }) => (ptr, Some(field)),
            _ => (ptr, None),
        };
        let field = match (holder.field, field) {
            (None, field) | (field, None) => field,
            // A field of a field: not followed.
            _ => return,
        };
        let Some(variable) = variable_of(base) else { return };
        let name = described(variable, "a variable");
        let trace = hop(trace, store, format!("stored in {name}"));
        for (load, read) in self.loads_of(variable) {
            let next = match (field, read) {
                (None, None) => None,
                (Some(held), Some(read)) if held == read => None,
                (Some(held), None) => Some(held),
                _ => continue,
            };
            if load.func() == store.func() && !reaches(store, load) {
                continue;
            }
            if let Some(value) = load.results().next() {
                work.push((Holder { value, field: next }, trace.clone()));
            }
        }
    }

    /// All reads of a local variable, in its function and in the closures that capture it, with
    /// the field that they read.
    fn loads_of(&self, variable: Value<'p>) -> Vec<(Inst<'p>, Option<u32>)> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut work = vec![(variable, None)];
        while let Some((address, field)) = work.pop() {
            if !seen.insert(address) {
                continue;
            }
            for inst in self.uses_of(address) {
                match inst.op() {
                    Op::Load(_) => found.push((inst, field)),
                    Op::Narrow { .. } => work.extend(inst.results().next().map(|v| (v, field))),
                    Op::FieldAddr { field: at, .. } if field.is_none() => {
                        work.extend(inst.results().next().map(|v| (v, Some(at))));
                    }
                    Op::Closure { func: Some(func), captures } => {
                        for (param, _) in
                            func.captures().zip(&captures).filter(|(_, c)| **c == address)
                        {
                            work.push((param, field));
                        }
                    }
                    _ => {}
                }
            }
        }
        found.sort_by_key(|(inst, _)| (inst.func().qualified_name(), inst.index()));
        found
    }

    fn called(
        &mut self,
        holder: Holder<'p>,
        call: Call<'p>,
        in_place: bool,
        trace: &Trace<'p>,
        work: &mut Vec<(Holder<'p>, Trace<'p>)>,
        effects: &mut Effects<'p>,
    ) {
        let Callee::Static { name, .. } = call.callee() else {
            if call.static_callee().is_none() {
                return;
            }
            return self.entered(holder, call, trace, work, effects);
        };
        if takes_addresses(&name, call.static_callee()) {
            if !in_place && holder.field.is_none() {
                effects.ends.push((call.inst(), End::Address, steps(trace)));
            }
            return;
        }
        self.entered(holder, call, trace, work, effects);
    }

    /// Applies the summaries of a statically known callee.
    fn entered(
        &mut self,
        holder: Holder<'p>,
        call: Call<'p>,
        trace: &Trace<'p>,
        work: &mut Vec<(Holder<'p>, Trace<'p>)>,
        effects: &mut Effects<'p>,
    ) {
        let Some(callee) = call.static_callee() else { return };
        if holder.field.is_some() {
            return;
        }
        let arguments: Vec<usize> = call
            .args()
            .enumerate()
            .filter(|(_, arg)| *arg == holder.value)
            .map(|(at, _)| at)
            .collect();
        for at in arguments {
            let summary = self.summary(callee, at);
            let passed = Step {
                at: call.inst(),
                what: format!("passed to `{}` as an integer", callee.name()),
            };
            let joined = |after: &[Step<'p>]| {
                let mut all = steps(trace);
                all.push(passed.clone());
                all.extend(after.iter().cloned());
                all
            };
            for (inst, end, after) in &summary.ends {
                effects.ends.push((*inst, *end, joined(after)));
            }
            for (func, result, after) in &summary.returns {
                if *func != callee {
                    continue;
                }
                let Some(value) = call.inst().results().nth(*result) else { continue };
                let mut before = trace.clone();
                before = hop(&before, passed.at, passed.what.clone());
                for step in after {
                    before = hop(&before, step.at, step.what.clone());
                }
                let what = format!("returned by `{}` here, still an integer", callee.name());
                before = hop(&before, call.inst(), what);
                work.push((Holder { value, field: None }, before));
            }
        }
    }
}

/// Adds a step where a source variable takes the integer.
pub(super) fn named<'p>(trace: &Trace<'p>, inst: Inst<'p>, value: Value<'p>) -> Trace<'p> {
    match value.name() {
        Some(name) => hop(trace, inst, format!("kept in `{name}`")),
        None => trace.clone(),
    }
}

/// Whether the result of an operation is still an address inside (or at the end of) the object.
pub(super) fn keeps_address<'p>(op: BinaryOp, held: Value<'p>, x: Value<'p>, y: Value<'p>) -> bool {
    let other = if x == held { y } else { x };
    match op {
        BinaryOp::Add | BinaryOp::Or | BinaryOp::Xor => true,
        // An address minus another address is a distance.
        BinaryOp::Sub => x == held && !is_address(other),
        // A small mask asks for alignment or a tag.
        BinaryOp::And => constant(other).is_none_or(|mask| !(0..4096).contains(&mask)),
        BinaryOp::AndNot | BinaryOp::Shl | BinaryOp::Shr => x == held,
        _ => false,
    }
}

pub(super) fn is_address(value: Value<'_>) -> bool {
    matches!(
        value.definition().map(Inst::op),
        Some(Op::Convert { kind: ConvertKind::UnsafeToUintptr, .. })
    )
}

pub(super) fn constant(value: Value<'_>) -> Option<i64> {
    match value.definition()?.op() {
        Op::Const(constant) => constant.as_i64(),
        _ => None,
    }
}

/// The local variable that an address is of, through captures.
pub(super) fn variable_of(mut address: Value<'_>) -> Option<Value<'_>> {
    for _ in 0..CALLER_LIMIT {
        match address.definition() {
            Some(definition) => match definition.op() {
                Op::Alloc(_) => return Some(address),
                Op::Narrow { x, .. } => address = x,
                _ => return None,
            },
            None => {
                let func = address.func();
                let at = func.captures().position(|capture| capture == address)?;
                let creation = func.creations().into_iter().next()?;
                match creation.op() {
                    Op::Closure { captures, .. } => address = *captures.get(at)?,
                    _ => return None,
                }
            }
        }
    }
    None
}
