//! Fixtures of `testdata/flow` as programs with a call graph.

use camino::Utf8PathBuf;
use gossa_db::{Options, Place, RootDb, Session, WholeEnv};
use gossa_load::{BuildConfig, MemorySystem};
use gossa_points::callgraph::{Algorithm, Roots, build};
use gossa_points::flow::GraphFunctions;
use gossa_points::{FuncIndex, Program};
use gossa_ssa::flow::calls::{Func, Functions};
use gossa_ssa::{Body, CallData, Inst, InstId};
use gossa_syntax::NodeId;
use gossa_types::PackageId;
use std::collections::BTreeMap;
use std::sync::Arc;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/flow");

/// A fixture as a program.
pub(crate) struct Fixture<'f, 'e> {
    pub(crate) db: &'f RootDb,
    pub(crate) program: &'f Program<'e>,
    pub(crate) roots: &'f Roots,
    pub(crate) functions: GraphFunctions<'f, 'e>,
    pub(crate) text: &'f str,
}

#[expect(clippy::disallowed_methods, reason = "fixtures")]
fn read(name: &str) -> String {
    std::fs::read_to_string(format!("{FIXTURES}/{name}")).expect("the fixture is there")
}

/// Loads a fixture. `std` are packages of the standard library that it needs.
pub(crate) fn with_fixture(name: &str, std: &[(&str, &str)], run: impl FnOnce(&Fixture<'_, '_>)) {
    let text = read(name);
    let mut system = MemorySystem::new();
    system
        .add_file("/go/VERSION", "go1.27.3\n")
        .add_file("/go/src/runtime/runtime.go", "package runtime\n\nfunc Goexit()\n")
        .add_file("/go/src/unsafe/unsafe.go", "package unsafe\n\ntype Pointer *int\n")
        .add_file("/m/go.mod", "module example.com/m\n\ngo 1.27\n")
        .add_file("/m/main.go", text.as_str());
    for (path, text) in std {
        system.add_file(format!("/go/src/{path}/{path}.go").as_str(), *text);
    }
    let config = BuildConfig {
        goroot: Some("/go".into()),
        goos: Some("linux".to_owned()),
        goarch: Some("amd64".to_owned()),
        ..BuildConfig::default()
    };
    let options = Options {
        system: Arc::new(system),
        config,
        patterns: vec![".".to_owned()],
        dir: Utf8PathBuf::from("/m"),
        one_shot: true,
        jobs: 1,
    };
    let session = Session::load(&options).expect("the fixture loads");
    let lowered = session.lower(&gossa_db::SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let package = PackageId::new("example.com/m");
    let roots: Roots = env.main_roots(&program, &[package]).expect("a main package");
    let graph = build(&program, &roots, Algorithm::Vta);
    let functions = GraphFunctions::new(&program, &graph);
    run(&Fixture { db: &db, program: &program, roots: &roots, functions, text: &text });
}

impl Fixture<'_, '_> {
    /// By line, what follows a marker in a comment.
    pub(crate) fn expected(&self, marker: &str) -> BTreeMap<u32, String> {
        let lines = (1..).zip(self.text.lines());
        lines
            .filter_map(|(line, text)| {
                let (_, comment) = text.split_once("// ")?;
                let rest = comment.strip_prefix(marker)?;
                Some((line, rest.trim().to_owned()))
            })
            .collect()
    }

    /// The function that the source calls by this name.
    #[allow(dead_code, reason = "not all tests need it")]
    pub(crate) fn named(&self, name: &str) -> Func {
        (0..self.functions.count() as Func)
            .find(|&func| self.name(func) == format!("example.com/m.{name}"))
            .expect("the function is there")
    }

    pub(crate) fn name(&self, func: Func) -> String {
        self.program.function(FuncIndex::new(func)).to_string()
    }

    pub(crate) fn line(&self, func: Func, inst: InstId) -> u32 {
        let function = self.program.function(FuncIndex::new(func));
        let Some(map) = function.source_map() else { return 0 };
        let place = Place::of_function(self.db, function.id, map.node(inst));
        place.and_then(|place| place.resolve(self.db)).map_or(0, |place| place.start.line)
    }

    /// The line on which a function is declared.
    #[allow(dead_code, reason = "not all tests need it")]
    pub(crate) fn declared(&self, func: Func) -> u32 {
        let function = self.program.function(FuncIndex::new(func));
        if function.is_wrapper() || function.source_map().is_none() {
            return 0;
        }
        let place = Place::of_function(self.db, function.id, NodeId::ROOT);
        place.and_then(|place| place.resolve(self.db)).map_or(0, |place| place.start.line)
    }

    pub(crate) fn body(&self, func: Func) -> &Body {
        self.program.body(FuncIndex::new(func)).expect("a function with a body")
    }

    /// The call that an instruction makes or defers.
    pub(crate) fn call(&self, func: Func, inst: InstId) -> Option<CallData> {
        let body = self.body(func);
        match body[inst] {
            Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. } => Some(body[call]),
            _ => None,
        }
    }

    /// Whether an instruction calls a function of this name.
    pub(crate) fn calls(&self, func: Func, inst: InstId, name: &str) -> bool {
        let mut found = false;
        self.functions.callees(func, inst, &mut |callee| {
            found |= self.name(callee) == format!("example.com/m.{name}");
        });
        found
    }
}
