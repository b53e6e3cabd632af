//! Questions about types: their structure, their methods, what they implement, how they are
//! declared.
//!
//! All of them are answered from declarations, in microseconds; [`Type::doc`] reads source files.

use crate::func::Func;
use crate::program::{Program, Type};
use crate::source::{Comment, documentation};
use gossa_base::Name;
use gossa_ssa::{FuncId, FuncKey};
use gossa_types::lookup::{method_set, struct_fields};
use gossa_types::{
    BasicKind, ChanDir, DeclId, EnvResolver, PackageId, Selected, TypeEnv as _, TypeId, TypeKind,
    TypeList,
};
use std::fmt;

/// The structure of a type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Kind<'p> {
    /// A boolean, number, string, or `unsafe.Pointer`.
    Basic(Basic),
    /// `*T`
    Pointer(Type<'p>),
    /// `[]T`
    Slice(Type<'p>),
    /// `[len]T`
    #[non_exhaustive]
    Array {
        /// Element type.
        elem: Type<'p>,
        /// Length; `None` if it is not known.
        len: Option<u64>,
    },
    /// `map[K]V`
    #[non_exhaustive]
    Map {
        /// Key type.
        key: Type<'p>,
        /// Element type.
        value: Type<'p>,
    },
    /// `chan T`
    #[non_exhaustive]
    Chan {
        /// Element type.
        elem: Type<'p>,
        /// Whether it can be received from.
        receives: bool,
        /// Whether it can be sent on.
        sends: bool,
    },
    /// `struct{...}`
    Struct(Vec<Field<'p>>),
    /// `interface{...}`
    Interface,
    /// `func(...) ...`
    #[non_exhaustive]
    Func {
        /// Types of the parameters.
        params: Vec<Type<'p>>,
        /// Types of the results.
        results: Vec<Type<'p>>,
        /// Whether the last parameter, a slice, stands for any number of arguments.
        variadic: bool,
    },
    /// Several values, as an instruction with several results gives them.
    Tuple(Vec<Type<'p>>),
    /// A type parameter; only in code that is generic still.
    TypeParameter,
    /// What an error in the code has left.
    Invalid,
}

/// A basic type.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Basic(BasicKind);

/// A field of a struct.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Field<'p> {
    /// Its name; an embedded field's is its type's.
    pub name: &'static str,
    /// Its type.
    pub ty: Type<'p>,
    /// Whether it is embedded.
    pub is_embedded: bool,
    /// Its tag, unquoted; empty where it has none.
    pub tag: &'static str,
}

/// A method of a method set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MethodOf<'p> {
    /// Its name.
    pub name: &'static str,
    /// Its type, without the receiver.
    pub signature: Type<'p>,
    /// The declared method, if it has a body in the program; `None` for methods of interfaces.
    pub func: Option<Func<'p>>,
    /// Whether an embedded field brings it.
    pub is_promoted: bool,
}

impl Basic {
    /// Its name: `int`, `string`, `unsafe.Pointer`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.canonical().name()
    }

    /// Whether it is a boolean.
    #[must_use]
    pub fn is_boolean(self) -> bool {
        self.0.is_boolean()
    }

    /// Whether it is an integer, `uintptr` included.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.0.is_integer()
    }

    /// Whether it is an integer without sign.
    #[must_use]
    pub fn is_unsigned(self) -> bool {
        self.0.is_unsigned()
    }

    /// Whether it is a floating-point number.
    #[must_use]
    pub fn is_float(self) -> bool {
        self.0.is_float()
    }

    /// Whether it is a complex number.
    #[must_use]
    pub fn is_complex(self) -> bool {
        self.0.is_complex()
    }

    /// Whether it is a string.
    #[must_use]
    pub fn is_string(self) -> bool {
        self.0.is_string()
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<'p> Field<'p> {
    /// What the tag says under a key, as `reflect.StructTag.Lookup` finds it.
    #[must_use]
    pub fn tag_value(&self, key: &str) -> Option<String> {
        let mut rest = self.tag.trim_start_matches(' ');
        while !rest.is_empty() {
            let (name, value) = rest.split_once(':')?;
            if name.is_empty() || name.contains([' ', '"']) || !value.starts_with('"') {
                return None;
            }
            let mut escaped = false;
            let end = value.char_indices().skip(1).find_map(|(at, c)| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends.then_some(at)
            })?;
            if name == key {
                return Some(unquoted(&value[1..end]));
            }
            rest = value[end + 1..].trim_start_matches(' ');
        }
        None
    }
}

