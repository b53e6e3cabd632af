//! Callers that are not seen: of libraries, whose exported functions and methods may be called in
//! any order, any number of times, with any arguments of their types.
//!
//! What such callers know is a universe like those of packages that use reflection, and they do by
//! the language what these do by `reflect`: they get at fields, elements and what pointers lead to,
//! assign to them what they have, make variables of all types that they can name, and call the
//! methods and function values that they get hold of. On top of that they have types and functions
//! of their own: an interface that they pass may hold a value whose methods are not seen, and a
//! function value may be a function that is not seen. Calls of these give the callers what they are
//! given, and give back what the callers have.

use super::{Stub, UniverseId, Use};
use crate::callgraph::{Roots, is_callable};
use crate::points::layout::{backing_array, chan_object, map_object};
use crate::points::link::{Linker, Node, Origin, Site, UNIVERSE};
use crate::points::models;
use crate::program::FuncIndex;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{Callee, Inst};
use gossa_types::lookup::is_exported;
use gossa_types::{DeclId, PackageId, TypeId, TypeKind};

/// The callers that are not seen.
pub(super) struct Outside {
    id: UniverseId,
    /// The functions that they can name.
    roots: FxHashSet<FuncIndex>,
    /// By package: the first of these. In call graphs it stands for the callers, where they call
    /// something that they cannot name.
    stand_ins: FxHashMap<PackageId, FuncIndex>,
    first: FuncIndex,
    /// Types of which they have made values.
    made: FxHashSet<TypeId>,
    /// Method calls that may reach methods of theirs.
    sites: FxHashSet<u32>,
}

/// What they do with all types.
const USES: [Use; 7] =
    [Use::Derive, Use::Assign, Use::Slice, Use::Grow, Use::Call, Use::Convert, Use::Outside];

