//! The program as checkers see it.

use crate::func::Func;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_db::{DbEnv, Linknames, Place, RootDb, Session, SourcePlace};
use gossa_points::Declared;
use gossa_ssa::{Body, Callee, FuncId, FuncKey, Inst, InstId, Lowered, SourceMap};
use gossa_syntax::{DirectiveKind, Expr, ExprId, NodeId, Stmt, StmtId, Tree};
use gossa_types::{BasicKind, DeclId, EnvResolver, PackageId, TypeId, TypeKind};
use parking_lot::{Mutex, RwLock};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// A whole program in SSA form. Cheap to copy: a handle.
#[derive(Clone, Copy)]
pub struct Program<'p> {
    data: &'p dyn Data,
}

/// The data behind a handle. A trait object, so that handles are seen to hold nothing that
/// changes, and can be keys of maps.
trait Data: Sync {
    fn get(&self) -> &ProgramData;
}

impl Data for ProgramData {
    fn get(&self) -> &ProgramData {
        self
    }
}

/// A function of the program by place: which lowered declaration, which body in it.
#[derive(Clone, Copy)]
struct FuncPlace {
    lowered: u32,
    body: u32,
}

/// A call of a function by place: the calling function and the instruction.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub(crate) func: u32,
    pub(crate) inst: InstId,
}

/// The data behind a [`Program`]; made by whoever loads it.
#[doc(hidden)]
pub struct ProgramData {
    lowered: Vec<(FuncId, Arc<Lowered>)>,
    funcs: Vec<FuncPlace>,
    by_id: FxHashMap<FuncId, u32>,
    /// Static call sites of each function: `sites[starts[f] .. starts[f + 1]]`.
    starts: Vec<u32>,
    sites: Vec<Site>,
    /// The packages that the user asked about.
    requested: FxHashSet<&'static str>,
    /// What has been asked for of underlying types: each question costs a database handle.
    underlying: RwLock<FxHashMap<TypeId, TypeId>>,
    /// The packages of the Go distribution.
    standard: FxHashSet<&'static str>,
    shared: OnceLock<Shared>,
    db: Mutex<RootDb>,
}

/// What all views of the program for whole-program analyses have in common.
pub(crate) struct Shared {
    /// The functions.
    pub(crate) declared: Arc<Declared>,
    /// What stands for what by directives.
    pub(crate) links: Arc<Linknames>,
}

impl ProgramData {
    /// The program of a session's lowered functions.
    #[must_use]
    #[doc(hidden)]
    pub fn new(session: &Session, lowered: Vec<(FuncId, Arc<Lowered>)>) -> Self {
        let mut funcs = Vec::new();
        let mut by_id = FxHashMap::default();
        for (at, (_, bodies)) in lowered.iter().enumerate() {
            for (index, body) in bodies.bodies.iter().enumerate() {
                by_id.insert(body.func, funcs.len() as u32);
                funcs.push(FuncPlace { lowered: at as u32, body: index as u32 });
            }
        }
        let loaded = session.program();
        let mut data = Self {
            lowered,
            funcs,
            by_id,
            starts: Vec::new(),
            sites: Vec::new(),
            requested: loaded
                .roots
                .iter()
                .map(|&root| PackageId::new(&loaded.package(root).import_path).path())
                .collect(),
            underlying: RwLock::default(),
            standard: loaded
                .packages
                .iter()
                .filter(|package| package.standard)
                .map(|package| PackageId::new(&package.import_path).path())
                .collect(),
            shared: OnceLock::new(),
            db: Mutex::new(session.db()),
        };
        data.index_call_sites();
        data
    }

