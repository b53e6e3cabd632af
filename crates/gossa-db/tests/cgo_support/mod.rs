//! What gossa finds out about packages that import "C", beside what go/types does with the output
//! of the real cgo: shared by the test and by the example that compares whole modules.
#![allow(dead_code, clippy::disallowed_methods, unreachable_pub)] // both are programs of their own

#[path = "../support/mod.rs"]
pub mod support;

use camino::{Utf8Path, Utf8PathBuf};
use gossa_base::{FxHashMap, FxHashSet, LineIndex, TextSize};
use gossa_db::{
    DbEnv, Options, PackageInput, RootDb, Session, SilentProgress, body_types, package_decls, parse,
};
use gossa_load::{BuildConfig, DiskSystem};
use gossa_syntax::{Expr, ExprId, TreeWithSpans};
use gossa_types::cgo::InferredBy;
use gossa_types::constant::Value;
use gossa_types::sizes::Sizes;
use gossa_types::{DeclSource, EnvResolver, Mode, TreeTypes, TypeEnv, TypeId, print};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// What one side says of a package.
#[derive(Default)]
pub struct Facts {
    /// Expressions `C.name`: by place, the name, and what it is.
    pub names: BTreeMap<String, (String, String)>,
    /// Other expressions.
    pub exprs: BTreeMap<String, String>,
    /// Types of C: underlying type, size, alignment.
    pub types: BTreeMap<String, String>,
    pub errors: Vec<String>,
    /// Names of C that do not come from a text of the package (gossa only).
    pub ledger: BTreeMap<String, InferredBy>,
    /// Why the other side has no facts.
    pub failed: Option<String>,
}

/// Which packages, and for which processor.
pub struct Wanted<'a> {
    pub goroot: &'a Utf8Path,
    pub goarch: &'a str,
    pub dir: &'a Utf8Path,
    pub patterns: &'a [&'a str],
}

/// Loads packages and says what gossa finds out, by import path.
pub fn gossa(wanted: &Wanted<'_>) -> BTreeMap<String, Facts> {
    let session = Session::load(&Options {
        system: Arc::new(DiskSystem),
        config: BuildConfig {
            goroot: Some(wanted.goroot.to_owned()),
            goos: Some("linux".to_owned()),
            goarch: Some(wanted.goarch.to_owned()),
            cgo: Some(true),
            ..BuildConfig::default()
        },
        dir: wanted.dir.to_owned(),
        patterns: wanted.patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
        jobs: 0,
        one_shot: true,
    })
    .expect("the packages load");
    session.check_types(&SilentProgress);
    let db = session.db();
    let errors = session.diagnostics();
    let program = session.program();
    let mut found = BTreeMap::new();
    for root in &program.roots {
        let package = &program.packages[root.as_usize()];
        if !package.uses_cgo() {
            continue;
        }
        let mut facts = facts(&db, session.packages()[root.as_usize()]);
        let own = |path: &Utf8Path| path.parent() == Some(&*package.dir);
        facts.errors = errors
            .iter()
            .filter(|error| error.location.as_ref().is_none_or(|at| own(Utf8Path::new(&*at.file))))
            .map(|error| match &error.location {
                Some(at) => format!("{}:{}: {}", at.file, at.line, error.message),
                None => error.message.clone(),
            })
            .collect();
        found.insert(package.import_path.clone(), facts);
    }
    found
}

struct Reader<'r> {
    resolver: &'r EnvResolver<'r>,
    facts: Facts,
}

