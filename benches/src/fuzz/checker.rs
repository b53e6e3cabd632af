//! The type checker and lowering: a package of the standard library with one file mutated, its
//! real dependencies beside it.
//!
//! Dependencies are checked once, by a session. The mutated package never enters the database: it
//! is checked by the same functions that the database's queries call, over an environment of its
//! own ([`World`]), so that thousands of inputs leave nothing behind in the database.

use super::mutate::{self, DELETE_AND_SWAP, MILD, MUTATIONS, Seed};
use super::random::Random;
use super::{FuzzTarget, Input};
use crate::corpus;
use crate::error::BenchError;
use camino::Utf8Path;
use elsa::FrozenMap;
use gossa_base::{FxHashMap, Name};
use gossa_db::{DbEnv, Options, RootDb, Session, SilentProgress};
use gossa_load::{BuildConfig, DiskSystem};
use gossa_ssa::{FuncId, FuncKey, LowerEnv};
use gossa_syntax::{File, Tree};
use gossa_types::check::{
    PackageInput, check_body, check_package, instantiation_cycles, item_tree, unused_imports,
};
use gossa_types::order::initialization_order;
use gossa_types::{
    BodyTypes, DeclId, DeclSource, EnvResolver, ItemTree, LocalDecls, PackageDecls, PackageId,
    Target, TypeEnv, TypeError,
};
use std::cell::{Cell, OnceCell};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Packages that are small and together use all of the language.
const PACKAGES: &[&str] = &[
    "bufio",
    "bytes",
    "cmp",
    "container/heap",
    "container/list",
    "context",
    "encoding/binary",
    "encoding/json",
    "errors",
    "flag",
    "fmt",
    "go/constant",
    "go/scanner",
    "go/token",
    "internal/abi",
    "internal/reflectlite",
    "internal/sync",
    "io",
    "io/fs",
    "iter",
    "maps",
    "math",
    "math/big",
    "math/bits",
    "math/rand/v2",
    "path",
    "regexp/syntax",
    "slices",
    "sort",
    "strconv",
    "strings",
    "sync",
    "sync/atomic",
    "text/template/parse",
    "text/template",
    "unicode/utf8",
    "unique",
    "weak",
];

/// Fuzzes `gossa_types`, and `gossa_ssa` if asked to.
pub(super) struct CheckerTarget {
    packages: Vec<Package>,
    /// The files of all packages, to take parts from.
    seeds: Vec<Seed>,
    db: Mutex<RootDb>,
    /// What may be imported, by the index of the importing package: those before it.
    ids: Vec<(Name, PackageId)>,
    lower: bool,
    /// Whether tokens are deleted and swapped, and nothing else.
    plain: bool,
}

/// A package whose files are mutated.
struct Package {
    id: PackageId,
    name: Name,
    go_version: (u32, u32),
    /// Its place in the order of dependencies.
    index: usize,
    files: Vec<PackageFile>,
    bytes: usize,
}

struct PackageFile {
    /// Its place in [`CheckerTarget::seeds`].
    seed: usize,
    parsed: File,
    items: Arc<ItemTree>,
}

impl CheckerTarget {
    pub(super) fn new(goroot: &Utf8Path, lower: bool) -> Result<Self, BenchError> {
        let config = BuildConfig {
            goroot: Some(goroot.to_owned()),
            cgo: Some(false),
            ..BuildConfig::default()
        };
        let session = Session::load(&Options {
            system: Arc::new(DiskSystem),
            config,
            dir: goroot.join("src"),
            patterns: PACKAGES.iter().map(|&package| package.to_owned()).collect(),
            jobs: 0,
            one_shot: false,
        })?;
        session.check_types(&SilentProgress);
        let program = session.program();
        let mut packages = Vec::new();
        let mut seeds = Vec::new();
        for &root in &program.roots {
            let found = program.package(root);
            let mut package = Package {
                id: PackageId::new(&found.import_path),
                name: Name::new(&found.name),
                go_version: (
                    u32::from(found.lang_version.major),
                    u32::from(found.lang_version.minor),
                ),
                index: root.as_usize(),
                files: Vec::new(),
                bytes: 0,
            };
            for file in &found.files {
                let text = corpus::read(&file.path)?;
                package.bytes += text.len();
                let parsed = gossa_syntax::parse(&text);
                let items = Arc::new(item_tree(&parsed, &text));
                package.files.push(PackageFile { seed: seeds.len(), parsed, items });
                let name = file.path.strip_prefix(goroot).unwrap_or(&file.path).to_string();
                seeds.push(Seed { name, text });
            }
            packages.push(package);
        }
        let ids = program
            .packages
            .iter()
            .map(|package| (Name::new(&package.import_path), PackageId::new(&package.import_path)));
        let ids = ids.collect();
        Ok(Self { packages, seeds, db: Mutex::new(session.db()), ids, lower, plain: false })
    }

