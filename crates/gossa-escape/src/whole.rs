//! The analysis of a whole program.
//!
//! Functions make the same graphs as by the compiler's rules, batch by batch; but what a call of a
//! function value or of an interface's method may reach is told by a [`CallTable`], and arguments
//! flow where what is known of all those sends them. As such calls lead anywhere in the program,
//! summaries begin with no leaks at all and batches are analysed again until none changes: the
//! least that agrees with itself. Each flow of such a graph is one of the compiler's or shorter of
//! reach, so what the compiler keeps in a frame stays there.

use crate::analysis::Analysis;
use crate::calls::CallTable;
use crate::env::EscapeEnv;
use crate::graph::FuncId;
use crate::order::{Order, mentioned};
use crate::report::PackageEscapes;
use crate::resolved::ResolvedCalls;
use crate::summary::{Leaks, Summary};
use crate::types::Types;
use gossa_base::FxHashMap;
use gossa_types::PackageId;
use std::collections::BTreeSet;

/// Analyses a program: all of `packages`, given who calls whom in it.
#[must_use]
pub fn analyze_program(
    env: &dyn EscapeEnv,
    packages: &[PackageId],
    calls: &CallTable,
) -> PackageEscapes {
    let types = Types::new(env);
    let mut analysis = Analysis::new(env, &types);
    for &package in packages {
        // The functions of `unsafe` are part of the language.
        if package.path() != "unsafe"
            && let Some(decls) = env.package(package)
        {
            analysis.add_package(decls);
        }
    }
    analysis.add_instances();
    let calls = ResolvedCalls::new(&analysis, calls);
    analysis.calls = Some(calls);
    let mut batches: Vec<Box<[FuncId]>> = Vec::new();
    Order::run(&mut analysis, &mut |_, batch| batches.push(batch.into()));
    begin(&mut analysis);
    let users = users(&analysis, &batches);
    let mut batches_of: Vec<Vec<usize>> = vec![Vec::new(); analysis.codes.len()];
    for (at, batch) in batches.iter().enumerate() {
        for func in batch {
            let of = &mut batches_of[func.code as usize];
            if of.last() != Some(&at) {
                of.push(at);
            }
        }
    }
    let mut waiting: BTreeSet<usize> = (0..batches.len()).collect();
    while let Some(at) = waiting.pop_first() {
        let before = summaries(&analysis, &batches[at]);
        let _ = analysis.batch(&batches[at]);
        if before != summaries(&analysis, &batches[at]) {
            waiting.extend(&users[at]);
            if let Some(calls) = &mut analysis.calls {
                for code in calls.changed(&batches[at]) {
                    waiting.extend(&batches_of[code as usize]);
                }
            }
        }
    }
    for batch in &batches {
        let (graph, self_assignments) = analysis.batch(batch);
        analysis.record(&graph, &self_assignments);
    }
    analysis.finish()
}

/// Nothing leaks, as far as is known.
fn begin(analysis: &mut Analysis<'_>) {
    for (code, summaries) in analysis.codes.iter().zip(&mut analysis.summaries) {
        let all = code.funcs.iter().map(|func| {
            let params = func.params.iter().map(|_| Leaks::default()).collect();
            Some(Summary { params })
        });
        *summaries = all.collect();
    }
}

fn summaries(analysis: &Analysis<'_>, batch: &[FuncId]) -> Vec<Option<Summary>> {
    let of = |func: &FuncId| analysis.summaries[func.code as usize].get(func.func.index())?.clone();
    batch.iter().map(of).collect()
}

/// By batch: those that mention functions of it.
fn users(analysis: &Analysis<'_>, batches: &[Box<[FuncId]>]) -> Vec<Vec<usize>> {
    let mut batch_of: FxHashMap<FuncId, usize> = FxHashMap::default();
    for (at, batch) in batches.iter().enumerate() {
        batch_of.extend(batch.iter().map(|&func| (func, at)));
    }
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); batches.len()];
    let mut add = |user: usize, used: FuncId| {
        if let Some(&used) = batch_of.get(&used) {
            users[used].push(user);
        }
    };
    let linked = analysis.calls.as_ref().map(|calls| &calls.linked);
    for (at, batch) in batches.iter().enumerate() {
        for &func in batch {
            for callee in mentioned(analysis, func) {
                add(at, callee);
                if let Some(&body) = linked.and_then(|linked| linked.get(&callee)) {
                    add(at, body);
                }
            }
        }
    }
    for users in &mut users {
        users.sort_unstable();
        users.dedup();
    }
    users
}
