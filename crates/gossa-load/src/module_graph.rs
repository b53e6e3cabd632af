//! The modules of a build: the main module or workspace, which version of
//! every other module is selected, and where each of them lives.
//!
//! Versions are chosen by minimal version selection: of every version of a
//! module that the reachable go.mod files require, the newest. A main module
//! of Go 1.17 or later lists in its own go.mod every module that its
//! packages need, so the files of its dependencies are read only if a
//! package is found in none of those (graph pruning, lazily).

use std::cmp::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::ModMode;
use crate::env::GoEnv;
use crate::gomod::{self, ModFile, ModuleVersion, ReplaceTarget, Strictness};
use crate::gosum::Sums;
use crate::listing::Listings;
use crate::program::{DiagnosticKind, LoadDiagnostic, Severity};
use crate::system::lexically_clean;
use crate::vendoring::{self, VendorList};
use crate::version::{compare_go_versions, compare_module_versions, escape_module_path};

/// A module whose packages are being worked on.
#[derive(Debug)]
pub(crate) struct MainModule {
    pub(crate) dir: Utf8PathBuf,
    pub(crate) file: ModFile,
    /// Its go.mod file, or what stands in for that, as the user wrote it.
    pub(crate) mod_file: Utf8PathBuf,
    /// What import paths of its packages begin with: the module path, but
    /// nothing for the module `std`.
    pub(crate) prefix: String,
}

/// A module that packages are loaded from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ModuleKey {
    Main(usize),
    Dependency(ModuleVersion),
}

/// Where a module's files are.
#[derive(Debug, Clone)]
pub(crate) struct ModuleRoot {
    pub(crate) dir: Utf8PathBuf,
    /// A directory of the user's, where nested modules may stand in the way.
    pub(crate) local: bool,
}

/// What the user says of modules.
#[derive(Debug, Default)]
pub(crate) struct ModuleSettings {
    /// How to find dependencies.
    pub(crate) mode: Option<ModMode>,
    /// What stands in for the main module's go.mod.
    pub(crate) mod_file: Option<Utf8PathBuf>,
    /// The directory that it is relative to.
    pub(crate) base: Utf8PathBuf,
}

/// All modules of a build.
#[derive(Debug)]
pub(crate) struct ModuleGraph {
    pub(crate) mains: Vec<MainModule>,
    /// Whether there is a go.mod, whatever it says.
    pub(crate) found_main: bool,
    /// The go.work file, if there is one.
    pub(crate) workspace: Option<Utf8PathBuf>,
    pub(crate) mode: ModMode,
    pub(crate) mode_reason: String,
    pub(crate) cache: Option<Utf8PathBuf>,
    pub(crate) vendor: Option<(Utf8PathBuf, VendorList)>,
    /// By path and version (none: any version); directories are absolute.
    replace: FxHashMap<(String, Option<String>), ReplaceTarget>,
    /// Directories of replacements as written, for messages.
    written: FxHashMap<Utf8PathBuf, String>,
    exclude: FxHashSet<ModuleVersion>,
    /// The newest version of each module that the main modules require.
    roots: FxHashMap<String, String>,
    /// Whether the requirements of the main modules suffice for most imports.
    pruned: bool,
    full: OnceLock<FxHashMap<String, String>>,
    sums: OnceLock<Sums>,
    /// Where the hashes are that stand in for the main module's go.sum.
    sum_file: Option<Utf8PathBuf>,
    files: Mutex<FxHashMap<ModuleVersion, FoundModFile>>,
}

/// The go.mod file of a dependency, if there is one, or why it is of no use.
type FoundModFile = Result<Option<Arc<ModFile>>, String>;

/// The version of a module without a go line.
pub(crate) const DEFAULT_GO_VERSION: &str = "1.16";

