//! Panics on their way up: deferred calls, recovery, and the end of a program that nobody saves.

use crate::code::{Code, CodeId, CodeKey, Op, Pc};
use crate::exec::Next;
use crate::goroutine::{Goroutine, Panicking};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::observe::CallKind;
use crate::trap::{RuntimePanic, Trap};
use crate::types::Ty;
use gossa_ssa::FuncKey;
use gossa_types::TypeId;

/// Whether a function of `reflect` only hands a call on, and is not seen by `recover`.
fn hands_on(code: &Code) -> bool {
    match &code.key {
        CodeKey::MakeFunc(_) | CodeKey::ReflectMethod(_) => true,
        CodeKey::Func(func) => match *func.key() {
            FuncKey::Decl { decl, .. } => {
                decl.package().path() == "reflect"
                    && matches!(decl.name().as_str(), "callReflect" | "callMethod" | "call")
            }
            _ => false,
        },
        _ => false,
    }
}

impl Machine<'_> {
    /// Turns what stopped an operation into a panic on its way up; hands back what ends the run.
    pub(crate) fn trapped(&mut self, go: &mut Goroutine, trap: Trap) -> Result<(), Trap> {
        let fault = match &trap {
            Trap::NilDereference(addr) => Some(*addr),
            _ => None,
        };
        let mut panic = Panicking {
            value: (0, 0),
            goexit: false,
            recovered: false,
            frame: 0,
            origin: Box::default(),
            fault,
        };
        panic.value = match trap {
            Trap::NilDereference(_) => {
                let text = "invalid memory address or nil pointer dereference";
                self.runtime_error(&RuntimePanic::Error(text.into()))?
            }
            Trap::Panic(panic) => self.runtime_error(&panic)?,
            Trap::PanicValue(0, _) => self.nil_panic()?,
            Trap::PanicValue(first, second) => (first, second),
            Trap::Goexit => {
                panic.goexit = true;
                go.panics.push(panic);
                return self.unwind(go);
            }
            other => return Err(other),
        };
        panic.origin = go.calls();
        go.panics.push(panic);
        self.unwind(go)
    }

    /// Takes activations off until one has deferred calls to run.
    fn unwind(&mut self, go: &mut Goroutine) -> Result<(), Trap> {
        while let Some(frame) = go.frames.last_mut() {
            let at_unwind = matches!(frame.code.ops[frame.pc as usize], Op::Unwind { .. });
            let to = if at_unwind { Some(frame.pc) } else { frame.code.unwind(frame.pc) };
            if let Some(to) = to {
                frame.pc = to;
                frame.recovered = false;
                return Ok(());
            }
            self.tell_leave(go);
            go.pop();
        }
        match go.panics.last() {
            Some(last) if !last.goexit => Err(self.uncaught(go)),
            _ => Ok(()),
        }
    }

    /// The exceptional exit of an activation: the next deferred call, or what follows the last.
    pub(crate) fn unwind_op(&mut self, go: &mut Goroutine, recovered: Pc) -> Result<Next, Trap> {
        let Some(frame) = go.frames.last_mut() else { return Ok(Next::Frame) };
        if !frame.recovered
            && let Some(panic) = go.panics.last_mut()
        {
            if panic.recovered {
                let id = frame.id;
                frame.recovered = true;
                go.panics.pop();
                // Those that this one replaced are over, too.
                let older = std::mem::take(&mut go.panics);
                let exits = older.iter().any(|panic| panic.goexit && panic.frame == id);
                go.panics = older
                    .into_iter()
                    .filter(|panic| panic.frame != id && go.has_frame(panic.frame))
                    .collect();
                if exits {
                    return Err(Trap::Goexit);
                }
            } else {
                panic.frame = frame.id;
            }
        }
        let Some(frame) = go.frames.last_mut() else { return Ok(Next::Frame) };
        if let Some(call) = frame.defers.pop() {
            if self.observer.is_some() {
                let (code, pc) = (frame.code.clone(), frame.pc);
                let site = self.site(go, &code, pc);
                self.tell_started(site, &call.code, CallKind::DeferredAtPanic);
            }
            self.enter_deferred(go, call, 0, true)?;
            return Ok(Next::Frame);
        }
        if frame.recovered {
            frame.recovered = false;
            frame.pc = recovered;
            return Ok(Next::Frame);
        }
        self.tell_leave(go);
        go.pop();
        self.unwind(go)?;
        Ok(Next::Frame)
    }

    /// `recover()`: the value of the panic that the deferred call runs for. Code that only hands
    /// calls on may lie between that call and the function that recovers.
    pub(crate) fn recover(&mut self, go: &mut Goroutine) -> (u64, u64) {
        let top = go.frames.len().saturating_sub(1);
        let mut called = top;
        while called > 0 && !go.frames[called].deferred && hands_on(&go.frames[called - 1].code) {
            called -= 1;
        }
        let is_deferred = go.frames.get(called).is_some_and(|frame| frame.deferred);
        let below = called.checked_sub(1).filter(|_| is_deferred).map(|below| go.frames[below].id);
        match go.panics.last_mut() {
            Some(panic) if !panic.goexit && !panic.recovered && Some(panic.frame) == below => {
                panic.recovered = true;
                panic.value
            }
            _ => (0, 0),
        }
    }

    fn runtime_type(&mut self, name: &str) -> Ty {
        self.named_type("runtime", name)
    }

    /// A value of one of `runtime`'s error types, as an `any`.
    fn runtime_error(&mut self, panic: &RuntimePanic) -> Result<(u64, u64), Trap> {
        let named = |machine: &mut Self, name: &str| machine.runtime_type(name);
        match panic {
            RuntimePanic::Divide => {
                let text = "integer divide by zero";
                self.runtime_error(&RuntimePanic::Error(text.into()))
            }
            RuntimePanic::Shift => {
                self.runtime_error(&RuntimePanic::Error("negative shift amount".into()))
            }
            RuntimePanic::Error(text) | RuntimePanic::Plain(text) => {
                let plain = matches!(panic, RuntimePanic::Plain(_));
                let ty = named(self, if plain { "plainError" } else { "errorString" });
                let value = self.memory.alloc(16)?;
                self.set_string(value, text.as_bytes())?;
                Ok((self.descriptor(ty)?, value))
            }
            RuntimePanic::Unhashable { ty, in_empty: false } => {
                let name = self.type_name(self.types.info(*ty).id);
                self.runtime_error(&RuntimePanic::Error(format!("hash of unhashable type {name}")))
            }
            RuntimePanic::Unhashable { ty, in_empty: true } => {
                // A struct of one pointer, which is in the interface's word itself.
                let error = self.named_type("internal/runtime/maps", "unhashableTypeError");
                let value = self.descriptor(*ty)?;
                Ok((self.descriptor(error)?, value))
            }
            RuntimePanic::Bounds { x, y, signed, code } => {
                let ty = named(self, "boundsError");
                let value = self.memory.alloc(self.types.info(ty).size)?;
                self.set_field(ty, value, "x", *x as u64)?;
                self.set_field(ty, value, "y", *y as u64)?;
                self.set_field(ty, value, "signed", u64::from(*signed))?;
                self.set_field(ty, value, "code", *code as u64)?;
                Ok((self.descriptor(ty)?, value))
            }
            RuntimePanic::TypeAssertion { interface, concrete, asserted, missing } => {
                let ty = named(self, "TypeAssertionError");
                let value = self.memory.alloc(self.types.info(ty).size)?;
                self.set_field(ty, value, "_interface", *interface)?;
                self.set_field(ty, value, "concrete", *concrete)?;
                self.set_field(ty, value, "asserted", *asserted)?;
                if let Some((at, _)) = self.field(ty, "missingMethod") {
                    self.set_string(value + at, missing.as_bytes())?;
                }
                let id = TypeId::pointer(self.types.info(ty).id);
                let pointer = self.types.of(id);
                Ok((self.descriptor(pointer)?, value))
            }
        }
    }

    /// What `panic(nil)` panics with.
    fn nil_panic(&mut self) -> Result<(u64, u64), Trap> {
        let ty = self.runtime_type("PanicNilError");
        let value = self.memory.alloc(self.types.info(ty).size)?;
        let pointer = self.types.of(TypeId::pointer(self.types.info(ty).id));
        Ok((self.descriptor(pointer)?, value))
    }

    /// Offset and type of a field by name.
    pub(crate) fn field(&self, ty: Ty, name: &str) -> Option<(u64, Ty)> {
        let id = self.types.info(ty).id;
        let fields = gossa_types::lookup::struct_fields(self.types.resolver(), id)?;
        let index = fields.iter().position(|field| field.name.as_str() == name)?;
        match &self.types.info(ty).shape {
            crate::types::Shape::Struct(places) => {
                places.get(index).map(|place| (place.offset, place.ty))
            }
            _ => None,
        }
    }

    fn set_field(&mut self, ty: Ty, at: Addr, name: &str, value: u64) -> Result<(), Trap> {
        let Some((offset, ty)) = self.field(ty, name) else { return Ok(()) };
        let size = self.types.info(ty).size.min(8);
        self.memory.write(at + offset, size, value)
    }

    /// The panic of a method of `T` that is called through a nil `*T`.
    pub(crate) fn nil_receiver(&self, code: CodeId) -> Trap {
        let name = match self.code_key(code) {
            CodeKey::Func(func) => func.to_string(),
            _ => String::new(),
        };
        let (rest, method) = name.rsplit_once('.').unwrap_or(("", &name));
        let ty = rest.rsplit_once('.').map_or(rest, |(_, ty)| ty);
        Trap::plain(format!("value method {rest}.{method} called using nil *{ty} pointer"))
    }

    /// A panic that nobody recovered.
    fn uncaught(&mut self, go: &Goroutine) -> Trap {
        self.dying = go.panics.iter().filter(|panic| !panic.goexit).cloned().collect();
        self.dying_go = Some(go.id);
        Trap::Uncaught
    }
}
