//! Composite literals. Those whose leaves are all constants are one `table`.

use super::function::Function;
use super::types::INT;
use crate::ids::ValueId;
use crate::inst::{AllocKind, Inst};
use crate::table::{Table, TableNode};
use gossa_base::Name;
use gossa_syntax::{Expr, ExprId, ExprList, NodeId, UnaryOp};
use gossa_types::constant::Value;
use gossa_types::{BasicKind, FieldType, Mode, TypeId, TypeKind};
use smallvec::SmallVec;

/// A struct literal that sets fewer than one field in this many starts from the zero value.
const SPARSE: usize = 2;

/// An array literal with more elements than this that leaves some out is filled in memory.
const MAX_DENSE_ARRAY: i64 = 1 << 16;

impl<'e> Function<'_, 'e> {
    /// The value of a composite literal (a pointer where an elided type stands for `&T`).
    pub(super) fn composite(&mut self, literal: ExprId) -> ValueId {
        let at = NodeId::from(literal);
        let ty = self.unit.ty(literal);
        if self.unit.pointee(ty).is_some() {
            return self.new_composite(at, literal);
        }
        self.aggregate(at, literal, ty)
    }

    /// `&T{...}`
    pub(super) fn new_composite(&mut self, at: NodeId, literal: ExprId) -> ValueId {
        let ty = self.unit.ty(literal);
        let ty = self.unit.pointee(ty).unwrap_or(ty);
        let Expr::CompositeLit { elements, .. } = self.unit.tree[literal] else {
            return self.hole(at, TypeId::pointer(ty));
        };
        // The elements come first: what they do must not see the new variable half made.
        if let TypeKind::Struct(fields) = self.unit.under(ty)
            && !self.unit.facts.is_constant_literal(literal)
            && !self.unit.tree[elements].is_empty()
        {
            let values = self.struct_elements(elements, fields);
            let ptr = self.alloc(at, AllocKind::New, ty, None);
            self.store_fields(at, ptr, ty, fields, &values);
            return ptr;
        }
        if self.unit.tree[elements].is_empty()
            && matches!(self.unit.under(ty), TypeKind::Struct(_) | TypeKind::Array { .. })
        {
            return self.alloc(at, AllocKind::New, ty, None);
        }
        let value = self.aggregate(at, literal, ty);
        self.new_variable(at, ty, value)
    }

    fn store_fields(
        &mut self,
        at: NodeId,
        ptr: ValueId,
        ty: TypeId,
        fields: &'static [FieldType],
        values: &[(u32, ValueId)],
    ) {
        if values.len() == fields.len() && in_order(values) {
            let list: SmallVec<[ValueId; 8]> = values.iter().map(|&(_, value)| value).collect();
            let list = self.list(&list);
            let value = self.emit(at, Inst::Struct(list), ty);
            self.emit_none(at, Inst::Store { ptr, value });
            return;
        }
        for &(field, value) in values {
            let field_type = fields.get(field as usize).map_or(TypeId::INVALID, |f| f.ty);
            let inst = Inst::FieldAddr { ptr, field };
            let address = self.emit(at, inst, TypeId::pointer(field_type));
            self.emit_none(at, Inst::Store { ptr: address, value });
        }
    }

    fn aggregate(&mut self, at: NodeId, literal: ExprId, ty: TypeId) -> ValueId {
        let tree = self.unit.tree;
        let Expr::CompositeLit { elements, .. } = tree[literal] else {
            return self.hole(at, ty);
        };
        let empty = tree[elements].is_empty();
        let kind = self.unit.under(ty);
        if empty {
            return match kind {
                TypeKind::Struct(_) | TypeKind::Array { .. } => self.emit(at, Inst::Zero, ty),
                TypeKind::Slice(_) => {
                    let len = self.int(at, 0);
                    self.emit(at, Inst::MakeSlice { len, cap: None }, ty)
                }
                TypeKind::Map { .. } => self.emit(at, Inst::MakeMap(None), ty),
                _ => self.hole(at, ty),
            };
        }
        if self.unit.facts.is_constant_literal(literal)
            && let Some(root) = self.table_aggregate(elements, ty)
        {
            return self.table(at, Table::new(ty, &root));
        }
        match kind {
            TypeKind::Struct(fields) => {
                let values = self.struct_elements(elements, fields);
                self.struct_value(at, ty, fields, &values)
            }
            TypeKind::Array { elem, len } => self.array_value(at, elements, *elem, *len, ty),
            TypeKind::Slice(elem) => {
                let len = self.literal_length(elements);
                let array = TypeId::new(TypeKind::Array { elem: *elem, len });
                let ptr = self.array_in_memory(at, elements, *elem, len, array);
                self.whole_slice(at, ptr, *elem, ty)
            }
            TypeKind::Map { key, value } => self.map_value(at, elements, *key, *value, ty),
            _ => self.hole(at, ty),
        }
    }

    /// The given fields of a struct literal with their values, in source order.
    fn struct_elements(
        &mut self,
        elements: ExprList,
        fields: &'static [FieldType],
    ) -> SmallVec<[(u32, ValueId); 8]> {
        let tree = self.unit.tree;
        let mut values = SmallVec::new();
        for (index, &element) in tree[elements].iter().enumerate() {
            let (index, value) = match tree[element] {
                Expr::KeyValue { key, value } => {
                    let name = tree.name(tree.unparen(key));
                    match name.and_then(|name| field_index(fields, name)) {
                        Some(index) => (index, value),
                        None => {
                            self.discard(value);
                            continue;
                        }
                    }
                }
                _ => (index as u32, element),
            };
            let ty = fields.get(index as usize).map_or(TypeId::INVALID, |field| field.ty);
            let value = self.value_as(value, ty);
            values.push((index, value));
        }
        values
    }

    fn struct_value(
        &mut self,
        at: NodeId,
        ty: TypeId,
        fields: &'static [FieldType],
        values: &[(u32, ValueId)],
    ) -> ValueId {
        if values.len() == fields.len() && in_order(values) {
            let list: SmallVec<[ValueId; 8]> = values.iter().map(|&(_, value)| value).collect();
            let list = self.list(&list);
            return self.emit(at, Inst::Struct(list), ty);
        }
        if values.len() * SPARSE >= fields.len() {
            let mut all: SmallVec<[Option<ValueId>; 8]> = SmallVec::from_elem(None, fields.len());
            for &(field, value) in values {
                if let Some(slot) = all.get_mut(field as usize) {
                    *slot = Some(value);
                }
            }
            let mut list: SmallVec<[ValueId; 8]> = SmallVec::new();
            for (value, field) in all.into_iter().zip(fields) {
                list.push(match value {
                    Some(value) => value,
                    None => self.emit(at, Inst::Zero, field.ty),
                });
            }
            let list = self.list(&list);
            return self.emit(at, Inst::Struct(list), ty);
        }
        let mut whole = self.emit(at, Inst::Zero, ty);
        for &(field, value) in values {
            whole = self.emit(at, Inst::WithField { base: whole, field, value }, ty);
        }
        whole
    }

    /// The elements of an array or slice literal with their indices.
    fn indexed(&self, elements: ExprList) -> impl Iterator<Item = (i64, ExprId)> + use<'e> {
        let tree = self.unit.tree;
        let types = self.unit.types;
        let mut next = 0i64;
        tree[elements].iter().map(move |&element| {
            let (index, value) = match tree[element] {
                Expr::KeyValue { key, value } => {
                    let index = types.constant(key).and_then(|key| key.to_int().as_i64());
                    (index.unwrap_or(next), value)
                }
                _ => (next, element),
            };
            next = index.saturating_add(1);
            (index, value)
        })
    }

    fn literal_length(&self, elements: ExprList) -> i64 {
        self.indexed(elements).map(|(index, _)| index.saturating_add(1)).max().unwrap_or(0)
    }

    fn array_value(
        &mut self,
        at: NodeId,
        elements: ExprList,
        elem: TypeId,
        len: i64,
        ty: TypeId,
    ) -> ValueId {
        let tree = self.unit.tree;
        let count = i64::try_from(tree[elements].len()).unwrap_or(i64::MAX);
        let dense = self.indexed(elements).enumerate().all(|(at, (index, _))| at as i64 == index);
        if dense && count == len {
            let mut values: SmallVec<[ValueId; 8]> = SmallVec::new();
            for (_, element) in self.indexed(elements) {
                values.push(self.value_as(element, elem));
            }
            let list = self.list(&values);
            return self.emit(at, Inst::Array(list), ty);
        }
        if len <= MAX_DENSE_ARRAY && count <= 8 {
            let mut whole = self.emit(at, Inst::Zero, ty);
            for (index, element) in self.indexed(elements) {
                let value = self.value_as(element, elem);
                let index = self.int(at, index);
                whole = self.emit(at, Inst::WithIndex { base: whole, index, value }, ty);
            }
            return whole;
        }
        let ptr = self.array_in_memory(at, elements, elem, len, ty);
        self.emit(at, Inst::Load(ptr), ty)
    }

    /// A new array variable with the elements of a literal.
    fn array_in_memory(
        &mut self,
        at: NodeId,
        elements: ExprList,
        elem: TypeId,
        len: i64,
        ty: TypeId,
    ) -> ValueId {
        let tree = self.unit.tree;
        let count = i64::try_from(tree[elements].len()).unwrap_or(i64::MAX);
        let dense = self.indexed(elements).enumerate().all(|(at, (index, _))| at as i64 == index);
        if dense && count == len {
            let mut values: SmallVec<[ValueId; 8]> = SmallVec::new();
            for (_, element) in self.indexed(elements) {
                values.push(self.value_as(element, elem));
            }
            let list = self.list(&values);
            let value = self.emit(at, Inst::Array(list), ty);
            return self.new_variable(at, ty, value);
        }
        let ptr = self.alloc(at, AllocKind::New, ty, None);
        for (index, element) in self.indexed(elements) {
            let value = self.value_as(element, elem);
            let index = self.constant(at, Value::from_i64(index), INT);
            let inst = Inst::IndexAddr { base: ptr, index };
            let address = self.emit(at, inst, TypeId::pointer(elem));
            self.emit_none(at, Inst::Store { ptr: address, value });
        }
        ptr
    }

    fn map_value(
        &mut self,
        at: NodeId,
        elements: ExprList,
        key_type: TypeId,
        value_type: TypeId,
        ty: TypeId,
    ) -> ValueId {
        let tree = self.unit.tree;
        let count = i64::try_from(tree[elements].len()).unwrap_or(i64::MAX);
        let size = self.int(at, count);
        let map = self.emit(at, Inst::MakeMap(Some(size)), ty);
        for element in self.map_entries(elements, key_type, value_type) {
            let Expr::KeyValue { key, value } = tree[element] else {
                self.discard(element);
                continue;
            };
            let key = self.value_as(key, key_type);
            let value = self.value_as(value, value_type);
            self.emit_none(element.into(), Inst::MapUpdate { map, key, value });
        }
        map
    }

    /// The entries of a map literal in the order in which they are assigned, which shows where keys
    /// are equal: first those that the compiler knows all of, as with gc.
    fn map_entries(
        &self,
        elements: ExprList,
        key_type: TypeId,
        value_type: TypeId,
    ) -> SmallVec<[ExprId; 8]> {
        let list = &self.unit.tree[elements];
        let mut entries = SmallVec::with_capacity(list.len());
        let is_known = |&element: &ExprId| match self.unit.tree[element] {
            Expr::KeyValue { key, value } => {
                self.is_known(key, key_type) && self.is_known(value, value_type)
            }
            _ => false,
        };
        entries.extend(list.iter().copied().filter(is_known));
        entries.extend(list.iter().copied().filter(|element| !is_known(element)));
        entries
    }

    /// Whether an expression is a constant, nil, or a literal of a struct or an array of these, and
    /// nothing is converted to an interface type.
    fn is_known(&self, expr: ExprId, ty: TypeId) -> bool {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::STACK_SEGMENT, || {
            let tree = self.unit.tree;
            match self.unit.mode(expr) {
                Mode::Nil => return true,
                _ if self.unit.is_interface(ty) => return false,
                Mode::Constant => return true,
                _ => {}
            }
            let Expr::CompositeLit { elements, .. } = tree[tree.unparen(expr)] else {
                return false;
            };
            let mut elements = tree[elements].iter().enumerate();
            match self.unit.under(ty) {
                TypeKind::Array { elem, .. } => elements.all(|(_, &element)| match tree[element] {
                    Expr::KeyValue { value, .. } => self.is_known(value, *elem),
                    _ => self.is_known(element, *elem),
                }),
                TypeKind::Struct(fields) => elements.all(|(index, &element)| {
                    let (index, value) = match tree[element] {
                        Expr::KeyValue { key, value } => {
                            let name = tree.name(tree.unparen(key));
                            (name.and_then(|name| field_index(fields, name)), value)
                        }
                        _ => (Some(index as u32), element),
                    };
                    let field = index.and_then(|index| fields.get(index as usize));
                    field.is_some_and(|field| self.is_known(value, field.ty))
                }),
                _ => false,
            }
        })
    }

    /// A constant literal as a part of a table; `ty` is what it is assigned to.
    fn table_node(&self, expr: ExprId, ty: TypeId) -> Option<TableNode> {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::STACK_SEGMENT, || {
            self.table_node_inner(expr, ty)
        })
    }

    fn table_node_inner(&self, expr: ExprId, ty: TypeId) -> Option<TableNode> {
        let tree = self.unit.tree;
        let own = self.unit.ty(expr);
        if self.unit.is_interface(ty) && !self.unit.is_interface(own) {
            let node = self.table_node_inner(expr, own)?;
            return Some(TableNode::Interface(own, Box::new(node)));
        }
        if self.unit.mode(expr) == Mode::Constant {
            let value = self.unit.types.constant(expr)?;
            return Some(TableNode::Const(self.fitted(value, own)));
        }
        let expr = tree.unparen(expr);
        let (literal, pointer) = match tree[expr] {
            Expr::CompositeLit { .. } => (expr, self.unit.pointee(own)),
            Expr::Unary { op: UnaryOp::Address, x } => {
                let x = tree.unparen(x);
                (x, Some(self.unit.ty(x)))
            }
            _ => return None,
        };
        let Expr::CompositeLit { elements, .. } = tree[literal] else { return None };
        let literal_type = pointer.unwrap_or(own);
        let node = self.table_aggregate(elements, literal_type)?;
        Some(match pointer {
            Some(_) => TableNode::Pointer(Box::new(node)),
            None => node,
        })
    }

    fn table_aggregate(&self, elements: ExprList, ty: TypeId) -> Option<TableNode> {
        let tree = self.unit.tree;
        match self.unit.under(ty) {
            TypeKind::Struct(fields) => {
                let mut parts = Vec::with_capacity(tree[elements].len());
                for (index, &element) in tree[elements].iter().enumerate() {
                    let (index, value) = match tree[element] {
                        Expr::KeyValue { key, value } => {
                            let name = tree.name(tree.unparen(key))?;
                            (field_index(fields, name)?, value)
                        }
                        _ => (index as u32, element),
                    };
                    let field = fields.get(index as usize)?;
                    if !self.is_zero(value, field.ty) {
                        parts.push((u64::from(index), self.table_node(value, field.ty)?));
                    }
                }
                Some(indexed_node(parts, 0))
            }
            TypeKind::Array { elem, .. } => {
                Some(indexed_node(self.table_elements(elements, *elem)?, 0))
            }
            TypeKind::Slice(elem) => {
                let len = u64::try_from(self.literal_length(elements)).ok()?;
                Some(indexed_node(self.table_elements(elements, *elem)?, len))
            }
            TypeKind::Map { key, value } => {
                let mut entries = Vec::with_capacity(tree[elements].len());
                for element in self.map_entries(elements, *key, *value) {
                    let Expr::KeyValue { key: k, value: v } = tree[element] else { return None };
                    entries.push((self.table_node(k, *key)?, self.table_node(v, *value)?));
                }
                Some(TableNode::Map(entries.into_boxed_slice()))
            }
            _ => None,
        }
    }

    fn table_elements(&self, elements: ExprList, elem: TypeId) -> Option<Vec<(u64, TableNode)>> {
        let mut parts = Vec::with_capacity(self.unit.tree[elements].len());
        for (index, element) in self.indexed(elements) {
            if !self.is_zero(element, elem) {
                parts.push((u64::try_from(index).ok()?, self.table_node(element, elem)?));
            }
        }
        Some(parts)
    }

    /// Whether an element of a table is zero and left out.
    fn is_zero(&self, expr: ExprId, ty: TypeId) -> bool {
        match self.unit.mode(expr) {
            Mode::Nil => return true,
            Mode::Constant => {
                if self.unit.is_interface(ty) {
                    return false;
                }
                let Some(value) = self.unit.types.constant(expr) else { return false };
                return match self.unit.basic(ty) {
                    // Only where the representation is zero too.
                    Some(kind) if kind.is_integer() || kind == BasicKind::UnsafePointer => {
                        value.is_zero()
                    }
                    Some(kind) if kind.is_float() || kind.is_complex() => value.is_zero(),
                    Some(kind) if kind.is_boolean() => value.as_bool() == Some(false),
                    Some(kind) if kind.is_string() => value.string_length() == Some(0),
                    _ => false,
                };
            }
            _ => {}
        }
        let tree = self.unit.tree;
        match tree[tree.unparen(expr)] {
            Expr::CompositeLit { elements, .. } => {
                tree[elements].is_empty()
                    && !self.unit.is_interface(ty)
                    && matches!(self.unit.under(ty), TypeKind::Struct(_) | TypeKind::Array { .. })
            }
            _ => false,
        }
    }
}

fn indexed_node(mut parts: Vec<(u64, TableNode)>, len: u64) -> TableNode {
    if !parts.is_sorted_by_key(|&(index, _)| index) {
        parts.sort_by_key(|&(index, _)| index);
    }
    TableNode::Indexed(parts.into_boxed_slice(), len)
}

fn in_order(values: &[(u32, ValueId)]) -> bool {
    values.iter().enumerate().all(|(at, &(field, _))| at as u32 == field)
}

fn field_index(fields: &[FieldType], name: Name) -> Option<u32> {
    fields.iter().position(|field| field.name == name).map(|at| at as u32)
}