impl Linker<'_, '_, '_> {
    /// Callers that are not seen begin to call the roots that are open to them, and to use the
    /// exported variables of the packages of these.
    pub(in crate::points) fn open(&mut self, roots: &Roots) {
        let Some(&first) = roots.open.first() else { return };
        let package_of = |func: FuncIndex| self.program.function(func).id.package();
        let mut stand_ins = FxHashMap::default();
        let mut packages = Vec::new();
        for &func in &roots.open {
            let package = package_of(func);
            stand_ins.entry(package).or_insert_with(|| {
                packages.push(package);
                func
            });
        }
        let id = self.new_universe(Origin::Outside);
        self.reflection.universes[id as usize].includes_outside = true;
        self.reflection.outside = Some(Outside {
            id,
            roots: roots.open.iter().copied().collect(),
            stand_ins,
            first,
            made: FxHashSet::default(),
            sites: FxHashSet::default(),
        });
        for used in USES {
            self.start(id, used);
        }
        for &func in &roots.open {
            let instance = self.shared_instance(func);
            self.call_by_reflection(id, instance, 0, false);
        }
        for package in packages {
            self.open_variables(id, package);
        }
        // They panic, and recover.
        let any = self.program.normal(TypeId::empty_interface());
        let panic = self.panic_node();
        self.know(id, any, [Some(panic)]);
        self.fill(id, any, |_| panic);
    }

    fn open_variables(&mut self, id: UniverseId, package: PackageId) {
        let Some(decls) = self.program.env().package(package) else { return };
        let mut exported: Vec<DeclId> =
            decls.vars.keys().copied().filter(|decl| is_exported(decl.name())).collect();
        exported.sort_by_key(|decl| decl.name().as_str());
        for decl in exported {
            let decl = self.program.env().linked_variable(decl).unwrap_or(decl);
            let cell = self.global(decl);
            self.absorb_variable(id, cell);
        }
    }

    /// Whether a universe is that of callers that are not seen.
    pub(super) fn is_outside(&self, id: UniverseId) -> bool {
        self.reflection.outside.as_ref().is_some_and(|outside| outside.id == id)
    }

    /// What stands for the origin of what is made in a universe.
    pub(super) fn origin_in(&self, id: UniverseId) -> Origin {
        if self.is_outside(id) { Origin::Outside } else { Origin::Reflected }
    }

    /// Who calls a function in a call graph if what a universe stands for does; nobody if it is a
    /// root that is open.
    pub(super) fn caller_in(&self, id: UniverseId, callee: FuncIndex) -> Option<FuncIndex> {
        match self.reflection.outside.as_ref().filter(|outside| outside.id == id) {
            None => Some(self.reflect_caller()),
            Some(outside) if outside.roots.contains(&callee) => None,
            Some(outside) => {
                let package = self.program.function(callee).id.package();
                Some(outside.stand_ins.get(&package).copied().unwrap_or(outside.first))
            }
        }
    }

    /// The type of what stands for something that callers have, rather than being made by them.
    pub(in crate::points) fn outside_type(&self, cell: Node) -> Option<TypeId> {
        if self.flags[cell as usize] & UNIVERSE != 0 {
            let interface = self.reflection.interface_of_cell.get(&cell).copied();
            return Some(interface.unwrap_or_else(TypeId::empty_interface));
        }
        match self.reflection.stubs.get(&cell) {
            Some(Stub::Outside(ty, _)) => Some(*ty),
            _ => None,
        }
    }

    // --- Types ------------------------------------------------------------------------------------

    /// Callers have heard of a type.
    pub(super) fn meet(&mut self, id: UniverseId, ty: TypeId) {
        if let TypeKind::Pointer(elem) = self.program.under(ty).kind() {
            let elem = self.program.normal(*elem);
            let reached = self.learn(id, elem, false).reached;
            let proxy = self.proxy(id, ty);
            self.edge(reached, proxy);
        }
        if is_nameable(ty) {
            self.exists(id, ty);
        }
    }

    /// Callers that have a value of a type, or can name it, have variables of it, and what it leads
    /// to may be theirs. They call its methods.
    pub(super) fn have(&mut self, id: UniverseId, ty: TypeId) {
        let Some(outside) = &mut self.reflection.outside else { return };
        if self.program.is_interface(ty) || !outside.made.insert(ty) {
            return;
        }
        let program = self.program;
        let content = match program.under(ty).kind() {
            TypeKind::Pointer(elem) => Some((*elem, 0)),
            TypeKind::Slice(elem) => Some((backing_array(*elem), 1)),
            TypeKind::Map { .. } => Some((map_object(program, ty), 0)),
            TypeKind::Chan { .. } => Some((chan_object(program, ty), 0)),
            _ => None,
        };
        if let Some((content, part)) = content {
            let object = self.object(content, Origin::Outside);
            let proxy = self.proxy(id, ty);
            self.member(proxy, 2 * (object + part));
        }
        if let TypeKind::Signature(_) = program.under(ty).kind() {
            let code = self.stub(Stub::Outside(ty, id));
            let proxy = self.proxy(id, ty);
            self.member(proxy, 2 * code);
        }
        if let TypeKind::Named { .. } = ty.kind() {
            let pointer = program.normal(TypeId::pointer(ty));
            if !program.method_signatures(pointer).is_empty() {
                self.exists(id, pointer);
            }
        }
        self.call_methods_from_outside(id, ty);
    }

    /// Callers get what a map or a channel has, and put there what they have. They cannot take the
    /// address of it.
    pub(super) fn open_element(&mut self, id: UniverseId, cell: Node) {
        let ty = self.types[cell as usize];
        let read = self.learn(id, ty, false).read;
        self.member(read, 2 * cell);
        self.fill(id, ty, |leaf| cell + leaf);
    }

    fn call_methods_from_outside(&mut self, id: UniverseId, ty: TypeId) {
        for (method, _) in self.program.method_signatures(ty) {
            if !is_callable(&method) {
                continue;
            }
            let Some(callee) = self.program.dispatch(ty, method) else { continue };
            if models::is_reflect(self.program.function(callee).id.package()) {
                continue;
            }
            let proxy = self.proxy(id, ty);
            let instance = self.shared_instance(callee);
            let skip = match self.reflection.received.insert((instance, proxy)) {
                true => self.pass_receiver(instance, 2 * proxy + 1),
                false => self.receiver_leaf_count(instance),
            };
            self.call_by_reflection(id, instance, skip, false);
        }
    }

    // --- Calls of what callers bring --------------------------------------------------------------

    /// A method is called on a value of a universe that has all that callers have: it may be one of
    /// theirs.
    pub(super) fn call_method_outside(&mut self, site: u32) {
        // A method that is not exported is the package's own, also in types that embed its types.
        let is_theirs = self.invoked_method(site).is_some_and(|method| is_callable(&method));
        let Some(outside) = &mut self.reflection.outside else { return };
        let id = outside.id;
        if !is_theirs || !outside.sites.insert(site) {
            return;
        }
        let Site { instance, call, .. } = self.sites[site as usize];
        let instance = &self.instances[instance.0 as usize];
        let inst = instance.facts.calls[call as usize].inst;
        let Some(body) = self.program.body(instance.func) else { return };
        let (Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. }) = body[inst] else {
            return;
        };
        let Callee::Interface { .. } = body[call].callee else { return };
        let params: Vec<TypeId> = body[body[call].args].iter().map(|&arg| body[arg].ty).collect();
        let results: Vec<TypeId> = body.results_of(inst).map(|result| body[result].ty).collect();
        self.call_outside(id, site, &params, &results);
    }

    /// Callers get the arguments of a call, and what they have comes back.
    pub(super) fn call_outside(
        &mut self,
        id: UniverseId,
        site: u32,
        params: &[TypeId],
        results: &[TypeId],
    ) {
        self.know_arguments(id, site, params);
        for &ty in results {
            self.learn(id, self.program.normal(ty), false);
        }
        self.fill_results(id, site, results);
    }

    /// A universe has from now on all that callers have: methods that are called on its values may
    /// be theirs.
    pub(super) fn include_outside(&mut self, from: UniverseId, to: UniverseId) {
        let includes = |this: &Self, id| this.universe(id).includes_outside;
        if !includes(self, from) || includes(self, to) {
            return;
        }
        self.universe_mut(to).includes_outside = true;
        let mut sites: Vec<u32> =
            self.universe(to).sites.values().flatten().map(|&(site, _)| site).collect();
        sites.sort_unstable();
        for site in sites {
            self.call_method_outside(site);
        }
        for next in 0..self.reflection.universes.len() as UniverseId {
            if self.universe(next).absorbs.iter().any(|&(from, _)| from == to) {
                self.include_outside(to, next);
            }
        }
    }
}

/// Whether code of other packages can write a type.
fn is_nameable(ty: TypeId) -> bool {
    match ty.kind() {
        TypeKind::Basic(_) => true,
        TypeKind::Named { decl, args } => {
            let is_top_level = decl.parent().is_none();
            let is_visible = decl.package() == PackageId::universe() || is_exported(decl.name());
            is_top_level && is_visible && args.iter().all(|&arg| is_nameable(arg))
        }
        TypeKind::Alias { actual, .. } => is_nameable(*actual),
        TypeKind::Pointer(elem)
        | TypeKind::Slice(elem)
        | TypeKind::Array { elem, .. }
        | TypeKind::Chan { elem, .. } => is_nameable(*elem),
        TypeKind::Map { key, value } => is_nameable(*key) && is_nameable(*value),
        TypeKind::Struct(fields) => {
            fields.iter().all(|field| field.package.is_none() && is_nameable(field.ty))
        }
        TypeKind::Signature(signature) => {
            let params = signature.params.iter().chain(&signature.results);
            params.map(|param| param.ty).all(is_nameable)
        }
        TypeKind::Interface(_) => true,
        TypeKind::TypeParam(_) | TypeKind::Tuple(_) | TypeKind::Union(_) => false,
    }
}
