//! Expands package patterns: which packages the user means.
//!
//! Patterns are those of the go command: import paths, directories (`.`,
//! `./x`, absolute), either with `...`, the names `std`, `cmd`, `all`,
//! `work` and `tool`, or a list of Go files.

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::config::ModMode;
use crate::gomod::ModuleVersion;
use crate::listing::Listings;
use crate::module_graph::{ModuleKey, find_upwards};
use crate::pattern_match::Wildcard;
use crate::program::{DiagnosticKind, LoadDiagnostic, Severity};
use crate::resolve::{Importer, Location, Resolver, has_path_prefix, is_local, is_standard_path};
use crate::scans::Scans;
use crate::system::{EntryKind, lexically_clean, short_path};

/// What one pattern stands for.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) pattern: String,
    pub(crate) packages: Vec<Location>,
    /// Everything that the packages import is meant as well (`all`).
    pub(crate) closure: bool,
}

/// Expands patterns; what they are relative to, and whom to ask.
#[derive(Debug)]
pub(crate) struct Expander<'a> {
    pub(crate) resolver: &'a Resolver<'a>,
    pub(crate) scans: &'a Scans<'a>,
    /// The directory that relative patterns start from.
    pub(crate) dir: &'a Utf8Path,
    pub(crate) diagnostics: Vec<LoadDiagnostic>,
}

/// A directory met on a walk, and the import path that it would have.
struct Candidate {
    dir: Utf8PathBuf,
    name: String,
}

/// Which directories a walk enters.
struct Walk<'w> {
    /// Stop at directories that hold a go.mod file.
    stop_at_modules: bool,
    /// Where the walk begins, relative to what `ignore` is relative to.
    below: &'w str,
    /// Do not enter directories called vendor.
    skip_vendor: bool,
    /// Directories that go.mod says to ignore, relative to the root.
    ignore: &'w [String],
    /// Whether anything at or below an import path can match.
    enter: &'w (dyn Fn(&str) -> bool + Sync),
}

/// The form of patterns that everything else works on.
pub(crate) fn clean(patterns: &[String]) -> Vec<String> {
    if patterns.is_empty() {
        return vec![".".to_owned()];
    }
    patterns.iter().map(|p| clean_one(p)).collect()
}

fn clean_one(pattern: &str) -> String {
    let path = Utf8Path::new(pattern);
    if path.is_absolute() {
        return lexically_clean(path).into_string();
    }
    let pattern = if cfg!(windows) { pattern.replace('\\', "/") } else { pattern.to_owned() };
    let cleaned = lexically_clean(Utf8Path::new(&pattern)).into_string();
    if pattern.starts_with("./") && !is_local(&cleaned) { format!("./{cleaned}") } else { cleaned }
}

/// The directory that a walk for a local pattern begins at.
pub(crate) fn base_dir(dir: &Utf8Path, pattern: &str) -> Option<Utf8PathBuf> {
    if !is_local(pattern) && !Utf8Path::new(pattern).is_absolute() {
        return None;
    }
    let fixed = match pattern.split_once("...") {
        Some((before, _)) => {
            before.rsplit_once('/').map_or("", |(dir, _)| if dir.is_empty() { "/" } else { dir })
        }
        None => pattern,
    };
    Some(lexically_clean(&dir.join(fixed)))
}

