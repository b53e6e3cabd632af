//! What a package knows by reflection: types, the variables of each, and what it does with all of
//! them.

use super::{Take, UniverseId, Use, Variables, named};
use crate::callgraph::{call_reflect, is_callable};
use crate::points::bounds::MANY_TYPES;
use crate::points::facts::{Filter, Reflect, Rule};
use crate::points::layout::{backing_array, chan_object, map_object};
use crate::points::link::{Action, Element, FUNC, Linker, NIL, Node, OPAQUE, Origin, UNIVERSE};
use crate::points::reflection::Stub;
use gossa_types::{BasicKind, ChanDir, TypeId, TypeKind};

impl Linker<'_, '_, '_> {
    /// The variables of a type; the type is known from now on.
    pub(super) fn learn(&mut self, id: UniverseId, ty: TypeId, is_made: bool) -> Variables {
        if let Some(&known) = self.universe(id).by_type.get(&ty) {
            return known;
        }
        let (reached, read) = (self.variables(1), self.variables(1));
        self.edge(reached, read);
        let op = Reflect::Exists(id);
        self.actions.push(Action::Rule(read, Rule::Reflect { op, to: read, with: read }));
        let variables = Variables { reached, read, proxy: None, is_made, exists: false };
        let universe = self.universe_mut(id);
        universe.by_type.insert(ty, variables);
        universe.known.push(ty);
        let is_many = universe.known.len() > MANY_TYPES;
        self.is_too_much |= is_many && !self.is_outside(id);
        if self.is_bounded(id) {
            return variables;
        }
        let universe = self.universe(id);
        let mut uses: Vec<Use> = universe.uses.iter().copied().collect();
        uses.sort_unstable_by_key(|used| *used as u8);
        let takers = universe.takers.clone();
        let given_to = universe.given_to.clone();
        let mut components = Vec::new();
        match self.program.under(ty).kind() {
            TypeKind::Pointer(elem)
            | TypeKind::Slice(elem)
            | TypeKind::Array { elem, .. }
            | TypeKind::Chan { elem, .. } => components.push(*elem),
            TypeKind::Map { key, value } => components.extend([*key, *value]),
            TypeKind::Struct(fields) => {
                let accessible = fields.iter().filter(|f| f.package.is_none() || f.embedded);
                components.extend(accessible.map(|field| field.ty));
            }
            _ => {}
        }
        for component in components {
            let component = self.program.normal(component);
            self.learn(id, component, is_made);
        }
        for used in uses {
            self.act_on(id, used, ty);
        }
        for (take, node) in takers {
            self.take_of(id, take, node, ty);
        }
        for to in given_to {
            self.give_type(id, to, ty);
        }
        for (to, interface) in self.universe(id).types_known_to.clone() {
            if interface.is_none_or(|interface| self.program.implements(ty, interface)) {
                self.hear_of(to, ty, is_made);
            }
        }
        variables
    }

    /// A type without values matters to a package that makes something of types; before that it is
    /// only remembered. Most packages look at types to print them, or to find something by them.
    pub(super) fn hear_of(&mut self, id: UniverseId, ty: TypeId, is_made: bool) {
        let universe = self.universe_mut(id);
        if universe.by_type.contains_key(&ty) {
            return;
        }
        if universe.makes {
            self.learn(id, ty, is_made);
            return;
        }
        if !universe.is_heard_of.insert(ty) {
            return;
        }
        universe.heard_of.push((ty, is_made));
        for (to, interface) in universe.types_known_to.clone() {
            if interface.is_none_or(|interface| self.program.implements(ty, interface)) {
                self.hear_of(to, ty, is_made);
            }
        }
    }

    /// A package begins to make something of types.
    pub(super) fn begin_to_make(&mut self, id: UniverseId) {
        let universe = self.universe_mut(id);
        if std::mem::replace(&mut universe.makes, true) {
            return;
        }
        let heard_of = std::mem::take(&mut universe.heard_of);
        for (from, interface) in self.universe(id).heard_from.clone() {
            self.know_types(from, interface, id);
        }
        for (ty, is_made) in heard_of {
            self.learn(id, ty, is_made);
        }
    }

    /// There are values of a type: methods that are called on values may be its methods.
    pub(super) fn exists(&mut self, id: UniverseId, ty: TypeId) {
        self.learn(id, ty, false);
        let universe = self.universe_mut(id);
        let Some(variables) = universe.by_type.get_mut(&ty) else { return };
        if std::mem::replace(&mut variables.exists, true) {
            return;
        }
        universe.existing.push(ty);
        let universe = self.universe_mut(id);
        let calls_methods = [Use::Methods, Use::NamedMethods].map(|u| universe.uses.contains(&u));
        for (to, interface) in universe.absorbed_by.clone() {
            self.absorb_existing(id, to, interface, ty);
        }
        self.dispatch_sites(id, ty);
        if calls_methods.contains(&true) {
            self.call_methods(id, ty, calls_methods[0]);
        }
        if self.is_outside(id) {
            self.have(id, ty);
        }
    }

    /// The variable of a type that reflection makes: one for all packages.
    fn made(&mut self, id: UniverseId, ty: TypeId) -> Node {
        let origin = self.origin_in(id);
        if let Some(&known) = self.reflection.made.get(&(ty, origin)) {
            return known;
        }
        let object = self.object(ty, origin);
        self.reflection.made.insert((ty, origin), object);
        object
    }

    /// The first cell of the variable that holds what the variables of a type hold.
    pub(super) fn proxy(&mut self, id: UniverseId, ty: TypeId) -> Node {
        let variables = self.learn(id, ty, true);
        if let Some(known) = variables.proxy {
            return known;
        }
        let first = self.object(ty, Origin::Reflected);
        if let Some(variables) = self.universe_mut(id).by_type.get_mut(&ty) {
            variables.proxy = Some(first);
        }
        if let TypeKind::Pointer(_) = ty.kind() {
            let op = Reflect::PointerExists(id);
            self.rule(first, Rule::Reflect { op, to: first, with: first });
        }
        for leaf in self.leaves_of(ty) {
            let dst = self.variables(1);
            self.rule(variables.read, Rule::Load { dst, delta: leaf, base: ty });
            let leaf_ty = self.types[(first + leaf) as usize];
            self.pass(dst, first + leaf, Filter::Typed(leaf_ty));
        }
        if self.universe(id).uses.contains(&Use::Convert) {
            self.act_on(id, Use::Convert, ty);
        }
        for (from, interface) in self.universe(id).absorbs.clone() {
            let has = self.universe(from).by_type.get(&ty).is_some_and(|known| known.exists);
            if has && self.is_of(ty, interface) {
                self.absorb_proxy(from, first, ty);
            }
        }
        first
    }

    /// Whether values of a type are among those that implement an interface.
    fn is_of(&self, ty: TypeId, interface: Option<TypeId>) -> bool {
        !self.program.is_interface(ty)
            && interface.is_none_or(|interface| self.program.implements(ty, interface))
    }

    /// A universe gets the values of another, or those of them that implement an interface.
    pub(super) fn absorb(&mut self, from: UniverseId, interface: Option<TypeId>, to: UniverseId) {
        let absorbs = &self.universe(to).absorbs;
        if from == to || absorbs.contains(&(from, None)) || absorbs.contains(&(from, interface)) {
            return;
        }
        self.universe_mut(to).absorbs.push((from, interface));
        self.universe_mut(from).absorbed_by.push((to, interface));
        self.include_outside(from, to);
        let mut at = 0;
        while let Some(&ty) = self.universe(from).existing.get(at) {
            self.absorb_existing(from, to, interface, ty);
            at += 1;
        }
    }

    fn absorb_existing(
        &mut self,
        from: UniverseId,
        to: UniverseId,
        interface: Option<TypeId>,
        ty: TypeId,
    ) {
        if !self.is_of(ty, interface) {
            return;
        }
        self.learn(to, ty, !self.may_compose(from, ty));
        self.exists(to, ty);
        let (Some(&source), Some(&target)) =
            (self.universe(from).by_type.get(&ty), self.universe(to).by_type.get(&ty))
        else {
            return;
        };
        self.edge(source.read, target.read);
        if let Some(first) = target.proxy {
            self.absorb_proxy(from, first, ty);
        }
    }

    fn absorb_proxy(&mut self, from: UniverseId, first: Node, ty: TypeId) {
        let source = self.proxy(from, ty);
        for leaf in self.leaves_of(ty) {
            self.edge(source + leaf, first + leaf);
        }
    }

    /// A universe knows the types of the values of another.
    pub(super) fn know_types(
        &mut self,
        from: UniverseId,
        interface: Option<TypeId>,
        to: UniverseId,
    ) {
        if from != to && !self.universe(to).makes {
            let heard_from = &mut self.universe_mut(to).heard_from;
            if !heard_from.contains(&(from, None)) && !heard_from.contains(&(from, interface)) {
                heard_from.push((from, interface));
                for (to, of) in self.universe(to).types_known_to.clone() {
                    self.know_types(from, of.or(interface), to);
                }
            }
            return;
        }
        let known = &self.universe(from).types_known_to;
        if from == to || known.contains(&(to, None)) || known.contains(&(to, interface)) {
            return;
        }
        self.universe_mut(from).types_known_to.push((to, interface));
        let mut at = 0;
        while let Some(&ty) = self.universe(from).known.get(at) {
            if interface.is_none_or(|interface| self.program.implements(ty, interface)) {
                self.hear_of(to, ty, !self.may_compose(from, ty));
            }
            at += 1;
        }
        for (other, of) in self.universe(from).heard_from.clone() {
            self.know_types(other, interface.or(of), to);
        }
        for (ty, is_made) in self.universe(from).heard_of.clone() {
            if interface.is_none_or(|interface| self.program.implements(ty, interface)) {
                self.hear_of(to, ty, is_made);
            }
        }
    }

    /// The first cell of what may be assigned to variables of a type.
    pub(super) fn assigned(&mut self, id: UniverseId, ty: TypeId) -> Node {
        let under = self.program.normal(self.program.under(ty));
        if let Some(&known) = self.universe(id).assigned.get(&under) {
            return known;
        }
        let node = self.object(under, Origin::Reflected);
        self.universe_mut(id).assigned.insert(under, node);
        node
    }

    /// The variable that a pointer points to can be got at.
    pub(super) fn absorb_variable(&mut self, id: UniverseId, cell: Node) {
        let ty = self.types[cell as usize];
        let variables = self.learn(id, ty, false);
        self.member(variables.reached, 2 * cell);
    }

    /// What a pointer, slice, map or channel leads to can be got at.
    pub(super) fn absorb_pointee(&mut self, id: UniverseId, element: Element) {
        let cell = element / 2;
        if element % 2 == 1 || self.flags[cell as usize] & (NIL | FUNC | OPAQUE | UNIVERSE) != 0 {
            return;
        }
        let ty = self.types[cell as usize];
        if let TypeKind::Tuple(parts) = ty.kind() {
            // A map or a channel.
            let cells = &self.layouts.layout(ty).cells;
            if cells.len() > 1 {
                let value = 1 + cells[1].extent;
                let keys = Some(cell + 1);
                let elements = (parts.len() == 1).then_some(cell + value);
                for part in keys.into_iter().chain(elements) {
                    match self.is_outside(id) {
                        true => self.open_element(id, part),
                        false => self.absorb_variable(id, part),
                    }
                }
            }
        } else if ty != TypeId::INVALID {
            self.absorb_variable(id, cell);
        }
    }

    /// A value in an interface becomes known.
    pub(super) fn absorb_value(&mut self, id: UniverseId, element: Element) {
        let cell = element / 2;
        if self.flags[cell as usize] & (FUNC | OPAQUE) != 0 {
            return;
        }
        if let Some(from) = self.universe_at(element) {
            return self.absorb(from, self.interface_at(element), id);
        }
        let ty = self.program.normal(self.dynamic_type(element));
        if element % 2 == 1 {
            let variables = self.learn(id, ty, false);
            self.member(variables.read, 2 * cell);
        } else {
            self.learn(id, ty, false);
            let proxy = self.proxy(id, ty);
            self.member(proxy, element);
        }
    }

    /// Whether reflection may make other types of a type. Not of those that it made: there is no
    /// end to them otherwise.
    pub(super) fn may_compose(&self, id: UniverseId, ty: TypeId) -> bool {
        self.universe(id).by_type.get(&ty).is_some_and(|variables| !variables.is_made)
    }

    /// Pointers to the variables of a type, and the type of these pointers, become known.
    pub(super) fn address(&mut self, id: UniverseId, ty: TypeId) -> Option<Node> {
        let pointer = self.program.normal(TypeId::pointer(ty));
        let is_known = self.universe(id).by_type.contains_key(&pointer);
        if !is_known && !self.may_compose(id, ty) {
            return None;
        }
        self.learn(id, pointer, true);
        Some(self.proxy(id, pointer))
    }

    /// Does with a type what a package does with all types.
    pub(super) fn act_on(&mut self, id: UniverseId, used: Use, ty: TypeId) {
        let Some(&variables) = self.universe(id).by_type.get(&ty) else { return };
        if self.is_bounded(id) {
            return;
        }
        let program = self.program;
        let kind = program.under(ty).kind();
        match used {
            Use::Derive => self.derive(id, ty, variables),
            Use::Assign => {
                let source = match kind {
                    TypeKind::Interface(_) => Some(self.values_as(id, ty).1),
                    _ if self.layouts.leaf_count(ty) == 0 => return,
                    _ => None,
                };
                let proxy = self.proxy(id, ty);
                let assigned = self.assigned(id, ty);
                for leaf in self.leaves_of(ty) {
                    let src = source.unwrap_or(assigned + leaf);
                    if source.is_none() {
                        self.edge(proxy + leaf, assigned + leaf);
                    }
                    self.rule(variables.reached, Rule::Store { src, delta: leaf, base: ty });
                }
            }
            Use::Convert => {
                if self.layouts.leaf_count(ty) == 0 {
                    return;
                }
                let proxy = self.proxy(id, ty);
                if let TypeKind::Interface(_) = kind {
                    let (_, values) = self.values_as(id, ty);
                    self.edge(values, proxy);
                    return;
                }
                let assigned = self.assigned(id, ty);
                for leaf in self.leaves_of(ty) {
                    self.edge(proxy + leaf, assigned + leaf);
                    self.edge(assigned + leaf, proxy + leaf);
                }
            }
            Use::Call => {
                if let TypeKind::Signature(signature) = kind {
                    let proxy = self.proxy(id, ty);
                    let op = Reflect::CallCode { universe: id, variadic: signature.variadic };
                    self.rule(proxy, Rule::Reflect { op, to: proxy, with: proxy });
                }
            }
            Use::Methods | Use::NamedMethods if variables.exists => {
                self.call_methods(id, ty, used == Use::Methods);
            }
            Use::Methods | Use::NamedMethods => {}
            Use::Zero => self.exists(id, ty),
            Use::Outside => self.meet(id, ty),
            Use::Address => {
                if let Some(to) = self.address(id, ty) {
                    self.edge(variables.reached, to);
                }
            }
            Use::Slice => {
                if let TypeKind::Array { elem, .. } = *kind
                    && self.layouts.layout(ty).cells.len() > 1
                {
                    let slice = program.normal(TypeId::slice(elem));
                    self.learn(id, slice, true);
                    let dst = self.proxy(id, slice);
                    self.rule(variables.reached, Rule::Offset { dst, delta: 1, base: ty });
                }
            }
            Use::Grow => {
                if let TypeKind::Slice(elem) = *kind {
                    let proxy = self.proxy(id, ty);
                    let array = self.made(id, backing_array(elem));
                    self.member(proxy, 2 * (array + 1));
                    let base = program.normal(elem);
                    for leaf in self.leaves_of(elem) {
                        let rule = Rule::Load { dst: array + 1 + leaf, delta: leaf, base };
                        self.rule(proxy, rule);
                    }
                }
            }
            Use::New => {
                if let Some(to) = self.address(id, ty) {
                    let object = self.made(id, ty);
                    self.member(to, 2 * object);
                }
            }
            Use::Make => {
                let (content, part) = match kind {
                    TypeKind::Slice(elem) => (backing_array(*elem), 1),
                    TypeKind::Map { .. } => (map_object(program, ty), 0),
                    TypeKind::Chan { .. } => (chan_object(program, ty), 0),
                    _ => return,
                };
                let proxy = self.proxy(id, ty);
                let object = self.made(id, content);
                self.member(proxy, 2 * (object + part));
            }
            Use::Pointers | Use::Slices | Use::Arrays | Use::Chans | Use::Maps => {
                self.compose(id, used, ty);
            }
            Use::MethodTypes => {
                for (method, signature) in program.method_signatures(ty) {
                    if is_callable(&method) {
                        self.learn(id, signature, true);
                    }
                }
            }
        }
    }

    pub(super) fn compose(&mut self, id: UniverseId, used: Use, ty: TypeId) {
        if !self.may_compose(id, ty) {
            return;
        }
        let mut made = Vec::new();
        match used {
            Use::Pointers => made.push(TypeId::pointer(ty)),
            Use::Slices => made.push(TypeId::slice(ty)),
            Use::Arrays => made.push(backing_array(ty)),
            Use::Chans => {
                for dir in [ChanDir::Both, ChanDir::Send, ChanDir::Receive] {
                    made.push(TypeId::new(TypeKind::Chan { dir, elem: ty }));
                }
            }
            _ => {
                // With keys of basic types: pairs of all types would be too many.
                for key in [BasicKind::String, BasicKind::Int] {
                    let key = TypeId::basic(key);
                    made.push(TypeId::new(TypeKind::Map { key, value: ty }));
                }
            }
        }
        for ty in made {
            let ty = self.program.normal(ty);
            self.learn(id, ty, true);
        }
    }

    /// The slices of arguments that `reflect.callReflect` makes for functions that `MakeFunc` got
    /// are at a node. Its body fills them with what it finds on the stack, and so shows nothing of
    /// what is in them.
    fn make_arguments(&mut self, node: Node) {
        let instance = self.shared_instance(call_reflect(self.program));
        self.call(instance);
        self.activate_called();
        let array = self.layouts.of(backing_array(named("reflect", "Value")));
        let facts = self.instances[instance.0 as usize].facts.clone();
        for fact in facts.objects.iter().filter(|fact| self.layouts.of(fact.ty) == array) {
            let object = self.object(fact.ty, Origin::Site(instance, fact.inst, fact.kind));
            self.member(node, 2 * (object + 1));
        }
    }

    /// The parts of the variables of a type, and what they lead to, can be got at.
    pub(super) fn derive(&mut self, id: UniverseId, ty: TypeId, variables: Variables) {
        match self.program.under(ty).kind() {
            TypeKind::Struct(fields) => {
                let starts = self.layouts.field_cells(ty);
                for (field, start) in fields.iter().zip(starts) {
                    if field.package.is_some() && !field.embedded {
                        continue;
                    }
                    let part = self.program.normal(field.ty);
                    let of_part = self.learn(id, part, variables.is_made);
                    for (from, dst) in
                        [(variables.reached, of_part.reached), (variables.read, of_part.read)]
                    {
                        self.rule(from, Rule::Offset { dst, delta: start, base: ty });
                    }
                }
            }
            TypeKind::Array { elem, .. } if self.layouts.layout(ty).cells.len() > 1 => {
                let part = self.program.normal(*elem);
                let of_part = self.learn(id, part, variables.is_made);
                for (from, dst) in
                    [(variables.reached, of_part.reached), (variables.read, of_part.read)]
                {
                    self.rule(from, Rule::Offset { dst, delta: 1, base: ty });
                }
            }
            TypeKind::Pointer(_)
            | TypeKind::Slice(_)
            | TypeKind::Map { .. }
            | TypeKind::Chan { .. } => {
                let proxy = self.proxy(id, ty);
                let op = Reflect::AbsorbVariable(id);
                self.rule(proxy, Rule::Reflect { op, to: proxy, with: proxy });
            }
            TypeKind::Interface(_) => {
                let proxy = self.proxy(id, ty);
                let op = Reflect::AbsorbValue(id);
                self.rule(proxy, Rule::Reflect { op, to: proxy, with: proxy });
            }
            _ => {}
        }
    }

    pub(super) fn take_of(&mut self, id: UniverseId, take: Take, node: Node, ty: TypeId) {
        if self.is_bounded(id) {
            return;
        }
        let kind = self.program.under(ty).kind();
        let is_text = |this: &Self, elem: TypeId| {
            let basic = this.program.under(elem).as_basic();
            matches!(basic, Some(BasicKind::Uint8 | BasicKind::Int32))
        };
        match (take, kind) {
            (
                Take::Words,
                TypeKind::Pointer(_)
                | TypeKind::Slice(_)
                | TypeKind::Map { .. }
                | TypeKind::Chan { .. }
                | TypeKind::Signature(_),
            ) => {
                let proxy = self.proxy(id, ty);
                self.edge(proxy, node);
            }
            (Take::Bytes, TypeKind::Slice(elem)) if is_text(self, *elem) => {
                let proxy = self.proxy(id, ty);
                self.edge(proxy, node);
            }
            (Take::Bytes, TypeKind::Array { elem, .. })
                if is_text(self, *elem) && self.layouts.layout(ty).cells.len() > 1 =>
            {
                let reached = self.learn(id, ty, true).reached;
                self.rule(reached, Rule::Offset { dst: node, delta: 1, base: ty });
            }
            (Take::Addresses, _) => {
                let reached = self.learn(id, ty, true).reached;
                self.edge(reached, node);
            }
            (Take::PutBytes, TypeKind::Slice(elem)) if is_text(self, *elem) => {
                let reached = self.learn(id, ty, true).reached;
                self.rule(reached, Rule::Store { src: node, delta: 0, base: ty });
            }
            (Take::PutPointers, TypeKind::Basic(BasicKind::UnsafePointer)) => {
                let reached = self.learn(id, ty, true).reached;
                self.rule(reached, Rule::Store { src: node, delta: 0, base: ty });
            }
            (Take::Put, TypeKind::Pointer(_)) => {
                let proxy = self.proxy(id, ty);
                self.rule(proxy, Rule::Reflect { op: Reflect::Put, to: node, with: node });
            }
            (Take::MakeFunc, TypeKind::Signature(_)) => {
                let proxy = self.proxy(id, ty);
                let code = self.stub(Stub::Made(ty, id, node));
                self.member(proxy, 2 * code);
                self.make_arguments(node);
            }
            (Take::At, _) => {
                if let Some(to) = self.address(id, ty) {
                    self.pass(node, to, Filter::Held(TypeId::pointer(ty)));
                }
            }
            (Take::SliceAt, _) if self.may_compose(id, ty) => {
                let slice = self.program.normal(TypeId::slice(ty));
                self.learn(id, slice, true);
                let to = self.proxy(id, slice);
                self.pass(node, to, Filter::Held(slice));
            }
            _ => {}
        }
    }
}
