//! Calls: who is called, with what, and what comes back.

use super::expr::Values;
use super::function::Function;
use super::types::INT;
use crate::ids::{FuncId, MethodTarget, ValueId};
use crate::inst::{AllocKind, CallData, Callee, Inst, SliceBounds};
use gossa_base::Name;
use gossa_syntax::{Expr, ExprId, ExprList, NodeId};
use gossa_types::subst::instantiate_signature;
use gossa_types::{Builtin, Mode, Object, SelectionKind, SignatureType, TypeId, TypeKind};
use smallvec::SmallVec;

/// A method with its receiver.
pub(super) enum Method {
    /// Known statically; the receiver is adjusted to it.
    Static {
        /// The method.
        func: FuncId,
        /// The receiver.
        receiver: ValueId,
    },
    /// Looked up in the dynamic type.
    Interface {
        /// The method's name.
        name: Name,
        /// The interface value.
        receiver: ValueId,
    },
}

/// A call with callee and arguments evaluated.
pub(super) struct Prepared {
    /// `None` where nothing can be called, because of an error.
    pub(super) callee: Option<Callee>,
    pub(super) args: SmallVec<[ValueId; 6]>,
    pub(super) results: SmallVec<[TypeId; 4]>,
}

/// What the callee of a call turns out to be.
enum Found {
    /// Whom to call.
    Callee(Callee),
    /// A method expression: whom to call depends on the first argument.
    MethodExpr,
    /// Nothing.
    Hole,
}

/// What a call expression is.
pub(super) enum CallKind {
    Conversion(TypeId),
    Builtin(Builtin),
    Function,
}

