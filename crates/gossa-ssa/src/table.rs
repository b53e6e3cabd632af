//! Constant aggregates: a composite literal whose leaves are all constants is one value.
//!
//! The standard library has tables of tens of thousands of elements. While one is built, printed
//! or read it is a tree of [`TableNode`]s; kept it is a run of bytes ([`Table`]), two or three for
//! a small number, with strings and other large constants in a pool beside them.
//!
//! | byte | then |
//! | --- | --- |
//! | `CONST` | index in the pool |
//! | `INT` | the integer |
//! | `FALSE`, `TRUE` | |
//! | `DENSE` | length of a slice, number `n` of parts; parts 0 to `n - 1` |
//! | `SPARSE` | length, number of parts; of each its distance from the one before, and itself |
//! | `MAP` | number of entries; of each its key and its value |
//! | `POINTER` | what is pointed to |
//! | `INTERFACE` | index of the dynamic type; the constant |
//!
//! Numbers are written seven bits a byte, the lowest first; signed ones with the sign in the lowest
//! bit. Equal tables are equal bytes.

use gossa_base::FxHashMap;
use gossa_types::TypeId;
use gossa_types::constant::{Kind, Value};

const CONST: u8 = 0;
const INT: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const DENSE: u8 = 4;
const SPARSE: u8 = 5;
const MAP: u8 = 6;
const POINTER: u8 = 7;
const INTERFACE: u8 = 8;

const RED_ZONE: usize = 64 << 10;
const STACK_SEGMENT: usize = 1 << 20;

/// A constant aggregate, packed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// Type of the whole.
    pub ty: TypeId,
    code: Box<[u8]>,
    values: Box<[Value]>,
    types: Box<[TypeId]>,
}

/// A part of a [`Table`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TableNode {
    /// A constant of the part's type.
    Const(Value),
    /// Fields or elements by index; those left out are zero. The second number is the length of a
    /// slice (0 for structs and arrays).
    Indexed(Box<[(u64, TableNode)]>, u64),
    /// Entries of a map, in source order.
    Map(Box<[(TableNode, TableNode)]>),
    /// A pointer to a new variable that holds this.
    Pointer(Box<TableNode>),
    /// A constant converted to an interface, with its dynamic type.
    Interface(TypeId, Box<TableNode>),
}

impl Table {
    /// The strings and other large constants in it.
    #[must_use]
    pub fn constants(&self) -> &[Value] {
        &self.values
    }

    /// Packs a tree; linear.
    #[must_use]
    pub fn new(ty: TypeId, root: &TableNode) -> Self {
        let mut packer = Packer::default();
        packer.node(root);
        Self {
            ty,
            code: packer.code.into(),
            values: packer.values.into(),
            types: packer.types.into(),
        }
    }

    /// Stands where a table was taken from.
    pub(crate) fn taken() -> Self {
        Self {
            ty: TypeId::INVALID,
            code: Box::default(),
            values: Box::default(),
            types: Box::default(),
        }
    }

    /// The elements that are not zero, as a tree; linear.
    #[must_use]
    pub fn root(&self) -> TableNode {
        Reader { table: self, at: 0 }.node()
    }

    /// The dynamic types of the constants that it converts to an interface, each once.
    #[must_use]
    pub fn dynamic_types(&self) -> &[TypeId] {
        &self.types
    }

    /// Bytes behind it.
    pub(crate) fn heap_size(&self) -> usize {
        size_of_val(&*self.code) + size_of_val(&*self.values) + size_of_val(&*self.types)
    }
}

#[derive(Default)]
struct Packer {
    code: Vec<u8>,
    values: Vec<Value>,
    types: Vec<TypeId>,
    type_indices: FxHashMap<TypeId, u64>,
}

impl Packer {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.code.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.code.push(number as u8);
    }

    fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63).cast_unsigned());
    }

    fn node(&mut self, node: &TableNode) {
        match node {
            TableNode::Const(value) => self.constant(value),
            _ => stacker::maybe_grow(RED_ZONE, STACK_SEGMENT, || self.aggregate(node)),
        }
    }

    fn constant(&mut self, value: &Value) {
        match (value.kind(), value.as_i64(), value.as_bool()) {
            (Kind::Int, Some(number), _) => {
                self.code.push(INT);
                self.signed(number);
            }
            (Kind::Bool, _, Some(truth)) => self.code.push(if truth { TRUE } else { FALSE }),
            _ => {
                self.code.push(CONST);
                self.number(self.values.len() as u64);
                self.values.push(value.clone());
            }
        }
    }

    fn aggregate(&mut self, node: &TableNode) {
        match node {
            TableNode::Const(value) => self.constant(value),
            TableNode::Indexed(parts, length) => {
                let dense = parts.iter().enumerate().all(|(at, (index, _))| *index == at as u64);
                self.code.push(if dense { DENSE } else { SPARSE });
                self.number(*length);
                self.number(parts.len() as u64);
                let mut next = 0u64;
                for (index, part) in parts {
                    if !dense {
                        self.signed(index.wrapping_sub(next).cast_signed());
                        next = index.wrapping_add(1);
                    }
                    self.node(part);
                }
            }
            TableNode::Map(entries) => {
                self.code.push(MAP);
                self.number(entries.len() as u64);
                for (key, value) in entries {
                    self.node(key);
                    self.node(value);
                }
            }
            TableNode::Pointer(inner) => {
                self.code.push(POINTER);
                self.node(inner);
            }
            TableNode::Interface(ty, inner) => {
                let fresh = self.types.len() as u64;
                let index = *self.type_indices.entry(*ty).or_insert(fresh);
                if index == fresh {
                    self.types.push(*ty);
                }
                self.code.push(INTERFACE);
                self.number(index);
                self.node(inner);
            }
        }
    }
}

