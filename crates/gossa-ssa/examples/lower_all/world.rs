//! Checked packages in memory, as the environment of lowering: for the example that lowers whole
//! Go trees and for tests.

use gossa_base::{FxHashMap, Name};
use gossa_ssa::LowerEnv;
use gossa_syntax::{File, Tree};
use gossa_types::check::{CgoInput, PackageInput, check_body, check_package, item_tree};
use gossa_types::order::initialization_order;
use gossa_types::{
    BodyTypes, DeclId, DeclSource, ItemTree, LocalDecls, PackageDecls, PackageId, Target, TypeEnv,
};
use std::sync::Arc;

/// A package to check.
pub(crate) struct Source<'s> {
    /// Import path.
    pub(crate) path: &'s str,
    /// Package name.
    pub(crate) name: &'s str,
    /// Texts of its files, sorted by name.
    pub(crate) texts: &'s [Vec<u8>],
    /// What its files import: paths as written and as resolved.
    pub(crate) imports: FxHashMap<Name, PackageId>,
    /// Language version.
    pub(crate) version: (u32, u32),
    /// Whether it is of the standard library.
    pub(crate) standard: bool,
}

/// Checked packages.
#[derive(Default)]
pub(crate) struct World {
    packages: FxHashMap<PackageId, PackageDecls>,
    headers: FxHashMap<PackageId, Vec<Arc<ItemTree>>>,
    bodies: FxHashMap<DeclId, (Arc<Tree>, BodyTypes)>,
    orders: FxHashMap<PackageId, Box<[u32]>>,
}

impl TypeEnv for World {
    fn package(&self, id: PackageId) -> Option<&PackageDecls> {
        self.packages.get(&id)
    }

    fn local_decls(&self, function: DeclId) -> Option<&LocalDecls> {
        match self.bodies.get(&function) {
            Some((_, types)) => Some(&types.locals),
            None => Some(&self.packages.get(&function.package())?.locals),
        }
    }

    fn target(&self) -> Target {
        Target::for_arch("amd64")
    }
}

impl LowerEnv for World {
    fn header_tree(&self, package: PackageId, source: DeclSource) -> Option<&Tree> {
        let file = self.headers.get(&package)?.get(source.file as usize)?;
        file.items.get(source.decl as usize).map(|tree| &**tree)
    }

    fn body(&self, decl: DeclId) -> Option<(&Tree, &BodyTypes)> {
        self.bodies.get(&decl).map(|(tree, types)| (&**tree, types))
    }

    fn init_order(&self, package: PackageId) -> &[u32] {
        self.orders.get(&package).map_or(&[], |order| order)
    }
}

impl World {
    /// Parses and checks a package whose imports are here already. Gives its error messages.
    pub(crate) fn add(&mut self, source: &Source<'_>) -> Vec<String> {
        let files: Vec<File> = source.texts.iter().map(|text| gossa_syntax::parse(text)).collect();
        let trees: Vec<Arc<ItemTree>> = files
            .iter()
            .zip(source.texts)
            .map(|(file, text)| Arc::new(item_tree(file, text)))
            .collect();
        let id = PackageId::new(source.path);
        let model = gossa_types::cgo::CModel::for_platform("linux", "amd64");
        let input = PackageInput {
            id,
            name: Name::new(source.name),
            files: &trees,
            imports: &source.imports,
            go_version: source.version,
            standard: source.standard,
            cgo: Some(CgoInput { model, sources: gossa_types::cgo::Sources::default() }),
        };
        let decls = check_package(&input, self);
        let mut errors: Vec<String> = files
            .iter()
            .flat_map(|file| file.errors.iter().map(|error| error.message.clone()))
            .chain(decls.errors.iter().map(|error| error.message.clone()))
            .collect();
        self.packages.insert(id, decls);
        let mut bodies = Vec::new();
        let decls = &self.packages[&id];
        for &func in &decls.func_order {
            let Some(found) = decls.funcs.get(&func) else { continue };
            let decl = files
                .get(found.source.file as usize)
                .and_then(|file| file.decls.get(found.source.decl as usize));
            let Some(decl) = decl else { continue };
            let Some(body) = &decl.body else { continue };
            let types = check_body(self, decls, func, &decl.header.tree, &body.tree);
            errors.extend(types.errors.iter().map(|error| error.message.clone()));
            bodies.push((func, body.tree.clone(), types));
        }
        let references: FxHashMap<DeclId, &[DeclId]> =
            bodies.iter().map(|(func, _, types)| (*func, &*types.references)).collect();
        let order = initialization_order(&decls.initializers, &decls.statics, &|decl| {
            references.get(&decl).copied().unwrap_or(&[])
        });
        self.orders.insert(id, order.order);
        self.headers.insert(id, trees);
        self.bodies.extend(bodies.into_iter().map(|(func, tree, types)| (func, (tree, types))));
        errors
    }
}
