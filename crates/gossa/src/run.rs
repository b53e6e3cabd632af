//! `gossa run`: a main package in the interpreter.

use crate::args::RunArgs;
use crate::context::Context;
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_db::RunEnv;
use gossa_interp::{Options, Outcome, Output};
use gossa_types::PackageId;
use std::io::Write as _;
use std::process::ExitCode;

/// The run's output, on this process's own.
struct Streams;

impl Output for Streams {
    fn write(&mut self, stream: u32, bytes: &[u8]) {
        // Who closed the other end has had enough of it.
        let _ = match stream {
            1 => std::io::stdout().write_all(bytes),
            _ => std::io::stderr().write_all(bytes),
        };
    }
}

/// Runs the subcommand: the exit status is the program's, or 2 where it could not go on.
pub(crate) fn run(context: &Context, args: &RunArgs) -> Result<ExitCode, CommandError> {
    let session = context.session(&args.build, false)?;
    let program = session.program();
    let [root] = program.roots[..] else {
        return Err(CommandError::Usage("gossa run takes exactly one package".to_owned()));
    };
    let package = program.package(root);
    if package.name != "main" {
        let path = &package.import_path;
        return Err(CommandError::Usage(format!("package {path} is not a main package")));
    }
    let id = PackageId::new(&package.import_path);
    let options = Options { seed: args.seed, steps: args.steps, ..Options::default() };
    let db = session.db();
    // On a thread of the pool: lowering needs its large stack.
    let outcome = session
        .pool()
        .install(move || gossa_interp::run_main(&RunEnv::new(&db), id, options, Box::new(Streams)));
    match outcome {
        Outcome::Exit(status) => Ok(ExitCode::from(status as u8)),
        Outcome::Refused { what, trace } => {
            let mut message = format!("the interpreter cannot run {what}");
            for function in trace {
                message.push_str("\n\tcalled by ");
                message.push_str(&function);
            }
            output::error(&message);
            Ok(Exit::Failed.into())
        }
    }
}
