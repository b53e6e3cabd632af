//! From code to the graph of a batch: expressions.

use crate::graph::{FuncId, Hole, LocId, What};
use crate::ir::{Id, Kind, LiteralKind};
use crate::walk::Walker;
use gossa_syntax::BinaryOp;
use gossa_types::TypeId;

impl Walker<'_, '_> {
    /// Lets the value of an expression flow.
    pub(crate) fn expr(&mut self, hole: Hole, id: Id) {
        let init = self.code[id].init;
        self.stmts(init);
        self.expr_after_init(hole, id);
    }

    pub(crate) fn discard(&mut self, id: Id) {
        let hole = self.nowhere();
        self.expr(hole, id);
    }

    fn discards(&mut self, ids: &[Id]) {
        for &id in ids {
            self.discard(id);
        }
    }

    /// A location for what an expression allocates, whose address flows; what is stored in it
    /// flows to the hole.
    pub(crate) fn allocate(&mut self, hole: Hole, id: Id) -> (Hole, LocId) {
        let location = self.new_location(What::Allocation(id), false);
        self.graph.flow(hole.address(), location);
        (self.graph.hole(location), location)
    }

    /// A hole for the interface value that a value of type `ty` is taken out of.
    pub(crate) fn asserted(&self, hole: Hole, ty: TypeId) -> Hole {
        let types = &self.analysis.types;
        if types.is_interface(ty) || types.is_direct(ty) { hole } else { hole.deref() }
    }

    pub(crate) fn expr_after_init(&mut self, hole: Hole, id: Id) {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.expr_inner(hole, id));
    }

    fn expr_inner(&mut self, hole: Hole, id: Id) {
        let code = self.code;
        let analysis = self.analysis;
        let types = &analysis.types;
        let node = &code[id];
        let mut hole = hole;
        if hole.derefs >= 0 && !node.ty.is_untyped() && !types.has_pointers(node.ty) {
            hole.to = crate::graph::Graph::BLANK;
        }
        match node.kind {
            Kind::Var(var) => {
                if let Some(location) = self.variable(var) {
                    self.graph.flow(hole, location);
                }
            }
            Kind::Unary(_, x) | Kind::Receive(x) => self.discard(x),
            Kind::Binary(_, x, y) => self.discards(&[x, y]),
            Kind::Address(x) => self.expr(hole.address(), x),
            Kind::Deref(x) | Kind::PointerField(x, _) => self.expr(hole.deref(), x),
            Kind::Field(x, _) | Kind::InterfaceMethod(x, _) => self.expr(hole, x),
            Kind::Assert(x) => {
                let hole = self.asserted(hole, node.ty);
                self.expr(hole, x);
            }
            Kind::Index(x, index) => {
                let hole = if types.is_array(code[x].ty) { hole } else { hole.deref() };
                self.expr(hole, x);
                self.discard(index);
            }
            Kind::MapIndex(x, index) => self.discards(&[x, index]),
            Kind::Slice { x, bounds, .. } => {
                self.expr(hole, x);
                self.discards(code.list(bounds));
            }
            Kind::Convert(x) | Kind::Retype(x) => {
                if types.is_unsafe_pointer(node.ty) && types.is_uintptr(code[x].ty) {
                    self.unsafe_value(hole, x);
                } else {
                    self.expr(hole, x);
                }
            }
            Kind::ToInterface(x) => {
                let ty = code[x].ty;
                let hole = if types.is_interface(ty) || types.is_direct(ty) {
                    hole
                } else {
                    self.allocate(hole, id).0
                };
                self.expr(hole, x);
            }
            Kind::SliceToArray(x) => self.expr(hole.deref(), x),
            Kind::SliceToArrayPointer(x) => self.expr(hole, x),
            Kind::Call { .. } | Kind::InterfaceCall { .. } | Kind::Builtin(..) => {
                self.call(Some(&[hole]), id);
            }
            Kind::New(_) => {
                self.allocate(hole, id);
            }
            Kind::MakeSlice(len, cap) => {
                self.allocate(hole, id);
                self.discard(len);
                cap.into_iter().for_each(|cap| self.discard(cap));
            }
            Kind::MakeMap(len) => {
                self.allocate(hole, id);
                len.into_iter().for_each(|len| self.discard(len));
            }
            Kind::MakeChan(len) => len.into_iter().for_each(|len| self.discard(len)),
            Kind::MethodValue { x, func, .. } => {
                let (closure, _) = self.allocate(hole, id);
                // Who calls it, and what becomes of its results, is not known.
                let receiver = match func {
                    Some((decl, args)) => self.method_value_receiver(decl, args),
                    None => self.heap(),
                };
                let hole = self.tee(&[receiver, closure]);
                self.expr(hole, x);
            }
            Kind::AddressOfLiteral(x) => {
                let (hole, _) = self.allocate(hole, id);
                self.expr(hole, x);
            }
            Kind::Literal(LiteralKind::Array | LiteralKind::Struct, list) => {
                for &element in code.list(list) {
                    self.expr(hole, element);
                }
            }
            Kind::Literal(LiteralKind::Slice, list) => {
                let (hole, _) = self.allocate(hole, id);
                for &element in code.list(list) {
                    self.expr(hole, element);
                }
            }
            Kind::Literal(LiteralKind::Map, list) => {
                self.allocate(hole, id);
                // Keys and elements are in the heap in any case.
                for &element in code.list(list) {
                    let heap = self.heap();
                    self.expr(heap, element);
                }
            }
            Kind::Closure(func) => {
                let (hole, location) = self.allocate(hole, id);
                let func = FuncId { code: self.func.code, func };
                if !code[func.func].is_closure() {
                    return;
                }
                self.graph.locations[location.index()].closure = Some(func);
                self.graph.closures.push((hole, func));
                for &var in &code[func.func].captures {
                    let Some(captured) = self.variable(var) else { continue };
                    let captured = &mut self.graph.locations[captured.index()];
                    if !captured.captured {
                        captured.captured = true;
                        // What was assigned before the first capture does not matter.
                        if captured.depth == self.depth {
                            captured.reassigned = false;
                        }
                    }
                }
                Walker::new(analysis, self.graph, func, self.self_assignments).function();
            }
            Kind::StringConvert(_, x) => {
                self.allocate(hole, id);
                self.discard(x);
            }
            Kind::Concat(list) => {
                self.allocate(hole, id);
                self.discards(code.list(list));
            }
            _ => {}
        }
    }

    /// A `uintptr` that may have been made of a pointer.
    pub(crate) fn unsafe_value(&mut self, hole: Hole, id: Id) {
        let code = self.code;
        let types = &self.analysis.types;
        let init = code[id].init;
        self.stmts(init);
        match code[id].kind {
            Kind::Convert(x) | Kind::Retype(x) => {
                if types.is_unsafe_pointer(code[x].ty) {
                    self.expr(hole, x);
                } else {
                    self.discard(x);
                }
            }
            Kind::PointerField(x, _) => {
                if self.is_header_data(id) {
                    self.expr(hole.deref(), x);
                } else {
                    self.discard(x);
                }
            }
            Kind::Unary(_, x) => self.unsafe_value(hole, x),
            Kind::Binary(BinaryOp::Shl | BinaryOp::Shr, x, y) => {
                self.unsafe_value(hole, x);
                self.discard(y);
            }
            Kind::Binary(_, x, y) => {
                self.unsafe_value(hole, x);
                self.unsafe_value(hole, y);
            }
            _ => {
                let nowhere = self.nowhere();
                self.expr_after_init(nowhere, id);
            }
        }
    }
}
