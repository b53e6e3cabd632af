//! Counts and sizes of bodies.

use crate::body::{Body, Table, TableNode};
use crate::opcode::MNEMONICS;
use gossa_base::FxHashMap;
use std::fmt;

/// Counts of what bodies hold, and the bytes that they take.
///
/// Texts and big numbers of constants are shared with others and not counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Bodies, closures included.
    pub functions: u64,
    /// Bodies of function literals and range-over-func statements.
    pub closures: u64,
    /// Blocks.
    pub blocks: u64,
    /// Blocks with an unwind block.
    pub unwinding_blocks: u64,
    /// Parameters of blocks other than the entry.
    pub block_params: u64,
    /// Instructions, terminators included.
    pub instructions: u64,
    /// Values.
    pub values: u64,
    /// Operands of instructions, wherever they are kept.
    pub operands: u64,
    /// Bytes of all bodies, allocator overhead aside.
    pub bytes: u64,
    /// Instructions of the largest body.
    pub largest: u64,
    kinds: FxHashMap<&'static str, u64>,
}

impl Stats {
    /// Counts a body.
    pub fn add(&mut self, body: &Body) {
        self.functions += 1;
        self.closures += u64::from(body.is_closure());
        self.blocks += body.blocks.len() as u64;
        for (index, block) in body.blocks.iter().enumerate() {
            self.unwinding_blocks += u64::from(block.unwind.is_some());
            if index > 0 {
                self.block_params += u64::from(block.param_count);
            }
        }
        self.instructions += body.insts.len() as u64;
        self.largest = self.largest.max(body.insts.len() as u64);
        self.values += body.values.len() as u64;
        for inst in body.inst_ids() {
            *self.kinds.entry(body[inst].mnemonic()).or_default() += 1;
            body.for_each_operand(inst, |_| self.operands += 1);
        }
        self.bytes += bytes(body);
    }

    /// Adds the counts of others.
    pub fn merge(&mut self, other: &Self) {
        self.functions += other.functions;
        self.closures += other.closures;
        self.blocks += other.blocks;
        self.unwinding_blocks += other.unwinding_blocks;
        self.block_params += other.block_params;
        self.instructions += other.instructions;
        self.values += other.values;
        self.operands += other.operands;
        self.bytes += other.bytes;
        self.largest = self.largest.max(other.largest);
        for (kind, count) in other.kinds() {
            *self.kinds.entry(kind).or_default() += count;
        }
    }

    /// Instructions by mnemonic, those that occur, in the order of [`MNEMONICS`].
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, u64)> {
        MNEMONICS.iter().filter_map(|&kind| Some((kind, *self.kinds.get(kind)?)))
    }

    /// Bytes per instruction, all told; zero when there are none.
    #[must_use]
    pub fn bytes_per_instruction(&self) -> f64 {
        if self.instructions == 0 { 0.0 } else { self.bytes as f64 / self.instructions as f64 }
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>12} functions", self.functions)?;
        writeln!(f, "{:>12} of them closures", self.closures)?;
        writeln!(f, "{:>12} blocks", self.blocks)?;
        writeln!(f, "{:>12} of them with an unwind block", self.unwinding_blocks)?;
        writeln!(f, "{:>12} block parameters", self.block_params)?;
        writeln!(f, "{:>12} instructions", self.instructions)?;
        writeln!(f, "{:>12} in the largest function", self.largest)?;
        writeln!(f, "{:>12} values", self.values)?;
        writeln!(f, "{:>12} operands", self.operands)?;
        writeln!(f, "{:>12} bytes", self.bytes)?;
        writeln!(f, "{:>12.1} bytes per instruction", self.bytes_per_instruction())?;
        for (kind, count) in self.kinds() {
            writeln!(f, "{count:>12} {kind}")?;
        }
        Ok(())
    }
}

/// Bytes of a body with all its pools.
#[must_use]
pub fn bytes(body: &Body) -> u64 {
    let Body {
        func: _,
        capture_count: _,
        results,
        blocks,
        insts,
        first_results,
        values,
        operands,
        calls,
        consts,
        tables,
        methods,
        selects,
        bounds,
        range_body: _,
    } = body;
    let mut total = size_of::<Body>()
        + size_of_val(&**results)
        + size_of_val(&**blocks)
        + size_of_val(&**insts)
        + size_of_val(&**first_results)
        + size_of_val(&**values)
        + size_of_val(&**operands)
        + size_of_val(&**calls)
        + size_of_val(&**consts)
        + size_of_val(&**tables)
        + size_of_val(&**methods)
        + size_of_val(&**selects)
        + size_of_val(&**bounds);
    total += tables.iter().map(table_bytes).sum::<usize>();
    total += methods.iter().map(|method| size_of_val(&*method.path)).sum::<usize>();
    total += selects.iter().map(|select| size_of_val(&*select.arms)).sum::<usize>();
    total as u64
}

/// Bytes behind a table's root.
fn table_bytes(table: &Table) -> usize {
    let mut total = 0;
    let mut pending = vec![&table.root];
    while let Some(node) = pending.pop() {
        match node {
            TableNode::Const(_) => {}
            TableNode::Indexed(entries, _) => {
                total += size_of_val(&**entries);
                pending.extend(entries.iter().map(|(_, node)| node));
            }
            TableNode::Map(entries) => {
                total += size_of_val(&**entries);
                pending.extend(entries.iter().flat_map(|(key, value)| [key, value]));
            }
            TableNode::Pointer(node) | TableNode::Interface(_, node) => {
                total += size_of::<TableNode>();
                pending.push(node);
            }
        }
    }
    total
}
