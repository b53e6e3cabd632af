//! The work of a run: check and lower every package, then the instances that they ask for.

use crate::bodies::{body_types, body_types_in};
use crate::declare::{init_order, package_decls};
use crate::env::DbEnv;
use crate::inputs::{Db, PackageInput, RootDb};
use crate::parsing::parse;
use crate::schedule::PackageWork;
use crate::session::{Progress, Session, StageTimes};
use crate::ssa::{LowerKey, lowered};
use gossa_base::FxHashSet;
use gossa_ssa::{FuncId, FuncKey, Lowered};
use gossa_types::{DeclId, PackageDecls};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

/// A function with its SSA form.
pub type LoweredFunc = (FuncId, Arc<Lowered>);

/// Functions per task: enough that handing a task out costs nothing beside it.
const CHUNK: usize = 16;

/// How long chains of instances that ask for instances may be; recursive generics stop here.
const INSTANCE_ROUNDS: usize = 64;

/// What a run does with packages.
struct Run<'s> {
    session: &'s Session,
    progress: &'s dyn Progress,
    /// Whether functions are lowered too.
    lower: bool,
    packages: Vec<OnceLock<PackageRun>>,
}

/// Work on one package, once it is declared.
struct PackageRun {
    functions: Vec<Function>,
    /// By part; the package's initialisation last.
    lowered: Vec<Mutex<Vec<LoweredFunc>>>,
}

#[derive(Clone, Copy)]
enum Function {
    /// A function declaration: checked and, unless it is generic, lowered.
    Declared { decl: DeclId, generic: bool },
    /// What is made from declarations: lowered.
    Synthetic(FuncId),
}

impl Session {
    /// Checks all declarations and bodies.
    pub fn check_types(&self, progress: &dyn Progress) {
        progress.stage("types", self.packages.len());
        self.for_each_package(&Run::new(self, progress, false));
    }

    /// Checks and lowers everything: all functions that are not generic, all initialisers, and
    /// the instances of generic functions that those refer to, directly or not. Sorted by package
    /// (dependencies first) and source order, instances last by name.
    #[must_use]
    pub fn lower(&self, progress: &dyn Progress) -> Vec<LoweredFunc> {
        progress.stage("lower", self.packages.len());
        let run = Run::new(self, progress, true);
        self.for_each_package(&run);
        let packages = run.packages.into_iter().filter_map(OnceLock::into_inner);
        let mut all: Vec<LoweredFunc> =
            packages.flat_map(|package| package.lowered).flat_map(Mutex::into_inner).collect();
        self.lower_instances(&mut all);
        all
    }

    fn lower_instances(&self, all: &mut Vec<LoweredFunc>) {
        let mut known: FxHashSet<FuncId> = all.iter().map(|(func, _)| *func).collect();
        let mut fresh = 0;
        for _ in 0..INSTANCE_ROUNDS {
            let mut wanted: Vec<FuncId> = Vec::new();
            let db = self.db();
            let env = DbEnv::new(&db);
            let mut want = |func: FuncId| {
                let generic = matches!(func.key(), FuncKey::Decl { args, .. } if !args.is_empty());
                if generic && known.insert(func) {
                    wanted.push(func);
                }
            };
            for (_, body) in &all[fresh..] {
                gossa_ssa::build::for_each_callee(body, &mut want);
                gossa_ssa::build::for_each_converted_method(&env, body, &mut want);
            }
            if wanted.is_empty() {
                return;
            }
            wanted.sort_by_cached_key(ToString::to_string);
            fresh = all.len();
            let db = self.db();
            all.extend(self.pool.install(move || self.lower_all(&db, &wanted)));
        }
    }

    fn lower_all(&self, db: &RootDb, functions: &[FuncId]) -> Vec<LoweredFunc> {
        functions
            .par_chunks(CHUNK)
            .map_with(db.clone(), |db, chunk| {
                StageTimes::measure(&self.times.ssa, || {
                    chunk
                        .iter()
                        .filter_map(|&func| {
                            let result = self.guard(
                                || func.to_string(),
                                || lowered(db, LowerKey::new(db, func)).clone(),
                            );
                            Some((func, result??))
                        })
                        .collect::<Vec<_>>()
                })
            })
            .flatten()
            .collect()
    }

    /// Runs one unit of work; a panic in it becomes an error about that unit.
    pub(crate) fn guard<T>(
        &self,
        unit: impl FnOnce() -> String,
        work: impl FnOnce() -> T,
    ) -> Option<T> {
        catch_unwind(AssertUnwindSafe(work))
            .map_err(|payload| {
                let reason = payload
                    .downcast_ref::<&str>()
                    .map(|text| (*text).to_owned())
                    .or_else(|| payload.downcast_ref::<String>().cloned())
                    .unwrap_or_else(|| "another unit of work that it depends on failed".to_owned());
                let message = format!("internal error while analysing {}: {reason}", unit());
                self.internal_errors.lock().push(message);
            })
            .ok()
    }

