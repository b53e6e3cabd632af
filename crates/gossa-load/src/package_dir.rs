//! Reads one directory as a Go package: which of its files belong to the
//! build, what they import, and what is wrong with them.
//!
//! Nothing here knows of modules or of other packages, so directories are
//! scanned in parallel.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use crate::cgo;
use crate::config::{BuildContext, LangVersion};
use crate::constraint::find_constraints;
use crate::header::{self, Header, HeaderErrorKind};
use crate::listing::Listings;
use crate::program::{
    CgoFlags, DiagnosticKind, EmbedPattern, IgnoreReason, IgnoredFile, ImportSpec, OtherFiles,
    SourceFile, SourceKind,
};
use crate::system::{DirEntry, System, describe};

/// A directory read as a package.
#[derive(Debug, Default)]
pub(crate) struct PackageScan {
    pub(crate) dir: Utf8PathBuf,
    pub(crate) name: String,
    pub(crate) files: Vec<SourceFile>,
    /// For each of `files`, the language version that its constraint sets.
    pub(crate) file_versions: Vec<Option<LangVersion>>,
    pub(crate) ignored_go_files: Vec<IgnoredFile>,
    pub(crate) invalid_go_files: Vec<String>,
    /// `_test.go` files of the package itself, and of its external tests.
    pub(crate) tests: TestScan,
    pub(crate) xtests: TestScan,
    pub(crate) other_files: OtherFiles,
    pub(crate) embed_patterns: Vec<EmbedPattern>,
    pub(crate) cgo_flags: CgoFlags,
    /// There are SWIG files, whether or not cgo is on.
    pub(crate) has_swig: bool,
    /// Paths imported by `files`, sorted, each once, `C` included.
    pub(crate) imports: Vec<ScannedImport>,
    pub(crate) problems: Vec<Problem>,
}

/// The `_test.go` files of a directory that are in one package.
#[derive(Debug, Default)]
pub(crate) struct TestScan {
    pub(crate) files: Vec<SourceFile>,
    /// For each of `files`, the language version that its constraint sets.
    pub(crate) file_versions: Vec<Option<LangVersion>>,
    pub(crate) embed_patterns: Vec<EmbedPattern>,
    /// Paths that the files import, sorted, each once.
    pub(crate) imports: Vec<ScannedImport>,
}

impl TestScan {
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The names of the files.
    pub(crate) fn names(&self) -> Vec<String> {
        self.files.iter().map(|file| file.name.clone()).collect()
    }

    fn push(&mut self, file: SourceFile, version: Option<LangVersion>, embeds: Vec<EmbedPattern>) {
        self.files.push(file);
        self.file_versions.push(version);
        self.embed_patterns.extend(embeds);
    }

    fn finish(&mut self) {
        self.imports = collect_imports(&self.files);
        self.embed_patterns.sort_unstable();
    }
}

/// A path that a package imports, and where it does so first.
#[derive(Debug, Clone)]
pub(crate) struct ScannedImport {
    pub(crate) path: String,
    pub(crate) file: Utf8PathBuf,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Something wrong in a directory.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) kind: DiagnosticKind,
    pub(crate) message: String,
    /// The file; none for the directory as a whole.
    pub(crate) file: Option<Utf8PathBuf>,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl PackageScan {
    /// No file of the directory belongs to the build, not even a test.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
            && self.tests.is_empty()
            && self.xtests.is_empty()
            && self.problems.is_empty()
    }

    /// What to say of a directory that is no package.
    pub(crate) fn no_go_files_message(&self) -> String {
        let what = if !self.ignored_go_files.is_empty() {
            "build constraints exclude all Go files in"
        } else if !self.tests.is_empty() || !self.xtests.is_empty() {
            "no non-test Go files in"
        } else {
            "no Go files in"
        };
        format!("{what} {}", self.dir)
    }
}

/// How to scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScanOptions<'a> {
    pub(crate) context: &'a BuildContext,
    pub(crate) keep_text: bool,
    /// Names on the command line are part of the build whatever their
    /// constraints say.
    pub(crate) use_all_files: bool,
}

/// What became of one file.
enum Scanned {
    /// Not a file that Go knows.
    Nothing,
    Ignored(IgnoreReason),
    IgnoredOther,
    Other(fn(&mut OtherFiles) -> &mut Vec<String>),
    /// `.S` and `.sx`: for the C compiler, so part of cgo packages only.
    CAssembly,
    Go(Box<GoFile>),
    Unreadable(Problem),
}

