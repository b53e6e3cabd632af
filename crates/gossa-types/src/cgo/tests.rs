//! What preambles declare, and what their names are in Go.

use super::*;
use crate::env::Target;
use crate::ids::TypeParamId;
use crate::info::Bound;
use crate::print::Printer;
use crate::resolver::{MethodInfo, Resolver};
use crate::underlying::RelationCache;
use std::sync::Arc;

struct Env<'a> {
    decls: &'a CgoDecls,
    cache: RelationCache,
}

impl Resolver for Env<'_> {
    fn underlying_of(&self, decl: DeclId) -> TypeId {
        self.decls.types().get(&decl).map_or(TypeId::INVALID, |found| found.underlying)
    }
    fn type_params_of(&self, _: DeclId) -> Arc<[TypeParamId]> {
        Arc::from([])
    }
    fn method_of(&self, _: DeclId, _: Name, _: Option<PackageId>) -> Option<DeclId> {
        None
    }
    fn methods_of(&self, _: DeclId) -> Arc<[(Name, DeclId)]> {
        Arc::from([])
    }
    fn method_info(&self, _: DeclId) -> Option<MethodInfo> {
        None
    }
    fn bound_of(&self, _: TypeParamId) -> Bound {
        Bound::INVALID
    }
    fn target(&self) -> Target {
        Target::for_arch("amd64")
    }
    fn cache(&self) -> &RelationCache {
        &self.cache
    }
}

/// A preamble with the names that its file uses.
struct Text<'a> {
    preamble: &'a str,
    names: &'a [(&'a str, CgoUse)],
}

fn read(model: CModel, sources: Sources<'_>, texts: &[Text<'_>]) -> CgoDecls {
    let names: Vec<Vec<CName>> = texts
        .iter()
        .map(|text| {
            let name = |&(name, used): &(&str, CgoUse)| CName { name: Name::new(name), used };
            text.names.iter().map(name).collect()
        })
        .collect();
    let files: Vec<Option<CgoFile<'_>>> = texts
        .iter()
        .zip(&names)
        .map(|(text, names)| Some(CgoFile { preamble: text.preamble, names }))
        .collect();
    CgoDecls::read(PackageId::new("p"), model, sources, &files)
}

fn linux() -> CModel {
    CModel::for_platform("linux", "amd64")
}

/// What a name is in a file, in a line.
fn show(decls: &CgoDecls, file: usize, name: &str, used: CgoUse) -> String {
    let env = Env { decls, cache: RelationCache::default() };
    let own = PackageId::new("p");
    let bare = |package: PackageId| {
        std::borrow::Cow::Borrowed(if package == own { "" } else { package.path() })
    };
    let printer = Printer::new(&env, &bare);
    let print = |ty: TypeId| printer.print(ty);
    match decls.resolve(file, Name::new(name), used) {
        CgoEntity::Type(ty) => {
            let under = crate::underlying::underlying(&env, ty);
            format!("type {} {}", print(ty), print(under))
        }
        CgoEntity::Func(ty) => print(ty),
        CgoEntity::Var(ty) => format!("var {}", print(ty)),
        CgoEntity::Constant(ty, value) => format!("const {} {}", print(ty), value.exact_string()),
        CgoEntity::Value(ty) => format!("value {}", print(ty)),
        CgoEntity::Unknown => "unknown".to_owned(),
        CgoEntity::Undeclared => "undeclared".to_owned(),
    }
}

fn check_on(model: CModel, preamble: &str, expected: &[(&str, CgoUse, &str)]) {
    let names: Vec<(&str, CgoUse)> =
        expected.iter().map(|(name, used, _)| (*name, *used)).collect();
    let decls = read(model, Sources::default(), &[Text { preamble, names: &names }]);
    for (name, used, want) in expected {
        assert_eq!(show(&decls, 0, name, *used), *want, "C.{name}");
    }
}

