//! What functions of `reflect` do with values: the meaning of [`Rule::Reflect`].
//!
//! `models` gives these functions facts with such rules instead of those of their bodies, whose
//! unsafe conversions would make one of everything. What a package does by reflection is one
//! *universe*: the values that it converts to `reflect.Value`s, and what can be got at from these.
//! A `reflect.Value`, and an interface value that is made of one, has one element for all of its
//! universe; a `reflect.Type` likewise. Printing and templates get at nearly everything, and sets
//! of everything would be in thousands of places.
//!
//! In a universe variables are known by their types. For each type there are the variables that
//! reflection gets at (*reached*), those and the copies in interfaces (*read*), and one variable
//! that holds what they hold (the *proxy*). What packages do decides what else happens: only where
//! something is assigned, values of a type flow to variables of the type; only where methods are
//! looked up, they are called.
//!
//! Fields that are not exported can be printed only, and are left out. Pointers that are not what
//! their types say, by way of `unsafe`, are not followed through reflection, nor are
//! `unsafe.Pointer`s. Types that `reflect` makes of others are made once, not of each other without
//! end; types made by `StructOf` and `FuncOf` are not known.

mod calls;
mod outside;
mod variables;

use super::bounds::Detail;
use super::facts::{CallTarget, Filter, Reflect, Rule};
use super::layout::{chan_object, map_object};
use super::link::{
    Action, Element, FUNC, Instance, InstanceId, Linker, NIL, Node, OPAQUE, Origin, Site, UNIVERSE,
};
use super::models;
use crate::callgraph::{call_method, call_reflect};
use crate::program::{FuncIndex, MethodName};
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_types::{DeclId, PackageId, TypeId, TypeKind, TypeList};
use outside::Outside;

/// A universe; dense.
type UniverseId = u32;

/// What is known of reflection.
#[derive(Default)]
pub(super) struct Reflection {
    universes: Vec<Universe>,
    /// By package: its universe.
    of_package: FxHashMap<PackageId, UniverseId>,
    /// By cell: the universe that it stands for, as a value or a type.
    of_cell: FxHashMap<Node, UniverseId>,
    /// By cell that stands for values that implement an interface: that.
    interface_of_cell: FxHashMap<Node, TypeId>,
    /// Rules on proxies that have been added.
    rules: FxHashSet<(Node, Rule<Node>)>,
    /// What one operation assigns and is given, by the node of its first operand.
    joins: FxHashMap<Node, (Vec<UniverseId>, Vec<UniverseId>)>,
    stubs: FxHashMap<Node, Stub>,
    method_stubs: FxHashMap<FuncIndex, Node>,
    /// Maps that `maps.Clone` makes: by result and type, the interface's cell.
    clones: FxHashMap<(Node, TypeId), Node>,
    /// By type: the variables that packages make by reflection, and those that callers make that are
    /// not seen.
    made: FxHashMap<(TypeId, Origin), Node>,
    /// The arrays of variadic parameters, by the parameter.
    rest: FxHashMap<Node, Node>,
    /// The names of methods that strings of the program have.
    names: FxHashSet<Name>,
    /// Calls that no instruction makes: caller and callee.
    calls: FxHashSet<(FuncIndex, FuncIndex)>,
    /// Method calls on values of universes: sites and callees.
    invoked: FxHashSet<(u32, FuncIndex)>,
    /// Methods and the variables that hold the values that they are called on.
    received: FxHashSet<(InstanceId, Node)>,
    /// Callers that are not seen, if there are some.
    outside: Option<Outside>,
}

