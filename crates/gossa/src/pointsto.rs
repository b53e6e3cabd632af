//! `gossa pointsto`: what a variable, an expression or the variables of a function point to, and by
//! which steps an object came there.

mod find;

use crate::args::{PointstoArgs, PointstoFormat};
use crate::callgraph;
use crate::context::{self, Context};
use crate::exit::{CommandError, Exit};
use crate::output;
use find::Wanted;
use gossa_db::{Place, RootDb, WholeEnv};
use gossa_points::points::layout::Layouts;
use gossa_points::points::query::why::{Reason, Step};
use gossa_points::points::query::{FuncValue, Pointee, PointeeKind, Queries};
use gossa_points::{FuncIndex, Program};
use gossa_report::{NoSources, PathDisplay, Report, escape_line};
use gossa_ssa::InstId;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;

/// Runs the subcommand.
pub(crate) fn run(context: &Context, args: &PointstoArgs) -> Result<Exit, CommandError> {
    let mut build_args = args.build.clone();
    build_args.tests |= args.roots == Some(crate::args::RootsArg::Tests);
    let session = context.session(&build_args, true)?;
    let progress = context.progress();
    let lowered = session.lower(&progress);
    drop(progress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let roots = callgraph::roots(&session, &env, &program, args.roots)?;
    let paths = context.paths(session.program());
    let layouts = Layouts::new(&program);
    let mut found = match (&args.at, &args.func) {
        (Some(at), _) => find::at_position(&session, &db, &program, &paths, at)?,
        (None, Some(func)) => find::of_function(&program, func)?,
        (None, None) => return Err(CommandError::Usage("--at or --func is needed".to_owned())),
    };
    // Of the others nothing can be said.
    found.retain(|wanted| layouts.leaf_count(wanted.ty) > 0);
    if found.is_empty() {
        return Err(CommandError::Usage("nothing there is or holds a pointer".to_owned()));
    }
    let queries = Queries::solve(&layouts, &roots, args.detail.into());
    let mut writer = Writer { db: &db, program: &program, paths: &paths, queries };
    let mut out = output::stdout();
    match (&args.why, args.format) {
        (Some(object), format) => writer.why(&found, object, format, &mut out)?,
        (None, PointstoFormat::Text) => writer.text(&found, &mut out)?,
        (None, PointstoFormat::Json) => writer.json(&found, &mut out)?,
    }
    out.flush()?;

    let mut report = Report::new();
    report.diagnostics = context::diagnostics(&session, &paths);
    report.finish(&NoSources);
    output::write_diagnostics(&mut std::io::stderr(), &report)?;
    let errors = context::count_errors(&report.diagnostics);
    Ok(context::exit_status(context::has_code(session.program()), 0, errors))
}

/// Prints answers.
pub(crate) struct Writer<'w, 'x, 'p, 'e> {
    pub(crate) db: &'w RootDb,
    pub(crate) program: &'w Program<'e>,
    pub(crate) paths: &'w PathDisplay,
    pub(crate) queries: Queries<'x, 'p, 'e>,
}

#[derive(Serialize)]
struct JsonAnswers<'a> {
    schema: &'a str,
    values: Vec<JsonValue>,
}

#[derive(Serialize)]
struct JsonValue {
    function: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    r#type: String,
    reachable: bool,
    objects: Vec<JsonObject>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct JsonObject {
    kind: &'static str,
    r#type: String,
    path: String,
    in_interface: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    #[serde(flatten)]
    position: Option<JsonPosition>,
}

#[derive(Serialize)]
struct JsonChain<'a> {
    schema: &'a str,
    object: JsonObject,
    steps: Vec<JsonStep>,
}

