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
        cwe: check.cwe.to_vec(),
    };
    registry.checks().into_iter().map(rule).collect()
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
