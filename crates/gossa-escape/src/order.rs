//! In which order functions are analysed: those that call each other by name together, as a
//! *batch*, callees first.

use crate::analysis::{Analysis, Callee};
use crate::graph::FuncId;
use crate::ir::{FuncIndex, FuncRef, Kind};
use gossa_base::FxHashMap;

/// Tarjan's search for functions that call each other.
pub(crate) struct Order<'f, 'e> {
    then: &'f mut dyn FnMut(&mut Analysis<'e>, &[FuncId]),
    numbers: FxHashMap<FuncId, u32>,
    next: u32,
    stack: Vec<FuncId>,
}

/// The number of a function whose batch is done.
const DONE: u32 = u32::MAX;

impl<'f, 'e> Order<'f, 'e> {
    /// Calls `then` with each batch.
    pub(crate) fn run(
        analysis: &mut Analysis<'e>,
        then: &'f mut dyn FnMut(&mut Analysis<'e>, &[FuncId]),
    ) {
        let mut order = Self { then, numbers: FxHashMap::default(), next: 0, stack: Vec::new() };
        for code in 0..analysis.codes.len() {
            for func in 0..analysis.codes[code].funcs.len() {
                let func = FuncIndex::from_usize(func);
                // A literal that captures something belongs to the function around it.
                if !analysis.codes[code][func].is_closure() {
                    let code = u32::try_from(code).unwrap_or(u32::MAX);
                    order.visit(analysis, FuncId { code, func });
                }
            }
        }
    }

    /// Visits a function and those that it mentions; returns the least number that it leads to.
    /// A function has two numbers: one that calls of it lead to, and the next, which it starts
    /// with, so that a function that calls itself can be told.
    fn visit(&mut self, analysis: &mut Analysis<'e>, func: FuncId) -> u32 {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.visit_inner(analysis, func))
    }

    fn visit_inner(&mut self, analysis: &mut Analysis<'e>, func: FuncId) -> u32 {
        if let Some(&number) = self.numbers.get(&func) {
            return number;
        }
        let number = self.next;
        self.next += 2;
        self.numbers.insert(func, number);
        let mut least = number + 1;
        self.stack.push(func);
        for callee in mentioned(analysis, func) {
            least = least.min(self.visit(analysis, callee));
        }
        let is_root = !analysis.codes[func.code as usize][func.func].is_closure();
        if least >= number && is_root {
            let start = self.stack.iter().rposition(|&found| found == func).unwrap_or_default();
            let batch = self.stack.split_off(start);
            for &found in &batch {
                self.numbers.insert(found, DONE);
            }
            (self.then)(analysis, &batch);
        }
        least
    }
}

/// The functions of the package that a function mentions, literals in it included.
pub(crate) fn mentioned(analysis: &Analysis<'_>, func: FuncId) -> Vec<FuncId> {
    let code = &analysis.codes[func.code as usize];
    let mut found = Vec::new();
    let mut local = |func: FuncRef| {
        if let Some(Callee::Local(callee)) = analysis.callee(func) {
            found.push(callee);
        }
    };
    let mut literals = Vec::new();
    code.walk(func.func, &mut |id| {
        match code[id].kind {
            Kind::Func(func) | Kind::MethodExpr(func) => local(func),
            Kind::MethodValue { func: Some((decl, args)), .. } => local(FuncRef { decl, args }),
            Kind::Closure(literal) => literals.push(literal),
            _ => {}
        }
        true
    });
    found.extend(literals.into_iter().map(|literal| FuncId { code: func.code, func: literal }));
    found
}
