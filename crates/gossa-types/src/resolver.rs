//! How the relations between types ask what declarations mean.
//!
//! Identity, assignability, lookup and the rest are functions over [`TypeId`]s that need the
//! underlying types, methods and constraints of declarations. While a package is being checked,
//! those are found out on demand; afterwards they are read from [`PackageDecls`](crate::PackageDecls). Both are a
//! [`Resolver`].

use crate::decls::FuncDecl;
use crate::env::{Target, TypeEnv};
use crate::ids::{DeclId, PackageId, TypeParamId};
use crate::info::{Bound, LocalDecls, TypeDecl};
use crate::ty::TypeId;
use crate::underlying::RelationCache;
use gossa_base::Name;
use std::sync::Arc;

/// The receiver side of a method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MethodInfo {
    /// Signature without receiver, in terms of `type_params`.
    pub signature: TypeId,
    /// The method's type parameters, the receiver's first.
    pub type_params: Arc<[TypeParamId]>,
    /// How many of them are the receiver's.
    pub receiver_params: u32,
    /// Whether the receiver is a pointer.
    pub pointer: bool,
}

/// Up to this many methods are looked through one by one: that costs less than the texts that a
/// binary search compares, which are far from each other in memory.
const FEW_METHODS: usize = 64;

/// The method with this name among methods sorted by name text.
pub(crate) fn find_method(methods: &[(Name, DeclId)], name: Name) -> Option<DeclId> {
    if methods.len() <= FEW_METHODS {
        return methods.iter().find(|(n, _)| *n == name).map(|(_, method)| *method);
    }
    let at = methods.binary_search_by(|(n, _)| n.as_str().cmp(name.as_str())).ok()?;
    Some(methods[at].1)
}

/// Answers what declarations mean, as far as they are known now.
pub trait Resolver {
    /// For a defined type its underlying type, for an alias declaration what it stands for, in
    /// terms of its own type parameters. The invalid type for one that is not known or that
    /// depends on itself.
    fn underlying_of(&self, decl: DeclId) -> TypeId;

    /// Type parameters of a type declaration, those of an enclosing function first.
    fn type_params_of(&self, decl: DeclId) -> Arc<[TypeParamId]>;

    /// The declared method of a defined type with this name; `package` must match for unexported
    /// names (`None`: any).
    fn method_of(&self, decl: DeclId, name: Name, package: Option<PackageId>) -> Option<DeclId>;

    /// All declared methods of a defined type, sorted by name text.
    fn methods_of(&self, decl: DeclId) -> Arc<[(Name, DeclId)]>;

    /// Signature and receiver of a declared method.
    fn method_info(&self, method: DeclId) -> Option<MethodInfo>;

    /// The constraint of a declared type parameter. Ask [`bound`](crate::subst::bound), which knows
    /// renamed ones too.
    fn bound_of(&self, param: TypeParamId) -> Bound;

    /// The machine that is compiled for.
    fn target(&self) -> Target;

    /// What the relations remember between calls (underlying types of instances, type sets).
    /// Valid for this resolver only; start with the default.
    fn cache(&self) -> &RelationCache;

    /// Whether all declarations are known, so that answers do not change any more.
    fn is_settled(&self) -> bool {
        true
    }
}

/// The [`Resolver`] over finished declarations, with those of the body at hand in front.
pub struct EnvResolver<'e> {
    env: &'e dyn TypeEnv,
    own: Option<&'e LocalDecls>,
    cache: RelationCache,
}

impl<'e> EnvResolver<'e> {
    /// A resolver over `env`; `own` are the local types of the body that is being worked on.
    #[must_use]
    pub fn new(env: &'e dyn TypeEnv, own: Option<&'e LocalDecls>) -> Self {
        Self { env, own, cache: RelationCache::default() }
    }

