//! The type checker: trees in, side tables and declarations out.
//!
//! A package is checked in two steps that the caller may run at different times. The first,
//! [`check_package`], looks at everything but function bodies and yields [`PackageDecls`]; the
//! second, [`check_body`], looks at one body, and many may run at once.
//!
//! Inside, a `Checker` works on one tree. Package-level declarations may come in any order, so
//! in the first step a checker that meets a name not yet resolved has another checker resolve it
//! on the spot (`resolve`); whoever meets a declaration that is being resolved has found a cycle.
//! Types themselves are pure keys ([`TypeId`]), so mentioning a defined type resolves nothing:
//! only what it *is* needs resolving, and most questions of that sort (is this map key comparable,
//! does this argument satisfy its constraint) are put off until the declarations are known
//! (`Delayed`).
//!
//! Expressions that are untyped are recorded as untyped first; when their context gives them a
//! type, the recorded types of the whole subtree are updated (`update`).
//!
//! An error makes its operand invalid, and what is invalid reports no further error.
//!
//! Reading order: [`package`], [`body`], `resolve`, `decl`, `type_expr`, `expr`, `stmt`.
//!
//! [`PackageDecls`]: crate::PackageDecls

mod assign;
mod binary;
pub mod body;
mod builtin;
mod call;
mod collect;
mod composite;
mod constant_expr;
mod context;
mod conversion;
mod decl;
mod delayed;
mod expr;
mod function;
mod index;
mod instance_cycles;
mod instantiate;
mod item_tree;
mod labels;
mod messages;
mod operand;
pub mod package;
mod range;
mod record;
mod relations;
mod resolve;
mod returns;
mod scope;
mod selector;
mod shift;
mod stmt;
mod switch;
mod type_expr;
mod unsafe_builtin;
mod update;
mod valid_type;

pub use body::check_body;
pub use collect::import_path;
pub use instance_cycles::instantiation_cycles;
pub use item_tree::item_tree;
pub use package::{CgoInput, PackageInput, check_package, unused_imports};

use crate::decls::{At, DeclSource, Note, NoteKind, TypeError};
use crate::ids::{DeclId, TypeParamId};
use crate::info::{Local, LocalKind};
use crate::object::{LocalId, Object};
use crate::ty::{SignatureType, TypeId};
use context::{Context, Version};
use delayed::Delayed;
use gossa_base::{FxHashMap, FxHashSet, Name};
use gossa_syntax::{ExprId, NodeId, Tree};
use operand::{ExprKind, Operand, Synthetic};
use record::Records;
use scope::{Entity, Scopes};
use std::sync::Arc;

/// Stack that must be left when a recursive step begins, and what is added when it is not.
const RED_ZONE: usize = 128 << 10;
const STACK_STEP: usize = 2 << 20;

/// Runs a recursive step with enough stack.
#[inline]
fn with_stack<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, STACK_STEP, step)
}

/// The function whose statements are being checked.
#[derive(Clone, Copy)]
struct Function {
    signature: Option<&'static SignatureType>,
    /// Index of the first result among the locals.
    first_result: u32,
    /// The literal, `None` for the declared function.
    literal: Option<ExprId>,
}

/// A local type declaration that is not finished.
#[derive(Clone, Copy)]
struct OpenType {
    decl: DeclId,
    ident: ExprId,
    alias: bool,
}

/// What a generic function is assigned to, as messages name it.
#[derive(Clone, Copy)]
enum Target {
    Unnamed,
    Variable(Name),
    Expr(ExprId),
    Result,
    Conversion,
}

/// Where a tree is, and which tables are filled from it.
#[derive(Clone, Copy)]
struct Place<'c> {
    tree: &'c Tree,
    records: &'c Records,
    source: DeclSource,
    in_body: bool,
    /// Index among the header trees of a package that is being checked.
    header: Option<u32>,
    version: Version,
}

/// A constant declared in the tree at hand.
struct LocalConst {
    ident: ExprId,
    ty: TypeId,
    value: crate::constant::Value,
}

