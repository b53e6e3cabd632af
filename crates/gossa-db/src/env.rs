//! The database as the environment of checking and lowering.

use crate::bodies::{body_tree, body_types_in, source_file};
use crate::declare::{init_order, item_tree, package_decls};
use crate::inputs::{Db, PackageInput, Program};
use elsa::FrozenMap;
use gossa_base::FxHashMap;
use gossa_ssa::LowerEnv;
use gossa_syntax::Tree;
use gossa_types::{
    BodyTypes, DeclId, DeclSource, LocalDecls, PackageDecls, PackageId, Target, TypeEnv,
};
use std::cell::RefCell;
use std::sync::Arc;

/// Answers the questions of the checker and of lowering by queries.
///
/// Made per query (or per unit of work): it remembers answers, so that a question that is asked
/// a thousand times costs one query call and one dependency.
pub struct DbEnv<'db> {
    db: &'db dyn Db,
    packages: RefCell<FxHashMap<PackageId, Option<(PackageInput, &'db PackageDecls)>>>,
    bodies: FrozenMap<DeclId, Box<Option<LoadedBody>>>,
}

/// A body's tree and types, kept alive while lowering reads them.
type LoadedBody = (Arc<Tree>, Arc<BodyTypes>);

impl<'db> DbEnv<'db> {
    /// The environment over a database.
    #[must_use]
    pub fn new(db: &'db dyn Db) -> Self {
        Self { db, packages: RefCell::default(), bodies: FrozenMap::new() }
    }

    pub(crate) fn db(&self) -> &'db dyn Db {
        self.db
    }

    pub(crate) fn find(&self, id: PackageId) -> Option<(PackageInput, &'db PackageDecls)> {
        if let Some(&found) = self.packages.borrow().get(&id) {
            return found;
        }
        let found = Program::get(self.db)
            .packages(self.db)
            .get(&id)
            .map(|&package| (package, &**package_decls(self.db, package)));
        self.packages.borrow_mut().insert(id, found);
        found
    }

    fn loaded_body(&self, decl: DeclId) -> Option<&LoadedBody> {
        if self.bodies.get(&decl).is_none() {
            let loaded = body_types_in(self, decl)
                .and_then(|body| Some((body_tree(self.db, decl)?, body.load(self.db, decl)?)));
            self.bodies.insert(decl, Box::new(loaded));
        }
        self.bodies.get(&decl)?.as_ref()
    }
}

impl TypeEnv for DbEnv<'_> {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        self.find(id).map(|(_, decls)| decls)
    }

    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls> {
        let decls = self.package(function.package())?;
        if decls.funcs.contains_key(&function) {
            self.loaded_body(function).map(|(_, types)| &types.locals)
        } else {
            Some(&decls.locals)
        }
    }

    fn target(&self) -> Target {
        Program::get(self.db).target(self.db)
    }
}

impl LowerEnv for DbEnv<'_> {
    fn header_tree(&self, package: PackageId, source: DeclSource) -> Option<&Tree> {
        let (package, _) = self.find(package)?;
        let file = source_file(self.db, package, source)?;
        item_tree(self.db, file).items.get(source.decl as usize).map(|tree| &**tree)
    }

    fn body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)> {
        self.loaded_body(decl).map(|(tree, types)| (&**tree, &**types))
    }

    fn init_order(&self, package: PackageId) -> &[u32] {
        self.find(package).map_or(&[], |(package, _)| &init_order(self.db, package).order)
    }
}
