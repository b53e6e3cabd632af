//! Goroutines of which there is one at most: they are started only where a variable says that none
//! runs.
//!
//! ```go
//! if s.stop == nil {
//!     s.stop = make(chan bool)
//!     go s.run() // ends with s.stop = nil
//! }
//! ```
//!
//! The variable is a *token*: who has found it zero and sets it, has it, and hands it to the
//! goroutine, which has it until somebody makes the variable zero again. Two that have it are not at
//! the same time. A token is noted among the locks of accesses; whether it is kept is looked at where
//! two accesses meet ([`Threads::have_one_token`]).

use crate::before::{Point, Threads};
use crate::chain::{Chain, Site};
use crate::event::{Access, AccessKind, Count, Held};
use crate::function::Frame;
use crate::known::Mode;
use crate::order::Order;
use crate::path::{Path, Root};
use crate::places::Places;
use gossa_base::FxHashMap;
use gossa_points::FuncIndex;
use gossa_ssa::{BinaryOp, ConvertKind, Inst, UnaryOp, ValueId};
use std::rc::Rc;

/// Notes tokens at the accesses of a function and of the goroutines that it starts.
pub(crate) fn give(func: FuncIndex, frame: &mut Frame<'_>, order: &Order<'_, '_>) {
    let trace = &frame.trace;
    if trace.spawns.is_empty() {
        return;
    }
    let mut given: Vec<(usize, Path, Site)> = Vec::new();
    for (path, found_zero) in tests(func, &frame.places) {
        let stop = (found_zero.inst, found_zero.turn);
        let only_behind = |chain: &Chain| {
            chain.site().func == func
                && !order.reaches(func, None, Some(chain.site().inst), &[stop])
        };
        let sets: Vec<&Access> = trace
            .accesses
            .iter()
            .filter(|access| {
                access.place == path
                    && access.kind == AccessKind::Write
                    && !access.clears
                    && only_behind(&access.chain)
            })
            .collect();
        if sets.is_empty() {
            continue;
        }
        for (at, spawn) in trace.spawns.iter().enumerate() {
            let is_set = sets.iter().any(|set| order.passes(&set.chain, None, &spawn.chain));
            if is_set && only_behind(&spawn.chain) {
                given.push((at, path.clone(), found_zero));
            }
        }
    }
    for (at, path, found_zero) in given {
        let held = Held { lock: path.clone(), mode: Mode::Token };
        let trace = &mut frame.trace;
        let start = trace.spawns[at].chain.clone();
        // Local variables that nobody makes zero again.
        let stays = matches!(path.root, Root::Value(_))
            && path.steps.is_empty()
            && !trace.accesses.iter().any(|access| access.clears && access.place == path)
            && !trace.spawns.iter().any(|spawn| {
                spawn.trace.accesses.iter().any(|access| access.clears && access.place == path)
            });
        let stop = (found_zero.inst, found_zero.turn);
        let before = |access: &Access| {
            let (site, started) = (access.chain.site(), start.site());
            let is_first = if site.inst == started.inst {
                let within = access.chain.inner().zip(start.inner());
                within.is_some_and(|(access, start)| order.never_after(access, start, None))
            } else {
                !order.reaches(func, Some(started.inst), Some(site.inst), &[stop])
            };
            site.func == func && is_first && !order.reaches(func, None, Some(site.inst), &[stop])
        };
        for access in trace.accesses.iter_mut().filter(|access| before(access)) {
            access.locks.push(held.clone());
        }
        let spawn = &mut trace.spawns[at];
        if stays {
            spawn.count = Count::One;
        }
        for access in &mut Rc::make_mut(&mut spawn.trace).accesses {
            access.locks.push(held.clone());
        }
    }
}

/// The sides of branches on which a variable has been found to be zero.
fn tests(func: FuncIndex, places: &Places<'_>) -> Vec<(Path, Site)> {
    let body = places.body;
    let is_zero = |value: ValueId| match places.def(value).map(|def| body[def]) {
        Some(Inst::Zero) => true,
        Some(Inst::Const(id)) => body[id].as_bool() == Some(false) || body[id].as_i64() == Some(0),
        _ => false,
    };
    let mut found = Vec::new();
    for block in body.block_ids() {
        let inst = body.terminator(block);
        let Inst::Branch { cond, then, otherwise } = body[inst] else { continue };
        let (mut value, mut zero_if) = (cond, false);
        while let Some(def) = places.def(value) {
            match body[def] {
                Inst::Unary { op: UnaryOp::Not, x } => (value, zero_if) = (x, !zero_if),
                Inst::Narrow { x, .. } | Inst::Convert { kind: ConvertKind::ChangeType, x } => {
                    value = x;
                }
                Inst::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual), x, y }
                    if is_zero(x) || is_zero(y) =>
                {
                    value = if is_zero(y) { x } else { y };
                    zero_if ^= op == BinaryOp::Equal;
                }
                _ => break,
            }
        }
        let Some(Inst::Load(variable)) = places.def(value).map(|def| body[def]) else { continue };
        let paths = places.paths(variable);
        if then != otherwise
            && let [path] = &paths[..]
        {
            let turn = if zero_if { Site::THEN } else { Site::OTHERWISE };
            found.push((path.clone(), Site { func, inst, turn, defer: None }));
        }
    }
    found
}

/// By place: the accesses that make it zero, with their goroutines.
pub(crate) type Clears<'t> = FxHashMap<&'t Path, Vec<(usize, &'t Access)>>;

impl<'t> Threads<'t, '_, '_> {
    /// The accesses that make variables zero.
    pub(crate) fn clears(&self) -> Clears<'t> {
        let mut found = Clears::default();
        for (at, thread) in self.all.iter().enumerate() {
            for access in thread.trace.accesses.iter().filter(|access| access.clears) {
                found.entry(&access.place).or_default().push((at, access));
            }
        }
        found
    }

    /// Whether two accesses are never at the same time because both goroutines have one token then.
    pub(crate) fn have_one_token(
        &self,
        clears: &Clears<'t>,
        (s, a): (usize, &'t Access),
        (t, b): (usize, &'t Access),
    ) -> bool {
        let tokens = a.locks.iter().filter(|held| held.mode == Mode::Token);
        let mut both = tokens.filter(|held| b.locks.contains(held));
        // Who starts the goroutine has the token before that.
        let starts =
            |above: usize, below: usize| above != below && self.lineage(below).contains(&above);
        both.any(|held| {
            (starts(s, t) || self.is_kept(clears, held, (s, a)))
                && (starts(t, s) || self.is_kept(clears, held, (t, b)))
        })
    }

    /// Whether a goroutine has a token as long as it may make an access: who makes the variable
    /// zero does that behind it.
    fn is_kept(&self, clears: &Clears<'t>, token: &Held, (s, a): (usize, &'t Access)) -> bool {
        clears.get(&token.lock).is_none_or(|clears| {
            clears.iter().all(|&(of, clear)| {
                if of == s {
                    self.is_never_after(a, clear)
                } else {
                    // The token is its own.
                    clear.locks.contains(token)
                        || self.before(s, a, Point { thread: of, chain: &clear.chain })
                }
            })
        })
    }
}
