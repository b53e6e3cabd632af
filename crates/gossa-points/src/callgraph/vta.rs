//! Variable type analysis: a dynamic call reaches what flows to it.
//!
//! Each variable that can hold a function, an interface, or a pointer to such is a node of a graph
//! ([`flow`]); assignments, calls and the like are its edges. Functions flow from where they are
//! taken as values, dynamic types from where they are converted to interfaces; what arrives at a
//! dynamic call is what it may reach. Local variables, parameters and results have nodes of their
//! own, and so has each variable that a pointer, slice, map or channel leads to, as far as these
//! can be told apart by who exchanges them. Fields of structs are told apart by type, and so is
//! what is in an interface, or passes through an `unsafe.Pointer`.
//!
//! Functions are read as they become reachable, and calls that are found add edges to the graph
//! that has been solved so far, so that the result is the smallest that contains the roots and
//! agrees with itself: running the analysis on its own result would change nothing. It can also
//! start from a given call graph ([`refine`]), as the published algorithm does.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`shapes`] | what of a type is followed |
//! | [`sets`], [`flow`] | the graph, and how it is solved |
//! | [`read`] | from instructions to edges |
//! | [`hidden`] | what reflection, unsafe conversions and code that cannot be seen add |

mod flow;
mod hidden;
mod read;
mod sets;
mod shapes;

use super::reached::Reached;
use super::universe::{InterfaceNumber, TypeNumber, Universe};
use super::{CallGraph, CallMode, Dispatch, Edge, Roots, runtime};
use crate::program::{FuncIndex, MethodName, Program};
use flow::{Flow, Node, Watch};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::InstId;
use gossa_types::{DeclId, TypeId};
use hidden::{Outside, Reflection};
use sets::Set;
use shapes::{ShapeId, Shapes};

/// The graph of what is reachable from the roots.
pub(super) fn build(program: &Program<'_>, roots: &Roots) -> CallGraph {
    let mut vta = Vta::new(program, None);
    for root in roots.iter() {
        vta.reached.add(root);
    }
    vta.open(roots);
    vta.run();
    vta.finish()
}

/// The dynamic calls of a call graph once more, by what flows to them along its calls. The
/// reachable functions stay.
pub(super) fn refine(program: &Program<'_>, initial: &CallGraph) -> CallGraph {
    let mut vta = Vta::new(program, Some(initial));
    for func in initial.reachable() {
        vta.reached.add(func);
    }
    vta.run();
    vta.finish()
}

/// Members of sets: a dynamic type is its number.
const FUNC: u32 = 1 << 30;
/// A type that is pointed to, by its shape.
const POINTEE: u32 = 1 << 31;

/// A member of a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Member {
    Type(TypeNumber),
    Func(FuncIndex),
    Pointee(ShapeId),
}

impl Member {
    fn of(number: u32) -> Self {
        match number {
            POINTEE.. => Self::Pointee(number - POINTEE),
            FUNC.. => Self::Func(FuncIndex::new(number - FUNC)),
            _ => Self::Type(number),
        }
    }

    fn number(self) -> u32 {
        match self {
            Self::Type(ty) => ty,
            Self::Func(func) => FUNC + func.index() as u32,
            Self::Pointee(shape) => POINTEE + shape,
        }
    }
}

/// A list in [`Vta::lists`].
#[derive(Clone, Copy, Default)]
struct Nodes {
    start: u32,
    len: u32,
}

/// A dynamic call.
#[derive(Clone, Copy)]
struct Site {
    caller: FuncIndex,
    inst: InstId,
    mode: CallMode,
    /// The method and the interface that it is called through; `None`: a function value.
    method: Option<(InterfaceNumber, MethodName)>,
    args: Nodes,
    results: Nodes,
}

/// What is done when something comes to a node.
#[derive(Clone, Copy)]
enum Action {
    /// It is called.
    Call(u32),
    /// A function that cannot be seen calls it, with what is in the node.
    External(FuncIndex, Node),
    /// It is called by the runtime, with these arguments.
    Runtime(FuncIndex, Nodes),
    /// `runtime.SetFinalizer` gets it.
    Finalizer(FuncIndex, Node),
    /// It is used as a pointer to this.
    Pointer(ShapeId),
    /// Code that cannot be seen may copy between what it points to and this.
    Copied(Node),
    /// Reflection knows its type.
    Reflect,
    /// Reflection calls it.
    ReflectCall,
    /// Callers of this function that are not seen get it.
    Escape(FuncIndex),
}

/// Nodes of a function's parameters, captured variables first, and results.
#[derive(Clone, Copy, Default)]
struct FuncNodes {
    params: Nodes,
    results: Nodes,
    is_made: bool,
}

