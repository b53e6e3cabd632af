//! What a program may ask of its own calls: `runtime.Caller`, `Callers`, `FuncForPC`, `Stack`.
//!
//! A program counter is the address of a function's code plus the number of an operation, plus one
//! for the place that a call returns to.

use super::{Call, List};
use crate::code::{Code, CodeId, CodeKey};
use crate::goroutine::Goroutine;
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;
use gossa_base::FxHashMap;

pub(super) const LIST: List = &[
    ("runtime.Callers", callers),
    ("runtime.Caller", caller),
    ("runtime.FuncForPC", func_for_pc),
    ("runtime.Func.Name", func_name),
    ("runtime.Func.Entry", func_entry),
    ("runtime.Func.FileLine", func_file_line),
    ("runtime.Frames.Next", next_frame),
    ("runtime.Stack", stack),
];

/// Objects that stand for functions as `*runtime.Func`, by code. They hold the code's address.
pub(crate) type Funcs = FxHashMap<CodeId, Addr>;

type Done = Result<(), Trap>;

/// Whether traces show an activation.
pub(crate) fn is_shown(code: &Code) -> bool {
    match &code.key {
        CodeKey::Func(func) => {
            // What it does itself happens in the initialisers that it calls.
            !code.wrapper && !matches!(func.key(), gossa_ssa::FuncKey::PackageInit(_))
        }
        _ => false,
    }
}

impl Machine<'_> {
    /// Where the calls of a goroutine return to, the innermost first.
    fn return_addresses(&mut self, go: &Goroutine) -> Result<Vec<Addr>, Trap> {
        let mut addresses = Vec::new();
        for call in &go.calls() {
            let id = match &call.what {
                Some(code) if is_shown(code) => self.code_of(code.key.clone()),
                Some(_) => continue,
                None => self.function_named("runtime", "gopanic")?,
            };
            addresses.push(id.addr() + u64::from(call.pc) + 1);
        }
        Ok(addresses)
    }

    /// Name, file and line of what a program counter points behind.
    fn described_pc(&mut self, pc: Addr) -> Result<(String, String, u32), Trap> {
        let Some(id) = CodeId::at(pc).filter(|&id| self.has_code(id)) else {
            return Ok((String::new(), String::new(), 0));
        };
        let name = self.symbol(self.code_key(id));
        let place = match self.code_key(id) {
            CodeKey::Func(_) => {
                let code = self.code(id)?;
                self.position(&code, pc - id.addr())
            }
            _ => None,
        };
        let (file, line) = place.unwrap_or_default();
        Ok((name, file, line))
    }

    /// The name of a function in traces.
    pub(crate) fn symbol(&self, key: &CodeKey) -> String {
        match key {
            CodeKey::Func(func) => self.env.symbol(*func),
            CodeKey::MethodValue(method) => match method.target {
                gossa_ssa::MethodTarget::Declared(func) => self.env.symbol(func) + "-fm",
                gossa_ssa::MethodTarget::Interface(name) => {
                    format!("{}.{name}-fm", self.type_name(method.receiver))
                }
            },
            CodeKey::InterfaceMethod { method, .. } | CodeKey::MethodExpr(method) => {
                match method.target {
                    gossa_ssa::MethodTarget::Declared(func) => self.env.symbol(func),
                    gossa_ssa::MethodTarget::Interface(name) => {
                        format!("{}.{name}", self.type_name(method.receiver))
                    }
                }
            }
            CodeKey::MakeFunc(_) => "reflect.makeFuncStub".to_owned(),
            CodeKey::ReflectMethod(_) => "reflect.methodValueCall".to_owned(),
            _ => String::new(),
        }
    }

    /// File and line of an operation, `offset` behind the function's address; the entry is where
    /// the function is declared.
    pub(crate) fn position(&self, code: &Code, offset: u64) -> Option<(String, u32)> {
        let CodeKey::Func(func) = code.key else { return None };
        let Some(pc) = (offset as usize).checked_sub(1) else {
            return self.env.declared_at(func);
        };
        let inst = *code.insts.get(pc)?;
        self.env.position(func, inst)
    }

    fn func_object(&mut self, pc: Addr) -> Result<Addr, Trap> {
        let Some(id) = CodeId::at(pc).filter(|&id| self.has_code(id)) else { return Ok(0) };
        if let Some(&known) = self.natives.funcs.get(&id) {
            return Ok(known);
        }
        let object = self.memory.alloc(8)?;
        self.memory.set_word(object, id.addr())?;
        self.natives.funcs.insert(id, object);
        Ok(object)
    }
}

