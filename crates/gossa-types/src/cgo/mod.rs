//! The pseudo-package `C`, without a C compiler.
//!
//! ## How names of C are decided
//! `gossa-cgo` reads the preambles and the headers in reach, and says what a name is in C; this
//! module turns that into Go. [`CgoDecls`] holds, for each file, the names that it uses as
//! `C.name` ([`CName`]), and their types:
//!
//! - **Known names** have the types that the cgo tool gives them: defined types named `_Ctype_int`,
//!   `_Ctype_struct_x`, ... declared in the Go package, aliases where cgo makes aliases (typedefs
//!   of named types), `[N]byte` for unions, `unsafe.Pointer` for `void*`, `*[0]byte` for pointers
//!   to functions. Constants of macros and enumerators are untyped.
//! - **Names that are not known** come from a header that was not read; what they are follows from
//!   their use. Used as a type anywhere in the package, `C.name` is an *opaque* defined type
//!   `_Ctype_name`: identical to itself only, its underlying type is the invalid type, and an
//!   operand of it is to be taken as an invalid one wherever its structure matters (field
//!   selection, operators, conversions, assignment), so that no error follows. Called, it is a
//!   function with any parameters and an invalid result ([`CgoEntity::Unknown`]); names that end
//!   in `_t` are conversions. As a value it has the invalid type.
//! - **Names that cannot be declared anywhere**, since the preamble includes no header that was not
//!   read, are errors, as they are to cgo.
//!
//! Whatever is not read off a text of the package is listed in the [ledger](CgoDecls::ledger).
//!
//! The declarations of known types are [`CgoDecls::types`], to be put with the package's own.
//! Opaque types need none: a type that is not declared has the invalid underlying type.
//!
//! ## Two results
//! `r, err := C.f()` is a call in mode [`CommaErr`](crate::Mode::CommaErr): the second result is
//! an `error`. A C function without result has the result type `_Ctype_void`, as cgo has it.

mod consistent;
mod convert;
mod names;
mod reach;
#[cfg(test)]
mod tests;

pub use gossa_cgo::{CModel, Sources, include_dirs, includes, normalize};
pub(crate) use names::c_names;

use crate::constant::{LiteralKind, UnaryOperator, Value};
use crate::ids::{DeclId, PackageId};
use crate::info::TypeDecl;
use crate::ty::{BasicKind, Param, TypeId, TypeKind, TypeList};
use consistent::Definitions;
use convert::{Converter, Shared, signature};
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_cgo::{Entity, Found, Origin, Package, Preamble};
use reach::Reach;

/// How `C.name` is used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CgoUse {
    /// Where a type stands.
    Type,
    /// `C.name(...)`, a call or conversion.
    Call,
    /// As a value, or as the operand of a selector or `&`.
    Value,
}

/// A name of C that a file uses. One that is used in several ways has the first of [`CgoUse`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CName {
    /// The name behind `C.`.
    pub name: Name,
    /// How it is used.
    pub used: CgoUse,
}

/// What a file shows of C: its preamble, and the names that it uses.
#[derive(Clone, Copy, Debug)]
pub struct CgoFile<'a> {
    /// The comments above `import "C"`.
    pub preamble: &'a str,
    /// The names.
    pub names: &'a [CName],
}

/// What `C.name` is.
#[derive(Clone, PartialEq, Debug)]
pub enum CgoEntity {
    /// A type, perhaps an opaque one.
    Type(TypeId),
    /// A function with this signature type, to be called.
    Func(TypeId),
    /// An addressable variable.
    Var(TypeId),
    /// A constant of an untyped type.
    Constant(TypeId, Value),
    /// A value that is not addressable: a macro that is an expression.
    Value(TypeId),
    /// From a header that was not read: anything goes, and the result is invalid.
    Unknown,
    /// Not declared, and nothing was left unread that could declare it.
    Undeclared,
}

/// A name of C that was not read off a text of the package: what is said of it rests on more than
/// the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inferred {
    /// The name behind `C.`.
    pub name: Name,
    /// What it is taken for.
    pub kind: &'static str,
    /// Why.
    pub how: InferredBy,
}

