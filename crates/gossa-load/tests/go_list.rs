//! Compares what gossa loads with what `go list -e -json -deps -test` says, field
//! by field: the standard library and Go's own commands for several targets,
//! and modules made up here.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its files up has failed")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gossa_load::{BuildConfig, golist, load};
use support::World;
use support::compare::{Listing, differences, read_listing};

fn gossa_list(world: &World, patterns: &[&str]) -> Listing {
    let config =
        BuildConfig { goroot: Some(world.goroot.clone()), tests: true, ..BuildConfig::default() };
    let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
    let program = load(world, &config, &patterns).expect("a Go installation");
    let listed = golist::list(&program, true);
    let json: Vec<String> =
        listed.iter().map(|p| serde_json::to_string(p).expect("plain data")).collect();
    read_listing(json.join("\n").as_bytes()).expect("our own JSON")
}

/// Says how many packages were equal.
fn compare(world: &World, patterns: &[&str]) -> usize {
    let theirs = world.go_list(patterns);
    let ours = gossa_list(world, patterns);
    let differences = differences(&theirs, &ours);
    assert!(
        differences.is_empty(),
        "{} differences for {patterns:?} with {:?}:\n{}",
        differences.len(),
        world.env,
        differences.iter().take(25).map(ToString::to_string).collect::<Vec<_>>().join("\n")
    );
    theirs.len()
}

fn compare_target(goos: &str, goarch: &str, cgo: bool, patterns: &[&str]) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path());
    world.set("GOOS", goos).set("GOARCH", goarch).set("CGO_ENABLED", if cgo { "1" } else { "0" });
    compare(&world, patterns)
}

#[test]
fn std_and_cmd_on_linux() {
    assert!(compare_target("linux", "amd64", true, &["std", "cmd/..."]) > 500);
    assert!(compare_target("linux", "amd64", false, &["std", "cmd"]) > 500);
}

#[test]
fn std_on_other_targets() {
    for (goos, goarch, cgo) in [
        ("windows", "amd64", false),
        ("windows", "amd64", true),
        ("darwin", "arm64", true),
        ("darwin", "arm64", false),
        ("js", "wasm", false),
        ("freebsd", "riscv64", false),
        ("linux", "arm", true),
        ("plan9", "386", false),
    ] {
        assert!(compare_target(goos, goarch, cgo, &["std"]) > 250, "{goos}/{goarch}");
    }
}

#[test]
fn cmd_on_other_targets() {
    for (goos, goarch) in [("windows", "amd64"), ("darwin", "arm64"), ("js", "wasm")] {
        assert!(compare_target(goos, goarch, false, &["cmd/..."]) > 300, "{goos}/{goarch}");
    }
}

#[test]
fn tags_of_the_toolchain() {
    for (goos, goarch, settings) in [
        ("linux", "amd64", &[][..]),
        ("linux", "amd64", &[("GOAMD64", "v3")]),
        ("linux", "amd64", &[("GOEXPERIMENT", "arenas,nogreenteagc")]),
        ("linux", "amd64", &[("GOEXPERIMENT", "none")]),
        ("windows", "386", &[("GO386", "softfloat")]),
        ("darwin", "arm64", &[]),
        ("linux", "arm64", &[("GOARM64", "v9.1,crypto")]),
        ("linux", "arm", &[("GOARM", "6")]),
        ("linux", "mips", &[("GOMIPS", "softfloat")]),
        ("linux", "mips64le", &[]),
        ("aix", "ppc64", &[("GOPPC64", "power9")]),
        ("linux", "riscv64", &[("GORISCV64", "rva22u64")]),
        ("linux", "s390x", &[]),
        ("freebsd", "386", &[]),
        ("js", "wasm", &[]),
        ("linux", "loong64", &[]),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let mut world = World::new(dir.path());
        world.set("GOOS", goos).set("GOARCH", goarch).set("CGO_ENABLED", "0");
        for (name, value) in settings {
            world.set(name, value);
        }
        let theirs = world.go(&["list", "-f", "{{join context.ToolTags \" \"}}", "unsafe"]);
        let mut theirs: Vec<&str> = theirs.split_whitespace().collect();
        theirs.sort_unstable();
        let config = BuildConfig { goroot: Some(world.goroot.clone()), ..BuildConfig::default() };
        let program = load(&world, &config, &["unsafe".to_owned()]).unwrap();
        assert_eq!(program.context.tool_tags, theirs, "{goos}/{goarch} {settings:?}");
    }
}

