//! From instructions to nodes and edges.
//!
//! Most values need no node of their own: what is read from a variable is what is in it. Nodes are
//! made for parameters, results, new variables, and type assertions that narrow.

use super::flow::Node;
use super::shapes::Shape;
use super::{Action, Member, Site, Vta};
use crate::callgraph::{CallMode, CallSite, Dispatch, Edge, runtime};
use crate::program::FuncIndex;
use gossa_ssa::{Body, Callee, ConvertKind, Inst, InstId, UnsafeOp, ValueId, ValueList};
use gossa_types::{Builtin, TypeId};

/// A value whose definition has not been read yet.
const UNREAD: Node = Node::MAX;

/// The body that is read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'b> {
    func: FuncIndex,
    body: &'b Body,
    /// Unsafe conversions mean nothing here.
    is_opaque: bool,
}

impl Vta<'_, '_> {
    /// Reads a function that has become reachable.
    pub(super) fn function(&mut self, func: FuncIndex) {
        let program = self.program;
        let function = program.function(func);
        let nodes = self.func(func);
        if let Some(hidden) = runtime::hidden(function.id) {
            self.hidden(func, hidden);
        }
        let Some(body) = function.body() else { return };
        let is_opaque = runtime::is_opaque(function.id.package());
        let reading = Reading { func, body, is_opaque };
        self.values.clear();
        self.values.resize(body.values.len(), UNREAD);
        for (at, param) in (nodes.params.start..).zip(body.params(Body::ENTRY)) {
            self.values[param.index()] = self.lists[at as usize];
        }
        for block in body.block_ids() {
            for inst in body.insts_of(block) {
                self.inst(reading, inst);
            }
        }
    }

    /// The node of a value.
    fn value(&mut self, reading: Reading<'_>, value: ValueId) -> Node {
        match self.values[value.index()] {
            UNREAD => {
                // A parameter of a block, or defined further down.
                let node = self.variable(reading.body[value].ty);
                self.values[value.index()] = node;
                node
            }
            node => node,
        }
    }

    /// Says that a value is what is in a node.
    fn define(&mut self, value: ValueId, node: Node) {
        match std::mem::replace(&mut self.values[value.index()], node) {
            UNREAD | 0 => {}
            // It was used before it was read.
            before => {
                self.values[value.index()] = before;
                self.assign(node, before);
            }
        }
    }

    /// Says that a value is a new variable, or leads to new ones.
    fn fresh(&mut self, reading: Reading<'_>, value: ValueId) -> Node {
        self.value(reading, value)
    }

    fn flow_to(&mut self, reading: Reading<'_>, value: ValueId, to: Node) {
        if to != 0 {
            let from = self.value(reading, value);
            self.assign(from, to);
        }
    }

    pub(super) fn content_of(&mut self, node: Node) -> Node {
        if node == 0 { 0 } else { self.flow.content(&self.shapes, node) }
    }

    fn inst(&mut self, reading: Reading<'_>, inst: InstId) {
        let body = reading.body;
        let result = body.results_of(inst).next();
        match body[inst] {
            Inst::Const(_)
            | Inst::FieldAddr { .. }
            | Inst::Field { .. }
            | Inst::Alloc(_)
            | Inst::Load(_)
            | Inst::IndexAddr { .. }
            | Inst::Index { .. }
            | Inst::Convert { .. }
            | Inst::Narrow { .. }
            | Inst::Unsafe { .. }
            | Inst::MakeInterface(_)
            | Inst::ChangeInterface(_)
            | Inst::TypeAssert { .. }
            | Inst::Slice { .. }
            | Inst::MapLookup { .. }
            | Inst::Range(_)
            | Inst::Receive { .. } => {
                // Most results are numbers.
                let Some(result) = result else { return };
                let shape = self.shape(body[result].ty);
                if self.shapes.is_followed(shape) {
                    let node = self.result(reading, inst, result);
                    self.define(result, node);
                } else {
                    self.values[result.index()] = 0;
                }
                self.effect(reading, inst);
            }
            _ => self.statement(reading, inst),
        }
    }

