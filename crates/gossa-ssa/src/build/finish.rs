//! From a body that is built to a frozen one.
//!
//! Blocks that control cannot get to are dropped, parameters that became superfluous are replaced,
//! names that nothing uses (`narrow`) are removed, empty blocks are skipped, straight lines of
//! blocks are joined. Blocks come out in reverse postorder, so that every value but a parameter's
//! operand is defined before it is used; edges from a branch to a block with parameters get a
//! block of their own.

use super::Finished;
use super::freeze::Freezer;
use super::function::{BodyKind, Code, Function};
use super::order::{Order, Placed};
use super::unit::{Unit, Var};
use crate::body::{BlockData, Body, SourceMap};
use crate::consts::ConstPool;
use crate::ids::{BlockId, InstId, ValueId};
use crate::inst::Inst;
use gossa_base::Name;
use gossa_syntax::NodeId;
use smallvec::SmallVec;

impl Function<'_, '_> {
    /// Freezes the body; gives it after the variables that it captures. `literal` is the function
    /// literal or range statement that it is of.
    pub(super) fn finish(mut self, literal: Option<NodeId>) -> (Vec<Var>, Finished) {
        self.close();
        let mut order = std::mem::take(&mut self.unit.scratch.order);
        order.reset(&self.code);
        order.find_blocks(&self.code);
        let unwind = self.unwind_block;
        if let Some(unwind) = unwind {
            order.find_unwinds(&self.code, unwind);
        }
        order.simplify(&mut self.code);
        order.find_uses(&self.code);
        order.shorten(&self.code, unwind.is_some());
        let (value_count, inst_count) = order.number(&self.code, &self.capture_params);
        self.name_params(&order);

        let mut code = std::mem::take(&mut self.code);
        let mut freezer = Freezer {
            code: &mut code,
            order: &order,
            insts: Vec::with_capacity(inst_count as usize),
            first_results: Vec::with_capacity(inst_count as usize + 1),
            nodes: Vec::with_capacity(inst_count as usize),
            values: Vec::with_capacity(value_count as usize),
            operands: Vec::new(),
            calls: Vec::new(),
            consts: ConstPool::default(),
            tables: Vec::new(),
            methods: Vec::new(),
            selects: Vec::new(),
            bounds: Vec::new(),
        };
        let mut variables = Vec::new();
        let mut blocks = Vec::with_capacity(order.placed.len());
        for (index, &placed) in order.placed.iter().enumerate() {
            let first_param = freezer.values.len() as u32;
            let first_inst = freezer.insts.len() as u32;
            let mut param_count = 0;
            let unwinds;
            match placed {
                Placed::Edge { from, to, second } => {
                    unwinds = order.unwinds[from.index()];
                    let target = freezer.target(from, to, second);
                    let at = freezer.code.nodes[freezer.code.blocks[from.index()].end as usize - 1];
                    freezer.push(Inst::Jump(target), at);
                }
                Placed::Block(block) => {
                    unwinds = order.unwinds[block.index()];
                    let mut params: SmallVec<[ValueId; 8]> = SmallVec::new();
                    if block == Body::ENTRY {
                        params.extend_from_slice(&self.capture_params);
                    }
                    params.extend_from_slice(&freezer.code.blocks[block.index()].params);
                    for phi in order.phis(freezer.code, block) {
                        params.push(freezer.code.phis[phi as usize].value);
                    }
                    for &param in &params {
                        freezer.define(param);
                    }
                    param_count = params.len() as u32;
                    if block == Body::ENTRY {
                        for &value in &order.undefined {
                            freezer.push(Inst::Hole, NodeId::ROOT);
                            freezer.define(value);
                        }
                    }
                    let mut part = block;
                    loop {
                        let (start, end) = {
                            let info = &freezer.code.blocks[part.index()];
                            (info.start, info.end)
                        };
                        for old in start..end - 1 {
                            if !order.keeps(freezer.code, part, old) {
                                continue;
                            }
                            let inst = freezer.inst(freezer.code.insts[old as usize]);
                            let id = InstId::from_usize(freezer.insts.len());
                            if let Inst::Alloc(_) = inst
                                && let Ok(at) = freezer
                                    .code
                                    .variables
                                    .binary_search_by_key(&old, |&(inst, _)| inst)
                            {
                                variables.push((id, freezer.code.variables[at].1));
                            }
                            freezer.push(inst, freezer.code.nodes[old as usize]);
                            let (first, count) = freezer.code.results[old as usize];
                            for value in first..first + count {
                                freezer.define(ValueId::new(value));
                            }
                        }
                        match order.jump_target(freezer.code, part) {
                            Some(next) if order.joined[next.index()] => part = next,
                            _ => {
                                let mut edges = index as u32;
                                let inst = freezer.terminator(part, &mut edges);
                                freezer.push(inst, freezer.code.nodes[end as usize - 1]);
                                break;
                            }
                        }
                    }
                }
            }
            let unwind = if unwinds { unwind.and_then(|b| order.ids[b.index()]) } else { None };
            blocks.push(BlockData {
                first_param,
                param_count,
                first_inst,
                inst_count: freezer.insts.len() as u32 - first_inst,
                unwind,
            });
        }
        freezer.first_results.push(freezer.values.len() as u32);
        let body = Body {
            func: self.func,
            capture_count: self.captures.len() as u32,
            results: self.result_types.iter().copied().collect(),
            blocks: blocks.into_boxed_slice(),
            insts: freezer.insts.into_boxed_slice(),
            first_results: freezer.first_results.into_boxed_slice(),
            values: freezer.values.into_boxed_slice(),
            operands: freezer.operands.into_boxed_slice(),
            calls: freezer.calls.into_boxed_slice(),
            consts: freezer.consts.finish(),
            tables: freezer.tables.into_boxed_slice(),
            methods: freezer.methods.into_boxed_slice(),
            selects: freezer.selects.into_boxed_slice(),
            bounds: freezer.bounds.into_boxed_slice(),
            range_body: self.kind == BodyKind::RangeBody,
        };
        let insts = freezer.nodes.into_boxed_slice();
        let (names, cells) = names(&code, &order, self.unit);
        let source_map = SourceMap {
            insts,
            names,
            cells,
            variables: variables.into_boxed_slice(),
            literal,
            is_model: false,
        };
        code.clear();
        self.unit.scratch.codes.push(code);
        self.unit.scratch.order = order;
        (self.captures, (body, source_map))
    }

