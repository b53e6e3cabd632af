//! The pseudo-package `C`, without a C compiler.
//!
//! ## How names of C are decided
//! [`CgoDecls`] holds what the preambles of a package's files declare, found by a light parse of
//! their text (and of texts of local headers that the caller adds): typedefs, structs, unions,
//! enums, function prototypes and definitions, variables, macros that are constants. Behind them
//! stands a short list of the C library's commonest names. Everything else of C is skipped, and
//! headers of the system are not read. [`CgoDecls::resolve`] says what `C.name` is:
//!
//! - **Known names** have the types that the cgo tool gives them: defined types named `_Ctype_int`,
//!   `_Ctype_struct_x`, ... declared in the Go package, aliases where cgo makes aliases (typedefs
//!   of named types), `[N]byte` for unions, `unsafe.Pointer` for `void*`, `*[0]byte` for pointers
//!   to functions. Constants of macros and enumerators are untyped.
//! - **Names that are not known** come from a header that was not read; what they are follows from
//!   their use. Used as a type, `C.name` is an *opaque* defined type `_Ctype_name`: identical to
//!   itself only, its underlying type is the invalid type, and an operand of it is to be taken as
//!   an invalid one wherever its structure matters (field selection, operators, conversions,
//!   assignment), so that no error follows. Called, it is a function with any parameters and an
//!   invalid result ([`CgoEntity::Unknown`]); names that end in `_t` are conversions. As a value
//!   it has the invalid type.
//! - **Names that are declared twice differently** (in two files of the package, or under
//!   conditions that were misjudged) count as not known.
//!
//! The declarations of known types are [`CgoDecls::types`], to be put with the package's own.
//! Opaque types need none: a type that is not declared has the invalid underlying type.
//!
//! ## Two results
//! `r, err := C.f()` is a call in mode [`CommaErr`](crate::Mode::CommaErr): the second result is
//! an `error`. A C function without result has the result type `_Ctype_void`, as cgo has it.

mod declare;
mod evaluate;
mod members;
mod model;
mod prelude;
mod scan;
#[cfg(test)]
mod tests;

pub use model::CModel;

use crate::constant::Value;
use crate::ids::{DeclId, PackageId};
use crate::info::TypeDecl;
use crate::ty::{BasicKind, Param, TypeId, TypeKind, TypeList};
use declare::{CType, Declarations};
use gossa_base::{FxHashMap, Name};
use model::GoTypes;
use scan::Scanned;

/// How `C.name` is used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CgoUse {
    /// `C.name(...)`, a call or conversion.
    Call,
    /// Where a type stands.
    Type,
    /// As a value, or as the operand of a selector or `&`.
    Value,
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
    /// A value that is not addressable: a function's address, a macro that is an expression.
    Value(TypeId),
    /// From a header that was not read: anything goes, and the result is invalid.
    Unknown,
}

/// What the C side of a package declares.
#[derive(Clone, PartialEq, Debug)]
pub struct CgoDecls {
    package: PackageId,
    types: FxHashMap<DeclId, TypeDecl>,
    /// Types by the name behind `C.`.
    type_names: FxHashMap<Name, TypeId>,
    functions: FxHashMap<Name, Option<TypeId>>,
    variables: FxHashMap<Name, TypeId>,
    constants: FxHashMap<Name, Value>,
    sizes: FxHashMap<Name, u64>,
    /// Macros that are no constants, and names that are declared in different ways.
    unclear: FxHashMap<Name, ()>,
}

impl Eq for CgoDecls {}

const BASIC: [&str; 18] = [
    "char",
    "schar",
    "uchar",
    "short",
    "ushort",
    "int",
    "uint",
    "long",
    "ulong",
    "longlong",
    "ulonglong",
    "float",
    "double",
    "complexfloat",
    "complexdouble",
    "bool",
    "_Bool",
    "void",
];

