//! Whatever is wrong with the input becomes a diagnostic with its place, and
//! the rest is loaded. These worlds are in memory, standard library included.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it does not expect")]

use gossa_load::{
    BuildConfig, DiagnosticKind, LangVersion, LoadDiagnostic, LoadError, MemorySystem, Program,
    Severity, golist, load,
};

/// A Go installation of three packages, and an empty module.
fn world() -> MemorySystem {
    let mut system = MemorySystem::new();
    for (path, text) in [
        ("/go/VERSION", "go1.27.3\n"),
        ("/go/src/runtime/runtime.go", "package runtime\n\nimport _ \"unsafe\"\n"),
        ("/go/src/unsafe/unsafe.go", "package unsafe\n"),
        ("/go/src/fmt/fmt.go", "package fmt\n\nimport _ \"runtime\"\n"),
        ("/m/go.mod", "module m\n\ngo 1.22\n"),
    ] {
        system.add_file(path, text);
    }
    system
        .set_env("GOROOT", "/go")
        .set_env("GOENV", "off")
        .set_env("GOMODCACHE", "/cache")
        .set_current_dir("/m");
    system
}

fn try_load(system: &MemorySystem, patterns: &[&str]) -> Result<Program, LoadError> {
    let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
    let config = BuildConfig {
        goos: Some("linux".into()),
        goarch: Some("amd64".into()),
        ..Default::default()
    };
    load(system, &config, &patterns)
}

fn load_all(system: &MemorySystem) -> Program {
    try_load(system, &["./..."]).unwrap()
}

/// `file:line:column: message [kind]` of each diagnostic.
fn shown(program: &Program) -> Vec<String> {
    let place = |d: &LoadDiagnostic| match &d.file {
        Some(file) => format!("{file}:{}:{}: ", d.line, d.column),
        None => String::new(),
    };
    program
        .diagnostics
        .iter()
        .map(|d| format!("{}{} [{:?}]", place(d), d.message, d.kind))
        .collect()
}

fn paths(program: &Program) -> Vec<&str> {
    program.packages.iter().map(|p| p.import_path.as_str()).collect()
}

#[test]
fn a_clean_module_has_no_diagnostics() {
    let mut system = world();
    system
        .add_file("/m/a/a.go", "package a\n\nimport \"fmt\"\n")
        .add_file("/m/b/b.go", "package b\n\nimport _ \"m/a\"\n");
    let program = load_all(&system);
    assert_eq!(shown(&program), Vec::<String>::new());
    assert_eq!(paths(&program), ["unsafe", "runtime", "fmt", "m/a", "m/b"]);
    let roots: Vec<_> =
        program.roots.iter().map(|&r| program.package(r).import_path.as_str()).collect();
    assert_eq!(roots, ["m/a", "m/b"]);
    let b = program.package(program.find("m/b").unwrap());
    assert_eq!(b.resolve_import("m/a"), program.find("m/a"));
    assert_eq!(b.resolve_import("fmt"), None);
    assert_eq!(program.transitive_dependencies(program.find("m/b").unwrap()).len(), 4);
    assert_eq!(b.lang_version, LangVersion::go1(22));
    assert_eq!(program.package(program.find("fmt").unwrap()).lang_version, LangVersion::go1(27));
}

#[test]
fn unreadable_and_undecodable_files() {
    let mut system = world();
    system
        .add_unreadable("/m/a/locked.go")
        .add_symlink("/m/a/loop.go", "loop.go")
        .add_symlink("/m/a/nowhere.go", "gone.go")
        .add_file("/m/a/nul.go", b"package a\n\nimport \"fmt\"\n// x\0\nimport \"os\"\n")
        .add_file("/m/a/latin.go", b"package a\n// \xe4\nimport \"fmt\"\n")
        .add_file("/m/a/mark.go", "\u{feff}package a\n\nimport \"fmt\"\n")
        .add_file("/m/a/empty.go", "")
        .add_file("/m/a/good.go", "package a\n")
        .add_unreadable("/m/locked")
        .add_symlink("/m/circle", "/m");
    let program = load_all(&system);
    assert_eq!(
        shown(&program),
        [
            "/m/a/empty.go:1:1: expected 'package', found 'EOF' [Syntax]",
            "/m/a/latin.go:2:4: invalid UTF-8 encoding [Encoding]",
            "/m/a/locked.go:0:0: open /m/a/locked.go: permission denied [Io]",
            "/m/a/loop.go:0:0: open /m/a/loop.go: too many levels of symbolic links: /m/a/loop.go [Io]",
            "/m/a/nowhere.go:0:0: open /m/a/nowhere.go: no such file or directory: /m/a/nowhere.go [Io]",
            "/m/a/nul.go:4:5: unexpected NUL in input [Encoding]",
        ]
    );
    let a = program.package(program.find("m/a").unwrap());
    let names: Vec<_> = a.files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["empty.go", "good.go", "latin.go", "mark.go", "nul.go"]);
    // What could be read before the error counts.
    assert!(a.resolve_import("fmt").is_some());
}