    /// The reference tests of the type checker beside the standard library's packages, each file a
    /// package; tokens are deleted and swapped.
    pub(super) fn mutants(goroot: &Utf8Path) -> Result<Self, BenchError> {
        let mut target = Self::new(goroot, false)?;
        target.plain = true;
        for kind in ["check", "examples", "fixedbugs", "spec"] {
            let directory = goroot.join("src/internal/types/testdata").join(kind);
            let mut paths = Vec::new();
            for entry in directory.read_dir_utf8().map_err(BenchError::io(&directory))? {
                let path = entry.map_err(BenchError::io(&directory))?.into_path();
                if path.extension() == Some("go") {
                    paths.push(path);
                }
            }
            paths.sort();
            for path in paths {
                let text = corpus::read(&path)?;
                let parsed = gossa_syntax::parse(&text);
                let items = Arc::new(item_tree(&parsed, &text));
                let name = path.strip_prefix(goroot).unwrap_or(&path).to_string();
                target.packages.push(Package {
                    id: PackageId::new("mutant"),
                    name: parsed.package.unwrap_or_else(|| Name::new("p")),
                    go_version: (1, 27),
                    index: target.ids.len(),
                    bytes: text.len(),
                    files: vec![PackageFile { seed: target.seeds.len(), parsed, items }],
                });
                target.seeds.push(Seed { name, text });
            }
        }
        Ok(target)
    }

    /// The package, the number of the mutated file in it, and what draws on.
    fn choose(&self, seed: u64, number: u64) -> Option<(&Package, usize, Random)> {
        let mut random = Random::new(seed, number);
        let package = random.choose(&self.packages)?;
        let file = random.below(package.files.len());
        Some((package, file, random))
    }
}

impl FuzzTarget for CheckerTarget {
    fn input(&self, seed: u64, number: u64) -> Input {
        let chosen = self.choose(seed, number).and_then(|(package, file, random)| {
            Some((self.seeds.get(package.files.get(file)?.seed)?, random))
        });
        let Some((start, mut random)) = chosen else {
            return Input { origin: String::new(), steps: Vec::new(), text: Vec::new() };
        };
        if self.plain {
            mutate::mutate(start, &self.seeds, DELETE_AND_SWAP, 4, &mut random)
        } else if random.once_in(4) {
            mutate::mutate(start, &self.seeds, MUTATIONS, 3, &mut random)
        } else {
            mutate::mutate(start, &self.seeds, MILD, 6, &mut random)
        }
    }

    fn run(&self, input: &Input) -> Result<(), String> {
        self.outcome(input).map(drop)
    }

    /// Real code takes 0.2 µs a byte.
    fn budget(&self, len: usize) -> Duration {
        let most = self.packages.iter().map(|package| package.bytes).max().unwrap_or(0);
        Duration::from_millis(500) + Duration::from_micros(2) * (len + most) as u32
    }
}

impl CheckerTarget {
    fn outcome(&self, input: &Input) -> Result<Outcome, String> {
        let mutated = |package: &&Package| {
            package.files.iter().position(|f| self.seeds[f.seed].name == input.origin)
        };
        let found = self.packages.iter().find_map(|p| Some((p, mutated(&p)?)));
        let (package, mutated) = found.ok_or_else(|| format!("no file {}", input.origin))?;
        let parsed = gossa_syntax::parse(&input.text);
        let items = Arc::new(item_tree(&parsed, &input.text));
        let files: Vec<(&File, Arc<ItemTree>)> = package
            .files
            .iter()
            .enumerate()
            .map(|(index, file)| {
                if index == mutated {
                    (&parsed, items.clone())
                } else {
                    (&file.parsed, file.items.clone())
                }
            })
            .collect();
        let db = self.db.lock().map_err(|error| error.to_string())?.clone();
        let imports: FxHashMap<Name, PackageId> =
            self.ids.iter().take(package.index).copied().collect();
        check(package, &files, &imports, &db, self.lower)
    }
}

