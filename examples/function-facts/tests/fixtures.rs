//! The facts of the functions in `testdata`: a checker reports them, and comments say what they
//! are; and the JSON form of one.

use function_facts::{Facts, facts, facts_of};
use gossa::api::Registry;
use gossa::api::prelude::*;

declare_check! {
    /// Reports facts.
    static FACTS = "function-facts": "test", Note, "a function has facts";
}

/// Reports the facts of each function that has any, at its first instruction with a place.
struct Tell;

impl Checker for Tell {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&FACTS]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        for func in pass.program().functions().filter(|func| func.is_requested()) {
            let text = text(&facts_of(pass, func));
            let at = func.insts().find(|inst| inst.range().is_some());
            if let (Some(at), false) = (at, text.is_empty())
                && let Some(mut report) = pass.report(&FACTS, at)
            {
                report.message(text);
            }
        }
    }
}

fn text(facts: &Facts) -> String {
    let mut said = Vec::new();
    if !facts.calls.is_empty() {
        let names: Vec<&str> = facts.calls.iter().map(|call| &*call.callee).collect();
        said.push(format!("calls {}", names.join(" ")));
    }
    for escape in &facts.escapes {
        said.push(format!("escapes {} to {}", escape.ty, escape.to.join(" ")));
    }
    if !facts.leaking_parameters.is_empty() {
        let all: Vec<String> = facts.leaking_parameters.iter().map(usize::to_string).collect();
        said.push(format!("leaks {}", all.join(" ")));
    }
    if !facts.locks.is_empty() {
        said.push(format!("locks {}", facts.locks.join(" ")));
    }
    if facts.panics {
        said.push("panics".to_owned());
    }
    if facts.starts > 0 {
        said.push(format!("starts {}", facts.starts));
    }
    said.join("; ")
}

#[test]
fn functions_have_their_facts() {
    let registry = Registry::new().with(Tell);
    if let Err(failure) = gossa_test::check_dir("testdata/service", &registry) {
        panic!("{failure}");
    }
}

#[test]
fn facts_are_json() {
    let load = gossa::Load::new("testdata/service").goroot(gossa_test::goroot().unwrap());
    let analysed = gossa::analyse(&load, facts).unwrap();
    assert_eq!(analysed.errors, Vec::<String>::new());
    let must = analysed.value.iter().find(|facts| facts.function.ends_with(".Must")).unwrap();
    let json = serde_json::to_value(must).unwrap();
    assert_eq!(json["package"], "example.com/service");
    assert_eq!(json["panics"], true);
    assert_eq!(json["at"]["line"], 33);
    assert_eq!(json["calls"], serde_json::json!([]));
}
