//! Function bodies: trees and types.

use crate::declare::{item_tree, package_decls};
use crate::env::DbEnv;
use crate::inputs::{Db, PackageInput, Program, SourceFile};
use crate::parsing::parse;
use arc_swap::ArcSwapOption;
use gossa_base::{FxHashMap, Name};
use gossa_syntax::Tree;
use gossa_types::check::check_body;
use gossa_types::{BodyTypes, DeclId, DeclSource, FuncDecl, Instantiation, TypeError};
use parking_lot::RwLock;
use std::hash::BuildHasher;
use std::sync::Arc;

/// A declared function or method, as the key of queries about its body.
///
/// ## Identity
/// Its [`DeclId`]: package path, receiver, name; unaffected by edits to other functions.
#[salsa::interned(revisions = usize::MAX, debug)]
pub struct BodyKey<'db> {
    /// The declaration.
    #[returns(copy)]
    pub decl: DeclId,
}

/// A checked body whose side tables may have been dropped; they come back by checking again.
pub struct CheckedBody {
    slot: ArcSwapOption<BodyTypes>,
    /// What the body mentions; see [`BodyTypes::references`].
    pub references: Box<[DeclId]>,
    /// Imports that it uses; see [`BodyTypes::used_imports`].
    pub used_imports: Box<[Name]>,
    /// Instances that mention type parameters; see [`BodyTypes::instantiations`].
    pub instantiations: Box<[Instantiation]>,
    /// What is wrong with it.
    pub errors: Box<[TypeError]>,
}

impl PartialEq for CheckedBody {
    fn eq(&self, other: &Self) -> bool {
        // Only compared between revisions, where nothing is ever dropped.
        match (&*self.slot.load(), &*other.slot.load()) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        }
    }
}

impl CheckedBody {
    fn new(types: BodyTypes) -> Self {
        Self {
            references: types.references.clone(),
            used_imports: types.used_imports.clone(),
            instantiations: types.instantiations.clone(),
            errors: types.errors.clone(),
            slot: ArcSwapOption::from(Some(Arc::new(types))),
        }
    }

    /// The side tables, computed again if they were dropped.
    #[must_use]
    pub fn load(&self, db: &dyn Db, decl: DeclId) -> Option<Arc<BodyTypes>> {
        if let Some(types) = self.slot.load_full() {
            return Some(types);
        }
        let types = Arc::new(compute(&DbEnv::new(db), decl)?);
        self.slot.store(Some(types.clone()));
        Some(types)
    }

    /// Drops the side tables; for one-shot runs.
    pub fn clear(&self) {
        self.slot.store(None);
    }
}

/// The checked bodies of a one-shot run. Its inputs never change, so nothing needs to be tracked,
/// and looking a body up costs one probe.
pub(crate) struct BodyTable {
    bodies: boxcar::Vec<Option<CheckedBody>>,
    shards: [RwLock<FxHashMap<DeclId, usize>>; SHARDS],
}

const SHARDS: usize = 16;

impl Default for BodyTable {
    fn default() -> Self {
        Self { bodies: boxcar::Vec::new(), shards: std::array::from_fn(|_| RwLock::default()) }
    }
}

impl BodyTable {
    fn shard(&self, decl: DeclId) -> &RwLock<FxHashMap<DeclId, usize>> {
        &self.shards[(rustc_hash::FxBuildHasher.hash_one(decl) >> 40) as usize % SHARDS]
    }

    fn get(&self, decl: DeclId) -> Option<&Option<CheckedBody>> {
        let at = *self.shard(decl).read().get(&decl)?;
        self.bodies.get(at)
    }

    /// Keeps a body, unless another thread was first.
    fn insert(&self, decl: DeclId, body: Option<CheckedBody>) -> &Option<CheckedBody> {
        let at = *self.shard(decl).write().entry(decl).or_insert_with(|| self.bodies.push(body));
        &self.bodies[at]
    }

    /// Makes a body count as one that is not there: checking it failed inside gossa, and would
    /// again.
    pub(crate) fn give_up(&self, decl: DeclId) {
        self.insert(decl, None);
    }
}

