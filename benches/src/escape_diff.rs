//! `escape-diff`: what `gossa escape` says of whole modules, beside what the compiler says with
//! `-m -l`.

#[path = "../../crates/gossa/tests/support/escape_facts.rs"]
mod escape_facts;
#[path = "escape_whole.rs"]
mod whole;

use crate::corpus::{self, command};
use crate::error::BenchError;
use crate::peer::{go_environment, output};
use crate::run::own_program;
use crate::say;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use escape_facts::{Fact, Places, gcflags};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, ExitCode};
use whole::{WholeProgram, sites};

/// What to compare.
#[derive(Args)]
pub(crate) struct EscapeDiffArgs {
    /// The Go distribution.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// Whether files that import C are part of the build.
    #[arg(long)]
    cgo: bool,
    /// Packages of each module, as the go command takes them; what they depend on is compared,
    /// too.
    #[arg(long, value_delimiter = ',', default_value = "./...")]
    patterns: Vec<String>,
    /// Compare what gossa finds out by looking at the whole program: what the compiler keeps in
    /// frames must stay there.
    #[arg(long)]
    whole_program: bool,
    /// Where the whole program begins, as `gossa escape` takes it.
    #[arg(long, default_value = "main", requires = "whole_program")]
    roots: String,
    /// Print so many of the allocations that only the whole program shows to be local, chosen by
    /// the seed.
    #[arg(long, default_value_t = 0, requires = "whole_program")]
    sample: usize,
    /// Chooses the sample.
    #[arg(long, default_value_t = 1, requires = "whole_program")]
    seed: u64,
    /// How many messages that only one side has are printed for each module.
    #[arg(long, default_value_t = 20)]
    show: usize,
    /// Directories of modules; for the standard library that of its sources.
    #[arg(required = true)]
    dirs: Vec<Utf8PathBuf>,
}

/// Counts of messages.
#[derive(Clone, Copy, Default)]
struct Totals {
    theirs: usize,
    common: usize,
    ours_alone: usize,
}

impl Totals {
    fn add(&mut self, ours: &BTreeSet<Fact>, theirs: &BTreeSet<Fact>) {
        let common = ours.intersection(theirs).count();
        self.theirs += theirs.len();
        self.common += common;
        self.ours_alone += ours.len() - common;
    }

    fn print(self, name: &str) {
        // Counts of messages are far below 2⁵².
        #[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
        let share = 100.0 * self.common as f64 / self.theirs.max(1) as f64;
        say(format_args!(
            "{name}: {} messages of the compiler, {} of them gossa's ({share:.3} %), {} gossa's \
             alone",
            self.theirs, self.common, self.ours_alone
        ));
    }
}

