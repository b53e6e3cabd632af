//! What is looked up again and again of function bodies: which values are still used where a block
//! begins, where loops are left, and what it may do to goroutines.

use crate::blocked::library::{Effect, effect};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{BlockId, Body, Callee, ConvertKind, Inst, InstId, ValueId};
use gossa_types::{Builtin, PackageId, TypeId, TypeKind};
use std::cell::RefCell;
use std::rc::Rc;

/// Functions with more values than this are not entered.
const MOST_VALUES: usize = 1500;
/// With more functions than this below it a function may do anything.
const MOST_BELOW: usize = 150;

/// What a function may do, itself or by what it calls.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Traits {
    /// Waits, lets others go on, starts goroutines, or makes what is needed for that.
    pub(crate) syncs: bool,
    /// Calls functions that it is given, or methods of interfaces.
    pub(crate) is_open: bool,
    /// May keep what it is given.
    pub(crate) keeps: bool,
    /// Whether it is a few instructions without loops.
    pub(crate) is_short: bool,
    /// Returns what may lead to what it is given.
    pub(crate) gives: bool,
}

/// Which values are of no use any more where a block begins.
pub(crate) struct Liveness {
    /// By block: those that may have been set before it.
    dead: Vec<Box<[ValueId]>>,
}

impl Liveness {
    fn new(body: &Body) -> Self {
        let words = body.values.len().div_ceil(64);
        let set = |bits: &mut [u64], value: ValueId| {
            bits[value.index() / 64] |= 1 << (value.index() % 64);
        };
        let clear = |bits: &mut [u64], value: ValueId| {
            bits[value.index() / 64] &= !(1 << (value.index() % 64));
        };
        // Used in a block or behind it, and not made there.
        let mut live = vec![vec![0u64; words]; body.blocks.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for block in body.block_ids().rev() {
                let mut now = vec![0u64; words];
                for_each_next(body, block, |next| {
                    now.iter_mut().zip(&live[next.index()]).for_each(|(word, more)| *word |= more);
                });
                for inst in body.insts_of(block).rev() {
                    body.results_of(inst).for_each(|result| clear(&mut now, result));
                    body.for_each_operand(inst, |value| set(&mut now, value));
                }
                body.params(block).for_each(|param| clear(&mut now, param));
                if live[block.index()] != now {
                    live[block.index()] = now;
                    changed = true;
                }
            }
        }
        let mut dead = vec![vec![0u64; words]; body.blocks.len()];
        for block in body.block_ids() {
            let mut known = live[block.index()].clone();
            body.params(block).for_each(|param| set(&mut known, param));
            for inst in body.insts_of(block) {
                body.results_of(inst).for_each(|result| set(&mut known, result));
            }
            for_each_next(body, block, |next| {
                dead[next.index()].iter_mut().zip(&known).for_each(|(word, more)| *word |= more);
            });
        }
        let dead = dead
            .iter()
            .zip(&live)
            .map(|(dead, live)| {
                let is_dead = |at: usize| (dead[at / 64] & !live[at / 64]) >> (at % 64) & 1 == 1;
                (0..body.values.len()).filter(|&at| is_dead(at)).map(ValueId::from_usize).collect()
            })
            .collect();
        Self { dead }
    }

    /// The values that are of no use where a block begins.
    pub(crate) fn dead(&self, block: BlockId) -> &[ValueId] {
        &self.dead[block.index()]
    }
}

/// The successors of a block, the unwind edge with them.
fn for_each_next(body: &Body, block: BlockId, mut visit: impl FnMut(BlockId)) {
    body.for_each_successor(block, &mut visit);
    body[block].unwind.into_iter().for_each(visit);
}

/// Facts of the bodies of a program, each found when it is first asked for.
pub(crate) struct Bodies<'p, 'e> {
    pub(crate) program: &'p Program<'e>,
    is_std: &'p dyn Fn(&str) -> bool,
    is_requested: &'p dyn Fn(&str) -> bool,
    liveness: RefCell<FxHashMap<FuncIndex, Rc<Liveness>>>,
    traits: RefCell<FxHashMap<FuncIndex, Traits>>,
    own: RefCell<FxHashMap<FuncIndex, Rc<Own>>>,
}

/// What a function does itself, and whom it calls.
struct Own {
    traits: Traits,
    below: Vec<FuncIndex>,
    /// Whether it starts goroutines, makes channels, or locks.
    starts: bool,
}

impl<'p, 'e> Bodies<'p, 'e> {
    pub(crate) fn new(
        program: &'p Program<'e>,
        is_std: &'p dyn Fn(&str) -> bool,
        is_requested: &'p dyn Fn(&str) -> bool,
    ) -> Self {
        Self {
            program,
            is_std,
            is_requested,
            liveness: RefCell::default(),
            traits: RefCell::default(),
            own: RefCell::default(),
        }
    }