/// What an inferred name rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum InferredBy {
    /// gossa's table of the C standard library and POSIX.
    Table,
    /// A declaration in the package, under a condition that depends on a header that was not read.
    Condition,
    /// Its uses in Go.
    Use,
}

/// What the C side of a package declares.
#[derive(Clone, PartialEq, Debug)]
pub struct CgoDecls {
    package: PackageId,
    types: FxHashMap<DeclId, TypeDecl>,
    /// For each file what its names are.
    files: Box<[FxHashMap<Name, Known>]>,
    /// Names that some file uses as a type.
    used_as_types: FxHashSet<Name>,
    basics: Basics,
    ledger: Box<[Inferred]>,
    /// For each file the names that cgo cannot translate, with what it says.
    refused: Box<[FxHashMap<Name, Box<str>>]>,
    conflicts: Box<[(usize, Name)]>,
}

impl Eq for CgoDecls {}

/// A name that a preamble declares.
#[derive(Clone, PartialEq, Debug)]
enum Known {
    Type(TypeId),
    /// `None` for a function that Go cannot call.
    Func(Option<TypeId>),
    Var(TypeId),
    Constant(TypeId, Value),
    Value(TypeId),
    Unknown,
    Undeclared,
}

/// Types in the signatures of the functions that cgo itself provides.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Basics {
    char: TypeId,
    int: TypeId,
    size_t: TypeId,
}

