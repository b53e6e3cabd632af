//! Flow that no instruction shows: reflection, unsafe conversions, code that cannot be seen, and
//! callers that are not part of the program.
//!
//! Reflection is one node. What is converted to a `reflect.Value` comes to it, and what can be got
//! at from that: elements, exported fields, results of methods that are called. What is made of a
//! `reflect.Value` again comes from it, and so do arguments of calls and what is assigned to
//! variables, as far as the types allow. The bodies of package reflect are read like others, but
//! for their unsafe conversions.
//!
//! A pointer that is converted to `unsafe.Pointer` leaves its shape in the set of that value. Where
//! such a value is used as a pointer to another shape, the parts of both that could lie upon each
//! other are one from then on.

use super::flow::{Node, Watch};
use super::shapes::{Shape, ShapeId};
use super::{Action, Member, Nodes, Vta};
use crate::callgraph::Roots;
use crate::callgraph::runtime::{self, Hidden};
use crate::callgraph::universe::TypeNumber;
use crate::program::{FuncIndex, MethodName};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::FuncKey;
use gossa_types::lookup::is_exported;
use gossa_types::{TypeId, TypeKind};

/// What is known of reflection.
pub(super) struct Reflection {
    /// What a `reflect.Value` may hold.
    node: Node,
    /// Types in the node, in the order in which they came.
    types: Vec<TypeNumber>,
    /// How many of them have been looked at, by what was done.
    read: usize,
    called: usize,
    invoked: usize,
    written: usize,
    made: usize,
    known: FxHashSet<TypeNumber>,
    call: Option<FuncIndex>,
    finds_methods: bool,
    writes: bool,
    /// `reflect.callReflect`, where functions are made.
    made_function: Option<FuncIndex>,
    /// Methods of the types, by the shape of their function type.
    methods: FxHashMap<ShapeId, Vec<(TypeId, MethodName, FuncIndex)>>,
    /// Nodes of method values that reflection makes, and how many methods they have, by shape.
    method_values: FxHashMap<ShapeId, (Node, usize)>,
}

impl Reflection {
    pub(super) fn new(node: Node) -> Self {
        Self {
            node,
            types: Vec::new(),
            read: 0,
            called: 0,
            invoked: 0,
            written: 0,
            made: 0,
            known: FxHashSet::default(),
            call: None,
            finds_methods: false,
            writes: false,
            made_function: None,
            methods: FxHashMap::default(),
            method_values: FxHashMap::default(),
        }
    }

    /// A type that has come to the node.
    pub(super) fn learn(&mut self, ty: TypeNumber) {
        if self.known.insert(ty) {
            self.types.push(ty);
        }
    }

    pub(super) fn is_made_function(&self, func: FuncIndex) -> bool {
        self.made_function == Some(func)
    }
}

/// Callers that are not seen: what they may hand in.
#[derive(Default)]
pub(super) struct Outside {
    /// All dynamic types of the program; 0 where everything is seen.
    pub(super) types: Node,
    /// All functions that are taken as values, by the shape of their type.
    pub(super) functions: FxHashMap<ShapeId, Node>,
}

impl Vta<'_, '_> {
    // --- functions of the standard library -----------------------------------------------------

    /// What a function does that its body does not show.
    pub(super) fn hidden(&mut self, func: FuncIndex, hidden: Hidden) {
        let nodes = self.func(func);
        let param = |vta: &Self, at: u32| match at < nodes.params.len {
            true => vta.lists[(nodes.params.start + at) as usize],
            false => 0,
        };
        match hidden {
            Hidden::Reflects => {
                let from = param(self, 0);
                let to = self.reflection.node;
                self.assign(from, to);
            }
            Hidden::Reflected => {
                let program = self.program;
                let results = program.body(func).map_or(&[][..], |body| &body.results);
                for (at, &ty) in (0..nodes.results.len).zip(results) {
                    let to = self.lists[(nodes.results.start + at) as usize];
                    self.reflect_into(to, ty);
                }
            }
            Hidden::TypeFor => {
                if let FuncKey::Decl { args, .. } = self.program.function(func).id.key() {
                    args.iter().for_each(|&ty| self.reflect_type(self.program.normal(ty)));
                }
            }
            Hidden::ReflectCall => self.reflection.call = Some(func),
            Hidden::ReflectMethod => self.reflection.finds_methods = true,
            Hidden::ReflectSet => self.reflection.writes = true,
            Hidden::MakeFunc => {
                self.reflection.made_function = Some(runtime::call_reflect(self.program));
            }
            Hidden::Finalizer => {
                let (object, finalizer) = (param(self, 0), param(self, 1));
                self.watch(finalizer, Action::Finalizer(func, object));
            }
            Hidden::Cleanup => {
                let (cleanup, arg) = (param(self, 1), param(self, 2));
                let args = self.list([arg]);
                self.watch(cleanup, Action::Runtime(func, args));
            }
        }
    }

