//! Both solvers on systems that are made up.

use super::facts::{Filter, Reflect, Rule};
use super::layout::{Layouts, backing_array};
use super::link::{Action, Linker, Node, Origin};
use super::naive::Naive;
use super::query::Queries;
use super::reasons::Why;
use super::solver::{Dying, Solver};
use crate::program::{Program, ProgramEnv};
use gossa_base::Name;
use gossa_ssa::FuncId;
use gossa_types::{
    BasicKind, DeclId, FieldType, LocalDecls, PackageDecls, PackageId, Target, TypeEnv, TypeId,
    TypeKind,
};
use proptest::prelude::*;

/// A world without declarations.
struct Nothing;

impl TypeEnv for Nothing {
    fn package(&self, _: PackageId) -> Option<&PackageDecls> {
        None
    }
    fn local_decls(&self, _: DeclId) -> Option<&LocalDecls> {
        None
    }
    fn target(&self) -> Target {
        Target::for_arch("amd64")
    }
}

impl ProgramEnv for Nothing {
    fn linked(&self, _: FuncId) -> Option<FuncId> {
        None
    }
    fn linked_variable(&self, _: DeclId) -> Option<DeclId> {
        None
    }
}

/// `unsafe.Pointer`, a struct of a pointer and an interface, an array of such structs.
fn types() -> [TypeId; 3] {
    let pointer = TypeId::basic(BasicKind::UnsafePointer);
    let field = |name: &str, ty| FieldType {
        name: Name::new(name),
        package: None,
        ty,
        embedded: false,
        tag: None,
    };
    let fields = [field("P", pointer), field("I", TypeId::empty_interface())];
    let pair = TypeId::new(TypeKind::Struct(fields.into()));
    [pointer, pair, backing_array(pair)]
}

const VARIABLES: u32 = 12;

/// A constraint in terms of numbers that are taken modulo what there is.
type Raw = (u8, u32, u32, u32);

