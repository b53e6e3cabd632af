//! Where a number that is written to memory may be read.
//!
//! The first answer goes by types: what is written to a field is read where that field is read,
//! whatever the struct; elements of slices, maps and channels, what is in interfaces and behind
//! pointers are told apart by their types. It costs a pass over the program for each basic type
//! that is asked about, one for all integers that can hold an address. Whether two such accesses
//! can be of the same memory is then decided by what their pointers point to ([`Memory::meet`]),
//! which needs a points-to solution.

mod index;

pub(crate) use self::index::AccessIndex;
use self::index::{Atomic, RawAccess, atomic};
use crate::func::{Func, Inst, Value};
use crate::op::{Callee, Op};
use crate::program::{Program, Type};
use crate::whole::{Answers, PointsTo, RawEdge};
use gossa_ssa::{Body, ValueDef};
use gossa_types::{Builtin, DeclId, TypeId, TypeKind};

/// Which part of a value is meant: a path of fields, and of elements of arrays, which count as
/// one. Empty: the value itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Part(pub(crate) Vec<u32>);

/// A step of a path into any element of an array.
pub(crate) const ELEMENT: u32 = u32::MAX;
/// How deep structs are looked into.
pub(crate) const DEPTH: usize = 4;

impl Part {
    /// The value itself.
    #[must_use]
    pub const fn whole() -> Self {
        Self(Vec::new())
    }

    /// Whether it is the value itself.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The same part, seen from a struct that has the value as a field. `None`: too deep.
    #[must_use]
    pub fn in_field(&self, field: u32) -> Option<Self> {
        self.below(field)
    }

    /// The same part, seen from an array that has the value as an element. `None`: too deep.
    #[must_use]
    pub fn in_element(&self) -> Option<Self> {
        self.below(ELEMENT)
    }

    fn below(&self, step: u32) -> Option<Self> {
        if self.0.len() == DEPTH {
            return None;
        }
        Some(Self(std::iter::once(step).chain(self.0.iter().copied()).collect()))
    }

    /// The same part, seen from a field of the value; `None` where that does not have it.
    #[must_use]
    pub fn of_field(&self, field: u32) -> Option<Self> {
        (self.0.first() == Some(&field)).then(|| Self(self.0[1..].to_vec()))
    }

    /// The same part, seen from an element of the value; `None` where that does not have it.
    #[must_use]
    pub fn of_element(&self) -> Option<Self> {
        self.of_field(ELEMENT)
    }

    /// Whether it lies in a field.
    #[must_use]
    pub fn is_in_field(&self, field: u32) -> bool {
        self.0.first() == Some(&field)
    }
}

/// Memory as types tell it apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Region {
    Field(TypeId, u32),
    Element(TypeId),
    Global(DeclId),
    Pointee(TypeId),
    MapKey(TypeId),
    MapValue(TypeId),
    Channel(TypeId),
    Interface(TypeId),
}

/// What sort of memory is accessed.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Where {
    /// A field: its struct and name.
    Field(String, &'static str),
    /// An element of a slice or array.
    Element,
    /// A package-level variable, by its qualified name.
    Global(String),
    /// What a pointer of which nothing more is known points to.
    Pointee,
    /// A key of a map.
    MapKey,
    /// A value of a map.
    MapValue,
    /// What is sent on a channel.
    Channel,
    /// What is in an interface.
    Interface,
}

/// An instruction that reads or writes memory.
#[derive(Clone, Debug)]
pub struct Access<'p> {
    inst: Inst<'p>,
    pointer: Value<'p>,
    value: Option<Value<'p>>,
    part: Part,
    region: Region,
}

