//! Code that no source has: methods behind interfaces and as values, built-in functions that are
//! deferred, functions that the machine knows by name, and those that `reflect` makes.

use super::{Compiler, Shapes};
use crate::code::{Code, CodeKey, NO_SLOT, Op, Slot, Target};
use crate::trap::Trap;
use crate::types::{Ty, slot_size};
use gossa_ssa::{FuncId, FuncKey, MethodRef, MethodTarget};
use gossa_types::underlying::type_set;
use gossa_types::{BasicKind, TypeId, TypeKind};
use std::rc::Rc;

/// A value on the way from a receiver to the method's own receiver.
#[derive(Clone, Copy)]
enum Operand {
    /// In the frame.
    Value(Slot, TypeId),
    /// Behind the pointer in the frame.
    At(Slot, TypeId),
}

const POINTER: TypeId = TypeId::basic(BasicKind::UnsafePointer);
/// At least the size of `internal/abi.RegArgs`, which stays unused.
const REGISTERS: u64 = 1024;

impl Compiler<'_, '_> {
    /// The code of anything but a declared function or closure.
    pub(super) fn wrapper(mut self, key: CodeKey) -> Result<Rc<Code>, Trap> {
        match &key {
            CodeKey::Func(func) => Err(Trap::Unsupported(func.to_string())),
            CodeKey::InterfaceMethod { holder, method } => {
                let info = self.machine.types.info(*holder);
                let (id, direct) = (info.id, info.direct);
                let word = self.place(8)?;
                let start = if direct { Operand::Value(word, id) } else { Operand::At(word, id) };
                let pointer = self.ty(POINTER);
                let shapes = self.hand_on(method, start, Some(pointer))?;
                Ok(self.finish(key.clone(), &[], &shapes, true))
            }
            CodeKey::MethodExpr(method) => {
                let receiver = self.ty(method.receiver);
                let slot = self.place_of(receiver)?;
                let start = Operand::Value(slot, method.receiver);
                let shapes = self.hand_on(method, start, Some(receiver))?;
                Ok(self.finish(key.clone(), &[], &shapes, true))
            }
            CodeKey::MethodValue(method) => {
                let receiver = self.ty(method.receiver);
                let slot = self.place_of(receiver)?;
                let start = Operand::Value(slot, method.receiver);
                let shapes = self.hand_on(method, start, None)?;
                Ok(self.finish(key.clone(), &[receiver], &shapes, true))
            }
            CodeKey::Builtin(builtin, types) => {
                let mut args = Vec::new();
                for &ty in types {
                    args.push((self.place_of(ty)?, self.machine.types.info(ty).id));
                }
                let result = self.place(16)?;
                self.builtin(*builtin, &args, result, TypeId::INVALID)?;
                let results = self.list([]);
                self.emit(Op::Return { results });
                let shapes = Shapes { params: types.to_vec(), results: Vec::new() };
                Ok(self.finish(key.clone(), &[], &shapes, false))
            }
            CodeKey::TypeEqual(ty) => {
                let pointer = self.ty(POINTER);
                let (x, y, dst) = (self.place(8)?, self.place(8)?, self.place(8)?);
                self.emit(Op::EqualAt { dst, x, y, ty: *ty });
                let bool_type = self.ty(TypeId::basic(BasicKind::Bool));
                let results = self.sized(&[(dst, bool_type)]);
                self.emit(Op::Return { results });
                let shapes = Shapes { params: vec![pointer, pointer], results: vec![bool_type] };
                Ok(self.finish(key.clone(), &[], &shapes, true))
            }
            CodeKey::TypeHash(ty) => {
                let pointer = self.ty(POINTER);
                let word = self.ty(TypeId::basic(BasicKind::Uintptr));
                let (x, seed, dst) = (self.place(8)?, self.place(8)?, self.place(8)?);
                self.emit(Op::HashAt { dst, x, seed, ty: *ty });
                let results = self.sized(&[(dst, word)]);
                self.emit(Op::Return { results });
                let shapes = Shapes { params: vec![pointer, word], results: vec![word] };
                Ok(self.finish(key, &[], &shapes, true))
            }
            CodeKey::NilFunction => {
                let (dst, ptr) = (self.place(8)?, self.place(8)?);
                self.word(ptr, 0);
                self.emit(Op::Load8 { dst, ptr });
                Ok(self.finish(key, &[], &Shapes::default(), true))
            }
            CodeKey::Start(package) => {
                // The runtime's tables are there before anything runs.
                let runtime = self.machine.package("runtime");
                let runtime = FuncId::new(FuncKey::PackageInit(runtime));
                let init = FuncId::new(FuncKey::PackageInit(*package));
                let args = self.list([]);
                for func in [runtime, init] {
                    let target = Target::Code(self.machine.code_of(CodeKey::Func(func)));
                    self.emit(Op::Call { target, args, dst: NO_SLOT });
                }
                self.emit(Op::Return { results: args });
                Ok(self.finish(key, &[], &Shapes::default(), true))
            }
            CodeKey::MakeFunc(ty) => self.made_by_reflect(key.clone(), *ty, "callReflect"),
            CodeKey::ReflectMethod(ty) => self.made_by_reflect(key.clone(), *ty, "callMethod"),
        }
    }

