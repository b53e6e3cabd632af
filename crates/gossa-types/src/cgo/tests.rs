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

fn parse(text: &str) -> CgoDecls {
    let model = CModel::for_platform("linux", "amd64");
    CgoDecls::parse(PackageId::new("p"), model, &[], &[text])
}

/// What a name is, in a line.
fn show(decls: &CgoDecls, name: &str, used: CgoUse) -> String {
    let env = Env { decls, cache: RelationCache::default() };
    let own = PackageId::new("p");
    let bare = |package: PackageId| {
        std::borrow::Cow::Borrowed(if package == own { "" } else { package.path() })
    };
    let printer = Printer::new(&env, &bare);
    let print = |ty: TypeId| printer.print(ty);
    match decls.resolve(Name::new(name), used) {
        CgoEntity::Type(ty) => {
            let under = crate::underlying::underlying(&env, ty);
            format!("type {} {}", print(ty), print(under))
        }
        CgoEntity::Func(ty) => print(ty),
        CgoEntity::Var(ty) => format!("var {}", print(ty)),
        CgoEntity::Constant(ty, value) => format!("const {} {}", print(ty), value.exact_string()),
        CgoEntity::Value(ty) => format!("value {}", print(ty)),
        CgoEntity::Unknown => "unknown".to_owned(),
    }
}

fn check(text: &str, expected: &[(&str, CgoUse, &str)]) {
    let decls = parse(text);
    for (name, used, want) in expected {
        assert_eq!(show(&decls, name, *used), *want, "C.{name}");
    }
}

use CgoUse::{Call, Type, Value as Val};

#[test]
fn basic_types_and_cgo_functions_need_no_declaration() {
    check(
        "",
        &[
            ("int", Type, "type _Ctype_int int32"),
            ("char", Type, "type _Ctype_char int8"),
            ("ulong", Type, "type _Ctype_ulong uint64"),
            ("size_t", Type, "type _Ctype_size_t uint64"),
            ("uint8_t", Type, "type _Ctype_uint8_t uint8"),
            ("bool", Type, "type _Ctype__Bool bool"),
            ("CString", Call, "func(string) *_Ctype_char"),
            ("GoBytes", Call, "func(unsafe.Pointer, _Ctype_int) []byte"),
            ("malloc", Call, "func(_Ctype_size_t) unsafe.Pointer"),
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
            ("enum_color", Type, "type uint32 uint32"),
            ("sign", Type, "type _Ctype_sign int32"),
            ("RED", Val, "const untyped int 0"),
            ("BLUE", Val, "const untyped int 6"),
            ("NEG", Val, "const untyped int -1"),
            ("node_ptr", Type, "type _Ctype_node_ptr *_Ctype_struct_node"),
            (
                "node_t",
                Type,
                "type _Ctype_struct_node struct{__type _Ctype_int; _type _Ctype_int; \
                 next *_Ctype_struct_node; _ [8]byte; weight _Ctype_double; \
                 name [16]_Ctype_char; callback *[0]byte; value _Ctype_union___0}",
            ),
            ("sizeof_node_t", Val, "const untyped int 64"),
            ("sizeof_struct_node", Val, "const untyped int 64"),
            ("instance", Val, "var _Ctype_struct___1"),
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
        typedef struct one one;
        typedef struct two two;
        struct one { two *x; };
        struct two { one *x; };
        typedef struct self { struct self *next; } self_t, *self_ptr;
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
            ("one", Type, "type _Ctype_struct_one struct{x *_Ctype_struct_two}"),
            ("two", Type, "type _Ctype_struct_two struct{x *_Ctype_struct_one}"),
            ("text", Val, "var [5]_Ctype_char"),
            ("list", Val, "var [4]_Ctype_int"),
            ("designated", Val, "unknown"),
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
        #define EXPORT __attribute__((visibility("default")))
        #define VERSION "1." "2"
        #define MASK (0xF0 | 1 << 2)
        #define PI 3.25
        #define ALIAS MASK
        #define CAST ((uint32_t)7)
        #define EXPR (some_call(3) + 1)
        #define MAX(a, b) ((a) > (b) ? (a) : (b))
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
            ("PI", Val, "const untyped float 13/4"),
            ("NEGATIVE", Val, "const untyped int -12"),
            ("LETTER", Val, "const untyped int 65"),
            ("BIG", Val, "const untyped int 18446744073709551615"),
            ("EXPR", Val, "unknown"),
            ("on_linux", Call, "func() _Ctype_int"),
            ("elsewhere", Call, "unknown"),
            ("sum", Call, "func(*_Ctype_int, _Ctype_size_t) _Ctype_ulonglong"),
            ("sum", Val, "value unsafe.Pointer"),
            ("nothing", Call, "func() _Ctype_void"),
            ("prefixed", Call, "func(**_Ctype_char, _Ctype_int) _Ctype_int"),
            ("prefixed_pointer", Call, "func(_Ctype_foo_t) *_Ctype_foo_t"),
            ("log_it", Call, "unknown"),
            ("use", Call, "func(*_Ctype_struct_ctx, *_Ctype_int, *[0]byte) _Ctype_int"),
            ("get_handler", Call, "func(_Ctype_int) *[0]byte"),
            ("counter", Val, "var _Ctype_int"),
            ("table", Val, "var [244]_Ctype_int"),
            ("names", Val, "var [2]*_Ctype_char"),
            ("twice", Call, "unknown"),
        ],
    );
}

