//! Built-in functions to operations, as instructions and as what `go` and `defer` call.

use super::Compiler;
use crate::code::{NO_SLOT, Op, Slot};
use crate::trap::Trap;
use crate::types::{Num, Shape};
use gossa_types::{Builtin, TypeId};

impl Compiler<'_, '_> {
    /// `args`: where the arguments are, and their types.
    pub(super) fn builtin(
        &mut self,
        op: Builtin,
        args: &[(Slot, TypeId)],
        dst: Slot,
        result: TypeId,
    ) -> Result<(), Trap> {
        let Some(&(x, ty)) = args.first() else {
            if op == Builtin::Println {
                self.text("\n");
            }
            return Ok(());
        };
        let shape = self.shape(ty).clone();
        let y = args.get(1).map_or(NO_SLOT, |&(slot, _)| slot);
        match op {
            Builtin::Append => {
                let size = self.size(result);
                if y == NO_SLOT {
                    self.copy(dst, x, size);
                    return Ok(());
                }
                let elem = match shape {
                    Shape::Slice(elem) => self.ty(elem),
                    _ => self.ty(TypeId::INVALID),
                };
                self.emit(Op::Append { dst, slice: x, more: y, elem });
                self.tell_elements(dst, x, NO_SLOT, elem);
            }
            Builtin::Copy => {
                let size = match shape {
                    Shape::Slice(elem) => self.size(elem) as u32,
                    _ => 1,
                };
                let dst = if dst == NO_SLOT { self.place(8)? } else { dst };
                self.emit(Op::Copy { dst, to: x, from: y, size });
                if let Shape::Slice(elem) = shape {
                    let elem = self.ty(elem);
                    self.tell_elements(x, NO_SLOT, dst, elem);
                }
            }
            Builtin::Len | Builtin::Cap => {
                let array = self.pointee(ty).map(|array| self.shape(array).clone());
                match (&shape, array) {
                    (Shape::Map { .. }, _) => {
                        self.emit(Op::MapLen { dst, map: x });
                    }
                    (Shape::Chan(_), _) if op == Builtin::Len => {
                        self.emit(Op::ChanLen { dst, chan: x });
                    }
                    (Shape::Chan(_), _) => {
                        self.emit(Op::ChanCap { dst, chan: x });
                    }
                    (Shape::Array { len, .. }, _) => self.word(dst, *len),
                    (_, Some(Shape::Array { len, .. })) => self.word(dst, len),
                    _ => self.copy(dst, x + if op == Builtin::Len { 8 } else { 16 }, 8),
                }
            }
            Builtin::Clear => {
                if let Shape::Slice(elem) = shape {
                    let size = self.size(elem) as u32;
                    self.emit(Op::SliceClear { slice: x, size });
                } else {
                    let ty = self.ty(ty);
                    self.emit(Op::MapClear { map: x, ty });
                }
            }
            Builtin::Close => {
                self.emit(Op::ChanClose { chan: x });
            }
            Builtin::Delete => {
                let ty = self.ty(ty);
                self.emit(Op::MapDelete { map: x, key: y, ty });
            }
            Builtin::Complex => {
                let half = self.size(ty);
                self.copy(dst, x, half);
                self.copy(dst + half as Slot, y, half);
            }
            Builtin::Real | Builtin::Imag => {
                let half = self.size(ty) / 2;
                let offset = if op == Builtin::Real { 0 } else { half as Slot };
                self.copy(dst, x + offset, half);
            }
            Builtin::Max | Builtin::Min => {
                let max = op == Builtin::Max;
                let size = self.size(result);
                self.copy(dst, x, size);
                for &(y, _) in &args[1..] {
                    self.emit(match shape {
                        Shape::String => Op::MinMaxStrings { max, dst, x: dst, y },
                        Shape::Num(num) => Op::MinMax { max, num, dst, x: dst, y },
                        _ => Op::MinMax { max, num: Num::U64, dst, x: dst, y },
                    });
                }
            }
            Builtin::Print | Builtin::Println => {
                for (index, &(x, ty)) in args.iter().enumerate() {
                    if index > 0 && op == Builtin::Println {
                        self.text(" ");
                    }
                    let ty = self.ty(ty);
                    self.emit(Op::Print { x, ty });
                }
                if op == Builtin::Println {
                    self.text("\n");
                }
            }
            Builtin::Panic => {
                let ty = self.ty(ty);
                self.emit(Op::Panic { x, ty });
            }
            // `defer recover()` recovers nothing: no deferred function calls it.
            Builtin::Recover => self.zero(dst, 16),
            _ => {
                self.emit(Op::Hole);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let at = self.bytes(text.as_bytes());
        self.emit(Op::PrintText { at, size: text.len() as u32 });
    }
}