/// What a checker needs for a while only; kept between bodies.
#[derive(Default)]
struct Scratch {
    scopes: Scopes,
    used: Vec<bool>,
    local_consts: Vec<LocalConst>,
    references: Vec<DeclId>,
    referenced: FxHashSet<DeclId>,
    used_imports: FxHashSet<Name>,
    type_names: FxHashMap<DeclId, (TypeId, u32)>,
    local_ordinals: FxHashMap<Name, u32>,
}

impl Scratch {
    fn clear(&mut self) {
        self.scopes.clear();
        self.used.clear();
        self.local_consts.clear();
        self.references.clear();
        self.referenced.clear();
        self.used_imports.clear();
        self.type_names.clear();
        self.local_ordinals.clear();
    }
}

/// Checks one tree.
struct Checker<'c> {
    cx: &'c Context<'c>,
    place: Place<'c>,
    scratch: Scratch,
    /// The declaration that local types belong to.
    owner: Option<DeclId>,
    /// Type parameters of the declared function at hand.
    owner_params: Arc<[TypeParamId]>,
    function: Function,
    /// Value of `iota`, in constant declarations.
    iota: Option<u32>,
    /// Where errors in an inherited constant initialiser are reported.
    inherited_at: Option<ExprId>,
    delayed: Vec<Delayed>,
    /// Local type declarations that are not finished.
    open_types: Vec<OpenType>,
    /// What the function value at hand is assigned to, where its type arguments follow from that.
    target: Target,
    /// Whether an expression since the flag was last reset calls or receives.
    has_call: bool,
    has_label: bool,
    /// The expression that is being called.
    callee: Option<ExprId>,
}

impl<'c> Checker<'c> {
    fn new(cx: &'c Context<'c>, place: Place<'c>, scratch: Scratch) -> Self {
        Self {
            cx,
            place,
            scratch,
            owner: None,
            owner_params: Arc::from([]),
            function: Function { signature: None, first_result: 0, literal: None },
            iota: None,
            inherited_at: None,
            delayed: Vec::new(),
            open_types: Vec::new(),
            target: Target::Unnamed,
            has_call: false,
            has_label: false,
            callee: None,
        }
    }

