//! Questions about the whole program: who calls whom, what values point to, where memory is read.
//!
//! Nothing is computed before it is asked for. A call graph costs a pass over the program, where
//! memory is read another; a points-to solution costs seconds on a large program, so a checker
//! asks for it when there is something to decide.

use crate::blocked::TellBlocked;
use crate::concurrency::{Conflict, Raw};
use crate::escape::EscapeTable;
use crate::func::{Func, Inst, Value};
use crate::locks::TellLocks;
use crate::memory::{AccessIndex, Meeting, Memory};
use crate::op::Callee;
use crate::outcome::{self, Staged, Ways};
use crate::parallel::{Instruction, TellParallel};
use crate::pass::Pass;
use crate::program::{Global, Program, ProgramData};
use crate::targets::FunctionStores;
use gossa_conc::Analysis;
use gossa_conc::blocked::{Blocked, Blocking, Limits};
use gossa_db::{Session, WholeEnv};
use gossa_points::callgraph::Algorithm::Vta;
use gossa_points::callgraph::by_type::{ByType, DynamicCall};
use gossa_points::callgraph::{self, Dispatch, Roots};
use gossa_points::flow::GraphFunctions;
use gossa_points::points::layout::Layouts;
use gossa_points::points::pointees::{MadeBy, Query};
use gossa_points::points::solver::Solver;
use gossa_points::{FuncIndex, Program as PointsProgram};
use gossa_ssa::{FuncId, InstId, Lowered, ValueId};
use rayon::prelude::*;
use std::cell::{LazyCell, OnceCell, RefCell};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// What a checker of the whole program gets: a [`Pass`], and the answers to questions that one
/// function cannot answer.
pub struct ProgramPass<'p> {
    pub(crate) pass: &'p Pass<'p>,
    pub(crate) answers: &'p dyn Answers,
}

impl<'p> Deref for ProgramPass<'p> {
    type Target = Pass<'p>;

    fn deref(&self) -> &Pass<'p> {
        self.pass
    }
}

impl<'p> ProgramPass<'p> {
    /// Runs `search` over all functions, in parallel, and returns what it finds in the order of
    /// the program.
    pub fn search<T: Send>(&self, search: impl Fn(Func<'p>, &mut Vec<T>) + Sync) -> Vec<T> {
        let program = self.pass.program;
        let functions: Vec<Func<'p>> = program.functions().collect();
        let chunks: Vec<Vec<T>> = functions
            .par_chunks(256)
            .map(|chunk| {
                let mut found = Vec::new();
                chunk.iter().for_each(|&func| search(func, &mut found));
                found
            })
            .collect();
        chunks.into_iter().flatten().collect()
    }

    /// Who calls whom.
    #[must_use]
    pub fn call_graph(&self) -> CallGraph<'p> {
        CallGraph { program: self.pass.program, answers: self.answers }
    }

    /// What values point to, in the whole program. Seconds and hundreds of megabytes on a large
    /// one.
    #[must_use]
    pub fn points_to(&self) -> PointsTo<'p> {
        PointsTo { program: self.pass.program, answers: self.answers.objects() }
    }

    /// Answers what values point to by what some packages alone do, for as long as `work` runs.
    /// What comes out of other packages counts as not seen.
    pub fn points_to_within<T>(
        &self,
        packages: &[&str],
        work: impl FnOnce(PointsTo<'_>) -> T,
    ) -> T {
        let program = self.pass.program;
        let data = program.data();
        let inside = |func: FuncId| packages.contains(&func.package().path());
        let some: Vec<(FuncId, Arc<Lowered>)> =
            data.lowered().iter().filter(|(func, _)| inside(*func)).cloned().collect();
        let db = data.db();
        let env = WholeEnv::with_links(&db, data.shared().links.clone());
        let points_program = PointsProgram::new(&env, &some);
        let graph = self.call_graph();
        let mut roots = Roots::default();
        for index in points_program.lowered_functions() {
            let Some(number) = number_of(data, &points_program, index) else { continue };
            let func = Func { program, index: number };
            if func.is_closure() {
                continue;
            }
            let callers = graph.callers(func);
            let seen = !callers.is_empty()
                && callers.iter().all(|edge| inside(edge.site.func.body().func));
            if !seen || func.is_exported() {
                roots.open.push(index);
            }
        }
        let layouts = Layouts::new(&points_program);
        let solver = gossa_points::points::solve(&layouts, &roots);
        let query = Query::new(&solver, &layouts, &roots.open);
        let program_ref = &points_program;
        let query_ref = &query;
        let graph = LazyCell::new(|| solver.call_graph());
        let objects = Lazy { data, program: &program_ref, query: &query_ref, graph: &graph };
        work(PointsTo { program, answers: &objects })
    }

    /// Where memory is read and written.
    #[must_use]
    pub fn memory(&self) -> Memory<'p> {
        Memory::new(self.pass.program, self.answers)
    }
}

