//! The questions of `gossa-api`, asked about fixtures: a checker reports the answers as findings,
//! and `want` comments say which are right.

use gossa_api::prelude::*;
use gossa_api::{Registry, declare_check};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

declare_check! {
    /// Reports what the API answers.
    static API = "api": "test", Note, "is a question";
}

declare_check! {
    /// Reports where tainted values get to.
    static TAINT = "taint": "test", Warning, "is a flow";
}

fn testdata(dir: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/api").join(dir)
}

#[test]
fn questions_are_answered() {
    let registry = Registry::new().with(Ask);
    gossa_test::check_dir(testdata("questions"), &registry)
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn tainted_values_are_followed() {
    let rules = Taint::new()
        .source(Source::result("os.Getenv"))
        .source(Source::result("*.secret"))
        .source(Source::parameter("example.com/taint.*Handler", 1..))
        .source(Source::field("example.com/taint.request", "body"))
        .source(Source::of_type("example.com/taint.password"))
        .sink(Sink::argument("example.com/taint.sink", 0))
        .sink(Sink::argument("example.com/taint.*.Emit", 1))
        .sink(Sink::field("example.com/taint.response", "header"))
        .sink(Sink::returned_by("example.com/taint.render"))
        .sanitizer("example.com/taint.clean")
        .propagator(
            Propagator::new("example.com/taint.fill")
                .from_arguments(1..)
                .to_arguments(0)
                .without_results(),
        );
    let registry = Registry::new().with(TaintChecker::new(&TAINT, rules));
    gossa_test::check_dir(testdata("taint"), &registry).unwrap_or_else(|error| panic!("{error}"));
}

struct Ask;

impl Checker for Ask {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&API]
    }

    fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
        let mut structure = None;
        for (inst, question) in questions(func) {
            let answer = match question.as_str() {
                "askStructure" => {
                    let structure = structure.get_or_insert_with(|| func.structure());
                    of_structure(structure, inst)
                }
                "askSyntax" => of_syntax(inst),
                "askType" => of_type(inst),
                _ => continue,
            };
            say(pass, inst, &answer);
        }
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let mut parallel: BTreeMap<String, Vec<Inst<'_>>> = BTreeMap::new();
        for func in pass.program().functions().filter(|func| func.is_requested()) {
            let asked = questions(func);
            if asked.iter().any(|(_, question)| question == "askLocks") {
                of_locks(pass, func, &asked);
            }
            for (inst, question) in asked {
                match question.as_str() {
                    "askAlias" => {
                        let args: Vec<Value<'_>> = inst.call().expect("a call").args().collect();
                        let answer = pass.points_to().alias(args[0], args[1]);
                        say(pass, inst, &format!("{answer:?}"));
                    }
                    "askEscape" => say(pass, inst, &of_escape(pass, inst)),
                    "askParallel" => {
                        let label = text_of_argument(inst);
                        parallel.entry(label).or_default().push(inst);
                    }
                    _ => {}
                }
            }
        }
        of_parallel(pass, &parallel);
    }
}

fn say(pass: &Pass<'_>, at: Inst<'_>, answer: &str) {
    let Some(mut report) = pass.report(&API, at) else { return };
    report.message(answer);
}

/// The calls of the fixture's functions that ask.
fn questions<'p>(func: Func<'p>) -> Vec<(Inst<'p>, String)> {
    let asks = |inst: Inst<'p>| match inst.call()?.callee() {
        Callee::Static { name, .. } => {
            let short = name.rsplit('.').next()?;
            short.starts_with("ask").then(|| (inst, short.to_owned()))
        }
        _ => None,
    };
    func.insts().filter_map(asks).collect()
}

