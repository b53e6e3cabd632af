//! Which functions a call of a function value reaches, followed backward from the call.
//!
//! A function value is followed to where it is made: through variables, fields (of all structs of a
//! type together), package-level variables, parameters, captures and results. Where it comes from
//! somewhere that is not seen (elements, channels, interfaces, callers of exported functions), the
//! answer is what the types allow, and not exact. Nothing is computed but what is asked for, and one
//! pass over the program for where functions are stored.

use crate::func::{Func, Inst, Value};
use crate::op::{Callee, Op};
use crate::program::{Global, Program};
use crate::whole::{Answers, CallGraph, ProgramPass};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::ValueId;
use gossa_types::{TypeId, TypeKind};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

type RawInst = gossa_ssa::Inst;

/// The functions that a call may reach.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Reached<'p> {
    /// The functions with a body, in the order of the program.
    pub funcs: Vec<Func<'p>>,
    /// Whether these are all, and each of them is known to get there; else they are what the types
    /// allow, and none where these allow too many.
    pub is_exact: bool,
}

/// Answers which functions calls reach: see [`ProgramPass::targets`].
pub struct Targets<'p> {
    program: Program<'p>,
    graph: CallGraph<'p>,
    answers: &'p dyn Answers,
    known: RefCell<FxHashMap<Inst<'p>, Rc<Reached<'p>>>>,
}

/// Where functions are stored, found once for all who ask.
#[derive(Default)]
pub(crate) struct FunctionStores(OnceCell<Stores>);

/// A value of a function, by numbers.
type At = (u32, ValueId);

#[derive(Default)]
struct Stores {
    globals: FxHashMap<Global, Vec<At>>,
    fields: FxHashMap<(TypeId, u32), Vec<At>>,
}

/// A value is not followed to more places than this.
const STEPS: usize = 96;

impl<'p> ProgramPass<'p> {
    /// Which functions calls reach, followed from the call. Costs a pass over the program when the
    /// first call of a variable is asked about, whoever asks. Answers are remembered: keep it.
    #[must_use]
    pub fn targets(&self) -> Targets<'p> {
        Targets {
            program: self.program(),
            graph: self.call_graph(),
            answers: self.answers,
            known: RefCell::default(),
        }
    }
}