    /// What a function of the library does; `None`: its body says it.
    pub(crate) fn effect(&self, func: FuncIndex) -> Option<Effect> {
        let function = self.program.function(func);
        if function.is_wrapper() {
            return None;
        }
        let found = effect(function.id, self.is_std);
        // The library itself is read where it is what is analysed.
        found.filter(|effect| {
            !matches!(effect, Effect::Nothing | Effect::Anything)
                || !(self.is_requested)(function.id.package().path())
                || self.hides(func)
        })
    }

    /// Whether a function takes memory for something else than it is, so that what it keeps does
    /// not show.
    fn hides(&self, func: FuncIndex) -> bool {
        let Some(body) = self.program.body(func) else { return true };
        body.inst_ids().any(|inst| {
            matches!(
                body[inst],
                Inst::Convert {
                    kind: ConvertKind::PointerToUnsafe | ConvertKind::UnsafeToPointer,
                    ..
                }
            )
        })
    }

    pub(crate) fn body(&self, func: FuncIndex) -> Option<&Body> {
        self.program.body(func).filter(|body| body.values.len() <= MOST_VALUES)
    }

    pub(crate) fn liveness(&self, func: FuncIndex, body: &Body) -> Rc<Liveness> {
        if let Some(known) = self.liveness.borrow().get(&func) {
            return known.clone();
        }
        let made = Rc::new(Liveness::new(body));
        self.liveness.borrow_mut().insert(func, made.clone());
        made
    }

    pub(crate) fn traits(&self, func: FuncIndex) -> Traits {
        if let Some(&known) = self.traits.borrow().get(&func) {
            return known;
        }
        let mut found = self.own(func).traits;
        let mut seen: FxHashSet<FuncIndex> = FxHashSet::default();
        seen.insert(func);
        let mut work = vec![func];
        while let Some(at) = work.pop() {
            let own = self.own(at);
            found.syncs |= own.traits.syncs;
            found.keeps |= own.traits.keeps;
            found.is_open |= own.traits.is_open;
            if found.syncs && found.keeps && found.is_open {
                break;
            }
            if seen.len() > MOST_BELOW {
                found.keeps = true;
                found.is_open = true;
                break;
            }
            work.extend(own.below.iter().filter(|&&next| seen.insert(next)));
        }
        self.traits.borrow_mut().insert(func, found);
        found
    }

    /// Whether goroutines may be blocked by what a function itself makes, starts or locks, or by
    /// what those make that it calls.
    pub(crate) fn is_frame(&self, func: FuncIndex) -> bool {
        let own = self.own(func);
        own.starts || own.below.iter().any(|&callee| self.own(callee).starts)
    }

    fn own(&self, func: FuncIndex) -> Rc<Own> {
        if let Some(known) = self.own.borrow().get(&func) {
            return known.clone();
        }
        let made = Rc::new(self.read(func));
        self.own.borrow_mut().insert(func, made.clone());
        made
    }

