//! Makes the result of what was read: numbers the packages, dependencies
//! first, and fills in what their fields say.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::closure::{Node, NodeImport};
use crate::config::{BuildConfig, BuildContext, LangVersion};
use crate::goroot::Goroot;
use crate::graph::{Edges, Walk, cut_cycles, dependency_order};
use crate::module_info::ModuleTable;
use crate::package_dir::TestScan;
use crate::package_errors::{PackageErrors, package_errors};
use crate::patterns::{COMMAND_LINE, Match};
use crate::program::{
    LoadDiagnostic, MissingPackage, Package, PackageIndex, ResolvedImport, SourceFile, SourceKind,
    Variant,
};
use crate::report::Report;
use crate::resolve::{Location, Resolver};
use crate::test_main::{TestFunctions, TestMain};
use crate::variants::{Targets, TestCycle, Unit, add_variants};

/// Turns what was read into the result.
pub(crate) struct Assembly<'a> {
    pub(crate) resolver: &'a Resolver<'a>,
    pub(crate) context: &'a BuildContext,
    pub(crate) goroot: &'a Goroot,
    pub(crate) config: &'a BuildConfig,
    pub(crate) diagnostics: Vec<LoadDiagnostic>,
    pub(crate) command_line: bool,
}

/// The parts of the result that depend on the packages.
pub(crate) struct Assembled {
    pub(crate) packages: Vec<Package>,
    pub(crate) modules: ModuleTable,
    pub(crate) roots: Vec<PackageIndex>,
    pub(crate) missing: Vec<MissingPackage>,
    pub(crate) diagnostics: Vec<LoadDiagnostic>,
}

/// The nodes that the patterns mean.
pub(crate) struct Matched {
    /// Each once, in the order of the patterns.
    pub(crate) roots: Vec<u32>,
    /// For each node the patterns that mean it.
    pub(crate) patterns: Vec<Vec<String>>,
}

/// The graph of packages: first the nodes, then the units that tests add.
pub(crate) struct Graph<'n> {
    pub(crate) nodes: &'n [Node],
    pub(crate) position: FxHashMap<&'n str, u32>,
    pub(crate) units: Vec<Unit>,
    /// The units of each node's own tests.
    pub(crate) tests: FxHashMap<(u32, Variant), u32>,
    pub(crate) walk: Walk,
    pub(crate) test_cycles: Vec<TestCycle>,
    /// The place of each node and unit in the result; none for what only the
    /// copies made for tests stand for.
    pub(crate) index: Vec<Option<PackageIndex>>,
}

impl Graph<'_> {
    /// The unit of some tests of a node, or the node itself.
    pub(crate) fn unit_of(&self, node: u32, variant: Variant) -> u32 {
        self.tests.get(&(node, variant)).copied().unwrap_or(node)
    }

    /// The package in the result that a node or unit became. If nothing needs
    /// a package but copies of it that tests need, the first of those.
    pub(crate) fn package_of(&self, at: u32) -> Option<PackageIndex> {
        self.index[at as usize].or_else(|| {
            let copy = self.units.iter().position(|u| u.node == at)?;
            self.index[self.nodes.len() + copy]
        })
    }
}

/// The packages that the patterns mean.
pub(crate) fn matched_nodes(nodes: &[Node], matches: &[Match]) -> Matched {
    let position = positions(nodes);
    let mut roots = Vec::new();
    let mut is_root = vec![false; nodes.len()];
    let mut patterns: Vec<Vec<String>> = vec![Vec::new(); nodes.len()];
    for m in matches {
        let mut means: Vec<u32> = m
            .packages
            .iter()
            .filter_map(|l| position.get(l.import_path.as_str()).copied())
            .collect();
        if m.closure {
            means = explicit_closure(nodes, &means, &position);
        }
        let mut once = FxHashSet::default();
        means.retain(|&node| once.insert(node));
        for node in means {
            patterns[node as usize].push(m.pattern.clone());
            if !std::mem::replace(&mut is_root[node as usize], true) {
                roots.push(node);
            }
        }
    }
    Matched { roots, patterns }
}

/// Nodes are sorted by path, so their positions order ties.
fn positions(nodes: &[Node]) -> FxHashMap<&str, u32> {
    nodes.iter().enumerate().map(|(i, n)| (n.location.import_path.as_str(), i as u32)).collect()
}

