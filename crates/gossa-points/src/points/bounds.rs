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
use crate::program::FuncIndex;
use gossa_types::{BasicKind, TypeId};

/// How much of reflection and `unsafe` is followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Detail {
    /// All of it, if no package knows more than [`MANY_TYPES`] types by reflection and no function
    /// sees more than [`MANY_UNTYPED`] cells with untyped pointers; else what is bounded.
    #[default]
    Automatic,
    /// All of it. Large programs may take hours.
    Full,
    /// What is converted to a `reflect.Value` comes back from it, and methods are called on it, but
    /// it is not looked into, assigned to, or called by reflection. A function, all its instances and
    /// instructions together, sees [`FEW_UNTYPED`] cells as something else than they are declared to
    /// be, and no more.
    Bounded,
}

/// How many types a package may know by reflection before bounds are set.
pub const MANY_TYPES: usize = 2048;
/// How many cells a function may see with untyped pointers before bounds are set.
pub const MANY_UNTYPED: usize = 8192;
/// How many cells it sees within bounds as something else than they are declared to be. Which ones
/// depends on the order of solving, so they are few: functions that see more go through everything,
/// and what they see of it says little. Those with a few of their own (lists with marked pointers,
/// say) are followed.
pub const FEW_UNTYPED: usize = 64;

/// Who sees memory as something else than it is declared to be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum SeenBy {
    /// A function, in all its instances.
    Function(FuncIndex),
    /// A rule of no function, or of a model.
    Rule(Rule<Node>),
}

/// What a rule takes memory for.
pub(super) enum View {
    /// A variable of a type.
    Of(TypeId),
    /// Anything.
    Anything,
}

impl Linker<'_, '_, '_> {
    /// What a rule takes memory for, if that may be something else than it is declared to be and
    /// counts: untyped pointers, and within bounds everything.
    pub(super) fn view(&self, rule: Rule<Node>) -> Option<View> {
        match rule {
            Rule::Load { base, .. } | Rule::Store { base, .. } => {
                let basic = self.program.under(base).as_basic();
                let is_word = matches!(basic, Some(BasicKind::UnsafePointer | BasicKind::Uintptr));
                (is_word || self.detail == Detail::Bounded).then_some(View::Of(base))
            }
            Rule::Apply { filter: Filter::AsDataWord | Filter::Anywhere, .. }
            | Rule::Reflect { op: Reflect::DataWord, .. } => Some(View::Anything),
            _ => None,
        }
    }

    /// Who sees what such a rule is shown.
    pub(super) fn seen_by(&self, rule: Rule<Node>) -> SeenBy {
        let node = match rule {
            Rule::Load { dst: node, .. }
            | Rule::Apply { dst: node, .. }
            | Rule::Store { src: node, .. }
            | Rule::Reflect { to: node, .. } => node,
            _ => return SeenBy::Rule(rule),
        };
        let function = self.owner_of(node).map(SeenBy::Function);
        function.unwrap_or(SeenBy::Rule(rule))
    }

    /// Whether an element is memory that is declared to be what such a rule takes it for.
    pub(super) fn is_declared(&self, view: &View, element: Element) -> bool {
        let cell = element / 2;
        match *view {
            View::Of(base) => {
                element % 2 == 1 || self.leads_nowhere(cell) || self.is_as_declared(cell, base)
            }
            View::Anything => false,
        }
    }
}
