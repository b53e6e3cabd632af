//! What the values of a function are, as paths.

use crate::event::Paths;
use crate::path::{Index, Path, Root, Step};
use gossa_base::FxHashMap;
use gossa_ssa::{BlockId, Body, ConvertKind, Inst, InstId, UnsafeOp, ValueDef, ValueId};
use gossa_types::Builtin;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};

/// More than this may a value not be.
const MOST: usize = 3;

/// Paths of the values of one body.
pub(crate) struct Places<'b> {
    pub(crate) body: &'b Body,
    pub(crate) defs: Box<[ValueDef]>,
    /// By value: what it is called instead, because it is stored there and nowhere else.
    stored: FxHashMap<ValueId, Path>,
    /// What calls give, by result.
    results: RefCell<FxHashMap<ValueId, Paths>>,
    memo: RefCell<Vec<Memo>>,
    /// By block: the jumps to it.
    jumps: FxHashMap<BlockId, Vec<InstId>>,
}

#[derive(Clone)]
enum Memo {
    Unknown,
    Busy,
    Known(Paths),
}

impl<'b> Places<'b> {
    pub(crate) fn new(body: &'b Body) -> Self {
        let mut jumps: FxHashMap<BlockId, Vec<InstId>> = FxHashMap::default();
        for block in body.block_ids() {
            let last = body.terminator(block);
            if let Inst::Jump(target) = body[last] {
                jumps.entry(target.block).or_default().push(last);
            }
        }
        let mut places = Self {
            body,
            defs: body.defs(),
            stored: FxHashMap::default(),
            results: RefCell::default(),
            memo: RefCell::new(vec![Memo::Unknown; body.values.len()]),
            jumps,
        };
        places.find_stored();
        places
    }

    /// Says what a call's result is.
    pub(crate) fn set_result(&self, value: ValueId, paths: Paths) {
        self.results.borrow_mut().insert(value, paths);
        // What was made of it so far is made again.
        self.memo.borrow_mut().fill(Memo::Unknown);
    }

    pub(crate) fn def(&self, value: ValueId) -> Option<InstId> {
        match self.defs[value.index()] {
            ValueDef::Result(inst) => Some(inst),
            ValueDef::Param(_) => None,
        }
    }

    /// Things that are made here and stored in exactly one place, a field or a variable that
    /// others see, go by the name of that place.
    fn find_stored(&mut self) {
        // Each store, by value: of what, to where, to which field there.
        let mut stores: Vec<(ValueId, ValueId, Option<u32>)> = Vec::new();
        for inst in self.body.inst_ids() {
            let Inst::Store { ptr, value } = self.body[inst] else { continue };
            stores.push((value, ptr, None));
            if let Some(def) = self.def(value)
                && let Inst::MakeInterface(inner)
                | Inst::Convert { kind: ConvertKind::ChangeType, x: inner } = self.body[def]
            {
                stores.push((inner, ptr, None));
            }
            if let Some(def) = self.def(value)
                && let Inst::Struct(fields) = self.body[def]
            {
                for (at, &field) in (0..).zip(&self.body[fields]) {
                    stores.push((field, ptr, Some(at)));
                }
            }
        }
        stores.sort_unstable();
        let mut found: Vec<(ValueId, Path)> = Vec::new();
        for group in stores.chunk_by(|a, b| a.0 == b.0) {
            let &[(value, ptr, field)] = group else { continue };
            let named = self.def(value).is_some_and(|def| match self.body[def] {
                Inst::MakeChan(_) => true,
                // What is written before it is stored is nobody else's business yet.
                Inst::MakeMap(_) | Inst::Alloc(_) => {
                    self.is_stored_first(def, value) && !self.is_in_loop(def)
                }
                _ => false,
            });
            if !named {
                continue;
            }
            let paths = self.paths(ptr);
            let [path] = &paths[..] else { continue };
            if path.root == Root::Value(value) {
                continue;
            }
            let path = match field {
                Some(field) => path.then(Step::Field(field)),
                None => Some(path.clone()),
            };
            if let Some(path) = path.and_then(|path| path.then(Step::Deref)) {
                found.push((value, path));
            }
        }
        // Where several things are stored, none goes by the place's name.
        let mut uses: FxHashMap<Path, u32> = FxHashMap::default();
        for (_, path) in &found {
            *uses.entry(path.clone()).or_default() += 1;
        }
        found.retain(|(_, path)| uses[path] == 1);
        // A chain of such names is not followed.
        let named: Vec<ValueId> = found.iter().map(|(value, _)| *value).collect();
        found.retain(|(_, path)| match path.root {
            Root::Value(root) => !named.contains(&root),
            _ => true,
        });
        self.stored = found.into_iter().collect();
        self.memo.borrow_mut().fill(Memo::Unknown);
    }

    /// Whether the first that is done with what an instruction makes is to store it.
    fn is_stored_first(&self, def: InstId, value: ValueId) -> bool {
        let behind = self.body.inst_ids().skip(def.index() + 1);
        for inst in behind {
            let mut uses = false;
            self.body.for_each_operand(inst, |operand| uses |= operand == value);
            if uses {
                return match self.body[inst] {
                    Inst::Store { value: stored, .. } => stored == value,
                    Inst::MakeInterface(_) => true,
                    _ => false,
                };
            }
        }
        false
    }

    /// Whether an instruction may run more than once in one activation.
    fn is_in_loop(&self, inst: InstId) -> bool {
        let from = self.body.block_of(inst);
        let mut seen = vec![false; self.body.blocks.len()];
        let mut work = vec![from];
        while let Some(block) = work.pop() {
            let mut back = false;
            self.body.for_each_successor(block, |next| {
                back |= next == from;
                if !std::mem::replace(&mut seen[next.index()], true) {
                    work.push(next);
                }
            });
            if back {
                return true;
            }
        }
        false
    }

