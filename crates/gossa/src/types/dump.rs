//! The dump: what the checker found out about each package, a JSON object a line.
//!
//! The same things, in the same order and form, as `go/types` has in its `Info`; a test and
//! `gossa-benches types-diff` compare them line by line.

use super::definitions::{Declares, Definition, definitions};
use super::json;
use super::objects::{Declared, Described, Imports};
use super::places::{PackagePlaces, Places, range};
use crate::exit::CommandError;
use gossa_base::{FxHashMap, FxHashSet, Name, TextRange, TextSize};
use gossa_db::{DbEnv, PackageInput, RootDb, Session, body_types, init_order};
use gossa_report::PathDisplay;
use gossa_syntax::{Expr, ExprId, TreeWithSpans};
use gossa_types::lookup::{Found, method_set};
use gossa_types::underlying::is_interface;
use gossa_types::{
    DeclId, DeclSource, EnvResolver, LocalKind, Mode, Object, PackageDecls, Param, Resolver,
    Selected, Selection, SelectionKind, SignatureType, TreeTypes, TypeEnv, TypeId, TypeKind,
    TypeList, constant::Value, print,
};
use rayon::prelude::*;
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

/// Packages that are dumped before any of them is printed: bounds what is held in memory.
const BATCH: usize = 16;

/// Writes the packages that the patterns name, each after those that it imports.
pub(super) fn dump(
    session: &Session,
    paths: &PathDisplay,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    // The program has dependencies first.
    let mut roots = session.program().roots.clone();
    roots.sort_unstable_by_key(|root| root.as_usize());
    let roots: Vec<PackageInput> =
        roots.iter().map(|root| session.packages()[root.as_usize()]).collect();
    let places = Places::new(&session.db(), session.packages(), paths);
    let places = &places;
    for batch in roots.chunks(BATCH) {
        let db = session.db();
        let texts: Vec<Vec<u8>> = session.pool().install(|| {
            batch
                .par_iter()
                .with_max_len(1)
                .map_with(db, |db, &package| {
                    // A package whose check failed was reported with the diagnostics.
                    catch_unwind(AssertUnwindSafe(|| package_lines(db, package, places)))
                        .ok()
                        .flatten()
                        .unwrap_or_default()
                })
                .collect()
        });
        for text in texts {
            out.write_all(&text)?;
        }
    }
    Ok(())
}

/// One package while it is dumped.
pub(super) struct PackageDump<'d> {
    pub(super) db: &'d RootDb,
    pub(super) env: &'d DbEnv<'d>,
    pub(super) resolver: &'d EnvResolver<'d>,
    pub(super) decls: &'d PackageDecls,
    pub(super) places: Arc<PackagePlaces>,
    pub(super) all_places: &'d Places<'d>,
    /// Texts of types.
    texts: RefCell<FxHashMap<TypeId, Rc<str>>>,
}

/// A tree with what the checker found out about it.
pub(super) struct TreeAt<'t> {
    pub(super) source: DeclSource,
    base: TextSize,
    file: &'t super::places::FilePlaces,
    pub(super) tree: &'t TreeWithSpans,
    pub(super) types: &'t TreeTypes,
    pub(super) imports: &'t Imports,
    pub(super) declared: &'t Declared,
}

impl TreeAt<'_> {
    fn range(&self, expr: ExprId) -> TextRange {
        range(&self.tree.spans, self.base, expr).unwrap_or_default()
    }

    /// `file:line:column` of an expression.
    pub(super) fn position(&self, expr: ExprId) -> Option<String> {
        self.file.at(self.range(expr).start())
    }
}