impl Expander<'_> {
    fn listings(&self) -> &Listings<'_> {
        self.resolver.listings
    }

    fn problem(&mut self, severity: Severity, message: String) {
        self.diagnostics.push(LoadDiagnostic::new(severity, DiagnosticKind::Pattern, message));
    }

    /// Expands one cleaned pattern.
    pub(crate) fn expand(&mut self, pattern: &str) -> Match {
        let before = self.diagnostics.len();
        let is_wildcard = pattern.contains("...");
        let mut closure = false;
        let packages = if base_dir(self.dir, pattern).is_some() {
            if is_wildcard {
                self.match_dirs(pattern)
            } else {
                self.one_dir(pattern).into_iter().collect()
            }
        } else if is_wildcard {
            self.match_paths(pattern)
        } else {
            match pattern {
                "std" => self.match_std(),
                "cmd" => self.match_cmd(),
                "all" => {
                    closure = true;
                    let mut packages = self.match_main_modules();
                    packages.extend(self.tools());
                    packages
                }
                "work" => {
                    let mut packages = self.match_main_modules();
                    packages.extend(self.match_vendored());
                    packages
                }
                "tool" => self.tools(),
                path => self.one_path(path).into_iter().collect(),
            }
        };
        for diagnostic in &mut self.diagnostics[before..] {
            diagnostic.pattern = Some(pattern.to_owned());
        }
        if packages.is_empty() && self.diagnostics.len() == before {
            self.problem(Severity::Warning, format!("{pattern:?} matched no packages"));
        }
        Match { pattern: pattern.to_owned(), packages, closure }
    }

    fn one_path(&mut self, path: &str) -> Option<Location> {
        match self.resolver.resolve(Importer::User, path).as_ref() {
            Ok(location) => Some(location.clone()),
            Err(message) => {
                self.problem(Severity::Error, message.clone());
                None
            }
        }
    }

    fn one_dir(&mut self, pattern: &str) -> Option<Location> {
        let dir = lexically_clean(&self.dir.join(pattern));
        match self.locate_dir(&dir) {
            Ok(location) => Some(location),
            Err(message) => {
                self.problem(Severity::Error, message);
                if self.listings().is_dir(&dir)
                    && !self.listings().has_go_files(&dir)
                    && let Some(problem) = self.diagnostics.last_mut()
                {
                    problem.file = Some(dir);
                }
                None
            }
        }
    }

    /// The package in a directory.
    pub(crate) fn locate_dir(&self, dir: &Utf8Path) -> Result<Location, String> {
        let listings = self.listings();
        if let Err(e) = listings.list(dir).as_ref() {
            return Err(match e.kind() {
                std::io::ErrorKind::NotFound => format!("stat {dir}: directory not found"),
                _ => format!("cannot read directory {dir}: {e}"),
            });
        }
        if !listings.has_go_files(dir) {
            return Err(format!("no Go files in {dir}"));
        }
        if let Some(found) = self.locate_in_main_modules(dir) {
            return found;
        }
        if let Some(path) = self.path_in_goroot(dir) {
            return self.standard(&path);
        }
        if let Some(location) = self.locate_in_dependencies(dir) {
            return Ok(location);
        }
        if !self.resolver.modules.has_main() {
            // A bare directory: its files, as if they were all named.
            return Ok(Location {
                import_path: bare_import_path(dir),
                dir: dir.to_owned(),
                standard: false,
                module: None,
            });
        }
        let shown = if dir == self.dir {
            "current directory".to_owned()
        } else {
            format!("directory {}", short_path(self.dir, dir))
        };
        let Some(workspace) = &self.resolver.modules.workspace else {
            return Err(format!("{shown} outside main module or its selected dependencies"));
        };
        if let Some(root) = find_upwards(listings, dir, "go.mod") {
            return Err(format!(
                "{shown} is contained in a module that is not one of the workspace modules listed in {}. You can add the module to the workspace using:\n\tgo work use {}",
                workspace.file_name().unwrap_or_default(),
                short_path(self.dir, &root)
            ));
        }
        Err(format!("{shown} outside modules listed in go.work or their selected dependencies"))
    }

    fn locate_in_main_modules(&self, dir: &Utf8Path) -> Option<Result<Location, String>> {
        let modules = self.resolver.modules;
        let mut outside = None;
        // The innermost of nested main modules first.
        let mut mains: Vec<usize> = (0..modules.mains.len()).collect();
        mains.sort_by_key(|&m| std::cmp::Reverse(modules.mains[m].dir.as_str().len()));
        for main in mains {
            let module = &modules.mains[main];
            let Ok(rest) = dir.strip_prefix(&module.dir) else { continue };
            let rest = slashes(rest);
            if rest.is_empty() && dir == self.resolver.goroot_src {
                return Some(Err("GOROOT/src is not an importable package".to_owned()));
            }
            if let Some(vendored) = rest.strip_prefix("vendor/")
                && let Some((_, list)) = &modules.vendor
            {
                return Some(match list.packages.get(vendored) {
                    Some(m) => Ok(Location {
                        import_path: vendored.to_owned(),
                        dir: dir.to_owned(),
                        standard: false,
                        module: Some(ModuleKey::Dependency(m.clone())),
                    }),
                    None => Err(format!(
                        "directory {dir} is not a package listed in vendor/modules.txt"
                    )),
                });
            }
            if rest.starts_with("vendor/") && !module.prefix.is_empty() {
                return Some(Err(format!(
                    "without -mod=vendor, directory {dir} has no package path"
                )));
            }
            let path = join_path(&module.prefix, &rest);
            if self.path_in_goroot(dir).is_some() {
                return Some(self.standard(&path));
            }
            if self.resolver.dir_in_module(&path, &module.prefix, &module.dir, true).is_some() {
                return Some(Ok(Location {
                    import_path: path,
                    dir: dir.to_owned(),
                    standard: false,
                    module: Some(ModuleKey::Main(main)),
                }));
            }
            outside.get_or_insert(Err(format!(
                "main module ({}) does not contain package {path}",
                module.file.module
            )));
        }
        outside
    }

    fn standard(&self, path: &str) -> Result<Location, String> {
        if path == "builtin" {
            return Err("\"builtin\" is a pseudo-package, not an importable package".to_owned());
        }
        Ok(Location {
            import_path: path.to_owned(),
            dir: self.resolver.goroot_src.join(path),
            standard: true,
            module: None,
        })
    }

    /// The import path of a directory inside GOROOT/src.
    fn path_in_goroot(&self, dir: &Utf8Path) -> Option<String> {
        let src = &self.resolver.goroot_src;
        let below = |dir: &Utf8Path, src: &Utf8Path| dir.strip_prefix(src).ok().map(slashes);
        // The installation may be reached through a link.
        let path = below(dir, src).or_else(|| below(dir, &self.resolver.goroot_src_real))?;
        (!path.is_empty() && !path.contains('@')).then_some(path)
    }

    /// The package in a directory of the module cache or of a replacement.
    fn locate_in_dependencies(&self, dir: &Utf8Path) -> Option<Location> {
        let modules = self.resolver.modules;
        if !modules.has_main() || modules.mode == ModMode::Vendor {
            return None;
        }
        let selected = modules.selected(self.listings());
        let mut found: Option<(usize, Location)> = None;
        let mut paths: Vec<(&String, &String)> = selected.iter().collect();
        paths.sort_unstable();
        for (path, version) in paths {
            let module = ModuleVersion { path: path.clone(), version: version.clone() };
            let Ok(root) = modules.root_of(self.listings(), &module) else { continue };
            let Ok(rest) = dir.strip_prefix(&root.dir) else { continue };
            let import_path = join_path(path, &slashes(rest));
            let length = root.dir.as_str().len();
            if found.as_ref().is_none_or(|(longest, _)| length > *longest)
                && self.resolver.dir_in_module(&import_path, path, &root.dir, root.local).is_some()
            {
                let location = Location {
                    import_path,
                    dir: dir.to_owned(),
                    standard: false,
                    module: Some(ModuleKey::Dependency(module)),
                };
                found = Some((length, location));
            }
        }
        found.map(|(_, location)| location)
    }

    /// A pattern of directories with `...`.
    fn match_dirs(&mut self, pattern: &str) -> Vec<Location> {
        let Some(base) = base_dir(self.dir, pattern) else { return Vec::new() };
        if let Err(e) = self.listings().list(&base).as_ref() {
            let why = if e.kind() == std::io::ErrorKind::NotFound {
                "no such file or directory".to_owned()
            } else {
                e.to_string()
            };
            let shown = pattern.split("...").next().unwrap_or_default();
            let shown = &shown[..shown.rfind('/').map_or(0, |slash| slash + 1)];
            self.problem(Severity::Error, format!("pattern {pattern}: lstat {shown}: {why}"));
            return Vec::new();
        }
        if base != self.dir && base.file_name().is_some_and(is_skipped) {
            return Vec::new();
        }
        let modules = self.resolver.modules;
        let root = modules
            .mains
            .iter()
            .filter(|m| base.starts_with(&m.dir))
            .max_by_key(|m| m.dir.as_str().len());
        let ignore = root.map(|m| (m.dir.clone(), m.file.ignore.clone()));
        if root.is_none()
            && modules.has_main()
            && self.path_in_goroot(&base).is_none()
            && base != self.resolver.goroot_src
            && self.module_below(&base).is_none()
        {
            let scope = match modules.workspace {
                Some(_) => "modules listed in go.work or their selected dependencies",
                None => "main module or its selected dependencies",
            };
            let shown = short_path(self.dir, &base);
            self.problem(
                Severity::Error,
                format!("pattern {pattern}: directory prefix {shown} does not contain {scope}"),
            );
            return Vec::new();
        }
        // Match the names as the user would write them: relative to the same
        // start as the pattern.
        let absolute = Utf8Path::new(pattern).is_absolute();
        let fixed = if absolute { String::new() } else { up_prefix(pattern) };
        let wildcard = Wildcard::new(pattern);
        let start = lexically_clean(&self.dir.join(&fixed));
        let name_of = |dir: &Utf8Path| {
            if absolute {
                return slashes(dir);
            }
            let rest = slashes(dir.strip_prefix(&start).unwrap_or(dir));
            if rest.is_empty() && fixed == "./" { ".".to_owned() } else { format!("{fixed}{rest}") }
        };
        let (ignore_root, ignore) = ignore.unwrap_or_default();
        let below = slashes(base.strip_prefix(&ignore_root).unwrap_or(Utf8Path::new("")));
        let walk = Walk {
            stop_at_modules: true,
            below: &below,
            skip_vendor: false,
            ignore: &ignore,
            enter: &|_| true,
        };
        let candidates = walk_tree(self.listings(), &base, &below, &walk);
        let matching = candidates
            .into_iter()
            .filter(|c| wildcard.matches(name_of(&c.dir).trim_end_matches('/')))
            .collect();
        let mut packages = Vec::new();
        for candidate in self.keep_packages(matching) {
            match self.locate_dir(&candidate.dir) {
                Ok(location) => packages.push(location),
                Err(message) if message.contains("not an importable package") => {}
                Err(message) => {
                    self.problem(Severity::Error, format!("pattern {pattern}: {message}"));
                }
            }
        }
        packages
    }

    /// A dependency whose directory holds `base`.
    fn module_below(&self, base: &Utf8Path) -> Option<()> {
        let modules = self.resolver.modules;
        let selected = modules.selected(self.listings());
        selected
            .iter()
            .any(|(path, version)| {
                let module = ModuleVersion { path: path.clone(), version: version.clone() };
                modules
                    .root_of(self.listings(), &module)
                    .is_ok_and(|root| base.starts_with(&root.dir))
            })
            .then_some(())
    }

    /// A pattern of import paths with `...`.
    fn match_paths(&mut self, pattern: &str) -> Vec<Location> {
        let wildcard = Wildcard::new(pattern);
        let enter = |path: &str| wildcard.can_match_below(path);
        let modules = self.resolver.modules;
        let mut candidates = Vec::new();
        let src = &self.resolver.goroot_src;
        let std_walk = Walk {
            stop_at_modules: true,
            below: "",
            skip_vendor: false,
            ignore: &[],
            enter: &enter,
        };
        candidates.extend(walk_tree(self.listings(), src, "", &std_walk));
        if wildcard.can_match_below("cmd") {
            candidates.extend(walk_tree(self.listings(), &src.join("cmd"), "cmd", &std_walk));
        }
        for module in &modules.mains {
            if module.prefix.is_empty()
                || has_path_prefix(&module.prefix, "cmd") && module.dir.starts_with(src)
            {
                continue;
            }
            let walk = Walk {
                stop_at_modules: true,
                below: "",
                skip_vendor: true,
                ignore: &module.file.ignore,
                enter: &enter,
            };
            candidates.extend(walk_tree(self.listings(), &module.dir, &module.prefix, &walk));
        }
        if modules.mode == ModMode::Vendor {
            if let Some((dir, _)) = &modules.vendor {
                let walk = Walk {
                    stop_at_modules: false,
                    below: "",
                    skip_vendor: true,
                    ignore: &[],
                    enter: &enter,
                };
                candidates.extend(walk_tree(self.listings(), dir, "", &walk));
            }
        } else if modules.has_main() {
            let mut selected: Vec<(&String, &String)> =
                modules.selected(self.listings()).iter().collect();
            selected.sort_unstable();
            for (path, version) in selected {
                if modules.main_by_path(path).is_some() || !wildcard.can_match_below(path) {
                    continue;
                }
                let module = ModuleVersion { path: path.clone(), version: version.clone() };
                let root = match modules.root_of(self.listings(), &module) {
                    Ok(root) => root,
                    Err(message) => {
                        self.problem(Severity::Error, format!("pattern {pattern}: {message}"));
                        continue;
                    }
                };
                let file = modules.mod_file(self.listings(), &module);
                let ignore = file.as_ref().map_or(&[][..], |f| &f.ignore);
                let walk = Walk {
                    stop_at_modules: root.local,
                    below: "",
                    skip_vendor: true,
                    ignore,
                    enter: &enter,
                };
                candidates.extend(walk_tree(self.listings(), &root.dir, path, &walk));
            }
        }
        candidates.retain(|c| wildcard.matches(&c.name) && self.is_listable(&c.name));
        let mut seen = FxHashSet::default();
        candidates.retain(|c| seen.insert(c.name.clone()));
        let mut kept = self.keep_packages(candidates);
        kept.sort_by(|a, b| a.name.cmp(&b.name));
        self.resolve_candidates(kept)
    }

    fn match_std(&mut self) -> Vec<Location> {
        let enter = |path: &str| path != "cmd" && is_standard_path(path);
        let walk = Walk {
            stop_at_modules: false,
            below: "",
            skip_vendor: false,
            ignore: &[],
            enter: &enter,
        };
        let mut candidates =
            walk_tree(self.listings(), &self.resolver.goroot_src.clone(), "", &walk);
        candidates.retain(|c| self.is_listable(&c.name));
        let kept = self.keep_packages(candidates);
        self.resolve_candidates(kept)
    }

    fn match_cmd(&mut self) -> Vec<Location> {
        let walk = Walk {
            stop_at_modules: false,
            below: "",
            skip_vendor: false,
            ignore: &[],
            enter: &|_| true,
        };
        let candidates =
            walk_tree(self.listings(), &self.resolver.goroot_src.join("cmd"), "cmd", &walk);
        let mut kept = self.keep_packages(candidates);
        // A vendored program is not one of Go's commands.
        kept.retain(|c| !c.name.starts_with("cmd/vendor") || self.scans.name_of(&c.dir) != "main");
        self.resolve_candidates(kept)
    }

    /// Every package of the main modules.
    fn match_main_modules(&mut self) -> Vec<Location> {
        let mut candidates = Vec::new();
        for module in &self.resolver.modules.mains {
            let walk = Walk {
                stop_at_modules: true,
                below: "",
                skip_vendor: true,
                ignore: &module.file.ignore,
                enter: &|_| true,
            };
            candidates.extend(walk_tree(self.listings(), &module.dir, &module.prefix, &walk));
        }
        candidates.retain(|c| !c.name.is_empty() && self.is_listable(&c.name));
        let mut kept = self.keep_packages(candidates);
        kept.sort_by(|a, b| a.name.cmp(&b.name));
        self.resolve_candidates(kept)
    }

    /// The packages in the vendor directory, if it is used.
    fn match_vendored(&mut self) -> Vec<Location> {
        let Some((dir, _)) = &self.resolver.modules.vendor else { return Vec::new() };
        let walk = Walk {
            stop_at_modules: false,
            below: "",
            skip_vendor: true,
            ignore: &[],
            enter: &|_| true,
        };
        let candidates = walk_tree(self.listings(), dir, "", &walk);
        let mut kept = self.keep_packages(candidates);
        kept.sort_by(|a, b| a.name.cmp(&b.name));
        self.resolve_candidates(kept)
    }

    fn tools(&mut self) -> Vec<Location> {
        let tools: Vec<String> =
            self.resolver.modules.mains.iter().flat_map(|m| m.file.tools.iter().cloned()).collect();
        tools.iter().filter_map(|tool| self.one_path(tool)).collect()
    }

    /// Paths that wildcards never match.
    fn is_listable(&self, path: &str) -> bool {
        path != "builtin" && (path != "runtime/cgo" || self.scans.context().cgo)
    }

    /// Those directories that are packages in this build, or would be but for
    /// an error. They are read in parallel, once.
    fn keep_packages(&self, candidates: Vec<Candidate>) -> Vec<Candidate> {
        candidates
            .into_par_iter()
            .filter(|c| self.listings().has_go_files(&c.dir) && !self.scans.is_empty(&c.dir))
            .collect()
    }

    fn resolve_candidates(&mut self, candidates: Vec<Candidate>) -> Vec<Location> {
        let mut found = Vec::new();
        for Candidate { name, .. } in candidates {
            let before = self.diagnostics.len();
            found.extend(self.one_path(&name));
            for diagnostic in &mut self.diagnostics[before..] {
                diagnostic.missing = Some(name.clone());
            }
        }
        found
    }
}

