//! Trees to declarations: the firewall of skeletons, packages, initialisation order.

use crate::bodies::{BodyKey, body_types};
use crate::env::DbEnv;
use crate::inputs::{Db, PackageInput, SourceFile};
use crate::parsing::parse;
use gossa_types::check::package::check_package;
use gossa_types::order::{InitOrder, initialization_order};
use gossa_types::{DeclId, ItemTree, PackageDecls};
use std::sync::Arc;

/// The skeleton of a file: all declarations without function bodies and without positions.
#[salsa::tracked]
pub fn item_tree(db: &dyn Db, file: SourceFile) -> Arc<ItemTree> {
    let parsed = parse(db, file).load(db, file);
    Arc::new(gossa_types::check::item_tree::item_tree(&parsed, file.text(db)))
}

/// What a package declares: types, constants, variables, signatures, initialisers; no function
/// bodies.
#[salsa::tracked]
pub fn package_decls(db: &dyn Db, package: PackageInput) -> PackageDecls {
    let files: Vec<Arc<ItemTree>> =
        package.files(db).iter().map(|&file| item_tree(db, file).clone()).collect();
    let env = DbEnv::new(db);
    let input = gossa_types::check::package::PackageInput {
        id: package.id(db),
        name: package.name(db),
        files: &files,
        imports: package.imports(db),
        go_version: package.go_version(db),
        standard: package.standard(db),
    };
    check_package(&input, &env)
}

/// The order in which a package's initialisers run (Go spec, "Package initialization"): indices
/// into [`PackageDecls::initializers`], and the cycles that are errors.
#[salsa::tracked]
pub fn init_order(db: &dyn Db, package: PackageInput) -> InitOrder {
    let decls = package_decls(db, package);
    initialization_order(&decls.initializers, &|decl| {
        if decls.funcs.get(&decl).is_some_and(|found| found.has_body) {
            body_references(db, BodyKey::new(db, decl))
        } else {
            &[]
        }
    })
}

/// What a body mentions, apart from everything else about it: equal after most edits.
#[salsa::tracked(returns(deref))]
fn body_references<'db>(db: &'db dyn Db, key: BodyKey<'db>) -> Box<[DeclId]> {
    body_types(db, key).as_ref().map(|body| body.references.clone()).unwrap_or_default()
}
