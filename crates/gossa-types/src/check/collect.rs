//! Which objects the files of a package declare, from syntax alone.

use super::context::{
    ConstEntry, FuncEntry, HeaderTree, PackageState, ReceiverEntry, TypeEntry, VarEntry,
};
use super::package::{PackageInput, unresolved};
use super::record::Records;
use crate::cgo::{CgoDecls, CgoFile};
use crate::constant::{LiteralKind, Value};
use crate::decls::{DeclSource, Note, NoteKind, Part, TypeError};
use crate::env::TypeEnv;
use crate::ids::{DeclId, DeclKey, PackageId, TypeParamId, TypeParamKey};
use crate::lookup::is_exported;
use crate::object::{Builtin, Object};
use crate::ty::{BasicKind, TypeId};
use gossa_base::{FxHashMap, Name};
use gossa_syntax::{
    DeclKeyword, Expr, ExprId, ExprList, FieldList, NodeId, SignatureId, Spec, SpecId, SpecList,
    Tree, TreeRoot,
};
use std::cell::{Cell, RefCell};
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Collects the objects of all files.
pub(super) fn collect<'e>(
    input: &'e PackageInput<'e>,
    env: &dyn TypeEnv,
) -> (PackageState<'e>, Vec<TypeError>) {
    let mut trees = Vec::new();
    for (file, item_tree) in input.files.iter().enumerate() {
        let version = input.file_version(file);
        for (decl, tree) in item_tree.items.iter().enumerate() {
            let source = DeclSource { file: file as u32, decl: decl as u32 };
            trees.push(HeaderTree { tree, source, version, records: Records::new(tree) });
        }
    }
    let mut collector = Collector {
        env,
        input,
        ordinals: FxHashMap::default(),
        errors: Vec::new(),
        method_lists: FxHashMap::default(),
        method_names: FxHashMap::default(),
        state: PackageState {
            input,
            trees,
            scope: FxHashMap::default(),
            has_conflicts: false,
            file_scopes: vec![FxHashMap::default(); input.files.len()],
            used_imports: input.files.iter().map(|_| RefCell::default()).collect(),
            consts: FxHashMap::default(),
            vars: FxHashMap::default(),
            types: FxHashMap::default(),
            funcs: FxHashMap::default(),
            value_order: Vec::new(),
            var_order: Vec::new(),
            type_order: Vec::new(),
            func_order: Vec::new(),
            methods: FxHashMap::default(),
            bounds: RefCell::default(),
            delayed: RefCell::default(),
            references: RefCell::default(),
            sizes: RefCell::default(),
            early: RefCell::default(),
            path: RefCell::default(),
            in_bounds: Cell::default(),
            local_ordinals: RefCell::default(),
            cgo: cgo_decls(input),
        },
    };
    collector.run();
    let PackageState { value_order, consts, vars, funcs, .. } = &mut collector.state;
    // Functions were collected last.
    value_order.sort_by_key(|decl| {
        let (constant, var) = (consts.get(decl), vars.get(decl));
        constant.map(|e| e.tree).or(var.map(|e| e.tree)).or(funcs.get(decl).map(|e| e.tree))
    });
    (collector.state, collector.errors)
}

fn cgo_decls(input: &PackageInput<'_>) -> Option<Arc<CgoDecls>> {
    let files: Vec<Option<CgoFile<'_>>> = input
        .files
        .iter()
        .map(|file| {
            let preamble = file.cgo_preamble.as_deref()?;
            Some(CgoFile { preamble, names: &file.c_names })
        })
        .collect();
    if files.iter().all(Option::is_none) {
        return None;
    }
    let cgo = input.cgo?;
    Some(Arc::new(CgoDecls::read(input.id, cgo.model, cgo.sources, &files)))
}

/// The import path of an import specification, as written; `None` where it is no string.
#[must_use]
pub fn import_path(tree: &Tree, spec: Spec) -> Option<Name> {
    let Spec::Import { path, .. } = spec else { return None };
    let Expr::BasicLit { text, .. } = tree[path] else { return None };
    let value = Value::from_literal(LiteralKind::String, tree.text(text)).ok()?;
    let bytes = value.as_bytes()?;
    std::str::from_utf8(bytes).ok().map(Name::new)
}

