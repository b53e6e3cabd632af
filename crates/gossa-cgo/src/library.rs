//! A table of the C standard library and of POSIX, in C: names that every system declares alike,
//! or that differ in known ways. It stands for headers that are not read.
//!
//! Each header is a file of this directory. Members of structs are given where all common systems
//! agree on what Go programs use of them; else the struct is only mentioned, and what it holds is
//! not known.

/// Headers with their texts.
pub(crate) const HEADERS: [(&str, &str); 34] = [
    ("stddef.h", include_str!("library/stddef.h")),
    ("stdint.h", include_str!("library/stdint.h")),
    ("inttypes.h", include_str!("library/inttypes.h")),
    ("stdbool.h", include_str!("library/stdbool.h")),
    ("stdarg.h", include_str!("library/stdarg.h")),
    ("limits.h", include_str!("library/limits.h")),
    ("float.h", include_str!("library/float.h")),
    ("complex.h", include_str!("library/complex.h")),
    ("assert.h", include_str!("library/assert.h")),
    ("errno.h", include_str!("library/errno.h")),
    ("ctype.h", include_str!("library/ctype.h")),
    ("string.h", include_str!("library/string.h")),
    ("stdlib.h", include_str!("library/stdlib.h")),
    ("stdio.h", include_str!("library/stdio.h")),
    ("math.h", include_str!("library/math.h")),
    ("bits/types.h", include_str!("library/bits_types.h")),
    ("sys/types.h", include_str!("library/sys_types.h")),
    ("time.h", include_str!("library/time.h")),
    ("sys/time.h", include_str!("library/sys_time.h")),
    ("signal.h", include_str!("library/signal.h")),
    ("unistd.h", include_str!("library/unistd.h")),
    ("fcntl.h", include_str!("library/fcntl.h")),
    ("sys/stat.h", include_str!("library/sys_stat.h")),
    ("sys/mman.h", include_str!("library/sys_mman.h")),
    ("sys/wait.h", include_str!("library/sys_wait.h")),
    ("pthread.h", include_str!("library/pthread.h")),
    ("dlfcn.h", include_str!("library/dlfcn.h")),
    ("sys/socket.h", include_str!("library/sys_socket.h")),
    ("netinet/in.h", include_str!("library/netinet_in.h")),
    ("netdb.h", include_str!("library/netdb.h")),
    ("pwd.h", include_str!("library/pwd.h")),
    ("grp.h", include_str!("library/grp.h")),
    ("termios.h", include_str!("library/termios.h")),
    ("locale.h", include_str!("library/locale.h")),
];

/// The header of a name.
pub(crate) fn header(name: &str) -> Option<(&'static str, &'static str)> {
    HEADERS.iter().find(|(known, _)| *known == name).copied()
}
