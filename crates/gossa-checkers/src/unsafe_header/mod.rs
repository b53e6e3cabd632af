//! `unsafe-header`: slice and string headers whose `Data` integer is all that holds the object.
//!
//! Three things are looked for everywhere: *casts* of a pointer to one to a slice or a string,
//! *stores* to the `Data` of a header, and *origins*, where a Go address becomes an integer (among
//! them the `Data` that is read out of the header of a real slice). Integers are followed from
//! origins to stores as `unsafe-uintptr` follows them; a store and a cast belong together if they
//! are to the same header. Whether memory is a header of its own (*plain*) or that of a real slice
//! or string (a *view*) is read off the conversions, and asked of a points-to solution where these
//! do not show it.

mod feeds;

use self::feeds::feeding;
use crate::unsafe_uintptr::address::Addresses;
use crate::unsafe_uintptr::fate::{Fate, crosses_safepoint, fate};
use crate::unsafe_uintptr::origin::{Origin, described, is_runtime};
use crate::unsafe_uintptr::{is_doubtful, told};
use gossa_api::options::{AnyOption, CheckOption};
use gossa_api::prelude::*;
use std::collections::HashSet;

declare_check! {
    /// ## What it does
    /// Reports a `reflect.SliceHeader` or `reflect.StringHeader`, or a struct or array of the same
    /// layout, that becomes a slice or string although its `Data` is only an integer; and a store
    /// to the `Data` of a real slice's header of an address that was held as an integer before.
    ///
    /// ## Why
    /// In a header that is a variable of its own, `Data` is a `uintptr`: it does not keep the
    /// array alive, and is not updated when a stack moves. Until the header has become a slice
    /// again, the array can be freed or moved, and the slice is of other memory then. Only in the
    /// header of a real slice or string is `Data` a pointer to the collector.
    ///
    /// ## Bad
    /// ```go
    /// func bytes(s string) []byte {
    ///     from := (*reflect.StringHeader)(unsafe.Pointer(&s))
    ///     h := reflect.SliceHeader{Data: from.Data, Len: len(s), Cap: len(s)}
    ///     return *(*[]byte)(unsafe.Pointer(&h)) // want `unsafe-header`
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func bytes(s string) []byte {
    ///     return unsafe.Slice(unsafe.StringData(s), len(s))
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Headers of real slices and strings that get their `Data` in place; `unsafe.Slice` and
    /// `unsafe.String`; structs whose first field is a pointer; addresses that came from C, from
    /// `mmap` or from constants.
    ///
    /// ## What it does not catch
    /// Headers that go through reflection, or that are copied byte by byte.
    pub static UNSAFE_HEADER = "unsafe-header": "unsafe", Warning,
        "a slice or string is made from a header whose Data is only an integer", cwe [825];
}

static LOOK_ALIKES: CheckOption<bool> = CheckOption::new(
    "unsafe-header",
    "look-alikes",
    true,
    "Whether structs and arrays of the layout of a header are taken for headers, besides those of \
     package reflect.",
);

/// The checker.
pub(crate) struct UnsafeHeader;

impl Checker for UnsafeHeader {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&UNSAFE_HEADER]
    }

    fn options(&self) -> Vec<&'static dyn AnyOption> {
        vec![&LOOK_ALIKES]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let headers = Headers { look_alikes: pass.option(&LOOK_ALIKES) };
        let sites = pass.search(|func, found| {
            if !is_runtime(func.package()) {
                found.extend(func.insts().filter_map(|inst| headers.site(inst)));
            }
        });
        let sites = headers.that_matter(sites);
        if sites.iter().all(|site| matches!(site, Site::Origin(_))) {
            return;
        }
        let Err(packages) = check(pass, headers, &sites, None) else { return };
        pass.points_to_within(&packages, |points_to| {
            // With a solution there is nothing left to ask.
            let _ = check(pass, headers, &sites, Some(points_to));
        });
    }
}

/// What counts as a header.
#[derive(Clone, Copy)]
struct Headers {
    look_alikes: bool,
}

