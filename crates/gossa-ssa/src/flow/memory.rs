//! What instructions do to memory, as far as a client asks.
//!
//! A client chooses *objects*: places in memory, each as fine as it wants them (a variable, a field
//! of all structs that one instruction makes). A [`Memory`] says which instructions read and write
//! them; what functions do through calls follows from that ([`Effects`]). `gossa-points` makes one
//! from a points-to solution; [`DirectMemory`] needs no such thing.

use super::calls::{CallTime, Func, Functions, call_time, components};
use super::outcome::Outcomes;
use crate::body::{Body, ValueDef};
use crate::ids::{InstId, ValueId};
use crate::inst::{Callee, ConvertKind, Inst};
use gossa_base::FxHashMap;
use gossa_types::{DeclId, TypeId};

/// A place in memory; dense, in the client's order.
pub type Object = u32;

/// What an instruction writes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Written {
    /// A value, or a part of it.
    Value(ValueId),
    /// What it reads from other objects: `append` and `copy`.
    Moved,
    /// Something without a name.
    Unnamed,
}

/// What an instruction does to an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Effect {
    /// It may read the object.
    Read,
    /// It may write to the object.
    Write {
        /// What it writes.
        value: Written,
        /// Whether it is certain to replace all that is in the object, so that nothing else is left
        /// of what was there.
        strong: bool,
    },
    /// It makes the object, with its zero value in it. There was no other that is still in use, if
    /// the object is private to the function.
    Make,
}

/// What instructions do to the objects that a client asks about.
pub trait Memory {
    /// How many objects there are.
    fn object_count(&self) -> usize;

    /// All that instructions other than calls do to objects.
    fn for_each_effect(&self, visit: &mut dyn FnMut(Func, InstId, Object, Effect));

    /// Whether an instruction may read something else, too, or nothing at all is known of it.
    fn reads_others(&self, func: Func, inst: InstId) -> bool;

    /// The function to whose activations an object is private: nothing can refer to it when that
    /// has ended, no other goroutine does, and the function is not called again before it ends.
    fn owner(&self, object: Object) -> Option<Func>;

    /// Whether a function that is not seen may read or write an object.
    fn unseen_may_access(&self, object: Object) -> bool;
}

/// Sets of objects, one for each function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rows {
    words: usize,
    bits: Vec<u64>,
}

impl Rows {
    fn new(count: usize, objects: usize) -> Self {
        let words = objects.div_ceil(64);
        Self { words, bits: vec![0; count * words] }
    }

    fn insert(&mut self, row: Func, object: Object) {
        self.bits[row as usize * self.words + object as usize / 64] |= 1 << (object % 64);
    }

    pub(crate) fn contains(&self, row: Func, object: Object) -> bool {
        self.bits[row as usize * self.words + object as usize / 64] >> (object % 64) & 1 != 0
    }

    fn row(&self, row: Func) -> &[u64] {
        &self.bits[row as usize * self.words..][..self.words]
    }

    /// Adds what is in another row but not in `without`.
    fn add_row(&mut self, from: Func, to: Func, without: &[u64]) {
        let (from, to) = (from as usize * self.words, to as usize * self.words);
        for at in 0..self.words {
            let without = without.get(at).copied().unwrap_or(0);
            self.bits[to + at] |= self.bits[from + at] & !without;
        }
    }
}

/// What functions do to objects, themselves and by what they call.
pub struct Effects {
    /// What instructions do, sorted by function, object, and instruction.
    own: Vec<(Func, Object, InstId, Effect)>,
    pub(crate) writes: Rows,
    pub(crate) reads: Rows,
    /// By object: whether goroutines share it.
    shared: Vec<bool>,
    /// By object: all that is written to it, where it is shared.
    everywhere: FxHashMap<Object, Vec<(Func, InstId, Effect)>>,
}

