//! Go modules, packages and files, read from disk as data.
//!
//! The first stage of the pipeline: [`load`] takes package patterns as the
//! go command takes them and a [`BuildConfig`], and returns a [`Program`]:
//! every package the patterns reach, dependencies first, with the files
//! that the build selects, the module each belongs to, and each import of
//! each package resolved to a dense [`PackageIndex`]. Later stages parse
//! and check those files; they find nothing on disk by themselves.
//!
//! No process is started and no network is used. Everything that is read,
//! and every environment variable that is asked for, goes through
//! [`System`], so a whole world of modules can stand in memory for tests,
//! and an [`OverlaySystem`] can put other files in the place of some.
//!
//! Nothing in the analysed code can make this stage panic or stop: what is
//! wrong with one file, package or module becomes a [`LoadDiagnostic`] with
//! its place, and the rest is loaded. Only when nothing at all can be loaded
//! (no Go installation, no such directory) is there a [`LoadError`].
//!
//! In suggested reading order: [`config`] and [`program`] are what goes in
//! and what comes out; `header` reads a file up to its imports; `constraint`
//! decides which files belong to a build; `package_dir` puts the two together
//! for a directory, with `cgo` for C preambles and `embed` for embedded files;
//! `goroot`, `gomod`, `gosum`, `module_graph` and `vendoring` know
//! where packages live; `resolve` finds a directory for an import path;
//! `patterns` expands what the user wrote; `closure` reads everything that is
//! imported, in parallel; `variants` adds the packages that tests are compiled
//! as; `graph` orders them; `loader` drives all of it, `report` collects what
//! is wrong, `package_errors` what the go command would say of it, and `assemble` makes the result, with `test_main` for the main
//! packages of tests. [`golist`] shows the result as the go command would.

pub mod config;
pub mod golist;
pub mod overlay;
pub mod program;
pub mod system;

mod assemble;
mod beside;
mod cgo;
mod closure;
mod constraint;
mod context;
mod embed;
mod env;
mod gomod;
mod goroot;
mod gosum;
mod graph;
mod header;
mod listing;
mod loader;
mod module_graph;
mod module_info;
mod package_dir;
mod package_errors;
mod pattern_match;
mod patterns;
mod platform;
mod report;
mod resolve;
mod rules;
mod scans;
pub mod test_main;
mod variants;
mod vendoring;
mod version;

pub use beside::BesideSystem;
pub use embed::embedded_files;
pub use loader::load;
pub use overlay::{OverlayError, OverlaySystem};

pub use config::{BuildConfig, BuildContext, LangVersion, ModMode};
pub use program::{
    CgoFlags, CgoPreamble, DiagnosticKind, EmbedPattern, FileIndex, IgnoreReason, IgnoredFile,
    ImportSpec, LoadDiagnostic, LoadError, Module, ModuleIndex, OtherFiles, Package, PackageIndex,
    Program, ResolvedImport, Severity, SourceFile, SourceKind, Variant,
};
pub use system::{DirEntry, DiskSystem, EntryKind, MemorySystem, Metadata, System};
