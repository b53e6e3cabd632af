//! What checkers of one package share: the tables of declarations and the answers of others.
//!
//! The [`Resolver`] here works in both phases. While a package's declarations are checked,
//! answers about them are found out on demand ([`PackageState`]); when bodies are checked, they
//! are read from [`PackageDecls`].

use super::Delayed;
use super::package::PackageInput;
use super::record::Records;
use crate::cgo::CgoDecls;
use crate::constant::Value;
use crate::decls::{At, DeclSource, Instantiation, Note, NoteKind, PackageDecls, TypeError};
use crate::env::{Target, TypeEnv};
use crate::ids::{DeclId, PackageId, TypeParamId};
use crate::info::{Bound, LocalDecls, TypeDecl};
use crate::object::Object;
use crate::resolver::{MethodInfo, Resolver, find_method};
use crate::ty::{TypeId, TypeKind};
use crate::underlying::RelationCache;
use crate::universe;
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_syntax::{Expr, ExprId, Spec, SpecId, Tree};
use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

/// A language version, (1, N).
pub(crate) type Version = (u32, u32);

/// How far a declaration is resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum State {
    /// Not yet looked at.
    #[default]
    Untouched,
    /// Being resolved: whoever asks now has found a cycle.
    InProgress,
    /// Resolved.
    Done,
}

/// The header tree of one declaration, and what is known of it.
pub(crate) struct HeaderTree<'e> {
    pub(crate) tree: &'e Tree,
    pub(crate) source: DeclSource,
    pub(crate) version: Version,
    pub(crate) records: Records,
}

/// A package-level constant while its package is checked.
pub(crate) struct ConstEntry {
    pub(crate) tree: u32,
    pub(crate) ident: ExprId,
    pub(crate) ty: Option<ExprId>,
    pub(crate) init: Option<ExprId>,
    pub(crate) inherited: bool,
    pub(crate) iota: u32,
    pub(crate) state: Cell<State>,
    pub(crate) found: RefCell<(TypeId, Value)>,
}

/// A package-level variable while its package is checked.
pub(crate) struct VarEntry {
    pub(crate) tree: u32,
    pub(crate) spec: SpecId,
    pub(crate) index: u32,
    pub(crate) ident: ExprId,
    pub(crate) ty: Option<ExprId>,
    pub(crate) init: Option<ExprId>,
    /// The variables of the specification where one call initialises them all.
    pub(crate) group: Option<Arc<[DeclId]>>,
    pub(crate) state: Cell<State>,
    /// Its type, where known.
    pub(crate) found: Cell<Option<TypeId>>,
}

/// A package-level type while its package is checked.
pub(crate) struct TypeEntry {
    pub(crate) tree: u32,
    pub(crate) ident: ExprId,
    pub(crate) spec: SpecId,
    pub(crate) alias: bool,
    pub(crate) type_params: Arc<[TypeParamId]>,
    pub(crate) bounds: Cell<State>,
    pub(crate) state: Cell<State>,
    /// Underlying type, or what an alias stands for.
    pub(crate) found: Cell<TypeId>,
    /// The type on the right side.
    pub(crate) written: Cell<TypeId>,
    /// Whether an error in a cycle makes it invalid.
    pub(crate) broken: Cell<bool>,
    /// The declarations that were being resolved when it was first mentioned, from an alias on.
    pub(crate) mentioned_in: RefCell<Box<[DeclId]>>,
}

/// The receiver of a method while its package is checked, from syntax alone.
#[derive(Clone, Copy)]
pub(crate) struct ReceiverEntry {
    /// The base type; it need not exist.
    pub(crate) base: DeclId,
    pub(crate) pointer: bool,
    /// How many type parameters the receiver declares.
    pub(crate) params: u32,
    pub(crate) name: Option<Name>,
}

/// A function or method while its package is checked.
pub(crate) struct FuncEntry {
    pub(crate) tree: u32,
    pub(crate) ident: ExprId,
    pub(crate) receiver: Option<ReceiverEntry>,
    pub(crate) type_params: Arc<[TypeParamId]>,
    pub(crate) has_body: bool,
    pub(crate) bounds: Cell<State>,
    pub(crate) state: Cell<State>,
    pub(crate) signature: Cell<TypeId>,
    pub(crate) receiver_type: Cell<TypeId>,
}

