//! Where values of a protocol are made: creations, and the calls of functions that return what they
//! have made.

use super::handed;
use super::never::Never;
use super::state::{Key, Known, Path, Sel, State};
use super::walk::{Engine, Exit, Node, Walk, following, holds_value};
use super::{Creation, Protocol, StateId, Step, StepKind, Violation, ViolationKind};
use crate::func::{Func, Inst};
use crate::op::Op;
use crate::whole::ProgramPass;
use gossa_base::{FxHashMap, FxHashSet};

/// How far up callers are followed that get a value returned.
const CALLERS: usize = 4;

/// A call that makes a value.
struct Site<'p> {
    at: Inst<'p>,
    holders: Vec<(usize, Path)>,
    known: Vec<(usize, Known)>,
    /// What made it, where the call has it from a function that returns what it makes.
    from: Option<usize>,
    level: usize,
}

/// The violations of a protocol.
pub(super) fn run<'p>(pass: &ProgramPass<'p>, protocol: &Protocol) -> Vec<Violation<'p>> {
    let mut engine = Engine {
        pass,
        protocol,
        shapes: FxHashMap::default(),
        summaries: FxHashMap::default(),
        in_progress: FxHashSet::default(),
        never: Never::default(),
        asked: FxHashSet::default(),
        unused: FxHashSet::default(),
    };
    let sites = creations(pass, protocol);
    let mut found = engine.all(&sites);
    if !engine.asked.is_empty() {
        engine.unused = handed::unused(pass, &engine.asked);
        if !engine.unused.is_empty() {
            engine.summaries.clear();
            found = engine.all(&sites);
        }
    }
    found.sort_by_key(|violation| {
        (violation.created.func().index, violation.created.index(), violation.at.index())
    });
    found
}

/// The calls that make values, in packages that the user asked about.
fn creations<'p>(pass: &ProgramPass<'p>, protocol: &Protocol) -> Vec<(Inst<'p>, Creation)> {
    let mut found = Vec::new();
    for func in pass.program().functions() {
        let here = |creation: &&Creation| {
            let rest = creation.function.strip_prefix(func.package());
            rest.is_some_and(|rest| rest.starts_with('.') && !rest.contains('/'))
        };
        if !protocol.creations.iter().any(|creation| here(&creation)) {
            continue;
        }
        let Some(name) = func.declared_name() else { continue };
        for creation in protocol.creations.iter().filter(|creation| creation.function == name) {
            let sites = func.static_callers().filter(|site| site.func().is_requested());
            found.extend(sites.map(|site| (site, creation.clone())));
        }
    }
    found.sort_by_key(|(site, creation)| (site.func().index, site.index(), creation.result));
    found
}