impl CgoDecls {
    /// Parses the preambles of a package's files. `headers` are texts of local headers by path,
    /// relative to the package's directory; those that a preamble includes are read, once.
    #[must_use]
    pub fn parse(
        package: PackageId,
        model: CModel,
        headers: &[(&str, &str)],
        preambles: &[&str],
    ) -> Self {
        let mut declared = Declarations::default();
        let mut macros: Vec<(Name, Option<Value>)> = Vec::new();
        let mut scanned = Scanned::new(headers);
        for text in preambles {
            scanned.start();
            scanned.add(text, &|name| model.predefines(name));
            declared.add(&scanned);
            scanned.add_values(&declared, &mut macros);
        }
        let mut library = Declarations::default();
        let mut scanned = Scanned::new(&[]);
        scanned.add(prelude::TEXT, &|_| false);
        library.add(&scanned);
        // What the preamble declares, as anything, wins; the order does not matter.
        #[expect(clippy::iter_over_hash_type, reason = "into other maps")]
        for (name, ty) in library.typedefs {
            declared.typedefs.entry(name).or_insert(ty);
        }
        #[expect(clippy::iter_over_hash_type, reason = "into other maps")]
        for (name, function) in library.functions {
            let taken = declared.variables.contains_key(&name);
            if !taken {
                declared.functions.entry(name).or_insert(function);
            }
        }
        Self::build(package, model, &declared, macros)
    }

    fn build(
        package: PackageId,
        model: CModel,
        declared: &Declarations,
        macros: Vec<(Name, Option<Value>)>,
    ) -> Self {
        let mut go = GoTypes::new(package, model, declared);
        let mut type_names: FxHashMap<Name, TypeId> = FxHashMap::default();
        let mut sizes = FxHashMap::default();
        let mut add = |go: &mut GoTypes<'_>, name: &str, ty: Option<&CType>| {
            if let Some(found) = go.named(name) {
                type_names.insert(Name::new(name), found);
            }
            if let Some((size, _)) = ty.and_then(|ty| go.layout(ty)) {
                sizes.insert(Name::new(name), size);
            }
        };
        for name in BASIC {
            let ty = match name {
                "float" => CType::Float,
                "double" => CType::Double,
                "complexfloat" => CType::ComplexFloat,
                "complexdouble" => CType::ComplexDouble,
                "bool" | "_Bool" => CType::Bool,
                "void" => CType::Void,
                integer => CType::Integer(integer),
            };
            add(&mut go, name, Some(&ty));
        }
        for name in sorted(&declared.typedefs) {
            add(&mut go, name.as_str(), Some(&CType::Typedef(name)));
        }
        for tag in sorted(&declared.structs) {
            add(&mut go, &format!("struct_{tag}"), Some(&CType::Struct(tag)));
        }
        for tag in sorted(&declared.unions) {
            add(&mut go, &format!("union_{tag}"), Some(&CType::Union(tag)));
        }
        for tag in sorted(&declared.enums) {
            add(&mut go, &format!("enum_{tag}"), Some(&CType::Enum(tag)));
        }
        let mut functions = FxHashMap::default();
        for name in sorted(&declared.functions) {
            if let Some(function) = declared.functions.get(&name) {
                functions.insert(name, go.signature(function));
            }
        }
        let mut variables = FxHashMap::default();
        for name in sorted(&declared.variables) {
            if let Some(ty) = declared.variables.get(&name) {
                variables.insert(name, go.go_type(ty));
            }
        }
        let mut constants: FxHashMap<Name, Value> = declared
            .enumerators
            .iter()
            .map(|(&name, &value)| (name, Value::from_i64(value)))
            .collect();
        let mut unclear: FxHashMap<Name, ()> =
            declared.unknown.iter().map(|&name| (name, ())).collect();
        for (name, value) in macros {
            match (value, constants.get(&name)) {
                (Some(value), Some(before)) if *before != value => {
                    unclear.insert(name, ());
                }
                (Some(value), _) => {
                    constants.insert(name, value);
                }
                (None, _) => {
                    unclear.insert(name, ());
                }
            }
        }
        Self {
            package,
            types: go.types,
            type_names,
            functions,
            variables,
            constants,
            sizes,
            unclear,
        }
    }

    /// Declarations of all known types of C, to be put with the package's own.
    #[must_use]
    pub fn types(&self) -> &FxHashMap<DeclId, TypeDecl> {
        &self.types
    }

    /// What `C.name` is in such a use.
    #[must_use]
    pub fn resolve(&self, name: Name, used: CgoUse) -> CgoEntity {
        let text = name.as_str();
        if let Some(signature) = self.special(text) {
            return CgoEntity::Func(signature);
        }
        if let Some(of) = text.strip_prefix("sizeof_") {
            let size = self.sizes.get(&Name::new(of));
            return match size {
                Some(&size) => {
                    CgoEntity::Constant(TypeId::basic(BasicKind::UntypedInt), Value::from_u64(size))
                }
                None => CgoEntity::Unknown,
            };
        }
        if self.unclear.contains_key(&name) {
            return self.opaque(name, used);
        }
        if let Some(value) = self.constants.get(&name) {
            return CgoEntity::Constant(untyped(value), value.clone());
        }
        if let Some(&ty) = self.variables.get(&name) {
            return CgoEntity::Var(ty);
        }
        if let Some(signature) = self.functions.get(&name) {
            return match (used, signature) {
                (CgoUse::Call, Some(signature)) => CgoEntity::Func(*signature),
                (CgoUse::Call, None) => CgoEntity::Unknown,
                // The function's address.
                _ => CgoEntity::Value(TypeId::basic(BasicKind::UnsafePointer)),
            };
        }
        match self.type_names.get(&name) {
            Some(&ty) => CgoEntity::Type(ty),
            None => self.opaque(name, used),
        }
    }

    fn opaque(&self, name: Name, used: CgoUse) -> CgoEntity {
        let text = name.as_str();
        let is_type = used == CgoUse::Type
            || text.ends_with("_t")
            || ["struct_", "union_", "enum_"].iter().any(|prefix| text.starts_with(prefix));
        if is_type {
            let decl = GoTypes::decl(self.package, text);
            CgoEntity::Type(TypeId::named(decl, TypeList::EMPTY))
        } else {
            CgoEntity::Unknown
        }
    }

    fn basic(&self, name: &str) -> TypeId {
        self.type_names.get(&Name::new(name)).copied().unwrap_or(TypeId::INVALID)
    }

    /// The functions that cgo itself provides.
    fn special(&self, name: &str) -> Option<TypeId> {
        let string = TypeId::basic(BasicKind::String);
        let pointer = TypeId::basic(BasicKind::UnsafePointer);
        let bytes = TypeId::slice(TypeId::basic(BasicKind::Byte));
        let chars = TypeId::pointer(self.basic("char"));
        let (params, result): (&[TypeId], TypeId) = match name {
            "CString" => (&[string], chars),
            "CBytes" => (&[bytes], pointer),
            "GoString" => (&[chars], string),
            "GoStringN" => (&[chars, self.basic("int")], string),
            "GoBytes" => (&[pointer, self.basic("int")], bytes),
            "malloc" | "_CMalloc" => (&[self.basic("size_t")], pointer),
            _ => return None,
        };
        let params = params.iter().map(|&ty| Param { name: None, ty }).collect();
        Some(model::signature(params, result))
    }
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

