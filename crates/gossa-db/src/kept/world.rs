//! A program, the facts of its functions, and what an edit has made of them.

use super::Reason;
use super::env::KeptEnv;
use crate::declare::item_tree;
use crate::env::DbEnv;
use crate::facts::function_facts;
use crate::inputs::{PackageInput, RootDb, SourceFile};
use crate::one_shot::LoweredFunc;
use crate::ssa::{LowerKey, lowered};
use gossa_base::FxHashMap;
use gossa_points::points::facts::Facts;
use gossa_points::points::local::{FactSource, LocalFacts, Places};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{FuncId, FuncKey, Lowered};
use gossa_types::{ItemTree, PackageId};
use std::cell::RefCell;
use std::sync::Arc;

/// What a function and the literals in it contribute.
struct Contribution {
    lowered: Arc<Lowered>,
    local: Arc<[LocalFacts]>,
    places: Arc<[Places]>,
}

/// Where the facts of a function are: which of its contribution's they are.
#[derive(Clone)]
struct Known {
    local: Arc<[LocalFacts]>,
    places: Arc<[Places]>,
    at: usize,
}

/// What an edit did to functions of a program.
#[derive(Default)]
pub(super) struct Changes {
    /// Functions with other facts.
    pub(super) edited: Vec<(FuncIndex, Facts)>,
    /// Functions whose instructions have other numbers.
    pub(super) renumbered: Vec<(FuncIndex, Facts)>,
}

/// The facts of a program's functions, as of the last edit.
pub(super) struct World<'p, 'e> {
    program: &'p Program<'e>,
    env: &'e KeptEnv,
    /// By file: what it declares.
    files: RefCell<FxHashMap<SourceFile, Arc<ItemTree>>>,
    of_package: RefCell<FxHashMap<PackageId, Vec<FuncId>>>,
    functions: RefCell<FxHashMap<FuncId, Contribution>>,
    known: RefCell<FxHashMap<FuncId, Known>>,
}

fn package_of(func: FuncId) -> PackageId {
    match *func.key() {
        FuncKey::PackageInit(package) => package,
        _ => func.package(),
    }
}

impl<'p, 'e> World<'p, 'e> {
    /// The facts of these functions.
    pub(super) fn new(
        db: &RootDb,
        env: &'e KeptEnv,
        program: &'p Program<'e>,
        packages: &[PackageInput],
        functions: &[LoweredFunc],
    ) -> Self {
        let files = packages.iter().flat_map(|package| package.files(db));
        let files = files.map(|&file| (file, item_tree(db, file).clone())).collect();
        let world = Self {
            program,
            env,
            files: RefCell::new(files),
            of_package: RefCell::default(),
            functions: RefCell::default(),
            known: RefCell::default(),
        };
        for (func, lowered) in functions {
            world.add(db, *func, lowered);
        }
        world
    }

    fn add(&self, db: &RootDb, func: FuncId, lowered: &Arc<Lowered>) {
        self.of_package.borrow_mut().entry(package_of(func)).or_default().push(func);
        if let Some(contribution) = contribution(db, func, lowered) {
            self.keep(func, contribution);
        }
    }

    fn keep(&self, func: FuncId, contribution: Contribution) {
        let mut known = self.known.borrow_mut();
        for (at, body) in contribution.lowered.bodies.iter().enumerate() {
            let (local, places) = (contribution.local.clone(), contribution.places.clone());
            known.insert(body.func, Known { local, places, at });
        }
        drop(known);
        self.functions.borrow_mut().insert(func, contribution);
    }

    /// Takes up what edits of packages have done.
    pub(super) fn update(&self, db: &RootDb, packages: &[PackageInput]) -> Result<Changes, Reason> {
        for package in packages {
            let files = self.files.borrow();
            let is_same = |file| files.get(file).is_some_and(|known| known == item_tree(db, *file));
            let is_same = package.files(db).iter().all(is_same);
            if !is_same || !self.env.has_same_locals(db, package.id(db)) {
                return Err(Reason::Declarations);
            }
        }
        let mut changed: Vec<(FuncId, Contribution)> = Vec::new();
        for package in packages {
            let of_package = self.of_package.borrow();
            for &func in of_package.get(&package.id(db)).into_iter().flatten() {
                let functions = self.functions.borrow();
                let Some(known) = functions.get(&func) else { continue };
                let now = lowered(db, LowerKey::new(db, func));
                if now.as_ref().is_some_and(|now| Arc::ptr_eq(now, &known.lowered)) {
                    continue;
                }
                let now = now.as_ref().and_then(|now| contribution(db, func, now));
                changed.push((func, now.ok_or(Reason::Declarations)?));
            }
        }
        for (_, now) in &changed {
            self.program.replace(&now.lowered);
        }
        self.add_instances(db, changed.iter().map(|(_, now)| now.lowered.clone()).collect());
        // What a function names may be new, too; only now everything has a number.
        let mut changes = Changes::default();
        for (func, now) in changed {
            self.compare(&now, &mut changes);
            self.keep(func, now);
        }
        Ok(changes)
    }

    /// Adds the instances of generic functions that bodies ask for and that the program has not.
    fn add_instances(&self, db: &RootDb, mut bodies: Vec<Arc<Lowered>>) {
        let env = DbEnv::new(db);
        while let Some(body) = bodies.pop() {
            let mut wanted: Vec<FuncId> = Vec::new();
            let mut want = |func: FuncId| {
                let is_instance =
                    matches!(func.key(), FuncKey::Decl { args, .. } if !args.is_empty());
                if is_instance && !self.functions.borrow().contains_key(&func) {
                    wanted.push(func);
                }
            };
            gossa_ssa::build::for_each_callee(&body, &mut want);
            gossa_ssa::build::for_each_converted_method(&env, &body, &mut want);
            for func in wanted {
                let is_new = !self.functions.borrow().contains_key(&func);
                if let Some(now) = lowered(db, LowerKey::new(db, func)).as_ref().filter(|_| is_new)
                {
                    self.program.replace(now);
                    self.add(db, func, now);
                    bodies.push(now.clone());
                }
            }
        }
    }

    fn compare(&self, now: &Contribution, changes: &mut Changes) {
        for (at, body) in now.lowered.bodies.iter().enumerate() {
            let Some(index) = self.program.known(body.func) else { continue };
            let (Some(local), Some(places)) = (now.local.get(at), now.places.get(at)) else {
                continue;
            };
            let known = self.known.borrow();
            let before = known
                .get(&body.func)
                .map(|known| (&known.local[known.at] == local, &known.places[known.at] == places));
            let list = match before {
                Some((true, true)) => continue,
                Some((true, false)) => &mut changes.renumbered,
                Some((false, _)) | None => &mut changes.edited,
            };
            list.push((index, local.link(self.program, places)));
        }
    }
}

fn contribution(db: &RootDb, func: FuncId, lowered: &Arc<Lowered>) -> Option<Contribution> {
    let facts = function_facts(db, LowerKey::new(db, func)).as_ref()?;
    let (local, places) = (facts.local.clone(), facts.places.clone());
    // One for each body, or they do not belong together.
    let is_whole = local.len() == lowered.bodies.len() && places.len() == local.len();
    is_whole.then(|| Contribution { lowered: lowered.clone(), local, places })
}

impl FactSource for World<'_, '_> {
    fn facts(&self, func: FuncIndex) -> Option<Facts> {
        let function = self.program.function(func);
        if function.is_wrapper() {
            return None;
        }
        let known = self.known.borrow().get(&function.id).cloned()?;
        Some(known.local[known.at].link(self.program, &known.places[known.at]))
    }
}