fn callers(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Done {
    let skip = call.arg(m, 0)? as usize;
    let to = call.at(m, 1);
    let (data, len) = (m.memory.word(to)?, m.memory.word(to + 8)?);
    let mut count = 0;
    // `Callers` itself is number 0, and on top.
    for pc in m.return_addresses(go)?.into_iter().skip(skip).take(len as usize) {
        m.memory.set_word(data + count * 8, pc)?;
        count += 1;
    }
    call.set(m, 0, count)
}

fn caller(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Done {
    let skip = (call.arg(m, 0)? as usize).saturating_add(1);
    let pc = m.return_addresses(go)?.get(skip).copied();
    let (_, file, line) = match pc {
        Some(pc) => m.described_pc(pc)?,
        None => Default::default(),
    };
    call.set(m, 0, pc.unwrap_or(0))?;
    let at = call.result(m, 1);
    m.set_string(at, file.as_bytes())?;
    call.set(m, 2, u64::from(line))?;
    call.set(m, 3, u64::from(pc.is_some()))
}

fn func_for_pc(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let pc = call.arg(m, 0)?;
    let object = m.func_object(pc)?;
    call.set(m, 0, object)
}

fn func_name(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let func = call.arg(m, 0)?;
    let name = match func {
        0 => String::new(),
        func => {
            let addr = m.memory.word(func)?;
            m.described_pc(addr)?.0
        }
    };
    let at = call.result(m, 0);
    m.set_string(at, name.as_bytes())
}

fn func_entry(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let entry = m.memory.word(call.arg(m, 0)?)?;
    call.set(m, 0, entry)
}

fn func_file_line(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    let pc = call.arg(m, 1)?;
    // As the runtime does, the counter is taken as it is.
    let at_entry = CodeId::at(pc).is_some_and(|id| id.addr() == pc);
    let (_, file, line) = m.described_pc(if at_entry { pc } else { pc + 1 })?;
    let at = call.result(m, 0);
    m.set_string(at, file.as_bytes())?;
    call.set(m, 1, u64::from(line))
}

fn next_frame(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Done {
    // The list of what is still to come is the first field.
    let list = call.arg(m, 0)?;
    let (data, len) = (m.memory.word(list)?, m.memory.word(list + 8)?);
    let (at, more_at) = (call.result(m, 0), call.result(m, 1));
    let ty = call.code.results[0];
    let size = m.types.info(ty).size;
    m.memory.clear(at, size)?;
    m.memory.write(more_at, 1, u64::from(len > 1))?;
    if len == 0 {
        return Ok(());
    }
    m.memory.set_word(list, data + 8)?;
    m.memory.set_word(list + 8, len - 1)?;
    m.memory.set_word(list + 16, len - 1)?;
    let pc = m.memory.word(data)?;
    let (name, file, line) = m.described_pc(pc)?;
    let func = m.func_object(pc)?;
    let entry = CodeId::at(pc).map_or(0, CodeId::addr);
    let field = |m: &Machine<'_>, name: &str| {
        let found = m.field(ty, name).map(|(offset, _)| at + offset);
        found.ok_or_else(|| Trap::Unsupported(format!("a runtime.Frame without {name}")))
    };
    let words = [("PC", pc.saturating_sub(1)), ("Func", func), ("Line", line.into())];
    for (name, word) in words.into_iter().chain([("Entry", entry)]) {
        let at = field(m, name)?;
        m.memory.set_word(at, word)?;
    }
    for (name, text) in [("Function", &name), ("File", &file)] {
        let at = field(m, name)?;
        m.set_string(at, text.as_bytes())?;
    }
    Ok(())
}

fn stack(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Done {
    let to = call.at(m, 0);
    let (data, len) = (m.memory.word(to)?, m.memory.word(to + 8)?);
    let all = call.arg(m, 1)? & 1 == 1;
    // `Stack` itself is not shown.
    let mut text = m.trace_of(go, "running", 1);
    if all {
        let mut others: Vec<_> = m.goroutines.values().collect();
        others.sort_unstable_by_key(|go| go.id);
        for other in others {
            text.push('\n');
            text.push_str(&m.trace_of(other, other.state(), 0));
        }
    }
    let count = (text.len() as u64).min(len);
    m.memory.slice_mut(data, count)?.copy_from_slice(&text.as_bytes()[..count as usize]);
    call.set(m, 0, count)
}
