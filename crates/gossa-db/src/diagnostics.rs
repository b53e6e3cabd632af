//! From nodes to places in files, and from errors to diagnostics.

use crate::bodies::{body_types, declaration, source_file};
use crate::declare::{init_order, instantiation_cycles, item_tree, package_decls, unused_imports};
use crate::env::DbEnv;
use crate::inputs::{Db, PackageInput, Program, SourceFile};
use crate::line_directives::line_origins;
use crate::parsing::parse;
use gossa_base::{FxHashSet, LineColumn, LineIndex, Name, TextRange};
use gossa_report::{Diagnostic, Location, Origin, Severity, Stage};
use gossa_ssa::{FuncId, FuncKey};
use gossa_syntax::{Node, NodeId, Span, TreeWithSpans};
use gossa_types::order::cycle_error;
use gossa_types::print::Printer;
use gossa_types::underlying::{underlying, underlying_basic};
use gossa_types::{
    BasicKind, DeclId, DeclSource, EnvResolver, Note, Object, PackageId, Part, Resolver,
    ShownPlace, TypeEnv, TypeError, TypeId, TypeKind, VarDecl, node_span,
};

/// A node of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// The package.
    pub package: PackageId,
    /// The declaration.
    pub source: DeclSource,
    /// Whether the node is of the body's tree.
    pub in_body: bool,
    /// The node.
    pub node: NodeId,
}

/// A range of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourcePlace {
    /// Full path of the file.
    pub path: String,
    /// The bytes.
    pub range: TextRange,
    /// Line and column of the first byte.
    pub start: LineColumn,
    /// Line and column past the last byte.
    pub end: LineColumn,
    /// Where a `//line` directive says that it comes from.
    pub origin: Option<Origin>,
}

/// Line starts of a file.
#[salsa::tracked]
fn line_index(db: &dyn Db, file: SourceFile) -> LineIndex {
    LineIndex::new(file.text(db))
}

impl SourcePlace {
    /// A range of a file as a place.
    #[must_use]
    pub fn new(db: &dyn Db, file: SourceFile, range: TextRange) -> Self {
        let lines = line_index(db, file);
        Self {
            path: file.path(db).to_owned(),
            range,
            start: lines.line_column(range.start()),
            end: lines.line_column(range.end()),
            origin: line_origins(db, file).origin(lines, range.start()),
        }
    }

    /// The place as a location of a report; the path is still the full one.
    #[must_use]
    pub fn location(&self) -> Location {
        let (start, end) = (self.start, self.end);
        let location =
            Location::new(self.path.clone(), start.line, start.column, end.line, end.column);
        Location { origin: self.origin.clone(), ..location }
    }
}

impl Place {
    /// The place of a node of a function's (or initialiser's) SSA form; `None` for functions
    /// without source.
    #[must_use]
    pub fn of_function(db: &dyn Db, func: FuncId, node: NodeId) -> Option<Self> {
        let (decl, in_body) = match *func.root().key() {
            // A body that is made of a model is placed at the declaration.
            FuncKey::Decl { decl, .. } => {
                (decl, declaration(db, decl).is_some_and(|(_, found)| found.has_body))
            }
            FuncKey::VarInit(var) => (var, false),
            _ => return None,
        };
        let source = declared_at(db, decl)?;
        Some(Self { package: decl.package(), source, in_body, node })
    }

    /// Where the node is. Parses the file again if its trees were dropped.
    #[must_use]
    pub fn resolve(self, db: &dyn Db) -> Option<SourcePlace> {
        self.find(db, |tree| match self.node.node() {
            Node::Expr(id) => tree.spans.exprs.get(id.index()).copied(),
            _ => node_span(tree, self.node, Part::Whole),
        })
    }

    /// Where traces of the runtime see the node: of an expression its own token counts, which may
    /// be lines behind the start of its operand.
    pub(crate) fn resolve_operation(self, db: &dyn Db) -> Option<SourcePlace> {
        let part = match self.node.node() {
            Node::Expr(_) => Part::Token,
            _ => Part::Whole,
        };
        self.resolve_part(db, part)
    }

