//! Bodies for code that no source has: methods promoted from embedded fields or called with the
//! receiver behind a pointer, method values, method expressions.
//!
//! A wrapper goes from its receiver along embedded fields to the method's own receiver, and calls
//! the method with its other parameters. Whoever asks a [`Program`] for a method gets one only
//! where there is something to adjust.

use crate::program::{Program, WrapperKind};
use gossa_base::ListRange;
use gossa_ssa::{
    AllocKind, BlockData, Body, CallData, CallId, Callee, FuncId, Inst, MethodRef, MethodRefId,
    MethodTarget, ValueData, ValueId, ValueList,
};
use gossa_types::underlying::type_set;
use gossa_types::{TypeId, TypeKind};

/// A value on the way from the wrapper's receiver to the method's.
#[derive(Clone, Copy)]
enum Operand {
    /// The value itself.
    Value(ValueId, TypeId),
    /// A pointer to it.
    At(ValueId, TypeId),
}

/// One block in the making: parameters first, then instructions with at most one result, then a
/// call with any number.
#[derive(Default)]
struct Builder {
    values: Vec<ValueData>,
    insts: Vec<Inst>,
    first_results: Vec<u32>,
    params: u32,
}

impl Builder {
    fn param(&mut self, ty: TypeId) -> ValueId {
        self.values.push(ValueData { ty });
        self.params += 1;
        ValueId::from_usize(self.values.len() - 1)
    }

    fn inst(&mut self, inst: Inst, results: &[TypeId]) -> ValueId {
        let first = self.values.len();
        self.insts.push(inst);
        self.first_results.push(first as u32);
        self.values.extend(results.iter().map(|&ty| ValueData { ty }));
        ValueId::from_usize(first)
    }
}

/// The body of a wrapper; `None` when the method's declaration is in error.
pub(crate) fn body(
    program: &Program<'_>,
    id: FuncId,
    kind: WrapperKind,
    method: &MethodRef,
) -> Option<Body> {
    let holder = program.end_of_path(method);
    let signature = match method.target {
        MethodTarget::Declared(func) => program.signature(func)?,
        MethodTarget::Interface(name) => {
            let set = type_set(program.resolver(), holder);
            set.methods.iter().find(|found| found.name == name)?.signature
        }
    };
    let TypeKind::Signature(signature) = program.under(signature).kind() else { return None };

    let mut builder = Builder::default();
    let receiver = builder.param(method.receiver);
    let params: Vec<ValueId> =
        signature.params.iter().map(|param| builder.param(param.ty)).collect();
    let results: Vec<TypeId> = signature.results.iter().map(|param| param.ty).collect();

    let mut operand = Operand::Value(receiver, method.receiver);
    for &field in &method.path {
        operand = step(program, &mut builder, operand, field)?;
    }
    let mut operands = Vec::with_capacity(params.len() + 1 + results.len());
    let mut methods = Vec::new();
    let callee = match method.target {
        MethodTarget::Declared(func) => {
            let wanted = program.receiver_type(func)?;
            operands.push(adjusted(&mut builder, operand, wanted));
            Callee::Static(func)
        }
        MethodTarget::Interface(_) => {
            let receiver = match operand {
                Operand::Value(value, _) => value,
                Operand::At(ptr, ty) => builder.inst(Inst::Load(ptr), &[ty]),
            };
            let path = Box::default();
            methods.push(MethodRef { receiver: holder, path, target: method.target });
            Callee::Interface { receiver, method: MethodRefId::new(0) }
        }
    };
    operands.extend(params);
    let args = ValueList(ListRange { start: 0, len: operands.len() as u32 });
    let first = builder.inst(Inst::Call(CallId::new(0)), &results).index();
    let start = operands.len() as u32;
    operands.extend((first..first + results.len()).map(ValueId::from_usize));
    let list = ValueList(ListRange { start, len: results.len() as u32 });
    builder.inst(Inst::Return(list), &[]);
    builder.first_results.push(builder.values.len() as u32);

    let block = BlockData {
        first_param: 0,
        param_count: builder.params,
        first_inst: 0,
        inst_count: builder.insts.len() as u32,
        unwind: None,
    };
    Some(Body {
        func: id,
        capture_count: u32::from(kind == WrapperKind::Bound),
        results: results.into(),
        blocks: [block].into(),
        insts: builder.insts.into(),
        first_results: builder.first_results.into(),
        values: builder.values.into(),
        operands: operands.into(),
        calls: [CallData { callee, args }].into(),
        consts: Box::default(),
        tables: Box::default(),
        methods: methods.into(),
        selects: Box::default(),
        bounds: Box::default(),
        range_body: false,
    })
}

/// From a struct, or a pointer to one, to one of its fields.
fn step(
    program: &Program<'_>,
    builder: &mut Builder,
    operand: Operand,
    field: u32,
) -> Option<Operand> {
    let (value, ty) = match operand {
        Operand::Value(value, ty) | Operand::At(value, ty) => (value, ty),
    };
    let pointee = program.pointee(ty);
    let TypeKind::Struct(fields) = program.under(pointee.unwrap_or(ty)).kind() else { return None };
    let field_type = fields.get(field as usize)?.ty;
    let ptr = match (operand, pointee) {
        (Operand::Value(..), None) => {
            let value = builder.inst(Inst::Field { base: value, field }, &[field_type]);
            return Some(Operand::Value(value, field_type));
        }
        (Operand::At(..), Some(_)) => builder.inst(Inst::Load(value), &[ty]),
        _ => value,
    };
    let address = TypeId::pointer(field_type);
    Some(Operand::At(builder.inst(Inst::FieldAddr { ptr, field }, &[address]), field_type))
}

/// The receiver as the method takes it: by value or by pointer.
fn adjusted(builder: &mut Builder, operand: Operand, wanted: TypeId) -> ValueId {
    let by_pointer = matches!(wanted.unalias().kind(), TypeKind::Pointer(_));
    let is_pointer = |ty: TypeId| matches!(ty.unalias().kind(), TypeKind::Pointer(_));
    match operand {
        Operand::Value(value, ty) if is_pointer(ty) == by_pointer => value,
        Operand::Value(ptr, _) if !by_pointer => builder.inst(Inst::Load(ptr), &[wanted]),
        Operand::Value(value, ty) => {
            let alloc = Inst::Alloc(AllocKind::Temporary);
            let ptr = builder.inst(alloc, &[TypeId::pointer(ty)]);
            builder.inst(Inst::Store { ptr, value }, &[]);
            ptr
        }
        Operand::At(ptr, ty) if is_pointer(ty) => {
            let value = builder.inst(Inst::Load(ptr), &[ty]);
            adjusted(builder, Operand::Value(value, ty), wanted)
        }
        Operand::At(ptr, _) if by_pointer => ptr,
        Operand::At(ptr, _) => builder.inst(Inst::Load(ptr), &[wanted]),
    }
}
