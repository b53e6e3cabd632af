//! What the actions of a linker rest on, where that is to be known: for explanations, and for
//! solutions that are kept.

use super::{Cause, Linker};
use crate::points::reasons::{Reasons, Why};

impl Linker<'_, '_, '_> {
    /// What reflection and the runtime ask for is kept, so that it can be explained.
    pub fn keep_journal(&mut self) {
        self.journal.get_or_insert_default();
    }

    /// The reasons of everything are kept, so that constraints can be taken out again. Nothing may
    /// be in the system yet.
    #[must_use]
    pub fn with_reasons(mut self) -> Self {
        self.reasons = Some(Box::new(Reasons::new()));
        self
    }

    /// What is asked for meanwhile rests on this.
    pub(in crate::points) fn because<R>(
        &mut self,
        why: Why,
        act: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let at = self.actions.len();
        let Some(reasons) = &mut self.reasons else { return act(self) };
        let before = reasons.set_why(why, at);
        let result = act(self);
        let at = self.actions.len();
        if let Some(reasons) = &mut self.reasons {
            reasons.set_why(before, at);
        }
        result
    }

    /// Does something by reflection or for the runtime. What it asks for depends on what it did
    /// before, so it cannot be asked again.
    pub(in crate::points) fn noting<R>(
        &mut self,
        cause: Cause,
        act: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let before = self.actions.len();
        let result = match &mut self.reasons {
            None => act(self),
            Some(reasons) => {
                reasons.make_known();
                let why = match reasons.why() {
                    why @ (Why::Always | Why::Reflected(..)) => why,
                    _ => Why::Known,
                };
                self.because(why, act)
            }
        };
        if let Some(journal) = &mut self.journal {
            journal.extend(self.actions[before..].iter().map(|&action| (action, cause)));
        }
        result
    }
}