impl Assembly<'_> {
    pub(crate) fn finish(mut self, nodes: Vec<Node>, matches: &[Match]) -> Assembled {
        let matched = matched_nodes(&nodes, matches);
        let position = positions(&nodes);
        let mut edges: Edges = nodes.iter().map(|n| edges_of(n, &position)).collect();
        let mut starts = matched.roots.clone();
        for &root in &matched.roots {
            starts.extend(test_targets(&nodes[root as usize], &position));
        }
        let walk = cut_cycles(&mut edges, &starts);
        let plain: Vec<Targets> =
            nodes.iter().zip(&edges).map(|(node, edges)| targets(node, edges, &position)).collect();
        let (units, test_cycles) =
            add_variants(&nodes, &position, &plain, &mut edges, &matched.roots);
        let tests: FxHashMap<(u32, Variant), u32> = units
            .iter()
            .zip(nodes.len() as u32..)
            .filter(|(unit, _)| unit.variant != Variant::ForTest)
            .map(|(unit, at)| ((unit.node, unit.variant), at))
            .collect();
        let mut roots = matched.roots.clone();
        for &root in &matched.roots {
            let order = [Variant::TestMain, Variant::WithTests, Variant::ExternalTests];
            roots.extend(order.iter().filter_map(|&variant| tests.get(&(root, variant))));
        }
        let index = numbered(&nodes, &units, &edges, &roots);
        let graph = Graph { nodes: &nodes, position, units, tests, walk, test_cycles, index };
        let mut problems = vec![false; edges.len()];
        Report {
            resolver: self.resolver,
            graph: &graph,
            roots: &matched.roots,
            diagnostics: &mut self.diagnostics,
            problems: &mut problems,
        }
        .collect();

        let mut table = ModuleTable::new(self.resolver, self.goroot);
        table.require_mains();
        for node in &nodes {
            table.require(node.location.module.as_ref());
        }
        let table = table.sorted();
        let incomplete = incomplete(&graph, &edges, &problems);
        let PackageErrors { errors, missing } =
            package_errors(self.resolver, &graph, &matched.roots, &problems);
        let Graph { units, index, .. } = graph;
        let mut packages = self.packages(nodes, matched.patterns, &units, &table);
        let all_targets = plain.into_iter().chain(units.into_iter().map(|unit| unit.imports));
        for (at, (package, targets)) in packages.iter_mut().zip(all_targets).enumerate() {
            let target = |to: Option<u32>| index[to? as usize];
            package.imports = targets
                .into_iter()
                .map(|(path, to)| ResolvedImport { path, target: target(to) })
                .collect();
            package.dependencies = edges[at].iter().filter_map(|&to| index[to as usize]).collect();
            package.dependencies.sort_unstable();
            package.dependencies.dedup();
            package.has_error = problems[at];
            package.plain = package.plain.and_then(|plain| index[plain.as_usize()]);
        }
        for &root in &roots {
            packages[root as usize].dep_only = false;
        }
        for ((package, incomplete), error) in packages.iter_mut().zip(incomplete).zip(errors) {
            package.incomplete = incomplete;
            package.error = error;
        }
        let packages = in_order(packages, &index);
        let roots = roots.iter().filter_map(|&r| index[r as usize]).collect();
        self.diagnostics.sort();
        self.diagnostics.dedup();
        Assembled { packages, modules: table, roots, missing, diagnostics: self.diagnostics }
    }

    /// The packages of the nodes and then of the units, without what depends
    /// on their final order; `plain` is a position in the list as yet.
    fn packages(
        &self,
        mut nodes: Vec<Node>,
        patterns: Vec<Vec<String>>,
        units: &[Unit],
        table: &ModuleTable,
    ) -> Vec<Package> {
        let mains = units.iter().filter(|unit| unit.variant == Variant::TestMain);
        let rank: FxHashMap<u32, usize> = mains.map(|unit| unit.node).zip(0..).collect();
        let mut tests: FxHashMap<u32, (TestScan, TestScan)> = FxHashMap::default();
        for unit in units.iter().filter(|unit| unit.variant == Variant::TestMain) {
            let scan = &mut nodes[unit.node as usize].scan;
            let files = |tests: &TestScan| TestScan {
                files: tests.files.clone(),
                file_versions: tests.file_versions.clone(),
                ..TestScan::default()
            };
            tests.insert(unit.node, (files(&scan.tests), files(&scan.xtests)));
        }
        if self.config.keep_text {
            self.read_texts(&mut tests);
        }
        let mains = self.test_mains(&nodes, &tests);
        let mut packages: Vec<Package> = Vec::with_capacity(nodes.len() + units.len());
        for (at, (node, patterns)) in nodes.into_iter().zip(patterns).enumerate() {
            let plain = Some(PackageIndex(at as u32));
            let package = self.package(node, table);
            packages.push(Package { plain, matched: patterns, dep_only: true, ..package });
        }
        for unit in units {
            let plain = &packages[unit.node as usize];
            let for_test = Some(packages[unit.tested as usize].import_path.clone());
            let package = match unit.variant {
                Variant::Plain | Variant::ForTest => {
                    let mut package = Package { for_test, ..plain.clone() };
                    // The go command makes the copies for the tests of one
                    // root before it looks at the tests of the next.
                    if rank.get(&unit.node) > rank.get(&unit.tested) {
                        package.test_embed_files.clear();
                        package.xtest_embed_files.clear();
                    }
                    package
                }
                Variant::WithTests => {
                    let mut package = Package { for_test, ..plain.clone() };
                    if let Some((own, _)) = tests.get_mut(&unit.node) {
                        package.files.extend(take_files(own, plain.lang_version));
                    }
                    package.embed_files.extend(plain.test_embed_files.iter().cloned());
                    package
                }
                Variant::ExternalTests => {
                    let files = tests.get_mut(&unit.node).map(|(_, external)| external);
                    Package {
                        name: format!("{}_test", plain.name),
                        for_test,
                        files: files
                            .map(|files| take_files(files, plain.lang_version))
                            .unwrap_or_default(),
                        embed_files: plain.xtest_embed_files.clone(),
                        ..beside(plain)
                    }
                }
                Variant::TestMain => Package {
                    name: "main".to_owned(),
                    files: mains.get(&unit.node).cloned().into_iter().collect(),
                    ..beside(plain)
                },
            };
            packages.push(Package {
                import_path: unit.import_path.clone(),
                variant: unit.variant,
                dep_only: true,
                ..package
            });
        }
        packages
    }

    /// Reads the texts of test files: only those of tested packages are needed.
    fn read_texts(&self, tests: &mut FxHashMap<u32, (TestScan, TestScan)>) {
        let mut files: Vec<&mut SourceFile> = tests
            .values_mut()
            .flat_map(|(own, external)| own.files.iter_mut().chain(&mut external.files))
            .collect();
        let system = self.resolver.listings.system();
        files.par_iter_mut().for_each(|file| {
            // A file that has gone since it was scanned is as good as empty.
            file.text = system.read(&file.path).ok().map(Into::into);
        });
    }

    /// The generated file of each test program.
    fn test_mains(
        &self,
        nodes: &[Node],
        tests: &FxHashMap<u32, (TestScan, TestScan)>,
    ) -> FxHashMap<u32, SourceFile> {
        let functions = |tests: &TestScan| {
            let mut functions = TestFunctions::default();
            tests.files.iter().filter_map(|f| f.text.as_deref()).for_each(|t| functions.scan(t));
            functions
        };
        tests
            .par_iter()
            .map(|(&at, (own, external))| {
                let node = &nodes[at as usize];
                let path = &node.location.import_path;
                let external_path = format!("{path}_test");
                let (own_functions, external_functions) = (functions(own), functions(external));
                let main = TestMain {
                    package: (!own.is_empty() || !node.scan.files.is_empty())
                        .then_some((path, &own_functions)),
                    external: (!external.is_empty())
                        .then_some((&external_path, &external_functions)),
                    release_minor: self.goroot.release_minor,
                };
                let text = self.config.keep_text.then(|| Arc::from(main.text().into_bytes()));
                let file = SourceFile {
                    name: TEST_MAIN_FILE.to_owned(),
                    path: node.location.dir.join(TEST_MAIN_FILE),
                    kind: SourceKind::Go,
                    package_name: "main".into(),
                    text,
                    lang_version: self.std_version(),
                    imports: Box::default(),
                    cgo_preambles: Box::default(),
                };
                (at, file)
            })
            .collect()
    }

    /// The language version of the standard library.
    fn std_version(&self) -> LangVersion {
        LangVersion::go1(u16::try_from(self.goroot.release_minor).unwrap_or(u16::MAX))
    }

    fn package(&self, node: Node, table: &ModuleTable) -> Package {
        let Node {
            location, scan, embed_files, implicit, test_imports, xtest_imports, tests, ..
        } = node;
        let (test_embed_files, xtest_embed_files) =
            tests.map(|tests| (tests.embed_files, tests.xembed_files)).unwrap_or_default();
        let module = table.index_of(location.module.as_ref());
        let lang_version = self.lang_version(&location, table);
        let mut files = scan.files;
        set_versions(&mut files, &scan.file_versions, lang_version);
        Package {
            command_line_files: self.command_line
                && location.import_path == COMMAND_LINE
                && !location.standard,
            import_path: location.import_path,
            dir: location.dir,
            name: scan.name,
            standard: location.standard,
            module,
            lang_version,
            files,
            ignored_go_files: scan.ignored_go_files,
            invalid_go_files: scan.invalid_go_files,
            test_go_files: scan.tests.names(),
            xtest_go_files: scan.xtests.names(),
            other_files: scan.other_files,
            cgo_flags: scan.cgo_flags,
            embed_patterns: scan.embed_patterns,
            embed_files,
            test_embed_patterns: scan.tests.embed_patterns,
            test_embed_files,
            xtest_embed_patterns: scan.xtests.embed_patterns,
            xtest_embed_files,
            implicit_imports: implicit.into_iter().map(|l| l.import_path).collect(),
            test_imports,
            xtest_imports,
            ..Package::default()
        }
    }

    fn lang_version(&self, location: &Location, table: &ModuleTable) -> LangVersion {
        let minor = |n: u32| LangVersion::go1(u16::try_from(n).unwrap_or(u16::MAX));
        if location.standard {
            return self.std_version();
        }
        let is_main = location.module.as_ref().is_none_or(|m| table.is_main(m));
        if is_main && self.config.go_version.is_some() {
            return minor(self.context.release_minor);
        }
        match &location.module {
            // Files outside any module are as new as the toolchain.
            None => minor(self.context.release_minor),
            Some(module) => {
                table.go_version(module).and_then(LangVersion::parse).unwrap_or(LangVersion::GO1_16)
            }
        }
    }
}

