//! From the facts of functions to one system of constraints.
//!
//! Functions get global nodes when they are first named, and their constraints when they are first
//! called. A call of a small function by name gets a copy of its own (an *instance*), which keeps
//! what flows through constructors and accessors apart; everything else shares the function's
//! first instance. What the linker finds out it hands to the solver as [`Action`]s.

mod edits;
mod instances;
mod noting;

use edits::Moved;
pub use edits::Unlike;

use super::bounds::Detail;
use super::extract::extract;
use super::facts::{
    CallTarget, CellRef, Extern, Facts, Filter, NodePlace, NodeRef, ObjectKind, Reflect, Rule,
};
use super::layout::{LayoutId, Layouts, func_object};
use super::local::FactSource;
use super::models;
use super::reasons::{AtomKind, Reasons, Why};
use super::reflection::Reflection;
use crate::callgraph::Roots;
use crate::program::{FuncIndex, Program};
use gossa_base::FxHashMap;
use gossa_ssa::{Body, InstId};
use gossa_types::{BasicKind, DeclId, PackageId, TypeId};
use std::ops::Range;
use std::rc::Rc;

/// A node of the constraint system: a variable, or what a cell holds. Dense, in the order in which
/// they are made.
pub type Node = u32;

/// An element of a set: a cell's node, doubled, and one more where an interface holds the cell's
/// value rather than a pointer to it.
pub type Element = u32;

/// What is to be added to the system.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// `to ⊇ from`.
    Edge(Node, Node),
    /// `node ∋ element`.
    Member(Node, Element),
    /// A rule for the elements of a node.
    Rule(Node, Rule<Node>),
}

/// The rule and the element that reflection does something for.
pub(super) type Cause = Option<(Rule<Node>, Element)>;

/// What an object stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// What an instruction of an instance makes.
    Site(InstanceId, InstId, ObjectKind),
    /// A package-level variable.
    Global(DeclId),
    /// A function.
    Func(FuncIndex),
    /// Values without pointers in interfaces.
    Plain,
    /// What nil pointers of a type would point to.
    Nil,
    /// Pointers that are not what their type says, in interfaces.
    Boxes,
    /// Made by reflection.
    Reflected,
    /// Made by callers that are not seen, or anything that they have.
    Outside,
    /// Stands for all values that a package knows by reflection.
    Universe(PackageId),
    /// Stands for types in `reflect`.
    Types,
    /// Memory of the runtime and of `reflect`, of one type.
    Opaque,
}

/// An object: consecutive nodes, one for each of its cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Object {
    /// The first node.
    pub first: Node,
    /// Its cells.
    pub layout: LayoutId,
    /// What it stands for.
    pub origin: Origin,
}

/// An instance of a function; dense.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct InstanceId(pub u32);

/// A function with nodes of its own.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The function.
    pub func: FuncIndex,
    /// Its constraints.
    pub facts: Rc<Facts>,
    /// The node of its first variable; the cells of its objects follow the variables.
    pub first: Node,
    /// The node behind these, edits aside.
    end: Node,
    /// Whether its constraints are in the system.
    pub active: bool,
    /// The first of its call sites.
    pub first_site: u32,
    /// Whether its constraints are a model's, not those of its body.
    pub modelled: bool,
    /// For which package it uses reflection.
    pub(super) context: PackageId,
    /// Where its nodes are since an edit.
    moved: Option<Rc<Moved>>,
}

/// A call of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Site {
    /// The caller.
    pub instance: InstanceId,
    /// The call, in the caller's facts.
    pub call: u32,
    /// The instance that a call by name calls.
    pub callee: Option<InstanceId>,
}

/// Properties of nodes that are cells.
pub(super) const NIL: u8 = 1;
pub(super) const FUNC: u8 = 2;
/// Memory of the runtime and of `reflect`.
pub(super) const OPAQUE: u8 = 4;
/// Stands for all that a package knows by reflection.
pub(super) const UNIVERSE: u8 = 8;
/// No cell: what a filter makes of another node's elements, and nothing else.
pub(super) const PART: u8 = 16;

