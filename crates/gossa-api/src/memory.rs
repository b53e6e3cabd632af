//! Where a number that is written to memory may be read.
//!
//! The first answer goes by types: what is written to a field is read where that field is read,
//! whatever the struct; elements of slices, maps and channels, what is in interfaces and behind
//! pointers are told apart by their types. It costs a pass over the program for each basic type
//! that is asked about. Whether two such accesses can be of the same memory is then decided by
//! what their pointers point to ([`Memory::meet`]), which needs a points-to solution.

use crate::func::{Func, Inst, Value};
use crate::op::{Callee, Op};
use crate::program::{Program, Type};
use crate::whole::{Answers, PointsTo};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{Body, InstId, ValueDef, ValueId};
use gossa_types::{BasicKind, Builtin, DeclId, TypeId, TypeKind};
use std::cell::RefCell;
use std::rc::Rc;

/// Which part of a value is meant: a path of fields, and of elements of arrays, which count as
/// one. Empty: the value itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Part(pub(crate) Vec<u32>);

/// A step of a path into any element of an array.
pub(crate) const ELEMENT: u32 = u32::MAX;
/// How deep structs are looked into.
pub(crate) const DEPTH: usize = 4;
/// How many parts of one type are looked at.
const PARTS: usize = 64;

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
        let table = self.answers.accesses().of(kind, self.program, self.answers);
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
        let mut found: Vec<&RawAccess> = Vec::new();
        for region in regions {
            found.extend(table.reads.get(&region).into_iter().flatten());
        }
        found.sort_by(|a, b| {
            let key = |raw: &RawAccess| (raw.func, raw.inst, raw.pointer, raw.value_of);
            key(a).cmp(&key(b)).then_with(|| a.part.cmp(&b.part))
        });
        found.into_iter().map(|raw| self.access(raw)).collect()
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

/// An operation of `sync/atomic` on one number, by what it does to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Atomic {
    Load,
    Store,
    /// Writes, and gives what was there.
    Both,
}

/// The operation that a function of `sync/atomic`, with the number's address as its first
/// argument, performs.
fn atomic(name: &str) -> Option<Atomic> {
    let rest = name.strip_prefix("sync/atomic.")?;
    let rest = match rest.split_once('.') {
        Some(("Uintptr" | "Int64" | "Uint64", method)) => method,
        Some(_) => return None,
        None => rest,
    };
    let starts = |prefix: &str| rest.starts_with(prefix);
    if starts("Load") {
        Some(Atomic::Load)
    } else if starts("Store") {
        Some(Atomic::Store)
    } else if starts("Swap") || starts("CompareAndSwap") || starts("Add") {
        Some(Atomic::Both)
    } else {
        None
    }
}

/// Where numbers are read, by their basic types, each found when it is first asked for.
#[derive(Default)]
pub(crate) struct AccessIndex {
    tables: RefCell<FxHashMap<BasicKind, Rc<Table>>>,
}

struct RawAccess {
    func: u32,
    inst: InstId,
    pointer: ValueId,
    value: Option<ValueId>,
    /// The function whose value it is, if another.
    value_of: Option<u32>,
    part: Part,
    region: Region,
}

#[derive(Default)]
struct Table {
    reads: FxHashMap<Region, Vec<RawAccess>>,
    /// By the type of a number: the regions whose addresses are used as pointers.
    exposed: FxHashMap<TypeId, FxHashSet<Region>>,
}

impl AccessIndex {
    fn of(&self, kind: BasicKind, program: Program<'_>, answers: &dyn Answers) -> Rc<Table> {
        if let Some(known) = self.tables.borrow().get(&kind) {
            return known.clone();
        }
        let mut scan = Scan { program, kind, parts: FxHashMap::default(), table: Table::default() };
        for func in program.functions() {
            scan.function(func);
        }
        scan.receivers(answers);
        let table = Rc::new(scan.table);
        self.tables.borrow_mut().insert(kind, table.clone());
        table
    }
}

/// Finds the reads of numbers of one basic type.
struct Scan<'p> {
    program: Program<'p>,
    kind: BasicKind,
    parts: FxHashMap<TypeId, Rc<[Part]>>,
    table: Table,
}

