//! What the bodies of one declaration share while they are lowered: the tree, what checking found
//! out about it, type arguments, facts about variables, memory to reuse.

use super::Finished;
use super::facts::Facts;
use super::repair::repaired;
use super::scratch::Scratch;
use crate::body::Lowered;
use crate::env::LowerEnv;
use crate::ids::FuncId;
use gossa_base::FxHashMap;
use gossa_syntax::Tree;
use gossa_types::subst::Substitution;
use gossa_types::{
    EnvResolver, LocalDecls, LocalId, PackageId, TreeTypes, TypeId, TypeList, TypeParamId,
};

/// An SSA variable: a local variable by its id, or one that lowering makes up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Var(pub(super) u32);

impl From<LocalId> for Var {
    fn from(local: LocalId) -> Self {
        Self(local.index() as u32)
    }
}

/// The value of a variable in the block that is being filled.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// Which block: slots of other epochs are void.
    pub(super) epoch: u32,
    /// The value.
    pub(super) value: crate::ValueId,
}

/// One declaration that is being lowered.
pub(super) struct Unit<'e> {
    pub(super) env: &'e dyn LowerEnv,
    pub(super) resolver: EnvResolver<'e>,
    pub(super) tree: &'e Tree,
    pub(super) types: &'e TreeTypes,
    pub(super) root: FuncId,
    pub(super) package: PackageId,
    /// Type arguments, where the declaration is generic.
    pub(super) substitution: Option<Substitution<'e>>,
    /// Whether loop variables are per iteration (Go 1.22).
    pub(super) per_iteration: bool,
    pub(super) facts: Facts,
    /// Types of the variables: locals, then made-up ones. A cell's is the pointer to it.
    pub(super) var_types: Vec<Option<TypeId>>,
    pub(super) scratch: Scratch,
    /// Nesting of type arguments of instances met so far.
    pub(super) type_depths: FxHashMap<TypeId, u32>,
    pub(super) register_types: FxHashMap<TypeId, bool>,
    /// Whether something turned out to be in error.
    pub(super) erroneous: bool,
    bodies: Vec<Option<Finished>>,
}

impl<'e> Unit<'e> {
    pub(super) fn new(
        env: &'e dyn LowerEnv,
        root: FuncId,
        tree: &'e Tree,
        types: &'e TreeTypes,
        own: Option<&'e LocalDecls>,
    ) -> Self {
        let mut scratch = Scratch::take();
        let mut facts = std::mem::take(&mut scratch.facts);
        facts.clear();
        scratch.underlying.clear();
        let mut var_types = std::mem::take(&mut scratch.var_types);
        var_types.clear();
        var_types.resize(types.locals.len(), None);
        Self {
            env,
            resolver: EnvResolver::new(env, own),
            tree,
            types,
            root,
            package: root.package(),
            substitution: None,
            per_iteration: true,
            facts,
            var_types,
            scratch,
            type_depths: FxHashMap::default(),
            register_types: FxHashMap::default(),
            erroneous: false,
            bodies: Vec::new(),
        }
    }

    /// Takes the language version from the package's file.
    pub(super) fn set_version(&mut self, file: u32) {
        let package = self.env.package(self.package);
        let version = package.and_then(|package| package.file_versions.get(file as usize));
        self.per_iteration = version.is_none_or(|&version| version >= (1, 22));
    }

    pub(super) fn set_type_arguments(&mut self, params: &'e [TypeParamId], args: TypeList) {
        if !params.is_empty() {
            self.substitution = Some(Substitution::new(params, args.as_slice()));
        }
    }

    /// A place among the bodies, in the order in which closures are met.
    pub(super) fn reserve_body(&mut self) -> usize {
        self.bodies.push(None);
        self.bodies.len() - 1
    }

    pub(super) fn set_body(&mut self, index: usize, body: Finished) {
        self.bodies[index] = Some(body);
    }

    /// A variable that the source does not have.
    pub(super) fn new_var(&mut self, ty: TypeId) -> Var {
        let var = Var(u32::try_from(self.var_types.len()).unwrap_or(u32::MAX));
        self.var_types.push(Some(ty));
        var
    }

    /// Whether a local variable lives in memory.
    #[inline]
    pub(super) fn is_cell(&mut self, local: LocalId) -> bool {
        match self.facts.known_cell(local) {
            Some(cell) => cell,
            None => {
                let ty = self.local_type(local);
                let cell = self.facts.is_shared(local) || !self.is_register_type(ty);
                self.facts.set_cell(local, cell);
                cell
            }
        }
    }

    /// Type of what an SSA variable holds.
    pub(super) fn var_type(&mut self, var: Var) -> TypeId {
        if let Some(Some(ty)) = self.var_types.get(var.0 as usize) {
            return *ty;
        }
        let local = LocalId::new(var.0);
        let ty = self.local_type(local);
        let ty = if self.is_cell(local) { TypeId::pointer(ty) } else { ty };
        if let Some(slot) = self.var_types.get_mut(var.0 as usize) {
            *slot = Some(ty);
        }
        ty
    }

    /// Type of a local variable.
    pub(super) fn local_type(&self, local: LocalId) -> TypeId {
        let ty = self.types.locals.get(local.index()).map_or(TypeId::INVALID, |local| local.ty);
        self.subst(ty)
    }

    /// The frozen result; the memory goes back to the thread's pool.
    pub(super) fn finish(mut self) -> Lowered {
        self.scratch.facts = std::mem::take(&mut self.facts);
        self.scratch.var_types = std::mem::take(&mut self.var_types);
        std::mem::take(&mut self.scratch).give_back();
        let (mut bodies, source_maps): (Vec<_>, Vec<_>) = self.bodies.into_iter().flatten().unzip();
        if self.erroneous {
            bodies = bodies.into_iter().map(|body| repaired(body, &self.resolver)).collect();
        }
        Lowered { bodies: bodies.into_boxed_slice(), source_maps: source_maps.into_boxed_slice() }
    }
}