/// Functions of up to this many constraints, with those that they call by name, are cloned.
const CLONE_LIMIT: usize = 16;
/// How many instances there may be in all, as a multiple of the number of functions.
const CLONE_FACTOR: usize = 12;

/// The system under construction.
pub struct Linker<'x, 'p, 'e> {
    pub(super) layouts: &'x Layouts<'p, 'e>,
    pub(super) program: &'p Program<'e>,
    /// Where facts come from that are known already.
    source: Option<&'x dyn FactSource>,
    nodes: u32,
    /// By node: the type of a cell, the invalid type for variables.
    pub(super) types: Vec<TypeId>,
    pub(super) flags: Vec<u8>,
    pub(super) objects: Vec<Object>,
    pub(super) instances: Vec<Instance>,
    of_func: Vec<Option<InstanceId>>,
    facts: Vec<Option<(Rc<Facts>, bool)>>,
    clone_sizes: Vec<CloneSize>,
    pub(super) sites: Vec<Site>,
    globals: FxHashMap<DeclId, Node>,
    funcs: FxHashMap<FuncIndex, Node>,
    of_node: FxHashMap<Node, FuncIndex>,
    plains: FxHashMap<TypeId, Node>,
    nils: FxHashMap<TypeId, Node>,
    boxes: FxHashMap<TypeId, Node>,
    opaques: FxHashMap<TypeId, Node>,
    bags: FxHashMap<u32, Node>,
    /// Instances of functions of `reflect`, by the package that calls them.
    of_package: FxHashMap<(PackageId, FuncIndex), InstanceId>,
    /// Instances of closures that copies of functions make, by these.
    closures: FxHashMap<(InstanceId, FuncIndex), InstanceId>,
    /// The nodes that edits gave to instances, in order.
    extensions: Vec<(Range<Node>, InstanceId)>,
    /// The cells of such closures, and back.
    closure_cells: FxHashMap<InstanceId, Node>,
    code_of: FxHashMap<Node, InstanceId>,
    /// By function with a model: an instance with the constraints of its body.
    bodies: FxHashMap<FuncIndex, InstanceId>,
    /// By leaf and the type that pointers in it are said to point to, where that is not what the
    /// leaf's type says: what it holds.
    pub(super) slots: FxHashMap<(Node, TypeId), Node>,
    /// Nodes of what filters make of nodes' elements; and their opposites.
    pub(super) parts: FxHashMap<(Node, Filter), Node>,
    pub(super) filtered: FxHashMap<Node, (Node, Filter)>,
    pub(super) reflection: Reflection,
    /// How much is followed, whether that is too much, and where it began.
    pub(super) detail: Detail,
    pub(super) is_too_much: bool,
    roots: Roots,
    panic: Node,
    pub(super) strings: Node,
    pub(super) to_strings: Node,
    /// What the solver has not seen yet.
    pub(super) actions: Vec<Action>,
    /// What reflection and the runtime asked for, if it is to be kept.
    pub(super) journal: Option<Vec<(Action, Cause)>>,
    /// Instances that were called and are not active yet.
    called: Vec<InstanceId>,
    /// Whether strings that named methods are gone.
    pub(super) has_lost_names: bool,
    /// Why all of it is so, if it is to be kept.
    pub(super) reasons: Option<Box<Reasons>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CloneSize {
    Unknown,
    /// Being found out, at this place of those that are.
    Open(u32),
    Known(u32),
}