impl ModuleGraph {
    /// Finds the main module for a directory, or a graph without any.
    pub(crate) fn discover(
        listings: &Listings<'_>,
        env: &GoEnv<'_>,
        dir: &Utf8Path,
        settings: &ModuleSettings,
        goroot_src: &Utf8Path,
        diagnostics: &mut Vec<LoadDiagnostic>,
    ) -> ModuleGraph {
        let mut graph = ModuleGraph {
            mains: Vec::new(),
            found_main: false,
            workspace: None,
            mode: settings.mode.unwrap_or(ModMode::Readonly),
            mode_reason: String::new(),
            cache: env.module_cache(),
            vendor: None,
            replace: FxHashMap::default(),
            written: FxHashMap::default(),
            exclude: FxHashSet::default(),
            roots: FxHashMap::default(),
            pruned: true,
            full: OnceLock::new(),
            sums: OnceLock::new(),
            sum_file: None,
            files: Mutex::default(),
        };
        if env.get("GO111MODULE").as_deref() == Some("off") {
            return graph;
        }
        let module_dir = find_upwards(listings, dir, "go.mod");
        let work_dir = match env.get("GOWORK").as_deref() {
            Some("off") => None,
            Some(file) => Utf8Path::new(file).parent().map(Utf8Path::to_owned),
            // GOROOT is never part of a workspace.
            None if dir.starts_with(goroot_src) => None,
            None => find_upwards(listings, dir, "go.work"),
        };
        let mut work = ModFile::default();
        if let Some(work_dir) = work_dir {
            let path = work_dir.join("go.work");
            match listings.system().read(&path) {
                Ok(text) => {
                    work = gomod::parse(&text, Strictness::Main);
                    report_file_errors(&path, &work, diagnostics);
                    for used in work.uses.clone() {
                        let dir = lexically_clean(&work_dir.join(&used));
                        if !graph.mains.iter().any(|m| m.dir == dir) {
                            let file = dir.join("go.mod");
                            graph.add_main(listings, &dir, &file, &file, goroot_src, diagnostics);
                        }
                    }
                    graph.workspace = Some(path);
                }
                Err(e) => diagnostics.push(io_error(&path, &e)),
            }
        }
        if graph.workspace.is_none()
            && let Some(module_dir) = module_dir
        {
            graph.found_main = true;
            let (shown, file) = match &settings.mod_file {
                Some(shown) => {
                    let file = lexically_clean(&settings.base.join(shown));
                    graph.sum_file = Some(file.with_extension("sum"));
                    (shown.clone(), file)
                }
                None => (module_dir.join("go.mod"), module_dir.join("go.mod")),
            };
            graph.add_main(listings, &module_dir, &shown, &file, goroot_src, diagnostics);
        }
        graph.collect_directives(&work);
        graph.choose_mode(listings, &work, settings.mode.is_some(), diagnostics);
        graph
    }

    /// Whether there is any main module.
    pub(crate) fn has_main(&self) -> bool {
        !self.mains.is_empty()
    }

    fn add_main(
        &mut self,
        listings: &Listings<'_>,
        dir: &Utf8Path,
        shown: &Utf8Path,
        path: &Utf8Path,
        goroot_src: &Utf8Path,
        diagnostics: &mut Vec<LoadDiagnostic>,
    ) {
        let text = match listings.system().read(path) {
            Ok(text) => text,
            Err(e) => {
                diagnostics.push(io_error(path, &e));
                return;
            }
        };
        let mut file = gomod::parse(&text, Strictness::Main);
        report_file_errors(path, &file, diagnostics);
        if file.module.is_empty() {
            diagnostics.push(
                LoadDiagnostic::new(
                    Severity::Error,
                    DiagnosticKind::Module,
                    "no module declaration in go.mod. To specify the module path:\n\tgo mod edit -module=example.com/mod",
                )
                .at(path, 0, 0),
            );
            // The packages of the directory are still worth loading.
            file.module = "command-line-arguments".to_owned();
        }
        let in_goroot = dir.starts_with(goroot_src);
        let prefix =
            if in_goroot && file.module == "std" { String::new() } else { file.module.clone() };
        let mod_file = shown.to_owned();
        self.mains.push(MainModule { dir: dir.to_owned(), file, mod_file, prefix });
    }

