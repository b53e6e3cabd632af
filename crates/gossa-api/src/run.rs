//! Runs checkers over a program.

use crate::checker::{Checker, Ground, Registry, Selection};
use crate::func::Func;
use crate::pass::Pass;
use crate::program::{Program, ProgramData};
use crate::whole::{Answers, ProgramPass, with_answers};
use gossa_db::{Progress, Session};
use gossa_report::{Confidence, Diagnostic, Finding, Severity, Stage};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a run of checkers gives.
#[derive(Default)]
pub struct Outcome {
    /// The findings, not sorted; paths are full paths.
    pub findings: Vec<Finding>,
    /// Findings that are less sure than asked for: a comment that suppresses one has its use.
    pub unsure: Vec<Finding>,
    /// Checkers that failed, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// Calls `work` with a program and the answers to questions about it, without any checker.
pub fn with_program<T: Send>(
    session: &Session,
    data: &ProgramData,
    work: impl FnOnce(&ProgramPass<'_>) -> T + Send,
) -> T {
    let (findings, replaced) = Default::default();
    let selection = Selection::default();
    session.pool().install(|| {
        with_answers(session, data, |answers| {
            let pass = Pass {
                program: Program::new(data),
                selection: &selection,
                findings: &findings,
                replaced: &replaced,
            };
            work(&ProgramPass { pass: &pass, answers })
        })
    })
}

/// Runs the selected checkers. A checker that panics loses what it was doing and becomes a
/// diagnostic; the others go on.
#[must_use]
pub fn run(
    session: &Session,
    data: &ProgramData,
    registry: &Registry,
    selection: &Selection,
    progress: &dyn Progress,
) -> Outcome {
    let findings = Mutex::new(Vec::new());
    let replaced = Mutex::new(Vec::new());
    let failures = Mutex::new(Vec::new());
    let program = Program::new(data);
    let functions: Vec<Func<'_>> = program.functions().collect();
    let checkers: Vec<_> = registry
        .checkers()
        .filter(|checker| checker.checks().iter().any(|check| selection.is_enabled(check)))
        .collect();
    progress.stage("check", checkers.len());
    let check = |checker: &dyn Checker, answers: &dyn Answers| {
        let name = checker.checks().first().map_or("", |check| check.id);
        let pass = Pass { program, selection, findings: &findings, replaced: &replaced };
        let guard = |unit: &dyn Fn() -> String, work: &dyn Fn()| {
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                failures.lock().push(format!("checker `{name}` failed on {}", unit()));
            }
        };
        functions.par_iter().with_min_len(64).for_each(|&func| {
            guard(&|| func.qualified_name(), &|| checker.check_function(&pass, func));
        });
        guard(&|| "the program".to_owned(), &|| {
            checker.check_program(&ProgramPass { pass: &pass, answers });
        });
        progress.step(name);
    };
    session.pool().install(|| {
        Ground::ALL.into_par_iter().with_max_len(1).for_each(|ground| {
            with_answers(session, data, |answers| {
                let standing = checkers.iter().filter(|checker| checker.ground() == ground);
                standing.for_each(|checker| check(*checker, answers));
            });
        });
    });
    let mut failures = failures.into_inner();
    failures.sort();
    let (mut findings, mut unsure): (Vec<Finding>, Vec<Finding>) = findings
        .into_inner()
        .into_iter()
        .partition(|finding| finding.confidence >= selection.min_confidence);
    let replaced = replaced.into_inner();
    let is_said = |finding: &Finding, least: Confidence| {
        replaced.iter().any(|other| {
            other.check == finding.checker
                && other.confidence >= least
                && other.location == finding.location
        })
    };
    findings.retain(|finding| !is_said(finding, selection.min_confidence));
    unsure.retain(|finding| !is_said(finding, Confidence::Low));
    Outcome {
        findings,
        unsure,
        diagnostics: failures
            .into_iter()
            .map(|message| Diagnostic::new(Severity::Error, Stage::Analysis, message))
            .collect(),
    }
}
