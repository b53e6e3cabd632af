//! Statements.

use super::generate::{Generator, Mode, line};
use super::types::{INT, Ty, printable};

impl Generator {
    /// Some statements.
    pub(super) fn statements(&mut self, most: usize) {
        for _ in 0..self.random.below(most) + 1 {
            if self.fuel == 0 {
                return;
            }
            self.fuel -= 1;
            self.statement();
        }
    }

    /// Statements in braces.
    pub(super) fn block(&mut self, most: usize) {
        self.scopes.push(Vec::new());
        self.statements(most);
        self.scopes.pop();
    }

    fn statement(&mut self) {
        self.mode = match self.random.below(6) {
            0 => Mode::Panicking,
            1..=3 => Mode::Traced,
            _ => Mode::Quiet,
        };
        match self.random.below(22) {
            0..=3 => self.declaration(),
            4..=7 => self.assignment(),
            8 => self.multiple_assignment(),
            9 | 10 => self.conditional(),
            11 | 12 => self.loop_statement(),
            13 => self.switch(),
            14 => self.call(),
            15 => self.closure(),
            16 => self.part_assignment(),
            17 => self.method_call(),
            18 => self.nested_block(),
            _ => {
                let ty = self.value_type(2);
                let x = self.expr(&ty, 3).text;
                let number = self.number();
                line!(self, "trace.P({number}, {x})");
            }
        }
        self.mode = Mode::Quiet;
    }

    /// Declares a variable, in one of the forms that there are.
    pub(super) fn declaration(&mut self) {
        let ty = self.any_type();
        let value = self.expr(&ty, 3).text;
        let name = self.fresh("x");
        let of = self.type_text(&ty);
        match self.random.below(4) {
            0 => line!(self, "var {name} {of} = {value}"),
            1 => line!(self, "var {name} {of}\n{name} = {value}"),
            _ => line!(self, "{name} := {value}"),
        }
        line!(self, "_ = {name}");
        self.declare(&name, &ty, true);
    }

    fn assignment(&mut self) {
        let Some(var) = self.assignable() else { return self.declaration() };
        let name = var.name.clone();
        match self.plain_type(&var.ty) {
            Ty::Int(_) if self.random.once_in(3) => {
                let op = ["++", "--"][self.random.below(2)];
                line!(self, "{name}{op}");
            }
            Ty::Int(_) | Ty::Float32 | Ty::Float64 | Ty::Complex64 | Ty::Complex128
                if self.random.once_in(2) =>
            {
                let op = ["+", "-", "*"][self.random.below(3)];
                let value = self.expr(&var.ty, 2).text;
                line!(self, "{name} {op}= {value}");
            }
            Ty::Int(_) if self.random.once_in(2) => {
                let op = ["&", "|", "^", "&^"][self.random.below(4)];
                let value = self.expr(&var.ty, 2).text;
                line!(self, "{name} {op}= {value}");
            }
            Ty::Int(_) if self.random.once_in(3) => {
                let op = ["<<", ">>"][self.random.below(2)];
                line!(self, "{name} {op}= {}", self.random.below(9));
            }
            Ty::String if self.random.once_in(2) => {
                let value = self.expr(&var.ty, 1).text;
                // Loops would make it grow without end.
                line!(self, "if len({name}) < 100 {{\n{name} += {value}\n}}");
            }
            Ty::Slice(element) if self.random.once_in(2) => {
                let value = self.expr(&element, 2).text;
                line!(self, "if len({name}) < 20 {{\n{name} = append({name}, {value})\n}}");
            }
            Ty::Pointer(to) if self.random.once_in(2) => {
                let value = self.expr(&to, 2).text;
                line!(self, "*{name} = {value}");
            }
            _ => {
                let value = self.expr(&var.ty, 3).text;
                line!(self, "{name} = {value}");
            }
        }
        if printable(&var.ty, &self.named) && self.random.once_in(2) {
            let number = self.number();
            line!(self, "trace.P({number}, {name})");
        }
    }