/// Something whose type is a function's, mentioned while that function's signature is being
/// resolved: `func f() [unsafe.Sizeof(f)]int`. It gets the signature when that is known.
#[derive(Clone, Copy)]
pub(crate) struct Early {
    pub(crate) func: DeclId,
    pub(crate) what: EarlyUse,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EarlyUse {
    /// An expression of a header tree.
    Expr(u32, ExprId),
    /// A variable that has the function for its initial value.
    Var(DeclId),
}

/// The declarations of a package while they are checked.
pub(crate) struct PackageState<'e> {
    pub(crate) input: &'e PackageInput<'e>,
    pub(crate) trees: Vec<HeaderTree<'e>>,
    pub(crate) scope: FxHashMap<Name, Object>,
    /// Whether a name is both imported by a file and declared by the package.
    pub(crate) has_conflicts: bool,
    pub(crate) file_scopes: Vec<FxHashMap<Name, Object>>,
    /// For each file the names of its scope that declarations use.
    pub(crate) used_imports: Box<[RefCell<FxHashSet<Name>>]>,
    pub(crate) consts: FxHashMap<DeclId, ConstEntry>,
    pub(crate) vars: FxHashMap<DeclId, VarEntry>,
    pub(crate) types: FxHashMap<DeclId, TypeEntry>,
    pub(crate) funcs: FxHashMap<DeclId, FuncEntry>,
    /// Constants, variables and functions in source order.
    pub(crate) value_order: Vec<DeclId>,
    pub(crate) var_order: Vec<DeclId>,
    pub(crate) type_order: Vec<DeclId>,
    pub(crate) func_order: Vec<DeclId>,
    pub(crate) methods: FxHashMap<DeclId, Arc<[(Name, DeclId)]>>,
    pub(crate) bounds: RefCell<FxHashMap<TypeParamId, Bound>>,
    pub(crate) delayed: RefCell<Vec<(u32, Option<DeclId>, Delayed)>>,
    /// What initialisers mention, by tree and expression; what constants, and variables without
    /// an initialiser, mention, by tree and identifier.
    pub(crate) references: RefCell<FxHashMap<(u32, ExprId), Vec<DeclId>>>,
    /// Whether the size of a type varies, of those that were asked for.
    pub(crate) sizes: RefCell<FxHashMap<TypeId, bool>>,
    /// What has the type of a function whose signature is being resolved.
    pub(crate) early: RefCell<Vec<Early>>,
    /// The declarations being resolved, outermost first.
    pub(crate) path: RefCell<Path>,
    /// Whether constraints are being resolved.
    pub(crate) in_bounds: Cell<bool>,
    pub(crate) local_ordinals: RefCell<FxHashMap<(DeclId, Name), u32>>,
    pub(crate) cgo: Option<Arc<CgoDecls>>,
}

/// What a declaration counts as in a cycle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PathKind {
    /// A constant or variable.
    Value,
    /// A type that is no alias, or a function.
    Other,
    /// An alias.
    Alias,
}

/// The declarations being resolved, outermost first.
#[derive(Default)]
pub(crate) struct Path {
    /// With how many values and aliases there are before each.
    entries: Vec<(DeclId, PathKind, u32, u32)>,
    index: FxHashMap<DeclId, usize>,
}

impl Path {
    fn counts(&self) -> (u32, u32) {
        self.entries.last().map_or((0, 0), |&(_, kind, values, aliases)| {
            let value = u32::from(kind == PathKind::Value);
            (values + value, aliases + u32::from(kind == PathKind::Alias))
        })
    }

    pub(crate) fn push(&mut self, decl: DeclId, kind: PathKind) {
        let (values, aliases) = self.counts();
        self.index.insert(decl, self.entries.len());
        self.entries.push((decl, kind, values, aliases));
    }

    pub(crate) fn pop(&mut self) {
        if let Some((decl, ..)) = self.entries.pop() {
            self.index.remove(&decl);
        }
    }

