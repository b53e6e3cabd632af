//! The universe block: predeclared types, constants, functions, `nil`.

use crate::constant::Value;
use crate::decls::{DeclSource, FuncDecl, Receiver};
use crate::ids::{DeclId, PackageId};
use crate::info::TypeDecl;
use crate::object::{Builtin, Object};
use crate::ty::{
    BasicKind, InterfaceMethod, InterfaceType, Param, SignatureType, TypeId, TypeKind, TypeList,
};
use gossa_base::{FxHashMap, Name};
use std::sync::{Arc, LazyLock};

/// The universe block, made once.
pub struct Universe {
    /// All predeclared names.
    pub scope: FxHashMap<Name, Object>,
    /// Declaration of `error`.
    pub error: DeclId,
    /// Declaration of the alias `any`.
    pub any: DeclId,
    /// Declaration of `comparable`.
    pub comparable: DeclId,
    /// Method `Error` of `error`.
    pub error_method: DeclId,
    /// The type `error`.
    pub error_type: TypeId,
    /// The type `any`, an alias of the empty interface.
    pub any_type: TypeId,
    /// The type `comparable`: its type set is all comparable types, which no structure can say;
    /// type-set computation knows it by this id. Its underlying type is `interface{comparable}`.
    pub comparable_type: TypeId,
    types: FxHashMap<DeclId, TypeDecl>,
    funcs: FxHashMap<DeclId, FuncDecl>,
}

static UNIVERSE: LazyLock<Universe> = LazyLock::new(Universe::build);

/// The universe block.
#[must_use]
pub fn universe() -> &'static Universe {
    &UNIVERSE
}

/// A predeclared defined type or alias.
#[must_use]
pub fn type_decl(decl: DeclId) -> Option<&'static TypeDecl> {
    universe().types.get(&decl)
}

/// A predeclared method (`error.Error`).
#[must_use]
pub fn func_decl(decl: DeclId) -> Option<&'static FuncDecl> {
    universe().funcs.get(&decl)
}

/// The value of a predeclared constant: `true`, `false`; `iota` is the checker's.
#[must_use]
pub fn constant(decl: DeclId) -> Option<Value> {
    match decl.name().as_str() {
        "true" => Some(Value::from_bool(true)),
        "false" => Some(Value::from_bool(false)),
        _ => None,
    }
}

impl Universe {
    fn build() -> Self {
        let package = PackageId::universe();
        let decl = |name: &str| DeclId::top_level(package, Name::new(name));
        let (error, any, comparable) = (decl("error"), decl("any"), decl("comparable"));
        let empty = TypeId::empty_interface();
        let signature = TypeId::new(TypeKind::Signature(SignatureType {
            type_params: Box::default(),
            params: Box::default(),
            results: Box::new([Param { name: None, ty: TypeId::basic(BasicKind::String) }]),
            variadic: false,
        }));
        let error_interface = TypeId::new(TypeKind::Interface(InterfaceType {
            methods: Box::new([InterfaceMethod {
                name: Name::new("Error"),
                package: None,
                signature,
            }]),
            embeds: Box::default(),
            implicit: false,
        }));
        let error_type = TypeId::named(error, TypeList::EMPTY);
        let comparable_type = TypeId::named(comparable, TypeList::EMPTY);
        // It embeds itself: no other structure says what its type set is.
        let comparable_interface = TypeId::new(TypeKind::Interface(InterfaceType {
            methods: Box::default(),
            embeds: Box::new([comparable_type]),
            implicit: false,
        }));
        let any_type =
            TypeId::new(TypeKind::Alias { decl: any, args: TypeList::EMPTY, actual: empty });
        let error_method = DeclId::method(error, Name::new("Error"));

        let declared = |underlying: TypeId, alias: bool| TypeDecl {
            type_params: Arc::from([]),
            outer_params: 0,
            underlying,
            alias,
            methods: Arc::from([]),
        };
        let mut types = FxHashMap::default();
        types.insert(error, declared(error_interface, false));
        types.insert(any, declared(empty, true));
        types.insert(comparable, declared(comparable_interface, false));
        let mut funcs = FxHashMap::default();
        funcs.insert(
            error_method,
            FuncDecl {
                signature,
                type_params: Arc::from([]),
                type_param_idents: Box::default(),
                receiver: Some(Receiver {
                    base: error,
                    pointer: false,
                    type_params: 0,
                    name: None,
                    ty: error_type,
                }),
                has_body: false,
                source: DeclSource { file: 0, decl: 0 },
            },
        );

        let mut scope = FxHashMap::default();
        for kind in BasicKind::ALL {
            let predeclared = !kind.is_untyped()
                && !matches!(kind, BasicKind::Invalid | BasicKind::UnsafePointer);
            if predeclared {
                scope.insert(Name::new(kind.name()), Object::BasicType(kind));
            }
        }
        for object in [error, any, comparable] {
            scope.insert(object.name(), Object::TypeName(object));
        }
        for name in ["true", "false", "iota"] {
            scope.insert(Name::new(name), Object::Const(decl(name)));
        }
        scope.insert(Name::new("nil"), Object::Nil);
        for (builtin, name) in Builtin::ALL {
            if !builtin.is_unsafe() {
                scope.insert(Name::new(name), Object::Builtin(builtin));
            }
        }
        Self {
            scope,
            error,
            any,
            comparable,
            error_method,
            error_type,
            any_type,
            comparable_type,
            types,
            funcs,
        }
    }
}
