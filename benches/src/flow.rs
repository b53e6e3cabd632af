//! `flow`: what the interprocedural data-flow analyses cost on whole programs, step by step, and how
//! large what they find is.

use crate::error::BenchError;
use crate::machine;
use crate::program_args::ProgramArgs;
use crate::say;
use clap::Args;
use gossa_db::{Session, SilentProgress, WholeEnv};
use gossa_points::Program;
use gossa_points::callgraph::{Algorithm, build};
use gossa_points::flow::GraphFunctions;
use gossa_points::points;
use gossa_points::points::facts::ObjectKind;
use gossa_points::points::layout::Layouts;
use gossa_points::points::memory::{Maker, PointsToMemory};
use gossa_ssa::flow::calls::{Func, Functions};
use gossa_ssa::flow::memory::{Effect, Memory};
use gossa_ssa::flow::outcome::Outcomes;
use gossa_ssa::flow::program::ProgramGraph;
use gossa_ssa::flow::supergraph::Supergraph;
use gossa_ssa::flow::value_flow::{Node, ValueFlow};
use gossa_ssa::{Inst, InstId, ValueId};
use std::process::ExitCode;
use std::time::Instant;

/// What to analyse.
#[derive(Args)]
pub(crate) struct FlowArgs {
    #[command(flatten)]
    program: ProgramArgs,
    /// Leave out what goes through memory, and the points-to analysis that it needs.
    #[arg(long)]
    no_memory: bool,
    /// Of how many reads it is asked where the value comes from.
    #[arg(long, default_value_t = 2000)]
    queries: usize,
    /// After how many steps such a question is given up.
    #[arg(long, default_value_t = 10_000)]
    steps: usize,
}

/// Says how long a step has taken.
fn timed<T>(what: &str, step: impl FnOnce() -> T, found: impl FnOnce(&T) -> String) -> T {
    let start = Instant::now();
    let cpu = machine::cpu_seconds().unwrap_or(0.0);
    let result = step();
    let seconds = start.elapsed().as_secs_f64();
    let cpu = machine::cpu_seconds().unwrap_or(0.0) - cpu;
    let megabytes = machine::rss_kb() / 1024;
    let found = found(&result);
    say(format_args!("{what}: {found}; {seconds:.2} s ({cpu:.2} s of processor), {megabytes} MB"));
    result
}

