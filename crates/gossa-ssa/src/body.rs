//! A function in SSA form, frozen.

use crate::ids::{
    BlockId, CallId, ConstId, FuncId, InstId, MethodRef, MethodRefId, SelectId, TableId, ValueId,
};
use crate::inst::{CallData, Inst, OperandPools, SelectData, SliceBounds, ValueList};
use crate::table::Table;
use gossa_base::Name;
use gossa_syntax::{ExprId, NodeId};
use gossa_types::constant::Value;
use gossa_types::{LocalId, TypeId};
use std::ops::Range;

/// What defines a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValueDef {
    /// A block's parameter.
    Param(BlockId),
    /// An instruction's result.
    Result(InstId),
}

/// A value: 4 bytes. What defines it follows from the numbering: [`Body::def`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ValueData {
    /// Its type, without type parameters.
    pub ty: TypeId,
}

/// A block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockData {
    /// First parameter; they are consecutive values.
    pub first_param: u32,
    /// Number of parameters.
    pub param_count: u32,
    /// First instruction; they are consecutive, the last is the terminator.
    pub first_inst: u32,
    /// Number of instructions.
    pub inst_count: u32,
    /// Where control goes when an instruction of the block panics; `None`: out of the function.
    pub unwind: Option<BlockId>,
}

/// A function in SSA form. No positions: [`SourceMap`] has them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Body {
    /// The function.
    pub func: FuncId,
    /// How many of the entry block's first parameters are captured variables.
    pub capture_count: u32,
    /// Types of the results.
    pub results: Box<[TypeId]>,
    /// Blocks; `b0` is the entry, its parameters are captures, receiver, parameters.
    pub blocks: Box<[BlockData]>,
    /// Instructions, block after block.
    pub insts: Box<[Inst]>,
    /// First result of each instruction: an index into `values`. One entry more than `insts`.
    pub first_results: Box<[u32]>,
    /// Values: a block's parameters, then its instructions' results, block after block.
    pub values: Box<[ValueData]>,
    /// Pool of [`ValueList`].
    pub operands: Box<[ValueId]>,
    /// Calls.
    pub calls: Box<[CallData]>,
    /// Constants, each once; the type is the value's.
    pub consts: Box<[Value]>,
    /// Constant tables.
    pub tables: Box<[Table]>,
    /// References to methods.
    pub methods: Box<[MethodRef]>,
    /// Selects.
    pub selects: Box<[SelectData]>,
    /// Bounds of slice instructions.
    pub bounds: Box<[SliceBounds]>,
    /// Whether this is the body of a range-over-func statement rather than a function literal.
    pub range_body: bool,
}

/// Where a body's instructions come from, and what its values are called in the source. Node ids
/// refer to the declaration's tree, so they survive what leaves that tree equal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SourceMap {
    /// By instruction.
    pub insts: Box<[NodeId]>,
    /// Values that a source variable holds, with its name, sorted by value.
    pub names: Box<[(ValueId, Name)]>,
    /// Values that are the address of a source variable, with its name, sorted by value.
    pub cells: Box<[(ValueId, Name)]>,
    /// Local variables that live in memory, by the instruction that allocates them, sorted.
    pub variables: Box<[(InstId, LocalId)]>,
    /// The function literal or range statement that a closure comes from.
    pub literal: Option<NodeId>,
    /// Whether the body is made of a [`Model`](crate::model::Model): there is no source.
    pub is_model: bool,
}

/// A declared function or initialiser with all the closures in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lowered {
    /// The function itself, then its closures in the order in which they are met. Each closure's
    /// [`FuncKey::Closure`](crate::FuncKey::Closure) index is its position here.
    pub bodies: Box<[Body]>,
    /// Beside each body.
    pub source_maps: Box<[SourceMap]>,
}

macro_rules! index {
    ($id:ty, $field:ident, $output:ty) => {
        impl std::ops::Index<$id> for Body {
            type Output = $output;
            #[inline]
            fn index(&self, id: $id) -> &$output {
                &self.$field[id.index()]
            }
        }
    };
}
index!(ValueId, values, ValueData);
index!(BlockId, blocks, BlockData);
index!(InstId, insts, Inst);
index!(CallId, calls, CallData);
index!(ConstId, consts, Value);
index!(TableId, tables, Table);
index!(MethodRefId, methods, MethodRef);
index!(SelectId, selects, SelectData);

impl std::ops::Index<ValueList> for Body {
    type Output = [ValueId];
    #[inline]
    fn index(&self, list: ValueList) -> &[ValueId] {
        &self.operands[list.0.range()]
    }
}

impl Body {
    /// The entry block.
    pub const ENTRY: BlockId = BlockId::new(0);

    /// All blocks in order.
    pub fn block_ids(&self) -> impl DoubleEndedIterator<Item = BlockId> + use<> {
        (0..self.blocks.len() as u32).map(BlockId::new)
    }

    /// All instructions in order.
    pub fn inst_ids(&self) -> impl DoubleEndedIterator<Item = InstId> + use<> {
        (0..self.insts.len() as u32).map(InstId::new)
    }

