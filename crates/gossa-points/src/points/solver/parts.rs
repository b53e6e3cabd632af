//! What rules make of whole sets. It is remembered by set: many nodes have the same ones.
//!
//! Where several rules ask for the same part of the same set of objects they share a node for it: a
//! field that a hundred places read of a thousand objects is eleven hundred edges, not a hundred
//! thousand.

use super::{Groups, Solver};
use crate::points::facts::{Filter, Reflect, Rule};
use crate::points::link::{Element, Node};
use crate::points::sets::SetId;
use crate::program::{FuncIndex, MethodName};
use gossa_base::FxHashMap;
use gossa_types::TypeId;

/// Kinds of memory that pointers point to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Memory {
    /// That can be taken for any, perhaps.
    Any,
    /// A variable of a type.
    Type(TypeId),
    /// A variable of a type with this shape.
    Shape(u32),
}

/// A part of an element that rules ask for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Part {
    /// What is so many cells behind, of memory of a type.
    Loaded(u32, TypeId),
    /// What that is made to hold.
    Stored(u32, TypeId),
    /// A leaf of the value of a type in an interface.
    Unboxed(u32, TypeId),
    /// The data word of an interface.
    DataWord,
}

impl Solver<'_, '_, '_> {
    /// The methods of a name that the elements of a set have, with those that have each; in the
    /// order of their first elements.
    pub(super) fn dispatch(&mut self, set: SetId, method: MethodName) -> Groups {
        let mut groups: Vec<(Option<FuncIndex>, Vec<Element>)> = Vec::new();
        let mut places: FxHashMap<Option<FuncIndex>, usize> = FxHashMap::default();
        let mut by_type: FxHashMap<TypeId, Option<FuncIndex>> = FxHashMap::default();
        for element in self.sets.to_vec(set) {
            let callee = if self.linker.is_special(element) {
                None
            } else {
                let ty = self.linker.dynamic_type(element);
                let dispatch = || self.linker.program.dispatch(ty, method);
                match by_type.entry(ty).or_insert_with(dispatch) {
                    None => continue,
                    callee => *callee,
                }
            };
            let place = *places.entry(callee).or_insert(groups.len());
            if place == groups.len() {
                groups.push((callee, Vec::new()));
            }
            groups[place].1.push(element);
        }
        groups
            .into_iter()
            .map(|(callee, mut elements)| (callee, self.sets.from_unsorted(&mut elements)))
            .collect()
    }

    pub(super) fn filter(&mut self, filter: Filter, set: SetId) -> SetId {
        if let Some(&known) = self.filtered.get(&(set, filter)) {
            return known;
        }
        let mut made = Vec::new();
        for element in self.candidates(filter, set) {
            self.linker.filter(filter, element, &mut made);
        }
        let result = self.sets.from_unsorted(&mut made);
        self.filtered.insert((set, filter), result);
        result
    }

    /// The elements of a set that a filter may make something of.
    pub(super) fn candidates(&mut self, filter: Filter, set: SetId) -> Vec<Element> {
        let Filter::Held(of) = filter else { return self.sets.to_vec(set) };
        let layouts = self.linker.layouts;
        let memory = match self.linker.memory_of(of) {
            Some(memory) if !layouts.is_bytes(memory) && !layouts.is_address(memory) => memory,
            _ => return self.sets.to_vec(set),
        };
        if !self.by_memory.contains_key(&set) {
            let mut by_memory: FxHashMap<Memory, Vec<Element>> = FxHashMap::default();
            for element in self.sets.to_vec(set) {
                let cell = element / 2;
                if element % 2 == 1 {
                    continue;
                }
                let ty = self.linker.cell_type(cell);
                if self.linker.is_apart(cell) || layouts.is_bytes(ty) || layouts.is_address(ty) {
                    by_memory.entry(Memory::Any).or_default().push(element);
                }
                for other in self.linker.beginning_with(cell) {
                    let ty = self.linker.cell_type(other);
                    by_memory.entry(Memory::Type(ty)).or_default().push(element);
                    if let Some(shape) = layouts.shape_of(ty) {
                        by_memory.entry(Memory::Shape(shape)).or_default().push(element);
                    }
                }
            }
            self.by_memory.insert(set, by_memory);
        }
        let by_memory = &self.by_memory[&set];
        let kinds = [
            Some(Memory::Any),
            Some(Memory::Type(memory)),
            layouts.shape_of(memory).map(Memory::Shape),
        ];
        let of_kind = |kind: Memory| by_memory.get(&kind).into_iter().flatten().copied();
        kinds.into_iter().flatten().flat_map(of_kind).collect()
    }

    pub(super) fn offset(&mut self, set: SetId, delta: u32, base: TypeId) -> SetId {
        if let Some(&known) = self.moved.get(&(set, delta, base)) {
            return known;
        }
        let elements = self.sets.get(set);
        let mut made: Vec<Element> =
            elements.filter_map(|element| self.linker.offset(element, delta, base)).collect();
        let result = self.sets.from_unsorted(&mut made);
        self.moved.insert((set, delta, base), result);
        result
    }

    /// The node of a part of all elements of a set.
    pub(super) fn shared(&mut self, set: SetId, part: Part) -> Node {
        if let Some(&known) = self.parts.get(&(set, part)) {
            return known;
        }
        let node = self.linker.variables(1);
        match part {
            Part::Loaded(delta, base) => self.all(set, Rule::Load { dst: node, delta, base }),
            Part::Stored(delta, base) => self.all(set, Rule::Store { src: node, delta, base }),
            Part::DataWord => {
                self.all(set, Rule::Reflect { op: Reflect::DataWord, to: node, with: node });
            }
            Part::Unboxed(delta, ty) => {
                let rule = Rule::Unbox { dst: node, delta, ty };
                for element in self.boxed_of(set, Some(ty)) {
                    self.linker.apply(rule, element);
                }
            }
        }
        self.parts.insert((set, part), node);
        node
    }

    pub(super) fn all(&mut self, set: SetId, rule: Rule<Node>) {
        for element in self.sets.to_vec(set) {
            self.linker.apply(rule, element);
        }
    }

    /// The elements of a set that are values of a type in an interface; without a type, those that
    /// the linker must look at. Those of all types are found in one walk.
    pub(super) fn boxed_of(&mut self, set: SetId, ty: Option<TypeId>) -> Vec<Element> {
        if !self.by_type.contains_key(&set) {
            let mut by_type: FxHashMap<Option<TypeId>, Vec<Element>> = FxHashMap::default();
            for element in self.sets.to_vec(set) {
                let ty = match self.linker.is_special(element) {
                    true => None,
                    false if element % 2 == 1 => Some(self.linker.cell_type(element / 2)),
                    false => continue,
                };
                by_type.entry(ty).or_default().push(element);
            }
            self.by_type.insert(set, by_type);
        }
        self.by_type[&set].get(&ty).cloned().unwrap_or_default()
    }
}
