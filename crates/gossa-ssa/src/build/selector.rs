//! Selectors: fields, methods as values, qualified identifiers, names of package C.

use super::call::Method;
use super::function::Function;
use super::place::Operand;
use crate::ids::{FuncId, MethodRef, MethodTarget, ValueId};
use crate::inst::Inst;
use gossa_base::Name;
use gossa_syntax::{Expr, ExprId, NodeId};
use gossa_types::lookup::lookup_field_or_method;
use gossa_types::{
    DeclId, Mode, Object, Selected, Selection, SelectionKind, TypeId, TypeKind, TypeList,
};
use smallvec::SmallVec;

impl<'e> Function<'_, 'e> {
    /// The value of `x.sel`.
    pub(super) fn selector(&mut self, expr: ExprId, x: ExprId, sel: ExprId) -> ValueId {
        let at = NodeId::from(expr);
        let types = self.unit.types;
        match types.selection(expr) {
            None => self.qualified(expr, sel),
            Some(selection) if selection.kind == SelectionKind::Field => {
                let operand = self.operand(expr);
                self.load(at, operand)
            }
            Some(selection) => self.method_as_value(expr, x, sel, selection),
        }
    }

    /// A method value or method expression; `expr` is the selector, or its instantiation.
    pub(super) fn method_as_value(
        &mut self,
        expr: ExprId,
        x: ExprId,
        sel: ExprId,
        selection: &Selection,
    ) -> ValueId {
        let at = NodeId::from(expr);
        let ty = self.unit.ty(expr);
        if ty.has_type_param() {
            // Not instantiated: an error.
            return self.hole(at, TypeId::INVALID);
        }
        match selection.kind {
            SelectionKind::Field => self.hole(at, ty),
            SelectionKind::Method => match self.method(at, x, sel, selection) {
                Some(Method::Static { func, receiver }) => {
                    let method = self.add_method(MethodRef {
                        receiver: self.type_of(receiver),
                        path: Box::default(),
                        target: MethodTarget::Declared(func),
                    });
                    self.emit(at, Inst::MethodValue { method, x: receiver }, ty)
                }
                Some(Method::Interface { name, receiver }) => {
                    let method = self.interface_method(receiver, name);
                    self.emit(at, Inst::MethodValue { method, x: receiver }, ty)
                }
                None => self.hole(at, ty),
            },
            SelectionKind::MethodExpr => match self.method_expr(sel, selection) {
                Some(method) => {
                    let method = self.add_method(method);
                    self.emit(at, Inst::MethodExpr(method), ty)
                }
                None => self.hole(at, ty),
            },
        }
    }

    fn qualified(&mut self, expr: ExprId, sel: ExprId) -> ValueId {
        let at = NodeId::from(expr);
        let ty = self.unit.ty(expr);
        match self.unit.types.object(sel) {
            Some(Object::Var(decl)) => {
                let ptr = self.emit(at, Inst::Global(decl), TypeId::pointer(ty));
                self.emit(at, Inst::Load(ptr), ty)
            }
            Some(Object::Func(decl)) => self.function_value(expr, sel, decl),
            _ => {
                if let Some(operand) = self.c_variable(expr, sel) {
                    return self.load(at, operand);
                }
                if let Some(value) = self.c_function_value(at, sel, ty) {
                    return value;
                }
                self.hole(at, ty)
            }
        }
    }

    /// A variable of package C, as the global that stands for it.
    pub(super) fn c_variable(&mut self, expr: ExprId, sel: ExprId) -> Option<Operand> {
        if self.unit.types.object(sel) != Some(Object::C) || self.unit.mode(expr) != Mode::Variable
        {
            return None;
        }
        let name = self.unit.tree.name(sel)?;
        let decl = DeclId::top_level(self.unit.package, Name::new(&format!("_Cvar_{name}")));
        let ty = self.unit.ty(expr);
        let ptr = self.emit(expr.into(), Inst::Global(decl), TypeId::pointer(ty));
        Some(Operand::Address(ptr, ty))
    }

    /// A function of package C, as the bodiless declaration that stands for it.
    pub(super) fn c_function(&self, sel: ExprId, with_errno: bool) -> Option<FuncId> {
        let tree = self.unit.tree;
        if self.unit.types.object(sel) != Some(Object::C) {
            return None;
        }
        let name = tree.name(sel)?;
        let prefix = if with_errno { "_C2func_" } else { "_Cfunc_" };
        let decl = DeclId::top_level(self.unit.package, Name::new(&format!("{prefix}{name}")));
        Some(FuncId::declared(decl))
    }

    /// A function of package C as a value: a function if checking gave it a signature, else its
    /// address, which the global `_Cfpvar_fp_NAME` holds.
    fn c_function_value(&mut self, at: NodeId, sel: ExprId, ty: TypeId) -> Option<ValueId> {
        if self.unit.signature(ty).is_some() {
            let func = self.c_function(sel, false)?;
            return Some(self.emit(at, Inst::Func(func), ty));
        }
        if self.unit.types.object(sel) != Some(Object::C) || self.unit.mode(sel) == Mode::Type {
            return None;
        }
        if self.unit.basic(ty) != Some(gossa_types::BasicKind::UnsafePointer) {
            return None;
        }
        let name = self.unit.tree.name(sel)?;
        let decl = DeclId::top_level(self.unit.package, Name::new(&format!("_Cfpvar_fp_{name}")));
        let ptr = self.emit(at, Inst::Global(decl), TypeId::pointer(ty));
        Some(self.emit(at, Inst::Load(ptr), ty))
    }

    /// A declared function as a value; `ident` may have type arguments.
    pub(super) fn function_value(&mut self, expr: ExprId, ident: ExprId, decl: DeclId) -> ValueId {
        let ty = self.unit.ty(expr);
        let at = NodeId::from(expr);
        if ty.has_type_param() {
            // Not instantiated: an error.
            return self.hole(at, TypeId::INVALID);
        }
        match self.declared_function(ident, decl) {
            Some(func) => self.emit(at, Inst::Func(func), ty),
            None => self.hole(at, ty),
        }
    }

    /// The function that an identifier names, instantiated.
    pub(super) fn declared_function(&mut self, ident: ExprId, decl: DeclId) -> Option<FuncId> {
        let args = self.instance_args(ident);
        self.unit.func(decl, args)
    }

    /// Type arguments at an identifier.
    pub(super) fn instance_args(&self, ident: ExprId) -> TypeList {
        let Some(args) = self.unit.types.instance(ident) else { return TypeList::EMPTY };
        match &self.unit.substitution {
            None => args,
            Some(substitution) => substitution.apply_list(args),
        }
    }

    pub(super) fn interface_method(&mut self, receiver: ValueId, name: Name) -> crate::MethodRefId {
        let receiver = self.type_of(receiver);
        self.add_method(MethodRef {
            receiver,
            path: Box::default(),
            target: MethodTarget::Interface(name),
        })
    }

    /// The method that `x.sel` selects, with its receiver evaluated and adjusted to what the
    /// method takes.
    pub(super) fn method(
        &mut self,
        at: NodeId,
        x: ExprId,
        sel: ExprId,
        selection: &Selection,
    ) -> Option<Method> {
        let operand = self.operand(x);
        self.method_of(at, operand, sel, selection)
    }

    /// Same, of a receiver that has been evaluated.
    pub(super) fn method_of(
        &mut self,
        at: NodeId,
        operand: Operand,
        sel: ExprId,
        selection: &Selection,
    ) -> Option<Method> {
        let mut operand = operand;
        let mut selected = selection.selected;
        for &field in &selection.path {
            operand = self.field(at, operand, field);
        }
        if let Selected::InterfaceMethod { name } = selected {
            let ty = self.operand_type(operand);
            if let TypeKind::Interface(_) = self.unit.under(ty) {
                let receiver = self.load(at, operand);
                return Some(Method::Interface { name, receiver });
            }
            // A method of a type parameter's constraint: look it up in the type argument (or in
            // what a pointer to a type parameter points to).
            let found =
                lookup_field_or_method(&self.unit.resolver, ty, true, self.unit.package, name)
                    .found()?;
            for &field in &found.path {
                operand = self.field(at, operand, field);
            }
            selected = found.selected;
            if let Selected::InterfaceMethod { name } = selected {
                let receiver = self.load(at, operand);
                return Some(Method::Interface { name, receiver });
            }
        }
        let Selected::Method { decl } = selected else { return None };
        let receiver_type = self.operand_type(operand);
        let own = self.instance_args(sel);
        let (func, pointer) = self.method_instance(decl, receiver_type, own)?;
        let receiver = self.adjusted_receiver(at, operand, pointer);
        Some(Method::Static { func, receiver })
    }

    fn operand_type(&self, operand: Operand) -> TypeId {
        match operand {
            Operand::Value(value) => self.type_of(value),
            Operand::Address(_, ty) => ty,
        }
    }

    /// The receiver as the method takes it: by pointer or by value.
    pub(super) fn adjusted_receiver(
        &mut self,
        at: NodeId,
        operand: Operand,
        pointer: bool,
    ) -> ValueId {
        let ty = self.operand_type(operand);
        let is_pointer = self.unit.pointee(ty).is_some();
        match (pointer, is_pointer) {
            (true, true) => self.load(at, operand),
            (true, false) => match operand {
                Operand::Address(ptr, _) => ptr,
                Operand::Value(value) => self.new_variable(at, ty, value),
            },
            (false, true) => {
                let followed = self.followed(at, operand);
                self.load(at, followed)
            }
            (false, false) => self.load(at, operand),
        }
    }

    /// A declared method for a receiver of this type (or of a pointer to it), instantiated with
    /// the receiver's type arguments and its own; and whether it takes a pointer.
    pub(super) fn method_instance(
        &mut self,
        decl: DeclId,
        receiver: TypeId,
        own: TypeList,
    ) -> Option<(FuncId, bool)> {
        let declared = self.unit.resolver.func_decl(decl)?;
        let pointer = declared.receiver.is_some_and(|receiver| receiver.pointer);
        let base = match receiver.unalias().kind() {
            TypeKind::Pointer(elem) => elem.unalias(),
            _ => receiver.unalias(),
        };
        let of_receiver = match base.kind() {
            TypeKind::Named { args, .. } => *args,
            _ => TypeList::EMPTY,
        };
        let args = if own.is_empty() {
            of_receiver
        } else {
            let all: SmallVec<[TypeId; 8]> =
                of_receiver.iter().chain(own.iter()).copied().collect();
            TypeList::new(&all)
        };
        Some((self.unit.func(decl, args)?, pointer))
    }

    /// `T.f`
    pub(super) fn method_expr(&mut self, sel: ExprId, selection: &Selection) -> Option<MethodRef> {
        let receiver = self.unit.subst(selection.receiver);
        let mut path: SmallVec<[u32; 4]> = selection.path.iter().copied().collect();
        let mut ty = receiver;
        for &field in &path {
            let holder = self.unit.pointee(ty).unwrap_or(ty);
            ty = self.unit.field_type(holder, field);
        }
        let mut selected = selection.selected;
        if let Selected::InterfaceMethod { name } = selected
            && !self.unit.is_interface(ty)
        {
            let found =
                lookup_field_or_method(&self.unit.resolver, ty, true, self.unit.package, name)
                    .found()?;
            for &field in &found.path {
                let holder = self.unit.pointee(ty).unwrap_or(ty);
                ty = self.unit.field_type(holder, field);
                path.push(field);
            }
            selected = found.selected;
        }
        let target = match selected {
            Selected::InterfaceMethod { name } => MethodTarget::Interface(name),
            Selected::Method { decl } => {
                let own = self.instance_args(sel);
                MethodTarget::Declared(self.method_instance(decl, ty, own)?.0)
            }
            Selected::Field { .. } => return None,
        };
        Some(MethodRef { receiver, path: path.into_iter().collect(), target })
    }

    /// The selector that a callee is, without parentheses and type arguments.
    pub(super) fn callee_selector(&self, fun: ExprId) -> Option<(ExprId, ExprId, ExprId)> {
        let tree = self.unit.tree;
        let mut fun = tree.unparen(fun);
        if let Expr::Index { x, .. } = tree[fun]
            && self.unit.mode(x) != Mode::MapIndex
        {
            let inner = tree.unparen(x);
            if let Expr::Selector { .. } = tree[inner]
                && self.unit.types.selection(inner).is_some_and(|s| s.kind != SelectionKind::Field)
            {
                fun = inner;
            }
        }
        match tree[fun] {
            Expr::Selector { x, sel } => Some((fun, x, sel)),
            _ => None,
        }
    }
}
