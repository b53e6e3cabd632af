//! Variables: where they are, how to read a part of one and how to assign to it.
//!
//! An [`Operand`] is a value or the address of a variable, so that `x.f[i].g` loads no more than
//! its last part. A [`Place`] is the left-hand side of an assignment, with everything evaluated
//! that the first phase of an assignment evaluates (Go spec, "Assignment statements"); the checks
//! and stores of the second phase come with [`Function::store_to`].

use super::function::Function;
use super::unit::Var;
use crate::ids::ValueId;
use crate::inst::Inst;
use gossa_syntax::{Expr, ExprId, NodeId};
use gossa_types::{Mode, Object, Selected, SelectionKind, TypeId, TypeKind};
use smallvec::SmallVec;

/// What an expression evaluates to, short of loading it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    /// A value.
    Value(ValueId),
    /// The address of a variable, and its type.
    Address(ValueId, TypeId),
}

/// A step from a variable to a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// To a field, and its type.
    Field(u32, TypeId),
    /// To an element, and its type.
    Element(ValueId, TypeId),
}

impl Step {
    fn ty(self) -> TypeId {
        match self {
            Self::Field(_, ty) | Self::Element(_, ty) => ty,
        }
    }
}

/// Where an assignment goes.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// Nowhere: the blank identifier.
    Blank,
    /// A variable in SSA form, or a part of it.
    Register {
        /// The variable.
        var: Var,
        /// Its type.
        ty: TypeId,
        /// The part.
        steps: SmallVec<[Step; 2]>,
    },
    /// A variable in memory, or a part of it.
    Memory {
        /// The address, or a slice whose element the first step picks.
        base: ValueId,
        /// Type of what is at the address.
        ty: TypeId,
        /// The part.
        steps: SmallVec<[Step; 2]>,
    },
    /// An element of a map.
    MapElement {
        /// The map.
        map: ValueId,
        /// The key.
        key: ValueId,
        /// Type of the element.
        ty: TypeId,
    },
    /// What could not be understood.
    Hole(TypeId),
}

impl Place {
    /// Type of what is assigned; `None` for the blank identifier.
    pub(super) fn ty(&self) -> Option<TypeId> {
        match self {
            Self::Blank => None,
            Self::Register { ty, steps, .. } | Self::Memory { ty, steps, .. } => {
                Some(steps.last().map_or(*ty, |step| step.ty()))
            }
            Self::MapElement { ty, .. } | Self::Hole(ty) => Some(*ty),
        }
    }

    fn step(mut self, step: Step) -> Self {
        if let Self::Register { steps, .. } | Self::Memory { steps, .. } = &mut self {
            steps.push(step);
        }
        self
    }
}

