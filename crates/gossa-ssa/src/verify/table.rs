//! V12 for constants and constant tables.

use super::{Check, Place};
use crate::ids::InstId;
use crate::print::type_text;
use crate::table::{Table, TableNode};
use gossa_types::constant::{Kind, Value};
use gossa_types::{TypeId, TypeKind};

impl Check<'_> {
    /// Whether a constant is of the kind that its type has.
    pub(super) fn constant_fits(&self, value: &Value, ty: TypeId) -> bool {
        let Some(under) = self.underlying(ty) else {
            return true;
        };
        let TypeKind::Basic(basic) = under.kind() else {
            return false;
        };
        match value.kind() {
            Kind::Unknown => true,
            Kind::Bool => basic.is_boolean(),
            Kind::String => basic.is_string(),
            Kind::Int => basic.is_integer(),
            Kind::Float => basic.is_float(),
            Kind::Complex => basic.is_complex(),
        }
    }

    pub(super) fn table(&mut self, inst: InstId, table: &Table) {
        // A stack of its own: tables are as deep as the source nests.
        let root = table.root();
        let mut pending = vec![(&root, table.ty)];
        while let Some((node, ty)) = pending.pop() {
            let Some(under) = self.underlying(ty) else {
                continue;
            };
            let fits = match (node, under.kind()) {
                (TableNode::Const(value), _) => self.constant_fits(value, ty),
                (TableNode::Indexed(entries, 0), TypeKind::Struct(fields)) => {
                    entries.iter().all(|(index, node)| {
                        let field = usize::try_from(*index).ok().and_then(|at| fields.get(at));
                        field.inspect(|field| pending.push((node, field.ty))).is_some()
                    })
                }
                (TableNode::Indexed(entries, 0), TypeKind::Array { elem, len }) => {
                    pending.extend(entries.iter().map(|(_, node)| (node, *elem)));
                    entries.iter().all(|(index, _)| *index < (*len).max(0).unsigned_abs())
                }
                (TableNode::Indexed(entries, length), TypeKind::Slice(elem)) => {
                    pending.extend(entries.iter().map(|(_, node)| (node, *elem)));
                    entries.iter().all(|(index, _)| index < length)
                }
                (TableNode::Map(entries), TypeKind::Map { key, value }) => {
                    for (key_node, value_node) in entries {
                        pending.push((key_node, *key));
                        pending.push((value_node, *value));
                    }
                    true
                }
                (TableNode::Pointer(node), TypeKind::Pointer(elem)) => {
                    pending.push((node, *elem));
                    true
                }
                (TableNode::Interface(dynamic, node), TypeKind::Interface(_)) => {
                    pending.push((node, *dynamic));
                    !matches!(
                        self.underlying(*dynamic).map(TypeId::kind),
                        Some(TypeKind::Interface(_))
                    )
                }
                _ => false,
            };
            if !fits {
                self.report(12, Place::Inst(inst), || {
                    format!("a part of the table is no {}", type_text(ty))
                });
                return;
            }
        }
    }
}
