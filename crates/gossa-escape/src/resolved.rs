//! The table of calls in terms of codes: instances of generic functions by shapes, literals by
//! index.

use crate::analysis::{Analysis, Callee};
use crate::calls::{CallKind, CallTable, CodeKey, FunctionKey};
use crate::graph::FuncId;
use crate::ir::{Code, FuncIndex, FuncRef, Id, Kind};
use crate::summary::Leaks;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_syntax::NodeId;
use gossa_types::{DeclId, TypeId, TypeKind, TypeList};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A function that a call may reach, and the dereferences to its receiver.
pub(crate) type Resolved = (FuncId, u8);

/// A set in [`ResolvedCalls`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Targets(u32);

/// Sets of functions that a call may reach together.
type TargetSets = SmallVec<[Targets; 1]>;

/// What is known of an argument: its place from the end, whether it is a receiver, its leaks.
type Joined = (usize, bool, Arc<Leaks>);

/// What is known about calls.
#[derive(Default)]
pub(crate) struct ResolvedCalls {
    /// By code and node: sets; `None`: something is not known.
    sites: FxHashMap<(u32, NodeId, CallKind), Option<TargetSets>>,
    sets: Vec<Box<[Resolved]>>,
    /// By function: the sets that it is in.
    sets_with: FxHashMap<FuncId, Vec<Targets>>,
    /// By set: the codes with calls of it.
    callers: Vec<Vec<u32>>,
    /// By set: what is known of arguments, by their place from the end and whether they are
    /// receivers.
    joined: RefCell<Vec<Vec<Joined>>>,
    pub(crate) reachable: FxHashSet<FuncId>,
    /// Functions without a body whose body is elsewhere.
    pub(crate) linked: FxHashMap<FuncId, FuncId>,
    /// By function with a body: those without that it stands for.
    linked_to: FxHashMap<FuncId, Vec<FuncId>>,
    makes_functions: bool,
}

/// Finds codes and functions in them.
struct Finder<'a, 'e> {
    analysis: &'a Analysis<'e>,
    codes: FxHashMap<CodeKey, SmallVec<[u32; 1]>>,
    /// By declaration: instances whose shapes are made of shapes. Which types led to them is not
    /// to be seen any more.
    nested: FxHashMap<DeclId, Vec<u32>>,
    /// By code: its literals.
    literals: FxHashMap<u32, FxHashMap<NodeId, FuncIndex>>,
}

impl<'a, 'e> Finder<'a, 'e> {
    fn new(analysis: &'a Analysis<'e>) -> Self {
        let mut nested: FxHashMap<DeclId, Vec<u32>> = FxHashMap::default();
        for (code, at) in analysis.codes.iter().zip(0..) {
            if let Some(root) = code.root
                && root.args.iter().any(|&arg| is_nested_shape(arg))
            {
                nested.entry(root.decl).or_default().push(at);
            }
        }
        Self { analysis, codes: FxHashMap::default(), nested, literals: FxHashMap::default() }
    }

    /// The codes that the function may be; none if it is not known.
    fn codes(&mut self, key: CodeKey) -> SmallVec<[u32; 1]> {
        if let Some(known) = self.codes.get(&key) {
            return known.clone();
        }
        let found: SmallVec<[u32; 1]> = match key {
            CodeKey::Initializer(variable) => {
                self.analysis.initializers.get(&variable).copied().into_iter().collect()
            }
            CodeKey::Function(decl, args) => {
                let shapes = if args.is_empty() {
                    TypeList::EMPTY
                } else {
                    let package = self.analysis.env.package(decl.package());
                    let func = package.and_then(|package| package.funcs.get(&decl));
                    self.analysis.types.shapes(&args, func.map_or(&[], |func| &func.type_params))
                };
                let exact = self.analysis.index.get(&FuncRef { decl, args: shapes }).copied();
                let nested = if args.is_empty() { None } else { self.nested.get(&decl) };
                let nested = nested.into_iter().flatten().copied();
                let mut all: SmallVec<[u32; 1]> = exact.into_iter().chain(nested).collect();
                all.sort_unstable();
                all.dedup();
                all
            }
        };
        self.codes.insert(key, found.clone());
        found
    }

    /// The functions that one of the source may be; none if it is not known.
    fn functions(&mut self, key: FunctionKey) -> Vec<FuncId> {
        let codes = self.codes(key.code);
        let Some(node) = key.literal else {
            return codes.into_iter().map(|code| FuncId { code, func: Code::ROOT }).collect();
        };
        let analysis = self.analysis;
        let all = codes.into_iter().filter_map(|code| {
            let literals = self.literals.entry(code).or_insert_with(|| {
                let code = &analysis.codes[code as usize];
                let literals = code.nodes.iter().filter_map(|found| match found.kind {
                    Kind::Closure(func) if !code[func].wrapper => Some((found.at.node, func)),
                    _ => None,
                });
                literals.collect()
            });
            literals.get(&node).map(|&func| FuncId { code, func })
        });
        all.collect()
    }
}

/// Whether a type argument is a shape that is made of shapes.
fn is_nested_shape(arg: TypeId) -> bool {
    matches!(arg.unalias().kind(), TypeKind::Named { decl, .. }
        if crate::types::is_shape_decl(*decl) && decl.name().as_str().contains("go.shape."))
}

