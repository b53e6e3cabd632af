//! Escape analysis of all packages of a session, dependencies first.

use crate::bodies::source_file;
use crate::call_table::{call_table, program_calls};
use crate::declare::package_decls;
use crate::diagnostics::SourcePlace;
use crate::env::DbEnv;
use crate::inputs::{Db, PackageInput, Program, RootDb};
use crate::models::ModelLeaks;
use crate::parsing::parse;
use crate::session::{Progress, Session};
use crate::whole::WholeEnv;
use gossa_base::{FxHashMap, TextRange};
use gossa_escape::calls::CallTable;
use gossa_escape::{
    At, EscapeEnv, FunctionEscapes, PackageEscapes, Point, Pragmas, Summary, analyze,
    analyze_program,
};
use gossa_ssa::LowerEnv;
use gossa_syntax::{DirectiveKind, Node, Tree, TreeWithSpans};
use gossa_types::{
    BodyTypes, DeclId, DeclSource, LocalDecls, PackageDecls, PackageId, Target, TypeEnv,
};
use rayon::prelude::*;
use std::sync::OnceLock;

/// What is known about a package that has been analysed.
struct Analyzed {
    escapes: PackageEscapes,
    pragmas: FxHashMap<DeclId, Pragmas>,
}

/// The environment of one package's analysis.
struct SessionEnv<'s> {
    env: DbEnv<'s>,
    package: PackageId,
    /// Directives of the package's own functions.
    pragmas: &'s FxHashMap<DeclId, Pragmas>,
    /// By package: its place in `analyzed`.
    places: &'s FxHashMap<PackageId, usize>,
    analyzed: &'s [OnceLock<Analyzed>],
}

impl SessionEnv<'_> {
    fn analyzed(&self, decl: DeclId) -> Option<&Analyzed> {
        self.analyzed[*self.places.get(&decl.package())?].get()
    }
}

impl TypeEnv for SessionEnv<'_> {
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

impl EscapeEnv for SessionEnv<'_> {
    fn header_tree(&self, package: PackageId, source: DeclSource) -> Option<&Tree> {
        LowerEnv::header_tree(&self.env, package, source)
    }

    fn body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)> {
        LowerEnv::body(&self.env, decl)
    }

    fn init_order(&self, package: PackageId) -> &[u32] {
        LowerEnv::init_order(&self.env, package)
    }

    fn pragmas(&self, decl: DeclId) -> Pragmas {
        let table = if decl.package() == self.package {
            Some(self.pragmas)
        } else {
            self.analyzed(decl).map(|found| &found.pragmas)
        };
        table.and_then(|table| table.get(&decl)).copied().unwrap_or_default()
    }

    fn summary(&self, decl: DeclId) -> Option<Summary> {
        self.analyzed(decl)?.escapes.summaries.get(&decl).cloned()
    }
}

/// What was found out about the packages of a session.
pub struct SessionEscapes {
    packages: Vec<OnceLock<Analyzed>>,
}

impl SessionEscapes {
    /// That of one package, by [`gossa_load::PackageIndex`]; `None` if its analysis failed.
    #[must_use]
    pub fn package(&self, index: usize) -> Option<&PackageEscapes> {
        self.packages.get(index)?.get().map(|found| &found.escapes)
    }
}

impl Session {
    /// Analyses which allocations escape, in all packages.
    #[must_use]
    pub fn escapes(&self, progress: &dyn Progress) -> SessionEscapes {
        let count = self.packages().len();
        progress.stage("escape", count);
        let packages: Vec<OnceLock<Analyzed>> = (0..count).map(|_| OnceLock::new()).collect();
        let db = self.db();
        let places: FxHashMap<PackageId, usize> = self
            .packages()
            .iter()
            .enumerate()
            .map(|(index, package)| (package.id(&db), index))
            .collect();
        for level in self.levels() {
            let db = db.clone();
            let (places, packages) = (&places, &packages);
            self.pool().install(move || {
                level.par_iter().with_max_len(1).for_each_with(db, |db, &index| {
                    let package = self.packages()[index];
                    let unit = || format!("package {}", package.id(db));
                    self.guard(unit, || {
                        let found = analyze_package(db, package, places, packages);
                        // Nobody else fills this place.
                        let _ = packages[index].set(found);
                        if db.is_one_shot() {
                            self.drop_trees(db, package, true);
                        }
                    });
                    progress.step(package.id(db).as_str());
                });
            });
        }
        SessionEscapes { packages }
    }

