//! Parses every `.go` file below the given directories on one thread, several times, and prints
//! errors, figures and the best speed: `cargo run --release --example parse_tree -- DIRECTORY...`
//!
//! Where the system tells (Linux), the time is what the thread spent on a processor, so that a
//! busy machine does not count.

#![allow(clippy::disallowed_methods, reason = "a tool for development")]

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const ROUNDS: usize = 8;

/// The time that this thread has spent on a processor; else the time that has passed.
fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = statistics.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(directory)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() && entry.file_name() != "testdata" {
            collect(&path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "go") {
            files.push(path);
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for directory in std::env::args_os().skip(1) {
        collect(Path::new(&directory), &mut files)?;
    }
    let texts: Vec<Vec<u8>> = files.iter().map(fs::read).collect::<Result<_, _>>()?;
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let mut out = io::stdout().lock();
    let mut best = Duration::MAX;
    let (mut errors, mut exprs, mut stmts) = (0, 0, 0);
    for round in 0..ROUNDS {
        let start = now();
        (errors, exprs, stmts) = (0, 0, 0);
        for (path, text) in files.iter().zip(&texts) {
            let file = gossa_syntax::parse(text);
            for decl in &file.decls {
                for part in std::iter::once(&decl.header).chain(&decl.body) {
                    exprs += part.tree.exprs.len();
                    stmts += part.tree.stmts.len();
                }
            }
            errors += file.errors.len();
            if round == 0 {
                for error in &file.errors {
                    writeln!(out, "{}: {:?}: {error}", path.display(), error.range)?;
                }
            }
        }
        best = best.min(now() - start);
    }
    let megabytes = bytes as f64 / 1e6;
    writeln!(
        out,
        "{} files, {megabytes:.1} MB, {exprs} expressions, {stmts} statements, {errors} errors: \
         {best:.3?}, {:.1} MB/s",
        files.len(),
        megabytes / best.as_secs_f64(),
    )
}
