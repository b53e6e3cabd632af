//! Functions: declared ones, literals, and those that `go` and `defer` statements are made into.

use super::{Builder, UINTPTR};
use crate::env::EscapeEnv;
use crate::ir::{At, Code, Definition, Func, FuncIndex, FuncRef, Id, Kind, Point, VarKind};
use crate::types::Types;
use gossa_base::Name;
use gossa_syntax::{ExprId, FieldList, NodeId, SignatureId, StmtId, Tree, TreeRoot};
use gossa_types::subst::Substitution;
use gossa_types::{
    Builtin, FuncDecl, LocalId, LocalKind, Mode, Object, TreeTypes, TypeId, TypeKind,
};

/// Type arguments of a generic function as shapes: one of each of its parameters.
fn instance_args(env: &dyn EscapeEnv, func: FuncRef) -> Option<&[gossa_types::TypeParamId]> {
    let decl = env.package(func.decl.package())?.funcs.get(&func.decl)?;
    (decl.type_params.len() == func.args.len()).then_some(&*decl.type_params)
}

/// Builds the code of a declared function or of an instance of a generic one.
pub(crate) fn build_function<'e>(
    env: &'e dyn EscapeEnv,
    types: &'e Types<'e>,
    func: FuncRef,
) -> Option<Code> {
    static NO_TREE: std::sync::LazyLock<(Tree, TreeTypes)> =
        std::sync::LazyLock::new(|| (Tree::empty(), TreeTypes::default()));
    let package = env.package(func.decl.package())?;
    let decl = package.funcs.get(&func.decl)?;
    let header = env.header_tree(package.id, decl.source)?;
    let body = if decl.has_body { env.body(func.decl) } else { None };
    let (tree, checked) = match body {
        Some((tree, types)) => (tree, &types.types),
        None => (&NO_TREE.0, &NO_TREE.1),
    };
    let mut builder = Builder::new(env, types, package.id, tree, checked, true);
    builder.code.root = Some(func);
    if !func.args.is_empty() {
        let params = instance_args(env, func)?;
        builder.substitution = Some(Substitution::new(params, func.args.as_slice()));
        builder.is_instance = true;
    }
    let version = package.file_versions.get(decl.source.file as usize);
    builder.per_iteration = version.is_none_or(|&version| version >= (1, 22));
    builder.declared(decl, header, body.is_some());
    Some(builder.code)
}

