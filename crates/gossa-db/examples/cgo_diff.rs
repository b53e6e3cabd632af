//! Compares what gossa makes of packages that import "C" with what the real cgo does:
//!
//! ```text
//! cargo run --release -p gossa-db --example cgo_diff -- GOROOT DIR PATTERN...
//! ```
//!
//! Needs Go and a C compiler. Prints a row for each package, and what differs.
//! `--goarch=ARCH` is the processor; `--oracle=FILE` reads the other side from a file that an
//! earlier run of the oracle wrote.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)] // a program of its own

#[path = "../tests/cgo_support/mod.rs"]
mod cgo_support;

use camino::{Utf8Path, Utf8PathBuf};
use cgo_support::{Compared, Wanted, build_oracle, compare, gossa, oracle, read_oracle};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(goroot), Some(dir)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: cgo_diff GOROOT DIR [--goarch=ARCH] [--oracle=FILE] PATTERN...");
        std::process::exit(2);
    };
    let (options, patterns): (Vec<String>, Vec<String>) =
        arguments.partition(|argument| argument.starts_with("--"));
    let (goroot, dir) = (Utf8Path::new(&goroot), Utf8Path::new(&dir));
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let goarch = options.iter().find_map(|option| option.strip_prefix("--goarch="));
    let wanted = Wanted { goroot, goarch: goarch.unwrap_or("amd64"), dir, patterns: &patterns };
    let ours = gossa(&wanted);
    let theirs = match options.iter().find_map(|option| option.strip_prefix("--oracle=")) {
        Some(path) => read_oracle(&std::fs::read_to_string(path).expect("the file is there")),
        None => {
            let to = Utf8PathBuf::from_path_buf(std::env::temp_dir()).expect("UTF-8");
            oracle(&build_oracle(goroot, &to), &wanted)
        }
    };
    let mut all = Compared::default();
    for (path, ours) in &ours {
        let Some(theirs) = theirs.get(path).filter(|facts| facts.failed.is_none()) else {
            let by_use =
                ours.ledger.values().filter(|how| **how == gossa_types::cgo::InferredBy::Use);
            println!(
                "{path}: cgo fails; {} uses, {} names inferred, {} errors",
                ours.names.len(),
                by_use.count(),
                ours.errors.len()
            );
            ours.errors.iter().for_each(|error| println!("    error: {error}"));
            continue;
        };
        let compared = compare(ours, theirs);
        println!("{}", compared.row(path));
        compared.differences.iter().for_each(|line| println!("    {line}"));
        all.add(&compared);
    }
    println!("{}", all.row("all"));
}
