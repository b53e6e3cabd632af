//! What identifiers denote.

use crate::ids::{DeclId, PackageId, TypeParamId};
use gossa_base::entity;
use gossa_syntax::ExprId;

entity! {
    /// A local variable of one body (or of one initialiser): receiver, parameters, named and
    /// unnamed results, declared variables, those of nested function literals too; dense from 0
    /// in the order of declaration.
    pub struct LocalId = "l";
}

/// What an identifier denotes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Object {
    /// An imported package.
    Package(PackageId),
    /// A package-level constant.
    Const(DeclId),
    /// A constant declared in a function, by the declaring identifier in the same tree; its value
    /// is recorded at each use.
    LocalConst(ExprId),
    /// A type, package-level, local, or predeclared.
    TypeName(DeclId),
    /// A predeclared basic type.
    BasicType(crate::BasicKind),
    /// A type parameter.
    TypeParam(TypeParamId),
    /// A package-level variable.
    Var(DeclId),
    /// A local variable.
    Local(LocalId),
    /// A function or method declaration.
    Func(DeclId),
    /// A struct field, as the key of a composite literal or as a selected name.
    Field,
    /// A method of an interface, as a selected name.
    InterfaceMethod,
    /// A built-in function.
    Builtin(Builtin),
    /// `nil`
    Nil,
    /// A label, by the declaring identifier in the same tree.
    Label(ExprId),
    /// A name of the pseudo-package `C`.
    C,
}

/// The built-in functions, those of package `unsafe` included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum Builtin {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    /// `unsafe.Add`
    UnsafeAdd,
    /// `unsafe.Alignof`
    UnsafeAlignof,
    /// `unsafe.Offsetof`
    UnsafeOffsetof,
    /// `unsafe.Sizeof`
    UnsafeSizeof,
    /// `unsafe.Slice`
    UnsafeSlice,
    /// `unsafe.SliceData`
    UnsafeSliceData,
    /// `unsafe.String`
    UnsafeString,
    /// `unsafe.StringData`
    UnsafeStringData,
}

impl Builtin {
    /// All of them with their names, `unsafe`'s without the qualifier.
    pub const ALL: [(Self, &'static str); 26] = [
        (Self::Append, "append"),
        (Self::Cap, "cap"),
        (Self::Clear, "clear"),
        (Self::Close, "close"),
        (Self::Complex, "complex"),
        (Self::Copy, "copy"),
        (Self::Delete, "delete"),
        (Self::Imag, "imag"),
        (Self::Len, "len"),
        (Self::Make, "make"),
        (Self::Max, "max"),
        (Self::Min, "min"),
        (Self::New, "new"),
        (Self::Panic, "panic"),
        (Self::Print, "print"),
        (Self::Println, "println"),
        (Self::Real, "real"),
        (Self::Recover, "recover"),
        (Self::UnsafeAdd, "Add"),
        (Self::UnsafeAlignof, "Alignof"),
        (Self::UnsafeOffsetof, "Offsetof"),
        (Self::UnsafeSizeof, "Sizeof"),
        (Self::UnsafeSlice, "Slice"),
        (Self::UnsafeSliceData, "SliceData"),
        (Self::UnsafeString, "String"),
        (Self::UnsafeStringData, "StringData"),
    ];

    /// Whether it belongs to package `unsafe`.
    #[must_use]
    pub const fn is_unsafe(self) -> bool {
        self as u8 >= Self::UnsafeAdd as u8
    }

    /// Its name, without a qualifier.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}
