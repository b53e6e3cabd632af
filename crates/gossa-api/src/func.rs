//! Functions, blocks, instructions and values: handles that are cheap to copy.

use crate::op::{Call, Op};
use crate::program::{Program, Type, contains, path_of};
use gossa_db::SourcePlace;
use gossa_ssa::{Body, FuncKey, InstId, ValueDef, ValueId};
use gossa_syntax::DirectiveKind;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A function in SSA form: a declared function, an instance of a generic one, a function literal,
/// or a package's initialisation.
#[derive(Clone, Copy)]
pub struct Func<'p> {
    pub(crate) program: Program<'p>,
    pub(crate) index: u32,
}

/// A basic block of a function.
#[derive(Clone, Copy)]
pub struct Block<'p> {
    pub(crate) func: Func<'p>,
    pub(crate) id: gossa_ssa::BlockId,
}

/// An instruction of a function.
#[derive(Clone, Copy)]
pub struct Inst<'p> {
    pub(crate) func: Func<'p>,
    pub(crate) id: InstId,
}

/// An SSA value of a function: defined once, by an instruction or as a block's parameter.
#[derive(Clone, Copy)]
pub struct Value<'p> {
    pub(crate) func: Func<'p>,
    pub(crate) id: ValueId,
}

macro_rules! identity {
    ($name:ident) => {
        impl PartialEq for $name<'_> {
            fn eq(&self, other: &Self) -> bool {
                (self.func, self.id) == (other.func, other.id)
            }
        }
        impl Eq for $name<'_> {}
        impl Hash for $name<'_> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                (self.func.index, self.id).hash(state);
            }
        }
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}:{}", self.func, self.id)
            }
        }
    };
}
identity!(Block);
identity!(Inst);
identity!(Value);

impl PartialEq for Func<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}
impl Eq for Func<'_> {}
impl Hash for Func<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}
impl fmt::Debug for Func<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.qualified_name())
    }
}

impl<'p> Func<'p> {
    pub(crate) fn body(self) -> &'p Body {
        self.program.data().body(self.index)
    }

    /// The program.
    #[must_use]
    pub fn program(self) -> Program<'p> {
        self.program
    }

    /// Import path of the package that holds the source.
    #[must_use]
    pub fn package(self) -> &'static str {
        path_of(self.body().func.package())
    }

    /// Whether it is in a package that the user asked about, not in a dependency of one.
    #[must_use]
    pub fn is_requested(self) -> bool {
        self.program.data().is_requested(self.package()) && !self.is_model()
    }

    /// Whether it has no body that could be seen, and what is seen in its place is made of a model
    /// that the user wrote (`[models]` in `gossa.toml`). Nothing is reported in it: what it does,
    /// its callers do.
    #[must_use]
    pub fn is_model(self) -> bool {
        self.program.data().source_map(self.index).is_model
    }

    /// Whether its package belongs to the Go distribution.
    #[must_use]
    pub fn is_standard(self) -> bool {
        self.program.data().is_standard(self.package())
    }

    /// The name as a Go programmer writes it, without the package: `F`, `(*T).M`, `F.func1` for a
    /// literal in `F`, `init` for initialisation.
    #[must_use]
    pub fn name(self) -> String {
        gossa_db::function_name(&self.program.data().db(), self.body().func)
    }

    /// The full name, unambiguous in the program.
    #[must_use]
    pub fn qualified_name(self) -> String {
        self.body().func.to_string()
    }

    /// The declared name of a function or method, qualified: `syscall.Syscall`,
    /// `reflect.Value.Pointer`; `None` for literals and initialisation.
    #[must_use]
    pub fn declared_name(self) -> Option<String> {
        declared_name(self.body().func)
    }

    /// Whether other packages can name it: an exported function, or an exported method, of
    /// whatever type.
    #[must_use]
    pub fn is_exported(self) -> bool {
        match *self.body().func.key() {
            FuncKey::Decl { decl, .. } => gossa_types::lookup::is_exported(decl.name()),
            _ => false,
        }
    }

    /// Whether it is a function literal, or the body of a range-over-func statement.
    #[must_use]
    pub fn is_closure(self) -> bool {
        self.body().is_closure()
    }

    /// The blocks; the first is the entry.
    pub fn blocks(self) -> impl DoubleEndedIterator<Item = Block<'p>> {
        self.body().block_ids().map(move |id| Block { func: self, id })
    }

    /// All instructions, block after block.
    pub fn insts(self) -> impl DoubleEndedIterator<Item = Inst<'p>> {
        self.body().inst_ids().map(move |id| Inst { func: self, id })
    }

    /// Captured variables (values, or addresses of variables that are reassigned), as the first
    /// parameters of a closure.
    pub fn captures(self) -> impl DoubleEndedIterator<Item = Value<'p>> {
        let count = self.body().capture_count as usize;
        self.entry_params().take(count).collect::<Vec<_>>().into_iter()
    }

    /// The receiver (if any) and the parameters.
    pub fn params(self) -> impl DoubleEndedIterator<Item = Value<'p>> {
        let count = self.body().capture_count as usize;
        self.entry_params().skip(count).collect::<Vec<_>>().into_iter()
    }

    fn entry_params(self) -> impl DoubleEndedIterator<Item = Value<'p>> {
        self.body().params(Body::ENTRY).map(move |id| Value { func: self, id })
    }

    /// The calls, `go` and `defer` statements in the program whose callee is known statically to
    /// be this function.
    pub fn static_callers(self) -> impl Iterator<Item = Inst<'p>> {
        let program = self.program;
        program
            .data()
            .call_sites(self.index)
            .iter()
            .map(move |site| Inst { func: Func { program, index: site.func }, id: site.inst })
    }

    /// The instructions that make this closure, in the functions around it.
    #[must_use]
    pub fn creations(self) -> Vec<Inst<'p>> {
        let FuncKey::Closure { root, .. } = *self.body().func.key() else { return Vec::new() };
        let Some(root) = self.program.data().find(root) else { return Vec::new() };
        let own = self.body().func;
        // The bodies of one declaration follow each other.
        let family = (root..).map(|index| Func { program: self.program, index });
        family
            .take_while(|func| (func.index as usize) < self.program.function_count())
            .take_while(|func| func.index == root || func.body().func.root() == own.root())
            .flat_map(|func| func.insts().collect::<Vec<_>>())
            .filter(|inst| {
                matches!(inst.func.body()[inst.id], gossa_ssa::Inst::Closure { func, .. } if func == own)
            })
            .collect()
    }

    /// Whether C code may call it: whether it has an `//export` directive.
    #[must_use]
    pub fn is_exported_to_c(self) -> bool {
        let directives = self.program.data().directives(self.body().func);
        directives.iter().any(|directive| matches!(directive, DirectiveKind::Export { .. }))
    }

    /// The words after `//go:` in the function's doc comment: `noinline`, `uintptrescapes`, ...
    #[must_use]
    pub fn go_directives(self) -> Vec<String> {
        self.program
            .data()
            .directives(self.body().func)
            .into_iter()
            .filter_map(|directive| match directive {
                DirectiveKind::Go { name, .. } => Some(name.into()),
                _ => None,
            })
            .collect()
    }
}

