//! Whether two pointers are to the same memory.

use super::{FuncValue, Queries};
use crate::points::link::{Element, Origin, UNIVERSE};
use gossa_base::FxHashSet;
use gossa_ssa::{ConvertKind, Fact, Inst, ValueDef, ValueId};
use gossa_types::{BasicKind, DeclId, TypeId, TypeKind};

/// What an address is computed from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Base {
    /// A package-level variable.
    Global(DeclId),
    /// Another value of the function.
    Value(ValueId),
}

/// A step from a variable to a part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Field(u32),
    Constant(i64),
    Index(ValueId),
}

/// An address as it is computed.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Address {
    base: Base,
    /// From the last part to the first.
    parts: Vec<Part>,
}

/// What the pointers of a value may reach.
struct Reach {
    /// First and last cell.
    cells: Vec<(u32, u32)>,
    /// Whether it may reach more than is known.
    unknown: bool,
}

impl Queries<'_, '_, '_> {
    /// Whether some memory may be reached directly through both of two pointers (slices, maps,
    /// channels, interfaces that hold such), in any two activations of their functions.
    ///
    /// True for two values of which it is not known to be false. Where a pointer's set is empty
    /// though it is not the constant `nil`, it may be to anything; where `unsafe` has made it a
    /// pointer to another type, it may be to all of the object. Elements of one array may be the
    /// same. False for values of functions that never run. Variables without size are no memory.
    #[must_use]
    pub fn may_alias(&self, p: FuncValue, q: FuncValue) -> bool {
        if !self.is_reached(p.func) || !self.is_reached(q.func) {
            return false;
        }
        let (p, q) = (self.reach(p), self.reach(q));
        let is_nil = |reach: &Reach| reach.cells.is_empty() && !reach.unknown;
        if is_nil(&p) || is_nil(&q) {
            return false;
        }
        if p.unknown || q.unknown {
            return true;
        }
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (p.cells.get(i), q.cells.get(j)) {
            if a.0 <= b.1 && b.0 <= a.1 {
                return true;
            }
            // Ranges are merged, so that the one that ends first meets no other.
            if a.1 < b.1 { i += 1 } else { j += 1 }
        }
        false
    }

    /// Whether two pointers are certainly to the same variable, if neither is nil. True only if
    ///
    /// 1. both are values of one function, computed by the same fields, constant indices and values
    ///    as indices from one value (a pointer, slice, or the address that an instruction makes): it
    ///    holds in one activation, at each point that the definitions of both dominate; or
    /// 2. both are computed in this way, without indices that are values, from one package-level
    ///    variable: it holds for any two activations at any time; or
    /// 3. all that either may point to is one and the same part of a package-level variable that is
    ///    not in an array: likewise, as far as the points-to analysis is sound (`docs/points-to.md`
    ///    says what it does not follow).
    ///
    /// Values that are loaded from one place at two times are two values: nothing is said of them.
    #[must_use]
    pub fn must_alias(&self, p: FuncValue, q: FuncValue) -> bool {
        if let (Some(a), Some(b)) = (self.address(p), self.address(q))
            && a == b
        {
            let by_value = a.parts.iter().any(|part| matches!(part, Part::Index(_)));
            let is_anywhere = matches!(a.base, Base::Global(_)) && !by_value;
            if p.func == q.func || is_anywhere {
                return true;
            }
        }
        match (self.single_cell(p), self.single_cell(q)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        }
    }

    fn address(&self, of: FuncValue) -> Option<Address> {
        let program = self.layouts.program();
        let body = program.body(of.func)?;
        let extracted = self.extracted(of.func)?;
        let constant = |value: ValueId| match body.def(value) {
            ValueDef::Result(inst) => match body[inst] {
                Inst::Const(id) => body[id].as_i64(),
                _ => None,
            },
            ValueDef::Param(_) => None,
        };
        let mut value = of.value;
        let mut parts = Vec::new();
        loop {
            value = extracted.origin(value);
            let ValueDef::Result(inst) = body.def(value) else { break };
            value = match body[inst] {
                Inst::FieldAddr { ptr, field } => {
                    parts.push(Part::Field(field));
                    ptr
                }
                Inst::IndexAddr { base, index } => {
                    let index = extracted.origin(index);
                    parts.push(constant(index).map_or(Part::Index(index), Part::Constant));
                    base
                }
                Inst::Narrow { fact: Fact::NotNil | Fact::Ok, x } => x,
                Inst::Convert { kind: ConvertKind::ChangeType, x } => x,
                Inst::Global(decl) => {
                    let decl = program.env().linked_variable(decl).unwrap_or(decl);
                    return Some(Address { base: Base::Global(decl), parts });
                }
                _ => break,
            };
        }
        Some(Address { base: Base::Value(value), parts })
    }

    /// The one cell that a pointer may point to, if that exists once.
    fn single_cell(&self, of: FuncValue) -> Option<Element> {
        let ty = self.layouts.program().body(of.func)?[of.value].ty;
        let pointee = self.layouts.program().pointee(ty)?;
        let [(0, element)] = self.points_to(of)[..] else { return None };
        let linker = self.solver.linker();
        let cell = element / 2;
        let object = linker.object_of(cell);
        let cells = &self.layouts.get(object.layout).cells;
        let in_array = (0u32..)
            .zip(&cells[..(cell - object.first) as usize])
            .any(|(at, data)| data.array && at + data.extent > cell - object.first);
        let is_single = matches!(object.origin, Origin::Global(_)) && !in_array;
        let pointee = self.layouts.program().normal(pointee);
        (element % 2 == 0 && is_single && linker.is_as_declared(cell, pointee)).then_some(element)
    }

    fn reach(&self, of: FuncValue) -> Reach {
        let program = self.layouts.program();
        let Some(body) = program.body(of.func) else {
            return Reach { cells: Vec::new(), unknown: true };
        };
        let ty = program.under(body[of.value].ty);
        let base = match ty.kind() {
            TypeKind::Pointer(elem) | TypeKind::Slice(elem) => Some(program.normal(*elem)),
            _ => None,
        };
        let mut reach = Reach { cells: Vec::new(), unknown: false };
        let elements: Vec<Element> = self.points_to(of).into_iter().map(|(_, e)| e).collect();
        let sources = self.sources(of);
        let is_nil = sources.is_empty();
        // A function value's code is no memory, but it is something that is known.
        reach.unknown = elements.is_empty() && !is_nil;
        let mut seen = FxHashSet::default();
        let mut waiting: Vec<(Element, Option<TypeId>)> =
            elements.into_iter().map(|e| (e, base)).collect();
        while let Some((element, base)) = waiting.pop() {
            if !seen.insert(element) {
                continue;
            }
            let linker = self.solver.linker();
            let cell = element / 2;
            let object = *linker.object_of(cell);
            if linker.flags[cell as usize] & UNIVERSE != 0 {
                reach.unknown = true;
            }
            if element % 2 == 1 {
                // What the value in the interface points to.
                let layout = self.layouts.get(object.layout);
                for at in layout.leaves_of(cell - object.first) {
                    let leaf = object.first + layout.leaves[at];
                    waiting.extend(self.solver.points_to(leaf).into_iter().map(|e| (e, None)));
                }
                continue;
            }
            if object.origin == Origin::Nil {
                continue;
            }
            let cells = &self.layouts.get(object.layout).cells;
            let is_part = match base {
                Some(base) => linker.is_as_declared(cell, base),
                // Interfaces, maps, channels, functions: what they say.
                None => {
                    !matches!(ty.as_basic(), Some(BasicKind::UnsafePointer | BasicKind::Uintptr))
                }
            };
            let (first, count) = match is_part {
                true => (cell, cells[(cell - object.first) as usize].extent),
                false => (object.first, cells.len() as u32),
            };
            reach.cells.push((first, first + count - 1));
        }
        reach.cells.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::new();
        for (from, to) in std::mem::take(&mut reach.cells) {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        reach.cells = merged;
        reach
    }
}