impl Function<'_, '_> {
    /// An expression as a value or the address of a variable.
    pub(super) fn operand(&mut self, expr: ExprId) -> Operand {
        let tree = self.unit.tree;
        if matches!(self.unit.mode(expr), Mode::Constant | Mode::Nil) {
            return Operand::Value(self.value(expr));
        }
        let at = NodeId::from(expr);
        match tree[expr] {
            Expr::Paren(x) => self.operand(x),
            Expr::Ident(_) => match self.unit.types.object(expr) {
                Some(Object::Local(local)) if self.unit.is_cell(local) => {
                    let ty = self.unit.local_type(local);
                    Operand::Address(self.read(Var::from(local)), ty)
                }
                Some(Object::Var(decl)) => {
                    let ty = self.unit.ty(expr);
                    Operand::Address(self.emit(at, Inst::Global(decl), TypeId::pointer(ty)), ty)
                }
                _ => Operand::Value(self.value(expr)),
            },
            Expr::Star(x) => {
                let ptr = self.value(x);
                match self.unit.pointee(self.type_of(ptr)) {
                    Some(ty) => Operand::Address(ptr, ty),
                    None => Operand::Value(self.hole(at, self.unit.ty(expr))),
                }
            }
            Expr::Selector { x, sel } => {
                match self.unit.types.selection(expr) {
                    Some(selection) if selection.kind == SelectionKind::Field => {
                        let Selected::Field { index } = selection.selected else {
                            return Operand::Value(self.hole(at, self.unit.ty(expr)));
                        };
                        let mut operand = stacker::maybe_grow(
                            super::expr::RED_ZONE,
                            super::expr::STACK_SEGMENT,
                            || self.operand(x),
                        );
                        for &field in selection.path.iter().chain([&index]) {
                            operand = self.field(at, operand, field);
                        }
                        return operand;
                    }
                    Some(_) => {}
                    None => {
                        if let Some(Object::Var(decl)) = self.unit.types.object(sel) {
                            let ty = self.unit.ty(expr);
                            let ptr = self.emit(at, Inst::Global(decl), TypeId::pointer(ty));
                            return Operand::Address(ptr, ty);
                        }
                        if let Some(operand) = self.c_variable(expr, sel) {
                            return operand;
                        }
                    }
                }
                Operand::Value(self.value(expr))
            }
            Expr::Index { x, indices } => {
                let Some(&index) = tree[indices].first() else {
                    return Operand::Value(self.hole(at, self.unit.ty(expr)));
                };
                let ty = self.unit.ty(x);
                let elem = self.unit.element(ty);
                match self.unit.under(ty) {
                    TypeKind::Array { .. } => {
                        let base = stacker::maybe_grow(
                            super::expr::RED_ZONE,
                            super::expr::STACK_SEGMENT,
                            || self.operand(x),
                        );
                        let index = self.value(index);
                        match base {
                            Operand::Address(base, _) => {
                                let inst = Inst::IndexAddr { base, index };
                                Operand::Address(self.emit(at, inst, TypeId::pointer(elem)), elem)
                            }
                            Operand::Value(base) => {
                                Operand::Value(self.emit(at, Inst::Index { base, index }, elem))
                            }
                        }
                    }
                    TypeKind::Slice(_) | TypeKind::Pointer(_) if elem != TypeId::INVALID => {
                        let base = self.value(x);
                        let index = self.value(index);
                        let inst = Inst::IndexAddr { base, index };
                        Operand::Address(self.emit(at, inst, TypeId::pointer(elem)), elem)
                    }
                    TypeKind::Basic(kind) if kind.is_string() => {
                        let base = self.value(x);
                        let index = self.value(index);
                        Operand::Value(self.emit(at, Inst::Index { base, index }, elem))
                    }
                    TypeKind::Map { .. } => Operand::Value(self.value(expr)),
                    _ => {
                        self.discard(x);
                        self.discard(index);
                        Operand::Value(self.hole(at, self.unit.ty(expr)))
                    }
                }
            }
            _ => Operand::Value(self.value(expr)),
        }
    }

    /// Field `index` of an operand, which may be a pointer to the struct.
    pub(super) fn field(&mut self, at: NodeId, operand: Operand, index: u32) -> Operand {
        let operand = self.followed(at, operand);
        match operand {
            Operand::Address(ptr, ty) => {
                let field = self.unit.field_type(ty, index);
                let inst = Inst::FieldAddr { ptr, field: index };
                Operand::Address(self.emit(at, inst, TypeId::pointer(field)), field)
            }
            Operand::Value(base) => {
                let ty = self.unit.field_type(self.type_of(base), index);
                Operand::Value(self.emit(at, Inst::Field { base, field: index }, ty))
            }
        }
    }

    /// An operand that is a pointer as what it points to.
    pub(super) fn followed(&mut self, at: NodeId, operand: Operand) -> Operand {
        let ty = match operand {
            Operand::Address(_, ty) => ty,
            Operand::Value(value) => self.type_of(value),
        };
        match self.unit.pointee(ty) {
            Some(elem) => Operand::Address(self.load(at, operand), elem),
            None => operand,
        }
    }

    /// The value of an operand.
    pub(super) fn load(&mut self, at: NodeId, operand: Operand) -> ValueId {
        match operand {
            Operand::Value(value) => value,
            Operand::Address(ptr, ty) => self.emit(at, Inst::Load(ptr), ty),
        }
    }