/// Runs the comparison; the exit status is 1 if anything differs.
pub(crate) fn escape_diff(args: &EscapeDiffArgs) -> Result<ExitCode, BenchError> {
    let goroot = corpus::goroot(args.goroot.as_deref())?;
    let program = own_program()?;
    let directory = program.parent().unwrap_or(Utf8Path::new("."));
    let gossa = directory.join(format!("gossa{}", std::env::consts::EXE_SUFFIX));
    let mut equal = true;
    for dir in &args.dirs {
        let dir = dir.canonicalize_utf8().map_err(BenchError::io(dir))?;
        let go = |arguments: &[&str]| {
            let mut run = command(goroot.join("bin").join("go").as_str());
            run.args(arguments).current_dir(&dir);
            environment(&mut run, args, &goroot);
            run
        };
        let cache = output(&mut go(&["env", "GOMODCACHE"]), "")?;
        let cache = String::from_utf8_lossy(&cache);
        let places =
            Places { dir: dir.as_str(), goroot: goroot.as_str(), module_cache: cache.trim() };

        // Programs are of no use, and of several packages none is kept; but one program by itself
        // would be written into the directory. Where programs are kept, only those are built.
        let scratch = directory.join("escape-diff-programs");
        std::fs::create_dir_all(&scratch).map_err(BenchError::io(&scratch))?;
        let mut list = go(&["list", "-e"]);
        list.args(&args.patterns);
        let listed = output(&mut list, "")?;
        let is_one = String::from_utf8_lossy(&listed).lines().count() == 1;
        let build = |programs: &[&str]| {
            let mut build = go(&["build", &gcflags(dir.as_str())]);
            build.args(programs).args(&args.patterns);
            // What a build says of escapes is on standard error, whether it succeeds or not.
            let said = build.output().map_err(BenchError::io(&dir))?;
            let text = String::from_utf8_lossy(&said.stderr).into_owned();
            Ok::<_, BenchError>((text, said.status.success()))
        };
        let programs = ["-o", scratch.as_str()];
        let (mut said, mut succeeds) = build(if is_one { &programs } else { &[] })?;
        if said.contains("no main packages to build") {
            (said, succeeds) = build(&[])?;
        }
        if !succeeds {
            say(format_args!("{dir}: the build fails; what is not built is not compared:"));
            let errors = said.lines().filter(|line| !is_message(line));
            errors.take(args.show.max(1)).for_each(|line| say(format_args!("    {line}")));
            equal = false;
        }
        let theirs: BTreeSet<Fact> = places.by_package(&said).into_values().flatten().collect();
        if theirs.is_empty() {
            say(format_args!("{dir}: the compiler says nothing of escapes: {}", said.trim()));
            equal = false;
            continue;
        }

        if args.whole_program {
            let mut run = command(gossa.as_str());
            run.args(["-q", "escape", "--whole-program", "--deps", "--format", "json"]);
            run.args(["--roots", &args.roots, "--goroot", goroot.as_str()]).args(&args.patterns);
            run.current_dir(&dir);
            environment(&mut run, args, &goroot);
            let said = run.output().map_err(BenchError::io(&dir))?;
            let sites = sites(&places, &said.stdout)?;
            equal &= WholeProgram::new(&theirs, &sites).print(&dir, args);
            continue;
        }

        let mut run = command(gossa.as_str());
        run.args(["-q", "escape", "--deps", "--goroot", goroot.as_str()]).args(&args.patterns);
        run.current_dir(&dir);
        environment(&mut run, args, &goroot);
        let said = run.output().map_err(BenchError::io(&dir))?;
        let ours = places.facts(&String::from_utf8_lossy(&said.stdout));

        let mut by_owner: BTreeMap<&str, (BTreeSet<Fact>, BTreeSet<Fact>)> = BTreeMap::new();
        let owner = |fact: &Fact| {
            let standard = Utf8Path::new(&fact.0).starts_with(&goroot);
            if standard { "the distribution" } else { "modules" }
        };
        for fact in &theirs {
            by_owner.entry(owner(fact)).or_default().1.insert(fact.clone());
        }
        for fact in &ours {
            by_owner.entry(owner(fact)).or_default().0.insert(fact.clone());
        }
        for (owner, (ours, theirs)) in &by_owner {
            let mut totals = Totals::default();
            totals.add(ours, theirs);
            totals.print(&format!("{dir}: {owner}"));
        }
        show('-', theirs.difference(&ours), args.show);
        show('+', ours.difference(&theirs), args.show);
        equal &= ours == theirs;
    }
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Whether a line of the compiler's is about escapes rather than an error.
fn is_message(line: &str) -> bool {
    [
        "escape",
        "leaking param",
        "moved to heap",
        "assuming",
        "marking",
        "self-assignment",
        "zero-copy",
        "index bounds check elided",
        "devirtualizing",
        "imprecise interface call",
    ]
    .iter()
    .any(|word| line.contains(word))
}

fn environment(run: &mut Command, args: &EscapeDiffArgs, goroot: &Utf8Path) {
    go_environment(run, goroot);
    run.env("CGO_ENABLED", if args.cgo { "1" } else { "0" });
}

/// Prints messages that only one side has.
fn show<'f>(sign: char, facts: impl Iterator<Item = &'f Fact>, most: usize) {
    for (file, line, column, text) in facts.take(most) {
        say(format_args!("{sign} {file}:{line}:{column}: {text}"));
    }
}
