//! Support for tests of what does *not* run after an edit.

use crate::inputs::RootDb;
use parking_lot::Mutex;
use salsa::Database as _;
use std::sync::Arc;

/// The log of executed queries of a database made by [`EventLog::database`].
#[derive(Clone, Default)]
pub struct EventLog {
    executed: Arc<Mutex<Vec<salsa::DatabaseKeyIndex>>>,
}

impl EventLog {
    /// A database that writes this log.
    #[must_use]
    pub fn database(&self) -> RootDb {
        let executed = self.executed.clone();
        RootDb::with_events(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                executed.lock().push(database_key);
            }
        })
    }

    /// What has run since the last call, as `query(key)` texts, sorted.
    pub fn take(&self, db: &RootDb) -> Vec<String> {
        let keys = std::mem::take(&mut *self.executed.lock());
        db.attach(|_| {
            let mut names: Vec<String> = keys.iter().map(|key| format!("{key:?}")).collect();
            names.sort();
            names
        })
    }
}