struct GoFile {
    source: SourceFile,
    lang_version: Option<LangVersion>,
    /// It is left out of the build, but still has a say in the package's name.
    ignored: Option<IgnoreReason>,
    embeds: Vec<EmbedPattern>,
    cgo_flags: CgoFlags,
    problems: Vec<Problem>,
}

/// Directories with fewer files are scanned on one thread.
const PARALLEL_FILES: usize = 24;

/// Reads a directory as a package.
pub(crate) fn scan_dir(
    listings: &Listings<'_>,
    dir: &Utf8Path,
    options: ScanOptions<'_>,
) -> PackageScan {
    let listing = listings.list(dir);
    let entries = match listing.as_ref() {
        Ok(entries) => entries,
        Err(e) => {
            let mut scan = PackageScan { dir: dir.to_owned(), ..Default::default() };
            scan.problems.push(Problem {
                kind: DiagnosticKind::Io,
                message: describe("open", dir, e),
                file: None,
                line: 0,
                column: 0,
            });
            return scan;
        }
    };
    let candidates: Vec<&DirEntry> =
        entries.iter().filter(|e| is_candidate(listings, dir, e)).collect();
    let scan_entry = |entry: &&DirEntry| {
        let problem = |message| {
            Scanned::Unreadable(Problem {
                kind: DiagnosticKind::Io,
                message,
                file: Some(dir.join(&entry.name)),
                line: 0,
                column: 0,
            })
        };
        if entry.utf8 {
            scan_file(listings.system(), dir, &entry.name, options)
        } else if entry.name.ends_with(".go") {
            problem("file name is not UTF-8".to_owned())
        } else {
            Scanned::Nothing
        }
    };
    let scanned: Vec<Scanned> = if candidates.len() < PARALLEL_FILES {
        candidates.iter().map(scan_entry).collect()
    } else {
        candidates.par_iter().map(scan_entry).collect()
    };
    assemble(dir, candidates.iter().map(|e| e.name.clone()).zip(scanned), options.context)
}

/// Reads Go files named on the command line, all of one directory.
pub(crate) fn scan_files(
    listings: &Listings<'_>,
    dir: &Utf8Path,
    names: &[String],
    options: ScanOptions<'_>,
) -> PackageScan {
    let scanned: Vec<(String, Scanned)> = names
        .iter()
        .map(|name| (name.clone(), scan_file(listings.system(), dir, name, options)))
        .collect();
    assemble(dir, scanned.into_iter(), options.context)
}

fn is_candidate(listings: &Listings<'_>, dir: &Utf8Path, entry: &DirEntry) -> bool {
    use crate::system::EntryKind;
    match entry.kind {
        EntryKind::File => true,
        EntryKind::Directory => false,
        // A link to a directory is no source file; a dangling one is an error later.
        EntryKind::Symlink => !listings.system().is_dir(&dir.join(&entry.name)),
        // Reading a pipe or device could block for ever.
        EntryKind::Other => false,
    }
}

type ListOf = fn(&mut OtherFiles) -> &mut Vec<String>;

/// The list that a file which is not Go belongs to, by its extension.
fn other_list(extension: &str) -> Option<ListOf> {
    Some(match extension {
        "c" => |o| &mut o.c,
        "cc" | "cpp" | "cxx" => |o| &mut o.cxx,
        "m" => |o| &mut o.m,
        "h" | "hh" | "hpp" | "hxx" => |o| &mut o.h,
        "f" | "F" | "for" | "f90" => |o| &mut o.f,
        "s" | "S" | "sx" => |o| &mut o.s,
        "swig" => |o| &mut o.swig,
        "swigcxx" => |o| &mut o.swig_cxx,
        "syso" => |o| &mut o.syso,
        _ => return None,
    })
}

fn scan_file(system: &dyn System, dir: &Utf8Path, name: &str, options: ScanOptions<'_>) -> Scanned {
    if name.starts_with(['_', '.']) && !options.use_all_files {
        return Scanned::Nothing;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, ext)| ext);
    let is_go = extension == "go";
    let other = other_list(extension);
    if !is_go && other.is_none() {
        return Scanned::Nothing;
    }
    if !options.use_all_files && !options.context.file_name_fits(name) {
        return if is_go {
            Scanned::Ignored(IgnoreReason::FileName)
        } else {
            Scanned::IgnoredOther
        };
    }
    let path = dir.join(name);
    match other {
        None => scan_go_file(system, path, name, options),
        Some(list) => {
            if extension != "syso" && !other_file_fits(system, &path, options) {
                Scanned::IgnoredOther
            } else if extension == "S" || extension == "sx" {
                Scanned::CAssembly
            } else {
                Scanned::Other(list)
            }
        }
    }
}