impl CgoDecls {
    /// Reads the C side of a package: preambles and used names by file (`None` for files without
    /// `import "C"`), and what the preambles may include.
    #[must_use]
    pub fn read(
        package: PackageId,
        model: CModel,
        sources: Sources<'_>,
        files: &[Option<CgoFile<'_>>],
    ) -> Self {
        let mut c = Package::new(model, sources);
        let mut shared = Shared::new(package, model);
        let mut ledger = Vec::new();
        let mut used_as_types = FxHashSet::default();
        let mut basics = None;
        let mut known = Vec::with_capacity(files.len());
        let mut refused = Vec::with_capacity(files.len());
        let mut definitions = Definitions::default();
        let several = files.iter().flatten().count() > 1;
        for (index, file) in files.iter().enumerate() {
            let mut names = FxHashMap::default();
            let mut problems = FxHashMap::default();
            if let Some(file) = file {
                let mut preamble = c.read(file.preamble);
                let mut reach = Reach::default();
                for used in file.names {
                    if used.used == CgoUse::Type {
                        used_as_types.insert(used.name);
                    }
                    if is_special(used.name.as_str()) {
                        continue;
                    }
                    let found = preamble.lookup(&mut c, used.name.as_str());
                    let (what, inferred) = decide(&preamble, &mut shared, *used, &found);
                    ledger.extend(inferred);
                    names.insert(used.name, what);
                    if used.name.as_str().starts_with("sizeof_") {
                        continue;
                    }
                    if let Some(problem) = reach.follow(&preamble, &found.entity)
                        && found.origin != Origin::Conditional
                    {
                        problems.insert(used.name, problem.into());
                    }
                    if several {
                        definitions.add((index, used.name), &preamble, &mut shared, &found);
                    }
                }
                if several {
                    for typedef in &reach.typedefs {
                        let name = Name::new(typedef);
                        if !names.contains_key(&name) {
                            let found = preamble.lookup(&mut c, typedef);
                            definitions.add((index, name), &preamble, &mut shared, &found);
                        }
                    }
                }
                if basics.is_none() {
                    basics = Some(Self::basics(&mut c, &mut preamble, &mut shared));
                }
            }
            known.push(names);
            refused.push(problems);
        }
        definitions.settle(&mut known);
        ledger
            .sort_unstable_by_key(|found: &Inferred| (found.name.as_str(), found.kind, found.how));
        ledger.dedup();
        let invalid = TypeId::INVALID;
        Self {
            package,
            types: shared.finish(),
            files: known.into(),
            used_as_types,
            basics: basics.unwrap_or(Basics { char: invalid, int: invalid, size_t: invalid }),
            ledger: ledger.into(),
            refused: refused.into(),
            conflicts: definitions.conflicts(),
        }
    }

    fn basics(c: &mut Package<'_>, preamble: &mut Preamble, shared: &mut Shared) -> Basics {
        let mut basic = |name: &str| match preamble.lookup(c, name).entity {
            Entity::Type(ty) => Converter { c: preamble, shared }.go_type(&ty),
            _ => TypeId::INVALID,
        };
        Basics { char: basic("char"), int: basic("int"), size_t: basic("size_t") }
    }

    /// Declarations of the known types of C that the package uses, to be put with its own.
    #[must_use]
    pub fn types(&self) -> &FxHashMap<DeclId, TypeDecl> {
        &self.types
    }

    /// The names that rest on more than the package's texts, sorted.
    #[must_use]
    pub fn ledger(&self) -> &[Inferred] {
        &self.ledger
    }

    /// Names that files of the package define differently, sorted; each with the file, by its index
    /// in the package, whose definition is not that of the files before it.
    #[must_use]
    pub fn conflicts(&self) -> &[(usize, Name)] {
        &self.conflicts
    }

    /// What cgo says of a name in a file that it cannot translate.
    #[must_use]
    pub fn refusal(&self, file: usize, name: Name) -> Option<&str> {
        self.refused.get(file)?.get(&name).map(|message| &**message)
    }

    /// What `C.name` is in such a use in a file, by its index in the package.
    #[must_use]
    pub fn resolve(&self, file: usize, name: Name, used: CgoUse) -> CgoEntity {
        if let Some(signature) = self.special(name.as_str()) {
            return CgoEntity::Func(signature);
        }
        match self.files.get(file).and_then(|names| names.get(&name)) {
            Some(Known::Type(ty)) => CgoEntity::Type(*ty),
            Some(Known::Func(Some(signature))) if used == CgoUse::Call => {
                CgoEntity::Func(*signature)
            }
            Some(Known::Func(_)) if used == CgoUse::Call => CgoEntity::Unknown,
            // The function's address; cgo keeps it in a variable.
            Some(Known::Func(_)) => CgoEntity::Var(TypeId::basic(BasicKind::UnsafePointer)),
            Some(Known::Var(ty)) => CgoEntity::Var(*ty),
            Some(Known::Constant(ty, value)) => CgoEntity::Constant(*ty, value.clone()),
            Some(Known::Value(ty)) => CgoEntity::Value(*ty),
            Some(Known::Undeclared) => CgoEntity::Undeclared,
            Some(Known::Unknown) | None => self.opaque(name, used),
        }
    }

    fn opaque(&self, name: Name, used: CgoUse) -> CgoEntity {
        // `C.x_t(y)` is a conversion.
        let is_type = used == CgoUse::Type
            || self.used_as_types.contains(&name)
            || used == CgoUse::Call && looks_like_type(name.as_str());
        if is_type {
            CgoEntity::Type(convert::opaque(self.package, name.as_str()))
        } else {
            CgoEntity::Unknown
        }
    }

    /// The functions that cgo itself provides.
    fn special(&self, name: &str) -> Option<TypeId> {
        let string = TypeId::basic(BasicKind::String);
        let pointer = TypeId::basic(BasicKind::UnsafePointer);
        let bytes = TypeId::slice(TypeId::basic(BasicKind::Byte));
        let chars = TypeId::pointer(self.basics.char);
        let (params, result): (&[(&str, TypeId)], TypeId) = match name {
            "CString" => (&[("s", string)], chars),
            "CBytes" => (&[("b", bytes)], pointer),
            "GoString" => (&[("p", chars)], string),
            "GoStringN" => (&[("p", chars), ("l", self.basics.int)], string),
            "GoBytes" => (&[("p", pointer), ("l", self.basics.int)], bytes),
            "malloc" | "_CMalloc" => (&[("n", self.basics.size_t)], pointer),
            _ => return None,
        };
        let params =
            params.iter().map(|&(name, ty)| Param { name: Some(Name::new(name)), ty }).collect();
        Some(signature(params, result))
    }
}

/// Functions that cgo provides itself: they have no second result, and are no functions of C.
pub(crate) fn is_special(name: &str) -> bool {
    matches!(
        name,
        "CString" | "CBytes" | "GoString" | "GoStringN" | "GoBytes" | "malloc" | "_CMalloc"
    )
}

fn looks_like_type(name: &str) -> bool {
    name.ends_with("_t")
        || ["struct_", "union_", "enum_"].iter().any(|prefix| name.starts_with(prefix))
}

/// What a name is, and what that rests on where it is not the package's own text.
fn decide(
    preamble: &Preamble,
    shared: &mut Shared,
    used: CName,
    found: &Found,
) -> (Known, Option<Inferred>) {
    let name = used.name;
    let mut converter = Converter { c: preamble, shared };
    let valid =
        |ty: TypeId, known: Known| if ty == TypeId::INVALID { Known::Unknown } else { known };
    let known = match &found.entity {
        Entity::Type(ty) => {
            let ty = converter.named(name.as_str(), ty);
            valid(ty, Known::Type(ty))
        }
        Entity::Function(function) => Known::Func(converter.signature(function)),
        Entity::Variable(ty) => {
            let ty = converter.go_type(ty);
            valid(ty, Known::Var(ty))
        }
        Entity::Expression(ty) => {
            let ty = converter.go_type(ty);
            valid(ty, Known::Value(ty))
        }
        Entity::Constant(value, _) => constant(value),
        Entity::Character(character) => Known::Constant(
            TypeId::basic(BasicKind::UntypedRune),
            Value::from_i64(i64::from(u32::from(*character))),
        ),
        Entity::Unknown => Known::Unknown,
        Entity::Undeclared => Known::Undeclared,
    };
    let kind = match (&known, used.used) {
        (Known::Type(_), _) => "type",
        (Known::Func(_), _) => "function",
        (Known::Var(_), _) => "variable",
        (Known::Constant(..), _) => "constant",
        (Known::Value(_), _) => "value",
        (_, CgoUse::Type) => "type",
        (_, CgoUse::Call) if looks_like_type(name.as_str()) => "type",
        (_, CgoUse::Call) => "function",
        (_, CgoUse::Value) => "value",
    };
    let how = match (&known, found.origin) {
        (Known::Undeclared, _) => None,
        (Known::Unknown, _) => Some(InferredBy::Use),
        (_, Origin::Own) => None,
        (_, Origin::Conditional) => Some(InferredBy::Condition),
        (_, Origin::Library) => Some(InferredBy::Table),
    };
    (known, how.map(|how| Inferred { name, kind, how }))
}

fn constant(value: &gossa_cgo::Value) -> Known {
    let (kind, value) = match value {
        &gossa_cgo::Value::Int(value) => {
            let value = match (i64::try_from(value), u64::try_from(value)) {
                (Ok(value), _) => Value::from_i64(value),
                (_, Ok(value)) => Value::from_u64(value),
                _ => return Known::Unknown,
            };
            (BasicKind::UntypedInt, value)
        }
        &gossa_cgo::Value::Float(value) => {
            // cgo writes floating-point constants with six decimals, whatever their size.
            match Value::from_literal(LiteralKind::Float, format!("{:.6}", value.abs())) {
                Ok(magnitude) if value < 0.0 => match magnitude.unary(UnaryOperator::Minus, None) {
                    Ok(value) => (BasicKind::UntypedFloat, value),
                    Err(_) => return Known::Unknown,
                },
                Ok(magnitude) => (BasicKind::UntypedFloat, magnitude),
                Err(_) => return Known::Unknown,
            }
        }
        gossa_cgo::Value::String(bytes) => (BasicKind::UntypedString, Value::from_bytes(bytes)),
    };
    Known::Constant(TypeId::basic(kind), value)
}

/// Whether a type is an opaque type of C: a name from a header that was not read.
#[must_use]
pub fn is_opaque(r: &dyn crate::Resolver, ty: TypeId) -> bool {
    match ty.unalias().kind() {
        TypeKind::Named { decl, .. } => {
            decl.name().as_str().starts_with("_Ctype_")
                && crate::underlying::underlying(r, ty) == TypeId::INVALID
        }
        _ => false,
    }
}

/// A defined type of C.
fn named(decl: DeclId) -> TypeId {
    TypeId::named(decl, TypeList::EMPTY)
}