    /// Packages by the length of the longest chain of imports from them.
    fn levels(&self) -> Vec<Vec<usize>> {
        let packages = &self.program().packages;
        let mut level_of: Vec<usize> = Vec::with_capacity(packages.len());
        let mut levels: Vec<Vec<usize>> = Vec::new();
        // Packages come after their dependencies.
        for (index, package) in packages.iter().enumerate() {
            let level = package
                .dependencies
                .iter()
                .filter_map(|dependency| level_of.get(dependency.as_usize()))
                .map(|level| level + 1)
                .max()
                .unwrap_or(0);
            level_of.push(level);
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            levels[level].push(index);
        }
        levels
    }
}

/// The environment of a whole program's analysis.
struct ProgramEscapeEnv<'db> {
    env: DbEnv<'db>,
    models: Option<&'db ModelLeaks>,
    pragmas: FxHashMap<DeclId, Pragmas>,
}

impl TypeEnv for ProgramEscapeEnv<'_> {
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

impl EscapeEnv for ProgramEscapeEnv<'_> {
    fn header_tree(&self, package: PackageId, source: DeclSource) -> Option<&Tree> {
        LowerEnv::header_tree(&self.env, package, source)
    }

    fn body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)> {
        LowerEnv::body(&self.env, decl)
    }

    fn init_order(&self, package: PackageId) -> &[u32] {
        LowerEnv::init_order(&self.env, package)
    }

    fn pragmas(&self, decl: DeclId) -> Pragmas {
        self.pragmas.get(&decl).copied().unwrap_or_default()
    }

    fn summary(&self, _: DeclId) -> Option<Summary> {
        None
    }

    fn model(&self, decl: DeclId) -> Option<Summary> {
        let params = self.models?.get(&decl)?.clone();
        Some(Summary { params })
    }
}

/// Analyses which allocations escape in a whole program: all packages of the database, given who
/// calls whom in it.
#[must_use]
pub fn program_escapes(
    db: &dyn Db,
    packages: &[PackageInput],
    calls: &CallTable,
) -> PackageEscapes {
    program_escapes_with(db, packages, calls, None)
}

fn program_escapes_with(
    db: &dyn Db,
    packages: &[PackageInput],
    calls: &CallTable,
    models: Option<&ModelLeaks>,
) -> PackageEscapes {
    let mut pragmas = FxHashMap::default();
    for &package in packages {
        pragmas.extend(pragmas_of(db, package));
    }
    let env = ProgramEscapeEnv { env: DbEnv::new(db), models, pragmas };
    let packages: Vec<PackageId> = packages.iter().map(|package| package.id(db)).collect();
    analyze_program(&env, &packages, calls)
}

fn analyze_package(
    db: &RootDb,
    package: PackageInput,
    places: &FxHashMap<PackageId, usize>,
    analyzed: &[OnceLock<Analyzed>],
) -> Analyzed {
    let pragmas = pragmas_of(db, package);
    let id = package.id(db);
    let env = SessionEnv { env: DbEnv::new(db), package: id, pragmas: &pragmas, places, analyzed };
    let escapes = analyze(&env, id);
    Analyzed { escapes, pragmas }
}