#[test]
fn names_of_unread_headers_are_opaque() {
    let decls = parse("#include <curl/curl.h>\n");
    assert_eq!(show(&decls, "CURL", Type), "type _Ctype_CURL invalid type");
    assert_eq!(show(&decls, "struct_stat", Type), "type _Ctype_struct_stat invalid type");
    assert_eq!(show(&decls, "curl_off_t", Call), "type _Ctype_curl_off_t invalid type");
    assert_eq!(show(&decls, "curl_easy_init", Call), "unknown");
    assert_eq!(show(&decls, "CURLE_OK", Val), "unknown");
    let env = Env { decls: &decls, cache: RelationCache::default() };
    let CgoEntity::Type(opaque) = decls.resolve(Name::new("CURL"), Type) else {
        panic!("not a type")
    };
    assert!(is_opaque(&env, opaque));
}

#[test]
fn preambles_see_headers_but_not_each_other() {
    let model = CModel::for_platform("linux", "amd64");
    let header =
        "#ifndef H\n#define H\n#define LEN 3\ntypedef struct s { int a[LEN]; } s;\n#endif\n";
    let one = "#include \"h.h\"\n#define MODE 1\ns one(int mode[LEN]);\n";
    let two = "#include \"sub/../h.h\"\n#include <h.h>\n#define MODE 2\n#ifdef MODE\nextern s shared[LEN];\n#endif\n";
    let decls = CgoDecls::parse(
        PackageId::new("p"),
        model,
        &[("include/h.h", header), ("other.h", "int LEN;")],
        &[one, two],
    );
    assert_eq!(show(&decls, "one", Call), "func(*_Ctype_int) _Ctype_struct_s");
    assert_eq!(show(&decls, "shared", Val), "var [3]_Ctype_struct_s");
    assert_eq!(show(&decls, "sizeof_s", Val), "const untyped int 12");
    assert_eq!(show(&decls, "LEN", Val), "const untyped int 3");
    // Two files disagree: not known.
    assert_eq!(show(&decls, "MODE", Val), "unknown");
}

#[test]
fn sizes_follow_the_platform() {
    let windows = CModel::for_platform("windows", "amd64");
    let decls = CgoDecls::parse(PackageId::new("p"), windows, &[], &[""]);
    assert_eq!(show(&decls, "long", Type), "type _Ctype_long int32");
    assert_eq!(show(&decls, "size_t", Type), "type _Ctype_size_t uint64");
    let arm = CModel::for_platform("linux", "arm");
    let decls = CgoDecls::parse(PackageId::new("p"), arm, &[], &[""]);
    assert_eq!(show(&decls, "char", Type), "type _Ctype_char uint8");
    assert_eq!(show(&decls, "size_t", Type), "type _Ctype_size_t uint32");
    assert_eq!(show(&decls, "int64_t", Type), "type _Ctype_int64_t int64");
}

#[test]
fn any_text_is_survived() {
    let pieces = [
        "struct", "{", "}", "(", ")", "*", "int", "x", ";", "typedef", "[", "]", "enum", "=", "1",
        ",", "\"", "'", "#define", "\n", "/*", "union", ":", "\\", "...", "a_t", "#if", "é", "0x",
    ];
    let mut seed = 1_u32;
    for _ in 0..3000 {
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
    parse(&format!("#define A {}1\n", "-".repeat(100_000)));
    parse(&format!("int a[{}1];", "(".repeat(100_000)));
}
