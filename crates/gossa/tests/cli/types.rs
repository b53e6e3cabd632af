//! `gossa types`: errors, and the dump of all expressions.

use crate::support::{fixture, gossa, module};
use serde_json::{Value, json};

#[test]
fn errors_have_a_place_each() {
    let ended = gossa(fixture("missing_import")).args(["types", "-q", "./..."]).run().exits(3);
    let last = ended.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("missing.go:11:26: cannot use"), "{}", ended.stdout);
    assert_eq!(ended.stderr, "");

    let ended = gossa(fixture("clean")).args(["types", "./..."]).run().exits(0);
    assert_eq!(ended.stdout, "");
    assert_eq!(ended.stderr, "2 packages, 0 errors\n");
}

#[test]
fn the_dump_tells_what_expressions_and_identifiers_are() {
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        (
            "m.go",
            "package m\n\
             \n\
             type T[E any] struct{ next *T[E] }\n\
             \n\
             const c = 1 << 3\n\
             \n\
             func f(m map[string]T[int]) (bool, error) {\n\
             \t_, ok := m[\"k\"]\n\
             \treturn ok, nil\n\
             }\n",
        ),
    ]);
    let ended = gossa(dir.path()).args(["types", "--dump", "json"]).run().exits(0);
    let lines: Vec<Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let at = |line: u32, column: u32, end_column: u32| {
        let found = lines.iter().find(|found| {
            found["kind"] == "expr"
                && found["line"] == line
                && found["column"] == column
                && found["end_column"] == end_column
        });
        let found = found.unwrap_or_else(|| panic!("{line}:{column} in\n{}", ended.stdout));
        [found["type"].clone(), found["mode"].clone(), found["constant"].clone()]
    };
    assert_eq!(lines[0], json!({ "kind": "package", "path": "example.com/m", "name": "m" }));
    assert_eq!(lines[1], json!({ "kind": "file", "file": "m.go", "go_version": "go1.27" }));
    assert_eq!(at(5, 11, 17), [json!("untyped int"), json!("constant"), json!("8")]);
    assert_eq!(at(3, 28, 33), [json!("*example.com/m.T[E]"), json!("type"), Value::Null]);
    assert_eq!(
        at(8, 11, 12),
        [json!("map[string]example.com/m.T[int]"), json!("variable"), Value::Null]
    );
    assert_eq!(
        at(8, 11, 17),
        [json!("(example.com/m.T[int], bool)"), json!("mapindex"), Value::Null]
    );
    assert_eq!(at(8, 13, 16), [json!("string"), json!("constant"), json!("\"k\"")]);
    assert_eq!(at(9, 13, 16)[1], "nil");

    let object = |kind: &str, line: u32, column: u32| {
        let found = lines.iter().find(|found| {
            found["kind"] == kind && found["line"] == line && found["column"] == column
        });
        found.unwrap_or_else(|| panic!("{kind} {line}:{column} in\n{}", ended.stdout))["object"]
            .clone()
    };
    assert_eq!(
        object("use", 9, 9),
        json!({ "kind": "variable", "package": "example.com/m", "name": "ok", "at": "m.go:8:5" })
    );
    assert_eq!(
        object("def", 5, 7),
        json!({ "kind": "constant", "package": "example.com/m", "name": "c", "at": "m.go:5:7" })
    );

    let places: Vec<(u64, u64)> = lines
        .iter()
        .skip(2)
        .map(|l| (l["line"].as_u64().expect("a line"), l["column"].as_u64().expect("a column")))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn an_unexported_field_of_another_package_is_no_method_of_this_one() {
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        ("base/base.go", "package base\n\ntype Client struct{ key, Name string }\n"),
        (
            "m.go",
            "package m\n\
             \n\
             import \"example.com/m/base\"\n\
             \n\
             type Client base.Client\n\
             \n\
             func (c *Client) key() string { return c.Name }\n\
             \n\
             func (c *Client) Name() string { return c.key() }\n",
        ),
    ]);
    let ended = gossa(dir.path()).args(["types", "./..."]).run().exits(3);
    let message = "field and method with the same name Name";
    assert!(ended.stdout.contains(message), "{}", ended.stdout);
    assert!(!ended.stdout.contains("same name key"), "{}", ended.stdout);
}