fn untyped(value: &Value) -> TypeId {
    use crate::constant::Kind;
    TypeId::basic(match value.kind() {
        Kind::String => BasicKind::UntypedString,
        Kind::Float => BasicKind::UntypedFloat,
        _ => BasicKind::UntypedInt,
    })
}

/// Keys in an order that does not depend on hashing: later declarations see earlier ones.
fn sorted<T>(map: &FxHashMap<Name, T>) -> Vec<Name> {
    let mut names: Vec<Name> = map.keys().copied().collect();
    names.sort_unstable_by_key(|name| name.as_str());
    names
}

impl Scanned<'_> {
    /// Adds the values of the macros that this text and headers first read by it define.
    fn add_values(&self, declared: &Declarations, macros: &mut Vec<(Name, Option<Value>)>) {
        for (name, _) in &self.macro_order {
            let Some(found) = self.macros.get(name) else { continue };
            let value = if found.function_like {
                None
            } else {
                macro_value(self, declared, &found.body, 0)
            };
            macros.push((Name::new(name), value));
        }
    }
}

fn macro_value(
    scanned: &Scanned<'_>,
    declared: &Declarations,
    body: &[scan::Token],
    depth: u32,
) -> Option<Value> {
    // `#define A B` is what B is.
    if let [scan::Token::Ident(name)] = body
        && depth < 16
        && let Some(found) = scanned.macros.get(name)
        && !found.function_like
    {
        return macro_value(scanned, declared, &found.body, depth + 1);
    }
    let lookup = |name: &str| lookup_integer(scanned, declared, name, 0);
    evaluate::constant(body, &lookup)
}

fn lookup_integer(
    scanned: &Scanned<'_>,
    declared: &Declarations,
    name: &str,
    depth: u32,
) -> Option<i64> {
    if let Some(&value) = declared.enumerators.get(&Name::new(name)) {
        return Some(value);
    }
    let found = scanned.macros.get(name)?;
    if found.function_like || depth > 16 {
        return None;
    }
    evaluate::integer(&found.body, &|name| lookup_integer(scanned, declared, name, depth + 1))
}
