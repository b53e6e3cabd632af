//! `edits`: what it costs to analyse a program again after edits of function bodies, and whether
//! that finds what a cold run finds.
//!
//! Each edit changes one body, is analysed, and is taken back, which is analysed too. What is
//! measured goes from the text to the facts of functions: parsing, declarations, types, SSA, facts,
//! and the comparison that says whether the solution still holds. Where it does not, solving again
//! is what follows; `--solve` does that too, and holds what is kept against cold runs.

use crate::error::BenchError;
use crate::machine;
use crate::program_args::ProgramArgs;
use crate::say;
use camino::Utf8PathBuf;
use clap::Args;
use gossa_base::FxHashMap;
use gossa_db::{
    DbFacts, LoweredFunc, Session, SilentProgress, SolvedFacts, SourceFile, WholeEnv, lowered,
    package_decls,
};
use gossa_points::Program;
use gossa_points::points::layout::Layouts;
use gossa_points::points::link::{Linker, Origin};
use gossa_points::points::solve_with_facts;
use gossa_ssa::{FuncId, FuncKey};
use gossa_types::PackageId;
use std::hash::{BuildHasher as _, Hash, Hasher as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// What to edit.
#[derive(Args)]
pub(crate) struct EditsArgs {
    #[command(flatten)]
    program: ProgramArgs,
    /// How many bodies are edited.
    #[arg(long, default_value_t = 500)]
    count: u32,
    /// Where random choices begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// After how many edits all functions are looked at, not only those that the edit can reach.
    #[arg(long, default_value_t = 50)]
    check_every: u32,
    /// Solve where facts have changed, and compare with a cold solution at each check.
    #[arg(long)]
    solve: bool,
}

/// A sequence of numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// What an edit does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Constant,
    Arithmetic,
    Branch,
    Delete,
    Call,
    Allocation,
}

const KINDS: [Kind; 6] =
    [Kind::Constant, Kind::Arithmetic, Kind::Branch, Kind::Delete, Kind::Call, Kind::Allocation];

/// The bodies of a formatted file: the byte after the opening brace's line, and the start of the
/// closing brace's.
fn bodies(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut at, mut open) = (0, None);
    for line in text.split_inclusive('\n') {
        if line.starts_with("func ") && line.ends_with("{\n") {
            open = Some(at + line.len());
        } else if line == "}\n"
            && let Some(start) = open.take()
        {
            found.push((start, at));
        }
        at += line.len();
    }
    found
}

/// The text with one body edited; `None` where the body has nothing that the edit could change.
fn edited(text: &str, body: (usize, usize), kind: Kind, random: &mut Random) -> Option<String> {
    let (start, end) = body;
    let insert = |what: &str| Some(format!("{}{what}{}", &text[..start], &text[start..]));
    match kind {
        Kind::Arithmetic => insert("\tgossaEdit := 1\n\tgossaEdit += gossaEdit\n\t_ = gossaEdit\n"),
        Kind::Branch => {
            insert("\tfor gossaEdit := 0; gossaEdit < 2; gossaEdit++ {\n\t\tprintln()\n\t}\n")
        }
        Kind::Allocation => insert("\tvar gossaEdit any = new(int)\n\t_ = gossaEdit\n"),
        Kind::Call => insert("\tfunc(p *int) { _ = p }(nil)\n"),
        Kind::Constant => {
            let bytes = text.as_bytes();
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_.\"'`".contains(&byte);
            let digits: Vec<usize> = (start..end)
                .filter(|&at| {
                    bytes[at].is_ascii_digit() && !is_word(bytes[at - 1]) && !is_word(bytes[at + 1])
                })
                .collect();
            let at = *digits.get(random.below(digits.len()))?;
            let digit = if bytes[at] == b'7' { "6" } else { "7" };
            Some(format!("{}{digit}{}", &text[..at], &text[at + 1..]))
        }
        Kind::Delete => {
            let mut at = start;
            let mut lines = Vec::new();
            for line in text[start..end].split_inclusive('\n') {
                let is_simple = line.starts_with('\t')
                    && !line.starts_with("\t\t")
                    && (line.ends_with(")\n") || line.contains(" = "))
                    && !line.contains(":=")
                    && !line.starts_with("\treturn");
                if is_simple {
                    lines.push((at, at + line.len()));
                }
                at += line.len();
            }
            let (from, to) = *lines.get(random.below(lines.len()))?;
            Some(format!("{}{}", &text[..from], &text[to..]))
        }
    }
}

