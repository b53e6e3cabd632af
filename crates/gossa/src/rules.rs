//! What forms of output say about checkers: their documentation, and the weaknesses that they
//! find by the numbers of the CWE.

use gossa_api::Registry;
use gossa_report::Rule;

/// The checkers of a registry, by id.
pub(crate) fn of(registry: &Registry) -> Vec<Rule> {
    let rule = |check: &'static gossa_api::Check| Rule {
        id: check.id.into(),
        category: check.category.into(),
        severity: check.severity,
        summary: check.summary.into(),
        help: check.text(),
        cwe: weaknesses(check.id).to_vec(),
    };
    registry.checks().into_iter().map(rule).collect()
}

/// The weaknesses that a built-in checker's findings are instances of.
fn weaknesses(id: &str) -> &'static [u16] {
    match id {
        // Race condition; race within a thread's shared data.
        "data-race" => &[362, 366],
        "context-cancel-race" | "goroutine-defer-capture" => &[362],
        // Expired pointer dereference.
        "unsafe-uintptr" | "unsafe-header" => &[825],
        // Modification of assumed-immutable data.
        "unsafe-string-mutation" => &[471],
        // Improper locking.
        "defer-unlock" => &[667],
        // Uncaught exception; improper handling of exceptional conditions.
        "unrecovered-goroutine-panic" => &[248],
        "recover-misuse" => &[755],
        // Incomplete cleanup.
        "exit-after-defer" => &[459],
        // Missing release of a resource after its effective lifetime.
        "lost-cancel" | "goroutine-leak" => &[772],
        // Use of a resource after expiration or release.
        "request-escape" => &[672],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_the_documentation_of_their_checkers() {
        let rules = of(&crate::builtin());
        let race = rules.iter().find(|rule| rule.id == "data-race").expect("a built-in checker");
        assert_eq!(race.cwe, [362, 366]);
        assert!(race.help.contains("## "), "{}", race.help);
        assert!(rules.is_sorted_by(|a, b| a.id < b.id));
    }
}
