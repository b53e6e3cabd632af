//! Calls that no call instruction makes: what the runtime, code in assembly, and reflection call.
//!
//! Most of it follows from the source of the standard library. What does not is told here: which
//! functions get functions that are called behind the scenes, which functions of package reflect
//! make values or call methods, and the dynamic types of the panics that the runtime raises.

use crate::program::{FuncIndex, Program};
use gossa_base::Name;
use gossa_ssa::{FuncId, FuncKey};
use gossa_types::{DeclId, PackageId, TypeId, TypeKind, TypeList};

/// What a function does that its body does not show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hidden {
    /// `runtime.SetFinalizer`: the functions in its second argument run with its first.
    Finalizer,
    /// `runtime.AddCleanup`: its second argument is called with its third.
    Cleanup,
    /// Its first argument's dynamic types become known to reflection.
    Reflects,
    /// Its result is a value that reflection knows.
    Reflected,
    /// Functions and methods that reflection knows are called here.
    ReflectCall,
    /// Methods can be found by reflection.
    ReflectMethod,
    /// Reflection writes variables.
    ReflectSet,
    /// Its type arguments become known to reflection.
    TypeFor,
    /// Function values are made that lead to `reflect.callReflect`.
    MakeFunc,
}

/// Packages whose unsafe conversions are not followed; [`hidden`] says what they come to.
pub(crate) fn is_opaque(package: PackageId) -> bool {
    let path = package.path();
    matches!(path, "runtime" | "reflect" | "internal/reflectlite" | "internal/abi")
        || path.starts_with("internal/runtime/")
}

/// What a function does that its body does not show.
pub(super) fn hidden(func: FuncId) -> Option<Hidden> {
    let FuncKey::Decl { decl, .. } = *func.key() else { return None };
    let package = decl.package().path();
    if !matches!(package, "runtime" | "reflect" | "internal/reflectlite") {
        return None;
    }
    let receiver = decl.parent().map_or("", |parent| parent.name().as_str());
    Some(match (package, receiver, decl.name().as_str()) {
        ("runtime", "", "SetFinalizer") => Hidden::Finalizer,
        ("runtime", "", "AddCleanup") => Hidden::Cleanup,
        ("runtime", ..) => return None,
        (_, "", "ValueOf" | "TypeOf") => Hidden::Reflects,
        (_, "", "packEface" | "valueInterface" | "TypeAssert") => Hidden::Reflected,
        (_, "Value", "call") => Hidden::ReflectCall,
        (_, "Value", "Method" | "MethodByName") => Hidden::ReflectMethod,
        (_, "rtype", "Method" | "MethodByName") => Hidden::ReflectMethod,
        (
            _,
            "Value",
            "Set" | "SetMapIndex" | "SetIterKey" | "SetIterValue" | "Send" | "TrySend",
        )
        | (_, "", "Append" | "AppendSlice" | "Copy" | "Swapper") => Hidden::ReflectSet,
        ("reflect", "", "TypeFor") => Hidden::TypeFor,
        (_, "", "MakeFunc") => Hidden::MakeFunc,
        _ => return None,
    })
}

/// The function that function values made by reflection lead to.
pub(crate) fn call_reflect(program: &Program<'_>) -> FuncIndex {
    let decl = DeclId::top_level(PackageId::new("reflect"), Name::new("callReflect"));
    program.index_of(FuncId::declared(decl))
}

/// The function that method values made by reflection lead to.
pub(crate) fn call_method(program: &Program<'_>) -> FuncIndex {
    let decl = DeclId::top_level(PackageId::new("reflect"), Name::new("callMethod"));
    program.index_of(FuncId::declared(decl))
}

/// Packages that panic on behalf of instructions which are no calls.
const PANICKING: &[&str] = &["runtime", "internal/runtime/maps"];

/// The dynamic types of the panics that the runtime itself raises: types of its packages that are
/// `runtime.Error`s; sorted by package and name.
pub(crate) fn panic_types(program: &Program<'_>) -> Vec<TypeId> {
    let mut found = Vec::new();
    for package in PANICKING {
        let Some(decls) = program.env().package(PackageId::new(package)) else { continue };
        let mut types: Vec<DeclId> = decls.types.keys().copied().collect();
        types.sort_by_key(|decl| decl.name().as_str());
        for decl in types {
            let ty = TypeId::named(decl, TypeList::EMPTY);
            if decls.types[&decl].alias || program.is_interface(ty) {
                continue;
            }
            let is_error = |ty: TypeId| {
                let methods = program.method_signatures(ty);
                methods.iter().any(|(method, _)| method.name.as_str() == "RuntimeError")
            };
            // By value where that has the method.
            if is_error(ty) {
                found.push(program.normal(ty));
            } else if is_error(TypeId::pointer(ty)) {
                found.push(program.normal(TypeId::pointer(ty)));
            }
        }
    }
    found
}

/// Calls `visit` for the types of values that reflection gets at from a value of type `ty`: what
/// it points to, its elements, exported fields and those of embedded structs, parameters and
/// results, and pointers to named types. Normal types in, any out.
pub(super) fn for_each_derived(program: &Program<'_>, ty: TypeId, mut visit: impl FnMut(TypeId)) {
    if matches!(ty.unalias().kind(), TypeKind::Named { .. }) {
        visit(TypeId::pointer(ty));
    }
    match program.under(ty).kind() {
        TypeKind::Pointer(elem)
        | TypeKind::Slice(elem)
        | TypeKind::Array { elem, .. }
        | TypeKind::Chan { elem, .. } => visit(*elem),
        TypeKind::Map { key, value } => {
            visit(*key);
            visit(*value);
        }
        TypeKind::Struct(fields) => {
            for field in fields {
                if field.package.is_none() || field.embedded {
                    visit(field.ty);
                }
            }
        }
        TypeKind::Signature(signature) => {
            signature.params.iter().chain(&signature.results).for_each(|param| visit(param.ty));
        }
        _ => {}
    }
}

/// Whether reflection can call a method: whether its name is exported.
pub(crate) fn is_callable(method: &crate::program::MethodName) -> bool {
    method.package.is_none()
}
