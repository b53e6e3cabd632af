//! The order of versions: module versions (semantic versions, with Go's
//! pseudo-versions and `+incompatible`) and versions of Go itself
//! (`1.21`, `1.21rc1`, `1.21.0`).

use std::cmp::Ordering;

/// A semantic version taken apart; its parts are digit strings of any length.
#[derive(Debug, PartialEq, Eq)]
struct SemVer<'a> {
    major: &'a str,
    minor: &'a str,
    patch: &'a str,
    prerelease: &'a str,
}

/// Whether `version` is a semantic version as Go writes them (`v1.2.3`,
/// `v1.2.3-pre+meta`, and the short forms `v1` and `v1.2`).
pub(crate) fn is_semver(version: &str) -> bool {
    parse_semver(version).is_some()
}

fn parse_semver(version: &str) -> Option<SemVer<'_>> {
    let rest = version.strip_prefix('v')?;
    let (major, rest) = semver_number(rest)?;
    let short = |minor, patch| SemVer { major, minor, patch, prerelease: "" };
    if rest.is_empty() {
        return Some(short("0", "0"));
    }
    let (minor, rest) = semver_number(rest.strip_prefix('.')?)?;
    if rest.is_empty() {
        return Some(short(minor, "0"));
    }
    let (patch, rest) = semver_number(rest.strip_prefix('.')?)?;
    let (rest, build) = match rest.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (rest, None),
    };
    if build.is_some_and(|b| !b.split('.').all(is_identifier)) {
        return None;
    }
    let prerelease = match rest.strip_prefix('-') {
        Some(pre) => {
            let valid = |id: &str| is_identifier(id) && !has_leading_zero(id);
            if !pre.split('.').all(valid) {
                return None;
            }
            pre
        }
        None if rest.is_empty() => "",
        None => return None,
    };
    Some(SemVer { major, minor, patch, prerelease })
}

/// A decimal number without leading zeros at the front of `text`.
fn semver_number(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (!digits.is_empty() && !has_leading_zero(digits)).then_some((digits, rest))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn has_leading_zero(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && is_number(text)
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Compares digit strings by value.
fn compare_numbers(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        let order = match (is_number(x), is_number(y)) {
            (true, true) => compare_numbers(x, y),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => x.cmp(y),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The order of module versions. What is no semantic version comes before
/// every semantic version; build metadata does not count.
pub(crate) fn compare_module_versions(a: &str, b: &str) -> Ordering {
    match (parse_semver(a), parse_semver(b)) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => compare_numbers(a.major, b.major)
            .then_with(|| compare_numbers(a.minor, b.minor))
            .then_with(|| compare_numbers(a.patch, b.patch))
            .then_with(|| compare_prereleases(a.prerelease, b.prerelease)),
    }
}

/// A version of Go taken apart: `1.21rc2` is major 1, minor 21, kind `rc`, pre 2.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct GoVersion<'a> {
    major: u32,
    minor: u32,
    /// No patch sorts before patch 0: the language 1.21 is older than the release 1.21.0.
    patch: Option<u32>,
    /// Empty sorts before `beta` and `rc`.
    kind: &'a str,
    pre: u32,
}

fn parse_go_version(text: &str) -> Option<GoVersion<'_>> {
    let (major, rest) = go_number(text)?;
    let mut version = GoVersion { major, minor: 0, patch: Some(0), kind: "", pre: 0 };
    if rest.is_empty() {
        return Some(version);
    }
    let (minor, rest) = go_number(rest.strip_prefix('.')?)?;
    version.minor = minor;
    if rest.is_empty() {
        // Before 1.21 the release was named as the language, without a patch.
        version.patch = if minor < 21 { Some(0) } else { None };
        return Some(version);
    }
    if let Some(rest) = rest.strip_prefix('.') {
        let (patch, rest) = go_number(rest)?;
        version.patch = Some(patch);
        return rest.is_empty().then_some(version);
    }
    version.patch = None;
    let kind_end = rest.bytes().position(|b| b.is_ascii_digit())?;
    version.kind = &rest[..kind_end];
    let (pre, rest) = go_number(&rest[kind_end..])?;
    version.pre = pre;
    let known = version.kind == "rc" || version.kind == "beta" || version.kind == "alpha";
    (known && rest.is_empty()).then_some(version)
}

fn go_number(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = semver_number(text)?;
    Some((digits.parse().ok()?, rest))
}

/// The order of Go versions, written without the `go` prefix. What is no
/// version comes before every version.
pub(crate) fn compare_go_versions(a: &str, b: &str) -> Ordering {
    parse_go_version(a).cmp(&parse_go_version(b))
}

/// Whether `text` is a Go version as a go line holds it.
pub(crate) fn is_go_version(text: &str) -> bool {
    parse_go_version(text).is_some()
}

/// The case-folded form of a module path or version, as the module cache
/// names its directories: each capital becomes `!` and its small letter.
pub(crate) fn escape_module_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 4);
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every version is older than those below it.
    const MODULE_ORDER: &[&str] = &[
        "none",
        "v0.0.0-20190101000000-abcdefabcdef",
        "v0.0.0-20200101000000-abcdefabcdef",
        "v0.1.0-alpha",
        "v0.1.0-alpha.1",
        "v0.1.0-alpha.beta",
        "v0.1.0-rc.2",
        "v0.1.0-rc.11",
        "v0.1.0",
        "v0.1.1-0.20200101000000-abcdefabcdef",
        "v0.1.1",
        "v0.2.0",
        "v0.10.0",
        "v1.0.0",
        "v2.0.0+incompatible",
        "v10.0.0+incompatible",
    ];

    #[test]
    fn module_versions_are_ordered() {
        for (i, a) in MODULE_ORDER.iter().enumerate() {
            for (j, b) in MODULE_ORDER.iter().enumerate() {
                assert_eq!(compare_module_versions(a, b), i.cmp(&j), "{a} against {b}");
            }
        }
        assert_eq!(compare_module_versions("v1", "v1.0.0"), Ordering::Equal);
        assert_eq!(compare_module_versions("v1.2.3+a", "v1.2.3+b"), Ordering::Equal);
    }

    #[test]
    fn malformed_versions_are_not_semver() {
        for bad in
            ["", "1.2.3", "v", "v1.", "v01.2.3", "v1.2.3-", "v1.2.3-01", "v1.2.3+", "v1.2-pre"]
        {
            assert!(!is_semver(bad), "{bad}");
        }
    }

    #[test]
    fn go_versions_are_ordered() {
        let order = [
            "nonsense",
            "1.1",
            "1.9",
            "1.20rc1",
            "1.20",
            "1.20.1",
            "1.21",
            "1.21beta1",
            "1.21rc1",
            "1.21rc2",
            "1.21.0",
            "1.21.1",
            "1.22",
        ];
        for (i, a) in order.iter().enumerate() {
            for (j, b) in order.iter().enumerate() {
                assert_eq!(compare_go_versions(a, b), i.cmp(&j), "{a} against {b}");
            }
        }
    }

    #[test]
    fn capitals_are_escaped() {
        assert_eq!(
            escape_module_path("github.com/BurntSushi/toml"),
            "github.com/!burnt!sushi/toml"
        );
    }
}
