//! Calls of functions whose meaning is known: those of `sync`, `sync/atomic`, and others.

use super::{Builder, Target, When};
use crate::chain::{Chain, Site};
use crate::event::{AccessKind, Held, Locks, OpenCall, Start, SyncKind, Trace, Unseen};
use crate::known::{Known, Mode, is_of_context};
use crate::lift::{Mapping, Place, lift};
use crate::locks::{acquire, release};
use crate::path::{Index, Root, Step};
use gossa_ssa::{ConvertKind, Inst, MethodTarget, ValueId};
use gossa_types::underlying::{TypeSet, type_set};
use gossa_types::{BasicKind, TypeKind};

impl Builder<'_, '_, '_> {
    pub(super) fn known_method(&self, method: gossa_ssa::MethodRefId) -> Option<Known> {
        let method = &self.body[method];
        let MethodTarget::Interface(name) = method.target else { return None };
        let holder = self.analysis.program.end_of_path(method);
        if is_of_context(self.analysis.program, method) {
            return Some(Known::Nothing);
        }
        // What can be locked and unlocked is a lock, whoever has made it; the same for groups.
        let (known, needed): (_, &[&str]) = match name.as_str() {
            "Lock" => (Known::Lock(Mode::Exclusive), &["Lock", "Unlock"]),
            "Unlock" => (Known::Unlock, &["Lock", "Unlock"]),
            "RLock" => (Known::Lock(Mode::Shared), &["RLock", "RUnlock"]),
            "RUnlock" => (Known::Unlock, &["RLock", "RUnlock"]),
            "Add" => (Known::GroupAdd, &["Add", "Done", "Wait"]),
            "Done" => (Known::GroupDone, &["Add", "Done", "Wait"]),
            "Wait" => (Known::GroupWait, &["Add", "Done", "Wait"]),
            _ => return None,
        };
        let set = type_set(self.analysis.program.resolver(), holder);
        needed.iter().all(|needed| has_plain(&set, needed)).then_some(known)
    }

    pub(super) fn known(
        &mut self,
        site: Site,
        known: Known,
        args: &[ValueId],
        when: When,
        locks: &mut Locks,
    ) {
        use AccessKind::{AtomicRead, AtomicWrite, Read, Write};
        let object = args.first().and_then(|&arg| self.only(arg));
        if when == When::InGoroutine {
            // `go wg.Done()`, `go mu.Lock()`: what they do to order is lost, and so is nothing.
            return;
        }
        match known {
            Known::Lock(mode) => {
                if let Some(&lock) = args.first() {
                    let first = self.trace.accesses.len();
                    self.access(site, lock, AtomicWrite, locks);
                    // Who copies what has a lock in it copies the rest.
                    self.trace.accesses[first..].iter_mut().for_each(|lock| lock.doubtful = true);
                }
                self.sync(site, SyncKind::Lock, object.clone());
                if let Some(lock) = object {
                    self.take(site, &lock, mode, locks);
                    acquire(locks, Held { lock, mode });
                }
            }
            Known::Unlock => {
                self.sync(site, SyncKind::Unlock, object.clone());
                if let Some(lock) = object {
                    release(locks, &lock);
                }
            }
            Known::GroupAdd => self.sync(site, SyncKind::GroupAdd, object),
            Known::GroupDone => self.sync(site, SyncKind::GroupDone, object),
            Known::GroupWait => self.sync(site, SyncKind::GroupWait, object),
            Known::CondWait => self.sync(site, SyncKind::CondWait, object),
            Known::CondSignal => self.sync(site, SyncKind::CondSignal, object),
            Known::OnceDo => {
                let mut inside = locks.clone();
                if let Some(lock) = object.clone() {
                    acquire(&mut inside, Held { lock, mode: Mode::Once });
                }
                if let Some(&func) = args.get(1) {
                    self.call_value(site, func, &mut inside);
                }
                self.sync(site, SyncKind::OnceDone, object.clone());
                if let Some(lock) = object {
                    acquire(locks, Held { lock, mode: Mode::Done });
                }
            }
            Known::Settle => {
                // It has no object of its own.
                let anything = self.trace.accesses.first().map(|access| access.place.clone());
                self.sync(site, SyncKind::Settled, anything);
            }
            Known::AtomicRead | Known::AtomicWrite | Known::AtomicBoth | Known::AtomicSwap => {
                let Some(&address) = args.first() else { return };
                if known != Known::AtomicWrite {
                    self.access(site, address, AtomicRead, locks);
                }
                if known != Known::AtomicRead {
                    self.access(site, address, AtomicWrite, locks);
                    let kind = if known == Known::AtomicSwap {
                        SyncKind::Swapped
                    } else {
                        SyncKind::Written
                    };
                    self.sync(site, kind, object);
                }
            }
            Known::Calls(at) => {
                if let Some(&func) = args.get(at as usize) {
                    self.call_value(site, func, locks);
                }
            }
            Known::Starts { func, start } => {
                let Some(&func) = args.get(func as usize) else { return };
                self.start_value(site, func, start);
            }
            Known::Reads(mask) => {
                let first = self.trace.accesses.len();
                for (at, &arg) in args.iter().enumerate() {
                    if mask & (1 << at) != 0 && self.is_slice(arg) {
                        self.access_in(site, arg, Step::Element(Index::All), Read, locks);
                    }
                }
                self.hide(first, Unseen::Assembly);
            }
            Known::RuntimeReads(at) => self.runtime_access(site, args, at, Read, locks),
            Known::RuntimeWrites(at) => self.runtime_access(site, args, at, Write, locks),
            Known::System | Known::C => {
                let first = self.trace.accesses.len();
                for &arg in args {
                    if let Some(pointer) = self.address(arg) {
                        self.access(site, pointer, Write, locks);
                    }
                }
                let by = if known == Known::C { Unseen::C } else { Unseen::Kernel };
                self.hide(first, by);
                // Whether it reads or writes is not known, nor how much.
                self.trace.accesses[first..].iter_mut().for_each(|access| access.doubtful = true);
            }
            Known::TryLock(_) | Known::WithCancel | Known::Nothing => {}
        }
    }

    fn runtime_access(
        &mut self,
        site: Site,
        args: &[ValueId],
        at: u32,
        kind: AccessKind,
        locks: &Locks,
    ) {
        let Some(&arg) = args.get(at as usize) else { return };
        let first = self.trace.accesses.len();
        if self.is_map(arg) {
            self.access_in(site, arg, Step::Contents, kind, locks);
        } else if self.is_slice(arg) {
            self.access_in(site, arg, Step::Element(Index::All), kind, locks);
        } else {
            self.access(site, arg, kind, locks);
        }
        self.hide(first, Unseen::Runtime);
    }

    /// The pointer that an argument is, or is the address of as an integer.
    fn address(&self, arg: ValueId) -> Option<ValueId> {
        if let Some(def) = self.places.def(arg)
            && let Inst::Convert { kind: ConvertKind::UnsafeToUintptr, x } = self.body[def]
        {
            return Some(x);
        }
        let ty = self.analysis.program.under(self.body[arg].ty);
        let is_pointer = matches!(ty.kind(), TypeKind::Pointer(_))
            || matches!(ty.kind(), TypeKind::Basic(BasicKind::UnsafePointer));
        is_pointer.then_some(arg)
    }

    /// Calls a function value with arguments that are not known.
    pub(super) fn call_value(&mut self, site: Site, func: ValueId, locks: &mut Locks) {
        let mapping = Mapping { params: Vec::new(), indices: Vec::new(), results: Vec::new() };
        for path in self.places.paths(func) {
            self.given(site, path, &mapping, When::Now, locks);
        }
    }

    pub(super) fn start_value(&mut self, site: Site, func: ValueId, start: Start) {
        if self.quiet {
            return;
        }
        for path in self.places.paths(func) {
            match self.target(&path) {
                Some(Target::Function { func, captures }) => {
                    let Some(summary) = self.analysis.summary(func) else { continue };
                    let indices = vec![Index::Unknown; captures.len()];
                    let mapping = Mapping { params: captures, indices, results: Vec::new() };
                    let mut trace = Trace::default();
                    lift(&summary.trace, &mapping, &Place::Goroutine, &mut trace);
                    self.spawn(site, trace, start);
                }
                Some(Target::Cancel(_)) => {}
                None if matches!(path.root, Root::Param(_)) => {
                    self.trace.calls.push(OpenCall {
                        target: path,
                        args: Vec::new(),
                        chain: Chain::at(site),
                        locks: Locks::new(),
                        start: Some(start),
                        count: self.repeats.count(&self.places, site.inst).0,
                    });
                }
                None => {}
            }
        }
    }
}

/// Whether an interface has a method of this name that takes nothing (a number, where it is `Add`)
/// and gives nothing.
fn has_plain(set: &TypeSet, name: &str) -> bool {
    set.methods.iter().any(|method| {
        let TypeKind::Signature(signature) = method.signature.kind() else { return false };
        method.name.as_str() == name
            && signature.params.len() == usize::from(name == "Add")
            && signature.results.is_empty()
    })
}
