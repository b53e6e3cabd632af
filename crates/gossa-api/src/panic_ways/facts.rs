//! What is known of values where a function is called with certain arguments, and which of its
//! instructions are not reached then.
//!
//! A fact comes from what makes a value, from the branches that lead to an instruction, and from
//! the arguments of the call. An instruction is excluded where a branch that every way to it takes
//! goes the other way by these facts.

use crate::func::{Func, Inst, Value};
use crate::op::Op;
use crate::program::{Global, Program, Type};
use crate::structure::{Guard, Structure};
use crate::types::Kind;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{BinaryOp, ConvertKind, Fact, UnaryOp};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

/// What is known of a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Known<'p> {
    Nil,
    NotNil,
    /// A constant, as it is printed exactly.
    Constant(Rc<str>),
    /// An interface that holds a value of one of these types.
    Holds(Rc<[Type<'p>]>),
    /// A slice or array of which all elements are so.
    Elements(Rc<Known<'p>>),
    /// A function.
    Function(Func<'p>),
}

/// What is known of a function's captures and parameters.
pub(super) type Arguments<'p> = Rc<[Option<Known<'p>>]>;

/// Values are not followed deeper than this.
const DEPTH: usize = 12;

/// Steps that one question may take: ways that part and meet again are many.
const STEPS: u32 = 4_096;

/// The branches of functions.
pub(super) struct Branches<'p> {
    program: Program<'p>,
    structures: RefCell<FxHashMap<Func<'p>, Rc<Structure<'p>>>>,
    /// Package-level variables that somebody writes, or may.
    written: OnceCell<FxHashSet<Global>>,
}

impl<'p> Branches<'p> {
    pub(super) fn new(program: Program<'p>) -> Self {
        Self { program, structures: RefCell::default(), written: OnceCell::new() }
    }

    fn is_written(&self, global: Global) -> bool {
        let written = self.written.get_or_init(|| {
            let mut written = FxHashSet::default();
            for func in self.program.functions() {
                let body = func.body();
                for inst in body.inst_ids() {
                    if matches!(body[inst], gossa_ssa::Inst::Load(_)) {
                        continue;
                    }
                    body.for_each_operand(inst, |operand| {
                        if let gossa_ssa::ValueDef::Result(def) = body.def(operand)
                            && let gossa_ssa::Inst::Global(decl) = body[def]
                        {
                            written.insert(Global { decl });
                        }
                    });
                }
            }
            written
        });
        written.contains(&global)
    }

    fn guards(&self, inst: Inst<'p>) -> Vec<Guard<'p>> {
        let mut structures = self.structures.borrow_mut();
        let structure = structures.entry(inst.func());
        structure.or_insert_with(|| Rc::new(inst.func().structure())).guards(inst)
    }

    /// Whether an instruction is not reached where its function is called with such arguments.
    pub(super) fn excludes(&self, inst: Inst<'p>, arguments: &[Option<Known<'p>>]) -> bool {
        let guards = self.guards(inst);
        let facts = Facts::new(self, arguments, &guards);
        guards.iter().any(|guard| facts.contradicts(*guard))
    }

    /// Whether a type assertion holds whenever its function is called with such arguments.
    pub(super) fn asserts(&self, inst: Inst<'p>, arguments: &[Option<Known<'p>>]) -> bool {
        let Op::TypeAssert { x, ty, .. } = inst.op() else { return false };
        let guards = self.guards(inst);
        let facts = Facts::new(self, arguments, &guards);
        match facts.known(x) {
            Some(Known::Holds(types)) => types.iter().all(|held| fits(*held, ty)),
            _ => false,
        }
    }

    /// The function that a value is where its function is called with such arguments.
    pub(super) fn function(
        &self,
        site: Inst<'p>,
        value: Value<'p>,
        arguments: &[Option<Known<'p>>],
    ) -> Option<Func<'p>> {
        let guards = self.guards(site);
        match Facts::new(self, arguments, &guards).known(value) {
            Some(Known::Function(func)) => Some(func),
            _ => None,
        }
    }

    /// What is known of the arguments of a call, in a function that is called with such arguments
    /// itself.
    pub(super) fn passed(
        &self,
        site: Inst<'p>,
        values: &[Value<'p>],
        arguments: &[Option<Known<'p>>],
    ) -> Arguments<'p> {
        let guards = self.guards(site);
        let facts = Facts::new(self, arguments, &guards);
        values.iter().map(|value| facts.known(*value)).collect()
    }
}

/// What is known at one place of a function.
struct Facts<'a, 'p> {
    branches: &'a Branches<'p>,
    arguments: &'a [Option<Known<'p>>],
    /// The branches that lead there.
    guards: &'a [Guard<'p>],
    /// Steps that are left for the question that is being answered.
    steps: Cell<u32>,
}