    /// Merges the requirements, replacements and exclusions of the main
    /// modules; a workspace's own replacements win.
    fn collect_directives(&mut self, work: &ModFile) {
        let mut replace = FxHashMap::default();
        let mut written = FxHashMap::default();
        let work_dir = self.workspace.as_deref().and_then(Utf8Path::parent).map(Utf8Path::to_owned);
        let files = work_dir
            .iter()
            .map(|dir| (dir.as_path(), work))
            .chain(self.mains.iter().map(|m| (m.dir.as_path(), &m.file)));
        for (dir, file) in files {
            for r in &file.replace {
                let target = match &r.target {
                    ReplaceTarget::Directory(to) => {
                        let path = lexically_clean(&dir.join(to));
                        written.insert(path.clone(), to.clone());
                        ReplaceTarget::Directory(path.into_string())
                    }
                    module => module.clone(),
                };
                // Of a file's two replacements for the same, the later counts;
                // of two files', the earlier.
                let key = (r.path.clone(), r.version.clone());
                if work_dir.is_none() || !replace.contains_key(&key) {
                    replace.insert(key, target);
                }
            }
        }
        self.replace = replace;
        self.written = written;
        for main in &self.mains {
            self.exclude.extend(main.file.exclude.iter().cloned());
            let go = main.file.go.as_deref().unwrap_or(DEFAULT_GO_VERSION);
            self.pruned &= compare_go_versions(go, "1.17") != Ordering::Less;
        }
        // A workspace has no file that lists the modules of all its members.
        self.pruned &= self.workspace.is_none();
        let required: Vec<ModuleVersion> = self
            .mains
            .iter()
            .flat_map(|m| m.file.require.iter().map(|r| r.module.clone()))
            .collect();
        for module in required {
            if !self.exclude.contains(&module) {
                raise(&mut self.roots, &module);
            }
        }
    }

    /// Vendoring is the default where a vendor directory is, from Go 1.14 on.
    fn choose_mode(
        &mut self,
        listings: &Listings<'_>,
        work: &ModFile,
        explicit: bool,
        diagnostics: &mut Vec<LoadDiagnostic>,
    ) {
        let (base, go, source) = match (&self.workspace, self.mains.first()) {
            (Some(path), _) => {
                (path.parent().unwrap_or(path).to_owned(), work.go.clone(), "go.work")
            }
            (None, Some(main)) => (main.dir.clone(), main.file.go.clone(), "go.mod"),
            (None, None) => return,
        };
        let dir = base.join("vendor");
        if !explicit {
            let old =
                go.as_deref().is_none_or(|go| compare_go_versions(go, "1.14") == Ordering::Less);
            if old || !listings.is_dir(&dir) || !listings.has_file(&dir, "modules.txt") {
                return;
            }
        } else if self.mode != ModMode::Vendor {
            return;
        }
        let path = dir.join("modules.txt");
        let list = match listings.system().read(&path) {
            Ok(text) => vendoring::parse(&String::from_utf8_lossy(&text)),
            Err(e) => {
                if explicit {
                    diagnostics.push(io_error(&path, &e));
                }
                VendorList::default()
            }
        };
        if !explicit {
            if list.for_workspace != self.workspace.is_some() {
                return;
            }
            self.mode = ModMode::Vendor;
            self.mode_reason = format!(
                "\n\t(Go version in {source} is at least 1.14 and vendor directory exists.)"
            );
        }
        self.check_vendoring(work, &path, &list, go.as_deref(), diagnostics);
        self.vendor = Some((dir, list));
    }

