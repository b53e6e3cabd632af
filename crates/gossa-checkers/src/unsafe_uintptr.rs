//! `unsafe-uintptr`: a Go address that is held as an integer and becomes a pointer again.
//!
//! From each conversion of a Go pointer to an integer the value is followed forward through the
//! function, through the closures in it, into statically known callees (by summaries, one per
//! parameter, made on demand) and back to the static callers of the functions that return it.

use gossa_api::prelude::*;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

declare_check! {
    /// ## What it does
    /// Reports an integer made from a Go pointer that is kept in a variable, passed, returned or
    /// computed on, and later becomes a pointer again, or reaches a system call as an address.
    ///
    /// ## Why
    /// A `uintptr` keeps nothing alive and is not updated when a stack moves. Between the two
    /// conversions the garbage collector may free the object, or the runtime may move the stack
    /// that it is on; the pointer made from the integer then points at something else. The race
    /// detector and the tests rarely see it.
    ///
    /// ## Bad
    /// ```go
    /// func next(p *[4]int32) *int32 {
    ///     addr := uintptr(unsafe.Pointer(p))
    ///     log.Println("stepping")
    ///     return (*int32)(unsafe.Pointer(addr + 4)) // want `unsafe-uintptr`
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func next(p *[4]int32) *int32 {
    ///     log.Println("stepping")
    ///     return (*int32)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + 4))
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Integers that never become a pointer again; conversions there and back in one expression;
    /// system call arguments converted in place; integers that came from C, from `mmap` or from
    /// constants; pinned objects; package-level variables, which neither move nor die.
    ///
    /// ## What it does not catch
    /// Integers that travel through fields of heap objects, package-level variables, maps,
    /// channels, interfaces, or calls of function values.
    pub static UNSAFE_UINTPTR = "unsafe-uintptr": "unsafe", Warning,
        "a Go address is held as an integer and becomes a pointer again";
}

/// The checker.
pub(crate) struct UnsafeUintptr;

impl Checker for UnsafeUintptr {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&UNSAFE_UINTPTR]
    }

    fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
        let mut flow = Flow::default();
        for inst in func.insts() {
            let Some(origin) = Origin::of(inst) else { continue };
            for arrival in flow.arrivals(&origin) {
                report(pass, &origin, &arrival);
            }
        }
    }
}

/// Where a Go pointer becomes an integer.
struct Origin<'p> {
    inst: Inst<'p>,
    integer: Value<'p>,
    /// The pointer, before conversions; unknown for `reflect`'s methods.
    pointer: Option<Value<'p>>,
    what: String,
}

impl<'p> Origin<'p> {
    fn of(inst: Inst<'p>) -> Option<Self> {
        match inst.op() {
            Op::Convert { kind: ConvertKind::UnsafeToUintptr, x } => {
                let pointer = pointer_root(x);
                if !is_go_memory(pointer) {
                    return None;
                }
                Some(Self {
                    inst,
                    integer: inst.results().next()?,
                    pointer: Some(pointer),
                    what: described(pointer, "a Go pointer"),
                })
            }
            Op::Call(call) => {
                let Callee::Static { name, .. } = call.callee() else { return None };
                let short = match name.as_str() {
                    "reflect.Value.Pointer" => "Pointer",
                    "reflect.Value.UnsafeAddr" => "UnsafeAddr",
                    _ => return None,
                };
                Some(Self {
                    inst,
                    integer: inst.results().next()?,
                    pointer: None,
                    what: format!("the result of reflect.Value.{short}"),
                })
            }
            _ => None,
        }
    }
}