impl ResolvedCalls {
    pub(crate) fn new(analysis: &Analysis<'_>, table: &CallTable) -> Self {
        let mut finder = Finder::new(analysis);
        let mut calls = Self { makes_functions: table.makes_functions, ..Self::default() };
        for &key in &table.reachable {
            calls.reachable.extend(finder.functions(key));
        }
        for &(from, to) in &table.linked {
            let mut root =
                |decl| finder.codes(CodeKey::Function(decl, TypeList::EMPTY)).first().copied();
            if let (Some(from), Some(to)) = (root(from), root(to)) {
                let func = |code| FuncId { code, func: Code::ROOT };
                calls.linked.insert(func(from), func(to));
                calls.linked_to.entry(func(to)).or_default().push(func(from));
            }
        }
        let mut sets: Vec<Option<Targets>> = Vec::with_capacity(table.sets.len());
        for targets in &table.sets {
            let mut found: Option<Vec<Resolved>> = Some(Vec::new());
            for target in targets {
                let funcs = finder.functions(target.function);
                if funcs.is_empty() {
                    found = None;
                }
                let Some(found) = &mut found else { break };
                found.extend(funcs.into_iter().map(|func| (func, target.receiver)));
            }
            sets.push(found.map(|mut found| {
                found.sort_unstable();
                found.dedup();
                let set = Targets(u32::try_from(calls.sets.len()).unwrap_or(u32::MAX));
                for &(func, _) in &found {
                    let with = calls.sets_with.entry(func).or_default();
                    if with.last() != Some(&set) {
                        with.push(set);
                    }
                }
                calls.sets.push(found.into());
                set
            }));
        }
        for site in &table.sites {
            let set = site.targets.and_then(|at| sets.get(at as usize).copied().flatten());
            for code in finder.codes(site.code) {
                // Instances with the same shapes are one code; a statement may make several calls.
                let entry = calls
                    .sites
                    .entry((code, site.node, site.kind))
                    .or_insert_with(|| Some(SmallVec::new()));
                match (entry.as_mut(), set) {
                    (Some(known), Some(set)) if known.contains(&set) => {}
                    (Some(known), Some(set)) => known.push(set),
                    _ => *entry = None,
                }
            }
        }
        calls.callers = vec![Vec::new(); calls.sets.len()];
        calls.joined = RefCell::new(vec![Vec::new(); calls.sets.len()]);
        for site in &table.sites {
            for code in finder.codes(site.code) {
                let targets = calls.sites.get(&(code, site.node, site.kind));
                for set in targets.into_iter().flatten().flatten() {
                    calls.callers[set.0 as usize].push(code);
                }
            }
        }
        for callers in &mut calls.callers {
            callers.sort_unstable();
            callers.dedup();
        }
        calls
    }

    /// The functions that a call may reach, of those that it finds in one of these ways; `None`:
    /// not known.
    pub(crate) fn targets(
        &self,
        code: &Code,
        caller: FuncId,
        call: Id,
        kinds: &[CallKind],
    ) -> Option<TargetSets> {
        // What a go or defer statement calls is called by a function made for it.
        let node = code[caller.func].site.unwrap_or(code[call].at.node);
        let mut found: SmallVec<[Targets; 1]> = SmallVec::new();
        for &kind in kinds {
            let Some(targets) = self.sites.get(&(caller.code, node, kind)) else { continue };
            let targets = targets.as_deref()?;
            let is_empty = targets.iter().all(|&set| self.set(set).is_empty());
            if is_empty && kind == CallKind::Value && self.makes_functions {
                return None;
            }
            found.extend_from_slice(targets);
        }
        (!found.is_empty()).then_some(found)
    }

    fn set(&self, set: Targets) -> &[Resolved] {
        self.sets.get(set.0 as usize).map_or(&[], |set| set)
    }

    /// Where an argument of a call flows that may reach any function of a set, by what is known of
    /// these by now; a receiver has to be dereferenced as the set says.
    pub(crate) fn leaks(
        &self,
        analysis: &Analysis<'_>,
        set: Targets,
        from_end: usize,
        receiver: bool,
    ) -> Arc<Leaks> {
        let found = self.joined.borrow();
        let known =
            found[set.0 as usize].iter().find(|(at, of, _)| (*at, *of) == (from_end, receiver));
        if let Some((.., known)) = known {
            return Arc::clone(known);
        }
        drop(found);
        let mut all = Leaks::default();
        for &(func, derefs) in self.set(set) {
            let params = analysis.params(Callee::Local(func)).params;
            let leaks = params.len().checked_sub(from_end).and_then(|index| params.get(index));
            all.join(leaks.unwrap_or(&Leaks::UNKNOWN), if receiver { derefs } else { 0 });
        }
        let all = Arc::new(all.minimal());
        let joined = &mut self.joined.borrow_mut()[set.0 as usize];
        joined.push((from_end, receiver, Arc::clone(&all)));
        all
    }

    /// More is known about functions; returns the codes that may call them without naming them.
    pub(crate) fn changed(&mut self, funcs: &[FuncId]) -> BTreeSet<u32> {
        let mut codes = BTreeSet::new();
        for func in funcs {
            let names = self.linked_to.get(func).map_or(&[][..], |names| names);
            for func in names.iter().chain([func]) {
                for set in self.sets_with.get(func).into_iter().flatten() {
                    let at = set.0 as usize;
                    self.joined.get_mut()[at].clear();
                    codes.extend(&self.callers[at]);
                }
            }
        }
        codes
    }
}
