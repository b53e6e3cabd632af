//! Tests written as text: bodies with what is expected of them in comments.
//!
//! ```text
//! test verify
//! type m.T = struct{x: int}
//! func m.bad(v0: int) {
//! b0:
//!   return v0  ; error: V13 returns 0 values, not 1
//! }
//! ```
//!
//! A `test` line names a [`Command`], which finds facts about lines of the text: a key and a text
//! each. Comments `; key: text` expect them. Several stand on one line with a `;` before each.
//! The facts of a *complete* command must all be expected; those of another only where the line
//! has an expectation with their key. Every expectation must be met, and every file must survive
//! printing and reading back.
//!
//! Crates that know more about bodies add commands of their own and call [`run`] with them; each
//! crate runs the files that name its commands.

use crate::body::Body;
use crate::dom::{Dominators, PostDominators};
use crate::flow::monotone::{Liveness, solve};
use crate::graph::Cfg;
use crate::ids::BlockId;
use crate::loops::Loops;
use crate::print::print;
use crate::read::{ReadBody, TextFile, read, read_file};
use crate::verify::{Place, verify_lowered};
use gossa_base::{FxHashMap, Name};
use gossa_types::underlying::RelationCache;
use gossa_types::{Bound, DeclId, MethodInfo, PackageId, Resolver, Target, TypeId, TypeParamId};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Something that a command found out about a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The line, from 1.
    pub line: u32,
    /// What sort of fact it is: the word before the colon of an expectation.
    pub key: &'static str,
    /// The fact.
    pub text: String,
}

/// What a `test` line asks for.
pub struct Command {
    /// The word on the `test` line.
    pub name: &'static str,
    /// The keys of its findings.
    pub keys: &'static [&'static str],
    /// Whether all findings must be expected.
    pub complete: bool,
    /// Does it.
    pub run: fn(&TextFile) -> Vec<Finding>,
}

/// This crate's commands.
///
/// - `print`: the text is canonical, comments aside.
/// - `verify`: `error: V7 message`, the message perhaps in part.
/// - `dom`: on a block's line, `idom: b0` and `ipdom: b3`, or `none`.
/// - `loops`: on a block's line, `loop: b1 depth 2`, the innermost loop's header, or `none`.
/// - `live`: on a block's line, `live: v0, v3`, the values live at its start, or `none`.
pub const COMMANDS: &[Command] = &[
    Command { name: "print", keys: &["print"], complete: true, run: |_| Vec::new() },
    Command { name: "verify", keys: &["error"], complete: true, run: violations },
    Command { name: "dom", keys: &["idom", "ipdom"], complete: false, run: dominators },
    Command { name: "loops", keys: &["loop"], complete: false, run: loops },
    Command { name: "live", keys: &["live"], complete: false, run: live },
];

/// Runs all `.ssa` files of a directory that name one of the commands, in order of their names;
/// gives the number of files, or what failed.
pub fn run(dir: &Path, commands: &[Command]) -> Result<usize, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", dir.display());
    #[expect(clippy::disallowed_methods, reason = "for tests")]
    let entries = std::fs::read_dir(dir).map_err(failed)?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "ssa") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut count = 0;
    let mut failures = String::new();
    for path in paths {
        #[expect(clippy::disallowed_methods, reason = "for tests")]
        let text = std::fs::read_to_string(&path).map_err(failed)?;
        match run_text(&text, commands) {
            Ok(ran) => count += usize::from(ran),
            Err(message) => {
                let _ = writeln!(failures, "{}:\n{message}", path.display());
            }
        }
    }
    if failures.is_empty() { Ok(count) } else { Err(failures) }
}

/// Runs the tests of a text; false when it names none of the commands.
pub fn run_text(text: &str, commands: &[Command]) -> Result<bool, String> {
    let file = read_file(text).map_err(|error| error.to_string())?;
    let named: Vec<&Command> =
        commands.iter().filter(|c| file.tests.iter().any(|test| test == c.name)).collect();
    if named.is_empty() {
        return Ok(false);
    }
    let mut failures = String::new();
    round_trip(&file, &mut failures);
    let expectations = expectations(text);
    for command in named {
        if command.name == "print" {
            canonical(text, &file, &mut failures);
        }
        let mut found = (command.run)(&file);
        for (line, key, expected) in &expectations {
            if !command.keys.contains(key) {
                continue;
            }
            let met = found.iter().position(|finding| {
                finding.line == *line && finding.key == *key && fits(expected, &finding.text)
            });
            match met {
                Some(at) => {
                    found.remove(at);
                }
                None => {
                    let _ = writeln!(failures, "{line}: expected {key}: {expected}");
                    for finding in found.iter().filter(|f| f.line == *line && f.key == *key) {
                        let _ = writeln!(failures, "{line}: found    {key}: {}", finding.text);
                    }
                }
            }
        }
        if command.complete {
            for finding in found {
                let Finding { line, key, text } = finding;
                let _ = writeln!(failures, "{line}: not expected: {key}: {text}");
            }
        }
    }
    if failures.is_empty() { Ok(true) } else { Err(failures) }
}

/// Whether a finding's text is as expected: equal, or of a violation the number and a part of the
/// message.
fn fits(expected: &str, found: &str) -> bool {
    if expected == found {
        return true;
    }
    let rule = |text: &str| text.strip_prefix('V')?.parse::<u8>().ok();
    let (number, message) = expected.split_once(' ').unwrap_or((expected, ""));
    let (found_number, found_message) = found.split_once(' ').unwrap_or((found, ""));
    rule(number).is_some() && number == found_number && found_message.contains(message)
}