fn build<'x, 'p, 'e>(
    layouts: &'x Layouts<'p, 'e>,
    objects: &[usize],
    raw: &[Raw],
) -> Linker<'x, 'p, 'e> {
    let types = types();
    let mut linker = Linker::new(layouts);
    linker.variables(VARIABLES);
    let cells = linker.node_count() as u32;
    for &ty in objects {
        linker.object(types[ty % types.len()], Origin::Plain);
    }
    let nodes = linker.node_count() as u32;
    for &(kind, a, b, c) in raw {
        let (from, to): (Node, Node) = (a % nodes, b % nodes);
        let base = types[c as usize % types.len()];
        let delta = (c / 3) % layouts.layout(base).cells.len() as u32;
        let filters = [
            Filter::Anywhere,
            Filter::Typed(TypeId::pointer(base)),
            Filter::AsDataWord,
            Filter::ArrayAround,
            Filter::Retype(base),
            Filter::Held(TypeId::pointer(base)),
            Filter::PointersTo(base),
            Filter::Bytes((c % 40) as i32 - 8),
        ];
        linker.actions.push(match kind % 8 {
            0..=2 => Action::Edge(from, to),
            3 | 4 => {
                let cell = cells + b % (nodes - cells);
                Action::Member(a % cells, 2 * cell + u32::from(c % 7 == 0))
            }
            5 => Action::Rule(from, Rule::Load { dst: to, delta, base }),
            6 => Action::Rule(from, Rule::Store { src: to, delta, base }),
            _ if c % 3 == 0 => Action::Rule(from, Rule::Offset { dst: to, delta, base }),
            _ if c % 6 == 1 => Action::Rule(from, Rule::Unbox { dst: to, delta, ty: base }),
            _ if c % 6 == 4 => {
                let op = Reflect::DataWord;
                Action::Rule(from, Rule::Reflect { op, to, with: to })
            }
            _ => {
                let filter = filters[c as usize % filters.len()];
                Action::Rule(from, Rule::Apply { dst: to, filter })
            }
        });
    }
    linker
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_solver_finds_what_the_naive_one_finds(
        objects in prop::collection::vec(0usize..3, 1..8),
        raw in prop::collection::vec(any::<Raw>(), 1..60),
    ) {
        let program = Program::new(&Nothing, &[]);
        let layouts = Layouts::new(&program);
        let nodes = build(&layouts, &objects, &raw).node_count() as u32;
        let fast = Solver::solve(build(&layouts, &objects, &raw));
        let naive = Naive::solve(build(&layouts, &objects, &raw));
        for node in 0..nodes {
            prop_assert_eq!(fast.points_to(node), naive.points_to(node), "node {}", node);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_added_to_a_solution_is_solved(
        objects in prop::collection::vec(0usize..3, 1..8),
        raw in prop::collection::vec(any::<Raw>(), 1..60),
        starts in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let program = Program::new(&Nothing, &[]);
        let layouts = Layouts::new(&program);
        let mut linker = build(&layouts, &objects, &raw);
        let nodes = linker.node_count() as u32;
        // The first constraint is the linker's own.
        let mut starts: Vec<usize> = starts.iter().map(|at| at.index(raw.len()) + 1).collect();
        starts.sort_unstable();
        let mut parts: Vec<Vec<Action>> =
            starts.iter().rev().map(|&at| linker.actions.split_off(at)).collect();
        let mut solver = Solver::solve(linker);
        while let Some(part) = parts.pop() {
            solver.linker_mut().actions.extend(part);
            prop_assert_eq!(solver.settle(), Ok(()));
        }
        let naive = Naive::solve(build(&layouts, &objects, &raw));
        for node in 0..nodes {
            prop_assert_eq!(solver.points_to(node), naive.points_to(node), "node {}", node);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn there_is_a_reason_for_each_element(
        objects in prop::collection::vec(0usize..3, 1..8),
        raw in prop::collection::vec(any::<Raw>(), 1..40),
    ) {
        let program = Program::new(&Nothing, &[]);
        let layouts = Layouts::new(&program);
        let nodes = build(&layouts, &objects, &raw).node_count() as u32;
        let naive = Naive::solve(build(&layouts, &objects, &raw));
        let mut linker = build(&layouts, &objects, &raw);
        linker.journal = Some(linker.actions.iter().map(|&action| (action, None)).collect());
        let mut queries = Queries::new(Solver::solve(linker), &layouts);
        for node in 0..nodes {
            for element in naive.points_to(node) {
                let chain = queries.why(node, element);
                prop_assert!(chain.is_some(), "no reason for {} in {}", element, node);
                let chain = chain.unwrap_or_default();
                prop_assert!(queries.is_derivation(&chain), "{:?}", chain);
                for step in chain {
                    let elements = naive.points_to(step.after.node);
                    prop_assert!(elements.contains(&step.after.element), "{:?}", step);
                }
            }
            prop_assert!(queries.why(node, u32::MAX).is_none());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_taken_away_is_gone(
        objects in prop::collection::vec(0usize..3, 1..8),
        raw in prop::collection::vec(any::<Raw>(), 1..60),
        steps in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..6), 1..8),
    ) {
        let program = Program::new(&Nothing, &[]);
        let layouts = Layouts::new(&program);
        let linker = build(&layouts, &objects, &raw).with_reasons();
        let nodes = linker.node_count() as u32;
        // The first constraint is the linker's own.
        let actions: Vec<Action> = linker.actions[1..].to_vec();
        let mut is_there = vec![true; actions.len()];
        let mut solver = Solver::solve(linker);
        for step in steps {
            // What is there goes, what is gone comes back.
            let (mut gone, mut back) = (Vec::new(), Vec::new());
            for at in step {
                let at = at.index(actions.len());
                let list = if is_there[at] { &mut gone } else { &mut back };
                if !list.contains(&at) {
                    list.push(at);
                }
            }
            for &at in gone.iter().chain(&back) {
                is_there[at] = !is_there[at];
            }
            let gone: Vec<Action> = gone.iter().map(|&at| actions[at]).collect();
            let mut dying = Dying::default();
            prop_assert_eq!(solver.records_of(&gone, Why::Always, &mut dying), Ok(()));
            prop_assert_eq!(solver.remove(dying), Ok(()));
            solver.linker_mut().actions.extend(back.iter().map(|&at| actions[at]));
            prop_assert_eq!(solver.settle(), Ok(()));
            let mut linker = build(&layouts, &objects, &raw);
            let mut at = 0;
            linker.actions.retain(|_| {
                at += 1;
                at == 1 || is_there[at - 2]
            });
            let naive = Naive::solve(linker);
            for node in 0..nodes {
                prop_assert_eq!(solver.points_to(node), naive.points_to(node), "node {}", node);
            }
        }
    }
}
