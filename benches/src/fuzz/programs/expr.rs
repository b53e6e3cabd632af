//! Expressions of a given type.

use super::generate::{Generator, Mode};
use super::types::{BYTE, INT, INT32, INTEGERS, Ty, Underlying, comparable, plain, printable};

/// An expression, and whether the compiler knows its value.
pub(super) struct Expr {
    pub(super) text: String,
    pub(super) constant: bool,
}

fn constant(text: impl Into<String>) -> Expr {
    Expr { text: text.into(), constant: true }
}

fn variable(text: impl Into<String>) -> Expr {
    Expr { text: text.into(), constant: false }
}

/// String literals: ASCII, several bytes a rune, no UTF-8.
const STRINGS: [&str; 9] = [
    r#""""#,
    r#""a""#,
    r#""abc""#,
    r#""żółw""#,
    r#""\xff\xfe""#,
    r#""日本語""#,
    r#""a\x00b""#,
    r#""\U0010ffff\xc0""#,
    r#""zz top""#,
];

const FLOATS: [&str; 10] =
    ["0", "1", "-1.5", "0.1", "1e10", "3.4e38", "1e-45", "16777217", "2.5", "-0.75"];

impl Generator {
    /// An expression of a type; typed even where it is constant.
    pub(super) fn expr(&mut self, ty: &Ty, depth: usize) -> Expr {
        if depth == 0 || self.random.once_in(5) {
            return self.leaf(ty);
        }
        let depth = depth - 1;
        match self.random.below(12) {
            0 if self.mode == Mode::Traced && printable(ty, &self.named) => {
                let x = self.expr(ty, depth).text;
                let number = self.number();
                return variable(format!("trace.T({number}, {x})"));
            }
            1 => {
                let x = self.expr(ty, depth).text;
                return variable(format!("trace.V({x})"));
            }
            2 if self.mode == Mode::Panicking => {
                if let Some(x) = self.panicking(ty, depth) {
                    return variable(x);
                }
            }
            3 => {
                let name = self.type_text(ty);
                let condition = self.expr(&Ty::Bool, depth).text;
                let (x, y) = (self.expr(ty, depth).text, self.expr(ty, depth).text);
                return variable(format!(
                    "func() {name} {{ if ({condition}) {{ return {x} }}; return {y} }}()"
                ));
            }
            4 => {
                if let Some(x) = self.element(ty) {
                    return variable(x);
                }
            }
            5 => {
                let (x, y) = (self.expr(ty, depth).text, self.expr(ty, depth).text);
                let flag = self.expr(&Ty::Bool, depth).text;
                let id = self.id;
                return variable(format!("pick{id}({flag}, {x}, {y})"));
            }
            _ => {}
        }
        match plain(ty, &self.named).clone() {
            Ty::Bool => self.boolean(ty, depth),
            Ty::String => self.string(ty, depth),
            Ty::Int(_) => self.integer(ty, depth),
            Ty::Float32 | Ty::Float64 => self.float(ty, depth),
            Ty::Complex64 | Ty::Complex128 => self.complex(ty, depth),
            Ty::Any => {
                let of = self.value_type(1);
                let x = self.expr(&of, depth).text;
                variable(format!("any({x})"))
            }
            Ty::Func(param, result) => {
                let (p, r) = (self.type_text(&param), self.type_text(&result));
                self.scopes.push(Vec::new());
                let x = self.fresh("a");
                self.declare(&x, &param, false);
                let value = self.expr(&result, depth).text;
                self.scopes.pop();
                variable(format!("func({x} {p}) {r} {{ return {value} }}"))
            }
            Ty::Pointer(to) => {
                let value = self.expr(&to, depth).text;
                variable(format!("new({value})"))
            }
            Ty::Slice(element) => match self.random.below(3) {
                0 => {
                    let (x, y) = (self.expr(ty, depth).text, self.expr(&element, depth).text);
                    variable(format!("append({x}, {y})"))
                }
                1 => {
                    let x = self.expr(ty, depth).text;
                    variable(format!("{x}[:0:0]"))
                }
                _ => self.composite(ty, depth),
            },
            _ => self.composite(ty, depth),
        }
    }

    /// The simplest expression of a type.
    pub(super) fn leaf(&mut self, ty: &Ty) -> Expr {
        if !self.random.once_in(3)
            && let Some(found) = self.variable(ty)
        {
            return variable(found);
        }
        self.literal(ty)
    }

