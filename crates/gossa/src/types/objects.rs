//! What identifiers denote, as objects of the dump.

use super::dump::{PackageDump, TreeAt};
use super::json;
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{ExprId, Node, Spec, TreeRoot};
use gossa_types::lookup::struct_fields;
use gossa_types::underlying::interface_methods;
use gossa_types::{
    DeclId, DeclSource, LocalId, LocalKind, Object, PackageId, Selected, TypeId, TypeParamId,
};

/// An object of the dump.
#[derive(Default)]
pub(super) struct Described {
    pub(super) kind: &'static str,
    /// Import path of the declaring package, for an import of the imported one; `None` for
    /// members of types.
    pub(super) package: Option<&'static str>,
    pub(super) name: &'static str,
    /// Where it is declared: `file:line:column`.
    pub(super) at: Option<String>,
}

impl Described {
    pub(super) fn write(&self, object: &mut json::Object) {
        object.open();
        object.string("kind", self.kind);
        if let Some(package) = self.package {
            object.string("package", package);
        }
        object.string("name", self.name);
        if let Some(at) = &self.at {
            object.string("at", at);
        }
        object.close();
    }
}

/// What the trees of one declaration declare.
#[derive(Default)]
pub(super) struct Declared {
    pub(super) types: FxHashMap<DeclId, String>,
    pub(super) type_params: FxHashMap<TypeParamId, String>,
    /// Symbols of type switches, by clause.
    pub(super) symbols: FxHashMap<gossa_syntax::StmtId, ExprId>,
}

/// The identifier, or the path, that binds a package's name in a file.
pub(super) type Imports = FxHashMap<Name, (DeclSource, ExprId)>;

