//! How functions come to end the program on purpose: `os.Exit`, and what leads there.
//!
//! A search from the functions that end the process backward along calls. A function that passes a
//! constant on which the end depends (`log(Fatal, ..)`, where `log(Info, ..)` goes on) is told from
//! one that passes another; in code that the user did not ask about, where one method serves all
//! levels of a logger, dynamic calls are only followed for functions that are called `Fatal...`.

use crate::func::{Func, Inst, Value};
use crate::op::{Callee, Op};
use crate::program::Program;
use crate::targets::Targets;
use crate::whole::ProgramPass;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::BinaryOp;
use std::collections::VecDeque;

/// One way in which a call ends the program.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Exit<'p> {
    /// The calls that lead to the end, the given one first.
    pub way: Vec<Inst<'p>>,
    /// The function that ends the program, as the last call of the way names it: `os.Exit`,
    /// `log.Fatal`.
    pub by: String,
    /// How many functions on the way do something else, too: 0 where ending the program is what the
    /// function that is called is for (`os.Exit`, `fatal(err)`), whether or not it looks at its
    /// arguments first.
    pub distance: usize,
}

/// The functions that end the program: see [`ProgramPass::exits`].
pub struct Exits<'p> {
    program: Program<'p>,
    targets: Targets<'p>,
    facts: FxHashMap<Func<'p>, Vec<Fact<'p>>>,
    /// Functions that end the program for a reader of their name.
    fatal: FxHashMap<Func<'p>, bool>,
}

/// A function ends the program at a call, if an argument passes a test.
#[derive(Clone, Debug)]
struct Fact<'p> {
    test: Option<Test>,
    /// See [`Exit::distance`].
    distance: usize,
    /// The call; `None` for functions that end the program by what they are.
    at: Option<Inst<'p>>,
    callee: Option<Func<'p>>,
}

/// What a parameter must be: compared with a number, the branch goes one way. False and nil are 0,
/// true is 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Test {
    param: usize,
    op: BinaryOp,
    against: i64,
    holds: bool,
}

impl Test {
    fn passes(self, value: i64) -> Option<bool> {
        let compared = match self.op {
            BinaryOp::Equal => value == self.against,
            BinaryOp::NotEqual => value != self.against,
            BinaryOp::Less => value < self.against,
            BinaryOp::LessEqual => value <= self.against,
            BinaryOp::Greater => value > self.against,
            BinaryOp::GreaterEqual => value >= self.against,
            _ => return None,
        };
        Some(compared == self.holds)
    }
}

/// Whether a call ends the program.
enum Reach {
    Never,
    Here,
    /// If the caller's parameter passes the same test.
    If(Test),
}

/// What an argument is.
enum Known {
    Number(i64),
    Param(usize),
    Unknown,
}

/// The functions that end the process, whatever their bodies say.
const ENDS: [&str; 4] = ["os.Exit", "syscall.Exit", "syscall.Exec", "syscall.ExitProcess"];

/// How many functions are looked at for one that is called `Fatal`.
const SEARCHED: usize = 512;

impl<'p> ProgramPass<'p> {
    /// How functions come to end the program on purpose. Costs what can be reached backward from
    /// `os.Exit`.
    #[must_use]
    pub fn exits(&self) -> Exits<'p> {
        let mut exits = Exits {
            program: self.program(),
            targets: self.targets(),
            facts: FxHashMap::default(),
            fatal: FxHashMap::default(),
        };
        exits.search();
        exits
    }
}

