//! What functions do to the bytes that they are given: share them with strings, write them; and
//! whether they keep strings.

use super::place::{Base, Place, address_of, places, reaches_around};
use gossa_api::prelude::*;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A string and bytes that it shares, in one function.
#[derive(Clone)]
pub(super) struct Shared<'p> {
    /// Where the one is made of the other.
    pub(super) at: Inst<'p>,
    pub(super) places: Vec<Place<'p>>,
    pub(super) text: Value<'p>,
    /// Bytes are made of a string.
    pub(super) reverse: bool,
    /// Where callees do it, from the outermost on.
    pub(super) path: Vec<Inst<'p>>,
}

/// A write to bytes.
#[derive(Clone)]
pub(super) struct Written<'p> {
    pub(super) at: Inst<'p>,
    pub(super) places: Vec<Place<'p>>,
    /// Where callees do it, from the outermost on.
    pub(super) path: Vec<Inst<'p>>,
}

/// What becomes of a string in its function.
#[derive(Default)]
pub(super) struct TextUses<'p> {
    pub(super) reads: Vec<Inst<'p>>,
    /// Where it is put where others find it later.
    pub(super) keeps: Vec<Inst<'p>>,
    /// Whether others have it from before.
    pub(super) is_known_elsewhere: bool,
}

/// What callers know of a function's places.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    /// A parameter, by its number; captures follow.
    Param(usize),
    /// A package-level variable.
    Global(Global),
}

/// Bytes that callers know, and where something happens to them.
#[derive(Clone)]
struct Reached<'p> {
    root: Root,
    fields: Vec<u32>,
    is_offset: bool,
    path: Vec<Inst<'p>>,
}

impl<'p> Reached<'p> {
    /// A place in a function, as its callers know it.
    fn of(func: Func<'p>, place: &Place<'p>, path: Vec<Inst<'p>>) -> Option<Self> {
        let root = match place.base {
            Base::Value(value) => Root::Param(number(func, value)?),
            Base::Global(global) => Root::Global(global),
        };
        Some(Self { root, fields: place.fields.clone(), is_offset: place.is_offset, path })
    }

    /// The same, in a function that calls this one.
    fn at_call(&self, site: Inst<'p>, callee: Func<'p>, first: usize) -> Vec<Place<'p>> {
        let roots = match self.root {
            Root::Param(at) => match argument(site, callee, first, at) {
                Some(argument) => places(argument),
                None => Vec::new(),
            },
            Root::Global(global) => {
                vec![Place { base: Base::Global(global), fields: Vec::new(), is_offset: false }]
            }
        };
        let below = |place: Place<'p>| place.below(&self.fields, self.is_offset);
        roots.into_iter().filter_map(below).collect()
    }
}

/// A result that shares with a parameter.
#[derive(Clone)]
struct SharedResult<'p> {
    from: Reached<'p>,
    result: usize,
    reverse: bool,
}

/// How many calls deep callees are looked into.
const DEPTH: usize = 6;
/// Dynamic calls of more functions are left out.
const FAN: usize = 8;

pub(super) struct Summaries<'f, 'p> {
    pass: &'f ProgramPass<'p>,
    sharing: HashMap<Func<'p>, Rc<[SharedResult<'p>]>>,
    itself: HashSet<Func<'p>>,
    order: Vec<Func<'p>>,
    writes: HashMap<Func<'p>, Rc<[Reached<'p>]>>,
    keeps: HashMap<(Func<'p>, usize), bool>,
    depth: usize,
}

/// Whether an instruction is a cast of a pointer to a slice of bytes into one to a string, or the
/// other way, whose target is loaded: the variable, and the direction.
fn cast_load<'p>(inst: Inst<'p>) -> Option<(Value<'p>, bool)> {
    let Op::Load(address) = inst.op() else { return None };
    let to = address.ty().pointee()?;
    let mut at = address;
    while let Some(
        Op::Convert {
            kind:
                ConvertKind::PointerToUnsafe | ConvertKind::UnsafeToPointer | ConvertKind::ChangeType,
            x,
        }
        | Op::Narrow { x, .. },
    ) = at.definition().map(Inst::op)
    {
        at = x;
    }
    let from = at.ty().pointee()?;
    if to.is_string() && is_bytes(from) {
        Some((at, false))
    } else if is_bytes(to) && from.is_string() {
        Some((at, true))
    } else {
        None
    }
}

