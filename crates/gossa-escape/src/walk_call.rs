//! From code to the graph of a batch: calls, and the built-in functions that move pointers.

use crate::analysis::Callee;
use crate::calls::CallKind;
use crate::graph::{Graph, Hole, What};
use crate::ir::{FuncRef, Id, Kind, List, LiteralKind};
use crate::resolved::Targets;
use crate::summary::{Leaks, Sink, Summary};
use crate::walk::Walker;
use gossa_types::{Builtin, DeclId, TypeKind, TypeList};
use smallvec::SmallVec;

impl Walker<'_, '_> {
    /// A call; `results`: where its results flow, if they are used.
    pub(crate) fn call(&mut self, results: Option<&[Hole]>, id: Id) {
        let code = self.code;
        match code[id].kind {
            Kind::Call { fun, args } => self.function_call(results, id, fun, args),
            Kind::InterfaceCall { fun, args } => {
                if let Some(targets) = self.targets(id, &[CallKind::Interface]) {
                    let args = code.list(args);
                    if let Kind::InterfaceMethod(x, _) = code[fun].kind {
                        let hole = self.resolved_argument(results, &targets, args.len() + 1, true);
                        self.expr(hole, x);
                    }
                    for (index, &arg) in args.iter().enumerate() {
                        let from_end = args.len() - index;
                        let hole = self.resolved_argument(results, &targets, from_end, false);
                        self.expr(hole, arg);
                    }
                    return;
                }
                // Anything may be called.
                let heap = self.heap();
                if let Kind::InterfaceMethod(x, _) = code[fun].kind {
                    self.expr(heap, x);
                }
                for &arg in code.list(args) {
                    self.expr(heap, arg);
                }
            }
            Kind::Builtin(builtin, args) => self.builtin(results, builtin, args, id),
            _ => self.discard(id),
        }
    }

    /// The functions that a call may reach in the whole program; `None`: not known.
    fn targets(&self, call: Id, kinds: &[CallKind]) -> Option<SmallVec<[Targets; 1]>> {
        self.analysis.calls.as_ref()?.targets(self.code, self.func, call, kinds)
    }

    /// Where an argument of a call of one of `targets` flows, by what is known of these;
    /// `receiver`: it has to be dereferenced as the target says.
    fn resolved_argument(
        &mut self,
        results: Option<&[Hole]>,
        targets: &[Targets],
        from_end: usize,
        receiver: bool,
    ) -> Hole {
        let mut all = Leaks::default();
        if let Some(calls) = &self.analysis.calls {
            for &set in targets {
                all.join(&calls.leaks(self.analysis, set, from_end, receiver), 0);
            }
        }
        self.summarized(results, &all)
    }

    /// The functions that a callee can be; none: not known.
    fn callees(&self, fun: Id) -> Vec<Callee> {
        let code = self.code;
        let analysis = self.analysis;
        let statics = analysis.statics(self.func.code);
        let value = statics.value(code, fun);
        if let Some(callee) = analysis.static_callee(self.func.code, value) {
            return vec![callee];
        }
        let Kind::Var(var) = code[value].kind else { return Vec::new() };
        let Some(assigned) = statics.functions(var) else { return Vec::new() };
        let mut callees = Vec::new();
        for &value in assigned {
            match analysis.static_callee(self.func.code, value) {
                Some(callee) if !analysis.has_uintptr_rules(self.func.code, callee) => {
                    callees.push(callee);
                }
                _ => return Vec::new(),
            }
        }
        callees
    }

    fn function_call(&mut self, results: Option<&[Hole]>, call: Id, fun: Id, args: List) {
        let code = self.code;
        let analysis = self.analysis;
        let callees = self.callees(fun);
        for &callee in &callees {
            let (Some(holes), Some(func)) = (results, self.in_batch(callee)) else { continue };
            let callee_code = &analysis.codes[func.code as usize];
            for (index, &result) in callee_code[func.func].results.iter().enumerate() {
                let (Some(&hole), Some(location)) =
                    (holes.get(index), self.graph.variable(func.code, result))
                else {
                    continue;
                };
                let mut hole = hole;
                if hole.derefs >= 0 && !analysis.types.has_pointers(callee_code[result].ty) {
                    hole.to = Graph::BLANK;
                }
                self.graph.flow(hole, location);
            }
        }
        let mut callee_hole = self.nowhere();
        let used = results.is_some_and(|holes| holes.iter().any(|hole| hole.to != Graph::BLANK));
        if callees.is_empty() && used {
            callee_hole = self.graph.hole(Graph::CALLEE);
        }
        self.expr(callee_hole, fun);

        let args = code.list(args);
        if let &[callee] = &callees[..]
            && let Some(hole) = self.kept_in_heap(callee)
        {
            for &arg in args {
                self.expr(hole, arg);
            }
            return;
        }
        if callees.is_empty() && self.dynamic_call(results, call, fun, args) {
            return;
        }
        let params: Vec<Summary> = callees.iter().map(|&callee| analysis.params(callee)).collect();
        let escapes =
            callees.iter().any(|&callee| analysis.uintptr_escapes(self.func.code, callee));
        let keeps_alive =
            callees.iter().any(|&callee| analysis.uintptr_keep_alive(self.func.code, callee));
        for (index, &arg) in args.iter().enumerate() {
            if escapes || keeps_alive {
                self.uintptr_argument(arg, escapes);
            }
            let from_end = args.len() - index;
            let mut holes = Vec::new();
            for (&callee, params) in callees.iter().zip(&params) {
                holes.push(self.argument(results, callee, params, from_end));
            }
            let hole = if callees.is_empty() { self.heap() } else { self.tee(&holes) };
            self.expr(hole, arg);
        }
    }

