//! Which goroutines may stay blocked for ever.
//!
//! A function is run, with the goroutines that it starts, on inputs that nobody knows: branches
//! that depend on these go either way, and goroutines take turns in any order. What the function
//! makes itself is known exactly: channels with what is in them, locks with who holds them,
//! pointers, closures, small numbers. What code that is not seen has in its hands, too, may be sent
//! to, closed or unlocked by it at any time. Where nothing can go on any more, a goroutine that
//! waits for what nobody else can get at waits for ever, and the way there is the proof: it is
//! wrong only where branches depend on each other in ways that are not seen.
//!
//! | step | file |
//! | --- | --- |
//! | values, and names for what is not known | `value` |
//! | goroutines, memory, locks at a point of an execution | `state` |
//! | instructions | `machine`, `data`, `calls`, `library` |
//! | operations that wait | `moves` |
//! | which executions are looked at | `search` |
//! | what is known of bodies | `bodies` |

mod bodies;
mod calls;
mod data;
mod library;
mod machine;
mod moves;
mod operators;
mod search;
mod state;
mod value;

pub use search::{Blocked, Limits, Wait};

use bodies::Bodies;
use gossa_points::{FuncIndex, Program};

/// The goroutines that may stay blocked for ever in executions of functions of a program.
pub struct Blocking<'p, 'e> {
    bodies: Bodies<'p, 'e>,
}

impl<'p, 'e> Blocking<'p, 'e> {
    /// Of a program; `is_std` says of a package whether it belongs to the standard library, whose
    /// functions are known rather than read, and `is_requested` whether it is what is analysed.
    #[must_use]
    pub fn new(
        program: &'p Program<'e>,
        is_std: &'p dyn Fn(&str) -> bool,
        is_requested: &'p dyn Fn(&str) -> bool,
    ) -> Self {
        Self { bodies: Bodies::new(program, is_std, is_requested) }
    }

    /// Whether a function makes, starts or takes anything on account of which a goroutine may be
    /// blocked in its executions.
    #[must_use]
    pub fn is_worth_it(&self, func: FuncIndex) -> bool {
        self.bodies.is_frame(func)
    }

    /// Those of one function.
    #[must_use]
    pub fn of(&self, func: FuncIndex, limits: Limits) -> Vec<Blocked> {
        search::search(&self.bodies, func, limits)
    }
}
