//! The types that generated programs use.

use std::rc::Rc;

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ty {
    Bool,
    String,
    /// An integer type, by its index in [`INTEGERS`].
    Int(usize),
    Float32,
    Float64,
    Complex64,
    Complex128,
    Any,
    Slice(Rc<Ty>),
    Array(usize, Rc<Ty>),
    Map(Rc<Ty>, Rc<Ty>),
    Pointer(Rc<Ty>),
    Func(Rc<Ty>, Rc<Ty>),
    /// A declared type, by its index among those of the program.
    Named(usize),
}

/// Names of the integer types.
pub(super) const INTEGERS: [&str; 11] = [
    "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
    "uintptr",
];

pub(super) const INT: Ty = Ty::Int(0);
pub(super) const INT32: Ty = Ty::Int(3);
pub(super) const BYTE: Ty = Ty::Int(6);

/// What a declared type is made of.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) underlying: Underlying,
    /// Whether its methods want a pointer.
    pub(super) pointer_methods: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Underlying {
    Plain(Ty),
    Struct(Vec<Field>),
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) embedded: bool,
}

impl Ty {
    pub(super) fn slice(of: &Ty) -> Ty {
        Ty::Slice(Rc::new(of.clone()))
    }

    pub(super) fn pointer(to: &Ty) -> Ty {
        Ty::Pointer(Rc::new(to.clone()))
    }
}

/// How a type is written, and what can be done with its values.
pub(super) fn text(ty: &Ty, named: &[Named]) -> String {
    let of = |ty: &Ty| text(ty, named);
    match ty {
        Ty::Bool => "bool".to_owned(),
        Ty::String => "string".to_owned(),
        Ty::Int(kind) => INTEGERS[*kind].to_owned(),
        Ty::Float32 => "float32".to_owned(),
        Ty::Float64 => "float64".to_owned(),
        Ty::Complex64 => "complex64".to_owned(),
        Ty::Complex128 => "complex128".to_owned(),
        Ty::Any => "any".to_owned(),
        Ty::Slice(element) => format!("[]{}", of(element)),
        Ty::Array(len, element) => format!("[{len}]{}", of(element)),
        Ty::Map(key, value) => format!("map[{}]{}", of(key), of(value)),
        Ty::Pointer(to) => format!("*{}", of(to)),
        Ty::Func(param, result) => format!("func({}) {}", of(param), of(result)),
        Ty::Named(index) => named[*index].name.clone(),
    }
}

/// Whether values can be compared without a panic.
pub(super) fn comparable(ty: &Ty, named: &[Named]) -> bool {
    match ty {
        Ty::Slice(_) | Ty::Map(..) | Ty::Func(..) | Ty::Any => false,
        Ty::Array(_, element) => comparable(element, named),
        Ty::Named(index) => match &named[*index].underlying {
            Underlying::Plain(ty) => comparable(ty, named),
            Underlying::Struct(fields) => fields.iter().all(|field| comparable(&field.ty, named)),
        },
        _ => true,
    }
}

/// Whether what `fmt` prints of a value is the same in every run.
pub(super) fn printable(ty: &Ty, named: &[Named]) -> bool {
    match ty {
        Ty::Pointer(_) | Ty::Func(..) => false,
        Ty::Slice(element) | Ty::Array(_, element) => printable(element, named),
        Ty::Map(key, value) => printable(key, named) && printable(value, named),
        Ty::Named(index) => match &named[*index].underlying {
            Underlying::Plain(ty) => printable(ty, named),
            Underlying::Struct(fields) => fields.iter().all(|field| printable(&field.ty, named)),
        },
        _ => true,
    }
}

/// The type behind a declared one that is no struct.
pub(super) fn plain<'t>(ty: &'t Ty, named: &'t [Named]) -> &'t Ty {
    match ty {
        Ty::Named(index) => match &named[*index].underlying {
            Underlying::Plain(ty) => plain(ty, named),
            Underlying::Struct(_) => ty,
        },
        _ => ty,
    }
}
