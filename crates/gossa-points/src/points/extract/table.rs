//! Tables of constants: the objects that they make, and what those point to.

use super::{Extractor, Leaves};
use crate::points::facts::{CellRef, NodeRef, ObjectKind};
use crate::points::layout::{backing_array, map_object};
use gossa_ssa::{InstId, TableId, TableNode};
use gossa_types::{TypeId, TypeKind};

impl Extractor<'_, '_, '_> {
    /// The leaves of a table. Elements of one array are taken together, so there are as many
    /// objects as types on the way, not as elements.
    pub(super) fn table(&mut self, inst: InstId, table: TableId) -> Leaves {
        let table = &self.body[table];
        let ty = table.ty;
        let count = self.leaf_count(ty);
        if count == 0 {
            return Leaves::new();
        }
        let root = table.root();
        let list: Leaves = (0..count).map(|_| self.variable()).collect();
        let mut made = Vec::new();
        self.fill(inst, ty, &root, &list, &mut made);
        list
    }

    /// Makes `list` hold what the leaves of `node` hold. `made` are the objects that there are
    /// already, by what points to them.
    fn fill(
        &mut self,
        inst: InstId,
        ty: TypeId,
        node: &TableNode,
        list: &[NodeRef],
        made: &mut Vec<(NodeRef, u32)>,
    ) {
        if list.is_empty() {
            return;
        }
        let program = self.layouts.program();
        let under = program.under(ty);
        match (node, under.kind()) {
            (TableNode::Interface(dynamic, inner), _) => {
                let leaves: Leaves =
                    (0..self.leaf_count(*dynamic)).map(|_| self.variable()).collect();
                self.fill(inst, *dynamic, inner, &leaves, made);
                let value = self.boxed(inst, *dynamic, &leaves);
                for node in value {
                    self.copy(node, list[0]);
                }
            }
            (TableNode::Pointer(inner), TypeKind::Pointer(elem)) => {
                let first = self.object_behind(inst, list[0], *elem, 0, made);
                self.fill_object(inst, *elem, inner, first, made);
            }
            (TableNode::Indexed(parts, _), TypeKind::Slice(elem)) => {
                let first = self.object_behind(inst, list[0], backing_array(*elem), 1, made);
                for (_, part) in parts {
                    self.fill_object(inst, *elem, part, first + 1, made);
                }
            }
            (TableNode::Indexed(parts, _), TypeKind::Array { elem, .. }) => {
                for (_, part) in parts {
                    self.fill(inst, *elem, part, list, made);
                }
            }
            (TableNode::Indexed(parts, _), TypeKind::Struct(fields)) => {
                let starts = self.layouts.field_cells(ty);
                for (index, part) in parts {
                    let (Some(field), Some(&start)) =
                        (fields.get(*index as usize), starts.get(*index as usize))
                    else {
                        continue;
                    };
                    let range = self.layouts.layout(ty).leaves_of(start);
                    self.fill(inst, field.ty, part, &list[range], made);
                }
            }
            (TableNode::Map(entries), TypeKind::Map { key, value }) => {
                let object = map_object(program, ty);
                let first = self.object_behind(inst, list[0], object, 0, made);
                let value_cell = 1 + self.layouts.layout(*key).cells.len() as u32;
                for (k, v) in entries {
                    self.fill_object(inst, *key, k, first + 1, made);
                    self.fill_object(inst, *value, v, first + value_cell, made);
                }
            }
            _ => {}
        }
    }

    /// Fills the cells of a variable of type `ty` that begins at a cell.
    fn fill_object(
        &mut self,
        inst: InstId,
        ty: TypeId,
        node: &TableNode,
        first: u32,
        made: &mut Vec<(NodeRef, u32)>,
    ) {
        let layout = self.layouts.of(ty);
        let leaves = &self.layouts.get(layout).leaves;
        let list: Leaves = leaves.iter().map(|&leaf| NodeRef::cell(first + leaf)).collect();
        self.fill(inst, ty, node, &list, made);
    }

    /// The object that a leaf points to, made when it is first asked for.
    fn object_behind(
        &mut self,
        inst: InstId,
        leaf: NodeRef,
        ty: TypeId,
        delta: u32,
        made: &mut Vec<(NodeRef, u32)>,
    ) -> u32 {
        if let Some(&(_, first)) = made.iter().find(|(from, _)| *from == leaf) {
            return first;
        }
        let first = self.object(ty, inst, ObjectKind::Table);
        made.push((leaf, first));
        self.member(leaf, CellRef { node: NodeRef::cell(first + delta), boxed: false });
        first
    }
}
