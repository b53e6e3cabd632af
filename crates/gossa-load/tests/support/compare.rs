//! Compares two listings of packages field by field: one by `go list -json`,
//! one by gossa. Also used by `gossa-benches list-diff`.

use std::collections::BTreeMap;

use serde_json::Value;

/// Packages by import path.
pub(crate) type Listing = BTreeMap<String, Value>;

/// Every field of `go list -json` but those that describe a build rather than
/// a package (Target, Stale, BuildID, …) and the documentation.
pub(crate) const FIELDS: &[&str] = &[
    "Dir",
    "ImportPath",
    "Name",
    "Root",
    "ConflictDir",
    "ForTest",
    "Module",
    "Match",
    "Goroot",
    "Standard",
    "DepOnly",
    "Incomplete",
    "GoFiles",
    "CgoFiles",
    "IgnoredGoFiles",
    "InvalidGoFiles",
    "IgnoredOtherFiles",
    "CFiles",
    "CXXFiles",
    "MFiles",
    "HFiles",
    "FFiles",
    "SFiles",
    "SwigFiles",
    "SwigCXXFiles",
    "SysoFiles",
    "EmbedPatterns",
    "EmbedFiles",
    "CgoCFLAGS",
    "CgoCPPFLAGS",
    "CgoCXXFLAGS",
    "CgoFFLAGS",
    "CgoLDFLAGS",
    "CgoPkgConfig",
    "Imports",
    "ImportMap",
    "Deps",
    "Error",
    "DepsErrors",
    "TestGoFiles",
    "TestImports",
    "TestEmbedPatterns",
    "TestEmbedFiles",
    "XTestGoFiles",
    "XTestImports",
    "XTestEmbedPatterns",
    "XTestEmbedFiles",
];

/// The argument that makes the go command print these fields.
pub(crate) fn json_flag() -> String {
    format!("-json={}", FIELDS.join(","))
}

/// A field that differs; of a package that one side lacks, the whole package.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) package: String,
    pub(crate) field: String,
    pub(crate) theirs: Value,
    pub(crate) ours: Value,
}

/// Reads one JSON object after the other.
pub(crate) fn read_listing(text: &[u8]) -> Result<Listing, serde_json::Error> {
    let mut listing = Listing::new();
    for package in serde_json::Deserializer::from_slice(text).into_iter::<Value>() {
        let mut package = package?;
        normalize(&mut package);
        let path = package["ImportPath"].as_str().unwrap_or_default().to_owned();
        listing.insert(path, package);
    }
    Ok(listing)
}

/// Where the two may differ. A module that is not in the module cache: the go
/// command tries to get it, and says why it may not; gossa says how to get it.
fn normalize(package: &mut Value) {
    let is_absent = |text: &str| {
        text.ends_with("module lookup disabled by GOPROXY=off")
            || text.contains("module is not in the module cache")
    };
    let normalize = |error: &mut Value| {
        let Some(text) = error["Err"].as_str() else { return };
        if is_absent(text) {
            error["Err"] = Value::from("module not downloaded");
        } else if text.contains("cgo") {
            // With or without the directory of the file: that depends on
            // whether the go command has indexed it yet.
            let short = |word: &str| match word.rsplit_once('/') {
                Some((_, name)) if name.contains(".go") => name.to_owned(),
                _ => word.to_owned(),
            };
            let words: Vec<String> = text.split(' ').map(short).collect();
            error["Err"] = Value::from(words.join(" "));
        }
    };
    if let Some(error) = package.get_mut("Error") {
        normalize(error);
    }
    if let Some(errors) = package.get_mut("DepsErrors").and_then(Value::as_array_mut) {
        errors.iter_mut().for_each(normalize);
        // The go command puts errors of one package in any order.
        errors.sort_by_key(Value::to_string);
    }
}

/// Everything that differs.
pub(crate) fn differences(theirs: &Listing, ours: &Listing) -> Vec<Difference> {
    let mut out = Vec::new();
    let whole = |path: &str, theirs, ours| Difference {
        package: path.to_owned(),
        field: "package".to_owned(),
        theirs,
        ours,
    };
    for path in theirs.keys().filter(|path| !ours.contains_key(*path)) {
        let error = theirs[path].get("Error").cloned().unwrap_or(Value::Null);
        out.push(whole(path, Value::from(vec![Value::from("listed"), error]), Value::Null));
    }
    for path in ours.keys().filter(|path| !theirs.contains_key(*path)) {
        out.push(whole(path, Value::Null, Value::from("listed")));
    }
    for (path, theirs) in theirs {
        let Some(ours) = ours.get(path) else { continue };
        let unknown = fields(ours).filter(|name| !FIELDS.contains(name));
        for name in FIELDS.iter().copied().chain(unknown) {
            let (a, b) = (field(theirs, name), field(ours, name));
            if a != b {
                let (theirs, ours) = without_common(a, b);
                let (package, field) = (path.clone(), name.to_owned());
                out.push(Difference { package, field, theirs, ours });
            }
        }
    }
    out
}

fn fields(package: &Value) -> impl Iterator<Item = &str> {
    package.as_object().into_iter().flatten().map(|(name, _)| name.as_str())
}

fn field<'a>(package: &'a Value, name: &str) -> &'a Value {
    let path = package["ImportPath"].as_str().unwrap_or_default();
    let for_test = package.get("ForTest").and_then(Value::as_str);
    let ignored = match name {
        // The go command has written the main package of a test to its build
        // cache, and says where.
        "GoFiles" => for_test.is_none() && path.ends_with(".test"),
        // It copies packages for tests on other threads than it fills these in.
        "TestEmbedFiles" | "XTestEmbedFiles" => {
            for_test.is_some_and(|tested| path.split(" [").next() != Some(tested))
        }
        _ => false,
    };
    if ignored { &Value::Null } else { package.get(name).unwrap_or(&Value::Null) }
}

/// Of long lists, only what one side has alone, unless that is nothing.
fn without_common(theirs: &Value, ours: &Value) -> (Value, Value) {
    if let (Value::Array(a), Value::Array(b)) = (theirs, ours) {
        let only = |a: &[Value], b: &[Value]| -> Vec<Value> {
            a.iter().filter(|value| !b.contains(value)).cloned().collect()
        };
        let (only_a, only_b) = (only(a, b), only(b, a));
        if !(only_a.is_empty() && only_b.is_empty()) {
            return (only_a.into(), only_b.into());
        }
    }
    (theirs.clone(), ours.clone())
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Difference { package, field, theirs, ours } = self;
        write!(f, "{package}: {field}:\n    go:    {theirs}\n    gossa: {ours}")
    }
}
