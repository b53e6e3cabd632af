//! Expressions.

use super::{BOOL, Builder, RED_ZONE, STACK_SEGMENT};
use crate::ir::{At, FuncRef, Id, Kind, VarKind};
use gossa_base::Name;
use gossa_syntax::{BinaryOp, Expr, ExprId, UnaryOp};
use gossa_types::assignable::assignable;
use gossa_types::lookup::lookup_field_or_method;
use gossa_types::{
    BasicKind, DeclId, Mode, Object, Selected, Selection, SelectionKind, TypeId, TypeKind, TypeList,
};

/// The callee that a selection of a method comes down to.
pub(super) enum Method {
    /// A declared method, with its receiver adjusted.
    Declared { func: FuncRef, receiver: Id },
    /// A method of an interface value.
    Interface { receiver: Id, name: Name },
    /// A method of a type parameter, called by way of the dictionary.
    Dictionary { callee: Id, receiver: Id },
}

impl Builder<'_> {
    /// The value of an expression, no conversion made.
    pub(super) fn expr(&mut self, expr: ExprId) -> Id {
        stacker::maybe_grow(RED_ZONE, STACK_SEGMENT, || self.expr_inner(expr))
    }

    fn expr_inner(&mut self, expr: ExprId) -> Id {
        let tree = self.tree;
        let expr = tree.unparen(expr);
        let at = self.at_expr(expr);
        let ty = self.ty(expr);
        if let Some(value) = self.checked.constant(expr) {
            let value = value.clone();
            return self.constant(value, ty, at);
        }
        if self.checked.mode(expr) == Mode::Nil {
            return self.nil(ty, at);
        }
        match tree[expr] {
            Expr::Ident(_) => self.ident(expr, at, ty),
            Expr::FuncLit { signature, body } => self.func_literal(expr, signature, body),
            Expr::CompositeLit { elements, .. } => {
                let elements = tree[elements].to_vec();
                self.composite(expr, &elements)
            }
            Expr::Selector { x, sel } => self.selector(expr, x, sel, at, ty),
            Expr::Index { x, indices } => {
                let inner = tree.unparen(x);
                match tree[inner] {
                    // An instantiation.
                    Expr::Ident(_) if self.is_func(inner) => self.ident(inner, at, ty),
                    Expr::Selector { x, sel } if self.is_func(sel) => {
                        self.selector(inner, x, sel, at, ty)
                    }
                    _ => match tree[indices].first() {
                        Some(&index) => self.index(x, index, at, ty),
                        None => self.nil(ty, at),
                    },
                }
            }
            Expr::Slice { x, bounds } => {
                let bounds = tree.slices[bounds as usize];
                let mut x = self.expr(x);
                let mut of_array =
                    self.types.pointee(self.code[x].ty).is_some_and(|ty| self.types.is_array(ty));
                if self.types.is_array(self.code[x].ty) {
                    let at = self.code[x].at;
                    x = self.address(x, at);
                    x = self.implicit(x);
                    of_array = true;
                }
                let parts = [bounds.lo, bounds.hi, bounds.max].map(|bound| match bound {
                    Some(bound) => self.expr(bound),
                    None => self.blank(at),
                });
                let bounds_list = self.code.add_list(&parts);
                let kind = Kind::Slice { x, bounds: bounds_list, three: bounds.three, of_array };
                self.add(kind, ty, at)
            }
            Expr::TypeAssert { x, .. } => {
                let x = self.expr(x);
                self.add(Kind::Assert(x), ty, at)
            }
            Expr::Call { fun, args, spread } => {
                let args = tree[args].to_vec();
                self.call(expr, fun, &args, spread)
            }
            Expr::Star(x) => {
                let x = self.expr(x);
                self.add(Kind::Deref(x), ty, at)
            }
            Expr::Unary { op, x } => match op {
                UnaryOp::Address => {
                    let x = self.expr(x);
                    self.address(x, at)
                }
                UnaryOp::Receive => {
                    let x = self.expr(x);
                    self.add(Kind::Receive(x), ty, at)
                }
                _ => {
                    let x = self.expr(x);
                    self.add(Kind::Unary(op, x), ty, at)
                }
            },
            Expr::Binary { op, x, y } => self.binary(op, x, y, at, ty),
            _ => self.nil(ty, at),
        }
    }

    /// Whether an identifier names a function or method.
    fn is_func(&self, ident: ExprId) -> bool {
        matches!(self.checked.object(ident), Some(Object::Func(_) | Object::InterfaceMethod))
            && self.checked.instance(ident).is_some()
    }

    /// What an identifier names.
    fn ident(&mut self, ident: ExprId, at: At, ty: TypeId) -> Id {
        match self.checked.object(ident) {
            Some(Object::Local(local)) => {
                let var = self.local(local);
                self.use_var(var, at)
            }
            Some(Object::Var(decl)) => self.add(Kind::Global(decl), ty, at),
            Some(Object::Func(decl)) => {
                let args = self.instance(ident, decl);
                self.function_value(FuncRef { decl, args }, at, ty)
            }
            // A function of C is called as a declaration of its own.
            Some(Object::C) if matches!(self.types.under(ty), TypeKind::Signature(_)) => {
                let name = self.tree.name(ident).map_or_else(String::new, |name| name.to_string());
                let name = Name::new(&format!("_Cfunc_{name}"));
                let func =
                    FuncRef { decl: DeclId::top_level(self.package, name), args: TypeList::EMPTY };
                self.add(Kind::Func(func), ty, at)
            }
            _ => self.nil(ty, at),
        }
    }

    /// Shapes of the type arguments at an identifier.
    pub(super) fn instance(&self, ident: ExprId, decl: DeclId) -> TypeList {
        let Some(args) = self.checked.instance(ident) else { return TypeList::EMPTY };
        let args = self.subst_list(args);
        let params = self.type_params(decl);
        self.types.shapes(&args, &params)
    }

    fn type_params(&self, decl: DeclId) -> Vec<gossa_types::TypeParamId> {
        let package = self.env.package(decl.package());
        let func = package.and_then(|package| package.funcs.get(&decl));
        func.map_or_else(Vec::new, |func| func.type_params.to_vec())
    }

    /// A function as a value. An instance whose arguments depend on those of the function around
    /// is wrapped in a function that brings its dictionary along.
    fn function_value(&mut self, func: FuncRef, at: At, ty: TypeId) -> Id {
        let value = self.add(Kind::Func(func), ty, at);
        if self.is_instance && !func.args.is_empty() {
            return self.bound_function(value, None, ty, at);
        }
        value
    }

    fn selector(&mut self, expr: ExprId, x: ExprId, sel: ExprId, at: At, ty: TypeId) -> Id {
        let checked = self.checked;
        let Some(selection) = checked.selection(expr) else {
            // A name of another package.
            return self.ident(sel, at, ty);
        };
        match selection.kind {
            SelectionKind::Field => {
                let x = self.expr(x);
                let x = self.embedded(x, &selection.path, at, true);
                let Selected::Field { index } = selection.selected else {
                    return self.nil(ty, at);
                };
                self.field(x, index, at)
            }
            SelectionKind::Method => match self.method(x, sel, selection, at) {
                Some(Method::Declared { func, receiver }) => {
                    if !func.args.is_empty() && self.is_instance {
                        let callee = self.add(Kind::MethodExpr(func), ty, at);
                        return self.bound_function(callee, Some(receiver), ty, at);
                    }
                    let kind = Kind::MethodValue {
                        x: receiver,
                        name: func.decl.name(),
                        func: Some((func.decl, func.args)),
                    };
                    self.add(kind, ty, at)
                }
                Some(Method::Interface { receiver, name }) => {
                    self.add(Kind::MethodValue { x: receiver, name, func: None }, ty, at)
                }
                Some(Method::Dictionary { callee, receiver }) => {
                    self.bound_function(callee, Some(receiver), ty, at)
                }
                None => self.nil(ty, at),
            },
            SelectionKind::MethodExpr => self.method_expr(selection, sel, at, ty),
        }
    }

    /// `T.m` as a value. Where the method is not one of `T` itself, or `T` is an interface, what
    /// it refers to is made later and is no function that can be looked at.
    fn method_expr(&mut self, selection: &Selection, sel: ExprId, at: At, ty: TypeId) -> Id {
        if let Selected::Method { decl } = selection.selected
            && selection.path.is_empty()
        {
            let receiver = self.subst(selection.receiver);
            let args = self.method_args(decl, receiver, sel);
            let pointer = self.has_pointer_receiver(decl);
            if pointer == self.types.pointee(receiver).is_some() {
                let func = FuncRef { decl, args };
                let callee = self.add(Kind::MethodExpr(func), ty, at);
                if args.is_empty() || !self.is_instance {
                    return callee;
                }
                return self.bound_function(callee, None, ty, at);
            }
        }
        let text = u32::try_from(self.code.texts.len()).unwrap_or(u32::MAX);
        let name = self.tree.name(sel).map_or_else(String::new, |name| name.to_string());
        self.code.texts.push(name);
        self.add(Kind::Dictionary(text), ty, at)
    }

    /// Whether a method's receiver is a pointer.
    pub(super) fn has_pointer_receiver(&self, decl: DeclId) -> bool {
        self.env
            .package(decl.package())
            .and_then(|package| package.funcs.get(&decl)?.receiver)
            .is_some_and(|receiver| receiver.pointer)
    }

    /// Shapes of the type arguments of a method for a receiver of this type.
    fn method_args(&self, decl: DeclId, receiver: TypeId, sel: ExprId) -> TypeList {
        let base = match receiver.unalias().kind() {
            TypeKind::Pointer(elem) => elem.unalias(),
            _ => receiver.unalias(),
        };
        let mut args: Vec<TypeId> = match base.kind() {
            TypeKind::Named { args, .. } => args.to_vec(),
            _ => Vec::new(),
        };
        if let Some(own) = self.checked.instance(sel) {
            args.extend(self.subst_list(own).iter().copied());
        }
        if args.is_empty() {
            return TypeList::EMPTY;
        }
        let params = self.type_params(decl);
        self.types.shapes(&args, &params)
    }

    /// The method that `x.sel` selects, with its receiver as the method takes it.
    pub(super) fn method(
        &mut self,
        x: ExprId,
        sel: ExprId,
        selection: &Selection,
        at: At,
    ) -> Option<Method> {
        let types = self.types;
        // As checked: methods of type parameters go by way of the dictionary, whatever they are
        // instantiated with.
        let mut checked = self.checked_ty(x);
        for &index in &selection.path {
            checked = self.step_type(checked, index)?;
        }
        let receiver = self.expr(x);
        let receiver = self.embedded(receiver, &selection.path, at, true);
        let ty = self.code[receiver].ty;
        match selection.selected {
            Selected::Method { decl } => {
                let args = self.method_args(decl, ty, sel);
                let receiver = self.adjusted(receiver, self.has_pointer_receiver(decl), at);
                Some(Method::Declared { func: FuncRef { decl, args }, receiver })
            }
            Selected::InterfaceMethod { name } => {
                let through = match checked.unalias().kind() {
                    TypeKind::Pointer(elem) => *elem,
                    _ => checked,
                };
                if crate::types::is_type_param(through) {
                    let receiver = self.adjusted_type_param(receiver, checked, at);
                    let callee = self.dictionary_method(through, name, receiver, selection, at);
                    return Some(Method::Dictionary { callee, receiver });
                }
                if types.is_interface(ty) {
                    return Some(Method::Interface { receiver, name });
                }
                let found = lookup_field_or_method(&types.resolver, ty, true, self.package, name)
                    .found()?;
                let Selected::Method { decl } = found.selected else { return None };
                let args = self.method_args(decl, ty, sel);
                let receiver = self.adjusted(receiver, self.has_pointer_receiver(decl), at);
                Some(Method::Declared { func: FuncRef { decl, args }, receiver })
            }
            Selected::Field { .. } => None,
        }
    }

    /// The receiver for a method of a type parameter: never by address.
    fn adjusted_type_param(&mut self, receiver: Id, checked: TypeId, at: At) -> Id {
        match checked.unalias().kind() {
            TypeKind::Pointer(elem) => {
                let ty = self.subst(*elem);
                let value = self.add(Kind::Deref(receiver), ty, at);
                self.implicit(value)
            }
            _ => receiver,
        }
    }

    /// A method of a type parameter: a word of the dictionary.
    fn dictionary_method(
        &mut self,
        param: TypeId,
        name: Name,
        receiver: Id,
        selection: &Selection,
        at: At,
    ) -> Id {
        let known = self.dictionary_methods.iter().position(|&entry| entry == (param, name));
        let index = known.unwrap_or_else(|| {
            self.dictionary_methods.push((param, name));
            self.dictionary_methods.len() - 1
        });
        let signature = self.subst(selection.ty);
        let receiver_ty = self.code[receiver].ty;
        let ty = self.with_receiver(signature, receiver_ty);
        let text = u32::try_from(self.code.texts.len()).unwrap_or(u32::MAX);
        self.code.texts.push(index.to_string());
        self.add(Kind::Dictionary(text), ty, at)
    }

    /// A signature with a receiver as its first parameter.
    fn with_receiver(&self, signature: TypeId, receiver: TypeId) -> TypeId {
        let TypeKind::Signature(found) = self.types.under(signature) else { return signature };
        let mut found = found.clone();
        let mut params = vec![gossa_types::Param { name: None, ty: receiver }];
        params.extend_from_slice(&found.params);
        found.params = params.into_boxed_slice();
        TypeId::new(TypeKind::Signature(found))
    }

    /// The receiver by pointer or by value, as the method takes it.
    pub(super) fn adjusted(&mut self, receiver: Id, pointer: bool, at: At) -> Id {
        let ty = self.code[receiver].ty;
        match (pointer, self.types.pointee(ty)) {
            (true, None) => {
                let id = self.address(receiver, at);
                self.implicit(id)
            }
            (false, Some(elem)) if matches!(ty.unalias().kind(), TypeKind::Pointer(_)) => {
                let id = self.add(Kind::Deref(receiver), elem, at);
                self.implicit(id)
            }
            _ => receiver,
        }
    }

    /// The type of embedded field `index` of a struct or what a pointer to one points to.
    fn step_type(&self, ty: TypeId, index: u32) -> Option<TypeId> {
        let holder = self.types.pointee(ty).unwrap_or(ty);
        match self.types.under(holder) {
            TypeKind::Struct(fields) => Some(fields.get(index as usize)?.ty),
            _ => None,
        }
    }

    /// `x` with the embedded fields on the way selected.
    fn embedded(&mut self, x: Id, path: &[u32], at: At, implicit: bool) -> Id {
        let mut x = x;
        for &index in path {
            x = self.field(x, index, at);
            if implicit {
                x = self.implicit(x);
            }
        }
        x
    }

    /// `x.f`, through a pointer where `x` is one.
    pub(super) fn field(&mut self, x: Id, index: u32, at: At) -> Id {
        let ty = self.code[x].ty;
        let pointee = self.types.pointee(ty);
        let holder = pointee.unwrap_or(ty);
        let TypeKind::Struct(fields) = self.types.under(holder) else {
            return self.nil(TypeId::INVALID, at);
        };
        let Some(field) = fields.get(index as usize) else {
            return self.nil(TypeId::INVALID, at);
        };
        let kind = match pointee {
            Some(_) => Kind::PointerField(x, field.name),
            None => Kind::Field(x, field.name),
        };
        self.add(kind, field.ty, at)
    }

    fn index(&mut self, x: ExprId, index: ExprId, at: At, ty: TypeId) -> Id {
        let checked = self.checked_ty(x);
        let key = match gossa_types::underlying::core_type(&self.types.resolver, checked)
            .map(TypeId::kind)
        {
            Some(TypeKind::Map { key, .. }) => Some(*key),
            _ => None,
        };
        let mut x = self.expr(x);
        let index = self.converted(key, index);
        if key.is_some() {
            return self.add(Kind::MapIndex(x, index), ty, at);
        }
        // Through a pointer to an array.
        if let Some(elem) = self.types.pointee(self.code[x].ty) {
            let at = self.code[x].at;
            x = self.add(Kind::Deref(x), elem, at);
            x = self.implicit(x);
        }
        self.add(Kind::Index(x, index), ty, at)
    }

    /// Whether an expression consists of literals only, so that it has no type of its own.
    fn is_of_literals(&self, expr: ExprId) -> bool {
        match self.tree[self.tree.unparen(expr)] {
            Expr::BasicLit { .. } => true,
            Expr::Unary { x, .. } => self.is_of_literals(x),
            Expr::Binary { x, y, .. } => self.is_of_literals(x) && self.is_of_literals(y),
            _ => false,
        }
    }

    fn binary(&mut self, op: BinaryOp, x: ExprId, y: ExprId, at: At, ty: TypeId) -> Id {
        if op == BinaryOp::Add && self.types.is_string(ty) {
            return self.concat(x, y, at, ty);
        }
        let common = match op {
            BinaryOp::Shl | BinaryOp::Shr => None,
            _ => {
                let (left, right) = (self.checked_ty(x), self.checked_ty(y));
                let r = &self.types.resolver;
                if self.checked.mode(y) == Mode::Nil {
                    Some(left)
                } else if self.checked.mode(x) == Mode::Nil
                    || assignable(r, left, None, right).is_ok()
                {
                    Some(right)
                } else {
                    Some(left)
                }
            }
        };
        let x = self.converted(common, x);
        // A count without a type of its own is a `uint`.
        let is_count = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        let has_no_type = is_count && self.is_of_literals(y);
        let y = self.converted(common, y);
        if has_no_type {
            self.code[y].ty = TypeId::basic(BasicKind::Uint);
        }
        let ty = match op {
            BinaryOp::LogicalAnd | BinaryOp::LogicalOr => ty,
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
                if ty == TypeId::INVALID =>
            {
                BOOL
            }
            _ => ty,
        };
        self.add(Kind::Binary(op, x, y), ty, at)
    }

    /// `a + b + ...` of strings is one operation with many operands.
    fn concat(&mut self, x: ExprId, y: ExprId, at: At, ty: TypeId) -> Id {
        let left = self.expr(x);
        let right = self.expr(y);
        let mut operands = Vec::new();
        for operand in [left, right] {
            match self.code[operand].kind {
                Kind::Concat(list) => operands.extend_from_slice(self.code.list(list)),
                _ => operands.push(operand),
            }
        }
        let list = self.code.add_list(&operands);
        self.add(Kind::Concat(list), ty, at)
    }

    /// A function that calls `callee` with values that are evaluated now: the receiver of a method
    /// value of an instance, a dictionary. The compiler makes it a function literal.
    fn bound_function(&mut self, callee: Id, receiver: Option<Id>, ty: TypeId, at: At) -> Id {
        let mut init = Vec::new();
        let mut captured = Vec::new();
        let inline = matches!(self.code[callee].kind, Kind::Func(_) | Kind::MethodExpr(_));
        let values = [(!inline).then_some(callee), receiver];
        for value in values.into_iter().flatten() {
            let value_ty = self.code[value].ty;
            let temp = self.temporary(value_ty, at);
            init.extend(self.define_temporary(temp, value, at));
            captured.push(temp);
        }
        let signature = match self.types.under(ty) {
            TypeKind::Signature(signature) => signature,
            _ => return self.nil(ty, at),
        };
        let func = self.enter_function();
        let index = self.current;
        self.code[index].wrapper = true;
        self.code[index].has_body = true;
        self.code[index].variadic = signature.variadic;
        self.code[index].captures_dictionary |= self.is_instance;
        let params: Vec<_> = signature
            .params
            .iter()
            .enumerate()
            .map(|(i, param)| {
                let name = param.name.unwrap_or_else(|| Name::new(&format!(".anon{i}")));
                self.new_var(Some(name), param.ty, VarKind::Param, at)
            })
            .collect();
        self.code[index].params.clone_from(&params);
        let results: Vec<_> = (0u32..)
            .zip(&*signature.results)
            .map(|(i, result)| {
                let name = Name::new(&format!("~r{i}"));
                self.new_var(Some(name), result.ty, VarKind::Result(i), at)
            })
            .collect();
        self.code[index].results.clone_from(&results);
        let mut uses = captured.iter();
        let callee = if inline {
            callee
        } else {
            match uses.next() {
                Some(&temp) => self.use_var(temp, at),
                None => callee,
            }
        };
        let mut args: Vec<Id> = Vec::new();
        for &temp in uses {
            args.push(self.use_var(temp, at));
        }
        if let Kind::Func(func) | Kind::MethodExpr(func) = self.code[callee].kind
            && !func.args.is_empty()
        {
            let dictionary = self.dictionary_argument(at);
            let place = usize::from(receiver.is_some()).min(args.len());
            args.insert(place, dictionary);
        }
        for &param in &params {
            args.push(self.use_var(param, at));
        }
        let args = self.code.add_list(&args);
        let results: Vec<TypeId> = signature.results.iter().map(|result| result.ty).collect();
        let result = match results[..] {
            [only] => only,
            _ => TypeId::tuple(&results),
        };
        let call = self.add(Kind::Call { fun: callee, args }, result, at);
        self.code[call].flag = signature.variadic;
        let body = match results.len() {
            0 => call,
            1 => {
                let list = self.code.add_list(&[call]);
                self.statement(Kind::Return(list), at)
            }
            _ => {
                let values = self.several(call, &results, at);
                let list = self.code.add_list(&values);
                self.statement(Kind::Return(list), at)
            }
        };
        let body = self.code.add_list(&[body]);
        self.code[index].body = body;
        let closure = self.leave_function(func, at, ty);
        self.add_init(closure, &init);
        closure
    }

    /// `temp := value`
    pub(super) fn define_temporary(
        &mut self,
        temp: crate::ir::VarId,
        value: Id,
        at: At,
    ) -> [Id; 2] {
        let declare = self.statement(Kind::Declare(temp), at);
        let target = self.use_var(temp, at);
        let assign = self.statement(Kind::Assign(target, Some(value)), at);
        self.code[assign].flag = true;
        self.code[temp].definition = crate::ir::Definition::Stmt(assign);
        [declare, assign]
    }

    /// The dictionary for a call of an instance: a word of ours, or a constant.
    pub(super) fn dictionary_argument(&mut self, at: At) -> Id {
        let text = u32::try_from(self.code.texts.len()).unwrap_or(u32::MAX);
        self.code.texts.push(".dict".to_owned());
        if let Some(dictionary) = self.dictionary {
            self.use_var(dictionary, at);
        }
        self.add(Kind::Dictionary(text), super::UINTPTR, at)
    }
}
