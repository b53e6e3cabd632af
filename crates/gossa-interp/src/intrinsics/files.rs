//! System calls about files, directories and pipes (linux/amd64).

use crate::files::{BAD_DESCRIPTOR, Errno, FileKind, Files, INVALID, OpenFlags, Stat};
use crate::goroutine::{GoId, Goroutine, Waiting};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;

/// Who waits for pipes: pipe, goroutine, and which of its waits.
pub(crate) type PipeWaiters = Vec<(usize, GoId, u64)>;

/// What a system call comes to: its result, or the number of an error.
type Answer = Result<u64, Errno>;

const READ: u64 = 0;
const WRITE: u64 = 1;
const OPEN: u64 = 2;
const CLOSE: u64 = 3;
const STAT: u64 = 4;
const FSTAT: u64 = 5;
const LSTAT: u64 = 6;
const LSEEK: u64 = 8;
const PREAD: u64 = 17;
const PWRITE: u64 = 18;
const FCNTL: u64 = 72;
const FSYNC: u64 = 74;
const FTRUNCATE: u64 = 77;
const GETCWD: u64 = 79;
const CHDIR: u64 = 80;
const MKDIR: u64 = 83;
const GETDENTS: u64 = 217;
const OPENAT: u64 = 257;
const MKDIRAT: u64 = 258;
const FSTATAT: u64 = 262;
const UNLINKAT: u64 = 263;
const RENAMEAT: u64 = 264;
const READLINKAT: u64 = 267;
const FCHMODAT: u64 = 268;
const FACCESSAT: u64 = 269;
const PIPE: u64 = 293;
const RENAMEAT2: u64 = 316;
const FACCESSAT2: u64 = 439;

/// A path that is relative to the current directory.
const AT_CURRENT: u64 = -100_i64 as u64;

/// The system calls by number, as far as messages name them.
const NAMES: &[(u64, &str)] = &[
    (READ, "read"),
    (OPEN, "open"),
    (STAT, "stat"),
    (LSTAT, "lstat"),
    (9, "mmap"),
    (13, "rt_sigaction"),
    (16, "ioctl"),
    (35, "nanosleep"),
    (41, "socket"),
    (42, "connect"),
    (49, "bind"),
    (50, "listen"),
    (53, "socketpair"),
    (56, "clone"),
    (57, "fork"),
    (59, "execve"),
    (61, "wait4"),
    (62, "kill"),
    (63, "uname"),
    (GETCWD, "getcwd"),
    (CHDIR, "chdir"),
    (MKDIR, "mkdir"),
    (GETDENTS, "getdents64"),
    (OPENAT, "openat"),
    (MKDIRAT, "mkdirat"),
    (FSTATAT, "newfstatat"),
    (UNLINKAT, "unlinkat"),
    (RENAMEAT, "renameat"),
    (265, "linkat"),
    (266, "symlinkat"),
    (READLINKAT, "readlinkat"),
    (FCHMODAT, "fchmodat"),
    (FACCESSAT, "faccessat"),
    (280, "utimensat"),
    (288, "accept4"),
    (291, "epoll_create1"),
    (RENAMEAT2, "renameat2"),
    (435, "clone3"),
    (FACCESSAT2, "faccessat2"),
];

