//! Which locks a function and what it calls take, in which order, and which are held where.
//!
//! A lock that is taken is told to callers with the locks that were held then. What neither can be
//! said in the caller's words keeps its name in the callee (`Root::Hidden`): it is a lock still, of
//! some type.

use crate::analysis::Analysis;
use crate::chain::Chain;
use crate::event::{Held, Locks, Taken};
use crate::function::Builder;
use crate::known::Mode;
use crate::lift::{Mapping, nested};
use crate::locks::under;
use crate::path::{Path, Root};
use gossa_base::FxHashSet;
use gossa_points::FuncIndex;
use gossa_ssa::{Body, InstId};

/// A function does not tell its callers of more than this.
const TOLD: usize = 48;
/// No more are looked at in one function.
const MOST: usize = 512;
/// Calls deeper than this are not followed.
const DEEPEST: usize = 12;

/// The locks of one function.
#[derive(Clone, Debug, Default)]
pub struct FunctionLocks {
    /// For each instruction that control can come to, in order: the locks held on every way there.
    pub before: Vec<(InstId, Locks)>,
    /// The locks that it takes by itself and by calls, each with what is held then.
    pub taken: Vec<Taken>,
}

impl Analysis<'_, '_> {
    /// The locks of one function; `None` without a body, or where that is too large to be looked
    /// into.
    #[must_use]
    pub fn locks_in(&self, func: FuncIndex) -> Option<FunctionLocks> {
        self.visit(func);
        let body = self.body_to_read(func)?;
        let mut found = FunctionLocks::default();
        let taken = {
            let frame = Builder::new(self, func, body).watching(&mut found.before).build();
            frame.summary.taken
        };
        Some(FunctionLocks { taken, ..found })
    }
}

/// Adds what a callee takes, seen from its caller: `at` leads to the callee, `outer` is held around
/// it.
pub(crate) fn lift_taken(
    callee: (FuncIndex, Option<&Body>),
    taken: &[Taken],
    mapping: &Mapping,
    (at, outer): (&Chain, &Locks),
    out: &mut Vec<Taken>,
) {
    if at.len() >= DEEPEST {
        return;
    }
    let rename = |path: &Path| mapping.path(path).or_else(|| hidden(callee, path));
    for one in taken {
        if out.len() >= MOST {
            return;
        }
        let Some(lock) = rename(&one.lock) else { continue };
        let held = one
            .held
            .iter()
            .filter_map(|held| Some(Held { lock: rename(&held.lock)?, mode: held.mode }))
            .collect();
        let chain = nested(at, &one.chain);
        out.push(Taken { lock, mode: one.mode, held: under(held, outer), chain });
    }
}

/// The name that a lock of a function has for those who do not know what it begins at.
fn hidden((func, body): (FuncIndex, Option<&Body>), path: &Path) -> Option<Path> {
    let value = match path.root {
        Root::Param(at) => body?.params(Body::ENTRY).nth(at as usize)?,
        Root::Value(value) => value,
        _ => return None,
    };
    Some(Path { root: Root::Hidden(func, value), steps: path.steps.clone() })
}

/// What callers are told: each lock once for each set of locks that is held then, or has been
/// released, whoever held it; those that are nearest.
pub(crate) fn told(func: FuncIndex, mut taken: Vec<Taken>) -> Vec<Taken> {
    taken.sort_by_key(|one| one.chain.len());
    for one in &mut taken {
        for lock in std::iter::once(&mut one.lock).chain(one.held.iter_mut().map(|h| &mut h.lock)) {
            if let Root::Value(value) = lock.root {
                lock.root = Root::Hidden(func, value);
            }
        }
    }
    let mut known: FxHashSet<(Path, Mode, Locks)> = FxHashSet::default();
    taken.retain(|one| known.insert((one.lock.clone(), one.mode, one.held.clone())));
    taken.truncate(TOLD);
    taken
}
