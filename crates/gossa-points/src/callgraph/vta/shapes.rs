//! What of a type matters for the flow of functions and dynamic types.

use crate::callgraph::universe::{InterfaceNumber, Universe};
use crate::program::Program;
use gossa_types::{BasicKind, TypeId, TypeKind};

/// The shape of a type; 0 where nothing in it is followed.
pub(super) type ShapeId = u32;

/// What of a type is followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Nothing: numbers, strings.
    Nothing,
    /// The dynamic types of an interface.
    Interface(InterfaceNumber),
    /// The functions of a function value.
    Func,
    /// What an `unsafe.Pointer` points to.
    Word,
    /// What a pointer points to; the elements of a slice, an array, a channel or a map, and the
    /// keys of a map.
    Cells { elem: ShapeId, key: ShapeId },
    /// The fields of a struct, each with its shape. They are followed by type: all structs of a
    /// type have theirs in common. `first` is the number of the first field.
    Struct { fields: Box<[ShapeId]>, first: u32 },
}

/// The shapes of all types that came up.
pub(super) struct Shapes {
    /// By the number of a type: its shape, plus one.
    by_type: Vec<u32>,
    shapes: Vec<Shape>,
    types: Vec<TypeId>,
    followed: Vec<bool>,
    fields: u32,
}

impl Shapes {
    pub(super) fn new() -> Self {
        Self {
            by_type: Vec::new(),
            shapes: vec![Shape::Nothing],
            types: vec![TypeId::INVALID],
            followed: vec![false],
            fields: 0,
        }
    }

    /// The shape of a type.
    #[inline]
    pub(super) fn of(
        &mut self,
        program: &Program<'_>,
        universe: &mut Universe,
        ty: TypeId,
    ) -> ShapeId {
        match self.by_type.get(ty.to_raw() as usize) {
            Some(&known @ 1..) => known - 1,
            _ => self.find(program, universe, ty),
        }
    }

    #[cold]
    fn find(&mut self, program: &Program<'_>, universe: &mut Universe, ty: TypeId) -> ShapeId {
        let normal = program.normal(ty);
        let shape = if normal == ty {
            self.make(program, universe, ty)
        } else {
            self.of(program, universe, normal)
        };
        self.remember(ty, shape);
        shape
    }

    fn remember(&mut self, ty: TypeId, shape: ShapeId) {
        let at = ty.to_raw() as usize;
        if self.by_type.len() <= at {
            self.by_type.resize(at + 1024, 0);
        }
        self.by_type[at] = shape + 1;
    }

    fn push(&mut self, ty: TypeId, shape: Shape, followed: bool) -> ShapeId {
        self.shapes.push(shape);
        self.types.push(ty);
        self.followed.push(followed);
        self.shapes.len() as u32 - 1
    }

    fn make(&mut self, program: &Program<'_>, universe: &mut Universe, ty: TypeId) -> ShapeId {
        let (elem, key) = match program.under(ty).kind() {
            TypeKind::Interface(_) => {
                let interface = universe.interface(program, program.normal(program.under(ty)));
                return self.push(ty, Shape::Interface(interface), true);
            }
            TypeKind::Signature(_) => return self.push(ty, Shape::Func, true),
            TypeKind::Basic(BasicKind::UnsafePointer) => return self.push(ty, Shape::Word, true),
            TypeKind::Pointer(elem)
            | TypeKind::Slice(elem)
            | TypeKind::Array { elem, .. }
            | TypeKind::Chan { elem, .. } => (*elem, None),
            TypeKind::Map { key, value } => (*value, Some(*key)),
            TypeKind::Struct(fields) => {
                let first = self.fields;
                self.fields += fields.len() as u32;
                let shape = self.push(ty, Shape::Nothing, false);
                self.remember(ty, shape);
                let fields = fields.iter().map(|field| self.of(program, universe, field.ty));
                self.shapes[shape as usize] = Shape::Struct { fields: fields.collect(), first };
                return shape;
            }
            _ => return 0,
        };
        // A type that contains itself is taken to contain something.
        let shape = self.push(ty, Shape::Nothing, true);
        self.remember(ty, shape);
        let elem = self.of(program, universe, elem);
        let key = key.map_or(0, |key| self.of(program, universe, key));
        self.followed[shape as usize] = self.is_followed(elem) || self.is_followed(key);
        self.shapes[shape as usize] = Shape::Cells { elem, key };
        shape
    }

    /// The shape with this number.
    pub(super) fn get(&self, shape: ShapeId) -> &Shape {
        &self.shapes[shape as usize]
    }

    /// The first type that was found to have it.
    pub(super) fn type_of(&self, shape: ShapeId) -> TypeId {
        self.types[shape as usize]
    }

    /// Whether values of this shape are followed. Structs are not: their fields are, by type.
    #[inline]
    pub(super) fn is_followed(&self, shape: ShapeId) -> bool {
        self.followed[shape as usize]
    }

    /// Whether values of this shape flow in one direction. Others share what they lead to.
    #[inline]
    pub(super) fn is_leaf(&self, shape: ShapeId) -> bool {
        matches!(self.shapes[shape as usize], Shape::Interface(_) | Shape::Func | Shape::Word)
    }

    /// Whether it is that of an interface without methods.
    pub(super) fn is_empty_interface(&self, shape: ShapeId, universe: &Universe) -> bool {
        match self.shapes[shape as usize] {
            Shape::Interface(interface) => universe.is_empty_interface(interface),
            _ => false,
        }
    }

    /// The shape of what a pointer points to, or of elements.
    pub(super) fn elem(&self, shape: ShapeId) -> ShapeId {
        match self.shapes[shape as usize] {
            Shape::Cells { elem, .. } => elem,
            _ => 0,
        }
    }

    /// The shape of a map's keys.
    pub(super) fn key(&self, shape: ShapeId) -> ShapeId {
        match self.shapes[shape as usize] {
            Shape::Cells { key, .. } => key,
            _ => 0,
        }
    }

    /// The number of a field of a struct's shape, and the field's shape.
    pub(super) fn field(&self, shape: ShapeId, field: u32) -> Option<(u32, ShapeId)> {
        match &self.shapes[shape as usize] {
            Shape::Struct { fields, first } => Some((first + field, *fields.get(field as usize)?)),
            _ => None,
        }
    }

    /// How many fields all structs have together.
    pub(super) fn field_count(&self) -> usize {
        self.fields as usize
    }
}
