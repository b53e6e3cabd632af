//! One measurement of gossa, in a process of its own: prepare, start the clock, work, stop it,
//! ask for the peak of memory, and only then count.

use crate::corpus;
use crate::error::BenchError;
use crate::machine;
use crate::stage::{Measurement, Stage};
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use gossa_db::{Options, Session, SilentProgress};
use gossa_load::{BuildConfig, DiskSystem};
use gossa_report::Severity;
use gossa_ssa::stats::Stats;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// What to measure.
#[derive(Args)]
pub(crate) struct MeasureArgs {
    /// Which stage; the stages before it run too, on their own clocks.
    #[arg(value_enum)]
    stage: Stage,
    /// The Go distribution.
    #[arg(long)]
    goroot: Utf8PathBuf,
    /// Number of threads.
    #[arg(long)]
    threads: usize,
    /// Whether files that import C are part of the build.
    #[arg(long)]
    cgo: bool,
    /// Where patterns are relative to.
    #[arg(short = 'C', value_name = "DIR")]
    dir: Utf8PathBuf,
    /// Packages; stages that take files read their names from standard input.
    patterns: Vec<String>,
}

/// Measures and prints the result.
pub(crate) fn measure(args: &MeasureArgs) -> Result<(), BenchError> {
    let measurement = match args.stage {
        Stage::Lex => files(args.threads, |text, result| {
            let mut tokens = 0u64;
            gossa_syntax::lex(text, |_| tokens += 1);
            // Keeps the loop from being optimised away, and says when nothing is lexed.
            if tokens == 0 {
                result.push("a file without tokens".to_owned());
            }
        }),
        Stage::Parse | Stage::ParseBare => files(args.threads, |text, errors| {
            let file = gossa_syntax::parse(text);
            errors.extend(file.errors.iter().map(ToString::to_string));
        }),
        Stage::ParseKeep => {
            let kept = std::sync::Mutex::new(Vec::new());
            let result = files(args.threads, |text, errors| {
                let file = gossa_syntax::parse(text);
                errors.extend(file.errors.iter().map(ToString::to_string));
                match kept.lock() {
                    Ok(mut kept) => kept.push(file),
                    Err(_) => errors.push("another thread panicked".to_owned()),
                }
            });
            drop(kept);
            result
        }
        Stage::Load => load(args),
        Stage::Types | Stage::GoTypes => analyse(args, false),
        Stage::Ssa => analyse(args, true),
    }?;
    let mut out = std::io::stdout().lock();
    let written = serde_json::to_writer(&mut out, &measurement);
    written
        .map_err(std::io::Error::from)
        .and_then(|()| writeln!(out))
        .map_err(BenchError::io("stdout"))
}

/// Clocks of a stage.
struct Clock {
    start: Instant,
    cpu: f64,
}

/// Processor seconds; none where the system does not tell, which the table shows as a dash.
fn cpu_seconds() -> f64 {
    machine::cpu_seconds().unwrap_or(0.0)
}

impl Clock {
    fn start() -> Self {
        Self { cpu: cpu_seconds(), start: Instant::now() }
    }

    fn stop(self, name: &str, into: &mut Measurement) {
        let seconds = self.start.elapsed().as_secs_f64();
        into.cpu += cpu_seconds() - self.cpu;
        into.total += seconds;
        *into.seconds.entry(name.to_owned()).or_default() += seconds;
    }
}

/// Does `work` for every file that standard input names, on `threads` threads.
fn files(
    threads: usize,
    work: impl Fn(&[u8], &mut Vec<String>) + Sync,
) -> Result<Measurement, BenchError> {
    let mut texts = Vec::new();
    let names = std::io::read_to_string(std::io::stdin()).map_err(BenchError::io("stdin"))?;
    for name in names.lines() {
        texts.push(corpus::read(Utf8Path::new(name))?);
    }
    let mut result = Measurement::default();
    let next = AtomicUsize::new(0);
    let clock = Clock::start();
    let errors: Vec<Vec<String>> = std::thread::scope(|scope| {
        let worker = || {
            let mut errors = Vec::new();
            while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(text, &mut errors);
            }
            errors
        };
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
        let mut all = vec![worker()];
        for other in others {
            all.push(other.join().unwrap_or_else(|_| vec!["a thread panicked".to_owned()]));
        }
        all
    });
    clock.stop("files", &mut result);
    result.peak_rss_kb = machine::peak_rss_kb();
    result.count(texts.iter().map(Vec::as_slice));
    for error in errors.into_iter().flatten() {
        result.fail(error);
    }
    Ok(result)
}

fn config(args: &MeasureArgs) -> BuildConfig {
    BuildConfig {
        dir: Some(args.dir.clone()),
        goroot: Some(args.goroot.clone()),
        cgo: Some(args.cgo),
        ..BuildConfig::default()
    }
}

/// Books size and errors of a loaded program; run it when the clocks have stopped.
fn count(result: &mut Measurement, program: &gossa_load::Program) -> Result<(), BenchError> {
    result.packages = program.packages.len() as u64;
    for file in program.packages.iter().flat_map(|package| &package.files) {
        result.count([corpus::read(&file.path)?.as_slice()]);
    }
    for found in &program.diagnostics {
        if found.severity == gossa_load::Severity::Error {
            result.fail(&found.message);
        }
    }
    Ok(())
}

fn load(args: &MeasureArgs) -> Result<Measurement, BenchError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads).build()?;
    let config = config(args);
    let mut result = Measurement::default();
    let clock = Clock::start();
    let program = pool.install(|| gossa_load::load(&DiskSystem, &config, &args.patterns))?;
    clock.stop("load", &mut result);
    result.peak_rss_kb = machine::peak_rss_kb();
    count(&mut result, &program)?;
    Ok(result)
}

/// What `gossa check` does before it solves and checks: load, types, and SSA if `lower`.
fn analyse(args: &MeasureArgs, lower: bool) -> Result<Measurement, BenchError> {
    let options = Options {
        system: Arc::new(DiskSystem),
        config: config(args),
        dir: args.dir.clone(),
        patterns: args.patterns.clone(),
        jobs: args.threads,
        one_shot: true,
    };
    let mut result = Measurement::default();
    let clock = Clock::start();
    let session = Session::load(&options)?;
    clock.stop("load", &mut result);
    let clock = Clock::start();
    let functions = if lower {
        // Types and lowering run interleaved: a package is lowered once it is checked.
        let functions = session.lower(&SilentProgress);
        clock.stop("types + ssa", &mut result);
        // Of the clock above; not in the total.
        result.seconds.insert("lowering in it".to_owned(), session.seconds().ssa);
        functions
    } else {
        session.check_types(&SilentProgress);
        clock.stop("types", &mut result);
        Vec::new()
    };
    result.peak_rss_kb = machine::peak_rss_kb();
    let mut stats = Stats::default();
    for (_, lowered) in &functions {
        for (body, source_map) in lowered.bodies.iter().zip(&lowered.source_maps) {
            stats.add(body, source_map);
        }
    }
    result.functions = stats.functions;
    result.instructions = stats.instructions;
    result.ssa_bytes = stats.memory.total();
    count(&mut result, session.program())?;
    for found in session.diagnostics() {
        // What loading said is counted above.
        if found.severity == Severity::Error && found.stage != gossa_report::Stage::Load {
            result.fail(&found.message);
        }
    }
    Ok(result)
}
