//! Random programs: the frame of one, its types and its functions.
//!
//! A program is valid by construction: expressions are made for a type that is asked for, and what
//! the compiler would find wrong (constants that overflow, constant divisors that are zero) is
//! hidden from it in calls of `trace.V`. It keeps to what the specification says of the order of
//! evaluation: a statement either has calls that tell of themselves ([`Mode::Traced`]) or an
//! operand that may panic ([`Mode::Panicking`]), and functions that change variables are called by
//! statements of their own.

use super::super::random::Random;
use super::types::{
    Field, INT, INTEGERS, Named, Ty, Underlying, comparable, plain, printable, text,
};
use std::fmt::Write as _;
use std::rc::Rc;

/// What expressions may do beside having a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    Quiet,
    Traced,
    Panicking,
}

/// A variable in scope.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) assignable: bool,
}

/// A function that statements may call.
#[derive(Clone)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) params: Vec<Ty>,
    pub(super) results: Vec<Ty>,
}

/// Makes one program.
pub(super) struct Generator {
    pub(super) random: Random,
    /// The program's number, part of all names that it declares.
    pub(super) id: u64,
    pub(super) named: Vec<Named>,
    pub(super) functions: Vec<Function>,
    pub(super) scopes: Vec<Vec<Variable>>,
    pub(super) mode: Mode,
    /// Declarations so far.
    pub(super) decls: String,
    /// The body that is being written.
    pub(super) out: String,
    /// Statements that may still be made.
    pub(super) fuel: usize,
    /// How many loops are around.
    pub(super) loops: usize,
    names: usize,
    numbers: usize,
}

/// The declarations of a program; it is run by calling `Run` and its number.
pub(super) fn program(seed: u64, id: u64) -> String {
    let mut generator = Generator {
        random: Random::new(seed, id),
        id,
        named: Vec::new(),
        functions: Vec::new(),
        scopes: Vec::new(),
        mode: Mode::Quiet,
        decls: String::new(),
        out: String::new(),
        fuel: 0,
        loops: 0,
        names: 0,
        numbers: 0,
    };
    generator.program();
    generator.decls
}

/// Adds a line to the body.
macro_rules! line {
    ($generator:expr, $($format:tt)*) => {{
        let text = format!($($format)*);
        $generator.push(&text);
    }};
}
pub(super) use line;

impl Generator {
    fn program(&mut self) {
        let id = self.id;
        let _ = writeln!(
            self.decls,
            "// Program {id}.\n\n\
             func pick{id}[T any](first bool, x, y T) T {{\n\tif first {{\n\t\treturn x\n\t}}\n\treturn y\n}}\n"
        );
        for _ in 0..self.random.below(2) + 1 {
            self.named_type();
        }
        if self.random.once_in(2) {
            self.function();
        }
        let features = self.features();
        let mut parts = Vec::new();
        for _ in 0..1 + usize::from(self.random.once_in(4)) {
            let feature = features[self.random.below(features.len())];
            parts.push(self.part(feature));
        }
        parts.push(self.part(|generator| generator.block_of(8)));
        let _ = writeln!(self.decls, "func Run{id}() {{");
        for part in parts {
            let number = self.number();
            let _ = writeln!(self.decls, "trace.Guard({number}, func() {{\n{part}}})");
        }
        self.decls.push_str("}\n\n");
    }

    /// A body of its own.
    pub(super) fn part(&mut self, make: impl FnOnce(&mut Self)) -> String {
        let outer = std::mem::take(&mut self.out);
        let scopes = std::mem::take(&mut self.scopes);
        let (fuel, loops) = (self.fuel, self.loops);
        self.loops = 0;
        self.fuel = 14;
        self.scopes.push(Vec::new());
        make(self);
        self.scopes = scopes;
        (self.fuel, self.loops) = (fuel, loops);
        std::mem::replace(&mut self.out, outer)
    }

    /// Statements, and in the end all variables.
    fn block_of(&mut self, statements: usize) {
        for _ in 0..3 {
            self.declaration();
        }
        self.statements(statements);
        self.show_all();
    }

    /// Prints the variables of the innermost scope.
    pub(super) fn show_all(&mut self) {
        let scope = self.scopes.last().cloned().unwrap_or_default();
        let shown: Vec<_> = scope
            .into_iter()
            .filter(|var| printable(&var.ty, &self.named))
            .map(|var| var.name)
            .collect();
        if !shown.is_empty() {
            let number = self.number();
            line!(self, "trace.P({number}, {})", shown.join(", "));
        }
    }

