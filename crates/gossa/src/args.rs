//! The command line: what can be written, and what it comes to.
//!
//! First stop of a run. Nothing here does any work; a mistake is reported by clap with exit
//! status 2, in one wording for all subcommands.

use crate::config_spec::{ConfigArg, ConfigSpec};
use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};
use gossa_load::{BuildConfig, ModMode};
use gossa_points::points::bounds::Detail;
use gossa_report::{Confidence, OutputFormat};

/// Whole-program static analysis for Go: finds misuse of memory, concurrency and resources,
/// and tells the story of each finding.
#[derive(Parser, Debug)]
#[command(
    name = "gossa",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Exit status: 0 nothing found; 1 findings reported; 2 nothing could be analysed; \
                  3 analysed, but some package had errors."
)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every subcommand.
#[derive(Args, Debug)]
pub(crate) struct GlobalArgs {
    /// Work as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) dir: Option<Utf8PathBuf>,
    /// No progress on standard error
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Write zero for times and memory, so that two runs give the same bytes
    #[arg(long, global = true, hide = true)]
    pub(crate) deterministic: bool,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Analyse packages and report findings
    Check(CheckArgs),
    /// Print packages as JSON, with the fields of `go list -json`
    List(ListArgs),
    /// Print syntax trees, or syntax errors
    Ast(AstArgs),
    /// Print type errors, or what every expression and identifier is
    Types(TypesArgs),
    /// Print functions in SSA form
    Ssa(SsaArgs),
    /// Say which variables and allocations escape to the heap, and where parameters leak
    Escape(EscapeArgs),
    /// Run a main package, or with --examples or --tests those of packages, in the interpreter
    Run(RunArgs),
    /// Print who calls whom, over the whole program
    Callgraph(CallgraphArgs),
    /// Print what pointers point to, over the whole program, and why
    Pointsto(PointstoArgs),
    /// Run the labelled suites of a Go distribution: how much is found, how much stays silent
    Bench(BenchArgs),
    /// Explain a checker: what it reports and why, with examples; without a name, list them all
    Explain(ExplainArgs),
}

/// What to build for: how the go command would be called.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct BuildArgs {
    /// Packages as the go command takes them: ./..., std, cmd/..., import paths, directories, or
    /// a list of .go files; without any, the package of the directory
    #[arg(value_name = "PATTERN")]
    pub(crate) patterns: Vec<String>,
    /// Extra build tags, separated by commas
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    pub(crate) tags: Vec<String>,
    /// Operating system to build for [default: GOOS, or that of this machine]
    #[arg(long, value_name = "OS")]
    pub(crate) goos: Option<String>,
    /// Architecture to build for [default: GOARCH, or that of this machine]
    #[arg(long, value_name = "ARCH")]
    pub(crate) goarch: Option<String>,
    /// Whether files that import "C" are part of the build [default: as the go command decides]
    #[arg(long, value_name = "on|off", hide_possible_values = true)]
    pub(crate) cgo: Option<Switch>,
    /// Version of Go to check against, instead of that of go.mod
    #[arg(long = "go", value_name = "VERSION")]
    pub(crate) go_version: Option<String>,
    /// The Go installation that supplies the standard library [default: GOROOT, or that of the go
    /// command on PATH]
    #[arg(long, value_name = "DIR")]
    pub(crate) goroot: Option<Utf8PathBuf>,
    /// Where packages of other modules come from: mod, readonly, or vendor [default: as the go
    /// command decides]
    #[arg(long = "mod", value_name = "MODE", hide_possible_values = true)]
    pub(crate) mod_mode: Option<ModModeArg>,
    /// Read this file in the place of the main module's go.mod, and the one beside it that ends in
    /// .sum in the place of go.sum
    #[arg(long = "modfile", value_name = "FILE")]
    pub(crate) mod_file: Option<Utf8PathBuf>,
    /// Read other files in the place of some, as this JSON file says; its form is that of the go
    /// command's -overlay
    #[arg(long, value_name = "FILE")]
    pub(crate) overlay: Option<Utf8PathBuf>,
    /// Include the tests of the packages: with their _test.go files, the external tests, and what
    /// is compiled once more because of them
    #[arg(long, alias = "test")]
    pub(crate) tests: bool,
    /// Number of threads; 0 means one per processor
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) jobs: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ModModeArg {
    Mod,
    Readonly,
    Vendor,
}