    /// A finalizer of this (dynamic) type is set for what is in `object`.
    pub(super) fn finalizer(&mut self, caller: FuncIndex, object: Node, ty: TypeNumber) {
        let ty = self.universe.type_of(ty);
        let TypeKind::Signature(signature) = self.program.under(ty).kind() else { return };
        let shape = self.shape(ty);
        let boxed = self.boxed(shape);
        // The object is what the parameter's type says: a pointer, or an interface with one.
        let mut args = Vec::new();
        for param in signature.params.iter().take(1) {
            let arg = self.variable(param.ty);
            let shape = self.shape(param.ty);
            if matches!(self.shapes.get(shape), Shape::Interface(_)) {
                self.assign_filtered(object, arg);
            } else {
                let from = self.boxed(shape);
                self.assign(from, arg);
            }
            args.push(arg);
        }
        let args = self.list(args);
        self.watch(boxed, Action::Runtime(caller, args));
    }

    // --- reflection ------------------------------------------------------------------------------

    /// Lets what reflection knows flow to a variable of a type.
    fn reflect_into(&mut self, to: Node, ty: TypeId) {
        let shape = self.shape(ty);
        if matches!(self.shapes.get(shape), Shape::Interface(_)) {
            if to != 0 {
                self.assign_filtered(self.reflection.node, to);
            }
        } else {
            let boxed = self.boxed(shape);
            self.assign(boxed, to);
            if matches!(self.shapes.get(shape), Shape::Func) {
                let values = self.method_values(shape);
                self.assign(values, to);
            }
        }
    }

    /// The method values of a function type that reflection makes.
    pub(super) fn method_values(&mut self, shape: ShapeId) -> Node {
        if let Some(&(known, _)) = self.reflection.method_values.get(&shape) {
            return known;
        }
        let node = self.flow.node(shape);
        self.reflection.method_values.insert(shape, (node, 0));
        self.make_method_values(shape);
        node
    }

    /// Methods of a function type become values, if such values are asked for.
    fn make_method_values(&mut self, shape: ShapeId) {
        let Some((node, made)) = self.reflection.method_values.get_mut(&shape) else { return };
        let all = self.reflection.methods.get(&shape).map_or(&[][..], |methods| methods);
        let (node, new) = (*node, all[std::mem::replace(made, all.len())..].to_vec());
        if new.is_empty() {
            return;
        }
        // What runs first, and what that comes to: the method with its receiver bound.
        let through = runtime::call_method(self.program);
        self.flow.insert(node, Member::Func(through).number());
        for (ty, method, callee) in new {
            self.runtime_edge(through, callee);
            if let Some(bound) = self.program.bound_method_of(ty, method) {
                let shape = self.shape(ty);
                let boxed = self.boxed(shape);
                self.receive(bound, boxed);
                self.flow.insert(node, Member::Func(bound).number());
            }
        }
    }

    /// Lets a variable of a type become known to reflection.
    fn reflect_from(&mut self, from: Node, ty: TypeId) {
        let ty = self.program.normal(ty);
        let shape = self.shape(ty);
        if matches!(self.shapes.get(shape), Shape::Interface(_)) {
            let to = self.reflection.node;
            self.assign(from, to);
        } else {
            let boxed = self.boxed(shape);
            self.assign(from, boxed);
            self.reflect_type(ty);
        }
    }

