//! `gossa escape --whole-program`: where each allocation gets to, and where parameters leak, by all
//! that the program does.

use crate::args::{EscapeArgs, EscapeForm, EscapeRoots};
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_base::FxHashSet;
use gossa_db::{
    RootDb, Session, SourcePlace, WholeEnv, call_table, escape_places, program_calls,
    program_escapes,
};
use gossa_escape::{
    Allocation, AllocationKind, Conversion, FunctionEscapes, Leaks, PackageEscapes, Parameter, Sink,
};
use gossa_points::Program;
use gossa_points::callgraph::Roots;
use gossa_report::{NoSources, PathDisplay, Report, escape_line};
use gossa_types::PackageId;
use serde::Serialize;
use std::io::Write as _;

/// Runs the subcommand.
pub(crate) fn run(context: &Context, args: &EscapeArgs) -> Result<Exit, CommandError> {
    if args.format == Some(EscapeForm::Gc) {
        let message = "--format: gc is not for --whole-program";
        return Err(CommandError::Usage(message.to_owned()));
    }
    let mut build_args = args.build.clone();
    build_args.tests |= args.roots == Some(EscapeRoots::Tests);
    let session = context.session(&build_args, false)?;
    let progress = context.progress();
    let lowered = session.lower(&progress);
    drop(progress);
    let roots = session.root_packages();
    let wanted: Option<FxHashSet<PackageId>> =
        if args.deps { None } else { Some(roots.iter().copied().collect()) };
    let db = session.db();
    // On a thread of the pool: it has a large stack.
    let (whole, of) = (db.clone(), &session);
    let escapes = session.pool().install(move || analyze(of, whole, args.roots, lowered))?;

    let paths = context.paths(session.program());
    let mut lines: Vec<Line> = Vec::new();
    for function in &escapes.functions {
        if wanted.as_ref().is_none_or(|wanted| wanted.contains(&function.package)) {
            add_lines(&db, function, &paths, &mut lines);
        }
    }
    lines.sort();
    lines.dedup();
    let mut out = output::stdout();
    if args.format == Some(EscapeForm::Json) {
        let document = Document { schema: "gossa.escape/1", sites: &lines };
        serde_json::to_writer_pretty(&mut out, &document)
            .map_err(|error| CommandError::Output(error.into()))?;
        writeln!(out)?;
    } else {
        for line in &lines {
            writeln!(out, "{}", escape_line(&line.text()))?;
        }
    }
    out.flush()?;

    let mut report = Report::new();
    report.diagnostics = context::diagnostics(&session, &paths);
    report.finish(&NoSources);
    output::write_diagnostics(&mut std::io::stderr(), &report)?;
    let errors = context::count_errors(&report.diagnostics);
    let exit = context::exit_status(context::has_code(session.program()), 0, errors);
    std::mem::forget(session);
    Ok(exit)
}

fn analyze(
    session: &Session,
    db: RootDb,
    wanted: Option<EscapeRoots>,
    lowered: Vec<gossa_db::LoweredFunc>,
) -> Result<PackageEscapes, CommandError> {
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let loaded = session.program();
    let packages = |tests: bool| -> Vec<PackageId> {
        let paths = loaded.roots.iter().map(|&root| &loaded.package(root).import_path);
        let paths = paths.filter(|path| path.ends_with(".test") == tests);
        paths.map(|path| PackageId::new(path)).collect()
    };
    let main = |tests| env.main_roots(&program, &packages(tests));
    let exported = || env.exported_roots(&program, &packages(false));
    let missing = |what: &str| CommandError::Usage(format!("--roots: {what}"));
    let mut roots: Roots = match wanted {
        Some(EscapeRoots::Main) => {
            main(false).ok_or_else(|| missing("the patterns name no main package"))?
        }
        Some(EscapeRoots::Tests) => main(true)
            .ok_or_else(|| missing("the packages that the patterns name have no tests"))?,
        Some(EscapeRoots::Exported) => exported(),
        Some(EscapeRoots::All) => {
            let mut roots = exported();
            roots.entries.extend(main(false).unwrap_or_default().entries);
            roots
        }
        None => main(false).unwrap_or_else(exported),
    };
    roots.entries.extend(env.c_roots(&program, session));
    let graph = program_calls(&program, &roots);
    let all: Vec<PackageId> = session.packages().iter().map(|package| package.id(&db)).collect();
    let table = call_table(&env, &program, &graph, &all);
    Ok(program_escapes(&db, session.packages(), &table))
}

#[derive(Serialize)]
struct Document<'l> {
    schema: &'l str,
    sites: &'l [Line],
}

/// What is known about a parameter or an allocation.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    file: String,
    line: u32,
    column: u32,
    kind: &'static str,
    /// The variable's name or the expression.
    text: String,
    /// Whether its function may run.
    reachable: bool,
    /// For an allocation: `frame`, `forced`, `heap`, `global`, `goroutine`, `c`: the farthest that
    /// it gets to.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    /// All that an allocation gets to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reaches: Vec<&'static str>,
    /// For a parameter: where its value goes, after how many dereferences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    leaks: Vec<Leak>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Leak {
    to: String,
    depth: u8,
}