/// The name of a package made of files, or of the only directory, without a module.
pub(crate) const COMMAND_LINE: &str = "command-line-arguments";

/// The import path of a directory outside any module: `_` and its path.
fn bare_import_path(dir: &Utf8Path) -> String {
    let path = slashes(dir);
    let valid: String = path
        .chars()
        .map(|c| {
            if "!\"#$%&'()*,:;<=>?[]^`{|}\u{fffd}".contains(c) || c.is_whitespace() {
                '_'
            } else {
                c
            }
        })
        .collect();
    format!("_{}{valid}", if valid.starts_with('/') { "" } else { "/" })
}

/// Gives the package its shorter name if it is the only one without a module.
pub(crate) fn name_bare_package(matches: &mut [Match]) {
    let is_bare = |l: &Location| l.module.is_none() && !l.standard;
    let mut dirs: Vec<Utf8PathBuf> = matches
        .iter()
        .flat_map(|m| &m.packages)
        .filter(|l| is_bare(l))
        .map(|l| l.dir.clone())
        .collect();
    dirs.sort_unstable();
    dirs.dedup();
    let only = dirs.len() == 1;
    for location in matches.iter_mut().flat_map(|m| &mut m.packages).filter(|l| is_bare(l)) {
        location.import_path =
            if only { COMMAND_LINE.to_owned() } else { bare_import_path(&location.dir) };
    }
}

