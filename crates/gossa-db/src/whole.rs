//! The database as the environment of whole-program analyses.

use crate::diagnostics::directives_of;
use crate::env::DbEnv;
use crate::inputs::Db;
use crate::linknames::Linknames;
use crate::session::Session;
use gossa_points::{FuncIndex, ProgramEnv, callgraph::Roots};
use gossa_ssa::{FuncId, FuncKey};
use gossa_syntax::DirectiveKind;
use gossa_types::lookup::is_exported;
use gossa_types::{DeclId, LocalDecls, PackageDecls, PackageId, Target, TypeEnv};
use std::sync::Arc;

/// Answers the questions of whole-program analyses by queries.
pub struct WholeEnv<'db> {
    env: DbEnv<'db>,
    links: Arc<Linknames>,
}

impl<'db> WholeEnv<'db> {
    /// The environment over a database.
    #[must_use]
    pub fn new(db: &'db dyn Db) -> Self {
        Self::with_links(db, Arc::new(Linknames::of_program(db)))
    }

    /// The environment over a database whose directives have been read.
    #[must_use]
    pub fn with_links(db: &'db dyn Db, links: Arc<Linknames>) -> Self {
        Self { env: DbEnv::new(db), links }
    }

    /// Where the main packages among `packages` begin: their initialisation, which runs that of
    /// their imports, and `main`. `None` when none of them is a main package.
    #[must_use]
    pub fn main_roots(
        &self,
        program: &gossa_points::Program<'_>,
        packages: &[PackageId],
    ) -> Option<Roots> {
        main_roots(self, program, packages)
    }

    /// Where code that is not seen can enter `packages`: their initialisation, their exported
    /// functions, and the exported methods of their exported types. What is generic is entered by
    /// its instances in the program only.
    #[must_use]
    pub fn exported_roots(
        &self,
        program: &gossa_points::Program<'_>,
        packages: &[PackageId],
    ) -> Roots {
        let mut roots = Roots::default();
        for &package in packages {
            let init = FuncId::new(FuncKey::PackageInit(package));
            roots.entries.extend(program.known(init));
            let Some(decls) = self.package(package) else { continue };
            let exported = decls.func_order.iter().filter(|decl| {
                is_exported(decl.name())
                    && decl.parent().is_none_or(|receiver| is_exported(receiver.name()))
            });
            let functions = exported.map(|&decl| FuncId::declared(decl));
            roots.open.extend(functions.filter_map(|func| program.known(func)));
        }
        roots
    }

    /// Functions that C calls: those with an export directive, in packages that import "C".
    #[must_use]
    pub fn c_roots(
        &self,
        program: &gossa_points::Program<'_>,
        session: &Session,
    ) -> Vec<FuncIndex> {
        let db = session.db();
        let with_c = session.program().packages.iter().filter(|package| package.uses_cgo());
        let mut entries = Vec::new();
        for package in with_c {
            let Some(decls) = self.package(PackageId::new(&package.import_path)) else { continue };
            for &decl in &decls.func_order {
                let directives = directives_of(&db, decl);
                if directives.iter().any(|d| matches!(d, DirectiveKind::Export { .. })) {
                    entries.extend(program.known(FuncId::declared(decl)));
                }
            }
        }
        entries
    }
}

/// See [`WholeEnv::main_roots`].
pub(crate) fn main_roots(
    env: &dyn TypeEnv,
    program: &gossa_points::Program<'_>,
    packages: &[PackageId],
) -> Option<Roots> {
    let main = gossa_base::Name::new("main");
    let mut entries: Vec<FuncIndex> = Vec::new();
    for &package in packages {
        if env.package(package).is_some_and(|decls| decls.name == main) {
            let init = FuncId::new(FuncKey::PackageInit(package));
            let start = FuncId::declared(DeclId::top_level(package, main));
            entries.extend([init, start].into_iter().filter_map(|func| program.known(func)));
        }
    }
    (!entries.is_empty()).then(|| Roots { entries, open: Vec::new() })
}

impl TypeEnv for WholeEnv<'_> {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        self.env.package(id)
    }

    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls> {
        self.env.local_decls(function)
    }

    fn target(&self) -> Target {
        self.env.target()
    }
}

impl ProgramEnv for WholeEnv<'_> {
    fn linked(&self, func: FuncId) -> Option<FuncId> {
        self.links.function(func)
    }

    fn linked_variable(&self, variable: DeclId) -> Option<DeclId> {
        self.links.implementation(variable)
    }
}
