//! Finds the files that `//go:embed` patterns name.
//!
//! Only what a module's zip file would hold can be embedded: no links, no
//! nested modules, nothing of version control, and no names that some
//! system could not store.

use std::collections::BTreeSet;

use camino::Utf8Path;

use crate::listing::Listings;
use crate::program::EmbedPattern;
use crate::system::{EntryKind, System};

/// A pattern that cannot be resolved.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EmbedError<'p> {
    pub(crate) pattern: &'p EmbedPattern,
    /// In the go command's words.
    pub(crate) message: String,
}

/// The files that the patterns of a package name, relative to its directory,
/// sorted, each once. The first pattern that is wrong is the error.
pub(crate) fn resolve<'p>(
    listings: &Listings<'_>,
    dir: &Utf8Path,
    patterns: &'p [EmbedPattern],
) -> Result<Vec<String>, EmbedError<'p>> {
    let mut files = BTreeSet::new();
    let embedder = Embedder { listings, dir };
    let mut last = None;
    for pattern in patterns {
        if last.replace(&pattern.pattern) == Some(&pattern.pattern) {
            continue;
        }
        embedder.add(&pattern.pattern, &mut files).map_err(|why| EmbedError {
            pattern,
            message: format!("pattern {}: {why}", pattern.pattern),
        })?;
    }
    Ok(files.into_iter().collect())
}

/// The files that some patterns in a directory name, relative to it, sorted, each once.
///
/// # Errors
/// What the go command says of the first pattern that is wrong.
pub fn embedded_files(
    system: &dyn System,
    dir: &Utf8Path,
    patterns: &[&str],
) -> Result<Vec<String>, String> {
    let listings = Listings::new(system);
    let mut files = BTreeSet::new();
    let embedder = Embedder { listings: &listings, dir };
    for pattern in patterns {
        embedder.add(pattern, &mut files).map_err(|why| format!("pattern {pattern}: {why}"))?;
    }
    Ok(files.into_iter().collect())
}

struct Embedder<'a> {
    listings: &'a Listings<'a>,
    dir: &'a Utf8Path,
}

impl Embedder<'_> {
    fn add(&self, pattern: &str, files: &mut BTreeSet<String>) -> Result<(), String> {
        let (glob, all) = match pattern.strip_prefix("all:") {
            Some(glob) => (glob, true),
            None => (pattern, false),
        };
        let is_plain = |element: &str| !matches!(element, "" | "." | "..");
        let elements: Option<Vec<Glob>> = glob.split('/').map(Glob::parse).collect();
        let Some(elements) = elements.filter(|_| glob.split('/').all(is_plain)) else {
            return Err("invalid pattern syntax".to_owned());
        };
        let mut found = false;
        for (path, kind) in self.glob(&elements) {
            let what = if kind == EntryKind::Directory { "directory" } else { "file" };
            self.check_path(&path, what)?;
            match kind {
                EntryKind::File => {
                    files.insert(path);
                }
                EntryKind::Directory => {
                    let mut count = 0;
                    self.add_tree(&path, all, &mut count, files)?;
                    if count == 0 {
                        return Err(format!(
                            "cannot embed directory {path}: contains no embeddable files"
                        ));
                    }
                }
                EntryKind::Symlink | EntryKind::Other => {
                    return Err(format!("cannot embed irregular file {path}"));
                }
            }
            found = true;
        }
        if found { Ok(()) } else { Err("no matching files found".to_owned()) }
    }

    /// What matches, in the order of names. Links on the way are followed.
    fn glob(&self, elements: &[Glob]) -> Vec<(String, EntryKind)> {
        let mut reached = vec![(String::new(), EntryKind::Directory)];
        for element in elements {
            let mut next = Vec::new();
            for (path, _) in &reached {
                let listing = self.listings.list(&self.dir.join(path));
                let Ok(entries) = listing.as_ref() else { continue };
                for entry in entries.iter().filter(|e| e.utf8 && element.matches(&e.name)) {
                    let path = if path.is_empty() {
                        entry.name.clone()
                    } else {
                        format!("{path}/{}", entry.name)
                    };
                    next.push((path, entry.kind));
                }
            }
            reached = next;
        }
        reached
    }

    /// Refuses what no module zip holds: what is in another module, behind a
    /// link, or has a bad name.
    fn check_path(&self, path: &str, what: &str) -> Result<(), String> {
        let mut at = Some(path);
        while let Some(part) = at {
            let (parent, name) = match part.rsplit_once('/') {
                Some((parent, name)) => (Some(parent), name),
                None => (None, part),
            };
            if self.listings.exists(&self.dir.join(part), "go.mod") {
                return Err(format!("cannot embed {what} {path}: in different module"));
            }
            if part != path && self.kind_of(part) != Some(EntryKind::Directory) {
                return Err(format!("cannot embed {what} {path}: in non-directory {part}"));
            }
            if is_bad_name(name) {
                let why = if part == path { "invalid name" } else { "in invalid directory" };
                return Err(format!("cannot embed {what} {path}: {why} {name}"));
            }
            at = parent;
        }
        Ok(())
    }

    fn kind_of(&self, path: &str) -> Option<EntryKind> {
        let path = self.dir.join(path);
        let listing = self.listings.list(path.parent()?);
        let entries = listing.as_ref().as_ref().ok()?;
        let name = path.file_name()?;
        let at = entries.binary_search_by(|e| e.name.as_str().cmp(name)).ok()?;
        Some(entries[at].kind)
    }

    /// All files below a directory but hidden ones, links and nested modules.
    fn add_tree(
        &self,
        path: &str,
        all: bool,
        count: &mut usize,
        files: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        let listing = self.listings.list(&self.dir.join(path));
        let entries = match listing.as_ref() {
            Ok(entries) => entries,
            Err(e) => return Err(format!("open {}: {e}", self.dir.join(path))),
        };
        for entry in entries {
            let child = format!("{path}/{}", entry.name);
            let hidden = entry.name.starts_with(['.', '_']);
            let bad = !entry.utf8 || is_bad_name(&entry.name);
            if bad || hidden && !all {
                if !hidden && entry.kind != EntryKind::Directory {
                    return Err(format!("cannot embed file {child}: invalid name {}", entry.name));
                }
                continue;
            }
            match entry.kind {
                EntryKind::File => {
                    *count += 1;
                    files.insert(child);
                }
                EntryKind::Directory => {
                    if !self.listings.exists(&self.dir.join(&child), "go.mod") {
                        self.add_tree(&child, all, count, files)?;
                    }
                }
                EntryKind::Symlink | EntryKind::Other => {}
            }
        }
        Ok(())
    }
}

