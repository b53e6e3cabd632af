//! The textual form of bodies, for people, for tests, and to be read back.
//!
//! One line an instruction: results, mnemonic, operands, and after a colon the results' types.
//!
//! ```text
//! func m.pick(v0: *m.T, v1: bool) *m.T {
//! b0:
//!   branch v1, b1, b2
//! b1:
//!   v2 = alloc new : *m.T
//!   jump b3(v2)
//! b2:
//!   jump b3(v0)
//! b3(v3: *m.T):
//!   v4, v5 = call m.step(v3) : int, error
//!   return v3
//! }
//! ```
//!
//! What stands behind `;` is a comment. Everything that makes up a [`Body`] is printed, so that
//! [`read`](crate::read()) gives an equal one back, provided that its pools are laid out as
//! [`layout`](crate::layout) describes. `docs/ssa.md` lists the form of every instruction;
//! [`names`](type_text) those of types.

mod names;

#[cfg(test)]
pub(crate) use names::basic_word;
pub use names::{decl_text, type_text};

use crate::body::{Body, SourceMap};
use crate::ids::{BlockId, CallId, FuncId, InstId, SelectId, TableId, ValueId};
use crate::inst::{Callee, Inst, Target, ValueList};
use crate::table::TableNode;
use gossa_base::FxHashMap;
use gossa_types::TypeId;
use gossa_types::constant::Value;
use std::fmt::{self, Write as _};
use std::ops::Range;

/// Longer texts of types and functions are not remembered.
const LONGEST_KNOWN: usize = 400;

/// Comments to print beside the instructions. Reading ignores them.
pub trait Annotate {
    /// Appends a comment on the function's header line.
    fn body(&self, out: &mut String) {
        let _ = out;
    }

    /// Appends a comment on a block's header line.
    fn block(&self, block: BlockId, out: &mut String) {
        let _ = (block, out);
    }

    /// Appends a comment on an instruction's line.
    fn inst(&self, inst: InstId, out: &mut String) {
        let _ = (inst, out);
    }
}

/// No comments.
pub struct Plain;

impl Annotate for Plain {}

/// Comments with the source names of results and parameters, from a body's source map.
pub struct SourceNames<'a> {
    /// The body.
    pub body: &'a Body,
    /// Its source map.
    pub map: &'a SourceMap,
}

impl SourceNames<'_> {
    fn values(&self, values: impl Iterator<Item = ValueId>, out: &mut String) {
        for value in values {
            let name = self.map.name(value).map(|name| ("", name));
            let name = name.or_else(|| Some(("&", self.map.cell_name(value)?)));
            if let Some((address, name)) = name {
                if !out.is_empty() {
                    out.push_str(", ");
                }
                // Writing to a string cannot fail.
                let _ = write!(out, "{value} is {address}{name}");
            }
        }
    }
}

impl Annotate for SourceNames<'_> {
    fn body(&self, out: &mut String) {
        if !self.body.blocks.is_empty() {
            self.values(self.body.params(Body::ENTRY), out);
        }
    }

    fn block(&self, block: BlockId, out: &mut String) {
        if block != Body::ENTRY {
            self.values(self.body.params(block), out);
        }
    }

    fn inst(&self, inst: InstId, out: &mut String) {
        self.values(self.body.results_of(inst), out);
    }
}

/// The textual form of bodies, one after the other.
#[must_use]
pub fn print(bodies: &[Body]) -> String {
    let mut printer = Printer::default();
    for body in bodies {
        printer.body(body, &Plain);
    }
    printer.take()
}

/// Prints bodies one after the other; remembers the text of types and functions meanwhile.
#[derive(Default)]
pub struct Printer {
    out: String,
    /// Texts of types and functions that were printed before, one after the other.
    known: String,
    known_types: FxHashMap<TypeId, Range<usize>>,
    known_funcs: FxHashMap<FuncId, Range<usize>>,
    comment: String,
}

