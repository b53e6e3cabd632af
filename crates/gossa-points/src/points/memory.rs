//! A solution as the memory that the value-flow analysis of `gossa-ssa` asks about.
//!
//! An object of the analysis is a cell without parts: a variable that is no struct or array, a field
//! of one, the elements of an array together, told apart by the instruction that makes it but not
//! by the copies of functions that the solver analyses apart. A store is known to replace what was
//! there (*strong*) where its pointer can only point to one cell that exists once at a time: a
//! package-level variable, or one that is private to the one activation of a function that made it.
//!
//! An object is taken for private if no memory, result, other goroutine or panic holds a pointer to
//! it, or a closure that captures one, and if its maker is neither recursive nor makes it in a loop.
//!
//! The values that the arms of a `select` receive are not followed to those that were sent.

use super::extract::{Extracted, LeafSource, extract};
use super::facts::{CallTarget, Extern, NodePlace, ObjectKind};
use super::layout::Layouts;
use super::link::{Element, FUNC, InstanceId, Linker, NIL, Node, Origin};
use super::sets::SetId;
use super::solver::Solver;
use crate::callgraph::{CallGraph, CallMode};
use crate::program::FuncIndex;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::dom::Dominators;
use gossa_ssa::flow::calls::Func;
use gossa_ssa::flow::memory::{Effect, Memory, Object, Written};
use gossa_ssa::graph::Cfg;
use gossa_ssa::loops::Loops;
use gossa_ssa::{Body, ConvertKind, Inst, InstId, ValueId};
use gossa_types::{Builtin, DeclId, TypeId};
use std::rc::Rc;

/// What makes an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Maker {
    /// An instruction.
    Site(Func, InstId, ObjectKind),
    /// It is a package-level variable.
    Global(DeclId),
}

/// A cell that is an object of the value-flow analysis.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// What makes it.
    pub maker: Maker,
    /// Tells objects apart that one instruction makes.
    pub ordinal: u32,
    /// The cell, counted in its object.
    pub cell: u32,
}

/// What an access through a pointer may reach.
#[derive(Clone, Debug, Default)]
struct Targets {
    /// Objects, sorted.
    objects: Vec<Object>,
    /// The first of them for each cell that the pointer may point to, sorted.
    starts: Vec<Object>,
    /// Whether it may reach anything else.
    others: bool,
}

impl Targets {
    fn sort(&mut self) {
        for list in [&mut self.objects, &mut self.starts] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// The memory of a solved program: some of its objects.
pub struct PointsToMemory {
    places: Vec<Place>,
    /// By object.
    owners: Vec<Option<Func>>,
    unseen: Vec<bool>,
    effects: Vec<(Func, InstId, Object, Effect)>,
    others: FxHashSet<(Func, InstId)>,
}

const NONE: Object = Object::MAX;

impl PointsToMemory {
    /// The memory of the objects whose makers are `wanted`. Their accesses are those that the
    /// solution knows; `graph` says which functions are recursive.
    ///
    /// Linear in the program, the solution's distinct sets, and what is found.
    #[must_use]
    pub fn new(
        solver: &Solver<'_, '_, '_>,
        layouts: &Layouts<'_, '_>,
        graph: &CallGraph,
        wanted: &dyn Fn(Maker) -> bool,
    ) -> Self {
        let mut finder = Finder::new(solver, layouts, wanted);
        let held = finder.held();
        finder.find_owners(graph, &held);
        finder.find_unseen();
        finder.find_effects();
        Self {
            places: finder.places,
            owners: finder.owners,
            unseen: finder.unseen,
            effects: finder.effects,
            others: finder.others,
        }
    }

    /// The cell that an object is.
    #[must_use]
    pub fn place(&self, object: Object) -> Place {
        self.places[object as usize]
    }

    /// All objects.
    pub fn objects(&self) -> impl Iterator<Item = (Object, Place)> + '_ {
        (0..).zip(self.places.iter().copied())
    }
}

impl Memory for PointsToMemory {
    fn object_count(&self) -> usize {
        self.places.len()
    }

    fn for_each_effect(&self, visit: &mut dyn FnMut(Func, InstId, Object, Effect)) {
        for &(func, inst, object, effect) in &self.effects {
            visit(func, inst, object, effect);
        }
    }

    fn reads_others(&self, func: Func, inst: InstId) -> bool {
        self.others.contains(&(func, inst))
    }

    fn owner(&self, object: Object) -> Option<Func> {
        self.owners[object as usize]
    }

