//! Fixtures that stand in a test's own text.

use camino::{Utf8Path, Utf8PathBuf};
use gossa_load::{BesideSystem, MemorySystem};

/// Where fixtures in memory seem to be. Nothing is written there.
const ROOT: &str = "/gossa-fixture";

/// The directory.
pub(crate) fn root() -> Utf8PathBuf {
    Utf8PathBuf::from(ROOT)
}

/// The disk, and the directory with these files, and a `go.mod` if they have none.
pub(crate) fn system(files: &[(&str, &str)]) -> BesideSystem {
    let mut memory = MemorySystem::new();
    let root = Utf8Path::new(ROOT);
    if !files.iter().any(|(name, _)| *name == "go.mod") {
        memory.add_file(root.join("go.mod"), "module example.com/fixture\n\ngo 1.27\n");
    }
    for (name, text) in files {
        memory.add_file(root.join(name), text);
    }
    BesideSystem::new(ROOT, memory)
}
