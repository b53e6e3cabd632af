//! Solutions that follow edits of the program.
//!
//! What an edit adds to the facts of a function is added to the solved system and flows from there
//! like anything else: the least solution of a system with more constraints has all that the one
//! before had. What an edit takes away is taken out before that (`removal`). Where what is followed
//! depends on the order in which it is found, or reflection would have to forget something, this says
//! so, and the program is solved again.

use super::{Dying, Solver};
use crate::points::facts::Facts;
use crate::points::link::Unlike;
use crate::program::FuncIndex;

/// How many calls may get other copies of functions before solving again is taken to be cheaper.
const MANY_CALLS: usize = 2_000;

impl Solver<'_, '_, '_> {
    /// Makes this the solution of the program in which functions have other facts than before.
    /// Functions that the program did not have before need not be told: they are found when they
    /// are called.
    ///
    /// # Errors
    /// When that cannot be told from this solution, which is of no use any more then.
    pub fn edit(&mut self, edited: Vec<(FuncIndex, Facts)>) -> Result<(), Unlike> {
        if self.linker.makes_types() {
            return Err(Unlike::Types);
        }
        let edits = self.linker.compare(edited)?;
        let changed = self.linker.keep_copies(&edits)?;
        let losing = self.linker.losing(&edits);
        let since = self.linker.renew(&edits, &losing);
        let relinked = self.linker.calls_to(&changed);
        if relinked.len() > MANY_CALLS {
            return Err(Unlike::Copies);
        }
        let mut dying = Dying::default();
        for call in &relinked {
            self.records_of(&call.asked, call.why, &mut dying)?;
            self.calls_of(&[call.callee], call.why, &mut dying)?;
        }
        for losing in &losing {
            self.records_of(&losing.gone.once, losing.why, &mut dying)?;
            self.calls_of(&losing.gone.calls, losing.why, &mut dying)?;
            let lost = self.linker.lost(losing, &changed);
            self.all_records_of(&lost, losing.why, &mut dying);
        }
        self.grow();
        self.remove(dying)?;
        self.linker.add_new(&edits, &since);
        self.linker.call_again(&relinked);
        self.settle()?;
        if self.linker.makes_types() {
            return Err(Unlike::Types);
        }
        // They may have been looked for only now.
        if self.linker.has_lost_names && self.linker.follows_names() {
            return Err(Unlike::Reflection);
        }
        if !self.linker.has_room_for_copies() {
            return Err(Unlike::Copies);
        }
        self.measure();
        Ok(())
    }

    /// Lets what was added flow until nothing changes. Cycles that it closes stay as they are: it
    /// goes around them.
    pub(in crate::points) fn settle(&mut self) -> Result<(), Unlike> {
        self.act();
        while !self.is_done() {
            self.effort.rounds += 1;
            self.propagate();
            self.see();
            if self.is_too_much() || self.is_cut {
                return Err(Unlike::Bounds);
            }
            self.forget_kinds();
        }
        Ok(())
    }

    /// A function has the same facts as before, but its instructions have other numbers.
    pub fn renumber(&mut self, func: FuncIndex, facts: Facts) {
        self.linker.renumber(func, facts);
    }
}