    /// Drops what a finished package needs no more: trees of files and side tables of bodies.
    /// `keep_generic`: those of generic functions stay, since instances are lowered from them.
    pub(crate) fn drop_trees(&self, db: &RootDb, package: PackageInput, keep_generic: bool) {
        let decls = package_decls(db, package);
        let mut keep = vec![false; package.files(db).len()];
        for &func in &decls.func_order {
            let Some(found) = decls.funcs.get(&func).filter(|found| found.has_body) else {
                continue;
            };
            if keep_generic && !found.type_params.is_empty() {
                if let Some(slot) = keep.get_mut(found.source.file as usize) {
                    *slot = true;
                }
            } else if let Some(body) = body_types(db, func) {
                body.clear();
            }
        }
        for (&file, keep) in package.files(db).iter().zip(keep) {
            if !keep {
                parse(db, file).release();
            }
        }
    }
}

impl<'s> Run<'s> {
    fn new(session: &'s Session, progress: &'s dyn Progress, lower: bool) -> Self {
        let packages = session.packages.iter().map(|_| OnceLock::new()).collect();
        Self { session, progress, lower, packages }
    }

    fn guarded<T>(
        &self,
        counter: &AtomicU64,
        unit: impl FnOnce() -> String,
        work: impl FnOnce() -> T,
    ) -> Option<T> {
        StageTimes::measure(counter, || self.session.guard(unit, work))
    }

    fn lower_into(&self, db: &RootDb, func: FuncId, slot: &mut Vec<LoweredFunc>) {
        let result = self.guarded(
            &self.session.times.ssa,
            || func.to_string(),
            || lowered(db, LowerKey::new(db, func)).clone(),
        );
        slot.extend(result.flatten().map(|body| (func, body)));
    }

    fn functions(&self, decls: &PackageDecls) -> Vec<Function> {
        let declared = decls.func_order.iter().filter_map(|&decl| {
            let found = decls.funcs.get(&decl).filter(|found| found.has_body)?;
            Some(Function::Declared { decl, generic: !found.type_params.is_empty() })
        });
        let initialisers = decls
            .initializers
            .iter()
            .filter(|_| self.lower)
            .filter_map(|initializer| initializer.lhs.first())
            .map(|&var| Function::Synthetic(FuncId::new(FuncKey::VarInit(var))));
        declared.chain(initialisers).collect()
    }
}

impl PackageWork for Run<'_> {
    fn parse(&self, db: &RootDb, package: usize, file: usize) {
        let file = self.session.packages[package].files(db)[file];
        let path = || file.path(db).to_string();
        self.guarded(&self.session.times.parse, path, || {
            parse(db, file);
        });
    }

    fn declare(&self, db: &RootDb, package: usize) -> usize {
        let input = self.session.packages[package];
        let id = input.id(db);
        let unit = || format!("package {id}");
        let decls = self.guarded(&self.session.times.types, unit, || package_decls(db, input));
        let Some(decls) = decls else { return 0 };
        let functions = self.functions(decls);
        let parts = functions.len().div_ceil(CHUNK);
        let lowered = (0..=parts).map(|_| Mutex::default()).collect();
        let _ = self.packages[package].set(PackageRun { functions, lowered });
        parts
    }

    fn part(&self, db: &RootDb, package: usize, part: usize) {
        let Some(run) = self.packages[package].get() else { return };
        let Some(functions) = run.functions.chunks(CHUNK).nth(part) else { return };
        let mut bodies = Vec::new();
        let env = DbEnv::new(db);
        for &function in functions {
            let lowered = match function {
                Function::Declared { decl, generic } => {
                    let checked = self.guarded(
                        &self.session.times.types,
                        || format!("{decl:?}"),
                        || {
                            body_types_in(&env, decl);
                        },
                    );
                    if checked.is_none()
                        && let Some(run) = db.one_shot()
                    {
                        run.bodies.give_up(decl);
                    }
                    (self.lower && !generic).then(|| FuncId::declared(decl))
                }
                Function::Synthetic(func) => Some(func),
            };
            if let Some(func) = lowered.filter(|_| self.lower) {
                self.lower_into(db, func, &mut bodies);
            }
        }
        *run.lowered[part].lock() = bodies;
    }

    fn finish(&self, db: &RootDb, package: usize) {
        let input = self.session.packages[package];
        let id = input.id(db);
        let unit = || format!("package {id}");
        if let Some(run) = self.packages[package].get() {
            self.guarded(&self.session.times.types, unit, || {
                init_order(db, input);
            });
            if let Some(slot) = run.lowered.last().filter(|_| self.lower) {
                let init = FuncId::new(FuncKey::PackageInit(id));
                self.lower_into(db, init, &mut slot.lock());
            }
            if db.is_one_shot() {
                self.session.guard(unit, || self.session.drop_trees(db, input, self.lower));
            }
        }
        self.progress.step(id.as_str());
    }
}