    /// Reports where modules.txt and go.mod disagree: the vendored code is then
    /// not what go.mod asks for. It is loaded all the same.
    fn check_vendoring(
        &self,
        work: &ModFile,
        path: &Utf8Path,
        list: &VendorList,
        go: Option<&str>,
        diagnostics: &mut Vec<LoadDiagnostic>,
    ) {
        if go.is_none_or(|go| compare_go_versions(go, "1.14") == Ordering::Less) {
            return;
        }
        let mut wrong = String::new();
        let mut report = |module: &ModuleVersion, what: &str| {
            let at = if module.version.is_empty() { "" } else { "@" };
            wrong.push_str(&format!("\n\t{}{at}{}: {what}", module.path, module.version));
        };
        for requirement in self.mains.iter().flat_map(|main| &main.file.require) {
            let module = &requirement.module;
            if list.modules.get(module).is_none_or(|m| !m.explicit) {
                report(
                    module,
                    "is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt",
                );
            }
        }
        let mut seen = FxHashSet::default();
        let source = if self.workspace.is_some() { "go.work" } else { "go.mod" };
        let files = self.mains.iter().map(|main| (&main.file, "go.mod")).chain([(work, source)]);
        for (replace, source) in
            files.flat_map(|(file, source)| file.replace.iter().map(move |r| (r, source)))
        {
            let old = ModuleVersion {
                path: replace.path.clone(),
                version: replace.version.clone().unwrap_or_default(),
            };
            if !seen.insert(old.clone()) {
                continue;
            }
            let Some(new) = self.replacement(&old) else { continue };
            let new = self.as_written(new);
            match list.modules.get(&old).and_then(|m| m.replace.as_ref()) {
                None => report(
                    &old,
                    &format!(
                        "is replaced in {source}, but not marked as replaced in vendor/modules.txt"
                    ),
                ),
                Some(marked) if describe(marked) != new => report(
                    &old,
                    &format!(
                        "is replaced by {new} in {source}, but marked as replaced by {} in vendor/modules.txt",
                        describe(marked)
                    ),
                ),
                Some(_) => {}
            }
        }
        let required = |module: &ModuleVersion| {
            let mut requirements = self.mains.iter().flat_map(|main| &main.file.require);
            requirements.any(|r| r.module == *module)
        };
        for module in &list.order {
            if list.modules.get(module).is_some_and(|m| m.explicit) && !required(module) {
                let article = if self.workspace.is_some() { "a " } else { "" };
                report(
                    module,
                    &format!(
                        "is marked as explicit in vendor/modules.txt, but not explicitly required in {article}go.mod"
                    ),
                );
            }
        }
        for module in &list.replaced {
            if self.replacement(module).is_none() {
                let source = if self.workspace.is_some() { "the workspace" } else { "go.mod" };
                report(
                    module,
                    &format!(
                        "is marked as replaced in vendor/modules.txt, but not replaced in {source}"
                    ),
                );
            }
        }
        if !wrong.is_empty() {
            let dir = path.parent().and_then(Utf8Path::parent).unwrap_or(path);
            let command = if self.workspace.is_some() { "work" } else { "mod" };
            let message = format!(
                "inconsistent vendoring in {dir}:{wrong}\n\n\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n\tTo sync the vendor directory, run:\n\t\tgo {command} vendor"
            );
            diagnostics.push(
                LoadDiagnostic::new(Severity::Error, DiagnosticKind::Module, message)
                    .at(path, 0, 0),
            );
        }
    }

    /// A replacement in words; a directory as it is written in go.mod.
    fn as_written(&self, target: &ReplaceTarget) -> String {
        match target {
            ReplaceTarget::Directory(dir) => {
                self.directory_as_written(dir.as_str().into()).to_owned()
            }
            module @ ReplaceTarget::Module(_) => describe(module),
        }
    }

    /// The go line of a main module, or the default.
    pub(crate) fn main_go_version(&self, main: usize) -> &str {
        self.mains[main].file.go.as_deref().unwrap_or(DEFAULT_GO_VERSION)
    }

    /// The version of a module that a main module requires.
    pub(crate) fn root_version(&self, path: &str) -> Option<&str> {
        self.roots.get(path).map(String::as_str)
    }

    /// Whether root requirements alone are to be tried first.
    pub(crate) fn is_pruned(&self) -> bool {
        self.pruned
    }

    /// The selected version of every module.
    pub(crate) fn selected(&self, listings: &Listings<'_>) -> &FxHashMap<String, String> {
        self.full.get_or_init(|| self.select(listings))
    }

    /// Minimal version selection over the reachable go.mod files.
    fn select(&self, listings: &Listings<'_>) -> FxHashMap<String, String> {
        let mut selected = self.roots.clone();
        let mut seen: FxHashSet<(ModuleVersion, bool)> = FxHashSet::default();
        let mut queue: Vec<(ModuleVersion, bool)> = self
            .mains
            .iter()
            .flat_map(|m| &m.file.require)
            .filter(|r| !self.exclude.contains(&r.module))
            .map(|r| (r.module.clone(), self.pruned))
            .collect();
        while let Some((module, pruned)) = queue.pop() {
            if self.main_by_path(&module.path).is_some() || !seen.insert((module.clone(), pruned)) {
                continue;
            }
            let Some(file) = self.mod_file(listings, &module) else { continue };
            let go = file.go.as_deref().unwrap_or(DEFAULT_GO_VERSION);
            let file_pruned = compare_go_versions(go, "1.17") != Ordering::Less;
            for requirement in &file.require {
                let required = &requirement.module;
                if self.exclude.contains(required) {
                    continue;
                }
                raise(&mut selected, required);
                // What a pruned module requires has been listed by whoever
                // requires it, as far as it is needed.
                if !pruned || !file_pruned {
                    queue.push((required.clone(), pruned && file_pruned));
                }
            }
        }
        selected
    }

