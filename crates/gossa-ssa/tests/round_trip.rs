//! Printing and reading back: bodies survive, and no text makes the reader panic.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use gossa_base::{ListRange, Name};
use gossa_ssa::dom::{Dominators, PostDominators};
use gossa_ssa::flow::monotone::{Liveness, solve};
use gossa_ssa::graph::{Cfg, dot};
use gossa_ssa::loops::Loops;
use gossa_ssa::testing::TextResolver;
use gossa_ssa::{
    AllocKind, BinaryOp, BlockData, BlockId, Body, CallData, CallId, Callee, ConstId, ConvertKind,
    Fact, FuncId, FuncKey, Inst, MethodRef, MethodRefId, MethodTarget, SelectArm, SelectData,
    SelectId, SliceBounds, Table, TableId, TableNode, Target, UnaryOp, UnsafeOp, ValueData,
    ValueId, ValueList, layout, print, read, read_file, read_type, type_text, verify,
};
use gossa_syntax::ChanDir;
use gossa_types::constant::{LiteralKind, Value};
use gossa_types::universe::universe;
use gossa_types::{
    BasicKind, Builtin, DeclId, DeclKey, FieldType, InterfaceMethod, InterfaceType, PackageId,
    Param, SignatureType, TypeId, TypeKind, TypeList, TypeParamId, TypeParamKey, UnionTerm,
};
use proptest::prelude::*;

/// Makes arbitrary things from a list of numbers, so that proptest can shrink them.
struct Maker<'n> {
    numbers: std::slice::Iter<'n, u32>,
}