/// An instruction that has to do with headers.
enum Site<'p> {
    /// A pointer becomes one to a slice or string.
    Cast { at: Inst<'p>, pointer: Value<'p> },
    /// A header, or its `Data`, is stored to.
    Store { at: Inst<'p> },
    /// An address becomes an integer.
    Origin(Origin<'p>),
}

/// The memory that a header is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home<'p> {
    /// A header of its own, and what makes it.
    Plain(Maker<'p>),
    /// That of a real slice or string, or of something else that begins with a pointer.
    View,
    /// Not known from the conversions: what this points to.
    Unknown(Value<'p>),
}

fn is_real(ty: Type<'_>) -> bool {
    ty.is_string() || matches!(ty.kind(), Kind::Slice(_))
}

/// Whether the collector finds a pointer where the `Data` of a header would be.
fn begins_with_pointer(ty: Type<'_>) -> bool {
    match ty.kind() {
        Kind::Struct(fields) => fields.first().is_some_and(|field| begins_with_pointer(field.ty)),
        Kind::Array { elem, .. } => begins_with_pointer(elem),
        Kind::Pointer(_)
        | Kind::Slice(_)
        | Kind::Map { .. }
        | Kind::Chan { .. }
        | Kind::Func { .. }
        | Kind::Interface => true,
        _ => ty.is_string() || ty.is_unsafe_pointer(),
    }
}

impl Headers {
    /// Whether a type is laid out as a header, with an integer for the pointer.
    fn is_header(self, ty: Type<'_>) -> bool {
        if let Some(("reflect", "SliceHeader" | "StringHeader")) = ty.defined_name() {
            return true;
        }
        self.look_alikes
            && match ty.kind() {
                Kind::Struct(fields) => {
                    (2..=3).contains(&fields.len())
                        && fields[0].ty.is_uintptr()
                        && fields[1..].iter().all(|field| field.ty.is_address_sized_integer())
                        && !fields[1].ty.is_uintptr()
                }
                Kind::Array { elem, len: Some(2 | 3), .. } => elem.is_uintptr(),
                _ => false,
            }
    }

    /// The header that a pointer is to, if it is to a header or to its `Data`.
    fn header_of(self, pointer: Value<'_>) -> Option<Value<'_>> {
        if pointer.ty().pointee().is_some_and(|ty| self.is_header(ty)) {
            return Some(pointer);
        }
        let (base, first) = match pointer.definition()?.op() {
            Op::FieldAddr { ptr, field } => (ptr, field == 0),
            Op::IndexAddr { base, index } => {
                let constant = match index.definition().map(Inst::op) {
                    Some(Op::Const(constant)) => constant.as_i64(),
                    _ => None,
                };
                (base, constant == Some(0))
            }
            _ => return None,
        };
        (first && base.ty().pointee().is_some_and(|ty| self.is_header(ty))).then_some(base)
    }

    fn site<'p>(self, inst: Inst<'p>) -> Option<Site<'p>> {
        match inst.op() {
            Op::Convert { kind: ConvertKind::UnsafeToPointer, x } => {
                let to = inst.results().next()?.ty().pointee()?;
                is_real(to).then_some(Site::Cast { at: inst, pointer: x })
            }
            Op::Store { ptr, .. } => {
                self.header_of(ptr)?;
                Some(Site::Store { at: inst })
            }
            Op::Load(pointer) => {
                let header = self.header_of(pointer)?;
                let real = self.viewed(header)?;
                let what = described(named(real), "a slice or string");
                Some(Site::Origin(Origin {
                    inst,
                    integer: inst.results().next()?,
                    pointer: Some(real),
                    what: format!("the Data of {what}"),
                }))
            }
            Op::Field { base, field: 0 } if self.is_header(base.ty()) => {
                let Site::Origin(whole) = self.site(base.definition()?)? else { return None };
                Some(Site::Origin(Origin { inst, integer: inst.results().next()?, ..whole }))
            }
            _ => Origin::of(inst).map(Site::Origin),
        }
    }

    /// Leaves out what no finding can come of: casts elsewhere than in the packages that are asked
    /// for, or of what is a slice or string; and stores elsewhere, unless something that they store
    /// to may come to a cast.
    fn that_matter<'p>(self, mut sites: Vec<Site<'p>>) -> Vec<Site<'p>> {
        sites.retain(|site| match site {
            Site::Cast { at, pointer } => {
                at.func().is_requested() && self.home(*pointer) != Home::View
            }
            Site::Store { .. } | Site::Origin(_) => true,
        });
        let casts = sites.iter().any(|site| matches!(site, Site::Cast { .. }));
        sites.retain(|site| match site {
            Site::Store { at } => casts || at.func().is_requested(),
            Site::Cast { .. } | Site::Origin(_) => true,
        });
        sites
    }

    /// The pointer to a real slice or string that a pointer to a header was made from.
    fn viewed<'p>(self, header: Value<'p>) -> Option<Value<'p>> {
        let root = unconverted(header);
        root.ty().pointee().is_some_and(is_real).then_some(root)
    }

    /// Whether a pointer is into the header of a real slice or string: no integer that anybody has
    /// stored is there, except where a store to a header ends the way.
    fn in_view(self, mut pointer: Value<'_>) -> bool {
        loop {
            if pointer.ty().pointee().is_some_and(|ty| self.is_header(ty)) {
                return self.viewed(pointer).is_some();
            }
            pointer = match pointer.definition().map(Inst::op) {
                Some(
                    Op::FieldAddr { ptr: x, .. }
                    | Op::IndexAddr { base: x, .. }
                    | Op::Narrow { x, .. },
                ) => x,
                _ => return false,
            };
        }
    }

    fn home<'p>(self, pointer: Value<'p>) -> Home<'p> {
        let root = unconverted(pointer);
        if root.ty().pointee().is_some_and(begins_with_pointer) {
            return Home::View;
        }
        match root.definition().map(|definition| (definition, definition.op())) {
            Some((_, Op::Global(global))) => Home::Plain(Maker::Global(global)),
            // Of another type it may be copied into, byte by byte.
            Some((definition, Op::Alloc(_)))
                if root.ty().pointee().is_some_and(|ty| self.is_header(ty)) =>
            {
                Home::Plain(Maker::Inst(definition))
            }
            _ => Home::Unknown(root),
        }
    }

    /// The homes of what a pointer leads to. Without objects an unknown one stays so.
    fn homes<'q>(self, pointer: Value<'q>, points_to: Option<PointsTo<'q>>) -> Vec<Home<'q>> {
        let home = self.home(pointer);
        let (Home::Unknown(root), Some(points_to)) = (home, points_to) else { return vec![home] };
        let home = |object: Object<'q>| match object.maker() {
            maker @ Maker::Inst(inst) => {
                let ty = inst.results().next()?.ty().pointee()?;
                if self.is_header(ty) {
                    Some(Home::Plain(maker))
                } else {
                    is_real(ty).then_some(Home::View)
                }
            }
            maker @ Maker::Global(_) => Some(Home::Plain(maker)),
            _ => None,
        };
        points_to.pointees(root).objects.into_iter().filter_map(home).collect()
    }
}