    /// The main module with this path.
    pub(crate) fn main_by_path(&self, path: &str) -> Option<usize> {
        self.mains.iter().position(|m| m.file.module == path)
    }

    /// What stands in for a module.
    pub(crate) fn replacement(&self, module: &ModuleVersion) -> Option<&ReplaceTarget> {
        let exact = (module.path.clone(), Some(module.version.clone()));
        self.replace.get(&exact).or_else(|| self.replace.get(&(module.path.clone(), None)))
    }

    /// The replacement that names a module which nothing requires, if any.
    pub(crate) fn unused_replacement(&self, path: &str) -> Option<&str> {
        self.replace
            .keys()
            .map(|(module, _)| module.as_str())
            .filter(|module| {
                path == *module || path.strip_prefix(*module).is_some_and(|r| r.starts_with('/'))
            })
            .max()
    }

    /// The directory of a replacement as it is written in go.mod.
    pub(crate) fn directory_as_written<'a>(&'a self, dir: &'a Utf8Path) -> &'a str {
        self.written.get(dir).map_or(dir.as_str(), String::as_str)
    }

    /// Where the files of a module are; an error says why nowhere.
    pub(crate) fn root_of(
        &self,
        listings: &Listings<'_>,
        module: &ModuleVersion,
    ) -> Result<ModuleRoot, String> {
        let shown = module.to_string();
        let actual = match self.replacement(module) {
            Some(ReplaceTarget::Directory(dir)) => {
                let dir = Utf8PathBuf::from(dir);
                if !listings.is_dir(&dir) {
                    let written = self.directory_as_written(&dir);
                    return Err(format!("{shown}: replacement directory {written} does not exist"));
                }
                return Ok(ModuleRoot { dir, local: true });
            }
            Some(ReplaceTarget::Module(actual)) => actual,
            None => module,
        };
        let Some(dir) = self.cache_dir(actual) else {
            return Err(format!(
                "{shown}: module cache not found: neither GOMODCACHE nor GOPATH is set"
            ));
        };
        if !listings.is_dir(&dir) {
            return Err(format!(
                "{shown}: module is not in the module cache ({dir}); to add it:\n\tgo mod download {}",
                actual.path
            ));
        }
        self.find_mod_file(listings, module)?;
        Ok(ModuleRoot { dir, local: false })
    }

    /// Where the module cache keeps, or would keep, a module.
    pub(crate) fn cache_dir(&self, module: &ModuleVersion) -> Option<Utf8PathBuf> {
        let escaped =
            format!("{}@{}", escape_module_path(&module.path), escape_module_path(&module.version));
        Some(self.cache.as_ref()?.join(escaped))
    }

    /// The go.mod file that the module cache keeps for a module.
    pub(crate) fn cached_mod_file(&self, module: &ModuleVersion) -> Option<Utf8PathBuf> {
        self.download(module, "mod")
    }

    /// A file that the module cache keeps for a module beside its directory.
    fn download(&self, module: &ModuleVersion, extension: &str) -> Option<Utf8PathBuf> {
        let dir = self
            .cache
            .as_ref()?
            .join("cache/download")
            .join(escape_module_path(&module.path))
            .join("@v");
        Some(dir.join(format!("{}.{extension}", escape_module_path(&module.version))))
    }