    #[inline]
    fn tree(&self) -> &'c Tree {
        self.place.tree
    }

    #[inline]
    fn records(&self) -> &'c Records {
        self.place.records
    }

    /// Notes that a name of the file scope is used.
    #[inline]
    fn use_import(&mut self, name: Name) {
        match self.cx.state() {
            Some(state) => {
                state.used_imports[self.place.source.file as usize].borrow_mut().insert(name);
            }
            None => {
                self.scratch.used_imports.insert(name);
            }
        }
    }

    /// Whether the language version is at least 1.`minor`.
    #[inline]
    fn allows(&self, minor: u32) -> bool {
        self.place.version >= (1, minor)
    }

    /// Reports an error where the language version is below 1.`minor`; says whether it is not.
    fn require_version(
        &self,
        minor: u32,
        at: impl Into<At>,
        what: impl FnOnce(&Self) -> String,
    ) -> bool {
        if self.allows(minor) {
            return true;
        }
        let what = what(self);
        self.error(at, format!("{what} {}", self.requires(minor)));
        false
    }

    /// What a construct requires, and what sets the language version instead.
    fn requires(&self, minor: u32) -> String {
        let version = self.place.version;
        let of_package = match &self.cx.own {
            context::Own::Checking(state) => state.input.go_version,
            context::Own::Checked(decls) => decls.go_version,
        };
        let (major, own) = version;
        if version == of_package {
            format!(
                "requires go1.{minor} or later (-lang was set to go{major}.{own}; check go.mod)"
            )
        } else {
            format!("requires go1.{minor} or later (file declares //go:build go{major}.{own})")
        }
    }

    /// Reports an error.
    #[cold]
    fn error(&self, at: impl Into<At>, message: impl Into<String>) {
        self.report(at.into(), message.into(), false);
    }

    /// Reports an error that leaves the program valid.
    #[cold]
    fn soft_error(&self, at: impl Into<At>, message: impl Into<String>) {
        self.report(at.into(), message.into(), true);
    }

    fn report(&self, at: At, message: String, soft: bool) {
        let at = self.inherited_at.map_or(at, At::from);
        self.cx.error(self.place.source, self.place.in_body, at, message, soft);
    }

    /// Reports an error that mentions other places.
    #[cold]
    fn error_with(
        &self,
        at: impl Into<At>,
        message: impl Into<String>,
        soft: bool,
        notes: Vec<Note>,
    ) {
        let At { node, part } = self.inherited_at.map_or(at.into(), At::from);
        let Place { source, in_body, .. } = self.place;
        let (message, notes) = (message.into(), notes.into());
        self.cx.add_error(TypeError { source, in_body, node, part, message, soft, notes });
    }

    /// A place in this tree that an error mentions.
    fn note(&self, at: impl Into<NodeId>, kind: NoteKind) -> Note {
        let Place { source, in_body, .. } = self.place;
        Note { package: None, source, in_body, node: at.into(), kind }
    }

    /// Records that the package-level `decl` is mentioned.
    #[inline]
    fn add_reference(&mut self, decl: DeclId) {
        if self.scratch.referenced.insert(decl) && decl.package() == self.cx.package {
            self.scratch.references.push(decl);
        }
    }

    /// Declares a local variable without binding its name.
    fn add_local(&mut self, name: Option<Name>, ident: Option<NodeId>, kind: LocalKind) -> LocalId {
        let local = self.records().add_local(Local {
            name,
            ty: TypeId::INVALID,
            kind,
            function: self.function.literal,
            declared_at: ident,
        });
        self.scratch.used.push(false);
        local
    }

    fn mark_used(&mut self, local: LocalId) {
        if let Some(used) = self.scratch.used.get_mut(local.index()) {
            *used = true;
        }
    }

    fn is_used(&self, local: LocalId) -> bool {
        self.scratch.used.get(local.index()).copied().unwrap_or(true)
    }

    /// Binds a name in the innermost block; an error where it is bound there already.
    fn declare(&mut self, ident: ExprId, entity: Entity) {
        let Some(name) = self.tree().name(ident) else { return };
        if name.is_blank() {
            return;
        }
        if !self.scratch.scopes.declare(name, entity, Some(ident)) {
            let message = format!("{name} redeclared in this block");
            self.error_with(ident, message, false, self.other_declaration(name));
            // Nothing can use it.
            if let Entity::Local(local) = entity {
                self.mark_used(local);
            }
        }
    }

    /// Where the innermost block declares a name.
    fn other_declaration(&self, name: Name) -> Vec<Note> {
        let kind = NoteKind::Text(format!("other declaration of {name}"));
        let note = match self.scratch.scopes.lookup_innermost(name) {
            Some((_, Some(ident))) => self.note(ident, kind),
            // A parameter of the declared function stands in the header.
            Some((Entity::Local(local), None)) => {
                let Some(node) = self.records().local(local).declared_at else { return Vec::new() };
                Note { package: None, source: self.place.source, in_body: false, node, kind }
            }
            _ => return Vec::new(),
        };
        vec![note]
    }

    /// The object that a local entity is.
    fn entity_object(&self, entity: Entity) -> Object {
        match entity {
            Entity::Local(local) => Object::Local(local),
            Entity::Const(index) => {
                Object::LocalConst(self.scratch.local_consts[index as usize].ident)
            }
            Entity::Type(decl) => Object::TypeName(decl),
            Entity::TypeParam(param) => Object::TypeParam(param),
        }
    }

    /// Reports the variables from `first` on that nothing uses.
    fn report_unused(&self, first: usize) {
        for index in first..self.records().local_count() {
            let id = LocalId::from_usize(index);
            let local = self.records().local(id);
            if local.kind == LocalKind::Var
                && !self.is_used(id)
                && let (Some(name), Some(at)) = (local.name, local.declared_at)
                && !name.is_blank()
            {
                self.soft_error(at, format!("declared and not used: {name}"));
            }
        }
    }
}
