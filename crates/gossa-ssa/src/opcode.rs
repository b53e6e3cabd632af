//! The words of the textual form: one mnemonic per instruction, and the names of its variants.
//!
//! Printer, reader and statistics share these tables, so that they cannot disagree.

use crate::inst::{AllocKind, BinaryOp, ConvertKind, Fact, Inst, UnaryOp, UnsafeOp};

/// Declares for an enum without fields its words, in both directions.
macro_rules! words {
    ($(#[$meta:meta])* $ty:ident { $($variant:ident = $word:literal,)* }) => {
        impl $ty {
            /// All variants with the word of each.
            pub const WORDS: &[(Self, &str)] = &[$((Self::$variant, $word),)*];

            $(#[$meta])*
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The variant with this word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// The mnemonic.
    UnaryOp {
        Neg = "neg",
        Not = "not",
        Complement = "complement",
    }
}
words! {
    /// The mnemonic.
    BinaryOp {
        Add = "add",
        Sub = "sub",
        Mul = "mul",
        Div = "div",
        Rem = "rem",
        And = "and",
        Or = "or",
        Xor = "xor",
        AndNot = "andnot",
        Shl = "shl",
        Shr = "shr",
        Equal = "eq",
        NotEqual = "ne",
        Less = "lt",
        LessEqual = "le",
        Greater = "gt",
        GreaterEqual = "ge",
    }
}
words! {
    /// The word after `convert`.
    ConvertKind {
        ChangeType = "type",
        Numeric = "numeric",
        IntToString = "int-to-string",
        BytesToString = "bytes-to-string",
        RunesToString = "runes-to-string",
        StringToBytes = "string-to-bytes",
        StringToRunes = "string-to-runes",
        SliceToArray = "slice-to-array",
        SliceToArrayPointer = "slice-to-array-pointer",
        PointerToUnsafe = "pointer-to-unsafe",
        UnsafeToPointer = "unsafe-to-pointer",
        UnsafeToUintptr = "unsafe-to-uintptr",
        UintptrToUnsafe = "uintptr-to-unsafe",
    }
}
words! {
    /// The word after `unsafe`.
    UnsafeOp {
        Add = "add",
        Slice = "slice",
        SliceData = "slicedata",
        String = "string",
        StringData = "stringdata",
    }
}
words! {
    /// The word after `narrow`.
    Fact {
        Nil = "nil",
        NotNil = "notnil",
        Ok = "ok",
        NotOk = "notok",
    }
}
words! {
    /// The word after `alloc`.
    AllocKind {
        Variable = "variable",
        New = "new",
        Temporary = "temporary",
    }
}

/// All mnemonics: what an instruction's line starts with, after its results.
pub const MNEMONICS: &[&str] = &[
    "const",
    "zero",
    "func",
    "global",
    "table",
    "alloc",
    "load",
    "store",
    "fieldaddr",
    "indexaddr",
    "field",
    "index",
    "struct",
    "array",
    "withfield",
    "withindex",
    "neg",
    "not",
    "complement",
    "add",
    "sub",
    "mul",
    "div",
    "rem",
    "and",
    "or",
    "xor",
    "andnot",
    "shl",
    "shr",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "convert",
    "narrow",
    "unsafe",
    "makeinterface",
    "changeinterface",
    "typeassert",
    "closure",
    "methodvalue",
    "methodexpr",
    "call",
    "go",
    "defer",
    "deferstack",
    "rundefers",
    "recover",
    "makeslice",
    "makemap",
    "makechan",
    "slice",
    "maplookup",
    "mapupdate",
    "range",
    "next",
    "builtin",
    "send",
    "receive",
    "hole",
    "jump",
    "branch",
    "return",
    "panic",
    "select",
    "unwind",
    "unreachable",
];

impl Inst {
    /// The mnemonic: one of [`MNEMONICS`].
    #[must_use]
    pub const fn mnemonic(&self) -> &'static str {
        match self {
            Self::Const(_) => "const",
            Self::Zero => "zero",
            Self::Func(_) => "func",
            Self::Global(_) => "global",
            Self::Table(_) => "table",
            Self::Alloc(_) => "alloc",
            Self::Load(_) => "load",
            Self::Store { .. } => "store",
            Self::FieldAddr { .. } => "fieldaddr",
            Self::IndexAddr { .. } => "indexaddr",
            Self::Field { .. } => "field",
            Self::Index { .. } => "index",
            Self::Struct(_) => "struct",
            Self::Array(_) => "array",
            Self::WithField { .. } => "withfield",
            Self::WithIndex { .. } => "withindex",
            Self::Unary { op, .. } => op.word(),
            Self::Binary { op, .. } => op.word(),
            Self::Convert { .. } => "convert",
            Self::Narrow { .. } => "narrow",
            Self::Unsafe { .. } => "unsafe",
            Self::MakeInterface(_) => "makeinterface",
            Self::ChangeInterface(_) => "changeinterface",
            Self::TypeAssert { .. } => "typeassert",
            Self::Closure { .. } => "closure",
            Self::MethodValue { .. } => "methodvalue",
            Self::MethodExpr(_) => "methodexpr",
            Self::Call(_) => "call",
            Self::Go(_) => "go",
            Self::Defer { .. } => "defer",
            Self::DeferStack => "deferstack",
            Self::RunDefers => "rundefers",
            Self::Recover => "recover",
            Self::MakeSlice { .. } => "makeslice",
            Self::MakeMap(_) => "makemap",
            Self::MakeChan(_) => "makechan",
            Self::Slice { .. } => "slice",
            Self::MapLookup { .. } => "maplookup",
            Self::MapUpdate { .. } => "mapupdate",
            Self::Range(_) => "range",
            Self::Next(_) => "next",
            Self::Builtin { .. } => "builtin",
            Self::Send { .. } => "send",
            Self::Receive { .. } => "receive",
            Self::Hole => "hole",
            Self::Jump(_) => "jump",
            Self::Branch { .. } => "branch",
            Self::Return(_) => "return",
            Self::Panic(_) => "panic",
            Self::Select(_) => "select",
            Self::Unwind { .. } => "unwind",
            Self::Unreachable => "unreachable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_apart_and_read_back() {
        let mut sorted = MNEMONICS.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), MNEMONICS.len());
        for &(op, word) in BinaryOp::WORDS {
            assert_eq!(BinaryOp::from_word(word), Some(op));
            assert!(MNEMONICS.contains(&word));
        }
        for &(op, word) in UnaryOp::WORDS {
            assert_eq!(UnaryOp::from_word(word), Some(op));
            assert!(MNEMONICS.contains(&word));
        }
        for &(kind, word) in ConvertKind::WORDS {
            assert_eq!(ConvertKind::from_word(word), Some(kind));
        }
    }
}
