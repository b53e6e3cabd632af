//! The operating system, as far as there is one: output, arguments, environment, the end.

use super::{Call, List, nothing};
use crate::goroutine::Goroutine;
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;

pub(super) const LIST: List = &[
    ("internal/runtime/syscall/linux.Syscall6", syscall),
    ("syscall.rawSyscallNoError", syscall_no_error),
    ("syscall.runtime_entersyscall", nothing),
    ("syscall.runtime_exitsyscall", nothing),
    ("syscall.runtime_envs", environment),
    ("syscall.Getpagesize", page_size),
    ("syscall.Exit", exit),
    ("syscall.runtimeSetenv", nothing),
    ("syscall.runtimeUnsetenv", nothing),
    ("os.runtime_args", arguments),
    ("os.runtime_beforeExit", nothing),
    ("os.runtime_rand", super::sync::random),
    ("os.sigpipe", nothing),
    ("os.checkClonePidfd", nothing),
    ("os.ignoreSIGSYS", nothing),
    ("os.restoreSIGSYS", nothing),
    ("internal/poll.runtime_pollServerInit", nothing),
    ("internal/poll.runtime_isPollServerDescriptor", nothing),
    ("internal/poll.runtime_pollOpen", poll_open),
    ("internal/syscall/unix.fcntl", nothing),
    // These mark code.
    ("crypto/internal/boring/sig.BoringCrypto", nothing),
    ("crypto/internal/boring/sig.FIPSOnly", nothing),
    ("crypto/internal/boring/sig.StandardCrypto", nothing),
];

const WRITE: u64 = 1;
const GETPID: u64 = 39;
const FCNTL: u64 = 72;
const UMASK: u64 = 95;
const GETUID: u64 = 102;
const GETEGID: u64 = 108;
const EXIT_GROUP: u64 = 231;
const PRLIMIT: u64 = 302;
const GETRANDOM: u64 = 318;
const NOT_PERMITTED: u64 = 1;

fn syscall(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let number = call.arg(m, 0)?;
    let mut args = [0; 6];
    for (index, arg) in args.iter_mut().enumerate() {
        *arg = call.arg(m, index + 1)?;
    }
    let answer = match (number, args[0]) {
        (WRITE, 1 | 2) => {
            let bytes = m.memory.slice(args[1], args[2])?;
            m.output.write(args[0] as u32, bytes);
            Ok(args[2])
        }
        (FCNTL, 0..=2) => Ok(2),
        (GETPID, _) => Ok(1),
        (UMASK, _) => Ok(0o022),
        (GETUID..=GETEGID, _) => Ok(0),
        // There are no limits to be known.
        (PRLIMIT, _) => Err(NOT_PERMITTED),
        (GETRANDOM, at) => {
            for bytes in m.memory.slice_mut(at, args[1])?.chunks_mut(8) {
                let random = m.scheduler.random()?.to_le_bytes();
                bytes.copy_from_slice(&random[..bytes.len()]);
            }
            m.touch(at, args[1], true, None);
            Ok(args[1])
        }
        (EXIT_GROUP, status) => return Err(Trap::Exit(status as i32)),
        _ => match m.file_call(go, number, &args)? {
            Some(answer) => answer,
            None => return Err(Trap::Unsupported(m.syscall_text(number, &args))),
        },
    };
    let (result, errno) = match answer {
        Ok(result) => (result, 0),
        Err(errno) => (u64::MAX, errno),
    };
    call.set(m, 0, result)?;
    call.set(m, 1, 0)?;
    call.set(m, 2, errno)
}

fn syscall_no_error(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    call.set(m, 0, 0)?;
    call.set(m, 1, 0)
}

fn poll_open(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    call.set(m, 0, 0)?;
    call.set(m, 1, NOT_PERMITTED)
}

fn page_size(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    call.set(m, 0, 4096)
}

fn exit(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    Err(Trap::Exit(call.arg(m, 0)? as i32))
}

fn arguments(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let list = m.options.args.clone();
    let at = call.result(m, 0);
    m.set_strings(at, &list)
}

fn environment(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let list = m.options.environment.clone();
    let at = call.result(m, 0);
    m.set_strings(at, &list)
}

impl Machine<'_> {
    /// Writes a `[]string`.
    pub(crate) fn set_strings(&mut self, at: Addr, list: &[String]) -> Result<(), Trap> {
        let count = list.len() as u64;
        let data = self.new_object(count * 16)?;
        for (index, text) in list.iter().enumerate() {
            self.set_string(data + index as u64 * 16, text.as_bytes())?;
        }
        self.memory.set_word(at, data)?;
        self.memory.set_word(at + 8, count)?;
        self.memory.set_word(at + 16, count)
    }
}
