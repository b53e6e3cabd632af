//! Where values come from, through memory: `testdata/flow/memory.go` says of the arguments of
//! `reveal` which constants may have got there, by the memory of a points-to solution; and the
//! memory that knows no pointers must miss none of them.

mod flow_support;

use flow_support::{Fixture, with_fixture};
use gossa_points::flow::GraphFunctions;
use gossa_points::points;
use gossa_points::points::layout::Layouts;
use gossa_points::points::memory::PointsToMemory;
use gossa_ssa::flow::calls::{Func, Functions};
use gossa_ssa::flow::memory::{DirectMemory, Memory};
use gossa_ssa::flow::outcome::Outcomes;
use gossa_ssa::flow::value_flow::{Node, Source, ValueFlow};
use gossa_ssa::{Inst, ValueDef};
use std::collections::{BTreeMap, BTreeSet};

/// By line, where the arguments of `reveal` come from.
fn revealed(
    fixture: &Fixture<'_, '_>,
    functions: &GraphFunctions<'_, '_>,
    memory: &dyn Memory,
) -> BTreeMap<u32, BTreeSet<String>> {
    let outcomes = Outcomes::new(functions);
    let flow = ValueFlow::new(&outcomes, memory);
    let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for func in 0..functions.count() as Func {
        let Some(body) = functions.body(func) else { continue };
        for inst in body.inst_ids() {
            if fixture.call(func, inst).is_none() || !fixture.calls(func, inst, "reveal") {
                continue;
            }
            let call = fixture.call(func, inst).expect("a call");
            let argument = body[call.args][0];
            let node = Node::Value(func, argument);
            let sources = flow.sources(node);
            assert_eq!(flow.sources_within(node, usize::MAX).as_ref(), Some(&sources));
            assert_eq!(flow.sources_within(node, 0), None);
            let texts = sources.into_iter().map(|source| text(functions, source));
            found.entry(fixture.line(func, inst)).or_default().extend(texts);
        }
    }
    found
}

fn text(functions: &GraphFunctions<'_, '_>, source: Source) -> String {
    match source {
        Source::Value(func, value) => {
            let body = functions.body(func).expect("values are in bodies");
            match body.def(value) {
                ValueDef::Result(inst) => match body[inst] {
                    Inst::Const(id) => body[id].exact_string(),
                    Inst::Zero => "zero".to_owned(),
                    ref other => other.mnemonic().to_owned(),
                },
                ValueDef::Param(_) => "param".to_owned(),
            }
        }
        Source::Zero(..) => "zero".to_owned(),
        Source::Unnamed(..) => "unnamed".to_owned(),
        Source::Unseen(_) => "unseen".to_owned(),
    }
}

fn expected(fixture: &Fixture<'_, '_>) -> BTreeMap<u32, BTreeSet<String>> {
    let expected = fixture.expected("from");
    let words = |text: String| text.split(' ').map(str::to_owned).collect();
    expected.into_iter().map(|(line, text)| (line, words(text))).collect()
}

fn differences(
    found: &BTreeMap<u32, BTreeSet<String>>,
    expected: &BTreeMap<u32, BTreeSet<String>>,
) -> Vec<String> {
    let lines: BTreeSet<u32> = found.keys().chain(expected.keys()).copied().collect();
    lines
        .into_iter()
        .filter(|line| found.get(line) != expected.get(line))
        .map(|line| format!("{line}: {:?}, found {:?}", expected.get(&line), found.get(&line)))
        .collect()
}

#[test]
fn what_may_be_in_memory() {
    with_fixture("memory.go", &[], |fixture| {
        let layouts = Layouts::new(fixture.program);
        let solver = points::solve(&layouts, fixture.roots);
        let functions = &fixture.functions;
        let memory = PointsToMemory::new(&solver, &layouts, functions.graph(), &|_| true);
        let found = revealed(fixture, functions, &memory);
        let wrong = differences(&found, &expected(fixture));
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn a_memory_without_pointers_misses_nothing() {
    with_fixture("memory.go", &[], |fixture| {
        let functions = &fixture.functions;
        let memory = DirectMemory::new(functions);
        let found = revealed(fixture, functions, &memory);
        let mut missed = Vec::new();
        for (line, expected) in expected(fixture) {
            // What is in maps and channels it does not know: it says so.
            let known = &found[&line];
            let unknown = known.iter().any(|text| text.parse::<i64>().is_err() && text != "zero");
            if !unknown && !known.is_superset(&expected) {
                missed.push(format!("{line}: {expected:?}, found {known:?}"));
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
        // And it knows the variables that it can name.
        let text = fixture.text.lines().position(|line| line.contains("global = 5")).expect("it");
        assert_eq!(found[&(text as u32 + 2)], BTreeSet::from(["5".to_owned()]));
    });
}