struct Vta<'p, 'e> {
    program: &'p Program<'e>,
    /// The graph whose calls are followed; `None`: those that are found.
    initial: Option<&'p CallGraph>,
    universe: Universe,
    shapes: Shapes,
    flow: Flow,
    /// Pool of [`Nodes`].
    lists: Vec<Node>,
    reached: Reached,
    edges: Vec<Edge>,
    funcs: Vec<FuncNodes>,
    /// Variables of structs, by [`Shapes::field`]; and pointers to them.
    fields: Vec<Node>,
    field_pointers: Vec<Node>,
    /// Pointers to package-level variables.
    globals: FxHashMap<DeclId, Node>,
    /// Nodes that hold just one member.
    singles: FxHashMap<u32, Node>,
    /// Values of a shape in interfaces.
    boxed: FxHashMap<ShapeId, Node>,
    /// Pointers to variables of a shape that were, or become, `unsafe.Pointer`s.
    unsafe_pointers: FxHashMap<ShapeId, Node>,
    /// Pairs of shapes that are known to overlap in memory.
    overlaid: FxHashSet<(ShapeId, ShapeId)>,
    /// Pairs of shapes of which one is converted to the other.
    same: FxHashSet<(ShapeId, ShapeId)>,
    outside: Outside,
    /// Structs that are filled from outside.
    opened: FxHashSet<ShapeId>,
    sites: Vec<Site>,
    seen: FxHashSet<(Watch, FuncIndex)>,
    actions: Vec<Action>,
    /// Values of panics.
    panics: Node,
    /// Pointers that became integers.
    integers: Node,
    reflection: Reflection,
    any: ShapeId,
    /// Scratch: nodes of the values of the body that is read.
    values: Vec<Node>,
}

impl<'p, 'e> Vta<'p, 'e> {
    fn new(program: &'p Program<'e>, initial: Option<&'p CallGraph>) -> Self {
        let mut universe = Universe::default();
        let mut shapes = Shapes::new();
        let mut flow = Flow::new();
        let any = shapes.of(program, &mut universe, TypeId::empty_interface());
        let panics = flow.node(any);
        let integers = flow.node(any);
        let reflected = flow.node(any);
        let mut vta = Self {
            program,
            initial,
            universe,
            shapes,
            flow,
            lists: Vec::new(),
            reached: Reached::default(),
            edges: Vec::new(),
            funcs: Vec::new(),
            fields: Vec::new(),
            field_pointers: Vec::new(),
            globals: FxHashMap::default(),
            singles: FxHashMap::default(),
            boxed: FxHashMap::default(),
            unsafe_pointers: FxHashMap::default(),
            overlaid: FxHashSet::default(),
            same: FxHashSet::default(),
            outside: Outside::default(),
            opened: FxHashSet::default(),
            sites: Vec::new(),
            seen: FxHashSet::default(),
            actions: Vec::new(),
            panics,
            integers,
            reflection: Reflection::new(reflected),
            any,
            values: Vec::new(),
        };
        for ty in runtime::panic_types(program) {
            let member = Member::Type(vta.type_number(ty));
            vta.flow.insert(panics, member.number());
        }
        vta.watch(reflected, Action::Reflect);
        vta
    }

    fn run(&mut self) {
        loop {
            while let Some(func) = self.reached.next() {
                self.function(func);
            }
            if self.reflection_step() {
                continue;
            }
            let moved = self.flow.wave(&mut self.universe);
            let events = self.flow.take_events();
            if !moved && events.is_empty() {
                return;
            }
            for (watch, new) in events {
                self.arrive(watch, &new);
            }
        }
    }

    fn finish(mut self) -> CallGraph {
        // What the runtime would call where it is not reached itself.
        self.edges.retain(|edge| self.reached.contains(edge.caller));
        CallGraph::new(self.program, self.reached.all(), self.edges)
    }

    /// Something has come to a watched node.
    fn arrive(&mut self, watch: Watch, new: &Set) {
        let action = self.actions[watch as usize];
        for member in new.iter() {
            self.arrive_one(watch, action, Member::of(member));
        }
    }

