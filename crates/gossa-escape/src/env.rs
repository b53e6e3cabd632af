//! What the analysis must ask of others: trees, checked bodies, directives, and what is known
//! about functions of packages that were analysed before.

use crate::summary::Summary;
use gossa_syntax::Tree;
use gossa_types::{BodyTypes, DeclId, DeclSource, PackageId, TypeEnv};

/// Directives of a function that escape analysis obeys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pragmas {
    /// `//go:noescape`: a function without body whose parameters do not leak.
    pub noescape: bool,
    /// `//go:uintptrescapes`: what `uintptr` arguments point to leaks.
    pub uintptr_escapes: bool,
    /// `//go:uintptrkeepalive`: what `uintptr` arguments point to lives as long as the call.
    pub uintptr_keep_alive: bool,
}

/// Answers questions of the analysis. Answers must not change while it runs.
pub trait EscapeEnv: TypeEnv {
    /// The header tree of a declaration.
    fn header_tree(&self, package: PackageId, source: DeclSource) -> Option<&Tree>;

    /// The body's tree of a function, and what checking it found out; `None` where it has none.
    fn body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)>;

    /// Order of execution of a package's initialisers: indices into
    /// [`PackageDecls::initializers`](gossa_types::PackageDecls::initializers).
    fn init_order(&self, package: PackageId) -> &[u32];

    /// Directives of a function.
    fn pragmas(&self, decl: DeclId) -> Pragmas;

    /// What is known about the parameters of a function of another package; `None`: nothing.
    fn summary(&self, decl: DeclId) -> Option<Summary>;

    /// What a model says of the parameters of a function without a body; `None`: it has no model.
    fn model(&self, _: DeclId) -> Option<Summary> {
        None
    }
}