impl<'x, 'p, 'e> Linker<'x, 'p, 'e> {
    /// An empty system.
    #[must_use]
    pub fn new(layouts: &'x Layouts<'p, 'e>) -> Self {
        let mut linker = Self {
            layouts,
            program: layouts.program(),
            source: None,
            nodes: 0,
            types: Vec::new(),
            flags: Vec::new(),
            objects: Vec::new(),
            instances: Vec::new(),
            of_func: Vec::new(),
            facts: Vec::new(),
            clone_sizes: Vec::new(),
            sites: Vec::new(),
            globals: FxHashMap::default(),
            funcs: FxHashMap::default(),
            of_node: FxHashMap::default(),
            plains: FxHashMap::default(),
            nils: FxHashMap::default(),
            boxes: FxHashMap::default(),
            opaques: FxHashMap::default(),
            bags: FxHashMap::default(),
            of_package: FxHashMap::default(),
            closures: FxHashMap::default(),
            extensions: Vec::new(),
            slots: FxHashMap::default(),
            parts: FxHashMap::default(),
            filtered: FxHashMap::default(),
            closure_cells: FxHashMap::default(),
            code_of: FxHashMap::default(),
            bodies: FxHashMap::default(),
            reflection: Reflection::default(),
            detail: Detail::Automatic,
            is_too_much: false,
            roots: Roots::default(),
            panic: 0,
            strings: 0,
            to_strings: 0,
            actions: Vec::new(),
            journal: None,
            called: Vec::new(),
            has_lost_names: false,
            reasons: None,
        };
        linker.panic = linker.variables(1);
        linker.strings = linker.variables(1);
        linker.to_strings = linker.variables(1);
        let bytes = TypeId::pointer(TypeId::basic(BasicKind::Uint8));
        let rule = Rule::Apply { dst: linker.strings, filter: Filter::Typed(bytes) };
        linker.actions.push(Action::Rule(linker.to_strings, rule));
        linker
    }

    /// Takes the facts that `source` knows, instead of making them of bodies.
    #[must_use]
    pub fn with_facts(mut self, source: &'x dyn FactSource) -> Self {
        self.source = Some(source);
        self
    }

    /// Adds where the program begins.
    pub fn add_roots(&mut self, roots: &Roots) {
        self.roots.clone_from(roots);
        for func in roots.iter() {
            let instance = self.shared_instance(func);
            self.call(instance);
        }
        self.noting(None, models::runtime_panics);
        self.activate_called();
        self.noting(None, |this| this.open(roots));
    }

    /// The same program from the beginning, with bounds on what is followed. What is known of
    /// functions alone is kept.
    pub(super) fn bounded(self) -> Self {
        let mut linker = Self::new(self.layouts).with_detail(Detail::Bounded);
        linker.source = self.source;
        linker.facts = self.facts;
        linker.clone_sizes = self.clone_sizes;
        linker.journal = self.journal.map(|_| Vec::new());
        linker.reasons = self.reasons.map(|_| Box::new(Reasons::new()));
        linker.add_roots(&self.roots);
        linker
    }

