//! Fields, methods and method sets (Go spec, "Selectors", "Method sets").
//!
//! [`lookup_field_or_method`] is the hottest question of checking; a field or method that a type
//! declares itself is answered without allocation. Embedded ones are searched level by level, and
//! those of wide types are looked up in an index (`selectors`).

mod selectors;

pub use selectors::SelectorCache;

use crate::ids::{DeclId, PackageId};
use crate::info::Selected;
use crate::resolver::Resolver;
use crate::subst::method_signature;
use crate::ty::{FieldType, InterfaceMethod, TypeId, TypeKind};
use crate::underlying::{interface_methods, is_interface, is_type_param, pointer_base, underlying};
use gossa_base::{FxHashMap, FxHashSet, Name};
use smallvec::SmallVec;

/// Indices of embedded fields.
pub type Path = SmallVec<[u32; 4]>;

/// A field or method that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Indices of the embedded fields on the way, without the selected field itself.
    pub path: Path,
    /// The field or method.
    pub selected: Selected,
    /// Whether a pointer was followed on the way, one at the start included.
    pub indirect: bool,
    /// Type of the field, or signature of the method without receiver, both with the type
    /// arguments of `holder`.
    pub ty: TypeId,
    /// The type that has the field or method: a struct type or a type with one underlying, the
    /// named type of a method, an interface, a type parameter.
    pub holder: TypeId,
    /// For a declared method, whether its receiver is a pointer.
    pub pointer_receiver: bool,
}

impl Found {
    /// Whether a method was found.
    #[must_use]
    pub fn is_method(&self) -> bool {
        !matches!(self.selected, Selected::Field { .. })
    }

    /// The declaration of a declared method.
    #[must_use]
    pub fn method(&self) -> Option<DeclId> {
        match self.selected {
            Selected::Method { decl } => Some(decl),
            _ => None,
        }
    }

    /// The path with the selected field's index at the end.
    #[must_use]
    pub fn full_path(&self) -> Path {
        let mut path = self.path.clone();
        if let Selected::Field { index } = self.selected {
            path.push(index);
        }
        path
    }
}

/// What looking for a name in a type finds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LookupResult {
    /// A field or method.
    Found(Found),
    /// Several at the shallowest depth; the path leads to one of them.
    Ambiguous(Path),
    /// A method with a pointer receiver, but the operand is no pointer and not addressable.
    NeedsPointerReceiver(DeclId),
    /// Nothing.
    NotFound,
}

impl LookupResult {
    /// What was found, if exactly one thing was.
    #[must_use]
    pub fn found(self) -> Option<Found> {
        match self {
            Self::Found(found) => Some(found),
            _ => None,
        }
    }
}

/// Deepest embedding that is searched, and how many types; only types that expand without end go
/// beyond.
const MAX_DEPTH: usize = 200;
const MAX_TYPES: usize = 10_000;

/// Whether a name is exported: its first letter is upper case. (Go asks for category Lu; among
/// letters, which alone may begin a name, that is the property that Rust asks for.)
#[must_use]
pub fn is_exported(name: Name) -> bool {
    let text = name.as_str();
    match text.as_bytes().first() {
        Some(byte) if byte.is_ascii() => byte.is_ascii_uppercase(),
        _ => text.chars().next().is_some_and(char::is_uppercase),
    }
}

/// How names are compared.
#[derive(Clone, Copy)]
struct Wanted {
    name: Name,
    package: PackageId,
    /// Letter case and package do not matter: for hints in messages.
    fold: bool,
}

impl Wanted {
    fn is(self, name: Name, package: Option<PackageId>) -> bool {
        if self.fold {
            return name == self.name || fold_equal(name.as_str(), self.name.as_str());
        }
        name == self.name && package.is_none_or(|declared| declared == self.package)
    }

    /// The declared method of a named type.
    fn method(self, r: &dyn Resolver, decl: DeclId) -> Option<DeclId> {
        if self.fold {
            let methods = r.methods_of(decl);
            return methods.iter().find(|(name, _)| self.is(*name, None)).map(|(_, m)| *m);
        }
        let package = if is_exported(self.name) { None } else { Some(self.package) };
        r.method_of(decl, self.name, package)
    }
}

