//! How calls end: whether they return at all, and which of their results are certainly nil (false,
//! nothing), or certainly not.
//!
//! Functions tell their callers by an error, or by a flag, what they have waited for; and helpers
//! that end the goroutine where an error is not nil leave only one way on. Questions are answered
//! for one function at a time, with what may be given of one of its parameters.

use crate::chain::Site;
use crate::known::{is_of_context, never_returns};
use crate::live::for_each_live_successor;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::dom::Dominators;
use gossa_ssa::graph::Cfg;
use gossa_ssa::{
    BinaryOp, BlockId, Body, CallData, Callee, ConvertKind, Fact, FuncId, FuncKey, Inst, InstId,
    MethodTarget, UnaryOp, ValueDef, ValueId,
};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

/// Calls deeper than this are not followed, nor values through more instructions.
const DEEPEST: u32 = 6;
const FARTHEST: u32 = 24;
/// What is passed is not followed through more than this.
const ARGUMENT: u32 = 4;
/// Steps that one question about a value may take: ways that part and meet again are many.
const STEPS: u32 = 4_096;
/// Larger functions are not looked into.
const LARGEST: usize = 2_000;

/// What is certain of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sure {
    /// It is nil, false, or nothing.
    Zero,
    /// It is not.
    NonZero,
}

impl Sure {
    fn of(is_zero: bool) -> Self {
        if is_zero { Self::Zero } else { Self::NonZero }
    }

    /// The other.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::of(self == Self::NonZero)
    }
}

/// What a result of a call, or an argument, is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Condition {
    /// Which.
    pub at: u32,
    /// What it is.
    pub is: Sure,
}

/// How a function ends, given what one of its parameters is.
#[derive(Clone, Default)]
struct Ends {
    returns: bool,
    results: Vec<Option<Sure>>,
}

/// What is known already.
type Known = FxHashMap<(FuncIndex, Option<Condition>), Option<Rc<Ends>>>;

/// Answers how calls end.
pub(crate) struct Outcomes<'p, 'e> {
    program: &'p Program<'e>,
    /// Functions that never return.
    never: RefCell<FxHashSet<FuncIndex>>,
    /// By function, if there are any: the calls in it that never return.
    dead_ends: RefCell<FxHashMap<FuncIndex, Rc<[InstId]>>>,
    /// `None`: being found out.
    known: RefCell<Known>,
}