    /// The instructions of a block, the terminator last.
    pub fn insts_of(
        &self,
        block: BlockId,
    ) -> impl DoubleEndedIterator<Item = InstId> + ExactSizeIterator + Clone + use<> {
        let data = self[block];
        (data.first_inst..data.first_inst + data.inst_count).map(InstId::new)
    }

    /// The terminator of a block.
    #[must_use]
    pub fn terminator(&self, block: BlockId) -> InstId {
        let data = self[block];
        InstId::new(data.first_inst + data.inst_count - 1)
    }

    /// The parameters of a block.
    pub fn params(
        &self,
        block: BlockId,
    ) -> impl DoubleEndedIterator<Item = ValueId> + ExactSizeIterator + Clone + use<> {
        let data = self[block];
        (data.first_param..data.first_param + data.param_count).map(ValueId::new)
    }

    /// The results of an instruction.
    pub fn results_of(
        &self,
        inst: InstId,
    ) -> impl DoubleEndedIterator<Item = ValueId> + ExactSizeIterator + Clone + use<> {
        self.result_range(inst).map(ValueId::new)
    }

    fn result_range(&self, inst: InstId) -> Range<u32> {
        // Results are consecutive, but a block's parameters may follow its predecessor's last
        // instruction, so the count is kept by the terminator having none.
        let start = self.first_results[inst.index()];
        if self[inst].is_terminator() {
            start..start
        } else {
            start..self.first_results[inst.index() + 1]
        }
    }

    /// The only result of an instruction, `None` where it has none or several.
    #[must_use]
    pub fn result(&self, inst: InstId) -> Option<ValueId> {
        let range = self.result_range(inst);
        (range.len() == 1).then(|| ValueId::new(range.start))
    }

    /// What defines a value. Logarithmic; [`Body::defs`] answers for all values at once.
    #[must_use]
    pub fn def(&self, value: ValueId) -> ValueDef {
        let next = self.first_results.partition_point(|&first| first as usize <= value.index());
        // The last instruction that does not come after the value: its results begin there, or,
        // if it is a terminator, the parameters of the block behind it.
        let Some(last) = next.min(self.insts.len()).checked_sub(1).map(InstId::from_usize) else {
            return ValueDef::Param(Self::ENTRY);
        };
        if self.result_range(last).contains(&(value.index() as u32)) {
            return ValueDef::Result(last);
        }
        ValueDef::Param(BlockId::from_usize(self.block_of(last).index() + 1))
    }

    /// What defines each value, by value. Linear.
    #[must_use]
    pub fn defs(&self) -> Box<[ValueDef]> {
        let mut defs = vec![ValueDef::Param(Self::ENTRY); self.values.len()];
        for block in self.block_ids() {
            for param in self.params(block) {
                defs[param.index()] = ValueDef::Param(block);
            }
            for inst in self.insts_of(block) {
                for result in self.results_of(inst) {
                    defs[result.index()] = ValueDef::Result(inst);
                }
            }
        }
        defs.into()
    }

    /// The block that holds an instruction. Logarithmic.
    #[must_use]
    pub fn block_of(&self, inst: InstId) -> BlockId {
        let at = self.blocks.partition_point(|block| block.first_inst as usize <= inst.index());
        BlockId::new(at as u32 - 1)
    }

    /// Calls `visit` for each operand of an instruction, in order.
    pub fn for_each_operand(&self, inst: InstId, visit: impl FnMut(ValueId)) {
        let pools = OperandPools {
            operands: &self.operands,
            calls: &self.calls,
            selects: &self.selects,
            bounds: &self.bounds,
        };
        self[inst].for_each_operand(pools, visit);
    }

    /// Calls `visit` for each successor that the block's terminator names, in order, without the
    /// unwind edge.
    pub fn for_each_successor(&self, block: BlockId, visit: impl FnMut(BlockId)) {
        self[self.terminator(block)].for_each_successor(&self.selects, visit);
    }

    /// The function literal or range statement's closure bodies are told apart from declared
    /// functions by their captures and key.
    #[must_use]
    pub fn is_closure(&self) -> bool {
        matches!(self.func.key(), crate::FuncKey::Closure { .. })
    }
}

impl SourceMap {
    /// Where an instruction comes from.
    #[must_use]
    pub fn node(&self, inst: InstId) -> NodeId {
        self.insts.get(inst.index()).copied().unwrap_or(NodeId::ROOT)
    }

    /// The source name of a value, where a variable holds it. Logarithmic.
    #[must_use]
    pub fn name(&self, value: ValueId) -> Option<Name> {
        named(&self.names, value)
    }

    /// The source name of the variable whose address a value is. Logarithmic.
    #[must_use]
    pub fn cell_name(&self, value: ValueId) -> Option<Name> {
        named(&self.cells, value)
    }

    /// The expression that an instruction comes from, if it comes from one.
    #[must_use]
    pub fn expr(&self, inst: InstId) -> Option<ExprId> {
        match self.node(inst).node() {
            gossa_syntax::Node::Expr(expr) => Some(expr),
            _ => None,
        }
    }
}

fn named(sorted: &[(ValueId, Name)], value: ValueId) -> Option<Name> {
    let at = sorted.binary_search_by_key(&value, |&(value, _)| value).ok()?;
    Some(sorted[at].1)
}
