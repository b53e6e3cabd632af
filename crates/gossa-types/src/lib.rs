//! Types, constants and the type checker for Go.
//!
//! Third in the pipeline: trees in, [`PackageDecls`] and [`BodyTypes`] out. Knows neither salsa
//! nor files; imports are asked of a [`TypeEnv`]. Read in this order: [`ids`], [`ty`], [`object`],
//! [`info`], [`decls`], [`mod@env`]. The relations between types ([`underlying`], [`identical`],
//! [`lookup`], [`implements`], [`assignable`], [`infer`], ...) are plain functions that ask a
//! [`Resolver`] what declarations mean; the checker ([`check`]) and lowering share them.

pub mod assignable;
pub mod cgo;
pub mod check;
pub mod constant;
pub mod decls;
pub mod env;
pub mod identical;
pub mod ids;
pub mod implements;
pub mod infer;
pub mod info;
pub mod lookup;
pub mod normal;
pub mod object;
pub mod order;
pub mod predicates;
pub mod print;
pub mod resolver;
pub mod sizes;
pub mod subst;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod ty;
pub mod underlying;
pub mod unify;
pub mod universe;

pub use decls::{
    BodyTypes, ConstDecl, DeclSource, FuncDecl, Initializer, Instantiation, ItemTree, Linkname,
    Note, NoteKind, PackageDecls, Part, Receiver, ShownPlace, StaticDecl, TypeError, VarDecl,
    node_span,
};
pub use env::{Target, TypeEnv};
pub use gossa_syntax::ast::ChanDir;
pub use ids::{DeclId, DeclKey, PackageId, TypeParamId, TypeParamKey};
pub use info::{
    Bound, ExprType, Local, LocalDecls, LocalKind, Mode, Selected, Selection, SelectionKind,
    TreeTypes, TypeDecl,
};
pub use object::{Builtin, LocalId, Object};
pub use resolver::{EnvResolver, MethodInfo, Resolver};
pub use ty::{
    BasicKind, FieldType, InterfaceMethod, InterfaceType, Param, SignatureType, TypeFlags, TypeId,
    TypeKind, TypeList, UnionTerm,
};
