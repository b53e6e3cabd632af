//! Functions that the machine runs itself: those that Go's standard library leaves to assembly or
//! to the runtime, by name.
//!
//! Everything else of the standard library runs from its source.

mod atomic;
mod big;
mod bytealg;
mod callers;
mod coroutine;
mod files;
mod reflection;
mod runtime;
mod sync;
mod system;
mod time;

pub(crate) use callers::is_shown;

use crate::code::{Code, CodeId, CodeKey};
use crate::goroutine::Goroutine;
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;
use gossa_base::{FxHashMap, Name};
use gossa_ssa::{FuncId, FuncKey};
use gossa_types::DeclId;
use std::rc::Rc;

/// What an intrinsic does. It may run again when it made the goroutine wait.
pub(crate) type Native = fn(&mut Machine<'_>, &mut Goroutine, &Call) -> Result<(), Trap>;

/// Intrinsics with the functions' names.
pub(crate) type List = &'static [(&'static str, Native)];

/// A call of an intrinsic.
pub(crate) struct Call {
    pub(crate) base: Addr,
    pub(crate) code: Rc<Code>,
}

/// All intrinsics, and what they keep between calls.
#[derive(Clone)]
pub struct Natives {
    by_name: FxHashMap<&'static str, u32>,
    list: Vec<Native>,
    pub(crate) semaphores: sync::Semaphores,
    pub(crate) timers: time::Timers,
    pub(crate) coroutines: coroutine::Coroutines,
    pub(crate) pipe_waiters: files::PipeWaiters,
    pub(crate) funcs: callers::Funcs,
}

impl Natives {
    /// All that there are.
    #[must_use]
    pub fn new() -> Self {
        let mut natives = Self {
            by_name: FxHashMap::default(),
            list: Vec::new(),
            semaphores: sync::Semaphores::default(),
            timers: time::Timers::default(),
            coroutines: coroutine::Coroutines::default(),
            pipe_waiters: Vec::new(),
            funcs: callers::Funcs::default(),
        };
        for group in [
            atomic::LIST,
            big::LIST,
            bytealg::LIST,
            callers::LIST,
            coroutine::LIST,
            reflection::LIST,
            runtime::LIST,
            sync::LIST,
            system::LIST,
            time::LIST,
        ] {
            for &(name, native) in group {
                natives.by_name.insert(name, natives.list.len() as u32);
                natives.list.push(native);
            }
        }
        natives
    }
}

impl Default for Natives {
    fn default() -> Self {
        Self::new()
    }
}

impl Call {
    /// Where a parameter is.
    pub(crate) fn at(&self, _: &Machine<'_>, index: usize) -> Addr {
        self.base + u64::from(self.code.param_at[index])
    }

    /// A parameter of one word or less.
    pub(crate) fn arg(&self, machine: &Machine<'_>, index: usize) -> Result<u64, Trap> {
        let size = machine.types.info(self.code.params[index]).size.clamp(1, 8);
        machine.memory.read(self.at(machine, index), size)
    }

    /// Where a result goes.
    pub(crate) fn result(&self, _: &Machine<'_>, index: usize) -> Addr {
        self.base + u64::from(self.code.param_bytes) + u64::from(self.code.result_at[index])
    }

    /// Sets a result of one word or less.
    pub(crate) fn set(
        &self,
        machine: &mut Machine<'_>,
        index: usize,
        value: u64,
    ) -> Result<(), Trap> {
        let size = machine.types.info(self.code.results[index]).size.clamp(1, 8);
        let at = self.result(machine, index);
        machine.memory.write(at, size, value)
    }
}

impl Machine<'_> {
    /// The intrinsic that stands for a function.
    pub(crate) fn intrinsic(&self, func: FuncId) -> Option<u32> {
        let FuncKey::Decl { decl, .. } = func.key() else { return None };
        let mut name = func.to_string();
        let package = decl.package();
        if package.path() != package.as_str() {
            // Compiled for tests: quoted, with the variant.
            let printed = gossa_types::constant::quote(package.as_str().as_bytes());
            name = name.replacen(&*printed, package.path(), 1);
        }
        let plain = name.split_once('[').map_or(&*name, |(plain, _)| plain);
        self.natives.by_name.get(plain).copied()
    }

    /// The function whose body runs in place of another that gc has in assembly.
    pub(crate) fn pure_go(&self, func: FuncId) -> Option<FuncId> {
        let FuncKey::Decl { decl, .. } = *func.key() else { return None };
        if decl.package().path() != "math" {
            return None;
        }
        let name = match decl.name().as_str() {
            "archExp" => "exp",
            "archLog" => "log",
            "archHypot" => "hypot",
            "archMax" => "max",
            "archMin" => "min",
            _ => return None,
        };
        Some(FuncId::declared(DeclId::top_level(decl.package(), Name::new(name))))
    }

    fn reflect_field(&mut self, ty: &str, field: &str) -> Result<u64, Trap> {
        let ty = self.named_type("reflect", ty);
        let found = self.field(ty, field).map(|(offset, _)| offset);
        found.ok_or_else(|| Trap::Unsupported(format!("a reflect without {field}")))
    }

    pub(crate) fn run_intrinsic(
        &mut self,
        go: &mut Goroutine,
        index: u32,
        call: &Call,
    ) -> Result<(), Trap> {
        let native = self.natives.list[index as usize];
        native(self, go, call)
    }
}

/// A function of `reflect` whose address closures hold that it makes.
#[derive(Clone, Copy)]
pub(crate) enum Stub {
    /// `reflect.MakeFunc`
    MakeFunc,
    /// A method value.
    Method,
}

impl Stub {
    /// The stub that a function is.
    pub(crate) fn of(func: FuncId) -> Option<Self> {
        let FuncKey::Decl { decl, .. } = *func.key() else { return None };
        if decl.package().path() != "reflect" {
            return None;
        }
        match decl.name().as_str() {
            "makeFuncStub" => Some(Self::MakeFunc),
            "methodValueCall" => Some(Self::Method),
            _ => None,
        }
    }

    /// The code of a closure that holds the stub's address.
    pub(crate) fn code(self, machine: &mut Machine<'_>, closure: Addr) -> Result<CodeId, Trap> {
        let key = match self {
            Self::MakeFunc => {
                let offset = machine.reflect_field("makeFuncImpl", "ftyp")?;
                let descriptor = machine.memory.word(closure + offset)?;
                CodeKey::MakeFunc(machine.described(descriptor)?)
            }
            Self::Method => {
                let receiver = closure + machine.reflect_field("methodValue", "rcvr")?;
                let index = closure + machine.reflect_field("methodValue", "method")?;
                let index = machine.memory.word(index)?;
                let ty = machine.described(machine.memory.word(receiver)?)?;
                let signature = machine.exported_method(ty, index).ok_or_else(|| {
                    Trap::Unsupported("a method value of a method that does not exist".into())
                })?;
                CodeKey::ReflectMethod(machine.types.of(signature))
            }
        };
        Ok(machine.code_of(key))
    }
}

/// Does nothing: results are zero.
pub(crate) fn nothing(
    machine: &mut Machine<'_>,
    _: &mut Goroutine,
    call: &Call,
) -> Result<(), Trap> {
    let at = call.base + u64::from(call.code.param_bytes);
    machine.memory.clear(at, u64::from(call.code.result_bytes))
}
