//! V1 to V8, V10, V11, V13 to V15: what can be said without types.

use super::{Check, Place};
use crate::body::Body;
use crate::graph::{Cfg, EdgeKind};
use crate::ids::{BlockId, CallId, InstId, ValueId};
use crate::inst::{Callee, Inst, Target, UnsafeOp, ValueList};
use crate::layout;
use gossa_types::Builtin;

impl Check<'_> {
    /// Whether ids can be followed.
    pub(super) fn structure(&mut self) -> bool {
        self.ranges();
        if !self.violations.is_empty() {
            return false;
        }
        self.terminators();
        for inst in self.body.inst_ids() {
            self.ids(inst);
        }
        for block in self.body.block_ids() {
            if let Some(unwind) = self.body[block].unwind
                && unwind.index() >= self.body.blocks.len()
            {
                self.report(3, Place::Block(block), || format!("{unwind} does not exist"));
            }
        }
        if !self.violations.is_empty() {
            return false;
        }
        self.numbering();
        if !self.violations.is_empty() {
            return false;
        }
        if !layout::is_canonical(self.body) {
            self.report(5, Place::Body, || "the pools are not in order".to_owned());
        }
        for inst in self.body.inst_ids() {
            self.counts(inst);
        }
        self.captures();
        self.edges();
        true
    }

    /// V1.
    fn ranges(&mut self) {
        let body = self.body;
        if body.blocks.is_empty() {
            self.report(1, Place::Body, || "there is no block".to_owned());
            return;
        }
        if body.first_results.len() != body.insts.len() + 1 {
            self.report(1, Place::Body, || {
                "`first_results` does not fit the instructions".to_owned()
            });
        }
        let mut next = 0u64;
        for block in body.block_ids() {
            let data = body[block];
            if u64::from(data.first_inst) != next {
                self.report(1, Place::Block(block), || {
                    format!("{block} does not start where the block before it ends")
                });
            }
            if data.inst_count == 0 {
                self.report(1, Place::Block(block), || format!("{block} is empty"));
            }
            next += u64::from(data.inst_count);
        }
        if next != body.insts.len() as u64 {
            self.report(1, Place::Body, || "there are instructions in no block".to_owned());
        }
    }

    /// V2.
    fn terminators(&mut self) {
        let body = self.body;
        for block in body.block_ids() {
            let last = body.terminator(block);
            for inst in body.insts_of(block) {
                let mnemonic = body[inst].mnemonic();
                match (body[inst].is_terminator(), inst == last) {
                    (true, false) => self.report(2, Place::Inst(inst), || {
                        format!("`{mnemonic}` before the end of {block}")
                    }),
                    (false, true) => self.report(2, Place::Inst(inst), || {
                        format!("{block} ends with `{mnemonic}`, no terminator")
                    }),
                    _ => {}
                }
            }
        }
    }

    /// V3, for an instruction.
    fn ids(&mut self, inst: InstId) {
        if !self.pool_ids_fit(inst) {
            self.report(3, Place::Inst(inst), || "a pool has no such entry".to_owned());
            return;
        }
        let body = self.body;
        let mut wrong: Option<ValueId> = None;
        body.for_each_operand(inst, |value| {
            if value.index() >= body.values.len() {
                wrong = Some(value);
            }
        });
        if let Some(value) = wrong {
            self.report(3, Place::Inst(inst), || format!("{value} does not exist"));
        }
        if body[inst].is_terminator() {
            let mut wrong: Option<BlockId> = None;
            each_target(body, inst, |block| {
                if block.index() >= body.blocks.len() {
                    wrong = Some(block);
                }
            });
            if let Some(block) = wrong {
                self.report(3, Place::Inst(inst), || format!("{block} does not exist"));
            }
        }
    }

    /// Whether the pools have what an instruction names in them.
    fn pool_ids_fit(&self, inst: InstId) -> bool {
        let body = self.body;
        let list = |list: ValueList| {
            let end = u64::from(list.0.start) + u64::from(list.0.len);
            end <= body.operands.len() as u64
        };
        let call = |id: CallId| {
            body.calls.get(id.index()).is_some_and(|call| {
                let method_fits = match call.callee {
                    Callee::Interface { method, .. } => method.index() < body.methods.len(),
                    _ => true,
                };
                method_fits && list(call.args)
            })
        };
        match body[inst] {
            Inst::Const(id) => id.index() < body.consts.len(),
            Inst::Table(id) => id.index() < body.tables.len(),
            Inst::Select(id) => id.index() < body.selects.len(),
            Inst::MethodValue { method, .. } | Inst::MethodExpr(method) => {
                method.index() < body.methods.len()
            }
            Inst::Slice { bounds, .. } => (bounds as usize) < body.bounds.len(),
            Inst::Call(id) | Inst::Go(id) | Inst::Defer { call: id, .. } => call(id),
            Inst::Struct(values)
            | Inst::Array(values)
            | Inst::Closure { captures: values, .. }
            | Inst::Builtin { args: values, .. }
            | Inst::Return(values)
            | Inst::Jump(Target { args: values, .. }) => list(values),
            _ => true,
        }
    }

    /// V4.
    fn numbering(&mut self) {
        let body = self.body;
        let mut next = 0u64;
        for block in body.block_ids() {
            let data = body[block];
            if data.param_count > 0 && u64::from(data.first_param) != next {
                self.report(4, Place::Block(block), || {
                    format!("the parameters of {block} do not start at v{next}")
                });
                return;
            }
            self.exist(Place::Block(block), next, data.param_count);
            next += u64::from(data.param_count);
            for inst in body.insts_of(block) {
                let first = body.first_results[inst.index()];
                let after = body.first_results[inst.index() + 1];
                if u64::from(first) != next {
                    self.report(4, Place::Inst(inst), || {
                        format!("the results of {inst} do not start at v{next}")
                    });
                    return;
                }
                if !body[inst].is_terminator() {
                    let Some(count) = after.checked_sub(first) else {
                        self.report(4, Place::Inst(inst), || {
                            format!("the results of {inst} end before they start")
                        });
                        return;
                    };
                    self.exist(Place::Inst(inst), next, count);
                    next += u64::from(count);
                }
            }
        }
        let last = body.first_results.last().copied().unwrap_or(0);
        if next != body.values.len() as u64 || next != u64::from(last) {
            self.report(4, Place::Body, || "there are values that nothing defines".to_owned());
        }
    }

    fn exist(&mut self, place: Place, first: u64, count: u32) {
        let end = first + u64::from(count);
        let len = self.body.values.len() as u64;
        if end > len {
            self.report(4, place, || format!("v{} does not exist", first.max(len)));
        }
    }

    /// V11 and the numbers of V13.
    fn counts(&mut self, inst: InstId) {
        let body = self.body;
        let mnemonic = body[inst].mnemonic();
        let found = body.results_of(inst).len();
        if let Some(expected) = result_count(&body[inst])
            && found != expected
        {
            self.report(11, Place::Inst(inst), || {
                format!("`{mnemonic}` has {found} results, not {expected}")
            });
        }
        match body[inst] {
            Inst::Unsafe { op, y, .. } => {
                let expected = matches!(op, UnsafeOp::Add | UnsafeOp::Slice | UnsafeOp::String);
                if y.is_some() != expected {
                    self.report(11, Place::Inst(inst), || {
                        let count = if expected { "two operands" } else { "one operand" };
                        format!("`unsafe {}` has {count}", op.word())
                    });
                }
            }
            Inst::Builtin { op, args } => {
                let count = body[args].len();
                if !builtin_count_fits(op, count) {
                    self.report(11, Place::Inst(inst), || {
                        format!("`builtin {}` does not have {count} operands", op.name())
                    });
                }
            }
            Inst::Return(values) => {
                let (found, expected) = (body[values].len(), body.results.len());
                if found != expected {
                    self.report(13, Place::Inst(inst), || {
                        format!("{} returns {expected} values, not {found}", body.func)
                    });
                }
            }
            _ => {}
        }
    }

    /// V15.
    fn captures(&mut self) {
        let body = self.body;
        if body.capture_count > body.blocks[0].param_count {
            self.report(15, Place::Body, || "more captures than parameters".to_owned());
        }
        if !body.is_closure() {
            if body.capture_count > 0 {
                self.report(15, Place::Body, || format!("{} is no closure", body.func));
            }
            if body.range_body {
                self.report(15, Place::Body, || {
                    format!("{} is no closure, and no body of a range statement", body.func)
                });
            }
        }
    }

    /// V6, V7, V8, V10, V14.
    fn edges(&mut self) {
        let body = self.body;
        // Most bodies have one block.
        if body.blocks.len() == 1 && body[Body::ENTRY].unwind.is_none() {
            let mut names_entry = false;
            body.for_each_successor(Body::ENTRY, |_| names_entry = true);
            if !names_entry {
                return;
            }
        }
        let cfg = Cfg::new(body);
        if let Some(edge) = cfg.predecessors(Body::ENTRY).first() {
            self.report(7, Place::Block(edge.block), || {
                format!("{} goes to the entry", edge.block)
            });
        }
        let mut reached = vec![false; body.blocks.len()];
        for block in cfg.reverse_postorder() {
            reached[block.index()] = true;
        }
        for block in body.block_ids() {
            if !reached[block.index()] {
                self.report(6, Place::Block(block), || format!("{block} cannot be reached"));
            }
            self.targets(block, &cfg);
            if let Some(unwind) = body[block].unwind {
                self.no_params(Place::Block(block), unwind);
                self.calls_are_last(block);
            }
        }
    }

    fn targets(&mut self, block: BlockId, cfg: &Cfg) {
        let body = self.body;
        let inst = body.terminator(block);
        match body[inst] {
            Inst::Jump(target) => {
                let found = body[target.args].len();
                let expected = body[target.block].param_count as usize;
                if found != expected {
                    self.report(8, Place::Inst(inst), || {
                        format!("{} has {expected} parameters, not {found}", target.block)
                    });
                }
            }
            Inst::Select(select) => {
                for arm in &body[select].arms {
                    if arm.value.is_some() {
                        self.no_params(Place::Inst(inst), arm.block);
                        continue;
                    }
                    let count = body[arm.block].param_count;
                    if count != 2 {
                        self.report(14, Place::Inst(inst), || {
                            format!("{} has {count} parameters, not 2", arm.block)
                        });
                    }
                    if cfg.predecessors(arm.block).len() != 1 {
                        self.report(14, Place::Inst(inst), || {
                            format!("{} has other predecessors", arm.block)
                        });
                    }
                }
                if let Some(default) = body[select].default {
                    self.no_params(Place::Inst(inst), default);
                }
            }
            _ => {
                for edge in cfg.successors(block) {
                    if edge.kind == EdgeKind::Normal {
                        self.no_params(Place::Inst(inst), edge.block);
                    }
                }
            }
        }
    }

    fn no_params(&mut self, place: Place, target: BlockId) {
        if self.body[target].param_count != 0 {
            self.report(8, place, || format!("nothing is passed to the parameters of {target}"));
        }
    }

    /// V10.
    fn calls_are_last(&mut self, block: BlockId) {
        let body = self.body;
        let terminator = body.terminator(block);
        for inst in body.insts_of(block) {
            let is_call = matches!(body[inst], Inst::Call(_) | Inst::RunDefers);
            if is_call && inst.index() + 1 != terminator.index() {
                let mnemonic = body[inst].mnemonic();
                self.report(10, Place::Inst(inst), || {
                    format!("`{mnemonic}` is not the last instruction of {block}, which unwinds")
                });
            }
        }
    }
}