impl<'p> Targets<'p> {
    /// The functions that a call, `go` or `defer` may reach.
    #[must_use]
    pub fn of_call(&self, site: Inst<'p>) -> Rc<Reached<'p>> {
        if let Some(known) = self.known.borrow().get(&site) {
            return known.clone();
        }
        let found = Rc::new(self.find(site));
        self.known.borrow_mut().insert(site, found.clone());
        found
    }

    /// The calls that may reach a function, in the order of the program.
    #[must_use]
    pub fn callers(&self, callee: Func<'p>) -> Vec<Inst<'p>> {
        let edges = self.graph.callers(callee);
        let mut sites: Vec<Inst<'p>> = edges.into_iter().map(|edge| edge.site).collect();
        sites.sort_by_key(|site| (site.func().index, site.index()));
        sites.dedup();
        sites.retain(|&site| {
            let reached = self.of_call(site);
            !reached.is_exact || reached.funcs.contains(&callee)
        });
        sites
    }

    fn find(&self, site: Inst<'p>) -> Reached<'p> {
        let Some(call) = site.call() else { return Reached::default() };
        if let Some(callee) = call.static_callee() {
            return Reached { funcs: vec![callee], is_exact: true };
        }
        if let Callee::Value(value) = call.callee()
            && let Some(mut funcs) = self.sources(value)
        {
            funcs.sort_by_key(|func| func.index);
            return Reached { funcs, is_exact: true };
        }
        let mut funcs: Vec<Func<'p>> =
            self.graph.callees(site).into_iter().map(|edge| edge.callee).collect();
        funcs.sort_by_key(|func| func.index);
        funcs.dedup();
        let is_exact = matches!(call.callee(), Callee::Static { .. } | Callee::Builtin(_));
        Reached { funcs, is_exact }
    }

    /// The functions that a value may be; `None`: others, too.
    fn sources(&self, value: Value<'p>) -> Option<Vec<Func<'p>>> {
        let mut found = Vec::new();
        let mut seen: FxHashSet<Value<'p>> = FxHashSet::default();
        let mut work = vec![value];
        while let Some(value) = work.pop() {
            if !seen.insert(value) {
                continue;
            }
            if seen.len() > STEPS {
                return None;
            }
            let Some(definition) = value.definition() else {
                self.given(value, &mut work)?;
                continue;
            };
            match definition.op() {
                Op::Func(func) | Op::Closure { func, .. } => {
                    let func = func?;
                    if !found.contains(&func) {
                        found.push(func);
                    }
                }
                Op::MethodValue { method, .. } => {
                    let func = method.func?;
                    if !found.contains(&func) {
                        found.push(func);
                    }
                }
                Op::Narrow { x, .. } | Op::Convert { x, .. } => work.push(x),
                // Calling nil panics.
                Op::Zero => {}
                Op::Load(address) => work.extend(self.stored(address)?),
                Op::Field { base, field } => work.extend(self.in_field(base.ty().id, field)?),
                Op::Call(call) => {
                    let callee = call.static_callee()?;
                    let at = definition.results().position(|result| result == value)?;
                    for inst in callee.insts() {
                        if let Op::Return(results) = inst.op() {
                            work.push(*results.get(at)?);
                        }
                    }
                }
                _ => return None,
            }
        }
        Some(found)
    }

    /// What a parameter may be.
    fn given(&self, value: Value<'p>, work: &mut Vec<Value<'p>>) -> Option<()> {
        let func = value.func();
        if let Some(at) = func.captures().position(|capture| capture == value) {
            for creation in func.creations() {
                let Op::Closure { captures, .. } = creation.op() else { return None };
                work.push(*captures.get(at)?);
            }
            return Some(());
        }
        if let Some(at) = func.params().position(|param| param == value) {
            // Others may call it with anything.
            if func.is_exported() && func.package() != "main" && func.is_requested() {
                return None;
            }
            let edges = self.graph.callers(func);
            if edges.is_empty() {
                return None;
            }
            for edge in edges {
                let call = edge.site.call()?;
                work.push(call.args().nth(at.checked_sub(edge.first)?)?);
            }
            return Some(());
        }
        let incoming = value.incoming();
        if incoming.is_empty() {
            return None;
        }
        work.extend(incoming);
        Some(())
    }

    /// What a variable may hold.
    fn stored(&self, address: Value<'p>) -> Option<Vec<Value<'p>>> {
        let Some(definition) = address.definition() else {
            // A captured variable.
            let func = address.func();
            let at = func.captures().position(|capture| capture == address)?;
            let [creation] = func.creations()[..] else { return None };
            let Op::Closure { captures, .. } = creation.op() else { return None };
            return self.stored(*captures.get(at)?);
        };
        match definition.op() {
            Op::Narrow { x, .. } => self.stored(x),
            Op::Global(global) => Some(self.values(self.stores().globals.get(&global))),
            Op::FieldAddr { ptr, field } => self.in_field(ptr.ty().pointee()?.id, field),
            Op::Alloc(_) => {
                let mut found = Vec::new();
                let mut pending = vec![address];
                while let Some(address) = pending.pop() {
                    for inst in address.func().insts() {
                        match inst.op() {
                            Op::Store { ptr, value } if ptr == address => found.push(value),
                            Op::Closure { func, captures } if captures.contains(&address) => {
                                let captured =
                                    func?.captures().zip(&captures).filter(|(_, c)| **c == address);
                                pending.extend(captured.map(|(param, _)| param));
                            }
                            Op::Load(_) => {}
                            _ if inst.operands().contains(&address) => return None,
                            _ => {}
                        }
                    }
                }
                Some(found)
            }
            _ => None,
        }
    }

    fn in_field(&self, holder: TypeId, field: u32) -> Option<Vec<Value<'p>>> {
        let found = self.stores().fields.get(&(holder.canonical(), field))?;
        Some(self.values(Some(found)))
    }

    fn values(&self, found: Option<&Vec<At>>) -> Vec<Value<'p>> {
        let value = |&(index, id): &At| Value { func: Func { program: self.program, index }, id };
        found.into_iter().flatten().map(value).collect()
    }

    fn stores(&self) -> &Stores {
        self.answers.function_stores().0.get_or_init(|| {
            let mut stores = Stores::default();
            for func in self.program.functions() {
                stores.read(func);
            }
            stores
        })
    }
}

impl Stores {
    fn read(&mut self, func: Func<'_>) {
        let body = func.body();
        let is_func = |value: ValueId| match body[value].ty.unalias().kind() {
            TypeKind::Signature(_) => true,
            TypeKind::Named { .. } => {
                matches!(Value { func, id: value }.ty().underlying().kind(), TypeKind::Signature(_))
            }
            _ => false,
        };
        for id in body.inst_ids() {
            match body[id] {
                RawInst::Store { ptr, value } => {
                    let gossa_ssa::ValueDef::Result(def) = body.def(ptr) else { continue };
                    match body[def] {
                        RawInst::Global(decl) if is_func(value) => {
                            let holder = self.globals.entry(Global { decl }).or_default();
                            holder.push((func.index, value));
                        }
                        RawInst::FieldAddr { ptr, field } if is_func(value) => {
                            let holder = Value { func, id: ptr }.ty().pointee();
                            if let Some(holder) = holder {
                                let key = (holder.id.canonical(), field);
                                self.fields.entry(key).or_default().push((func.index, value));
                            }
                        }
                        _ => {}
                    }
                }
                RawInst::Struct(fields) => {
                    for (field, &value) in (0..).zip(&body[fields]) {
                        if is_func(value)
                            && let Some(made) = body.result(id)
                        {
                            let key = (body[made].ty.canonical(), field);
                            self.fields.entry(key).or_default().push((func.index, value));
                        }
                    }
                }
                RawInst::WithField { base, field, value } if is_func(value) => {
                    let key = (body[base].ty.canonical(), field);
                    self.fields.entry(key).or_default().push((func.index, value));
                }
                _ => {}
            }
        }
    }
}