/// Constraint comments stand at the top; more than this is read only for
/// files that have not got to their end by then.
const HEAD_BYTES: usize = 8 << 10;

fn other_file_fits(system: &dyn System, path: &Utf8Path, options: ScanOptions<'_>) -> bool {
    if options.use_all_files {
        return true;
    }
    // Such a file is none of Go's business if it cannot be read.
    let Ok(mut text) = system.read_head(path, HEAD_BYTES) else { return true };
    if text.len() == HEAD_BYTES && !find_constraints(&text).complete {
        match system.read(path) {
            Ok(whole) => text = whole,
            Err(_) => return true,
        }
    }
    let holds = |tag: &str| options.context.tag_holds(tag);
    find_constraints(&text).judge(&holds).map_or(true, |v| v.excluded_by.is_none())
}

fn scan_go_file(
    system: &dyn System,
    path: Utf8PathBuf,
    name: &str,
    options: ScanOptions<'_>,
) -> Scanned {
    let text = match system.read(&path) {
        Ok(text) => text,
        Err(e) => {
            return Scanned::Unreadable(Problem {
                kind: DiagnosticKind::Io,
                message: describe("open", &path, &e),
                file: Some(path),
                line: 0,
                column: 0,
            });
        }
    };
    let holds = |tag: &str| options.context.tag_holds(tag);
    let without_mark = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let verdict = match find_constraints(without_mark).judge(&holds) {
        Ok(verdict) => verdict,
        Err((message, line)) => {
            return Scanned::Unreadable(Problem {
                kind: DiagnosticKind::Constraint,
                message,
                file: Some(path),
                line,
                column: 1,
            });
        }
    };
    if let Some(constraint) = verdict.excluded_by
        && !options.use_all_files
    {
        return Scanned::Ignored(IgnoreReason::Constraint(constraint));
    }
    let header = header::read_header(&text);
    if header.package_name == "documentation" {
        return Scanned::Ignored(IgnoreReason::Documentation);
    }
    let mut problems = Vec::new();
    if let Some(e) = &header.error {
        problems.push(Problem {
            kind: match e.kind {
                HeaderErrorKind::Encoding => DiagnosticKind::Encoding,
                HeaderErrorKind::Syntax => DiagnosticKind::Syntax,
                HeaderErrorKind::ImportPath => DiagnosticKind::ImportPath,
            },
            message: e.message.clone(),
            file: Some(path.clone()),
            line: e.line,
            column: e.column,
        });
    }
    let is_test = name.ends_with("_test.go");
    let imports_c = header.imports.iter().any(|i| i.path == "C");
    if imports_c && is_test {
        problems.push(Problem {
            kind: DiagnosticKind::Cgo,
            message: format!("use of cgo in test {name} not supported"),
            file: Some(path.clone()),
            line: 0,
            column: 0,
        });
    }
    let ignored =
        (imports_c && !is_test && !options.context.cgo).then_some(IgnoreReason::CgoDisabled);
    let embeds = if header.imports.iter().any(|i| i.path == "embed") {
        header::find_embeds(&text, header.end)
            .into_iter()
            .map(|e| EmbedPattern {
                pattern: e.pattern,
                file: name.to_owned(),
                line: e.line,
                column: e.column,
            })
            .collect()
    } else {
        Vec::new()
    };
    let cgo_preambles =
        if imports_c && !is_test { cgo::preambles(&text, &header) } else { Box::default() };
    let cgo_flags = cgo::flags(&cgo_preambles, options.context, &path, &mut problems);
    let source = SourceFile {
        name: name.to_owned(),
        kind: if imports_c && !is_test { SourceKind::Cgo } else { SourceKind::Go },
        package_name: header.package_name.as_str().into(),
        lang_version: LangVersion::default(),
        imports: import_specs(&header),
        cgo_preambles,
        text: (options.keep_text && !is_test).then(|| Arc::from(text)),
        path,
    };
    // A file may be older than its module, but not older than the release in
    // which files got versions of their own.
    let lang_version = verdict.lang_version.map(|v| v.max(LangVersion::GO1_21));
    Scanned::Go(Box::new(GoFile { source, lang_version, ignored, embeds, cgo_flags, problems }))
}

