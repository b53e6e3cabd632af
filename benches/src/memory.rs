//! `memory`: what whole-program analysis takes of memory, stage by stage, and for each of what it
//! keeps: instructions, constraints, sets, functions.
//!
//! Sizes of tables are counted; what a stage takes altogether is what the process grew by. Freed
//! memory may stay with the process, so a later stage can seem to need less than it does; the peak
//! is the system's.

use crate::corpus;
use crate::error::BenchError;
use crate::machine;
use crate::program_args::ProgramArgs;
use clap::Args;
use gossa_db::{Session, SilentProgress, WholeEnv};
use gossa_points::Program;
use gossa_points::callgraph::{Algorithm, build};
use gossa_points::flow::GraphFunctions;
use gossa_points::points;
use gossa_points::points::extract::extract;
use gossa_points::points::facts::Facts;
use gossa_points::points::layout::Layouts;
use gossa_ssa::flow::outcome::Outcomes;
use gossa_ssa::stats::Stats;
use std::io::Write as _;
use std::process::ExitCode;

/// What to analyse.
#[derive(Args)]
pub(crate) struct MemoryArgs {
    #[command(flatten)]
    program: ProgramArgs,
    /// Stop before points-to sets are solved.
    #[arg(long)]
    no_solving: bool,
}

/// Rows of the table, as they become known.
struct Report {
    rows: Vec<String>,
    /// Resident KiB when the last stage was done.
    before: u64,
}

impl Report {
    /// A stage is done: what it keeps, each with a number of things and the bytes that they take
    /// where these are counted.
    fn stage(&mut self, name: &str, kept: &[(&str, usize, Option<usize>)]) {
        let now = machine::rss_kb();
        let grown = now.saturating_sub(self.before) * 1024;
        self.before = now;
        self.rows.push(format!("| {name} | {} | |", megabytes(grown as usize)));
        for &(what, count, bytes) in kept {
            let each = bytes.unwrap_or(grown as usize) as f64 / count.max(1) as f64;
            let total = bytes.map_or_else(String::new, megabytes);
            self.rows.push(format!("| {count} {what} | {total} | {each:.1} B |"));
        }
    }
}

fn megabytes(bytes: usize) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// Runs the stages and prints the table.
pub(crate) fn memory(args: &MemoryArgs) -> Result<ExitCode, BenchError> {
    let options = args.program.options(true)?;
    let mut report = Report { rows: Vec::new(), before: machine::rss_kb() };

    let session = Session::load(&options)?;
    let lowered = session.lower(&SilentProgress);
    let mut stats = Stats::default();
    for (_, lowered) in &lowered {
        for (body, source_map) in lowered.bodies.iter().zip(&lowered.source_maps) {
            stats.add(body, source_map);
        }
    }
    let functions = stats.functions as usize;
    let ssa_bytes = stats.memory.total() as usize;
    let instructions = ("instructions", stats.instructions as usize, Some(ssa_bytes));
    report.stage("packages, types, SSA form", &[("functions", functions, None), instructions]);

    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let Some(roots) = env.main_roots(&program, &session.root_packages()) else {
        return Err(BenchError::Go("the patterns name no main package".to_owned()));
    };
    let graph = build(&program, &roots, Algorithm::Vta);
    let edges = ("edges", graph.edges().len(), None);
    report.stage("call graph by variable types", &[edges]);
    let reached = GraphFunctions::new(&program, &graph);
    let outcomes = Outcomes::new(&reached);
    let summaries = ("flow summaries", functions, None);
    report.stage("which calls return and panic, and where", &[summaries]);
    drop(outcomes);

    let layouts = Layouts::new(&program);
    let bodies = program.lowered_functions().filter_map(|func| program.body(func));
    let facts: Vec<_> = bodies.map(|body| extract(&layouts, body).facts).collect();
    let bytes: usize = facts.iter().map(|facts| size_of_val(facts) + facts.heap_size()).sum();
    let constraints: usize = facts.iter().map(Facts::size).sum();
    report.stage(
        "facts of all functions",
        &[
            ("functions with facts", facts.len(), Some(bytes)),
            ("constraints", constraints, Some(bytes)),
        ],
    );
    drop(facts);

    if !args.no_solving {
        let solver = points::solve(&layouts, &roots);
        let effort = solver.effort();
        report.stage(
            "points-to sets",
            &[
                ("nodes", effort.nodes, None),
                ("edges between nodes", effort.edges, None),
                ("distinct sets", effort.sets, Some(effort.set_bytes)),
            ],
        );
    }
    let peak = machine::peak_rss_kb() as usize * 1024;
    let lines = corpus::lines(session.program())?;
    report.rows.push(format!(
        "| peak, {:.2} M lines | {} | {:.0} MB per million lines |",
        lines as f64 / 1e6,
        megabytes(peak),
        peak as f64 / lines.max(1) as f64,
    ));
    let mut out = std::io::stdout().lock();
    let table = format!("| | memory | each |\n| --- | --- | --- |\n{}\n", report.rows.join("\n"));
    out.write_all(table.as_bytes()).map_err(BenchError::io("stdout"))?;
    Ok(ExitCode::SUCCESS)
}