fn check(preamble: &str, expected: &[(&str, CgoUse, &str)]) {
    check_on(linux(), preamble, expected);
}

use CgoUse::{Call, Type, Value as Val};

#[test]
fn basic_types_and_the_functions_of_cgo() {
    check(
        "#include <stdlib.h>\n#include <string.h>\n#include <stdbool.h>\n#include <stdint.h>",
        &[
            ("int", Type, "type _Ctype_int int32"),
            ("char", Type, "type _Ctype_char int8"),
            ("ulong", Type, "type _Ctype_ulong uint64"),
            ("size_t", Type, "type _Ctype_size_t uint64"),
            ("uint8_t", Type, "type _Ctype_uint8_t uint8"),
            ("bool", Type, "type _Ctype_bool bool"),
            ("CString", Call, "func(s string) *_Ctype_char"),
            ("GoBytes", Call, "func(p unsafe.Pointer, l _Ctype_int) []byte"),
            ("malloc", Call, "func(n _Ctype_size_t) unsafe.Pointer"),
            ("free", Call, "func(unsafe.Pointer) _Ctype_void"),
            ("strlen", Call, "func(*_Ctype_char) _Ctype_size_t"),
            ("sizeof_int", Val, "const untyped int 4"),
        ],
    );
}

#[test]
fn structs_unions_enums_and_typedefs() {
    check(
        r"
        /* a comment; with struct hidden { int x; } inside */
        #include <stdio.h>
        typedef struct node {
            int type, _type;            // keywords get a _
            struct node *next;
            unsigned flags : 3;         /* bit fields are padding */
            unsigned more : 5;
            double weight;
            char name[16];
            void (*callback)(int, void *);
            union { int i; double d; } value;
        } node_t, *node_ptr;
        union u { char c; long l[3]; };
        enum color { RED, GREEN = 5, BLUE };
        typedef enum { NEG = -1, ZERO } sign;
        typedef int my_int;
        typedef my_int my_other_int;
        typedef int (*callback_t)(const char *, ...);
        typedef void *handle;
        typedef unsigned char digest[32];
        struct { int anonymous; } instance;
        ",
        &[
            ("my_int", Type, "type _Ctype_my_int int32"),
            ("my_other_int", Type, "type _Ctype_my_other_int int32"),
            ("handle", Type, "type _Ctype_handle unsafe.Pointer"),
            ("callback_t", Type, "type _Ctype_callback_t *[0]byte"),
            ("digest", Type, "type _Ctype_digest [32]_Ctype_uchar"),
            ("union_u", Type, "type _Ctype_union_u [24]byte"),
            ("enum_color", Type, "type _Ctype_enum_color uint32"),
            ("sign", Type, "type _Ctype_sign int32"),
            ("RED", Val, "const untyped int 0"),
            ("BLUE", Val, "const untyped int 6"),
            ("NEG", Val, "const untyped int -1"),
            ("node_ptr", Type, "type _Ctype_node_ptr *_Ctype_struct_node"),
            (
                "node_t",
                Type,
                "type _Ctype_node_t struct{__type _Ctype_int; _type _Ctype_int; \
                 next *_Ctype_struct_node; _ [8]byte; weight _Ctype_double; \
                 name [16]_Ctype_char; callback *[0]byte; value [8]byte}",
            ),
            ("sizeof_node_t", Val, "const untyped int 64"),
            ("sizeof_struct_node", Val, "const untyped int 64"),
            ("instance", Val, "var _Ctype_struct___0"),
        ],
    );
}