impl<'p> Exits<'p> {
    fn search(&mut self) {
        let mut queue: VecDeque<Func<'p>> = VecDeque::new();
        for func in self.ends() {
            self.facts.insert(func, vec![Fact { test: None, distance: 0, at: None, callee: None }]);
            queue.push_back(func);
        }
        // Those at a smaller distance come first.
        while let Some(callee) = queue.pop_front() {
            for site in self.callers(callee) {
                let caller = site.func();
                if self.settled(caller) || !self.follows(site) {
                    continue;
                }
                let (own, is_helper) = self.guarded(site);
                for fact in self.facts[&callee].clone() {
                    let test = match self.at_site(&fact, site) {
                        Reach::Never => continue,
                        Reach::Here => own,
                        Reach::If(test) => Some(test),
                    };
                    let distance = fact.distance + usize::from(!is_helper);
                    // Of what others have written, that it may come to an end is nothing new.
                    if distance > 0 && !caller.is_requested() {
                        continue;
                    }
                    let known = self.facts.entry(caller).or_default();
                    if known.len() >= 4 || known.iter().any(|known| known.test == test) {
                        continue;
                    }
                    let found = Fact { test, distance, at: Some(site), callee: Some(callee) };
                    match test {
                        None => *known = vec![found],
                        Some(_) => known.push(found),
                    }
                    match is_helper {
                        true => queue.push_front(caller),
                        false => queue.push_back(caller),
                    }
                    if test.is_none() {
                        break;
                    }
                }
            }
        }
    }

