//! What operations do to an address that is held as an integer.

use super::origin::{is_c_function, is_runtime, reflect_address, takes_addresses};
use gossa_api::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;

/// What an integer becomes at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// `unsafe.Pointer(u)`
    Pointer,
    /// An argument that is used as an address.
    Address,
}

/// Whether integers become addresses again at an instruction.
pub(crate) fn end_of(inst: Inst<'_>) -> Option<End> {
    match inst.op() {
        Op::Convert { kind: ConvertKind::UintptrToUnsafe, .. } => Some(End::Pointer),
        Op::Call(call) | Op::Go(call) | Op::Defer(call) => match call.callee() {
            Callee::Static { name, .. } if takes_addresses(&name, call.static_callee()) => {
                Some(End::Address)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Follows addresses through integers.
pub(crate) struct Addresses<'p> {
    program: Program<'p>,
    /// By package: parameters of functions that C may call, which may be addresses.
    callbacks: RefCell<HashMap<&'static str, Vec<(Func<'p>, Value<'p>)>>>,
}

impl<'p> Addresses<'p> {
    pub(crate) fn new(program: Program<'p>) -> Self {
        Self { program, callbacks: RefCell::default() }
    }

    /// Whether C may call a function with an address as this parameter.
    pub(crate) fn is_called_back(&self, func: Func<'p>, param: Value<'p>) -> bool {
        func.is_exported_to_c() && self.callbacks_in(func.package()).contains(&(func, param))
    }

    fn callbacks_in(&self, package: &'static str) -> Vec<(Func<'p>, Value<'p>)> {
        let find = || {
            let mut found = Vec::new();
            for func in self.program.functions().filter(|func| func.package() == package) {
                let params = func.params().filter(|param| param.ty().is_address_sized_integer());
                let mut params = params.map(|param| (func, param)).peekable();
                if !func.is_closure() && params.peek().is_some() && func.is_exported_to_c() {
                    found.extend(params);
                }
            }
            found
        };
        self.callbacks.borrow_mut().entry(package).or_insert_with(find).clone()
    }
}

impl<'p> Tracker<'p> for Addresses<'p> {
    fn verdict(&self, used: &Use<'_, 'p>) -> Verdict {
        let inst = used.inst;
        let whole = used.part.is_whole();
        if whole && end_of(inst).is_some() {
            // Converted back in the same expression.
            let in_place = used.in_place.is_some_and(|origin| inst.encloses(origin));
            return if in_place { Verdict::Drop } else { Verdict::End };
        }
        match inst.op() {
            Op::Convert { kind: ConvertKind::Numeric, .. } if whole => {
                let result = inst.results().next();
                let fits = result.is_some_and(|value| value.ty().is_address_sized_integer());
                if fits { Verdict::Usual } else { Verdict::Drop }
            }
            Op::Binary { op, x, y } if whole && keeps_address(op, used.value, x, y) => {
                Verdict::Result
            }
            _ => Verdict::Usual,
        }
    }

    fn follows(&self, write: &Access<'p>, read: &Access<'p>, meeting: Meeting) -> bool {
        let wanted = match meeting {
            Meeting::Possible => true,
            Meeting::ByType => write.is_named() && read.is_named(),
            _ => false,
        };
        // Elements and variables of other integer types are many, and addresses are rarely among
        // them.
        let likely = write.is_named() && read.is_named() || read.ty().is_some_and(Type::is_uintptr);
        wanted && likely && !is_runtime(read.inst().func().package())
    }

    fn returns(&self, func: Func<'p>) -> bool {
        // Their results are origins of their own, with rules of their own.
        func.declared_name().is_none_or(|name| reflect_address(&name).is_none())
    }

    fn called_back(&self, used: &Use<'_, 'p>) -> Vec<(Func<'p>, Value<'p>)> {
        let Some(call) = used.inst.call() else { return Vec::new() };
        let Callee::Static { name, .. } = call.callee() else { return Vec::new() };
        if !used.part.is_whole() || !is_c_function(&name) {
            return Vec::new();
        }
        self.callbacks_in(used.inst.func().package())
    }
}

/// Whether the result of an operation is still an address inside (or at the end of) the object.
fn keeps_address<'p>(op: BinaryOp, held: Value<'p>, x: Value<'p>, y: Value<'p>) -> bool {
    let other = if x == held { y } else { x };
    match op {
        BinaryOp::Add | BinaryOp::Or | BinaryOp::Xor => true,
        // An address minus another address is a distance.
        BinaryOp::Sub => x == held && !is_address(other),
        // A small mask asks for alignment or a tag.
        BinaryOp::And => constant(other).is_none_or(|mask| !(0..4096).contains(&mask)),
        BinaryOp::AndNot | BinaryOp::Shl | BinaryOp::Shr => x == held,
        _ => false,
    }
}

fn is_address(value: Value<'_>) -> bool {
    matches!(
        value.definition().map(Inst::op),
        Some(Op::Convert { kind: ConvertKind::UnsafeToUintptr, .. })
    )
}

fn constant(value: Value<'_>) -> Option<i64> {
    match value.definition()?.op() {
        Op::Const(constant) => constant.as_i64(),
        _ => None,
    }
}
