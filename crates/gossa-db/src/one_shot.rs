//! The work of a run: check and lower every package, then the instances that they ask for.

use crate::bodies::{BodyKey, body_types};
use crate::declare::{init_order, package_decls};
use crate::env::DbEnv;
use crate::inputs::{Db, PackageInput, RootDb};
use crate::parsing::parse;
use crate::session::{Progress, Session, StageTimes};
use crate::ssa::{LowerKey, lowered};
use gossa_base::FxHashSet;
use gossa_ssa::{FuncId, FuncKey, Lowered};
use gossa_types::{DeclId, PackageDecls};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A function with its SSA form.
pub type LoweredFunc = (FuncId, Arc<Lowered>);

/// Functions per task: enough that handing a task out costs nothing beside it.
const CHUNK: usize = 16;

/// How long chains of instances that ask for instances may be; recursive generics stop here.
const INSTANCE_ROUNDS: usize = 64;

impl Session {
    /// Checks all declarations and bodies.
    pub fn check_types(&self, progress: &dyn Progress) {
        progress.stage("types", self.packages.len());
        self.for_each_package(|db, index| {
            let package = self.packages[index];
            self.check_package(db, package);
            if db.is_one_shot() {
                self.drop_trees(db, package, false);
            }
            progress.step(package.id(db).as_str());
        });
    }

    /// Checks and lowers everything: all functions that are not generic, all initialisers, and
    /// the instances of generic functions that those refer to, directly or not. Sorted by package
    /// (dependencies first) and source order, instances last by name.
    #[must_use]
    pub fn lower(&self, progress: &dyn Progress) -> Vec<LoweredFunc> {
        progress.stage("lower", self.packages.len());
        let slots: Vec<Mutex<Vec<LoweredFunc>>> =
            self.packages.iter().map(|_| Mutex::default()).collect();
        self.for_each_package(|db, index| {
            let package = self.packages[index];
            if let Some(decls) = self.check_package(db, package) {
                let functions = functions_of(decls);
                *slots[index].lock() = self.lower_all(db, &functions);
                if db.is_one_shot() {
                    self.drop_trees(db, package, true);
                }
            }
            progress.step(package.id(db).as_str());
        });
        let mut all: Vec<LoweredFunc> = slots.into_iter().flat_map(Mutex::into_inner).collect();
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

    fn check_package<'db>(
        &self,
        db: &'db RootDb,
        package: PackageInput,
    ) -> Option<&'db PackageDecls> {
        StageTimes::measure(&self.times.parse, || {
            package.files(db).par_iter().with_min_len(2).for_each_with(db.clone(), |db, &file| {
                parse(db, file);
            });
        });
        let id = package.id(db);
        let decls = StageTimes::measure(&self.times.types, || {
            self.guard(|| format!("package {id}"), || package_decls(db, package))
        })?;
        let bodies: Vec<DeclId> = decls
            .func_order
            .iter()
            .copied()
            .filter(|func| decls.funcs.get(func).is_some_and(|found| found.has_body))
            .collect();
        bodies.par_chunks(CHUNK).for_each_with(db.clone(), |db, chunk| {
            StageTimes::measure(&self.times.types, || {
                for &func in chunk {
                    self.guard(
                        || format!("{func:?}"),
                        || {
                            body_types(db, BodyKey::new(db, func));
                        },
                    );
                }
            });
        });
        StageTimes::measure(&self.times.types, || {
            self.guard(
                || format!("package {id}"),
                || {
                    init_order(db, package);
                },
            );
        });
        Some(decls)
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
    fn guard<T>(&self, unit: impl FnOnce() -> String, work: impl FnOnce() -> T) -> Option<T> {
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
    fn drop_trees(&self, db: &RootDb, package: PackageInput, keep_generic: bool) {
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
            } else if let Some(body) = body_types(db, BodyKey::new(db, func)) {
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

/// What a package has to lower: functions that are not generic, initialisers, its initialisation.
fn functions_of(decls: &PackageDecls) -> Vec<FuncId> {
    let declared = decls
        .func_order
        .iter()
        .copied()
        .filter(|func| {
            decls
                .funcs
                .get(func)
                .is_some_and(|found| found.has_body && found.type_params.is_empty())
        })
        .map(FuncId::declared);
    let initialisers = decls
        .initializers
        .iter()
        .filter_map(|initializer| initializer.lhs.first())
        .map(|&var| FuncId::new(FuncKey::VarInit(var)));
    declared.chain(initialisers).chain([FuncId::new(FuncKey::PackageInit(decls.id))]).collect()
}