/// Comments of the form `; key: text`.
fn expectations(text: &str) -> Vec<(u32, &str, &str)> {
    let mut expectations = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        // The code before the first `;` has no strings with one in tests.
        for comment in text.split(';').skip(1) {
            if let Some((key, text)) = comment.split_once(':') {
                expectations.push((line, key.trim(), text.trim()));
            }
        }
    }
    expectations
}

fn bodies(file: &TextFile) -> Vec<Body> {
    file.bodies.iter().map(|read| read.body.clone()).collect()
}

fn round_trip(file: &TextFile, failures: &mut String) {
    let bodies = bodies(file);
    let printed = print(&bodies);
    match read(&printed) {
        Ok(again) if again == bodies => {}
        Ok(_) => {
            let _ = writeln!(failures, "reading back gives other bodies:\n{printed}");
        }
        Err(error) => {
            let _ = writeln!(failures, "reading back: {error}\n{printed}");
        }
    }
}

fn canonical(text: &str, file: &TextFile, failures: &mut String) {
    let printed = print(&bodies(file));
    let mut printed = printed.lines();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split("  ;").next().unwrap_or(line).trim_end();
        let is_code = !(code.is_empty()
            || code.starts_with(';')
            || code.starts_with("test ")
            || code.starts_with("type "));
        if !is_code {
            continue;
        }
        let found = printed.next().unwrap_or("");
        if found != code {
            let _ = writeln!(failures, "{number}: prints as\n{found}");
        }
    }
}

fn violations(file: &TextFile) -> Vec<Finding> {
    let resolver = TextResolver::new(file);
    let mut findings = Vec::new();
    let mut start = 0;
    while start < file.bodies.len() {
        // A function with the closures behind it.
        let closures = file.bodies[start + 1..].iter().take_while(|read| read.body.is_closure());
        let end = start + 1 + closures.count();
        let group = &file.bodies[start..end];
        let bodies: Vec<Body> = group.iter().map(|read| read.body.clone()).collect();
        for (index, violation) in verify_lowered(&bodies, Some(&resolver)) {
            let read: &ReadBody = &group[index];
            let line = match violation.place {
                Place::Body => read.line,
                Place::Block(block) => read.block_lines[block.index()],
                Place::Inst(inst) => read.inst_lines[inst.index()],
            };
            let text = format!("V{} {}", violation.rule, violation.message);
            findings.push(Finding { line, key: "error", text });
        }
        start = end;
    }
    findings
}

/// A finding for each block of each body.
fn by_block(
    file: &TextFile,
    mut find: impl FnMut(&Body, &Cfg) -> Vec<(BlockId, &'static str, String)>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for read in &file.bodies {
        let cfg = Cfg::new(&read.body);
        for (block, key, text) in find(&read.body, &cfg) {
            findings.push(Finding { line: read.block_lines[block.index()], key, text });
        }
    }
    findings
}

fn block_or_none(block: Option<BlockId>) -> String {
    block.map_or_else(|| "none".to_owned(), |block| block.to_string())
}

fn dominators(file: &TextFile) -> Vec<Finding> {
    by_block(file, |body, cfg| {
        let dominators = Dominators::new(cfg);
        let post = PostDominators::new(cfg);
        body.block_ids()
            .flat_map(|block| {
                [
                    (block, "idom", block_or_none(dominators.immediate(block))),
                    (block, "ipdom", block_or_none(post.immediate(block))),
                ]
            })
            .collect()
    })
}

fn loops(file: &TextFile) -> Vec<Finding> {
    by_block(file, |body, cfg| {
        let loops = Loops::new(cfg, &Dominators::new(cfg));
        body.block_ids()
            .map(|block| {
                let text = match loops.innermost(block) {
                    None => "none".to_owned(),
                    Some(id) => format!("{} depth {}", loops[id].header, loops[id].depth),
                };
                (block, "loop", text)
            })
            .collect()
    })
}

fn live(file: &TextFile) -> Vec<Finding> {
    by_block(file, |body, cfg| {
        let solution = solve(&Liveness, body, cfg);
        body.block_ids()
            .map(|block| {
                let live: Vec<String> =
                    solution.at_start[block.index()].iter().map(|v| format!("v{v}")).collect();
                let text = if live.is_empty() { "none".to_owned() } else { live.join(", ") };
                (block, "live", text)
            })
            .collect()
    })
}

/// A [`Resolver`] that knows what a text's `type` lines say.
#[derive(Default)]
pub struct TextResolver {
    types: FxHashMap<DeclId, TypeId>,
    cache: RelationCache,
}

impl TextResolver {
    /// The resolver for a text.
    #[must_use]
    pub fn new(file: &TextFile) -> Self {
        Self { types: file.types.iter().copied().collect(), cache: RelationCache::default() }
    }
}

impl Resolver for TextResolver {
    fn underlying_of(&self, decl: DeclId) -> TypeId {
        let known = gossa_types::universe::type_decl(decl).map(|found| found.underlying);
        known.or_else(|| self.types.get(&decl).copied()).unwrap_or(TypeId::INVALID)
    }

    fn type_params_of(&self, _decl: DeclId) -> Arc<[TypeParamId]> {
        Arc::from([])
    }

    fn method_of(&self, _decl: DeclId, _name: Name, _package: Option<PackageId>) -> Option<DeclId> {
        None
    }

    fn methods_of(&self, _decl: DeclId) -> Arc<[(Name, DeclId)]> {
        Arc::from([])
    }

    fn method_info(&self, _method: DeclId) -> Option<MethodInfo> {
        None
    }

    fn bound_of(&self, _param: TypeParamId) -> Bound {
        Bound::INVALID
    }

    fn target(&self) -> Target {
        Target::for_arch("amd64")
    }

    fn cache(&self) -> &RelationCache {
        &self.cache
    }
}