/// Reads what [`Packer`] wrote.
struct Reader<'t> {
    table: &'t Table,
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let byte = self.table.code.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        byte
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 || shift > 63 {
                return number;
            }
        }
    }

    fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
    }

    fn node(&mut self) -> TableNode {
        match self.byte() {
            CONST => {
                let at = self.number() as usize;
                TableNode::Const(self.table.values.get(at).cloned().unwrap_or(Value::UNKNOWN))
            }
            INT => TableNode::Const(Value::from_i64(self.signed())),
            FALSE => TableNode::Const(Value::from_bool(false)),
            TRUE => TableNode::Const(Value::from_bool(true)),
            tag => stacker::maybe_grow(RED_ZONE, STACK_SEGMENT, || self.aggregate(tag)),
        }
    }

    fn aggregate(&mut self, tag: u8) -> TableNode {
        match tag {
            POINTER => TableNode::Pointer(Box::new(self.node())),
            INTERFACE => {
                let at = self.number() as usize;
                let ty = self.table.types.get(at).copied().unwrap_or(TypeId::INVALID);
                TableNode::Interface(ty, Box::new(self.node()))
            }
            MAP => {
                let count = self.number();
                TableNode::Map((0..count).map(|_| (self.node(), self.node())).collect())
            }
            _ => {
                let length = self.number();
                let count = self.number();
                let mut next = 0u64;
                let part = |_| {
                    if tag == SPARSE {
                        next = next.wrapping_add_signed(self.signed());
                    }
                    let index = next;
                    next = next.wrapping_add(1);
                    (index, self.node())
                };
                TableNode::Indexed((0..count).map(part).collect(), length)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gossa_types::BasicKind;
    use proptest::prelude::*;

    fn int(value: i64) -> TableNode {
        TableNode::Const(Value::from_i64(value))
    }

    #[test]
    fn small_numbers_take_two_bytes() {
        let parts = (0..1000).map(|at| (at, int(at as i64 % 60 - 30))).collect();
        let table = Table::new(TypeId::INVALID, &TableNode::Indexed(parts, 1000));
        assert_eq!(table.heap_size(), 2 * 1000 + 5);
    }

    #[test]
    fn types_are_listed_once() {
        let (a, b) = (TypeId::basic(BasicKind::Int), TypeId::basic(BasicKind::Int8));
        let of = |ty| TableNode::Interface(ty, Box::new(int(1)));
        let parts = [a, b, a].into_iter().enumerate().map(|(at, ty)| (at as u64, of(ty)));
        let table = Table::new(TypeId::INVALID, &TableNode::Indexed(parts.collect(), 0));
        assert_eq!(table.dynamic_types(), [a, b]);
    }

    fn any_node() -> impl Strategy<Value = TableNode> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(int),
            any::<u64>().prop_map(|value| TableNode::Const(Value::from_u64(value))),
            any::<bool>().prop_map(|value| TableNode::Const(Value::from_bool(value))),
            "[a-z]{0,3}".prop_map(|text| TableNode::Const(Value::from_bytes(text.as_bytes()))),
            Just(TableNode::Const(Value::from_f64(2.0))),
            Just(TableNode::Const(Value::UNKNOWN)),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            let node = inner.clone();
            let boxed = inner.clone().prop_map(Box::new);
            prop_oneof![
                (prop::collection::vec((any::<u64>(), node), 0..6), any::<u64>())
                    .prop_map(|(parts, length)| TableNode::Indexed(parts.into(), length)),
                (prop::collection::vec(inner.clone(), 0..6), any::<u64>()).prop_map(
                    |(parts, length)| {
                        let parts = parts.into_iter().enumerate();
                        let parts = parts.map(|(at, part)| (at as u64, part)).collect();
                        TableNode::Indexed(parts, length)
                    }
                ),
                prop::collection::vec((inner.clone(), inner), 0..4)
                    .prop_map(|entries| TableNode::Map(entries.into())),
                boxed.clone().prop_map(TableNode::Pointer),
                boxed.prop_map(|node| TableNode::Interface(TypeId::basic(BasicKind::Int), node)),
            ]
        })
    }

    proptest! {
        #[test]
        fn packing_keeps_everything(node in any_node()) {
            prop_assert_eq!(Table::new(TypeId::INVALID, &node).root(), node);
        }
    }
}
