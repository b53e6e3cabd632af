//! C text in, what its names are out.

use gossa_cgo::{CModel, Entity, Package, Sources, Type, Value};

/// What a name is, in a line.
fn show(goos: &str, goarch: &str, text: &str, name: &str) -> String {
    let model = CModel::for_platform(goos, goarch);
    let mut package = Package::new(model, Sources::default());
    let mut preamble = package.read(text);
    let found = preamble.lookup(&mut package, name);
    match found.entity {
        Entity::Type(ty) => {
            let layout = preamble.layout(&ty);
            let offsets = match preamble.resolve(&ty) {
                Some(Type::Record(key)) => preamble.record_layout(key),
                _ => None,
            };
            let size = layout.map_or("?".to_owned(), |(size, align)| format!("{size}/{align}"));
            let offsets = offsets.map_or(String::new(), |found| {
                let show = |offset: &Option<u64>| offset.map_or("-".to_owned(), |o| o.to_string());
                format!(" [{}]", found.offsets.iter().map(show).collect::<Vec<_>>().join(" "))
            });
            format!("type {size}{offsets}")
        }
        Entity::Function(function) => {
            format!(
                "function of {}{}",
                function.params.len(),
                if function.variadic { "+" } else { "" }
            )
        }
        Entity::Variable(ty) => format!("variable {ty:?}"),
        Entity::Constant(Value::Int(value), _) => format!("{value}"),
        Entity::Constant(Value::Float(value), _) => format!("{value:?}"),
        Entity::Constant(Value::String(bytes), _) => {
            format!("{:?}", String::from_utf8_lossy(&bytes))
        }
        Entity::Character(character) => format!("{character:?}"),
        Entity::Expression(ty) => format!("expression {ty:?}"),
        Entity::Unknown => "unknown".to_owned(),
        Entity::Undeclared => "undeclared".to_owned(),
    }
}

fn check(text: &str, expected: &[(&str, &str)]) {
    for (name, want) in expected {
        assert_eq!(show("linux", "amd64", text, name), *want, "C.{name}");
    }
}

#[test]
fn conditions_choose_what_is_declared() {
    check(
        "#define ONE 1\n#define EMPTY\n\
         #if ONE + 1 == 2 && !defined(NONE) && defined EMPTY\nint yes;\n#else\nint no;\n#endif\n\
         #ifdef NONE\nint none;\n#elif ONE > 1\nint more;\n#else\nint rest;\n#endif\n\
         #ifndef H\n#define H\nint once(void);\n#endif\n#ifndef H\nint twice;\n#endif\n\
         #if 0\n#if 1\nint inner;\n#endif\n#endif",
        &[
            ("yes", "variable Int(Int)"),
            ("no", "undeclared"),
            ("none", "undeclared"),
            ("more", "undeclared"),
            ("rest", "variable Int(Int)"),
            ("once", "function of 0"),
            ("twice", "undeclared"),
            ("inner", "undeclared"),
        ],
    );
}

#[test]
fn macros_are_expanded() {
    check(
        "#define ADD(a, b) ((a) + (b))\n#define NAME(x) prefix_##x\n#define TEXT(x) #x\n\
         #define SUM ADD(1, \\\n 2)\n#define SHOWN TEXT(a  b)\n#define SELF SELF\n\
         #define CALL(f, ...) f(__VA_ARGS__)\n#define GONE 1\n#undef GONE\n\
         int NAME(one)(int);\nint CALL(other, int, char);",
        &[
            ("SUM", "3"),
            ("SHOWN", "\"a b\""),
            ("prefix_one", "function of 1"),
            ("other", "function of 2"),
            ("ADD", "undeclared"),
            ("GONE", "undeclared"),
        ],
    );
}

