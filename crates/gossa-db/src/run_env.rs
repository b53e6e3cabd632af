//! The database as the program that the interpreter runs.

use crate::diagnostics::{Place, SourcePlace};
use crate::embeds::embedded_files;
use crate::env::DbEnv;
use crate::inputs::Db;
use crate::linknames::Linknames;
use crate::ssa::{LowerKey, lowered};
use crate::symbols::symbol;
use camino::{Utf8Path, Utf8PathBuf};
use gossa_interp::files::{FileKind, Files};
use gossa_interp::{EmbeddedFile, ProgramEnv};
use gossa_load::{EntryKind, System};
use gossa_ssa::{FuncId, FuncKey, InstId, LowerEnv, Lowered, SourceMap};
use gossa_syntax::{NodeId, Tree};
use gossa_types::{
    BodyTypes, DeclId, DeclSource, LocalDecls, PackageDecls, PackageId, Target, TypeEnv,
};
use std::cell::OnceCell;
use std::sync::Arc;

/// Answers the questions of the interpreter by queries.
pub struct RunEnv<'db> {
    db: &'db dyn Db,
    env: DbEnv<'db>,
    links: OnceCell<Linknames>,
    system: &'db dyn System,
    files: FileAccess,
}

/// Which files of the system a program may see.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum FileAccess {
    /// None.
    #[default]
    Nothing,
    /// Those in a directory and below it.
    Below(Utf8PathBuf),
    /// All.
    All,
}

impl FileAccess {
    fn covers(&self, path: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Below(dir) => Utf8Path::new(path).starts_with(dir),
            Self::All => true,
        }
    }
}

impl<'db> RunEnv<'db> {
    /// The environment over a database; files that programs embed are read from `system`.
    #[must_use]
    pub fn new(db: &'db dyn Db, system: &'db dyn System) -> Self {
        Self { db, env: DbEnv::new(db), links: OnceCell::new(), system, files: FileAccess::Nothing }
    }

    /// Lets the program see files of the system.
    #[must_use]
    pub fn with_files(mut self, files: FileAccess) -> Self {
        self.files = files;
        self
    }

    fn links(&self) -> &Linknames {
        self.links.get_or_init(|| Linknames::of_program(self.db))
    }
}

fn source_map(lowered: &Lowered, func: FuncId) -> Option<&SourceMap> {
    let index = match func.key() {
        FuncKey::Closure { index, .. } => *index as usize,
        _ => 0,
    };
    lowered.source_maps.get(index)
}

/// File and line of a place, as a `//line` directive says it.
fn line(place: SourcePlace) -> Option<(String, u32)> {
    Some(match place.origin {
        Some(origin) => (origin.file.to_string(), origin.line),
        None => (place.path, place.start.line),
    })
}

impl TypeEnv for RunEnv<'_> {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        self.env.package(id)
    }

    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls> {
        self.env.local_decls(function)
    }

    fn target(&self) -> Target {
        self.env.target()
    }
}

impl LowerEnv for RunEnv<'_> {
    fn header_tree(&self, package: PackageId, source: DeclSource) -> Option<&Tree> {
        self.env.header_tree(package, source)
    }

    fn body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)> {
        self.env.body(decl)
    }

    fn init_order(&self, package: PackageId) -> &[u32] {
        self.env.init_order(package)
    }
}

impl ProgramEnv for RunEnv<'_> {
    fn lowered(&self, func: FuncId) -> Option<Arc<Lowered>> {
        lowered(self.db, LowerKey::new(self.db, func)).clone()
    }

    fn linked(&self, func: FuncId) -> Option<FuncId> {
        self.links().function(func)
    }

    fn symbol(&self, func: FuncId) -> String {
        let lowered = match func.key() {
            FuncKey::Closure { .. } => self.lowered(func.root()),
            _ => None,
        };
        symbol(self.db, func, lowered.as_deref())
    }

    fn position(&self, func: FuncId, inst: InstId) -> Option<(String, u32)> {
        let lowered = self.lowered(func.root())?;
        let node = *source_map(&lowered, func)?.insts.get(inst.index())?;
        line(Place::of_function(self.db, func, node)?.resolve_operation(self.db)?)
    }

    fn source(&self, func: FuncId, inst: InstId) -> Option<String> {
        let lowered = self.lowered(func.root())?;
        let node = *source_map(&lowered, func)?.insts.get(inst.index())?;
        let text = Place::of_function(self.db, func, node)?.text(self.db)?;
        Some(text.lines().next().unwrap_or_default().trim_end().to_owned())
    }

    fn declared_at(&self, func: FuncId) -> Option<(String, u32)> {
        let node = match func.key() {
            FuncKey::Closure { .. } => source_map(&*self.lowered(func.root())?, func)?.literal?,
            _ => NodeId::ROOT,
        };
        line(Place::of_function(self.db, func, node)?.resolve(self.db)?)
    }

    fn embedded(&self, variable: DeclId) -> Option<Vec<EmbeddedFile>> {
        embedded_files(self.db, self.system, variable)
    }

    fn linked_variable(&self, variable: DeclId) -> Option<DeclId> {
        self.links().implementation(variable)
    }

    fn files(&self) -> Option<&dyn Files> {
        if self.files == FileAccess::Nothing { None } else { Some(self) }
    }
}

impl Files for RunEnv<'_> {
    fn may_see(&self, path: &str) -> bool {
        self.files.covers(path)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        if !self.may_see(path) {
            return None;
        }
        let found = self.system.metadata(Utf8Path::new(path)).ok()?;
        match found.kind {
            EntryKind::Directory => Some(FileKind::Directory),
            EntryKind::File => Some(FileKind::File(found.len)),
            _ => None,
        }
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        if self.may_see(path) { self.system.read(Utf8Path::new(path)).ok() } else { None }
    }

    fn list(&self, path: &str) -> Option<Vec<(String, FileKind)>> {
        if !self.may_see(path) {
            return None;
        }
        let entries = self.system.read_dir(Utf8Path::new(path)).ok()?;
        let kind =
            |name: &str| Files::kind(self, &format!("{}/{name}", path.trim_end_matches('/')));
        Some(entries.into_iter().filter_map(|e| Some((e.name.clone(), kind(&e.name)?))).collect())
    }
}