    /// When a version of a module was made, says the module cache.
    pub(crate) fn time_of(
        &self,
        listings: &Listings<'_>,
        module: &ModuleVersion,
    ) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Info {
            #[serde(rename = "Time")]
            time: String,
        }
        let text = listings.system().read(&self.download(module, "info")?).ok()?;
        serde_json::from_slice::<Info>(&text).ok().map(|info| info.time)
    }

    /// The hashes that the go.sum files demand.
    pub(crate) fn sums(&self, listings: &Listings<'_>) -> &Sums {
        self.sums.get_or_init(|| {
            let mut sums = Sums::default();
            if let Some(work) = &self.workspace {
                sums.read(listings.system(), &work.with_extension("work.sum"));
            }
            for main in &self.mains {
                let own = main.dir.join("go.sum");
                sums.read(listings.system(), self.sum_file.as_ref().unwrap_or(&own));
            }
            sums
        })
    }

    /// The go.mod file of a dependency, or of what replaces it.
    pub(crate) fn mod_file(
        &self,
        listings: &Listings<'_>,
        module: &ModuleVersion,
    ) -> Option<Arc<ModFile>> {
        self.find_mod_file(listings, module).ok().flatten()
    }

    /// The go.mod file of a dependency, if there is one; an error says why the
    /// module cannot be used.
    fn find_mod_file(&self, listings: &Listings<'_>, module: &ModuleVersion) -> FoundModFile {
        let cached = self.files.lock().unwrap_or_else(PoisonError::into_inner).get(module).cloned();
        if let Some(file) = cached {
            return file;
        }
        let file = self.read_mod_file(listings, module).map(|file| file.map(Arc::new));
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(module.clone(), file.clone());
        file
    }

    fn read_mod_file(
        &self,
        listings: &Listings<'_>,
        module: &ModuleVersion,
    ) -> Result<Option<ModFile>, String> {
        let (actual, shown) = match self.replacement(module) {
            Some(ReplaceTarget::Directory(dir)) => {
                let text = listings.system().read(&Utf8Path::new(dir).join("go.mod")).ok();
                return Ok(text.map(|text| gomod::parse(&text, Strictness::Dependency)));
            }
            Some(ReplaceTarget::Module(actual)) => {
                (actual, format!("{module} (replaced by {actual})"))
            }
            None => (module, module.to_string()),
        };
        let in_cache = self.cached_mod_file(actual);
        let in_module = self.cache_dir(actual).map(|dir| dir.join("go.mod"));
        for path in in_cache.into_iter().chain(in_module) {
            let text = match listings.system().read(&path) {
                Ok(text) => text,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => return Err(format!("{shown}: reading {path}: {e}")),
            };
            let file = gomod::parse(&text, Strictness::Dependency);
            check_dependency(&file, module, actual)
                .map_err(|why| format!("{shown}: parsing go.mod:{why}"))?;
            return Ok(Some(file));
        }
        Ok(None)
    }
}

/// Whether a go.mod file is that of a module, or of what replaces it, in the go
/// command's words.
fn check_dependency(
    file: &ModFile,
    module: &ModuleVersion,
    actual: &ModuleVersion,
) -> Result<(), String> {
    if let Some(error) = file.errors.first() {
        return Err(format!(" go.mod:{}: {}", error.line, error.message));
    }
    if file.module.is_empty() {
        return Err(" missing module line".to_owned());
    }
    if file.module != module.path && file.module != actual.path {
        return Err(format!(
            "\n\tmodule declares its path as: {}\n\t        but was required as: {}",
            file.module, module.path
        ));
    }
    Ok(())
}

/// A replacement in words.
fn describe(target: &ReplaceTarget) -> String {
    match target {
        ReplaceTarget::Directory(dir) => dir.clone(),
        ReplaceTarget::Module(module) => module.to_string(),
    }
}

/// Records a requirement if it is newer than what is selected so far.
fn raise(selected: &mut FxHashMap<String, String>, module: &ModuleVersion) {
    match selected.get_mut(&module.path) {
        None => {
            selected.insert(module.path.clone(), module.version.clone());
        }
        Some(version) => {
            if compare_module_versions(version, &module.version) == Ordering::Less {
                version.clone_from(&module.version);
            }
        }
    }
}

/// The nearest directory, from `dir` upwards, that holds a file of this name.
pub(crate) fn find_upwards(
    listings: &Listings<'_>,
    dir: &Utf8Path,
    name: &str,
) -> Option<Utf8PathBuf> {
    dir.ancestors().find(|d| listings.has_file(d, name)).map(Utf8Path::to_owned)
}

fn report_file_errors(path: &Utf8Path, file: &ModFile, diagnostics: &mut Vec<LoadDiagnostic>) {
    for error in &file.errors {
        diagnostics.push(
            LoadDiagnostic::new(Severity::Error, DiagnosticKind::Module, error.message.clone())
                .at(path, error.line, 0),
        );
    }
}

