//! Loads a program: from patterns to the package graph.

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::closure::{Node, Root, read_closure};
use crate::config::{BuildConfig, BuildContext, LangVersion};
use crate::context::build_context;
use crate::env::GoEnv;
use crate::goroot::{self, Goroot};
use crate::graph::{Edges, Walk, cut_cycles, dependency_order};
use crate::listing::Listings;
use crate::module_graph::{ModuleGraph, find_upwards};
use crate::module_info::ModuleTable;
use crate::patterns::{self, COMMAND_LINE, Expander, Match};
use crate::program::{
    DiagnosticKind, LoadDiagnostic, LoadError, Package, PackageIndex, Program, ResolvedImport,
    Severity, SourceKind,
};
use crate::resolve::{Location, Resolver};
use crate::rules::{Edge, forbidden};
use crate::scans::Scans;
use crate::system::{EntryKind, System, lexically_clean};
use crate::version::{compare_go_versions, is_go_version};

/// Loads the packages that match some patterns, and all that they import.
///
/// # Errors
/// When nothing at all can be loaded: there is no Go installation, the
/// directory does not exist, or the configuration makes no sense. Anything
/// wrong with a single package is a diagnostic in the result.
pub fn load(
    system: &dyn System,
    config: &BuildConfig,
    patterns: &[String],
) -> Result<Program, LoadError> {
    let dir = working_dir(system, config)?;
    let env = GoEnv::new(system);
    let goroot = goroot::find(system, config, &env)?;
    let context = build_context(system, config, &env, &goroot)?;
    let std_context = BuildContext { release_minor: goroot.release_minor, ..context.clone() };
    let listings = Listings::new(system);
    let goroot_src = goroot.dir.join("src");
    let patterns = patterns::clean(patterns);
    let mut diagnostics = Vec::new();
    let module_dir = discovery_dir(&listings, &dir, &patterns);
    let modules = ModuleGraph::discover(
        &listings,
        &env,
        &module_dir,
        config.mod_mode,
        &goroot_src,
        &mut diagnostics,
    );
    warn_of_newer_go(&modules, &goroot, &mut diagnostics);
    let resolver = Resolver::new(&listings, &modules, goroot_src.clone());
    let scans = Scans::new(&listings, &context, &std_context, goroot_src, config.keep_text);
    let mut expander = Expander { resolver: &resolver, scans: &scans, dir: &dir, diagnostics };

    let (matches, roots) = match command_line_files(system, &dir, &patterns) {
        Some(files) => {
            let (location, names) = files_package(&dir, &files, &mut expander.diagnostics);
            match location {
                Some(location) => {
                    let root =
                        Root { location: location.clone(), files: Some(names), with_tests: false };
                    let matched = patterns.iter().map(|pattern| Match {
                        pattern: pattern.clone(),
                        packages: vec![location.clone()],
                        closure: false,
                    });
                    (matched.collect(), vec![root])
                }
                None => (Vec::new(), Vec::new()),
            }
        }
        None => {
            let mut matches: Vec<Match> = patterns.iter().map(|p| expander.expand(p)).collect();
            patterns::name_bare_package(&mut matches);
            let root_of = |m: &Match, location: &Location| Root {
                location: location.clone(),
                files: None,
                with_tests: m.closure,
            };
            let roots =
                matches.iter().flat_map(|m| m.packages.iter().map(|l| root_of(m, l))).collect();
            (matches, roots)
        }
    };
    let diagnostics = expander.diagnostics;
    let nodes = read_closure(&resolver, &scans, &roots);
    let assembly = Assembly {
        resolver: &resolver,
        context: &context,
        goroot: &goroot,
        config,
        diagnostics,
        command_line: roots.iter().any(|r| r.files.is_some()),
    };
    let (packages, modules_table, roots, diagnostics) = assembly.finish(nodes, &matches);
    let main_module = modules_table.main();
    Ok(Program {
        packages,
        roots,
        modules: modules_table.into_modules(),
        main_module,
        diagnostics,
        goroot: goroot.dir.clone(),
        go_version: goroot.version.clone(),
        module_cache: modules.cache.clone(),
        context,
    })
}