    fn arrive_one(&mut self, watch: Watch, action: Action, member: Member) {
        match (action, member) {
            (Action::Call(site), _) => self.call(site, watch, member),
            (Action::External(caller, node), Member::Func(callee))
                if self.seen.insert((watch, callee)) =>
            {
                self.runtime_edge(caller, callee);
                self.call_with_any(callee, node);
            }
            (Action::Runtime(caller, args), Member::Func(callee))
                if self.seen.insert((watch, callee)) =>
            {
                self.runtime_edge(caller, callee);
                let first = self.capture_count(callee);
                self.pass(args, callee, first);
            }
            (Action::Finalizer(caller, object), Member::Type(ty)) => {
                self.finalizer(caller, object, ty);
            }
            (Action::Pointer(to), Member::Pointee(from)) => self.overlay(from, to),
            (Action::Pointer(to), Member::Type(ty)) => self.data_word(ty, to),
            (Action::Copied(node), Member::Pointee(from)) => self.copied(node, from),
            (Action::Reflect, Member::Type(ty)) => self.reflection.learn(ty),
            (Action::ReflectCall, Member::Func(callee)) => self.reflect_call(watch, callee),
            (Action::Escape(root), _) => self.escape(watch, root, member),
            _ => {}
        }
    }

    /// A function or dynamic type has come to a dynamic call.
    fn call(&mut self, number: u32, watch: Watch, member: Member) {
        let site = self.sites[number as usize];
        let (callee, dispatch, boxed) = match (site.method, member) {
            (None, Member::Func(callee)) => (callee, Dispatch::Value, 0),
            (Some((interface, method)), Member::Type(ty)) => {
                if !self.universe.implements(ty, interface) {
                    return;
                }
                let ty = self.universe.type_of(ty);
                let Some(callee) = self.program.dispatch(ty, method) else { return };
                let shape = self.shape(ty);
                (callee, Dispatch::Interface, self.boxed(shape))
            }
            _ => return,
        };
        if !self.seen.insert((watch, callee)) {
            // The same method for another type: its receiver is boxed elsewhere.
            if boxed != 0 && self.initial.is_none() {
                self.receive(callee, boxed);
            }
            return;
        }
        let Site { caller, inst, mode, args, results, .. } = site;
        self.edges.push(Edge { caller, site: inst, callee, dispatch, mode });
        if self.initial.is_none() {
            self.connect(callee, args, results, boxed, dispatch);
        }
    }

    /// Lets arguments and results flow between a dynamic call and a function.
    fn connect(
        &mut self,
        callee: FuncIndex,
        args: Nodes,
        results: Nodes,
        boxed: Node,
        dispatch: Dispatch,
    ) {
        self.reached.add(callee);
        let method = u32::from(dispatch == Dispatch::Interface);
        if self.program.function(callee).is_external() {
            self.external_call(callee, args, results, boxed);
            return;
        }
        if self.reflection.is_made_function(callee) {
            self.call_made_function(args, results);
            return;
        }
        if method == 1 {
            self.receive(callee, boxed);
        }
        self.pass(args, callee, method.max(self.capture_count(callee)));
        let found = self.func(callee).results;
        for at in 0..found.len.min(results.len) {
            let from = self.lists[(found.start + at) as usize];
            let to = self.lists[(results.start + at) as usize];
            self.assign(from, to);
        }
    }

    /// Lets arguments flow to parameters, from the one numbered `first` on.
    fn pass(&mut self, args: Nodes, callee: FuncIndex, first: u32) {
        self.reached.add(callee);
        let params = self.func(callee).params;
        for at in 0..args.len.min(params.len.saturating_sub(first)) {
            let from = self.lists[(args.start + at) as usize];
            let to = self.lists[(params.start + first + at) as usize];
            self.assign(from, to);
        }
    }

    /// How many parameters of a function value are captured variables.
    fn capture_count(&self, func: FuncIndex) -> u32 {
        self.program.body(func).map_or(0, |body| body.capture_count)
    }

    /// Lets the value in an interface flow to the receiver of its method.
    fn receive(&mut self, callee: FuncIndex, boxed: Node) {
        let params = self.func(callee).params;
        if boxed != 0 && params.len > 0 {
            let to = self.lists[params.start as usize];
            self.assign(boxed, to);
        }
    }

    fn runtime_edge(&mut self, caller: FuncIndex, callee: FuncIndex) {
        let (site, dispatch, mode) = (InstId::new(0), Dispatch::Runtime, CallMode::Call);
        self.edges.push(Edge { caller, site, callee, dispatch, mode });
        self.reached.add(callee);
    }

    // --- nodes ------------------------------------------------------------------------------

    fn shape(&mut self, ty: TypeId) -> ShapeId {
        self.shapes.of(self.program, &mut self.universe, ty)
    }

    /// A new node for a variable of a type; 0 where it is not followed.
    fn variable(&mut self, ty: TypeId) -> Node {
        let shape = self.shape(ty);
        self.variable_of(shape)
    }

    fn variable_of(&mut self, shape: ShapeId) -> Node {
        if self.shapes.is_followed(shape) { self.flow.node(shape) } else { 0 }
    }