/// Names that a module's zip file cannot hold.
fn is_bad_name(name: &str) -> bool {
    const PUNCTUATION: &str = "!#$%&()+,-.=@[]^_{}~ ";
    let allowed = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        c if c.is_ascii() => PUNCTUATION.contains(c),
        c => c.is_alphabetic(),
    };
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || matches!(stem.strip_prefix("com").or(stem.strip_prefix("lpt")),
            Some(n) if n.len() == 1 && matches!(n.as_bytes()[0], b'1'..=b'9'));
    matches!(name, "" | ".bzr" | ".hg" | ".git" | ".svn")
        || name.ends_with('.')
        || !name.chars().all(allowed)
        || device
}

/// One element of a pattern: what `path.Match` matches.
#[derive(Debug)]
struct Glob(Vec<Piece>);

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// Any text.
    Star,
    /// Any character.
    Any,
    Char(char),
    /// A character in, or if negated in none of, some ranges.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Glob {
    /// None if the syntax is wrong.
    fn parse(text: &str) -> Option<Glob> {
        let mut pieces = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            pieces.push(match c {
                '*' if pieces.last() == Some(&Piece::Star) => continue,
                '*' => Piece::Star,
                '?' => Piece::Any,
                '\\' => Piece::Char(chars.next()?),
                '[' => {
                    let negated = chars.next_if_eq(&'^').is_some();
                    let mut ranges = Vec::new();
                    // A bracket is no member unless escaped; a class has members.
                    while ranges.is_empty() || chars.peek() != Some(&']') {
                        let low = class_char(&mut chars)?;
                        let high = match chars.next_if_eq(&'-') {
                            Some(_) => class_char(&mut chars)?,
                            None => low,
                        };
                        ranges.push((low, high));
                    }
                    chars.next();
                    Piece::Class { negated, ranges }
                }
                c => Piece::Char(c),
            });
        }
        Some(Glob(pieces))
    }

    fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        // Where to go on if what follows the last star does not match: one
        // character later. Earlier stars need not be tried again.
        let mut retry: Option<(usize, usize)> = None;
        let (mut piece, mut at) = (0, 0);
        loop {
            match self.0.get(piece) {
                Some(Piece::Star) => {
                    retry = Some((piece, at));
                    piece += 1;
                    continue;
                }
                Some(p) if at < name.len() && p.admits(name[at]) => {
                    piece += 1;
                    at += 1;
                    continue;
                }
                None if at == name.len() => return true,
                _ => {}
            }
            match retry {
                Some((star, from)) if from < name.len() => {
                    retry = Some((star, from + 1));
                    (piece, at) = (star + 1, from + 1);
                }
                _ => return false,
            }
        }
    }
}