/// A string without the escapes that tags have in practice: quotes and backslashes.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

impl<'p> Program<'p> {
    /// The type that a package declares at package level; an alias is the type that it stands for.
    /// `None` where the program does not have the package, the package no such type, or the type
    /// is generic.
    #[must_use]
    pub fn type_named(self, package: &str, name: &str) -> Option<Type<'p>> {
        let decl = DeclId::top_level(PackageId::new(package), Name::new(name));
        let id = self.data().with_env(|env| {
            let found = env.package(decl.package())?.types.get(&decl)?;
            if !found.type_params.is_empty() {
                return None;
            }
            let named = TypeId::named(decl, TypeList::EMPTY);
            Some(if found.alias { found.underlying.unalias() } else { named })
        })?;
        Some(Type { program: self, id })
    }

    /// The predeclared type `error`.
    #[must_use]
    pub fn error_type(self) -> Type<'p> {
        let decl = DeclId::top_level(PackageId::universe(), Name::new("error"));
        Type { program: self, id: TypeId::named(decl, TypeList::EMPTY) }
    }

    /// The function or method that has this [declared name](Func::declared_name), if it is not
    /// generic and has a body in the program.
    #[must_use]
    pub fn function_named(self, name: &str) -> Option<Func<'p>> {
        // The last component may be a method: `a/b.T.M`.
        let (before, last) = name.rsplit_once('.')?;
        let slash = before.rfind('/').map_or(0, |at| at + 1);
        let mut candidates = vec![DeclId::top_level(PackageId::new(before), Name::new(last))];
        if let Some(dot) = before[slash..].rfind('.') {
            let (package, receiver) = (&before[..slash + dot], &before[slash + dot + 1..]);
            let receiver = DeclId::top_level(PackageId::new(package), Name::new(receiver));
            candidates.push(DeclId::method(receiver, Name::new(last)));
        }
        let data = self.data();
        let index = candidates.into_iter().find_map(|decl| data.find(FuncId::declared(decl)))?;
        Some(Func { program: self, index })
    }
}