/// The value at a rank of sorted values, in milliseconds.
fn percentile(sorted: &[f64], rank: f64) -> f64 {
    let at = ((sorted.len() as f64 - 1.0) * rank).round() as usize;
    sorted.get(at).map_or(0.0, |seconds| seconds * 1e3)
}

fn summary(what: &str, mut seconds: Vec<f64>) {
    seconds.sort_by(f64::total_cmp);
    say(format_args!(
        "{what}: {}; median {:.1} ms, 95th percentile {:.1} ms, worst {:.1} ms",
        seconds.len(),
        percentile(&seconds, 0.5),
        percentile(&seconds, 0.95),
        percentile(&seconds, 1.0),
    ));
}

/// The program that is edited.
struct World {
    session: Session,
    functions: Vec<FuncId>,
    /// By package: its functions, and instances of its generic functions.
    of_package: FxHashMap<PackageId, Vec<FuncId>>,
    mains: Vec<PackageId>,
    solved: SolvedFacts,
}

fn package_of(func: FuncId) -> PackageId {
    match *func.key() {
        FuncKey::PackageInit(package) => package,
        _ => func.package(),
    }
}

impl World {
    /// What a solution says, independent of numbers: a number for each function and what the
    /// variables of its instances point to, and their calls lead to.
    fn solution(&self) -> u64 {
        let db = self.session.db();
        let lowered: Vec<LoweredFunc> = self
            .functions
            .iter()
            .filter_map(|&func| {
                Some((func, lowered(&db, gossa_db::LowerKey::new(&db, func)).clone()?))
            })
            .collect();
        let env = WholeEnv::new(&db);
        let program = Program::new(&env, &lowered);
        let layouts = Layouts::new(&program);
        let facts = DbFacts::new(&db, &program, &self.functions);
        let Some(roots) = env.main_roots(&program, &self.mains) else { return 0 };
        let solver = solve_with_facts(&layouts, &roots, &facts);
        let linker = solver.linker();
        let mut hashes: Vec<u64> = Vec::new();
        for instance in linker.instances().iter().filter(|instance| instance.active) {
            let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
            program.function(instance.func).to_string().hash(&mut hasher);
            for node in 0..instance.facts.variables + instance.facts.cells {
                let elements = solver.points_to(instance.first + node);
                let mut named: Vec<u64> = elements
                    .iter()
                    .map(|&element| element_name(linker, &program, element))
                    .collect();
                named.sort_unstable();
                named.hash(&mut hasher);
            }
            hashes.push(hasher.finish());
        }
        hashes.sort_unstable();
        rustc_hash::FxBuildHasher.hash_one(&hashes)
    }
}

/// An element by what makes its object, without numbers of nodes and instructions.
fn element_name(linker: &Linker<'_, '_, '_>, program: &Program<'_>, element: u32) -> u64 {
    let object = linker.object_of(element / 2);
    let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
    let func = |func| program.function(func).to_string();
    match object.origin {
        Origin::Site(instance, ..) => {
            let instance = &linker.instances()[instance.0 as usize];
            func(instance.func).hash(&mut hasher);
            (element / 2 - instance.first).hash(&mut hasher);
        }
        Origin::Func(of) => func(of).hash(&mut hasher),
        other => {
            format!("{other:?}").hash(&mut hasher);
            (element / 2 - object.first).hash(&mut hasher);
        }
    }
    (element % 2).hash(&mut hasher);
    hasher.finish()
}

fn load(args: &EditsArgs) -> Result<(World, Utf8PathBuf), BenchError> {
    let options = args.program.options(false)?;
    let session = Session::load(&options)?;
    let functions: Vec<FuncId> =
        session.lower(&SilentProgress).into_iter().map(|(func, _)| func).collect();
    let mut of_package: FxHashMap<PackageId, Vec<FuncId>> = FxHashMap::default();
    for &func in &functions {
        of_package.entry(package_of(func)).or_default().push(func);
    }
    let mains = session.root_packages();
    let solved = SolvedFacts::default();
    Ok((World { session, functions, of_package, mains, solved }, options.dir))
}