impl Builder<'_> {
    fn declared(&mut self, decl: &FuncDecl, header: &Tree, has_body: bool) {
        let root = Code::ROOT;
        let TypeKind::Signature(signature) = self.subst(decl.signature).unalias().kind() else {
            return;
        };
        self.code[root].has_receiver = decl.receiver.is_some();
        self.code[root].variadic = signature.variadic;
        self.code[root].has_body = has_body;
        let (receiver_fields, signature_id) = match header.root {
            TreeRoot::Func { receiver, signature, .. } => (receiver, Some(signature)),
            _ => (FieldList::default(), None),
        };
        // Receiver, parameters and results are the first locals, in this order.
        let mut next = 0u32;
        let mut local = |this: &Self, kind: LocalKind| -> Option<LocalId> {
            let id = LocalId::new(next);
            let found = this.checked.locals.get(id.index())?;
            if found.kind != kind || found.function.is_some() {
                return None;
            }
            next += 1;
            Some(id)
        };
        let idents = |fields: FieldList| -> Vec<Option<ExprId>> {
            let mut all = Vec::new();
            for field in &header[fields] {
                let names = &header[field.names];
                if names.is_empty() {
                    all.push(None);
                }
                all.extend(names.iter().map(|&name| Some(name)));
            }
            all
        };
        let header_at = |ident: Option<ExprId>| At {
            node: ident.map_or(NodeId::ROOT, NodeId::from),
            in_body: false,
            point: Point::Token,
        };
        if let Some(receiver) = decl.receiver {
            let ty = self.subst(receiver.ty);
            let ident = idents(receiver_fields).first().copied().flatten();
            let at = header_at(ident);
            let var = self.new_var(named(receiver.name), ty, VarKind::Param, at);
            self.code[root].params.push(var);
            if let Some(local) = local(self, LocalKind::Receiver) {
                self.locals[local.index()] = Some(var);
            }
        }
        if self.is_instance {
            let at = header_at(None);
            let ty = TypeId::pointer(UINTPTR);
            let var = self.new_var(Some(Name::new(".dict")), ty, VarKind::Param, at);
            self.code[root].params.push(var);
            self.dictionary = Some(var);
        }
        let params = signature_id.map_or(Vec::new(), |id| idents(header[id].params));
        for (index, param) in signature.params.iter().enumerate() {
            let at = header_at(params.get(index).copied().flatten());
            let var = self.new_var(named(param.name), param.ty, VarKind::Param, at);
            self.code[root].params.push(var);
            if let Some(local) = local(self, LocalKind::Param) {
                self.locals[local.index()] = Some(var);
            }
        }
        let results = signature_id.map_or(Vec::new(), |id| result_places(header, id));
        for (index, result) in (0u32..).zip(&*signature.results) {
            let name = result.name.map_or_else(
                || Name::new(&format!("~r{index}")),
                |name| if name.is_blank() { Name::new(&format!("~r{index}")) } else { name },
            );
            let place = results.get(index as usize).copied().flatten();
            let var = self.new_var(Some(name), result.ty, VarKind::Result(index), header_at(place));
            self.code[root].results.push(var);
            if let Some(local) = local(self, LocalKind::Result) {
                self.locals[local.index()] = Some(var);
            }
        }
        if has_body && let TreeRoot::Body(body) = self.tree.root {
            let body = self.block(body);
            self.code[root].body = body;
        }
    }

    /// A function literal.
    pub(super) fn func_literal(
        &mut self,
        expr: ExprId,
        signature_id: SignatureId,
        body: StmtId,
    ) -> Id {
        let at = At { point: Point::Start, ..self.at_expr(expr) };
        let ty = self.ty(expr);
        let TypeKind::Signature(signature) = self.types.under(ty) else {
            return self.nil(ty, at);
        };
        let range_funcs = std::mem::take(&mut self.range_funcs);
        let func = self.enter_function();
        let index = self.current;
        self.code[index].has_body = true;
        self.code[index].variadic = signature.variadic;
        self.code[index].captures_dictionary = self.is_instance;
        let own: Vec<LocalId> = self
            .checked
            .locals
            .iter()
            .enumerate()
            .filter(|(_, local)| local.function == Some(expr))
            .map(|(index, _)| LocalId::from_usize(index))
            .collect();
        let of_kind = |this: &Self, kind: LocalKind| -> Vec<LocalId> {
            own.iter()
                .copied()
                .filter(|local| this.checked.locals[local.index()].kind == kind)
                .collect()
        };
        let params = of_kind(self, LocalKind::Param);
        for (position, param) in signature.params.iter().enumerate() {
            let var = match params.get(position) {
                Some(&local) => {
                    let var = self.declare_local(local, VarKind::Param);
                    self.code[var].name = named(self.code[var].name);
                    var
                }
                None => self.new_var(named(param.name), param.ty, VarKind::Param, at),
            };
            self.code[index].params.push(var);
        }
        let results = of_kind(self, LocalKind::Result);
        let places = result_places(self.tree, signature_id);
        for (position, result) in (0u32..).zip(&*signature.results) {
            let kind = VarKind::Result(position);
            let var = match results.get(position as usize) {
                Some(&local) => self.declare_local(local, kind),
                None => self.new_var(result.name, result.ty, kind, at),
            };
            let name = match self.code[var].name {
                Some(name) if name.is_blank() => Name::new(&format!("~r{position}")),
                Some(name) => name,
                None => Name::new(&format!("~r{position}")),
            };
            self.code[var].name = Some(name);
            if let Some(Some(place)) = places.get(position as usize) {
                self.code[var].at = self.at_expr(*place);
            }
            self.code[index].results.push(var);
        }
        let label = self.label.take();
        let body = self.block(body);
        self.label = label;
        self.code[index].body = body;
        let closure = self.leave_function(func, at, ty);
        self.range_funcs = range_funcs;
        closure
    }

    /// Starts a function inside the current one; returns the one around.
    pub(super) fn enter_function(&mut self) -> FuncIndex {
        let parent = self.current;
        self.code.funcs.push(Func { parent: Some(parent), ..Func::default() });
        self.current = FuncIndex::from_usize(self.code.funcs.len() - 1);
        parent
    }

    /// Ends a function: its value in the one around.
    pub(super) fn leave_function(&mut self, parent: FuncIndex, at: At, ty: TypeId) -> Id {
        let func = std::mem::replace(&mut self.current, parent);
        // What captures the dictionary needs it in every function in between.
        if self.code[func].captures_dictionary
            && let Some(dictionary) = self.dictionary
        {
            let _ = self.use_var(dictionary, at);
        }
        self.add(Kind::Closure(func), ty, at)
    }

    /// Types (as checked) of the results of the function that `return` leaves.
    pub(super) fn result_types(&self) -> Vec<TypeId> {
        let mut func = self.current;
        if let Some(outermost) = self.range_funcs.first() {
            func = outermost.around;
        }
        let results = &self.code[func].results;
        // A local's type is as checked.
        results
            .iter()
            .map(|&var| {
                let slot = self.locals.iter().position(|&local| local == Some(var));
                slot.and_then(|slot| self.checked.locals.get(slot))
                    .map_or(self.code[var].ty, |local| local.ty)
            })
            .collect()
    }

    /// `go f(x)`, `defer f(x)`: operands are evaluated now, the call is that of a function
    /// without parameters and results.
    pub(super) fn go_or_defer(&mut self, call: ExprId, defer: bool, at: At, out: &mut Vec<Id>) {
        let expr = self.tree.unparen(call);
        let mut call = self.expr(expr);
        let before = std::mem::take(&mut self.code[call].init);
        let mut init = self.code.list(before).to_vec();
        let plain = match self.code[call].kind {
            Kind::Call { fun, .. } => match self.types.under(self.code[fun].ty) {
                TypeKind::Signature(signature) => {
                    signature.params.is_empty()
                        && signature.results.is_empty()
                        && !matches!(self.code[fun].kind, Kind::MethodExpr(_))
                        && !matches!(self.code[fun].kind, Kind::Func(func) if !func.args.is_empty())
                }
                _ => false,
            },
            _ => false,
        };
        if !plain {
            call = self.wrapped_call(call, at, &mut init);
        }
        let kind = if defer { Kind::Defer(call) } else { Kind::Go(call) };
        let id = self.statement(kind, at);
        self.code[id].init = self.code.add_list(&init);
        self.code[id].flag = defer && !self.range_funcs.is_empty();
        out.push(id);
    }

    fn wrapped_call(&mut self, call: Id, at: At, init: &mut Vec<Id>) -> Id {
        let mut operands = Vec::new();
        let node = self.code[call];
        // Lists are rewritten in place, so each operand has a place of its own.
        match node.kind {
            Kind::Call { fun, args } => {
                operands.push(fun);
                operands.extend_from_slice(self.code.list(args));
            }
            Kind::InterfaceCall { fun, args } => {
                if let Kind::InterfaceMethod(x, _) = self.code[fun].kind {
                    operands.push(x);
                }
                operands.extend_from_slice(self.code.list(args));
            }
            Kind::Builtin(_, args) => operands.extend_from_slice(self.code.list(args)),
            _ => {}
        }
        let interface = matches!(node.kind, Kind::InterfaceCall { .. });
        let mut spilled = Vec::new();
        for (index, operand) in operands.into_iter().enumerate() {
            if interface && index == 0 {
                spilled.push(operand);
            } else {
                self.spilled_operands(operand, &mut spilled);
            }
        }
        // Their nodes become uses of temporaries; copies are what is evaluated.
        let mut lhs = Vec::new();
        let mut rhs = Vec::new();
        let mut temps = Vec::new();
        for &operand in &spilled {
            let copy = self.code[operand];
            let value = self.code.add(copy);
            let at = if has_own_place(&copy.kind) { copy.at } else { at };
            let temp = self.temporary(copy.ty, at);
            init.push(self.statement(Kind::Declare(temp), at));
            lhs.push(self.use_var(temp, at));
            rhs.push(value);
            temps.push(temp);
        }
        if !temps.is_empty() {
            let lhs = self.code.add_list(&lhs);
            let rhs = self.code.add_list(&rhs);
            let kind = Kind::AssignList(crate::ir::AssignKind::Parallel, lhs, rhs);
            let assign = self.statement(kind, at);
            for &temp in &temps {
                self.code[temp].definition = Definition::Stmt(assign);
            }
            init.push(assign);
            if interface && let Some(&temp) = temps.first() {
                let value = self.use_var(temp, at);
                init.push(self.statement(Kind::CheckNil(value), at));
            }
        }
        let parent = self.enter_function();
        let index = self.current;
        self.code[index].has_body = true;
        self.code[index].wrapper = true;
        self.code[index].site = Some(at.node);
        for (&operand, &temp) in spilled.iter().zip(&temps) {
            let used = self.use_var(temp, at);
            let node = self.code[used];
            self.code[operand] = node;
        }
        let body = self.code.add_list(&[call]);
        self.code[index].body = body;
        let signature = TypeId::new(TypeKind::Signature(gossa_types::SignatureType {
            type_params: Box::default(),
            params: Box::default(),
            results: Box::default(),
            variadic: false,
        }));
        let closure = self.leave_function(parent, at, signature);
        let args = self.code.add_list(&[]);
        self.add(Kind::Call { fun: closure, args }, TypeId::tuple(&[]), at)
    }

    /// The parts of an operand of a `go` or `defer` statement that must be evaluated now.
    fn spilled_operands(&self, operand: Id, spilled: &mut Vec<Id>) {
        let node = &self.code[operand];
        match node.kind {
            Kind::Const(_)
            | Kind::Nil
            | Kind::MethodExpr(_)
            | Kind::Func(_)
            | Kind::New(_)
            | Kind::Type => {}
            Kind::Dictionary(_) if node.ty == UINTPTR && self.dictionary.is_none() => {}
            Kind::Retype(x)
                if self.types.is_uintptr(node.ty)
                    && self.types.is_unsafe_pointer(self.code[x].ty) =>
            {
                self.spilled_operands(x, spilled);
            }
            Kind::Literal(kind, list) if kind != crate::ir::LiteralKind::Map => {
                for &element in self.code.list(list) {
                    self.spilled_operands(element, spilled);
                }
            }
            _ => spilled.push(operand),
        }
    }

    /// Whether an expression is a call of this built-in function.
    pub(super) fn is_call_of(&self, expr: ExprId, builtin: Builtin) -> bool {
        let gossa_syntax::Expr::Call { fun, .. } = self.tree[self.tree.unparen(expr)] else {
            return false;
        };
        let fun = self.tree.unparen(fun);
        self.checked.mode(fun) == Mode::Builtin
            && self.checked.object(fun) == Some(Object::Builtin(builtin))
    }
}

/// Whether a node's place is that of one use of it: names and constants have that of their
/// declaration or none.
fn has_own_place(kind: &Kind) -> bool {
    !matches!(kind, Kind::Var(_) | Kind::Global(_) | Kind::Func(_) | Kind::Const(_) | Kind::Nil)
}

/// The name of a parameter, if it can be used.
fn named(name: Option<Name>) -> Option<Name> {
    name.filter(|name| !name.is_blank())
}

/// Where each result is: its name, or its type where it has none.
fn result_places(tree: &Tree, signature: SignatureId) -> Vec<Option<ExprId>> {
    let mut all = Vec::new();
    for field in &tree[tree[signature].results] {
        let names = &tree[field.names];
        if names.is_empty() {
            all.push(Some(field.ty));
        }
        all.extend(names.iter().map(|&name| Some(name)));
    }
    all
}