impl<'p> Engine<'_, 'p> {
    fn all(&mut self, creations: &[(Inst<'p>, Creation)]) -> Vec<Violation<'p>> {
        let mut sites: Vec<Site<'p>> = creations
            .iter()
            .map(|(at, creation)| Site {
                at: *at,
                holders: std::iter::once((creation.result, Vec::new()))
                    .chain(creation.context.map(|context| (context, vec![Sel::Context])))
                    .collect(),
                known: creation.error.map(|error| (error, Known::Nil)).into_iter().collect(),
                from: None,
                level: 0,
            })
            .collect();
        let mut known: FxHashSet<(Inst<'p>, Vec<(usize, Path)>)> = FxHashSet::default();
        // By site: its violation, and the calls that get the value from it.
        let mut results: Vec<(Vec<Violation<'p>>, Vec<usize>, bool)> = Vec::new();
        let mut next = 0;
        while next < sites.len() {
            let (violations, children, all) = self.site(&sites, next, &mut known);
            let from = sites.len();
            sites.extend(children);
            results.push((violations, (from..sites.len()).collect(), all));
            next += 1;
        }
        // Where all callers go wrong, the function itself does.
        for at in (0..results.len()).rev() {
            let (own, children, all) = &results[at];
            let lost = |child: &usize| {
                let mut own = results[*child].0.iter();
                own.any(|v| v.always && !matches!(v.kind, ViolationKind::Event(_)))
            };
            if !own.is_empty() || !*all || children.is_empty() || !children.iter().all(lost) {
                continue;
            }
            let children = children.clone();
            let first =
                results[children[0]].0.iter().find(|v| !matches!(v.kind, ViolationKind::Event(_)));
            let Some(mut violation) = first.cloned() else { continue };
            violation.created = sites[at].at;
            violation.certain =
                children.iter().all(|child| results[*child].0.iter().all(|v| v.certain));
            for child in children {
                results[child].0.clear();
            }
            results[at].0.push(violation);
        }
        results.into_iter().flat_map(|result| result.0).collect()
    }

    /// Walks from one creation: what goes wrong, the calls that get the value from there, and
    /// whether these are all calls that do.
    fn site(
        &mut self,
        sites: &[Site<'p>],
        number: usize,
        known: &mut FxHashSet<(Inst<'p>, Vec<(usize, Path)>)>,
    ) -> (Vec<Violation<'p>>, Vec<Site<'p>>, bool) {
        let site = &sites[number];
        let func = site.at.func();
        if !known.insert((site.at, site.holders.clone())) || !matches!(site.at.op(), Op::Call(_)) {
            return Default::default();
        }
        let mut walk = self.walk(func, Some(site.at), 0);
        if walk.shape.has_holes {
            return Default::default();
        }
        let mut state = State::new(StateId(0));
        for (result, path) in &site.holders {
            let Some(value) = site.at.results().nth(*result) else { return Default::default() };
            state.hold(value.id, path.clone());
        }
        for (result, fact) in &site.known {
            if let Some(value) = site.at.results().nth(*result)
                && walk.shape.conditions.is_tested(value.id)
            {
                state.know(Key::Value(value.id), Some(*fact));
            }
        }
        state.pending = walk.deferred_before(site.at);
        walk.assume_before(&mut state, site.at);
        walk.nodes.push(Node { before: 0, step: None });
        let Some(after) = following(site.at) else { return Default::default() };
        walk.work.push_back((after, state, 0));
        self.run(&mut walk);
        let violations = violations(self.protocol, &walk, sites, number);
        let mut children = Vec::new();
        let mut all = !self.is_open(func);
        for exit in &walk.exits {
            let Exit::Left(left) = exit else { continue };
            if left.panics || !holds_value(&left.returned) || site.level == CALLERS {
                continue;
            }
            for caller in func.static_callers() {
                if caller.func().is_requested() && matches!(caller.op(), Op::Call(_)) {
                    children.push(Site {
                        at: caller,
                        holders: left.returned.clone(),
                        known: left.known.clone(),
                        from: Some(number),
                        level: site.level + 1,
                    });
                } else {
                    all = false;
                }
            }
        }
        (violations, children, all)
    }

    /// Whether calls that are not by name, or not in the program, may reach a function.
    fn is_open(&self, func: Func<'p>) -> bool {
        (func.is_exported() && !is_closed(func.package()))
            || func.is_closure()
            || self.pass.call_graph().callers(func).len() != func.static_callers().count()
    }
}

/// The violations that a walk from a creation has found: of losses, the surest.
fn violations<'p>(
    protocol: &Protocol,
    walk: &Walk<'p>,
    sites: &[Site<'p>],
    number: usize,
) -> Vec<Violation<'p>> {
    let rank = |(kind, _, state, _): &(ViolationKind, Inst<'p>, State, usize)| {
        (!state.certain, matches!(kind, ViolationKind::Panicked), state.recovered)
    };
    let mut found: Vec<&(ViolationKind, Inst<'p>, State, usize)> = walk.found.iter().collect();
    found.sort_by_key(|entry| rank(entry));
    let mut seen = FxHashSet::default();
    let mut violations = Vec::new();
    for (kind, at, state, node) in found {
        let class = match kind {
            ViolationKind::Event(event) => Some((*event, *at)),
            _ => None,
        };
        if !seen.insert(class) {
            continue;
        }
        let mut steps = vec![Step { at: *at, kind: StepKind::End(*kind) }];
        let mut next = *node;
        while next != 0 {
            steps.extend(walk.nodes[next].step);
            next = walk.nodes[next].before;
        }
        let mut maker = number;
        while let Some(from) = sites[maker].from {
            steps.push(Step { at: sites[maker].at, kind: StepKind::Received });
            maker = from;
        }
        steps.push(Step { at: sites[maker].at, kind: StepKind::Created });
        steps.reverse();
        violations.push(Violation {
            created: sites[number].at,
            state: protocol.states[state.state.0 as usize],
            kind: *kind,
            at: *at,
            steps,
            certain: state.certain,
            always: !walk.left,
        });
    }
    violations
}

/// Whether no other module imports a package.
pub(super) fn is_closed(path: &str) -> bool {
    path == "main"
        || path.split('/').any(|part| part == "internal" || part == "main" || part == "cmd")
}
