//! Substitution of type arguments for type parameters, and renamed type parameters.
//!
//! Instantiating a generic declaration is substituting in its structure. Everything that reads a
//! generic type, function or method goes through here: underlying types, selections, inference,
//! lowering.

use crate::ids::{DeclId, DeclKey, PackageId, TypeParamId, TypeParamKey};
use crate::resolver::{MethodInfo, Resolver};
use crate::ty::{
    FieldType, InterfaceMethod, InterfaceType, Param, SignatureType, TypeId, TypeKind, TypeList,
    UnionTerm,
};
use crate::underlying::underlying;
use gossa_base::{FxHashMap, Interner, Name};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::LazyLock;

/// A simultaneous substitution of types for type parameters.
///
/// Applying it to a type that mentions none of the parameters costs a flag test. Results are
/// remembered, so that types that share structure cost their number of distinct parts.
pub struct Substitution<'s> {
    params: &'s [TypeParamId],
    args: &'s [TypeId],
    memo: RefCell<FxHashMap<TypeId, TypeId>>,
}

impl<'s> Substitution<'s> {
    /// Replaces each of `params` by the argument at the same place; parameters without an
    /// argument stay.
    #[must_use]
    pub fn new(params: &'s [TypeParamId], args: &'s [TypeId]) -> Self {
        Self { params, args, memo: RefCell::default() }
    }

    /// The argument for a parameter.
    #[must_use]
    pub fn argument(&self, param: TypeParamId) -> Option<TypeId> {
        let at = self.params.iter().position(|&p| p == param)?;
        self.args.get(at).copied()
    }

    /// `ty` with every parameter replaced. Alias names are kept: an alias's arguments and the
    /// type that it stands for are both replaced.
    #[must_use]
    pub fn apply(&self, ty: TypeId) -> TypeId {
        if !ty.has_type_param() {
            return ty;
        }
        // Leaves and thin wrappers are cheaper to rebuild than to look up.
        match ty.kind() {
            TypeKind::TypeParam(param) => return self.argument(*param).unwrap_or(ty),
            TypeKind::Pointer(elem) => return TypeId::pointer(self.apply(*elem)),
            TypeKind::Slice(elem) => return TypeId::slice(self.apply(*elem)),
            _ => {}
        }
        if let Some(&done) = self.memo.borrow().get(&ty) {
            return done;
        }
        let result = TypeId::new(self.rebuild(ty.kind()));
        self.memo.borrow_mut().insert(ty, result);
        result
    }

    /// Each type of a list replaced.
    #[must_use]
    pub fn apply_list(&self, list: TypeList) -> TypeList {
        if !list.iter().any(|ty| ty.has_type_param()) {
            return list;
        }
        let types: SmallVec<[TypeId; 8]> = list.iter().map(|&ty| self.apply(ty)).collect();
        TypeList::new(&types)
    }

    fn apply_params(&self, params: &[Param]) -> Box<[Param]> {
        params.iter().map(|p| Param { name: p.name, ty: self.apply(p.ty) }).collect()
    }

