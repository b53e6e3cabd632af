//! Diagnostics: what kept some of the code from being analysed.
//!
//! A finding speaks about the analysed program; a diagnostic speaks about the run, with the stage
//! of the pipeline it comes from.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Location, Severity};

/// The part of the pipeline a diagnostic comes from, in the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Finding modules, packages and files.
    Load,
    /// Reading syntax.
    Parse,
    /// Checking types.
    Types,
    /// All that follows: SSA, the global solve, the checkers.
    Analysis,
}

impl Stage {
    /// The stage's name, as it is printed and serialised.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Parse => "parse",
            Self::Types => "types",
            Self::Analysis => "analysis",
        }
    }
}

/// Something that went wrong with the run or with a part of the code.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Diagnostic {
    /// An error means that something was left out of the analysis.
    pub severity: Severity,
    /// Where in the pipeline.
    pub stage: Stage,
    /// What, in one sentence.
    pub message: String,
    /// Where in the code, if it has a place; serialised as `{}` if it has none.
    #[serde(serialize_with = "location_or_empty", deserialize_with = "empty_or_location")]
    pub location: Option<Location>,
    /// The build configurations in which it was met; see [`Finding::configs`](crate::Finding).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configs: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic without a place.
    #[must_use]
    pub fn new(severity: Severity, stage: Stage, message: impl Into<String>) -> Self {
        Self { severity, stage, message: message.into(), location: None, configs: Vec::new() }
    }

    /// The diagnostic at a place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// What diagnostics are sorted by: those without a place come first.
    pub(crate) fn sort_key(&self) -> (Option<&Location>, Stage, Severity, &str) {
        (self.location.as_ref(), self.stage, self.severity, &self.message)
    }
}

/// `location` is an object in every diagnostic, so that readers need no test for null.
fn location_or_empty<S: Serializer>(
    location: &Option<Location>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Empty {}
    match location {
        Some(location) => location.serialize(serializer),
        None => Empty {}.serialize(serializer),
    }
}

fn empty_or_location<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Location>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Place(Location),
        Empty {},
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Place(location) => Some(location),
        Either::Empty {} => None,
    })
}