    /// Where an error about a part of the node is, as the compiler sees it.
    fn resolve_part(self, db: &dyn Db, part: Part) -> Option<SourcePlace> {
        self.find(db, |tree| node_span(tree, self.node, part))
    }

    /// The node's source text.
    pub(crate) fn text(self, db: &dyn Db) -> Option<String> {
        let range = self.resolve(db)?.range;
        let bytes = self.file(db)?.text(db).get(range.start().into()..range.end().into())?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    fn file(self, db: &dyn Db) -> Option<SourceFile> {
        let package = *Program::get(db).packages(db).get(&self.package)?;
        source_file(db, package, self.source)
    }

    /// The place that `span` finds in the node's tree; the whole declaration where it finds none.
    fn find(
        self,
        db: &dyn Db,
        span: impl FnOnce(&TreeWithSpans) -> Option<Span>,
    ) -> Option<SourcePlace> {
        let file = self.file(db)?;
        let parsed = parse(db, file).load(db, file);
        let decl = parsed.decls.get(self.source.decl as usize)?;
        // The declared name is in the header.
        let in_body = self.in_body && self.node != NodeId::ROOT;
        let tree = if in_body { decl.body.as_ref()? } else { &decl.header };
        let range = span(tree).map_or(decl.range, |span| {
            TextRange::new(span.start.into(), span.end.into()) + decl.range.start()
        });
        Some(SourcePlace::new(db, file, range))
    }
}

/// The declaration of a function, variable or constant.
pub(crate) fn declared_at(db: &dyn Db, decl: DeclId) -> Option<DeclSource> {
    if let Some((_, func)) = declaration(db, decl) {
        return Some(func.source);
    }
    let package = *Program::get(db).packages(db).get(&decl.package())?;
    let decls = package_decls(db, package);
    decls
        .vars
        .get(&decl)
        .map(|var| var.source)
        .or_else(|| decls.consts.get(&decl).map(|c| c.source))
}

/// All syntax and type errors of a package.
#[must_use]
pub(crate) fn package_diagnostics(db: &dyn Db, package: PackageInput) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut has_syntax_errors = false;
    for &file in package.files(db) {
        for error in parse(db, file).errors() {
            has_syntax_errors = true;
            diagnostics.push(
                Diagnostic::new(Severity::Error, Stage::Parse, error.message.clone())
                    .at(SourcePlace::new(db, file, error.range).location()),
            );
        }
    }
    let decls = package_decls(db, package);
    let mut errors: Vec<&TypeError> = decls.errors.iter().collect();
    for &func in &decls.func_order {
        if decls.funcs.get(&func).is_some_and(|found| found.has_body)
            && let Some(body) = body_types(db, func)
        {
            errors.extend(&*body.errors);
        }
    }
    let mut of_package = unused_imports(db, package);
    let cycles = &init_order(db, package).cycles;
    of_package.extend(cycles.iter().filter_map(|cycle| cycle_error(decls, cycle)));
    // Instances in erroneous declarations mean nothing.
    if !has_syntax_errors && errors.is_empty() && of_package.is_empty() {
        of_package.extend(instantiation_cycles(db, package));
    }
    errors.extend(&of_package);
    let mut found: Vec<(Option<SourcePlace>, String)> = Vec::with_capacity(errors.len());
    for error in errors {
        // What a syntax error left behind is not worth a second message.
        if has_syntax_errors && error.soft {
            continue;
        }
        let &TypeError { source, in_body, node, .. } = error;
        let place = Place { package: package.id(db), source, in_body, node };
        let text = error.text(&|note| {
            let &Note { source, in_body, node, .. } = note;
            let place =
                Place { package: note.package.unwrap_or(package.id(db)), source, in_body, node };
            let found = place.resolve_part(db, Part::Whole)?;
            let file = match note.package {
                None => found.path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
                Some(_) => found.path,
            };
            Some(ShownPlace { file, line: found.start.line, column: found.start.column })
        });
        found.push((place.resolve_part(db, error.part), text));
    }
    found.extend(too_new(db, package));
    found.extend(directive_errors(db, package, found.is_empty() && !has_syntax_errors));
    // As the compiler does: in the order of places, and nothing twice in a line.
    let line = |place: &Option<SourcePlace>| {
        place.as_ref().map(|place| (place.path.clone(), place.start.line))
    };
    let column = |place: &Option<SourcePlace>| place.as_ref().map(|place| place.start.column);
    found.sort_by_cached_key(|(place, text)| (line(place), column(place), text.clone()));
    let mut seen = FxHashSet::default();
    found.retain(|(place, text)| seen.insert((line(place), text.clone())));
    diagnostics.extend(found.into_iter().map(|(place, text)| {
        let diagnostic = Diagnostic::new(Severity::Error, Stage::Types, text);
        match place {
            Some(place) => diagnostic.at(place.location()),
            None => diagnostic,
        }
    }));
    diagnostics
}

