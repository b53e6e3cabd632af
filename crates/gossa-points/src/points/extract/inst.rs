//! What each instruction contributes.

use super::{Extractor, Leaves, Repr};
use crate::callgraph::CallMode;
use crate::points::facts::{
    CallFact, CallTarget, CellRef, Extern, Filter, NodeRef, ObjectKind, Rule,
};
use crate::points::layout::{backing_array, chan_object, map_object};
use gossa_base::ListRange;
use gossa_ssa::{
    AllocKind, BinaryOp, CallId, Callee, ConvertKind, Fact, Inst, InstId, UnsafeOp, ValueDef,
    ValueId,
};
use gossa_types::{BasicKind, Builtin, TypeId, TypeKind};

impl Extractor<'_, '_, '_> {
    pub(super) fn inst(&mut self, inst: InstId) {
        let body = self.body;
        let result = body.result(inst);
        // Most instructions compute something without pointers.
        let result = result.filter(|&result| self.leaf_count(self.ty(result)) > 0);
        match body[inst] {
            Inst::Store { ptr, value } => {
                let ty = self.ty(value);
                if self.leaf_count(ty) > 0 {
                    let list = self.leaves(value);
                    let address = self.part(ptr, 0, ty);
                    self.store(address, ty, &list);
                }
            }
            Inst::MapUpdate { map, key, value } => self.map_update(map, key, value),
            Inst::Send { chan, value } => self.send(chan, value),
            Inst::Call(call) => self.call(inst, call, CallMode::Call),
            Inst::Go(call) => self.call(inst, call, CallMode::Go),
            Inst::Defer { call, .. } => self.call(inst, call, CallMode::Defer),
            Inst::Builtin { op, args } => {
                let args: Vec<ValueId> = body[args].to_vec();
                self.builtin(inst, op, &args);
            }
            Inst::Next(x) => self.next(inst, x),
            Inst::TypeAssert { x, ty, .. } => {
                let first = body.results_of(inst).next();
                if let Some(result) = first.filter(|_| self.leaf_count(ty) > 0) {
                    self.type_assert(result, x, ty);
                }
            }
            Inst::MapLookup { map, .. } => {
                let Some(result) = body.results_of(inst).next() else { return };
                let ty = self.ty(result);
                if self.leaf_count(ty) > 0 {
                    let address = self.map_value(map);
                    let list = self.load(address, ty);
                    self.define(result, &list);
                }
            }
            Inst::Receive { chan, .. } => {
                let Some(result) = body.results_of(inst).next() else { return };
                self.receive(chan, result);
            }
            Inst::Hole => {
                for result in body.results_of(inst) {
                    let list = self.fresh_leaves(self.ty(result));
                    self.define(result, &list);
                }
            }
            Inst::Jump(target) => {
                let args: Vec<ValueId> = body[target.args].to_vec();
                for (param, arg) in body.params(target.block).zip(args) {
                    let aliased = self.aliases[param.index()].is_some();
                    if !aliased && self.leaf_count(self.ty(param)) > 0 {
                        self.assign(param, arg);
                    }
                }
            }
            Inst::Return(values) => {
                let values: Vec<ValueId> = body[values].to_vec();
                let params = body.params(gossa_ssa::Body::ENTRY);
                let mut at: u32 = params.map(|param| self.leaf_count(self.ty(param)) as u32).sum();
                for value in values {
                    let count = self.leaf_count(self.ty(value)) as u32;
                    if count > 0 {
                        let list = self.leaves(value);
                        for (index, from) in list.into_iter().enumerate() {
                            self.copy(from, NodeRef::variable(at + index as u32));
                        }
                    }
                    at += count;
                }
            }
            Inst::Panic(x) => self.panic(x),
            Inst::Select(select) => {
                for arm in &body[select].arms {
                    match arm.value {
                        Some(value) => self.send(arm.chan, value),
                        None => {
                            if let Some(param) = body.params(arm.block).next() {
                                self.receive(arm.chan, param);
                            }
                        }
                    }
                }
            }
            ref other => {
                if let Some(result) = result {
                    self.value(inst, other, result);
                }
            }
        }
    }

    /// An assignment to a block's parameter.
    fn assign(&mut self, param: ValueId, arg: ValueId) {
        let from = self.leaves(arg);
        let to = self.leaves(param);
        for (&from, &to) in from.iter().zip(&to) {
            self.copy(from, to);
        }
    }

    /// An instruction with one result that has leaves, and no other effect.
    fn value(&mut self, inst: InstId, what: &Inst, result: ValueId) {
        let body = self.body;
        let ty = self.ty(result);
        let program = self.layouts.program();
        match *what {
            Inst::Zero | Inst::Const(_) => self.define_nil(result),
            Inst::Func(func) => self.define_func(result, program.index_of(func)),
            Inst::MethodExpr(method) => {
                self.define_func(result, program.method_expression(&body[method]));
            }
            Inst::Global(decl) => {
                let decl = program.env().linked_variable(decl).unwrap_or(decl);
                let node = self.external(Extern::Global(decl, 0));
                self.define_known(result, node);
            }
            Inst::Table(table) => {
                let list = self.table(inst, table);
                self.define(result, &list);
            }
            Inst::Alloc(kind) => {
                let kind = match kind {
                    AllocKind::Variable => ObjectKind::Variable,
                    AllocKind::New => ObjectKind::New,
                    AllocKind::Temporary => ObjectKind::Temporary,
                };
                let elem = program.pointee(ty).unwrap_or(TypeId::INVALID);
                let first = self.object(elem, inst, kind);
                self.define_known(result, NodeRef::cell(first));
            }
            Inst::Load(ptr) => {
                let address = self.part(ptr, 0, ty);
                let list = self.load(address, ty);
                self.define(result, &list);
            }
            Inst::FieldAddr { ptr, field } => {
                let base = program.pointee(self.ty(ptr)).unwrap_or(TypeId::INVALID);
                let starts = self.layouts.field_cells(base);
                let delta = starts.get(field as usize).copied().unwrap_or(0);
                let address = self.part(ptr, delta, base);
                self.define_repr(result, address);
            }
            Inst::IndexAddr { base, .. } => {
                let (delta, ty) = self.element(self.ty(base));
                let address = self.part(base, delta, ty);
                self.define_repr(result, address);
            }
            Inst::Slice { x, .. } => match program.under(self.ty(x)).kind() {
                TypeKind::Pointer(array) => {
                    let array = *array;
                    let address = self.part(x, 1, array);
                    self.define_repr(result, address);
                }
                _ => self.define_same(result, x),
            },
            Inst::Field { base, field } => {
                let list = self.leaves(base);
                let holder = self.ty(base);
                let starts = self.layouts.field_cells(holder);
                let start = starts.get(field as usize).copied().unwrap_or(0);
                let range = self.layouts.layout(holder).leaves_of(start);
                let part: Leaves = list.get(range).unwrap_or_default().into();
                self.define(result, &part);
            }
            Inst::Index { base, .. } => self.define_same(result, base),
            Inst::Struct(values) => {
                let values: Vec<ValueId> = body[values].to_vec();
                let mut all = Leaves::new();
                for value in values {
                    if self.leaf_count(self.ty(value)) > 0 {
                        all.extend(self.leaves(value));
                    }
                }
                self.define(result, &all);
            }
            Inst::Array(values) => {
                let values: Vec<ValueId> = body[values].to_vec();
                let lists: Vec<Leaves> = values.iter().map(|&value| self.leaves(value)).collect();
                let list = self.joined(&lists, self.leaf_count(ty));
                self.define(result, &list);
            }
            Inst::WithField { base, field, value } => {
                let mut list = self.leaves(base);
                let starts = self.layouts.field_cells(ty);
                let start = starts.get(field as usize).copied().unwrap_or(0);
                let range = self.layouts.layout(ty).leaves_of(start);
                if !range.is_empty() {
                    let new = self.leaves(value);
                    if let Some(part) = list.get_mut(range).filter(|part| part.len() == new.len()) {
                        part.copy_from_slice(&new);
                    }
                }
                self.define(result, &list);
            }
            Inst::WithIndex { base, value, .. } => {
                let lists = [self.leaves(base), self.leaves(value)];
                let list = self.joined(&lists, self.leaf_count(ty));
                self.define(result, &list);
            }
            Inst::Binary { op, x, y } => self.arithmetic(result, op, x, y),
            Inst::Unary { .. } if self.is_opaque() => self.define_nil(result),
            Inst::Unary { x, .. } => {
                let list = self.anywhere(&[x]);
                self.define(result, &list);
            }
            Inst::Convert { kind, x } => self.convert(inst, result, kind, x),
            Inst::Narrow { fact, x } => match fact {
                Fact::Nil | Fact::NotOk => self.define_nil(result),
                Fact::NotNil | Fact::Ok => self.define_same(result, x),
            },
            Inst::Unsafe { op, x, y } => self.unsafe_op(result, op, x, y),
            Inst::MakeInterface(x) => self.make_interface(inst, result, x),
            Inst::ChangeInterface(x) => self.define_same(result, x),
            Inst::Range(x) => self.define_same(result, x),
            Inst::Closure { func, captures } => {
                let index = program.index_of(func);
                let captures: Vec<ValueId> = body[captures].to_vec();
                self.bind(index, &captures);
                self.define_func(result, index);
            }
            Inst::MethodValue { method, x } => {
                let index = program.bound_method(&body[method]);
                self.bind(index, &[x]);
                self.define_func(result, index);
            }
            Inst::Recover => {
                let node = self.external(Extern::Panic);
                self.define(result, &[node]);
            }
            Inst::MakeSlice { .. } => {
                let TypeKind::Slice(elem) = *program.under(ty).kind() else { return };
                let first = self.object(backing_array(elem), inst, ObjectKind::Make);
                self.define_known(result, NodeRef::cell(first + 1));
            }
            Inst::MakeMap(_) => {
                let first = self.object(map_object(program, ty), inst, ObjectKind::Make);
                self.define_known(result, NodeRef::cell(first));
            }
            Inst::MakeChan(_) => {
                let first = self.object(chan_object(program, ty), inst, ObjectKind::Make);
                self.define_known(result, NodeRef::cell(first));
            }
            _ => self.define_nil(result),
        }
    }

    fn define_nil(&mut self, result: ValueId) {
        let count = self.leaf_count(self.ty(result));
        let list: Leaves = (0..count).map(|_| NodeRef::NIL).collect();
        self.define(result, &list);
    }

    fn define_known(&mut self, result: ValueId, node: NodeRef) {
        self.define_repr(result, Repr::Known(CellRef { node, boxed: false }, None));
    }

    fn define_func(&mut self, result: ValueId, func: crate::program::FuncIndex) {
        let node = self.external(Extern::Func(func));
        self.define_known(result, node);
    }

    /// The same value as another, of the same leaves.
    fn define_same(&mut self, result: ValueId, x: ValueId) {
        match self.repr(x) {
            Repr::Unset | Repr::Leaves(_) => {
                let list = self.leaves(x);
                self.define(result, &list);
            }
            repr => self.define_repr(result, repr),
        }
    }

    /// Whether the element of what is indexed is its own cell, and of which type: of a slice the
    /// cell pointed to, of an array the one behind.
    fn element(&self, ty: TypeId) -> (u32, TypeId) {
        let program = self.layouts.program();
        match program.under(ty).kind() {
            TypeKind::Slice(elem) => (0, *elem),
            TypeKind::Pointer(array) => (1, *array),
            _ => (0, TypeId::INVALID),
        }
    }

    /// Captures flow to the parameters of the closure's body.
    fn bind(&mut self, func: crate::program::FuncIndex, captures: &[ValueId]) {
        let mut at = 0;
        for &capture in captures {
            if self.leaf_count(self.ty(capture)) == 0 {
                continue;
            }
            for from in self.leaves(capture) {
                let to = self.external(Extern::Param(func, at));
                self.copy(from, to);
                at += 1;
            }
        }
    }

    pub(super) fn panic(&mut self, x: ValueId) {
        let from = self.leaf(x);
        let to = self.external(Extern::Panic);
        self.copy(from, to);
    }

    /// Whether the function belongs to those whose unsafe conversions are not followed: models say
    /// what they come to.
    fn is_opaque(&self) -> bool {
        crate::callgraph::is_opaque(self.body.func.package())
    }

    // --- Arithmetic on addresses ----------------------------------------------------------------

    fn constant(&self, value: ValueId) -> Option<i64> {
        let ValueDef::Result(inst) = self.defs[value.index()] else { return None };
        match self.body[inst] {
            Inst::Const(id) => self.body[id].as_i64(),
            Inst::Convert { kind: ConvertKind::Numeric | ConvertKind::ChangeType, x } => {
                self.constant(x)
            }
            _ => None,
        }
    }

    /// Anywhere in the objects that some integers point into.
    fn anywhere(&mut self, operands: &[ValueId]) -> Leaves {
        let mut lists = Vec::new();
        for &operand in operands {
            if self.constant(operand).is_none() && self.leaf_count(self.ty(operand)) == 1 {
                let node = self.leaf(operand);
                lists.push([self.filtered(node, Filter::Anywhere)].into_iter().collect());
            }
        }
        self.joined(&lists, 1)
    }

    fn moved(&mut self, x: ValueId, bytes: Option<i64>) -> Leaves {
        let node = self.leaf(x);
        let filter = match bytes.map(i32::try_from) {
            Some(Ok(0)) => return [node].into_iter().collect(),
            Some(Ok(bytes)) => Filter::Bytes(bytes),
            _ => Filter::Anywhere,
        };
        [self.filtered(node, filter)].into_iter().collect()
    }

    fn arithmetic(&mut self, result: ValueId, op: BinaryOp, x: ValueId, y: ValueId) {
        let list = match (op, self.constant(x), self.constant(y)) {
            _ if self.is_opaque() => [NodeRef::NIL].into_iter().collect(),
            (BinaryOp::Add, None, Some(bytes)) => self.moved(x, Some(bytes)),
            (BinaryOp::Add, Some(bytes), None) => self.moved(y, Some(bytes)),
            (BinaryOp::Sub, None, Some(bytes)) => self.moved(x, bytes.checked_neg()),
            (BinaryOp::Xor | BinaryOp::Or, None, Some(0)) => self.moved(x, Some(0)),
            (
                BinaryOp::Add
                | BinaryOp::Sub
                | BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::Xor
                | BinaryOp::AndNot,
                ..,
            ) => self.anywhere(&[x, y]),
            _ => [NodeRef::NIL].into_iter().collect(),
        };
        self.define(result, &list);
    }

    fn unsafe_op(&mut self, result: ValueId, op: UnsafeOp, x: ValueId, y: Option<ValueId>) {
        match op {
            UnsafeOp::Add => {
                let bytes = y.and_then(|y| self.constant(y));
                let list = self.moved(x, bytes);
                self.define(result, &list);
            }
            UnsafeOp::Slice | UnsafeOp::SliceData => self.define_same(result, x),
            UnsafeOp::StringData => {
                let node = self.external(Extern::Strings);
                // Those that no `unsafe` made are one for all, as their bytes never change.
                let bytes = self.external(Extern::Plain(TypeId::basic(BasicKind::Uint8)));
                self.member(node, CellRef { node: bytes, boxed: false });
                self.define(result, &[node]);
            }
            UnsafeOp::String => {
                let (from, to) = (self.leaf(x), self.external(Extern::ToStrings));
                self.copy(from, to);
                self.define_nil(result);
            }
        }
    }

    fn convert(&mut self, inst: InstId, result: ValueId, kind: ConvertKind, x: ValueId) {
        let program = self.layouts.program();
        let ty = self.ty(result);
        match kind {
            ConvertKind::UnsafeToUintptr if self.is_opaque() => self.define_nil(result),
            ConvertKind::ChangeType
            | ConvertKind::PointerToUnsafe
            | ConvertKind::UnsafeToUintptr
            | ConvertKind::UintptrToUnsafe => self.define_same(result, x),
            ConvertKind::Numeric if self.leaf_count(self.ty(x)) == 1 => {
                self.define_same(result, x);
            }
            ConvertKind::UnsafeToPointer if self.is_opaque() => {
                let elem = program.normal(program.pointee(ty).unwrap_or(TypeId::INVALID));
                let node = self.external(Extern::Opaque(elem));
                self.define_known(result, node);
            }
            ConvertKind::UnsafeToPointer => {
                let elem = program.normal(program.pointee(ty).unwrap_or(TypeId::INVALID));
                let node = self.leaf(x);
                let list: Leaves =
                    [self.filtered(node, Filter::Retype(elem))].into_iter().collect();
                if program.under(elem).as_basic() == Some(BasicKind::String) {
                    let dst = self.external(Extern::ToStrings);
                    self.rule(node, Rule::Load { dst, delta: 0, base: elem });
                }
                self.define(result, &list);
            }
            ConvertKind::SliceToArrayPointer => {
                let node = self.leaf(x);
                let list: Leaves = [self.filtered(node, Filter::ArrayAround)].into_iter().collect();
                self.define(result, &list);
            }
            ConvertKind::SliceToArray => {
                let (delta, elem) = self.element(self.ty(x));
                let address = self.part(x, delta, elem);
                let list = self.load(address, elem);
                self.define(result, &list);
            }
            ConvertKind::StringToBytes | ConvertKind::StringToRunes => {
                let TypeKind::Slice(elem) = *program.under(ty).kind() else { return };
                let first = self.object(backing_array(elem), inst, ObjectKind::Conversion);
                self.define_known(result, NodeRef::cell(first + 1));
            }
            _ => self.define_nil(result),
        }
    }

    // --- Interfaces -----------------------------------------------------------------------------

    fn make_interface(&mut self, inst: InstId, result: ValueId, x: ValueId) {
        let program = self.layouts.program();
        let ty = program.normal(self.ty(x));
        if self.leaf_count(ty) == 0 {
            let node = self.external(Extern::Plain(ty));
            self.define_repr(result, Repr::Known(CellRef { node, boxed: true }, None));
            return;
        }
        let leaves = self.leaves(x);
        let nodes = self.boxed(inst, ty, &leaves);
        let list = self.joined(&[nodes], 1);
        self.define(result, &list);
    }

    /// A value of a concrete type as an interface value.
    pub(super) fn boxed(&mut self, inst: InstId, ty: TypeId, leaves: &[NodeRef]) -> Leaves {
        let program = self.layouts.program();
        let ty = program.normal(ty);
        let to = self.variable();
        let cell = match ty.kind() {
            TypeKind::Pointer(elem) => {
                let elem = program.normal(*elem);
                // Whatever it points to, it is a pointer of this type.
                let node = self.external(Extern::NilOf(elem));
                if !leaves[0].is_nil() {
                    let filter = Filter::BoxPointers(elem);
                    self.rule(leaves[0], Rule::Apply { dst: to, filter });
                }
                CellRef { node, boxed: false }
            }
            _ if leaves.is_empty() => {
                CellRef { node: self.external(Extern::Plain(ty)), boxed: true }
            }
            _ => {
                let first = self.object(ty, inst, ObjectKind::Interface);
                let node = NodeRef::cell(first);
                let address = Repr::Known(CellRef { node, boxed: false }, None);
                self.store(address, ty, leaves);
                CellRef { node, boxed: true }
            }
        };
        self.member(to, cell);
        [to].into_iter().collect()
    }

    fn type_assert(&mut self, result: ValueId, x: ValueId, ty: TypeId) {
        let program = self.layouts.program();
        let ty = program.normal(ty);
        let node = self.leaf(x);
        if program.is_interface(ty) {
            let all = gossa_types::underlying::type_set(program.resolver(), ty).methods.is_empty();
            if all {
                return self.define_same(result, x);
            }
            let filter = Filter::Implements(ty);
            let list: Leaves = [self.filtered(node, filter)].into_iter().collect();
            return self.define(result, &list);
        }
        if node.is_nil() {
            return self.define_nil(result);
        }
        let list = match ty.kind() {
            TypeKind::Pointer(elem) => {
                let filter = Filter::PointersTo(program.normal(*elem));
                let dst = self.filtered(node, filter);
                self.rule(node, Rule::Unbox { dst, delta: 0, ty });
                [dst].into_iter().collect()
            }
            _ => {
                let layout = self.layouts.of(ty);
                let count = self.layouts.get(layout).leaves.len();
                (0..count)
                    .map(|at| {
                        let delta = self.layouts.get(layout).leaves[at];
                        let dst = self.variable();
                        self.rule(node, Rule::Unbox { dst, delta, ty });
                        dst
                    })
                    .collect::<Leaves>()
            }
        };
        self.define(result, &list);
    }

    // --- Collections ----------------------------------------------------------------------------

    /// Where the elements of a map lie.
    fn map_value(&mut self, map: ValueId) -> Repr {
        let program = self.layouts.program();
        let object = map_object(program, self.ty(map));
        let cells = &self.layouts.layout(object).cells;
        let delta = 1 + cells.get(1).map_or(0, |key| key.extent);
        self.part(map, delta, object)
    }

    fn map_key(&mut self, map: ValueId) -> Repr {
        let object = map_object(self.layouts.program(), self.ty(map));
        self.part(map, 1, object)
    }

    fn map_update(&mut self, map: ValueId, key: ValueId, value: ValueId) {
        let (key_type, value_type) = (self.ty(key), self.ty(value));
        if self.leaf_count(key_type) > 0 {
            let list = self.leaves(key);
            let address = self.map_key(map);
            self.store(address, key_type, &list);
        }
        if self.leaf_count(value_type) > 0 {
            let list = self.leaves(value);
            let address = self.map_value(map);
            self.store(address, value_type, &list);
        }
    }

    fn next(&mut self, inst: InstId, x: ValueId) {
        let program = self.layouts.program();
        let TypeKind::Map { key, value } = *program.under(self.ty(x)).kind() else { return };
        let results: Vec<ValueId> = self.body.results_of(inst).collect();
        for (&result, is_key) in results.iter().skip(1).zip([true, false]) {
            let ty = if is_key { key } else { value };
            let wanted = self.leaf_count(self.ty(result));
            if wanted == 0 || wanted != self.leaf_count(ty) {
                continue;
            }
            let address = if is_key { self.map_key(x) } else { self.map_value(x) };
            let list = self.load(address, ty);
            self.define(result, &list);
        }
    }

    fn chan_element(&mut self, chan: ValueId) -> Repr {
        let object = chan_object(self.layouts.program(), self.ty(chan));
        self.part(chan, 1, object)
    }

    fn send(&mut self, chan: ValueId, value: ValueId) {
        let ty = self.ty(value);
        if self.leaf_count(ty) > 0 {
            let list = self.leaves(value);
            let address = self.chan_element(chan);
            self.store(address, ty, &list);
        }
    }

    fn receive(&mut self, chan: ValueId, result: ValueId) {
        let ty = self.ty(result);
        if self.leaf_count(ty) > 0 {
            let address = self.chan_element(chan);
            let list = self.load(address, ty);
            self.define(result, &list);
        }
    }

    /// The elements of a slice or string: where they lie and of which type they are.
    fn elements(&mut self, slice: ValueId) -> Option<(Repr, TypeId)> {
        let program = self.layouts.program();
        let TypeKind::Slice(elem) = *program.under(self.ty(slice)).kind() else { return None };
        (self.leaf_count(elem) > 0).then(|| (self.part(slice, 0, elem), elem))
    }

    fn builtin(&mut self, inst: InstId, op: Builtin, args: &[ValueId]) {
        let program = self.layouts.program();
        match (op, args) {
            (Builtin::Append, &[slice, ref more @ ..]) => {
                let Some(result) = self.body.result(inst) else { return };
                let TypeKind::Slice(elem) = *program.under(self.ty(result)).kind() else { return };
                let first = self.object(backing_array(elem), inst, ObjectKind::Append);
                let made = CellRef { node: NodeRef::cell(first + 1), boxed: false };
                let to = self.variable();
                self.member(to, made);
                let before = self.leaf(slice);
                self.copy(before, to);
                if let Some((address, elem)) = self.elements(slice) {
                    let list = self.load(address, elem);
                    self.store(Repr::Known(made, None), elem, &list);
                }
                if let Some((address, elem)) = more.first().and_then(|&more| self.elements(more)) {
                    let list = self.load(address, elem);
                    let base = program.normal(elem);
                    let address = Repr::Address { node: to, delta: 0, base, value: None };
                    self.store(address, elem, &list);
                }
                self.define(result, &[to]);
            }
            (Builtin::Copy, &[to, from]) => {
                if let (Some((to, elem)), Some((from, _))) =
                    (self.elements(to), self.elements(from))
                {
                    let list = self.load(from, elem);
                    self.store(to, elem, &list);
                }
            }
            (Builtin::Panic, &[x]) => self.panic(x),
            _ => {
                if let Some(result) = self.body.result(inst)
                    && self.leaf_count(self.ty(result)) > 0
                {
                    let lists: Vec<Leaves> = args.iter().map(|&arg| self.leaves(arg)).collect();
                    let list = self.joined(&lists, self.leaf_count(self.ty(result)));
                    self.define(result, &list);
                }
            }
        }
    }

    // --- Calls ----------------------------------------------------------------------------------

    fn call(&mut self, inst: InstId, call: CallId, mode: CallMode) {
        let body = self.body;
        let program = self.layouts.program();
        let data = body[call];
        let args: Vec<ValueId> = body[data.args].to_vec();
        let target = match data.callee {
            Callee::Static(func) => CallTarget::Static(program.index_of(func)),
            Callee::Value(value) => match self.known_function(value) {
                Some(func) => CallTarget::Static(func),
                None => CallTarget::Value(self.leaf(value)),
            },
            Callee::Interface { receiver, method } => {
                let node = self.leaf(receiver);
                CallTarget::Invoke(node, program.method_name(&body[method]))
            }
            Callee::Builtin(op) => return self.builtin(inst, op, &args),
        };
        let start = self.args.len() as u32;
        if let CallTarget::Static(func) = target
            && let Callee::Value(_) = data.callee
            && let Some(count) = self.captures_of(func)
        {
            // Its captures are bound where the closure is made.
            self.args.extend((0..count).map(|_| NodeRef::NIL));
        }
        for arg in args {
            if self.leaf_count(self.ty(arg)) > 0 {
                let list = self.leaves(arg);
                self.args.extend(list);
            }
        }
        let args = ListRange { start, len: self.args.len() as u32 - start };
        let results = self.variables;
        for result in body.results_of(inst) {
            let list = self.fresh_leaves(self.ty(result));
            if !list.is_empty() {
                self.define(result, &list);
            }
        }
        let result_count = self.variables - results;
        self.calls.push(CallFact { inst, mode, target, args, results, result_count });
    }

    /// The function that a function value always is.
    fn known_function(&self, value: ValueId) -> Option<crate::program::FuncIndex> {
        let Repr::Known(cell, _) = self.repr(value) else { return None };
        let crate::points::facts::NodePlace::Extern(at) = cell.node.place() else { return None };
        match self.externs[at as usize] {
            Extern::Func(func) => Some(func),
            _ => None,
        }
    }

    /// How many leaves a function captures.
    fn captures_of(&self, func: crate::program::FuncIndex) -> Option<usize> {
        let body = self.layouts.program().body(func)?;
        let captures = body.params(gossa_ssa::Body::ENTRY).take(body.capture_count as usize);
        Some(captures.map(|param| self.layouts.leaf_count(body[param].ty)).sum())
    }
}