fn facts(db: &RootDb, package: PackageInput) -> Facts {
    let env = DbEnv::new(db);
    let resolver = EnvResolver::new(&env, None);
    let decls = env.package(package.id(db)).expect("the package was loaded");
    let mut reader = Reader { resolver: &resolver, facts: Facts::default() };
    for (index, &file) in package.files(db).iter().enumerate() {
        let parsed = parse(db, file).load(db, file);
        let lines = LineIndex::new(file.text(db));
        let name = file.path(db).rsplit('/').next().unwrap_or_default();
        for (number, decl) in parsed.decls.iter().enumerate() {
            let source = DeclSource { file: index as u32, decl: number as u32 };
            let place = |tree: &TreeWithSpans, expr: ExprId| {
                let span = tree.spans.exprs[expr.index()];
                let at =
                    |offset: u32| lines.line_column(TextSize::from(offset) + decl.range.start());
                let (from, to) = (at(span.start), at(span.end));
                format!("{name}:{}:{}-{}:{}", from.line, from.column, to.line, to.column)
            };
            if let Some(types) = decls.tree(source) {
                reader.tree(&decl.header, types, &place);
            }
            let func = decls
                .func_order
                .iter()
                .find(|func| decls.funcs.get(func).is_some_and(|found| found.source == source));
            if let (Some(&func), Some(body)) = (func, &decl.body)
                && let Some(checked) = body_types(db, func)
                && let Some(types) = checked.load(db, func)
            {
                reader.tree(body, &types.types, &place);
            }
        }
    }
    let mut facts = reader.facts;
    if let Some(cgo) = &package_decls(db, package).cgo {
        let sizes = Sizes::new(&resolver);
        #[expect(clippy::iter_over_hash_type, reason = "into a sorted map")]
        for (decl, found) in cgo.types() {
            let ty = if found.alias {
                found.underlying
            } else {
                TypeId::named(*decl, gossa_types::TypeList::EMPTY)
            };
            let under = gossa_types::underlying::underlying(&resolver, ty);
            let show = |number: Option<i64>| number.map_or("?".to_owned(), |n| n.to_string());
            let text = format!(
                "{}\t{}\t{}",
                print::type_string(&resolver, under),
                show(sizes.size(ty)),
                show(sizes.align(ty)),
            );
            facts.types.insert(decl.name().as_str().to_owned(), text);
        }
        for inferred in cgo.ledger() {
            facts.ledger.insert(inferred.name.as_str().to_owned(), inferred.how);
        }
    }
    facts
}

impl Reader<'_> {
    fn tree(
        &mut self,
        tree: &TreeWithSpans,
        types: &TreeTypes,
        place: &dyn Fn(&TreeWithSpans, ExprId) -> String,
    ) {
        for (index, &expr) in tree.tree.exprs.iter().enumerate() {
            let id = ExprId::from_usize(index);
            let name = match expr {
                Expr::Selector { x, sel } => match (tree.tree[x], tree.tree[sel]) {
                    (Expr::Ident(c), Expr::Ident(name)) if c.as_str() == "C" => Some(name),
                    _ => None,
                },
                _ => None,
            };
            let found = types.exprs[index];
            let mode = mode(found.mode);
            let text = match (mode, found.ty) {
                (Some(mode), Some(ty)) => {
                    let shown = match mode {
                        "builtin" => String::new(),
                        _ => print::type_string(self.resolver, ty),
                    };
                    let value = types.constant(id).map(Value::exact_string);
                    format!("{mode}\t{shown}\t{}", value.unwrap_or_default())
                }
                _ => "none".to_owned(),
            };
            if let Some(name) = name {
                self.facts.names.insert(place(tree, id), (name.as_str().to_owned(), text));
            } else if text != "none" {
                self.facts.exprs.insert(place(tree, id), text);
            }
        }
    }
}

fn mode(mode: Mode) -> Option<&'static str> {
    Some(match mode {
        Mode::None | Mode::Invalid => return None,
        Mode::NoValue => "novalue",
        Mode::Builtin => "builtin",
        Mode::Type => "type",
        Mode::Constant => "constant",
        Mode::Variable => "variable",
        Mode::MapIndex => "mapindex",
        Mode::CommaOk => "commaok",
        Mode::Nil => "nil",
        Mode::Value | Mode::CommaErr | Mode::CgoFunc => "value",
    })
}