    fn read(&self, func: FuncIndex) -> Own {
        let mut traits = Traits::default();
        let mut below = Vec::new();
        let Some(body) = self.body(func) else {
            return Own {
                traits: Traits { keeps: true, is_open: true, ..traits },
                below,
                starts: false,
            };
        };
        let mut starts = false;
        traits.is_short = body.insts.len() <= 40;
        traits.gives = body.results.iter().any(|&ty| !is_error(ty) && self.holds_pointers(ty));
        for block in body.block_ids() {
            body.for_each_successor(block, |next| traits.is_short &= next > block);
        }
        let mut callees = Vec::new();
        for inst in body.inst_ids() {
            match body[inst] {
                Inst::Go(_) | Inst::MakeChan(_) => {
                    traits.syncs = true;
                    starts = true;
                }
                Inst::Send { .. } | Inst::Receive { .. } | Inst::Select(_) => traits.syncs = true,
                Inst::Builtin { op: Builtin::Close, .. } => traits.syncs = true,
                Inst::Alloc(_) => {
                    let made = body.result(inst).map(|value| body[value].ty);
                    let holder = made.and_then(|ty| self.program.pointee(ty));
                    traits.syncs |= holder.is_some_and(|ty| self.is_for_sync(ty, 3));
                }
                Inst::Store { ptr, value } => {
                    traits.keeps |= self.holds_pointers(body[value].ty) && !is_local(body, ptr);
                }
                Inst::MapUpdate { value, .. } => {
                    traits.keeps |= self.holds_pointers(body[value].ty);
                }
                Inst::Builtin { op: Builtin::Append, args } => {
                    let ty = body[args].last().map(|&value| body[value].ty);
                    traits.keeps |= ty.is_some_and(|ty| match self.program.under(ty).kind() {
                        TypeKind::Slice(elem) => self.holds_pointers(*elem),
                        _ => false,
                    });
                }
                Inst::Closure { func, .. } | Inst::Func(func) => {
                    below.push(self.program.index_of(func));
                }
                Inst::MethodValue { method, .. } => {
                    below.push(self.program.bound_method(&body[method]));
                }
                _ => {}
            }
            if let Inst::Call(call) | Inst::Defer { call, .. } | Inst::Go(call) = body[inst] {
                match body[call].callee {
                    Callee::Static(id) => {
                        callees.push(self.program.index_of(id));
                    }
                    Callee::Value(_) => traits.is_open = true,
                    Callee::Interface { .. } => {
                        traits.is_open = true;
                        let args = &body[body[call].args];
                        traits.keeps |= args.iter().any(|&arg| self.holds_pointers(body[arg].ty));
                    }
                    Callee::Builtin(Builtin::Close) => traits.syncs = true,
                    Callee::Builtin(_) => {}
                }
            }
        }
        for callee in callees {
            match self.effect(callee) {
                None => below.push(callee),
                Some(Effect::Nothing | Effect::Error | Effect::Exits) => {}
                Some(Effect::Anything) => traits.keeps = true,
                Some(effect) => {
                    traits.syncs = true;
                    starts |= matches!(
                        effect,
                        Effect::Lock
                            | Effect::ReadLock
                            | Effect::AfterFunc
                            | Effect::WithCancel { .. }
                    );
                }
            }
        }
        Own { traits, below, starts }
    }

    /// Whether values of a type lead to others.
    fn holds_pointers(&self, ty: TypeId) -> bool {
        self.holds_pointers_within(ty, 6)
    }

    fn holds_pointers_within(&self, ty: TypeId, depth: u32) -> bool {
        // Types may be made of themselves.
        let Some(depth) = depth.checked_sub(1) else { return true };
        match self.program.under(ty).kind() {
            TypeKind::Basic(_) => false,
            TypeKind::Array { elem, .. } | TypeKind::Slice(elem) => {
                self.holds_pointers_within(*elem, depth)
            }
            TypeKind::Struct(fields) => {
                fields.iter().any(|field| self.holds_pointers_within(field.ty, depth))
            }
            _ => true,
        }
    }

    /// Whether variables of a type hold locks or channels.
    pub(crate) fn is_for_sync(&self, ty: TypeId, depth: u32) -> bool {
        if let TypeKind::Named { decl, .. } = ty.unalias().kind()
            && decl.package().path() == "sync"
        {
            return true;
        }
        let Some(depth) = depth.checked_sub(1) else { return false };
        match self.program.under(ty).kind() {
            TypeKind::Chan { .. } => true,
            TypeKind::Array { elem, .. } => self.is_for_sync(*elem, depth),
            TypeKind::Struct(fields) => {
                fields.iter().any(|field| self.is_for_sync(field.ty, depth))
            }
            _ => false,
        }
    }

    /// Whether control can come from a block to another.
    pub(crate) fn reaches(&self, body: &Body, from: BlockId, to: BlockId) -> bool {
        let mut seen = vec![false; body.blocks.len()];
        let mut work = vec![from];
        seen[from.index()] = true;
        while let Some(block) = work.pop() {
            if block == to {
                return true;
            }
            body.for_each_successor(block, |next| {
                if !std::mem::replace(&mut seen[next.index()], true) {
                    work.push(next);
                }
            });
        }
        false
    }
}

/// Whether an address is that of a variable which the function itself makes.
fn is_local(body: &Body, mut ptr: ValueId) -> bool {
    loop {
        let gossa_ssa::ValueDef::Result(inst) = body.def(ptr) else { return false };
        match body[inst] {
            Inst::Alloc(_) => return true,
            Inst::FieldAddr { ptr: base, .. } => ptr = base,
            Inst::IndexAddr { base, .. } => ptr = base,
            _ => return false,
        }
    }
}

/// Whether a type is `error`.
pub(crate) fn is_error(ty: TypeId) -> bool {
    matches!(ty.unalias().kind(), TypeKind::Named { decl, .. }
        if decl.package() == PackageId::universe() && decl.name().as_str() == "error")
}

/// The first instruction of a block.
pub(crate) fn first_of(body: &Body, block: BlockId) -> InstId {
    InstId::new(body[block].first_inst)
}