/// A receiver's type taken apart: `(*T[P, Q])`.
pub(super) struct ReceiverSyntax {
    /// Whether there is a `*`.
    pub(super) pointer: bool,
    /// The base type expression, `T`.
    pub(super) base: ExprId,
    /// The type parameters' identifiers.
    pub(super) params: Option<ExprList>,
}

/// Takes a receiver's type apart.
pub(super) fn receiver_syntax(tree: &Tree, mut ty: ExprId) -> ReceiverSyntax {
    let mut pointer = false;
    loop {
        match tree[ty] {
            Expr::Paren(inner) => ty = inner,
            Expr::Star(inner) => {
                pointer = true;
                ty = inner;
            }
            Expr::Index { x, indices } => {
                return ReceiverSyntax { pointer, base: tree.unparen(x), params: Some(indices) };
            }
            _ => return ReceiverSyntax { pointer, base: ty, params: None },
        }
    }
}

/// Appends the type parameters of a list to `params`, whose owner is `owner`.
pub(super) fn push_type_params(
    tree: &Tree,
    list: FieldList,
    owner: DeclId,
    params: &mut Vec<TypeParamId>,
) {
    for field in &tree[list] {
        for &ident in &tree[field.names] {
            let Some(name) = tree.name(ident) else { continue };
            let index = params.len() as u32;
            params.push(TypeParamId::new(TypeParamKey { owner, index, name }));
        }
    }
}

struct Collector<'i, 'e> {
    env: &'i dyn TypeEnv,
    input: &'e PackageInput<'e>,
    ordinals: FxHashMap<(Option<DeclId>, Name), u32>,
    errors: Vec<TypeError>,
    method_lists: FxHashMap<DeclId, Vec<(Name, DeclId)>>,
    /// The methods in `method_lists` by type and name.
    method_names: FxHashMap<(DeclId, Name), DeclId>,
    state: PackageState<'e>,
}