/// Builds the oracle program, and returns its path.
pub fn build_oracle(goroot: &Utf8Path, to: &Utf8Path) -> Utf8PathBuf {
    let binary = to.join(format!("gossa-cgo-oracle{}", std::env::consts::EXE_SUFFIX));
    let source = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle_cgo");
    let output = go(goroot)
        .args(["build", "-o", binary.as_str(), "."])
        .current_dir(source)
        .output()
        .expect("the go command starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    binary
}

fn go(goroot: &Utf8Path) -> Command {
    let mut command = Command::new(goroot.join("bin/go").as_str());
    command
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "")
        .env("GOOS", "linux")
        .env("GOARCH", "amd64")
        .env("CGO_ENABLED", "1")
        .env("LC_ALL", "C")
        .env_remove("GOROOT");
    command
}

/// What go/types and the real cgo say, by import path.
pub fn oracle(binary: &Utf8Path, wanted: &Wanted<'_>) -> BTreeMap<String, Facts> {
    let mut list = go(wanted.goroot);
    let listed = list
        .args(["list", "-e", "-json", "-deps"])
        .args(wanted.patterns)
        .env("GOARCH", wanted.goarch)
        .current_dir(wanted.dir)
        .output()
        .expect("go list starts");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut child = Command::new(binary.as_str())
        .env("PATH", format!("{}/bin:{path}", wanted.goroot))
        .env("GOARCH", wanted.goarch)
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the oracle starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || stdin.write_all(&listed.stdout));
    let output = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("no panic").expect("the oracle reads the list");
    assert!(output.status.success(), "the oracle failed");
    read_oracle(&String::from_utf8_lossy(&output.stdout))
}

/// The oracle's lines.
pub fn read_oracle(text: &str) -> BTreeMap<String, Facts> {
    let mut found: BTreeMap<String, Facts> = BTreeMap::new();
    let mut path = String::new();
    for line in text.lines() {
        let (kind, rest) = line.split_once('\t').unwrap_or((line, ""));
        if kind == "package" {
            rest.clone_into(&mut path);
        }
        let facts = found.entry(path.clone()).or_default();
        match (kind, rest.splitn(3, '\t').collect::<Vec<_>>().as_slice()) {
            ("C", [place, name, what]) => {
                facts.names.insert((*place).to_owned(), ((*name).to_owned(), (*what).to_owned()));
            }
            ("E", [place, _, what]) => {
                facts.exprs.insert((*place).to_owned(), (*what).to_owned());
            }
            ("T", _) => {
                let (name, what) = rest.split_once('\t').unwrap_or((rest, ""));
                facts.types.insert(name.to_owned(), what.to_owned());
            }
            ("error", _) => facts.errors.push(rest.to_owned()),
            ("failed", _) => facts.failed = Some(rest.to_owned()),
            _ => {}
        }
    }
    found
}

/// Replaces the numbers of structs without a tag by what they contain: cgo numbers them in the
/// order in which it happens to read the compiler's output.
fn without_numbers(text: &str, types: &BTreeMap<String, String>, depth: u32) -> String {
    let Some((before, rest)) = text.split_once("_Ctype_struct___") else { return text.to_owned() };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let key = format!("_Ctype_struct___{}", &rest[..digits]);
    let inside = match types.get(&key) {
        Some(found) if depth < 6 => without_numbers(found, types, depth + 1),
        _ => String::new(),
    };
    format!("{before}<{inside}>{}", without_numbers(&rest[digits..], types, depth))
}

/// What the comparison of a package came to.
#[derive(Default)]
pub struct Compared {
    /// Uses of names of C.
    pub uses: usize,
    /// Uses of names that a text of the package declares, and how many are as cgo has them.
    pub known: (usize, usize),
    /// The same for names of the table of the C library.
    pub table: (usize, usize),
    /// Uses of names that are known from their use only.
    pub inferred: usize,
    /// Different names that are inferred.
    pub inferred_names: usize,
    /// Other expressions that go/types gives a type, those of them whose type depends on an
    /// inferred name, and those that are equal.
    pub exprs: (usize, usize, usize),
    /// Types of C in both, and those with the same underlying type, size and alignment.
    pub types: (usize, usize),
    /// Errors of gossa.
    pub errors: usize,
    pub differences: Vec<String>,
}