    fn literal(&mut self, ty: &Ty) -> Expr {
        let name = self.type_text(ty);
        match plain(ty, &self.named).clone() {
            Ty::Bool => constant(format!("{name}({})", self.random.once_in(2))),
            Ty::String => {
                let text = STRINGS[self.random.below(STRINGS.len())];
                constant(format!("{name}({text})"))
            }
            Ty::Int(kind) => {
                let value = self.integer_literal(kind);
                constant(format!("{name}({value})"))
            }
            Ty::Float32 | Ty::Float64 => {
                let value = FLOATS[self.random.below(FLOATS.len())];
                constant(format!("{name}({value})"))
            }
            Ty::Complex64 | Ty::Complex128 => {
                let (re, im) = (self.random.below(5), self.random.below(7));
                constant(format!("{name}({re} + {im}.5i)"))
            }
            Ty::Any => variable(["any(nil)", "any(1)", "any(\"x\")"][self.random.below(3)]),
            Ty::Func(..) => self.expr(ty, 1),
            Ty::Pointer(to) => {
                let value = self.leaf(&to).text;
                variable(format!("new({value})"))
            }
            Ty::Slice(_) if self.random.once_in(3) => variable(format!("{name}(nil)")),
            _ => self.composite(ty, 0),
        }
    }

    /// A constant that an integer type can hold, without the type.
    pub(super) fn integer_literal(&mut self, kind: usize) -> String {
        let signed = kind <= 4;
        let bits = match INTEGERS[kind] {
            "int8" | "uint8" => 8,
            "int16" | "uint16" => 16,
            "int32" | "uint32" => 32,
            _ => 64,
        };
        match self.random.below(6) {
            0 if signed => format!("-1 << {}", bits - 1),
            0 => format!("1<<{bits} - 1"),
            1 if signed => format!("1<<{} - 1", bits - 1),
            2 if signed => format!("-{}", self.random.below(100)),
            _ => self.random.below(100).to_string(),
        }
    }

    /// Two operands of which one at least is no constant, so that nothing overflows when compiled.
    fn operands(&mut self, ty: &Ty, depth: usize) -> (String, String) {
        let (x, y) = (self.expr(ty, depth), self.expr(ty, depth));
        let text = if x.constant && y.constant { format!("trace.V({})", x.text) } else { x.text };
        (text, y.text)
    }

    fn not_constant(&mut self, ty: &Ty, depth: usize) -> String {
        let x = self.expr(ty, depth);
        if x.constant { format!("trace.V({})", x.text) } else { x.text }
    }

    fn boolean(&mut self, ty: &Ty, depth: usize) -> Expr {
        let name = self.type_text(ty);
        let text = match self.random.below(5) {
            0 => {
                let (x, y) = self.operands(ty, depth);
                let op = ["&&", "||", "==", "!="][self.random.below(4)];
                format!("{name}({x} {op} {y})")
            }
            1 => format!("!{}", self.not_constant(ty, depth)),
            2 => {
                let of = self.value_type(2);
                if !comparable(&of, &self.named) {
                    return self.leaf(ty);
                }
                let (x, y) = self.operands(&of, depth);
                let op = ["==", "!="][self.random.below(2)];
                format!("{name}({x} {op} {y})")
            }
            3 if self.mode == Mode::Panicking => {
                self.mode = Mode::Quiet;
                let (x, y) = (self.expr(&Ty::Any, depth).text, self.expr(&Ty::Any, depth).text);
                format!("{name}({x} == {y})")
            }
            _ => {
                let of = self.ordered_type();
                let (x, y) = self.operands(&of, depth);
                let op = ["<", "<=", ">", ">=", "==", "!="][self.random.below(6)];
                format!("{name}({x} {op} {y})")
            }
        };
        variable(text)
    }

    fn string(&mut self, ty: &Ty, depth: usize) -> Expr {
        let name = self.type_text(ty);
        let text = match self.random.below(8) {
            0 | 1 => {
                let (x, y) = self.operands(ty, depth);
                format!("({x} + {y})")
            }
            2 => {
                let x = self.not_constant(&INT32, depth);
                format!("{name}({x})")
            }
            3 => {
                let of = if self.random.once_in(2) { BYTE } else { INT32 };
                let x = self.expr(&Ty::slice(&of), depth).text;
                format!("{name}({x})")
            }
            4 => {
                let (x, y) = self.operands(ty, depth);
                let function = ["min", "max"][self.random.below(2)];
                format!("{function}({x}, {y})")
            }
            5 => {
                let x = self.not_constant(&Ty::String, depth);
                let end = self.random.below(2);
                format!("{name}(({x} + \"abc\")[{end}:{}])", end + self.random.below(3))
            }
            6 => {
                let of = self.value_type(1);
                let x = self.expr(&of, depth).text;
                format!("{name}(fmt.Sprintf(\"%T\", {x}))")
            }
            _ => return self.leaf(ty),
        };
        variable(text)
    }