    /// The node of the result of an instruction that computes one, if it is followed.
    fn result(&mut self, reading: Reading<'_>, inst: InstId, result: ValueId) -> Node {
        let body = reading.body;
        match body[inst] {
            Inst::Load(x) => {
                let ptr = self.value(reading, x);
                self.content_of(ptr)
            }
            Inst::FieldAddr { ptr, field } => {
                let holder = self.shape(body[ptr].ty);
                let holder = self.shapes.elem(holder);
                let pointer = self.shape(body[result].ty);
                self.field_pointer(holder, field, pointer)
            }
            Inst::Field { base, field } => {
                let holder = self.shape(body[base].ty);
                self.field(holder, field)
            }
            Inst::IndexAddr { base, .. } => {
                let node = self.value(reading, base);
                // The elements of a slice are what it leads to; an array is led to by its pointer.
                if self.program.pointee(body[base].ty).is_some() {
                    self.content_of(node)
                } else {
                    node
                }
            }
            Inst::Index { base, .. } => {
                let node = self.value(reading, base);
                self.content_of(node)
            }
            Inst::Slice { x, .. } => {
                let node = self.value(reading, x);
                if self.program.pointee(body[x].ty).is_some() {
                    self.content_of(node)
                } else {
                    node
                }
            }
            Inst::MapLookup { map, .. } => {
                let node = self.value(reading, map);
                self.content_of(node)
            }
            Inst::Receive { chan, .. } => {
                let node = self.value(reading, chan);
                self.content_of(node)
            }
            Inst::Narrow { x, .. } | Inst::Range(x) | Inst::ChangeInterface(x) => {
                self.value(reading, x)
            }
            Inst::Convert { kind, x } => self.conversion(reading, kind, x, result),
            Inst::Unsafe { op, x, .. } => match op {
                UnsafeOp::Add | UnsafeOp::Slice | UnsafeOp::SliceData => self.value(reading, x),
                UnsafeOp::String | UnsafeOp::StringData => 0,
            },
            Inst::MakeInterface(x) => {
                let ty = self.program.normal(body[x].ty);
                let number = self.type_number(ty);
                self.single(Member::Type(number))
            }
            Inst::TypeAssert { x, ty, .. } => self.type_assertion(reading, x, ty, result),
            _ => self.fresh(reading, result),
        }
    }

    /// What such instructions do besides computing a result.
    fn effect(&mut self, reading: Reading<'_>, inst: InstId) {
        let body = reading.body;
        match body[inst] {
            Inst::MakeInterface(x) => {
                let shape = self.shape(body[x].ty);
                let boxed = self.boxed(shape);
                self.flow_to(reading, x, boxed);
            }
            // Structs are not followed, but their fields may get other names.
            Inst::Convert { kind: ConvertKind::ChangeType, x } => {
                let Some(result) = body.result(inst) else { return };
                let (from, to) = (self.shape(body[x].ty), self.shape(body[result].ty));
                self.same_fields(from, to);
            }
            Inst::Convert { kind: ConvertKind::UnsafeToUintptr, x } if !reading.is_opaque => {
                let integers = self.integers;
                self.flow_to(reading, x, integers);
            }
            Inst::Convert { kind: ConvertKind::UnsafeToPointer, x } if !reading.is_opaque => {
                let Some(result) = body.result(inst) else { return };
                let pointer = self.shape(body[result].ty);
                let pointee = self.shapes.elem(pointer);
                if pointee != 0 {
                    let node = self.value(reading, x);
                    self.watch(node, Action::Pointer(pointee));
                }
            }
            _ => {}
        }
    }

    fn conversion(
        &mut self,
        reading: Reading<'_>,
        kind: ConvertKind,
        x: ValueId,
        result: ValueId,
    ) -> Node {
        let body = reading.body;
        match kind {
            ConvertKind::ChangeType | ConvertKind::SliceToArray => self.value(reading, x),
            ConvertKind::SliceToArrayPointer => {
                let slice = self.value(reading, x);
                let node = self.fresh(reading, result);
                if slice != 0 && node != 0 {
                    self.flow.set_content(node, slice);
                }
                node
            }
            _ if reading.is_opaque => self.fresh(reading, result),
            ConvertKind::PointerToUnsafe => {
                let pointer = self.shape(body[x].ty);
                let pointee = self.shapes.elem(pointer);
                let node = self.unsafe_pointer(pointer);
                self.flow_to(reading, x, node);
                if pointee == 0 { 0 } else { self.single(Member::Pointee(pointee)) }
            }
            ConvertKind::UnsafeToPointer => {
                let pointer = self.shape(body[result].ty);
                self.unsafe_pointer(pointer)
            }
            ConvertKind::UintptrToUnsafe => self.integers,
            _ => self.fresh(reading, result),
        }
    }

