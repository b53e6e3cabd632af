//! Which instructions may panic, and why, as far as one function tells.
//!
//! [`PanicSites`] knows more than [`Inst::may_panic`]: what cannot be nil (the address of a variable,
//! what was checked or followed before), constant indices and divisors, types whose comparison
//! never fails. What calls do is not in it: [`outcome`](super::outcome) says that.

use crate::body::{Body, ValueDef};
use crate::dom::Dominators;
use crate::graph::{Cfg, EdgeKind};
use crate::ids::{BlockId, InstId, MethodTarget, ValueId};
use crate::inst::{BinaryOp, Callee, ConvertKind, Fact, Inst, UnsafeOp};
use gossa_types::predicates::strictly_comparable;
use gossa_types::underlying::{is_interface, underlying, underlying_basic};
use gossa_types::{Builtin, Resolver, TypeId, TypeKind};
use std::fmt;

/// Reasons to panic: a set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct PanicKinds(u16);

/// The kinds, with their words.
const KINDS: [(PanicKinds, &str); 12] = [
    (PanicKinds::EXPLICIT, "explicit"),
    (PanicKinds::NIL, "nil"),
    (PanicKinds::BOUNDS, "bounds"),
    (PanicKinds::DIVISION, "division"),
    (PanicKinds::SHIFT, "shift"),
    (PanicKinds::COMPARISON, "comparison"),
    (PanicKinds::ASSERTION, "assertion"),
    (PanicKinds::NIL_MAP, "nilmap"),
    (PanicKinds::CHANNEL, "channel"),
    (PanicKinds::SIZE, "size"),
    (PanicKinds::UNSAFE, "unsafe"),
    (PanicKinds::UNKNOWN, "unknown"),
];

