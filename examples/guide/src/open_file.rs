use gossa::api::prelude::*;
use gossa::api::typestate::{Creation, Event, Protocol};

declare_check! {
    /// ## What it does
    /// Reports a file that is opened and, on some path, never closed; and one that is read when it
    /// is closed.
    /// ## Why
    /// A process may have so many files open and no more.
    /// ## Bad
    /// ```go
    /// f, err := os.Open(name) // want `open-file`
    /// if err != nil {
    ///     return err
    /// }
    /// if skip {
    ///     return nil
    /// }
    /// return f.Close()
    /// ```
    /// ## Good
    /// ```go
    /// defer f.Close()
    /// ```
    /// ## What it does not catch
    /// Files that are stored where somebody else may close them.
    pub static OPEN_FILE = "open-file": "resources", Warning, "a file stays open";
}

pub struct OpenFile;

impl Checker for OpenFile {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&OPEN_FILE]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let mut files = Protocol::new();
        // The first state is that in which values are made.
        let open = files.state("open");
        let closed = files.state("closed");
        for function in ["os.Open", "os.Create", "os.OpenFile"] {
            files.created_by(Creation::result(function, 0).unless_error(1));
        }
        files.on(open, Event::Method("Close"), closed);
        files.error_on(closed, Event::Method("Read"));
        files.error_when_lost(open);
        for violation in pass.typestate(&files) {
            let Some(mut report) = pass.report(&OPEN_FILE, violation.created) else { continue };
            let (state, kind) = (violation.state, violation.kind);
            report.message(format_args!("the file is {state} when it {kind}"));
            report.confidence(match violation.certain {
                true => Confidence::Medium,
                false => Confidence::Low,
            });
            for step in &violation.steps {
                report.step(step.at, step.kind);
            }
        }
    }
}