fn is_bytes(ty: Type<'_>) -> bool {
    matches!(ty.kind(), Kind::Slice(elem) if is_byte(elem))
}

fn is_byte(ty: Type<'_>) -> bool {
    matches!(ty.kind(), Kind::Basic(basic) if matches!(basic.name(), "uint8" | "byte" | "int8"))
}

/// Whether a function shares bytes with a string without calling anyone for it.
pub(super) fn shares_itself(func: Func<'_>) -> bool {
    !is_standard(func)
        && func.insts().any(|inst| {
            matches!(inst.op(), Op::Unsafe { op: UnsafeOp::String | UnsafeOp::StringData, .. })
                || cast_load(inst).is_some()
        })
}

/// The standard library's own strings are made with care; as a package to check it is asked for.
fn is_standard(func: Func<'_>) -> bool {
    let first = func.package().split('/').next().unwrap_or_default();
    !func.is_requested() && !first.contains('.')
}

/// The values that a parameter or capture of a callee has at a call.
fn argument<'p>(site: Inst<'p>, callee: Func<'p>, first: usize, at: usize) -> Option<Value<'p>> {
    let params = callee.params().count();
    if at < params {
        return site.call()?.args().nth(at.checked_sub(first)?);
    }
    let creation = callee.creations().into_iter().find(|made| made.func() == site.func())?;
    match creation.op() {
        Op::Closure { captures, .. } => captures.get(at - params).copied(),
        _ => None,
    }
}

/// The number of a parameter or capture.
fn number(func: Func<'_>, value: Value<'_>) -> Option<usize> {
    func.params().chain(func.captures()).position(|param| param == value)
}

impl<'f, 'p> Summaries<'f, 'p> {
    /// Summaries for a program in which these functions share bytes themselves.
    pub(super) fn new(pass: &'f ProgramPass<'p>, itself: &[Func<'p>]) -> Self {
        let mut summaries = Self {
            pass,
            sharing: HashMap::new(),
            itself: itself.iter().copied().collect(),
            order: itself.to_vec(),
            writes: HashMap::new(),
            keeps: HashMap::new(),
            depth: 0,
        };
        // Callers of functions whose results share with what they are given share, too.
        let mut at = 0;
        while at < summaries.order.len() {
            let func = summaries.order[at];
            at += 1;
            let results = summaries.shared_results(func);
            if results.is_empty() {
                continue;
            }
            summaries.sharing.insert(func, results);
            let edges = pass.call_graph().callers(func);
            for edge in edges {
                let caller = edge.site.func();
                if !is_standard(caller) && !summaries.order.contains(&caller) {
                    summaries.order.push(caller);
                }
            }
        }
        summaries
    }

    /// All functions in which bytes are shared, by themselves or by calls.
    pub(super) fn functions_that_share(&self) -> Vec<Func<'p>> {
        self.order.clone()
    }

    fn callees(&self, site: Inst<'p>) -> Vec<(Func<'p>, usize)> {
        let edges = self.pass.call_graph().callees(site);
        if edges.len() > FAN {
            return Vec::new();
        }
        edges.into_iter().map(|edge| (edge.callee, edge.first)).collect()
    }