impl<'e> Collector<'_, 'e> {
    fn run(&mut self) {
        for index in 0..self.state.trees.len() as u32 {
            let tree = self.tree(index);
            if let TreeRoot::Gen { keyword, specs, .. } = tree.root {
                match keyword {
                    DeclKeyword::Import => self.imports(index, specs),
                    DeclKeyword::Const => self.consts(index, specs),
                    DeclKeyword::Var => self.vars(index, specs),
                    DeclKeyword::Type => self.types(index, specs),
                }
            }
        }
        for index in 0..self.state.trees.len() as u32 {
            let tree = self.tree(index);
            if let TreeRoot::Func { name, receiver, signature, has_body } = tree.root {
                self.function(index, name, receiver, signature, has_body);
            }
        }
        let lists = std::mem::take(&mut self.method_lists);
        self.state.methods = lists
            .into_iter()
            .map(|(base, mut list)| {
                list.sort_by_key(|(name, _)| name.as_str());
                (base, list.into())
            })
            .collect();
        self.check_file_scopes();
    }

    fn tree(&self, index: u32) -> &'e Tree {
        self.state.trees[index as usize].tree
    }

    fn error(&mut self, tree: u32, node: impl Into<NodeId>, message: String) {
        let source = self.state.trees[tree as usize].source;
        let notes = Box::default();
        let node = node.into();
        self.errors.push(TypeError {
            source,
            in_body: false,
            node,
            part: Part::Whole,
            message,
            soft: false,
            notes,
        });
    }

    /// Reports that a name is declared twice.
    fn redeclared(&mut self, tree: u32, node: ExprId, name: Name, message: String) {
        let other = self.state.scope.get(&name).and_then(|object| self.state.place_of(*object));
        self.error(tree, node, message);
        self.note_other(name, other);
    }

    /// Lets the last error's message end with a place.
    fn end_with_position(&mut self, place: Option<(u32, ExprId)>) {
        let Some((tree, ident)) = place else { return };
        let source = self.state.trees[tree as usize].source;
        let note = Note {
            package: None,
            source,
            in_body: false,
            node: ident.into(),
            kind: NoteKind::Position,
        };
        if let Some(error) = self.errors.last_mut() {
            error.notes = Box::new([note]);
        }
    }

    /// Adds the place of the other declaration of a name to the last error.
    fn note_other(&mut self, name: Name, other: Option<(u32, ExprId)>) {
        let Some((tree, ident)) = other else { return };
        let source = self.state.trees[tree as usize].source;
        let kind = NoteKind::Text(format!("other declaration of {name}"));
        if let Some(error) = self.errors.last_mut() {
            error.notes = Box::new([Note {
                package: None,
                source,
                in_body: false,
                node: ident.into(),
                kind,
            }]);
        }
    }

    /// A new identity for something named `name`.
    fn decl_id(&mut self, parent: Option<DeclId>, name: Name) -> DeclId {
        let next = self.ordinals.entry((parent, name)).or_default();
        let ordinal = *next;
        *next += 1;
        DeclId::new(DeclKey { package: self.input.id, parent, name, ordinal })
    }

    /// Enters an object into the package scope.
    fn declare(&mut self, tree: u32, ident: ExprId, name: Name, object: Object) {
        self.state.trees[tree as usize].records.set_object(ident, object);
        if name.is_blank() {
            return;
        }
        let text = name.as_str();
        let is_func = matches!(object, Object::Func(_));
        if !is_func && (text == "init" || (text == "main" && self.input.name.as_str() == "main")) {
            self.error(tree, ident, format!("cannot declare {text} - must be func"));
            return;
        }
        if self.state.scope.contains_key(&name) {
            self.redeclared(tree, ident, name, format!("{name} redeclared in this block"));
            return;
        }
        self.state.scope.insert(name, object);
    }

    /// Names of C that a file defines in another way than the files before it. cgo gives no place
    /// for that: the preamble's is the best.
    fn cgo_conflicts(&mut self, index: u32, path: ExprId) {
        let file = self.state.trees[index as usize].source.file as usize;
        let Some(cgo) = self.state.cgo.clone() else { return };
        for (_, name) in cgo.conflicts().iter().filter(|(at, _)| *at == file) {
            self.error(index, path, format!("inconsistent definitions for C.{name}"));
        }
    }

    fn imports(&mut self, index: u32, specs: SpecList) {
        let tree = self.tree(index);
        let file = self.state.trees[index as usize].source.file as usize;
        for id in tree.spec_ids(specs) {
            let spec = tree.specs[id.index()];
            let Spec::Import { name, path } = spec else { continue };
            let Some(import) = import_path(tree, spec) else {
                self.undecodable_path(index, path);
                continue;
            };
            if let Some(why) = invalid_import_path(import.as_str()) {
                self.error(index, path, format!("invalid import path ({why})"));
                continue;
            }
            if import.as_str() == "C" {
                if let Some(name) = name {
                    self.error(index, name, "cannot rename import \"C\"".to_owned());
                    continue;
                }
                let object = Object::Package(PackageId::new("C"));
                let before = self.state.file_scopes[file].insert(Name::new("C"), object);
                if before.is_none() {
                    self.cgo_conflicts(index, path);
                }
                continue;
            }
            let package = if import.as_str() == "unsafe" {
                PackageId::unsafe_package()
            } else {
                let known = self.input.imports.get(&import).copied();
                // A package that is missing has an id of its own: where an import closes a cycle,
                // the package of that path exists but must not be asked for.
                known.unwrap_or_else(|| PackageId::new(&format!("{import} (missing)")))
            };
            let object = Object::Package(package);
            if let Some(ident) = name {
                self.state.trees[index as usize].records.set_object(ident, object);
            }
            let bound = name.and_then(|name| tree.name(name)).unwrap_or_else(|| {
                if import.as_str() == "unsafe" {
                    return import;
                }
                let known = self.env.package(package).map(|decls| decls.name);
                known.unwrap_or_else(|| guess_package_name(import.as_str()))
            });
            let at: ExprId = name.unwrap_or(path);
            match bound.as_str() {
                "_" => {}
                "." => self.dot_import(index, file, at, package),
                "init" => {
                    let message = "cannot import package as init - init must be a func";
                    self.error(index, at, message.to_owned());
                }
                _ => {
                    let scope = &mut self.state.file_scopes[file];
                    let taken = scope.len();
                    scope.entry(bound).or_insert(object);
                    if scope.len() == taken {
                        let other = scope.get(&bound).copied();
                        self.error(index, at, format!("{bound} redeclared in this block"));
                        let other = other.and_then(|object| self.import_of(bound, object));
                        self.note_other(bound, other);
                    }
                }
            }
        }
    }

    /// The first import that binds a name to an object: its name, or its path.
    fn import_of(&self, name: Name, object: Object) -> Option<(u32, ExprId)> {
        let Object::Package(package) = object else { return None };
        for (index, header) in self.state.trees.iter().enumerate() {
            let TreeRoot::Gen { keyword: DeclKeyword::Import, specs, .. } = header.tree.root else {
                continue;
            };
            for id in header.tree.spec_ids(specs) {
                let spec = header.tree.specs[id.index()];
                let Spec::Import { name: written, path } = spec else { continue };
                let Some(import) = import_path(header.tree, spec) else { continue };
                let found = match written {
                    Some(ident) => header.tree.name(ident) == Some(name),
                    None => true,
                };
                if found && self.input.imports.get(&import) == Some(&package) {
                    return Some((index as u32, written.unwrap_or(path)));
                }
            }
        }
        None
    }

    /// An import path that is no UTF-8. What is no string literal was reported by the parser.
    fn undecodable_path(&mut self, index: u32, path: ExprId) {
        let tree = self.tree(index);
        let Expr::BasicLit { text, .. } = tree[path] else { return };
        if Value::from_literal(LiteralKind::String, tree.text(text)).is_ok() {
            let why = invalid_character('\u{fffd}');
            self.error(index, path, format!("invalid import path ({why})"));
        }
    }

    fn dot_import(&mut self, index: u32, file: usize, at: ExprId, package: PackageId) {
        let mut names: Vec<(Name, Object)> = if package == PackageId::unsafe_package() {
            let builtins = Builtin::ALL
                .iter()
                .filter(|(builtin, _)| builtin.is_unsafe())
                .map(|&(builtin, name)| (Name::new(name), Object::Builtin(builtin)));
            let pointer = (Name::new("Pointer"), Object::BasicType(BasicKind::UnsafePointer));
            builtins.chain(std::iter::once(pointer)).collect()
        } else {
            let Some(decls) = self.env.package(package) else { return };
            decls
                .scope
                .iter()
                .filter(|(name, _)| is_exported(**name))
                .map(|(&name, &object)| (name, object))
                .collect()
        };
        names.sort_by_key(|(name, _)| name.as_str());
        for (name, object) in names {
            if *self.state.file_scopes[file].entry(name).or_insert(object) != object {
                self.error(index, at, format!("{name} redeclared in this block"));
            }
        }
    }

    fn consts(&mut self, index: u32, specs: SpecList) {
        let tree = self.tree(index);
        let mut last: Option<(Option<ExprId>, ExprList)> = None;
        for id in tree.spec_ids(specs) {
            let Spec::Value { names, ty, values, iota } = tree.specs[id.index()] else { continue };
            let inherited = ty.is_none() && tree[values].is_empty() && last.is_some();
            if !inherited {
                last = Some((ty, values));
            }
            let (ty, inits) = last.unwrap_or((None, values));
            if let Some((at, message, extra)) = const_arity(tree, names, values, inits) {
                self.error(index, at, message);
                self.end_with_position(extra.map(|extra| (index, extra)));
            }
            for (position, &ident) in tree[names].iter().enumerate() {
                let Some(name) = tree.name(ident) else { continue };
                let decl = self.decl_id(None, name);
                let entry = ConstEntry {
                    tree: index,
                    ident,
                    ty,
                    init: tree[inits].get(position).copied(),
                    inherited,
                    iota,
                    state: Cell::default(),
                    found: unresolved(),
                };
                self.state.consts.insert(decl, entry);
                self.state.value_order.push(decl);
                self.declare(index, ident, name, Object::Const(decl));
            }
        }
    }

    fn vars(&mut self, index: u32, specs: SpecList) {
        let tree = self.tree(index);
        for spec in tree.spec_ids(specs) {
            let Spec::Value { names, ty, values, .. } = tree.specs[spec.index()] else { continue };
            if let Some((at, message)) = var_arity(tree, names, ty, values) {
                self.error(index, at, message);
            }
            let idents = &tree[names];
            let inits = &tree[values];
            let decls: Vec<Option<(Name, DeclId)>> = idents
                .iter()
                .map(|&ident| tree.name(ident).map(|name| (name, self.decl_id(None, name))))
                .collect();
            let group: Option<Arc<[DeclId]>> = (inits.len() == 1 && idents.len() > 1)
                .then(|| decls.iter().flatten().map(|&(_, decl)| decl).collect());
            for (position, (&ident, declared)) in idents.iter().zip(&decls).enumerate() {
                let Some((name, decl)) = *declared else { continue };
                let init = if group.is_some() {
                    inits.first().copied()
                } else {
                    inits.get(position).copied()
                };
                let entry = VarEntry {
                    tree: index,
                    spec,
                    index: position as u32,
                    ident,
                    ty,
                    init,
                    group: group.clone(),
                    state: Cell::default(),
                    found: Cell::new(None),
                };
                self.state.vars.insert(decl, entry);
                self.state.var_order.push(decl);
                self.state.value_order.push(decl);
                self.declare(index, ident, name, Object::Var(decl));
            }
        }
    }

    fn types(&mut self, index: u32, specs: SpecList) {
        let tree = self.tree(index);
        for spec in tree.spec_ids(specs) {
            self.type_spec(index, tree, spec);
        }
    }

    fn type_spec(&mut self, index: u32, tree: &Tree, spec: SpecId) {
        let Spec::Type { name: ident, type_params, alias, .. } = tree.specs[spec.index()] else {
            return;
        };
        let Some(name) = tree.name(ident) else { return };
        let decl = self.decl_id(None, name);
        let mut params = Vec::new();
        push_type_params(tree, type_params, decl, &mut params);
        let entry = TypeEntry {
            tree: index,
            ident,
            spec,
            alias,
            type_params: params.into(),
            bounds: Cell::default(),
            state: Cell::default(),
            found: Cell::new(TypeId::INVALID),
            written: Cell::new(TypeId::INVALID),
            broken: Cell::default(),
            mentioned_in: RefCell::default(),
        };
        self.state.types.insert(decl, entry);
        self.state.type_order.push(decl);
        self.declare(index, ident, name, Object::TypeName(decl));
    }

    fn function(
        &mut self,
        index: u32,
        ident: ExprId,
        receiver: FieldList,
        signature: SignatureId,
        has_body: bool,
    ) {
        let tree = self.tree(index);
        let Some(name) = tree.name(ident) else { return };
        let Some(field) = tree[receiver].first() else {
            let decl = self.decl_id(None, name);
            self.plain_function(index, ident, name, decl, signature, has_body);
            let mut params = Vec::new();
            push_type_params(tree, tree[signature].type_params, decl, &mut params);
            self.add_function(index, ident, decl, None, params, has_body);
            return;
        };
        let syntax = receiver_syntax(tree, field.ty);
        let base_name = tree.name(syntax.base).unwrap_or_else(|| Name::new("_"));
        let base = self.base_type(base_name);
        let pointer = syntax.pointer || base.is_some_and(|(_, pointer)| pointer);
        let (base, valid) = match base {
            Some((base, _)) => (base, true),
            None => (DeclId::top_level(self.input.id, base_name), false),
        };
        let decl = self.decl_id(Some(base), name);
        let mut params = Vec::new();
        for &ident in syntax.params.map_or(&[][..], |list| &tree[list]) {
            let name = tree.name(ident).unwrap_or_else(|| Name::new("_"));
            let index = params.len() as u32;
            params.push(TypeParamId::new(TypeParamKey { owner: decl, index, name }));
        }
        let receiver = ReceiverEntry {
            base,
            pointer,
            params: params.len() as u32,
            name: tree[field.names].first().and_then(|&ident| tree.name(ident)),
        };
        push_type_params(tree, tree[signature].type_params, decl, &mut params);
        self.add_function(index, ident, decl, Some(receiver), params, has_body);
        self.state.trees[index as usize].records.set_object(ident, Object::Func(decl));
        if name.is_blank() || !valid {
            return;
        }
        match self.method_names.entry((base, name)) {
            Entry::Occupied(entry) => {
                let other = self.state.funcs.get(entry.get()).map(|e| (e.tree, e.ident));
                let message = format!("method {base_name}.{name} already declared");
                self.error(index, ident, message);
                self.end_with_position(other);
            }
            Entry::Vacant(entry) => {
                entry.insert(decl);
                self.method_lists.entry(base).or_default().push((name, decl));
            }
        }
    }

    fn plain_function(
        &mut self,
        index: u32,
        ident: ExprId,
        name: Name,
        decl: DeclId,
        signature: SignatureId,
        has_body: bool,
    ) {
        let tree = self.tree(index);
        let is_main = name.as_str() == "main" && self.input.name.as_str() == "main";
        if name.as_str() != "init" && !is_main {
            self.declare(index, ident, name, Object::Func(decl));
            return;
        }
        let signature = tree[signature];
        if let Some(at) = super::decl::first_type_param(tree, signature.type_params) {
            self.error(index, at, format!("func {name} must have no type parameters"));
        }
        if !tree[signature.params].is_empty() || !tree[signature.results].is_empty() {
            let message = format!("func {name} must have no arguments and no return values");
            self.error(index, ident, message);
        }
        if is_main {
            self.declare(index, ident, name, Object::Func(decl));
            return;
        }
        // `init` cannot be referred to and is not in scope.
        self.state.trees[index as usize].records.set_object(ident, Object::Func(decl));
        if !has_body {
            self.error(index, ident, "func init must have a body".to_owned());
        }
    }

    fn add_function(
        &mut self,
        tree: u32,
        ident: ExprId,
        decl: DeclId,
        receiver: Option<ReceiverEntry>,
        params: Vec<TypeParamId>,
        has_body: bool,
    ) {
        let entry = FuncEntry {
            tree,
            ident,
            receiver,
            type_params: params.into(),
            has_body,
            bounds: Cell::default(),
            state: Cell::default(),
            signature: Cell::new(TypeId::INVALID),
            receiver_type: Cell::new(TypeId::INVALID),
        };
        self.state.funcs.insert(decl, entry);
        self.state.func_order.push(decl);
        self.state.value_order.push(decl);
    }

    /// The defined type that a receiver's base type name leads to through aliases, and whether
    /// an alias adds a pointer.
    fn base_type(&self, mut name: Name) -> Option<(DeclId, bool)> {
        let mut pointer = false;
        // No chain is longer than there are types.
        for _ in 0..=self.state.types.len() {
            let &Object::TypeName(decl) = self.state.scope.get(&name)? else { return None };
            let entry = self.state.types.get(&decl)?;
            if !entry.alias {
                return Some((decl, pointer));
            }
            if !entry.type_params.is_empty() {
                return None;
            }
            let tree = self.tree(entry.tree);
            let Spec::Type { ty, .. } = tree.specs[entry.spec.index()] else { return None };
            let mut ty = tree.unparen(ty);
            if let Expr::Star(inner) = tree[ty] {
                if pointer {
                    return None;
                }
                pointer = true;
                ty = tree.unparen(inner);
            }
            name = tree.name(ty)?;
        }
        None
    }

    /// Names may not be both imported by a file and declared by the package.
    fn check_file_scopes(&mut self) {
        let mut conflicts: Vec<(Name, Object)> = Vec::new();
        for scope in &self.state.file_scopes {
            let (small, large) = if scope.len() < self.state.scope.len() {
                (scope, &self.state.scope)
            } else {
                (&self.state.scope, scope)
            };
            #[expect(clippy::iter_over_hash_type, reason = "sorted below")]
            for name in small.keys() {
                if large.contains_key(name)
                    && let Some(&imported) = scope.get(name)
                {
                    conflicts.push((*name, imported));
                }
            }
        }
        conflicts.sort_by_key(|(name, _)| name.as_str());
        conflicts.dedup_by_key(|(name, _)| *name);
        self.state.has_conflicts = !conflicts.is_empty();
        for (name, imported) in conflicts {
            let (how, package) = match imported {
                Object::Package(package) => ("import", Some(package)),
                Object::Const(decl)
                | Object::TypeName(decl)
                | Object::Var(decl)
                | Object::Func(decl) => ("dot-import", Some(decl.package())),
                _ => ("dot-import", None),
            };
            let what = package.map_or_else(String::new, |package| {
                let path = package.path();
                let known = self.env.package(package).map(|decls| decls.name);
                let name = known.unwrap_or_else(|| guess_package_name(path));
                format!(" of package {name} (\"{path}\")")
            });
            let place = self.state.scope.get(&name).and_then(|&o| self.state.place_of(o));
            if let Some((tree, ident)) = place {
                self.error(tree, ident, format!("{name} already declared through {how}{what}"));
                let other = self.import_of(name, imported);
                self.note_other(name, other);
            }
        }
    }
}

