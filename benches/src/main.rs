//! Throughput benchmarks of gossa beside its peers, and fuzzers of the front end.
//!
//! ```text
//! cargo run --release -p gossa-benches                             # a Markdown table
//! cargo run --release -p gossa-benches -- fuzz parser --seconds 600
//! cargo run --release -p gossa-benches -- types-diff ../some/module
//! cargo run --release -p gossa-benches -- list-diff ../some/module
//! cargo run --release -p gossa-benches -- callgraph-diff cmd/go
//! cargo run --release -p gossa-benches -- soundness --what calls
//! cargo run --release -p gossa-benches -- soundness --what pointsto,escape --examples
//! cargo run --release -p gossa-benches -- escape-diff ../some/module
//! cargo run --release -p gossa-benches -- flow cmd/go
//! cargo run --release -p gossa-benches -- edits cmd/go
//! cargo run --release -p gossa-benches -- memory cmd/go
//! ```
//!
//! Stands outside the pipeline: it drives every stage of it and is used by none. [`run`] starts
//! one process per measurement: this program again ([`measure`]) or the Go program in `peer/`
//! ([`peer`]), in turn, so that a busy machine hurts both alike and each peak of memory is one
//! measurement's own. See `docs/benchmarks.md`.

mod callgraph_diff;
mod corpus;
mod edits;
mod error;
mod escape_diff;
mod executed_calls;
mod flow;
mod fuzz;
mod list_diff;
mod machine;
mod measure;
mod memory;
mod peer;
mod program_args;
mod run;
mod seen_escapes;
mod seen_points;
mod solvers;
mod soundness;
mod stage;
mod std_examples;
mod subject;
mod table;
mod types_diff;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand};
use error::BenchError;
use stage::Stage;
use std::io::Write as _;
use std::process::ExitCode;

/// The allocator of the `gossa` binary, so that what is measured is what is shipped.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Measures gossa beside go/parser, go/types and golang.org/x/tools.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Feeds broken Go to the front end: no panic, no hang, bounded memory.
    Fuzz(fuzz::FuzzArgs),
    /// Compares what is found out about every expression with go/types, over whole modules.
    TypesDiff(types_diff::TypesDiffArgs),
    /// Compares how packages are loaded with the go command, over whole modules.
    ListDiff(list_diff::ListDiffArgs),
    /// Compares call graphs with golang.org/x/tools.
    CallgraphDiff(callgraph_diff::CallgraphDiffArgs),
    /// Holds analyses against what the interpreter sees programs do.
    Soundness(soundness::SoundnessArgs),
    /// Compares which allocations escape with what the compiler says, over whole modules.
    EscapeDiff(escape_diff::EscapeDiffArgs),
    /// Says what the interprocedural data-flow analyses cost on whole programs.
    Flow(flow::FlowArgs),
    /// Says what whole-program analysis takes of memory, by stage.
    Memory(memory::MemoryArgs),
    /// Compares the points-to solver with the naive one, on whole programs.
    Solvers(solvers::SolversArgs),
    /// Says what it costs to analyse a program again after edits of function bodies.
    Edits(edits::EditsArgs),
    /// One measurement of gossa, printed as JSON; what the benchmarks start.
    #[command(hide = true)]
    Measure(measure::MeasureArgs),
}

/// What to measure.
#[derive(Args)]
struct RunArgs {
    /// The Go distribution: its sources are measured, its go command builds the peer.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// Stages to measure; all if not given.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Stage>,
    /// Numbers of threads; one, and one per processor, if not given.
    #[arg(long, value_delimiter = ',')]
    threads: Vec<usize>,
    /// How often each measurement is repeated; the median is shown.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    /// Whether files that import C are part of the build, on both sides.
    #[arg(long)]
    cgo: bool,
    /// Measure gossa alone.
    #[arg(long)]
    no_peer: bool,
    /// Where patterns are relative to; the distribution's `src` if not given.
    #[arg(short = 'C', value_name = "DIR")]
    dir: Option<Utf8PathBuf>,
    /// Also write every single measurement to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<Utf8PathBuf>,
    /// Packages for the stages from loading on; `std cmd` if not given.
    patterns: Vec<String>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(Command::Fuzz(args)) => fuzz::fuzz(&args),
        Some(Command::TypesDiff(args)) => types_diff::types_diff(&args),
        Some(Command::ListDiff(args)) => list_diff::list_diff(&args),
        Some(Command::CallgraphDiff(args)) => callgraph_diff::callgraph_diff(&args),
        Some(Command::Soundness(args)) => soundness::soundness(&args),
        Some(Command::EscapeDiff(args)) => escape_diff::escape_diff(&args),
        Some(Command::Flow(args)) => flow::flow(&args),
        Some(Command::Memory(args)) => memory::memory(&args),
        Some(Command::Solvers(args)) => solvers::solvers(&args),
        Some(Command::Edits(args)) => edits::edits(&args),
        Some(Command::Measure(args)) => measure::measure(&args).map(|()| ExitCode::SUCCESS),
        None => run::run(&cli.run).map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error: BenchError| {
        say(format_args!("gossa-benches: {error}"));
        ExitCode::from(2)
    })
}

/// A line for whoever watches.
fn say(line: std::fmt::Arguments<'_>) {
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
