//! What a function does, as its caller sees it: the callee's paths become the caller's.

use crate::chain::{Chain, Site};
use crate::event::{Access, Count, Held, Locks, OpenCall, Paths, Spawn, Start, Sync, Trace};
use crate::locks::{inherited, under};
use crate::path::{Index, Path, Root, Step};
use std::rc::Rc;

/// Traces do not grow beyond this many accesses by calls; nor beyond half of it in operations, an
/// eighth in goroutines.
pub(crate) const MOST: usize = 512;
/// Calls deeper than this are not followed.
const DEEPEST: usize = 12;

/// What the callee's parameters and results are to the caller.
pub(crate) struct Mapping {
    pub(crate) params: Vec<Paths>,
    pub(crate) indices: Vec<Index>,
    pub(crate) results: Vec<Paths>,
}

impl Mapping {
    /// What a path of the callee may be to the caller.
    pub(crate) fn paths(&self, path: &Path) -> Paths {
        let from: &[Path] = match path.root {
            Root::Global(_) | Root::Hidden(..) | Root::Mark(_) => {
                let steps: Vec<Step> = self.steps(path).collect();
                return Path::of(path.root).join(&steps).into_iter().collect();
            }
            Root::Param(at) => self.params.get(at as usize).map_or(&[], |paths| paths),
            Root::Result(at) => self.results.get(at as usize).map_or(&[], |paths| paths),
            Root::Value(_) => &[],
        };
        let steps: Vec<Step> = self.steps(path).collect();
        from.iter().filter_map(|path| path.join(&steps)).collect()
    }

    /// The only path that it is to the caller.
    pub(crate) fn path(&self, path: &Path) -> Option<Path> {
        let mut paths = self.paths(path);
        if paths.len() == 1 { paths.pop() } else { None }
    }

    fn steps<'s>(&'s self, path: &'s Path) -> impl Iterator<Item = Step> + 's {
        path.steps.iter().map(|&step| match step {
            Step::Element(index) => Step::Element(self.index(index)),
            Step::From(index) => Step::From(self.index(index)),
            step => step,
        })
    }

    fn index(&self, index: Index) -> Index {
        match index {
            Index::Param(at) => self.indices.get(at as usize).copied().unwrap_or(Index::Unknown),
            Index::Value(_) => Index::Unknown,
            index => index,
        }
    }

    fn locks(&self, locks: &Locks) -> Locks {
        locks
            .iter()
            .filter_map(|held| Some(Held { lock: self.path(&held.lock)?, mode: held.mode }))
            .collect()
    }

    fn count(&self, count: &Count) -> Count {
        match count {
            Count::Upto(path, length) => match self.path(path) {
                Some(path) => Count::Upto(path, *length),
                None => Count::Any,
            },
            count => count.clone(),
        }
    }
}

/// Where a callee's trace goes in the caller's.
#[derive(Clone)]
pub(crate) enum Place {
    /// It is what the call at a site does, with these locks held around it.
    Call(Chain, Locks),
    /// It is all that a goroutine does.
    Goroutine,
}

impl Place {
    fn chain(&self, chain: &Chain) -> Chain {
        match self {
            Self::Call(outer, _) => nested(outer, chain),
            Self::Goroutine => chain.clone(),
        }
    }
}

/// A chain, seen from where another begins that leads to it.
pub(crate) fn nested(outer: &Chain, inner: &Chain) -> Chain {
    let sites: Vec<Site> = outer.sites().collect();
    sites.iter().rev().fold(inner.clone(), |chain, &site| chain.called_from(site))
}

/// Adds a callee's trace to `out`. Calls of functions that the caller gave are left in `open`, to
/// be resolved by it.
pub(crate) fn lift(callee: &Trace, mapping: &Mapping, place: &Place, out: &mut Trace) {
    let outer = match place {
        Place::Call(chain, locks) => {
            if chain.len() >= DEEPEST {
                out.partial = true;
                return;
            }
            locks.clone()
        }
        Place::Goroutine => Locks::new(),
    };
    let held = |locks: &Locks| under(mapping.locks(locks), &outer);
    for access in &callee.accesses {
        let places = mapping.paths(&access.place);
        let doubtful = access.doubtful || places.len() > 1;
        for found in places {
            if out.accesses.len() >= MOST {
                break;
            }
            out.accesses.push(Access {
                place: found,
                kind: access.kind,
                chain: place.chain(&access.chain),
                locks: held(&access.locks),
                clears: access.clears,
                doubtful,
                unseen: access.unseen,
                is_new: false,
            });
        }
    }
    out.partial |= callee.partial;
    for sync in &callee.syncs {
        if out.syncs.len() >= MOST / 2 {
            out.partial = true;
            break;
        }
        if let Some(object) = mapping.path(&sync.object) {
            out.syncs.push(Sync {
                kind: sync.kind,
                object,
                chain: place.chain(&sync.chain),
                passed: sync.passed.as_ref().map(|chain| place.chain(chain)),
                count: mapping.count(&sync.count),
            });
        }
    }
    for spawn in &callee.spawns {
        let mut trace = Trace::default();
        lift(&spawn.trace, mapping, &Place::Goroutine, &mut trace);
        if spawn.joined.is_some() {
            // What the caller holds, it holds until that is over.
            hold(&mut trace, &outer);
        } else {
            hold(&mut trace, &inherited(&outer));
        }
        if !trace.is_empty() && out.spawns.len() < MOST / 8 {
            out.spawns.push(Spawn {
                chain: place.chain(&spawn.chain),
                trace: Rc::new(trace),
                start: Start {
                    many: spawn.start.many || (spawn.count != Count::One && !spawn.in_turn),
                    ..spawn.start
                },
                count: mapping.count(&spawn.count),
                joined: spawn.joined,
                // Nobody sees what goroutines return.
                joined_where: spawn.joined_where.filter(|_| matches!(place, Place::Call(..))),
                absent_where: spawn.absent_where.filter(|_| matches!(place, Place::Call(..))),
                over_at: spawn.over_at.iter().map(|chain| place.chain(chain)).collect(),
                in_turn: spawn.in_turn,
            });
        }
    }
    for call in &callee.calls {
        for target in mapping.paths(&call.target) {
            if out.calls.len() >= MOST / 8 {
                break;
            }
            out.calls.push(OpenCall {
                target,
                args: call
                    .args
                    .iter()
                    .map(|arg| arg.iter().flat_map(|path| mapping.paths(path)).collect())
                    .collect(),
                chain: place.chain(&call.chain),
                locks: held(&call.locks),
                start: call
                    .start
                    .map(|start| Start { many: start.many || call.count != Count::One, ..start }),
                count: mapping.count(&call.count),
            });
        }
    }
}

/// Adds locks to all that a goroutine does.
pub(crate) fn hold(trace: &mut Trace, outer: &Locks) {
    if outer.is_empty() {
        return;
    }
    for access in &mut trace.accesses {
        access.locks = under(std::mem::take(&mut access.locks), outer);
    }
    for call in &mut trace.calls {
        call.locks = under(std::mem::take(&mut call.locks), outer);
    }
}