/// The pointer that an `unsafe.Pointer` was made from: without conversions and without steps
/// inside the object.
fn pointer_root(mut pointer: Value<'_>) -> Value<'_> {
    while let Some(definition) = pointer.definition() {
        pointer = match definition.op() {
            Op::Convert {
                kind:
                    ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer
                    | ConvertKind::ChangeType,
                x,
            }
            | Op::Narrow { x, .. }
            | Op::FieldAddr { ptr: x, .. }
            | Op::IndexAddr { base: x, .. }
            | Op::Slice { x, .. }
            | Op::Unsafe {
                op: UnsafeOp::Add | UnsafeOp::SliceData | UnsafeOp::StringData,
                x,
                ..
            } => x,
            _ => return pointer,
        };
    }
    pointer
}

/// Whether a pointer may lead to memory that the collector frees or the runtime moves.
fn is_go_memory(root: Value<'_>) -> bool {
    if root.ty().pointee().is_some_and(Type::is_c) || root.ty().is_c() {
        return false;
    }
    let Some(definition) = root.definition() else { return true };
    match definition.op() {
        // Package-level variables neither move nor die; functions, constants and nil neither.
        Op::Global(_) | Op::Func(_) | Op::Const(_) | Op::Zero => false,
        // Made from an integer: either not Go memory, or followed from where that was made.
        Op::Convert { kind: ConvertKind::UintptrToUnsafe, .. } => false,
        Op::Call(call) => match call.callee() {
            Callee::Static { name, .. } => !is_foreign_allocator(&name),
            _ => true,
        },
        // A function value's code pointer.
        Op::Closure { .. } | Op::MethodValue { .. } | Op::MethodExpr(_) => false,
        _ => true,
    }
}

/// Functions whose results are memory that is not Go's.
fn is_foreign_allocator(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.starts_with("_Cfunc_")
        || matches!(last, "Mmap" | "mmap" | "MmapPtr" | "sysAlloc" | "persistentalloc")
}

/// Functions that take addresses as integers and keep the objects alive only when the conversion
/// stands in the argument list.
fn takes_addresses(name: &str, callee: Option<Func<'_>>) -> bool {
    let (package, last) = name.rsplit_once('.').unwrap_or(("", name));
    let system_call = matches!(
        last,
        "Syscall"
            | "Syscall6"
            | "Syscall9"
            | "Syscall12"
            | "Syscall15"
            | "Syscall18"
            | "SyscallN"
            | "RawSyscall"
            | "RawSyscall6"
    ) && matches!(
        package,
        "syscall"
            | "internal/runtime/syscall"
            | "internal/runtime/syscall/linux"
            | "golang.org/x/sys/unix"
            | "golang.org/x/sys/windows"
    );
    system_call
        || (last == "Call" && matches!(package, "syscall.LazyProc" | "syscall.Proc"))
        || callee.is_some_and(|func| {
            func.go_directives()
                .iter()
                .any(|name| name == "uintptrescapes" || name == "uintptrkeepalive")
        })
}

fn described(value: Value<'_>, otherwise: &str) -> String {
    value.name().map_or_else(|| otherwise.to_owned(), |name| format!("`{name}`"))
}

/// One hop of the story.
#[derive(Clone)]
struct Step<'p> {
    at: Inst<'p>,
    what: String,
}

/// The hops so far, last first, sharing their tails.
type Trace<'p> = Option<Rc<Hop<'p>>>;

struct Hop<'p> {
    step: Step<'p>,
    before: Trace<'p>,
}

fn hop<'p>(before: &Trace<'p>, at: Inst<'p>, what: String) -> Trace<'p> {
    Some(Rc::new(Hop { step: Step { at, what }, before: before.clone() }))
}

fn steps<'p>(trace: &Trace<'p>) -> Vec<Step<'p>> {
    let mut found = Vec::new();
    let mut next = trace.as_ref();
    while let Some(hop) = next {
        found.push(hop.step.clone());
        next = hop.before.as_ref();
    }
    found.reverse();
    found
}

/// What an integer becomes at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// `unsafe.Pointer(u)`
    Pointer,
    /// An argument that is used as an address.
    Address,
}

/// An integer that has become an address again.
struct Arrival<'p> {
    at: Inst<'p>,
    end: End,
    trace: Vec<Step<'p>>,
    /// Whether it went through a call, a return or a closure.
    left_function: bool,
}

/// A value that holds the integer: as a whole, or in one of its fields.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Holder<'p> {
    value: Value<'p>,
    field: Option<u32>,
}

/// What following a value through one function (and its closures) finds.
struct Effects<'p> {
    ends: Vec<(Inst<'p>, End, Vec<Step<'p>>)>,
    /// Results of the function through which it leaves, with the story so far.
    returns: Vec<(Func<'p>, usize, Vec<Step<'p>>)>,
}

