//! Running a whole program, and how runs end.

use crate::code::{Code, CodeKey, Pc};
use crate::exec::Pause;
use crate::goroutine::{Call, Deferred, GoId, Goroutine};
use crate::intrinsics::is_shown;
use crate::machine::{Machine, Options, Output, ProgramEnv};
use crate::memory::Addr;
use crate::observe::{CallKind, Observer};
use crate::replay::Schedule;
use crate::trap::Trap;
use crate::types::Shape;
use gossa_base::Name;
use gossa_ssa::FuncId;
use gossa_types::{DeclId, PackageId};
use std::fmt::Write as _;
use std::rc::Rc;

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The program ended with this status: 0 when `main` returned, 2 after a panic or a fatal
    /// error, whose text went to standard error.
    Exit(i32),
    /// The machine could not go on.
    Refused {
        /// What it met.
        what: String,
        /// The functions that led there, the innermost first.
        trace: Vec<String>,
        /// Whether that is code with errors in it, or that cannot be seen.
        in_error: bool,
    },
}

/// Runs a main package, its dependencies' initialisation first.
pub fn run_main<'e>(
    env: &'e dyn ProgramEnv,
    package: PackageId,
    options: Options,
    output: Box<dyn Output + 'e>,
) -> Outcome {
    match Prepared::new(env, package, options, output) {
        Ok(mut prepared) => prepared.finish("main"),
        Err(outcome) => outcome,
    }
}

/// Runs a main package, and hands back the choices of its scheduler, too.
pub fn run_main_recorded<'e>(
    env: &'e dyn ProgramEnv,
    package: PackageId,
    options: Options,
    output: Box<dyn Output + 'e>,
) -> (Outcome, Schedule) {
    let options = Options { record: true, ..options };
    let mut machine = match Machine::new(env, package, options, output) {
        Ok(machine) => machine,
        Err(trap) => return (no_room(&trap), Schedule::default()),
    };
    let outcome = machine.run_program(package, "main");
    (outcome, std::mem::take(&mut machine.scheduler.script).into_schedule())
}

/// Runs a main package, and tells somebody what happens.
pub fn run_main_observed<'e>(
    env: &'e dyn ProgramEnv,
    package: PackageId,
    options: Options,
    output: Box<dyn Output + 'e>,
    observer: Box<dyn Observer + 'e>,
) -> Outcome {
    run_observed(env, package, "main", options, output, observer)
}

/// The same with another function of the package, that takes and returns nothing, in the place of
/// `main`.
pub fn run_observed<'e>(
    env: &'e dyn ProgramEnv,
    package: PackageId,
    function: &str,
    options: Options,
    output: Box<dyn Output + 'e>,
    observer: Box<dyn Observer + 'e>,
) -> Outcome {
    match Machine::new(env, package, options, output) {
        Ok(mut machine) => {
            machine.observer = Some(observer);
            machine.memory.fresh = Some(Vec::new());
            // Addresses stay those of their objects.
            machine.duties.percent = Some(-1);
            machine.run_program(package, function)
        }
        Err(trap) => no_room(&trap),
    }
}

fn no_room(trap: &Trap) -> Outcome {
    let what = format!("a program in so little memory: {trap:?}");
    Outcome::Refused { what, trace: Vec::new(), in_error: false }
}

/// A program whose packages are initialised, and that is about to run.
pub struct Prepared<'e> {
    machine: Machine<'e>,
    package: PackageId,
}

impl<'e> Prepared<'e> {
    /// Initialises a package and what it depends on.
    ///
    /// # Errors
    /// How the run ended, if it did not survive that.
    pub fn new(
        env: &'e dyn ProgramEnv,
        package: PackageId,
        options: Options,
        output: Box<dyn Output + 'e>,
    ) -> Result<Self, Outcome> {
        let mut machine =
            Machine::new(env, package, options, output).map_err(|trap| no_room(&trap))?;
        match machine.run_code(CodeKey::Start(package)) {
            Ok(()) => Ok(Self { machine, package }),
            Err(trap) => Err(machine.outcome(Err(trap))),
        }
    }

    /// Runs a function of the package that takes and returns nothing, in a copy of the program
    /// that writes elsewhere: `self` stays as it is. The run ends when the function returns, as a
    /// program does with `main`.
    #[must_use]
    pub fn run(&self, function: &str, args: &[String], output: Box<dyn Output + 'e>) -> Outcome {
        let machine = self.machine.fork(output);
        let mut copy = Self { machine, package: self.package };
        match copy.machine.set_args(args) {
            Ok(()) => copy.finish(function),
            Err(trap) => copy.machine.outcome(Err(trap)),
        }
    }

    fn finish(&mut self, function: &str) -> Outcome {
        let main = DeclId::top_level(self.package, Name::new(function));
        // Each part of the run has the steps of the budget.
        self.machine.steps = 0;
        let result = self.machine.run_code(CodeKey::Func(FuncId::declared(main)));
        self.machine.outcome(result)
    }
}

