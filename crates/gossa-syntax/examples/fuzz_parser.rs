//! Parses broken variants of the `.go` files below a directory for a number of seconds, and checks
//! what must hold for any bytes: `cargo run --release --example fuzz_parser -- SECONDS DIRECTORY
//! [SEED [OUTPUT]]`. With OUTPUT, the first 2000 variants are also written to that directory, for
//! comparison with other parsers.

#![allow(clippy::disallowed_methods, reason = "a tool for development")]

#[path = "../tests/support/invariants.rs"]
mod invariants;
#[path = "../tests/support/mutate.rs"]
mod mutate;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "go") {
            files.push(path);
        }
    }
    Ok(())
}

fn usage() -> io::Error {
    io::Error::other("usage: fuzz_parser SECONDS DIRECTORY [SEED [OUTPUT]]")
}

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).ok_or_else(usage)?;
    let directory = arguments.next().ok_or_else(usage)?;
    let seed = arguments.next().map_or(Some(1), |text| text.parse().ok()).ok_or_else(usage)?;
    let output = arguments.next().map(PathBuf::from);

    let mut files = Vec::new();
    collect(Path::new(&directory), &mut files)?;
    files.sort();
    let mut random = mutate::Random::new(seed);
    let start = Instant::now();
    let (mut variants, mut bytes, mut broken) = (0_u64, 0, 0_u64);
    let mut slowest = (Duration::ZERO, PathBuf::new());
    while start.elapsed() < Duration::from_secs(seconds) && !files.is_empty() {
        let path = &files[random.below(files.len())];
        let text = fs::read(path)?;
        if text.len() > 200_000 {
            continue;
        }
        for _ in 0..5 {
            let variant = mutate::mutate(&text, &mut random, 4);
            if let Some(output) = &output
                && variants < 2000
            {
                fs::write(output.join(format!("{variants:04}.go")), &variant)?;
            }
            let begin = Instant::now();
            let file = gossa_syntax::parse(&variant);
            let took = begin.elapsed();
            if took > slowest.0 {
                slowest = (took, path.clone());
            }
            invariants::check(&file, &variant);
            variants += 1;
            bytes += variant.len();
            broken += u64::from(!file.errors.is_empty());
        }
    }
    writeln!(
        io::stdout(),
        "{variants} variants, {:.1} MB, {broken} with errors; slowest {:?} ({})",
        bytes as f64 / 1e6,
        slowest.0,
        slowest.1.display()
    )
}
