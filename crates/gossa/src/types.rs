//! `gossa types`: type errors, or what the checker found out about every expression.

use crate::args::TypesArgs;
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_base::{LineIndex, TextRange, TextSize};
use gossa_db::{BodyKey, DbEnv, PackageInput, RootDb, Session, body_types, package_decls, parse};
use gossa_report::{NoSources, PathDisplay, Report};
use gossa_syntax::{ExprId, TreeWithSpans};
use gossa_types::{DeclSource, EnvResolver, Mode, TreeTypes, print};
use rayon::prelude::*;
use serde::Serialize;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Packages that are dumped before any of them is printed: bounds what is held in memory.
const BATCH: usize = 16;

/// Runs the subcommand.
pub(crate) fn run(context: &Context, args: &TypesArgs) -> Result<Exit, CommandError> {
    if args.dump.is_some() {
        return run_dump(context, args);
    }
    let sessions = context.sessions(&args.build, &args.configs)?;
    let mut report = Report::new();
    report.configs = args.configs.iter().map(|spec| spec.name.clone()).collect();
    let mut packages = 0;
    let mut has_code = false;
    let last = sessions.len();
    for (index, (config, session)) in sessions.into_iter().enumerate() {
        let progress = context.progress();
        session.check_types(&progress);
        drop(progress);
        let paths = context.paths(session.program());
        report.diagnostics.extend(context::diagnostics(&session, &paths).into_iter().map(
            |mut found| {
                found.configs.extend(config.clone());
                found
            },
        ));
        packages += session.program().packages.len();
        has_code |= context::has_code(session.program());
        if index + 1 == last {
            // The process ends here: giving memory back piece by piece would only take time.
            std::mem::forget(session);
        }
    }
    report.finish(&NoSources);
    let errors = context::count_errors(&report.diagnostics);
    let mut out = output::stdout();
    output::write_diagnostics(&mut out, &report)?;
    out.flush()?;
    note(context, packages, errors);
    Ok(context::exit_status(has_code, 0, errors))
}

/// Prints every expression, and what is wrong to standard error.
fn run_dump(context: &Context, args: &TypesArgs) -> Result<Exit, CommandError> {
    // A dump goes over every tree and side table once more after all has been checked.
    let session = context.session(&args.build, false)?;
    let progress = context.progress();
    session.check_types(&progress);
    drop(progress);

    let paths = context.paths(session.program());
    let mut report = Report::new();
    report.diagnostics = context::diagnostics(&session, &paths);
    report.finish(&NoSources);
    let errors = context::count_errors(&report.diagnostics);
    let mut out = output::stdout();
    dump(&session, &paths, &mut out)?;
    output::write_diagnostics(&mut std::io::stderr(), &report)?;
    out.flush()?;
    note(context, session.program().packages.len(), errors);
    let exit = context::exit_status(context::has_code(session.program()), 0, errors);
    std::mem::forget(session);
    Ok(exit)
}

fn note(context: &Context, packages: usize, errors: u64) {
    if !context.quiet {
        output::note(&format!(
            "{}, {}",
            output::counted(packages as u64, "package"),
            output::counted(errors, "error")
        ));
    }
}

/// What is known of one expression: one line of the dump.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(rename = "type")]
    ty: &'a str,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant: Option<String>,
}

/// Writes a line for every expression of the packages that the patterns name, sorted by place in
/// each file; of two that begin at the same place, the one that ends first stands first.
fn dump(session: &Session, paths: &PathDisplay, out: &mut dyn Write) -> Result<(), CommandError> {
    let roots: Vec<PackageInput> =
        session.program().roots.iter().map(|root| session.packages()[root.as_usize()]).collect();
    for batch in roots.chunks(BATCH) {
        let db = session.db();
        let texts: Vec<Vec<u8>> = session.pool().install(|| {
            batch
                .par_iter()
                .with_max_len(1)
                .map_with(db, |db, &package| {
                    // A package whose check failed was reported with the diagnostics.
                    catch_unwind(AssertUnwindSafe(|| package_lines(db, package, paths)))
                        .unwrap_or_default()
                })
                .collect()
        });
        for text in texts {
            out.write_all(&text)?;
        }
    }
    Ok(())
}

