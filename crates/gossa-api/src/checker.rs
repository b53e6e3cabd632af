//! What a checker is, and which of them run.

use crate::func::Func;
use crate::options::{AnyOption, OptionValue};
use crate::pass::Pass;
use crate::whole::ProgramPass;
use gossa_base::nearest;
use gossa_report::{Confidence, Severity};
use std::collections::BTreeMap;

/// One kind of finding, with its documentation. Declare it with
/// [`declare_check!`](crate::declare_check).
#[derive(Debug)]
pub struct Check {
    /// Its id, as users write it: `unsafe-uintptr`.
    pub id: &'static str,
    /// The family that it belongs to: `unsafe`, `defer`, `context`, `race`, ...
    pub category: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    /// What it reports, completing "this code has a place where ...".
    pub summary: &'static str,
    /// The documentation in Markdown: what, why, a bad and a good example, what it does not
    /// catch.
    pub documentation: &'static str,
    /// No finding is shown as surer than this, unless users ask for the check by name: low where
    /// less than four of five findings in real programs were true.
    pub tier: Confidence,
    /// The weaknesses that its findings are instances of, by their numbers in the CWE.
    pub cwe: &'static [u16],
}

impl Check {
    /// The documentation as text: the doc comment with its leading space removed.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.documentation.lines();
        let mut text: String =
            lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
        text.truncate(text.trim_end().len());
        text
    }
}

/// Declares a [`Check`]; its doc comment is what `gossa explain` prints.
///
/// `pub static NAME = "check-id": "category", Severity, "summary";`, with `, tier Low` behind the
/// summary where findings are not to be surer than that (see [`Check::tier`]), and `, cwe [362]`
/// behind that with what SARIF is to say of it (see [`Check::cwe`]).
#[macro_export]
macro_rules! declare_check {
    ($(#[doc = $doc:literal])* $vis:vis static $name:ident = $id:literal : $category:literal,
     $severity:ident, $summary:literal $(, tier $tier:ident)? $(, cwe [$($cwe:literal),*])?;) => {
        $(#[doc = $doc])*
        $vis static $name: $crate::Check = $crate::Check {
            id: $id,
            category: $category,
            severity: $crate::Severity::$severity,
            summary: $summary,
            documentation: concat!($($doc, "\n"),*),
            tier: $crate::declare_check!(@tier $($tier)?),
            cwe: &[$($($cwe),*)?],
        };
    };
    (@tier) => { $crate::Confidence::High };
    (@tier $tier:ident) => { $crate::Confidence::$tier };
}

/// The analysis of the whole program that a checker stands on. Checkers of one ground run one after
/// the other and share what is found; those of different ones run side by side.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Ground {
    /// What goroutines do to memory without order: [`ProgramPass::conflicts`] and its like.
    Concurrency,
    /// Values, calls, and ways through functions.
    Values,
    /// Which goroutines stay blocked: [`ProgramPass::blocked`].
    Blocking,
}

impl Ground {
    /// All of them, those first that take longest by themselves.
    pub(crate) const ALL: [Self; 3] = [Self::Concurrency, Self::Values, Self::Blocking];
}

/// Looks for defects.
///
/// [`Checker::check_function`] is called from several threads at once, in no particular order; a
/// checker keeps no state between calls.
pub trait Checker: Send + Sync {
    /// The kinds of findings that it reports.
    fn checks(&self) -> Vec<&'static Check>;

    /// The options that users can set for its checks; see [`options`](crate::options).
    fn options(&self) -> Vec<&'static dyn AnyOption> {
        Vec::new()
    }

    /// What takes most of the time of [`Checker::check_program`].
    fn ground(&self) -> Ground {
        Ground::Values
    }

    /// Looks at one function. Called once for each function, closures included.
    fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
        let _ = (pass, func);
    }

    /// Looks at the whole program. Called once, behind [`Checker::check_function`].
    fn check_program(&self, pass: &ProgramPass<'_>) {
        let _ = pass;
    }
}

/// A set of checkers.
#[derive(Default)]
pub struct Registry {
    checkers: Vec<Box<dyn Checker>>,
}

impl Registry {
    /// No checkers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This set and one more.
    #[must_use]
    pub fn with(mut self, checker: impl Checker + 'static) -> Self {
        self.checkers.push(Box::new(checker));
        self
    }

    /// The checkers, in the order in which they were added.
    pub fn checkers(&self) -> impl Iterator<Item = &dyn Checker> {
        self.checkers.iter().map(|checker| &**checker)
    }

    /// All checks, sorted by id.
    #[must_use]
    pub fn checks(&self) -> Vec<&'static Check> {
        let mut checks: Vec<&'static Check> =
            self.checkers.iter().flat_map(|checker| checker.checks()).collect();
        checks.sort_by_key(|check| check.id);
        checks
    }

    /// The check with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&'static Check> {
        self.checks().into_iter().find(|check| check.id == id)
    }

    /// What is to be said of an id that is none of theirs.
    #[must_use]
    pub fn unknown(&self, id: &str) -> SelectionError {
        let nearest = nearest(id, self.checks().into_iter().map(|check| check.id));
        SelectionError { id: id.to_owned(), nearest }
    }
}