    /// A function that the machine runs itself.
    pub(super) fn intrinsic(mut self, func: FuncId, index: u32) -> Result<Rc<Code>, Trap> {
        let shapes = self.machine.shapes_of(func)?;
        for &ty in &shapes.params {
            self.place_of(ty)?;
        }
        let mut parts = Vec::new();
        for &ty in &shapes.results {
            parts.push((self.place_of(ty)?, ty));
        }
        self.emit(Op::Intrinsic { index });
        let results = self.sized(&parts);
        self.emit(Op::Return { results });
        Ok(self.finish(CodeKey::Func(func), &[], &shapes, false))
    }

    /// Calls a method in place of this code, with the frame's parameters behind `first` as
    /// arguments. Returns what this code takes and gives.
    fn hand_on(
        &mut self,
        method: &MethodRef,
        start: Operand,
        first: Option<Ty>,
    ) -> Result<Shapes, Trap> {
        let mut operand = start;
        let mut steps = Vec::with_capacity(method.path.len());
        let mut ty = method.receiver;
        for &field in &method.path {
            let holder = self.pointee(ty).unwrap_or(ty);
            ty = self.field_type(holder, field)?;
            steps.push((holder, field, ty));
        }
        let mut shapes = match method.target {
            MethodTarget::Declared(func) => self.machine.shapes_of(func)?,
            MethodTarget::Interface(name) => {
                let resolver = self.machine.types.resolver();
                let set = type_set(resolver, ty);
                let found = set.methods.iter().find(|method| method.name == name);
                let signature = found.map(|method| method.signature).ok_or_else(|| {
                    Trap::Unsupported(format!("a method {name} that its interface lacks"))
                })?;
                self.machine.shapes_of_signature(signature)
            }
        };
        let receiver_type = match method.target {
            MethodTarget::Declared(_) if !shapes.params.is_empty() => Some(shapes.params.remove(0)),
            _ => None,
        };
        let mut args = Vec::with_capacity(shapes.params.len() + 1);
        for &param in &shapes.params {
            args.push((self.place_of(param)?, param));
        }
        for (holder, field, ty) in steps {
            operand = self.step(operand, holder, field, ty)?;
        }
        let target = match method.target {
            MethodTarget::Declared(func) => {
                let receiver_type = receiver_type
                    .ok_or_else(|| Trap::Unsupported(format!("{func} as a method")))?;
                let receiver =
                    self.adjusted(operand, receiver_type, func, method.path.is_empty())?;
                args.insert(0, (receiver, receiver_type));
                Target::Code(self.machine.code_of(CodeKey::Func(func)))
            }
            MethodTarget::Interface(_) => {
                let slot = match operand {
                    Operand::Value(slot, _) => slot,
                    Operand::At(ptr, _) => {
                        let slot = self.place(16)?;
                        self.load(slot, ptr, 16);
                        slot
                    }
                };
                let reference =
                    MethodRef { receiver: ty, path: Box::default(), target: method.target };
                Target::Method(slot, self.machine.method_index(&reference))
            }
        };
        let args = self.sized(&args);
        self.emit(Op::TailCall { target, args });
        shapes.params.splice(0..0, first);
        Ok(shapes)
    }

    fn field_type(&self, ty: TypeId, field: u32) -> Result<TypeId, Trap> {
        match self.under(ty).kind() {
            TypeKind::Struct(fields) if (field as usize) < fields.len() => {
                Ok(fields[field as usize].ty)
            }
            _ => Err(Trap::Unsupported("a method behind a field that does not exist".into())),
        }
    }

