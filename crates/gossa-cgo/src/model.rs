//! What C is on a platform: sizes of its basic types, macros that compilers define by themselves.

/// C's basic types and compiler on a platform.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CModel {
    /// Size of a pointer.
    pub pointer: u8,
    /// Size of `long`.
    pub long: u8,
    /// Alignment of 8-byte integers and floats in a struct.
    pub align8: u8,
    /// Whether plain `char` is unsigned.
    pub char_unsigned: bool,
    /// Whether the most significant byte comes first.
    pub big_endian: bool,
    /// GOOS, as far as C differs by it.
    pub system: System,
    /// GOARCH, as far as C differs by it.
    pub arch: Arch,
}

/// An operating system.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "names of systems")]
pub enum System {
    Linux,
    Android,
    Windows,
    Apple,
    FreeBsd,
    NetBsd,
    OpenBsd,
    DragonFly,
    Solaris,
    Aix,
}

/// A processor family.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "names of processors")]
pub enum Arch {
    Amd64,
    X86,
    Arm64,
    Arm,
    Ppc64,
    Riscv64,
    S390x,
    Loong64,
    Mips,
    Other,
}

impl CModel {
    /// The model of a GOOS and GOARCH.
    #[must_use]
    pub fn for_platform(goos: &str, goarch: &str) -> Self {
        let arch = match goarch {
            "amd64" => Arch::Amd64,
            "386" => Arch::X86,
            "arm64" => Arch::Arm64,
            "arm" => Arch::Arm,
            "ppc64" | "ppc64le" => Arch::Ppc64,
            "riscv64" => Arch::Riscv64,
            "s390x" => Arch::S390x,
            "loong64" => Arch::Loong64,
            "mips" | "mipsle" | "mips64" | "mips64le" => Arch::Mips,
            _ => Arch::Other,
        };
        let system = match goos {
            "windows" => System::Windows,
            "darwin" | "ios" => System::Apple,
            "android" => System::Android,
            "freebsd" => System::FreeBsd,
            "netbsd" => System::NetBsd,
            "openbsd" => System::OpenBsd,
            "dragonfly" => System::DragonFly,
            "solaris" | "illumos" => System::Solaris,
            "aix" => System::Aix,
            _ => System::Linux,
        };
        let narrow = matches!(goarch, "386" | "arm" | "mips" | "mipsle" | "wasm");
        let pointer = if narrow { 4 } else { 8 };
        let windows = system == System::Windows;
        let unsigned_abi =
            matches!(arch, Arch::Arm64 | Arch::Arm | Arch::Ppc64 | Arch::Riscv64 | Arch::S390x);
        Self {
            pointer,
            long: if windows { 4 } else { pointer },
            align8: if arch == Arch::X86 && !windows { 4 } else { 8 },
            char_unsigned: unsigned_abi && !windows && system != System::Apple,
            big_endian: matches!(goarch, "ppc64" | "s390x" | "mips" | "mips64"),
            system,
            arch,
        }
    }

    /// Size and alignment of `long double`.
    pub(crate) fn long_double(self) -> (u64, u64) {
        match (self.arch, self.system) {
            (Arch::X86, System::Android) => (8, 4),
            (Arch::X86, _) => (12, 4),
            (Arch::Arm64, System::Apple | System::Windows) | (Arch::Arm, _) => (8, 8),
            (Arch::Mips, _) if self.pointer == 4 => (8, 8),
            _ => (16, 16),
        }
    }