impl<'p, 'e> Outcomes<'p, 'e> {
    pub(crate) fn new(program: &'p Program<'e>) -> Self {
        Self {
            program,
            never: RefCell::default(),
            dead_ends: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// Finds the calls of a function that never return, once that is known of its callees, of which
    /// `dynamic` gives those of calls through interfaces.
    pub(crate) fn learn(
        &self,
        func: FuncIndex,
        body: &Body,
        dynamic: &dyn Fn(InstId) -> Vec<FuncIndex>,
    ) {
        let mut found: Vec<InstId> = Vec::new();
        for inst in body.inst_ids() {
            if let Inst::Call(call) = body[inst]
                && (self.is_dead_end(body, body[call])
                    || (matches!(body[call].callee, Callee::Interface { .. })
                        && self.none_returns(&dynamic(inst))))
            {
                found.push(inst);
            }
        }
        if !found.is_empty() {
            self.dead_ends.borrow_mut().insert(func, found.iter().copied().collect());
        }
        // Where something recovers, who calls goes on.
        let unwinds = |block: BlockId| matches!(body[body.terminator(block)], Inst::Unwind { .. });
        if !body.block_ids().any(unwinds) && !comes_to_return(body, &found) {
            self.never.borrow_mut().insert(func);
        }
    }

    /// Whether a call returns from none of the functions that it may reach.
    fn none_returns(&self, callees: &[FuncIndex]) -> bool {
        let never = self.never.borrow();
        !callees.is_empty()
            && callees.iter().all(|&callee| {
                never.contains(&callee) || never_returns(self.program.function(callee).id)
            })
    }

    /// The calls of a function that never return.
    pub(crate) fn dead_ends(&self, func: FuncIndex) -> Option<Rc<[InstId]>> {
        self.dead_ends.borrow().get(&func).cloned()
    }

    fn is_dead_end(&self, body: &Body, call: CallData) -> bool {
        match call.callee {
            Callee::Static(id) => {
                never_returns(id)
                    || self
                        .program
                        .known(id)
                        .is_some_and(|callee| self.never.borrow().contains(&callee))
            }
            // What fails a test now, whoever runs it, ends the goroutine.
            Callee::Interface { method, .. } => {
                let method = &body[method];
                matches!(method.target, MethodTarget::Interface(name) if name.as_str() == "FailNow")
                    && call.args.0.is_empty()
            }
            _ => false,
        }
    }

    /// The places of a function behind which it can only return with another result than what is
    /// asked for.
    pub(crate) fn failing(&self, func: FuncIndex, wanted: Condition) -> Vec<InstId> {
        let Some(body) = self.program.body(func) else { return Vec::new() };
        let reader = Reader::new(self, body, None, DEEPEST);
        let other = Some(wanted.is.negated());
        let mut found = Vec::new();
        for block in body.block_ids() {
            let last = body.terminator(block);
            let Inst::Return(values) = body[last] else { continue };
            let Some(&value) = body[values].get(wanted.at as usize) else { continue };
            if reader.certain(value) == other {
                found.push(last);
                continue;
            }
            // Several ways lead to one return.
            let mut params = body.params(block);
            let Some(at) = params.position(|param| param == value) else { continue };
            for jump in reader.jumps(block) {
                if let Inst::Jump(target) = body[jump]
                    && let Some(&arg) = body[target.args].get(at)
                    && reader.certain(arg) == other
                {
                    found.push(jump);
                }
            }
        }
        found
    }

    /// The value that a value is, if it was only kept in a variable for a while.
    pub(crate) fn origin(&self, body: &Body, value: ValueId) -> ValueId {
        let ValueDef::Result(inst) = body.def(value) else { return value };
        let Inst::Load(variable) = body[inst] else { return value };
        let ValueDef::Result(made) = body.def(variable) else { return value };
        if !matches!(body[made], Inst::Alloc(_)) {
            return value;
        }
        Reader::new(self, body, None, DEEPEST).origin(value)
    }

    /// The returns of a function that hand on a result of one of its calls.
    pub(crate) fn handing_on(
        &self,
        func: FuncIndex,
        (call, from): (InstId, u32),
        to: u32,
    ) -> Vec<InstId> {
        let Some(body) = self.program.body(func) else { return Vec::new() };
        let Some(value) = body.results_of(call).nth(from as usize) else { return Vec::new() };
        let reader = Reader::new(self, body, None, DEEPEST);
        body.block_ids()
            .map(|block| body.terminator(block))
            .filter(|&last| match body[last] {
                Inst::Return(values) => body[values]
                    .get(to as usize)
                    .is_some_and(|&returned| reader.origin(returned) == value),
                _ => false,
            })
            .collect()
    }

    /// The places of a function that are only come to where a result of one of its calls is what
    /// is asked for: sides of branches, and calls that do not return otherwise, each with the turn
    /// of its site.
    pub(crate) fn decided(
        &self,
        (func, call): (FuncIndex, InstId),
        wanted: Condition,
    ) -> Vec<(InstId, u32)> {
        let Some(body) = self.program.body(func) else { return Vec::new() };
        let Some(value) = body.results_of(call).nth(wanted.at as usize) else { return Vec::new() };
        let reader = Reader::new(self, body, None, DEEPEST);
        let mut found = Vec::new();
        for inst in body.inst_ids() {
            match body[inst] {
                Inst::Branch { cond, then, otherwise } => {
                    let Some((tested, when_true)) = reader.test(cond) else { continue };
                    if reader.origin(tested) != value || then == otherwise {
                        continue;
                    }
                    let turn = if when_true == wanted.is { Site::THEN } else { Site::OTHERWISE };
                    found.push((inst, turn));
                }
                Inst::Call(id) => {
                    let data = body[id];
                    let Callee::Static(callee) = data.callee else { continue };
                    let given = (0..).zip(&body[data.args]).find_map(|(at, &arg)| {
                        (reader.origin(arg) == value)
                            .then_some(Condition { at, is: wanted.is.negated() })
                    });
                    if given.is_some()
                        && let Some(callee) = self.program.known(callee)
                        && !self.ends(callee, given, DEEPEST).returns
                    {
                        found.push((inst, 1));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The closure that a value is, with how many values that captures; those that are captured are
    /// looked for in the functions around.
    fn closure(&self, body: &Body, value: ValueId, depth: u32) -> Option<(FuncId, u32)> {
        match body.def(value) {
            ValueDef::Result(inst) => match body[inst] {
                Inst::Closure { func, captures } => Some((func, body[captures].len() as u32)),
                Inst::Convert { kind: ConvertKind::ChangeType, x } => self.closure(body, x, depth),
                _ => None,
            },
            ValueDef::Param(Body::ENTRY) if body.is_closure() => {
                let at = value.index() - body[Body::ENTRY].first_param as usize;
                let (around, inst) = self.maker(body.func)?;
                let Inst::Closure { captures, .. } = around[inst] else { return None };
                let &captured = around[captures].get(at)?;
                self.closure(around, captured, depth.checked_sub(1)?)
            }
            ValueDef::Param(_) => None,
        }
    }

    /// The function that makes a closure, and where: the only place.
    fn maker(&self, closure: FuncId) -> Option<(&'p Body, InstId)> {
        let FuncKey::Closure { root, .. } = *closure.key() else { return None };
        let mut work = vec![root];
        while let Some(func) = work.pop() {
            let body = self.program.known(func).and_then(|func| self.program.body(func));
            let Some(body) = body else { continue };
            for inst in body.inst_ids() {
                match body[inst] {
                    Inst::Closure { func, .. } if func == closure => return Some((body, inst)),
                    Inst::Closure { func, .. } => work.push(func),
                    _ => {}
                }
            }
        }
        None
    }

    fn ends(&self, func: FuncIndex, given: Option<Condition>, depth: u32) -> Rc<Ends> {
        let unknown = || Rc::new(Ends { returns: true, results: Vec::new() });
        if let Some(known) = self.known.borrow().get(&(func, given)) {
            return known.clone().unwrap_or_else(unknown);
        }
        let body = self.program.body(func).filter(|body| body.insts.len() <= LARGEST);
        let (Some(body), Some(depth)) = (body, depth.checked_sub(1)) else { return unknown() };
        self.known.borrow_mut().insert((func, given), None);
        let found = Rc::new(Reader::new(self, body, given, depth).ends());
        self.known.borrow_mut().insert((func, given), Some(found.clone()));
        found
    }
}

/// Whether control can come to a return without one of these calls.
fn comes_to_return(body: &Body, dead_ends: &[InstId]) -> bool {
    let mut seen = vec![false; body.blocks.len()];
    let mut work = vec![Body::ENTRY];
    while let Some(block) = work.pop() {
        if body.insts_of(block).any(|inst| dead_ends.contains(&inst)) {
            continue;
        }
        if matches!(body[body.terminator(block)], Inst::Return(_)) {
            return true;
        }
        for_each_live_successor(body, block, |next| {
            if !std::mem::replace(&mut seen[next.index()], true) {
                work.push(next);
            }
        });
    }
    false
}

/// Reads one function.
pub(crate) struct Reader<'r, 'p, 'e> {
    outcomes: &'r Outcomes<'p, 'e>,
    body: &'r Body,
    given: Option<Condition>,
    depth: u32,
    shape: OnceCell<(Cfg, Dominators)>,
    /// Blocks whose parameters are being looked at.
    busy: RefCell<FxHashSet<ValueId>>,
    /// Steps that are left for the question that is being answered.
    steps: Cell<u32>,
}

impl<'r, 'p, 'e> Reader<'r, 'p, 'e> {
    /// A reader of a function of which nothing is given.
    pub(crate) fn of(outcomes: &'r Outcomes<'p, 'e>, body: &'r Body) -> Self {
        Self::new(outcomes, body, None, DEEPEST)
    }

    fn new(
        outcomes: &'r Outcomes<'p, 'e>,
        body: &'r Body,
        given: Option<Condition>,
        depth: u32,
    ) -> Self {
        let (shape, busy, steps) = (OnceCell::new(), RefCell::default(), Cell::new(STEPS));
        Self { outcomes, body, given, depth, shape, busy, steps }
    }

    /// Whether control never leaves a branch that way where this is given.
    pub(crate) fn excludes(&self, branch: InstId, next: BlockId, given: &[Condition]) -> bool {
        let Inst::Branch { cond, then, otherwise } = self.body[branch] else { return false };
        let Some((value, when_true)) = self.test(cond).filter(|_| then != otherwise) else {
            return false;
        };
        let mut params = self.body.params(Body::ENTRY);
        let Some(at) = params.position(|param| param == value) else { return false };
        let is = if next == then { when_true } else { when_true.negated() };
        given.iter().any(|given| given.at as usize == at && given.is != is)
    }

    fn shape(&self) -> &(Cfg, Dominators) {
        self.shape.get_or_init(|| {
            let cfg = Cfg::new(self.body);
            let dominators = Dominators::new(&cfg);
            (cfg, dominators)
        })
    }

    /// How many edges lead to a block.
    fn comes_from(&self, block: BlockId) -> usize {
        self.shape().0.predecessors(block).len()
    }

    /// The jumps to a block.
    fn jumps(&self, block: BlockId) -> impl Iterator<Item = InstId> + '_ {
        let edges = self.shape().0.predecessors(block);
        edges
            .iter()
            .map(|edge| self.body.terminator(edge.block))
            .filter(|&last| matches!(self.body[last], Inst::Jump(_)))
    }

    fn ends(&self) -> Ends {
        let body = self.body;
        let mut found = Ends::default();
        let mut seen = vec![false; body.blocks.len()];
        let mut work = vec![Body::ENTRY];
        while let Some(block) = work.pop() {
            if body.insts_of(block).any(|inst| self.ends_here(inst)) {
                continue;
            }
            match body[body.terminator(block)] {
                Inst::Return(values) => {
                    let results = body[values].iter().map(|&value| self.certain(value));
                    if found.returns {
                        for (known, new) in found.results.iter_mut().zip(results) {
                            *known = known.filter(|_| *known == new);
                        }
                    } else {
                        found.results = results.collect();
                        found.returns = true;
                    }
                }
                Inst::Branch { cond, then, otherwise } => {
                    let sure = self.certain(cond);
                    for (side, not) in [(then, Sure::Zero), (otherwise, Sure::NonZero)] {
                        if sure != Some(not) && !std::mem::replace(&mut seen[side.index()], true) {
                            work.push(side);
                        }
                    }
                }
                _ => body.for_each_successor(block, |next| {
                    if !std::mem::replace(&mut seen[next.index()], true) {
                        work.push(next);
                    }
                }),
            }
        }
        let unwinds = |block: BlockId| matches!(body[body.terminator(block)], Inst::Unwind { .. });
        found.returns |= body.block_ids().any(unwinds);
        found
    }

    /// Whether a call never returns, given what is.
    fn ends_here(&self, inst: InstId) -> bool {
        self.steps.set(STEPS);
        let Inst::Call(call) = self.body[inst] else { return false };
        let data = self.body[call];
        if self.outcomes.is_dead_end(self.body, data) {
            return true;
        }
        self.given.is_some()
            && self.ask(data, ARGUMENT, &|ends| (!ends.returns).then_some(())).is_some()
    }

    /// Asks a callee, with each argument of which something is certain; these are looked at through
    /// `far` instructions at most.
    fn ask<T>(&self, data: CallData, far: u32, answer: &dyn Fn(&Ends) -> Option<T>) -> Option<T> {
        let (id, captured) = match data.callee {
            Callee::Static(id) => (id, 0),
            Callee::Value(value) => self.outcomes.closure(self.body, value, DEEPEST)?,
            _ => return None,
        };
        if crate::known::known(id).is_some() {
            return None;
        }
        let callee = self.outcomes.program.known(id)?;
        let ask = |given| answer(&self.outcomes.ends(callee, given, self.depth));
        let args = &self.body[data.args];
        ask(None).or_else(|| {
            (captured..).zip(args).find_map(|(at, &arg)| {
                let is = self.sure(arg, far.min(ARGUMENT))?;
                ask(Some(Condition { at, is }))
            })
        })
    }

    /// What a condition tests, and what that is where the condition is true.
    pub(crate) fn test(&self, cond: ValueId) -> Option<(ValueId, Sure)> {
        let ValueDef::Result(inst) = self.body.def(cond) else {
            return Some((cond, Sure::NonZero));
        };
        match self.body[inst] {
            Inst::Unary { op: UnaryOp::Not, x } => {
                self.test(x).map(|(value, when_true)| (value, when_true.negated()))
            }
            Inst::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual), x, y } => {
                let value = if self.is_zero(y) {
                    x
                } else if self.is_zero(x) {
                    y
                } else {
                    return None;
                };
                Some((value, Sure::of(op == BinaryOp::Equal)))
            }
            _ => Some((cond, Sure::NonZero)),
        }
    }

    fn is_zero(&self, value: ValueId) -> bool {
        let ValueDef::Result(inst) = self.body.def(value) else { return false };
        match self.body[inst] {
            Inst::Zero => true,
            Inst::Const(id) => {
                let constant = &self.body[id];
                constant.as_bool() == Some(false) || constant.as_i64() == Some(0)
            }
            _ => false,
        }
    }

    /// The value that this is, without what changes only its type, or keeps it for a while.
    pub(crate) fn origin(&self, value: ValueId) -> ValueId {
        let mut value = value;
        for _ in 0..FARTHEST {
            let ValueDef::Result(inst) = self.body.def(value) else { return value };
            value = match self.body[inst] {
                Inst::Narrow { x, .. }
                | Inst::ChangeInterface(x)
                | Inst::Convert { kind: ConvertKind::ChangeType, x } => x,
                Inst::Load(variable) => match self.stored(inst, variable).as_deref() {
                    Some(&[Some(stored)]) => stored,
                    _ => return value,
                },
                _ => return value,
            };
        }
        value
    }

    /// What is certain of a value.
    pub(crate) fn certain(&self, value: ValueId) -> Option<Sure> {
        self.steps.set(STEPS);
        self.sure(value, FARTHEST)
    }

    /// The same as a part of another question, through so many instructions at most.
    fn sure(&self, value: ValueId, far: u32) -> Option<Sure> {
        let far = far.checked_sub(1)?;
        self.steps.set(self.steps.get().checked_sub(1)?);
        let body = self.body;
        let inst = match body.def(value) {
            ValueDef::Param(Body::ENTRY) => {
                let at = value.index() - body[Body::ENTRY].first_param as usize;
                return self.given.filter(|given| given.at as usize == at).map(|given| given.is);
            }
            ValueDef::Param(block) => {
                if !self.busy.borrow_mut().insert(value) {
                    return None;
                }
                let found = self.sure_param(value, block, far);
                self.busy.borrow_mut().remove(&value);
                return found;
            }
            ValueDef::Result(inst) => inst,
        };
        match body[inst] {
            Inst::Zero => Some(Sure::Zero),
            Inst::Const(_) => Some(Sure::of(self.is_zero(value))),
            Inst::MakeInterface(_)
            | Inst::Alloc(_)
            | Inst::Closure { .. }
            | Inst::Func(_)
            | Inst::MethodValue { .. }
            | Inst::Global(_)
            | Inst::FieldAddr { .. }
            | Inst::MakeChan(_)
            | Inst::MakeMap(_)
            | Inst::MakeSlice { .. } => Some(Sure::NonZero),
            Inst::Narrow { fact: Fact::Nil | Fact::NotOk, .. } => Some(Sure::Zero),
            Inst::Narrow { fact: Fact::NotNil, .. } => Some(Sure::NonZero),
            Inst::Narrow { x, .. }
            | Inst::ChangeInterface(x)
            | Inst::Convert { kind: ConvertKind::ChangeType, x } => self.sure(x, far),
            Inst::Unary { op: UnaryOp::Not, x } => self.sure(x, far).map(Sure::negated),
            Inst::Binary { op: BinaryOp::Equal | BinaryOp::NotEqual, .. } => {
                let (tested, when_true) = self.test(value)?;
                let is = self.sure(tested, far)?;
                Some(Sure::of(is != when_true))
            }
            Inst::Load(variable) => self.sure_load(inst, variable, far),
            Inst::Call(call) => {
                let data = body[call];
                if self.is_error_of_done(inst, data) {
                    return Some(Sure::NonZero);
                }
                let at = body.results_of(inst).position(|result| result == value)?;
                self.ask(data, far, &|ends| ends.results.get(at).copied().flatten())
            }
            _ => None,
        }
    }

    fn sure_param(&self, value: ValueId, block: BlockId, far: u32) -> Option<Sure> {
        let at = value.index() - self.body[block].first_param as usize;
        let mut found = None;
        let mut jumps = 0;
        for jump in self.jumps(block) {
            jumps += 1;
            let Inst::Jump(target) = self.body[jump] else { return None };
            let &arg = self.body[target.args].get(at)?;
            if arg == value {
                continue;
            }
            let is = self.sure(arg, far)?;
            if found.is_some_and(|known| known != is) {
                return None;
            }
            found = Some(is);
        }
        // Others than jumps give what they receive.
        found.filter(|_| jumps == self.comes_from(block))
    }

    /// What is loaded: what was stored last, or what it was found to be since.
    fn sure_load(&self, load: InstId, variable: ValueId, far: u32) -> Option<Sure> {
        if let Some(stored) = self.stored(load, variable) {
            let mut all = stored.iter().map(|stored| match stored {
                Some(value) => self.sure(*value, far),
                None => Some(Sure::Zero),
            });
            let first = all.next()??;
            return all.all(|is| is == Some(first)).then_some(first);
        }
        self.found_to_be(load, variable)
    }

    /// What a variable has been found to be by a branch, if nothing can have changed it since.
    fn found_to_be(&self, load: InstId, variable: ValueId) -> Option<Sure> {
        let body = self.body;
        let mut at = body.block_of(load);
        let mut end = load;
        loop {
            let changes = |inst: InstId| {
                matches!(body[inst], Inst::Store { .. } | Inst::Call(_) | Inst::RunDefers)
            };
            if body.insts_of(at).take_while(|&inst| inst != end).any(changes) {
                return None;
            }
            let &[edge] = self.shape().0.predecessors(at) else { return None };
            let last = body.terminator(edge.block);
            if let Inst::Branch { cond, then, otherwise } = body[last]
                && then != otherwise
                && let Some((tested, when_true)) = self.test(cond)
                && let ValueDef::Result(earlier) = body.def(tested)
                && matches!(body[earlier], Inst::Load(other) if other == variable)
                && body.block_of(earlier) == edge.block
            {
                let behind = body.insts_of(edge.block).skip_while(|&inst| inst != earlier);
                if behind.into_iter().any(changes) {
                    return None;
                }
                return Some(if then == at { when_true } else { when_true.negated() });
            }
            (at, end) = (edge.block, last);
            if at == Body::ENTRY {
                return None;
            }
        }
    }

    /// What may have been stored last in a variable (`None`: nothing) where it is loaded; calls may
    /// change one that others write, too.
    fn stored(&self, load: InstId, variable: ValueId) -> Option<Vec<Option<ValueId>>> {
        let ValueDef::Result(made) = self.body.def(variable) else { return None };
        if !matches!(self.body[made], Inst::Alloc(_)) {
            return None;
        }
        let is_private = self.is_private(variable);
        let may_change = |inst: InstId| match self.body[inst] {
            Inst::Call(_) => !is_private,
            Inst::RunDefers => !is_private && self.is_deferred(variable),
            _ => false,
        };
        let mut found = Vec::new();
        let mut seen: FxHashSet<BlockId> = FxHashSet::default();
        let mut work = vec![(self.body.block_of(load), load)];
        while let Some((block, end)) = work.pop() {
            let before = self.body.insts_of(block).take_while(|&inst| inst != end);
            let before: Vec<InstId> = before.collect();
            let last = before.into_iter().rev().find_map(|inst| match self.body[inst] {
                Inst::Store { ptr, value } if ptr == variable => Some(Some(Some(value))),
                _ if inst == made => Some(Some(None)),
                _ if may_change(inst) => Some(None),
                _ => None,
            });
            match last {
                Some(None) => return None,
                Some(Some(stored)) => {
                    if !found.contains(&stored) {
                        found.push(stored);
                    }
                }
                None => {
                    for edge in self.shape().0.predecessors(block) {
                        if seen.insert(edge.block) {
                            work.push((edge.block, self.body.terminator(edge.block)));
                        }
                    }
                }
            }
        }
        Some(found)
    }

    /// Whether only this function writes a variable: closures read it at most.
    fn is_private(&self, variable: ValueId) -> bool {
        self.body.inst_ids().all(|inst| {
            let mut uses = false;
            self.body.for_each_operand(inst, |operand| uses |= operand == variable);
            !uses
                || match self.body[inst] {
                    Inst::Load(_) => true,
                    Inst::Store { value, .. } => value != variable,
                    Inst::Closure { func, captures } => {
                        let at = self.body[captures].iter().position(|&x| x == variable);
                        at.is_some_and(|at| self.only_reads(func, at))
                    }
                    _ => false,
                }
        })
    }

    /// Whether a deferred call has a variable in its hands.
    fn is_deferred(&self, variable: ValueId) -> bool {
        let mut deferred = self.body.inst_ids().filter_map(|inst| match self.body[inst] {
            Inst::Defer { call, .. } => Some(self.body[call]),
            _ => None,
        });
        deferred.any(|data| {
            let captures = match data.callee {
                Callee::Value(value) => match self.body.def(value) {
                    ValueDef::Result(def) => match self.body[def] {
                        Inst::Closure { captures, .. } => Some(&self.body[captures]),
                        _ => None,
                    },
                    ValueDef::Param(_) => None,
                },
                Callee::Static(_) | Callee::Interface { .. } | Callee::Builtin(_) => Some(&[][..]),
            };
            captures.is_none_or(|captures| captures.contains(&variable))
                || self.body[data.args].contains(&variable)
        })
    }

    /// Whether a closure does nothing with what it has captured but to load from it.
    fn only_reads(&self, closure: FuncId, at: usize) -> bool {
        let program = self.outcomes.program;
        let body = program.known(closure).and_then(|func| program.body(func));
        let Some(body) = body else { return false };
        let Some(param) = body.params(Body::ENTRY).nth(at) else { return false };
        body.inst_ids().all(|inst| {
            let mut uses = false;
            body.for_each_operand(inst, |operand| uses |= operand == param);
            !uses || matches!(body[inst], Inst::Load(_))
        })
    }

    /// Whether a call asks a context for its error, behind a receive from its `Done`.
    fn is_error_of_done(&self, inst: InstId, data: CallData) -> bool {
        let cause = match data.callee {
            Callee::Static(id) if crate::known::is_cause(id) => self.body[data.args].first(),
            _ => None,
        };
        let context = self.method_of_context(data, "Err").or(cause.copied());
        let Some(context) = context else { return false };
        let same = |a: ValueId, b: ValueId| {
            a == b
                || match (self.body.def(a), self.body.def(b)) {
                    (ValueDef::Result(x), ValueDef::Result(y)) => matches!(
                        (self.body[x], self.body[y]),
                        (Inst::Load(x), Inst::Load(y)) if x == y
                    ),
                    _ => false,
                }
        };
        let is_done = |chan: ValueId| {
            let ValueDef::Result(call) = self.body.def(chan) else { return false };
            let Inst::Call(call) = self.body[call] else { return false };
            self.method_of_context(self.body[call], "Done").is_some_and(|of| same(of, context))
        };
        let dominators = &self.shape().1;
        let block = self.body.block_of(inst);
        self.body.inst_ids().any(|other| match self.body[other] {
            Inst::Receive { chan, .. } => {
                let at = self.body.block_of(other);
                is_done(chan)
                    && (if at == block { other < inst } else { dominators.dominates(at, block) })
            }
            Inst::Select(id) => self.body[id].arms.iter().any(|arm| {
                arm.value.is_none()
                    && is_done(arm.chan)
                    && self.comes_from(arm.block) == 1
                    && dominators.dominates(arm.block, block)
            }),
            _ => false,
        })
    }

    /// The context of which a method is called.
    fn method_of_context(&self, data: CallData, wanted: &str) -> Option<ValueId> {
        let Callee::Interface { receiver, method } = data.callee else { return None };
        let method = &self.body[method];
        let MethodTarget::Interface(name) = method.target else { return None };
        if name.as_str() != wanted {
            return None;
        }
        is_of_context(self.outcomes.program, method).then_some(receiver)
    }
}
