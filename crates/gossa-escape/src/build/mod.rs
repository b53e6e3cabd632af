//! From typed trees to [`Code`].
//!
//! [`Builder`] walks the tree of one declaration. Which conversions are implicit is decided by the
//! types as checked, what they do by the types with shapes put in for type parameters.

mod call;
mod convert;
mod dead;
mod expr;
mod function;
mod init;
mod literal;
mod range_func;
mod stmt;

pub(crate) use function::build_function;
pub(crate) use init::build_initializer;

use crate::env::EscapeEnv;
use crate::ir::{
    At, Code, Definition, Func, FuncIndex, Id, Kind, List, Node, Point, Var, VarId, VarKind,
};
use crate::types::Types;
use gossa_base::Name;
use gossa_syntax::{ExprId, NodeId, StmtId, Tree};
use gossa_types::constant::Value;
use gossa_types::subst::Substitution;
use gossa_types::{BasicKind, LocalId, Mode, PackageId, TreeTypes, TypeId, TypeList};
use range_func::RangeFunc;

/// Type `int`.
pub(crate) const INT: TypeId = TypeId::basic(BasicKind::Int);
/// Type `bool`.
pub(crate) const BOOL: TypeId = TypeId::basic(BasicKind::Bool);
/// Type `uintptr`: that of dictionaries' words.
pub(crate) const UINTPTR: TypeId = TypeId::basic(BasicKind::Uintptr);

/// Stack that must be left before going deeper into an expression, and how much more is taken.
const RED_ZONE: usize = 128 << 10;
const STACK_SEGMENT: usize = 4 << 20;

/// Builds the code of one declaration.
pub(crate) struct Builder<'e> {
    pub(crate) env: &'e dyn EscapeEnv,
    pub(crate) types: &'e Types<'e>,
    pub(crate) package: PackageId,
    pub(crate) tree: &'e Tree,
    pub(crate) checked: &'e TreeTypes,
    /// Whether `tree` is a body rather than a header.
    pub(crate) in_body: bool,
    /// Shapes of the type parameters.
    pub(crate) substitution: Option<Substitution<'e>>,
    /// Whether it is an instance of something generic.
    pub(crate) is_instance: bool,
    /// Whether loop variables are per iteration (Go 1.22).
    pub(crate) per_iteration: bool,
    pub(crate) code: Code,
    /// The function that is being built.
    pub(crate) current: FuncIndex,
    /// By local: its variable, once it is declared.
    pub(crate) locals: Vec<Option<VarId>>,
    /// The variable of the dictionary, in an instance.
    pub(crate) dictionary: Option<VarId>,
    /// Functions whose bodies are range-over-func bodies being built, innermost last.
    pub(crate) range_funcs: Vec<RangeFunc>,
    /// Entries of the dictionary for methods of type parameters, in order of first use.
    pub(crate) dictionary_methods: Vec<(TypeId, Name)>,
    /// The label of the statement that is being built.
    pub(crate) label: Option<Name>,
}

impl<'e> Builder<'e> {
    pub(crate) fn new(
        env: &'e dyn EscapeEnv,
        types: &'e Types<'e>,
        package: PackageId,
        tree: &'e Tree,
        checked: &'e TreeTypes,
        in_body: bool,
    ) -> Self {
        let code = Code { funcs: vec![Func::default()], ..Code::default() };
        Self {
            env,
            types,
            package,
            tree,
            checked,
            in_body,
            substitution: None,
            is_instance: false,
            per_iteration: true,
            code,
            current: Code::ROOT,
            locals: vec![None; checked.locals.len()],
            dictionary: None,
            range_funcs: Vec::new(),
            dictionary_methods: Vec::new(),
            label: None,
        }
    }

    // Places.

    pub(crate) fn at_expr(&self, expr: ExprId) -> At {
        self.at(expr.into())
    }

    pub(crate) fn at_stmt(&self, stmt: StmtId) -> At {
        self.at(stmt.into())
    }

    pub(crate) fn at(&self, node: NodeId) -> At {
        At { node, in_body: self.in_body, point: Point::Token }
    }

    // Types.

    /// A type of the tree with shapes put in.
    pub(crate) fn subst(&self, ty: TypeId) -> TypeId {
        match &self.substitution {
            None => ty,
            Some(substitution) => substitution.apply(ty),
        }
    }

    pub(crate) fn subst_list(&self, list: TypeList) -> TypeList {
        match &self.substitution {
            None => list,
            Some(substitution) => substitution.apply_list(list),
        }
    }

    /// The type of an expression as checked; the first of several values.
    pub(crate) fn checked_ty(&self, expr: ExprId) -> TypeId {
        let ty = self.checked.ty(expr);
        match ty.kind() {
            gossa_types::TypeKind::Tuple(types)
                if self.checked.mode(expr) != Mode::Value || types.len() == 1 =>
            {
                types.first().copied().unwrap_or(ty)
            }
            _ => gossa_types::predicates::default_type(ty),
        }
    }