    /// The address of a variable: `&x`, slicing an array, calling a method on it.
    pub(super) fn address(&mut self, expr: ExprId) -> ValueId {
        match self.operand(expr) {
            Operand::Address(ptr, _) => ptr,
            Operand::Value(value) => {
                // Not addressable: an error, or a temporary that the language lets pass.
                let ty = self.type_of(value);
                self.new_variable(expr.into(), ty, value)
            }
        }
    }

    /// The left-hand side of an assignment, first phase.
    pub(super) fn place(&mut self, expr: ExprId) -> Place {
        let tree = self.unit.tree;
        let at = NodeId::from(expr);
        match tree[expr] {
            Expr::Paren(x) => self.place(x),
            Expr::Ident(name) if name.is_blank() => Place::Blank,
            Expr::Ident(_) => match self.unit.types.object(expr) {
                Some(Object::Local(local)) => {
                    let ty = self.unit.local_type(local);
                    if self.unit.is_cell(local) {
                        let base = self.read(Var::from(local));
                        Place::Memory { base, ty, steps: SmallVec::new() }
                    } else {
                        Place::Register { var: Var::from(local), ty, steps: SmallVec::new() }
                    }
                }
                Some(Object::Var(decl)) => {
                    let ty = self.unit.ty(expr);
                    let base = self.emit(at, Inst::Global(decl), TypeId::pointer(ty));
                    Place::Memory { base, ty, steps: SmallVec::new() }
                }
                _ => Place::Hole(self.unit.ty(expr)),
            },
            Expr::Selector { x, .. } => {
                let Some(selection) = self.unit.types.selection(expr) else {
                    return self.memory_place(expr);
                };
                let Selected::Field { index } = selection.selected else {
                    return Place::Hole(self.unit.ty(expr));
                };
                let mut place = self.base_place(x);
                for &field in selection.path.iter().chain([&index]) {
                    place = self.followed_place(at, place);
                    let holder = place.ty().unwrap_or(TypeId::INVALID);
                    let ty = self.unit.field_type(holder, field);
                    place = place.step(Step::Field(field, ty));
                }
                place
            }
            Expr::Index { x, indices } => {
                let Some(&index) = tree[indices].first() else {
                    return Place::Hole(self.unit.ty(expr));
                };
                let ty = self.unit.ty(x);
                match self.unit.under(ty) {
                    TypeKind::Map { key, value } => {
                        let map = self.value(x);
                        let key = self.value_as(index, *key);
                        Place::MapElement { map, key, ty: *value }
                    }
                    TypeKind::Array { elem, .. } => {
                        let place = self.base_place(x);
                        let index = self.value(index);
                        place.step(Step::Element(index, *elem))
                    }
                    _ => {
                        let elem = self.unit.element(ty);
                        if elem == TypeId::INVALID {
                            return Place::Hole(self.unit.ty(expr));
                        }
                        let base = self.value(x);
                        let index = self.value(index);
                        let steps = SmallVec::from_iter([Step::Element(index, elem)]);
                        Place::Memory { base, ty: elem, steps }
                    }
                }
            }
            _ => self.memory_place(expr),
        }
    }

    fn memory_place(&mut self, expr: ExprId) -> Place {
        match self.operand(expr) {
            Operand::Address(base, ty) => Place::Memory { base, ty, steps: SmallVec::new() },
            Operand::Value(_) => Place::Hole(self.unit.ty(expr)),
        }
    }

    /// The place that a part is assigned in; a pointer's value for one that is followed.
    fn base_place(&mut self, expr: ExprId) -> Place {
        let inner = self.unit.tree.unparen(expr);
        let is_part = matches!(
            self.unit.tree[inner],
            Expr::Ident(_) | Expr::Selector { .. } | Expr::Index { .. } | Expr::Star(_)
        );
        if let Some(elem) = self.unit.pointee(self.unit.ty(inner)) {
            let base = self.value(inner);
            return Place::Memory { base, ty: elem, steps: SmallVec::new() };
        }
        if is_part {
            stacker::maybe_grow(super::expr::RED_ZONE, super::expr::STACK_SEGMENT, || {
                self.place(inner)
            })
        } else {
            self.memory_place(inner)
        }
    }