fn fold_equal(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || !(a.is_ascii() && b.is_ascii()) && folded(a).eq(folded(b))
}

/// The characters of a name in lower case.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Looks for the field or method `name` in `ty`, as seen from `package`; `addressable` says
/// whether the operand is a variable, so that methods with pointer receivers can be called.
#[must_use]
pub fn lookup_field_or_method(
    r: &dyn Resolver,
    ty: TypeId,
    addressable: bool,
    package: PackageId,
    name: Name,
) -> LookupResult {
    lookup(r, ty, addressable, Wanted { name, package, fold: false })
}

/// Like [`lookup_field_or_method`] for names that differ in letter case or package only: what a
/// message may suggest.
#[must_use]
pub fn lookup_ignoring_case(
    r: &dyn Resolver,
    ty: TypeId,
    addressable: bool,
    package: PackageId,
    name: Name,
) -> LookupResult {
    lookup(r, ty, addressable, Wanted { name, package, fold: true })
}

fn lookup(r: &dyn Resolver, ty: TypeId, addressable: bool, wanted: Wanted) -> LookupResult {
    if wanted.name.is_blank() {
        return LookupResult::NotFound;
    }
    let ty = ty.unalias();
    // A named pointer type has the fields of what it points to, but no methods.
    if let TypeKind::Named { .. } = ty.kind() {
        let under = underlying(r, ty);
        if let TypeKind::Pointer(_) = under.kind() {
            return match lookup(r, under, false, wanted) {
                LookupResult::Found(found) if found.is_method() => LookupResult::NotFound,
                LookupResult::NeedsPointerReceiver(_) => LookupResult::NotFound,
                result => result,
            };
        }
    }
    let (base, is_pointer) = match ty.kind() {
        TypeKind::Pointer(base) => (base.unalias(), true),
        _ => (ty, false),
    };
    // A pointer to an interface or type parameter has neither.
    if is_pointer && is_interface(r, base) {
        return LookupResult::NotFound;
    }
    let found = match search(r, base, is_pointer, wanted) {
        LookupResult::Found(found) => found,
        result => return result,
    };
    match found.selected {
        Selected::Method { decl } if found.pointer_receiver && !found.indirect && !addressable => {
            LookupResult::NeedsPointerReceiver(decl)
        }
        _ => LookupResult::Found(found),
    }
}

/// What one type has itself, not through embedding.
struct Hit {
    selected: Selected,
    ty: TypeId,
    holder: TypeId,
    pointer_receiver: bool,
    /// Another field of this type differs in letter case only.
    twice: bool,
}

impl Hit {
    fn into_found(self, path: Path, indirect: bool) -> Found {
        Found {
            path,
            selected: self.selected,
            indirect,
            ty: self.ty,
            holder: self.holder,
            pointer_receiver: self.pointer_receiver,
        }
    }
}

/// What a type has itself or through embedding; wide types have an index for that.
fn search(r: &dyn Resolver, base: TypeId, is_pointer: bool, wanted: Wanted) -> LookupResult {
    // Declared methods are found by their names as fast as in an index.
    if !wanted.fold
        && let Some(hit) = own_method(r, base, wanted)
    {
        return LookupResult::Found(hit.into_found(Path::new(), is_pointer));
    }
    let under = underlying(r, base);
    if selectors::is_wide(r, base, under, wanted.fold)
        && let Some(index) = selectors::index_of(r, base)
    {
        return index.look_up(r, is_pointer, wanted);
    }
    if wanted.fold
        && let Some(hit) = own_method(r, base, wanted)
    {
        return LookupResult::Found(hit.into_found(Path::new(), is_pointer));
    }
    match own_member(r, base, under, wanted) {
        (Some(hit), _) if hit.twice => LookupResult::Ambiguous(Path::new()),
        (Some(hit), _) => LookupResult::Found(hit.into_found(Path::new(), is_pointer)),
        (None, true) => search_embedded(r, base, is_pointer, wanted),
        (None, false) => LookupResult::NotFound,
    }
}

/// The field or method of this very type, and whether it has embedded fields to look into.
fn direct(r: &dyn Resolver, ty: TypeId, wanted: Wanted) -> (Option<Hit>, bool) {
    match own_method(r, ty, wanted) {
        Some(hit) => (Some(hit), false),
        None => own_member(r, ty, underlying(r, ty), wanted),
    }
}

