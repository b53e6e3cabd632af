//! Counts and sizes of bodies.

use crate::body::{Body, SourceMap};
use crate::opcode::MNEMONICS;
use crate::table::Table;
use gossa_base::FxHashMap;
use std::fmt;

/// Counts of what bodies hold, and the bytes that they take.
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
    /// Bytes of all bodies and source maps.
    pub memory: Memory,
    /// Instructions of the largest body.
    pub largest: u64,
    kinds: FxHashMap<&'static str, u64>,
}

impl Stats {
    /// Counts a body with its source map.
    pub fn add(&mut self, body: &Body, source_map: &SourceMap) {
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
        self.memory.add(&Memory::of(body));
        self.memory.add(&Memory::of_source_map(source_map));
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
        self.memory.add(&other.memory);
        self.largest = self.largest.max(other.largest);
        for (kind, count) in other.kinds() {
            *self.kinds.entry(kind).or_default() += count;
        }
    }

    /// Instructions by mnemonic, those that occur, in the order of [`MNEMONICS`].
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, u64)> {
        MNEMONICS.iter().filter_map(|&kind| Some((kind, *self.kinds.get(kind)?)))
    }

    /// Bytes per instruction, positions and types included; zero when there are none.
    #[must_use]
    pub fn bytes_per_instruction(&self) -> f64 {
        self.per_instruction(self.memory.total())
    }

    fn per_instruction(&self, bytes: u64) -> f64 {
        if self.instructions == 0 { 0.0 } else { bytes as f64 / self.instructions as f64 }
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
        writeln!(f, "{:>12} bytes", self.memory.total())?;
        writeln!(f, "{:>12.1} bytes per instruction, of them for", self.bytes_per_instruction())?;
        for (part, bytes) in self.memory.parts() {
            writeln!(f, "{:>12.2} {part}", self.per_instruction(bytes))?;
        }
        for (kind, count) in self.kinds() {
            writeln!(f, "{count:>12} {kind}")?;
        }
        Ok(())
    }
}

/// What the bytes of bodies are spent on, in the order of [`Memory::parts`].
const PARTS: [&str; 12] = [
    "bodies",
    "blocks",
    "instructions",
    "first results",
    "values with their types",
    "operands",
    "calls",
    "constants",
    "tables",
    "methods, selects, bounds",
    "positions",
    "names",
];

/// Bytes that bodies and their source maps take, by what they are spent on. Allocator overhead,
/// and what several bodies share (texts, big numbers, interned types), are not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    bytes: [u64; PARTS.len()],
}

impl Memory {
    /// Of a body with all its pools.
    #[must_use]
    pub fn of(body: &Body) -> Self {
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
        let behind_tables: usize = tables.iter().map(Table::heap_size).sum();
        let behind_methods: usize = methods.iter().map(|method| size_of_val(&*method.path)).sum();
        let behind_selects: usize = selects.iter().map(|select| size_of_val(&*select.arms)).sum();
        let bytes = [
            size_of::<Body>() + size_of_val(&**results),
            size_of_val(&**blocks),
            size_of_val(&**insts),
            size_of_val(&**first_results),
            size_of_val(&**values),
            size_of_val(&**operands),
            size_of_val(&**calls),
            size_of_val(&**consts),
            size_of_val(&**tables) + behind_tables,
            size_of_val(&**methods)
                + behind_methods
                + size_of_val(&**selects)
                + behind_selects
                + size_of_val(&**bounds),
            0,
            0,
        ];
        Self { bytes: bytes.map(|bytes| bytes as u64) }
    }

    /// Of a source map.
    #[must_use]
    pub fn of_source_map(map: &SourceMap) -> Self {
        let SourceMap { insts, names, cells, variables, literal: _, is_model: _ } = map;
        let mut bytes = [0; PARTS.len()];
        bytes[10] = (size_of::<SourceMap>() + size_of_val(&**insts)) as u64;
        bytes[11] =
            (size_of_val(&**names) + size_of_val(&**cells) + size_of_val(&**variables)) as u64;
        Self { bytes }
    }

    /// All bytes.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.bytes.iter().sum()
    }

    /// Bytes by what they are spent on.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        PARTS.into_iter().zip(self.bytes)
    }

    fn add(&mut self, other: &Self) {
        for (sum, bytes) in self.bytes.iter_mut().zip(other.bytes) {
            *sum += bytes;
        }
    }
}
