//! The only door to the disk and the environment.
//!
//! Everything that gossa reads goes through a [`System`]: [`DiskSystem`] is
//! the real thing, [`MemorySystem`] a small world for tests. Both give
//! directory entries sorted by name, so nothing downstream depends on the
//! order in which a file system happens to list them.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link (only in directory listings, which do not follow links).
    Symlink,
    /// A device, socket or pipe.
    Other,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    /// The name alone. Bytes that are not UTF-8 are replaced by U+FFFD, and
    /// then `utf8` is false: the name can be shown but not opened.
    pub name: String,
    /// What it names; links are not followed.
    pub kind: EntryKind,
    /// Whether `name` is exactly the name on disk.
    pub utf8: bool,
}

/// What is known of a path without reading it; links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: EntryKind,
    /// Size in bytes of a file.
    pub len: u64,
    /// A file that the system would run as a program.
    pub executable: bool,
}

/// Disk and environment, as far as loading needs them.
pub trait System: Send + Sync + fmt::Debug {
    /// The bytes of a file.
    ///
    /// # Errors
    /// When there is no such file or it cannot be read.
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>>;

    /// The first `limit` bytes of a file, or all of a shorter one.
    ///
    /// # Errors
    /// When there is no such file or it cannot be read.
    fn read_head(&self, path: &Utf8Path, limit: usize) -> io::Result<Vec<u8>> {
        let mut bytes = self.read(path)?;
        bytes.truncate(limit);
        Ok(bytes)
    }

    /// The entries of a directory, sorted by name.
    ///
    /// # Errors
    /// When there is no such directory or it cannot be listed.
    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>>;

    /// What a path names, following links.
    ///
    /// # Errors
    /// When nothing is there, or a link leads nowhere or in circles.
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata>;

    /// The absolute path without links, `.` and `..`.
    ///
    /// # Errors
    /// When nothing is there, or the path is not UTF-8.
    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf>;

    /// An environment variable; none if it is unset, empty, or not UTF-8.
    fn env_var(&self, name: &str) -> Option<String>;

    /// The current directory.
    ///
    /// # Errors
    /// When it does not exist or its path is not UTF-8.
    fn current_dir(&self) -> io::Result<Utf8PathBuf>;

    /// The user's home directory.
    fn home_dir(&self) -> Option<Utf8PathBuf> {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        self.env_var(name).map(Utf8PathBuf::from)
    }

    /// Whether a directory is there, following links.
    fn is_dir(&self, path: &Utf8Path) -> bool {
        self.metadata(path).is_ok_and(|m| m.kind == EntryKind::Directory)
    }

    /// Whether a regular file is there, following links.
    fn is_file(&self, path: &Utf8Path) -> bool {
        self.metadata(path).is_ok_and(|m| m.kind == EntryKind::File)
    }
}

/// The disk and environment of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskSystem;

impl System for DiskSystem {
    #[expect(clippy::disallowed_methods, reason = "this is the door to the disk")]
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn read_head(&self, path: &Utf8Path, limit: usize) -> io::Result<Vec<u8>> {
        use std::io::Read as _;
        let mut bytes = Vec::with_capacity(limit);
        std::fs::File::open(path)?.take(limit as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door to the disk")]
    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let file_type = entry.file_type()?;
            let kind = if file_type.is_dir() {
                EntryKind::Directory
            } else if file_type.is_file() {
                EntryKind::File
            } else if file_type.is_symlink() {
                EntryKind::Symlink
            } else {
                EntryKind::Other
            };
            let (name, utf8) = match entry.file_name().into_string() {
                Ok(name) => (name, true),
                Err(raw) => (raw.to_string_lossy().into_owned(), false),
            };
            entries.push(DirEntry { name, kind, utf8 });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door to the disk")]
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        let meta = std::fs::metadata(path)?;
        let kind = if meta.is_dir() {
            EntryKind::Directory
        } else if meta.is_file() {
            EntryKind::File
        } else {
            EntryKind::Other
        };
        Ok(Metadata {
            kind,
            len: meta.len(),
            executable: kind == EntryKind::File && is_executable(&meta),
        })
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door to the disk")]
    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        utf8_path(std::fs::canonicalize(path)?)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door to the environment")]
    fn env_var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|v| !v.is_empty())
    }