/// The environment of the mutated package: its own declarations, and others' from the database.
struct World<'w> {
    others: DbEnv<'w>,
    id: PackageId,
    files: &'w [(&'w File, Arc<ItemTree>)],
    decls: OnceCell<PackageDecls>,
    bodies: FrozenMap<DeclId, Box<Option<BodyTypes>>>,
    order: OnceCell<Box<[u32]>>,
    /// The bodies that are being checked, to find those that ask for themselves.
    running: Cell<usize>,
}

/// Bodies that ask for bodies: more than this is a circle.
const MAX_RUNNING: usize = 100;

impl World<'_> {
    fn header(&self, source: DeclSource) -> Option<&Tree> {
        let (_, items) = self.files.get(source.file as usize)?;
        items.items.get(source.decl as usize).map(|tree| &**tree)
    }

    fn body_tree(&self, source: DeclSource) -> Option<&Tree> {
        let (file, _) = self.files.get(source.file as usize)?;
        file.decls.get(source.decl as usize)?.body.as_ref().map(|body| &*body.tree)
    }

    /// What checking a body found out; checks it when asked for the first time.
    fn own_body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)> {
        let decls = self.decls.get()?;
        let source = decls.funcs.get(&decl)?.source;
        let tree = self.body_tree(source)?;
        if self.bodies.get(&decl).is_none() {
            assert!(self.running.get() < MAX_RUNNING, "bodies ask for each other: {decl:?}");
            self.running.set(self.running.get() + 1);
            let types =
                self.header(source).map(|header| check_body(self, decls, decl, header, tree));
            self.running.set(self.running.get() - 1);
            self.bodies.insert(decl, Box::new(types));
        }
        Some((tree, self.bodies.get(&decl)?.as_ref()?))
    }
}

impl TypeEnv for World<'_> {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        if id == self.id { self.decls.get() } else { self.others.package(id) }
    }

    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls> {
        if function.package() != self.id {
            return self.others.local_decls(function);
        }
        let decls = self.decls.get()?;
        if decls.funcs.contains_key(&function) {
            self.own_body(function).map(|(_, types)| &types.locals)
        } else {
            Some(&decls.locals)
        }
    }

    fn target(&self) -> Target {
        self.others.target()
    }
}

impl LowerEnv for World<'_> {
    fn header_tree(&self, package: PackageId, source: DeclSource) -> Option<&Tree> {
        if package == self.id {
            self.header(source)
        } else {
            self.others.header_tree(package, source)
        }
    }

    fn body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)> {
        if decl.package() == self.id { self.own_body(decl) } else { self.others.body(decl) }
    }

    fn init_order(&self, package: PackageId) -> &[u32] {
        if package == self.id {
            self.order.get().map_or(&[], |order| order)
        } else {
            self.others.init_order(package)
        }
    }
}

/// What became of a package.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    /// No error of any sort.
    clean: bool,
    /// Functions with a body.
    functions: usize,
    /// Bodies in SSA form, closures included.
    lowered: usize,
}