    /// Fills what is still open: code that control cannot get to, labels that are nowhere, the
    /// exceptional exit.
    fn close(&mut self) {
        let at = NodeId::ROOT;
        if self.current.is_some() {
            self.terminate(at, Inst::Unreachable);
        }
        // Labels that are declared nowhere.
        for block in 0..self.code.blocks.len() {
            let block = BlockId::from_usize(block);
            if !self.is_filled(block) && !self.code.blocks[block.index()].preds.is_empty() {
                self.start_block(block);
                self.terminate(at, Inst::Unreachable);
            }
        }
        if let Some(unwind) = self.unwind_block.take() {
            let recovered = self.new_block();
            self.start_block(unwind);
            self.add_edge(unwind, recovered);
            self.terminate(at, Inst::Unwind { recovered });
            self.seal(recovered);
            self.start_block(recovered);
            let cells = self.result_cells.clone();
            let types = self.result_types.clone();
            let values: SmallVec<[ValueId; 4]> = cells
                .iter()
                .zip(types)
                .map(|(&ptr, ty)| self.emit(at, Inst::Load(ptr), ty))
                .collect();
            let values = self.list(&values);
            self.terminate(at, Inst::Return(values));
            self.unwind_block = Some(unwind);
        }
        for block in 0..self.code.blocks.len() {
            self.seal(BlockId::from_usize(block));
        }
        debug_assert!(
            self.unwind_block.is_none() || self.result_cells.len() == self.result_types.len()
        );
    }

    /// Names the parameters that SSA construction made.
    fn name_params(&mut self, order: &Order) {
        for phi in 0..self.code.phis.len() {
            let phi = self.code.phis[phi];
            if !phi.removed && order.used[phi.value.index()] {
                self.name(phi.value, phi.var);
            }
        }
    }
}

/// Values with names.
type Names = Box<[(ValueId, Name)]>;

/// The names of the values that are left, and those of the variables whose addresses they are.
fn names(code: &Code, order: &Order, unit: &Unit<'_>) -> (Names, Names) {
    let mut names: Vec<(ValueId, Name)> = Vec::with_capacity(code.names.len());
    let mut cells: Vec<(ValueId, Name)> = Vec::new();
    for &(value, local) in &code.names {
        let value = code.resolve(value);
        let Some(id) = order.values[value.index()] else { continue };
        if let Some(name) = unit.types.locals[local.index()].name {
            let is_cell = unit.facts.known_cell(local) == Some(true);
            if is_cell { &mut cells } else { &mut names }.push((id, name));
        }
    }
    // Stable: of several variables the first that held the value names it.
    for list in [&mut names, &mut cells] {
        list.sort_by_key(|&(value, _)| value);
        list.dedup_by_key(|(value, _)| *value);
    }
    (names.into_boxed_slice(), cells.into_boxed_slice())
}
