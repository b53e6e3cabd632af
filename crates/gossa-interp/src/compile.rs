//! SSA bodies to [`Code`]: values become places, types sizes, blocks positions.
//!
//! Every SSA value has a place of its own for the whole activation; what is saved by sharing places
//! is not worth the work, since a function is compiled once and mostly run a few times.

mod builtin;
mod inst;
mod wrapper;

use crate::code::{ARM, Code, CodeId, CodeKey, List, NO_PC, NO_SLOT, Op, Pc, Slot, Target};
use crate::machine::Machine;
use crate::observe::{is_told_after, is_told_before};
use crate::trap::Trap;
use crate::types::{Num, Shape, Ty, slot_size};
use gossa_ssa::{BlockId, Body, Callee, FuncId, FuncKey, Inst, InstId, Lowered, ValueId};
use gossa_types::subst::{instantiate_signature, substitute};
use gossa_types::underlying::underlying;
use gossa_types::{DeclId, PackageId, TypeId, TypeKind};
use std::rc::Rc;

/// Code in the making.
pub(crate) struct Compiler<'m, 'e> {
    pub(crate) machine: &'m mut Machine<'e>,
    frame: u64,
    ops: Vec<Op>,
    insts: Vec<InstId>,
    unwinds: Vec<(Pc, Pc, Pc)>,
    lists: Vec<Slot>,
    data: Vec<u8>,
    values: Vec<(Slot, u32)>,
    /// Instruction that operations come from.
    at: InstId,
}

/// Types of what a function takes and gives.
#[derive(Clone, Default, Debug)]
pub(crate) struct Shapes {
    /// Receiver and parameters.
    pub(crate) params: Vec<Ty>,
    /// Results.
    pub(crate) results: Vec<Ty>,
}

impl<'m, 'e> Compiler<'m, 'e> {
    pub(crate) fn new(machine: &'m mut Machine<'e>) -> Self {
        Self {
            machine,
            frame: 0,
            ops: Vec::new(),
            insts: Vec::new(),
            unwinds: Vec::new(),
            lists: Vec::new(),
            data: Vec::new(),
            values: Vec::new(),
            at: InstId::new(0),
        }
    }

    /// A new place of `size` bytes, in whole words.
    pub(crate) fn place(&mut self, size: u64) -> Result<Slot, Trap> {
        let at = self.frame;
        self.frame = at
            .checked_add(slot_size(size))
            .filter(|&end| end < 1 << 30)
            .ok_or_else(|| Trap::Unsupported("a function with gigabytes of local values".into()))?;
        Ok(at as Slot)
    }

    pub(crate) fn place_of(&mut self, ty: Ty) -> Result<Slot, Trap> {
        let size = self.machine.types.info(ty).size;
        self.place(size)
    }

    pub(crate) fn emit(&mut self, op: Op) -> Pc {
        let observed = self.machine.observer.is_some();
        if observed && is_told_before(&op) {
            self.push(Op::TellBefore);
        }
        let pc = self.push(op);
        if observed && is_told_after(&op) {
            self.push(Op::TellAfter);
        }
        pc
    }

    fn push(&mut self, op: Op) -> Pc {
        self.ops.push(op);
        self.insts.push(self.at);
        self.ops.len() as Pc - 1
    }

    pub(crate) fn list(&mut self, slots: impl IntoIterator<Item = Slot>) -> List {
        let start = self.lists.len() as u32;
        self.lists.extend(slots);
        List { start, len: self.lists.len() as u32 - start }
    }