impl PanicKinds {
    /// None.
    pub const NONE: Self = Self(0);
    /// A call of `panic`.
    pub const EXPLICIT: Self = Self(1);
    /// A nil pointer, function, or interface.
    pub const NIL: Self = Self(1 << 1);
    /// An index, slice bound, or length out of range.
    pub const BOUNDS: Self = Self(1 << 2);
    /// Integer division by zero.
    pub const DIVISION: Self = Self(1 << 3);
    /// A negative shift count.
    pub const SHIFT: Self = Self(1 << 4);
    /// Comparison or hashing of a dynamic type that cannot be compared.
    pub const COMPARISON: Self = Self(1 << 5);
    /// A type assertion that fails.
    pub const ASSERTION: Self = Self(1 << 6);
    /// A write to a nil map.
    pub const NIL_MAP: Self = Self(1 << 7);
    /// A send on a closed channel, or closing one that is closed or nil.
    pub const CHANNEL: Self = Self(1 << 8);
    /// `make` with a size out of range.
    pub const SIZE: Self = Self(1 << 9);
    /// `unsafe.Slice` and `unsafe.String` with a length out of range.
    pub const UNSAFE: Self = Self(1 << 10);
    /// Whatever code does that is not known.
    pub const UNKNOWN: Self = Self(1 << 11);

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl std::ops::BitOrAssign for PanicKinds {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Display for PanicKinds {
    /// The words of the kinds, with spaces between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = KINDS.iter().filter(|(kind, _)| self.contains(*kind)).map(|&(_, word)| word);
        for (at, word) in words.enumerate() {
            write!(f, "{}{word}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// The instructions of a body that may panic by themselves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PanicSites {
    sites: Box<[(InstId, PanicKinds)]>,
    /// Deferred calls of functions that may be nil.
    nil_deferred: Box<[InstId]>,
}

impl PanicSites {
    /// The sites of a body. `captured(at)` says whether a captured variable is known not to be nil.
    /// Linear.
    #[must_use]
    pub fn new(body: &Body, resolver: &dyn Resolver, captured: &dyn Fn(usize) -> bool) -> Self {
        let cfg = Cfg::new(body);
        let dominators = Dominators::new(&cfg);
        let mut finder = Finder {
            body,
            resolver,
            defs: body.defs(),
            not_nil: vec![false; body.values.len()],
            sites: Vec::new(),
            nil_deferred: Vec::new(),
        };
        finder.not_nil_by_definition(captured);
        // What was followed in a block is not nil in those that it dominates; but not where control
        // gets to by a panic in its middle.
        let caught = |block: BlockId| {
            cfg.predecessors(block).iter().any(|edge| edge.kind == EdgeKind::Unwind)
        };
        let mut scopes: Vec<Scope> = Vec::new();
        // What is hidden behind the start of a block that catches panics.
        let mut hidden: Vec<ValueId> = Vec::new();
        for block in dominators.preorder() {
            while let Some(scope) = scopes.pop_if(|scope| !dominators.dominates(scope.block, block))
            {
                finder.leave(&scope, &mut hidden);
            }
            let start = hidden.len();
            if caught(block) {
                for scope in &scopes {
                    for &value in &scope.followed {
                        if std::mem::replace(&mut finder.not_nil[value.index()], false) {
                            hidden.push(value);
                        }
                    }
                }
            }
            let followed = finder.block(block);
            scopes.push(Scope { block, followed, hidden: start });
        }
        let mut sites = finder.sites;
        sites.sort_unstable_by_key(|&(inst, _)| inst);
        let mut nil_deferred = finder.nil_deferred;
        nil_deferred.sort_unstable();
        Self { sites: sites.into(), nil_deferred: nil_deferred.into() }
    }

    /// Why an instruction may panic by itself.
    #[must_use]
    pub fn at(&self, inst: InstId) -> PanicKinds {
        match self.sites.binary_search_by_key(&inst, |&(inst, _)| inst) {
            Ok(at) => self.sites[at].1,
            Err(_) => PanicKinds::NONE,
        }
    }

    /// Why the call that an instruction defers may panic without calling a function: it is of a nil
    /// function value.
    #[must_use]
    pub fn deferred_at(&self, inst: InstId) -> PanicKinds {
        match self.nil_deferred.binary_search(&inst) {
            Ok(_) => PanicKinds::NIL,
            Err(_) => PanicKinds::NONE,
        }
    }

    /// All instructions that may panic by themselves, in order.
    pub fn iter(&self) -> impl Iterator<Item = (InstId, PanicKinds)> + '_ {
        self.sites.iter().copied()
    }
}

/// A block on the way from the entry in the dominator tree.
struct Scope {
    block: BlockId,
    /// Values that it has found out not to be nil.
    followed: Vec<ValueId>,
    /// From where on values are hidden while it is looked at.
    hidden: usize,
}

struct Finder<'b> {
    body: &'b Body,
    resolver: &'b dyn Resolver,
    defs: Box<[ValueDef]>,
    /// By value: whether it is known not to be nil here.
    not_nil: Vec<bool>,
    sites: Vec<(InstId, PanicKinds)>,
    nil_deferred: Vec<InstId>,
}

/// Whether values of each definition cannot be nil, as far as these definitions tell: addresses,
/// functions, what was checked. Block parameters are not followed.
pub(crate) fn not_nil(body: &Body, captured: &dyn Fn(usize) -> bool) -> Vec<bool> {
    let mut known = vec![false; body.values.len()];
    for (at, param) in body.params(Body::ENTRY).enumerate() {
        known[param.index()] = at < body.capture_count as usize && captured(at);
    }
    for inst in body.inst_ids() {
        let is_known = match body[inst] {
            Inst::Func(_)
            | Inst::Global(_)
            | Inst::Table(_)
            | Inst::Alloc(_)
            | Inst::FieldAddr { .. }
            | Inst::IndexAddr { .. }
            | Inst::MakeInterface(_)
            | Inst::Closure { .. }
            | Inst::MethodValue { .. }
            | Inst::MethodExpr(_)
            | Inst::MakeSlice { .. }
            | Inst::MakeMap(_)
            | Inst::MakeChan(_)
            | Inst::Narrow { fact: Fact::NotNil, .. } => true,
            Inst::Narrow { fact: Fact::Ok | Fact::NotOk, x }
            | Inst::ChangeInterface(x)
            | Inst::Convert { kind: ConvertKind::ChangeType | ConvertKind::PointerToUnsafe, x } => {
                known[x.index()]
            }
            _ => false,
        };
        if is_known && let Some(result) = body.result(inst) {
            known[result.index()] = true;
        }
    }
    known
}

impl Finder<'_> {
    fn not_nil_by_definition(&mut self, captured: &dyn Fn(usize) -> bool) {
        self.not_nil = not_nil(self.body, captured);
    }

    fn leave(&mut self, scope: &Scope, hidden: &mut Vec<ValueId>) {
        for &value in &scope.followed {
            self.not_nil[value.index()] = false;
        }
        for value in hidden.drain(scope.hidden..) {
            self.not_nil[value.index()] = true;
        }
    }

    /// Looks at a block; gives the values that are not nil behind it because it has followed them.
    fn block(&mut self, block: BlockId) -> Vec<ValueId> {
        let body = self.body;
        let mut followed = Vec::new();
        for inst in body.insts_of(block) {
            let kinds = self.kinds(inst);
            if !kinds.is_empty() {
                self.sites.push((inst, kinds));
            }
            if let Inst::Defer { call, .. } = body[inst]
                && let Callee::Value(value) = body[call].callee
                && !self.not_nil[value.index()]
            {
                self.nil_deferred.push(inst);
            }
            let pointer = match body[inst] {
                Inst::Load(ptr) | Inst::Store { ptr, .. } | Inst::FieldAddr { ptr, .. } => ptr,
                Inst::IndexAddr { base, .. } => base,
                Inst::MapUpdate { map, .. } => map,
                Inst::Call(call) => match body[call].callee {
                    Callee::Value(value) | Callee::Interface { receiver: value, .. } => value,
                    _ => continue,
                },
                _ => continue,
            };
            if !std::mem::replace(&mut self.not_nil[pointer.index()], true) {
                followed.push(pointer);
            }
        }
        followed
    }

    fn under(&self, value: ValueId) -> &'static TypeKind {
        underlying(self.resolver, self.body[value].ty).kind()
    }