/// A call and one function that it may reach.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Edge<'p> {
    /// The call, `go` or `defer`.
    pub site: Inst<'p>,
    /// The function called.
    pub callee: Func<'p>,
    /// Which parameter the first argument becomes: 1 where the receiver is not among the
    /// arguments, else 0.
    pub first: usize,
}

/// Who calls whom, calls of function values and through interfaces included: those may reach what
/// their types allow. [`PointsTo::calls`] says of one such call whether it does.
///
/// Adjusted receivers, method values and promoted methods do not show: the edge goes to the method
/// itself.
#[derive(Clone, Copy)]
pub struct CallGraph<'p> {
    program: Program<'p>,
    answers: &'p dyn Answers,
}

impl<'p> CallGraph<'p> {
    /// The functions with a body that a call may reach, in the order of the program.
    #[must_use]
    pub fn callees(self, site: Inst<'p>) -> Vec<Edge<'p>> {
        let Some(call) = site.call() else { return Vec::new() };
        if let Some(callee) = call.static_callee() {
            return vec![Edge { site, callee, first: 0 }];
        }
        if matches!(call.callee(), Callee::Builtin(_)) {
            return Vec::new();
        }
        let edges = self.answers.callees(site.func.index, site.id);
        edges.into_iter().map(|edge| self.edge(edge)).collect()
    }

    /// The calls that may reach a function, in the order of the program: those by name, then the
    /// others.
    #[must_use]
    pub fn callers(self, callee: Func<'p>) -> Vec<Edge<'p>> {
        let mut found: Vec<Edge<'p>> =
            callee.static_callers().map(|site| Edge { site, callee, first: 0 }).collect();
        let edges = self.answers.callers(callee.index);
        found.extend(edges.into_iter().map(|edge| self.edge(edge)));
        found
    }

    fn edge(self, edge: RawEdge) -> Edge<'p> {
        let program = self.program;
        Edge {
            site: Inst { func: Func { program, index: edge.caller }, id: edge.site },
            callee: Func { program, index: edge.callee },
            first: edge.first as usize,
        }
    }
}

/// What values point to, in the whole program.
#[derive(Clone, Copy)]
pub struct PointsTo<'p> {
    program: Program<'p>,
    answers: &'p dyn Objects,
}

/// What a value may point to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Pointees<'p> {
    /// The objects, sorted.
    pub objects: Vec<Object<'p>>,
    /// Whether it may point to something that has no object: an argument of a caller that is not
    /// seen, memory of the runtime, what reflection makes; true also where code never runs.
    pub others: bool,
}

/// An object: what one instruction makes, a package-level variable, or a function. Calls of small
/// functions have objects of their own.
#[derive(Clone, Copy)]
pub struct Object<'p> {
    program: Program<'p>,
    answers: &'p dyn Objects,
    number: u32,
}

