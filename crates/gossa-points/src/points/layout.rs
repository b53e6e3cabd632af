//! How objects fall into cells.
//!
//! A *cell* is a place that a pointer can point to: a variable as a whole, each of its fields at any
//! depth, the elements of an array taken together. The cells of an object are numbered in
//! preorder, so that a field is at a fixed distance from its struct whatever the struct is part of.
//! A struct and its first field have the same address but are two cells: what a pointer points to
//! has one type, and a dynamic type can be read off it.
//!
//! *Leaves* are the cells that hold pointers: what a value of the type consists of for a points-to
//! analysis. Byte offsets are the compiler's; they are only looked at where `unsafe` lets a pointer
//! of one type point to a cell of another.

use crate::program::Program;
use elsa::FrozenVec;
use gossa_base::FxHashMap;
use gossa_types::sizes::Sizes;
use gossa_types::{BasicKind, TypeId, TypeKind};
use smallvec::SmallVec;
use std::cell::RefCell;

/// What a cell holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Holds {
    /// No pointer: a number, a function's code, or something that has cells of its own.
    Nothing,
    /// A pointer, `uintptr`, slice, map, channel or function value.
    Pointer,
    /// An interface value.
    Interface,
    /// A string.
    String,
}

/// A cell of a type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cell {
    /// Its type, normal.
    pub ty: TypeId,
    /// Bytes from the start; of an array's element those of the first.
    pub offset: u64,
    /// How many bytes it takes; `u64::MAX` for arrays of unknown length.
    pub size: u64,
    /// How many cells it and its parts are.
    pub extent: u32,
    /// What it holds itself.
    pub holds: Holds,
    /// Whether its only part is the element of an array.
    pub array: bool,
}

/// The cells of a type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// In preorder; at least one.
    pub cells: Box<[Cell]>,
    /// Cells that hold pointers or interfaces, in order.
    pub leaves: Box<[u32]>,
    /// Equal for layouts that differ in the names of types only.
    pub shape: u32,
}

/// A layout of a [`Layouts`]; dense.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LayoutId(pub u32);

/// Deepest nesting, and most cells of one type; beyond, a type is one cell.
const MAX_DEPTH: u32 = 64;
const MAX_CELLS: usize = 1 << 14;

/// A layout without the names of types: of each cell its offset, its extent, what it holds.
type Shape = Vec<(u64, u32, Holds)>;

/// The layouts of a program's types.
pub struct Layouts<'p, 'e> {
    program: &'p Program<'e>,
    sizes: Sizes<'p>,
    all: FrozenVec<Box<Layout>>,
    of: RefCell<FxHashMap<TypeId, LayoutId>>,
    shapes: RefCell<FxHashMap<Shape, u32>>,
    prefixes: RefCell<FxHashMap<(LayoutId, LayoutId), bool>>,
    fitting: RefCell<FxHashMap<(LayoutId, u64, LayoutId), bool>>,
}

