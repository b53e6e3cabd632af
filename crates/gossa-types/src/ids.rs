//! Identity of packages, declarations and type parameters.
//!
//! Each id is interned from a key that names the thing by where it is declared, never by file
//! offset or by visit order, so it survives edits elsewhere. The tables are process-wide and only
//! grow; an id says *which* declaration, and what that declaration currently means is asked of a
//! [`TypeEnv`](crate::TypeEnv). Ids have no `Ord`: they depend on thread timing. Sort by the key.

use gossa_base::{Interner, Name};
use std::fmt;
use std::num::NonZeroU32;
use std::sync::LazyLock;

/// A package, by import path.
///
/// ## Identity
/// The import path, with a variant in brackets where one path is compiled twice
/// (`p [p.test]`). The universe has the empty path.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PackageId(Name);

// Asked for at every look at a declaration.
static UNIVERSE: LazyLock<PackageId> = LazyLock::new(|| PackageId::new(""));
static UNSAFE: LazyLock<PackageId> = LazyLock::new(|| PackageId::new("unsafe"));

impl PackageId {
    /// The package with this import path (and variant).
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self(Name::new(path))
    }

    /// The package of predeclared identifiers.
    #[must_use]
    pub fn universe() -> Self {
        *UNIVERSE
    }

    /// The pseudo-package `unsafe`.
    #[must_use]
    pub fn unsafe_package() -> Self {
        *UNSAFE
    }

    /// The import path, without the variant.
    #[must_use]
    pub fn path(self) -> &'static str {
        let text = self.0.as_str();
        text.split_once(" [").map_or(text, |(path, _)| path)
    }

    /// The import path with the variant.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0.as_str()
    }
}

impl fmt::Debug for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a [`DeclId`] is interned from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DeclKey {
    /// The package.
    pub package: PackageId,
    /// The receiver's base type for a method; the enclosing function for a local type; the
    /// function or variable for a synthetic part of it.
    pub parent: Option<DeclId>,
    /// The declared name.
    pub name: Name,
    /// Tells equal names apart: 0 but for `init` functions, blank names, local types of one
    /// function, and redeclarations; counted in file and source order.
    pub ordinal: u32,
}

static DECLS: LazyLock<Interner<DeclKey>> = LazyLock::new(Interner::new);

/// A package-level constant, variable, type or function, a method, or a local type.
///
/// ## Identity
/// Its [`DeclKey`]: package, parent, name, ordinal; unaffected by edits to other declarations.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeclId(NonZeroU32);

impl DeclId {
    /// The declaration with this key.
    #[must_use]
    pub fn new(key: DeclKey) -> Self {
        Self(NonZeroU32::new(DECLS.intern(key) + 1).expect("more than 2^32 declarations"))
    }

    /// A package-level declaration.
    #[must_use]
    pub fn top_level(package: PackageId, name: Name) -> Self {
        Self::new(DeclKey { package, parent: None, name, ordinal: 0 })
    }

    /// A method of the named type `receiver`.
    #[must_use]
    pub fn method(receiver: DeclId, name: Name) -> Self {
        let package = receiver.package();
        Self::new(DeclKey { package, parent: Some(receiver), name, ordinal: 0 })
    }

    /// The key.
    #[must_use]
    pub fn key(self) -> &'static DeclKey {
        let decls: &'static Interner<DeclKey> = &DECLS;
        decls.get(self.0.get() - 1)
    }

    /// The package.
    #[must_use]
    pub fn package(self) -> PackageId {
        self.key().package
    }

    /// The declared name.
    #[must_use]
    pub fn name(self) -> Name {
        self.key().name
    }

    /// The parent (see [`DeclKey::parent`]).
    #[must_use]
    pub fn parent(self) -> Option<DeclId> {
        self.key().parent
    }

    /// The id as a number, for compact tables; equality only.
    #[must_use]
    pub fn to_raw(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Debug for DeclId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key();
        match key.parent {
            Some(parent) => write!(f, "{parent:?}.{}", key.name)?,
            None => write!(f, "{}.{}", key.package, key.name)?,
        }
        if key.ordinal > 0 {
            write!(f, "#{}", key.ordinal)?;
        }
        Ok(())
    }
}

/// What a [`TypeParamId`] is interned from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TypeParamKey {
    /// The generic type, alias, function or method. A method's receiver type parameters are the
    /// method's own and come first.
    pub owner: DeclId,
    /// Position in the owner's list.
    pub index: u32,
    /// Its name.
    pub name: Name,
}

static TYPE_PARAMS: LazyLock<Interner<TypeParamKey>> = LazyLock::new(Interner::new);

/// A type parameter.
///
/// ## Identity
/// Owner, index and name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeParamId(NonZeroU32);

impl TypeParamId {
    /// The type parameter with this key.
    #[must_use]
    pub fn new(key: TypeParamKey) -> Self {
        Self(NonZeroU32::new(TYPE_PARAMS.intern(key) + 1).expect("more than 2^32 parameters"))
    }

    /// The key.
    #[must_use]
    pub fn key(self) -> &'static TypeParamKey {
        let params: &'static Interner<TypeParamKey> = &TYPE_PARAMS;
        params.get(self.0.get() - 1)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> Name {
        self.key().name
    }
}

impl fmt::Debug for TypeParamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key();
        write!(f, "{:?}${}{}", key.owner, key.index, key.name)
    }
}
