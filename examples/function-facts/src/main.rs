//! `function-facts DIR [PATTERN...]`: writes the facts of the functions in the packages as JSON.

use gossa::Load;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(dir) = arguments.next() else {
        eprintln!("usage: function-facts DIR [PATTERN...]");
        return ExitCode::from(2);
    };
    let load = arguments.fold(Load::new(dir), Load::pattern);
    let facts = match gossa::analyse(&load, function_facts::facts) {
        Ok(analysed) => {
            for error in &analysed.errors {
                eprintln!("{error}");
            }
            analysed.value
        }
        Err(error) => {
            eprintln!("function-facts: {error}");
            return ExitCode::from(2);
        }
    };
    match serde_json::to_writer_pretty(std::io::stdout().lock(), &facts) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("function-facts: {error}");
            ExitCode::from(2)
        }
    }
}