/// The directory that patterns are relative to.
fn working_dir(system: &dyn System, config: &BuildConfig) -> Result<Utf8PathBuf, LoadError> {
    let current = system
        .current_dir()
        .map_err(|e| LoadError::Directory { path: ".".into(), message: e.to_string() })?;
    let dir = match &config.dir {
        Some(dir) => lexically_clean(&current.join(dir)),
        None => current,
    };
    match system.metadata(&dir) {
        Ok(meta) if meta.kind == EntryKind::Directory => Ok(dir),
        Ok(_) => Err(LoadError::Directory { path: dir, message: "not a directory".to_owned() }),
        Err(e) => Err(LoadError::Directory { path: dir, message: e.to_string() }),
    }
}

/// A module may ask for a newer Go than the one whose library is used.
fn warn_of_newer_go(modules: &ModuleGraph, goroot: &Goroot, diagnostics: &mut Vec<LoadDiagnostic>) {
    let installed = goroot.version.strip_prefix("go").unwrap_or(&goroot.version);
    for module in &modules.mains {
        let Some(go) = module.file.go.as_deref() else { continue };
        if is_go_version(installed) && compare_go_versions(go, installed).is_gt() {
            let message =
                format!("go.mod requires go >= {go} (the Go installation is {})", goroot.version);
            diagnostics.push(
                LoadDiagnostic::new(Severity::Warning, DiagnosticKind::Module, message).at(
                    &module.dir.join("go.mod"),
                    0,
                    0,
                ),
            );
        }
    }
}

/// Where to look for the main module: the working directory, or, if that is
/// in no module, the first directory that a pattern names and that is.
fn discovery_dir(listings: &Listings<'_>, dir: &Utf8Path, patterns: &[String]) -> Utf8PathBuf {
    let in_module = |dir: &Utf8Path| find_upwards(listings, dir, "go.mod").is_some();
    if in_module(dir) || find_upwards(listings, dir, "go.work").is_some() {
        return dir.to_owned();
    }
    let named = patterns.iter().filter_map(|p| {
        let base = patterns::base_dir(dir, p)?;
        if p.ends_with(".go") { base.parent().map(Utf8Path::to_owned) } else { Some(base) }
    });
    named.into_iter().find(|d| in_module(d)).unwrap_or_else(|| dir.to_owned())
}

/// The patterns, if they are a list of Go files.
fn command_line_files(
    system: &dyn System,
    dir: &Utf8Path,
    patterns: &[String],
) -> Option<Vec<Utf8PathBuf>> {
    let is_file = |p: &String| {
        p.ends_with(".go")
            && system.metadata(&dir.join(p)).is_ok_and(|m| m.kind != EntryKind::Directory)
    };
    let any = patterns.iter().any(is_file);
    any.then(|| patterns.iter().map(|p| lexically_clean(&dir.join(p))).collect())
}