impl From<ModModeArg> for ModMode {
    fn from(mode: ModModeArg) -> Self {
        match mode {
            ModModeArg::Mod => Self::Mod,
            ModModeArg::Readonly => Self::Readonly,
            ModModeArg::Vendor => Self::Vendor,
        }
    }
}

impl Command {
    /// What to build for, of the subcommands that work on packages.
    pub(crate) fn build(&self) -> Option<&BuildArgs> {
        match self {
            Self::Check(args) => Some(&args.build),
            Self::List(args) => Some(&args.build),
            Self::Types(args) => Some(&args.build),
            Self::Ssa(args) => Some(&args.build),
            Self::Escape(args) => Some(&args.build),
            Self::Run(args) => Some(&args.build),
            Self::Callgraph(args) => Some(&args.build),
            Self::Pointsto(args) => Some(&args.build),
            Self::Ast(_) | Self::Bench(_) | Self::Explain(_) => None,
        }
    }
}

impl BuildArgs {
    /// The patterns; without any, the package of the directory, as the go command does.
    pub(crate) fn patterns(&self) -> Vec<String> {
        if self.patterns.is_empty() { vec![".".to_owned()] } else { self.patterns.clone() }
    }

    /// The build configuration; paths are relative to `dir`, an absolute path.
    pub(crate) fn config(&self, dir: &camino::Utf8Path) -> BuildConfig {
        BuildConfig {
            dir: Some(dir.to_owned()),
            goos: self.goos.clone(),
            goarch: self.goarch.clone(),
            tags: self.tags.iter().filter(|tag| !tag.is_empty()).cloned().collect(),
            cgo: self.cgo.map(|cgo| cgo == Switch::On),
            go_version: self.go_version.clone(),
            goroot: self.goroot.as_ref().map(|goroot| dir.join(goroot)),
            mod_mode: self.mod_mode.map(ModMode::from),
            mod_file: self.mod_file.clone(),
            tests: self.tests,
            ..BuildConfig::default()
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct BenchArgs {
    /// Which suite: race (runtime/race/testdata), vet (cmd/vet/testdata), or leak
    /// (runtime/testdata/testgoroutineleakprofile)
    #[arg(value_name = "SUITE", hide_possible_values = true)]
    pub(crate) suite: Suite,
    /// List what is missed and what is reported without reason
    #[arg(long)]
    pub(crate) list: bool,
    /// Leave out findings that are less sure [default: low]
    #[arg(long, value_name = "CONFIDENCE")]
    pub(crate) min_confidence: Option<ConfidenceArg>,
    /// The Go installation that has the suite [default: GOROOT, or that of the go command on PATH]
    #[arg(long, value_name = "DIR")]
    pub(crate) goroot: Option<Utf8PathBuf>,
}

/// The suites of `gossa bench`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Suite {
    Race,
    Vet,
    Leak,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    /// Analyse for this build; given several times, for each of them, with what they find merged:
    /// GOOS/GOARCH, cgo=on|off, tags=A+B, go=VERSION, separated by commas; what it leaves open is
    /// as the other options say. Or a file whose name ends in .toml: the configuration, instead of
    /// gossa.toml in the module's root
    #[arg(long = "config", value_name = "SPEC|FILE")]
    pub(crate) configs: Vec<ConfigArg>,
    /// Read no configuration file
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Which checkers run, separated by commas: `a,b` only these, `-c` all but this
    #[arg(
        long,
        value_name = "LIST",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub(crate) checkers: String,
    /// Form of the output: text, json, jsonl, sarif, html, or github [default: text]
    #[arg(long)]
    pub(crate) format: Option<OutputFormat>,
    /// Leave out findings that are less sure [default: medium]
    #[arg(long, value_name = "CONFIDENCE")]
    pub(crate) min_confidence: Option<ConfidenceArg>,
    /// Leave out the findings that are listed in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<Utf8PathBuf>,
    /// List all findings in this file, as --baseline reads it, instead of reporting them
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<Utf8PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ConfidenceArg {
    Low,
    Medium,
    High,
}

impl From<ConfidenceArg> for Confidence {
    fn from(confidence: ConfidenceArg) -> Self {
        match confidence {
            ConfidenceArg::Low => Self::Low,
            ConfidenceArg::Medium => Self::Medium,
            ConfidenceArg::High => Self::High,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    /// Include everything that the packages depend on, dependencies first
    #[arg(long)]
    pub(crate) deps: bool,
}

#[derive(Args, Debug)]
pub(crate) struct AstArgs {
    /// Go files, or directories whose Go files are taken, all levels down
    #[arg(value_name = "FILE", required_unless_present = "files_from")]
    pub(crate) files: Vec<Utf8PathBuf>,
    /// Read the names of further files from this file, one a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<Utf8PathBuf>,
    /// Print only syntax errors
    #[arg(long)]
    pub(crate) errors: bool,
    /// Number of threads; 0 means one per processor
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) jobs: u16,
}

#[derive(Args, Debug)]
pub(crate) struct TypesArgs {
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    /// Analyse for this build; given several times, for each of them, with what they find merged:
    /// GOOS/GOARCH, cgo=on|off, tags=A+B, go=VERSION, separated by commas; what it leaves open is
    /// as the other options say
    #[arg(long = "config", value_name = "SPEC", conflicts_with = "dump")]
    pub(crate) configs: Vec<ConfigSpec>,
    /// Print what every expression and identifier is, instead of errors
    #[arg(long, value_name = "FORM")]
    pub(crate) dump: Option<DumpForm>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum DumpForm {
    /// One JSON object a line
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct SsaArgs {
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    /// Only functions whose full name this regular expression matches
    #[arg(long = "func", value_name = "RE")]
    pub(crate) func: Option<String>,
    /// Print control flow graphs in the language of Graphviz
    #[arg(long)]
    pub(crate) dot: bool,
    /// Print counts instead of functions
    #[arg(long, conflicts_with = "dot")]
    pub(crate) stats: bool,
    /// Check every function's form, and that its text reads back as it was
    #[arg(long)]
    pub(crate) verify_ir: bool,
}

#[derive(Args, Debug)]
pub(crate) struct EscapeArgs {
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    /// Form of the output: gc, or for the whole program text or json; gc, for the whole program
    /// text, if not given
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) format: Option<EscapeForm>,
    /// Include everything that the packages depend on
    #[arg(long)]
    pub(crate) deps: bool,
    /// Look at the whole program rather than at one function after the other: what calls of
    /// function values and through interfaces reach, and what never runs
    #[arg(long)]
    pub(crate) whole_program: bool,
    /// Where the program begins: main, tests, exported, or all of main and exported; main, and
    /// exported if the patterns name no main package, if not given
    #[arg(long, value_enum, value_name = "ROOTS", requires = "whole_program")]
    pub(crate) roots: Option<EscapeRoots>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum EscapeRoots {
    Main,
    Tests,
    Exported,
    All,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum EscapeForm {
    /// The messages of `go build -gcflags='-m -l'`
    Gc,
    /// A line for each parameter and allocation
    Text,
    /// All that is known about each
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    /// Choose between goroutines by this number; the same number gives the same run
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Write down in this file which goroutine ran when, and what else was chosen
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tests", "examples"])]
    pub(crate) schedule_out: Option<Utf8PathBuf>,
    /// Make the choices that --schedule-out has written to this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tests", "examples"])]
    pub(crate) replay: Option<Utf8PathBuf>,
    /// Stop after so many operations
    #[arg(long, value_name = "N")]
    pub(crate) steps: Option<u64>,
    /// Run the packages' examples instead, each by itself, and compare what they print
    #[arg(long, conflicts_with = "tests")]
    pub(crate) examples: bool,
    /// Let the program read files of this machine; what it writes stays in memory
    #[arg(long)]
    pub(crate) files: bool,
    /// Memory that the program may use, in MiB
    #[arg(long, value_name = "N", default_value_t = 4096)]
    pub(crate) memory: u64,
    /// Arguments of the program
    #[arg(last = true, value_name = "ARG")]
    pub(crate) arguments: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CallgraphArgs {
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    /// How dynamic calls are resolved: static (not at all), cha (by their types), rta (by their
    /// types, among what is reachable)
    #[arg(long, value_enum, value_name = "ALGORITHM", default_value = "vta")]
    pub(crate) algo: AlgorithmArg,
    /// How much of reflection and unsafe is followed by the points-to analysis: full (all), bounded
    /// (what large programs can afford), auto (all, unless the program is too large for that)
    #[arg(long, value_enum, value_name = "DETAIL", default_value = "auto")]
    pub(crate) detail: DetailArg,
    /// Where programs begin: main (in main packages), tests (in the packages' tests), exported
    /// (everywhere that other packages can call) [default: main if there is a main package, else
    /// exported]
    #[arg(long, value_enum, value_name = "ROOTS")]
    pub(crate) roots: Option<RootsArg>,
    /// Form of the output: text, json, dot (Graphviz), digraph (a caller and a callee a line)
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: GraphFormat,
    /// Print a shortest chain of calls from where the program begins to this function, instead; or
    /// of `CALLER -> CALLEE` what makes the algorithm see this call
    #[arg(long, value_name = "FUNC", conflicts_with_all = ["stats", "format"])]
    pub(crate) why: Option<String>,
    /// Print counts, instead
    #[arg(long, conflicts_with = "format")]
    pub(crate) stats: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum AlgorithmArg {
    Static,
    Cha,
    Rta,
    Vta,
    Pta,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum DetailArg {
    Auto,
    Full,
    Bounded,
}

impl From<DetailArg> for Detail {
    fn from(detail: DetailArg) -> Self {
        match detail {
            DetailArg::Auto => Self::Automatic,
            DetailArg::Full => Self::Full,
            DetailArg::Bounded => Self::Bounded,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum RootsArg {
    Main,
    Tests,
    Exported,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum GraphFormat {
    Text,
    Json,
    Dot,
    Digraph,
}

#[derive(Args, Debug)]
pub(crate) struct PointstoArgs {
    #[command(flatten)]
    pub(crate) build: BuildArgs,
    /// The variable or expression at this position
    #[arg(long, value_name = "FILE:LINE:COLUMN", required_unless_present = "func")]
    pub(crate) at: Option<String>,
    /// The parameters, captures and variables of this function; its name in full, or from the last
    /// element of the package's path on
    #[arg(long, value_name = "FUNC", conflicts_with = "at")]
    pub(crate) func: Option<String>,
    /// Print a shortest chain of constraints from where this object's address is taken, instead:
    /// FILE:LINE or FILE:LINE:COLUMN of its allocation, or the name of a variable or function
    #[arg(long, value_name = "OBJECT", requires = "at")]
    pub(crate) why: Option<String>,
    /// How much of reflection and unsafe is followed by the points-to analysis: full (all), bounded
    /// (what large programs can afford), auto (all, unless the program is too large for that)
    #[arg(long, value_enum, value_name = "DETAIL", default_value = "auto")]
    pub(crate) detail: DetailArg,
    /// Where programs begin: main (in main packages), tests (in the packages' tests), exported
    /// (everywhere that other packages can call) [default: main if there is a main package, else
    /// exported]
    #[arg(long, value_enum, value_name = "ROOTS")]
    pub(crate) roots: Option<RootsArg>,
    /// Form of the output
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PointstoFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum PointstoFormat {
    Text,
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The checker's id
    #[arg(value_name = "CHECKER")]
    pub(crate) checker: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn definitions_are_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn checkers_to_leave_out_are_not_taken_for_options() {
        let line =
            CommandLine::try_parse_from(["gossa", "check", "--checkers", "-a,b", "./..."]).unwrap();
        let Command::Check(args) = line.command else { panic!("{line:?}") };
        assert_eq!(args.checkers, "-a,b");
        assert_eq!(args.build.patterns, ["./..."]);
    }

    #[test]
    fn directory_and_quiet_go_before_or_after_the_subcommand() {
        for line in [["gossa", "-C", "d", "-q", "list"], ["gossa", "list", "-q", "-C", "d"]] {
            let line = CommandLine::try_parse_from(line).unwrap();
            assert_eq!(line.global.dir.as_deref(), Some("d".into()));
            assert!(line.global.quiet);
        }
    }
}