fn each_target(body: &Body, inst: InstId, mut visit: impl FnMut(BlockId)) {
    match body[inst] {
        Inst::Jump(target) => visit(target.block),
        Inst::Branch { then, otherwise, .. } => {
            visit(then);
            visit(otherwise);
        }
        Inst::Select(id) => {
            let select = &body[id];
            select.arms.iter().for_each(|arm| visit(arm.block));
            select.default.into_iter().for_each(visit);
        }
        Inst::Unwind { recovered } => visit(recovered),
        _ => {}
    }
}

/// How many results an instruction has; `None`: any number.
fn result_count(inst: &Inst) -> Option<usize> {
    Some(match inst {
        Inst::Call(_) | Inst::Hole => return None,
        Inst::Store { .. }
        | Inst::MapUpdate { .. }
        | Inst::Send { .. }
        | Inst::Go(_)
        | Inst::Defer { .. }
        | Inst::RunDefers => 0,
        Inst::TypeAssert { comma_ok, .. }
        | Inst::MapLookup { comma_ok, .. }
        | Inst::Receive { comma_ok, .. } => 1 + usize::from(*comma_ok),
        Inst::Next(_) => 3,
        Inst::Builtin {
            op:
                Builtin::Clear | Builtin::Close | Builtin::Delete | Builtin::Print | Builtin::Println,
            ..
        } => 0,
        inst if inst.is_terminator() => 0,
        _ => 1,
    })
}

/// Whether a `builtin` instruction exists with this many operands.
fn builtin_count_fits(op: Builtin, count: usize) -> bool {
    match op {
        Builtin::Cap
        | Builtin::Clear
        | Builtin::Close
        | Builtin::Imag
        | Builtin::Len
        | Builtin::Real => count == 1,
        Builtin::Append | Builtin::Complex | Builtin::Copy | Builtin::Delete => count == 2,
        Builtin::Max | Builtin::Min => count >= 1,
        Builtin::Print | Builtin::Println => true,
        // Other instructions stand for these.
        _ => false,
    }
}
