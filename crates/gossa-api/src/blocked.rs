//! Questions about goroutines: which may stay blocked for ever.

use crate::concurrency::Words;
use crate::func::{Func, Inst};
use crate::whole::ProgramPass;
use gossa_conc::blocked::Wait;
use gossa_points::FuncIndex;
use gossa_points::Program as PointsProgram;
use gossa_ssa::{FuncKey, InstId};

/// Takes what is found.
pub(crate) type TellBlocked<'t> = dyn FnMut(&PointsProgram<'_>, &gossa_conc::blocked::Blocked) + 't;

/// A goroutine that stays blocked for ever in an execution that could not be refuted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Blocked<'p> {
    /// The function whose execution it is: it makes what the goroutine waits for, or starts the
    /// goroutine, or both.
    pub frame: Func<'p>,
    /// The function that the goroutine runs.
    pub root: Func<'p>,
    /// The calls that lead to what started the goroutine, that last; before it those that led to
    /// what started the one that did, outermost first. Empty where it is the goroutine that runs
    /// the frame.
    pub started: Vec<Vec<Inst<'p>>>,
    /// The calls that lead to where it waits, and the instruction that waits, last.
    pub way: Vec<Inst<'p>>,
    /// What it waits for.
    pub wait: Wait,
    /// What made the channels that it waits for.
    pub made: Vec<Inst<'p>>,
    /// What has taken the lock that it waits for.
    pub held: Vec<Inst<'p>>,
    /// Where the frame has returned, if it has.
    pub returned: Option<Inst<'p>>,
    /// The branches that go one way in all executions that were found to end so, and of which it
    /// is not known that they can, in the order of the execution; not those that find an error
    /// nil. Where there is none, nothing has to be so for the goroutine to be blocked.
    pub branches: Vec<Inst<'p>>,
    /// The selects on the way of which an arm was taken.
    pub selected: Vec<Inst<'p>>,
    /// Where other goroutines stay blocked in the same execution: perhaps because of them.
    pub others: Vec<Inst<'p>>,
    /// How often a goroutine had to be interrupted that could have gone on.
    pub switches: u32,
    /// Whether one of the branches compares numbers that are not lengths: such branches depend on
    /// each other in ways that are not seen.
    pub compares: bool,
}

impl<'p> Blocked<'p> {
    /// The instruction that waits.
    #[must_use]
    pub fn at(&self) -> Option<Inst<'p>> {
        self.way.last().copied()
    }

    /// The innermost instruction of the way that is in a package that the user asked about.
    #[must_use]
    pub fn requested_at(&self) -> Option<Inst<'p>> {
        self.way.iter().rev().copied().find(|inst| inst.func().is_requested())
    }
}

impl<'p> Blocked<'p> {
    /// Whether the frame is `main`, or called by nothing but that: what it starts may live as long
    /// as the process.
    #[must_use]
    pub fn is_for_life(&self) -> bool {
        is_for_life(self.frame, 3)
    }
}

fn is_for_life(func: Func<'_>, depth: u32) -> bool {
    let root = match *func.body().func.key() {
        FuncKey::Decl { decl, .. } => decl,
        FuncKey::VarInit(_) | FuncKey::PackageInit(_) => return true,
        FuncKey::Closure { .. } => {
            return func
                .creations()
                .first()
                .is_some_and(|inst| depth > 0 && is_for_life(inst.func(), depth - 1));
        }
    };
    if root.parent().is_none() && matches!(root.name().as_str(), "main" | "init") {
        return true;
    }
    let mut callers = func.static_callers().peekable();
    depth > 0 && callers.peek().is_some() && callers.all(|call| is_for_life(call.func(), depth - 1))
}

impl<'p> ProgramPass<'p> {
    /// The goroutines that may stay blocked for ever, in executions of the functions of the
    /// packages that the user asked about. In a stable order.
    ///
    /// An answer is an execution that could not be refuted: wrong only where branches depend on
    /// each other in ways that are not seen. None is no proof: executions are looked at up to a
    /// bound, and what code that is not seen can get at may be sent to, closed or unlocked by it.
    ///
    /// Costs a search for each function that starts goroutines, makes channels or locks.
    #[must_use]
    pub fn blocked(&self) -> Vec<Blocked<'p>> {
        let mut found = Vec::new();
        self.answers.blocked(&mut |points, raw| {
            let words = Words { pass: self, points };
            let way = |sites: &[(FuncIndex, InstId)]| -> Vec<Inst<'p>> {
                sites.iter().filter_map(|&site| words.inst(site)).collect()
            };
            let (Some(frame), Some(root)) = (words.func(raw.frame), words.func(raw.root)) else {
                return;
            };
            found.push(Blocked {
                frame,
                root,
                started: raw.started.iter().map(|sites| way(sites)).collect(),
                way: way(&raw.way),
                wait: raw.wait,
                made: way(&raw.made),
                held: way(&raw.held),
                returned: raw.returned.and_then(|site| words.inst(site)),
                branches: way(&raw.branches),
                selected: way(&raw.selected),
                others: way(&raw.others),
                switches: raw.switches,
                compares: raw.compares,
            });
        });
        found
    }
}

impl Func<'_> {
    /// The name that stack traces show: that of a declared function as [`Func::name`] has it,
    /// literals numbered in the function around them: `F.func2.1`.
    #[must_use]
    pub fn runtime_name(self) -> String {
        if !matches!(self.body().func.key(), FuncKey::Closure { .. }) {
            return self.name();
        }
        let Some(around) = self.creations().first().map(|inst| inst.func()) else {
            return self.name();
        };
        let (mut number, mut found) = (0, 0);
        for inst in around.insts() {
            if let gossa_ssa::Inst::Closure { func, .. } = around.body()[inst.id] {
                number += 1;
                if func == self.body().func {
                    found = number;
                }
            }
        }
        let infix = if around.is_closure() { "." } else { ".func" };
        format!("{}{infix}{found}", around.runtime_name())
    }
}
