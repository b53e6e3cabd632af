//! Questions about lifetimes: where what an instruction makes gets to, and where parameters leak.
//!
//! By the rules of the Go compiler's escape analysis, with what the whole program tells of dynamic
//! calls (`docs/escape.md`): order does not matter, and what is said to stay in its frame certainly
//! does.

use crate::func::{Func, Inst};
use crate::op::Op;
use crate::whole::ProgramPass;
use gossa_base::FxHashMap;
use gossa_db::Place;
use gossa_escape::{AllocationKind, PackageEscapes, Sink as RawSink};
use gossa_ssa::{AllocKind, FuncKey};
use gossa_syntax::NodeId;
use gossa_types::{Builtin, DeclId, DeclSource, PackageId};

/// Where something gets to that is not in the frames of the calls under way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum EscapesTo {
    /// It must be in the heap for its layout only: it is too large, or a loop makes any number of
    /// it; it does not outlive its function.
    Layout,
    /// Something that outlives the function: it is returned, stored through a pointer, in a map.
    Heap,
    /// A package-level variable.
    Global,
    /// Another goroutine: by a `go` statement or a channel.
    Goroutine,
    /// Code in C.
    Foreign,
}

/// What becomes of the object that an instruction makes.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Escape {
    /// All that its address gets to, sorted; empty: it stays in the function's frame.
    pub to: Vec<EscapesTo>,
    /// Whether the program may run the function at all; if not, nothing is known.
    pub is_reachable: bool,
}

impl Escape {
    /// Whether it outlives the activation that makes it.
    #[must_use]
    pub fn outlives(&self) -> bool {
        self.to.iter().any(|to| *to != EscapesTo::Layout)
    }
}

/// Where the value of a parameter gets to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct ParameterEscape {
    /// By what it gets to, sorted: after how many dereferences. With 0 the value itself gets there,
    /// with 1 what it points to, and so on.
    pub to: Vec<(EscapesTo, u32)>,
    /// The same for the function's results, by number.
    pub results: Vec<(usize, u32)>,
}

/// A node of the source: package, declaration, whether in the body, node.
type Key = (PackageId, DeclSource, bool, NodeId);

/// What is known about a program.
#[derive(Default)]
pub(crate) struct EscapeTable {
    allocations: FxHashMap<Key, Vec<(AllocationKind, Escape)>>,
    parameters: FxHashMap<DeclId, Vec<ParameterEscape>>,
}

impl EscapeTable {
    pub(crate) fn new(escapes: &PackageEscapes) -> Self {
        let mut table = Self::default();
        for function in &escapes.functions {
            for found in &function.allocations {
                let key = (function.package, function.source, found.at.in_body, found.at.node);
                let mut to: Vec<EscapesTo> = found.sinks.iter().map(|&sink| named(sink)).collect();
                to.sort_unstable();
                let escape = Escape { to, is_reachable: found.reachable };
                table.allocations.entry(key).or_default().push((found.kind, escape));
            }
            let Some(decl) = function.decl else { continue };
            // Parameters of literals follow; whoever asks counts those of the function only.
            let known = table.parameters.entry(decl).or_default();
            for (at, found) in function.parameters.iter().enumerate() {
                if known.len() <= at {
                    known.push(ParameterEscape::default());
                }
                for sink in RawSink::ALL {
                    if let Some(depth) = found.leaks.sink(sink) {
                        shorten(&mut known[at].to, named(sink), depth);
                    }
                }
                for result in 0..found.results.len() {
                    if let Some(depth) = found.leaks.result(result) {
                        shorten(&mut known[at].results, result, depth);
                    }
                }
            }
        }
        table
    }

    /// Of several instances of a generic function, all together.
    fn allocation(&self, key: Key, fits: impl Fn(AllocationKind) -> bool) -> Option<Escape> {
        let all = self.allocations.get(&key)?;
        let mut found: Option<Escape> = None;
        for (_, escape) in all.iter().filter(|(kind, _)| fits(*kind)) {
            let known = found.get_or_insert_with(|| escape.clone());
            known.to.extend(&escape.to);
            known.to.sort_unstable();
            known.to.dedup();
            known.is_reachable |= escape.is_reachable;
        }
        found
    }
}

fn shorten<T: PartialEq + Ord + Copy>(all: &mut Vec<(T, u32)>, to: T, depth: u8) {
    let depth = u32::from(depth);
    match all.iter_mut().find(|(known, _)| *known == to) {
        Some((_, known)) => *known = depth.min(*known),
        None => {
            all.push((to, depth));
            all.sort_unstable();
        }
    }
}

fn named(sink: RawSink) -> EscapesTo {
    match sink {
        RawSink::Heap => EscapesTo::Heap,
        RawSink::Global => EscapesTo::Global,
        RawSink::Goroutine => EscapesTo::Goroutine,
        RawSink::Foreign => EscapesTo::Foreign,
        RawSink::Layout => EscapesTo::Layout,
    }
}

impl<'p> ProgramPass<'p> {
    /// What becomes of what an instruction makes: a variable whose address is taken, `new`,
    /// `&T{...}`, `make` of a slice or a map, a function literal, an interface value, the slice of
    /// variadic arguments. `None` for instructions that make nothing of that sort, and where the
    /// compiler makes no object (a value without size, a constant in an interface).
    ///
    /// The first question costs a call graph and the escape analysis of the whole program, which
    /// reads its syntax trees again: some ten seconds for a million lines.
    #[must_use]
    pub fn escape(&self, inst: Inst<'p>) -> Option<Escape> {
        use AllocationKind as A;
        let fits: fn(A) -> bool = match inst.op() {
            Op::Alloc(AllocKind::Variable) => |kind| kind == A::Variable,
            Op::Alloc(_) => |kind| {
                matches!(kind, A::New | A::AddressOfLiteral | A::Literal | A::VariadicArguments)
            },
            Op::MakeSlice { .. } | Op::MakeMap(_) => |kind| matches!(kind, A::Make | A::Literal),
            Op::Closure { .. } => |kind| kind == A::FunctionLiteral,
            Op::MethodValue { .. } => |kind| kind == A::MethodValue,
            Op::MakeInterface(_) => |kind| matches!(kind, A::Conversion(_)),
            Op::Builtin { op: Builtin::Append, .. } => |kind| kind == A::Append,
            _ => return None,
        };
        let func = inst.func();
        let data = func.program.data();
        let node = data.source_map(func.index).node(inst.id);
        let place = Place::of_function(&data.db(), func.body().func, node)?;
        let key = (place.package, place.source, place.in_body, place.node);
        self.answers.escapes().allocation(key, fits)
    }

    /// Where the value of a parameter of a declared function gets to; the receiver is parameter 0.
    /// `None` for function literals, and for functions without a body. Costs what
    /// [`ProgramPass::escape`] costs.
    #[must_use]
    pub fn parameter_escape(&self, func: Func<'p>, parameter: usize) -> Option<ParameterEscape> {
        let FuncKey::Decl { decl, .. } = *func.body().func.key() else { return None };
        if parameter >= func.params().count() {
            return None;
        }
        self.answers.escapes().parameters.get(&decl)?.get(parameter).cloned()
    }
}
