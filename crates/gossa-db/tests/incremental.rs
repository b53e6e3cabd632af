//! What runs, and above all what does not run, after an edit.

use gossa_base::{FxHashMap, Name};
use gossa_db::testing::EventLog;
use gossa_db::{
    CSources, LowerKey, PackageInput, Program, RootDb, SourceFile, lowered, package_decls,
};
use gossa_ssa::FuncId;
use gossa_types::cgo::CModel;
use gossa_types::{DeclId, PackageId, Target};
use salsa::Setter as _;
use salsa::plumbing::AsId as _;
use std::sync::Arc;

const LIB: &str = "\
package lib

type Counter struct{ n int }

func (c *Counter) Add(d int) int { c.n += d; return c.n }

func Twice(x int) int { return x * 2 }
";

const MAIN: &str = "\
package main

import \"lib\"

var start = lib.Twice(1)

func first(x int) int {
	return lib.Twice(x) + 1
}

func second(c *lib.Counter) int {
	return c.Add(first(start))
}

func main() { second(&lib.Counter{}) }
";

struct World {
    db: RootDb,
    log: EventLog,
    lib: SourceFile,
    main: SourceFile,
    packages: Vec<PackageInput>,
}

impl World {
    fn new() -> Self {
        let log = EventLog::default();
        let db = log.database();
        let file = |path: &str, text: &str| {
            SourceFile::new(&db, Box::from(path), Arc::from(text.as_bytes()))
        };
        let (lib, main) = (file("lib.go", LIB), file("main.go", MAIN));
        let package = |path: &str, file: SourceFile, imports: &[&str]| {
            let imports: FxHashMap<Name, PackageId> =
                imports.iter().map(|p| (Name::new(p), PackageId::new(p))).collect();
            let files: Box<[SourceFile]> = Box::new([file]);
            PackageInput::new(
                &db,
                PackageId::new(path),
                Name::new(path),
                files,
                imports,
                (1, 27),
                false,
                true,
                CSources::default(),
            )
        };
        let packages = vec![package("lib", lib, &[]), package("main", main, &["lib"])];
        let by_id = packages.iter().map(|&p| (p.id(&db), p)).collect();
        let c_model = CModel::for_platform("linux", "amd64");
        Program::new(&db, by_id, Target { word_size: 8, max_align: 8 }, c_model, (1, 27));
        Self { db, log, lib, main, packages }
    }

    /// Lowers every function and returns the queries that ran for it.
    fn lower_all(&self) -> Vec<String> {
        for &package in &self.packages {
            let decls = package_decls(&self.db, package);
            assert!(decls.errors.is_empty(), "{:?}", decls.errors);
            for &func in &decls.func_order {
                let key = LowerKey::new(&self.db, FuncId::declared(func));
                assert!(lowered(&self.db, key).is_some(), "{func:?} has a body");
            }
        }
        self.log.take(&self.db)
    }

    fn edit(&mut self, file: SourceFile, from: &str, to: &str) {
        let text = String::from_utf8(file.text(&self.db).to_vec()).expect("UTF-8");
        assert!(text.contains(from), "`{from}` is in the file");
        let text = text.replacen(from, to, 1);
        file.set_text(&mut self.db).to(Arc::from(text.as_bytes()));
    }
}

/// The queries of `ran` that start with `name(`.
fn of<'r>(ran: &'r [String], name: &str) -> Vec<&'r str> {
    ran.iter().filter(|q| q.starts_with(&format!("{name}("))).map(String::as_str).collect()
}

/// How the log names the lowering of a function.
fn lowering_of(world: &World, package: &str, function: &str) -> String {
    let decl = DeclId::top_level(PackageId::new(package), Name::new(function));
    format!("lowered({:?})", LowerKey::new(&world.db, FuncId::declared(decl)).as_id())
}

#[test]
fn nothing_runs_twice() {
    let world = World::new();
    assert!(!world.lower_all().is_empty());
    assert_eq!(world.lower_all(), Vec::<String>::new());
}

#[test]
fn editing_one_body_lowers_that_function_alone() {
    let mut world = World::new();
    world.lower_all();
    world.edit(world.main, "lib.Twice(x) + 1", "lib.Twice(x) + 2");
    let ran = world.lower_all();
    assert_eq!(of(&ran, "parse").len(), 1, "{ran:?}");
    assert_eq!(of(&ran, "tracked_body_types").len(), 1, "{ran:?}");
    assert_eq!(of(&ran, "lowered"), [lowering_of(&world, "main", "first")], "{ran:?}");
    assert_eq!(of(&ran, "package_decls"), Vec::<&str>::new(), "{ran:?}");
}

#[test]
fn a_comment_above_a_function_stops_at_the_trees() {
    let mut world = World::new();
    world.lower_all();
    world.edit(world.main, "func first", "// first adds one.\nfunc first");
    let ran = world.lower_all();
    let past_trees: Vec<&String> = ran
        .iter()
        .filter(|q| {
            !["parse(", "item_tree(", "tracked_body_tree("].iter().any(|p| q.starts_with(p))
        })
        .collect();
    assert_eq!(past_trees, Vec::<&String>::new());
    assert_eq!(of(&ran, "parse").len(), 1, "{ran:?}");
}

#[test]
fn a_comment_inside_a_body_stops_at_the_trees() {
    let mut world = World::new();
    world.lower_all();
    world.edit(world.main, "\treturn lib.Twice", "\t// twice, and one\n\treturn lib.Twice");
    let ran = world.lower_all();
    for query in ["tracked_body_types", "lowered", "package_decls", "init_order"] {
        assert_eq!(of(&ran, query), Vec::<&str>::new(), "{ran:?}");
    }
}

#[test]
fn a_body_of_a_dependency_does_not_concern_its_importers() {
    let mut world = World::new();
    world.lower_all();
    world.edit(world.lib, "x * 2", "x + x");
    let ran = world.lower_all();
    assert_eq!(of(&ran, "lowered").len(), 1, "{ran:?}");
    assert_eq!(of(&ran, "package_decls"), Vec::<&str>::new(), "{ran:?}");
}

#[test]
fn a_changed_signature_reaches_those_who_use_it() {
    let mut world = World::new();
    world.lower_all();
    world.edit(
        world.lib,
        "func Twice(x int) int { return x * 2 }",
        "func Twice(x int) int64 { return 2 }",
    );
    world.edit(world.main, "func first(x int) int {", "func first(x int) int64 {");
    world.edit(world.main, "first(start)", "int(first(int(start)))");
    let ran = world.lower_all();
    assert_eq!(of(&ran, "package_decls").len(), 2, "{ran:?}");
    assert!(of(&ran, "lowered").len() >= 3, "{ran:?}");
}
