//! Calls by reflection, of methods on values that came from it, and of functions that it makes.

use super::{Stub, UniverseId, Use, named};
use crate::callgraph::{call_method, is_callable};
use crate::points::facts::{CallTarget, Filter, Rule};
use crate::points::layout::{backing_array, func_object};
use crate::points::link::{Element, FUNC, InstanceId, Linker, Node, Origin, Site};
use crate::points::models;
use crate::program::{FuncIndex, MethodName};
use gossa_base::Name;
use gossa_ssa::FuncId;
use gossa_types::{DeclId, PackageId, Param, TypeId, TypeKind};

impl Linker<'_, '_, '_> {
    /// A method is called on a value of a universe.
    pub(in crate::points) fn invoke_reflected(
        &mut self,
        id: UniverseId,
        site: u32,
        element: Element,
    ) {
        let site = (site, self.interface_at(element));
        let Site { instance, call, .. } = self.sites[site.0 as usize];
        let CallTarget::Invoke(_, method) =
            self.instances[instance.0 as usize].facts.calls[call as usize].target
        else {
            return;
        };
        let sites = self.universe_mut(id).sites.entry(method).or_default();
        if sites.contains(&site) {
            return;
        }
        sites.push(site);
        if self.universe(id).includes_outside {
            self.call_method_outside(site.0);
        }
        // Types that come later find the site.
        for ty in self.existing_with(id, method) {
            self.dispatch_site(id, ty, method, site);
        }
    }

    /// The types of a universe's values that have a method.
    fn existing_with(&mut self, id: UniverseId, method: MethodName) -> Vec<TypeId> {
        let universe = self.universe_mut(id);
        let (looked_at, mut having) = universe.having.remove(&method).unwrap_or_default();
        let fresh: Vec<TypeId> = universe.existing[looked_at..].to_vec();
        let count = universe.existing.len();
        having.extend(fresh.into_iter().filter(|&ty| {
            !self.program.is_interface(ty) && self.program.dispatch(ty, method).is_some()
        }));
        self.universe_mut(id).having.insert(method, (count, having.clone()));
        having
    }

    /// Calls of methods on values of a universe reach those of a type.
    pub(super) fn dispatch_sites(&mut self, id: UniverseId, ty: TypeId) {
        if self.universe(id).sites.is_empty() || self.program.is_interface(ty) {
            return;
        }
        for (method, _) in self.program.method_signatures(ty) {
            let sites = self.universe(id).sites.get(&method).cloned().unwrap_or_default();
            for site in sites {
                self.dispatch_site(id, ty, method, site);
            }
        }
    }

    pub(super) fn dispatch_site(
        &mut self,
        id: UniverseId,
        ty: TypeId,
        method: MethodName,
        (site, interface): (u32, Option<TypeId>),
    ) {
        if self.program.is_interface(ty) {
            return;
        }
        let Some(callee) = self.program.dispatch(ty, method) else { return };
        if interface.is_some_and(|interface| !self.program.implements(ty, interface)) {
            return;
        }
        let proxy = self.proxy(id, ty);
        let instance = self.instance_for_invoke(site, callee);
        if self.reflection.received.insert((instance, proxy)) {
            self.pass_receiver(instance, 2 * proxy + 1);
        }
        if self.reflection.invoked.insert((site, callee)) {
            let skip = self.receiver_leaf_count(instance);
            self.connect(site, instance, skip);
        }
        self.call(instance);
        self.activate_called();
    }

    /// Strings of the program have the names of methods: values may be looked up for these.
    pub(in crate::points) fn name_methods(&mut self, names: &[Name]) {
        for &name in names {
            if !self.reflection.names.insert(name) {
                continue;
            }
            let method = MethodName { name, package: None };
            for id in 0..self.reflection.universes.len() as UniverseId {
                if !self.universe(id).uses.contains(&Use::NamedMethods) {
                    continue;
                }
                for ty in self.existing_with(id, method) {
                    self.call_methods(id, ty, false);
                }
            }
        }
    }

    /// The exported methods of a type may be called, and be function values: all, or those that
    /// strings name.
    pub(super) fn call_methods(&mut self, id: UniverseId, ty: TypeId, all: bool) {
        if self.program.is_interface(ty) || self.is_bounded(id) {
            return;
        }
        for (method, signature) in self.program.method_signatures(ty) {
            if !is_callable(&method) || !all && !self.reflection.names.contains(&method.name) {
                continue;
            }
            let Some(callee) = self.program.dispatch(ty, method) else { continue };
            // Nobody is known to call methods of `reflect` itself by reflection; followed, all that
            // packages do with values they would do with each other's.
            if models::is_reflect(self.program.function(callee).id.package()) {
                continue;
            }
            let proxy = self.proxy(id, ty);
            let code = match self.reflection.method_stubs.get(&callee) {
                Some(&known) => known,
                None => {
                    let code = self.stub(Stub::Method(callee));
                    self.reflection.method_stubs.insert(callee, code);
                    code
                }
            };
            let instance = self.shared_instance(callee);
            self.pass_receiver(instance, 2 * proxy + 1);
            let holder = self.proxy(id, signature);
            self.member(holder, 2 * code);
        }
    }

    /// The function of `reflect` that calls others.
    pub(super) fn reflect_caller(&self) -> FuncIndex {
        let value = DeclId::top_level(PackageId::new("reflect"), Name::new("Value"));
        self.program.index_of(FuncId::declared(DeclId::method(value, Name::new("call"))))
    }

    pub(super) fn call_code(&mut self, id: UniverseId, code: Node, variadic: bool) {
        match self.reflection.stubs.get(&code).copied() {
            Some(Stub::Method(callee)) => {
                let skip = self.receiver_leaves(callee);
                let instance = self.shared_instance(callee);
                self.call_by_reflection(id, instance, skip, variadic);
                self.call_call_method();
            }
            Some(Stub::Made(_, other, _) | Stub::Outside(_, other)) => {
                // It gets what there is, and what it gives is known.
                self.give(id, other);
                self.give(other, id);
            }
            None => {
                let Some(instance) = self.instance_of_code(code) else { return };
                let captures = self.instances[instance.0 as usize].facts.captures;
                self.call_by_reflection(id, instance, captures, variadic);
            }
        }
    }

    /// A variable, of which this gives the node of each leaf, may be anything of its type.
    pub(super) fn fill(&mut self, id: UniverseId, ty: TypeId, node: impl Fn(u32) -> Node) {
        let ty = self.program.normal(ty);
        if self.program.is_interface(ty) {
            let (_, values) = self.values_as(id, ty);
            return self.edge(values, node(0));
        }
        if self.layouts.leaf_count(ty) == 0 {
            return;
        }
        let proxy = self.proxy(id, ty);
        let assigned = self.assigned(id, ty);
        for leaf in self.leaves_of(ty) {
            self.edge(proxy + leaf, assigned + leaf);
            self.edge(assigned + leaf, node(leaf));
        }
    }

    /// Calls a function with what a universe has, from the parameter leaf `skip` on; its results
    /// become known there.
    pub(super) fn call_by_reflection(
        &mut self,
        id: UniverseId,
        callee: InstanceId,
        skip: u32,
        variadic: bool,
    ) {
        let instance = &self.instances[callee.0 as usize];
        let func = instance.func;
        if let Some(caller) = self.caller_in(id, func) {
            self.reflection.calls.insert((caller, func));
        }
        let (first, params_len) = (instance.first, instance.facts.params);
        let (params, results) = models::signature(self.layouts, func);
        let mut at = 0;
        for (index, &ty) in params.iter().enumerate() {
            let leaves = self.leaves_of(ty);
            let here = first + at;
            at += leaves.len() as u32;
            if leaves.is_empty() || here < first + skip {
                continue;
            }
            let position = |leaf: u32| {
                here + leaves.iter().position(|&other| other == leaf).unwrap_or(0) as u32
            };
            if let TypeKind::Slice(elem) = *self.program.under(ty).kind()
                && variadic
                && index + 1 == params.len()
            {
                let array = match self.reflection.rest.get(&here) {
                    Some(&known) => known,
                    None => self.object(backing_array(elem), self.origin_in(id)),
                };
                self.reflection.rest.insert(here, array);
                self.fill(id, elem, |leaf| array + 1 + leaf);
                self.member(here, 2 * (array + 1));
            }
            self.fill(id, ty, position);
        }
        let mut at = first + params_len;
        for ty in results {
            let next = at + self.layouts.leaf_count(ty) as u32;
            self.know(id, ty, (at..next).map(Some));
            at = next;
        }
        self.call(callee);
        self.activate_called();
    }

    /// A value becomes known, of whose leaves these are the nodes; `None` is nil.
    pub(super) fn know(
        &mut self,
        id: UniverseId,
        ty: TypeId,
        nodes: impl IntoIterator<Item = Option<Node>>,
    ) {
        let ty = self.program.normal(ty);
        self.learn(id, ty, false);
        if !self.program.is_interface(ty) {
            self.exists(id, ty);
        }
        let mut proxy = None;
        for (node, leaf) in nodes.into_iter().zip(self.leaves_of(ty)) {
            let proxy = *proxy.get_or_insert_with(|| self.proxy(id, ty));
            if let Some(from) = node {
                let leaf_ty = self.types[(proxy + leaf) as usize];
                self.pass(from, proxy + leaf, Filter::Typed(leaf_ty));
            }
        }
    }

    /// The arguments of a call become known.
    pub(super) fn know_arguments(&mut self, id: UniverseId, site: u32, params: &[TypeId]) {
        let (args, _) = self.site_nodes(site);
        let mut args = args.into_iter();
        for &ty in params {
            let count = self.layouts.leaf_count(ty);
            self.know(id, ty, args.by_ref().take(count));
        }
    }

    /// The results of a call may be anything of their types. Of calls that go and defer statements
    /// make, nobody gets them.
    pub(super) fn fill_results(&mut self, id: UniverseId, site: u32, results: &[TypeId]) {
        let (_, mut at) = self.site_nodes(site);
        let end = at + self.result_count(site);
        for &ty in results {
            let leaves = self.leaves_of(ty);
            let here = at;
            at += leaves.len() as u32;
            if !leaves.is_empty() && at <= end {
                let position = |leaf: u32| leaves.iter().position(|&other| other == leaf);
                self.fill(id, ty, |leaf| here + position(leaf).unwrap_or(0) as u32);
            }
        }
    }

    /// A call of a function that `reflect` has made. Whether it is one.
    pub(in crate::points) fn call_stub(&mut self, site: u32, code: Node) -> bool {
        match self.reflection.stubs.get(&code).copied() {
            None => false,
            Some(Stub::Method(callee)) => {
                let instance = self.shared_instance(callee);
                let skip = self.receiver_leaves(callee);
                self.connect(site, instance, skip);
                self.call(instance);
                self.call_call_method();
                true
            }
            Some(Stub::Made(ty, id, slice)) => {
                self.call_made(site, ty, id, slice);
                true
            }
            Some(Stub::Outside(ty, id)) => {
                if let Some((params, results)) = self.signature_of(ty) {
                    self.call_outside(id, site, &params, &results);
                }
                true
            }
        }
    }

    /// `reflect.callMethod` runs: it is what method values that reflection makes enter.
    fn call_call_method(&mut self) {
        let instance = self.shared_instance(call_method(self.program));
        self.call(instance);
        self.activate_called();
    }

    /// The types of the parameters and results of a function type.
    fn signature_of(&self, ty: TypeId) -> Option<(Vec<TypeId>, Vec<TypeId>)> {
        let TypeKind::Signature(signature) = self.program.under(ty).kind() else { return None };
        let types = |list: &[Param]| list.iter().map(|param| param.ty).collect();
        Some((types(&signature.params), types(&signature.results)))
    }

    pub(super) fn receiver_leaves(&self, method: FuncIndex) -> u32 {
        let (params, _) = models::signature(self.layouts, method);
        params.first().map_or(0, |&ty| self.layouts.leaf_count(ty) as u32)
    }

    pub(super) fn call_made(&mut self, site: u32, ty: TypeId, id: UniverseId, slice: Node) {
        let Some((params, results)) = self.signature_of(ty) else { return };
        self.know_arguments(id, site, &params);
        // The slice of arguments that the function behind it gets.
        let value = named("reflect", "Value");
        if let Some(&delta) = self.layouts.field_cells(value).get(1) {
            let (_, src) = self.values_as(id, TypeId::empty_interface());
            self.rule(slice, Rule::Store { src, delta, base: self.program.normal(value) });
        }
        self.fill_results(id, site, &results);
    }

    pub(super) fn stub(&mut self, stub: Stub) -> Node {
        let origin = match stub {
            Stub::Outside(..) => Origin::Outside,
            Stub::Method(_) | Stub::Made(..) => Origin::Reflected,
        };
        let node = self.object(func_object(), origin);
        self.flags[node as usize] = FUNC;
        self.reflection.stubs.insert(node, stub);
        node
    }
}