    fn multiple_assignment(&mut self) {
        let (Some(first), Some(second)) = (self.assignable(), self.assignable()) else { return };
        self.mode = Mode::Quiet;
        if first.name == second.name {
            return;
        }
        let (x, y) = (self.expr(&first.ty, 2).text, self.expr(&second.ty, 2).text);
        line!(self, "{}, {} = {x}, {y}", first.name, second.name);
        if first.ty == second.ty {
            line!(self, "{0}, {1} = {1}, {0}", first.name, second.name);
        }
    }

    /// Assigns to a field, an element of an array, a slice or a map.
    fn part_assignment(&mut self) {
        let Some(var) = self.assignable() else { return };
        let name = var.name.clone();
        if let Some(fields) = self.fields(&var.ty).map(<[_]>::to_vec) {
            let field = fields[self.random.below(fields.len())].clone();
            let value = self.expr(&field.ty, 2).text;
            line!(self, "{name}.{} = {value}", field.name);
            return;
        }
        match self.plain_type(&var.ty) {
            Ty::Array(len, element) => {
                let value = self.expr(&element, 2).text;
                let index = self.random.below(len);
                if self.random.once_in(2) {
                    line!(self, "{name}[{index}] = {value}");
                } else {
                    line!(self, "{name}[trace.V({index})] = {value}");
                }
            }
            Ty::Slice(element) => {
                let value = self.expr(&element, 2).text;
                let index = self.random.below(4);
                line!(self, "if len({name}) > {index} {{\n{name}[{index}] = {value}\n}}");
            }
            Ty::Map(key, element) => {
                let key = self.expr(&key, 1).text;
                match self.random.below(3) {
                    0 => line!(self, "delete({name}, {key})"),
                    1 => {
                        let (value, ok) = (self.fresh("x"), self.fresh("ok"));
                        line!(self, "{value}, {ok} := {name}[{key}]");
                        line!(self, "_, _ = {value}, {ok}");
                        self.declare(&value, &element, true);
                        self.declare(&ok, &Ty::Bool, true);
                    }
                    _ => {
                        let value = self.expr(&element, 2).text;
                        line!(self, "if {name} != nil {{\n{name}[{key}] = {value}\n}}");
                    }
                }
            }
            _ => self.assignment(),
        }
    }

    fn conditional(&mut self) {
        let condition = self.expr(&Ty::Bool, 3).text;
        if self.random.once_in(3) {
            let ty = self.value_type(1);
            let init = self.expr(&ty, 2).text;
            let name = self.fresh("x");
            line!(self, "if {name} := ({init}); ({condition}) {{\n_ = {name}");
            self.scopes.push(Vec::new());
            self.declare(&name, &ty, true);
            self.block(3);
            self.scopes.pop();
        } else {
            line!(self, "if ({condition}) {{");
            self.block(3);
        }
        if self.random.once_in(2) {
            self.push("} else {");
            self.block(3);
        }
        self.push("}");
    }

    fn nested_block(&mut self) {
        self.push("{");
        self.block(3);
        self.push("}");
    }

