//! The modules that loaded packages belong to, as the result lists them.

use rustc_hash::FxHashMap;

use crate::config::ModMode;
use crate::gomod::{ModuleVersion, ReplaceTarget};
use crate::goroot::Goroot;
use crate::module_graph::{DEFAULT_GO_VERSION, ModuleKey};
use crate::program::{Module, ModuleIndex};
use crate::resolve::Resolver;

/// Modules by key, numbered in the order of their paths.
#[derive(Debug)]
pub(crate) struct ModuleTable {
    modules: Vec<(ModuleKey, Module)>,
    index: FxHashMap<ModuleKey, ModuleIndex>,
}

/// Collects modules before they are numbered.
#[derive(Debug)]
pub(crate) struct ModuleCollector<'a> {
    resolver: &'a Resolver<'a>,
    /// The version of main modules without a go line.
    default_go: String,
    modules: FxHashMap<ModuleKey, Module>,
}

impl ModuleTable {
    #[expect(clippy::new_ret_no_self, reason = "a table is complete only when sorted")]
    pub(crate) fn new<'a>(resolver: &'a Resolver<'a>, goroot: &Goroot) -> ModuleCollector<'a> {
        // Where the go command may write go.mod, it adds a line with its own version.
        let default_go = match resolver.modules.mode {
            ModMode::Mod => goroot.version.trim_start_matches("go"),
            ModMode::Readonly | ModMode::Vendor => DEFAULT_GO_VERSION,
        };
        let default_go = default_go.to_owned();
        ModuleCollector { resolver, default_go, modules: FxHashMap::default() }
    }

    pub(crate) fn index_of(&self, key: Option<&ModuleKey>) -> Option<ModuleIndex> {
        self.index.get(key?).copied()
    }

    pub(crate) fn is_main(&self, key: &ModuleKey) -> bool {
        matches!(key, ModuleKey::Main(_))
    }

    pub(crate) fn go_version(&self, key: &ModuleKey) -> Option<&str> {
        let index = self.index.get(key)?;
        self.modules[index.as_usize()].1.go_version.as_deref()
    }

    /// The main module; the first of a workspace's.
    pub(crate) fn main(&self) -> Option<ModuleIndex> {
        self.index.get(&ModuleKey::Main(0)).copied()
    }

    pub(crate) fn into_modules(self) -> Vec<Module> {
        self.modules.into_iter().map(|(_, module)| module).collect()
    }
}

impl ModuleCollector<'_> {
    pub(crate) fn require_mains(&mut self) {
        for main in 0..self.resolver.modules.mains.len() {
            self.require(Some(&ModuleKey::Main(main)));
        }
    }

    pub(crate) fn require(&mut self, key: Option<&ModuleKey>) {
        let Some(key) = key else { return };
        if !self.modules.contains_key(key) {
            let module = match key {
                ModuleKey::Main(main) => self.main(*main),
                ModuleKey::Dependency(module) if module.path.is_empty() => return,
                ModuleKey::Dependency(module) => self.dependency(module),
            };
            self.modules.insert(key.clone(), module);
        }
    }

    pub(crate) fn sorted(self) -> ModuleTable {
        let mut modules: Vec<(ModuleKey, Module)> = self.modules.into_iter().collect();
        modules.sort_unstable_by(|(a_key, a), (b_key, b)| {
            a.path.cmp(&b.path).then_with(|| a_key.cmp(b_key))
        });
        let index = modules
            .iter()
            .enumerate()
            .map(|(i, (key, _))| (key.clone(), ModuleIndex(i as u32)))
            .collect();
        ModuleTable { modules, index }
    }

    fn main(&self, main: usize) -> Module {
        let module = &self.resolver.modules.mains[main];
        Module {
            path: module.file.module.clone(),
            version: String::new(),
            main: true,
            indirect: false,
            dir: Some(module.dir.clone()),
            go_mod: Some(module.mod_file.clone()),
            go_version: Some(module.file.go.clone().unwrap_or_else(|| self.default_go.clone())),
            time: None,
            sum: None,
            go_mod_sum: None,
            replace: None,
        }
    }

    fn dependency(&self, key: &ModuleVersion) -> Module {
        let (modules, listings) = (self.resolver.modules, self.resolver.listings);
        let direct = modules
            .mains
            .iter()
            .flat_map(|m| &m.file.require)
            .any(|r| r.module.path == key.path && !r.indirect);
        let mut module = Module {
            path: key.path.clone(),
            version: key.version.clone(),
            main: false,
            indirect: !direct,
            dir: None,
            go_mod: None,
            go_version: None,
            time: None,
            sum: None,
            go_mod_sum: None,
            replace: None,
        };
        let vendored = modules.mode == ModMode::Vendor;
        let replacement = modules.replacement(key);
        let mut replace = replacement.map(|target| {
            let (path, version) = match target {
                ReplaceTarget::Directory(dir) => {
                    (modules.directory_as_written(dir.as_str().into()).to_owned(), "")
                }
                ReplaceTarget::Module(m) => (m.path.clone(), m.version.as_str()),
            };
            let dir = match target {
                ReplaceTarget::Directory(dir) => Some(dir.as_str().into()),
                ReplaceTarget::Module(_) => None,
            };
            Box::new(Module {
                path,
                version: version.to_owned(),
                go_mod: dir.as_ref().map(|d: &camino::Utf8PathBuf| d.join("go.mod")),
                dir,
                indirect: false,
                ..module.clone()
            })
        });
        if vendored {
            let meta = modules.vendor.as_ref().and_then(|(_, list)| list.modules.get(key));
            module.go_version = meta.and_then(|m| m.go_version.clone());
            if let Some(replace) = &mut replace {
                replace.go_version.clone_from(&module.go_version);
            }
        } else {
            module.go_version = modules.mod_file(listings, key).and_then(|f| f.go.clone());
            module.dir = modules.root_of(listings, key).ok().map(|r| r.dir);
            let actual = match replacement {
                Some(ReplaceTarget::Module(actual)) => Some(actual),
                Some(ReplaceTarget::Directory(_)) => None,
                None => Some(key),
            };
            module.go_mod = match actual {
                Some(actual) => {
                    modules.cached_mod_file(actual).filter(|path| listings.system().is_file(path))
                }
                None => module.dir.as_ref().map(|dir| dir.join("go.mod")),
            };
            if let Some(replace) = &mut replace {
                replace.go_version.clone_from(&module.go_version);
                replace.dir.clone_from(&module.dir);
                replace.go_mod.clone_from(&module.go_mod);
            }
            if let Some(actual) = actual {
                // What the module cache knows is of what stands in for it.
                let of = replace.as_deref_mut().unwrap_or(&mut module);
                let sums = modules.sums(listings);
                of.time = modules.time_of(listings, actual);
                of.sum = sums.of(actual);
                of.go_mod_sum = sums.of_mod_file(actual);
            }
        }
        module.replace = replace;
        module
    }
}
