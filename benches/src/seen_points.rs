//! Runs a program in the interpreter and holds points-to analysis against it: what made the object
//! that an SSA value is seen to point to must be among what the analysis says of the value.

use crate::subject::{Check, Findings, Subject};
use gossa_db::{Place, RootDb};
use gossa_interp::memory::Addr;
use gossa_interp::observe::{AllocationKind, Definition, Object, Observer, Pointer, Site};
use gossa_points::points::facts::ObjectKind;
use gossa_points::points::layout::{Holds, Layouts};
use gossa_points::points::link::Origin;
use gossa_points::points::query::{FuncValue, Queries};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{FuncId, Inst, InstId, ValueDef, ValueId};
use gossa_types::{DeclId, TypeId, TypeKind};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// What a run and the analysis have to do with each other.
#[derive(Debug, Default)]
struct Pointees {
    /// Different pairs of a pointer in a value and what made its object.
    pairs: usize,
    /// Those that could be compared.
    compared: usize,
    /// Those of them where the analysis says that it may be anything that reflection knows.
    reflected: usize,
    /// By reason: those that could not be compared.
    left_out: BTreeMap<&'static str, usize>,
    /// Those that the analysis does not have.
    missed: Vec<String>,
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

/// Analyses a program, to be compared with a run.
pub(crate) fn check<'s>(subject: &'s Subject<'_, '_, '_>) -> Check<'s> {
    let queries = subject.queries();
    // What functions do that only those call of which models say what they do, these say too.
    let graph = queries.solver().call_graph();
    let mut seen_apart: HashSet<FuncIndex> = HashSet::new();
    let mut stack: Vec<FuncIndex> = subject.roots.iter().collect();
    while let Some(func) = stack.pop() {
        if !seen_apart.contains(&func) && !queries.is_modelled(func) {
            seen_apart.insert(func);
            stack.extend(graph.calls(func).iter().map(|edge| edge.callee));
        }
    }
    let seen = Rc::<RefCell<Seen>>::default();
    let observer = Box::new(Collector(Rc::clone(&seen)));
    let comparison = Comparison {
        db: subject.db,
        program: subject.program,
        layouts: subject.layouts,
        queries,
        seen_apart,
    };
    let compare = move || {
        let mut found = Pointees::default();
        for pair in std::mem::take(&mut seen.borrow_mut().pairs) {
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
        let counts = vec![
            ("pairs", found.pairs),
            ("compared", found.compared),
            ("by reflection", found.reflected),
        ];
        Findings { counts, left_out: found.left_out, missed: found.missed }
    };
    Check { observer, compare: Box::new(compare) }
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
    seen_apart: HashSet<FuncIndex>,
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
                // The bytes of strings are one for all.
                (Origin::Plain, Maker::Inst(_, _, AllocationKind::Text)) => true,
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