fn package_lines(db: &RootDb, package: PackageInput, all_places: &Places<'_>) -> Option<Vec<u8>> {
    let id = package.id(db);
    let places = all_places.package(db, id)?;
    let env = DbEnv::new(db);
    let resolver = EnvResolver::new(&env, None);
    let decls = env.package(id)?;
    let dump = PackageDump {
        db,
        env: &env,
        resolver: &resolver,
        decls,
        places,
        all_places,
        texts: RefCell::default(),
    };
    let mut out = Vec::new();
    let mut head = json::Object::new("package");
    head.string("path", id.path());
    head.string("name", decls.name.as_str());
    out.extend_from_slice(head.finish().as_bytes());
    for file in 0..dump.places.files.len() {
        dump.file(file, &mut out);
    }
    for &index in &init_order(db, package).order {
        let Some(initializer) = decls.initializers.get(index as usize) else { continue };
        let source = initializer.source;
        let file = &dump.places.files[source.file as usize];
        let Some(decl) = file.parsed.decls.get(source.decl as usize) else { continue };
        let range = range(&decl.header.spans, decl.range.start(), initializer.rhs);
        let mut line = line_at("init", file, range.unwrap_or_default());
        line.list("lhs", |list| {
            for var in &initializer.lhs {
                list.string_element(var.name().as_str());
            }
        });
        out.extend_from_slice(line.finish().as_bytes());
    }
    Some(out)
}

/// A line about a range of a file.
fn line_at(kind: &str, file: &super::places::FilePlaces, range: TextRange) -> json::Object {
    let (start, end) = (file.line_column(range.start()), file.line_column(range.end()));
    let mut line = json::Object::new(kind);
    line.string("file", &file.name);
    line.number("line", start.line);
    line.number("column", start.column);
    line.number("end_line", end.line);
    line.number("end_column", end.column);
    line
}

/// Collects the lines of one file.
struct Lines<'f> {
    file: &'f super::places::FilePlaces,
    found: Vec<(TextRange, String)>,
}

impl Lines<'_> {
    fn add(&mut self, kind: &str, range: TextRange, fields: impl FnOnce(&mut json::Object)) {
        let mut line = line_at(kind, self.file, range);
        fields(&mut line);
        self.found.push((range, line.finish()));
    }

    fn object(
        &mut self,
        kind: &str,
        range: TextRange,
        object: &Described,
        fields: impl FnOnce(&mut json::Object),
    ) {
        self.add(kind, range, |line| {
            line.key("object");
            object.write(line);
            fields(line);
        });
    }
}

