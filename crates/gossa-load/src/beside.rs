//! The disk, and one directory that only exists in memory: what tests and tools make up beside the
//! standard library and the module cache.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::system::{DirEntry, DiskSystem, MemorySystem, Metadata, System};

/// The disk, with a directory in memory. The environment is the disk's.
#[derive(Debug)]
pub struct BesideSystem {
    root: Utf8PathBuf,
    memory: MemorySystem,
}

impl BesideSystem {
    /// Whatever is at or below `root`, an absolute path, is read from `memory`, and nothing else.
    #[must_use]
    pub fn new(root: impl Into<Utf8PathBuf>, memory: MemorySystem) -> Self {
        Self { root: root.into(), memory }
    }

    fn of(&self, path: &Utf8Path) -> &dyn System {
        if path.starts_with(&self.root) { &self.memory } else { &DiskSystem }
    }
}

impl System for BesideSystem {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.of(path).read(path)
    }

    fn read_head(&self, path: &Utf8Path, limit: usize) -> io::Result<Vec<u8>> {
        self.of(path).read_head(path, limit)
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        self.of(path).read_dir(path)
    }

    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        self.of(path).metadata(path)
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        self.of(path).canonicalize(path)
    }

    fn env_var(&self, name: &str) -> Option<String> {
        DiskSystem.env_var(name)
    }

    fn current_dir(&self) -> io::Result<Utf8PathBuf> {
        DiskSystem.current_dir()
    }
}
