//! What callers get: results that they gave, closures, what is made here.

use super::Builder;
use crate::event::Paths;
use crate::path::{Index, Path, Root};
use gossa_base::FxHashMap;
use gossa_points::FuncIndex;
use gossa_ssa::{ConvertKind, Inst, ValueId};

impl Builder<'_, '_, '_> {
    /// What the function returns that its callers gave it.
    pub(super) fn results(&self) -> Vec<Paths> {
        let mut found: Vec<Option<Paths>> = vec![None; self.body.results.len()];
        for block in self.body.block_ids() {
            let Inst::Return(values) = self.body[self.body.terminator(block)] else { continue };
            // Behind a panic that was recovered, results are what they happen to be.
            let last = self.body.terminator(block);
            if !self.analysis.order.reaches(self.func, None, Some(last), &[]) {
                continue;
            }
            for (result, &value) in found.iter_mut().zip(&self.body[values]) {
                let value = self.analysis.order.outcomes.origin(self.body, value);
                let paths = self.places.paths(value);
                match result {
                    None => *result = Some(paths),
                    Some(known) => {
                        for path in paths {
                            if !known.contains(&path) {
                                known.push(path);
                            }
                        }
                    }
                }
            }
        }
        let outside = |paths: Paths| -> Paths {
            let given = |path: &Path| matches!(path.root, Root::Param(_) | Root::Global(_));
            if paths.iter().all(given) && paths.len() <= 2 { paths } else { Paths::new() }
        };
        found.into_iter().map(|paths| outside(paths.unwrap_or_default())).collect()
    }

    /// Results that are always one closure.
    pub(super) fn closures(&self) -> Vec<Option<(FuncIndex, Vec<Paths>)>> {
        let mut found: Vec<Option<ValueId>> = vec![None; self.body.results.len()];
        let mut several = vec![false; self.body.results.len()];
        for block in self.body.block_ids() {
            let Inst::Return(values) = self.body[self.body.terminator(block)] else { continue };
            for (at, &value) in self.body[values].iter().enumerate() {
                several[at] |= found[at].is_some_and(|known| known != value);
                found[at] = Some(value);
            }
        }
        let closure = |(at, value): (usize, Option<ValueId>)| {
            let mut def = self.places.def(value.filter(|_| !several[at])?)?;
            if let Inst::Convert { kind: ConvertKind::ChangeType, x } = self.body[def] {
                def = self.places.def(x)?;
            }
            let Inst::Closure { func, captures } = self.body[def] else { return None };
            let captures = self.body[captures].iter().map(|&x| self.places.paths(x)).collect();
            Some((self.analysis.program.index_of(func), captures))
        };
        found.into_iter().enumerate().map(closure).collect()
    }

    pub(super) fn returned(&self) -> FxHashMap<ValueId, u32> {
        let mut found = FxHashMap::default();
        for block in self.body.block_ids() {
            let Inst::Return(values) = self.body[self.body.terminator(block)] else { continue };
            for (at, &value) in (0..).zip(&self.body[values]) {
                for path in self.places.paths(value) {
                    if let Root::Value(made) = path.root
                        && path.steps.is_empty()
                    {
                        found.insert(made, at);
                    }
                }
            }
        }
        found
    }

    /// Capacities of the channels that are made here.
    pub(super) fn capacities(&self) -> FxHashMap<Path, Option<i64>> {
        let mut found = FxHashMap::default();
        for inst in self.body.inst_ids() {
            let Inst::MakeChan(size) = self.body[inst] else { continue };
            let size = size.map_or(Index::Const(0), |size| self.places.index(size));
            if let Some(result) = self.body.result(inst)
                && let Some(path) = self.only(result)
            {
                let size = if let Index::Const(size) = size { Some(size) } else { None };
                found.insert(path, size);
            }
        }
        found
    }
}