    /// The type of an expression.
    pub(crate) fn ty(&self, expr: ExprId) -> TypeId {
        self.subst(self.checked_ty(expr))
    }

    // Nodes.

    pub(crate) fn add(&mut self, kind: Kind, ty: TypeId, at: At) -> Id {
        self.code.add(Node { kind, ty, at, init: List::default(), implicit: false, flag: false })
    }

    pub(crate) fn implicit(&mut self, id: Id) -> Id {
        self.code[id].implicit = true;
        id
    }

    /// Puts statements in front of what runs before a node.
    pub(crate) fn add_init(&mut self, id: Id, init: &[Id]) {
        if init.is_empty() {
            return;
        }
        let mut all = init.to_vec();
        all.extend_from_slice(self.code.list(self.code[id].init));
        self.code[id].init = self.code.add_list(&all);
    }

    pub(crate) fn constant(&mut self, value: Value, ty: TypeId, at: At) -> Id {
        let index = u32::try_from(self.code.consts.len()).unwrap_or(u32::MAX);
        self.code.consts.push(value);
        self.add(Kind::Const(index), ty, at)
    }

    pub(crate) fn int(&mut self, value: i64, at: At) -> Id {
        self.constant(Value::from_i64(value), INT, at)
    }

    pub(crate) fn blank(&mut self, at: At) -> Id {
        self.add(Kind::Blank, TypeId::INVALID, at)
    }

    pub(crate) fn nil(&mut self, ty: TypeId, at: At) -> Id {
        self.add(Kind::Nil, ty, at)
    }

    pub(crate) fn statement(&mut self, kind: Kind, at: At) -> Id {
        self.add(kind, TypeId::INVALID, at)
    }

    /// `&x`; marks the variable that `x` is or is a part of.
    pub(crate) fn address(&mut self, x: Id, at: At) -> Id {
        let ty = TypeId::pointer(self.code[x].ty);
        if let Kind::Literal(..) = self.code[x].kind {
            return self.add(Kind::AddressOfLiteral(x), ty, at);
        }
        let types = self.types;
        let outer = self.code.outer_value(x, &|ty| types.is_array(ty));
        if let Kind::Var(var) = self.code[outer].kind {
            self.code[var].address_taken = true;
        }
        self.add(Kind::Address(x), ty, at)
    }

    // Variables.

    pub(crate) fn new_var(
        &mut self,
        name: Option<Name>,
        ty: TypeId,
        kind: VarKind,
        at: At,
    ) -> VarId {
        self.code.vars.push(Var {
            name,
            ty,
            func: self.current,
            kind,
            at,
            definition: Definition::None,
            address_taken: false,
        });
        self.code[self.current].declared += 1;
        VarId::from_usize(self.code.vars.len() - 1)
    }

    /// A temporary of the current function.
    pub(crate) fn temporary(&mut self, ty: TypeId, at: At) -> VarId {
        let number = self.code[self.current].declared;
        let name = Name::new(&format!(".autotmp_{number}"));
        self.new_var(Some(name), ty, VarKind::Temporary, at)
    }

    /// A use of a variable; functions between it and its declaration capture it.
    pub(crate) fn use_var(&mut self, var: VarId, at: At) -> Id {
        let owner = self.code[var].func;
        let mut func = Some(self.current);
        while let Some(index) = func
            && index != owner
        {
            let captures = &mut self.code[index].captures;
            if !captures.contains(&var) {
                captures.push(var);
            }
            func = self.code[index].parent;
        }
        let ty = self.code[var].ty;
        self.add(Kind::Var(var), ty, at)
    }

    /// The variable of a local; declared here where a use comes first.
    pub(crate) fn local(&mut self, local: LocalId) -> VarId {
        if let Some(Some(var)) = self.locals.get(local.index()) {
            return *var;
        }
        self.declare_local(local, VarKind::Local)
    }

    /// Makes the variable of a local.
    pub(crate) fn declare_local(&mut self, local: LocalId, kind: VarKind) -> VarId {
        let (name, ty, at) = match self.checked.locals.get(local.index()) {
            Some(found) => (found.name, found.ty, found.declared_at.unwrap_or(NodeId::ROOT)),
            None => (None, TypeId::INVALID, NodeId::ROOT),
        };
        let ty = self.subst(ty);
        let at = self.at(at);
        let var = self.new_var(name, ty, kind, at);
        if let Some(slot) = self.locals.get_mut(local.index()) {
            *slot = Some(var);
        }
        var
    }

    pub(crate) fn is_blank(&self, expr: ExprId) -> bool {
        self.tree.name(self.tree.unparen(expr)).is_some_and(gossa_base::Name::is_blank)
    }
}