/// The method that is declared for this very type.
fn own_method(r: &dyn Resolver, ty: TypeId, wanted: Wanted) -> Option<Hit> {
    let TypeKind::Named { decl, .. } = ty.kind() else { return None };
    method_hit(r, ty, wanted.method(r, *decl)?)
}

fn method_hit(r: &dyn Resolver, ty: TypeId, method: DeclId) -> Option<Hit> {
    let TypeKind::Named { args, .. } = ty.kind() else { return None };
    let info = r.method_info(method)?;
    Some(Hit {
        selected: Selected::Method { decl: method },
        ty: method_signature(r, &info, args),
        holder: ty,
        pointer_receiver: info.pointer,
        twice: false,
    })
}

/// The field or interface method of this very type, whose underlying type is `under`, and whether
/// it has embedded fields to look into.
fn own_member(r: &dyn Resolver, ty: TypeId, under: TypeId, wanted: Wanted) -> (Option<Hit>, bool) {
    match under.kind() {
        TypeKind::Struct(fields) => {
            let mut embedded = false;
            for (index, field) in fields.iter().enumerate() {
                if wanted.is(field.name, field.package) {
                    let mut hit = field_hit(ty, index, field);
                    let mut rest = fields[index + 1..].iter();
                    hit.twice = wanted.fold && rest.any(|f| wanted.is(f.name, f.package));
                    return (Some(hit), false);
                }
                embedded |= field.embedded;
            }
            (None, embedded)
        }
        TypeKind::Interface(_) => {
            let methods = interface_methods(r, under);
            let method = methods.iter().find(|m| wanted.is(m.name, m.package));
            (method.map(|method| interface_hit(ty, method)), false)
        }
        _ => (None, false),
    }
}

fn field_hit(holder: TypeId, index: usize, field: &FieldType) -> Hit {
    let selected = Selected::Field { index: index as u32 };
    Hit { selected, ty: field.ty, holder, pointer_receiver: false, twice: false }
}

fn interface_hit(holder: TypeId, method: &InterfaceMethod) -> Hit {
    let selected = Selected::InterfaceMethod { name: method.name };
    Hit { selected, ty: method.signature, holder, pointer_receiver: false, twice: false }
}

/// A type to look into at some depth.
struct Embedded {
    ty: TypeId,
    path: Path,
    indirect: bool,
    /// The type is embedded more than once at this depth: whatever it has is ambiguous.
    multiple: bool,
}

/// The embedded fields of a struct type as the next level.
fn push_embedded(r: &dyn Resolver, from: &Embedded, next: &mut Vec<Embedded>) {
    let TypeKind::Struct(fields) = underlying(r, from.ty).kind() else { return };
    for (index, field) in fields.iter().enumerate() {
        if !field.embedded {
            continue;
        }
        let ty = field.ty.unalias();
        let (ty, is_pointer) = match ty.kind() {
            TypeKind::Pointer(base) => (base.unalias(), true),
            _ => (ty, false),
        };
        let mut path = from.path.clone();
        path.push(index as u32);
        next.push(Embedded {
            ty,
            path,
            indirect: from.indirect || is_pointer,
            multiple: from.multiple,
        });
    }
}

/// Drops types that were seen at a shallower depth or, marked as multiple, at this one.
fn consolidate(level: &mut Vec<Embedded>, seen: &mut FxHashSet<TypeId>) {
    let mut at: FxHashMap<TypeId, usize> = FxHashMap::default();
    let mut kept: Vec<Embedded> = Vec::with_capacity(level.len());
    for entry in level.drain(..) {
        let key = entry.ty.canonical();
        if seen.contains(&key) {
            continue;
        }
        match at.get(&key) {
            Some(&first) => kept[first].multiple = true,
            None => {
                at.insert(key, kept.len());
                kept.push(entry);
            }
        }
    }
    for entry in &kept {
        if let TypeKind::Named { .. } = entry.ty.kind() {
            seen.insert(entry.ty.canonical());
        }
    }
    *level = kept;
}

