//! Checked bodies to SSA.

use crate::env::DbEnv;
use crate::inputs::Db;
use gossa_ssa::{FuncId, Lowered};
use std::sync::Arc;

/// A function instance, as the key of queries about its SSA form.
///
/// ## Identity
/// Its [`FuncId`]: package path, receiver, name, type arguments; unaffected by edits to other
/// functions. Closures belong to the function around them.
#[salsa::interned(revisions = usize::MAX, debug)]
pub struct LowerKey<'db> {
    /// The function.
    #[returns(copy)]
    pub func: FuncId,
}

/// The SSA form of a function and of the closures in it; `None` where there is no body to see.
#[salsa::tracked]
pub fn lowered<'db>(db: &'db dyn Db, key: LowerKey<'db>) -> Option<Arc<Lowered>> {
    let env = DbEnv::new(db);
    gossa_ssa::build::lower(&env, key.func(db)).map(Arc::new)
}