    fn index_call_sites(&mut self) {
        let mut calls: Vec<(u32, Site)> = Vec::new();
        for func in 0..self.funcs.len() as u32 {
            let body = self.body(func);
            for inst in body.inst_ids() {
                let (Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. }) = body[inst]
                else {
                    continue;
                };
                if let Callee::Static(callee) = body[call].callee
                    && let Some(&callee) = self.by_id.get(&callee)
                {
                    calls.push((callee, Site { func, inst }));
                }
            }
        }
        // Stable: sites of one callee stay in program order.
        calls.sort_by_key(|&(callee, _)| callee);
        self.starts = Vec::with_capacity(self.funcs.len() + 1);
        let mut next = 0;
        for func in 0..=self.funcs.len() as u32 {
            while next < calls.len() && calls[next].0 < func {
                next += 1;
            }
            self.starts.push(next as u32);
        }
        self.sites = calls.into_iter().map(|(_, site)| site).collect();
    }

    pub(crate) fn body(&self, func: u32) -> &Body {
        let place = self.funcs[func as usize];
        &self.lowered[place.lowered as usize].1.bodies[place.body as usize]
    }

    pub(crate) fn source_map(&self, func: u32) -> &SourceMap {
        let place = self.funcs[func as usize];
        &self.lowered[place.lowered as usize].1.source_maps[place.body as usize]
    }

    pub(crate) fn call_sites(&self, func: u32) -> &[Site] {
        let range = self.starts[func as usize] as usize..self.starts[func as usize + 1] as usize;
        &self.sites[range]
    }

    pub(crate) fn is_requested(&self, package: &str) -> bool {
        self.requested.contains(package)
    }

    pub(crate) fn is_standard(&self, package: &str) -> bool {
        self.standard.contains(package)
    }

    pub(crate) fn lowered(&self) -> &[(FuncId, Arc<Lowered>)] {
        &self.lowered
    }

    pub(crate) fn shared(&self) -> &Shared {
        self.shared.get_or_init(|| Shared {
            declared: Arc::new(Declared::new(&self.lowered)),
            links: Arc::new(Linknames::of_program(&self.db())),
        })
    }

    pub(crate) fn find(&self, func: FuncId) -> Option<u32> {
        self.by_id.get(&func).copied()
    }

    /// A database handle for questions that go past the SSA form.
    pub(crate) fn db(&self) -> RootDb {
        self.db.lock().clone()
    }

    pub(crate) fn resolve(&self, func: FuncId, node: NodeId) -> Option<SourcePlace> {
        let db = self.db();
        Place::of_function(&db, func, node)?.resolve(&db)
    }

    /// The tree that a function's nodes are of.
    pub(crate) fn tree(&self, func: FuncId) -> Option<Arc<Tree>> {
        let db = self.db();
        match *func.root().key() {
            FuncKey::Decl { decl, .. } => gossa_db::body_tree(&db, decl),
            FuncKey::VarInit(var) => gossa_db::header_tree_of(&db, var),
            _ => None,
        }
    }

    /// Directives in the doc comment of a declared function.
    pub(crate) fn directives(&self, func: FuncId) -> Vec<DirectiveKind> {
        match *func.root().key() {
            FuncKey::Decl { decl, .. } => gossa_db::directives_of(&self.db(), decl),
            _ => Vec::new(),
        }
    }

    /// Runs `ask` with what packages declare.
    pub(crate) fn with_env<T>(&self, ask: impl FnOnce(&DbEnv<'_>) -> T) -> T {
        let db = self.db();
        ask(&DbEnv::new(&db))
    }

    /// Runs `ask` with a resolver of types.
    pub(crate) fn with_resolver<T>(&self, ask: impl FnOnce(&EnvResolver<'_>) -> T) -> T {
        let db = self.db();
        let env = DbEnv::new(&db);
        ask(&EnvResolver::new(&env, None))
    }
}

impl<'p> Program<'p> {
    pub(crate) fn new(data: &'p ProgramData) -> Self {
        Self { data }
    }

    pub(crate) fn data(self) -> &'p ProgramData {
        self.data.get()
    }

    /// All functions with a body, closures included, in a stable order: packages dependencies
    /// first, then source order, instances of generic functions last.
    pub fn functions(self) -> impl ExactSizeIterator<Item = Func<'p>> {
        (0..self.data().funcs.len() as u32).map(move |index| Func { program: self, index })
    }

    /// How many functions there are.
    #[must_use]
    pub fn function_count(self) -> usize {
        self.data().funcs.len()
    }

    /// How many instructions there are.
    #[must_use]
    pub fn instruction_count(self) -> usize {
        self.data()
            .lowered
            .iter()
            .flat_map(|(_, lowered)| &lowered.bodies)
            .map(|body| body.insts.len())
            .sum()
    }
}

/// A package-level variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Global {
    pub(crate) decl: DeclId,
}

impl Global {
    /// Its name, qualified by its package's import path.
    #[must_use]
    pub fn qualified_name(self) -> String {
        format!("{}.{}", self.decl.package().path(), self.decl.name())
    }
}

impl fmt::Debug for Global {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.qualified_name())
    }
}

/// A type. Equal handles are identical types.
#[derive(Clone, Copy)]
pub struct Type<'p> {
    pub(crate) program: Program<'p>,
    pub(crate) id: TypeId,
}

impl PartialEq for Type<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id.canonical() == other.id.canonical()
    }
}

impl Eq for Type<'_> {}

impl Hash for Type<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.canonical().hash(state);
    }
}

impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self
            .program
            .data()
            .with_resolver(|resolver| gossa_types::print::type_string(resolver, self.id));
        f.write_str(&text)
    }
}

impl fmt::Debug for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'p> Type<'p> {
    pub(crate) fn underlying(self) -> TypeId {
        match self.id.unalias().kind() {
            TypeKind::Named { .. } | TypeKind::TypeParam(_) => {
                let data = self.program.data();
                if let Some(&known) = data.underlying.read().get(&self.id) {
                    return known;
                }
                let found = data.with_resolver(|r| gossa_types::underlying::underlying(r, self.id));
                data.underlying.write().insert(self.id, found);
                found
            }
            _ => self.id.unalias(),
        }
    }

