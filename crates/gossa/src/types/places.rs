//! Where package-level declarations are, for the objects that identifiers denote.

use super::definitions::{Definition, definitions};
use gossa_base::{FxHashMap, LineColumn, LineIndex, TextRange, TextSize};
use gossa_db::{Db, PackageInput, package_decls, parse};
use gossa_report::PathDisplay;
use gossa_syntax::{ExprId, File, Spans};
use gossa_types::{DeclId, DeclSource, Object, PackageId};
use parking_lot::Mutex;
use std::sync::Arc;

/// The places of all packages, found when first asked for.
pub(super) struct Places<'p> {
    paths: &'p PathDisplay,
    by_id: FxHashMap<PackageId, PackageInput>,
    packages: Mutex<FxHashMap<PackageId, Arc<PackagePlaces>>>,
}

/// The places of one package.
pub(super) struct PackagePlaces {
    pub(super) files: Vec<FilePlaces>,
    /// The identifiers of package-level declarations and of types inside initialisers.
    decls: FxHashMap<DeclId, (DeclSource, ExprId)>,
    /// Of each declared method the index among its type's.
    methods: FxHashMap<DeclId, u32>,
}

/// A file with what turns node ids into positions.
pub(super) struct FilePlaces {
    pub(super) name: String,
    pub(super) parsed: Arc<File>,
    lines: LineIndex,
}

impl<'p> Places<'p> {
    pub(super) fn new(db: &dyn Db, packages: &[PackageInput], paths: &'p PathDisplay) -> Self {
        let by_id = packages.iter().map(|&package| (package.id(db), package)).collect();
        Self { paths, by_id, packages: Mutex::default() }
    }

    /// The places of a package; `None` for one that is not loaded.
    pub(super) fn package(&self, db: &dyn Db, id: PackageId) -> Option<Arc<PackagePlaces>> {
        if let Some(known) = self.packages.lock().get(&id) {
            return Some(known.clone());
        }
        // Two threads may do the same work; no lock is held meanwhile.
        let found = Arc::new(PackagePlaces::new(db, *self.by_id.get(&id)?, self.paths));
        Some(self.packages.lock().entry(id).or_insert(found).clone())
    }
}

impl PackagePlaces {
    fn new(db: &dyn Db, package: PackageInput, paths: &PathDisplay) -> Self {
        let files: Vec<FilePlaces> = package
            .files(db)
            .iter()
            .map(|&file| FilePlaces {
                name: paths.display(file.path(db)),
                parsed: parse(db, file).load(db, file),
                lines: LineIndex::new(file.text(db)),
            })
            .collect();
        let found = package_decls(db, package);
        let mut decls = FxHashMap::default();
        for (source, types) in &found.trees {
            let decl = files
                .get(source.file as usize)
                .and_then(|file| file.parsed.decls.get(source.decl as usize));
            let Some(decl) = decl else { continue };
            definitions(&decl.header.tree, &mut |definition| {
                if let Definition::Named { ident, .. } = definition
                    && let Some(
                        Object::Const(id)
                        | Object::Var(id)
                        | Object::TypeName(id)
                        | Object::Func(id),
                    ) = types.object(ident)
                    && id.package() == found.id
                {
                    // An embedded field's identifier denotes a type that is declared elsewhere.
                    let is_declaration = !matches!(
                        definition,
                        Definition::Named { declares: super::definitions::Declares::Embedded, .. }
                    );
                    if is_declaration {
                        decls.entry(id).or_insert((*source, ident));
                    }
                }
            });
        }
        let mut methods = FxHashMap::default();
        let mut counts: FxHashMap<DeclId, u32> = FxHashMap::default();
        for method in &found.func_order {
            if let Some(base) = method.parent()
                && !method.name().is_blank()
            {
                let count = counts.entry(base).or_default();
                methods.insert(*method, *count);
                *count += 1;
            }
        }
        Self { files, decls, methods }
    }

    /// Where a package-level declaration's identifier is.
    pub(super) fn declaration(&self, decl: DeclId) -> Option<String> {
        let &(source, ident) = self.decls.get(&decl)?;
        self.header(source, ident)
    }

    /// Where an expression of a header tree is.
    pub(super) fn header(&self, source: DeclSource, expr: ExprId) -> Option<String> {
        let file = self.files.get(source.file as usize)?;
        let decl = file.parsed.decls.get(source.decl as usize)?;
        file.at(range(&decl.header.spans, decl.range.start(), expr)?.start())
    }

    /// The index of a declared method among those of its type, in source order.
    pub(super) fn method_index(&self, method: DeclId) -> Option<u32> {
        self.methods.get(&method).copied()
    }
}

impl FilePlaces {
    /// `file:line:column`
    pub(super) fn at(&self, offset: TextSize) -> Option<String> {
        let place = self.line_column(offset);
        Some(format!("{}:{}:{}", self.name, place.line, place.column))
    }

    pub(super) fn line_column(&self, offset: TextSize) -> LineColumn {
        self.lines.line_column(offset)
    }
}

/// The range of an expression in its file.
pub(super) fn range(spans: &Spans, base: TextSize, expr: ExprId) -> Option<TextRange> {
    let span = spans.exprs.get(expr.index())?;
    Some(TextRange::new(span.start.into(), span.end.into()) + base)
}
