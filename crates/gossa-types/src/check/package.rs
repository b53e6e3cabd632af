//! The first step: everything that a package declares, but no function body.

use super::Scratch;
use super::context::{Context, Own, PackageState};
use crate::cgo::{CModel, Sources};
use crate::decls::{
    ConstDecl, DeclSource, FuncDecl, Initializer, ItemTree, PackageDecls, Part, Receiver,
    StaticDecl, TypeError, VarDecl,
};
use crate::env::TypeEnv;
use crate::ids::{DeclId, PackageId};
use crate::info::TypeDecl;
use crate::object::Object;
use crate::ty::TypeId;
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_syntax::{DeclKeyword, ExprId, NodeId, Spec, TreeRoot};
use std::cell::RefCell;
use std::sync::Arc;

/// A package to be checked.
#[derive(Clone, Copy, Debug)]
pub struct PackageInput<'a> {
    /// Its identity.
    pub id: PackageId,
    /// Its name.
    pub name: Name,
    /// Its files, in the order of [`DeclSource::file`].
    pub files: &'a [Arc<ItemTree>],
    /// What the import paths in its files mean. An import that is missing was reported by the
    /// loader: whatever is selected from it is silently invalid.
    pub imports: &'a FxHashMap<Name, PackageId>,
    /// Language version of the module, (1, N).
    pub go_version: (u32, u32),
    /// Whether it is of the standard library.
    pub standard: bool,
    /// What is known of the C side, where files import "C".
    pub cgo: Option<CgoInput<'a>>,
}

/// The C side of a package.
#[derive(Clone, Copy, Debug)]
pub struct CgoInput<'a> {
    /// C's basic types on the platform.
    pub model: CModel,
    /// What preambles may include, and flags of the compiler.
    pub sources: Sources<'a>,
}

impl PackageInput<'_> {
    /// Language version of a file: that of its build constraint, where it has one.
    #[must_use]
    pub fn file_version(&self, file: usize) -> (u32, u32) {
        match self.files.get(file).and_then(|file| file.go_version) {
            Some(version) => version.max((1, 21)),
            None => self.go_version,
        }
    }
}

/// Checks the declarations of a package.
#[must_use]
pub fn check_package(input: &PackageInput<'_>, env: &dyn TypeEnv) -> PackageDecls {
    let (state, errors) = super::collect::collect(input, env);
    let cx = Context::new(env, input.id, Own::Checking(Box::new(state)));
    cx.errors.borrow_mut().extend(errors);
    cx.resolve_all();
    finish(cx)
}

impl Context<'_> {
    fn resolve_all(&self) {
        let Some(state) = self.state() else { return };
        // What is reported of a cycle, and which evaluation of an inherited constant initialiser
        // is the last one, depends on this order: as in the compiler, types come first, then
        // aliases, then all else, each in source order.
        let is_alias = |decl: &DeclId| state.types.get(decl).is_some_and(|entry| entry.alias);
        for aliases in [false, true] {
            for &decl in state.type_order.iter().filter(|decl| is_alias(decl) == aliases) {
                self.resolve_bounds(decl);
                self.resolve_type(decl);
            }
        }
        for &decl in &state.value_order {
            if state.consts.contains_key(&decl) {
                self.resolve_const(decl);
            } else if state.vars.contains_key(&decl) {
                self.resolve_var(decl);
            } else {
                self.resolve_func(decl);
            }
        }
        self.check_types();
        self.process_delayed();
    }

    /// Runs what was put off until the declarations are known; that may put off more.
    fn process_delayed(&self) {
        let Some(state) = self.state() else { return };
        loop {
            let batch = std::mem::take(&mut *state.delayed.borrow_mut());
            if batch.is_empty() {
                return;
            }
            for (tree, owner, delayed) in batch {
                let mut checker = self.header_checker(tree, Scratch::default());
                checker.owner = owner;
                checker.run_delayed(delayed);
                checker.leave();
            }
        }
    }
}

