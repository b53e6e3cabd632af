//! `callgraph-diff`: gossa's call graphs of programs beside those of golang.org/x/tools, built from
//! the same roots: which functions are reachable, who calls whom, and how long it took.
//!
//! Functions are matched by where they are declared, and by their type arguments. Functions that
//! no source has are left out on both sides: whoever calls one calls what it calls. A difference
//! counts only where both sides reach the caller; that one of them does not is counted by itself.

use crate::corpus::command;
use crate::error::BenchError;
use crate::machine;
use crate::peer::{Peer, go_environment, output};
use crate::program_args::ProgramArgs;
use crate::run::own_program;
use crate::say;
use camino::Utf8Path;
use clap::Args;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_db::{Place, RootDb, Session, SilentProgress, WholeEnv};
use gossa_points::callgraph::{Algorithm, CallGraph, Dispatch, Edge, Roots, build};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{Callee, FuncId, FuncKey, Inst};
use gossa_syntax::NodeId;
use gossa_types::print::type_string;
use serde::Deserialize;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

/// What to compare.
#[derive(Args)]
pub(crate) struct CallgraphDiffArgs {
    #[command(flatten)]
    program: ProgramArgs,
    /// Algorithms: static, cha, rta, vta.
    #[arg(long = "algo", value_delimiter = ',', default_value = "static,cha,rta,vta")]
    algorithms: Vec<String>,
    /// How often each of gossa's graphs is built, each time from nothing; the fastest counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    /// How many differences of each sort are printed.
    #[arg(long, default_value_t = 10)]
    show: usize,
}

/// A graph of x/tools, as the peer prints it.
#[derive(Deserialize)]
struct Theirs {
    algorithm: String,
    /// With the graphs that it was built from, and without.
    seconds: f64,
    own_seconds: f64,
    cpu: f64,
    own_cpu: f64,
    #[serde(rename = "static")]
    static_edges: u64,
    dynamic: u64,
    sites: u64,
    reachable: u64,
    functions: Vec<String>,
    /// Caller, callee, whether only by dynamic calls.
    calls: Vec<(usize, usize, u8)>,
}

/// One of our graphs, counted in the same way.
#[derive(Default)]
struct Ours {
    seconds: f64,
    cpu: f64,
    static_edges: u64,
    dynamic: u64,
    runtime: u64,
    sites: u64,
    reachable: u64,
    names: Vec<String>,
    calls: Vec<(usize, usize, u8)>,
}

