//! Checks that bodies are well-formed.
//!
//! The invariants; messages quote their numbers:
//!
//! | | |
//! | --- | --- |
//! | V1 | A body has a block. Its blocks divide the instructions among them in order, none is empty, and `first_results` has an entry for each instruction and one more. |
//! | V2 | The last instruction of a block is a terminator, and no other is. |
//! | V3 | Every id that an instruction or a block names is in range, every list inside its pool. |
//! | V4 | Values are numbered in order: a block's parameters, then its instructions' results, block after block; each says what defines it. |
//! | V5 | Pools are laid out as [`layout`](crate::layout) says. |
//! | V6 | Every block can be reached from the entry. |
//! | V7 | The entry has no predecessors. |
//! | V8 | A jump has an argument of the right type for each parameter of its target. Only jumps go to blocks with parameters, but for the receiving arms of a select. |
//! | V9 | The definition of a value dominates each use. On the way to an unwind block only the block's parameters are defined, not the results of its instructions. |
//! | V10 | In a block with an unwind block, a call or `rundefers` is the last instruction before the terminator. |
//! | V11 | An instruction has as many operands and results as its kind asks for. |
//! | V12 | The types of operands and results fit the instruction. |
//! | V13 | A return has a value of the right type for each result of the function. |
//! | V14 | The block of a select's receiving arm has two parameters, of the channel's element type and a boolean type, and no other predecessor. |
//! | V15 | Captures are parameters of the entry. Only closures have captures or are bodies of range statements. |
//! | V16 | The closures of a function are numbered in order; a `closure` names one of its own function and has a value of the right type for each capture; its result is of the body's type. |
//! | V17 | No type of a value has type parameters. |
//! | V18 | A static call has an argument of the right type for each parameter of its callee, and its results. |
//!
//! [`verify`] checks V1 to V15 and V17, [`verify_lowered`] V16 as well, [`verify_calls`] V18, which
//! needs other functions' bodies. What depends on what a defined type is (most of V12) is checked
//! as far as a [`Resolver`] can tell; types that mention the invalid type fit everywhere.

mod dominance;
mod structure;
mod table;
mod typing;

use crate::body::Body;
use crate::ids::{BlockId, FuncId, FuncKey, InstId};
use crate::inst::{Callee, Inst};
use crate::print::type_text;
use gossa_types::{Resolver, TypeFlags, TypeId, TypeKind};
use std::fmt;

/// A broken invariant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Its number (see the module's list).
    pub rule: u8,
    /// Where.
    pub place: Place,
    /// How.
    pub message: String,
}

/// A part of a body.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Place {
    /// The body as a whole.
    Body,
    /// A block.
    Block(BlockId),
    /// An instruction.
    Inst(InstId),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "V{}", self.rule)?;
        match self.place {
            Place::Body => {}
            Place::Block(block) => write!(f, " at {block}")?,
            Place::Inst(inst) => write!(f, " at {inst}")?,
        }
        write!(f, ": {}", self.message)
    }
}

/// Checks one body.
#[must_use]
pub fn verify(body: &Body, resolver: Option<&dyn Resolver>) -> Vec<Violation> {
    let mut check = Check::new(body, resolver);
    // Everything else follows ids and relies on this.
    if check.structure() {
        check.dominance();
        check.typing();
    }
    check.violations
}

/// Checks a declared function and its closures together; says which body each violation is in.
#[must_use]
pub fn verify_lowered(bodies: &[Body], resolver: Option<&dyn Resolver>) -> Vec<(usize, Violation)> {
    let mut found = Vec::new();
    let mut sound = true;
    for (index, body) in bodies.iter().enumerate() {
        let violations = verify(body, resolver);
        sound &= violations.is_empty();
        found.extend(violations.into_iter().map(|violation| (index, violation)));
    }
    let Some(first) = bodies.first() else {
        return found;
    };
    for (index, body) in bodies.iter().enumerate() {
        let mut check = Check::new(body, resolver);
        let expected = match index {
            0 => None,
            _ => Some(FuncKey::Closure { root: first.func, index: index as u32 }),
        };
        let fits = match expected {
            None => !body.is_closure(),
            Some(key) => *body.func.key() == key,
        };
        if !fits {
            check.report(16, Place::Body, || {
                format!("{} is body {index} of {}", body.func, first.func)
            });
        }
        if sound {
            check.closures(bodies);
        }
        found.extend(check.violations.into_iter().map(|violation| (index, violation)));
    }
    found
}