/// The leading `./` or `../../` of a relative pattern.
fn up_prefix(pattern: &str) -> String {
    let mut prefix = String::new();
    let mut rest = pattern;
    while let Some(after) = rest.strip_prefix("../") {
        prefix.push_str("../");
        rest = after;
    }
    if prefix.is_empty() { "./".to_owned() } else { prefix }
}

fn join_path(prefix: &str, rest: &str) -> String {
    match (prefix.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}/{rest}"),
    }
}

fn slashes(path: &Utf8Path) -> String {
    if cfg!(windows) { path.as_str().replace('\\', "/") } else { path.as_str().to_owned() }
}

/// Every directory of a tree that patterns may match, parents first and
/// siblings by name. Links to directories are not followed, so walks end.
fn walk_tree(
    listings: &Listings<'_>,
    root: &Utf8Path,
    name: &str,
    walk: &Walk<'_>,
) -> Vec<Candidate> {
    if !(walk.enter)(name) && !name.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    if !name.is_empty() || walk.stop_at_modules {
        out.push(Candidate { dir: root.to_owned(), name: name.to_owned() });
    }
    out.extend(walk_below(listings, root, name, walk.below, walk));
    out
}

fn walk_below(
    listings: &Listings<'_>,
    dir: &Utf8Path,
    name: &str,
    relative: &str,
    walk: &Walk<'_>,
) -> Vec<Candidate> {
    let listing = listings.list(dir);
    let Ok(entries) = listing.as_ref() else { return Vec::new() };
    let dirs: Vec<&str> = entries
        .iter()
        .filter(|e| e.kind == EntryKind::Directory && e.utf8)
        .map(|e| e.name.as_str())
        .filter(|e| !is_skipped(e))
        .collect();
    let visit = |entry: &&str| {
        let child = dir.join(entry);
        let child_name = join_path(name, entry);
        let child_relative = join_path(relative, entry);
        if !(walk.enter)(&child_name)
            || is_ignored(walk.ignore, &child_relative)
            || walk.stop_at_modules && listings.has_file(&child, "go.mod")
        {
            return Vec::new();
        }
        let mut found = Vec::new();
        if !(walk.skip_vendor && *entry == "vendor") {
            found = walk_below(listings, &child, &child_name, &child_relative, walk);
        }
        found.insert(0, Candidate { dir: child, name: child_name });
        found
    };
    if dirs.len() > 8 {
        dirs.par_iter().flat_map_iter(visit).collect()
    } else {
        dirs.iter().flat_map(visit).collect()
    }
}

