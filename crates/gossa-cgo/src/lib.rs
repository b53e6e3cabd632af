//! The C side of packages that import "C", read without a C compiler.
//!
//! ## From preamble to names
//! A package's preambles and the headers in reach are read in steps, a module each:
//!
//! 1. `token`: text to preprocessing tokens, by lines.
//! 2. `preprocess`, with `expand` for macros and `condition` for `#if`: includes,
//!    conditionals, definitions; what the compiler itself would define is in `model`.
//! 3. `split`: one text per external declaration, function bodies dropped.
//! 4. `parse`: each text to a syntax tree, by tree-sitter's grammar of C. A text that preambles
//!    share is parsed once.
//! 5. `lower`: trees to declarations (`types`); `expression` evaluates constants, `layout`
//!    says where members stand.
//! 6. `lookup`: what a name that Go code uses as `C.name` is.
//!
//! ## What is not read
//! Headers of the system are not read: they differ between machines, and a result must not depend
//! on the machine that computes it. `library` is a table, in C, of what the standard library
//! and POSIX declare everywhere alike; names that are in neither place are
//! [unknown](Entity::Unknown), and whoever asks knows that from the answer. A condition that
//! depends on a macro that such a header may define marks what it guards as
//! [conditional](Origin::Conditional).
//!
//! The crate knows nothing of Go's types, and touches no file: texts come in, answers go out.

mod condition;
mod expand;
mod expression;
mod layout;
mod library;
mod lookup;
mod lower;
mod model;
mod parse;
mod preprocess;
mod split;
mod token;
mod types;
mod unit;

pub use layout::RecordLayout;
pub use lookup::{Entity, Found, Package, Preamble};
pub use lower::is_anonymous;
pub use model::{Arch, CModel, System};
pub use preprocess::{Origin, Sources, include_dirs, includes, normalize};
pub use types::{Field, Float, Function, Int, Length, Record, Type, Value};
pub use unit::Enum;
