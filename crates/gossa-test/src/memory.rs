//! Fixtures that stand in a test's own text.

use camino::{Utf8Path, Utf8PathBuf};
use gossa_load::{DirEntry, DiskSystem, MemorySystem, Metadata, System};
use std::io;

/// Where fixtures in memory seem to be. Nothing is written there.
const ROOT: &str = "/gossa-fixture";

/// The disk, with one directory that only exists in memory.
#[derive(Debug)]
pub(crate) struct FixtureSystem {
    files: MemorySystem,
}

impl FixtureSystem {
    /// A directory with these files, and a `go.mod` if they have none.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let mut memory = MemorySystem::new();
        let root = Utf8Path::new(ROOT);
        if !files.iter().any(|(name, _)| *name == "go.mod") {
            memory.add_file(root.join("go.mod"), "module example.com/fixture\n\ngo 1.27\n");
        }
        for (name, text) in files {
            memory.add_file(root.join(name), text);
        }
        Self { files: memory }
    }

    /// The directory.
    pub(crate) fn root() -> Utf8PathBuf {
        Utf8PathBuf::from(ROOT)
    }

    fn of(&self, path: &Utf8Path) -> &dyn System {
        if path.starts_with(ROOT) { &self.files } else { &DiskSystem }
    }
}

impl System for FixtureSystem {
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