    fn type_assertion(
        &mut self,
        reading: Reading<'_>,
        x: ValueId,
        ty: TypeId,
        result: ValueId,
    ) -> Node {
        let shape = self.shape(ty);
        if !matches!(self.shapes.get(shape), Shape::Interface(_)) {
            let boxed = self.boxed(shape);
            if !matches!(self.shapes.get(shape), Shape::Func) {
                return boxed;
            }
            let node = self.fresh(reading, result);
            self.assign(boxed, node);
            let values = self.method_values(shape);
            self.assign(values, node);
            return node;
        }
        let from = self.value(reading, x);
        if self.shapes.is_empty_interface(shape, &self.universe) {
            return from;
        }
        let node = self.fresh(reading, result);
        self.assign_filtered(from, node);
        node
    }

    fn statement(&mut self, reading: Reading<'_>, inst: InstId) {
        let body = reading.body;
        let results = body.results_of(inst);
        match body[inst] {
            Inst::Zero | Inst::MakeSlice { .. } | Inst::MakeMap(_) | Inst::MakeChan(_) => {
                // A nil slice can be appended to.
                results.for_each(|result| {
                    self.fresh(reading, result);
                });
            }
            Inst::Func(func) => {
                let func = self.program.index_of(func);
                self.define_all(inst, reading, Member::Func(func));
            }
            Inst::MethodExpr(method) => {
                let func = self.program.method_expression(&body[method]);
                self.define_all(inst, reading, Member::Func(func));
            }
            Inst::MethodValue { method, x } => {
                let func = self.program.bound_method(&body[method]);
                self.capture(reading, func, &[x]);
                self.define_all(inst, reading, Member::Func(func));
            }
            Inst::Closure { func, captures } => {
                let func = self.program.index_of(func);
                self.capture(reading, func, &body[captures]);
                self.define_all(inst, reading, Member::Func(func));
            }
            Inst::Global(decl) => {
                let Some(result) = body.result(inst) else { return };
                let node = self.global(decl, body[result].ty);
                self.define(result, node);
            }
            Inst::Table(table) => {
                let Some(result) = body.result(inst) else { return };
                let node = self.fresh(reading, result);
                let types = body[table].dynamic_types();
                if !types.is_empty() {
                    let types = types.iter().map(|&ty| self.program.normal(ty));
                    let types: Vec<u32> =
                        types.map(|ty| self.universe.add(self.program, ty).0).collect();
                    let shape = self.shape(body[result].ty);
                    self.fill(node, shape, &types, &mut Vec::new());
                }
            }
            Inst::Store { ptr, value } => {
                let ptr = self.value(reading, ptr);
                let to = self.content_of(ptr);
                self.flow_to(reading, value, to);
            }
            Inst::Struct(values) => {
                let Some(result) = body.result(inst) else { return };
                let shape = self.shape(body[result].ty);
                for (field, &value) in (0..).zip(&body[values]) {
                    let to = self.field(shape, field);
                    self.flow_to(reading, value, to);
                }
            }
            Inst::WithField { base, field, value } => {
                let shape = self.shape(body[base].ty);
                let to = self.field(shape, field);
                self.flow_to(reading, value, to);
            }
            Inst::Array(values) => {
                let Some(result) = body.result(inst) else { return };
                let node = self.fresh(reading, result);
                let to = self.content_of(node);
                for &value in &body[values] {
                    self.flow_to(reading, value, to);
                }
            }
            Inst::WithIndex { base, value, .. } => {
                let Some(result) = body.result(inst) else { return };
                let node = self.value(reading, base);
                self.define(result, node);
                let to = self.content_of(node);
                self.flow_to(reading, value, to);
            }
            Inst::MapUpdate { map, key, value } => {
                let map = self.value(reading, map);
                let to = self.content_of(map);
                self.flow_to(reading, value, to);
                let to = if map == 0 { 0 } else { self.flow.keys(&self.shapes, map) };
                self.flow_to(reading, key, to);
            }
            Inst::Next(iterator) => {
                let node = self.value(reading, iterator);
                if node != 0 {
                    let mut results = results.skip(1);
                    let keys = self.flow.keys(&self.shapes, node);
                    let content = self.content_of(node);
                    for (result, node) in results.by_ref().zip([keys, content]) {
                        self.define(result, node);
                    }
                }
            }
            Inst::Builtin { op, args } => self.builtin(reading, inst, op, args),
            Inst::Send { chan, value } => {
                let chan = self.value(reading, chan);
                let to = self.content_of(chan);
                self.flow_to(reading, value, to);
            }
            Inst::Select(select) => {
                for arm in &body[select].arms {
                    let chan = self.value(reading, arm.chan);
                    let content = self.content_of(chan);
                    match arm.value {
                        Some(value) => self.flow_to(reading, value, content),
                        None => {
                            if let Some(param) = body.params(arm.block).next() {
                                let to = self.value(reading, param);
                                self.assign(content, to);
                            }
                        }
                    }
                }
            }
            Inst::Jump(target) => {
                for (param, &arg) in body.params(target.block).zip(&body[target.args]) {
                    let to = self.value(reading, param);
                    self.flow_to(reading, arg, to);
                }
            }
            Inst::Return(values) => {
                let found = self.func(reading.func).results;
                for (at, &value) in (0..found.len).zip(&body[values]) {
                    let to = self.lists[(found.start + at) as usize];
                    self.flow_to(reading, value, to);
                }
            }
            Inst::Panic(value) => {
                let panics = self.panics;
                self.flow_to(reading, value, panics);
            }
            Inst::Recover => {
                let panics = self.panics;
                results.for_each(|result| self.define(result, panics));
            }
            Inst::Call(call) => {
                self.call_site(reading, CallSite { inst, call, mode: CallMode::Call });
            }
            Inst::Go(call) => self.call_site(reading, CallSite { inst, call, mode: CallMode::Go }),
            Inst::Defer { call, .. } => {
                self.call_site(reading, CallSite { inst, call, mode: CallMode::Defer });
            }
            // Numbers, and what leads nowhere.
            _ => {}
        }
    }