    fn rebuild(&self, kind: &TypeKind) -> TypeKind {
        match kind {
            TypeKind::Basic(basic) => TypeKind::Basic(*basic),
            TypeKind::TypeParam(param) => match self.argument(*param) {
                Some(arg) => arg.kind().clone(),
                None => TypeKind::TypeParam(*param),
            },
            TypeKind::Named { decl, args } => {
                TypeKind::Named { decl: *decl, args: self.apply_list(*args) }
            }
            TypeKind::Alias { decl, args, actual } => TypeKind::Alias {
                decl: *decl,
                args: self.apply_list(*args),
                actual: self.apply(*actual),
            },
            TypeKind::Pointer(elem) => TypeKind::Pointer(self.apply(*elem)),
            TypeKind::Slice(elem) => TypeKind::Slice(self.apply(*elem)),
            TypeKind::Array { elem, len } => TypeKind::Array { elem: self.apply(*elem), len: *len },
            TypeKind::Map { key, value } => {
                TypeKind::Map { key: self.apply(*key), value: self.apply(*value) }
            }
            TypeKind::Chan { dir, elem } => TypeKind::Chan { dir: *dir, elem: self.apply(*elem) },
            TypeKind::Struct(fields) => TypeKind::Struct(
                fields.iter().map(|f| FieldType { ty: self.apply(f.ty), ..*f }).collect(),
            ),
            TypeKind::Tuple(types) => TypeKind::Tuple(self.apply_list(*types)),
            TypeKind::Signature(signature) => TypeKind::Signature(SignatureType {
                type_params: signature.type_params.clone(),
                params: self.apply_params(&signature.params),
                results: self.apply_params(&signature.results),
                variadic: signature.variadic,
            }),
            TypeKind::Interface(interface) => TypeKind::Interface(InterfaceType {
                methods: interface
                    .methods
                    .iter()
                    .map(|m| InterfaceMethod { signature: self.apply(m.signature), ..*m })
                    .collect(),
                embeds: interface.embeds.iter().map(|&ty| self.apply(ty)).collect(),
                implicit: interface.implicit,
            }),
            TypeKind::Union(terms) => TypeKind::Union(
                terms.iter().map(|t| UnionTerm { tilde: t.tilde, ty: self.apply(t.ty) }).collect(),
            ),
        }
    }
}

/// `ty` with `args` for `params`: a [`Substitution`] that is used once.
#[must_use]
pub fn substitute(ty: TypeId, params: &[TypeParamId], args: &[TypeId]) -> TypeId {
    if ty.has_type_param() { Substitution::new(params, args).apply(ty) } else { ty }
}

/// The signature of a generic function with `args` for its type parameters `params`; it has no
/// type parameters any more. A type that is not a signature is only substituted in.
#[must_use]
pub fn instantiate_signature(signature: TypeId, params: &[TypeParamId], args: &[TypeId]) -> TypeId {
    let applied = substitute(signature, params, args);
    match applied.kind() {
        TypeKind::Signature(found) if !found.type_params.is_empty() => {
            TypeId::new(TypeKind::Signature(SignatureType {
                type_params: Box::default(),
                ..found.clone()
            }))
        }
        _ => applied,
    }
}

/// The signature of a declared method, without receiver, as a selection on a receiver with type
/// arguments `receiver_args` sees it. Type parameters of the method's own stay; where their
/// constraints mention the receiver's, they are renamed (see [`Renaming`]).
#[must_use]
pub fn method_signature(r: &dyn Resolver, method: &MethodInfo, receiver_args: &[TypeId]) -> TypeId {
    let count = (method.receiver_params as usize).min(method.type_params.len());
    if count == 0 {
        return method.signature;
    }
    let (receiver, own) = method.type_params.split_at(count);
    if own.is_empty() {
        return substitute(method.signature, receiver, receiver_args);
    }
    let depends = own.iter().any(|&param| bound(r, param).has_type_param());
    if !depends {
        return substitute(method.signature, receiver, receiver_args);
    }
    let renaming = Renaming {
        params: own.into(),
        outer_params: receiver.into(),
        outer_args: receiver_args.into(),
        generation: 0,
    };
    renaming.signature(method.signature)
}

/// Type parameters under new identities.
///
/// A selected method `x.m` whose own type parameters have constraints that mention the
/// receiver's, and the callee of a recursive generic call whose parameters must not be mistaken
/// for those of the caller, need type parameters that no declaration has. A renamed parameter is
/// interned from all that says what its constraint is, in a table beside the declarations':
/// [`bound`] answers for both.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Renaming {
    /// The parameters that are renamed.
    pub params: Box<[TypeParamId]>,
    /// Parameters that are replaced in their constraints (those of a receiver), ...
    pub outer_params: Box<[TypeParamId]>,
    /// ... and by what.
    pub outer_args: Box<[TypeId]>,
    /// Tells several renamings of the same parameters apart.
    pub generation: u32,
}

static RENAMINGS: LazyLock<Interner<Renaming>> = LazyLock::new(Interner::new);
/// No identifier has a space in it.
static RENAMED: LazyLock<Name> = LazyLock::new(|| Name::new("renamed parameters"));

