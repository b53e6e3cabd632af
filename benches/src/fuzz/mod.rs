//! Fuzzers of the front end: broken Go, or C, in, no panic, no hang, bounded memory.
//!
//! Every input is a function of the seed, its number, and the files of the Go distribution, so a
//! seed and a number reproduce it. A supervisor runs the inputs in a child process, because what
//! overflows the stack or never ends takes its process with it; the child notes the number of each
//! input before it begins, so the supervisor knows which input that was, keeps it, and goes on
//! with the next in a new child. Failing inputs are written below the target directory, to
//! `fuzz/`.
//!
//! Read [`mutate`] for what the inputs are, and the targets for what is demanded. Apart from these
//! stand [`programs`]: valid ones, whose runs are compared with Go's.

mod cgo;
mod checker;
mod child;
mod mutate;
mod parser;
mod programs;
mod random;

use crate::corpus::{self, command};
use crate::error::BenchError;
use crate::run::own_program;
use crate::say;
use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What to fuzz and how long.
#[derive(Args, Clone)]
pub(crate) struct FuzzArgs {
    /// The part of the front end.
    #[arg(value_enum)]
    target: Target,
    /// How long.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many inputs at most, from number 0 on.
    #[arg(long, default_value_t = u64::MAX)]
    count: u64,
    /// Decides all inputs; taken from the clock and printed if not given.
    #[arg(long)]
    seed: Option<u64>,
    /// The Go distribution whose files are mutated.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// Run this input alone, and let a panic show itself.
    #[arg(long)]
    input: Option<u64>,
    /// The first input; set for children.
    #[arg(long, hide = true)]
    from: Option<u64>,
}

/// A part of the front end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Target {
    /// Lexer and parser.
    Parser,
    /// The type checker.
    Types,
    /// The type checker, and lowering of whatever it made of the input.
    Ssa,
    /// The type checker, on its reference tests and on the standard library with tokens deleted
    /// and swapped at random.
    Mutants,
    /// The C side of packages that import "C".
    Cgo,
    /// Lowering and the interpreter, on random valid programs that the go command builds, too.
    Run,
    /// The interpreter's scheduler, on concurrent programs with known outputs.
    Schedules,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Parser => "parser",
            Self::Types => "types",
            Self::Ssa => "ssa",
            Self::Mutants => "mutants",
            Self::Cgo => "cgo",
            Self::Run => "run",
            Self::Schedules => "schedules",
        }
    }

    fn prepare(self, goroot: &Utf8Path) -> Result<Box<dyn FuzzTarget>, BenchError> {
        match self {
            Self::Parser => Ok(Box::new(parser::ParserTarget::new(goroot)?)),
            Self::Types => Ok(Box::new(checker::CheckerTarget::new(goroot, false)?)),
            Self::Ssa => Ok(Box::new(checker::CheckerTarget::new(goroot, true)?)),
            Self::Mutants => Ok(Box::new(checker::CheckerTarget::mutants(goroot)?)),
            Self::Cgo => Ok(Box::new(cgo::CgoTarget::new(goroot)?)),
            Self::Run | Self::Schedules => Err(BenchError::Go("programs are no inputs".to_owned())),
        }
    }
}

/// What is fuzzed: makes inputs and judges them.
trait FuzzTarget: Sync {
    /// The input with this number under this seed.
    fn input(&self, seed: u64, number: u64) -> Input;

    /// Feeds the input and checks what came out.
    ///
    /// # Errors
    /// When what came out is wrong, in words. A panic is an error too.
    fn run(&self, input: &Input) -> Result<(), String>;

    /// How long an input of this length may take.
    fn budget(&self, len: usize) -> Duration;
}

/// An input.
struct Input {
    /// The file that was mutated.
    origin: String,
    /// What was done to it.
    steps: Vec<&'static str>,
    /// The bytes.
    text: Vec<u8>,
}

/// Most failures that are kept before the run ends.
const MAX_FAILURES: usize = 50;

/// Fuzzes; the exit status is 1 when there was a failure.
pub(crate) fn fuzz(args: &FuzzArgs) -> Result<ExitCode, BenchError> {
    let goroot = corpus::goroot(args.goroot.as_deref())?;
    let seed = args.seed.unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_secs())
    });
    let program = own_program()?;
    // The program is in `<target directory>/<profile>/`.
    let directory = program.ancestors().nth(2).unwrap_or(Utf8Path::new(".")).join("fuzz");
    std::fs::create_dir_all(&directory).map_err(BenchError::io(&directory))?;
    let files = Files { directory, target: args.target, seed };
    if args.target == Target::Run {
        return on_big_stack(|| programs::fuzz(args, &goroot, &files.directory, seed));
    }
    if args.target == Target::Schedules {
        return on_big_stack(|| programs::fuzz_schedules(args, &goroot, &files.directory, seed));
    }
    if let Some(number) = args.input {
        let target = args.target.prepare(&goroot)?;
        return on_big_stack(|| single(&*target, &files, number));
    }
    if let Some(from) = args.from {
        let target = args.target.prepare(&goroot)?;
        let time = Duration::from_secs(args.seconds);
        return on_big_stack(|| child::run(&*target, &files, from, args.count, time));
    }
    supervise(args, &goroot, &program, &files, seed)
}