    fn unseen_may_access(&self, object: Object) -> bool {
        self.unseen[object as usize]
    }
}

struct Finder<'s, 'x, 'p, 'e> {
    solver: &'s Solver<'x, 'p, 'e>,
    linker: &'s Linker<'x, 'p, 'e>,
    layouts: &'s Layouts<'p, 'e>,
    wanted: &'s dyn Fn(Maker) -> bool,
    places: Vec<Place>,
    numbers: FxHashMap<Place, Object>,
    owners: Vec<Option<Func>>,
    unseen: Vec<bool>,
    /// By object: whether it is one cell of many, an element of an array.
    in_array: Vec<bool>,
    /// By cell: the object.
    of_cell: Vec<Object>,
    /// By instruction: the objects that it makes.
    made: FxHashMap<(Func, InstId), Vec<Object>>,
    effects: Vec<(Func, InstId, Object, Effect)>,
    others: FxHashSet<(Func, InstId)>,
    /// By function: its instances.
    instances: Vec<Vec<InstanceId>>,
    sets: FxHashMap<(SetId, u32, Option<TypeId>), Rc<Targets>>,
}

/// What may be held beyond the activation that makes it.
struct Held {
    /// By object of the linker.
    objects: FxHashSet<Node>,
}

impl<'s, 'x, 'p, 'e> Finder<'s, 'x, 'p, 'e> {
    fn new(
        solver: &'s Solver<'x, 'p, 'e>,
        layouts: &'s Layouts<'p, 'e>,
        wanted: &'s dyn Fn(Maker) -> bool,
    ) -> Self {
        let linker = solver.linker();
        let mut instances = vec![Vec::new(); layouts.program().len()];
        for (at, instance) in (0..).zip(linker.instances()) {
            if instance.active {
                instances[instance.func.index()].push(InstanceId(at));
            }
        }
        let mut finder = Self {
            solver,
            linker,
            layouts,
            wanted,
            places: Vec::new(),
            numbers: FxHashMap::default(),
            owners: Vec::new(),
            unseen: Vec::new(),
            in_array: Vec::new(),
            of_cell: vec![NONE; linker.node_count()],
            made: FxHashMap::default(),
            effects: Vec::new(),
            others: FxHashSet::default(),
            instances,
            sets: FxHashMap::default(),
        };
        for object in &linker.objects {
            let (maker, ordinal) = match object.origin {
                Origin::Site(id, inst, kind) => {
                    let instance = &linker.instances()[id.0 as usize];
                    let ordinal = object.first - instance.first;
                    (Maker::Site(instance.func.index() as Func, inst, kind), ordinal)
                }
                Origin::Global(decl) => (Maker::Global(decl), 0),
                _ => continue,
            };
            if !wanted(maker) {
                continue;
            }
            let layout = layouts.get(object.layout);
            // The cells of arrays around a cell end here.
            let mut array_end = 0;
            for (cell, data) in (0u32..).zip(&layout.cells) {
                if data.array {
                    array_end = array_end.max(cell + data.extent);
                }
                if data.extent > 1 {
                    continue;
                }
                let number = finder.add(Place { maker, ordinal, cell }, cell < array_end);
                finder.of_cell[(object.first + cell) as usize] = number;
            }
        }
        finder
    }