fn io_error(path: &Utf8Path, error: &std::io::Error) -> LoadDiagnostic {
    LoadDiagnostic::new(Severity::Error, DiagnosticKind::Io, format!("cannot read {path}: {error}"))
        .at(path, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    fn graph(system: &MemorySystem) -> (FxHashMap<String, String>, Vec<LoadDiagnostic>) {
        let listings = Listings::new(system);
        let env = GoEnv::new(system);
        let mut diagnostics = Vec::new();
        let graph = ModuleGraph::discover(
            &listings,
            &env,
            Utf8Path::new("/m/sub"),
            &ModuleSettings::default(),
            Utf8Path::new("/go/src"),
            &mut diagnostics,
        );
        (graph.selected(&listings).clone(), diagnostics)
    }

    fn cached(system: &mut MemorySystem, path: &str, version: &str, text: &str) {
        system.add_file(
            format!("/cache/cache/download/{path}/@v/{version}.mod"),
            format!("module {path}\n{text}"),
        );
    }

    #[test]
    fn the_newest_required_version_is_selected() {
        let mut system = MemorySystem::new();
        system.set_env("GOMODCACHE", "/cache").set_env("GOENV", "off").add_dir("/m/sub");
        system.add_file(
            "/m/go.mod",
            "module m\ngo 1.16\nrequire a v1.0.0\nrequire b v1.0.0\nexclude c v1.3.0\n",
        );
        cached(&mut system, "a", "v1.0.0", "require c v1.1.0\n");
        cached(&mut system, "b", "v1.0.0", "require c v1.2.0\nrequire d v1.0.0\n");
        cached(&mut system, "c", "v1.1.0", "require e v1.9.0\n");
        cached(&mut system, "c", "v1.2.0", "require b v1.0.0\n");
        cached(&mut system, "d", "v1.0.0", "require c v1.3.0\nrequire m v1.0.0\n");
        let (selected, diagnostics) = graph(&system);
        assert_eq!(diagnostics, []);
        assert_eq!(selected["c"], "v1.2.0");
        assert_eq!(selected["d"], "v1.0.0");
        // Required only by a version of c that is not selected, and still reachable.
        assert_eq!(selected["e"], "v1.9.0");
    }

    #[test]
    fn hashes_stand_beside_the_file_in_the_place_of_go_mod() {
        let mut system = MemorySystem::new();
        system.set_env("GOENV", "off").add_dir("/m/sub");
        system.add_file("/m/go.mod", "module m\n").add_file("/m/go.sum", "a v1.0.0 h1:own=\n");
        system.add_file("/o/x.mod", "module o\n").add_file("/o/x.sum", "a v1.0.0 h1:other=\n");
        let listings = Listings::new(&system);
        let module = ModuleVersion { path: "a".to_owned(), version: "v1.0.0".to_owned() };
        for (mod_file, path, hash) in
            [(None, "m", "h1:own="), (Some("../../o/x.mod".into()), "o", "h1:other=")]
        {
            let settings = ModuleSettings { mode: None, mod_file, base: "/m/sub".into() };
            let graph = ModuleGraph::discover(
                &listings,
                &GoEnv::new(&system),
                Utf8Path::new("/m/sub"),
                &settings,
                Utf8Path::new("/go/src"),
                &mut Vec::new(),
            );
            assert_eq!(graph.mains[0].file.module, path);
            assert_eq!(graph.mains[0].dir, "/m");
            assert_eq!(graph.sums(&listings).of(&module).as_deref(), Some(hash));
        }
    }

    #[test]
    fn modules_since_1_17_are_pruned() {
        let mut system = MemorySystem::new();
        system.set_env("GOMODCACHE", "/cache").set_env("GOENV", "off").add_dir("/m/sub");
        system.add_file("/m/go.mod", "module m\ngo 1.17\nrequire a v1.0.0\nreplace a => ./a\n");
        system.add_file("/m/a/go.mod", "module a\ngo 1.17\nrequire b v1.0.0\n");
        cached(&mut system, "b", "v1.0.0", "go 1.17\nrequire c v1.0.0\n");
        let (selected, _) = graph(&system);
        assert!(selected.contains_key("b"));
        assert!(!selected.contains_key("c"));
        // An older module does not list what its requirements require.
        system.add_file("/m/a/go.mod", "module a\ngo 1.16\nrequire b v1.0.0\n");
        assert!(graph(&system).0.contains_key("c"));
    }
}