impl Maker<'_> {
    fn number(&mut self) -> u32 {
        self.numbers.next().copied().unwrap_or(0)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.number() as usize % bound.max(1)
    }

    fn chance(&mut self) -> bool {
        self.below(2) == 1
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn some<T>(&mut self, max: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(max + 1);
        (0..count).map(|_| make(self)).collect()
    }

    fn name(&mut self) -> Name {
        Name::new(self.pick(&[
            "x", "T", "_", "éa", "func", "embed", "v1", "b0", "int", "a b", "", "init", "$", "x.y",
            "of", "via", "世界", "\"", "a-b",
        ]))
    }

    fn package(&mut self) -> PackageId {
        PackageId::new(self.pick(&[
            "main",
            "golang.org/x/sys/unix",
            "gopkg.in/yaml.v2",
            "p [p.test]",
            "a-b/c_d",
            "",
            "unsafe",
            "9p",
            "error",
            "func",
            "int",
            "vendor/x.y/z",
        ]))
    }

    fn decl(&mut self) -> DeclId {
        let package = self.package();
        let mut decl = None;
        for _ in 0..=self.below(3) {
            let name = self.name();
            let ordinal = if self.chance() { 0 } else { self.number() };
            decl = Some(DeclId::new(DeclKey { package, parent: decl, name, ordinal }));
        }
        decl.unwrap()
    }

    fn func(&mut self) -> FuncId {
        let func = FuncId::new(match self.below(4) {
            0 => FuncKey::VarInit(self.decl()),
            1 => FuncKey::PackageInit(self.package()),
            _ => FuncKey::Decl { decl: self.decl(), args: self.types(2, 1) },
        });
        match self.below(3) {
            0 => FuncId::new(FuncKey::Closure { root: func, index: self.number() }),
            _ => func,
        }
    }

    fn types(&mut self, max: usize, depth: u32) -> TypeList {
        TypeList::new(&self.some(max, |maker| maker.ty(depth)))
    }

    fn type_param(&mut self) -> TypeParamId {
        let (owner, index, name) = (self.decl(), self.number(), self.name());
        TypeParamId::new(TypeParamKey { owner, index, name })
    }

    fn params(&mut self, depth: u32) -> Box<[Param]> {
        self.some(3, |maker| Param {
            name: maker.chance().then(|| maker.name()),
            ty: maker.ty(depth),
        })
        .into()
    }

    fn ty(&mut self, depth: u32) -> TypeId {
        if depth == 0 || self.chance() {
            let kind = self.pick(&BasicKind::ALL);
            return TypeId::basic(kind);
        }
        let depth = depth - 1;
        let own_package = |maker: &mut Self| maker.chance().then(|| maker.package());
        TypeId::new(match self.below(14) {
            0 => TypeKind::Named { decl: self.decl(), args: self.types(2, depth) },
            1 => TypeKind::Alias {
                decl: self.decl(),
                args: self.types(2, depth),
                actual: self.ty(depth),
            },
            2 => TypeKind::TypeParam(self.type_param()),
            3 => TypeKind::Pointer(self.ty(depth)),
            4 => TypeKind::Slice(self.ty(depth)),
            5 => TypeKind::Array {
                elem: self.ty(depth),
                len: self.pick(&[0, 1, -1, i64::MAX, i64::MIN]),
            },
            6 => TypeKind::Map { key: self.ty(depth), value: self.ty(depth) },
            7 | 8 => TypeKind::Chan {
                dir: self.pick(&[ChanDir::Both, ChanDir::Send, ChanDir::Receive]),
                elem: self.ty(depth),
            },
            9 => TypeKind::Struct(
                self.some(3, |maker| FieldType {
                    name: maker.name(),
                    package: own_package(maker),
                    ty: maker.ty(depth),
                    embedded: maker.chance(),
                    tag: maker.chance().then(|| maker.name()),
                })
                .into(),
            ),
            10 => TypeKind::Tuple(self.types(3, depth)),
            11 => TypeKind::Signature(SignatureType {
                type_params: self.some(2, Self::type_param).into(),
                params: self.params(depth),
                results: self.params(depth),
                variadic: self.chance(),
            }),
            12 => TypeKind::Interface(InterfaceType {
                methods: self
                    .some(2, |maker| InterfaceMethod {
                        name: maker.name(),
                        package: own_package(maker),
                        signature: maker.ty(depth),
                    })
                    .into(),
                embeds: self.some(2, |maker| maker.ty(depth)).into(),
                implicit: self.chance(),
            }),
            _ if self.chance() => return universe().any_type,
            _ if self.chance() => return universe().error_type,
            _ => TypeKind::Union(
                self.some(3, |maker| UnionTerm { tilde: maker.chance(), ty: maker.ty(depth) })
                    .into(),
            ),
        })
    }

    fn real(&mut self) -> Value {
        let literal = |text| Value::from_literal(LiteralKind::Float, text).unwrap();
        match self.below(6) {
            0 => literal("0.1"),
            1 => literal("1e5000"),
            2 => literal("1e-5000"),
            3 => Value::from_i64(i64::from(self.number()) - 7),
            _ => Value::from_f64(f64::from(self.number()) * self.pick(&[1e-300, 0.1, 1e300])),
        }
    }

    fn constant(&mut self) -> Value {
        match self.below(8) {
            0 => Value::UNKNOWN,
            1 => Value::from_bool(self.chance()),
            2 => Value::from_u64(u64::MAX - u64::from(self.number())),
            3 => Value::from_i64(i64::MIN + i64::from(self.number())),
            4 => Value::from_bytes(&self.number().to_le_bytes()),
            5 => {
                let (real, imaginary) = (self.real(), self.real());
                Value::from_real_and_imaginary(&real, &imaginary).unwrap()
            }
            6 => Value::from_bytes(self.pick(&["", "; \"\\", "é\u{2028}\n", "b0:"]).as_bytes()),
            _ => self.real(),
        }
    }

    fn node(&mut self, depth: u32) -> TableNode {
        if depth == 0 {
            return TableNode::Const(self.constant());
        }
        let depth = depth - 1;
        match self.below(5) {
            0 => TableNode::Const(self.constant()),
            1 => {
                let length = u64::from(self.number());
                let entries = self.some(3, |m| (u64::from(m.number()), m.node(depth)));
                TableNode::Indexed(entries.into(), length)
            }
            2 => {
                let entries = self.some(3, |m| (m.node(depth), m.node(depth)));
                TableNode::Map(entries.into())
            }
            3 => TableNode::Pointer(Box::new(self.node(depth))),
            _ => TableNode::Interface(self.ty(1), Box::new(self.node(depth))),
        }
    }
}