    /// Which objects are held by something other than variables of functions.
    fn held(&self) -> Held {
        let linker = self.linker;
        let mut held = Held { objects: FxHashSet::default() };
        let mut functions: Vec<FuncIndex> = Vec::new();
        let mut seen_sets: FxHashSet<SetId> = FxHashSet::default();
        let mut hold = |node: Node, functions: &mut Vec<FuncIndex>, held: &mut Held| {
            let set = self.solver.set_of(node);
            if set.is_empty() || !seen_sets.insert(set) {
                return;
            }
            for element in self.solver.points_to(node) {
                let cell = element / 2;
                if linker.flags[cell as usize] & FUNC != 0 {
                    functions.extend(linker.func_of(cell));
                } else {
                    held.objects.insert(linker.object_of(cell).first);
                }
            }
        };
        for object in &linker.objects {
            let cells = self.layouts.get(object.layout).cells.len() as u32;
            for node in object.first..object.first + cells {
                hold(node, &mut functions, &mut held);
            }
        }
        for node in linker.slot_nodes() {
            hold(node, &mut functions, &mut held);
        }
        hold(linker.panic_node(), &mut functions, &mut held);
        for node in linker.reflected_variables() {
            hold(node, &mut functions, &mut held);
        }
        for (id, instance) in (0..).zip(linker.instances()).filter(|(_, i)| i.active) {
            let facts = &instance.facts;
            // What a function returns outlives it.
            for at in facts.params..facts.params + facts.results {
                for element in self.solver.points_to(instance.variable(at)) {
                    let cell = element / 2;
                    if let Some(func) = linker.func_of(cell) {
                        functions.push(func);
                        continue;
                    }
                    let object = linker.object_of(cell);
                    let own = matches!(object.origin, Origin::Site(maker, ..)
                        if linker.instances()[maker.0 as usize].func == instance.func);
                    if own {
                        held.objects.insert(object.first);
                    }
                }
            }
            for call in facts.calls.iter().filter(|call| call.mode == CallMode::Go) {
                let target = match call.target {
                    CallTarget::Static(_) => None,
                    CallTarget::Value(node) | CallTarget::Invoke(node, _) => Some(node),
                };
                for &node in facts.args[call.args.range()].iter().chain(&target) {
                    if let Some(node) = linker.node_of(InstanceId(id), node) {
                        hold(node, &mut functions, &mut held);
                    }
                }
            }
        }
        // With a closure what it captures.
        let mut done: FxHashSet<FuncIndex> = FxHashSet::default();
        while let Some(func) = functions.pop() {
            if !done.insert(func) {
                continue;
            }
            for &id in self.instances.get(func.index()).map_or(&[][..], |all| all) {
                let instance = &linker.instances()[id.0 as usize];
                for at in 0..instance.facts.captures {
                    hold(instance.variable(at), &mut functions, &mut held);
                }
            }
        }
        held
    }

    fn find_owners(&mut self, graph: &CallGraph, held: &Held) {
        let components = graph.components();
        let sizes = components.sizes();
        let mut is_held = vec![false; self.places.len()];
        for object in &self.linker.objects {
            if !held.objects.contains(&object.first) {
                continue;
            }
            let cells = self.layouts.get(object.layout).cells.len();
            for &number in &self.of_cell[object.first as usize..][..cells] {
                if number != NONE {
                    is_held[number as usize] = true;
                }
            }
        }
        let mut loops: FxHashMap<Func, Option<Loops>> = FxHashMap::default();
        for (at, place) in self.places.iter().enumerate() {
            let Maker::Site(func, inst, kind) = place.maker else { continue };
            let index = FuncIndex::new(func);
            if is_held[at]
                || !matches!(kind, ObjectKind::Variable | ObjectKind::New | ObjectKind::Temporary)
                || index.index() >= graph.function_count()
                || sizes[components.of(index) as usize] > 1
                || graph.calls(index).iter().any(|edge| edge.callee == index)
            {
                continue;
            }
            let Some(body) = self.layouts.program().body(index) else { continue };
            let loops = loops.entry(func).or_insert_with(|| {
                let cfg = Cfg::new(body);
                let loops = Loops::new(&cfg, &Dominators::new(&cfg));
                loops.irreducible.is_empty().then_some(loops)
            });
            if loops.as_ref().is_some_and(|loops| loops.depth(body.block_of(inst)) == 0) {
                self.owners[at] = Some(func);
            }
        }
    }

    /// Objects that functions get pointers to whose bodies are not seen.
    fn find_unseen(&mut self) {
        for instance in self.linker.instances().iter().filter(|instance| instance.active) {
            if self.layouts.program().body(instance.func).is_some() {
                continue;
            }
            for at in 0..instance.facts.params {
                for element in self.solver.points_to(instance.variable(at)) {
                    let object = self.linker.object_of(element / 2);
                    let cells = self.layouts.get(object.layout).cells.len();
                    for &number in &self.of_cell[object.first as usize..][..cells] {
                        if number != NONE {
                            self.unseen[number as usize] = true;
                        }
                    }
                }
            }
        }
    }

    fn find_effects(&mut self) {
        for func in 0..self.instances.len() as Func {
            let instances = std::mem::take(&mut self.instances[func as usize]);
            let index = FuncIndex::new(func);
            if let (false, Some(body)) = (instances.is_empty(), self.layouts.program().body(index))
            {
                let extracted = extract(self.layouts, body);
                let modelled = instances.iter().any(|id| {
                    let facts = &self.linker.instances()[id.0 as usize].facts;
                    facts.variables != extracted.facts.variables
                        || facts.cells != extracted.facts.cells
                        || facts.externs.len() != extracted.facts.externs.len()
                });
                let code = Code { func, body, extracted: &extracted, instances: &instances };
                for inst in body.inst_ids() {
                    if modelled {
                        self.others.insert((func, inst));
                    } else {
                        self.inst(&code, inst);
                    }
                }
            }
            self.instances[func as usize] = instances;
        }
    }

