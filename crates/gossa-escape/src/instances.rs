//! Which instances of generic functions a package needs.
//!
//! A package compiles the instances that its functions mention, those that these mention, and
//! all methods of the instances of generic types that occur in any type it gets to see.

use crate::analysis::Analysis;
use crate::build::build_function;
use crate::ir::{Code, FuncRef, Kind};
use gossa_base::FxHashSet;
use gossa_types::{PackageId, Resolver, TypeId, TypeKind, TypeList};

/// Types nested deeper than this are taken for a recursion without end.
const MAX_DEPTH: u32 = 64;

/// Instances that were asked for.
#[derive(Default)]
pub(crate) struct Wanted {
    known: FxHashSet<FuncRef>,
    types: FxHashSet<TypeId>,
    queue: Vec<(FuncRef, PackageId)>,
}

impl Wanted {
    /// Asks for what a code mentions that a package compiles.
    pub(crate) fn scan(&mut self, analysis: &Analysis<'_>, code: &Code, home: PackageId) {
        for node in &code.nodes {
            let func = match node.kind {
                Kind::Func(func) | Kind::MethodExpr(func) => Some(func),
                Kind::MethodValue { func: Some((decl, args)), .. } => Some(FuncRef { decl, args }),
                _ => None,
            };
            if let Some(func) = func {
                self.want(func, home);
            }
            self.ty(analysis, node.ty, home, 0);
        }
        for var in &code.vars {
            self.ty(analysis, var.ty, home, 0);
        }
    }

    fn want(&mut self, func: FuncRef, home: PackageId) {
        let open = func.args.iter().any(|arg| arg.has_type_param());
        if !func.args.is_empty() && !open && self.known.insert(func) {
            self.queue.push((func, home));
        }
    }

    /// Builds what was asked for, and what that asks for.
    pub(crate) fn build(&mut self, analysis: &mut Analysis<'_>) {
        while let Some((func, home)) = self.queue.pop() {
            let built = build_function(analysis.env, analysis.shared_types(), func);
            if let Some(code) = built {
                let at = analysis.add_code(code, home);
                let code = std::mem::take(&mut analysis.codes[at]);
                self.scan(analysis, &code, home);
                analysis.codes[at] = code;
            }
        }
    }

    /// Asks for the methods of instances that a type mentions.
    fn ty(&mut self, analysis: &Analysis<'_>, ty: TypeId, home: PackageId, depth: u32) {
        if depth > MAX_DEPTH || !self.types.insert(ty) {
            return;
        }
        let types = analysis.shared_types();
        let mut each = |inner: TypeId| self.ty(analysis, inner, home, depth + 1);
        match ty.kind() {
            TypeKind::Basic(_) | TypeKind::TypeParam(_) | TypeKind::Union(_) => {}
            TypeKind::Alias { actual, .. } => each(*actual),
            TypeKind::Pointer(elem)
            | TypeKind::Slice(elem)
            | TypeKind::Array { elem, .. }
            | TypeKind::Chan { elem, .. } => each(*elem),
            TypeKind::Map { key, value } => {
                each(*key);
                each(*value);
            }
            TypeKind::Struct(fields) => fields.iter().for_each(|field| each(field.ty)),
            TypeKind::Tuple(list) => list.iter().for_each(|&ty| each(ty)),
            TypeKind::Signature(signature) => {
                signature.params.iter().chain(&*signature.results).for_each(|p| each(p.ty));
            }
            TypeKind::Interface(interface) => {
                interface.methods.iter().for_each(|method| each(method.signature));
                interface.embeds.iter().for_each(|&ty| each(ty));
            }
            TypeKind::Named { decl, args } => {
                let (decl, args) = (*decl, *args);
                each(gossa_types::underlying::underlying(&types.resolver, ty));
                if args.is_empty() || args.iter().any(|arg| arg.has_type_param()) {
                    return;
                }
                let params = types.resolver.type_params_of(decl);
                let shapes: TypeList = types.shapes(&args, &params);
                let shaped = TypeId::named(decl, shapes);
                for &(_, method) in &*types.resolver.methods_of(decl) {
                    // Methods with type parameters of their own are not made until called.
                    let own = types
                        .resolver
                        .method_info(method)
                        .is_some_and(|info| info.type_params.len() == shapes.len());
                    if own {
                        self.want(FuncRef { decl: method, args: shapes }, home);
                    }
                }
                self.ty(analysis, shaped, home, depth + 1);
            }
        }
    }
}