    /// A list of places with their sizes.
    pub(crate) fn sized(&mut self, parts: &[(Slot, Ty)]) -> List {
        let start = self.lists.len() as u32;
        for &(slot, ty) in parts {
            self.lists.extend([slot, self.machine.types.info(ty).size as u32]);
        }
        List { start, len: self.lists.len() as u32 - start }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> u32 {
        let at = self.data.len() as u32;
        self.data.extend_from_slice(bytes);
        at
    }

    pub(crate) fn word(&mut self, dst: Slot, value: u64) {
        self.emit(Op::Word { dst, low: value as u32, high: (value >> 32) as u32 });
    }

    pub(crate) fn copy(&mut self, dst: Slot, src: Slot, size: u64) {
        match size {
            0 => {}
            8 => {
                self.emit(Op::Move8 { dst, src });
            }
            _ => {
                self.emit(Op::Move { dst, src, size: size as u32 });
            }
        }
    }

    pub(crate) fn finish(
        self,
        key: CodeKey,
        captures: &[Ty],
        shapes: &Shapes,
        wrapper: bool,
    ) -> Rc<Code> {
        let size = |ty: &Ty| self.machine.types.info(*ty).size;
        let bytes = |types: &[Ty]| types.iter().map(|ty| slot_size(size(ty))).sum::<u64>() as u32;
        let places = |types: &[Ty]| {
            let starts = types.iter().scan(0, |end, ty| {
                let start = *end;
                *end += slot_size(size(ty)) as u32;
                Some(start)
            });
            starts.collect()
        };
        Rc::new(Code {
            param_at: places(&shapes.params),
            result_at: places(&shapes.results),
            key,
            frame: self.frame as u32,
            captures: captures.iter().map(size).collect(),
            capture_bytes: bytes(captures),
            param_bytes: bytes(&shapes.params),
            result_bytes: bytes(&shapes.results),
            params: shapes.params.clone().into(),
            results: shapes.results.clone().into(),
            ops: self.ops.into(),
            insts: self.insts.into(),
            unwinds: self.unwinds.into(),
            wrapper,
            lists: self.lists.into(),
            values: self.values.into(),
            data: self.data.into(),
        })
    }
}

impl Machine<'_> {
    /// The code of a function, compiled now if it never ran.
    pub(crate) fn compile(&mut self, id: CodeId) -> Result<Rc<Code>, Trap> {
        let key = self.code_key(id).clone();
        // What code holds is not made by whoever calls it first.
        let code = self.unobserved(|machine| match &key {
            CodeKey::Func(func) => machine.compile_func(*func),
            _ => Compiler::new(machine).wrapper(key),
        })?;
        self.set_code(id, code.clone());
        Ok(code)
    }

    fn compile_func(&mut self, func: FuncId) -> Result<Rc<Code>, Trap> {
        if let Some(index) = self.intrinsic(func) {
            return Compiler::new(self).intrinsic(func, index);
        }
        if let FuncKey::VarInit(variable) = *func.key()
            && passes_in_memory(variable)
        {
            let mut compiler = Compiler::new(self);
            let results = compiler.list([]);
            compiler.emit(Op::Return { results });
            return Ok(compiler.finish(CodeKey::Func(func), &[], &Shapes::default(), true));
        }
        if let FuncKey::PackageInit(package) = *func.key()
            && is_part_of_runtime(package)
        {
            return Compiler::new(self).runtime_init(func, package);
        }
        let lowered = match self.lowered(func.root()) {
            Some(lowered) => lowered,
            None => match self.pure_go(func).or_else(|| self.env.linked(func)) {
                Some(target) if target != func => return self.compile_func(target),
                _ => {
                    let what = self.without_body(func);
                    return Err(Trap::Unsupported(what));
                }
            },
        };
        let index = match func.key() {
            FuncKey::Closure { index, .. } => *index as usize,
            _ => 0,
        };
        let body = lowered
            .bodies
            .get(index)
            .ok_or_else(|| Trap::Unsupported(format!("{func}, which has no body")))?;
        Compiler::new(self).body(body)
    }

    /// What a function is that has no body.
    fn without_body(&self, func: FuncId) -> String {
        let FuncKey::Decl { decl, .. } = *func.key() else {
            return format!("{func}, which has no body");
        };
        // What cgo calls the functions of C.
        if let Some(name) = decl.name().as_str().strip_prefix("_Cfunc_") {
            return format!("C.{name}, a function of C");
        }
        if self.types.resolver().func_decl(decl).is_none() {
            return format!("{func}, which is not declared");
        }
        format!("{func}, a function without a body that is not modelled")
    }

    /// Parameters (receiver first) and results of a declared function.
    pub(crate) fn shapes_of(&self, func: FuncId) -> Result<Shapes, Trap> {
        let unknown = || Trap::Unsupported(format!("{func}, which is not declared"));
        let FuncKey::Decl { decl, args } = *func.key() else { return Err(unknown()) };
        let found = self.types.resolver().func_decl(decl).ok_or_else(unknown)?;
        let signature = instantiate_signature(found.signature, &found.type_params, &args);
        let mut shapes = self.shapes_of_signature(signature);
        let receiver = found
            .receiver
            .map(|receiver| self.types.of(substitute(receiver.ty, &found.type_params, &args)));
        shapes.params.splice(0..0, receiver);
        Ok(shapes)
    }

    pub(crate) fn shapes_of_signature(&self, signature: TypeId) -> Shapes {
        let under = underlying(self.types.resolver(), signature);
        let TypeKind::Signature(signature) = under.kind() else { return Shapes::default() };
        let list = |list: &[gossa_types::Param]| {
            list.iter().map(|param| self.types.of(param.ty)).collect::<Vec<Ty>>()
        };
        Shapes { params: list(&signature.params), results: list(&signature.results) }
    }
}

