//! Runs a program in the interpreter and holds points-to analysis against it: what made the object
//! that an SSA value is seen to point to must be among what the analysis says of the value.

use crate::executed_calls::{Ignored, ending, observable};
use camino::Utf8PathBuf;
use gossa_db::{Place, RootDb, RunEnv, Session, SilentProgress, WholeEnv};
use gossa_interp::memory::Addr;
use gossa_interp::observe::{AllocationKind, Definition, Object, Observer, Pointer, Site};
use gossa_load::System;
use gossa_points::points::facts::ObjectKind;
use gossa_points::points::layout::{Holds, Layouts};
use gossa_points::points::link::Origin;
use gossa_points::points::query::{FuncValue, Queries};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{FuncId, Inst, InstId, ValueDef, ValueId};
use gossa_types::{DeclId, PackageId, TypeId, TypeKind};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

/// What a run and the analysis have to do with each other.
#[derive(Debug, Default)]
pub(crate) struct Pointees {
    /// How the program ended.
    pub(crate) ended: String,
    /// Different pairs of a pointer in a value and what made its object.
    pub(crate) pairs: usize,
    /// Those that could be compared.
    pub(crate) compared: usize,
    /// Those of them where the analysis says that it may be anything that reflection knows.
    pub(crate) reflected: usize,
    /// By reason: those that could not be compared.
    pub(crate) left_out: BTreeMap<&'static str, usize>,
    /// Those that the analysis does not have.
    pub(crate) missed: Vec<String>,
}

/// What made an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Maker {
    Inst(FuncId, InstId, AllocationKind),
    Global(DeclId),
    /// A function that the machine runs itself.
    Machine,
}

#[derive(Default)]
struct Seen {
    living: HashMap<Addr, Maker>,
    known: HashSet<(FuncId, ValueId, u64, Maker)>,
    pairs: Vec<(FuncId, ValueId, u64, Maker)>,
}

struct Collector(Rc<RefCell<Seen>>);

impl Observer for Collector {
    fn allocation(&mut self, site: Site, object: Object, kind: AllocationKind) {
        let maker = match site.by {
            Some(_) => Maker::Machine,
            None => Maker::Inst(site.func, site.inst, kind),
        };
        self.0.borrow_mut().living.insert(object.base, maker);
    }

    fn global(&mut self, variable: DeclId, object: Object) {
        self.0.borrow_mut().living.insert(object.base, Maker::Global(variable));
    }

    fn value(&mut self, definition: &Definition, to: Pointer) {
        // Of nothing there may be many at one address, and behind the end comes the next object.
        if to.object.size == 0 || to.offset >= to.object.size {
            return;
        }
        let seen = &mut *self.0.borrow_mut();
        let Some(&maker) = seen.living.get(&to.object.base) else { return };
        let pair = (definition.func, definition.value, definition.at, maker);
        if seen.known.insert(pair) {
            seen.pairs.push(pair);
        }
    }
}

