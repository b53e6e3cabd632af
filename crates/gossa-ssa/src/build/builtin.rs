//! Built-in functions.

use super::expr::Values;
use super::function::Function;
use super::types::INT;
use crate::ids::ValueId;
use crate::inst::{AllocKind, Inst, UnsafeOp};
use gossa_syntax::{Expr, ExprId, ExprList, NodeId};
use gossa_types::constant::Value;
use gossa_types::sizes::Sizes;
use gossa_types::universe::universe;
use gossa_types::{BasicKind, Builtin, Mode, Selected, TypeId, TypeKind};
use smallvec::SmallVec;

impl<'e> Function<'_, 'e> {
    /// A call of a built-in function; its value where it has one.
    pub(super) fn builtin(
        &mut self,
        expr: ExprId,
        builtin: Builtin,
        args: ExprList,
        spread: bool,
    ) -> Option<ValueId> {
        let at = NodeId::from(expr);
        let exprs: &'e [ExprId] = &self.unit.tree[args];
        let ty = self.unit.ty(expr);
        let Some(&first) = exprs.first() else {
            return match builtin {
                Builtin::Recover => {
                    let any = universe().any_type;
                    Some(self.emit(at, Inst::Recover, any))
                }
                Builtin::Print | Builtin::Println => self.plain(at, builtin, &[], None),
                _ => Some(self.hole(at, ty)),
            };
        };
        let second = exprs.get(1).copied();
        if let Some(values) = self.tuple_values(exprs) {
            return self.builtin_of_values(at, builtin, &values, ty);
        }
        match builtin {
            Builtin::Append => Some(self.append(at, exprs, spread, ty)),
            Builtin::Len | Builtin::Cap => Some(self.length(at, builtin, first, ty)),
            Builtin::Make => Some(self.make(at, first, &exprs[1..])),
            Builtin::New => Some(if self.unit.mode(first) == Mode::Type {
                let elem = self.unit.ty(first);
                self.alloc(at, AllocKind::New, elem, None)
            } else {
                let elem = self.unit.pointee(ty).unwrap_or(TypeId::INVALID);
                let value = self.value_as(first, elem);
                self.new_variable(at, elem, value)
            }),
            Builtin::Panic => {
                let value = self.value_as(first, universe().any_type);
                self.terminate(at, Inst::Panic(value));
                None
            }
            Builtin::Clear | Builtin::Close | Builtin::Print | Builtin::Println => {
                let values = self.builtin_args(builtin, exprs);
                self.plain(at, builtin, &values, None)
            }
            Builtin::Delete => {
                let values = self.builtin_args(builtin, exprs);
                self.plain(at, builtin, &values, None)
            }
            Builtin::Copy => {
                let values = self.builtin_args(builtin, exprs);
                self.plain(at, builtin, &values, Some(INT))
            }
            Builtin::Complex => {
                let part = match self.unit.basic(ty) {
                    Some(BasicKind::Complex64) => BasicKind::Float32,
                    _ => BasicKind::Float64,
                };
                let part = TypeId::basic(part);
                let mut values: SmallVec<[ValueId; 4]> = SmallVec::new();
                for &arg in exprs {
                    let value = self.value(arg);
                    values.push(if self.unit.mode(arg) == Mode::Constant {
                        self.converted(at, value, part)
                    } else {
                        value
                    });
                }
                self.plain(at, builtin, &values, Some(ty))
            }
            Builtin::Real | Builtin::Imag => {
                let value = self.value(first);
                self.plain(at, builtin, &[value], Some(ty))
            }
            Builtin::Min | Builtin::Max => {
                let values: SmallVec<[ValueId; 4]> =
                    exprs.iter().map(|&arg| self.value_as(arg, ty)).collect();
                self.plain(at, builtin, &values, Some(ty))
            }
            Builtin::UnsafeAdd | Builtin::UnsafeSlice | Builtin::UnsafeString => {
                let op = match builtin {
                    Builtin::UnsafeAdd => UnsafeOp::Add,
                    Builtin::UnsafeSlice => UnsafeOp::Slice,
                    _ => UnsafeOp::String,
                };
                let x = self.value(first);
                let x = self.plain_pointer(at, x);
                let y = second.map(|second| self.size(second));
                Some(self.emit(at, Inst::Unsafe { op, x, y }, ty))
            }
            Builtin::UnsafeSliceData | Builtin::UnsafeStringData => {
                let op = match builtin {
                    Builtin::UnsafeSliceData => UnsafeOp::SliceData,
                    _ => UnsafeOp::StringData,
                };
                let x = self.value(first);
                Some(self.emit(at, Inst::Unsafe { op, x, y: None }, ty))
            }
            Builtin::UnsafeSizeof | Builtin::UnsafeAlignof | Builtin::UnsafeOffsetof => {
                // Constants unless type parameters are involved; the operand is not evaluated.
                Some(match self.layout(builtin, first) {
                    Some(bytes) => self.constant(at, Value::from_i64(bytes), ty),
                    None => self.hole(at, ty),
                })
            }
            Builtin::Recover => Some(self.hole(at, ty)),
        }
    }

    /// The values of an only argument that gives several, as in `println(f())`.
    fn tuple_values(&mut self, exprs: &[ExprId]) -> Option<Values> {
        let [only] = exprs else { return None };
        match self.unit.subst(self.unit.types.ty(*only)).kind() {
            TypeKind::Tuple(types) if types.len() > 1 => Some(self.values(*only)),
            _ => None,
        }
    }

    /// A call of a built-in function with the results of another call.
    fn builtin_of_values(
        &mut self,
        at: NodeId,
        builtin: Builtin,
        values: &[ValueId],
        ty: TypeId,
    ) -> Option<ValueId> {
        match builtin {
            Builtin::Append => {
                let slice = self.assigned(at, values[0], ty);
                let elem = self.unit.element(ty);
                let more: Values =
                    values[1..].iter().map(|&value| self.assigned(at, value, elem)).collect();
                let more = self.packed(at, &more, elem, TypeId::slice(elem));
                self.plain(at, builtin, &[slice, more], Some(ty))
            }
            Builtin::Copy => self.plain(at, builtin, values, Some(INT)),
            Builtin::Complex => self.plain(at, builtin, values, Some(ty)),
            Builtin::Min | Builtin::Max => {
                let values: Values =
                    values.iter().map(|&value| self.assigned(at, value, ty)).collect();
                self.plain(at, builtin, &values, Some(ty))
            }
            Builtin::Delete | Builtin::Print | Builtin::Println => {
                let values = self.converted_args(at, builtin, values);
                self.plain(at, builtin, &values, None)
            }
            // The others take one argument, or types.
            _ => Some(self.hole(at, ty)),
        }
    }

    /// Values as arguments of a built-in function: the key of `delete` is converted.
    fn converted_args(
        &mut self,
        at: NodeId,
        builtin: Builtin,
        values: &[ValueId],
    ) -> SmallVec<[ValueId; 6]> {
        let mut values: SmallVec<[ValueId; 6]> = values.iter().copied().collect();
        if let (Builtin::Delete, [map, key, ..]) = (builtin, &mut values[..])
            && let TypeKind::Map { key: ty, .. } = self.unit.under(self.type_of(*map))
        {
            *key = self.assigned(at, *key, *ty);
        }
        values
    }

    /// Evaluated arguments of a built-in function that is an instruction by itself, or is called
    /// by a `go` or `defer` statement.
    pub(super) fn builtin_args(
        &mut self,
        builtin: Builtin,
        exprs: &[ExprId],
    ) -> SmallVec<[ValueId; 6]> {
        if let Some(values) = self.tuple_values(exprs) {
            return self.converted_args(exprs[0].into(), builtin, &values);
        }
        let mut values: SmallVec<[ValueId; 6]> = SmallVec::new();
        for (index, &arg) in exprs.iter().enumerate() {
            let value = match builtin {
                Builtin::Panic => self.value_as(arg, universe().any_type),
                Builtin::Delete if index == 1 => {
                    let map = values.first().map_or(TypeId::INVALID, |&map| self.type_of(map));
                    let key = match self.unit.under(map) {
                        TypeKind::Map { key, .. } => *key,
                        _ => TypeId::INVALID,
                    };
                    self.value_as(arg, key)
                }
                _ => self.value(arg),
            };
            values.push(value);
        }
        values
    }

    fn plain(
        &mut self,
        at: NodeId,
        op: Builtin,
        args: &[ValueId],
        result: Option<TypeId>,
    ) -> Option<ValueId> {
        let args = self.list(args);
        match result {
            Some(ty) => Some(self.emit(at, Inst::Builtin { op, args }, ty)),
            None => {
                self.emit_none(at, Inst::Builtin { op, args });
                None
            }
        }
    }

    /// A value of a defined pointer type as one of the pointer type itself.
    fn plain_pointer(&mut self, at: NodeId, value: ValueId) -> ValueId {
        match self.unit.pointee(self.type_of(value)) {
            Some(elem) => self.assigned(at, value, TypeId::pointer(elem)),
            None => value,
        }
    }

    fn append(&mut self, at: NodeId, exprs: &[ExprId], spread: bool, ty: TypeId) -> ValueId {
        let slice = self.value_as(exprs[0], ty);
        if exprs.len() == 1 {
            return slice;
        }
        let elem = self.unit.element(ty);
        let more = if spread {
            let last = exprs[exprs.len() - 1];
            if self.unit.mode(last) == Mode::Nil {
                self.emit(at, Inst::Zero, ty)
            } else {
                self.value(last)
            }
        } else {
            let mut values: SmallVec<[ValueId; 6]> = SmallVec::new();
            for &expr in &exprs[1..] {
                values.push(self.value_as(expr, elem));
            }
            self.packed(at, &values, elem, TypeId::slice(elem))
        };
        let args = self.list(&[slice, more]);
        self.emit(at, Inst::Builtin { op: Builtin::Append, args }, ty)
    }

    fn length(&mut self, at: NodeId, builtin: Builtin, x: ExprId, ty: TypeId) -> ValueId {
        let operand_type = self.unit.ty(x);
        let array = match self.unit.under(operand_type) {
            TypeKind::Pointer(elem) => self.unit.under(*elem),
            kind => kind,
        };
        if let TypeKind::Array { len, .. } = array {
            // Not constant only because the operand has calls or receives in it (or its type was
            // not known before).
            self.discard(x);
            return self.constant(at, Value::from_i64(*len), ty);
        }
        let value = self.value(x);
        let args = self.list(&[value]);
        self.emit(at, Inst::Builtin { op: builtin, args }, ty)
    }

    fn make(&mut self, at: NodeId, made: ExprId, sizes: &[ExprId]) -> ValueId {
        let ty = self.unit.ty(made);
        let first = sizes.first().map(|&size| self.size(size));
        match self.unit.under(ty) {
            TypeKind::Slice(_) => {
                let Some(len) = first else { return self.hole(at, ty) };
                let cap = sizes.get(1).map(|&size| self.size(size));
                self.emit(at, Inst::MakeSlice { len, cap }, ty)
            }
            TypeKind::Map { .. } => self.emit(at, Inst::MakeMap(first), ty),
            TypeKind::Chan { .. } => self.emit(at, Inst::MakeChan(first), ty),
            _ => self.hole(at, ty),
        }
    }

    /// Size, alignment or offset that only instantiation tells.
    fn layout(&self, builtin: Builtin, x: ExprId) -> Option<i64> {
        let sizes = Sizes::new(&self.unit.resolver);
        match builtin {
            Builtin::UnsafeSizeof => sizes.size(self.unit.ty(x)),
            Builtin::UnsafeAlignof => sizes.align(self.unit.ty(x)),
            _ => {
                let tree = self.unit.tree;
                let selector = tree.unparen(x);
                let Expr::Selector { x, .. } = tree[selector] else { return None };
                let selection = self.unit.types.selection(selector)?;
                let Selected::Field { index } = selection.selected else { return None };
                let base = self.unit.ty(x);
                let base = self.unit.pointee(base).unwrap_or(base);
                let path: SmallVec<[u32; 4]> =
                    selection.path.iter().copied().chain([index]).collect();
                sizes.offset_of_path(base, &path)
            }
        }
    }
}
