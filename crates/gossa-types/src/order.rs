//! Package initialization order (Go spec, "Package initialization").
//!
//! After a package's bodies are checked: variables are initialized in declaration order, but
//! after those that their initializers mention, directly or through functions. As in the compiler,
//! variables without an initializer take their turns among them. Constants have none, but may be
//! part of a cycle (`const c = len(v)`).

use crate::decls::{
    DeclSource, Initializer, Note, NoteKind, PackageDecls, Part, StaticDecl, TypeError,
};
use crate::ids::DeclId;
use gossa_base::FxHashMap;
use gossa_syntax::NodeId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// In what order a package's variables are initialized.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InitOrder {
    /// Indices of the initializers in the order of execution. Complete even if there are cycles.
    pub order: Box<[u32]>,
    /// Cycles of declarations: each mentions the next, the last the first, which is a variable or
    /// a constant.
    pub cycles: Box<[Box<[DeclId]>]>,
}

/// Computes the order of `initializers`; these and `statics` are in source order.
///
/// `references` gives what a function's body mentions; nothing for declarations of other
/// packages. Takes time linear in the number of mentions, but for cycles.
pub fn initialization_order<'a>(
    initializers: &'a [Initializer],
    statics: &'a [StaticDecl],
    references: &dyn Fn(DeclId) -> &'a [DeclId],
) -> InitOrder {
    let mut graph = Graph::build(initializers, statics, references);
    let cycles = graph.take_constants();
    graph.sort(cycles)
}

/// The message for a cycle, as the compiler says it: a line, and a line for each mention.
#[must_use]
pub fn cycle_message(cycle: &[DeclId]) -> Vec<String> {
    match cycle {
        [] => Vec::new(),
        [only] => vec![format!("initialization cycle: {} refers to itself", only.name())],
        [first, ..] => {
            let mut lines = vec![format!("initialization cycle for {}", first.name())];
            for (i, decl) in cycle.iter().enumerate() {
                let next = cycle.get(i + 1).unwrap_or(first);
                lines.push(format!("{} refers to {}", decl.name(), next.name()));
            }
            lines
        }
    }
}

/// The error that a cycle is.
#[must_use]
pub fn cycle_error(decls: &PackageDecls, cycle: &[DeclId]) -> Option<TypeError> {
    let place = |decl: DeclId| place_of(decls, decl);
    let first = *cycle.first()?;
    let (source, node) = place(first)?;
    let mut lines = cycle_message(cycle).into_iter();
    let message = lines.next()?;
    let notes = lines.zip(cycle).filter_map(|(line, &decl)| {
        let (source, node) = place(decl)?;
        Some(Note { package: None, source, in_body: false, node, kind: NoteKind::Text(line) })
    });
    let notes = notes.collect();
    Some(TypeError { source, in_body: false, node, part: Part::Whole, message, soft: false, notes })
}

/// Where a variable, constant or function is declared.
fn place_of(decls: &PackageDecls, decl: DeclId) -> Option<(DeclSource, NodeId)> {
    if let Some(func) = decls.funcs.get(&decl) {
        return Some((func.source, NodeId::ROOT));
    }
    match decls.vars.get(&decl) {
        Some(var) => Some((var.source, var.ident.into())),
        None => decls.consts.get(&decl).map(|found| (found.source, found.ident.into())),
    }
}

#[derive(Default)]
struct Node {
    decl: Option<DeclId>,
    constant: bool,
    /// For a variable its initializer.
    initializer: Option<u32>,
    /// What it mentions.
    uses: Vec<u32>,
}

struct Graph {
    /// Variables and constants first, in source order; then the functions that they lead to.
    nodes: Vec<Node>,
    variables: usize,
    initializers: usize,
}

