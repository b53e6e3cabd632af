//! An environment over maps: for tests and for the example that checks whole Go trees.

use crate::check::{PackageInput, check_body, check_package, item_tree};
use crate::decls::{BodyTypes, ItemTree, PackageDecls};
use crate::env::{Target, TypeEnv};
use crate::ids::{DeclId, PackageId};
use crate::info::LocalDecls;
use gossa_base::{FxHashMap, Name};
use gossa_syntax::File;
use std::sync::Arc;

/// Packages that were checked, with the local types of their bodies.
#[derive(Default)]
pub struct SimpleEnv {
    /// Declarations by package.
    pub packages: FxHashMap<PackageId, PackageDecls>,
    /// Local types by function.
    pub locals: FxHashMap<DeclId, LocalDecls>,
}

impl TypeEnv for SimpleEnv {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        self.packages.get(&id)
    }

    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls> {
        self.locals
            .get(&function)
            .or_else(|| self.packages.get(&function.package()).map(|decls| &decls.locals))
    }

    fn target(&self) -> Target {
        Target { word_size: 8, max_align: 8 }
    }
}

/// A package that is checked in full.
pub struct CheckedPackage {
    /// Its parsed files.
    pub files: Vec<File>,
    /// Their skeletons.
    pub trees: Vec<Arc<ItemTree>>,
    /// What it declares.
    pub decls: PackageDecls,
    /// Its bodies, in source order.
    pub bodies: Vec<(DeclId, BodyTypes)>,
}

/// Checks a package of the given file texts, imports by their own path, in `env`.
#[must_use]
pub fn check_texts(env: &SimpleEnv, path: &str, texts: &[&str]) -> CheckedPackage {
    let files: Vec<File> = texts.iter().map(|text| gossa_syntax::parse(text.as_bytes())).collect();
    let trees: Vec<Arc<ItemTree>> = files
        .iter()
        .zip(texts)
        .map(|(file, text)| Arc::new(item_tree(file, text.as_bytes())))
        .collect();
    let imports: FxHashMap<Name, PackageId> =
        env.packages.keys().map(|&id| (Name::new(id.path()), id)).collect();
    let name = files.first().and_then(|file| file.package).unwrap_or_else(|| Name::new("p"));
    let input = PackageInput {
        id: PackageId::new(path),
        name,
        files: &trees,
        imports: &imports,
        go_version: (1, 27),
        standard: false,
        cgo: None,
    };
    let decls = check_package(&input, env);
    let bodies = check_bodies(env, &decls, &files);
    CheckedPackage { files, trees, decls, bodies }
}

/// Checks all bodies of a package.
#[must_use]
pub fn check_bodies(
    env: &dyn TypeEnv,
    decls: &PackageDecls,
    files: &[File],
) -> Vec<(DeclId, BodyTypes)> {
    decls
        .func_order
        .iter()
        .filter_map(|&func| {
            let source = decls.funcs.get(&func)?.source;
            let decl = files.get(source.file as usize)?.decls.get(source.decl as usize)?;
            let body = decl.body.as_ref()?;
            Some((func, check_body(env, decls, func, &decl.header.tree, &body.tree)))
        })
        .collect()
}
