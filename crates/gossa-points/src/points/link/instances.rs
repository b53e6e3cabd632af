//! Which copy of a function a call runs.
//!
//! Copies keep apart what flows through small functions, and what packages do by reflection with
//! the help of others.

use super::{CLONE_FACTOR, CLONE_LIMIT, CloneSize, Instance, InstanceId, Linker, Node, Site};
use crate::points::facts::{CallFact, CallTarget, Extern, ObjectKind};
use crate::points::models;
use crate::program::FuncIndex;
use gossa_base::Name;
use gossa_ssa::FuncKey;
use gossa_types::{DeclId, PackageId, TypeId, TypeList};

/// The constraints of a call by name in a model: the call, and the address that it gets.
const NAMED_CALL: usize = 3;

impl Linker<'_, '_, '_> {
    /// The instance for a method call on an interface. Functions of `reflect` that have models have
    /// one for each package that calls them, and types of `reflect` are interfaces.
    pub(in crate::points) fn instance_for_invoke(
        &mut self,
        site: u32,
        func: FuncIndex,
    ) -> InstanceId {
        let Site { instance, .. } = self.sites[site as usize];
        self.instance_for_package(instance, func).unwrap_or_else(|| self.shared_instance(func))
    }

    /// The instance of a function that works on values of `reflect` for its caller's package: what
    /// one package does by reflection (printing, decoding, templates) is kept apart from what
    /// others do, and calls in one package mostly belong to one algorithm that goes through all
    /// parts of values in turn. That is `reflect`'s own functions, and helpers of other packages
    /// that take or give such values.
    fn instance_for_package(&mut self, caller: InstanceId, func: FuncIndex) -> Option<InstanceId> {
        let own = self.program.function(func).id.package();
        let Instance { func: parent, context: package, .. } = self.instances[caller.0 as usize];
        let of_helper = own != package && own == self.program.function(parent).id.package();
        let is_modelled = models::is_reflect(own) && self.facts(func).1;
        let takes = own != package && models::takes_reflected(self.layouts, func);
        if !is_modelled && !takes && !of_helper {
            return None;
        }
        if let Some(&known) = self.of_package.get(&(package, func)) {
            return Some(known);
        }
        let instance = self.new_instance(func);
        self.instances[instance.0 as usize].context = package;
        self.of_package.insert((package, func), instance);
        Some(instance)
    }

    /// The instance for a call by name.
    pub(super) fn instance_for_call(&mut self, caller: InstanceId, func: FuncIndex) -> InstanceId {
        if let Some(instance) = self.instance_for_package(caller, func) {
            return instance;
        }
        let limit = CLONE_FACTOR * self.program.len();
        if self.makes_errors(func) {
            return self.shared_instance(func);
        }
        // What a closure captures flows to the shared instance.
        if self.facts(func).0.captures > 0 {
            return self.closure_instance(caller, func);
        }
        if self.instances.len() < limit && self.clone_size(func) <= CLONE_LIMIT {
            return self.new_instance(func);
        }
        self.shared_instance(func)
    }

    /// Whether a function makes nothing but errors. Programs have thousands of calls of these, and
    /// which of them has made an error is hardly ever of interest.
    pub(super) fn makes_errors(&mut self, func: FuncIndex) -> bool {
        let (facts, _) = self.facts(func);
        let error = TypeId::named(
            DeclId::top_level(PackageId::universe(), Name::new("error")),
            TypeList::EMPTY,
        );
        !facts.objects.is_empty()
            && facts.objects.iter().all(|object| {
                object.kind == ObjectKind::New
                    && self.program.implements(TypeId::pointer(object.ty), error)
            })
    }

    /// The instance of a closure that an instance makes: copies of functions, and those for other
    /// packages' reflection, have closures of their own.
    pub(super) fn closure_instance(&mut self, of: InstanceId, func: FuncIndex) -> InstanceId {
        if let Some(&known) = self.closures.get(&(of, func)) {
            return known;
        }
        let Instance { func: parent, context, .. } = self.instances[of.0 as usize];
        let shared = self.shared_instance(func);
        let is_copy = self.of_func.get(parent.index()) != Some(&Some(of));
        let is_apart = context != self.program.function(parent).id.package();
        let has_captures = self.facts(func).0.captures > 0;
        let is_literal = matches!(self.program.function(func).id.key(), FuncKey::Closure { .. });
        let worth = match is_apart {
            true => has_captures || is_literal,
            false => has_captures && self.clone_size(func) <= CLONE_LIMIT,
        };
        if !is_copy || !worth {
            return shared;
        }
        let instance = self.new_instance(func);
        self.instances[instance.0 as usize].context = context;
        self.closures.insert((of, func), instance);
        instance
    }

    /// The instance that a call of a function value runs.
    pub(in crate::points) fn instance_of_code(&mut self, cell: Node) -> Option<InstanceId> {
        if let Some(&known) = self.code_of.get(&cell) {
            return Some(known);
        }
        let func = self.func_of(cell)?;
        Some(self.shared_instance(func))
    }

    /// What clones of functions cost that are called in a circle.
    pub(super) const ENDLESS: usize = 1 << 20;

    /// How many constraints a clone of a function costs, those of clones that it calls included;
    /// large for functions that call themselves. That does not depend on whom was asked for first.
    pub(super) fn clone_size(&mut self, func: FuncIndex) -> usize {
        self.find_clone_size(func, &mut Vec::new()).0
    }

    /// The same, and the first of the functions that are being looked at that this one leads to, as
    /// its place among these (Tarjan's algorithm: those that lead to each other are endless).
    fn find_clone_size(&mut self, func: FuncIndex, open: &mut Vec<FuncIndex>) -> (usize, usize) {
        let at = func.index();
        if at >= self.clone_sizes.len() {
            self.clone_sizes.resize(self.program.len().max(at + 1), CloneSize::Unknown);
        }
        match self.clone_sizes[at] {
            CloneSize::Known(size) => return (size as usize, usize::MAX),
            CloneSize::Open(place) => return (Self::ENDLESS, place as usize),
            CloneSize::Unknown => {}
        }
        let (facts, modelled) = self.facts(func);
        let mut size = facts.size();
        if modelled {
            // What a model calls by name is told for its own sake: it says what is locked.
            let is_named = |call: &&CallFact| matches!(call.target, CallTarget::Static(_));
            let named = facts.calls.iter().filter(is_named).count();
            size = size.saturating_sub(NAMED_CALL * named);
            if named > 0 && size <= CLONE_LIMIT {
                self.clone_sizes[at] = CloneSize::Known(size as u32);
                return (size, usize::MAX);
            }
        }
        let place = open.len();
        let mut lowest = usize::MAX;
        if size <= CLONE_LIMIT {
            self.clone_sizes[at] = CloneSize::Open(place as u32);
            open.push(func);
            for outside in facts.externs.iter() {
                if let Extern::Func(closure) = *outside
                    && self.facts(closure).0.captures > 0
                {
                    let (closure, low) = self.find_clone_size(closure, open);
                    lowest = lowest.min(low);
                    size += if closure > CLONE_LIMIT { 0 } else { closure };
                }
            }
            for call in &facts.calls {
                if let CallTarget::Static(callee) = call.target {
                    let (callee, low) = self.find_clone_size(callee, open);
                    lowest = lowest.min(low);
                    // One that is shared costs the call.
                    let is_shared = callee > CLONE_LIMIT && callee < Self::ENDLESS;
                    size += if is_shared { 0 } else { callee };
                }
            }
        }
        if lowest < place {
            return (Self::ENDLESS, lowest);
        }
        if lowest == place {
            size = Self::ENDLESS;
        }
        for func in open.drain(place..) {
            self.clone_sizes[func.index()] = CloneSize::Known(size.min(Self::ENDLESS) as u32);
        }
        self.clone_sizes[at] = CloneSize::Known(size.min(Self::ENDLESS) as u32);
        (size, usize::MAX)
    }
}