    /// As the shell shows it: if it was entered through a link, the link counts.
    fn current_dir(&self) -> io::Result<Utf8PathBuf> {
        let current = utf8_path(std::env::current_dir()?)?;
        let shown = self.env_var("PWD").map(Utf8PathBuf::from).filter(|dir| dir.is_absolute());
        let same = |dir: &Utf8PathBuf| {
            self.canonicalize(dir)
                .ok()
                .is_some_and(|real| self.canonicalize(&current).ok() == Some(real))
        };
        Ok(shown.filter(same).unwrap_or(current))
    }
}

/// A path as the go command shows it: relative to `dir` if that is shorter.
pub(crate) fn short_path(dir: &Utf8Path, path: &Utf8Path) -> String {
    let common = dir.ancestors().find(|ancestor| path.starts_with(ancestor));
    let Some(common) = common else { return path.to_string() };
    let up = dir.strip_prefix(common).map_or(0, |rest| rest.components().count());
    let rest = path.strip_prefix(common).unwrap_or(path);
    let relative = match format!("{}{rest}", "../".repeat(up)) {
        empty if empty.is_empty() => ".".to_owned(),
        relative => relative,
    };
    if relative.len() < path.as_str().len() { relative } else { path.to_string() }
}

/// What the system says about a file, as the go command words it.
pub(crate) fn describe(verb: &str, path: &Utf8Path, error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_ascii_lowercase());
    format!("{verb} {path}: {}{}", first.map(String::from).unwrap_or_default(), rest.as_str())
}

fn utf8_path(path: std::path::PathBuf) -> io::Result<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(path).map_err(|path| {
        io::Error::new(io::ErrorKind::InvalidData, format!("path is not UTF-8: {}", path.display()))
    })
}

#[cfg(unix)]
fn is_executable(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}

/// Files, links and environment in memory, for tests. Paths are absolute
/// Unix paths; directories exist because something is in them.
#[derive(Debug, Clone, Default)]
pub struct MemorySystem {
    nodes: BTreeMap<Utf8PathBuf, Node>,
    env: BTreeMap<String, String>,
    current_dir: Utf8PathBuf,
}

#[derive(Debug, Clone)]
enum Node {
    File {
        bytes: Arc<[u8]>,
        executable: bool,
    },
    Directory,
    Symlink(Utf8PathBuf),
    /// Present, but every attempt to open it fails.
    Unreadable,
}

/// Links followed before a path is taken to go in circles.
const MAX_LINKS: u32 = 40;

impl MemorySystem {
    /// An empty world whose current directory is `/`.
    #[must_use]
    pub fn new() -> Self {
        let mut system = MemorySystem { current_dir: "/".into(), ..Default::default() };
        system.nodes.insert("/".into(), Node::Directory);
        system
    }

    /// Adds or replaces a file, and the directories above it.
    pub fn add_file(&mut self, path: impl AsRef<Utf8Path>, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = Arc::from(bytes.as_ref());
        self.add(path.as_ref(), Node::File { bytes, executable: false })
    }

    /// Adds a program: an empty file that can be executed.
    pub fn add_program(&mut self, path: impl AsRef<Utf8Path>) -> &mut Self {
        self.add(path.as_ref(), Node::File { bytes: Arc::from([]), executable: true })
    }

    /// Adds an empty directory.
    pub fn add_dir(&mut self, path: impl AsRef<Utf8Path>) -> &mut Self {
        self.add(path.as_ref(), Node::Directory)
    }

    /// Adds a symbolic link.
    pub fn add_symlink(
        &mut self,
        path: impl AsRef<Utf8Path>,
        target: impl AsRef<Utf8Path>,
    ) -> &mut Self {
        self.add(path.as_ref(), Node::Symlink(target.as_ref().to_owned()))
    }

    /// Adds a file that exists and cannot be read.
    pub fn add_unreadable(&mut self, path: impl AsRef<Utf8Path>) -> &mut Self {
        self.add(path.as_ref(), Node::Unreadable)
    }

    /// Removes a file or link.
    pub fn remove(&mut self, path: impl AsRef<Utf8Path>) -> &mut Self {
        let path = self.absolute(path.as_ref());
        self.nodes.remove(&path);
        self
    }

