//! Every instruction has an entry in `docs/ssa.md`, and what the entry says is so.

use gossa_ssa::{InstId, MNEMONICS, Printer, read};
use std::collections::BTreeSet;
use std::path::Path;

/// A function around one line, in which `v0` to `v9` and `b1` to `b3` exist.
fn function_around(line: &str) -> String {
    let params: Vec<String> = (0..10).map(|n| format!("v{n}: x.T{n}")).collect();
    let blocks: String = (1..4).map(|n| format!("b{n}:\n  unreachable\n")).collect();
    format!("func x.f({}) {{\nb0:\n  {line}\n{blocks}}}\n", params.join(", "))
}

#[test]
fn printed_forms_are_as_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ssa.md");
    #[expect(clippy::disallowed_methods, reason = "a test")]
    let page = std::fs::read_to_string(path).unwrap();
    let mut documented = BTreeSet::new();
    for entry in page.split("\n### ").skip(1) {
        let (heading, rest) = entry.split_once('\n').unwrap();
        let mnemonics: Vec<&str> =
            heading.split_whitespace().map(|word| word.trim_matches('`')).collect();
        let (_, code) = rest.split_once("```ssa\n").unwrap();
        let (code, text) = code.split_once("```").unwrap();
        let memory = text.split_once("Memory: ").unwrap().1.split_once('.').unwrap().0;
        let mut shown = BTreeSet::new();
        for line in code.lines() {
            let text = function_around(line);
            let body = read(&text).unwrap_or_else(|error| panic!("{line}: {error}")).remove(0);
            let first = InstId::new(0);
            let inst = body[first];
            assert!(mnemonics.contains(&inst.mnemonic()), "{line} under {heading}");
            shown.insert(inst.mnemonic());
            let mut printer = Printer::new();
            printer.inst(&body, first);
            assert_eq!(printer.take(), line);
            assert_eq!(inst.memory().word(), memory, "{line}");
        }
        assert_eq!(shown.len(), mnemonics.len(), "forms of {heading}");
        documented.extend(mnemonics);
    }
    let all: BTreeSet<&str> = MNEMONICS.iter().copied().collect();
    assert_eq!(documented, all);
}
