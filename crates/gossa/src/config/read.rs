//! Reading the configuration file, and completing the command line by it.

use super::table::{Item, Mistake, Mistakes, Table, kind, strings};
use super::{FILE_NAME, Models, Scope, globs};
use crate::args::{CheckArgs, ConfidenceArg, Switch};
use crate::context::Context;
use crate::exit::CommandError;
use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum as _;
use globset::GlobSet;
use gossa_api::{OptionValue, Registry, Selection};
use gossa_report::OutputFormat;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a configuration file says.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// As [`Selection::parse`] takes it.
    checkers: String,
    /// Checker, option and value.
    options: Vec<(String, String, OptionValue)>,
    tags: Vec<String>,
    goos: Option<String>,
    goarch: Option<String>,
    cgo: Option<Switch>,
    min_confidence: Option<ConfidenceArg>,
    format: Option<OutputFormat>,
    /// Relative to the directory of the file.
    baseline: Option<Utf8PathBuf>,
    pub(crate) scope: Scope,
    pub(crate) models: Models,
}

/// The configuration file of a run: the one that the command line names, or that of the module
/// that the directory is in.
pub(crate) fn find(context: &Context, named: Option<&Utf8Path>) -> Option<Utf8PathBuf> {
    if let Some(file) = named {
        return Some(context.dir.join(file));
    }
    let has = |dir: &Utf8Path, name: &str| context.system.is_file(&dir.join(name));
    let module = context.dir.ancestors().find(|dir| has(dir, "go.mod"));
    let dir = module.unwrap_or(&context.dir);
    has(dir, FILE_NAME).then(|| dir.join(FILE_NAME))
}

impl Config {
    /// Reads a configuration file.
    pub(crate) fn load(
        context: &Context,
        file: &Utf8Path,
        registry: &Registry,
    ) -> Result<Self, CommandError> {
        let shown = file.strip_prefix(&context.dir).unwrap_or(file);
        let text = context
            .system
            .read(file)
            .map_err(|reason| CommandError::Read { path: shown.to_string(), reason })?;
        let text = String::from_utf8(text)
            .map_err(|_| CommandError::Usage(format!("{shown}: the file is not UTF-8")))?;
        let root = file.parent().unwrap_or(Utf8Path::new(""));
        let mut config = Self::read(&text, root, registry).map_err(|mistakes| {
            let lines = mistakes.iter().map(|mistake| format!("{shown}:{mistake}"));
            CommandError::Usage(lines.collect::<Vec<_>>().join("\n"))
        })?;
        config.models.file = file.to_string();
        Ok(config)
    }

    /// Reads the text of a configuration file that lies in the directory `root`.
    pub(crate) fn read(
        text: &str,
        root: &Utf8Path,
        registry: &Registry,
    ) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Mistakes::new(text);
        let document = match DeTable::parse(text) {
            Ok(document) => document,
            Err(error) => {
                let at = error.span().unwrap_or(0..0);
                mistakes.add(at, error.message().trim());
                return Err(mistakes.into_sorted());
            }
        };
        let mut reader = Reader { registry, config: Self::default(), mistakes: &mut mistakes };
        reader.config.scope.root = root.to_owned();
        reader.file(Table::new(document.get_ref(), ""), text);
        let config = reader.config;
        let mistakes = mistakes.into_sorted();
        if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
    }

    /// Puts what the file says where the command line says nothing.
    pub(crate) fn complete(&self, args: &mut CheckArgs) {
        let build = &mut args.build;
        if build.tags.is_empty() {
            build.tags.clone_from(&self.tags);
        }
        // Half a platform from here and half from there would be neither's.
        if build.goos.is_none() && build.goarch.is_none() {
            build.goos.clone_from(&self.goos);
            build.goarch.clone_from(&self.goarch);
        }
        build.cgo = build.cgo.or(self.cgo);
        args.format = args.format.or(self.format);
        args.min_confidence = args.min_confidence.or(self.min_confidence);
        if args.baseline.is_none() {
            let file = self.baseline.as_ref();
            args.baseline = file.map(|file| self.scope.root.join(file));
        }
        // A list of checkers to run stands alone; one of checkers to leave out adds to the file's.
        let runs = |item: &str| !item.is_empty() && !item.starts_with('-');
        if !args.checkers.split(',').map(str::trim).any(runs) {
            args.checkers = format!("{},{}", self.checkers, args.checkers);
        }
    }

    /// Sets the options of checkers.
    pub(crate) fn set_options(&self, selection: &mut Selection, registry: &Registry) {
        for (checker, option, value) in &self.options {
            // They were tried when the file was read.
            let _ = selection.set_option(registry, checker, option, value.clone());
        }
    }
}

