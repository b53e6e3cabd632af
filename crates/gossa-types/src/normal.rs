//! One id for all identical types.
//!
//! Equal canonical ids mean identical types, but identical types may have unequal ones where an
//! interface embeds another. A *normal* type has the methods of its interfaces spelled out, so that
//! types without type parameters are identical exactly when their normal ids are equal: what whole
//! program analyses and the interpreter compare dynamic types by.

use crate::resolver::Resolver;
use crate::ty::{
    FieldType, InterfaceMethod, InterfaceType, Param, SignatureType, TypeFlags, TypeId, TypeKind,
    TypeList,
};
use crate::underlying::type_set;
use gossa_base::FxHashMap;
use std::cell::RefCell;

/// Finds normal types, and remembers them.
#[derive(Default)]
pub struct NormalTypes(RefCell<FxHashMap<TypeId, TypeId>>);

impl NormalTypes {
    /// The normal type that is identical to `ty`; itself in most cases.
    #[must_use]
    pub fn of(&self, r: &dyn Resolver, ty: TypeId) -> TypeId {
        let ty = ty.canonical();
        if !ty.flags().contains(TypeFlags::COMPLEX) {
            return ty;
        }
        if let Some(&known) = self.0.borrow().get(&ty) {
            return known;
        }
        let normal = self.spelled_out(r, ty);
        self.0.borrow_mut().insert(ty, normal);
        normal
    }

    fn spelled_out(&self, r: &dyn Resolver, ty: TypeId) -> TypeId {
        let of = |ty: TypeId| self.of(r, ty);
        let list = |types: &[TypeId]| -> Vec<TypeId> { types.iter().map(|&ty| of(ty)).collect() };
        match ty.kind() {
            TypeKind::Interface(_) => {
                let set = type_set(r, ty);
                let methods = set.methods.iter();
                let methods = methods
                    .map(|method| InterfaceMethod { signature: of(method.signature), ..*method });
                TypeId::new(TypeKind::Interface(InterfaceType {
                    methods: methods.collect(),
                    embeds: Box::default(),
                    implicit: false,
                }))
            }
            TypeKind::Named { decl, args } => TypeId::named(*decl, TypeList::new(&list(args))),
            TypeKind::Pointer(elem) => TypeId::pointer(of(*elem)),
            TypeKind::Slice(elem) => TypeId::slice(of(*elem)),
            TypeKind::Array { elem, len } => {
                TypeId::new(TypeKind::Array { elem: of(*elem), len: *len })
            }
            TypeKind::Map { key, value } => {
                TypeId::new(TypeKind::Map { key: of(*key), value: of(*value) })
            }
            TypeKind::Chan { dir, elem } => {
                TypeId::new(TypeKind::Chan { dir: *dir, elem: of(*elem) })
            }
            TypeKind::Struct(fields) => {
                let field = |field: &FieldType| FieldType { ty: of(field.ty), ..*field };
                TypeId::new(TypeKind::Struct(fields.iter().map(field).collect()))
            }
            TypeKind::Tuple(types) => TypeId::tuple(&list(types)),
            TypeKind::Signature(signature) => {
                let params = |params: &[Param]| {
                    params.iter().map(|param| Param { ty: of(param.ty), ..*param }).collect()
                };
                TypeId::new(TypeKind::Signature(SignatureType {
                    type_params: signature.type_params.clone(),
                    params: params(&signature.params),
                    results: params(&signature.results),
                    variadic: signature.variadic,
                }))
            }
            _ => ty,
        }
    }
}