impl Piece {
    fn admits(&self, c: char) -> bool {
        match self {
            Piece::Star => false,
            Piece::Any => true,
            Piece::Char(own) => *own == c,
            Piece::Class { negated, ranges } => {
                ranges.iter().any(|&(low, high)| low <= c && c <= high) != *negated
            }
        }
    }
}

fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next(),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    fn embed(system: &MemorySystem, pattern: &str) -> Result<Vec<String>, String> {
        let pattern = EmbedPattern {
            pattern: pattern.to_owned(),
            file: "p.go".to_owned(),
            line: 3,
            column: 12,
        };
        resolve(&Listings::new(system), "/m/p".into(), &[pattern]).map_err(|e| e.message)
    }

    #[test]
    fn elements_match_as_in_shells() {
        for (pattern, yes, no) in [
            ("*", &["a", ".a", ""][..], &[][..]),
            ("*.txt", &["a.txt", ".txt", "a.b.txt"], &["a.txtx", "atxt"]),
            ("a*b*c", &["abc", "aXbXbc", "abbc"], &["ab", "acb"]),
            ("?", &["é"], &["", "ab"]),
            ("[a-cx]", &["a", "b", "x"], &["d", "-"]),
            ("[^a]", &["b"], &["a"]),
            ("[\\]]\\*", &["]*"], &["]a"]),
        ] {
            let glob = Glob::parse(pattern).unwrap();
            for name in yes {
                assert!(glob.matches(name), "{pattern} should match {name:?}");
            }
            for name in no {
                assert!(!glob.matches(name), "{pattern} should not match {name:?}");
            }
        }
        for bad in ["[", "[]", "[a", "[-]", "[a-]", "[]a]", "\\"] {
            assert!(Glob::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_no_module_holds_is_refused() {
        let mut system = MemorySystem::new();
        system
            .add_file("/m/p/a.txt", "")
            .add_file("/m/p/d/b.txt", "")
            .add_file("/m/p/d/.hidden", "")
            .add_file("/m/p/d/nested/go.mod", "")
            .add_file("/m/p/d/nested/c.txt", "")
            .add_file("/m/p/hidden/.x", "")
            .add_file("/m/p/.git/x", "")
            .add_file("/m/p/odd/x:y", "")
            .add_symlink("/m/p/link", "/m/p/a.txt")
            .add_symlink("/m/p/dirlink", "/m/p/d");
        for (pattern, expected) in [
            ("a.txt", Ok(&["a.txt"][..])),
            ("d", Ok(&["d/b.txt"])),
            ("all:d", Ok(&["d/.hidden", "d/b.txt"])),
            ("*.txt", Ok(&["a.txt"])),
            (
                "*/b.*",
                Err("pattern */b.*: cannot embed file dirlink/b.txt: in non-directory dirlink"),
            ),
            (
                "d/nested/c.txt",
                Err(
                    "pattern d/nested/c.txt: cannot embed file d/nested/c.txt: in different module",
                ),
            ),
            (
                "hidden",
                Err("pattern hidden: cannot embed directory hidden: contains no embeddable files"),
            ),
            ("all:hidden", Ok(&["hidden/.x"])),
            (".git/x", Err("pattern .git/x: cannot embed file .git/x: in invalid directory .git")),
            (".git", Err("pattern .git: cannot embed directory .git: invalid name .git")),
            ("odd", Err("pattern odd: cannot embed file odd/x:y: invalid name x:y")),
            ("link", Err("pattern link: cannot embed irregular file link")),
            ("none", Err("pattern none: no matching files found")),
            ("../p/a.txt", Err("pattern ../p/a.txt: invalid pattern syntax")),
            ("[", Err("pattern [: invalid pattern syntax")),
        ] {
            let found = embed(&system, pattern);
            let expected = match expected {
                Ok(files) => Ok(files.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>()),
                Err(message) => Err(message.to_owned()),
            };
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn names_that_some_system_cannot_store() {
        for bad in ["a:b", "a*", "nul", "NUL.txt", "com1", "lpt9.x", "a.", ".git", "…"] {
            assert!(is_bad_name(bad), "{bad}");
        }
        for good in ["a b", "com0", "com10", "console", "é.txt", "[x]", ".gitignore"] {
            assert!(!is_bad_name(good), "{good}");
        }
    }
}