/// The package that named files make up.
fn files_package(
    dir: &Utf8Path,
    files: &[Utf8PathBuf],
    diagnostics: &mut Vec<LoadDiagnostic>,
) -> (Option<Location>, Vec<String>) {
    let mut problem = |message: String| {
        diagnostics.push(LoadDiagnostic::new(Severity::Error, DiagnosticKind::Pattern, message));
    };
    let mut names = Vec::new();
    let mut common: Option<&Utf8Path> = None;
    for file in files {
        let shown = file.strip_prefix(dir).unwrap_or(file);
        let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else { continue };
        if !name.ends_with(".go") {
            problem(format!("named files must be .go files: {shown}"));
            continue;
        }
        match common {
            Some(first) if first != parent => {
                problem(format!(
                    "named files must all be in one directory; have {first} and {parent}"
                ));
                continue;
            }
            _ => common = Some(parent),
        }
        names.push(name.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    let location = common.map(|parent| Location {
        import_path: COMMAND_LINE.to_owned(),
        dir: parent.to_owned(),
        standard: false,
        module: None,
    });
    (location, names)
}

/// Turns what was read into the result.
struct Assembly<'a> {
    resolver: &'a Resolver<'a>,
    context: &'a BuildContext,
    goroot: &'a Goroot,
    config: &'a BuildConfig,
    diagnostics: Vec<LoadDiagnostic>,
    command_line: bool,
}

type Assembled = (Vec<Package>, ModuleTable, Vec<PackageIndex>, Vec<LoadDiagnostic>);

impl Assembly<'_> {
    fn finish(mut self, nodes: Vec<Node>, matches: &[Match]) -> Assembled {
        // Nodes are sorted by path, so their positions order ties.
        let position: FxHashMap<&str, u32> = nodes
            .iter()
            .enumerate()
            .map(|(i, n)| (n.location.import_path.as_str(), i as u32))
            .collect();
        let mut edges: Edges = nodes.iter().map(|n| edges_of(n, &position)).collect();
        let (roots, matched) = self.roots(&nodes, matches, &position);
        let walk = cut_cycles(&mut edges, &roots);
        let order = dependency_order(&edges);
        // From position among the nodes to position in the program.
        let mut index = vec![PackageIndex(u32::MAX); nodes.len()];
        for (at, &node) in order.iter().enumerate() {
            index[node as usize] = PackageIndex(at as u32);
        }
        let mut problems = vec![false; nodes.len()];
        self.report(&nodes, &position, &walk, &index, &mut problems);

        let root_set: Vec<bool> = {
            let mut set = vec![false; nodes.len()];
            roots.iter().for_each(|&r| set[r as usize] = true);
            set
        };
        let mut table = ModuleTable::new(self.resolver);
        table.require_mains();
        for node in &nodes {
            table.require(node.location.module.as_ref());
        }
        let table = table.sorted();
        let mut packages: Vec<Option<Package>> = order.iter().map(|_| None).collect();
        let targets: Vec<Vec<ResolvedImport>> = nodes
            .iter()
            .enumerate()
            .map(|(at, node)| resolved_imports(node, &edges[at], &position, &index))
            .collect();
        for ((at, node), imports) in nodes.into_iter().enumerate().zip(targets) {
            let mut dependencies: Vec<PackageIndex> =
                edges[at].iter().map(|&to| index[to as usize]).collect();
            dependencies.sort_unstable();
            dependencies.dedup();
            let mut package = self.package(node, &table);
            package.imports = imports;
            package.dependencies = dependencies;
            package.dep_only = !root_set[at];
            package.matched = matched[at].clone();
            package.has_error = problems[at];
            packages[index[at].as_usize()] = Some(package);
        }
        // Every node has a place in the order, as the cycles are cut.
        let mut packages: Vec<Package> = packages.into_iter().flatten().collect();
        for cycle in &walk.cycles {
            packages[index[cycle.from as usize].as_usize()].incomplete = true;
        }
        for at in 0..packages.len() {
            packages[at].incomplete |= packages[at].has_error
                || packages[at].dependencies.iter().any(|d| packages[d.as_usize()].incomplete);
        }
        let roots = roots.iter().map(|&r| index[r as usize]).collect();
        self.diagnostics.sort();
        self.diagnostics.dedup();
        (packages, table, roots, self.diagnostics)
    }

    /// The packages that the patterns mean, each once, and for each package
    /// the patterns that mean it.
    fn roots(
        &self,
        nodes: &[Node],
        matches: &[Match],
        position: &FxHashMap<&str, u32>,
    ) -> (Vec<u32>, Vec<Vec<String>>) {
        let mut roots = Vec::new();
        let mut is_root = vec![false; nodes.len()];
        let mut matched: Vec<Vec<String>> = vec![Vec::new(); nodes.len()];
        for m in matches {
            let mut means: Vec<u32> = m
                .packages
                .iter()
                .filter_map(|l| position.get(l.import_path.as_str()).copied())
                .collect();
            if m.closure {
                means = explicit_closure(nodes, &means, position);
            }
            let mut once = FxHashSet::default();
            means.retain(|&node| once.insert(node));
            for node in means {
                matched[node as usize].push(m.pattern.clone());
                if !std::mem::replace(&mut is_root[node as usize], true) {
                    roots.push(node);
                }
            }
        }
        (roots, matched)
    }

    /// Collects everything that is wrong with the packages; `problems` tells
    /// which packages have errors.
    fn report(
        &mut self,
        nodes: &[Node],
        position: &FxHashMap<&str, u32>,
        walk: &Walk,
        index: &[PackageIndex],
        problems: &mut [bool],
    ) {
        let stack = |node: u32| -> Vec<String> {
            let mut stack = Vec::new();
            let mut at = Some(node);
            while let Some(node) = at {
                stack.push(nodes[node as usize].location.import_path.clone());
                at = walk.parent[node as usize];
            }
            stack.reverse();
            stack
        };
        let path_of = |node: u32| nodes[node as usize].location.import_path.as_str();
        let mut push =
            |diagnostics: &mut Vec<LoadDiagnostic>, node: u32, mut diagnostic: LoadDiagnostic| {
                diagnostic.package = Some(index[node as usize]);
                if diagnostic.import_stack.is_empty() {
                    diagnostic.import_stack = stack(node);
                }
                if diagnostic.severity == Severity::Error {
                    problems[node as usize] = true;
                }
                diagnostics.push(diagnostic);
            };
        for (at, node) in nodes.iter().enumerate() {
            let at = at as u32;
            for problem in &node.scan.problems {
                let file = problem.file.as_deref().unwrap_or(&node.scan.dir);
                let diagnostic = LoadDiagnostic::new(
                    Severity::Error,
                    problem.kind,
                    problem.message.clone(),
                )
                .at(file, problem.line, problem.column);
                push(&mut self.diagnostics, at, diagnostic);
            }
            if let Some(diagnostic) =
                no_go_files(node, walk.parent[at as usize].map(|p| &nodes[p as usize]))
            {
                push(&mut self.diagnostics, at, diagnostic);
            }
            if let Some(message) = stray_c_files(node) {
                let diagnostic = LoadDiagnostic::new(Severity::Error, DiagnosticKind::Cgo, message)
                    .at(&node.scan.dir, 0, 0);
                push(&mut self.diagnostics, at, diagnostic);
            }
            let importer_path = self.importer_path(&node.location);
            for import in &node.imports {
                let place = &import.import;
                let target = match &import.target {
                    Ok(target) => target,
                    Err(message) => {
                        let mut diagnostic = LoadDiagnostic::new(
                            Severity::Error,
                            DiagnosticKind::MissingPackage,
                            message.clone(),
                        )
                        .at(&place.file, place.line, place.column);
                        diagnostic.missing = Some(place.path.clone());
                        push(&mut self.diagnostics, at, diagnostic);
                        continue;
                    }
                };
                let Some(&to) = position.get(target.as_str()) else { continue };
                let edge = Edge {
                    importer: &node.location,
                    target: &nodes[to as usize].location,
                    written: &place.path,
                    target_name: &nodes[to as usize].scan.name,
                    importer_path: &importer_path,
                };
                if let Some(message) = forbidden(&edge, self.resolver.listings) {
                    let mut diagnostic = LoadDiagnostic::new(
                        Severity::Error,
                        DiagnosticKind::ForbiddenImport,
                        message,
                    )
                    .at(&place.file, place.line, place.column);
                    diagnostic.import_stack = stack(at);
                    diagnostic.import_stack.push(target.clone());
                    push(&mut self.diagnostics, at, diagnostic);
                }
            }
        }
        for cycle in &walk.cycles {
            let chain: Vec<&str> = cycle.chain.iter().map(|&n| path_of(n)).collect();
            let mut diagnostic = LoadDiagnostic::new(
                Severity::Error,
                DiagnosticKind::ImportCycle,
                format!("import cycle not allowed: {}", chain.join(" imports ")),
            );
            let from = &nodes[cycle.from as usize];
            let target = path_of(cycle.to);
            let import = from.imports.iter().find(|i| i.target.as_deref() == Ok(target));
            if let Some(import) = import {
                diagnostic =
                    diagnostic.at(&import.import.file, import.import.line, import.import.column);
            }
            diagnostic.import_stack = stack(cycle.from);
            diagnostic.import_stack.push(target.to_owned());
            push(&mut self.diagnostics, cycle.to, diagnostic);
        }
    }

    /// The path that decides what internal packages an importer may use.
    fn importer_path(&self, location: &Location) -> String {
        if location.import_path != COMMAND_LINE || location.standard {
            return location.import_path.clone();
        }
        for module in &self.resolver.modules.mains {
            if let Ok(rest) = location.dir.strip_prefix(&module.dir) {
                return format!("{}/{rest}", module.prefix).trim_end_matches('/').to_owned();
            }
        }
        ".".to_owned()
    }

    fn package(&self, node: Node, table: &ModuleTable) -> Package {
        let Node { location, scan, implicit, test_imports, xtest_imports, .. } = node;
        let module = table.index_of(location.module.as_ref());
        let lang_version = self.lang_version(&location, table);
        let mut files = scan.files;
        for (file, version) in files.iter_mut().zip(&scan.file_versions) {
            file.lang_version = version.unwrap_or(lang_version);
        }
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
            test_go_files: scan.test_go_files,
            xtest_go_files: scan.xtest_go_files,
            other_files: scan.other_files,
            embed_patterns: scan.embed_patterns,
            implicit_imports: implicit.into_iter().map(|l| l.import_path).collect(),
            test_imports,
            xtest_imports,
            ..Package::default()
        }
    }

    fn lang_version(&self, location: &Location, table: &ModuleTable) -> LangVersion {
        let minor = |n: u32| LangVersion::go1(u16::try_from(n).unwrap_or(u16::MAX));
        if location.standard {
            return minor(self.goroot.release_minor);
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
fn resolved_imports(
    node: &Node,
    edges: &[u32],
    position: &FxHashMap<&str, u32>,
    index: &[PackageIndex],
) -> Vec<ResolvedImport> {
    let target = |import: &Result<String, String>| {
        let to = *position.get(import.as_deref().ok()?)?;
        edges.contains(&to).then(|| index[to as usize])
    };
    node.imports
        .iter()
        .map(|i| ResolvedImport { path: i.import.path.clone(), target: target(&i.target) })
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

/// A package without any file for this build.
fn no_go_files(node: &Node, importer: Option<&Node>) -> Option<LoadDiagnostic> {
    let scan = &node.scan;
    let only_tests = !scan.test_go_files.is_empty() || !scan.xtest_go_files.is_empty();
    if !scan.files.is_empty() || !scan.problems.is_empty() || only_tests && importer.is_none() {
        return None;
    }
    let diagnostic =
        LoadDiagnostic::new(Severity::Error, DiagnosticKind::NoGoFiles, scan.no_go_files_message());
    // What needs it is a better place than the directory.
    let path = Ok(node.location.import_path.as_str());
    let import = importer.and_then(|i| i.imports.iter().find(|i| i.target.as_deref() == path));
    Some(match import {
        Some(import) => {
            diagnostic.at(&import.import.file, import.import.line, import.import.column)
        }
        None => diagnostic.at(&scan.dir, 0, 0),
    })
}

/// Files in other languages that only cgo could compile.
fn stray_c_files(node: &Node) -> Option<String> {
    let other = &node.scan.other_files;
    let uses_cgo = node.scan.files.iter().any(|f| f.kind == SourceKind::Cgo);
    if uses_cgo || !other.swig.is_empty() || !other.swig_cxx.is_empty() {
        return None;
    }
    let languages =
        [("C", &other.c), ("C++", &other.cxx), ("Objective-C", &other.m), ("Fortran", &other.f)];
    let (language, files) = languages.into_iter().find(|(_, files)| !files.is_empty())?;
    Some(format!(
        "{language} source files not allowed when not using cgo or SWIG: {}",
        files.join(" ")
    ))
}
