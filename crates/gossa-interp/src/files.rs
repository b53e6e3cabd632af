//! The files of a run. What is there before comes from the surroundings, if the run may see them;
//! what the program writes stays in memory and is gone when the run ends. Pipes are here, too.
//!
//! Knows nothing of Go: paths and bytes in, numbers of Linux's errors out. `intrinsics/files`
//! makes system calls of it.

use std::collections::{BTreeMap, VecDeque};

/// A number of Linux's errors.
pub type Errno = u64;

/// `EPERM`
pub const NOT_PERMITTED: Errno = 1;
/// `ENOENT`
pub const NOT_FOUND: Errno = 2;
/// `EBADF`
pub const BAD_DESCRIPTOR: Errno = 9;
/// `EEXIST`
pub const EXISTS: Errno = 17;
/// `ENOTDIR`
pub const NOT_A_DIRECTORY: Errno = 20;
/// `EISDIR`
pub const IS_A_DIRECTORY: Errno = 21;
/// `EINVAL`
pub const INVALID: Errno = 22;
/// `ESPIPE`
pub const NOT_SEEKABLE: Errno = 29;
/// `EPIPE`
pub const BROKEN_PIPE: Errno = 32;
/// `ENOTEMPTY`
pub const NOT_EMPTY: Errno = 39;

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// A regular file of so many bytes.
    File(u64),
    /// A directory.
    Directory,
}

/// The files that are there before the program runs.
pub trait Files {
    /// Whether the program may ask for an absolute path. Where it may not, nothing is there, and
    /// asking ends the run.
    fn may_see(&self, path: &str) -> bool;
    /// What an absolute path names.
    fn kind(&self, path: &str) -> Option<FileKind>;
    /// The bytes of a file.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
    /// The entries of a directory.
    fn list(&self, path: &str) -> Option<Vec<(String, FileKind)>>;
}

/// What the program has changed.
#[derive(Clone)]
enum Node {
    File {
        bytes: Vec<u8>,
        mode: u32,
    },
    Directory {
        mode: u32,
    },
    /// It was there, and is no more.
    Removed,
}

/// An open file.
#[derive(Clone)]
enum Open {
    File {
        path: String,
        at: u64,
        writable: bool,
        append: bool,
    },
    /// A directory, with the entries that are still to be read.
    Directory {
        path: String,
        entries: VecDeque<(String, FileKind)>,
    },
    ReadEnd(usize),
    WriteEnd(usize),
}

#[derive(Clone, Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    readers: u32,
    writers: u32,
}

/// What is known of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stat {
    /// File type and permissions, as Linux has them.
    pub mode: u32,
    /// Bytes.
    pub size: u64,
    /// Tells files apart.
    pub inode: u64,
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the flags of open(2)")]
pub struct OpenFlags {
    pub write: bool,
    pub append: bool,
    pub create: bool,
    pub exclusive: bool,
    pub truncate: bool,
    pub directory: bool,
}

/// All files of a run.
#[derive(Clone)]
pub struct FileSystem {
    nodes: BTreeMap<String, Node>,
    open: Vec<Option<Open>>,
    pipes: Vec<Pipe>,
    /// The current directory.
    pub dir: String,
}

/// Descriptors below are the standard streams.
const FIRST: u64 = 3;
const FILE: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;
const FIFO: u32 = 0o010_000;

impl FileSystem {
    /// A file system as the surroundings have it.
    #[must_use]
    pub fn new(dir: &str) -> Self {
        Self { nodes: BTreeMap::new(), open: Vec::new(), pipes: Vec::new(), dir: dir.to_owned() }
    }

