//! `gossa callgraph`: who calls whom, as text, JSON, or a graph for other tools; and why a function
//! may run.

mod why_edge;

use crate::args::{AlgorithmArg, CallgraphArgs, GraphFormat, RootsArg};
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_db::{Place, RootDb, Session, WholeEnv};
use gossa_points::callgraph::{Algorithm, CallGraph, CallMode, Dispatch, Edge, Roots, build};
use gossa_points::points::{self, bounds::Detail, layout::Layouts};
use gossa_points::{FuncIndex, FunctionKind, Program};
use gossa_report::{NoSources, PathDisplay, Report, escape_line};
use gossa_syntax::NodeId;
use gossa_types::PackageId;
use serde::Serialize;
use std::io::Write;
use why_edge::Question;

/// Runs the subcommand.
pub(crate) fn run(context: &Context, args: &CallgraphArgs) -> Result<Exit, CommandError> {
    let mut build_args = args.build.clone();
    build_args.tests |= args.roots == Some(RootsArg::Tests);
    let session = context.session(&build_args, true)?;
    let progress = context.progress();
    let lowered = session.lower(&progress);
    drop(progress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let roots = roots(&session, &env, &program, args.roots)?;
    let algorithm = match args.algo {
        AlgorithmArg::Static => Algorithm::Static,
        AlgorithmArg::Cha => Algorithm::Cha,
        AlgorithmArg::Rta => Algorithm::Rta,
        AlgorithmArg::Vta => Algorithm::Vta,
        AlgorithmArg::Pta => Algorithm::Pta,
    };
    let detail = args.detail.into();
    let mut is_bounded = false;
    let graph = match algorithm {
        Algorithm::Pta => {
            let layouts = Layouts::new(&program);
            let solver = points::solve_in_detail(&layouts, &roots, detail);
            is_bounded = solver.detail() == Detail::Bounded;
            solver.call_graph()
        }
        _ => build(&program, &roots, algorithm),
    };
    let paths = context.paths(session.program());
    let writer = Writer { db: &db, program: &program, graph: &graph, paths: &paths };
    let mut out = output::stdout();
    match (&args.why, args.format) {
        (Some(wanted), _) => match wanted.split_once(" -> ") {
            Some((caller, callee)) => {
                let question = Question { roots: &roots, algorithm, detail, caller, callee };
                why_edge::why(&writer, &question, &mut out)?;
            }
            None => writer.why(&roots, wanted, &mut out)?,
        },
        _ if args.stats => writer.stats(is_bounded, &mut out)?,
        (None, GraphFormat::Text) => writer.text(&mut out)?,
        (None, GraphFormat::Json) => writer.json(args.algo, &roots, &mut out)?,
        (None, GraphFormat::Dot) => writer.dot(&mut out)?,
        (None, GraphFormat::Digraph) => writer.digraph(&mut out)?,
    }
    out.flush()?;

    let mut report = Report::new();
    report.diagnostics = context::diagnostics(&session, &paths);
    report.finish(&NoSources);
    output::write_diagnostics(&mut std::io::stderr(), &report)?;
    let errors = context::count_errors(&report.diagnostics);
    Ok(context::exit_status(context::has_code(session.program()), 0, errors))
}

/// Where the program begins.
pub(crate) fn roots(
    session: &Session,
    env: &WholeEnv<'_>,
    program: &Program<'_>,
    wanted: Option<RootsArg>,
) -> Result<Roots, CommandError> {
    let loaded = session.program();
    let packages = |tests: bool| -> Vec<PackageId> {
        let paths = loaded.roots.iter().map(|&root| &loaded.package(root).import_path);
        paths
            .filter(|path| path.ends_with(".test") == tests)
            .map(|path| PackageId::new(path))
            .collect()
    };
    let main = || env.main_roots(program, &packages(false));
    let exported = || env.exported_roots(program, &packages(false));
    let missing = |what: &str| CommandError::Usage(format!("--roots: {what}"));
    let mut roots = match wanted {
        Some(RootsArg::Main) => {
            main().ok_or_else(|| missing("the patterns name no main package"))?
        }
        Some(RootsArg::Tests) => env
            .main_roots(program, &packages(true))
            .ok_or_else(|| missing("the packages that the patterns name have no tests"))?,
        Some(RootsArg::Exported) => exported(),
        None => main().unwrap_or_else(exported),
    };
    roots.entries.extend(env.c_roots(program, session));
    Ok(roots)
}

/// Writes a call graph.
struct Writer<'w, 'e> {
    db: &'w RootDb,
    program: &'w Program<'e>,
    graph: &'w CallGraph,
    paths: &'w PathDisplay,
}

#[derive(Serialize)]
struct JsonGraph<'a> {
    schema: &'a str,
    algorithm: &'a str,
    roots: Vec<u32>,
    functions: Vec<JsonFunction>,
    edges: Vec<JsonEdge>,
}

