//! A run of one checker: what it may ask, and how it reports.

use crate::checker::{Check, Selection};
use crate::func::Inst;
use crate::program::Program;
use gossa_report::{Confidence, Finding, Location, Step};
use parking_lot::Mutex;
use std::fmt;

/// A finding that another one says better.
pub(crate) struct Replaced {
    /// Its check.
    pub(crate) check: &'static str,
    /// Where it is.
    pub(crate) location: Location,
    /// How sure the other one is.
    pub(crate) confidence: Confidence,
}

/// What a checker gets: the program, and the way to report.
pub struct Pass<'p> {
    pub(crate) program: Program<'p>,
    pub(crate) selection: &'p Selection,
    pub(crate) findings: &'p Mutex<Vec<Finding>>,
    /// Findings that others say better: their checks and places.
    pub(crate) replaced: &'p Mutex<Vec<Replaced>>,
}

impl<'p> Pass<'p> {
    /// The program.
    #[must_use]
    pub fn program(&self) -> Program<'p> {
        self.program
    }

    /// Whether findings of a check are wanted. Two checkers that see the same leave it to one.
    #[must_use]
    pub fn is_enabled(&self, check: &Check) -> bool {
        self.selection.is_enabled(check)
    }

    /// Begins a finding at an instruction; `None` when findings of this check are not wanted. The
    /// finding is filed when the guard is dropped.
    pub fn report(&self, check: &'static Check, at: Inst<'_>) -> Option<Report<'_>> {
        if !self.selection.is_enabled(check) {
            return None;
        }
        let place = at.source_place()?;
        let mut finding =
            Finding::new(check.id, check.category, check.severity, check.summary, place.location());
        finding.package = at.func().package().to_owned();
        finding.function = at.func().name();
        finding.confidence = Confidence::Medium;
        Some(Report {
            most_sure: self.selection.most_sure(check),
            finding: Some(finding),
            goroutine: 0,
            findings: self.findings,
            replaces: Vec::new(),
            replaced: self.replaced,
        })
    }
}

/// A finding in the making; filed when dropped.
pub struct Report<'r> {
    finding: Option<Finding>,
    most_sure: Confidence,
    /// Which goroutine is told about.
    goroutine: u32,
    findings: &'r Mutex<Vec<Finding>>,
    replaces: Vec<(&'static str, Location)>,
    replaced: &'r Mutex<Vec<Replaced>>,
}

impl Report<'_> {
    pub(crate) fn finding(&mut self) -> &mut Finding {
        self.finding.as_mut().expect("present until dropped")
    }

    /// Says in one sentence what is wrong, naming the values.
    pub fn message(&mut self, message: impl fmt::Display) {
        self.finding().message = message.to_string();
    }

    /// Says how sure the finding is; medium when not said, and never more than the
    /// [tier](Check::tier) of the check, unless users ask for that by name.
    pub fn confidence(&mut self, confidence: Confidence) {
        self.finding().confidence = confidence;
    }

    /// Says which goroutine the steps of the story are about from here on, from 1; 0, as it is at
    /// first, where only one has a part in it.
    pub fn goroutine(&mut self, number: u32) {
        self.goroutine = number;
    }

    /// Says that this finding says better what another check may report at an
    /// instruction: that one is left out, unless it is shown and this one is not sure enough to be.
    pub fn replaces(&mut self, check: &'static Check, at: Inst<'_>) {
        if let Some(location) = location(at) {
            self.replaces.push((check.id, location));
        }
    }

    /// Adds a step of the story, from cause to effect.
    pub fn step(&mut self, at: Inst<'_>, message: impl fmt::Display) {
        if let Some(location) = location(at) {
            let mut step = Step::new(message.to_string(), location);
            step.goroutine = self.goroutine;
            self.finding().trace.push(step);
        }
    }

    /// Adds a place that has to do with the finding.
    pub fn related(&mut self, at: Inst<'_>, message: impl fmt::Display) {
        if let Some(location) = location(at) {
            self.finding().related.push(Step::new(message.to_string(), location));
        }
    }
}

fn location(at: Inst<'_>) -> Option<Location> {
    at.source_place().map(|place| place.location())
}

impl Drop for Report<'_> {
    fn drop(&mut self) {
        if let Some(mut finding) = self.finding.take()
            && !std::thread::panicking()
        {
            finding.confidence = finding.confidence.min(self.most_sure);
            let confidence = finding.confidence;
            self.findings.lock().push(finding);
            self.replaced.lock().extend(
                self.replaces.drain(..).map(|(check, location)| Replaced {
                    check,
                    location,
                    confidence,
                }),
            );
        }
    }
}
