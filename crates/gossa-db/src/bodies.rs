//! Function bodies: trees and types.

use crate::declare::{item_tree, package_decls};
use crate::env::DbEnv;
use crate::inputs::{Db, PackageInput, Program, SourceFile};
use crate::parsing::parse;
use arc_swap::ArcSwapOption;
use gossa_base::Name;
use gossa_syntax::Tree;
use gossa_types::check::check_body;
use gossa_types::{BodyTypes, DeclId, DeclSource, FuncDecl, Instantiation, TypeError};
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
    /// The side tables, computed again if they were dropped.
    #[must_use]
    pub fn load(&self, db: &dyn Db, decl: DeclId) -> Option<Arc<BodyTypes>> {
        if let Some(types) = self.slot.load_full() {
            return Some(types);
        }
        let types = Arc::new(compute(db, decl)?);
        self.slot.store(Some(types.clone()));
        Some(types)
    }

    /// Drops the side tables; for one-shot runs.
    pub fn clear(&self) {
        self.slot.store(None);
    }
}

/// Checks one function body; `None` where it has none.
#[salsa::tracked]
pub fn body_types<'db>(db: &'db dyn Db, key: BodyKey<'db>) -> Option<CheckedBody> {
    let types = compute(db, key.decl(db))?;
    Some(CheckedBody {
        references: types.references.clone(),
        used_imports: types.used_imports.clone(),
        instantiations: types.instantiations.clone(),
        errors: types.errors.clone(),
        slot: ArcSwapOption::from(Some(Arc::new(types))),
    })
}

fn compute(db: &dyn Db, decl: DeclId) -> Option<BodyTypes> {
    let (package, func) = declaration(db, decl)?;
    let file = source_file(db, package, func.source)?;
    let header = item_tree(db, file).items.get(func.source.decl as usize)?;
    let body = body_tree(db, decl)?;
    let env = DbEnv::new(db);
    Some(check_body(&env, package_decls(db, package), decl, header, &body))
}

/// The tree of a function's body, without positions; `None` where it has none.
#[must_use]
pub fn body_tree(db: &dyn Db, decl: DeclId) -> Option<Arc<Tree>> {
    if db.is_one_shot() {
        find_body(db, decl)
    } else {
        tracked_body_tree(db, BodyKey::new(db, decl)).clone()
    }
}

/// The firewall in front of a body: parsing a file again makes new trees, but an equal tree stops
/// here.
#[salsa::tracked]
fn tracked_body_tree<'db>(db: &'db dyn Db, key: BodyKey<'db>) -> Option<Arc<Tree>> {
    find_body(db, key.decl(db))
}

fn find_body(db: &dyn Db, decl: DeclId) -> Option<Arc<Tree>> {
    let (package, func) = declaration(db, decl)?;
    let file = source_file(db, package, func.source)?;
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