    /// The value of an integer constant.
    fn constant(&self, value: ValueId) -> Option<i64> {
        match self.defs[value.index()] {
            ValueDef::Result(inst) => match self.body[inst] {
                Inst::Const(id) => self.body[id].as_i64(),
                Inst::Zero => Some(0),
                _ => None,
            },
            ValueDef::Param(_) => None,
        }
    }

    fn nil(&self, value: ValueId) -> PanicKinds {
        if self.not_nil[value.index()] { PanicKinds::NONE } else { PanicKinds::NIL }
    }

    /// Whether comparing or hashing values of a type may panic.
    fn comparison(&self, ty: TypeId) -> PanicKinds {
        match strictly_comparable(self.resolver, ty) {
            true => PanicKinds::NONE,
            false => PanicKinds::COMPARISON,
        }
    }

    fn key(&self, map: ValueId) -> PanicKinds {
        match *self.under(map) {
            TypeKind::Map { key, .. } => self.comparison(key),
            _ => PanicKinds::COMPARISON,
        }
    }

    fn is_zero(&self, value: ValueId) -> bool {
        matches!(self.defs[value.index()], ValueDef::Result(inst) if self.body[inst] == Inst::Zero)
    }

    /// Whether an index may be out of an array of this length.
    fn index(&self, index: ValueId, len: i64) -> PanicKinds {
        match self.constant(index) {
            Some(at) if (0..len).contains(&at) => PanicKinds::NONE,
            _ => PanicKinds::BOUNDS,
        }
    }

    fn size(&self, size: ValueId) -> PanicKinds {
        match self.constant(size) {
            Some(0..=0xffff) => PanicKinds::NONE,
            _ => PanicKinds::SIZE,
        }
    }

    fn kinds(&self, inst: InstId) -> PanicKinds {
        let body = self.body;
        match body[inst] {
            Inst::Load(ptr) | Inst::Store { ptr, .. } | Inst::FieldAddr { ptr, .. } => {
                self.nil(ptr)
            }
            Inst::IndexAddr { base, index } => match self.under(base) {
                TypeKind::Pointer(array) => match underlying(self.resolver, *array).kind() {
                    TypeKind::Array { len, .. } => self.nil(base).union(self.index(index, *len)),
                    _ => self.nil(base).union(PanicKinds::BOUNDS),
                },
                _ => PanicKinds::BOUNDS,
            },
            Inst::Index { base, index } | Inst::WithIndex { base, index, .. } => {
                match self.under(base) {
                    TypeKind::Array { len, .. } => self.index(index, *len),
                    _ => PanicKinds::BOUNDS,
                }
            }
            Inst::Binary { op, x, y } => self.binary(op, x, y),
            Inst::Convert {
                kind: ConvertKind::SliceToArray | ConvertKind::SliceToArrayPointer,
                ..
            } => PanicKinds::BOUNDS,
            Inst::Unsafe { op: UnsafeOp::Slice | UnsafeOp::String, y: Some(len), .. } => {
                match self.constant(len) {
                    Some(0) => PanicKinds::NONE,
                    _ => PanicKinds::UNSAFE,
                }
            }
            Inst::TypeAssert { comma_ok: false, .. } => PanicKinds::ASSERTION,
            Inst::MethodValue { method, x } => {
                let method = &body[method];
                let follows = match method.target {
                    MethodTarget::Interface(_) => true,
                    MethodTarget::Declared(_) => !method.path.is_empty(),
                };
                match self.under(x) {
                    TypeKind::Pointer(_) => self.nil(x),
                    TypeKind::Interface(_) if method.path.is_empty() => self.nil(x),
                    _ if follows => PanicKinds::NIL,
                    _ => PanicKinds::NONE,
                }
            }
            Inst::Call(call) => self.callee(body[call].callee),
            Inst::Defer { call, .. } => match body[call].callee {
                // A nil function panics when it is called.
                Callee::Interface { receiver, .. } => self.nil(receiver),
                _ => PanicKinds::NONE,
            },
            Inst::MakeSlice { len, cap } => {
                let kinds = self.size(len);
                match cap.map(|cap| (self.constant(cap), self.constant(len))) {
                    None => kinds,
                    Some((Some(cap), Some(len))) if (len..=0xffff).contains(&cap) => kinds,
                    Some(_) => kinds.union(PanicKinds::SIZE),
                }
            }
            Inst::MakeChan(Some(size)) => self.size(size),
            Inst::Slice { x, bounds } => self.slice(x, bounds),
            Inst::MapLookup { map, .. } => self.key(map),
            Inst::MapUpdate { map, .. } => {
                let nil = match self.not_nil[map.index()] {
                    true => PanicKinds::NONE,
                    false => PanicKinds::NIL_MAP,
                };
                self.key(map).union(nil)
            }
            Inst::Builtin { op, args } => match (op, &body[args]) {
                (Builtin::Close, _) => PanicKinds::CHANNEL,
                (Builtin::Delete, &[map, ..]) => self.key(map),
                _ => PanicKinds::NONE,
            },
            Inst::Send { .. } => PanicKinds::CHANNEL,
            Inst::Panic(_) => PanicKinds::EXPLICIT,
            Inst::Select(select) => match body[select].arms.iter().any(|arm| arm.value.is_some()) {
                true => PanicKinds::CHANNEL,
                false => PanicKinds::NONE,
            },
            Inst::Hole => PanicKinds::UNKNOWN,
            _ => PanicKinds::NONE,
        }
    }

