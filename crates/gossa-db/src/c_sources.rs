//! The C texts that the preambles of a package may include, and the flags that say where.

use camino::{Utf8Path, Utf8PathBuf};
use gossa_load::System;
use gossa_types::cgo::{include_dirs, includes, normalize};
use std::collections::BTreeMap;

/// What a package's preambles may include, besides headers of the system.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CSources {
    /// Texts by path relative to the package's directory, sorted.
    pub files: Box<[(Box<str>, Box<str>)]>,
    /// Arguments of `#cgo CFLAGS` and `CPPFLAGS` that hold in this build.
    pub flags: Box<[Box<str>]>,
}

/// Most files, most bytes in one, most bytes in all.
const MAX_FILES: usize = 4000;
const MAX_FILE: usize = 8 << 20;
const MAX_TOTAL: usize = 32 << 20;

/// Finds the texts: what preambles include, and what that includes, as long as it stands in the
/// package's module. Files that cannot be read are as if not there.
pub(crate) fn c_sources(
    system: &dyn System,
    program: &gossa_load::Program,
    package: &gossa_load::Package,
) -> CSources {
    if !package.uses_cgo() {
        return CSources::default();
    }
    let preambles = || package.files.iter().flat_map(|file| &file.cgo_preambles);
    let flags = &package.cgo_flags;
    let flags: Vec<Box<str>> = (flags.cpp_flags.iter().chain(&flags.c_flags))
        .map(|flag| relative_flag(flag, &package.dir).into_boxed_str())
        .collect();
    let flag_texts: Vec<&str> = flags.iter().map(|flag| &**flag).collect();
    let mut finder = Finder {
        system,
        package,
        above: depth_below_root(program, package),
        dirs: include_dirs(&flag_texts),
        found: BTreeMap::new(),
        total: 0,
        queue: Vec::new(),
    };
    for preamble in preambles() {
        finder.scan("", &preamble.text);
    }
    while let Some(path) = finder.queue.pop() {
        let Some(text) = finder.found.get(&path).cloned().flatten() else { continue };
        finder.scan(&path, &text);
    }
    let files = finder
        .found
        .into_iter()
        .filter_map(|(path, text)| Some((path.into_boxed_str(), Box::from(&*text?))));
    CSources { files: files.collect(), flags: flags.into() }
}

/// A flag with its directory, if it has one, relative to the package's: where a module lies makes
/// no difference.
fn relative_flag(flag: &str, dir: &Utf8Path) -> String {
    let options = ["-iquote", "-isystem", "-I", ""];
    let found = options.iter().find_map(|option| Some((option, flag.strip_prefix(option)?)));
    match found {
        Some((option, path)) if Utf8Path::new(path).is_absolute() => {
            format!("{option}{}", relative(Utf8Path::new(path), dir))
        }
        _ => flag.to_owned(),
    }
}

/// The way from a directory to a path.
fn relative(path: &Utf8Path, from: &Utf8Path) -> Utf8PathBuf {
    let common = path.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| "..");
    let found: Utf8PathBuf =
        up.chain(path.components().skip(common).map(|part| part.as_str())).collect();
    if found.as_str().is_empty() { Utf8PathBuf::from(".") } else { found }
}

/// How many directories up from the package its module goes.
fn depth_below_root(program: &gossa_load::Program, package: &gossa_load::Package) -> usize {
    let module = package.module.map(|module| &program.modules[module.as_usize()]);
    let root = match module {
        Some(module) => {
            module.replace.as_ref().and_then(|new| new.dir.as_ref()).or(module.dir.as_ref())
        }
        None if package.standard => Some(&program.goroot),
        None => None,
    };
    root.and_then(|root| package.dir.strip_prefix(root).ok())
        .map_or(0, |below| below.components().count())
}

struct Finder<'a> {
    system: &'a dyn System,
    package: &'a gossa_load::Package,
    above: usize,
    dirs: Vec<String>,
    /// What was looked for; `None` for what is not there.
    found: BTreeMap<String, Option<std::sync::Arc<str>>>,
    total: usize,
    queue: Vec<String>,
}

impl Finder<'_> {
    fn scan(&mut self, from: &str, text: &str) {
        let own = from.rsplit_once('/').map_or("", |(dir, _)| dir).to_owned();
        for (name, quoted) in includes(text) {
            let mut candidates = Vec::new();
            if quoted {
                candidates.push(normalize(&format!("{own}/{name}")));
            }
            candidates.extend(self.dirs.iter().map(|dir| normalize(&format!("{dir}/{name}"))));
            // cgo has the compiler look there last.
            candidates.push(normalize(&name));
            // The first that is there hides the others.
            for candidate in candidates {
                if self.read(candidate) {
                    break;
                }
            }
        }
    }

    fn read(&mut self, path: String) -> bool {
        if let Some(known) = self.found.get(&path) {
            return known.is_some();
        }
        let ups = path.split('/').take_while(|part| *part == "..").count();
        if ups > self.above || self.found.len() >= MAX_FILES || self.total >= MAX_TOTAL {
            return false;
        }
        let text = self.system.read(&self.package.dir.join(&path)).ok();
        let text = text.filter(|text| text.len() <= MAX_FILE);
        let text = text.map(|text| std::sync::Arc::from(&*String::from_utf8_lossy(&text)));
        let is_there = text.is_some();
        self.total += text.as_ref().map_or(0, |text: &std::sync::Arc<str>| text.len());
        self.found.insert(path.clone(), text);
        if is_there {
            self.queue.push(path);
        }
        is_there
    }
}
