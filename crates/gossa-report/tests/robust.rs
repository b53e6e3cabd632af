//! Reports over random sources and places: writing never panics and never lets a control
//! character through, and fingerprints do not depend on what stands above.

use gossa_report::{
    Diagnostic, Edit, Finding, Fix, Location, MemorySources, OutputFormat, Report, Severity, Stage,
    Step, WriteOptions,
};
use proptest::prelude::*;

/// Bytes that are mostly text, with what is hard in text over-represented.
fn source() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[a-z(){}= ]{0,12}".prop_map(String::into_bytes),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\t".to_vec()),
        1 => "\\PC{0,4}".prop_map(String::into_bytes),
        1 => ".{0,4}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..6),
        1 => (0..600_usize).prop_map(|count| "世".repeat(count).into_bytes()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..12_u32, 2 => 0..700_u32, 1 => any::<u32>()]
}

fn location() -> impl Strategy<Value = Location> {
    (number(), number(), number(), number()).prop_map(|(line, column, end, end_column)| {
        Location::new("a.go", line, column, end, end_column)
    })
}

fn step() -> impl Strategy<Value = Step> {
    (any::<String>(), location()).prop_map(|(message, location)| Step::new(message, location))
}

fn edit() -> impl Strategy<Value = Edit> {
    (number(), number(), any::<String>()).prop_map(|(start, end, new_text)| Edit {
        file: "a.go".into(),
        start,
        end,
        new_text,
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let steps = || prop::collection::vec(step(), 0..4);
    (any::<String>(), location(), steps(), steps(), prop::collection::vec(edit(), 0..3)).prop_map(
        |(text, location, trace, related, edits)| {
            let mut finding =
                Finding::new(text.clone(), "x", Severity::Note, text.clone(), location);
            finding.function = text.clone();
            finding.trace = trace;
            finding.related = related;
            finding.fixes = vec![Fix { message: text, edits }];
            finding
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn writing_never_panics_and_escapes(
        text in source(),
        findings in prop::collection::vec(finding(), 0..3),
        place in location(),
        color in any::<bool>(),
        width in 0..300_usize,
    ) {
        let sources = MemorySources::new([("a.go", text)]);
        let mut report = Report::new();
        report.findings = findings;
        report.diagnostics =
            vec![Diagnostic::new(Severity::Error, Stage::Analysis, "m").at(place)];
        report.finish(&sources);
        let options = WriteOptions { color, width, ..WriteOptions::default() };
        for format in OutputFormat::ALL {
            let mut out = Vec::new();
            report.write(format, &options, &sources, &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            if format == OutputFormat::Text && !color {
                prop_assert!(!out.chars().any(|char| char.is_control() && char != '\n'));
            }
            if format == OutputFormat::Text {
                prop_assert!(!out.contains('\u{fdd0}'), "a marker is left");
            }
            if format == OutputFormat::Json {
                let read: Report = serde_json::from_str(&out).unwrap();
                prop_assert_eq!(&read, &report);
            }
        }
    }

    #[test]
    fn fingerprints_survive_lines_above(
        above in "([a-z ]{0,9}\n){0,9}",
        text in source(),
        line in 1..6_u32,
    ) {
        let moved = above.matches('\n').count() as u32;
        let at = |line| Location::new("a.go", line, 1, line, 2);
        let fingerprint = |text: Vec<u8>, line| {
            let mut report = Report::new();
            report.findings = vec![Finding::new("c", "x", Severity::Note, "m", at(line))];
            report.finish(&MemorySources::new([("a.go", text)]));
            report.findings[0].fingerprint
        };
        let before = fingerprint(text.clone(), line);
        let after = fingerprint([above.into_bytes(), text].concat(), line + moved);
        prop_assert_eq!(before, after);
    }
}
