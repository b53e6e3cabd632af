//! Finds where numbers are read, in one pass over the program for the basic types that belong
//! together.

use super::{DEPTH, ELEMENT, Part, Region, pointee, region_behind, region_in, under};
use crate::func::{Func, Value};
use crate::program::Program;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{Body, InstId, ValueDef, ValueId};
use gossa_types::{BasicKind, Builtin, TypeId, TypeKind};
use rayon::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// How many parts of one type are looked at.
const PARTS: usize = 64;
/// How many functions are scanned in one go, with one memory of what types have.
const CHUNK: usize = 4096;

/// An operation of `sync/atomic` on one number, by what it does to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Atomic {
    Load,
    Store,
    /// Writes, and gives what was there.
    Both,
}

/// The operation that a function of `sync/atomic`, with the number's address as its first
/// argument, performs.
pub(super) fn atomic(name: &str) -> Option<Atomic> {
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

/// Where numbers are read, by their basic types. Those of one [`group`] are found together, when
/// one is first asked for.
#[derive(Default)]
pub(crate) struct AccessIndex {
    tables: RefCell<FxHashMap<BasicKind, Rc<Table>>>,
}

pub(super) struct RawAccess {
    pub(super) func: u32,
    pub(super) inst: InstId,
    pub(super) pointer: ValueId,
    pub(super) value: Option<ValueId>,
    /// The function whose value it is, if another.
    pub(super) value_of: Option<u32>,
    pub(super) part: Part,
    pub(super) region: Region,
}

#[derive(Default)]
pub(super) struct Table {
    pub(super) reads: FxHashMap<Region, Vec<RawAccess>>,
    /// Methods whose receivers have such a number: where they are called on an interface, they
    /// read what that holds.
    pub(super) receivers: FxHashMap<Region, Vec<(u32, Part)>>,
    /// By the type of a number: the regions whose addresses are used as pointers.
    pub(super) exposed: FxHashMap<TypeId, FxHashSet<Region>>,
}

impl Table {
    /// Adds what is found in later functions.
    #[expect(clippy::iter_over_hash_type, reason = "the order within a region is kept")]
    fn extend(&mut self, later: Self) {
        for (region, reads) in later.reads {
            self.reads.entry(region).or_default().extend(reads);
        }
        for (region, receivers) in later.receivers {
            self.receivers.entry(region).or_default().extend(receivers);
        }
        for (ty, regions) in later.exposed {
            self.exposed.entry(ty).or_default().extend(regions);
        }
    }
}

/// The basic types that a number is converted to and from on its way: who asks for one asks for
/// the others soon.
fn group(kind: BasicKind) -> &'static [BasicKind] {
    use BasicKind::{Int, Int64, Uint, Uint64, Uintptr};
    const ADDRESS_SIZED: &[BasicKind] = &[Int, Int64, Uint, Uint64, Uintptr];
    if ADDRESS_SIZED.contains(&kind) { ADDRESS_SIZED } else { &[] }
}

impl AccessIndex {
    pub(super) fn of(&self, kind: BasicKind, program: Program<'_>) -> Rc<Table> {
        if let Some(known) = self.tables.borrow().get(&kind) {
            return known.clone();
        }
        let alone = [kind];
        let kinds = if group(kind).is_empty() { &alone } else { group(kind) };
        let functions: Vec<Func<'_>> = program.functions().collect();
        let found: Vec<Vec<Table>> = functions
            .par_chunks(CHUNK)
            .map(|chunk| {
                let tables = kinds.iter().map(|_| Table::default()).collect();
                let mut scan = Scan { program, kinds, parts: FxHashMap::default(), tables };
                chunk.iter().for_each(|&func| scan.function(func));
                scan.tables
            })
            .collect();
        let mut all: Vec<Table> = kinds.iter().map(|_| Table::default()).collect();
        for tables in found {
            for (table, later) in all.iter_mut().zip(tables) {
                table.extend(later);
            }
        }
        let mut tables = self.tables.borrow_mut();
        tables.extend(kinds.iter().copied().zip(all.into_iter().map(Rc::new)));
        tables.get(&kind).cloned().unwrap_or_default()
    }
}

/// A part of a type that is such a number: which of the kinds, and where.
type NumberPart = (usize, Part);

/// Finds the reads of numbers of some basic types.
struct Scan<'k, 'p> {
    program: Program<'p>,
    kinds: &'k [BasicKind],
    parts: FxHashMap<TypeId, Rc<[NumberPart]>>,
    /// One for each kind.
    tables: Vec<Table>,
}