impl<'p> Access<'p> {
    /// The instruction.
    #[must_use]
    pub fn inst(&self) -> Inst<'p> {
        self.inst
    }

    /// The pointer, slice, map, channel or interface that leads to the memory.
    #[must_use]
    pub fn pointer(&self) -> Value<'p> {
        self.pointer
    }

    /// What is read, with the part of it that is meant; `None` where elements are copied to other
    /// elements (`append`, `copy`): see [`Memory::copied`].
    #[must_use]
    pub fn value(&self) -> Option<(Value<'p>, &Part)> {
        self.value.map(|value| (value, &self.part))
    }

    /// The part of the value that is written or read.
    pub(crate) fn part_of_value(&self) -> &Part {
        &self.part
    }

    /// The type of the number that is written or read.
    #[must_use]
    pub fn ty(&self) -> Option<Type<'p>> {
        Some(Type { program: self.inst.func().program, id: self.scalar()? })
    }

    fn scalar(&self) -> Option<TypeId> {
        let program = self.inst.func().program;
        match self.region {
            Region::Field(holder, field) => type_at(program, holder, &[field]),
            Region::Global(_) => pointee(program, self.pointer.ty().id),
            Region::Element(ty)
            | Region::Pointee(ty)
            | Region::MapKey(ty)
            | Region::MapValue(ty)
            | Region::Channel(ty)
            | Region::Interface(ty) => Some(ty),
        }
    }

    /// Whether its type alone names the memory: a field, a package-level variable.
    #[must_use]
    pub fn is_named(&self) -> bool {
        matches!(self.region, Region::Field(..) | Region::Global(_))
    }

    /// What sort of memory it is.
    #[must_use]
    pub fn place(&self) -> Where {
        let ty = |id| Type { program: self.inst.func().program, id };
        match self.region {
            Region::Field(holder, field) => {
                let name = ty(holder).field_name(field).unwrap_or("_");
                Where::Field(ty(holder).to_string(), name)
            }
            Region::Element(_) => Where::Element,
            Region::Global(decl) => {
                Where::Global(format!("{}.{}", decl.package().path(), decl.name()))
            }
            Region::Pointee(_) => Where::Pointee,
            Region::MapKey(_) => Where::MapKey,
            Region::MapValue(_) => Where::MapValue,
            Region::Channel(_) => Where::Channel,
            Region::Interface(_) => Where::Interface,
        }
    }
}

/// Whether two accesses may be of the same memory.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meeting {
    /// They are not.
    Never,
    /// Their types say so, and nothing more is known.
    ByType,
    /// Their pointers may point to the same object.
    Possible,
}

/// Answers where memory is read.
#[derive(Clone, Copy)]
pub struct Memory<'p> {
    program: Program<'p>,
    answers: &'p dyn Answers,
}

impl<'p> Memory<'p> {
    pub(crate) fn new(program: Program<'p>, answers: &'p dyn Answers) -> Self {
        Self { program, answers }
    }

