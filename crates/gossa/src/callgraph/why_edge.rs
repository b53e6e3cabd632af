//! Why an edge is in a call graph: what an algorithm has seen of the callee.

use super::Writer;
use crate::exit::CommandError;
use crate::pointsto;
use gossa_db::Place;
use gossa_points::FuncIndex;
use gossa_points::callgraph::{Algorithm, Dispatch, Edge, Roots};
use gossa_points::points::bounds::Detail;
use gossa_points::points::layout::Layouts;
use gossa_points::points::query::why::Step;
use gossa_points::points::query::{PointeeKind, Queries};
use gossa_ssa::{Body, Callee, Inst, InstId};
use gossa_types::TypeId;
use std::io::Write;

/// What is asked.
pub(super) struct Question<'q> {
    pub(super) roots: &'q Roots,
    pub(super) algorithm: Algorithm,
    pub(super) detail: Detail,
    pub(super) caller: &'q str,
    pub(super) callee: &'q str,
}

/// Prints each call of the callee by the caller, and below it why the algorithm sees it.
pub(super) fn why(
    writer: &Writer<'_, '_>,
    question: &Question<'_>,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let (caller, callee) =
        (writer.named(question.caller.trim())?, writer.named(question.callee.trim())?);
    let calls = writer.graph.calls(caller);
    let edges: Vec<Edge> = calls.iter().copied().filter(|edge| edge.callee == callee).collect();
    if edges.is_empty() {
        let (caller, callee) = (writer.name(caller), writer.name(callee));
        let message = format!("--why: no call of {callee} by {caller} in this graph");
        return Err(CommandError::Usage(message));
    }
    let follows = matches!(question.algorithm, Algorithm::Vta | Algorithm::Pta)
        && edges.iter().any(|e| matches!(e.dispatch, Dispatch::Value | Dispatch::Interface));
    let layouts = Layouts::new(writer.program);
    let mut points = follows.then(|| pointsto::Writer {
        db: writer.db,
        program: writer.program,
        paths: writer.paths,
        queries: Queries::solve(&layouts, question.roots, question.detail),
    });
    for edge in edges {
        writeln!(out, "{}", writer.edge_text(&writer.name(caller), &edge))?;
        match edge.dispatch {
            Dispatch::Static => writeln!(out, "  it is called by name")?,
            Dispatch::Runtime => writeln!(out, "  no call in the source: the runtime calls it")?,
            Dispatch::Value | Dispatch::Interface => {
                let chain = match &mut points {
                    Some(points) => chain(points, &edge),
                    None => None,
                };
                let lines = match chain {
                    Some(lines) => lines,
                    None => vec![origin(writer, question.algorithm, &edge)],
                };
                for line in lines {
                    writeln!(out, "  {line}")?;
                }
            }
        }
    }
    Ok(())
}

/// The shortest way from where the function, or a value of the type, comes from, to the call.
fn chain(points: &mut pointsto::Writer<'_, '_, '_, '_>, edge: &Edge) -> Option<Vec<String>> {
    let (of, elements) = points.queries.elements_that_call(edge.caller, edge.site, edge.callee)?;
    let chains = elements.into_iter().filter_map(|element| {
        let chain = points.queries.why_value(of, element)?;
        Some((element, chain))
    });
    // Of a value with an object more can be said.
    let chains: Vec<(u32, Vec<Step>)> = chains.collect();
    let is_nil = |element: u32| points.queries.describe(element).kind == PointeeKind::Nil;
    let (element, chain) =
        chains.into_iter().min_by_key(|(element, chain)| (is_nil(*element), chain.len()))?;
    let mut lines = vec![points.element(element)];
    lines.extend(points.chain(&chain));
    Some(lines)
}

/// Where the callee is taken as a value, or a value of the type whose method it is put into an
/// interface.
fn origin(writer: &Writer<'_, '_>, algorithm: Algorithm, edge: &Edge) -> String {
    let program = writer.program;
    let method = program.body(edge.caller).and_then(|body| method_of(writer, body, edge.site));
    for func in (0..program.len()).map(FuncIndex::from_usize) {
        if algorithm != Algorithm::Cha && !writer.graph.is_reachable(func) {
            continue;
        }
        let Some(body) = program.body(func) else { continue };
        for inst in body.inst_ids() {
            let found = match (method, &body[inst]) {
                (None, Inst::Func(taken) | Inst::Closure { func: taken, .. }) => {
                    (program.index_of(*taken) == edge.callee).then(|| "taken as a value".to_owned())
                }
                (None, Inst::MethodValue { method, .. }) => {
                    let bound = program.bound_method(&body[*method]);
                    (bound == edge.callee).then(|| "method value".to_owned())
                }
                (None, Inst::MethodExpr(method)) => {
                    let expression = program.method_expression(&body[*method]);
                    (expression == edge.callee).then(|| "method expression".to_owned())
                }
                (Some(name), Inst::MakeInterface(x)) => {
                    converted(writer, &[body[*x].ty], name, edge.callee)
                }
                (Some(name), Inst::Table(table)) => {
                    let types: Vec<TypeId> = body[*table].dynamic_types().to_vec();
                    converted(writer, &types, name, edge.callee)
                }
                _ => None,
            };
            if let Some(what) = found {
                let function = program.function(func);
                let place = function.source_map().and_then(|map| {
                    let place = Place::of_function(writer.db, function.id, map.node(inst))?;
                    writer.place(place)
                });
                let at = place.map_or_else(
                    || "-".to_owned(),
                    |at| format!("{}:{}:{}", at.file, at.line, at.column),
                );
                return format!("{at}: {what} in {}", writer.name(func));
            }
        }
    }
    match method {
        Some(_) => {
            "no conversion in the source: reflection or the runtime makes such values".to_owned()
        }
        None => {
            "not taken as a value in the source: reflection or the runtime makes it one".to_owned()
        }
    }
}

fn converted(
    writer: &Writer<'_, '_>,
    types: &[TypeId],
    method: gossa_points::program::MethodName,
    callee: FuncIndex,
) -> Option<String> {
    let program = writer.program;
    let found = types
        .iter()
        .map(|&ty| program.normal(ty))
        .find(|&ty| !program.is_interface(ty) && program.dispatch(ty, method) == Some(callee))?;
    let text = gossa_types::print::type_string(program.resolver(), found);
    Some(format!("{text} becomes an interface value"))
}

/// The method that a call calls, of an interface value.
fn method_of(
    writer: &Writer<'_, '_>,
    body: &Body,
    site: InstId,
) -> Option<gossa_points::program::MethodName> {
    let call = match body[site] {
        Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. } => call,
        _ => return None,
    };
    match body[call].callee {
        Callee::Interface { method, .. } => Some(writer.program.method_name(&body[method])),
        _ => None,
    }
}
