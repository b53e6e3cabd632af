//! What the tests against Go's own sources share: finding Go, listing packages, checking them.
#![allow(dead_code, unreachable_pub, clippy::disallowed_methods)] // each test uses a part

use gossa_base::{FxHashMap, LineIndex, Name, TextRange};
use gossa_syntax::{File, NodeId};
use gossa_types::check::{
    CgoInput, PackageInput, check_package, instantiation_cycles, item_tree, unused_imports,
};
use gossa_types::testing::{SimpleEnv, check_bodies};
use gossa_types::{
    BodyTypes, DeclId, DeclSource, ItemTree, PackageDecls, PackageId, Part, ShownPlace, TypeError,
    cgo, node_span, order,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// The root of a Go distribution that is new enough.
pub fn goroot() -> PathBuf {
    let root = ["GOSSA_TEST_GOROOT", "GOROOT"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|root| !root.is_empty()))
        .or_else(|| {
            let output = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
            Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        })
        .expect("this test needs Go 1.27: set GOSSA_TEST_GOROOT to its root directory");
    let output = go(Path::new(&root)).arg("version").output();
    let output =
        output.unwrap_or_else(|error| panic!("cannot run the go command of {root}: {error}"));
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    let minor = version
        .split("go1.")
        .nth(1)
        .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
        .and_then(|minor| minor.parse::<u32>().ok());
    assert!(
        minor >= Some(27),
        "this test needs Go 1.27 or newer, but {root} has {version:?}: set GOSSA_TEST_GOROOT"
    );
    PathBuf::from(root)
}

/// The go command of a distribution.
pub fn go(root: &Path) -> Command {
    let mut command = Command::new(root.join("bin").join("go"));
    command
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "")
        .env("GOWORK", "off")
        .env_remove("GOROOT");
    command
}