    fn integer(&mut self, ty: &Ty, depth: usize) -> Expr {
        let name = self.type_text(ty);
        let text = match self.random.below(14) {
            0..=3 => {
                let (x, y) = self.operands(ty, depth);
                let op = ["+", "-", "*", "&", "|", "^", "&^"][self.random.below(7)];
                format!("({x} {op} {y})")
            }
            4 => {
                let x = self.not_constant(ty, depth);
                let y = self.random.below(9) + 1;
                let op = ["/", "%"][self.random.below(2)];
                format!("({x} {op} {y})")
            }
            5 => {
                let (x, y) = (self.not_constant(ty, depth), self.not_constant(ty, depth));
                let op = ["/", "%"][self.random.below(2)];
                format!("({x} {op} ({y} | 1))")
            }
            6 => {
                let x = self.not_constant(ty, depth);
                let by = Ty::Int(5 + self.random.below(5));
                let y = self.expr(&by, depth).text;
                let op = ["<<", ">>"][self.random.below(2)];
                format!("({x} {op} {y})")
            }
            7 => {
                let x = self.not_constant(ty, depth);
                let y = self.random.below(70);
                let op = ["<<", ">>"][self.random.below(2)];
                format!("({x} {op} {y})")
            }
            8 => {
                let op = ["-", "^", "+"][self.random.below(3)];
                format!("{op}({})", self.not_constant(ty, depth))
            }
            9 | 10 => {
                let from = Ty::Int(self.random.below(INTEGERS.len()));
                let x = self.not_constant(&from, depth);
                format!("{name}({x})")
            }
            11 => {
                let x = self.expr(&Ty::Float64, depth).text;
                format!("{name}(trace.Int({x}))")
            }
            12 => {
                let (x, y) = self.operands(ty, depth);
                let function = ["min", "max"][self.random.below(2)];
                format!("{function}({x}, {y})")
            }
            _ => {
                let of = match self.random.below(3) {
                    0 => Ty::String,
                    1 => Ty::slice(&INT),
                    _ => Ty::slice(&Ty::String),
                };
                let x = self.not_constant(&of, depth);
                format!("{name}(len({x}))")
            }
        };
        variable(text)
    }

    fn float(&mut self, ty: &Ty, depth: usize) -> Expr {
        let name = self.type_text(ty);
        let text = match self.random.below(8) {
            0..=2 => {
                let (x, y) = self.operands(ty, depth);
                let op = ["+", "-", "*"][self.random.below(3)];
                format!("{name}({x} {op} {y})")
            }
            3 => {
                let (x, y) = (self.not_constant(ty, depth), self.not_constant(ty, depth));
                format!("{name}({x} / {y})")
            }
            4 => format!("-({})", self.not_constant(ty, depth)),
            5 => {
                let from = match self.random.below(3) {
                    0 => Ty::Float32,
                    1 => Ty::Float64,
                    _ => Ty::Int(self.random.below(INTEGERS.len())),
                };
                let x = self.not_constant(&from, depth);
                format!("{name}({x})")
            }
            6 => {
                let (x, y) = self.operands(ty, depth);
                let function = ["min", "max"][self.random.below(2)];
                format!("{function}({x}, {y})")
            }
            _ => {
                let part = ["real", "imag"][self.random.below(2)];
                let x = self.not_constant(&Ty::Complex128, depth);
                format!("{name}({part}({x}))")
            }
        };
        variable(text)
    }

    fn complex(&mut self, ty: &Ty, depth: usize) -> Expr {
        let name = self.type_text(ty);
        let text = match self.random.below(5) {
            0 | 1 => {
                let (x, y) = self.operands(ty, depth);
                let op = ["+", "-", "*"][self.random.below(3)];
                format!("{name}({x} {op} {y})")
            }
            2 => {
                let (x, y) = (self.not_constant(ty, depth), self.not_constant(ty, depth));
                format!("{name}({x} / {y})")
            }
            3 => {
                let (x, y) = self.operands(&Ty::Float64, depth);
                format!("{name}(complex({x}, {y}))")
            }
            _ => format!("-({})", self.not_constant(ty, depth)),
        };
        variable(text)
    }

