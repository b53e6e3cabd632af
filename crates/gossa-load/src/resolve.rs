//! Finds the directory that an import path names.
//!
//! In order: the standard library (with its own vendored packages), the
//! `vendor` directory if that is in use, then the module with the longest
//! path that is a prefix of the import path and really holds the package.

use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashMap;

use crate::config::ModMode;
use crate::gomod::ModuleVersion;
use crate::listing::Listings;
use crate::module_graph::{ModuleGraph, ModuleKey};
use crate::version::compare_go_versions;

/// Where a package is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// The path that the package is known by.
    pub(crate) import_path: String,
    pub(crate) dir: Utf8PathBuf,
    /// Part of the Go distribution.
    pub(crate) standard: bool,
    pub(crate) module: Option<ModuleKey>,
}

/// Who imports: what a path means differs within the Go distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Importer {
    /// A package outside the Go distribution, or the user.
    User,
    /// A package of the standard library.
    Std,
    /// A package of Go's own commands.
    Cmd,
}

impl Importer {
    pub(crate) fn of(location: &Location) -> Importer {
        match (location.standard, has_path_prefix(&location.import_path, "cmd")) {
            (false, _) => Importer::User,
            (true, false) => Importer::Std,
            (true, true) => Importer::Cmd,
        }
    }
}

/// Why a path names no package, in the go command's words.
pub(crate) type ResolveError = String;

/// Finds packages; shared between threads.
#[derive(Debug)]
pub(crate) struct Resolver<'a> {
    pub(crate) listings: &'a Listings<'a>,
    pub(crate) modules: &'a ModuleGraph,
    /// GOROOT/src.
    pub(crate) goroot_src: Utf8PathBuf,
    /// GOROOT/src without links.
    pub(crate) goroot_src_real: Utf8PathBuf,
    resolved: Mutex<FxHashMap<(Importer, String), Resolved>>,
}

type Resolved = Arc<Result<Location, ResolveError>>;

/// From this version of a main module on, vendored packages must be listed.
const LISTED_VENDORING: &str = "1.23";

impl<'a> Resolver<'a> {
    pub(crate) fn new(
        listings: &'a Listings<'a>,
        modules: &'a ModuleGraph,
        goroot_src: Utf8PathBuf,
    ) -> Self {
        let goroot_src_real =
            listings.system().canonicalize(&goroot_src).unwrap_or_else(|_| goroot_src.clone());
        Resolver { listings, modules, goroot_src, goroot_src_real, resolved: Mutex::default() }
    }

    /// The package that `path` names when `importer` imports it.
    pub(crate) fn resolve(&self, importer: Importer, path: &str) -> Resolved {
        let key = (importer, path.to_owned());
        let lock = || self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lock().get(&key) {
            return Arc::clone(found);
        }
        let path = self.vendored_in_std(importer, path);
        let found = Arc::new(self.find(&path));
        Arc::clone(lock().entry(key).or_insert(found))
    }

    /// The path under which the Go distribution keeps its own copy of a package.
    pub(crate) fn vendored_in_std(&self, importer: Importer, path: &str) -> String {
        let prefix = match importer {
            Importer::User => return path.to_owned(),
            _ if is_standard_path(path) => return path.to_owned(),
            Importer::Std => "vendor",
            Importer::Cmd => "cmd/vendor",
        };
        let vendored = format!("{prefix}/{path}");
        if self.listings.is_dir(&self.goroot_src.join(&vendored)) {
            vendored
        } else {
            path.to_owned()
        }
    }

    fn find(&self, path: &str) -> Result<Location, ResolveError> {
        check_import_path(path)?;
        let found = |dir: Utf8PathBuf, module: Option<ModuleKey>| {
            let standard = module.is_none();
            Ok(Location { import_path: path.to_owned(), dir, standard, module })
        };
        if let Some(dir) = self.standard_dir(path) {
            return found(dir, None);
        }
        if self.modules.mode == ModMode::Vendor {
            let (dir, module) = self.find_vendored(path)?;
            return found(dir, Some(module));
        }
        // The main modules' own requirements first: usually they suffice, and
        // no other go.mod file need be read.
        if self.modules.is_pruned()
            && let Some(result) =
                self.find_in_modules(path, |prefix| self.modules.root_version(prefix))
        {
            let (dir, module) = result?;
            return found(dir, Some(module));
        }
        let selected = self.modules.selected(self.listings);
        match self.find_in_modules(path, |prefix| selected.get(prefix).map(String::as_str)) {
            Some(result) => {
                let (dir, module) = result?;
                found(dir, Some(module))
            }
            None => Err(self.missing_message(path)),
        }
    }