    /// Whether an alias is being resolved.
    pub(crate) fn has_alias(&self) -> bool {
        self.counts().1 > 0
    }

    /// The declarations from the outermost alias on.
    pub(crate) fn since_alias(&self) -> Box<[DeclId]> {
        let decls = self.entries.iter().skip_while(|(_, kind, ..)| *kind != PathKind::Alias);
        decls.map(|(decl, ..)| *decl).collect()
    }

    /// Whether there are values, and not only values, from `decl` on.
    pub(crate) fn is_mixed_since(&self, decl: DeclId) -> bool {
        let Some(&start) = self.index.get(&decl) else { return false };
        let values = (self.counts().0 - self.entries[start].2) as usize;
        values > 0 && values < self.entries.len() - start
    }

    /// The declarations from `decl` on.
    pub(crate) fn since(&self, decl: DeclId) -> Vec<DeclId> {
        let start = self.index.get(&decl).copied().unwrap_or(0);
        self.entries[start..].iter().map(|(decl, ..)| *decl).collect()
    }
}

impl PackageState<'_> {
    /// Whether the right side of a type declaration is a type literal, not another type's name.
    pub(crate) fn is_type_literal(&self, entry: &TypeEntry) -> bool {
        let tree = self.trees[entry.tree as usize].tree;
        let Spec::Type { ty, .. } = tree.specs[entry.spec.index()] else { return false };
        let ty = tree.unparen(ty);
        !matches!(tree[ty], Expr::Ident(_) | Expr::Selector { .. } | Expr::Index { .. })
    }

    /// What a declaration counts as in a cycle.
    pub(crate) fn kind_of(&self, decl: DeclId) -> PathKind {
        match self.types.get(&decl) {
            Some(entry) if entry.alias => PathKind::Alias,
            Some(_) => PathKind::Other,
            None if self.funcs.contains_key(&decl) => PathKind::Other,
            None => PathKind::Value,
        }
    }

    /// The tree that declares an object of the package, and the identifier in it.
    pub(crate) fn place_of(&self, object: Object) -> Option<(u32, ExprId)> {
        match object {
            Object::Const(decl) => self.consts.get(&decl).map(|e| (e.tree, e.ident)),
            Object::Var(decl) => self.vars.get(&decl).map(|e| (e.tree, e.ident)),
            Object::TypeName(decl) => self.types.get(&decl).map(|e| (e.tree, e.ident)),
            Object::Func(decl) => self.funcs.get(&decl).map(|e| (e.tree, e.ident)),
            _ => None,
        }
    }
}

/// The package at hand.
pub(crate) enum Own<'e> {
    /// Its declarations are being checked.
    Checking(Box<PackageState<'e>>),
    /// Its declarations are known.
    Checked(&'e PackageDecls),
}

/// What checkers share.
pub(crate) struct Context<'e> {
    pub(crate) env: &'e dyn TypeEnv,
    pub(crate) package: PackageId,
    pub(crate) own: Own<'e>,
    /// Local types found so far.
    pub(crate) locals: RefCell<LocalDecls>,
    pub(crate) errors: RefCell<Vec<TypeError>>,
    pub(crate) instantiations: RefCell<Vec<Instantiation>>,
    /// Names that several packages behind the imports have; found out when first needed.
    ambiguous_names: OnceCell<FxHashSet<Name>>,
    cache: RelationCache,
}

impl<'e> Context<'e> {
    pub(crate) fn new(env: &'e dyn TypeEnv, package: PackageId, own: Own<'e>) -> Self {
        Self {
            env,
            package,
            own,
            locals: RefCell::default(),
            errors: RefCell::default(),
            instantiations: RefCell::default(),
            ambiguous_names: OnceCell::new(),
            cache: RelationCache::default(),
        }
    }