    /// A place that holds a pointer as the place that it points to.
    fn followed_place(&mut self, at: NodeId, place: Place) -> Place {
        let Some(elem) = place.ty().and_then(|ty| self.unit.pointee(ty)) else { return place };
        let base = self.load_from(at, &place);
        Place::Memory { base, ty: elem, steps: SmallVec::new() }
    }

    /// The address of a place in memory.
    fn place_address(&mut self, at: NodeId, base: ValueId, steps: &[Step]) -> ValueId {
        let mut ptr = base;
        for step in steps {
            ptr = match *step {
                Step::Field(field, ty) => {
                    self.emit(at, Inst::FieldAddr { ptr, field }, TypeId::pointer(ty))
                }
                Step::Element(index, ty) => {
                    self.emit(at, Inst::IndexAddr { base: ptr, index }, TypeId::pointer(ty))
                }
            };
        }
        ptr
    }

    fn part(&mut self, at: NodeId, base: ValueId, step: Step) -> ValueId {
        match step {
            Step::Field(field, ty) => self.emit(at, Inst::Field { base, field }, ty),
            Step::Element(index, ty) => self.emit(at, Inst::Index { base, index }, ty),
        }
    }

    /// What is at a place now.
    pub(super) fn load_from(&mut self, at: NodeId, place: &Place) -> ValueId {
        match place {
            Place::Blank => self.hole(at, TypeId::INVALID),
            Place::Hole(ty) => self.hole(at, *ty),
            Place::Register { var, steps, .. } => {
                let mut value = self.read(*var);
                for &step in steps {
                    value = self.part(at, value, step);
                }
                value
            }
            Place::Memory { base, ty, steps } => {
                let ptr = self.place_address(at, *base, steps);
                let ty = steps.last().map_or(*ty, |step| step.ty());
                self.emit(at, Inst::Load(ptr), ty)
            }
            Place::MapElement { map, key, ty } => {
                let inst = Inst::MapLookup { map: *map, key: *key, comma_ok: false };
                self.emit(at, inst, *ty)
            }
        }
    }

    /// Resolves a place to one without steps, so that it is evaluated once for reading and
    /// writing.
    pub(super) fn settled(&mut self, at: NodeId, place: Place) -> Place {
        match place {
            Place::Memory { base, ty, steps } if !steps.is_empty() => {
                let ty = steps.last().map_or(ty, |step| step.ty());
                let base = self.place_address(at, base, &steps);
                Place::Memory { base, ty, steps: SmallVec::new() }
            }
            other => other,
        }
    }

    /// Assigns a value, second phase. The value is converted to the place's type.
    pub(super) fn store_to(&mut self, at: NodeId, place: &Place, value: ValueId) {
        let value = match place.ty() {
            Some(ty) => self.assigned(at, value, ty),
            None => return,
        };
        match place {
            Place::Blank | Place::Hole(_) => {}
            Place::Register { var, steps, .. } => {
                let value = self.with_part(at, *var, steps, value);
                self.set_register(*var, value);
            }
            Place::Memory { base, steps, .. } => {
                let ptr = self.place_address(at, *base, steps);
                self.emit_none(at, Inst::Store { ptr, value });
            }
            Place::MapElement { map, key, .. } => {
                self.emit_none(at, Inst::MapUpdate { map: *map, key: *key, value });
            }
        }
    }

    /// The value of an aggregate variable with one part replaced.
    fn with_part(&mut self, at: NodeId, var: Var, steps: &[Step], value: ValueId) -> ValueId {
        if steps.is_empty() {
            return value;
        }
        let mut wholes: SmallVec<[ValueId; 4]> = SmallVec::new();
        let mut whole = self.read(var);
        for &step in &steps[..steps.len() - 1] {
            wholes.push(whole);
            whole = self.part(at, whole, step);
        }
        wholes.push(whole);
        let mut value = value;
        for (&step, base) in steps.iter().zip(wholes).rev() {
            let ty = self.type_of(base);
            let inst = match step {
                Step::Field(field, _) => Inst::WithField { base, field, value },
                Step::Element(index, _) => Inst::WithIndex { base, index, value },
            };
            value = self.emit(at, inst, ty);
        }
        value
    }
}
