//! Whole-program analyses over the SSA form: who calls whom, what may point where.
//!
//! Behind `gossa-ssa` in the pipeline, and the first stage that looks at more than one function.
//! Plain algorithms over dense numbers; nothing here is cached by salsa.
//!
//! [`program`] numbers the functions of a program and answers what a method of a type is; code
//! that no source has (promoted methods, method values) becomes functions there (`wrapper`), so
//! that the analyses know bodies only. [`callgraph`] says who calls whom, more and more exactly.
//! [`points`] says what pointers may point to. [`flow`] lends programs and call graphs to the
//! interprocedural analyses of `gossa-ssa`.

pub mod callgraph;
pub mod flow;
pub mod points;
pub mod program;
mod wrapper;

pub use program::{Declared, FuncIndex, Function, FunctionKind, Program, ProgramEnv, WrapperKind};