/// A body in the making: ids in range and pools in order, nothing else.
struct Making<'m, 'n> {
    maker: &'m mut Maker<'n>,
    value_count: usize,
    block_count: usize,
    operands: Vec<ValueId>,
    calls: Vec<CallData>,
    consts: Vec<Value>,
    tables: Vec<Table>,
    methods: Vec<MethodRef>,
    selects: Vec<SelectData>,
    bounds: Vec<SliceBounds>,
}

impl Making<'_, '_> {
    fn value(&mut self) -> ValueId {
        ValueId::from_usize(self.maker.below(self.value_count))
    }

    fn block(&mut self) -> BlockId {
        BlockId::from_usize(self.maker.below(self.block_count))
    }

    fn optional(&mut self) -> Option<ValueId> {
        self.maker.chance().then(|| self.value())
    }

    fn list(&mut self) -> ValueList {
        let count = self.maker.below(4);
        if count == 0 {
            return ValueList::default();
        }
        let start = self.operands.len() as u32;
        for _ in 0..count {
            let value = self.value();
            self.operands.push(value);
        }
        ValueList(ListRange { start, len: count as u32 })
    }

    fn method(&mut self) -> MethodRefId {
        let target = if self.maker.chance() {
            MethodTarget::Declared(self.maker.func())
        } else {
            MethodTarget::Interface(self.maker.name())
        };
        let path = self.maker.some(2, Maker::number).into();
        self.methods.push(MethodRef { receiver: self.maker.ty(2), path, target });
        MethodRefId::from_usize(self.methods.len() - 1)
    }

    fn call(&mut self) -> CallId {
        let callee = match self.maker.below(4) {
            0 => Callee::Static(self.maker.func()),
            1 => Callee::Value(self.value()),
            2 => Callee::Interface { receiver: self.value(), method: self.method() },
            _ => Callee::Builtin(self.maker.pick(&Builtin::ALL).0),
        };
        let args = self.list();
        self.calls.push(CallData { callee, args });
        CallId::from_usize(self.calls.len() - 1)
    }

    fn word<T: Copy>(&mut self, words: &[(T, &str)]) -> T {
        self.maker.pick(words).0
    }