#[test]
fn patterns_in_the_standard_library() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::new(dir.path());
    compare(&world, &["net/...", "fmt", "encoding/json", "fmt"]);
    compare(&world, &["unsafe", "builtin", "cmd/go/internal/l..."]);
    let inside = World { dir: world.goroot.join("src").into(), ..world };
    compare(&inside, &["./net/http", "./encoding/...", "."]);
}

/// Writes files, making the directories that they need.
fn write(root: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

const MAIN_MODULE: &[(&str, &str)] = &[
    (
        "go.mod",
        "module example.com/m\n\ngo 1.22\n\nrequire (\n\texample.com/dep v1.2.3\n\texample.com/fork v1.0.0\n\texample.org/Cased v0.1.0 // indirect\n)\n\nreplace example.com/dep => ./dep\n\nreplace example.com/fork => example.net/other v1.1.0\n\nignore ./skipped\n",
    ),
    (
        "main.go",
        "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/dep/sub\"\n\t\"example.com/fork\"\n\t\"example.com/m/internal/x\"\n)\n\nfunc main() { fmt.Println(sub.A, fork.B, x.C) }\n",
    ),
    ("main_test.go", "package main\n\nimport \"testing\"\n"),
    ("x_test.go", "package main_test\n\nimport \"testing/quick\"\n"),
    (
        "internal/x/x.go",
        "package x\n\nimport _ \"embed\"\n\n//go:embed *.txt \"a b\"\nvar C string\n",
    ),
    ("internal/x/a.txt", "a"),
    ("internal/x/a b", "a"),
    ("internal/x/x_windows.go", "package x\n"),
    ("internal/x/x_linux_arm64.go", "package x\n"),
    ("internal/x/tagged.go", "//go:build tagged && go1.20\n\npackage x\n\nimport _ \"net/url\"\n"),
    ("internal/x/old.go", "// +build ignore\n\npackage main\n"),
    ("internal/x/doc.go", "package documentation\n"),
    ("cgo/c.go", "package cgo\n\n// #cgo LDFLAGS: -lm\n// int f(void);\nimport \"C\"\n"),
    ("cgo/c.c", "int f(void) { return 0; }\n"),
    ("cgo/asm.S", "// asm\n"),
    ("cgo/plain.go", "package cgo\n"),
    ("testonly/a_test.go", "package testonly\n"),
    ("testdata/t.go", "package testdata\n"),
    ("_under/t.go", "package under\n"),
    ("skipped/s.go", "package skipped\n"),
    ("nested/go.mod", "module example.com/m/nested\n"),
    ("nested/n.go", "package nested\n"),
    ("dep/go.mod", "module example.com/dep\n\ngo 1.18\n"),
    ("dep/sub/sub.go", "package sub\n\nimport _ \"example.org/Cased/p\"\n\nconst A = 1\n"),
];

/// A module cache with what the main module requires.
fn write_cache(root: &Path) {
    write(
        root,
        &[
            ("example.net/other@v1.1.0/go.mod", "module example.com/fork\n\ngo 1.16\n"),
            ("example.net/other@v1.1.0/fork.go", "package fork\n\nconst B = 2\n"),
            ("example.org/!cased@v0.1.0/go.mod", "module example.org/Cased\n"),
            ("example.org/!cased@v0.1.0/p/p.go", "package p\n\nimport _ \"sort\"\n"),
        ],
    );
    for (path, version, text) in [
        ("example.net/other", "v1.1.0", "module example.com/fork\n\ngo 1.16\n"),
        ("example.org/!cased", "v0.1.0", "module example.org/Cased\n"),
    ] {
        let dir = root.join("cache/download").join(path).join("@v");
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(format!("{version}.mod")), text).unwrap();
        fs::write(dir.join(format!("{version}.info")), format!("{{\"Version\":\"{version}\"}}"))
            .unwrap();
        // Present, so that the go command takes the module for downloaded.
        fs::write(dir.join(format!("{version}.zip")), "").unwrap();
        fs::write(
            dir.join(format!("{version}.ziphash")),
            "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        )
        .unwrap();
    }
}

fn module_world(dir: &Path) -> World {
    let (module, cache) = (dir.join("m"), dir.join("cache"));
    write(&module, MAIN_MODULE);
    write_cache(&cache);
    let mut world = World::new(&module);
    world
        .set("GOMODCACHE", cache.to_str().unwrap())
        .set("GONOSUMDB", "*")
        .set("GONOSUMCHECK", "1")
        .set("GOFLAGS", "-mod=mod");
    world
}

#[test]
fn a_module_with_replacements() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = module_world(dir.path());
    for cgo in ["0", "1"] {
        world.set("CGO_ENABLED", cgo);
        for patterns in [
            &["./..."][..],
            &["."],
            &["example.com/m/internal/x", "./cgo"],
            &["example.com/..."],
            &["example.com/dep/sub", "./internal/..."],
            &["./main.go"],
            &["all"],
            &["./testdata", "./_under"],
            &["./dep/..."],
        ] {
            compare(&world, patterns);
        }
    }
    world.set("GOFLAGS", "-mod=mod -tags=tagged,other");
    compare(&world, &["./..."]);
    world.set("GOOS", "windows");
    compare(&world, &["./..."]);
    let below = World { dir: world.dir.join("internal"), ..world };
    compare(&below, &["./...", ".."]);
    compare(&below, &["../..."]);
}