impl Renaming {
    /// Only new identities: nothing replaced in the constraints.
    #[must_use]
    pub fn apart(params: &[TypeParamId], generation: u32) -> Self {
        Self {
            params: params.into(),
            outer_params: Box::default(),
            outer_args: Box::default(),
            generation,
        }
    }

    /// The new identities, in the order of `params`.
    #[must_use]
    pub fn renamed(&self) -> SmallVec<[TypeParamId; 4]> {
        let table = RENAMINGS.intern_with(self, || self.clone());
        self.params
            .iter()
            .map(|param| {
                let key = param.key();
                let owner = DeclId::new(DeclKey {
                    package: PackageId::universe(),
                    parent: Some(original(*param).key().owner),
                    name: *RENAMED,
                    ordinal: table,
                });
                TypeParamId::new(TypeParamKey { owner, index: key.index, name: key.name })
            })
            .collect()
    }

    /// `ty` with the new identities for the parameters and the outer arguments for the outer
    /// parameters.
    #[must_use]
    pub fn apply(&self, ty: TypeId) -> TypeId {
        if !ty.has_type_param() {
            return ty;
        }
        let params: SmallVec<[TypeParamId; 8]> =
            self.params.iter().chain(&*self.outer_params).copied().collect();
        let args: SmallVec<[TypeId; 8]> = self
            .renamed()
            .iter()
            .map(|&param| TypeId::type_param(param))
            .chain(self.outer_args.iter().copied())
            .collect();
        substitute(ty, &params, &args)
    }

    /// A generic signature whose type parameters are `params` under the new identities.
    #[must_use]
    pub fn signature(&self, signature: TypeId) -> TypeId {
        let applied = self.apply(signature);
        match applied.kind() {
            TypeKind::Signature(found) => TypeId::new(TypeKind::Signature(SignatureType {
                type_params: self.renamed().into_iter().collect(),
                ..found.clone()
            })),
            _ => applied,
        }
    }

    fn of(param: TypeParamId) -> Option<(&'static Self, TypeParamId)> {
        let key = param.key();
        let owner = key.owner.key();
        if owner.name != *RENAMED {
            return None;
        }
        let table: &'static Interner<Self> = &RENAMINGS;
        let renaming = table.get(owner.ordinal);
        let original = renaming
            .params
            .iter()
            .find(|p| p.key().index == key.index && p.key().name == key.name)?;
        Some((renaming, *original))
    }
}

/// The declared type parameter behind a renamed one; itself for a declared one.
#[must_use]
pub fn original(param: TypeParamId) -> TypeParamId {
    let mut param = param;
    while let Some((_, before)) = Renaming::of(param) {
        param = before;
    }
    param
}

/// The constraint of a type parameter, declared or renamed. Use it rather than
/// [`Resolver::bound_of`], which knows declared ones only.
#[must_use]
pub fn bound(r: &dyn Resolver, param: TypeParamId) -> TypeId {
    match Renaming::of(param) {
        None => r.bound_of(param).ty,
        Some((renaming, original)) => renaming.apply(bound(r, original)),
    }
}

/// Whether two neighbours in a type parameter list have one constraint between them: they are
/// declared together, or both by the same name. (A literal that is written twice, or that differs
/// between instances, makes two constraints, equal though they may be.)
#[must_use]
pub fn shares_bound(r: &dyn Resolver, before: TypeParamId, param: TypeParamId) -> bool {
    let shared = bound(r, param);
    if bound(r, before) != shared {
        return false;
    }
    match shared.kind() {
        TypeKind::Interface(interface) => {
            // What is no interface becomes one for each parameter.
            let own = interface.implicit
                && !interface.embeds.iter().all(|ty| matches!(ty.kind(), TypeKind::Union(_)));
            let declared = original(param);
            !own && r.bound_of(declared).joint && r.bound_of(declared).ty == shared
        }
        TypeKind::Named { .. } | TypeKind::Alias { .. } => {
            matches!(underlying(r, shared).kind(), TypeKind::Interface(_))
        }
        _ => true,
    }
}