impl<'p, 'e> Layouts<'p, 'e> {
    /// Layouts of the types of a program.
    #[must_use]
    pub fn new(program: &'p Program<'e>) -> Self {
        Self {
            program,
            sizes: program.sizes(),
            all: FrozenVec::new(),
            of: RefCell::default(),
            shapes: RefCell::default(),
            prefixes: RefCell::default(),
            fitting: RefCell::default(),
        }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &'p Program<'e> {
        self.program
    }

    /// A layout.
    #[must_use]
    pub fn get(&self, id: LayoutId) -> &Layout {
        &self.all[id.0 as usize]
    }

    /// The layout of a variable of a type. Map and channel objects have those of the types that
    /// [`map_object`] and [`chan_object`] give.
    #[must_use]
    pub fn of(&self, ty: TypeId) -> LayoutId {
        if let Some(&known) = self.of.borrow().get(&ty) {
            return known;
        }
        let normal = self.program.normal(ty);
        let known = self.of.borrow().get(&normal).copied();
        let id = known.unwrap_or_else(|| {
            let mut cells = Vec::new();
            self.add(&mut cells, normal, 0, 0);
            let holds_pointer =
                |cell: &Cell| matches!(cell.holds, Holds::Pointer | Holds::Interface);
            let leaves =
                (0..cells.len() as u32).filter(|&at| holds_pointer(&cells[at as usize])).collect();
            let key = cells.iter().map(|cell| (cell.offset, cell.extent, cell.holds)).collect();
            let mut shapes = self.shapes.borrow_mut();
            let fresh = shapes.len() as u32;
            let shape = *shapes.entry(key).or_insert(fresh);
            self.all.push(Box::new(Layout { cells: cells.into(), leaves, shape }));
            LayoutId(self.all.len() as u32 - 1)
        });
        let mut of = self.of.borrow_mut();
        of.insert(normal, id);
        of.insert(ty, id);
        id
    }

    /// The layout of a variable of a type.
    #[must_use]
    pub fn layout(&self, ty: TypeId) -> &Layout {
        self.get(self.of(ty))
    }

    /// Whether what is `offset` bytes from the start of an object can be taken for a variable of a
    /// type: where that has pointers, so has the object, and where it has none at all, the object
    /// has none. Bytes may be a view of anything, and `uintptr`s may be anything. The collector asks
    /// the first of programs, too: it would not see pointers elsewhere.
    #[must_use]
    pub fn fits(&self, object: LayoutId, offset: u64, ty: TypeId) -> bool {
        let view = self.of(ty);
        if let Some(&known) = self.fitting.borrow().get(&(object, offset, view)) {
            return known;
        }
        let fits = match self.is_bytes(ty) {
            true => true,
            false if self.has_pointers(view) => self.has_pointers_of(object, offset, view),
            false => self.is_free_of_pointers(object, offset, self.get(view).cells[0].size),
        };
        self.fitting.borrow_mut().insert((object, offset, view), fits);
        fits
    }

    /// Whether a type is a byte or an array of bytes.
    #[must_use]
    pub fn is_bytes(&self, ty: TypeId) -> bool {
        match self.program.under(ty).kind() {
            TypeKind::Array { elem, .. } => self.is_bytes(*elem),
            TypeKind::Basic(basic) => matches!(basic, BasicKind::Uint8 | BasicKind::Int8),
            _ => false,
        }
    }

    /// Whether a type is of addresses of nothing in particular: `unsafe.Pointer` or `uintptr`.
    #[must_use]
    pub fn is_address(&self, ty: TypeId) -> bool {
        let basic = self.program.under(ty).as_basic();
        matches!(basic, Some(BasicKind::UnsafePointer | BasicKind::Uintptr))
    }

    /// The shape of memory that has parts and pointers: memory of one such type can be taken for that
    /// of another with the same.
    #[must_use]
    pub fn shape_of(&self, ty: TypeId) -> Option<u32> {
        let id = self.of(ty);
        let layout = self.get(id);
        (layout.cells.len() > 1 && self.has_pointers(id)).then_some(layout.shape)
    }

    fn is_uintptr(&self, ty: TypeId) -> bool {
        self.program.under(ty).as_basic().is_some_and(|basic| basic == BasicKind::Uintptr)
    }

    /// Whether variables of a layout hold pointers, or strings.
    #[must_use]
    pub fn has_pointers(&self, id: LayoutId) -> bool {
        self.get(id).cells.iter().any(|cell| cell.holds != Holds::Nothing)
    }

    /// The innermost cell at a byte offset of an object.
    fn innermost(&self, object: LayoutId, at: u64) -> Option<Cell> {
        let layout = self.get(object);
        layout.at_offset(at).last().map(|&(at, _)| layout.cells[at as usize])
    }

    fn word(&self) -> u64 {
        u64::from(self.program.env().target().word_size)
    }

    /// Whether an object has pointers wherever a view of it has.
    fn has_pointers_of(&self, object: LayoutId, offset: u64, view: LayoutId) -> bool {
        self.get(view).cells.iter().all(|cell| {
            let words = match cell.holds {
                Holds::Nothing => 0,
                Holds::Interface => 2,
                Holds::Pointer if self.is_uintptr(cell.ty) => 0,
                Holds::Pointer | Holds::String => 1,
            };
            (0..words).all(|at| {
                let at = offset.checked_add(cell.offset).map(|start| start + at * self.word());
                at.is_none_or(|at| {
                    at >= u64::MAX / 2
                        || self.innermost(object, at).is_some_and(|c| c.holds != Holds::Nothing)
                })
            })
        })
    }

    /// Whether an object has no pointers in some bytes.
    fn is_free_of_pointers(&self, object: LayoutId, offset: u64, size: u64) -> bool {
        let layout = self.get(object);
        if layout.cells.iter().all(|cell| cell.holds == Holds::Nothing) {
            return true;
        }
        // Of a longer view than this the rest is an array's, like its beginning.
        let words = (size.min(4096)).div_ceil(self.word());
        (0..words).all(|at| {
            let innermost = self.innermost(object, offset.saturating_add(at * self.word()));
            innermost.is_none_or(|cell| cell.holds == Holds::Nothing || self.is_uintptr(cell.ty))
        })
    }

    /// Whether memory of one type can be taken for that of the other, as far as the smaller goes:
    /// the same things are at the same places. What has no pointers is apart from all else.
    #[must_use]
    pub fn is_prefix(&self, a: TypeId, b: TypeId) -> bool {
        let (a, b) = (self.of(a), self.of(b));
        let key = (a.min(b), a.max(b));
        if a == b {
            return true;
        }
        if let Some(&known) = self.prefixes.borrow().get(&key) {
            return known;
        }
        let (a, b) = (self.get(a), self.get(b));
        let end = a.cells[0].size.min(b.cells[0].size);
        let held = |layout: &Layout| -> Vec<(u64, Holds)> {
            let cells = layout.cells.iter().filter(|cell| cell.holds != Holds::Nothing);
            cells.map(|cell| (cell.offset, cell.holds)).filter(|&(at, _)| at < end).collect()
        };
        let held = [held(a), held(b)];
        let is_prefix = held[0] == held[1] && !held[0].is_empty();
        self.prefixes.borrow_mut().insert(key, is_prefix);
        is_prefix
    }

    /// How many leaves a value of a type has.
    #[must_use]
    pub fn leaf_count(&self, ty: TypeId) -> usize {
        self.layout(ty).leaves.len()
    }

    /// The cells of the parts of a struct type, in terms of the type's own cells: where each field
    /// begins.
    #[must_use]
    pub fn field_cells(&self, ty: TypeId) -> SmallVec<[u32; 8]> {
        let layout = self.layout(ty);
        let mut at = 1;
        let mut starts = SmallVec::new();
        while at < layout.cells[0].extent {
            starts.push(at);
            at += layout.cells[at as usize].extent;
        }
        starts
    }

    fn add(&self, cells: &mut Vec<Cell>, ty: TypeId, offset: u64, depth: u32) {
        let at = cells.len();
        let bytes = self.sizes.size(ty).and_then(|size| u64::try_from(size).ok());
        let size = bytes.unwrap_or(u64::MAX);
        cells.push(Cell { ty, offset, size, extent: 1, holds: Holds::Nothing, array: false });
        let full = depth > MAX_DEPTH || cells.len() > MAX_CELLS;
        let part = |this: &Self, cells: &mut Vec<Cell>, ty: TypeId, offset: u64| {
            this.add(cells, this.program.normal(ty), offset, depth + 1);
        };
        match ty.kind() {
            TypeKind::Tuple(_) if full => {}
            TypeKind::Tuple(parts) => match parts[..] {
                [map] => {
                    if let TypeKind::Map { key, value } = *self.program.under(map).kind() {
                        part(self, cells, key, u64::MAX);
                        part(self, cells, value, u64::MAX);
                    }
                }
                [elem, _] => part(self, cells, elem, u64::MAX),
                _ => {}
            },
            _ => match self.program.under(ty).kind() {
                TypeKind::Struct(fields) if !full => {
                    let offsets = self.sizes.offsets(fields);
                    for (field, at) in fields.iter().zip(offsets) {
                        let at = at.and_then(|at| u64::try_from(at).ok()).unwrap_or(0);
                        part(self, cells, field.ty, offset.saturating_add(at));
                    }
                }
                // Of one without elements, too: slices of it point to where they would be.
                TypeKind::Array { elem, len } if !full => {
                    cells[at].array = true;
                    if *len == i64::MAX {
                        cells[at].size = u64::MAX;
                    }
                    part(self, cells, *elem, offset);
                }
                TypeKind::Struct(_) | TypeKind::Array { .. } => {}
                TypeKind::Interface(_) => cells[at].holds = Holds::Interface,
                TypeKind::Pointer(_)
                | TypeKind::Slice(_)
                | TypeKind::Map { .. }
                | TypeKind::Chan { .. }
                | TypeKind::Signature(_)
                | TypeKind::Basic(BasicKind::UnsafePointer | BasicKind::Uintptr) => {
                    cells[at].holds = Holds::Pointer;
                }
                TypeKind::Basic(BasicKind::String) => cells[at].holds = Holds::String,
                _ => {}
            },
        }
        cells[at].extent = (cells.len() - at) as u32;
    }
}

impl Layout {
    /// The cells that begin at a byte offset or hold it, from the outermost to the innermost, each
    /// with whether it begins there. Elements of arrays are taken together.
    #[must_use]
    pub fn at_offset(&self, mut offset: u64) -> SmallVec<[(u32, bool); 8]> {
        let mut found: SmallVec<[(u32, bool); 8]> = SmallVec::new();
        let mut at = 0u32;
        if self.cells[0].size != u64::MAX && offset >= self.cells[0].size.max(1) {
            return found;
        }
        loop {
            let cell = &self.cells[at as usize];
            found.push((at, cell.offset == offset));
            let end = at + cell.extent;
            let mut part = at + 1;
            let next = loop {
                if part >= end {
                    break None;
                }
                let inner = &self.cells[part as usize];
                if cell.array && inner.size > 0 && inner.size != u64::MAX {
                    offset = cell.offset + (offset - cell.offset) % inner.size;
                }
                let within = offset >= inner.offset
                    && (inner.size == u64::MAX || offset - inner.offset < inner.size.max(1));
                if within {
                    break Some(part);
                }
                part += inner.extent;
            };
            match next {
                Some(part) => at = part,
                None => return found,
            }
        }
    }