impl Printer {
    /// A printer that has printed nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was printed since the last call.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// What was printed since the last [`Printer::take`] or [`Printer::clear`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.out
    }

    /// Forgets what was printed, and keeps the memory.
    pub fn clear(&mut self) {
        self.out.clear();
    }

    /// Prints a body.
    pub fn body(&mut self, body: &Body, annotate: &dyn Annotate) {
        self.text(if body.range_body { "rangebody " } else { "func " });
        self.func(body.func);
        self.text("(");
        if !body.blocks.is_empty() {
            for (index, value) in body.params(Body::ENTRY).enumerate() {
                if index > 0 {
                    self.text(", ");
                }
                if index < body.capture_count as usize {
                    self.text("capture ");
                }
                self.param_decl(body, value);
            }
        }
        self.text(")");
        match &*body.results {
            [] => {}
            [result] => {
                self.text(" ");
                self.ty(*result);
            }
            results => {
                self.text(" (");
                self.list(results, |printer, &ty| printer.ty(ty));
                self.text(")");
            }
        }
        self.text(" {");
        self.end_line(|comment| annotate.body(comment));
        for block in body.block_ids() {
            self.block_header(body, block);
            self.end_line(|comment| annotate.block(block, comment));
            for inst in body.insts_of(block) {
                self.text("  ");
                self.inst(body, inst);
                self.end_line(|comment| annotate.inst(inst, comment));
            }
        }
        self.text("}\n");
    }

    /// Prints the header of a block, without an end of line.
    pub fn block_header(&mut self, body: &Body, block: BlockId) {
        self.display(block);
        let params = body.params(block);
        if block != Body::ENTRY && params.len() > 0 {
            self.text("(");
            for (index, value) in params.enumerate() {
                if index > 0 {
                    self.text(", ");
                }
                self.param_decl(body, value);
            }
            self.text(")");
        }
        self.text(":");
        if let Some(unwind) = body[block].unwind {
            self.text(" unwind ");
            self.display(unwind);
        }
    }

    /// Prints an instruction, without an end of line.
    pub fn inst(&mut self, body: &Body, inst: InstId) {
        let results = body.results_of(inst);
        if results.len() > 0 {
            for (index, value) in results.clone().enumerate() {
                if index > 0 {
                    self.text(", ");
                }
                self.value(value);
            }
            self.text(" = ");
        }
        self.text(body[inst].mnemonic());
        self.operands(body, inst);
        if results.len() > 0 {
            self.text(" : ");
            for (index, value) in results.enumerate() {
                if index > 0 {
                    self.text(", ");
                }
                self.ty(body[value].ty);
            }
        }
    }

    fn operands(&mut self, body: &Body, inst: InstId) {
        match body[inst] {
            Inst::Const(constant) => {
                self.text(" ");
                self.constant(&body[constant]);
            }
            Inst::Func(func) => {
                self.text(" ");
                self.func(func);
            }
            Inst::Global(decl) => {
                self.text(" ");
                self.decl(decl);
            }
            Inst::Table(table) => self.table(body, inst, table),
            Inst::Alloc(kind) => {
                self.text(" ");
                self.text(kind.word());
            }
            Inst::Zero
            | Inst::DeferStack
            | Inst::RunDefers
            | Inst::Recover
            | Inst::Hole
            | Inst::Unreachable => {}
            Inst::Load(x)
            | Inst::Unary { x, .. }
            | Inst::MakeInterface(x)
            | Inst::ChangeInterface(x)
            | Inst::Range(x)
            | Inst::Next(x)
            | Inst::Panic(x) => self.spaced(&[x]),
            Inst::Store { ptr: x, value: y }
            | Inst::IndexAddr { base: x, index: y }
            | Inst::Index { base: x, index: y }
            | Inst::Binary { x, y, .. }
            | Inst::Send { chan: x, value: y } => self.spaced(&[x, y]),
            Inst::WithIndex { base: x, index: y, value: z }
            | Inst::MapUpdate { map: x, key: y, value: z } => self.spaced(&[x, y, z]),
            Inst::FieldAddr { ptr: x, field } | Inst::Field { base: x, field } => {
                self.spaced(&[x]);
                self.text(", ");
                self.number(field);
            }
            Inst::WithField { base, field, value } => {
                self.spaced(&[base]);
                self.text(", ");
                self.number(field);
                self.text(", ");
                self.value(value);
            }
            Inst::Struct(values) | Inst::Array(values) | Inst::Return(values) => {
                self.spaced(&body[values]);
            }
            Inst::Convert { kind, x } => {
                self.text(" ");
                self.text(kind.word());
                self.spaced(&[x]);
            }
            Inst::Narrow { fact, x } => {
                self.text(" ");
                self.text(fact.word());
                self.spaced(&[x]);
            }
            Inst::Unsafe { op, x, y } => {
                self.text(" ");
                self.text(op.word());
                self.spaced(&[x]);
                self.optional(", ", y);
            }
            Inst::TypeAssert { x, ty, comma_ok } => {
                self.comma_ok(comma_ok);
                self.spaced(&[x]);
                self.text(", ");
                self.ty(ty);
            }
            Inst::Closure { func, captures } => {
                self.text(" ");
                self.func(func);
                self.arguments(body, captures);
            }
            Inst::MethodValue { method, x } => {
                self.spaced(&[x]);
                self.text(".");
                self.method(&body[method]);
            }
            Inst::MethodExpr(method) => {
                self.text(" ");
                self.method(&body[method]);
            }
            Inst::Call(call) | Inst::Go(call) => self.call(body, call),
            Inst::Defer { call, stack } => {
                self.optional(" in ", stack);
                self.call(body, call);
            }
            Inst::MakeSlice { len, cap } => {
                self.spaced(&[len]);
                self.optional(", ", cap);
            }
            Inst::MakeMap(size) | Inst::MakeChan(size) => self.optional(" ", size),
            Inst::Slice { x, bounds } => {
                self.spaced(&[x]);
                let bounds = body.bounds[bounds as usize];
                self.optional("[", bounds.lo);
                if bounds.lo.is_none() {
                    self.text("[");
                }
                self.text(":");
                self.optional("", bounds.hi);
                self.optional(":", bounds.max);
                self.text("]");
            }
            Inst::MapLookup { map, key, comma_ok } => {
                self.comma_ok(comma_ok);
                self.spaced(&[map, key]);
            }
            Inst::Receive { chan, comma_ok } => {
                self.comma_ok(comma_ok);
                self.spaced(&[chan]);
            }
            Inst::Builtin { op, args } => {
                self.text(" ");
                self.text(op.name());
                self.arguments(body, args);
            }
            Inst::Jump(target) => self.target(body, target),
            Inst::Branch { cond, then, otherwise } => {
                self.spaced(&[cond]);
                self.text(", ");
                self.display(then);
                self.text(", ");
                self.display(otherwise);
            }
            Inst::Select(select) => self.select(body, select),
            Inst::Unwind { recovered } => {
                self.text(" ");
                self.display(recovered);
            }
        }
    }

    fn target(&mut self, body: &Body, target: Target) {
        self.text(" ");
        self.display(target.block);
        if !body[target.args].is_empty() {
            self.arguments(body, target.args);
        }
    }

    fn call(&mut self, body: &Body, call: CallId) {
        let data = &body[call];
        self.text(" ");
        match data.callee {
            Callee::Static(func) => self.func(func),
            Callee::Value(value) => self.value(value),
            Callee::Interface { receiver, method } => {
                self.value(receiver);
                self.text(".");
                self.method(&body[method]);
            }
            Callee::Builtin(builtin) => {
                self.text("builtin ");
                self.text(builtin.name());
            }
        }
        self.arguments(body, data.args);
    }

    fn select(&mut self, body: &Body, select: SelectId) {
        let data = &body[select];
        let mut separator = " ";
        for arm in &data.arms {
            self.text(separator);
            separator = ", ";
            match arm.value {
                Some(value) => {
                    self.text("send");
                    self.spaced(&[arm.chan, value]);
                }
                None => {
                    self.text("receive");
                    self.spaced(&[arm.chan]);
                }
            }
            self.text(" -> ");
            self.display(arm.block);
        }
        if let Some(default) = data.default {
            self.text(separator);
            self.text("default -> ");
            self.display(default);
        }
    }

    fn table(&mut self, body: &Body, inst: InstId, table: TableId) {
        let data = &body[table];
        self.text(" ");
        self.table_node(&data.root());
        // The result's type is the table's: said once.
        if body.result(inst).is_none_or(|result| body[result].ty != data.ty) {
            self.text(" of ");
            self.ty(data.ty);
        }
    }

    fn table_node(&mut self, node: &TableNode) {
        match node {
            TableNode::Const(value) => self.constant(value),
            TableNode::Indexed(entries, length) => {
                if *length > 0 {
                    self.text("[");
                    self.display(length);
                    self.text("]");
                }
                self.text("{");
                self.list(entries, |printer, (index, node)| {
                    printer.display(index);
                    printer.text(": ");
                    printer.nested(node);
                });
                self.text("}");
            }
            TableNode::Map(entries) => {
                self.text("map{");
                self.list(entries, |printer, (key, value)| {
                    printer.nested(key);
                    printer.text(": ");
                    printer.nested(value);
                });
                self.text("}");
            }
            TableNode::Pointer(node) => {
                self.text("&");
                self.nested(node);
            }
            TableNode::Interface(ty, node) => {
                self.text("iface(");
                self.ty(*ty);
                self.text(", ");
                self.nested(node);
                self.text(")");
            }
        }
    }

    fn nested(&mut self, node: &TableNode) {
        match node {
            TableNode::Const(value) => self.constant(value),
            _ => stacker::maybe_grow(64 << 10, 1 << 20, || self.table_node(node)),
        }
    }

    fn constant(&mut self, value: &Value) {
        // Writing to a string cannot fail.
        let _ = value.write_exact(&mut self.out);
    }

    fn param_decl(&mut self, body: &Body, value: ValueId) {
        self.value(value);
        self.text(": ");
        self.ty(body[value].ty);
    }

    fn arguments(&mut self, body: &Body, values: ValueList) {
        self.text("(");
        self.list(&body[values], |printer, &value| printer.value(value));
        self.text(")");
    }

    /// A space, then values with commas between; nothing for no values.
    fn spaced(&mut self, values: &[ValueId]) {
        if !values.is_empty() {
            self.text(" ");
            self.list(values, |printer, &value| printer.value(value));
        }
    }

    fn optional(&mut self, before: &str, value: Option<ValueId>) {
        if let Some(value) = value {
            self.text(before);
            self.value(value);
        }
    }

    fn comma_ok(&mut self, comma_ok: bool) {
        if comma_ok {
            self.text(" ok");
        }
    }

    #[inline]
    fn value(&mut self, value: ValueId) {
        self.out.push('v');
        self.number(value.index() as u32);
    }

    fn end_line(&mut self, annotate: impl FnOnce(&mut String)) {
        self.comment.clear();
        annotate(&mut self.comment);
        if !self.comment.is_empty() {
            self.out.push_str("  ; ");
            // A comment ends with its line.
            for (index, line) in self.comment.lines().enumerate() {
                if index > 0 {
                    self.out.push(' ');
                }
                self.out.push_str(line);
            }
        }
        self.out.push('\n');
    }

    #[inline]
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn number(&mut self, number: u32) {
        let mut digits = [0u8; 10];
        let mut at = digits.len();
        let mut rest = number;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        for &digit in &digits[at..] {
            self.out.push(digit.into());
        }
    }

    fn display(&mut self, item: impl fmt::Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{item}");
    }

    fn list<T>(&mut self, items: &[T], mut print: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            print(self, item);
        }
    }

    /// Keeps what was printed since `start`, to print it again, unless it is so long that keeping
    /// each part of it apart would take quadratic memory.
    fn remember(&mut self, start: usize) -> Option<Range<usize>> {
        let text = &self.out[start..];
        if text.len() > LONGEST_KNOWN {
            return None;
        }
        let begin = self.known.len();
        self.known.push_str(text);
        Some(begin..self.known.len())
    }
}
