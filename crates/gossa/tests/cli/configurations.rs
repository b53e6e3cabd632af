//! `--config`: several builds in one run, what they find merged.

use crate::support::{Ended, fixture, gossa};
use serde_json::json;

fn check(args: &[&str]) -> Ended {
    gossa(fixture("configurations")).args(["check"].into_iter().chain(args.iter().copied())).run()
}

const THREE: [&str; 6] = [
    "--config",
    "linux/amd64",
    "--config",
    "windows/amd64,cgo=off",
    "--config",
    "linux/386,tags=strict",
];

#[test]
fn findings_are_merged_and_say_where_they_hold() {
    let ended = check(&[&THREE[..], &["--format", "json"]].concat()).exits(1);
    let report = ended.json();
    assert_eq!(
        report["configs"],
        json!(["linux/amd64", "windows/amd64,cgo=off", "linux/386,tags=strict"])
    );
    let findings = report["findings"].as_array().expect("findings");
    let told: Vec<_> =
        findings.iter().map(|found| (&found["location"]["file"], &found["configs"])).collect();
    assert_eq!(
        told,
        [
            (&json!("everywhere.go"), &report["configs"]),
            (&json!("on_windows.go"), &json!(["windows/amd64,cgo=off"])),
        ]
    );
    let diagnostics = report["diagnostics"].as_array().expect("diagnostics");
    let told: Vec<_> =
        diagnostics.iter().map(|found| (&found["location"]["file"], &found["configs"])).collect();
    assert_eq!(
        told,
        [
            (&json!("small.go"), &json!(["linux/386,tags=strict"])),
            (&json!("tagged.go"), &json!(["linux/386,tags=strict"])),
        ]
    );
    assert_eq!(report["stats"]["errors"], 2);
}

#[test]
fn text_names_the_configurations_of_what_does_not_hold_in_all() {
    let ended = check(&THREE).exits(1);
    let text = &ended.stdout;
    assert_eq!(text.matches("only in windows/amd64,cgo=off\n").count(), 1, "{text}");
    assert_eq!(text.matches("only in linux/386,tags=strict\n").count(), 2, "{text}");
    assert_eq!(text.matches("only in").count(), 3, "{text}");
    assert!(text.contains(" of 3 configurations;"), "{text}");
}

#[test]
fn one_configuration_reports_as_the_options_it_stands_for() {
    let plain = check(&["--goos", "windows", "--goarch", "amd64", "--cgo", "off"]).exits(1);
    let config = check(&["--config", "windows/amd64,cgo=off"]).exits(1);
    assert_eq!(plain.stdout, config.stdout);
}

#[test]
fn a_run_over_several_finds_what_runs_over_each_find() {
    let json = |args: &[&str]| {
        let ended = check(&[args, &["--format", "json", "--deterministic"]].concat());
        ended.json()["findings"].clone()
    };
    let strip = |mut findings: serde_json::Value, config: &str| {
        let list = findings.as_array_mut().expect("findings");
        list.retain(|found| {
            found.get("configs").is_none_or(|configs| {
                configs.as_array().is_some_and(|configs| configs.contains(&json!(config)))
            })
        });
        for found in list {
            found.as_object_mut().expect("an object").remove("configs");
        }
        findings
    };
    let together = json(&THREE);
    for config in ["linux/amd64", "windows/amd64,cgo=off", "linux/386,tags=strict"] {
        let alone = json(&["--config", config]);
        assert_eq!(strip(together.clone(), config), strip(alone, config), "{config}");
    }
}

#[test]
fn type_errors_are_labelled_too() {
    let ended = gossa(fixture("configurations"))
        .args(["types", "-q", "--config", "linux/amd64", "--config", "linux/arm"])
        .run()
        .exits(3);
    let [line] = &*ended.stdout.lines().collect::<Vec<_>>() else { panic!("{}", ended.stdout) };
    assert!(line.starts_with("small.go:6:22: "), "{line}");
    assert!(line.ends_with(" (only in linux/arm)"), "{line}");
}

#[test]
fn wrong_specifications_are_refused() {
    let refused = |args: &[&str], reason: &str| {
        let ended = check(args).exits(2);
        assert!(ended.stderr.contains(reason), "{}", ended.stderr);
    };
    refused(&["--config", "linux"], "`linux` is neither GOOS/GOARCH nor key=value");
    refused(&["--config", "linux/z80"], "unsupported GOOS/GOARCH pair linux/z80");
    refused(&["--config", "cgo=off", "--config", "cgo=off"], "--config cgo=off is given twice");
}
