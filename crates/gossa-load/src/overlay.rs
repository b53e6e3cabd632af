//! Files that stand in for others: what `-overlay` does for the go command.
//!
//! An overlay is a JSON file that maps paths to the files that hold their
//! text, or to nothing where a file is to be taken for deleted. It is a
//! [`System`] over another, so that whatever is read sees it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use crate::env::GoEnv;
use crate::system::{DirEntry, EntryKind, Metadata, System, lexically_clean};

/// A system with some of its files replaced.
#[derive(Debug)]
pub struct OverlaySystem {
    inner: Arc<dyn System>,
    /// Where the text of each path is; none for what is deleted.
    files: BTreeMap<Utf8PathBuf, Option<Utf8PathBuf>>,
}

/// Why an overlay cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    /// The file cannot be read.
    #[error("reading overlay: {path}: {reason}")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// What the system says.
        reason: String,
    },
    /// It is not JSON of the expected form.
    #[error("parsing overlay JSON: {0}")]
    Json(String),
    /// The paths in it make no sense together.
    #[error("{0}")]
    Paths(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OverlayFile {
    #[serde(default)]
    replace: BTreeMap<String, String>,
}

/// What an overlay says of a path.
enum Seen<'a> {
    /// Nothing: the system below knows.
    Below,
    /// A file, and where its text is.
    File(&'a Utf8Path),
    /// A directory, as something below it is a file.
    Directory,
    Gone,
}

impl OverlaySystem {
    /// Reads an overlay; `file` and the paths in it are relative to `dir`.
    ///
    /// # Errors
    /// When the file cannot be read, or makes no sense.
    pub fn read(
        inner: Arc<dyn System>,
        dir: &Utf8Path,
        file: &Utf8Path,
    ) -> Result<Self, OverlayError> {
        let path = dir.join(file);
        let text = inner
            .read(&path)
            .map_err(|e| OverlayError::Read { path: path.clone(), reason: e.to_string() })?;
        let parsed: OverlayFile =
            serde_json::from_slice(&text).map_err(|e| OverlayError::Json(e.to_string()))?;
        let mut files: BTreeMap<Utf8PathBuf, Option<Utf8PathBuf>> = BTreeMap::new();
        let mut written: BTreeMap<Utf8PathBuf, &str> = BTreeMap::new();
        for (from, to) in &parsed.replace {
            if from.is_empty() {
                return Err(OverlayError::Paths("empty string key in overlay map".to_owned()));
            }
            let path = lexically_clean(&dir.join(from));
            if let Some(old) = written.insert(path.clone(), from) {
                let message = format!("duplicate paths {old} and {from} in overlay map");
                return Err(OverlayError::Paths(message));
            }
            let to = (!to.is_empty()).then(|| lexically_clean(&dir.join(to)));
            files.insert(path, to);
        }
        for (path, _) in files.iter().filter(|(_, to)| to.is_some()) {
            let mut above = path.ancestors().skip(1);
            if let Some(above) = above.find(|above| matches!(files.get(*above), Some(Some(_)))) {
                let message = format!("inconsistent files {above} and {path} in overlay map");
                return Err(OverlayError::Paths(message));
            }
        }
        Ok(OverlaySystem { inner, files })
    }

    /// The system with the overlay that is asked for: by `file`, or else by
    /// `-overlay` in GOFLAGS; the system itself if there is none.
    ///
    /// # Errors
    /// When the overlay cannot be used.
    pub fn apply(
        system: Arc<dyn System>,
        dir: &Utf8Path,
        file: Option<&Utf8Path>,
    ) -> Result<Arc<dyn System>, OverlayError> {
        let flag = GoEnv::new(&*system).go_flag("overlay").filter(|flag| !flag.is_empty());
        match file.map(Utf8Path::to_owned).or_else(|| flag.map(Utf8PathBuf::from)) {
            Some(file) => Ok(Arc::new(OverlaySystem::read(system, dir, &file)?)),
            None => Ok(system),
        }
    }

    fn look(&self, path: &Utf8Path) -> Seen<'_> {
        match self.files.get(path) {
            Some(Some(to)) => return Seen::File(to),
            // What is deleted may still be a directory of new files.
            Some(None) if self.children(path).next().is_some() => return Seen::Directory,
            Some(None) => return Seen::Gone,
            None => {}
        }
        if self.children(path).next().is_some() {
            return Seen::Directory;
        }
        // Below a file there is nothing, and below what is deleted neither.
        if path.ancestors().skip(1).any(|above| self.files.contains_key(above)) {
            return Seen::Gone;
        }
        Seen::Below
    }

    /// The files that are put below a directory.
    fn children<'s>(&'s self, dir: &'s Utf8Path) -> impl Iterator<Item = &'s Utf8Path> + 's {
        self.files
            .range(dir.to_owned()..)
            .skip_while(move |(path, _)| path.as_path() == dir)
            .take_while(move |(path, _)| path.starts_with(dir))
            .filter(|(_, to)| to.is_some())
            .map(|(path, _)| path.as_path())
    }

    /// Whether what the system below has in a directory still counts.
    fn is_deleted(&self, dir: &Utf8Path) -> bool {
        dir.ancestors().any(|above| self.files.contains_key(above))
    }
}

