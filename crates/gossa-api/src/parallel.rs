//! Questions about goroutines: whether two instructions may run at the same time.

use crate::concurrency::{Accessor, Words};
use crate::func::{Func, Inst};
use crate::whole::ProgramPass;
use gossa_points::Program as PointsProgram;
use gossa_ssa::InstId;

/// An instruction by number.
pub(crate) type Instruction = (u32, InstId);

/// Takes what is found for the pair with a number.
pub(crate) type TellParallel<'t> = dyn FnMut(&PointsProgram<'_>, usize, &gossa_conc::Conflict) + 't;

/// How two instructions come to run at the same time, in different goroutines.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Parallel<'p> {
    /// The function below which both run: one activation of it has started the goroutines.
    pub frame: Func<'p>,
    /// The goroutine that runs the first, the calls that lead there, and the locks held.
    pub first: Accessor<'p>,
    /// The same for the second.
    pub second: Accessor<'p>,
}

impl<'p> ProgramPass<'p> {
    /// For each pair of instructions, whether different goroutines may run them at the same time,
    /// and how: nothing orders them, and no lock that both hold excludes it. A pair of one
    /// instruction with itself asks whether two goroutines may be there.
    ///
    /// An answer is an example that the analysis could not refute. None is no proof: only
    /// goroutines that the program itself starts below functions of the packages that the user
    /// asked about are known, through calls at most twelve deep; not callers that are not seen.
    ///
    /// Costs a call graph and a pass over what these packages call, however many pairs there are:
    /// ask for all at once.
    #[must_use]
    pub fn parallel(&self, pairs: &[(Inst<'p>, Inst<'p>)]) -> Vec<Option<Parallel<'p>>> {
        let numbers: Vec<(Instruction, Instruction)> =
            pairs.iter().map(|(a, b)| ((a.func.index, a.id), (b.func.index, b.id))).collect();
        let mut found: Vec<Option<Parallel<'p>>> = vec![None; pairs.len()];
        self.answers.parallel(&numbers, &mut |points, at, raw| {
            let words = Words { pass: self, points };
            found[at] = words.func(raw.frame).map(|frame| Parallel {
                frame,
                first: words.accessor(frame, &raw.write),
                second: words.accessor(frame, &raw.other),
            });
        });
        found
    }
}