    /// Where an instruction writes a part of a value that is one of its operands to memory.
    #[must_use]
    pub fn writes(self, inst: Inst<'p>, value: Value<'p>, part: &Part) -> Vec<Access<'p>> {
        let mut found = Vec::new();
        let mut write = |pointer: Value<'p>, region: Option<Region>| {
            if let Some(region) = region {
                let part = part.clone();
                found.push(Access { inst, pointer, value: None, part, region });
            }
        };
        let program = self.program;
        match inst.op() {
            Op::Store { ptr, value: stored } if stored == value => {
                write(ptr, region_behind(program, ptr, &part.0));
            }
            Op::MapUpdate { map, key, value: stored } => {
                if key == value {
                    write(map, region_in(program, value.ty().id, &part.0, Region::MapKey));
                }
                if stored == value {
                    write(map, region_in(program, value.ty().id, &part.0, Region::MapValue));
                }
            }
            Op::Send { chan, value: sent } if sent == value => {
                write(chan, region_in(program, value.ty().id, &part.0, Region::Channel));
            }
            Op::Select { arms, .. } => {
                for arm in arms.iter().filter(|arm| arm.value == Some(value)) {
                    let region = region_in(program, value.ty().id, &part.0, Region::Channel);
                    write(arm.chan, region);
                }
            }
            Op::MakeInterface(_) => {
                if let Some(result) = inst.results().next() {
                    let region = region_in(program, value.ty().id, &part.0, Region::Interface);
                    write(result, region);
                }
            }
            Op::Call(call) => {
                let Callee::Static { name, .. } = call.callee() else { return found };
                let args: Vec<Value<'p>> = call.args().collect();
                let stores = !matches!(atomic(&name), None | Some(Atomic::Load));
                if stores && args.len() > 1 && args[1..].contains(&value) {
                    write(args[0], region_behind(program, args[0], &part.0));
                }
            }
            _ => {}
        }
        found
    }

    /// What a read that copies elements (`append`, `copy`) writes.
    #[must_use]
    pub fn copied(self, read: &Access<'p>) -> Option<Access<'p>> {
        let Op::Builtin { op, args } = read.inst.op() else { return None };
        let pointer = match op {
            Builtin::Append => read.inst.results().next()?,
            _ => *args.first()?,
        };
        Some(Access { pointer, ..read.clone() })
    }

    /// Where what a write leaves in memory may be read, as far as types tell, in the order of the
    /// program.
    #[must_use]
    pub fn readers(self, write: &Access<'p>) -> Vec<Access<'p>> {
        let scalar = write.scalar();
        let Some(kind) = scalar.and_then(|ty| under(self.program, ty).as_basic()) else {
            return Vec::new();
        };
        let table = self.answers.accesses().of(kind, self.program);
        let mut regions = vec![write.region];
        // Pointers to numbers point into structs and arrays.
        match write.region {
            Region::Pointee(ty) => regions.extend(table.exposed.get(&ty).into_iter().flatten()),
            Region::Field(..) | Region::Element(_) | Region::Global(_) => {
                if let Some(ty) = scalar.map(TypeId::canonical)
                    && table.exposed.get(&ty).is_some_and(|all| all.contains(&write.region))
                {
                    regions.push(Region::Pointee(ty));
                }
            }
            _ => {}
        }
        let called: Vec<RawAccess> = regions
            .iter()
            .filter_map(|region| Some((*region, table.receivers.get(region)?)))
            .flat_map(|(region, methods)| methods.iter().map(move |method| (region, method)))
            .flat_map(|(region, (method, part))| self.called_on(*method, part, region))
            .collect();
        let mut found: Vec<&RawAccess> = called.iter().collect();
        for region in regions {
            found.extend(table.reads.get(&region).into_iter().flatten());
        }
        found.sort_by(|a, b| {
            let key = |raw: &RawAccess| (raw.func, raw.inst, raw.pointer, raw.value_of);
            key(a).cmp(&key(b)).then_with(|| a.part.cmp(&b.part))
        });
        found.into_iter().map(|raw| self.access(raw)).collect()
    }

    /// Where a method is called on an interface, which reads what that holds.
    fn called_on(self, method: u32, part: &Part, region: Region) -> Vec<RawAccess> {
        let data = self.program.data();
        let Some(value) = data.body(method).params(Body::ENTRY).next() else { return Vec::new() };
        let read = |edge: RawEdge| {
            let body = data.body(edge.caller);
            let (gossa_ssa::Inst::Call(call)
            | gossa_ssa::Inst::Go(call)
            | gossa_ssa::Inst::Defer { call, .. }) = body[edge.site]
            else {
                return None;
            };
            let gossa_ssa::Callee::Interface { receiver: pointer, .. } = body[call].callee else {
                return None;
            };
            Some(RawAccess {
                func: edge.caller,
                inst: edge.site,
                pointer,
                value: Some(value),
                value_of: Some(edge.callee),
                part: part.clone(),
                region,
            })
        };
        self.answers.callers(method).into_iter().filter_map(read).collect()
    }

    fn access(self, raw: &RawAccess) -> Access<'p> {
        let func = Func { program: self.program, index: raw.func };
        // What an interface holds is read by the method that is called on it.
        let holder = raw.value_of.map_or(func, |index| Func { program: self.program, index });
        Access {
            inst: Inst { func, id: raw.inst },
            pointer: Value { func, id: raw.pointer },
            value: raw.value.map(|id| Value { func: holder, id }),
            part: raw.part.clone(),
            region: raw.region,
        }
    }

    /// Whether a write and a read may be of the same memory; their types say so already.
    #[must_use]
    pub fn meet(self, points_to: PointsTo<'_>, write: &Access<'p>, read: &Access<'p>) -> Meeting {
        if write.pointer == read.pointer {
            return Meeting::Possible;
        }
        if let (Region::Global(_), Region::Global(_)) = (write.region, read.region) {
            return Meeting::Possible;
        }
        let (a, b) = (points_to.pointees(write.pointer), points_to.pointees(read.pointer));
        if a.objects.iter().any(|object| b.objects.binary_search(object).is_ok()) {
            return Meeting::Possible;
        }
        if !a.others && !b.others {
            return Meeting::Never;
        }
        // Both come out of the same field or variable.
        let (a, b) = (self.source(write.pointer), self.source(read.pointer));
        if a.is_some() && a == b { Meeting::Possible } else { Meeting::ByType }
    }

    /// The field or variable that a slice, map, channel, interface or pointer was taken out of.
    fn source(self, mut pointer: Value<'p>) -> Option<Region> {
        for _ in 0..16 {
            let Some(definition) = pointer.definition() else {
                pointer = pointer.incoming().into_iter().find(|&value| value != pointer)?;
                continue;
            };
            pointer = match definition.op() {
                Op::Narrow { x, .. }
                | Op::Slice { x, .. }
                | Op::Convert { x, .. }
                | Op::IndexAddr { base: x, .. }
                | Op::ChangeInterface(x)
                | Op::Range(x) => x,
                Op::Builtin { op: Builtin::Append, args } => *args.first()?,
                Op::Load(from) => {
                    let region = region_behind(self.program, from, &[])?;
                    return matches!(region, Region::Field(..) | Region::Global(_))
                        .then_some(region);
                }
                _ => return None,
            };
        }
        None
    }
}