impl Compared {
    pub fn add(&mut self, other: &Self) {
        self.uses += other.uses;
        self.known.0 += other.known.0;
        self.known.1 += other.known.1;
        self.table.0 += other.table.0;
        self.table.1 += other.table.1;
        self.inferred += other.inferred;
        self.inferred_names += other.inferred_names;
        self.exprs.0 += other.exprs.0;
        self.exprs.1 += other.exprs.1;
        self.exprs.2 += other.exprs.2;
        self.types.0 += other.types.0;
        self.types.1 += other.types.1;
        self.errors += other.errors;
    }

    /// A row of the table.
    pub fn row(&self, path: &str) -> String {
        format!(
            "{path}: {} uses: known {}/{}, table {}/{}, inferred {} ({} names); expressions {}/{}, \
             {} depend on inferred names; types {}/{}; {} errors",
            self.uses,
            self.known.1,
            self.known.0,
            self.table.1,
            self.table.0,
            self.inferred,
            self.inferred_names,
            self.exprs.2,
            self.exprs.0 - self.exprs.1,
            self.exprs.1,
            self.types.1,
            self.types.0,
            self.errors,
        )
    }
}

/// Compares the two sides of a package. What rests on names that gossa infers from their use is
/// counted, not compared.
pub fn compare(ours: &Facts, theirs: &Facts) -> Compared {
    let mut result = Compared { errors: ours.errors.len(), ..Compared::default() };
    let mut inferred_names = BTreeSet::new();
    for error in &ours.errors {
        result.differences.push(format!("error: {error}"));
    }
    let by_use: FxHashSet<&str> = ours
        .ledger
        .iter()
        .filter(|(_, how)| **how == InferredBy::Use)
        .map(|(name, _)| name.as_str())
        .collect();
    let opaque: FxHashMap<String, ()> =
        by_use.iter().map(|name| (format!("_Ctype_{name}"), ())).collect();
    let is_opaque = |text: &str| {
        text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .any(|word| opaque.contains_key(word))
    };
    let ours_bare = |text: &str| without_numbers(text, &ours.types, 0);
    let theirs_bare = |text: &str| without_numbers(text, &theirs.types, 0);
    let equal = |have: &str, want: &str| have == want || ours_bare(have) == theirs_bare(want);
    let nothing = (String::new(), "nothing".to_owned());
    for (place, (name, want)) in &theirs.names {
        result.uses += 1;
        let (_, have) = ours.names.get(place).unwrap_or(&nothing);
        let how = ours.ledger.get(name.as_str());
        if how == Some(&InferredBy::Use) {
            result.inferred += 1;
            inferred_names.insert(name);
            continue;
        }
        if is_opaque(have) || have.contains("invalid type") {
            result.inferred += 1;
            continue;
        }
        let counts =
            if how == Some(&InferredBy::Table) { &mut result.table } else { &mut result.known };
        counts.0 += 1;
        if equal(have, want) {
            counts.1 += 1;
        } else {
            result.differences.push(format!("{place} C.{name}: {have} | cgo: {want}"));
        }
    }
    for (place, want) in &theirs.exprs {
        result.exprs.0 += 1;
        match ours.exprs.get(place) {
            Some(have) if equal(have, want) => result.exprs.2 += 1,
            None => result.exprs.1 += 1,
            // A constant beside an operand of an inferred type.
            Some(have)
                if !by_use.is_empty()
                    && have.starts_with("constant\t")
                    && have.rsplit('\t').next() == want.rsplit('\t').next() =>
            {
                result.exprs.1 += 1;
            }
            Some(have) if is_opaque(have) || have.contains("invalid type") => result.exprs.1 += 1,
            Some(have) => {
                result.differences.push(format!("{place} expression: {have} | go: {want}"));
            }
        }
    }
    for (name, want) in &theirs.types {
        let Some(have) = ours.types.get(name) else { continue };
        if name.starts_with("_Ctype_struct___") {
            continue;
        }
        if is_opaque(have) || have.contains("invalid type") || opaque.contains_key(name) {
            continue;
        }
        result.types.0 += 1;
        if equal(have, want) {
            result.types.1 += 1;
        } else {
            result.differences.push(format!("type {name}: {have} | cgo: {want}"));
        }
    }
    result.inferred_names = inferred_names.len();
    result
}
