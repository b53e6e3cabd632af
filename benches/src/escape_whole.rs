//! `escape-diff --whole-program`: what the compiler keeps in frames must stay there, and how much
//! of what it does not keep there is local all the same.

use super::EscapeDiffArgs;
use super::escape_facts::{Fact, Places};
use crate::error::BenchError;
use crate::say;
use camino::Utf8Path;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Document {
    sites: Vec<Site>,
}

/// An allocation as `gossa escape --whole-program` prints it.
#[derive(Deserialize)]
pub(super) struct Site {
    file: String,
    line: u32,
    column: u32,
    text: String,
    reachable: bool,
    #[serde(default)]
    verdict: Option<String>,
}

/// A place and what is allocated there, as messages show it.
type Key = (String, u32, u32, String);

/// A text without what names are qualified by: that depends on the package that compiles an
/// instance.
fn unqualified(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars() {
        match c {
            '.' if !word.is_empty() => word.clear(),
            c if c.is_alphanumeric() || matches!(c, '_' | '/') => word.push(c),
            c => {
                out.push_str(&word);
                word.clear();
                out.push(c);
            }
        }
    }
    out + &word
}

/// The allocations of an output, by place.
pub(super) fn sites(
    places: &Places<'_>,
    output: &[u8],
) -> Result<BTreeMap<Key, Vec<Site>>, BenchError> {
    let document: Document = serde_json::from_slice(output)?;
    let mut found: BTreeMap<Key, Vec<Site>> = BTreeMap::new();
    for site in document.sites {
        if site.verdict.is_some() {
            // The compiler has no larger columns.
            let column = if site.column > 255 { 0 } else { site.column };
            let key = (places.absolute(&site.file), site.line, column, unqualified(&site.text));
            found.entry(key).or_default().push(site);
        }
    }
    Ok(found)
}

/// Counts of the compiler's allocations.
#[derive(Default)]
pub(super) struct WholeProgram {
    /// Kept in frames by the compiler, and there for gossa, too.
    kept: usize,
    /// Kept in frames by the compiler, and not there for gossa.
    lost: Vec<Key>,
    /// In the heap for the compiler.
    heap: usize,
    /// Of those: local.
    local: Vec<Key>,
    /// In the heap for their layout.
    forced: usize,
    /// In functions that never run.
    unreachable: usize,
    /// Not found.
    unknown: usize,
}

impl WholeProgram {
    pub(super) fn new(theirs: &BTreeSet<Fact>, sites: &BTreeMap<Key, Vec<Site>>) -> Self {
        // An instance may stay here and escape there.
        let mut facts: BTreeMap<Key, (bool, bool)> = BTreeMap::new();
        for (file, line, column, text) in theirs {
            let heap = text
                .strip_suffix(" escapes to heap")
                .or_else(|| text.strip_prefix("moved to heap: "));
            let stays = text.strip_suffix(" does not escape");
            if let Some(what) = heap.or(stays) {
                let key = (file.clone(), *line, *column, unqualified(what));
                let fact = facts.entry(key).or_default();
                fact.0 |= heap.is_some();
                fact.1 |= stays.is_some();
            }
        }
        let mut counts = Self::default();
        for (key, (heap, _)) in facts {
            counts.heap += usize::from(heap);
            let Some(found) = sites.get(&key) else {
                // Parameters do not escape, either, and are no allocations.
                counts.unknown += usize::from(heap);
                continue;
            };
            let is = |site: &Site, verdict: &str| site.verdict.as_deref() == Some(verdict);
            if !heap {
                if found.iter().all(|site| is(site, "frame")) {
                    counts.kept += 1;
                } else {
                    counts.lost.push(key);
                }
                continue;
            }
            let mut runs = found.iter().filter(|site| site.reachable).peekable();
            if runs.peek().is_none() {
                counts.unreachable += 1;
                continue;
            }
            let all: Vec<&Site> = runs.collect();
            if all.iter().all(|site| is(site, "frame")) {
                counts.local.push(key);
            } else if all.iter().all(|site| is(site, "frame") || is(site, "forced")) {
                counts.forced += 1;
            }
        }
        counts
    }

    /// Prints them; whether all that the compiler keeps in frames is there.
    pub(super) fn print(mut self, dir: &Utf8Path, args: &EscapeDiffArgs) -> bool {
        say(format_args!(
            "{dir}: {} allocations in frames by the compiler, {} of them not for gossa",
            self.kept + self.lost.len(),
            self.lost.len()
        ));
        // Counts are far below 2⁵².
        #[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
        let share = 100.0 * self.local.len() as f64 / self.heap.max(1) as f64;
        say(format_args!(
            "{dir}: {} in the heap by the compiler, {} of them local ({share:.2} %), {} only there \
             for their layout, {} never made, {} not found",
            self.heap,
            self.local.len(),
            self.forced,
            self.unreachable,
            self.unknown
        ));
        for (file, line, column, text) in self.lost.iter().take(args.show) {
            say(format_args!("- {file}:{line}:{column}: {text}"));
        }
        // Steele, Lea, Flood's generator: enough to shuffle with.
        let mut state = args.seed;
        let mut next = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut x = state;
            x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            x ^ (x >> 31)
        };
        for _ in 0..args.sample.min(self.local.len()) {
            let at = usize::try_from(next() % self.local.len() as u64).unwrap_or(0);
            let (file, line, column, text) = self.local.swap_remove(at);
            say(format_args!("= {file}:{line}:{column}: {text}"));
        }
        self.lost.is_empty()
    }
}
