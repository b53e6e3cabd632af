//! The three output forms of a report, as users see them.

use gossa_report::{
    Confidence, Diagnostic, Edit, Finding, Fix, Location, MemorySources, NoSources, OutputFormat,
    Report, Rule, Severity, SourceProvider, Stage, Stats, Step, Suppression, SuppressionKind,
    WriteOptions,
};

const BUFFER: &str = "\
package buffer

import \"unsafe\"

type Buffer struct{ data []byte }

func (b *Buffer) First() *byte {
\tu := uintptr(unsafe.Pointer(&b.data[0]))
\tgrow(b)
\treturn (*byte)(unsafe.Pointer(u))
}
";

const RACE: &str = "\
package main

var größe, total int

func main() {
\tgo func() {
\t\tgröße, total = 1,
\t\t\t2
\t}()
\tprintln(größe)
}
";

fn sources() -> MemorySources {
    MemorySources::new([("buffer/buffer.go", BUFFER), ("main.go", RACE)])
}

/// A report with a finding of each kind, in no good order.
fn report() -> Report {
    let mut race = Finding::new(
        "data-race",
        "races",
        Severity::Error,
        "`größe` and `total` are written while `main` reads `größe`",
        Location::new("main.go", 7, 3, 8, 5),
    );
    race.package = "example.com/m".into();
    race.function = "main.func1".into();
    race.confidence = Confidence::Medium;
    race.trace = vec![Step::new("the goroutine starts", Location::new("main.go", 6, 2, 9, 5))];
    race.related = vec![
        Step::new("the other access", Location::new("main.go", 10, 10, 10, 17)),
        Step::new("printed here", Location::new("$GOROOT/src/runtime/print.go", 88, 6, 88, 15)),
    ];

    let mut address = Finding::new(
        "unsafe-uintptr",
        "unsafe",
        Severity::Warning,
        "`u` may no longer be the address of `b.data[0]`",
        Location::new("buffer/buffer.go", 10, 17, 10, 34),
    );
    address.package = "example.com/m/buffer".into();
    address.function = "(*Buffer).First".into();
    address.trace = vec![
        Step::new(
            "the address of `b.data[0]` becomes an integer",
            Location::new("buffer/buffer.go", 8, 7, 8, 42),
        ),
        Step::new("this call may move it", Location::new("buffer/buffer.go", 9, 2, 9, 9)),
    ];
    let start = BUFFER.find("uintptr(").expect("the example has one") as u32;
    address.fixes = vec![Fix {
        message: "keep a pointer".into(),
        edits: vec![Edit {
            file: "buffer/buffer.go".into(),
            start,
            end: start + 7,
            new_text: String::new(),
        }],
    }];

    let mut report = Report::new();
    report.tool.version = "0.0.0-test".into();
    report.findings = vec![race, address];
    report.diagnostics = vec![
        Diagnostic::new(Severity::Error, Stage::Types, "undefined: grow").at(Location::new(
            "buffer/buffer.go",
            9,
            2,
            9,
            6,
        )),
        Diagnostic::new(Severity::Warning, Stage::Load, "no go.mod in this directory or above it"),
    ];
    report.stats = Stats { packages: 412, files: 2, lines: 22, errors: 1, ..Stats::default() };
    report.stats.seconds.total = 1.234_567;
    report.stats.seconds.check = 0.25;
    report.stats.peak_rss_mb = 57;
    report.finish(&sources());
    report
}

