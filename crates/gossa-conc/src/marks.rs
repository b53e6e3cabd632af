//! Whether two instructions may run at the same time, of one goroutine each.
//!
//! Asked as a question about memory: if one of them wrote to a variable of its own, which nothing
//! else touches, and the other read it, would that be a conflict? So all that orders accesses, and
//! the locks that exclude them, count; nothing else is looked for in such an analysis.

use crate::analysis::{Analysis, Conflict};
use crate::event::AccessKind;
use crate::path::{Path, Root};
use gossa_base::FxHashMap;
use gossa_points::callgraph::by_type::ByType;
use gossa_points::{FuncIndex, Program};
use gossa_ssa::InstId;

/// An instruction of a function.
pub type At = (FuncIndex, InstId);

/// The pseudo accesses of instructions.
#[derive(Default)]
pub(crate) struct Marks(FxHashMap<At, Vec<(u32, AccessKind)>>);

impl Marks {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What an instruction accesses.
    pub(crate) fn at(&self, at: At) -> impl Iterator<Item = (Path, AccessKind)> {
        let all = self.0.get(&at).into_iter().flatten();
        all.map(|&(number, kind)| (Path::of(Root::Mark(number)), kind))
    }
}

/// For each pair of instructions: how they come to run at the same time, if some goroutines below
/// one of `functions` do so. `write` in the answer is the first of the pair.
#[must_use]
pub fn parallel<'p, 'e>(
    program: &'p Program<'e>,
    calls: &'p ByType<'p, 'e>,
    functions: impl IntoIterator<Item = FuncIndex>,
    pairs: &[(At, At)],
) -> Vec<Option<Conflict>> {
    let mut marks = Marks::default();
    for (number, &(first, second)) in (0u32..).zip(pairs) {
        marks.0.entry(first).or_default().push((number, AccessKind::Write));
        if first != second {
            marks.0.entry(second).or_default().push((number, AccessKind::Read));
        }
    }
    let mut found: Vec<Option<Conflict>> = vec![None; pairs.len()];
    if pairs.is_empty() {
        return found;
    }
    let analysis = Analysis::new(program, calls, &|_| false).with_marks(marks);
    for conflict in analysis.conflicts(functions) {
        let Root::Mark(number) = conflict.write.access.place.root else { continue };
        let (first, second) = pairs[number as usize];
        let at = |accessor: &crate::Accessor| accessor.access.chain.innermost().shown();
        let is_pair = at(&conflict.write) == first && at(&conflict.other) == second;
        let length = |conflict: &Conflict| {
            conflict.write.access.chain.len() + conflict.other.access.chain.len()
        };
        let known = &mut found[number as usize];
        if is_pair && known.as_ref().is_none_or(|known| length(&conflict) < length(known)) {
            *known = Some(conflict);
        }
    }
    found
}