impl<'p> Type<'p> {
    fn with(self, id: TypeId) -> Type<'p> {
        Type { program: self.program, id }
    }

    fn ask<T>(self, ask: impl FnOnce(&EnvResolver<'_>) -> T) -> T {
        self.program.data().with_resolver(ask)
    }

    /// The type behind its name: itself where it has none.
    #[must_use]
    pub fn underlying_type(self) -> Type<'p> {
        self.with(self.underlying())
    }

    /// The structure of its underlying type.
    #[must_use]
    pub fn kind(self) -> Kind<'p> {
        let ty = |id: TypeId| self.with(id);
        let all = |ids: &[TypeId]| ids.iter().map(|&id| ty(id)).collect::<Vec<_>>();
        if let TypeKind::TypeParam(_) = self.id.unalias().kind() {
            return Kind::TypeParameter;
        }
        match self.underlying().kind() {
            TypeKind::Basic(BasicKind::Invalid) => Kind::Invalid,
            TypeKind::Basic(kind) => Kind::Basic(Basic(*kind)),
            TypeKind::Pointer(elem) => Kind::Pointer(ty(*elem)),
            TypeKind::Slice(elem) => Kind::Slice(ty(*elem)),
            TypeKind::Array { elem, len } => {
                Kind::Array { elem: ty(*elem), len: u64::try_from(*len).ok() }
            }
            TypeKind::Map { key, value } => Kind::Map { key: ty(*key), value: ty(*value) },
            TypeKind::Chan { dir, elem } => Kind::Chan {
                elem: ty(*elem),
                receives: *dir != ChanDir::Send,
                sends: *dir != ChanDir::Receive,
            },
            TypeKind::Struct(fields) => Kind::Struct(
                fields
                    .iter()
                    .map(|field| Field {
                        name: field.name.as_str(),
                        ty: ty(field.ty),
                        is_embedded: field.embedded,
                        tag: field.tag.map_or("", Name::as_str),
                    })
                    .collect(),
            ),
            TypeKind::Interface(_) => Kind::Interface,
            TypeKind::Signature(signature) => Kind::Func {
                params: signature.params.iter().map(|param| ty(param.ty)).collect(),
                results: signature.results.iter().map(|result| ty(result.ty)).collect(),
                variadic: signature.variadic,
            },
            TypeKind::Tuple(list) => Kind::Tuple(all(list)),
            TypeKind::TypeParam(_) => Kind::TypeParameter,
            TypeKind::Named { .. } | TypeKind::Alias { .. } | TypeKind::Union(_) => Kind::Invalid,
        }
    }

    /// Whether it is an interface type.
    #[must_use]
    pub fn is_interface(self) -> bool {
        matches!(self.underlying().kind(), TypeKind::Interface(_))
    }

    /// Whether it is a string type.
    #[must_use]
    pub fn is_string(self) -> bool {
        self.underlying().as_basic().is_some_and(BasicKind::is_string)
    }

    /// `*T` for `T`.
    #[must_use]
    pub fn pointer_to(self) -> Type<'p> {
        self.with(TypeId::new(TypeKind::Pointer(self.id)))
    }

    /// Its type arguments, if it is an instance of a generic type.
    #[must_use]
    pub fn type_arguments(self) -> Vec<Type<'p>> {
        match self.id.unalias().kind() {
            TypeKind::Named { args, .. } => args.iter().map(|&id| self.with(id)).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether values of it implement an interface; false if that is none.
    #[must_use]
    pub fn implements(self, interface: Type<'p>) -> bool {
        interface.is_interface()
            && self.ask(|r| gossa_types::implements::implements(r, self.id, interface.id).is_ok())
    }

    /// Its method set, sorted by name: what can be called on a value of it, promoted methods
    /// included. `*T` has the methods of `T`, too.
    #[must_use]
    pub fn methods(self) -> Vec<MethodOf<'p>> {
        let program = self.program;
        let set = self.ask(|r| method_set(r, self.id));
        set.methods
            .iter()
            .map(|entry| {
                let func = match entry.found.selected {
                    Selected::Method { decl } => {
                        let args = match entry.found.holder.unalias().kind() {
                            TypeKind::Named { args, .. } => *args,
                            _ => TypeList::EMPTY,
                        };
                        program.data().find(FuncId::new(FuncKey::Decl { decl, args }))
                    }
                    _ => None,
                };
                MethodOf {
                    name: entry.name.as_str(),
                    signature: self.with(entry.found.ty),
                    func: func.map(|index| Func { program, index }),
                    is_promoted: !entry.found.path.is_empty(),
                }
            })
            .collect()
    }

    /// The method of its method set that has a name.
    #[must_use]
    pub fn method(self, name: &str) -> Option<MethodOf<'p>> {
        self.methods().into_iter().find(|method| method.name == name)
    }

    /// The fields of a struct type, of a pointer to one those that it points to; empty for others.
    #[must_use]
    pub fn fields(self) -> Vec<Field<'p>> {
        let of = self.pointee().unwrap_or(self);
        match of.kind() {
            Kind::Struct(fields) => fields,
            _ => Vec::new(),
        }
    }

    /// How many fields a struct type has; cheaper than [`Type::fields`].
    #[must_use]
    pub fn field_count(self) -> usize {
        self.ask(|r| struct_fields(r, self.id).map_or(0, <[_]>::len))
    }

    /// The size of a value in bytes on the platform that the program is analysed for.
    #[must_use]
    pub fn size(self) -> Option<u64> {
        let size = self.ask(|r| gossa_types::sizes::Sizes::new(r).size(self.id));
        size.and_then(|size| u64::try_from(size).ok())
    }

    /// The doc comment of a type that is declared at package level. Reads the files of its package.
    #[must_use]
    pub fn doc(self) -> Option<String> {
        let TypeKind::Named { decl, .. } = self.id.unalias().kind() else { return None };
        let (context, start) = gossa_db::type_context(&self.program.data().db(), *decl)?;
        let above = context.comments_above(start);
        let comments: Vec<Comment> =
            above.iter().map(|&range| Comment::of(&context, range)).collect();
        documentation(&comments)
    }
}