fn import_specs(header: &Header) -> Box<[ImportSpec]> {
    header
        .imports
        .iter()
        .map(|i| ImportSpec {
            path: i.path.as_str().into(),
            name: i.name.as_deref().map(Into::into),
            offset: u32::try_from(i.offset).unwrap_or(u32::MAX),
            line: i.line,
            column: i.column,
        })
        .collect()
}

/// Puts the files of a directory together, in name order.
fn assemble(
    dir: &Utf8Path,
    scanned: impl Iterator<Item = (String, Scanned)>,
    context: &BuildContext,
) -> PackageScan {
    let mut scan = PackageScan { dir: dir.to_owned(), ..Default::default() };
    let mut first_file = String::new();
    let mut c_assembly = Vec::new();
    for (name, result) in scanned {
        match result {
            Scanned::Nothing => {}
            Scanned::Ignored(reason) => scan.ignored_go_files.push(IgnoredFile { name, reason }),
            Scanned::IgnoredOther => scan.other_files.ignored.push(name),
            Scanned::Other(list) => list(&mut scan.other_files).push(name),
            Scanned::CAssembly => c_assembly.push(name),
            Scanned::Unreadable(problem) => {
                scan.invalid_go_files.push(name);
                scan.problems.push(problem);
            }
            Scanned::Go(file) => {
                let GoFile { source, lang_version, ignored, embeds, mut cgo_flags, mut problems } =
                    *file;
                scan.cgo_flags.append(&mut cgo_flags);
                let is_test = name.ends_with("_test.go");
                let mut package = &*source.package_name;
                let mut external = false;
                if is_test
                    && package != scan.name
                    && let Some(tested) = package.strip_suffix("_test")
                {
                    external = true;
                    package = tested;
                }
                if scan.name.is_empty() {
                    package.clone_into(&mut scan.name);
                    first_file.clone_from(&name);
                } else if package != scan.name && !package.is_empty() {
                    problems.push(Problem {
                        kind: DiagnosticKind::MultiplePackages,
                        message: format!(
                            "found packages {} ({first_file}) and {package} ({name}) in {dir}",
                            scan.name
                        ),
                        file: Some(source.path.clone()),
                        line: 0,
                        column: 0,
                    });
                }
                if !problems.is_empty() {
                    scan.invalid_go_files.push(name.clone());
                    scan.problems.append(&mut problems);
                }
                if let Some(reason) = ignored {
                    scan.ignored_go_files.push(IgnoredFile { name, reason });
                } else if external {
                    scan.xtests.push(source, lang_version, embeds);
                } else if is_test {
                    scan.tests.push(source, lang_version, embeds);
                } else {
                    scan.embed_patterns.extend(embeds);
                    scan.files.push(source);
                    scan.file_versions.push(lang_version);
                }
            }
        }
    }
    scan.imports = collect_imports(&scan.files);
    scan.tests.finish();
    scan.xtests.finish();
    scan.embed_patterns.sort_unstable();
    let uses_cgo = scan.files.iter().any(|f| f.kind == SourceKind::Cgo);
    let list = if uses_cgo { &mut scan.other_files.s } else { &mut scan.other_files.ignored };
    list.append(&mut c_assembly);
    list.sort_unstable();
    scan.has_swig = !(scan.other_files.swig.is_empty() && scan.other_files.swig_cxx.is_empty());
    if !context.cgo {
        // Without cgo nothing compiles these.
        let other = &mut scan.other_files;
        for list in
            [&mut other.c, &mut other.cxx, &mut other.m, &mut other.swig, &mut other.swig_cxx]
        {
            list.clear();
        }
    }
    scan
}

/// The paths that some files import, sorted, each with its first place.
fn collect_imports(files: &[SourceFile]) -> Vec<ScannedImport> {
    let mut all: Vec<(&str, &SourceFile, &ImportSpec)> =
        files.iter().flat_map(|f| f.imports.iter().map(move |i| (&*i.path, f, i))).collect();
    // Stable: of several places the first in file order stays first.
    all.sort_by(|a, b| a.0.cmp(b.0));
    all.dedup_by(|a, b| a.0 == b.0);
    all.into_iter()
        .map(|(path, file, spec)| ScannedImport {
            path: path.to_owned(),
            file: file.path.clone(),
            line: spec.line,
            column: spec.column,
        })
        .collect()
}