    /// An instruction; `result` is the type of its first result.
    fn inst(&mut self, result: Option<TypeId>) -> Inst {
        let value = self.value();
        match self.maker.below(48) {
            0 => {
                let value = self.maker.constant();
                let known = self.consts.iter().position(|known| *known == value);
                let at = known.unwrap_or_else(|| {
                    self.consts.push(value);
                    self.consts.len() - 1
                });
                Inst::Const(ConstId::from_usize(at))
            }
            1 => Inst::Zero,
            2 => Inst::Func(self.maker.func()),
            3 => Inst::Global(self.maker.decl()),
            4 => {
                let ty = if self.maker.chance() { result } else { None };
                let ty = ty.unwrap_or_else(|| self.maker.ty(2));
                self.tables.push(Table::new(ty, &self.maker.node(3)));
                Inst::Table(TableId::from_usize(self.tables.len() - 1))
            }
            5 => Inst::Alloc(self.word(AllocKind::WORDS)),
            6 => Inst::Load(value),
            7 => Inst::Store { ptr: value, value: self.value() },
            8 => Inst::FieldAddr { ptr: value, field: self.maker.number() },
            9 => Inst::IndexAddr { base: value, index: self.value() },
            10 => Inst::Field { base: value, field: self.maker.number() },
            11 => Inst::Index { base: value, index: self.value() },
            12 => Inst::Struct(self.list()),
            13 => Inst::Array(self.list()),
            14 => {
                let field = self.maker.number();
                Inst::WithField { base: value, field, value: self.value() }
            }
            15 => Inst::WithIndex { base: value, index: self.value(), value: self.value() },
            16 => Inst::Unary { op: self.word(UnaryOp::WORDS), x: value },
            17 => Inst::Binary { op: self.word(BinaryOp::WORDS), x: value, y: self.value() },
            18 => Inst::Convert { kind: self.word(ConvertKind::WORDS), x: value },
            19 => Inst::Narrow { fact: self.word(Fact::WORDS), x: value },
            20 => Inst::Unsafe { op: self.word(UnsafeOp::WORDS), x: value, y: self.optional() },
            21 => Inst::MakeInterface(value),
            22 => Inst::ChangeInterface(value),
            23 => {
                let comma_ok = self.maker.chance();
                Inst::TypeAssert { x: value, ty: self.maker.ty(2), comma_ok }
            }
            24 => Inst::Closure { func: self.maker.func(), captures: self.list() },
            25 => Inst::MethodValue { method: self.method(), x: value },
            26 => Inst::MethodExpr(self.method()),
            27..=29 => Inst::Call(self.call()),
            30 => Inst::Go(self.call()),
            31 => Inst::Defer { call: self.call(), stack: self.optional() },
            32 => Inst::DeferStack,
            33 => Inst::RunDefers,
            34 => Inst::Recover,
            35 => Inst::MakeSlice { len: value, cap: self.optional() },
            36 => Inst::MakeMap(self.optional()),
            37 => Inst::MakeChan(self.optional()),
            38 => {
                let bounds =
                    SliceBounds { lo: self.optional(), hi: self.optional(), max: self.optional() };
                self.bounds.push(bounds);
                Inst::Slice { x: value, bounds: self.bounds.len() as u32 - 1 }
            }
            39 => {
                let comma_ok = self.maker.chance();
                Inst::MapLookup { map: value, key: self.value(), comma_ok }
            }
            40 => Inst::MapUpdate { map: value, key: self.value(), value: self.value() },
            41 => Inst::Range(value),
            42 => Inst::Next(value),
            43 => Inst::Builtin { op: self.maker.pick(&Builtin::ALL).0, args: self.list() },
            44 => Inst::Send { chan: value, value: self.value() },
            45 => Inst::Receive { chan: value, comma_ok: self.maker.chance() },
            _ => Inst::Hole,
        }
    }

    fn terminator(&mut self) -> Inst {
        match self.maker.below(8) {
            0 | 1 => Inst::Jump(Target { block: self.block(), args: self.list() }),
            2 | 3 => {
                Inst::Branch { cond: self.value(), then: self.block(), otherwise: self.block() }
            }
            4 => Inst::Return(self.list()),
            5 => Inst::Panic(self.value()),
            6 => {
                let mut arms = Vec::new();
                for _ in 0..self.maker.below(4) {
                    let (chan, value) = (self.value(), self.optional());
                    arms.push(SelectArm { chan, value, block: self.block() });
                }
                let default = self.maker.chance().then(|| self.block());
                self.selects.push(SelectData { arms: arms.into(), default });
                Inst::Select(SelectId::from_usize(self.selects.len() - 1))
            }
            _ if self.maker.chance() => Inst::Unwind { recovered: self.block() },
            _ => Inst::Unreachable,
        }
    }
}

