//! What the machine needs to know of a type, by dense number: size, layout, how to compare it.
//!
//! Identical types have one number, which is what makes type assertions one comparison.

use gossa_base::FxHashMap;
use gossa_types::normal::NormalTypes;
use gossa_types::sizes::Sizes;
use gossa_types::underlying::{type_set, underlying};
use gossa_types::{BasicKind, EnvResolver, TypeId, TypeKind};
use std::cell::RefCell;

/// A type of the machine; dense, one for all identical types.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ty(pub u32);

/// How the bits of a scalar are to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "Go's types by size")]
pub enum Num {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    C64,
    C128,
}

impl Num {
    /// Size in bytes.
    #[must_use]
    pub const fn size(self) -> u64 {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 | Self::C64 => 8,
            Self::C128 => 16,
        }
    }

    /// Whether it is a signed integer.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }
}

/// The structure of a type, as far as it matters to run code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A boolean.
    Bool,
    /// A number.
    Num(Num),
    /// Pointer and length.
    String,
    /// A pointer, an `unsafe.Pointer`: one word.
    Pointer,
    /// A map: a pointer to its header.
    Map {
        /// Key type.
        key: TypeId,
        /// Element type.
        value: TypeId,
    },
    /// A channel: a pointer to its header; the element type.
    Chan(TypeId),
    /// A function: a pointer to a closure.
    Func,
    /// Pointer, length, capacity; the element type.
    Slice(TypeId),
    /// Elements one after the other.
    Array {
        /// Element type.
        elem: Ty,
        /// How many.
        len: u64,
    },
    /// Fields at offsets.
    Struct(Box<[Field]>),
    /// Type (or method table) and data word.
    Interface {
        /// Whether it has no methods, so that its first word is the type itself.
        empty: bool,
    },
    /// Results of a call, each in a slot of its own.
    Tuple(Box<[Ty]>),
}

/// A field of a struct.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// From the start of the struct, in bytes.
    pub offset: u64,
    /// Its type.
    pub ty: Ty,
    /// Whether it is called `_`, and not compared.
    pub blank: bool,
}

/// What is known of a type.
#[derive(Clone, Debug)]
pub struct TypeInfo {
    /// The type, canonical.
    pub id: TypeId,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Its structure.
    pub shape: Shape,
    /// Whether pointers are in it.
    pub pointers: bool,
    /// Whether it is one pointer, which interfaces hold as it is.
    pub direct: bool,
    /// Whether it can be compared, dynamic types aside.
    pub comparable: bool,
    /// Whether its bytes are equal exactly when its values are.
    pub plain: bool,
}

/// All types that a run has met.
pub struct Types<'e> {
    resolver: EnvResolver<'e>,
    known: RefCell<FxHashMap<TypeId, Ty>>,
    normal: NormalTypes,
    infos: elsa::FrozenVec<Box<TypeInfo>>,
}

impl<'e> Types<'e> {
    /// Where in a value of a type there are pointers to what the program has made, in bytes from
    /// its start.
    pub(crate) fn pointer_words(&self, ty: Ty) -> Vec<u64> {
        let mut words = Vec::new();
        self.collect_pointers(ty, 0, &mut words);
        words
    }

    fn collect_pointers(&self, ty: Ty, at: u64, words: &mut Vec<u64>) {
        let info = self.info(ty);
        if !info.pointers {
            return;
        }
        match &info.shape {
            Shape::Array { elem, len } => {
                let size = self.info(*elem).size;
                (0..*len).for_each(|index| self.collect_pointers(*elem, at + index * size, words));
            }
            Shape::Struct(fields) => {
                for field in fields {
                    self.collect_pointers(field.ty, at + field.offset, words);
                }
            }
            Shape::Interface { .. } => words.push(at + 8),
            Shape::Tuple(_) => {}
            _ => words.push(at),
        }
    }

    /// No types yet.
    #[must_use]
    pub fn new(resolver: EnvResolver<'e>) -> Self {
        Self {
            resolver,
            known: RefCell::default(),
            normal: NormalTypes::default(),
            infos: elsa::FrozenVec::new(),
        }
    }

