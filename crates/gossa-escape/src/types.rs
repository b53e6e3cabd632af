//! Types as the analysis sees them: type arguments replaced by their shapes, and the questions
//! whether values of a type hold pointers, how large they are, how interfaces hold them.
//!
//! The compiler does not make a function for each instance of a generic one but one for each
//! *shape* of type arguments: a type stands for all with its underlying type, and where the
//! constraint asks for methods only, `*uint8` stands for all pointers. A shape is a defined type
//! in a package of its own, named after what it stands for.

use crate::print::link_string;
use gossa_base::{FxHashMap, Name};
use gossa_types::sizes::Sizes;
use gossa_types::underlying::{RelationCache, type_set, underlying};
use gossa_types::{
    BasicKind, Bound, DeclId, EnvResolver, MethodInfo, PackageId, Resolver, Target, TypeEnv,
    TypeId, TypeKind, TypeList, TypeParamId,
};
use std::cell::RefCell;
use std::sync::{Arc, LazyLock, RwLock};

/// What shapes stand for. A shape's name follows from it, so the table only remembers.
static SHAPES: LazyLock<RwLock<FxHashMap<DeclId, TypeId>>> = LazyLock::new(RwLock::default);

static SHAPE_PACKAGE: LazyLock<PackageId> = LazyLock::new(|| PackageId::new("go.shape"));

/// Whether the declaration is that of a shape.
pub(crate) fn is_shape_decl(decl: DeclId) -> bool {
    decl.package() == *SHAPE_PACKAGE
}

/// Whether the type is a shape.
pub(crate) fn is_shape(ty: TypeId) -> bool {
    matches!(ty.unalias().kind(), TypeKind::Named { decl, .. } if is_shape_decl(*decl))
}

/// Answers for shapes, and asks the environment for everything else.
pub(crate) struct ShapeResolver<'e>(EnvResolver<'e>);

impl Resolver for ShapeResolver<'_> {
    fn underlying_of(&self, decl: DeclId) -> TypeId {
        if is_shape_decl(decl) {
            let shapes = SHAPES.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            return shapes.get(&decl).copied().unwrap_or(TypeId::INVALID);
        }
        self.0.underlying_of(decl)
    }

    fn type_params_of(&self, decl: DeclId) -> Arc<[TypeParamId]> {
        self.0.type_params_of(decl)
    }

    fn method_of(&self, decl: DeclId, name: Name, package: Option<PackageId>) -> Option<DeclId> {
        self.0.method_of(decl, name, package)
    }

    fn methods_of(&self, decl: DeclId) -> Arc<[(Name, DeclId)]> {
        self.0.methods_of(decl)
    }

    fn method_info(&self, method: DeclId) -> Option<MethodInfo> {
        self.0.method_info(method)
    }

    fn bound_of(&self, param: TypeParamId) -> Bound {
        self.0.bound_of(param)
    }

    fn target(&self) -> Target {
        self.0.target()
    }

    fn cache(&self) -> &RelationCache {
        self.0.cache()
    }
}

/// Size, alignment and pointers of a type.
#[derive(Clone, Copy)]
struct Layout {
    size: i64,
    align: i64,
    pointer_bytes: i64,
}

/// Questions about types, with the answers so far.
pub(crate) struct Types<'e> {
    pub(crate) resolver: ShapeResolver<'e>,
    word: i64,
    layouts: RefCell<FxHashMap<TypeId, Layout>>,
}

/// Larger than any type is.
const HUGE: i64 = i64::MAX / 4;

impl<'e> Types<'e> {
    pub(crate) fn new(env: &'e dyn TypeEnv) -> Self {
        let word = i64::from(env.target().word_size);
        Self {
            resolver: ShapeResolver(EnvResolver::new(env, None)),
            word,
            layouts: RefCell::default(),
        }
    }

