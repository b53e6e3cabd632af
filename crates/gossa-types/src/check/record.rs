//! The side tables of one tree while it is being checked.
//!
//! Cells rather than `&mut`, because resolving one declaration on demand may record into a tree
//! that is half checked already (`const ( a = b; b = 1 )`).

use crate::constant::Value;
use crate::info::{ExprType, Local, Mode, Selection, TreeTypes};
use crate::object::{LocalId, Object};
use crate::ty::{TypeId, TypeList};
use gossa_syntax::{ExprId, StmtId, Tree};
use std::cell::{Cell, RefCell};

/// The tables that grow while a tree is checked. Kept from one body to the next: what is in them
/// is copied out into slices of exactly its size.
#[derive(Default)]
pub(crate) struct Buffers {
    /// By expression: one more than the index in `constants`, or 0.
    constant_at: Vec<Cell<u32>>,
    constants: Vec<(ExprId, Value)>,
    selections: Vec<(ExprId, Selection)>,
    instances: Vec<(ExprId, TypeList)>,
    implicits: Vec<(StmtId, LocalId)>,
    locals: Vec<Local>,
    shifted: Vec<ExprId>,
}

/// Side tables in the making.
pub(crate) struct Records {
    exprs: Box<[Cell<ExprType>]>,
    objects: Box<[Cell<Option<Object>>]>,
    /// By expression: one more than the index in `constants`, or 0.
    constant_at: Vec<Cell<u32>>,
    constants: RefCell<Vec<(ExprId, Value)>>,
    selections: RefCell<Vec<(ExprId, Selection)>>,
    instances: RefCell<Vec<(ExprId, TypeList)>>,
    implicits: RefCell<Vec<(StmtId, LocalId)>>,
    locals: RefCell<Vec<Local>>,
    /// Untyped constants that a shift by a variable count shifts: their final type must be an
    /// integer type.
    shifted: RefCell<Vec<ExprId>>,
}

impl Records {
    /// Empty tables for a tree.
    pub(crate) fn new(tree: &Tree) -> Self {
        Self::with_buffers(tree, Buffers::default())
    }

    /// Empty tables for a tree, in the memory of earlier ones.
    pub(crate) fn with_buffers(tree: &Tree, mut buffers: Buffers) -> Self {
        let exprs = tree.exprs.len();
        buffers.constant_at.clear();
        buffers.constant_at.resize(exprs, Cell::new(0));
        buffers.shifted.clear();
        Self {
            exprs: vec![Cell::default(); exprs].into_boxed_slice(),
            objects: vec![Cell::default(); exprs].into_boxed_slice(),
            constant_at: buffers.constant_at,
            constants: RefCell::new(buffers.constants),
            selections: RefCell::new(buffers.selections),
            instances: RefCell::new(buffers.instances),
            implicits: RefCell::new(buffers.implicits),
            locals: RefCell::new(buffers.locals),
            shifted: RefCell::new(buffers.shifted),
        }
    }

    /// Type and mode of an expression as known now.
    #[inline]
    pub(crate) fn expr(&self, expr: ExprId) -> ExprType {
        self.exprs[expr.index()].get()
    }

    /// Records type and mode.
    #[inline]
    pub(crate) fn set_expr(&self, expr: ExprId, mode: Mode, ty: TypeId) {
        self.exprs[expr.index()].set(ExprType { ty: Some(ty), mode });
    }

    /// What an identifier denotes as known now.
    #[inline]
    pub(crate) fn object(&self, ident: ExprId) -> Option<Object> {
        self.objects[ident.index()].get()
    }

    /// Records what an identifier denotes.
    #[inline]
    pub(crate) fn set_object(&self, ident: ExprId, object: Object) {
        self.objects[ident.index()].set(Some(object));
    }