impl<'e> Function<'_, 'e> {
    /// Whether a call calls, converts, or uses a built-in function.
    pub(super) fn call_kind(&self, fun: ExprId) -> CallKind {
        match self.unit.mode(fun) {
            Mode::Type => CallKind::Conversion(self.unit.ty(fun)),
            Mode::Builtin => {
                let tree = self.unit.tree;
                let inner = tree.unparen(fun);
                let ident = match tree[inner] {
                    Expr::Selector { sel, .. } => sel,
                    _ => inner,
                };
                match self.unit.types.object(ident) {
                    Some(Object::Builtin(builtin)) => CallKind::Builtin(builtin),
                    _ => CallKind::Function,
                }
            }
            _ => CallKind::Function,
        }
    }

    /// The results of a call, conversion or built-in function.
    pub(super) fn call_values(&mut self, expr: ExprId) -> Values {
        let at = NodeId::from(expr);
        let Expr::Call { fun, args, spread } = self.unit.tree[expr] else {
            return Values::from_slice(&[self.value(expr)]);
        };
        match self.call_kind(fun) {
            CallKind::Conversion(ty) => {
                let value = match self.unit.tree[args].first() {
                    Some(&x) => self.conversion(at, x, ty),
                    None => self.hole(at, ty),
                };
                Values::from_slice(&[value])
            }
            CallKind::Builtin(builtin) => {
                let value = self.builtin(expr, builtin, args, spread);
                value.into_iter().collect()
            }
            CallKind::Function => {
                let prepared = self.prepare(expr);
                self.call_prepared(at, prepared)
            }
        }
    }

    /// A call as a statement.
    pub(super) fn call_statement(&mut self, expr: ExprId) {
        self.call_values(expr);
    }

    pub(super) fn call_prepared(&mut self, at: NodeId, prepared: Prepared) -> Values {
        let Some(callee) = prepared.callee else {
            return self.emit_many(at, Inst::Hole, &prepared.results);
        };
        let args = self.list(&prepared.args);
        self.emit_call(at, CallData { callee, args }, &prepared.results)
    }

    /// Evaluates callee and arguments of a call.
    pub(super) fn prepare(&mut self, expr: ExprId) -> Prepared {
        let tree = self.unit.tree;
        let at = NodeId::from(expr);
        let Expr::Call { fun, args, spread } = tree[expr] else {
            return self.hole_call(expr, ExprList::default());
        };
        let mut arguments: SmallVec<[ValueId; 6]> = SmallVec::new();
        let callee = match self.callee(at, fun, expr, &mut arguments) {
            Found::Callee(callee) => Some(callee),
            Found::MethodExpr => None,
            Found::Hole => return self.hole_call(expr, args),
        };
        let Some(signature) = self.callee_signature(fun) else {
            if self.is_c_function(fun) {
                return self.c_call(expr, callee, args);
            }
            return self.hole_call(expr, args);
        };
        let mut results: SmallVec<[TypeId; 4]> =
            signature.results.iter().map(|result| result.ty).collect();
        if self.is_c_function(fun) {
            results = self.recorded_results(expr);
        }
        // `f(g())` where g gives several values.
        let values = match tree[args] {
            [only] if !spread => match self.unit.subst(self.unit.types.ty(only)).kind() {
                TypeKind::Tuple(_) => Some(self.values(only)),
                _ => None,
            },
            _ => None,
        };
        if callee.is_none() {
            return self.prepare_method_expr(expr, fun, args, spread, signature, values);
        }
        self.arguments(at, signature, args, values.as_deref(), spread, &mut arguments);
        Prepared { callee, args: arguments, results }
    }

    /// Whom a call calls. A method's receiver is added to `arguments`.
    fn callee(
        &mut self,
        at: NodeId,
        fun: ExprId,
        call: ExprId,
        arguments: &mut SmallVec<[ValueId; 6]>,
    ) -> Found {
        let tree = self.unit.tree;
        let inner = tree.unparen(fun);
        if let Some((selector, x, sel)) = self.callee_selector(fun) {
            let types = self.unit.types;
            if let Some(selection) = types.selection(selector) {
                match selection.kind {
                    SelectionKind::Method => {
                        return match self.method(at, x, sel, selection) {
                            Some(Method::Static { func, receiver }) => {
                                arguments.push(receiver);
                                Found::Callee(Callee::Static(func))
                            }
                            Some(Method::Interface { name, receiver }) => {
                                let method = self.interface_method(receiver, name);
                                Found::Callee(Callee::Interface { receiver, method })
                            }
                            None => Found::Hole,
                        };
                    }
                    SelectionKind::MethodExpr => return Found::MethodExpr,
                    SelectionKind::Field => {}
                }
            } else {
                let with_errno = self.recorded_results(call).len() == 2;
                if let Some(func) = self.c_function(sel, with_errno) {
                    return Found::Callee(Callee::Static(func));
                }
            }
        }
        let named = match tree[inner] {
            Expr::Index { x, .. } => x,
            _ => inner,
        };
        if let Some((ident, decl)) = self.instantiated(named) {
            return match self.declared_function(ident, decl) {
                Some(func) => Found::Callee(Callee::Static(func)),
                None => Found::Hole,
            };
        }
        if self.unit.signature(self.unit.ty(fun)).is_none() {
            return Found::Hole;
        }
        Found::Callee(Callee::Value(self.value(fun)))
    }

    /// The signature of what is called, instantiated.
    fn callee_signature(&self, fun: ExprId) -> Option<&'static SignatureType> {
        let signature = self.unit.signature(self.unit.ty(fun))?;
        if signature.type_params.is_empty() {
            return Some(signature);
        }
        let tree = self.unit.tree;
        let inner = tree.unparen(fun);
        let inner = match tree[inner] {
            Expr::Index { x, .. } => tree.unparen(x),
            _ => inner,
        };
        let ident = match tree[inner] {
            Expr::Selector { sel, .. } => sel,
            _ => inner,
        };
        let args = self.instance_args(ident);
        let ty = self.unit.ty(fun);
        self.unit.signature(instantiate_signature(ty, &signature.type_params, args.as_slice()))
    }

    fn is_c_function(&self, fun: ExprId) -> bool {
        let tree = self.unit.tree;
        match tree[tree.unparen(fun)] {
            Expr::Selector { sel, .. } => self.unit.types.object(sel) == Some(Object::C),
            _ => false,
        }
    }

    /// Types of a call's results, from the call itself.
    fn recorded_results(&self, call: ExprId) -> SmallVec<[TypeId; 4]> {
        if self.unit.mode(call) == Mode::NoValue {
            return SmallVec::new();
        }
        let ty = self.unit.ty(call);
        match ty.kind() {
            TypeKind::Tuple(types) => types.iter().copied().collect(),
            _ => SmallVec::from_slice(&[ty]),
        }
    }

    /// A call of a C function whose signature is not known.
    fn c_call(&mut self, call: ExprId, callee: Option<Callee>, args: ExprList) -> Prepared {
        let tree = self.unit.tree;
        let args = tree[args].iter().map(|&arg| self.value(arg)).collect();
        Prepared { callee, args, results: self.recorded_results(call) }
    }

    fn hole_call(&mut self, call: ExprId, args: ExprList) -> Prepared {
        let tree = self.unit.tree;
        for &arg in &tree[args] {
            self.discard(arg);
        }
        let mut results = self.recorded_results(call);
        if results.is_empty() && self.unit.mode(call) != Mode::NoValue {
            results.push(TypeId::INVALID);
        }
        Prepared { callee: None, args: SmallVec::new(), results }
    }

    /// A call of a method expression, `T.m(x, args)`: as the method call `x.m(args)`.
    fn prepare_method_expr(
        &mut self,
        call: ExprId,
        fun: ExprId,
        args: ExprList,
        spread: bool,
        signature: &'static SignatureType,
        values: Option<Values>,
    ) -> Prepared {
        let at = NodeId::from(call);
        let results = signature.results.iter().map(|result| result.ty).collect();
        let selector = self.callee_selector(fun);
        let types = self.unit.types;
        let found = selector.and_then(|(selector, _, sel)| {
            let selection = types.selection(selector)?;
            self.method_expr(sel, selection)
        });
        let mut arguments: SmallVec<[ValueId; 6]> = SmallVec::new();
        self.arguments(at, signature, args, values.as_deref(), spread, &mut arguments);
        let (Some(method), false) = (found, arguments.is_empty()) else {
            return self.hole_call(call, ExprList::default());
        };
        let receiver = arguments.remove(0);
        let mut operand = super::place::Operand::Value(receiver);
        for &field in &method.path {
            operand = self.field(at, operand, field);
        }
        let callee = match method.target {
            MethodTarget::Interface(name) => {
                let receiver = self.load(at, operand);
                let method = self.interface_method(receiver, name);
                Callee::Interface { receiver, method }
            }
            MethodTarget::Declared(func) => {
                let pointer = self.takes_pointer(func);
                let receiver = self.adjusted_receiver(at, operand, pointer);
                arguments.insert(0, receiver);
                Callee::Static(func)
            }
        };
        Prepared { callee: Some(callee), args: arguments, results }
    }

    fn takes_pointer(&self, func: FuncId) -> bool {
        match *func.key() {
            crate::FuncKey::Decl { decl, .. } => self
                .unit
                .resolver
                .func_decl(decl)
                .and_then(|found| found.receiver)
                .is_some_and(|receiver| receiver.pointer),
            _ => false,
        }
    }

    /// Evaluates arguments, converts them to the parameters' types, and packs variadic ones.
    fn arguments(
        &mut self,
        at: NodeId,
        signature: &SignatureType,
        args: ExprList,
        values: Option<&[ValueId]>,
        spread: bool,
        out: &mut SmallVec<[ValueId; 6]>,
    ) {
        let tree = self.unit.tree;
        let exprs = &tree[args];
        let count = values.map_or(exprs.len(), <[ValueId]>::len);
        let params = &signature.params;
        let fixed = if signature.variadic { params.len() - 1 } else { params.len() };
        let argument = |function: &mut Self, index: usize, ty: TypeId| match values {
            Some(values) => function.assigned(at, values[index], ty),
            None => function.value_as(exprs[index], ty),
        };
        for (index, param) in params.iter().take(fixed).enumerate() {
            let value = if index < count {
                argument(self, index, param.ty)
            } else {
                // Too few: an error.
                self.hole(at, param.ty)
            };
            out.push(value);
        }
        let Some(last) = params.get(fixed) else {
            // Too many: an error, but what they do is done.
            for index in fixed..count {
                argument(self, index, TypeId::INVALID);
            }
            return;
        };
        if spread {
            let value = match exprs.last() {
                Some(&expr) if fixed < count => self.value_as(expr, last.ty),
                _ => self.hole(at, last.ty),
            };
            out.push(value);
            return;
        }
        let elem = self.unit.element(last.ty);
        let mut packed: SmallVec<[ValueId; 6]> = SmallVec::new();
        for index in fixed..count {
            packed.push(argument(self, index, elem));
        }
        let rest = self.packed(at, &packed, elem, last.ty);
        out.push(rest);
    }

    /// Values as a slice of type `ty`; `nil` when there are none.
    pub(super) fn packed(
        &mut self,
        at: NodeId,
        values: &[ValueId],
        elem: TypeId,
        ty: TypeId,
    ) -> ValueId {
        if values.is_empty() {
            return self.emit(at, Inst::Zero, ty);
        }
        let len = i64::try_from(values.len()).unwrap_or(i64::MAX);
        let array = TypeId::new(TypeKind::Array { elem, len });
        let list = self.list(values);
        let value = self.emit(at, Inst::Array(list), array);
        let ptr = self.alloc(at, AllocKind::Temporary, array, None);
        self.emit_none(at, Inst::Store { ptr, value });
        self.whole_slice(at, ptr, elem, ty)
    }

    /// An array variable as a slice of type `ty`.
    pub(super) fn whole_slice(
        &mut self,
        at: NodeId,
        ptr: ValueId,
        elem: TypeId,
        ty: TypeId,
    ) -> ValueId {
        let bounds = self.add_bounds(SliceBounds::default());
        let slice = self.emit(at, Inst::Slice { x: ptr, bounds }, TypeId::slice(elem));
        self.assigned(at, slice, ty)
    }

    /// An integer argument of `make` and the like, as `int` where it is a constant.
    pub(super) fn size(&mut self, expr: ExprId) -> ValueId {
        let value = self.value(expr);
        let ty = self.type_of(value);
        if self.unit.basic(ty).is_some_and(gossa_types::BasicKind::is_float) {
            // A constant such as `1e3`.
            return self.converted(expr.into(), value, INT);
        }
        value
    }
}