#[derive(Serialize)]
struct JsonStep {
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    object: JsonObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<JsonObject>,
    #[serde(flatten)]
    position: Option<JsonPosition>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct JsonPosition {
    file: String,
    line: u32,
    column: u32,
}

impl JsonPosition {
    fn text(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Writer<'_, '_, '_, '_> {
    fn position(&self, func: FuncIndex, inst: InstId) -> Option<JsonPosition> {
        let function = self.program.function(func);
        let node = function.source_map()?.node(inst);
        let location = Place::of_function(self.db, function.id, node)?.resolve(self.db)?.location();
        let file = self.paths.display(&location.file);
        Some(JsonPosition { file, line: location.line, column: location.column })
    }

    fn object(&self, pointee: &Pointee) -> JsonObject {
        let name_of = |func| self.program.function(func).to_string();
        let (name, function, position) = match pointee.kind {
            PointeeKind::Made(func, inst, _) => {
                (None, Some(name_of(func)), self.position(func, inst))
            }
            PointeeKind::Global(decl) => {
                (Some(format!("{}.{}", decl.package(), decl.name())), None, None)
            }
            PointeeKind::Func(func) => (Some(name_of(func)), None, None),
            PointeeKind::Universe(package) => (Some(package.to_string()), None, None),
            _ => (None, None, None),
        };
        JsonObject {
            kind: pointee.kind.word(),
            r#type: pointee.ty.clone(),
            path: pointee.path.clone(),
            in_interface: pointee.boxed,
            name,
            function,
            position,
        }
    }

    /// The objects of a value, each once: copies of functions make several of one.
    fn objects(&self, of: FuncValue) -> Vec<JsonObject> {
        let elements = self.queries.points_to(of);
        let pointees = elements.into_iter().map(|(_, element)| self.queries.describe(element));
        let pointees = pointees.filter(|pointee| pointee.kind != PointeeKind::Nil);
        let objects: BTreeSet<JsonObject> = pointees.map(|pointee| self.object(&pointee)).collect();
        objects.into_iter().collect()
    }

    fn answers(&self, found: &[Wanted]) -> Vec<JsonValue> {
        let answer = |wanted: &Wanted| {
            let func = wanted.func;
            let mut objects: BTreeSet<JsonObject> = BTreeSet::new();
            for &value in &wanted.values {
                objects.extend(self.objects(FuncValue { func, value }));
            }
            JsonValue {
                function: self.program.function(func).to_string(),
                name: wanted.name.clone(),
                r#type: self.queries.type_text(wanted.ty),
                reachable: self.queries.is_reached(func),
                objects: objects.into_iter().collect(),
            }
        };
        found.iter().map(answer).collect()
    }

    fn text(&self, found: &[Wanted], out: &mut dyn Write) -> Result<(), CommandError> {
        for answer in self.answers(found) {
            let name = answer.name.map(|name| format!("{name} ")).unwrap_or_default();
            let never = if answer.reachable { "" } else { "  (never runs)" };
            let line = format!("{name}{} in {}{never}", answer.r#type, answer.function);
            writeln!(out, "{}", escape_line(&line))?;
            for object in &answer.objects {
                writeln!(out, "  {}", escape_line(&object_text(object)))?;
            }
        }
        Ok(())
    }

    fn json(&self, found: &[Wanted], out: &mut dyn Write) -> Result<(), CommandError> {
        let answers = JsonAnswers { schema: "gossa.pointsto/1", values: self.answers(found) };
        write_json(&answers, out)
    }

    fn why(
        &mut self,
        found: &[Wanted],
        object: &str,
        format: PointstoFormat,
        out: &mut dyn Write,
    ) -> Result<(), CommandError> {
        let mut best: Option<(JsonObject, Vec<Step>)> = None;
        let mut is_known = false;
        for wanted in found {
            for &value in &wanted.values {
                let of = FuncValue { func: wanted.func, value };
                for (_, element) in self.queries.points_to(of) {
                    let described = self.object(&self.queries.describe(element));
                    if described.kind == "nil" || !is_object(&described, object) {
                        continue;
                    }
                    is_known = true;
                    let Some(chain) = self.queries.why_value(of, element) else { continue };
                    if best.as_ref().is_none_or(|(_, best)| chain.len() < best.len()) {
                        best = Some((described, chain));
                    }
                }
            }
        }
        let Some((object, chain)) = best else {
            let reason = match is_known {
                true => format!("no chain leads from `{object}` to it"),
                false => format!("it does not point to `{object}`"),
            };
            return Err(CommandError::Usage(format!("--why: {reason}")));
        };
        if format == PointstoFormat::Json {
            let steps: Vec<JsonStep> = chain.iter().map(|step| self.step(step)).collect();
            return write_json(&JsonChain { schema: "gossa.pointsto.why/1", object, steps }, out);
        }
        writeln!(out, "{}", escape_line(&object_text(&object)))?;
        for line in self.chain(&chain) {
            writeln!(out, "  {line}")?;
        }
        Ok(())
    }

    /// The steps of a chain, a line each.
    pub(crate) fn chain(&self, chain: &[Step]) -> Vec<String> {
        let line = |step: &Step| {
            let step = self.step(step);
            let at = step.position.map_or_else(|| "-".to_owned(), |at| at.text());
            let by = step.by.map(|by| format!(", by {}", object_text(&by))).unwrap_or_default();
            let function = step.function.map(|name| format!(" in {name}")).unwrap_or_default();
            escape_line(&format!("{at}: {}{function}{by}", step.reason)).to_string()
        };
        chain.iter().map(line).collect()
    }

    /// An element as text.
    pub(crate) fn element(&self, element: u32) -> String {
        object_text(&self.object(&self.queries.describe(element)))
    }

    fn step(&self, step: &Step) -> JsonStep {
        let of = |element| self.object(&self.queries.describe(element));
        JsonStep {
            reason: step.reason.text(),
            function: step
                .func
                .filter(|_| !matches!(step.reason, Reason::Reflection | Reason::Runtime))
                .map(|func| self.program.function(func).to_string()),
            object: of(step.after.element),
            by: step.premise.map(|premise| of(premise.element)),
            position: step.at.and_then(|(func, inst)| self.position(func, inst)),
        }
    }
}

fn write_json(document: &impl Serialize, out: &mut dyn Write) -> Result<(), CommandError> {
    serde_json::to_writer_pretty(&mut *out, document)
        .map_err(|error| CommandError::Output(error.into()))?;
    writeln!(out)?;
    Ok(())
}

/// `new T at main.go:3:7`, `global m.g.field`, `function m.f`.
fn object_text(object: &JsonObject) -> String {
    let mut text = object.kind.to_owned();
    match &object.name {
        Some(name) => text.push_str(&format!(" {name}")),
        None => text.push_str(&format!(" {}", object.r#type)),
    }
    if !object.path.is_empty() {
        text.push_str(&format!(" part {}", object.path));
    }
    match (&object.position, &object.function) {
        (Some(at), _) => text.push_str(&format!(" at {}", at.text())),
        (None, Some(function)) => text.push_str(&format!(" in {function}")),
        (None, None) => {}
    }
    if object.in_interface {
        text.push_str(" (value in an interface)");
    }
    text
}

/// Whether an object is the one that is asked for: by its position or its name.
fn is_object(object: &JsonObject, wanted: &str) -> bool {
    let named = |name: &String| callgraph::is_named(name, wanted);
    if object.name.as_ref().is_some_and(named) {
        return true;
    }
    object
        .position
        .as_ref()
        .is_some_and(|at| wanted == at.text() || wanted == format!("{}:{}", at.file, at.line))
}