#[test]
fn layouts_are_those_of_c() {
    check(
        r#"
        struct flexible { char b; char rest[]; };
        struct padded { void *p; char b; char rest[0]; };
        struct mixed { char a; double b; char c; };
        struct packed { char a; int b; } __attribute__((packed));
        typedef struct one one;
        typedef struct two two;
        struct one { two *x; };
        struct two { one *x; };
        typedef struct self { struct self *next; } self_t, *self_ptr;
        struct hidden;
        char text[] = "te" "xt";
        int list[] = { 1, f(2, 3), { 4 }, -5, };
        int designated[] = { [7] = 1 };
        struct _jobject;
        typedef struct _jobject *jobject;
        typedef jobject jclass;
        typedef void *EGLDisplay;
        void call(jclass c, EGLDisplay d, self_ptr s);
        "#,
        &[
            ("struct_flexible", Type, "type _Ctype_struct_flexible struct{b _Ctype_char}"),
            (
                "struct_padded",
                Type,
                "type _Ctype_struct_padded struct{p unsafe.Pointer; b _Ctype_char; \
                 rest [0]_Ctype_char; _ [7]byte}",
            ),
            (
                "struct_mixed",
                Type,
                "type _Ctype_struct_mixed struct{a _Ctype_char; b _Ctype_double; \
                 c _Ctype_char; _ [7]byte}",
            ),
            // What Go cannot align is left out.
            ("struct_packed", Type, "type _Ctype_struct_packed struct{a _Ctype_char; _ [4]byte}"),
            (
                "struct_hidden",
                Type,
                "type _Ctype_struct_hidden struct{_ internal/runtime/sys.NotInHeap}",
            ),
            ("one", Type, "type _Ctype_one struct{x *_Ctype_struct_two}"),
            ("two", Type, "type _Ctype_two struct{x *_Ctype_struct_one}"),
            ("text", Val, "var [5]_Ctype_char"),
            ("list", Val, "var [4]_Ctype_int"),
            ("designated", Val, "var [8]_Ctype_int"),
            ("jclass", Type, "type _Ctype_jclass uintptr"),
            ("EGLDisplay", Type, "type _Ctype_EGLDisplay uintptr"),
            (
                "call",
                Call,
                "func(_Ctype_jclass, _Ctype_EGLDisplay, *_Ctype_struct_self) _Ctype_void",
            ),
        ],
    );
}

#[test]
fn functions_variables_and_macros() {
    check(
        r#"
        #include <stdint.h>
        #include <lib.h>
        #define EXPORT __attribute__((visibility("default")))
        #define VERSION "1." "2"
        #define MASK (0xF0 | 1 << 2)
        #define PI 3.25
        #define ALIAS MASK
        #define CAST ((uint32_t)7)
        #define EXPR (some_call(3) + 1)
        #define MAX(a, b) ((a) > (b) ? (a) : (b))
        #define LARGER MAX(MASK, 3)
        #define NEGATIVE -12
        #define LETTER 'A'
        #define BIG 0xFFFFFFFFFFFFFFFFULL
        #if defined(__linux__) && !defined(_WIN32)
        static int on_linux(void) { return 1; }
        #else
        static int elsewhere(void);
        #endif
        #ifdef __cplusplus
        extern "C" {
        #endif
        EXPORT unsigned long long sum(const int *values, size_t n);
        static inline void nothing(void) { if (1) { "}"; } }
        LIB_API int prefixed(char **argv, int argc);
        LIB_API const foo_t *prefixed_pointer(foo_t v);
        int log_it(const char *format, ...);
        typedef struct ctx *ctx_t;
        int use(ctx_t c, int a[4], int cb(int));
        void (*get_handler(int sig))(int);
        extern int counter, table[MASK];
        static const char *names[] = { "a", "b" };
        const double ratio = 0.5;
        const int limit = 5;
        #ifdef __cplusplus
        }
        #endif
        int twice(int); 
        int twice(double);
        "#,
        &[
            ("VERSION", Val, "const untyped string \"1.2\""),
            ("MASK", Val, "const untyped int 244"),
            ("ALIAS", Val, "const untyped int 244"),
            ("CAST", Val, "const untyped int 7"),
            ("LARGER", Val, "const untyped int 244"),
            ("PI", Val, "const untyped float 13/4"),
            ("NEGATIVE", Val, "const untyped int -12"),
            ("LETTER", Val, "const untyped rune 65"),
            ("BIG", Val, "const untyped int 18446744073709551615"),
            ("EXPR", Val, "unknown"),
            ("on_linux", Call, "func() _Ctype_int"),
            ("elsewhere", Call, "unknown"),
            ("sum", Call, "func(*_Ctype_int, _Ctype_size_t) _Ctype_ulonglong"),
            ("nothing", Call, "func() _Ctype_void"),
            ("prefixed", Call, "func(**_Ctype_char, _Ctype_int) _Ctype_int"),
            ("prefixed_pointer", Call, "func(_Ctype_foo_t) *_Ctype_foo_t"),
            ("log_it", Call, "unknown"),
            ("use", Call, "func(*_Ctype_struct_ctx, *_Ctype_int, *[0]byte) _Ctype_int"),
            ("get_handler", Call, "func(_Ctype_int) *[0]byte"),
            ("get_handler", Val, "var unsafe.Pointer"),
            ("counter", Val, "var _Ctype_int"),
            ("table", Val, "var [244]_Ctype_int"),
            ("names", Val, "var [2]*_Ctype_char"),
            ("ratio", Val, "const untyped float 1/2"),
            ("limit", Val, "var _Ctype_int"),
            ("twice", Call, "unknown"),
        ],
    );
}