/// Runs the edits.
pub(crate) fn edits(args: &EditsArgs) -> Result<ExitCode, BenchError> {
    let start = Instant::now();
    let (mut world, dir) = load(args)?;
    say(format_args!(
        "loaded and lowered: {} functions; {:.1} s, {} MB",
        world.functions.len(),
        start.elapsed().as_secs_f64(),
        machine::rss_kb() / 1024
    ));
    let start = Instant::now();
    world.solved.update(&world.session.db(), &world.functions);
    let (count, size) = world.solved.size();
    say(format_args!(
        "facts: {count} functions and literals, {size} constraints; {:.1} s, {} MB",
        start.elapsed().as_secs_f64(),
        machine::rss_kb() / 1024
    ));
    let mut solution = if args.solve { world.solution() } else { 0 };

    // What can be edited.
    let db = world.session.db();
    let mut places: Vec<(PackageId, gossa_db::PackageInput, SourceFile, (usize, usize))> =
        Vec::new();
    for &package in world.session.packages() {
        for &file in package.files(&db) {
            if !file.path(&db).starts_with(dir.as_str()) {
                continue;
            }
            let Ok(text) = std::str::from_utf8(file.text(&db)) else { continue };
            places.extend(
                bodies(text).into_iter().map(|body| (package.id(&db), package, file, body)),
            );
        }
    }
    drop(db);
    say(format_args!("{} bodies can be edited", places.len()));
    let mut random = Random(args.seed.max(1));
    let (mut kept, mut changed_times, mut all_times) = (Vec::new(), Vec::new(), Vec::new());
    let mut by_kind: FxHashMap<String, (u32, u32)> = FxHashMap::default();
    let (mut missed, mut different, mut reaching, mut done) = (0, 0, 0, 0);
    let (mut solving, mut moved) = (0.0, 0);
    while done < args.count && !places.is_empty() {
        let (package, input, file, body) = places[random.below(places.len())];
        let kind = KINDS[random.below(KINDS.len())];
        let db = world.session.db();
        let old = file.text(&db).clone();
        drop(db);
        let Ok(text) = std::str::from_utf8(&old) else { continue };
        let Some(new) = edited(text, body, kind, &mut random) else { continue };
        done += 1;
        for text in [Arc::from(new.as_bytes()), old.clone()] {
            let start = Instant::now();
            let db = world.session.db();
            let before = std::ptr::from_ref(package_decls(&db, input));
            drop(db);
            world.session.edit(file, text);
            let db = world.session.db();
            // An edit of a body leaves the declarations as they are, and then reaches no further
            // than the functions of its package and their instances.
            let after = std::ptr::from_ref(package_decls(&db, input));
            let functions = if before == after {
                world.of_package.get(&package).map_or(&[][..], Vec::as_slice)
            } else {
                reaching += 1;
                &world.functions
            };
            let changed = world.solved.update(&db, functions);
            let seconds = start.elapsed().as_secs_f64();
            if changed.is_empty() { &mut kept } else { &mut changed_times }.push(seconds);
            let counts = by_kind.entry(format!("{kind:?}")).or_default();
            counts.0 += 1;
            counts.1 += u32::from(!changed.is_empty());
            drop(db);
            if args.solve && !changed.is_empty() {
                let start = Instant::now();
                let before = std::mem::replace(&mut solution, world.solution());
                moved += u32::from(before != solution);
                solving += start.elapsed().as_secs_f64();
            }
            if done.is_multiple_of(args.check_every) {
                let start = Instant::now();
                missed += world.solved.update(&world.session.db(), &world.functions).len();
                all_times.push(start.elapsed().as_secs_f64());
                if args.solve {
                    different += u32::from(world.solution() != solution);
                }
            }
        }
    }
    let mut all = kept.clone();
    all.extend(&changed_times);
    summary("from text to facts, all edits", all);
    summary("  of them the solution is kept", kept);
    summary("  of them facts changed", changed_times);
    summary("validation of all functions", all_times);
    let mut by_kind: Vec<_> = by_kind.into_iter().collect();
    by_kind.sort();
    for (kind, (count, changed)) in by_kind {
        say(format_args!("  {kind}: {count}, facts changed by {changed}"));
    }
    say(format_args!(
        "edits that reached declarations: {reaching}; functions found to have changed at checks \
         only: {missed}; kept solutions unlike cold ones: {different}; solutions that solving again \
         changed: {moved}; solving {solving:.1} s"
    ));
    say(format_args!("peak {} MB", machine::peak_rss_kb() / 1024));
    let is_right = missed == 0 && different == 0;
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