/// Whether a variable says how many arguments go in registers: none do, so it stays zero.
fn passes_in_memory(variable: DeclId) -> bool {
    variable.package().path() == "reflect"
        && matches!(variable.name().as_str(), "intArgRegs" | "floatArgRegs")
}

/// Whether a package is the runtime's own, whose work the machine does itself.
fn is_part_of_runtime(package: PackageId) -> bool {
    let path = package.path();
    path == "runtime" || path.starts_with("internal/runtime/")
}

/// Whether a function does nothing but make values: what a variable of the runtime may be
/// initialised by.
fn only_makes_values(lowered: &Lowered) -> bool {
    lowered.bodies.iter().all(|body| {
        body.insts.iter().all(|inst| {
            !matches!(inst, Inst::Call(_) | Inst::Go(_) | Inst::Defer { .. } | Inst::Hole)
        })
    })
}

/// A body's values and blocks, while it is being compiled.
pub(crate) struct Places<'b> {
    pub(crate) body: &'b Body,
    slots: Vec<Slot>,
    starts: Vec<Pc>,
}

impl Places<'_> {
    pub(crate) fn slot(&self, value: ValueId) -> Slot {
        self.slots[value.index()]
    }

    pub(crate) fn ty(&self, value: ValueId) -> TypeId {
        self.body[value].ty
    }
}

impl Compiler<'_, '_> {
    fn body(mut self, body: &Body) -> Result<Rc<Code>, Trap> {
        let mut slots = Vec::with_capacity(body.values.len());
        for value in &body.values {
            let ty = self.machine.types.of(value.ty);
            let size = self.machine.types.info(ty).size;
            let slot = self.place(size)?;
            slots.push(slot);
            self.values.push((slot, size as u32));
        }
        let mut places = Places { body, slots, starts: vec![0; body.blocks.len()] };
        if let FuncKey::PackageInit(_) = body.func.key() {
            let flag = self.machine.memory.alloc(8)?;
            self.emit(Op::InitOnce { flag });
        }
        let observed = self.machine.observer.is_some();
        if observed {
            self.push(Op::TellEnter);
        }
        for block in body.block_ids() {
            places.starts[block.index()] = self.ops.len() as Pc;
            if observed && let Some(first) = body.insts_of(block).next() {
                self.at = first;
                self.tell_values(&places, body.params(block));
            }
            for inst in body.insts_of(block) {
                self.at = inst;
                self.inst(&places, inst)?;
                if observed {
                    self.tell_values(&places, body.results_of(inst));
                }
            }
        }
        for block in body.block_ids() {
            if let Some(unwind) = body[block].unwind {
                let start = places.starts[block.index()];
                let next = places.starts.get(block.index() + 1).copied();
                let end = next.unwrap_or(self.ops.len() as Pc);
                self.unwinds.push((start, end, places.starts[unwind.index()]));
            }
        }
        self.link(&places);
        let types = |values: &mut dyn Iterator<Item = ValueId>| -> Vec<Ty> {
            values.map(|value| self.machine.types.of(body[value].ty)).collect()
        };
        let captured = body.capture_count as usize;
        let captures = types(&mut body.params(Body::ENTRY).take(captured));
        let params = types(&mut body.params(Body::ENTRY).skip(captured));
        let results = body.results.iter().map(|&ty| self.machine.types.of(ty)).collect();
        let shapes = Shapes { params, results };
        Ok(self.finish(CodeKey::Func(body.func), &captures, &shapes, false))
    }

    /// Has the observer told of what values point to, once they are defined.
    fn tell_values(&mut self, places: &Places<'_>, values: impl Iterator<Item = ValueId>) {
        for value in values {
            let ty = self.machine.types.of(places.ty(value));
            let words = self.machine.types.pointer_words(ty);
            if !words.is_empty() {
                let words = self.list(words.iter().map(|&at| at as Slot));
                self.push(Op::TellValue { value, slot: places.slot(value), words });
            }
        }
    }

    /// Has the observer told of the pointers of a value that were stored where the pointer at
    /// `holder` points to; of a map or channel its own address stands for all that it holds.
    pub(crate) fn tell_links(&mut self, holder: Slot, value: Slot, ty: Ty, whole: bool) {
        if self.machine.observer.is_some() {
            let words = self.machine.types.pointer_words(ty);
            if !words.is_empty() {
                let words = self.list(words.iter().map(|&at| at as Slot));
                self.push(Op::TellLinks { holder, value, words, whole });
            }
        }
    }