    /// Sets an environment variable.
    pub fn set_env(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Sets the current directory.
    pub fn set_current_dir(&mut self, dir: impl AsRef<Utf8Path>) -> &mut Self {
        self.current_dir = self.absolute(dir.as_ref());
        self
    }

    fn add(&mut self, path: &Utf8Path, node: Node) -> &mut Self {
        let path = self.absolute(path);
        for dir in path.ancestors().skip(1) {
            self.nodes.entry(dir.to_owned()).or_insert(Node::Directory);
        }
        self.nodes.insert(path, node);
        self
    }

    fn absolute(&self, path: &Utf8Path) -> Utf8PathBuf {
        lexically_clean(&self.current_dir.join(path))
    }

    /// Follows links in every component.
    fn follow(&self, path: &Utf8Path) -> io::Result<(Utf8PathBuf, &Node)> {
        let mut todo: Vec<String> = components_reversed(&self.current_dir.join(path));
        let mut at = Utf8PathBuf::from("/");
        let mut links = 0;
        while let Some(component) = todo.pop() {
            match component.as_str() {
                "/" => {
                    at = "/".into();
                    continue;
                }
                ".." => {
                    at.pop();
                    continue;
                }
                _ => {}
            }
            let next = at.join(&component);
            match self.nodes.get(&next) {
                None => return Err(not_found(path)),
                Some(Node::Symlink(target)) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(io::Error::other(format!(
                            "too many levels of symbolic links: {path}"
                        )));
                    }
                    todo.extend(components_reversed(target));
                }
                Some(_) => at = next,
            }
        }
        let node = self.nodes.get(&at).ok_or_else(|| not_found(path))?;
        Ok((at, node))
    }
}

fn components_reversed(path: &Utf8Path) -> Vec<String> {
    let mut parts: Vec<String> = path
        .components()
        .filter(|c| *c != Utf8Component::CurDir)
        .map(|c| c.as_str().to_owned())
        .collect();
    parts.reverse();
    parts
}

fn not_found(path: &Utf8Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no such file or directory: {path}"))
}

impl System for MemorySystem {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        match self.follow(path)?.1 {
            Node::File { bytes, .. } => Ok(bytes.to_vec()),
            Node::Unreadable => {
                Err(io::Error::new(io::ErrorKind::PermissionDenied, "permission denied"))
            }
            Node::Directory | Node::Symlink(_) => {
                Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"))
            }
        }
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        let (dir, node) = self.follow(path)?;
        match node {
            Node::Directory => {}
            Node::Unreadable => {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, "permission denied"));
            }
            _ => {
                return Err(io::Error::new(io::ErrorKind::NotADirectory, "not a directory"));
            }
        }
        let mut entries: Vec<DirEntry> = self
            .nodes
            .range(dir.clone()..)
            .take_while(|(p, _)| p.starts_with(&dir))
            .filter(|(p, _)| p.parent() == Some(dir.as_path()))
            .map(|(p, node)| DirEntry {
                name: p.file_name().unwrap_or_default().to_owned(),
                kind: match node {
                    Node::File { .. } | Node::Unreadable => EntryKind::File,
                    Node::Directory => EntryKind::Directory,
                    Node::Symlink(_) => EntryKind::Symlink,
                },
                utf8: true,
            })
            .collect();
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        Ok(match self.follow(path)?.1 {
            Node::File { bytes, executable } => {
                Metadata { kind: EntryKind::File, len: bytes.len() as u64, executable: *executable }
            }
            Node::Unreadable => Metadata { kind: EntryKind::File, len: 0, executable: false },
            Node::Directory | Node::Symlink(_) => {
                Metadata { kind: EntryKind::Directory, len: 0, executable: false }
            }
        })
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(self.follow(path)?.0)
    }

    fn env_var(&self, name: &str) -> Option<String> {
        self.env.get(name).filter(|v| !v.is_empty()).cloned()
    }

    fn current_dir(&self) -> io::Result<Utf8PathBuf> {
        Ok(self.current_dir.clone())
    }
}

/// Removes `.` and resolves `..` by the text of the path alone.
#[must_use]
pub fn lexically_clean(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => match out.components().next_back() {
                Some(Utf8Component::Normal(_)) => {
                    out.pop();
                }
                Some(Utf8Component::RootDir | Utf8Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other.as_str()),
        }
    }
    if out.as_str().is_empty() {
        out.push(".");
    }
    out
}