    /// The arguments of a call whose callees only the whole program tells. Whether it does.
    fn dynamic_call(&mut self, results: Option<&[Hole]>, call: Id, fun: Id, args: &[Id]) -> bool {
        // A method of a type argument may be one of an interface, too.
        let by_dictionary = matches!(self.code[fun].kind, Kind::Dictionary(_));
        let kinds: &[CallKind] = if by_dictionary {
            &[CallKind::Named, CallKind::Interface]
        } else {
            &[CallKind::Value]
        };
        let Some(targets) = self.targets(call, kinds) else { return false };
        for (index, &arg) in args.iter().enumerate() {
            let from_end = args.len() - index;
            let hole = if index == 0 && by_dictionary {
                // How the receiver gets to the method is not looked at.
                self.heap()
            } else {
                self.resolved_argument(results, &targets, from_end, index == 0)
            };
            self.expr(hole, arg);
        }
        true
    }

    /// The batch's function that a callee is.
    fn in_batch(&self, callee: Callee) -> Option<crate::graph::FuncId> {
        match callee {
            Callee::Local(func) if self.graph.funcs.contains(&func) => Some(func),
            _ => None,
        }
    }

    /// A function that has its argument in the heap unless it only holds strings.
    fn kept_in_heap(&self, callee: Callee) -> Option<Hole> {
        let analysis = self.analysis;
        let Callee::Local(func) = callee else { return None };
        let root = analysis.codes[func.code as usize].root?;
        let known = root.decl.package().path() == "internal/abi"
            && root.decl.name().as_str() == "EscapeNonString"
            && !root.args.is_empty();
        if !known {
            return None;
        }
        let holds = root.args.first().is_some_and(|&ty| self.has_non_string_pointers(ty));
        Some(if holds { self.heap() } else { self.nowhere() })
    }

    fn has_non_string_pointers(&self, ty: gossa_types::TypeId) -> bool {
        let types = &self.analysis.types;
        if !types.has_pointers(ty) {
            return false;
        }
        match types.under(ty) {
            TypeKind::Basic(kind) if kind.is_string() => false,
            TypeKind::Struct(fields) => {
                fields.iter().any(|field| self.has_non_string_pointers(field.ty))
            }
            TypeKind::Array { elem, .. } => self.has_non_string_pointers(*elem),
            _ => true,
        }
    }

    /// Where an argument flows; `from_end`: 1 for the last. Dictionaries stand in front, and not
    /// all callers pass them.
    fn argument(
        &mut self,
        results: Option<&[Hole]>,
        callee: Callee,
        params: &Summary,
        from_end: usize,
    ) -> Hole {
        if let Some(func) = self.in_batch(callee) {
            let code = &self.analysis.codes[func.code as usize];
            let all = &code[func.func].params;
            let param = all.len().checked_sub(from_end).and_then(|index| all.get(index));
            let Some(&param) = param else { return self.heap() };
            if code[param].name.is_none() {
                return self.nowhere();
            }
            return match self.graph.variable(func.code, param) {
                Some(location) => self.graph.hole(location),
                None => self.heap(),
            };
        }
        let leaks =
            params.params.len().checked_sub(from_end).and_then(|index| params.params.get(index));
        match (leaks, callee) {
            (Some(leaks), _) => self.summarized(results, leaks),
            // What stands for a function of C.
            (None, Callee::Imported(decl)) if decl.name().as_str().starts_with("_Cfunc_") => {
                self.sink(Sink::Foreign)
            }
            (None, _) => self.heap(),
        }
    }

