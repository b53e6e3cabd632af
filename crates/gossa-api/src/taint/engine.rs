//! Follows tainted parts of values through the program, breadth first.
//!
//! Each call of a function is entered with the tainted part of an argument as its *context*, once
//! for all calls that bring the same; what comes of it in the callee goes back to those calls alone
//! (tabulation, as in Reps, Horwitz, Sagiv, POPL 1995, with access paths as facts). What begins in
//! a function, or comes from a package-level variable, has no such context, and goes back to all
//! callers. A closure's context is a captured value where it is made.
//!
//! What is written through a pointer is written to all that the pointer was taken out of: up to
//! parameters, where callers go on, and package-level variables.

use super::library;
use super::transfer::{Holder, Next, Part, holder, inside, transfer};
use super::{Leak, SinkKind, SourceKind, Taint};
use crate::func::{Func, Inst, Value};
use crate::op::{Call, Callee, Op};
use crate::program::{Global, Type};
use crate::types::Kind;
use crate::whole::ProgramPass;
use gossa_base::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::rc::Rc;

/// How many tainted parts of values are looked at.
const EFFORT: usize = 400_000;
/// A dynamic call that may reach more functions than this says nothing; nor does a function with
/// more callers than this, where it is not known which of them it is.
const FAN: usize = 24;
/// How deep results of calls are looked for in what these return.
const RETURNS: usize = 3;
/// How many steps up what holds a value is looked for.
const HOLDERS: usize = 64;

/// Where the activation gets a tainted part from: parameter (captures first) and part; `None`:
/// from itself.
type Context = Option<(u32, Part)>;

/// A tainted part of a value, in activations of one context.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Fact<'p> {
    context: Context,
    value: Value<'p>,
    part: Part,
    /// Of a local variable: the write, before which it is clean.
    since: Option<Inst<'p>>,
}

/// How a fact came about.
#[derive(Clone)]
struct Origin<'p> {
    before: Option<usize>,
    at: Inst<'p>,
    what: What,
}

#[derive(Clone)]
enum What {
    /// Nothing that needs to be told.
    Copy,
    Source(usize),
    Told(String),
}

/// A call, or the making of a closure, that brings a context to a function.
#[derive(Clone)]
struct Incoming<'p> {
    site: Inst<'p>,
    /// The context of the caller.
    context: Context,
    /// The argument that was tainted.
    fact: usize,
    /// The parameter that the first argument becomes.
    first: usize,
}

/// What a function does for its callers in one context.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Effect {
    Result(usize, Part),
    Param(u32, Part),
}

type Uses<'p> = FxHashMap<Value<'p>, Vec<Inst<'p>>>;