    /// What declarations mean.
    #[must_use]
    pub fn resolver(&self) -> &EnvResolver<'e> {
        &self.resolver
    }

    /// What is known of a type.
    #[must_use]
    pub fn info(&self, ty: Ty) -> &TypeInfo {
        &self.infos[ty.0 as usize]
    }

    /// The number of a type.
    #[must_use]
    pub fn of(&self, ty: TypeId) -> Ty {
        if let Some(&known) = self.known.borrow().get(&ty) {
            return known;
        }
        let normal = self.normal(ty);
        let known = self.known.borrow().get(&normal).copied();
        let number = known.unwrap_or_else(|| self.add(normal));
        self.known.borrow_mut().insert(ty, number);
        number
    }

    /// The type that stands for all that are identical to it.
    #[must_use]
    pub fn normal(&self, ty: TypeId) -> TypeId {
        self.normal.of(&self.resolver, ty)
    }

    fn add(&self, id: TypeId) -> Ty {
        let sizes = Sizes::new(&self.resolver);
        let under = underlying(&self.resolver, id);
        let mut size = sizes.size(id).unwrap_or(0) as u64;
        let mut align = sizes.align(id).unwrap_or(1) as u64;
        let mut direct = false;
        let mut pointers = true;
        let mut comparable = true;
        let mut plain = true;
        let shape = match under.kind() {
            TypeKind::Basic(kind) => {
                let shape = basic_shape(*kind);
                plain = match shape {
                    Shape::Bool => true,
                    Shape::Num(num) => !matches!(num, Num::F32 | Num::F64 | Num::C64 | Num::C128),
                    Shape::Pointer => true,
                    _ => false,
                };
                direct = *kind == BasicKind::UnsafePointer;
                pointers = !matches!(shape, Shape::Bool | Shape::Num(_));
                shape
            }
            TypeKind::Pointer(_) => {
                direct = true;
                Shape::Pointer
            }
            TypeKind::Map { key, value } => {
                (direct, comparable) = (true, false);
                Shape::Map { key: *key, value: *value }
            }
            TypeKind::Chan { elem, .. } => {
                direct = true;
                Shape::Chan(*elem)
            }
            TypeKind::Signature(_) => {
                (direct, comparable) = (true, false);
                Shape::Func
            }
            TypeKind::Slice(elem) => {
                (comparable, plain) = (false, false);
                Shape::Slice(*elem)
            }
            TypeKind::Array { elem, len } => {
                let elem = self.of(*elem);
                let info = self.info(elem);
                (comparable, plain) = (info.comparable, info.plain);
                pointers = *len > 0 && info.pointers;
                direct = *len == 1 && info.direct;
                Shape::Array { elem, len: (*len).max(0) as u64 }
            }
            TypeKind::Struct(fields) => {
                let offsets = sizes.offsets(fields);
                let mut end = 0;
                pointers = false;
                let mut list = Vec::with_capacity(fields.len());
                for (field, offset) in fields.iter().zip(offsets) {
                    let ty = self.of(field.ty);
                    let info = self.info(ty);
                    let offset = offset.unwrap_or(0) as u64;
                    let blank = field.name.is_blank();
                    comparable &= info.comparable;
                    pointers |= info.pointers;
                    // Padding is not compared, nor are blank fields.
                    plain &= info.plain && offset == end && !blank;
                    end = offset + info.size;
                    list.push(Field { offset, ty, blank });
                }
                plain &= end == size;
                direct = list.len() == 1 && self.info(list[0].ty).direct;
                Shape::Struct(list.into())
            }
            TypeKind::Interface(_) => {
                plain = false;
                let set = type_set(&self.resolver, under);
                Shape::Interface { empty: set.methods.is_empty() }
            }
            TypeKind::Tuple(types) => {
                let types: Box<[Ty]> = types.iter().map(|&ty| self.of(ty)).collect();
                size = types.iter().map(|&ty| slot_size(self.info(ty).size)).sum();
                align = 8;
                Shape::Tuple(types)
            }
            _ => {
                (comparable, plain) = (false, false);
                Shape::Tuple(Box::default())
            }
        };
        self.infos.push(Box::new(TypeInfo {
            id,
            size,
            align,
            shape,
            pointers,
            direct,
            comparable,
            plain,
        }));
        let number = Ty(self.infos.len() as u32 - 1);
        self.known.borrow_mut().insert(id, number);
        number
    }
}

/// Bytes that a value takes in a frame or among arguments: whole words.
#[must_use]
pub const fn slot_size(size: u64) -> u64 {
    size.next_multiple_of(8)
}

fn basic_shape(kind: BasicKind) -> Shape {
    Shape::Num(match kind {
        BasicKind::Bool | BasicKind::UntypedBool => return Shape::Bool,
        BasicKind::String | BasicKind::UntypedString => return Shape::String,
        BasicKind::UnsafePointer | BasicKind::UntypedNil => return Shape::Pointer,
        BasicKind::Int | BasicKind::Int64 | BasicKind::UntypedInt => Num::I64,
        BasicKind::Int8 => Num::I8,
        BasicKind::Int16 => Num::I16,
        BasicKind::Int32 | BasicKind::Rune | BasicKind::UntypedRune => Num::I32,
        BasicKind::Uint | BasicKind::Uint64 | BasicKind::Uintptr => Num::U64,
        BasicKind::Uint8 | BasicKind::Byte => Num::U8,
        BasicKind::Uint16 => Num::U16,
        BasicKind::Uint32 => Num::U32,
        BasicKind::Float32 => Num::F32,
        BasicKind::Float64 | BasicKind::UntypedFloat => Num::F64,
        BasicKind::Complex64 => Num::C64,
        BasicKind::Complex128 | BasicKind::UntypedComplex => Num::C128,
        BasicKind::Invalid => return Shape::Tuple(Box::default()),
    })
}