    /// The tables of the package whose declarations are being checked.
    pub(crate) fn state(&self) -> Option<&PackageState<'e>> {
        match &self.own {
            Own::Checking(state) => Some(state),
            Own::Checked(_) => None,
        }
    }

    /// What a name of the package scope, the file's imports or the universe denotes, and whether
    /// it is the file's.
    pub(crate) fn lookup(&self, file: u32, name: Name) -> Option<(Object, bool)> {
        let (scope, files, conflicts) = match &self.own {
            Own::Checking(state) => (&state.scope, &state.file_scopes[..], state.has_conflicts),
            Own::Checked(decls) => (&decls.scope, &decls.file_scopes[..], !decls.errors.is_empty()),
        };
        // The file's block is the inner one; that only matters where there is an error.
        if conflicts && let Some(&object) = files.get(file as usize).and_then(|s| s.get(&name)) {
            return Some((object, true));
        }
        if let Some(&object) = scope.get(&name) {
            return Some((object, false));
        }
        if let Some(&object) = files.get(file as usize).and_then(|scope| scope.get(&name)) {
            return Some((object, true));
        }
        universe::universe().scope.get(&name).map(|&object| (object, false))
    }

    /// The declarations of another package, or of this one when they are known.
    pub(crate) fn decls(&self, package: PackageId) -> Option<&'e PackageDecls> {
        match &self.own {
            Own::Checked(decls) if package == self.package => Some(decls),
            Own::Checking(_) if package == self.package => None,
            _ => self.env.package(package),
        }
    }

    /// Type and value of a package-level or predeclared constant.
    pub(crate) fn constant(&self, decl: DeclId) -> (TypeId, Value) {
        if let Some(state) = self.state()
            && decl.package() == self.package
        {
            self.resolve_const(decl);
            let found = state.consts.get(&decl).map(|entry| entry.found.borrow().clone());
            return found.unwrap_or((TypeId::INVALID, Value::UNKNOWN));
        }
        if decl.package() == PackageId::universe() {
            let value = universe::constant(decl).unwrap_or_default();
            return (TypeId::basic(crate::BasicKind::UntypedBool), value);
        }
        self.decls(decl.package())
            .and_then(|decls| decls.consts.get(&decl))
            .map_or((TypeId::INVALID, Value::UNKNOWN), |found| (found.ty, found.value.clone()))
    }

    /// Type of a package-level variable.
    pub(crate) fn variable(&self, decl: DeclId) -> TypeId {
        if let Some(state) = self.state()
            && decl.package() == self.package
        {
            self.resolve_var(decl);
            let found = state.vars.get(&decl).and_then(|entry| entry.found.get());
            return found.unwrap_or(TypeId::INVALID);
        }
        self.decls(decl.package())
            .and_then(|decls| decls.vars.get(&decl))
            .map_or(TypeId::INVALID, |found| found.ty)
    }

    /// Signature of a package-level function.
    pub(crate) fn function(&self, decl: DeclId) -> TypeId {
        if let Some(state) = self.state()
            && decl.package() == self.package
        {
            self.resolve_func(decl);
            return state.funcs.get(&decl).map_or(TypeId::INVALID, |entry| entry.signature.get());
        }
        self.decls(decl.package())
            .and_then(|decls| decls.funcs.get(&decl))
            .map_or(TypeId::INVALID, |found| found.signature)
    }

    /// Name of a declared method's receiver.
    pub(crate) fn receiver_name(&self, method: DeclId) -> Option<Name> {
        if let Some(state) = self.state()
            && method.package() == self.package
        {
            return state.funcs.get(&method)?.receiver?.name;
        }
        self.decls(method.package())?.funcs.get(&method)?.receiver?.name
    }

    /// Asks for a type declaration that is finished.
    fn finished_type<T>(&self, decl: DeclId, read: impl FnOnce(&TypeDecl) -> T) -> Option<T> {
        if decl.package() == PackageId::universe() {
            return universe::type_decl(decl).map(read);
        }
        if let Some(parent) = decl.parent() {
            if decl.package() == self.package
                && let Some(found) = self.locals.borrow().types.get(&decl)
            {
                return Some(read(found));
            }
            if decl.package() == self.package && self.state().is_some() {
                return None;
            }
            return self.env.local_decls(parent)?.types.get(&decl).map(read);
        }
        if let Some(state) = self.state()
            && decl.package() == self.package
        {
            return state.cgo.as_ref()?.types().get(&decl).map(read);
        }
        self.decls(decl.package())?.types.get(&decl).map(read)
    }

    /// What the package's C preambles declare.
    pub(crate) fn cgo(&self) -> Option<&CgoDecls> {
        match &self.own {
            Own::Checking(state) => state.cgo.as_deref(),
            Own::Checked(decls) => decls.cgo.as_deref(),
        }
    }

    fn checking_type(&self, decl: DeclId) -> Option<&TypeEntry> {
        match &self.own {
            Own::Checking(state) if decl.package() == self.package => state.types.get(&decl),
            _ => None,
        }
    }

    /// The type that a type name denotes, uninstantiated, and how many type arguments it needs.
    /// `outer` are the type parameters of the function at hand.
    pub(crate) fn type_name(&self, decl: DeclId) -> (TypeId, u32) {
        if decl.package() == PackageId::universe() {
            let universe = universe::universe();
            let ty = if decl == universe.error {
                universe.error_type
            } else if decl == universe.any {
                universe.any_type
            } else {
                universe.comparable_type
            };
            return (ty, 0);
        }
        if let Some(entry) = self.checking_type(decl) {
            let params = entry.type_params.len() as u32;
            if !entry.alias {
                return (TypeId::named(decl, crate::TypeList::EMPTY), params);
            }
            self.resolve_type(decl);
            return (self.alias(decl, entry.found.get()), params);
        }
        self.finished_type(decl, |found| {
            let own = found.type_params.len() as u32 - found.outer_params;
            if found.alias {
                return (self.alias(decl, found.underlying), own);
            }
            let outer: Vec<TypeId> = found.type_params[..found.outer_params as usize]
                .iter()
                .map(|&param| TypeId::type_param(param))
                .collect();
            (TypeId::named(decl, crate::TypeList::new(&outer)), own)
        })
        .unwrap_or((TypeId::INVALID, 0))
    }

    fn alias(&self, decl: DeclId, actual: TypeId) -> TypeId {
        if actual == TypeId::INVALID {
            return actual;
        }
        TypeId::new(TypeKind::Alias { decl, args: crate::TypeList::EMPTY, actual })
    }

    /// What stands in front of another package's names in messages: its name, or its quoted path
    /// where packages that are imported, directly or not, share the name.
    pub(crate) fn qualifier(&self, package: PackageId) -> Cow<'static, str> {
        if package == self.package {
            return Cow::Borrowed("");
        }
        let Some(name) = self.env.package(package).map(|decls| decls.name) else {
            let path = package.path();
            return Cow::Borrowed(path.rsplit('/').next().unwrap_or(path));
        };
        let ambiguous = self.ambiguous_names.get_or_init(|| self.find_ambiguous_names());
        if ambiguous.contains(&name) {
            return Cow::Owned(crate::constant::quote(package.path().as_bytes()));
        }
        Cow::Borrowed(name.as_str())
    }

    fn find_ambiguous_names(&self) -> FxHashSet<Name> {
        let mut open: Vec<PackageId> = match &self.own {
            Own::Checking(state) => {
                let imports = super::package::imported(state.input);
                imports.into_iter().map(|(_, id)| id).collect()
            }
            Own::Checked(decls) => decls.imports.iter().map(|(_, id)| *id).collect(),
        };
        let mut seen: FxHashSet<PackageId> = open.iter().copied().collect();
        let mut names: FxHashMap<Name, PackageId> = FxHashMap::default();
        let mut ambiguous = FxHashSet::default();
        while let Some(package) = open.pop() {
            let Some(decls) = self.env.package(package) else { continue };
            if *names.entry(decls.name).or_insert(package) != package {
                ambiguous.insert(decls.name);
            }
            open.extend(decls.imports.iter().map(|(_, id)| *id).filter(|id| seen.insert(*id)));
        }
        ambiguous
    }

    /// Reports an error.
    pub(crate) fn error(
        &self,
        source: DeclSource,
        in_body: bool,
        At { node, part }: At,
        message: String,
        soft: bool,
    ) {
        let notes = Box::default();
        self.add_error(TypeError { source, in_body, node, part, message, soft, notes });
    }

    /// Where a type parameter of a function is declared, as a note.
    pub(crate) fn type_param_note(&self, param: TypeParamId, kind: NoteKind) -> Option<Note> {
        let owner = param.key().owner;
        let index = param.key().index as usize;
        let (source, ident) = match self.state() {
            Some(state) if owner.package() == self.package => {
                let tree = &state.trees[state.funcs.get(&owner)?.tree as usize];
                (tree.source, *super::package::type_param_idents(tree.tree).get(index)?)
            }
            _ => {
                let func = self.decls(owner.package())?.funcs.get(&owner)?;
                (func.source, *func.type_param_idents.get(index)?)
            }
        };
        let package = (owner.package() != self.package).then(|| owner.package());
        Some(Note { package, source, in_body: false, node: ident.into(), kind })
    }

    /// Reports an error that mentions other places.
    pub(crate) fn add_error(&self, error: TypeError) {
        self.errors.borrow_mut().push(error);
    }
}

