//! Trees to declarations: the firewall of skeletons, packages, initialisation order.

use crate::bodies::{body_references, body_types};
use crate::env::DbEnv;
use crate::inputs::{Db, PackageInput, Program, SourceFile};
use crate::parsing::parse;
use gossa_types::cgo::Sources;
use gossa_types::check::{CgoInput, check_package};
use gossa_types::order::{InitOrder, initialization_order};
use gossa_types::{EnvResolver, ItemTree, PackageDecls, TypeError};
use std::sync::Arc;

/// The skeleton of a file: all declarations without function bodies and without positions.
#[salsa::tracked]
pub fn item_tree(db: &dyn Db, file: SourceFile) -> Arc<ItemTree> {
    let parsed = parse(db, file).load(db, file);
    Arc::new(gossa_types::check::item_tree(&parsed, file.text(db)))
}

/// What a package declares: types, constants, variables, signatures, initialisers; no function
/// bodies.
#[salsa::tracked]
pub fn package_decls(db: &dyn Db, package: PackageInput) -> Arc<PackageDecls> {
    let files = item_trees(db, package);
    let c = c_texts(db, package);
    Arc::new(check_package(&check_input(db, package, &files, &c), &DbEnv::new(db)))
}

fn item_trees(db: &dyn Db, package: PackageInput) -> Vec<Arc<ItemTree>> {
    package.files(db).iter().map(|&file| item_tree(db, file).clone()).collect()
}

/// Files and flags of [`CSources`](crate::CSources), borrowed.
type CTexts<'a> = (Vec<(&'a str, &'a str)>, Vec<&'a str>);

fn c_texts(db: &dyn Db, package: PackageInput) -> CTexts<'_> {
    let sources = package.c_sources(db);
    let files = sources.files.iter().map(|(name, text)| (&**name, &**text)).collect();
    (files, sources.flags.iter().map(|flag| &**flag).collect())
}

fn check_input<'a>(
    db: &'a dyn Db,
    package: PackageInput,
    files: &'a [Arc<ItemTree>],
    c: &'a CTexts<'a>,
) -> gossa_types::check::PackageInput<'a> {
    gossa_types::check::PackageInput {
        id: package.id(db),
        name: package.name(db),
        files,
        imports: package.imports(db),
        go_version: package.go_version(db),
        standard: package.standard(db),
        cgo: files.iter().any(|file| file.cgo_preamble.is_some()).then(|| CgoInput {
            model: Program::get(db).c_model(db),
            sources: Sources { files: &c.0, flags: &c.1 },
        }),
    }
}

/// Imports that neither declarations nor bodies use.
pub(crate) fn unused_imports(db: &dyn Db, package: PackageInput) -> Vec<TypeError> {
    let files = item_trees(db, package);
    let decls = package_decls(db, package);
    let bodies = decls.func_order.iter().filter_map(|&func| {
        let body = body_types(db, func)?;
        Some((func, &*body.used_imports))
    });
    let c = c_texts(db, package);
    gossa_types::check::unused_imports(&check_input(db, package, &files, &c), decls, bodies)
}

/// Generic declarations that instantiate each other without end.
pub(crate) fn instantiation_cycles(db: &dyn Db, package: PackageInput) -> Vec<TypeError> {
    let files = item_trees(db, package);
    let decls = package_decls(db, package);
    let bodies = decls.func_order.iter().filter_map(|&func| {
        let body = body_types(db, func)?;
        Some(&*body.instantiations)
    });
    let c = c_texts(db, package);
    let input = check_input(db, package, &files, &c);
    let env = DbEnv::new(db);
    let resolver = EnvResolver::new(&env, Some(&decls.locals));
    gossa_types::check::instantiation_cycles(&input, decls, bodies, &resolver)
}

/// The order in which a package's initialisers run (Go spec, "Package initialization"): indices
/// into [`PackageDecls::initializers`], and the cycles that are errors.
#[salsa::tracked]
pub fn init_order(db: &dyn Db, package: PackageInput) -> InitOrder {
    let decls = package_decls(db, package);
    initialization_order(&decls.initializers, &decls.statics, &|decl| {
        if decls.funcs.get(&decl).is_some_and(|found| found.has_body) {
            body_references(db, decl)
        } else {
            &[]
        }
    })
}