    /// Structure of the underlying type.
    pub(crate) fn under(&self, ty: TypeId) -> &'static TypeKind {
        let kind = ty.kind();
        match kind {
            TypeKind::Named { .. } | TypeKind::Alias { .. } | TypeKind::TypeParam(_) => {
                underlying(&self.resolver, ty).kind()
            }
            _ => kind,
        }
    }

    pub(crate) fn is_interface(&self, ty: TypeId) -> bool {
        matches!(self.under(ty), TypeKind::Interface(_)) && !is_type_param(ty)
    }

    /// Whether it is an interface without methods.
    pub(crate) fn is_empty_interface(&self, ty: TypeId) -> bool {
        self.is_interface(ty) && type_set(&self.resolver, ty).methods.is_empty()
    }

    pub(crate) fn is_array(&self, ty: TypeId) -> bool {
        matches!(self.under(ty), TypeKind::Array { .. })
    }

    pub(crate) fn basic(&self, ty: TypeId) -> Option<BasicKind> {
        match self.under(ty) {
            TypeKind::Basic(kind) => Some(*kind),
            _ => None,
        }
    }

    pub(crate) fn is_string(&self, ty: TypeId) -> bool {
        self.basic(ty).is_some_and(BasicKind::is_string)
    }

    pub(crate) fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        match self.under(ty) {
            TypeKind::Pointer(elem) => Some(*elem),
            _ => None,
        }
    }

    /// What a slice's elements are.
    pub(crate) fn slice_elem(&self, ty: TypeId) -> Option<TypeId> {
        match self.under(ty) {
            TypeKind::Slice(elem) => Some(*elem),
            _ => None,
        }
    }

    pub(crate) fn is_uintptr(&self, ty: TypeId) -> bool {
        self.basic(ty) == Some(BasicKind::Uintptr)
    }

    pub(crate) fn is_unsafe_pointer(&self, ty: TypeId) -> bool {
        self.basic(ty) == Some(BasicKind::UnsafePointer)
    }

    /// Whether values of the type hold pointers to memory that the collector looks after.
    pub(crate) fn has_pointers(&self, ty: TypeId) -> bool {
        self.layout(ty).pointer_bytes > 0
    }

    /// Size in bytes.
    pub(crate) fn size(&self, ty: TypeId) -> i64 {
        self.layout(ty).size
    }

    /// Alignment in bytes.
    pub(crate) fn align(&self, ty: TypeId) -> i64 {
        self.layout(ty).align
    }

    /// Size of a word.
    pub(crate) fn word(&self) -> i64 {
        self.word
    }

    /// Whether an interface holds a value of the type itself rather than a pointer to a copy.
    pub(crate) fn is_direct(&self, ty: TypeId) -> bool {
        let layout = self.layout(ty);
        layout.size == self.word && layout.pointer_bytes == self.word
    }

    fn layout(&self, ty: TypeId) -> Layout {
        if let Some(&known) = self.layouts.borrow().get(&ty) {
            return known;
        }
        // Only an erroneous type contains itself.
        let nothing = Layout { size: 0, align: 1, pointer_bytes: 0 };
        self.layouts.borrow_mut().insert(ty, nothing);
        let sizes = Sizes::new(&self.resolver);
        let size = sizes.size(ty).unwrap_or(HUGE);
        let align = sizes.align(ty).unwrap_or(1);
        let word = self.word;
        let pointer_bytes = match self.under(ty) {
            TypeKind::Basic(BasicKind::UnsafePointer) => word,
            TypeKind::Basic(kind) if kind.is_string() => word,
            TypeKind::Basic(_) | TypeKind::Tuple(_) | TypeKind::Union(_) => 0,
            // Such a pointer needs no attention.
            TypeKind::Pointer(elem) if self.is_marked_not_in_heap(*elem) => 0,
            TypeKind::Pointer(_)
            | TypeKind::Slice(_)
            | TypeKind::Map { .. }
            | TypeKind::Chan { .. }
            | TypeKind::Signature(_) => word,
            TypeKind::Interface(_) => 2 * word,
            TypeKind::Array { elem, len } => {
                let inner = self.layout(*elem);
                if *len > 0 && inner.pointer_bytes > 0 {
                    (len - 1).saturating_mul(inner.size).saturating_add(inner.pointer_bytes)
                } else {
                    0
                }
            }
            TypeKind::Struct(fields) => {
                let mut end = 0;
                for (field, offset) in fields.iter().zip(sizes.offsets(fields)) {
                    let inner = self.layout(field.ty);
                    if inner.pointer_bytes > 0 {
                        end = offset.unwrap_or(0).saturating_add(inner.pointer_bytes);
                    }
                }
                end
            }
            TypeKind::Named { .. } | TypeKind::Alias { .. } | TypeKind::TypeParam(_) => word,
        };
        let layout = Layout { size, align, pointer_bytes };
        self.layouts.borrow_mut().insert(ty, layout);
        layout
    }

    /// Whether values of the type are never in the heap: it is, or contains, what is marked so.
    /// Pointers are not followed, so that recursive types end.
    fn is_marked_not_in_heap(&self, ty: TypeId) -> bool {
        is_not_in_heap_mark(ty)
            || match self.under(ty) {
                TypeKind::Struct(fields) => {
                    fields.iter().any(|field| self.is_marked_not_in_heap(field.ty))
                }
                TypeKind::Array { elem, .. } => self.is_marked_not_in_heap(*elem),
                _ => false,
            }
    }

    /// The shape of a type argument.
    pub(crate) fn shape(&self, arg: TypeId, param: Option<TypeParamId>) -> TypeId {
        if is_shape(arg) {
            return arg;
        }
        let only_methods = param.is_some_and(|param| {
            type_set(&self.resolver, TypeId::type_param(param)).is_method_set()
        });
        let mut under = underlying(&self.resolver, arg).canonical();
        if only_methods
            && let TypeKind::Pointer(elem) = arg.unalias().kind()
            && !self.is_marked_not_in_heap(*elem)
        {
            under = TypeId::pointer(TypeId::basic(BasicKind::Uint8));
        }
        let name = Name::new(&link_string(&self.resolver, under));
        let decl = DeclId::top_level(*SHAPE_PACKAGE, name);
        let mut shapes = SHAPES.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        shapes.entry(decl).or_insert(under);
        drop(shapes);
        TypeId::named(decl, TypeList::EMPTY)
    }

    /// The shapes of type arguments.
    pub(crate) fn shapes(&self, args: &[TypeId], params: &[TypeParamId]) -> TypeList {
        let shapes: Vec<TypeId> = args
            .iter()
            .enumerate()
            .map(|(index, &arg)| self.shape(arg, params.get(index).copied()))
            .collect();
        TypeList::new(&shapes)
    }
}

pub(crate) fn is_type_param(ty: TypeId) -> bool {
    gossa_types::underlying::is_type_param(ty)
}

/// The type that the runtime embeds in those whose values are never in the heap.
fn is_not_in_heap_mark(ty: TypeId) -> bool {
    let TypeKind::Named { decl, .. } = ty.unalias().kind() else { return false };
    let path = decl.package().path();
    (path == "internal/runtime/sys" && decl.name().as_str() == "nih")
        || (path == "runtime/cgo" && decl.name().as_str() == "Incomplete")
}