/// What `go list -json -deps` says of packages for linux/amd64 without cgo: dependencies first.
pub fn list(root: &Path, patterns: &[&str]) -> Vec<u8> {
    let output = go(root)
        .args(["list", "-json", "-deps"])
        .args(patterns)
        .env("CGO_ENABLED", "0")
        .env("GOOS", "linux")
        .env("GOARCH", "amd64")
        .current_dir(root.join("src"))
        .output()
        .expect("go list starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A package that was checked in full.
pub struct Checked {
    pub path: String,
    pub names: Vec<String>,
    pub texts: Vec<Vec<u8>>,
    pub files: Vec<File>,
    pub bodies: Vec<(DeclId, BodyTypes)>,
    /// Errors of all stages, in no particular order.
    pub errors: Vec<TypeError>,
}

/// Parses and checks a package, and adds it to `env`.
pub fn check(
    env: &mut SimpleEnv,
    path: &str,
    sources: Vec<(String, Vec<u8>)>,
    imports: &FxHashMap<Name, PackageId>,
    version: (u32, u32),
    standard: bool,
) -> Checked {
    let (names, texts): (Vec<String>, Vec<Vec<u8>>) = sources.into_iter().unzip();
    let files: Vec<File> = texts.iter().map(|text| gossa_syntax::parse(text)).collect();
    let trees: Vec<Arc<ItemTree>> =
        files.iter().zip(&texts).map(|(file, text)| Arc::new(item_tree(file, text))).collect();
    let name = files.first().and_then(|file| file.package).unwrap_or_else(|| Name::new("p"));
    let input = PackageInput {
        id: PackageId::new(path),
        name,
        files: &trees,
        imports,
        go_version: version,
        standard,
        cgo: Some(CgoInput {
            model: cgo::CModel::for_platform("linux", "amd64"),
            sources: cgo::Sources::default(),
        }),
    };
    let decls: PackageDecls = check_package(&input, env);
    let mut errors = decls.errors.to_vec();
    env.packages.insert(decls.id, decls);
    let decls = &env.packages[&input.id];
    let bodies = check_bodies(env, decls, &files);
    let used = bodies.iter().map(|(func, body)| (*func, &*body.used_imports));
    errors.extend(unused_imports(&input, decls, used));
    for (_, body) in &bodies {
        errors.extend(body.errors.iter().cloned());
    }
    let by_func: FxHashMap<DeclId, &BodyTypes> =
        bodies.iter().map(|(func, body)| (*func, body)).collect();
    let order = order::initialization_order(&decls.initializers, &decls.statics, &|decl| {
        by_func.get(&decl).map_or(&[][..], |body| &body.references)
    });
    errors.extend(order.cycles.iter().filter_map(|cycle| order::cycle_error(decls, cycle)));
    // Instances in erroneous declarations mean nothing.
    if errors.is_empty() {
        let own = gossa_types::EnvResolver::new(env, None);
        let instances = bodies.iter().map(|(_, body)| &*body.instantiations);
        errors.extend(instantiation_cycles(&input, decls, instances, &own));
    }
    let locals: Vec<_> = bodies
        .iter()
        .filter(|(_, body)| !body.locals.types.is_empty() || !body.locals.bounds.is_empty())
        .map(|(func, body)| (*func, body.locals.clone()))
        .collect();
    env.locals.extend(locals);
    Checked { path: path.to_owned(), names, texts, files, bodies, errors }
}

/// Checks the packages of a listing, in its order; `then` sees each.
pub fn check_listing(
    env: &mut SimpleEnv,
    listing: &[u8],
    mut then: impl FnMut(&SimpleEnv, &Checked),
) {
    let values = serde_json::Deserializer::from_slice(listing).into_iter::<serde_json::Value>();
    for value in values {
        let value = value.expect("go list writes JSON");
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let path = text("ImportPath");
        if path == "unsafe" {
            continue;
        }
        let strings = |key: &str| -> Vec<String> {
            let list = value[key].as_array().map_or(&[][..], Vec::as_slice);
            list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let mut names = strings("GoFiles");
        names.extend(strings("CgoFiles"));
        names.sort();
        let dir = text("Dir");
        let sources = names
            .into_iter()
            .map(|name| {
                let text = std::fs::read(Path::new(&dir).join(&name)).expect("a listed file");
                (name, text)
            })
            .collect();
        let map: FxHashMap<String, String> = value["ImportMap"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(from, to)| Some((to.as_str()?.to_owned(), from.clone())))
            .collect();
        let imports = strings("Imports")
            .iter()
            .filter(|path| !matches!(path.as_str(), "C" | "unsafe"))
            .map(|path| {
                let written = map.get(path).unwrap_or(path);
                (Name::new(written), PackageId::new(path))
            })
            .collect();
        let checked = check(env, &path, sources, &imports, (1, 27), true);
        then(env, &checked);
    }
}

impl Checked {
    /// Index of the file, and the line of an error.
    pub fn line(&self, error: &TypeError) -> (usize, u32) {
        let (file, range) = self.range(error);
        let index = LineIndex::new(&self.texts[file]);
        (file, index.line_column(range.start()).line)
    }

    /// Index of the file, and where in it an error is.
    pub fn range(&self, error: &TypeError) -> (usize, TextRange) {
        self.node_range(error.source, error.in_body, error.node, error.part)
    }

    /// Index of the file, and the bytes of an error's node, whatever part of it the error is at.
    pub fn node(&self, error: &TypeError) -> (usize, TextRange) {
        let (file, at) = self.range(error);
        let decl = &self.files[file].decls[error.source.decl as usize];
        let tree = match &decl.body {
            Some(body) if error.in_body => body,
            _ => &decl.header,
        };
        let range = match tree.spans.range(error.node) {
            Some(range) if error.node != NodeId::ROOT => range + decl.range.start(),
            _ => at,
        };
        (file, range.cover(at))
    }

    fn node_range(
        &self,
        source: DeclSource,
        in_body: bool,
        node: NodeId,
        part: Part,
    ) -> (usize, TextRange) {
        let file = source.file as usize;
        let decl = &self.files[file].decls[source.decl as usize];
        let tree = match &decl.body {
            Some(body) if in_body => body,
            _ => &decl.header,
        };
        let range = node_span(tree, node, part).map_or(decl.range, |span| {
            TextRange::new(span.start.into(), span.end.into()) + decl.range.start()
        });
        (file, range)
    }

    /// The message of an error with its notes.
    pub fn text(&self, error: &TypeError) -> String {
        error.text(&|note| {
            // Of other packages there is no text here.
            if note.package.is_some() {
                return None;
            }
            let (file, range) = self.node_range(note.source, note.in_body, note.node, Part::Whole);
            let place = LineIndex::new(&self.texts[file]).line_column(range.start());
            let file = self.names[file].rsplit('/').next().unwrap_or_default().to_owned();
            Some(ShownPlace { file, line: place.line, column: place.column })
        })
    }

    /// All errors as text.
    pub fn report(&self) -> Vec<String> {
        self.errors
            .iter()
            .map(|error| {
                let (file, line) = self.line(error);
                format!("{}/{}:{line}: {}", self.path, self.names[file], self.text(error))
            })
            .collect()
    }
}

/// Data for imports, for the compiler.
pub fn import_config(root: &Path, imports: &[&str]) -> PathBuf {
    let output = go(root)
        .args(["list", "-export", "-deps", "-f"])
        .arg("{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}")
        .args(imports)
        .env("CGO_ENABLED", "0")
        .current_dir(root.join("src"))
        .output()
        .expect("go list starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let name = format!("{}_importcfg", env!("CARGO_CRATE_NAME"));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, output.stdout).expect("a file");
    path
}

/// An error of the compiler.
pub struct CompilerError {
    /// Name of the file.
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// The message with its notes.
    pub text: String,
}

/// The compiler's errors in a package: these files of one directory.
pub fn compile(root: &Path, importcfg: &Path, files: &[PathBuf], lang: u32) -> Vec<CompilerError> {
    let name = |path: &PathBuf| path.file_name().expect("a file").to_owned();
    let object = format!("{}.o", env!("CARGO_CRATE_NAME"));
    let output = go(root)
        .args(["tool", "compile", "-e", "-p", "p", "-complete", "-o"])
        // Removed by the compiler after errors.
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join(object))
        .arg(format!("-lang=go1.{lang}"))
        .arg("-importcfg")
        .arg(importcfg)
        .args(files.iter().map(name))
        .current_dir(files[0].parent().expect("a directory"))
        .output()
        .expect("the compiler starts");
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut errors: Vec<CompilerError> = Vec::new();
    for line in output.lines() {
        let place = (!line.starts_with(['\t', ' '])).then(|| {
            let mut parts = line.splitn(4, ':');
            let file = parts.next()?.to_owned();
            let line = parts.next()?.parse().ok()?;
            let column = parts.next()?.parse().ok()?;
            let text = parts.next()?.trim_start();
            let text = text.strip_prefix("invalid syntax tree: ").unwrap_or(text).to_owned();
            Some(CompilerError { file, line, column, text })
        });
        match (place.flatten(), errors.last_mut()) {
            (Some(error), _) => errors.push(error),
            (None, Some(last)) => {
                last.text.push('\n');
                last.text.push_str(line);
            }
            (None, None) => panic!("{}: unexpected {line:?}", files[0].display()),
        }
    }
    errors
}
