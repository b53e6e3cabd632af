//! Names of C that files of a package define differently.
//!
//! cgo declares each name once. It compares what the files use, and what that leads to by typedefs.
//! It is generous with functions, of which it compares the sizes of parameters and results only,
//! and with types, of which it compares the size, but not with what stands in the text of a macro.
//! Of definitions that are close enough the first counts in all files, of literals the last.

use super::Known;
use super::convert::{Converter, Shared};
use crate::ty::{BasicKind, TypeId};
use gossa_base::{FxHashMap, Name};
use gossa_cgo::{Entity, Found, Origin, Preamble, Type, Value, is_anonymous};
use std::collections::BTreeSet;

/// What a file defines a name as.
struct Definition {
    kind: Kind,
    /// The replacement of the macro that the name is.
    text: Option<String>,
    file: usize,
    /// Whether a text of the package says so, rather than the table of the C library.
    own: bool,
    /// Whether another file has a different one.
    disputed: bool,
}

enum Kind {
    /// A macro that is a literal, and as such has no type in C.
    Literal,
    Constant(Value, Shape),
    Type(Shape),
    Variable(Shape),
    Expression(Shape),
    Function(Vec<Shape>, Option<Shape>),
}

/// What cgo compares of a type.
struct Shape {
    ty: Type,
    /// Size, and alignment in Go; `None` for one that is incomplete or not understood.
    layout: Option<(u64, u64)>,
    /// The enumerators of an enumeration.
    values: Vec<(std::rc::Rc<str>, i128)>,
}

/// The definitions of all files so far.
#[derive(Default)]
pub(super) struct Definitions {
    first: FxHashMap<Name, Definition>,
    conflicts: BTreeSet<(usize, &'static str)>,
}

impl Definitions {
    /// Adds what a file defines a name as.
    pub(super) fn add(
        &mut self,
        (file, name): (usize, Name),
        c: &Preamble,
        shared: &mut Shared,
        found: &Found,
    ) {
        if HAS_CGO_NAME.contains(&name.as_str()) {
            return;
        }
        let text = c.definition(name.as_str());
        let mut shape = |ty: &Type| Shape::new(&mut Converter { c, shared }, ty);
        let kind = match &found.entity {
            Entity::Type(ty) => Kind::Type(shape(ty)),
            Entity::Variable(ty) => Kind::Variable(shape(ty)),
            Entity::Expression(ty) => Kind::Expression(shape(ty)),
            Entity::Constant(value, ty) => {
                if text.as_deref().is_some_and(is_literal) {
                    Kind::Literal
                } else {
                    Kind::Constant(value.clone(), shape(ty))
                }
            }
            Entity::Character(_) => Kind::Literal,
            Entity::Function(function) => {
                let result = match c.resolve(&function.result) {
                    Some(Type::Void) => None,
                    _ => Some(shape(&function.result)),
                };
                let params = function.params.iter().map(|param| shape(&passed_as(c, param)));
                Kind::Function(params.collect(), result)
            }
            Entity::Unknown | Entity::Undeclared => return,
        };
        let new =
            Definition { kind, text, file, own: found.origin == Origin::Own, disputed: false };
        match self.first.get_mut(&name) {
            None => {
                self.first.insert(name, new);
            }
            Some(old) if old.is_vague() => *old = new,
            Some(old) => {
                // Of headers that are not read the table may not have all.
                let is_certain = old.own && new.own && !new.is_vague();
                if is_certain && !old.agrees(&new) {
                    old.disputed = true;
                    self.conflicts.insert((file, name.as_str()));
                }
            }
        }
    }

    /// Gives functions and constants the definition that counts.
    pub(super) fn settle(&self, files: &mut [FxHashMap<Name, Known>]) {
        #[expect(clippy::iter_over_hash_type, reason = "each name is on its own")]
        for (name, definition) in &self.first {
            if definition.disputed {
                continue;
            }
            let Some(known) = files[definition.file].get(name).cloned() else { continue };
            for names in &mut *files {
                if let Some(other) = names.get_mut(name)
                    && is_declared_as(other, &known)
                {
                    other.clone_from(&known);
                }
            }
        }
    }