/// Analyses a main package, runs it, and compares. `Err` says why that cannot be done.
pub(crate) fn seen_points(
    system: Arc<dyn System + Send + Sync>,
    goroot: Utf8PathBuf,
    dir: Utf8PathBuf,
    pattern: &str,
    options: gossa_interp::Options,
) -> Result<Pointees, String> {
    let loaded = observable(system.clone(), goroot, dir, pattern);
    let session = Session::load(&loaded).map_err(|error| error.to_string())?;
    let lowered = session.lower(&SilentProgress);
    let [root] = session.program().roots[..] else {
        return Err(format!("{pattern} is not one package"));
    };
    let main = PackageId::new(&session.program().package(root).import_path);
    let db = session.db();
    // On a thread of the pool: lowering needs its large stack.
    session.pool().install(move || {
        let whole = WholeEnv::new(&db);
        let program = Program::new(&whole, &lowered);
        let roots = whole.main_roots(&program, &[main]);
        let roots = roots.ok_or_else(|| format!("{pattern} is not a main package"))?;
        let layouts = Layouts::new(&program);
        let solver = gossa_points::points::solve(&layouts, &roots);
        let queries = Queries::new(solver, &layouts);
        let env = RunEnv::new(&db, &*system);
        let seen = Rc::default();
        let watcher = Box::new(Collector(Rc::clone(&seen)));
        let outcome =
            gossa_interp::run_main_observed(&env, main, options, Box::new(Ignored), watcher);
        let mut found = Pointees { ended: ending(outcome), ..Pointees::default() };
        let pairs = std::mem::take(&mut seen.borrow_mut().pairs);
        // What functions do that only those call of which models say what they do, these say too.
        let graph = queries.solver().call_graph();
        let mut seen_apart: HashSet<FuncIndex> = HashSet::new();
        let mut stack: Vec<FuncIndex> = roots.iter().collect();
        while let Some(func) = stack.pop() {
            if !queries.is_modelled(func) && seen_apart.insert(func) {
                stack.extend(graph.calls(func).iter().map(|edge| edge.callee));
            }
        }
        let comparison = Comparison {
            db: &db,
            program: &program,
            layouts: &layouts,
            queries: &queries,
            seen_apart: &seen_apart,
        };
        for pair in pairs {
            found.pairs += 1;
            match comparison.compare(pair) {
                Answer::Has => found.compared += 1,
                Answer::Reflected => {
                    found.compared += 1;
                    found.reflected += 1;
                }
                Answer::LeftOut(why) => *found.left_out.entry(why).or_default() += 1,
                Answer::Misses => {
                    found.compared += 1;
                    found.missed.push(comparison.text(pair));
                }
            }
        }
        found.missed.sort();
        Ok(found)
    })
}

enum Answer {
    Has,
    /// It may be anything that a package knows by reflection.
    Reflected,
    Misses,
    LeftOut(&'static str),
}

struct Comparison<'c, 'x, 'p, 'e> {
    db: &'c RootDb,
    program: &'c Program<'e>,
    layouts: &'c Layouts<'p, 'e>,
    queries: &'c Queries<'x, 'p, 'e>,
    /// Functions that run without a model in between.
    seen_apart: &'c HashSet<FuncIndex>,
}

impl Comparison<'_, '_, '_, '_> {
    fn compare(&self, (func, value, at, maker): (FuncId, ValueId, u64, Maker)) -> Answer {
        let index = self.program.index_of(func);
        let Some(body) = self.program.body(index) else { return Answer::LeftOut("no body") };
        if !self.queries.is_reached(index) {
            return Answer::LeftOut("in functions that the analysis does not reach");
        }
        if self.queries.is_opaque(index) {
            return Answer::LeftOut("in functions whose unsafe conversions are not followed");
        }
        if self.queries.is_modelled(index) {
            return Answer::LeftOut("in functions with a model");
        }
        if !self.seen_apart.contains(&index) {
            return Answer::LeftOut("in functions that only functions with a model call");
        }
        let layout = self.layouts.layout(body[value].ty);
        let word = 8;
        let leaf = layout.leaves.iter().position(|&leaf| {
            let cell = layout.cells[leaf as usize];
            let place = if cell.holds == Holds::Interface { word } else { 0 };
            cell.offset + place == at
        });
        let Some(leaf) = leaf else { return Answer::LeftOut("pointers of strings, in arrays") };
        if let TypeKind::Signature(_) =
            self.program.under(layout.cells[layout.leaves[leaf] as usize].ty).kind()
        {
            return Answer::LeftOut("functions as values: the analysis has their code");
        }
        match maker {
            Maker::Inst(by, ..) if !self.seen_apart.contains(&self.program.index_of(by)) => {
                return Answer::LeftOut("objects made by functions behind models");
            }
            Maker::Machine => return Answer::LeftOut("objects that the machine makes"),
            Maker::Inst(_, _, AllocationKind::Closure) => return Answer::LeftOut("closures"),
            Maker::Inst(_, _, AllocationKind::Part) => {
                return Answer::LeftOut("parts of maps, channels and iterations");
            }
            Maker::Inst(_, _, AllocationKind::Panic) => return Answer::LeftOut("run-time panics"),
            _ => {}
        }
        let linker = self.queries.solver().linker();
        let mut reflected = false;
        let mut elements: Vec<u32> = self
            .queries
            .points_to(FuncValue { func: index, value })
            .into_iter()
            .filter(|&(of, _)| of as usize == leaf)
            .map(|(_, element)| element)
            .collect();
        // The data word of an interface is the value itself where that is one pointer.
        for at in 0..elements.len() {
            let element = elements[at];
            if element % 2 == 1 && !linker.is_special(element) {
                let boxed = self.layouts.layout(linker.dynamic_type(element));
                if let [leaf] = boxed.leaves[..]
                    && boxed.cells[leaf as usize].holds == Holds::Pointer
                {
                    elements.extend(self.queries.solver().points_to(element / 2 + leaf));
                }
            }
        }
        for element in elements {
            let object = linker.object_of(element / 2);
            let is_it = match (object.origin, maker) {
                (Origin::Site(instance, inst, kind), Maker::Inst(by, at, _)) => {
                    let maker = linker.instances()[instance.0 as usize].func;
                    maker == self.program.index_of(by)
                        && (inst == at || kind == ObjectKind::Interface && element % 2 == 1)
                        && (inst == at || self.same_type(by, at, linker.dynamic_type(element)))
                }
                (Origin::Global(decl), Maker::Global(seen)) => {
                    let env = self.program.env();
                    decl == env.linked_variable(seen).unwrap_or(seen)
                }
                // Values without pointers in interfaces are one for each type.
                (
                    Origin::Plain,
                    Maker::Inst(by, at, AllocationKind::Boxed | AllocationKind::Table),
                ) => self.same_type(by, at, linker.dynamic_type(element)),
                (Origin::Universe(_) | Origin::Reflected | Origin::Opaque | Origin::Types, _) => {
                    reflected = true;
                    false
                }
                _ => false,
            };
            if is_it {
                return Answer::Has;
            }
        }
        if reflected { Answer::Reflected } else { Answer::Misses }
    }

