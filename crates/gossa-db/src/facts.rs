//! What each function contributes to points-to analysis, from edit to edit.

use crate::env::DbEnv;
use crate::inputs::Db;
use crate::ssa::{LowerKey, lowered};
use gossa_base::FxHashMap;
use gossa_points::points::facts::Facts;
use gossa_points::points::layout::Layouts;
use gossa_points::points::local::{FactSource, LocalFacts, Places};
use gossa_points::{FuncIndex, Program, ProgramEnv};
use gossa_ssa::FuncId;
use gossa_types::{DeclId, LocalDecls, PackageDecls, PackageId, Target, TypeEnv};
use std::sync::Arc;

/// What a function and the literals in it contribute to points-to analysis, in the order of its
/// bodies.
#[derive(PartialEq, Eq, Debug)]
pub struct FunctionFacts {
    /// Their constraints.
    pub local: Arc<[LocalFacts]>,
    /// The instructions that these come from.
    pub places: Arc<[Places]>,
    /// The functions.
    pub functions: Box<[FuncId]>,
}

/// The contribution of a function; `None` where there is no body to see.
#[salsa::tracked]
pub fn function_facts<'db>(db: &'db dyn Db, key: LowerKey<'db>) -> Option<FunctionFacts> {
    let lowered = lowered(db, key).as_ref()?;
    let env = LocalEnv(DbEnv::new(db));
    let program = Program::new(&env, &[(key.func(db), lowered.clone())]);
    let layouts = Layouts::new(&program);
    let functions = program.lowered_functions();
    let (local, places): (Vec<LocalFacts>, Vec<Places>) =
        functions.filter_map(|func| LocalFacts::extract(&layouts, func)).unzip();
    let functions = lowered.bodies.iter().map(|body| body.func).collect();
    Some(FunctionFacts { local: local.into(), places: places.into(), functions })
}

/// The firewall in front of the solver: the constraints of a function without the places of its
/// instructions. An edit that leaves alone what the body does to pointers stops here.
#[salsa::tracked]
pub fn local_facts<'db>(db: &'db dyn Db, key: LowerKey<'db>) -> Option<Arc<[LocalFacts]>> {
    Some(function_facts(db, key).as_ref()?.local.clone())
}

/// Types as the database knows them, and nothing of other functions: what `go:linkname` joins is
/// joined when facts become part of a program.
struct LocalEnv<'db>(DbEnv<'db>);

impl TypeEnv for LocalEnv<'_> {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        self.0.package(id)
    }

    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls> {
        self.0.local_decls(function)
    }

    fn target(&self) -> Target {
        self.0.target()
    }
}

impl ProgramEnv for LocalEnv<'_> {
    fn linked(&self, _: FuncId) -> Option<FuncId> {
        None
    }

    fn linked_variable(&self, _: DeclId) -> Option<DeclId> {
        None
    }
}

/// The facts that a solution rests on: tells after an edit whether it still holds.
#[derive(Default)]
pub struct SolvedFacts {
    known: FxHashMap<FuncId, Option<Arc<[LocalFacts]>>>,
}

impl SolvedFacts {
    /// Takes up what is new about some functions; gives those whose facts are not what they were.
    /// If there are none the solution is what solving again would give, provided that no
    /// declaration outside of bodies and no type declared in one has changed.
    pub fn update(&mut self, db: &dyn Db, functions: &[FuncId]) -> Vec<FuncId> {
        let mut changed = Vec::new();
        for &func in functions {
            let facts = local_facts(db, LowerKey::new(db, func));
            let is_same = self.known.get(&func).is_some_and(|known| match (known, facts) {
                (Some(known), Some(facts)) => Arc::ptr_eq(known, facts) || known == facts,
                (None, None) => true,
                _ => false,
            });
            if !is_same {
                changed.push(func);
            }
            self.known.insert(func, facts.clone());
        }
        changed
    }

    /// How many functions with facts there are, literals included, and their constraints.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let facts = self.known.values().flatten().flat_map(|facts| facts.iter());
        facts.fold((0, 0), |(count, size), facts| (count + 1, size + facts.size()))
    }
}

/// The facts of a program's functions as the database has them.
pub struct DbFacts<'p, 'e> {
    program: &'p Program<'e>,
    known: FxHashMap<FuncId, (LocalFacts, Places)>,
}

impl<'p, 'e> DbFacts<'p, 'e> {
    /// The facts of these functions and of the literals in them.
    #[must_use]
    pub fn new(db: &dyn Db, program: &'p Program<'e>, functions: &[FuncId]) -> Self {
        let mut known = FxHashMap::default();
        for &func in functions {
            let Some(found) = function_facts(db, LowerKey::new(db, func)) else { continue };
            let facts = found.local.iter().zip(found.places.iter());
            for (&func, (local, places)) in found.functions.iter().zip(facts) {
                known.insert(func, (local.clone(), places.clone()));
            }
        }
        Self { program, known }
    }
}

impl FactSource for DbFacts<'_, '_> {
    fn facts(&self, func: FuncIndex) -> Option<Facts> {
        let function = self.program.function(func);
        if function.is_wrapper() {
            return None;
        }
        let (local, places) = self.known.get(&function.id)?;
        Some(local.link(self.program, places))
    }
}