#[test]
fn missing_imports_are_placed_at_the_import() {
    let mut system = world();
    system.add_file("/m/a/a.go", "package a\n\nimport (\n\t\"fmt\"\n\tx \"no/such\"\n\t\"example.com/gone\"\n\t\"./local\"\n)\n");
    let program = load_all(&system);
    assert_eq!(
        shown(&program),
        [
            "/m/a/a.go:5:2: package no/such is not in std (/go/src/no/such) [MissingPackage]",
            "/m/a/a.go:6:2: no required module provides package example.com/gone; to add it:\n\tgo get example.com/gone [MissingPackage]",
            "/m/a/a.go:7:2: \"./local\" is relative, but relative import paths are not supported in module mode [MissingPackage]",
        ]
    );
    assert!(program.find("fmt").is_some());
    assert_eq!(program.diagnostics[0].import_stack, ["m/a"]);
}

#[test]
fn cycles_are_told_and_cut() {
    let mut system = world();
    system
        .add_file("/m/a/a.go", "package a\n\nimport _ \"m/b\"\n")
        .add_file("/m/b/b.go", "package b\n\nimport _ \"m/c\"\n")
        .add_file("/m/c/c.go", "package c\n\nimport (\n\t_ \"fmt\"\n\t_ \"m/a\"\n)\n")
        .add_file("/m/self/s.go", "package self\n\nimport _ \"m/self\"\n");
    let program = load_all(&system);
    assert_eq!(
        shown(&program),
        [
            "/m/c/c.go:5:2: import cycle not allowed: m/a imports m/b imports m/c imports m/a [ImportCycle]",
            "/m/self/s.go:3:8: import cycle not allowed: m/self imports m/self [ImportCycle]",
        ]
    );
    let c = program.package(program.find("m/c").unwrap());
    assert_eq!(c.resolve_import("m/a"), None);
    assert!(c.resolve_import("fmt").is_some());
    for (index, package) in program.packages.iter().enumerate() {
        assert!(
            package.dependencies.iter().all(|d| d.as_usize() < index),
            "{}",
            package.import_path
        );
    }
    assert!(
        program.packages.iter().filter(|p| p.import_path.starts_with("m/")).all(|p| p.incomplete)
    );
}

#[test]
fn directories_that_are_no_package() {
    let mut system = world();
    system
        .add_file("/m/two/a.go", "package a\n")
        .add_file("/m/two/b.go", "package b\n")
        .add_file("/m/excluded/e.go", "//go:build never\n\npackage e\n")
        .add_file("/m/user/u.go", "package user\n\nimport _ \"m/excluded\"\n")
        .add_dir("/m/empty");
    let program = try_load(
        &system,
        &["./...", "./empty", "./gone", "./none/...", "gone/...", "./excluded/..."],
    )
    .unwrap();
    assert_eq!(
        shown(&program),
        [
            "pattern ./none/...: lstat ./none/: no such file or directory [Pattern]",
            "stat /m/gone: directory not found [Pattern]",
            "\"./excluded/...\" matched no packages [Pattern]",
            "\"gone/...\" matched no packages [Pattern]",
            "/m/empty:0:0: no Go files in /m/empty [Pattern]",
            "/m/two/b.go:0:0: found packages a (a.go) and b (b.go) in /m/two [MultiplePackages]",
            "/m/user/u.go:3:8: build constraints exclude all Go files in /m/excluded [NoGoFiles]",
        ]
    );
    let severity = |text: &str| {
        program.diagnostics.iter().find(|d| d.message.contains(text)).unwrap().severity
    };
    assert_eq!(severity("gone/...\" matched"), Severity::Warning);
    assert_eq!(severity("stat /m/gone"), Severity::Error);
    let two = program.package(program.find("m/two").unwrap());
    let packages: Vec<_> = two.files.iter().map(|f| &*f.package_name).collect();
    assert_eq!((two.name.as_str(), packages.as_slice()), ("a", &["a", "b"][..]));
}

