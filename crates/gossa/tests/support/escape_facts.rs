//! Reads what the compiler and `gossa escape` say of escapes, for tests and for `escape-diff`.

use std::collections::{BTreeMap, BTreeSet};

/// A message: file, line, column, text.
pub(crate) type Fact = (String, u32, u32, String);

/// The flag with which a build in `dir` tells of escapes.
///
/// The go command's cache keeps what a compilation printed, with paths relative to where it ran
/// then, and prints the same when it is asked for elsewhere. So directories must not share what is
/// cached: the compiler's `-D`, which only matters to relative imports, tells them apart.
pub(crate) fn gcflags(dir: &str) -> String {
    format!("-gcflags=all=-m -l \"-D={dir}\"")
}

/// Where relative paths of an output start, and what stands for the distribution and the module
/// cache.
pub(crate) struct Places<'p> {
    pub(crate) dir: &'p str,
    pub(crate) goroot: &'p str,
    pub(crate) module_cache: &'p str,
}

impl Places<'_> {
    /// A path in one form, whoever writes it.
    pub(crate) fn absolute(&self, path: &str) -> String {
        let path = if let Some(rest) = path.strip_prefix("$GOROOT/") {
            format!("{}/{rest}", self.goroot)
        } else if let Some(rest) = path.strip_prefix("$GOMODCACHE/") {
            format!("{}/{rest}", self.module_cache)
        } else if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("{}/{path}", self.dir)
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }

    /// The message of a line, if it is one about escapes.
    fn fact(&self, line: &str) -> Option<Fact> {
        let (position, text) = line.split_once(": ")?;
        // Columns that are too large for the compiler are left out.
        let (before, last) = position.rsplit_once(':')?;
        let last = last.parse().ok()?;
        let (path, line, column) = match before.rsplit_once(':') {
            Some((path, line)) if line.parse::<u32>().is_ok() => (path, line.parse().ok()?, last),
            _ => (before, last, 0),
        };
        // The one other thing that -m prints if nothing is inlined.
        if text == "index bounds check elided" {
            return None;
        }
        Some((self.absolute(path), line, column, text.to_owned()))
    }

    /// All messages of an output.
    pub(crate) fn facts(&self, output: &str) -> BTreeSet<Fact> {
        output.lines().filter_map(|line| self.fact(line)).collect()
    }

    /// The go command's output by the package that is compiled.
    pub(crate) fn by_package(&self, output: &str) -> BTreeMap<String, BTreeSet<Fact>> {
        let mut found: BTreeMap<String, BTreeSet<Fact>> = BTreeMap::new();
        let mut package = "";
        for line in output.lines() {
            if let Some(name) = line.strip_prefix("# ") {
                package = name;
            } else if let Some(fact) = self.fact(line) {
                found.entry(package.to_owned()).or_default().insert(fact);
            }
        }
        found
    }
}