    /// Makes a type of values known to reflection.
    fn reflect_type(&mut self, ty: TypeId) {
        if !self.program.is_interface(ty) && !matches!(ty.kind(), TypeKind::Tuple(_)) {
            let number = self.type_number(ty);
            self.flow.insert(self.reflection.node, Member::Type(number).number());
        }
    }

    /// Does with types that reflection has come to know what it may do with them. Whether there
    /// was anything to do.
    pub(super) fn reflection_step(&mut self) -> bool {
        let count = self.reflection.types.len();
        let mut busy = false;
        while self.reflection.read < count {
            let ty = self.reflection.types[self.reflection.read];
            self.reflection.read += 1;
            self.reflect_read(self.universe.type_of(ty));
            busy = true;
        }
        while self.reflection.writes && self.reflection.written < count {
            let ty = self.reflection.types[self.reflection.written];
            self.reflection.written += 1;
            self.reflect_write(self.universe.type_of(ty));
            busy = true;
        }
        while self.reflection.call.is_some() && self.reflection.called < count {
            let ty = self.reflection.types[self.reflection.called];
            self.reflection.called += 1;
            let ty = self.universe.type_of(ty);
            if matches!(self.program.under(ty).kind(), TypeKind::Signature(_)) {
                let shape = self.shape(ty);
                let boxed = self.boxed(shape);
                self.watch(boxed, Action::ReflectCall);
                busy = true;
            }
        }
        while let Some(caller) = self.reflection.call
            && self.reflection.finds_methods
            && self.reflection.invoked < count
        {
            let ty = self.reflection.types[self.reflection.invoked];
            self.reflection.invoked += 1;
            self.reflect_invoke(caller, self.universe.type_of(ty));
            busy = true;
        }
        while let Some(made) = self.reflection.made_function
            && self.reflection.made < count
        {
            let ty = self.reflection.types[self.reflection.made];
            self.reflection.made += 1;
            let ty = self.universe.type_of(ty);
            if matches!(self.program.under(ty).kind(), TypeKind::Signature(_)) {
                let shape = self.shape(ty);
                let boxed = self.boxed(shape);
                self.flow.insert(boxed, Member::Func(made).number());
                busy = true;
            }
        }
        busy
    }

    /// The variables that reflection gets at from a value of a type: their nodes and types, and
    /// whether it can assign to them.
    fn parts(&mut self, ty: TypeId) -> Vec<(Node, TypeId, bool)> {
        let shape = self.shape(ty);
        match self.program.under(ty).kind() {
            TypeKind::Struct(fields) => {
                let wanted = (0..).zip(fields).filter(|(_, f)| f.package.is_none() || f.embedded);
                let wanted: Vec<_> =
                    wanted.map(|(at, f)| (at, f.ty, f.package.is_none())).collect();
                wanted.into_iter().map(|(at, ty, set)| (self.field(shape, at), ty, set)).collect()
            }
            TypeKind::Pointer(elem)
            | TypeKind::Slice(elem)
            | TypeKind::Array { elem, .. }
            | TypeKind::Chan { elem, .. } => {
                let boxed = self.boxed(shape);
                vec![(self.content_of(boxed), *elem, true)]
            }
            TypeKind::Map { key, value } => {
                let boxed = self.boxed(shape);
                let keys = if boxed == 0 { 0 } else { self.flow.keys(&self.shapes, boxed) };
                vec![(keys, *key, true), (self.content_of(boxed), *value, true)]
            }
            _ => Vec::new(),
        }
    }

    fn reflect_read(&mut self, ty: TypeId) {
        let program = self.program;
        let mut derived = Vec::new();
        runtime::for_each_derived(program, ty, |ty| derived.push(program.normal(ty)));
        for ty in derived {
            self.reflect_type(ty);
        }
        for (node, ty, _) in self.parts(ty) {
            if node != 0 {
                self.reflect_from(node, ty);
            }
        }
    }

    fn reflect_write(&mut self, ty: TypeId) {
        for (node, ty, can_set) in self.parts(ty) {
            if node != 0 && can_set {
                self.reflect_into(node, ty);
            }
        }
    }