    /// A path from the root, without `.` and `..`.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        let mut parts: Vec<&str> = Vec::new();
        let start = if path.starts_with('/') { "" } else { self.dir.as_str() };
        for part in start.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }

    /// Whether the program may ask for a path: temporary files are its own.
    #[must_use]
    pub fn may_see(&self, base: Option<&dyn Files>, path: &str) -> bool {
        let path = self.absolute(path);
        path == "/tmp" || path.starts_with("/tmp/") || base.is_some_and(|base| base.may_see(&path))
    }

    fn kind(&self, base: Option<&dyn Files>, path: &str) -> Option<FileKind> {
        match self.nodes.get(path) {
            Some(Node::File { bytes, .. }) => Some(FileKind::File(bytes.len() as u64)),
            Some(Node::Directory { .. }) => Some(FileKind::Directory),
            Some(Node::Removed) => None,
            None if matches!(path, "/" | "/tmp") => Some(FileKind::Directory),
            None => base?.kind(path),
        }
    }

    fn parent_is_there(&self, base: Option<&dyn Files>, path: &str) -> Result<(), Errno> {
        let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
        let parent = if parent.is_empty() { "/" } else { parent };
        match self.kind(base, parent) {
            Some(FileKind::Directory) => Ok(()),
            Some(FileKind::File(_)) => Err(NOT_A_DIRECTORY),
            None => Err(NOT_FOUND),
        }
    }

    fn bytes(&self, base: Option<&dyn Files>, path: &str) -> Result<Vec<u8>, Errno> {
        match self.nodes.get(path) {
            Some(Node::File { bytes, .. }) => Ok(bytes.clone()),
            Some(Node::Directory { .. }) => Err(IS_A_DIRECTORY),
            Some(Node::Removed) => Err(NOT_FOUND),
            None => base.and_then(|base| base.read(path)).ok_or(NOT_FOUND),
        }
    }

    /// The bytes of a file that is about to be changed.
    fn own(&mut self, base: Option<&dyn Files>, path: &str) -> Result<&mut Vec<u8>, Errno> {
        if !matches!(self.nodes.get(path), Some(Node::File { .. })) {
            let bytes = self.bytes(base, path)?;
            self.nodes.insert(path.to_owned(), Node::File { bytes, mode: 0o644 });
        }
        match self.nodes.get_mut(path) {
            Some(Node::File { bytes, .. }) => Ok(bytes),
            _ => Err(NOT_FOUND),
        }
    }

    fn list(&self, base: Option<&dyn Files>, path: &str) -> Vec<(String, FileKind)> {
        let mut entries: BTreeMap<String, FileKind> =
            base.and_then(|base| base.list(path)).unwrap_or_default().into_iter().collect();
        let prefix = if path == "/" { "/".to_owned() } else { format!("{path}/") };
        for (found, node) in self.nodes.range(prefix.clone()..) {
            let Some(name) = found.strip_prefix(&prefix) else { break };
            if name.contains('/') {
                continue;
            }
            match node {
                Node::Removed => entries.remove(name),
                Node::Directory { .. } => entries.insert(name.to_owned(), FileKind::Directory),
                Node::File { bytes, .. } => {
                    entries.insert(name.to_owned(), FileKind::File(bytes.len() as u64))
                }
            };
        }
        entries.into_iter().collect()
    }

    fn give(&mut self, open: Open) -> u64 {
        let free = self.open.iter().position(Option::is_none);
        let index = free.unwrap_or(self.open.len());
        if index == self.open.len() {
            self.open.push(None);
        }
        self.open[index] = Some(open);
        index as u64 + FIRST
    }

    fn opened(&mut self, descriptor: u64) -> Result<&mut Open, Errno> {
        let index = descriptor.checked_sub(FIRST).ok_or(BAD_DESCRIPTOR)?;
        self.open.get_mut(index as usize).and_then(Option::as_mut).ok_or(BAD_DESCRIPTOR)
    }

    /// Whether a number is that of an open file or pipe.
    #[must_use]
    pub fn is_open(&self, descriptor: u64) -> bool {
        let index = descriptor.checked_sub(FIRST);
        index.is_some_and(|index| matches!(self.open.get(index as usize), Some(Some(_))))
    }

    /// `open`
    pub fn open(
        &mut self,
        base: Option<&dyn Files>,
        path: &str,
        flags: OpenFlags,
        mode: u32,
    ) -> Result<u64, Errno> {
        let slash = path.ends_with('/');
        let path = self.absolute(path);
        match self.kind(base, &path) {
            Some(_) if flags.create && flags.exclusive => return Err(EXISTS),
            Some(FileKind::Directory) if flags.write => return Err(IS_A_DIRECTORY),
            Some(FileKind::Directory) => {
                let entries = self.list(base, &path).into();
                return Ok(self.give(Open::Directory { path, entries }));
            }
            Some(FileKind::File(_)) if flags.directory || slash => return Err(NOT_A_DIRECTORY),
            Some(FileKind::File(_)) => {
                if flags.truncate && flags.write {
                    self.own(base, &path)?.clear();
                }
            }
            None if flags.create => {
                self.parent_is_there(base, &path)?;
                let file = Node::File { bytes: Vec::new(), mode: mode & 0o755 };
                self.nodes.insert(path.clone(), file);
            }
            None => {
                self.parent_is_there(base, &path)?;
                return Err(NOT_FOUND);
            }
        }
        let (writable, append) = (flags.write, flags.append);
        Ok(self.give(Open::File { path, at: 0, writable, append }))
    }

    /// `close`; the pipe whose other end has to be told, if it was the last one of its kind.
    pub fn close(&mut self, descriptor: u64) -> Result<Option<usize>, Errno> {
        self.opened(descriptor)?;
        let pipe = match self.open[(descriptor - FIRST) as usize].take() {
            Some(Open::ReadEnd(pipe)) => {
                self.pipes[pipe].readers -= 1;
                Some(pipe)
            }
            Some(Open::WriteEnd(pipe)) => {
                self.pipes[pipe].writers -= 1;
                Some(pipe)
            }
            _ => None,
        };
        Ok(pipe)
    }

    /// `pipe`: reading end and writing end.
    pub fn pipe(&mut self) -> (u64, u64) {
        self.pipes.push(Pipe { readers: 1, writers: 1, ..Pipe::default() });
        let pipe = self.pipes.len() - 1;
        (self.give(Open::ReadEnd(pipe)), self.give(Open::WriteEnd(pipe)))
    }

    /// `read`; `Err(None)`: from a pipe that has nothing yet, whose number comes with it.
    pub fn read(
        &mut self,
        base: Option<&dyn Files>,
        descriptor: u64,
        count: u64,
    ) -> Result<Result<Vec<u8>, usize>, Errno> {
        let (path, at) = match self.opened(descriptor)? {
            Open::File { path, at, .. } => (path.clone(), *at),
            Open::Directory { .. } => return Err(IS_A_DIRECTORY),
            Open::WriteEnd(_) => return Err(BAD_DESCRIPTOR),
            &mut Open::ReadEnd(number) => {
                let pipe = &mut self.pipes[number];
                if pipe.bytes.is_empty() && pipe.writers > 0 && count > 0 {
                    return Ok(Err(number));
                }
                let count = (count as usize).min(pipe.bytes.len());
                return Ok(Ok(pipe.bytes.drain(..count).collect()));
            }
        };
        let part = self.part(base, &path, at, count)?;
        if let Open::File { at, .. } = self.opened(descriptor)? {
            *at += part.len() as u64;
        }
        Ok(Ok(part))
    }

    fn part(
        &self,
        base: Option<&dyn Files>,
        path: &str,
        at: u64,
        count: u64,
    ) -> Result<Vec<u8>, Errno> {
        let cut = |bytes: &[u8]| {
            let start = (at as usize).min(bytes.len());
            bytes[start..start + (count as usize).min(bytes.len() - start)].to_vec()
        };
        match self.nodes.get(path) {
            Some(Node::File { bytes, .. }) => Ok(cut(bytes)),
            _ => Ok(cut(&self.bytes(base, path)?)),
        }
    }

    /// `pread`
    pub fn read_at(
        &mut self,
        base: Option<&dyn Files>,
        descriptor: u64,
        at: u64,
        count: u64,
    ) -> Result<Vec<u8>, Errno> {
        match self.opened(descriptor)? {
            Open::File { path, .. } => {
                let path = path.clone();
                self.part(base, &path, at, count)
            }
            Open::Directory { .. } => Err(IS_A_DIRECTORY),
            _ => Err(NOT_SEEKABLE),
        }
    }

    /// `write`, `pwrite`; the pipe that now has something, if it is one.
    pub fn write(
        &mut self,
        base: Option<&dyn Files>,
        descriptor: u64,
        position: Option<u64>,
        bytes: &[u8],
    ) -> Result<Option<usize>, Errno> {
        let (path, at, append) = match self.opened(descriptor)? {
            Open::File { writable: false, .. } | Open::ReadEnd(_) | Open::Directory { .. } => {
                return Err(BAD_DESCRIPTOR);
            }
            Open::File { path, at, append, .. } => (path.clone(), *at, *append),
            &mut Open::WriteEnd(number) => {
                let pipe = &mut self.pipes[number];
                if pipe.readers == 0 {
                    return Err(BROKEN_PIPE);
                }
                pipe.bytes.extend(bytes);
                return Ok(Some(number));
            }
        };
        let file = self.own(base, &path)?;
        let at = match position {
            Some(position) => position as usize,
            None if append => file.len(),
            None => at as usize,
        };
        let end = at.checked_add(bytes.len()).filter(|&end| end < 1 << 32).ok_or(INVALID)?;
        if file.len() < end {
            file.resize(end, 0);
        }
        file[at..end].copy_from_slice(bytes);
        if position.is_none()
            && let Open::File { at, .. } = self.opened(descriptor)?
        {
            *at = end as u64;
        }
        Ok(None)
    }

    /// `lseek`
    pub fn seek(
        &mut self,
        base: Option<&dyn Files>,
        descriptor: u64,
        offset: i64,
        whence: u64,
    ) -> Result<u64, Errno> {
        let (path, at) = match self.opened(descriptor)? {
            Open::File { path, at, .. } => (path.clone(), *at),
            Open::Directory { path, .. } => {
                let path = path.clone();
                let fresh = self.list(base, &path);
                if let Open::Directory { entries, .. } = self.opened(descriptor)? {
                    *entries = fresh.into();
                }
                return Ok(0);
            }
            _ => return Err(NOT_SEEKABLE),
        };
        let start = match whence {
            0 => 0,
            1 => at,
            2 => match self.kind(base, &path) {
                Some(FileKind::File(size)) => size,
                _ => 0,
            },
            _ => return Err(INVALID),
        };
        let to = start.checked_add_signed(offset).ok_or(INVALID)?;
        if let Open::File { at, .. } = self.opened(descriptor)? {
            *at = to;
        }
        Ok(to)
    }

    /// The next entries of a directory, as long as `fits` takes them.
    pub fn entries(
        &mut self,
        descriptor: u64,
        mut fits: impl FnMut(&str, FileKind) -> bool,
    ) -> Result<(), Errno> {
        let Open::Directory { entries, .. } = self.opened(descriptor)? else {
            return Err(NOT_A_DIRECTORY);
        };
        while let Some((name, kind)) = entries.front() {
            if !fits(name, *kind) {
                break;
            }
            entries.pop_front();
        }
        Ok(())
    }

    /// `stat`
    pub fn stat(&self, base: Option<&dyn Files>, path: &str) -> Result<Stat, Errno> {
        let path = self.absolute(path);
        let Some(kind) = self.kind(base, &path) else {
            self.parent_is_there(base, &path)?;
            return Err(NOT_FOUND);
        };
        let mode = match self.nodes.get(&path) {
            Some(Node::File { mode, .. } | Node::Directory { mode }) => *mode,
            _ if kind == FileKind::Directory => 0o755,
            _ => 0o644,
        };
        // The path is what tells a file apart.
        let inode = path.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Ok(match kind {
            FileKind::File(size) => Stat { mode: FILE | mode, size, inode },
            FileKind::Directory => Stat { mode: DIRECTORY | mode, size: 4096, inode },
        })
    }

    /// `fstat`
    pub fn stat_open(&mut self, base: Option<&dyn Files>, descriptor: u64) -> Result<Stat, Errno> {
        match self.opened(descriptor)? {
            Open::File { path, .. } | Open::Directory { path, .. } => {
                let path = path.clone();
                self.stat(base, &path)
            }
            &mut (Open::ReadEnd(pipe) | Open::WriteEnd(pipe)) => {
                Ok(Stat { mode: FIFO | 0o600, size: 0, inode: pipe as u64 })
            }
        }
    }

    /// `mkdir`
    pub fn make_dir(
        &mut self,
        base: Option<&dyn Files>,
        path: &str,
        mode: u32,
    ) -> Result<(), Errno> {
        let path = self.absolute(path);
        if self.kind(base, &path).is_some() {
            return Err(EXISTS);
        }
        self.parent_is_there(base, &path)?;
        self.nodes.insert(path, Node::Directory { mode: mode & 0o755 });
        Ok(())
    }

    /// `unlink`, or `rmdir` of a directory.
    pub fn remove(
        &mut self,
        base: Option<&dyn Files>,
        path: &str,
        directory: bool,
    ) -> Result<(), Errno> {
        let path = self.absolute(path);
        match self.kind(base, &path) {
            None => return Err(NOT_FOUND),
            Some(FileKind::File(_)) if directory => return Err(NOT_A_DIRECTORY),
            Some(FileKind::Directory) if !directory => return Err(IS_A_DIRECTORY),
            Some(FileKind::Directory) if !self.list(base, &path).is_empty() => {
                return Err(NOT_EMPTY);
            }
            Some(_) => {}
        }
        self.nodes.insert(path, Node::Removed);
        Ok(())
    }

    /// `rename`
    pub fn rename(&mut self, base: Option<&dyn Files>, from: &str, to: &str) -> Result<(), Errno> {
        let (from, to) = (self.absolute(from), self.absolute(to));
        let kind = self.kind(base, &from).ok_or(NOT_FOUND)?;
        self.parent_is_there(base, &to)?;
        let old = self.kind(base, &to);
        match (kind, old) {
            (FileKind::File(_), Some(FileKind::Directory)) => return Err(IS_A_DIRECTORY),
            (FileKind::Directory, Some(FileKind::File(_))) => return Err(NOT_A_DIRECTORY),
            (FileKind::Directory, Some(_)) if !self.list(base, &to).is_empty() => {
                return Err(NOT_EMPTY);
            }
            _ => {}
        }
        if kind == FileKind::Directory {
            for (name, _) in self.list(base, &from) {
                let (from, to) = (format!("{from}/{name}"), format!("{to}/{name}"));
                self.nodes.entry(to.clone()).or_insert(Node::Removed);
                self.move_node(base, from, to)?;
            }
        }
        self.move_node(base, from, to)
    }

    fn move_node(
        &mut self,
        base: Option<&dyn Files>,
        from: String,
        to: String,
    ) -> Result<(), Errno> {
        let node = match (self.nodes.get(&from), self.kind(base, &from)) {
            (Some(node), _) => node.clone(),
            (None, Some(FileKind::Directory)) => Node::Directory { mode: 0o755 },
            (None, _) => Node::File { bytes: self.bytes(base, &from)?, mode: 0o644 },
        };
        self.nodes.insert(from, Node::Removed);
        self.nodes.insert(to, node);
        Ok(())
    }

    /// `ftruncate`
    pub fn truncate(
        &mut self,
        base: Option<&dyn Files>,
        descriptor: u64,
        size: u64,
    ) -> Result<(), Errno> {
        match self.opened(descriptor)? {
            Open::File { path, writable: true, .. } if size < 1 << 32 => {
                let path = path.clone();
                self.own(base, &path)?.resize(size as usize, 0);
                Ok(())
            }
            _ => Err(INVALID),
        }
    }

    /// `chmod`
    pub fn set_mode(
        &mut self,
        base: Option<&dyn Files>,
        path: &str,
        new: u32,
    ) -> Result<(), Errno> {
        let path = self.absolute(path);
        match self.kind(base, &path).ok_or(NOT_FOUND)? {
            FileKind::Directory => {
                self.nodes.insert(path.clone(), Node::Directory { mode: new & 0o7777 });
            }
            FileKind::File(_) => {
                self.own(base, &path)?;
                if let Some(Node::File { mode, .. }) = self.nodes.get_mut(&path) {
                    *mode = new & 0o7777;
                }
            }
        }
        Ok(())
    }

    /// `chdir`
    pub fn change_dir(&mut self, base: Option<&dyn Files>, path: &str) -> Result<(), Errno> {
        let path = self.absolute(path);
        match self.kind(base, &path) {
            Some(FileKind::Directory) => {
                self.dir = path;
                Ok(())
            }
            Some(FileKind::File(_)) => Err(NOT_A_DIRECTORY),
            None => Err(NOT_FOUND),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Base;

    impl Files for Base {
        fn may_see(&self, _: &str) -> bool {
            true
        }

        fn kind(&self, path: &str) -> Option<FileKind> {
            match path {
                "/d" => Some(FileKind::Directory),
                "/d/f" => Some(FileKind::File(3)),
                _ => None,
            }
        }

        fn read(&self, path: &str) -> Option<Vec<u8>> {
            (path == "/d/f").then(|| b"abc".to_vec())
        }

        fn list(&self, path: &str) -> Option<Vec<(String, FileKind)>> {
            (path == "/d").then(|| vec![("f".to_owned(), FileKind::File(3))])
        }
    }

    fn all(files: &mut FileSystem, path: &str) -> Result<Vec<u8>, Errno> {
        let descriptor = files.open(Some(&Base), path, OpenFlags::default(), 0)?;
        let bytes = files.read(Some(&Base), descriptor, 100)?.expect("no pipe");
        files.close(descriptor)?;
        Ok(bytes)
    }

    #[test]
    fn what_is_written_covers_what_was_there() {
        let base: Option<&dyn Files> = Some(&Base);
        let mut files = FileSystem::new("/d");
        assert_eq!(all(&mut files, "f"), Ok(b"abc".to_vec()));
        assert_eq!(all(&mut files, "g"), Err(NOT_FOUND));
        let flags = OpenFlags { write: true, append: true, ..OpenFlags::default() };
        let f = files.open(base, "./f", flags, 0).expect("it is there");
        files.write(base, f, None, b"de").expect("writable");
        assert_eq!(all(&mut files, "../d/f"), Ok(b"abcde".to_vec()));
        files.rename(base, "f", "g").expect("it is there");
        assert_eq!(all(&mut files, "f"), Err(NOT_FOUND));
        assert_eq!(all(&mut files, "/d/g"), Ok(b"abcde".to_vec()));
        assert_eq!(files.remove(base, "/d", true), Err(NOT_EMPTY));
        files.remove(base, "g", false).expect("it is there");
        files.remove(base, "/d", true).expect("empty now");
        assert_eq!(files.stat(base, "/d"), Err(NOT_FOUND));
    }

    #[test]
    fn an_empty_pipe_waits_while_somebody_could_write() {
        let mut files = FileSystem::new("/");
        let (from, to) = files.pipe();
        assert_eq!(files.read(None, from, 1), Ok(Err(0)));
        assert_eq!(files.write(None, to, None, b"xy"), Ok(Some(0)));
        assert_eq!(files.read(None, from, 1), Ok(Ok(b"x".to_vec())));
        assert_eq!(files.close(to), Ok(Some(0)));
        assert_eq!(files.read(None, from, 5), Ok(Ok(b"y".to_vec())));
        assert_eq!(files.read(None, from, 5), Ok(Ok(Vec::new())));
        assert_eq!(files.write(None, from, None, b"z"), Err(BAD_DESCRIPTOR));
    }
}