fn make_body(maker: &mut Maker<'_>) -> Body {
    // The shape first: how many values there are decides which ones can be named.
    let block_count = 1 + maker.below(5);
    let mut values: Vec<ValueData> = Vec::new();
    let mut blocks: Vec<BlockData> = Vec::new();
    let mut results: Vec<(u32, Option<TypeId>)> = Vec::new();
    let mut terminators = Vec::new();
    for _ in 0..block_count {
        let first_param = values.len() as u32;
        let param_count = maker.below(4) as u32;
        for _ in 0..param_count {
            values.push(ValueData { ty: maker.ty(2) });
        }
        let first_inst = results.len() as u32;
        for _ in 0..maker.below(6) {
            let first = values.len() as u32;
            let count = maker.below(4);
            for _ in 0..count {
                values.push(ValueData { ty: maker.ty(2) });
            }
            let ty = (count > 0).then(|| values[first as usize].ty);
            results.push((first, ty));
        }
        terminators.push(results.len());
        results.push((values.len() as u32, None));
        let unwind = maker.chance().then(|| BlockId::from_usize(maker.below(block_count)));
        let inst_count = results.len() as u32 - first_inst;
        blocks.push(BlockData { first_param, param_count, first_inst, inst_count, unwind });
    }
    if values.is_empty() {
        // Something to name.
        return make_body_with_a_value(maker);
    }
    let func = maker.func();
    let capture_count = maker.below(blocks[0].param_count as usize + 1) as u32;
    let result_types = maker.some(3, |maker| maker.ty(2));
    let range_body = maker.chance();
    let mut making = Making {
        value_count: values.len(),
        block_count,
        maker,
        operands: Vec::new(),
        calls: Vec::new(),
        consts: Vec::new(),
        tables: Vec::new(),
        methods: Vec::new(),
        selects: Vec::new(),
        bounds: Vec::new(),
    };
    let mut insts = Vec::new();
    for (index, &(_, ty)) in results.iter().enumerate() {
        insts.push(if terminators.contains(&index) {
            making.terminator()
        } else {
            making.inst(ty)
        });
    }
    let mut first_results: Vec<u32> = results.iter().map(|&(first, _)| first).collect();
    first_results.push(values.len() as u32);
    Body {
        func,
        capture_count,
        results: result_types.into(),
        blocks: blocks.into(),
        insts: insts.into(),
        first_results: first_results.into(),
        values: values.into(),
        operands: making.operands.into(),
        calls: making.calls.into(),
        consts: making.consts.into(),
        tables: making.tables.into(),
        methods: making.methods.into(),
        selects: making.selects.into(),
        bounds: making.bounds.into(),
        range_body,
    }
}

fn make_body_with_a_value(maker: &mut Maker<'_>) -> Body {
    let func = maker.func();
    Body {
        func,
        capture_count: 0,
        results: Box::default(),
        blocks: Box::new([BlockData {
            first_param: 0,
            param_count: 1,
            first_inst: 0,
            inst_count: 1,
            unwind: None,
        }]),
        insts: Box::new([Inst::Unreachable]),
        first_results: Box::new([1, 1]),
        values: Box::new([ValueData { ty: maker.ty(3) }]),
        operands: Box::default(),
        calls: Box::default(),
        consts: Box::default(),
        tables: Box::default(),
        methods: Box::default(),
        selects: Box::default(),
        bounds: Box::default(),
        range_body: false,
    }
}

/// Nothing that works on bodies may panic, whatever was read.
fn analyse(body: &Body) {
    let resolver = TextResolver::default();
    let _ = verify(body, Some(&resolver));
    let _ = verify(body, None);
    let cfg = Cfg::new(body);
    let dominators = Dominators::new(&cfg);
    let _ = PostDominators::new(&cfg);
    let _ = Loops::new(&cfg, &dominators);
    let _ = solve(&Liveness, body, &cfg);
    let _ = dot(body);
    let mut stats = gossa_ssa::stats::Stats::default();
    stats.add(body, &gossa_ssa::SourceMap::default());
}