/// Files that are written for a newer Go than the distribution's, as their build constraints say.
fn too_new(db: &dyn Db, package: PackageInput) -> Vec<(Option<SourcePlace>, String)> {
    let mut found = Vec::new();
    for &file in package.files(db) {
        let version = item_tree(db, file).go_version;
        if let Some((major, minor)) = version.filter(|&v| v > Program::get(db).toolchain(db)) {
            let range = parse(db, file).load(db, file).package_range;
            let message = format!("file requires newer Go version go{major}.{minor}");
            found.push((Some(SourcePlace::new(db, file, range)), message));
        }
    }
    found
}

/// Variables of types in which no files can be embedded.
fn embedded_errors(db: &dyn Db, package: PackageInput) -> Vec<(Option<SourcePlace>, String)> {
    let mut found = Vec::new();
    let decls = package_decls(db, package);
    let env = DbEnv::new(db);
    let resolver = EnvResolver::new(&env, Some(&decls.locals));
    for (index, &file) in package.files(db).iter().enumerate() {
        for &(decl, ident) in &parse(db, file).directives().embedded {
            let source = DeclSource { file: index as u32, decl };
            let here = |var: &&VarDecl| var.source == source && var.ident == ident;
            let Some(var) = decls.vars.values().find(here) else { continue };
            if is_embeddable(&resolver, var.ty) {
                continue;
            }
            let own = package.id(db);
            let qualifier = |other: PackageId| {
                let name = env.package(other).map(|decls| decls.name);
                name.filter(|_| other != own).map_or("", Name::as_str).into()
            };
            let ty = Printer::new(&resolver, &qualifier).print(var.ty);
            let place = Place { package: own, source, in_body: false, node: ident.into() };
            let message = format!("go:embed cannot apply to var of type {ty}");
            found.push((place.resolve_part(db, Part::Whole), message));
        }
    }
    found
}

/// Whether files can be embedded in a variable of this type: strings, slices of bytes, `embed.FS`.
fn is_embeddable(r: &dyn Resolver, ty: TypeId) -> bool {
    let ty = ty.unalias();
    if let TypeKind::Named { decl, .. } = ty.kind()
        && decl.package().path() == "embed"
        && decl.name().as_str() == "FS"
    {
        return true;
    }
    let is_byte =
        |elem| underlying_basic(r, elem).map(BasicKind::canonical) == Some(BasicKind::Uint8);
    match underlying(r, ty).kind() {
        TypeKind::Basic(kind) => *kind == BasicKind::String,
        TypeKind::Slice(elem) => is_byte(*elem),
        _ => false,
    }
}