/// What a package knows by reflection.
struct Universe {
    /// The cell that stands for all its values.
    value: Node,
    /// By interface: the cell that stands for its values that implement it, and a variable that
    /// holds these.
    values: FxHashMap<TypeId, (Node, Node)>,
    /// The cells that stand for all its types: in `reflect`, and in `internal/reflectlite`.
    types: [Option<Node>; 2],
    /// All types, in the order in which they came.
    known: Vec<TypeId>,
    /// Those of which there are values.
    existing: Vec<TypeId>,
    /// By method: how many of these have been looked at for it, and which have it.
    having: FxHashMap<MethodName, (usize, Vec<TypeId>)>,
    by_type: FxHashMap<TypeId, Variables>,
    /// By underlying type: what may be assigned.
    assigned: FxHashMap<TypeId, Node>,
    /// What is done in it.
    uses: FxHashSet<Use>,
    /// Nodes that get something of every type of it.
    takers: Vec<(Take, Node)>,
    /// Calls of methods on its values, by method.
    sites: FxHashMap<MethodName, Vec<(u32, Option<TypeId>)>>,
    /// Universes whose variables are assigned its values.
    given_to: Vec<UniverseId>,
    /// Universes that have all its values, or those that implement an interface; and their
    /// opposites.
    absorbed_by: Vec<(UniverseId, Option<TypeId>)>,
    absorbs: Vec<(UniverseId, Option<TypeId>)>,
    /// Types without values that are known once something is made of types; and what of it is made.
    heard_of: Vec<(TypeId, bool)>,
    is_heard_of: FxHashSet<TypeId>,
    /// Universes whose types it knows then, or those of these that implement an interface.
    heard_from: Vec<(UniverseId, Option<TypeId>)>,
    /// Whether something is made of types.
    makes: bool,
    /// Universes that know the types of these values.
    types_known_to: Vec<(UniverseId, Option<TypeId>)>,
    /// Whether it has all that callers have that are not seen.
    includes_outside: bool,
}

/// The variables of a type in a universe.
#[derive(Clone, Copy)]
struct Variables {
    /// Pointers to those that reflection gets at.
    reached: Node,
    /// Pointers to those and to copies of values.
    read: Node,
    /// The first cell of the variable that holds what they hold, once somebody wants to know.
    proxy: Option<Node>,
    /// Whether reflection made the type.
    is_made: bool,
    /// Whether there are values of it.
    exists: bool,
}

/// What packages do by reflection that matters for all types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Use {
    /// They look into values.
    Derive,
    /// They assign to variables.
    Assign,
    /// They convert values.
    Convert,
    /// They call functions.
    Call,
    /// They look up methods.
    Methods,
    /// They look up methods by their names.
    NamedMethods,
    /// They take addresses.
    Address,
    /// They make slices of arrays.
    Slice,
    /// They let slices grow.
    Grow,
    /// They make variables.
    New,
    /// They make zero values.
    Zero,
    /// They make maps, slices, channels.
    Make,
    /// They make types of types.
    Pointers,
    Slices,
    Arrays,
    Chans,
    Maps,
    /// They look at the types of methods.
    MethodTypes,
    /// They are callers that are not seen.
    Outside,
}

impl Use {
    /// Whether something is made of types of which there are no values.
    fn makes(self) -> bool {
        match self {
            Self::New
            | Self::Zero
            | Self::Make
            | Self::Pointers
            | Self::Slices
            | Self::Arrays
            | Self::Chans
            | Self::Maps
            | Self::MethodTypes
            | Self::Convert => true,
            Self::Derive
            | Self::Assign
            | Self::Call
            | Self::Methods
            | Self::NamedMethods
            | Self::Address
            | Self::Slice
            | Self::Grow
            | Self::Outside => false,
        }
    }
}

/// What a node gets of the types of a universe.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Take {
    /// The words of which pointers consist.
    Words,
    /// Pointers to bytes.
    Bytes,
    /// Addresses of variables.
    Addresses,
    /// What bytes are assigned: from the node.
    PutBytes,
    /// What unsafe pointers are assigned: from the node.
    PutPointers,
    /// What functions are made that call with this slice.
    MakeFunc,
    /// What pointers are made of this one.
    At,
    /// What slices are made of this pointer.
    SliceAt,
    /// What variables that pointers point to are assigned, as an interface.
    Put,
}

/// A function that `reflect` makes.
#[derive(Clone, Copy)]
enum Stub {
    /// A method with its receiver.
    Method(FuncIndex),
    /// Calls another with a slice of its arguments: its type, its universe and the slice.
    Made(TypeId, UniverseId, Node),
    /// A function of callers that are not seen: its type, and their universe.
    Outside(TypeId, UniverseId),
}

/// The declared type of a name in a package.
pub(super) fn named(package: &str, name: &str) -> TypeId {
    let decl = DeclId::top_level(PackageId::new(package), Name::new(name));
    TypeId::named(decl, TypeList::EMPTY)
}