fn written(
    report: &Report,
    format: OutputFormat,
    options: &WriteOptions,
    sources: &dyn SourceProvider,
) -> String {
    let mut out = Vec::new();
    report.write(format, options, sources, &mut out).expect("memory takes it");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn text(report: &Report) -> String {
    written(report, OutputFormat::Text, &WriteOptions::default(), &sources())
}

/// A report of one finding in `a.go`.
fn single(message: &str, location: Location) -> Report {
    let mut report = Report::new();
    report.findings = vec![Finding::new("c", "x", Severity::Warning, message, location)];
    report.stats.packages = 1;
    report
}

#[test]
fn text_tells_the_story() {
    insta::assert_snapshot!(text(&report()));
}

#[test]
fn text_without_sources_names_the_places() {
    let options = WriteOptions::default();
    insta::assert_snapshot!(written(&report(), OutputFormat::Text, &options, &NoSources));
}

#[test]
fn json_is_the_documented_form() {
    let options = WriteOptions::default();
    insta::assert_snapshot!(written(&report(), OutputFormat::Json, &options, &NoSources));
}

#[test]
fn jsonl_is_the_same_by_lines() {
    let options = WriteOptions::default();
    insta::assert_snapshot!(written(&report(), OutputFormat::Jsonl, &options, &NoSources));
}

#[test]
fn json_reads_back() {
    let report = report();
    let json = written(&report, OutputFormat::Json, &WriteOptions::default(), &NoSources);
    let mut read: Report = serde_json::from_str(&json).unwrap();
    // Time is rounded to milliseconds on the way out.
    read.stats.seconds = report.stats.seconds;
    assert_eq!(read, report);
}

#[test]
fn another_schema_is_refused() {
    let json = written(&report(), OutputFormat::Json, &WriteOptions::default(), &NoSources);
    let newer = json.replace("gossa.findings/1", "gossa.findings/2");
    let error = serde_json::from_str::<Report>(&newer).unwrap_err().to_string();
    assert!(error.contains("gossa.findings/2"), "{error}");
}

#[test]
fn every_line_of_jsonl_is_an_object_with_its_kind_first() {
    let lines = written(&report(), OutputFormat::Jsonl, &WriteOptions::default(), &NoSources);
    for line in lines.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value.is_object() && line.starts_with("{\"kind\":\""), "{line}");
    }
}

#[test]
fn deterministic_output_has_no_time_and_ignores_arrival_order() {
    let options = WriteOptions { deterministic: true, ..WriteOptions::default() };
    let mut other = report();
    other.stats.seconds.total = 9.0;
    other.stats.peak_rss_mb = 1;
    other.findings.reverse();
    other.diagnostics.reverse();
    other.finish(&sources());
    for format in OutputFormat::ALL {
        let expected = written(&report(), format, &options, &sources());
        assert_eq!(written(&other, format, &options, &sources()), expected, "{format}");
    }
}

#[test]
fn an_empty_report_says_so() {
    let mut report = Report::new();
    report.stats.packages = 3;
    assert_eq!(text(&report), "no findings in 3 packages\n");
}

#[test]
fn colours_come_only_on_request() {
    assert!(!text(&report()).contains('\x1b'));
    let options = WriteOptions { color: true, ..WriteOptions::default() };
    let styled = written(&report(), OutputFormat::Text, &options, &sources());
    assert!(styled.contains("\x1b["));
    assert!(!styled.contains("\x1b]"), "hyperlinks are off");
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let hostile = "\x1b[31m\x1b]0;owned\x07\r\nerror: forged\u{202e}\u{9b}2J\0";
    let mut report = single(hostile, Location::new(hostile, 1, 1, 1, 9));
    report.findings[0].checker = hostile.into();
    report.findings[0].package = hostile.into();
    report.findings[0].function = hostile.into();
    report.findings[0].trace = vec![Step::new(hostile, Location::point(hostile, 2, 1))];
    report.findings[0].fixes = vec![Fix {
        message: hostile.into(),
        edits: vec![
            Edit { file: hostile.into(), start: 0, end: 3, new_text: hostile.into() },
            Edit { file: "\x1b".into(), start: 0, end: 3, new_text: hostile.into() },
        ],
    }];
    report.diagnostics = vec![Diagnostic::new(Severity::Error, Stage::Parse, hostile)];
    let sources = MemorySources::new([(hostile, hostile)]);
    let out = written(&report, OutputFormat::Text, &WriteOptions::default(), &sources);
    let bad = out.chars().find(|&char| char.is_control() && char != '\n' || char == '\u{202e}');
    assert_eq!(bad, None, "{out}");
    assert!(!out.lines().any(|line| line.starts_with("error: forged")), "{out}");
}

#[test]
fn a_line_of_ten_megabytes_is_cut_around_the_span() {
    let line = format!("var x = \"{}\" + y\n", "a".repeat(10 << 20));
    let column = line.len() as u32 - 1;
    let sources = MemorySources::new([("a.go", line)]);
    let report = single("m", Location::new("a.go", 1, column, 1, column + 1));
    let out = written(&report, OutputFormat::Text, &WriteOptions::default(), &sources);
    assert!(out.len() < 1000 && out.contains("\" + y\n"), "{out}");
}