fn check(
    package: &Package,
    files: &[(&File, Arc<ItemTree>)],
    imports: &FxHashMap<Name, PackageId>,
    db: &RootDb,
    lower: bool,
) -> Result<Outcome, String> {
    let items: Vec<Arc<ItemTree>> = files.iter().map(|(_, items)| items.clone()).collect();
    let input = PackageInput {
        id: package.id,
        name: package.name,
        files: &items,
        imports,
        go_version: package.go_version,
        standard: true,
        cgo: None,
    };
    let world = World {
        others: DbEnv::new(db),
        id: package.id,
        files,
        decls: OnceCell::new(),
        bodies: FrozenMap::new(),
        order: OnceCell::new(),
        running: Cell::new(0),
    };
    let decls = check_package(&input, &world);
    let decls = world.decls.get_or_init(|| decls);
    let functions: Vec<DeclId> = decls
        .func_order
        .iter()
        .copied()
        .filter(|func| decls.funcs.get(func).is_some_and(|found| found.has_body))
        .collect();
    let mut errors = decls.errors.len();
    let mut instances = Vec::new();
    let mut used = Vec::new();
    for &func in &functions {
        if let Some((_, types)) = world.own_body(func) {
            errors += types.errors.len();
            used.push((func, &*types.used_imports));
            instances.push(&*types.instantiations);
            types.errors.iter().for_each(|error| show(files, error));
        }
    }
    decls.errors.iter().for_each(|error| show(files, error));
    let resolver = EnvResolver::new(&world, None);
    let endless = instantiation_cycles(&input, decls, instances, &resolver);
    endless.iter().for_each(|error| show(files, error));
    let unused = unused_imports(&input, decls, used);
    let order = initialization_order(&decls.initializers, &decls.statics, &|decl| {
        world.own_body(decl).map_or(&[], |(_, types)| &types.references)
    });
    let clean = errors + endless.len() + unused.len() + order.cycles.len() == 0
        && files.iter().all(|(file, _)| file.errors.is_empty());
    let order = world.order.get_or_init(|| order.order);
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    let all: Vec<u32> = (0..decls.initializers.len() as u32).collect();
    if sorted != all {
        return Err(format!("{} initialisers in the order {order:?}", all.len()));
    }
    let mut outcome = Outcome { clean, functions: functions.len(), lowered: 0 };
    if !lower {
        return Ok(outcome);
    }
    let declared = functions
        .iter()
        .filter(|func| decls.funcs.get(func).is_some_and(|found| found.type_params.is_empty()))
        .map(|&func| FuncId::declared(func));
    let initializers = decls
        .initializers
        .iter()
        .filter_map(|initializer| initializer.lhs.first())
        .map(|&var| FuncId::new(FuncKey::VarInit(var)));
    let own = FuncId::new(FuncKey::PackageInit(package.id));
    for func in declared.chain(initializers).chain([own]) {
        let Some(lowered) = gossa_ssa::build::lower(&world, func) else { continue };
        outcome.lowered += lowered.bodies.len();
        // Ill-typed code may lower to ill-typed instructions, never to a panic.
        if clean {
            let locals = match *func.key() {
                FuncKey::Decl { decl, .. } => world.local_decls(decl),
                _ => Some(&decls.locals),
            };
            let resolver = EnvResolver::new(&world, locals);
            let violations = gossa_ssa::verify_lowered(&lowered.bodies, Some(&resolver));
            if let Some((_, violation)) = violations.first() {
                return Err(format!("{func}: {violation}"));
            }
        }
    }
    Ok(outcome)
}

/// Makes what an error shows, as a report would.
fn show(files: &[(&File, Arc<ItemTree>)], error: &TypeError) {
    let decl = |source: DeclSource| {
        let (file, _) = files.get(source.file as usize)?;
        file.decls.get(source.decl as usize)
    };
    let Some(found) = decl(error.source) else { return };
    let tree = if error.in_body { found.body.as_ref() } else { Some(&found.header) };
    let _ = tree.and_then(|tree| error.span(tree));
    let _ = error.text(&|_| None);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The nets are worth nothing if the checker sees nothing: code as it is must be clean and
    /// lowered, and broken code must not be clean.
    #[test]
    fn real_code_is_clean_and_broken_code_is_not() {
        let goroot = corpus::goroot(None).expect("these tests need a Go distribution");
        let target = CheckerTarget::new(&goroot, true).expect("std loads");
        assert_eq!(target.packages.len(), PACKAGES.len());
        for package in &target.packages {
            let Some(file) = package.files.first() else { panic!("{} has no file", package.name) };
            let seed = &target.seeds[file.seed];
            let input = |text: Vec<u8>| Input { origin: seed.name.clone(), steps: vec![], text };
            let outcome = target.outcome(&input(seed.text.clone())).expect("nothing is wrong");
            assert!(outcome.clean, "{}: {outcome:?}", seed.name);
            assert!(outcome.lowered > 0, "{}: {outcome:?}", seed.name);
            let broken = [&seed.text, "\nfunc broken() int { return undeclared }\n".as_bytes()];
            let outcome = target.outcome(&input(broken.concat())).expect("an error, no failure");
            assert!(!outcome.clean, "{}: {outcome:?}", seed.name);
        }
    }
}