struct Reader<'r> {
    registry: &'r Registry,
    config: Config,
    mistakes: &'r mut Mistakes,
}

impl Reader<'_> {
    fn file(&mut self, mut file: Table<'_, '_>, text: &str) {
        if let Some(checkers) = file.table("checkers", self.mistakes) {
            self.checkers(checkers);
        }
        if let Some(build) = file.table("build", self.mistakes) {
            self.build(build);
        }
        if let Some(report) = file.table("report", self.mistakes) {
            self.report(report);
        }
        if let Some(models) = file.table("models", self.mistakes) {
            self.config.models = Models::read(&models, text, self.mistakes);
        }
        let exclude = file.strings("exclude", self.mistakes);
        self.config.scope.exclude = self.globs(&exclude);
        file.finish(self.mistakes);
    }

    /// `[checkers]`: which ones run, and their options.
    fn checkers(&mut self, mut table: Table<'_, '_>) {
        let enable = table.strings("enable", self.mistakes);
        let disable = table.strings("disable", self.mistakes);
        let mut list = Vec::new();
        for (ids, sign) in [(&enable, ""), (&disable, "-")] {
            for id in ids {
                if self.is_checker(id.get_ref(), id.span()) {
                    list.push(format!("{sign}{}", id.get_ref()));
                }
            }
        }
        self.config.checkers = list.join(",");
        for (key, item) in table.rest() {
            let id: &str = key.get_ref();
            match item.get_ref() {
                DeValue::Table(options) if self.is_checker(id, key.span()) => {
                    self.options(id, options);
                }
                DeValue::Table(_) => {}
                other if self.registry.find(id).is_some() => {
                    let message = format!(
                        "`{id}` is a table of options, not {}; checkers are listed in `enable` \
                         and `disable`",
                        kind(other)
                    );
                    self.mistakes.add(item.span(), message);
                }
                _ => {
                    let known = ["enable", "disable"].into_iter();
                    let ids = self.registry.checks().into_iter().map(|check| check.id);
                    let what = "key in [checkers]";
                    self.mistakes.unknown(key.span(), what, id, known.chain(ids));
                }
            }
        }
    }

    fn is_checker(&mut self, id: &str, at: std::ops::Range<usize>) -> bool {
        let known = self.registry.find(id).is_some();
        if !known {
            self.mistakes.add(at, self.registry.unknown(id).to_string());
        }
        known
    }

    fn options(&mut self, checker: &str, options: &DeTable<'_>) {
        for (key, item) in options.iter() {
            let name: &str = key.get_ref();
            let Some(value) = self.value(name, item) else { continue };
            let mut trial = Selection::default();
            match trial.set_option(self.registry, checker, name, value.clone()) {
                Ok(()) => self.config.options.push((checker.to_owned(), name.to_owned(), value)),
                Err(error @ gossa_api::options::OptionError::Type { .. }) => {
                    self.mistakes.add(item.span(), error.to_string());
                }
                Err(error) => self.mistakes.add(key.span(), error.to_string()),
            }
        }
    }

    /// The value of an option, whatever its type.
    fn value(&mut self, name: &str, item: Item<'_, '_>) -> Option<OptionValue> {
        match item.get_ref() {
            DeValue::String(text) => Some(OptionValue::Text(text.clone().into_owned())),
            DeValue::Boolean(value) => Some(OptionValue::Bool(*value)),
            DeValue::Integer(value) => {
                let number = i64::from_str_radix(value.as_str(), value.radix());
                if number.is_err() {
                    self.mistakes.add(item.span(), format!("`{name}` is too large a number"));
                }
                number.ok().map(OptionValue::Int)
            }
            DeValue::Array(_) => {
                let list = strings(item, name, self.mistakes);
                Some(OptionValue::List(list.into_iter().map(Spanned::into_inner).collect()))
            }
            other => {
                let message = format!("no option is {}", kind(other));
                self.mistakes.add(item.span(), message);
                None
            }
        }
    }

    /// `[build]`: what to build for.
    fn build(&mut self, mut table: Table<'_, '_>) {
        let tags = table.strings("tags", self.mistakes);
        self.config.tags = tags.into_iter().map(Spanned::into_inner).collect();
        let text = |value: Option<Spanned<String>>| value.map(Spanned::into_inner);
        self.config.goos = text(table.string("goos", self.mistakes));
        self.config.goarch = text(table.string("goarch", self.mistakes));
        if let Some(item) = table.get("cgo") {
            match item.get_ref() {
                DeValue::Boolean(true) => self.config.cgo = Some(Switch::On),
                DeValue::Boolean(false) => self.config.cgo = Some(Switch::Off),
                other => {
                    let message = format!("`cgo` is true or false, not {}", kind(other));
                    self.mistakes.add(item.span(), message);
                }
            }
        }
        table.finish(self.mistakes);
    }

    /// `[report]`: what is reported, and how.
    fn report(&mut self, mut table: Table<'_, '_>) {
        if let Some(level) = table.string("min-confidence", self.mistakes) {
            match ConfidenceArg::from_str(level.get_ref(), false) {
                Ok(confidence) => self.config.min_confidence = Some(confidence),
                Err(_) => {
                    let levels = ["low", "medium", "high"];
                    self.mistakes.unknown(level.span(), "confidence", level.get_ref(), levels);
                }
            }
        }
        if let Some(name) = table.string("format", self.mistakes) {
            match name.get_ref().parse() {
                Ok(format) => self.config.format = Some(format),
                Err(error) => self
                    .mistakes
                    .add(name.span(), <gossa_report::UnknownFormat as ToString>::to_string(&error)),
            }
        }
        let baseline = table.string("baseline", self.mistakes);
        self.config.baseline = baseline.map(|file| file.into_inner().into());
        let paths = table.strings("paths", self.mistakes);
        if !paths.is_empty() {
            self.config.scope.only = Some(self.globs(&paths));
        }
        table.finish(self.mistakes);
    }

    /// Globs, tried one by one for the place of what is wrong.
    fn globs(&mut self, texts: &[Spanned<String>]) -> GlobSet {
        let mut good = Vec::new();
        for text in texts {
            match globs([text.get_ref().as_str()]) {
                Ok(_) => good.push(text.get_ref().as_str()),
                Err(error) => self.mistakes.add(text.span(), error.to_string()),
            }
        }
        globs(good).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gossa_api::options::{AnyOption, CheckOption};
    use gossa_api::{Check, Checker, declare_check};

    declare_check! {
        /// ## What it does
        /// Nothing.
        static CHECK = "some-check": "test", Note, "is a test";
    }
    static LIMIT: CheckOption<i64> = CheckOption::new("some-check", "limit", 3, "How many.");
    struct Limited;
    impl Checker for Limited {
        fn checks(&self) -> Vec<&'static Check> {
            vec![&CHECK]
        }
        fn options(&self) -> Vec<&'static dyn AnyOption> {
            vec![&LIMIT]
        }
    }

    fn registry() -> Registry {
        crate::builtin().with(Limited)
    }

    fn mistakes(text: &str) -> Vec<String> {
        let result = Config::read(text, Utf8Path::new("/m"), &registry());
        result.expect_err("mistakes").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn options_reach_the_checkers() {
        let text = "[checkers]\ndisable = [\"data-race\"]\n[checkers.some-check]\nlimit = 0x10\n";
        let config = Config::read(text, Utf8Path::new("/m"), &registry()).expect("right");
        let mut selection = Selection::parse(&registry(), &config.checkers).expect("known");
        assert_eq!(selection.option(&LIMIT), 3);
        config.set_options(&mut selection, &registry());
        assert_eq!(selection.option(&LIMIT), 16);
        assert!(!selection.is_enabled(registry().find("data-race").expect("built in")));
        assert!(selection.is_enabled(&CHECK));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = "exlude = []\n\
                    [checkers]\n\
                    enabel = [\"data-race\"]\n\
                    disable = [\"data-rase\", 3]\n\
                    data-race = false\n\
                    [checkers.some-chekc]\n\
                    [checkers.some-check]\n\
                    limits = 3\n\
                    limit = \"3\"\n\
                    [build]\n\
                    cgo = \"on\"\n\
                    gos = \"linux\"\n\
                    [report]\n\
                    min-confidence = \"hihg\"\n\
                    format = \"xml\"\n\
                    paths = [\"a[\"]\n";
        let expected = [
            "1:1: there is no key `exlude`; did you mean `exclude`?",
            "3:1: there is no key in [checkers] `enabel`; did you mean `enable`?",
            "4:12: there is no checker `data-rase`; did you mean `data-race`?",
            "4:25: `disable` is a list of strings; this is a whole number",
            "5:13: `data-race` is a table of options, not true or false; checkers are listed in \
             `enable` and `disable`",
            "6:11: there is no checker `some-chekc`; did you mean `some-check`?",
            "8:1: `some-check` has no option `limits`; did you mean `limit`?",
            "9:9: `limit` is a whole number, not a string",
            "11:7: `cgo` is true or false, not a string",
            "12:1: there is no key in [build] `gos`; did you mean `goos`?",
            "14:18: there is no confidence `hihg`; did you mean `high`?",
            "15:10: no output format `xml`: it is one of text, json, jsonl, sarif, html, github",
            "16:10: error parsing glob 'a[': unclosed character class; missing ']'",
        ];
        let found = mistakes(text);
        assert_eq!(found, expected, "{found:#?}");
    }

    #[test]
    fn text_that_is_no_toml_is_told_with_its_place() {
        let found = mistakes("[build]\ntags = [\"a\"\ncgo = true\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("3:") || found[0].starts_with("2:"), "{found:?}");
    }

    #[test]
    fn the_command_line_wins() {
        use clap::Parser as _;
        let text = "[checkers]\nenable = [\"data-race\"]\n[build]\ntags = [\"a\"]\ngoos = \"linux\"\n\
                    goarch = \"arm64\"\ncgo = false\n[report]\nmin-confidence = \"high\"\n\
                    format = \"json\"\nbaseline = \"known.json\"\n";
        let config = Config::read(text, Utf8Path::new("/m"), &registry()).expect("right");
        let completed = |line: &[&str]| {
            let line = ["gossa", "check"].iter().chain(line);
            let line = crate::args::CommandLine::try_parse_from(line).expect("right");
            let crate::args::Command::Check(mut args) = line.command else { panic!() };
            config.complete(&mut args);
            args
        };
        let args = completed(&[]);
        assert_eq!(args.build.goarch.as_deref(), Some("arm64"));
        assert_eq!((args.build.cgo, &*args.build.tags), (Some(Switch::Off), &["a".to_owned()][..]));
        assert_eq!(args.min_confidence, Some(ConfidenceArg::High));
        assert_eq!(args.format, Some(OutputFormat::Json));
        assert_eq!(args.baseline.as_deref(), Some(Utf8Path::new("/m/known.json")));
        let enabled = |args: &CheckArgs, id: &str| {
            let selection = Selection::parse(&registry(), &args.checkers).expect("known");
            selection.is_enabled(registry().find(id).expect("there"))
        };
        assert!(enabled(&args, "data-race") && !enabled(&args, "some-check"));

        let line = ["--goos", "windows", "--cgo", "on", "--tags", "b", "--format", "text"];
        let args = completed(&line);
        assert_eq!((args.build.goos.as_deref(), args.build.goarch), (Some("windows"), None));
        assert_eq!((args.build.cgo, &*args.build.tags), (Some(Switch::On), &["b".to_owned()][..]));
        assert_eq!(args.format, Some(OutputFormat::Text));
        let args = completed(&["--min-confidence", "low", "--checkers", "some-check"]);
        assert!(enabled(&args, "some-check") && !enabled(&args, "data-race"));
        assert_eq!(args.min_confidence, Some(ConfidenceArg::Low));
        let args = completed(&["--checkers", "-data-race"]);
        assert!(!enabled(&args, "data-race"));
    }
}