impl PackageDump<'_> {
    /// The names that a file's imports bind.
    pub(super) fn imports(&self, file: usize) -> Imports {
        let mut found = Imports::default();
        for (index, decl) in self.places.files[file].parsed.decls.iter().enumerate() {
            let tree = &decl.header.tree;
            let TreeRoot::Gen { specs, .. } = tree.root else { continue };
            let source = DeclSource { file: file as u32, decl: index as u32 };
            for id in tree.spec_ids(specs) {
                let spec = tree.specs[id.index()];
                let Spec::Import { name, path } = spec else { continue };
                let bound = match name {
                    Some(ident) => tree.name(ident).map(|name| (name, ident)),
                    None => self.imported_name(tree, spec).map(|name| (name, path)),
                };
                if let Some((name, at)) = bound {
                    found.entry(name).or_insert((source, at));
                }
            }
        }
        found
    }

    /// The package that an import means.
    pub(super) fn imported(&self, tree: &gossa_syntax::Tree, spec: Spec) -> Option<PackageId> {
        let path = gossa_types::check::import_path(tree, spec)?;
        if path.as_str() == "unsafe" {
            return Some(PackageId::unsafe_package());
        }
        self.decls.imports.iter().find(|(written, _)| *written == path).map(|(_, id)| *id)
    }

    pub(super) fn imported_name(&self, tree: &gossa_syntax::Tree, spec: Spec) -> Option<Name> {
        let package = self.imported(tree, spec)?;
        if package == PackageId::unsafe_package() {
            return Some(Name::new("unsafe"));
        }
        gossa_types::TypeEnv::package(self.env, package).map(|decls| decls.name)
    }

    /// What the identifier `ident` of a tree denotes.
    pub(super) fn described(&self, at: &TreeAt<'_>, ident: ExprId, object: Object) -> Described {
        let own = self.decls.id.path();
        let name = at.tree.tree.name(ident).map_or("", Name::as_str);
        let universe = Some("");
        match object {
            Object::Package(package) => Described {
                kind: "package",
                package: Some(package.path()),
                name,
                at: at
                    .tree
                    .tree
                    .name(ident)
                    .and_then(|name| at.imports.get(&name))
                    .and_then(|&(source, ident)| self.places.header(source, ident)),
            },
            Object::Const(decl) => self.top_level("constant", decl),
            Object::Var(decl) => self.top_level("variable", decl),
            Object::Func(decl) => self.function(decl),
            Object::TypeName(decl) if decl.parent().is_some() => Described {
                kind: "type",
                package: Some(own),
                name,
                at: at.declared.types.get(&decl).cloned().or_else(|| self.places.declaration(decl)),
            },
            Object::TypeName(decl) => self.top_level("type", decl),
            Object::BasicType(gossa_types::BasicKind::UnsafePointer) => {
                Described { kind: "type", package: Some("unsafe"), name, at: None }
            }
            Object::BasicType(_) => Described { kind: "type", package: universe, name, at: None },
            Object::TypeParam(param) => Described {
                kind: "type",
                package: Some(own),
                name,
                at: at.declared.type_params.get(&param).cloned(),
            },
            Object::LocalConst(declared) => {
                Described { kind: "constant", package: Some(own), name, at: at.position(declared) }
            }
            Object::Local(local) => self.local(at, local),
            Object::Label(declared) => {
                Described { kind: "label", package: Some(own), name, at: at.position(declared) }
            }
            Object::Builtin(builtin) => Described {
                kind: "builtin",
                package: if builtin.is_unsafe() { Some("unsafe") } else { universe },
                name,
                at: None,
            },
            Object::Nil => Described { kind: "nil", package: universe, name, at: None },
            Object::Field => Described { kind: "field", package: None, name, at: None },
            Object::InterfaceMethod => Described { kind: "method", package: None, name, at: None },
            Object::C => Described { kind: "C", package: Some("C"), name, at: None },
        }
    }

    fn top_level(&self, kind: &'static str, decl: DeclId) -> Described {
        let package = decl.package();
        let places = self.all_places.package(self.db, package);
        Described {
            kind,
            package: Some(package.path()),
            name: decl.name().as_str(),
            at: places.and_then(|places| places.declaration(decl)),
        }
    }

    fn function(&self, decl: DeclId) -> Described {
        self.top_level(if decl.parent().is_some() { "method" } else { "function" }, decl)
    }

    /// A local variable.
    pub(super) fn local(&self, at: &TreeAt<'_>, id: LocalId) -> Described {
        let local = at.types.locals[id.index()];
        let place = local.declared_at.and_then(|node| match node.node() {
            Node::Expr(expr) => {
                let of_header = local.function.is_none() && local.kind != LocalKind::Var;
                if of_header { self.places.header(at.source, expr) } else { at.position(expr) }
            }
            Node::Stmt(case) => at.position(*at.declared.symbols.get(&case)?),
            _ => None,
        });
        Described {
            kind: match local.kind {
                LocalKind::Receiver => "receiver",
                LocalKind::Param => "parameter",
                LocalKind::Result => "result",
                LocalKind::Var => "variable",
            },
            package: Some(self.decls.id.path()),
            name: local.name.map_or("", Name::as_str),
            at: place,
        }
    }

    /// The field or method that a path leads to from a type, and its index there.
    pub(super) fn member(
        &self,
        receiver: TypeId,
        path: &[u32],
        selected: Selected,
    ) -> (Described, Option<u32>) {
        let mut holder = receiver;
        for &index in path {
            let Some(field) =
                struct_fields(self.resolver, holder).and_then(|fields| fields.get(index as usize))
            else {
                break;
            };
            holder = field.ty;
        }
        match selected {
            Selected::Field { index } => {
                let field = struct_fields(self.resolver, holder)
                    .and_then(|fields| fields.get(index as usize));
                let name = field.map_or("", |field| field.name.as_str());
                (Described { kind: "field", package: None, name, at: None }, Some(index))
            }
            Selected::Method { decl } => {
                let places = self.all_places.package(self.db, decl.package());
                let index = places.and_then(|places| places.method_index(decl));
                (self.function(decl), index)
            }
            Selected::InterfaceMethod { name } => {
                let described =
                    Described { kind: "method", package: None, name: name.as_str(), at: None };
                (described, self.interface_index(holder, name))
            }
        }
    }

    /// The index of a method of an interface: exported ones come first.
    fn interface_index(&self, interface: TypeId, name: Name) -> Option<u32> {
        let methods = interface_methods(self.resolver, interface);
        let mut keys: Vec<(bool, &str, &str)> = methods
            .iter()
            .map(|method| {
                let package = method.package.map_or("", PackageId::path);
                (method.package.is_some(), method.name.as_str(), package)
            })
            .collect();
        keys.sort_unstable();
        // Methods with one unexported name of two packages are not told apart by a selection.
        keys.iter().position(|(_, other, _)| *other == name.as_str()).map(|at| at as u32)
    }
}