/// Runs the analyses, one after the other.
pub(crate) fn flow(args: &FlowArgs) -> Result<ExitCode, BenchError> {
    let options = args.program.options(true)?;
    let session = Session::load(&options)?;
    let lowered = session.lower(&SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let mains = session.root_packages();
    let program = Program::new(&env, &lowered);
    let Some(roots) = env.main_roots(&program, &mains) else {
        return Err(BenchError::Go("the patterns name no main package".to_owned()));
    };
    let graph = timed(
        "call graph",
        || build(&program, &roots, Algorithm::Vta),
        |graph| format!("{} edges", graph.edges().len()),
    );
    let functions = GraphFunctions::new(&program, &graph);
    let insts: usize = (0..functions.count() as Func)
        .filter_map(|func| functions.body(func))
        .map(|body| body.insts.len())
        .sum();
    say(format_args!("{} functions, {insts} instructions", functions.count()));
    let outcomes = timed(
        "outcomes",
        || Outcomes::new(&functions),
        |outcomes| outcomes_text(&functions, outcomes),
    );
    timed(
        "supergraph",
        || ProgramGraph::new(&functions, &outcomes),
        |graph| format!("{} nodes", graph.node_count()),
    );
    if !args.no_memory {
        let layouts = Layouts::new(&program);
        let solver = timed(
            "points-to",
            || points::solve(&layouts, &roots),
            |solver| format!("{:?}", solver.effort()),
        );
        let wanted: [(&str, &dyn Fn(Maker) -> bool); 2] = [
            ("package-level variables", &|maker| matches!(maker, Maker::Global(_))),
            ("local variables", &|maker| matches!(maker, Maker::Site(.., ObjectKind::Variable))),
        ];
        for (name, wanted) in wanted {
            let memory = timed(
                &format!("memory of {name}"),
                || PointsToMemory::new(&solver, &layouts, &graph, wanted),
                memory_text,
            );
            through_memory(&functions, &outcomes, &memory, args);
        }
    }
    say(format_args!("peak {} MB", machine::peak_rss_kb() / 1024));
    Ok(ExitCode::SUCCESS)
}

fn outcomes_text(functions: &GraphFunctions<'_, '_>, outcomes: &Outcomes<'_>) -> String {
    let (mut bodies, mut quiet, mut never, mut calls, mut cuts) = (0, 0, 0, 0, 0);
    for func in 0..functions.count() as Func {
        let Some(body) = functions.body(func) else { continue };
        bodies += 1;
        let outcome = outcomes.of(func);
        quiet += usize::from(outcome.panics.is_empty() && outcome.returns);
        never += usize::from(!outcome.returns);
        for inst in body.inst_ids().filter(|&inst| matches!(body[inst], Inst::Call(_))) {
            calls += 1;
            cuts += usize::from(!outcomes.of_call(func, inst).returns);
        }
    }
    let steps = outcomes.steps();
    format!(
        "of {bodies} functions {quiet} return and never panic, {never} never return; \
         of {calls} calls {cuts} never return; {steps} steps"
    )
}

fn memory_text(memory: &PointsToMemory) -> String {
    let (mut reads, mut writes, mut strong) = (0, 0, 0);
    memory.for_each_effect(&mut |_, _, _, effect| match effect {
        Effect::Read => reads += 1,
        Effect::Write { strong: true, .. } => strong += 1,
        Effect::Write { .. } | Effect::Make => writes += 1,
    });
    let private = memory.objects().filter(|&(object, _)| memory.owner(object).is_some()).count();
    format!(
        "{} cells, {private} of them private; {reads} reads, {writes} weak and {strong} strong \
         writes",
        memory.object_count()
    )
}

/// Numbers the versions of all objects in all functions that access them themselves, and asks where
/// values come from.
fn through_memory(
    functions: &GraphFunctions<'_, '_>,
    outcomes: &Outcomes<'_>,
    memory: &PointsToMemory,
    args: &FlowArgs,
) {
    let flow = timed(
        "  effects",
        || ValueFlow::new(outcomes, memory),
        |flow| {
            let objects = 0..memory.object_count() as u32;
            let shared = objects.filter(|&object| flow.effects().is_shared(object)).count();
            format!("{shared} cells are shared by goroutines")
        },
    );
    let mut accesses = Vec::new();
    let mut reads: Vec<(Func, InstId)> = Vec::new();
    memory.for_each_effect(&mut |func, inst, object, effect| {
        if !flow.effects().is_shared(object) {
            accesses.push((func, object));
        }
        if effect == Effect::Read {
            reads.push((func, inst));
        }
    });
    accesses.sort_unstable();
    accesses.dedup();
    reads.dedup();
    let count = accesses.len();
    timed(
        "  versions",
        || {
            let versions = accesses.iter().map(|&(func, object)| flow.versions(func, object));
            versions.map(|versions| versions.versions.len()).sum::<usize>()
        },
        |versions| format!("{versions} in {count} pairs of a function and a cell"),
    );
    let step = (reads.len() / args.queries.max(1)).max(1);
    let values: Vec<(Func, ValueId)> = reads
        .iter()
        .step_by(step)
        .filter_map(|&(func, inst)| Some((func, functions.body(func)?.result(inst)?)))
        .collect();
    timed(
        "  queries",
        || {
            let mut sizes: Vec<usize> = values
                .iter()
                .filter_map(|&(func, value)| {
                    flow.sources_within(Node::Value(func, value), args.steps)
                })
                .map(|sources| sources.len())
                .collect();
            sizes.sort_unstable();
            sizes
        },
        |sizes| {
            let at = |part: usize| sizes.get(sizes.len() * part / 100).copied().unwrap_or(0);
            let most = sizes.last().copied().unwrap_or(0);
            format!(
                "{} of {} answered, sources: median {}, 90 % {}, most {most}",
                sizes.len(),
                values.len(),
                at(50),
                at(90)
            )
        },
    );
}
