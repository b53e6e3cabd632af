//! `gossa ssa`: functions in SSA form, as text, as graphs, or counted; and the checks that the
//! form holds what it promises.

use crate::args::SsaArgs;
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::{output, panics};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_db::{DbEnv, RootDb, Session};
use gossa_report::{NoSources, Report, escape_line};
use gossa_ssa::stats::Stats;
use gossa_ssa::{Body, FuncId, Lowered, Plain, Printer, SourceNames};
use gossa_types::{EnvResolver, PackageId};
use rayon::prelude::*;
use regex::Regex;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Functions that are verified by one task.
const CHUNK: usize = 64;

/// Violations that are printed; more would only tell the same.
const MAX_VIOLATIONS: usize = 1000;

type LoweredFunction = (FuncId, Arc<Lowered>);

/// Runs the subcommand.
pub(crate) fn run(context: &Context, args: &SsaArgs) -> Result<Exit, CommandError> {
    let wanted = args
        .func
        .as_deref()
        .map(Regex::new)
        .transpose()
        .map_err(|error| CommandError::Usage(format!("--func: {error}")))?;
    let session = context.session(&args.build, true)?;
    let progress = context.progress();
    let all = session.lower(&progress);
    drop(progress);
    let asked_for = functions_of_roots(&session, &all);
    let is_wanted = |body: &Body| wanted.as_ref().is_none_or(|re| re.is_match(&name(body.func)));

    let mut out = output::stdout();
    if args.stats {
        let mut stats = Stats::default();
        for (_, lowered) in &asked_for {
            let bodies = lowered.bodies.iter().zip(&lowered.source_maps);
            bodies
                .filter(|(body, _)| is_wanted(body))
                .for_each(|(body, source_map)| stats.add(body, source_map));
        }
        write!(out, "{stats}")?;
    } else {
        write_functions(&asked_for, args.dot, is_wanted, &mut out)?;
    }
    let mut errors = 0;
    if args.verify_ir {
        let verified = verify(&session, &all, &asked_for);
        write_verified(&verified, args.stats, &mut out)?;
        errors = verified.violations.len() as u64;
    }
    out.flush()?;

    let paths = context.paths(session.program());
    let mut report = Report::new();
    report.diagnostics = context::diagnostics(&session, &paths);
    report.finish(&NoSources);
    output::write_diagnostics(&mut std::io::stderr(), &report)?;
    errors += context::count_errors(&report.diagnostics);
    let exit = context::exit_status(context::has_code(session.program()), 0, errors);
    std::mem::forget((session, all));
    Ok(exit)
}

/// The full name of a function, as its text begins with it.
fn name(func: FuncId) -> String {
    func.to_string()
}

/// The functions of the packages that the patterns name.
fn functions_of_roots(session: &Session, all: &[LoweredFunction]) -> Vec<LoweredFunction> {
    let program = session.program();
    let roots: FxHashSet<PackageId> = program
        .roots
        .iter()
        .map(|&root| PackageId::new(&program.package(root).import_path))
        .collect();
    all.iter().filter(|(func, _)| roots.contains(&func.package())).cloned().collect()
}

fn write_functions(
    functions: &[LoweredFunction],
    dot: bool,
    is_wanted: impl Fn(&Body) -> bool,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let mut printer = Printer::new();
    let mut first = true;
    for (_, lowered) in functions {
        for (body, map) in lowered.bodies.iter().zip(&lowered.source_maps) {
            if !is_wanted(body) {
                continue;
            }
            if !std::mem::take(&mut first) && !dot {
                writeln!(out)?;
            }
            if dot {
                out.write_all(gossa_ssa::graph::dot(body).as_bytes())?;
            } else {
                printer.clear();
                printer.body(body, &SourceNames { body, map });
                out.write_all(printer.as_str().as_bytes())?;
            }
        }
    }
    Ok(())
}

/// What verification found.
#[derive(Default)]
struct Verified {
    /// Bodies that were verified.
    bodies: u64,
    /// Bodies whose text reads back as an equal body, and prints as the same text.
    reread: u64,
    /// What is wrong, function and message.
    violations: Vec<String>,
}