/// The instructions that use each value of a function.
struct Uses<'p> {
    of: HashMap<Value<'p>, Vec<Inst<'p>>>,
}

/// Follows integers. Summaries and use lists are remembered.
#[derive(Default)]
struct Flow<'p> {
    uses: RefCell<HashMap<Func<'p>, Rc<Uses<'p>>>>,
    summaries: HashMap<(Func<'p>, usize), Rc<Effects<'p>>>,
    in_progress: HashSet<(Func<'p>, usize)>,
}

/// How many callers up a returned integer is followed.
const CALLER_LIMIT: usize = 8;
/// How many functions one integer is followed into before the search is cut.
const SEARCH_LIMIT: usize = 256;

impl<'p> Flow<'p> {
    fn arrivals(&mut self, origin: &Origin<'p>) -> Vec<Arrival<'p>> {
        let mut found: Vec<Arrival<'p>> = Vec::new();
        let mut seen_ends = HashSet::new();
        let mut seen = HashSet::new();
        let mut work = vec![(origin.integer, Vec::new(), 0)];
        while let Some((start, before, depth)) = work.pop() {
            if !seen.insert(start) || seen.len() > SEARCH_LIMIT {
                continue;
            }
            let effects = self.follow(start, Some(origin.inst));
            for (at, end, after) in &effects.ends {
                if seen_ends.insert(*at) {
                    let mut trace: Vec<Step<'p>> = before.clone();
                    trace.extend(after.iter().cloned());
                    let left_function = at.func() != origin.inst.func()
                        || trace.iter().any(|s| s.at.call().is_some());
                    found.push(Arrival { at: *at, end: *end, trace, left_function });
                }
            }
            if depth == CALLER_LIMIT {
                continue;
            }
            for (func, result, after) in &effects.returns {
                for site in self.sites_of(*func) {
                    if !matches!(site.op(), Op::Call(_)) {
                        continue;
                    }
                    let Some(value) = site.results().nth(*result) else { continue };
                    let mut trace = before.clone();
                    trace.extend(after.iter().cloned());
                    trace.push(Step {
                        at: site,
                        what: format!("returned by `{}` here, still an integer", func.name()),
                    });
                    work.push((value, trace, depth + 1));
                }
            }
        }
        found
    }

    /// Static calls of a function; for a literal, those of the value that it is.
    fn sites_of(&self, func: Func<'p>) -> Vec<Inst<'p>> {
        let mut sites: Vec<Inst<'p>> = func.static_callers().collect();
        for creation in func.creations() {
            let Some(value) = creation.results().next() else { continue };
            sites.extend(
                self.uses_of(value).into_iter().filter(|inst| {
                    inst.call().is_some_and(|call| call.static_callee() == Some(func))
                }),
            );
        }
        sites
    }

    fn uses_of(&self, value: Value<'p>) -> Vec<Inst<'p>> {
        let func = value.func();
        let uses = self
            .uses
            .borrow_mut()
            .entry(func)
            .or_insert_with(|| {
                let mut of: HashMap<Value<'p>, Vec<Inst<'p>>> = HashMap::new();
                for inst in func.insts() {
                    for operand in inst.operands() {
                        let list = of.entry(operand).or_default();
                        if list.last() != Some(&inst) {
                            list.push(inst);
                        }
                    }
                }
                Rc::new(Uses { of })
            })
            .clone();
        uses.of.get(&value).cloned().unwrap_or_default()
    }

    /// What becomes of the argument for a parameter of a function.
    fn summary(&mut self, func: Func<'p>, param: usize) -> Rc<Effects<'p>> {
        let key = (func, param);
        if let Some(known) = self.summaries.get(&key) {
            return known.clone();
        }
        let nothing = || Rc::new(Effects { ends: Vec::new(), returns: Vec::new() });
        let Some(value) = func.params().nth(param) else { return nothing() };
        // A recursive call adds nothing that the first activation does not already show.
        if self.in_progress.len() > SEARCH_LIMIT || !self.in_progress.insert(key) {
            return nothing();
        }
        let effects = Rc::new(self.follow(value, None));
        self.in_progress.remove(&key);
        self.summaries.insert(key, effects.clone());
        effects
    }

    /// Follows a value through its function and the closures in it. `origin` is the conversion
    /// when it stands in the same function: ends in the same expression are as they should be.
    fn follow(&mut self, start: Value<'p>, origin: Option<Inst<'p>>) -> Effects<'p> {
        let mut effects = Effects { ends: Vec::new(), returns: Vec::new() };
        let mut seen: HashSet<Holder<'p>> = HashSet::new();
        let mut work: Vec<(Holder<'p>, Trace<'p>)> =
            vec![(Holder { value: start, field: None }, None)];
        while let Some((holder, trace)) = work.pop() {
            if !seen.insert(holder) {
                continue;
            }
            for inst in self.uses_of(holder.value) {
                self.step(holder, inst, &trace, origin, &mut work, &mut effects);
            }
        }
        effects
    }

    fn step(
        &mut self,
        holder: Holder<'p>,
        inst: Inst<'p>,
        trace: &Trace<'p>,
        origin: Option<Inst<'p>>,
        work: &mut Vec<(Holder<'p>, Trace<'p>)>,
        effects: &mut Effects<'p>,
    ) {
        let value = holder.value;
        let result = |field| inst.results().next().map(|value| Holder { value, field });
        let in_place = origin.is_some_and(|origin| inst.encloses(origin));
        match inst.op() {
            Op::Convert { kind: ConvertKind::UintptrToUnsafe, .. } => {
                if !in_place && holder.field.is_none() {
                    effects.ends.push((inst, End::Pointer, steps(trace)));
                }
            }
            Op::Convert { kind: ConvertKind::Numeric | ConvertKind::ChangeType, .. } => {
                let next = result(holder.field);
                if let Some(next) = next
                    && (holder.field.is_some() || next.value.ty().is_address_sized_integer())
                {
                    work.push((next, named(trace, inst, next.value)));
                }
            }
            Op::Binary { op, x, y } if holder.field.is_none() => {
                if keeps_address(op, value, x, y)
                    && let Some(next) = result(None)
                {
                    work.push((next, named(trace, inst, next.value)));
                }
            }
            Op::Narrow { .. } => {
                work.extend(result(holder.field).map(|next| (next, trace.clone())))
            }
            Op::Struct(fields) => {
                for (at, _) in fields.iter().enumerate().filter(|(_, field)| **field == value) {
                    if holder.field.is_none() {
                        work.extend(result(Some(at as u32)).map(|next| (next, trace.clone())));
                    }
                }
            }
            Op::WithField { base, field, value: new } => {
                let kept = base == value && holder.field.is_some_and(|held| held != field);
                if kept {
                    work.extend(result(holder.field).map(|next| (next, trace.clone())));
                }
                if new == value && holder.field.is_none() {
                    work.extend(result(Some(field)).map(|next| (next, trace.clone())));
                }
            }
            Op::Field { field, .. } if holder.field == Some(field) => {
                work.extend(result(None).map(|next| (next, trace.clone())));
            }
            Op::Jump { block, args } => {
                for (param, _) in block.params().zip(&args).filter(|(_, arg)| **arg == value) {
                    let next = Holder { value: param, field: holder.field };
                    work.push((next, trace.clone()));
                }
            }
            Op::Store { ptr, value: stored } if stored == value => {
                self.stored(holder, inst, ptr, trace, work);
            }
            Op::Closure { func: Some(func), captures } => {
                for (param, _) in
                    func.captures().zip(&captures).filter(|(_, capture)| **capture == value)
                {
                    let what = format!("captured by `{}`, still an integer", func.name());
                    let next = Holder { value: param, field: holder.field };
                    work.push((next, hop(trace, inst, what)));
                }
            }
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => {
                self.called(holder, call, in_place, trace, work, effects);
            }
            Op::Return(results) if holder.field.is_none() => {
                for (at, _) in results.iter().enumerate().filter(|(_, x)| **x == value) {
                    effects.returns.push((inst.func(), at, steps(trace)));
                }
            }
            _ => {}
        }
    }

    /// Goes on at what may read a variable after it was written.
    fn stored(
        &self,
        holder: Holder<'p>,
        store: Inst<'p>,
        ptr: Value<'p>,
        trace: &Trace<'p>,
        work: &mut Vec<(Holder<'p>, Trace<'p>)>,
    ) {
        let (base, field) = match ptr.definition().map(Inst::op) {
            Some(Op::FieldAddr { ptr, field }) => (ptr, Some(field)),
            _ => (ptr, None),
        };
        let field = match (holder.field, field) {
            (None, field) | (field, None) => field,
            // A field of a field: not followed.
            _ => return,
        };
        let Some(variable) = variable_of(base) else { return };
        let name = described(variable, "a variable");
        let trace = hop(trace, store, format!("stored in {name}"));
        for (load, read) in self.loads_of(variable) {
            let next = match (field, read) {
                (None, None) => None,
                (Some(held), Some(read)) if held == read => None,
                (Some(held), None) => Some(held),
                _ => continue,
            };
            if load.func() == store.func() && !reaches(store, load) {
                continue;
            }
            if let Some(value) = load.results().next() {
                work.push((Holder { value, field: next }, trace.clone()));
            }
        }
    }

    /// All reads of a local variable, in its function and in the closures that capture it, with
    /// the field that they read.
    fn loads_of(&self, variable: Value<'p>) -> Vec<(Inst<'p>, Option<u32>)> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut work = vec![(variable, None)];
        while let Some((address, field)) = work.pop() {
            if !seen.insert(address) {
                continue;
            }
            for inst in self.uses_of(address) {
                match inst.op() {
                    Op::Load(_) => found.push((inst, field)),
                    Op::Narrow { .. } => work.extend(inst.results().next().map(|v| (v, field))),
                    Op::FieldAddr { field: at, .. } if field.is_none() => {
                        work.extend(inst.results().next().map(|v| (v, Some(at))));
                    }
                    Op::Closure { func: Some(func), captures } => {
                        for (param, _) in
                            func.captures().zip(&captures).filter(|(_, c)| **c == address)
                        {
                            work.push((param, field));
                        }
                    }
                    _ => {}
                }
            }
        }
        found.sort_by_key(|(inst, _)| (inst.func().qualified_name(), inst.index()));
        found
    }

    fn called(
        &mut self,
        holder: Holder<'p>,
        call: Call<'p>,
        in_place: bool,
        trace: &Trace<'p>,
        work: &mut Vec<(Holder<'p>, Trace<'p>)>,
        effects: &mut Effects<'p>,
    ) {
        let Callee::Static { name, .. } = call.callee() else {
            if call.static_callee().is_none() {
                return;
            }
            return self.entered(holder, call, trace, work, effects);
        };
        if takes_addresses(&name, call.static_callee()) {
            if !in_place && holder.field.is_none() {
                effects.ends.push((call.inst(), End::Address, steps(trace)));
            }
            return;
        }
        self.entered(holder, call, trace, work, effects);
    }

    /// Applies the summaries of a statically known callee.
    fn entered(
        &mut self,
        holder: Holder<'p>,
        call: Call<'p>,
        trace: &Trace<'p>,
        work: &mut Vec<(Holder<'p>, Trace<'p>)>,
        effects: &mut Effects<'p>,
    ) {
        let Some(callee) = call.static_callee() else { return };
        if holder.field.is_some() {
            return;
        }
        let arguments: Vec<usize> = call
            .args()
            .enumerate()
            .filter(|(_, arg)| *arg == holder.value)
            .map(|(at, _)| at)
            .collect();
        for at in arguments {
            let summary = self.summary(callee, at);
            let passed = Step {
                at: call.inst(),
                what: format!("passed to `{}` as an integer", callee.name()),
            };
            let joined = |after: &[Step<'p>]| {
                let mut all = steps(trace);
                all.push(passed.clone());
                all.extend(after.iter().cloned());
                all
            };
            for (inst, end, after) in &summary.ends {
                effects.ends.push((*inst, *end, joined(after)));
            }
            for (func, result, after) in &summary.returns {
                if *func != callee {
                    continue;
                }
                let Some(value) = call.inst().results().nth(*result) else { continue };
                let mut before = trace.clone();
                before = hop(&before, passed.at, passed.what.clone());
                for step in after {
                    before = hop(&before, step.at, step.what.clone());
                }
                let what = format!("returned by `{}` here, still an integer", callee.name());
                before = hop(&before, call.inst(), what);
                work.push((Holder { value, field: None }, before));
            }
        }
    }
}

/// Adds a step where a source variable takes the integer.
fn named<'p>(trace: &Trace<'p>, inst: Inst<'p>, value: Value<'p>) -> Trace<'p> {
    match value.name() {
        Some(name) => hop(trace, inst, format!("kept in `{name}`")),
        None => trace.clone(),
    }
}

/// Whether the result of an operation is still an address inside (or at the end of) the object.
fn keeps_address<'p>(op: BinaryOp, held: Value<'p>, x: Value<'p>, y: Value<'p>) -> bool {
    let other = if x == held { y } else { x };
    match op {
        BinaryOp::Add | BinaryOp::Or | BinaryOp::Xor => true,
        // An address minus another address is a distance.
        BinaryOp::Sub => x == held && !is_address(other),
        // A small mask asks for alignment or a tag.
        BinaryOp::And => constant(other).is_none_or(|mask| !(0..4096).contains(&mask)),
        BinaryOp::AndNot | BinaryOp::Shl | BinaryOp::Shr => x == held,
        _ => false,
    }
}