/// What is wrong with directives, and functions without a body; some of it matters only where
/// there is no other error.
fn directive_errors(
    db: &dyn Db,
    package: PackageInput,
    only: bool,
) -> Vec<(Option<SourcePlace>, String)> {
    let mut found = Vec::new();
    if package.standard(db) {
        return found;
    }
    let decls = package_decls(db, package);
    let mut late = Vec::new();
    let mut may_lack_bodies = !package.complete(db);
    let mut linked = FxHashSet::default();
    for &file in package.files(db) {
        let directives = parse(db, file).directives();
        may_lack_bodies |= directives.has_host_functions;
        linked.extend(directives.linked.iter().copied());
        for error in &directives.errors {
            let known = error.unless_declared.and_then(|name| decls.scope.get(&name));
            if matches!(known, Some(Object::Func(_) | Object::Var(_))) {
                continue;
            }
            let list = if error.late { &mut late } else { &mut found };
            let place = SourcePlace::new(db, file, error.range);
            list.push((Some(place), error.message.clone()));
        }
    }
    if !only || !found.is_empty() {
        return found;
    }
    if !may_lack_bodies {
        for &func in &decls.func_order {
            let Some(decl) = decls.funcs.get(&func) else { continue };
            let is_linked = decl.receiver.is_none() && linked.contains(&func.name());
            if decl.has_body || is_linked {
                continue;
            }
            let place = source_file(db, package, decl.source).and_then(|file| {
                let parsed = parse(db, file).load(db, file);
                let range = parsed.decls.get(decl.source.decl as usize)?.range;
                // The compiler points behind the keyword: to the name, or to the receiver.
                let text = file.text(db);
                let rest = text.get(usize::from(range.start()) + "func".len()..)?;
                let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                let start = usize::from(range.start()) + "func".len() + blanks;
                let start = gossa_base::TextSize::from(start as u32);
                Some(SourcePlace::new(db, file, TextRange::new(start, range.end().max(start))))
            });
            late.push((place, "missing function body".to_owned()));
        }
    }
    if late.is_empty() {
        late = embedded_errors(db, package);
    }
    late
}

/// The header tree of the declaration of a variable, constant or function.
#[must_use]
pub fn header_tree_of(db: &dyn Db, decl: DeclId) -> Option<std::sync::Arc<gossa_syntax::Tree>> {
    let package = *Program::get(db).packages(db).get(&decl.package())?;
    let source = declared_at(db, decl)?;
    let file = source_file(db, package, source)?;
    let items = &crate::declare::item_tree(db, file).items;
    items.get(source.decl as usize).cloned()
}

/// The directives in the doc comment of a declared function. Parses the file again if its trees
/// were dropped.
#[must_use]
pub fn directives_of(db: &dyn Db, decl: DeclId) -> Vec<gossa_syntax::DirectiveKind> {
    let find = || {
        let (package, func) = declaration(db, decl)?;
        let file = source_file(db, package, func.source)?;
        let parsed = parse(db, file).load(db, file);
        let doc = parsed.decls.get(func.source.decl as usize)?.doc;
        let comments = parsed.comments.get(doc.range())?;
        let range = comments.first()?.range.cover(comments.last()?.range);
        let within = |d: &&gossa_syntax::Directive| range.contains_range(d.range);
        Some(parsed.directives.iter().filter(within).map(|d| d.kind.clone()).collect())
    };
    find().unwrap_or_default()
}

/// The name of a function as a Go programmer writes it, without its package: `F`, `(*T).M`,
/// `F.func1` for a literal in `F`, `init` for initialisation.
#[must_use]
pub fn function_name(db: &dyn Db, func: FuncId) -> String {
    match *func.key() {
        FuncKey::Decl { decl, .. } => match decl.parent() {
            Some(receiver) => {
                let pointer = declaration(db, decl)
                    .and_then(|(_, found)| found.receiver)
                    .is_some_and(|found| found.pointer);
                if pointer {
                    format!("(*{}).{}", receiver.name(), decl.name())
                } else {
                    format!("{}.{}", receiver.name(), decl.name())
                }
            }
            None => decl.name().to_string(),
        },
        FuncKey::VarInit(_) | FuncKey::PackageInit(_) => "init".to_owned(),
        FuncKey::Closure { root, index } => format!("{}.func{index}", function_name(db, root)),
    }
}