/// The name that `go test` gives to the file.
const TEST_MAIN_FILE: &str = "_testmain.go";

/// A package made from the tests of another: in its directory and module.
fn beside(plain: &Package) -> Package {
    Package {
        dir: plain.dir.clone(),
        standard: plain.standard,
        module: plain.module,
        lang_version: plain.lang_version,
        plain: plain.plain,
        ..Package::default()
    }
}

fn take_files(tests: &mut TestScan, lang_version: LangVersion) -> Vec<SourceFile> {
    let mut files = std::mem::take(&mut tests.files);
    set_versions(&mut files, &tests.file_versions, lang_version);
    files
}

fn set_versions(files: &mut [SourceFile], versions: &[Option<LangVersion>], package: LangVersion) {
    for (file, version) in files.iter_mut().zip(versions) {
        file.lang_version = version.unwrap_or(package);
    }
}

/// The nodes and units that have errors, or depend on what has. As for the
/// go command, a copy made for tests is what the package itself is, and the
/// main package of a test is always complete.
fn incomplete(graph: &Graph<'_>, edges: &Edges, problems: &[bool]) -> Vec<bool> {
    let mut incomplete = problems.to_vec();
    for cycle in &graph.walk.cycles {
        incomplete[cycle.from as usize] = true;
    }
    for at in dependency_order(edges, |at| at) {
        let at = at as usize;
        if at < graph.nodes.len() {
            incomplete[at] |= edges[at].iter().any(|&to| incomplete[to as usize]);
        }
    }
    for (unit, at) in graph.units.iter().zip(graph.nodes.len()..) {
        let imported = |imports: &[NodeImport]| {
            imports
                .iter()
                .filter_map(|i| i.target.as_deref().ok())
                .any(|path| graph.position.get(path).is_some_and(|&to| incomplete[to as usize]))
        };
        let node = unit.node as usize;
        let tests = graph.nodes[node].tests.as_ref();
        incomplete[at] = match unit.variant {
            Variant::Plain | Variant::ForTest => incomplete[node],
            Variant::WithTests => {
                incomplete[at]
                    || incomplete[node]
                    || tests.is_some_and(|tests| imported(&tests.imports))
            }
            Variant::ExternalTests => {
                incomplete[at] || tests.is_some_and(|tests| imported(&tests.ximports))
            }
            Variant::TestMain => false,
        };
    }
    incomplete
}