    /// Where an argument flows of whose parameter this is known.
    fn summarized(&mut self, results: Option<&[Hole]>, leaks: &Leaks) -> Hole {
        let mut holes = Vec::new();
        for sink in Sink::ALL {
            if let Some(derefs) = leaks.sink(sink) {
                holes.push(self.sink(sink).shift(derefs.into()));
            }
        }
        if let Some(derefs) = leaks.mutator() {
            holes.push(self.mutator().shift(derefs.into()));
        }
        if let Some(derefs) = leaks.callee() {
            holes.push(self.graph.hole(Graph::CALLEE).shift(derefs.into()));
        }
        if let Some(results) = results {
            for index in 0..leaks.results() {
                if let (Some(derefs), Some(hole)) = (leaks.result(index), results.get(index)) {
                    holes.push(hole.shift(derefs.into()));
                }
            }
        }
        self.tee(&holes)
    }

    /// The receiver of a method value: its results may go anywhere.
    pub(crate) fn method_value_receiver(&mut self, decl: DeclId, args: TypeList) -> Hole {
        let analysis = self.analysis;
        let Some(callee) = analysis.callee(FuncRef { decl, args }) else { return self.heap() };
        let params = analysis.params(callee);
        let count = match self.in_batch(callee) {
            Some(func) => analysis.codes[func.code as usize][func.func].params.len(),
            None => params.params.len(),
        };
        let heap = self.heap();
        self.argument(Some(&[heap; 64]), callee, &params, count)
    }

    /// `uintptr(p)` as an argument of a function like those that call the system: what `p` points
    /// to is kept.
    fn uintptr_argument(&mut self, arg: Id, escapes: bool) {
        let code = self.code;
        if let Kind::Literal(LiteralKind::Slice, list) = code[arg].kind {
            for &element in code.list(list) {
                self.uintptr_operand(element, escapes);
            }
        } else {
            self.uintptr_operand(arg, escapes);
        }
    }

    fn uintptr_operand(&mut self, arg: Id, escapes: bool) {
        let code = self.code;
        let types = &self.analysis.types;
        let Kind::Retype(x) = code[arg].kind else { return };
        if !types.is_uintptr(code[arg].ty) || !types.is_unsafe_pointer(code[x].ty) {
            return;
        }
        let kept = self.new_location(What::Temporary, true);
        let hole = self.graph.hole(kept);
        self.expr(hole, x);
        let hole = if escapes { self.heap() } else { self.mutator() };
        self.graph.flow(hole, kept);
    }

    fn builtin(&mut self, results: Option<&[Hole]>, builtin: Builtin, args: List, id: Id) {
        let code = self.code;
        let types = &self.analysis.types;
        let args = code.list(args);
        let result = results.and_then(|holes| holes.first()).copied();
        let result = result.unwrap_or(self.nowhere());
        match builtin {
            Builtin::Append => {
                let Some((&slice, rest)) = args.split_first() else { return };
                let mutator = self.mutator();
                let mut hole = self.tee(&[result, mutator]);
                let elem = types.slice_elem(code[slice].ty);
                if elem.is_some_and(|elem| types.has_pointers(elem)) {
                    let heap = self.heap().deref();
                    hole = self.tee(&[hole, heap]);
                }
                self.expr(hole, slice);
                if code[id].flag {
                    for &arg in rest {
                        let elem = types.slice_elem(code[arg].ty);
                        let hole = match elem {
                            Some(elem) if types.has_pointers(elem) => self.heap().deref(),
                            _ => self.nowhere(),
                        };
                        self.expr(hole, arg);
                    }
                } else {
                    for &arg in rest {
                        let heap = self.heap();
                        self.expr(heap, arg);
                    }
                }
                // The new storage, if the old is too small.
                let (_, location) = self.allocate(result, id);
                self.graph.locations[location.index()].depth = 0;
            }
            Builtin::Copy => {
                let &[to, from] = args else { return };
                let mutator = self.mutator();
                self.expr(mutator, to);
                let elem = types.slice_elem(code[from].ty);
                let hole = match elem {
                    Some(elem) if types.has_pointers(elem) => self.heap().deref(),
                    _ => self.nowhere(),
                };
                self.expr(hole, from);
            }
            Builtin::Panic => {
                for &arg in args {
                    let heap = self.heap();
                    self.expr(heap, arg);
                }
            }
            Builtin::Max | Builtin::Min => {
                for &arg in args {
                    self.expr(result, arg);
                }
            }
            Builtin::Clear => {
                for &arg in args {
                    let mutator = self.mutator();
                    self.expr(mutator, arg);
                }
            }
            Builtin::UnsafeAdd
            | Builtin::UnsafeSlice
            | Builtin::UnsafeString
            | Builtin::UnsafeSliceData
            | Builtin::UnsafeStringData => {
                let Some((&pointer, rest)) = args.split_first() else { return };
                self.expr(result, pointer);
                for &arg in rest {
                    self.discard(arg);
                }
            }
            _ => {
                for &arg in args {
                    self.discard(arg);
                }
            }
        }
    }
}