impl<'p> Scan<'_, 'p> {
    /// The parts of a type that are such numbers.
    fn parts_of(&mut self, ty: TypeId) -> Rc<[NumberPart]> {
        if let Some(known) = self.parts.get(&ty) {
            return known.clone();
        }
        let mut found = Vec::new();
        let mut left = vec![PARTS; self.kinds.len()];
        self.collect(ty, &mut Vec::new(), &mut left, &mut found);
        let found: Rc<[NumberPart]> = found.into();
        self.parts.insert(ty, found.clone());
        found
    }

    fn collect(
        &self,
        ty: TypeId,
        path: &mut Vec<u32>,
        left: &mut [usize],
        found: &mut Vec<NumberPart>,
    ) {
        if left.iter().all(|&left| left == 0) {
            return;
        }
        let ty = under(self.program, ty);
        match ty.kind() {
            TypeKind::Struct(fields) if path.len() < DEPTH => {
                for (at, field) in (0..).zip(fields.iter()) {
                    path.push(at);
                    self.collect(field.ty, path, left, found);
                    path.pop();
                }
            }
            TypeKind::Array { elem, .. } if path.len() < DEPTH => {
                path.push(ELEMENT);
                self.collect(*elem, path, left, found);
                path.pop();
            }
            _ => {
                let kind = ty.as_basic();
                let at = self.kinds.iter().position(|&wanted| Some(wanted) == kind);
                if let Some(at) = at
                    && left[at] > 0
                {
                    left[at] -= 1;
                    found.push((at, Part(path.clone())));
                }
            }
        }
    }

    fn push(
        &mut self,
        (func, inst): (u32, InstId),
        (pointer, value): (ValueId, Option<ValueId>),
        (kind, part): NumberPart,
        region: Option<Region>,
    ) {
        let Some(region) = region else { return };
        let value_of = None;
        let read = RawAccess { func, inst, pointer, value, value_of, part, region };
        self.tables[kind].reads.entry(region).or_default().push(read);
    }

    fn function(&mut self, func: Func<'p>) {
        let body = func.body();
        let program = self.program;
        self.receiver(func);
        for inst in body.inst_ids() {
            self.expose(func, inst);
            let at = (func.index, inst);
            let handle = |id| Value { func, id };
            match body[inst] {
                gossa_ssa::Inst::Load(pointer) => {
                    let Some(value) = body.result(inst) else { continue };
                    for part in self.parts_of(body[value].ty).iter() {
                        let region = region_behind(program, handle(pointer), &part.1.0);
                        self.push(at, (pointer, Some(value)), part.clone(), region);
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
                            let region = region_in(program, elem, &part.1.0, Region::Element);
                            self.push(at, (source, None), part.clone(), region);
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
                    if op != Atomic::Store
                        && let Some(number) = self.number(body[value].ty)
                    {
                        let region = region_behind(program, handle(pointer), &[]);
                        self.push(at, (pointer, Some(value)), number, region);
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
            let region = region_in(self.program, ty, &part.1.0, region);
            self.push((func.index, inst), (pointer, Some(value)), part.clone(), region);
        }
    }

    /// A type that is such a number itself.
    fn number(&mut self, ty: TypeId) -> Option<NumberPart> {
        match &*self.parts_of(ty) {
            [number] if number.1.is_whole() => Some(number.clone()),
            _ => None,
        }
    }

    /// Notes a method whose receiver has such numbers.
    fn receiver(&mut self, func: Func<'p>) {
        let body = func.body();
        let is_method = matches!(*body.func.key(),
            gossa_ssa::FuncKey::Decl { decl, .. } if decl.parent().is_some());
        if !is_method || func.is_closure() {
            return;
        }
        let Some(value) = body.params(Body::ENTRY).next() else { return };
        let ty = body[value].ty;
        for (kind, part) in self.parts_of(ty).iter() {
            if let Some(region) = region_in(self.program, ty, &part.0, Region::Interface) {
                let receivers = &mut self.tables[*kind].receivers;
                receivers.entry(region).or_default().push((func.index, part.clone()));
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
            if let (Some((kind, _)), Some(region)) =
                (self.number(number), region_behind(self.program, Value { func, id }, &[]))
            {
                let exposed = &mut self.tables[kind].exposed;
                exposed.entry(number.canonical()).or_default().insert(region);
            }
        }
    }
}