/// Checks one function body; `None` where it has none.
#[must_use]
pub fn body_types(db: &dyn Db, decl: DeclId) -> Option<&CheckedBody> {
    match db.one_shot() {
        Some(run) => match run.bodies.get(decl) {
            Some(known) => known.as_ref(),
            None => body_types_in(&DbEnv::new(db), decl),
        },
        None => tracked_body_types(db, BodyKey::new(db, decl)).as_ref(),
    }
}

/// [`body_types`] with an environment that knows already what other bodies asked for.
pub(crate) fn body_types_in<'db>(env: &DbEnv<'db>, decl: DeclId) -> Option<&'db CheckedBody> {
    let db = env.db();
    match db.one_shot() {
        Some(run) => match run.bodies.get(decl) {
            Some(known) => known.as_ref(),
            None => {
                let body = compute(env, decl).map(CheckedBody::new);
                run.bodies.insert(decl, body).as_ref()
            }
        },
        None => body_types(db, decl),
    }
}

#[salsa::tracked]
fn tracked_body_types<'db>(db: &'db dyn Db, key: BodyKey<'db>) -> Option<CheckedBody> {
    compute(&DbEnv::new(db), key.decl(db)).map(CheckedBody::new)
}

/// What a body mentions, apart from everything else about it: equal after most edits.
pub(crate) fn body_references(db: &dyn Db, decl: DeclId) -> &[DeclId] {
    if db.is_one_shot() {
        body_types(db, decl).map_or(&[], |body| &body.references)
    } else {
        tracked_body_references(db, BodyKey::new(db, decl))
    }
}

#[salsa::tracked(returns(deref))]
fn tracked_body_references<'db>(db: &'db dyn Db, key: BodyKey<'db>) -> Box<[DeclId]> {
    let body = tracked_body_types(db, key).as_ref();
    body.map(|body| body.references.clone()).unwrap_or_default()
}

fn compute(env: &DbEnv<'_>, decl: DeclId) -> Option<BodyTypes> {
    let db = env.db();
    let (package, decls) = env.find(decl.package())?;
    let func = decls.funcs.get(&decl)?;
    let file = source_file(db, package, func.source)?;
    let header = item_tree(db, file).items.get(func.source.decl as usize)?;
    let body = if db.is_one_shot() {
        find_body(db, file, func)?
    } else {
        tracked_body_tree(db, BodyKey::new(db, decl)).clone()?
    };
    Some(check_body(env, decls, decl, header, &body))
}

/// The tree of a function's body, without positions; `None` where it has none.
#[must_use]
pub fn body_tree(db: &dyn Db, decl: DeclId) -> Option<Arc<Tree>> {
    if db.is_one_shot() {
        find_declared_body(db, decl)
    } else {
        tracked_body_tree(db, BodyKey::new(db, decl)).clone()
    }
}

/// The firewall in front of a body: parsing a file again makes new trees, but an equal tree stops
/// here.
#[salsa::tracked]
fn tracked_body_tree<'db>(db: &'db dyn Db, key: BodyKey<'db>) -> Option<Arc<Tree>> {
    find_declared_body(db, key.decl(db))
}

fn find_declared_body(db: &dyn Db, decl: DeclId) -> Option<Arc<Tree>> {
    let (package, func) = declaration(db, decl)?;
    find_body(db, source_file(db, package, func.source)?, func)
}

fn find_body(db: &dyn Db, file: SourceFile, func: &FuncDecl) -> Option<Arc<Tree>> {
    let parsed = parse(db, file).load(db, file);
    let body = parsed.decls.get(func.source.decl as usize)?.body.as_ref()?;
    Some(body.tree.clone())
}

/// The package and the declaration of a function.
pub(crate) fn declaration(db: &dyn Db, decl: DeclId) -> Option<(PackageInput, &FuncDecl)> {
    let package = *Program::get(db).packages(db).get(&decl.package())?;
    Some((package, package_decls(db, package).funcs.get(&decl)?))
}

/// The file of a declaration.
pub(crate) fn source_file(
    db: &dyn Db,
    package: PackageInput,
    source: DeclSource,
) -> Option<SourceFile> {
    package.files(db).get(source.file as usize).copied()
}