#[test]
fn go_mod_files_that_are_of_no_use() {
    for (text, kept) in [
        // Of a dependency only some directives matter.
        ("module example.org/Cased\n\nfrobnicate x\nreplace x\nretract [v1\n", true),
        ("go 1.20\n", false),
        ("module example.org/other\n", false),
        ("module example.org/Cased\n\nrequire x\n", false),
        ("module example.org/Cased\n\nrequire x latest\n", false),
        ("module example.org/Cased\n\ngo new\n", false),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let world = module_world(dir.path());
        let file = "cache/cache/download/example.org/!cased/@v/v0.1.0.mod";
        fs::write(dir.path().join(file), text).unwrap();
        let patterns = &["./..."];
        let (theirs, ours) = (world.go_list(patterns), gossa_list(&world, patterns));
        let (theirs, ours) = (errors(&theirs), errors(&ours));
        assert_eq!(theirs, ours, "{text}");
        assert_eq!(theirs.contains_key("example.org/Cased/p"), !kept, "{text}: {theirs:?}");
    }
    // The go command would try to download a file that it cannot read.
    let dir = tempfile::tempdir().unwrap();
    let world = module_world(dir.path());
    let file = dir.path().join("cache/cache/download/example.org/!cased/@v/v0.1.0.mod");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let ours = gossa_list(&world, &["./..."]);
    let error = errors(&ours)["example.org/Cased/p"];
    assert!(error.starts_with("example.org/Cased@v0.1.0: reading "), "{error}");
}

#[test]
fn another_file_in_the_place_of_go_mod() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    write(
        &root,
        &[
            ("m/go.mod", "not read"),
            ("m/alt.mod", "module example.com/alt\n\ngo 1.21\n"),
            ("m/wrong.mod", "module example.com/alt\n\nfrobnicate\n"),
            ("m/alt.txt", ""),
            ("m/m.go", "package alt\n"),
            ("w/go.work", "go 1.21\n\nuse ../m\n"),
            ("none/n.go", "package none\n"),
        ],
    );
    let mut world = World::new(&root.join("m"));
    let mut refused = |dir: &str, work: &str, flag: &str, module: &str| {
        world.dir = root.join(dir);
        world.set("GOWORK", work).set("GO111MODULE", module).set("GOFLAGS", "");
        let theirs = world.go_failure(&["list", &format!("-modfile={flag}"), "."]);
        let config = BuildConfig {
            goroot: Some(world.goroot.clone()),
            mod_file: Some(flag.into()),
            ..BuildConfig::default()
        };
        let ours = load(&world, &config, &[".".to_owned()]).expect_err(flag).to_string();
        let theirs = theirs.trim();
        assert_eq!(ours, theirs.strip_prefix("go: ").unwrap_or(theirs), "{dir} {flag}");
    };
    refused("m", "off", "alt.txt", "");
    refused("none", "off", "../m/alt.mod", "");
    refused("w", "", "../m/alt.mod", "");
    refused("m", "off", "alt.mod", "off");
    world.dir = root.join("m");
    world.set("GOWORK", "off").set("GO111MODULE", "");
    for (flag, part) in [("gone.mod", "cannot read"), ("wrong.mod", "unknown directive")] {
        world.set("GOFLAGS", &format!("-modfile={flag}"));
        let config = BuildConfig { goroot: Some(world.goroot.clone()), ..BuildConfig::default() };
        let program = load(&world, &config, &[".".to_owned()]).unwrap();
        let found = program.diagnostics.iter().find(|d| d.message.contains(part));
        let file = found.and_then(|found| found.file.as_ref()).expect(flag);
        assert_eq!(*file, world.dir.join(flag), "{flag}");
    }
}