impl<'p> Scan<'p> {
    /// The parts of a type that are such numbers.
    fn parts_of(&mut self, ty: TypeId) -> Rc<[Part]> {
        if let Some(known) = self.parts.get(&ty) {
            return known.clone();
        }
        let mut found = Vec::new();
        self.collect(ty, &mut Vec::new(), &mut found);
        let found: Rc<[Part]> = found.into();
        self.parts.insert(ty, found.clone());
        found
    }

    fn collect(&self, ty: TypeId, path: &mut Vec<u32>, found: &mut Vec<Part>) {
        if found.len() >= PARTS {
            return;
        }
        match under(self.program, ty).kind() {
            TypeKind::Struct(fields) if path.len() < DEPTH => {
                for (at, field) in (0..).zip(fields.iter()) {
                    path.push(at);
                    self.collect(field.ty, path, found);
                    path.pop();
                }
            }
            TypeKind::Array { elem, .. } if path.len() < DEPTH => {
                path.push(ELEMENT);
                self.collect(*elem, path, found);
                path.pop();
            }
            _ if under(self.program, ty).as_basic() == Some(self.kind) => {
                found.push(Part(path.clone()));
            }
            _ => {}
        }
    }

    fn push(
        &mut self,
        (func, inst): (u32, InstId),
        (pointer, value, part): (ValueId, Option<ValueId>, Part),
        region: Option<Region>,
    ) {
        let Some(region) = region else { return };
        let value_of = None;
        let read = RawAccess { func, inst, pointer, value, value_of, part, region };
        self.table.reads.entry(region).or_default().push(read);
    }

    fn function(&mut self, func: Func<'p>) {
        let body = func.body();
        let program = self.program;
        for inst in body.inst_ids() {
            self.expose(func, inst);
            let at = (func.index, inst);
            let handle = |id| Value { func, id };
            match body[inst] {
                gossa_ssa::Inst::Load(pointer) => {
                    let Some(value) = body.result(inst) else { continue };
                    for part in self.parts_of(body[value].ty).iter() {
                        let region = region_behind(program, handle(pointer), &part.0);
                        self.push(at, (pointer, Some(value), part.clone()), region);
                    }
                }
                gossa_ssa::Inst::MapLookup { map, .. } => {
                    let Some(value) = body.results_of(inst).next() else { continue };
                    self.held(func, inst, map, value, Region::MapValue);
                }
                gossa_ssa::Inst::Next(range) => {
                    let gossa_ssa::ValueDef::Result(range) = body.def(range) else { continue };
                    let gossa_ssa::Inst::Range(map) = body[range] else { continue };
                    let mut results = body.results_of(inst).skip(1);
                    if let Some(key) = results.next() {
                        self.held(func, inst, map, key, Region::MapKey);
                    }
                    if let Some(value) = results.next() {
                        self.held(func, inst, map, value, Region::MapValue);
                    }
                }
                gossa_ssa::Inst::Receive { chan, .. } => {
                    let Some(value) = body.results_of(inst).next() else { continue };
                    self.held(func, inst, chan, value, Region::Channel);
                }
                gossa_ssa::Inst::Select(id) => {
                    for arm in body[id].arms.iter().filter(|arm| arm.value.is_none()) {
                        let Some(value) = body.params(arm.block).next() else { continue };
                        self.held(func, inst, arm.chan, value, Region::Channel);
                    }
                }
                gossa_ssa::Inst::TypeAssert { x, .. } => {
                    let Some(value) = body.results_of(inst).next() else { continue };
                    self.held(func, inst, x, value, Region::Interface);
                }
                gossa_ssa::Inst::Builtin { op: op @ (Builtin::Append | Builtin::Copy), args } => {
                    let args = &body[args];
                    let sources =
                        if op == Builtin::Append { args } else { &args[1.min(args.len())..] };
                    for &source in sources {
                        let TypeKind::Slice(elem) = *under(program, body[source].ty).kind() else {
                            continue;
                        };
                        for part in self.parts_of(elem).iter() {
                            let region = region_in(program, elem, &part.0, Region::Element);
                            self.push(at, (source, None, part.clone()), region);
                        }
                    }
                }
                gossa_ssa::Inst::Call(call) => {
                    let gossa_ssa::Callee::Static(callee) = body[call].callee else { continue };
                    if callee.package().path() != "sync/atomic" {
                        continue;
                    }
                    let name = crate::func::declared_name(callee).unwrap_or_default();
                    let (Some(op), Some(&pointer), Some(value)) = (
                        atomic(&name),
                        body[body[call].args].first(),
                        body.results_of(inst).next(),
                    ) else {
                        continue;
                    };
                    let number = under(program, body[value].ty).as_basic() == Some(self.kind);
                    if op != Atomic::Store && number {
                        let region = region_behind(program, handle(pointer), &[]);
                        self.push(at, (pointer, Some(value), Part::whole()), region);
                    }
                }
                _ => {}
            }
        }
    }

