//! The grammar of functions, blocks and instructions.

use super::assemble::Assembly;
use super::lexer::TokenKind;
use super::parser::{Parsed, Parser, shortened};
use super::{ReadBody, ReadErrorKind};
use crate::ids::{BlockId, CallId, ValueId};
use crate::inst::{
    AllocKind, BinaryOp, CallData, Callee, ConvertKind, Fact, Inst, SelectArm, SelectData,
    SliceBounds, Target, UnaryOp, UnsafeOp, ValueList,
};
use crate::table::{Table, TableNode};
use gossa_types::constant::Value;
use gossa_types::{Builtin, TypeId};
use smallvec::SmallVec;

type Values = SmallVec<[ValueId; 8]>;

impl Parser<'_> {
    /// A function, from its keyword on.
    pub(super) fn body(&mut self) -> Parsed<ReadBody> {
        let mut into = Assembly::new(self.line);
        into.body.range_body = self.peek_word() == Some("rangebody");
        self.advance();
        let func = self.func()?;
        self.expect(b'(', "`(`")?;
        let mut params = 0;
        self.list_until(b')', "`,` or `)`", |parser| {
            if parser.peek_word() == Some("capture") {
                if params != into.body.capture_count {
                    return parser.fail(ReadErrorKind::CaptureOrder);
                }
                parser.advance();
                into.body.capture_count += 1;
            }
            params += 1;
            parser.param(&mut into)
        })?;
        if self.at(b'(') {
            self.advance();
            self.list_until(b')', "`,` or `)`", |parser| {
                into.body.results.push(parser.ty()?);
                Ok(())
            })?;
        } else if !self.at(b'{') {
            into.body.results.push(self.ty()?);
        }
        self.expect(b'{', "`{`")?;
        self.end_of_line()?;
        loop {
            self.skip_newlines();
            if self.at(b'}') {
                if into.block_count() == 0 {
                    return self.fail(ReadErrorKind::NoBlocks);
                }
                self.advance();
                self.end_of_line()?;
                return into.finish(func);
            }
            match self.peek_block() {
                Some(number) => self.block(number, params, &mut into)?,
                None if into.block_count() == 0 => return self.expected("a block"),
                None => self.inst(&mut into)?,
            }
        }
    }

    fn param(&mut self, into: &mut Assembly) -> Parsed<()> {
        let at = self.token.start;
        let Some(number) = self.peek_value() else {
            return self.expected("a parameter");
        };
        self.advance();
        self.expect(b':', "`:`")?;
        let ty = self.ty()?;
        into.param(number, at, ty)
    }

    /// The header of a block.
    fn block(&mut self, number: u32, params: u32, into: &mut Assembly) -> Parsed<()> {
        let entry = into.block_count() == 0;
        let at = self.token.start;
        into.start_block(number, at, self.line)?;
        self.advance();
        if entry {
            into.adopt_params(params);
            if self.at(b'(') {
                return self.fail(ReadErrorKind::EntryParameters);
            }
        } else if self.at(b'(') {
            if into.is_open() {
                return self.fail_at(at, ReadErrorKind::NoTerminator);
            }
            self.advance();
            self.list_until(b')', "`,` or `)`", |parser| parser.param(into))?;
        }
        self.expect(b':', "`:`")?;
        if self.eat_word("unwind") {
            let unwind = self.block_ref(into)?;
            into.set_unwind(unwind);
        }
        self.end_of_line()
    }

    fn block_ref(&mut self, into: &mut Assembly) -> Parsed<BlockId> {
        let Some(number) = self.peek_block() else {
            return self.expected("a block");
        };
        let block = into.use_block(number, self.token.start);
        self.advance();
        Ok(block)
    }

    fn value(&mut self, into: &mut Assembly) -> Parsed<ValueId> {
        let Some(number) = self.peek_value() else {
            return self.expected("a value");
        };
        let value = into.use_value(number, self.token.start);
        self.advance();
        Ok(value)
    }

    fn comma_value(&mut self, into: &mut Assembly) -> Parsed<ValueId> {
        self.expect(b',', "`,`")?;
        self.value(into)
    }

    fn optional_value(&mut self, into: &mut Assembly) -> Parsed<Option<ValueId>> {
        self.peek_value().map(|_| self.value(into)).transpose()
    }

    fn optional_comma_value(&mut self, into: &mut Assembly) -> Parsed<Option<ValueId>> {
        if self.at(b',') { self.comma_value(into).map(Some) } else { Ok(None) }
    }

    /// Values with commas between, perhaps none.
    fn values(&mut self, into: &mut Assembly) -> Parsed<ValueList> {
        let at = self.token.start;
        let mut values = Values::new();
        if self.peek_value().is_some() {
            values.push(self.value(into)?);
            while self.at(b',') {
                values.push(self.comma_value(into)?);
            }
        }
        into.list(&values, at)
    }

    fn arguments(&mut self, into: &mut Assembly) -> Parsed<ValueList> {
        let at = self.token.start;
        self.expect(b'(', "`(`")?;
        let mut values = Values::new();
        self.list_until(b')', "`,` or `)`", |parser| {
            values.push(parser.value(into)?);
            Ok(())
        })?;
        into.list(&values, at)
    }

    fn comma_index(&mut self) -> Parsed<u32> {
        self.expect(b',', "`,`")?;
        self.integer()
    }

    /// A line with an instruction.
    fn inst(&mut self, into: &mut Assembly) -> Parsed<()> {
        let (at, line) = (self.token.start, self.line);
        let mut results: SmallVec<[(u32, usize); 4]> = SmallVec::new();
        if let Some(first) = self.peek_value() {
            results.push((first, self.token.start));
            self.advance();
            while self.eat(b',') {
                let Some(next) = self.peek_value() else {
                    return self.expected("a value");
                };
                results.push((next, self.token.start));
                self.advance();
            }
            self.expect(b'=', "`=`")?;
        }
        let inst = self.operation(into)?;
        let mut says_type = false;
        if let Inst::Table(table) = inst
            && self.eat_word("of")
        {
            let ty = self.ty()?;
            into.set_table_type(table, ty);
            says_type = true;
        }
        let mut types: SmallVec<[TypeId; 4]> = SmallVec::new();
        if self.eat(b':') {
            types.push(self.ty()?);
            while self.eat(b',') {
                types.push(self.ty()?);
            }
        }
        if !matches!(self.token.kind, TokenKind::Newline | TokenKind::End) {
            return self.expected("the end of the line");
        }
        if inst.is_terminator() && !results.is_empty() {
            return self.fail_at(at, ReadErrorKind::TerminatorResults);
        }
        if types.len() != results.len() {
            return self.fail_at(
                at,
                ReadErrorKind::ResultTypes { results: results.len(), types: types.len() },
            );
        }
        // The type of a table that does not say its own is its result's.
        if let (Inst::Table(table), Some(&ty), false) = (inst, types.first(), says_type) {
            into.set_table_type(table, ty);
        }
        let first_result = into.value_count(at)?;
        for ((number, at), ty) in results.into_iter().zip(types) {
            into.result(number, at, ty)?;
        }
        into.inst(inst, first_result, line);
        self.end_of_line()
    }

    /// What stands between `=` and the types.
    fn operation(&mut self, into: &mut Assembly) -> Parsed<Inst> {
        let at = self.token.start;
        let Some(mnemonic) = self.peek_word() else {
            return self.expected("an instruction");
        };
        if let Some(op) = BinaryOp::from_word(mnemonic) {
            self.advance();
            let x = self.value(into)?;
            let y = self.comma_value(into)?;
            return Ok(Inst::Binary { op, x, y });
        }
        if let Some(op) = UnaryOp::from_word(mnemonic) {
            self.advance();
            let x = self.value(into)?;
            return Ok(Inst::Unary { op, x });
        }
        self.advance();
        Ok(match mnemonic {
            "const" => {
                let value = self.constant()?;
                Inst::Const(into.constant(value, at)?)
            }
            "zero" => Inst::Zero,
            "func" => Inst::Func(self.func()?),
            "global" => Inst::Global(self.decl()?),
            "table" => {
                let root = self.table_node()?;
                let ty = TypeId::INVALID;
                Inst::Table(into.table(Table::new(ty, &root), at)?)
            }
            "alloc" => Inst::Alloc(self.variant("kind of variable", AllocKind::from_word)?),
            "load" => Inst::Load(self.value(into)?),
            "store" => Inst::Store { ptr: self.value(into)?, value: self.comma_value(into)? },
            "fieldaddr" => Inst::FieldAddr { ptr: self.value(into)?, field: self.comma_index()? },
            "indexaddr" => {
                Inst::IndexAddr { base: self.value(into)?, index: self.comma_value(into)? }
            }
            "field" => Inst::Field { base: self.value(into)?, field: self.comma_index()? },
            "index" => Inst::Index { base: self.value(into)?, index: self.comma_value(into)? },
            "struct" => Inst::Struct(self.values(into)?),
            "array" => Inst::Array(self.values(into)?),
            "withfield" => Inst::WithField {
                base: self.value(into)?,
                field: self.comma_index()?,
                value: self.comma_value(into)?,
            },
            "withindex" => Inst::WithIndex {
                base: self.value(into)?,
                index: self.comma_value(into)?,
                value: self.comma_value(into)?,
            },
            "convert" => Inst::Convert {
                kind: self.variant("kind of conversion", ConvertKind::from_word)?,
                x: self.value(into)?,
            },
            "narrow" => {
                Inst::Narrow { fact: self.variant("fact", Fact::from_word)?, x: self.value(into)? }
            }
            "unsafe" => Inst::Unsafe {
                op: self.variant("unsafe operation", UnsafeOp::from_word)?,
                x: self.value(into)?,
                y: self.optional_comma_value(into)?,
            },
            "makeinterface" => Inst::MakeInterface(self.value(into)?),
            "changeinterface" => Inst::ChangeInterface(self.value(into)?),
            "typeassert" => {
                let comma_ok = self.eat_word("ok");
                let x = self.value(into)?;
                self.expect(b',', "`,`")?;
                let ty = self.ty()?;
                Inst::TypeAssert { x, ty, comma_ok }
            }
            "closure" => Inst::Closure { func: self.func()?, captures: self.arguments(into)? },
            "methodvalue" => {
                let x = self.value(into)?;
                self.expect(b'.', "`.`")?;
                let method = self.method()?;
                let method = into.method(method, at)?;
                Inst::MethodValue { method, x }
            }
            "methodexpr" => {
                let method = self.method()?;
                Inst::MethodExpr(into.method(method, at)?)
            }
            "call" => Inst::Call(self.call(into)?),
            "go" => Inst::Go(self.call(into)?),
            "defer" => {
                let stack = if self.eat_word("in") { Some(self.value(into)?) } else { None };
                let call = self.call(into)?;
                Inst::Defer { call, stack }
            }
            "deferstack" => Inst::DeferStack,
            "rundefers" => Inst::RunDefers,
            "recover" => Inst::Recover,
            "makeslice" => {
                Inst::MakeSlice { len: self.value(into)?, cap: self.optional_comma_value(into)? }
            }
            "makemap" => Inst::MakeMap(self.optional_value(into)?),
            "makechan" => Inst::MakeChan(self.optional_value(into)?),
            "slice" => self.slice(into)?,
            "maplookup" => {
                let comma_ok = self.eat_word("ok");
                let map = self.value(into)?;
                let key = self.comma_value(into)?;
                Inst::MapLookup { map, key, comma_ok }
            }
            "mapupdate" => Inst::MapUpdate {
                map: self.value(into)?,
                key: self.comma_value(into)?,
                value: self.comma_value(into)?,
            },
            "range" => Inst::Range(self.value(into)?),
            "next" => Inst::Next(self.value(into)?),
            "builtin" => {
                let op = self.variant("built-in function", builtin)?;
                let args = self.arguments(into)?;
                Inst::Builtin { op, args }
            }
            "send" => Inst::Send { chan: self.value(into)?, value: self.comma_value(into)? },
            "receive" => {
                let comma_ok = self.eat_word("ok");
                let chan = self.value(into)?;
                Inst::Receive { chan, comma_ok }
            }
            "hole" => Inst::Hole,
            "jump" => {
                let block = self.block_ref(into)?;
                let args = if self.at(b'(') { self.arguments(into)? } else { ValueList::default() };
                Inst::Jump(Target { block, args })
            }
            "branch" => {
                let cond = self.value(into)?;
                self.expect(b',', "`,`")?;
                let then = self.block_ref(into)?;
                self.expect(b',', "`,`")?;
                let otherwise = self.block_ref(into)?;
                Inst::Branch { cond, then, otherwise }
            }
            "return" => Inst::Return(self.values(into)?),
            "panic" => Inst::Panic(self.value(into)?),
            "select" => self.select(into)?,
            "unwind" => Inst::Unwind { recovered: self.block_ref(into)? },
            "unreachable" => Inst::Unreachable,
            unknown => {
                return self.fail_at(at, ReadErrorKind::UnknownInstruction(shortened(unknown)));
            }
        })
    }

    fn variant<T>(
        &mut self,
        what: &'static str,
        from_word: impl FnOnce(&str) -> Option<T>,
    ) -> Parsed<T> {
        match self.peek_word().and_then(from_word) {
            Some(variant) => {
                self.advance();
                Ok(variant)
            }
            None if self.token.kind == TokenKind::Word => self.unknown(what),
            None => self.expected(what),
        }
    }

    fn call(&mut self, into: &mut Assembly) -> Parsed<CallId> {
        let at = self.token.start;
        let callee = if self.peek_value().is_some() {
            let value = self.value(into)?;
            if self.eat(b'.') {
                let method = self.method()?;
                Callee::Interface { receiver: value, method: into.method(method, at)? }
            } else {
                Callee::Value(value)
            }
        } else if self.peek_word() == Some("builtin") {
            self.advance();
            Callee::Builtin(self.variant("built-in function", builtin)?)
        } else {
            Callee::Static(self.func()?)
        };
        let args = self.arguments(into)?;
        into.call(CallData { callee, args }, at)
    }

    fn slice(&mut self, into: &mut Assembly) -> Parsed<Inst> {
        let at = self.token.start;
        let x = self.value(into)?;
        self.expect(b'[', "`[`")?;
        let lo = self.optional_value(into)?;
        self.expect(b':', "`:`")?;
        let hi = self.optional_value(into)?;
        let max = if self.eat(b':') { Some(self.value(into)?) } else { None };
        self.expect(b']', "`]`")?;
        let bounds = into.bounds(SliceBounds { lo, hi, max }, at)?;
        Ok(Inst::Slice { x, bounds })
    }

    fn select(&mut self, into: &mut Assembly) -> Parsed<Inst> {
        let at = self.token.start;
        let mut arms = Vec::new();
        let mut default = None;
        while self.token.kind == TokenKind::Word {
            if self.eat_word("default") {
                self.expect_kind(TokenKind::Arrow, "`->`")?;
                default = Some(self.block_ref(into)?);
                break;
            }
            let arm = match self.expect_word("`send`, `receive` or `default`")? {
                "send" => {
                    let chan = self.value(into)?;
                    let value = self.comma_value(into)?;
                    (chan, Some(value))
                }
                "receive" => (self.value(into)?, None),
                found => {
                    let found = shortened(found);
                    return self.fail_at(
                        at,
                        ReadErrorKind::UnknownVariant { what: "arm of a select", found },
                    );
                }
            };
            self.expect_kind(TokenKind::Arrow, "`->`")?;
            arms.push(SelectArm { chan: arm.0, value: arm.1, block: self.block_ref(into)? });
            if !self.eat(b',') {
                break;
            }
        }
        let data = SelectData { arms: arms.into(), default };
        Ok(Inst::Select(into.select(data, at)?))
    }

    fn table_node(&mut self) -> Parsed<TableNode> {
        self.nested(|parser| match parser.token.kind {
            TokenKind::Punct(b'[') => {
                parser.advance();
                let length = parser.integer()?;
                parser.expect(b']', "`]`")?;
                let entries = parser.indexed_entries()?;
                Ok(TableNode::Indexed(entries, length))
            }
            TokenKind::Punct(b'{') => {
                let entries = parser.indexed_entries()?;
                Ok(TableNode::Indexed(entries, 0))
            }
            TokenKind::Punct(b'&') => {
                parser.advance();
                Ok(TableNode::Pointer(Box::new(parser.table_node()?)))
            }
            TokenKind::Word if parser.peek_word() == Some("map") => {
                parser.advance();
                parser.expect(b'{', "`{`")?;
                let mut entries = Vec::new();
                parser.list_until(b'}', "`,` or `}`", |parser| {
                    let key = parser.table_node()?;
                    parser.expect(b':', "`:`")?;
                    entries.push((key, parser.table_node()?));
                    Ok(())
                })?;
                Ok(TableNode::Map(entries.into()))
            }
            TokenKind::Word if parser.peek_word() == Some("iface") => {
                parser.advance();
                parser.expect(b'(', "`(`")?;
                let ty = parser.ty()?;
                parser.expect(b',', "`,`")?;
                let node = parser.table_node()?;
                parser.expect(b')', "`)`")?;
                Ok(TableNode::Interface(ty, Box::new(node)))
            }
            _ => Ok(TableNode::Const(parser.constant()?)),
        })
    }

    fn indexed_entries(&mut self) -> Parsed<Box<[(u64, TableNode)]>> {
        self.expect(b'{', "`{`")?;
        let mut entries = Vec::new();
        self.list_until(b'}', "`,` or `}`", |parser| {
            let index = parser.integer()?;
            parser.expect(b':', "`:`")?;
            entries.push((index, parser.table_node()?));
            Ok(())
        })?;
        Ok(entries.into())
    }

    fn constant(&mut self) -> Parsed<Value> {
        let constant = match self.token.kind {
            TokenKind::String => return Ok(Value::from_bytes(&self.bytes()?)),
            TokenKind::Number => return self.number(),
            TokenKind::Word => match self.text_of(self.token) {
                "true" => Value::from_bool(true),
                "false" => Value::from_bool(false),
                "unknown" => Value::UNKNOWN,
                "complex" => {
                    self.advance();
                    self.expect(b'(', "`(`")?;
                    let real = self.number()?;
                    self.expect(b',', "`,`")?;
                    let imaginary = self.number()?;
                    self.expect(b')', "`)`")?;
                    return match Value::from_real_and_imaginary(&real, &imaginary) {
                        Some(value) => Ok(value),
                        None => self.expected("a complex number"),
                    };
                }
                _ => return self.expected("a constant"),
            },
            _ => return self.expected("a constant"),
        };
        self.advance();
        Ok(constant)
    }

    fn number(&mut self) -> Parsed<Value> {
        if self.token.kind != TokenKind::Number {
            return self.expected("a number");
        }
        let text = self.text_of(self.token);
        match Value::from_exact_number(text) {
            Some(value) => {
                self.advance();
                Ok(value)
            }
            None => self.fail(ReadErrorKind::Number(shortened(text))),
        }
    }
}

fn builtin(word: &str) -> Option<Builtin> {
    Builtin::ALL.iter().find(|(_, name)| *name == word).map(|&(builtin, _)| builtin)
}