struct Engine<'e, 'p> {
    pass: &'e ProgramPass<'p>,
    rules: &'e Taint,
    numbers: FxHashMap<Fact<'p>, usize>,
    facts: Vec<(Fact<'p>, Origin<'p>)>,
    work: VecDeque<usize>,
    incoming: FxHashMap<(Func<'p>, Context), Vec<Incoming<'p>>>,
    effects: FxHashMap<(Func<'p>, Context), Vec<Effect>>,
    /// Those that callers have not got yet.
    new_effects: VecDeque<(Func<'p>, Context, Effect, usize)>,
    known_effects: FxHashSet<(Func<'p>, Context, Effect)>,
    globals: FxHashSet<(Global, Part)>,
    /// By package-level variable: the instructions that take its address.
    addresses: FxHashMap<Global, Vec<Inst<'p>>>,
    uses: FxHashMap<Func<'p>, Rc<Uses<'p>>>,
    callees: FxHashMap<Inst<'p>, Rc<[(Func<'p>, usize)]>>,
    sources: Vec<(Inst<'p>, String)>,
    hits: FxHashMap<(Inst<'p>, String), usize>,
}

/// Finds all leaks.
pub(super) fn run<'p>(pass: &ProgramPass<'p>, rules: &Taint) -> Vec<Leak<'p>> {
    if rules.sources.is_empty() || rules.sinks.is_empty() {
        return Vec::new();
    }
    let seeds = pass.search(|func, found| seeds_in(rules, func, found));
    if seeds.is_empty() {
        return Vec::new();
    }
    let mut addresses: FxHashMap<Global, Vec<Inst<'p>>> = FxHashMap::default();
    let all = pass.search(|func, found| {
        found.extend(func.insts().filter_map(|inst| match func.body()[inst.id] {
            gossa_ssa::Inst::Global(decl) => Some((Global { decl }, inst)),
            _ => None,
        }));
    });
    for (global, inst) in all {
        addresses.entry(global).or_default().push(inst);
    }
    let mut engine = Engine {
        pass,
        rules,
        numbers: FxHashMap::default(),
        facts: Vec::new(),
        work: VecDeque::new(),
        incoming: FxHashMap::default(),
        effects: FxHashMap::default(),
        new_effects: VecDeque::new(),
        known_effects: FxHashSet::default(),
        globals: FxHashSet::default(),
        addresses,
        uses: FxHashMap::default(),
        callees: FxHashMap::default(),
        sources: Vec::new(),
        hits: FxHashMap::default(),
    };
    for (at, value, what) in seeds {
        let number = engine.sources.len();
        engine.sources.push((at, what));
        let origin = Origin { before: None, at, what: What::Source(number) };
        engine.add(None, value, Part::from([]), None, origin);
    }
    while engine.facts.len() <= EFFORT {
        if let Some((func, context, effect, number)) = engine.new_effects.pop_front() {
            engine.give_to_callers(func, context, &effect, number);
        } else if let Some(number) = engine.work.pop_front() {
            engine.process(number);
        } else {
            break;
        }
    }
    engine.leaks()
}

/// The values of a function that rules call sources, with their words.
fn seeds_in<'p>(rules: &Taint, func: Func<'p>, found: &mut Vec<(Inst<'p>, Value<'p>, String)>) {
    // What the standard library does with its own secrets is its business.
    if func.is_standard() && !func.is_requested() {
        return;
    }
    let Some(first) = func.insts().next() else { return };
    let name = func.declared_name();
    for source in &rules.sources {
        match &source.0 {
            SourceKind::Parameter(pattern, which) => {
                let Some(name) = name.as_deref().filter(|name| pattern.matches(name)) else {
                    continue;
                };
                for (at, param) in func.params().enumerate().filter(|(at, _)| which.has(*at)) {
                    let what = match param.name() {
                        Some(of) => format!("parameter `{of}` of {name}"),
                        None => format!("parameter {at} of {name}"),
                    };
                    found.push((first, param, what));
                }
            }
            SourceKind::Type(pattern) => {
                for param in func.params().filter(|param| is_of(param.ty(), pattern)) {
                    found.push((first, param, format!("a value of type {}", param.ty())));
                }
            }
            SourceKind::Result(_) | SourceKind::Field(..) => {}
        }
    }
    for inst in func.insts() {
        for source in &rules.sources {
            match &source.0 {
                SourceKind::Result(pattern) => {
                    let Op::Call(call) = inst.op() else { continue };
                    let Some(name) = callee_name(call).filter(|name| pattern.matches(name)) else {
                        continue;
                    };
                    for result in inst.results().filter(|result| carries(result.ty())) {
                        found.push((inst, result, format!("the result of {name}")));
                    }
                }
                SourceKind::Field(ty, field) => {
                    let (Op::FieldAddr { ptr: of, field: at } | Op::Field { base: of, field: at }) =
                        inst.op()
                    else {
                        continue;
                    };
                    let holder = of.ty().pointee().unwrap_or(of.ty());
                    let name = holder.field_name(at).unwrap_or_default();
                    if field.matches(name) && is_of(holder, ty) {
                        let what = format!("field {holder}.{name}");
                        found.extend(inst.results().next().map(|value| (inst, value, what)));
                    }
                }
                SourceKind::Type(pattern) => {
                    for result in inst.results().filter(|result| is_of(result.ty(), pattern)) {
                        let what = format!("a value of type {}", result.ty());
                        found.push((inst, result, what));
                    }
                }
                SourceKind::Parameter(..) => {}
            }
        }
    }
}

fn is_of(ty: Type<'_>, pattern: &super::Pattern) -> bool {
    ty.defined_name().is_some_and(|(package, name)| pattern.matches(&format!("{package}.{name}")))
}

/// The declared name of what a call calls; through an interface that of the interface's method.
fn callee_name(call: Call<'_>) -> Option<String> {
    match call.callee() {
        Callee::Static { name, func } => {
            if name.is_empty() {
                func.and_then(Func::declared_name)
            } else {
                Some(name)
            }
        }
        Callee::Interface { receiver, method } => {
            let named = method.receiver.defined_name().or_else(|| receiver.ty().defined_name());
            let (package, ty) = named?;
            Some(format!("{package}.{ty}.{}", method.name))
        }
        _ => None,
    }
}

/// The arguments of a call, the receiver of an interface's method first.
fn arguments(call: Call<'_>) -> Vec<Value<'_>> {
    let receiver = match call.callee() {
        Callee::Interface { receiver, .. } => Some(receiver),
        _ => None,
    };
    receiver.into_iter().chain(call.args()).collect()
}

impl<'p> Engine<'_, 'p> {
    fn add(
        &mut self,
        context: Context,
        value: Value<'p>,
        part: Part,
        since: Option<Inst<'p>>,
        origin: Origin<'p>,
    ) {
        // Truth values say too little to count.
        if value.ty().underlying().as_basic().is_some_and(gossa_types::BasicKind::is_boolean) {
            return;
        }
        let fact = Fact { context, value, part, since };
        if self.numbers.contains_key(&fact) {
            return;
        }
        let number = self.facts.len();
        self.numbers.insert(fact.clone(), number);
        self.facts.push((fact, origin));
        self.work.push_back(number);
    }

    /// Taints what a pointer leads to, and what that is in.
    fn add_content(
        &mut self,
        context: &Context,
        value: Value<'p>,
        part: &Part,
        origin: &Origin<'p>,
    ) {
        let mut work = vec![(value, part.clone())];
        let mut seen: FxHashSet<(Value<'p>, Part)> = FxHashSet::default();
        while let Some((value, part)) = work.pop() {
            if seen.len() > HOLDERS || !seen.insert((value, part.clone())) {
                continue;
            }
            let made = value.definition();
            let is_local = made.is_some_and(|made| matches!(made.op(), Op::Alloc(_)));
            let since = Some(origin.at).filter(|at| is_local && at.func() == value.func());
            self.add(context.clone(), value, part.clone(), since, origin.clone());
            match holder(value) {
                Holder::Value(of, None) => work.push((of, part)),
                Holder::Value(of, Some(step)) => work.push((of, inside(step, &part))),
                Holder::Merge(all) => work.extend(all.into_iter().map(|of| (of, part.clone()))),
                Holder::Global(global) => self.add_global(global, &part, origin),
                Holder::Call(site, result) => {
                    self.add_returned(site, result, &part, origin, RETURNS, &mut work);
                }
                Holder::Nothing => {
                    if let Some(at) = parameter(value) {
                        self.effect(value.func(), context, Effect::Param(at, part), origin);
                    }
                }
            }
        }
    }

    /// What a call returned is written to: it may be a part of an argument, which is added to
    /// `work`, or of a package-level variable.
    fn add_returned(
        &mut self,
        site: Inst<'p>,
        result: usize,
        part: &Part,
        origin: &Origin<'p>,
        depth: usize,
        work: &mut Vec<(Value<'p>, Part)>,
    ) {
        let Some(callee) = site.call().and_then(Call::static_callee) else { return };
        for inst in callee.insts() {
            let Op::Return(results) = inst.op() else { continue };
            let Some(&(mut value)) = results.get(result) else { continue };
            let mut part = part.clone();
            for _ in 0..HOLDERS {
                match holder(value) {
                    Holder::Value(of, step) => {
                        value = of;
                        part = step.map_or_else(|| part.clone(), |step| inside(step, &part));
                    }
                    Holder::Global(global) => {
                        self.add_global(global, &part, origin);
                        break;
                    }
                    Holder::Call(inner, result) if depth > 0 => {
                        // Only what comes from package-level variables is found there.
                        self.add_returned(inner, result, &part, origin, depth - 1, work);
                        break;
                    }
                    Holder::Nothing if depth == RETURNS => {
                        let at = parameter(value).map(|at| at as usize);
                        let argument = at.and_then(|at| site.call()?.args().nth(at));
                        work.extend(argument.map(|argument| (argument, part)));
                        break;
                    }
                    _ => break,
                }
            }
        }
    }

    fn add_global(&mut self, global: Global, part: &Part, origin: &Origin<'p>) {
        if !self.globals.insert((global, part.clone())) {
            return;
        }
        let told = format!("kept in `{}`", global.qualified_name());
        let kept = Origin { what: What::Told(told), ..origin.clone() };
        for inst in self.addresses.get(&global).cloned().unwrap_or_default() {
            if let Some(address) = inst.results().next() {
                self.add(None, address, part.clone(), None, kept.clone());
            }
        }
    }

    /// Notes what a function does for its callers.
    fn effect(&mut self, func: Func<'p>, context: &Context, effect: Effect, origin: &Origin<'p>) {
        if !self.known_effects.insert((func, context.clone(), effect.clone())) {
            return;
        }
        let number = origin.before.unwrap_or(0);
        self.effects.entry((func, context.clone())).or_default().push(effect.clone());
        self.new_effects.push_back((func, context.clone(), effect, number));
    }

    /// Does what a function has been found to do for the callers that are known.
    fn give_to_callers(
        &mut self,
        func: Func<'p>,
        context: Context,
        effect: &Effect,
        number: usize,
    ) {
        if context.is_some() {
            let all = self.incoming.get(&(func, context)).cloned().unwrap_or_default();
            for incoming in all {
                self.give_back(func, &incoming, effect, incoming.fact);
            }
            return;
        }
        // What begins here gets to all callers.
        let creations = func.creations();
        let mut all: Vec<(Inst<'p>, usize)> = creations.into_iter().map(|site| (site, 0)).collect();
        let edges = self.pass.call_graph().callers(func);
        if edges.len() <= FAN {
            all.extend(edges.into_iter().map(|edge| (edge.site, edge.first)));
        }
        for (site, first) in all {
            let incoming = Incoming { site, context: None, fact: number, first };
            self.give_back(func, &incoming, effect, number);
        }
    }

    /// Does in a caller what a callee has done.
    fn give_back(
        &mut self,
        callee: Func<'p>,
        incoming: &Incoming<'p>,
        effect: &Effect,
        fact: usize,
    ) {
        let site = incoming.site;
        match effect {
            Effect::Result(at, part) => {
                let Op::Call(_) = site.op() else { return };
                if let Some(result) = site.results().nth(*at) {
                    let told = format!("returned by `{}`", callee.name());
                    let origin = Origin { before: Some(fact), at: site, what: What::Told(told) };
                    self.add(incoming.context.clone(), result, part.clone(), None, origin);
                }
            }
            Effect::Param(at, part) => {
                let captured = callee.captures().count();
                let at = *at as usize;
                let argument = match site.op() {
                    Op::Closure { captures, .. } => captures.get(at).copied(),
                    Op::MethodValue { x, .. } => (at == 0).then_some(x),
                    _ if at < captured => None,
                    _ => site.call().and_then(|call| {
                        let arguments = arguments(call);
                        let is_method = matches!(call.callee(), Callee::Interface { .. });
                        let first = if is_method { 0 } else { incoming.first };
                        arguments.get((at - captured).checked_sub(first)?).copied()
                    }),
                };
                let Some(argument) = argument else { return };
                let told = format!("stored by `{}`", callee.name());
                let origin = Origin { before: Some(fact), at: site, what: What::Told(told) };
                self.add_content(&incoming.context, argument, part, &origin);
            }
        }
    }

    /// Brings a part of an argument into a function.
    fn enter(&mut self, callee: Func<'p>, param: usize, part: &Part, incoming: Incoming<'p>) {
        let entry = callee.captures().chain(callee.params()).nth(param);
        let Some(entry) = entry else { return };
        let context: Context = Some((param as u32, part.clone()));
        let key = (callee, context.clone());
        let (site, fact) = (incoming.site, incoming.fact);
        self.incoming.entry(key.clone()).or_default().push(incoming.clone());
        let told = match site.op() {
            Op::Closure { .. } => format!("captured by `{}`", callee.name()),
            Op::Go(_) => format!("passed to `{}` in a goroutine", callee.name()),
            _ => format!("passed to `{}`", callee.name()),
        };
        let origin = Origin { before: Some(fact), at: site, what: What::Told(told) };
        self.add(context, entry, part.clone(), None, origin);
        for effect in self.effects.get(&key).cloned().unwrap_or_default() {
            self.give_back(callee, &incoming, &effect, fact);
        }
    }

    fn process(&mut self, number: usize) {
        let Fact { context, value, part, since } = self.facts[number].0.clone();
        let uses = self.uses_of(value);
        for inst in uses {
            // What is read before the write is clean; who keeps the pointer may read later.
            if let Some(since) = since
                && matches!(inst.op(), Op::Load(_) | Op::Call(_))
                && !since.reaches(inst)
            {
                continue;
            }
            match inst.op() {
                Op::Call(call) | Op::Go(call) | Op::Defer(call) => {
                    self.call(number, &context, inst, call, value, &part);
                }
                Op::Closure { func: Some(func), captures } => {
                    for (at, _) in captures.iter().enumerate().filter(|(_, x)| **x == value) {
                        let incoming = Incoming {
                            site: inst,
                            context: context.clone(),
                            fact: number,
                            first: 0,
                        };
                        self.enter(func, at, &part, incoming);
                    }
                }
                Op::MethodValue { method, x } if x == value => {
                    if let Some(func) = method.func {
                        let incoming = Incoming {
                            site: inst,
                            context: context.clone(),
                            fact: number,
                            first: 0,
                        };
                        self.enter(func, 0, &part, incoming);
                    }
                }
                Op::Return(results) => {
                    let func = inst.func();
                    for (at, _) in results.iter().enumerate().filter(|(_, x)| **x == value) {
                        self.returned(number, inst, at);
                        let origin = Origin { before: Some(number), at: inst, what: What::Copy };
                        self.effect(func, &context, Effect::Result(at, part.clone()), &origin);
                    }
                }
                _ => {
                    self.stored(number, inst, value);
                    let told = told(inst, value);
                    for next in transfer(inst, value, &part) {
                        let what = told.clone().map_or(What::Copy, What::Told);
                        let origin = Origin { before: Some(number), at: inst, what };
                        match next {
                            Next::Value(to, part) => {
                                self.add(context.clone(), to, part, None, origin);
                            }
                            Next::Content(to, part) => {
                                self.add_content(&context, to, &part, &origin);
                            }
                        }
                    }
                }
            }
        }
    }

    fn call(
        &mut self,
        number: usize,
        context: &Context,
        inst: Inst<'p>,
        call: Call<'p>,
        value: Value<'p>,
        part: &Part,
    ) {
        let name = callee_name(call);
        let arguments = arguments(call);
        let which: Vec<usize> = arguments
            .iter()
            .enumerate()
            .filter(|(_, argument)| **argument == value)
            .map(|(at, _)| at)
            .collect();
        if let Some(name) = &name {
            for &at in &which {
                let is_sink = self.rules.sinks.iter().any(|sink| match &sink.0 {
                    SinkKind::Argument(pattern, of) => of.has(at) && pattern.matches(name),
                    _ => false,
                });
                if is_sink {
                    self.hit(number, inst, format!("argument {at} of {name}"));
                }
            }
            if self.rules.sanitizers.iter().any(|pattern| pattern.matches(name)) {
                return;
            }
        }
        let first = usize::from(!matches!(call.callee(), Callee::Interface { .. }));
        for &at in &which {
            let by_rule = name.as_ref().and_then(|name| self.passes(name, at));
            if let Some((results, targets)) = by_rule {
                self.pass_on(number, context, inst, results, &targets, &arguments);
                continue;
            }
            let callees = self.callees(inst);
            if callees.is_empty() && !matches!(call.callee(), Callee::Value(_)) {
                self.pass_on(number, context, inst, true, &[], &arguments);
            }
            for &(callee, of_first) in &*callees {
                // The receiver of an interface's method is the first argument here.
                let shift = if first == 0 { 0 } else { of_first };
                let captured = callee.captures().count();
                let incoming = Incoming {
                    site: inst,
                    context: context.clone(),
                    fact: number,
                    first: of_first,
                };
                self.enter(callee, captured + at + shift, part, incoming);
            }
        }
    }

    /// What a rule, or what is known of the library, says that a function passes on.
    fn passes(&self, name: &str, from: usize) -> Option<(bool, Vec<usize>)> {
        let by_rule = self
            .rules
            .propagators
            .iter()
            .find(|rule| rule.function.matches(name) && rule.from.has(from));
        if let Some(rule) = by_rule {
            let targets = (0..16).filter(|&at| at != from && rule.to.has(at)).collect();
            return Some((rule.results, targets));
        }
        let passes = library::passes(name, from)?;
        let targets = (0..16)
            .filter(|&at| at != from && ((at == 0 && passes.first) || (at > 0 && passes.others)));
        Some((passes.results, targets.collect()))
    }

    fn pass_on(
        &mut self,
        number: usize,
        context: &Context,
        inst: Inst<'p>,
        results: bool,
        targets: &[usize],
        arguments: &[Value<'p>],
    ) {
        let origin = Origin { before: Some(number), at: inst, what: What::Copy };
        let all = Part::from([]);
        if results {
            for result in inst.results().filter(|result| carries(result.ty())) {
                self.add(context.clone(), result, all.clone(), None, origin.clone());
            }
        }
        for &at in targets {
            if let Some(&argument) = arguments.get(at) {
                self.add_content(context, argument, &all, &origin);
            }
        }
    }

    fn callees(&mut self, inst: Inst<'p>) -> Rc<[(Func<'p>, usize)]> {
        if let Some(known) = self.callees.get(&inst) {
            return known.clone();
        }
        let edges = self.pass.call_graph().callees(inst);
        let found: Rc<[(Func<'p>, usize)]> = if edges.len() > FAN {
            Rc::from([])
        } else {
            edges.into_iter().map(|edge| (edge.callee, edge.first)).collect()
        };
        self.callees.insert(inst, found.clone());
        found
    }

    fn returned(&mut self, number: usize, inst: Inst<'p>, at: usize) {
        let Some(name) = inst.func().declared_name() else { return };
        let is_sink = self.rules.sinks.iter().any(|sink| match &sink.0 {
            SinkKind::Returned(pattern) => pattern.matches(&name),
            _ => false,
        });
        if is_sink {
            self.hit(number, inst, format!("result {at} of {name}"));
        }
    }

    /// Whether the value is stored in a field that is a sink.
    fn stored(&mut self, number: usize, inst: Inst<'p>, value: Value<'p>) {
        let fields: Vec<(Type<'p>, u32)> = match inst.op() {
            Op::Store { ptr, value: stored } if stored == value => {
                match ptr.definition().map(Inst::op) {
                    Some(Op::FieldAddr { ptr: of, field }) => {
                        of.ty().pointee().map(|holder| (holder, field)).into_iter().collect()
                    }
                    _ => Vec::new(),
                }
            }
            Op::Struct(fields) => match inst.results().next() {
                Some(made) => (0..)
                    .zip(fields)
                    .filter(|(_, field)| *field == value)
                    .map(|(at, _)| (made.ty(), at))
                    .collect(),
                None => Vec::new(),
            },
            Op::WithField { base, field, value: new } if new == value => vec![(base.ty(), field)],
            _ => Vec::new(),
        };
        for (holder, field) in fields {
            let name = holder.field_name(field).unwrap_or_default();
            let is_sink = self.rules.sinks.iter().any(|sink| match &sink.0 {
                SinkKind::Field(ty, pattern) => pattern.matches(name) && is_of(holder, ty),
                _ => false,
            });
            if is_sink {
                self.hit(number, inst, format!("field {holder}.{name}"));
            }
        }
    }

    fn hit(&mut self, number: usize, at: Inst<'p>, what: String) {
        if at.func().is_standard() && !at.func().is_requested() {
            return;
        }
        self.hits.entry((at, what)).or_insert(number);
    }

    fn uses_of(&mut self, value: Value<'p>) -> Vec<Inst<'p>> {
        let func = value.func();
        let uses = self.uses.entry(func).or_insert_with(|| {
            let mut of: Uses<'p> = FxHashMap::default();
            for inst in func.insts() {
                for operand in inst.operands() {
                    let list = of.entry(operand).or_default();
                    if list.last() != Some(&inst) {
                        list.push(inst);
                    }
                }
            }
            Rc::new(of)
        });
        uses.get(&value).cloned().unwrap_or_default()
    }

    /// The leaks with their ways.
    fn leaks(&self) -> Vec<Leak<'p>> {
        let mut found: Vec<Leak<'p>> = Vec::new();
        for ((sink, reaches), number) in self.hits_in_order() {
            let mut steps = Vec::new();
            let mut at = Some(number);
            let mut source = None;
            while let Some(number) = at {
                let (_, origin) = &self.facts[number];
                match &origin.what {
                    What::Source(number) => source = Some(*number),
                    What::Told(what) => steps.push((origin.at, what.clone())),
                    What::Copy => {}
                }
                at = origin.before;
            }
            steps.reverse();
            steps.dedup();
            let Some((source, what)) = source.and_then(|source| self.sources.get(source)) else {
                continue;
            };
            let (source, what) = (*source, what.clone());
            found.push(Leak { source, what, sink, reaches, steps });
        }
        found
    }

    fn hits_in_order(&self) -> Vec<((Inst<'p>, String), usize)> {
        let mut all: Vec<((Inst<'p>, String), usize)> =
            self.hits.iter().map(|(key, &number)| (key.clone(), number)).collect();
        all.sort_by(|(a, _), (b, _)| {
            let key = |hit: &(Inst<'p>, String)| (hit.0.func().index, hit.0.index());
            key(a).cmp(&key(b)).then_with(|| a.1.cmp(&b.1))
        });
        all
    }
}

/// Which parameter a value is, captured variables first.
fn parameter(value: Value<'_>) -> Option<u32> {
    let func = value.func();
    value.definition().is_none().then_some(())?;
    let at = func.captures().chain(func.params()).position(|param| param == value)?;
    u32::try_from(at).ok()
}

/// Whether a value of a type can carry text or data, rather than say how a call went.
fn carries(ty: Type<'_>) -> bool {
    match ty.kind() {
        Kind::Basic(basic) => basic.is_string(),
        Kind::Interface => ty != ty.program.error_type(),
        _ => true,
    }
}

/// What is to be told of an instruction that hands the value on.
fn told(inst: Inst<'_>, value: Value<'_>) -> Option<String> {
    match inst.op() {
        Op::Store { ptr, value: stored } if stored == value => {
            let made = ptr.definition()?;
            match made.op() {
                Op::FieldAddr { ptr: of, field } => {
                    let holder = of.ty().pointee()?;
                    Some(format!("stored in field `{}`", holder.field_name(field)?))
                }
                Op::IndexAddr { .. } => Some("stored in an element".to_owned()),
                Op::Alloc(_) => Some(match ptr.name() {
                    Some(name) => format!("stored in `{name}`"),
                    None => "stored in a variable".to_owned(),
                }),
                _ => Some("stored".to_owned()),
            }
        }
        Op::MapUpdate { .. } => Some("stored in a map".to_owned()),
        Op::Send { value: sent, .. } if sent == value => Some("sent on a channel".to_owned()),
        Op::Receive { .. } => Some("received from a channel".to_owned()),
        Op::Select { .. } => Some("sent or received by a select".to_owned()),
        _ => {
            let result = inst.results().next()?;
            let name = result.name()?;
            (value.name() != Some(name)).then(|| format!("kept in `{name}`"))
        }
    }
}