impl Effects {
    /// The effects of all functions. Linear in calls times objects over 64, and in effects.
    #[must_use]
    pub fn new(outcomes: &Outcomes<'_>, memory: &dyn Memory) -> Self {
        let functions = outcomes.functions();
        let (count, objects) = (functions.count(), memory.object_count());
        let mut own: Vec<(Func, Object, InstId, Effect)> = Vec::new();
        let (mut writes, mut reads) = (Rows::new(count, objects), Rows::new(count, objects));
        memory.for_each_effect(&mut |func, inst, object, effect| {
            own.push((func, object, inst, effect));
            match effect {
                Effect::Read => reads.insert(func, object),
                Effect::Write { .. } | Effect::Make => writes.insert(func, object),
            }
        });
        own.sort_by_key(|&(func, object, inst, _)| (func, object, inst));
        // What code that is not seen may do.
        let unseen: Vec<Object> =
            (0..objects as Object).filter(|&object| memory.unseen_may_access(object)).collect();
        let mut callees: Vec<Vec<Func>> = vec![Vec::new(); count];
        let mut others: Vec<Func> = Vec::new();
        functions.called_by_runtime(&mut |func| others.push(func));
        for func in 0..count as Func {
            let own = &mut callees[func as usize];
            let Some(body) = functions.body(func) else {
                for &object in &unseen {
                    writes.insert(func, object);
                    reads.insert(func, object);
                }
                functions.hidden_callees(func, &mut |callee| own.push(callee));
                continue;
            };
            let mut is_open = false;
            for inst in body.inst_ids() {
                let Some(time) = call_time(body, inst) else { continue };
                is_open |= functions.is_open(func, inst);
                functions.callees(func, inst, &mut |callee| match time {
                    CallTime::Now => own.push(callee),
                    CallTime::Concurrently => others.push(callee),
                    CallTime::Deferred => {}
                });
            }
            for (_, plan) in outcomes.plans(func).iter() {
                for site in plan.sites() {
                    functions.callees(site.func, site.inst, &mut |callee| own.push(callee));
                }
            }
            for &object in unseen.iter().filter(|_| is_open) {
                writes.insert(func, object);
                reads.insert(func, object);
            }
            own.sort_unstable();
            own.dedup();
        }
        others.sort_unstable();
        others.dedup();
        // What is private to a function does not matter to who calls it.
        let mut private = Rows::new(count, objects);
        for object in 0..objects as Object {
            if let Some(owner) = memory.owner(object) {
                private.insert(owner, object);
            }
        }
        // Callees first; functions that call each other have the same effects.
        for component in components(&callees) {
            let first = component[0];
            for rows in [&mut writes, &mut reads] {
                for &func in &component {
                    for &callee in &callees[func as usize] {
                        rows.add_row(callee, first, private.row(callee));
                    }
                    rows.add_row(func, first, &[]);
                }
                component[1..].iter().for_each(|&func| rows.add_row(first, func, &[]));
            }
        }
        let is_shared = |object: Object| {
            memory.owner(object).is_none()
                && others
                    .iter()
                    .any(|&func| writes.contains(func, object) || reads.contains(func, object))
        };
        let shared: Vec<bool> = (0..objects as Object).map(is_shared).collect();
        let mut everywhere: FxHashMap<Object, Vec<(Func, InstId, Effect)>> = FxHashMap::default();
        memory.for_each_effect(&mut |func, inst, object, effect| {
            if shared[object as usize] && effect != Effect::Read {
                everywhere.entry(object).or_default().push((func, inst, effect));
            }
        });
        Self { own, writes, reads, shared, everywhere }
    }

    /// Whether a function, or what it calls, may write to an object.
    #[must_use]
    pub fn may_write(&self, func: Func, object: Object) -> bool {
        self.writes.contains(func, object)
    }

    /// Whether a function, or what it calls, may read an object.
    #[must_use]
    pub fn may_read(&self, func: Func, object: Object) -> bool {
        self.reads.contains(func, object)
    }

    /// Whether several goroutines may access an object: the order of what happens to it is not
    /// looked at.
    #[must_use]
    pub fn is_shared(&self, object: Object) -> bool {
        self.shared[object as usize]
    }

    /// What the instructions of a function do to an object, calls aside, in order.
    pub fn own(&self, func: Func, object: Object) -> impl Iterator<Item = (InstId, Effect)> + '_ {
        let key = |&(func, object, ..): &(Func, Object, InstId, Effect)| (func, object);
        let start = self.own.partition_point(|effect| key(effect) < (func, object));
        let own = self.own[start..].iter().take_while(move |effect| key(effect) == (func, object));
        own.map(|&(_, _, inst, effect)| (inst, effect))
    }

    /// All that is written to a shared object.
    #[must_use]
    pub fn everywhere(&self, object: Object) -> &[(Func, InstId, Effect)] {
        self.everywhere.get(&object).map_or(&[], |effects| effects)
    }
}

/// Variables that are addressed directly, and nothing known of other pointers.
///
/// Objects are package-level variables and `alloc`s as a whole. A pointer that is one's address (the
/// address itself, that of a part, or a captured one) reads and writes that one; any other pointer
/// all those whose address is used other than for that. For tests, and where there is no points-to
/// solution.
pub struct DirectMemory<'f> {
    functions: &'f dyn Functions,
    objects: Vec<Place>,
    numbers: FxHashMap<Place, Object>,
    /// By object: whether other pointers may point to it.
    exposed: Vec<bool>,
    effects: Vec<(Func, InstId, Object, Effect)>,
    unknown: FxHashMap<(Func, InstId), ()>,
}

