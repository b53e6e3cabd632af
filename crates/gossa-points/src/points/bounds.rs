//! How much of reflection and `unsafe` is followed.
//!
//! In most programs reflection and `unsafe` are followed wherever they lead. In very large ones a
//! few libraries get nearly everything to see: a logger prints all that is passed as an interface, a
//! decoder walks through it with untyped pointers. All that they get flows into all that they
//! return, and the solution is both useless and out of reach. When a program turns out to be like
//! that, the solver begins again with [`Detail::Bounded`], which is decided by the program alone, so
//! that the same program has the same solution.

use super::facts::{Filter, Reflect, Rule};
use super::link::{Element, Linker, Node};
use gossa_types::{BasicKind, TypeId};

/// How much of reflection and `unsafe` is followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Detail {
    /// All of it, if no package knows more than [`MANY_TYPES`] types by reflection and no instruction
    /// sees more than [`MANY_UNTYPED`] cells with untyped pointers; else what is bounded.
    #[default]
    Automatic,
    /// All of it. Large programs may take hours.
    Full,
    /// What is converted to a `reflect.Value` comes back from it, and methods are called on it, but
    /// it is not looked into, assigned to, or called by reflection. An instruction that takes memory
    /// for something of which only `unsafe` knows what it is sees [`FEW_UNTYPED`] cells of it, and no
    /// more; cells that come to it again when nodes turn out to be one are counted again.
    Bounded,
}

/// How many types a package may know by reflection before bounds are set.
pub const MANY_TYPES: usize = 2048;
/// How many cells an instruction may see with untyped pointers before bounds are set.
pub const MANY_UNTYPED: usize = 8192;
/// How many it sees within bounds.
pub const FEW_UNTYPED: usize = 512;

/// What a rule takes memory for.
pub(super) enum Untyped {
    /// A variable of a type that says nothing of what a pointer in it points to.
    Word(TypeId),
    /// Anything.
    Anything,
}

impl Linker<'_, '_, '_> {
    /// Whether a rule takes memory for something of which only `unsafe` knows what it is.
    pub(super) fn untyped(&self, rule: Rule<Node>) -> Option<Untyped> {
        match rule {
            Rule::Load { base, .. } | Rule::Store { base, .. } => {
                let basic = self.program.under(base).as_basic()?;
                let is_word = matches!(basic, BasicKind::UnsafePointer | BasicKind::Uintptr);
                is_word.then_some(Untyped::Word(base))
            }
            Rule::Apply { filter: Filter::AsDataWord | Filter::Anywhere, .. }
            | Rule::Reflect { op: Reflect::DataWord, .. } => Some(Untyped::Anything),
            _ => None,
        }
    }

    /// Whether an element is memory that is declared to be what such a rule takes it for.
    pub(super) fn is_declared(&self, untyped: &Untyped, element: Element) -> bool {
        match *untyped {
            Untyped::Word(base) => self.is_as_declared(element / 2, base),
            Untyped::Anything => false,
        }
    }
}
