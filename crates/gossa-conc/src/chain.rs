//! Where in an execution something happens: the calls that lead there.

use gossa_points::FuncIndex;
use gossa_ssa::InstId;
use std::rc::Rc;

/// An instruction of a function; deferred calls happen where their function ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Site {
    /// The function.
    pub func: FuncIndex,
    /// The instruction.
    pub inst: InstId,
    /// Of what happens at one instruction, which comes first: 0 for what has happened when control
    /// comes there, 1 for the instruction itself, 1 and more for deferred calls in their order; of
    /// a branch, [`Site::THEN`] and [`Site::OTHERWISE`] for leaving it that way.
    pub turn: u32,
    /// The `defer` statement, of a deferred call.
    pub defer: Option<InstId>,
}

impl Site {
    /// Leaving a branch by its first side.
    pub const THEN: u32 = 2;
    /// Leaving a branch by its second side.
    pub const OTHERWISE: u32 = 3;

    /// The instruction that stands in the source for what happens here.
    #[must_use]
    pub fn shown(&self) -> (FuncIndex, InstId) {
        (self.func, self.defer.unwrap_or(self.inst))
    }
}

/// A site in a function that a goroutine runs, and the way from there down the calls to where
/// something happens.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Chain(Rc<Link>);

#[derive(PartialEq, Eq, Hash, Debug)]
struct Link {
    site: Site,
    inner: Option<Chain>,
    length: u32,
}

impl Chain {
    /// Something that happens at a site itself.
    #[must_use]
    pub fn at(site: Site) -> Self {
        Self(Rc::new(Link { site, inner: None, length: 1 }))
    }

    /// The same, seen from a call of the function where this chain begins.
    #[must_use]
    pub fn called_from(&self, site: Site) -> Self {
        let length = self.0.length + 1;
        Self(Rc::new(Link { site, inner: Some(self.clone()), length }))
    }

    /// The same way, to another site of the innermost function.
    #[must_use]
    pub fn with_innermost(&self, site: Site) -> Self {
        match self.inner() {
            Some(inner) => inner.with_innermost(site).called_from(self.site()),
            None => Self::at(site),
        }
    }

    /// The outermost site.
    #[must_use]
    pub fn site(&self) -> Site {
        self.0.site
    }

    /// The rest of the way, in the function called.
    #[must_use]
    pub fn inner(&self) -> Option<&Chain> {
        self.0.inner.as_ref()
    }

    /// How many sites there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.length as usize
    }

    /// Never: a chain has a site.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// All sites, outermost first.
    pub fn sites(&self) -> impl Iterator<Item = Site> + '_ {
        std::iter::successors(Some(self), |chain| chain.inner()).map(Chain::site)
    }

    /// The innermost site.
    #[must_use]
    pub fn innermost(&self) -> Site {
        self.sites().last().unwrap_or(self.0.site)
    }
}
