//! Questions about locks: which are held where, and which a function takes.
//!
//! Locks are those of `sync` (`Mutex`, `RWMutex`, `Locker`), and `sync.Once` while its function
//! runs. They are told apart by how a function gets at them (`s.mu`, a package-level variable),
//! across calls, so that helpers that lock, and functions that are called with a lock held, count.

use crate::concurrency::{Place, Words};
use crate::func::{Func, Inst};
use crate::whole::ProgramPass;
use gossa_base::FxHashMap;
use gossa_conc::path::Index;
use gossa_conc::{FunctionLocks, Mode, Path, Root, Step};
use gossa_points::Program as PointsProgram;
use std::cell::RefCell;
use std::fmt;

/// Takes the locks of a function.
pub(crate) type TellLocks<'t> = dyn FnMut(&PointsProgram<'_>, &FunctionLocks) + 't;

/// How a lock is held.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum LockMode {
    /// By one goroutine alone.
    Exclusive,
    /// Together with other readers.
    Shared,
    /// By the `sync.Once` whose function runs.
    Once,
}

/// A lock, held or taken.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Lock<'p> {
    /// Where it is, in the words of the function that is asked about; of a lock that this function
    /// cannot name, in the words of the callee that takes it.
    pub place: Place<'p>,
    /// How it is held.
    pub mode: LockMode,
    /// What all locks of its kind are called: `pkg.T.field` for a field of whatever struct of a
    /// type, `pkg.name` for a package-level variable; `None` for local variables.
    pub class: Option<String>,
    /// Whether the function that is asked about can name it, and the name is that of one lock: not
    /// of some element, nor of another lock in each turn of a loop. Two locks that are equal and can
    /// be named are the same lock in one activation, if the pointers that lead there stay the same.
    pub is_named: bool,
}

/// A lock that is taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Acquisition<'p> {
    /// The lock.
    pub lock: Lock<'p>,
    /// The locks that the goroutine holds then, as far as they are known.
    pub held: Vec<Lock<'p>>,
    /// The calls that lead there from the function that is asked about, and the call that locks,
    /// last.
    pub way: Vec<Inst<'p>>,
}

/// The locks of one function; see [`ProgramPass::locks_in`].
#[derive(Clone, Debug, Default)]
pub struct Locks<'p> {
    /// For each instruction that control can come to, what is held; in order.
    before: Vec<(Inst<'p>, Vec<Lock<'p>>)>,
    taken: Vec<Acquisition<'p>>,
}

impl fmt::Display for Lock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place.text)
    }
}

impl<'p> Locks<'p> {
    /// The locks that are certainly held when an instruction begins to run: taken by this
    /// activation or what it has called, on every way there. What callers hold does not count.
    #[must_use]
    pub fn held_before(&self, inst: Inst<'_>) -> &[Lock<'p>] {
        let at = self.before.iter().find(|(known, _)| *known == inst);
        at.map_or(&[], |(_, held)| held)
    }

    /// The locks that the function takes in its own goroutine, by itself or by what it calls, each
    /// with the locks that are held then.
    #[must_use]
    pub fn taken(&self) -> &[Acquisition<'p>] {
        &self.taken
    }
}

impl<'p> ProgramPass<'p> {
    /// The locks of a function. The first question about a function looks at all that it calls;
    /// later ones share that.
    #[must_use]
    pub fn locks_in(&self, func: Func<'p>) -> Locks<'p> {
        let mut found = Locks::default();
        self.answers.locks(func.index, &mut |points, raw| {
            let words = Words { pass: self, points };
            // Words cost more than the analysis, and one lock is held at many instructions.
            let known: RefCell<FxHashMap<(Path, Mode), Option<Lock<'p>>>> = RefCell::default();
            let find = |path: &Path, mode: Mode| {
                let mut known = known.borrow_mut();
                let lock = known.entry((path.clone(), mode));
                lock.or_insert_with(|| words.lock(func, path, mode)).clone()
            };
            let lock = |held: &gossa_conc::event::Held| find(&held.lock, held.mode);
            for (id, held) in raw.before.iter().filter(|(_, held)| !held.is_empty()) {
                let held: Vec<Lock<'p>> = held.iter().filter_map(lock).collect();
                found.before.push((Inst { func, id: *id }, held));
            }
            for taken in &raw.taken {
                let Some(lock_taken) = find(&taken.lock, taken.mode) else { continue };
                found.taken.push(Acquisition {
                    lock: lock_taken,
                    held: taken.held.iter().filter_map(lock).collect(),
                    way: words.way(&taken.chain),
                });
            }
            let key = |one: &Acquisition<'_>| -> Vec<(u32, usize)> {
                one.way.iter().map(|inst| (inst.func.index, inst.index())).collect()
            };
            found.taken.sort_by_cached_key(|one| (key(one), one.lock.place.text.clone()));
        });
        found
    }
}

impl<'p> Words<'_, 'p> {
    fn lock(&self, frame: Func<'p>, path: &Path, mode: Mode) -> Option<Lock<'p>> {
        let mode = match mode {
            Mode::Exclusive => LockMode::Exclusive,
            Mode::Shared => LockMode::Shared,
            Mode::Once => LockMode::Once,
            Mode::Released | Mode::Done | Mode::OnceStarted | Mode::Token => return None,
        };
        // A lock that the function cannot name goes by the words of the one that can.
        let (owner, path, is_named) = match path.root {
            Root::Hidden(func, value) => {
                let own = Path { root: Root::Value(value), steps: path.steps.clone() };
                (self.func(func)?, own, false)
            }
            _ => (frame, path.clone(), is_certain(frame, path)),
        };
        let (place, field) = self.place_and_field(owner, &path);
        let class = match (field, path.root) {
            (Some((holder, name)), _) if holder.defined_name().is_some() => {
                Some(format!("{holder}.{name}"))
            }
            (field, Root::Global(decl)) => {
                let global = crate::program::Global { decl }.qualified_name();
                Some(field.map_or_else(|| global.clone(), |(_, name)| format!("{global}.{name}")))
            }
            _ => None,
        };
        Some(Lock { place, mode, class, is_named })
    }
}

/// Whether a path leads to one lock only, all through an activation.
fn is_certain(frame: Func<'_>, path: &Path) -> bool {
    let stays = match path.root {
        Root::Value(id) => {
            let value = crate::func::Value { func: frame, id };
            value.definition().is_some_and(|made| !frame.structure().repeats(made))
        }
        _ => true,
    };
    let one = |step: &Step| match step {
        Step::Element(index) | Step::From(index) => {
            matches!(index, Index::Const(_) | Index::Param(_))
        }
        Step::Contents => false,
        _ => true,
    };
    stays && path.steps.iter().all(one)
}