#[test]
fn a_broken_go_mod_has_a_line() {
    let mut system = world();
    system
        .add_file(
            "/m/go.mod",
            "module m\ngo 1.22\nrequire example.com/a\nnonsense\nreplace example.com/b => ./b\n",
        )
        .add_file("/m/a.go", "package m\n\nimport _ \"example.com/b\"\n")
        .add_file("/m/b/b.go", "package b\n");
    let program = load_all(&system);
    assert_eq!(
        shown(&program),
        [
            "/m/a.go:3:8: module example.com/b provides package example.com/b and is replaced but not required; to add it:\n\tgo get example.com/b [MissingPackage]",
            "/m/go.mod:3:0: usage: require module/path v1.2.3 [Module]",
            "/m/go.mod:4:0: unknown directive: nonsense [Module]",
        ]
    );
    system.add_file("/m/go.mod", "\u{0}\u{1}garbage {\n");
    let program = load_all(&system);
    assert!(program.has_errors());
    assert!(paths(&program).contains(&"command-line-arguments"), "{:?}", paths(&program));
    system.add_unreadable("/m/go.mod");
    let program = load_all(&system);
    assert!(
        shown(&program)
            .contains(&"/m/go.mod:0:0: cannot read /m/go.mod: permission denied [Io]".to_owned()),
        "{:?}",
        shown(&program)
    );
    assert!(paths(&program).contains(&"_/m/b"), "{:?}", paths(&program));
}

#[test]
fn modules_that_are_not_on_this_machine() {
    let mut system = world();
    system
        .add_file("/m/go.mod", "module m\n\ngo 1.99\n\nrequire (\n\texample.com/Far v1.2.3\n\texample.com/moved v1.0.0\n)\n\nreplace example.com/moved => ../gone\n")
        .add_file("/m/a.go", "package m\n\nimport (\n\t_ \"example.com/Far/p\"\n\t_ \"example.com/moved\"\n)\n");
    let program = load_all(&system);
    assert_eq!(
        shown(&program),
        [
            "/m/a.go:4:2: example.com/Far@v1.2.3: module is not in the module cache (/cache/example.com/!far@v1.2.3); to add it:\n\tgo mod download example.com/Far [MissingPackage]",
            "/m/a.go:5:2: example.com/moved@v1.0.0: replacement directory ../gone does not exist [MissingPackage]",
            "/m/go.mod:0:0: go.mod requires go >= 1.99 (the Go installation is go1.27.3) [Module]",
        ]
    );
}

#[test]
fn forbidden_imports() {
    let mut system = world();
    system
        .add_file("/go/src/internal/abi/abi.go", "package abi\n")
        .add_file("/m/prog/p.go", "package main\n")
        .add_file("/m/x/internal/i.go", "package internal\n")
        .add_file("/m/x/x.go", "package x\n\nimport _ \"m/x/internal\"\n")
        .add_file("/m/a/a.go", "package a\n\nimport (\n\t_ \"internal/abi\"\n\t_ \"m/prog\"\n\t_ \"m/x/internal\"\n)\n");
    assert_eq!(
        shown(&load_all(&system)),
        [
            "/m/a/a.go:4:2: use of internal package internal/abi not allowed [ForbiddenImport]",
            "/m/a/a.go:5:2: import \"m/prog\" is a program, not an importable package [ForbiddenImport]",
            "/m/a/a.go:6:2: use of internal package m/x/internal not allowed [ForbiddenImport]",
        ]
    );
}

#[test]
fn without_any_module() {
    let mut system = world();
    system
        .add_file("/w/a.go", "package main\n\nimport \"fmt\"\n")
        .add_file("/w/b_windows.go", "package main\n")
        .add_file("/w/sub/s.go", "package sub\n\nimport \"example.com/x\"\n")
        .set_current_dir("/w");
    let program = try_load(&system, &["."]).unwrap();
    assert_eq!(shown(&program), Vec::<String>::new());
    let package = program.package(program.roots[0]);
    assert_eq!((package.import_path.as_str(), package.files.len()), ("command-line-arguments", 1));
    assert_eq!(package.lang_version, LangVersion::go1(27));

    let program = try_load(&system, &["./..."]).unwrap();
    assert_eq!(paths(&program), ["_/w/sub", "unsafe", "runtime", "fmt", "_/w"]);
    assert_eq!(
        shown(&program),
        [
            "/w/sub/s.go:3:8: no required module provides package example.com/x: go.mod file not found in current directory or any parent directory; see 'go help modules' [MissingPackage]"
        ]
    );

    // Files are taken as named, whatever their constraints.
    let program = try_load(&system, &["a.go", "b_windows.go"]).unwrap();
    let package = program.package(program.roots[0]);
    assert!(package.command_line_files);
    assert_eq!(package.files.len(), 2);
    let program = try_load(&system, &["a.go", "sub/s.go", "fmt"]).unwrap();
    assert_eq!(
        shown(&program),
        [
            "named files must all be in one directory; have /w and /w/sub [Pattern]",
            "named files must be .go files: fmt [Pattern]",
        ]
    );
    // A directory in a module elsewhere finds that module.
    system.add_file("/m/a/a.go", "package a\n");
    assert_eq!(paths(&try_load(&system, &["/m/a"]).unwrap()), ["m/a"]);
}

