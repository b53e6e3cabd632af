//! The inputs, and the database that holds them.

use crate::bodies::BodyTable;
use crate::c_sources::CSources;
use crate::parsing::SharedTrees;
use gossa_base::{FxHashMap, Name};
use gossa_types::cgo::CModel;
use gossa_types::{PackageId, Target};
use std::sync::Arc;

/// What queries may ask besides inputs.
#[salsa::db]
pub trait Db: salsa::Database {
    /// Whether this is a one-shot run: inputs are frozen, and large intermediate results are
    /// dropped when they have been used.
    fn is_one_shot(&self) -> bool;

    /// What a one-shot run keeps outside of the database; none where inputs may change.
    #[doc(hidden)]
    #[allow(private_interfaces, reason = "only queries of this crate ask")]
    fn one_shot(&self) -> Option<&OneShot>;
}

/// What the databases of a one-shot run hold besides inputs and what queries found.
#[derive(Default)]
pub(crate) struct OneShot {
    /// Trees that several packages have in common.
    pub(crate) trees: Arc<SharedTrees>,
    /// Function bodies.
    pub(crate) bodies: BodyTable,
}

/// A Go file.
#[salsa::input(debug)]
pub struct SourceFile {
    /// Its full path.
    #[returns(deref)]
    pub path: Box<str>,
    /// Its bytes.
    pub text: Arc<[u8]>,
}

/// A package: its files and what its imports mean, as the loader found them.
#[salsa::input(debug)]
pub struct PackageInput {
    /// The package.
    #[returns(copy)]
    pub id: PackageId,
    /// Its name.
    #[returns(copy)]
    pub name: Name,
    /// Its Go files, sorted by name.
    #[returns(deref)]
    pub files: Box<[SourceFile]>,
    /// What each import path, as written, stands for; missing ones are left out.
    pub imports: FxHashMap<Name, PackageId>,
    /// Language version.
    #[returns(copy)]
    pub go_version: (u32, u32),
    /// Whether it belongs to the Go distribution.
    #[returns(copy)]
    pub standard: bool,
    /// Whether all of it is Go: functions without a body are declared nowhere else.
    #[returns(copy)]
    pub complete: bool,
    /// What its cgo preambles may include; empty for packages without cgo.
    pub c_sources: CSources,
}

/// The program as a whole.
#[salsa::input(singleton, debug)]
pub struct Program {
    /// All packages.
    pub packages: FxHashMap<PackageId, PackageInput>,
    /// The machine that is compiled for.
    #[returns(copy)]
    pub target: Target,
    /// C's basic types on that machine.
    #[returns(copy)]
    pub c_model: CModel,
    /// The language version of the Go distribution.
    #[returns(copy)]
    pub toolchain: (u32, u32),
}

/// The database.
#[salsa::db]
#[derive(Clone, Default)]
pub struct RootDb {
    storage: salsa::Storage<Self>,
    /// In a one-shot run.
    one_shot: Option<Arc<OneShot>>,
}

#[salsa::db]
impl salsa::Database for RootDb {}

#[salsa::db]
impl Db for RootDb {
    fn is_one_shot(&self) -> bool {
        self.one_shot.is_some()
    }

    #[allow(private_interfaces, reason = "only queries of this crate ask")]
    fn one_shot(&self) -> Option<&OneShot> {
        self.one_shot.as_deref()
    }
}

impl RootDb {
    /// A database for one run over inputs that never change.
    #[must_use]
    pub fn one_shot() -> Self {
        Self::one_shot_sharing(Arc::default())
    }

    /// The same, for one of several that have trees in common.
    pub(crate) fn one_shot_sharing(trees: Arc<SharedTrees>) -> Self {
        let one_shot = OneShot { trees, bodies: BodyTable::default() };
        Self { storage: salsa::Storage::default(), one_shot: Some(Arc::new(one_shot)) }
    }

    /// A database that tells `on_event` of everything that salsa does.
    #[must_use]
    pub fn with_events(on_event: impl Fn(salsa::Event) + Send + Sync + 'static) -> Self {
        Self { storage: salsa::Storage::new(Some(Box::new(on_event))), one_shot: None }
    }

    /// How durable new inputs are: for ever in a one-shot run.
    #[must_use]
    pub fn durability(&self) -> salsa::Durability {
        if self.is_one_shot() { salsa::Durability::NEVER_CHANGE } else { salsa::Durability::LOW }
    }
}
