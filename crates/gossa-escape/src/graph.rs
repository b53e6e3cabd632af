//! The graph of locations: variables and allocations, and what may flow from one to another.
//!
//! Functions that call each other are analysed together, as one *batch*. A location stands for
//! the storage of a variable or of an allocating expression, whatever its parts. An edge says
//! that a value flows, with the number of dereferences minus addresses taken on the way: -1 for
//! `p = &q`, 0 for `p = q`, 1 for `p = *q`.

use crate::ir::{Code, FuncIndex, Id, VarId, VarKind};
use crate::summary::{Leaks, Sink};
use gossa_base::{FxHashMap, FxHashSet, entity};

entity! {
    /// A location of a [`Graph`].
    pub(crate) struct LocId = "o";
}

/// A function of the package that is analysed: which code, and which function of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct FuncId {
    pub(crate) code: u32,
    pub(crate) func: FuncIndex,
}

/// What a location stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// The heap, what is assigned through pointers, what is called, nothing; values in transit.
    Temporary,
    Variable(VarId),
    Allocation(Id),
}

/// Facts about a location, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Attrs(pub(crate) u16);

impl Attrs {
    /// Its address outlives the function: it must be in the heap.
    pub(crate) const ESCAPES: Self = Self(1);
    /// Its address outlives the statement.
    pub(crate) const PERSISTS: Self = Self(2);
    /// What pointers in it lead to may be changed.
    pub(crate) const MUTATES: Self = Self(4);
    /// Functions that it leads to may be called, their results going anywhere.
    pub(crate) const CALLS: Self = Self(8);
    pub(crate) const ALL: Self = Self(15);
    /// Which sinks its address gets to; only known if the whole program is looked at.
    const SINKS: u16 = 0x1f0;

    pub(crate) const fn of_sink(sink: Sink) -> Self {
        Self(16 << sink as u16)
    }

    /// Its sinks alone.
    pub(crate) const fn sinks(self) -> Self {
        Self(self.0 & Self::SINKS)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A flow into a location.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) from: LocId,
    pub(crate) derefs: i32,
}

/// A location.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    pub(crate) what: What,
    pub(crate) func: FuncId,
    pub(crate) edges: Vec<Edge>,
    /// Nesting of loops at its declaration.
    pub(crate) depth: i32,
    pub(crate) attrs: Attrs,
    /// A parameter's leaks.
    pub(crate) leaks: Leaks,
    pub(crate) is_param: bool,
    /// A result's index.
    pub(crate) result: Option<u32>,
    /// For a function literal that is analysed with the rest: the function.
    pub(crate) closure: Option<FuncId>,
    pub(crate) captured: bool,
    pub(crate) reassigned: bool,
    pub(crate) address_taken: bool,
}

/// Where a value is wanted, and how many dereferences of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hole {
    pub(crate) to: LocId,
    pub(crate) derefs: i32,
    pub(crate) address_taken: bool,
}

impl Hole {
    pub(crate) fn shift(self, delta: i32) -> Self {
        Self { to: self.to, derefs: self.derefs + delta, address_taken: delta < 0 }
    }

    pub(crate) fn deref(self) -> Self {
        self.shift(1)
    }

    pub(crate) fn address(self) -> Self {
        self.shift(-1)
    }
}

/// The locations of a batch.
pub(crate) struct Graph {
    pub(crate) locations: Vec<Location>,
    /// By code and variable.
    variables: FxHashMap<u32, Vec<Option<LocId>>>,
    /// The functions of the batch.
    pub(crate) funcs: FxHashSet<FuncId>,
    /// Function literals, with where what they capture flows to.
    pub(crate) closures: Vec<(Hole, FuncId)>,
    /// Function literals whose results were lost track of.
    pub(crate) lost: FxHashSet<FuncId>,
    /// Whether sinks are told apart.
    pub(crate) whole: bool,
}

impl Graph {
    pub(crate) const HEAP: LocId = LocId::new(0);
    pub(crate) const MUTATOR: LocId = LocId::new(1);
    pub(crate) const CALLEE: LocId = LocId::new(2);
    pub(crate) const BLANK: LocId = LocId::new(3);
    /// How many locations stand for nothing in the code.
    pub(crate) const SPECIAL: usize = 8;