    /// From a struct, or a pointer to one, to one of its fields.
    fn step(
        &mut self,
        operand: Operand,
        holder: TypeId,
        field: u32,
        ty: TypeId,
    ) -> Result<Operand, Trap> {
        let offset = self.offset(holder, field);
        let ptr = match operand {
            Operand::Value(slot, from) if self.pointee(from).is_none() => {
                return Ok(Operand::Value(slot + offset as Slot, ty));
            }
            Operand::Value(slot, _) => slot,
            Operand::At(ptr, from) => match self.pointee(from) {
                Some(_) => {
                    let loaded = self.place(8)?;
                    self.load(loaded, ptr, 8);
                    loaded
                }
                None => ptr,
            },
        };
        let dst = self.place(8)?;
        self.emit(Op::FieldAddr { dst, ptr, offset });
        Ok(Operand::At(dst, ty))
    }

    /// The receiver as the method takes it: by value or by pointer.
    fn adjusted(
        &mut self,
        operand: Operand,
        wanted: Ty,
        func: FuncId,
        at_start: bool,
    ) -> Result<Slot, Trap> {
        let info = self.machine.types.info(wanted);
        let (size, by_pointer) = (info.size, matches!(info.id.kind(), TypeKind::Pointer(_)));
        let (slot, is_value) = match operand {
            Operand::Value(slot, _) => (slot, true),
            Operand::At(slot, _) => (slot, false),
        };
        let ty = match operand {
            Operand::Value(_, ty) | Operand::At(_, ty) => ty.unalias(),
        };
        let is_pointer = matches!(ty.kind(), TypeKind::Pointer(_));
        // A pointer, or the address of what is wanted behind one.
        let mut ptr = slot;
        if is_pointer && !is_value {
            ptr = self.place(8)?;
            self.load(ptr, slot, 8);
        }
        match (by_pointer, is_pointer, is_value) {
            (true, true, _) | (true, false, false) => Ok(ptr),
            (true, false, true) => {
                let size = self.size(ty);
                let dst = self.place(8)?;
                self.emit(Op::Alloc { dst, size });
                self.store(dst, slot, size);
                Ok(dst)
            }
            (false, false, true) => Ok(slot),
            (false, _, _) => {
                if is_pointer && at_start {
                    let code = self.machine.code_of(CodeKey::Func(func));
                    self.emit(Op::CheckWrapper { ptr, code });
                }
                let dst = self.place(size)?;
                self.load(dst, ptr, size);
                Ok(dst)
            }
        }
    }

    /// A function value that `reflect` made: parameters and results are laid out in memory one
    /// after the other, and a function of `reflect` does the rest.
    fn made_by_reflect(mut self, key: CodeKey, ty: Ty, name: &str) -> Result<Rc<Code>, Trap> {
        let signature = self.machine.types.info(ty).id;
        let shapes = self.machine.shapes_of_signature(signature);
        let layout = |types: &[Ty], mut at: u64| -> (Vec<u64>, u64) {
            let mut offsets = Vec::with_capacity(types.len());
            for &ty in types {
                let info = self.machine.types.info(ty);
                at = at.next_multiple_of(info.align);
                offsets.push(at);
                at += info.size;
            }
            (offsets, slot_size(at))
        };
        let (param_offsets, params_end) = layout(&shapes.params, 0);
        let (result_offsets, end) = layout(&shapes.results, params_end);
        let mut params = Vec::new();
        for &ty in &shapes.params {
            params.push((self.place_of(ty)?, ty));
        }
        let pointer = self.ty(POINTER);
        let (context, frame) = (self.place(8)?, self.place(8)?);
        let (valid, registers, ptr) = (self.place(8)?, self.place(8)?, self.place(8)?);
        self.emit(Op::Context { dst: context });
        self.emit(Op::Alloc { dst: frame, size: end });
        for (&(slot, ty), &offset) in params.iter().zip(&param_offsets) {
            let size = self.machine.types.info(ty).size;
            self.emit(Op::FieldAddr { dst: ptr, ptr: frame, offset });
            self.store(ptr, slot, size);
        }
        self.emit(Op::Alloc { dst: valid, size: 8 });
        self.emit(Op::Alloc { dst: registers, size: REGISTERS });
        let code = self.machine.function_named("reflect", name)?;
        let args = [context, frame, valid, registers].map(|slot| (slot, pointer));
        let args = self.sized(&args);
        let dst = self.place(0)?;
        self.emit(Op::Call { target: Target::Code(code), args, dst });
        let mut results = Vec::new();
        for (&ty, &offset) in shapes.results.iter().zip(&result_offsets) {
            let slot = self.place_of(ty)?;
            let size = self.machine.types.info(ty).size;
            self.emit(Op::FieldAddr { dst: ptr, ptr: frame, offset });
            self.load(slot, ptr, size);
            results.push((slot, ty));
        }
        let results = self.sized(&results);
        self.emit(Op::Return { results });
        Ok(self.finish(key, &[], &shapes, false))
    }
}