    /// Records the value of a constant expression.
    pub(crate) fn set_constant(&self, expr: ExprId, value: Value) {
        let at = &self.constant_at[expr.index()];
        let mut constants = self.constants.borrow_mut();
        match at.get() {
            0 => {
                constants.push((expr, value));
                at.set(constants.len() as u32);
            }
            known => constants[known as usize - 1].1 = value,
        }
    }

    /// The recorded value of a constant expression.
    pub(crate) fn constant(&self, expr: ExprId) -> Option<Value> {
        let at = self.constant_at[expr.index()].get();
        (at != 0).then(|| self.constants.borrow()[at as usize - 1].1.clone())
    }

    /// Records a selection.
    pub(crate) fn add_selection(&self, selector: ExprId, selection: Selection) {
        self.selections.borrow_mut().push((selector, selection));
    }

    /// Records the type arguments at an identifier.
    pub(crate) fn add_instance(&self, ident: ExprId, args: TypeList) {
        self.instances.borrow_mut().push((ident, args));
    }

    /// Records a type switch's symbol in a clause.
    pub(crate) fn add_implicit(&self, clause: StmtId, local: LocalId) {
        self.implicits.borrow_mut().push((clause, local));
    }

    /// Adds a local variable.
    pub(crate) fn add_local(&self, local: Local) -> LocalId {
        let mut locals = self.locals.borrow_mut();
        locals.push(local);
        LocalId::from_usize(locals.len() - 1)
    }

    /// A local variable.
    #[inline]
    pub(crate) fn local(&self, local: LocalId) -> Local {
        self.locals.borrow()[local.index()]
    }

    /// How many local variables there are.
    pub(crate) fn local_count(&self) -> usize {
        self.locals.borrow().len()
    }

    /// Gives a local variable its type.
    pub(crate) fn set_local_type(&self, local: LocalId, ty: TypeId) {
        self.locals.borrow_mut()[local.index()].ty = ty;
    }

    /// Marks an untyped constant that is shifted by a variable count.
    pub(crate) fn mark_shifted(&self, expr: ExprId) {
        self.shifted.borrow_mut().push(expr);
    }

    /// Whether [`Records::mark_shifted`] marked it.
    pub(crate) fn is_shifted(&self, expr: ExprId) -> bool {
        let shifted = self.shifted.borrow();
        !shifted.is_empty() && shifted.contains(&expr)
    }

    /// The finished tables. A local without a type is of the invalid type already.
    pub(crate) fn finish(self) -> TreeTypes {
        self.take_apart().0
    }

    /// The finished tables, and the memory in which they grew.
    pub(crate) fn take_apart(self) -> (TreeTypes, Buffers) {
        let mut buffers = Buffers {
            constant_at: self.constant_at,
            constants: self.constants.into_inner(),
            selections: self.selections.into_inner(),
            instances: self.instances.into_inner(),
            implicits: self.implicits.into_inner(),
            locals: self.locals.into_inner(),
            shifted: self.shifted.into_inner(),
        };
        let types = TreeTypes {
            exprs: self.exprs.into_iter().map(Cell::into_inner).collect(),
            objects: self.objects.into_iter().map(Cell::into_inner).collect(),
            constants: sorted(&mut buffers.constants),
            selections: sorted(&mut buffers.selections),
            instances: sorted(&mut buffers.instances),
            implicits: sorted(&mut buffers.implicits),
            locals: buffers.locals.drain(..).collect(),
        };
        (types, buffers)
    }
}

/// Takes what is in a table out of it, sorted by key, each key once.
fn sorted<K: Ord + Copy, V>(table: &mut Vec<(K, V)>) -> Box<[(K, V)]> {
    if !table.is_sorted_by(|(left, _), (right, _)| left < right) {
        // Stable, and the last of equal keys wins: an expression that is evaluated again (an
        // inherited constant initialiser) shows its last evaluation.
        table.sort_by_key(|(key, _)| *key);
        table.reverse();
        table.dedup_by_key(|(key, _)| *key);
        table.reverse();
    }
    table.drain(..).collect()
}