    /// Reflection calls a function.
    pub(super) fn reflect_call(&mut self, watch: Watch, callee: FuncIndex) {
        if self.seen.insert((watch, callee))
            && !self.reflection.is_made_function(callee)
            && let Some(caller) = self.reflection.call
        {
            self.runtime_edge(caller, callee);
            let bound = self.capture_count(callee);
            self.call_by_reflection(callee, bound);
        }
    }

    /// Reflection calls the exported methods of a type.
    fn reflect_invoke(&mut self, caller: FuncIndex, ty: TypeId) {
        let shape = self.shape(ty);
        let boxed = self.boxed(shape);
        for (method, callee) in self.program.methods(ty) {
            if runtime::is_callable(&method) {
                self.runtime_edge(caller, callee);
                self.receive(callee, boxed);
                self.call_by_reflection(callee, 1);
            }
        }
        let mut shapes = Vec::new();
        for (method, signature) in self.program.method_signatures(ty) {
            if runtime::is_callable(&method)
                && let Some(callee) = self.program.dispatch(ty, method)
            {
                let shape = self.shape(signature);
                self.reflection.methods.entry(shape).or_default().push((ty, method, callee));
                shapes.push(shape);
            }
        }
        shapes.into_iter().for_each(|shape| self.make_method_values(shape));
    }

    /// Arguments from the parameter numbered `first` on come from reflection, results go there.
    fn call_by_reflection(&mut self, callee: FuncIndex, first: u32) {
        let nodes = self.func(callee);
        let Some(body) = self.program.body(callee) else { return };
        for (at, value) in (0..).zip(body.params(gossa_ssa::Body::ENTRY)).skip(first as usize) {
            let to = self.lists[(nodes.params.start + at) as usize];
            self.reflect_into(to, body[value].ty);
        }
        for (at, &ty) in (0..).zip(&body.results) {
            let from = self.lists[(nodes.results.start + at) as usize];
            self.reflect_from(from, ty);
        }
    }

    /// A function that reflection has made is called.
    pub(super) fn call_made_function(&mut self, args: Nodes, results: Nodes) {
        for at in 0..args.len {
            let from = self.lists[(args.start + at) as usize];
            if from != 0 {
                let ty = self.shapes.type_of(self.flow.shape(from));
                self.reflect_from(from, ty);
            }
        }
        for at in 0..results.len {
            let to = self.lists[(results.start + at) as usize];
            if to != 0 {
                let ty = self.shapes.type_of(self.flow.shape(to));
                self.reflect_into(to, ty);
            }
        }
    }

    // --- code that cannot be seen ------------------------------------------------------------------

    /// A call of a function without a body: it may call, store and return what it gets.
    pub(super) fn external_call(
        &mut self,
        callee: FuncIndex,
        args: Nodes,
        results: Nodes,
        boxed: Node,
    ) {
        let all = |list: Nodes| (list.start..list.start + list.len).map(|at| at as usize);
        let mut given: Vec<Node> = all(args).map(|at| self.lists[at]).collect();
        given.push(boxed);
        if given.iter().all(|&node| node == 0) {
            return;
        }
        let held = self.hand_over(callee, &given);
        for at in all(results) {
            self.hold_into(self.lists[at], held);
        }
        self.watch(held, Action::External(callee, held));
    }

    /// Lets what is in a variable, and what it leads to, flow to a node; and from there to what it
    /// leads to.
    fn hold(&mut self, node: Node, held: Node, above: &mut Vec<Node>) {
        let node = self.flow.find(node);
        if node == 0 || above.contains(&node) {
            return;
        }
        if self.shapes.is_leaf(self.flow.shape(node)) {
            self.assign(node, held);
            if !above.is_empty() {
                self.assign_filtered(held, node);
            }
            return;
        }
        above.push(node);
        let content = self.content_of(node);
        self.hold(content, held, above);
        let keys = self.flow.keys(&self.shapes, node);
        self.hold(keys, held, above);
        above.pop();
    }