/// What makes an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Maker<'p> {
    /// An instruction.
    Inst(Inst<'p>),
    /// It is a package-level variable.
    Global(Global),
    /// It is a function.
    Func(Func<'p>),
    /// Code that is not seen.
    Unseen,
}

impl<'p> PointsTo<'p> {
    /// What a pointer, slice, map, channel, function or interface may point to; of a struct all
    /// its fields together.
    #[must_use]
    pub fn pointees(self, value: Value<'p>) -> Pointees<'p> {
        let found = self.answers.pointees(value.func.index, value.id);
        let Self { program, answers } = self;
        let object = |number| Object { program, answers, number };
        Pointees { objects: found.objects.into_iter().map(object).collect(), others: found.others }
    }
}

impl PointsTo<'_> {
    /// Whether a call reaches the function that an edge says.
    #[must_use]
    pub fn calls(self, edge: &Edge<'_>) -> Meeting {
        let Some(call) = edge.site.call() else { return Meeting::Never };
        let through = match call.callee() {
            Callee::Static { .. } => return Meeting::Possible,
            Callee::Builtin(_) => return Meeting::Never,
            Callee::Value(value) => value,
            Callee::Interface { receiver, .. } => receiver,
        };
        let site = edge.site;
        if call.static_callee() == Some(edge.callee)
            || self.answers.has_call(site.func.index, site.id, edge.callee.index)
        {
            return Meeting::Possible;
        }
        let others = self.answers.pointees(site.func.index, through.id).others;
        if others { Meeting::ByType } else { Meeting::Never }
    }
}

impl<'p> Object<'p> {
    /// What makes it.
    #[must_use]
    pub fn maker(self) -> Maker<'p> {
        let func = |index| Func { program: self.program, index };
        match self.answers.made_by(self.number) {
            RawMaker::Inst(index, id) => Maker::Inst(Inst { func: func(index), id }),
            RawMaker::Global(global) => Maker::Global(global),
            RawMaker::Func(index) => Maker::Func(func(index)),
            RawMaker::Unseen => Maker::Unseen,
        }
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Object<'_> {}
impl PartialOrd for Object<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Object<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}
impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.maker())
    }
}

/// A call that is not by name, or by a name whose body is elsewhere.
#[derive(Clone, Copy)]
pub(crate) struct RawEdge {
    pub(crate) caller: u32,
    pub(crate) site: InstId,
    pub(crate) callee: u32,
    pub(crate) first: u32,
}

/// What makes an object, by numbers.
pub(crate) enum RawMaker {
    Inst(u32, InstId),
    Global(Global),
    Func(u32),
    Unseen,
}