#[test]
fn names_of_unread_headers_are_opaque_and_in_the_ledger() {
    let names = [
        ("CURL", Type),
        ("struct_stat", Type),
        ("curl_off_t", Call),
        ("curl_easy_init", Call),
        ("CURLE_OK", Val),
        ("own", Call),
        ("getpid", Call),
        ("maybe", Call),
    ];
    let preamble = "#include <curl/curl.h>\n#include <unistd.h>\nint own(void);\n\
                    #ifndef CURL_OLD\nint maybe(void);\n#endif\n";
    let decls = read(linux(), Sources::default(), &[Text { preamble, names: &names }]);
    let show = |name, used| show(&decls, 0, name, used);
    assert_eq!(show("CURL", Type), "type _Ctype_CURL invalid type");
    assert_eq!(show("struct_stat", Type), "type _Ctype_struct_stat invalid type");
    assert_eq!(show("curl_off_t", Call), "type _Ctype_curl_off_t invalid type");
    assert_eq!(show("curl_easy_init", Call), "unknown");
    assert_eq!(show("CURLE_OK", Val), "unknown");
    assert_eq!(show("own", Call), "func() _Ctype_int");
    let env = Env { decls: &decls, cache: RelationCache::default() };
    let CgoEntity::Type(opaque) = decls.resolve(0, Name::new("CURL"), Type) else {
        panic!("not a type")
    };
    assert!(is_opaque(&env, opaque));
    let ledger: Vec<String> = decls
        .ledger()
        .iter()
        .map(|found| format!("{} {} {:?}", found.kind, found.name, found.how))
        .collect();
    assert_eq!(
        ledger,
        [
            "type CURL Use",
            "value CURLE_OK Use",
            "function curl_easy_init Use",
            "type curl_off_t Use",
            "function getpid Table",
            "function maybe Condition",
            "type struct_stat Use",
        ]
    );
}

#[test]
fn without_unread_headers_a_name_is_declared_or_wrong() {
    check("int f(void);", &[("f", Call, "func() _Ctype_int"), ("g", Call, "undeclared")]);
}