fn gone(path: &Utf8Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{path}: deleted in overlay"))
}

fn is_directory(path: &Utf8Path) -> io::Error {
    io::Error::new(io::ErrorKind::IsADirectory, format!("{path}: is a directory in overlay"))
}

impl System for OverlaySystem {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        match self.look(path) {
            Seen::Below => self.inner.read(path),
            Seen::File(to) => self.inner.read(to),
            Seen::Directory => Err(is_directory(path)),
            Seen::Gone => Err(gone(path)),
        }
    }

    fn read_head(&self, path: &Utf8Path, limit: usize) -> io::Result<Vec<u8>> {
        match self.look(path) {
            Seen::Below => self.inner.read_head(path, limit),
            Seen::File(to) => self.inner.read_head(to, limit),
            Seen::Directory => Err(is_directory(path)),
            Seen::Gone => Err(gone(path)),
        }
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        let below = match self.look(path) {
            Seen::Below => {
                return self.inner.read_dir(path).map(|entries| self.kept(path, entries));
            }
            Seen::File(_) => {
                let message = format!("{path}: is a file in overlay");
                return Err(io::Error::new(io::ErrorKind::NotADirectory, message));
            }
            Seen::Gone => return Err(gone(path)),
            Seen::Directory if self.is_deleted(path) => Vec::new(),
            // The directory need not exist.
            Seen::Directory => self.inner.read_dir(path).unwrap_or_default(),
        };
        let mut entries: BTreeMap<String, DirEntry> =
            self.kept(path, below).into_iter().map(|entry| (entry.name.clone(), entry)).collect();
        for child in self.children(path) {
            let Ok(rest) = child.strip_prefix(path) else { continue };
            let mut parts = rest.components();
            let Some(name) = parts.next() else { continue };
            let kind = if parts.next().is_some() { EntryKind::Directory } else { EntryKind::File };
            let name = name.as_str().to_owned();
            entries.insert(name.clone(), DirEntry { name, kind, utf8: true });
        }
        Ok(entries.into_values().collect())
    }

    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        match self.look(path) {
            Seen::Below => self.inner.metadata(path),
            Seen::File(to) => self.inner.metadata(to),
            Seen::Directory => {
                Ok(Metadata { kind: EntryKind::Directory, len: 0, executable: false })
            }
            Seen::Gone => Err(gone(path)),
        }
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        match self.look(path) {
            Seen::Below => self.inner.canonicalize(path),
            Seen::File(_) | Seen::Directory => {
                // As far as the directories above exist, they may be links.
                match (path.parent(), path.file_name()) {
                    (Some(parent), Some(name)) => match self.inner.canonicalize(parent) {
                        Ok(parent) => Ok(parent.join(name)),
                        Err(_) => Ok(path.to_owned()),
                    },
                    _ => Ok(path.to_owned()),
                }
            }
            Seen::Gone => Err(gone(path)),
        }
    }

    fn env_var(&self, name: &str) -> Option<String> {
        self.inner.env_var(name)
    }

    fn current_dir(&self) -> io::Result<Utf8PathBuf> {
        self.inner.current_dir()
    }

    fn home_dir(&self) -> Option<Utf8PathBuf> {
        self.inner.home_dir()
    }
}

