//! Lowering: checked trees to SSA.
//!
//! [`lower`] turns one declared function (or the initialiser of variables, or a package's
//! initialisation) and the closures in it into frozen bodies. SSA form is built on the fly while
//! the tree is walked (Braun et al., "Simple and Efficient Construction of Static Single
//! Assignment Form", CC 2013): a local variable is an SSA variable unless its address is taken, a
//! closure shares it, or it holds a large array; then it is a memory cell, and the SSA variable is
//! the cell's address.
//!
//! Read in this order: `facts` (which variables are cells), `function` (blocks and instructions),
//! `variables` (SSA construction), `finish`, `order` and `freeze` (renumbering into a [`Body`]), then the statements
//! (`stmt`, `assign`, `control`, `switch`, `range`, `range_func`, `select`, `defer`) and the
//! expressions (`expr`, `cond`, `place`, `selector`, `call`, `builtin`, `convert`, `composite`).
//!
//! ## Conventions beyond the instructions' own
//! - A constant has the type of its instruction's result; each use has an instruction of its own.
//! - `panic` and interface parameters get their operand converted; no conversion is implicit.
//! - The value of a `deferstack` is of type `unsafe.Pointer`.
//! - A function of package C is called as the bodiless declaration `_Cfunc_NAME` (`_C2func_NAME`
//!   where the call gives an `errno` too); a variable of package C is the global `_Cvar_NAME`, the
//!   address of a function of C is what the global `_Cfpvar_fp_NAME` holds.
//! - Operands are evaluated from left to right, loads of variables included. The language leaves
//!   open whether `x + f()` loads `x` before or after the call; the gc compiler often does after.
//! - The initialisation of a package runs once: who executes it keeps track.
//! - Instances nested deeper than any finite program needs are holes.

mod assign;
mod builtin;
mod call;
mod closure;
mod code;
mod composite;
mod cond;
mod control;
mod convert;
mod defer;
mod expr;
mod facts;
mod finish;
mod freeze;
mod function;
mod init;
mod model;
mod order;
mod place;
mod range;
mod range_func;
mod references;
mod repair;
mod scratch;
mod select;
mod selector;
mod stmt;
mod switch;
mod types;
mod unit;
mod variables;

use crate::body::{Body, Lowered, SourceMap};
use crate::env::LowerEnv;
use crate::ids::{FuncId, FuncKey};
use gossa_syntax::{NodeId, TreeRoot};
use gossa_types::{DeclId, TypeList};

pub use model::{Misfit, ModelSignature, UNSEEN, lower_model};
pub use references::{for_each_callee, for_each_converted_method};

use function::Function;
use unit::Unit;

/// Lowers a function and the closures in it.
///
/// `None` for what has no body to see: declarations without one, names that are not declared, and
/// closures (which are lowered with the function around them).
#[must_use]
pub fn lower(env: &dyn LowerEnv, func: FuncId) -> Option<Lowered> {
    match *func.key() {
        FuncKey::Decl { decl, args } => lower_declaration(env, func, decl, args),
        FuncKey::VarInit(var) => init::lower_variable(env, func, var),
        FuncKey::PackageInit(package) => init::lower_package(env, func, package),
        FuncKey::Closure { .. } => None,
    }
}

fn lower_declaration(
    env: &dyn LowerEnv,
    func: FuncId,
    decl: DeclId,
    args: TypeList,
) -> Option<Lowered> {
    let declared = env.package(decl.package())?.funcs.get(&decl)?;
    if declared.type_params.len() != args.len() {
        return None;
    }
    let (tree, types) = env.body(decl)?;
    let TreeRoot::Body(block) = tree.root else { return None };
    let mut unit = Unit::new(env, func, tree, &types.types, Some(&types.locals));
    unit.set_version(declared.source.file);
    unit.set_type_arguments(&declared.type_params, args);
    unit.collect_facts();
    let index = unit.reserve_body();
    let mut function = Function::declared(&mut unit, func, declared);
    function.block_body(block);
    function.fall_off_end(NodeId::end_of(block));
    let (_, finished) = function.finish(None);
    unit.set_body(index, finished);
    unit.erroneous |= types.errors.iter().any(|error| !error.soft);
    Some(unit.finish())
}

/// A finished body.
type Finished = (Body, SourceMap);