    /// The macros that the compiler defines by itself, as C text.
    pub(crate) fn predefined(self) -> String {
        let mut text = String::from(COMMON);
        let mut define = |names: &str, value: &str| {
            for name in names.split_whitespace() {
                text.push_str("#define ");
                text.push_str(name);
                text.push(' ');
                text.push_str(value);
                text.push('\n');
            }
        };
        define(
            match self.system {
                System::Linux => {
                    "__linux__ __linux linux __gnu_linux__ __unix__ __unix unix __ELF__"
                }
                System::Android => {
                    "__linux__ __linux linux __ANDROID__ __unix__ __unix unix __ELF__"
                }
                System::Windows => "_WIN32 WIN32 __WIN32 __WIN32__ WINNT __MINGW32__",
                System::Apple => "__APPLE__ __MACH__",
                System::FreeBsd => "__FreeBSD__ __unix__ __unix unix __ELF__",
                System::NetBsd => "__NetBSD__ __unix__ __unix unix __ELF__",
                System::OpenBsd => "__OpenBSD__ __unix__ __unix unix __ELF__",
                System::DragonFly => "__DragonFly__ __unix__ __unix unix __ELF__",
                System::Solaris => "__sun __sun__ sun __svr4__ __SVR4 __unix__ __unix unix __ELF__",
                System::Aix => "_AIX __unix__ __unix unix",
            },
            "1",
        );
        define(
            match self.arch {
                Arch::Amd64 => "__x86_64__ __x86_64 __amd64__ __amd64 __SSE__ __SSE2__",
                Arch::X86 => "__i386__ __i386 i386",
                Arch::Arm64 => "__aarch64__ __ARM_NEON",
                Arch::Arm => "__arm__",
                Arch::Ppc64 => "__powerpc64__ __PPC64__ __powerpc__ __PPC__",
                Arch::Riscv64 => "__riscv",
                Arch::S390x => "__s390x__ __s390__",
                Arch::Loong64 => "__loongarch__ __loongarch64",
                Arch::Mips => "__mips__ __mips",
                Arch::Other => "",
            },
            "1",
        );
        match self.system {
            System::Windows if self.pointer == 8 => {
                define("_WIN64 WIN64 __WIN64 __WIN64__ __MINGW64__", "1");
            }
            System::Apple => define("__clang__ __clang_major__", "15"),
            _ => {}
        }
        if self.arch == Arch::Arm64 && self.system == System::Apple {
            define("__arm64__ __arm64", "1");
        }
        if self.long == 8 {
            define("__LP64__ _LP64", "1");
        }
        if self.char_unsigned {
            define("__CHAR_UNSIGNED__", "1");
        }
        let order =
            if self.big_endian { "__ORDER_BIG_ENDIAN__" } else { "__ORDER_LITTLE_ENDIAN__" };
        define("__BYTE_ORDER__ __FLOAT_WORD_ORDER__", order);
        if self.pointer == 8 {
            define("__SIZEOF_INT128__", "16");
        }
        let (long, long_max) = match self.long {
            8 => ("8", "0x7fffffffffffffffL"),
            _ => ("4", "0x7fffffffL"),
        };
        define("__SIZEOF_LONG__", long);
        define("__LONG_MAX__", long_max);
        let pointer = if self.pointer == 8 { "8" } else { "4" };
        define("__SIZEOF_POINTER__ __SIZEOF_SIZE_T__ __SIZEOF_PTRDIFF_T__", pointer);
        let (signed, unsigned, int64) = match (self.pointer, self.long) {
            (8, 8) if self.system == System::Apple => ("long", "unsigned long", "long long"),
            (8, 8) if self.system == System::OpenBsd => ("long", "unsigned long", "long long"),
            (8, 8) => ("long", "unsigned long", "long"),
            (8, _) => ("long long", "unsigned long long", "long long"),
            _ => ("int", "unsigned int", "long long"),
        };
        define("__SIZE_TYPE__ __UINTPTR_TYPE__", unsigned);
        define("__PTRDIFF_TYPE__ __INTPTR_TYPE__", signed);
        define("__INT64_TYPE__ __INTMAX_TYPE__", int64);
        define("__UINT64_TYPE__ __UINTMAX_TYPE__", &format!("unsigned {int64}"));
        define(
            "__WCHAR_TYPE__",
            if self.system == System::Windows { "unsigned short" } else { "int" },
        );
        text.push_str(match (self.arch, self.system) {
            (_, System::Windows | System::Apple) | (Arch::X86 | Arch::Other, _) => {
                "typedef char *__builtin_va_list;\n"
            }
            (Arch::Amd64, _) => VA_LIST_AMD64,
            (Arch::Arm64, _) => VA_LIST_ARM64,
            _ => "typedef void *__builtin_va_list;\n",
        });
        text.push_str(PROLOG);
        text
    }
}