fn search_embedded(
    r: &dyn Resolver,
    base: TypeId,
    is_pointer: bool,
    wanted: Wanted,
) -> LookupResult {
    let mut seen = FxHashSet::default();
    seen.insert(base.canonical());
    let top = Embedded { ty: base, path: Path::new(), indirect: is_pointer, multiple: false };
    let mut level = Vec::new();
    push_embedded(r, &top, &mut level);
    for _ in 0..MAX_DEPTH {
        consolidate(&mut level, &mut seen);
        let mut next = Vec::new();
        let mut found: Option<Found> = None;
        for entry in &level {
            let (hit, embedded) = direct(r, entry.ty, wanted);
            match hit {
                Some(hit) if hit.twice || entry.multiple || found.is_some() => {
                    return LookupResult::Ambiguous(entry.path.clone());
                }
                Some(hit) => found = Some(hit.into_found(entry.path.clone(), entry.indirect)),
                None if embedded && found.is_none() => push_embedded(r, entry, &mut next),
                None => {}
            }
        }
        if let Some(found) = found {
            return LookupResult::Found(found);
        }
        if next.is_empty() || seen.len() > MAX_TYPES {
            return LookupResult::NotFound;
        }
        level = next;
    }
    LookupResult::NotFound
}

/// A method of a method set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MethodSetEntry {
    /// Its name.
    pub name: Name,
    /// Declaring package of an unexported name, `None` for an exported one.
    pub package: Option<PackageId>,
    /// How it is reached.
    pub found: Found,
}

/// The method set of a type: sorted by name text, then package path.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MethodSet {
    /// The methods.
    pub methods: Box<[MethodSetEntry]>,
}

impl MethodSet {
    /// The method with this name, seen from `package`. Logarithmic.
    #[must_use]
    pub fn get(&self, name: Name, package: PackageId) -> Option<&MethodSetEntry> {
        let start = self.methods.partition_point(|m| m.name.as_str() < name.as_str());
        self.methods[start..]
            .iter()
            .take_while(|m| m.name == name)
            .find(|m| m.package.is_none_or(|declared| declared == package))
    }
}

/// What a name stands for at one depth of a method set's search.
enum Claim {
    Method(Found),
    /// A field, or several candidates: hides deeper ones, gives no method.
    Blocked,
}

/// The method set of a type (Go spec, "Method sets"): all methods that a value of the type has,
/// promoted ones included. A method with a pointer receiver is in it where a pointer is followed.
#[must_use]
pub fn method_set(r: &dyn Resolver, ty: TypeId) -> MethodSet {
    let ty = ty.unalias();
    let (base, is_pointer) = match ty.kind() {
        TypeKind::Pointer(base) => (base.unalias(), true),
        _ => (ty, false),
    };
    if is_pointer && is_interface(r, base) {
        return MethodSet::default();
    }
    if let TypeKind::Named { .. } = base.kind()
        && let TypeKind::Pointer(_) = underlying(r, base).kind()
    {
        return MethodSet::default();
    }
    type Key = (Name, Option<PackageId>);
    let mut all: FxHashMap<Key, Claim> = FxHashMap::default();
    let mut seen = FxHashSet::default();
    let mut level =
        vec![Embedded { ty: base, path: Path::new(), indirect: is_pointer, multiple: false }];
    for _ in 0..MAX_DEPTH {
        consolidate(&mut level, &mut seen);
        if level.is_empty() || seen.len() > MAX_TYPES {
            break;
        }
        let mut here: FxHashMap<Key, Claim> = FxHashMap::default();
        let mut next = Vec::new();
        let mut claim = |key: Key, claim: Claim| {
            here.entry(key).and_modify(|before| *before = Claim::Blocked).or_insert(claim);
        };
        for entry in &level {
            if let TypeKind::Named { decl, .. } = entry.ty.kind() {
                for &(name, method) in r.methods_of(*decl).iter() {
                    let key = (name, (!is_exported(name)).then(|| method.package()));
                    let is_hidden = entry.multiple || all.contains_key(&key);
                    let hit = (!is_hidden).then(|| method_hit(r, entry.ty, method)).flatten();
                    let Some(hit) = hit else {
                        claim(key, Claim::Blocked);
                        continue;
                    };
                    claim(key, Claim::Method(hit.into_found(entry.path.clone(), entry.indirect)));
                }
            }
            let under = underlying(r, entry.ty);
            match under.kind() {
                TypeKind::Struct(fields) => {
                    for field in fields {
                        claim((field.name, field.package), Claim::Blocked);
                    }
                    push_embedded(r, entry, &mut next);
                }
                TypeKind::Interface(_) => {
                    for method in interface_methods(r, under).iter() {
                        let hit = interface_hit(entry.ty, method);
                        let found = hit.into_found(entry.path.clone(), entry.indirect);
                        let what =
                            if entry.multiple { Claim::Blocked } else { Claim::Method(found) };
                        claim((method.name, method.package), what);
                    }
                }
                _ => {}
            }
        }
        #[expect(clippy::iter_over_hash_type, reason = "into another map; order does not matter")]
        for (key, claim) in here {
            all.entry(key).or_insert(claim);
        }
        level = next;
    }
    let mut methods: Vec<MethodSetEntry> = all
        .into_iter()
        .filter_map(|((name, package), claim)| match claim {
            Claim::Method(found)
                if !name.is_blank() && (!found.pointer_receiver || found.indirect) =>
            {
                Some(MethodSetEntry { name, package, found })
            }
            _ => None,
        })
        .collect();
    methods.sort_by(|a, b| {
        let path = |m: &MethodSetEntry| m.package.map_or("", PackageId::as_str);
        a.name.as_str().cmp(b.name.as_str()).then_with(|| path(a).cmp(path(b)))
    });
    MethodSet { methods: methods.into() }
}

