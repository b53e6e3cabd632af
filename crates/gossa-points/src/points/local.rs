//! The facts of one function in a form that outlasts edits of everything else.
//!
//! [`Facts`] number functions as a [`Program`] does, and name instructions; both change with what
//! is around. [`LocalFacts`] name functions by [`Symbol`]s and leave instructions to [`Places`]:
//! two bodies that do the same to pointers have equal local facts, whatever else they compute and
//! wherever they do it. [`LocalFacts::link`] makes facts of them again, for one program.

use super::extract::extract;
use super::facts::{CallTarget, Extern, Facts};
use super::layout::Layouts;
use crate::program::{FuncIndex, FunctionKind, Program, WrapperKind};
use gossa_base::FxHashMap;
use gossa_ssa::{FuncId, InstId, MethodRef};

/// A function, by what it is called in every program.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Symbol {
    /// A function that is declared or made from a declaration, or a literal in one.
    Func(FuncId),
    /// What a method is reached through.
    Wrapper(WrapperKind, MethodRef),
}

impl Symbol {
    fn of(program: &Program<'_>, index: FuncIndex) -> Self {
        let function = program.function(index);
        match (&function.kind, &function.method) {
            (FunctionKind::Wrapper(kind), Some(method)) => Self::Wrapper(*kind, method.clone()),
            _ => Self::Func(function.id),
        }
    }

    /// Its number in a program, which it gets if it has none.
    #[must_use]
    pub fn index(&self, program: &Program<'_>) -> FuncIndex {
        match self {
            Self::Func(func) => program.index_of(*func),
            Self::Wrapper(kind, method) => program.wrapper(*kind, method),
        }
    }
}

/// The constraints of a function, independent of all others and of where its instructions stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalFacts {
    /// Functions are numbered by `symbols`, instructions all have the number 0.
    facts: Facts,
    symbols: Box<[Symbol]>,
}

/// The instructions that a function's [`LocalFacts`] come from, in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    objects: Box<[InstId]>,
    calls: Box<[InstId]>,
}

/// Replaces each function that facts name.
fn rename(facts: &mut Facts, name: &mut dyn FnMut(FuncIndex) -> FuncIndex) {
    for place in &mut facts.externs {
        match place {
            Extern::Param(func, _) | Extern::Func(func) => *func = name(*func),
            _ => {}
        }
    }
    for call in &mut facts.calls {
        if let CallTarget::Static(func) = &mut call.target {
            *func = name(*func);
        }
    }
}

impl LocalFacts {
    /// The local facts of a function of a program; `None` where there is no body.
    #[must_use]
    pub fn extract(layouts: &Layouts<'_, '_>, func: FuncIndex) -> Option<(Self, Places)> {
        let program = layouts.program();
        let mut facts = extract(layouts, program.body(func)?).facts;
        let places = Places {
            objects: facts.objects.iter().map(|object| object.inst).collect(),
            calls: facts.calls.iter().map(|call| call.inst).collect(),
        };
        for object in &mut facts.objects {
            object.inst = InstId::new(0);
        }
        for call in &mut facts.calls {
            call.inst = InstId::new(0);
        }
        let mut symbols = Vec::new();
        let mut known: FxHashMap<FuncIndex, FuncIndex> = FxHashMap::default();
        rename(&mut facts, &mut |func| {
            *known.entry(func).or_insert_with(|| {
                symbols.push(Symbol::of(program, func));
                FuncIndex::from_usize(symbols.len() - 1)
            })
        });
        Some((Self { facts, symbols: symbols.into() }, places))
    }

    /// The facts as part of a program: what its extraction there would give.
    #[must_use]
    pub fn link(&self, program: &Program<'_>, places: &Places) -> Facts {
        let numbers: Vec<FuncIndex> =
            self.symbols.iter().map(|symbol| symbol.index(program)).collect();
        let mut facts = self.facts.clone();
        rename(&mut facts, &mut |func| numbers[func.index()]);
        for place in &mut facts.externs {
            if let Extern::Global(decl, _) = place {
                *decl = program.env().linked_variable(*decl).unwrap_or(*decl);
            }
        }
        for (object, &inst) in facts.objects.iter_mut().zip(&places.objects) {
            object.inst = inst;
        }
        for (call, &inst) in facts.calls.iter_mut().zip(&places.calls) {
            call.inst = inst;
        }
        facts
    }

    /// How many constraints there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.facts.size()
    }
}

/// Gives the facts of functions, where they are known without looking at bodies.
pub trait FactSource {
    /// The facts of a function of the program, if they are known.
    fn facts(&self, func: FuncIndex) -> Option<Facts>;
}
