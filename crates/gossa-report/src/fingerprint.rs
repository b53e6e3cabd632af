//! Fingerprints: the identity of a finding across edits elsewhere in the file.
//!
//! A baseline, or a service that tracks findings, must know tomorrow's finding for today's. Line
//! numbers do not serve, so a fingerprint is a hash of
//!
//! 1. the checker's id,
//! 2. the package's import path,
//! 3. the function's name,
//! 4. the text of the finding's first line, with runs of white space as one space and none at the
//!    ends, so that re-indenting changes nothing (of a line above 4 KiB: 256 bytes from the
//!    finding's column on),
//! 5. the message, with each number that is not part of a name as `#`: messages may name lines,
//! 6. an index that counts, in report order, the findings that agree in all of the above.
//!
//! The file's name is not in it: moving a function to another file of its package keeps its
//! findings. The hash is 64-bit FNV-1a over the fields, each preceded by its length. It is written
//! out here because stored fingerprints must not change with a dependency's version.

use std::fmt;
use std::str::FromStr;

use gossa_base::FxHashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::source::SourceCache;
use crate::{Finding, SourceProvider};

/// Lines above this length are not hashed whole: many findings on one such line would be quadratic.
const MAX_WHOLE_LINE: usize = 4096;
/// How much of an overlong line is hashed.
const LONG_LINE_PART: usize = 256;

/// Identifies a finding when lines move. Printed and serialised as 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 16 hex digits.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a fingerprint is 16 hex digits, not `{0}`")]
pub struct ParseFingerprintError(String);

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u64::from_str_radix(text, 16) {
            Ok(hash) if digits => Ok(Self(hash)),
            _ => Err(ParseFingerprintError(text.to_owned())),
        }
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Sets the fingerprints of `findings`, which are in report order.
pub(crate) fn assign(findings: &mut [Finding], sources: &dyn SourceProvider) {
    let mut cache = SourceCache::new(sources);
    let mut seen: FxHashMap<u64, u64> = FxHashMap::default();
    for finding in findings {
        let location = &finding.location;
        let line = cache.line(&location.file, location.line).unwrap_or_default();
        let alike = content_hash(finding, line);
        let occurrence = seen.entry(alike).or_default();
        let mut hash = Fnv1a::new();
        hash.number(alike);
        hash.number(*occurrence);
        *occurrence += 1;
        finding.fingerprint = Fingerprint(hash.finish());
    }
}

fn content_hash(finding: &Finding, line: &[u8]) -> u64 {
    let line = if line.len() > MAX_WHOLE_LINE {
        let start = (finding.location.column.max(1) as usize - 1).min(line.len());
        &line[start..line.len().min(start + LONG_LINE_PART)]
    } else {
        line
    };
    let mut hash = Fnv1a::new();
    hash.field(finding.checker.as_bytes());
    hash.field(finding.package.as_bytes());
    hash.field(finding.function.as_bytes());
    hash.field(&collapse_space(line));
    hash.field(hide_numbers(&finding.message).as_bytes());
    hash.finish()
}

/// The text with each run of white space as one space, and none at the ends.
fn collapse_space(line: &[u8]) -> Vec<u8> {
    let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut text = Vec::with_capacity(line.len());
    for word in words {
        if !text.is_empty() {
            text.push(b' ');
        }
        text.extend_from_slice(word);
    }
    text
}

/// The message with `#` for each run of digits that does not belong to a name.
fn hide_numbers(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    let mut in_name = false;
    let mut in_number = false;
    for char in message.chars() {
        if char.is_ascii_digit() && !in_name {
            if !in_number {
                text.push('#');
            }
            in_number = true;
            continue;
        }
        in_number = false;
        in_name = char.is_alphanumeric() || char == '_';
        text.push(char);
    }
    text
}

/// FNV-1a, 64 bits: <https://datatracker.ietf.org/doc/html/rfc9923>.
struct Fnv1a(u64);

impl Fnv1a {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    /// The length comes first, so that text cannot move from one field to the next unnoticed.
    fn field(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes(bytes);
    }

    fn finish(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, MemorySources, Report, Severity};

    fn finding(line: u32, message: &str) -> Finding {
        Finding::new("c", "x", Severity::Warning, message, Location::new("a.go", line, 2, line, 3))
    }

    fn fingerprints(text: &str, findings: Vec<Finding>) -> Vec<Fingerprint> {
        let mut report = Report::new();
        report.findings = findings;
        report.finish(&MemorySources::new([("a.go", text)]));
        report.findings.iter().map(|finding| finding.fingerprint).collect()
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        let hash = |text: &str| {
            let mut hash = Fnv1a::new();
            hash.bytes(text.as_bytes());
            hash.finish()
        };
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn moving_and_indenting_a_line_keeps_the_fingerprint() {
        let before = fingerprints("\tp  := f(x)\n", vec![finding(1, "lost at line 1")]);
        let after = fingerprints("\n\n\t\tp := f(x) \r\n", vec![finding(3, "lost at line 3")]);
        assert_eq!(before, after);
    }

    #[test]
    fn another_line_message_function_package_or_checker_is_another_finding() {
        let base = finding(1, "m");
        let mut variants = vec![base.clone(); 4];
        variants[0].message = "n".to_owned();
        variants[1].function = "F".to_owned();
        variants[2].package = "p".to_owned();
        variants[3].checker = "d".into();
        let expected = fingerprints("x := 1\n", vec![base.clone()]);
        for variant in variants {
            assert_ne!(fingerprints("x := 1\n", vec![variant]), expected);
        }
        assert_ne!(fingerprints("y := 1\n", vec![base]), expected);
    }

    #[test]
    fn equal_lines_are_told_apart_by_order() {
        let twice = fingerprints("f()\nf()\n", vec![finding(2, "m"), finding(1, "m")]);
        assert_eq!(twice.len(), 2);
        assert_ne!(twice[0], twice[1]);
        assert_eq!(fingerprints("f()\n", vec![finding(1, "m")]), twice[..1]);
    }

    #[test]
    fn numbers_in_names_stay() {
        assert_eq!(
            hide_numbers("x1 at a.go:12:5, 3rd of 10, v_2"),
            "x1 at a.go:#:#, #rd of #, v_2"
        );
    }

    #[test]
    fn sixteen_hex_digits_and_back() {
        let fingerprint = Fingerprint(0xab);
        assert_eq!(fingerprint.to_string(), "00000000000000ab");
        assert_eq!("00000000000000ab".parse(), Ok(fingerprint));
        for bad in ["", "ab", "+0000000000000ab", "00000000000000ag"] {
            assert!(bad.parse::<Fingerprint>().is_err(), "{bad}");
        }
    }
}
