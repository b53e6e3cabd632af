//! Conversions, implicit ones and explicit ones.

use super::function::Function;
use crate::ids::ValueId;
use crate::inst::{ConvertKind, Inst};
use gossa_syntax::{ExprId, NodeId};
use gossa_types::{BasicKind, Mode, TypeId, TypeKind};

impl Function<'_, '_> {
    /// A value as it is when assigned to a variable of type `to` (Go spec, "Assignability").
    pub(super) fn assigned(&mut self, at: NodeId, value: ValueId, to: TypeId) -> ValueId {
        let from = self.type_of(value);
        if from == to || to == TypeId::INVALID || from.canonical() == to.canonical() {
            return value;
        }
        self.assigned_slowly(at, value, from, to)
    }

    fn assigned_slowly(&mut self, at: NodeId, value: ValueId, from: TypeId, to: TypeId) -> ValueId {
        if let TypeKind::Interface(_) = self.unit.under(to) {
            return match self.unit.under(from) {
                TypeKind::Interface(_) => self.emit(at, Inst::ChangeInterface(value), to),
                TypeKind::Basic(BasicKind::Invalid | BasicKind::UntypedNil) => self.hole(at, to),
                _ => self.emit(at, Inst::MakeInterface(value), to),
            };
        }
        let like = match (self.unit.under(from), self.unit.under(to)) {
            (TypeKind::Basic(from), TypeKind::Basic(to)) => {
                *from != BasicKind::Invalid && from.canonical() == to.canonical()
            }
            (from, to) => std::mem::discriminant(from) == std::mem::discriminant(to),
        };
        if !like {
            return self.hole(at, to);
        }
        self.emit(at, Inst::Convert { kind: ConvertKind::ChangeType, x: value }, to)
    }

    /// An explicit conversion `T(x)`.
    pub(super) fn conversion(&mut self, at: NodeId, x: ExprId, to: TypeId) -> ValueId {
        if self.unit.mode(x) == Mode::Nil {
            return self.emit(at, Inst::Zero, to);
        }
        let value = self.value(x);
        self.converted(at, value, to)
    }

    pub(super) fn converted(&mut self, at: NodeId, value: ValueId, to: TypeId) -> ValueId {
        let from = self.type_of(value);
        if from == to || from.canonical() == to.canonical() {
            return value;
        }
        let kind = match (self.unit.under(from), self.unit.under(to)) {
            (_, TypeKind::Interface(_)) => return self.assigned(at, value, to),
            (TypeKind::Basic(from), TypeKind::Basic(to)) => match basic_conversion(*from, *to) {
                Some(kind) => kind,
                None => return self.hole(at, TypeId::basic(*to)),
            },
            (TypeKind::Basic(BasicKind::UnsafePointer), TypeKind::Pointer(_)) => {
                ConvertKind::UnsafeToPointer
            }
            (TypeKind::Pointer(_), TypeKind::Basic(BasicKind::UnsafePointer)) => {
                ConvertKind::PointerToUnsafe
            }
            (TypeKind::Basic(from), TypeKind::Slice(elem)) if from.is_string() => {
                if self.is_rune(*elem) {
                    ConvertKind::StringToRunes
                } else {
                    ConvertKind::StringToBytes
                }
            }
            (TypeKind::Slice(elem), TypeKind::Basic(to)) if to.is_string() => {
                if self.is_rune(*elem) {
                    ConvertKind::RunesToString
                } else {
                    ConvertKind::BytesToString
                }
            }
            (TypeKind::Slice(_), TypeKind::Array { .. }) => ConvertKind::SliceToArray,
            (TypeKind::Slice(_), TypeKind::Pointer(array))
                if matches!(self.unit.under(*array), TypeKind::Array { .. }) =>
            {
                ConvertKind::SliceToArrayPointer
            }
            (TypeKind::Basic(BasicKind::Invalid), _) | (_, TypeKind::Basic(_)) => {
                return self.hole(at, to);
            }
            _ => ConvertKind::ChangeType,
        };
        self.emit(at, Inst::Convert { kind, x: value }, to)
    }

    fn is_rune(&self, elem: TypeId) -> bool {
        self.unit.basic(elem).is_some_and(|kind| kind.canonical() == BasicKind::Int32)
    }
}

fn basic_conversion(from: BasicKind, to: BasicKind) -> Option<ConvertKind> {
    let (from, to) = (from.canonical(), to.canonical());
    if from == to {
        return (from != BasicKind::Invalid).then_some(ConvertKind::ChangeType);
    }
    match (from, to) {
        (BasicKind::UnsafePointer, BasicKind::Uintptr) => Some(ConvertKind::UnsafeToUintptr),
        (BasicKind::Uintptr, BasicKind::UnsafePointer) => Some(ConvertKind::UintptrToUnsafe),
        _ if from.is_integer() && to.is_string() => Some(ConvertKind::IntToString),
        _ if from.is_numeric() && to.is_numeric() => Some(ConvertKind::Numeric),
        _ if from.is_string() && to.is_string() || from.is_boolean() && to.is_boolean() => {
            Some(ConvertKind::ChangeType)
        }
        _ => None,
    }
}