#[test]
fn nothing_to_load_from() {
    let system = MemorySystem::new();
    let error = try_load(&system, &["fmt"]).unwrap_err();
    assert!(matches!(error, LoadError::NoGoroot { .. }));
    assert!(error.to_string().contains("/usr/local/go: no such directory"), "{error}");
    let mut system = world();
    system.set_current_dir("/nowhere");
    assert!(matches!(try_load(&system, &["fmt"]).unwrap_err(), LoadError::Directory { .. }));
}

#[test]
fn cgo_files_follow_the_switch() {
    let mut system = world();
    system
        .add_file("/go/src/syscall/s.go", "package syscall\n")
        .add_file("/go/src/runtime/cgo/c.go", "package cgo\n")
        .add_file("/m/c/c.go", "package c\n\n// int f(void);\nimport \"C\"\n")
        .add_file("/m/c/d.go", "package c\n");
    let load_with = |cgo: bool| {
        let config = BuildConfig {
            goos: Some("linux".into()),
            goarch: Some("amd64".into()),
            cgo: Some(cgo),
            keep_text: true,
            ..Default::default()
        };
        load(&system, &config, &["./c".to_owned()]).unwrap()
    };
    let on = load_with(true);
    let package = on.package(on.roots[0]);
    assert!(package.uses_cgo());
    assert_eq!(&*package.files[0].cgo_preambles[0].text, "   int f(void);");
    assert_eq!(package.implicit_imports, ["unsafe", "runtime/cgo", "syscall"]);
    assert_eq!(package.resolve_import("C"), None);
    assert_eq!(package.files[1].text.as_deref(), Some(&b"package c\n"[..]));
    let off = load_with(false);
    let package = off.package(off.roots[0]);
    assert_eq!(package.files.len(), 1);
    assert_eq!(package.ignored_go_files[0].name, "c.go");
}

#[test]
fn language_versions_of_files() {
    let mut system = world();
    for (name, constraint) in [
        ("a", ""),
        ("b", "//go:build go1.24\n\n"),
        ("c", "//go:build go1.18\n\n"),
        ("d", "//go:build linux\n\n"),
    ] {
        system.add_file(format!("/m/{name}.go"), format!("{constraint}package m\n"));
    }
    let program = load_all(&system);
    let versions: Vec<_> =
        program.package(program.roots[0]).files.iter().map(|f| f.lang_version.minor).collect();
    assert_eq!(versions, [22, 24, 21, 22]);
}

/// The same at any number of threads, whoever gets to work first.
#[test]
fn results_do_not_depend_on_threads() {
    let mut system = world();
    for i in 0..60 {
        let imports: String =
            (i + 1..60).step_by(7).map(|j| format!("import _ \"m/p{j}\"\n")).collect();
        let wrong = if i % 9 == 0 { "import _ \"gone\"\nimport _ \"m/p0\"\n" } else { "" };
        system.add_file(format!("/m/p{i}/p.go"), format!("package p{i}\n\n{imports}{wrong}"));
    }
    let results: Vec<String> = [1, 2, 4, 8]
        .into_iter()
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let program = pool.install(|| load_all(&system));
            let listed = serde_json::to_string(&golist::list(&program, true)).unwrap();
            format!("{listed}\n{:?}\n{:?}", program.diagnostics, program.packages)
        })
        .collect();
    assert!(results[0].contains("import cycle"));
    assert!(results.iter().all(|r| *r == results[0]));
}

#[test]
fn kinds_are_told_apart() {
    let mut system = world();
    system
        .add_file("/m/a/a.go", "//go:build (\n\npackage a\n")
        .add_file("/m/a/b.go", "package a\n");
    let program = load_all(&system);
    assert_eq!(program.diagnostics[0].kind, DiagnosticKind::Constraint);
    assert_eq!((program.diagnostics[0].line, program.packages[0].files.len()), (1, 1));
}