/// Functions of a package that have directives which escape analysis obeys.
fn pragmas_of(db: &dyn Db, package: PackageInput) -> FxHashMap<DeclId, Pragmas> {
    let decls = package_decls(db, package);
    let mut found = FxHashMap::default();
    let mut files: Vec<_> = Vec::new();
    for &file in package.files(db) {
        let parsed = parse(db, file).load(db, file);
        let relevant = parsed.directives.iter().any(|directive| pragma(&directive.kind).is_some());
        files.push(relevant.then_some(parsed));
    }
    for &func in &decls.func_order {
        let Some(source) = decls.funcs.get(&func).map(|func| func.source) else { continue };
        let Some(Some(file)) = files.get(source.file as usize) else { continue };
        let comments = file
            .decls
            .get(source.decl as usize)
            .and_then(|decl| file.comments.get(decl.doc.range()));
        let Some([first, .., last] | [first @ last]) = comments else { continue };
        let range = first.range.cover(last.range);
        let mut pragmas = Pragmas::default();
        for directive in file.directives.iter().filter(|found| range.contains_range(found.range)) {
            if let Some(set) = pragma(&directive.kind) {
                set(&mut pragmas);
            }
        }
        if pragmas != Pragmas::default() {
            found.insert(func, pragmas);
        }
    }
    found
}

/// What a directive sets.
fn pragma(directive: &DirectiveKind) -> Option<fn(&mut Pragmas)> {
    let DirectiveKind::Go { name, .. } = directive else { return None };
    match &**name {
        "noescape" => Some(|pragmas| pragmas.noescape = true),
        "uintptrescapes" => Some(|pragmas| pragmas.uintptr_escapes = true),
        "uintptrkeepalive" => Some(|pragmas| pragmas.uintptr_keep_alive = true),
        _ => None,
    }
}

/// A message of the compiler with its place in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlacedMessage {
    /// Where.
    pub place: SourcePlace,
    /// What.
    pub text: String,
}

/// The compiler's messages about a function, with their places.
#[must_use]
pub fn escape_messages(db: &dyn Db, function: &FunctionEscapes) -> Vec<PlacedMessage> {
    let messages = function.messages();
    let places = escape_places(db, function, messages.iter().map(|message| message.at));
    let placed = messages.into_iter().zip(places);
    placed.filter_map(|(m, place)| Some(PlacedMessage { place: place?, text: m.text })).collect()
}

/// Places of a function's analysis in its file, one by one.
#[must_use]
pub fn escape_places(
    db: &dyn Db,
    function: &FunctionEscapes,
    places: impl Iterator<Item = At> + Clone,
) -> Vec<Option<SourcePlace>> {
    let find = || {
        let package = *Program::get(db).packages(db).get(&function.package)?;
        let file = source_file(db, package, function.source)?;
        let parsed = parse(db, file).load(db, file);
        let decl = parsed.decls.get(function.source.decl as usize)?;
        let placed = places.clone().map(|at| {
            let tree = if at.in_body { decl.body.as_ref()? } else { &decl.header };
            let offset = offset_of(tree, at).unwrap_or(0);
            let range = TextRange::empty(offset.into()) + decl.range.start();
            Some(SourcePlace::new(db, file, range))
        });
        Some(placed.collect())
    };
    find().unwrap_or_else(|| places.clone().map(|_| None).collect())
}

/// Where a place is, relative to the declaration.
fn offset_of(tree: &TreeWithSpans, at: At) -> Option<u32> {
    let spans = &tree.spans;
    let span = match at.node.node() {
        Node::Expr(id) => *spans.exprs.get(id.index())?,
        Node::Stmt(id) => *spans.stmts.get(id.index())?,
        Node::End(id) => return Some(spans.stmts.get(id.index())?.end.saturating_sub(1)),
        Node::Root => return None,
    };
    Some(match at.point {
        Point::Token => span.anchor,
        Point::Start => span.start,
        Point::End => span.end.saturating_sub(1),
    })
}

impl Session {
    /// Analyses which allocations escape in a whole program that begins at `roots`.
    #[must_use]
    pub fn whole_program_escapes(
        &self,
        db: &dyn Db,
        env: &WholeEnv<'_>,
        program: &gossa_points::Program<'_>,
        roots: &gossa_points::callgraph::Roots,
    ) -> PackageEscapes {
        let graph = program_calls(program, roots);
        let all: Vec<PackageId> = self.packages().iter().map(|package| package.id(db)).collect();
        let table = call_table(env, program, &graph, &all);
        program_escapes_with(db, self.packages(), &table, self.models.get())
    }
}