/// Takes the tables apart.
fn finish(cx: Context<'_>) -> PackageDecls {
    let Context { package, own, locals, errors, instantiations, .. } = cx;
    let Own::Checking(state) = own else {
        unreachable!("the context was made in the checking state")
    };
    let PackageState {
        input,
        trees,
        scope,
        file_scopes,
        used_imports,
        consts,
        vars,
        types,
        funcs,
        value_order,
        var_order,
        func_order,
        mut methods,
        bounds,
        references,
        cgo,
        ..
    } = *state;
    let source = |tree: u32| trees[tree as usize].source;
    let mut references = references.into_inner();
    let initializers = initializers(&vars, &var_order, &mut references, &source);
    let statics = value_order
        .iter()
        .filter_map(|decl| {
            let (tree, ident, constant) = match (consts.get(decl), vars.get(decl)) {
                (Some(entry), _) => (entry.tree, entry.ident, true),
                (_, Some(entry)) if entry.init.is_none() => (entry.tree, entry.ident, false),
                _ => return None,
            };
            let references: Box<[DeclId]> =
                references.remove(&(tree, ident)).unwrap_or_default().into();
            if constant && references.is_empty() {
                return None;
            }
            Some(StaticDecl { decl: *decl, constant, source: source(tree), ident, references })
        })
        .collect();
    let consts = consts
        .into_iter()
        .map(|(decl, entry)| {
            let (ty, value) = entry.found.into_inner();
            (decl, ConstDecl { ty, value, ident: entry.ident, source: source(entry.tree) })
        })
        .collect();
    let vars = vars
        .into_iter()
        .map(|(decl, entry)| {
            let ty = entry.found.get().unwrap_or(TypeId::INVALID);
            let found = VarDecl {
                ty,
                source: source(entry.tree),
                ident: entry.ident,
                spec: entry.spec,
                index: entry.index,
            };
            (decl, found)
        })
        .collect();
    let funcs = funcs
        .into_iter()
        .map(|(decl, entry)| {
            let receiver = entry.receiver.map(|receiver| Receiver {
                base: receiver.base,
                pointer: receiver.pointer,
                type_params: receiver.params,
                name: receiver.name,
                ty: entry.receiver_type.get(),
            });
            let found = FuncDecl {
                signature: entry.signature.get(),
                type_params: entry.type_params,
                type_param_idents: type_param_idents(trees[entry.tree as usize].tree),
                receiver,
                has_body: entry.has_body,
                source: source(entry.tree),
            };
            (decl, found)
        })
        .collect();
    let mut types: FxHashMap<DeclId, TypeDecl> = types
        .into_iter()
        .map(|(decl, entry)| {
            let found = TypeDecl {
                type_params: entry.type_params,
                outer_params: 0,
                underlying: entry.found.get(),
                alias: entry.alias,
                methods: methods.remove(&decl).unwrap_or_else(|| Arc::from([])),
            };
            (decl, found)
        })
        .collect();
    if let Some(cgo) = &cgo {
        types.extend(cgo.types().iter().map(|(&decl, found)| (decl, found.clone())));
    }
    let imports = imported(input);
    let mut errors = errors.into_inner();
    errors.sort_by_key(|error| error.source);
    // What several variables share is evaluated for each, and a cycle may be met twice.
    let mut seen = FxHashSet::default();
    errors.retain(|error| seen.insert((error.source, error.node, error.message.clone())));
    PackageDecls {
        id: package,
        name: input.name,
        imports: imports.into(),
        scope,
        file_scopes: file_scopes.into(),
        used_imports: used_imports
            .into_iter()
            .map(|used| sorted_names(used.into_inner()))
            .collect(),
        go_version: input.go_version,
        file_versions: (0..input.files.len()).map(|file| input.file_version(file)).collect(),
        consts,
        vars,
        funcs,
        func_order: func_order.into(),
        types,
        bounds: bounds.into_inner(),
        locals: locals.into_inner(),
        cgo,
        initializers,
        statics,
        trees: trees.into_iter().map(|tree| (tree.source, tree.records.finish())).collect(),
        instantiations: instantiations.into_inner().into(),
        errors: errors.into(),
    }
}