    fn callee(&self, callee: Callee) -> PanicKinds {
        match callee {
            Callee::Value(value) | Callee::Interface { receiver: value, .. } => self.nil(value),
            Callee::Static(_) | Callee::Builtin(_) => PanicKinds::NONE,
        }
    }

    fn binary(&self, op: BinaryOp, x: ValueId, y: ValueId) -> PanicKinds {
        let basic = || underlying_basic(self.resolver, self.body[y].ty);
        match op {
            BinaryOp::Div | BinaryOp::Rem => match (basic(), self.constant(y)) {
                (_, Some(by)) if by != 0 => PanicKinds::NONE,
                (Some(kind), _) if !kind.is_integer() => PanicKinds::NONE,
                _ => PanicKinds::DIVISION,
            },
            BinaryOp::Shl | BinaryOp::Shr => match (basic(), self.constant(y)) {
                (_, Some(0..)) => PanicKinds::NONE,
                (Some(kind), _) if kind.is_unsigned() => PanicKinds::NONE,
                _ => PanicKinds::SHIFT,
            },
            BinaryOp::Equal | BinaryOp::NotEqual => {
                // With nil, which is the zero value of an interface, no dynamic value is compared.
                let nil = (self.is_zero(x) || self.is_zero(y))
                    && is_interface(self.resolver, self.body[x].ty);
                // Slices, maps and functions are compared with nil alone.
                let comparable = !matches!(
                    self.under(x),
                    TypeKind::Slice(_) | TypeKind::Map { .. } | TypeKind::Signature(_)
                );
                if nil || !comparable { PanicKinds::NONE } else { self.comparison(self.body[x].ty) }
            }
            _ => PanicKinds::NONE,
        }
    }

    fn slice(&self, x: ValueId, bounds: u32) -> PanicKinds {
        let bounds = self.body.bounds[bounds as usize];
        let nil = match self.under(x) {
            TypeKind::Pointer(_) => self.nil(x),
            _ => PanicKinds::NONE,
        };
        let all = [bounds.lo, bounds.hi, bounds.max];
        if all.iter().flatten().all(|&bound| self.constant(bound) == Some(0)) {
            return nil;
        }
        let len = match self.under(x) {
            TypeKind::Pointer(array) => match underlying(self.resolver, *array).kind() {
                TypeKind::Array { len, .. } => Some(*len),
                _ => None,
            },
            _ => None,
        };
        let constants: Option<Vec<i64>> =
            all.iter().flatten().map(|&bound| self.constant(bound)).collect();
        match (len, constants) {
            (Some(len), Some(at))
                if at.is_sorted() && at.iter().all(|at| (0..=len).contains(at)) =>
            {
                nil
            }
            _ => nil.union(PanicKinds::BOUNDS),
        }
    }
}