#[test]
fn a_vendored_module() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        &[
            (
                "go.mod",
                "module example.com/v\n\ngo 1.21\n\nrequire example.com/a v1.0.0\n\nrequire example.com/b v1.1.0 // indirect\n\nreplace example.com/b => ../b\n",
            ),
            ("v.go", "package v\n\nimport _ \"example.com/a/p\"\n"),
            (
                "vendor/modules.txt",
                "# example.com/a v1.0.0\n## explicit; go 1.17\nexample.com/a/p\n# example.com/b v1.1.0 => ../b\n## explicit; go 1.20\nexample.com/b\n# example.com/b => ../b\n",
            ),
            ("vendor/example.com/a/p/p.go", "package p\n\nimport _ \"example.com/b\"\n"),
            ("vendor/example.com/b/b.go", "package b\n"),
        ],
    );
    let mut world = World::new(dir.path());
    world.set("GOFLAGS", "");
    for patterns in [
        &["./..."][..],
        &["all"],
        &["example.com/a/p"],
        &["example.com/..."],
        &["./vendor/example.com/b"],
    ] {
        compare(&world, patterns);
    }
}

#[test]
fn vendoring_that_is_not_what_go_mod_says() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    write(
        &root,
        &[
            (
                "go.mod",
                "module example.com/v\n\ngo 1.21\n\nrequire (\n\texample.com/a v1.1.0\n\texample.com/b v1.1.0\n\texample.com/r v1.0.0\n)\n\nreplace (\n\texample.com/b => ../b\n\texample.com/r => ./r\n)\n",
            ),
            ("v.go", "package v\n\nimport _ \"example.com/a/p\"\n"),
            (
                "vendor/modules.txt",
                "# example.com/a v1.0.0\n## explicit; go 1.17\nexample.com/a/p\n# example.com/b v1.1.0\n## explicit\nexample.com/b\n# example.com/c v1.0.0 => example.com/d v1.2.0\nexample.com/c\n# example.com/r => ./other\n# example.com/r v1.0.0 => ./other\n## explicit\n",
            ),
            ("vendor/example.com/a/p/p.go", "package p\n"),
        ],
    );
    let mut world = World::new(&root);
    world.set("GOFLAGS", "");
    let config = BuildConfig { goroot: Some(world.goroot.clone()), ..BuildConfig::default() };
    let program = load(&world, &config, &["./...".to_owned()]).unwrap();
    let ours: Vec<&str> = program.diagnostics.iter().map(|d| d.message.as_str()).collect();
    let theirs = world.go_failure(&["list", "./..."]);
    assert_eq!(ours, [theirs.trim().strip_prefix("go: ").unwrap_or(&theirs)]);
    // The vendored code is there, and gossa loads it.
    assert!(program.find("example.com/a/p").is_some());
}

#[test]
fn a_module_in_the_old_layout() {
    // Before Go 1.17 the requirements of requirements count.
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        &[
            (
                "go.mod",
                "module example.com/old\n\ngo 1.16\n\nrequire example.com/a v1.0.0\n\nreplace example.com/a => ./a\n\nreplace example.com/b v1.1.0 => ./b11\n\nreplace example.com/b v1.2.0 => ./b12\n\nreplace example.com/c => ./c\n\nexclude example.com/b v1.3.0\n",
            ),
            (
                "old.go",
                "package old\n\nimport (\n\t_ \"example.com/a\"\n\t_ \"example.com/b\"\n)\n",
            ),
            (
                "a/go.mod",
                "module example.com/a\n\ngo 1.15\n\nrequire (\n\texample.com/b v1.1.0\n\texample.com/c v1.0.0\n)\n",
            ),
            ("a/a.go", "package a\n"),
            ("b11/go.mod", "module example.com/b\n"),
            ("b11/b.go", "package b\n\nconst Old = true\n"),
            ("b12/go.mod", "module example.com/b\n"),
            ("b12/b.go", "package b\n"),
            (
                "c/go.mod",
                "module example.com/c\n\nrequire (\n\texample.com/b v1.2.0\n\texample.com/b v1.3.0\n)\n",
            ),
            ("c/c.go", "package c\n"),
        ],
    );
    let mut world = World::new(dir.path());
    world.set("GOFLAGS", "-mod=mod");
    compare(&world, &["./..."]);
}

