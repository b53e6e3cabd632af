//! Which functions a lowered one refers to, so that instances of generic ones can be lowered on
//! demand.

use crate::body::Lowered;
use crate::env::LowerEnv;
use crate::ids::{FuncId, FuncKey, MethodTarget};
use crate::inst::{Callee, Inst};
use gossa_base::FxHashSet;
use gossa_types::lookup::method_set;
use gossa_types::{EnvResolver, Selected, TypeId, TypeKind, TypeList};

/// Calls `visit` for each function that the bodies name: as static callees, as values, in method
/// values and method expressions. Closures are not visited, they are in `lowered` themselves. A
/// function may come several times.
pub fn for_each_callee(lowered: &Lowered, mut visit: impl FnMut(FuncId)) {
    for body in &lowered.bodies {
        for inst in &body.insts {
            if let Inst::Func(func) = *inst {
                visit(func);
            }
        }
        for call in &body.calls {
            if let Callee::Static(func) = call.callee {
                visit(func);
            }
        }
        for method in &body.methods {
            if let MethodTarget::Declared(func) = method.target {
                visit(func);
            }
        }
    }
}

/// Calls `visit` for each method of an instantiated generic type that can be called through an
/// interface because the bodies convert a value of the type (or of a type that embeds it) to an
/// interface. In the order of the conversions; a method may come several times.
pub fn for_each_converted_method(
    env: &dyn LowerEnv,
    lowered: &Lowered,
    mut visit: impl FnMut(FuncId),
) {
    let mut seen: FxHashSet<TypeId> = FxHashSet::default();
    let mut resolver = None;
    let mut convert = |ty: TypeId| {
        if !mentions_instance(ty) || !seen.insert(ty) {
            return;
        }
        let resolver = resolver.get_or_insert_with(|| EnvResolver::new(env, None));
        for method in &method_set(resolver, ty).methods {
            let Selected::Method { decl } = method.found.selected else { continue };
            let TypeKind::Named { args, .. } = method.found.holder.unalias().kind() else {
                continue;
            };
            let generic = resolver.func_decl(decl).is_some_and(|func| {
                let of_receiver = func.receiver.map_or(0, |receiver| receiver.type_params);
                func.type_params.len() == args.len() && of_receiver as usize == args.len()
            });
            if generic && *args != TypeList::EMPTY {
                visit(FuncId::new(FuncKey::Decl { decl, args: *args }));
            }
        }
    };
    for body in &lowered.bodies {
        for inst in &body.insts {
            if let Inst::MakeInterface(x) = *inst {
                convert(body[x].ty);
            }
        }
        for table in &body.tables {
            table.dynamic_types().iter().for_each(|&ty| convert(ty));
        }
    }
}

/// Whether methods of an instance can be in the method set of a type: it is one, or a struct (or
/// a defined type, whose fields are not looked at here) that may embed one.
fn mentions_instance(ty: TypeId) -> bool {
    match ty.unalias().kind() {
        TypeKind::Named { .. } | TypeKind::Struct(_) => true,
        TypeKind::Pointer(elem) => {
            matches!(elem.unalias().kind(), TypeKind::Named { .. } | TypeKind::Struct(_))
        }
        _ => false,
    }
}