impl<'a, 'p> Facts<'a, 'p> {
    fn new(
        branches: &'a Branches<'p>,
        arguments: &'a [Option<Known<'p>>],
        guards: &'a [Guard<'p>],
    ) -> Self {
        Self { branches, arguments, guards, steps: Cell::new(STEPS) }
    }

    /// What is known of a value.
    fn known(&self, value: Value<'p>) -> Option<Known<'p>> {
        self.steps.set(STEPS);
        self.of(value, 0)
    }

    fn of(&self, value: Value<'p>, depth: usize) -> Option<Known<'p>> {
        if depth > DEPTH {
            return None;
        }
        self.steps.set(self.steps.get().checked_sub(1)?);
        let Some(definition) = value.definition() else {
            let func = value.func();
            if let Some(at) = func.captures().chain(func.params()).position(|p| p == value) {
                return self.arguments.get(at)?.clone();
            }
            let mut incoming = value.incoming().into_iter();
            let first = self.of(incoming.next()?, depth + 1)?;
            return incoming.try_fold(first, |all, value| join(all, self.of(value, depth + 1)?));
        };
        match definition.op() {
            Op::Narrow { fact: Fact::Nil, .. } => Some(Known::Nil),
            Op::Narrow { fact: Fact::NotNil, x } => {
                self.of(x, depth + 1).filter(|known| *known != Known::Nil).or(Some(Known::NotNil))
            }
            Op::Narrow { x, .. } | Op::ChangeInterface(x) => self.of(x, depth + 1),
            Op::Convert { kind: ConvertKind::ChangeType, x } => self.of(x, depth + 1),
            Op::Alloc(_)
            | Op::Global(_)
            | Op::FieldAddr { .. }
            | Op::IndexAddr { .. }
            | Op::MakeChan(_)
            | Op::MakeMap(_)
            | Op::MakeSlice { .. } => Some(Known::NotNil),
            Op::Func(func) | Op::Closure { func, .. } => {
                Some(func.map_or(Known::NotNil, Known::Function))
            }
            Op::MethodValue { method, .. } => {
                Some(method.func.map_or(Known::NotNil, Known::Function))
            }
            Op::Zero if may_be_nil(value.ty()) => Some(Known::Nil),
            Op::Zero => zero(value.ty()).map(|text| Known::Constant(text.into())),
            Op::Const(constant) => Some(Known::Constant(constant.exact_string().into())),
            Op::MakeInterface(x) => Some(Known::Holds([x.ty()].into())),
            Op::Array(elements) => self.elements(elements, depth),
            Op::Slice { x, .. } => match x.definition()?.op() {
                // A literal: all its elements at once, into a variable without a name.
                Op::Alloc(_) => {
                    let stored = x.uses().find_map(|inst| match inst.op() {
                        Op::Store { ptr, value } if ptr == x => Some(value),
                        _ => None,
                    })?;
                    let written = x.uses().any(|inst| match inst.op() {
                        Op::Store { ptr, value } => ptr == x && value != stored,
                        Op::Slice { .. } => false,
                        _ => true,
                    });
                    if written { Some(Known::NotNil) } else { self.of(stored, depth + 1) }
                }
                _ => self.of(x, depth + 1).filter(|known| matches!(known, Known::Elements(_))),
            },
            Op::Load(address) => match address.definition()?.op() {
                Op::IndexAddr { base, .. } => match self.of(base, depth + 1)? {
                    Known::Elements(known) => Some((*known).clone()),
                    _ => None,
                },
                // A hook for tests.
                Op::Global(global)
                    if may_be_nil(value.ty()) && !self.branches.is_written(global) =>
                {
                    Some(Known::Nil)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn elements(&self, elements: Vec<Value<'p>>, depth: usize) -> Option<Known<'p>> {
        let mut elements = elements.into_iter();
        let first = self.of(elements.next()?, depth + 1)?;
        let all = elements.try_fold(first, |all, value| join(all, self.of(value, depth + 1)?));
        all.map(|known| Known::Elements(Rc::new(known)))
    }

    /// Whether a branch that leads to the place goes the other way.
    fn contradicts(&self, guard: Guard<'p>) -> bool {
        let (mut cond, mut holds) = (guard.cond, guard.holds);
        loop {
            let Some(definition) = cond.definition() else {
                return self.is_constant(cond, !holds);
            };
            match definition.op() {
                Op::Narrow { x, .. } => cond = x,
                Op::Unary { op: UnaryOp::Not, x } => (cond, holds) = (x, !holds),
                Op::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual), x, y } => {
                    return self
                        .are_equal(x, y)
                        .is_some_and(|equal| (equal == (op == BinaryOp::Equal)) != holds);
                }
                Op::TypeAssert { x, comma_ok: true, .. } => {
                    return definition.results().nth(1) == Some(cond) && self.holds_nothing(x);
                }
                _ => return self.is_constant(cond, !holds),
            }
        }
    }

    fn is_constant(&self, value: Value<'p>, is: bool) -> bool {
        let text = if is { "true" } else { "false" };
        matches!(self.known(value), Some(Known::Constant(constant)) if *constant == *text)
    }

    /// Whether two values are equal, if that is known. That a parameter of which nothing is known is
    /// nil is no way that somebody has in mind: it would be the caller's mistake, as where the
    /// runtime finds a nil pointer.
    fn are_equal(&self, x: Value<'p>, y: Value<'p>) -> Option<bool> {
        let is_nil = |value: Value<'p>| {
            matches!(value.definition().map(Inst::op), Some(Op::Zero)) && may_be_nil(value.ty())
        };
        let tested = match (is_nil(x), is_nil(y)) {
            (true, true) => return Some(true),
            (true, false) => y,
            (false, true) => x,
            (false, false) => {
                let constant = |value| match self.known(value) {
                    Some(Known::Constant(constant)) => Some(constant),
                    _ => None,
                };
                return Some(constant(x)? == constant(y)?);
            }
        };
        match self.known(tested) {
            Some(Known::Nil) => Some(true),
            Some(_) => Some(false),
            None => {
                let root = root(tested);
                let is_given =
                    root.definition().is_none() && root.func().params().any(|p| p == root);
                (is_given && root.ty().pointee().is_some()).then_some(false)
            }
        }
    }

    /// Whether the branches that lead to the place leave none of the types that an interface may
    /// hold.
    fn holds_nothing(&self, interface: Value<'p>) -> bool {
        let Some(Known::Holds(types)) = self.known(interface) else { return false };
        let interface = root(interface);
        let mut left = types.to_vec();
        for guard in self.guards {
            let Some(definition) = guard.cond.definition() else { continue };
            if let Op::TypeAssert { x, ty, comma_ok: true } = definition.op()
                && root(x) == interface
                && definition.results().nth(1) == Some(guard.cond)
            {
                left.retain(|held| fits(*held, ty) == guard.holds);
            }
        }
        left.is_empty()
    }
}

/// Whether the zero value of a type is nil.
fn may_be_nil(ty: Type<'_>) -> bool {
    ty.is_unsafe_pointer()
        || matches!(
            ty.kind(),
            Kind::Pointer(_)
                | Kind::Slice(_)
                | Kind::Map { .. }
                | Kind::Chan { .. }
                | Kind::Func { .. }
                | Kind::Interface
        )
}

/// The zero value of a type with constants, as a constant is printed.
fn zero(ty: Type<'_>) -> Option<&'static str> {
    match ty.kind() {
        Kind::Basic(basic) if basic.is_string() => Some("\"\""),
        Kind::Basic(basic) if basic.is_boolean() => Some("false"),
        Kind::Basic(_) => Some("0"),
        _ => None,
    }
}

/// Whether a value of a type passes an assertion.
fn fits<'p>(held: Type<'p>, asserted: Type<'p>) -> bool {
    if asserted.is_interface() { held.implements(asserted) } else { held == asserted }
}

/// What is known of something that is one or the other.
fn join<'p>(a: Known<'p>, b: Known<'p>) -> Option<Known<'p>> {
    match (a, b) {
        (a, b) if a == b => Some(a),
        (Known::Holds(a), Known::Holds(b)) => {
            let more = b.iter().filter(|ty| !a.contains(ty)).copied();
            Some(Known::Holds(a.iter().copied().chain(more).collect()))
        }
        (Known::Elements(a), Known::Elements(b)) => {
            join((*a).clone(), (*b).clone()).map(|known| Known::Elements(Rc::new(known)))
        }
        (Known::Nil | Known::Constant(_), _) | (_, Known::Nil | Known::Constant(_)) => None,
        _ => Some(Known::NotNil),
    }
}

/// The value that narrowing began at.
fn root(mut value: Value<'_>) -> Value<'_> {
    while let Some(Op::Narrow { x, .. }) = value.definition().map(Inst::op) {
        value = x;
    }
    value
}
