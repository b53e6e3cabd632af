//! The environment of a program that outlasts edits.
//!
//! A handle of the database stands in the way of edits, so the environment of a kept program has one
//! only while somebody works with the program; what declarations mean it holds on to itself.

use crate::bodies::body_types;
use crate::declare::package_decls;
use crate::inputs::{Program, RootDb};
use crate::linknames::Linknames;
use elsa::FrozenMap;
use gossa_points::ProgramEnv;
use gossa_ssa::FuncId;
use gossa_types::{BodyTypes, DeclId, LocalDecls, PackageDecls, PackageId, Target, TypeEnv};
use std::cell::RefCell;
use std::sync::Arc;

/// What the declarations of a program mean, from edit to edit of function bodies.
pub(super) struct KeptEnv {
    db: RefCell<Option<RootDb>>,
    packages: FrozenMap<PackageId, Box<Option<Arc<PackageDecls>>>>,
    /// The bodies that were asked for the types that they declare.
    bodies: FrozenMap<DeclId, Box<Option<Arc<BodyTypes>>>>,
    asked: RefCell<Vec<DeclId>>,
    links: Linknames,
    target: Target,
}

impl KeptEnv {
    /// Of the program as it is in the database.
    pub(super) fn new(db: &RootDb) -> Self {
        Self {
            db: RefCell::default(),
            packages: FrozenMap::new(),
            bodies: FrozenMap::new(),
            asked: RefCell::default(),
            links: Linknames::of_program(db),
            target: Program::get(db).target(db),
        }
    }

    /// Lends it a handle of the database while something is done.
    pub(super) fn with<R>(&self, db: RootDb, work: impl FnOnce(&RootDb) -> R) -> R {
        *self.db.borrow_mut() = Some(db.clone());
        let result = work(&db);
        *self.db.borrow_mut() = None;
        result
    }

    /// Whether the bodies of a package declare the types that they declared when they were asked
    /// for.
    pub(super) fn has_same_locals(&self, db: &RootDb, package: PackageId) -> bool {
        let asked = self.asked.borrow();
        asked.iter().filter(|decl| decl.package() == package).all(|&decl| {
            let fresh = load(db, decl);
            match (self.bodies.get(&decl).and_then(Option::as_ref), &fresh) {
                (Some(known), Some(fresh)) => known.locals == fresh.locals,
                (None, None) => true,
                _ => false,
            }
        })
    }
}

fn load(db: &RootDb, decl: DeclId) -> Option<Arc<BodyTypes>> {
    body_types(db, decl)?.load(db, decl)
}

impl TypeEnv for KeptEnv {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        if let Some(known) = self.packages.get(&id) {
            return known.as_deref();
        }
        let db = self.db.borrow();
        let db = db.as_ref()?;
        let input = Program::get(db).packages(db).get(&id).copied();
        let decls = input.map(|input| package_decls(db, input).clone());
        self.packages.insert(id, Box::new(decls)).as_deref()
    }

    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls> {
        let decls = self.package(function.package())?;
        if !decls.funcs.contains_key(&function) {
            return Some(&decls.locals);
        }
        if let Some(known) = self.bodies.get(&function) {
            return known.as_ref().map(|body| &body.locals);
        }
        let db = self.db.borrow();
        let body = load(db.as_ref()?, function);
        self.asked.borrow_mut().push(function);
        self.bodies.insert(function, Box::new(body)).as_ref().map(|body| &body.locals)
    }

    fn target(&self) -> Target {
        self.target
    }
}

impl ProgramEnv for KeptEnv {
    fn linked(&self, func: FuncId) -> Option<FuncId> {
        self.links.function(func)
    }

    fn linked_variable(&self, variable: DeclId) -> Option<DeclId> {
        self.links.implementation(variable)
    }
}
