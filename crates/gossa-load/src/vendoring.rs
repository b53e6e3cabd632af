//! Reads `vendor/modules.txt`: which packages of which modules the main
//! module keeps copies of.

use rustc_hash::FxHashMap;

use crate::gomod::{ModuleVersion, ReplaceTarget};
use crate::version;

/// The contents of a modules.txt file.
#[derive(Debug, Default)]
pub(crate) struct VendorList {
    /// The module of each vendored package.
    pub(crate) packages: FxHashMap<String, ModuleVersion>,
    /// What the file says of each module; a version of "" means any.
    pub(crate) modules: FxHashMap<ModuleVersion, VendoredModule>,
    /// The modules of vendored packages, in the order of the file.
    pub(crate) order: Vec<ModuleVersion>,
    /// The modules that are marked as replaced, in the order of the file.
    pub(crate) replaced: Vec<ModuleVersion>,
    /// Made for a workspace rather than for one module.
    pub(crate) for_workspace: bool,
}

/// What modules.txt says of one module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct VendoredModule {
    /// Named in go.mod itself.
    pub(crate) explicit: bool,
    pub(crate) go_version: Option<String>,
    pub(crate) replace: Option<ReplaceTarget>,
}

/// Parses a modules.txt file. Lines that are not understood are passed over,
/// as they may be written by a newer Go.
pub(crate) fn parse(text: &str) -> VendorList {
    let mut list = VendorList::default();
    let mut current: Option<ModuleVersion> = None;
    for line in text.lines() {
        if let Some(annotations) = line.strip_prefix("## ") {
            for entry in annotations.split(';').map(str::trim) {
                if entry == "workspace" && current.is_none() {
                    list.for_workspace = true;
                }
                let Some(module) = &current else { continue };
                let meta = list.modules.entry(module.clone()).or_default();
                if entry == "explicit" {
                    meta.explicit = true;
                } else if let Some(go) = entry.strip_prefix("go ") {
                    meta.go_version = Some(go.trim().to_owned());
                }
            }
        } else if let Some(header) = line.strip_prefix("# ") {
            current = module_line(header, &mut list);
        } else if let Some(module) = &current {
            let package = line.trim();
            if !package.is_empty() && !package.contains(char::is_whitespace) {
                list.packages.insert(package.to_owned(), module.clone());
                if list.order.last() != Some(module) {
                    list.order.push(module.clone());
                }
            }
        }
    }
    list
}

/// `path version`, `path version => replacement` or `path => replacement`.
fn module_line(header: &str, list: &mut VendorList) -> Option<ModuleVersion> {
    let words: Vec<&str> = header.split_whitespace().collect();
    let (module, rest) = match words.as_slice() {
        [path, v, rest @ ..] if version::is_semver(v) => {
            (ModuleVersion { path: (*path).to_owned(), version: (*v).to_owned() }, rest)
        }
        [path, rest @ ..] if rest.first() == Some(&"=>") => {
            (ModuleVersion { path: (*path).to_owned(), version: String::new() }, rest)
        }
        _ => return None,
    };
    let replace = match rest {
        ["=>", dir] => Some(ReplaceTarget::Directory((*dir).to_owned())),
        ["=>", path, v] if version::is_semver(v) => Some(ReplaceTarget::Module(ModuleVersion {
            path: (*path).to_owned(),
            version: (*v).to_owned(),
        })),
        _ => None,
    };
    let meta = list.modules.entry(module.clone()).or_default();
    if replace.is_some() {
        meta.replace = replace;
        list.replaced.push(module.clone());
    }
    Some(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_packages() {
        let text = "# a.com/a v1.0.0\n## explicit; go 1.17\na.com/a\na.com/a/sub\n# b.com/b v1.2.3 => ../b\n## explicit\nb.com/b\n# c.com/c v1.0.0 => d.com/d v1.1.0\nc.com/c\n# c.com/c => d.com/d v1.1.0\n# nonsense\nlost\n";
        let list = parse(text);
        assert_eq!(list.packages.len(), 4);
        assert_eq!(list.packages["a.com/a/sub"].version, "v1.0.0");
        let meta = |path: &str, version: &str| {
            &list.modules[&ModuleVersion { path: path.into(), version: version.into() }]
        };
        assert_eq!(meta("a.com/a", "v1.0.0").go_version.as_deref(), Some("1.17"));
        assert!(meta("b.com/b", "v1.2.3").explicit);
        assert_eq!(
            meta("b.com/b", "v1.2.3").replace,
            Some(ReplaceTarget::Directory("../b".into()))
        );
        assert!(matches!(meta("c.com/c", "").replace, Some(ReplaceTarget::Module(_))));
        assert!(parse("## workspace\n# a.com/a v1.0.0\n").for_workspace);
    }
}
