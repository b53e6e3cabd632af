//! Where output goes: results to standard output, everything about the run to standard error.

use gossa_report::{Diagnostic, Report, escape_line};
use std::io::{self, BufWriter, IsTerminal as _, Write};

/// Columns of text output where standard output is not a terminal.
const DEFAULT_WIDTH: usize = 140;

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 16;

/// How text may be written to standard output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Colours and bold type.
    pub(crate) color: bool,
    /// Columns.
    pub(crate) width: usize,
}

impl Look {
    /// What standard output can show: colours only on a terminal, and only if the user has not
    /// asked for none (`NO_COLOR`, `TERM=dumb`).
    pub(crate) fn of_stdout() -> Self {
        let stdout = io::stdout();
        if !stdout.is_terminal() {
            return Self { color: false, width: DEFAULT_WIDTH };
        }
        let width = console::Term::stdout().size_checked();
        Self {
            color: anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
            width: width.map_or(DEFAULT_WIDTH, |(_, columns)| usize::from(columns)),
        }
    }
}

/// Standard output, buffered; flush it before the end.
pub(crate) fn stdout() -> BufWriter<Box<dyn Write>> {
    let stdout = io::stdout();
    // The adapter makes colours work on old Windows consoles; elsewhere bytes go straight out.
    let inner: Box<dyn Write> = if stdout.is_terminal() {
        Box::new(anstream::AutoStream::auto(stdout))
    } else {
        Box::new(stdout.lock())
    };
    BufWriter::with_capacity(BUFFER, inner)
}

/// Writes a line about the run to standard error. If that is closed there is nobody to tell.
pub(crate) fn note(message: &str) {
    let _ = writeln!(anstream::stderr(), "{message}");
}

/// Writes an error of the run as a whole to standard error.
pub(crate) fn error(message: &str) {
    // Several lines are meant, terminal escapes in names are not.
    let message: Vec<_> = message.lines().map(escape_line).collect();
    note(&format!("error: {}", message.join("\n")));
}

/// `1 error`, `2 errors`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Writes a diagnostic on one line: `file:line:column: message`.
fn write_diagnostic(
    out: &mut dyn Write,
    diagnostic: &Diagnostic,
    only_in: Option<String>,
) -> io::Result<()> {
    if let Some(place) = &diagnostic.location {
        write!(out, "{}:{}:{}: ", escape_line(&place.file), place.line, place.column)?;
    }
    if diagnostic.severity != gossa_report::Severity::Error {
        write!(out, "{}: ", diagnostic.severity.as_str())?;
    }
    write!(out, "{}", escape_line(&diagnostic.message))?;
    if let Some(origin) = diagnostic.location.as_ref().and_then(|place| place.origin.as_ref()) {
        write!(out, " (generated from {})", escape_line(&origin.to_string()))?;
    }
    match only_in {
        Some(configs) => writeln!(out, " ({})", escape_line(&configs)),
        None => writeln!(out),
    }
}

/// Writes the diagnostics of a finished report, one a line.
pub(crate) fn write_diagnostics(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    report
        .diagnostics
        .iter()
        .try_for_each(|found| write_diagnostic(out, found, report.only_in(&found.configs)))
}
