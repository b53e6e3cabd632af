//! Matching of import paths against patterns with `...`.

use crate::resolve::has_path_prefix;

/// A pattern with `...`, made ready for matching.
///
/// `...` stands for any text. A trailing `/...` also matches nothing, so
/// `net/...` matches `net`. No wildcard reaches into a `vendor` directory.
#[derive(Debug)]
pub(crate) struct Wildcard {
    /// The texts between the wildcards; a path matches if it matches any of
    /// these alternatives.
    alternatives: Vec<Vec<String>>,
    /// What stands before the first wildcard.
    prefix: String,
}

const DOTS: &str = "...";

/// Stands for a `vendor` element, which a wildcard must not match.
const VENDOR: char = '\0';

impl Wildcard {
    pub(crate) fn new(pattern: &str) -> Wildcard {
        let hidden = hide_vendor(pattern);
        let pieces = |text: &str| text.split(DOTS).map(str::to_owned).collect::<Vec<_>>();
        let mut alternatives = vec![pieces(&hidden)];
        if let Some(stem) = hidden.strip_suffix("/...") {
            // `x/vendor/...` also matches the directory `x/vendor` itself.
            let stem = match stem.strip_suffix(VENDOR) {
                Some(before) => format!("{before}vendor"),
                None => stem.to_owned(),
            };
            alternatives.push(pieces(&stem));
        }
        let prefix = pattern.split(DOTS).next().unwrap_or_default().to_owned();
        Wildcard { alternatives, prefix }
    }

    /// Whether a path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        if path.contains(VENDOR) {
            return false;
        }
        let path = hide_vendor(path);
        self.alternatives.iter().any(|pieces| matches_pieces(pieces, &path))
    }

    /// Whether anything at or below a path could match.
    pub(crate) fn can_match_below(&self, path: &str) -> bool {
        if path.len() <= self.prefix.len() {
            has_path_prefix(&self.prefix, path)
        } else {
            path.starts_with(&self.prefix)
        }
    }
}

/// Whether `path` is the pieces with any text, but no vendored path, between
/// them. Taking the first place for each piece is enough, as what follows a
/// wildcard may begin anywhere after it.
fn matches_pieces(pieces: &[String], path: &str) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|only| only == path);
    };
    let Some(mut rest) = path.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece.as_str()) else { return false };
        if rest[..at].contains(VENDOR) {
            return false;
        }
        rest = &rest[at + piece.len()..];
    }
    rest.strip_suffix(last.as_str()).is_some_and(|wild| !wild.contains(VENDOR))
}

/// Replaces each `vendor` element but the last.
fn hide_vendor(path: &str) -> String {
    if !path.contains("vendor") {
        return path.to_owned();
    }
    let count = path.split('/').count();
    let hidden: Vec<String> = path
        .split('/')
        .enumerate()
        .map(
            |(i, e)| if e == "vendor" && i + 1 < count { VENDOR.to_string() } else { e.to_owned() },
        )
        .collect();
    hidden.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, yes, no) in [
            ("...", &["a", "a/b", ""][..], &["a/vendor/b"][..]),
            ("net/...", &["net", "net/http", "net/http/x"], &["netchan", "a/net", "net/vendor/x"]),
            ("net...", &["net", "netchan", "net/http"], &["a/net"]),
            ("a/.../c", &["a/b/c", "a/b/b/c"], &["a/c", "a/b/d"]),
            ("./...", &[".", "./a", "./vendor"], &["./a/vendor/b", "../a", "./vendor/b"]),
            ("./vendor/...", &["./vendor", "./vendor/a"], &["./a/vendor/b", "./vendor/vendor/b"]),
            ("vendor/...", &["vendor", "vendor/a"], &["a"]),
            ("a/vendor/b/...", &["a/vendor/b", "a/vendor/b/c"], &["a/vendor"]),
            ("....txt", &["a.txt"], &["a.go"]),
            ("a.../b/...", &["ax/b", "ax/b/c", "a/b"], &["ax/bc"]),
        ] {
            let wildcard = Wildcard::new(pattern);
            for path in yes {
                assert!(wildcard.matches(path), "{pattern} should match {path:?}");
            }
            for path in no {
                assert!(!wildcard.matches(path), "{pattern} should not match {path:?}");
            }
        }
    }

    #[test]
    fn trees_are_pruned_by_the_fixed_part() {
        let wildcard = Wildcard::new("net/http...");
        for path in ["net", "net/http", "net/httpx", "net/http/pprof"] {
            assert!(wildcard.can_match_below(path), "{path}");
        }
        for path in ["ne", "neta", "net/url", "os"] {
            assert!(!wildcard.can_match_below(path), "{path}");
        }
    }
}