    /// Has the observer told of elements that were written.
    pub(crate) fn tell_elements(&mut self, slice: Slot, old: Slot, count: Slot, elem: Ty) {
        if self.machine.observer.is_some() {
            self.push(Op::TellElements { slice, old, count, elem });
        }
    }

    /// The initialisation of a package of the runtime: tables of texts and the like, which the
    /// runtime's code that the machine runs reads; nothing that would start a runtime.
    fn runtime_init(mut self, func: FuncId, package: PackageId) -> Result<Rc<Code>, Trap> {
        let flag = self.machine.memory.alloc(8)?;
        self.emit(Op::InitOnce { flag });
        let env = self.machine.env;
        let order = env.init_order(package);
        let variables = env.package(package).into_iter().flat_map(|decls| {
            let initializers = &decls.initializers;
            order.iter().filter_map(|&index| initializers.get(index as usize)?.lhs.first())
        });
        let args = self.list([]);
        for &variable in variables {
            let init = FuncId::new(FuncKey::VarInit(variable));
            if self.machine.lowered(init).is_some_and(|lowered| only_makes_values(&lowered)) {
                let target = Target::Code(self.machine.code_of(CodeKey::Func(init)));
                self.emit(Op::Call { target, args, dst: NO_SLOT });
            }
        }
        self.emit(Op::Return { results: args });
        Ok(self.finish(CodeKey::Func(func), &[], &Shapes::default(), true))
    }

    /// Replaces blocks by positions.
    fn link(&mut self, places: &Places<'_>) {
        let at = |block: &mut Pc| *block = places.starts[*block as usize];
        let mut selects = Vec::new();
        for op in &mut self.ops {
            match op {
                Op::Jump { to } => at(to),
                Op::Branch { then, otherwise, .. } => {
                    at(then);
                    at(otherwise);
                }
                Op::Unwind { recovered } => at(recovered),
                Op::Select { arms, default } => {
                    selects.push(*arms);
                    if *default != NO_PC {
                        at(default);
                    }
                }
                _ => {}
            }
        }
        for list in selects {
            let range = list.start as usize..(list.start + list.len) as usize;
            for arm in self.lists[range].chunks_exact_mut(ARM) {
                at(&mut arm[ARM - 1]);
            }
        }
    }

    /// A jump with values for the target's parameters, as if all were assigned at once.
    pub(crate) fn jump(
        &mut self,
        places: &Places<'_>,
        block: BlockId,
        args: &[ValueId],
    ) -> Result<(), Trap> {
        let mut moves: Vec<(Slot, Slot, u64)> = Vec::with_capacity(args.len());
        for (param, &arg) in places.body.params(block).zip(args) {
            let size = self.size(places.ty(param));
            let (to, from) = (places.slot(param), places.slot(arg));
            if to != from && size > 0 {
                moves.push((to, from, size));
            }
        }
        // A parameter that is written before it is read as an argument has to be saved.
        let clash = moves
            .iter()
            .enumerate()
            .any(|(i, &(to, ..))| moves[i + 1..].iter().any(|&(_, from, _)| from == to));
        if clash {
            for (_, from, size) in &mut moves {
                let saved = self.place(*size)?;
                self.copy(saved, *from, *size);
                *from = saved;
            }
        }
        for (to, from, size) in moves {
            self.copy(to, from, size);
        }
        self.emit(Op::Jump { to: block.index() as Pc });
        Ok(())
    }

    /// The structure of a type.
    pub(crate) fn shape(&self, ty: TypeId) -> &Shape {
        &self.machine.types.info(self.machine.types.of(ty)).shape
    }

    /// How a number's bits are read.
    pub(crate) fn num(&self, ty: TypeId) -> Num {
        match *self.shape(ty) {
            Shape::Num(num) => num,
            _ => Num::U64,
        }
    }

    pub(crate) fn size(&self, ty: TypeId) -> u64 {
        self.machine.types.info(self.machine.types.of(ty)).size
    }

    pub(crate) fn ty(&self, ty: TypeId) -> Ty {
        self.machine.types.of(ty)
    }

    /// Whom a call calls; `None` for built-in functions.
    pub(crate) fn target(&mut self, places: &Places<'_>, callee: Callee) -> Option<Target> {
        match callee {
            Callee::Static(func) => Some(Target::Code(self.machine.code_of(CodeKey::Func(func)))),
            Callee::Value(value) => Some(Target::Value(places.slot(value))),
            Callee::Interface { receiver, method } => {
                let index = self.machine.method_index(&places.body[method]);
                Some(Target::Method(places.slot(receiver), index))
            }
            Callee::Builtin(_) => None,
        }
    }
}
