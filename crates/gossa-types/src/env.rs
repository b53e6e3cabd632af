//! What the checker must ask of others: declared packages, local types, the target.

use crate::decls::PackageDecls;
use crate::ids::{DeclId, PackageId};
use crate::info::LocalDecls;

/// The machine that is compiled for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Target {
    /// Size of a pointer, `int` and `uintptr` in bytes: 4 or 8.
    pub word_size: u8,
    /// Largest alignment: 4 on 386 and arm for 8-byte values, else 8.
    pub max_align: u8,
}

impl Target {
    /// The target for a GOARCH; 64-bit where it is not known.
    #[must_use]
    pub fn for_arch(goarch: &str) -> Self {
        match goarch {
            "386" | "arm" | "mips" | "mipsle" => Self { word_size: 4, max_align: 4 },
            "amd64p32" => Self { word_size: 4, max_align: 8 },
            _ => Self { word_size: 8, max_align: 8 },
        }
    }
}

/// Answers questions about declarations. Implemented by the database with queries, and by tests
/// with maps. Answers must not change while a check runs.
pub trait TypeEnv {
    /// What a package declares; `None` for a package that could not be loaded.
    fn package(&self, id: PackageId) -> Option<&PackageDecls>;

    /// The local types of a function's body, or of a package initialiser's literal; asked only
    /// for functions other than the one being checked.
    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls>;

    /// The machine that is compiled for.
    fn target(&self) -> Target;
}