    /// The names, each with the file that differs from those before it.
    pub(super) fn conflicts(self) -> Box<[(usize, Name)]> {
        self.conflicts.into_iter().map(|(file, name)| (file, Name::new(name))).collect()
    }
}

/// Names that cgo has for types of C of several words: files may define them as they like.
const HAS_CGO_NAME: [&str; 9] = [
    "schar",
    "uchar",
    "ushort",
    "uint",
    "ulong",
    "longlong",
    "ulonglong",
    "complexfloat",
    "complexdouble",
];

impl Definition {
    /// Whether another definition, whatever it is, takes its place.
    fn is_vague(&self) -> bool {
        match &self.kind {
            Kind::Literal => true,
            Kind::Type(shape) => shape.layout.is_none(),
            _ => false,
        }
    }

    fn agrees(&self, other: &Self) -> bool {
        if self.text != other.text {
            return false;
        }
        match (&self.kind, &other.kind) {
            (Kind::Constant(a, x), Kind::Constant(b, y)) => a == b && x.agrees(y),
            (Kind::Type(a), Kind::Type(b))
            | (Kind::Variable(a), Kind::Variable(b))
            | (Kind::Expression(a), Kind::Expression(b)) => a.agrees(b),
            (Kind::Function(a, x), Kind::Function(b, y)) => {
                let equal = |same: fn(&Shape, &Shape) -> bool| {
                    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
                };
                match (x, y) {
                    (Some(x), Some(y)) => x.has_layout_of(y) && equal(Shape::has_layout_of),
                    // Without a result the sizes are not enough.
                    (None, None) => equal(Shape::agrees),
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

impl Shape {
    fn new(converter: &mut Converter<'_>, ty: &Type) -> Self {
        // Alignments of structs are known once they are converted.
        converter.go_type(ty);
        let size = converter.c.layout(ty).map(|(size, _)| size);
        let layout = size.map(|size| (size, converter.go_align(ty)));
        let values = match ty {
            Type::Enum(tag) => {
                let mut values =
                    converter.c.enumeration(tag).map_or(Vec::new(), |found| found.values.clone());
                values.sort();
                values
            }
            _ => Vec::new(),
        };
        Self { ty: ty.clone(), layout, values }
    }

    fn has_layout_of(&self, other: &Self) -> bool {
        match (self.layout, other.layout) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    }

    fn agrees(&self, other: &Self) -> bool {
        self.has_layout_of(other) && self.values == other.values && agree(&self.ty, &other.ty)
    }
}

/// Whether two types are the same by their names.
fn agree(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Unknown, _) | (_, Type::Unknown) => true,
        (Type::Pointer(a), Type::Pointer(b)) => agree(a, b),
        (Type::Array(x, a), Type::Array(y, b)) => a == b && agree(x, y),
        // cgo does not look into them.
        (Type::Function(_), Type::Function(_)) => true,
        (Type::Enum(a), Type::Enum(b)) => a == b || is_anonymous(a) && is_anonymous(b),
        (Type::Record(a), Type::Record(b)) => {
            // cgo numbers structs without a tag, in all files on.
            a == b && !a.split_once('_').is_some_and(|(_, tag)| is_anonymous(tag))
        }
        _ => a == b,
    }
}

/// Whether the declaration that cgo makes of one is that of the other.
fn is_declared_as(a: &Known, b: &Known) -> bool {
    match (a, b) {
        (Known::Func(_), Known::Func(_)) => true,
        (Known::Constant(a, _), Known::Constant(b, _)) => {
            // The text of a character is that of an integer.
            let kind = |ty: TypeId| match ty.as_basic() {
                Some(BasicKind::UntypedRune) => Some(BasicKind::UntypedInt),
                kind => kind,
            };
            kind(*a) == kind(*b)
        }
        _ => false,
    }
}

/// The type that a parameter is passed as.
fn passed_as(c: &Preamble, ty: &Type) -> Type {
    match c.resolve(ty) {
        Some(Type::Array(elem, _)) => Type::Pointer(std::rc::Rc::clone(elem)),
        Some(function @ Type::Function(_)) => Type::Pointer(std::rc::Rc::new(function.clone())),
        Some(Type::Pointer(to)) if c.resolve(to) != Some(&Type::Void) => {
            Type::Pointer(std::rc::Rc::clone(to))
        }
        _ => ty.clone(),
    }
}

/// Whether cgo takes the text of a macro for a literal without asking the C compiler.
fn is_literal(text: &str) -> bool {
    if text.starts_with('"') {
        return text.len() > 1 && text.ends_with('"') && !text.contains("\" \"");
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    u64::from_str_radix(digits, radix).is_ok_and(|value| i64::try_from(value).is_ok())
}
