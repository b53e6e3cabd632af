//! `[models]` in `gossa.toml`: what functions do whose bodies cannot be seen.

use crate::support::{gossa, module};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/models/native")
}

/// File, line and checker of what is found, of all confidences.
fn found(args: &[&str]) -> BTreeSet<(String, u64, String)> {
    let command = ["check", "./...", "--format", "json", "--min-confidence", "low"];
    let ended = gossa(fixture()).args(command).args(args.iter().copied()).run().exits(1);
    let report = ended.json();
    assert_eq!(report["diagnostics"].as_array().expect("a list").len(), 0, "{report:#}");
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .map(|found| {
            let (place, text) = (&found["location"], |x: &serde_json::Value| {
                x.as_str().expect("a string").to_owned()
            });
            (text(&place["file"]), place["line"].as_u64().expect("a line"), text(&found["checker"]))
        })
        .collect()
}

/// What the comments of the fixture want.
fn wanted() -> BTreeSet<(String, u64, String)> {
    let mut wanted = BTreeSet::new();
    for dir in std::fs::read_dir(fixture()).expect("a directory").flatten() {
        let Ok(files) = std::fs::read_dir(dir.path()) else { continue };
        for file in
            files.flatten().filter(|file| file.path().extension().is_some_and(|e| e == "go"))
        {
            let text = std::fs::read_to_string(file.path()).expect("a file");
            let name = format!(
                "{}/{}",
                dir.file_name().to_string_lossy(),
                file.file_name().to_string_lossy()
            );
            let wants = gossa_test::wants(&text).expect("comments that can be read");
            let wants = wants.into_iter().map(|want| (name.clone(), want.line.into(), want.check));
            wanted.extend(wants);
        }
    }
    wanted
}

#[test]
fn every_analysis_sees_what_models_say() {
    let (found, wanted) = (found(&[]), wanted());
    assert_eq!(found, wanted);
    let checkers: BTreeSet<&str> = found.iter().map(|(_, _, checker)| checker.as_str()).collect();
    assert_eq!(
        checkers,
        BTreeSet::from([
            "data-race",
            "defer-unlock",
            "exit-after-defer",
            "goroutine-leak",
            "lost-cancel",
            "unrecovered-goroutine-panic",
        ])
    );
}

#[test]
fn without_the_models_other_things_are_found() {
    let without = found(&["--no-config", "--cgo", "on"]);
    let wanted = wanted();
    let missed: BTreeSet<&str> =
        wanted.difference(&without).map(|(_, _, checker)| checker.as_str()).collect();
    assert_eq!(missed.len(), 6, "each checker needs a model: {missed:?}");
    let extra: Vec<_> =
        without.difference(&wanted).map(|(file, line, _)| (&**file, *line)).collect();
    // A lock that nobody knows, and a function of C that may write.
    assert_eq!(extra, [("c/c.go", 13), ("race/race.go", 59)]);
}

/// A package with functions in another language, and this table of models.
fn with_models(models: &str) -> tempfile::TempDir {
    module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        ("gossa.toml", models),
        ("sub/sub.go", "package sub\n"),
        ("stub.s", ""),
        (
            "m.go",
            "package m\n\nimport \"strings\"\n\nvar index = strings.Index\n\ntype T struct{ next *T; size int }\n\nvar head *T\n\n\
             func push(t *T, c chan int) (*T, error)\n\nfunc (t *T) pop(int)\n\nfunc seen() {}\n",
        ),
    ])
}