/// A variable; if it has no name because it holds a parameter, that.
fn named(variable: Value<'_>) -> Value<'_> {
    if variable.name().is_some() {
        return variable;
    }
    let stored = variable.func().insts().find_map(|inst| match inst.op() {
        Op::Store { ptr, value } if ptr == variable => Some(value),
        _ => None,
    });
    stored.unwrap_or(variable)
}

/// A pointer before conversions.
fn unconverted(mut pointer: Value<'_>) -> Value<'_> {
    while !pointer.ty().pointee().is_some_and(is_real)
        && let Some(
            Op::Convert {
                kind:
                    ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer
                    | ConvertKind::ChangeType,
                x,
            }
            | Op::Narrow { x, .. },
        ) = pointer.definition().map(Inst::op)
    {
        pointer = x;
    }
    pointer
}

/// Whether nothing gets hold of a variable but the function that makes it, which reads and writes
/// it.
fn stays(variable: Value<'_>) -> bool {
    if !matches!(variable.definition().map(Inst::op), Some(Op::Alloc(_))) {
        return false;
    }
    let mut addresses = vec![variable];
    let mut at = 0;
    while let Some(&address) = addresses.get(at) {
        at += 1;
        for inst in address.uses() {
            match inst.op() {
                Op::Load(_) => {}
                Op::Store { value, .. } if value != address => {}
                Op::FieldAddr { .. } | Op::IndexAddr { .. } | Op::Narrow { .. } => {
                    addresses.extend(inst.results());
                }
                Op::Convert {
                    kind:
                        ConvertKind::PointerToUnsafe
                        | ConvertKind::UnsafeToPointer
                        | ConvertKind::ChangeType,
                    ..
                } => addresses.extend(inst.results()),
                _ => return false,
            }
        }
    }
    true
}

/// Follows addresses as integers to the `Data` of headers.
struct Data<'p> {
    headers: Headers,
    addresses: Addresses<'p>,
}

impl<'p> Tracker<'p> for Data<'p> {
    fn verdict(&self, used: &Use<'_, 'p>) -> Verdict {
        if let Op::Store { ptr, value } = used.inst.op()
            && value == used.value
            && let Some(header) = self.headers.header_of(ptr)
        {
            let ends = if ptr == header {
                // The header as a whole; of an array all elements are one.
                let first = used.part.of_field(0).or_else(|| used.part.of_element());
                used.part.is_whole() || first.is_some_and(|part| part.is_whole())
            } else {
                used.part.is_whole()
            };
            if ends {
                return Verdict::End;
            }
        }
        match self.addresses.verdict(used) {
            // What becomes a pointer again is another checker's.
            Verdict::End => Verdict::Drop,
            verdict => verdict,
        }
    }

    fn follows(&self, write: &Access<'p>, read: &Access<'p>, meeting: Meeting) -> bool {
        !self.headers.in_view(read.pointer()) && self.addresses.follows(write, read, meeting)
    }

    fn returns(&self, func: Func<'p>) -> bool {
        self.addresses.returns(func)
    }
}

