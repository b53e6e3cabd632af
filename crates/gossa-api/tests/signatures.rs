//! No type of a lower crate is in the API's face: what checkers are written against must outlast
//! what is behind it.
//!
//! A scan of the sources: public functions' signatures, public types' fields and variants must not
//! mention what a file imports from other crates of gossa, or from salsa and la-arena. What
//! `lib.rs` hands on under its own name is the API's, and what is `#[doc(hidden)]` is for the
//! command line and the test harness.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "a test reads its own crate")]
fn sources(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(dir).expect("the crate's sources") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("readable");
            found.push((path, text));
        }
    }
    found.sort();
}

fn is_inner(krate: &str) -> bool {
    krate == "salsa" || krate == "la_arena" || (krate.starts_with("gossa_") && krate != "gossa_api")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// The types that statements which begin with `keyword` bring in from inner crates.
fn imported(text: &str, keyword: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        // Those inside functions are for these alone.
        if let Some(path) = line.strip_prefix(keyword) {
            let start = offset + line.len() - path.len();
            let rest = &text[start..];
            let statement = &rest[..rest.find(';').unwrap_or(rest.len())];
            if words(statement).next().is_some_and(is_inner) {
                let names = words(statement).filter(|word| word.starts_with(char::is_uppercase));
                found.extend(names.map(str::to_owned));
            }
        }
        offset += line.len();
    }
    found
}

/// The parts of a file that others see, with their lines: signatures of public functions, and
/// public types. What is hidden, and tests, are left out.
fn face(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut hidden = false;
    let mut at = 0;
    while let Some(&first) = lines.get(at) {
        let start = first.trim_start();
        if start.starts_with("#[cfg(test)]") {
            break;
        }
        hidden |= start.starts_with("#[doc(hidden)]");
        let begins = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
        let is_function = begins(&["pub fn ", "pub const fn "]);
        let is_struct = begins(&["pub struct "]);
        if !is_function && !is_struct && !begins(&["pub enum ", "pub trait ", "pub type "]) {
            at += 1;
            continue;
        }
        let number = at + 1;
        let close = format!("{}}}", &first[..first.len() - start.len()]);
        let mut item = String::new();
        loop {
            let line = lines[at];
            // Fields without `pub` are nobody's business.
            let shown = !is_struct || at + 1 == number || line.trim_start().starts_with("pub ");
            if shown && !line.trim_start().starts_with("//") {
                item.push_str(line);
                item.push('\n');
            }
            let ends = line.ends_with(';')
                || line == close
                || (is_function && line.ends_with('{'))
                || (at + 1 == number && line.ends_with('}'));
            at += 1;
            if ends || at == lines.len() {
                break;
            }
        }
        // A tuple struct whose parts are private shows its name.
        if is_struct
            && let Some((name, parts)) = item.split_once('(')
            && !parts.contains("pub ")
        {
            item = name.to_owned();
        }
        if !std::mem::take(&mut hidden) {
            found.push((number, item));
        }
    }
    found
}

/// The files of modules that `lib.rs` hides.
fn hidden_modules(lib: &str) -> Vec<String> {
    let lines: Vec<&str> = lib.lines().map(str::trim).collect();
    let hidden = lines.windows(2).filter(|pair| pair[0] == "#[doc(hidden)]");
    hidden
        .filter_map(|pair| pair[1].strip_prefix("pub mod "))
        .map(|name| format!("src/{}.rs", name.trim_end_matches(';')))
        .collect()
}

#[test]
fn signatures_name_no_type_of_inner_crates() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let (_, lib) = files.iter().find(|(path, _)| path.ends_with("src/lib.rs")).expect("lib.rs");
    let own = imported(lib, "pub use ");
    assert!(own.contains("Severity"), "{own:?}");
    let hidden = hidden_modules(lib);
    let mut problems = Vec::new();
    let mut count = 0;
    for (path, text) in &files {
        if hidden.iter().any(|module| path.ends_with(module)) {
            continue;
        }
        let mut foreign = imported(text, "use ");
        foreign.retain(|name| !own.contains(name));
        for (line, item) in face(text) {
            count += 1;
            let bad: Vec<&str> =
                words(&item).filter(|word| foreign.contains(*word) || is_inner(word)).collect();
            if !bad.is_empty() {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let first = item.lines().next().unwrap_or_default().trim();
                problems.push(format!("{name}:{line}: `{first}` names {}", bad.join(", ")));
            }
        }
    }
    assert!(count > 200, "only {count} public items are found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_scan_sees_what_leaks() {
    let text = "use gossa_db::{Place, Session};\n\
                /// Words.\n\
                pub struct Shown {\n    pub at: Place,\n    inside: Session,\n}\n\
                pub struct Quiet(Session);\n\
                #[doc(hidden)]\npub fn driver(session: &Session) {}\n\
                pub fn leak(\n    session: &Session,\n) -> u32 {\n    Session::new()\n}\n";
    let foreign = imported(text, "use ");
    assert_eq!(foreign.iter().map(String::as_str).collect::<Vec<_>>(), ["Place", "Session"]);
    let leaks = face(text).into_iter().filter(|(_, item)| {
        assert!(!item.contains("inside"), "{item}");
        words(item).any(|word| foreign.contains(word))
    });
    assert_eq!(leaks.map(|(line, _)| line).collect::<Vec<_>>(), [3, 10]);
}