    pub(super) fn push(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// A new name, for use within the program.
    pub(super) fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A new name for the package.
    pub(super) fn global(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}x{}", self.id, self.names)
    }

    /// The number of a line of the trace.
    pub(super) fn number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn type_text(&self, ty: &Ty) -> String {
        text(ty, &self.named)
    }

    pub(super) fn declare(&mut self, name: &str, ty: &Ty, assignable: bool) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(Variable { name: name.to_owned(), ty: ty.clone(), assignable });
        }
    }

    /// A variable of a type.
    pub(super) fn variable(&mut self, ty: &Ty) -> Option<String> {
        let found: Vec<_> = self.scopes.iter().flatten().filter(|var| var.ty == *ty).collect();
        found.get(self.random.below(found.len())).map(|var| var.name.clone())
    }

    /// Any variable that can be assigned to.
    pub(super) fn assignable(&mut self) -> Option<Variable> {
        let found: Vec<_> = self.scopes.iter().flatten().filter(|var| var.assignable).collect();
        found.get(self.random.below(found.len())).map(|&var| var.clone())
    }

    // Types.

    pub(super) fn ordered_type(&mut self) -> Ty {
        match self.random.below(8) {
            0 => Ty::String,
            1 => Ty::Float64,
            2 => Ty::Float32,
            3 | 4 => INT,
            _ => Ty::Int(self.random.below(INTEGERS.len())),
        }
    }

    pub(super) fn basic_type(&mut self) -> Ty {
        match self.random.below(10) {
            0 => Ty::Bool,
            1 => Ty::Complex128,
            2 => Ty::Complex64,
            3 | 4 => Ty::String,
            _ => self.ordered_type(),
        }
    }

    /// A type of values that can be printed.
    pub(super) fn value_type(&mut self, depth: usize) -> Ty {
        if depth == 0 {
            return self.basic_type();
        }
        let ty = match self.random.below(12) {
            0 => Ty::slice(&self.value_type(depth - 1)),
            1 => Ty::Array(self.random.below(3) + 1, Rc::new(self.value_type(depth - 1))),
            2 => {
                let (key, value) = (self.key_type(), self.value_type(depth - 1));
                Ty::Map(Rc::new(key), Rc::new(value))
            }
            3 => Ty::Any,
            4 | 5 if !self.named.is_empty() => Ty::Named(self.random.below(self.named.len())),
            _ => self.basic_type(),
        };
        if printable(&ty, &self.named) { ty } else { self.basic_type() }
    }

    /// A type of keys of maps.
    pub(super) fn key_type(&mut self) -> Ty {
        let ty = self.value_type(1);
        // Maps with NaN in them print in any order.
        let float = |ty: &Ty| !self.no_floats(ty);
        if comparable(&ty, &self.named) && !float(&ty) { ty } else { INT }
    }

    pub(super) fn no_floats(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Float32 | Ty::Float64 | Ty::Complex64 | Ty::Complex128 => false,
            Ty::Array(_, element) => self.no_floats(element),
            Ty::Named(index) => match &self.named[*index].underlying {
                Underlying::Plain(ty) => self.no_floats(ty),
                Underlying::Struct(fields) => fields.iter().all(|field| self.no_floats(&field.ty)),
            },
            _ => true,
        }
    }

    /// Any type of a variable.
    pub(super) fn any_type(&mut self) -> Ty {
        match self.random.below(8) {
            0 => Ty::pointer(&self.value_type(1)),
            1 => {
                let (param, result) = (self.basic_type(), self.basic_type());
                Ty::Func(Rc::new(param), Rc::new(result))
            }
            _ => self.value_type(2),
        }
    }

    /// Declares a type with methods `Get`, `Set` and `Both`.
    fn named_type(&mut self) {
        let name = self.global("T");
        let struct_like = !self.random.once_in(3);
        let underlying = if struct_like {
            let mut fields = Vec::new();
            for _ in 0..self.random.below(4) + 1 {
                let ty = self.value_type(1);
                let embeds = matches!(ty, Ty::Named(_));
                let known = fields.iter().any(|field: &Field| field.ty == ty);
                if embeds && !known && self.random.once_in(2) {
                    fields.push(Field { name: self.type_text(&ty), ty, embedded: true });
                } else {
                    fields.push(Field { name: self.fresh("F"), ty, embedded: false });
                }
            }
            Underlying::Struct(fields)
        } else {
            let ty = if self.random.once_in(3) {
                Ty::slice(&self.basic_type())
            } else {
                self.basic_type()
            };
            Underlying::Plain(ty)
        };
        match &underlying {
            Underlying::Plain(ty) => {
                let _ = writeln!(self.decls, "type {name} {}\n", self.type_text(ty));
            }
            Underlying::Struct(fields) => {
                let mut lines = String::new();
                for field in fields {
                    let ty = self.type_text(&field.ty);
                    let label = if field.embedded { "" } else { &field.name };
                    let _ = writeln!(lines, "\t{label} {ty}");
                }
                let _ = writeln!(self.decls, "type {name} struct {{\n{lines}}}\n");
            }
        }
        let pointer_methods = self.random.once_in(2);
        let ty = Ty::Named(self.named.len());
        self.named.push(Named { name: name.clone(), underlying, pointer_methods });
        let receiver = if pointer_methods { format!("*{name}") } else { name };
        let value = if pointer_methods { "*r" } else { "r" };
        let number = self.number();
        let _ = writeln!(
            self.decls,
            "func (r {receiver}) Get(n int) int {{\n\
             \tfmt.Println({number}, {value}, n)\n\
             \treturn n + {number}\n}}\n"
        );
        // What a value receiver is set to is lost.
        let mut body = String::new();
        if let Underlying::Struct(fields) = self.named[self.named.len() - 1].underlying.clone() {
            let field = fields[self.random.below(fields.len())].clone();
            let new = self.leaf(&field.ty).text;
            let _ = writeln!(body, "\tr.{} = {new}", field.name);
        } else {
            let new = self.leaf(&ty).text;
            let _ = writeln!(body, "\t{value} = {new}");
        }
        let _ = writeln!(
            self.decls,
            "func (r {receiver}) Set() {{\n{body}\tfmt.Println({number}, \"set\", {value})\n}}\n"
        );
    }

    /// Declares a function with any statements in it.
    fn function(&mut self) {
        let name = self.global("f");
        let params: Vec<Ty> = (0..self.random.below(3)).map(|_| self.value_type(2)).collect();
        let results: Vec<Ty> = (0..self.random.below(3)).map(|_| self.value_type(1)).collect();
        let named_results = self.random.once_in(2) && !results.is_empty();
        let mut header = Vec::new();
        let mut result_names = Vec::new();
        let body = self.part(|generator| {
            for ty in &params {
                let param = generator.fresh("p");
                header.push(format!("{param} {}", generator.type_text(ty)));
                generator.declare(&param, ty, true);
            }
            for ty in &results {
                let result = generator.fresh("r");
                result_names.push(format!("{result} {}", generator.type_text(ty)));
                if named_results {
                    generator.declare(&result, ty, true);
                }
            }
            if generator.random.once_in(2) && named_results {
                generator.deferred_recovery();
            }
            generator.statements(5);
            generator.show_all();
            if !results.is_empty() {
                let values: Vec<_> = results.iter().map(|ty| generator.expr(ty, 2).text).collect();
                line!(generator, "return {}", values.join(", "));
            }
        });
        let types: Vec<_> = results.iter().map(|ty| self.type_text(ty)).collect();
        let shown = if named_results { result_names.join(", ") } else { types.join(", ") };
        let _ = writeln!(self.decls, "func {name}({}) ({shown}) {{\n{body}}}\n", header.join(", "));
        self.functions.push(Function { name, params, results });
    }

    /// Whether a type is declared and its methods want a pointer.
    pub(super) fn pointer_methods(&self, ty: &Ty) -> Option<bool> {
        match ty {
            Ty::Named(index) => Some(self.named[*index].pointer_methods),
            _ => None,
        }
    }

    /// The fields of a struct type.
    pub(super) fn fields(&self, ty: &Ty) -> Option<&[Field]> {
        match ty {
            Ty::Named(index) => match &self.named[*index].underlying {
                Underlying::Struct(fields) => Some(fields),
                Underlying::Plain(_) => None,
            },
            _ => None,
        }
    }

    pub(super) fn plain_type(&self, ty: &Ty) -> Ty {
        plain(ty, &self.named).clone()
    }
}