    fn define_all(&mut self, inst: InstId, reading: Reading<'_>, member: Member) {
        let node = self.single(member);
        if self.outside.types != 0
            && let Some(result) = reading.body.result(inst)
        {
            let shape = self.shape(reading.body[result].ty);
            let functions = self.functions_outside(shape);
            self.flow.insert(functions, member.number());
        }
        reading.body.results_of(inst).for_each(|result| self.define(result, node));
    }

    /// Lets captured variables flow to the first parameters of a closure.
    fn capture(&mut self, reading: Reading<'_>, func: FuncIndex, captures: &[ValueId]) {
        let params = self.func(func).params;
        for (at, &value) in (0..params.len).zip(captures) {
            let to = self.lists[(params.start + at) as usize];
            self.flow_to(reading, value, to);
        }
    }

    /// The node of the pointer to a package-level variable.
    pub(super) fn global(&mut self, decl: gossa_types::DeclId, pointer: TypeId) -> Node {
        let shape = self.shape(pointer);
        if !self.shapes.is_followed(shape) {
            return 0;
        }
        let decl = self.program.env().linked_variable(decl).unwrap_or(decl);
        if let Some(&known) = self.globals.get(&decl) {
            return known;
        }
        let node = self.flow.node(shape);
        self.globals.insert(decl, node);
        node
    }

    fn builtin(&mut self, reading: Reading<'_>, inst: InstId, op: Builtin, args: ValueList) {
        let body = reading.body;
        let args = &body[args];
        let (to, from) = match (op, args) {
            (Builtin::Append | Builtin::Copy, &[to, from, ..]) => (to, from),
            (Builtin::Append, &[to]) => {
                let node = self.value(reading, to);
                body.results_of(inst).for_each(|result| self.define(result, node));
                return;
            }
            _ => return,
        };
        let to = self.value(reading, to);
        if op == Builtin::Append {
            body.results_of(inst).for_each(|result| self.define(result, to));
        }
        let from = self.value(reading, from);
        if to != 0 && from != 0 {
            let (to, from) = (self.content_of(to), self.content_of(from));
            self.assign(from, to);
        }
    }