/// Which findings are wanted.
#[derive(Clone, Debug)]
pub struct Selection {
    disabled: Vec<&'static str>,
    /// Checks that are asked for by name, whatever their tier.
    named: Vec<&'static str>,
    /// What users have set, by check and name.
    pub(crate) options: BTreeMap<(&'static str, &'static str), OptionValue>,
    /// Findings below this confidence are left out.
    pub min_confidence: Confidence,
    /// Whether findings keep the confidence that their checker gives them, whatever the
    /// [tier](Check::tier) of its check: for tests of checkers.
    pub ignore_tiers: bool,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            disabled: Vec::new(),
            named: Vec::new(),
            options: BTreeMap::new(),
            min_confidence: Confidence::Medium,
            ignore_tiers: false,
        }
    }
}

/// A check id that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("there is no checker `{id}`{}", .nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
pub struct SelectionError {
    /// What was asked for.
    pub id: String,
    /// The most similar id.
    pub nearest: Option<&'static str>,
}

impl Selection {
    /// Reads a list as `--checkers` takes it: ids to run, ids with a leading `-` to leave out;
    /// only the latter means all others.
    ///
    /// # Errors
    /// When an id is not in the registry.
    pub fn parse(registry: &Registry, list: &str) -> Result<Self, SelectionError> {
        let all = registry.checks();
        let mut wanted: Vec<&'static str> = Vec::new();
        let mut disabled: Vec<&'static str> = Vec::new();
        for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (id, negative) = item.strip_prefix('-').map_or((item, false), |id| (id, true));
            let Some(check) = all.iter().find(|check| check.id == id) else {
                return Err(registry.unknown(id));
            };
            if negative { disabled.push(check.id) } else { wanted.push(check.id) }
        }
        if !wanted.is_empty() {
            // What is said about comments that suppress findings goes with the findings.
            let others = all.iter().filter(|check| check.category != SUPPRESSION);
            disabled.extend(others.map(|check| check.id).filter(|id| !wanted.contains(id)));
        }
        Ok(Self { disabled, named: wanted, ..Self::default() })
    }

    /// Whether findings of this check are wanted: it is selected, and its tier is shown.
    #[must_use]
    pub fn is_enabled(&self, check: &Check) -> bool {
        self.most_sure(check) >= self.min_confidence && !self.disabled.contains(&check.id)
    }

    /// The confidence above which no finding of the check is shown: its [tier](Check::tier),
    /// unless users ask for the check by name.
    pub(crate) fn most_sure(&self, check: &Check) -> Confidence {
        let is_held = !self.ignore_tiers && !self.named.contains(&check.id);
        if is_held { check.tier } else { Confidence::High }
    }
}

/// The category of checks on comments that suppress findings.
const SUPPRESSION: &str = "suppression";

#[cfg(test)]
mod tests {
    use super::*;

    declare_check! {
        /// ## What it does
        /// Nothing.
        static FIRST = "first-check": "test", Note, "is a test";
    }
    declare_check! {
        /// Text.
        static SECOND = "second-check": "test", Note, "is a test";
    }
    struct Both;
    impl Checker for Both {
        fn checks(&self) -> Vec<&'static Check> {
            vec![&FIRST, &SECOND]
        }
    }

    #[test]
    fn selections_name_checks_to_run_or_to_leave_out() {
        let registry = Registry::new().with(Both);
        let enabled = |list: &str| {
            let selection = Selection::parse(&registry, list).expect("known ids");
            (selection.is_enabled(&FIRST), selection.is_enabled(&SECOND))
        };
        assert_eq!(enabled(""), (true, true));
        assert_eq!(enabled("first-check"), (true, false));
        assert_eq!(enabled("-first-check"), (false, true));
        let error = Selection::parse(&registry, "frist-check").expect_err("unknown id");
        assert_eq!(error.nearest, Some("first-check"));
    }

    declare_check! {
        /// Text.
        static THIRD = "third-check": "test", Note, "is often wrong", tier Low;
    }
    struct Unsure;
    impl Checker for Unsure {
        fn checks(&self) -> Vec<&'static Check> {
            vec![&THIRD]
        }
    }

    #[test]
    fn a_check_of_the_low_tier_runs_for_those_who_ask_for_it() {
        let registry = Registry::new().with(Both).with(Unsure);
        let parse = |list: &str| Selection::parse(&registry, list).expect("known ids");
        assert!(!parse("").is_enabled(&THIRD));
        assert!(!parse("-first-check").is_enabled(&THIRD));
        assert!(parse("third-check").is_enabled(&THIRD));
        let audit = Selection { min_confidence: Confidence::Low, ..parse("") };
        assert!(audit.is_enabled(&THIRD));
        assert_eq!(audit.most_sure(&THIRD), Confidence::Low);
        assert_eq!(parse("third-check").most_sure(&THIRD), Confidence::High);
    }

    #[test]
    fn documentation_is_the_doc_comment() {
        assert_eq!(FIRST.text(), "## What it does\nNothing.");
    }
}
