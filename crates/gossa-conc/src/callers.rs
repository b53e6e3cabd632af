//! Locks that callers hold: a helper that is only ever called under a lock excludes what other
//! goroutines do under it, although nothing in the helper says so.

use crate::analysis::{Analysis, Conflict};
use crate::event::Held;
use crate::function::Builder;
use crate::known::Mode;
use crate::path::{Overlap, Root};
use gossa_base::FxHashMap;
use gossa_points::{FuncIndex, FunctionKind};
use gossa_ssa::{Callee, Inst, InstId};

/// How far up callers are asked.
const HIGHEST: usize = 4;
/// A function with more calls than this is called by anybody.
const MOST: usize = 64;

/// The calls of functions by name, by function.
type Sites = FxHashMap<FuncIndex, Vec<(FuncIndex, InstId)>>;

/// Whether the callers of a function hold a lock around it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Around {
    /// All do.
    Held,
    /// It is not known of some; the others do.
    Unknown,
    /// Some do not.
    Free,
}

/// The conflicts that are left if those go that the callers of their frames exclude. Those that
/// they may exclude are not certain.
pub(crate) fn without_those_excluded(
    analysis: &Analysis<'_, '_>,
    mut conflicts: Vec<Conflict>,
) -> Vec<Conflict> {
    if conflicts.iter().all(|conflict| conflict.unless.is_empty()) {
        return conflicts;
    }
    let sites = call_sites(analysis);
    conflicts.retain_mut(|conflict| {
        let around = conflict.unless.iter().map(|held| {
            // What only reads is excluded by a writer only.
            let shared = held.mode == Mode::Shared;
            let wanted = Held { mode: Mode::Exclusive, ..held.clone() };
            let also = (!shared).then_some(Mode::Shared);
            held_around(analysis, &sites, conflict.frame, &wanted, also, HIGHEST)
        });
        match around.min() {
            Some(Around::Held) => return false,
            Some(Around::Unknown) => conflict.overlap = Overlap::Possible,
            Some(Around::Free) | None => {}
        }
        true
    });
    conflicts
}

fn call_sites(analysis: &Analysis<'_, '_>) -> Sites {
    let mut sites = Sites::default();
    for caller in analysis.visited() {
        let Some(body) = analysis.program.body(caller) else { continue };
        for site in gossa_points::callgraph::call_sites(body) {
            let Callee::Static(id) = body[site.call].callee else { continue };
            let callee = analysis.program.index_of(id);
            if !analysis.is_foreign(callee) {
                sites.entry(callee).or_default().push((caller, site.inst));
            }
        }
    }
    sites
}

/// Whether the calls of a function are made with a lock held, in the mode wanted or in another.
fn held_around(
    analysis: &Analysis<'_, '_>,
    sites: &Sites,
    func: FuncIndex,
    wanted: &Held,
    also: Option<Mode>,
    levels: usize,
) -> Around {
    let Some(calls) = sites.get(&func) else {
        // What nobody calls by name, nobody calls with locks of its own held; but closures.
        let is_closure = matches!(analysis.program.function(func).kind, FunctionKind::Closure);
        return if is_closure { Around::Unknown } else { Around::Free };
    };
    if levels == 0 || calls.len() > MOST {
        return Around::Unknown;
    }
    let around = calls.iter().map(|&(caller, inst)| {
        let Some(body) = analysis.program.body(caller) else { return Around::Unknown };
        match body[inst] {
            Inst::Call(_) => {}
            Inst::Go(_) => return Around::Free,
            _ => return Around::Unknown,
        }
        let Some((locks, mapping)) = Builder::new(analysis, caller, body).at_call(inst) else {
            return Around::Held;
        };
        let Some(lock) = mapping.path(&wanted.lock) else { return Around::Unknown };
        let holds = |held: &Held| {
            held.lock == lock && (held.mode == wanted.mode || Some(held.mode) == also)
        };
        if locks.iter().any(holds) {
            Around::Held
        } else if locks.iter().any(|held| held.lock == lock) {
            Around::Free
        } else if matches!(lock.root, Root::Param(_) | Root::Global(_)) {
            let wanted = Held { lock, mode: wanted.mode };
            held_around(analysis, sites, caller, &wanted, also, levels - 1)
        } else {
            // It may be new, and nobody else's yet.
            Around::Unknown
        }
    });
    around.max().unwrap_or(Around::Free)
}
