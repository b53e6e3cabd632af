//! `--format sarif`, `--format html` and `--format github`, from real findings.

use crate::support::{fixture, gossa};
use serde_json::json;

#[test]
fn sarif_has_the_finding_its_story_and_its_rule() {
    let args = ["check", "./...", "--format", "sarif"];
    let ended = gossa(fixture("findings")).args(args).run().exits(1);
    let log = ended.json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "unsafe-uintptr");
    let at = result["ruleIndex"].as_u64().expect("an index") as usize;
    let rule = &run["tool"]["driver"]["rules"][at];
    assert_eq!(rule["id"], "unsafe-uintptr");
    assert!(rule["help"]["markdown"].as_str().is_some_and(|help| help.contains("## Why")));
    assert_eq!(rule["relationships"][0]["target"]["id"], "825");
    let place = &result["locations"][0]["physicalLocation"];
    let artifact = json!({"uri": "buffer/buffer.go", "uriBaseId": "%SRCROOT%"});
    assert_eq!(place["artifactLocation"], artifact);
    assert_eq!(place["region"]["startLine"], 14);
    assert_eq!(place["region"]["startColumn"], 17);
    let flow = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    assert!(flow.as_array().is_some_and(|steps| steps.len() >= 2), "{flow}");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn the_goroutines_of_a_race_are_threads() {
    let dir =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/checkers/data-race/bad_captured");
    let log = gossa(dir).args(["check", "./...", "--format", "sarif"]).run().exits(1).json();
    let threads = &log["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"];
    let ids: Vec<_> = threads.as_array().expect("flows").iter().map(|flow| &flow["id"]).collect();
    assert_eq!(ids, ["goroutine 1", "goroutine 2"]);
    let report = gossa(dir).args(["check", "./...", "--format", "json"]).run().json();
    assert_eq!(report["findings"][0]["trace"][0]["goroutine"], 1);
}

#[test]
fn sarif_of_a_run_without_code_says_that_it_failed() {
    let args = ["check", "--goroot", "not-here", "--format", "sarif"];
    let log = gossa(fixture("clean")).args(args).run().exits(2).json();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
}

#[test]
fn github_gets_a_command_for_each_diagnostic_and_finding() {
    let args = ["check", "./...", "--format", "github"];
    let ended = gossa(fixture("findings_and_errors")).args(args).run().exits(1);
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ended.stdout);
    assert!(lines[0].starts_with("::error file=wrong.go,line="), "{}", lines[0]);
    assert!(lines[1].starts_with("::warning file="), "{}", lines[1]);
    assert!(lines[1].contains("title=gossa%3A unsafe-uintptr::"), "{}", lines[1]);
    assert!(lines[1].contains("%0Astep 1: "), "{}", lines[1]);
}

#[test]
fn html_is_a_page_with_a_lane_for_each_goroutine() {
    let dir =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/checkers/data-race/bad_captured");
    let args = ["check", "./...", "--format", "html"];
    let page = gossa(dir).args(args).run().exits(1).stdout;
    assert!(page.starts_with("<!DOCTYPE html>\n"), "{page}");
    assert!(page.contains("style=\"--lanes: 2\""), "{page}");
    assert!(page.contains(", goroutine 2</span>"), "{page}");
    assert!(page.contains("<h2 id=\"checker-data-race\">"), "{page}");
    assert_eq!(gossa(dir).args(args).args(["--jobs", "1"]).run().stdout, page);
}