/// The method that a value of type `ty` has for the interface method `name` of `package`: what
/// fills an interface's method table.
#[must_use]
pub fn find_method(r: &dyn Resolver, ty: TypeId, package: PackageId, name: Name) -> Option<Found> {
    match lookup_field_or_method(r, ty, false, package, name) {
        LookupResult::Found(found) if found.is_method() => Some(found),
        _ => None,
    }
}

/// The fields of a struct type or of a pointer to one, through names.
#[must_use]
pub fn struct_fields(r: &dyn Resolver, ty: TypeId) -> Option<&'static [FieldType]> {
    let under = underlying(r, ty);
    let base = match under.kind() {
        TypeKind::Pointer(base) => underlying(r, *base),
        _ => under,
    };
    match base.kind() {
        TypeKind::Struct(fields) => Some(fields),
        _ => None,
    }
}

/// The names of the fields on a path, joined by dots: for messages.
#[must_use]
pub fn path_names(r: &dyn Resolver, ty: TypeId, path: &[u32]) -> String {
    let mut names = Vec::with_capacity(path.len());
    let mut ty = ty;
    for &index in path {
        let Some(field) = struct_fields(r, ty).and_then(|fields| fields.get(index as usize)) else {
            break;
        };
        names.push(field.name.as_str());
        ty = field.ty;
    }
    names.join(".")
}

/// Whether a struct type, or a pointer to one, embeds an invalid type at any depth: what it has
/// cannot be said then.
#[must_use]
pub fn has_invalid_embedded_field(r: &dyn Resolver, ty: TypeId) -> bool {
    let mut seen: FxHashSet<TypeId> = FxHashSet::default();
    let mut stack = vec![ty];
    while let Some(ty) = stack.pop() {
        if seen.len() > MAX_TYPES || !seen.insert(ty.canonical()) {
            continue;
        }
        for field in struct_fields(r, ty).unwrap_or_default().iter().filter(|f| f.embedded) {
            if underlying(r, field.ty) == TypeId::INVALID {
                return true;
            }
            stack.push(field.ty);
        }
    }
    false
}

/// Whether a pointer type's base is an interface or a type parameter.
#[must_use]
pub fn is_interface_pointer(r: &dyn Resolver, ty: TypeId) -> bool {
    match underlying(r, ty).kind() {
        TypeKind::Pointer(base) => is_interface(r, *base),
        _ => false,
    }
}

/// Whether a name can be looked up in the type at all: not in a pointer to a type parameter.
#[must_use]
pub fn points_to_type_param(ty: TypeId) -> bool {
    pointer_base(ty).is_some_and(is_type_param)
}