pub(crate) fn declared_name(func: gossa_ssa::FuncId) -> Option<String> {
    match *func.key() {
        FuncKey::Decl { decl, .. } => Some(match decl.parent() {
            Some(receiver) => {
                format!("{}.{}.{}", decl.package().path(), receiver.name(), decl.name())
            }
            None => format!("{}.{}", decl.package().path(), decl.name()),
        }),
        _ => None,
    }
}

impl<'p> Block<'p> {
    /// The instructions; the last is the terminator.
    pub fn insts(self) -> impl DoubleEndedIterator<Item = Inst<'p>> {
        let func = self.func;
        func.body().insts_of(self.id).map(move |id| Inst { func, id })
    }

    /// The parameters.
    pub fn params(self) -> impl DoubleEndedIterator<Item = Value<'p>> {
        let func = self.func;
        func.body().params(self.id).map(move |id| Value { func, id })
    }

    /// The blocks that control may go to next, in order, without the unwind edge.
    #[must_use]
    pub fn successors(self) -> Vec<Block<'p>> {
        let mut found = Vec::new();
        self.func.body().for_each_successor(self.id, |id| {
            found.push(Block { func: self.func, id });
        });
        found
    }

    /// Where control goes when an instruction of the block panics, if not out of the function.
    #[must_use]
    pub fn unwind(self) -> Option<Block<'p>> {
        let func = self.func;
        func.body()[self.id].unwind.map(|id| Block { func, id })
    }

    /// Position among the function's blocks.
    #[must_use]
    pub fn index(self) -> usize {
        self.id.index()
    }
}

