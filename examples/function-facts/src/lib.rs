//! What is known about each function of a program, as data for other tools: whom it calls, what it
//! makes that outlives it, where its parameters leak, which locks it takes, whether it panics or
//! starts goroutines by itself.
//!
//! No checker: a tool that asks the same questions as checkers do, by `gossa::analyse`.

use gossa::api::prelude::*;
use serde::Serialize;

/// The facts of one function.
#[derive(Serialize, Debug)]
pub struct Facts {
    /// Its name in the program.
    pub function: String,
    /// The package that holds it.
    pub package: String,
    /// Where it is.
    pub at: Option<Place>,
    /// The functions that it may call, sorted, each once.
    pub calls: Vec<Call>,
    /// What it makes that outlives it.
    pub escapes: Vec<Escaping>,
    /// Parameters whose value, or what that points to, gets to somewhere, by number.
    pub leaking_parameters: Vec<usize>,
    /// The locks that it takes, by class, sorted.
    pub locks: Vec<String>,
    /// Whether it has a call of `panic` of its own.
    pub panics: bool,
    /// How many `go` statements it has.
    pub starts: usize,
}

/// A place in a file.
#[derive(Serialize, Debug)]
pub struct Place {
    /// Full path.
    pub file: String,
    /// First line.
    pub line: u32,
}

/// A function that may be called.
#[derive(Serialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Its name in the program.
    pub callee: String,
    /// Whether the call names it; if not, it goes through a function value or an interface.
    pub by_name: bool,
}

/// An object that outlives the function.
#[derive(Serialize, Debug)]
pub struct Escaping {
    /// The line that makes it.
    pub line: u32,
    /// Its type.
    pub ty: String,
    /// What it gets to.
    pub to: Vec<String>,
}

/// The facts of all functions in the packages that were asked about, in the order of the program.
#[must_use]
pub fn facts(pass: &ProgramPass<'_>) -> Vec<Facts> {
    let functions = pass.program().functions().filter(|func| func.is_requested());
    functions.map(|func| facts_of(pass, func)).collect()
}

/// The facts of one function.
#[must_use]
pub fn facts_of<'p>(pass: &ProgramPass<'p>, func: Func<'p>) -> Facts {
    let first = func.insts().find_map(Inst::range);
    let mut calls: Vec<Call> = Vec::new();
    let mut escapes = Vec::new();
    let mut starts = 0;
    let mut panics = false;
    for inst in func.insts() {
        match inst.op() {
            Op::Panic(_) => panics = true,
            Op::Go(_) => starts += 1,
            _ => {}
        }
        for edge in pass.call_graph().callees(inst) {
            let by_name = inst.call().is_some_and(|call| call.static_callee().is_some());
            calls.push(Call { callee: edge.callee.qualified_name(), by_name });
        }
        if let (Some(escape), Some(made)) = (pass.escape(inst), inst.results().next())
            && escape.outlives()
        {
            let line = inst.range().map_or(0, |range| range.start_position().line);
            let to = escape.to.iter().map(|to| format!("{to:?}").to_lowercase()).collect();
            escapes.push(Escaping { line, ty: made.ty().to_string(), to });
        }
    }
    calls.sort();
    calls.dedup();
    let leaks = |at: &usize| {
        pass.parameter_escape(func, *at)
            .is_some_and(|found| !found.to.is_empty() || !found.results.is_empty())
    };
    let mut locks: Vec<String> = pass
        .locks_in(func)
        .taken()
        .iter()
        .map(|taken| taken.lock.class.clone().unwrap_or_else(|| taken.lock.to_string()))
        .collect();
    locks.sort();
    locks.dedup();
    Facts {
        function: func.qualified_name(),
        package: func.package().to_owned(),
        at: first.map(|range| Place {
            file: range.path().to_owned(),
            line: range.start_position().line,
        }),
        calls,
        escapes,
        leaking_parameters: (0..func.params().count()).filter(leaks).collect(),
        locks,
        panics,
        starts,
    }
}