    fn loop_statement(&mut self) {
        if self.loops >= 2 {
            return self.assignment();
        }
        self.mode = Mode::Quiet;
        let label = self.fresh("L");
        let labelled = self.random.once_in(2);
        if labelled {
            line!(self, "{label}:");
        }
        self.loops += 1;
        self.scopes.push(Vec::new());
        let i = self.fresh("i");
        match self.random.below(7) {
            0 => {
                let most = self.random.below(4) + 1;
                line!(self, "for {i} := 0; {i} < {most}; {i}++ {{");
                self.declare(&i, &INT, false);
            }
            1 => {
                let ty = Ty::Int(self.random.below(11));
                let most = self.random.below(4) + 1;
                let name = self.type_text(&ty);
                line!(self, "for {i} := range {name}({most}) {{");
                self.declare(&i, &ty, true);
            }
            2 => {
                let element = self.value_type(1);
                let over = self.expr(&Ty::slice(&element), 2).text;
                let x = self.fresh("x");
                line!(self, "for {i}, {x} := range ({over}) {{\n_ = {x}");
                self.declare(&i, &INT, true);
                self.declare(&x, &element, true);
            }
            3 => {
                let over = self.expr(&Ty::String, 2).text;
                let x = self.fresh("x");
                line!(self, "for {i}, {x} := range ({over}) {{\nif {i} > 9 {{\nbreak\n}}\n_ = {x}");
                self.declare(&i, &INT, true);
                self.declare(&x, &super::types::INT32, true);
            }
            4 => {
                let element = self.value_type(1);
                let over = self.expr(&Ty::Array(3, std::rc::Rc::new(element.clone())), 2).text;
                let x = self.fresh("x");
                line!(self, "for {i}, {x} := range ({over}) {{\n_ = {x}");
                self.declare(&i, &INT, true);
                self.declare(&x, &element, true);
            }
            5 => {
                // The steps of the loop are its own, whatever the body does to its variable.
                let most = self.random.below(5) + 1;
                let step = self.random.below(2) + 1;
                line!(
                    self,
                    "for {i}, n{i} := 0, 0; n{i} < {most}; {i}, n{i} = {i}+{step}, n{i}+1 {{"
                );
                self.declare(&i, &INT, true);
            }
            _ => {
                let id = self.id;
                let most = self.random.below(4);
                line!(self, "for {i} := range count{id}({most}) {{");
                self.declare(&i, &INT, true);
                self.need_count();
            }
        }
        line!(self, "_ = {i}");
        self.block(3);
        if self.random.once_in(2) {
            let condition = self.expr(&Ty::Bool, 2).text;
            let word = ["break", "continue"][self.random.below(2)];
            let to = if labelled { format!(" {label}") } else { String::new() };
            line!(self, "if ({condition}) {{\n{word}{to}\n}}");
            self.block(2);
        }
        if labelled {
            line!(self, "if trace.V(false) {{\ncontinue {label}\n}}");
        }
        self.push("}");
        self.scopes.pop();
        self.loops -= 1;
    }

    /// Declares an iterator, once.
    pub(super) fn need_count(&mut self) {
        let id = self.id;
        let start = format!("func count{id}(");
        if self.decls.contains(&start) {
            return;
        }
        let text = format!(
            "{start}n int) func(func(int) bool) {{\n\treturn func(yield func(int) bool) {{\n\
             \t\tdefer trace.P(-1, \"iterated\", n)\n\
             \t\tfor i := range n {{\n\t\t\tif !yield(i) {{\n\t\t\t\treturn\n\t\t\t}}\n\t\t}}\n\t}}\n}}\n\n"
        );
        self.decls.push_str(&text);
    }

    fn switch(&mut self) {
        if self.random.once_in(2) {
            return self.type_switch();
        }
        let ty = self.ordered_type();
        let tagless = self.random.once_in(3);
        let tag = self.expr(&ty, 2);
        let tag = if tag.constant { format!("trace.V({})", tag.text) } else { tag.text };
        if tagless {
            self.push("switch {");
        } else {
            line!(self, "switch ({tag}) {{");
        }
        let cases = self.random.below(3) + 1;
        for case in 0..cases {
            let of = if tagless { Ty::Bool } else { ty.clone() };
            // The same constant twice would be an error.
            let value = self.expr(&of, 1).text;
            line!(self, "case trace.V({value}):");
            self.block(2);
            if case + 1 < cases && self.random.once_in(3) {
                self.push("fallthrough");
            } else if self.loops > 0 && self.random.once_in(6) {
                self.push("break");
            }
        }
        if self.random.once_in(2) {
            self.push("default:");
            self.block(2);
        }
        self.push("}");
    }

