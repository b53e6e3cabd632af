//! The source around a declaration's nodes, for those who look at syntax: trees with their
//! positions, the file's text, and its comments.

use crate::bodies::source_file;
use crate::declare::item_tree;
use crate::diagnostics::{Place, SourcePlace, declared_at};
use crate::inputs::{Db, Program, SourceFile};
use crate::parsing::parse;
use gossa_base::{LineIndex, TextRange, TextSize};
use gossa_syntax::{DeclKeyword, Expr, Spec, SpecId, TreeRoot, TreeWithSpans};
use gossa_types::{DeclId, DeclSource, PackageId};
use std::sync::Arc;

/// A declaration's source.
#[derive(Clone, Debug)]
pub struct DeclContext {
    /// Full path of the file.
    pub path: String,
    /// The file's text.
    pub text: Arc<[u8]>,
    /// Its line starts.
    pub lines: LineIndex,
    /// Where the declaration is; the trees' positions are relative to its start.
    pub range: TextRange,
    /// The tree: the body's, or the header's, which is all of a declaration that is no function.
    pub tree: TreeWithSpans,
    /// The file's comments, in order.
    pub comments: Box<[TextRange]>,
}

impl DeclContext {
    fn new(db: &dyn Db, file: SourceFile, source: DeclSource, in_body: bool) -> Option<Self> {
        let parsed = parse(db, file).load(db, file);
        let decl = parsed.decls.get(source.decl as usize)?;
        let tree = if in_body { decl.body.as_ref()? } else { &decl.header };
        let text: Arc<[u8]> = file.text(db).clone();
        Some(Self {
            path: file.path(db).to_owned(),
            lines: LineIndex::new(&text),
            text,
            range: decl.range,
            tree: tree.clone(),
            comments: parsed.comments.iter().map(|comment| comment.range).collect(),
        })
    }

    /// The comments that end on the line above a place, without a gap between them: what documents
    /// it.
    #[must_use]
    pub fn comments_above(&self, at: TextSize) -> &[TextRange] {
        let end = self.comments.partition_point(|comment| comment.end() <= at);
        let mut first = end;
        let mut line = self.lines.line_column(at).line;
        while let Some(comment) = first.checked_sub(1).and_then(|at| self.comments.get(at)) {
            let start = self.lines.line_column(comment.start());
            let alone = self.lines.line_start(start.line).is_some_and(|begin| {
                let before = self.text.get(begin.into()..comment.start().into());
                before.is_some_and(|before| before.iter().all(u8::is_ascii_whitespace))
            });
            if self.lines.line_column(comment.end()).line + 1 != line || !alone {
                break;
            }
            line = start.line;
            first -= 1;
        }
        &self.comments[first..end]
    }

    /// The text of a range of the file.
    #[must_use]
    pub fn text_of(&self, range: TextRange) -> String {
        let bytes = self.text.get(range.start().into()..range.end().into()).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }
}

impl Place {
    /// The source around a node. Parses the file again if its trees were dropped.
    #[must_use]
    pub fn context(self, db: &dyn Db) -> Option<DeclContext> {
        context(db, self.package, self.source, self.in_body)
    }
}

fn context(
    db: &dyn Db,
    package: PackageId,
    source: DeclSource,
    in_body: bool,
) -> Option<DeclContext> {
    let package = *Program::get(db).packages(db).get(&package)?;
    DeclContext::new(db, source_file(db, package, source)?, source, in_body)
}

/// The source of a declaration at package level; of a function its header.
#[must_use]
pub fn decl_context(db: &dyn Db, decl: DeclId) -> Option<DeclContext> {
    context(db, decl.package(), declared_at(db, decl)?, false)
}

/// Where a declaration at package level is.
#[must_use]
pub fn decl_place(db: &dyn Db, decl: DeclId) -> Option<SourcePlace> {
    let node = gossa_syntax::NodeId::ROOT;
    let (package, source) = (decl.package(), declared_at(db, decl)?);
    Place { package, source, in_body: false, node }.resolve(db)
}

/// The source of a named type's declaration, and where its specification begins. Looks through the
/// files of its package.
#[must_use]
pub fn type_context(db: &dyn Db, decl: DeclId) -> Option<(DeclContext, TextSize)> {
    let package = *Program::get(db).packages(db).get(&decl.package())?;
    for (at, &file) in (0u32..).zip(package.files(db)) {
        let items = &item_tree(db, file).items;
        for (index, tree) in (0u32..).zip(items) {
            let TreeRoot::Gen { keyword: DeclKeyword::Type, specs, parenthesized } = tree.root
            else {
                continue;
            };
            let names = |id: &SpecId| match tree.specs[id.index()] {
                Spec::Type { name, .. } => {
                    matches!(tree[name], Expr::Ident(found) if found == decl.name())
                }
                _ => false,
            };
            let Some(spec) = tree.spec_ids(specs).find(names) else { continue };
            let source = DeclSource { file: at, decl: index };
            let context = DeclContext::new(db, file, source, false)?;
            let start = match context.tree.spans.specs.get(spec.index()) {
                Some(span) if parenthesized => context.range.start() + TextSize::from(span.start),
                _ => context.range.start(),
            };
            return Some((context, start));
        }
    }
    None
}