    fn held(
        &mut self,
        func: Func<'p>,
        inst: InstId,
        pointer: ValueId,
        value: ValueId,
        region: fn(TypeId) -> Region,
    ) {
        let ty = func.body()[value].ty;
        for part in self.parts_of(ty).iter() {
            let region = region_in(self.program, ty, &part.0, region);
            self.push((func.index, inst), (pointer, Some(value), part.clone()), region);
        }
    }

    /// Methods that are called on interfaces read what these hold.
    fn receivers(&mut self, answers: &dyn Answers) {
        for func in self.program.functions().filter(|func| !func.is_closure()) {
            let is_method = matches!(*func.body().func.key(),
                gossa_ssa::FuncKey::Decl { decl, .. } if decl.parent().is_some());
            let Some(value) = func.body().params(Body::ENTRY).next() else { continue };
            let ty = func.body()[value].ty;
            let parts = self.parts_of(ty);
            if !is_method || parts.is_empty() {
                continue;
            }
            for edge in answers.callers(func.index) {
                let body = self.program.data().body(edge.caller);
                let (gossa_ssa::Inst::Call(call)
                | gossa_ssa::Inst::Go(call)
                | gossa_ssa::Inst::Defer { call, .. }) = body[edge.site]
                else {
                    continue;
                };
                let gossa_ssa::Callee::Interface { receiver, .. } = body[call].callee else {
                    continue;
                };
                for part in parts.iter() {
                    let region = region_in(self.program, ty, &part.0, Region::Interface);
                    let Some(region) = region else { continue };
                    self.table.reads.entry(region).or_default().push(RawAccess {
                        func: edge.caller,
                        inst: edge.site,
                        pointer: receiver,
                        value: Some(value),
                        value_of: Some(edge.callee),
                        part: part.clone(),
                        region,
                    });
                }
            }
        }
    }

    /// Notes addresses of such numbers that are used otherwise than to read and write them.
    fn expose(&mut self, func: Func<'p>, inst: InstId) {
        let body = func.body();
        let direct = match body[inst] {
            gossa_ssa::Inst::Load(pointer) | gossa_ssa::Inst::Store { ptr: pointer, .. } => {
                Some(pointer)
            }
            gossa_ssa::Inst::FieldAddr { ptr, .. } => Some(ptr),
            _ => None,
        };
        let mut addresses = Vec::new();
        body.for_each_operand(inst, |operand| {
            if Some(operand) == direct {
                return;
            }
            if let ValueDef::Result(made) = body.def(operand)
                && matches!(
                    body[made],
                    gossa_ssa::Inst::FieldAddr { .. }
                        | gossa_ssa::Inst::IndexAddr { .. }
                        | gossa_ssa::Inst::Global(_)
                )
            {
                addresses.push(operand);
            }
        });
        for id in addresses {
            let Some(number) = pointee(self.program, body[id].ty) else { continue };
            let is_number = matches!(&*self.parts_of(number), [part] if part.is_whole());
            if let (true, Some(region)) =
                (is_number, region_behind(self.program, Value { func, id }, &[]))
            {
                self.table.exposed.entry(number.canonical()).or_default().insert(region);
            }
        }
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