fn const_arity(
    tree: &Tree,
    names: ExprList,
    values: ExprList,
    inits: ExprList,
) -> Option<(ExprId, String, Option<ExprId>)> {
    let (names, inits) = (&tree[names], &tree[inits]);
    let own = &tree[values];
    if names.len() < inits.len() {
        return Some(match own.get(names.len()) {
            Some(&extra) => (extra, extra_init(tree, extra), None),
            None => (*names.first()?, "extra init expr".to_owned(), Some(inits[names.len()])),
        });
    }
    let missing = *names.get(inits.len())?;
    let name = tree.name(missing)?;
    Some((missing, format!("missing init expr for {name}"), None))
}

fn extra_init(tree: &Tree, expr: ExprId) -> String {
    format!("extra init expr {}", super::messages::expr_text(tree, expr))
}

fn var_arity(
    tree: &Tree,
    names: ExprList,
    ty: Option<ExprId>,
    values: ExprList,
) -> Option<(ExprId, String)> {
    let (names, values) = (&tree[names], &tree[values]);
    if values.is_empty() {
        let missing = ty.is_none().then(|| *names.first().unwrap_or(&ExprId::new(0)));
        return missing.map(|at| (at, "missing type or init expr".to_owned()));
    }
    if names.len() < values.len() {
        let extra = values[names.len()];
        return Some((extra, extra_init(tree, extra)));
    }
    if names.len() > values.len() && values.len() != 1 {
        let missing = names[values.len()];
        let name = tree.name(missing)?;
        return Some((missing, format!("missing init expr for {name}")));
    }
    None
}

/// Why a string is no import path.
fn invalid_import_path(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some("empty string".to_owned());
    }
    let illegal = |c: char| {
        c.is_control() || c.is_whitespace() || "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{fffd}".contains(c)
    };
    path.chars().find(|&c| illegal(c)).map(invalid_character)
}

fn invalid_character(c: char) -> String {
    let shown = if c.is_control() { String::new() } else { format!(" '{c}'") };
    format!("invalid character U+{:04X}{shown}", u32::from(c))
}

/// The usual name of a package that could not be loaded.
fn guess_package_name(path: &str) -> Name {
    let mut elements = path.rsplit('/');
    let mut last = elements.next().unwrap_or(path);
    if last.len() > 1
        && last.starts_with('v')
        && last[1..].bytes().all(|byte| byte.is_ascii_digit())
        && let Some(before) = elements.next()
    {
        last = before;
    }
    Name::new(last)
}