impl Machine<'_> {
    /// A system call as messages name it, with the path that it is about.
    pub(crate) fn syscall_text(&self, number: u64, args: &[u64; 6]) -> String {
        let name = NAMES.iter().find(|(known, _)| *known == number).map(|(_, name)| *name);
        let name = name.map_or_else(|| number.to_string(), str::to_owned);
        let path = match number {
            OPEN | STAT | LSTAT | CHDIR | MKDIR => Some(args[0]),
            OPENAT..=FACCESSAT | RENAMEAT2 | FACCESSAT2 => Some(args[1]),
            _ => None,
        };
        match path.and_then(|path| self.c_string(path).ok()) {
            Some(path) => format!("the system call {name} of {path:?}"),
            None => format!("the system call {name}"),
        }
    }

    fn c_string(&self, addr: Addr) -> Result<String, Trap> {
        let mut bytes = Vec::new();
        loop {
            let byte = self.memory.read(addr + bytes.len() as u64, 1)? as u8;
            if byte == 0 || bytes.len() > 4096 {
                return Ok(String::from_utf8_lossy(&bytes).into_owned());
            }
            bytes.push(byte);
        }
    }

    /// A path argument; only those relative to the current directory are known.
    fn path(&self, dir: u64, addr: Addr) -> Result<Result<String, Errno>, Trap> {
        let path = self.c_string(addr)?;
        if dir as i32 != AT_CURRENT as i32 && !path.starts_with('/') {
            return Ok(Err(INVALID));
        }
        Ok(if path.is_empty() { Err(crate::files::NOT_FOUND) } else { Ok(path) })
    }

    /// A system call about files; `None` if it is about something else, or the run has no files.
    pub(crate) fn file_call(
        &mut self,
        go: &mut Goroutine,
        number: u64,
        args: &[u64; 6],
    ) -> Result<Option<Answer>, Trap> {
        let env = self.env;
        let base = env.files();
        let [first, second, third, fourth, ..] = *args;
        let answer = match number {
            PIPE => {
                let (from, to) = self.files.pipe();
                self.memory.write(first, 4, from)?;
                self.memory.write(first + 4, 4, to)?;
                Ok(0)
            }
            READ if self.files.is_open(first) => return self.read_call(go, args).map(Some),
            WRITE | PWRITE if self.files.is_open(first) => {
                let bytes = self.memory.slice(second, third)?.to_vec();
                let position = (number == PWRITE).then_some(fourth);
                match self.files.write(base, first, position, &bytes) {
                    Ok(pipe) => {
                        self.wake_pipe(pipe);
                        Ok(third)
                    }
                    Err(errno) => Err(errno),
                }
            }
            PREAD => match self.files.read_at(base, first, fourth, third) {
                Ok(bytes) => self.give_bytes(second, &bytes)?,
                Err(errno) => Err(errno),
            },
            CLOSE if first > 2 => match self.files.close(first) {
                Ok(pipe) => {
                    self.wake_pipe(pipe);
                    Ok(0)
                }
                Err(errno) => Err(errno),
            },
            CLOSE | FSYNC => Ok(0),
            FSTAT if first > 2 => match self.files.stat_open(base, first) {
                Ok(stat) => self.give_stat(second, stat)?,
                Err(errno) => Err(errno),
            },
            FSTAT => self.give_stat(second, Stat { mode: 0o010_600, size: 0, inode: first })?,
            LSEEK if first > 2 => self.files.seek(base, first, second as i64, third),
            LSEEK => Err(crate::files::NOT_SEEKABLE),
            FCNTL if first > 2 => match self.files.is_open(first) {
                // F_GETFL; nothing else has an effect.
                true => Ok(if second == 3 { 2 } else { 0 }),
                false => Err(BAD_DESCRIPTOR),
            },
            FTRUNCATE => self.files.truncate(base, first, second).map(|()| 0),
            GETDENTS => self.entries_call(args)?,
            _ if base.is_none() => return Ok(None),
            GETCWD => {
                let mut dir = self.files.dir.clone().into_bytes();
                dir.push(0);
                match dir.len() as u64 <= second {
                    true => self.give_bytes(first, &dir)?,
                    false => Err(34),
                }
            }
            _ => return self.path_call(base, number, args),
        };
        Ok(Some(answer))
    }

    /// A system call about a path.
    fn path_call(
        &mut self,
        base: Option<&dyn Files>,
        number: u64,
        args: &[u64; 6],
    ) -> Result<Option<Answer>, Trap> {
        let (dir, addr, rest) = match number {
            OPEN | STAT | LSTAT | CHDIR | MKDIR => (AT_CURRENT, args[0], &args[1..]),
            OPENAT | MKDIRAT | FSTATAT | UNLINKAT | RENAMEAT | READLINKAT | FCHMODAT
            | FACCESSAT | RENAMEAT2 | FACCESSAT2 => (args[0], args[1], &args[2..]),
            _ => return Ok(None),
        };
        let path = match self.path(dir, addr)? {
            Ok(path) => path,
            Err(errno) => return Ok(Some(Err(errno))),
        };
        if !self.files.may_see(base, &path) {
            return Ok(None);
        }
        let answer = match number {
            OPEN | OPENAT => {
                let flag = |bit: u64| rest[0] & bit != 0;
                let flags = OpenFlags {
                    write: rest[0] & 3 != 0,
                    append: flag(0o2000),
                    create: flag(0o100),
                    exclusive: flag(0o200),
                    truncate: flag(0o1000),
                    directory: flag(0o200_000),
                };
                self.files.open(base, &path, flags, rest[1] as u32)
            }
            STAT | LSTAT | FSTATAT => match self.files.stat(base, &path) {
                Ok(stat) => self.give_stat(rest[0], stat)?,
                Err(errno) => Err(errno),
            },
            MKDIR | MKDIRAT => self.files.make_dir(base, &path, rest[0] as u32).map(|()| 0),
            UNLINKAT => self.files.remove(base, &path, rest[0] & 0x200 != 0).map(|()| 0),
            RENAMEAT | RENAMEAT2 => match self.path(rest[0], rest[1])? {
                Ok(to) => self.files.rename(base, &path, &to).map(|()| 0),
                Err(errno) => Err(errno),
            },
            // There are no links: those of the surroundings have been followed.
            READLINKAT => self.files.stat(base, &path).and(Err(INVALID)),
            FCHMODAT => self.files.set_mode(base, &path, rest[0] as u32).map(|()| 0),
            CHDIR => self.files.change_dir(base, &path).map(|()| 0),
            _ => self.files.stat(base, &path).map(|_| 0),
        };
        Ok(Some(answer))
    }

    fn read_call(&mut self, go: &mut Goroutine, args: &[u64; 6]) -> Result<Answer, Trap> {
        // Whoever was woken looks again: another may have been faster.
        self.woken(go)?;
        let base = self.env.files();
        match self.files.read(base, args[0], args[2]) {
            Ok(Ok(bytes)) => self.give_bytes(args[1], &bytes),
            Ok(Err(pipe)) => {
                let trap = Self::wait(go, Waiting::Pipe);
                self.natives.pipe_waiters.push((pipe, go.id, go.wait));
                Err(trap)
            }
            Err(errno) => Ok(Err(errno)),
        }
    }

    fn wake_pipe(&mut self, pipe: Option<usize>) {
        let Some(pipe) = pipe else { return };
        let (woken, others) = std::mem::take(&mut self.natives.pipe_waiters)
            .into_iter()
            .partition(|&(found, ..)| found == pipe);
        self.natives.pipe_waiters = others;
        let woken: PipeWaiters = woken;
        for (_, go, wait) in woken {
            self.wake(go, wait);
        }
    }

    fn give_bytes(&mut self, to: Addr, bytes: &[u8]) -> Result<Answer, Trap> {
        let len = bytes.len() as u64;
        self.memory.slice_mut(to, len)?.copy_from_slice(bytes);
        Ok(Ok(len))
    }

    /// Writes a `struct stat`.
    fn give_stat(&mut self, to: Addr, stat: Stat) -> Result<Answer, Trap> {
        let mut bytes = [0; 144];
        let words = [(0, 1), (8, stat.inode), (16, 1), (48, stat.size), (56, 4096)];
        for (at, word) in words {
            bytes[at..at + 8].copy_from_slice(&word.to_le_bytes());
        }
        bytes[24..28].copy_from_slice(&stat.mode.to_le_bytes());
        let blocks = stat.size.div_ceil(512);
        bytes[64..72].copy_from_slice(&blocks.to_le_bytes());
        // All files are as old as the run: accessed, changed, created.
        let seconds = self.scheduler.wall() / 1_000_000_000;
        for at in [72, 88, 104] {
            bytes[at..at + 8].copy_from_slice(&seconds.to_le_bytes());
        }
        self.give_bytes(to, &bytes).map(|answer| answer.map(|_| 0))
    }

    /// Writes entries as `struct linux_dirent64`.
    fn entries_call(&mut self, args: &[u64; 6]) -> Result<Answer, Trap> {
        let mut bytes: Vec<u8> = Vec::new();
        let fits = |name: &str, kind: FileKind| {
            let size = (19 + name.len() + 1).next_multiple_of(8);
            if bytes.len() + size > args[2] as usize {
                return false;
            }
            let end = bytes.len() + size;
            bytes.extend(1_u64.to_le_bytes());
            bytes.extend((end as u64).to_le_bytes());
            bytes.extend((size as u16).to_le_bytes());
            bytes.push(if kind == FileKind::Directory { 4 } else { 8 });
            bytes.extend(name.as_bytes());
            bytes.resize(end, 0);
            true
        };
        match self.files.entries(args[0], fits) {
            Ok(()) => self.give_bytes(args[1], &bytes),
            Err(errno) => Ok(Err(errno)),
        }
    }
}
