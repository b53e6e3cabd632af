//! Interface values: making, converting, asserting; and the operations on maps and channels that
//! neither call nor wait.
//!
//! An interface value is two words, as in gc: the type (or, for an interface with methods, a table
//! that names the type), and the value if it is one pointer, else a pointer to it.

use crate::code::{NO_SLOT, Op, Slot};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::{RuntimePanic, Trap};
use crate::types::{Shape, Ty};
use gossa_types::TypeId;
use gossa_types::underlying::type_set;

impl Machine<'_> {
    pub(super) fn compute_interfaces(&mut self, base: Addr, op: Op) -> Result<(), Trap> {
        let at = |slot: Slot| base + u64::from(slot);
        match op {
            Op::MakeInterface { dst, x, ty, interface } => {
                let info = self.types.info(ty);
                let (size, direct) = (info.size, info.direct);
                if direct {
                    self.make_interface(at(dst), at(x), ty, interface)?;
                } else {
                    let value = self.new_object(size)?;
                    self.memory.copy(value, at(x), size)?;
                    self.make_interface(at(dst), value, ty, interface)?;
                }
            }
            Op::ChangeInterface { dst, x, from, to } => {
                let data = self.memory.word(at(x) + 8)?;
                let first = match self.dynamic_type_of(at(x), from)? {
                    Some(ty) => self.interface_word(ty, to)?,
                    None => 0,
                };
                self.memory.set_word(at(dst), first)?;
                self.memory.set_word(at(dst) + 8, data)?;
            }
            Op::AssertType { dst, x, from, to, ok } => {
                let dynamic = self.dynamic_type_of(at(x), from)?;
                let info = self.types.info(to);
                let (size, direct) = (info.size, info.direct);
                let matches = dynamic == Some(to);
                if !matches && ok == NO_SLOT {
                    return Err(self.failed_assertion(from, dynamic, to, String::new())?);
                }
                if !matches {
                    self.memory.clear(at(dst), size)?;
                } else if direct {
                    self.memory.copy(at(dst), at(x) + 8, 8)?;
                } else {
                    let value = self.memory.word(at(x) + 8)?;
                    self.memory.copy(at(dst), value, size)?;
                }
                self.set_ok(base, ok, matches)?;
            }
            Op::AssertInterface { dst, x, from, to, ok } => {
                let dynamic = self.dynamic_type_of(at(x), from)?;
                let missing = match dynamic {
                    Some(ty) => self.missing_method(ty, to),
                    None => Some(String::new()),
                };
                if let Some(missing) = &missing
                    && ok == NO_SLOT
                {
                    return Err(self.failed_assertion(from, dynamic, to, missing.clone())?);
                }
                match dynamic.filter(|_| missing.is_none()) {
                    Some(ty) => {
                        let data = self.memory.word(at(x) + 8)?;
                        let first = self.interface_word(ty, to)?;
                        self.memory.set_word(at(dst), first)?;
                        self.memory.set_word(at(dst) + 8, data)?;
                    }
                    None => self.memory.clear(at(dst), 16)?,
                }
                self.set_ok(base, ok, missing.is_none())?;
            }
            Op::CheckInterface { x } => {
                if self.memory.word(at(x))? == 0 {
                    return Err(Trap::NilDereference(0));
                }
            }
            Op::CheckWrapper { ptr, code } => {
                if self.memory.word(at(ptr))? == 0 {
                    return Err(self.nil_receiver(code));
                }
            }
            Op::Panic { x, ty } => {
                let data = self.memory.word(at(x) + 8)?;
                let first = match self.dynamic_type_of(at(x), ty)? {
                    Some(ty) => self.descriptor(ty)?,
                    None => 0,
                };
                return Err(Trap::PanicValue(first, data));
            }
            Op::MakeMap { dst, ty } => {
                let map = self.make_map(ty)?;
                self.memory.set_word(at(dst), map)?;
            }
            Op::MapLookup { dst, map, key, ty, ok, updated } => {
                let size = self.map_value_size(ty);
                let map = self.memory.word(at(map))?;
                // What is wrong with the map or the key is for the update to say.
                let found = if updated && (map == 0 || self.memory.word(map)? == 0) {
                    None
                } else {
                    self.map_find(ty, map, at(key))?
                };
                match found {
                    Some(value) => self.memory.copy(at(dst), value, size)?,
                    None => self.memory.clear(at(dst), size)?,
                }
                self.set_ok(base, ok, found.is_some())?;
            }
            Op::MapUpdate { map, key, value, ty } => {
                let size = self.map_value_size(ty);
                let map = self.memory.word(at(map))?;
                let to = self.map_assign(ty, map, at(key))?;
                self.memory.copy(to, at(value), size)?;
            }
            Op::MapDelete { map, key, ty } => {
                let map = self.memory.word(at(map))?;
                self.map_delete(ty, map, at(key))?;
            }
            Op::MapClear { map, .. } => {
                let map = self.memory.word(at(map))?;
                self.map_clear(map)?;
            }
            Op::MapLen { dst, map } => {
                let map = self.memory.word(at(map))?;
                let len = self.map_len(map)?;
                self.memory.set_word(at(dst), len)?;
            }
            Op::RangeMap { dst, map } => {
                let map = self.memory.word(at(map))?;
                let iterator = self.map_iterator(map)?;
                self.memory.set_word(at(dst), iterator)?;
            }
            Op::NextMap { iterator, ty, ok, key, value } => {
                let iterator = self.memory.word(at(iterator))?;
                let entry = self.map_next(iterator)?;
                let (key_size, value_size) = self.map_entry_sizes(ty);
                if let Some((key_at, value_at)) = entry {
                    self.memory.copy(at(key), key_at, key_size)?;
                    self.memory.copy(at(value), value_at, value_size)?;
                } else {
                    self.memory.clear(at(key), key_size)?;
                    self.memory.clear(at(value), value_size)?;
                }
                self.memory.write(at(ok), 1, u64::from(entry.is_some()))?;
            }
            Op::MakeChan { dst, elem, size, num } => {
                let count = if size == NO_SLOT { 0 } else { self.number(at(size), num)? };
                let negative = num.is_signed() && (count as i64) < 0;
                let elem_size = self.types.info(elem).size;
                let too_many = count.checked_mul(elem_size.max(1)).is_none_or(|n| n > 1 << 47);
                if negative || too_many {
                    return Err(Trap::plain("makechan: size out of range"));
                }
                let chan = self.make_channel(count, elem)?;
                self.memory.set_word(at(dst), chan)?;
            }
            Op::ChanLen { dst, chan } => {
                let chan = self.memory.word(at(chan))?;
                let len = self.channel_len(chan)?;
                self.memory.set_word(at(dst), len)?;
            }
            Op::ChanCap { dst, chan } => {
                let chan = self.memory.word(at(chan))?;
                let cap = self.channel_cap(chan)?;
                self.memory.set_word(at(dst), cap)?;
            }
            Op::ChanClose { chan } => {
                let chan = self.memory.word(at(chan))?;
                self.close(chan)?;
            }
            other => {
                return Err(Trap::Unsupported(format!(
                    "an operation that is not known: {other:?}"
                )));
            }
        }
        Ok(())
    }

    /// Writes an interface value; `value`: where the value is if it is a pointer, else the object
    /// that it keeps.
    pub(crate) fn make_interface(
        &mut self,
        dst: Addr,
        value: Addr,
        ty: Ty,
        interface: Ty,
    ) -> Result<(), Trap> {
        let data = if self.types.info(ty).direct { self.memory.word(value)? } else { value };
        let first = self.interface_word(ty, interface)?;
        self.memory.set_word(dst, first)?;
        self.memory.set_word(dst + 8, data)
    }

    /// First word of an interface value with this dynamic type.
    pub(crate) fn interface_word(&mut self, ty: Ty, interface: Ty) -> Result<u64, Trap> {
        match self.types.info(interface).shape {
            Shape::Interface { empty: false } => self.method_table(interface, ty),
            _ => self.descriptor(ty),
        }
    }

    /// Dynamic type of an interface value at an address; `None`: it is nil.
    pub(crate) fn dynamic_type_of(
        &mut self,
        addr: Addr,
        interface: Ty,
    ) -> Result<Option<Ty>, Trap> {
        let first = self.memory.word(addr)?;
        if first == 0 {
            return Ok(None);
        }
        let empty = self.types.info(interface).shape == Shape::Interface { empty: true };
        self.dynamic_type(first, empty).map(Some)
    }

    /// The name of a method of an interface that a type lacks; `None`: it implements it.
    pub(crate) fn missing_method(&mut self, ty: Ty, interface: Ty) -> Option<String> {
        let id = self.types.info(interface).id;
        let set = type_set(self.types.resolver(), id);
        for method in &set.methods {
            let found = self.method_of(ty, method.name, method.package);
            let same = found.is_some_and(|found| {
                self.signature_of(&found).is_some_and(|signature| {
                    self.types.normal(signature) == self.types.normal(method.signature)
                })
            });
            if !same {
                return Some(method.name.as_str().to_owned());
            }
        }
        None
    }

    fn signature_of(&self, method: &gossa_ssa::MethodRef) -> Option<TypeId> {
        let resolver = self.types.resolver();
        let name = match method.target {
            gossa_ssa::MethodTarget::Interface(name) => name,
            gossa_ssa::MethodTarget::Declared(func) => match func.key() {
                gossa_ssa::FuncKey::Decl { decl, .. } => decl.name(),
                _ => return None,
            },
        };
        let package = match method.target {
            gossa_ssa::MethodTarget::Declared(func) => func.package(),
            gossa_ssa::MethodTarget::Interface(_) => gossa_types::PackageId::universe(),
        };
        gossa_types::lookup::find_method(resolver, method.receiver, package, name)
            .map(|found| found.ty)
    }

    fn failed_assertion(
        &mut self,
        from: Ty,
        dynamic: Option<Ty>,
        to: Ty,
        missing: String,
    ) -> Result<Trap, Trap> {
        // A nil interface asserted to be of an interface type is just "interface" in Go's text.
        let to_interface = matches!(self.types.info(to).shape, Shape::Interface { .. });
        let interface = if dynamic.is_none() && to_interface { 0 } else { self.descriptor(from)? };
        let concrete = match dynamic {
            Some(ty) => self.descriptor(ty)?,
            None => 0,
        };
        let asserted = self.descriptor(to)?;
        Ok(Trap::Panic(RuntimePanic::TypeAssertion { interface, concrete, asserted, missing }))
    }
}