#[test]
fn mistakes_in_statements_end_the_run_and_have_places() {
    let dir = with_models(
        "[models]\n\
         \"example.com/m.push\" = [\"raed *t\", \"write t.\"]\n\
         push = []\n\
         \"example.com/m.T.pop\" = \"\"\"\ncall t.next(\"\"\"\n\
         \"example.com/m.seen\" = { calls = \"fn\" }\n\
         \"example.com/m.x\" = [\"exit\", 3]\n",
    );
    let ended = gossa(dir.path()).args(["check", "./..."]).run().exits(2);
    let expected = "error: gossa.toml:2:26: there is no statement `raed`; did you mean `read`?\n\
        gossa.toml:2:45: expected the name of a field, found the end\n\
        gossa.toml:3:1: `push` names no function: it is `path/of/package.Func`, \
        `path/of/package.Type.Method` or `path/of/package.C.function`\n\
        gossa.toml:5:13: expected a parameter or a package-level variable, found the end\n\
        gossa.toml:6:24: a model is a list of statements, not a table\n\
        gossa.toml:7:30: `example.com/m.x` is a list of strings; this is a whole number\n";
    assert_eq!(ended.stderr, expected);
}

#[test]
fn models_that_do_not_fit_are_told_with_their_places() {
    let dir = with_models(
        "[models]\n\
         \"example.com/m.push\" = [\n\
         \x20   \"write t\",\n\
         \x20   \"read t.size.x\",\n\
         \x20   \"head = c\",\n\
         \x20   \"maybe return t\",\n\
         \x20   \"lock t.size[]\",\n\
         \x20   \"call c\",\n\
         \x20   \"send t\",\n\
         \x20   \"write tail.next\",\n\
         \x20   \"exit\",\n\
         \x20   \"close c\",\n\
         ]\n\
         \"example.com/m.T.pop\" = [\"read 2[]\"]\n\
         \"example.com/m.seen\" = []\n\
         \"example.com/m.gone\" = []\n\
         \"example.com/m.C.gone\" = []\n\
         \"strings.Index\" = []\n\
         \"example.com/other/p.f\" = []\n\
         \"example.com/other/p.g\" = []\n",
    );
    let args = ["check", "./...", "--format", "json"];
    let report = gossa(dir.path()).args(args).run().exits(3).json();
    let told: Vec<String> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|found| {
            let (place, message) = (&found["location"], found["message"].as_str().unwrap_or(""));
            let message = message.replace("is not used: ", "");
            format!("{}:{} {} {message}", place["line"], place["column"], found["severity"])
        })
        .collect();
    let push = "the model of `example.com/m.push`";
    let expected = [
        format!(
            "3:12 \"error\" {push} `t` is the argument itself, which nobody else sees; `write *t` is \
             about what it points to, `write t[]` about its elements"
        ),
        format!("4:11 \"error\" {push} a value of type int has no field `x`"),
        format!("5:13 \"error\" {push} a value of type chan int does not fit what it is assigned to, of type *example.com/m.T"),
        format!("6:6 \"error\" {push} 1 values are returned, the function has 2 results"),
        format!("7:11 \"error\" {push} a value of type int has no elements"),
        format!("8:11 \"error\" {push} a value of type chan int cannot be called"),
        format!("9:11 \"error\" {push} a value of type *example.com/m.T is no channel"),
        format!(
            "10:12 \"error\" {push} `tail` is neither a parameter (t, c) nor a package-level variable"
        ),
        format!("12:6 \"error\" {push} nothing is done behind a statement that ends the function"),
        "14:32 \"error\" the model of `example.com/m.T.pop` there is no parameter 2: there are 2"
            .to_owned(),
        "15:1 \"note\" the model of `example.com/m.seen` the function has a body, which says what it \
         does"
            .to_owned(),
        "16:1 \"warning\" the model of `example.com/m.gone` package example.com/m has no function \
         `gone` in this build"
            .to_owned(),
        "17:1 \"warning\" the model of `example.com/m.C.gone` package example.com/m does not call \
         `C.gone`"
            .to_owned(),
        "18:1 \"note\" the model of `strings.Index` gossa has models of its own of the standard \
         library"
            .to_owned(),
        "19:1 \"note\" models of packages that are not part of the program: \
         `example.com/other/p.f`, `example.com/other/p.g`"
            .to_owned(),
    ];
    assert_eq!(told, expected, "{told:#?}");
}