/// Checks the static calls of a verified body against the bodies of their callees, where `callee`
/// knows these.
#[must_use]
pub fn verify_calls<'b>(
    body: &Body,
    resolver: Option<&dyn Resolver>,
    callee: &dyn Fn(FuncId) -> Option<&'b Body>,
) -> Vec<Violation> {
    let mut check = Check::new(body, resolver);
    for inst in body.inst_ids() {
        let (Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. }) = body[inst] else {
            continue;
        };
        let Callee::Static(func) = body[call].callee else {
            continue;
        };
        let Some(target) = callee(func) else {
            continue;
        };
        if target.blocks.is_empty() {
            continue;
        }
        let args = body[body[call].args].iter().map(|&value| body[value].ty);
        let params = target.params(Body::ENTRY).map(|value| target[value].ty);
        check.same_list(18, inst, "argument", args, params);
        if matches!(body[inst], Inst::Call(_)) {
            let results = body.results_of(inst).map(|value| body[value].ty);
            check.same_list(18, inst, "result", results, target.results.iter().copied());
        }
    }
    check.violations
}

/// A check in progress.
struct Check<'a> {
    body: &'a Body,
    resolver: Option<&'a dyn Resolver>,
    violations: Vec<Violation>,
}

impl<'a> Check<'a> {
    fn new(body: &'a Body, resolver: Option<&'a dyn Resolver>) -> Self {
        Self { body, resolver, violations: Vec::new() }
    }

    #[cold]
    fn report(&mut self, rule: u8, place: Place, message: impl FnOnce() -> String) {
        self.violations.push(Violation { rule, place, message: message() });
    }

    /// Whether two types are identical, as far as can be told.
    fn same(&self, a: TypeId, b: TypeId) -> bool {
        if a == b || a.canonical() == b.canonical() {
            return true;
        }
        if a.has_invalid() || b.has_invalid() {
            return true;
        }
        match self.resolver {
            Some(resolver) => gossa_types::identical::identical(resolver, a, b),
            // Without one, types that embed interfaces may be identical though they look apart.
            None => {
                a.flags().contains(TypeFlags::COMPLEX) || b.flags().contains(TypeFlags::COMPLEX)
            }
        }
    }

    /// The underlying type; `None` where it is not known.
    fn underlying(&self, ty: TypeId) -> Option<TypeId> {
        let found = match self.resolver {
            Some(resolver) => gossa_types::underlying::underlying(resolver, ty),
            None => ty.unalias(),
        };
        match found.kind() {
            TypeKind::Named { .. } | TypeKind::TypeParam(_) => None,
            _ if found == TypeId::INVALID => None,
            _ => Some(found),
        }
    }

    /// Reports where two lists of types differ in length or in some type.
    fn same_list(
        &mut self,
        rule: u8,
        inst: InstId,
        what: &str,
        found: impl ExactSizeIterator<Item = TypeId>,
        expected: impl ExactSizeIterator<Item = TypeId>,
    ) {
        if found.len() != expected.len() {
            let (found, expected) = (found.len(), expected.len());
            self.report(rule, Place::Inst(inst), || {
                format!("{found} {what}s where {expected} are expected")
            });
            return;
        }
        for (index, (found, expected)) in found.zip(expected).enumerate() {
            if !self.same(found, expected) {
                self.report(rule, Place::Inst(inst), || {
                    format!(
                        "{what} {index} is of type {}, not {}",
                        type_text(found),
                        type_text(expected)
                    )
                });
            }
        }
    }

    /// V16, but for the bodies' own numbers.
    fn closures(&mut self, bodies: &[Body]) {
        let body = self.body;
        for inst in body.inst_ids() {
            let Inst::Closure { func, captures } = body[inst] else {
                continue;
            };
            let target = match *func.key() {
                FuncKey::Closure { root, index } if root == body.func.root() => {
                    bodies.get(index as usize)
                }
                _ => None,
            };
            let Some(target) = target else {
                self.report(16, Place::Inst(inst), || {
                    format!("{func} is no closure of {}", body.func.root())
                });
                continue;
            };
            let count = target.capture_count as usize;
            let params = target.params(Body::ENTRY).map(|value| target[value].ty);
            let captured = body[captures].iter().map(|&value| body[value].ty);
            self.same_list(16, inst, "capture", captured, params.clone().take(count));
            let Some(result) = body.result(inst) else {
                continue;
            };
            let signature = self.underlying(body[result].ty).map(TypeId::kind);
            if let Some(TypeKind::Signature(signature)) = signature {
                let own = signature.params.iter().map(|param| param.ty);
                self.same_list(16, inst, "parameter", own, params.skip(count));
                let own = signature.results.iter().map(|param| param.ty);
                self.same_list(16, inst, "result", own, target.results.iter().copied());
            }
        }
    }
}