/// The place of each node and unit that the roots need in the result:
/// dependencies first, ties by import path.
fn numbered(
    nodes: &[Node],
    units: &[Unit],
    edges: &Edges,
    roots: &[u32],
) -> Vec<Option<PackageIndex>> {
    let mut needed = vec![false; edges.len()];
    let mut queue = roots.to_vec();
    while let Some(at) = queue.pop() {
        if !std::mem::replace(&mut needed[at as usize], true) {
            queue.extend(&edges[at as usize]);
        }
    }
    let paths: Vec<&str> = nodes
        .iter()
        .map(|node| node.location.import_path.as_str())
        .chain(units.iter().map(|unit| unit.import_path.as_str()))
        .collect();
    let mut by_path: Vec<u32> = (0..paths.len() as u32).collect();
    by_path.sort_by_key(|&at| paths[at as usize]);
    let mut rank = vec![0; paths.len()];
    for (place, &at) in by_path.iter().enumerate() {
        rank[at as usize] = place as u32;
    }
    let mut index = vec![None; paths.len()];
    let order = dependency_order(edges, |at| rank[at as usize]);
    for (place, at) in order.into_iter().filter(|&at| needed[at as usize]).enumerate() {
        index[at as usize] = Some(PackageIndex(place as u32));
    }
    index
}

