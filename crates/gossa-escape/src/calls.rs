//! What calls may reach, as whole-program mode wants to be told: a table, whoever made it.
//!
//! Functions and calls are named by where they are in the source, since this analysis works on
//! trees and call graphs do not.

use gossa_syntax::NodeId;
use gossa_types::{DeclId, TypeList};

/// A declared function with its literals, or the initialiser of a variable with its literals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CodeKey {
    /// A declared function or method with its type arguments, the receiver's first.
    Function(DeclId, TypeList),
    /// The initialiser of variables, by the first of them.
    Initializer(DeclId),
}

/// A function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FunctionKey {
    /// What it is, or is in.
    pub code: CodeKey,
    /// The function literal, or the range statement whose body it is.
    pub literal: Option<NodeId>,
}

/// How a call finds its callee.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallKind {
    /// By its name, once type arguments are known.
    Named,
    /// A method of an interface value.
    Interface,
    /// A function value.
    Value,
}

/// A function that a call may reach.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CallTarget {
    /// The function.
    pub function: FunctionKey,
    /// Dereferences from the pointer in the interface, or from the first argument of a function
    /// value that is a method expression, to the receiver.
    pub receiver: u8,
}

/// A call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallSite {
    /// The declaration that it is in.
    pub code: CodeKey,
    /// The call, or the go, defer or range statement that makes it; in the tree of the body, or in
    /// that of the declaration for an initialiser.
    pub node: NodeId,
    /// How it finds its callee.
    pub kind: CallKind,
    /// What it may reach, by index in [`CallTable::sets`]; `None`: not known.
    pub targets: Option<u32>,
}

/// Who calls whom in a program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CallTable {
    /// Functions that may run.
    pub reachable: Vec<FunctionKey>,
    /// Sets of functions that calls may reach; many calls have the same.
    pub sets: Vec<Box<[CallTarget]>>,
    /// The calls in them. A call that is not there may reach anything.
    pub sites: Vec<CallSite>,
    /// Functions without a body whose body is elsewhere, with what has it.
    pub linked: Vec<(DeclId, DeclId)>,
    /// Whether function values may lead to functions that reflection made.
    pub makes_functions: bool,
}