    /// Lets what code that cannot be seen has got flow to a variable, and exchanges it with what
    /// that leads to.
    pub(super) fn hold_into(&mut self, to: Node, held: Node) {
        if to != 0 && self.shapes.is_leaf(self.flow.shape(to)) {
            self.assign_filtered(held, to);
        } else {
            self.hold(to, held, &mut Vec::new());
        }
    }

    /// A function that cannot be seen calls another with what it has got.
    pub(super) fn call_with_any(&mut self, callee: FuncIndex, held: Node) {
        let params = self.func(callee).params;
        let first = self.capture_count(callee);
        for at in first..params.len {
            self.hold_into(self.lists[(params.start + at) as usize], held);
        }
    }

    /// Whether a variable is an `unsafe.Pointer`, or leads to one right away.
    pub(super) fn is_wordy(&self, node: Node) -> bool {
        if node == 0 {
            return false;
        }
        let shape = self.flow.shape(node);
        let is_word = |shape| matches!(self.shapes.get(shape), Shape::Word);
        is_word(shape) || is_word(self.shapes.elem(shape))
    }

    /// A new node for what a call hands over as `unsafe.Pointer`s, to code whose body says nothing
    /// of them: it may store, return and copy between them.
    pub(super) fn hand_over(&mut self, callee: FuncIndex, given: &[Node]) -> Node {
        let held = self.flow.node(self.any);
        let is_word = |vta: &Self, node: Node| {
            node != 0 && matches!(vta.shapes.get(vta.flow.shape(node)), Shape::Word)
        };
        let words: Vec<Node> = given.iter().copied().filter(|&node| is_word(self, node)).collect();
        for &node in given {
            self.hold(node, held, &mut Vec::new());
        }
        let package = self.program.function(callee).id.package().path();
        if words.len() > 1 && !package.ends_with("/atomic") {
            let copied = self.flow.node(self.any);
            for node in words {
                self.assign(node, copied);
            }
            self.watch(copied, Action::Copied(copied));
        }
        held
    }

    // --- unsafe ----------------------------------------------------------------------------------

    /// The node of all pointers of a shape that were converted to `unsafe.Pointer`, or from one.
    pub(super) fn unsafe_pointer(&mut self, pointer: ShapeId) -> Node {
        if !self.shapes.is_followed(pointer) {
            return 0;
        }
        if let Some(&known) = self.unsafe_pointers.get(&pointer) {
            return known;
        }
        let node = self.flow.node(pointer);
        self.unsafe_pointers.insert(pointer, node);
        node
    }

    /// The node of a variable of a shape behind an `unsafe.Pointer`.
    fn unsafe_variable(&mut self, shape: ShapeId) -> Node {
        let ty = TypeId::pointer(self.shapes.type_of(shape));
        let pointer = self.shape(ty);
        let node = self.unsafe_pointer(pointer);
        self.content_of(node)
    }

    /// The data word of an interface, a pointer to the value or the pointer that it is, is used as
    /// a pointer to a shape. It is taken to be used for what it is only: whoever takes an interface
    /// apart looks at its type, and all types that it may hold would be one otherwise.
    pub(super) fn data_word(&mut self, ty: TypeNumber, to: ShapeId) {
        let ty = self.universe.type_of(ty);
        let shape = self.shape(ty);
        let boxed = self.boxed(shape);
        if self.program.pointee(ty).is_some() && self.shapes.elem(shape) == to {
            let pointer = self.unsafe_pointer(shape);
            self.assign(boxed, pointer);
        } else if shape == to {
            let variable = self.unsafe_variable(to);
            self.assign(boxed, variable);
            self.assign(variable, boxed);
        }
    }

