//! What every crate shares, and nothing of Go: text ranges, interned names, entity ids,
//! hash-consing tables, hints for misspelt names. Bottom of the pipeline; it depends on no other gossa crate.

mod entity;
mod intern;
mod line_index;
mod name;
mod nearest;

pub use entity::ListRange;
pub use intern::Interner;
pub use line_index::{LineColumn, LineIndex};
pub use name::Name;
pub use nearest::nearest;
pub use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
pub use text_size::{TextRange, TextSize};
