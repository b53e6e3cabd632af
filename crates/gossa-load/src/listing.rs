//! Directory listings, read once each.
//!
//! Whether a package exists, whether a nested go.mod stands in the way and
//! which files a package has are all questions about directory entries.
//! Asking through one cache answers them with one system call a directory.

use std::hash::{BuildHasher as _, BuildHasherDefault};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::{FxHashMap, FxHasher};

use crate::system::{DirEntry, EntryKind, System};

/// The entries of a directory, or why it cannot be listed.
pub(crate) type Listing = Arc<Result<Box<[DirEntry]>, io::Error>>;

const SHARDS: usize = 16;

/// Listings by directory; shared between threads.
#[derive(Debug)]
pub(crate) struct Listings<'s> {
    system: &'s dyn System,
    shards: [Mutex<FxHashMap<Utf8PathBuf, Listing>>; SHARDS],
}

impl<'s> Listings<'s> {
    pub(crate) fn new(system: &'s dyn System) -> Self {
        Listings { system, shards: Default::default() }
    }

    pub(crate) fn system(&self) -> &'s dyn System {
        self.system
    }

    fn shard(&self, dir: &Utf8Path) -> MutexGuard<'_, FxHashMap<Utf8PathBuf, Listing>> {
        let hash = BuildHasherDefault::<FxHasher>::default().hash_one(dir.as_str());
        let shard = (hash >> 32) as usize % SHARDS;
        // A panic elsewhere cannot leave a map of finished listings half written.
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entries of a directory.
    pub(crate) fn list(&self, dir: &Utf8Path) -> Listing {
        if let Some(listing) = self.shard(dir).get(dir) {
            return Arc::clone(listing);
        }
        // Two threads may list the same directory at once; the first result stays.
        let listing = Arc::new(self.system.read_dir(dir).map(Vec::into_boxed_slice));
        Arc::clone(self.shard(dir).entry(dir.to_owned()).or_insert(listing))
    }

    /// Whether a directory exists and can be listed.
    pub(crate) fn is_dir(&self, dir: &Utf8Path) -> bool {
        self.list(dir).is_ok()
    }

    /// Whether a directory holds a regular file of this name.
    pub(crate) fn has_file(&self, dir: &Utf8Path, name: &str) -> bool {
        let listing = self.list(dir);
        let Ok(entries) = listing.as_ref() else { return false };
        match entries.binary_search_by(|e| e.name.as_str().cmp(name)) {
            Ok(at) => self.is_file(dir, &entries[at]),
            Err(_) => false,
        }
    }

    /// Whether a directory holds anything of this name; links are followed.
    pub(crate) fn exists(&self, dir: &Utf8Path, name: &str) -> bool {
        let listing = self.list(dir);
        let Ok(entries) = listing.as_ref() else { return false };
        match entries.binary_search_by(|e| e.name.as_str().cmp(name)) {
            Ok(at) if entries[at].kind == EntryKind::Symlink => {
                self.system.metadata(&dir.join(name)).is_ok()
            }
            Ok(_) => true,
            Err(_) => false,
        }
    }

    /// Whether a directory holds any Go file, whatever its constraints.
    pub(crate) fn has_go_files(&self, dir: &Utf8Path) -> bool {
        let listing = self.list(dir);
        let Ok(entries) = listing.as_ref() else { return false };
        entries.iter().any(|e| e.name.ends_with(".go") && self.is_file(dir, e))
    }

    /// Whether an entry is a regular file, or a link to one.
    pub(crate) fn is_file(&self, dir: &Utf8Path, entry: &DirEntry) -> bool {
        match entry.kind {
            EntryKind::File => true,
            EntryKind::Symlink => self.system.is_file(&dir.join(&entry.name)),
            EntryKind::Directory | EntryKind::Other => false,
        }
    }
}
