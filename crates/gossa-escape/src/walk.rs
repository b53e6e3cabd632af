//! From code to the graph of a batch: statements and assignments.
//!
//! [`Walker`] goes through a function's body once, without regard to order or conditions, and
//! records each flow. Expressions are in `walk_expr`, calls in `walk_call`.

use crate::analysis::Analysis;
use crate::graph::{FuncId, Graph, Hole, LocId, What};
use crate::ir::{AssignKind, Code, Definition, Id, Kind, List, VarId};
use crate::summary::Sink;
use gossa_base::{FxHashMap, Name};
use gossa_types::TypeKind;

/// Goes through one function.
pub(crate) struct Walker<'w, 'e> {
    pub(crate) analysis: &'w Analysis<'e>,
    pub(crate) graph: &'w mut Graph,
    pub(crate) code: &'w Code,
    pub(crate) func: FuncId,
    /// Nesting of loops.
    pub(crate) depth: i32,
    /// Labels, and whether a later `goto` makes a loop of what follows.
    labels: FxHashMap<Name, bool>,
    /// Statements that assign a part of something to another part of it: nothing new flows.
    pub(crate) self_assignments: &'w mut Vec<(FuncId, Id)>,
}

impl<'w, 'e> Walker<'w, 'e> {
    pub(crate) fn new(
        analysis: &'w Analysis<'e>,
        graph: &'w mut Graph,
        func: FuncId,
        self_assignments: &'w mut Vec<(FuncId, Id)>,
    ) -> Self {
        let code = &analysis.codes[func.code as usize];
        Self {
            analysis,
            graph,
            code,
            func,
            depth: 1,
            labels: FxHashMap::default(),
            self_assignments,
        }
    }

    /// Records what flows in the function's body.
    pub(crate) fn function(&mut self) {
        let mut labels = FxHashMap::default();
        self.code.walk(self.func.func, &mut |id| {
            match self.code[id].kind {
                Kind::Label(name) => {
                    labels.insert(name, false);
                }
                Kind::Goto(name) => {
                    // One that was met before: the goto goes back.
                    if let Some(looping) = labels.get_mut(&name) {
                        *looping = true;
                    }
                }
                _ => {}
            }
            true
        });
        self.labels = labels;
        self.block(self.code[self.func.func].body);
    }

    // Holes.

    pub(crate) fn heap(&self) -> Hole {
        self.graph.hole(Graph::HEAP)
    }

    /// A sink; by the compiler's rules all are the heap.
    pub(crate) fn sink(&self, sink: Sink) -> Hole {
        if self.graph.whole { self.graph.hole(Graph::sink(sink)) } else { self.heap() }
    }

    pub(crate) fn mutator(&self) -> Hole {
        self.graph.hole(Graph::MUTATOR)
    }

    pub(crate) fn nowhere(&self) -> Hole {
        self.graph.hole(Graph::BLANK)
    }

    pub(crate) fn new_location(&mut self, what: What, persists: bool) -> LocId {
        self.graph.new_location(what, self.func, self.depth, persists)
    }

    /// One hole that stands for several.
    pub(crate) fn tee(&mut self, holes: &[Hole]) -> Hole {
        match holes {
            [] => self.nowhere(),
            [only] => *only,
            _ => {
                let location = self.new_location(What::Temporary, false);
                for &hole in holes {
                    self.graph.flow(hole, location);
                }
                self.graph.hole(location)
            }
        }
    }

    /// A hole for what must live until later.
    pub(crate) fn later(&mut self, hole: Hole) -> Hole {
        let location = self.new_location(What::Temporary, true);
        self.graph.flow(hole, location);
        self.graph.hole(location)
    }

    pub(crate) fn variable(&self, var: VarId) -> Option<LocId> {
        self.graph.variable(self.func.code, var)
    }

    // Statements.

    pub(crate) fn stmts(&mut self, list: List) {
        let code = self.code;
        for &id in code.list(list) {
            self.stmt(id);
        }
    }

    /// Statements with a nesting of their own.
    fn block(&mut self, list: List) {
        let depth = self.depth;
        self.stmts(list);
        self.depth = depth;
    }