    /// The leaves of the part that begins at a cell: positions in [`Layout::leaves`].
    #[must_use]
    pub fn leaves_of(&self, cell: u32) -> std::ops::Range<usize> {
        let end = cell + self.cells[cell as usize].extent;
        let start = self.leaves.partition_point(|&leaf| leaf < cell);
        start..self.leaves.partition_point(|&leaf| leaf < end)
    }
}

/// The type of the elements of slices as one array of unknown length.
#[must_use]
pub fn backing_array(elem: TypeId) -> TypeId {
    TypeId::new(TypeKind::Array { elem, len: i64::MAX })
}

/// The type of what maps of a type point to: a cell for the map, then a key, then an element. No
/// variable has a tuple type, so no pointer of the program points to one.
#[must_use]
pub fn map_object(program: &Program<'_>, map: TypeId) -> TypeId {
    TypeId::tuple(&[program.normal(program.under(map))])
}

/// The type of what channels of a type point to: a cell for the channel, then an element. Channels
/// of all directions with one element type are the same.
#[must_use]
pub fn chan_object(program: &Program<'_>, chan: TypeId) -> TypeId {
    let elem = match program.under(chan).kind() {
        TypeKind::Chan { elem, .. } => program.normal(*elem),
        _ => TypeId::INVALID,
    };
    TypeId::tuple(&[elem, elem])
}

/// The type of a function's cell.
#[must_use]
pub fn func_object() -> TypeId {
    TypeId::tuple(&[TypeId::basic(BasicKind::Int)])
}
