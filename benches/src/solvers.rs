//! `solvers`: the points-to solver against the naive one, on programs of real packages.
//!
//! The two number what they find in different orders, so variables are compared by function and
//! place, all copies of a function together, and objects by what makes them.

use crate::corpus;
use crate::error::BenchError;
use crate::say;
use camino::Utf8PathBuf;
use clap::Args;
use gossa_db::{Options, Session, SilentProgress, WholeEnv};
use gossa_load::{BuildConfig, DiskSystem};
use gossa_points::Program;
use gossa_points::points::layout::Layouts;
use gossa_points::points::link::{Linker, Node, Origin};
use gossa_points::points::naive::Naive;
use gossa_points::points::solver::Solver;
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;

/// What to solve.
#[derive(Args)]
pub(crate) struct SolversArgs {
    /// The Go distribution.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// Where patterns are relative to; the distribution's `src` if not given.
    #[arg(short = 'C', value_name = "DIR")]
    dir: Option<Utf8PathBuf>,
    /// Main packages, each a program of its own. The naive solver takes minutes for programs of
    /// ten thousand functions.
    #[arg(required = true)]
    patterns: Vec<String>,
}

/// By function and variable, the objects that it may point to.
type Solution = BTreeMap<(String, u32), BTreeSet<String>>;

/// Solves each program twice; whether the solutions are the same.
pub(crate) fn solvers(args: &SolversArgs) -> Result<ExitCode, BenchError> {
    let goroot = corpus::goroot(args.goroot.as_deref())?;
    let mut differing = 0;
    for pattern in &args.patterns {
        let dir = args.dir.clone().unwrap_or_else(|| goroot.join("src"));
        let options = Options {
            system: Arc::new(DiskSystem),
            config: BuildConfig {
                dir: Some(dir.clone()),
                goroot: Some(goroot.clone()),
                cgo: Some(false),
                ..BuildConfig::default()
            },
            dir,
            patterns: vec![pattern.clone()],
            jobs: 1,
            one_shot: true,
        };
        let session = Session::load(&options)?;
        let lowered = session.lower(&SilentProgress);
        let db = session.db();
        let env = WholeEnv::new(&db);
        let mains = session.root_packages();
        let solve = |naive: bool| {
            let program = Program::new(&env, &lowered);
            let roots = env.main_roots(&program, &mains)?;
            let layouts = Layouts::new(&program);
            let mut linker = Linker::new(&layouts);
            linker.add_roots(&roots);
            Some(if naive {
                let solver = Naive::solve(linker);
                solution(solver.linker(), |node| solver.points_to(node))
            } else {
                let solver = Solver::solve(linker);
                solution(solver.linker(), |node| solver.points_to(node))
            })
        };
        let (Some(fast), Some(naive)) = (solve(false), solve(true)) else {
            return Err(BenchError::Go(format!("{pattern} is no main package")));
        };
        let elements: usize = naive.values().map(BTreeSet::len).sum();
        say(format_args!(
            "{pattern}: {} variables that point to something, {elements} pairs of a variable and \
             an object",
            naive.len()
        ));
        differing += differences(&fast, &naive);
    }
    say(format_args!("{differing} variables differ"));
    Ok(if differing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn differences(fast: &Solution, naive: &Solution) -> usize {
    let keys: BTreeSet<_> = fast.keys().chain(naive.keys()).collect();
    let mut count = 0;
    for key in keys {
        let (fast, naive) = (fast.get(key), naive.get(key));
        if fast == naive {
            continue;
        }
        count += 1;
        if count <= 20 {
            let none = BTreeSet::new();
            let (fast, naive) = (fast.unwrap_or(&none), naive.unwrap_or(&none));
            let one = |mut objects: Vec<&String>| {
                objects.truncate(3);
                format!("{objects:?}")
            };
            say(format_args!(
                "  {} {}: fast alone {}, naive alone {}",
                key.0,
                key.1,
                one(fast.difference(naive).collect()),
                one(naive.difference(fast).collect()),
            ));
        }
    }
    count
}

fn solution(linker: &Linker<'_, '_, '_>, points_to: impl Fn(Node) -> Vec<u32>) -> Solution {
    let mut solution = Solution::new();
    for instance in linker.instances().iter().filter(|instance| instance.active) {
        let name = linker.program().function(instance.func).to_string();
        for at in 0..instance.facts.variables {
            let elements = points_to(instance.first + at);
            if elements.is_empty() {
                continue;
            }
            let objects = elements.into_iter().map(|element| object(linker, element));
            solution.entry((name.clone(), at)).or_default().extend(objects);
        }
    }
    solution
}

fn object(linker: &Linker<'_, '_, '_>, element: u32) -> String {
    let cell = element / 2;
    let object = linker.object_of(cell);
    let ty = linker.cell_type(cell);
    let part = cell - object.first;
    let boxed = if element % 2 == 1 { " in an interface" } else { "" };
    let origin = match object.origin {
        Origin::Site(maker, inst, kind) => {
            let func = linker.instances()[maker.0 as usize].func;
            format!("{kind:?} {inst:?} of {}", linker.program().function(func))
        }
        Origin::Func(func) => linker.program().function(func).to_string(),
        origin => format!("{origin:?}"),
    };
    format!("{origin}+{part} {}{boxed}", gossa_ssa::type_text(ty))
}