/// What cgo itself puts before each preamble.
const PROLOG: &str = "
typedef struct { const char *p; __PTRDIFF_TYPE__ n; } _GoString_;
typedef struct { char *p; __PTRDIFF_TYPE__ n; __PTRDIFF_TYPE__ c; } _GoBytes_;
__SIZE_TYPE__ _GoStringLen(_GoString_ s);
const char *_GoStringPtr(_GoString_ s);
";

const VA_LIST_AMD64: &str = "
typedef struct __va_list_tag {
    unsigned int gp_offset; unsigned int fp_offset;
    void *overflow_arg_area; void *reg_save_area;
} __builtin_va_list[1];
";

const VA_LIST_ARM64: &str = "
typedef struct __va_list {
    void *__stack; void *__gr_top; void *__vr_top; int __gr_offs; int __vr_offs;
} __builtin_va_list;
";

/// On all platforms. Spellings of the compiler become those of the standard.
const COMMON: &str = "
#define __STDC__ 1
#define __STDC_VERSION__ 201710L
#define __STDC_HOSTED__ 1
#define __GNUC__ 12
#define __GNUC_MINOR__ 2
#define __GNUC_PATCHLEVEL__ 0
#define __GNUC_STDC_INLINE__ 1
#define __VERSION__ \"12\"
#define __ORDER_LITTLE_ENDIAN__ 1234
#define __ORDER_BIG_ENDIAN__ 4321
#define __CHAR_BIT__ 8
#define __SCHAR_MAX__ 0x7f
#define __SHRT_MAX__ 0x7fff
#define __INT_MAX__ 0x7fffffff
#define __LONG_LONG_MAX__ 0x7fffffffffffffffLL
#define __SIZEOF_SHORT__ 2
#define __SIZEOF_INT__ 4
#define __SIZEOF_LONG_LONG__ 8
#define __SIZEOF_FLOAT__ 4
#define __SIZEOF_DOUBLE__ 8
#define __INT8_TYPE__ signed char
#define __INT16_TYPE__ short
#define __INT32_TYPE__ int
#define __UINT8_TYPE__ unsigned char
#define __UINT16_TYPE__ unsigned short
#define __UINT32_TYPE__ unsigned int
#define __WINT_TYPE__ unsigned int
#define __FLT_MAX__ 3.40282346638528859811704183484516925e+38F
#define __FLT_MIN__ 1.17549435082228750796873653722224568e-38F
#define __FLT_EPSILON__ 1.19209289550781250000000000000000000e-7F
#define __DBL_MAX__ ((double)1.79769313486231570814527423731704357e+308L)
#define __DBL_MIN__ ((double)2.22507385850720138309023271733240406e-308L)
#define __DBL_EPSILON__ ((double)2.22044604925031308084726333618164062e-16L)
#define __FILE__ \"\"
#define __LINE__ 0
#define __DATE__ \"\"
#define __TIME__ \"\"
#define __COUNTER__ 0
#define __extension__
#define __restrict
#define __restrict__
#define restrict
#define __inline inline
#define __inline__ inline
#define __const const
#define __const__ const
#define __volatile volatile
#define __volatile__ volatile
#define __signed signed
#define __signed__ signed
#define __asm asm
#define __asm__ asm
#define __attribute __attribute__
#define __thread
#define _Thread_local
#define _Noreturn
#define __typeof typeof
#define __typeof__ typeof
#define __typeof_unqual__ typeof
#define __alignof__ _Alignof
#define __alignof _Alignof
#define __complex__ _Complex
#define __complex _Complex
#define __cdecl
#define __stdcall
#define __fastcall
#define _cdecl
#define _stdcall
#define __forceinline inline
#define __auto_type int
";