fn under(program: Program<'_>, ty: TypeId) -> TypeId {
    Type { program, id: ty }.underlying()
}

fn pointee(program: Program<'_>, ty: TypeId) -> Option<TypeId> {
    match *under(program, ty).kind() {
        TypeKind::Pointer(elem) => Some(elem),
        _ => None,
    }
}

/// The type of a part of a type.
fn type_at(program: Program<'_>, mut ty: TypeId, path: &[u32]) -> Option<TypeId> {
    for &step in path {
        ty = match under(program, ty).kind() {
            TypeKind::Struct(fields) => fields.get(step as usize)?.ty,
            TypeKind::Array { elem, .. } => *elem,
            _ => return None,
        };
    }
    Some(ty.unalias())
}

/// The memory of a part of a value of type `ty` that something of the sort `held` holds.
fn region_in(
    program: Program<'_>,
    ty: TypeId,
    path: &[u32],
    held: fn(TypeId) -> Region,
) -> Option<Region> {
    let Some((&last, before)) = path.split_last() else {
        return Some(held(ty.unalias().canonical()));
    };
    let holder = type_at(program, ty, before)?;
    if last == ELEMENT {
        return Some(Region::Element(type_at(program, ty, path)?.canonical()));
    }
    Some(Region::Field(holder.canonical(), last))
}

/// The memory of a part of what a pointer points to.
fn region_behind(program: Program<'_>, pointer: Value<'_>, path: &[u32]) -> Option<Region> {
    let ty = pointee(program, pointer.ty().id)?;
    if !path.is_empty() {
        return region_in(program, ty, path, Region::Pointee);
    }
    let body = pointer.func.body();
    let mut id = pointer.id;
    while let ValueDef::Result(inst) = body.def(id) {
        match body[inst] {
            gossa_ssa::Inst::Narrow { x, .. } => id = x,
            gossa_ssa::Inst::FieldAddr { ptr, field } => {
                let holder = pointee(program, body[ptr].ty)?.unalias();
                return Some(Region::Field(holder.canonical(), field));
            }
            gossa_ssa::Inst::IndexAddr { .. } => {
                return Some(Region::Element(ty.unalias().canonical()));
            }
            gossa_ssa::Inst::Global(decl) => return Some(Region::Global(decl)),
            _ => break,
        }
    }
    Some(Region::Pointee(ty.unalias().canonical()))
}