    /// The environment.
    #[must_use]
    pub fn env(&self) -> &'e dyn TypeEnv {
        self.env
    }

    /// A type declaration, wherever it is.
    #[must_use]
    pub fn type_decl(&self, decl: DeclId) -> Option<&'e TypeDecl> {
        if let Some(found) = self.own.and_then(|own| own.types.get(&decl)) {
            return Some(found);
        }
        if decl.package() == PackageId::universe() {
            return crate::universe::type_decl(decl);
        }
        if let Some(function) = decl.parent() {
            return self.env.local_decls(function)?.types.get(&decl);
        }
        let package = self.env.package(decl.package())?;
        package.types.get(&decl)
    }

    /// A function declaration, wherever it is.
    #[must_use]
    pub fn func_decl(&self, decl: DeclId) -> Option<&'e FuncDecl> {
        if decl.package() == PackageId::universe() {
            return crate::universe::func_decl(decl);
        }
        self.env.package(decl.package())?.funcs.get(&decl)
    }
}

impl Resolver for EnvResolver<'_> {
    fn underlying_of(&self, decl: DeclId) -> TypeId {
        self.type_decl(decl).map_or(TypeId::INVALID, |found| found.underlying)
    }

    fn type_params_of(&self, decl: DeclId) -> Arc<[TypeParamId]> {
        self.type_decl(decl).map_or_else(|| Arc::from([]), |found| found.type_params.clone())
    }

    fn method_of(&self, decl: DeclId, name: Name, package: Option<PackageId>) -> Option<DeclId> {
        let methods = &self.type_decl(decl)?.methods;
        let method = find_method(methods, name)?;
        (package.is_none_or(|package| package == decl.package())).then_some(method)
    }

    fn methods_of(&self, decl: DeclId) -> Arc<[(Name, DeclId)]> {
        self.type_decl(decl).map_or_else(|| Arc::from([]), |found| found.methods.clone())
    }

    fn method_info(&self, method: DeclId) -> Option<MethodInfo> {
        let func = self.func_decl(method)?;
        let receiver = func.receiver?;
        Some(MethodInfo {
            signature: func.signature,
            type_params: func.type_params.clone(),
            receiver_params: receiver.type_params,
            pointer: receiver.pointer,
        })
    }

    fn bound_of(&self, param: TypeParamId) -> Bound {
        if let Some(&bound) = self.own.and_then(|own| own.bounds.get(&param)) {
            return bound;
        }
        let owner = param.key().owner;
        let found = self
            .env
            .package(owner.package())
            .and_then(|package| package.bounds.get(&param).copied());
        found
            .or_else(|| self.env.local_decls(owner.parent()?)?.bounds.get(&param).copied())
            .unwrap_or(Bound::INVALID)
    }

    fn target(&self) -> Target {
        self.env.target()
    }

    fn cache(&self) -> &RelationCache {
        &self.cache
    }
}

#[cfg(test)]
pub(crate) mod tests {
    //! A resolver that knows no declarations.

    use super::*;

    /// Answers nothing.
    #[derive(Default)]
    pub(crate) struct Nothing(RelationCache);

    impl Resolver for Nothing {
        fn underlying_of(&self, _: DeclId) -> TypeId {
            TypeId::INVALID
        }
        fn type_params_of(&self, _: DeclId) -> Arc<[TypeParamId]> {
            Arc::from([])
        }
        fn method_of(&self, _: DeclId, _: Name, _: Option<PackageId>) -> Option<DeclId> {
            None
        }
        fn methods_of(&self, _: DeclId) -> Arc<[(Name, DeclId)]> {
            Arc::from([])
        }
        fn method_info(&self, _: DeclId) -> Option<MethodInfo> {
            None
        }
        fn bound_of(&self, _: TypeParamId) -> Bound {
            Bound::INVALID
        }
        fn target(&self) -> Target {
            Target::for_arch("amd64")
        }
        fn cache(&self) -> &RelationCache {
            &self.0
        }
    }
}