const SEEDS: [&str; 3] = [
    include_str!("../../../testdata/ssa_text/all_forms.ssa"),
    include_str!("../../../testdata/ssa_text/verify_good.ssa"),
    include_str!("../../../testdata/ssa_text/verify_structure.ssa"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn types_survive(numbers in prop::collection::vec(any::<u32>(), 0..80)) {
        let ty = Maker { numbers: numbers.iter() }.ty(5);
        let text = type_text(ty);
        prop_assert_eq!(read_type(&text).ok(), Some(ty), "{}", text);
    }

    #[test]
    fn bodies_survive(numbers in prop::collection::vec(any::<u32>(), 0..400)) {
        let mut maker = Maker { numbers: numbers.iter() };
        let bodies = vec![make_body(&mut maker), make_body(&mut maker)];
        let text = print(&bodies);
        match read(&text) {
            Ok(again) => {
                prop_assert_eq!(print(&again), text.clone());
                prop_assert_eq!(again, bodies, "{}", text);
            }
            Err(error) => prop_assert!(false, "{error} in\n{text}"),
        }
    }

    #[test]
    fn pools_of_any_layout_are_put_in_order(numbers in prop::collection::vec(any::<u32>(), 0..400)) {
        let body = make_body(&mut Maker { numbers: numbers.iter() });
        prop_assert!(layout::is_canonical(&body));
        // The same entries behind others that nothing names.
        let mut shifted = body.clone();
        let by = 3;
        let front = |list: &mut ValueList| {
            list.0.start += by;
        };
        shifted.operands =
            std::iter::repeat_n(ValueId::new(0), by as usize).chain(body.operands).collect();
        for call in &mut shifted.calls {
            front(&mut call.args);
        }
        shifted.consts = [&*body.consts, &*body.consts].concat().into();
        for inst in &mut shifted.insts {
            match inst {
                Inst::Struct(list)
                | Inst::Array(list)
                | Inst::Return(list)
                | Inst::Closure { captures: list, .. }
                | Inst::Builtin { args: list, .. } => front(list),
                Inst::Jump(target) => front(&mut target.args),
                Inst::Const(id) => *id = ConstId::from_usize(id.index() + body.consts.len()),
                _ => {}
            }
        }
        prop_assert!(!layout::is_canonical(&shifted));
        let body = make_body(&mut Maker { numbers: numbers.iter() });
        prop_assert_eq!(layout::canonical(shifted), body);
    }

    #[test]
    fn no_text_makes_the_reader_panic(
        seed in 0usize..SEEDS.len(),
        edits in prop::collection::vec((any::<u32>(), 0usize..30, 0usize..40), 1..8),
    ) {
        const PIECES: [&str; 30] = [
            "v0", "v1", "v99", "b0", "b1", "b77", " ", "\n", ",", ":", "(", ")", "{", "}", "[", "]",
            "=", "\"", "\\", "-", "9999999999999999999", "$", "#", ".", "unwind b1", "capture ",
            "é", "\0", "struct{", "func(",
        ];
        let mut text = SEEDS[seed].to_owned();
        for (at, piece, cut) in edits {
            let floor = |text: &str, mut at: usize| {
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let at = floor(&text, at as usize % (text.len() + 1));
            let end = floor(&text, (at + cut).min(text.len())).max(at);
            text.replace_range(at..end, PIECES[piece]);
        }
        match read_file(&text) {
            Ok(file) => {
                let bodies: Vec<Body> = file.bodies.into_iter().map(|read| read.body).collect();
                let printed = print(&bodies);
                match read(&printed) {
                    Ok(again) => prop_assert!(again == bodies, "reads back differently:\n{printed}"),
                    Err(error) => prop_assert!(false, "{error} in\n{printed}"),
                }
                bodies.iter().for_each(analyse);
            }
            Err(error) => prop_assert!(error.line >= 1 && error.column >= 1),
        }
    }

    #[test]
    fn no_noise_makes_the_reader_panic(text in "\\PC{0,60}") {
        let _ = read(&text);
        let _ = read_type(&text);
    }
}

#[test]
fn errors_name_their_place() {
    let in_block = |line: &str| format!("func m.f(v0: int) {{\nb0:\n  {line}\n}}\n");
    for (text, expected) in [
        ("junk".to_owned(), "1:1: expected a function, found `junk`"),
        ("func m.f() {\n}".to_owned(), "2:1: a function has at least one block"),
        ("func m.f() {\n  return\n}".to_owned(), "2:3: expected a block, found `return`"),
        ("func f() {\nb0:\n}".to_owned(), "1:6: expected a declaration, found `f`"),
        (
            "func m.f() {\nb0:\n".to_owned(),
            "3:1: expected an instruction, found the end of the text",
        ),
        (
            "func m.f(v0: int) {\nb0(v1: int):\n}".to_owned(),
            "2:3: the parameters of the entry block are the function's",
        ),
        (
            "func m.f(v0: int, capture v1: int) {\n".to_owned(),
            "1:19: captured variables are the first parameters",
        ),
        (in_block("retrun"), "3:3: no instruction is called `retrun`"),
        (in_block("return v1"), "3:10: v1 is not defined"),
        (in_block("jump b1"), "3:8: b1 does not exist"),
        (in_block("v0 = zero : int"), "3:3: v0 is defined twice"),
        (in_block("return\nb0:"), "4:1: b0 exists twice"),
        (in_block("v1 = zero"), "3:3: 1 results with 0 types"),
        (in_block("zero : int"), "3:3: 0 results with 1 types"),
        (in_block("v1 = alloc heap : *int"), "3:14: `heap` is no kind of variable"),
        (in_block("v1 = const 1e999 : int"), "3:14: `1e999` is not a number that can stand here"),
        (in_block("v1 = const \"\\q\" : int"), "3:14: malformed string"),
        (in_block("v1 = const \"\\xff\".T : int"), "3:20: expected the end of the line, found `.`"),
        (in_block("v1 = return : int"), "3:3: a terminator has no results"),
        (
            in_block("v1 = neg v0 : int\nb1(v2: int):"),
            "4:1: the block before this one has no terminator",
        ),
        (in_block("return v0 v0"), "3:13: expected the end of the line, found `v0`"),
        (in_block("v1 = zero : m"), "3:15: expected a declaration, found `m`"),
        (in_block("fieldaddr v0, -1"), "3:17: `-1` is not a number that can stand here"),
    ] {
        match read(&text) {
            Ok(_) => panic!("{text} was read"),
            Err(error) => assert_eq!(error.to_string(), expected, "{text}"),
        }
    }
}

#[test]
fn numbers_and_order_are_free_in_hand_written_text() {
    let free = "func m.f(v7: int) int { ; comment\n\n b3:\n branch v9, b9, b1\n\
                b9:\n v2 = neg v7 : int\n v9 = zero : bool ; used before\n jump b1\nb1:\nreturn v7}";
    assert!(read(free).is_err());
    let free = free.replace("return v7}", "return v7\n}");
    let canonical = "func m.f(v0: int) int {\nb0:\n  branch v2, b1, b2\n\
                     b1:\n  v1 = neg v0 : int\n  v2 = zero : bool\n  jump b2\nb2:\n  return v0\n}\n";
    let bodies = read(&free).unwrap();
    assert_eq!(print(&bodies), canonical);
    assert_eq!(read(canonical).unwrap(), bodies);
}

#[test]
fn deep_nesting_is_an_error_or_is_read() {
    let deep = |depth: usize| "*".repeat(depth) + "int";
    let ty = read_type(&deep(10_000)).unwrap();
    assert_eq!(type_text(ty), deep(10_000));
    let error = read_type(&deep(1_000_000)).unwrap_err();
    assert_eq!(error.kind.to_string(), "nested too deeply");
    let table = |depth: usize| {
        let node = "&".repeat(depth);
        format!("func m.f() {{\nb0:\n  v0 = table {node}1 : int\n  return\n}}\n")
    };
    assert!(read(&table(10_000)).is_ok());
    assert!(read(&table(1_000_000)).is_err());
}