/// Finds and reports what can be decided; without objects, returns the packages to ask about if
/// there is something that cannot be.
fn check<'q, 'p: 'q>(
    pass: &'q ProgramPass<'p>,
    headers: Headers,
    sites: &[Site<'p>],
    points_to: Option<PointsTo<'q>>,
) -> Result<(), Vec<&'static str>> {
    let data = Data { headers, addresses: Addresses::new(pass.program()) };
    let feeding = feeding(pass, headers, sites, &data.addresses);
    let mut flow = Flow::new(pass, &data);
    let mut reach = Reach::Types;
    if let Some(points_to) = points_to {
        flow = flow.with_points_to(points_to);
        reach = Reach::Objects;
    }
    let stores = sites.iter().filter_map(|site| match site {
        Site::Store { at } => Some(*at),
        _ => None,
    });
    let stores: HashSet<Inst<'p>> = stores.collect();
    let mut fed: Vec<(&Origin<'p>, Arrival<'p>)> = Vec::new();
    let mut packages: Vec<&'static str> = Vec::new();
    for site in sites {
        let Site::Origin(origin) = site else { continue };
        if feeding.as_ref().is_some_and(|feeding| !feeding.contains(&origin.inst)) {
            continue;
        }
        for arrival in flow.arrivals(origin.inst, origin.integer, reach) {
            if !stores.contains(&arrival.at) {
                continue;
            }
            if is_doubtful(&arrival) && points_to.is_none() {
                packages.extend(arrival.hops.iter().map(|hop| hop.at.func().package()));
            }
            packages.extend([origin.inst.func().package(), arrival.at.func().package()]);
            fed.push((origin, arrival));
        }
    }
    if fed.is_empty() {
        return Ok(());
    }
    let header_at = |store: Inst<'p>| match store.op() {
        Op::Store { ptr, .. } => headers.header_of(ptr),
        _ => None,
    };
    let mut unknown = fed.iter().any(|(_, arrival)| is_doubtful(arrival));
    // Whether anything but what its function does itself can come to a header that was found.
    let leaves = fed.iter().any(|(_, arrival)| {
        header_at(arrival.at)
            .is_some_and(|header| headers.home(header) != Home::View && !stays(unconverted(header)))
    });
    let mut casts: Vec<(Inst<'p>, Vec<Home<'q>>)> = Vec::new();
    for site in sites {
        let Site::Cast { at, pointer } = site else { continue };
        let homes = headers.homes(*pointer, points_to);
        if leaves && matches!(homes[..], [Home::Unknown(_)]) {
            unknown = true;
            packages.push(at.func().package());
        }
        casts.push((*at, homes));
    }
    let homes_at = |store: Inst<'p>| {
        header_at(store).map(|header| headers.homes(header, points_to)).unwrap_or_default()
    };
    unknown |= fed.iter().any(|(_, arrival)| {
        homes_at(arrival.at).iter().any(|home| matches!(home, Home::Unknown(_)))
    });
    if unknown && points_to.is_none() {
        packages.sort_unstable();
        packages.dedup();
        return Err(packages);
    }
    let mut told: Vec<(Inst<'p>, Inst<'p>)> = Vec::new();
    for (origin, arrival) in &fed {
        for home in homes_at(arrival.at) {
            match home {
                Home::View => report_store(pass, &mut flow, origin, arrival),
                Home::Plain(_) => {
                    for (cast, homes) in &casts {
                        let later = cast.func() != arrival.at.func() || arrival.at.reaches(*cast);
                        let key = (*cast, origin.inst);
                        if later && homes.contains(&home) && !told.contains(&key) {
                            told.push(key);
                            report_cast(pass, &mut flow, origin, arrival, *cast);
                        }
                    }
                }
                Home::Unknown(_) => {}
            }
        }
    }
    Ok(())
}