impl OverlaySystem {
    /// What is left of a directory's entries.
    fn kept(&self, dir: &Utf8Path, mut entries: Vec<DirEntry>) -> Vec<DirEntry> {
        entries.retain(|entry| !matches!(self.look(&dir.join(&entry.name)), Seen::Gone));
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    fn world(json: &str) -> Result<OverlaySystem, OverlayError> {
        let mut system = MemorySystem::new();
        system
            .add_file("/m/go.mod", "module m\n")
            .add_file("/m/a.go", "package m\n")
            .add_file("/m/old/x.go", "package old\n")
            .add_file("/m/keep/k.go", "package keep\n")
            .add_file("/tmp/new.go", "package changed\n")
            .add_file("/m/overlay.json", json);
        OverlaySystem::read(Arc::new(system), "/m".into(), "overlay.json".into())
    }

    fn names(system: &OverlaySystem, dir: &str) -> Vec<String> {
        let entries = system.read_dir(dir.into()).unwrap();
        entries
            .iter()
            .map(|e| {
                let slash = if e.kind == EntryKind::Directory { "/" } else { "" };
                format!("{}{slash}", e.name)
            })
            .collect()
    }

    #[test]
    fn files_are_replaced_added_and_deleted() {
        let system = world(
            r#"{"Replace": {"a.go": "/tmp/new.go", "/m/sub/deep/n.go": "../tmp/new.go", "old": "", "keep/k.go": "", "old/y.go": "/tmp/new.go"}}"#,
        )
        .unwrap();
        let text = |path: &str| system.read(path.into()).map(|b| String::from_utf8(b).unwrap());
        assert_eq!(text("/m/a.go").unwrap(), "package changed\n");
        assert_eq!(text("/m/sub/deep/n.go").unwrap(), "package changed\n");
        assert_eq!(text("/m/go.mod").unwrap(), "module m\n");
        assert!(text("/m/keep/k.go").is_err());
        assert!(text("/m/old/x.go").is_err());
        assert!(text("/m/sub").is_err());
        assert_eq!(
            names(&system, "/m"),
            ["a.go", "go.mod", "keep/", "old/", "overlay.json", "sub/"]
        );
        assert_eq!(names(&system, "/m/sub"), ["deep/"]);
        assert_eq!(names(&system, "/m/old"), ["y.go"]);
        assert_eq!(names(&system, "/m/keep"), [""; 0]);
        assert!(system.is_dir("/m/sub/deep".into()) && system.is_file("/m/sub/deep/n.go".into()));
        assert!(system.read_dir("/m/a.go".into()).is_err());
        assert!(system.metadata("/m/keep/k.go".into()).is_err());
    }

    #[test]
    fn overlays_that_make_no_sense() {
        for (json, message) in [
            (r#"{"Replace": {"": "x"}}"#, "empty string key in overlay map"),
            (r#"{"Replace": {"a": "x", "./a": "y"}}"#, "duplicate paths ./a and a in overlay map"),
            (
                r#"{"Replace": {"a": "x", "a/b": "y"}}"#,
                "inconsistent files /m/a and /m/a/b in overlay map",
            ),
        ] {
            assert_eq!(world(json).unwrap_err().to_string(), message);
        }
        assert!(world("{").unwrap_err().to_string().starts_with("parsing overlay JSON: "));
    }
}
