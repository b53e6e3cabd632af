//! Control flow of a whole program, as the interprocedural solvers see it.
//!
//! The procedures' flow graphs stand side by side. A call goes from a *call node* to the entries
//! of the procedures that it may reach, from their *exits* back to where the caller goes on, and,
//! beside the callee, straight there: on that edge the solvers carry what a callee cannot touch.
//! `ProgramGraph` is the supergraph of Go programs, where a procedure has two exits: the one by
//! returning and the one by panicking.

/// A place of the program; dense over all procedures.
pub type Node = u32;

/// A procedure; dense.
pub type Procedure = u32;

/// Control flow of all procedures of a program, and calls between them.
///
/// What is visited must be the same, and in the same order, each time.
pub trait Supergraph {
    /// How many nodes there are.
    fn node_count(&self) -> usize;

    /// The procedure that a node is in.
    fn procedure_of(&self, node: Node) -> Procedure;

    /// Where a procedure starts.
    fn entry(&self, procedure: Procedure) -> Node;

    /// Whether a node is an exit of its procedure. Exits have no successors.
    fn is_exit(&self, node: Node) -> bool;

    /// Whether a node is a call. Edges to its successors lead past the callee then.
    fn is_call(&self, node: Node) -> bool;

    /// Where control goes on inside the procedure.
    fn successors(&self, node: Node, visit: &mut dyn FnMut(Node));

    /// The procedures that a call may reach.
    fn callees(&self, call: Node, visit: &mut dyn FnMut(Procedure));

    /// Where control goes on behind a call when the callee leaves by this exit.
    fn returns(&self, call: Node, exit: Node, visit: &mut dyn FnMut(Node));

    /// The calls that may reach a procedure. Asked for unbalanced returns only.
    fn callers(&self, procedure: Procedure, visit: &mut dyn FnMut(Node));
}