impl Resolver for Context<'_> {
    fn underlying_of(&self, decl: DeclId) -> TypeId {
        if let Some(entry) = self.checking_type(decl) {
            self.resolve_type(decl);
            return entry.found.get();
        }
        self.finished_type(decl, |found| found.underlying).unwrap_or(TypeId::INVALID)
    }

    fn type_params_of(&self, decl: DeclId) -> Arc<[TypeParamId]> {
        if let Some(entry) = self.checking_type(decl) {
            return Arc::clone(&entry.type_params);
        }
        self.finished_type(decl, |found| Arc::clone(&found.type_params))
            .unwrap_or_else(|| Arc::from([]))
    }

    fn method_of(&self, decl: DeclId, name: Name, package: Option<PackageId>) -> Option<DeclId> {
        if package.is_some_and(|package| package != decl.package()) {
            return None;
        }
        let find = |methods: &[(Name, DeclId)]| find_method(methods, name);
        if let Some(state) = self.state()
            && decl.package() == self.package
        {
            return state.methods.get(&decl).and_then(|methods| find(methods));
        }
        self.finished_type(decl, |found| find(&found.methods))?
    }

    fn methods_of(&self, decl: DeclId) -> Arc<[(Name, DeclId)]> {
        if let Some(state) = self.state()
            && decl.package() == self.package
        {
            return state.methods.get(&decl).map_or_else(|| Arc::from([]), Arc::clone);
        }
        self.finished_type(decl, |found| Arc::clone(&found.methods))
            .unwrap_or_else(|| Arc::from([]))
    }

    fn method_info(&self, method: DeclId) -> Option<MethodInfo> {
        if let Some(state) = self.state()
            && method.package() == self.package
        {
            self.resolve_func(method);
            let entry = state.funcs.get(&method)?;
            let receiver = entry.receiver?;
            return Some(MethodInfo {
                signature: entry.signature.get(),
                type_params: Arc::clone(&entry.type_params),
                receiver_params: receiver.params,
                pointer: receiver.pointer,
            });
        }
        let func = if method.package() == PackageId::universe() {
            universe::func_decl(method)?
        } else {
            self.decls(method.package())?.funcs.get(&method)?
        };
        let receiver = func.receiver?;
        Some(MethodInfo {
            signature: func.signature,
            type_params: Arc::clone(&func.type_params),
            receiver_params: receiver.type_params,
            pointer: receiver.pointer,
        })
    }

    fn bound_of(&self, param: TypeParamId) -> Bound {
        if let Some(&bound) = self.locals.borrow().bounds.get(&param) {
            return bound;
        }
        let owner = param.key().owner;
        let package = owner.package();
        if let Some(state) = self.state()
            && package == self.package
        {
            self.resolve_bounds(owner);
            return state.bounds.borrow().get(&param).copied().unwrap_or(Bound::INVALID);
        }
        let found = self.decls(package).and_then(|decls| decls.bounds.get(&param).copied());
        found
            .or_else(|| self.env.local_decls(owner.parent()?)?.bounds.get(&param).copied())
            .unwrap_or(Bound::INVALID)
    }

    fn target(&self) -> Target {
        self.env.target()
    }

    fn cache(&self) -> &RelationCache {
        &self.cache
    }

    fn is_settled(&self) -> bool {
        matches!(self.own, Own::Checked(_))
    }
}