/// Puts each package in its place.
fn in_order(packages: Vec<Package>, index: &[Option<PackageIndex>]) -> Vec<Package> {
    let mut places: Vec<Option<Package>> = packages.iter().map(|_| None).collect();
    for (package, place) in packages.into_iter().zip(index) {
        if let Some(place) = place {
            places[place.as_usize()] = Some(package);
        }
    }
    // The places are numbered without gaps.
    places.into_iter().flatten().collect()
}

fn edges_of(node: &Node, position: &FxHashMap<&str, u32>) -> Vec<u32> {
    let explicit = node.imports.iter().filter_map(|i| i.target.as_deref().ok());
    let implicit = node.implicit.iter().map(|l| l.import_path.as_str());
    let mut edges: Vec<u32> = Vec::with_capacity(node.imports.len());
    for path in explicit.chain(implicit) {
        if let Some(&to) = position.get(path)
            && !edges.contains(&to)
        {
            edges.push(to);
        }
    }
    edges
}

/// What each import of a package means, as far as its edge was not cut.
fn targets(node: &Node, edges: &[u32], position: &FxHashMap<&str, u32>) -> Targets {
    let target = |import: &Result<String, String>| {
        let to = *position.get(import.as_deref().ok()?)?;
        edges.contains(&to).then_some(to)
    };
    node.imports.iter().map(|i| (i.import.path.clone(), target(&i.target))).collect()
}

/// What the tests of a package need.
fn test_targets(node: &Node, position: &FxHashMap<&str, u32>) -> Vec<u32> {
    let Some(tests) = &node.tests else { return Vec::new() };
    let imports = tests.imports.iter().chain(&tests.ximports);
    let needed = [&tests.implicit, &tests.ximplicit, &tests.main, &tests.linked];
    let explicit = imports.filter_map(|i| i.target.as_deref().ok());
    explicit
        .chain(needed.into_iter().flatten().map(|l| l.import_path.as_str()))
        .filter_map(|path| position.get(path).copied())
        .collect()
}

/// Packages reachable by imports that files name, sorted by path. The tests
/// of the first packages count, too.
fn explicit_closure(nodes: &[Node], from: &[u32], position: &FxHashMap<&str, u32>) -> Vec<u32> {
    let mut seen = vec![false; nodes.len()];
    let mut queue: Vec<u32> = from.to_vec();
    for &root in from {
        let node = &nodes[root as usize];
        let tests = node.test_imports.iter().chain(&node.xtest_imports);
        queue.extend(tests.filter_map(|path| position.get(path.as_str()).copied()));
    }
    while let Some(at) = queue.pop() {
        if std::mem::replace(&mut seen[at as usize], true) {
            continue;
        }
        let imports = nodes[at as usize].imports.iter().filter_map(|i| i.target.as_deref().ok());
        queue.extend(imports.filter_map(|path| position.get(path).copied()));
    }
    (0..nodes.len() as u32).filter(|&n| seen[n as usize]).collect()
}