/// The identifiers that declare the type parameters of a function, the receiver's first.
pub(super) fn type_param_idents(tree: &gossa_syntax::Tree) -> Box<[ExprId]> {
    let TreeRoot::Func { receiver, signature, .. } = tree.root else { return Box::default() };
    let of_receiver = tree[receiver]
        .first()
        .and_then(|field| super::collect::receiver_syntax(tree, field.ty).params)
        .map_or(&[][..], |list| &tree[list]);
    let own = tree[tree[signature].type_params].iter().flat_map(|field| &tree[field.names]);
    of_receiver.iter().chain(own).copied().collect()
}

/// Names in the order of their texts.
pub(super) fn sorted_names(names: impl IntoIterator<Item = Name>) -> Box<[Name]> {
    let mut names: Vec<Name> = names.into_iter().collect();
    names.sort_unstable_by_key(|name| name.as_str());
    names.into()
}

/// The packages that the files import, sorted by path.
pub(super) fn imported(input: &PackageInput<'_>) -> Vec<(Name, PackageId)> {
    let mut imports: Vec<(Name, PackageId)> = Vec::new();
    let mut seen = FxHashSet::default();
    for file in input.files {
        for path in import_paths(file) {
            if seen.insert(path)
                && let Some(&id) = input.imports.get(&path)
            {
                imports.push((path, id));
            }
        }
    }
    imports.sort_by_key(|(path, _)| path.as_str());
    imports
}

fn initializers(
    vars: &FxHashMap<DeclId, super::context::VarEntry>,
    order: &[DeclId],
    references: &mut FxHashMap<(u32, ExprId), Vec<DeclId>>,
    source: &dyn Fn(u32) -> DeclSource,
) -> Box<[Initializer]> {
    let mut initializers = Vec::new();
    for &decl in order {
        let Some(entry) = vars.get(&decl) else { continue };
        let Some(rhs) = entry.init else { continue };
        let lhs: Box<[DeclId]> = match &entry.group {
            Some(_) if entry.index > 0 => continue,
            Some(group) => group.iter().copied().collect(),
            None => Box::new([decl]),
        };
        let references = references.remove(&(entry.tree, rhs)).unwrap_or_default().into();
        initializers.push(Initializer { lhs, source: source(entry.tree), rhs, references });
    }
    initializers.into()
}

/// The import paths of a file as written.
fn import_paths(file: &ItemTree) -> impl Iterator<Item = Name> {
    file.items.iter().flat_map(|tree| {
        let specs = match tree.root {
            TreeRoot::Gen { keyword: DeclKeyword::Import, specs, .. } => Some(specs),
            _ => None,
        };
        specs
            .into_iter()
            .flat_map(|specs| tree.spec_ids(specs))
            .filter_map(|spec| super::collect::import_path(tree, tree.specs[spec.index()]))
    })
}