impl Line {
    fn text(&self) -> String {
        let Self { file, line, column, text, .. } = self;
        let what = match self.verdict {
            Some("frame") => "stays in its frame".to_owned(),
            Some("forced") => {
                "is in the heap for its layout, does not outlive its frame".to_owned()
            }
            Some("global") => "reaches a global variable".to_owned(),
            Some("goroutine") => "reaches another goroutine".to_owned(),
            Some("c") => "reaches C".to_owned(),
            Some(_) => "outlives its frame".to_owned(),
            None if self.leaks.is_empty() => "does not leak".to_owned(),
            None => {
                let all: Vec<String> = self
                    .leaks
                    .iter()
                    .map(|leak| format!("{} at depth {}", leak.to, leak.depth))
                    .collect();
                format!("leaks to {}", all.join(", "))
            }
        };
        let never = if self.reachable { "" } else { " (never runs)" };
        let kind = self.kind;
        format!("{file}:{line}:{column}: {kind} {text} {what}{never}")
    }
}

fn add_lines(db: &RootDb, function: &FunctionEscapes, paths: &PathDisplay, lines: &mut Vec<Line>) {
    let parameters = function.parameters.iter().map(|parameter| parameter.at);
    let allocations = function.allocations.iter().map(|allocation| allocation.at);
    let places = escape_places(db, function, parameters.chain(allocations));
    let (of_parameters, of_allocations) = places.split_at(function.parameters.len());
    let position = |place: &Option<SourcePlace>| {
        let place = place.as_ref()?;
        let (file, line) = match &place.origin {
            Some(origin) => (origin.file.to_string(), origin.line),
            None => (place.path.clone(), place.start.line),
        };
        Some((paths.display(&file), line, place.start.column))
    };
    for (parameter, place) in function.parameters.iter().zip(of_parameters) {
        let (Some(name), Some((file, line, column))) = (parameter.name, position(place)) else {
            continue;
        };
        // What the compiler adds to instances.
        if name.as_str().starts_with('.') {
            continue;
        }
        lines.push(Line {
            file,
            line,
            column,
            kind: "parameter",
            text: name.to_string(),
            reachable: parameter.reachable,
            verdict: None,
            reaches: Vec::new(),
            leaks: leaks(parameter),
        });
    }
    for (allocation, place) in function.allocations.iter().zip(of_allocations) {
        let Some((file, line, column)) = position(place) else { continue };
        if allocation.generated {
            continue;
        }
        lines.push(Line {
            file,
            line,
            column,
            kind: kind_text(allocation.kind),
            text: allocation.text.to_string(),
            reachable: allocation.reachable,
            verdict: Some(verdict(allocation)),
            reaches: allocation.sinks.iter().map(|&sink| sink_text(sink)).collect(),
            leaks: Vec::new(),
        });
    }
}

fn verdict(allocation: &Allocation) -> &'static str {
    let farthest = [Sink::Foreign, Sink::Goroutine, Sink::Global, Sink::Heap, Sink::Layout];
    let found = farthest.into_iter().find(|sink| allocation.sinks.contains(sink));
    found.map_or("frame", sink_text)
}

fn sink_text(sink: Sink) -> &'static str {
    match sink {
        Sink::Heap => "heap",
        Sink::Global => "global",
        Sink::Goroutine => "goroutine",
        Sink::Foreign => "c",
        Sink::Layout => "forced",
    }
}

fn kind_text(kind: AllocationKind) -> &'static str {
    match kind {
        AllocationKind::Variable => "variable",
        AllocationKind::New => "new",
        AllocationKind::Make => "make",
        AllocationKind::Literal | AllocationKind::AddressOfLiteral => "literal",
        AllocationKind::VariadicArguments => "arguments",
        AllocationKind::FunctionLiteral => "function",
        AllocationKind::MethodValue => "method",
        AllocationKind::Conversion(Conversion::Interface) => "interface",
        AllocationKind::Conversion(Conversion::Text | Conversion::SharedText) => "text",
        AllocationKind::Concatenation => "concatenation",
        AllocationKind::Append => "append",
    }
}

fn leaks(parameter: &Parameter) -> Vec<Leak> {
    let ways: &Leaks = &parameter.leaks;
    let mut all = Vec::new();
    for sink in Sink::ALL {
        if let Some(depth) = ways.sink(sink) {
            all.push(Leak { to: sink_text(sink).to_owned(), depth });
        }
    }
    for (index, name) in parameter.results.iter().enumerate() {
        if let Some(depth) = ways.result(index) {
            all.push(Leak { to: format!("result {name}"), depth });
        }
    }
    all
}