    /// The location of a sink; the compiler's rules use that of the heap only.
    pub(crate) const fn sink(sink: Sink) -> LocId {
        match sink {
            Sink::Heap => Self::HEAP,
            Sink::Global => LocId::new(4),
            Sink::Goroutine => LocId::new(5),
            Sink::Foreign => LocId::new(6),
            Sink::Layout => LocId::new(7),
        }
    }

    /// A graph for these functions; `whole`: the sinks are told apart.
    pub(crate) fn new(funcs: &[FuncId], whole: bool) -> Self {
        let nowhere = FuncId { code: u32::MAX, func: Code::ROOT };
        let special = |attrs| Location {
            what: What::Temporary,
            func: nowhere,
            edges: Vec::new(),
            depth: 0,
            attrs,
            leaks: Leaks::default(),
            is_param: false,
            result: None,
            closure: None,
            captured: false,
            reassigned: false,
            address_taken: false,
        };
        let sink =
            |sink| special(if whole { Attrs::ALL.with(Attrs::of_sink(sink)) } else { Attrs::ALL });
        Self {
            locations: vec![
                sink(Sink::Heap),
                special(Attrs::MUTATES),
                special(Attrs::CALLS),
                special(Attrs::default()),
                sink(Sink::Global),
                sink(Sink::Goroutine),
                sink(Sink::Foreign),
                sink(Sink::Layout),
            ],
            whole,
            variables: FxHashMap::default(),
            funcs: funcs.iter().copied().collect(),
            closures: Vec::new(),
            lost: FxHashSet::default(),
        }
    }

    pub(crate) fn hole(&self, to: LocId) -> Hole {
        Hole { to, derefs: 0, address_taken: false }
    }

    pub(crate) fn new_location(
        &mut self,
        what: What,
        func: FuncId,
        depth: i32,
        persists: bool,
    ) -> LocId {
        let attrs = if persists { Attrs::PERSISTS } else { Attrs::default() };
        self.locations.push(Location {
            what,
            func,
            edges: Vec::new(),
            depth,
            attrs,
            leaks: Leaks::default(),
            is_param: false,
            result: None,
            closure: None,
            captured: false,
            reassigned: false,
            address_taken: false,
        });
        LocId::from_usize(self.locations.len() - 1)
    }

    /// Makes the locations of a function's variables.
    pub(crate) fn add_variables(&mut self, code: &Code, func: FuncId) {
        let count = code.vars.len();
        self.variables.entry(func.code).or_insert_with(|| vec![None; count]);
        for index in 0..count {
            let id = VarId::from_usize(index);
            let var = &code[id];
            if var.func != func.func {
                continue;
            }
            let location = self.new_location(What::Variable(id), func, 1, true);
            let found = &mut self.locations[location.index()];
            found.is_param = var.kind == VarKind::Param;
            if let VarKind::Result(index) = var.kind {
                found.result = Some(index);
            }
            if let Some(slot) =
                self.variables.get_mut(&func.code).and_then(|vars| vars.get_mut(index))
            {
                *slot = Some(location);
            }
        }
    }

    /// The location of a variable, if its function is of the batch.
    pub(crate) fn variable(&self, code: u32, var: VarId) -> Option<LocId> {
        self.variables.get(&code)?.get(var.index()).copied().flatten()
    }

    /// Lets a value flow.
    pub(crate) fn flow(&mut self, hole: Hole, from: LocId) {
        if hole.address_taken {
            self.locations[from.index()].address_taken = true;
        }
        if hole.to == Self::BLANK || (hole.to == from && hole.derefs >= 0) {
            return;
        }
        let to = &mut self.locations[hole.to.index()];
        // Which other sinks a location gets to may only be found out later.
        let is_known = !self.whole || hole.to.index() < Self::SPECIAL;
        if is_known && to.attrs.has(Attrs::ESCAPES) && hole.derefs < 0 {
            let new = Attrs::ALL.with(to.attrs.sinks());
            let from = &mut self.locations[from.index()];
            from.attrs = from.attrs.with(new);
            return;
        }
        to.edges.push(Edge { from, derefs: hole.derefs });
    }
}
