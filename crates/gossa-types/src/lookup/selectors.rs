//! An index of what can be selected from a wide struct, itself or through embedding.
//!
//! Looking through its fields takes time in proportion to their number, for each selector. So once
//! a struct with many fields was asked a few times, all names are collected, with the place where
//! each is found; what is there is asked as ever.

use super::{
    Embedded, Found, LookupResult, MAX_DEPTH, MAX_TYPES, Path, Wanted, consolidate, direct,
    is_exported, push_embedded,
};
use crate::ids::PackageId;
use crate::resolver::Resolver;
use crate::ty::{TypeId, TypeKind};
use crate::underlying::{interface_methods, underlying};
use gossa_base::{FxHashMap, FxHashSet, Name};
use std::cell::RefCell;
use std::rc::Rc;

/// From how many fields on a struct is wide.
pub(super) const WIDE: usize = 32;

/// How often a struct is searched before it gets an index.
const SEARCHES: u32 = 4;

/// What a resolver remembers of wide structs.
#[derive(Default)]
pub struct SelectorCache(RefCell<FxHashMap<TypeId, State>>);

enum State {
    Searched(u32),
    Indexed(Rc<Index>),
}

/// A name, with the package that declares it where it is not exported.
type Key = (Name, Option<PackageId>);

/// Where names are found.
pub(super) struct Index {
    /// The types that have them, the struct itself first.
    types: Vec<Embedded>,
    names: FxHashMap<Key, Place>,
}

#[derive(Clone, Copy)]
struct Place {
    /// Index in `types`.
    at: u32,
    /// Whether there are several at this depth.
    ambiguous: bool,
}

/// The index of a struct type, if it has one.
pub(super) fn index_of(r: &dyn Resolver, ty: TypeId) -> Option<Rc<Index>> {
    if !r.is_settled() {
        return None;
    }
    let mut states = r.cache().selectors.0.borrow_mut();
    let state = states.entry(ty).or_insert(State::Searched(0));
    match state {
        State::Indexed(index) => return Some(Rc::clone(index)),
        State::Searched(count) if *count < SEARCHES => {
            *count += 1;
            return None;
        }
        State::Searched(_) => {}
    }
    drop(states);
    let index = Rc::new(Index::new(r, ty));
    r.cache().selectors.0.borrow_mut().insert(ty, State::Indexed(Rc::clone(&index)));
    Some(index)
}

impl Index {
    /// Collects the names level by level: what is found at one depth hides what is deeper.
    fn new(r: &dyn Resolver, ty: TypeId) -> Self {
        let mut index = Self { types: Vec::new(), names: FxHashMap::default() };
        let mut seen = FxHashSet::default();
        let mut level = vec![Embedded { ty, path: Path::new(), indirect: false, multiple: false }];
        // The struct itself, and then as many levels as a search looks at.
        for _ in 0..=MAX_DEPTH {
            consolidate(&mut level, &mut seen);
            let first = index.types.len() as u32;
            let mut next = Vec::new();
            for entry in level {
                push_embedded(r, &entry, &mut next);
                let at = index.types.len() as u32;
                let multiple = entry.multiple;
                for_each_name(r, entry.ty, |key| {
                    let place = index.names.entry(key).or_insert(Place { at, ambiguous: multiple });
                    // A second type of this depth; the compiler names the first that is one.
                    if place.at >= first && place.at != at && !place.ambiguous {
                        *place = Place { at, ambiguous: true };
                    }
                });
                index.types.push(entry);
            }
            if next.is_empty() || seen.len() > MAX_TYPES {
                break;
            }
            level = next;
        }
        index
    }

    /// Looks a name up; `is_pointer` says whether the operand is a pointer to the struct.
    pub(super) fn look_up(
        &self,
        r: &dyn Resolver,
        is_pointer: bool,
        wanted: Wanted,
    ) -> LookupResult {
        let package = (!is_exported(wanted.name)).then_some(wanted.package);
        let Some(place) = self.names.get(&(wanted.name, package)) else {
            return LookupResult::NotFound;
        };
        let entry = &self.types[place.at as usize];
        if place.ambiguous {
            return LookupResult::Ambiguous(entry.path.clone());
        }
        let found = |hit: super::Hit| -> Found {
            hit.into_found(entry.path.clone(), entry.indirect || is_pointer)
        };
        direct(r, entry.ty, wanted)
            .0
            .map_or(LookupResult::NotFound, |hit| LookupResult::Found(found(hit)))
    }
}

/// The names of fields and methods of this very type.
fn for_each_name(r: &dyn Resolver, ty: TypeId, mut name: impl FnMut(Key)) {
    if let TypeKind::Named { decl, .. } = ty.kind() {
        for &(method, decl) in r.methods_of(*decl).iter() {
            name((method, (!is_exported(method)).then(|| decl.package())));
        }
    }
    let under = underlying(r, ty);
    match under.kind() {
        TypeKind::Struct(fields) => fields.iter().for_each(|f| name((f.name, f.package))),
        TypeKind::Interface(_) => {
            interface_methods(r, under).iter().for_each(|m| name((m.name, m.package)));
        }
        _ => {}
    }
}