/// The argument, out of the interface that it was put into.
fn argument(inst: Inst<'_>) -> Value<'_> {
    let value = inst.call().expect("a call").args().next().expect("an argument");
    match value.definition().map(Inst::op) {
        Some(Op::MakeInterface(x)) => x,
        _ => value,
    }
}

fn text_of_argument(inst: Inst<'_>) -> String {
    match argument(inst).definition().map(Inst::op) {
        Some(Op::Const(constant)) => constant.exact_string(),
        _ => String::new(),
    }
}

fn of_structure(structure: &Structure<'_>, inst: Inst<'_>) -> String {
    let func = structure.func();
    let is_return = |inst: &Inst<'_>| matches!(inst.op(), Op::Return(_));
    let mut said = Vec::new();
    let returns: Vec<Inst<'_>> = func.insts().filter(is_return).collect();
    if returns.iter().all(|&end| structure.dominates(inst, end)) && returns.len() == 1 {
        said.push("dominates the return".to_owned());
    }
    if returns.iter().any(|&end| structure.post_dominates(end, inst)) {
        said.push("postdominated by it".to_owned());
    }
    let mut depth = 0;
    let mut around = structure.innermost_loop(inst);
    assert_eq!(around.is_some(), structure.repeats(inst));
    while let Some(found) = around {
        assert!(structure.is_in(found, inst));
        depth += 1;
        around = structure.parent(found);
    }
    said.push(format!("loops {depth}"));
    said.join(", ")
}

fn of_syntax(inst: Inst<'_>) -> String {
    let call = inst.syntax().expect("source");
    assert_eq!(call.range(), inst.range().expect("source"));
    let argument =
        call.children().into_iter().find(|part| part.role() == "arg").expect("an argument");
    assert_eq!(argument.parent(), Some(call.clone()));
    let statement = argument.statement().expect("a statement");
    let comments: Vec<String> = call.comments().into_iter().map(|comment| comment.text).collect();
    format!(
        "{:?} {:?} in {:?} {:?}, comments {:?}, func {:?}",
        argument.kind(),
        argument.text(),
        statement.kind(),
        statement.text(),
        comments.first().cloned().unwrap_or_default(),
        inst.func().doc().unwrap_or_default(),
    )
}

fn of_type(inst: Inst<'_>) -> String {
    let ty = argument(inst).ty();
    let program = inst.func().program();
    let kind = match ty.kind() {
        Kind::Struct(fields) => {
            let names = fields.iter().map(|field| match field.tag_value("json") {
                Some(tag) => format!("{} json={tag}", field.name),
                None => field.name.to_owned(),
            });
            format!("Struct fields {};", names.collect::<Vec<_>>().join(" "))
        }
        Kind::Chan { elem, receives, sends, .. } => {
            let word = |is: bool, word: &'static str| if is { word } else { "" };
            format!("Chan({elem}{}{})", word(receives, " receives"), word(sends, " sends"))
        }
        Kind::Map { key, value, .. } => format!("Map({key}, {value})"),
        Kind::Func { params, results, variadic, .. } => {
            let variadic = if variadic { " variadic" } else { "" };
            format!("Func({params:?} {results:?}{variadic})")
        }
        other => format!("{other:?}"),
    };
    let methods: Vec<&str> = ty.methods().iter().map(|method| method.name).collect();
    let methods = if methods.is_empty() { "none".to_owned() } else { methods.join(" ") };
    let is_error = if ty.implements(program.error_type()) { "error" } else { "not error" };
    let size = ty.size().unwrap_or_default();
    let doc = ty.doc().map(|doc| format!(", doc {doc:?}")).unwrap_or_default();
    format!("{kind} methods {methods}, {is_error}, size {size}{doc}")
}

fn of_locks<'p>(pass: &ProgramPass<'p>, func: Func<'p>, asked: &[(Inst<'p>, String)]) {
    let words = |locks: &[Lock<'_>], long: bool| {
        let mut all: Vec<String> = locks
            .iter()
            .map(|lock| match (&lock.class, long) {
                (Some(class), true) => format!("{lock} ({class}, {:?})", lock.mode),
                _ => lock.to_string(),
            })
            .collect();
        all.sort();
        if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
    };
    let locks = pass.locks_in(func);
    for (inst, _) in asked.iter().filter(|(_, question)| question == "askLocks") {
        say(pass, *inst, &format!("held {}", words(locks.held_before(*inst), true)));
    }
    for taken in locks.taken().iter().filter(|taken| !taken.held.is_empty()) {
        let outer = taken.held.iter().any(|held| held.to_string() == "s.next.other");
        let at = taken.way.iter().rev().find(|at| at.func().name() != "(*store).lock");
        if let (Some(&at), true) = (at, outer) {
            // Where the fixture can say it: at the call that is not in a helper of two lines.
            let at = if at.func().name() == "(*store).under" { taken.way[0] } else { at };
            say(
                pass,
                at,
                &format!("takes {} while holding {}", taken.lock, words(&taken.held, false)),
            );
        }
    }
}

fn of_escape<'p>(pass: &ProgramPass<'p>, inst: Inst<'p>) -> String {
    let made = argument(inst).definition().expect("made by an instruction");
    match (made.op(), pass.escape(made)) {
        (_, Some(escape)) => {
            assert!(escape.is_reachable);
            format!("escapes to {:?}", escape.to)
        }
        // `askEscape(f(x))`: of the parameters of `f`.
        (Op::Call(call), None) => {
            let callee = call.static_callee().expect("a known function");
            let all = (0..callee.params().count()).map(|at| {
                let found = pass.parameter_escape(callee, at).expect("a parameter");
                format!("{at} to {:?} and results {:?}", found.to, found.results)
            });
            all.collect::<Vec<_>>().join("; ")
        }
        (_, None) => "makes nothing".to_owned(),
    }
}

fn of_parallel<'p>(pass: &ProgramPass<'p>, labels: &BTreeMap<String, Vec<Inst<'p>>>) {
    let mut pairs = Vec::new();
    let mut names = Vec::new();
    for (label, insts) in labels {
        let &[first, ..] = &insts[..] else { continue };
        pairs.push((first, *insts.last().expect("not empty")));
        names.push(label);
    }
    for ((found, (first, second)), name) in pass.parallel(&pairs).iter().zip(&pairs).zip(names) {
        let Some(found) = found else { continue };
        assert_eq!(found.first.at(), Some(*first));
        assert_eq!(found.second.at(), Some(*second));
        say(pass, *first, &format!("{} runs at the same time", name.trim_matches('"')));
    }
}