#[derive(Serialize)]
struct JsonFunction {
    id: u32,
    name: String,
    package: String,
    kind: &'static str,
    #[serde(flatten)]
    position: Option<JsonPosition>,
}

#[derive(Serialize)]
struct JsonEdge {
    caller: u32,
    callee: u32,
    dispatch: &'static str,
    mode: &'static str,
    #[serde(flatten)]
    position: Option<JsonPosition>,
}

#[derive(Serialize)]
struct JsonPosition {
    file: String,
    line: u32,
    column: u32,
}

impl Writer<'_, '_> {
    fn name(&self, func: FuncIndex) -> String {
        self.program.function(func).to_string()
    }

    /// Where a call is; `None` for code without source.
    fn position(&self, edge: &Edge) -> Option<JsonPosition> {
        if edge.dispatch == Dispatch::Runtime {
            return None;
        }
        let function = self.program.function(edge.caller);
        let node = function.source_map()?.node(edge.site);
        self.place(Place::of_function(self.db, function.id, node)?)
    }

    /// Where a function is declared; `None` for code without source.
    fn declared_at(&self, func: FuncIndex) -> Option<JsonPosition> {
        let function = self.program.function(func);
        if function.is_wrapper() {
            return None;
        }
        let node = function.source_map().and_then(|map| map.literal).unwrap_or(NodeId::ROOT);
        self.place(Place::of_function(self.db, function.id, node)?)
    }

    fn place(&self, place: Place) -> Option<JsonPosition> {
        let location = place.resolve(self.db)?.location();
        let file = self.paths.display(&location.file);
        Some(JsonPosition { file, line: location.line, column: location.column })
    }

    /// The edges to print: those out of reachable functions, by the callers' names, then in their
    /// order.
    fn edges(&self) -> Vec<(String, &[Edge])> {
        let callers = self.graph.reachable().map(|func| (self.name(func), self.graph.calls(func)));
        let mut callers: Vec<_> = callers.filter(|(_, edges)| !edges.is_empty()).collect();
        callers.sort_by(|a, b| a.0.cmp(&b.0));
        callers
    }

