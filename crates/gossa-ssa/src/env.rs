//! What lowering must ask of others.

use gossa_syntax::Tree;
use gossa_types::{BodyTypes, DeclId, DeclSource, PackageId, TypeEnv};

/// Answers for lowering: trees and what checking found out about them.
pub trait LowerEnv: TypeEnv {
    /// The header tree of a declaration.
    fn header_tree(&self, package: PackageId, source: DeclSource) -> Option<&Tree>;

    /// The body's tree of a function, and what checking it found out; `None` where it has none.
    fn body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)>;

    /// Order of execution of a package's initialisers: indices into
    /// [`PackageDecls::initializers`](gossa_types::PackageDecls::initializers).
    fn init_order(&self, package: PackageId) -> &[u32];
}