#[test]
fn tabs_wide_characters_and_invalid_bytes_keep_the_marks_in_place() {
    let source = b"\tx\t:= \"\xff\xc3\" + \xe4\xb8\x96\xe7\x95\x8c + y // \xf0\x9f\x91\xa9\n";
    let column = source.iter().position(|&byte| byte == b'y').unwrap() as u32 + 1;
    let sources = MemorySources::new([("a.go", source)]);
    let report = single("m", Location::new("a.go", 1, column, 1, column + 1));
    let out = written(&report, OutputFormat::Text, &WriteOptions::default(), &sources);
    insta::assert_snapshot!(out);
}

#[test]
fn a_long_trace_is_shown_by_its_ends() {
    let mut report = single("m", Location::point("a.go", 1, 1));
    report.findings[0].trace = (1..=100)
        .map(|line| Step::new(format!("hop {line}"), Location::point("a.go", line, 1)))
        .collect();
    let out = written(&report, OutputFormat::Text, &WriteOptions::default(), &NoSources);
    assert!(out.contains("step 12: hop 12\n") && out.contains("step 89: hop 89\n"), "{out}");
    assert!(!out.contains("hop 13\n") && !out.contains("hop 88\n"), "{out}");
    assert!(out.contains("76 steps are not shown"), "{out}");
}

fn html(report: &Report) -> String {
    let rule = Rule {
        id: "data-race".into(),
        category: "races".into(),
        severity: Severity::Error,
        summary: "goroutines access the same memory without order".into(),
        help: String::new(),
        cwe: Vec::new(),
    };
    let options = WriteOptions { rules: vec![rule], ..WriteOptions::default() };
    written(report, OutputFormat::Html, &options, &sources())
}

#[test]
fn html_has_everything_on_one_page() {
    let mut report = report();
    // A story of two goroutines, and something that is known.
    let race = report.findings.iter_mut().find(|found| found.checker == "data-race");
    let race = race.expect("the race");
    race.trace.push(Step::new("writes", Location::new("main.go", 7, 3, 8, 5)));
    race.trace.push(Step::new("reads", Location::new("main.go", 10, 10, 10, 17)));
    race.trace[1].goroutine = 2;
    race.trace[2].goroutine = 1;
    let mut known = race.clone();
    known.location.line = 10;
    known.suppression = Some(Suppression {
        kind: SuppressionKind::Comment,
        reason: "printed <twice>".into(),
        location: None,
    });
    report.findings.push(known);
    report.set_suppressed_aside();
    let page = html(&report);
    let style = page.find("<style>").expect("a style")..page.find("</style>").expect("its end");
    let mut without_style = page.clone();
    without_style.replace_range(style, "<style>");
    insta::assert_snapshot!(without_style);
}

#[test]
fn html_loads_and_runs_nothing() {
    let page = html(&report());
    for forbidden in ["<script", "http://", "https://", "src=", "url(", "@import", " on"] {
        let found = page.match_indices(forbidden).filter(|(at, _)| {
            // An attribute, not a word in a sentence.
            forbidden != " on" || page[..*at].rfind('<') > page[..*at].rfind('>')
        });
        assert_eq!(found.count(), 0, "{forbidden}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn html_escapes_what_the_code_says() {
    let hostile = "<img src=x onerror=alert(1)> `</code>\"'&` \u{202e} ` \x1b[2J";
    let mut report = single(hostile, Location::new("<b>.go", 1, 1, 1, 4));
    report.findings[0].function = "<i>".into();
    report.findings[0].trace = vec![Step::new(hostile, Location::new("<b>.go", 1, 1, 1, 4))];
    report.findings[0].fixes = vec![Fix {
        message: hostile.into(),
        edits: vec![Edit { file: "<b>.go".into(), start: 0, end: 1, new_text: hostile.into() }],
    }];
    report.diagnostics = vec![Diagnostic::new(Severity::Error, Stage::Parse, hostile)];
    let sources = MemorySources::new([("<b>.go", "<u>\u{202e}\x07</u>\n")]);
    report.finish(&sources);
    let page = written(&report, OutputFormat::Html, &WriteOptions::default(), &sources);
    for hostile in
        ["<img", "<b>.go", "<i>", "<u>", "</u>", "</code>&quot;", "\u{202e}", "\x1b", "\x07"]
    {
        assert!(!page.contains(hostile), "{hostile:?} in {page}");
    }
    // Every element that is opened is closed, in order.
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(2) {
        let name = tag.split([' ', '>', '\n']).next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if matches!(name, "meta") => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}