    /// What a value may be. Empty: nothing that is in memory.
    pub(crate) fn paths(&self, value: ValueId) -> Paths {
        match &mut self.memo.borrow_mut()[value.index()] {
            Memo::Known(known) => return known.clone(),
            // Around a loop.
            Memo::Busy => return Paths::new(),
            memo => *memo = Memo::Busy,
        }
        let found = self.find(value);
        self.memo.borrow_mut()[value.index()] = Memo::Known(found.clone());
        found
    }

    fn find(&self, value: ValueId) -> Paths {
        let own = || -> Paths { [Path::of(Root::Value(value))].into_iter().collect() };
        let inst = match self.defs[value.index()] {
            ValueDef::Param(block) => return self.param(value, block),
            ValueDef::Result(inst) => inst,
        };
        if let Some(path) = self.stored.get(&value) {
            return [path.clone()].into_iter().collect();
        }
        let body = self.body;
        let then = |x: ValueId, step: Step| -> Paths {
            self.paths(x).iter().filter_map(|path| path.then(step)).collect()
        };
        match body[inst] {
            Inst::Global(decl) => [Path::of(Root::Global(decl))].into_iter().collect(),
            Inst::Load(x) => then(x, Step::Deref),
            Inst::FieldAddr { ptr, field } => then(ptr, Step::Field(field)),
            Inst::IndexAddr { base, index } => then(base, Step::Element(self.index(index))),
            Inst::Field { base, field } => self.part(base, Step::Field(field), field as usize),
            Inst::Index { base, index } => {
                self.part(base, Step::Element(self.index(index)), usize::MAX)
            }
            Inst::Narrow { x, .. } | Inst::MakeInterface(x) | Inst::ChangeInterface(x) => {
                self.paths(x)
            }
            Inst::TypeAssert { x, .. } => {
                if body.results_of(inst).next() == Some(value) {
                    self.paths(x)
                } else {
                    own()
                }
            }
            Inst::Convert {
                kind:
                    ConvertKind::ChangeType
                    | ConvertKind::SliceToArrayPointer
                    | ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer,
                x,
            } => self.paths(x),
            Inst::Unsafe { op, x, .. } => match op {
                UnsafeOp::Add => then(x, Step::From(Index::Unknown)),
                _ => self.paths(x),
            },
            Inst::Slice { x, bounds } => match body.bounds[bounds as usize].lo {
                None => self.paths(x),
                Some(lo) => match self.index(lo) {
                    Index::Const(0) => self.paths(x),
                    start => then(x, Step::From(start)),
                },
            },
            Inst::MapLookup { map, key, .. } => {
                if body.results_of(inst).next() != Some(value) {
                    return own();
                }
                let element = Step::Element(self.index(key));
                let places = self.paths(map);
                let places = places.iter().filter_map(|path| path.then(element));
                places.filter_map(|path| path.then(Step::Deref)).collect()
            }
            Inst::Builtin { op: Builtin::Append, args } => {
                let mut found = match body[args].first() {
                    Some(&slice) => self.paths(slice),
                    None => Paths::new(),
                };
                found.extend(own());
                found.truncate(MOST);
                found
            }
            Inst::Zero | Inst::Const(_) => Paths::new(),
            Inst::Call(_) => match self.results.borrow().get(&value) {
                Some(known) if !known.is_empty() => known.clone(),
                _ => own(),
            },
            _ => own(),
        }
    }

    /// A part of a struct or array value.
    fn part(&self, base: ValueId, step: Step, at: usize) -> Paths {
        if let Some(def) = self.def(base)
            && let Inst::Struct(fields) = self.body[def]
            && let Some(&field) = self.body[fields].get(at)
        {
            return self.paths(field);
        }
        self.paths(base).iter().filter_map(|path| path.field_of_value(step)).collect()
    }

    fn param(&self, value: ValueId, block: BlockId) -> Paths {
        let at = value.index() - self.body[block].first_param as usize;
        if block == Body::ENTRY {
            return [Path::of(Root::Param(at as u32))].into_iter().collect();
        }
        let mut found = Paths::new();
        for &jump in self.jumps.get(&block).into_iter().flatten() {
            let Inst::Jump(target) = self.body[jump] else { continue };
            let Some(&arg) = self.body[target.args].get(at) else { continue };
            if arg == value {
                continue;
            }
            for path in self.paths(arg) {
                if !found.contains(&path) {
                    found.push(path);
                }
            }
        }
        if found.is_empty() || found.len() > MOST {
            return [Path::of(Root::Value(value))].into_iter().collect();
        }
        found
    }

    /// An index or a key.
    pub(crate) fn index(&self, value: ValueId) -> Index {
        match self.defs[value.index()] {
            ValueDef::Param(Body::ENTRY) => {
                Index::Param((value.index() - self.body[Body::ENTRY].first_param as usize) as u32)
            }
            ValueDef::Param(_) => Index::Value(value),
            ValueDef::Result(inst) => match self.body[inst] {
                Inst::Const(id) => {
                    let constant = &self.body[id];
                    let key = constant.as_i64().or_else(|| constant.as_bytes().map(hash));
                    key.map_or(Index::Value(value), Index::Const)
                }
                Inst::Zero => Index::Const(0),
                Inst::Narrow { x, .. }
                | Inst::Convert { kind: ConvertKind::ChangeType | ConvertKind::Numeric, x } => {
                    self.index(x)
                }
                _ => Index::Value(value),
            },
        }
    }
}

fn hash(text: &[u8]) -> i64 {
    let mut hasher = gossa_base::FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish() as i64
}