/// The imports of a package that nothing uses, once all its bodies are checked.
///
/// `bodies` are the functions with the imports that their bodies use
/// ([`BodyTypes::used_imports`](crate::BodyTypes::used_imports)), in any order.
#[must_use]
pub fn unused_imports<'b>(
    input: &PackageInput<'_>,
    decls: &PackageDecls,
    bodies: impl IntoIterator<Item = (DeclId, &'b [Name])>,
) -> Vec<TypeError> {
    let mut used: Vec<FxHashSet<Name>> =
        decls.used_imports.iter().map(|names| names.iter().copied().collect()).collect();
    used.resize_with(input.files.len(), FxHashSet::default);
    for (function, names) in bodies {
        if let Some(func) = decls.funcs.get(&function)
            && let Some(used) = used.get_mut(func.source.file as usize)
        {
            used.extend(names);
        }
    }
    let mut errors = Vec::new();
    for (file, item_tree) in input.files.iter().enumerate() {
        for (index, tree) in item_tree.items.iter().enumerate() {
            let TreeRoot::Gen { keyword: DeclKeyword::Import, specs, .. } = tree.root else {
                continue;
            };
            let source = DeclSource { file: file as u32, decl: index as u32 };
            for spec in tree.spec_ids(specs) {
                if let Some((node, message)) =
                    unused_import(input, decls, file, tree, tree.specs[spec.index()], &used[file])
                {
                    let notes = Box::default();
                    errors.push(TypeError {
                        source,
                        in_body: false,
                        node,
                        part: Part::Whole,
                        message,
                        soft: true,
                        notes,
                    });
                }
            }
        }
    }
    errors
}

fn unused_import(
    input: &PackageInput<'_>,
    decls: &PackageDecls,
    file: usize,
    tree: &gossa_syntax::Tree,
    spec: Spec,
    used: &FxHashSet<Name>,
) -> Option<(NodeId, String)> {
    let Spec::Import { name, path } = spec else { return None };
    let import = super::collect::import_path(tree, spec)?;
    if import.as_str() == "C" {
        return None;
    }
    // An import that could not be loaded was reported as such.
    let id = *input.imports.get(&import)?;
    let written = name.and_then(|name| tree.name(name));
    let scope = decls.file_scopes.get(file)?;
    let element = import.as_str().rsplit('/').next().unwrap_or_default();
    let (bound, is_used) = match written {
        // That `init` is no name for an import was reported.
        Some(name) if name.is_blank() || name.as_str() == "init" => return None,
        Some(name) if name.as_str() == "." => {
            (name, used.iter().any(|n| scope.get(n).and_then(object_package) == Some(id)))
        }
        Some(name) => (name, used.contains(&name)),
        None => {
            let name = scope
                .iter()
                .find(|(name, object)| {
                    **object == Object::Package(id) && !is_renamed(input, file, **name, id)
                })
                .map(|(name, _)| *name)?;
            (name, used.contains(&name))
        }
    };
    if is_used {
        return None;
    }
    let node = name.unwrap_or(path).into();
    if matches!(bound.as_str(), "." | "") || bound.as_str() == element {
        return Some((node, format!("\"{import}\" imported and not used")));
    }
    Some((node, format!("\"{import}\" imported as {bound} and not used")))
}

/// Whether `name` is bound to the package by another import of the file that renames it.
fn is_renamed(input: &PackageInput<'_>, file: usize, name: Name, id: PackageId) -> bool {
    input.files[file].items.iter().any(|tree| {
        let TreeRoot::Gen { keyword: DeclKeyword::Import, specs, .. } = tree.root else {
            return false;
        };
        tree.spec_ids(specs).any(|spec| {
            let spec = tree.specs[spec.index()];
            let Spec::Import { name: Some(written), .. } = spec else { return false };
            tree.name(written) == Some(name)
                && super::collect::import_path(tree, spec)
                    .is_some_and(|path| input.imports.get(&path) == Some(&id))
        })
    })
}

fn object_package(object: &Object) -> Option<PackageId> {
    match object {
        Object::Const(decl) | Object::TypeName(decl) | Object::Var(decl) | Object::Func(decl) => {
            Some(decl.package())
        }
        Object::Builtin(builtin) if builtin.is_unsafe() => Some(PackageId::unsafe_package()),
        Object::BasicType(crate::BasicKind::UnsafePointer) => Some(PackageId::unsafe_package()),
        _ => None,
    }
}

/// Shared by the entries that have not been resolved.
pub(super) fn unresolved() -> RefCell<(TypeId, crate::constant::Value)> {
    RefCell::new((TypeId::INVALID, crate::constant::Value::UNKNOWN))
}