    fn effect(&mut self, code: &Code<'_>, inst: InstId, object: Object, effect: Effect) {
        self.effects.push((code.func, inst, object, effect));
    }

    fn read(&mut self, code: &Code<'_>, inst: InstId, pointer: ValueId, part: Part) {
        let Targets { objects, others, .. } = self.targets(code, pointer, part);
        for object in objects {
            self.effect(code, inst, object, Effect::Read);
        }
        if others {
            self.others.insert((code.func, inst));
        }
    }

    fn write(
        &mut self,
        code: &Code<'_>,
        inst: InstId,
        pointer: ValueId,
        part: Part,
        value: Written,
    ) {
        let Targets { objects, starts, others } = self.targets(code, pointer, part);
        // One place, as a whole.
        let certain = starts.len() == 1 && !others && part == Part::All;
        for object in objects {
            let at = object as usize;
            let single =
                matches!(self.places[at].maker, Maker::Global(_)) || self.owners[at].is_some();
            let strong = certain && single && !self.in_array[at];
            self.effect(code, inst, object, Effect::Write { value, strong });
        }
    }

    fn inst(&mut self, code: &Code<'_>, inst: InstId) {
        let body = code.body;
        let result = body.result(inst);
        // Reads first, then what is made, then writes.
        match body[inst] {
            Inst::Load(x) => self.read(code, inst, x, Part::All),
            Inst::Receive { chan: x, .. } => self.read(code, inst, x, Part::Element),
            Inst::Next(x) => self.read(code, inst, x, Part::Element),
            Inst::MapLookup { map, .. } => self.read(code, inst, map, Part::Value),
            Inst::Convert {
                kind:
                    ConvertKind::BytesToString | ConvertKind::RunesToString | ConvertKind::SliceToArray,
                x,
            } => self.read(code, inst, x, Part::All),
            Inst::Builtin { op: Builtin::Append, args } => {
                for &arg in &body[args] {
                    self.read(code, inst, arg, Part::All);
                }
            }
            Inst::Builtin { op: Builtin::Copy, args } => {
                let from = body[args][1];
                self.read(code, inst, from, Part::All);
            }
            _ => {}
        }
        for object in self.made.get(&(code.func, inst)).cloned().unwrap_or_default() {
            let effect = match body[inst] {
                Inst::MakeInterface(x) => Effect::Write { value: Written::Value(x), strong: false },
                Inst::Table(_) | Inst::Convert { .. } => {
                    let value = result.map_or(Written::Unnamed, Written::Value);
                    Effect::Write { value, strong: false }
                }
                _ => Effect::Make,
            };
            self.effect(code, inst, object, effect);
        }
        match body[inst] {
            Inst::Store { ptr, value } => {
                self.write(code, inst, ptr, Part::All, Written::Value(value));
            }
            Inst::Send { chan, value } => {
                self.write(code, inst, chan, Part::Element, Written::Value(value));
            }
            Inst::Select(select) => {
                for arm in &body[select].arms {
                    if let Some(value) = arm.value {
                        self.write(code, inst, arm.chan, Part::Element, Written::Value(value));
                    }
                }
            }
            Inst::MapUpdate { map, key, value } => {
                self.write(code, inst, map, Part::Key, Written::Value(key));
                self.write(code, inst, map, Part::Value, Written::Value(value));
            }
            Inst::Builtin { op: Builtin::Append, .. } => {
                if let Some(result) = result {
                    self.write(code, inst, result, Part::All, Written::Moved);
                }
            }
            Inst::Builtin { op: Builtin::Copy, args } => {
                self.write(code, inst, body[args][0], Part::All, Written::Moved);
            }
            Inst::Builtin { op: Builtin::Clear, args } => {
                self.write(code, inst, body[args][0], Part::All, Written::Unnamed);
            }
            _ => {}
        }
    }

