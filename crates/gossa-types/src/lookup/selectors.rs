//! An index of what can be selected from a wide type, itself or through embedding.
//!
//! Looking through fields and methods takes time in proportion to their number, for each selector.
//! So once a type with many was asked a few times, all names are collected, with the place where
//! each is found.

use super::{
    Embedded, Hit, LookupResult, MAX_DEPTH, MAX_TYPES, Path, Wanted, consolidate, field_hit,
    folded, interface_hit, is_exported, method_hit, push_embedded,
};
use crate::ids::{DeclId, PackageId};
use crate::resolver::Resolver;
use crate::ty::{TypeId, TypeKind};
use crate::underlying::{interface_methods, underlying};
use gossa_base::{FxHashMap, FxHashSet, Name};
use std::cell::{OnceCell, RefCell};
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::rc::Rc;

/// From how many fields or methods on a type is wide.
const WIDE: usize = 32;

/// How often a type is searched before it gets an index.
const SEARCHES: u32 = 4;

/// What a resolver remembers of wide types.
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
    /// The types that have them, by depth, the type itself first.
    types: Vec<Embedded>,
    /// Where in `types` each depth begins.
    depths: Vec<u32>,
    names: FxHashMap<Key, Place>,
    /// The same regardless of letter case and package, for messages.
    folded: OnceCell<FxHashMap<Box<str>, Place>>,
}

#[derive(Clone, Copy)]
struct Place {
    /// Index in `types`.
    at: u32,
    /// Whether there are several at this depth.
    ambiguous: bool,
    member: Member,
}

#[derive(Clone, Copy)]
enum Member {
    /// A declared method.
    Method(DeclId),
    /// The field with this index.
    Field(u32),
    /// The method of an interface with this index.
    OfInterface(u32),
}

/// Whether to look a name up in an index, in a type whose underlying type is `under`.
pub(super) fn is_wide(r: &dyn Resolver, ty: TypeId, under: TypeId, fold: bool) -> bool {
    let members = match under.kind() {
        TypeKind::Struct(fields) => fields.len(),
        TypeKind::Interface(_) => interface_methods(r, under).len(),
        _ => 0,
    };
    let has_many_methods = || match ty.kind() {
        TypeKind::Named { decl, .. } => r.methods_of(*decl).len() >= WIDE,
        _ => false,
    };
    members >= WIDE || fold && has_many_methods()
}

/// The index of a wide type, if it has one.
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
    fn new(r: &dyn Resolver, ty: TypeId) -> Self {
        let mut types = Vec::new();
        let mut depths = Vec::new();
        let mut seen = FxHashSet::default();
        let mut level = vec![Embedded { ty, path: Path::new(), indirect: false, multiple: false }];
        // The type itself, and then as many levels as a search looks at.
        for _ in 0..=MAX_DEPTH {
            consolidate(&mut level, &mut seen);
            depths.push(types.len() as u32);
            let mut next = Vec::new();
            level.iter().for_each(|entry| push_embedded(r, entry, &mut next));
            types.append(&mut level);
            if next.is_empty() || seen.len() > MAX_TYPES {
                break;
            }
            level = next;
        }
        let mut index =
            Self { types, depths, names: FxHashMap::default(), folded: OnceCell::new() };
        index.names = index.collect(r, false, |name, package| (name, package));
        index
    }

    /// Collects the names depth by depth: what is found at one hides what is deeper.
    fn collect<K: Eq + Hash>(
        &self,
        r: &dyn Resolver,
        fold: bool,
        key: impl Fn(Name, Option<PackageId>) -> K,
    ) -> FxHashMap<K, Place> {
        let mut names = FxHashMap::default();
        let ends = self.depths.iter().skip(1).copied().chain([self.types.len() as u32]);
        for (&first, end) in self.depths.iter().zip(ends) {
            for at in first..end {
                let entry = &self.types[at as usize];
                let ambiguous = entry.multiple;
                for_each_member(r, entry.ty, |name, package, member| {
                    let place = Place { at, ambiguous, member };
                    let found = match names.entry(key(name, package)) {
                        Entry::Occupied(found) => found.into_mut(),
                        Entry::Vacant(free) => {
                            free.insert(place);
                            return;
                        }
                    };
                    // A second type of this depth; the compiler names the first that is one. Or,
                    // regardless of letter case, a second field of this type.
                    let fields =
                        matches!((found.member, member), (Member::Field(_), Member::Field(_)));
                    let several = found.at != at || fields && fold;
                    if found.at >= first && several && !found.ambiguous {
                        *found = Place { at, ambiguous: true, member };
                    }
                });
            }
        }
        names
    }

    fn place(&self, r: &dyn Resolver, wanted: Wanted) -> Option<Place> {
        if !wanted.fold {
            let package = (!is_exported(wanted.name)).then_some(wanted.package);
            return self.names.get(&(wanted.name, package)).copied();
        }
        let fold = |name: Name| -> Box<str> { folded(name.as_str()).collect::<String>().into() };
        let names = self.folded.get_or_init(|| self.collect(r, true, |name, _| fold(name)));
        names.get(&fold(wanted.name)).copied()
    }

    /// Looks a name up; `is_pointer` says whether the operand is a pointer to the type.
    pub(super) fn look_up(
        &self,
        r: &dyn Resolver,
        is_pointer: bool,
        wanted: Wanted,
    ) -> LookupResult {
        let Some(place) = self.place(r, wanted) else { return LookupResult::NotFound };
        let entry = &self.types[place.at as usize];
        if place.ambiguous {
            return LookupResult::Ambiguous(entry.path.clone());
        }
        hit(r, entry.ty, place.member).map_or(LookupResult::NotFound, |hit| {
            LookupResult::Found(hit.into_found(entry.path.clone(), entry.indirect || is_pointer))
        })
    }
}

fn hit(r: &dyn Resolver, ty: TypeId, member: Member) -> Option<Hit> {
    let under = underlying(r, ty);
    match (member, under.kind()) {
        (Member::Method(decl), _) => method_hit(r, ty, decl),
        (Member::Field(index), TypeKind::Struct(fields)) => {
            Some(field_hit(ty, index as usize, fields.get(index as usize)?))
        }
        (Member::OfInterface(index), TypeKind::Interface(_)) => {
            Some(interface_hit(ty, interface_methods(r, under).get(index as usize)?))
        }
        _ => None,
    }
}

/// The fields and methods of this very type, with the package that declares each where it is not
/// exported.
fn for_each_member(
    r: &dyn Resolver,
    ty: TypeId,
    mut member: impl FnMut(Name, Option<PackageId>, Member),
) {
    if let TypeKind::Named { decl, .. } = ty.kind() {
        for &(name, method) in r.methods_of(*decl).iter() {
            let package = (!is_exported(name)).then(|| decl.package());
            member(name, package, Member::Method(method));
        }
    }
    let under = underlying(r, ty);
    match under.kind() {
        TypeKind::Struct(fields) => {
            for (at, field) in fields.iter().enumerate() {
                member(field.name, field.package, Member::Field(at as u32));
            }
        }
        TypeKind::Interface(_) => {
            for (at, method) in interface_methods(r, under).iter().enumerate() {
                member(method.name, method.package, Member::OfInterface(at as u32));
            }
        }
        _ => {}
    }
}
