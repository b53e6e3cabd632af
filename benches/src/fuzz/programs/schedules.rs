//! Concurrent programs under many schedules.
//!
//! Whatever the seed, a program's output is one that the language allows ([`concurrent`]), and the
//! same seed gives the same output again. Go runs each program once, which tests the templates.

use super::batch::{Interpreted, build, save};
use super::concurrent::{Concurrent, concurrent};
use crate::corpus::command;
use crate::error::BenchError;
use crate::say;
use camino::Utf8Path;
use gossa_interp::Outcome;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::{ExitCode, Stdio};

/// What came out of runs.
#[derive(Default)]
pub(super) struct Findings {
    /// Number of runs in the interpreter.
    pub(super) runs: u64,
    /// Programs for which Go allows several outputs, and that had several.
    pub(super) varied: u64,
    /// Programs for which Go allows several outputs.
    pub(super) open: u64,
    /// What is wrong.
    pub(super) failures: Vec<String>,
}

/// Runs `programs` programs under `schedules` schedules each, twice.
pub(super) fn fuzz(
    directory: &Utf8Path,
    goroot: &Utf8Path,
    seed: u64,
    programs: u64,
    schedules: u64,
) -> Result<ExitCode, BenchError> {
    let directory = directory.join(format!("schedules-{seed}"));
    let findings = run(&directory, goroot, seed, programs, schedules)?;
    for failure in &findings.failures {
        say(format_args!("FAILURE {failure}"));
    }
    say(format_args!(
        "{programs} programs under {schedules} schedules, each twice: {} runs, {} failures; \
         {} of {} programs that may do several things did, seed {seed}",
        findings.runs,
        findings.failures.len(),
        findings.varied,
        findings.open,
    ));
    let clean = findings.failures.is_empty();
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) fn run(
    directory: &Utf8Path,
    goroot: &Utf8Path,
    seed: u64,
    programs: u64,
    schedules: u64,
) -> Result<Findings, BenchError> {
    let programs: Vec<_> = (0..programs).map(|id| concurrent(seed, id)).collect();
    write(directory, &programs)?;
    let binary = build(directory, goroot)?;
    let interpreted = Interpreted::load(directory, goroot)?;
    let mut findings = Findings::default();
    for (id, program) in programs.iter().enumerate() {
        let argument = id.to_string();
        let mut native = command(binary.as_str());
        native.arg(&argument).stdin(Stdio::null());
        let native = native.output().map_err(BenchError::io(&binary))?;
        let status = native.status.code().unwrap_or(-1);
        let output = ended(&native.stdout, &native.stderr, status);
        let mut wrong = |whose: &str, output: &str| {
            findings.failures.push(format!(
                "program {id} ({}): {whose}: {output:?} is not one of {:?}",
                program.name, program.allowed
            ));
        };
        if !program.allowed.has(&output) {
            wrong("Go", &output);
        }
        let mut outputs = BTreeSet::new();
        for schedule in 0..schedules {
            let once = || {
                let (output, errors, outcome) =
                    interpreted.run(schedule, std::slice::from_ref(&argument));
                match outcome {
                    Outcome::Exit(status) => ended(&output, &errors, status),
                    Outcome::Refused { what, .. } => format!("refused: {what}"),
                }
            };
            let (first, second) = (once(), once());
            if !program.allowed.has(&first) {
                wrong(&format!("schedule {schedule}"), &first);
            }
            if first != second {
                wrong(&format!("schedule {schedule} again, after {first:?}"), &second);
            }
            findings.runs += 2;
            outputs.insert(first);
        }
        if !matches!(program.allowed, super::concurrent::Allowed::Exactly(_)) {
            findings.open += 1;
            findings.varied += u64::from(outputs.len() > 1);
        }
    }
    Ok(findings)
}

/// Standard output, and how a program ended if not well.
fn ended(output: &[u8], errors: &[u8], status: i32) -> String {
    let mut text = String::from_utf8_lossy(output).into_owned();
    if status != 0 {
        let errors = String::from_utf8_lossy(errors);
        let _ = writeln!(text, "{}\nexit status {status}", errors.lines().next().unwrap_or(""));
    }
    text
}

fn write(directory: &Utf8Path, programs: &[Concurrent]) -> Result<(), BenchError> {
    save(directory, "go.mod", "module programs\n\ngo 1.27\n")?;
    let mut text = "package main\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\t\"iter\"\n\t\"os\"\n\t\"runtime\"\n\
         \t\"sync\"\n\t\"sync/atomic\"\n\t\"time\"\n)\n\nvar (\n\t_ = context.Cause\n\t_ iter.Seq[int]\n\
         \t_ = runtime.Gosched\n\t_ sync.Mutex\n\t_ atomic.Int32\n\t_ time.Duration\n)\n\n\
         func main() {\n\tswitch os.Args[1] {\n"
        .to_owned();
    for id in 0..programs.len() {
        let _ = writeln!(text, "\tcase \"{id}\":\n\t\tRun{id}()");
    }
    text.push_str("\t}\n}\n");
    for program in programs {
        let _ = write!(text, "\n// {}\n{}", program.name, program.text);
    }
    save(directory, "main.go", &text)
}