/// A tree with what the checker found out about it.
struct CheckedTree<'t> {
    base: TextSize,
    tree: &'t TreeWithSpans,
    types: &'t TreeTypes,
}

fn package_lines(db: &RootDb, package: PackageInput, paths: &PathDisplay) -> Vec<u8> {
    let decls = package_decls(db, package);
    let env = DbEnv::new(db);
    let files = package.files(db);
    let parsed: Vec<_> = files.iter().map(|&file| parse(db, file).load(db, file)).collect();
    let decl_at =
        |source: DeclSource| parsed.get(source.file as usize)?.decls.get(source.decl as usize);
    let mut out = Vec::new();
    for (index, &file) in files.iter().enumerate() {
        let name = paths.display(file.path(db));
        let lines = LineIndex::new(file.text(db));
        let mut writer = FileWriter { name: &name, lines: &lines, found: Vec::new() };
        for (source, types) in decls.trees.iter().filter(|(at, _)| at.file as usize == index) {
            if let Some(decl) = decl_at(*source) {
                let base = decl.range.start();
                let resolver = EnvResolver::new(&env, Some(&decls.locals));
                writer.tree(&CheckedTree { base, tree: &decl.header, types }, &resolver);
            }
        }
        for &func in &decls.func_order {
            let Some(found) = decls.funcs.get(&func) else { continue };
            if found.source.file as usize != index {
                continue;
            }
            // A body whose check failed was reported with the diagnostics.
            let types = catch_unwind(AssertUnwindSafe(|| {
                body_types(db, BodyKey::new(db, func)).as_ref()?.load(db, func)
            }));
            let (Ok(Some(types)), Some(decl)) = (types, decl_at(found.source)) else {
                continue;
            };
            if let Some(tree) = &decl.body {
                let resolver = EnvResolver::new(&env, Some(&types.locals));
                let base = decl.range.start();
                writer.tree(&CheckedTree { base, tree, types: &types.types }, &resolver);
            }
        }
        writer.finish(&mut out);
    }
    out
}

/// Collects the lines of one file.
struct FileWriter<'f> {
    name: &'f str,
    lines: &'f LineIndex,
    found: Vec<(TextRange, String)>,
}

impl FileWriter<'_> {
    fn tree(&mut self, checked: &CheckedTree<'_>, resolver: &EnvResolver<'_>) {
        let printer = print::Printer::new(resolver, &print::path_qualifier);
        let mut ty = String::new();
        for (index, expr) in checked.types.exprs.iter().enumerate() {
            let id = ExprId::from_usize(index);
            let Some(mode) = mode_name(expr.mode) else { continue };
            let Some(&span) = checked.tree.spans.exprs.get(index) else { continue };
            let range = TextRange::new(span.start.into(), span.end.into()) + checked.base;
            ty.clear();
            if let Some(found) = expr.ty {
                printer.write(&mut ty, found);
            }
            let constant =
                checked.types.constant(id).map(gossa_types::constant::Value::exact_string);
            let (start, end) =
                (self.lines.line_column(range.start()), self.lines.line_column(range.end()));
            let line = Line {
                file: self.name,
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                ty: &ty,
                mode,
                constant,
            };
            // Strings and numbers always have a JSON form.
            if let Ok(json) = serde_json::to_string(&line) {
                self.found.push((range, json));
            }
        }
    }

    fn finish(mut self, out: &mut Vec<u8>) {
        self.found.sort_by(|(a, left), (b, right)| {
            (a.start(), a.end(), left).cmp(&(b.start(), b.end(), right))
        });
        for (_, line) in self.found {
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
    }
}

/// What `go/types` calls the mode; `None` for what is no expression of its own.
fn mode_name(mode: Mode) -> Option<&'static str> {
    Some(match mode {
        Mode::None => return None,
        Mode::Invalid => "invalid",
        Mode::NoValue => "novalue",
        Mode::Builtin => "builtin",
        Mode::Type => "type",
        Mode::Constant => "constant",
        Mode::Variable => "variable",
        Mode::MapIndex => "mapindex",
        Mode::Value => "value",
        Mode::Nil => "nil",
        Mode::CommaOk => "commaok",
        Mode::CommaErr => "commaerr",
        Mode::CgoFunc => "cgofunc",
    })
}
