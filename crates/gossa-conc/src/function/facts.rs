//! What is certain of values where an instruction of one function is come to, because of the
//! branches that lead there; and what callees' parameters are at a call.

use super::{Builder, Target};
use crate::chain::Site;
use crate::facts::{Arg, Term};
use crate::lift::Mapping;
use crate::outcome::{Condition, Reader, Sure};
use crate::path::{Index, Path, Root, Step};
use gossa_points::FuncIndex;
use gossa_ssa::{BinaryOp, Body, Callee, Inst, InstId, ValueDef, ValueId};
use gossa_types::Builtin;

/// Predicates that call predicates are followed so deep.
const DEEPEST: u32 = 3;
/// Larger functions are not looked into.
const LARGEST: usize = 4_000;

/// What is certain of a term, and the instruction that looked; parameters are there from the
/// beginning.
pub(crate) type Local = (Term, Sure, Option<InstId>);

impl Builder<'_, '_, '_> {
    /// What is certain whenever control comes to an instruction.
    pub(crate) fn facts_before(mut self, inst: InstId) -> Vec<Local> {
        if self.body.insts.len() > LARGEST {
            return Vec::new();
        }
        self.find_results();
        self.facts(Some(inst), &[], DEEPEST)
    }

    /// What is certain, in terms of the parameters, whenever a function returns a result that is
    /// as asked for.
    pub(crate) fn facts_of_result(mut self, wanted: Condition, depth: u32) -> Vec<(Term, Sure)> {
        if self.body.insts.len() > LARGEST {
            return Vec::new();
        }
        self.find_results();
        let order = &self.analysis.order;
        let failing = order.outcomes.failing(self.func, wanted);
        let avoid: Vec<(InstId, u32)> = failing.iter().map(|&inst| (inst, 0)).collect();
        if !order.reaches(self.func, None, None, &avoid) {
            return Vec::new();
        }
        let mut found: Vec<(Term, Sure)> =
            self.facts(None, &avoid, depth).into_iter().map(|(term, is, _)| (term, is)).collect();
        if let Some(value) = self.returned_value(wanted.at, &failing) {
            found.extend(self.tests(value, wanted.is, depth).into_iter().map(|(t, is, _)| (t, is)));
        }
        found.retain(|(term, _)| term.is_outside());
        found
    }

    /// The one value that a function returns, but for the places that do not count.
    fn returned_value(&self, at: u32, failing: &[InstId]) -> Option<ValueId> {
        let mut found: Option<ValueId> = None;
        let mut add = |value: ValueId| {
            let is_new = found.is_none_or(|known| known == value);
            found = Some(value);
            is_new
        };
        for block in self.body.block_ids() {
            let last = self.body.terminator(block);
            let Inst::Return(values) = self.body[last] else { continue };
            if failing.contains(&last) {
                continue;
            }
            let &value = self.body[values].get(at as usize)?;
            let Some(param) = self.body.params(block).position(|param| param == value) else {
                if !add(value) {
                    return None;
                }
                continue;
            };
            for from in self.body.block_ids() {
                let jump = self.body.terminator(from);
                let Inst::Jump(target) = self.body[jump] else { continue };
                if target.block == block && !failing.contains(&jump) {
                    let &value = self.body[target.args].get(param)?;
                    if !add(value) {
                        return None;
                    }
                }
            }
        }
        found
    }

    /// What is certain behind branches on every way to an instruction, or to a return.
    fn facts(&self, to: Option<InstId>, avoid: &[(InstId, u32)], depth: u32) -> Vec<Local> {
        let order = &self.analysis.order;
        let mut found = Vec::new();
        for block in self.body.block_ids() {
            let branch = self.body.terminator(block);
            let Inst::Branch { cond, then, otherwise } = self.body[branch] else { continue };
            if then == otherwise || Some(branch) == to {
                continue;
            }
            for (turn, is) in [(Site::THEN, Sure::NonZero), (Site::OTHERWISE, Sure::Zero)] {
                let mut avoid = avoid.to_vec();
                avoid.push((branch, turn));
                if order.reaches(self.func, None, to, &avoid) {
                    continue;
                }
                let tests = self.tests(cond, is, depth);
                // In a loop it is looked at anew before control comes there again.
                found.extend(tests.into_iter().filter(|(term, _, looked)| {
                    let again = |inst: InstId| order.reaches(self.func, Some(inst), to, &avoid);
                    !looked.is_some_and(again)
                        && !term.values().any(|value| self.made(value).is_none_or(again))
                }));
            }
        }
        found
    }

    /// Behind which instruction a value is another one.
    fn made(&self, value: ValueId) -> Option<InstId> {
        match self.places.defs[value.index()] {
            ValueDef::Result(inst) => Some(inst),
            ValueDef::Param(block) if block == Body::ENTRY => None,
            ValueDef::Param(block) => Some(InstId::new(self.body[block].first_inst)),
        }
    }

    /// What a condition says of what it tests.
    fn tests(&self, cond: ValueId, is: Sure, depth: u32) -> Vec<Local> {
        let reader = Reader::of(&self.analysis.order.outcomes, self.body);
        let (value, is) = match self.more_than_none(cond, is) {
            Some(known) => known,
            None => {
                let Some((value, when_true)) = reader.test(cond) else { return Vec::new() };
                (value, if is == Sure::NonZero { when_true } else { when_true.negated() })
            }
        };
        let value = reader.origin(value);
        let Some(def) = self.places.def(value) else {
            let is_given = self.places.defs[value.index()] == ValueDef::Param(Body::ENTRY);
            let path = if is_given { self.only(value) } else { None };
            return path.map(|path| (Term::Value(path), is, None)).into_iter().collect();
        };
        match self.body[def] {
            Inst::Builtin { op: Builtin::Len, args } => {
                let path = self.body[args].first().and_then(|&of| self.only(of));
                path.map(|path| (Term::Length(path), is, Some(def))).into_iter().collect()
            }
            Inst::Call(_) => self.tests_of_call(def, value, is, depth),
            Inst::Load(_) | Inst::MapLookup { .. } | Inst::Field { .. } => {
                let path = self.only(value);
                path.map(|path| (Term::Value(path), is, Some(def))).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// `len(x) > 0`, and the like.
    fn more_than_none(&self, cond: ValueId, is: Sure) -> Option<(ValueId, Sure)> {
        let (value, negated) = self.not(cond);
        let is = if negated { is.negated() } else { is };
        let Inst::Binary { op, x, y } = self.body[self.places.def(value)?] else { return None };
        let (length, other) = match op {
            BinaryOp::Greater => (x, y),
            BinaryOp::Less => (y, x),
            _ => return None,
        };
        let def = self.body[self.places.def(length)?];
        let is_length = matches!(def, Inst::Builtin { op: Builtin::Len, .. });
        (is_length && self.places.index(other) == Index::Const(0)).then_some((length, is))
    }

    fn tests_of_call(&self, inst: InstId, result: ValueId, is: Sure, depth: u32) -> Vec<Local> {
        let Inst::Call(call) = self.body[inst] else { return Vec::new() };
        let data = self.body[call];
        let Callee::Static(id) = data.callee else { return Vec::new() };
        if self.analysis.known(id).is_some() {
            return Vec::new();
        }
        let callee = self.analysis.program.index_of(id);
        let at = self.body.results_of(inst).position(|value| value == result);
        let Some(at) = at.filter(|_| self.analysis.is_function_of_memory(callee)) else {
            return Vec::new();
        };
        let at = at as u32;
        let args = self.args(data);
        let mut found = Vec::new();
        let given: Option<Vec<Arg>> = args
            .iter()
            .map(|&arg| match self.places.index(arg) {
                Index::Const(value) => Some(Arg::Constant(value)),
                _ => self.only(arg).map(Arg::Path),
            })
            .collect();
        if let Some(given) = given {
            found.push((Term::Call(callee, given, at), is, Some(inst)));
        }
        if let Some(depth) = depth.checked_sub(1) {
            let mapping = self.mapping(inst, args);
            for (term, is) in self.analysis.facts_of_result(callee, Condition { at, is }, depth) {
                if let Some(term) = term.lift(&mapping) {
                    found.push((term, is, Some(inst)));
                }
            }
        }
        found
    }

    /// What the parameters are of a function that runs because of what happens at a site, and,
    /// where it is called by name, what is certain of them.
    pub(crate) fn at_site(mut self, site: Site, callee: FuncIndex) -> (Mapping, Vec<Option<Sure>>) {
        self.find_results();
        let inst = self.result_inst(site);
        let unknown = (Mapping { params: vec![], indices: vec![], results: vec![] }, Vec::new());
        let call = match self.body[inst] {
            Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. } => call,
            _ => return unknown,
        };
        let data = self.body[call];
        let args = self.args(data);
        let mapping = self.mapping(inst, args.clone());
        let reader = Reader::of(&self.analysis.order.outcomes, self.body);
        if let Callee::Static(id) = data.callee
            && self.analysis.program.index_of(id) == callee
        {
            let sure = args.iter().map(|&arg| reader.certain(arg)).collect();
            return (mapping, sure);
        }
        // A function value: called, or given to what calls it.
        let captures = |value: ValueId| {
            self.places.paths(value).iter().find_map(|path| match self.target(path)? {
                Target::Function { func, captures } if func == callee => Some(captures),
                _ => None,
            })
        };
        let captured = self.analysis.program.body(callee).map_or(0, |body| body.capture_count);
        if let Callee::Value(value) = data.callee {
            let first =
                captures(value).unwrap_or_else(|| vec![Default::default(); captured as usize]);
            let count = first.len();
            let params = first.into_iter().chain(mapping.params).collect();
            let indices = vec![Index::Unknown; count].into_iter().chain(mapping.indices).collect();
            return (Mapping { params, indices, results: mapping.results }, Vec::new());
        }
        match args.iter().find_map(|&arg| captures(arg)) {
            Some(params) => {
                let indices = vec![Index::Unknown; params.len()];
                (Mapping { params, indices, results: vec![] }, Vec::new())
            }
            None => unknown,
        }
    }

    /// Whether the function is always the same function of memory: what it calls is, and it does
    /// nothing else that depends on when it runs.
    pub(crate) fn is_function_of_memory(&self) -> bool {
        self.body.insts.len() <= LARGEST
            && self.body.inst_ids().all(|inst| match self.body[inst] {
                Inst::Call(call) => match self.body[call].callee {
                    Callee::Static(id) => {
                        self.analysis.known(id).is_none()
                            && self
                                .analysis
                                .is_function_of_memory(self.analysis.program.index_of(id))
                    }
                    _ => false,
                },
                Inst::Go(_)
                | Inst::Defer { .. }
                | Inst::Select(_)
                | Inst::Send { .. }
                | Inst::Receive { .. }
                | Inst::Next(_) => false,
                _ => true,
            })
    }

    /// The sides of branches on which what a load gives is certain to be as asked for.
    pub(crate) fn sides_where(&self, load: InstId, wanted: Sure) -> Vec<Site> {
        let reader = Reader::of(&self.analysis.order.outcomes, self.body);
        let Some(loaded) = self.body.result(load) else { return Vec::new() };
        let blocks = self.body.block_ids();
        blocks
            .filter_map(|block| {
                let inst = self.body.terminator(block);
                let Inst::Branch { cond, then, otherwise } = self.body[inst] else { return None };
                let (value, when_true) = reader.test(cond)?;
                if value != loaded || then == otherwise {
                    return None;
                }
                let turn = if when_true == wanted { Site::THEN } else { Site::OTHERWISE };
                Some(Site { func: self.func, inst, turn, defer: None })
            })
            .collect()
    }

    /// Whether a part of what an instruction stores is certain not to be zero.
    pub(crate) fn stores_something(&self, inst: InstId, part: &[Step]) -> bool {
        let Inst::Store { mut value, .. } = self.body[inst] else { return false };
        for step in part {
            let (Step::Field(field), Some(def)) = (*step, self.places.def(value)) else {
                return false;
            };
            let Inst::Struct(fields) = self.body[def] else { return false };
            let Some(&stored) = self.body[fields].get(field as usize) else { return false };
            value = stored;
        }
        let reader = Reader::of(&self.analysis.order.outcomes, self.body);
        reader.certain(value) == Some(Sure::NonZero)
    }
}

/// The place that holds the value at a path.
pub(crate) fn holder(path: &Path) -> Option<Path> {
    let mut holder = path.clone();
    (holder.steps.pop() == Some(Step::Deref)).then_some(holder)
}

/// Whether a path begins at something that callers know.
pub(crate) fn is_outside(path: &Path) -> bool {
    matches!(path.root, Root::Param(_) | Root::Global(_))
}