    fn text(&self, out: &mut dyn Write) -> Result<(), CommandError> {
        for (caller, edges) in self.edges() {
            let mut lines: Vec<(gossa_ssa::InstId, String)> = Vec::with_capacity(edges.len());
            for edge in edges {
                lines.push((edge.site, self.edge_text(&caller, edge)));
            }
            lines.sort();
            for (_, line) in lines {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }

    fn edge_text(&self, caller: &str, edge: &Edge) -> String {
        let position = self.position(edge);
        let position = position
            .map(|at| format!("  {}:{}:{}", at.file, at.line, at.column))
            .unwrap_or_default();
        let line = format!(
            "{caller} -> {}  {} {}{position}",
            self.name(edge.callee),
            dispatch_text(edge.dispatch),
            mode_text(edge.mode),
        );
        escape_line(&line).to_string()
    }

    fn digraph(&self, out: &mut dyn Write) -> Result<(), CommandError> {
        for (caller, edges) in self.edges() {
            let mut callees: Vec<String> =
                edges.iter().map(|edge| self.name(edge.callee)).collect();
            callees.sort();
            callees.dedup();
            for callee in callees {
                writeln!(out, "{} {}", word(&caller), word(&callee))?;
            }
        }
        Ok(())
    }

    fn dot(&self, out: &mut dyn Write) -> Result<(), CommandError> {
        writeln!(out, "digraph callgraph {{\n  node [shape=box];")?;
        for (caller, edges) in self.edges() {
            let line = |edge: &Edge| {
                let style = match edge.dispatch {
                    Dispatch::Static => "",
                    Dispatch::Interface | Dispatch::Value => " [style=dashed]",
                    Dispatch::Runtime => " [style=dotted]",
                };
                format!("  {} -> {}{style};", quoted(&caller), quoted(&self.name(edge.callee)))
            };
            let mut lines: Vec<String> = edges.iter().map(line).collect();
            lines.sort();
            lines.dedup();
            for line in lines {
                writeln!(out, "{line}")?;
            }
        }
        writeln!(out, "}}")?;
        Ok(())
    }

    fn json(
        &self,
        algorithm: AlgorithmArg,
        roots: &Roots,
        out: &mut dyn Write,
    ) -> Result<(), CommandError> {
        let mut named: Vec<(String, FuncIndex)> =
            self.graph.reachable().map(|func| (self.name(func), func)).collect();
        named.sort();
        let mut ids = vec![u32::MAX; self.graph.function_count()];
        for (id, (_, func)) in (0..).zip(&named) {
            ids[func.index()] = id;
        }
        let mut edges: Vec<JsonEdge> = Vec::new();
        for (_, func) in &named {
            let start = edges.len();
            for edge in self.graph.calls(*func) {
                edges.push(JsonEdge {
                    caller: ids[edge.caller.index()],
                    callee: ids[edge.callee.index()],
                    dispatch: dispatch_text(edge.dispatch),
                    mode: mode_text(edge.mode),
                    position: self.position(edge),
                });
            }
            edges[start..].sort_by_key(|edge| {
                (edge.position.as_ref().map(|at| (at.line, at.column)), edge.callee)
            });
        }
        let algorithm = match algorithm {
            AlgorithmArg::Static => "static",
            AlgorithmArg::Cha => "cha",
            AlgorithmArg::Rta => "rta",
            AlgorithmArg::Vta => "vta",
            AlgorithmArg::Pta => "pta",
        };
        let mut roots: Vec<u32> = roots.iter().map(|root| ids[root.index()]).collect();
        roots.sort_unstable();
        let function = |(id, (name, func)): (u32, (String, FuncIndex))| JsonFunction {
            id,
            name,
            package: self.program.function(func).id.package().as_str().to_owned(),
            kind: match self.program.function(func).kind {
                FunctionKind::Declared => "declared",
                FunctionKind::Closure => "closure",
                FunctionKind::External => "external",
                FunctionKind::Wrapper(_) => "wrapper",
            },
            position: self.declared_at(func),
        };
        let functions = (0..).zip(named).map(function).collect();
        let graph = JsonGraph { schema: "gossa.callgraph/1", algorithm, roots, functions, edges };
        serde_json::to_writer_pretty(&mut *out, &graph)
            .map_err(|error| CommandError::Output(error.into()))?;
        writeln!(out)?;
        Ok(())
    }

    fn why(&self, roots: &Roots, wanted: &str, out: &mut dyn Write) -> Result<(), CommandError> {
        let func = self.named(wanted)?;
        match self.graph.why(roots, func) {
            None => writeln!(out, "{} is not reachable", self.name(func))?,
            Some(chain) if chain.is_empty() => writeln!(out, "{} is a root", self.name(func))?,
            Some(chain) => {
                for edge in &chain {
                    writeln!(out, "{}", self.edge_text(&self.name(edge.caller), edge))?;
                }
            }
        }
        Ok(())
    }

    /// The function of a name.
    fn named(&self, wanted: &str) -> Result<FuncIndex, CommandError> {
        let mut found: Vec<(String, FuncIndex)> = (0..self.graph.function_count())
            .map(FuncIndex::from_usize)
            .map(|func| (self.name(func), func))
            .filter(|(name, _)| is_named(name, wanted))
            .collect();
        found.sort();
        if let Some(exact) = found.iter().position(|(name, _)| name == wanted) {
            found = vec![found.swap_remove(exact)];
        }
        match &*found {
            [] => Err(CommandError::Usage(format!("--why: no function `{wanted}`"))),
            [(_, func)] => Ok(*func),
            [(first, _), (second, _), ..] => {
                let message = format!("--why: `{wanted}` may be {first}, {second}");
                Err(CommandError::Usage(message))
            }
        }
    }

    fn stats(&self, is_bounded: bool, out: &mut dyn Write) -> Result<(), CommandError> {
        let graph = self.graph;
        let count =
            |dispatch| graph.edges().iter().filter(|edge| edge.dispatch == dispatch).count();
        let components = graph.components();
        let largest = components.sizes().into_iter().max().unwrap_or_default();
        let rows = [
            (graph.function_count(), "functions"),
            (graph.reachable().count(), "reachable"),
            (graph.edges().len(), "edges"),
            (count(Dispatch::Static), "static edges"),
            (count(Dispatch::Interface), "edges through interfaces"),
            (count(Dispatch::Value), "edges through function values"),
            (count(Dispatch::Runtime), "edges from the runtime"),
            (components.count(), "strongly connected components"),
            (largest as usize, "functions in the largest"),
        ];
        for (count, what) in rows {
            writeln!(out, "{count:>12} {what}")?;
        }
        if is_bounded {
            writeln!(out, "{:>12} reflection and unsafe", "bounded")?;
        }
        Ok(())
    }
}

/// Whether a function's name is the one that is asked for, in full or without the directories of
/// its package.
pub(crate) fn is_named(name: &str, wanted: &str) -> bool {
    name.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

fn dispatch_text(dispatch: Dispatch) -> &'static str {
    match dispatch {
        Dispatch::Static => "static",
        Dispatch::Interface => "interface",
        Dispatch::Value => "value",
        Dispatch::Runtime => "runtime",
    }
}

fn mode_text(mode: CallMode) -> &'static str {
    match mode {
        CallMode::Call => "call",
        CallMode::Go => "go",
        CallMode::Defer => "defer",
    }
}

/// A name as a word of the digraph language: quoted where it would be several.
fn word(name: &str) -> String {
    if name.contains([' ', '"']) { quoted(name) } else { name.to_owned() }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
