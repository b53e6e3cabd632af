//! Elements in words.

use super::Queries;
use crate::points::facts::ObjectKind;
use crate::points::layout::LayoutId;
use crate::points::link::{Element, Origin};
use crate::program::FuncIndex;
use gossa_ssa::InstId;
use gossa_types::{DeclId, PackageId, TypeId, TypeKind};
use std::fmt::Write;

/// What a pointee is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PointeeKind {
    /// An instruction of a function makes it.
    Made(FuncIndex, InstId, ObjectKind),
    /// A package-level variable.
    Global(DeclId),
    /// A function's code.
    Func(FuncIndex),
    /// A value without pointers, in an interface.
    Plain,
    /// What a nil pointer would point to.
    Nil,
    /// A pointer of another type than it says, in an interface.
    Box,
    /// Reflection makes it.
    Reflected,
    /// Callers that are not seen make it, or it is anything that they have.
    Outside,
    /// Anything that a package knows by reflection.
    Universe(PackageId),
    /// A type, as `reflect` has it.
    Type,
    /// Memory that only the runtime and `reflect` look into.
    Opaque,
}

/// An element, with what a reader wants to know of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pointee {
    /// The element.
    pub element: Element,
    /// What the object is.
    pub kind: PointeeKind,
    /// The object's type, as Go writes it: of the array behind slices `[...]T`.
    pub ty: String,
    /// Which part of the object: fields as `.f`, elements of arrays and slices as `[*]`, of maps and
    /// channels `.key` and `.element`. Empty for all of it.
    pub path: String,
    /// Whether an interface holds this value, rather than a pointer to it.
    pub boxed: bool,
}

impl PointeeKind {
    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Made(_, _, kind) => match kind {
                ObjectKind::Variable => "variable",
                ObjectKind::New => "new",
                ObjectKind::Temporary => "temporary",
                ObjectKind::Make => "make",
                ObjectKind::Append => "append",
                ObjectKind::Interface => "interface",
                ObjectKind::Conversion => "conversion",
                ObjectKind::Table => "table",
            },
            Self::Global(_) => "global",
            Self::Func(_) => "function",
            Self::Plain => "plain",
            Self::Nil => "nil",
            Self::Box => "box",
            Self::Reflected => "reflected",
            Self::Outside => "outside",
            Self::Universe(_) => "reflection",
            Self::Type => "type",
            Self::Opaque => "runtime",
        }
    }
}

impl Queries<'_, '_, '_> {
    /// An element in words.
    #[must_use]
    pub fn describe(&self, element: Element) -> Pointee {
        let linker = self.solver.linker();
        let cell = element / 2;
        let object = *linker.object_of(cell);
        let kind = match object.origin {
            Origin::Site(instance, inst, kind) => {
                PointeeKind::Made(linker.instances()[instance.0 as usize].func, inst, kind)
            }
            Origin::Global(decl) => PointeeKind::Global(decl),
            Origin::Func(func) => PointeeKind::Func(func),
            Origin::Plain => PointeeKind::Plain,
            Origin::Nil => PointeeKind::Nil,
            Origin::Boxes => PointeeKind::Box,
            Origin::Reflected => PointeeKind::Reflected,
            Origin::Outside => PointeeKind::Outside,
            Origin::Universe(package) => PointeeKind::Universe(package),
            Origin::Types => PointeeKind::Type,
            Origin::Opaque => PointeeKind::Opaque,
        };
        let (ty, path) = match object.origin {
            Origin::Nil => (self.type_text(linker.types[cell as usize]), String::new()),
            Origin::Func(func) => {
                (self.layouts.program().function(func).to_string(), String::new())
            }
            Origin::Universe(package) => (package.to_string(), String::new()),
            Origin::Outside if let Some(ty) = linker.outside_type(cell) => {
                (self.type_text(ty), String::new())
            }
            _ => {
                let ty = self.layouts.get(object.layout).cells[0].ty;
                (self.type_text(ty), self.path(object.layout, cell - object.first))
            }
        };
        Pointee { element, kind, ty, path, boxed: element % 2 == 1 }
    }

    /// A type as Go writes it, the analysis' own types for arrays behind slices, maps and channels
    /// as what they are.
    #[must_use]
    pub fn type_text(&self, ty: TypeId) -> String {
        let text = |ty| gossa_types::print::type_string(self.layouts.program().resolver(), ty);
        match ty.kind() {
            // Of maps and channels.
            TypeKind::Tuple(parts) => match parts[..] {
                [map] => text(map),
                [elem, _] => format!("chan {}", text(elem)),
                _ => text(ty),
            },
            TypeKind::Array { elem, len: i64::MAX } => format!("[...]{}", text(*elem)),
            _ => text(ty),
        }
    }

    /// The part of an object that a cell is.
    fn path(&self, layout: LayoutId, wanted: u32) -> String {
        let cells = &self.layouts.get(layout).cells;
        let mut path = String::new();
        let mut at = 0;
        while at < wanted {
            let cell = cells[at as usize];
            // The part that has the cell, and how many are before it.
            let (mut part, mut index) = (at + 1, 0);
            while part + cells[part as usize].extent <= wanted {
                part += cells[part as usize].extent;
                index += 1;
            }
            if cell.array {
                path.push_str("[*]");
            } else if let TypeKind::Tuple(parts) = cell.ty.kind() {
                let is_key = parts.len() == 1 && index == 0;
                path.push_str(if is_key { ".key" } else { ".element" });
            } else if let TypeKind::Struct(fields) = self.layouts.program().under(cell.ty).kind() {
                let name = fields.get(index).map_or("_", |field| field.name.as_str());
                let _ = write!(path, ".{name}");
            }
            at = part;
        }
        path
    }
}
