//! Imports that Go forbids although the package exists.

use camino::Utf8Path;

use crate::listing::Listings;
use crate::resolve::{Location, has_path_prefix};

/// An import to be judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge<'a> {
    pub(crate) importer: &'a Location,
    pub(crate) target: &'a Location,
    /// The path as written.
    pub(crate) written: &'a str,
    pub(crate) target_name: &'a str,
    /// The path that decides about internal packages: for a package made of
    /// files, the one that its directory would have.
    pub(crate) importer_path: &'a str,
}

/// What is wrong with an import, in the go command's words.
pub(crate) fn forbidden(edge: &Edge<'_>, listings: &Listings<'_>) -> Option<String> {
    if !may_import_internal(edge, listings) {
        return Some(format!("use of internal package {} not allowed", edge.target.import_path));
    }
    if let Some(at) = find_vendor(&edge.target.import_path) {
        let parent = parent_dir(edge.target, at);
        if parent.is_some_and(|parent| !is_inside(&edge.importer.dir, parent, listings)) {
            return Some("use of vendored package not allowed".to_owned());
        }
    }
    if let Some(at) = find_vendor(edge.written) {
        return Some(format!(
            "{} must be imported as {}",
            edge.written,
            &edge.written[at + "vendor/".len()..]
        ));
    }
    if edge.target_name == "main" && edge.importer.dir != edge.target.dir {
        return Some(format!("import {:?} is a program, not an importable package", edge.written));
    }
    None
}

/// An internal package may be imported from below the parent of `internal`.
fn may_import_internal(edge: &Edge<'_>, listings: &Listings<'_>) -> bool {
    let path = edge.target.import_path.as_str();
    let Some(at) = find_internal(path) else { return true };
    // The FIPS 140 packages have rules of their own.
    const FIPS: &str = "crypto/internal/fips140";
    if edge.importer.standard {
        if has_path_prefix(edge.importer_path, "crypto") && has_path_prefix(path, FIPS) {
            return true;
        }
        if has_path_prefix(edge.importer_path, FIPS) {
            return has_path_prefix(path, "crypto/internal");
        }
    }
    if edge.target.module.is_some() {
        // By path: a replaced module is elsewhere on disk.
        return has_path_prefix(edge.importer_path, path[..at].trim_end_matches('/'));
    }
    match parent_dir(edge.target, at) {
        Some(parent) => is_inside(&edge.importer.dir, parent, listings),
        None => true,
    }
}

/// Where the last `internal` element of a path begins.
fn find_internal(path: &str) -> Option<usize> {
    if path.ends_with("/internal") {
        return Some(path.len() - "internal".len());
    }
    if let Some(at) = path.rfind("/internal/") {
        return Some(at + 1);
    }
    has_path_prefix(path, "internal").then_some(0)
}

/// Where the last `vendor` element of a path begins, if something follows it.
fn find_vendor(path: &str) -> Option<usize> {
    if let Some(at) = path.rfind("/vendor/") {
        return Some(at + 1);
    }
    path.starts_with("vendor/").then_some(0)
}

/// The directory that corresponds to what stands in a path before an element.
fn parent_dir(target: &Location, element: usize) -> Option<&Utf8Path> {
    let tail = target.import_path.len() - element;
    let dir = target.dir.as_str();
    let end = dir.len().checked_sub(tail)?;
    Some(Utf8Path::new(dir.get(..end)?.trim_end_matches('/')))
}

fn is_inside(dir: &Utf8Path, parent: &Utf8Path, listings: &Listings<'_>) -> bool {
    if dir.starts_with(parent) {
        return true;
    }
    let system = listings.system();
    match (system.canonicalize(dir), system.canonicalize(parent)) {
        (Ok(dir), Ok(parent)) => dir.starts_with(parent),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module_graph::ModuleKey;
    use crate::system::MemorySystem;

    fn location(path: &str, standard: bool) -> Location {
        let root = if standard { "/go/src" } else { "/w" };
        Location {
            import_path: path.to_owned(),
            dir: format!("{root}/{path}").into(),
            standard,
            module: (!standard).then_some(ModuleKey::Main(0)),
        }
    }

    fn check(
        importer: (&str, bool),
        target: (&str, bool),
        written: &str,
        name: &str,
    ) -> Option<String> {
        let system = MemorySystem::new();
        let (importer, target) = (location(importer.0, importer.1), location(target.0, target.1));
        let edge = Edge {
            importer: &importer,
            target: &target,
            written,
            target_name: name,
            importer_path: &importer.import_path,
        };
        forbidden(&edge, &Listings::new(&system))
    }

    #[test]
    fn internal_packages_are_for_their_tree() {
        let internal = ("m/a/internal/x", false);
        assert_eq!(check(("m/a", false), internal, internal.0, "x"), None);
        assert_eq!(check(("m/a/b", false), internal, internal.0, "x"), None);
        let expected = Some("use of internal package m/a/internal/x not allowed".to_owned());
        assert_eq!(check(("m/b", false), internal, internal.0, "x"), expected);
        assert_eq!(check(("m/ab", false), internal, internal.0, "x"), expected);
        assert!(check(("m/b", false), ("internal/abi", true), "internal/abi", "abi").is_some());
        assert_eq!(check(("fmt", true), ("internal/abi", true), "internal/abi", "abi"), None);
    }

    #[test]
    fn vendored_packages_have_two_paths() {
        let vendored = ("vendor/golang.org/x/net/idna", true);
        assert_eq!(check(("net/http", true), vendored, "golang.org/x/net/idna", "idna"), None);
        let message = check(("net/http", true), vendored, vendored.0, "idna").unwrap();
        assert_eq!(
            message,
            "vendor/golang.org/x/net/idna must be imported as golang.org/x/net/idna"
        );
        assert!(
            check(("m", false), vendored, vendored.0, "idna")
                .unwrap()
                .contains("use of vendored package")
        );
    }

    #[test]
    fn programs_cannot_be_imported() {
        let message = check(("m", false), ("m/cmd", false), "m/cmd", "main").unwrap();
        assert_eq!(message, "import \"m/cmd\" is a program, not an importable package");
    }
}