#[test]
fn expressions_have_the_values_of_c() {
    check(
        "#define UNSIGNED (0u - 1)\n#define LONG (1L << 40)\n#define HEX 0xffffffff\n\
         #define OCTAL 017\n#define CHOICE (1 ? 2 : 3)\n#define SIZE (sizeof(long) * 2)\n\
         #define LETTER 'a'\n#define ESCAPE ('\\n' + 0)\n#define HALF 0.5\n\
         #define TEXT \"a\" \"b\"\n#define SHIFT (-8 >> 1)\n#define BY_ZERO (1 / 0)\n\
         #define CAST ((unsigned char)300)\nenum { A = 3, B, C = B * 2 };",
        &[
            ("UNSIGNED", "4294967295"),
            ("LONG", "1099511627776"),
            ("HEX", "4294967295"),
            ("OCTAL", "15"),
            ("CHOICE", "2"),
            ("SIZE", "16"),
            ("LETTER", "'a'"),
            ("ESCAPE", "10"),
            ("HALF", "0.5"),
            ("TEXT", "\"ab\""),
            ("SHIFT", "-4"),
            ("BY_ZERO", "unknown"),
            ("CAST", "44"),
            ("B", "4"),
            ("C", "8"),
        ],
    );
}

#[test]
fn layouts_follow_the_platform() {
    let text = "struct s { char a; long b; double c; long double d; };\n\
                struct bits { unsigned a : 3; unsigned b : 30; char c; };\n\
                struct packed { char a; int b; } __attribute__((packed));\n\
                union u { char a; double b; };\nstruct flexible { int n; char rest[]; };";
    let on = |goos: &str, goarch: &str, name: &str| show(goos, goarch, text, name);
    assert_eq!(on("linux", "amd64", "struct_s"), "type 48/16 [0 8 16 32]");
    assert_eq!(on("linux", "386", "struct_s"), "type 28/4 [0 4 8 16]");
    assert_eq!(on("windows", "amd64", "struct_s"), "type 32/16 [0 4 8 16]");
    assert_eq!(on("darwin", "arm64", "struct_s"), "type 32/8 [0 8 16 24]");
    assert_eq!(on("linux", "arm64", "struct_s"), "type 48/16 [0 8 16 32]");
    assert_eq!(on("linux", "amd64", "struct_bits"), "type 12/4 [- - 8]");
    assert_eq!(on("linux", "amd64", "struct_packed"), "type 5/1 [0 1]");
    assert_eq!(on("linux", "386", "union_u"), "type 8/4 [0 0]");
    assert_eq!(on("linux", "amd64", "struct_flexible"), "type 4/4 [0 4]");
}

#[test]
fn declarators_are_read_inside_out() {
    check(
        "typedef int (*callback)(void *, int);\ntypedef char line[80];\nline page[2];\n\
         int (*table[3])(void);\nint printf_like(const char *format, ...);\n\
         int old(a, b) int a; char *b; { return a; }\nint after;\nstatic old_result() { return 1; }\n\
         typedef later earlier; typedef earlier later;",
        &[
            ("callback", "type 8/8"),
            ("line", "type 80/1"),
            ("sizeof_line", "80"),
            ("page", "variable Array(Typedef(\"line\"), Known(2))"),
            ("printf_like", "function of 1+"),
            ("old", "function of 0"),
            ("after", "variable Int(Int)"),
            ("old_result", "function of 0"),
            ("earlier", "type ?"),
        ],
    );
}

#[test]
fn headers_that_include_themselves_end() {
    let model = CModel::for_platform("linux", "amd64");
    let files = [("self.h", "#include \"self.h\"\n#include \"self.h\"\nint x;")];
    let mut package = Package::new(model, Sources { files: &files, flags: &[] });
    let mut preamble = package.read("#include \"self.h\"");
    assert_eq!(preamble.lookup(&mut package, "x").entity, Entity::Unknown);
}

#[test]
fn stray_braces_after_old_style_parameters_are_survived() {
    check("f(a) int a; } int g(b) int b; { } int x;", &[("x", "variable Int(Int)")]);
}