impl PackageDump<'_> {
    fn file(&self, index: usize, out: &mut Vec<u8>) {
        let file = &self.places.files[index];
        let mut head = json::Object::new("file");
        head.string("file", &file.name);
        let (major, minor) = self.decls.file_versions.get(index).copied().unwrap_or_default();
        head.string("go_version", &format!("go{major}.{minor}"));
        out.extend_from_slice(head.finish().as_bytes());

        let imports = self.imports(index);
        let mut lines = Lines { file, found: Vec::new() };
        let bodies: FxHashMap<DeclSource, DeclId> = self
            .decls
            .func_order
            .iter()
            .filter_map(|&func| Some((self.decls.funcs.get(&func)?.source, func)))
            .collect();
        for (number, decl) in file.parsed.decls.iter().enumerate() {
            let source = DeclSource { file: index as u32, decl: number as u32 };
            // A body whose check failed was reported with the diagnostics.
            let body = bodies.get(&source).and_then(|&func| {
                catch_unwind(AssertUnwindSafe(|| body_types(self.db, func)?.load(self.db, func)))
                    .ok()
                    .flatten()
            });
            let mut declared = Declared::default();
            let Some(header) = self.decls.tree(source) else { continue };
            let trees: [Option<(&TreeWithSpans, &TreeTypes)>; 2] = [
                Some((&decl.header, header)),
                decl.body.as_ref().zip(body.as_deref().map(|body| &body.types)),
            ];
            for (tree, types) in trees.into_iter().flatten() {
                let base = decl.range.start();
                collect(&mut declared, file, tree, types, base);
            }
            for (tree, types) in trees.into_iter().flatten() {
                let at = TreeAt {
                    source,
                    base: decl.range.start(),
                    file,
                    tree,
                    types,
                    imports: &imports,
                    declared: &declared,
                };
                self.tree(&at, &mut lines);
            }
        }
        lines.found.sort_by(|(a, left), (b, right)| {
            (a.start(), a.end(), left).cmp(&(b.start(), b.end(), right))
        });
        for (_, line) in lines.found {
            out.extend_from_slice(line.as_bytes());
        }
    }

    fn tree(&self, at: &TreeAt<'_>, lines: &mut Lines<'_>) {
        let mut defined: FxHashSet<ExprId> = FxHashSet::default();
        definitions(&at.tree.tree, &mut |definition| {
            self.definition(at, definition, &mut defined, lines);
        });
        for (index, &expr) in at.tree.tree.exprs.iter().enumerate() {
            let id = ExprId::from_usize(index);
            if !defined.contains(&id) {
                self.expr(at, id, expr, lines);
                if let Expr::Ident(_) = expr
                    && let Some(object) = at.types.object(id)
                {
                    let described = self.described(at, id, object);
                    lines.object("use", at.range(id), &described, |_| {});
                }
            }
            if let Some(args) = at.types.instance(id) {
                self.instance(at, id, args, lines);
            }
            if let Some(selection) = at.types.selection(id) {
                let (object, last) =
                    self.member(selection.receiver, &selection.path, selection.selected);
                let ty = match selection.kind {
                    SelectionKind::MethodExpr => self.with_receiver(selection),
                    _ => selection.ty,
                };
                lines.add("selection", at.range(id), |line| {
                    line.string(
                        "selection",
                        match selection.kind {
                            SelectionKind::Field => "field",
                            SelectionKind::Method => "method",
                            SelectionKind::MethodExpr => "method expression",
                        },
                    );
                    line.string("receiver", &self.text(selection.receiver));
                    reached(line, &object, &selection.path, last, selection.indirect);
                    line.string("type", &self.text(ty));
                });
            }
        }
    }

    /// The type of a method expression's selection: unlike that of the expression it shows the
    /// receiver's name even if the other parameters have none.
    fn with_receiver(&self, selection: &Selection) -> TypeId {
        let TypeKind::Signature(method) = selection.ty.unalias().kind() else {
            return TypeId::INVALID;
        };
        let name = match selection.selected {
            Selected::Method { decl } => self
                .resolver
                .func_decl(decl)
                .and_then(|found| found.receiver)
                .and_then(|receiver| receiver.name),
            _ => None,
        };
        let receiver = Param { name, ty: selection.receiver };
        let params = std::iter::once(receiver).chain(method.params.iter().copied()).collect();
        TypeId::new(TypeKind::Signature(SignatureType { params, ..method.clone() }))
    }

    fn expr(&self, at: &TreeAt<'_>, id: ExprId, expr: Expr, lines: &mut Lines<'_>) {
        let found = at.types.exprs[id.index()];
        let (Some(mode), Some(ty)) = (mode_name(found.mode), found.ty) else { return };
        lines.add("expr", at.range(id), |line| {
            line.string("mode", mode);
            line.string("type", &self.text(ty));
            if let Some(value) = at.types.constant(id) {
                line.string("constant", &value.exact_string());
            }
        });
        if let Expr::FuncLit { signature, .. } = expr
            && let Some(span) = at.tree.spans.signatures.get(signature.index())
        {
            // Its type is an expression, though not one of the tree.
            let range = TextRange::new(span.start.into(), span.end.into()) + at.base;
            lines.add("expr", range, |line| {
                line.string("mode", "type");
                line.string("type", &self.text(ty));
            });
        }
    }

    fn instance(&self, at: &TreeAt<'_>, id: ExprId, args: TypeList, lines: &mut Lines<'_>) {
        let ty = self.instance_type(at, id, args);
        lines.add("instance", at.range(id), |line| {
            line.list("args", |list| {
                for &arg in &*args {
                    list.string_element(&self.text(arg));
                }
            });
            line.string("type", &self.text(ty));
        });
    }

    /// The type of what an identifier that is instantiated names, with its type arguments.
    fn instance_type(&self, at: &TreeAt<'_>, id: ExprId, args: TypeList) -> TypeId {
        match at.types.object(id) {
            Some(Object::TypeName(decl)) => {
                let params = self.resolver.type_params_of(decl);
                let outer = params.len().saturating_sub(args.len());
                let all: Vec<TypeId> = params[..outer]
                    .iter()
                    .map(|&param| TypeId::type_param(param))
                    .chain(args.iter().copied())
                    .collect();
                let is_alias = self.resolver.type_decl(decl).is_some_and(|found| found.alias);
                if is_alias {
                    let actual = TypeId::INVALID;
                    TypeId::new(TypeKind::Alias { decl, args, actual })
                } else {
                    TypeId::named(decl, TypeList::new(&all))
                }
            }
            Some(Object::Func(decl)) => {
                let Some(func) = self.resolver.func_decl(decl) else { return TypeId::INVALID };
                let TypeKind::Signature(signature) = self.callee_signature(at, id, func.signature)
                else {
                    return TypeId::INVALID;
                };
                gossa_types::subst::instantiate_signature(
                    TypeId::new(TypeKind::Signature(signature.clone())),
                    &signature.type_params,
                    &args,
                )
            }
            _ => TypeId::INVALID,
        }
    }

    /// The signature that an identifier's type arguments go into: a generic method's has the
    /// arguments of its receiver.
    fn callee_signature(&self, at: &TreeAt<'_>, id: ExprId, declared: TypeId) -> &'static TypeKind {
        let selector = at
            .tree
            .tree
            .exprs
            .iter()
            .position(|expr| matches!(expr, Expr::Selector { sel, .. } if *sel == id));
        let selected = selector
            .and_then(|selector| at.types.selection(ExprId::from_usize(selector)))
            .map(|selection| selection.ty);
        selected.unwrap_or(declared).unalias().kind()
    }

    fn definition(
        &self,
        at: &TreeAt<'_>,
        definition: Definition,
        defined: &mut FxHashSet<ExprId>,
        lines: &mut Lines<'_>,
    ) {
        let own = Some(self.decls.id.path());
        match definition {
            Definition::Named { ident, declares, ty } => {
                let object = at.types.object(ident);
                if declares == Declares::VarOrUse {
                    let is_new = match object {
                        Some(Object::Local(local)) => {
                            // Those of the header have ids of its tree.
                            let local = at.types.locals[local.index()];
                            local.kind == LocalKind::Var && local.declared_at == Some(ident.into())
                        }
                        _ => false,
                    };
                    if !is_new {
                        // Only mentioned: it is no expression.
                        defined.insert(ident);
                        if let Some(object) = object {
                            let described = self.described(at, ident, object);
                            lines.object("use", at.range(ident), &described, |_| {});
                        }
                        return;
                    }
                }
                if declares != Declares::Embedded {
                    defined.insert(ident);
                }
                if declares == Declares::Symbol {
                    return;
                }
                let is_member =
                    matches!(declares, Declares::Field | Declares::Embedded | Declares::Method);
                let name = at.tree.tree.name(ident).map_or("", Name::as_str);
                let mut described = Described {
                    kind: kind_of(declares),
                    package: if is_member { None } else { own },
                    name,
                    at: if is_member { None } else { at.position(ident) },
                };
                if declares == Declares::Func && self.is_method(at) {
                    described.kind = "method";
                }
                if let Some(Object::Package(package)) = object {
                    described.package = Some(package.path());
                }
                // What stands beside a type parameter is its constraint.
                let ty = ty.filter(|_| declares != Declares::TypeParam);
                if declares == Declares::ReceiverTypeParam {
                    lines.object("use", at.range(ident), &described, |_| {});
                    self.expr(at, ident, at.tree.tree[ident], lines);
                }
                let found = ty.map_or_else(
                    || self.declared_type(at, ident, object),
                    |ty| Some(at.types.ty(ty)),
                );
                lines.object("def", at.range(ident), &described, |line| {
                    if let Some(found) = found {
                        line.string("type", &self.text(found));
                    }
                    if declares == Declares::Const {
                        let value = at.types.constant(ident).map(Value::exact_string);
                        line.string("constant", &value.unwrap_or_default());
                    }
                });
                if declares == Declares::Type
                    && let Some(Object::TypeName(decl)) = object
                {
                    self.method_sets(at, ident, decl, lines);
                }
            }
            Definition::Unnamed { declares, ty } => {
                let start = match at.tree.tree[ty] {
                    Expr::Ellipsis(Some(elem)) => elem,
                    _ => ty,
                };
                let described = Described {
                    kind: kind_of(declares),
                    package: own,
                    name: "",
                    at: at.position(start),
                };
                lines.object("implicit", at.range(ty), &described, |line| {
                    line.string("type", &self.text(at.types.ty(ty)));
                });
            }
            Definition::Import { spec } => {
                let tree = &at.tree.tree;
                let spec = tree.specs[spec.index()];
                let gossa_syntax::Spec::Import { path, .. } = spec else { return };
                let name = self.imported_name(tree, spec).map_or("", Name::as_str);
                let package = self.imported(tree, spec).map(gossa_types::PackageId::path);
                let described = Described { kind: "package", package, name, at: at.position(path) };
                lines.object("implicit", at.range(path), &described, |_| {});
            }
            Definition::Clause { case, .. } => {
                let Some(local) = at.types.implicit(case) else { return };
                let described = self.local(at, local);
                let ty = at.types.locals[local.index()].ty;
                let span = at.tree.spans.stmts[case.index()];
                let range = TextRange::new(span.start.into(), span.end.into()) + at.base;
                lines.object("implicit", range, &described, |line| {
                    line.string("type", &self.text(ty));
                });
            }
        }
    }

    fn is_method(&self, at: &TreeAt<'_>) -> bool {
        let tree = &at.tree.tree;
        matches!(tree.root, gossa_syntax::TreeRoot::Func { receiver, .. } if !tree[receiver].is_empty())
    }

    /// The type of what an identifier declares.
    fn declared_type(
        &self,
        at: &TreeAt<'_>,
        ident: ExprId,
        object: Option<Object>,
    ) -> Option<TypeId> {
        match object {
            Some(Object::Package(_) | Object::Label(_)) => None,
            Some(Object::TypeName(decl)) => {
                Some(self.declared_name(decl).unwrap_or(TypeId::INVALID))
            }
            Some(Object::TypeParam(param)) => Some(TypeId::type_param(param)),
            _ => Some(at.types.ty(ident)),
        }
    }

    /// The type that a declaration names, with its own parameters as arguments if it is local to
    /// a generic function.
    fn declared_name(&self, decl: DeclId) -> Option<TypeId> {
        let found = self.resolver.type_decl(decl)?;
        if found.alias {
            let (args, actual) = (TypeList::EMPTY, found.underlying);
            return Some(TypeId::new(TypeKind::Alias { decl, args, actual }));
        }
        let outer: Vec<TypeId> = found.type_params[..found.outer_params as usize]
            .iter()
            .map(|&param| TypeId::type_param(param))
            .collect();
        Some(TypeId::named(decl, TypeList::new(&outer)))
    }

    fn method_sets(&self, at: &TreeAt<'_>, ident: ExprId, decl: DeclId, lines: &mut Lines<'_>) {
        let Some(named) = self.declared_name(decl) else { return };
        if matches!(named.kind(), TypeKind::Alias { .. }) {
            return;
        }
        self.method_set(at, ident, named, lines);
        if !is_interface(self.resolver, named) {
            self.method_set(at, ident, TypeId::pointer(named), lines);
        }
    }

    fn method_set(&self, at: &TreeAt<'_>, ident: ExprId, ty: TypeId, lines: &mut Lines<'_>) {
        let set = method_set(self.resolver, ty);
        let mut methods: Vec<(Cow<'_, str>, &Found)> = set
            .methods
            .iter()
            .map(|method| {
                let name = method.name.as_str();
                let id = match method.package {
                    Some(package) => Cow::Owned(format!("{}.{name}", package.path())),
                    None => Cow::Borrowed(name),
                };
                (id, &method.found)
            })
            .collect();
        methods.sort_by(|(a, _), (b, _)| a.cmp(b));
        lines.add("method set", at.range(ident), |line| {
            line.string("type", &self.text(ty));
            line.list("methods", |list| {
                for (_, found) in methods {
                    let (object, last) = self.member(ty, &found.path, found.selected);
                    list.open();
                    // Methods of interfaces count as reached through a pointer here.
                    let of_interface = matches!(found.selected, Selected::InterfaceMethod { .. });
                    reached(list, &object, &found.path, last, found.indirect || of_interface);
                    list.string("type", &self.text(found.ty));
                    list.close();
                }
            });
        });
    }

    fn text(&self, ty: TypeId) -> Rc<str> {
        if let Some(known) = self.texts.borrow().get(&ty) {
            return known.clone();
        }
        let text: Rc<str> = print::type_string(self.resolver, ty).into();
        self.texts.borrow_mut().insert(ty, text.clone());
        text
    }
}

/// Finds what a tree declares that its identifiers may denote.
fn collect(
    declared: &mut Declared,
    file: &super::places::FilePlaces,
    tree: &TreeWithSpans,
    types: &TreeTypes,
    base: TextSize,
) {
    definitions(&tree.tree, &mut |definition| match definition {
        Definition::Named { ident, declares, .. } => {
            let Some(at) = range(&tree.spans, base, ident).and_then(|at| file.at(at.start()))
            else {
                return;
            };
            match (declares, types.object(ident)) {
                (Declares::Type, Some(Object::TypeName(decl))) => {
                    declared.types.insert(decl, at);
                }
                (
                    Declares::TypeParam | Declares::ReceiverTypeParam,
                    Some(Object::TypeParam(param)),
                ) => {
                    declared.type_params.insert(param, at);
                }
                _ => {}
            }
        }
        Definition::Clause { case, symbol } => {
            declared.symbols.insert(case, symbol);
        }
        _ => {}
    });
}

/// How a field or method is reached.
fn reached(
    line: &mut json::Object,
    object: &Described,
    path: &[u32],
    last: Option<u32>,
    indirect: bool,
) {
    line.key("object");
    object.write(line);
    line.list("path", |list| {
        for &index in path.iter().chain(&last) {
            list.number_element(index);
        }
    });
    line.boolean("indirect", indirect);
}

fn kind_of(declares: Declares) -> &'static str {
    match declares {
        Declares::Import => "package",
        Declares::Const => "constant",
        Declares::Var | Declares::VarOrUse | Declares::Symbol => "variable",
        Declares::Type | Declares::TypeParam | Declares::ReceiverTypeParam => "type",
        Declares::Func => "function",
        Declares::Receiver => "receiver",
        Declares::Param => "parameter",
        Declares::Result => "result",
        Declares::Field | Declares::Embedded => "field",
        Declares::Method => "method",
        Declares::Label => "label",
    }
}

/// The mode's name; `None` for what is no expression, or none that is valid.
fn mode_name(mode: Mode) -> Option<&'static str> {
    Some(match mode {
        Mode::None | Mode::Invalid => return None,
        Mode::NoValue => "novalue",
        Mode::Builtin => "builtin",
        Mode::Type => "type",
        Mode::Constant => "constant",
        Mode::Variable => "variable",
        Mode::MapIndex => "mapindex",
        Mode::Value => "value",
        Mode::Nil => "nil",
        Mode::CommaOk => "commaok",
        Mode::CommaErr => "commaerr",
        Mode::CgoFunc => "cgofunc",
    })
}