impl Graph {
    fn build<'a>(
        initializers: &'a [Initializer],
        statics: &'a [StaticDecl],
        references: &dyn Fn(DeclId) -> &'a [DeclId],
    ) -> Self {
        let mut nodes = Vec::new();
        let mut ids: FxHashMap<DeclId, u32> = FxHashMap::default();
        let mut mentioned: Vec<&'a [DeclId]> = Vec::new();
        let mut statics = statics.iter().peekable();
        let mut add_statics = |before: Option<&Initializer>,
                               nodes: &mut Vec<Node>,
                               ids: &mut FxHashMap<DeclId, u32>,
                               mentioned: &mut Vec<&'a [DeclId]>| {
            let is_before = |found: &&StaticDecl| {
                before.is_none_or(|i| (found.source, found.ident) < (i.source, i.rhs))
            };
            while let Some(found) = statics.next_if(is_before) {
                ids.insert(found.decl, nodes.len() as u32);
                let (decl, constant) = (Some(found.decl), found.constant);
                nodes.push(Node { decl, constant, ..Node::default() });
                mentioned.push(&found.references);
            }
        };
        for (index, initializer) in initializers.iter().enumerate() {
            add_statics(Some(initializer), &mut nodes, &mut ids, &mut mentioned);
            let index = index as u32;
            // Without variables there is still something to execute.
            let count = initializer.lhs.len().max(1);
            for at in 0..count {
                let decl = initializer.lhs.get(at).copied();
                if let Some(decl) = decl {
                    ids.insert(decl, nodes.len() as u32);
                }
                nodes.push(Node { decl, initializer: Some(index), ..Node::default() });
                mentioned.push(&initializer.references);
            }
        }
        add_statics(None, &mut nodes, &mut ids, &mut mentioned);
        let variables = nodes.len();
        let mut next = 0;
        while next < nodes.len() {
            let mut uses = Vec::with_capacity(mentioned[next].len());
            for &decl in mentioned[next] {
                let id = *ids.entry(decl).or_insert_with(|| {
                    nodes.push(Node { decl: Some(decl), ..Node::default() });
                    mentioned.push(references(decl));
                    nodes.len() as u32 - 1
                });
                uses.push(id);
            }
            uses.sort_unstable();
            uses.dedup();
            nodes[next].uses = uses;
            next += 1;
        }
        Self { nodes, variables, initializers: initializers.len() }
    }

    /// Constants wait for nothing: takes them out of all mentions, once the cycles that they are
    /// part of are found.
    fn take_constants(&mut self) -> Vec<Box<[DeclId]>> {
        let mut cycles = Vec::new();
        let constants: Vec<u32> =
            (0..self.variables as u32).filter(|&id| self.nodes[id as usize].constant).collect();
        if constants.is_empty() {
            return cycles;
        }
        let (component, members) = self.components();
        let mut sizes = vec![0_u32; members.len()];
        component.iter().for_each(|&c| sizes[c as usize] += 1);
        for id in constants {
            let in_component = sizes[component[id as usize] as usize] > 1;
            if in_component || self.nodes[id as usize].uses.contains(&id) {
                cycles.extend(self.cycle_through(id));
            }
            // Its own part in further cycles is told.
            self.nodes[id as usize].uses.clear();
        }
        let constant: Vec<bool> = self.nodes.iter().map(|node| node.constant).collect();
        for node in &mut self.nodes {
            node.uses.retain(|&used| !constant[used as usize]);
        }
        cycles
    }

    fn sort(&self, mut cycles: Vec<Box<[DeclId]>>) -> InitOrder {
        // Functions that call each other are one node: they are ready together.
        let (component, members) = self.components();
        let is_variable = |node: u32| (node as usize) < self.variables;
        let group = |node: u32| -> u32 {
            let first = members[component[node as usize] as usize];
            if is_variable(node) || is_variable(first) { node } else { first }
        };
        let count = self.nodes.len();
        let mut sizes = vec![0_u32; members.len()];
        component.iter().for_each(|&c| sizes[c as usize] += 1);
        let mut waits = vec![0_u32; count];
        let mut users: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (id, node) in self.nodes.iter().enumerate() {
            let own = group(id as u32);
            for &used in &node.uses {
                let other = group(used);
                // A variable that mentions itself waits for ever.
                if other != own || is_variable(own) {
                    waits[own as usize] += 1;
                    users[other as usize].push(own);
                }
            }
        }
        let mut ready: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
        let mut free: Vec<u32> = Vec::new();
        for id in 0..count as u32 {
            if group(id) == id && waits[id as usize] == 0 {
                if is_variable(id) { ready.push(Reverse(id)) } else { free.push(id) }
            }
        }
        let mut done = vec![false; count];
        let mut emitted = vec![false; self.initializers];
        let mut order = Vec::with_capacity(self.initializers);
        let mut first_left = 0;
        loop {
            let id = match free.pop().or_else(|| ready.pop().map(|Reverse(id)| id)) {
                Some(id) => id,
                None => {
                    while first_left < self.variables && done[first_left] {
                        first_left += 1;
                    }
                    let left =
                        (first_left as u32..self.variables as u32).filter(|&id| !done[id as usize]);
                    // Go on behind the first variable on a cycle.
                    let on_cycle = |id: &u32| {
                        sizes[component[*id as usize] as usize] > 1
                            || self.nodes[*id as usize].uses.contains(id)
                    };
                    match left.clone().find(on_cycle).or_else(|| left.clone().next()) {
                        Some(id) => {
                            cycles.extend(self.cycle_through(id));
                            id
                        }
                        None => break,
                    }
                }
            };
            if std::mem::replace(&mut done[id as usize], true) {
                continue;
            }
            if let Some(initializer) = self.nodes[id as usize].initializer
                && !std::mem::replace(&mut emitted[initializer as usize], true)
            {
                order.push(initializer);
            }
            for &user in &users[id as usize] {
                waits[user as usize] = waits[user as usize].saturating_sub(1);
                if waits[user as usize] == 0 && !done[user as usize] {
                    if is_variable(user) { ready.push(Reverse(user)) } else { free.push(user) }
                }
            }
        }
        InitOrder { order: order.into(), cycles: cycles.into() }
    }

    /// A path of mentions from a node back to itself.
    fn cycle_through(&self, start: u32) -> Option<Box<[DeclId]>> {
        let mut seen = vec![false; self.nodes.len()];
        // Node and position in its mentions.
        let mut path: Vec<(u32, usize)> = vec![(start, 0)];
        while let Some((node, at)) = path.last_mut() {
            let Some(&next) = self.nodes[*node as usize].uses.get(*at) else {
                path.pop();
                continue;
            };
            *at += 1;
            if next == start {
                return Some(
                    path.iter().filter_map(|(id, _)| self.nodes[*id as usize].decl).collect(),
                );
            }
            if !std::mem::replace(&mut seen[next as usize], true) {
                path.push((next, 0));
            }
        }
        None
    }

    /// Strongly connected components (Tarjan, iterative): the component of each node, and the
    /// lowest node of each component.
    fn components(&self) -> (Vec<u32>, Vec<u32>) {
        const NONE: u32 = u32::MAX;
        let count = self.nodes.len();
        let mut index = vec![NONE; count];
        let mut low = vec![0_u32; count];
        let mut component = vec![NONE; count];
        let mut lowest = Vec::new();
        let mut stack: Vec<u32> = Vec::new();
        let mut next_index = 0;
        for root in 0..count as u32 {
            if index[root as usize] != NONE {
                continue;
            }
            let mut calls: Vec<(u32, usize)> = vec![(root, 0)];
            while let Some(&mut (node, ref mut at)) = calls.last_mut() {
                let n = node as usize;
                if *at == 0 {
                    index[n] = next_index;
                    low[n] = next_index;
                    next_index += 1;
                    stack.push(node);
                }
                if let Some(&used) = self.nodes[n].uses.get(*at) {
                    *at += 1;
                    let u = used as usize;
                    if index[u] == NONE {
                        calls.push((used, 0));
                    } else if component[u] == NONE {
                        low[n] = low[n].min(index[u]);
                    }
                    continue;
                }
                // A node without mentions comes here at once, others after their last one.
                if low[n] == index[n] {
                    let mut first = node;
                    while let Some(member) = stack.pop() {
                        component[member as usize] = lowest.len() as u32;
                        first = first.min(member);
                        if member == node {
                            break;
                        }
                    }
                    lowest.push(first);
                }
                calls.pop();
                if let Some(&(caller, _)) = calls.last() {
                    let c = caller as usize;
                    low[c] = low[c].min(low[n]);
                }
            }
        }
        (component, lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decls::DeclSource;
    use crate::ids::PackageId;
    use gossa_base::Name;
    use gossa_syntax::ExprId;

    fn decl(name: &str) -> DeclId {
        DeclId::top_level(PackageId::new("order.test"), Name::new(name))
    }

    /// `"a b = c f"` is `var a, b = ...` mentioning c and f; `"f: a"` a function; `"v | w"` a
    /// variable without initializer, `"const c | v"` a constant.
    fn order(lines: &[&str]) -> (String, Vec<String>) {
        let names = |text: &str| -> Box<[DeclId]> { text.split_whitespace().map(decl).collect() };
        let mut initializers = Vec::new();
        let mut statics = Vec::new();
        let mut functions: Vec<(DeclId, Box<[DeclId]>)> = Vec::new();
        let source = DeclSource { file: 0, decl: 0 };
        for (index, line) in lines.iter().enumerate() {
            let expr = ExprId::from_usize(index);
            if let Some((name, uses)) = line.split_once('|') {
                let constant = name.starts_with("const ");
                let decl = decl(name.trim_start_matches("const ").trim());
                let references = names(uses);
                statics.push(StaticDecl { decl, constant, source, ident: expr, references });
            } else if let Some((lhs, rhs)) = line.split_once('=') {
                initializers.push(Initializer {
                    lhs: names(lhs),
                    source,
                    rhs: expr,
                    references: names(rhs),
                });
            } else if let Some((name, uses)) = line.split_once(':') {
                functions.push((decl(name), names(uses)));
            }
        }
        let find =
            |id: DeclId| functions.iter().find(|(f, _)| *f == id).map_or(&[][..], |(_, uses)| uses);
        let result = initialization_order(&initializers, &statics, &find);
        let order: Vec<&str> = result
            .order
            .iter()
            .filter_map(|&i| initializers[i as usize].lhs.first())
            .map(|decl| decl.name().as_str())
            .collect();
        let cycles = result.cycles.iter().map(|c| cycle_message(c).join("; ")).collect();
        (order.join(" "), cycles)
    }

    #[test]
    fn the_example_of_the_specification() {
        let (found, cycles) = order(&["a = c b", "b = f", "c = f", "d =", "f: d"]);
        assert_eq!(found, "d b c a");
        assert!(cycles.is_empty());
    }

    #[test]
    fn the_earliest_that_is_ready_comes_first() {
        assert_eq!(order(&["a = z", "m =", "z ="]).0, "m z a");
        // Dependants of a's release come before b is looked at, as in go/types.
        assert_eq!(order(&["c = b", "d = a", "a b = f", "f:"]).0, "a d c");
    }

    #[test]
    fn variables_without_initializers_have_their_turns() {
        // What waits for `late` waits until `b` is done.
        assert_eq!(order(&["a = late", "b =", "late |"]).0, "b a");
        assert_eq!(order(&["early |", "a = early", "b ="]).0, "a b");
    }

    #[test]
    fn constants_take_part_in_cycles_only() {
        assert_eq!(order(&["a = c", "const c | v", "v ="]).0, "a v");
        let cycles = order(&["v = f", "f: c", "const c | v"]).1;
        assert_eq!(
            cycles,
            ["initialization cycle for c; c refers to v; v refers to f; f refers to c"]
        );
        // Told once.
        assert_eq!(order(&["const c | d", "const d | c"]).1.len(), 1);
    }

    #[test]
    fn recursive_functions_are_no_cycle() {
        let (found, cycles) = order(&["x = f", "y =", "f: g y", "g: f"]);
        assert_eq!(found, "y x");
        assert!(cycles.is_empty());
    }

    #[test]
    fn cycles_through_functions_are_found_and_order_goes_on() {
        let (found, cycles) = order(&["x = f", "y = y", "z =", "f: g", "g: x"]);
        assert_eq!(found, "z x y");
        assert_eq!(
            cycles,
            [
                "initialization cycle for x; x refers to f; f refers to g; g refers to x",
                "initialization cycle: y refers to itself",
            ]
        );
    }

    #[test]
    fn a_long_chain_does_not_overflow() {
        let lines: Vec<String> = (0..50_000).map(|i| format!("v{i} = v{}", i + 1)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (found, _) = order(&lines);
        assert!(found.starts_with("v49999 v49998"));
    }
}