/// The answers behind the handles.
pub(crate) trait Answers {
    fn callees(&self, caller: u32, site: InstId) -> Vec<RawEdge>;
    fn callers(&self, callee: u32) -> Vec<RawEdge>;
    fn accesses(&self) -> &AccessIndex;
    fn function_stores(&self) -> &FunctionStores;
    fn objects(&self) -> &dyn Objects;
    fn conflicts<'p>(
        &self,
        tell: &mut dyn FnMut(&PointsProgram<'_>, &Raw) -> Vec<Conflict<'p>>,
    ) -> Vec<Conflict<'p>>;
    fn escapes(&self) -> &EscapeTable;
    fn locks(&self, func: u32, tell: &mut TellLocks<'_>);
    fn parallel(&self, pairs: &[(Instruction, Instruction)], tell: &mut TellParallel<'_>);
    fn blocked(&self, tell: &mut TellBlocked<'_>);

    fn ways(&self) -> &dyn Ways;
}

/// The answers about objects behind the handles.
pub(crate) trait Objects {
    fn pointees(&self, func: u32, value: ValueId) -> gossa_points::points::pointees::Pointees;
    fn made_by(&self, object: u32) -> RawMaker;
    fn has_call(&self, caller: u32, site: InstId, callee: u32) -> bool;
}

/// The stages of a points-to solution, each made when it is first needed.
struct Lazy<'s, 'x, 'w, 'e> {
    data: &'s ProgramData,
    program: &'s dyn Deref<Target = PointsProgram<'e>>,
    query: &'s dyn Deref<Target = Query<'x, 'x, 'w, 'e>>,
    graph: &'s dyn Deref<Target = callgraph::CallGraph>,
}

struct All<'s, 'w, 'e> {
    data: &'s ProgramData,
    program: &'s dyn Deref<Target = PointsProgram<'e>>,
    by_type: &'s dyn Deref<Target = ByType<'w, 'e>>,
    accesses: AccessIndex,
    function_stores: FunctionStores,
    objects: &'s dyn Objects,
    raw: &'s dyn Deref<Target = Raw>,
    goroutines: &'s dyn Deref<Target = Analysis<'w, 'e>>,
    escapes: &'s dyn Deref<Target = EscapeTable>,
    ways: &'s dyn Ways,
}

impl All<'_, '_, '_> {
    fn edges(&self, calls: Vec<DynamicCall>) -> Vec<RawEdge> {
        let number = |func| number_of(self.data, self.program, func);
        let edge = |call: DynamicCall| {
            Some(RawEdge {
                caller: number(call.caller)?,
                site: call.site,
                callee: number(call.callee)?,
                first: call.first,
            })
        };
        calls.into_iter().filter_map(edge).collect()
    }
}

impl Answers for All<'_, '_, '_> {
    fn callees(&self, caller: u32, site: InstId) -> Vec<RawEdge> {
        let body = self.data.body(caller);
        // A name whose body is elsewhere.
        if let Some(callee) = static_callee(body, site) {
            let callee = self.program.known(callee).or_else(|| {
                let linked = self.program.env().linked(callee)?;
                self.program.known(linked)
            });
            let callee = callee.and_then(|func| number_of(self.data, self.program, func));
            return callee
                .map(|callee| RawEdge { caller, site, callee, first: 0 })
                .into_iter()
                .collect();
        }
        match self.program.known(body.func) {
            Some(func) => self.edges(self.by_type.callees(func, site)),
            None => Vec::new(),
        }
    }

    fn callers(&self, callee: u32) -> Vec<RawEdge> {
        match self.program.known(self.data.body(callee).func) {
            Some(func) => self.edges(self.by_type.callers(func)),
            None => Vec::new(),
        }
    }

    fn accesses(&self) -> &AccessIndex {
        &self.accesses
    }

    fn function_stores(&self) -> &FunctionStores {
        &self.function_stores
    }

    fn objects(&self) -> &dyn Objects {
        self.objects
    }

    fn conflicts<'p>(
        &self,
        tell: &mut dyn FnMut(&PointsProgram<'_>, &Raw) -> Vec<Conflict<'p>>,
    ) -> Vec<Conflict<'p>> {
        tell(self.program, self.raw)
    }

    fn escapes(&self) -> &EscapeTable {
        self.escapes
    }

    fn locks(&self, func: u32, tell: &mut TellLocks<'_>) {
        let found = self.program.known(self.data.body(func).func);
        if let Some(locks) = found.and_then(|func| self.goroutines.locks_in(func)) {
            tell(self.program, &locks);
        }
    }

    fn parallel(&self, pairs: &[(Instruction, Instruction)], tell: &mut TellParallel<'_>) {
        let place = |(func, inst): Instruction| {
            Some((self.program.known(self.data.body(func).func)?, inst))
        };
        // A pair that is not seen has no answer, and keeps its number.
        let known: Vec<(usize, _)> = pairs
            .iter()
            .enumerate()
            .filter_map(|(at, &(a, b))| Some((at, (place(a)?, place(b)?))))
            .collect();
        let asked: Vec<_> = known.iter().map(|(_, pair)| *pair).collect();
        let requested = requested(self.data, self.program);
        let found = gossa_conc::marks::parallel(self.program, self.by_type, requested, &asked);
        for ((at, _), found) in known.into_iter().zip(found) {
            if let Some(found) = found {
                tell(self.program, at, &found);
            }
        }
    }

    fn blocked(&self, tell: &mut TellBlocked<'_>) {
        let functions: Vec<FuncIndex> = requested(self.data, self.program).collect();
        for found in blocked(self.data, &functions) {
            tell(self.program, &found);
        }
    }

    fn ways(&self) -> &dyn Ways {
        self.ways
    }
}