    /// Whether an instruction puts values of a type into interfaces.
    fn same_type(&self, func: FuncId, inst: InstId, ty: TypeId) -> bool {
        let body = self.program.body(self.program.index_of(func));
        match body.map(|body| (body, &body[inst])) {
            Some((body, &Inst::MakeInterface(x))) => {
                self.program.normal(body[x].ty) == self.program.normal(ty)
            }
            // Tables have the boxes of many types.
            Some((body, &Inst::Table(table))) => {
                let types = body[table].dynamic_types().iter();
                types.into_iter().any(|&t| self.program.normal(t) == self.program.normal(ty))
            }
            _ => false,
        }
    }

    fn text(&self, (func, value, at, maker): (FuncId, ValueId, u64, Maker)) -> String {
        let index = self.program.index_of(func);
        let body = self.program.body(index);
        let place = match body.map(|body| body.def(value)) {
            Some(ValueDef::Result(inst)) => self.place(index, inst),
            _ => "parameter".to_owned(),
        };
        let made = match maker {
            Maker::Inst(by, inst, kind) => {
                let place = self.place(self.program.index_of(by), inst);
                format!("{kind:?} of {by} {place}")
            }
            Maker::Global(decl) => format!("{}.{}", decl.package(), decl.name()),
            Maker::Machine => "the machine".to_owned(),
        };
        let ty = body.map(|body| self.queries.type_text(body[value].ty)).unwrap_or_default();
        format!("{func} v{} +{at} {ty} ({place}) -> {made}", value.index())
    }

    fn place(&self, func: FuncIndex, inst: InstId) -> String {
        let function = self.program.function(func);
        let place = function.source_map().and_then(|map| {
            Place::of_function(self.db, function.id, map.node(inst))?.resolve(self.db)
        });
        place.map_or_else(|| "-".to_owned(), |at| format!("{}:{}", at.start.line, at.start.column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gossa_load::DiskSystem;

    #[test]
    fn what_programs_are_seen_to_point_to_is_in_the_sets() {
        let goroot = gossa_test::goroot().unwrap_or_else(|error| panic!("{error}"));
        let goroot = Utf8PathBuf::from_path_buf(goroot).expect("a UTF-8 path");
        let all = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/run");
        for name in ["closures", "interfaces", "generics"] {
            let options = gossa_interp::Options::default();
            let dir = all.join(name);
            let found = seen_points(Arc::new(DiskSystem), goroot.clone(), dir, ".", options);
            let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(found.compared > 1000, "{name}: {found:?}");
            assert_eq!(found.missed, Vec::<String>::new(), "{name}");
        }
    }
}
