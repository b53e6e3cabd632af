//! What the race detector (`go test -race`) makes of a conflict: it reports accesses that it sees
//! in a run, if nothing orders them in that run.

use crate::concurrency::{Accessor, Words};
use crate::func::{Func, Inst};
use crate::op::Op;
use gossa_conc::event::Unseen;
use std::fmt;

/// Why the race detector may stay silent about a conflict.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RaceDetector<'p> {
    /// It never reports it: it does not see an access.
    Blind {
        /// The access.
        access: Inst<'p>,
        /// Who makes it.
        by: Blind,
    },
    /// It reports it only in runs where this lock, channel, or the like is not passed on between
    /// the accesses.
    ByChance(String),
    /// It reports it only in runs that go this way at the branch while the other goroutine is at
    /// work.
    OnBranch(Inst<'p>),
    /// It reports it in every run that does both.
    Whenever,
}

/// Who makes accesses that the race detector does not see.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Blind {
    /// A function in assembly.
    Assembly,
    /// The runtime.
    Runtime,
    /// The kernel, in a system call.
    Kernel,
    /// C code.
    C,
    /// A function with a `//go:norace` directive.
    NoRace,
}

impl fmt::Display for Blind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Assembly => "assembly",
            Self::Runtime => "the runtime",
            Self::Kernel => "the kernel",
            Self::C => "C code",
            Self::NoRace => "a function that is marked `go:norace`",
        })
    }
}

impl<'p> Words<'_, 'p> {
    pub(crate) fn detector(
        &self,
        frame: Func<'p>,
        raw: &gossa_conc::Conflict,
        sides: [&Accessor<'p>; 2],
    ) -> RaceDetector<'p> {
        for (raw, side) in [&raw.write, &raw.other].into_iter().zip(sides) {
            let Some(access) = side.at() else { continue };
            let by = match raw.access.unseen {
                Some(Unseen::Assembly) => Blind::Assembly,
                Some(Unseen::Runtime) => Blind::Runtime,
                Some(Unseen::Kernel) => Blind::Kernel,
                Some(Unseen::C) => Blind::C,
                None if access.func().go_directives().iter().any(|word| word == "norace") => {
                    Blind::NoRace
                }
                None => continue,
            };
            return RaceDetector::Blind { access, by };
        }
        if let Some(path) = &raw.by_chance {
            return RaceDetector::ByChance(self.place(frame, path).text);
        }
        let branch = sides.into_iter().find_map(|side| branch_before(side.requested_at()?));
        branch.map_or(RaceDetector::Whenever, RaceDetector::OnBranch)
    }
}

/// The nearest branch that decides whether an instruction runs; not what ends a loop.
fn branch_before(inst: Inst<'_>) -> Option<Inst<'_>> {
    let structure = inst.func().structure();
    let mut block = inst.block();
    while let Some(above) = structure.immediate_dominator(block) {
        let last = above.insts().next_back()?;
        let is_loop = structure.innermost_loop(last).is_some_and(|l| l.header() == above);
        if matches!(last.op(), Op::Branch { .. })
            && !is_loop
            && !structure.post_dominates(inst, last)
        {
            return Some(last);
        }
        block = above;
    }
    None
}