impl<'p> Inst<'p> {
    /// The function.
    #[must_use]
    pub fn func(self) -> Func<'p> {
        self.func
    }

    /// The block.
    #[must_use]
    pub fn block(self) -> Block<'p> {
        Block { func: self.func, id: self.func.body().block_of(self.id) }
    }

    /// Position among the function's instructions; grows within a block.
    #[must_use]
    pub fn index(self) -> usize {
        self.id.index()
    }

    /// What it does.
    #[must_use]
    pub fn op(self) -> Op<'p> {
        Op::of(self)
    }

    /// The call of a `call`, `go` or `defer` instruction.
    #[must_use]
    pub fn call(self) -> Option<Call<'p>> {
        match self.op() {
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => Some(call),
            _ => None,
        }
    }

    /// The results.
    pub fn results(self) -> impl DoubleEndedIterator<Item = Value<'p>> {
        let func = self.func;
        func.body().results_of(self.id).map(move |id| Value { func, id })
    }

    /// The operands, in order.
    #[must_use]
    pub fn operands(self) -> Vec<Value<'p>> {
        let mut found = Vec::new();
        self.func.body().for_each_operand(self.id, |id| found.push(Value { func: self.func, id }));
        found
    }

    /// Whether the expression or statement that this comes from has the one that `inner` comes
    /// from in it. False for instructions of different functions.
    #[must_use]
    pub fn encloses(self, inner: Inst<'p>) -> bool {
        if self.func != inner.func {
            return false;
        }
        let map = self.func.program.data().source_map(self.func.index);
        let (outer, inner) = (map.node(self.id), map.node(inner.id));
        outer == inner
            || self
                .func
                .program
                .data()
                .tree(self.func.body().func)
                .is_some_and(|tree| contains(&tree, outer, inner))
    }

    /// Whether control can come from here to another instruction of the function: each
    /// instruction reaches itself only around a loop. False for instructions of different
    /// functions. Linear in the number of blocks.
    #[must_use]
    pub fn reaches(self, other: Inst<'p>) -> bool {
        if self.func != other.func {
            return false;
        }
        let (from, to) = (self.block(), other.block());
        if from == to && self.index() < other.index() {
            return true;
        }
        let body = self.func.body();
        let mut seen = vec![false; body.block_ids().count()];
        let mut work = vec![from.id];
        while let Some(block) = work.pop() {
            let mut found = false;
            let mut visit = |next: gossa_ssa::BlockId| {
                found |= next == to.id;
                if !std::mem::replace(&mut seen[next.index()], true) {
                    work.push(next);
                }
            };
            body.for_each_successor(block, &mut visit);
            if let Some(unwind) = body[block].unwind {
                visit(unwind);
            }
            if found {
                return true;
            }
        }
        false
    }

    pub(crate) fn source_place(self) -> Option<SourcePlace> {
        let data = self.func.program.data();
        let node = data.source_map(self.func.index).node(self.id);
        data.resolve(self.func.body().func, node)
    }
}

impl<'p> Value<'p> {
    /// The function.
    #[must_use]
    pub fn func(self) -> Func<'p> {
        self.func
    }

    /// Its type.
    #[must_use]
    pub fn ty(self) -> Type<'p> {
        Type { program: self.func.program, id: self.func.body()[self.id].ty }
    }

    /// Position among the function's values.
    #[must_use]
    pub fn index(self) -> usize {
        self.id.index()
    }

    /// The instruction that defines it; `None` for parameters.
    #[must_use]
    pub fn definition(self) -> Option<Inst<'p>> {
        match self.func.body().def(self.id) {
            ValueDef::Result(id) => Some(Inst { func: self.func, id }),
            ValueDef::Param(_) => None,
        }
    }

    /// The block that it is a parameter of.
    #[must_use]
    pub fn param_of(self) -> Option<Block<'p>> {
        match self.func.body().def(self.id) {
            ValueDef::Param(id) => Some(Block { func: self.func, id }),
            ValueDef::Result(_) => None,
        }
    }

    /// What a block's parameter may stand for: the arguments of all edges into the block. Empty
    /// for results, for parameters of the function, and for what a select receives. Linear in the
    /// number of blocks.
    #[must_use]
    pub fn incoming(self) -> Vec<Value<'p>> {
        let Some(block) = self.param_of() else { return Vec::new() };
        let body = self.func.body();
        let at = self.id.index() - body[block.id].first_param as usize;
        let mut found = Vec::new();
        for from in body.block_ids() {
            if let gossa_ssa::Inst::Jump(target) = body[body.terminator(from)]
                && target.block == block.id
                && let Some(&id) = body[target.args].get(at)
            {
                found.push(Value { func: self.func, id });
            }
        }
        found
    }

    /// The instructions that have it as an operand, in the order of the body, each once; block
    /// parameters get it by jumps. Linear in the size of the function.
    pub fn uses(self) -> impl DoubleEndedIterator<Item = Inst<'p>> {
        let body = self.func.body();
        self.func.insts().filter(move |inst| {
            let mut is_used = false;
            body.for_each_operand(inst.id, |operand| is_used |= operand == self.id);
            is_used
        })
    }

    /// The name of a source variable that holds it, or whose address it is.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let map = self.func.program.data().source_map(self.func.index);
        map.name(self.id).or_else(|| map.cell_name(self.id)).map(gossa_base::Name::as_str)
    }
}
