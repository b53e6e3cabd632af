//! Reads go.sum files: the hashes that modules must have.

use camino::Utf8Path;
use rustc_hash::FxHashMap;

use crate::gomod::ModuleVersion;
use crate::system::System;

/// Hashes of modules, and of their go.mod files.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    /// By path and version; for a go.mod file the version ends in `/go.mod`.
    hashes: FxHashMap<(String, String), String>,
}

impl Sums {
    /// Adds the lines of a file; a file that is not there has none.
    pub(crate) fn read(&mut self, system: &dyn System, path: &Utf8Path) {
        let Ok(text) = system.read(path) else { return };
        for line in String::from_utf8_lossy(&text).lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            // Other kinds of hashes may be added one day.
            if let [module, version, hash] = words.as_slice()
                && hash.starts_with("h1:")
            {
                let key = ((*module).to_owned(), (*version).to_owned());
                self.hashes.entry(key).or_insert_with(|| (*hash).to_owned());
            }
        }
    }

    /// The hash of a module's files.
    pub(crate) fn of(&self, module: &ModuleVersion) -> Option<String> {
        self.get(&module.path, module.version.clone())
    }

    /// The hash of a module's go.mod file.
    pub(crate) fn of_mod_file(&self, module: &ModuleVersion) -> Option<String> {
        self.get(&module.path, format!("{}/go.mod", module.version))
    }

    fn get(&self, path: &str, version: String) -> Option<String> {
        self.hashes.get(&(path.to_owned(), version)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    #[test]
    fn files_add_up_and_the_first_hash_counts() {
        let mut system = MemorySystem::new();
        system
            .add_file("/a/go.sum", "m v1.0.0 h1:aaa=\nm v1.0.0/go.mod h1:bbb=\nbroken\n")
            .add_file("/b/go.sum", "m v1.0.0 h1:ccc=\nn v1.0.0 g9:x\nn v1.0.0 h1:ddd=\n");
        let mut sums = Sums::default();
        for path in ["/a/go.sum", "/b/go.sum", "/c/go.sum"] {
            sums.read(&system, path.into());
        }
        let module =
            |path: &str| ModuleVersion { path: path.to_owned(), version: "v1.0.0".to_owned() };
        assert_eq!(sums.of(&module("m")).as_deref(), Some("h1:aaa="));
        assert_eq!(sums.of_mod_file(&module("m")).as_deref(), Some("h1:bbb="));
        assert_eq!(sums.of(&module("n")).as_deref(), Some("h1:ddd="));
        assert_eq!(sums.of_mod_file(&module("n")), None);
    }
}