    fn list(&mut self, nodes: impl IntoIterator<Item = Node>) -> Nodes {
        let start = self.lists.len() as u32;
        self.lists.extend(nodes);
        Nodes { start, len: self.lists.len() as u32 - start }
    }

    /// The number of a dynamic type (a normal one).
    fn type_number(&mut self, ty: TypeId) -> TypeNumber {
        self.universe.add(self.program, ty).0
    }

    /// A node that holds one member and nothing else ever.
    fn single(&mut self, member: Member) -> Node {
        let number = member.number();
        if let Some(&known) = self.singles.get(&number) {
            return known;
        }
        let node = self.flow.node(self.any);
        self.flow.insert(node, number);
        self.singles.insert(number, node);
        if let Member::Type(_) = member {
            // What is in an interface anywhere, callers that are not seen may have, too.
            self.flow.insert(self.outside.types, number);
        }
        node
    }

    /// The node of all values of a shape that are in interfaces.
    fn boxed(&mut self, shape: ShapeId) -> Node {
        if !self.shapes.is_followed(shape) {
            return 0;
        }
        if let Some(&known) = self.boxed.get(&shape) {
            return known;
        }
        let node = self.flow.node(shape);
        self.boxed.insert(shape, node);
        node
    }

    /// The node of a field of all structs of a shape.
    fn field(&mut self, shape: ShapeId, field: u32) -> Node {
        let Some((number, shape)) = self.shapes.field(shape, field) else { return 0 };
        if !self.shapes.is_followed(shape) {
            return 0;
        }
        let at = number as usize;
        if self.fields.len() <= at {
            self.fields.resize(self.shapes.field_count(), 0);
        }
        if self.fields[at] == 0 {
            self.fields[at] = self.flow.node(shape);
        }
        self.fields[at]
    }

    /// The node of the pointers to a field of all structs of a shape; `pointer` is their shape.
    fn field_pointer(&mut self, shape: ShapeId, field: u32, pointer: ShapeId) -> Node {
        let content = self.field(shape, field);
        let Some((number, _)) = self.shapes.field(shape, field) else { return 0 };
        if content == 0 {
            return 0;
        }
        let at = number as usize;
        if self.field_pointers.len() <= at {
            self.field_pointers.resize(self.shapes.field_count(), 0);
        }
        if self.field_pointers[at] == 0 {
            let node = self.flow.node(pointer);
            self.flow.set_content(node, content);
            self.field_pointers[at] = node;
        }
        self.field_pointers[at]
    }

    /// The nodes of a function's parameters and results.
    fn func(&mut self, func: FuncIndex) -> FuncNodes {
        let at = func.index();
        if self.funcs.len() <= at {
            self.funcs.resize(self.program.len().max(at + 1), FuncNodes::default());
        }
        if !self.funcs[at].is_made {
            let program = self.program;
            let (params, results) = match program.body(func) {
                Some(body) => {
                    let params: Vec<TypeId> =
                        body.params(gossa_ssa::Body::ENTRY).map(|value| body[value].ty).collect();
                    (params, body.results.to_vec())
                }
                None => (program.parameter_types(program.function(func).id), Vec::new()),
            };
            let params: Vec<Node> = params.into_iter().map(|ty| self.variable(ty)).collect();
            let results: Vec<Node> = results.into_iter().map(|ty| self.variable(ty)).collect();
            let (params, results) = (self.list(params), self.list(results));
            self.funcs[at] = FuncNodes { params, results, is_made: true };
        }
        self.funcs[at]
    }

    // --- edges ------------------------------------------------------------------------------

    /// Lets a value flow from one node to another of the same type.
    fn assign(&mut self, from: Node, to: Node) {
        if from == 0 || to == 0 {
            return;
        }
        let leaf = |flow: &Flow, node: Node| self.shapes.is_leaf(flow.shape(node));
        if leaf(&self.flow, to) || leaf(&self.flow, from) {
            self.flow.edge(&mut self.universe, from, to, 0);
        } else {
            self.flow.unite(from, to);
        }
    }

    /// Lets flow what implements the interface that `to` was made for.
    fn assign_filtered(&mut self, from: Node, to: Node) {
        let filter = match *self.shapes.get(self.flow.shape(to)) {
            shapes::Shape::Interface(interface) => interface + 1,
            _ => 0,
        };
        self.flow.edge(&mut self.universe, from, to, filter);
    }

    fn watch(&mut self, node: Node, action: Action) {
        if node != 0 {
            let watch = self.actions.len() as Watch;
            self.actions.push(action);
            self.flow.watch(node, watch);
        }
    }
}