    /// Memory is used as of one shape and as of another: what may be the same is united.
    pub(super) fn overlay(&mut self, a: ShapeId, b: ShapeId) {
        if a == b || !self.overlaid.insert((a.min(b), a.max(b))) {
            return;
        }
        let mut parts = Vec::new();
        for shape in [a, b] {
            let mut found = Vec::new();
            let node = self.unsafe_variable(shape);
            self.memory(shape, node, &mut found, &mut Vec::new());
            parts.push(found);
        }
        let (Some(b), Some(a)) = (parts.pop(), parts.pop()) else { return };
        // Words overlap with words of any sort, others with their like.
        let is_word = |vta: &Self, shape| matches!(vta.shapes.get(shape), Shape::Word);
        for &(a_shape, a_node) in &a {
            for &(b_shape, b_node) in &b {
                let same = match (self.shapes.get(a_shape), self.shapes.get(b_shape)) {
                    (Shape::Interface(one), Shape::Interface(other)) => {
                        self.universe.is_empty_interface(*one)
                            == self.universe.is_empty_interface(*other)
                    }
                    _ => a_shape == b_shape,
                };
                let words = is_word(self, a_shape) && self.shapes.is_leaf(b_shape)
                    || is_word(self, b_shape) && self.shapes.is_leaf(a_shape);
                if same || words {
                    self.flow.unite(a_node, b_node);
                }
            }
        }
    }

    /// The followed variables that lie in one of a shape, without those that it leads to.
    fn memory(
        &mut self,
        shape: ShapeId,
        node: Node,
        found: &mut Vec<(ShapeId, Node)>,
        above: &mut Vec<ShapeId>,
    ) {
        if above.contains(&shape) {
            return;
        }
        match self.shapes.get(shape).clone() {
            Shape::Struct { fields, .. } => {
                above.push(shape);
                for (at, field) in (0..).zip(fields) {
                    let node = self.field(shape, at);
                    self.memory(field, node, found, above);
                }
                above.pop();
            }
            Shape::Cells { elem, .. } => {
                let ty = self.shapes.type_of(shape);
                if matches!(self.program.under(ty).kind(), TypeKind::Array { .. }) {
                    above.push(shape);
                    let content = self.content_of(node);
                    self.memory(elem, content, found, above);
                    above.pop();
                } else if node != 0 {
                    found.push((shape, node));
                }
            }
            _ if node != 0 => found.push((shape, node)),
            _ => {}
        }
    }

    /// Code that cannot be seen has got a pointer to this shape, besides others in the node.
    pub(super) fn copied(&mut self, node: Node, from: ShapeId) {
        let others: Vec<Member> = self.flow.set(node).iter().map(Member::of).collect();
        for other in others {
            if let Member::Pointee(other) = other {
                self.overlay(from, other);
            }
        }
    }

    /// A conversion between types with the same fields: those of both are one.
    pub(super) fn same_fields(&mut self, a: ShapeId, b: ShapeId) {
        if a == b || !self.same.insert((a.min(b), a.max(b))) {
            return;
        }
        match (self.shapes.get(a).clone(), self.shapes.get(b).clone()) {
            (Shape::Struct { fields: of_a, .. }, Shape::Struct { fields: of_b, .. }) => {
                for (at, (&a_field, &b_field)) in (0..).zip(of_a.iter().zip(&of_b)) {
                    let (a_node, b_node) = (self.field(a, at), self.field(b, at));
                    self.flow.unite(a_node, b_node);
                    self.same_fields(a_field, b_field);
                }
            }
            (
                Shape::Cells { elem: a_elem, key: a_key },
                Shape::Cells { elem: b_elem, key: b_key },
            ) => {
                self.same_fields(a_elem, b_elem);
                self.same_fields(a_key, b_key);
            }
            _ => {}
        }
    }

    // --- callers that are not seen -----------------------------------------------------------------

    /// Functions that can be called from elsewhere get anything, and what they return may be
    /// called.
    pub(super) fn open(&mut self, roots: &Roots) {
        if roots.open.is_empty() {
            return;
        }
        self.outside.types = self.flow.node(self.any);
        let program = self.program;
        let mut packages = Vec::new();
        for &func in &roots.open {
            let id = program.function(func).id;
            if !packages.contains(&id.package()) {
                packages.push(id.package());
            }
            if let Some(receiver) = program.receiver_type(id) {
                // Types that others can make.
                let mut types = vec![receiver];
                if !matches!(receiver.unalias().kind(), TypeKind::Pointer(_)) {
                    types.push(TypeId::pointer(receiver));
                }
                for ty in types {
                    let number = self.type_number(program.normal(ty));
                    self.flow.insert(self.outside.types, Member::Type(number).number());
                }
            }
        }
        for &func in &roots.open {
            self.open_function(func, 0, func);
        }
        for package in packages {
            let Some(decls) = program.env().package(package) else { continue };
            let mut exported: Vec<_> =
                decls.vars.iter().filter(|(decl, _)| is_exported(decl.name())).collect();
            exported.sort_by_key(|(decl, _)| decl.name().as_str());
            for (&decl, var) in exported {
                let pointer = self.global(decl, TypeId::pointer(var.ty));
                let content = self.content_of(pointer);
                let shape = self.shape(var.ty);
                self.open_variable(content, shape, &mut Vec::new());
            }
        }
    }

