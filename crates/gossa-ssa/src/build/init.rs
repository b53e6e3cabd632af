//! Initialisation: of package-level variables, and of a package.

use super::function::{BodyKind, Function};
use super::unit::Unit;
use crate::body::Lowered;
use crate::env::LowerEnv;
use crate::ids::{FuncId, FuncKey};
use crate::inst::{CallData, Callee, Inst, ValueList};
use gossa_syntax::{NodeId, Spec, Tree};
use gossa_types::{DeclId, PackageDecls, PackageId, TreeTypes, TypeId};

/// The function that assigns the initial value of `var`, and of the variables that are assigned
/// with it.
pub(super) fn lower_variable(env: &dyn LowerEnv, func: FuncId, var: DeclId) -> Option<Lowered> {
    let package = env.package(var.package())?;
    let declared = package.vars.get(&var)?;
    let tree = env.header_tree(package.id, declared.source)?;
    let types = package.tree(declared.source)?;
    let Spec::Value { names, values, .. } = *tree.specs.get(declared.spec.index())? else {
        return None;
    };
    let values = &tree[values];
    let rhs = match values {
        [only] => *only,
        several => *several.get(declared.index as usize)?,
    };
    let targets = initialized(package, var, rhs);
    let first = tree[names].first().copied().unwrap_or(rhs);

    let mut unit = Unit::new(env, func, tree, types, Some(&package.locals));
    unit.set_version(declared.source.file);
    unit.collect_initializer_facts(first, rhs);
    let index = unit.reserve_body();
    let mut function = Function::new(&mut unit, func, BodyKind::Declared);
    let at = NodeId::from(rhs);
    if let [target] = targets[..] {
        let ty = package.vars.get(&target).map_or(TypeId::INVALID, |var| var.ty);
        let value = function.value_as(rhs, ty);
        function.initialize(at, target, value, ty);
    } else {
        let values = function.values(rhs);
        for (&target, value) in targets.iter().zip(values) {
            let ty = package.vars.get(&target).map_or(TypeId::INVALID, |var| var.ty);
            let value = function.assigned(at, value, ty);
            function.initialize(at, target, value, ty);
        }
    }
    function.fall_off_end(at);
    let (_, finished) = function.finish(None);
    unit.set_body(index, finished);
    unit.erroneous |=
        package.errors.iter().any(|error| !error.soft && error.source == declared.source);
    Some(unit.finish())
}

/// The variables of one initialiser. Initialisers are in source order.
fn initialized(package: &PackageDecls, var: DeclId, rhs: gossa_syntax::ExprId) -> Vec<DeclId> {
    let Some(declared) = package.vars.get(&var) else { return vec![var] };
    let at = package
        .initializers
        .partition_point(|init| (init.source, init.rhs) < (declared.source, rhs));
    match package.initializers.get(at) {
        Some(init)
            if init.source == declared.source && init.rhs == rhs && init.lhs.contains(&var) =>
        {
            init.lhs.to_vec()
        }
        _ => vec![var],
    }
}

impl Function<'_, '_> {
    /// Assigns a package-level variable; the blank one is only evaluated for.
    fn initialize(&mut self, at: NodeId, var: DeclId, value: crate::ValueId, ty: TypeId) {
        if var.name().is_blank() {
            return;
        }
        let ptr = self.emit(at, Inst::Global(var), TypeId::pointer(ty));
        self.emit_none(at, Inst::Store { ptr, value });
    }
}

/// The initialisation of a package: that of its imports, its variables in their order, its `init`
/// functions in source order.
pub(super) fn lower_package(
    env: &dyn LowerEnv,
    func: FuncId,
    package: PackageId,
) -> Option<Lowered> {
    let decls = env.package(package)?;
    let tree = Tree::empty();
    let types = TreeTypes::default();
    let mut unit = Unit::new(env, func, &tree, &types, None);
    let index = unit.reserve_body();
    let mut function = Function::new(&mut unit, func, BodyKind::Declared);
    let at = NodeId::ROOT;
    for &(_, import) in &decls.imports {
        if import == PackageId::unsafe_package() || import.path() == "C" {
            continue;
        }
        if env.package(import).is_some() {
            function.call_initializer(FuncKey::PackageInit(import));
        } else {
            function.emit_none(at, Inst::Hole);
        }
    }
    for &initializer in env.init_order(package) {
        let initializer = decls.initializers.get(initializer as usize);
        if let Some(&var) = initializer.and_then(|initializer| initializer.lhs.first()) {
            function.call_initializer(FuncKey::VarInit(var));
        }
    }
    for &decl in &decls.func_order {
        let is_init = decl.name().as_str() == "init" && decl.parent().is_none();
        if is_init && decls.funcs.get(&decl).is_some_and(|func| func.has_body) {
            function.call_initializer(FuncKey::Decl { decl, args: gossa_types::TypeList::EMPTY });
        }
    }
    function.fall_off_end(at);
    let (_, finished) = function.finish(None);
    unit.set_body(index, finished);
    Some(unit.finish())
}

impl Function<'_, '_> {
    fn call_initializer(&mut self, key: FuncKey) {
        let callee = Callee::Static(FuncId::new(key));
        self.emit_call(NodeId::ROOT, CallData { callee, args: ValueList::default() }, &[]);
    }
}