/// Runs the comparison. Differences between algorithms of the same name are no errors, so the exit
/// status says only whether it could be made.
pub(crate) fn callgraph_diff(args: &CallgraphDiffArgs) -> Result<ExitCode, BenchError> {
    let goroot = args.program.goroot()?;
    let program = own_program()?;
    let directory = program.parent().unwrap_or(Utf8Path::new("."));
    let options = args.program.options(true)?;
    let mut algorithms = Vec::new();
    for name in &args.algorithms {
        algorithms.push(match name.as_str() {
            "static" => ("static", Algorithm::Static),
            "cha" => ("cha", Algorithm::Cha),
            "rta" => ("rta", Algorithm::Rta),
            // What stands beside ours is theirs of theirs of their rapid type analysis.
            "vta" => ("vta2", Algorithm::Vta),
            _ => return Err(BenchError::Go(format!("--algo: `{name}` is none"))),
        });
    }
    let theirs = theirs(args, &goroot, directory, &options.dir, &algorithms)?;

    let session = Session::load(&options)?;
    let lowered = session.lower(&SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let mains = session.root_packages();
    let mut names = Names { db: &db, known: FxHashMap::default() };
    for (name, algorithm) in algorithms {
        let mut best: Option<Ours> = None;
        for _ in 0..args.runs {
            // A new one each time: it remembers what it was asked.
            let program = Program::new(&env, &lowered);
            let Some(roots) = env.main_roots(&program, &mains) else {
                return Err(BenchError::Go("the patterns name no main package".to_owned()));
            };
            let (start, cpu) = (Instant::now(), machine::cpu_seconds().unwrap_or(0.0));
            let graph = build(&program, &roots, algorithm);
            let seconds = start.elapsed().as_secs_f64();
            let cpu = machine::cpu_seconds().unwrap_or(0.0) - cpu;
            match &mut best {
                None => {
                    let counted = ours(&program, &roots, &graph, &mut names);
                    best = Some(Ours { seconds, cpu, ..counted });
                }
                Some(best) if cpu < best.cpu => (best.seconds, best.cpu) = (seconds, cpu),
                Some(_) => {}
            }
        }
        let theirs = theirs.iter().find(|graph| graph.algorithm == name);
        let (Some(ours), Some(theirs)) = (best, theirs) else {
            return Err(BenchError::Go(format!("the peer has printed no graph {name}")));
        };
        compare(&ours, theirs, args.show);
    }
    Ok(ExitCode::SUCCESS)
}

/// Lets the peer build its graphs.
fn theirs(
    args: &CallgraphDiffArgs,
    goroot: &Utf8Path,
    directory: &Utf8Path,
    dir: &Utf8Path,
    algorithms: &[(&'static str, Algorithm)],
) -> Result<Vec<Theirs>, BenchError> {
    let peer = Peer::build(goroot, directory)?;
    let names: Vec<&str> = algorithms.iter().map(|&(name, _)| name).collect();
    let mut run = command(peer.binary.as_str());
    run.args(["callgraph", "-algorithms", &names.join(","), "-dir", dir.as_str()]);
    run.args(["-cgo", if args.program.cgo { "on" } else { "off" }]);
    run.args(&args.program.patterns);
    go_environment(&mut run, goroot);
    run.env("GOFLAGS", "").env("GOPROXY", "off");
    let printed = output(&mut run, "")?;
    let graphs = serde_json::Deserializer::from_slice(&printed).into_iter();
    Ok(graphs.collect::<Result<_, _>>()?)
}

/// Gives functions the names that the peer gives them.
struct Names<'d> {
    db: &'d RootDb,
    known: FxHashMap<FuncId, String>,
}

impl Names<'_> {
    /// Package initialisers are named by package, variables' are part of them; all others by file,
    /// line and column of what declares them, with type arguments.
    fn name(&mut self, program: &Program<'_>, func: FuncId) -> String {
        if let Some(known) = self.known.get(&func) {
            return known.clone();
        }
        let name = match *func.key() {
            FuncKey::PackageInit(package) => format!("init {}", package.path()),
            FuncKey::VarInit(variable) => format!("init {}", variable.package().path()),
            FuncKey::Decl { .. } | FuncKey::Closure { .. } => {
                let source_map = program
                    .known(func)
                    .map(|index| program.function(index))
                    .filter(|function| function.id == func)
                    .and_then(|function| function.source_map());
                let node = source_map.and_then(|map| map.literal).unwrap_or(NodeId::ROOT);
                let place = Place::of_function(self.db, func, node);
                let mut name = match place.and_then(|place| place.resolve(self.db)) {
                    Some(at) => format!("{}:{}:{}", at.path, at.start.line, at.start.column),
                    None => format!("nowhere {func}"),
                };
                if let FuncKey::Decl { args, .. } = *func.root().key()
                    && !args.is_empty()
                {
                    let texts: Vec<String> = args
                        .iter()
                        .map(|&arg| type_string(program.resolver(), program.normal(arg)))
                        .collect();
                    // go/types has two ways to write this type.
                    let texts = texts.join(", ").replace("interface{}", "any");
                    let _ = write!(name, "[{texts}]");
                }
                name
            }
        };
        self.known.insert(func, name.clone());
        name
    }
}

/// Who an edge calls, by name: a function that is linked to an implementation elsewhere is itself,
/// as x/tools has it.
fn named_callee(program: &Program<'_>, edge: &Edge) -> FuncId {
    let named = || {
        let body = program.body(edge.caller)?;
        let (Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. }) = body[edge.site] else {
            return None;
        };
        match body[call].callee {
            Callee::Static(func) => Some(func),
            _ => None,
        }
    };
    let known = program.function(edge.callee).id;
    if edge.dispatch == Dispatch::Static { named().unwrap_or(known) } else { known }
}

/// Counts a graph and leaves its wrappers out.
fn ours(program: &Program<'_>, roots: &Roots, graph: &CallGraph, names: &mut Names<'_>) -> Ours {
    let mut found = Ours::default();
    let mut numbers: FxHashMap<String, usize> = FxHashMap::default();
    let mut calls: FxHashMap<(usize, usize), u8> = FxHashMap::default();
    let mut number = |func: FuncId, found: &mut Ours| {
        let name = names.name(program, func);
        *numbers.entry(name.clone()).or_insert_with(|| {
            found.names.push(name);
            found.names.len() - 1
        })
    };
    for root in roots.iter() {
        number(program.function(root).id, &mut found);
    }
    for caller in graph.reachable() {
        found.reachable += 1;
        let mut last_site = None;
        for edge in graph.calls(caller) {
            match edge.dispatch {
                Dispatch::Static => found.static_edges += 1,
                Dispatch::Runtime => found.runtime += 1,
                Dispatch::Interface | Dispatch::Value => {
                    found.dynamic += 1;
                    found.sites += u64::from(last_site.replace(edge.site) != Some(edge.site));
                }
            }
        }
        if program.function(caller).is_wrapper() {
            continue;
        }
        let from = number(program.function(caller).id, &mut found);
        let mut seen: FxHashSet<(FuncIndex, bool)> = FxHashSet::default();
        let mut stack: Vec<(Edge, bool)> =
            graph.calls(caller).iter().map(|&edge| (edge, false)).collect();
        while let Some((edge, through)) = stack.pop() {
            if edge.dispatch == Dispatch::Runtime {
                continue;
            }
            let dynamic = through || edge.dispatch != Dispatch::Static;
            let callee = program.function(edge.callee);
            if callee.is_wrapper() {
                if seen.insert((edge.callee, dynamic)) {
                    stack.extend(graph.calls(edge.callee).iter().map(|&next| (next, dynamic)));
                }
                continue;
            }
            let to = number(named_callee(program, &edge), &mut found);
            let is_part = matches!(callee.id.key(), FuncKey::VarInit(_)) && from == to;
            if !is_part {
                let only = calls.entry((from, to)).or_insert(1);
                *only = (*only).min(u8::from(dynamic));
            }
        }
    }
    found.calls = calls.into_iter().map(|((from, to), only)| (from, to, only)).collect();
    found.calls.sort_unstable();
    found
}

