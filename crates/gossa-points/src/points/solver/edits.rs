//! Solutions that follow edits of the program.
//!
//! What an edit adds to the facts of a function is added to the solved system and flows from there
//! like anything else: the least solution of a system with more constraints has all that the one
//! before had. Where an edit takes something away, or where what is followed depends on the order in
//! which it is found, this says so, and the program is solved again.

use super::Solver;
use crate::points::facts::Facts;
use crate::points::link::Unlike;
use crate::program::FuncIndex;

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
        self.linker.edit(edits)?;
        self.settle()?;
        if self.linker.makes_types() {
            return Err(Unlike::Types);
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