    fn open_function(&mut self, func: FuncIndex, first: u32, root: FuncIndex) {
        let nodes = self.func(func);
        for at in first..nodes.params.len {
            let node = self.lists[(nodes.params.start + at) as usize];
            let shape = self.flow.shape(node);
            self.open_variable(node, shape, &mut Vec::new());
        }
        // Structs are filled by their types, whether a node leads to them or not.
        for ty in self.program.parameter_types(self.program.function(func).id) {
            let shape = self.shape(ty);
            if !self.shapes.is_followed(shape) {
                self.open_variable(0, shape, &mut Vec::new());
            }
        }
        for at in 0..nodes.results.len {
            let node = self.lists[(nodes.results.start + at) as usize];
            if node != 0 && self.shapes.is_leaf(self.flow.shape(node)) {
                self.watch(node, Action::Escape(root));
            }
        }
    }

    /// Lets anything that is well typed flow to a variable and those that it leads to.
    fn open_variable(&mut self, node: Node, shape: ShapeId, above: &mut Vec<ShapeId>) {
        if above.contains(&shape) {
            return;
        }
        above.push(shape);
        match self.shapes.get(shape).clone() {
            Shape::Interface(_) if node != 0 => self.assign_filtered(self.outside.types, node),
            Shape::Func => {
                let functions = self.functions_outside(shape);
                self.assign(functions, node);
            }
            Shape::Cells { elem, key } => {
                let content = self.content_of(node);
                self.open_variable(content, elem, above);
                if key != 0 {
                    let keys = if node == 0 { 0 } else { self.flow.keys(&self.shapes, node) };
                    self.open_variable(keys, key, above);
                }
            }
            Shape::Struct { fields, .. } if self.opened.insert(shape) => {
                let ty = self.shapes.type_of(shape);
                let TypeKind::Struct(declared) = self.program.under(ty).kind() else { return };
                for (at, (&field, declared)) in (0..).zip(fields.iter().zip(declared)) {
                    if declared.package.is_none() {
                        let node = self.field(shape, at);
                        self.open_variable(node, field, above);
                    }
                }
            }
            _ => {}
        }
        above.pop();
    }

    /// The functions of a type that others may have got hold of.
    pub(super) fn functions_outside(&mut self, shape: ShapeId) -> Node {
        if let Some(&known) = self.outside.functions.get(&shape) {
            return known;
        }
        let node = self.flow.node(shape);
        self.outside.functions.insert(shape, node);
        node
    }

    /// Something was returned to callers that are not seen.
    pub(super) fn escape(&mut self, watch: Watch, root: FuncIndex, member: Member) {
        let program = self.program;
        let mut called: Vec<(FuncIndex, u32)> = Vec::new();
        match member {
            Member::Func(func) => {
                called.push((func, self.capture_count(func)));
            }
            Member::Type(ty) => {
                let ty = self.universe.type_of(ty);
                let shape = self.shape(ty);
                let boxed = self.boxed(shape);
                for (method, callee) in program.methods(ty) {
                    if runtime::is_callable(&method) {
                        self.receive(callee, boxed);
                        called.push((callee, 1));
                    }
                }
            }
            Member::Pointee(_) => {}
        }
        for (callee, first) in called {
            if self.seen.insert((watch, callee)) {
                self.runtime_edge(root, callee);
                self.open_function(callee, first, root);
            }
        }
    }
}
