//! Types of C, and what declarations say about them.

use std::rc::Rc;

/// A type of C.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// `void`
    Void,
    /// `_Bool`
    Bool,
    /// An integer type.
    Int(Int),
    /// A floating-point type.
    Float(Float),
    /// A complex type, by the type of its parts.
    Complex(Float),
    /// A pointer.
    Pointer(Rc<Type>),
    /// An array.
    Array(Rc<Type>, Length),
    /// A function.
    Function(Rc<Function>),
    /// A struct or union, by its key: `struct_x`, `union_x`; see [`Record`].
    Record(Rc<str>),
    /// An enumeration, by its tag.
    Enum(Rc<str>),
    /// A name given by `typedef`.
    Typedef(Rc<str>),
    /// Not understood.
    Unknown,
}

/// An integer type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "names of types of C")]
pub enum Int {
    Char,
    SChar,
    UChar,
    Short,
    UShort,
    Int,
    UInt,
    Long,
    ULong,
    LongLong,
    ULongLong,
    Int128,
    UInt128,
}

/// A floating-point type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "names of types of C")]
pub enum Float {
    Float,
    Double,
    LongDouble,
}

/// Length of an array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Length {
    /// As many elements.
    Known(u64),
    /// `[]`
    Open,
    /// An expression that is not understood.
    Unknown,
}

/// A function type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// Types of parameters, arrays and functions as they are written.
    pub params: Vec<Type>,
    /// Whether `...` follows.
    pub variadic: bool,
    /// Type of the result.
    pub result: Type,
}

/// A struct or union.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Whether it is a union.
    pub is_union: bool,
    /// Its members.
    pub fields: Vec<Field>,
    /// The largest alignment that a member has: 1 for a packed one.
    pub pack: Option<u64>,
    /// An alignment that is asked for.
    pub align: Option<u64>,
}

/// A member of a struct or union.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// `None` for an anonymous struct or union, and for padding bits.
    pub name: Option<Rc<str>>,
    /// Its type.
    pub ty: Type,
    /// Width of a bit field.
    pub bits: Option<u64>,
    /// An alignment that is asked for.
    pub align: Option<u64>,
    /// Whether the member itself is packed.
    pub packed: bool,
}

/// A constant value.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Of an integer type.
    Int(i128),
    /// Of a floating-point type.
    Float(f64),
    /// A string literal's bytes, the closing zero left out.
    String(Vec<u8>),
}

impl Int {
    /// Whether values cannot be negative; of plain `char` that depends on the platform.
    #[must_use]
    pub fn is_unsigned(self) -> bool {
        matches!(
            self,
            Self::UChar | Self::UShort | Self::UInt | Self::ULong | Self::ULongLong | Self::UInt128
        )
    }

    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Char | Self::SChar | Self::UChar => 1,
            Self::Short | Self::UShort => 2,
            Self::Int | Self::UInt => 3,
            Self::Long | Self::ULong => 4,
            Self::LongLong | Self::ULongLong => 5,
            Self::Int128 | Self::UInt128 => 6,
        }
    }

    pub(crate) fn unsigned(self) -> Self {
        match self {
            Self::Char | Self::SChar | Self::UChar => Self::UChar,
            Self::Short | Self::UShort => Self::UShort,
            Self::Int | Self::UInt => Self::UInt,
            Self::Long | Self::ULong => Self::ULong,
            Self::LongLong | Self::ULongLong => Self::ULongLong,
            Self::Int128 | Self::UInt128 => Self::UInt128,
        }
    }
}

/// The type that a list of words such as `unsigned long int` names.
pub(crate) fn basic(words: &[&str]) -> Option<Type> {
    let count = |word: &str| words.iter().filter(|found| **found == word).count();
    let has = |word: &str| count(word) > 0;
    let unsigned = has("unsigned");
    let int = |signed: Int| Type::Int(if unsigned { signed.unsigned() } else { signed });
    Some(if has("void") {
        Type::Void
    } else if has("_Bool") {
        Type::Bool
    } else if has("char") {
        match (unsigned, has("signed")) {
            (true, _) => Type::Int(Int::UChar),
            (_, true) => Type::Int(Int::SChar),
            _ => Type::Int(Int::Char),
        }
    } else if has("float") {
        Type::Float(Float::Float)
    } else if has("double") {
        Type::Float(if has("long") { Float::LongDouble } else { Float::Double })
    } else if has("short") {
        int(Int::Short)
    } else if has("__int128") {
        int(Int::Int128)
    } else {
        match count("long") {
            0 if has("int") || unsigned || has("signed") => int(Int::Int),
            0 => return None,
            1 => int(Int::Long),
            _ => int(Int::LongLong),
        }
    })
}
