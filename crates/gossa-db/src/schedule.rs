//! In which order the threads of a run work: every package after those that it imports, and of
//! what is ready, first what the longest chain of imports still waits for.
//!
//! Only declarations wait for declarations; function bodies wait for nothing but the declarations
//! of their own package, and nothing waits for them. So bodies fill the time in which a chain of
//! imports leaves a thread idle, and declarations run ahead of them, as far as the trees that this
//! keeps in memory allow.

use crate::inputs::RootDb;
use parking_lot::{Condvar, Mutex};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What a run does with each package, stage by stage. None of these may panic: the other threads
/// would wait for ever.
pub(crate) trait PackageWork: Sync {
    /// Parses one file; those of a package are parsed in parallel.
    fn parse(&self, db: &RootDb, package: usize, file: usize);
    /// Checks the package's declarations, after those of all that it imports. Returns the number
    /// of parts that the rest of the work on it has.
    fn declare(&self, db: &RootDb, package: usize) -> usize;
    /// One part of the work on bodies; parts run in parallel.
    fn part(&self, db: &RootDb, package: usize, part: usize);
    /// What is left once all parts are done.
    fn finish(&self, db: &RootDb, package: usize);
}

/// A package as the schedule sees it.
pub(crate) struct PackageShape {
    /// What has to be declared before it: indices of packages.
    pub(crate) dependencies: Vec<usize>,
    /// Number of files.
    pub(crate) files: usize,
    /// Their length, in bytes.
    pub(crate) bytes: usize,
}

/// Source bytes of packages that have been begun and are not finished, above which bodies come
/// before further declarations. Trees and side tables take about ten times as much.
const OPEN_BYTES: usize = 6 << 20;

/// Does all work on all packages, on all threads of the pool.
pub(crate) fn run(
    pool: &rayon::ThreadPool,
    db: &RootDb,
    packages: &[PackageShape],
    work: &dyn PackageWork,
) {
    let schedule =
        Schedule { packages, state: Mutex::new(State::new(packages)), changed: Condvar::new() };
    let dbs: Vec<Mutex<Option<RootDb>>> =
        (0..pool.current_num_threads()).map(|_| Mutex::new(Some(db.clone()))).collect();
    pool.broadcast(|context| {
        if let Some(db) = dbs.get(context.index()).and_then(|slot| slot.lock().take()) {
            schedule.work(&db, work);
        }
    });
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Unit {
    Parse { package: usize, file: usize },
    Declare { package: usize },
    Part { package: usize, part: usize },
    Finish { package: usize },
}

struct Schedule<'p> {
    packages: &'p [PackageShape],
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    dependents: Vec<Vec<usize>>,
    /// Source bytes on the longest chain of packages that begins with each, itself included.
    urgency: Vec<usize>,
    /// Dependencies that are not declared yet.
    waits_for: Vec<usize>,
    /// Units of the current stage that are not done yet.
    units_left: Vec<usize>,
    opened: Vec<bool>,
    open_bytes: usize,
    /// Parsing and declaring that could begin now, the most urgent on top.
    declarations: BinaryHeap<(usize, Reverse<Unit>)>,
    /// Work on bodies that could begin now.
    bodies: VecDeque<Unit>,
    unfinished: usize,
}

impl State {
    fn new(packages: &[PackageShape]) -> Self {
        let count = packages.len();
        let mut state = Self {
            dependents: vec![Vec::new(); count],
            urgency: vec![0; count],
            waits_for: packages.iter().map(|package| package.dependencies.len()).collect(),
            units_left: vec![0; count],
            opened: vec![false; count],
            open_bytes: 0,
            declarations: BinaryHeap::new(),
            bodies: VecDeque::new(),
            unfinished: count,
        };
        // Packages come after their dependencies, so a package's urgency is known before it is
        // handed down to them.
        for (index, package) in packages.iter().enumerate().rev() {
            state.urgency[index] += package.bytes;
            let urgency = state.urgency[index];
            for &dependency in &package.dependencies {
                state.dependents[dependency].push(index);
                state.urgency[dependency] = state.urgency[dependency].max(urgency);
            }
        }
        for (index, package) in packages.iter().enumerate() {
            if package.dependencies.is_empty() {
                state.ready(index, package);
            }
        }
        state
    }

    /// All dependencies of a package are declared.
    fn ready(&mut self, index: usize, package: &PackageShape) {
        let urgency = self.urgency[index];
        self.units_left[index] = package.files.max(1);
        let units = (0..package.files).map(|file| Unit::Parse { package: index, file });
        self.declarations.extend(units.map(|unit| (urgency, Reverse(unit))));
        if package.files == 0 {
            self.declarations.push((urgency, Reverse(Unit::Declare { package: index })));
        }
    }

    fn next(&mut self, packages: &[PackageShape]) -> Option<Unit> {
        if let Some((_, Reverse(unit))) = self.declarations.peek() {
            let package = unit.package();
            let bytes = packages[package].bytes;
            let is_open = self.opened[package];
            if is_open || self.bodies.is_empty() || self.open_bytes + bytes <= OPEN_BYTES {
                if !is_open {
                    self.opened[package] = true;
                    self.open_bytes += bytes;
                }
                return self.declarations.pop().map(|(_, Reverse(unit))| unit);
            }
        }
        self.bodies.pop_front()
    }