#[test]
fn preambles_see_headers_but_not_each_other() {
    let header =
        "#ifndef H\n#define H\n#define LEN 3\ntypedef struct s { int a[LEN]; } s;\n#endif\n";
    let one = "#include \"include/h.h\"\n#define MODE 1\ns one(int mode[LEN]);\n";
    let two = "#include \"sub/../include/h.h\"\n#include <h.h>\n#define MODE 2\n#ifdef MODE\nextern s shared[LEN];\n#endif\n";
    let files = [("include/h.h", header), ("other.h", "int LEN;")];
    let decls = read(
        linux(),
        Sources { files: &files, flags: &["-Iinclude", "-DFROM_FLAGS=42"] },
        &[
            Text {
                preamble: one,
                names: &[("one", Call), ("LEN", Val), ("MODE", Val), ("shared", Val)],
            },
            Text {
                preamble: two,
                names: &[("shared", Val), ("sizeof_s", Val), ("MODE", Val), ("FROM_FLAGS", Val)],
            },
        ],
    );
    assert_eq!(show(&decls, 0, "one", Call), "func(*_Ctype_int) _Ctype_struct_s");
    assert_eq!(show(&decls, 1, "shared", Val), "var [3]_Ctype_struct_s");
    assert_eq!(show(&decls, 0, "shared", Val), "undeclared");
    assert_eq!(show(&decls, 1, "sizeof_s", Val), "const untyped int 12");
    assert_eq!(show(&decls, 0, "LEN", Val), "const untyped int 3");
    // cgo declares a literal once, with the last value.
    assert_eq!(show(&decls, 0, "MODE", Val), "const untyped int 2");
    assert_eq!(show(&decls, 1, "MODE", Val), "const untyped int 2");
    assert_eq!(show(&decls, 1, "FROM_FLAGS", Val), "const untyped int 42");
}

#[test]
fn sizes_follow_the_platform() {
    check_on(
        CModel::for_platform("windows", "amd64"),
        "#include <stdint.h>",
        &[("long", Type, "type _Ctype_long int32"), ("size_t", Type, "type _Ctype_size_t uint64")],
    );
    check_on(
        CModel::for_platform("linux", "arm"),
        "#include <stdint.h>",
        &[
            ("char", Type, "type _Ctype_char uint8"),
            ("size_t", Type, "type _Ctype_size_t uint32"),
            ("int64_t", Type, "type _Ctype_int64_t int64"),
        ],
    );
}

#[test]
fn any_text_is_survived() {
    let pieces = [
        "struct",
        "{",
        "}",
        "(",
        ")",
        "*",
        "int",
        "x",
        ";",
        "typedef",
        "[",
        "]",
        "enum",
        "=",
        "1",
        ",",
        "\"",
        "'",
        "#define",
        "\n",
        "/*",
        "union",
        ":",
        "\\",
        "...",
        "a_t",
        "#if",
        "é",
        "0x",
        "##",
        "#",
        "x(",
        "sizeof",
        "__attribute__((",
        "packed",
        "aligned",
        "_Complex",
    ];
    let names = [("x", Val), ("a_t", Type), ("struct_x", Type), ("sizeof_x", Val)];
    let parse = |preamble: &str| {
        read(linux(), Sources::default(), &[Text { preamble, names: &names }]);
    };
    let mut seed = 1_u32;
    for _ in 0..600 {
        let mut text = String::new();
        for _ in 0..40 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
            text.push(' ');
        }
        parse(&text);
    }
    parse(&"(".repeat(100_000));
    parse(&format!("int {} x;", "(*".repeat(50_000)));
    parse(&format!("{} int x; {}", "struct {".repeat(10_000), "} a;".repeat(10_000)));
    parse(&format!("#define x {}1\n", "-".repeat(100_000)));
    parse(&format!("#define x {}1{}\n", "(".repeat(100_000), ")".repeat(100_000)));
    parse(&format!("#define x {}1\n", "1+".repeat(50_000)));
    parse(&format!("int a[{}1];", "(".repeat(100_000)));
    parse("#define f(a) a a a a a a a a\nint x = f(f(f(f(f(f(f(f(f(f(1))))))))));");
    parse("typedef x x;\ntypedef y a_t; typedef a_t y;\nstruct x { struct x x; };");
}