fn is_address(value: Value<'_>) -> bool {
    matches!(
        value.definition().map(Inst::op),
        Some(Op::Convert { kind: ConvertKind::UnsafeToUintptr, .. })
    )
}

fn constant(value: Value<'_>) -> Option<i64> {
    match value.definition()?.op() {
        Op::Const(constant) => constant.as_i64(),
        _ => None,
    }
}

/// The local variable that an address is of, through captures.
fn variable_of(mut address: Value<'_>) -> Option<Value<'_>> {
    for _ in 0..CALLER_LIMIT {
        match address.definition() {
            Some(definition) => match definition.op() {
                Op::Alloc(_) => return Some(address),
                Op::Narrow { x, .. } => address = x,
                _ => return None,
            },
            None => {
                let func = address.func();
                let at = func.captures().position(|capture| capture == address)?;
                let creation = func.creations().into_iter().next()?;
                match creation.op() {
                    Op::Closure { captures, .. } => address = *captures.get(at)?,
                    _ => return None,
                }
            }
        }
    }
    None
}

/// Whether control can come from one instruction of a function to another.
fn reaches(from: Inst<'_>, to: Inst<'_>) -> bool {
    if from.block() == to.block() && from.index() < to.index() {
        return true;
    }
    let mut seen = HashSet::new();
    let mut work = next_blocks(from.block());
    while let Some(block) = work.pop() {
        if block == to.block() {
            return true;
        }
        if seen.insert(block) {
            work.extend(next_blocks(block));
        }
    }
    false
}

fn next_blocks(block: Block<'_>) -> Vec<Block<'_>> {
    let mut next = block.successors();
    next.extend(block.unwind());
    next
}

/// Whether the collector can run, or the stack can move, at an instruction: calls, allocations,
/// channel operations.
fn is_safepoint(inst: Inst<'_>) -> bool {
    match inst.op() {
        Op::Call(_)
        | Op::Go(_)
        | Op::Defer(_)
        | Op::RunDefers
        | Op::Alloc(AllocKind::New)
        | Op::Closure { .. }
        | Op::MethodValue { .. }
        | Op::MakeInterface(_)
        | Op::MakeSlice { .. }
        | Op::MakeMap(_)
        | Op::MakeChan(_)
        | Op::MapLookup { .. }
        | Op::MapUpdate { .. }
        | Op::Next(_)
        | Op::Send { .. }
        | Op::Receive { .. }
        | Op::Select { .. } => true,
        Op::Builtin { op, .. } => {
            matches!(op, Builtin::Append | Builtin::Print | Builtin::Println | Builtin::Delete)
        }
        Op::Convert { kind, .. } => matches!(
            kind,
            ConvertKind::IntToString
                | ConvertKind::BytesToString
                | ConvertKind::RunesToString
                | ConvertKind::StringToBytes
                | ConvertKind::StringToRunes
        ),
        _ => false,
    }
}

/// Whether a safepoint may lie on a way from one instruction to another of the same function; a
/// loop on the way counts as one.
fn crosses_safepoint(from: Inst<'_>, to: Inst<'_>) -> bool {
    if from.block() == to.block() && from.index() < to.index() {
        return from
            .block()
            .insts()
            .any(|i| from.index() < i.index() && i.index() < to.index() && is_safepoint(i));
    }
    let after_from = |i: &Inst<'_>| i.index() > from.index();
    let before_to = |i: &Inst<'_>| i.index() < to.index();
    if from.block().insts().filter(after_from).any(is_safepoint)
        || to.block().insts().filter(before_to).any(is_safepoint)
    {
        return true;
    }
    let mut seen = HashSet::new();
    let mut work = next_blocks(from.block());
    while let Some(block) = work.pop() {
        if block == to.block() || !seen.insert(block) {
            continue;
        }
        let Some(start) = block.insts().next() else { continue };
        if !reaches(start, to) {
            continue;
        }
        if block == from.block() || reaches(start, start) || block.insts().any(is_safepoint) {
            return true;
        }
        work.extend(next_blocks(block));
    }
    false
}

/// How an object fares between the conversions.
enum Fate {
    /// Its pointer is used no more: it may be freed.
    MayDie,
    /// A pointer to it is used later, but it may be on a stack that moves.
    MayMove,
    /// A pointer to it is used later, and nothing says that it is on this function's stack.
    Kept,
    /// Pinned.
    Pinned,
}

fn fate<'p>(flow: &Flow<'p>, origin: &Origin<'p>, arrival: &Arrival<'p>) -> Fate {
    let Some(pointer) = origin.pointer else { return Fate::MayDie };
    let mut used_later = false;
    let mut seen = HashSet::new();
    let mut work = vec![pointer];
    while let Some(value) = work.pop() {
        if !seen.insert(value) {
            continue;
        }
        for inst in flow.uses_of(value) {
            if let Some(call) = inst.call()
                && let Callee::Static { name, .. } = call.callee()
                && name == "runtime.Pinner.Pin"
            {
                return Fate::Pinned;
            }
            let later = inst.func() != arrival.at.func()
                || matches!(inst.op(), Op::Defer(_))
                || (inst != origin.inst && reaches(arrival.at, inst) && inst != arrival.at);
            // What merely derives another pointer counts where that one is used.
            match inst.op() {
                Op::Convert { kind, .. } if kind != ConvertKind::UnsafeToUintptr => {
                    work.extend(inst.results());
                }
                Op::MakeInterface(_) | Op::Narrow { .. } | Op::FieldAddr { .. } => {
                    work.extend(inst.results());
                }
                Op::Convert { .. } => {}
                _ => used_later |= later,
            }
        }
    }
    let local = matches!(pointer.definition().map(Inst::op), Some(Op::Alloc(_)));
    match (used_later, local) {
        (false, _) => Fate::MayDie,
        (true, true) => Fate::MayMove,
        (true, false) => Fate::Kept,
    }
}

fn report<'p>(pass: &Pass<'_>, origin: &Origin<'p>, arrival: &Arrival<'p>) {
    let flow = Flow::default();
    let crosses = arrival.left_function || crosses_safepoint(origin.inst, arrival.at);
    let fate = fate(&flow, origin, arrival);
    let confidence = match fate {
        Fate::Pinned => return,
        _ if !crosses => Confidence::Low,
        Fate::MayDie => Confidence::High,
        Fate::MayMove => Confidence::Medium,
        Fate::Kept => Confidence::Low,
    };
    let Some(mut report) = pass.report(&UNSAFE_UINTPTR, arrival.at) else { return };
    let danger = match fate {
        Fate::MayDie => "the object may have been freed or moved in between",
        _ => "the object may have been moved in between",
    };
    let what = &origin.what;
    match arrival.end {
        End::Pointer => report
            .message(format_args!("an integer made from {what} becomes a pointer again; {danger}")),
        End::Address => report.message(format_args!(
            "an integer made from {what} is used as an address by a system call, but was not \
             converted in its argument list; {danger}"
        )),
    }
    report.confidence(confidence);
    report.step(origin.inst, format_args!("{what} becomes an integer, which keeps nothing alive"));
    for step in &arrival.trace {
        report.step(step.at, &step.what);
    }
    match arrival.end {
        End::Pointer => report.step(arrival.at, "the integer becomes a pointer"),
        End::Address => report.step(arrival.at, "the integer is used as an address"),
    }
}