/// How the object fares until an instruction, and whether anything can happen to it on the way.
fn fares<'p>(
    flow: &mut Flow<'_, 'p>,
    origin: &Origin<'p>,
    arrival: &Arrival<'p>,
    until: Inst<'p>,
) -> (Fate, bool) {
    let mut way = arrival.clone();
    way.at = until;
    let fate = match fate(flow, origin, &way) {
        // The variable of a slice may be on the stack; its array is elsewhere.
        Fate::MayMove if is_viewed(origin) => Fate::Kept,
        fate => fate,
    };
    let left = until.func() != origin.inst.func()
        || way.hops.iter().any(|hop| {
            matches!(hop.kind, HopKind::Passed(_) | HopKind::Returned(_) | HopKind::Read(_))
        });
    (fate, left || crosses_safepoint(origin.inst, until))
}

/// Whether the integer was read out of the header of a real slice or string.
fn is_viewed(origin: &Origin<'_>) -> bool {
    matches!(origin.inst.op(), Op::Load(_) | Op::Field { .. })
}

/// A header of its own becomes a slice or string.
fn report_cast<'p>(
    pass: &ProgramPass<'p>,
    flow: &mut Flow<'_, 'p>,
    origin: &Origin<'p>,
    arrival: &Arrival<'p>,
    cast: Inst<'p>,
) {
    let confidence = match fares(flow, origin, arrival, cast) {
        (Fate::Pinned, _) => return,
        (Fate::MayDie, true) if !arrival.through_memory() => Confidence::High,
        // The collector may run between any two instructions.
        (Fate::MayDie | Fate::MayMove, _) => Confidence::Medium,
        // Kept where it is stored, but not known for how long.
        (Fate::Kept, _) if cast.func() != arrival.at.func() => Confidence::Medium,
        (Fate::Kept, _) => Confidence::Low,
    };
    let Some(mut report) = pass.report(&UNSAFE_HEADER, cast) else { return };
    let becomes = made(cast);
    let what = &origin.what;
    report.message(format_args!(
        "{becomes} is made from a header whose Data is an integer made from {what}; until here \
         nothing kept the array alive"
    ));
    report.confidence(confidence);
    tell(&mut report, origin, arrival);
    report.step(arrival.at, "stored in a header, still an integer");
    report.step(cast, format_args!("the header becomes {becomes}"));
}

/// The header of a real slice or string gets an address that was an integer for a while.
fn report_store<'p>(
    pass: &ProgramPass<'p>,
    flow: &mut Flow<'_, 'p>,
    origin: &Origin<'p>,
    arrival: &Arrival<'p>,
) {
    let confidence = match fares(flow, origin, arrival, arrival.at) {
        // In place.
        (_, false) | (Fate::Pinned, _) => return,
        (Fate::MayDie, _) if !arrival.through_memory() => Confidence::High,
        (Fate::MayDie | Fate::MayMove, _) => Confidence::Medium,
        (Fate::Kept, _) => Confidence::Low,
    };
    let Some(mut report) = pass.report(&UNSAFE_HEADER, arrival.at) else { return };
    let what = &origin.what;
    report.message(format_args!(
        "the Data of a header is set to an integer made from {what} before; the object may have \
         been freed or moved in between"
    ));
    report.confidence(confidence);
    tell(&mut report, origin, arrival);
    report.step(arrival.at, "the integer becomes the pointer of a slice or string");
}

fn tell(report: &mut Report<'_>, origin: &Origin<'_>, arrival: &Arrival<'_>) {
    let what = &origin.what;
    report.step(origin.inst, format_args!("{what} becomes an integer, which keeps nothing alive"));
    for hop in &arrival.hops {
        report.step(hop.at, told(hop));
    }
}

/// What a cast makes.
fn made(cast: Inst<'_>) -> &'static str {
    let to = cast.results().next().and_then(|result| result.ty().pointee());
    if to.is_some_and(Type::is_string) { "a string" } else { "a slice" }
}