    /// Takes note that a unit is done; `parts`: what declaring returned.
    fn done(&mut self, unit: Unit, parts: usize, packages: &[PackageShape]) {
        let index = unit.package();
        match unit {
            Unit::Parse { package, .. } => {
                self.units_left[index] -= 1;
                if self.units_left[index] == 0 {
                    let unit = Unit::Declare { package };
                    self.declarations.push((self.urgency[index], Reverse(unit)));
                }
            }
            Unit::Declare { package } => {
                for dependent in std::mem::take(&mut self.dependents[index]) {
                    self.waits_for[dependent] -= 1;
                    if self.waits_for[dependent] == 0 {
                        self.ready(dependent, &packages[dependent]);
                    }
                }
                self.units_left[index] = parts;
                self.bodies.extend((0..parts).map(|part| Unit::Part { package, part }));
                if parts == 0 {
                    self.bodies.push_front(Unit::Finish { package });
                }
            }
            Unit::Part { package, .. } => {
                self.units_left[index] -= 1;
                if self.units_left[index] == 0 {
                    self.bodies.push_front(Unit::Finish { package });
                }
            }
            Unit::Finish { .. } => {
                self.open_bytes -= packages[index].bytes;
                self.unfinished -= 1;
            }
        }
    }
}

impl Unit {
    fn package(self) -> usize {
        match self {
            Self::Parse { package, .. }
            | Self::Declare { package }
            | Self::Part { package, .. }
            | Self::Finish { package } => package,
        }
    }
}

impl Schedule<'_> {
    /// One thread's share.
    fn work(&self, db: &RootDb, work: &dyn PackageWork) {
        let mut state = self.state.lock();
        while state.unfinished > 0 {
            let Some(unit) = state.next(self.packages) else {
                self.changed.wait(&mut state);
                continue;
            };
            drop(state);
            let mut parts = 0;
            match unit {
                Unit::Parse { package, file } => work.parse(db, package, file),
                Unit::Declare { package } => parts = work.declare(db, package),
                Unit::Part { package, part } => work.part(db, package, part),
                Unit::Finish { package } => work.finish(db, package),
            }
            state = self.state.lock();
            state.done(unit, parts, self.packages);
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packages 0 ← 1 ← 2, and 3 on its own.
    fn shapes() -> Vec<PackageShape> {
        [(vec![], 10), (vec![0], 10), (vec![1], 10), (vec![], 5)]
            .into_iter()
            .map(|(dependencies, bytes)| PackageShape { dependencies, files: 2, bytes })
            .collect()
    }

    #[derive(Default)]
    struct Recorder(Mutex<Vec<Unit>>);

    impl PackageWork for Recorder {
        fn parse(&self, _: &RootDb, package: usize, file: usize) {
            self.0.lock().push(Unit::Parse { package, file });
        }
        fn declare(&self, _: &RootDb, package: usize) -> usize {
            self.0.lock().push(Unit::Declare { package });
            package
        }
        fn part(&self, _: &RootDb, package: usize, part: usize) {
            self.0.lock().push(Unit::Part { package, part });
        }
        fn finish(&self, _: &RootDb, package: usize) {
            self.0.lock().push(Unit::Finish { package });
        }
    }

    fn recorded(threads: usize) -> Vec<Unit> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        let recorder = Recorder::default();
        run(&pool, &RootDb::default(), &shapes(), &recorder);
        recorder.0.into_inner()
    }

    #[test]
    fn the_longest_chain_comes_first_and_bodies_last() {
        let order = recorded(1);
        let position = |wanted: Unit| order.iter().position(|&unit| unit == wanted);
        assert!(position(Unit::Declare { package: 2 }) < position(Unit::Declare { package: 3 }));
        let last_declare = position(Unit::Declare { package: 3 });
        assert!(last_declare < position(Unit::Part { package: 1, part: 0 }), "{order:?}");
        // Nothing is kept open for long that has no bodies.
        assert!(
            position(Unit::Finish { package: 0 }) < position(Unit::Part { package: 1, part: 0 })
        );
    }

    #[test]
    fn every_unit_runs_once_after_what_it_needs() {
        for threads in [1, 2, 4] {
            let order = recorded(threads);
            let mut sorted = order.clone();
            sorted.sort();
            sorted.dedup();
            // Two files, a declaration, a finish each; 0 + 1 + 2 + 3 parts.
            assert_eq!(sorted.len(), 4 * 4 + 6, "{order:?}");
            assert_eq!(order.len(), sorted.len(), "{order:?}");
            let position = |wanted: Unit| order.iter().position(|&unit| unit == wanted);
            for package in 0..4 {
                let declared = position(Unit::Declare { package });
                assert!((0..2).all(|file| position(Unit::Parse { package, file }) < declared));
                let finished = position(Unit::Finish { package });
                assert!(declared < finished);
                for part in 0..package {
                    let done = position(Unit::Part { package, part });
                    assert!(declared < done && done < finished, "{order:?}");
                }
            }
            for package in [1, 2] {
                let first = position(Unit::Parse { package, file: 0 });
                assert!(position(Unit::Declare { package: package - 1 }) < first, "{order:?}");
            }
        }
    }
}
