//! Prints the syntax errors of the files whose paths are on standard input, a line "file PATH"
//! before those of each: the form that `tests/oracle_compiler` prints.

#![allow(clippy::disallowed_methods, reason = "a tool for development")]

use gossa_base::LineIndex;
use std::fs;
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for path in io::stdin().lock().lines() {
        let path = path?;
        let text = fs::read(&path)?;
        let lines = LineIndex::new(&text);
        writeln!(out, "file {path}")?;
        for error in &gossa_syntax::parse_with(&text, gossa_syntax::Recovery::Compiler).errors {
            let place = lines.line_column(error.range.start());
            let message = error.message.replace('\\', "\\\\").replace('\n', "\\n");
            writeln!(out, "{}:{}: {message}", place.line, place.column)?;
        }
    }
    Ok(())
}