impl Machine<'_> {
    /// Initialises the packages and runs `main`, or what is in its place.
    fn run_program(&mut self, package: PackageId, function: &str) -> Outcome {
        let mut result = self.run_code(CodeKey::Start(package));
        if result.is_ok() {
            // Each part of the run has the steps of the budget.
            self.steps = 0;
            let main = DeclId::top_level(package, Name::new(function));
            result = self.run_code(CodeKey::Func(FuncId::declared(main)));
        }
        self.outcome(result)
    }

    /// Runs a function on the first goroutine, to its end.
    fn run_code(&mut self, key: CodeKey) -> Result<(), Trap> {
        let id = self.code_of(key);
        let code = self.code(id)?;
        let main = self.start_main(Deferred { code, closure: 0, args: Box::default() })?;
        self.run_all(main)
    }

    /// Replaces `os.Args`.
    fn set_args(&mut self, args: &[String]) -> Result<(), Trap> {
        self.options.args = args.to_vec();
        let variable = DeclId::top_level(self.package("os"), Name::new("Args"));
        if self.env.package(variable.package()).is_none() {
            return Ok(());
        }
        let at = self.global(variable)?;
        self.set_strings(at, args)
    }

    fn outcome(&mut self, result: Result<(), Trap>) -> Outcome {
        match result {
            Ok(()) => Outcome::Exit(0),
            Err(Trap::Exit(status)) => Outcome::Exit(status),
            Err(Trap::Fatal(text)) => {
                self.say(&format!("fatal error: {text}\n"));
                self.print_traces();
                Outcome::Exit(2)
            }
            Err(Trap::OutOfMemory) => {
                let limit = self.options.memory >> 20;
                self.say(&format!("fatal error: out of memory: the budget is {limit} MiB\n"));
                Outcome::Exit(2)
            }
            Err(Trap::Uncaught) => self.die(),
            Err(Trap::Unsupported(what)) => self.refused(what),
            Err(Trap::Hole) => self.refused_hole(),
            Err(Trap::BadAddress(addr)) => {
                self.say(&format!("unexpected fault address {addr:#x}\nfatal error: fault\n"));
                self.print_traces();
                Outcome::Exit(2)
            }
            Err(other) => self.refused(format!("{other:?}")),
        }
    }

    fn refused(&self, what: String) -> Outcome {
        let trace = self.goroutines.get(&self.current).map(|go| self.trace(go)).unwrap_or_default();
        Outcome::Refused { what, trace, in_error: false }
    }

    /// What is in error, as the source has it.
    fn refused_hole(&self) -> Outcome {
        let frame = self.goroutines.get(&self.current).and_then(|go| go.frames.last());
        let shown = frame.and_then(|frame| {
            let CodeKey::Func(func) = frame.code.key else { return None };
            let inst = *frame.code.insts.get(frame.pc as usize)?;
            let (file, line) = self.env.position(func, inst)?;
            Some(format!("{} at {file}:{line}, which", self.env.source(func, inst)?))
        });
        let what = shown.as_deref().unwrap_or("code that");
        match self.refused(format!("{what} is in error or cannot be seen")) {
            Outcome::Refused { what, trace, .. } => {
                Outcome::Refused { what, trace, in_error: true }
            }
            other => other,
        }
    }

    fn say(&mut self, text: &str) {
        self.output.write(2, text.as_bytes());
    }

    /// Names of a goroutine's activations, the innermost first.
    fn trace(&self, go: &Goroutine) -> Vec<String> {
        let shown = |call: &Call| {
            call.what.as_ref().filter(|code| is_shown(code)).map(|code| self.symbol(&code.key))
        };
        let mut trace: Vec<String> = go.calls().iter().filter_map(shown).collect();
        if let Some((code, _, by)) = &go.creator {
            trace.push(format!(
                "{} in a go statement of goroutine {}",
                self.symbol(&code.key),
                by.0
            ));
        }
        trace
    }

    /// Prints what all goroutines do, the one that runs first.
    fn print_traces(&mut self) {
        let mut all: Vec<&Goroutine> = self.goroutines.values().collect();
        all.sort_unstable_by_key(|go| (go.id != self.current, go.id));
        let mut text = String::new();
        for go in all {
            let state = match go.state() {
                "runnable" if go.id == self.current => "running",
                state => state,
            };
            text.push('\n');
            text.push_str(&self.trace_of(go, state, 0));
        }
        self.say(&text);
    }

    /// A goroutine's calls as Go's traces show them, but for arguments and addresses, which
    /// nothing depends on. `skip`: innermost activations that are left out.
    pub(crate) fn trace_of(&self, go: &Goroutine, state: &str, skip: usize) -> String {
        let calls = go.calls();
        let calls = &calls[skip.min(calls.len())..];
        self.trace_text(go.id, state, calls, go.creator.as_ref())
    }

    fn trace_text(
        &self,
        id: GoId,
        state: &str,
        calls: &[Call],
        creator: Option<&(Rc<Code>, Pc, GoId)>,
    ) -> String {
        let mut text = format!("goroutine {} [{state}]:\n", id.0);
        let place = |text: &mut String, code: &Code, pc: Pc| {
            if let Some((file, line)) = self.position(code, u64::from(pc) + 1) {
                let _ = writeln!(text, "\t{file}:{line}");
            }
        };
        for call in calls {
            match &call.what {
                Some(code) if is_shown(code) => {
                    text.push_str(&self.symbol(&code.key));
                    text.push_str("(...)\n");
                    place(&mut text, code, call.pc);
                }
                Some(_) => {}
                None => text.push_str("panic(...)\n"),
            }
        }
        if let Some((code, pc, by)) = creator {
            let name = self.symbol(&code.key);
            let _ = writeln!(text, "created by {name} in goroutine {}", by.0);
            place(&mut text, code, *pc);
        }
        text
    }

    /// Prints the panics that nobody recovered.
    fn die(&mut self) -> Outcome {
        let panics = std::mem::take(&mut self.dying);
        let mut repeated = false;
        for (index, panic) in panics.iter().enumerate() {
            let again = panics.get(index + 1).is_some_and(|next| next.value == panic.value);
            if !repeated {
                let prefix = if index > 0 { "\tpanic: " } else { "panic: " };
                let value = panic.value;
                let text = self.panic_text(value).unwrap_or_else(|trap| format!("{trap:?}"));
                let suffix = match (panic.recovered, again) {
                    (true, true) => " [recovered, repanicked]",
                    (true, false) => " [recovered]",
                    (false, _) => "",
                };
                self.say(&format!("{prefix}{text}{suffix}\n"));
            }
            repeated = panic.recovered && again;
        }
        let fault = panics.iter().rev().find_map(|panic| panic.fault);
        if let Some(addr) = fault {
            self.say(&format!(
                "[signal SIGSEGV: segmentation violation code=0x1 addr={addr:#x} pc=0x0]\n"
            ));
        }
        let id = self.dying_go.unwrap_or(self.current);
        if let Some(last) = panics.last() {
            let creator = self.goroutines.get(&id).and_then(|go| go.creator.clone());
            let text = self.trace_text(id, "running", &last.origin, creator.as_ref());
            self.say(&format!("\n{text}"));
        }
        Outcome::Exit(2)
    }

    /// What a panic shows of its value.
    fn panic_text(&mut self, (first, second): (u64, u64)) -> Result<String, Trap> {
        if first == 0 {
            return Ok("nil".to_owned());
        }
        let ty = self.dynamic_type(first, true)?;
        for method in ["Error", "String"] {
            let name = gossa_base::Name::new(method);
            let Some(found) = self.method_of(ty, name, None) else { continue };
            let key = CodeKey::InterfaceMethod { holder: ty, method: found };
            let id = self.code_of(key);
            let code = self.code(id)?;
            let is_string = code.results.len() == 1
                && self.types.info(code.results[0]).shape == Shape::String
                && code.params.len() == 1;
            if is_string {
                let result = self.call_now(Deferred {
                    code,
                    closure: 0,
                    args: second.to_le_bytes().into(),
                })?;
                return Ok(String::from_utf8_lossy(self.string(result)?).into_owned());
            }
        }
        let info = self.types.info(ty);
        let (id, direct) = (info.id, info.direct);
        let named = matches!(id.kind(), gossa_types::TypeKind::Named { .. });
        let name = self.type_name(id);
        let simple = matches!(info.shape, Shape::Bool | Shape::Num(_) | Shape::String);
        if !simple || direct {
            return Ok(format!("({name}) {second:#x}"));
        }
        let is_string = info.shape == Shape::String;
        let text = String::from_utf8_lossy(&self.printed(second, ty)?).into_owned();
        Ok(match (named, is_string) {
            (false, _) => text,
            (true, true) => format!("{name}(\"{text}\")"),
            (true, false) => format!("{name}({text})"),
        })
    }

    /// Runs a call to its end, on a goroutine of its own, and returns where its results are.
    pub(crate) fn call_now(&mut self, call: Deferred) -> Result<Addr, Trap> {
        self.duties.held += 1;
        let result = self.call_to_its_end(call);
        self.duties.held -= 1;
        result
    }

    fn call_to_its_end(&mut self, call: Deferred) -> Result<Addr, Trap> {
        let results = self.memory.alloc(u64::from(call.code.result_bytes).max(8))?;
        let mut go = Goroutine::new(GoId(0));
        go.continue_from(self.scheduler.next_frames[0]);
        self.tell_started(None, &call.code, CallKind::Runtime);
        self.enter_deferred(&mut go, call, results, false)?;
        loop {
            match self.run_goroutine(&mut go, 1 << 20)? {
                Pause::Ended => {
                    self.scheduler.next_frames[0] = go.next_frame();
                    return Ok(results);
                }
                Pause::Preempted => {}
                Pause::Waiting => return Err(Trap::Fatal("a panic's text waits".into())),
            }
        }
    }
}