impl Linker<'_, '_, '_> {
    // --- For call graphs --------------------------------------------------------------------------

    /// The functions that a made function leads to, for call graphs: that of `reflect` that is
    /// entered, and what that calls.
    #[must_use]
    pub fn stub_targets(&self, cell: Node) -> Vec<FuncIndex> {
        match self.reflection.stubs.get(&cell) {
            Some(Stub::Method(callee)) => vec![*callee, call_method(self.program)],
            Some(Stub::Made(..)) => vec![call_reflect(self.program)],
            Some(Stub::Outside(..)) | None => Vec::new(),
        }
    }

    /// Whether a cell is that of a function that reflection made.
    pub(super) fn is_stub(&self, cell: Node) -> bool {
        self.reflection.stubs.contains_key(&cell)
    }

    /// Whether it matters which methods strings name.
    pub(super) fn follows_names(&self) -> bool {
        (0..).zip(&self.reflection.universes).any(|(id, universe)| {
            !self.is_bounded(id) && universe.uses.contains(&Use::NamedMethods)
        })
    }

    /// Calls that no instruction makes, found in the course of solving; sorted.
    #[must_use]
    pub fn hidden_calls(&self) -> Vec<(FuncIndex, FuncIndex)> {
        let mut calls: Vec<_> = self.reflection.calls.iter().copied().collect();
        calls.sort_unstable();
        calls
    }

    /// Calls of methods on values that came from reflection: instances, their calls, the callees.
    #[must_use]
    pub fn invoked_on_reflected(&self) -> Vec<(InstanceId, u32, FuncIndex)> {
        let place = |&(site, callee): &(u32, FuncIndex)| {
            let Site { instance, call, .. } = self.sites[site as usize];
            (instance, call, callee)
        };
        let mut calls: Vec<_> = self.reflection.invoked.iter().map(place).collect();
        calls.sort_unstable();
        calls
    }

    /// The nodes of pointers to what reflection gets at; in order.
    #[must_use]
    pub fn reflected_variables(&self) -> Vec<Node> {
        let universes = self.reflection.universes.iter();
        let mut nodes: Vec<Node> =
            universes.flat_map(|u| u.by_type.values().map(|variables| variables.read)).collect();
        nodes.sort_unstable();
        nodes
    }

    // --- Universes --------------------------------------------------------------------------------

    fn universe_of(&mut self, package: PackageId) -> UniverseId {
        if let Some(&known) = self.reflection.of_package.get(&package) {
            return known;
        }
        let id = self.new_universe(Origin::Universe(package));
        self.reflection.of_package.insert(package, id);
        id
    }

    fn new_universe(&mut self, origin: Origin) -> UniverseId {
        let value = self.object(TypeId::INVALID, origin);
        self.flags[value as usize] = UNIVERSE;
        let id = self.reflection.universes.len() as UniverseId;
        self.reflection.universes.push(Universe {
            value,
            values: FxHashMap::default(),
            types: [None; 2],
            known: Vec::new(),
            existing: Vec::new(),
            having: FxHashMap::default(),
            by_type: FxHashMap::default(),
            assigned: FxHashMap::default(),
            uses: FxHashSet::default(),
            takers: Vec::new(),
            sites: FxHashMap::default(),
            given_to: Vec::new(),
            absorbed_by: Vec::new(),
            absorbs: Vec::new(),
            heard_of: Vec::new(),
            is_heard_of: FxHashSet::default(),
            heard_from: Vec::new(),
            makes: false,
            types_known_to: Vec::new(),
            includes_outside: false,
        });
        self.reflection.of_cell.insert(value, id);
        id
    }

    /// The cell that stands for the values that implement an interface, and a variable that holds
    /// these.
    fn values_as(&mut self, id: UniverseId, interface: TypeId) -> (Node, Node) {
        let interface = self.program.normal(interface);
        if let Some(&known) = self.universe(id).values.get(&interface) {
            return known;
        }
        let resolver = self.program.resolver();
        let is_any = gossa_types::underlying::type_set(resolver, interface).methods.is_empty();
        let cell = match is_any {
            true => self.universe(id).value,
            false => {
                let origin = self.object_of(self.universe(id).value).origin;
                let cell = self.object(TypeId::INVALID, origin);
                self.flags[cell as usize] = UNIVERSE;
                self.reflection.of_cell.insert(cell, id);
                self.reflection.interface_of_cell.insert(cell, interface);
                cell
            }
        };
        let node = self.variables(1);
        self.universe_mut(id).values.insert(interface, (cell, node));
        self.member(node, 2 * cell + 1);
        for from in (0..self.reflection.universes.len() as UniverseId)
            .filter(|&from| self.universe(from).given_to.contains(&id))
            .collect::<Vec<_>>()
        {
            let (cell, _) = self.values_as(from, interface);
            self.member(node, 2 * cell + 1);
        }
        (cell, node)
    }

    /// What of an element that stands for values of a universe implements an interface.
    pub(super) fn reflected_as(&mut self, element: Element, interface: TypeId) -> Element {
        let Some(id) = self.universe_at(element) else { return element };
        let before = self.interface_at(element);
        if let Some(before) = before
            && self.is_contained(interface, before)
        {
            return element;
        }
        2 * self.values_as(id, interface).0 + 1
    }

    /// Whether all methods of an interface are another's.
    fn is_contained(&self, interface: TypeId, other: TypeId) -> bool {
        let resolver = self.program.resolver();
        let set = gossa_types::underlying::type_set(resolver, interface);
        let other = gossa_types::underlying::type_set(resolver, other);
        set.methods.iter().all(|method| {
            other.methods.iter().any(|o| o.name == method.name && o.package == method.package)
        })
    }

    /// Whether a package makes types of types. Not of those that reflection made; but which these are
    /// depends on whether they were found in the program before, and so on the order of things.
    pub(super) fn makes_types(&self) -> bool {
        let composes = |used: &Use| {
            matches!(
                used,
                Use::Address
                    | Use::New
                    | Use::Pointers
                    | Use::Slices
                    | Use::Arrays
                    | Use::Chans
                    | Use::Maps
            )
        };
        let is_made = |&(take, _): &(Take, Node)| matches!(take, Take::At | Take::SliceAt);
        (0..).zip(&self.reflection.universes).any(|(id, universe)| {
            !self.is_bounded(id)
                && (universe.uses.iter().any(composes) || universe.takers.iter().any(is_made))
        })
    }

    /// Whether what a universe knows is not looked into.
    fn is_bounded(&self, id: UniverseId) -> bool {
        self.detail == Detail::Bounded && !self.is_outside(id)
    }

    fn universe(&self, id: UniverseId) -> &Universe {
        &self.reflection.universes[id as usize]
    }

    fn universe_mut(&mut self, id: UniverseId) -> &mut Universe {
        &mut self.reflection.universes[id as usize]
    }

    /// The universe whose values an element stands for.
    pub(super) fn universe_at(&self, element: Element) -> Option<UniverseId> {
        let cell = element / 2;
        let is_one = self.flags[cell as usize] & UNIVERSE != 0;
        if is_one { self.reflection.of_cell.get(&cell).copied() } else { None }
    }

    /// The interface that all values implement for which an element of a universe stands.
    fn interface_at(&self, element: Element) -> Option<TypeId> {
        self.reflection.interface_of_cell.get(&(element / 2)).copied()
    }

    /// The object that stands for the types of a universe, as an element.
    fn types_of(&mut self, id: UniverseId, lite: bool) -> Element {
        let slot = usize::from(lite);
        if let Some(known) = self.universe(id).types[slot] {
            return 2 * known + u32::from(lite);
        }
        let package = if lite { "internal/reflectlite" } else { "reflect" };
        let object = self.object(named(package, "rtype"), Origin::Types);
        self.universe_mut(id).types[slot] = Some(object);
        self.reflection.of_cell.insert(object, id);
        if lite {
            let part = self.object(named("internal/abi", "Type"), Origin::Types);
            self.reflection.of_cell.insert(part, id);
            if let Some(&leaf) = self.leaves_of(named(package, "rtype")).first() {
                self.member(object + leaf, 2 * part);
            }
        } else if self.has_part(object) {
            self.reflection.of_cell.insert(object + 1, id);
        }
        2 * object + u32::from(lite)
    }

    /// The body of a function of `reflect` that has a model sees no values, so it would find no
    /// types to call methods of: it gets the one that there is.
    pub(super) fn give_types(&mut self, body: InstanceId) {
        let Instance { func, ref facts, .. } = self.instances[body.0 as usize];
        let facts = facts.clone();
        let package = self.program.function(func).id.package();
        if !models::is_reflect(package) {
            return;
        }
        for call in &facts.calls {
            let CallTarget::Invoke(node, method) = call.target else { continue };
            if node.is_nil() {
                continue;
            }
            let id = self.universe_of(package);
            let types = self.types_of(id, package.path() == "internal/reflectlite");
            if self.program.dispatch(self.dynamic_type(types), method).is_some() {
                let node = self.node(body, node);
                self.member(node, types);
            }
        }
    }

    fn member(&mut self, node: Node, element: Element) {
        self.actions.push(Action::Member(node, element));
    }

    fn edge(&mut self, from: Node, to: Node) {
        self.actions.push(Action::Edge(from, to));
    }

    /// Adds a rule that has not been added before.
    fn rule(&mut self, node: Node, rule: Rule<Node>) {
        if self.reflection.rules.insert((node, rule)) {
            self.actions.push(Action::Rule(node, rule));
        }
    }

    fn pass(&mut self, from: Node, to: Node, filter: Filter) {
        self.rule(from, Rule::Apply { dst: to, filter });
    }

    fn leaves_of(&self, ty: TypeId) -> Vec<u32> {
        self.layouts.layout(ty).leaves.to_vec()
    }

    fn has_part(&self, cell: Node) -> bool {
        let object = self.object_of(cell);
        let cells = &self.layouts.get(object.layout).cells;
        cells.get((cell - object.first) as usize).is_some_and(|cell| cell.extent > 1)
    }

    // --- What operations do -----------------------------------------------------------------------

    /// What an operation in a package does with an element.
    pub(super) fn reflect(&mut self, op: Reflect, to: Node, with: Node, element: Element) {
        match op {
            Reflect::Value(package) => self.convert_to_value(package, element, to),
            Reflect::TypeOf { package, lite } => {
                if self.flags[(element / 2) as usize] & (FUNC | OPAQUE) != 0 {
                    return;
                }
                let id = self.universe_of(package);
                match self.universe_at(element) {
                    Some(of) => self.know_types(of, self.interface_at(element), id),
                    None => {
                        let ty = self.program.normal(self.dynamic_type(element));
                        self.hear_of(id, ty, false);
                    }
                }
                let types = self.types_of(id, lite);
                self.member(to, types);
            }
            Reflect::TypesOf { lite } => {
                if let Some(&id) = self.reflection.of_cell.get(&(element / 2)) {
                    let types = self.types_of(id, lite);
                    self.member(to, types);
                }
            }
            Reflect::DataWord => self.data_word(element, to),
            Reflect::Put => self.put(element, with),
            Reflect::CloneMap => self.clone_map(element, to),
            Reflect::CallCode { universe, variadic } => {
                if element.is_multiple_of(2) {
                    self.call_code(universe, element / 2, variadic);
                }
            }
            Reflect::Exists(id) => {
                let ty = self.types[(element / 2) as usize];
                self.exists(id, ty);
            }
            Reflect::PointerExists(id) => {
                if element.is_multiple_of(2)
                    && self.flags[(element / 2) as usize] & (FUNC | OPAQUE) == 0
                {
                    let ty = self.program.normal(self.dynamic_type(element));
                    self.exists(id, ty);
                }
            }
            Reflect::AbsorbVariable(id) => self.absorb_pointee(id, element),
            Reflect::AbsorbValue(id) => self.absorb_value(id, element),
            _ => {
                if let Some(&id) = self.reflection.of_cell.get(&(element / 2)) {
                    self.operate(op, id, to, with);
                }
            }
        }
    }

    fn convert_to_value(&mut self, package: PackageId, element: Element, to: Node) {
        if self.flags[(element / 2) as usize] & (FUNC | OPAQUE) != 0 {
            return;
        }
        let id = self.universe_of(package);
        if self.universe_at(element) == Some(id) {
            return self.member(to, element);
        }
        self.absorb_value(id, element);
        let value = 2 * self.universe(id).value + 1;
        self.member(to, value);
    }

    /// What an operation does with the values, or the types, of a universe.
    fn operate(&mut self, op: Reflect, id: UniverseId, to: Node, with: Node) {
        let value = 2 * self.universe(id).value + 1;
        let (uses, gives): (&[Use], bool) = match op {
            Reflect::Derive => (&[Use::Derive], true),
            Reflect::Address => (&[Use::Derive, Use::Address], true),
            Reflect::Slice => (&[Use::Derive, Use::Slice], true),
            Reflect::Grow => (&[Use::Derive, Use::Grow, Use::Assign], true),
            Reflect::Call => (&[Use::Derive, Use::Call], true),
            Reflect::Methods => (&[Use::Methods], true),
            Reflect::NamedMethods => (&[Use::NamedMethods], true),
            Reflect::Converted => (&[Use::Convert], true),
            Reflect::New => (&[Use::New], true),
            Reflect::Zero => (&[Use::Zero], true),
            Reflect::Make => (&[Use::Make], true),
            Reflect::Pointers => (&[Use::Pointers], false),
            Reflect::Slices => (&[Use::Slices], false),
            Reflect::Arrays => (&[Use::Arrays], false),
            Reflect::Chans => (&[Use::Chans], false),
            Reflect::Maps => (&[Use::Maps], false),
            Reflect::MethodTypes => (&[Use::MethodTypes], false),
            Reflect::Assign | Reflect::CallWith => {
                let used = if op == Reflect::Assign { Use::Assign } else { Use::Call };
                self.start(id, Use::Derive);
                self.start(id, used);
                let join = self.reflection.joins.entry(with).or_default();
                if !join.0.contains(&id) {
                    join.0.push(id);
                    for from in join.1.clone() {
                        self.give(from, id);
                    }
                }
                return;
            }
            Reflect::Given => {
                self.start(id, Use::Derive);
                let join = self.reflection.joins.entry(with).or_default();
                if !join.1.contains(&id) {
                    join.1.push(id);
                    for target in join.0.clone() {
                        self.give(id, target);
                    }
                }
                return;
            }
            Reflect::Word => return self.take(id, Take::Words, to),
            Reflect::Bytes => return self.take(id, Take::Bytes, to),
            Reflect::UnsafeAddress => return self.take(id, Take::Addresses, to),
            Reflect::PutBytes => return self.take(id, Take::PutBytes, with),
            Reflect::PutPointers => return self.take(id, Take::PutPointers, with),
            Reflect::MakeFunc => {
                self.take(id, Take::MakeFunc, with);
                (&[], true)
            }
            Reflect::At => {
                self.take(id, Take::At, with);
                (&[], true)
            }
            Reflect::SliceAt => {
                self.take(id, Take::SliceAt, with);
                (&[], true)
            }
            _ => return,
        };
        for &used in uses {
            self.start(id, used);
        }
        if gives {
            self.member(to, value);
        }
    }

    /// A package begins to do something with all that it knows.
    fn start(&mut self, id: UniverseId, used: Use) {
        if used.makes() {
            self.begin_to_make(id);
        }
        if self.universe_mut(id).uses.insert(used) {
            let mut at = 0;
            while let Some(&ty) = self.universe(id).known.get(at) {
                self.act_on(id, used, ty);
                at += 1;
            }
        }
    }

    fn take(&mut self, id: UniverseId, take: Take, node: Node) {
        let takers = &mut self.universe_mut(id).takers;
        if takers.contains(&(take, node)) {
            return;
        }
        takers.push((take, node));
        if let Take::At | Take::SliceAt | Take::MakeFunc = take {
            self.begin_to_make(id);
        }
        let mut at = 0;
        while let Some(&ty) = self.universe(id).known.get(at) {
            self.take_of(id, take, node, ty);
            at += 1;
        }
    }

    /// Values of one universe are assigned to variables of another.
    fn give(&mut self, from: UniverseId, to: UniverseId) {
        if from == to || self.universe(from).given_to.contains(&to) {
            return;
        }
        self.universe_mut(from).given_to.push(to);
        let mut interfaces: Vec<(TypeId, Node)> =
            self.universe(to).values.iter().map(|(&ty, &(_, node))| (ty, node)).collect();
        interfaces.sort_unstable_by_key(|&(_, node)| node);
        for (interface, node) in interfaces {
            let (cell, _) = self.values_as(from, interface);
            self.member(node, 2 * cell + 1);
        }
        let mut at = 0;
        while let Some(&ty) = self.universe(from).known.get(at) {
            self.give_type(from, to, ty);
            at += 1;
        }
    }

    fn give_type(&mut self, from: UniverseId, to: UniverseId, ty: TypeId) {
        if self.is_bounded(from)
            || self.layouts.leaf_count(ty) == 0
            || self.program.is_interface(ty)
        {
            return;
        }
        let proxy = self.proxy(from, ty);
        let assigned = self.assigned(to, ty);
        for leaf in self.leaves_of(ty) {
            self.edge(proxy + leaf, assigned + leaf);
        }
    }

    // --- Interfaces and types ---------------------------------------------------------------------

    /// A value of a type in an interface that came from reflection.
    pub(super) fn unbox_reflected(&mut self, id: UniverseId, ty: TypeId, delta: u32, to: Node) {
        let proxy = self.proxy(id, ty);
        self.edge(proxy + delta, to);
    }

    /// The data word of an interface, read as a pointer.
    fn data_word(&mut self, element: Element, to: Node) {
        let (cell, boxed) = (element / 2, element % 2 == 1);
        if self.universe_at(element).is_some() {
            return;
        }
        if boxed && self.is_word(self.types[cell as usize]) {
            self.edge(cell, to);
        } else {
            self.member(to, 2 * cell);
        }
    }

    /// What a pointer in an interface points to is assigned what of another interface has its type.
    fn put(&mut self, element: Element, value: Node) {
        let (cell, boxed) = (element / 2, element % 2 == 1);
        if let Some(id) = self.universe_at(element) {
            return self.take(id, Take::Put, value);
        }
        let ty = self.types[cell as usize];
        if self.flags[cell as usize] & (NIL | FUNC | OPAQUE) != 0 || ty == TypeId::INVALID {
            return;
        }
        if boxed {
            // A pointer of a named type, or one that is not what its type says.
            if let TypeKind::Pointer(_) = self.program.under(ty).kind() {
                self.rule(cell, Rule::Reflect { op: Reflect::Put, to: value, with: value });
            }
            return;
        }
        if self.program.is_interface(ty) {
            return self.pass(value, cell, Filter::Implements(ty));
        }
        for delta in self.leaves_of(ty) {
            self.rule(value, Rule::Unbox { dst: cell + delta, delta, ty });
        }
        if let TypeKind::Pointer(elem) = *ty.kind() {
            self.pass(value, cell, Filter::PointersTo(self.program.normal(elem)));
        }
    }

    /// A map with the same entries, in an interface.
    fn clone_map(&mut self, element: Element, to: Node) {
        let cell = element / 2;
        if self.universe_at(element).is_some() {
            return self.member(to, element);
        }
        let ty = self.types[cell as usize];
        let TypeKind::Map { .. } = self.program.under(ty).kind() else { return };
        let base = map_object(self.program, ty);
        let holder = match self.reflection.clones.get(&(to, ty)) {
            Some(&known) => known,
            None => {
                let holder = self.object(ty, Origin::Reflected);
                let map = self.object(base, Origin::Reflected);
                self.member(holder, 2 * map);
                self.member(to, 2 * holder + 1);
                self.reflection.clones.insert((to, ty), holder);
                holder
            }
        };
        // The map follows its holder.
        let map = holder + self.layouts.layout(ty).cells.len() as u32;
        for leaf in self.leaves_of(base) {
            self.rule(cell, Rule::Load { dst: map + leaf, delta: leaf, base });
        }
    }

    /// Whether a variable of a type holds an element, if `unsafe` had no part in it.
    pub(super) fn may_hold(&self, of: TypeId, element: Element) -> bool {
        let (cell, boxed) = (element / 2, element % 2 == 1);
        let ty = self.types[cell as usize];
        let is_func = self.flags[cell as usize] & FUNC != 0;
        match *self.program.under(of).kind() {
            TypeKind::Interface(_) => true,
            TypeKind::Pointer(elem) | TypeKind::Slice(elem) => {
                !boxed && !is_func && ty == self.program.normal(elem)
            }
            TypeKind::Map { .. } => !boxed && ty == map_object(self.program, of),
            TypeKind::Chan { .. } => !boxed && ty == chan_object(self.program, of),
            TypeKind::Signature(_) => is_func,
            _ => false,
        }
    }
}