    /// The functions that end the process.
    fn ends(&self) -> Vec<Func<'p>> {
        let program = self.program;
        program.functions().filter(|&func| self.is_end(func)).collect()
    }

    fn is_end(&self, func: Func<'p>) -> bool {
        matches!(func.package(), "os" | "syscall")
            && func.declared_name().is_some_and(|name| ENDS.contains(&&*name))
    }

    fn settled(&self, func: Func<'p>) -> bool {
        let facts = self.facts.get(&func);
        facts.is_some_and(|facts| facts.iter().any(|fact| fact.test.is_none()))
    }

    /// The calls of a function that run before the caller is over.
    fn callers(&self, callee: Func<'p>) -> Vec<Inst<'p>> {
        let mut sites = self.targets.callers(callee);
        sites.retain(|site| matches!(site.op(), Op::Call(_) | Op::Defer(_)));
        sites
    }

    /// Whether what a call may reach is what a reader expects of it.
    fn follows(&self, site: Inst<'p>) -> bool {
        let Some(call) = site.call() else { return false };
        // The end of the process looks different to the runtime.
        if matches!(site.func().package(), "runtime" | "os/signal" | "testing") {
            return false;
        }
        match call.callee() {
            Callee::Static { .. } => true,
            Callee::Builtin(_) => false,
            _ if call.static_callee().is_some() => true,
            Callee::Value(_) => self.targets.of_call(site).funcs.len() == 1,
            Callee::Interface { .. } => {
                site.func().is_requested() && self.targets.of_call(site).funcs.len() <= 2
            }
        }
    }

    /// Whether the program ends at a call for the reason that a fact of the callee says.
    fn at_site(&self, fact: &Fact<'p>, site: Inst<'p>) -> Reach {
        let Some(test) = fact.test else { return Reach::Here };
        let call = site.call().filter(|call| call.static_callee().is_some());
        let Some(arg) = call.and_then(|call| call.args().nth(test.param)) else {
            return Reach::Here;
        };
        match known(arg) {
            Known::Number(value) if test.passes(value) == Some(false) => Reach::Never,
            Known::Param(param) => Reach::If(Test { param, ..test }),
            Known::Number(_) | Known::Unknown => Reach::Here,
        }
    }

    /// The nearest branch on a parameter that decides whether a call is made, and whether nothing
    /// else decides it.
    fn guarded(&self, site: Inst<'p>) -> (Option<Test>, bool) {
        let structure = site.func().structure();
        let mut nearest = None;
        let mut is_helper = true;
        for guard in structure.guards(site) {
            match test_of(guard.cond, guard.holds) {
                Some(test) => nearest = nearest.or(Some(test)),
                None => is_helper = false,
            }
        }
        (nearest, is_helper)
    }

    /// How a call ends the program; `None`: it does not, as far as is seen. A `defer` is the call
    /// that it defers.
    pub fn of_call(&mut self, site: Inst<'p>) -> Option<Exit<'p>> {
        let call = site.call()?;
        if let Callee::Static { name, .. } = call.callee()
            && ENDS.contains(&&*name)
        {
            return Some(Exit { way: vec![site], by: name, distance: 0 });
        }
        if self.follows(site) {
            let reached = self.targets.of_call(site);
            for &callee in &reached.funcs {
                let facts = self.facts.get(&callee).cloned().unwrap_or_default();
                // A parameter that is handed on is for the caller to say.
                let ends = |fact: &&Fact<'p>| matches!(self.at_site(fact, site), Reach::Here);
                if let Some(fact) = facts.iter().find(ends) {
                    return Some(self.exit(site, callee, fact));
                }
            }
        }
        self.fatal_by_name(site)
    }

    /// Follows facts to where the program ends.
    fn exit(&self, site: Inst<'p>, callee: Func<'p>, fact: &Fact<'p>) -> Exit<'p> {
        let mut way = vec![site];
        let mut by = callee;
        let mut fact = fact.clone();
        let distance = fact.distance;
        // What others have written is one step.
        while by.is_requested()
            && let (Some(at), Some(next)) = (fact.at, fact.callee)
            && !way.contains(&at)
        {
            way.push(at);
            by = next;
            let facts = &self.facts[&next];
            let ends = facts.iter().find(|fact| !matches!(self.at_site(fact, at), Reach::Never));
            let Some(ends) = ends.or(facts.first()) else { break };
            fact = ends.clone();
        }
        Exit { way, by: by.declared_name().unwrap_or_else(|| by.name()), distance }
    }

    /// Functions of others that say that they end the program, where some way does.
    fn fatal_by_name(&mut self, site: Inst<'p>) -> Option<Exit<'p>> {
        let call = site.call()?;
        let name = match call.callee() {
            Callee::Static { name, func: Some(func) } if !func.is_requested() => name,
            Callee::Interface { ref method, .. } => method.name.to_owned(),
            _ => return None,
        };
        if !name.rsplit('.').next()?.starts_with("Fatal") {
            return None;
        }
        let reached = self.targets.of_call(site);
        let callees = &reached.funcs;
        let ends = !callees.is_empty() && callees.iter().all(|&callee| self.may_end(callee));
        ends.then(|| Exit { way: vec![site], by: name, distance: 0 })
    }

    /// Whether any way at all leads from a function to the end of the program.
    fn may_end(&mut self, func: Func<'p>) -> bool {
        if let Some(&known) = self.fatal.get(&func) {
            return known;
        }
        let mut seen: FxHashSet<Func<'p>> = FxHashSet::default();
        let mut pending = vec![func];
        let mut ends = false;
        while let Some(func) = pending.pop()
            && !ends
        {
            if seen.len() > SEARCHED || !seen.insert(func) {
                continue;
            }
            for inst in func.insts() {
                if let Op::Call(_) | Op::Defer(_) = inst.op() {
                    let reached = self.targets.of_call(inst);
                    pending.extend(&reached.funcs);
                    ends |= reached.funcs.iter().any(|func| self.is_end(*func));
                }
            }
        }
        self.fatal.insert(func, ends);
        ends
    }
}

/// The test of a parameter that a condition is.
fn test_of(cond: Value<'_>, holds: bool) -> Option<Test> {
    if let Known::Param(param) = known(cond) {
        return Some(Test { param, op: BinaryOp::NotEqual, against: 0, holds });
    }
    let Op::Binary { op, x, y } = cond.definition()?.op() else { return None };
    let (Known::Param(param), Known::Number(against)) = (known(x), known(y)) else { return None };
    let test = Test { param, op, against, holds };
    test.passes(0).map(|_| test)
}

/// What is known of a value where it is used.
fn known(mut value: Value<'_>) -> Known {
    loop {
        let Some(definition) = value.definition() else {
            let func = value.func();
            let param = func.params().position(|param| param == value);
            return param.map_or(Known::Unknown, Known::Param);
        };
        match definition.op() {
            Op::Narrow { x, .. } | Op::Convert { x, .. } => value = x,
            Op::Zero => return Known::Number(0),
            Op::Const(constant) => {
                return match (constant.as_i64(), &*constant.exact_string()) {
                    (Some(number), _) => Known::Number(number),
                    (None, "true") => Known::Number(1),
                    (None, "false") => Known::Number(0),
                    _ => Known::Unknown,
                };
            }
            _ => return Known::Unknown,
        }
    }
}