impl Verified {
    fn merge(mut self, other: Self) -> Self {
        self.bodies += other.bodies;
        self.reread += other.reread;
        self.violations.extend(other.violations);
        self
    }
}

fn verify(session: &Session, all: &[LoweredFunction], asked_for: &[LoweredFunction]) -> Verified {
    let by_id: FxHashMap<FuncId, &Body> =
        all.iter().flat_map(|(_, l)| &l.bodies).map(|body| (body.func, body)).collect();
    let by_id = &by_id;
    let db = session.db();
    // Chunks keep their order, so the violations do too.
    let chunks: Vec<Verified> = session.pool().install(move || {
        asked_for
            .par_chunks(CHUNK)
            .map_with(db, |db, chunk| verify_chunk(db, by_id, chunk))
            .collect()
    });
    chunks.into_iter().fold(Verified::default(), Verified::merge)
}

fn verify_chunk(
    db: &RootDb,
    by_id: &FxHashMap<FuncId, &Body>,
    chunk: &[LoweredFunction],
) -> Verified {
    let mut found = Verified::default();
    for (func, lowered) in chunk {
        // A type that cannot be resolved must not hide what the other functions are like.
        let result = catch_unwind(AssertUnwindSafe(|| verify_function(db, by_id, lowered)));
        found = found.merge(result.unwrap_or_else(|payload| Verified {
            violations: vec![format!(
                "{}: verification failed: {}",
                name(*func),
                panics::message(&*payload)
            )],
            ..Verified::default()
        }));
    }
    found
}

fn verify_function(db: &RootDb, by_id: &FxHashMap<FuncId, &Body>, lowered: &Lowered) -> Verified {
    let env = DbEnv::new(db);
    let resolver = EnvResolver::new(&env, None);
    let mut found = Verified::default();
    let bodies = &*lowered.bodies;
    for (index, violation) in gossa_ssa::verify_lowered(bodies, Some(&resolver)) {
        let func = bodies.get(index).map(|body| name(body.func)).unwrap_or_default();
        found.violations.push(format!("{func}: {violation}"));
    }
    if found.violations.is_empty() {
        for body in bodies {
            let callee = |func: FuncId| by_id.get(&func).copied();
            for violation in gossa_ssa::verify_calls(body, Some(&resolver), &callee) {
                found.violations.push(format!("{}: {violation}", name(body.func)));
            }
        }
    }
    for body in bodies {
        found.bodies += 1;
        match reread(body) {
            Ok(()) => found.reread += 1,
            Err(reason) => found.violations.push(format!("{}: {reason}", name(body.func))),
        }
    }
    found
}

/// Prints a body, reads the text, and compares.
fn reread(body: &Body) -> Result<(), String> {
    let mut printer = Printer::new();
    printer.body(body, &Plain);
    let text = printer.take();
    let read =
        gossa_ssa::read(&text).map_err(|error| format!("its text does not read: {error}"))?;
    let [read] = &*read else {
        return Err(format!("its text reads as {} functions", read.len()));
    };
    printer.body(read, &Plain);
    if printer.as_str() != text {
        return Err("its text prints otherwise when read back".to_owned());
    }
    if read != body {
        return Err("its text reads back as another body".to_owned());
    }
    Ok(())
}

fn write_verified(
    verified: &Verified,
    counts: bool,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    if counts {
        writeln!(out, "{:>12} verified", verified.bodies)?;
        writeln!(out, "{:>12} read back as they were", verified.reread)?;
        writeln!(out, "{:>12} violations", verified.violations.len())?;
    }
    for violation in verified.violations.iter().take(MAX_VIOLATIONS) {
        writeln!(out, "{}", escape_line(violation))?;
    }
    if let more @ 1.. = verified.violations.len().saturating_sub(MAX_VIOLATIONS) {
        writeln!(out, "and {more} more")?;
    }
    Ok(())
}
