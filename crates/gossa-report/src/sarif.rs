//! The form that other tools exchange: SARIF 2.1.0, the OASIS standard.
//!
//! The document is built as JSON values in the order in which the standard describes the objects.
//! What differs from gossa's own form:
//!
//! - columns count UTF-16 code units, so each is converted by reading its line;
//! - files are URIs relative to named roots (`%SRCROOT%`, `GOROOT`, `GOMODCACHE`), whose places on
//!   this machine are left out, so that output can be compared and moved;
//! - a trace becomes a code flow with one thread flow for each goroutine;
//! - suppressed findings are results too, marked as such;
//! - diagnostics become notifications of the invocation.

use crate::source::SourceCache;
use crate::{
    Diagnostic, Edit, Finding, Fix, Location, Report, Rule, SourceProvider, Step, Suppression,
    SuppressionKind, WriteOptions,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

const SCHEMA_URI: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Roots of URIs: the prefix of display paths, the id, what it is.
const ROOTS: [(&str, &str, &str); 3] = [
    ("", "%SRCROOT%", "The directory that gossa worked in."),
    ("$GOROOT", "GOROOT", "The Go installation."),
    ("$GOMODCACHE", "GOMODCACHE", "The module cache."),
];

pub(crate) fn write(
    report: &Report,
    options: &WriteOptions,
    sources: &dyn SourceProvider,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut writer = Writer { report, rules: &options.rules, sources: SourceCache::new(sources) };
    let document = json!({
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [writer.run()],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

struct Writer<'a> {
    report: &'a Report,
    rules: &'a [Rule],
    sources: SourceCache<'a>,
}

impl Writer<'_> {
    fn run(&mut self) -> Value {
        let report = self.report;
        let rules = self.rules_in_use();
        let index: BTreeMap<&str, usize> =
            rules.iter().enumerate().map(|(at, rule)| (rule.id.as_ref(), at)).collect();
        let weaknesses: BTreeSet<u16> = rules.iter().flat_map(|rule| rule.cwe.clone()).collect();
        // In the order of other forms, the suppressed ones among the others.
        let mut findings: Vec<&Finding> =
            report.findings.iter().chain(&report.suppressed).collect();
        findings.sort_by_key(|finding| {
            let at = &finding.location;
            (&at.file, at.line, at.column, &finding.checker, &finding.message)
        });
        let results: Vec<Value> =
            findings.into_iter().map(|finding| self.result(finding, &index)).collect();
        let mut driver = json!({
            "name": report.tool.name,
            "version": report.tool.version,
            "semanticVersion": report.tool.version,
            "rules": rules.iter().map(rule).collect::<Vec<_>>(),
        });
        let mut run = json!({
            "columnKind": "utf16CodeUnits",
            "invocations": [self.invocation()],
            "originalUriBaseIds": ROOTS
                .iter()
                .map(|&(_, id, what)| (id.to_owned(), json!({"description": {"text": what}})))
                .collect::<Map<_, _>>(),
            "results": results,
        });
        if !weaknesses.is_empty() {
            driver["supportedTaxonomies"] = json!([{"name": "CWE", "index": 0}]);
            run["taxonomies"] = json!([taxonomy(&weaknesses)]);
        }
        run["tool"] = json!({"driver": driver});
        run
    }

    /// The rules that are known, and one without words for each checker that is not.
    fn rules_in_use(&self) -> Vec<Rule> {
        let mut rules: BTreeMap<&str, Rule> =
            self.rules.iter().map(|rule| (rule.id.as_ref(), rule.clone())).collect();
        for finding in self.report.findings.iter().chain(&self.report.suppressed) {
            rules.entry(&finding.checker).or_insert_with(|| Rule {
                id: finding.checker.clone(),
                category: finding.category.clone(),
                severity: finding.severity,
                summary: finding.checker.clone(),
                help: String::new(),
                cwe: Vec::new(),
            });
        }
        rules.into_values().collect()
    }

    fn invocation(&mut self) -> Value {
        let report = self.report;
        let failed = report.stats.packages == 0 && report.stats.errors > 0;
        let notifications: Vec<Value> =
            report.diagnostics.iter().map(|found| self.notification(found)).collect();
        json!({
            "executionSuccessful": !failed,
            "toolExecutionNotifications": notifications,
        })
    }

    fn notification(&mut self, diagnostic: &Diagnostic) -> Value {
        let mut notification = json!({
            "level": diagnostic.severity.as_str(),
            "message": message(&diagnostic.message),
            "descriptor": {"id": diagnostic.stage.as_str()},
        });
        if let Some(location) = &diagnostic.location {
            notification["locations"] = json!([self.location(location, None)]);
        }
        notification
    }

    fn result(&mut self, finding: &Finding, index: &BTreeMap<&str, usize>) -> Value {
        let mut location = self.location(&finding.location, None);
        if let Some(place) = logical_location(finding) {
            location["logicalLocations"] = json!([place]);
        }
        let mut result = json!({
            "ruleId": finding.checker,
            "level": finding.severity.as_str(),
            "message": message(&finding.message),
            "locations": [location],
            "partialFingerprints": {"gossa/v1": finding.fingerprint.to_string()},
        });
        if let Some(at) = index.get(finding.checker.as_ref()) {
            result["ruleIndex"] = json!(at);
        }
        if !finding.trace.is_empty() {
            result["codeFlows"] = json!([{"threadFlows": self.thread_flows(&finding.trace)}]);
        }
        if !finding.related.is_empty() {
            let related = finding.related.iter().enumerate().map(|(id, step)| {
                let mut location = self.location(&step.location, Some(&step.message));
                location["id"] = json!(id);
                location
            });
            result["relatedLocations"] = related.collect();
        }
        if !finding.fixes.is_empty() {
            result["fixes"] = finding.fixes.iter().map(|fix| self.fix(fix)).collect();
        }
        let suppression = finding.suppression.as_ref();
        if self.report.has_baseline {
            let known = suppression.is_some_and(|by| by.kind == SuppressionKind::Baseline);
            result["baselineState"] = json!(if known { "unchanged" } else { "new" });
        }
        if let Some(by) = suppression {
            result["suppressions"] = json!([self.suppression(by)]);
        }
        let mut properties = json!({"confidence": finding.confidence.as_str()});
        if !finding.configs.is_empty() {
            properties["configs"] = json!(finding.configs);
        }
        result["properties"] = properties;
        result
    }

    /// One flow for each goroutine, in the order in which the trace comes to them.
    fn thread_flows(&mut self, trace: &[Step]) -> Vec<Value> {
        let mut threads: Vec<(u32, Vec<Value>)> = Vec::new();
        for step in trace {
            let location = self.location(&step.location, Some(&step.message));
            let step_of_flow = json!({"location": location});
            match threads.iter_mut().find(|(goroutine, _)| *goroutine == step.goroutine) {
                Some((_, locations)) => locations.push(step_of_flow),
                None => threads.push((step.goroutine, vec![step_of_flow])),
            }
        }
        let flow = |(goroutine, locations): (u32, Vec<Value>)| {
            let mut flow = json!({"locations": locations});
            if goroutine != 0 {
                flow["id"] = json!(format!("goroutine {goroutine}"));
            }
            flow
        };
        threads.into_iter().map(flow).collect()
    }

    fn fix(&mut self, fix: &Fix) -> Value {
        let mut changes: Vec<(&str, Vec<Value>)> = Vec::new();
        for edit in &fix.edits {
            let replacement = json!({
                "deletedRegion": self.edited_region(edit),
                "insertedContent": {"text": edit.new_text},
            });
            match changes.iter_mut().find(|(file, _)| *file == edit.file) {
                Some((_, replacements)) => replacements.push(replacement),
                None => changes.push((&edit.file, vec![replacement])),
            }
        }
        let change = |(file, replacements): (&str, Vec<Value>)| json!({"artifactLocation": artifact(file), "replacements": replacements});
        json!({
            "description": message(&fix.message),
            "artifactChanges": changes.into_iter().map(change).collect::<Vec<_>>(),
        })
    }

    /// The text that an edit replaces: by lines and columns, or by bytes where they are unknown.
    fn edited_region(&mut self, edit: &Edit) -> Value {
        let place = self.sources.file(&edit.file).and_then(|file| {
            let (line, first) = file.line_at(edit.start)?;
            let (end_line, end_first) = file.line_at(edit.end)?;
            let column = |offset: u32, first: usize| (offset as usize - first) as u32 + 1;
            let (start, end) = (column(edit.start, first), column(edit.end, end_first));
            Some(Location::new(edit.file.clone(), line, start, end_line, end))
        });
        match place {
            Some(place) => self.region(&place),
            None => json!({
                "byteOffset": edit.start,
                "byteLength": edit.end.saturating_sub(edit.start),
            }),
        }
    }

    fn suppression(&mut self, by: &Suppression) -> Value {
        let (kind, reason) = match by.kind {
            SuppressionKind::Comment => ("inSource", by.reason.as_str()),
            SuppressionKind::Baseline => ("external", "It is in the baseline."),
        };
        let mut suppression = json!({"kind": kind, "status": "accepted"});
        if !reason.is_empty() {
            suppression["justification"] = json!(reason);
        }
        if let Some(location) = &by.location {
            suppression["location"] = self.location(location, None);
        }
        suppression
    }

    fn location(&mut self, location: &Location, text: Option<&str>) -> Value {
        let mut physical = json!({"artifactLocation": artifact(&location.file)});
        if location.line > 0 {
            physical["region"] = self.region(location);
        }
        let mut value = json!({"physicalLocation": physical});
        if let Some(text) = text {
            value["message"] = message(text);
        }
        value
    }

    fn region(&mut self, location: &Location) -> Value {
        let (line, end_line) = (location.line, location.end_line.max(location.line));
        let column = self.column(&location.file, line, location.column);
        let mut end_column = self.column(&location.file, end_line, location.end_column);
        if end_line == line {
            end_column = end_column.max(column);
        }
        json!({
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
        })
    }

    /// A column that counts bytes as one that counts UTF-16 code units. Bytes that are no UTF-8
    /// are read as one replacement character for each run that a decoder would replace.
    fn column(&mut self, file: &str, line: u32, column: u32) -> u32 {
        let bytes = column.max(1) as usize - 1;
        let Some(text) = self.sources.line(file, line) else { return column.max(1) };
        let before = &text[..bytes.min(text.len())];
        let units = String::from_utf8_lossy(before).encode_utf16().count();
        (units + bytes.saturating_sub(text.len()) + 1) as u32
    }
}

fn rule(rule: &Rule) -> Value {
    let mut value = json!({
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "defaultConfiguration": {"level": rule.severity.as_str()},
    });
    let mut tags = vec![rule.category.clone().into_owned()];
    tags.extend(rule.cwe.iter().map(|id| format!("external/cwe/cwe-{id}")));
    value["properties"] = json!({"category": rule.category, "tags": tags});
    if !rule.help.is_empty() {
        let help = &rule.help;
        let full = help.split("\n## ").next().unwrap_or_default();
        let full = full.trim_start_matches("## What it does").trim();
        if !full.is_empty() {
            value["fullDescription"] = json!({"text": full});
        }
        value["help"] = json!({"text": help, "markdown": help});
    }
    if !rule.cwe.is_empty() {
        let relation = |id: &u16| {
            json!({
                "target": {"id": id.to_string(), "toolComponent": {"name": "CWE", "index": 0}},
                "kinds": ["superset"],
            })
        };
        value["relationships"] = rule.cwe.iter().map(relation).collect();
    }
    value
}

fn taxonomy(weaknesses: &BTreeSet<u16>) -> Value {
    let taxon = |id: &u16| {
        let uri = format!("https://cwe.mitre.org/data/definitions/{id}.html");
        json!({"id": id.to_string(), "helpUri": uri})
    };
    json!({
        "name": "CWE",
        "organization": "MITRE",
        "shortDescription": {"text": "The MITRE Common Weakness Enumeration"},
        "informationUri": "https://cwe.mitre.org/",
        "taxa": weaknesses.iter().map(taxon).collect::<Vec<_>>(),
    })
}

fn logical_location(finding: &Finding) -> Option<Value> {
    let (package, function) = (&finding.package, &finding.function);
    match (package.is_empty(), function.is_empty()) {
        (_, false) => Some(json!({
            "name": function,
            "fullyQualifiedName": format!("{package}.{function}"),
            "kind": "function",
        })),
        (false, true) => Some(json!({"fullyQualifiedName": package, "kind": "package"})),
        (true, true) => None,
    }
}

fn message(text: &str) -> Value {
    json!({"text": escaped(text)})
}

/// Braces mark placeholders in messages; those that are meant are doubled. Descriptions of rules
/// are no messages: nothing is filled into them.
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The file as a URI below a root, or an absolute one.
fn artifact(file: &str) -> Value {
    for &(name, id, _) in &ROOTS[1..] {
        if let Some(rest) = file.strip_prefix(name)
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return json!({"uri": uri(rest.trim_start_matches('/')), "uriBaseId": id});
        }
    }
    let drive = file.as_bytes().get(1) == Some(&b':');
    if file.starts_with('/') || drive {
        return json!({"uri": format!("file:///{}", uri(file.trim_start_matches('/')))});
    }
    // A file may be called as a root is; its path says so.
    json!({"uri": uri(file.strip_prefix("./").unwrap_or(file)), "uriBaseId": ROOTS[0].1})
}

/// The path with everything but what URIs may hold as `%XX`.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@+,=!$&'()*;".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Confidence, MemorySources, OutputFormat, Severity, Stage};

    fn written(report: &Report, sources: &dyn SourceProvider) -> Value {
        let options = WriteOptions {
            rules: vec![Rule {
                id: "race".into(),
                category: "c".into(),
                severity: Severity::Warning,
                summary: "a struct{}".into(),
                help: "## What it does\nReports.\n## Why\nBecause.".to_owned(),
                cwe: vec![362],
            }],
            ..WriteOptions::default()
        };
        let mut out = Vec::new();
        report.write(OutputFormat::Sarif, &options, sources, &mut out).expect("memory");
        let document: Value = serde_json::from_slice(&out).expect("JSON");
        document["runs"][0].clone()
    }

    fn finding(location: Location) -> Finding {
        Finding::new("race", "c", Severity::Warning, "`chan struct{}`", location)
    }

    #[test]
    fn columns_count_utf16_code_units() {
        let sources = MemorySources::new([("a.go", "x := \"é世😀\" + y\n")]);
        let mut report = Report::new();
        // `y` stands behind 2 + 3 + 4 bytes that are 1 + 1 + 2 units.
        report.findings = vec![finding(Location::new("a.go", 1, 20, 1, 21))];
        let run = written(&report, &sources);
        let region = &run["results"][0]["locations"][0]["physicalLocation"]["region"];
        let expected = json!({"startLine": 1, "startColumn": 15, "endLine": 1, "endColumn": 16});
        assert_eq!(*region, expected);
        assert_eq!(run["columnKind"], "utf16CodeUnits");
    }

    #[test]
    fn a_trace_has_a_thread_for_each_goroutine() {
        let step = |goroutine: u32, line: u32| {
            let mut step = Step::new("does", Location::point("a.go", line, 1));
            step.goroutine = goroutine;
            step
        };
        let mut finding = finding(Location::point("a.go", 1, 1));
        finding.trace = vec![step(1, 1), step(2, 2), step(1, 3)];
        finding.related = vec![step(0, 4)];
        let mut report = Report::new();
        report.findings = vec![finding];
        let result = written(&report, &crate::NoSources)["results"][0].clone();
        let flows = result["codeFlows"][0]["threadFlows"].as_array().cloned().unwrap_or_default();
        let ids: Vec<_> = flows.iter().map(|flow| flow["id"].as_str()).collect();
        assert_eq!(ids, [Some("goroutine 1"), Some("goroutine 2")]);
        assert_eq!(flows[0]["locations"].as_array().map(Vec::len), Some(2));
        assert_eq!(result["relatedLocations"][0]["message"]["text"], "does");
    }

    #[test]
    fn files_are_below_named_roots() {
        let of = |file: &str| {
            let artifact = artifact(file);
            let text = |key: &str| artifact[key].as_str().unwrap_or("-").to_owned();
            (text("uriBaseId"), text("uri"))
        };
        let pair = |base: &str, uri: &str| (base.to_owned(), uri.to_owned());
        assert_eq!(of("a b/ü:%.go"), pair("%SRCROOT%", "a%20b/%C3%BC%3A%25.go"));
        assert_eq!(of("$GOROOT/src/fmt/print.go"), pair("GOROOT", "src/fmt/print.go"));
        assert_eq!(of("$GOMODCACHE/x@v1/y.go"), pair("GOMODCACHE", "x@v1/y.go"));
        assert_eq!(of("./$GOROOT/a.go"), pair("%SRCROOT%", "$GOROOT/a.go"));
        assert_eq!(of("/tmp/a.go"), pair("-", "file:///tmp/a.go"));
    }

    #[test]
    fn suppressed_findings_and_diagnostics_are_part_of_it() {
        let mut report = Report::new();
        let mut ignored = finding(Location::point("a.go", 2, 1));
        ignored.confidence = Confidence::Low;
        ignored.suppression = Some(Suppression {
            kind: SuppressionKind::Comment,
            reason: "because".to_owned(),
            location: Some(Location::point("a.go", 1, 1)),
        });
        let mut known = finding(Location::point("a.go", 3, 1));
        known.suppression = Some(Suppression {
            kind: SuppressionKind::Baseline,
            reason: String::new(),
            location: None,
        });
        report.findings = vec![finding(Location::point("a.go", 4, 1)), ignored, known];
        report.has_baseline = true;
        report.diagnostics = vec![
            Diagnostic::new(Severity::Error, Stage::Load, "go.mod: {}")
                .at(Location::point("go.mod", 0, 0)),
        ];
        report.stats.errors = 1;
        report.finish(&crate::NoSources);
        report.set_suppressed_aside();
        let run = written(&report, &crate::NoSources);
        let results = run["results"].as_array().cloned().unwrap_or_default();
        let states: Vec<_> = results.iter().map(|found| found["baselineState"].as_str()).collect();
        assert_eq!(states, [Some("new"), Some("unchanged"), Some("new")]);
        assert_eq!(results[0]["suppressions"][0]["kind"], "inSource");
        assert_eq!(results[0]["suppressions"][0]["justification"], "because");
        assert_eq!(results[1]["suppressions"][0]["kind"], "external");
        assert_eq!(results[2]["suppressions"], Value::Null);
        assert_eq!(results[2]["message"]["text"], "`chan struct{{}}`");
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let told = &invocation["toolExecutionNotifications"][0];
        assert_eq!(told["message"]["text"], "go.mod: {{}}");
        assert_eq!(told["locations"][0]["physicalLocation"]["region"], Value::Null);
    }

    #[test]
    fn rules_have_their_help_and_weaknesses() {
        let mut report = Report::new();
        let mut other = finding(Location::point("a.go", 1, 1));
        other.checker = "other".into();
        report.findings = vec![other, finding(Location::point("a.go", 2, 1))];
        let run = written(&report, &crate::NoSources);
        let rules = &run["tool"]["driver"]["rules"];
        assert_eq!(rules[0]["id"], "other");
        assert_eq!(rules[1]["fullDescription"]["text"], "Reports.");
        assert_eq!(rules[1]["shortDescription"]["text"], "a struct{}");
        assert_eq!(rules[1]["relationships"][0]["target"]["id"], "362");
        assert_eq!(run["taxonomies"][0]["taxa"][0]["id"], "362");
        assert_eq!(run["results"][1]["ruleIndex"], 1);
    }

    #[test]
    fn fixes_replace_regions() {
        let sources = MemorySources::new([("a.go", "é\nabc\n")]);
        let edit =
            |file: &str| Edit { file: file.to_owned(), start: 4, end: 5, new_text: "x".to_owned() };
        let mut finding = finding(Location::point("a.go", 1, 1));
        finding.fixes =
            vec![Fix { message: "f".to_owned(), edits: vec![edit("a.go"), edit("b.go")] }];
        let mut report = Report::new();
        report.findings = vec![finding];
        let fix = written(&report, &sources)["results"][0]["fixes"][0].clone();
        let region = |at: usize| &fix["artifactChanges"][at]["replacements"][0]["deletedRegion"];
        let lines = json!({"startLine": 2, "startColumn": 2, "endLine": 2, "endColumn": 3});
        assert_eq!(*region(0), lines);
        assert_eq!(*region(1), json!({"byteOffset": 4, "byteLength": 1}));
    }
}