    fn call_site(&mut self, reading: Reading<'_>, site: CallSite) {
        let body = reading.body;
        let CallSite { inst, call, mode } = site;
        let data = &body[call];
        let caller = reading.func;
        let args = |vta: &mut Self| {
            let args: Vec<Node> =
                body[data.args].iter().map(|&arg| vta.value(reading, arg)).collect();
            vta.list(args)
        };
        let results = |vta: &mut Self| {
            let results: Vec<Node> =
                body.results_of(inst).map(|result| vta.value(reading, result)).collect();
            vta.list(results)
        };
        let (node, method) = match data.callee {
            Callee::Static(func) => {
                let callee = self.program.index_of(func);
                let dispatch = Dispatch::Static;
                self.edges.push(Edge { caller, site: inst, callee, dispatch, mode });
                self.reached.add(callee);
                if self.program.function(callee).is_external() {
                    let (args, results) = (args(self), results(self));
                    self.external_call(callee, args, results, 0);
                    return;
                }
                self.static_call(reading, callee, inst, &body[data.args]);
                return;
            }
            Callee::Builtin(Builtin::Panic) => {
                let panics = self.panics;
                body[data.args].iter().for_each(|&arg| self.flow_to(reading, arg, panics));
                return;
            }
            Callee::Builtin(_) => return,
            Callee::Value(value) => (self.value(reading, value), None),
            Callee::Interface { receiver, method } => {
                let ty = self.program.normal(self.program.under(body[receiver].ty));
                let interface = self.universe.interface(self.program, ty);
                let method = self.program.method_name(&body[method]);
                (self.value(reading, receiver), Some((interface, method)))
            }
        };
        let (args, results) = (args(self), results(self));
        let number = self.sites.len() as u32;
        self.sites.push(Site { caller, inst, mode, method, args, results });
        self.watch(node, Action::Call(number));
        if let Some(initial) = self.initial {
            let dispatch = if method.is_some() { Dispatch::Interface } else { Dispatch::Value };
            for callee in initial.callees(caller, inst) {
                let boxed = self.receiver_of(callee, dispatch);
                self.connect(callee, args, results, boxed, dispatch);
            }
        }
    }

    /// Lets arguments and results of a call flow to and from a function with a body.
    fn static_call(
        &mut self,
        reading: Reading<'_>,
        callee: FuncIndex,
        inst: InstId,
        args: &[ValueId],
    ) {
        let nodes = self.func(callee);
        // A body that does not follow unsafe pointers would mix up those of all calls.
        let hides =
            !reading.is_opaque && runtime::is_opaque(self.program.function(callee).id.package());
        let mut hidden = Vec::new();
        for (at, &arg) in (0..nodes.params.len).zip(args) {
            let to = self.lists[(nodes.params.start + at) as usize];
            if hides && self.is_wordy(to) {
                hidden.push(self.value(reading, arg));
            } else {
                self.flow_to(reading, arg, to);
            }
        }
        let held = if hidden.is_empty() { 0 } else { self.hand_over(callee, &hidden) };
        for (at, result) in (0..nodes.results.len).zip(reading.body.results_of(inst)) {
            let from = self.lists[(nodes.results.start + at) as usize];
            if held != 0 && self.is_wordy(from) {
                let to = self.value(reading, result);
                self.hold_into(to, held);
            } else {
                self.define(result, from);
            }
        }
    }

    /// What a method's receiver may be when it is called through an interface.
    fn receiver_of(&mut self, callee: FuncIndex, dispatch: Dispatch) -> Node {
        let body = self.program.body(callee);
        let receiver = body.and_then(|body| Some(body[body.params(Body::ENTRY).next()?].ty));
        match receiver {
            Some(ty) if dispatch == Dispatch::Interface => {
                let shape = self.shape(ty);
                self.boxed(shape)
            }
            _ => 0,
        }
    }

    /// Puts dynamic types into all variables of interface types that a value of a shape has in it.
    fn fill(&mut self, node: Node, holder: u32, types: &[u32], inside: &mut Vec<u32>) {
        let shape = holder;
        if inside.contains(&shape) {
            return;
        }
        match self.shapes.get(shape).clone() {
            Shape::Interface(interface) => {
                for &ty in types {
                    if self.universe.implements(ty, interface) {
                        self.flow.insert(node, ty);
                    }
                }
            }
            Shape::Cells { elem, key } => {
                inside.push(shape);
                let content = self.content_of(node);
                self.fill(content, elem, types, inside);
                if key != 0 {
                    let keys = if node == 0 { 0 } else { self.flow.keys(&self.shapes, node) };
                    self.fill(keys, key, types, inside);
                }
                inside.pop();
            }
            Shape::Struct { fields, .. } => {
                inside.push(shape);
                for (field, shape) in (0..).zip(fields) {
                    let node = self.field(holder, field);
                    self.fill(node, shape, types, inside);
                }
                inside.pop();
            }
            _ => {}
        }
    }
}