    fn type_switch(&mut self) {
        let x = self.expr(&Ty::Any, 2).text;
        let bound = self.fresh("x");
        line!(self, "switch {bound} := any({x}).(type) {{");
        let mut seen: Vec<Ty> = Vec::new();
        let nil = self.random.once_in(2);
        for _ in 0..self.random.below(4) + 1 {
            let ty = self.value_type(1);
            // A rune is an int32 and a byte a uint8; all names here are distinct otherwise.
            if seen.contains(&ty) || ty == Ty::Any {
                continue;
            }
            seen.push(ty.clone());
            let mut of = self.type_text(&ty);
            let two = self.value_type(0);
            let both = !seen.contains(&two) && self.random.once_in(3);
            if both {
                of = format!("{of}, {}", self.type_text(&two));
                seen.push(two);
            }
            line!(self, "case {of}:\n_ = {bound}");
            self.scopes.push(Vec::new());
            self.declare(&bound, if both { &Ty::Any } else { &ty }, true);
            let number = self.number();
            line!(self, "trace.P({number}, {bound})");
            self.block(2);
            self.scopes.pop();
        }
        if nil {
            let number = self.number();
            line!(self, "case nil:\ntrace.P({number}, {bound} == nil)");
        }
        let number = self.number();
        line!(self, "default:\ntrace.P({number}, {bound})\n}}");
    }

    /// Calls a function of the program.
    fn call(&mut self) {
        if self.loops > 0 || self.functions.is_empty() {
            return self.assignment();
        }
        let function = self.functions[self.random.below(self.functions.len())].clone();
        let args: Vec<_> = function.params.iter().map(|ty| self.expr(ty, 2).text).collect();
        let call = format!("{}({})", function.name, args.join(", "));
        if function.results.is_empty() {
            return line!(self, "{call}");
        }
        let mut names = Vec::new();
        for _ in &function.results {
            names.push(self.fresh("x"));
        }
        let all = names.join(", ");
        line!(self, "{all} := {call}");
        for (name, ty) in names.iter().zip(&function.results) {
            line!(self, "_ = {name}");
            self.declare(name, ty, true);
        }
        let number = self.number();
        line!(self, "trace.P({number}, {all})");
    }

    /// A closure that changes what it captures, called now, later or often.
    fn closure(&mut self) {
        let name = self.fresh("c");
        line!(self, "{name} := func() {{");
        self.block(3);
        self.push("}");
        match self.random.below(3) {
            0 => line!(self, "{name}()"),
            1 => line!(self, "defer {name}()"),
            _ => line!(self, "{name}()\n{name}()"),
        }
    }

    fn method_call(&mut self) {
        let vars: Vec<_> = self
            .scopes
            .iter()
            .flatten()
            .filter(|var| var.assignable && self.pointer_methods(&var.ty).is_some())
            .cloned()
            .collect();
        let Some(var) = vars.get(self.random.below(vars.len())) else {
            return self.declaration();
        };
        let pointer = self.pointer_methods(&var.ty) == Some(true);
        let name = &var.name;
        let number = self.number();
        let of = self.type_text(&var.ty);
        let n = self.expr(&INT, 1).text;
        match self.random.below(5) {
            0 => line!(self, "{name}.Set()"),
            1 => {
                let bound = self.fresh("m");
                line!(self, "{bound} := {name}.Get\n{name}.Set()");
                line!(self, "trace.P({number}, {bound}({n}))");
            }
            2 if pointer => line!(self, "trace.P({number}, (*{of}).Get(&{name}, {n}))"),
            2 => line!(self, "trace.P({number}, {of}.Get({name}, {n}))"),
            3 => {
                let amp = if pointer { "&" } else { "" };
                let x = self.fresh("g");
                line!(self, "var {x} interface{{ Get(int) int }} = {amp}{name}");
                line!(self, "{name}.Set()\ntrace.P({number}, {x}.Get({n}))");
            }
            _ => line!(self, "defer {name}.Set()\ntrace.P({number}, {name}.Get({n}))"),
        }
    }
}