impl Objects for Lazy<'_, '_, '_, '_> {
    fn pointees(&self, func: u32, value: ValueId) -> gossa_points::points::pointees::Pointees {
        match self.program.known(self.data.body(func).func) {
            Some(func) => self.query.pointees(func, value),
            None => gossa_points::points::pointees::Pointees { objects: Vec::new(), others: true },
        }
    }

    fn has_call(&self, caller: u32, site: InstId, callee: u32) -> bool {
        let caller = self.program.known(self.data.body(caller).func);
        caller.is_some_and(|caller| {
            has_call(self.data, self.program, self.graph, (caller, site), callee)
        })
    }

    fn made_by(&self, object: u32) -> RawMaker {
        let number = |func| number_of(self.data, self.program, func);
        match self.query.made_by(object) {
            MadeBy::Inst(func, inst) => {
                number(func).map_or(RawMaker::Unseen, |func| RawMaker::Inst(func, inst))
            }
            MadeBy::Global(decl) => RawMaker::Global(Global { decl }),
            MadeBy::Func(func) => number(func).map_or(RawMaker::Unseen, RawMaker::Func),
            MadeBy::Other => RawMaker::Unseen,
        }
    }
}

/// Runs `work` with answers about a program.
pub(crate) fn with_answers<T>(
    session: &Session,
    data: &ProgramData,
    work: impl FnOnce(&dyn Answers) -> T,
) -> T {
    let db = session.db();
    let env = LazyCell::new(|| WholeEnv::with_links(&db, data.shared().links.clone()));
    let program = LazyCell::new(|| PointsProgram::of(&*env, data.shared().declared.clone()));
    let roots = LazyCell::new(|| roots(session, &env, &program));
    let by_type = LazyCell::new(|| ByType::new(&program));
    let layouts = LazyCell::new(|| Layouts::new(&program));
    let solver: LazyCell<Solver<'_, '_, '_>, _> =
        LazyCell::new(|| gossa_points::points::solve(&layouts, &roots));
    let query = LazyCell::new(|| Query::new(&solver, &layouts, &roots.open));
    let graph = LazyCell::new(|| solver.call_graph());
    let objects = Lazy { data, program: &program, query: &query, graph: &graph };
    let accesses = AccessIndex::default();
    let function_stores = FunctionStores::default();
    let is_foreign = |package: &str| !data.is_requested(package);
    let goroutines = LazyCell::new(|| Analysis::new(&program, &by_type, &is_foreign));
    let raw = LazyCell::new(|| Raw { conflicts: goroutines.conflicts(requested(data, &program)) });
    let flow_graph = LazyCell::new(|| callgraph::build(&program, &entries(data, &program), Vta));
    let functions = LazyCell::new(|| GraphFunctions::new(&program, &flow_graph));
    let outcomes = LazyCell::new(|| outcome::outcomes(&*functions));
    let ways = Staged {
        data,
        program: &program,
        graph: &flow_graph,
        outcomes: &outcomes,
        callers: OnceCell::new(),
        plans: RefCell::default(),
    };
    let (by_type, objects) = (&by_type, &objects);
    let escapes = LazyCell::new(|| {
        EscapeTable::new(&session.whole_program_escapes(&db, &env, &program, &roots))
    });
    let (raw, goroutines, escapes, ways) = (&raw, &goroutines, &escapes, &ways);
    work(&All {
        data,
        program: &program,
        by_type,
        accesses,
        function_stores,
        objects,
        raw,
        goroutines,
        escapes,
        ways,
    })
}

/// How many parts the search for blocked goroutines is cut into, whatever the number of threads:
/// what is found must not depend on that.
const PARTS: usize = 32;

