//! `gossa ast`: syntax trees of single files, or the syntax errors of many.
//!
//! Files are parsed in parallel, a batch at a time, and printed in the order in which they were
//! named; nothing is loaded, so no Go installation is needed.

use crate::args::AstArgs;
use crate::context::Context;
use crate::exit::{CommandError, Exit};
use crate::{output, panics};
use camino::{Utf8Path, Utf8PathBuf};
use gossa_base::LineIndex;
use gossa_load::{EntryKind, System};
use gossa_report::escape_line;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Files that are parsed before any of them is printed: bounds what is held in memory.
const BATCH: usize = 512;

/// Stack of a thread: trees nest as deep as the parser lets them.
const STACK_SIZE: usize = 256 << 20;

/// What is printed about one file.
#[derive(Default)]
struct Parsed {
    text: String,
    errors: u64,
    lines: u64,
    bytes: u64,
    unreadable: bool,
}

/// Runs the subcommand.
pub(crate) fn run(context: &Context, args: &AstArgs) -> Result<Exit, CommandError> {
    let start = Instant::now();
    let mut files = Files { system: &*context.system, dir: &context.dir, found: Vec::new() };
    for path in &args.files {
        files.add(path)?;
    }
    if let Some(list) = &args.files_from {
        for path in read_list(context, list)?.split(['\n', '\0']).map(str::trim_end) {
            if !path.is_empty() {
                files.add(Utf8Path::new(path))?;
            }
        }
    }
    let files = files.found;
    if files.is_empty() {
        return Err(CommandError::Usage("no Go files there".to_owned()));
    }

    let jobs = usize::from(args.jobs);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(STACK_SIZE)
        .build()
        .map_err(|error| CommandError::Threads { jobs, reason: error.to_string() })?;
    let one = |path: &Utf8PathBuf| parse(context, path, args.errors, files.len() > 1);
    let mut out = output::stdout();
    let mut total = Parsed::default();
    let mut unreadable = 0;
    for batch in files.chunks(BATCH) {
        let parsed: Vec<Parsed> =
            pool.install(|| batch.par_iter().with_max_len(1).map(one).collect());
        for file in parsed {
            out.write_all(file.text.as_bytes())?;
            total.errors += file.errors;
            total.lines += file.lines;
            total.bytes += file.bytes;
            unreadable += usize::from(file.unreadable);
        }
    }
    out.flush()?;
    if args.errors && !context.quiet {
        let counts = [
            (files.len() as u64, "file"),
            (total.lines, "line"),
            (total.bytes, "byte"),
            (total.errors, "error"),
        ];
        let mut sum = counts.map(|(count, noun)| output::counted(count, noun)).join(", ");
        if !context.deterministic {
            sum.push_str(&format!(", {:.3} s", start.elapsed().as_secs_f64()));
        }
        output::note(&sum);
    }
    Ok(if unreadable == files.len() { Exit::Failed } else { Exit::of(0, total.errors) })
}

/// The names of further files, from a file or standard input.
fn read_list(context: &Context, list: &Utf8Path) -> Result<String, CommandError> {
    let error = |reason| CommandError::Read { path: list.to_string(), reason };
    if list == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(error)?;
        return Ok(text);
    }
    let bytes = context.system.read(&context.dir.join(list)).map_err(error)?;
    String::from_utf8(bytes).map_err(|_| {
        CommandError::Usage(format!("{list} is not a list of file names: it is not UTF-8"))
    })
}

/// Collects files, and those of directories.
struct Files<'s> {
    system: &'s dyn System,
    dir: &'s Utf8Path,
    /// As named by the user, relative to `dir`.
    found: Vec<Utf8PathBuf>,
}

impl Files<'_> {
    fn add(&mut self, path: &Utf8Path) -> Result<(), CommandError> {
        if self.system.is_dir(&self.dir.join(path)) {
            self.walk(path)
        } else {
            // Whatever else it is, reading it says what is wrong with it.
            self.found.push(path.to_owned());
            Ok(())
        }
    }

    /// Adds the Go files of a directory, all levels down, except in directories that the go
    /// command skips too. Links to directories are not followed, so the walk ends.
    fn walk(&mut self, dir: &Utf8Path) -> Result<(), CommandError> {
        let mut pending = vec![dir.to_owned()];
        while let Some(dir) = pending.pop() {
            let entries = self
                .system
                .read_dir(&self.dir.join(&dir))
                .map_err(|reason| CommandError::Read { path: dir.to_string(), reason })?;
            let mut below = Vec::new();
            for entry in entries.into_iter().filter(|entry| entry.utf8) {
                let hidden = entry.name.starts_with(['.', '_']);
                match entry.kind {
                    EntryKind::Directory if !hidden && entry.name != "testdata" => {
                        below.push(dir.join(&entry.name));
                    }
                    EntryKind::File | EntryKind::Symlink if entry.name.ends_with(".go") => {
                        self.found.push(dir.join(&entry.name));
                    }
                    _ => {}
                }
            }
            pending.extend(below.into_iter().rev());
        }
        Ok(())
    }
}

fn parse(context: &Context, path: &Utf8Path, errors_only: bool, name_file: bool) -> Parsed {
    let text = match context.system.read(&context.dir.join(path)) {
        Ok(text) => text,
        Err(error) => {
            return Parsed {
                text: format!("{}: {error}\n", escape_line(path.as_str())),
                errors: 1,
                unreadable: true,
                ..Parsed::default()
            };
        }
    };
    let mut parsed = Parsed { bytes: text.len() as u64, ..Parsed::default() };
    let result = catch_unwind(AssertUnwindSafe(|| {
        let file = gossa_syntax::parse(&text);
        let mut out = String::new();
        if !errors_only {
            if name_file {
                let _ = writeln!(out, "file {path}");
            }
            // Writing to a string cannot fail.
            let _ = gossa_syntax::dump::write(&file, &mut out);
        }
        let lines = LineIndex::new(&text);
        for error in &file.errors {
            let at = lines.line_column(error.range.start());
            let _ = writeln!(
                out,
                "{}:{}:{}: {}",
                escape_line(path.as_str()),
                at.line,
                at.column,
                escape_line(&error.message)
            );
        }
        (out, file.errors.len() as u64, lines.line_count() as u64 - 1)
    }));
    match result {
        Ok((text, errors, lines)) => {
            parsed.text = text;
            parsed.errors = errors;
            parsed.lines = lines;
        }
        Err(payload) => {
            parsed.text = format!(
                "{}: internal error while parsing: {}\n",
                escape_line(path.as_str()),
                panics::message(&*payload)
            );
            parsed.errors = 1;
        }
    }
    parsed
}
