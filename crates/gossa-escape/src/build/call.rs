//! Calls: of functions, methods, built-in functions; and several values at once.

use super::Builder;
use super::expr::Method;
use crate::ir::{AssignKind, At, FuncRef, Id, Kind, LiteralKind};
use gossa_syntax::{Expr, ExprId};
use gossa_types::underlying::core_type;
use gossa_types::{Builtin, Mode, Object, SelectionKind, SignatureType, TypeId, TypeKind};

impl Builder<'_> {
    pub(super) fn call(&mut self, expr: ExprId, fun: ExprId, args: &[ExprId], spread: bool) -> Id {
        let at = self.at_expr(expr);
        let tree = self.tree;
        if self.checked.mode(fun) == Mode::Type {
            let Some(&arg) = args.first() else { return self.nil(TypeId::INVALID, at) };
            let to = self.checked.ty(fun);
            return self.explicit_conversion(to, arg);
        }
        let inner = tree.unparen(fun);
        if self.checked.mode(fun) == Mode::Builtin
            && let Some(builtin) = self.builtin_of(inner)
        {
            return self.builtin(expr, builtin, args, spread);
        }
        let checked = self.checked_ty(fun);
        let core = core_type(&self.types.resolver, checked).unwrap_or(checked);
        let TypeKind::Signature(signature) = core.kind() else {
            return self.nil(TypeId::INVALID, at);
        };
        let mut leading = Vec::new();
        let callee = self.callee(inner, &mut leading);
        let callee = self.named_callee(callee, at);
        let values = self.arguments(signature, args, spread, at);
        leading.extend(values);
        let result = self.subst(self.checked.ty(expr));
        self.finish_call(callee, leading, signature.variadic && !spread, spread, result, at)
    }

    fn builtin_of(&self, fun: ExprId) -> Option<Builtin> {
        let ident = match self.tree[fun] {
            Expr::Selector { sel, .. } => sel,
            _ => fun,
        };
        match self.checked.object(ident) {
            Some(Object::Builtin(builtin)) => Some(builtin),
            _ => None,
        }
    }

    /// What is called; a receiver and a dictionary go in front of the arguments.
    pub(super) fn callee(&mut self, fun: ExprId, leading: &mut Vec<Id>) -> Id {
        let tree = self.tree;
        let checked = self.checked;
        let mut named = fun;
        if let Expr::Index { x, .. } = tree[fun]
            && checked.mode(x) != Mode::MapIndex
        {
            named = tree.unparen(x);
        }
        if let Expr::Selector { x, sel } = tree[named]
            && let Some(selection) = checked.selection(named)
            && selection.kind == SelectionKind::Method
        {
            let at = self.at_expr(named);
            let ty = self.ty(named);
            return match self.method(x, sel, selection, at) {
                Some(Method::Declared { func, receiver }) => {
                    leading.push(receiver);
                    if !func.args.is_empty() {
                        let dictionary = self.dictionary_argument(at);
                        leading.push(dictionary);
                    }
                    self.add(Kind::MethodExpr(func), ty, at)
                }
                Some(Method::Interface { receiver, name }) => {
                    self.add(Kind::InterfaceMethod(receiver, name), ty, at)
                }
                Some(Method::Dictionary { callee, receiver }) => {
                    leading.push(receiver);
                    callee
                }
                None => self.nil(ty, at),
            };
        }
        let ident = match tree[named] {
            Expr::Ident(_) => Some(named),
            Expr::Selector { sel, .. } if checked.selection(named).is_none() => Some(sel),
            _ => None,
        };
        if let Some(ident) = ident
            && let Some(Object::Func(decl)) = checked.object(ident)
            && checked.instance(ident).is_some()
        {
            let at = self.at_expr(fun);
            let ty = self.ty(fun);
            let args = self.instance(ident, decl);
            let dictionary = self.dictionary_argument(at);
            leading.push(dictionary);
            return self.add(Kind::Func(FuncRef { decl, args }), ty, at);
        }
        self.expr(fun)
    }

    /// A callee that is computed by a call itself is put into a temporary first.
    fn named_callee(&mut self, callee: Id, at: At) -> Id {
        let (holder, part) = match self.code[callee].kind {
            Kind::InterfaceMethod(x, name) => (x, Some(name)),
            _ => (callee, None),
        };
        if !self.calls_something(holder) {
            return callee;
        }
        let ty = self.code[holder].ty;
        let temp = self.temporary(ty, at);
        let declare = self.statement(Kind::Declare(temp), at);
        let target = self.use_var(temp, at);
        let assign = self.statement(Kind::Assign(target, Some(holder)), at);
        self.add_init(assign, &[declare]);
        let value = self.use_var(temp, at);
        let callee = match part {
            Some(name) => {
                let node = self.code[callee];
                self.add(Kind::InterfaceMethod(value, name), node.ty, node.at)
            }
            None => value,
        };
        self.pending_init(callee, assign)
    }

    /// Marks that a statement runs before the call of `callee`.
    fn pending_init(&mut self, callee: Id, stmt: Id) -> Id {
        self.code[callee].init = self.code.add_list(&[stmt]);
        callee
    }

    /// Whether evaluating a node calls something or receives.
    fn calls_something(&self, id: Id) -> bool {
        let code = &self.code;
        let any = |ids: &[Id]| ids.iter().any(|&id| self.calls_something(id));
        match code[id].kind {
            Kind::Call { .. }
            | Kind::InterfaceCall { .. }
            | Kind::Builtin(..)
            | Kind::MakeSlice(..)
            | Kind::MakeMap(_)
            | Kind::MakeChan(_)
            | Kind::Receive(_) => true,
            Kind::Unary(_, x)
            | Kind::Address(x)
            | Kind::AddressOfLiteral(x)
            | Kind::Deref(x)
            | Kind::Field(x, _)
            | Kind::PointerField(x, _)
            | Kind::InterfaceMethod(x, _)
            | Kind::MethodValue { x, .. }
            | Kind::Assert(x)
            | Kind::Convert(x)
            | Kind::Retype(x)
            | Kind::ToInterface(x)
            | Kind::StringConvert(_, x)
            | Kind::SliceToArray(x)
            | Kind::SliceToArrayPointer(x) => self.calls_something(x),
            Kind::Binary(_, x, y) | Kind::Index(x, y) | Kind::MapIndex(x, y) => any(&[x, y]),
            Kind::Slice { x, bounds, .. } => self.calls_something(x) || any(code.list(bounds)),
            Kind::Literal(_, list) | Kind::Concat(list) => any(code.list(list)),
            _ => false,
        }
    }

    /// The arguments, converted to the parameters' types; variadic ones one by one.
    fn arguments(
        &mut self,
        signature: &SignatureType,
        args: &[ExprId],
        spread: bool,
        at: At,
    ) -> Vec<Id> {
        let wanted = |this: &Self, index: usize| -> Option<TypeId> {
            let last = signature.params.len().checked_sub(1)?;
            if signature.variadic && !spread && index >= last {
                return this.types.slice_elem(signature.params[last].ty);
            }
            signature.params.get(index).map(|param| param.ty)
        };
        self.values(args, &wanted, at)
    }

    /// Expressions, or the several values of one, converted to the wanted types.
    pub(super) fn values(
        &mut self,
        exprs: &[ExprId],
        wanted: &dyn Fn(&Self, usize) -> Option<TypeId>,
        at: At,
    ) -> Vec<Id> {
        if let &[only] = exprs
            && let TypeKind::Tuple(types) = self.checked.ty(only).kind()
            && types.len() > 1
        {
            return self.several_converted(only, types.as_slice(), wanted, at);
        }
        exprs
            .iter()
            .enumerate()
            .map(|(index, &expr)| {
                let to = wanted(self, index);
                self.converted(to, expr)
            })
            .collect()
    }

    fn several_converted(
        &mut self,
        expr: ExprId,
        checked: &[TypeId],
        wanted: &dyn Fn(&Self, usize) -> Option<TypeId>,
        at: At,
    ) -> Vec<Id> {
        let value = self.expr(expr);
        let types: Vec<TypeId> = checked
            .iter()
            .map(|&ty| self.subst(gossa_types::predicates::default_type(ty)))
            .collect();
        let mut values =
            self.several_with(value, &types, at, |this, index, value| match wanted(this, index) {
                Some(to)
                    if !gossa_types::identical::identical(
                        &this.types.resolver,
                        gossa_types::predicates::default_type(checked[index]),
                        to,
                    ) =>
                {
                    let to = this.subst(to);
                    this.conversion(value, to, at, true)
                }
                _ => value,
            });
        if values.is_empty() {
            values.push(value);
        }
        values
    }

    /// The values of an expression that has several: temporaries that they are assigned to, which
    /// happens before the first is used.
    pub(super) fn several(&mut self, value: Id, types: &[TypeId], at: At) -> Vec<Id> {
        self.several_with(value, types, at, |_, _, value| value)
    }

    fn several_with(
        &mut self,
        value: Id,
        types: &[TypeId],
        at: At,
        convert: impl Fn(&mut Self, usize, Id) -> Id,
    ) -> Vec<Id> {
        let kind = match self.code[value].kind {
            Kind::MapIndex(..) => AssignKind::Map,
            Kind::Receive(_) => AssignKind::Receive,
            Kind::Assert(_) => AssignKind::Assert,
            _ => AssignKind::Call,
        };
        let mut targets = Vec::new();
        let mut declares = Vec::new();
        let mut values = Vec::new();
        for (index, &ty) in types.iter().enumerate() {
            let temp = self.temporary(ty, at);
            declares.push(self.statement(Kind::Declare(temp), at));
            targets.push((self.use_var(temp, at), temp));
            let used = self.use_var(temp, at);
            values.push(convert(self, index, used));
        }
        let lhs: Vec<Id> = targets.iter().map(|&(id, _)| id).collect();
        let lhs = self.code.add_list(&lhs);
        let rhs = self.code.add_list(&[value]);
        let assign = self.statement(Kind::AssignList(kind, lhs, rhs), at);
        self.code[assign].flag = true;
        self.add_init(assign, &declares);
        for (_, temp) in targets {
            self.code[temp].definition = crate::ir::Definition::Stmt(assign);
        }
        if let Some(&first) = values.first() {
            self.add_init(first, &[assign]);
        }
        values
    }

    /// A call with its arguments; `pack`: those from the variadic parameter on become a slice.
    pub(super) fn finish_call(
        &mut self,
        callee: Id,
        args: Vec<Id>,
        pack: bool,
        spread: bool,
        result: TypeId,
        at: At,
    ) -> Id {
        let mut args = args;
        let mut spread = spread;
        let init = std::mem::take(&mut self.code[callee].init);
        if pack && let TypeKind::Signature(signature) = self.types.under(self.code[callee].ty) {
            let leading = self.leading(callee);
            let fixed = signature.params.len().saturating_sub(1) + leading;
            let slice = signature.params.last().map_or(TypeId::INVALID, |param| param.ty);
            let packed = args.split_off(fixed.min(args.len()));
            args.push(self.packed(&packed, slice, at));
            spread = true;
        }
        let args = self.code.add_list(&args);
        let kind = match self.code[callee].kind {
            Kind::InterfaceMethod(..) => Kind::InterfaceCall { fun: callee, args },
            _ => Kind::Call { fun: callee, args },
        };
        let call = self.add(kind, result, at);
        self.code[call].flag = spread;
        self.code[call].init = init;
        call
    }

    /// Arguments in front of those of the callee's type: receiver, dictionary.
    fn leading(&self, callee: Id) -> usize {
        match self.code[callee].kind {
            Kind::MethodExpr(func) => {
                // `T.m(x, ...)`: the receiver is a parameter of the expression's type.
                let own = self.params_of(func.decl);
                let written = match self.types.under(self.code[callee].ty) {
                    TypeKind::Signature(signature) => signature.params.len(),
                    _ => 0,
                };
                usize::from(written <= own) + usize::from(!func.args.is_empty())
            }
            Kind::Func(func) => usize::from(!func.args.is_empty()),
            // The receiver is a parameter of its type.
            _ => 0,
        }
    }

    fn params_of(&self, decl: gossa_types::DeclId) -> usize {
        let package = self.env.package(decl.package());
        let func = package.and_then(|package| package.funcs.get(&decl));
        match func.map(|func| func.signature.unalias().kind()) {
            Some(TypeKind::Signature(signature)) => signature.params.len(),
            _ => 0,
        }
    }

    /// The slice of variadic arguments.
    pub(super) fn packed(&mut self, args: &[Id], slice: TypeId, at: At) -> Id {
        if args.is_empty() {
            let nil = self.nil(slice, at);
            return self.implicit(nil);
        }
        let elements = self.code.add_list(args);
        let literal = self.add(Kind::Literal(LiteralKind::Slice, elements), slice, at);
        self.implicit(literal)
    }

    fn builtin(&mut self, expr: ExprId, builtin: Builtin, args: &[ExprId], spread: bool) -> Id {
        let at = self.at_expr(expr);
        let ty = self.ty(expr);
        match builtin {
            Builtin::Make => {
                let operands: Vec<Id> =
                    args.iter().skip(1).map(|&arg| self.converted(None, arg)).collect();
                let (len, cap) = (operands.first().copied(), operands.get(1).copied());
                let kind = match self.types.under(ty) {
                    TypeKind::Slice(_) => match len {
                        Some(len) => Kind::MakeSlice(len, cap),
                        None => Kind::Nil,
                    },
                    TypeKind::Map { .. } => Kind::MakeMap(len),
                    _ => Kind::MakeChan(len),
                };
                self.add(kind, ty, at)
            }
            Builtin::New => {
                let Some(&arg) = args.first() else { return self.nil(ty, at) };
                if self.checked.mode(arg) == Mode::Type {
                    let elem = self.ty(arg);
                    let operand = self.add(Kind::Type, elem, at);
                    return self.add(Kind::New(operand), TypeId::pointer(elem), at);
                }
                let value = self.expr(arg);
                let value_ty = self.code[value].ty;
                let temp = self.temporary(value_ty, at);
                let init = self.define_temporary(temp, value, at);
                let variable = self.use_var(temp, at);
                let address = self.address(variable, at);
                self.add_init(address, &init);
                address
            }
            _ => {
                let first = args.first().map(|&arg| self.checked.ty(arg));
                let slice = first
                    .and_then(|ty| core_type(&self.types.resolver, ty))
                    .and_then(|ty| self.types.slice_elem(ty));
                let map_key = first.and_then(|ty| core_type(&self.types.resolver, ty)).and_then(
                    |ty| match ty.kind() {
                        TypeKind::Map { key, .. } => Some(*key),
                        _ => None,
                    },
                );
                let panics = builtin == Builtin::Panic;
                let same = matches!(builtin, Builtin::Max | Builtin::Min);
                let result = self.checked_ty(expr);
                let wanted = move |_: &Self, index: usize| match builtin {
                    Builtin::Append if index > 0 && !spread => slice,
                    Builtin::Delete if index == 1 => map_key,
                    _ if panics => Some(TypeId::empty_interface()),
                    _ if same => Some(result),
                    _ => None,
                };
                let values = self.values(args, &wanted, at);
                let list = self.code.add_list(&values);
                let id = self.add(Kind::Builtin(builtin, list), ty, at);
                self.code[id].flag = spread;
                id
            }
        }
    }
}