/// Runs on a thread with as much stack as the threads of a real run have.
fn on_big_stack<T: Send>(
    work: impl FnOnce() -> Result<T, BenchError> + Send,
) -> Result<T, BenchError> {
    let panicked = || BenchError::Child {
        program: "fuzzer".to_owned(),
        reason: "panicked; its message is above".to_owned(),
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20);
        let thread = thread.spawn_scoped(scope, work).map_err(BenchError::io("thread"))?;
        thread.join().unwrap_or_else(|_| Err(panicked()))
    })
}

/// Runs one input without any net.
fn single(target: &dyn FuzzTarget, files: &Files, number: u64) -> Result<ExitCode, BenchError> {
    let input = target.input(files.seed, number);
    let path = files.write_input(number, &input)?;
    say(format_args!("{path}: {} bytes of {}: {:?}", input.text.len(), input.origin, input.steps));
    let start = Instant::now();
    let result = target.run(&input);
    let seconds = start.elapsed().as_secs_f64();
    let peak = crate::machine::peak_rss_kb() / 1024;
    say(format_args!("{seconds:.3} s, peak {peak} MiB: {result:?}"));
    Ok(if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where things are written.
struct Files {
    directory: Utf8PathBuf,
    target: Target,
    seed: u64,
}

impl Files {
    /// Where a child says which input it is at: number, and failures so far.
    fn state(&self) -> Utf8PathBuf {
        self.directory.join(format!("{}-{}.state", self.target.name(), self.seed))
    }

    /// Keeps an input.
    fn write_input(&self, number: u64, input: &Input) -> Result<Utf8PathBuf, BenchError> {
        let name = format!("{}-{}-{number}.go", self.target.name(), self.seed);
        let path = self.directory.join(name);
        std::fs::write(&path, &input.text).map_err(BenchError::io(&path))?;
        Ok(path)
    }

    /// Keeps a failing input and tells of it.
    fn report(&self, number: u64, input: &Input, what: &str) -> Result<(), BenchError> {
        let path = self.write_input(number, input)?;
        say(format_args!(
            "FAILURE at input {number} of seed {}: {what}\n  {path}: {} bytes, made of {} by {:?}",
            self.seed,
            input.text.len(),
            input.origin,
            input.steps
        ));
        Ok(())
    }
}

fn supervise(
    args: &FuzzArgs,
    goroot: &Utf8Path,
    program: &Utf8Path,
    files: &Files,
    seed: u64,
) -> Result<ExitCode, BenchError> {
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let mut from = 0;
    let mut failures = 0;
    say(format_args!("fuzzing {} for {} s, seed {seed}", args.target.name(), args.seconds));
    loop {
        let left = end.saturating_duration_since(Instant::now()).as_secs();
        if left == 0 || failures >= MAX_FAILURES || from >= args.count {
            break;
        }
        child::State { number: from, failures: 0 }.write(&files.state())?;
        let mut run = command(program.as_str());
        run.args(["fuzz", args.target.name(), "--goroot", goroot.as_str()]);
        run.args(["--seconds", &left.to_string(), "--seed", &seed.to_string()]);
        run.args(["--from", &from.to_string(), "--count", &args.count.to_string()])
            .stdin(Stdio::null());
        let status = run.status().map_err(BenchError::io(program))?;
        if status.code() == Some(2) {
            let reason = "it could not begin; see its message".to_owned();
            return Err(BenchError::Child { program: program.to_string(), reason });
        }
        let state = child::State::read(&files.state())?;
        failures += state.failures as usize;
        from = state.number + 1;
        match death(status) {
            // Names and types are never forgotten; after many inputs it is time for a new process.
            None if status.code() == Some(child::FULL) => {}
            None => break,
            Some(reason) => {
                failures += 1;
                let input = args.target.prepare(goroot)?.input(seed, state.number);
                files.report(state.number, &input, &reason)?;
            }
        }
    }
    say(format_args!("{from} inputs, {failures} failures, seed {seed}"));
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How a child died, if it did.
fn death(status: ExitStatus) -> Option<String> {
    match status.code() {
        Some(0 | 1 | child::FULL) => None,
        Some(child::HANG) => Some("it does not end".to_owned()),
        Some(child::MEMORY) => Some("it takes too much memory".to_owned()),
        _ => Some(format!("the process died: {status}")),
    }
}