/// What an object of a [`DirectMemory`] is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// A package-level variable.
    Global(DeclId),
    /// What an `alloc` makes.
    Alloc(Func, InstId),
}

impl<'f> DirectMemory<'f> {
    /// All variables of a program.
    #[must_use]
    pub fn new(functions: &'f dyn Functions) -> Self {
        let mut memory = Self {
            functions,
            objects: Vec::new(),
            numbers: FxHashMap::default(),
            exposed: Vec::new(),
            effects: Vec::new(),
            unknown: FxHashMap::default(),
        };
        let mut names: Vec<Vec<Option<Object>>> = Vec::new();
        let mut captured: FxHashMap<(Func, usize), Option<Object>> = FxHashMap::default();
        // Functions come before the closures in them.
        for func in 0..functions.count() as Func {
            let found = memory.name(func, &mut captured);
            names.push(found);
        }
        for (func, names) in (0..).zip(&names) {
            memory.expose(func, names);
        }
        for (func, names) in (0..).zip(&names) {
            memory.find_effects(func, names);
        }
        memory
    }

    /// The number of an object.
    #[must_use]
    pub fn object(&self, place: Place) -> Option<Object> {
        self.numbers.get(&place).copied()
    }

    /// What an object is.
    #[must_use]
    pub fn place(&self, object: Object) -> Place {
        self.objects[object as usize]
    }

    fn add(&mut self, place: Place) -> Object {
        let fresh = self.objects.len() as Object;
        let object = *self.numbers.entry(place).or_insert(fresh);
        if object == fresh {
            self.objects.push(place);
            self.exposed.push(false);
        }
        object
    }

    /// By value, the object that it is the address of.
    fn name(
        &mut self,
        func: Func,
        captured: &mut FxHashMap<(Func, usize), Option<Object>>,
    ) -> Vec<Option<Object>> {
        let functions = self.functions;
        let Some(body) = functions.body(func) else { return Vec::new() };
        let mut names = vec![None; body.values.len()];
        for (at, param) in body.params(Body::ENTRY).enumerate() {
            if at < body.capture_count as usize {
                names[param.index()] = captured.get(&(func, at)).copied().flatten();
            }
        }
        for inst in body.inst_ids() {
            let name = match body[inst] {
                Inst::Global(decl) => Some(self.add(Place::Global(decl))),
                Inst::Alloc(_) => Some(self.add(Place::Alloc(func, inst))),
                Inst::FieldAddr { ptr: x, .. } | Inst::Narrow { x, .. } => names[x.index()],
                Inst::Convert { kind: ConvertKind::ChangeType, x } => names[x.index()],
                Inst::IndexAddr { base, .. } => names[base.index()],
                Inst::Closure { func: made, captures } => {
                    let Some(made) = functions.find(made) else { continue };
                    for (at, value) in body[captures].iter().enumerate() {
                        let name = names[value.index()];
                        captured
                            .entry((made, at))
                            .and_modify(|known| *known = known.filter(|_| *known == name))
                            .or_insert(name);
                    }
                    None
                }
                _ => None,
            };
            if let (Some(_), Some(result)) = (name, body.result(inst)) {
                names[result.index()] = name;
            }
        }
        names
    }

    /// Objects whose addresses are used other than to read and write.
    fn expose(&mut self, func: Func, names: &[Option<Object>]) {
        let functions = self.functions;
        let Some(body) = functions.body(func) else { return };
        for inst in body.inst_ids() {
            let mut all = |except: &[ValueId]| {
                body.for_each_operand(inst, |value| {
                    if let Some(object) = names[value.index()]
                        && !except.contains(&value)
                    {
                        self.exposed[object as usize] = true;
                    }
                });
            };
            match body[inst] {
                Inst::Load(ptr) => all(&[ptr]),
                Inst::Store { ptr, value } if ptr != value => all(&[ptr]),
                Inst::FieldAddr { .. }
                | Inst::IndexAddr { .. }
                | Inst::Narrow { .. }
                | Inst::Convert { kind: ConvertKind::ChangeType, .. } => {}
                // The closure knows it by the same name, if it is one.
                Inst::Closure { func: made, .. } if functions.find(made).is_some() => {}
                _ => all(&[]),
            }
        }
    }