    /// What is shared in a function.
    pub(super) fn shared_in(&self, func: Func<'p>) -> Vec<Shared<'p>> {
        let mut found = Vec::new();
        for inst in func.insts() {
            if self.itself.contains(&func) {
                found.extend(shared_here(inst));
            }
            if inst.call().is_some() && !self.sharing.is_empty() {
                self.shared_by_call(inst, &mut found);
            }
        }
        found
    }

    fn shared_by_call(&self, site: Inst<'p>, found: &mut Vec<Shared<'p>>) {
        for (callee, first) in self.callees(site) {
            let Some(results) = self.sharing.get(&callee) else { continue };
            for shared in &**results {
                let Some(result) = site.results().nth(shared.result) else { continue };
                let (path, reverse) = (shared.from.path.clone(), shared.reverse);
                if !reverse {
                    let places = shared.from.at_call(site, callee, first);
                    found.push(Shared { at: site, places, text: result, reverse, path });
                } else if let Root::Param(at) = shared.from.root
                    && let Some(text) = argument(site, callee, first, at)
                {
                    let places = vec![Place::of_value(result)];
                    found.push(Shared { at: site, places, text, reverse, path });
                }
            }
        }
    }

    /// Results of a function that share with its parameters.
    fn shared_results(&self, func: Func<'p>) -> Rc<[SharedResult<'p>]> {
        let mut found = Vec::new();
        for shared in self.shared_in(func) {
            let mut path = vec![shared.at];
            path.extend(&shared.path);
            if path.len() > DEPTH {
                continue;
            }
            if shared.reverse {
                // A pointer or slice made of a parameter's bytes.
                let Some(param) = number(func, shared.text) else { continue };
                let bases: Vec<Value<'p>> = (shared.places.iter())
                    .filter_map(|place| match place.base {
                        Base::Value(value) => Some(value),
                        Base::Global(_) => None,
                    })
                    .collect();
                for (result, _) in returned(func, |value| {
                    places(value).iter().any(
                        |place| matches!(place.base, Base::Value(base) if bases.contains(&base)),
                    )
                }) {
                    let (root, path) = (Root::Param(param), path.clone());
                    let from = Reached { root, fields: Vec::new(), is_offset: false, path };
                    found.push(SharedResult { from, result, reverse: true });
                }
            } else {
                let derived = derived(shared.text);
                for (result, _) in returned(func, |value| derived.contains(&value)) {
                    for place in &shared.places {
                        if let Some(from) = Reached::of(func, place, path.clone()) {
                            found.push(SharedResult { from, result, reverse: false });
                        }
                    }
                }
            }
        }
        found.into()
    }

    /// What is written in a function, and by its calls.
    pub(super) fn written_in(&mut self, func: Func<'p>) -> Vec<Written<'p>> {
        let mut found = Vec::new();
        for inst in func.insts() {
            if let Some(bytes) = written_here(inst) {
                found.push(Written { at: inst, places: places(bytes), path: Vec::new() });
            } else if matches!(inst.op(), Op::Call(_)) {
                self.written_by_call(inst, &mut found);
            }
        }
        found
    }

    fn written_by_call(&mut self, site: Inst<'p>, found: &mut Vec<Written<'p>>) {
        for (callee, first) in self.callees(site) {
            for reached in &*self.writes_of(callee) {
                let places = reached.at_call(site, callee, first);
                found.push(Written { at: site, places, path: reached.path.clone() });
            }
        }
    }

    /// The bytes, reached from its parameters, that a function writes.
    fn writes_of(&mut self, func: Func<'p>) -> Rc<[Reached<'p>]> {
        if let Some(known) = self.writes.get(&func) {
            return known.clone();
        }
        if self.depth == DEPTH || is_standard(func) {
            return Rc::default();
        }
        // A recursive call writes nothing that the first one does not.
        self.writes.insert(func, Rc::default());
        self.depth += 1;
        let written = self.written_in(func);
        self.depth -= 1;
        let mut found: Vec<Reached<'p>> = Vec::new();
        for write in written {
            let path: Vec<Inst<'p>> = std::iter::once(write.at).chain(write.path).collect();
            for place in &write.places {
                let Some(reached) = Reached::of(func, place, path.clone()) else { continue };
                let known = found.iter().any(|other| {
                    (other.root, &other.fields, other.is_offset)
                        == (reached.root, &reached.fields, reached.is_offset)
                });
                if !known {
                    found.push(reached);
                }
            }
        }
        let found: Rc<[Reached<'p>]> = found.into();
        self.writes.insert(func, found.clone());
        found
    }

    /// Where other bytes come to a place: from there on it is no longer those that are shared.
    pub(super) fn made_anew(&self, func: Func<'p>, place: &Place<'p>) -> Vec<Inst<'p>> {
        let mut found: Vec<Inst<'p>> = Vec::new();
        if let Base::Value(value) = place.base
            && place.fields.is_empty()
        {
            found.extend(value.definition());
        }
        for inst in func.insts() {
            if let Op::Store { ptr, value } = inst.op()
                && address_of(ptr).is_some_and(|stored| stored.is_same(place))
                // What is cut off itself is the same still.
                && !places(value).iter().any(|stored| stored.is_same(place))
            {
                found.push(inst);
            }
        }
        found
    }

    /// What becomes of a string in its function.
    pub(super) fn text_uses(&mut self, text: Value<'p>) -> TextUses<'p> {
        let func = text.func();
        let derived = derived(text);
        let mut uses = TextUses::default();
        for inst in func.insts() {
            let operands = inst.operands();
            if !operands.iter().any(|operand| derived.contains(operand)) {
                continue;
            }
            match inst.op() {
                Op::Jump { .. } | Op::Narrow { .. } => {}
                Op::Builtin { op: Builtin::Len, .. } => {}
                Op::Unsafe { .. }
                | Op::MakeInterface(_)
                | Op::Convert { kind: ConvertKind::ChangeType, .. } => {}
                Op::MapUpdate { .. } | Op::Send { .. } => uses.keeps.push(inst),
                Op::Closure { .. } => uses.reads.push(inst),
                Op::Store { ptr, .. } => match address_of(ptr).map(|place| place.base) {
                    Some(Base::Value(base))
                        if matches!(base.definition().map(Inst::op), Some(Op::Alloc(_)))
                            && !outlives(base) => {}
                    _ => uses.keeps.push(inst),
                },
                Op::Go(_) | Op::Defer(_) => uses.keeps.push(inst),
                Op::Call(_) => {
                    uses.reads.push(inst);
                    if self.is_kept_by(inst, &derived) {
                        uses.keeps.push(inst);
                    }
                }
                _ => uses.reads.push(inst),
            }
        }
        // Appended to a list: an element of an array that is appended.
        uses.is_known_elsewhere = match text.definition().map(Inst::op) {
            None => text.param_of().is_none_or(|_| text.incoming().is_empty()),
            Some(Op::Const(_) | Op::Load(_) | Op::MapLookup { .. } | Op::Receive { .. }) => true,
            _ => !uses.keeps.is_empty(),
        };
        uses
    }

    fn is_kept_by(&mut self, site: Inst<'p>, derived: &HashSet<Value<'p>>) -> bool {
        let Some(call) = site.call() else { return false };
        let args: Vec<usize> = (call.args().enumerate())
            .filter(|(_, value)| derived.contains(value))
            .map(|(at, _)| at)
            .collect();
        for (callee, first) in self.callees(site) {
            for at in &args {
                if self.keeps(callee, at + first) {
                    return true;
                }
            }
        }
        false
    }

    /// Whether a function keeps a string that it is given where others find it.
    fn keeps(&mut self, func: Func<'p>, param: usize) -> bool {
        if let Some(&known) = self.keeps.get(&(func, param)) {
            return known;
        }
        let Some(text) = func.params().nth(param) else { return false };
        if self.depth == DEPTH || is_standard(func) || !text.ty().is_string() {
            return false;
        }
        self.keeps.insert((func, param), false);
        self.depth += 1;
        let kept = !self.text_uses(text).keeps.is_empty();
        self.depth -= 1;
        self.keeps.insert((func, param), kept);
        kept
    }
}

/// Whether a local variable is reached by others: its address is stored, passed or returned.
fn outlives(variable: Value<'_>) -> bool {
    variable.func().insts().any(|inst| match inst.op() {
        Op::Store { value, .. } => value == variable,
        Op::Return(values) => values.contains(&variable),
        Op::Slice { x, .. } => x == variable,
        Op::Go(call) | Op::Defer(call) => call.args().any(|arg| arg == variable),
        _ => false,
    })
}

/// A string and what is the same string, or a part of it.
fn derived<'p>(text: Value<'p>) -> HashSet<Value<'p>> {
    let mut found = HashSet::from([text]);
    let mut changed = true;
    while changed {
        changed = false;
        for inst in text.func().insts() {
            match inst.op() {
                Op::Jump { block, args } => {
                    for (param, arg) in block.params().zip(args) {
                        changed |= found.contains(&arg) && found.insert(param);
                    }
                }
                Op::Convert { kind: ConvertKind::ChangeType, x }
                | Op::Narrow { x, .. }
                | Op::Slice { x, .. }
                | Op::MakeInterface(x)
                    if found.contains(&x) =>
                {
                    for result in inst.results() {
                        changed |= found.insert(result);
                    }
                }
                Op::Load(address) => {
                    // Of a variable that holds it.
                    let holds = text.func().insts().any(|store| match store.op() {
                        Op::Store { ptr, value } => {
                            ptr == address && found.contains(&value) && store.reaches(inst)
                        }
                        _ => false,
                    });
                    if holds {
                        for result in inst.results() {
                            changed |= found.insert(result);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// The results, by number, in which a function returns what is asked for.
fn returned<'p>(func: Func<'p>, wanted: impl Fn(Value<'p>) -> bool) -> Vec<(usize, Inst<'p>)> {
    let mut found: Vec<(usize, Inst<'p>)> = Vec::new();
    for inst in func.insts() {
        if let Op::Return(values) = inst.op() {
            for (at, value) in values.into_iter().enumerate() {
                if !found.iter().any(|(known, _)| *known == at) && wanted(value) {
                    found.push((at, inst));
                }
            }
        }
    }
    found
}

/// What an instruction itself shares.
fn shared_here<'p>(inst: Inst<'p>) -> Option<Shared<'p>> {
    let result = inst.results().next()?;
    let path = Vec::new();
    match inst.op() {
        Op::Unsafe { op: UnsafeOp::String, x, .. } => {
            Some(Shared { at: inst, places: places(x), text: result, reverse: false, path })
        }
        Op::Unsafe { op: UnsafeOp::StringData, x, .. } => {
            let places = vec![Place::of_value(result)];
            Some(Shared { at: inst, places, text: x, reverse: true, path })
        }
        _ => {
            let (variable, reverse) = cast_load(inst)?;
            if reverse {
                // The string that the variable holds here.
                let text = latest(variable, inst)?;
                let places = places(result);
                return Some(Shared { at: inst, places, text, reverse, path });
            }
            let mut found: Vec<Place<'p>> = address_of(variable).into_iter().collect();
            for store in variable.func().insts() {
                if let Op::Store { ptr, value } = store.op()
                    && ptr == variable
                {
                    found.extend(places(value));
                }
            }
            Some(Shared { at: inst, places: found, text: result, reverse, path })
        }
    }
}

/// What a local variable holds at an instruction: what was stored last.
fn latest<'p>(variable: Value<'p>, at: Inst<'p>) -> Option<Value<'p>> {
    let mut stores = variable.func().insts().filter_map(|inst| match inst.op() {
        Op::Store { ptr, value } if ptr == variable => Some((inst, value)),
        _ => None,
    });
    stores.rfind(|(store, _)| reaches_around(*store, at, &[])).map(|(_, value)| value)
}

/// The bytes that an instruction itself writes.
fn written_here<'p>(inst: Inst<'p>) -> Option<Value<'p>> {
    match inst.op() {
        Op::Store { ptr, .. } => {
            let pointee = ptr.ty().pointee()?;
            let is_element = matches!(ptr.definition().map(Inst::op), Some(Op::IndexAddr { .. }));
            let is_data = matches!(
                ptr.definition().map(Inst::op),
                Some(
                    Op::Unsafe { .. }
                        | Op::Convert {
                            kind: ConvertKind::UnsafeToPointer | ConvertKind::SliceToArrayPointer,
                            ..
                        }
                )
            );
            let is_array = matches!(pointee.kind(), Kind::Array { elem, .. } if is_byte(elem));
            (is_byte(pointee) && (is_element || is_data) || is_array && is_data).then_some(ptr)
        }
        Op::Builtin { op: Builtin::Copy | Builtin::Clear, args } => {
            args.first().copied().filter(|bytes| is_bytes(bytes.ty()))
        }
        // Behind what is shared, unless that was cut off before.
        Op::Builtin { op: Builtin::Append, args } => {
            let bytes = *args.first()?;
            let is_cut = |value: Value<'p>| {
                matches!(value.definition().map(Inst::op), Some(Op::Slice { hi: Some(_), .. }))
            };
            (is_bytes(bytes.ty()) && is_cut(bytes)).then_some(bytes)
        }
        // What readers do, whoever they are.
        Op::Call(call) => {
            let name = match call.callee() {
                Callee::Static { name, .. } => name,
                Callee::Interface { method, .. } => method.name.to_owned(),
                _ => return None,
            };
            let last = name.rsplit('.').next().unwrap_or(&name);
            let reads = matches!(last, "Read" | "ReadAt" | "ReadFull" | "ReadAtLeast");
            let bytes = call.args().find(|arg| is_bytes(arg.ty()));
            bytes.filter(|_| reads)
        }
        _ => None,
    }
}
