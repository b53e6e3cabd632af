//! Loads a program: from patterns to the package graph.

use camino::{Utf8Path, Utf8PathBuf};

use crate::assemble::{Assembly, matched_nodes};
use crate::closure::{Root, read_closure, read_tests};
use crate::config::{BuildConfig, BuildContext};
use crate::context::build_context;
use crate::env::GoEnv;
use crate::goroot::{self, Goroot};
use crate::listing::Listings;
use crate::module_graph::{ModuleGraph, ModuleSettings, find_upwards};
use crate::patterns::{self, COMMAND_LINE, Expander, Match};
use crate::program::{DiagnosticKind, LoadDiagnostic, LoadError, Program, Severity};
use crate::resolve::{Location, Resolver};
use crate::scans::Scans;
use crate::system::{EntryKind, System, lexically_clean};
use crate::version::{compare_go_versions, is_go_version};

/// Loads the packages that match some patterns, and all that they import.
///
/// # Errors
/// When nothing at all can be loaded: there is no Go installation, the
/// directory does not exist, or the configuration makes no sense. Anything
/// wrong with a single package is a diagnostic in the result.
pub fn load(
    system: &dyn System,
    config: &BuildConfig,
    patterns: &[String],
) -> Result<Program, LoadError> {
    let dir = working_dir(system, config)?;
    let env = GoEnv::new(system);
    let goroot = goroot::find(system, config, &env)?;
    let context = build_context(system, config, &env, &goroot)?;
    let std_context = BuildContext { release_minor: goroot.release_minor, ..context.clone() };
    let listings = Listings::new(system);
    let goroot_src = goroot.dir.join("src");
    let patterns = patterns::clean(patterns);
    let mut diagnostics = Vec::new();
    let module_dir = discovery_dir(&listings, &dir, &patterns);
    let settings = ModuleSettings {
        mode: config.mod_mode.or_else(|| env.mod_mode()),
        mod_file: mod_file(config, &env)?,
        base: dir.clone(),
    };
    let modules = ModuleGraph::discover(
        &listings,
        &env,
        &module_dir,
        &settings,
        &goroot_src,
        &mut diagnostics,
    );
    check_mod_file(&modules, &settings, &env)?;
    warn_of_newer_go(&modules, &goroot, &mut diagnostics);
    let resolver = Resolver::new(&listings, &modules, goroot_src.clone());
    let scans = Scans::new(&listings, &context, &std_context, goroot_src, config.keep_text);
    let mut expander = Expander { resolver: &resolver, scans: &scans, dir: &dir, diagnostics };

    let (matches, roots) = match command_line_files(system, &dir, &patterns) {
        Some(files) => {
            let (location, names) = files_package(&dir, &files, &mut expander.diagnostics);
            match location {
                Some(location) => {
                    let root =
                        Root { location: location.clone(), files: Some(names), with_tests: false };
                    let matched = patterns.iter().map(|pattern| Match {
                        pattern: pattern.clone(),
                        packages: vec![location.clone()],
                        closure: false,
                    });
                    (matched.collect(), vec![root])
                }
                None => (Vec::new(), Vec::new()),
            }
        }
        None => {
            let mut matches: Vec<Match> = patterns.iter().map(|p| expander.expand(p)).collect();
            patterns::name_bare_package(&mut matches);
            let root_of = |m: &Match, location: &Location| Root {
                location: location.clone(),
                files: None,
                with_tests: m.closure,
            };
            let roots =
                matches.iter().flat_map(|m| m.packages.iter().map(|l| root_of(m, l))).collect();
            (matches, roots)
        }
    };
    let diagnostics = expander.diagnostics;
    let mut nodes = read_closure(&resolver, &scans, &roots);
    if config.tests {
        let tested = matched_nodes(&nodes, &matches).roots;
        nodes = read_tests(&resolver, &scans, nodes, &tested);
    }
    let assembly = Assembly {
        resolver: &resolver,
        context: &context,
        goroot: &goroot,
        config,
        diagnostics,
        command_line: roots.iter().any(|r| r.files.is_some()),
    };
    let assembled = assembly.finish(nodes, &matches);
    Ok(Program {
        packages: assembled.packages,
        roots: assembled.roots,
        main_module: assembled.modules.main(),
        modules: assembled.modules.into_modules(),
        missing: assembled.missing,
        diagnostics: assembled.diagnostics,
        dir: dir.clone(),
        goroot: goroot.dir.clone(),
        go_version: goroot.version.clone(),
        module_cache: modules.cache.clone(),
        context,
    })
}

/// The directory that patterns are relative to.
fn working_dir(system: &dyn System, config: &BuildConfig) -> Result<Utf8PathBuf, LoadError> {
    let current = system
        .current_dir()
        .map_err(|e| LoadError::Directory { path: ".".into(), message: e.to_string() })?;
    let dir = match &config.dir {
        Some(dir) => lexically_clean(&current.join(dir)),
        None => current,
    };
    match system.metadata(&dir) {
        Ok(meta) if meta.kind == EntryKind::Directory => Ok(dir),
        Ok(_) => Err(LoadError::Directory { path: dir, message: "not a directory".to_owned() }),
        Err(e) => Err(LoadError::Directory { path: dir, message: e.to_string() }),
    }
}