    pub(crate) fn stmt(&mut self, id: Id) {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.stmt_inner(id));
    }

    fn stmt_inner(&mut self, id: Id) {
        let code = self.code;
        let node = &code[id];
        self.stmts(node.init);
        match node.kind {
            Kind::Jump | Kind::Goto(_) => {}
            Kind::Declare(var) => self.declare(var),
            Kind::Label(name) => {
                if self.labels.get(&name) == Some(&true) {
                    self.depth += 1;
                }
            }
            Kind::If { cond, then, otherwise } => {
                self.discard(cond);
                self.block(then);
                self.block(otherwise);
            }
            Kind::CheckNil(x) => self.discard(x),
            Kind::For { cond, post, body } => {
                self.depth += 1;
                cond.into_iter().for_each(|cond| self.discard(cond));
                post.into_iter().for_each(|post| self.stmt(post));
                self.block(body);
                self.depth -= 1;
            }
            Kind::Range { key, value, x, body } => {
                let operand = self.new_location(What::Temporary, true);
                let hole = self.graph.hole(operand);
                self.expr(hole, x);
                self.depth += 1;
                let key = key.map_or(self.nowhere(), |key| self.place(key));
                let value = value.map_or(self.nowhere(), |value| self.place(value));
                let is_array = self.analysis.types.is_array(code[x].ty);
                self.graph.flow(if is_array { value } else { value.deref() }, operand);
                self.reassigned(&[key, value], id);
                self.block(body);
                self.depth -= 1;
            }
            Kind::Switch { tag, cases } => {
                tag.into_iter().for_each(|tag| self.discard(tag));
                self.cases(cases);
            }
            Kind::TypeSwitch { x, cases } => {
                let mut holes = Vec::new();
                for &case in code.list(cases) {
                    let Kind::Case { var: Some(var), .. } = code[case].kind else { continue };
                    self.declare(var);
                    let ty = code[var].ty;
                    if self.analysis.types.has_pointers(ty)
                        && let Some(location) = self.variable(var)
                    {
                        holes.push(self.asserted(self.graph.hole(location), ty));
                    }
                }
                let hole = self.tee(&holes);
                self.expr(hole, x);
                self.cases(cases);
            }
            Kind::Select(cases) => {
                for &case in code.list(cases) {
                    let Kind::Comm { comm, body } = code[case].kind else { continue };
                    comm.into_iter().for_each(|comm| self.stmt(comm));
                    self.block(body);
                }
            }
            Kind::Send(chan, value) => {
                self.discard(chan);
                let hole = self.sink(Sink::Goroutine);
                self.expr(hole, value);
            }
            Kind::Assign(x, y) => self.assign(&[x], y.as_slice(), id),
            Kind::AssignOp(_, x, y) => self.assign(&[x], &[y], id),
            Kind::AssignList(AssignKind::Call, lhs, rhs) => {
                let holes: Vec<Hole> = code.list(lhs).iter().map(|&x| self.place(x)).collect();
                if let &[call] = code.list(rhs) {
                    self.stmts(code[call].init);
                    self.call(Some(&holes), call);
                }
                self.reassigned(&holes, id);
            }
            Kind::AssignList(_, lhs, rhs) => self.assign(code.list(lhs), code.list(rhs), id),
            Kind::Return(values) => {
                let results = &code[self.func.func].results;
                let values = code.list(values);
                let holes: Vec<Hole> = results
                    .iter()
                    .map(|&var| {
                        self.variable(var).map_or(self.nowhere(), |found| self.graph.hole(found))
                    })
                    .collect();
                for (&hole, &value) in holes.iter().zip(values) {
                    self.expr(hole, value);
                }
                self.reassigned(&holes, id);
            }
            Kind::Call { .. } | Kind::InterfaceCall { .. } | Kind::Builtin(..) => {
                self.call(None, id);
            }
            Kind::Go(call) => self.go_or_defer(call, false, false),
            Kind::Defer(call) => self.go_or_defer(call, true, node.flag),
            // An expression whose value is not used.
            _ => {
                let hole = self.nowhere();
                self.expr_after_init(hole, id);
            }
        }
    }

    fn cases(&mut self, cases: List) {
        let code = self.code;
        for &case in code.list(cases) {
            let Kind::Case { exprs, body, .. } = code[case].kind else { continue };
            for &expr in code.list(exprs) {
                self.discard(expr);
            }
            self.block(body);
        }
    }

    fn declare(&mut self, var: VarId) {
        if let Some(location) = self.variable(var) {
            self.graph.locations[location.index()].depth = self.depth;
        }
    }

    fn go_or_defer(&mut self, call: Id, defer: bool, outwards: bool) {
        let code = self.code;
        self.stmts(code[call].init);
        // A loop may defer any number of calls; a body of a range-over-func loop defers to the
        // function around it.
        let mut hole = self.sink(match (defer, outwards) {
            (false, _) => Sink::Goroutine,
            (true, true) => Sink::Heap,
            (true, false) => Sink::Layout,
        });
        if defer && self.depth == 1 && !outwards {
            // What is called when the function returns is still in its frame.
            let nowhere = self.nowhere();
            hole = self.later(nowhere);
        }
        if let Kind::Call { fun, .. } = code[call].kind {
            self.expr(hole, fun);
        }
    }

    // Assignments.

    /// Where the value of an assignment to `id` goes.
    pub(crate) fn place(&mut self, id: Id) -> Hole {
        let code = self.code;
        match code[id].kind {
            Kind::Blank => self.nowhere(),
            Kind::Var(var) => {
                self.variable(var).map_or(self.heap(), |location| self.graph.hole(location))
            }
            Kind::Field(x, _) | Kind::Retype(x) => self.place(x),
            Kind::Index(x, index) => {
                self.discard(index);
                if self.analysis.types.is_array(code[x].ty) {
                    return self.place(x);
                }
                self.mutate(x);
                self.heap()
            }
            Kind::Deref(x) | Kind::PointerField(x, _) => {
                self.mutate(x);
                self.heap()
            }
            Kind::MapIndex(x, key) => {
                self.discard(x);
                let heap = self.heap();
                self.expr(heap, key);
                self.heap()
            }
            Kind::Global(_) => self.sink(Sink::Global),
            _ => self.heap(),
        }
    }

    fn mutate(&mut self, x: Id) {
        let mutator = self.mutator();
        self.expr(mutator, x);
    }

    fn assign(&mut self, lhs: &[Id], rhs: &[Id], stmt: Id) {
        let code = self.code;
        let holes: Vec<Hole> = lhs.iter().map(|&x| self.place(x)).collect();
        for (index, (&target, &hole)) in lhs.iter().zip(&holes).enumerate() {
            let Some(&value) = rhs.get(index) else { continue };
            if matches!(code[target].kind, Kind::PointerField(..)) && self.is_header_data(target) {
                let heap = self.heap();
                self.unsafe_value(heap, value);
                continue;
            }
            if self.is_self_assignment(target, value) {
                self.self_assignments.push((self.func, stmt));
                let nowhere = self.nowhere();
                self.expr(nowhere, value);
                continue;
            }
            self.expr(hole, value);
        }
        self.reassigned(&holes, stmt);
    }

    /// Marks variables that are assigned to other than by their definition.
    fn reassigned(&mut self, holes: &[Hole], stmt: Id) {
        let code = self.code;
        let is_range = matches!(code[stmt].kind, Kind::Range { .. });
        if let Kind::Assign(x, None) = code[stmt].kind
            && let Kind::Var(var) = code[x].kind
            && code[var].definition == Definition::None
        {
            return;
        }
        for hole in holes {
            let location = &mut self.graph.locations[hole.to.index()];
            if let What::Variable(var) = location.what
                && location.func.code == self.func.code
                && code[var].definition == Definition::Stmt(stmt)
                && !is_range
            {
                continue;
            }
            location.reassigned = true;
        }
    }

    /// `p.Data` of a `reflect.SliceHeader` or `reflect.StringHeader`.
    pub(crate) fn is_header_data(&self, id: Id) -> bool {
        let code = self.code;
        let types = &self.analysis.types;
        let (holder, name) = match code[id].kind {
            Kind::Field(x, name) => (code[x].ty, name),
            Kind::PointerField(x, name) => match types.pointee(code[x].ty) {
                Some(holder) => (holder, name),
                None => return false,
            },
            _ => return false,
        };
        let TypeKind::Named { decl, .. } = holder.unalias().kind() else { return false };
        name.as_str() == "Data"
            && types.is_uintptr(code[id].ty)
            && decl.package().path() == "reflect"
            && matches!(decl.name().as_str(), "SliceHeader" | "StringHeader")
    }

    /// Whether an assignment gives a variable nothing that it did not hold.
    fn is_self_assignment(&self, target: Id, value: Id) -> bool {
        let code = self.code;
        if self.is_own_slice(target, value) {
            return true;
        }
        match (code[target].kind, code[value].kind) {
            (Kind::Field(x, _), Kind::Field(y, _))
            | (Kind::PointerField(x, _), Kind::PointerField(y, _)) => self.is_same(x, y),
            (Kind::Index(x, i), Kind::Index(y, j)) => {
                self.is_pure(i) && self.is_pure(j) && self.is_same(x, y)
            }
            _ => false,
        }
    }

    /// `p.f = p.g[a:b]`
    fn is_own_slice(&self, target: Id, value: Id) -> bool {
        let code = self.code;
        let base = |id: Id| match code[id].kind {
            Kind::Deref(x) | Kind::PointerField(x, _) => match code[x].kind {
                Kind::Var(var) => Some(Err(var)),
                Kind::Global(decl) => Some(Ok(decl)),
                _ => None,
            },
            _ => None,
        };
        let Some(of_target) = base(target) else { return false };
        match code[value].kind {
            // Of an array that is part of what the pointer leads to: a pointer to itself.
            Kind::Slice { x, of_array: true, .. }
                if matches!(code[x].kind, Kind::Address(_) | Kind::AddressOfLiteral(_)) =>
            {
                false
            }
            Kind::Slice { x, .. } => base(x) == Some(of_target),
            _ => false,
        }
    }

    /// Whether two expressions without effects are the same.
    fn is_same(&self, x: Id, y: Id) -> bool {
        let code = self.code;
        let (mut x, mut y) = (x, y);
        while let Kind::Retype(inner) = code[x].kind {
            x = inner;
        }
        while let Kind::Retype(inner) = code[y].kind {
            y = inner;
        }
        if code[x].ty.canonical() != code[y].ty.canonical() {
            return false;
        }
        match (code[x].kind, code[y].kind) {
            (Kind::Var(x), Kind::Var(y)) => x == y,
            (Kind::Global(x), Kind::Global(y)) => x == y,
            (Kind::Field(x, f), Kind::Field(y, g))
            | (Kind::PointerField(x, f), Kind::PointerField(y, g)) => f == g && self.is_same(x, y),
            (Kind::Deref(x), Kind::Deref(y)) => self.is_same(x, y),
            (Kind::Unary(p, x), Kind::Unary(q, y)) => p == q && self.is_same(x, y),
            (Kind::Convert(p), Kind::Convert(q)) => self.is_same(p, q),
            (Kind::Index(x, i), Kind::Index(y, j))
            | (Kind::MapIndex(x, i), Kind::MapIndex(y, j)) => {
                self.is_same(x, y) && self.is_same(i, j)
            }
            (Kind::Binary(p, a, b), Kind::Binary(q, c, d)) => {
                p == q && self.is_same(a, c) && self.is_same(b, d)
            }
            (Kind::Const(x), Kind::Const(y)) => code.consts[x as usize] == code.consts[y as usize],
            (Kind::Nil, Kind::Nil) => true,
            _ => false,
        }
    }

    /// Whether evaluating an index leaves memory as it is.
    fn is_pure(&self, id: Id) -> bool {
        let code = self.code;
        match code[id].kind {
            Kind::Var(_) | Kind::Global(_) | Kind::Const(_) | Kind::Nil => true,
            Kind::Binary(op, x, y) => {
                use gossa_syntax::BinaryOp;
                let compares = matches!(
                    op,
                    BinaryOp::LogicalAnd
                        | BinaryOp::LogicalOr
                        | BinaryOp::Equal
                        | BinaryOp::NotEqual
                        | BinaryOp::Less
                        | BinaryOp::LessEqual
                        | BinaryOp::Greater
                        | BinaryOp::GreaterEqual
                );
                !compares && self.is_pure(x) && self.is_pure(y)
            }
            Kind::Index(x, y) => self.is_pure(x) && self.is_pure(y),
            Kind::Convert(x)
            | Kind::Retype(x)
            | Kind::Unary(_, x)
            | Kind::Field(x, _)
            | Kind::PointerField(x, _)
            | Kind::Deref(x) => self.is_pure(x),
            Kind::Builtin(gossa_types::Builtin::Len | gossa_types::Builtin::Cap, list) => {
                code.list(list).iter().all(|&x| self.is_pure(x))
            }
            _ => false,
        }
    }
}