    /// The directory of a package of the Go distribution.
    pub(crate) fn standard_dir(&self, path: &str) -> Option<Utf8PathBuf> {
        if !is_standard_path(path) {
            return None;
        }
        let dir = self.goroot_src.join(path);
        self.listings.has_go_files(&dir).then_some(dir)
    }

    /// None if no module could hold the package; an error if one could but
    /// is not there, or if several do.
    fn find_in_modules<'v>(
        &self,
        path: &str,
        version_of: impl Fn(&str) -> Option<&'v str>,
    ) -> Option<Result<(Utf8PathBuf, ModuleKey), ResolveError>> {
        let mut found: Vec<(Utf8PathBuf, ModuleKey)> = Vec::new();
        let mut absent = None;
        for prefix in prefixes(path) {
            if let Some(main) = self.modules.main_by_path(prefix) {
                let module = &self.modules.mains[main];
                found.extend(
                    self.dir_in_module(path, prefix, &module.dir, true)
                        .map(|d| (d, ModuleKey::Main(main))),
                );
                continue;
            }
            let Some(version) = version_of(prefix) else { continue };
            let module = ModuleVersion { path: prefix.to_owned(), version: version.to_owned() };
            match self.modules.root_of(self.listings, &module) {
                Ok(root) => {
                    let dir = self.dir_in_module(path, prefix, &root.dir, root.local);
                    found.extend(dir.map(|d| (d, ModuleKey::Dependency(module))));
                }
                Err(message) => absent = absent.or(Some(message)),
            }
        }
        match (found.len(), absent) {
            (0, absent) => absent.map(Err),
            (1, _) => found.pop().map(Ok),
            _ => {
                let mut message =
                    format!("ambiguous import: found package {path} in multiple modules:");
                for (dir, module) in found.iter().rev() {
                    message.push_str(&match module {
                        ModuleKey::Main(main) => {
                            format!("\n\t{} ({dir})", self.modules.mains[*main].file.module)
                        }
                        ModuleKey::Dependency(m) => format!("\n\t{} {} ({dir})", m.path, m.version),
                    });
                }
                Some(Err(message))
            }
        }
    }

    fn find_vendored(&self, path: &str) -> Result<(Utf8PathBuf, ModuleKey), ResolveError> {
        for (main, module) in self.modules.mains.iter().enumerate() {
            if let Some(dir) = self.dir_in_module(path, &module.prefix, &module.dir, true) {
                return Ok((dir, ModuleKey::Main(main)));
            }
        }
        if let Some((vendor_dir, list)) = &self.modules.vendor {
            let dir = vendor_dir.join(path);
            if self.listings.has_go_files(&dir) {
                let go = if self.modules.mains.is_empty() {
                    ""
                } else {
                    self.modules.main_go_version(0)
                };
                match list.packages.get(path) {
                    Some(module) => return Ok((dir, ModuleKey::Dependency(module.clone()))),
                    None if compare_go_versions(go, LISTED_VENDORING).is_lt() => {
                        let unknown = ModuleVersion { path: String::new(), version: String::new() };
                        return Ok((dir, ModuleKey::Dependency(unknown)));
                    }
                    None => {}
                }
            }
        }
        if is_standard_path(path) {
            return Err(self.missing_message(path));
        }
        Err(format!(
            "cannot find module providing package {path}: import lookup disabled by -mod=vendor{}",
            self.modules.mode_reason
        ))
    }

    /// The directory of a package in a module, if it holds Go files there.
    /// An empty module path stands for a tree of import paths.
    pub(crate) fn dir_in_module(
        &self,
        path: &str,
        module: &str,
        root: &Utf8Path,
        local: bool,
    ) -> Option<Utf8PathBuf> {
        let rest = if module.is_empty() { path } else { path.strip_prefix(module)? };
        let rest = match rest.strip_prefix('/') {
            Some(rest) => rest,
            None if rest.is_empty() || module.is_empty() => rest,
            None => return None,
        };
        let dir = if rest.is_empty() { root.to_owned() } else { root.join(rest) };
        if local {
            // A module of its own in between hides what is below it.
            let between = dir
                .ancestors()
                .take_while(|d| *d != root && d.as_str().len() > root.as_str().len());
            for dir in between {
                if self.listings.has_file(dir, "go.mod") {
                    return None;
                }
            }
        }
        self.listings.has_go_files(&dir).then_some(dir)
    }

    fn missing_message(&self, path: &str) -> ResolveError {
        if is_standard_path(path) {
            return format!("package {path} is not in std ({})", self.goroot_src.join(path));
        }
        if self.modules.mode == ModMode::Mod {
            return format!("cannot find module providing package {path}");
        }
        if let Some(module) = self.modules.unused_replacement(path) {
            return format!(
                "module {module} provides package {path} and is replaced but not required; to add it:\n\tgo get {module}"
            );
        }
        if !self.modules.has_main() {
            return format!(
                "no required module provides package {path}: go.mod file not found in current directory or any parent directory; see 'go help modules'"
            );
        }
        format!("no required module provides package {path}; to add it:\n\tgo get {path}")
    }
}