    /// Whether the underlying type is `unsafe.Pointer`.
    #[must_use]
    pub fn is_unsafe_pointer(self) -> bool {
        self.underlying().as_basic() == Some(BasicKind::UnsafePointer)
    }

    /// Whether the underlying type is `uintptr`.
    #[must_use]
    pub fn is_uintptr(self) -> bool {
        self.underlying().as_basic() == Some(BasicKind::Uintptr)
    }

    /// Whether the underlying type is an integer.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.underlying().as_basic().is_some_and(BasicKind::is_integer)
    }

    /// Whether the underlying type is an integer that can hold an address.
    #[must_use]
    pub fn is_address_sized_integer(self) -> bool {
        use BasicKind::{Int, Int64, Uint, Uint64, Uintptr};
        matches!(self.underlying().as_basic(), Some(Int | Int64 | Uint | Uint64 | Uintptr))
    }

    /// The element type of a pointer.
    #[must_use]
    pub fn pointee(self) -> Option<Type<'p>> {
        match self.underlying().kind() {
            TypeKind::Pointer(elem) => Some(Type { program: self.program, id: *elem }),
            _ => None,
        }
    }

    /// The name of a field of a struct type.
    #[must_use]
    pub fn field_name(self, field: u32) -> Option<&'static str> {
        match self.underlying().kind() {
            TypeKind::Struct(fields) => fields.get(field as usize).map(|field| field.name.as_str()),
            _ => None,
        }
    }

    /// Import path and name of a defined type.
    #[must_use]
    pub fn defined_name(self) -> Option<(&'static str, &'static str)> {
        match self.id.unalias().kind() {
            TypeKind::Named { decl, .. } => Some((decl.package().path(), decl.name().as_str())),
            _ => None,
        }
    }

    /// Whether the type is declared by C code.
    #[must_use]
    pub fn is_c(self) -> bool {
        self.defined_name().is_some_and(|(_, name)| name.starts_with("_Ctype_"))
    }
}

/// The import path of a package.
pub(crate) fn path_of(package: PackageId) -> &'static str {
    package.path()
}

/// Whether `inner` is part of `outer`, both expressions or statements of one tree.
pub(crate) fn contains(tree: &Tree, outer: NodeId, inner: NodeId) -> bool {
    use gossa_syntax::Node;
    match (outer.node(), inner.node()) {
        (Node::Expr(outer), Node::Expr(inner)) => expr_contains(tree, outer, inner),
        (Node::Stmt(outer), Node::Expr(inner)) => {
            stmt_exprs(tree, outer).into_iter().any(|expr| expr_contains(tree, expr, inner))
        }
        (outer, inner) => outer == inner,
    }
}

/// The expressions that a simple statement is made of.
fn stmt_exprs(tree: &Tree, stmt: StmtId) -> Vec<ExprId> {
    match tree[stmt] {
        Stmt::Expr(x) | Stmt::Go(x) | Stmt::Defer(x) | Stmt::IncDec { x, .. } => vec![x],
        Stmt::Send { chan, value } => vec![chan, value],
        Stmt::Assign { lhs, rhs, .. } => tree[lhs].iter().chain(&tree[rhs]).copied().collect(),
        Stmt::Return(results) => tree[results].to_vec(),
        _ => Vec::new(),
    }
}

fn expr_contains(tree: &Tree, outer: ExprId, inner: ExprId) -> bool {
    let mut stack = vec![outer];
    while let Some(expr) = stack.pop() {
        if expr == inner {
            return true;
        }
        // Children come before their parents: nothing below a smaller id can be `inner`.
        if expr.index() < inner.index() {
            continue;
        }
        match tree[expr] {
            Expr::Paren(x) | Expr::Star(x) | Expr::Unary { x, .. } | Expr::TypeAssert { x, .. } => {
                stack.push(x);
            }
            Expr::Selector { x, .. } => stack.push(x),
            Expr::Binary { x, y, .. } | Expr::KeyValue { key: x, value: y } => {
                stack.extend([x, y]);
            }
            Expr::Index { x, indices } => {
                stack.push(x);
                stack.extend(&tree[indices]);
            }
            Expr::Slice { x, bounds } => {
                let bounds = tree.slices[bounds as usize];
                stack.push(x);
                stack.extend([bounds.lo, bounds.hi, bounds.max].into_iter().flatten());
            }
            Expr::Call { fun, args, .. } => {
                stack.push(fun);
                stack.extend(&tree[args]);
            }
            Expr::CompositeLit { elements, .. } => stack.extend(&tree[elements]),
            _ => {}
        }
    }
    false
}
