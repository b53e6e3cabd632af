//! Questions about goroutines: which accesses may happen at the same time.

use crate::detector::RaceDetector;
use crate::func::{Func, Inst, Value};
use crate::program::{Global, Type};
use crate::whole::{ProgramPass, number_of};
use gossa_conc::path::Index;
use gossa_conc::{AccessKind, Chain, Mode, Overlap, Path, Root, Step};
use gossa_points::Program as PointsProgram;
use gossa_ssa::{AllocKind, InstId, ValueId};
use gossa_types::{Builtin, TypeKind};
use std::fmt;

/// Two accesses to the same memory by different goroutines, one of them a write, that nothing
/// orders and no lock excludes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Conflict<'p> {
    /// What both access, in the words of the function that has it in its hands.
    pub place: Place<'p>,
    /// A write.
    pub write: Accessor<'p>,
    /// The other access.
    pub other: Accessor<'p>,
    /// Whether it is certain that both can access the same memory: not where they access elements
    /// of which it is not known that they are the same, or where a pointer may be one of several.
    pub certain: bool,
    /// What the race detector makes of it.
    pub detector: RaceDetector<'p>,
}

/// An access with the goroutine that performs it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Accessor<'p> {
    /// The calls that lead to the access, and the instruction that performs it, last. Begins in the
    /// function that the goroutine runs, or, where the goroutine is that of the function with both
    /// accesses below it, in that function.
    pub way: Vec<Inst<'p>>,
    /// Whether it writes.
    pub writes: bool,
    /// Whether it is an atomic operation.
    pub is_atomic: bool,
    /// Whether a deferred call leads to it.
    pub is_deferred: bool,
    /// The locks held, in words.
    pub locks: Vec<String>,
    /// What started the goroutine (a `go` statement, or a call that starts one), and what started
    /// that, outermost first. Empty where it is the goroutine of the function with both accesses
    /// below it.
    pub started: Vec<Vec<Inst<'p>>>,
}

impl<'p> Accessor<'p> {
    /// The instruction that performs the access.
    #[must_use]
    pub fn at(&self) -> Option<Inst<'p>> {
        self.way.last().copied()
    }

    /// The innermost instruction of the way that is in a package that the user asked about.
    #[must_use]
    pub fn requested_at(&self) -> Option<Inst<'p>> {
        self.way.iter().rev().copied().find(|inst| inst.func().is_requested())
    }
}

/// A place in memory, in words.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Place<'p> {
    /// As a Go programmer would write it: `s.count`, `*p`, `m`.
    pub text: String,
    /// The function whose variables the text speaks of.
    pub frame: Func<'p>,
    /// What it begins at.
    pub kind: PlaceKind,
    /// Whether it is all of a map or a channel, rather than a variable.
    pub is_contents: bool,
    /// Whether pointers lead there from what it begins at: those may be others by the time of the
    /// second access.
    pub through_pointers: bool,
}

/// What a place begins at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum PlaceKind {
    /// A variable that the function declares.
    Local,
    /// A package-level variable.
    Global,
    /// What a parameter leads to.
    Parameter,
    /// Something else that the function makes or gets.
    Other,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The goroutines of a program.
pub(crate) struct Raw {
    pub(crate) conflicts: Vec<gossa_conc::Conflict>,
}

impl<'p> ProgramPass<'p> {
    /// The accesses that may happen at the same time although they must not: in the functions of
    /// the packages that the user asked about, and what these call. In a stable order. Costs a
    /// call graph and a pass over what can be reached from there.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict<'p>> {
        self.answers.conflicts(&mut |points, raw| {
            let words = Words { pass: self, points };
            let mut found: Vec<Conflict<'p>> =
                raw.conflicts.iter().filter_map(|raw| words.conflict(raw)).collect();
            let key = |accessor: &Accessor<'_>| {
                accessor.at().map(|inst| (inst.func().index, inst.index()))
            };
            found.sort_by_key(|conflict| {
                (key(&conflict.write), key(&conflict.other), conflict.place.frame.index)
            });
            found
        })
    }
}