    /// What an access through a pointer, slice, map or channel may reach.
    fn targets(&mut self, code: &Code<'_>, pointer: ValueId, part: Part) -> Targets {
        let sources = code.extracted.leaves(pointer);
        let mut found = Targets { others: sources.is_empty(), ..Targets::default() };
        for &id in code.instances {
            for &source in &sources {
                let (node, delta, base) = match source {
                    LeafSource::Node(node) => (node, 0, None),
                    LeafSource::Offset(node, delta, base) => (node, delta, Some(base)),
                    LeafSource::Cell(cell) => {
                        match (self.linker.node_of(id, cell.node), cell.node.place()) {
                            (Some(node), _) => {
                                let element = 2 * node + u32::from(cell.boxed);
                                self.target(element, part, &mut found);
                            }
                            (None, NodePlace::Extern(at)) => {
                                let place = code.extracted.facts.externs[at as usize];
                                self.unnamed(place, &mut found);
                            }
                            (None, _) => {}
                        }
                        continue;
                    }
                };
                // A nil pointer: nothing is reached.
                let Some(node) = self.linker.node_of(id, node) else { continue };
                let set = self.solver.set_of(node);
                if set.is_empty() {
                    found.others = true;
                    continue;
                }
                let key = (set, delta * 4 + part as u32, base);
                if !self.sets.contains_key(&key) {
                    let mut targets = Targets::default();
                    for element in self.solver.points_to(node) {
                        let element = match base {
                            None => Some(element),
                            Some(base) => self.linker.offset(element, delta, base),
                        };
                        if let Some(element) = element {
                            self.target(element, part, &mut targets);
                        }
                    }
                    targets.sort();
                    self.sets.insert(key, Rc::new(targets));
                }
                let known = &self.sets[&key];
                found.objects.extend(&known.objects);
                found.starts.extend(&known.starts);
                found.others |= known.others;
            }
        }
        found.sort();
        found
    }

    /// A package-level variable that the solution has no nodes for: no pointer leads to it, and what
    /// is in it points nowhere.
    fn unnamed(&mut self, place: Extern, found: &mut Targets) {
        let Extern::Global(decl, from) = place else { return };
        let maker = Maker::Global(decl);
        let package = self.layouts.program().env().package(decl.package());
        let ty = package.and_then(|decls| decls.vars.get(&decl)).map(|var| var.ty);
        let (Some(ty), true) = (ty, (self.wanted)(maker)) else {
            found.others = true;
            return;
        };
        let cells = &self.layouts.layout(ty).cells;
        let end = from + cells.get(from as usize).map_or(0, |cell| cell.extent);
        let mut array_end = 0;
        let mut first = true;
        for (cell, data) in (0u32..end).zip(cells) {
            if data.array {
                array_end = array_end.max(cell + data.extent);
            }
            if cell < from || data.extent > 1 {
                continue;
            }
            let object = self.add(Place { maker, ordinal: 0, cell }, cell < array_end);
            found.objects.push(object);
            if std::mem::take(&mut first) {
                found.starts.push(object);
            }
        }
    }

    /// The number of a place.
    fn add(&mut self, place: Place, in_array: bool) -> Object {
        let fresh = self.places.len() as Object;
        let number = *self.numbers.entry(place).or_insert(fresh);
        if number == fresh {
            self.places.push(place);
            self.in_array.push(in_array);
            self.owners.push(None);
            self.unseen.push(false);
            if let Maker::Site(func, inst, _) = place.maker {
                self.made.entry((func, inst)).or_default().push(number);
            }
        }
        number
    }

    /// The objects at a cell.
    fn target(&self, element: Element, part: Part, found: &mut Targets) {
        let cell = element / 2;
        let flags = self.linker.flags[cell as usize];
        if flags & NIL != 0 {
            return;
        }
        if element % 2 == 1 || flags & FUNC != 0 {
            found.others = true;
            return;
        }
        let object = self.linker.object_of(cell);
        let cells = &self.layouts.get(object.layout).cells;
        let at = cell - object.first;
        let extent = |at: u32| cells.get(at as usize).map_or(0, |cell| cell.extent);
        let end = at + extent(at);
        let (from, to) = match part {
            Part::All => (at, end),
            Part::Element => (at + 1, end),
            Part::Key => (at + 1, at + 1 + extent(at + 1)),
            Part::Value => (at + 1 + extent(at + 1), end),
        };
        let mut first = true;
        for at in from..to.min(cells.len() as u32) {
            if extent(at) > 1 {
                continue;
            }
            match self.of_cell[(object.first + at) as usize] {
                NONE => found.others = true,
                object => {
                    found.objects.push(object);
                    if std::mem::take(&mut first) {
                        found.starts.push(object);
                    }
                }
            }
        }
    }
}

/// Which cells of what a pointer points to are accessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// All.
    All,
    /// Those behind the first: the elements of a channel, keys and elements of a map.
    Element,
    /// Keys of a map.
    Key,
    /// Elements of a map.
    Value,
}

/// A function whose instructions are looked at.
struct Code<'c> {
    func: Func,
    body: &'c Body,
    extracted: &'c Extracted,
    instances: &'c [InstanceId],
}