/// The file that stands in for the main module's go.mod.
fn mod_file(config: &BuildConfig, env: &GoEnv<'_>) -> Result<Option<Utf8PathBuf>, LoadError> {
    let set = env.go_flag("modfile").filter(|file| !file.is_empty());
    let file = config.mod_file.clone().or_else(|| set.map(Utf8PathBuf::from));
    if let Some(file) = file.as_ref().filter(|file| !file.as_str().ends_with(".mod")) {
        let message = format!("-modfile={file}: file does not have .mod extension");
        return Err(LoadError::Config(message));
    }
    Ok(file)
}

/// A file in the place of go.mod needs a go.mod, which says where the module is.
fn check_mod_file(
    modules: &ModuleGraph,
    settings: &ModuleSettings,
    env: &GoEnv<'_>,
) -> Result<(), LoadError> {
    if settings.mod_file.is_none() {
        return Ok(());
    }
    let message = if env.get("GO111MODULE").as_deref() == Some("off") {
        "build flag -modfile only valid when using modules"
    } else if modules.workspace.is_some() {
        "-modfile cannot be used in workspace mode"
    } else if !modules.found_main {
        "cannot find main module, but -modfile was set.\n\t-modfile cannot be used to set the module root directory."
    } else {
        return Ok(());
    };
    Err(LoadError::Config(message.to_owned()))
}

/// A module may ask for a newer Go than the one whose library is used.
fn warn_of_newer_go(modules: &ModuleGraph, goroot: &Goroot, diagnostics: &mut Vec<LoadDiagnostic>) {
    let installed = goroot.version.strip_prefix("go").unwrap_or(&goroot.version);
    for module in &modules.mains {
        let Some(go) = module.file.go.as_deref() else { continue };
        if is_go_version(installed) && compare_go_versions(go, installed).is_gt() {
            let message =
                format!("go.mod requires go >= {go} (the Go installation is {})", goroot.version);
            diagnostics.push(
                LoadDiagnostic::new(Severity::Warning, DiagnosticKind::Module, message).at(
                    &module.mod_file,
                    0,
                    0,
                ),
            );
        }
    }
}

/// Where to look for the main module: the working directory, or, if that is
/// in no module, the first directory that a pattern names and that is.
fn discovery_dir(listings: &Listings<'_>, dir: &Utf8Path, patterns: &[String]) -> Utf8PathBuf {
    let in_module = |dir: &Utf8Path| find_upwards(listings, dir, "go.mod").is_some();
    if in_module(dir) || find_upwards(listings, dir, "go.work").is_some() {
        return dir.to_owned();
    }
    let named = patterns.iter().filter_map(|p| {
        let base = patterns::base_dir(dir, p)?;
        if p.ends_with(".go") { base.parent().map(Utf8Path::to_owned) } else { Some(base) }
    });
    named.into_iter().find(|d| in_module(d)).unwrap_or_else(|| dir.to_owned())
}

/// The patterns, if they are a list of Go files.
fn command_line_files(
    system: &dyn System,
    dir: &Utf8Path,
    patterns: &[String],
) -> Option<Vec<Utf8PathBuf>> {
    let is_file = |p: &String| {
        p.ends_with(".go")
            && system.metadata(&dir.join(p)).is_ok_and(|m| m.kind != EntryKind::Directory)
    };
    let any = patterns.iter().any(is_file);
    any.then(|| patterns.iter().map(|p| lexically_clean(&dir.join(p))).collect())
}

/// The package that named files make up.
fn files_package(
    dir: &Utf8Path,
    files: &[Utf8PathBuf],
    diagnostics: &mut Vec<LoadDiagnostic>,
) -> (Option<Location>, Vec<String>) {
    let mut problem = |message: String| {
        diagnostics.push(LoadDiagnostic::new(Severity::Error, DiagnosticKind::Pattern, message));
    };
    let mut names = Vec::new();
    let mut common: Option<&Utf8Path> = None;
    for file in files {
        let shown = file.strip_prefix(dir).unwrap_or(file);
        let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else { continue };
        if !name.ends_with(".go") {
            problem(format!("named files must be .go files: {shown}"));
            continue;
        }
        match common {
            Some(first) if first != parent => {
                problem(format!(
                    "named files must all be in one directory; have {first} and {parent}"
                ));
                continue;
            }
            _ => common = Some(parent),
        }
        names.push(name.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    let location = common.map(|parent| Location {
        import_path: COMMAND_LINE.to_owned(),
        dir: parent.to_owned(),
        standard: false,
        module: None,
    });
    (location, names)
}