    /// Follows so much of reflection and `unsafe`, at most.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &'p Program<'e> {
        self.program
    }

    /// The type of a cell.
    #[must_use]
    pub fn cell_type(&self, cell: Node) -> TypeId {
        self.types[cell as usize]
    }

    /// How many nodes there are.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes as usize
    }

    /// All instances, by their ids.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// New nodes that are no cells.
    pub(super) fn variables(&mut self, count: u32) -> Node {
        let first = self.nodes;
        self.nodes += count;
        self.types.resize(self.nodes as usize, TypeId::INVALID);
        self.flags.resize(self.nodes as usize, 0);
        first
    }

    /// A new object of a type.
    pub(super) fn object(&mut self, ty: TypeId, origin: Origin) -> Node {
        let layout = self.layouts.of(ty);
        let cells = &self.layouts.get(layout).cells;
        let first = self.nodes;
        self.nodes += cells.len() as u32;
        self.types.extend(cells.iter().map(|cell| cell.ty));
        let flag = match origin {
            Origin::Opaque | Origin::Types => OPAQUE,
            _ => 0,
        };
        self.flags.resize(self.nodes as usize, flag);
        self.objects.push(Object { first, layout, origin });
        first
    }

    /// Whether a node is what a cell holds.
    #[must_use]
    pub fn is_cell(&self, node: Node) -> bool {
        let object = self.object_of(node);
        let count = match object.origin {
            Origin::Nil => 1,
            _ => self.layouts.get(object.layout).cells.len() as u32,
        };
        (object.first..object.first + count).contains(&node)
    }

    /// The object that a cell is part of.
    #[must_use]
    pub fn object_of(&self, cell: Node) -> &Object {
        let at = self.objects.partition_point(|object| object.first <= cell);
        &self.objects[at.max(1) - 1]
    }

    /// The node of a package-level variable's first cell.
    pub(super) fn global(&mut self, decl: DeclId) -> Node {
        if let Some(&known) = self.globals.get(&decl) {
            return known;
        }
        let package = self.program.env().package(decl.package());
        let ty = package.and_then(|decls| decls.vars.get(&decl)).map(|var| var.ty);
        let node = self.object(ty.unwrap_or(TypeId::INVALID), Origin::Global(decl));
        self.globals.insert(decl, node);
        node
    }

    /// The cell of a function.
    pub(super) fn func_cell(&mut self, func: FuncIndex) -> Node {
        if let Some(&known) = self.funcs.get(&func) {
            return known;
        }
        let node = self.object(func_object(), Origin::Func(func));
        self.flags[node as usize] = FUNC;
        self.funcs.insert(func, node);
        self.of_node.insert(node, func);
        node
    }

    /// The function that a cell is of.
    #[must_use]
    pub fn func_of(&self, cell: Node) -> Option<FuncIndex> {
        self.of_node.get(&cell).copied()
    }

    /// The cell of all values of a type without pointers.
    pub(super) fn plain(&mut self, ty: TypeId) -> Node {
        if let Some(&known) = self.plains.get(&ty) {
            return known;
        }
        let node = self.object(ty, Origin::Plain);
        self.plains.insert(ty, node);
        node
    }

    /// What nil pointers to a type would point to.
    pub(super) fn nil_of(&mut self, ty: TypeId) -> Node {
        if let Some(&known) = self.nils.get(&ty) {
            return known;
        }
        let node = self.variables(1);
        self.types[node as usize] = ty;
        self.flags[node as usize] = NIL;
        let layout = self.layouts.of(TypeId::basic(BasicKind::Bool));
        self.objects.push(Object { first: node, layout, origin: Origin::Nil });
        self.nils.insert(ty, node);
        node
    }

    /// The interface values that hold a pointer of a type that points to something else.
    pub(super) fn box_of(&mut self, pointer: TypeId) -> Node {
        if let Some(&known) = self.boxes.get(&pointer) {
            return known;
        }
        let node = self.object(pointer, Origin::Boxes);
        self.boxes.insert(pointer, node);
        node
    }

    /// Memory that only the runtime and `reflect` look into, as a variable of a type.
    fn opaque(&mut self, ty: TypeId) -> Node {
        if let Some(&known) = self.opaques.get(&ty) {
            return known;
        }
        let node = self.object(ty, Origin::Opaque);
        self.opaques.insert(ty, node);
        node
    }

    fn bag(&mut self, number: u32) -> Node {
        if let Some(&known) = self.bags.get(&number) {
            return known;
        }
        let node = self.variables(1);
        self.bags.insert(number, node);
        node
    }

    pub(super) fn panic_node(&self) -> Node {
        self.panic
    }

    // --- Functions ------------------------------------------------------------------------------

    fn facts_of_body(&self, func: FuncIndex, body: &Body) -> Facts {
        let known = self.source.and_then(|source| source.facts(func));
        known.unwrap_or_else(|| extract(self.layouts, body).facts)
    }

    /// The constraints of a function, and whether they are a model's.
    fn facts(&mut self, func: FuncIndex) -> (Rc<Facts>, bool) {
        let at = func.index();
        if at >= self.facts.len() {
            self.facts.resize(self.program.len().max(at + 1), None);
        }
        if let Some(facts) = &self.facts[at] {
            return facts.clone();
        }
        let (facts, modelled) = match models::facts(self.layouts, func) {
            Some(modelled) => (modelled, true),
            None => match self.program.body(func) {
                Some(body) => (self.facts_of_body(func, body), false),
                None => (models::unknown(self.layouts, func), false),
            },
        };
        let facts = (Rc::new(facts), modelled);
        self.facts[at] = Some(facts.clone());
        facts
    }

    /// The body of a function with a model: what it calls belongs to the call graph. It gets the
    /// arguments and gives the results of the types that `models` says.
    fn body_of(&mut self, func: FuncIndex) -> Option<InstanceId> {
        if let Some(&known) = self.bodies.get(&func) {
            return Some(known);
        }
        let facts = Rc::new(self.facts_of_body(func, self.program.body(func)?));
        let instance = self.instance_of_facts(func, facts.clone(), false);
        self.bodies.insert(func, instance);
        self.noting(None, |this| this.give_types(instance));
        Some(instance)
    }

    pub(super) fn connect_body(&mut self, model: InstanceId) {
        let Instance { func, first, .. } = self.instances[model.0 as usize];
        let Some(body) = self.body_of(func) else { return };
        let to = self.instances[body.0 as usize].first;
        let (params, results) = models::signature(self.layouts, func);
        let mut at = 0;
        for (tys, is_param) in [(params, true), (results, false)] {
            for ty in tys {
                let count = self.layouts.leaf_count(ty) as u32;
                if models::is_shared_with_body(self.layouts, ty, is_param) {
                    for at in at..at + count {
                        let (from, to) = (first + at, to + at);
                        let (from, to) = if is_param { (from, to) } else { (to, from) };
                        self.actions.push(Action::Edge(from, to));
                    }
                }
                at += count;
            }
        }
        self.call(body);
    }

    /// The instance that all calls share that have none of their own.
    pub(super) fn shared_instance(&mut self, func: FuncIndex) -> InstanceId {
        let at = func.index();
        if at >= self.of_func.len() {
            self.of_func.resize(self.program.len().max(at + 1), None);
        }
        if let Some(known) = self.of_func[at] {
            return known;
        }
        let instance = self.new_instance(func);
        self.of_func[at] = Some(instance);
        instance
    }

    fn new_instance(&mut self, func: FuncIndex) -> InstanceId {
        let (facts, modelled) = self.facts(func);
        self.instance_of_facts(func, facts, modelled)
    }

    fn instance_of_facts(
        &mut self,
        func: FuncIndex,
        facts: Rc<Facts>,
        modelled: bool,
    ) -> InstanceId {
        let first = self.variables(facts.variables);
        let instance = InstanceId(self.instances.len() as u32);
        for fact in &facts.objects {
            let origin = Origin::Site(instance, fact.inst, fact.kind);
            let cell = self.object(fact.ty, origin);
            debug_assert_eq!(cell, first + facts.variables + fact.first_cell);
        }
        let first_site = self.sites.len() as u32;
        for call in 0..facts.calls.len() as u32 {
            self.sites.push(Site { instance, call, callee: None });
        }
        let context = self.program.function(func).id.package();
        let (active, moved) = (false, None);
        self.instances.push(Instance {
            func,
            facts,
            first,
            end: self.nodes,
            active,
            first_site,
            modelled,
            context,
            moved,
        });
        instance
    }

    /// An instance is called: its constraints will be added.
    pub(super) fn call(&mut self, instance: InstanceId) {
        if let Some(reasons) = &mut self.reasons {
            reasons.call(instance);
        }
        self.run(instance);
    }

    /// The constraints of an instance will be added, if they are not there.
    pub(super) fn run(&mut self, instance: InstanceId) {
        if !std::mem::replace(&mut self.instances[instance.0 as usize].active, true) {
            self.called.push(instance);
        }
    }

    /// Adds the constraints of instances that were called.
    pub(super) fn activate_called(&mut self) {
        while let Some(instance) = self.called.pop() {
            self.activate(instance);
        }
    }

    fn activate(&mut self, id: InstanceId) {
        let Some(reasons) = &mut self.reasons else { return self.add_constraints(id) };
        let atom = reasons.atom(AtomKind::Instance(id));
        reasons.begin(atom);
        self.because(Why::Atom(atom), |this| this.add_constraints(id));
    }

    fn add_constraints(&mut self, id: InstanceId) {
        let instance = self.instances[id.0 as usize].clone();
        let Instance { facts, modelled, .. } = instance;
        if modelled {
            self.connect_body(id);
        }
        for &(node, cell) in &facts.members {
            let node = self.node(id, node);
            let element = self.element(id, cell);
            self.actions.push(Action::Member(node, element));
        }
        for &(from, to) in &facts.copies {
            let from = self.node(id, from);
            let to = self.node(id, to);
            self.actions.push(Action::Edge(from, to));
        }
        for &(node, rule) in &facts.rules {
            let node = self.node(id, node);
            let rule = self.relocated(id, rule);
            self.actions.push(Action::Rule(node, rule));
        }
        self.name_methods_of(&facts);
        for call in 0..facts.calls.len() as u32 {
            self.activate_call(id, call);
        }
    }

    fn name_methods_of(&mut self, facts: &Facts) {
        if !facts.names.is_empty() {
            self.noting(None, |this| this.name_methods(&facts.names));
        }
    }

    fn activate_call(&mut self, id: InstanceId, call: u32) {
        let instance = &self.instances[id.0 as usize];
        let site = instance.site(call);
        match instance.facts.calls[call as usize].target {
            CallTarget::Static(callee) => {
                let instance = self.instance_for_call(id, callee);
                self.sites[site as usize].callee = Some(instance);
                self.connect(site, instance, 0);
                self.call(instance);
            }
            CallTarget::Value(node) if !node.is_nil() => {
                let node = self.node(id, node);
                self.actions.push(Action::Rule(node, Rule::Call(site)));
            }
            CallTarget::Invoke(node, _) if !node.is_nil() => {
                let node = self.node(id, node);
                self.actions.push(Action::Rule(node, Rule::Invoke(site)));
            }
            CallTarget::Value(_) | CallTarget::Invoke(..) => {}
        }
    }

    /// Arguments flow to parameters, results back. `skip` leaves of the parameters are not
    /// arguments: captures, the receiver.
    pub(super) fn connect(&mut self, site: u32, callee: InstanceId, skip: u32) {
        let Site { instance, call, .. } = self.sites[site as usize];
        let caller = self.instances[instance.0 as usize].clone();
        let facts = &caller.facts;
        let call = facts.calls[call as usize];
        let target = &self.instances[callee.0 as usize];
        let (params, callee_first) = (target.facts.params, target.first);
        let results = target.facts.results.min(call.result_count);
        for (at, &arg) in facts.args[call.args.range()].iter().enumerate() {
            let param = at as u32 + skip;
            if param >= params {
                break;
            }
            if !arg.is_nil() {
                let from = self.node(instance, arg);
                self.actions.push(Action::Edge(from, callee_first + param));
            }
        }
        for at in 0..results {
            let from = callee_first + params + at;
            self.actions.push(Action::Edge(from, caller.variable(call.results + at)));
        }
    }

    /// The nodes of a call's arguments, `None` for nil, and the first of its results.
    pub(super) fn site_nodes(&mut self, site: u32) -> (Vec<Option<Node>>, Node) {
        let Site { instance, call, .. } = self.sites[site as usize];
        let caller = self.instances[instance.0 as usize].clone();
        let call = caller.facts.calls[call as usize];
        let args = caller.facts.args[call.args.range()].iter();
        let args = args.map(|&arg| (!arg.is_nil()).then(|| self.node(instance, arg)));
        let args = args.collect();
        // Without results there may be no variable with that number.
        let results = match call.result_count {
            0 => caller.first,
            _ => caller.variable(call.results),
        };
        (args, results)
    }

    /// How many nodes a call's results have: none, where they are dropped.
    pub(super) fn result_count(&self, site: u32) -> u32 {
        let Site { instance, call, .. } = self.sites[site as usize];
        self.instances[instance.0 as usize].facts.calls[call as usize].result_count
    }

    /// The global number of a node of an instance.
    pub(super) fn node(&mut self, of: InstanceId, node: NodeRef) -> Node {
        let instance = &self.instances[of.0 as usize];
        match node.place() {
            NodePlace::Variable(at) => instance.variable(at),
            NodePlace::Cell(at) => instance.cell(at),
            NodePlace::Extern(at) => {
                let place = instance.facts.externs[at as usize];
                self.external(of, place)
            }
            NodePlace::Nil => unreachable!("constraints on nil are not made"),
        }
    }

    pub(super) fn element(&mut self, of: InstanceId, cell: CellRef) -> Element {
        2 * self.node(of, cell.node) + u32::from(cell.boxed)
    }

    fn external(&mut self, of: InstanceId, place: Extern) -> Node {
        match place {
            Extern::Global(decl, delta) => self.global(decl) + delta,
            Extern::Param(func, at) => {
                let instance = self.closure_instance(of, func);
                self.instances[instance.0 as usize].first + at
            }
            Extern::Func(func) => {
                let instance = self.closure_instance(of, func);
                if self.of_func[func.index()] == Some(instance) {
                    return self.func_cell(func);
                }
                if let Some(&known) = self.closure_cells.get(&instance) {
                    return known;
                }
                let node = self.object(func_object(), Origin::Func(func));
                self.flags[node as usize] = FUNC;
                self.of_node.insert(node, func);
                self.closure_cells.insert(instance, node);
                self.code_of.insert(node, instance);
                node
            }
            Extern::Plain(ty) => self.plain(ty),
            Extern::NilOf(ty) => self.nil_of(ty),
            Extern::Panic => self.panic,
            Extern::Strings => self.strings,
            Extern::ToStrings => self.to_strings,
            Extern::Opaque(ty) => self.opaque(ty),
            Extern::Bag(number) => self.bag(number),
        }
    }

    /// The node of something outside, if it was named.
    pub(super) fn known_external(&self, of: InstanceId, place: Extern) -> Option<Node> {
        match place {
            Extern::Global(decl, delta) => self.globals.get(&decl).map(|node| node + delta),
            Extern::Param(func, at) => {
                let own = self.closures.get(&(of, func)).copied();
                let instance = own.or_else(|| *self.of_func.get(func.index())?)?;
                Some(self.instances[instance.0 as usize].first + at)
            }
            Extern::Func(func) => {
                let own = self.closures.get(&(of, func));
                let cell = own.and_then(|own| self.closure_cells.get(own));
                cell.or_else(|| self.funcs.get(&func)).copied()
            }
            Extern::Plain(ty) => self.plains.get(&ty).copied(),
            Extern::NilOf(ty) => self.nils.get(&ty).copied(),
            Extern::Panic => Some(self.panic),
            Extern::Strings => Some(self.strings),
            Extern::ToStrings => Some(self.to_strings),
            Extern::Opaque(ty) => self.opaques.get(&ty).copied(),
            Extern::Bag(number) => self.bags.get(&number).copied(),
        }
    }

    pub(super) fn relocated(&mut self, of: InstanceId, rule: Rule<NodeRef>) -> Rule<Node> {
        let package = self.instances[of.0 as usize].context;
        match rule.map(|node| self.node(of, node)) {
            Rule::Reflect { op: Reflect::Value(_), to, with } => {
                Rule::Reflect { op: Reflect::Value(package), to, with }
            }
            Rule::Reflect { op: Reflect::TypeOf { lite, .. }, to, with } => {
                Rule::Reflect { op: Reflect::TypeOf { package, lite }, to, with }
            }
            rule => rule,
        }
    }

    /// The function that has a node as a variable, or makes it as a part of memory; none if that is
    /// a model.
    pub(super) fn owner_of(&self, node: Node) -> Option<FuncIndex> {
        let node = match self.filtered.get(&node) {
            Some(&(whole, _)) => whole,
            None => node,
        };
        if let Some(instance) = self.extended_at(node) {
            return Some(self.instances[instance.0 as usize].func);
        }
        let at = self.instances.partition_point(|instance| instance.first <= node);
        let Instance { func, end, modelled, .. } = self.instances.get(at.checked_sub(1)?)?;
        (node < *end && !modelled).then_some(*func)
    }

    /// All instances of a function.
    pub fn instances_of(&self, func: FuncIndex) -> impl Iterator<Item = InstanceId> + '_ {
        let all = self.instances.iter().enumerate();
        all.filter(move |(_, instance)| instance.func == func && instance.active)
            .map(|(at, _)| InstanceId(at as u32))
    }
}