    /// A composite literal.
    fn composite(&mut self, ty: &Ty, depth: usize) -> Expr {
        let name = self.type_text(ty);
        let text = match plain(ty, &self.named).clone() {
            Ty::Slice(element) => {
                let len = self.random.below(4);
                let elements: Vec<_> = (0..len).map(|_| self.expr(&element, depth).text).collect();
                format!("{name}{{{}}}", elements.join(", "))
            }
            Ty::Array(len, element) => {
                let filled = self.random.below(len + 1);
                let mut elements: Vec<_> =
                    (0..filled).map(|_| self.expr(&element, depth).text).collect();
                if filled < len && self.random.once_in(3) {
                    let last = self.expr(&element, depth).text;
                    elements.push(format!("{}: {last}", len - 1));
                }
                format!("{name}{{{}}}", elements.join(", "))
            }
            Ty::Map(key, value) => {
                let len = self.random.below(3);
                let mut entries = Vec::new();
                for _ in 0..len {
                    let key = self.not_constant(&key, depth.min(1));
                    let value = self.expr(&value, depth).text;
                    entries.push(format!("{key}: {value}"));
                }
                format!("{name}{{{}}}", entries.join(", "))
            }
            Ty::Named(index) => {
                let Underlying::Struct(fields) = self.named[index].underlying.clone() else {
                    return self.leaf(ty);
                };
                let keyed = self.random.once_in(2);
                let mut values = Vec::new();
                for field in &fields {
                    if keyed && self.random.once_in(4) {
                        continue;
                    }
                    let value = self.expr(&field.ty, depth).text;
                    let label = if keyed { format!("{}: ", field.name) } else { String::new() };
                    values.push(format!("{label}{value}"));
                }
                format!("({name}{{{}}})", values.join(", "))
            }
            _ => return self.literal(ty),
        };
        variable(text)
    }

    /// A part of a variable: a field, an element of an array or a map.
    fn element(&mut self, ty: &Ty) -> Option<String> {
        let mut found = Vec::new();
        for var in self.scopes.iter().flatten() {
            match plain(&var.ty, &self.named) {
                Ty::Array(len, element) if **element == *ty => {
                    found.push((var.name.clone(), Some(*len), None));
                }
                Ty::Map(key, element) if **element == *ty => {
                    found.push((var.name.clone(), None, Some((**key).clone())));
                }
                Ty::Named(index) => {
                    if let Underlying::Struct(fields) = &self.named[*index].underlying {
                        for field in fields.iter().filter(|field| field.ty == *ty) {
                            found.push((format!("{}.{}", var.name, field.name), None, None));
                        }
                    }
                }
                _ => {}
            }
        }
        let (name, len, key) = found.get(self.random.below(found.len()))?.clone();
        Some(match (len, key) {
            (Some(len), _) => format!("{name}[{}]", self.random.below(len)),
            (_, Some(key)) => {
                let key = self.expr(&key, 1).text;
                format!("{name}[{key}]")
            }
            _ => name,
        })
    }

    /// An expression that may panic: one in a statement, since the language leaves open which of
    /// several panics comes first.
    fn panicking(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        self.mode = Mode::Quiet;
        let name = self.type_text(ty);
        Some(match self.random.below(7) {
            0 if matches!(plain(ty, &self.named), Ty::Int(_)) => {
                let (x, y) = (self.not_constant(ty, depth), self.not_constant(ty, depth));
                let op = ["/", "%"][self.random.below(2)];
                format!("({x} {op} {y})")
            }
            1 if matches!(plain(ty, &self.named), Ty::Int(_)) => {
                let by = Ty::Int(self.random.below(5));
                let (x, y) = (self.not_constant(ty, depth), self.not_constant(&by, depth));
                let op = ["<<", ">>"][self.random.below(2)];
                format!("({x} {op} {y})")
            }
            2 => {
                let x = self.expr(&Ty::slice(ty), depth).text;
                let index = self.not_constant(&INT, depth);
                format!("{x}[{index}]")
            }
            3 => {
                let x = self.expr(&Ty::Any, depth).text;
                format!("{x}.({name})")
            }
            4 if *ty == Ty::String => {
                let x = self.not_constant(ty, depth);
                let (low, high) = (self.not_constant(&INT, 0), self.not_constant(&INT, 0));
                match self.random.below(3) {
                    0 => format!("{x}[{low}:]"),
                    1 => format!("{x}[:{high}]"),
                    _ => format!("{x}[{low}:{high}]"),
                }
            }
            5 => match plain(ty, &self.named).clone() {
                Ty::Array(_, element) => {
                    let x = self.expr(&Ty::slice(&element), depth).text;
                    format!("{name}({x})")
                }
                Ty::Slice(_) => {
                    // What room `append` makes depends on where gc puts the array.
                    let x = format!("trace.Clip({})", self.not_constant(ty, depth));
                    let (low, high) = (self.not_constant(&INT, 0), self.not_constant(&INT, 0));
                    match self.random.below(3) {
                        0 => format!("{x}[{low}:]"),
                        1 => format!("{x}[{low}:{high}]"),
                        _ => format!("{x}[:{low}:{high}]"),
                    }
                }
                Ty::Int(6) if *ty == BYTE => {
                    let x = self.not_constant(&Ty::String, depth);
                    let index = self.not_constant(&INT, depth);
                    format!("{x}[{index}]")
                }
                _ => return None,
            },
            6 => format!("(*(*{name})(nil))"),
            _ => return None,
        })
    }
}