/// The path and everything before each of its slashes, longest first.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(path);
    std::iter::from_fn(move || {
        let current = next?;
        next = current.rsplit_once('/').map(|(before, _)| before);
        Some(current)
    })
}

/// Whether a path could name a package of the Go distribution: its first
/// element has no dot.
pub(crate) fn is_standard_path(path: &str) -> bool {
    !path.split('/').next().unwrap_or_default().contains('.')
}

/// Whether `path` is `prefix` or below it.
pub(crate) fn has_path_prefix(path: &str, prefix: &str) -> bool {
    match path.strip_prefix(prefix) {
        Some(rest) => prefix.is_empty() || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// Whether an argument or import is a path in the file system.
pub(crate) fn is_local(path: &str) -> bool {
    path == "." || path == ".." || path.starts_with("./") || path.starts_with("../")
}

fn check_import_path(path: &str) -> Result<(), ResolveError> {
    if path.contains('@') {
        return Err(format!("import path {path:?} should not have @version"));
    }
    if is_local(path) {
        return Err(format!(
            "{path:?} is relative, but relative import paths are not supported in module mode"
        ));
    }
    if path.starts_with('/') {
        return Err(format!("{path:?} is not a package path; see 'go help packages'"));
    }
    if matches!(path, "std" | "cmd" | "all" | "work" | "tool") {
        return Err(format!("{path:?} is not an importable package; see 'go help packages'"));
    }
    let malformed = |why: &str| Err(format!("malformed import path {path:?}: {why}"));
    if path.is_empty() {
        return malformed("empty string");
    }
    if path.starts_with('-') {
        return malformed("leading dash");
    }
    if path.ends_with('/') {
        return malformed("trailing slash");
    }
    for element in path.split('/') {
        match element {
            "" => return malformed("double slash"),
            "." | ".." => return malformed(&format!("invalid path element {element:?}")),
            _ if element.starts_with('.') && path.contains("/.") => {}
            _ if element.ends_with('.') => return malformed("trailing dot in path element"),
            _ => {}
        }
    }
    if let Some(bad) = path.chars().find(|c| !is_import_path_char(*c)) {
        return malformed(&format!("invalid char {bad:?}"));
    }
    Ok(())
}

fn is_import_path_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '/' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_longest_first() {
        assert_eq!(prefixes("a.b/c/d").collect::<Vec<_>>(), ["a.b/c/d", "a.b/c", "a.b"]);
    }

    #[test]
    fn path_prefixes_end_at_slashes() {
        assert!(has_path_prefix("cmd/go", "cmd"));
        assert!(has_path_prefix("cmd", "cmd"));
        assert!(!has_path_prefix("cmdx", "cmd"));
    }

    #[test]
    fn bad_import_paths_are_named() {
        for (path, part) in [
            ("a@v1", "should not have @version"),
            ("./a", "is relative"),
            ("/a", "is not a package path"),
            ("std", "is not an importable package"),
            ("a//b", "double slash"),
            ("a/", "trailing slash"),
            ("a/../b", "invalid path element"),
            ("a b", "invalid char ' '"),
            ("ä", "invalid char 'ä'"),
            ("-a", "leading dash"),
        ] {
            let message = check_import_path(path).unwrap_err();
            assert!(message.contains(part), "{path}: {message}");
        }
        assert_eq!(check_import_path("example.com/a-b/v2"), Ok(()));
    }
}