/// Says in handles what the analysis has found.
pub(crate) struct Words<'w, 'p> {
    pub(crate) pass: &'w ProgramPass<'p>,
    pub(crate) points: &'w PointsProgram<'w>,
}

impl<'p> Words<'_, 'p> {
    pub(crate) fn func(&self, func: gossa_points::FuncIndex) -> Option<Func<'p>> {
        let program = self.pass.program();
        let index = number_of(program.data(), self.points, func)?;
        Some(Func { program, index })
    }

    pub(crate) fn inst(&self, (func, id): (gossa_points::FuncIndex, InstId)) -> Option<Inst<'p>> {
        Some(Inst { func: self.func(func)?, id })
    }

    /// The sites of a chain; wrappers, which have no source, are left out.
    pub(crate) fn way(&self, chain: &Chain) -> Vec<Inst<'p>> {
        chain.sites().filter_map(|site| self.inst(site.shown())).collect()
    }

    pub(crate) fn accessor(&self, frame: Func<'p>, raw: &gossa_conc::Accessor) -> Accessor<'p> {
        Accessor {
            way: self.way(&raw.access.chain),
            writes: raw.access.kind.writes(),
            is_atomic: matches!(raw.access.kind, AccessKind::AtomicRead | AccessKind::AtomicWrite),
            is_deferred: raw.access.chain.sites().any(|site| site.defer.is_some()),
            locks: raw
                .access
                .locks
                .iter()
                .filter(|held| matches!(held.mode, Mode::Exclusive | Mode::Shared))
                .map(|held| self.place(frame, &held.lock).text)
                .collect(),
            started: raw.started.iter().map(|chain| self.way(chain)).collect(),
        }
    }

    fn conflict(&self, raw: &gossa_conc::Conflict) -> Option<Conflict<'p>> {
        let frame = self.func(raw.frame)?;
        let (write, other) = (&raw.write.access.place, &raw.other.access.place);
        let longer = if other.steps.len() > write.steps.len() { other } else { write };
        let (write, other) = (self.accessor(frame, &raw.write), self.accessor(frame, &raw.other));
        Some(Conflict {
            place: self.place(frame, longer),
            detector: self.detector(frame, raw, [&write, &other]),
            write,
            other,
            // Closing a channel while others use it is no race for memory.
            certain: raw.overlap == Overlap::Certain
                && !self.is_channel(raw)
                && !raw.write.access.doubtful
                && !raw.other.access.doubtful,
        })
    }

    fn is_channel(&self, raw: &gossa_conc::Conflict) -> bool {
        use crate::op::Op;
        [&raw.write, &raw.other].into_iter().any(|accessor| {
            let site = accessor.access.chain.innermost();
            self.inst((site.func, site.defer.unwrap_or(site.inst))).is_some_and(|inst| {
                matches!(inst.op(), Op::Send { .. } | Op::Select { .. })
                    || matches!(inst.op(), Op::Builtin { op: Builtin::Close, .. })
            })
        }) && raw.write.access.place.steps.last() == Some(&Step::Contents)
    }

    pub(crate) fn place(&self, frame: Func<'p>, path: &Path) -> Place<'p> {
        self.place_and_field(frame, path).0
    }

    /// A place, and the field that it is or is in: the struct type and the name.
    pub(crate) fn place_and_field(
        &self,
        frame: Func<'p>,
        path: &Path,
    ) -> (Place<'p>, Option<(Type<'p>, &'static str)>) {
        let mut last_field = None;
        let program = frame.program();
        let ty = |id| Type { program, id };
        let value = |id: ValueId| Value { func: frame, id };
        let named = |value: Value<'p>| {
            value.name().map_or_else(|| format!("a `{}`", value.ty()), str::to_owned)
        };
        let (mut text, mut now, kind) = match path.root {
            Root::Global(decl) => {
                let name = if decl.package().path() == frame.package() {
                    decl.name().to_string()
                } else {
                    Global { decl }.qualified_name()
                };
                (name, None, PlaceKind::Global)
            }
            Root::Param(at) => {
                let param = frame.captures().chain(frame.params()).nth(at as usize);
                let text = param.map_or_else(|| "a parameter".to_owned(), named);
                (text, param.map(|param| Now::Value(param.ty())), PlaceKind::Parameter)
            }
            Root::Value(id) => {
                let value = value(id);
                let variable = value.definition().and_then(|inst| match inst.op() {
                    crate::op::Op::Alloc(kind) => Some(kind),
                    _ => None,
                });
                let kind = match variable {
                    Some(AllocKind::Variable) => PlaceKind::Local,
                    _ => PlaceKind::Other,
                };
                let now = match (variable, value.ty().pointee()) {
                    (Some(AllocKind::Variable), Some(held)) => Now::Place(held),
                    _ => Now::Value(value.ty()),
                };
                (named(value), Some(now), kind)
            }
            Root::Result(_) => ("a result".to_owned(), None, PlaceKind::Other),
            Root::Hidden(func, _) => {
                let func = self.func(func).map_or_else(String::new, Func::name);
                (format!("a lock of {func}"), None, PlaceKind::Other)
            }
            Root::Mark(_) => ("an instruction".to_owned(), None, PlaceKind::Other),
        };
        let mut is_contents = false;
        for step in &path.steps {
            now = match (*step, now) {
                (Step::Field(field), known) => {
                    let holder = known.map(|known| {
                        let (Now::Place(ty) | Now::Value(ty)) = known;
                        ty.pointee().unwrap_or(ty)
                    });
                    let name = holder.and_then(|holder| holder.field_name(field));
                    text = format!("{text}.{}", name.unwrap_or("?"));
                    last_field = holder.zip(name);
                    let inner = holder.and_then(|holder| match holder.underlying().kind() {
                        TypeKind::Struct(fields) => Some(fields.get(field as usize)?.ty),
                        _ => None,
                    });
                    inner.map(|inner| Now::Place(ty(inner)))
                }
                (Step::Deref, Some(Now::Place(held))) => Some(Now::Value(held)),
                (Step::Deref, Some(Now::Value(pointer))) => {
                    text = format!("*{text}");
                    pointer.pointee().map(Now::Value)
                }
                (Step::Element(index), known) => {
                    let index = match index {
                        Index::Const(at) if (0..1 << 20).contains(&at) => at.to_string(),
                        Index::Value(id) => value(id).name().unwrap_or("…").to_owned(),
                        _ => "…".to_owned(),
                    };
                    text = format!("{text}[{index}]");
                    known.and_then(|known| {
                        let (Now::Place(holder) | Now::Value(holder)) = known;
                        let holder = holder.pointee().unwrap_or(holder);
                        match holder.underlying().kind() {
                            TypeKind::Slice(elem) | TypeKind::Array { elem, .. } => {
                                Some(Now::Place(ty(*elem)))
                            }
                            TypeKind::Map { value, .. } => Some(Now::Place(ty(*value))),
                            _ => None,
                        }
                    })
                }
                (Step::Contents, known) => {
                    is_contents = true;
                    known
                }
                (Step::Done, _) => None,
                (Step::Dynamic(held), _) => Some(Now::Value(ty(held))),
                (_, known) => known,
            };
        }
        if let Some(Now::Value(ty)) = now
            && !is_contents
            && ty.pointee().is_some()
        {
            text = format!("*{text}");
        }
        // A map or a channel is behind the variable that holds it.
        let direct = path.steps.strip_suffix(&[Step::Deref, Step::Contents]);
        let through_pointers = direct.unwrap_or(&path.steps).contains(&Step::Deref);
        (Place { text, frame, kind, is_contents, through_pointers }, last_field)
    }
}

/// What a path has come to: a variable of a type, or a value of one.
#[derive(Clone, Copy)]
enum Now<'p> {
    Place(Type<'p>),
    Value(Type<'p>),
}
