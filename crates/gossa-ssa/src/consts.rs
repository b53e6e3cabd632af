//! The constants of a body in the making, each once.

use crate::ids::ConstId;
use gossa_base::FxHashMap;
use gossa_types::constant::Value;

/// Up to this many are looked through one by one.
const FEW: usize = 8;

/// Distinct constants, in the order in which they were first named.
#[derive(Default)]
pub(crate) struct ConstPool {
    values: Vec<Value>,
    /// Of all of them once there are more than a few.
    ids: FxHashMap<Value, ConstId>,
}

impl ConstPool {
    /// The id of a constant.
    pub(crate) fn intern(&mut self, value: Value) -> ConstId {
        if self.values.len() <= FEW {
            if let Some(at) = self.values.iter().position(|known| *known == value) {
                return ConstId::from_usize(at);
            }
        } else if let Some(&known) = self.ids.get(&value) {
            return known;
        }
        let id = ConstId::from_usize(self.values.len());
        if self.values.len() == FEW {
            let ids = self.values.iter().enumerate();
            self.ids = ids.map(|(at, value)| (value.clone(), ConstId::from_usize(at))).collect();
        }
        if self.values.len() >= FEW {
            self.ids.insert(value.clone(), id);
        }
        self.values.push(value);
        id
    }

    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    pub(crate) fn finish(self) -> Box<[Value]> {
        self.values.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_constant_is_kept_once() {
        let mut pool = ConstPool::default();
        for round in 0..2 {
            for number in 0..40 {
                let id = pool.intern(Value::from_i64(number));
                assert_eq!(id.index() as i64, number, "round {round}");
            }
        }
        assert_eq!(pool.finish().len(), 40);
    }
}