#[test]
fn a_workspace() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        &[
            ("go.work", "go 1.22\n\nuse (\n\t./a\n\t./b\n)\n\nreplace example.com/dep => ./dep\n"),
            ("a/go.mod", "module example.com/a\n\ngo 1.22\n\nrequire example.com/dep v1.0.0\n"),
            (
                "a/a.go",
                "package a\n\nimport (\n\t_ \"example.com/b/sub\"\n\t_ \"example.com/dep\"\n)\n",
            ),
            ("b/go.mod", "module example.com/b\n\ngo 1.21\n"),
            ("b/sub/sub.go", "package sub\n"),
            ("dep/go.mod", "module example.com/dep\n"),
            ("dep/dep.go", "package dep\n"),
            ("other/go.mod", "module example.com/other\n"),
            ("other/o.go", "package other\n"),
        ],
    );
    let mut world = World::new(dir.path());
    world.set("GOFLAGS", "").set("GOWORK", "");
    for patterns in [
        &["./a/...", "./b/..."][..],
        &["all"],
        &["example.com/b/sub"],
        &["work"],
        &["example.com/..."],
    ] {
        compare(&world, patterns);
    }
    let inside = World { dir: world.dir.join("a"), ..world };
    compare(&inside, &["./..."]);
}

/// A package's path and the text of its error.
fn errors(packages: &Listing) -> BTreeMap<&str, &str> {
    let texts =
        packages.iter().filter_map(|(path, p)| Some((path.as_str(), p["Error"]["Err"].as_str()?)));
    texts.collect()
}

#[test]
fn a_module_full_of_mistakes() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        &[
            ("go.mod", "module example.com/bad\n\ngo 1.22\n"),
            (
                "missing/a.go",
                "package missing\n\nimport (\n\t_ \"foo/bar\"\n\t_ \"example.org/gone\"\n\t_ \"fmt\"\n)\n",
            ),
            ("cycle/a/a.go", "package a\n\nimport _ \"example.com/bad/cycle/b\"\n"),
            ("cycle/b/b.go", "package b\n\nimport _ \"example.com/bad/cycle/a\"\n"),
            ("two/a.go", "package a\n"),
            ("two/b.go", "package b\n\nimport _ \"os\"\n"),
            ("excluded/e.go", "//go:build never\n\npackage excluded\n"),
            ("user/u.go", "package user\n\nimport _ \"example.com/bad/excluded\"\n"),
            ("prog/p.go", "package main\n"),
            ("uses/u.go", "package uses\n\nimport _ \"example.com/bad/prog\"\n"),
            ("deep/internal/i.go", "package internal\n"),
            ("shallow/s.go", "package shallow\n\nimport _ \"example.com/bad/deep/internal\"\n"),
            ("std/s.go", "package std\n\nimport _ \"internal/abi\"\n"),
            ("constraint/c.go", "//go:build a &&\n\npackage constraint\n"),
            ("constraint/d.go", "package constraint\n"),
            ("stray/s.go", "package stray\n"),
            ("stray/s.c", "int x;\n"),
            ("mark/m.go", "\u{feff}package mark\n\nimport _ \"io\"\n"),
        ],
    );
    fs::create_dir(dir.path().join("empty")).unwrap();
    let mut world = World::new(dir.path());
    world.set("GOFLAGS", "").set("CGO_ENABLED", "1");
    let patterns =
        &["./...", "./empty", "./excluded", "./gone", "foo/baz", "example.org/none", "a//b/../c"];
    let (theirs, ours) = (world.go_list(patterns), gossa_list(&world, patterns));
    let (theirs_errors, ours_errors) = (errors(&theirs), errors(&ours));
    let (known, unknown): (Vec<_>, Vec<_>) =
        theirs_errors.iter().partition(|(path, _)| ours_errors.contains_key(*path));
    assert!(
        unknown.is_empty(),
        "errors of the go command that gossa does not report: {unknown:#?}"
    );
    assert!(known.len() >= 15, "{known:#?}");
    // The go command puts the file's name before some texts; gossa's
    // diagnostics have it beside them.
    let worded_otherwise: Vec<_> = known
        .iter()
        .map(|(path, text)| (**path, **text, ours_errors[**path]))
        .filter(|(_, go, ours)| !go.ends_with(ours))
        .collect();
    assert!(worded_otherwise.is_empty(), "{worded_otherwise:#?}");
    let differences = differences(&theirs, &ours);
    let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