    fn find_effects(&mut self, func: Func, names: &[Option<Object>]) {
        let functions = self.functions;
        let Some(body) = functions.body(func) else { return };
        for inst in body.inst_ids() {
            let (pointer, effect) = match body[inst] {
                Inst::Alloc(_) => {
                    let object = self.numbers[&Place::Alloc(func, inst)];
                    self.effects.push((func, inst, object, Effect::Make));
                    continue;
                }
                Inst::Load(ptr) => (ptr, Effect::Read),
                Inst::Store { ptr, value } => {
                    let strong = names[ptr.index()].is_some_and(|object| {
                        self.is_single(object) && self.is_whole(body, ptr, object)
                    });
                    (ptr, Effect::Write { value: Written::Value(value), strong })
                }
                _ => continue,
            };
            match names[pointer.index()] {
                Some(object) => self.effects.push((func, inst, object, effect)),
                None => {
                    self.unknown.insert((func, inst), ());
                    for object in 0..self.objects.len() as Object {
                        if self.exposed[object as usize] {
                            self.effects.push((func, inst, object, effect));
                        }
                    }
                }
            }
        }
    }

    /// Whether an object is one variable at any time.
    fn is_single(&self, object: Object) -> bool {
        match self.objects[object as usize] {
            Place::Global(_) => true,
            Place::Alloc(..) => self.owner(object).is_some(),
        }
    }

    /// Whether a pointer points to all of an object.
    fn is_whole(&self, body: &Body, pointer: ValueId, object: Object) -> bool {
        let mut at = pointer;
        loop {
            let ValueDef::Result(inst) = body.def(at) else {
                // Captured: of the variable's type where it is all of it.
                return self.pointee(object) == Some(body[pointer].ty);
            };
            match body[inst] {
                Inst::Narrow { x, .. } | Inst::Convert { x, .. } => at = x,
                Inst::Alloc(_) | Inst::Global(_) => return true,
                _ => return false,
            }
        }
    }

    fn pointee(&self, object: Object) -> Option<TypeId> {
        match self.objects[object as usize] {
            Place::Alloc(func, inst) => {
                let body = self.functions.body(func)?;
                Some(body[body.result(inst)?].ty)
            }
            Place::Global(_) => None,
        }
    }
}

/// Whether a closure is called, deferred and captured by its maker alone, so that what it captures
/// stays with it.
fn stays(body: &Body, closure: ValueId) -> bool {
    body.inst_ids().all(|inst| {
        let mut uses = 0;
        body.for_each_operand(inst, |value| uses += u32::from(value == closure));
        let called = match body[inst] {
            Inst::Call(call) | Inst::Defer { call, stack: None } => {
                u32::from(body[call].callee == Callee::Value(closure))
            }
            _ => 0,
        };
        uses == called
    })
}

impl Memory for DirectMemory<'_> {
    fn object_count(&self) -> usize {
        self.objects.len()
    }

    fn for_each_effect(&self, visit: &mut dyn FnMut(Func, InstId, Object, Effect)) {
        self.effects
            .iter()
            .for_each(|&(func, inst, object, effect)| visit(func, inst, object, effect));
    }

    fn reads_others(&self, func: Func, inst: InstId) -> bool {
        self.unknown.contains_key(&(func, inst))
    }

    fn owner(&self, object: Object) -> Option<Func> {
        let Place::Alloc(func, inst) = self.objects[object as usize] else { return None };
        if self.exposed[object as usize] {
            return None;
        }
        // A closure must not outlive the function with the variable, nor call it again: only
        // functions are let pass whose closures with the variable are called by it alone.
        let body = self.functions.body(func)?;
        let mut names: Vec<bool> = vec![false; body.values.len()];
        for at in body.inst_ids() {
            let is_name = match body[at] {
                Inst::Alloc(_) => at == inst,
                Inst::FieldAddr { ptr: x, .. }
                | Inst::Narrow { x, .. }
                | Inst::Convert { x, .. }
                | Inst::IndexAddr { base: x, .. } => names[x.index()],
                Inst::Closure { captures, .. } => {
                    let captured = body[captures].iter().any(|value| names[value.index()]);
                    if captured && !body.result(at).is_some_and(|closure| stays(body, closure)) {
                        return None;
                    }
                    false
                }
                _ => false,
            };
            if let Some(result) = body.result(at) {
                names[result.index()] = is_name;
            }
        }
        // Closures in closures are not followed.
        let nested = body.inst_ids().any(|at| match body[at] {
            Inst::Closure { func: made, captures } => {
                body[captures].iter().any(|value| names[value.index()])
                    && self
                        .functions
                        .find(made)
                        .and_then(|made| self.functions.body(made))
                        .is_none_or(|body| {
                            body.insts.iter().any(|inst| matches!(inst, Inst::Closure { .. }))
                        })
            }
            _ => false,
        });
        (!nested).then_some(func)
    }

    fn unseen_may_access(&self, object: Object) -> bool {
        self.exposed[object as usize] || matches!(self.objects[object as usize], Place::Global(_))
    }
}
