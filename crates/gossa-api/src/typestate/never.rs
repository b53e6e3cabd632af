//! Which functions never return, by their names and by what they call by name.

use crate::func::Func;
use crate::op::{Callee, Op};
use gossa_base::FxHashMap;

/// How deep calls are looked into.
const DEPTH: usize = 4;

/// Remembers which functions never return.
#[derive(Default)]
pub(super) struct Never<'p> {
    known: FxHashMap<Func<'p>, bool>,
}

impl<'p> Never<'p> {
    /// Whether a call never comes back.
    pub(super) fn returns(&mut self, callee: &Callee<'p>) -> bool {
        self.look(callee, DEPTH)
    }

    fn look(&mut self, callee: &Callee<'p>, depth: usize) -> bool {
        let Callee::Static { name, func } = callee else { return true };
        if matches!(
            name.as_str(),
            "os.Exit" | "syscall.Exit" | "runtime.Goexit" | "testing.common.FailNow"
        ) || name.starts_with("log.Fatal")
            || name.starts_with("log.Logger.Fatal")
        {
            return false;
        }
        func.is_none_or(|func| self.function(func, depth))
    }

    fn function(&mut self, func: Func<'p>, depth: usize) -> bool {
        if let Some(&known) = self.known.get(&func) {
            return known;
        }
        if depth == 0 {
            return true;
        }
        // Until something else is known, a function that calls itself returns.
        self.known.insert(func, true);
        let returns = self.finds_return(func, depth);
        if returns {
            self.known.remove(&func);
        }
        if depth == DEPTH || !returns {
            self.known.insert(func, returns);
        }
        returns
    }

    fn finds_return(&mut self, func: Func<'p>, depth: usize) -> bool {
        // A deferred call may recover.
        if func.blocks().any(|block| block.unwind().is_some()) {
            return true;
        }
        let Some(entry) = func.blocks().next() else { return true };
        let mut seen = vec![false; func.blocks().count()];
        let mut work = vec![entry];
        while let Some(block) = work.pop() {
            if std::mem::replace(&mut seen[block.index()], true) {
                continue;
            }
            let stops = block.insts().any(|inst| match inst.op() {
                Op::Call(call) => !self.look(&call.callee(), depth - 1),
                _ => false,
            });
            if stops {
                continue;
            }
            if block.insts().next_back().is_some_and(|last| matches!(last.op(), Op::Return(_))) {
                return true;
            }
            work.extend(block.successors());
        }
        false
    }
}
