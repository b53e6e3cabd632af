//! Holds the architecture's crate edges: which crate may depend on which.
//!
//! An arrow reads "is used by"; a crate may use everything on its left.
//!
//! ```text
//! base → syntax → types → ssa → { interp, points } → db → api → checkers → gossa
//! points → conc → api
//! types → escape → db
//! base → syntax → load → db          base → report → { db, gossa }          base → cgo → types
//! test: on api, beside checkers
//! ```
//!
//! Dev-dependencies are free: a test may use what the crate must not know.

use std::collections::{BTreeMap, BTreeSet};

/// Each crate with the crates it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("gossa-base", &[]),
    ("gossa-syntax", &["gossa-base"]),
    ("gossa-load", &["gossa-base", "gossa-syntax"]),
    ("gossa-cgo", &["gossa-base"]),
    ("gossa-types", &["gossa-base", "gossa-syntax", "gossa-cgo"]),
    ("gossa-ssa", &["gossa-base", "gossa-syntax", "gossa-types"]),
    ("gossa-interp", &["gossa-base", "gossa-syntax", "gossa-types", "gossa-ssa"]),
    ("gossa-points", &["gossa-base", "gossa-syntax", "gossa-types", "gossa-ssa"]),
    ("gossa-conc", &["gossa-base", "gossa-syntax", "gossa-types", "gossa-ssa", "gossa-points"]),
    ("gossa-escape", &["gossa-base", "gossa-syntax", "gossa-types"]),
    ("gossa-report", &["gossa-base"]),
    ("gossa-db", BELOW_DB),
    ("gossa-api", BELOW_API),
    // What the built-in checkers can do, anyone can.
    ("gossa-checkers", &["gossa-api"]),
    ("gossa-test", BELOW_TEST),
    ("gossa", BELOW_GOSSA),
];

const BELOW_DB: &[&str] = &[
    "gossa-base",
    "gossa-syntax",
    "gossa-load",
    "gossa-types",
    "gossa-ssa",
    "gossa-interp",
    "gossa-points",
    "gossa-escape",
    "gossa-report",
];

const BELOW_API: &[&str] = &[
    "gossa-base",
    "gossa-syntax",
    "gossa-load",
    "gossa-types",
    "gossa-ssa",
    "gossa-interp",
    "gossa-points",
    "gossa-conc",
    "gossa-escape",
    "gossa-report",
    "gossa-db",
];

const BELOW_TEST: &[&str] = &["gossa-base", "gossa-load", "gossa-report", "gossa-db", "gossa-api"];

const BELOW_GOSSA: &[&str] = &[
    "gossa-base",
    "gossa-syntax",
    "gossa-load",
    "gossa-types",
    "gossa-ssa",
    "gossa-interp",
    "gossa-points",
    "gossa-conc",
    "gossa-escape",
    "gossa-report",
    "gossa-db",
    "gossa-api",
    "gossa-checkers",
];

/// Libraries that only some crates may know, with those crates.
const CONFINED: &[(&str, &[&str])] =
    &[("salsa", &["gossa-db"]), ("tree-sitter", &["gossa-cgo"]), ("tree-sitter-c", &["gossa-cgo"])];

/// Members that are no part of the product and may use any crate.
const FREE: &[&str] = &["gossa-benches"];

/// Each workspace member with the packages it depends on, dev-dependencies left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    #[expect(clippy::disallowed_methods, reason = "a test asks cargo, the product starts nothing")]
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs, as it ran this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");

    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    let list = |value: &serde_json::Value| value.as_array().expect("a list").clone();
    let mut members = BTreeMap::new();
    for package in list(&metadata["packages"]) {
        let used = list(&package["dependencies"])
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .map(|dependency| text(&dependency["name"]))
            .collect();
        members.insert(text(&package["name"]), used);
    }
    members
}

#[test]
fn crates_use_only_what_stands_left_of_them() {
    let members = dependencies();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    for (member, used) in &members {
        if FREE.contains(&member.as_str()) {
            continue;
        }
        let Some(allowed) = allowed.get(member.as_str()) else {
            wrong.push(format!("{member} is not in the drawing"));
            continue;
        };
        for used in used.iter().filter(|used| members.contains_key(*used)) {
            if !allowed.contains(&used.as_str()) {
                wrong.push(format!("{member} must not know {used}"));
            }
        }
    }
    assert!(members.len() > 10, "cargo metadata lists the workspace: {members:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn confined_libraries_stay_where_they_are() {
    let members = dependencies();
    for (library, owners) in CONFINED {
        for (member, used) in &members {
            if used.contains(*library) {
                assert!(owners.contains(&member.as_str()), "{member} must not know {library}");
            }
        }
        for owner in *owners {
            assert!(members[*owner].contains(*library), "{owner} no longer uses {library}");
        }
    }
}

/// The table itself: every edge leads to the left, so there is no cycle.
#[test]
fn the_drawing_is_ordered() {
    let mut left: BTreeSet<&str> = BTreeSet::new();
    for (member, used) in ALLOWED {
        for used in *used {
            assert!(left.contains(used), "{member} → {used} leads to the right");
        }
        left.insert(member);
    }
}