fn compare(ours: &Ours, theirs: &Theirs, show: usize) {
    say(format_args!("{}:", theirs.algorithm));
    say(format_args!(
        "  gossa:   {:.3} s (cpu {:.3}); reachable {}, static edges {}, dynamic edges {} from {} \
         calls, runtime {}",
        ours.seconds,
        ours.cpu,
        ours.reachable,
        ours.static_edges,
        ours.dynamic,
        ours.sites,
        ours.runtime
    ));
    say(format_args!(
        "  x/tools: {:.3} s (cpu {:.3}), of it the last step {:.3} (cpu {:.3}); reachable {}, \
         static edges {}, dynamic edges {} from {} calls",
        theirs.seconds,
        theirs.cpu,
        theirs.own_seconds,
        theirs.own_cpu,
        theirs.reachable,
        theirs.static_edges,
        theirs.dynamic,
        theirs.sites
    ));
    say(format_args!(
        "  cpu: {:.1} times as much with what it is built from, {:.1} times by itself",
        theirs.cpu / ours.cpu,
        theirs.own_cpu / ours.cpu
    ));
    let our_names: FxHashSet<&str> = ours.names.iter().map(String::as_str).collect();
    let their_names: FxHashSet<&str> = theirs.functions.iter().map(String::as_str).collect();
    let lines = |what: &str, mut found: Vec<String>| {
        found.sort();
        say(format_args!("  {}: {what}", found.len()));
        // Spread over all of them, rather than the first package's.
        let step = found.len().div_ceil(show.max(1)).max(1);
        for line in found.iter().step_by(step).take(show) {
            say(format_args!("    {line}"));
        }
    };
    let functions = |names: &[String], others: &FxHashSet<&str>| -> Vec<String> {
        names.iter().filter(|name| !others.contains(name.as_str())).cloned().collect()
    };
    lines("functions that only gossa reaches", functions(&ours.names, &their_names));
    lines("functions that only x/tools reaches", functions(&theirs.functions, &our_names));
    let pairs =
        |names: &[String], calls: &[(usize, usize, u8)]| -> FxHashMap<(String, String), u8> {
            let pair = |&(from, to, only): &(usize, usize, u8)| {
                ((names[from].clone(), names[to].clone()), only)
            };
            calls.iter().map(pair).collect()
        };
    let our_pairs = pairs(&ours.names, &ours.calls);
    let their_pairs = pairs(&theirs.functions, &theirs.calls);
    let only = |these: &FxHashMap<(String, String), u8>,
                those: &FxHashMap<(String, String), u8>,
                reached: &FxHashSet<&str>,
                dynamic: u8|
     -> Vec<String> {
        let kept = these.iter().filter(|&(pair, &kind)| {
            kind == dynamic && reached.contains(pair.0.as_str()) && !those.contains_key(pair)
        });
        kept.map(|((from, to), _)| format!("{from} -> {to}")).collect()
    };
    let both = our_pairs.keys().filter(|pair| their_pairs.contains_key(*pair)).count();
    say(format_args!(
        "  calls: {} of gossa, {} of x/tools, {both} of both; where both reach the caller:",
        our_pairs.len(),
        their_pairs.len()
    ));
    lines("static calls of gossa alone", only(&our_pairs, &their_pairs, &their_names, 0));
    lines("static calls of x/tools alone", only(&their_pairs, &our_pairs, &our_names, 0));
    lines("dynamic calls of gossa alone", only(&our_pairs, &their_pairs, &their_names, 1));
    lines("dynamic calls of x/tools alone", only(&their_pairs, &our_pairs, &our_names, 1));
}