/// The goroutines that may stay blocked in executions of these functions, in parallel, in the order
/// of the functions. What they name is of the declared functions alone.
fn blocked(data: &ProgramData, functions: &[FuncIndex]) -> Vec<Blocked> {
    let is_std = |package: &str| data.is_standard(package);
    let is_requested = |package: &str| data.is_requested(package);
    let shared = data.shared();
    let search = |part: &[FuncIndex]| -> Vec<Blocked> {
        let db = data.db();
        let env = WholeEnv::with_links(&db, shared.links.clone());
        let program = PointsProgram::of(&env, shared.declared.clone());
        let blocking = Blocking::new(&program, &is_std, &is_requested);
        let worth_it = part.iter().filter(|&&func| blocking.is_worth_it(func));
        let mut found: Vec<Blocked> =
            worth_it.flat_map(|&func| blocking.of(func, Limits::default())).collect();
        found.iter_mut().for_each(|found| found.retain(|func| shared.declared.contains(func)));
        found
    };
    let size = functions.len().div_ceil(PARTS).max(1);
    functions.par_chunks(size).flat_map_iter(search).collect()
}

/// The functions of the packages that the user asked about.
fn requested<'s, 'e>(
    data: &'s ProgramData,
    program: &'s PointsProgram<'e>,
) -> impl Iterator<Item = FuncIndex> + use<'s, 'e> {
    let is_requested =
        move |func: &FuncIndex| data.is_requested(program.function(*func).id.package().path());
    program.lowered_functions().filter(is_requested)
}

/// Every declared function of the packages that were asked for is entered, with arguments that the
/// program itself passes.
fn entries(data: &ProgramData, program: &PointsProgram<'_>) -> Roots {
    let requested = program.lowered_functions().filter(|&func| {
        let id = program.function(func).id;
        data.is_requested(id.package().path())
            && program.body(func).is_some_and(|body| !body.is_closure())
    });
    Roots { entries: requested.collect(), open: Vec::new() }
}

/// The main packages that were asked for begin at their `main`; the others, tests included, may be
/// called by code that is not seen.
fn roots(session: &Session, env: &WholeEnv<'_>, program: &PointsProgram<'_>) -> Roots {
    let packages = session.root_packages();
    let mut roots = env.exported_roots(program, &packages);
    if let Some(main) = env.main_roots(program, &packages) {
        roots.entries.extend(main.entries);
    }
    roots.entries.extend(env.c_roots(program, session));
    for list in [&mut roots.entries, &mut roots.open] {
        list.sort_unstable();
        list.dedup();
    }
    roots
}

pub(crate) fn number_of(
    data: &ProgramData,
    program: &PointsProgram<'_>,
    func: FuncIndex,
) -> Option<u32> {
    let function = program.function(func);
    if function.is_wrapper() { None } else { data.find(function.id) }
}

fn static_callee(body: &gossa_ssa::Body, site: InstId) -> Option<FuncId> {
    let (gossa_ssa::Inst::Call(call)
    | gossa_ssa::Inst::Go(call)
    | gossa_ssa::Inst::Defer { call, .. }) = body[site]
    else {
        return None;
    };
    match body[call].callee {
        gossa_ssa::Callee::Static(callee) => Some(callee),
        _ => None,
    }
}

/// Whether a call graph has a call, through wrappers or directly.
fn has_call(
    data: &ProgramData,
    program: &PointsProgram<'_>,
    graph: &callgraph::CallGraph,
    (caller, site): (FuncIndex, InstId),
    callee: u32,
) -> bool {
    let mut seen: Vec<FuncIndex> = graph.callees(caller, site).collect();
    let mut at = 0;
    while let Some(&func) = seen.get(at) {
        at += 1;
        if number_of(data, program, func) == Some(callee) {
            return true;
        }
        if program.function(func).is_wrapper() {
            for inner in graph.calls(func) {
                if inner.dispatch != Dispatch::Runtime && !seen.contains(&inner.callee) {
                    seen.push(inner.callee);
                }
            }
        }
    }
    false
}