/// Names of directories that patterns never look into.
fn is_skipped(name: &str) -> bool {
    name.starts_with(['.', '_']) || name == "testdata"
}

/// Whether an `ignore` directive covers a directory.
fn is_ignored(ignore: &[String], relative: &str) -> bool {
    if ignore.is_empty() {
        return false;
    }
    let dir = format!("/{relative}/");
    ignore.iter().any(|pattern| {
        let fixed = pattern.strip_prefix("./");
        let inner = format!("/{}/", fixed.unwrap_or(pattern).trim_matches('/'));
        if fixed.is_some() { dir.starts_with(&inner) } else { dir.contains(&inner) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_cleaned() {
        let cleaned = clean(
            &["./a/../b", "./", "a//b/", "../x", "./...", "/a/./b", "./../y", "std"]
                .map(str::to_owned),
        );
        assert_eq!(cleaned, ["./b", ".", "a/b", "../x", "./...", "/a/b", "../y", "std"]);
        assert_eq!(clean(&[]), ["."]);
    }

    #[test]
    fn local_patterns_have_a_base() {
        let base = |p| base_dir(Utf8Path::new("/w"), p).map(Utf8PathBuf::into_string);
        assert_eq!(base("./...").as_deref(), Some("/w"));
        assert_eq!(base("./a/b..."), Some("/w/a".into()));
        assert_eq!(base("../x/..."), Some("/x".into()));
        assert_eq!(base("/..."), Some("/".into()));
        assert_eq!(base("/a/b"), Some("/a/b".into()));
        assert_eq!(base("a/b"), None);
    }

    #[test]
    fn ignore_directives_cover_directories() {
        let ignore = ["./web".to_owned(), "node_modules".to_owned()];
        assert!(is_ignored(&ignore, "web"));
        assert!(is_ignored(&ignore, "web/x"));
        assert!(!is_ignored(&ignore, "a/web"));
        assert!(is_ignored(&ignore, "a/node_modules"));
        assert!(!is_ignored(&ignore, "website"));
    }
}
